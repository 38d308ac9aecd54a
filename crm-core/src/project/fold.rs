//! An interaction's rows as a pure function of its stream. No SQL, no clock: the same events always give the same rows.

use super::tables::*;
use crate::db::{Value, text};
use cti_types::acd::{Decision, OfferEnd};
use cti_types::event::{AssignmentEnd, Body, CallDirection, Channel, CloseReason, LeaveReason, Role, SegmentKind, WorkEnd};
use cti_types::flow::{FlowRef, SkillNeed};
use cti_types::*;
use serde::Serialize;
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

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
struct Participant {
    role: Role,
    agent: Option<AgentId>,
    joined: Utc,
    left: Option<(Utc, LeaveReason)>,
    media: Option<String>,
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
#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
struct Offer {
    work: WorkItemId,
    agent: AgentId,
    at: Utc,
    decision: Decision,
    ended: Option<(Utc, OfferEnd)>,
}

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
struct Recording {
    started: Utc,
    ended: Option<(Utc, u64)>,
    parts: BTreeMap<u32, Part>,
}

#[derive(Clone, Debug)]
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
            strays: 0,
        }
    }

    /// Events that named what their stream never began.
    pub(super) fn strays(&self) -> u32 {
        self.strays
    }

    pub(super) fn passes(&self) -> &[Pass] {
        &self.passes
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
            Body::ParticipantJoined { .. } | Body::SegmentStarted { .. } | Body::ParticipantLeft { .. } | Body::MediaReport { .. } => {
                self.apply_participant(at, body);
            }
            Body::FlowEntered { flow } => self.flow = Some(*flow),
            Body::DataSet { key, value, masked } => {
                self.data.insert(key.clone(), (*value, *masked));
            }
            Body::WorkQueued { .. } | Body::Offered { .. } | Body::OfferEnded { .. } | Body::WorkEnded { .. } => self.apply_work(at, body),
            Body::Assigned { .. } | Body::WrapUpStarted { .. } | Body::WrapUpSet { .. } | Body::AssignmentEnded { .. } => {
                self.apply_assignment(at, body);
            }
            Body::RecordingStarted { .. } | Body::RecordingPart { .. } | Body::RecordingEnded { .. } => self.apply_recording(at, body),
            Body::Closed { reason } => {
                // I3: an interaction closes exactly once; the first holds.
                self.closed.get_or_insert((at, *reason));
            }
            Body::NodeVisited { .. } | Body::FlowLeft { .. } | Body::MediaLost { .. } | Body::MediaBack { .. } => {}
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
            Body::MediaReport { participant, codec, packets_sent, packets_received, packets_lost, jitter_ms, round_trip_ms } => {
                let report = json!({
                    "codec": codec, "packets_sent": packets_sent, "packets_received": packets_received, "packets_lost": packets_lost,
                    "jitter_ms": jitter_ms, "round_trip_ms": round_trip_ms,
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
            Body::WorkQueued { work, queue, priority, skills, since } => {
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
            Body::WorkEnded { work, end } => match self.passes.iter_mut().rev().find(|pass| pass.work == *work) {
                Some(pass) => {
                    pass.ended.get_or_insert((at, *end));
                }
                // Work that never waited in a queue (direct, consult) has no pass.
                None => {}
            },
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
                self.recordings.entry(*recording).or_insert(Recording { started: at, ended: None, parts: BTreeMap::new() });
            }
            Body::RecordingPart { recording, part, file, offset_ms, duration_ms, bytes, sha256 } => {
                // A part sealed after a crash may be all that is known of its recording.
                let known = self.recordings.entry(*recording).or_insert(Recording { started: at, ended: None, parts: BTreeMap::new() });
                let part_row =
                    Part { file: file.clone(), offset_ms: *offset_ms, duration_ms: *duration_ms, bytes: *bytes, sha256: sha256.clone() };
                known.parts.insert(*part, part_row);
            }
            Body::RecordingEnded { recording, frames_dropped } => match self.recordings.get_mut(recording) {
                Some(known) => known.ended = Some((at, *frames_dropped)),
                None => self.strays += 1,
            },
            _ => {}
        }
    }

    /// The rows as they should stand.
    pub(super) fn rows(&self) -> Rows {
        let mut rows = Rows::new();
        let id = text(self.id);
        if let Some(opening) = &self.opening {
            put(&mut rows, INTERACTION, self.interaction_row(opening));
            for (rank, customer) in self.customers.iter().enumerate() {
                let row = vec![id.clone(), text(customer), Value::from(rank as i64), Value::from(opening.at)];
                put(&mut rows, INTERACTION_CUSTOMER, row);
            }
        }
        self.participant_rows(&id, &mut rows);
        self.work_rows(&id, &mut rows);
        self.recording_rows(&id, &mut rows);
        rows
    }

    fn interaction_row(&self, opening: &Opening) -> Vec<Value> {
        let customers = || self.participants.values().filter(|participant| participant.role == Role::Customer);
        let spent = |kind| customers().map(|participant| participant.spent(kind)).sum::<i64>();
        let wait = spent(SegmentKind::Waiting) + spent(SegmentKind::Ringing);
        let wrap_up: i64 = self.assignments.values().map(Assignment::wrap_up_length).sum();
        // The wrap-up shown is that of the last agent; an earlier one's stays with their assignment.
        let last = self.last_assignment.and_then(|id| self.assignments.get(&id));
        let earlier =
            |pick: fn(&Assignment) -> Option<String>| last.and_then(pick).or_else(|| self.assignments.values().rev().find_map(pick));
        let data: BTreeMap<&str, serde_json::Value> =
            self.data.iter().map(|(key, (value, masked))| (key.as_str(), json!({ "value": value, "masked": masked }))).collect();
        vec![
            text(self.id),
            Value::from(opening.channel.word()),
            Value::from(opening.direction.word()),
            Value::from(if self.closed.is_some() { "closed" } else { "open" }),
            optional(opening.from),
            optional(opening.from_raw),
            Value::from(opening.to.as_str()),
            optional(opening.trunk),
            Value::from(opening.call_id.clone()),
            optional(opening.origin),
            optional(self.customers.first()),
            optional(self.passes.last().map(|pass| pass.queue)),
            optional(self.last_agent),
            optional(self.flow.map(|flow| flow.flow)),
            Value::from(self.flow.map(|flow| i64::from(flow.version))),
            Value::from(opening.at),
            instant(self.answered),
            instant(self.closed.map(|(at, _)| at)),
            Value::from(self.closed.map(|(_, reason)| reason.word().to_owned())),
            Value::from(wait / 1000),
            Value::from(spent(SegmentKind::Talking) / 1000),
            Value::from(spent(SegmentKind::OnHold) / 1000),
            Value::from(wrap_up / 1000),
            Value::from(earlier(|assignment| assignment.code.map(|code| code.to_string()))),
            Value::from(earlier(|assignment| assignment.note.map(|note| note.to_string()))),
            json_text(&data),
            Value::from(!self.recordings.is_empty()),
        ]
    }

    fn participant_rows(&self, id: &Value, rows: &mut Rows) {
        for (participant, of) in &self.participants {
            let row = vec![
                text(participant),
                id.clone(),
                Value::from(of.role.word()),
                optional(of.agent),
                Value::from(of.joined),
                instant(of.left.map(|(at, _)| at)),
                Value::from(of.left.map(|(_, reason)| reason.word().to_owned())),
                Value::from(of.media.clone()),
            ];
            put(rows, PARTICIPANT, row);
            for (ordinal, segment) in of.segments.iter().enumerate() {
                let row = vec![
                    text(participant),
                    Value::from(ordinal as i64),
                    id.clone(),
                    Value::from(segment.kind.word()),
                    optional(segment.queue),
                    Value::from(segment.started),
                    instant(segment.ended),
                ];
                put(rows, SEGMENT, row);
            }
        }
    }

    fn work_rows(&self, id: &Value, rows: &mut Rows) {
        for pass in &self.passes {
            let end = pass.ended.as_ref().map(|(_, end)| end);
            let row = vec![
                text(pass.work),
                Value::from(pass.number),
                id.clone(),
                text(pass.queue),
                Value::from(u32::from(pass.priority)),
                json_text(&pass.skills),
                Value::from(pass.since),
                Value::from(pass.queued),
                instant(pass.ended.map(|(at, _)| at)),
                Value::from(end.map(|end| work_end_word(end).to_owned())),
                Value::from(end.and_then(work_end_detail)),
            ];
            put(rows, WORK_ITEM, row);
        }
        for (offer, of) in &self.offers {
            let row = vec![
                text(offer.hyphenated()),
                id.clone(),
                text(of.work),
                text(of.agent),
                Value::from(of.at),
                instant(of.ended.map(|(at, _)| at)),
                Value::from(of.ended.map(|(_, end)| offer_end_word(end).to_owned())),
                json_text(&of.decision),
            ];
            put(rows, OFFER, row);
        }
        for (assignment, of) in &self.assignments {
            let row = vec![
                text(assignment),
                id.clone(),
                text(of.work),
                text(of.agent),
                text(of.participant),
                Value::from(of.at),
                instant(of.wrap_up.map(|(at, _)| at)),
                instant(of.wrap_up.and_then(|(_, until)| until)),
                instant(of.ended.map(|(at, _)| at)),
                Value::from(of.ended.map(|(_, end)| end.word().to_owned())),
                optional(of.code),
                optional(of.note),
            ];
            put(rows, ASSIGNMENT, row);
        }
    }

    fn recording_rows(&self, id: &Value, rows: &mut Rows) {
        for (recording, of) in &self.recordings {
            let row = vec![
                text(recording),
                id.clone(),
                Value::from(of.started),
                instant(of.ended.map(|(at, _)| at)),
                Value::from(of.ended.map_or(0, |(_, dropped)| dropped)),
            ];
            put(rows, RECORDING, row);
            for (part, sealed) in &of.parts {
                let row = vec![
                    text(recording),
                    Value::from(*part),
                    id.clone(),
                    Value::from(sealed.file.as_str()),
                    Value::from(sealed.offset_ms),
                    Value::from(sealed.duration_ms),
                    Value::from(sealed.bytes),
                    Value::from(sealed.sha256.as_str()),
                ];
                put(rows, RECORDING_PART, row);
            }
        }
    }
}

fn optional(id: Option<impl std::fmt::Display>) -> Value {
    Value::Text(id.map(|id| id.to_string()))
}

fn instant(at: Option<Utc>) -> Value {
    Value::Int(at.map(|at| at.0))
}

/// Plain data of ours always is JSON; should it ever not be, the column says so instead of the projector stopping.
fn json_text(value: &impl Serialize) -> Value {
    Value::from(serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()))
}

fn offer_end_word(end: OfferEnd) -> &'static str {
    match end {
        OfferEnd::Accepted => "accepted",
        OfferEnd::Declined => "declined",
        OfferEnd::NoAnswer => "no_answer",
        OfferEnd::DeviceBusy => "device_busy",
        OfferEnd::DeviceUnreachable => "device_unreachable",
        OfferEnd::Withdrawn => "withdrawn",
    }
}

fn work_end_word(end: &WorkEnd) -> &'static str {
    match end {
        WorkEnd::Assigned(_) => "assigned",
        WorkEnd::Abandoned => "abandoned",
        WorkEnd::Left(_) => "left",
        WorkEnd::Overflowed(_) => "overflowed",
        WorkEnd::ServerLost => "server_lost",
    }
}

/// The assignment, the other queue, or why it left.
fn work_end_detail(end: &WorkEnd) -> Option<String> {
    match end {
        WorkEnd::Assigned(assignment) => Some(assignment.to_string()),
        WorkEnd::Overflowed(queue) => Some(queue.to_string()),
        WorkEnd::Left(why) => serde_json::to_value(why).ok().and_then(|word| word.as_str().map(ToOwned::to_owned)),
        WorkEnd::Abandoned | WorkEnd::ServerLost => None,
    }
}
