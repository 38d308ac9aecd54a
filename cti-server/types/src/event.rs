//! The log: what every room's deeds become. Append-only, the truth; tables in the database are projections of it.
//!
//! Personal values never stand in a body: they are [`Personal`] rows, referred to by id, erasable without touching the log.

use crate::acd::{Decision, OfferEnd, Presence};
use crate::flow::{FlowRef, QueueLeft, SkillNeed};
use crate::id::*;
use crate::time::Utc;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One record of the log, as journaled and as stored in table `event`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Whose stream, and which.
    pub stream: Stream,
    /// 1, 2, 3 … without gap within the stream.
    pub seq: u64,
    /// Which owner wrote it (grows when another node takes the stream over).
    pub owner_epoch: u32,
    /// Tick + the stream's anchor: not bent by a stepping clock; never decreases within a stream.
    pub at: Utc,
    /// Version of the body's form.
    pub version: u16,
    pub body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "stream_kind", content = "stream_id", rename_all = "snake_case")]
pub enum Stream {
    Interaction(InteractionId),
    Agent(AgentId),
}

/// An erasable value that events refer to. Projected before the events that name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Personal {
    pub id: PersonalId,
    /// Erased with it.
    pub interaction: InteractionId,
    pub kind: PersonalKind,
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalKind {
    /// E.164 or as normalised.
    Number,
    /// The number as it came.
    RawNumber,
    DisplayName,
    /// What a flow collected.
    FlowValue,
    Note,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    // ---- stream: interaction
    Opened {
        channel: Channel,
        direction: CallDirection,
        /// Caller's number; `None` when anonymous.
        from: Option<PersonalId>,
        from_raw: Option<PersonalId>,
        /// The DID dialled, ours, not personal.
        to: String,
        trunk: Option<TrunkId>,
        /// SIP Call-ID, for the ladder and for other systems.
        call_id: Option<String>,
        origin: Option<InteractionId>,
    },
    /// Answer of "who is this": all matches, the likely first.
    Identified {
        customers: Vec<CustomerId>,
    },
    ParticipantJoined {
        participant: ParticipantId,
        role: Role,
        agent: Option<AgentId>,
    },
    /// Ends the participant's segment before it at the same instant.
    SegmentStarted {
        participant: ParticipantId,
        segment: SegmentKind,
        queue: Option<QueueId>,
    },
    /// Ends the participant's last segment.
    ParticipantLeft {
        participant: ParticipantId,
        reason: LeaveReason,
    },

    FlowEntered {
        flow: FlowRef,
    },
    NodeVisited {
        node: String,
    },
    DataSet {
        key: String,
        value: PersonalId,
        masked: bool,
    },
    FlowLeft {
        flow: FlowRef,
        how: FlowEnd,
    },

    WorkQueued {
        work: WorkItemId,
        queue: QueueId,
        priority: u8,
        skills: Vec<SkillNeed>,
        since: Utc,
    },
    Offered {
        offer: OfferId,
        work: WorkItemId,
        agent: AgentId,
        decision: Decision,
    },
    OfferEnded {
        offer: OfferId,
        work: WorkItemId,
        agent: AgentId,
        end: OfferEnd,
    },
    WorkEnded {
        work: WorkItemId,
        end: WorkEnd,
    },
    Assigned {
        assignment: AssignmentId,
        work: WorkItemId,
        agent: AgentId,
        participant: ParticipantId,
    },
    WrapUpStarted {
        assignment: AssignmentId,
        until: Option<Utc>,
    },
    /// Code and note may be set more than once; the last holds.
    WrapUpSet {
        assignment: AssignmentId,
        code: Option<WrapUpCodeId>,
        note: Option<PersonalId>,
    },
    AssignmentEnded {
        assignment: AssignmentId,
        end: AssignmentEnd,
    },

    RecordingStarted {
        recording: RecordingId,
    },
    /// One sealed WAV. `offset_ms` is where it begins on the recording's timeline.
    RecordingPart {
        recording: RecordingId,
        part: u32,
        file: String,
        offset_ms: u64,
        duration_ms: u64,
        bytes: u64,
        sha256: String,
    },
    RecordingEnded {
        recording: RecordingId,
        frames_dropped: u64,
    },
    /// What came of a leg's media.
    MediaReport {
        participant: ParticipantId,
        codec: String,
        packets_sent: u64,
        packets_received: u64,
        packets_lost: u64,
        jitter_ms: f32,
        round_trip_ms: f32,
    },
    MediaLost {
        participant: ParticipantId,
    },
    MediaBack {
        participant: ParticipantId,
    },
    Closed {
        reason: CloseReason,
    },

    // ---- stream: agent
    SignedIn {
        device: String,
    },
    PresenceChanged {
        presence: Presence,
        pending: Option<Presence>,
    },
    TakenOver {
        device: String,
    },
    SignedOut,
}

impl Body {
    /// The name in column `event.kind`: the serde tag.
    pub fn kind(&self) -> &'static str {
        match self {
            Body::Opened { .. } => "opened",
            Body::Identified { .. } => "identified",
            Body::ParticipantJoined { .. } => "participant_joined",
            Body::SegmentStarted { .. } => "segment_started",
            Body::ParticipantLeft { .. } => "participant_left",
            Body::FlowEntered { .. } => "flow_entered",
            Body::NodeVisited { .. } => "node_visited",
            Body::DataSet { .. } => "data_set",
            Body::FlowLeft { .. } => "flow_left",
            Body::WorkQueued { .. } => "work_queued",
            Body::Offered { .. } => "offered",
            Body::OfferEnded { .. } => "offer_ended",
            Body::WorkEnded { .. } => "work_ended",
            Body::Assigned { .. } => "assigned",
            Body::WrapUpStarted { .. } => "wrap_up_started",
            Body::WrapUpSet { .. } => "wrap_up_set",
            Body::AssignmentEnded { .. } => "assignment_ended",
            Body::RecordingStarted { .. } => "recording_started",
            Body::RecordingPart { .. } => "recording_part",
            Body::RecordingEnded { .. } => "recording_ended",
            Body::MediaReport { .. } => "media_report",
            Body::MediaLost { .. } => "media_lost",
            Body::MediaBack { .. } => "media_back",
            Body::Closed { .. } => "closed",
            Body::SignedIn { .. } => "signed_in",
            Body::PresenceChanged { .. } => "presence_changed",
            Body::TakenOver { .. } => "taken_over",
            Body::SignedOut => "signed_out",
        }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }
        impl $name {
            /// The word stored in the database and shown by the API.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }
    )*};
}

words! {
    Channel { Voice = "voice" }
    CallDirection { Inbound = "inbound", Outbound = "outbound", Internal = "internal" }
    Role { Customer = "customer", Agent = "agent", Supervisor = "supervisor", Outside = "outside" }
    SegmentKind {
        /// Before the call is answered and before a flow runs.
        Arriving = "arriving",
        Ivr = "ivr",
        Waiting = "waiting",
        Ringing = "ringing",
        Talking = "talking",
        OnHold = "on_hold",
        /// The agent who put the other side on hold.
        Holding = "holding",
        WrapUp = "wrap_up",
    }
    LeaveReason {
        /// This participant hung up.
        HungUp = "hung_up",
        /// Ended because the other side went.
        OtherLeft = "other_left",
        Declined = "declined",
        NoAnswer = "no_answer",
        Busy = "busy",
        Unreachable = "unreachable",
        /// The offer was withdrawn before it was answered.
        Withdrawn = "withdrawn",
        /// Wrap-up is over.
        Finished = "finished",
        /// The flow hung up.
        Flow = "flow",
        MediaLost = "media_lost",
        Failed = "failed",
        Shutdown = "shutdown",
        /// The server stopped without warning; closed at the next start.
        ServerLost = "server_lost",
    }
    FlowEnd { Queued = "queued", HungUp = "hung_up", CallerLeft = "caller_left", Error = "error" }
    AssignmentEnd { Finished = "finished", WrapUpTimeout = "wrap_up_timeout", NoWrapUp = "no_wrap_up", SignedOut = "signed_out", ServerLost = "server_lost" }
    CloseReason {
        /// Ended with an agent having served it.
        Completed = "completed",
        /// The caller left in the flow.
        LeftInFlow = "left_in_flow",
        /// The caller left while waiting or ringing.
        Abandoned = "abandoned",
        /// The flow ended it.
        ServedByFlow = "served_by_flow",
        /// Refused before answer (full, unknown number, no codec).
        Rejected = "rejected",
        Failed = "failed",
        Shutdown = "shutdown",
        ServerLost = "server_lost",
    }
}

/// How a work item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", content = "detail", rename_all = "snake_case")]
pub enum WorkEnd {
    Assigned(AssignmentId),
    Abandoned,
    /// Sent away at a limit, back to the flow or into the queue named.
    Left(QueueLeft),
    Overflowed(QueueId),
    ServerLost,
}

/// The id behind a stream.
impl Stream {
    pub fn uuid(self) -> Uuid {
        match self {
            Stream::Interaction(id) => id.0,
            Stream::Agent(id) => id.0,
        }
    }
    pub fn kind(self) -> &'static str {
        match self {
            Stream::Interaction(_) => "interaction",
            Stream::Agent(_) => "agent",
        }
    }
}
