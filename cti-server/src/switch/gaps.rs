//! Gaps in recordings, gathered before they are logged: a disk that is too slow makes a gap in every recording three times a second.

use cti_types::{RecordingId, Tick};
use std::collections::BTreeMap;
use std::time::Duration;

/// One recording's gaps are logged no more often than this; those between are added up.
const EVERY: Duration = Duration::from_secs(5);

/// Of one recording.
struct Gaps {
    logged: Tick,
    /// Where the first that is not logged begins, and the frames lost since.
    pending: Option<(u64, u64)>,
}

/// Of the recordings that have any.
#[derive(Default)]
pub(super) struct Gathered(BTreeMap<RecordingId, Gaps>);

impl Gathered {
    /// One more gap: the place and the frames to log now, if it is time.
    pub(super) fn add(&mut self, now: Tick, recording: RecordingId, offset_ms: u64, frames: u64) -> Option<(u64, u64)> {
        let Some(gaps) = self.0.get_mut(&recording) else {
            self.0.insert(recording, Gaps { logged: now, pending: None });
            return Some((offset_ms, frames));
        };
        let (first, before) = gaps.pending.unwrap_or((offset_ms, 0));
        let sum = (first, before + frames);
        if now.since(gaps.logged) < EVERY {
            gaps.pending = Some(sum);
            return None;
        }
        (gaps.logged, gaps.pending) = (now, None);
        Some(sum)
    }

    /// The recording is over: what is still to be logged.
    pub(super) fn end(&mut self, recording: RecordingId) -> Option<(u64, u64)> {
        self.0.remove(&recording).and_then(|gaps| gaps.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_gap_is_told_at_once_and_those_soon_after_it_together() {
        let (mut gathered, one) = (Gathered::default(), RecordingId::from_u128(1));
        let at = |seconds: u64| Tick(seconds * 1_000_000);
        assert_eq!(gathered.add(at(1), one, 100, 3), Some((100, 3)));
        assert_eq!(gathered.add(at(2), one, 1100, 4), None);
        assert_eq!(gathered.add(at(3), one, 2100, 5), None);
        assert_eq!(gathered.add(at(6), one, 5100, 1), Some((1100, 10)));
        assert_eq!(gathered.add(at(7), one, 6100, 2), None);
        assert_eq!((gathered.end(one), gathered.end(one)), (Some((6100, 2)), None));
    }
}
