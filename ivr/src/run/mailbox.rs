//! Taking a message: greeting, beep, what the caller says, and hearing whether they keep it. Records nothing itself.

use super::{ANSWER_MAX, Run, State, Then};
use crate::node::{Ix, Kind, Voicemail};
use cti_types::Now;
use cti_types::flow::FlowCommand;
use std::time::Duration;

/// The tone before a message; a site may put its own under this name.
const BEEP: &str = "tone/beep";
/// How often a caller may speak their message anew; then it is kept as it is.
const AGAIN_MAX: u32 = 3;
/// How long it is waited for what they want to become of it; then it is kept.
const REVIEW_WAIT: Duration = Duration::from_secs(6);

impl Run {
    pub(super) fn greet(&mut self, now: Now, voicemail: &Voicemail) {
        self.ahead.clear();
        let clips = self.clips(&voicemail.prompts);
        if clips.is_empty() {
            return self.beep(now);
        }
        // Who knows the greeting presses a key and hears the beep.
        self.play(now, clips, true, Then::Beep);
    }

    pub(super) fn beep(&mut self, now: Now) {
        self.ahead.clear();
        self.play(now, vec![BEEP.to_owned()], false, Then::Take);
    }

    pub(super) fn take(&mut self, now: Now) {
        let Some(Kind::Voicemail(voicemail)) = self.flow.kind(self.at) else { return };
        let taking = voicemail.taking;
        self.ahead.clear();
        self.commands.push_back(FlowCommand::TakeMessage(taking));
        self.state = State::Taking { until: now.tick + taking.length_max, ended: false };
    }

    /// The caller has finished, or has said as much as a message holds; what became of it is still to be told.
    pub(super) fn end_message(&mut self, now: Now) {
        self.commands.push_back(FlowCommand::EndMessage);
        self.state = State::Taking { until: now.tick + ANSWER_MAX, ended: true };
    }

    pub(super) fn message_taken(&mut self, now: Now, is_one: bool) {
        self.waited();
        let Some(Kind::Voicemail(voicemail)) = self.flow.kind(self.at) else { return };
        let (next, otherwise, review) = (voicemail.next, voicemail.otherwise, self.clips(&voicemail.review));
        if !is_one {
            self.go(now, Some(otherwise));
        } else if review.is_empty() || self.failures >= AGAIN_MAX {
            self.commands.push_back(FlowCommand::KeepMessage);
            self.go(now, Some(next));
        } else {
            self.play(now, review, true, Then::Review);
        }
    }

    /// Waits for what is to become of the message, and takes a digit typed ahead.
    pub(super) fn review(&mut self, now: Now) -> Option<Ix> {
        self.state = State::Listening { until: now.tick + REVIEW_WAIT };
        let digit = self.ahead.pop_front()?;
        self.reviewed(now, digit)
    }

    /// 2 speaks it anew; every other key keeps it.
    pub(super) fn reviewed(&mut self, now: Now, digit: char) -> Option<Ix> {
        if digit != '2' {
            return self.kept();
        }
        self.failures += 1;
        self.commands.push_back(FlowCommand::DropMessage);
        self.beep(now);
        None
    }

    pub(super) fn kept(&mut self) -> Option<Ix> {
        let Some(Kind::Voicemail(voicemail)) = self.flow.kind(self.at) else { return None };
        let next = voicemail.next;
        self.commands.push_back(FlowCommand::KeepMessage);
        Some(next)
    }
}
