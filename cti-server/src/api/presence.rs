//! `POST /users/{id}/presence`: a supervisor sets an agent's presence, or signs them out. The switch judges and does it, as it does for the
//! same command of the WebSocket.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::calls::refused;
use super::endpoint::Endpoint;
use super::extract::{JsonBody, PathOf};
use super::problem::Answer;
use crate::switch::{Event, Question};
use axum::extract::State;
use axum::http::StatusCode;
use cti_types::{AgentId, ReasonId};
use serde::Deserialize;
use softphone_protocol::{Command, PresenceView};
use std::sync::Arc;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let set = Endpoint::post("/users/{id}/presence", Access::Needs(Right::CallsOversee), set)
        .says("calls", "Set an agent's presence, or sign them out")
        .more("While they are busy it stays pending, as their own would. For supervisors of the agent; it is kept in the audit.")
        .takes::<NewPresence>()
        .answers_nothing(204, "Done, or pending")
        .refuses(403, "Not an agent of yours")
        .refuses(404, "No such agent")
        .refuses(409, "The agent is not signed in")
        .refuses(503, "It cannot be taken just now");
    vec![set]
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPresence {
    /// `ready`, `not_ready`, or `logged_out`: they are signed out.
    #[schema(value_type = String)]
    presence: PresenceView,
    /// Only with `not_ready`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    reason: Option<ReasonId>,
}

async fn set(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<StatusCode> {
    let agent: AgentId = path.get("id", "agent")?;
    let NewPresence { presence, reason } = body.parse()?;
    Command::SetPresenceOf { agent, presence, reason }.check().map_err(refused)?;
    let (by, via, role) = (caller.user.id, caller.who().via, caller.role());
    let (question, inbox) = (Box::new(Question::Presence { by, via, role, agent, presence, reason }), &api.state.inbox);
    let reply = api.state.asks.ask(async |ask| inbox.desk(Event::Asked { ask, question }).await).await;
    reply.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
