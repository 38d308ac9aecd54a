//! Messages that callers leave: begun and ended in the caller's interaction, then an interaction of their own that waits, is taken by an
//! agent, dealt with, or given back. No audio: what is recorded and played is the neighbours' matter.

use crate::interaction::{Interaction, Phase};
use crate::room::Desk;
use crate::words::{Arrival, Kept, MessageState, MessageView, Output, Restored};
use crate::work::{For, Place};
use cti_types::event::{AssignmentEnd, Body, CallDirection, Channel, CloseReason, LeaveReason, MessageEnd, Purpose, WorkEnd};
use cti_types::mailbox::{Left, Mailbox};
use cti_types::{AgentId, AssignmentId, InteractionId, ParticipantId, QueueId, RecordingId, Tick, Utc};
use std::time::Duration;

/// The message an interaction is about.
#[derive(Debug)]
pub(crate) struct Message {
    left: Left,
    origin: Option<InteractionId>,
    at: Utc,
    /// Who deals with it now.
    pub(crate) handler: Option<ParticipantId>,
    /// Nothing more is to be done with it.
    pub(crate) handled: bool,
    said: Option<MessageState>,
}

impl Interaction {
    // ---- in the caller's interaction

    /// The customer may leave a message from now on.
    pub(crate) fn enter_voicemail(&mut self, desk: &mut Desk<'_>, mailbox: Mailbox) {
        if self.has_customer() {
            self.leaving = true;
            desk.out.push_back(Output::EnterVoicemail { interaction: self.id, mailbox });
        }
    }

    pub(crate) fn message_begun(&mut self, desk: &mut Desk<'_>, recording: RecordingId, mailbox: Mailbox) {
        if self.has_customer() {
            self.leaving = true;
            self.write(desk, Body::RecordingStarted { recording });
            self.write(desk, Body::MessageBegun { recording, mailbox });
        }
    }

    pub(crate) fn message_dropped(&mut self, desk: &mut Desk<'_>, recording: RecordingId, end: MessageEnd, duration_ms: u64) {
        self.write(desk, Body::MessageEnded { recording, end, duration_ms, message: None });
        // In a flow of the house's own the caller is in the flow again.
        self.leaving &= self.flow.is_none();
    }

    /// The message becomes this interaction; since when its caller waited, and their priority.
    pub(crate) fn message_kept(&mut self, desk: &mut Desk<'_>, message: InteractionId, kept: &Kept) -> (Tick, u8) {
        let (recording, duration_ms) = (kept.recording, kept.duration_ms);
        self.write(desk, Body::MessageEnded { recording, end: MessageEnd::Left, duration_ms, message: Some(message) });
        self.leaving &= self.flow.is_none();
        self.reason.get_or_insert(CloseReason::LeftMessage);
        let waited = self.waiting_since.zip(self.place.as_ref());
        waited.map_or((desk.now.tick, 0), |(since, place)| (since, place.priority))
    }

    // ---- the message's own

    pub(crate) fn message_left(&mut self, desk: &mut Desk<'_>, origin: InteractionId, kept: Kept, (since, priority): (Tick, u8)) {
        let Kept { from, to, customers, recording, mailbox, duration_ms, wrap_up_max } = kept;
        let arrival = Arrival { direction: CallDirection::Inbound, from, to, trunk: None, call_id: None };
        self.opened_on(desk, arrival, Channel::Voicemail, Some(origin));
        let left = Left { recording, mailbox, duration_ms, since: self.log.anchor().utc(since), priority };
        self.write(desk, Body::MessageLeft { left });
        if !customers.is_empty() {
            self.identified(desk, customers);
        }
        self.message = Some(Message { left, origin: Some(origin), at: desk.now.utc, handler: None, handled: false, said: None });
        self.await_somebody(desk, wrap_up_max, since, Duration::ZERO);
    }

    /// It waited when the server stopped. What of its age this server's clock cannot hold is credit.
    pub(crate) fn message_restored(&mut self, desk: &mut Desk<'_>, restored: Restored) {
        let Restored { kept, left, origin, at, .. } = restored;
        let age = Duration::from_micros(u64::try_from(desk.now.utc.0 - left.since.0).unwrap_or_default());
        let since = desk.now.tick.back(age);
        let credit = age.saturating_sub(desk.now.tick.since(since));
        self.direction = Some(CallDirection::Inbound);
        self.message = Some(Message { left, origin, at, handler: None, handled: false, said: None });
        self.await_somebody(desk, kept.wrap_up_max, since, credit);
    }

    fn await_somebody(&mut self, desk: &mut Desk<'_>, wrap_up_max: Duration, since: Tick, credit: Duration) {
        let Some(left) = self.message.as_ref().map(|message| message.left) else { return };
        self.wrap_up_max = wrap_up_max;
        match left.mailbox {
            Mailbox::Queue(queue) => {
                let place = Place { queue, priority: left.priority, skills: Vec::new(), since, credit, wrap_up_max };
                self.enqueue(desk, For::Message, place, (desk.now.tick, Vec::new()));
            }
            // Nobody is asked: it is in the agent's mailbox until they take it.
            Mailbox::Agent(_) => {}
        }
    }

    /// Back to where it waited.
    pub(crate) fn message_waits(&mut self, desk: &mut Desk<'_>) {
        let free = self.customers_work().is_none() && self.assignments.is_empty();
        if let Some(place) = self.place.clone().filter(|_| free) {
            self.enqueue(desk, For::Message, place, (desk.now.tick, Vec::new()));
        }
    }

    /// The queue it was for is there again.
    pub(crate) fn queue_back(&mut self, desk: &mut Desk<'_>, queue: QueueId) {
        let mine = self.place.as_ref().is_some_and(|place| place.queue == queue);
        if mine && self.message.as_ref().is_some_and(|message| !message.handled) {
            self.message_waits(desk);
        }
    }

    /// An agent takes it by hand. When they cannot after all, it waits where it did.
    pub(crate) fn message_asked(&mut self, desk: &mut Desk<'_>, agent: AgentId) {
        if self.message.as_ref().is_none_or(|message| message.handled) || !self.assignments.is_empty() {
            return;
        }
        match self.waiting_in_queue() {
            Some(work) => drop(self.withdraw_work(desk, work, WorkEnd::Taken(agent))),
            // Somebody has it already, or is about to.
            None if self.customers_work().is_some() => return,
            None => {}
        }
        self.aim(desk, For::Message, Purpose::Message, agent, Some(agent));
    }

    /// The agent has it.
    pub(crate) fn message_taken(&mut self, participant: ParticipantId) {
        if let Some(message) = &mut self.message {
            message.handler = Some(participant);
        }
    }

    pub(crate) fn message_handled(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId) {
        let Some(participant) = self.handler_by(assignment) else { return };
        self.write(desk, Body::MessageHandled { assignment });
        if let Some(message) = &mut self.message {
            (message.handler, message.handled) = (None, true);
        }
        self.served = true;
        self.contact_over(desk, participant, LeaveReason::Finished);
    }

    pub(crate) fn message_returned(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId) {
        if self.handler_by(assignment).is_none() {
            return;
        }
        self.write(desk, Body::MessageReturned { assignment });
        if let Some(message) = &mut self.message {
            message.handler = None;
        }
        self.end_assignment(desk, assignment, AssignmentEnd::Returned);
        self.message_waits(desk);
    }

    /// Who deals with the message by this assignment.
    fn handler_by(&self, assignment: AssignmentId) -> Option<ParticipantId> {
        let handler = self.message.as_ref()?.handler?;
        let by = self.assignments.get(&assignment).filter(|a| a.participant == handler && a.phase == Phase::Active);
        by.map(|_| handler)
    }

    /// The assignment by which this participant deals with the message.
    pub(crate) fn handling(&self, participant: ParticipantId) -> Option<AssignmentId> {
        let handler = self.message.as_ref()?.handler.filter(|handler| *handler == participant)?;
        self.assignments.iter().find(|(_, a)| a.participant == handler && a.phase == Phase::Active).map(|(id, _)| *id)
    }

    // ---- questions

    /// Something is still to be done with a message.
    pub(crate) fn has_open_message(&self) -> bool {
        self.message.as_ref().is_some_and(|message| !message.handled)
    }

    pub(crate) fn message_view(&self) -> Option<MessageView> {
        let message = self.message.as_ref()?;
        let offered = self.offers.values().any(|offer| offer.accepting.is_none());
        let taken = self.assignments.iter().next();
        let state = match taken {
            Some((assignment, by)) => MessageState::Taken { agent: by.agent, assignment: *assignment },
            None if message.handled => MessageState::Over,
            None if offered => MessageState::Offered,
            None => MessageState::Waiting { queue: self.place.as_ref().map(|place| place.queue) },
        };
        Some(MessageView { interaction: self.id, origin: message.origin, left: message.left, at: message.at, state })
    }

    /// Tells where the message stands when that has changed; called after every input.
    pub(crate) fn tell_message(&mut self, desk: &mut Desk<'_>) {
        let Some(view) = self.message_view() else { return };
        let Some(message) = &mut self.message else { return };
        if message.said != Some(view.state) {
            message.said = Some(view.state);
            desk.out.push_back(Output::Message(view));
        }
    }
}
