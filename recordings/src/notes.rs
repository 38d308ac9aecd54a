//! The file of notes: which parts the log does not have yet. It only grows until it is written anew; it seals nothing.
//!
//! A file of its own for each note would cost more than the recording of a short call: some file systems are slow to find an inode when
//! many were freed a moment ago. So a line is added when a part begins and when the log has it: the CRC-32 of the JSON in eight
//! hexadecimal digits, a space, the JSON. A line is in the page cache when it is written, so the death of the process loses none.

use crate::note::Note;
use cti_types::RecordingId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file, in the recordings' folder, and what it is while it is written anew.
const FILE: &str = ".notes";
const FILE_NEW: &str = ".notes.new";

/// At this size, or at twice what was left at the last time, the file is written anew with only the notes that still count.
const GROWTH_BYTES: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Begun(Note),
    Gone { recording: RecordingId, part: u32 },
}

/// The open file, shared by the writer threads and the sealing thread.
pub(crate) struct Notes {
    root: PathBuf,
    log: Mutex<Log>,
}

struct Log {
    file: File,
    /// Where the next line goes: what a write left that failed half-way is written over.
    end: u64,
    renew_at: u64,
}

impl Notes {
    /// Opens the file in the recordings' folder, which must exist. What no longer counts is left out, a torn line too.
    pub(crate) fn open(root: &Path) -> io::Result<Notes> {
        let log = renew(root)?;
        Ok(Notes { root: root.to_owned(), log: Mutex::new(log) })
    }

    /// To be called before the part's file is made: a file without a note would never be sealed.
    pub(crate) fn begun(&self, note: &Note) -> io::Result<()> {
        self.add(&Line::Begun(note.clone()))
    }

    /// The log has this part, or there is nothing in it.
    pub(crate) fn gone(&self, recording: RecordingId, part: u32) -> io::Result<()> {
        self.add(&Line::Gone { recording, part })
    }

    fn add(&self, line: &Line) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(512);
        push(&mut bytes, line)?;
        // A thread that panicked in here left a whole value behind: `end` moves after the write.
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.file.write_all_at(&bytes, log.end)?;
        log.end += bytes.len() as u64;
        if log.end >= log.renew_at {
            match renew(&self.root) {
                Ok(renewed) => *log = renewed,
                Err(error) => {
                    tracing::warn!(%error, "the notes of open recordings cannot be written anew; they grow on");
                    log.renew_at = log.end + GROWTH_BYTES;
                }
            }
        }
        Ok(())
    }
}

/// Writes the file anew with the notes that count, and puts it in the place of the old one. A crash leaves the one or the other.
fn renew(root: &Path) -> io::Result<Log> {
    let mut bytes = Vec::new();
    for note in list(root)? {
        push(&mut bytes, &Line::Begun(note))?;
    }
    let path = root.join(FILE_NEW);
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all_at(&bytes, 0)?;
    // Old notes may have reached the disk: a power cut must not take them away by this.
    file.sync_data()?;
    std::fs::rename(&path, root.join(FILE))?;
    let end = bytes.len() as u64;
    Ok(Log { file, end, renew_at: GROWTH_BYTES.max(2 * end) })
}

fn push(bytes: &mut Vec<u8>, line: &Line) -> io::Result<()> {
    let json = serde_json::to_vec(line)?;
    bytes.extend_from_slice(format!("{:08x} ", crc32fast::hash(&json)).as_bytes());
    bytes.extend_from_slice(&json);
    bytes.push(b'\n');
    Ok(())
}

/// The notes of parts that are not gone, by recording and part. A line that is torn or damaged is passed over.
pub(crate) fn list(root: &Path) -> io::Result<Vec<Note>> {
    let bytes = match std::fs::read(root.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        bytes => bytes?,
    };
    let mut notes = BTreeMap::new();
    let mut damaged = 0_u64;
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match read(line) {
            Some(Line::Begun(note)) => {
                notes.insert((note.recording, note.part), note);
            }
            Some(Line::Gone { recording, part }) => {
                notes.remove(&(recording, part));
            }
            None => damaged += 1,
        }
    }
    if damaged > 0 {
        tracing::warn!(damaged, "notes of open recordings cannot be read");
    }
    Ok(notes.into_values().collect())
}

fn read(line: &[u8]) -> Option<Line> {
    let (sum, json) = line.split_at_checked(9)?;
    let sum = sum.strip_suffix(b" ").and_then(|hex| u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())?;
    (sum == crc32fast::hash(json)).then(|| serde_json::from_slice(json).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::{InteractionId, Utc};

    fn note(n: u128) -> Note {
        Note::new(RecordingId::from_u128(n), InteractionId::from_u128(n), 1, Utc(0), 0)
    }

    fn numbers(root: &Path) -> Vec<u128> {
        list(root).unwrap().into_iter().map(|note| note.recording.0.as_u128()).collect()
    }

    #[test]
    fn a_note_counts_until_it_is_gone_over_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let notes = Notes::open(dir.path()).unwrap();
        for n in 1..=4 {
            notes.begun(&note(n)).unwrap();
        }
        notes.gone(RecordingId::from_u128(2), 1).unwrap();
        notes.gone(RecordingId::from_u128(3), 7).unwrap();
        assert_eq!(numbers(dir.path()), [1, 3, 4]);
        drop(notes);
        let notes = Notes::open(dir.path()).unwrap();
        notes.gone(RecordingId::from_u128(4), 1).unwrap();
        notes.begun(&note(5)).unwrap();
        assert_eq!(numbers(dir.path()), [1, 3, 5]);
        assert_eq!(list(dir.path()).unwrap().first(), Some(&note(1)));
    }

    #[test]
    fn a_line_torn_anywhere_takes_no_other_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let notes = Notes::open(dir.path()).unwrap();
        notes.begun(&note(1)).unwrap();
        let kept = notes.log.lock().unwrap().end as usize;
        notes.begun(&note(2)).unwrap();
        drop(notes);
        let whole = std::fs::read(dir.path().join(FILE)).unwrap();
        for length in kept..whole.len() - 1 {
            std::fs::write(dir.path().join(FILE), &whole[..length]).unwrap();
            let notes = Notes::open(dir.path()).unwrap();
            notes.begun(&note(3)).unwrap();
            assert_eq!(numbers(dir.path()), [1, 3], "cut at {length}");
        }
    }

    #[test]
    fn a_damaged_line_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let notes = Notes::open(dir.path()).unwrap();
        for n in 1..=3 {
            notes.begun(&note(n)).unwrap();
        }
        let mut bytes = std::fs::read(dir.path().join(FILE)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(dir.path().join(FILE), bytes).unwrap();
        assert_eq!(numbers(dir.path()), [1, 3]);
    }

    #[test]
    fn the_file_stays_small_whatever_passes_through_it() {
        let dir = tempfile::tempdir().unwrap();
        let notes = Notes::open(dir.path()).unwrap();
        let mut largest = 0;
        for n in 0..10_000 {
            notes.begun(&note(n)).unwrap();
            if n >= 10 {
                notes.gone(RecordingId::from_u128(n), 1).unwrap();
            }
            largest = largest.max(notes.log.lock().unwrap().end);
        }
        assert!(largest < GROWTH_BYTES + 1000, "{largest}");
        assert_eq!(numbers(dir.path()), (0..10).collect::<Vec<_>>());
    }
}
