//! An agent's presence as intervals, from the agent's stream. Decides nothing about who may be ready.

use super::tables::{AGENT_PRESENCE, Rows, TABLES, put, write_changes};
use super::{New, ProjectReport, Stored, event_row, insert_events, load};
use crate::db::{Tx, Value, placeholders, text};
use crate::error::{Result, StoreError};
use cti_types::acd::{NotReadyReason, Presence};
use cti_types::event::Body;
use cti_types::{AgentId, Utc};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
struct Interval {
    seq: u64,
    presence: Presence,
    device: String,
    started: Utc,
    ended: Option<Utc>,
}

/// Intervals begun or ended by the events applied, and the one that lasts.
#[derive(Clone, Debug)]
pub(super) struct PresenceFold {
    agent: AgentId,
    done: Vec<Interval>,
    open: Option<Interval>,
}

impl PresenceFold {
    pub(super) fn new(agent: AgentId) -> Self {
        Self { agent, done: Vec::new(), open: None }
    }

    pub(super) fn apply(&mut self, seq: u64, at: Utc, body: &Body) {
        match body {
            Body::SignedIn { device } => {
                let presence = Presence::NotReady(NotReadyReason::Unspecified);
                self.begin(Interval { seq, presence, device: device.clone(), started: at, ended: None });
            }
            Body::PresenceChanged { presence: Presence::LoggedOut, .. } | Body::SignedOut => self.end(at),
            Body::PresenceChanged { presence, .. } => {
                let device = match &mut self.open {
                    // Only what is pending changed.
                    Some(open) if open.presence == *presence => return,
                    // Said at the moment of signing in: that interval never lasted.
                    Some(open) if open.started == at => {
                        open.presence = *presence;
                        return;
                    }
                    Some(open) => open.device.clone(),
                    None => String::new(),
                };
                self.begin(Interval { seq, presence: *presence, device, started: at, ended: None });
            }
            Body::TakenOver { device } => {
                let presence = self.open.as_ref().map_or(Presence::NotReady(NotReadyReason::Unspecified), |open| open.presence);
                self.begin(Interval { seq, presence, device: device.clone(), started: at, ended: None });
            }
            // The rest belongs to interactions' streams.
            _ => {}
        }
    }

    fn begin(&mut self, interval: Interval) {
        self.end(interval.started);
        self.open = Some(interval);
    }

    fn end(&mut self, at: Utc) {
        if let Some(mut open) = self.open.take() {
            open.ended = Some(at);
            self.done.push(open);
        }
    }

    pub(super) fn rows(&self) -> Rows {
        let mut rows = Rows::new();
        for interval in self.done.iter().chain(&self.open) {
            let (word, reason) = match interval.presence {
                Presence::LoggedOut => ("logged_out", None),
                Presence::Ready => ("ready", None),
                Presence::NotReady(reason) => ("not_ready", serde_json::to_string(&reason).ok()),
            };
            let row = vec![
                text(self.agent),
                Value::from(interval.seq),
                Value::from(word),
                Value::from(reason),
                Value::from(interval.device.as_str()),
                Value::from(interval.started),
                Value::Int(interval.ended.map(|at| at.0)),
            ];
            put(&mut rows, AGENT_PRESENCE, row);
        }
        rows
    }
}

/// Brings new events of agents' streams in. A stream may be years long, so only the interval that lasts is read back; all of it only when
/// an event comes late.
pub(super) async fn project_agents(tx: &mut Tx, streams: BTreeMap<AgentId, New<'_>>, report: &mut ProjectReport) -> Result<()> {
    for (agent, mut new) in streams {
        let last = last_seq(tx, agent).await?;
        let first = new.keys().next().copied().unwrap_or(0);
        if first > last {
            report.events += new.len() as u64;
            let top = new.keys().next_back().copied().unwrap_or(last);
            report.gaps += (top - last) - new.len() as u64;
            let before = load_open(tx, agent).await?;
            let mut fold = before.clone();
            for event in new.values() {
                fold.apply(event.seq, event.at, &event.body);
            }
            insert(tx, &new).await?;
            write_changes(tx, &before.rows(), &fold.rows()).await?;
            continue;
        }
        let old = load::events(tx, "agent", &[agent.to_string()]).await?.remove(&agent.to_string()).unwrap_or_default();
        let given = new.len();
        new.retain(|seq, _| old.iter().all(|event| event.seq != *seq));
        report.skipped += (given - new.len()) as u64;
        report.events += new.len() as u64;
        if !new.is_empty() {
            insert(tx, &new).await?;
            rewrite(tx, agent).await?;
        }
    }
    Ok(())
}

async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<()> {
    insert_events(tx, new.values().map(|event| event_row(event)).collect::<Result<Vec<_>>>()?).await
}

/// Makes an agent's intervals anew from the whole stream; returns how many rows differed.
pub(super) async fn rewrite(tx: &mut Tx, agent: AgentId) -> Result<u64> {
    let stored: Vec<Stored> = load::events(tx, "agent", &[agent.to_string()]).await?.remove(&agent.to_string()).unwrap_or_default();
    let mut fold = PresenceFold::new(agent);
    for event in &stored {
        fold.apply(event.seq, event.at, &event.body);
    }
    let before = load_rows(tx, agent, "").await?;
    write_changes(tx, &before, &fold.rows()).await
}

async fn last_seq(tx: &mut Tx, agent: AgentId) -> Result<u64> {
    let rows = tx.fetch("SELECT MAX(seq) FROM event WHERE stream_kind = 'agent' AND stream_id = $1", vec![text(agent)]).await?;
    Ok(rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) as u64)
}

async fn load_rows(tx: &mut Tx, agent: AgentId, filter: &str) -> Result<Rows> {
    let mut rows = Rows::new();
    let Some(table) = TABLES.get(AGENT_PRESENCE) else { return Ok(rows) };
    let names = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {names} FROM agent_presence WHERE agent_id = {}{filter}", placeholders(1, 1));
    for row in tx.fetch(sql, vec![text(agent)]).await? {
        put(&mut rows, AGENT_PRESENCE, row.values());
    }
    Ok(rows)
}

async fn load_open(tx: &mut Tx, agent: AgentId) -> Result<PresenceFold> {
    let sql = "SELECT seq, presence, reason, device, started_at FROM agent_presence WHERE agent_id = $1 AND ended_at IS NULL";
    let rows = tx.fetch(sql, vec![text(agent)]).await?;
    let mut fold = PresenceFold::new(agent);
    if let Some(row) = rows.first() {
        fold.open = Some(Interval {
            seq: row.int(0)? as u64,
            presence: read_presence(row.text(1)?, row.opt_text(2))?,
            device: row.text(3)?.to_owned(),
            started: Utc(row.int(4)?),
            ended: None,
        });
    }
    Ok(fold)
}

/// The columns `presence` and `reason` as one value again.
pub(crate) fn read_presence(word: &str, reason: Option<&str>) -> Result<Presence> {
    match (word, reason) {
        ("logged_out", _) => Ok(Presence::LoggedOut),
        ("ready", _) => Ok(Presence::Ready),
        ("not_ready", Some(reason)) => serde_json::from_str(reason)
            .map(Presence::NotReady)
            .map_err(|error| StoreError::corrupt_from("the reason of a presence cannot be read", error)),
        _ => Err(StoreError::corrupt(format!("a presence is {word} without what belongs to it"))),
    }
}
