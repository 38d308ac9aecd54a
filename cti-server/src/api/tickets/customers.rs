//! `PUT /tickets/{id}/customers`: all customers of a ticket at once.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf};
use super::super::problem::Answer;
use super::seen::{all_of, seen};
use super::shown;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn replace(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let ticket = seen(&api, &caller, &path).await?;
    let of = all_of(&api, &caller, &ticket, body.parse()?).await?;
    Ok(shown(&api.state.store.set_ticket_customers(&caller.who(), api.state.clock.utc(), ticket.id, version, &of).await?))
}
