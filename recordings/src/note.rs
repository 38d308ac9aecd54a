//! The small note that lies in `.open/` for each part the log does not have yet: enough to seal it after a crash.

use cti_types::{InteractionId, RecordingId, Utc};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The folder of notes, inside the recordings' folder.
const FOLDER: &str = ".open";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) recording: RecordingId,
    pub(crate) interaction: InteractionId,
    pub(crate) part: u32,
    /// When the recording began.
    pub(crate) started: Utc,
    /// Where the part begins on the recording's timeline.
    pub(crate) offset_ms: u64,
    /// Path of the part relative to the recordings' folder.
    pub(crate) file: String,
}

impl Note {
    /// A note for a part of a recording that began at `started`; its file goes to the folder of that day (UTC).
    pub(crate) fn new(recording: RecordingId, interaction: InteractionId, part: u32, started: Utc, offset_ms: u64) -> Note {
        let (year, month, day) = date(started);
        let file = format!("{year:04}/{month:02}/{day:02}/{interaction}-{recording}-{part}.wav");
        Note { recording, interaction, part, started, offset_ms, file }
    }

    fn path(&self, root: &Path) -> PathBuf {
        path(root, self.recording, self.part)
    }

    /// Writes the note, then makes the folder for the part.
    pub(crate) fn write(&self, root: &Path) -> io::Result<PathBuf> {
        make_folder(&root.join(FOLDER))?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(self.path(root))?;
        file.write_all(&serde_json::to_vec(self)?)?;
        let part = root.join(&self.file);
        if let Some(folder) = part.parent() {
            make_folder(folder)?;
        }
        Ok(part)
    }
}

fn path(root: &Path, recording: RecordingId, part: u32) -> PathBuf {
    root.join(FOLDER).join(format!("{recording}-{part}.json"))
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Takes a note away; one that is not there counts as taken.
pub(crate) fn remove(root: &Path, recording: RecordingId, part: u32) -> io::Result<()> {
    match std::fs::remove_file(path(root, recording, part)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// All notes, by recording and part. One that cannot be read (the disk was full when it was written) is taken away.
pub(crate) fn list(root: &Path) -> io::Result<Vec<Note>> {
    let entries = match std::fs::read_dir(root.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut notes = Vec::new();
    for entry in entries {
        let path = entry?.path();
        match serde_json::from_slice::<Note>(&std::fs::read(&path)?) {
            Ok(note) => notes.push(note),
            Err(error) => {
                tracing::warn!(%error, "a note of an open recording cannot be read");
                std::fs::remove_file(path)?;
            }
        }
    }
    notes.sort_by_key(|note| (note.recording, note.part));
    Ok(notes)
}

/// Year, month and day of `at` in UTC (proleptic Gregorian calendar), by counting 400-year cycles from 1 March 0000.
fn date(at: Utc) -> (i64, i64, i64) {
    const DAYS_TO_1970: i64 = 719_468;
    const DAYS_IN_CYCLE: i64 = 146_097;
    let days = at.0.div_euclid(86_400_000_000) + DAYS_TO_1970;
    let (cycle, day) = (days.div_euclid(DAYS_IN_CYCLE), days.rem_euclid(DAYS_IN_CYCLE));
    // Leap days are the last of their year here, so that years and months can be found by division.
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march_month = (5 * day + 2) / 153;
    let day = day - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (cycle * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let table = [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (1_709_164_800, (2024, 2, 29)),
            (1_767_225_599, (2025, 12, 31)),
            (1_767_225_600, (2026, 1, 1)),
            (4_107_542_400, (2100, 3, 1)),
        ];
        for (seconds, expected) in table {
            assert_eq!(date(Utc(seconds * 1_000_000)), expected, "{seconds}");
        }
    }
}
