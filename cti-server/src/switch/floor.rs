//! What supervisors' screens show beside agents and queues: calls, who is with whom, the figures of the day; and the presence that they set for
//! others. Extends [`Rooms`].

use super::Audience;
use super::agents::Done;
use super::rooms::{Contact, Rooms};
use super::verbs::{Audited, BY_SCREEN};
use super::views::{caller, wall_ms, written};
use cti_interaction::ParticipantView;
use cti_types::acd::{AcdInput, Presence};
use cti_types::event::Role;
use cti_types::{AgentId, CustomerId, InteractionId, Now, QueueId, ReasonId, UserId};
use softphone_protocol::{
    ErrorCode, FloorCallView, FloorPartyView, PresenceAsked, PresenceView, QueueFiguresView, SupervisedView, WireError, key,
};
use std::collections::{BTreeMap, BTreeSet};

/// Most calls shown on the floor. A further one is found by `GET /calls`, and shown when it changes and there is room again.
const CALLS_MAX: usize = 2_000;

/// How a queue did, as counted from the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountedFigures {
    /// Since midnight in the queue's zone.
    pub today: QueueFiguresView,
    /// In the running quarter hour and the one before it.
    pub lately: QueueFiguresView,
}

/// What is on the floor's screens, and what was counted for them.
#[derive(Default)]
pub(super) struct Floor {
    calls: BTreeSet<InteractionId>,
    /// Calls in which somebody supervised when they were last shown.
    supervised: BTreeSet<InteractionId>,
    figures: BTreeMap<QueueId, CountedFigures>,
}

impl Floor {
    pub(super) fn figures(&self, queue: QueueId) -> Option<&CountedFigures> {
        self.figures.get(&queue)
    }
}

/// The customer it most probably is.
pub(super) fn likeliest(contact: &Contact) -> Option<CustomerId> {
    contact.found.as_ref().and_then(|found| found.customers.first().copied())
}

impl Rooms {
    // ---- figures

    /// The log was counted anew.
    pub(super) fn figures_counted(&mut self, now: Now, figures: BTreeMap<QueueId, CountedFigures>) {
        let old = std::mem::replace(&mut self.floor.figures, figures);
        let differs = |id: &QueueId| old.get(id) != self.floor.figures.get(id);
        let changed: Vec<QueueId> = self.directory.queues.keys().copied().filter(differs).collect();
        for id in changed {
            if let Some(state) = self.acd.queue(id) {
                self.show_queue(now, &state);
            }
        }
    }

    // ---- calls

    /// Shows a call, and the agents in it where somebody supervises.
    pub(super) fn show_floor_call(&mut self, now: Now, interaction: InteractionId) {
        let Some(contact) = self.contacts.get(&interaction) else { return };
        let all = self.interactions.participants(interaction);
        // Messages that wait are counted with their queue, and listed there.
        let is_call = self.interactions.message(interaction).is_none() || all.iter().any(|view| view.agent.is_some());
        let has_room = self.floor.calls.len() < CALLS_MAX || self.floor.calls.contains(&interaction);
        if is_call && has_room {
            let text = written(&self.floor_call(now, interaction, contact, &all));
            self.floor.calls.insert(interaction);
            self.publish(Audience::Floor, key::floor_call(interaction), text);
        } else {
            self.hide_floor_call(interaction);
        }
        let is_supervised = all.iter().any(|view| self.interactions.supervised_by(view.participant).is_some());
        let was_supervised = self.floor.supervised.remove(&interaction);
        if is_supervised {
            self.floor.supervised.insert(interaction);
        }
        if is_supervised || was_supervised {
            self.show_agents_of(now, &all);
        }
    }

    /// The call is over.
    pub(super) fn hide_floor_call(&mut self, interaction: InteractionId) {
        self.floor.supervised.remove(&interaction);
        if self.floor.calls.remove(&interaction) {
            self.publish(Audience::Floor, key::floor_call(interaction), None);
        }
    }

    /// Who the customer is became known.
    pub(super) fn show_known_customer(&mut self, now: Now, interaction: InteractionId) {
        self.show_waiting(now, interaction);
        self.show_floor_call(now, interaction);
        let all = self.interactions.participants(interaction);
        self.show_agents_of(now, &all);
    }

    fn show_agents_of(&mut self, now: Now, all: &[ParticipantView]) {
        for agent in all.iter().filter_map(|view| view.agent) {
            self.show_agent(now, agent);
        }
    }

    fn floor_call(&self, now: Now, interaction: InteractionId, contact: &Contact, all: &[ParticipantView]) -> FloorCallView {
        let waiting = self.interactions.waits_in_queue(interaction);
        let standing = self.interactions.work(interaction).filter(|_| waiting).and_then(|work| self.acd.standing(work));
        let party = |view: &ParticipantView| FloorPartyView {
            participant: view.participant,
            role: view.role.word().to_owned(),
            agent: view.agent,
            name: view.agent.and_then(|agent| self.agent_name(agent)),
            state: view.segment.word().to_owned(),
            since_ms: wall_ms(now, view.since),
        };
        FloorCallView {
            interaction,
            direction: self.interactions.direction(interaction).map(|direction| direction.word().to_owned()),
            caller: caller(contact),
            customer: likeliest(contact),
            queue: contact.queue,
            queue_name: contact.queue.and_then(|queue| self.queue_name(queue)),
            since_ms: wall_ms(now, standing.map_or(contact.since, |(_, _, since)| since)),
            waiting,
            offered: waiting && all.iter().any(|view| view.role != Role::Customer),
            message: self.interactions.message(interaction).is_some(),
            priority: standing.map(|(_, priority, _)| priority),
            recording: self.lines.leg_of(contact.customer).is_some_and(|leg| self.calls.recording(leg).is_some()),
            score_tenths: self.worst_score(interaction),
            parties: all.iter().map(party).collect(),
        }
    }

    /// The supervisors who are with this agent in a call.
    pub(super) fn supervisors_of(&self, interaction: InteractionId, agent: AgentId) -> Vec<SupervisedView> {
        let all = self.interactions.participants(interaction);
        let is_of = |view: &&ParticipantView| {
            let target = self.interactions.supervised_by(view.participant);
            target.is_some_and(|target| all.iter().any(|other| other.participant == target && other.agent == Some(agent)))
        };
        let shown = |view: &ParticipantView| {
            let agent = view.agent?;
            Some(SupervisedView { agent, name: self.agent_name(agent), mode: view.segment.word().to_owned() })
        };
        all.iter().filter(is_of).filter_map(shown).collect()
    }

    pub(super) fn agent_name(&self, agent: AgentId) -> Option<String> {
        self.directory.agents.get(&agent).map(|agent| agent.name.clone())
    }

    // ---- others' presence

    /// A supervisor sets an agent's presence, or signs them out.
    pub(super) fn set_presence_of(
        &mut self,
        now: Now,
        user: UserId,
        agent: AgentId,
        presence: PresenceView,
        reason: Option<ReasonId>,
    ) -> Done {
        if !self.may_supervise(user, Some(agent)) {
            return Err(WireError::new(ErrorCode::Forbidden, "you do not supervise this agent").field("agent"));
        }
        self.signed_in(agent).map_err(|_| WireError::new(ErrorCode::NotSignedIn, "this agent is not signed in").field("agent"))?;
        let word = match presence {
            PresenceView::LoggedOut => {
                self.acd.handle(now, AcdInput::SetPresence { agent, presence: Presence::LoggedOut });
                "logged_out"
            }
            PresenceView::NotReady => {
                self.set_presence(now, agent, PresenceAsked::NotReady, reason)?;
                "not_ready"
            }
            PresenceView::Ready => {
                self.set_presence(now, agent, PresenceAsked::Ready, reason)?;
                "ready"
            }
        };
        let (via, action) = (BY_SCREEN, "set_presence");
        self.audit(Audited { at: now.utc, by: user, via, action, interaction: None, agent: Some(agent), mode: Some(word) });
        Ok(())
    }
}
