//! The log's streams as they stand: which are open, how far each is, and their events in order. Writes nothing.

use crate::db::{Row, Value, text};
use crate::error::{Result, StoreError};
use crate::store::Store;
use cti_types::event::{Body, Event, Stream};
use cti_types::{AgentId, InteractionId, Utc};
use std::collections::BTreeMap;

impl Store {
    /// Interactions that are not closed, oldest first. After a start and before the first call: what a dead server left.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn open_interactions(&self) -> Result<Vec<InteractionId>> {
        let rows = self.db.fetch("SELECT id FROM interaction WHERE closed_at IS NULL ORDER BY opened_at, id", Vec::new()).await?;
        rows.iter().map(|row| row.id(0)).collect()
    }

    /// Agents whose last presence has no end: still signed in as far as the log knows.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn open_agents(&self) -> Result<Vec<AgentId>> {
        let rows =
            self.db.fetch("SELECT DISTINCT agent_id FROM agent_presence WHERE ended_at IS NULL ORDER BY agent_id", Vec::new()).await?;
        rows.iter().map(|row| row.id(0)).collect()
    }

    /// The last sequence number of each agent's stream.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn agent_seqs(&self) -> Result<BTreeMap<AgentId, u64>> {
        let sql = "SELECT stream_id, MAX(seq) FROM event WHERE stream_kind = 'agent' GROUP BY stream_id";
        let rows = self.db.fetch(sql, Vec::new()).await?;
        rows.iter().map(|row| Ok((row.id(0)?, u64::try_from(row.int(1)?).unwrap_or(0)))).collect()
    }

    /// When each agent's stream ended so far.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn agent_lasts(&self) -> Result<BTreeMap<AgentId, Utc>> {
        let sql = "SELECT stream_id, MAX(at) FROM event WHERE stream_kind = 'agent' GROUP BY stream_id";
        let rows = self.db.fetch(sql, Vec::new()).await?;
        rows.iter().map(|row| Ok((row.id(0)?, Utc(row.int(1)?)))).collect()
    }

    /// The events of one stream in order.
    ///
    /// # Errors
    /// `Unavailable`; `Corrupt` for a body this version cannot read.
    pub async fn stream_events(&self, stream: Stream) -> Result<Vec<Event>> {
        let sql = "SELECT seq, owner_epoch, at, version, body FROM event WHERE stream_kind = $1 AND stream_id = $2 ORDER BY seq";
        let args: Vec<Value> = vec![text(stream.kind()), text(stream.uuid().hyphenated())];
        let rows = self.db.fetch(sql, args).await?;
        rows.iter().map(|row| event(stream, row)).collect()
    }
}

fn event(stream: Stream, row: &Row) -> Result<Event> {
    let body: Body = serde_json::from_str(row.text(4)?)
        .map_err(|error| StoreError::corrupt(format!("event {} of stream {}: {error}", row.int(0).unwrap_or(0), stream.uuid())))?;
    Ok(Event {
        stream,
        seq: u64::try_from(row.int(0)?).unwrap_or(0),
        owner_epoch: u32::try_from(row.int(1)?).unwrap_or(0),
        at: Utc(row.int(2)?),
        version: u16::try_from(row.int(3)?).unwrap_or(0),
        body,
    })
}
