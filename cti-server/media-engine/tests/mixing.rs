//! Three and more on one call, through real sockets: who hears which tone, what each side of a recording holds, one stream
//! for each listener in and out of the mix.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_media::g711;
use cti_media::rtp::Header;
use cti_media::tone::sine;
use cti_types::RecordingId;
use cti_types::media::{Codec, Direction, EngineCommand, HEARD_MAX, Tap};
use cti_types::tap::{Channel, TapFrame};
use std::collections::BTreeMap;
use support::talker::{Talker, loud, talk};
use support::{House, Phone};

const CUSTOMER: f64 = 400.0;
const AGENT: f64 = 1000.0;
const THIRD: f64 = 1700.0;
const TONES: [f64; 3] = [CUSTOMER, AGENT, THIRD];
fn hear(house: &House, listener: &Talker, heard: &[&Talker]) {
    let from = heard.iter().map(|talker| talker.phone.leg).collect();
    house.send(EngineCommand::Hear { leg: listener.phone.leg, from });
}

/// What the frames of one channel hold, in order of their time.
fn recorded(frames: &[TapFrame], channel: Channel) -> Vec<i16> {
    let mut sources: BTreeMap<u32, Vec<&TapFrame>> = BTreeMap::new();
    for frame in frames.iter().filter(|frame| frame.channel == channel) {
        sources.entry(frame.source).or_default().push(frame);
    }
    let mut samples = Vec::new();
    for frames in sources.values() {
        for frame in frames {
            let mut audio = vec![0; frame.payload.len()];
            g711::decode(frame.codec, &frame.payload, &mut audio);
            samples.extend(audio);
        }
    }
    samples
}

#[test]
fn three_hear_each_other_and_not_themselves() {
    let house = House::new();
    let (mut customer, mut agent, mut third) =
        (Talker::new(&house, Codec::Pcma, CUSTOMER), Talker::new(&house, Codec::Pcmu, AGENT), Talker::new(&house, Codec::Pcma, THIRD));
    hear(&house, &customer, &[&agent, &third]);
    hear(&house, &agent, &[&customer, &third]);
    hear(&house, &third, &[&customer, &agent]);
    talk(60, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.hears(500, &TONES), [AGENT, THIRD]);
    assert_eq!(agent.hears(500, &TONES), [CUSTOMER, THIRD]);
    assert_eq!(third.hears(500, &TONES), [CUSTOMER, AGENT]);
}

#[test]
fn a_recording_holds_what_the_customer_says_and_hears_but_no_whisper() {
    let house = House::new();
    let (mut customer, mut agent, mut coach) =
        (Talker::new(&house, Codec::Pcma, CUSTOMER), Talker::new(&house, Codec::Pcma, AGENT), Talker::new(&house, Codec::Pcma, THIRD));
    let recording = RecordingId::from_u128(5);
    for tap in [Tap::received(recording, Channel::Left), Tap::heard(recording, Channel::Right)] {
        house.send(EngineCommand::Tap { leg: customer.phone.leg, tap: Some(tap) });
    }
    // The coach whispers: the agent hears both, the customer only the agent, the coach listens to both.
    hear(&house, &customer, &[&agent]);
    hear(&house, &agent, &[&customer, &coach]);
    hear(&house, &coach, &[&customer, &agent]);
    talk(60, &mut [&mut customer, &mut agent, &mut coach]);
    assert_eq!(customer.hears(500, &TONES), [AGENT]);
    assert_eq!(agent.hears(500, &TONES), [CUSTOMER, THIRD]);
    assert_eq!(coach.hears(500, &TONES), [CUSTOMER, AGENT]);
    let whispered = house.frames.frames.lock().unwrap().clone();
    assert_eq!(loud(&recorded(&whispered, Channel::Left), &TONES), [CUSTOMER]);
    assert_eq!(loud(&recorded(&whispered, Channel::Right), &TONES), [AGENT]);

    // Barged in: all hear all, and so does the recording.
    hear(&house, &customer, &[&agent, &coach]);
    talk(60, &mut [&mut customer, &mut agent, &mut coach]);
    assert_eq!(customer.hears(500, &TONES), [AGENT, THIRD]);
    let frames = house.frames.frames.lock().unwrap().clone();
    let right = recorded(&frames[whispered.len()..], Channel::Right);
    assert_eq!(loud(&right[right.len() - 4000..], &TONES), [AGENT, THIRD]);
    assert_eq!(loud(&recorded(&frames[whispered.len()..], Channel::Left), &TONES), [CUSTOMER]);
}

#[test]
fn what_is_heard_after_a_playback_is_placed_anew() {
    let house = House::new();
    let (customer, mut agent) = (house.call(Codec::Pcmu), house.call(Codec::Pcmu));
    house.hear(&customer, &agent);
    house.send(EngineCommand::Tap { leg: customer.leg, tap: Some(Tap::heard(RecordingId::from_u128(5), Channel::Right)) });
    let mut say = |codes: [u8; 2]| {
        for code in codes {
            agent.say(code);
            while customer.listen().1 != [code; 160] {}
        }
    };
    // The tap is there before the first packet.
    house.settle();
    say([1, 2]);
    house.play(&customer, 1, &[0; 1600], true);
    customer.listen();
    house.send(EngineCommand::StopPlay { leg: customer.leg });
    house.next();
    say([3, 4]);
    // The copy is made after the packet was sent.
    house.settle();
    let frames = house.frames.frames.lock().unwrap();
    let [one, two, three, four] = frames.as_slice() else { panic!("{} frames", frames.len()) };
    assert_eq!((one.source, three.source), (two.source, four.source));
    assert_ne!(one.source, three.source, "the time of the playback is known by the arrivals only");
}

#[test]
fn one_stream_into_the_mix_and_out_of_it() {
    let house = House::new();
    let (mut customer, mut agent, mut third) =
        (Talker::new(&house, Codec::Pcmu, CUSTOMER), Talker::new(&house, Codec::Pcmu, AGENT), Talker::new(&house, Codec::Pcmu, THIRD));
    // `listen` checks that each listener's packets are one stream all the way.
    hear(&house, &customer, &[&agent]);
    talk(20, &mut [&mut customer, &mut agent, &mut third]);
    hear(&house, &customer, &[&agent, &third]);
    talk(40, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.hears(300, &TONES), [AGENT, THIRD]);
    hear(&house, &customer, &[&third]);
    talk(30, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.hears(300, &TONES), [THIRD]);
    // Forwarded again: what is said passes untouched, at once and not on a frame's clock.
    customer.listen();
    third.phone.say(0x42);
    assert_eq!(customer.phone.listen().1, [0x42; 160]);
    hear(&house, &customer, &[]);
    house.settle();
    talk(5, &mut [&mut agent, &mut third]);
    assert!(customer.phone.hears_nothing());
}

#[test]
fn one_who_leaves_is_no_longer_heard_and_the_rest_go_on() {
    let house = House::new();
    let (mut customer, mut agent, third) =
        (Talker::new(&house, Codec::Pcmu, CUSTOMER), Talker::new(&house, Codec::Pcmu, AGENT), Talker::new(&house, Codec::Pcmu, THIRD));
    hear(&house, &customer, &[&agent, &third]);
    let mut third = third;
    talk(40, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.hears(300, &TONES), [AGENT, THIRD]);
    house.close(third.phone.leg);
    talk(40, &mut [&mut customer, &mut agent]);
    assert_eq!(customer.hears(300, &TONES), [AGENT]);
    house.close(agent.phone.leg);
    talk(20, &mut [&mut customer]);
    assert_eq!(customer.hears(200, &TONES), []);
    house.close(customer.phone.leg);
    house.settle();
    assert_eq!(house.engine.counters().legs, 0);
}

#[test]
fn a_playback_is_heard_instead_of_the_mix_and_not_recorded_as_heard() {
    let house = House::new();
    let (mut customer, mut agent, mut third) =
        (Talker::new(&house, Codec::Pcmu, CUSTOMER), Talker::new(&house, Codec::Pcmu, AGENT), Talker::new(&house, Codec::Pcmu, AGENT));
    hear(&house, &customer, &[&agent, &third]);
    let tap = Tap::heard(RecordingId::from_u128(5), Channel::Right);
    house.send(EngineCommand::Tap { leg: customer.phone.leg, tap: Some(tap) });
    house.play(&customer.phone, 1, &sine(THIRD, -12.0, 0, 8000), true);
    talk(30, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.hears(300, &TONES), [THIRD]);
    assert!(house.frames.frames.lock().unwrap().is_empty());
    house.send(EngineCommand::StopPlay { leg: customer.phone.leg });
    house.next();
    talk(40, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.hears(300, &TONES), [AGENT]);
    assert!(!house.frames.frames.lock().unwrap().is_empty());
}

#[test]
fn a_listener_on_hold_is_sent_nothing_and_comes_back_in_the_same_stream() {
    let house = House::new();
    let (mut customer, mut agent, mut third) =
        (Talker::new(&house, Codec::Pcmu, CUSTOMER), Talker::new(&house, Codec::Pcmu, AGENT), Talker::new(&house, Codec::Pcmu, THIRD));
    hear(&house, &customer, &[&agent, &third]);
    talk(20, &mut [&mut customer, &mut agent, &mut third]);
    house.stream(&customer.phone, Direction::Inactive);
    customer.listen();
    let before = customer.heard.len();
    talk(10, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.heard.len(), before);
    house.stream(&customer.phone, Direction::SendRecv);
    talk(40, &mut [&mut customer, &mut agent, &mut third]);
    assert_eq!(customer.hears(300, &TONES), [AGENT, THIRD]);
}

#[test]
fn sixteen_are_heard_together_and_more_are_left_out() {
    let house = House::new();
    let listener = house.call(Codec::Pcmu);
    let mut others: Vec<Phone> = (0..=HEARD_MAX).map(|_| house.call(Codec::Pcmu)).collect();
    house.send(EngineCommand::Hear { leg: listener.leg, from: others.iter().map(|phone| phone.leg).collect() });
    house.settle();
    // Each says one constant level; the last one's would be heard as a step if it were in the sum.
    let heard: (Header, Vec<u8>) = loop {
        for phone in &mut others[..HEARD_MAX] {
            phone.say(g711::mu_encode(1000));
        }
        others[HEARD_MAX].say(g711::mu_encode(8000));
        let (header, payload) = listener.listen();
        if g711::mu_decode(payload[159]) > 15_000 {
            break (header, payload);
        }
    };
    assert_eq!(g711::mu_encode(g711::mu_decode(g711::mu_encode(1000)) * HEARD_MAX as i16), heard.1[159]);
}
