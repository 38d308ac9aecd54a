//! An interaction as a pure function of its stream. No SQL, no clock: the same events always give the same state; its rows are in `rows`.

mod rows;

use cti_types::acd::{Decision, OfferEnd};
use cti_types::event::{AssignmentEnd, Body, CallDirection, Channel, CloseReason, LeaveReason, RecordingMark, Role, SegmentKind, WorkEnd};
use cti_types::flow::{FlowRef, SkillNeed};
use cti_types::mailbox::Left;
use cti_types::*;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
struct Opening {
    at: Utc,
    channel: Channel,
    direction: CallDirection,
    from: Option<PersonalId>,
    from_raw: Option<PersonalId>,
    to: String,
    trunk: Option<TrunkId>,
    call_id: Option<String>,
    origin: Option<InteractionId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) kind: SegmentKind,
    queue: Option<QueueId>,
    started: Utc,
    ended: Option<Utc>,
}

impl Segment {
    /// Its length in µs; 0 while it lasts.
    fn length(&self) -> i64 {
        self.ended.map_or(0, |ended| ended.0 - self.started.0)
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Participant {
    role: Role,
    agent: Option<AgentId>,
    joined: Utc,
    left: Option<(Utc, LeaveReason)>,
    media: Option<String>,
    /// Who answered a call of ours.
    answerer: Option<String>,
    segments: Vec<Segment>,
}

impl Participant {
    fn end_segment(&mut self, at: Utc) {
        if let Some(last) = self.segments.last_mut() {
            last.ended.get_or_insert(at);
        }
    }
    /// µs spent in ended segments of this kind.
    fn spent(&self, kind: SegmentKind) -> i64 {
        self.segments.iter().filter(|segment| segment.kind == kind).map(Segment::length).sum()
    }
}

/// One pass of a work item through a queue.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pass {
    pub(super) work: WorkItemId,
    number: u32,
    pub(super) queue: QueueId,
    priority: u8,
    skills: Vec<SkillNeed>,
    since: Utc,
    pub(super) queued: Utc,
    pub(super) ended: Option<(Utc, WorkEnd)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Offer {
    work: WorkItemId,
    agent: AgentId,
    at: Utc,
    decision: Decision,
    ended: Option<(Utc, OfferEnd)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Assignment {
    work: WorkItemId,
    agent: AgentId,
    participant: ParticipantId,
    at: Utc,
    wrap_up: Option<(Utc, Option<Utc>)>,
    ended: Option<(Utc, AssignmentEnd)>,
    code: Option<WrapUpCodeId>,
    note: Option<PersonalId>,
}

impl Assignment {
    /// Length of the wrap-up in µs; 0 until it is over.
    fn wrap_up_length(&self) -> i64 {
        match (self.wrap_up, self.ended) {
            (Some((began, _)), Some((ended, _))) => ended.0 - began.0,
            _ => 0,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Recording {
    started: Utc,
    ended: Option<(Utc, u64)>,
    parts: BTreeMap<u32, Part>,
    /// What happened, by ms on its timeline; at most [`MARKERS_MAX`].
    markers: Vec<(u64, RecordingMark)>,
    /// Ms on its timeline, and the frames and ms that were lost there; at most [`MARKERS_MAX`].
    gaps: Vec<(u64, u64, u64)>,
}

/// Most marks, and most gaps, kept with a recording; further ones are in the log only.
const MARKERS_MAX: usize = 1_000;

impl Recording {
    fn begun(started: Utc) -> Recording {
        Recording { started, ended: None, parts: BTreeMap::new(), markers: Vec::new(), gaps: Vec::new() }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    file: String,
    offset_ms: u64,
    duration_ms: u64,
    bytes: u64,
    sha256: String,
}

/// What an assignment's agent did with the work, in µs of what is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Handling {
    pub(super) talk: i64,
    pub(super) hold: i64,
    pub(super) wrap_up: i64,
}

/// The state of one interaction after some of its events.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    id: InteractionId,
    opening: Option<Opening>,
    closed: Option<(Utc, CloseReason)>,
    customers: Vec<CustomerId>,
    participants: BTreeMap<ParticipantId, Participant>,
    passes: Vec<Pass>,
    offers: BTreeMap<uuid::Uuid, Offer>,
    assignments: BTreeMap<AssignmentId, Assignment>,
    recordings: BTreeMap<RecordingId, Recording>,
    flow: Option<FlowRef>,
    data: BTreeMap<String, (PersonalId, bool)>,
    last_agent: Option<AgentId>,
    answered: Option<Utc>,
    last_assignment: Option<AssignmentId>,
    message: Option<(Utc, Left)>,
    strays: u32,
}

impl Fold {
    pub(super) fn new(id: InteractionId) -> Self {
        Self {
            id,
            opening: None,
            closed: None,
            customers: Vec::new(),
            participants: BTreeMap::new(),
            passes: Vec::new(),
            offers: BTreeMap::new(),
            assignments: BTreeMap::new(),
            recordings: BTreeMap::new(),
            flow: None,
            data: BTreeMap::new(),
            last_agent: None,
            answered: None,
            last_assignment: None,
            message: None,
            strays: 0,
        }
    }

    /// Events that named what their stream never began.
    /// Little comes after this: a last report, the seal of a recording.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    pub(super) fn strays(&self) -> u32 {
        self.strays
    }

    pub(super) fn passes(&self) -> &[Pass] {
        &self.passes
    }

    /// Nobody is at a telephone: what waits is a message.
    pub(super) fn is_message(&self) -> bool {
        self.message.is_some()
    }

    /// What the agents given this work did with it.
    pub(super) fn handling(&self, work: WorkItemId) -> Handling {
        let mut sum = Handling::default();
        for assignment in self.assignments.values().filter(|assignment| assignment.work == work) {
            if let Some(participant) = self.participants.get(&assignment.participant) {
                sum.talk += participant.spent(SegmentKind::Talking);
                sum.hold += participant.spent(SegmentKind::Holding);
            }
            sum.wrap_up += assignment.wrap_up_length();
        }
        sum
    }

    /// The next event of the stream.
    pub(super) fn apply(&mut self, at: Utc, body: &Body) {
        match body {
            Body::Opened { channel, direction, from, from_raw, to, trunk, call_id, origin } => {
                self.opening = Some(Opening {
                    at,
                    channel: *channel,
                    direction: *direction,
                    from: *from,
                    from_raw: *from_raw,
                    to: to.clone(),
                    trunk: *trunk,
                    call_id: call_id.clone(),
                    origin: *origin,
                });
            }
            Body::Identified { customers } => self.customers.clone_from(customers),
            Body::ParticipantJoined { .. }
            | Body::SegmentStarted { .. }
            | Body::ParticipantLeft { .. }
            | Body::MediaReport { .. }
            | Body::AnswererDetected { .. } => self.apply_participant(at, body),
            Body::FlowEntered { flow } => self.flow = Some(*flow),
            Body::DataSet { key, value, masked } => {
                self.data.insert(key.clone(), (*value, *masked));
            }
            Body::WorkQueued { .. } | Body::Offered { .. } | Body::OfferEnded { .. } | Body::WorkEnded { .. } => self.apply_work(at, body),
            Body::Assigned { .. } | Body::WrapUpStarted { .. } | Body::WrapUpSet { .. } | Body::AssignmentEnded { .. } => {
                self.apply_assignment(at, body);
            }
            Body::RecordingStarted { .. }
            | Body::RecordingPart { .. }
            | Body::RecordingEnded { .. }
            | Body::RecordingMarker { .. }
            | Body::RecordingPaused { .. }
            | Body::RecordingResumed { .. }
            | Body::RecordingGap { .. } => self.apply_recording(at, body),
            Body::MessageLeft { left } => self.message = Some((at, *left)),
            Body::Closed { reason } => {
                // I3: an interaction closes exactly once; the first holds.
                self.closed.get_or_insert((at, *reason));
            }
            Body::NodeVisited { .. } | Body::FlowLeft { .. } | Body::MediaLost { .. } | Body::MediaBack { .. } => {}
            // Who was in the call, when, and doing what, is in participants and segments; these say how it came about, and to whom
            // the steps belong. They are shown from the log itself.
            Body::WorkAimed { .. }
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
            | Body::RecordingDecided { .. }
            | Body::RecordingFailed { .. }
            | Body::MessageBegun { .. }
            | Body::MessageEnded { .. }
            | Body::MessageHandled { .. }
            | Body::MessageReturned { .. } => {}
            Body::SignedIn { .. } | Body::PresenceChanged { .. } | Body::TakenOver { .. } | Body::SignedOut => self.strays += 1,
        }
    }

    fn apply_participant(&mut self, at: Utc, body: &Body) {
        match body {
            Body::ParticipantJoined { participant, role, agent } => {
                self.participants.entry(*participant).or_insert_with(|| Participant {
                    role: *role,
                    agent: *agent,
                    joined: at,
                    left: None,
                    media: None,
                    answerer: None,
                    segments: Vec::new(),
                });
            }
            Body::SegmentStarted { participant, segment, queue } => {
                let Some(known) = self.participants.get_mut(participant) else {
                    self.strays += 1;
                    return;
                };
                known.end_segment(at);
                known.segments.push(Segment { kind: *segment, queue: *queue, started: at, ended: None });
                if known.role == Role::Agent && *segment == SegmentKind::Talking {
                    self.answered.get_or_insert(at);
                }
            }
            Body::ParticipantLeft { participant, reason } => match self.participants.get_mut(participant) {
                Some(known) => {
                    known.end_segment(at);
                    known.left.get_or_insert((at, *reason));
                }
                None => self.strays += 1,
            },
            Body::AnswererDetected { participant, answerer, reason: _ } => match self.participants.get_mut(participant) {
                Some(known) => known.answerer = Some(answerer.clone()),
                None => self.strays += 1,
            },
            Body::MediaReport {
                participant,
                codec,
                packets_sent,
                packets_received,
                packets_lost,
                jitter_ms,
                round_trip_ms,
                score_heard,
                score_far,
            } => {
                let report = json!({
                    "codec": codec, "packets_sent": packets_sent, "packets_received": packets_received, "packets_lost": packets_lost,
                    "jitter_ms": jitter_ms, "round_trip_ms": round_trip_ms, "score_heard": score_heard, "score_far": score_far,
                });
                match self.participants.get_mut(participant) {
                    Some(known) => known.media = Some(report.to_string()),
                    None => self.strays += 1,
                }
            }
            _ => {}
        }
    }

    fn apply_work(&mut self, at: Utc, body: &Body) {
        match body {
            Body::WorkQueued { work, queue, priority, skills, since, credit_ms: _ } => {
                let number = self.passes.iter().filter(|pass| pass.work == *work).count() as u32 + 1;
                // Queued again without a word: the pass before went over into this queue.
                for pass in self.passes.iter_mut().filter(|pass| pass.work == *work) {
                    pass.ended.get_or_insert((at, WorkEnd::Overflowed(*queue)));
                }
                self.passes.push(Pass {
                    work: *work,
                    number,
                    queue: *queue,
                    priority: *priority,
                    skills: skills.clone(),
                    since: *since,
                    queued: at,
                    ended: None,
                });
            }
            Body::Offered { offer, work, agent, decision } => {
                self.offers.insert(offer.0, Offer { work: *work, agent: *agent, at, decision: decision.clone(), ended: None });
            }
            Body::OfferEnded { offer, end, .. } => match self.offers.get_mut(&offer.0) {
                Some(known) => {
                    known.ended.get_or_insert((at, *end));
                }
                None => self.strays += 1,
            },
            Body::WorkEnded { work, end } => {
                // Work that never waited in a queue (direct, consult) has no pass.
                if let Some(pass) = self.passes.iter_mut().rev().find(|pass| pass.work == *work) {
                    pass.ended.get_or_insert((at, *end));
                }
            }
            _ => {}
        }
    }

    fn apply_assignment(&mut self, at: Utc, body: &Body) {
        if let Body::Assigned { assignment, work, agent, participant } = body {
            let fresh = Assignment {
                work: *work,
                agent: *agent,
                participant: *participant,
                at,
                wrap_up: None,
                ended: None,
                code: None,
                note: None,
            };
            self.assignments.insert(*assignment, fresh);
            self.last_agent = Some(*agent);
            self.last_assignment = Some(*assignment);
            return;
        }
        let (Body::WrapUpStarted { assignment, .. } | Body::WrapUpSet { assignment, .. } | Body::AssignmentEnded { assignment, .. }) = body
        else {
            return;
        };
        let Some(known) = self.assignments.get_mut(assignment) else {
            self.strays += 1;
            return;
        };
        match body {
            Body::WrapUpStarted { until, .. } => known.wrap_up = Some((at, *until)),
            Body::WrapUpSet { code, note, .. } => {
                known.code = code.or(known.code);
                known.note = note.or(known.note);
            }
            Body::AssignmentEnded { end, .. } => {
                known.ended.get_or_insert((at, *end));
            }
            _ => {}
        }
    }

    fn apply_recording(&mut self, at: Utc, body: &Body) {
        match body {
            Body::RecordingStarted { recording } => {
                self.recordings.entry(*recording).or_insert(Recording::begun(at));
            }
            Body::RecordingPart { recording, part, file, offset_ms, duration_ms, bytes, sha256 } => {
                // A part sealed after a crash may be all that is known of its recording.
                let known = self.recordings.entry(*recording).or_insert(Recording::begun(at));
                let part_row =
                    Part { file: file.clone(), offset_ms: *offset_ms, duration_ms: *duration_ms, bytes: *bytes, sha256: sha256.clone() };
                known.parts.insert(*part, part_row);
            }
            Body::RecordingEnded { recording, frames_dropped } => match self.recordings.get_mut(recording) {
                Some(known) => known.ended = Some((at, *frames_dropped)),
                None => self.strays += 1,
            },
            Body::RecordingMarker { recording, mark } => self.mark(at, *recording, *mark),
            Body::RecordingPaused { recording, .. } => self.mark(at, *recording, RecordingMark::Paused),
            Body::RecordingResumed { recording, .. } => self.mark(at, *recording, RecordingMark::Resumed),
            Body::RecordingGap { recording, offset_ms, frames, lost_ms } => match self.recordings.get_mut(recording) {
                Some(known) if known.gaps.len() < MARKERS_MAX => known.gaps.push((*offset_ms, *frames, *lost_ms)),
                Some(_) => {}
                None => self.strays += 1,
            },
            _ => {}
        }
    }

    fn mark(&mut self, at: Utc, recording: RecordingId, mark: RecordingMark) {
        match self.recordings.get_mut(&recording) {
            Some(known) if known.markers.len() < MARKERS_MAX => {
                known.markers.push((u64::try_from((at.0 - known.started.0) / 1000).unwrap_or_default(), mark));
            }
            Some(_) => {}
            None => self.strays += 1,
        }
    }
}
