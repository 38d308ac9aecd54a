//! What the room is told and what it says: plain words, no behaviour.

use cti_types::acd::{AcdInput, AcdOutput, AimRoom, Decision, NotReadyReason, OfferEnd};
use cti_types::event::{
    Body, CallDirection, CloseReason, Event, FlowEnd, LeaveReason, MessageEnd, PartyEnd, Personal, Purpose, SegmentKind, SuperviseMode,
};
use cti_types::flow::{FlowRef, QueueLeft, SkillNeed};
use cti_types::mailbox::{Left, Mailbox};
use cti_types::{
    AgentId, AssignmentId, CustomerId, FlowId, InteractionId, Number, OfferId, OwnerEpoch, ParticipantId, Party, QueueId, RecordingId,
    Tick, TrunkId, Utc, WorkItemId, WrapUpCodeId,
};
use std::time::Duration;

/// What the room is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A contact arrived. `participant` is the customer's.
    Arrived {
        interaction: InteractionId,
        participant: ParticipantId,
        arrival: Arrival,
    },
    /// A telephone of ours nobody is signed in on calls for help; it has arrived as a customer. The number is called for it, by these
    /// rights, and no agent is in the call.
    HelpCalled {
        interaction: InteractionId,
        by: AgentId,
        number: Number,
    },
    /// An agent dials: opens the interaction. First their own telephone rings, then the number is called. `customer` is the party of
    /// the number, who joins then.
    DialAsked {
        interaction: InteractionId,
        customer: ParticipantId,
        asked: DialAsked,
    },
    /// The look-up answered: all matches, the likely first.
    Identified {
        interaction: InteractionId,
        customers: Vec<CustomerId>,
    },
    FlowEntered {
        interaction: InteractionId,
        flow: FlowRef,
    },
    NodeVisited {
        interaction: InteractionId,
        node: String,
    },
    DataSet {
        interaction: InteractionId,
        key: String,
        value: String,
        masked: bool,
    },
    /// The flow ended by itself (hang-up or error); handing to a queue is `QueueAsked`.
    FlowEnded {
        interaction: InteractionId,
        how: FlowEnd,
    },
    /// The customer is to wait for an agent.
    QueueAsked {
        interaction: InteractionId,
        queue: QueueId,
        priority: u8,
        skills: Vec<SkillNeed>,
        /// Waiting the customer is given on top.
        credit: Duration,
        wrap_up_max: Duration,
    },
    /// What the ACD's owner of this epoch says of offers; that work left a queue is `WorkLeft`.
    Acd {
        epoch: OwnerEpoch,
        output: AcdOutput,
    },
    /// The ACD sent the work away: into another queue, with that queue's wrap-up limit, or back to its flow.
    WorkLeft {
        epoch: OwnerEpoch,
        work: WorkItemId,
        reason: QueueLeft,
        overflow: Option<(QueueId, Duration)>,
        /// The customer may leave a message there instead.
        voicemail: Option<Mailbox>,
    },
    AgentRinging {
        participant: ParticipantId,
    },
    AgentAnswered {
        participant: ParticipantId,
    },
    /// The agent's telephone failed the offer.
    AgentFailed {
        participant: ParticipantId,
        reason: NotReadyReason,
    },
    /// The agent turned the offer down.
    AgentDeclined {
        offer: OfferId,
    },
    Held {
        participant: ParticipantId,
    },
    Retrieved {
        participant: ParticipantId,
    },
    /// A participant's connection is over.
    Left {
        participant: ParticipantId,
        reason: LeaveReason,
    },
    /// One of ours was gone for too long; their connection is over. A customer left alone goes back to their place in the queue.
    AgentLost {
        participant: ParticipantId,
    },

    /// The only one who talks with the customer gives them away at once and goes into wrap-up.
    TransferAsked {
        by: ParticipantId,
        to: Target,
    },
    /// The customer is put on hold and somebody else is called.
    ConsultAsked {
        by: ParticipantId,
        to: Target,
    },
    /// The customer is given to the one consulted; who asked goes into wrap-up.
    Completed {
        by: ParticipantId,
    },
    /// The one consulted, or still called, is let go; the customer is back.
    Returned {
        by: ParticipantId,
    },
    Swapped {
        by: ParticipantId,
    },
    Conferenced {
        by: ParticipantId,
    },
    /// An agent puts a party out of the call. Of the customer: the whole call.
    PartyDropped {
        by: AgentId,
        participant: ParticipantId,
    },

    /// The number of [`Output::DialOutside`] rings.
    OutsideRinging {
        participant: ParticipantId,
    },
    OutsideAnswered {
        participant: ParticipantId,
    },
    /// It was not reached. `cause` by ITU-T Q.850, where the network said one.
    OutsideFailed {
        participant: ParticipantId,
        reason: PartyEnd,
        cause: Option<u16>,
    },

    /// A supervisor wants to hear an agent. Their own telephone rings for it.
    SuperviseAsked {
        supervisor: AgentId,
        target: ParticipantId,
        mode: SuperviseMode,
        /// It goes on with whoever has the customer next; else it ends with the target's part.
        of_call: bool,
        /// As soon as the supervisor has lifted they take the target's place.
        intercept: bool,
    },
    ModeChanged {
        participant: ParticipantId,
        mode: SuperviseMode,
    },
    /// The supervisor takes the place of the agent they supervise.
    Intercepted {
        participant: ParticipantId,
    },
    /// A supervisor takes an agent out, or ends the whole call (`None`). A customer left alone goes back to their queue.
    ForceReleased {
        interaction: InteractionId,
        by: AgentId,
        participant: Option<ParticipantId>,
    },
    /// A waiting customer is taken out of the queue for this agent. If that fails they are back at their place.
    TakenFromQueue {
        interaction: InteractionId,
        agent: AgentId,
    },
    /// A waiting customer is moved by hand; age is kept.
    MovedInQueue {
        interaction: InteractionId,
        queue: QueueId,
        priority: u8,
        wrap_up_max: Duration,
    },

    /// The customer begins to speak a message.
    MessageBegun {
        interaction: InteractionId,
        recording: RecordingId,
        mailbox: Mailbox,
    },
    /// The message is over, and nothing will come of it.
    MessageDropped {
        interaction: InteractionId,
        recording: RecordingId,
        end: MessageEnd,
        duration_ms: u64,
    },
    /// The message is to be delivered: an interaction of its own begins, whose work has the age and the priority the customer has.
    MessageKept {
        interaction: InteractionId,
        message: InteractionId,
        kept: Kept,
    },
    /// A message that waited when the server stopped.
    MessageRestored {
        message: InteractionId,
        restored: Restored,
    },
    /// There is a queue again that had been removed: messages for it wait in it.
    QueueBack(QueueId),
    /// An agent takes a message out of their own mailbox, or out of a queue.
    MessageAsked {
        interaction: InteractionId,
        agent: AgentId,
    },
    /// The agent has dealt with the message they took; they are in wrap-up then.
    MessageHandled {
        assignment: AssignmentId,
    },
    /// The agent gives the message back; it waits where it did.
    MessageReturned {
        assignment: AssignmentId,
    },

    /// The customer is recorded from now on, or again in the same recording; `None`: no longer.
    Recorded {
        interaction: InteractionId,
        recording: Option<RecordingId>,
    },
    /// Whoever pauses it talks with the customer: the pause ends with their part.
    RecordingPaused {
        by: ParticipantId,
        paused: bool,
    },

    WrapUpSet {
        assignment: AssignmentId,
        code: Option<WrapUpCodeId>,
        note: Option<String>,
    },
    WrapUpFinished {
        assignment: AssignmentId,
    },
    /// The interaction could not be served (refused before answer, protocol failure).
    Refused {
        interaction: InteractionId,
        reason: CloseReason,
    },
    /// A fact of another room that belongs in this interaction's log (recordings, media). Keeps the interaction's order.
    Note {
        interaction: InteractionId,
        body: Body,
    },
    /// The server stops: whatever is open is ended with the reason.
    Shutdown,
}

/// A contact as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    pub direction: CallDirection,
    /// The customer.
    pub from: Party,
    /// Our number, as dialled or as shown.
    pub to: String,
    pub trunk: Option<TrunkId>,
    pub call_id: Option<String>,
}

/// A call as an agent dials it.
#[derive(Clone, Debug, PartialEq)]
pub struct DialAsked {
    pub agent: AgentId,
    /// Whom they call.
    pub party: Party,
    /// The number of ours that the call shows; empty: none.
    pub to: String,
    /// Whose rules for wrap-up and recording hold; `None`: nobody's, a call for help of somebody without a queue.
    pub queue: Option<QueueId>,
    pub wrap_up_max: Duration,
    /// How long the agent's own telephone may ring.
    pub ring: Duration,
    /// What else the agent may have at the same time.
    pub room: AimRoom,
}

/// Where a customer is transferred to, or who is consulted.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    Queue {
        queue: QueueId,
        wrap_up_max: Duration,
    },
    Agent(AgentId),
    /// Not for a consultation.
    Flow(FlowId),
    Number(Number),
    /// This agent; who does not reach them may leave them a message. Not for a consultation.
    AgentElseVoicemail(AgentId),
    /// Not for a consultation.
    Voicemail(Mailbox),
}

/// What the room does not know of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Who left it.
    pub from: Party,
    /// Our number, as they dialled it.
    pub to: String,
    pub customers: Vec<CustomerId>,
    pub recording: RecordingId,
    pub mailbox: Mailbox,
    pub duration_ms: u64,
    /// Of whoever takes it.
    pub wrap_up_max: Duration,
}

/// A message as the log has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    pub kept: Kept,
    pub left: Left,
    pub origin: Option<InteractionId>,
    /// When it was left.
    pub at: Utc,
    /// Number and time of the last event of its stream.
    pub seq: u64,
    pub last: Utc,
}

/// For whom a number is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialFor {
    /// The customer themselves; this agent has lifted and waits.
    Customer { agent: ParticipantId },
    /// The customer waits for it.
    Transfer,
    /// This agent asks; the customer is on hold.
    Consult { by: ParticipantId },
}

/// An agent's telephone that is to ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    pub interaction: InteractionId,
    /// New.
    pub participant: ParticipantId,
    pub agent: AgentId,
    pub offer: OfferId,
    /// Of the work, or for whose work the agent is asked.
    pub queue: Option<QueueId>,
    /// `None`: work of a queue.
    pub purpose: Option<Purpose>,
    /// Who aimed the work at them.
    pub by: Option<AgentId>,
    pub until: Tick,
}

/// What neighbours must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// For the log, in order.
    Log(Event),
    /// For the log, before the event that names it.
    Personal(Personal),
    /// For the ACD's owner of [`Interactions::acd_epoch`](crate::Interactions::acd_epoch).
    Acd(AcdInput),
    /// Make this agent's telephone ring.
    Ring(Ring),
    /// Call this number for the participant, who is new. Answered by `OutsideRinging`, `OutsideAnswered`, `OutsideFailed`, `Left`.
    DialOutside {
        interaction: InteractionId,
        participant: ParticipantId,
        number: Number,
        /// Who wants it, and by whose rights.
        by: AgentId,
        /// As whose call.
        queue: Option<QueueId>,
        purpose: DialFor,
    },
    /// The number an agent dialled was not reached, for their screen and their telephone. `cause`: Q.850, if the far side gave one.
    NotReached { assignment: AssignmentId, reason: PartyEnd, cause: Option<u16> },
    /// Whatever rings or talks for this participant must end. The offer, if any, ended as said.
    Drop { interaction: InteractionId, participant: ParticipantId },
    /// The offer is over, for the agent's screen.
    OfferOver { interaction: InteractionId, offer: OfferId, agent: AgentId, end: OfferEnd },
    /// These two hear each other from now on. The other is an agent or an outside party, and joins whoever the customer talks with.
    Connect { interaction: InteractionId, customer: ParticipantId, other: ParticipantId },
    /// The agent holds the customer, for a consultation that is being set up; or is back without one.
    Aside { participant: ParticipantId, aside: bool },
    /// The agent speaks with the other one and not with the customer.
    Consult { interaction: InteractionId, by: ParticipantId, other: ParticipantId },
    /// The agent speaks with the other of the two.
    Swap { by: ParticipantId },
    /// Both conversations become one; with the agent in it, or without.
    Merge { by: ParticipantId, stays: bool },
    /// The supervisor hears the target, and is heard, as the mode says. Also when the target or the mode changes.
    Supervise { participant: ParticipantId, target: ParticipantId, mode: SuperviseMode },
    /// The new one takes the old one's place wherever that talks.
    Replace { old: ParticipantId, new: ParticipantId },
    /// The customer waits, in this queue or for a party that is called: music.
    Waiting { interaction: InteractionId, customer: ParticipantId, queue: Option<QueueId> },
    /// The customer's flow goes on with why there was no agent.
    BackToFlow { interaction: InteractionId, reason: QueueLeft },
    /// The customer was transferred into this flow: begin it.
    EnterFlow { interaction: InteractionId, flow: FlowId },
    /// Who paused the recording is with the customer no longer: it goes on.
    ResumeRecording { interaction: InteractionId },
    /// The customer may leave a message.
    EnterVoicemail { interaction: InteractionId, mailbox: Mailbox },
    /// A message waits, is held out, is taken, or is done with.
    Message(MessageView),
    /// An assignment's phase changed, for the agent's screen.
    Assignment(AssignmentView),
    /// The assignment is over, for the agent's screen.
    AssignmentOver { assignment: AssignmentId, agent: AgentId },
    /// Who is in the call, or what they do there, changed: for the screens of all of them.
    Parties { interaction: InteractionId },
    /// Closed for good; nothing of it is kept here.
    Closed { interaction: InteractionId },
}

/// A participant as others may see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParticipantView {
    pub participant: ParticipantId,
    pub role: cti_types::event::Role,
    pub agent: Option<AgentId>,
    pub segment: SegmentKind,
    pub since: Tick,
}

/// A message as screens need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessageView {
    pub interaction: InteractionId,
    pub origin: Option<InteractionId>,
    pub left: Left,
    /// When it was left.
    pub at: Utc,
    pub state: MessageState,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// In the line of this queue, or in its agent's mailbox (`None`).
    Waiting {
        queue: Option<QueueId>,
    },
    /// Held out to an agent.
    Offered,
    /// This agent deals with it, or did and is in wrap-up.
    Taken {
        agent: AgentId,
        assignment: AssignmentId,
    },
    Over,
}

/// An assignment as the agent's screen needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AssignmentView {
    pub assignment: AssignmentId,
    pub interaction: InteractionId,
    pub agent: AgentId,
    pub participant: ParticipantId,
    /// `None`: work without a queue.
    pub queue: Option<QueueId>,
    /// `None` while in contact; else the end of wrap-up.
    pub wrap_up_until: Option<Tick>,
    /// In wrap-up because a connection was lost, the customer's or the agent's own: nobody had hung up.
    pub line_lost: bool,
    /// What the agent does now, and since when.
    pub segment: SegmentKind,
    pub since: Tick,
}

/// What a participant can do in the call just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actions {
    pub transfer: bool,
    pub consult: bool,
    /// The consultation can be ended by going back to the customer, also while the other is still called.
    pub give_up: bool,
    /// Somebody is consulted: complete, swap, conference.
    pub consulting: bool,
}

/// What a flow asks of a queue.
pub(crate) struct Demand {
    pub(crate) queue: QueueId,
    pub(crate) priority: u8,
    pub(crate) skills: Vec<SkillNeed>,
    pub(crate) credit: Duration,
    pub(crate) wrap_up_max: Duration,
}

/// An offer of the ACD.
pub(crate) struct HeldOut {
    pub(crate) offer: OfferId,
    pub(crate) work: WorkItemId,
    pub(crate) agent: AgentId,
    pub(crate) until: Tick,
    pub(crate) decision: Decision,
}
