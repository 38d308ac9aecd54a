//! The log: what every room's deeds become. Append-only, the truth; tables in the database are projections of it.
//!
//! Personal values never stand in a body: they are [`Personal`] rows, referred to by id, erasable without touching the log.

use crate::acd::{Decision, OfferEnd, Presence};
use crate::flow::{FlowRef, QueueLeft, SkillNeed};
use crate::id::*;
use crate::mailbox::{Left, Mailbox};
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
        /// Waiting it was given on top, for its place in the line.
        #[serde(default)]
        credit_ms: u64,
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
    /// A demand for one agent, without a queue: a transfer to them, a consultation, their own dialling, supervision.
    WorkAimed {
        work: WorkItemId,
        purpose: Purpose,
        agent: AgentId,
        /// Who asked for it; `None`: the system did.
        by: Option<AgentId>,
        priority: u8,
        since: Utc,
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

    /// The customer is on the way from one who spoke with them to somebody else.
    Transferred {
        by: ParticipantId,
        to: TransferTo,
        how: TransferHow,
    },
    /// The transfer came to nothing; the customer was given back.
    TransferFailed {
        to: TransferTo,
        reason: PartyEnd,
    },
    ConsultStarted {
        by: ParticipantId,
        to: TransferTo,
    },
    ConsultEnded {
        by: ParticipantId,
        how: ConsultEnd,
    },
    /// The agent speaks with the other of the customer and the one consulted.
    Swapped {
        by: ParticipantId,
        to_customer: bool,
    },
    /// Customer, agent and the one consulted all hear each other.
    Conferenced {
        by: ParticipantId,
        joined: ParticipantId,
    },
    /// Somebody was put out of the call.
    PartyDropped {
        by: AgentId,
        participant: ParticipantId,
    },
    Muted {
        participant: ParticipantId,
        muted: bool,
    },
    SupervisionStarted {
        participant: ParticipantId,
        target: ParticipantId,
        mode: SuperviseMode,
    },
    SupervisionModeChanged {
        participant: ParticipantId,
        mode: SuperviseMode,
    },
    /// Whoever is supervised left; the supervision of the call goes on with this agent.
    SupervisionMoved {
        participant: ParticipantId,
        target: ParticipantId,
    },
    SupervisionEnded {
        participant: ParticipantId,
    },
    /// The supervisor took the agent's place.
    Intercepted {
        participant: ParticipantId,
        from: ParticipantId,
    },
    /// A supervisor took the agent out, or ended the call (`None`).
    ForceReleased {
        by: AgentId,
        participant: Option<ParticipantId>,
    },
    /// We call this number.
    OutsideDialled {
        participant: ParticipantId,
        number: Option<PersonalId>,
        by: Option<ParticipantId>,
    },
    /// By which trunk a number is called, and why by no other; `None`: none could take the call.
    TrunkChosen {
        participant: ParticipantId,
        trunk: Option<TrunkId>,
        others: Vec<TrunkWhy>,
    },
    OutsideFailed {
        participant: ParticipantId,
        reason: PartyEnd,
        /// ITU-T Q.850, where the network said one.
        cause: Option<u16>,
    },

    RecordingStarted {
        recording: RecordingId,
    },
    RecordingPaused {
        recording: RecordingId,
        /// `None`: by the house's rule.
        by: Option<AgentId>,
    },
    RecordingResumed {
        recording: RecordingId,
        /// `None`: by itself.
        by: Option<AgentId>,
        #[serde(default)]
        reason: ResumeReason,
    },
    /// Something to find in the recording again; its time is the event's.
    RecordingMarker {
        recording: RecordingId,
        mark: RecordingMark,
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
    /// Of a queue of whose calls a share is recorded: what was drawn for this one, 0–99. Below `percent` it is recorded; one that is
    /// recorded already goes on being so.
    RecordingDecided {
        queue: QueueId,
        percent: u8,
        drawn: u8,
        record: bool,
    },
    /// The recorder lost frames at this place of the timeline, about so long: there is silence in their stead, or no part.
    RecordingGap {
        recording: RecordingId,
        offset_ms: u64,
        frames: u64,
        #[serde(default)]
        lost_ms: u64,
    },
    /// The disk does not take the recording. The call goes on, and it is tried again; a gap says what was lost until then.
    RecordingFailed {
        recording: RecordingId,
        reason: RecordingFailure,
    },

    /// The caller speaks a message from here on.
    MessageBegun {
        recording: RecordingId,
        mailbox: Mailbox,
    },
    /// `message` is the interaction that the message became.
    MessageEnded {
        recording: RecordingId,
        end: MessageEnd,
        duration_ms: u64,
        message: Option<InteractionId>,
    },
    /// What this interaction is about: a message somebody left.
    MessageLeft {
        left: Left,
    },
    /// The agent is done with the message.
    MessageHandled {
        assignment: AssignmentId,
    },
    /// The agent did not deal with it: it waits again.
    MessageReturned {
        assignment: AssignmentId,
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
        /// Mean opinion scores (ITU-T G.107) of what was heard of the far side, and of what it heard by its reports; 0: not measured.
        #[serde(default)]
        score_heard: f32,
        #[serde(default)]
        score_far: f32,
    },
    /// Who answered an outgoing call, by the rhythm of the first seconds: `person`, `machine` or `unsure`, and what showed it.
    AnswererDetected {
        participant: ParticipantId,
        answerer: String,
        reason: String,
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
            Body::WorkAimed { .. } => "work_aimed",
            Body::Assigned { .. } => "assigned",
            Body::WrapUpStarted { .. } => "wrap_up_started",
            Body::WrapUpSet { .. } => "wrap_up_set",
            Body::AssignmentEnded { .. } => "assignment_ended",
            Body::Transferred { .. } => "transferred",
            Body::TransferFailed { .. } => "transfer_failed",
            Body::ConsultStarted { .. } => "consult_started",
            Body::ConsultEnded { .. } => "consult_ended",
            Body::Swapped { .. } => "swapped",
            Body::Conferenced { .. } => "conferenced",
            Body::PartyDropped { .. } => "party_dropped",
            Body::Muted { .. } => "muted",
            Body::SupervisionStarted { .. } => "supervision_started",
            Body::SupervisionModeChanged { .. } => "supervision_mode_changed",
            Body::SupervisionMoved { .. } => "supervision_moved",
            Body::SupervisionEnded { .. } => "supervision_ended",
            Body::Intercepted { .. } => "intercepted",
            Body::ForceReleased { .. } => "force_released",
            Body::OutsideDialled { .. } => "outside_dialled",
            Body::TrunkChosen { .. } => "trunk_chosen",
            Body::OutsideFailed { .. } => "outside_failed",
            Body::RecordingStarted { .. } => "recording_started",
            Body::RecordingPaused { .. } => "recording_paused",
            Body::RecordingResumed { .. } => "recording_resumed",
            Body::RecordingMarker { .. } => "recording_marker",
            Body::RecordingPart { .. } => "recording_part",
            Body::RecordingEnded { .. } => "recording_ended",
            Body::RecordingDecided { .. } => "recording_decided",
            Body::RecordingGap { .. } => "recording_gap",
            Body::RecordingFailed { .. } => "recording_failed",
            Body::MessageBegun { .. } => "message_begun",
            Body::MessageEnded { .. } => "message_ended",
            Body::MessageLeft { .. } => "message_left",
            Body::MessageHandled { .. } => "message_handled",
            Body::MessageReturned { .. } => "message_returned",
            Body::MediaReport { .. } => "media_report",
            Body::AnswererDetected { .. } => "answerer_detected",
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
    Channel {
        Voice = "voice",
        /// A message that was left; its call is the `origin`.
        Voicemail = "voicemail",
    }
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
        /// Speaking aside, while the customer is on hold: who asks and who is asked.
        Consulting = "consulting",
        /// Our side is calling this party, or this agent waits for the one called.
        Dialling = "dialling",
        /// A supervisor whom nobody hears.
        Listening = "listening",
        /// A supervisor whom only the agent hears.
        Whispering = "whispering",
        /// A supervisor whom everybody hears.
        Barging = "barging",
        /// Leaving a message.
        Voicemail = "voicemail",
        /// An agent who deals with a message.
        Handling = "handling",
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
        /// Gave the customer to somebody else.
        Transferred = "transferred",
        /// Put out of the call by an agent.
        Dropped = "dropped",
        /// Put out by a supervisor.
        Forced = "forced",
        /// The flow hung up.
        Flow = "flow",
        /// Nobody hung up: no more media came, or no sign at the end of the session, or the device was gone.
        Lost = "lost",
        /// What `lost` was called for media. Not written any more.
        MediaLost = "media_lost",
        Failed = "failed",
        Shutdown = "shutdown",
        /// The server stopped without warning; closed at the next start.
        ServerLost = "server_lost",
    }
    FlowEnd { Queued = "queued", Transferred = "transferred", HungUp = "hung_up", CallerLeft = "caller_left", Error = "error" }
    /// What work without a queue is for.
    Purpose {
        /// The customer waits for this agent.
        Transfer = "transfer",
        /// A transfer failed: the customer comes back to who made it.
        GivenBack = "given_back",
        /// A colleague wants to ask; the customer is on hold.
        Consult = "consult",
        /// Taken out of a queue by hand.
        Taken = "taken",
        /// The agent's own telephone first, then the number they dial.
        Dial = "dial",
        Supervision = "supervision",
        /// A message somebody left, for this agent or taken by them.
        Message = "message",
    }
    TransferHow { Blind = "blind", Consulted = "consulted" }
    ConsultEnd {
        /// The customer was given to the one asked.
        Completed = "completed",
        /// The agent is back with the customer.
        Returned = "returned",
        Conferenced = "conferenced",
        /// Who was asked could not be reached.
        Failed = "failed",
        /// The customer, or the agent, was gone first.
        Over = "over",
    }
    /// How well a supervisor is heard.
    SuperviseMode {
        /// Nobody hears the supervisor.
        Listen = "listen",
        /// Only the agent does.
        Whisper = "whisper",
        /// Everybody does.
        Barge = "barge",
    }
    /// Why a party that was called did not come.
    PartyEnd {
        Busy = "busy",
        NoAnswer = "no_answer",
        /// There is no such number, or no such agent.
        Invalid = "invalid",
        /// The person, or their network, refused.
        Rejected = "rejected",
        Congestion = "congestion",
        /// Not signed in, not ready, or their telephone cannot be reached.
        Unreachable = "unreachable",
        /// Not allowed to be called.
        Forbidden = "forbidden",
        /// Given up by us: the customer left, or who asked changed their mind.
        Cancelled = "cancelled",
        Failed = "failed",
    }
    /// Pauses and their ends follow from their own events.
    RecordingMark {
        Held = "held", Retrieved = "retrieved", Transferred = "transferred", Consulted = "consulted",
        Conferenced = "conferenced", Intercepted = "intercepted", Paused = "paused", Resumed = "resumed",
    }
    RecordingFailure {
        DiskFull = "disk_full",
        /// It refuses for another reason; the server's log says which.
        DiskRefuses = "disk_refuses",
    }
    /// Why a paused recording went on.
    ResumeReason {
        Asked = "asked",
        /// Who had paused it was with the customer no longer.
        AgentLeft = "agent_left",
    }
    MessageEnd {
        /// It is work from now on.
        Left = "left",
        /// Nothing was said, or next to nothing.
        TooShort = "too_short",
        /// The caller spoke it anew.
        Again = "again",
        /// There was no room for one more.
        NoRoom = "no_room",
    }
    AssignmentEnd { Finished = "finished", WrapUpTimeout = "wrap_up_timeout", NoWrapUp = "no_wrap_up", SignedOut = "signed_out", Returned = "returned", ServerLost = "server_lost" }
    CloseReason {
        /// Ended with an agent having served it.
        Completed = "completed",
        /// The caller left in the flow.
        LeftInFlow = "left_in_flow",
        /// The caller left while waiting or ringing.
        Abandoned = "abandoned",
        /// A call of ours was not answered.
        NotReached = "not_reached",
        /// The caller left a message.
        LeftMessage = "left_message",
        /// The flow ended it.
        ServedByFlow = "served_by_flow",
        /// Refused before answer (full, unknown number, no codec).
        Rejected = "rejected",
        Failed = "failed",
        Shutdown = "shutdown",
        ServerLost = "server_lost",
    }
}

/// Why a call did not go by a trunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkWhy {
    pub trunk: TrunkId,
    /// `down`, `full`, `tried`, …: the words of the trunk's own room.
    pub why: String,
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
    /// Moved by hand, within its queue or into this one.
    Moved(QueueId),
    /// Taken out of the queue by hand for this agent.
    Taken(AgentId),
    /// Work for one agent who did not take it.
    NotTaken(PartyEnd),
    ServerLost,
}

/// Before there was another reason, all were asked for.
impl Default for ResumeReason {
    fn default() -> ResumeReason {
        ResumeReason::Asked
    }
}

/// Where a customer, or who asks, is to be connected to. A number stands in the event that dials it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "id", rename_all = "snake_case")]
pub enum TransferTo {
    Agent(AgentId),
    Queue(QueueId),
    Flow(FlowId),
    Number,
    QueueVoicemail(QueueId),
    AgentVoicemail(AgentId),
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
