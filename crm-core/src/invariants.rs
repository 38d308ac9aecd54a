//! What must hold of the stored log, counted: the checks of tests, of the rebuild command and of the metrics. Mends nothing.

use crate::error::Result;
use crate::store::Store;

/// How often each invariant is broken; all 0 in health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// I3: segments that do not begin where the one before ended, or participants whose time they do not fill.
    pub untiled: u64,
    /// I3: closed interactions that still have an open participant, work item or assignment.
    pub open_in_closed: u64,
    /// Streams with a sequence number missing.
    pub streams_with_gaps: u64,
    /// I1: recordings of closed interactions without any part.
    pub recordings_without_parts: u64,
}

// Of each segment: the next begins where it ends; the last ends when its participant left; the first begins when they joined.
const UNTILED: &str = "\
SELECT COUNT(*) FROM segment s
  JOIN participant p ON p.id = s.participant_id
  LEFT JOIN segment n ON n.participant_id = s.participant_id AND n.ordinal = s.ordinal + 1
  WHERE s.ended_at < s.started_at
    OR (s.ordinal = 0 AND s.started_at <> p.joined_at)
    OR (n.participant_id IS NOT NULL AND (s.ended_at IS NULL OR s.ended_at <> n.started_at))
    OR (n.participant_id IS NULL AND p.left_at IS NOT NULL AND (s.ended_at IS NULL OR s.ended_at <> p.left_at))
    OR (n.participant_id IS NULL AND p.left_at IS NULL AND s.ended_at IS NOT NULL)";

const UNFILLED: &str = "\
SELECT COUNT(*) FROM participant p
  WHERE p.left_at IS NOT NULL AND p.left_at > p.joined_at
    AND NOT EXISTS (SELECT 1 FROM segment s WHERE s.participant_id = p.id)";

const OPEN_IN_CLOSED: &str = "\
SELECT COUNT(*) FROM interaction i
  WHERE i.state = 'closed' AND (
    EXISTS (SELECT 1 FROM participant p WHERE p.interaction_id = i.id AND p.left_at IS NULL)
    OR EXISTS (SELECT 1 FROM work_item w WHERE w.interaction_id = i.id AND w.ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM assignment a WHERE a.interaction_id = i.id AND a.ended_at IS NULL))";

const STREAMS_WITH_GAPS: &str = "\
SELECT COUNT(*) FROM (
  SELECT stream_id FROM event GROUP BY stream_kind, stream_id HAVING MAX(seq) <> COUNT(*) OR MIN(seq) <> 1) AS broken";

const RECORDINGS_WITHOUT_PARTS: &str = "\
SELECT COUNT(*) FROM recording r JOIN interaction i ON i.id = r.interaction_id
  WHERE i.state = 'closed' AND r.ended_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM recording_part p WHERE p.recording_id = r.id)";

impl Store {
    /// Counts what is broken in the stored log. Reads all of it: not for every minute.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn violations(&self) -> Result<Violations> {
        Ok(Violations {
            untiled: self.count(UNTILED).await? + self.count(UNFILLED).await?,
            open_in_closed: self.count(OPEN_IN_CLOSED).await?,
            streams_with_gaps: self.count(STREAMS_WITH_GAPS).await?,
            recordings_without_parts: self.count(RECORDINGS_WITHOUT_PARTS).await?,
        })
    }

    async fn count(&self, sql: &'static str) -> Result<u64> {
        let rows = self.db.fetch(sql, Vec::new()).await?;
        Ok(rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) as u64)
    }
}
