//! `PATCH /customers/{id}`: a merge patch of the customer's own fields.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, etag};
use super::super::problem::Answer;
use super::view;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;

pub(super) async fn update(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, mut patch, viewer) = (path.get("id", "customer")?, body.into_value(), caller.viewer());
    if let Value::Object(fields) = &mut patch {
        // Part of what is read, so that it may be sent back; changed by its own request, or by what happens.
        for own in ["contacts", "last_contact_at", "last_order_at", "last_ticket_at"] {
            fields.remove(own);
        }
    }
    let store = &api.state.store;
    store.update_customer(&viewer, &caller.who(), api.state.clock.utc(), id, version, &patch).await?;
    let (version, body) = view(store, &viewer, id).await?;
    Ok(([(header::ETAG, etag(version))], Json(body)).into_response())
}
