//! Calls between phones that share a codec and phones that do not, through real sockets: forwarded, mixed, played to, digits.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_media::tone::sine;
use cti_types::media::{Codec, EngineCommand, EngineEvent, Tap};
use cti_types::tap::Channel;
use cti_types::{LegId, RecordingId};
use support::House;
use support::talker::{Talker, talk};

const TONES: [f64; 3] = [400.0, 1000.0, 1700.0];

fn hear(house: &House, listener: LegId, from: &[LegId]) {
    house.send(EngineCommand::Hear { leg: listener, from: from.to_vec() });
    house.settle();
}

#[test]
fn any_two_codecs_talk_to_each_other() {
    let house = House::new();
    let pairs: Vec<_> =
        Codec::ALL.into_iter().enumerate().flat_map(|(n, one)| Codec::ALL[n..].iter().map(move |two| (one, *two))).collect();
    let mut calls: Vec<_> =
        pairs.iter().map(|(one, two)| (Talker::new(&house, *one, TONES[0]), Talker::new(&house, *two, TONES[1]))).collect();
    for (one, two) in &calls {
        hear(&house, one.phone.leg, &[two.phone.leg]);
        hear(&house, two.phone.leg, &[one.phone.leg]);
    }
    talk(40, &mut calls.iter_mut().flat_map(|(one, two)| [one, two]).collect::<Vec<_>>());
    for ((one, two), pair) in calls.iter().zip(&pairs) {
        assert_eq!((one.hears(300, &TONES), two.hears(300, &TONES)), (vec![TONES[1]], vec![TONES[0]]), "{pair:?}");
    }
}

#[test]
fn what_both_speak_passes_untouched() {
    let house = House::new();
    for codec in Codec::ALL {
        let (one, mut two) = (house.call(codec), house.call(codec));
        hear(&house, one.leg, &[two.leg]);
        // No payload a decoder and an encoder would give back as it is.
        let payload: Vec<u8> = (0..160).map(|n| n as u8 ^ 0xA5).collect();
        two.say_payload(&payload);
        assert_eq!(one.listen().1, payload, "{codec:?}");
    }
}

#[test]
fn a_conference_of_all_codecs_is_heard_by_each() {
    let house = House::new();
    let (mut narrow, mut wide, mut full) = (
        Talker::new(&house, Codec::Pcma, TONES[0]),
        Talker::new(&house, Codec::G722, TONES[1]),
        Talker::new(&house, Codec::Opus, TONES[2]),
    );
    hear(&house, narrow.phone.leg, &[wide.phone.leg, full.phone.leg]);
    hear(&house, wide.phone.leg, &[narrow.phone.leg, full.phone.leg]);
    hear(&house, full.phone.leg, &[narrow.phone.leg, wide.phone.leg]);
    talk(60, &mut [&mut narrow, &mut wide, &mut full]);
    assert_eq!(narrow.hears(400, &TONES), TONES[1..]);
    assert_eq!(wide.hears(400, &TONES), [TONES[0], TONES[2]]);
    assert_eq!(full.hears(400, &TONES), TONES[..2]);
}

#[test]
fn clips_are_played_in_the_codec_of_the_listener() {
    let house = House::new();
    let mut phones: Vec<_> = Codec::ALL.map(|codec| Talker::new(&house, codec, TONES[0])).into();
    for (play, listener) in (1..).zip(&phones) {
        house.play(&listener.phone, play, &sine(TONES[2], -12.0, 0, 8000), true);
    }
    talk(40, &mut phones.iter_mut().collect::<Vec<_>>());
    for (listener, codec) in phones.iter().zip(Codec::ALL) {
        assert_eq!(listener.hears(400, &TONES), [TONES[2]], "{codec:?}");
    }
}

#[test]
fn a_converted_voice_is_copied_as_it_was_sent() {
    let house = House::new();
    let (mut customer, mut agent) = (Talker::new(&house, Codec::Pcma, TONES[0]), Talker::new(&house, Codec::Opus, TONES[1]));
    let tap = Tap::heard(RecordingId::from_u128(5), Channel::Right);
    house.send(EngineCommand::Tap { leg: customer.phone.leg, tap: Some(tap) });
    hear(&house, customer.phone.leg, &[agent.phone.leg]);
    talk(20, &mut [&mut customer, &mut agent]);
    let frames = house.frames.frames.lock().unwrap();
    assert!(frames.len() >= 18, "{}", frames.len());
    for pair in frames.windows(2) {
        assert_eq!((pair[1].codec, pair[1].source), (Codec::Pcma, pair[0].source));
        // On a busy machine the agent may have paused: then time has passed.
        let step = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert!(step > 0 && step.is_multiple_of(160), "{step}");
    }
}

#[test]
fn what_is_lost_on_the_way_to_a_conversion_is_made_up() {
    let house = House::new();
    let (mut one, mut two) = (Talker::new(&house, Codec::Pcma, TONES[0]), Talker::new(&house, Codec::Opus, TONES[1]));
    hear(&house, one.phone.leg, &[two.phone.leg]);
    hear(&house, two.phone.leg, &[one.phone.leg]);
    (one.loses, two.loses) = (Some(12), Some(20));
    talk(80, &mut [&mut one, &mut two]);
    for (listener, hz, came) in [(&one, TONES[1], 76), (&two, TONES[0], 74)] {
        assert!(listener.heard.len() > came * 160, "{} samples", listener.heard.len());
        assert_eq!(listener.hears(1000, &TONES), [hz]);
    }
}

#[test]
fn keys_pass_at_once_between_converted_audio() {
    let house = House::new();
    let (mut narrow, mut full) = (Talker::new(&house, Codec::Pcmu, TONES[0]), Talker::new(&house, Codec::Opus, TONES[1]));
    hear(&house, full.phone.leg, &[narrow.phone.leg]);
    talk(20, &mut [&mut narrow, &mut full]);
    let timestamp = narrow.phone.header.timestamp;
    narrow.phone.send_event([7, 0x8A, 3, 32], timestamp);
    assert!(matches!(house.next(), EngineEvent::Digit { digit: '7', duration_ms: 100, .. }));
    // What is made up after the last word may come before it.
    let (_, payload) = std::iter::repeat_with(|| full.phone.listen()).find(|(header, _)| header.payload_type == 110).unwrap();
    assert_eq!(payload, [7, 0x8A, 18, 192]);
}

#[test]
fn digits_keep_their_length_between_clocks() {
    let house = House::new();
    let (mut narrow, mut full) = (house.call(Codec::Pcmu), house.call(Codec::Opus));
    hear(&house, narrow.leg, &[full.leg]);
    hear(&house, full.leg, &[narrow.leg]);
    // 100 ms: 800 ticks of the one clock, 4800 of the other.
    let timestamp = narrow.header.timestamp;
    narrow.send_event([7, 0x8A, 3, 32], timestamp);
    assert!(matches!(house.next(), EngineEvent::Digit { digit: '7', duration_ms: 100, .. }));
    let (header, payload) = full.listen();
    assert_eq!((header.payload_type, payload), (110, vec![7, 0x8A, 18, 192]));
    let timestamp = full.header.timestamp;
    full.send_event_as(110, [3, 0x8A, 18, 192], timestamp);
    assert!(matches!(house.next(), EngineEvent::Digit { digit: '3', duration_ms: 100, .. }));
    let (header, payload) = narrow.listen();
    assert_eq!((header.payload_type, payload), (101, vec![3, 0x8A, 3, 32]));
    house.send(EngineCommand::SendDigits { leg: full.leg, digits: "9".into() });
    let heard: Vec<_> = (0..8).map(|_| full.listen()).collect();
    let last = heard[7].clone();
    assert_eq!((last.0.payload_type, last.1), (110, vec![9, 0x8A, 18, 192]));
}
