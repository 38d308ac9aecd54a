//! Keys that people press: a customer's are for their flow, a supervisor's say how well they are heard. How a press is read is in `lines`.
//! Extends [`Rooms`].

use super::rooms::Rooms;
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
    pub(super) fn pressed(&mut self, now: Now, leg: LegId, key: char) {
        let Some(line) = self.lines.get(leg) else { return };
        let (interaction, participant, agent) = (line.interaction, line.participant, line.agent);
        match agent {
            Some(ringing) => self.supervisors_key(now, ringing.agent, leg, key),
            None if self.contacts.get(&interaction).is_some_and(|contact| contact.customer == participant) => {
                self.flow_digit(now, interaction, key);
            }
            // Of somebody outside who is in the call: what they press is for those who hear them.
            None => {}
        }
    }

    /// The keys of an agent who supervises nobody are for the far side, and none of ours.
    fn supervisors_key(&mut self, now: Now, user: UserId, leg: LegId, key: char) {
        let Some(mode) = mode_of(key) else { return };
        // Refused means that they supervise nobody here.
        let _ = self.set_mode(now, user, leg, mode, super::verbs::BY_KEY);
    }
}
