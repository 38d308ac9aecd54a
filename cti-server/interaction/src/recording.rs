//! What the log says of a recording: begun, paused, going on, marked. Whether a call is recorded, and where the audio goes, is the
//! neighbours' matter.

use crate::interaction::Interaction;
use crate::room::Desk;
use crate::words::Output;
use cti_types::event::{Body, RecordingMark, ResumeReason};
use cti_types::{ParticipantId, RecordingId};

impl Interaction {
    pub(crate) fn recorded(&mut self, desk: &mut Desk<'_>, recording: Option<RecordingId>) {
        let before = std::mem::replace(&mut self.recording, recording);
        if before != recording {
            self.paused_by = None;
        }
        if let Some(recording) = recording.filter(|_| before != recording) {
            self.write(desk, Body::RecordingStarted { recording });
        }
    }

    pub(crate) fn recording_paused(&mut self, desk: &mut Desk<'_>, by: ParticipantId, paused: bool) {
        let Some(recording) = self.recording else { return };
        self.paused_by = paused.then_some(by);
        let by = self.agent_of(by);
        let reason = ResumeReason::Asked;
        let body = if paused { Body::RecordingPaused { recording, by } } else { Body::RecordingResumed { recording, by, reason } };
        self.write(desk, body);
    }

    /// A pause belongs to the part of whoever asked for it: it ends when they are with the customer no longer, so that nothing of the next
    /// one's part is lost. Called after every input.
    pub(crate) fn end_pause(&mut self, desk: &mut Desk<'_>) {
        if self.paused_by.is_none_or(|by| self.talkers.contains_key(&by)) {
            return;
        }
        self.paused_by = None;
        if let Some(recording) = self.recording.filter(|_| self.has_customer()) {
            self.write(desk, Body::RecordingResumed { recording, by: None, reason: ResumeReason::AgentLeft });
            desk.out.push_back(Output::ResumeRecording { interaction: self.id });
        }
    }

    pub(crate) fn mark(&mut self, desk: &mut Desk<'_>, mark: RecordingMark) {
        if let Some(recording) = self.recording {
            self.write(desk, Body::RecordingMarker { recording, mark });
        }
    }
}
