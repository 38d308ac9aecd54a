//! `PUT /customers/{id}/contacts`: all contact points of a customer at once.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, etag};
use super::super::problem::Answer;
use super::view;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::model::ContactInput;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What replaces the contact points there are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Contacts {
    /// At most 50, the most important first.
    contacts: Vec<ContactInput>,
}

pub(super) async fn replace(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, Contacts { contacts }) = (path.get("id", "customer")?, body.parse()?);
    let (store, viewer) = (&api.state.store, caller.viewer());
    store.may_see(&viewer, id).await?;
    store.set_contacts(&caller.who(), api.state.clock.utc(), id, version, &contacts).await?;
    let (version, body) = view(store, &viewer, id).await?;
    Ok(([(header::ETAG, etag(version))], Json(body)).into_response())
}
