//! After a crash: what the dead server left open in the log is ended there, with a reason. Pure; the server reads and writes.

use cti_types::acd::OfferEnd;
use cti_types::event::{AssignmentEnd, Body, CloseReason, Event, FlowEnd, LeaveReason, Stream, WorkEnd};
use cti_types::flow::FlowRef;
use cti_types::{AgentId, AssignmentId, OfferId, ParticipantId, RecordingId, Utc, WorkItemId};
use std::collections::{BTreeMap, BTreeSet};

/// The version of [`Body`] written here.
const BODY_VERSION: u16 = 1;

/// What an interaction's stream says is still open.
#[derive(Debug, Default)]
struct Open {
    flow: Option<FlowRef>,
    participants: BTreeSet<ParticipantId>,
    works: BTreeSet<WorkItemId>,
    offers: BTreeMap<OfferId, (WorkItemId, AgentId)>,
    assignments: BTreeSet<AssignmentId>,
    recordings: BTreeSet<RecordingId>,
    parts: BTreeSet<(RecordingId, u32)>,
    closed: bool,
}

/// The events that end `events`' stream: `alive` is when the server was last known to be alive, `parts` are the recording
/// parts found on disk for it. A part the stream has already is not told twice. Empty when nothing is open or missing.
pub fn close_interaction(events: &[Event], alive: Utc, parts: &[Body]) -> Vec<Event> {
    let Some(last) = events.last() else { return Vec::new() };
    let mut open = Open::default();
    for event in events {
        open.apply(&event.body);
    }
    let mut writer = Writer { stream: last.stream, seq: last.seq, epoch: last.owner_epoch, at: last.at.max(alive), out: Vec::new() };
    for part in parts {
        if let Body::RecordingPart { recording, part: number, .. } = part
            && !open.parts.contains(&(*recording, *number))
        {
            writer.write(part.clone());
        }
    }
    for recording in &open.recordings {
        writer.write(Body::RecordingEnded { recording: *recording, frames_dropped: 0 });
    }
    if !open.closed {
        open.end(&mut writer);
    }
    writer.out
}

/// The event that signs an agent out whom the dead server left signed in.
pub fn close_agent(events: &[Event], alive: Utc) -> Vec<Event> {
    let Some(last) = events.last() else { return Vec::new() };
    let mut writer = Writer { stream: last.stream, seq: last.seq, epoch: last.owner_epoch, at: last.at.max(alive), out: Vec::new() };
    if !matches!(last.body, Body::SignedOut) {
        writer.write(Body::SignedOut);
    }
    writer.out
}

struct Writer {
    stream: Stream,
    seq: u64,
    epoch: u32,
    at: Utc,
    out: Vec<Event>,
}

impl Writer {
    fn write(&mut self, body: Body) {
        self.seq += 1;
        let (stream, seq, owner_epoch, at) = (self.stream, self.seq, self.epoch, self.at);
        self.out.push(Event { stream, seq, owner_epoch, at, version: BODY_VERSION, body });
    }
}

impl Open {
    fn apply(&mut self, body: &Body) {
        match body {
            Body::FlowEntered { flow } => self.flow = Some(*flow),
            Body::FlowLeft { .. } => self.flow = None,
            Body::ParticipantJoined { participant, .. } => {
                self.participants.insert(*participant);
            }
            Body::ParticipantLeft { participant, .. } => {
                self.participants.remove(participant);
            }
            Body::WorkQueued { work, .. } | Body::WorkAimed { work, .. } => {
                self.works.insert(*work);
            }
            Body::WorkEnded { work, .. } => {
                self.works.remove(work);
            }
            Body::Offered { offer, work, agent, .. } => {
                self.offers.insert(*offer, (*work, *agent));
            }
            Body::OfferEnded { offer, .. } => {
                self.offers.remove(offer);
            }
            Body::Assigned { assignment, .. } => {
                self.assignments.insert(*assignment);
            }
            Body::AssignmentEnded { assignment, .. } => {
                self.assignments.remove(assignment);
            }
            Body::RecordingStarted { recording } => {
                self.recordings.insert(*recording);
            }
            Body::RecordingPart { recording, part, .. } => {
                self.parts.insert((*recording, *part));
            }
            Body::RecordingEnded { recording, .. } => {
                self.recordings.remove(recording);
            }
            Body::Closed { .. } => self.closed = true,
            Body::Opened { .. }
            | Body::Identified { .. }
            | Body::SegmentStarted { .. }
            | Body::NodeVisited { .. }
            | Body::DataSet { .. }
            | Body::WrapUpStarted { .. }
            | Body::WrapUpSet { .. }
            | Body::Transferred { .. }
            | Body::TransferFailed { .. }
            | Body::ConsultStarted { .. }
            | Body::ConsultEnded { .. }
            | Body::Swapped { .. }
            | Body::Conferenced { .. }
            | Body::PartyDropped { .. }
            | Body::Muted { .. }
            | Body::SupervisionStarted { .. }
            | Body::SupervisionModeChanged { .. }
            | Body::SupervisionMoved { .. }
            | Body::SupervisionEnded { .. }
            | Body::Intercepted { .. }
            | Body::ForceReleased { .. }
            | Body::OutsideDialled { .. }
            | Body::TrunkChosen { .. }
            | Body::OutsideFailed { .. }
            | Body::RecordingPaused { .. }
            | Body::RecordingResumed { .. }
            | Body::RecordingMarker { .. }
            | Body::MediaReport { .. }
            | Body::AnswererDetected { .. }
            | Body::MediaLost { .. }
            | Body::MediaBack { .. }
            | Body::SignedIn { .. }
            | Body::PresenceChanged { .. }
            | Body::TakenOver { .. }
            | Body::SignedOut => {}
        }
    }

    /// In the order in which a living server would have ended them.
    fn end(self, writer: &mut Writer) {
        if let Some(flow) = self.flow {
            writer.write(Body::FlowLeft { flow, how: FlowEnd::Error });
        }
        for (offer, (work, agent)) in self.offers {
            writer.write(Body::OfferEnded { offer, work, agent, end: OfferEnd::Withdrawn });
        }
        for work in self.works {
            writer.write(Body::WorkEnded { work, end: WorkEnd::ServerLost });
        }
        for assignment in self.assignments {
            writer.write(Body::AssignmentEnded { assignment, end: AssignmentEnd::ServerLost });
        }
        for participant in self.participants {
            writer.write(Body::ParticipantLeft { participant, reason: LeaveReason::ServerLost });
        }
        writer.write(Body::Closed { reason: CloseReason::ServerLost });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::InteractionId;
    use cti_types::event::{Role, SegmentKind};

    fn stream(bodies: Vec<Body>) -> Vec<Event> {
        let stream = Stream::Interaction(InteractionId::from_u128(1));
        let event = |(at, body)| Event { stream, seq: at as u64 + 1, owner_epoch: 0, at: Utc(at as i64), version: 1, body };
        bodies.into_iter().enumerate().map(event).collect()
    }

    fn talking() -> Vec<Body> {
        let (customer, recording) = (ParticipantId::from_u128(2), RecordingId::from_u128(3));
        vec![
            Body::ParticipantJoined { participant: customer, role: Role::Customer, agent: None },
            Body::SegmentStarted { participant: customer, segment: SegmentKind::Talking, queue: None },
            Body::RecordingStarted { recording },
        ]
    }

    fn part(number: u32) -> Body {
        let recording = RecordingId::from_u128(3);
        Body::RecordingPart { recording, part: number, file: "f".into(), offset_ms: 0, duration_ms: 1, bytes: 1, sha256: "s".into() }
    }

    #[test]
    fn an_open_interaction_is_ended_once_with_what_was_open() {
        let mut events = stream(talking());
        let closing = close_interaction(&events, Utc(1_000), &[part(1)]);
        let kinds: Vec<&str> = closing.iter().map(|e| e.body.kind()).collect();
        assert_eq!(kinds, ["recording_part", "recording_ended", "participant_left", "closed"]);
        assert_eq!(closing.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 5, 6, 7]);
        assert!(closing.iter().all(|e| e.at == Utc(1_000)));
        events.extend(closing);
        assert_eq!(close_interaction(&events, Utc(2_000), &[part(1)]), []);
    }

    #[test]
    fn a_part_found_after_the_close_is_still_linked() {
        let mut bodies = talking();
        bodies.extend([Body::Closed { reason: CloseReason::Completed }, part(1)]);
        let closing = close_interaction(&stream(bodies), Utc(0), &[part(1), part(2)]);
        assert_eq!(closing.iter().map(|e| e.body.kind()).collect::<Vec<_>>(), ["recording_part", "recording_ended"]);
    }
}
