//! Which calls are live, and who is in them, as the REST API shows them. Changes nothing. Extends [`Rooms`].

use super::rooms::{Contact, Rooms};
use cti_interaction::ParticipantView;
use cti_types::event::{Role, SegmentKind};
use cti_types::{AgentId, InteractionId, Now, ParticipantId, QueueId, Tick, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use softphone_protocol::{ErrorCode, WireError};
use std::ops::Bound;
use utoipa::ToSchema;

/// Most calls looked at for one page; at the bound the page is short, and its `next` says where to go on. No question of the API may hold
/// the switch up.
const LOOKED_AT_MAX: usize = 2_000;

/// Somebody wants to see calls.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub by: UserId,
    /// The highest role of the login.
    pub role: softphone_protocol::Role,
    pub at: Where,
}

/// Which calls are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Where {
    One(InteractionId),
    /// Those behind this one, the oldest first.
    Page {
        after: Option<InteractionId>,
        limit: usize,
    },
}

/// A call that is not over.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveCall {
    /// The interaction: what verbs name.
    #[schema(value_type = Uuid)]
    pub id: InteractionId,
    /// `inbound`, `outbound`, `internal`.
    pub direction: Option<&'static str>,
    /// The customer's number; null when withheld.
    pub number: Option<String>,
    /// The name the network sent. Not verified.
    pub display: Option<String>,
    /// The number of ours that they called, or were shown.
    pub called: String,
    /// The queue it waits in, or whose call it is.
    #[schema(value_type = Option<Uuid>)]
    pub queue: Option<QueueId>,
    pub queue_name: Option<String>,
    /// When it began.
    pub since: i64,
    /// Waits in the queue and may be taken or moved.
    pub waiting: bool,
    pub recording: bool,
    pub recording_paused: bool,
    /// Everybody in it, rung or called for it. Agents do not see who listens to them.
    pub parties: Vec<LiveParty>,
}

/// One who is in a live call.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveParty {
    #[schema(value_type = Uuid)]
    pub participant: ParticipantId,
    /// `customer`, `agent`, `supervisor`, `outside`.
    pub role: &'static str,
    #[schema(value_type = Option<Uuid>)]
    pub agent: Option<AgentId>,
    pub name: Option<String>,
    /// `talking`, `on_hold`, `ringing`, …: the words of segments.
    pub state: &'static str,
    /// When `state` began.
    pub since: i64,
    pub muted: bool,
}

/// A tick in microseconds since 1970, by the clock as it stands now.
fn utc(now: Now, tick: Tick) -> i64 {
    now.utc.0 + tick.0 as i64 - now.tick.0 as i64
}

impl Rooms {
    pub(super) fn look(&self, now: Now, look: &Look) -> Result<Value, WireError> {
        match look.at {
            Where::One(id) => {
                let contact = self.contacts.get(&id).filter(|contact| self.sees(look, id, contact));
                let contact = contact.ok_or_else(|| WireError::new(ErrorCode::NotFound, "no such live call").field("call"))?;
                Ok(json!(self.live_call(now, look, id, contact)))
            }
            Where::Page { after, limit } => {
                let from = after.map_or(Bound::Unbounded, Bound::Excluded);
                let (mut items, mut next) = (Vec::new(), None);
                for (at, (id, contact)) in self.contacts.range((from, Bound::Unbounded)).enumerate() {
                    if items.len() == limit || at == LOOKED_AT_MAX {
                        break;
                    }
                    next = Some(*id);
                    if self.sees(look, *id, contact) {
                        items.push(self.live_call(now, look, *id, contact));
                    }
                }
                // The last of all has nothing behind it.
                let next = next.filter(|last| self.contacts.range((Bound::Excluded(*last), Bound::Unbounded)).next().is_some());
                Ok(json!({ "items": items, "next": next }))
            }
        }
    }

    /// One's own calls, those that wait where one serves, and for supervisors those of their agents and those of nobody yet.
    fn sees(&self, look: &Look, id: InteractionId, contact: &Contact) -> bool {
        let all = self.interactions.participants(id);
        let mut agents = all.iter().filter_map(|view| view.agent).peekable();
        let overseen =
            self.may_supervise(look.by, None) && (agents.peek().is_none() || agents.any(|agent| self.may_supervise(look.by, Some(agent))));
        let own = || all.iter().any(|view| view.agent == Some(look.by));
        let waits = || contact.shown_in.is_some() && self.serves(look.by, id);
        overseen || own() || waits()
    }

    /// Whether this person serves the queue the contact is of.
    pub(super) fn serves(&self, user: UserId, id: InteractionId) -> bool {
        let queue = self.contacts.get(&id).and_then(|contact| contact.queue);
        let agent = self.directory.agents.get(&user);
        queue.is_some_and(|queue| agent.is_some_and(|agent| agent.settings.queues.contains(&queue)))
    }

    fn live_call(&self, now: Now, look: &Look, id: InteractionId, contact: &Contact) -> LiveCall {
        let recorded = self.lines.leg_of(contact.customer).and_then(|leg| self.calls.recording(leg));
        let silent = |view: &ParticipantView| {
            let listens = matches!(view.segment, SegmentKind::Listening | SegmentKind::Ringing);
            view.role == Role::Supervisor && listens && view.agent != Some(look.by)
        };
        let shown = |view: &ParticipantView| look.role > softphone_protocol::Role::Agent || !silent(view);
        let parties = self.interactions.participants(id).into_iter().filter(shown).map(|view| self.live_party(now, view)).collect();
        LiveCall {
            id,
            direction: self.interactions.direction(id).map(cti_types::event::CallDirection::word),
            number: contact.party.number.as_str().map(str::to_owned),
            display: contact.party.display.clone(),
            called: contact.called.clone(),
            queue: contact.queue,
            queue_name: contact.queue.and_then(|queue| self.directory.queues.get(&queue)).map(|queue| queue.settings.name.clone()),
            since: utc(now, contact.since),
            waiting: self.interactions.waits_in_queue(id),
            recording: recorded.is_some(),
            recording_paused: recorded.is_some_and(|(_, paused)| paused),
            parties,
        }
    }

    fn live_party(&self, now: Now, view: ParticipantView) -> LiveParty {
        LiveParty {
            participant: view.participant,
            role: view.role.word(),
            agent: view.agent,
            name: view.agent.and_then(|agent| self.directory.agents.get(&agent)).map(|agent| agent.name.clone()),
            state: view.segment.word(),
            since: utc(now, view.since),
            muted: self.lines.leg_of(view.participant).is_some_and(|leg| self.calls.is_muted(leg)),
        }
    }
}
