//! Counts by queue and quarter hour, as what each pass through a queue adds to them. Reading them is in `stats`.

use super::fold::{Fold, Pass};
use crate::db::{Tx, Value, placeholders, step, text};
use crate::error::Result;
use cti_types::QueueId;
use cti_types::event::WorkEnd;
use std::collections::BTreeMap;

/// Length of an interval: 15 minutes, in µs.
pub(crate) const INTERVAL_US: i64 = 900_000_000;
/// What counts as answered, or abandoned, within the service level: 20 s, in µs.
pub(crate) const LEVEL_US: i64 = 20_000_000;

/// The counted columns of `interval_stat`, in the order of [`Counts`].
pub(crate) const COLUMNS: [&str; 12] = [
    "offered",
    "answered",
    "abandoned",
    "overflowed",
    "lost",
    "answered_in_level",
    "abandoned_in_level",
    "wait_answered_ms",
    "wait_abandoned_ms",
    "talk_ms",
    "hold_ms",
    "wrap_up_ms",
];

/// One number for each of [`COLUMNS`].
pub(crate) type Counts = [i64; COLUMNS.len()];

/// The differences some events make, by queue and beginning of the interval.
#[derive(Debug, Default)]
pub(super) struct Tally(pub(super) BTreeMap<(QueueId, i64), Counts>);

impl Tally {
    pub(super) fn add(&mut self, fold: &Fold) {
        self.each(fold, 1);
    }

    pub(super) fn subtract(&mut self, fold: &Fold) {
        self.each(fold, -1);
    }

    fn each(&mut self, fold: &Fold, sign: i64) {
        // The figures are of calls: nobody waits on the line with a message, and no service level is promised for it.
        if fold.is_message() {
            return;
        }
        for pass in fold.passes() {
            let start = pass.queued.0.div_euclid(INTERVAL_US) * INTERVAL_US;
            let sums = self.0.entry((pass.queue, start)).or_default();
            for (sum, count) in sums.iter_mut().zip(contribution(fold, pass)) {
                *sum += sign * count;
            }
        }
    }

    /// Adds the differences to the table. Ordered by key, so that two nodes writing at once cannot wait for each other in a circle.
    pub(super) async fn write(self, tx: &mut Tx) -> Result<()> {
        let rows: Vec<_> = self.0.into_iter().filter(|(_, counts)| counts.iter().any(|count| *count != 0)).collect();
        let sets: Vec<String> = COLUMNS.iter().map(|name| format!("{name} = interval_stat.{name} + excluded.{name}")).collect();
        let width = COLUMNS.len() + 2;
        let mut rows = rows.as_slice();
        while !rows.is_empty() {
            let (chunk, rest) = rows.split_at(step(rows.len(), 128));
            rows = rest;
            let groups: Vec<String> = (0..chunk.len()).map(|row| format!("({})", placeholders(row * width + 1, width))).collect();
            let sql = format!(
                "INSERT INTO interval_stat (queue_id, start_at, {}) VALUES {} ON CONFLICT (queue_id, start_at) DO UPDATE SET {}",
                COLUMNS.join(", "),
                groups.join(","),
                sets.join(", ")
            );
            let values = chunk
                .iter()
                .flat_map(|((queue, start), counts)| {
                    [text(queue), Value::from(*start)].into_iter().chain(counts.iter().map(|count| Value::from(*count)))
                })
                .collect();
            tx.execute(sql, values).await?;
        }
        Ok(())
    }
}

/// What one pass adds. Waiting is counted from when it entered this queue, not from the age it may have brought.
fn contribution(fold: &Fold, pass: &Pass) -> Counts {
    let [mut answered, mut abandoned, mut overflowed, mut lost] = [0; 4];
    let [mut answered_in_level, mut abandoned_in_level, mut wait_answered, mut wait_abandoned] = [0; 4];
    let [mut talk, mut hold, mut wrap_up] = [0; 3];
    if let Some((at, end)) = &pass.ended {
        let wait = at.0 - pass.queued.0;
        let in_level = i64::from(wait <= LEVEL_US);
        match end {
            WorkEnd::Assigned(_) => {
                (answered, answered_in_level, wait_answered) = (1, in_level, wait);
                let handling = fold.handling(pass.work);
                (talk, hold, wrap_up) = (handling.talk, handling.hold, handling.wrap_up);
            }
            WorkEnd::Abandoned => (abandoned, abandoned_in_level, wait_abandoned) = (1, in_level, wait),
            // Out of this queue without an agent of it, whether by a limit or by hand.
            WorkEnd::Overflowed(_) | WorkEnd::Left(_) | WorkEnd::Moved(_) | WorkEnd::Taken(_) | WorkEnd::NotTaken(_) => overflowed = 1,
            WorkEnd::ServerLost => lost = 1,
        }
    }
    [
        1,
        answered,
        abandoned,
        overflowed,
        lost,
        answered_in_level,
        abandoned_in_level,
        wait_answered / 1000,
        wait_abandoned / 1000,
        talk / 1000,
        hold / 1000,
        wrap_up / 1000,
    ]
}
