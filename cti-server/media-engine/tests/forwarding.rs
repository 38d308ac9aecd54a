//! Who hears whom, through real sockets: one continuous stream, translation, the source lock, digits on the way.

mod support;

use cti_media::g711::{A_TO_MU, MU_TO_A};
use cti_types::media::{Codec, Direction, EngineCommand, EngineEvent};
use std::net::UdpSocket;
use support::{Continuity, House, LOCALHOST, PATIENCE, listen};

#[test]
fn a_phone_hears_one_stream_across_play_talk_hold_and_talk() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcma), house.call(Codec::Pcma));
    let mut stream = Continuity::default();

    house.play(&agent, 1, &[1000; 800], true);
    for _ in 0..4 {
        stream.check(agent.listen().0);
    }
    house.hear(&agent, &caller);
    house.send(EngineCommand::StopPlay { leg: agent.leg });
    assert!(matches!(house.next(), EngineEvent::PlayEnded { interrupted: true, .. }));
    let talk = |caller: &mut support::Phone, stream: &mut Continuity, code: u8| {
        for _ in 0..3 {
            caller.say(code);
            // What was still played before the stop may be ahead of it.
            while {
                let (header, payload) = agent.listen();
                stream.check(header);
                payload != [code; 160]
            } {}
        }
    };
    talk(&mut caller, &mut stream, 0x11);

    house.stream(&agent, Direction::Inactive);
    for _ in 0..40 {
        caller.say(0x22);
    }
    // Each is on the way before the digit, which comes after all of them.
    caller.send_event([5, 0x8A, 3, 32], 777);
    assert!(matches!(house.next(), EngineEvent::Digit { digit: '5', .. }));
    assert!(agent.hears_nothing());

    house.stream(&agent, Direction::SendRecv);
    talk(&mut caller, &mut stream, 0x33);
}

#[test]
fn the_same_codec_passes_untouched_and_the_other_law_by_table() {
    let house = House::new();
    let (mut caller, mut agent, mut third) = (house.call(Codec::Pcmu), house.call(Codec::Pcma), house.call(Codec::Pcma));
    house.hear(&agent, &caller);
    house.hear(&caller, &agent);
    house.hear(&third, &agent);
    for code in [0x00, 0x55, 0x7F, 0xD5, 0xFF] {
        caller.say(code);
        let (header, payload) = agent.listen();
        assert_eq!((header.payload_type, payload), (8, vec![MU_TO_A[usize::from(code)]; 160]));
        agent.say(code);
        let (header, payload) = caller.listen();
        assert_eq!((header.payload_type, payload), (0, vec![A_TO_MU[usize::from(code)]; 160]));
        assert_eq!(third.listen().1, vec![code; 160]);
    }
    third.say(1);
}

#[test]
fn a_leg_may_be_told_to_hear_one_that_is_not_open_yet() {
    let house = House::new();
    let agent = house.call(Codec::Pcmu);
    let port = support::free_pair();
    let caller = cti_types::LegId::from_u128(900);
    house.send(EngineCommand::Hear { leg: agent.leg, from: vec![caller] });
    house.send(EngineCommand::Open { leg: caller, group: 7, ip: LOCALHOST, port, ssrc: 1, sequence: 0, timestamp: 0 });
    assert_eq!(house.next(), EngineEvent::Opened { leg: caller });
    let mut caller = support::Phone::new(caller, port, Codec::Pcmu);
    house.stream(&caller, Direction::SendRecv);
    caller.say(9);
    assert_eq!(agent.listen().1, [9; 160]);
}

#[test]
fn a_locked_leg_takes_nothing_from_others() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&agent, &caller);
    caller.say(1);
    assert_eq!(agent.listen().1[0], 1);
    let attacker = UdpSocket::bind((LOCALHOST, 0)).unwrap();
    for _ in 0..5 {
        caller.say_from(66, Some(&attacker));
    }
    attacker.send_to(b"no RTP at all", caller.to).unwrap();
    caller.say(2);
    assert_eq!(agent.listen().1[0], 2);
    let stats = house.close(caller.leg);
    assert_eq!((stats.packets_foreign, stats.packets_received), (6, 2));
}

#[test]
fn behind_address_translation_two_packets_lock_and_media_goes_back_there() {
    let house = House::new();
    let mut caller = house.unanswered(Codec::Pcmu);
    let mut stream = caller.stream(Direction::SendRecv);
    // What the phone's SDP says is somewhere else.
    let said = UdpSocket::bind((LOCALHOST, 0)).unwrap();
    said.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.remote = said.local_addr().unwrap();
    house.send(EngineCommand::SetStream { leg: caller.leg, stream });
    house.play(&caller, 1, &[0; 8], true);
    listen(&said);
    caller.say(1);
    caller.say(2);
    let heard = caller.listen().0;
    house.send(EngineCommand::StopPlay { leg: caller.leg });
    assert_eq!(heard.ssrc >> 24, 0xAB);
    assert_eq!(house.close(caller.leg).packets_received, 1);
}

#[test]
fn signalling_moves_the_stream_and_the_old_source_is_shut_out() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&agent, &caller);
    caller.say(1);
    agent.listen();
    let elsewhere = UdpSocket::bind((LOCALHOST, 0)).unwrap();
    let mut stream = caller.stream(Direction::SendRecv);
    stream.remote = elsewhere.local_addr().unwrap();
    house.send(EngineCommand::SetStream { leg: caller.leg, stream });
    house.settle();
    for _ in 0..4 {
        caller.say(66);
    }
    caller.say_from(2, Some(&elsewhere));
    assert_eq!(agent.listen().1[0], 2);
}

#[test]
fn digits_are_passed_on_as_events_in_the_same_stream() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&agent, &caller);
    caller.say(1);
    let before = agent.listen().0;
    let timestamp = caller.header.timestamp;
    caller.send_event([7, 10, 0, 160], timestamp);
    caller.send_event([7, 0x8A, 1, 64], timestamp);
    let (first, second) = (agent.listen(), agent.listen());
    assert_eq!((first.0.payload_type, first.0.sequence), (101, before.sequence.wrapping_add(1)));
    assert_eq!(first.0.timestamp, before.timestamp.wrapping_add(160));
    assert_eq!(second.0.timestamp, first.0.timestamp);
    assert_eq!(second.1, [7, 0x8A, 1, 64]);
}

#[test]
fn events_the_far_side_cannot_take_leave_no_gap() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    let stream = cti_types::media::Stream { event_send: None, ..agent.stream(Direction::SendRecv) };
    house.send(EngineCommand::SetStream { leg: agent.leg, stream });
    house.hear(&agent, &caller);
    let mut continuity = Continuity::default();
    caller.say(1);
    continuity.check(agent.listen().0);
    caller.send_event([7, 0x8A, 1, 64], 1);
    caller.say(2);
    let (header, payload) = agent.listen();
    continuity.check(header);
    assert_eq!(payload[0], 2);
}

#[test]
fn nobody_heard_and_nothing_played_sends_nothing() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    caller.say(1);
    caller.send_event([1, 0x8A, 3, 32], 777);
    assert!(matches!(house.next(), EngineEvent::Digit { .. }));
    assert!(agent.hears_nothing() && caller.hears_nothing());
    assert_eq!(house.close(agent.leg).packets_sent, 0);
}
