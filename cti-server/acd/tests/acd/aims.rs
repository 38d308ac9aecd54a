//! Work for one agent: offered, refused at once, or waited for; and that it never gets in the way of queues.

use crate::harness::*;
use cti_types::acd::*;
use cti_types::*;
use std::time::Duration;

/// Work of this number for this agent, ringing 20 s.
fn aim(n: u128, agent: u128) -> Aim {
    let (work, interaction, since) = (w(n), InteractionId::from_u128(n), Tick(0));
    let (ring, wait, room) = (Duration::from_secs(20), Duration::ZERO, AimRoom::Free);
    Aim { work, interaction, agent: a(agent), since, ring, wait, needs_ready: true, blames: true, room }
}

fn tell(room: &mut Room, aim: Aim) -> Vec<String> {
    room.tell(AcdInput::Aim(aim))
}

/// One ready agent who serves one queue.
fn room() -> Room {
    let mut room = Room::new(vec![queue(1)]);
    room.ready_agent(1, &[1]);
    room
}

#[test]
fn it_is_offered_without_a_queue_and_taken() {
    let mut room = room();
    let outputs = room.outputs(AcdInput::Aim(aim(7, 1)));
    assert!(matches!(outputs[0], AcdOutput::Offer { queue: None, .. }), "{outputs:?}");
    assert_eq!(room.accept(1), ["Accepted w7 a1"]);
    assert_eq!(room.state(1).assignments.len(), 1);
    assert_eq!(tell(&mut room, aim(8, 1)), ["aim w8 Busy"]);
    room.tell(AcdInput::WrapUp { agent: a(1), assignment: asg(1) });
    assert_eq!(tell(&mut room, aim(8, 1)), ["aim w8 WrapUp"]);
}

#[test]
fn an_own_call_goes_beside_the_wrap_up_and_a_call_for_help_beside_a_conversation() {
    let mut room = room();
    room.call(1, 1);
    room.accept(1);
    assert_eq!(tell(&mut room, Aim { room: AimRoom::BesideWrapUp, ..aim(7, 1) }), ["aim w7 Busy"]);
    assert_eq!(tell(&mut room, Aim { room: AimRoom::Any, ..aim(7, 1) }), ["offer w7 a1"]);
    let offer = room.offer(1);
    assert_eq!(room.tell(AcdInput::Accepted { offer, assignment: asg(2) }), ["Accepted w7 a1"]);
    for assignment in [asg(1), asg(2)] {
        room.tell(AcdInput::WrapUp { agent: a(1), assignment });
    }
    assert_eq!(tell(&mut room, Aim { room: AimRoom::BesideWrapUp, ..aim(8, 1) }), ["offer w8 a1"]);
    room.decline(1);
    // All of it counts when the next of the queue comes.
    room.release(1);
    assert_eq!(room.call(3, 1), SILENCE);
    assert_eq!(room.tell(AcdInput::Released { agent: a(1), assignment: asg(2) }), ["offer w3 a1"]);
}

#[test]
fn a_call_for_help_takes_the_place_of_what_is_held_out() {
    let mut room = room();
    room.call(1, 1);
    room.call(2, 1);
    assert_eq!(tell(&mut room, aim(7, 1)), ["aim w7 Reserved"]);
    assert_eq!(tell(&mut room, Aim { room: AimRoom::Any, ..aim(7, 1) }), ["Withdrawn w1 a1", "offer w7 a1"]);
    assert_eq!(tell(&mut room, Aim { room: AimRoom::Any, ..aim(8, 1) }), ["Withdrawn w7 a1", "offer w8 a1"]);
    assert_eq!(room.decline(1), ["Declined w8 a1", "offer w1 a1"], "who was first is still first");
}

#[test]
fn wrap_ups_do_not_pile_up_without_end() {
    let mut room = room();
    for n in 0..64 {
        assert_eq!(tell(&mut room, Aim { room: AimRoom::BesideWrapUp, ..aim(100 + n, 1) }).len(), 1);
        let (offer, assignment) = (room.offer(1), asg(100 + n));
        room.tell(AcdInput::Accepted { offer, assignment });
        room.tell(AcdInput::WrapUp { agent: a(1), assignment });
    }
    assert_eq!(tell(&mut room, Aim { room: AimRoom::BesideWrapUp, ..aim(7, 1) }), ["aim w7 WrapUp"]);
}

#[test]
fn an_agent_who_is_not_there_is_refused_with_the_reason() {
    let mut room = room();
    assert_eq!(tell(&mut room, aim(7, 99)), ["aim w7 LoggedOut"]);
    room.agent(agent(2, &[1]));
    assert_eq!(tell(&mut room, aim(7, 2)), ["aim w7 LoggedOut"]);
    room.tell(AcdInput::DeviceReachable { agent: a(1), reachable: false });
    assert_eq!(tell(&mut room, aim(7, 1)), ["aim w7 DeviceUnreachable"]);
    room.tell(AcdInput::DeviceReachable { agent: a(1), reachable: true });
    room.presence(1, lunch());
    assert!(tell(&mut room, aim(7, 1))[0].starts_with("aim w7 NotReady"));
    assert_eq!(tell(&mut room, Aim { needs_ready: false, ..aim(7, 1) }), ["offer w7 a1"], "a colleague may ask who is not ready");
}

#[test]
fn it_waits_for_a_busy_agent_and_comes_before_the_queue() {
    let mut room = room();
    assert_eq!(room.call(1, 1), ["offer w1 a1"]);
    room.accept(1);
    assert_eq!(room.call(2, 1), SILENCE);
    let wait = Duration::from_secs(60);
    assert_eq!(tell(&mut room, Aim { wait, ..aim(7, 1) }), SILENCE);
    assert_eq!(room.release(1), ["offer w7 a1"]);
    assert_eq!(room.decline(1), ["Declined w7 a1", "offer w2 a1"]);
}

#[test]
fn it_waits_no_longer_than_it_may() {
    let mut room = room();
    room.call(1, 1);
    room.accept(1);
    tell(&mut room, Aim { wait: Duration::from_secs(60), ..aim(7, 1) });
    assert_eq!(room.pass(59), SILENCE);
    assert_eq!(room.pass(1), ["aim w7 Busy"]);
    assert!(room.acd.poll_timeout().is_none());
}

#[test]
fn it_ends_when_the_agent_goes() {
    let mut room = room();
    room.call(1, 1);
    room.accept(1);
    tell(&mut room, Aim { wait: Duration::from_secs(60), ..aim(7, 1) });
    assert_eq!(room.presence(1, Presence::LoggedOut), ["aim w7 LoggedOut"], "who will not be there is not waited for");
    let mut room = self::room();
    tell(&mut room, aim(7, 1));
    assert_eq!(room.presence(1, Presence::LoggedOut), ["Withdrawn w7 a1"]);
    let mut room = self::room();
    tell(&mut room, aim(7, 1));
    assert_eq!(room.tell(AcdInput::RemoveAgent(a(1))), ["Withdrawn w7 a1"]);
}

#[test]
fn a_telephone_that_fails_blames_the_agent_only_where_it_should() {
    for (blames, ready) in [(true, false), (false, true)] {
        let mut room = room();
        tell(&mut room, Aim { blames, ..aim(7, 1) });
        assert_eq!(room.pass(20), ["NoAnswer w7 a1"]);
        assert_eq!(room.state(1).presence == Presence::Ready, ready);
    }
    let mut room = room();
    tell(&mut room, aim(7, 1));
    let offer = room.offer(1);
    assert_eq!(room.tell(AcdInput::Failed { offer, reason: NotReadyReason::DeviceBusy }), ["DeviceBusy w7 a1"]);
}

#[test]
fn withdrawn_it_is_over_and_the_agent_takes_what_waits() {
    let mut room = room();
    tell(&mut room, aim(7, 1));
    assert_eq!(room.call(1, 1), SILENCE, "the agent is reserved");
    assert_eq!(room.withdraw(7), ["Withdrawn w7 a1", "offer w1 a1"]);
    let stale = room.acd.stale();
    room.withdraw(7);
    assert_eq!(room.acd.stale(), stale + 1);
}

#[test]
fn a_presence_asked_for_while_it_rings_is_pending() {
    let mut room = room();
    tell(&mut room, aim(7, 1));
    room.presence(1, lunch());
    assert_eq!((room.state(1).presence, room.state(1).pending), (Presence::Ready, Some(lunch())));
    room.decline(1);
    assert_eq!((room.state(1).presence, room.state(1).pending), (lunch(), None));
}

#[test]
fn at_the_bound_of_one_agent_more_is_refused_as_busy() {
    let mut room = room();
    room.call(1, 1);
    room.accept(1);
    let wait = Duration::from_secs(60);
    let said: Vec<Vec<String>> = (0..9).map(|n| tell(&mut room, Aim { wait, ..aim(100 + n, 1) })).collect();
    assert!(said[..8].iter().all(Vec::is_empty) && said[8] == ["aim w108 Busy"]);
}
