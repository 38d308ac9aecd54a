//! Limits of a queue and of the room, and what leaves without an agent.

use crate::harness::*;
use cti_acd::{Acd, Limits};
use cti_types::acd::*;
use cti_types::{Chance, InteractionId, OwnerEpoch};
use std::time::Duration;

#[test]
fn the_wait_limit_sends_work_to_the_overflow() {
    let overflow = Overflow::Queue(q(2));
    let mut room = Room::new(vec![QueueSettings { wait_max: Some(Duration::from_secs(60)), overflow, ..queue(1) }]);
    room.call(1, 1);
    assert_eq!(room.pass(59), SILENCE);
    room.tick += SECOND;
    let now = room.now();
    room.acd.handle_timeout(now);
    let left = std::iter::from_fn(|| room.acd.poll()).next().unwrap();
    assert_eq!(left, AcdOutput::Left { work: w(1), reason: cti_types::flow::QueueLeft::WaitLimit, overflow });
}

#[test]
fn work_with_an_age_gets_its_full_wait_in_this_queue() {
    let mut room = Room::new(vec![QueueSettings { wait_max: Some(Duration::from_secs(60)), ..queue(1) }]);
    room.call_with(1, 1, 0, vec![], room.tick - 300 * SECOND);
    assert_eq!(room.pass(59), SILENCE);
    assert_eq!(room.pass(1), ["left w1 WaitLimit"]);
}

#[test]
fn the_wait_limit_lets_an_open_offer_end_first() {
    for accepted in [true, false] {
        let mut room = Room::new(vec![QueueSettings { wait_max: Some(Duration::from_secs(30)), ..queue(1) }]);
        room.call(1, 1);
        room.pass(20);
        room.agent(agent(1, &[1]));
        room.ready(1);
        assert_eq!(room.pass(15), SILENCE, "the limit passed while it rang");
        if accepted {
            assert_eq!(room.accept(1), ["Accepted w1 a1"]);
        } else {
            assert_eq!(room.decline(1), ["Declined w1 a1", "left w1 WaitLimit"]);
        }
    }
}

#[test]
fn a_full_queue_refuses_one_more_but_not_what_need_not_wait() {
    let mut room = Room::new(vec![QueueSettings { size_max: Some(1), ..queue(1) }]);
    room.ready_agent(1, &[1]);
    assert_eq!(room.call(1, 1), ["offer w1 a1"], "offered work is not counted");
    assert_eq!(room.call(2, 1), SILENCE);
    assert_eq!(room.call(3, 1), ["left w3 Full"]);
    room.agent(agent(2, &[1]));
    room.ready(2);
    assert_eq!(room.call(4, 1), SILENCE, "the line moved on");
    let mut room = Room::new(vec![QueueSettings { size_max: Some(0), ..queue(1) }]);
    room.ready_agent(1, &[1]);
    assert_eq!(room.call(1, 1), ["offer w1 a1"]);
    assert_eq!(room.call(2, 1), ["left w2 Full"]);
}

#[test]
fn the_room_refuses_work_agents_and_queues_beyond_its_bounds() {
    let limits = Limits { waiting_max: 2, agents_max: 1, queues_max: 1, ..Limits::default() };
    let mut room = Room { acd: Acd::new(limits, Chance::from_number(1), OwnerEpoch(1)), tick: SECOND };
    for n in [1, 2] {
        room.tell(AcdInput::SetQueue(queue(n)));
        room.agent(agent(n, &[1]));
    }
    assert_eq!(room.acd.refused(), 2);
    assert_eq!((room.acd.queue(q(2)), room.acd.agent(a(2))), (None, None));
    assert_eq!([room.call(1, 1), room.call(2, 1), room.call(3, 1)].concat(), ["left w3 Full"]);
}

#[test]
fn nobody_staffed_refuses_entry_and_sends_away_who_waits() {
    let mut room = Room::new(vec![QueueSettings { leave_when_unstaffed: true, ..queue(1) }]);
    room.agent(agent(1, &[1]));
    assert_eq!(room.call(1, 1), ["left w1 NobodyStaffed"]);
    room.presence(1, lunch());
    assert_eq!(room.call(2, 1), SILENCE, "not ready is staffed");
    room.call(3, 1);
    assert_eq!(room.presence(1, Presence::LoggedOut), ["left w2 NobodyStaffed", "left w3 NobodyStaffed"]);
}

#[test]
fn the_last_agent_signing_out_during_an_offer_sends_that_work_away_too() {
    let mut room = Room::new(vec![QueueSettings { leave_when_unstaffed: true, ..queue(1) }]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    assert_eq!(room.presence(1, Presence::LoggedOut), ["Withdrawn w1 a1", "left w1 NobodyStaffed"]);
}

#[test]
fn taking_the_last_agent_out_of_a_queue_sends_its_work_away() {
    let mut room = Room::new(vec![QueueSettings { leave_when_unstaffed: true, skills: vec![need(1, 1)], ..queue(1) }, queue(2)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    assert_eq!(room.agent(agent(1, &[2])), ["left w1 NobodyStaffed"]);
}

#[test]
fn a_closing_or_removed_queue_sends_away_who_waits_and_lets_offers_end() {
    let table = [(AcdInput::SetQueue(QueueSettings { open: false, ..queue(1) }), "Closed"), (AcdInput::RemoveQueue(q(1)), "NoSuchQueue")];
    for (input, reason) in table {
        let mut room = Room::new(vec![queue(1)]);
        room.ready_agent(1, &[1]);
        room.call(1, 1);
        room.call(2, 1);
        assert_eq!(room.tell(input), [format!("left w2 {reason}")]);
        assert_eq!(room.call(3, 1), [format!("left w3 {reason}")]);
        assert_eq!(room.decline(1), ["Declined w1 a1".into(), format!("left w1 {reason}")]);
    }
}

#[test]
fn a_queue_that_comes_back_while_its_last_offer_rings_is_itself_again() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.ready_agent(2, &[1]);
    room.call(1, 1);
    room.tell(AcdInput::RemoveQueue(q(1)));
    assert_eq!(room.acd.queue(q(1)), None);
    room.tell(AcdInput::SetQueue(queue(1)));
    assert_eq!(room.decline(1), ["Declined w1 a1", "offer w1 a2"]);
}

#[test]
fn work_for_an_unknown_queue_goes_back_to_its_flow() {
    let mut room = Room::new(vec![]);
    let input = AcdInput::Enqueue {
        work: w(1),
        interaction: InteractionId::from_u128(1),
        queue: q(1),
        priority: 0,
        skills: vec![],
        since: room.now().tick,
        credit: Duration::ZERO,
        stays: false,
    };
    let left = AcdOutput::Left { work: w(1), reason: cti_types::flow::QueueLeft::NoSuchQueue, overflow: Overflow::Flow };
    assert_eq!(room.outputs(input), [left]);
}

#[test]
fn what_stays_waits_in_a_queue_that_is_full_deserted_closed_or_too_slow_and_leaves_only_with_it() {
    let limits = QueueSettings { wait_max: Some(Duration::from_secs(60)), size_max: Some(0), leave_when_unstaffed: true, ..queue(1) };
    let mut room = Room::new(vec![limits.clone()]);
    assert_eq!(room.message(1, 1), SILENCE);
    room.tell(AcdInput::SetQueue(QueueSettings { open: false, ..limits }));
    assert_eq!(room.message(2, 1), SILENCE);
    assert_eq!(room.pass(3600), SILENCE);
    let state = room.acd.queue(q(1)).unwrap();
    assert_eq!((state.waiting, state.staying, state.oldest), (2, 2, None));
    room.agent(agent(1, &[1]));
    assert_eq!(room.ready(1), ["offer w1 a1"], "a queue that is closed for callers has messages to deal with");
    room.decline(1);
    let left = room.tell(AcdInput::RemoveQueue(q(1)));
    assert!(left.contains(&"left w1 NoSuchQueue".to_owned()), "{left:?}");
    room.acd.check().unwrap();
}

#[test]
fn what_stays_takes_no_callers_place() {
    let mut room = Room::new(vec![QueueSettings { size_max: Some(1), ..queue(1) }]);
    for n in 1..=5 {
        room.message(n, 1);
    }
    assert_eq!(room.call(6, 1), SILENCE);
    assert_eq!(room.call(7, 1), ["left w7 Full"]);
}
