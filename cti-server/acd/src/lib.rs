//! Which work goes to which agent, and why. Owns queue order, skills, presence, offers and used capacity; knows no telephone,
//! no customer, no database, and reads no clock.
//!
//! Feed [`Acd::handle`] with an [`AcdInput`](cti_types::acd::AcdInput), or [`Acd::handle_timeout`] when
//! [`Acd::poll_timeout`] is due, then drain [`Acd::poll`]. Whatever comes late or twice is counted as stale and changes nothing.
//! What comes from interactions, which may live on another server, goes through [`Acd::handle_from`] with the epoch of the owner it
//! was meant for: what was meant for an earlier owner is answered as stale, what is meant for a later one is not this room's to answer.
//!
//! # Rules
//! - **Order of work**: effective priority (queue plus item) descending, then age plus credit descending, then order of arrival. An
//!   item that was offered and came back stands where it stood. An agent of several queues takes the best item over all of them.
//! - **Order by score** ([`QueueOrder::Score`](cti_types::acd::QueueOrder)): within the queue, the item's own priority times the weight,
//!   plus age, plus credit, descending. Beside other queues its work stands at the queue's own priority, and within that by the score
//!   against their age plus credit.
//! - **Choice of agent**: among the available agents with the needed skills the one longest idle; ties by summed proficiency,
//!   then by id. Idle begins when the agent becomes ready, or when their latest assignment ends (or begins, for agents who take
//!   several at once), whichever is later. A declined or withdrawn offer does not touch it.
//! - **Decline**: the agent is skipped for that item for 30 seconds ([`DECLINE_MEMORY`]), also when nobody else can take it.
//! - **Wait limit**: counted from the entry into this queue, so that work which overflowed with its age gets its full time here.
//! - **What stays** (messages): no limit of a queue is for it, and it is no burden to callers: it counts neither for the size nor for
//!   the longest wait. It waits while the queue is closed or deserted, and leaves without an agent only when the queue is removed.
//! - **Sign-in**: an agent who is logged out signs in by asking for any presence but a system reason.
//! - **Expected wait**: `(n + 1) × h ÷ c`, explained with its source in `expect`; it is told, and orders nothing.
//! - **Reachable**: a new agent counts as reachable until the ACD is told otherwise.
//!
//! # How it is fast
//! Work that needs the same skills in the same queue shares a *pool*. A pool holds its waiting items in order and the available
//! agents who fit, longest idle first. So work that arrives looks at one end of one pool, and an agent who becomes available looks
//! at the heads of their own pools. Between two inputs no pool has both an available agent and an item that this agent may
//! take: the liveness rule, verified by [`Acd::check`].

mod agents;
mod aims;
mod check;
mod decide;
mod engine;
mod expect;
mod limits;
mod model;
mod offers;
mod pools;
mod queues;
mod slab;

pub use engine::Acd;
pub use limits::{DECLINE_MEMORY, Limits};
