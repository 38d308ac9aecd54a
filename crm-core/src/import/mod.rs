//! Taking customers over from CSV files: sent, mapped, tried, and written in batches that a crash cannot cut in half.
//!
//! * [`text`], [`plan`]: pure. Bytes to UTF-8, and a line of the file to a customer.
//! * [`mod@file`]: reading the file by the batch from a place on.
//! * [`errors`]: the rows that were refused, with the reason.
//! * [`receive`]: a file on its way.
//! * [`run`]: what an import is asked to do, and how far it is; [`step`]: one batch.
//!
//! Exactly once: a batch's customers and the place behind its last row are written in one transaction, on condition that the place is still
//! the one the batch was read from. After a crash the next batch is read from the place that was written.

mod errors;
mod file;
mod plan;
mod receive;
mod run;
mod step;
mod text;

pub use file::{Header, ReadFault, file_name, read_header};
pub use run::{ImportError, ImportProgress, ImportState};
pub use step::ImportStep;
pub use text::{NotText, Text};

/// Largest file; more is refused while it is being sent.
pub const FILE_BYTES_MAX: u64 = 2 << 30;
