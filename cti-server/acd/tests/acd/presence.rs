//! Presence, what is pending, signing in and out.

use crate::harness::*;
use cti_types::acd::*;

const LOST: Presence = Presence::NotReady(NotReadyReason::ConnectionLost);

/// Agent 1 on a call, with this asked for meanwhile.
fn busy_and_asked(asked: &[Presence]) -> Room {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    room.accept(1);
    for &presence in asked {
        room.presence(1, presence);
    }
    room
}

#[test]
fn a_presence_asked_for_while_busy_is_pending_until_release() {
    let out = Presence::LoggedOut;
    let table: [(&[Presence], Option<Presence>); 6] = [
        (&[lunch()], Some(lunch())),
        (&[out], Some(out)),
        (&[LOST], Some(LOST)),
        (&[lunch(), Presence::Ready], None),
        (&[LOST, out], Some(out)),
        (&[out, LOST], Some(out)),
    ];
    for (asked, pending) in table {
        let mut room = busy_and_asked(asked);
        assert_eq!((room.state(1).presence, room.state(1).pending), (Presence::Ready, pending), "{asked:?}");
        room.tell(AcdInput::WrapUp { agent: a(1), assignment: asg(1) });
        assert_eq!(room.state(1).pending, pending, "wrap-up holds it");
        room.pass(2);
        room.release(1);
        assert_eq!((room.state(1).presence, room.state(1).pending), (pending.unwrap_or(Presence::Ready), None), "{asked:?}");
    }
}

#[test]
fn not_ready_asked_for_during_an_offer_waits_for_its_end() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    assert_eq!(room.presence(1, lunch()), SILENCE);
    assert_eq!(room.state(1).pending, Some(lunch()));
    room.decline(1);
    assert_eq!((room.state(1).presence, room.state(1).pending), (lunch(), None));
}

#[test]
fn signing_out_during_an_offer_withdraws_it_and_the_next_agent_gets_it() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.ready_agent(2, &[1]);
    room.call(1, 1);
    assert_eq!(room.presence(1, Presence::LoggedOut), ["Withdrawn w1 a1", "offer w1 a2"]);
    assert_eq!(room.state(1).presence, Presence::LoggedOut);
}

#[test]
fn a_person_signs_in_with_any_presence_and_the_system_signs_nobody_in() {
    for (asked, signed_in) in [(Presence::Ready, true), (lunch(), true), (LOST, false)] {
        let mut room = Room::new(vec![queue(1)]);
        room.agent(agent(1, &[1]));
        room.presence(1, asked);
        assert_eq!(room.acd.queue(q(1)).unwrap().staffed, u32::from(signed_in), "{asked:?}");
    }
}

#[test]
fn a_removed_agent_signs_out_and_goes_when_the_last_assignment_ends() {
    let mut room = busy_and_asked(&[]);
    room.tell(AcdInput::RemoveAgent(a(1)));
    assert_eq!(room.state(1).presence, Presence::LoggedOut);
    assert_eq!(room.state(1).assignments.len(), 1);
    assert_eq!(room.acd.queue(q(1)).unwrap().staffed, 0);
    room.release(1);
    assert_eq!(room.acd.agent(a(1)), None);
}

#[test]
fn removing_an_agent_withdraws_their_offer() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.ready_agent(2, &[1]);
    room.call(1, 1);
    assert_eq!(room.tell(AcdInput::RemoveAgent(a(1))), ["Withdrawn w1 a1", "offer w1 a2"]);
}

#[test]
fn a_queue_counts_its_staff() {
    let mut room = Room::new(vec![queue(1)]);
    for n in [1, 2, 3] {
        room.ready_agent(n, &[1]);
    }
    room.agent(agent(4, &[1]));
    room.presence(3, lunch());
    room.call(1, 1);
    let state = room.acd.queue(q(1)).unwrap();
    assert_eq!((state.staffed, state.ready, state.busy, state.offered, state.waiting), (3, 1, 1, 1, 0));
}

#[test]
fn a_change_is_told_once_an_input() {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room.call(1, 1);
    room.call(2, 1);
    let outputs = room.outputs(AcdInput::Withdraw { work: w(1) });
    let agents = outputs.iter().filter(|output| matches!(output, AcdOutput::Agent(_))).count();
    let queues = outputs.iter().filter(|output| matches!(output, AcdOutput::Queue(_))).count();
    assert_eq!((agents, queues), (1, 1));
    assert!(matches!(outputs.last(), Some(AcdOutput::Queue(state)) if state.waiting == 0 && state.offered == 1));
}
