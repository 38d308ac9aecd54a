//! Who hears whom, through real sockets: one continuous stream, translation, the source lock, digits on the way.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_media::g711::{A_TO_MU, MU_TO_A};
use cti_types::media::{Codec, Direction, EngineCommand, EngineEvent, Stream};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use support::{Continuity, House, LOCALHOST, PATIENCE, listen};

/// A second address of the loopback net: another machine, to the engine.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

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
    // What the phone's SDP says is an address of another net; its signalling came from where its media does.
    let said = UdpSocket::bind((ELSEWHERE, 0)).unwrap();
    said.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.remote = said.local_addr().unwrap();
    stream.also_from = vec![LOCALHOST];
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
fn a_stranger_who_sends_before_the_phone_gets_neither_the_audio_nor_a_digit() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&agent, &caller);
    house.play(&caller, 1, &[0; 8], true);
    let mut stranger = support::Phone::new(caller.leg, caller.to.port(), Codec::Pcmu);
    stranger.rtp = UdpSocket::bind((ELSEWHERE, 0)).unwrap();
    for _ in 0..4 {
        stranger.say(66);
    }
    for sequence in 1..4 {
        stranger.send_event([9, 0x8A, sequence, 64], 777);
    }
    for _ in 0..4 {
        caller.listen();
    }
    // The phone's own digit comes after all of these, and is the first one told.
    caller.say(1);
    caller.send_event([5, 0x8A, 3, 32], 888);
    assert!(matches!(house.next(), EngineEvent::Digit { digit: '5', .. }));
    assert_eq!(agent.listen().1[0], 1);
    assert!(stranger.hears_nothing());
    let stats = house.close(caller.leg);
    assert_eq!((stats.packets_foreign, stats.packets_received), (7, 2));
}

#[test]
fn the_signalled_address_takes_the_stream_back_from_one_learnt() {
    let house = House::new();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&agent, &caller);
    // Of the same IP, so it may be the phone behind a translated port.
    let neighbour = UdpSocket::bind((LOCALHOST, 0)).unwrap();
    for code in [60, 61] {
        caller.say_from(code, Some(&neighbour));
    }
    assert_eq!(agent.listen().1[0], 61);
    caller.say(1);
    assert_eq!(agent.listen().1[0], 1);
    caller.say_from(62, Some(&neighbour));
    caller.say(2);
    assert_eq!(agent.listen().1[0], 2);
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
    let stream = Stream { event_send: None, wide_event_send: None, ..agent.stream(Direction::SendRecv) };
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

#[test]
fn a_flood_on_one_leg_does_not_hold_up_another() {
    let house = House::new();
    let (flooded, mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&agent, &caller);
    let attacker = UdpSocket::bind((LOCALHOST, 0)).unwrap();
    for code in 0..50 {
        for _ in 0..20 {
            attacker.send_to(&[0x80; 172], flooded.to).unwrap();
        }
        caller.say(code);
        assert_eq!(agent.listen().1[0], code);
    }
    assert_eq!(house.close(agent.leg).packets_sent, 50);
    assert!(house.close(flooded.leg).packets_foreign > 0);
}

#[test]
fn media_passes_over_ipv6_where_the_machine_has_it() {
    let Ok(phone) = UdpSocket::bind("[::1]:0") else { return };
    phone.set_read_timeout(Some(PATIENCE)).unwrap();
    let house = House::new();
    let (leg, port, remote) = (cti_types::LegId::from_u128(950), support::free_pair(), phone.local_addr().unwrap());
    let ip = "::1".parse().unwrap();
    house.send(EngineCommand::Open { leg, group: 7, ip, port, ssrc: 77, sequence: 0, timestamp: 0 });
    assert_eq!(house.next(), EngineEvent::Opened { leg });
    let stream = Stream {
        remote,
        remote_rtcp: remote,
        also_from: Vec::new(),
        send: (0, Codec::Pcmu),
        accept: vec![(0, Codec::Pcmu)],
        event_receive: None,
        event_send: None,
        wide_event_receive: None,
        wide_event_send: None,
        direction: Direction::SendRecv,
        ptime_ms: 20,
        srtp: None,
    };
    house.send(EngineCommand::SetStream { leg, stream });
    // Hearing itself: what comes goes back.
    house.send(EngineCommand::Hear { leg, from: vec![leg] });
    house.settle();
    let header = cti_media::rtp::Header { payload_type: 0, marker: false, sequence: 1, timestamp: 1, ssrc: 1 };
    let mut packet = [0; 172];
    cti_media::rtp::write(&header, &[9; 160], &mut packet).unwrap();
    phone.send_to(&packet, (ip, port)).unwrap();
    let (echo, payload) = listen(&phone);
    assert_eq!((echo.ssrc, payload), (77, vec![9; 160]));
}
