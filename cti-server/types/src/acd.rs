//! Interactions ↔ ACD. Only ids and what the ACD is told; messages may come late or twice and are then stale, never harmful.
//!
//! The whole ACD has one owner at a time. What interactions say carries the epoch of the owner it is meant for, what the ACD says that
//! of the owner who said it; the shell carries the two together (`Acd::handle_from`, `cti_interaction::Input::Acd`). A demand is
//! answered: granted (an offer; `OfferEnded` with `Accepted`), refused (`Left`; another end), or stale ([`AcdOutput::Stale`]).

use crate::flow::{QueueLeft, SkillNeed};
use crate::id::{AgentId, AssignmentId, InteractionId, OfferId, QueueId, ReasonId, SkillId, WorkItemId};
use crate::mailbox::Mailbox;
use crate::time::Tick;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How a queue orders and limits its work.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueSettings {
    pub id: QueueId,
    pub name: String,
    /// Skills every item of this queue needs, besides its own.
    pub skills: Vec<SkillNeed>,
    /// Added to the priority an item brings (0–9; higher is served first).
    pub priority: u8,
    /// How its waiting work is ordered.
    pub order: QueueOrder,
    /// How long an offer may ring before it counts as no answer.
    pub offer_timeout: Duration,
    /// Longest wrap-up; zero: no wrap-up.
    pub wrap_up_max: Duration,
    /// Longest wait, then `overflow`; `None`: no limit.
    pub wait_max: Option<Duration>,
    /// Most items waiting (not counting offered ones); one more is refused as full. `None`: only the engine's bound.
    pub size_max: Option<u32>,
    /// Refuse entry, and send away who waits, when no agent of the queue is signed in.
    pub leave_when_unstaffed: bool,
    /// Where items go at a limit.
    pub overflow: Overflow,
    /// Unset while the queue takes no new work.
    pub open: bool,
}

/// How a queue orders its waiting work. An item's *age* is how long it has waited, its *credit* what it was given on top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueOrder {
    /// Higher priority first; within a priority by age plus credit.
    #[default]
    Priority,
    /// By score: the item's own priority times `weight`, plus age, plus credit. So nobody waits for ever behind higher priorities:
    /// each step of priority is worth so much waiting, and no more.
    Score {
        /// What one step of priority is worth, at most [`WEIGHT_MAX`].
        weight: Duration,
    },
}

/// Most that may be credited to an item; more counts as this.
pub const CREDIT_MAX: Duration = Duration::from_secs(86_400);
/// Most that a step of priority may be worth; more counts as this.
pub const WEIGHT_MAX: Duration = Duration::from_secs(86_400);

/// What happens to an item at a limit of its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// It moves to this queue and keeps its age.
    Queue(QueueId),
    /// It goes back to its flow, which is told why (a message, a voicemail, another choice).
    Flow,
    /// Its caller may leave a message.
    Voicemail(Mailbox),
}

/// What an agent can do and for whom they work.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentSettings {
    pub id: AgentId,
    /// Each skill with proficiency 1–10.
    pub skills: Vec<(SkillId, u8)>,
    /// Queues the agent serves.
    pub queues: Vec<QueueId>,
    /// Most assignments at once (voice: 1).
    pub capacity: u32,
}

/// Why an agent is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum NotReadyReason {
    /// One of the administrator's reasons.
    Chosen(ReasonId),
    /// Just signed in, or not ready without saying why where no reason is forced.
    Unspecified,
    /// System: an offer rang out.
    NoAnswer,
    /// System: the phone said busy, or refused by itself.
    DeviceBusy,
    /// System: the phone is not registered or cannot be reached.
    DeviceUnreachable,
    /// System: every socket of a signed-in agent has been gone for the grace time, or the page they telephoned with for as long as a call
    /// waits.
    ConnectionLost,
}

/// Half of an agent's state; the other half is their assignments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "presence", content = "reason")]
pub enum Presence {
    LoggedOut,
    NotReady(NotReadyReason),
    Ready,
}

/// Where an assignment stands, as far as capacity goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentPhase {
    /// In contact (talking, holding, consulting).
    Active,
    WrapUp,
}

/// What the ACD is told.
#[derive(Clone, Debug, PartialEq)]
pub enum AcdInput {
    /// Configuration, live: replaces what was known of that id.
    SetQueue(QueueSettings),
    RemoveQueue(QueueId),
    SetAgent(AgentSettings),
    /// Signs the agent out first; assignments under way go on to their end.
    RemoveAgent(AgentId),

    /// New work. `since` is when the waiting began: earlier than now for work that brings its age with it. `credit` is waiting it is
    /// given without having waited, for its place in the line only: at most [`CREDIT_MAX`].
    Enqueue {
        work: WorkItemId,
        interaction: InteractionId,
        queue: QueueId,
        priority: u8,
        skills: Vec<SkillNeed>,
        since: Tick,
        credit: Duration,
        /// Nobody waits at a telephone for it: no limit of the queue refuses it or sends it away, and it waits while the queue is
        /// closed or unstaffed.
        stays: bool,
    },
    /// The work is gone (caller hung up, taken elsewhere). Open offers of it are withdrawn.
    Withdraw {
        work: WorkItemId,
    },

    /// New work for one agent, without a queue. Answered by an offer to them, or by [`AcdOutput::AimEnded`].
    Aim(Aim),

    /// A person or the system asks for a presence. While the agent has an assignment it stays pending until release.
    SetPresence {
        agent: AgentId,
        presence: Presence,
    },
    /// The agent's telephone can (not) be reached now: unreachable agents get no offers but keep their presence.
    DeviceReachable {
        agent: AgentId,
        reachable: bool,
    },

    /// The agent took the offer: it ends, the work leaves the queue, the assignment holds capacity until `Released`.
    Accepted {
        offer: OfferId,
        assignment: AssignmentId,
    },
    /// The agent said no: back to its place, next agent; presence is kept, but this agent is skipped for this work.
    Declined {
        offer: OfferId,
    },
    /// The telephone failed the offer: back to its place, agent not ready with the system reason.
    Failed {
        offer: OfferId,
        reason: NotReadyReason,
    },

    /// Work outside any queue occupies the agent (own dial, direct call, consult).
    Occupied {
        agent: AgentId,
        assignment: AssignmentId,
    },
    /// The assignment went into wrap-up.
    WrapUp {
        agent: AgentId,
        assignment: AssignmentId,
    },
    /// The assignment is over; its capacity is free.
    Released {
        agent: AgentId,
        assignment: AssignmentId,
    },
}

/// Work for one agent, without a queue: a transfer to them, a question of a colleague, their own call, supervision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    pub work: WorkItemId,
    pub interaction: InteractionId,
    pub agent: AgentId,
    /// When the waiting for it began.
    pub since: Tick,
    /// How long the offer may ring.
    pub ring: Duration,
    /// How long it waits for an agent who is busy; zero: it is offered at once or not at all. An agent who is away is not waited for.
    pub wait: Duration,
    /// Only to an agent who is ready; else also to one who is signed in and not ready.
    pub needs_ready: bool,
    /// An agent whose telephone fails the offer is not ready then, as with work of a queue.
    pub blames: bool,
    /// What the agent may have besides.
    pub room: AimRoom,
}

/// What of an agent's other work stands in the way of work for them alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AimRoom {
    /// All of it: it is held out within their capacity.
    Free,
    /// Only their conversations: the time after an earlier one goes on beside it. An agent's own call.
    BesideWrapUp,
    /// Nothing but an offer that is open: a call for help.
    Any,
}

/// Why an offer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    Accepted,
    Declined,
    NoAnswer,
    DeviceBusy,
    DeviceUnreachable,
    /// The work went away, or another agent was first, or the agent signed out.
    Withdrawn,
}

/// What the ACD decides and tells. Handed to interactions and to the agents' screens.
#[derive(Clone, Debug, PartialEq)]
pub enum AcdOutput {
    /// Hold this work out to this agent until `until`. The decision says why, and why not the others.
    /// Work for one agent has no queue.
    Offer {
        offer: OfferId,
        work: WorkItemId,
        interaction: InteractionId,
        queue: Option<QueueId>,
        agent: AgentId,
        until: Tick,
        decision: Decision,
    },
    /// The offer is over for the given reason; nothing of it may ring any longer.
    OfferEnded { offer: OfferId, work: WorkItemId, agent: AgentId, end: OfferEnd },
    /// The work was not taken in, or is sent away at a limit; the ACD has forgotten it.
    Left { work: WorkItemId, reason: QueueLeft, overflow: Overflow },
    /// The one agent the work is for could not be offered it, at once or within its wait; the ACD has forgotten it. When an offer of
    /// it was open, `OfferEnded` says so instead, and the work is forgotten, too.
    AimEnded { work: WorkItemId, why: Rejected },
    /// What was said came late, twice, or was meant for an earlier owner, and has changed nothing here.
    Stale(Stale),
    /// The agent's state as the ACD sees it changed.
    Agent(AgentState),
    /// The waiting line of a queue changed.
    Queue(QueueState),
}

/// What a stale message was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Said to an earlier owner: the work is not known here unless it is said again.
    Work(WorkItemId),
    /// The offer is not open here, so nothing of it may ring any longer; no assignment came of this message.
    Offer(OfferId),
    /// Said to an earlier owner: the assignment holds no capacity here unless it is said again.
    Assignment(AssignmentId),
}

/// Everything shown of an agent's state is derived from this.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentState {
    pub agent: AgentId,
    pub presence: Presence,
    /// Since when the presence holds.
    pub since: Tick,
    /// A presence asked for while busy.
    pub pending: Option<Presence>,
    pub offers: Vec<OfferId>,
    pub assignments: Vec<(AssignmentId, AssignmentPhase)>,
    pub reachable: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QueueState {
    pub queue: QueueId,
    pub waiting: u32,
    /// Of those waiting, the ones that stay whatever happens.
    pub staying: u32,
    pub offered: u32,
    /// When the longest-waiting item, of those with somebody at a telephone, began to wait.
    pub oldest: Option<Tick>,
    /// Agents of the queue signed in; ready and free; busy.
    pub staffed: u32,
    pub ready: u32,
    pub busy: u32,
    /// How long who came now would wait, and how far such expectations lay from the truth of late; `None`: not known yet.
    pub expected: Option<Duration>,
    pub expected_error: Option<Duration>,
}

/// Why this agent, and why not the others: kept with the interaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// `longest_idle`, …: the rule that chose.
    pub rule: String,
    /// Age of the work in ms and the effective priority when decided.
    pub age_ms: u64,
    pub priority: u8,
    /// Waiting the work was given on top of its age, ms.
    #[serde(default)]
    pub credit_ms: u64,
    /// In a queue ordered by score: the score in ms, made of the item's own priority, its age and its credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_ms: Option<u64>,
    /// The chosen one first; at most 20 are kept, `not_shown` counts the rest.
    pub candidates: Vec<Candidate>,
    pub not_shown: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub agent: AgentId,
    /// Sum of proficiencies over the needed skills.
    pub proficiency: u32,
    pub idle_ms: u64,
    /// `None` for the chosen one.
    pub rejected: Option<Rejected>,
}

/// Why an agent was not chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "detail")]
pub enum Rejected {
    LoggedOut,
    NotReady(NotReadyReason),
    Busy,
    Reserved,
    WrapUp,
    DeviceUnreachable,
    MissingSkill(SkillId),
    ProficiencyTooLow(SkillId),
    DeclinedThis,
    LessIdle,
    LessProficient,
}
