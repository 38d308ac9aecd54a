//! Reading streams and projected rows by the hundred. Pure SQL; folds nothing.

use super::Stored;
use super::tables::{Rows, TABLES};
use crate::db::{Tx, Value, placeholders};
use crate::error::{Result, StoreError};
use cti_types::Utc;
use std::collections::BTreeMap;

/// Ids in one IN list.
const IDS_MAX: usize = 500;

/// The stored events of these streams, by stream in the order of their numbers.
pub(super) async fn events(tx: &mut Tx, kind: &'static str, ids: &[String]) -> Result<BTreeMap<String, Vec<Stored>>> {
    let mut all: BTreeMap<String, Vec<Stored>> = BTreeMap::new();
    for chunk in ids.chunks(IDS_MAX) {
        let sql = format!(
            "SELECT stream_id, seq, at, body FROM event WHERE stream_kind = '{kind}' AND stream_id IN ({}) ORDER BY stream_id, seq",
            placeholders(1, chunk.len())
        );
        let rows = tx.fetch(sql, chunk.iter().map(|id| Value::from(id.as_str())).collect()).await?;
        for row in rows {
            let (stream, seq) = (row.text(0)?, row.int(1)? as u64);
            let body = serde_json::from_str(row.text(3)?)
                .map_err(|error| StoreError::corrupt_from(format!("event {seq} of stream {stream} cannot be read"), error))?;
            all.entry(stream.to_owned()).or_default().push(Stored { seq, at: Utc(row.int(2)?), body });
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
            let sql = format!("SELECT {names} FROM {} WHERE {} IN ({})", table.name, table.owner, placeholders(1, chunk.len()));
            for row in tx.fetch(sql, chunk.iter().map(|id| Value::from(id.as_str())).collect()).await? {
                let (key, values) = table.keyed(row.values());
                all.insert((at, key), values);
            }
        }
    }
    Ok(all)
}
