//! Blind transfers to each kind of target, how they fail, and an agent's own calls.

use crate::harness::*;
use cti_interaction::{DialFor, Input, Output, Target};
use cti_types::event::{CloseReason, FlowEnd, LeaveReason, PartyEnd, Purpose, SegmentKind};
use cti_types::flow::FlowRef;
use cti_types::{FlowId, ParticipantId};
use std::time::Duration;

fn transfer(house: &mut House, by: ParticipantId, to: Target) {
    house.say(Input::TransferAsked { by, to });
}

#[test]
fn a_customer_transferred_to_a_queue_keeps_age_and_priority_and_the_agent_is_in_wrap_up_at_once() {
    let (mut house, ann) = House::talking();
    let before = house.acd.queued[0];
    house.wait(Duration::from_secs(60));
    transfer(&mut house, ann, queue(OTHER_QUEUE));
    assert_eq!(house.waits_in(), Some((OTHER_QUEUE, 3, before.3)));
    assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(SegmentKind::Waiting), Some(SegmentKind::WrapUp)]);
    assert!(house.is_dropped(ann) && !house.is_dropped(CUSTOMER));
    let bob = house.serve(BOB);
    assert!(house.is_connected(bob));
    house.hang_up(CUSTOMER);
    assert_eq!(house.segments(CUSTOMER), {
        use SegmentKind::*;
        [Arriving, Waiting, Ringing, Talking, Waiting, Ringing, Talking]
    });
    house.wait(Duration::from_secs(120));
    assert_eq!(house.closed(), Some(CloseReason::Completed));
}

#[test]
fn a_customer_transferred_to_an_agent_rings_there_and_talks_with_them() {
    let (mut house, ann) = House::talking();
    transfer(&mut house, ann, Target::Agent(BOB));
    let ring = house.ring();
    assert_eq!((ring.agent, ring.purpose, ring.queue), (BOB, Some(Purpose::Transfer), Some(QUEUE)));
    assert_eq!(ring.by, Some(ANN));
    house.say(Input::AgentRinging { participant: ring.participant });
    assert_eq!(house.does(CUSTOMER), Some(SegmentKind::Ringing));
    house.say(Input::AgentAnswered { participant: ring.participant });
    assert!(house.is_connected(ring.participant));
    house.hang_up(ring.participant);
    assert_eq!(house.does(ring.participant), Some(SegmentKind::WrapUp), "the queue's wrap-up is owed by who served last");
    assert!(house.is_dropped(CUSTOMER));
}

#[test]
fn a_transfer_that_an_agent_does_not_take_gives_the_customer_back_to_their_place() {
    for (how, reason) in [("busy", PartyEnd::Busy), ("declined", PartyEnd::Rejected), ("rang out", PartyEnd::NoAnswer)] {
        let (mut house, ann) = House::talking();
        let before = house.acd.queued[0];
        if how == "busy" {
            house.acd.away.insert(BOB);
        }
        transfer(&mut house, ann, Target::Agent(BOB));
        match how {
            "declined" => house.say(Input::AgentDeclined { offer: house.ring().offer }),
            "rang out" => {
                let participant = house.ring().participant;
                house.say(Input::AgentFailed { participant, reason: cti_types::acd::NotReadyReason::NoAnswer });
            }
            _ => {}
        }
        let failed = house
            .log
            .iter()
            .filter(|event| matches!(event.body, cti_types::event::Body::TransferFailed { reason: why, .. } if why == reason));
        assert_eq!(failed.count(), 1, "{how}");
        // Ann is still in wrap-up, so it is the queue.
        assert_eq!(house.waits_in(), Some((QUEUE, 3, before.3)), "{how}");
        assert!(!house.is_dropped(CUSTOMER), "{how}");
    }
}

#[test]
fn a_transfer_that_fails_goes_to_who_made_it_when_they_are_free() {
    let (mut house, ann) = House::talking();
    transfer(&mut house, ann, Target::Agent(BOB));
    let assignment = house.log.iter().find_map(|event| match event.body {
        cti_types::event::Body::Assigned { assignment, .. } => Some(assignment),
        _ => None,
    });
    house.say(Input::WrapUpFinished { assignment: assignment.expect("Ann had one") });
    house.say(Input::AgentDeclined { offer: house.ring().offer });
    assert_eq!((house.ring().agent, house.ring().purpose), (ANN, Some(Purpose::GivenBack)));
    let again = house.lift_last();
    assert!(house.is_connected(again) && house.waits_in().is_none());
}

#[test]
fn a_number_is_called_for_the_customer_who_hears_music_until_it_answers() {
    let (mut house, ann) = House::talking();
    transfer(&mut house, ann, Target::Number(number()));
    let (outside, purpose) = house.dials[0];
    assert_eq!((purpose, house.does(outside)), (DialFor::Transfer, Some(SegmentKind::Dialling)));
    assert!(house.asked.contains(&Output::Waiting { interaction: ID, customer: CUSTOMER, queue: None }));
    house.say(Input::OutsideRinging { participant: outside });
    assert_eq!(house.all_do(&[CUSTOMER, outside]), [Some(SegmentKind::Ringing); 2]);
    house.say(Input::OutsideAnswered { participant: outside });
    assert_eq!(house.all_do(&[CUSTOMER, outside]), [Some(SegmentKind::Talking); 2]);
    assert!(house.is_connected(outside));
    house.hang_up(outside);
    assert_eq!((house.left(CUSTOMER), house.left(outside)), (Some(LeaveReason::OtherLeft), Some(LeaveReason::HungUp)));
}

#[test]
fn a_number_that_is_not_reached_gives_the_customer_back() {
    let (mut house, ann) = House::talking();
    transfer(&mut house, ann, Target::Number(number()));
    let (participant, _) = house.dials[0];
    house.say(Input::OutsideFailed { participant, reason: PartyEnd::Busy, cause: Some(17) });
    assert_eq!((house.waits_in().map(|place| place.0), house.left(participant)), (Some(QUEUE), Some(LeaveReason::Busy)));
}

#[test]
fn a_number_still_called_is_given_up_when_the_customer_leaves() {
    let (mut house, ann) = House::talking();
    transfer(&mut house, ann, Target::Number(number()));
    house.hang_up(CUSTOMER);
    assert!(house.is_dropped(house.dials[0].0));
    house.wait(WRAP_UP);
    assert_eq!(house.closed(), Some(CloseReason::Completed));
}

#[test]
fn a_customer_transferred_into_a_flow_is_in_it_and_may_come_to_a_queue_again() {
    let (mut house, ann) = House::talking();
    let flow = FlowId::from_u128(77);
    transfer(&mut house, ann, Target::Flow(flow));
    assert!(house.asked.contains(&Output::EnterFlow { interaction: ID, flow }));
    house.say(Input::FlowEntered { interaction: ID, flow: FlowRef { flow, version: 1 } });
    assert_eq!(house.does(CUSTOMER), Some(SegmentKind::Ivr));
    let (skills, credit) = (Vec::new(), Duration::ZERO);
    house.say(Input::QueueAsked { interaction: ID, queue: OTHER_QUEUE, priority: 0, skills, credit, wrap_up_max: WRAP_UP });
    assert_eq!(house.waits_in().map(|place| place.0), Some(OTHER_QUEUE));
    house.say(Input::FlowEnded { interaction: ID, how: FlowEnd::CallerLeft });
}

#[test]
fn who_does_not_talk_alone_with_the_customer_transfers_nothing() {
    let (mut house, ann) = House::talking();
    transfer(&mut house, CUSTOMER, queue(OTHER_QUEUE));
    house.say(Input::ConsultAsked { by: ann, to: Target::Agent(BOB) });
    transfer(&mut house, ann, queue(OTHER_QUEUE));
    let bob = house.lift_last();
    house.say(Input::Conferenced { by: ann });
    transfer(&mut house, bob, queue(OTHER_QUEUE));
    assert_eq!((house.said("transferred"), house.acd.queued.len()), (0, 1));
    house.hang_up(ann);
    transfer(&mut house, bob, queue(OTHER_QUEUE));
    assert_eq!((house.said("transferred"), house.acd.queued.len()), (1, 2));
}

#[test]
fn a_waiting_customer_is_taken_for_an_agent_or_is_back_at_their_place() {
    let mut house = House::waiting();
    let before = house.waits_in();
    house.say(Input::TakenFromQueue { interaction: ID, agent: BOSS });
    assert_eq!((house.ring().agent, house.ring().purpose), (BOSS, Some(Purpose::Taken)));
    house.say(Input::AgentDeclined { offer: house.ring().offer });
    assert_eq!(house.waits_in(), before);
    house.say(Input::TakenFromQueue { interaction: ID, agent: BOSS });
    let boss = house.lift_last();
    assert!(house.is_connected(boss));
    house.hang_up(CUSTOMER);
    assert_eq!(house.does(boss), Some(SegmentKind::WrapUp));
}

#[test]
fn a_customer_who_rings_is_taken_away_from_that_telephone() {
    let mut house = House::waiting();
    let ann = house.offer(ANN);
    house.say(Input::TakenFromQueue { interaction: ID, agent: BOSS });
    assert!(house.is_dropped(ann) && house.ring().agent == BOSS);
}

#[test]
fn a_customer_moved_to_another_queue_keeps_their_age() {
    let mut house = House::waiting();
    let (_, _, since) = house.waits_in().expect("waits");
    house.wait(Duration::from_secs(30));
    house.say(Input::MovedInQueue { interaction: ID, queue: OTHER_QUEUE, priority: 9, wrap_up_max: WRAP_UP });
    assert_eq!((house.waits_in(), house.said("work_ended")), (Some((OTHER_QUEUE, 9, since)), 1));
}

// ---- an agent's own call

fn dialling() -> (House, ParticipantId) {
    let mut house = House::new();
    house.say(dial());
    assert_eq!(house.ring().purpose, Some(Purpose::Dial));
    let ann = house.lift_last();
    (house, ann)
}

#[test]
fn the_agents_telephone_comes_first_then_the_number_and_both_talk_when_it_answers() {
    let (mut house, ann) = dialling();
    assert_eq!(house.dials, [(CUSTOMER, DialFor::Customer { agent: ann })]);
    assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(SegmentKind::Dialling); 2]);
    house.say(Input::OutsideRinging { participant: CUSTOMER });
    assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(SegmentKind::Ringing), Some(SegmentKind::Dialling)]);
    house.say(Input::OutsideAnswered { participant: CUSTOMER });
    assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(SegmentKind::Talking); 2]);
    house.hang_up(CUSTOMER);
    assert_eq!(house.does(ann), Some(SegmentKind::WrapUp));
    house.wait(WRAP_UP);
    assert_eq!(house.closed(), Some(CloseReason::Completed));
}

#[test]
fn nobody_takes_the_place_of_an_agent_whose_number_is_not_answered_yet() {
    let (mut house, ann) = dialling();
    assert!(!house.room.can_be_intercepted(ann));
    house.say(Input::OutsideAnswered { participant: CUSTOMER });
    assert!(house.room.can_be_intercepted(ann));
}

#[test]
fn a_called_number_that_does_not_answer_is_told_apart_and_the_agent_wraps_up() {
    for (reason, left) in
        [(PartyEnd::Busy, LeaveReason::Busy), (PartyEnd::NoAnswer, LeaveReason::NoAnswer), (PartyEnd::Invalid, LeaveReason::Unreachable)]
    {
        let (mut house, ann) = dialling();
        house.say(Input::OutsideFailed { participant: CUSTOMER, reason, cause: None });
        assert_eq!((house.left(CUSTOMER), house.does(ann)), (Some(left), Some(SegmentKind::WrapUp)));
        assert!(house.is_dropped(ann));
        house.wait(WRAP_UP);
        assert_eq!(house.closed(), Some(CloseReason::NotReached));
    }
}

#[test]
fn an_agent_who_does_not_lift_calls_nobody() {
    let mut house = House::new();
    house.say(dial());
    house.say(Input::AgentDeclined { offer: house.ring().offer });
    assert_eq!((house.dials.len(), house.closed()), (0, Some(CloseReason::NotReached)));
}

#[test]
fn an_agent_who_hangs_up_first_ends_the_calling() {
    let (mut house, ann) = dialling();
    house.hang_up(ann);
    assert!(house.is_dropped(CUSTOMER));
    assert_eq!(house.left(CUSTOMER), Some(LeaveReason::OtherLeft));
}

// ---- lines that are lost

#[test]
fn a_lost_line_is_told_from_a_call_somebody_ended() {
    for (who, reason, lost) in
        [("ann", LeaveReason::Lost, true), ("ann", LeaveReason::HungUp, false), ("customer", LeaveReason::Lost, true)]
    {
        let (mut house, ann) = House::talking();
        let participant = if who == "ann" { ann } else { CUSTOMER };
        house.lines_lost.clear();
        house.say(Input::Left { participant, reason });
        assert_eq!(house.lines_lost.last(), Some(&lost), "{who} {reason:?}");
        house.wait(WRAP_UP);
        let (own, other) = if who == "ann" { (reason, LeaveReason::OtherLeft) } else { (LeaveReason::Finished, reason) };
        let own = if own == LeaveReason::HungUp { LeaveReason::Finished } else { own };
        assert_eq!((house.left(ann), house.left(CUSTOMER)), (Some(own), Some(other)), "{who} {reason:?}");
    }
}
