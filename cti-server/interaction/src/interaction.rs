//! One interaction: who is in it, what they do now, what work it demands, and when it is over.

use crate::{Arrival, Desk, HeldOut, Output};
use cti_types::acd::{AcdInput, NotReadyReason, OfferEnd};
use cti_types::event::{
    AssignmentEnd, Body, Channel, CloseReason, FlowEnd, LeaveReason, Personal, PersonalKind, Role, SegmentKind, Stream, WorkEnd,
};
use cti_types::flow::{FlowRef, QueueLeft, SkillNeed};
use cti_types::stream::StreamWriter;
use cti_types::{
    AgentId, AssignmentId, CustomerId, InteractionId, Now, OfferId, ParticipantId, PersonalId, QueueId, Tick, WorkItemId, WrapUpCodeId,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// A participant as others may see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParticipantView {
    pub participant: ParticipantId,
    pub role: Role,
    pub agent: Option<AgentId>,
    pub segment: SegmentKind,
    pub since: Tick,
}

/// An assignment as the agent's screen needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AssignmentView {
    pub assignment: AssignmentId,
    pub interaction: InteractionId,
    pub agent: AgentId,
    pub participant: ParticipantId,
    pub queue: QueueId,
    /// `None` while in contact; else the end of wrap-up.
    pub wrap_up_until: Option<Tick>,
    /// What the agent does now, and since when.
    pub segment: SegmentKind,
    pub since: Tick,
}

#[derive(Debug)]
struct Participant {
    role: Role,
    agent: Option<AgentId>,
    segment: SegmentKind,
    since: Tick,
}

#[derive(Debug)]
struct Work {
    queue: QueueId,
    priority: u8,
    skills: Vec<SkillNeed>,
    since: Tick,
    wrap_up_max: Duration,
    /// The queues it was sent out of at this instant: it comes back to none of them before time passes.
    sent_out: (Tick, Vec<QueueId>),
}

#[derive(Debug)]
struct Offer {
    work: WorkItemId,
    participant: ParticipantId,
    /// The telephone was lifted; the ACD has been asked for the assignment.
    accepting: Option<AssignmentId>,
}

#[derive(Debug)]
struct Assignment {
    agent: AgentId,
    participant: ParticipantId,
    queue: QueueId,
    wrap_up_max: Duration,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Active,
    WrapUp { until: Tick },
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Interaction {
    id: InteractionId,
    log: StreamWriter,
    customer: ParticipantId,
    participants: BTreeMap<ParticipantId, Participant>,
    works: BTreeMap<WorkItemId, Work>,
    offers: BTreeMap<OfferId, Offer>,
    assignments: BTreeMap<AssignmentId, Assignment>,
    flow: Option<FlowRef>,
    data: usize,
    visits: usize,
    served: bool,
    reason: Option<CloseReason>,
    closed: bool,
}

impl Interaction {
    pub(crate) fn new(id: InteractionId, now: Now, customer: ParticipantId) -> Interaction {
        Interaction {
            id,
            log: StreamWriter::new(Stream::Interaction(id), now),
            customer,
            participants: BTreeMap::new(),
            works: BTreeMap::new(),
            offers: BTreeMap::new(),
            assignments: BTreeMap::new(),
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
        let number = arrival.from.number.as_str().map(str::to_owned);
        let from = number.map(|value| self.personal(desk, PersonalKind::Number, value));
        let from_raw = from.map(|_| self.personal(desk, PersonalKind::RawNumber, arrival.from.raw));
        if let Some(name) = arrival.from.display {
            self.personal(desk, PersonalKind::DisplayName, name);
        }
        let (direction, to, trunk, call_id) = (arrival.direction, arrival.to, arrival.trunk, arrival.call_id);
        self.write(desk, Body::Opened { channel: Channel::Voice, direction, from, from_raw, to, trunk, call_id, origin: None });
        self.join(desk, self.customer, Role::Customer, None, SegmentKind::Arriving, None);
    }

    pub(crate) fn identified(&mut self, desk: &mut Desk<'_>, customers: Vec<CustomerId>) {
        self.write(desk, Body::Identified { customers });
    }

    pub(crate) fn flow_entered(&mut self, desk: &mut Desk<'_>, flow: FlowRef) {
        self.flow = Some(flow);
        self.write(desk, Body::FlowEntered { flow });
        self.segment(desk, self.customer, SegmentKind::Ivr, None);
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

    fn leave_flow(&mut self, desk: &mut Desk<'_>, how: FlowEnd) {
        if let Some(flow) = self.flow.take() {
            self.write(desk, Body::FlowLeft { flow, how });
        }
    }

    // ---- queue and offers

    pub(crate) fn queue_asked(&mut self, desk: &mut Desk<'_>, queue: QueueId, priority: u8, skills: Vec<SkillNeed>, wrap_up_max: Duration) {
        // One voice contact waits in one queue at a time.
        if !self.participants.contains_key(&self.customer) || !self.works.is_empty() {
            return;
        }
        self.leave_flow(desk, FlowEnd::Queued);
        let (since, sent_out) = (desk.now.tick, (desk.now.tick, Vec::new()));
        self.enqueue(desk, Work { queue, priority, skills, since, wrap_up_max, sent_out });
    }

    fn enqueue(&mut self, desk: &mut Desk<'_>, item: Work) {
        let work = WorkItemId::new(desk.now.utc, desk.chance);
        let since = self.log.anchor().utc(item.since);
        let (queue, priority, skills) = (item.queue, item.priority, item.skills.clone());
        self.write(desk, Body::WorkQueued { work, queue, priority, skills: skills.clone(), since });
        self.segment(desk, self.customer, SegmentKind::Waiting, Some(queue));
        desk.by_work.insert(work, self.id);
        desk.out.push_back(Output::Waiting { interaction: self.id, customer: self.customer, queue });
        let since = item.since;
        self.works.insert(work, item);
        desk.out.push_back(Output::Acd(AcdInput::Enqueue { work, interaction: self.id, queue, priority, skills, since }));
    }

    pub(crate) fn offered(&mut self, desk: &mut Desk<'_>, held_out: HeldOut) {
        let HeldOut { offer, work, queue, agent, until, decision } = held_out;
        if !self.works.contains_key(&work) || self.offers.contains_key(&offer) {
            return;
        }
        self.write(desk, Body::Offered { offer, work, agent, decision });
        let participant = ParticipantId::new(desk.now.utc, desk.chance);
        self.join(desk, participant, Role::Agent, Some(agent), SegmentKind::Ringing, Some(queue));
        self.offers.insert(offer, Offer { work, participant, accepting: None });
        desk.by_offer.insert(offer, self.id);
        desk.out.push_back(Output::Ring { interaction: self.id, participant, agent, offer, queue, until });
    }

    pub(crate) fn agent_ringing(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        let Some(queue) = self.offer_of(participant).and_then(|id| self.queue_of_offer(id)) else { return };
        if self.segment_of(self.customer) == Some(SegmentKind::Waiting) {
            self.segment(desk, self.customer, SegmentKind::Ringing, Some(queue));
        }
    }

    pub(crate) fn agent_answered(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        let Some(id) = self.offer_of(participant) else { return };
        let assignment = AssignmentId::new(desk.now.utc, desk.chance);
        if let Some(offer) = self.offers.get_mut(&id)
            && offer.accepting.is_none()
        {
            offer.accepting = Some(assignment);
            desk.out.push_back(Output::Acd(AcdInput::Accepted { offer: id, assignment }));
        }
    }

    pub(crate) fn agent_failed(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: NotReadyReason) {
        if let Some(offer) = self.offer_of(participant) {
            desk.out.push_back(Output::Acd(AcdInput::Failed { offer, reason }));
        }
    }

    pub(crate) fn agent_declined(&mut self, desk: &mut Desk<'_>, offer: OfferId) {
        if self.offers.get(&offer).is_some_and(|held_out| held_out.accepting.is_none()) {
            desk.out.push_back(Output::Acd(AcdInput::Declined { offer }));
        }
    }

    pub(crate) fn offer_ended(&mut self, desk: &mut Desk<'_>, id: OfferId, agent: AgentId, end: OfferEnd) {
        let Some(offer) = self.offers.remove(&id) else { return };
        desk.by_offer.remove(&id);
        self.write(desk, Body::OfferEnded { offer: id, work: offer.work, agent, end });
        desk.out.push_back(Output::OfferOver { interaction: self.id, offer: id, agent, end });
        match (end, offer.accepting) {
            (OfferEnd::Accepted, Some(assignment)) => self.assigned(desk, &offer, assignment, agent),
            _ => {
                let reason = match end {
                    OfferEnd::Declined => LeaveReason::Declined,
                    OfferEnd::NoAnswer => LeaveReason::NoAnswer,
                    OfferEnd::DeviceBusy => LeaveReason::Busy,
                    OfferEnd::DeviceUnreachable => LeaveReason::Unreachable,
                    OfferEnd::Withdrawn | OfferEnd::Accepted => LeaveReason::Withdrawn,
                };
                self.drop_participant(desk, offer.participant, reason);
                self.back_to_waiting(desk, offer.work);
            }
        }
    }

    fn assigned(&mut self, desk: &mut Desk<'_>, offer: &Offer, assignment: AssignmentId, agent: AgentId) {
        let Some(work) = self.works.remove(&offer.work) else {
            // The work ended while the ACD granted it: nobody is there to talk to, and the agent is free again.
            desk.out.push_back(Output::Acd(AcdInput::Released { agent, assignment }));
            self.drop_participant(desk, offer.participant, LeaveReason::Withdrawn);
            return;
        };
        desk.by_work.remove(&offer.work);
        let participant = offer.participant;
        self.write(desk, Body::WorkEnded { work: offer.work, end: WorkEnd::Assigned(assignment) });
        self.write(desk, Body::Assigned { assignment, work: offer.work, agent, participant });
        let (queue, wrap_up_max) = (work.queue, work.wrap_up_max);
        self.assignments.insert(assignment, Assignment { agent, participant, queue, wrap_up_max, phase: Phase::Active });
        desk.by_assignment.insert(assignment, self.id);
        self.served = true;
        self.segment(desk, self.customer, SegmentKind::Talking, Some(queue));
        self.segment(desk, participant, SegmentKind::Talking, Some(queue));
        desk.out.push_back(Output::Connect { interaction: self.id, customer: self.customer, agent: participant, assignment });
        self.say_assignment(desk, assignment);
    }

    /// The customer's segment follows: ringing only while some telephone rings for the work.
    fn back_to_waiting(&mut self, desk: &mut Desk<'_>, work: WorkItemId) {
        let queue = self.works.get(&work).map(|item| item.queue);
        let still = self.offers.values().any(|offer| offer.work == work);
        if queue.is_some() && !still && self.segment_of(self.customer) == Some(SegmentKind::Ringing) {
            self.segment(desk, self.customer, SegmentKind::Waiting, queue);
        }
    }

    pub(crate) fn work_left(&mut self, desk: &mut Desk<'_>, work: WorkItemId, reason: QueueLeft, overflow: Option<(QueueId, Duration)>) {
        let Some(mut item) = self.works.remove(&work) else { return };
        desk.by_work.remove(&work);
        // Two full queues that overflow into each other would send it to and fro for ever: then it goes back to the flow.
        if item.sent_out.0 != desk.now.tick {
            item.sent_out = (desk.now.tick, Vec::new());
        }
        item.sent_out.1.push(item.queue);
        match overflow {
            Some((queue, wrap_up_max)) if !item.sent_out.1.contains(&queue) => {
                self.write(desk, Body::WorkEnded { work, end: WorkEnd::Overflowed(queue) });
                self.enqueue(desk, Work { queue, wrap_up_max, ..item });
            }
            Some(_) | None => {
                self.write(desk, Body::WorkEnded { work, end: WorkEnd::Left(reason) });
                desk.out.push_back(Output::BackToFlow { interaction: self.id, reason });
            }
        }
    }

    // ---- in contact

    pub(crate) fn held(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        let Some(queue) = self.active_queue(participant) else { return };
        if self.segment_of(participant) == Some(SegmentKind::Talking) {
            self.segment(desk, participant, SegmentKind::Holding, Some(queue));
            self.segment(desk, self.customer, SegmentKind::OnHold, Some(queue));
            self.say_assignments_of(desk, participant);
        }
    }

    pub(crate) fn retrieved(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        let Some(queue) = self.active_queue(participant) else { return };
        if self.segment_of(participant) == Some(SegmentKind::Holding) {
            self.segment(desk, participant, SegmentKind::Talking, Some(queue));
            self.segment(desk, self.customer, SegmentKind::Talking, Some(queue));
            self.say_assignments_of(desk, participant);
        }
    }

    pub(crate) fn left(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if participant == self.customer {
            self.customer_left(desk, reason);
        } else if self.active_queue(participant).is_some() {
            self.agent_left(desk, participant);
            // Nobody is left who speaks for us: the customer's call ends too.
            if !self.assignments.values().any(|a| a.phase == Phase::Active) {
                self.dismiss_customer(desk, LeaveReason::OtherLeft);
            }
        } else if let Some(offer) = self.offer_of(participant) {
            let reason = NotReadyReason::DeviceUnreachable;
            desk.out.push_back(Output::Acd(AcdInput::Failed { offer, reason }));
        }
    }

    /// We end the customer's part.
    fn dismiss_customer(&mut self, desk: &mut Desk<'_>, reason: LeaveReason) {
        if self.participants.contains_key(&self.customer) {
            desk.out.push_back(Output::Drop { interaction: self.id, participant: self.customer });
            self.customer_left(desk, reason);
        }
    }

    fn customer_left(&mut self, desk: &mut Desk<'_>, reason: LeaveReason) {
        if !self.participants.contains_key(&self.customer) {
            return;
        }
        let abandoned = !self.works.is_empty();
        if self.flow.is_some() {
            self.reason.get_or_insert(CloseReason::LeftInFlow);
            self.leave_flow(desk, FlowEnd::CallerLeft);
        }
        self.leave(desk, self.customer, reason);
        for (work, _) in std::mem::take(&mut self.works) {
            desk.by_work.remove(&work);
            self.write(desk, Body::WorkEnded { work, end: WorkEnd::Abandoned });
            // The ACD answers with OfferEnded::Withdrawn for each open offer, which drops the ringing agents.
            desk.out.push_back(Output::Acd(AcdInput::Withdraw { work }));
        }
        if abandoned {
            self.reason.get_or_insert(CloseReason::Abandoned);
        }
        let talking: Vec<ParticipantId> = self
            .assignments
            .values()
            .filter(|assignment| assignment.phase == Phase::Active)
            .map(|assignment| assignment.participant)
            .collect();
        for participant in talking {
            desk.out.push_back(Output::Drop { interaction: self.id, participant });
            self.agent_left(desk, participant);
        }
    }

    /// The agent's conversation is over: wrap-up, or the end where the queue has none.
    fn agent_left(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        let Some((&id, assignment)) = self.assignments.iter_mut().find(|(_, a)| a.participant == participant && a.phase == Phase::Active)
        else {
            return;
        };
        if assignment.wrap_up_max.is_zero() {
            self.end_assignment(desk, id, AssignmentEnd::NoWrapUp);
            return;
        }
        let until = desk.now.tick + assignment.wrap_up_max;
        assignment.phase = Phase::WrapUp { until };
        let (agent, queue) = (assignment.agent, assignment.queue);
        desk.timers.insert((until, id));
        self.segment(desk, participant, SegmentKind::WrapUp, Some(queue));
        let until = Some(self.log.anchor().utc(until));
        self.write(desk, Body::WrapUpStarted { assignment: id, until });
        desk.out.push_back(Output::Acd(AcdInput::WrapUp { agent, assignment: id }));
        self.say_assignment(desk, id);
    }

    // ---- wrap-up

    pub(crate) fn wrap_up_set(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId, code: Option<WrapUpCodeId>, note: Option<String>) {
        if self.assignments.contains_key(&assignment) {
            let note = note.map(|text| self.personal(desk, PersonalKind::Note, text));
            self.write(desk, Body::WrapUpSet { assignment, code, note });
        }
    }

    pub(crate) fn wrap_up_finished(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId) {
        if self.in_wrap_up(assignment) {
            self.end_assignment(desk, assignment, AssignmentEnd::Finished);
        }
    }

    pub(crate) fn wrap_up_expired(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId) {
        if self.in_wrap_up(assignment) {
            self.end_assignment(desk, assignment, AssignmentEnd::WrapUpTimeout);
        }
    }

    fn in_wrap_up(&self, assignment: AssignmentId) -> bool {
        self.assignments.get(&assignment).is_some_and(|a| matches!(a.phase, Phase::WrapUp { .. }))
    }

    fn end_assignment(&mut self, desk: &mut Desk<'_>, id: AssignmentId, end: AssignmentEnd) {
        let Some(assignment) = self.assignments.remove(&id) else { return };
        desk.by_assignment.remove(&id);
        if let Phase::WrapUp { until } = assignment.phase {
            desk.timers.remove(&(until, id));
        }
        self.write(desk, Body::AssignmentEnded { assignment: id, end });
        let reason = if end == AssignmentEnd::NoWrapUp { LeaveReason::HungUp } else { LeaveReason::Finished };
        self.leave(desk, assignment.participant, reason);
        desk.out.push_back(Output::AssignmentOver { assignment: id, agent: assignment.agent });
        desk.out.push_back(Output::Acd(AcdInput::Released { agent: assignment.agent, assignment: id }));
    }

    // ---- ends

    pub(crate) fn refused(&mut self, desk: &mut Desk<'_>, reason: CloseReason) {
        self.reason.get_or_insert(reason);
        self.leave_flow(desk, FlowEnd::Error);
        self.dismiss_customer(desk, LeaveReason::Failed);
    }

    pub(crate) fn shutdown(&mut self, desk: &mut Desk<'_>) {
        self.reason.get_or_insert(if self.served { CloseReason::Completed } else { CloseReason::Shutdown });
        self.leave_flow(desk, FlowEnd::Error);
        self.drop_participant(desk, self.customer, LeaveReason::Shutdown);
        for (offer, held_out) in std::mem::take(&mut self.offers) {
            desk.by_offer.remove(&offer);
            if let Some(agent) = self.participants.get(&held_out.participant).and_then(|p| p.agent) {
                let (work, end) = (held_out.work, OfferEnd::Withdrawn);
                self.write(desk, Body::OfferEnded { offer, work, agent, end });
                desk.out.push_back(Output::OfferOver { interaction: self.id, offer, agent, end });
            }
            self.drop_participant(desk, held_out.participant, LeaveReason::Withdrawn);
        }
        for (work, _) in std::mem::take(&mut self.works) {
            desk.by_work.remove(&work);
            self.write(desk, Body::WorkEnded { work, end: WorkEnd::Left(QueueLeft::Closed) });
            desk.out.push_back(Output::Acd(AcdInput::Withdraw { work }));
        }
        for id in self.assignments.keys().copied().collect::<Vec<_>>() {
            let active = self.assignments.get(&id).filter(|a| a.phase == Phase::Active).map(|a| a.participant);
            if let Some(participant) = active {
                desk.out.push_back(Output::Drop { interaction: self.id, participant });
            }
            self.end_assignment(desk, id, AssignmentEnd::SignedOut);
        }
    }

    pub(crate) fn note(&mut self, desk: &mut Desk<'_>, body: Body) {
        self.write(desk, body);
    }

    /// I3: closes exactly once, when nothing is open any more.
    pub(crate) fn close_if_over(&mut self, desk: &mut Desk<'_>) {
        let over = self.participants.is_empty() && self.works.is_empty() && self.offers.is_empty() && self.assignments.is_empty();
        if self.closed || !over {
            return;
        }
        let reason = match self.reason {
            _ if self.served => CloseReason::Completed,
            Some(reason) => reason,
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

    // ---- views and checks

    pub(crate) fn open_work(&self) -> Option<WorkItemId> {
        self.works.keys().next().copied()
    }

    pub(crate) fn participants(&self) -> Vec<ParticipantView> {
        let view = |(&participant, p): (&ParticipantId, &Participant)| ParticipantView {
            participant,
            role: p.role,
            agent: p.agent,
            segment: p.segment,
            since: p.since,
        };
        self.participants.iter().map(view).collect()
    }

    fn assignment_view(&self, id: AssignmentId) -> Option<AssignmentView> {
        let assignment = self.assignments.get(&id)?;
        let participant = self.participants.get(&assignment.participant)?;
        Some(AssignmentView {
            assignment: id,
            interaction: self.id,
            agent: assignment.agent,
            participant: assignment.participant,
            queue: assignment.queue,
            wrap_up_until: match assignment.phase {
                Phase::Active => None,
                Phase::WrapUp { until } => Some(until),
            },
            segment: participant.segment,
            since: participant.since,
        })
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        for (id, offer) in &self.offers {
            if !self.participants.contains_key(&offer.participant) {
                return Err(format!("offer {id} has no participant"));
            }
            // A withdrawn work item's offers live on until the ACD's answer in the same step.
            if !self.works.contains_key(&offer.work) {
                return Err(format!("offer {id} is for work that is over"));
            }
        }
        for (id, assignment) in &self.assignments {
            if !self.participants.contains_key(&assignment.participant) {
                return Err(format!("assignment {id} has no participant"));
            }
        }
        let over = self.participants.is_empty() && self.works.is_empty() && self.assignments.is_empty();
        if over { Err("over, but not closed".into()) } else { Ok(()) }
    }

    // ---- small tools

    fn offer_of(&self, participant: ParticipantId) -> Option<OfferId> {
        self.offers.iter().find(|(_, offer)| offer.participant == participant).map(|(id, _)| *id)
    }

    fn queue_of_offer(&self, id: OfferId) -> Option<QueueId> {
        self.works.get(&self.offers.get(&id)?.work).map(|work| work.queue)
    }

    fn active_queue(&self, participant: ParticipantId) -> Option<QueueId> {
        self.assignments.values().find(|a| a.participant == participant && a.phase == Phase::Active).map(|a| a.queue)
    }

    fn segment_of(&self, participant: ParticipantId) -> Option<SegmentKind> {
        self.participants.get(&participant).map(|p| p.segment)
    }

    fn say_assignments_of(&self, desk: &mut Desk<'_>, participant: ParticipantId) {
        for (id, assignment) in &self.assignments {
            if assignment.participant == participant {
                self.say_assignment(desk, *id);
            }
        }
    }

    fn say_assignment(&self, desk: &mut Desk<'_>, id: AssignmentId) {
        if let Some(view) = self.assignment_view(id) {
            desk.out.push_back(Output::Assignment(view));
        }
    }

    fn personal(&mut self, desk: &mut Desk<'_>, kind: PersonalKind, value: String) -> PersonalId {
        let id = PersonalId::new(desk.now.utc, desk.chance);
        desk.out.push_back(Output::Personal(Personal { id, interaction: self.id, kind, value }));
        id
    }

    fn write(&mut self, desk: &mut Desk<'_>, body: Body) {
        let event = self.log.event(desk.now, body);
        desk.out.push_back(Output::Log(event));
    }

    fn join(
        &mut self,
        desk: &mut Desk<'_>,
        participant: ParticipantId,
        role: Role,
        agent: Option<AgentId>,
        segment: SegmentKind,
        queue: Option<QueueId>,
    ) {
        self.participants.insert(participant, Participant { role, agent, segment, since: desk.now.tick });
        desk.by_participant.insert(participant, self.id);
        self.write(desk, Body::ParticipantJoined { participant, role, agent });
        self.write(desk, Body::SegmentStarted { participant, segment, queue });
    }

    fn segment(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, segment: SegmentKind, queue: Option<QueueId>) {
        if let Some(entry) = self.participants.get_mut(&participant) {
            entry.segment = segment;
            entry.since = desk.now.tick;
            self.write(desk, Body::SegmentStarted { participant, segment, queue });
        }
    }

    fn leave(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.participants.remove(&participant).is_some() {
            desk.by_participant.remove(&participant);
            self.write(desk, Body::ParticipantLeft { participant, reason });
        }
    }

    fn drop_participant(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.participants.contains_key(&participant) {
            desk.out.push_back(Output::Drop { interaction: self.id, participant });
            self.leave(desk, participant, reason);
        }
    }
}
