//! Recordings: copies of received audio become sealed stereo WAV files. Decides nothing about who is recorded, knows no SIP and no database.
//!
//! Engine threads hand [`cti_types::tap::TapFrame`]s to a [`TapHandle`], which never blocks. Writer threads own the disk:
//! they decode, put both sides on one clock (see [`timeline`]), and bring each file up to date every 300 ms, so that
//! after the death of the process it plays up to the last second. A sealing thread hashes finished parts.
//!
//! What lies in the folder: `YYYY/MM/DD/<interaction>-<recording>-<part>.wav`, and `.notes`, which names the parts that the log does not
//! have yet (see [`recover()`]).

mod decode;
mod g711;
mod note;
mod notes;
mod peaks;
mod recorder;
mod recover;
mod seal;
mod store;
#[cfg(test)]
mod tests;
pub mod timeline;
mod wav;
mod writer;

pub use peaks::{COLUMNS_MAX, Peaks, peaks};
pub use recorder::{Recorder, RecorderConfig, Stats, TapHandle};
pub use recover::{Recovered, recover};
pub use store::{LocalStore, PathError};

use cti_types::{InteractionId, RecordingId};
use std::io;

/// Samples a second of a part in which only G.711 was spoken.
pub const NARROW: u32 = 8000;
/// Samples a second from the first packet of a wider codec on: a new part begins, and the recording stays wide.
pub const WIDE: u32 = 16_000;

/// One sealed WAV: what the log needs to link it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSealed {
    pub recording: RecordingId,
    pub interaction: InteractionId,
    /// 1, 2, 3 … within the recording.
    pub part: u32,
    /// Path relative to the recordings' folder, with `/`.
    pub file: String,
    /// Where it begins on the recording's timeline.
    pub offset_ms: u64,
    pub duration_ms: u64,
    /// Size of the whole file.
    pub bytes: u64,
    /// SHA-256 of the whole file, lower-case hex.
    pub sha256: String,
}

/// What the recorder tells. Called on its threads: hand it on and return.
#[derive(Debug)]
pub enum RecordingEvent {
    /// A part is complete. When it is in the journal, say so with [`Recorder::linked`]; until then a restart reports it again.
    PartSealed(PartSealed),
    /// Frames were lost, because the queue was full or the disk refused: a gap at this place, about so long. In the first case there is
    /// silence, in the second no part. Told when it is over.
    Gap { recording: RecordingId, interaction: InteractionId, offset_ms: u64, frames: u64, lost_ms: u64 },
    /// Nothing more comes of this recording; all its parts were reported before.
    Ended {
        recording: RecordingId,
        interaction: InteractionId,
        /// Lost at a full queue or after a failure.
        frames_dropped: u64,
        /// Came after their place was written.
        frames_late: u64,
    },
    /// The disk refused. The call goes on, what was written so far is sealed, and it is tried again until the end; a [`Gap`](Self::Gap)
    /// says what was lost meanwhile.
    Failed { recording: RecordingId, interaction: InteractionId, error: io::Error },
}
