//! The log's way from the journal into the database: events, personal values, and the tables made from them. Owns no thread and no file.
//!
//! One call of [`Store::project`] is one transaction: it skips what the node's high-water mark says is in, inserts the rest, and brings the
//! projections of the streams it touched up to date, with the last contact of the customers in them. An interaction's projection is a pure function of its whole stream ([`fold`]): before
//! and after are both computed and only rows that differ are written. So the order in which nodes deliver does not matter, applying twice
//! changes nothing, and [`Store::rebuild`] runs the same function.

pub(crate) mod counts;
mod fold;
mod known;
mod load;
pub(crate) mod presence;
mod rebuild;
mod tables;

pub use rebuild::{RebuildProgress, RebuildReport};

use crate::db::{PARAMETERS_MAX, Tx, Value, args, placeholders, step, text};
use crate::error::{Result, StoreError};
use crate::store::Store;
use counts::Tally;
use cti_types::event::{Body, Event, Personal, PersonalKind, Stream};
use cti_types::{AgentId, InteractionId};
use fold::Fold;
pub(crate) use known::Folds;
use known::Known;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use tables::{Rows, changed_customers, write_changes};

/// What the projector reads out of the journal.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalRecord {
    Event(Event),
    Personal(Personal),
}

impl JournalRecord {
    /// The record as JSON can hold it. JSON has no NaN and no infinity: such a measurement becomes 0 (never measured), else the event could
    /// not be read back.
    pub fn tidy(mut self) -> JournalRecord {
        if let JournalRecord::Event(event) = &mut self {
            *event = tidied(event);
        }
        self
    }
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
        let mut tx = self.db.begin().await?;
        let mark = lock_mark(&mut tx, node).await?;
        let fresh: Vec<&JournalRecord> = batch.iter().filter(|entry| entry.position as i64 > mark).map(|entry| &entry.record).collect();
        let mut report = ProjectReport { skipped: (batch.len() - fresh.len()) as u64, ..ProjectReport::default() };
        let folds = write_records(self, &mut tx, &fresh, &mut report).await?;
        if up_to as i64 > mark {
            tx.execute("UPDATE projector_mark SET position = $2 WHERE node = $1", args![node, up_to]).await?;
        }
        tx.commit().await?;
        self.folds().put(folds);
        Ok(report)
    }

    /// Brings records in that were kept aside when the batch they came in was passed: whatever the mark says, and without moving it.
    ///
    /// # Errors
    /// As [`Store::project`].
    pub async fn project_late(&self, records: &[JournalRecord]) -> Result<ProjectReport> {
        let mut tx = self.db.begin().await?;
        let mut report = ProjectReport::default();
        let folds = write_records(self, &mut tx, &records.iter().collect::<Vec<_>>(), &mut report).await?;
        tx.commit().await?;
        self.folds().put(folds);
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

/// Events of one stream that a batch brings, by their numbers.
type New<'a> = BTreeMap<u64, Cow<'a, Event>>;

/// Personal values first, then the streams: their projections do not need them, but a reader of the log does. Gives the folds to be kept
/// once the transaction is committed.
async fn write_records(
    store: &Store,
    tx: &mut Tx,
    records: &[&JournalRecord],
    report: &mut ProjectReport,
) -> Result<Vec<(InteractionId, Known)>> {
    insert_personal(tx, records, report).await?;
    let mut interactions: BTreeMap<InteractionId, New<'_>> = BTreeMap::new();
    let mut agents: BTreeMap<AgentId, New<'_>> = BTreeMap::new();
    for record in records {
        let JournalRecord::Event(event) = record else { continue };
        let slot = match event.stream {
            Stream::Interaction(id) => interactions.entry(id).or_default(),
            Stream::Agent(id) => agents.entry(id).or_default(),
        };
        let event = if is_tidy(&event.body) { Cow::Borrowed(event) } else { Cow::Owned(tidied(event)) };
        if slot.insert(event.seq, event).is_some() {
            report.skipped += 1;
        }
    }
    let folds = project_interactions(store, tx, interactions, report).await?;
    presence::project_agents(tx, agents, report).await?;
    Ok(folds)
}

/// Reads the mark and keeps others of the same node out until the end of the transaction; -1 when nothing was projected yet.
async fn lock_mark(tx: &mut Tx, node: &str) -> Result<i64> {
    tx.execute("INSERT INTO projector_mark (node, position) VALUES ($1, -1) ON CONFLICT (node) DO NOTHING", args![node]).await?;
    // Writing the row, even unchanged, locks it on PostgreSQL; SQLite has its one writer.
    tx.execute("UPDATE projector_mark SET position = position WHERE node = $1", args![node]).await?;
    let rows = tx.fetch("SELECT position FROM projector_mark WHERE node = $1", args![node]).await?;
    rows.first().map_or(Err(StoreError::corrupt("a mark just written is not there")), |row| row.int(0))
}

fn is_tidy(body: &Body) -> bool {
    !matches!(body, Body::MediaReport { jitter_ms, round_trip_ms, .. } if !(jitter_ms.is_finite() && round_trip_ms.is_finite()))
}

/// See [`JournalRecord::tidy`].
fn tidied(event: &Event) -> Event {
    let mut event = event.clone();
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
    store: &Store,
    tx: &mut Tx,
    streams: BTreeMap<InteractionId, New<'_>>,
    report: &mut ProjectReport,
) -> Result<Vec<(InteractionId, Known)>> {
    let mut old = Old::load(store, tx, streams.keys()).await?;
    let (mut before, mut after) = (Rows::new(), Rows::new());
    let mut tally = Tally::default();
    let (mut inserts, mut folds) = (Vec::new(), Vec::new());
    for (id, mut new) in streams {
        let given = new.len();
        let (was, now, stored) = old.fold(id, &mut new);
        report.skipped += (given - new.len()) as u64;
        report.events += new.len() as u64;
        let top = new.keys().next_back().copied().unwrap_or(0).max(stored.last);
        let count = stored.count + new.len() as u64;
        if !new.is_empty() {
            report.gaps += top - count;
            report.strays += u64::from(now.strays() - was.strays().min(now.strays()));
            tally.subtract(&was);
            tally.add(&now);
            before.extend(was.rows_unlike(&now));
            after.extend(now.rows_unlike(&was));
        }
        for event in new.values() {
            inserts.push(event_row(event)?);
        }
        // With a gap, what comes late changes what the last number does not show.
        if top == count {
            folds.push((id, Known { fold: now, last: top }));
        }
    }
    insert_events(tx, inserts).await?;
    write_changes(tx, &before, &after).await?;
    crate::activity::refresh_contacts(tx, changed_customers(&before, &after).iter().map(String::as_str)).await?;
    tally.write(tx).await?;
    Ok(folds)
}

/// The streams of a batch as they stood before it.
struct Old {
    known: BTreeMap<InteractionId, Known>,
    read: BTreeMap<String, Vec<Stored>>,
}

/// How far a stream was stored.
struct Extent {
    last: u64,
    count: u64,
}

impl Old {
    /// What is known of them, if the database has got no further, and the events of the others.
    async fn load(store: &Store, tx: &mut Tx, ids: impl Iterator<Item = &InteractionId> + Clone) -> Result<Old> {
        let mut known = store.folds().take(ids.clone());
        let texts: Vec<String> = ids.clone().map(ToString::to_string).collect();
        let lasts = load::lasts(tx, "interaction", &texts).await?;
        // Another node may have gone on with a stream.
        known.retain(|id, known| lasts.get(&id.to_string()) == Some(&known.last));
        let unread = ids.zip(&texts).filter(|(id, text)| lasts.contains_key(*text) && !known.contains_key(id));
        let unread: Vec<String> = unread.map(|(_, text)| text.clone()).collect();
        Ok(Old { known, read: load::events(tx, "interaction", &unread).await? })
    }

    /// The fold of a stream before and after the new events, of which those that are stored already are taken out.
    fn fold(&mut self, id: InteractionId, new: &mut New<'_>) -> (Fold, Fold, Extent) {
        let (was, extent) = match self.known.remove(&id) {
            Some(Known { fold, last }) => {
                new.retain(|seq, _| *seq > last);
                (fold, Extent { last, count: last })
            }
            None => {
                let old = self.read.remove(&id.to_string()).unwrap_or_default();
                let seqs: BTreeSet<u64> = old.iter().map(|event| event.seq).collect();
                new.retain(|seq, _| !seqs.contains(seq));
                let mut was = Fold::new(id);
                for event in &old {
                    was.apply(event.at, &event.body);
                }
                let extent = Extent { last: old.last().map_or(0, |event| event.seq), count: seqs.len() as u64 };
                if new.keys().next().is_some_and(|first| *first < extent.last) {
                    let now = merged(id, &old, new);
                    return (was, now, extent);
                }
                (was, extent)
            }
        };
        let mut now = was.clone();
        for event in new.values() {
            now.apply(event.at, &event.body);
        }
        (was, now, extent)
    }
}

/// The fold over both in the order of their numbers: events came late from another node's journal.
fn merged(id: InteractionId, old: &[Stored], new: &New<'_>) -> Fold {
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
const INSERT_ROWS_MAX: usize = 128;

/// Inserts rows of equal width, many with each statement; returns how many rows were touched.
async fn insert_rows(tx: &mut Tx, head: &str, tail: &str, rows: Vec<Vec<Value>>) -> Result<u64> {
    let Some(width) = rows.first().map(Vec::len) else { return Ok(0) };
    let most = INSERT_ROWS_MAX.min(PARAMETERS_MAX / width.max(1));
    let mut touched = 0;
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = step(rows.len(), most);
        let values: Vec<Vec<Value>> = rows.by_ref().take(size).collect();
        let groups: Vec<String> = (0..values.len()).map(|row| format!("({})", placeholders(row * width + 1, width))).collect();
        let sql = format!("{head}{}{tail}", groups.join(","));
        touched += tx.execute(sql, values.into_iter().flatten().collect()).await?;
    }
    Ok(touched)
}
