//! Switch ↔ IVR: what a running flow asks for and what it is told. Plain data; the switch turns clip names into audio.

use crate::id::{FlowId, PlayId, QueueId, SkillId};
use crate::mailbox::Taking;
use std::collections::BTreeMap;
use std::time::Duration;

/// A skill the work needs and the least proficiency (1–10) that will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct SkillNeed {
    pub skill: SkillId,
    pub proficiency_min: u8,
}

/// What a flow asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowCommand {
    /// Answer the call if it is not yet answered. Replied to by `FlowInput::Answered`.
    Answer,
    /// Play these clips (names like `en/welcome`, `en/digit-3`) in order. Replied to by `PlayEnded`.
    Play {
        play: PlayId,
        clips: Vec<String>,
    },
    StopPlay,
    /// Note what the caller gave or the flow derived. `masked` values are kept out of logs and screens.
    Set {
        key: String,
        value: String,
        masked: bool,
    },
    /// The node just entered (for paths, containment and drop-off).
    Visited {
        node: String,
    },
    /// Hand the caller to a queue. The flow is told `QueueLeft` only when they come back without an agent.
    Queue {
        queue: QueueId,
        priority: u8,
        skills: Vec<SkillNeed>,
        /// Waiting the caller is given without having waited.
        credit: Duration,
    },
    /// Take what the caller says from now on as a message. Replied to by `MessageTaken`, at its end or at once.
    TakeMessage(Taking),
    /// The caller has finished: replied to as well.
    EndMessage,
    /// What was taken is to be delivered; so it is, too, when the caller hangs up.
    KeepMessage,
    /// What was taken is not to be delivered.
    DropMessage,
    /// The flow ends by hanging up.
    HangUp {
        cause: HangUpCause,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangUpCause {
    Normal,
    Busy,
    Rejected,
    /// The flow failed (loop bound, missing target).
    Error,
}

/// Why a caller came back from a queue without an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueLeft {
    Full,
    NobodyStaffed,
    WaitLimit,
    Closed,
    NoSuchQueue,
}

/// What a flow is told.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowInput {
    Start,
    Answered,
    PlayEnded {
        play: PlayId,
    },
    Digit {
        digit: char,
    },
    /// The message is over. It is one only if enough was said.
    MessageTaken {
        is_one: bool,
    },
    QueueLeft {
        reason: QueueLeft,
    },
    HungUp,
}

/// What is known when a flow starts; expressions read it as `call.*` and `customer.*`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowContext {
    /// E.164 or as it came; empty when anonymous.
    pub caller: String,
    /// The number dialled.
    pub called: String,
    /// `en`, `zh`; the flow may change it.
    pub language: String,
    /// Values of the customer's card: `customer.name`, `customer.tier`, …; empty until the look-up answered.
    pub customer: BTreeMap<String, String>,
}

/// Which flow, which version: live calls stay on the version they began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct FlowRef {
    pub flow: FlowId,
    pub version: u32,
}
