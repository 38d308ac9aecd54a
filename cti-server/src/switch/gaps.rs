//! Gaps in recordings, gathered before they are logged: a disk that is too slow makes a gap in every recording three times a second.

use super::Gap;
use cti_types::{RecordingId, Tick};
use std::collections::BTreeMap;
use std::time::Duration;

/// One recording's gaps are logged no more often than this; those between are added up.
const EVERY: Duration = Duration::from_secs(5);

/// Of one recording.
struct Gaps {
    logged: Tick,
    /// From the first that is not logged, with all that was lost since.
    pending: Option<Gap>,
}

/// Of the recordings that have any.
#[derive(Default)]
pub(super) struct Gathered(BTreeMap<RecordingId, Gaps>);

impl Gathered {
    /// One more gap: what to log now, if it is time.
    pub(super) fn add(&mut self, now: Tick, recording: RecordingId, gap: Gap) -> Option<Gap> {
        let Some(gaps) = self.0.get_mut(&recording) else {
            self.0.insert(recording, Gaps { logged: now, pending: None });
            return Some(gap);
        };
        let sum =
            gaps.pending.map_or(gap, |before| Gap { frames: before.frames + gap.frames, lost_ms: before.lost_ms + gap.lost_ms, ..before });
        if now.since(gaps.logged) < EVERY {
            gaps.pending = Some(sum);
            return None;
        }
        (gaps.logged, gaps.pending) = (now, None);
        Some(sum)
    }

    /// The recording is over: what is still to be logged.
    pub(super) fn end(&mut self, recording: RecordingId) -> Option<Gap> {
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
        let gap = |offset_ms: u64, frames: u64| Gap { offset_ms, frames, lost_ms: frames * 10 };
        assert_eq!(gathered.add(at(1), one, gap(100, 3)), Some(gap(100, 3)));
        assert_eq!(gathered.add(at(2), one, gap(1100, 4)), None);
        assert_eq!(gathered.add(at(3), one, gap(2100, 5)), None);
        assert_eq!(gathered.add(at(6), one, gap(5100, 1)), Some(gap(1100, 10)));
        assert_eq!(gathered.add(at(7), one, gap(6100, 2)), None);
        assert_eq!((gathered.end(one), gathered.end(one)), (Some(gap(6100, 2)), None));
    }
}
