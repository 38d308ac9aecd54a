//! What one leg hears and gives to its recording, and the engine commands that turn it from one thing to another.

use cti_types::media::{Clip, EngineCommand, SILENCE, Tap};
use cti_types::tap::Channel;
use cti_types::{LegId, PlayId, RecordingId};

/// Goes round: 20 ms at the rate of clips.
const SILENCE_SAMPLES: usize = 160;

/// What a leg should hear.
#[derive(Clone, Debug)]
pub(crate) enum Audio {
    Nothing,
    /// Packets all the same: many a far side ends a call whose media stops.
    Silence,
    /// In ascending order, each once.
    Legs(Vec<LegId>),
    Play {
        play: PlayId,
        clips: Vec<Clip>,
        repeat: bool,
    },
}

/// What the engine was last told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    legs: Vec<LegId>,
    play: Option<PlayId>,
    tapped: Option<RecordingId>,
    keeps_keys: bool,
}

impl Heard {
    /// The engine ended the playback by itself.
    pub(crate) fn play_ended(&mut self, play: PlayId) {
        if self.play == Some(play) {
            self.play = None;
        }
    }

    /// The commands from the present state to `audio`; none when nothing changes.
    pub(crate) fn turn_to(&mut self, leg: LegId, audio: Audio) -> Vec<EngineCommand> {
        let mut commands = Vec::new();
        let (legs, play) = wanted(&audio);
        // Hearing is set before a playback is stopped, so that the very next packet is the other voice.
        if self.legs != legs {
            commands.push(EngineCommand::Hear { leg, from: legs.to_vec() });
            self.legs = legs.to_vec();
        }
        if self.play != play {
            self.play = play;
            match audio {
                Audio::Play { play, clips, repeat } => {
                    commands.push(EngineCommand::Play { leg, play, clips, repeat, offset_ms: 0 });
                }
                Audio::Silence => {
                    let clips = vec![Clip { name: "silence".into(), samples: [0; SILENCE_SAMPLES].into() }];
                    commands.push(EngineCommand::Play { leg, play: SILENCE, clips, repeat: true, offset_ms: 0 });
                }
                Audio::Nothing | Audio::Legs(_) => commands.push(EngineCommand::StopPlay { leg }),
            }
        }
        commands
    }

    /// The commands that make the leg be recorded there, or no longer. Left is what its far side says; right is what it is sent
    /// from other legs, so neither music nor a whisper to somebody else is ever in a recording, and nobody who joins is missing.
    pub(crate) fn tap_to(&mut self, leg: LegId, recording: Option<RecordingId>) -> Vec<EngineCommand> {
        if self.tapped == recording {
            return Vec::new();
        }
        self.tapped = recording;
        match recording {
            None => vec![EngineCommand::Tap { leg, tap: None }],
            Some(recording) => [Tap::received(recording, Channel::Left), Tap::heard(recording, Channel::Right)]
                .map(|tap| EngineCommand::Tap { leg, tap: Some(tap) })
                .to_vec(),
        }
    }

    /// The command that keeps the keys pressed at this leg from those who hear it, or lets them pass again; none when nothing changes.
    pub(crate) fn keep_keys(&mut self, leg: LegId, kept: bool) -> Option<EngineCommand> {
        let changes = std::mem::replace(&mut self.keeps_keys, kept) != kept;
        changes.then_some(EngineCommand::KeepDigits { leg, kept })
    }

    /// Whether the engine was told exactly this.
    pub(crate) fn is(&self, audio: &Audio, recording: Option<RecordingId>, keeps_keys: bool) -> bool {
        let (legs, play) = wanted(audio);
        self.legs == legs && self.play == play && self.tapped == recording && self.keeps_keys == keeps_keys
    }
}

fn wanted(audio: &Audio) -> (&[LegId], Option<PlayId>) {
    match audio {
        Audio::Nothing => (&[], None),
        Audio::Silence => (&[], Some(SILENCE)),
        Audio::Legs(legs) => (legs, None),
        Audio::Play { play, .. } => (&[], Some(*play)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: LegId = LegId::from_u128(1);
    const OTHER: LegId = LegId::from_u128(2);
    const THIRD: LegId = LegId::from_u128(3);

    fn names(commands: &[EngineCommand]) -> Vec<&'static str> {
        commands
            .iter()
            .map(|command| match command {
                EngineCommand::Hear { from, .. } if from.is_empty() => "deaf",
                EngineCommand::Hear { .. } => "hear",
                EngineCommand::Play { .. } => "play",
                EngineCommand::StopPlay { .. } => "stop",
                EngineCommand::Tap { tap: Some(_), .. } => "tap",
                EngineCommand::Tap { tap: None, .. } => "untap",
                _ => "other",
            })
            .collect()
    }

    #[test]
    fn only_the_difference_is_sent() {
        let music = |n| Audio::Play { play: PlayId::from_u128(n), clips: Vec::new(), repeat: true };
        let mut heard = Heard::default();
        let steps: [(Audio, &[&str]); 12] = [
            (Audio::Nothing, &[]),
            (music(1), &["play"]),
            (music(1), &[]),
            (Audio::Legs(vec![OTHER]), &["hear", "stop"]),
            (Audio::Silence, &["deaf", "play"]),
            (Audio::Silence, &[]),
            (Audio::Legs(vec![OTHER]), &["hear", "stop"]),
            (Audio::Legs(vec![OTHER, THIRD]), &["hear"]),
            (Audio::Legs(vec![OTHER, THIRD]), &[]),
            (music(2), &["deaf", "play"]),
            (music(3), &["play"]),
            (Audio::Nothing, &["stop"]),
        ];
        for (audio, expected) in steps {
            assert_eq!(names(&heard.turn_to(ME, audio)), expected);
        }
    }

    #[test]
    fn both_sides_are_tapped_and_untapped_once() {
        let mut heard = Heard::default();
        let recording = Some(RecordingId::from_u128(1));
        assert_eq!(names(&heard.tap_to(ME, recording)), ["tap", "tap"]);
        assert_eq!(names(&heard.tap_to(ME, recording)), [""; 0]);
        assert_eq!(names(&heard.tap_to(ME, None)), ["untap"]);
        assert_eq!(names(&heard.tap_to(ME, None)), [""; 0]);
    }
}
