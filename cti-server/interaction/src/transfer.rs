//! Giving the customer to somebody else at once, and numbers that are called: for that, for a consultation, or by an agent's own wish.
//! A transfer that fails gives the customer back; they are never lost.

use crate::interaction::{Back, Called, Interaction};
use crate::room::Desk;
use crate::words::{Arrival, DialAsked, DialFor, Output, Target};
use crate::work::{For, Place};
use cti_types::event::{
    Body, CallDirection, CloseReason, LeaveReason, PartyEnd, PersonalKind, Purpose, RecordingMark, Role, SegmentKind, TransferHow,
    TransferTo,
};
use cti_types::mailbox::Mailbox;
use cti_types::{AgentId, Number, ParticipantId, PersonalId, QueueId};
use std::time::Duration;

impl Target {
    pub(crate) fn word(&self) -> TransferTo {
        match self {
            Target::Queue { queue, .. } => TransferTo::Queue(*queue),
            Target::Agent(agent) => TransferTo::Agent(*agent),
            Target::Flow(flow) => TransferTo::Flow(*flow),
            Target::Number(_) => TransferTo::Number,
            Target::AgentElseVoicemail(agent) => TransferTo::Agent(*agent),
            Target::Voicemail(Mailbox::Queue(queue)) => TransferTo::QueueVoicemail(*queue),
            Target::Voicemail(Mailbox::Agent(agent)) => TransferTo::AgentVoicemail(*agent),
        }
    }
}

impl Interaction {
    // ---- blind transfer

    pub(crate) fn transfer_asked(&mut self, desk: &mut Desk<'_>, by: ParticipantId, to: Target) {
        if !self.actions(by).transfer {
            return;
        }
        let agent = self.agent_of(by);
        self.write(desk, Body::Transferred { by, to: to.word(), how: TransferHow::Blind });
        self.mark(desk, RecordingMark::Transferred);
        self.back = Some(Back { to: to.word(), agent, said: false, mailbox: None });
        match to {
            Target::Queue { queue, wrap_up_max } => {
                self.back = None;
                let place = self.place_in(desk, queue, wrap_up_max);
                self.enqueue(desk, For::Customer, place, (desk.now.tick, Vec::new()));
            }
            Target::Agent(other) => {
                self.aim(desk, For::Customer, Purpose::Transfer, other, agent);
            }
            Target::AgentElseVoicemail(other) => {
                if let Some(back) = &mut self.back {
                    back.mailbox = Some(other);
                }
                self.aim(desk, For::Customer, Purpose::Transfer, other, agent);
            }
            Target::Voicemail(mailbox) => {
                self.back = None;
                self.enter_voicemail(desk, mailbox);
            }
            Target::Flow(flow) => {
                self.back = None;
                desk.out.push_back(Output::EnterFlow { interaction: self.id, flow });
            }
            Target::Number(number) => {
                let Some(by) = agent else { return };
                self.call_number(desk, number, by, DialFor::Transfer);
                desk.out.push_back(Output::Waiting { interaction: self.id, customer: self.customer, queue: None });
            }
        }
        self.release(desk, by, LeaveReason::Transferred);
    }

    /// A place in this queue with the age and priority the customer has. What skills they need, only their own queue knows.
    pub(crate) fn place_in(&self, desk: &Desk<'_>, queue: QueueId, wrap_up_max: Duration) -> Place {
        match &self.place {
            Some(place) if place.queue == queue => Place { wrap_up_max, ..place.clone() },
            Some(place) => Place { queue, wrap_up_max, skills: Vec::new(), ..place.clone() },
            None => Place { queue, priority: 0, skills: Vec::new(), since: desk.now.tick, credit: Duration::ZERO, wrap_up_max },
        }
    }

    /// Nobody came: the customer may leave a message where that was agreed, or goes to who made the transfer if they are free, else to the
    /// place in the queue they came from.
    pub(crate) fn go_back(&mut self, desk: &mut Desk<'_>, reason: PartyEnd) {
        if !self.has_customer() {
            return;
        }
        let (mut agent, mut mailbox) = (None, None);
        if let Some(back) = &mut self.back {
            (agent, mailbox) = (back.agent.take(), back.mailbox.take());
            let to = back.to;
            if !std::mem::replace(&mut back.said, true) {
                self.write(desk, Body::TransferFailed { to, reason });
            }
        }
        if let Some(mailbox) = mailbox {
            self.back = None;
            return self.enter_voicemail(desk, Mailbox::Agent(mailbox));
        }
        match (agent, self.place.clone()) {
            (Some(agent), _) => {
                self.aim(desk, For::Customer, Purpose::GivenBack, agent, None);
            }
            (None, Some(place)) => {
                self.back = None;
                self.enqueue(desk, For::Customer, place, (desk.now.tick, Vec::new()));
            }
            (None, None) => {
                self.reason.get_or_insert(CloseReason::Failed);
                self.dismiss_customer(desk, LeaveReason::Failed);
            }
        }
    }

    // ---- numbers

    /// The number is called for who has come, as if somebody had transferred them to it.
    pub(crate) fn help_called(&mut self, desk: &mut Desk<'_>, by: AgentId, number: Number) {
        if self.has_customer() {
            self.call_number(desk, number, by, DialFor::Transfer);
            desk.out.push_back(Output::Waiting { interaction: self.id, customer: self.customer, queue: None });
        }
    }

    /// Calls a number for a transfer or a consultation; the new participant.
    pub(crate) fn call_number(&mut self, desk: &mut Desk<'_>, number: Number, agent: AgentId, purpose: DialFor) -> ParticipantId {
        let participant = ParticipantId::new(desk.now.utc, desk.chance);
        let value = number.as_str().map(str::to_owned);
        let value = value.map(|value| self.personal(desk, PersonalKind::Number, value));
        self.join(desk, participant, Role::Outside, None, SegmentKind::Dialling, self.queue);
        self.call(desk, participant, (number, value), agent, purpose);
        participant
    }

    fn call(
        &mut self,
        desk: &mut Desk<'_>,
        participant: ParticipantId,
        (number, row): (Number, Option<PersonalId>),
        by: AgentId,
        purpose: DialFor,
    ) {
        let asker = match purpose {
            DialFor::Customer { agent } => Some(agent),
            DialFor::Consult { by } => Some(by),
            DialFor::Transfer => None,
        };
        self.write(desk, Body::OutsideDialled { participant, number: row, by: asker });
        self.called.insert(participant, Called { purpose, ringing: false });
        desk.out.push_back(Output::DialOutside { interaction: self.id, participant, number, by, queue: self.queue, purpose });
    }

    pub(crate) fn outside_ringing(&mut self, participant: ParticipantId) {
        if let Some(called) = self.called.get_mut(&participant) {
            called.ringing = true;
        }
    }

    pub(crate) fn outside_answered(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        let Some(called) = self.called.remove(&participant) else { return };
        match called.purpose {
            DialFor::Customer { agent } => self.connected(desk, agent),
            DialFor::Transfer => self.connected(desk, participant),
            DialFor::Consult { by } => self.consult_answered(desk, by, participant),
        }
    }

    pub(crate) fn outside_failed(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: PartyEnd, cause: Option<u16>) {
        let Some(called) = self.called.remove(&participant) else { return };
        self.write(desk, Body::OutsideFailed { participant, reason, cause });
        let left = match reason {
            PartyEnd::Busy | PartyEnd::Congestion => LeaveReason::Busy,
            PartyEnd::NoAnswer => LeaveReason::NoAnswer,
            PartyEnd::Rejected | PartyEnd::Forbidden => LeaveReason::Declined,
            PartyEnd::Invalid | PartyEnd::Unreachable => LeaveReason::Unreachable,
            PartyEnd::Cancelled => LeaveReason::Withdrawn,
            PartyEnd::Failed => LeaveReason::Failed,
        };
        // Whatever of a leg there is ends with it.
        desk.out.push_back(Output::Drop { interaction: self.id, participant });
        match called.purpose {
            DialFor::Customer { agent } => {
                self.reason.get_or_insert(CloseReason::NotReached);
                let assignment = self.assignments.iter().find(|(_, a)| a.participant == agent).map(|(id, _)| *id);
                desk.out.extend(assignment.map(|assignment| Output::NotReached { assignment, reason, cause }));
                self.customer_left(desk, left);
            }
            DialFor::Transfer => {
                self.leave(desk, participant, left);
                self.go_back(desk, reason);
            }
            DialFor::Consult { by } => {
                self.leave(desk, participant, left);
                self.consult_failed(desk, by);
            }
        }
    }

    /// We give up calling; what becomes of who waits for it is the caller's.
    pub(crate) fn cancelled(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        self.write(desk, Body::OutsideFailed { participant, reason: PartyEnd::Cancelled, cause: None });
        self.drop_participant(desk, participant, LeaveReason::Withdrawn);
    }

    // ---- an agent's own call

    pub(crate) fn dial_asked(&mut self, desk: &mut Desk<'_>, asked: DialAsked) {
        let DialAsked { agent, party, to, queue, wrap_up_max, ring, room } = asked;
        (self.queue, self.wrap_up_max) = (queue, wrap_up_max);
        (self.own_ring, self.own_room) = (ring, room);
        let number = party.number.clone();
        let arrival = Arrival { direction: CallDirection::Outbound, from: party, to, trunk: None, call_id: None };
        let row = self.opened(desk, arrival);
        self.dial = Some((number, row));
        self.aim(desk, For::Dial, Purpose::Dial, agent, Some(agent));
    }

    pub(crate) fn own_phone_lifted(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        self.talkers.insert(participant, crate::interaction::Talker::default());
        match (self.dial.take(), self.agent_of(participant)) {
            (Some(number), Some(agent)) => {
                self.join(desk, self.customer, Role::Customer, None, SegmentKind::Dialling, self.queue);
                self.call(desk, self.customer, number, agent, DialFor::Customer { agent: participant });
            }
            (Some(_) | None, _) => self.release(desk, participant, LeaveReason::Failed),
        }
    }
}
