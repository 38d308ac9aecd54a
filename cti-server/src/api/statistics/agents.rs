//! `GET /statistics/agents`: what agents did. One's own, or with the right to all interactions everybody's.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::endpoint::Endpoint;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use super::{READ, TAG, span};
use axum::Json;
use axum::extract::State;
use crm_core::stats::AgentFigures;
use cti_types::{AgentId, Utc};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

const DAYS_MAX: i64 = 31;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get("/statistics/agents", READ, list)
        .says(TAG, "What agents did")
        .more("Agents get their own. Counted from the log: what is under way counts when it is over.")
        .query("from", "Begun at or after: RFC 3339, or microseconds since 1970; by default a day before `to`")
        .query("to", "Before, in the same forms; by default now. At most 31 days after `from`")
        .query("agent", "Id of an agent; left out: all who did anything")
        .answers::<Agents>(200, "By agent")
        .refuses(400, "The query cannot be read")
        .refuses(403, "Not your own")
        .refuses(422, "Some values were refused")
}

#[derive(Serialize, ToSchema)]
#[schema(as = AgentStatistics)]
struct Agents {
    #[schema(value_type = i64)]
    from: Utc,
    #[schema(value_type = i64)]
    to: Utc,
    items: Vec<Agent>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AgentStatistic)]
struct Agent {
    #[schema(value_type = Uuid)]
    agent_id: AgentId,
    /// None: they are no more.
    name: Option<String>,
    #[serde(flatten)]
    figures: AgentFigures,
}

async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Agents>> {
    let (from, to) = span(&api, &mut query, DAYS_MAX)?;
    let asked: Option<AgentId> = query.parse("agent", "give an id")?;
    query.nothing_else()?;
    let own = caller.user.id;
    let agent = if caller.may(Right::InteractionsAll) { asked } else { Some(own) };
    if asked.is_some() && asked != agent {
        return Err(Problem::forbidden("you can read your own figures only"));
    }
    let store = &api.state.store;
    let mut all = store.agent_figures(from, to, api.state.clock.utc(), agent).await?;
    if let Some(agent) = agent {
        all.entry(agent).or_default();
    }
    let mut names = store.user_names().await?;
    let items = all.into_iter().map(|(agent_id, figures)| Agent { agent_id, name: names.remove(&agent_id), figures }).collect();
    Ok(Json(Agents { from, to, items }))
}
