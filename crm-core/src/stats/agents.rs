//! What each agent did in some time: counted from the log's tables when it is asked for. Changes nothing.

use crate::db::{Value, text};
use crate::error::Result;
use crate::store::Store;
use cti_types::{AgentId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Work is given to agents within so long of the beginning of its contact; what waited longer, as a message may, is not counted.
const WAITED_MAX_US: i64 = 7 * 86_400_000_000;
/// Stretches of presence that began earlier are not looked for.
const PRESENT_MAX_US: i64 = 14 * 86_400_000_000;

/// What one agent did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentFigures {
    /// Assignments begun in which they talked with a customer, or dealt with a message.
    pub handled: i64,
    /// In these, in ms.
    pub talk_ms: i64,
    pub hold_ms: i64,
    pub wrap_up_ms: i64,
    /// (talk + hold + wrap-up) ÷ handled; null: nothing was.
    pub aht_ms: Option<i64>,
    /// Work held out to them; of this, what rang out or did not reach their telephone, and what they declined.
    pub offers: i64,
    pub not_answered: i64,
    pub declined: i64,
    /// Signed in, by what they had set: calls are in either.
    pub ready_ms: i64,
    pub not_ready_ms: i64,
    pub signed_in_ms: i64,
    /// When they first signed in or changed their state in this time.
    #[schema(value_type = Option<i64>)]
    pub first_at: Option<Utc>,
}

impl Store {
    /// How people are called.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn user_names(&self) -> Result<BTreeMap<AgentId, String>> {
        let rows = self.db.fetch("SELECT id, name FROM app_user", Vec::new()).await?;
        rows.iter().map(|row| Ok((row.id(0)?, row.text(1)?.to_owned()))).collect()
    }

    /// What agents did from `from` until `to`, or `now` if that is earlier; those who did anything, or the one asked for.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn agent_figures(&self, from: Utc, to: Utc, now: Utc, agent: Option<AgentId>) -> Result<BTreeMap<AgentId, AgentFigures>> {
        let mut all: BTreeMap<AgentId, AgentFigures> = BTreeMap::new();
        let mut tx = self.db.begin_snapshot().await?;
        let opened = from.0 - WAITED_MAX_US;
        let (of_one, values) = filter("a", agent, vec![Value::from(opened), Value::from(from), Value::from(to)]);
        let spent = |kinds: &str| {
            format!(
                "COALESCE((SELECT SUM(s.ended_at - s.started_at) FROM segment s WHERE s.participant_id = a.participant_id \
                 AND s.kind IN ({kinds}) AND s.ended_at IS NOT NULL), 0)"
            )
        };
        let sql = format!(
            "SELECT t.agent_id, CAST(SUM(CASE WHEN t.talk > 0 THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(t.talk) AS BIGINT), \
             CAST(SUM(t.hold) AS BIGINT), CAST(SUM(t.wrap_up) AS BIGINT) FROM (SELECT a.agent_id AS agent_id, {} AS talk, {} AS hold, \
             CASE WHEN a.wrap_up_at IS NULL OR a.ended_at IS NULL THEN 0 ELSE a.ended_at - a.wrap_up_at END AS wrap_up \
             FROM interaction i JOIN assignment a ON a.interaction_id = i.id JOIN participant p ON p.id = a.participant_id \
             WHERE i.opened_at >= $1 AND i.opened_at < $3 AND a.assigned_at >= $2 AND a.assigned_at < $3 AND p.role = 'agent'{of_one}) AS t \
             GROUP BY t.agent_id",
            spent("'talking', 'handling'"),
            spent("'holding'"),
        );
        for row in tx.fetch(sql, values).await? {
            let figures = all.entry(row.id(0)?).or_default();
            figures.handled = row.int(1)?;
            figures.talk_ms = row.int(2)? / 1000;
            figures.hold_ms = row.int(3)? / 1000;
            figures.wrap_up_ms = row.int(4)? / 1000;
            figures.aht_ms = (figures.handled > 0).then(|| (figures.talk_ms + figures.hold_ms + figures.wrap_up_ms) / figures.handled);
        }
        let (of_one, values) = filter("o", agent, vec![Value::from(opened), Value::from(from), Value::from(to)]);
        let sql = format!(
            "SELECT o.agent_id, COUNT(*), \
             CAST(SUM(CASE WHEN o.outcome IN ('no_answer', 'device_busy', 'device_unreachable') THEN 1 ELSE 0 END) AS BIGINT), \
             CAST(SUM(CASE WHEN o.outcome = 'declined' THEN 1 ELSE 0 END) AS BIGINT) \
             FROM interaction i JOIN offer o ON o.interaction_id = i.id \
             WHERE i.opened_at >= $1 AND i.opened_at < $3 AND o.offered_at >= $2 AND o.offered_at < $3{of_one} GROUP BY o.agent_id"
        );
        for row in tx.fetch(sql, values).await? {
            let figures = all.entry(row.id(0)?).or_default();
            figures.offers = row.int(1)?;
            figures.not_answered = row.int(2)?;
            figures.declined = row.int(3)?;
        }
        let until = to.min(now);
        let (of_one, values) = filter("a", agent, vec![Value::from(from.0 - PRESENT_MAX_US), Value::from(from), Value::from(until)]);
        let sql = format!(
            "SELECT a.agent_id, a.presence, CAST(SUM(CASE WHEN a.ended_at IS NULL OR a.ended_at > $3 THEN $3 ELSE a.ended_at END \
             - CASE WHEN a.started_at < $2 THEN $2 ELSE a.started_at END) AS BIGINT), \
             MIN(CASE WHEN a.started_at >= $2 THEN a.started_at END) FROM agent_presence a \
             WHERE a.started_at >= $1 AND a.started_at < $3 AND (a.ended_at IS NULL OR a.ended_at > $2){of_one} \
             GROUP BY a.agent_id, a.presence"
        );
        for row in tx.fetch(sql, values).await? {
            let spent_ms = row.int(2)? / 1000;
            let first = row.opt_int(3).map(Utc);
            let figures = all.entry(row.id(0)?).or_default();
            match row.text(1)? {
                "ready" => figures.ready_ms += spent_ms,
                "not_ready" => figures.not_ready_ms += spent_ms,
                _ => continue,
            }
            figures.signed_in_ms += spent_ms;
            figures.first_at = [figures.first_at, first].into_iter().flatten().min();
        }
        Ok(all)
    }
}

/// The condition that it is of this agent, and the values with theirs.
fn filter(table: &str, agent: Option<AgentId>, mut values: Vec<Value>) -> (String, Vec<Value>) {
    let Some(agent) = agent else { return (String::new(), values) };
    values.push(text(agent));
    (format!(" AND {table}.agent_id = ${}", values.len()), values)
}
