//! Messages: what becomes of them, with what age and priority, who has them, and that none is lost on the way.

use crate::harness::*;
use cti_interaction::{Input, Kept, MessageState, Output, Restored, Target};
use cti_types::acd::AcdOutput;
use cti_types::event::{Body, CallDirection, Channel, CloseReason, MessageEnd, Purpose, SegmentKind, WorkEnd};
use cti_types::flow::QueueLeft;
use cti_types::mailbox::{Left, Mailbox};
use cti_types::*;
use std::time::Duration;

const MESSAGE: InteractionId = InteractionId::from_u128(77);
const RECORDING: RecordingId = RecordingId::from_u128(78);

fn kept(mailbox: Mailbox) -> Kept {
    let (from, to) = (House::arrival().from, House::arrival().to);
    let customers = vec![CustomerId::from_u128(9)];
    Kept { from, to, customers, recording: RECORDING, mailbox, duration_ms: 4_000, wrap_up_max: WRAP_UP }
}

impl House {
    /// The queue sends the customer away to leave a message.
    fn overflows(&mut self) {
        self.overflows_to(Mailbox::Queue(QUEUE));
    }

    fn overflows_to(&mut self, mailbox: Mailbox) {
        let work = self.room.work(ID).expect("the customer waits");
        let (reason, overflow, voicemail) = (QueueLeft::WaitLimit, None, Some(mailbox));
        self.say(Input::WorkLeft { epoch: EPOCH, work, reason, overflow, voicemail });
        self.acd.works.remove(&work);
    }

    fn leaves(&mut self, mailbox: Mailbox) {
        self.say(Input::MessageBegun { interaction: ID, recording: RECORDING, mailbox });
        self.say(Input::MessageKept { interaction: ID, message: MESSAGE, kept: kept(mailbox) });
    }

    /// A message in the queue, and its caller gone.
    fn message(mailbox: Mailbox) -> House {
        let mut house = House::waiting();
        house.overflows();
        house.leaves(mailbox);
        house.hang_up(CUSTOMER);
        house
    }

    fn state(&self) -> Option<MessageState> {
        self.room.message(MESSAGE).map(|view| view.state)
    }

    fn told(&self) -> Vec<MessageState> {
        let of = |output: &Output| match output {
            Output::Message(view) => Some(view.state),
            _ => None,
        };
        self.asked.iter().filter_map(of).collect()
    }

    fn assignment(&self) -> AssignmentId {
        match self.state() {
            Some(MessageState::Taken { assignment, .. }) => assignment,
            other => panic!("{other:?}"),
        }
    }

    fn kinds(&self, stream: InteractionId) -> Vec<&'static str> {
        let mine = self.log.iter().filter(|event| event.stream == event::Stream::Interaction(stream));
        mine.map(|event| event.body.kind()).collect()
    }
}

#[test]
fn a_message_is_an_interaction_of_its_own_that_waits_with_the_age_and_priority_of_its_caller() {
    let mut house = House::waiting();
    let (_, priority, since) = house.waits_in().unwrap();
    house.wait(Duration::from_secs(60));
    house.overflows();
    assert_eq!(house.does(CUSTOMER), Some(SegmentKind::Voicemail));
    assert!(house.asked.contains(&Output::EnterVoicemail { interaction: ID, mailbox: Mailbox::Queue(QUEUE) }));
    house.leaves(Mailbox::Queue(QUEUE));
    house.hang_up(CUSTOMER);
    assert_eq!(house.closed(), Some(CloseReason::LeftMessage));

    let opened = house.log.iter().find_map(|event| match &event.body {
        Body::Opened { channel, direction, origin, .. } if *channel == Channel::Voicemail => Some((*direction, *origin)),
        _ => None,
    });
    assert_eq!(opened, Some((CallDirection::Inbound, Some(ID))));
    assert_eq!(house.kinds(MESSAGE), ["opened", "message_left", "identified", "work_queued"]);
    let work = house.room.work(MESSAGE).unwrap();
    assert!(house.acd.staying.contains(&work), "no limit sends it away");
    assert!(house.acd.queued.contains(&(work, QUEUE, priority, since)));
    assert_eq!(house.told(), [MessageState::Waiting { queue: Some(QUEUE) }]);
}

#[test]
fn whoever_takes_a_message_deals_with_it_and_writes_about_it() {
    let mut house = House::message(Mailbox::Queue(QUEUE));
    let ann = house.offer(ANN);
    assert_eq!((house.ring().purpose, house.state()), (Some(Purpose::Message), Some(MessageState::Offered)));
    house.say(Input::AgentAnswered { participant: ann });
    assert_eq!(house.room.participants(MESSAGE)[0].segment, SegmentKind::Handling);
    let assignment = house.assignment();
    assert!(!house.room.can_be_supervised(ann), "there is nothing to hear");
    house.say(Input::MessageHandled { assignment });
    assert_eq!(house.room.participants(MESSAGE)[0].segment, SegmentKind::WrapUp);
    house.say(Input::WrapUpFinished { assignment });
    assert!(!house.room.is_open(MESSAGE));
    assert_eq!((house.room.messages(), house.told().last()), (0, Some(&MessageState::Over)));
    let last = house.log.last().unwrap();
    assert_eq!(last.body, Body::Closed { reason: CloseReason::Completed });
}

#[test]
fn a_message_that_is_given_back_or_taken_away_waits_where_it_did() {
    let mut house = House::message(Mailbox::Queue(QUEUE));
    let place = *house.acd.queued.last().unwrap();
    let ann = house.offer(ANN);
    house.say(Input::AgentAnswered { participant: ann });
    house.say(Input::MessageReturned { assignment: house.assignment() });
    let (_, queue, priority, since) = *house.acd.queued.last().unwrap();
    assert_eq!((queue, priority, since), (place.1, place.2, place.3));
    assert!(house.acd.is_free(ANN));
    let bob = house.offer(BOB);
    house.say(Input::AgentAnswered { participant: bob });
    house.say(Input::ForceReleased { interaction: MESSAGE, by: BOSS, participant: Some(bob) });
    assert_eq!((house.state(), house.said("message_returned")), (Some(MessageState::Waiting { queue: Some(QUEUE) }), 2));
}

#[test]
fn a_message_for_an_agent_is_in_their_mailbox_until_they_can_take_it() {
    let mut house = House::message(Mailbox::Agent(ANN));
    assert_eq!((house.state(), house.room.work(MESSAGE)), (Some(MessageState::Waiting { queue: None }), None));
    house.acd.away.insert(ANN);
    house.say(Input::MessageAsked { interaction: MESSAGE, agent: ANN });
    assert_eq!(house.state(), Some(MessageState::Waiting { queue: None }), "they cannot just now");
    house.acd.away.clear();
    house.say(Input::MessageAsked { interaction: MESSAGE, agent: ANN });
    assert!(house.rings.is_empty(), "no telephone rings");
    let assignment = house.assignment();
    house.say(Input::MessageHandled { assignment });
    house.wait(WRAP_UP);
    assert!(!house.room.is_open(MESSAGE));
}

#[test]
fn a_queue_sends_its_callers_to_the_mailbox_it_names() {
    let mut house = House::waiting();
    house.overflows_to(Mailbox::Agent(BOB));
    assert_eq!(house.does(CUSTOMER), Some(SegmentKind::Voicemail));
    assert!(house.asked.contains(&Output::EnterVoicemail { interaction: ID, mailbox: Mailbox::Agent(BOB) }));
    house.leaves(Mailbox::Agent(BOB));
    house.hang_up(CUSTOMER);
    assert_eq!(house.closed(), Some(CloseReason::LeftMessage));
    assert_eq!((house.state(), house.room.work(MESSAGE)), (Some(MessageState::Waiting { queue: None }), None), "nobody else is asked");
}

#[test]
fn a_message_taken_out_of_its_queue_by_hand_is_back_there_when_that_fails() {
    let mut house = House::message(Mailbox::Queue(QUEUE));
    house.acd.away.insert(BOSS);
    house.say(Input::TakenFromQueue { interaction: MESSAGE, agent: BOSS });
    assert_eq!(house.state(), Some(MessageState::Waiting { queue: Some(QUEUE) }));
    house.acd.away.clear();
    house.say(Input::TakenFromQueue { interaction: MESSAGE, agent: BOSS });
    assert!(matches!(house.state(), Some(MessageState::Taken { agent: BOSS, .. })));
    let taken = house.log.iter().filter(|event| matches!(event.body, Body::WorkEnded { end: WorkEnd::Taken(BOSS), .. }));
    assert_eq!(taken.count(), 2);
}

#[test]
fn a_message_whose_queue_is_removed_waits_to_be_moved_or_for_the_queue_to_be_back() {
    for back in [true, false] {
        let mut house = House::message(Mailbox::Queue(QUEUE));
        let work = house.room.work(MESSAGE).unwrap();
        let (reason, overflow) = (QueueLeft::NoSuchQueue, None);
        house.say(Input::WorkLeft { epoch: EPOCH, work, reason, overflow, voicemail: None });
        assert_eq!((house.state(), house.room.work(MESSAGE)), (Some(MessageState::Waiting { queue: Some(QUEUE) }), None));
        let to = if back {
            house.say(Input::QueueBack(QUEUE));
            QUEUE
        } else {
            house.say(Input::MovedInQueue { interaction: MESSAGE, queue: OTHER_QUEUE, priority: 1, wrap_up_max: WRAP_UP });
            OTHER_QUEUE
        };
        assert_eq!(house.acd.queued.last().map(|place| place.1), Some(to));
    }
}

#[test]
fn what_was_too_short_or_is_spoken_anew_is_no_message() {
    for end in [MessageEnd::TooShort, MessageEnd::Again] {
        let mut house = House::waiting();
        house.overflows();
        house.say(Input::MessageBegun { interaction: ID, recording: RECORDING, mailbox: Mailbox::Queue(QUEUE) });
        house.say(Input::MessageDropped { interaction: ID, recording: RECORDING, end, duration_ms: 300 });
        house.hang_up(CUSTOMER);
        assert_eq!((house.closed(), house.room.len()), (Some(CloseReason::LeftInFlow), 0));
    }
}

#[test]
fn who_does_not_reach_an_agent_may_leave_them_a_message_and_waits_for_nobody() {
    let (mut house, ann) = House::talking();
    house.acd.away.insert(BOB);
    house.say(Input::TransferAsked { by: ann, to: Target::AgentElseVoicemail(BOB) });
    assert_eq!(house.acd.aimed.last().map(|aim| aim.wait), Some(Duration::ZERO));
    assert!(house.asked.contains(&Output::EnterVoicemail { interaction: ID, mailbox: Mailbox::Agent(BOB) }));
    assert_eq!((house.said("transfer_failed"), house.does(CUSTOMER)), (1, Some(SegmentKind::Voicemail)));
    house.leaves(Mailbox::Agent(BOB));
    house.hang_up(CUSTOMER);
    assert_eq!(house.state(), Some(MessageState::Waiting { queue: None }));
}

#[test]
fn a_stop_ends_the_call_and_leaves_the_message() {
    let mut house = House::waiting();
    house.overflows();
    house.say(Input::MessageBegun { interaction: ID, recording: RECORDING, mailbox: Mailbox::Queue(QUEUE) });
    house.say(Input::Shutdown);
    // The caller's leg ends after their interaction did.
    house.say(Input::MessageKept { interaction: ID, message: MESSAGE, kept: kept(Mailbox::Queue(QUEUE)) });
    assert_eq!(house.kinds(ID).last(), Some(&"message_ended"));
    house.say(Input::Shutdown);
    assert!(house.room.is_open(MESSAGE));
}

#[test]
fn a_restored_message_goes_on_in_its_stream_with_its_age_as_far_as_the_clock_goes_and_the_rest_as_credit() {
    let mut house = House::new();
    house.ms = 5_000;
    let now = house.now();
    let (queue, at) = (Mailbox::Queue(QUEUE), Utc(now.utc.0 - 3_600_000_000));
    let left = Left { recording: RECORDING, mailbox: queue, duration_ms: 4_000, since: at, priority: 2 };
    let restored = Restored { kept: kept(queue), left, origin: Some(ID), at, seq: 41, last: Utc(at.0 + 1) };
    house.say(Input::MessageRestored { message: MESSAGE, restored });
    let event = house.log.first().unwrap();
    let Body::WorkQueued { queue, priority, credit_ms, .. } = event.body else { panic!("{event:?}") };
    assert_eq!((event.seq, queue, priority), (42, QUEUE, 2));
    assert_eq!(credit_ms, 3_600_010 - 5_010, "an hour, and what has passed since, less what this clock has counted");
    assert_eq!(house.state(), Some(MessageState::Waiting { queue: Some(QUEUE) }));
}

#[test]
fn one_message_more_than_the_bound_is_refused_and_calls_have_their_own() {
    let limits = cti_interaction::Limits { messages_max: 1, open_max: 1, ..cti_interaction::Limits::default() };
    let mut house = House::message(Mailbox::Queue(QUEUE));
    house.room = cti_interaction::Interactions::new(limits, Chance::from_number(1), EPOCH);
    let (interaction, arrival) = (InteractionId::from_u128(500), House::arrival());
    house.room.handle(house.now(), Input::Arrived { interaction, participant: CUSTOMER, arrival });
    for n in 1..=2 {
        let message = InteractionId::from_u128(600 + n);
        house.say(Input::MessageKept { interaction, message, kept: kept(Mailbox::Agent(ANN)) });
    }
    assert_eq!((house.room.len(), house.room.messages(), house.room.has_room()), (2, 1, false));
    let refused = house.log.iter().any(|event| matches!(event.body, Body::MessageEnded { end: MessageEnd::NoRoom, .. }));
    assert!(refused);
}

#[test]
fn the_acds_next_owner_is_told_of_messages_that_wait_and_that_they_stay() {
    let mut house = House::message(Mailbox::Queue(QUEUE));
    house.acd.staying.clear();
    let stale = AcdOutput::Stale(acd::Stale::Work(WorkItemId::from_u128(0)));
    house.say(Input::Acd { epoch: OwnerEpoch(EPOCH.0 + 1), output: stale });
    assert_eq!(house.acd.staying.len(), 1);
}
