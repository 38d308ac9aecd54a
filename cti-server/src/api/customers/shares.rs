//! `/customers/{id}/shares`: with whom a customer is shared.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, etag};
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::model::Shares;
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Shares>> {
    Ok(Json(api.state.store.shares(&caller.viewer(), path.get("id", "customer")?).await?))
}

pub(super) async fn replace(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, shares) = (path.get("id", "customer")?, body.parse::<Shares>()?);
    let shares = api.state.store.set_shares(&caller.viewer(), &caller.who(), api.state.clock.utc(), id, version, &shares).await?;
    Ok(([(header::ETAG, etag(version + 1))], Json(shares)).into_response())
}
