//! One interaction: who is in it, what they do now, what work it demands, and when it is over.
//!
//! Here are its state, how it begins and closes, and how everybody's segments follow from the state. Work and offers are in `work`,
//! hold, leaving and wrap-up in `talk`, transfers and outside numbers in `transfer`, consultation and conference in `consult`,
//! supervision and what supervisors do by hand in `supervise`, messages in `messages`, what is said of recordings in `recording`.

use crate::messages::Message;
use crate::room::Desk;
use crate::words::{Arrival, Output};
use crate::work::{Aim, For, Offer, Place, Work};
use cti_types::acd::{AcdInput, AimRoom};
use cti_types::event::{
    AssignmentEnd, Body, CallDirection, Channel, CloseReason, FlowEnd, LeaveReason, Personal, PersonalKind, RecordingMark, Role,
    SegmentKind, Stream, SuperviseMode, TransferTo, WorkEnd,
};
use cti_types::flow::{FlowRef, QueueLeft};
use cti_types::stream::StreamWriter;
use cti_types::{
    AgentId, AssignmentId, CustomerId, InteractionId, Now, Number, OfferId, OwnerEpoch, ParticipantId, PersonalId, QueueId, RecordingId,
    Tick, WorkItemId,
};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Participant {
    pub(crate) role: Role,
    pub(crate) agent: Option<AgentId>,
    pub(crate) segment: SegmentKind,
    pub(crate) queue: Option<QueueId>,
    pub(crate) since: Tick,
}

#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) agent: AgentId,
    pub(crate) participant: ParticipantId,
    pub(crate) queue: Option<QueueId>,
    pub(crate) wrap_up_max: Duration,
    pub(crate) phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Phase {
    Active,
    /// `ended`: how the agent's part in the conversation ended.
    WrapUp {
        until: Tick,
        ended: LeaveReason,
    },
}

/// One of our side who is in the conversation with the customer.
#[derive(Debug, Default)]
pub(crate) struct Talker {
    /// By themselves; who consults is away in any case.
    pub(crate) holding: bool,
}

/// An agent asks somebody while the customer is on hold.
#[derive(Debug)]
pub(crate) struct Consult {
    pub(crate) to: TransferTo,
    /// Known as soon as a telephone rings for it.
    pub(crate) other: Option<ParticipantId>,
    /// `None` for a number, and once it is taken.
    pub(crate) work: Option<WorkItemId>,
    pub(crate) state: ConsultState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsultState {
    Called,
    Speaking,
    /// Spoken with, and waiting while the agent is with the customer.
    Swapped,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Supervision {
    pub(crate) target: ParticipantId,
    pub(crate) mode: SuperviseMode,
    pub(crate) of_call: bool,
}

/// A number that is called and has not answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Called {
    pub(crate) purpose: crate::words::DialFor,
    pub(crate) ringing: bool,
}

/// Where the customer comes back to when a transfer fails.
#[derive(Debug)]
pub(crate) struct Back {
    pub(crate) to: TransferTo,
    /// Who made it; asked once.
    pub(crate) agent: Option<AgentId>,
    pub(crate) said: bool,
    /// Whom a message may be left instead.
    pub(crate) mailbox: Option<AgentId>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Interaction {
    pub(crate) id: InteractionId,
    pub(crate) log: StreamWriter,
    pub(crate) customer: ParticipantId,
    pub(crate) participants: BTreeMap<ParticipantId, Participant>,
    pub(crate) works: BTreeMap<WorkItemId, Work>,
    pub(crate) offers: BTreeMap<OfferId, Offer>,
    pub(crate) assignments: BTreeMap<AssignmentId, Assignment>,
    /// At most [`PARTIES_MAX`](cti_types::call::PARTIES_MAX) with all the others who are in the call or called.
    pub(crate) talkers: BTreeMap<ParticipantId, Talker>,
    /// By who asks.
    pub(crate) consults: BTreeMap<ParticipantId, Consult>,
    pub(crate) supervisions: BTreeMap<ParticipantId, Supervision>,
    pub(crate) called: BTreeMap<ParticipantId, Called>,
    pub(crate) back: Option<Back>,
    /// The customer is leaving a message.
    pub(crate) leaving: bool,
    /// The message this interaction is about, instead of a customer on a telephone.
    pub(crate) message: Option<Message>,
    /// Where the customer last waited in a queue.
    pub(crate) place: Option<Place>,
    /// Whose call it is: of the last queue.
    pub(crate) queue: Option<QueueId>,
    pub(crate) wrap_up_max: Duration,
    /// The number to call once the agent has lifted, and its erasable row.
    pub(crate) dial: Option<(Number, Option<PersonalId>)>,
    /// How long the telephone of an agent who dials may ring, and what they may have besides.
    pub(crate) own_ring: Duration,
    pub(crate) own_room: AimRoom,
    /// The customer's connection was lost.
    pub(crate) customer_lost: bool,
    pub(crate) direction: Option<CallDirection>,
    /// When the customer began to wait for somebody, until they have: who comes back to a queue keeps their age.
    pub(crate) waiting_since: Option<Tick>,
    pub(crate) recording: Option<RecordingId>,
    /// One of the talkers.
    pub(crate) paused_by: Option<ParticipantId>,
    pub(crate) flow: Option<FlowRef>,
    data: usize,
    visits: usize,
    pub(crate) served: bool,
    pub(crate) reason: Option<CloseReason>,
    closed: bool,
}

impl Interaction {
    pub(crate) fn new(id: InteractionId, now: Now, customer: ParticipantId, epoch: OwnerEpoch) -> Interaction {
        let (participants, works, offers, assignments) = Default::default();
        let (talkers, consults, supervisions, called) = Default::default();
        Interaction {
            id,
            log: StreamWriter::new(Stream::Interaction(id), now).owned_by(epoch),
            customer,
            participants,
            works,
            offers,
            assignments,
            talkers,
            consults,
            supervisions,
            called,
            back: None,
            leaving: false,
            message: None,
            place: None,
            queue: None,
            wrap_up_max: Duration::ZERO,
            dial: None,
            own_ring: Duration::ZERO,
            own_room: AimRoom::BesideWrapUp,
            customer_lost: false,
            direction: None,
            waiting_since: None,
            recording: None,
            paused_by: None,
            flow: None,
            data: 0,
            visits: 0,
            served: false,
            reason: None,
            closed: false,
        }
    }

    // ---- arrival and flow

    pub(crate) fn arrived(&mut self, desk: &mut Desk<'_>, arrival: Arrival) {
        self.opened(desk, arrival);
        self.join(desk, self.customer, Role::Customer, None, SegmentKind::Arriving, None);
    }

    /// The row of the customer's number, if they have one.
    pub(crate) fn opened(&mut self, desk: &mut Desk<'_>, arrival: Arrival) -> Option<PersonalId> {
        self.opened_on(desk, arrival, Channel::Voice, None)
    }

    pub(crate) fn opened_on(
        &mut self,
        desk: &mut Desk<'_>,
        arrival: Arrival,
        channel: Channel,
        origin: Option<InteractionId>,
    ) -> Option<PersonalId> {
        let number = arrival.from.number.as_str().map(str::to_owned);
        let from = number.map(|value| self.personal(desk, PersonalKind::Number, value));
        let from_raw = from.map(|_| self.personal(desk, PersonalKind::RawNumber, arrival.from.raw));
        if let Some(name) = arrival.from.display {
            self.personal(desk, PersonalKind::DisplayName, name);
        }
        let (direction, to, trunk, call_id) = (arrival.direction, arrival.to, arrival.trunk, arrival.call_id);
        self.direction = Some(direction);
        self.write(desk, Body::Opened { channel, direction, from, from_raw, to, trunk, call_id, origin });
        from
    }

    pub(crate) fn identified(&mut self, desk: &mut Desk<'_>, customers: Vec<CustomerId>) {
        self.write(desk, Body::Identified { customers });
    }

    pub(crate) fn flow_entered(&mut self, desk: &mut Desk<'_>, flow: FlowRef) {
        if self.flow.is_none() && self.has_customer() {
            self.flow = Some(flow);
            self.write(desk, Body::FlowEntered { flow });
        }
    }

    pub(crate) fn node_visited(&mut self, desk: &mut Desk<'_>, node: String, most: usize) {
        if self.visits < most {
            self.visits += 1;
            self.write(desk, Body::NodeVisited { node });
        }
    }

    pub(crate) fn data_set(&mut self, desk: &mut Desk<'_>, key: String, value: String, masked: bool, most: usize) {
        if self.data < most {
            self.data += 1;
            let value = self.personal(desk, PersonalKind::FlowValue, value);
            self.write(desk, Body::DataSet { key, value, masked });
        }
    }

    pub(crate) fn flow_ended(&mut self, desk: &mut Desk<'_>, how: FlowEnd) {
        self.leave_flow(desk, how);
        if how == FlowEnd::HungUp || how == FlowEnd::Error {
            let reason = if how == FlowEnd::Error { CloseReason::Failed } else { CloseReason::ServedByFlow };
            self.reason.get_or_insert(reason);
            self.dismiss_customer(desk, LeaveReason::Flow);
        }
    }

    pub(crate) fn leave_flow(&mut self, desk: &mut Desk<'_>, how: FlowEnd) {
        if let Some(flow) = self.flow.take() {
            self.write(desk, Body::FlowLeft { flow, how });
        }
    }

    // ---- what everybody does follows from the state

    /// Starts the segments that follow from what has happened; called after every input. So none can be forgotten.
    pub(crate) fn follow(&mut self, desk: &mut Desk<'_>) {
        let mut changed = false;
        let all: Vec<ParticipantId> = self.participants.keys().copied().collect();
        for participant in all {
            let Some((kind, queue)) = self.does(participant) else { continue };
            let Some(now) = self.participants.get(&participant) else { continue };
            let waits = matches!(kind, SegmentKind::Waiting | SegmentKind::Ringing);
            if now.segment == kind && (!waits || now.queue == queue) {
                continue;
            }
            let before = now.segment;
            changed = true;
            if participant == self.customer {
                match (before, kind) {
                    (SegmentKind::Talking, SegmentKind::OnHold) => self.mark(desk, RecordingMark::Held),
                    (SegmentKind::OnHold, SegmentKind::Talking) => self.mark(desk, RecordingMark::Retrieved),
                    _ => {}
                }
            }
            self.segment(desk, participant, kind, queue);
            self.say_assignments_of(desk, participant);
        }
        if changed {
            desk.out.push_back(Output::Parties { interaction: self.id });
        }
        self.tell_message(desk);
        self.end_pause(desk);
    }

    /// What a participant does now, as far as it follows from the state; `None`: it goes on with what it does.
    fn does(&self, participant: ParticipantId) -> Option<(SegmentKind, Option<QueueId>)> {
        if participant == self.customer {
            return self.customer_does();
        }
        let queue = self.active(participant).and_then(|assignment| assignment.queue);
        if self.handling(participant).is_some() {
            return Some((SegmentKind::Handling, queue));
        }
        if let Some(talker) = self.talkers.get(&participant) {
            let kind = match self.consults.get(&participant).map(|consult| consult.state) {
                Some(ConsultState::Called | ConsultState::Speaking) => SegmentKind::Consulting,
                Some(ConsultState::Swapped) | None if talker.holding => SegmentKind::Holding,
                Some(ConsultState::Swapped) | None if self.called.contains_key(&self.customer) => SegmentKind::Dialling,
                Some(ConsultState::Swapped) | None => SegmentKind::Talking,
            };
            return Some((kind, queue));
        }
        if let Some(called) = self.called.get(&participant) {
            return Some((if called.ringing { SegmentKind::Ringing } else { SegmentKind::Dialling }, queue));
        }
        if let Some(consult) = self.consults.values().find(|consult| consult.other == Some(participant)) {
            return match consult.state {
                ConsultState::Called => None,
                ConsultState::Speaking => Some((SegmentKind::Consulting, queue)),
                ConsultState::Swapped => Some((SegmentKind::OnHold, queue)),
            };
        }
        self.supervisions.get(&participant).map(|supervision| {
            let kind = match supervision.mode {
                SuperviseMode::Listen => SegmentKind::Listening,
                SuperviseMode::Whisper => SegmentKind::Whispering,
                SuperviseMode::Barge => SegmentKind::Barging,
            };
            (kind, queue)
        })
    }

    fn customer_does(&self) -> Option<(SegmentKind, Option<QueueId>)> {
        if let Some(called) = self.called.get(&self.customer) {
            return Some((if called.ringing { SegmentKind::Ringing } else { SegmentKind::Dialling }, self.queue));
        }
        if !self.talkers.is_empty() {
            let speaks = self.talkers.iter().any(|(id, talker)| self.is_with_customer(*id, talker));
            return Some((if speaks { SegmentKind::Talking } else { SegmentKind::OnHold }, self.queue));
        }
        let transfer = self.called.values().find(|called| called.purpose == crate::words::DialFor::Transfer);
        if let Some(called) = transfer {
            return Some((if called.ringing { SegmentKind::Ringing } else { SegmentKind::Waiting }, None));
        }
        if let Some((id, work)) = self.customers_work() {
            let rings = self.offers.values().any(|offer| offer.work == id && offer.rings);
            return Some((if rings { SegmentKind::Ringing } else { SegmentKind::Waiting }, work.queue()));
        }
        if self.leaving {
            return Some((SegmentKind::Voicemail, None));
        }
        self.flow.map(|_| (SegmentKind::Ivr, None))
    }

    fn is_with_customer(&self, participant: ParticipantId, talker: &Talker) -> bool {
        let away = self.consults.get(&participant).is_some_and(|consult| consult.state != ConsultState::Swapped);
        !away && !talker.holding
    }

    /// The work the customer waits for, or their message does, if any.
    pub(crate) fn customers_work(&self) -> Option<(WorkItemId, &Work)> {
        let mine = |work: &Work| matches!(work.purpose, For::Customer | For::Message);
        self.works.iter().find(|(_, work)| mine(work)).map(|(id, work)| (*id, work))
    }

    // ---- ends

    pub(crate) fn refused(&mut self, desk: &mut Desk<'_>, reason: CloseReason) {
        self.reason.get_or_insert(reason);
        self.leave_flow(desk, FlowEnd::Error);
        self.dismiss_customer(desk, LeaveReason::Failed);
    }

    /// Whatever is open ends, but for a message: that is restored at the next start.
    pub(crate) fn shutdown(&mut self, desk: &mut Desk<'_>) {
        if self.has_open_message() {
            return;
        }
        self.reason.get_or_insert(if self.served { CloseReason::Completed } else { CloseReason::Shutdown });
        self.leave_flow(desk, FlowEnd::Error);
        self.drop_participant(desk, self.customer, LeaveReason::Shutdown);
        for offer in self.offers.keys().copied().collect::<Vec<_>>() {
            self.withdraw_offer(desk, offer);
        }
        for work in self.works.keys().copied().collect::<Vec<_>>() {
            self.end_work(desk, work, WorkEnd::Left(QueueLeft::Closed));
            desk.out.push_back(Output::Acd(AcdInput::Withdraw { work }));
        }
        self.consults.clear();
        self.supervisions.clear();
        self.talkers.clear();
        for participant in std::mem::take(&mut self.called).into_keys() {
            self.drop_participant(desk, participant, LeaveReason::Shutdown);
        }
        for id in self.assignments.keys().copied().collect::<Vec<_>>() {
            let active = self.assignments.get(&id).filter(|a| a.phase == Phase::Active).map(|a| a.participant);
            if let Some(participant) = active {
                desk.out.push_back(Output::Drop { interaction: self.id, participant });
            }
            self.end_assignment(desk, id, AssignmentEnd::SignedOut);
        }
        for participant in self.participants.keys().copied().collect::<Vec<_>>() {
            self.drop_participant(desk, participant, LeaveReason::Shutdown);
        }
    }

    pub(crate) fn note(&mut self, desk: &mut Desk<'_>, body: Body) {
        self.write(desk, body);
    }

    /// I3: closes exactly once, when nothing is open any more.
    pub(crate) fn close_if_over(&mut self, desk: &mut Desk<'_>) {
        let over = self.participants.is_empty() && self.works.is_empty() && self.offers.is_empty() && self.assignments.is_empty();
        if self.closed || !over || self.has_open_message() {
            return;
        }
        let reason = match self.reason {
            _ if self.served => CloseReason::Completed,
            Some(reason) => reason,
            None if self.direction == Some(CallDirection::Outbound) => CloseReason::NotReached,
            None => CloseReason::Rejected,
        };
        self.write(desk, Body::Closed { reason });
        self.closed = true;
        desk.out.push_back(Output::Closed { interaction: self.id });
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn into_log(self) -> StreamWriter {
        self.log
    }

    // ---- small tools

    pub(crate) fn has_customer(&self) -> bool {
        self.participants.contains_key(&self.customer)
    }

    /// The assignment a participant is in contact by.
    pub(crate) fn active(&self, participant: ParticipantId) -> Option<&Assignment> {
        self.assignments.values().find(|a| a.participant == participant && a.phase == Phase::Active)
    }

    pub(crate) fn agent_of(&self, participant: ParticipantId) -> Option<AgentId> {
        self.participants.get(&participant).and_then(|p| p.agent)
    }

    pub(crate) fn say_assignments_of(&self, desk: &mut Desk<'_>, participant: ParticipantId) {
        for (id, assignment) in &self.assignments {
            if assignment.participant == participant {
                self.say_assignment(desk, *id);
            }
        }
    }

    pub(crate) fn personal(&mut self, desk: &mut Desk<'_>, kind: PersonalKind, value: String) -> PersonalId {
        let id = PersonalId::new(desk.now.utc, desk.chance);
        desk.out.push_back(Output::Personal(Personal { id, interaction: self.id, kind, value }));
        id
    }

    pub(crate) fn write(&mut self, desk: &mut Desk<'_>, body: Body) {
        let event = self.log.event(desk.now, body);
        desk.out.push_back(Output::Log(event));
    }

    pub(crate) fn join(
        &mut self,
        desk: &mut Desk<'_>,
        participant: ParticipantId,
        role: Role,
        agent: Option<AgentId>,
        segment: SegmentKind,
        queue: Option<QueueId>,
    ) {
        self.participants.insert(participant, Participant { role, agent, segment, queue, since: desk.now.tick });
        desk.by_participant.insert(participant, self.id);
        self.write(desk, Body::ParticipantJoined { participant, role, agent });
        self.write(desk, Body::SegmentStarted { participant, segment, queue });
    }

    pub(crate) fn segment(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, segment: SegmentKind, queue: Option<QueueId>) {
        if let Some(entry) = self.participants.get_mut(&participant) {
            (entry.segment, entry.queue, entry.since) = (segment, queue, desk.now.tick);
            self.write(desk, Body::SegmentStarted { participant, segment, queue });
        }
    }

    pub(crate) fn leave(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.participants.remove(&participant).is_some() {
            desk.by_participant.remove(&participant);
            self.write(desk, Body::ParticipantLeft { participant, reason });
            desk.out.push_back(Output::Parties { interaction: self.id });
        }
    }

    pub(crate) fn drop_participant(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.participants.contains_key(&participant) {
            desk.out.push_back(Output::Drop { interaction: self.id, participant });
            self.leave(desk, participant, reason);
        }
    }

    pub(crate) fn aim_of(&self, work: WorkItemId) -> Option<&Aim> {
        self.works.get(&work).map(|work| &work.aim)
    }
}
