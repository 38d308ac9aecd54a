//! What the engine hears in the audio itself, through real sockets: keys as tones, who answered, how the call sounds.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_media::codec::Encoder;
use cti_media::g711;
use cti_media::keys::{KeyListener, tones_of};
use cti_media::resample::Resampler;
use cti_media::tone::sine;
use cti_media_engine::EngineConfig;
use cti_types::media::{Answerer, Clip, Codec, DetectLimits, DetectReason, Direction, EngineCommand, EngineEvent, SILENCE, Stream};
use std::time::Duration;
use support::{House, Phone};

/// A phone that agreed on no events.
fn without_events(house: &House, codec: Codec) -> Phone {
    let phone = house.unanswered(codec);
    let stream = Stream { event_receive: None, wide_event_receive: None, ..phone.stream(Direction::SendRecv) };
    house.send(EngineCommand::SetStream { leg: phone.leg, stream });
    house.settle();
    phone
}

fn say(phone: &mut Phone, samples: &[i16]) {
    let (mut encoder, mut up) = (Encoder::new(phone.codec), Resampler::new(8000, phone.codec.sample_rate()).unwrap());
    for frame in samples.chunks_exact(160) {
        let (mut wide, mut payload) = (Vec::new(), [0; 1400]);
        up.run(frame, &mut wide);
        let length = encoder.encode(&wide, &mut payload);
        phone.say_payload(&payload[..length]);
    }
}

fn keys(text: &str) -> Vec<i16> {
    text.chars().flat_map(|key| [tones_of(key, 100).unwrap(), vec![0; 800]].concat()).chain(vec![0; 800]).collect()
}

#[test]
fn keys_pressed_as_tones_are_told_in_every_codec() {
    for codec in Codec::ALL {
        let house = House::new();
        let mut phone = without_events(&house, codec);
        say(&mut phone, &keys("15#"));
        for wanted in ['1', '5', '#'] {
            let event = house.next();
            assert!(matches!(event, EngineEvent::Digit { digit, .. } if digit == wanted), "{codec:?}: {event:?}");
        }
    }
}

/// A phone that takes no events.
fn takes_no_events(house: &House) -> Phone {
    let phone = house.unanswered(Codec::Pcmu);
    let stream = Stream { event_send: None, wide_event_send: None, ..phone.stream(Direction::SendRecv) };
    house.send(EngineCommand::SetStream { leg: phone.leg, stream });
    phone
}

/// The keys a phone hears as tones in so many packets.
fn keys_heard(phone: &Phone, packets: usize) -> String {
    let (mut listener, mut heard) = (KeyListener::new(), String::new());
    for _ in 0..packets {
        let (_, payload) = phone.listen();
        let mut samples = vec![0; payload.len()];
        g711::decode(Codec::Pcmu, &payload, &mut samples);
        listener.hear(&samples, |digit| heard.push(digit.digit));
    }
    heard
}

#[test]
fn keys_for_a_phone_that_takes_no_events_are_tones() {
    let house = House::new();
    let phone = takes_no_events(&house);
    house.send(EngineCommand::SendDigits { leg: phone.leg, digits: "15".into() });
    house.send(EngineCommand::SendDigits { leg: phone.leg, digits: "#".into() });
    // Three keys of 100 ms, each with 60 ms of silence.
    assert_eq!(keys_heard(&phone, 24), "15#");
    assert!(phone.hears_nothing());
}

#[test]
fn keys_as_tones_interrupt_the_silence_that_keeps_a_stream_going() {
    let house = House::new();
    let phone = takes_no_events(&house);
    let clips = vec![Clip { name: "silence".into(), samples: [0; 160].into() }];
    house.send(EngineCommand::Play { leg: phone.leg, play: SILENCE, clips, repeat: true, offset_ms: 0 });
    phone.listen();
    house.send(EngineCommand::SendDigits { leg: phone.leg, digits: "7*".into() });
    // Two keys of 100 ms, each with 60 ms of silence, and as many packets more.
    assert_eq!(keys_heard(&phone, 32), "7*");
    assert!(phone.listen().1.iter().all(|code| *code == g711::silence(Codec::Pcmu)));
}

#[test]
fn a_phone_that_sends_events_is_not_listened_to_for_tones() {
    let house = House::new();
    let mut phone = house.call(Codec::Pcmu);
    say(&mut phone, &keys("1"));
    phone.send_event([7, 0x8A, 3, 32], 99);
    assert!(matches!(house.next(), EngineEvent::Digit { digit: '7', .. }));
}

#[test]
fn who_answered_is_told_once_by_what_is_said_or_not_said() {
    let house = House::new();
    let (mut person, mut machine, silent) = (house.call(Codec::Pcma), house.call(Codec::Pcma), house.call(Codec::Pcma));
    let word = |ms: usize| sine(300.0, -12.0, 0, ms * 8);
    let limits = DetectLimits { initial_silence_ms: 300, ..DetectLimits::default() };
    let detect = |leg, limits| house.send(EngineCommand::Detect { leg, limits });
    for leg in [person.leg, machine.leg] {
        detect(leg, Some(DetectLimits::default()));
    }
    say(&mut person, &[vec![0; 800], word(400), vec![0; 8000]].concat());
    let (answerer, reason) = (Answerer::Person, DetectReason::ShortGreeting);
    assert_eq!(house.next(), EngineEvent::Detected { leg: person.leg, answerer, reason });
    say(&mut machine, &[vec![0; 800], word(2000)].concat());
    let (answerer, reason) = (Answerer::Machine, DetectReason::LongGreeting);
    assert_eq!(house.next(), EngineEvent::Detected { leg: machine.leg, answerer, reason });
    // One that sends nothing at all is known by the clock.
    detect(silent.leg, Some(limits));
    let (answerer, reason) = (Answerer::Machine, DetectReason::InitialSilence);
    assert_eq!(house.next(), EngineEvent::Detected { leg: silent.leg, answerer, reason });
    house.settle();
}

#[test]
fn loss_lowers_the_score_and_a_change_is_told_while_the_call_goes_on() {
    let house = House::with(EngineConfig { rtcp_interval: Duration::from_millis(50), ..EngineConfig::default() });
    let mut phone = house.call(Codec::Pcmu);
    for number in 0..200 {
        if number % 4 == 0 {
            phone.header.sequence = phone.header.sequence.wrapping_add(1);
        } else {
            phone.say(1);
        }
    }
    // The first is told as soon as there is one.
    loop {
        let (leg, stats) = house.quality();
        assert_eq!((leg, stats.score_far), (phone.leg, 0.0));
        if (1.0..3.0).contains(&stats.score_heard) {
            break;
        }
    }
    let other = house.call(Codec::Pcmu);
    assert!(house.close(other.leg).score_heard < 0.1, "never measured");
    assert!(house.close(phone.leg).score_heard > 1.0);
}
