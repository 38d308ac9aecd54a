//! After a restart: finds the parts the log does not have, repairs and seals them. Begins nothing.

use crate::notes::{self, Notes};
use crate::{PartSealed, seal};
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
/// When the notes cannot be read or written.
pub fn recover(dir: &Path) -> io::Result<Vec<Recovered>> {
    let noted = notes::list(dir)?;
    let mut found = Vec::with_capacity(noted.len());
    if noted.is_empty() {
        return Ok(found);
    }
    let notes = Notes::open(dir)?;
    for note in noted {
        let sealed = seal::seal(dir, &note);
        if let Ok(None) = &sealed {
            notes.gone(note.recording, note.part)?;
        }
        match sealed {
            Ok(part) => found.push(Recovered { recording: note.recording, interaction: note.interaction, part }),
            Err(error) => tracing::error!(recording = %note.recording, part = note.part, %error, "a part left open cannot be sealed"),
        }
    }
    Ok(found)
}
