//! What an interaction demands of the ACD: places in queues and work for one agent, their offers, and who takes them.

use crate::interaction::{Assignment, Back, Interaction, Phase};
use crate::room::Desk;
use crate::words::{Demand, HeldOut, Output, Ring};
use cti_types::acd::{AcdInput, Aim as AcdAim, AimRoom, NotReadyReason, OfferEnd};
use cti_types::event::{Body, FlowEnd, LeaveReason, PartyEnd, Purpose, Role, SegmentKind, SuperviseMode, WorkEnd};
use cti_types::flow::{QueueLeft, SkillNeed};
use cti_types::mailbox::Mailbox;
use cti_types::{AgentId, AssignmentId, OfferId, ParticipantId, QueueId, Tick, WorkItemId};
use std::time::Duration;

/// How long a telephone rings for work without a queue.
const RING: Duration = Duration::from_secs(30);
/// How long a customer waits for one agent who is busy before the transfer has failed.
const AGENT_WAIT: Duration = Duration::from_secs(120);

/// A place in a queue: enough to come back to it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) queue: QueueId,
    pub(crate) priority: u8,
    pub(crate) skills: Vec<SkillNeed>,
    pub(crate) since: Tick,
    pub(crate) credit: Duration,
    pub(crate) wrap_up_max: Duration,
}

/// For whom somebody is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum For {
    /// The customer waits.
    Customer,
    /// This agent asks.
    Consult {
        by: ParticipantId,
    },
    /// The agent's own call.
    Dial,
    /// A message waits.
    Message,
    Supervision {
        target: ParticipantId,
        mode: SuperviseMode,
        of_call: bool,
        intercept: bool,
    },
}

#[derive(Debug)]
pub(crate) enum Aim {
    Queue(Place),
    Agent { agent: AgentId, purpose: Purpose, since: Tick, by: Option<AgentId> },
}

#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) purpose: For,
    pub(crate) aim: Aim,
    /// The queues it was sent out of at this instant: it comes back to none of them before time passes.
    sent_out: (Tick, Vec<QueueId>),
}

impl Work {
    pub(crate) fn queue(&self) -> Option<QueueId> {
        match &self.aim {
            Aim::Queue(place) => Some(place.queue),
            Aim::Agent { .. } => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) work: WorkItemId,
    pub(crate) participant: ParticipantId,
    pub(crate) rings: bool,
    /// The telephone was lifted; the ACD has been asked for the assignment.
    pub(crate) accepting: Option<AssignmentId>,
}

impl Interaction {
    pub(crate) fn queue_asked(&mut self, desk: &mut Desk<'_>, demand: Demand) {
        // One voice contact waits in one queue at a time, and only while nobody talks with it.
        if !self.has_customer() || self.customers_work().is_some() || !self.talkers.is_empty() || self.is_transferring() {
            return;
        }
        self.leaving = false;
        self.leave_flow(desk, FlowEnd::Queued);
        let since = *self.waiting_since.get_or_insert(desk.now.tick);
        let Demand { queue, priority, skills, credit, wrap_up_max } = demand;
        self.enqueue(desk, For::Customer, Place { queue, priority, skills, since, credit, wrap_up_max }, (desk.now.tick, Vec::new()));
    }

    pub(crate) fn enqueue(&mut self, desk: &mut Desk<'_>, purpose: For, place: Place, sent_out: (Tick, Vec<QueueId>)) -> WorkItemId {
        let work = WorkItemId::new(desk.now.utc, desk.chance);
        let since = self.log.anchor().utc(place.since);
        let (queue, priority, skills, credit_ms) = (place.queue, place.priority, place.skills.clone(), place.credit.as_millis() as u64);
        self.write(desk, Body::WorkQueued { work, queue, priority, skills, since, credit_ms });
        desk.by_work.insert(work, self.id);
        if matches!(purpose, For::Customer | For::Message) {
            self.queue = Some(queue);
            self.wrap_up_max = place.wrap_up_max;
            self.place = Some(place.clone());
        }
        if purpose == For::Customer {
            desk.out.push_back(Output::Waiting { interaction: self.id, customer: self.customer, queue: Some(queue) });
        }
        let item = Work { purpose, aim: Aim::Queue(place), sent_out };
        desk.out.push_back(Output::Acd(self.demand_of(work, &item)));
        self.works.insert(work, item);
        work
    }

    /// Work for one agent, without a queue.
    pub(crate) fn aim(&mut self, desk: &mut Desk<'_>, purpose: For, kind: Purpose, agent: AgentId, by: Option<AgentId>) -> WorkItemId {
        let work = WorkItemId::new(desk.now.utc, desk.chance);
        let (priority, since) = match (&self.place, purpose) {
            (Some(place), For::Customer) => (place.priority, place.since),
            (Some(_) | None, _) => (0, desk.now.tick),
        };
        let at = self.log.anchor().utc(since);
        self.write(desk, Body::WorkAimed { work, purpose: kind, agent, by, priority, since: at });
        desk.by_work.insert(work, self.id);
        if purpose == For::Customer {
            desk.out.push_back(Output::Waiting { interaction: self.id, customer: self.customer, queue: None });
        }
        let item = Work { purpose, aim: Aim::Agent { agent, purpose: kind, since, by }, sent_out: (desk.now.tick, Vec::new()) };
        desk.out.push_back(Output::Acd(self.demand_of(work, &item)));
        self.works.insert(work, item);
        work
    }

    fn demand_of(&self, work: WorkItemId, item: &Work) -> AcdInput {
        let interaction = self.id;
        match &item.aim {
            Aim::Queue(Place { queue, priority, skills, since, credit, .. }) => {
                let (queue, priority, since, credit) = (*queue, *priority, *since, *credit);
                let stays = item.purpose == For::Message;
                AcdInput::Enqueue { work, interaction, queue, priority, skills: skills.clone(), since, credit, stays }
            }
            Aim::Agent { agent, purpose, since, by: _ } => {
                let own = matches!(purpose, Purpose::Dial | Purpose::Supervision | Purpose::Taken | Purpose::Message);
                let mailbox = self.back.as_ref().is_some_and(|back| back.mailbox.is_some());
                AcdInput::Aim(AcdAim {
                    work,
                    interaction,
                    agent: *agent,
                    since: *since,
                    ring: if *purpose == Purpose::Dial { self.own_ring } else { RING },
                    // Only a customer who was sent to this agent, and can leave them no message, waits for them; everybody else would
                    // rather know at once.
                    wait: if *purpose == Purpose::Transfer && !mailbox { AGENT_WAIT } else { Duration::ZERO },
                    needs_ready: !own && *purpose != Purpose::Consult,
                    blames: !own,
                    room: if *purpose == Purpose::Dial { self.own_room } else { AimRoom::Free },
                })
            }
        }
    }

    /// A new owner has the ACD: the offers of the one before are void, and it is told of all that waits or holds an agent.
    pub(crate) fn acd_taken_over(&mut self, desk: &mut Desk<'_>) {
        for offer in self.offers.keys().copied().collect::<Vec<_>>() {
            self.offer_void(desk, offer);
        }
        for (&work, item) in &self.works {
            desk.out.push_back(Output::Acd(self.demand_of(work, item)));
        }
        for (&id, &Assignment { agent, phase, .. }) in &self.assignments {
            desk.out.push_back(Output::Acd(AcdInput::Occupied { agent, assignment: id }));
            match phase {
                Phase::Active => {}
                Phase::WrapUp { .. } => desk.out.push_back(Output::Acd(AcdInput::WrapUp { agent, assignment: id })),
            }
        }
    }

    /// The ACD knows nothing of an offer that is open here. Its work is not over for that.
    pub(crate) fn offer_void(&mut self, desk: &mut Desk<'_>, id: OfferId) {
        let aimed = self.offers.get(&id).filter(|offer| matches!(self.aim_of(offer.work), Some(Aim::Agent { .. }))).map(|offer| offer.work);
        self.withdraw_offer(desk, id);
        // Nobody else may take work for one agent; whoever waits for it is told.
        if let Some(work) = aimed {
            self.aim_ended(desk, work, PartyEnd::Failed);
        }
    }

    // ---- offers

    pub(crate) fn offered(&mut self, desk: &mut Desk<'_>, held_out: HeldOut) {
        let HeldOut { offer, work, agent, until, decision } = held_out;
        let Some(item) = self.works.get(&work) else { return };
        if self.offers.contains_key(&offer) {
            return;
        }
        let (for_whom, queue) = (item.purpose, item.queue().or(self.queue));
        let (purpose, by) = match &item.aim {
            Aim::Queue(_) => match for_whom {
                For::Consult { .. } => (Some(Purpose::Consult), None),
                For::Message => (Some(Purpose::Message), None),
                For::Customer | For::Dial | For::Supervision { .. } => (None, None),
            },
            Aim::Agent { purpose, by, .. } => (Some(*purpose), *by),
        };
        // Whoever takes a message by hand has answered by that.
        let by_hand = for_whom == For::Message && matches!(item.aim, Aim::Agent { .. });
        self.write(desk, Body::Offered { offer, work, agent, decision });
        let participant = ParticipantId::new(desk.now.utc, desk.chance);
        let role = if matches!(for_whom, For::Supervision { .. }) { Role::Supervisor } else { Role::Agent };
        self.join(desk, participant, role, Some(agent), SegmentKind::Ringing, queue);
        self.offers.insert(offer, Offer { work, participant, rings: false, accepting: None });
        desk.by_offer.insert(offer, self.id);
        if let For::Consult { by } = for_whom
            && let Some(consult) = self.consults.get_mut(&by)
        {
            consult.other = Some(participant);
        }
        if by_hand {
            return self.agent_answered(desk, participant);
        }
        desk.out.push_back(Output::Ring(Ring { interaction: self.id, participant, agent, offer, queue, purpose, by, until }));
    }

    pub(crate) fn agent_ringing(&mut self, participant: ParticipantId) {
        if let Some(offer) = self.offers.values_mut().find(|offer| offer.participant == participant) {
            offer.rings = true;
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
        if let (OfferEnd::Accepted, Some(assignment)) = (end, offer.accepting) {
            self.assigned(desk, &offer, assignment, agent);
            return;
        }
        let (left, why) = match end {
            OfferEnd::Declined => (LeaveReason::Declined, PartyEnd::Rejected),
            OfferEnd::NoAnswer => (LeaveReason::NoAnswer, PartyEnd::NoAnswer),
            OfferEnd::DeviceBusy => (LeaveReason::Busy, PartyEnd::Busy),
            OfferEnd::DeviceUnreachable => (LeaveReason::Unreachable, PartyEnd::Unreachable),
            OfferEnd::Withdrawn | OfferEnd::Accepted => (LeaveReason::Withdrawn, PartyEnd::Cancelled),
        };
        self.drop_participant(desk, offer.participant, left);
        for consult in self.consults.values_mut().filter(|consult| consult.other == Some(offer.participant)) {
            consult.other = None;
        }
        // Work for one agent is over when that agent did not take it; work of a queue goes on to the next.
        if matches!(self.aim_of(offer.work), Some(Aim::Agent { .. })) {
            self.aim_ended(desk, offer.work, why);
        }
    }

    /// An offer ends by our own doing.
    pub(crate) fn withdraw_offer(&mut self, desk: &mut Desk<'_>, id: OfferId) {
        let Some(offer) = self.offers.remove(&id) else { return };
        desk.by_offer.remove(&id);
        if let Some(agent) = self.agent_of(offer.participant) {
            let (work, end) = (offer.work, OfferEnd::Withdrawn);
            self.write(desk, Body::OfferEnded { offer: id, work, agent, end });
            desk.out.push_back(Output::OfferOver { interaction: self.id, offer: id, agent, end });
        }
        self.drop_participant(desk, offer.participant, LeaveReason::Withdrawn);
    }

    fn assigned(&mut self, desk: &mut Desk<'_>, offer: &Offer, assignment: AssignmentId, agent: AgentId) {
        let Some(work) = self.end_work(desk, offer.work, WorkEnd::Assigned(assignment)) else {
            // The work ended while the ACD granted it: nobody is there to talk to, and the agent is free again.
            desk.out.push_back(Output::Acd(AcdInput::Released { agent, assignment }));
            self.drop_participant(desk, offer.participant, LeaveReason::Withdrawn);
            return;
        };
        let participant = offer.participant;
        self.write(desk, Body::Assigned { assignment, work: offer.work, agent, participant });
        let (queue, wrap_up_max) = match work.purpose {
            For::Customer | For::Dial | For::Message => (self.queue, self.wrap_up_max),
            // Who is asked or supervises owes nothing to the queue, until the customer is theirs.
            For::Consult { .. } | For::Supervision { .. } => (None, Duration::ZERO),
        };
        self.assignments.insert(assignment, Assignment { agent, participant, queue, wrap_up_max, phase: Phase::Active });
        desk.by_assignment.insert(assignment, self.id);
        match work.purpose {
            For::Customer => self.connected(desk, participant),
            For::Consult { by } => self.consult_answered(desk, by, participant),
            For::Dial => self.own_phone_lifted(desk, participant),
            For::Message => self.message_taken(participant),
            For::Supervision { target, mode, of_call, intercept } => {
                self.supervisor_lifted(desk, participant, crate::interaction::Supervision { target, mode, of_call }, intercept);
            }
        }
        self.say_assignment(desk, assignment);
    }

    /// Somebody of our side is there for the customer.
    pub(crate) fn connected(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        self.served = true;
        self.waiting_since = None;
        self.back = None;
        self.talkers.insert(participant, crate::interaction::Talker::default());
        desk.out.push_back(Output::Connect { interaction: self.id, customer: self.customer, other: participant });
        self.supervise_next(desk);
    }

    // ---- ends of work

    /// Ends it in the log and forgets it; the caller tells the ACD, unless that knows.
    pub(crate) fn end_work(&mut self, desk: &mut Desk<'_>, work: WorkItemId, end: WorkEnd) -> Option<Work> {
        let item = self.works.remove(&work)?;
        desk.by_work.remove(&work);
        self.write(desk, Body::WorkEnded { work, end });
        Some(item)
    }

    /// We want it no longer. The ACD answers with `OfferEnded` for each open offer, which drops whoever rings.
    pub(crate) fn withdraw_work(&mut self, desk: &mut Desk<'_>, work: WorkItemId, end: WorkEnd) -> Option<Work> {
        let item = self.end_work(desk, work, end)?;
        desk.out.push_back(Output::Acd(AcdInput::Withdraw { work }));
        Some(item)
    }

    /// The one agent did not take it.
    pub(crate) fn aim_ended(&mut self, desk: &mut Desk<'_>, work: WorkItemId, why: PartyEnd) {
        let Some(item) = self.end_work(desk, work, WorkEnd::NotTaken(why)) else { return };
        match item.purpose {
            For::Customer => self.go_back(desk, why),
            For::Consult { by } => self.consult_failed(desk, by),
            For::Message => self.message_waits(desk),
            For::Dial | For::Supervision { .. } => {}
        }
    }

    pub(crate) fn work_left(
        &mut self,
        desk: &mut Desk<'_>,
        work: WorkItemId,
        reason: QueueLeft,
        overflow: Option<(QueueId, Duration)>,
        voicemail: bool,
    ) {
        let Some(Work { purpose, aim: Aim::Queue(place), mut sent_out }) = self.works.remove(&work) else { return };
        desk.by_work.remove(&work);
        // Two full queues that overflow into each other would send it to and fro for ever: then it goes back to the flow.
        if sent_out.0 != desk.now.tick {
            sent_out = (desk.now.tick, Vec::new());
        }
        sent_out.1.push(place.queue);
        match overflow {
            Some((queue, wrap_up_max)) if !sent_out.1.contains(&queue) => {
                self.write(desk, Body::WorkEnded { work, end: WorkEnd::Overflowed(queue) });
                let again = self.enqueue(desk, purpose, Place { queue, wrap_up_max, ..place }, sent_out);
                if let For::Consult { by } = purpose
                    && let Some(consult) = self.consults.get_mut(&by)
                {
                    consult.work = Some(again);
                }
            }
            Some(_) | None => {
                self.write(desk, Body::WorkEnded { work, end: WorkEnd::Left(reason) });
                match purpose {
                    For::Customer if voicemail => self.enter_voicemail(desk, Mailbox::Queue(place.queue)),
                    For::Customer => desk.out.push_back(Output::BackToFlow { interaction: self.id, reason }),
                    For::Consult { by } => self.consult_failed(desk, by),
                    // Its queue is gone: it waits to be moved, taken by hand, or for the queue to be back.
                    For::Message => {}
                    For::Dial | For::Supervision { .. } => {}
                }
            }
        }
    }

    // ---- by hand

    pub(crate) fn taken_from_queue(&mut self, desk: &mut Desk<'_>, agent: AgentId) {
        if self.message.is_some() {
            return self.message_asked(desk, agent);
        }
        let Some(work) = self.waiting_in_queue() else { return };
        self.withdraw_work(desk, work, WorkEnd::Taken(agent));
        self.back = Some(Back { to: cti_types::event::TransferTo::Agent(agent), agent: None, said: true, mailbox: None });
        self.aim(desk, For::Customer, Purpose::Taken, agent, Some(agent));
    }

    pub(crate) fn moved_in_queue(&mut self, desk: &mut Desk<'_>, queue: QueueId, priority: u8, wrap_up_max: Duration) {
        let Some(work) = self.waiting_in_queue() else {
            // A message whose queue is gone.
            let waits = self.has_open_message() && self.customers_work().is_none() && self.assignments.is_empty();
            if let Some(place) = self.place.clone().filter(|_| waits) {
                self.enqueue(desk, For::Message, Place { queue, priority, wrap_up_max, ..place }, (desk.now.tick, Vec::new()));
            }
            return;
        };
        if let Some(Work { purpose, aim: Aim::Queue(place), .. }) = self.withdraw_work(desk, work, WorkEnd::Moved(queue)) {
            // What skills they need, only their own queue knows.
            let skills = if place.queue == queue { place.skills } else { Vec::new() };
            let place = Place { queue, priority, skills, wrap_up_max, ..place };
            self.enqueue(desk, purpose, place, (desk.now.tick, Vec::new()));
        }
    }

    /// The customer's work if it is in a queue and no telephone is lifted for it.
    pub(crate) fn waiting_in_queue(&self) -> Option<WorkItemId> {
        let (id, work) = self.customers_work()?;
        let lifted = self.offers.values().any(|offer| offer.work == id && offer.accepting.is_some());
        work.queue().filter(|_| !lifted).map(|_| id)
    }

    pub(crate) fn offer_of(&self, participant: ParticipantId) -> Option<OfferId> {
        self.offers.iter().find(|(_, offer)| offer.participant == participant).map(|(id, _)| *id)
    }
}
