//! `PUT /customers/by-external-id/{external_id}`: a customer written by their id in another system.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, MayMatch, PathOf, etag, parse};
use super::super::problem::{Answer, Problem};
use super::{PATH, view};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::StoreError;
use crm_core::model::ContactInput;
use crm_core::upsert::Upserted;
use serde_json::Value;
use std::sync::Arc;

pub(super) async fn upsert(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    MayMatch(version): MayMatch,
    body: JsonBody,
) -> Answer<Response> {
    let external_id: String = path.get("external_id", "customer")?;
    let Value::Object(mut fields) = body.into_value() else { return Err(Problem::invalid("", "send a JSON object")) };
    let contacts: Option<Vec<ContactInput>> = fields.remove("contacts").map(parse).transpose()?;
    // Part of what is read, so that it may be sent back.
    for own in ["last_contact_at", "last_order_at", "last_ticket_at"] {
        fields.remove(own);
    }
    let (store, who, now, viewer) = (&api.state.store, caller.who(), api.state.clock.utc(), caller.viewer());
    let fields = Value::Object(fields);
    let write = || store.upsert_customer(&viewer, &who, now, &external_id, version, &fields, contacts.as_deref());
    let written = match write().await {
        // Somebody made them between our look and our write: now they are there.
        Err(StoreError::Unique { .. }) => write().await,
        other => other,
    };
    let (customer, _, upserted) = written?;
    let status = if upserted == Upserted::Created { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("{BASE}{PATH}/{}", customer.id);
    let (version, body) = view(store, &viewer, customer.id).await?;
    let mut response = (status, [(header::ETAG, etag(version))], Json(body)).into_response();
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
