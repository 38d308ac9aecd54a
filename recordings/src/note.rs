//! What is noted of each part that the log does not have yet: enough to seal it after a crash. Where it is kept: `notes`.

use cti_types::{InteractionId, RecordingId, Utc};
use serde::{Deserialize, Serialize};

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
