//! `POST /tickets/{id}/merge`: two tickets about one thing; `GET` of the same path and `POST /tickets/{id}/unmerge`: back again.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf};
use super::super::problem::Answer;
use super::super::visible::may_name_ticket;
use super::seen::seen;
use super::shown;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::TicketId;
use crm_core::tickets::TicketMerge;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeInto {
    /// The ticket that goes on.
    #[schema(value_type = Uuid)]
    into: TicketId,
}

pub(super) async fn merge(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, MergeInto { into }) = (seen(&api, &caller, &path).await?.id, body.parse()?);
    may_name_ticket(&api, &caller, "into", into).await?;
    Ok(shown(&api.state.store.merge_ticket(&caller.who(), api.state.clock.utc(), id, version, into).await?))
}

/// What undoing would give back.
pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<TicketMerge>> {
    let id = seen(&api, &caller, &path).await?.id;
    Ok(Json(api.state.store.ticket_merge(id).await?))
}

pub(super) async fn undo(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch) -> Answer<Response> {
    let id = seen(&api, &caller, &path).await?.id;
    Ok(shown(&api.state.store.unmerge_ticket(&caller.who(), api.state.clock.utc(), id, version).await?))
}
