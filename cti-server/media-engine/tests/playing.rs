//! Playback and digits, through real sockets: pace, ends, replacement, offsets.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_media::event::EventPayload;
use cti_types::PlayId;
use cti_types::media::{Clip, Codec, Direction, EngineCommand, EngineEvent};
use support::{Continuity, House};

#[test]
fn a_clip_is_played_whole_then_its_end_is_told() {
    let house = House::new();
    let caller = house.call(Codec::Pcma);
    let play = house.play(&caller, 1, &[1000; 161], false);
    assert_eq!(house.next(), EngineEvent::PlayEnded { leg: caller.leg, play, interrupted: false });
    let (first, second) = (caller.listen(), caller.listen());
    assert_eq!((first.0.payload_type, first.0.marker, second.0.marker), (8, true, false));
    assert_eq!(first.0.sequence, 65_530, "the numbers the switch drew");
    assert_eq!(second.0.timestamp.wrapping_sub(first.0.timestamp), 160);
    let code = cti_media::g711::a_encode(1000);
    assert_eq!(first.1, [code; 160]);
    assert_eq!((second.1[0], &second.1[1..]), (code, &[0xD5u8; 159][..]), "the rest of the last packet is silence");
    assert!(caller.hears_nothing());
}

#[test]
fn a_playback_is_paced_in_real_time() {
    let house = House::new();
    let caller = house.call(Codec::Pcmu);
    let begin = cti_media_engine::Clock::starting_now();
    house.play(&caller, 1, &[0; 160 * 20], false);
    assert!(matches!(house.next(), EngineEvent::PlayEnded { interrupted: false, .. }));
    // Twenty packets: the first at once, the second up to one grid step early, the end one step after the last.
    assert!(begin.now().0 >= 394_000, "ended after {} µs", begin.now().0);
    assert_eq!(house.close(caller.leg).packets_sent, 20);
}

#[test]
fn another_playback_replaces_the_one_under_way() {
    let house = House::new();
    let caller = house.call(Codec::Pcmu);
    let first = house.play(&caller, 1, &[0; 8000], true);
    let second = house.play(&caller, 2, &[], true);
    assert_eq!(house.next(), EngineEvent::PlayEnded { leg: caller.leg, play: first, interrupted: true });
    assert_eq!(house.next(), EngineEvent::PlayEnded { leg: caller.leg, play: second, interrupted: false });
}

#[test]
fn a_playback_asked_for_before_the_answer_begins_with_it() {
    let house = House::new();
    let caller = house.unanswered(Codec::Pcmu);
    let play = house.play(&caller, 1, &[1000; 320], false);
    house.nothing_for(std::time::Duration::from_millis(100));
    house.send(EngineCommand::SetStream { leg: caller.leg, stream: caller.stream(Direction::SendRecv) });
    assert_eq!(house.next(), EngineEvent::PlayEnded { leg: caller.leg, play, interrupted: false });
    assert_eq!(house.close(caller.leg).packets_sent, 2);
}

#[test]
fn a_playback_to_a_phone_on_hold_ends_in_time_though_nothing_is_sent() {
    let house = House::new();
    let caller = house.call(Codec::Pcmu);
    house.stream(&caller, Direction::RecvOnly);
    house.play(&caller, 1, &[1000; 320], false);
    assert!(matches!(house.next(), EngineEvent::PlayEnded { interrupted: false, .. }));
    assert_eq!(house.close(caller.leg).packets_sent, 0);
}

#[test]
fn a_playback_begins_at_its_offset() {
    let house = House::new();
    let caller = house.call(Codec::Pcmu);
    let samples: Vec<i16> = std::iter::repeat_n(1000, 800).chain(std::iter::repeat_n(-1000, 160)).collect();
    let clips = vec![Clip { name: "test".into(), samples: samples.into() }];
    house.send(EngineCommand::Play { leg: caller.leg, play: PlayId::from_u128(1), clips, repeat: false, offset_ms: 100 });
    assert_eq!(caller.listen().1, [cti_media::g711::mu_encode(-1000); 160]);
}

#[test]
fn closing_ends_a_playback_first() {
    let house = House::new();
    let caller = house.call(Codec::Pcmu);
    let play = house.play(&caller, 1, &[0; 800], true);
    house.send(EngineCommand::Close { leg: caller.leg });
    assert_eq!(house.next(), EngineEvent::PlayEnded { leg: caller.leg, play, interrupted: true });
    assert!(matches!(house.next(), EngineEvent::Closed { .. }));
}

#[test]
fn digits_are_sent_as_events_and_playback_goes_on_after_them() {
    let house = House::new();
    let caller = house.call(Codec::Pcmu);
    house.play(&caller, 1, &[0; 800], true);
    let mut continuity = Continuity::default();
    continuity.check(caller.listen().0);
    house.send(EngineCommand::SendDigits { leg: caller.leg, digits: "4#".into() });
    let mut events = Vec::new();
    let after = loop {
        let (header, payload) = caller.listen();
        if header.payload_type == 101 {
            events.push((header, EventPayload::parse(&payload).unwrap()));
        } else if !events.is_empty() {
            break header;
        }
    };
    let digits: Vec<u8> = events.iter().filter(|(header, _)| header.marker).map(|(_, event)| event.event).collect();
    assert_eq!(digits, [4, 11]);
    assert_eq!(events.iter().filter(|(_, event)| event.end && event.duration == 800).count(), 6);
    let starts: std::collections::BTreeSet<u32> = events.iter().map(|(header, _)| header.timestamp).collect();
    assert_eq!(starts.len(), 2, "one timestamp a digit");
    assert!(events.windows(2).all(|pair| pair[1].0.sequence == pair[0].0.sequence.wrapping_add(1)));
    let last = events[events.len() - 1].0;
    assert_eq!(after.sequence, last.sequence.wrapping_add(1));
    assert!(after.timestamp.wrapping_sub(last.timestamp) as i32 >= 1200, "100 ms pressed and 60 ms pause have passed");
}

#[test]
fn digits_that_are_kept_are_told_and_reach_nobody() {
    let house = House::new();
    let (mut boss, caller) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&caller, &boss);
    house.send(EngineCommand::KeepDigits { leg: boss.leg, kept: true });
    house.settle();
    let mut continuity = Continuity::default();
    for (voice, payload) in [(1, [2, 10, 0, 160]), (2, [2, 0x8A, 3, 32])] {
        boss.say(voice);
        let (header, said) = caller.listen();
        assert_eq!((header.payload_type, said.first()), (0, Some(&voice)));
        continuity.check(header);
        boss.send_event(payload, 4000);
    }
    assert_eq!(house.next(), EngineEvent::Digit { leg: boss.leg, digit: '2', duration_ms: 100 });
    assert!(caller.hears_nothing());
    boss.say(3);
    continuity.check(caller.listen().0);
    house.send(EngineCommand::KeepDigits { leg: boss.leg, kept: false });
    house.settle();
    boss.send_event([3, 10, 0, 160], 9000);
    assert_eq!(caller.listen().0.payload_type, 101);
}

#[test]
fn a_digit_received_is_told_once() {
    let house = House::new();
    let mut caller = house.call(Codec::Pcmu);
    for payload in [[9, 10, 0, 160], [9, 10, 1, 64], [9, 0x8A, 3, 32], [9, 0x8A, 3, 32], [9, 0x8A, 3, 32]] {
        caller.send_event(payload, 4000);
    }
    assert_eq!(house.next(), EngineEvent::Digit { leg: caller.leg, digit: '9', duration_ms: 100 });
    // Its end is lost: told after a time without packets.
    caller.send_event([1, 10, 0, 160], 9000);
    assert_eq!(house.next(), EngineEvent::Digit { leg: caller.leg, digit: '1', duration_ms: 20 });
    house.settle();
}
