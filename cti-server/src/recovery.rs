//! After a crash: what the dead server left open in the log is ended there, with a reason. Pure; the server reads and writes.

use crate::switch::Revived;
use cti_interaction::{Kept, Restored};
use cti_types::acd::OfferEnd;
use cti_types::event::{
    AssignmentEnd, Body, CallDirection, Channel, CloseReason, Event, FlowEnd, LeaveReason, MessageEnd, Stream, WorkEnd,
};
use cti_types::flow::FlowRef;
use cti_types::mailbox::{Left, MESSAGE_MIN};
use cti_types::{AgentId, AssignmentId, InteractionId, Number, OfferId, ParticipantId, Party, PersonalId, RecordingId, Utc, WorkItemId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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
    /// It is about a message that nobody has dealt with.
    message: bool,
    /// Its caller speaks a message into this recording.
    speaking: Option<RecordingId>,
    /// How much is in each recording, ms.
    lengths: BTreeMap<RecordingId, u64>,
    closed: bool,
}

/// The events that end `events`' stream: `alive` is when the server was last known to be alive, `parts` are the recording
/// parts found on disk for it. A part the stream has already is not told twice. Empty when nothing is open or missing. A message stays
/// open, see [`waiting_message`]; one that was being spoken becomes the interaction `message`, see [`cut_off`].
pub fn close_interaction(events: &[Event], alive: Utc, parts: &[Body], message: InteractionId) -> Vec<Event> {
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
            open.apply(part);
        }
    }
    for recording in &open.recordings {
        writer.write(Body::RecordingEnded { recording: *recording, frames_dropped: 0 });
    }
    if !open.closed {
        open.end(&mut writer, message);
    }
    writer.out
}

/// What a caller had said of a message when the server died.
#[derive(Clone, Debug, PartialEq)]
pub struct CutOff {
    origin: InteractionId,
    /// The number of ours that was called.
    to: String,
    left: Left,
    epoch: u32,
    at: Utc,
}

/// The message that a stream closed by [`close_interaction`] became by that.
pub fn cut_off(origin: InteractionId, events: &[Event], message: InteractionId) -> Option<CutOff> {
    let (mut to, mut begun) = (String::new(), None);
    for event in events {
        match &event.body {
            Body::Opened { to: called, .. } => to.clone_from(called),
            Body::MessageBegun { mailbox, .. } => begun = Some((*mailbox, event.at)),
            Body::MessageEnded { recording, duration_ms, message: Some(became), .. } if *became == message => {
                let ((mailbox, since), recording, duration_ms) = (begun?, *recording, *duration_ms);
                let left = Left { recording, mailbox, duration_ms, since, priority: 0 };
                return Some(CutOff { origin, to, left, epoch: event.owner_epoch, at: event.at });
            }
            _ => {}
        }
    }
    None
}

/// How the message's own stream begins. `from` and `from_raw` are the rows of the caller's number.
pub fn begin_message(of: CutOff, message: InteractionId, from: Option<PersonalId>, from_raw: Option<PersonalId>) -> Vec<Event> {
    let CutOff { origin, to, left, epoch, at } = of;
    let mut writer = Writer { stream: Stream::Interaction(message), seq: 0, epoch, at, out: Vec::new() };
    let (channel, direction, origin) = (Channel::Voicemail, CallDirection::Inbound, Some(origin));
    writer.write(Body::Opened { channel, direction, from, from_raw, to, trunk: None, call_id: None, origin });
    writer.write(Body::MessageLeft { left });
    writer.out
}

/// The message that waits in a stream closed by [`close_interaction`], to go on in the server's next life. Who left it is not in the
/// events.
pub fn waiting_message(id: InteractionId, events: &[Event]) -> Option<Revived> {
    let (mut to, mut origin, mut left) = (String::new(), None, None);
    for event in events {
        match &event.body {
            Body::Opened { to: called, origin: of, .. } => (to, origin) = (called.clone(), *of),
            Body::MessageLeft { left: what } => left = Some((*what, event.at)),
            Body::Closed { .. } => return None,
            _ => {}
        }
    }
    let (last, (left, at)) = (events.last()?, left?);
    let from = Party { number: Number::Anonymous, raw: String::new(), display: None };
    let Left { recording, mailbox, duration_ms, .. } = left;
    let kept = Kept { from, to, customers: Vec::new(), recording, mailbox, duration_ms, wrap_up_max: Duration::ZERO };
    Some(Revived { message: id, restored: Restored { kept, left, origin, at, seq: last.seq, last: last.at } })
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
            Body::RecordingPart { recording, part, duration_ms, .. } => {
                self.parts.insert((*recording, *part));
                *self.lengths.entry(*recording).or_default() += duration_ms;
            }
            Body::MessageLeft { .. } => self.message = true,
            Body::MessageHandled { .. } => self.message = false,
            Body::MessageBegun { recording, .. } => self.speaking = Some(*recording),
            Body::MessageEnded { .. } => self.speaking = None,
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
            | Body::RecordingDecided { .. }
            | Body::RecordingGap { .. }
            | Body::RecordingFailed { .. }
            | Body::MessageReturned { .. }
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
    fn end(self, writer: &mut Writer, message: InteractionId) {
        if let Some(recording) = self.speaking {
            let duration_ms = self.lengths.get(&recording).copied().unwrap_or_default();
            let is_one = u128::from(duration_ms) >= MESSAGE_MIN.as_millis();
            let end = if is_one { MessageEnd::Left } else { MessageEnd::TooShort };
            writer.write(Body::MessageEnded { recording, end, duration_ms, message: is_one.then_some(message) });
        }
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
        if !self.message {
            writer.write(Body::Closed { reason: CloseReason::ServerLost });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::event::{Role, SegmentKind};
    use cti_types::mailbox::Mailbox;

    /// What a message that was being spoken becomes.
    const NEW: InteractionId = InteractionId::from_u128(9);

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
        let closing = close_interaction(&events, Utc(1_000), &[part(1)], NEW);
        let kinds: Vec<&str> = closing.iter().map(|e| e.body.kind()).collect();
        assert_eq!(kinds, ["recording_part", "recording_ended", "participant_left", "closed"]);
        assert_eq!(closing.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 5, 6, 7]);
        assert!(closing.iter().all(|e| e.at == Utc(1_000)));
        events.extend(closing);
        assert_eq!(close_interaction(&events, Utc(2_000), &[part(1)], NEW), []);
    }

    #[test]
    fn a_part_found_after_the_close_is_still_linked() {
        let mut bodies = talking();
        bodies.extend([Body::Closed { reason: CloseReason::Completed }, part(1)]);
        let closing = close_interaction(&stream(bodies), Utc(0), &[part(1), part(2)], NEW);
        assert_eq!(closing.iter().map(|e| e.body.kind()).collect::<Vec<_>>(), ["recording_part", "recording_ended"]);
    }

    fn opened(channel: Channel) -> Body {
        let (direction, to) = (CallDirection::Inbound, "+12025550100".to_owned());
        Body::Opened { channel, direction, from: None, from_raw: None, to, trunk: None, call_id: None, origin: None }
    }

    fn left() -> Left {
        let (recording, mailbox) = (RecordingId::from_u128(3), Mailbox::Queue(cti_types::QueueId::from_u128(4)));
        Left { recording, mailbox, duration_ms: 5_000, since: Utc(0), priority: 2 }
    }

    #[test]
    fn a_message_nobody_has_dealt_with_goes_on_and_what_held_it_is_ended() {
        let (work, assignment) = (WorkItemId::from_u128(5), AssignmentId::from_u128(6));
        let mut bodies = vec![opened(Channel::Voicemail), Body::MessageLeft { left: left() }];
        let participant = ParticipantId::from_u128(7);
        bodies.push(Body::ParticipantJoined { participant, role: Role::Agent, agent: Some(AgentId::from_u128(8)) });
        bodies.push(Body::Assigned { assignment, work, agent: AgentId::from_u128(8), participant });
        let mut events = stream(bodies);
        let closing = close_interaction(&events, Utc(1_000), &[], NEW);
        assert_eq!(closing.iter().map(|e| e.body.kind()).collect::<Vec<_>>(), ["assignment_ended", "participant_left"]);
        events.extend(closing);
        let id = InteractionId::from_u128(1);
        let Revived { message, restored } = waiting_message(id, &events).expect("it waits");
        assert_eq!((message, restored.left, restored.seq, restored.at), (id, left(), 6, Utc(1)));
        assert_eq!(close_interaction(&events, Utc(2_000), &[], NEW), [], "a start that is cut short changes nothing for the next");
    }

    #[test]
    fn a_message_that_was_dealt_with_is_over() {
        let assignment = AssignmentId::from_u128(6);
        let bodies = vec![opened(Channel::Voicemail), Body::MessageLeft { left: left() }, Body::MessageHandled { assignment }];
        let mut events = stream(bodies);
        events.extend(close_interaction(&events, Utc(1_000), &[], NEW));
        assert!(matches!(events.last().unwrap().body, Body::Closed { .. }));
        assert!(waiting_message(InteractionId::from_u128(1), &events).is_none());
    }

    #[test]
    fn what_a_caller_had_said_when_the_server_died_is_kept_if_it_is_long_enough() {
        let (recording, mailbox) = (left().recording, left().mailbox);
        let spoken = vec![opened(Channel::Voice), Body::RecordingStarted { recording }, Body::MessageBegun { recording, mailbox }];
        let with = |duration_ms| Body::RecordingPart {
            recording,
            part: 1,
            file: "f".into(),
            offset_ms: 0,
            duration_ms,
            bytes: 1,
            sha256: "s".into(),
        };
        for (duration_ms, kept) in [(999, false), (3_000, true)] {
            let mut events = stream(spoken.clone());
            events.extend(close_interaction(&events, Utc(1_000), &[with(duration_ms)], NEW));
            let id = InteractionId::from_u128(1);
            assert!(waiting_message(id, &events).is_none(), "the call itself is over");
            let Some(cut_off) = cut_off(id, &events, NEW) else {
                assert!(!kept, "it is lost");
                continue;
            };
            assert!(kept);
            let begun = begin_message(cut_off, NEW, None, None);
            let Revived { message, restored } = waiting_message(NEW, &begun).expect("it waits");
            assert_eq!((message, restored.origin, restored.left.recording, restored.seq), (NEW, Some(id), recording, 2));
            assert_eq!((restored.left.mailbox, restored.left.duration_ms), (mailbox, duration_ms));
        }
    }
}
