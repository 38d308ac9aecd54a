//! `PUT /tickets/by-external-id/{external_id}`: another system knows the ticket by an id of its own.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, etag};
use super::super::problem::Answer;
use super::PATH;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::orders::Upserted;
use std::sync::Arc;

pub(super) async fn upsert(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<Response> {
    let external: String = path.get("external_id", "ticket")?;
    let now = api.state.clock.utc();
    let (ticket, how) = api.state.store.upsert_ticket(&caller.viewer(), &caller.who(), now, &external, body.value()).await?;
    let tag = (header::ETAG, etag(ticket.version));
    Ok(match how {
        Upserted::Created => {
            let place = format!("{BASE}{PATH}/{}", ticket.id);
            (StatusCode::CREATED, [tag], [(header::LOCATION, place)], Json(ticket)).into_response()
        }
        Upserted::Changed | Upserted::Unchanged => ([tag], Json(ticket)).into_response(),
    })
}
