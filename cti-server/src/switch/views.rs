//! What screens show: views made from the rooms' state whenever it changes. Holds no rule. Extends [`Rooms`].

use super::agents::Telephone;
use super::floor::likeliest;
use super::lines::Ringing;
use super::rooms::{Contact, Rooms};
use super::{Audience, Effect};
use crate::card;
use crm_core::Viewer;
use cti_interaction::{AssignmentView, ParticipantView};
use cti_types::acd::{AgentState, NotReadyReason, Presence, QueueState};
use cti_types::event::{Purpose, Role, SegmentKind};
use cti_types::{AgentId, AssignmentId, InteractionId, LegId, Now, QueueId, Tick};
use serde::Serialize;
use softphone_protocol::{
    ActionsView, AgentView, CallState, CallView, CallerView, CardView, CollectedView, Device, DeviceNote, DeviceView, FloorAgentView,
    MessageView, OfferView, PartyView, PendingView, PresenceView, QueueView, ReasonView, ShownState, WaitingView, WrapUpCodeView,
    WrapUpView, key,
};
use std::sync::Arc;

/// A tick as ms since the Unix epoch, by the clock as it stands now.
pub(super) fn wall_ms(now: Now, tick: Tick) -> i64 {
    now.utc.ms() + (tick.0 as i64 - now.tick.0 as i64) / 1000
}

pub(super) fn presence_view(presence: Presence) -> PresenceView {
    match presence {
        Presence::LoggedOut => PresenceView::LoggedOut,
        Presence::NotReady(_) => PresenceView::NotReady,
        Presence::Ready => PresenceView::Ready,
    }
}

impl Rooms {
    pub(super) fn publish(&mut self, audience: Audience, key: String, value: Option<Arc<str>>) {
        self.effects.push_back(Effect::Publish { audience, key, value });
    }

    fn show<T: Serialize>(&mut self, audience: Audience, key: String, view: &T) {
        self.publish(audience, key, written(view));
    }

    // ---- one agent's own screen

    pub(super) fn show_offer(&mut self, now: Now, ringing: &Ringing) {
        // One's own call is no offer: the call itself is on the screen.
        if ringing.is_own() {
            return;
        }
        // The queue is known now, and more may have been collected.
        self.advise(now, ringing.interaction, ringing.queue);
        let Some(contact) = self.contacts.get(&ringing.interaction) else { return };
        let view = OfferView {
            offer: ringing.offer,
            interaction: ringing.interaction,
            queue: ringing.queue,
            queue_name: ringing.queue.and_then(|queue| self.queue_name(queue)),
            purpose: ringing.purpose.map(|purpose| purpose.word().to_owned()),
            caller: caller(contact),
            cards: self.cards_for(contact, ringing.agent),
            card_pending: contact.found.is_none(),
            collected: collected(contact),
            path: contact.path.clone(),
            waiting_since_ms: wall_ms(now, contact.since),
            until_ms: wall_ms(now, ringing.until),
            device_note: self.device_note(ringing),
        };
        self.show(Audience::Me(ringing.agent), key::offer(ringing.offer), &view);
    }

    fn device_note(&self, ringing: &Ringing) -> DeviceNote {
        if ringing.purpose == Some(Purpose::Message) {
            DeviceNote::AcceptHere
        } else if !self.desks.is_at_page(ringing.agent) {
            DeviceNote::LiftPhone
        } else if ringing.answers_itself() {
            DeviceNote::AutoAnswer
        } else {
            DeviceNote::AnswerHere
        }
    }

    pub(super) fn show_call(&mut self, now: Now, leg: LegId) {
        let Some(line) = self.lines.get(leg) else { return };
        let Some(ringing) = line.agent else { return };
        let Some(contact) = self.contacts.get(&ringing.interaction) else { return };
        let work = self.desks.works_of(ringing.agent).find(|(_, w)| w.view.participant == ringing.participant);
        let (state, since) = match work.as_ref() {
            Some((_, work)) => (call_state(work.view.segment), work.view.since),
            None => (CallState::Ringing, now.tick),
        };
        let recorded = self.lines.leg_of(contact.customer).and_then(|leg| self.calls.recording(leg));
        let queue = work.as_ref().map_or(ringing.queue, |(_, work)| work.view.queue.or(ringing.queue));
        let view = CallView {
            interaction: ringing.interaction,
            leg,
            assignment: work.as_ref().map(|(id, _)| *id),
            state,
            since_ms: wall_ms(now, since),
            answered_ms: work.as_ref().map(|(_, w)| wall_ms(now, w.answered)),
            queue_name: queue.and_then(|queue| self.queue_name(queue)),
            caller: caller(contact),
            cards: self.cards_for(contact, ringing.agent),
            collected: collected(contact),
            recording: recorded.is_some(),
            recording_paused: recorded.is_some_and(|(_, paused)| paused),
            muted: self.calls.is_muted(leg),
            purpose: ringing.purpose.map(|purpose| purpose.word().to_owned()),
            parties: self.parties(now, &ringing),
            actions: self.actions(leg, &ringing, state),
            quality: self.measured.quality(leg),
            answerer: self.measured.answerer(ringing.interaction).map(|answerer| answerer.word().to_owned()),
            code: work.as_ref().and_then(|(_, work)| work.code),
            note: work.as_ref().and_then(|(_, work)| work.note.clone()),
        };
        self.show(Audience::Me(ringing.agent), key::call(leg), &view);
    }

    /// What was found of the customer, as this agent may see it.
    fn cards_for(&self, contact: &Contact, agent: AgentId) -> Vec<CardView> {
        let Some(found) = &contact.found else { return Vec::new() };
        let roles = self.directory.dialling.people.get(&agent).map(|person| person.roles.clone()).unwrap_or_default();
        let team = self.directory.agents.get(&agent).and_then(|agent| agent.team);
        card::views(found, &Viewer::of(agent, roles, team))
    }

    /// Everybody else in the call. A supervisor who only listens is seen by supervisors alone.
    fn parties(&self, now: Now, of: &Ringing) -> Vec<PartyView> {
        let all = self.interactions.participants(of.interaction);
        let is_boss = all.iter().any(|view| view.participant == of.participant && view.role == Role::Supervisor);
        let silent =
            |view: &ParticipantView| view.role == Role::Supervisor && matches!(view.segment, SegmentKind::Listening | SegmentKind::Ringing);
        let shown = |view: &ParticipantView| {
            let other = view.participant != of.participant && view.segment != SegmentKind::WrapUp;
            other && (is_boss || !silent(view))
        };
        let party = |view: ParticipantView| PartyView {
            participant: view.participant,
            role: view.role.word().to_owned(),
            agent: view.agent,
            name: view.agent.and_then(|agent| self.directory.agents.get(&agent)).map(|agent| agent.name.clone()),
            state: view.segment.word().to_owned(),
            since_ms: wall_ms(now, view.since),
            muted: self.lines.leg_of(view.participant).is_some_and(|leg| self.calls.is_muted(leg)),
            quality: self.lines.leg_of(view.participant).and_then(|leg| self.measured.quality(leg)),
        };
        all.into_iter().filter(shown).map(party).collect()
    }

    fn actions(&self, leg: LegId, of: &Ringing, state: CallState) -> ActionsView {
        let can = self.interactions.actions(of.participant);
        let held = self.calls.is_held_by_command(leg);
        let talks = matches!(state, CallState::Talking | CallState::Held);
        ActionsView {
            hold: talks && !held && self.calls.is_bridged(leg),
            retrieve: talks && held && !self.calls.is_held_by_device(leg),
            transfer: can.transfer,
            consult: can.consult,
            consulting: can.consulting,
            give_up: can.give_up,
            mute: self.calls.is_up(leg),
            record: talks,
            supervising: matches!(state, CallState::Listening | CallState::Whispering | CallState::Barging),
        }
    }

    /// Shows the calls again whose parties, or what they do, changed.
    pub(super) fn show_changed_calls(&mut self, now: Now) {
        for interaction in std::mem::take(&mut self.changed_calls) {
            for view in self.interactions.participants(interaction) {
                if let Some(leg) = self.lines.leg_of(view.participant) {
                    self.show_call(now, leg);
                }
            }
            self.show_waiting(now, interaction);
            self.show_floor_call(now, interaction);
        }
    }

    /// A call that waits is on its queue's screens, for whoever may take or move it.
    pub(super) fn show_waiting(&mut self, now: Now, interaction: InteractionId) {
        let waits = self.interactions.waits_in_queue(interaction);
        let Some(contact) = self.contacts.get_mut(&interaction) else { return };
        let queue = contact.queue.filter(|_| waits);
        let before = std::mem::replace(&mut contact.shown_in, queue);
        if let Some(old) = before.filter(|_| before != queue) {
            self.publish(Audience::Queue(old), key::waiting(interaction), None);
        }
        let Some(contact) = self.contacts.get(&interaction) else { return };
        if let Some(queue) = queue {
            let offered = self.interactions.participants(interaction).iter().any(|view| view.role != Role::Customer);
            let message = self.interactions.message(interaction).is_some();
            let standing = self.interactions.work(interaction).and_then(|work| self.acd.standing(work));
            let view = WaitingView {
                interaction,
                caller: caller(contact),
                since_ms: wall_ms(now, standing.map_or(contact.since, |(_, _, since)| since)),
                offered,
                message,
                customer: likeliest(contact),
                priority: standing.map(|(_, priority, _)| priority),
            };
            self.show(Audience::Queue(queue), key::waiting(interaction), &view);
        }
    }

    /// The contact is over: it waits nowhere.
    pub(super) fn hide_waiting(&mut self, interaction: InteractionId, queue: Option<QueueId>) {
        if let Some(queue) = queue {
            self.publish(Audience::Queue(queue), key::waiting(interaction), None);
        }
    }

    /// Shows what is on screens of this interaction again: the card came.
    pub(super) fn show_contact(&mut self, now: Now, interaction: InteractionId) {
        for view in self.interactions.participants(interaction) {
            let Some(leg) = self.lines.leg_of(view.participant) else { continue };
            let Some(ringing) = self.lines.get(leg).and_then(|line| line.agent) else { continue };
            if view.segment == SegmentKind::Ringing {
                self.show_offer(now, &ringing);
            }
            self.show_call(now, leg);
        }
    }

    pub(super) fn publish_message(&mut self, agent: AgentId, message: &cti_interaction::MessageView, assignment: Option<AssignmentId>) {
        let Some(contact) = self.contacts.get(&message.interaction) else { return };
        let view = MessageView {
            interaction: message.interaction,
            origin: message.origin,
            recording: message.left.recording,
            assignment,
            queue_name: contact.queue.and_then(|queue| self.queue_name(queue)),
            caller: caller(contact),
            cards: self.cards_for(contact, agent),
            left_ms: message.at.ms(),
            duration_ms: message.left.duration_ms,
        };
        self.show(Audience::Me(agent), key::message(message.interaction), &view);
    }

    pub(super) fn show_assignment(&mut self, now: Now, view: &AssignmentView) {
        self.desks.set_work(view);
        let leg = self.lines.leg_of(view.participant);
        match (view.wrap_up_until, leg) {
            (None, Some(leg)) => self.show_call(now, leg),
            (None, None) => {}
            (Some(_), _) => self.show_wrap_up(now, view.assignment),
        }
        self.show_agent(now, view.agent);
    }

    pub(super) fn show_wrap_up(&mut self, now: Now, assignment: AssignmentId) {
        let Some(work) = self.desks.works.get(&assignment) else { return };
        let Some(until) = work.view.wrap_up_until else { return };
        let queue = work.view.queue;
        let view = WrapUpView {
            assignment,
            interaction: work.view.interaction,
            until_ms: Some(wall_ms(now, until)),
            required: self.directory.wants_code(queue),
            codes: self.directory.codes_for(queue).map(|(id, code)| WrapUpCodeView { id, name: code.name.clone() }).collect(),
            code: work.code,
            note: work.note.clone(),
            outcome: work.outcome.map(|outcome| outcome.word().to_owned()),
            line_lost: work.view.line_lost,
        };
        self.show(Audience::Me(work.view.agent), key::wrap_up(assignment), &view);
    }

    /// Which page is the agent's telephone; nothing of it when they have another.
    pub(super) fn show_audio(&mut self, now: Now, agent: AgentId) {
        if self.desks.is_at_page(agent) {
            let view = self.pages.view(agent, now, wall_ms);
            self.show(Audience::Me(agent), key::AUDIO.to_owned(), &view);
        } else {
            self.publish(Audience::Me(agent), key::AUDIO.to_owned(), None);
        }
    }

    pub(super) fn show_agent(&mut self, now: Now, agent: AgentId) {
        let Some(entry) = self.directory.agents.get(&agent) else { return };
        let (name, team) = (entry.name.clone(), entry.team);
        let state = self.agents.get(&agent).cloned().unwrap_or_else(|| logged_out(agent, now.tick));
        let shown = self.shown_state(&state);
        let desk = self.desks.desk_mut(agent);
        let since = match desk.shown {
            Some((before, since)) if before == shown => since,
            Some(_) | None => now.tick,
        };
        desk.shown = Some((shown, since));
        let (owner_session, telephone, reachable) = (desk.owner, desk.telephone, state.reachable);
        let device = telephone.and_then(|telephone| match telephone {
            Telephone::Phone(id) => {
                let phone = self.directory.phones.get(&id)?;
                Some(DeviceView { device: Device::Phone { id }, name: phone.name.clone(), reachable, can_answer: false })
            }
            Telephone::Page => {
                let name = self.pages.label(agent).unwrap_or_default().to_owned();
                Some(DeviceView { device: Device::Browser, name, reachable, can_answer: true })
            }
        });
        let reason = self.reason(state.presence);
        let pending = state.pending.map(|p| PendingView { presence: presence_view(p), reason: self.reason(p) });
        let since_ms = wall_ms(now, since);
        let view = AgentView {
            state: shown,
            presence: presence_view(state.presence),
            reason: reason.clone(),
            pending: pending.clone(),
            since_ms,
            device,
            owner_session,
        };
        self.show(Audience::Me(agent), key::AGENT.to_owned(), &view);
        // A conversation rather than the time after an earlier one.
        let work = self.desks.works_of(agent).map(|(_, w)| w.view).min_by_key(|view| view.wrap_up_until);
        let work = work.map(|view| (view.interaction, view.queue));
        let with = work.and_then(|(interaction, _)| self.contacts.get(&interaction));
        let view = FloorAgentView {
            agent,
            name,
            team,
            state: shown,
            reason,
            pending,
            since_ms,
            device_reachable: state.reachable,
            interaction: work.map(|(interaction, _)| interaction),
            queue_name: work.and_then(|(_, queue)| queue).and_then(|queue| self.queue_name(queue)),
            score_tenths: work.and_then(|(interaction, _)| self.worst_score(interaction)),
            caller: with.map(caller),
            customer: with.and_then(likeliest),
            supervised_by: work.map(|(interaction, _)| self.supervisors_of(interaction, agent)).unwrap_or_default(),
        };
        let (key, text) = (key::agent(agent), written(&view));
        if let Some(team) = team {
            self.publish(Audience::Team(team), key.clone(), text.clone());
        }
        self.publish(Audience::Floor, key, text);
    }

    /// Derived, never stored: assignments first, then offers, then presence.
    pub(super) fn shown_state(&self, state: &AgentState) -> ShownState {
        let segment = |id: &AssignmentId| self.desks.works.get(id).map(|w| w.view.segment);
        let segments: Vec<Option<SegmentKind>> = state.assignments.iter().map(|(id, _)| segment(id)).collect();
        let any = |kind: SegmentKind| segments.contains(&Some(kind));
        let talks = [SegmentKind::Talking, SegmentKind::Dialling, SegmentKind::Consulting, SegmentKind::Barging].into_iter().any(any);
        let supervises = any(SegmentKind::Listening) || any(SegmentKind::Whispering);
        if talks || supervises || segments.contains(&None) {
            ShownState::Talking
        } else if any(SegmentKind::Holding) || any(SegmentKind::OnHold) {
            ShownState::Hold
        } else if any(SegmentKind::Handling) {
            ShownState::Handling
        } else if any(SegmentKind::WrapUp) {
            ShownState::WrapUp
        } else if !state.offers.is_empty() {
            ShownState::Reserved
        } else {
            match state.presence {
                Presence::LoggedOut => ShownState::LoggedOut,
                Presence::NotReady(_) => ShownState::NotReady,
                Presence::Ready => ShownState::Ready,
            }
        }
    }

    fn reason(&self, presence: Presence) -> Option<ReasonView> {
        match presence {
            Presence::NotReady(reason) => {
                let name = match reason {
                    NotReadyReason::Chosen(id) => self.directory.reasons.get(&id).cloned(),
                    NotReadyReason::Unspecified
                    | NotReadyReason::NoAnswer
                    | NotReadyReason::DeviceBusy
                    | NotReadyReason::DeviceUnreachable
                    | NotReadyReason::ConnectionLost => None,
                };
                Some(ReasonView::new(reason, name))
            }
            Presence::LoggedOut | Presence::Ready => None,
        }
    }

    // ---- the floor

    pub(super) fn show_queue(&mut self, now: Now, state: &QueueState) {
        let Some(queue) = self.directory.queues.get(&state.queue) else {
            self.publish(Audience::Floor, key::queue(state.queue), None);
            self.publish(Audience::Queue(state.queue), key::QUEUE.to_owned(), None);
            return;
        };
        let figures = self.floor.figures(state.queue);
        let view = QueueView {
            queue: state.queue,
            name: queue.settings.name.clone(),
            waiting: state.waiting,
            messages: state.staying,
            offered: state.offered,
            oldest_ms: state.oldest.map(|at| wall_ms(now, at)),
            staffed: state.staffed,
            ready: state.ready,
            busy: state.busy,
            open: queue.settings.open,
            expected_wait_ms: state.expected.map(|wait| wait.as_millis() as u64),
            expected_error_ms: state.expected_error.map(|error| error.as_millis() as u64),
            today: figures.map(|figures| figures.today),
            lately: figures.map(|figures| figures.lately),
        };
        let text = written(&view);
        self.publish(Audience::Floor, key::queue(state.queue), text.clone());
        self.publish(Audience::Queue(state.queue), key::QUEUE.to_owned(), text);
    }

    /// Everything that a new configuration may have renamed.
    pub(super) fn show_all(&mut self, now: Now) {
        let queues: Vec<QueueId> = self.directory.queues.keys().copied().collect();
        for id in queues {
            if let Some(state) = self.acd.queue(id) {
                self.show_queue(now, &state);
            }
        }
        let agents: Vec<AgentId> = self.directory.agents.keys().copied().collect();
        for id in agents {
            self.show_agent(now, id);
        }
    }

    pub(super) fn queue_name(&self, queue: QueueId) -> Option<String> {
        self.directory.queues.get(&queue).map(|q| q.settings.name.clone())
    }
}

/// A view as JSON. Views are plain structs with text keys: they always can be.
pub(super) fn written<T: Serialize>(view: &T) -> Option<Arc<str>> {
    serde_json::to_string(view).ok().map(Arc::from)
}

fn call_state(segment: SegmentKind) -> CallState {
    match segment {
        SegmentKind::Ringing | SegmentKind::Arriving => CallState::Ringing,
        SegmentKind::Dialling => CallState::Dialling,
        SegmentKind::Talking | SegmentKind::Ivr | SegmentKind::Waiting | SegmentKind::WrapUp => CallState::Talking,
        SegmentKind::Voicemail | SegmentKind::Handling => CallState::Talking,
        SegmentKind::Holding => CallState::Held,
        SegmentKind::OnHold => CallState::OnHold,
        SegmentKind::Consulting => CallState::Consulting,
        SegmentKind::Listening => CallState::Listening,
        SegmentKind::Whispering => CallState::Whispering,
        SegmentKind::Barging => CallState::Barging,
    }
}

pub(super) fn caller(contact: &Contact) -> CallerView {
    CallerView { number: contact.party.number.as_str().map(str::to_owned), display: contact.party.display.clone() }
}

fn collected(contact: &Contact) -> Vec<CollectedView> {
    contact.collected.iter().map(|(key, value)| CollectedView { key: key.clone(), value: value.clone() }).collect()
}

fn logged_out(agent: AgentId, since: Tick) -> AgentState {
    AgentState { agent, presence: Presence::LoggedOut, since, pending: None, offers: Vec::new(), assignments: Vec::new(), reachable: false }
}
