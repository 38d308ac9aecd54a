//! The life of an interaction, told by its log: each case says what happened and expects the events in order.

use cti_interaction::{Arrival, Input, Interactions, Limits, Output};
use cti_types::acd::{AcdInput, AcdOutput, Decision, NotReadyReason, OfferEnd, Stale};
use cti_types::event::{Body, CallDirection, CloseReason, Event, FlowEnd, LeaveReason, PersonalKind, SegmentKind};
use cti_types::flow::{FlowRef, QueueLeft};
use cti_types::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

const ID: InteractionId = InteractionId::from_u128(1);
const CUSTOMER: ParticipantId = ParticipantId::from_u128(2);
const QUEUE: QueueId = QueueId::from_u128(3);
const OTHER_QUEUE: QueueId = QueueId::from_u128(4);
const AGENT: AgentId = AgentId::from_u128(5);
/// Of the ACD's owner.
const EPOCH: OwnerEpoch = OwnerEpoch(5);
const WRAP_UP: Duration = Duration::from_secs(60);

/// The room with a clock, and everything it said.
struct Desk {
    room: Interactions,
    ms: u64,
    log: Vec<Event>,
    personal: Vec<PersonalKind>,
    acd: Vec<AcdInput>,
    other: Vec<Output>,
    offers: u128,
}

impl Desk {
    fn new() -> Desk {
        let room = Interactions::new(Limits::default(), Chance::from_number(7), EPOCH);
        Desk { room, ms: 0, log: vec![], personal: vec![], acd: vec![], other: vec![], offers: 100 }
    }

    fn arrived() -> Desk {
        let mut desk = Desk::new();
        let from = Party { number: Number::E164("+12025550123".into()), raw: "2025550123".into(), display: None };
        let arrival = Arrival { direction: CallDirection::Inbound, from, to: "+12025550100".into(), trunk: None, call_id: None };
        desk.say(Input::Arrived { interaction: ID, participant: CUSTOMER, arrival });
        desk
    }

    fn waiting(wrap_up_max: Duration) -> Desk {
        let mut desk = Desk::arrived();
        desk.say(Input::QueueAsked { interaction: ID, queue: QUEUE, priority: 0, skills: vec![], credit: Duration::ZERO, wrap_up_max });
        desk
    }

    fn now(&self) -> Now {
        Now { tick: Tick(self.ms * 1000), utc: Utc(1_000_000_000 + self.ms as i64 * 1000) }
    }

    fn say(&mut self, input: Input) {
        self.ms += 10;
        let now = self.now();
        self.room.handle(now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.room.poll() {
            match output {
                Output::Log(event) => self.log.push(event),
                Output::Personal(personal) => self.personal.push(personal.kind),
                Output::Acd(input) => self.acd.push(input),
                other => self.other.push(other),
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        self.ms += ms;
        self.room.handle_timeout(self.now());
        self.drain();
    }

    fn work(&self) -> WorkItemId {
        self.room.work(ID).expect("the customer waits")
    }

    /// The ACD holds the work out; the participant that rings.
    fn offer(&mut self) -> (OfferId, ParticipantId) {
        self.offers += 1;
        let offer = OfferId::from_u128(self.offers);
        let (work, until, decision) = (self.work(), Tick(u64::MAX), Decision::default());
        self.acd(EPOCH, AcdOutput::Offer { offer, work, interaction: ID, queue: Some(QUEUE), agent: AGENT, until, decision });
        let ring = self.other.iter().rev().find_map(|o| match o {
            Output::Ring(ring) if ring.offer == offer => Some(ring.participant),
            _ => None,
        });
        (offer, ring.expect("a telephone rings"))
    }

    fn acd(&mut self, epoch: OwnerEpoch, output: AcdOutput) {
        self.say(Input::Acd { epoch, output });
    }

    fn end_offer(&mut self, offer: OfferId, end: OfferEnd) {
        let work = WorkItemId::from_u128(0);
        self.acd(EPOCH, AcdOutput::OfferEnded { offer, work, agent: AGENT, end });
    }

    /// Rings, is lifted, and the ACD grants it.
    fn answer(&mut self) -> ParticipantId {
        let (offer, participant) = self.offer();
        self.say(Input::AgentRinging { participant });
        self.say(Input::AgentAnswered { participant });
        self.end_offer(offer, OfferEnd::Accepted);
        participant
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.log.iter().map(|e| e.body.kind()).collect()
    }

    fn segments(&self, who: ParticipantId) -> Vec<SegmentKind> {
        self.log
            .iter()
            .filter_map(|e| match e.body {
                Body::SegmentStarted { participant, segment, .. } if participant == who => Some(segment),
                _ => None,
            })
            .collect()
    }

    fn closed(&self) -> Option<CloseReason> {
        self.log.iter().find_map(|e| match e.body {
            Body::Closed { reason } => Some(reason),
            _ => None,
        })
    }

    fn assignment(&self) -> AssignmentId {
        self.log
            .iter()
            .find_map(|e| match e.body {
                Body::Assigned { assignment, .. } => Some(assignment),
                _ => None,
            })
            .expect("an assignment")
    }

    fn left(&self, who: ParticipantId) -> Option<LeaveReason> {
        self.log.iter().find_map(|e| match e.body {
            Body::ParticipantLeft { participant, reason } if participant == who => Some(reason),
            _ => None,
        })
    }
}

#[test]
fn a_whole_call_is_told_in_order() {
    use SegmentKind::*;
    let mut desk = Desk::arrived();
    let flow = FlowRef { flow: FlowId::from_u128(9), version: 1 };
    desk.say(Input::FlowEntered { interaction: ID, flow });
    desk.say(Input::NodeVisited { interaction: ID, node: "menu".into() });
    desk.say(Input::DataSet { interaction: ID, key: "topic".into(), value: "sales".into(), masked: false });
    desk.say(Input::QueueAsked {
        interaction: ID,
        queue: QUEUE,
        priority: 2,
        skills: vec![],
        credit: Duration::ZERO,
        wrap_up_max: WRAP_UP,
    });
    let agent = desk.answer();
    desk.say(Input::Held { participant: agent });
    desk.say(Input::Retrieved { participant: agent });
    desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
    let assignment = desk.assignment();
    desk.say(Input::WrapUpSet { assignment, code: Some(WrapUpCodeId::from_u128(1)), note: Some("called".into()) });
    desk.say(Input::WrapUpFinished { assignment });
    assert_eq!(
        desk.kinds(),
        [
            "opened",
            "participant_joined",
            "segment_started",
            "flow_entered",
            "segment_started",
            "node_visited",
            "data_set",
            "flow_left",
            "work_queued",
            "segment_started",
            "offered",
            "participant_joined",
            "segment_started",
            "segment_started",
            "offer_ended",
            "work_ended",
            "assigned",
            "segment_started",
            "segment_started",
            "segment_started",
            "segment_started",
            "segment_started",
            "segment_started",
            "participant_left",
            "segment_started",
            "wrap_up_started",
            "wrap_up_set",
            "assignment_ended",
            "participant_left",
            "closed"
        ]
    );
    assert_eq!(desk.segments(CUSTOMER), [Arriving, Ivr, Waiting, Ringing, Talking, OnHold, Talking]);
    assert_eq!(desk.segments(agent), [Ringing, Talking, Holding, Talking, WrapUp]);
    assert_eq!(desk.closed(), Some(CloseReason::Completed));
    assert_eq!(desk.personal, [PersonalKind::Number, PersonalKind::RawNumber, PersonalKind::FlowValue, PersonalKind::Note]);
    assert!(desk.log.iter().zip(1..).all(|(event, seq)| event.seq == seq), "sequence without a gap");
    assert!(matches!(desk.acd.last(), Some(AcdInput::Released { agent: AGENT, .. })));
}

#[test]
fn who_leaves_first_decides_how_it_ends() {
    let mut in_flow = Desk::arrived();
    in_flow.say(Input::FlowEntered { interaction: ID, flow: FlowRef { flow: FlowId::from_u128(9), version: 1 } });
    let mut in_queue = Desk::waiting(WRAP_UP);
    for desk in [&mut in_flow, &mut in_queue] {
        desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
    }
    assert_eq!(in_flow.closed(), Some(CloseReason::LeftInFlow));
    assert_eq!(in_queue.closed(), Some(CloseReason::Abandoned));
    assert!(matches!(in_queue.acd.last(), Some(AcdInput::Withdraw { .. })));

    let mut ringing = Desk::waiting(WRAP_UP);
    let (offer, participant) = ringing.offer();
    ringing.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
    assert_eq!(ringing.closed(), None, "the offer is still open until the ACD has withdrawn it");
    ringing.end_offer(offer, OfferEnd::Withdrawn);
    assert_eq!((ringing.closed(), ringing.left(participant)), (Some(CloseReason::Abandoned), Some(LeaveReason::Withdrawn)));
}

#[test]
fn a_failed_offer_brings_the_caller_back_to_waiting_with_the_same_work() {
    for (end, reason) in [
        (OfferEnd::NoAnswer, LeaveReason::NoAnswer),
        (OfferEnd::Declined, LeaveReason::Declined),
        (OfferEnd::DeviceBusy, LeaveReason::Busy),
        (OfferEnd::DeviceUnreachable, LeaveReason::Unreachable),
    ] {
        let mut desk = Desk::waiting(WRAP_UP);
        let work = desk.work();
        let (offer, participant) = desk.offer();
        desk.say(Input::AgentRinging { participant });
        desk.end_offer(offer, end);
        assert_eq!(desk.segments(CUSTOMER).last(), Some(&SegmentKind::Waiting), "{end:?}");
        assert_eq!((desk.left(participant), desk.work()), (Some(reason), work), "{end:?}");
        assert!(desk.other.contains(&Output::Drop { interaction: ID, participant }), "{end:?}");
    }
}

#[test]
fn a_telephone_lifted_after_its_offer_ended_gets_no_call() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (offer, participant) = desk.offer();
    desk.end_offer(offer, OfferEnd::NoAnswer);
    desk.say(Input::AgentAnswered { participant });
    assert!(!desk.acd.iter().any(|input| matches!(input, AcdInput::Accepted { .. })));
    assert!(!desk.other.iter().any(|output| matches!(output, Output::Connect { .. })));
}

#[test]
fn the_acd_decides_when_lifting_and_withdrawing_cross() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (offer, participant) = desk.offer();
    desk.say(Input::AgentAnswered { participant });
    desk.end_offer(offer, OfferEnd::Withdrawn);
    assert_eq!(desk.left(participant), Some(LeaveReason::Withdrawn));
    assert!(!desk.other.iter().any(|output| matches!(output, Output::Connect { .. })));
}

#[test]
fn an_agent_granted_work_that_is_gone_is_free_again() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (offer, participant) = desk.offer();
    desk.say(Input::AgentAnswered { participant });
    desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
    desk.end_offer(offer, OfferEnd::Accepted);
    assert!(matches!(desk.acd.last(), Some(AcdInput::Released { agent: AGENT, .. })), "{:?}", desk.acd);
    assert_eq!((desk.closed(), desk.left(participant)), (Some(CloseReason::Abandoned), Some(LeaveReason::Withdrawn)));
}

#[test]
fn telephone_failures_are_told_to_the_acd() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (offer, participant) = desk.offer();
    desk.say(Input::AgentFailed { participant, reason: NotReadyReason::DeviceBusy });
    desk.say(Input::AgentDeclined { offer });
    assert_eq!(desk.acd[1..], [AcdInput::Failed { offer, reason: NotReadyReason::DeviceBusy }, AcdInput::Declined { offer }]);
}

#[test]
fn when_the_agent_hangs_up_the_customer_is_let_go() {
    let mut desk = Desk::waiting(WRAP_UP);
    let agent = desk.answer();
    desk.say(Input::Left { participant: agent, reason: LeaveReason::HungUp });
    assert_eq!(desk.left(CUSTOMER), Some(LeaveReason::OtherLeft));
    assert!(desk.other.contains(&Output::Drop { interaction: ID, participant: CUSTOMER }));
    assert_eq!((desk.segments(agent).last(), desk.closed()), (Some(&SegmentKind::WrapUp), None));
    desk.wait(WRAP_UP.as_millis() as u64);
    assert_eq!(desk.closed(), Some(CloseReason::Completed));
}

#[test]
fn a_queue_without_wrap_up_frees_the_agent_at_once() {
    let mut desk = Desk::waiting(Duration::ZERO);
    desk.answer();
    desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
    assert_eq!(desk.closed(), Some(CloseReason::Completed));
}

#[test]
fn overflow_makes_new_work_that_keeps_its_age() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (work, queued_at) = (desk.work(), desk.now().tick);
    desk.ms += 5_000;
    let overflow = Some((OTHER_QUEUE, WRAP_UP));
    desk.say(Input::WorkLeft { epoch: EPOCH, work, reason: QueueLeft::WaitLimit, overflow, voicemail: None });
    assert_ne!(desk.work(), work);
    let Some(AcdInput::Enqueue { queue, since, .. }) = desk.acd.last() else { panic!("{:?}", desk.acd) };
    assert_eq!((*queue, *since), (OTHER_QUEUE, queued_at));
}

#[test]
fn who_comes_back_to_a_queue_from_the_flow_keeps_their_age() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (work, queued_at) = (desk.work(), desk.now().tick);
    desk.say(Input::WorkLeft { epoch: EPOCH, work, reason: QueueLeft::WaitLimit, overflow: None, voicemail: None });
    desk.ms += 5_000;
    let credit = Duration::from_secs(7);
    desk.say(Input::QueueAsked { interaction: ID, queue: OTHER_QUEUE, priority: 0, skills: vec![], credit, wrap_up_max: WRAP_UP });
    let Some(AcdInput::Enqueue { queue, since, credit: given, .. }) = desk.acd.last() else { panic!("{:?}", desk.acd) };
    assert_eq!((*queue, *since, *given), (OTHER_QUEUE, queued_at, credit));
}

#[test]
fn what_an_earlier_owner_of_the_acd_says_changes_nothing() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (offer, _) = desk.offer();
    let (work, earlier) = (desk.work(), OwnerEpoch(EPOCH.0 - 1));
    let before = (desk.log.len(), desk.acd.len(), desk.other.len());
    desk.acd(earlier, AcdOutput::OfferEnded { offer, work, agent: AGENT, end: OfferEnd::NoAnswer });
    desk.acd(earlier, AcdOutput::Stale(Stale::Offer(offer)));
    desk.say(Input::WorkLeft { epoch: earlier, work, reason: QueueLeft::Full, overflow: None, voicemail: None });
    assert_eq!((desk.log.len(), desk.acd.len(), desk.other.len()), before);
    assert_eq!((desk.room.stale(), desk.room.acd_epoch()), (3, EPOCH));
}

#[test]
fn a_later_owner_of_the_acd_is_told_again_of_all_that_holds_and_the_offers_before_it_are_void() {
    let later = OwnerEpoch(EPOCH.0 + 1);
    // Waiting with a telephone that rings.
    let mut desk = Desk::waiting(WRAP_UP);
    let (asked, (offer, rings)) = (desk.acd.clone(), desk.offer());
    let other = OfferId::from_u128(999);
    desk.acd.clear();
    desk.acd(later, AcdOutput::Stale(Stale::Offer(other)));
    assert_eq!((desk.room.acd_epoch(), &desk.acd), (later, &asked), "the same work, asked for again");
    assert_eq!(desk.left(rings), Some(LeaveReason::Withdrawn));
    desk.say(Input::AgentAnswered { participant: rings });
    assert_eq!(desk.acd, asked, "nothing is accepted of {offer}");
    // In contact, then in wrap-up.
    let mut desk = Desk::waiting(WRAP_UP);
    desk.answer();
    let Some(&AcdInput::Accepted { assignment, .. }) = desk.acd.last() else { panic!("{:?}", desk.acd) };
    let (agent, occupied) = (AGENT, AcdInput::Occupied { agent: AGENT, assignment });
    desk.acd.clear();
    desk.acd(later, AcdOutput::Stale(Stale::Assignment(assignment)));
    assert_eq!(desk.acd, std::slice::from_ref(&occupied));
    desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
    desk.acd.clear();
    desk.acd(OwnerEpoch(later.0 + 1), AcdOutput::Stale(Stale::Assignment(assignment)));
    assert_eq!(desk.acd, [occupied, AcdInput::WrapUp { agent, assignment }]);
}

#[test]
fn an_offer_the_acd_knows_nothing_of_stops_ringing() {
    let mut desk = Desk::waiting(WRAP_UP);
    let (offer, rings) = desk.offer();
    desk.say(Input::AgentAnswered { participant: rings });
    for _ in 0..2 {
        desk.acd(EPOCH, AcdOutput::Stale(Stale::Offer(offer)));
        assert_eq!(desk.left(rings), Some(LeaveReason::Withdrawn));
    }
    desk.work();
}

#[test]
fn queues_that_overflow_into_each_other_send_work_round_once_and_then_to_its_flow() {
    let mut desk = Desk::waiting(WRAP_UP);
    let now = desk.now();
    for (target, back) in [(OTHER_QUEUE, false), (QUEUE, true)] {
        let (work, overflow) = (desk.work(), Some((target, WRAP_UP)));
        desk.room.handle(now, Input::WorkLeft { epoch: EPOCH, work, reason: QueueLeft::Full, overflow, voicemail: None });
        desk.drain();
        assert_eq!(desk.other.contains(&Output::BackToFlow { interaction: ID, reason: QueueLeft::Full }), back);
    }
}

#[test]
fn work_that_waited_in_the_other_queue_may_come_back() {
    let mut desk = Desk::waiting(WRAP_UP);
    for target in [OTHER_QUEUE, QUEUE] {
        let (work, overflow) = (desk.work(), Some((target, WRAP_UP)));
        desk.say(Input::WorkLeft { epoch: EPOCH, work, reason: QueueLeft::WaitLimit, overflow, voicemail: None });
        let Some(AcdInput::Enqueue { queue, .. }) = desk.acd.last() else { panic!("{:?}", desk.acd) };
        assert_eq!(*queue, target);
    }
}

#[test]
fn back_in_the_flow_the_flow_may_end_it() {
    let mut desk = Desk::waiting(WRAP_UP);
    let work = desk.work();
    desk.say(Input::WorkLeft { epoch: EPOCH, work, reason: QueueLeft::Full, overflow: None, voicemail: None });
    assert!(desk.other.contains(&Output::BackToFlow { interaction: ID, reason: QueueLeft::Full }));
    desk.say(Input::FlowEnded { interaction: ID, how: FlowEnd::HungUp });
    assert_eq!((desk.closed(), desk.left(CUSTOMER)), (Some(CloseReason::ServedByFlow), Some(LeaveReason::Flow)));
}

#[test]
fn a_recording_sealed_after_the_close_is_still_noted() {
    let mut desk = Desk::waiting(Duration::ZERO);
    desk.answer();
    desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
    let body = Body::RecordingEnded { recording: RecordingId::from_u128(1), frames_dropped: 0 };
    desk.say(Input::Note { interaction: ID, body: body.clone() });
    assert_eq!(desk.log.last().map(|e| &e.body), Some(&body));
    assert!(desk.log.iter().zip(1..).all(|(event, seq)| event.seq == seq));
    desk.wait(400_000);
    let count = desk.log.len();
    desk.say(Input::Note { interaction: ID, body });
    assert_eq!(desk.log.len(), count, "forgotten after the time for late notes");
}

#[test]
fn a_stepping_clock_bends_nothing() {
    let mut desk = Desk::waiting(WRAP_UP);
    let before = desk.log.last().unwrap().at;
    desk.ms += 1_000;
    // The system clock jumps back an hour; the tick does not.
    let now = Now { tick: desk.now().tick, utc: Utc(desk.now().utc.0 - 3_600_000_000) };
    desk.room.handle(now, Input::NodeVisited { interaction: ID, node: "x".into() });
    desk.drain();
    assert_eq!(desk.log.last().unwrap().at, Utc(before.0 + 1_000_000));
}

#[test]
fn shutdown_closes_everything() {
    let mut talking = Desk::waiting(WRAP_UP);
    talking.answer();
    let mut ringing = Desk::waiting(WRAP_UP);
    ringing.offer();
    for desk in [&mut talking, &mut ringing] {
        desk.say(Input::Shutdown);
        assert!(desk.closed().is_some());
        assert!(desk.room.is_empty());
    }
    let over = |o: &Output| matches!(o, Output::OfferOver { end: OfferEnd::Withdrawn, .. });
    assert!(ringing.other.iter().any(over), "the offer leaves the agent's screen");
}

#[test]
fn at_the_bound_no_more_are_opened() {
    let limits = Limits { open_max: 1, ..Limits::default() };
    let mut desk = Desk::arrived();
    desk.room = Interactions::new(limits, Chance::from_number(1), EPOCH);
    assert!(desk.room.has_room());
    let from = Party { number: Number::Anonymous, raw: String::new(), display: None };
    let arrival = Arrival { direction: CallDirection::Inbound, from, to: "1".into(), trunk: None, call_id: None };
    desk.say(Input::Arrived { interaction: ID, participant: CUSTOMER, arrival: arrival.clone() });
    assert!(!desk.room.has_room());
    let (interaction, participant) = (InteractionId::from_u128(50), ParticipantId::from_u128(51));
    assert!(desk.room.has_room_for_help());
    desk.say(Input::Arrived { interaction, participant, arrival: arrival.clone() });
    assert!(!desk.room.has_room_for_help());
    let (interaction, participant) = (InteractionId::from_u128(52), ParticipantId::from_u128(53));
    desk.say(Input::Arrived { interaction, participant, arrival });
    assert_eq!(desk.room.len(), 2);
}

/// Any order of facts, true or not: the log keeps its sequence, segments tile, a closed interaction is closed once.
fn any_step() -> impl Strategy<Value = u8> {
    0u8..14
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_order_of_facts_breaks_the_log(steps in proptest::collection::vec(any_step(), 1..60)) {
        let mut desk = Desk::arrived();
        let mut agents: Vec<(OfferId, ParticipantId)> = Vec::new();
        for step in steps {
            let last = agents.last().copied();
            match (step, last) {
                (0, _) => desk.say(Input::QueueAsked { interaction: ID, queue: QUEUE, priority: 0, skills: vec![], credit: Duration::ZERO, wrap_up_max: WRAP_UP }),
                (1, _) if desk.room.work(ID).is_some() => agents.push(desk.offer()),
                (2, Some((_, participant))) => desk.say(Input::AgentRinging { participant }),
                (3, Some((_, participant))) => desk.say(Input::AgentAnswered { participant }),
                (4, Some((offer, _))) => desk.end_offer(offer, OfferEnd::Accepted),
                (5, Some((offer, _))) => desk.end_offer(offer, OfferEnd::NoAnswer),
                (6, Some((offer, _))) => desk.end_offer(offer, OfferEnd::Withdrawn),
                (7, Some((_, participant))) => desk.say(Input::Held { participant }),
                (8, Some((_, participant))) => desk.say(Input::Retrieved { participant }),
                (9, Some((_, participant))) => desk.say(Input::Left { participant, reason: LeaveReason::HungUp }),
                (10, _) => desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp }),
                (11, _) if desk.room.work(ID).is_some() => {
                    let work = desk.work();
                    desk.say(Input::WorkLeft { epoch: EPOCH, work, reason: QueueLeft::WaitLimit, overflow: None, voicemail: None });
                }
                (12, _) => desk.wait(61_000),
                (13, _) => desk.say(Input::FlowEnded { interaction: ID, how: FlowEnd::HungUp }),
                _ => {}
            }
        }
        // The ACD withdraws what is open, as it does when told that the work is gone.
        desk.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
        for (offer, _) in agents {
            desk.end_offer(offer, OfferEnd::Withdrawn);
        }
        desk.wait(120_000);
        prop_assert!(desk.room.is_empty(), "everything ends: {:?}", desk.kinds());
        prop_assert_eq!(desk.kinds().iter().filter(|k| **k == "closed").count(), 1);
        prop_assert!(desk.log.iter().zip(1..).all(|(event, seq)| event.seq == seq));
        prop_assert!(desk.log.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let mut inside: BTreeMap<ParticipantId, bool> = BTreeMap::new();
        for event in &desk.log {
            match event.body {
                Body::ParticipantJoined { participant, .. } => prop_assert_eq!(inside.insert(participant, false), None),
                Body::SegmentStarted { participant, .. } => prop_assert!(inside.contains_key(&participant)),
                Body::ParticipantLeft { participant, .. } => prop_assert!(inside.remove(&participant).is_some()),
                _ => {}
            }
        }
        prop_assert!(inside.is_empty());
    }
}
