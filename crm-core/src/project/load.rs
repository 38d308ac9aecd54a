//! Reading streams and projected rows by the hundred. Pure SQL; folds nothing.

use super::Stored;
use super::tables::{Rows, TABLES};
use crate::db::{Tx, Value, placeholders};
use crate::error::{Result, StoreError};
use cti_types::Utc;
use std::collections::BTreeMap;

/// Ids in one IN list.
const IDS_MAX: usize = 512;

/// The ids, the last of them repeated up to the next power of two: then few different statements are prepared and kept. In an IN list
/// an id twice is an id once.
fn padded(ids: &[String]) -> impl ExactSizeIterator<Item = Value> {
    (0..ids.len().next_power_of_two()).map(|at| ids.get(at).or(ids.last()).map_or(Value::Text(None), |id| Value::from(id.as_str())))
}

/// The stored events of these streams, by stream in the order of their numbers.
pub(super) async fn events(tx: &mut Tx, kind: &'static str, ids: &[String]) -> Result<BTreeMap<String, Vec<Stored>>> {
    let mut all: BTreeMap<String, Vec<Stored>> = BTreeMap::new();
    for chunk in ids.chunks(IDS_MAX) {
        let sql = format!(
            "SELECT stream_id, seq, at, body FROM event WHERE stream_kind = '{kind}' AND stream_id IN ({}) ORDER BY stream_id, seq",
            placeholders(1, padded(chunk).len())
        );
        let rows = tx.fetch(sql, padded(chunk).collect()).await?;
        for row in rows {
            let (stream, seq) = (row.text(0)?, row.int(1)? as u64);
            let body = serde_json::from_str(row.text(3)?)
                .map_err(|error| StoreError::corrupt_from(format!("event {seq} of stream {stream} cannot be read"), error))?;
            all.entry(stream.to_owned()).or_default().push(Stored { seq, at: Utc(row.int(2)?), body });
        }
    }
    Ok(all)
}

/// The last stored number of each of these streams; none for a stream that is not there.
pub(super) async fn lasts(tx: &mut Tx, kind: &'static str, ids: &[String]) -> Result<BTreeMap<String, u64>> {
    let mut all = BTreeMap::new();
    for chunk in ids.chunks(IDS_MAX) {
        let values: Vec<String> = (1..=padded(chunk).len()).map(|n| format!("(${n})")).collect();
        // One step in the key's index for each, where GROUP BY would read every event of theirs.
        let sql = format!(
            "SELECT column1, (SELECT MAX(seq) FROM event WHERE stream_kind = '{kind}' AND stream_id = column1) FROM (VALUES {}) AS wanted",
            values.join(",")
        );
        for row in tx.fetch(sql, padded(chunk).collect()).await? {
            if let Some(last) = row.opt_int(1) {
                all.insert(row.text(0)?.to_owned(), last as u64);
            }
        }
    }
    Ok(all)
}

/// The projected rows of these interactions in every table, as they stand.
pub(super) async fn rows(tx: &mut Tx, ids: &[String]) -> Result<Rows> {
    let mut all = Rows::new();
    for (at, table) in TABLES.iter().enumerate() {
        for chunk in ids.chunks(IDS_MAX) {
            let names = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let sql = format!("SELECT {names} FROM {} WHERE {} IN ({})", table.name, table.owner, placeholders(1, padded(chunk).len()));
            for row in tx.fetch(sql, padded(chunk).collect()).await? {
                let (key, values) = table.keyed(row.values());
                all.insert((at, key), values);
            }
        }
    }
    Ok(all)
}
