//! The room, and what the engine now does with each leg. Asserts after every input that the room's own check holds.

use cti_call::{Calls, Input, Output, Settings, Signal};
use cti_types::call::LegFact;
use cti_types::media::{Clip, EngineCommand, SILENCE, Tap};
use cti_types::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) const GROUP: InteractionId = InteractionId::from_u128(1);
pub(crate) const CUSTOMER: LegId = LegId::from_u128(2);
pub(crate) const AGENT: LegId = LegId::from_u128(3);
/// Another agent.
pub(crate) const BOB: LegId = LegId::from_u128(4);
pub(crate) const OUTSIDE: LegId = LegId::from_u128(5);
pub(crate) const SUPERVISOR: LegId = LegId::from_u128(6);
pub(crate) const MUSIC: PlayId = PlayId::from_u128(4);
pub(crate) const HOLD: PlayId = PlayId::from_u128(5);
pub(crate) const RECORDING: RecordingId = RecordingId::from_u128(6);
pub(crate) const ASIDE: RecordingId = RecordingId::from_u128(7);

pub(crate) fn clip() -> Clip {
    Clip { name: "music".into(), samples: vec![0; 80].into() }
}

pub(crate) fn hold_music() -> Option<(PlayId, Clip)> {
    Some((HOLD, clip()))
}

pub(crate) struct House {
    pub(crate) calls: Calls,
    pub(crate) now: Now,
    pub(crate) hears: BTreeMap<LegId, Vec<LegId>>,
    pub(crate) plays: BTreeMap<LegId, PlayId>,
    pub(crate) taps: BTreeMap<LegId, Vec<Tap>>,
    /// Whose keys pass to nobody.
    pub(crate) keys_kept: BTreeSet<LegId>,
    pub(crate) closed: Vec<LegId>,
    pub(crate) facts: Vec<LegFact>,
    pub(crate) signals: Vec<Signal>,
    pub(crate) recordings_over: Vec<RecordingId>,
}

impl House {
    pub(crate) fn new() -> House {
        let (hears, plays, taps) = Default::default();
        let calls = Calls::new(Settings { lost_media: Duration::from_secs(30) });
        let (closed, facts, signals, recordings_over, keys_kept) = Default::default();
        House { calls, now: Now::default(), hears, plays, taps, keys_kept, closed, facts, signals, recordings_over }
    }

    pub(crate) fn ringing() -> House {
        let mut house = House::new();
        house.say(Input::Incoming { leg: CUSTOMER, group: GROUP });
        house.say(Input::Answer { leg: CUSTOMER });
        house.say(Input::Music { leg: CUSTOMER, music: Some((MUSIC, clip())) });
        house.say(Input::Outgoing { leg: AGENT, group: GROUP });
        house.say(Input::Ringing { leg: AGENT });
        house
    }

    pub(crate) fn talking() -> House {
        let mut house = House::ringing();
        house.say(Input::Answered { leg: AGENT });
        house.say(Input::Connect { customer: CUSTOMER, agent: AGENT, recording: Some(RECORDING), hold_music: hold_music() });
        house.facts.clear();
        house
    }

    /// One more of the interaction, answered, in no bridge.
    pub(crate) fn up(&mut self, leg: LegId) {
        self.say(Input::Outgoing { leg, group: GROUP });
        self.say(Input::Answered { leg });
        self.facts.clear();
    }

    pub(crate) fn say(&mut self, input: Input) {
        let text = format!("{input:?}");
        self.calls.handle(self.now, input);
        self.drain();
        self.calls.check().unwrap_or_else(|why| panic!("after {text}: {why}"));
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now.tick = self.now.tick + Duration::from_secs(seconds);
        self.calls.handle_timeout(self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.calls.poll() {
            match output {
                Output::Engine(command) => self.engine(command),
                Output::Fact(fact) => self.facts.push(fact),
                Output::Signal(signal) => self.signals.push(signal),
                Output::RecordingOver { recording } => {
                    let taps = self.taps.values().flatten();
                    assert!(!taps.into_iter().any(|tap| tap.recording == recording), "a recording that is over still gets audio");
                    self.recordings_over.push(recording);
                }
                Output::Played { .. } => {}
            }
        }
    }

    /// As the engine understands it: one tap for each side.
    fn engine(&mut self, command: EngineCommand) {
        match command {
            EngineCommand::Hear { leg, from } => drop(self.hears.insert(leg, from)),
            EngineCommand::Play { leg, play, .. } => drop(self.plays.insert(leg, play)),
            EngineCommand::StopPlay { leg } => drop(self.plays.remove(&leg)),
            EngineCommand::Tap { leg, tap: None } => drop(self.taps.remove(&leg)),
            EngineCommand::Tap { leg, tap: Some(tap) } => {
                let taps = self.taps.entry(leg).or_default();
                taps.retain(|other| other.side != tap.side);
                taps.push(tap);
            }
            EngineCommand::KeepDigits { leg, kept: true } => drop(self.keys_kept.insert(leg)),
            EngineCommand::KeepDigits { leg, kept: false } => drop(self.keys_kept.remove(&leg)),
            EngineCommand::Close { leg } => self.closed.push(leg),
            other => panic!("{other:?}"),
        }
    }

    /// What a leg hears: a playback, else the other legs by their letters. A playback is heard instead of a leg.
    pub(crate) fn hears(&self, leg: LegId) -> String {
        match self.plays.get(&leg) {
            Some(play) if *play == MUSIC => "music".into(),
            Some(play) if *play == HOLD => "hold music".into(),
            Some(play) if *play == SILENCE => "silence".into(),
            Some(_) => "prompt".into(),
            None => self.hears.get(&leg).into_iter().flatten().map(|other| letter(*other)).collect(),
        }
    }

    pub(crate) fn both(&self) -> (String, String) {
        (self.hears(CUSTOMER), self.hears(AGENT))
    }

    /// Into which recordings a leg goes, both of its sides.
    pub(crate) fn recorded(&self, leg: LegId) -> Vec<RecordingId> {
        let taps = self.taps.get(&leg).map(Vec::as_slice).unwrap_or_default();
        for (side, channel) in [
            (cti_types::media::TapSide::Received, cti_types::tap::Channel::Left),
            (cti_types::media::TapSide::Heard, cti_types::tap::Channel::Right),
        ] {
            assert!(taps.is_empty() || taps.iter().any(|tap| tap.side == side && tap.channel == channel), "{taps:?}");
        }
        let mut recordings: Vec<RecordingId> = taps.iter().map(|tap| tap.recording).collect();
        recordings.dedup();
        recordings
    }
}

pub(crate) fn letter(leg: LegId) -> char {
    match leg {
        CUSTOMER => 'C',
        AGENT => 'A',
        BOB => 'B',
        OUTSIDE => 'O',
        SUPERVISOR => 'S',
        _ => '?',
    }
}
