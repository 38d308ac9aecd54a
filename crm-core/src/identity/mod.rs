//! One view of one customer: who may be the same, making two one, and taking that back.
//!
//! * [`fold`], [`facts`], [`score`], [`keys`]: pure. What is compared, how likely two are one, and how those to compare are found.
//! * [`duplicates`]: candidates of one customer, and the work list of pairs.
//! * [`merge`], [`fields`], [`moved`], [`ends`]: making two one, with a log of all that was before; [`undo`]: taking it back;
//!   [`told`]: telling of it.
//! * [`references`]: the tables that refer to a customer.
//!
//! A merged customer's row is gone from `customer`, so that no list and no search has to know of merges; its id leads to the survivor by
//! `customer_alias`, and the log is read by all ids that lead to one customer.

mod alias;
pub mod duplicates;
mod ends;
pub(crate) mod facts;
mod fields;
pub(crate) mod fold;
pub(crate) mod keys;
pub mod merge;
mod moved;
pub mod references;
pub mod score;
mod told;
mod undo;

pub(crate) use alias::{by_external_id, members};
pub use duplicates::{Duplicate, DuplicatePair, DuplicateState, Search};
pub use facts::{BIRTHDAY_KEYS, CITY_KEYS, POSTCODE_KEYS, STREET_KEYS};
pub use fields::{Choice, FieldView};
pub use merge::{Merge, MergePreview, MergeRequest, MergeState};
pub use score::{Reason, SUGGEST_MIN};
pub use undo::Undone;
