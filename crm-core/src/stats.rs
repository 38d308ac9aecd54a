//! Reading the counted quarter hours and the intervals of presence, and what follows from them. Counts nothing itself; that is the projector's.

mod agents;

pub use agents::AgentFigures;

use crate::db::Value;
use crate::error::Result;
use crate::project::counts::{COLUMNS, LEVEL_US};
use crate::project::presence::read_presence;
use crate::store::Store;
use cti_types::acd::Presence;
use cti_types::{AgentId, QueueId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Most rows given at once: some three months of one queue's quarter hours.
const ROWS_MAX: usize = 10_000;

/// A quarter hour of a queue, counted by when work entered it. `offered` = answered + abandoned + overflowed + lost + still waiting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IntervalStat {
    #[schema(value_type = Uuid)]
    pub queue_id: QueueId,
    #[schema(value_type = i64)]
    pub start_at: Utc,
    pub offered: i64,
    pub answered: i64,
    pub abandoned: i64,
    /// Sent on to another queue or back to the flow.
    pub overflowed: i64,
    /// Ended by a failure of the server.
    pub lost: i64,
    /// Answered within 20 s of entering the queue. Service level = this ÷ offered, or ÷ (offered − `abandoned_in_level`).
    pub answered_in_level: i64,
    pub abandoned_in_level: i64,
    /// Sums: average speed of answer = `wait_answered_ms` ÷ answered.
    pub wait_answered_ms: i64,
    pub wait_abandoned_ms: i64,
    /// Average handling time = (`talk_ms` + `hold_ms` + `wrap_up_ms`) ÷ answered.
    pub talk_ms: i64,
    pub hold_ms: i64,
    pub wrap_up_ms: i64,
}

/// What the sums of [`IntervalStat`] add up to over some of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntervalSums {
    pub offered: i64,
    pub answered: i64,
    pub abandoned: i64,
    pub overflowed: i64,
    pub lost: i64,
    pub answered_in_level: i64,
    pub abandoned_in_level: i64,
    pub wait_answered_ms: i64,
    pub wait_abandoned_ms: i64,
    pub talk_ms: i64,
    pub hold_ms: i64,
    pub wrap_up_ms: i64,
}

/// What follows from sums, by the formulas `queue-figures/1`. Null where there is nothing to divide by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueFigures {
    /// Service level: answered in time ÷ (offered − abandoned in time), in thousandths.
    pub level_permille: Option<i64>,
    /// The strict form: answered in time ÷ all offered.
    pub level_all_permille: Option<i64>,
    /// Of those answered alone: answered in time ÷ answered.
    pub level_answered_permille: Option<i64>,
    /// Abandonment: abandoned ÷ offered.
    pub abandoned_permille: Option<i64>,
    /// Average speed of answer: their waiting ÷ answered.
    pub asa_ms: Option<i64>,
    /// Average handling time: (talk + hold + wrap-up) ÷ answered.
    pub aht_ms: Option<i64>,
}

/// Within how long an answer counts for the service level.
pub const LEVEL_MS: i64 = LEVEL_US / 1000;

impl IntervalStat {
    /// Without the queue and the time.
    pub fn sums(&self) -> IntervalSums {
        IntervalSums {
            offered: self.offered,
            answered: self.answered,
            abandoned: self.abandoned,
            overflowed: self.overflowed,
            lost: self.lost,
            answered_in_level: self.answered_in_level,
            abandoned_in_level: self.abandoned_in_level,
            wait_answered_ms: self.wait_answered_ms,
            wait_abandoned_ms: self.wait_abandoned_ms,
            talk_ms: self.talk_ms,
            hold_ms: self.hold_ms,
            wrap_up_ms: self.wrap_up_ms,
        }
    }
}

impl IntervalSums {
    /// Adds another's to these.
    pub fn add(&mut self, other: &IntervalSums) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.abandoned += other.abandoned;
        self.overflowed += other.overflowed;
        self.lost += other.lost;
        self.answered_in_level += other.answered_in_level;
        self.abandoned_in_level += other.abandoned_in_level;
        self.wait_answered_ms += other.wait_answered_ms;
        self.wait_abandoned_ms += other.wait_abandoned_ms;
        self.talk_ms += other.talk_ms;
        self.hold_ms += other.hold_ms;
        self.wrap_up_ms += other.wrap_up_ms;
    }

    /// See [`QueueFigures`].
    pub fn figures(&self) -> QueueFigures {
        let share = |part: i64, whole: i64| (whole > 0).then(|| part * 1000 / whole);
        let mean = |sum: i64| (self.answered > 0).then(|| sum / self.answered);
        QueueFigures {
            level_permille: share(self.answered_in_level, self.offered - self.abandoned_in_level),
            level_all_permille: share(self.answered_in_level, self.offered),
            level_answered_permille: share(self.answered_in_level, self.answered),
            abandoned_permille: share(self.abandoned, self.offered),
            asa_ms: mean(self.wait_answered_ms),
            aht_ms: mean(self.talk_ms + self.hold_ms + self.wrap_up_ms),
        }
    }
}

/// A stretch of one presence.
#[derive(Clone, Debug, PartialEq)]
pub struct PresenceInterval {
    pub agent: AgentId,
    pub presence: Presence,
    pub device: String,
    pub started_at: Utc,
    /// `None` while it lasts.
    pub ended_at: Option<Utc>,
}

impl Store {
    /// The intervals that begin in `from..to`, of one queue or of all, by time and queue; at most 10,000.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn interval_stats(&self, from: Utc, to: Utc, queue: Option<QueueId>) -> Result<Vec<IntervalStat>> {
        let mut values = vec![Value::from(from), Value::from(to)];
        let mut filter = String::new();
        if let Some(queue) = queue {
            values.push(crate::db::text(queue));
            filter.push_str(" AND queue_id = $3");
        }
        let sql = format!(
            "SELECT queue_id, start_at, {} FROM interval_stat WHERE start_at >= $1 AND start_at < $2{filter} \
             ORDER BY start_at, queue_id LIMIT {ROWS_MAX}",
            COLUMNS.join(", ")
        );
        let rows = self.db.fetch(sql, values).await?;
        rows.iter()
            .map(|row| {
                Ok(IntervalStat {
                    queue_id: row.id(0)?,
                    start_at: Utc(row.int(1)?),
                    offered: row.int(2)?,
                    answered: row.int(3)?,
                    abandoned: row.int(4)?,
                    overflowed: row.int(5)?,
                    lost: row.int(6)?,
                    answered_in_level: row.int(7)?,
                    abandoned_in_level: row.int(8)?,
                    wait_answered_ms: row.int(9)?,
                    wait_abandoned_ms: row.int(10)?,
                    talk_ms: row.int(11)?,
                    hold_ms: row.int(12)?,
                    wrap_up_ms: row.int(13)?,
                })
            })
            .collect()
    }

    /// The time zone of each queue's days.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn queue_zones(&self) -> Result<BTreeMap<QueueId, String>> {
        let rows = self.db.fetch("SELECT id, zone FROM queue", Vec::new()).await?;
        rows.iter().map(|row| Ok((row.id(0)?, row.text(1)?.to_owned()))).collect()
    }

    /// The sums of all intervals of each queue that begin at or after a time.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn interval_sums_since(&self, from: Utc) -> Result<BTreeMap<QueueId, IntervalSums>> {
        let sums: Vec<String> = COLUMNS.iter().map(|name| format!("CAST(SUM({name}) AS BIGINT)")).collect();
        let sql = format!("SELECT queue_id, {} FROM interval_stat WHERE start_at >= $1 GROUP BY queue_id", sums.join(", "));
        let rows = self.db.fetch(sql, vec![Value::from(from)]).await?;
        rows.iter()
            .map(|row| {
                let sums = IntervalSums {
                    offered: row.int(1)?,
                    answered: row.int(2)?,
                    abandoned: row.int(3)?,
                    overflowed: row.int(4)?,
                    lost: row.int(5)?,
                    answered_in_level: row.int(6)?,
                    abandoned_in_level: row.int(7)?,
                    wait_answered_ms: row.int(8)?,
                    wait_abandoned_ms: row.int(9)?,
                    talk_ms: row.int(10)?,
                    hold_ms: row.int(11)?,
                    wrap_up_ms: row.int(12)?,
                };
                Ok((row.id(0)?, sums))
            })
            .collect()
    }

    /// An agent's intervals that overlap `from..to`, in order; at most 10,000.
    ///
    /// # Errors
    /// `Unavailable`, `Corrupt`.
    pub async fn presence_intervals(&self, agent: AgentId, from: Utc, to: Utc) -> Result<Vec<PresenceInterval>> {
        let sql = format!(
            "SELECT presence, reason, device, started_at, ended_at FROM agent_presence \
             WHERE agent_id = $1 AND started_at < $3 AND (ended_at IS NULL OR ended_at > $2) ORDER BY seq LIMIT {ROWS_MAX}"
        );
        let rows = self.db.fetch(sql, vec![crate::db::text(agent), Value::from(from), Value::from(to)]).await?;
        rows.iter()
            .map(|row| {
                Ok(PresenceInterval {
                    agent,
                    presence: read_presence(row.text(0)?, row.opt_text(1))?,
                    device: row.text(2)?.to_owned(),
                    started_at: Utc(row.int(3)?),
                    ended_at: row.opt_int(4).map(Utc),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_follow_their_formulas_and_divide_by_nothing() {
        let sums = IntervalSums {
            offered: 12,
            answered: 10,
            abandoned: 2,
            answered_in_level: 8,
            abandoned_in_level: 1,
            wait_answered_ms: 91_000,
            talk_ms: 1_000_000,
            hold_ms: 200_000,
            wrap_up_ms: 300_000,
            ..IntervalSums::default()
        };
        let mut twice = sums;
        twice.add(&sums);
        for sums in [sums, twice] {
            let figures = sums.figures();
            assert_eq!(
                (figures.level_permille, figures.level_all_permille, figures.level_answered_permille),
                (Some(727), Some(666), Some(800))
            );
            assert_eq!((figures.abandoned_permille, figures.asa_ms, figures.aht_ms), (Some(166), Some(9_100), Some(150_000)));
        }
        assert_eq!(IntervalSums::default().figures(), QueueFigures::default());
        let fled = IntervalSums { offered: 1, abandoned: 1, abandoned_in_level: 1, ..IntervalSums::default() };
        assert_eq!((fled.figures().level_permille, fled.figures().level_all_permille), (None, Some(0)));
    }
}
