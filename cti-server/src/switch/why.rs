//! Why work waits that waits now, and the names of what decisions speak of, as the REST API shows them. Changes nothing. Extends [`Rooms`].

use super::rooms::Rooms;
use cti_types::acd::{Decision, NotReadyReason, Rejected};
use cti_types::{AgentId, InteractionId, Now, QueueId, ReasonId, SkillId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why does it wait, and how are these called?
#[derive(Clone, Debug)]
pub struct WhyAsked {
    pub interaction: InteractionId,
    /// Agents, queues and reasons.
    pub names: BTreeSet<Uuid>,
}

/// Work that waits now, and who is there for it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WaitingWhy {
    #[schema(value_type = Uuid)]
    pub queue: QueueId,
    pub queue_name: Option<String>,
    /// Place in the line, 1 is next; null while it is held out to an agent.
    pub position: Option<u32>,
    /// The queue's and its own together.
    pub priority: u8,
    /// When the waiting began.
    pub since: i64,
    /// How long it will probably still wait; null: not known.
    pub expected_wait_ms: Option<u64>,
    /// Each agent with why they do not have it.
    #[schema(value_type = Object)]
    pub decision: Decision,
}

/// The answer to [`WhyAsked`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Why {
    pub waiting: Option<WaitingWhy>,
    /// Id → name, of those asked for and of the decision.
    pub names: BTreeMap<Uuid, String>,
}

/// The agents and reasons that a decision names.
pub fn named_in(decision: &Decision) -> impl Iterator<Item = Uuid> + '_ {
    decision.candidates.iter().flat_map(|candidate| {
        let reason = match candidate.rejected {
            Some(Rejected::NotReady(NotReadyReason::Chosen(reason))) => Some(reason.0),
            Some(
                Rejected::NotReady(
                    NotReadyReason::Unspecified
                    | NotReadyReason::NoAnswer
                    | NotReadyReason::DeviceBusy
                    | NotReadyReason::DeviceUnreachable
                    | NotReadyReason::ConnectionLost,
                )
                | Rejected::LoggedOut
                | Rejected::Busy
                | Rejected::Reserved
                | Rejected::WrapUp
                | Rejected::DeviceUnreachable
                | Rejected::MissingSkill(_)
                | Rejected::ProficiencyTooLow(_)
                | Rejected::DeclinedThis
                | Rejected::LessIdle
                | Rejected::LessProficient,
            )
            | None => None,
        };
        [Some(candidate.agent.0), reason].into_iter().flatten()
    })
}

/// The skills that a decision names.
pub fn skills_in(decision: &Decision) -> impl Iterator<Item = SkillId> + '_ {
    decision.candidates.iter().filter_map(|candidate| match candidate.rejected {
        Some(Rejected::MissingSkill(skill) | Rejected::ProficiencyTooLow(skill)) => Some(skill),
        Some(
            Rejected::LoggedOut
            | Rejected::NotReady(_)
            | Rejected::Busy
            | Rejected::Reserved
            | Rejected::WrapUp
            | Rejected::DeviceUnreachable
            | Rejected::DeclinedThis
            | Rejected::LessIdle
            | Rejected::LessProficient,
        )
        | None => None,
    })
}

impl Rooms {
    pub(super) fn why(&self, now: Now, asked: WhyAsked) -> Value {
        let waiting = self.waiting_why(now, asked.interaction);
        let mut wanted = asked.names;
        if let Some(waiting) = &waiting {
            wanted.extend(named_in(&waiting.decision));
        }
        let names = wanted.into_iter().filter_map(|id| Some((id, self.name_of(id)?))).collect();
        json!(Why { waiting, names })
    }

    fn waiting_why(&self, now: Now, interaction: InteractionId) -> Option<WaitingWhy> {
        let work = self.interactions.work(interaction)?;
        let (queue, priority, since) = self.acd.standing(work)?;
        Some(WaitingWhy {
            queue,
            queue_name: self.queue_name(queue),
            position: self.acd.position(work),
            priority,
            since: now.utc.0 + since.0 as i64 - now.tick.0 as i64,
            expected_wait_ms: self.acd.expected_wait(work).map(|wait| wait.as_millis() as u64),
            decision: self.acd.explain(now, work)?,
        })
    }

    /// An agent's, a queue's or a reason's.
    fn name_of(&self, id: Uuid) -> Option<String> {
        let agent = self.agent_name(AgentId::from_u128(id.as_u128()));
        let queue = || self.queue_name(QueueId::from_u128(id.as_u128()));
        agent.or_else(queue).or_else(|| self.directory.reasons.get(&ReasonId::from_u128(id.as_u128())).cloned())
    }
}
