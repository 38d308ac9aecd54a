//! What customers say of a ticket that is over: entered here, or by a token that works once.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, Peer};
use super::super::problem::{Answer, Problem};
use super::seen::seen;
use super::shown;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use crm_core::tickets::Rating;
use crm_core::{Secret, StoreError};
use cti_types::Utc;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A longer token is nobody's.
pub(super) const TOKEN_BYTES_MAX: usize = 128;

pub(super) async fn rate(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, rating) = (seen(&api, &caller, &path).await?.id, body.parse()?);
    Ok(shown(&api.state.store.rate_ticket(&caller.who(), api.state.clock.utc(), id, version, rating).await?))
}

/// To be sent to the customer.
#[derive(Serialize, ToSchema)]
pub(super) struct RatingLink {
    token: String,
    /// Where the customer rates it: below the address this server has for customers.
    path: String,
    #[schema(value_type = i64)]
    expires_at: Utc,
}

pub(super) async fn link(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<(StatusCode, Json<RatingLink>)> {
    let id = seen(&api, &caller, &path).await?.id;
    let (token, expires_at) = api.state.store.create_feedback(&caller.who(), api.state.clock.utc(), id).await?;
    let path = format!("/rate/{}", token.reveal());
    Ok((StatusCode::CREATED, Json(RatingLink { token: token.reveal().to_owned(), path, expires_at })))
}

/// A customer's word.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RatingByLink {
    #[schema(value_type = String)]
    token: Secret,
    /// 1 (bad) to 5 (good).
    score: i64,
    /// At most 2,000 characters.
    #[serde(default)]
    comment: String,
}

pub(super) async fn by_link(State(api): State<Arc<Api>>, peer: Peer, body: JsonBody) -> Answer<StatusCode> {
    let RatingByLink { token, score, comment } = body.parse()?;
    let now = api.state.clock.now();
    // Counted with the wrong tokens of programs: somebody who guesses the one may not go on with the other.
    api.attempts.check(now.tick, peer.0)?;
    let used = if token.reveal().len() > TOKEN_BYTES_MAX {
        Err(StoreError::NotFound { resource: "feedback" })
    } else {
        api.state.store.use_feedback(now.utc, &token, Rating { score, comment }).await
    };
    match used {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(StoreError::NotFound { .. }) => {
            api.attempts.failed(now.tick, peer.0);
            Err(Problem::not_found("rating to give; it was given, or the link is too old"))
        }
        Err(error) => Err(error.into()),
    }
}
