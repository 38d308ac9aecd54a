//! `GET /calls`, `GET /calls/{id}`: the calls that are not over, as the switch has them. What became of calls is in `interactions`.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::calls::refused;
use super::endpoint::Endpoint;
use super::extract::{PathOf, Query};
use super::problem::Answer;
use crate::switch::{Event, LiveCall, Look, Question, Where};
use axum::Json;
use axum::extract::State;
use crm_core::model::PAGE_DEFAULT;
use cti_types::InteractionId;
use serde_json::Value;
use std::sync::Arc;

const SEEN: &str = "Agents see the calls they are in and those that wait where they serve; supervisors those of their team and those of \
    nobody yet; administrators all.";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let list = Endpoint::get("/calls", Access::Needs(Right::CallsAct), list)
        .says("calls", "The live calls, the oldest first")
        .more(&format!("{SEEN} A page may be short, or empty, and still have a `next`."))
        .query("cursor", "The `next` of the page before")
        .query("limit", "1 to 500; 50 when nothing is said")
        .refuses(400, "The limit lies outside its bounds")
        .refuses(422, "The cursor was refused")
        .refuses(503, "Too much is asked just now")
        .answers_page::<LiveCall>();
    let read = Endpoint::get("/calls/{id}", Access::Needs(Right::CallsAct), read)
        .says("calls", "A live call")
        .more(SEEN)
        .answers::<LiveCall>(200, "The call")
        .refuses(404, "No such call, or it is over")
        .refuses(503, "Too much is asked just now");
    vec![list, read]
}

async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Value>> {
    let after: Option<InteractionId> = query.parse("cursor", "give back the `next` of the page before")?;
    let limit = query.limit()?.unwrap_or(PAGE_DEFAULT) as usize;
    query.nothing_else()?;
    look(&api, &caller, Where::Page { after, limit }).await
}

async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Value>> {
    let id: InteractionId = path.get("id", "live call")?;
    look(&api, &caller, Where::One(id)).await
}

async fn look(api: &Api, caller: &Caller, at: Where) -> Answer<Json<Value>> {
    let look = Look { by: caller.user.id, role: caller.role(), at };
    let (question, inbox) = (Box::new(Question::Look(look)), &api.state.inbox);
    let reply = api.state.asks.ask(async |ask| inbox.desk(Event::Asked { ask, question }).await).await;
    Ok(Json(reply.map_err(refused)?))
}
