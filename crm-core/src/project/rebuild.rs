//! Making the projections anew from the events and saying how many rows differed: 0 in health. Changes no event.

use super::counts::{COLUMNS, Counts, Tally};
use super::fold::Fold;
use super::tables::{AGENT_PRESENCE, TABLES, write_changes};
use super::{load, presence};
use crate::db::{Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::store::Store;
use cti_types::{AgentId, InteractionId, QueueId};
use std::collections::BTreeMap;

/// Streams handled in one transaction.
const PAGE: usize = 500;

/// How far a rebuild is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RebuildProgress {
    pub interactions: u64,
    pub agents: u64,
    /// Rows found different so far.
    pub rows_changed: u64,
}

/// What a rebuild did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RebuildReport {
    pub interactions: u64,
    pub agents: u64,
    /// Rows of projections that were missing, wrong or too many. 0 unless something was broken.
    pub rows_changed: u64,
}

impl Store {
    /// Makes all projections anew. Meant for when no node projects: rows written meanwhile would be counted as differing.
    ///
    /// # Errors
    /// `Unavailable`; `Corrupt` when an event cannot be read. What was done up to then stays done and is right.
    pub async fn rebuild(&self, progress: &mut (dyn FnMut(RebuildProgress) + Send)) -> Result<RebuildReport> {
        let mut report = RebuildReport::default();
        let mut tally = Tally::default();
        let mut after = String::new();
        loop {
            let ids = self.stream_page("interaction", &after).await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            let mut tx = self.db.begin().await?;
            report.rows_changed += rebuild_page(&mut tx, &ids, &mut tally).await?;
            tx.commit().await?;
            report.interactions += ids.len() as u64;
            progress(RebuildProgress { interactions: report.interactions, agents: 0, rows_changed: report.rows_changed });
        }
        let mut after = String::new();
        loop {
            let ids = self.stream_page("agent", &after).await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            for id in &ids {
                let agent: AgentId = id.parse().map_err(|e| StoreError::corrupt_from("a stream's id", e))?;
                let mut tx = self.db.begin().await?;
                report.rows_changed += presence::rewrite(&mut tx, agent).await?;
                tx.commit().await?;
                report.agents += 1;
            }
            let done = RebuildProgress { interactions: report.interactions, agents: report.agents, rows_changed: report.rows_changed };
            progress(done);
        }
        let mut tx = self.db.begin().await?;
        report.rows_changed += delete_orphans(&mut tx).await?;
        report.rows_changed += replace_counts(&mut tx, tally).await?;
        tx.commit().await?;
        report.rows_changed += self.recount_contacts().await?;
        Ok(report)
    }

    async fn stream_page(&self, kind: &'static str, after: &str) -> Result<Vec<String>> {
        // Each stream has an event 1 or, with a gap at its beginning, a later one: DISTINCT, not seq = 1.
        let sql = format!("SELECT DISTINCT stream_id FROM event WHERE stream_kind = $1 AND stream_id > $2 ORDER BY stream_id LIMIT {PAGE}");
        let rows = self.db.fetch(sql, args![kind, after]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }
}

async fn rebuild_page(tx: &mut Tx, ids: &[String], tally: &mut Tally) -> Result<u64> {
    let stored = load::events(tx, "interaction", ids).await?;
    let before = load::rows(tx, ids).await?;
    let mut after = super::tables::Rows::new();
    for (id, events) in stored {
        let id: InteractionId = id.parse().map_err(|e| StoreError::corrupt_from("a stream's id", e))?;
        let mut fold = Fold::new(id);
        for event in &events {
            fold.apply(event.at, &event.body);
        }
        tally.add(&fold);
        after.extend(fold.rows());
    }
    write_changes(tx, &before, &after).await
}

/// Rows of streams that have no event at all.
async fn delete_orphans(tx: &mut Tx) -> Result<u64> {
    let mut deleted = 0;
    for (at, table) in TABLES.iter().enumerate() {
        let kind = if at == AGENT_PRESENCE { "agent" } else { "interaction" };
        let sql = format!(
            "DELETE FROM {name} WHERE NOT EXISTS \
             (SELECT 1 FROM event e WHERE e.stream_kind = '{kind}' AND e.stream_id = {name}.{owner})",
            name = table.name,
            owner = table.owner
        );
        deleted += tx.execute(sql, Vec::new()).await?;
    }
    Ok(deleted)
}

/// Compares the counts with what they should be; writes all of them if any differs.
async fn replace_counts(tx: &mut Tx, tally: Tally) -> Result<u64> {
    let zero = |counts: &Counts| counts.iter().all(|count| *count == 0);
    let sql = format!("SELECT queue_id, start_at, {} FROM interval_stat", COLUMNS.join(", "));
    let mut present: BTreeMap<(QueueId, i64), Counts> = BTreeMap::new();
    for row in tx.fetch(sql, Vec::new()).await? {
        let mut counts = Counts::default();
        for (at, count) in counts.iter_mut().enumerate() {
            *count = row.int(at + 2)?;
        }
        present.insert((row.id(0)?, row.int(1)?), counts);
    }
    // A row of zeros says the same as none.
    present.retain(|_, counts| !zero(counts));
    let mut changed = 0;
    for (key, counts) in &tally.0 {
        changed += u64::from(present.get(key) != Some(counts) && !zero(counts));
    }
    let gone: Vec<(QueueId, i64)> = present.keys().filter(|key| tally.0.get(key).is_none_or(zero)).copied().collect();
    changed += gone.len() as u64;
    if changed > 0 {
        for (queue, start) in gone {
            tx.execute("DELETE FROM interval_stat WHERE queue_id = $1 AND start_at = $2", vec![text(queue), Value::from(start)]).await?;
        }
        for (queue, start) in tally.0.keys() {
            tx.execute("DELETE FROM interval_stat WHERE queue_id = $1 AND start_at = $2", vec![text(queue), Value::from(*start)]).await?;
        }
        tally.write(tx).await?;
    }
    Ok(changed)
}
