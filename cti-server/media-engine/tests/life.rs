//! Legs from open to close, through real sockets: bounds, loss of media, reports, taps.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_media::rtcp::{self, Outgoing, ReportBlock};
use cti_media_engine::{EngineConfig, SendError};
use cti_types::media::{Codec, Direction, EngineCommand, EngineEvent, OpenError, Tap};
use cti_types::tap::Channel;
use cti_types::{LegId, RecordingId};
use std::net::UdpSocket;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{House, LOCALHOST, Phone, free_pair};

const LOSS_AFTER: Duration = Duration::from_millis(600);

fn impatient() -> House {
    House::with(EngineConfig { loss_after: LOSS_AFTER, rtcp_interval: Duration::from_millis(100), ..EngineConfig::default() })
}

fn report(phone: &Phone, report: Option<ReportBlock>, bye: bool) {
    let mut out = [0; 256];
    let length = rtcp::write(&Outgoing { ssrc: 1, cname: "phone", sender: None, report, bye }, &mut out).unwrap();
    phone.rtcp.send_to(&out[..length], phone.rtcp_to()).unwrap();
}

#[test]
fn media_that_stops_is_told_once_and_its_return_too() {
    let house = impatient();
    let mut caller = house.call(Codec::Pcmu);
    caller.say(1);
    assert_eq!(house.next(), EngineEvent::MediaLost { leg: caller.leg });
    house.nothing_for(LOSS_AFTER * 2);
    caller.say(1);
    assert_eq!(house.next(), EngineEvent::MediaBack { leg: caller.leg });
}

#[test]
fn media_lost_again_is_told_as_soon_as_the_first_time() {
    // Reports so rare that no timer of theirs helps out.
    let house = House::with(EngineConfig { loss_after: LOSS_AFTER, rtcp_interval: Duration::from_secs(60), ..EngineConfig::default() });
    let mut caller = house.call(Codec::Pcmu);
    caller.say(1);
    for back in 0..2 {
        assert_eq!(house.next(), EngineEvent::MediaLost { leg: caller.leg });
        if back == 0 {
            caller.say(1)
        } else {
            report(&caller, None, false)
        }
        assert_eq!(house.next(), EngineEvent::MediaBack { leg: caller.leg });
    }
    assert_eq!(house.next(), EngineEvent::MediaLost { leg: caller.leg });
}

#[test]
fn a_silent_phone_that_reports_is_not_lost() {
    let house = impatient();
    let mut caller = house.call(Codec::Pcmu);
    caller.say(1);
    for _ in 0..6 {
        report(&caller, None, false);
        house.nothing_for(LOSS_AFTER / 3);
    }
    report(&caller, None, true);
    assert_eq!(house.next(), EngineEvent::MediaLost { leg: caller.leg }, "a BYE is no sign of life");
}

#[test]
fn nothing_is_expected_of_a_held_phone_and_everything_after() {
    let house = impatient();
    let caller = house.call(Codec::Pcmu);
    // The last is ours when the phone says `sendonly`: it holds, and need not play music.
    for held in [Direction::SendOnly, Direction::Inactive, Direction::RecvOnly] {
        house.stream(&caller, held);
        house.nothing_for(LOSS_AFTER * 2);
        house.stream(&caller, Direction::SendRecv);
        house.nothing_for(LOSS_AFTER / 2);
        assert_eq!(house.next(), EngineEvent::MediaLost { leg: caller.leg });
        house.send(EngineCommand::SetStream { leg: caller.leg, stream: caller.stream(held) });
        assert_eq!(house.next(), EngineEvent::MediaBack { leg: caller.leg }, "from now on its silence is agreed");
    }
}

#[test]
fn comfort_noise_is_a_sign_of_life_and_is_not_passed_on() {
    let house = impatient();
    let (mut caller, agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.stream(&agent, Direction::SendOnly);
    house.hear(&agent, &caller);
    caller.say(1);
    agent.listen();
    for _ in 0..6 {
        caller.header.payload_type = 13;
        caller.say(64);
        house.nothing_for(LOSS_AFTER / 3);
    }
    caller.header.payload_type = 0;
    caller.say(2);
    assert_eq!(agent.listen().1[0], 2);
}

#[test]
fn reports_are_exchanged_and_measured() {
    let house = impatient();
    let mut caller = house.call(Codec::Pcmu);
    house.play(&caller, 1, &[0; 160], true);
    caller.say(1);
    caller.header.sequence += 1;
    caller.say(1);
    let ssrc = caller.listen().0.ssrc;
    let mut buffer = [0; 1500];
    let (sender, block) = loop {
        let length = caller.rtcp.recv(&mut buffer).unwrap();
        let incoming = rtcp::parse(&buffer[..length], 1).unwrap();
        if let (Some(sender), Some(block)) = (incoming.sender, incoming.about_us) {
            break (sender, block);
        }
    };
    assert_eq!((block.cumulative_lost, block.highest_sequence), (1, 102));
    assert!(sender.packets > 0 && sender.octets == sender.packets * 160);
    let about = ReportBlock { ssrc, cumulative_lost: 1, last_sr: rtcp::middle(sender.ntp), delay_since_sr: 1, ..ReportBlock::default() };
    report(&caller, Some(about), false);
    // The report lies in its socket before the Close is sent, and a wake reads the sockets first.
    let stats = house.close(caller.leg);
    assert!(stats.round_trip_ms > 0.0 && stats.round_trip_ms < 5000.0, "{stats:?}");
    assert!(stats.far_loss > 0.0 && stats.far_loss <= 1.0, "{stats:?}");
    assert_eq!((stats.packets_received, stats.packets_lost), (2, 1));
    let bye = loop {
        let length = caller.rtcp.recv(&mut buffer).unwrap();
        if rtcp::parse(&buffer[..length], 1).unwrap().bye {
            break true;
        }
    };
    assert!(bye);
}

#[test]
fn each_accepted_packet_is_copied_into_the_recording() {
    let house = House::new();
    let mut caller = house.call(Codec::Pcmu);
    let tap = Tap::received(RecordingId::from_u128(5), Channel::Left);
    caller.say(1);
    caller.send_event([1, 0x8A, 3, 32], 700);
    assert!(matches!(house.next(), EngineEvent::Digit { .. }));
    house.send(EngineCommand::Tap { leg: caller.leg, tap: Some(tap) });
    house.settle();
    caller.say(2);
    caller.header.ssrc = 99;
    caller.say(3);
    caller.send_event([1, 0x8A, 3, 32], 700);
    assert!(matches!(house.next(), EngineEvent::Digit { .. }));
    house.send(EngineCommand::Tap { leg: caller.leg, tap: None });
    house.settle();
    caller.say(4);
    let stats = house.close(caller.leg);
    assert_eq!(stats.tap_dropped, 0);
    let frames = house.frames.frames.lock().unwrap();
    assert_eq!(frames.len(), 2, "neither what came before or after, nor the digit");
    assert_eq!((frames[0].recording, frames[0].channel, frames[0].codec), (tap.recording, tap.channel, Codec::Pcmu));
    assert_eq!((frames[0].payload[0], frames[1].payload[0], frames[0].payload.len()), (2, 3, 160));
    assert_eq!((frames[0].timestamp, frames[1].timestamp), (5160, 5320));
    assert!(frames[0].at <= frames[1].at && frames[0].source != frames[1].source, "another SSRC is another source");
}

#[test]
fn frames_a_full_recording_refuses_are_counted() {
    let house = House::new();
    house.frames.full.store(true, Ordering::Relaxed);
    let mut caller = house.call(Codec::Pcmu);
    let tap = Tap::received(RecordingId::from_u128(5), Channel::Right);
    house.send(EngineCommand::Tap { leg: caller.leg, tap: Some(tap) });
    house.settle();
    caller.say(1);
    caller.say(2);
    caller.send_event([1, 0x8A, 3, 32], 700);
    assert!(matches!(house.next(), EngineEvent::Digit { .. }));
    let stats = house.close(caller.leg);
    assert_eq!((stats.packets_received, stats.tap_dropped), (3, 2));
    house.settle();
    assert_eq!(house.engine.counters().tap_dropped, 2);
}

#[test]
fn a_port_someone_holds_cannot_be_opened_and_nothing_stays_behind() {
    let house = House::new();
    for held in [0, 1] {
        let port = free_pair();
        let _other = UdpSocket::bind((LOCALHOST, port + held)).unwrap();
        let leg = house.try_open(port).unwrap();
        assert_eq!(house.next(), EngineEvent::OpenFailed { leg, error: OpenError::Bind });
        assert_eq!(house.engine.send(EngineCommand::Close { leg }), Err(SendError::UnknownLeg));
        assert!(UdpSocket::bind((LOCALHOST, port + 1 - held)).is_ok());
    }
    house.settle();
    assert_eq!(house.engine.counters().legs, 0);
}

#[test]
fn beyond_the_bound_of_legs_opening_fails_until_one_closes() {
    let house = House::with(EngineConfig { legs_max: 1, ..EngineConfig::default() });
    let first = house.unanswered(Codec::Pcmu);
    let second = house.try_open(free_pair()).unwrap();
    assert_eq!(house.next(), EngineEvent::OpenFailed { leg: second, error: OpenError::Full });
    house.close(first.leg);
    house.unanswered(Codec::Pcmu);
}

#[test]
fn commands_for_legs_that_are_not_open_are_refused() {
    let house = House::new();
    let leg = house.unanswered(Codec::Pcmu).leg;
    let again = EngineCommand::Open { leg, group: 1, ip: LOCALHOST, port: free_pair(), ssrc: 0, sequence: 0, timestamp: 0 };
    assert_eq!(house.engine.send(again), Err(SendError::KnownLeg));
    house.close(leg);
    assert_eq!(house.engine.send(EngineCommand::StopPlay { leg }), Err(SendError::UnknownLeg));
    assert_eq!(house.engine.send(EngineCommand::Close { leg: LegId::from_u128(0) }), Err(SendError::UnknownLeg));
}

#[test]
fn a_closed_legs_ports_can_be_opened_again() {
    let house = House::new();
    let first = house.unanswered(Codec::Pcmu);
    house.close(first.leg);
    let second = house.try_open(first.to.port()).unwrap();
    assert_eq!(house.next(), EngineEvent::Opened { leg: second });
}

#[test]
fn legs_of_groups_on_two_threads_do_not_harm_each_other() {
    let house = House::with(EngineConfig { threads: 2, ..EngineConfig::default() });
    let agent = house.call(Codec::Pcmu);
    let (caller, port) = (LegId::from_u128(901), free_pair());
    house.send(EngineCommand::Open { leg: caller, group: 8, ip: LOCALHOST, port, ssrc: 1, sequence: 0, timestamp: 0 });
    assert_eq!(house.next(), EngineEvent::Opened { leg: caller });
    house.send(EngineCommand::Hear { leg: agent.leg, from: vec![caller] });
    house.settle();
    house.close(caller);
    house.close(agent.leg);
}

#[test]
fn stopping_closes_every_leg_and_takes_no_more_commands() {
    let house = House::new();
    let (first, second) = (house.call(Codec::Pcmu), house.unanswered(Codec::Pcmu));
    house.engine.stop();
    let closed: Vec<_> = [house.next(), house.next()].iter().map(|event| matches!(event, EngineEvent::Closed { .. })).collect();
    assert_eq!(closed, [true, true]);
    assert_eq!(house.engine.send(EngineCommand::StopPlay { leg: first.leg }), Err(SendError::UnknownLeg));
    assert_eq!(house.try_open(second.to.port()), Err(SendError::Stopped));
    assert!(UdpSocket::bind((LOCALHOST, first.to.port())).is_ok());
}
