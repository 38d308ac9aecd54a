//! After a restart: finds the parts the log does not have, repairs and seals them. Begins nothing.

use crate::{PartSealed, note, seal};
use cti_types::{InteractionId, RecordingId};
use std::io;
use std::path::Path;

/// What a dead server left of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    pub recording: RecordingId,
    pub interaction: InteractionId,
    /// `None`: nothing had been written yet.
    pub part: Option<PartSealed>,
}

/// Seals every part that has a note, ordered by recording and part. To be called before [`crate::Recorder::start`].
///
/// A part is reported at each start until it was confirmed: a part that was sealed, and even journaled, just before the
/// crash comes again, with the same numbers. The log takes a (recording, part) it has already as confirmed. Confirm with
/// [`crate::Recorder::linked`]. A part that cannot be sealed is logged and tried again at the next start.
///
/// # Errors
/// When the folder of notes cannot be read.
pub fn recover(dir: &Path) -> io::Result<Vec<Recovered>> {
    let mut found = Vec::new();
    for note in note::list(dir)? {
        match seal::seal(dir, &note) {
            Ok(part) => found.push(Recovered { recording: note.recording, interaction: note.interaction, part }),
            Err(error) => tracing::error!(recording = %note.recording, part = note.part, %error, "a part left open cannot be sealed"),
        }
    }
    Ok(found)
}
