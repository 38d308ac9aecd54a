//! The bounds of the room and what happens at each. No behaviour.

use std::time::Duration;

/// How long an agent who declined an item is skipped for it.
pub const DECLINE_MEMORY: Duration = Duration::from_secs(30);

/// Declines remembered for one item; one more forgets the oldest, who may then be offered the item again.
pub(crate) const DECLINES_MAX: usize = 64;

/// Candidates kept in a decision; the rest is only counted.
pub(crate) const CANDIDATES_MAX: usize = 20;

/// Skills one item may need with its queue's; more cannot be stated in any screen, and the item is sent away as [`Full`].
///
/// [`Full`]: cti_types::flow::QueueLeft::Full
pub(crate) const NEEDS_MAX: usize = 32;

/// Assignments recorded for one agent, and so the highest capacity. Work outside queues beyond it is refused and counted: the
/// agent is busy anyway.
pub(crate) const ASSIGNMENTS_MAX: usize = 64;

/// Work waiting for one agent alone; one more is refused as for a busy agent, and goes back to who sent it.
pub(crate) const AIMS_MAX: usize = 8;

/// Bounds over the whole engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Items in all queues together, offered ones included; one more is sent away as full.
    pub waiting_max: usize,
    /// Agents known; a further `SetAgent` is refused and counted.
    pub agents_max: usize,
    /// Queues known; a further `SetQueue` is refused and counted.
    pub queues_max: usize,
    /// Pools without work that are kept for the next item of their kind; beyond it the longest unused is dropped.
    pub idle_pools_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { waiting_max: 50_000, agents_max: 50_000, queues_max: 5_000, idle_pools_max: 512 }
    }
}
