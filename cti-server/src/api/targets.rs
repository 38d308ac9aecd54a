//! `GET /directory`: to whom a call may be given, with how they do now. The switch answers from memory, so that it may be asked as one types.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::calls::refused;
use super::endpoint::Endpoint;
use super::extract::Query;
use super::problem::Answer;
use crate::switch::{Event, Question, TargetKind, TargetsAsked, TransferTargets};
use axum::Json;
use axum::extract::State;
use crm_core::model::PAGE_DEFAULT;
use serde_json::Value;
use std::sync::Arc;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let list = Endpoint::get("/directory", Access::Needs(Right::CallsAct), list)
        .says("calls", "To whom a call may be given")
        .more(
            "First the number that was typed, if one may call it, then agents who are ready, queues, other agents, flows, and agents who are \
             signed out and take messages; each by name. Oneself is not among them.",
        )
        .query("q", "Words that stand in a name or login, or a number; left out: all")
        .query("kind", "agent, queue, flow or number")
        .query("limit", "1 to 500; 50 when nothing is said")
        .answers::<TransferTargets>(200, "What was found")
        .refuses(400, "The limit lies outside its bounds")
        .refuses(422, "Some values were refused")
        .refuses(503, "Too much is asked just now");
    vec![list]
}

async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Value>> {
    let search = query.take("q").unwrap_or_default();
    let kind: Option<TargetKind> = query.parse("kind", "write agent, queue, flow or number")?;
    let limit = query.limit()?.unwrap_or(PAGE_DEFAULT) as usize;
    query.nothing_else()?;
    let asked = TargetsAsked { by: caller.user.id, role: caller.role(), search, kind, limit };
    let (question, inbox) = (Box::new(Question::Targets(asked)), &api.state.inbox);
    let reply = api.state.asks.ask(async |ask| inbox.desk(Event::Asked { ask, question }).await).await;
    Ok(Json(reply.map_err(refused)?))
}
