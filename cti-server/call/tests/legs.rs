//! What legs hear and when they end, as the engine and the interactions are told of it.

use cti_call::{Calls, Input, Output, Settings, Signal, cause};
use cti_types::acd::NotReadyReason;
use cti_types::call::{LegEnd, LegFact};
use cti_types::media::{Clip, EngineCommand};
use cti_types::*;
use std::collections::BTreeMap;
use std::time::Duration;

const GROUP: InteractionId = InteractionId::from_u128(1);
const CUSTOMER: LegId = LegId::from_u128(2);
const AGENT: LegId = LegId::from_u128(3);
const MUSIC: PlayId = PlayId::from_u128(4);
const HOLD: PlayId = PlayId::from_u128(5);
const RECORDING: RecordingId = RecordingId::from_u128(6);

fn clip() -> Clip {
    Clip { name: "music".into(), samples: vec![0; 80].into() }
}

/// The room, and what the engine now does with each leg.
struct House {
    calls: Calls,
    now: Now,
    hears: BTreeMap<LegId, Vec<LegId>>,
    plays: BTreeMap<LegId, PlayId>,
    taps: BTreeMap<LegId, bool>,
    closed: Vec<LegId>,
    facts: Vec<LegFact>,
    signals: Vec<Signal>,
    recordings_over: u32,
}

impl House {
    fn new() -> House {
        let (hears, plays, taps) = Default::default();
        let calls = Calls::new(Settings { lost_media: Duration::from_secs(30) });
        let (closed, facts, signals) = Default::default();
        House { calls, now: Now::default(), hears, plays, taps, closed, facts, signals, recordings_over: 0 }
    }

    fn ringing() -> House {
        let mut house = House::new();
        house.say(Input::Incoming { leg: CUSTOMER, group: GROUP });
        house.say(Input::Answer { leg: CUSTOMER });
        house.say(Input::Music { leg: CUSTOMER, music: Some((MUSIC, clip())) });
        house.say(Input::Outgoing { leg: AGENT, group: GROUP });
        house.say(Input::Ringing { leg: AGENT });
        house
    }

    fn talking() -> House {
        let mut house = House::ringing();
        house.say(Input::Answered { leg: AGENT });
        let hold_music = Some((HOLD, clip()));
        house.say(Input::Connect { customer: CUSTOMER, agent: AGENT, recording: Some(RECORDING), hold_music });
        house.facts.clear();
        house
    }

    fn say(&mut self, input: Input) {
        self.calls.handle(self.now, input);
        self.drain();
        self.calls.check().expect("legs and bridges agree");
    }

    fn wait(&mut self, seconds: u64) {
        self.now.tick = self.now.tick + Duration::from_secs(seconds);
        self.calls.handle_timeout(self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.calls.poll() {
            match output {
                Output::Engine(EngineCommand::Hear { leg, from }) => drop(self.hears.insert(leg, from)),
                Output::Engine(EngineCommand::Play { leg, play, .. }) => drop(self.plays.insert(leg, play)),
                Output::Engine(EngineCommand::StopPlay { leg }) => drop(self.plays.remove(&leg)),
                Output::Engine(EngineCommand::Tap { leg, tap }) => drop(self.taps.insert(leg, tap.is_some())),
                Output::Engine(EngineCommand::Close { leg }) => self.closed.push(leg),
                Output::Engine(other) => panic!("{other:?}"),
                Output::Fact(fact) => self.facts.push(fact),
                Output::Signal(signal) => self.signals.push(signal),
                Output::RecordingOver { .. } => self.recordings_over += 1,
                Output::Played { .. } => {}
            }
        }
    }

    /// What a leg hears: another leg, a playback, or nothing. A playback is heard instead of a leg.
    fn hears(&self, leg: LegId) -> String {
        match (self.plays.get(&leg), self.hears.get(&leg).and_then(|from| from.first())) {
            (Some(play), _) if *play == MUSIC => "music".into(),
            (Some(play), _) if *play == HOLD => "hold music".into(),
            (Some(_), _) => "prompt".into(),
            (None, Some(other)) if *other == CUSTOMER => "customer".into(),
            (None, Some(_)) => "agent".into(),
            (None, None) => "nothing".into(),
        }
    }

    fn both(&self) -> (String, String) {
        (self.hears(CUSTOMER), self.hears(AGENT))
    }
}

#[test]
fn the_music_stops_when_the_voices_pass() {
    assert_eq!(House::ringing().both(), ("music".into(), "nothing".into()));
    let house = House::talking();
    assert_eq!(house.both(), ("agent".into(), "customer".into()));
    assert_eq!(house.taps, BTreeMap::from([(CUSTOMER, true), (AGENT, true)]));
}

#[test]
fn hold_plays_music_to_the_customer_and_nothing_to_the_agent() {
    let mut house = House::talking();
    house.say(Input::Hold { leg: AGENT });
    assert_eq!(house.both(), ("hold music".into(), "nothing".into()));
    house.say(Input::Retrieve { leg: AGENT });
    assert_eq!(house.both(), ("agent".into(), "customer".into()));
    assert_eq!(house.facts, [LegFact::Held(AGENT), LegFact::Retrieved(AGENT)]);
}

#[test]
fn held_by_both_it_is_retrieved_when_both_have() {
    let mut house = House::talking();
    house.say(Input::FarHold { leg: AGENT, held: true });
    house.say(Input::Hold { leg: AGENT });
    house.say(Input::FarHold { leg: AGENT, held: true });
    assert!(house.calls.is_held_by_device(AGENT) && house.calls.is_held_by_command(AGENT));
    house.say(Input::FarHold { leg: AGENT, held: false });
    assert_eq!(house.hears(CUSTOMER), "hold music");
    house.say(Input::Retrieve { leg: AGENT });
    assert_eq!(house.hears(CUSTOMER), "agent");
    assert_eq!(house.facts, [LegFact::Held(AGENT), LegFact::Retrieved(AGENT)]);
}

#[test]
fn a_customer_who_holds_us_puts_nobody_of_ours_on_hold() {
    let mut house = House::talking();
    house.say(Input::FarHold { leg: CUSTOMER, held: true });
    assert_eq!((house.facts.as_slice(), house.both()), (&[][..], ("agent".into(), "customer".into())));
}

#[test]
fn a_phone_that_holds_before_it_is_connected_is_held_when_it_is() {
    let mut house = House::ringing();
    house.say(Input::Answered { leg: AGENT });
    house.say(Input::FarHold { leg: AGENT, held: true });
    house.say(Input::Connect { customer: CUSTOMER, agent: AGENT, recording: None, hold_music: Some((HOLD, clip())) });
    assert_eq!(house.hears(CUSTOMER), "hold music");
    assert_eq!(house.facts.last(), Some(&LegFact::Held(AGENT)));
}

#[test]
fn when_one_side_ends_the_other_hears_nothing_and_the_recording_is_over() {
    let mut house = House::talking();
    house.say(Input::Ended { leg: AGENT, failed: false });
    assert_eq!(house.facts, [LegFact::Ended(AGENT, LegEnd::FarSide)]);
    assert_eq!((house.hears(CUSTOMER), house.recordings_over), ("nothing".into(), 1));
    assert_eq!((house.taps[&CUSTOMER], house.closed.as_slice()), (false, &[AGENT][..]));
    house.say(Input::End { leg: CUSTOMER, cause: cause::NORMAL_CLEARING });
    assert_eq!(house.recordings_over, 1);
    assert!(house.calls.is_empty());
}

#[test]
fn a_leg_ends_once_whatever_comes_after() {
    let mut house = House::talking();
    house.say(Input::End { leg: AGENT, cause: cause::NORMAL_CLEARING });
    house.say(Input::Ended { leg: AGENT, failed: false });
    house.say(Input::Refused { leg: AGENT, code: 487 });
    house.say(Input::Answered { leg: AGENT });
    assert_eq!(house.facts, [LegFact::Ended(AGENT, LegEnd::OurSide)]);
    assert_eq!(house.signals.last(), Some(&Signal::End { leg: AGENT, cause: cause::NORMAL_CLEARING }));
}

#[test]
fn media_that_stays_lost_ends_the_leg_and_media_that_returns_does_not() {
    let mut house = House::talking();
    house.say(Input::MediaLost { leg: CUSTOMER });
    house.wait(29);
    house.say(Input::MediaBack { leg: CUSTOMER });
    house.wait(60);
    assert_eq!(house.facts, []);
    house.say(Input::MediaLost { leg: CUSTOMER });
    house.wait(31);
    assert_eq!(house.facts, [LegFact::Ended(CUSTOMER, LegEnd::MediaLost)]);
    assert!(house.calls.poll_timeout().is_none());
}

#[test]
fn a_refusal_says_what_the_person_or_the_telephone_did() {
    use NotReadyReason::*;
    for (rang, code, end) in [
        (false, 486, LegEnd::NotTaken(DeviceBusy)),
        (true, 486, LegEnd::Declined),
        (true, 603, LegEnd::Declined),
        (false, 603, LegEnd::Declined),
        (true, 480, LegEnd::Declined),
        (false, 480, LegEnd::NotTaken(DeviceUnreachable)),
        (false, 408, LegEnd::NotTaken(DeviceUnreachable)),
        (true, 408, LegEnd::NotTaken(NoAnswer)),
        (false, 404, LegEnd::NotTaken(DeviceUnreachable)),
        (false, 503, LegEnd::NotTaken(DeviceUnreachable)),
        (true, 487, LegEnd::OurSide),
    ] {
        let mut house = House::new();
        house.say(Input::Outgoing { leg: AGENT, group: GROUP });
        if rang {
            house.say(Input::Ringing { leg: AGENT });
        }
        house.facts.clear();
        house.say(Input::Refused { leg: AGENT, code });
        assert_eq!(house.facts, [LegFact::Ended(AGENT, end)], "{code} rang {rang}");
    }
}

#[test]
fn a_prompt_is_heard_instead_of_music_and_ends_once() {
    let prompt = PlayId::from_u128(9);
    let mut house = House::ringing();
    house.say(Input::Play { leg: CUSTOMER, play: prompt, clips: vec![clip()] });
    assert_eq!(house.hears(CUSTOMER), "prompt");
    house.plays.remove(&CUSTOMER);
    house.say(Input::PlayEnded { leg: CUSTOMER, play: prompt, interrupted: false });
    assert_eq!(house.hears(CUSTOMER), "music");
}

#[test]
fn legs_of_different_interactions_are_never_connected() {
    let mut house = House::new();
    house.say(Input::Incoming { leg: CUSTOMER, group: GROUP });
    house.say(Input::Answer { leg: CUSTOMER });
    house.say(Input::Outgoing { leg: AGENT, group: InteractionId::from_u128(99) });
    house.say(Input::Answered { leg: AGENT });
    house.say(Input::Connect { customer: CUSTOMER, agent: AGENT, recording: Some(RECORDING), hold_music: None });
    assert_eq!((house.both(), house.taps.len()), (("nothing".into(), "nothing".into()), 0));
}
