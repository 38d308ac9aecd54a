//! Keys that people press: a customer's are for their flow, a supervisor's say how well they are heard. How a press is read is in `lines`.
//! Extends [`Rooms`].

use super::rooms::Rooms;
use cti_media::event::Way;
use cti_types::event::SuperviseMode;
use cti_types::{LegId, Now, UserId};

/// What a supervisor's key stands for.
fn mode_of(key: char) -> Option<SuperviseMode> {
    match key {
        '1' => Some(SuperviseMode::Listen),
        '2' => Some(SuperviseMode::Whisper),
        '3' => Some(SuperviseMode::Barge),
        _ => None,
    }
}

impl Rooms {
    /// A key was pressed at this leg, in whatever way it was sent.
    pub(super) fn pressed(&mut self, now: Now, leg: LegId, key: char, way: Way) {
        let Some(line) = self.lines.get(leg) else { return };
        let (interaction, participant, agent) = (line.interaction, line.participant, line.agent);
        match agent {
            Some(ringing) if !self.supervisors_key(now, ringing.agent, leg, key) => self.pass_on(now, leg, key, way),
            Some(_) => {}
            None if self.contacts.get(&interaction).is_some_and(|contact| contact.customer == participant) => {
                self.flow_digit(now, interaction, key);
            }
            // Of somebody outside who is in the call: what they press is for those who hear them.
            None => {}
        }
    }

    /// False: they supervise nobody here, or the key means nothing to us.
    fn supervisors_key(&mut self, now: Now, user: UserId, leg: LegId, key: char) -> bool {
        mode_of(key).is_some_and(|mode| self.set_mode(now, user, leg, mode, super::verbs::BY_KEY).is_ok())
    }

    /// An agent's key is for the far side. Tones pass as sound, events as events where both sides have them; what is left is sent anew.
    fn pass_on(&mut self, now: Now, leg: LegId, key: char, way: Way) {
        let Some(far) = self.calls.peer(leg) else { return };
        let ((sends_events, _), (_, takes_events)) = (self.events_of(leg), self.events_of(far));
        let lost = match way {
            Way::Rtp => sends_events && !takes_events,
            // A telephone that sends both has been heard by the other way.
            Way::Info => !sends_events,
        };
        if lost {
            // More than can wait are keys held down: the later ones are not missed.
            let _ = self.send_digits(now, far, key.to_string());
        }
    }
}
