//! Expected waits: from position, handling time and who works; with their error.

use crate::harness::*;
use cti_types::acd::AcdInput;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// One agent who has just handled a call in a minute, and is free.
fn measured() -> Room {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    room.accept(1);
    room.pass(60);
    room.release(1);
    room
}

#[test]
fn nothing_is_expected_before_anything_was_measured() {
    let mut room = Room::new(vec![queue(1)]);
    assert_eq!(room.acd.queue(q(1)).unwrap().expected, None);
    room.ready_agent(1, &[1]);
    assert_eq!(room.acd.queue(q(1)).unwrap().expected, Some(Duration::ZERO), "somebody is free");
    room.call(1, 1);
    room.accept(1);
    assert_eq!(room.acd.queue(q(1)).unwrap().expected, None, "nobody is free, and no handling time is known");
}

#[test]
fn each_one_before_costs_a_handling_time_of_all_who_work() {
    let mut room = measured();
    for n in 2..=4 {
        room.call(n, 1);
    }
    // The first rings; two wait.
    let state = room.acd.queue(q(1)).unwrap();
    assert_eq!((state.waiting, state.expected), (2, Some(3 * MINUTE)));
    assert_eq!(room.acd.expected_wait(w(3)), Some(MINUTE));
    assert_eq!(room.acd.expected_wait(w(4)), Some(2 * MINUTE));
    assert_eq!(room.acd.expected_wait(w(2)), None, "it is held out to somebody");
    room.agent(agent(2, &[1]));
    assert_eq!(room.acd.expected_wait(w(4)), Some(2 * MINUTE), "who is signed out does not work");
}

#[test]
fn the_error_is_what_came_true_beside_what_was_expected() {
    let mut room = measured();
    room.call(2, 1);
    room.accept(1);
    assert_eq!(room.acd.queue(q(1)).unwrap().expected_error, Some(Duration::ZERO));
    room.call(3, 1);
    // Expected to wait a minute, waits three.
    room.pass(180);
    room.release(1);
    room.accept(1);
    assert_eq!(room.acd.queue(q(1)).unwrap().expected_error, Some(2 * MINUTE / 16));
}

#[test]
fn who_serves_two_queues_counts_in_each_by_what_they_do_there() {
    let mut room = Room::new(vec![queue(1), queue(2)]);
    room.ready_agent(1, &[1, 2]);
    for n in 1..=40 {
        room.call(n, 1);
        room.accept(1);
        room.pass(60);
        room.release(1);
    }
    room.call(50, 2);
    room.accept(1);
    room.pass(60);
    room.release(1);
    room.call(51, 1);
    room.accept(1);
    let (one, two) = (room.acd.queue(q(1)).unwrap().expected.unwrap(), room.acd.queue(q(2)).unwrap().expected.unwrap());
    assert!(one < 2 * MINUTE && two > 3 * MINUTE, "{one:?} {two:?}");
}

#[test]
fn the_standing_of_work_is_told() {
    let mut room = Room::new(vec![cti_types::acd::QueueSettings { priority: 2, ..queue(1) }]);
    let since = room.tick - 5 * SECOND;
    room.call_with(1, 1, 3, Vec::new(), since);
    assert_eq!(room.acd.standing(w(1)), Some((q(1), 5, cti_types::Tick(since))));
    room.tell(AcdInput::Withdraw { work: w(1) });
    assert_eq!(room.acd.standing(w(1)), None);
}
