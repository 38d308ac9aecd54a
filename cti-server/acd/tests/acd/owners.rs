//! What was meant for another owner of the room than this one.

use crate::harness::*;
use cti_types::acd::*;
use cti_types::{InteractionId, OwnerEpoch};
use std::time::Duration;

const EARLIER: OwnerEpoch = OwnerEpoch(EPOCH.0 - 1);
const LATER: OwnerEpoch = OwnerEpoch(EPOCH.0 + 1);

fn heard(room: &mut Room, epoch: OwnerEpoch, input: AcdInput) -> Vec<AcdOutput> {
    let now = room.now();
    room.acd.handle_from(now, epoch, input);
    room.acd.check().expect("the invariants hold");
    std::iter::from_fn(|| room.acd.poll()).collect()
}

/// One agent talks (assignment 1), one is offered work 2. Everything an interaction may say, and what it is about.
fn scene() -> (Room, Vec<(AcdInput, Stale)>) {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    room.accept(1);
    room.ready_agent(2, &[1]);
    room.call(2, 1);
    let offer = room.offer(2);
    let (agent, assignment) = (a(1), asg(1));
    let new = AcdInput::Enqueue {
        work: w(3),
        interaction: InteractionId::from_u128(3),
        queue: q(1),
        priority: 0,
        skills: vec![],
        since: room.now().tick,
        credit: Duration::ZERO,
        stays: false,
    };
    let said = vec![
        (new, Stale::Work(w(3))),
        (AcdInput::Withdraw { work: w(2) }, Stale::Work(w(2))),
        (AcdInput::Accepted { offer, assignment: asg(2) }, Stale::Offer(offer)),
        (AcdInput::Declined { offer }, Stale::Offer(offer)),
        (AcdInput::Failed { offer, reason: NotReadyReason::DeviceBusy }, Stale::Offer(offer)),
        (AcdInput::Occupied { agent, assignment: asg(9) }, Stale::Assignment(asg(9))),
        (AcdInput::WrapUp { agent, assignment }, Stale::Assignment(assignment)),
        (AcdInput::Released { agent, assignment }, Stale::Assignment(assignment)),
    ];
    (room, said)
}

#[test]
fn what_was_meant_for_an_earlier_owner_is_answered_as_stale_and_changes_nothing() {
    let (mut room, said) = scene();
    let before = (room.state(1), room.state(2), room.acd.queue(q(1)));
    let count = said.len() as u64;
    for (input, about) in said {
        assert_eq!(heard(&mut room, EARLIER, input), [AcdOutput::Stale(about)]);
    }
    assert_eq!((room.state(1), room.state(2), room.acd.queue(q(1))), before);
    assert_eq!(room.acd.stale(), count);
}

#[test]
fn what_is_meant_for_a_later_owner_is_not_answered_here() {
    let (mut room, said) = scene();
    let before = (room.state(1), room.state(2), room.acd.queue(q(1)));
    let count = said.len() as u64;
    for (input, _) in said {
        assert_eq!(heard(&mut room, LATER, input), []);
    }
    assert_eq!((room.state(1), room.state(2), room.acd.queue(q(1))), before);
    assert_eq!(room.acd.stale(), count);
}

#[test]
fn an_acceptance_that_comes_twice_is_granted_once() {
    let (mut room, _) = scene();
    let (offer, assignment) = (room.offer(2), asg(2));
    let granted = heard(&mut room, EPOCH, AcdInput::Accepted { offer, assignment });
    assert!(granted.iter().any(|output| matches!(output, AcdOutput::OfferEnded { end: OfferEnd::Accepted, .. })), "{granted:?}");
    assert_eq!(heard(&mut room, EPOCH, AcdInput::Accepted { offer, assignment }), [AcdOutput::Stale(Stale::Offer(offer))]);
    assert_eq!(room.state(2).assignments, [(assignment, AssignmentPhase::Active)]);
}

#[test]
fn an_acceptance_that_comes_after_the_offer_rang_out_gets_no_assignment() {
    let (mut room, _) = scene();
    let offer = room.offer(2);
    room.pass(20);
    let answer = heard(&mut room, EPOCH, AcdInput::Accepted { offer, assignment: asg(2) });
    assert_eq!(answer, [AcdOutput::Stale(Stale::Offer(offer))]);
    assert_eq!(room.state(2).assignments, []);
}
