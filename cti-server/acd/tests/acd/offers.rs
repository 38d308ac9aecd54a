//! The ways an offer ends, and what is too late.

use crate::harness::*;
use cti_types::acd::*;

#[test]
fn an_unanswered_offer_makes_the_agent_not_ready_and_goes_to_the_next_at_once() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.ready_agent(2, &[1]);
    room.call(1, 1);
    assert_eq!(room.pass(19), SILENCE);
    assert_eq!(room.pass(1), ["NoAnswer w1 a1", "offer w1 a2"]);
    assert_eq!(room.state(1).presence, Presence::NotReady(NotReadyReason::NoAnswer));
}

#[test]
fn work_that_comes_back_keeps_its_place() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    room.pass(3);
    room.call(2, 1);
    room.pass(17);
    assert_eq!((room.acd.position(w(1)), room.acd.position(w(2))), (Some(1), Some(2)));
    assert_eq!(room.ready(1), ["offer w1 a1"]);
    assert_eq!((room.acd.position(w(1)), room.acd.position(w(2))), (None, Some(1)));
}

#[test]
fn a_decline_keeps_presence_and_is_remembered_for_thirty_seconds() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    assert_eq!(room.decline(1), ["Declined w1 a1"]);
    assert_eq!(room.state(1).presence, Presence::Ready);
    assert_eq!(room.call(2, 1), ["offer w2 a1"], "other work is still offered");
    room.withdraw(2);
    assert_eq!(room.pass(29), SILENCE);
    assert_eq!(room.pass(1), ["offer w1 a1"]);
}

#[test]
fn declined_work_goes_to_the_next_agent() {
    let mut room = Room::new(vec![queue(1)]);
    for n in [1, 2, 3] {
        room.ready_agent(n, &[1]);
    }
    room.call(1, 1);
    assert_eq!(room.decline(1), ["Declined w1 a1", "offer w1 a2"]);
    assert_eq!(room.decline(2), ["Declined w1 a2", "offer w1 a3"]);
}

#[test]
fn a_failed_telephone_makes_the_agent_not_ready_for_its_reason() {
    let table = [
        (NotReadyReason::DeviceBusy, "DeviceBusy"),
        (NotReadyReason::DeviceUnreachable, "DeviceUnreachable"),
        (NotReadyReason::ConnectionLost, "DeviceUnreachable"),
        (NotReadyReason::NoAnswer, "NoAnswer"),
    ];
    for (reason, end) in table {
        let mut room = Room::new(vec![queue(1)]);
        room.ready_agent(1, &[1]);
        room.ready_agent(2, &[1]);
        room.call(1, 1);
        let offer = room.offer(1);
        assert_eq!(room.tell(AcdInput::Failed { offer, reason }), [format!("{end} w1 a1"), "offer w1 a2".into()]);
        assert_eq!(room.state(1).presence, Presence::NotReady(reason));
    }
}

#[test]
fn work_that_goes_away_takes_its_offer_with_it_and_frees_the_agent() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    room.call(2, 1);
    assert_eq!(room.withdraw(1), ["Withdrawn w1 a1", "offer w2 a1"]);
    assert_eq!(room.state(1).presence, Presence::Ready);
}

#[test]
fn what_comes_late_or_twice_changes_nothing() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    let offer = room.offer(1);
    room.pass(20);
    let before = (room.state(1), room.acd.queue(q(1)));
    let stale = [
        AcdInput::Accepted { offer, assignment: asg(1) },
        AcdInput::Declined { offer },
        AcdInput::Failed { offer, reason: NotReadyReason::DeviceBusy },
        AcdInput::Withdraw { work: w(9) },
        AcdInput::Released { agent: a(1), assignment: asg(1) },
        AcdInput::WrapUp { agent: a(1), assignment: asg(1) },
        AcdInput::Occupied { agent: a(9), assignment: asg(1) },
        AcdInput::SetPresence { agent: a(9), presence: Presence::Ready },
        AcdInput::DeviceReachable { agent: a(9), reachable: true },
        AcdInput::RemoveAgent(a(9)),
        AcdInput::RemoveQueue(q(9)),
    ];
    let count = stale.len() as u64;
    for (at, input) in stale.into_iter().enumerate() {
        // Who still believes in the offer is told; the rest wanted something to be over, and it is.
        let answer = if at < 3 { vec![AcdOutput::Stale(Stale::Offer(offer))] } else { vec![] };
        assert_eq!(room.outputs(input.clone()), answer, "{input:?}");
    }
    assert_eq!(room.call(1, 1), SILENCE, "the same work again");
    assert_eq!((room.state(1), room.acd.queue(q(1))), before);
    assert_eq!(room.acd.stale(), count + 1);
}

#[test]
fn an_accepted_offer_takes_the_work_out_and_holds_capacity_until_released() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    assert_eq!(room.accept(1), ["Accepted w1 a1"]);
    assert_eq!(room.acd.position(w(1)), None);
    assert_eq!(room.call(2, 1), SILENCE);
    assert_eq!(room.tell(AcdInput::WrapUp { agent: a(1), assignment: asg(1) }), SILENCE);
    assert_eq!(room.state(1).assignments, [(asg(1), AssignmentPhase::WrapUp)]);
    assert_eq!(room.pass(100), SILENCE);
    assert_eq!(room.release(1), ["offer w2 a1"]);
}

#[test]
fn an_own_call_takes_the_agent_away_from_the_offer() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    assert_eq!(room.tell(AcdInput::Occupied { agent: a(1), assignment: asg(5) }), ["Withdrawn w1 a1"]);
    assert_eq!(room.tell(AcdInput::Released { agent: a(1), assignment: asg(5) }), ["offer w1 a1"]);
}

#[test]
fn an_unreachable_agent_keeps_presence_and_gets_no_offers() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.tell(AcdInput::DeviceReachable { agent: a(1), reachable: false });
    assert_eq!(room.call(1, 1), SILENCE);
    assert_eq!(room.state(1).presence, Presence::Ready);
    assert_eq!(room.tell(AcdInput::DeviceReachable { agent: a(1), reachable: true }), ["offer w1 a1"]);
}
