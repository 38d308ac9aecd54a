//! What supervisors see besides agents and queues: calls, who is with whom, and the figures of the day. Plain structs, filled by the switch.

use crate::view::CallerView;
use cti_types::{AgentId, CustomerId, InteractionId, ParticipantId, QueueId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Entry `call/<interaction>` of `floor`: a call or message that is not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FloorCallView {
    #[ts(as = "String")]
    pub interaction: InteractionId,
    /// `inbound`, `outbound`, `internal`.
    pub direction: Option<String>,
    pub caller: CallerView,
    /// The likeliest customer; what may be seen of them is read by REST.
    #[ts(as = "Option<String>")]
    pub customer: Option<CustomerId>,
    /// The queue it waits in, or whose call it is.
    #[ts(as = "Option<String>")]
    pub queue: Option<QueueId>,
    pub queue_name: Option<String>,
    /// When it began, or its waiting did, in ms since the Unix epoch.
    pub since_ms: i64,
    /// Waits in the queue: it may be taken or moved.
    pub waiting: bool,
    /// Held out to an agent now.
    pub offered: bool,
    /// Nobody is on the line: it is a message.
    pub message: bool,
    /// While it waits, the queue's and its own priority together: the higher is served first, and of equals the one who waited longer.
    pub priority: Option<u8>,
    pub recording: bool,
    /// The worst of its mean opinion scores, in tenths; `null`: none is measured.
    pub score_tenths: Option<u8>,
    /// Everybody in it, rung or called for it.
    pub parties: Vec<FloorPartyView>,
}

/// One who is in a call of the floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FloorPartyView {
    #[ts(as = "String")]
    pub participant: ParticipantId,
    /// `customer`, `agent`, `supervisor`, `outside`.
    pub role: String,
    #[ts(as = "Option<String>")]
    pub agent: Option<AgentId>,
    /// The colleague's name; `null` for others.
    pub name: Option<String>,
    /// `talking`, `on_hold`, `ringing`, …: the words of segments.
    pub state: String,
    /// When `state` began, in ms since the Unix epoch.
    pub since_ms: i64,
}

/// A supervisor who is with an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SupervisedView {
    #[ts(as = "String")]
    pub agent: AgentId,
    pub name: Option<String>,
    /// `ringing`, `listening`, `whispering`, `barging`.
    pub mode: String,
}

/// How a queue did in some time; counted by when calls entered it, by the formulas of `GET /statistics/intervals`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueFiguresView {
    pub offered: u32,
    pub answered: u32,
    pub abandoned: u32,
    /// Answered in time, of those offered but for who gave up within it, in thousandths; `null`: none was offered.
    pub level_permille: Option<u32>,
    /// Average speed of answer; `null`: none was answered.
    pub asa_ms: Option<u32>,
    /// Average handling time: talk, hold and wrap-up; `null`: none was answered.
    pub aht_ms: Option<u32>,
}
