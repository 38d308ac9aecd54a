//! A person's data erased everywhere, with a certificate; what may not be erased; and what is erased because it is old.
//!
//! * [`certificate`]: what was erased of a customer, as a document without personal values.
//! * [`customer`]: erasing or anonymising a customer, in one transaction with its certificate. [`wipe`]: the statements of that;
//!   [`traces`]: what else speaks of the rows.
//! * [`holds`]: legal holds. [`retention`], [`kinds`], [`sweep`]: policies by kind of data, and the steps that carry them out.
//! * [`files`]: files of recordings and imports that are to be gone. They are noted in the transaction and erased by whoever has the folders; the certificate is
//!   complete when the last one is gone.

mod certificate;
mod customer;
mod files;
mod holds;
mod kinds;
mod retention;
mod sweep;
mod traces;
mod wipe;

pub use certificate::{Certificate, Erased, Remains};
pub use customer::{EraseMode, EraseRequest, ErasureState, ErasureView};
pub(crate) use files::import_replaced;
pub use files::{ErasableFile, FileFolder};
pub(crate) use holds::refuse_held;
pub use holds::{HoldRequest, HoldSubject, LegalHold};
pub use retention::{RetentionDue, RetentionStatus};
pub use sweep::Swept;
pub(crate) use sweep::subjects_of;
pub(crate) use wipe::{of_nobody_else, tickets_with};
