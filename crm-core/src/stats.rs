//! Reading the counted quarter hours and the intervals of presence. Counts nothing itself; that is the projector's.

use crate::db::Value;
use crate::error::Result;
use crate::project::counts::COLUMNS;
use crate::project::presence::read_presence;
use crate::store::Store;
use cti_types::acd::Presence;
use cti_types::{AgentId, QueueId, Utc};
use serde::{Deserialize, Serialize};
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
