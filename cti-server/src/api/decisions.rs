//! `GET /calls/{id}/decision`: why this agent and not another, for work that was offered, and why nobody yet for work that waits. What was
//! offered is the log's, what waits now the switch's.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::calls::refused;
use super::endpoint::Endpoint;
use super::extract::PathOf;
use super::problem::{Answer, Problem};
use crate::switch::{Event, Question, WaitingWhy, Why, WhyAsked, named_in, skills_in};
use axum::Json;
use axum::extract::State;
use crm_core::StoreError;
use crm_core::interactions::WorkItemView;
use crm_core::model::Skill;
use cti_types::acd::Decision;
use cti_types::{AgentId, InteractionId, QueueId, SkillId, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let read = Endpoint::get("/calls/{id}/decision", Access::Needs(Right::InteractionsOwn), read)
        .says("calls", "Why a call went to whom it went, or waits")
        .more("Of calls that are over as well. Agents read it of those they were in. `names` has those of agents, queues, skills and reasons.")
        .answers::<Decisions>(200, "The offers, the earliest first, and the wait now")
        .refuses(404, "No such call, or not yours to see")
        .refuses(503, "Too much is asked just now");
    vec![read]
}

/// Why work was offered to whom.
#[derive(Serialize, ToSchema)]
struct Decisions {
    #[schema(value_type = Uuid)]
    interaction: InteractionId,
    /// Null: it does not wait in a queue now.
    waiting: Option<WaitingWhy>,
    offers: Vec<OfferWhy>,
    /// Id → name.
    names: BTreeMap<String, String>,
}

/// One offer, and why it was made.
#[derive(Serialize, ToSchema)]
struct OfferWhy {
    #[schema(value_type = Uuid)]
    offer: Uuid,
    #[schema(value_type = Uuid)]
    queue: QueueId,
    #[schema(value_type = Uuid)]
    agent: AgentId,
    #[schema(value_type = i64)]
    offered_at: Utc,
    #[schema(value_type = Option<i64>)]
    ended_at: Option<Utc>,
    /// `accepted`, `declined`, `no_answer`, `device_busy`, `device_unreachable`, `withdrawn`; null: it is open.
    outcome: Option<String>,
    /// The rule, the age, and each candidate with why not.
    #[schema(value_type = Object)]
    decision: Decision,
}

async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Decisions>> {
    let id: InteractionId = path.get("id", "call")?;
    let store = &api.state.store;
    if !caller.may(Right::InteractionsAll) && !store.took_part(id, caller.user.id).await? {
        return Err(Problem::not_found("call"));
    }
    let mut offers: Vec<OfferWhy> = store.work_items(id).await?.into_iter().flat_map(offers_of).collect();
    offers.sort_by_key(|offer| offer.offered_at);
    let mut wanted: BTreeSet<Uuid> = offers.iter().flat_map(|offer| named_in(&offer.decision)).collect();
    wanted.extend(offers.iter().flat_map(|offer| [offer.agent.0, offer.queue.0]));
    let why = ask(&api, WhyAsked { interaction: id, names: wanted }).await?;
    if why.waiting.is_none() && offers.is_empty() {
        // It may be one that was never offered, or none at all.
        store.interaction_summary(id).await?;
    }
    let mut names: BTreeMap<String, String> = why.names.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let live = why.waiting.as_ref().map(|waiting| &waiting.decision);
    let skills: BTreeSet<SkillId> = offers.iter().map(|offer| &offer.decision).chain(live).flat_map(skills_in).collect();
    for skill in skills {
        match store.get::<Skill>(skill).await {
            Ok(found) => drop(names.insert(skill.to_string(), found.data.name)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(Decisions { interaction: id, waiting: why.waiting, offers, names }))
}

fn offers_of(item: WorkItemView) -> Vec<OfferWhy> {
    let queue = item.queue_id;
    let of = |offer: crm_core::interactions::OfferView| OfferWhy {
        offer: offer.id,
        queue,
        agent: offer.agent_id,
        offered_at: offer.offered_at,
        ended_at: offer.ended_at,
        outcome: offer.outcome,
        decision: offer.decision,
    };
    item.offers.into_iter().map(of).collect()
}

async fn ask(api: &Api, asked: WhyAsked) -> Answer<Why> {
    let (question, inbox) = (Box::new(Question::Why(asked)), &api.state.inbox);
    let reply = api.state.asks.ask(async |ask| inbox.desk(Event::Asked { ask, question }).await).await;
    serde_json::from_value(reply.map_err(refused)?).map_err(|_| Problem::unexpected())
}
