//! Tickets and complaints: making, changing, linking, merging, finding them, and what happens when nobody looks after them.
//!
//! A change is a [`save::Draft`]: the row as it was and as it shall be, with what goes beside it (status lines, comments, notices). It is
//! computed by pure code ([`status`], [`complaint`], [`rules`], [`triggers`], `settle`) and written in one transaction that names the
//! version it is based on. Each write brings the promised times up to date and says when to look again (`next_escalation_at`), so that
//! [`crate::Store::sweep_tickets`] finds what is due by an index.

mod assign;
mod comments;
pub mod complaint;
mod contact;
mod create;
mod edit;
mod feedback;
mod links;
pub mod list;
pub(crate) mod load;
mod merge;
mod order;
pub mod rules;
mod save;
mod settle;
mod sight;
pub mod status;
mod steps;
mod sweep;
pub mod template;
mod texts;
pub mod triggers;
mod unmerge;
mod upsert;

pub use assign::AssignTo;
pub(crate) use contact::TicketWrite;
pub use feedback::{FEEDBACK_DAYS, Rating};
pub use links::CustomersOf;
pub use order::ServiceOrder;
pub use sweep::Swept;
pub use texts::Rendered;
pub use unmerge::TicketMerge;

use crate::error::StoreError;

/// The resource's name in errors and the audit.
pub(crate) const WORD: &str = "ticket";

pub(crate) fn invalid(field: &str, mend: impl Into<String>) -> StoreError {
    StoreError::invalid(WORD, field, mend)
}
