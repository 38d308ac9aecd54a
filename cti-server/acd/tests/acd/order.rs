//! Credit, and the order by score. The order by priority alone is in `routing`.

use crate::harness::*;
use cti_types::acd::*;
use std::time::Duration;

fn score(weight_s: u64) -> QueueSettings {
    QueueSettings { order: QueueOrder::Score { weight: Duration::from_secs(weight_s) }, ..queue(1) }
}

/// The order in which one agent is offered all that waits.
fn served(room: &mut Room, queues: &[u128], calls: usize) -> Vec<String> {
    room.agent(agent(1, queues));
    let mut said = room.ready(1);
    for _ in 1..calls {
        room.accept(1);
        said.extend(room.release(1));
    }
    said
}

#[test]
fn within_a_priority_age_and_credit_count_alike() {
    let mut room = Room::new(vec![queue(1)]);
    // (work, priority, waited, credit): 100 s, 120 s, 110 s, 30 s of a higher priority.
    for (n, priority, age, credit) in [(1, 0, 100, 0), (2, 0, 0, 120), (3, 0, 60, 50), (4, 1, 0, 30)] {
        room.call_credited(n, 1, priority, age, credit);
    }
    assert_eq!(served(&mut room, &[1], 4), ["offer w4 a1", "offer w2 a1", "offer w3 a1", "offer w1 a1"]);
}

#[test]
fn a_credit_moves_nobody_before_who_has_waited_longer_than_it() {
    let mut room = Room::new(vec![queue(1)]);
    room.call(1, 1);
    room.pass(61);
    room.call_credited(2, 1, 0, 0, 60);
    assert_eq!(served(&mut room, &[1], 2), ["offer w1 a1", "offer w2 a1"]);
}

#[test]
fn a_credit_from_before_the_clock_began_keeps_its_order() {
    let mut room = Room::new(vec![queue(1)]);
    room.tick = SECOND;
    for (n, credit) in [(1, 3_600), (2, 7_200), (3, 90_000), (4, 86_400)] {
        room.call_credited(n, 1, 0, 0, credit);
    }
    // A day is the most that counts, so the third and the fourth stand as they came.
    assert_eq!(served(&mut room, &[1], 4), ["offer w3 a1", "offer w4 a1", "offer w2 a1", "offer w1 a1"]);
}

#[test]
fn a_score_is_priority_times_weight_plus_age_plus_credit() {
    // Scores in seconds: 130, 160, 150, 155.
    let calls = [(1, 0, 100, 30), (2, 2, 40, 0), (3, 1, 0, 90), (4, 0, 155, 0)];
    let mut room = Room::new(vec![score(60)]);
    for (n, priority, age, credit) in calls {
        room.call_credited(n, 1, priority, age, credit);
    }
    for (n, score_s) in [(1, 130), (2, 160), (3, 150), (4, 155)] {
        assert_eq!(room.acd.explain(room.now(), w(n)).unwrap().score_ms, Some(score_s * 1000));
    }
    assert_eq!(served(&mut room, &[1], 4), ["offer w2 a1", "offer w4 a1", "offer w3 a1", "offer w1 a1"]);
}

#[test]
fn a_changed_order_puts_who_waits_where_they_now_belong() {
    let mut room = Room::new(vec![queue(1)]);
    room.call_credited(1, 1, 3, 0, 0);
    room.call_credited(2, 1, 0, 100, 0);
    for (settings, first) in [(score(30), 2), (score(40), 1), (queue(1), 1), (score(0), 2)] {
        room.tell(AcdInput::SetQueue(settings));
        assert_eq!(room.acd.position(w(first)), Some(1), "work {first}");
    }
}

#[test]
fn beside_other_queues_a_score_stands_at_its_queues_own_priority() {
    let other = |priority| QueueSettings { priority, ..queue(2) };
    // (the other queue's priority, who is first): the item's own priority is worth 90 s in the line of its own queue's priority.
    for (priority, first) in [(0, "offer w1 a1"), (1, "offer w2 a1")] {
        let mut room = Room::new(vec![score(10), other(priority)]);
        room.call_credited(1, 1, 9, 0, 0);
        room.call_credited(2, 2, 0, 80, 0);
        assert_eq!(served(&mut room, &[1, 2], 1), [first]);
    }
}

#[test]
fn what_was_offered_and_came_back_keeps_its_credit() {
    let mut room = Room::new(vec![score(60)]);
    room.ready_agent(1, &[1]);
    room.call_credited(1, 1, 0, 0, 500);
    room.call_credited(2, 1, 1, 0, 0);
    room.decline(1);
    room.agent(agent(2, &[1]));
    assert_eq!(room.ready(2), ["offer w1 a2"]);
}
