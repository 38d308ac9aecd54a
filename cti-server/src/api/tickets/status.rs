//! `POST /tickets/{id}/status`: where it stands.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf};
use super::super::problem::Answer;
use super::seen::seen;
use super::shown;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::TicketStatus;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketStatusTo)]
pub(super) struct StatusTo {
    status: TicketStatus,
    /// For the history; a line of at most 500 characters.
    #[serde(default)]
    note: String,
}

pub(super) async fn change(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, StatusTo { status, note }) = (seen(&api, &caller, &path).await?.id, body.parse()?);
    let (who, now) = (caller.who(), api.state.clock.utc());
    Ok(shown(&api.state.store.set_ticket_status(&who, now, id, version, status, &note).await?))
}
