//! `PATCH /tickets/{id}`: a merge patch of the fields people write.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf};
use super::super::fields::admit_change;
use super::super::problem::Answer;
use super::seen::{may_name, seen};
use super::shown;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::Ticket;
use std::sync::Arc;

pub(super) async fn update(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (ticket, mut patch) = (seen(&api, &caller, &path).await?, body.into_value());
    admit_change::<Ticket>(&caller, &mut patch, &ticket)?;
    may_name(&api, &caller, &patch, Some(&ticket)).await?;
    api.state.store.check_ticket_fields(&caller.viewer(), Some(ticket.id), &patch).await?;
    Ok(shown(&api.state.store.update_ticket(&caller.who(), api.state.clock.utc(), ticket.id, version, &patch).await?))
}
