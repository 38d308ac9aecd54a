//! `GET /tickets/{id}` and its history.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, row};
use super::super::problem::Answer;
use super::seen::{seen, unseen};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use crm_core::model::TicketHistory;
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Response> {
    let id = seen(&api, &caller, &path).await?.id;
    let mut detail = api.state.store.ticket_detail(id).await?;
    // The main one stands in the ticket besides: whoever it is given to sees the id, and nothing else of them.
    let (main, hidden) = (detail.ticket.data.customer_id, unseen(&api, &caller, detail.customers.iter().copied().collect()).await?);
    detail.customers.retain(|customer| Some(*customer) == main || !hidden.contains(customer));
    // Never 304: what hangs on a ticket changes without its version.
    Ok(row(&HeaderMap::new(), detail.ticket.version, &detail))
}

pub(super) async fn history(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<TicketHistory>> {
    Ok(Json(api.state.store.ticket_history(seen(&api, &caller, &path).await?.id).await?))
}
