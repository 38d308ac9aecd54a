//! Messages that callers leave: for whom they are, and what counts as one. No audio, no storage.

use crate::id::{AgentId, QueueId, RecordingId};
use crate::time::Utc;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// For whom a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "of", content = "id", rename_all = "snake_case")]
pub enum Mailbox {
    /// Work of this queue, offered like its calls.
    Queue(QueueId),
    /// Listed for this agent until they take it.
    Agent(AgentId),
}

/// Who says less has left no message: they hung up at the tone.
pub const MESSAGE_MIN: Duration = Duration::from_secs(1);

/// How a message is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking {
    pub mailbox: Mailbox,
    /// Then it is complete.
    pub length_max: Duration,
    /// So much silence ends it; `None`: none does.
    pub silence: Option<Duration>,
}

/// A message that was left, as its interaction begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Belongs to the caller's interaction.
    pub recording: RecordingId,
    pub mailbox: Mailbox,
    /// How long the caller spoke, silence at the end left out.
    pub duration_ms: u64,
    /// What its work brings along from the call: when the waiting began, and the priority.
    pub since: Utc,
    pub priority: u8,
}
