//! What one leg hears, and the engine commands that turn it from one thing to another.

use cti_types::media::{Clip, EngineCommand};
use cti_types::{LegId, PlayId};

/// What a leg should hear.
#[derive(Clone, Debug)]
pub(crate) enum Audio {
    Nothing,
    Leg(LegId),
    Play { play: PlayId, clips: Vec<Clip>, repeat: bool },
}

/// What the engine was last told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    leg: Option<LegId>,
    play: Option<PlayId>,
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
        let (wanted_leg, wanted_play) = match &audio {
            Audio::Nothing => (None, None),
            Audio::Leg(other) => (Some(*other), None),
            Audio::Play { play, .. } => (None, Some(*play)),
        };
        // Hearing is set before a playback is stopped, so that the very next packet is the other voice.
        if self.leg != wanted_leg {
            commands.push(EngineCommand::Hear { leg, from: wanted_leg.into_iter().collect() });
        }
        if self.play != wanted_play {
            match audio {
                Audio::Play { play, clips, repeat } => {
                    commands.push(EngineCommand::Play { leg, play, clips, repeat, offset_ms: 0 });
                }
                Audio::Nothing | Audio::Leg(_) => commands.push(EngineCommand::StopPlay { leg }),
            }
        }
        *self = Heard { leg: wanted_leg, play: wanted_play };
        commands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: LegId = LegId::from_u128(1);
    const OTHER: LegId = LegId::from_u128(2);

    fn names(commands: &[EngineCommand]) -> Vec<&'static str> {
        commands
            .iter()
            .map(|command| match command {
                EngineCommand::Hear { from, .. } if from.is_empty() => "deaf",
                EngineCommand::Hear { .. } => "hear",
                EngineCommand::Play { .. } => "play",
                EngineCommand::StopPlay { .. } => "stop",
                _ => "other",
            })
            .collect()
    }

    #[test]
    fn only_the_difference_is_sent() {
        let music = |n| Audio::Play { play: PlayId::from_u128(n), clips: Vec::new(), repeat: true };
        let mut heard = Heard::default();
        let steps: [(Audio, &[&str]); 7] = [
            (Audio::Nothing, &[]),
            (music(1), &["play"]),
            (music(1), &[]),
            (Audio::Leg(OTHER), &["hear", "stop"]),
            (music(2), &["deaf", "play"]),
            (music(3), &["play"]),
            (Audio::Nothing, &["stop"]),
        ];
        for (audio, expected) in steps {
            assert_eq!(names(&heard.turn_to(ME, audio)), expected);
        }
    }
}
