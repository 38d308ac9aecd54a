//! The sealing thread: makes a finished part durable and hashes it, so that no writer thread waits for a whole file.

use crate::note::Note;
use crate::notes::Notes;
use crate::timeline::Pair;
use crate::{NARROW, PartSealed, RecordingEvent, wav};
use cti_types::{InteractionId, RecordingId};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::Receiver;

const _: () = assert!(size_of::<Pair>() as u64 == wav::PAIR_BYTES);

/// In order: a recording's parts, then its end.
pub(crate) enum Job {
    Seal(Note),
    Ended { recording: RecordingId, interaction: InteractionId, frames_dropped: u64, frames_late: u64 },
    Linked { recording: RecordingId, part: u32 },
}

/// Runs until the last sender is gone.
pub(crate) fn run(root: &Path, notes: &Notes, jobs: &Receiver<Job>, events: &(dyn Fn(RecordingEvent) + Send + Sync)) {
    let gone = |recording: RecordingId, part: u32| {
        if let Err(error) = notes.gone(recording, part) {
            // It costs one more look at the part at the next start.
            tracing::warn!(%recording, part, %error, "that a part needs no note any more cannot be noted");
        }
    };
    for job in jobs {
        match job {
            Job::Seal(note) => match seal(root, &note) {
                Ok(Some(part)) => events(RecordingEvent::PartSealed(part)),
                Ok(None) => gone(note.recording, note.part),
                Err(error) => {
                    let Note { recording, interaction, part, .. } = note;
                    // The note stays: the next start tries again.
                    tracing::error!(%recording, part, %error, "a part of a recording cannot be sealed");
                    events(RecordingEvent::Failed { recording, interaction, error });
                }
            },
            Job::Ended { recording, interaction, frames_dropped, frames_late } => {
                events(RecordingEvent::Ended { recording, interaction, frames_dropped, frames_late });
            }
            Job::Linked { recording, part } => gone(recording, part),
        }
    }
}

/// Seals the part that `note` speaks of. `None`: there is no sound in it, and no file any more.
pub(crate) fn seal(root: &Path, note: &Note) -> io::Result<Option<PartSealed>> {
    let path = root.join(&note.file);
    let (pairs, rate) = match wav::repair(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => (0, NARROW),
        found => found?,
    };
    if pairs == 0 {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        return Ok(None);
    }
    let mut file = File::open(&path)?;
    file.sync_data()?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
    Ok(Some(PartSealed {
        recording: note.recording,
        interaction: note.interaction,
        part: note.part,
        file: note.file.clone(),
        offset_ms: note.offset_ms,
        duration_ms: pairs * 1000 / u64::from(rate),
        bytes,
        sha256: hex::encode(hash.finalize()),
    }))
}
