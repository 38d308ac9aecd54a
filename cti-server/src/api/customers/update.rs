//! `PATCH /customers/{id}`: a merge patch of the customer's own fields.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, etag};
use super::super::problem::Answer;
use super::CustomerView;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::model::Customer;
use serde_json::Value;
use std::sync::Arc;

pub(super) async fn update(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, mut patch) = (path.get("id", "customer")?, body.into_value());
    if let Value::Object(fields) = &mut patch {
        // Part of what is read, so that it may be sent back; changed by its own request.
        fields.remove("contacts");
    }
    let customer = api.state.store.update::<Customer>(&caller.who(), api.state.clock.utc(), id, version, &patch).await?;
    let tag = etag(customer.version);
    Ok(([(header::ETAG, tag)], Json(CustomerView::of(&api, customer).await?)).into_response())
}
