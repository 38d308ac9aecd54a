//! Order of work and choice of agent.

use crate::harness::*;
use cti_types::acd::*;
use std::time::Duration;

#[test]
fn work_is_served_by_priority_then_age_then_arrival() {
    // (work, priority, seconds waited before), and the order of service.
    let calls = [(1, 0, 0), (2, 0, 0), (3, 5, 0), (4, 0, 60), (5, 5, 10), (6, 9, 0)];
    let mut room = Room::new(vec![queue(1)]);
    for (n, priority, age) in calls {
        room.call_with(n, 1, priority, vec![], room.tick - age * SECOND);
    }
    for (place, n) in [(1, 6), (2, 5), (3, 3), (4, 4), (5, 1), (6, 2)] {
        assert_eq!(room.acd.position(w(n)), Some(place), "work {n}");
    }
    room.agent(agent(1, &[1]));
    assert_eq!(room.ready(1), ["offer w6 a1"]);
    for next in [5, 3, 4, 1, 2] {
        room.accept(1);
        assert_eq!(room.release(1), [format!("offer w{next} a1")]);
    }
}

#[test]
fn an_agent_takes_the_best_work_over_all_their_queues() {
    let mut room = Room::new(vec![queue(1), QueueSettings { priority: 3, ..queue(2) }, queue(3)]);
    room.call_with(1, 1, 2, vec![], room.tick - 100 * SECOND);
    room.call(2, 2);
    room.call_with(3, 3, 9, vec![], room.tick);
    room.agent(agent(1, &[1, 2]));
    assert_eq!(room.ready(1), ["offer w2 a1"], "the queue's priority counts, other people's queues do not");
}

#[test]
fn the_agent_longest_idle_is_chosen() {
    let mut room = Room::new(vec![queue(1)]);
    for n in [3, 1, 2] {
        room.ready_agent(n, &[1]);
    }
    for (call, n) in [(1, 3), (2, 1), (3, 2)] {
        assert_eq!(room.call(call, 1), [format!("offer w{call} a{n}")]);
    }
}

#[test]
fn equally_idle_agents_are_chosen_by_proficiency_then_id() {
    let mut room = Room::new(vec![queue(1)]);
    for (n, proficiency) in [(1, 4), (2, 9), (3, 4)] {
        room.agent(AgentSettings { skills: vec![(s(1), proficiency)], ..agent(n, &[1]) });
        room.ready(n);
    }
    let now = room.tick;
    for (call, n) in [(1, 2), (2, 1), (3, 3)] {
        assert_eq!(room.call_with(call, 1, 0, vec![need(1, 1)], now), [format!("offer w{call} a{n}")]);
    }
}

#[test]
fn idle_begins_at_the_end_of_the_last_assignment() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.ready_agent(2, &[1]);
    room.call(1, 1);
    room.accept(1);
    room.pass(5);
    room.release(1);
    assert_eq!(room.call(2, 1), ["offer w2 a2"]);
}

#[test]
fn a_declined_or_withdrawn_offer_does_not_touch_idle_time() {
    for declined in [true, false] {
        let mut room = Room::new(vec![queue(1)]);
        room.ready_agent(1, &[1]);
        room.ready_agent(2, &[1]);
        room.call(1, 1);
        room.pass(5);
        if declined {
            room.decline(1);
        }
        room.withdraw(1);
        assert_eq!(room.call(2, 1), ["offer w2 a1"], "declined: {declined}");
    }
}

#[test]
fn only_agents_with_every_skill_at_its_minimum_are_offered_work() {
    let mut room = Room::new(vec![QueueSettings { skills: vec![need(1, 3)], ..queue(1) }]);
    for (n, skills) in [(1, vec![]), (2, vec![(s(1), 2), (s(2), 9)]), (3, vec![(s(1), 3)]), (4, vec![(s(1), 9), (s(2), 5)])] {
        room.tick += SECOND;
        room.agent(AgentSettings { skills, ..agent(n, &[1]) });
        room.ready(n);
    }
    assert_eq!(room.call(1, 1), ["offer w1 a3"]);
    let now = room.tick;
    assert_eq!(room.call_with(2, 1, 0, vec![need(2, 5)], now), ["offer w2 a4"]);
    assert_eq!(room.call_with(3, 1, 0, vec![need(3, 1)], now), SILENCE);
}

#[test]
fn work_nobody_can_do_does_not_hold_up_the_work_behind_it() {
    let mut room = Room::new(vec![queue(1)]);
    let now = room.tick;
    room.call_with(1, 1, 9, vec![need(1, 1)], now);
    room.call(2, 1);
    room.agent(agent(1, &[1]));
    assert_eq!(room.ready(1), ["offer w2 a1"]);
}

#[test]
fn changed_settings_take_effect_at_once() {
    let mut room = Room::new(vec![queue(1), queue(2)]);
    room.ready_agent(1, &[1]);
    room.call(1, 2);
    let now = room.tick;
    room.call_with(2, 1, 0, vec![need(1, 5)], now);
    assert_eq!(room.agent(agent(1, &[1, 2])), ["offer w1 a1"]);
    room.withdraw(1);
    assert_eq!(room.agent(AgentSettings { skills: vec![(s(1), 5)], ..agent(1, &[1]) }), ["offer w2 a1"]);
    room.withdraw(2);
    room.tell(AcdInput::SetQueue(QueueSettings { skills: vec![need(2, 1)], ..queue(1) }));
    assert_eq!(room.call(3, 1), SILENCE);
    assert_eq!(room.tell(AcdInput::SetQueue(queue(1))), ["offer w3 a1"]);
}

#[test]
fn an_agent_configured_before_their_queue_serves_it_when_it_comes() {
    let mut room = Room::new(vec![]);
    room.ready_agent(1, &[1]);
    room.tell(AcdInput::SetQueue(queue(1)));
    assert_eq!(room.acd.queue(q(1)).unwrap().ready, 1);
    assert_eq!(room.call(1, 1), ["offer w1 a1"]);
}

#[test]
fn an_agent_with_capacity_for_two_is_offered_the_second_behind_the_idle() {
    let mut room = Room::new(vec![queue(1)]);
    room.tick += SECOND;
    room.agent(AgentSettings { capacity: 2, ..agent(1, &[1]) });
    room.ready(1);
    room.ready_agent(2, &[1]);
    assert_eq!(room.call(1, 1), ["offer w1 a1"]);
    room.pass(1);
    room.accept(1);
    assert_eq!(room.call(2, 1), ["offer w2 a2"]);
    assert_eq!(room.call(3, 1), ["offer w3 a1"]);
    assert_eq!(room.call(4, 1), SILENCE);
}

#[test]
fn a_decision_names_the_chosen_first_and_says_why_not_the_others() {
    let mut room = Room::new(vec![QueueSettings { priority: 2, skills: vec![need(1, 3)], ..queue(1) }]);
    for (n, proficiency) in [(1, 3), (2, 8), (3, 2), (4, 5), (5, 5), (6, 5), (7, 5)] {
        room.agent(AgentSettings { skills: vec![(s(1), proficiency)], ..agent(n, &[1]) });
    }
    room.agent(agent(8, &[1]));
    for n in [1, 2, 3, 4, 6, 7, 8] {
        room.tick += SECOND;
        room.ready(n);
    }
    room.presence(4, lunch());
    room.tell(AcdInput::DeviceReachable { agent: a(6), reachable: false });
    room.tell(AcdInput::Occupied { agent: a(7), assignment: asg(7) });
    room.pass(10);
    let now = room.tick;
    let outputs = room.outputs(AcdInput::Enqueue {
        work: w(1),
        interaction: cti_types::InteractionId::from_u128(1),
        queue: q(1),
        priority: 3,
        skills: vec![],
        since: cti_types::Tick(now - 4 * SECOND),
        credit: Duration::from_secs(3),
        stays: false,
    });
    let decision = outputs
        .iter()
        .find_map(|output| if let AcdOutput::Offer { decision, .. } = output { Some(decision.clone()) } else { None })
        .unwrap();
    assert_eq!((decision.rule.as_str(), decision.age_ms, decision.priority, decision.not_shown), ("longest_idle", 4000, 5, 0));
    assert_eq!((decision.credit_ms, decision.score_ms), (3000, None));
    let chosen = &decision.candidates[0];
    assert_eq!((chosen.agent, chosen.proficiency, chosen.idle_ms, chosen.rejected), (a(1), 3, 16_000, None));
    let why = |n| decision.candidates.iter().find(|candidate| candidate.agent == a(n)).unwrap().rejected.unwrap();
    assert_eq!(why(2), Rejected::LessIdle);
    assert_eq!(why(3), Rejected::ProficiencyTooLow(s(1)));
    assert!(matches!(why(4), Rejected::NotReady(NotReadyReason::Chosen(_))));
    assert_eq!(why(5), Rejected::LoggedOut);
    assert_eq!(why(6), Rejected::DeviceUnreachable);
    assert_eq!(why(7), Rejected::Busy);
    assert_eq!(why(8), Rejected::MissingSkill(s(1)));
}

#[test]
fn a_decision_shows_twenty_and_counts_the_rest() {
    let mut room = Room::new(vec![queue(1)]);
    for n in 1..=50 {
        room.agent(agent(n, &[1]));
    }
    room.call(1, 1);
    let decision = room.acd.explain(room.now(), w(1)).unwrap();
    assert_eq!((decision.candidates.len(), decision.not_shown), (20, 30));
    assert_eq!(room.acd.explain(room.now(), w(2)), None);
}

#[test]
fn what_waits_is_explained_by_who_is_there() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.ready_agent(2, &[1]);
    room.call(1, 1);
    room.call(2, 1);
    room.accept(2);
    room.tell(AcdInput::WrapUp { agent: a(2), assignment: asg(2) });
    room.call(3, 1);
    let why: Vec<_> = room.acd.explain(room.now(), w(3)).unwrap().candidates.iter().map(|c| (c.agent, c.rejected)).collect();
    assert_eq!(why, [(a(1), Some(Rejected::Reserved)), (a(2), Some(Rejected::WrapUp))]);
    room.decline(1);
    let why = room.acd.explain(room.now(), w(1)).unwrap();
    assert_eq!(why.candidates[0].rejected, Some(Rejected::DeclinedThis));
}
