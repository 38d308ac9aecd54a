//! The log's way from the journal into the database: events, personal values, and the tables made from them. Owns no thread and no file.
//!
//! One call of [`Store::project`] is one transaction: it skips what the node's high-water mark says is in, inserts the rest, and brings the
//! projections of the streams it touched up to date. An interaction's projection is a pure function of its whole stream ([`fold`]): before
//! and after are both computed and only rows that differ are written. So the order in which nodes deliver does not matter, applying twice
//! changes nothing, and [`Store::rebuild`] runs the same function.

pub(crate) mod counts;
mod fold;
mod load;
pub(crate) mod presence;
mod rebuild;
mod tables;

pub use rebuild::{RebuildProgress, RebuildReport};

use crate::db::{PARAMETERS_MAX, Tx, Value, args, placeholders, text};
use crate::error::{Result, StoreError};
use crate::store::Store;
use counts::Tally;
use cti_types::event::{Body, Event, Personal, PersonalKind, Stream};
use cti_types::{AgentId, InteractionId};
use fold::Fold;
use std::collections::{BTreeMap, BTreeSet};
use tables::{Rows, write_changes};

/// What the projector reads out of the journal.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalRecord {
    Event(Event),
    Personal(Personal),
}

/// One record with its place in the node's journal.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEntry {
    /// Grows from record to record within one node's journal.
    pub position: u64,
    pub record: JournalRecord,
}

/// What one batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProjectReport {
    /// Events that were new.
    pub events: u64,
    /// Personal values in the batch that were not below the mark.
    pub personal: u64,
    /// Records that were in already.
    pub skipped: u64,
    /// Sequence numbers missing in the streams touched, as they now stand (they may come with another node's batch).
    pub gaps: u64,
    /// Events that name a participant, work item or offer their stream never began: a bug of whoever wrote them.
    pub strays: u64,
}

/// An event as the table holds it.
pub(crate) struct Stored {
    pub(crate) seq: u64,
    pub(crate) at: cti_types::Utc,
    pub(crate) body: Body,
}

impl Store {
    /// Brings a batch of one node's journal into the database, and its mark to `up_to` (the position of the last record the batch was made
    /// from, projected or not). Records at or below the node's mark are skipped. A batch is held in memory several times over: some
    /// thousand records at a time are right.
    ///
    /// # Errors
    /// `Unavailable`: nothing was written, hand the same batch in again. `Corrupt`: the stream in the database cannot be read.
    pub async fn project(&self, node: &str, batch: &[JournalEntry], up_to: u64) -> Result<ProjectReport> {
        let mut report = ProjectReport::default();
        let mut tx = self.db.begin().await?;
        let mark = lock_mark(&mut tx, node).await?;
        let fresh: Vec<&JournalRecord> = batch.iter().filter(|entry| entry.position as i64 > mark).map(|entry| &entry.record).collect();
        report.skipped = (batch.len() - fresh.len()) as u64;

        insert_personal(&mut tx, &fresh, &mut report).await?;
        let mut interactions: BTreeMap<InteractionId, BTreeMap<u64, Event>> = BTreeMap::new();
        let mut agents: BTreeMap<AgentId, BTreeMap<u64, Event>> = BTreeMap::new();
        for record in fresh {
            let JournalRecord::Event(event) = record else { continue };
            let slot = match event.stream {
                Stream::Interaction(id) => interactions.entry(id).or_default(),
                Stream::Agent(id) => agents.entry(id).or_default(),
            };
            if slot.insert(event.seq, tidy(event.clone())).is_some() {
                report.skipped += 1;
            }
        }
        project_interactions(&mut tx, interactions, &mut report).await?;
        presence::project_agents(&mut tx, agents, &mut report).await?;

        if up_to as i64 > mark {
            tx.execute("UPDATE projector_mark SET position = $2 WHERE node = $1", args![node, up_to]).await?;
        }
        tx.commit().await?;
        Ok(report)
    }

    /// How far the node's journal is in: the position of the last record that is; `None` when nothing ever was.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn mark(&self, node: &str) -> Result<Option<u64>> {
        let rows = self.db.fetch("SELECT position FROM projector_mark WHERE node = $1", args![node]).await?;
        Ok(rows.first().and_then(|row| row.opt_int(0)).and_then(|position| u64::try_from(position).ok()))
    }
}

/// Reads the mark and keeps others of the same node out until the end of the transaction; -1 when nothing was projected yet.
async fn lock_mark(tx: &mut Tx, node: &str) -> Result<i64> {
    tx.execute("INSERT INTO projector_mark (node, position) VALUES ($1, -1) ON CONFLICT (node) DO NOTHING", args![node]).await?;
    // Writing the row, even unchanged, locks it on PostgreSQL; SQLite has its one writer.
    tx.execute("UPDATE projector_mark SET position = position WHERE node = $1", args![node]).await?;
    let rows = tx.fetch("SELECT position FROM projector_mark WHERE node = $1", args![node]).await?;
    rows.first().map_or(Err(StoreError::corrupt("a mark just written is not there")), |row| row.int(0))
}

/// JSON has no NaN and no infinity: such a measurement is stored as 0 (never measured), else the event could not be read back.
fn tidy(mut event: Event) -> Event {
    if let Body::MediaReport { jitter_ms, round_trip_ms, .. } = &mut event.body {
        for figure in [jitter_ms, round_trip_ms] {
            if !figure.is_finite() {
                *figure = 0.0;
            }
        }
    }
    event
}

async fn insert_personal(tx: &mut Tx, fresh: &[&JournalRecord], report: &mut ProjectReport) -> Result<()> {
    let rows: Vec<Vec<Value>> = fresh
        .iter()
        .filter_map(|record| match record {
            JournalRecord::Personal(value) => {
                Some(args![value.id.to_string(), value.interaction.to_string(), personal_kind(value.kind), value.value.as_str()])
            }
            JournalRecord::Event(_) => None,
        })
        .collect();
    report.personal = rows.len() as u64;
    insert_rows(tx, "INSERT INTO personal (id, interaction_id, kind, value) VALUES ", " ON CONFLICT (id) DO NOTHING", rows).await?;
    Ok(())
}

/// The word in column `personal.kind`: the serde name.
pub(crate) fn personal_kind(kind: PersonalKind) -> &'static str {
    match kind {
        PersonalKind::Number => "number",
        PersonalKind::RawNumber => "raw_number",
        PersonalKind::DisplayName => "display_name",
        PersonalKind::FlowValue => "flow_value",
        PersonalKind::Note => "note",
    }
}

async fn project_interactions(
    tx: &mut Tx,
    streams: BTreeMap<InteractionId, BTreeMap<u64, Event>>,
    report: &mut ProjectReport,
) -> Result<()> {
    let ids: Vec<String> = streams.keys().map(ToString::to_string).collect();
    let mut stored = load::events(tx, "interaction", &ids).await?;
    let (mut before, mut after) = (Rows::new(), Rows::new());
    let mut tally = Tally::default();
    let mut inserts = Vec::new();
    for (id, mut new) in streams {
        let old = stored.remove(&id.to_string()).unwrap_or_default();
        let known: BTreeSet<u64> = old.iter().map(|event| event.seq).collect();
        let given = new.len();
        new.retain(|seq, _| !known.contains(seq));
        report.skipped += (given - new.len()) as u64;
        report.events += new.len() as u64;
        if new.is_empty() {
            continue;
        }
        let mut was = Fold::new(id);
        for event in &old {
            was.apply(event.at, &event.body);
        }
        let last = old.last().map_or(0, |event| event.seq);
        let now = if new.keys().next().is_some_and(|first| *first > last) {
            let mut now = was.clone();
            for event in new.values() {
                now.apply(event.at, &event.body);
            }
            now
        } else {
            merged(id, &old, &new)
        };
        let top = new.keys().next_back().copied().unwrap_or(0).max(last);
        report.gaps += top - (known.len() + new.len()) as u64;
        report.strays += u64::from(now.strays() - was.strays().min(now.strays()));
        tally.subtract(&was);
        tally.add(&now);
        before.append(&mut was.rows());
        after.append(&mut now.rows());
        for event in new.values() {
            inserts.push(event_row(event)?);
        }
    }
    insert_events(tx, inserts).await?;
    write_changes(tx, &before, &after).await?;
    tally.write(tx).await
}

/// The fold over both in the order of their numbers: events came late from another node's journal.
fn merged(id: InteractionId, old: &[Stored], new: &BTreeMap<u64, Event>) -> Fold {
    let mut all: BTreeMap<u64, (cti_types::Utc, &Body)> = old.iter().map(|event| (event.seq, (event.at, &event.body))).collect();
    all.extend(new.iter().map(|(seq, event)| (*seq, (event.at, &event.body))));
    let mut fold = Fold::new(id);
    for (at, body) in all.values() {
        fold.apply(*at, body);
    }
    fold
}

fn event_row(event: &Event) -> Result<Vec<Value>> {
    let body = serde_json::to_string(&event.body).map_err(|e| StoreError::corrupt_from("an event cannot be written as JSON", e))?;
    Ok(vec![
        Value::from(event.stream.kind()),
        text(event.stream.uuid().hyphenated()),
        Value::from(event.seq),
        Value::from(event.owner_epoch),
        Value::from(event.at),
        Value::from(event.body.kind()),
        Value::from(u32::from(event.version)),
        Value::from(body),
    ])
}

async fn insert_events(tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<()> {
    let head = "INSERT INTO event (stream_kind, stream_id, seq, owner_epoch, at, kind, version, body) VALUES ";
    insert_rows(tx, head, " ON CONFLICT (stream_kind, stream_id, seq) DO NOTHING", rows).await.map(drop)
}

/// Rows of one INSERT: enough that the statement's own cost no longer shows, few enough that its text stays short.
const INSERT_ROWS_MAX: usize = 200;

/// Inserts rows of equal width, many with each statement; returns how many rows were touched.
async fn insert_rows(tx: &mut Tx, head: &str, tail: &str, rows: Vec<Vec<Value>>) -> Result<u64> {
    let Some(width) = rows.first().map(Vec::len) else { return Ok(0) };
    let chunk = INSERT_ROWS_MAX.min(PARAMETERS_MAX / width.max(1)).max(1);
    let mut touched = 0;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let values: Vec<Vec<Value>> = rows.by_ref().take(chunk).collect();
        let groups: Vec<String> = (0..values.len()).map(|row| format!("({})", placeholders(row * width + 1, width))).collect();
        let sql = format!("{head}{}{tail}", groups.join(","));
        touched += tx.execute(sql, values.into_iter().flatten().collect()).await?;
    }
    Ok(touched)
}
