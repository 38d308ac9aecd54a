//! Moves the journal into the database, in batches, and remembers how far. What the database refuses is kept aside (`aside`), never lost.
//! No call ever waits for it.

pub mod aside;

use crate::journal::{Journal, ReadError, Record};
use aside::{Aside, AsideError, Kept, stream_of};
use crm_core::{JournalEntry, JournalRecord, ProjectReport, Store, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Most records in one transaction.
const BATCH_MAX: usize = 2_000;
/// How long records gather after a batch that was not full: a call's events come in bursts, and each batch costs a transaction in which
/// each of its interactions is read and written.
const GATHER: Duration = Duration::from_millis(250);
/// How long the projector waits for more when there is nothing, before it looks whether it should stop.
const IDLE: Duration = Duration::from_millis(100);
/// The wait after a failed batch doubles from the first to the last.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LAST: Duration = Duration::from_secs(5);

/// How the projector fares, for metrics and readiness.
#[derive(Debug, Default)]
pub struct ProjectorState {
    /// Position in the journal up to which the database is.
    pub position: AtomicU64,
    /// The last attempt failed: the database is away.
    pub failing: AtomicBool,
    pub failures: AtomicU64,
    /// Records the database refused.
    pub refused: AtomicU64,
    /// Records kept aside now: those refused and what follows them in their streams.
    pub aside: AtomicU64,
}

/// Runs until `stop` is true *and* everything appended so far is projected, or the database is away. What was kept aside is tried again
/// first. It waits for the journal without leaving its thread, and folds thousands of events at a time: the thread must be its own.
pub async fn run(
    store: Store,
    journal: Arc<Journal>,
    node: String,
    from: u64,
    aside: Arc<Aside>,
    state: Arc<ProjectorState>,
    mut stop: watch::Receiver<bool>,
) {
    state.position.store(from, Ordering::Relaxed);
    let mut reader = journal.reader(from);
    let projector = Projector { store, node, aside, state: Arc::clone(&state) };
    projector.try_again().await;
    loop {
        let batch = match reader.next_batch(BATCH_MAX) {
            Ok(batch) => batch,
            // The file cannot be read just now; nothing is passed over for that.
            Err(error @ ReadError::Io(_)) => {
                tracing::error!(%error, "the journal cannot be read; trying again");
                tokio::time::sleep(RETRY_LAST).await;
                continue;
            }
            Err(error @ (ReadError::Damaged { .. } | ReadError::Undecodable { .. })) => {
                tracing::error!(%error, "a record of the journal cannot be read and is passed over");
                reader.skip();
                continue;
            }
        };
        // States are passed without being handed out: this may be beyond the last record of the batch.
        let up_to = reader.position();
        let full = batch.len() >= BATCH_MAX;
        if batch.is_empty() {
            // Nothing for the database between its mark and here. The journal need not keep it, nor is anything behind.
            state.position.store(up_to, Ordering::Relaxed);
            journal.projected(up_to);
            if *stop.borrow() {
                return;
            }
            reader.wait(IDLE);
            continue;
        }
        let entries: Vec<JournalEntry> = batch.into_iter().filter_map(|(position, record)| entry(position, record)).collect();
        if !projector.until_taken(entries, up_to, &stop).await {
            return;
        }
        state.position.store(up_to, Ordering::Relaxed);
        journal.projected(up_to);
        if !full {
            // Either is a reason to go on.
            let _ = tokio::time::timeout(GATHER, stop.wait_for(|stop| *stop)).await;
        }
    }
}

/// Why a batch was not passed. It comes again.
#[derive(Debug, thiserror::Error)]
enum NotYet {
    #[error(transparent)]
    Away(StoreError),
    #[error(transparent)]
    Aside(#[from] AsideError),
}

struct Projector {
    store: Store,
    node: String,
    aside: Arc<Aside>,
    state: Arc<ProjectorState>,
}

impl Projector {
    /// Hands a batch in until it is passed; false when it should stop before.
    async fn until_taken(&self, entries: Vec<JournalEntry>, up_to: u64, stop: &watch::Receiver<bool>) -> bool {
        let mut retry = RETRY_FIRST;
        while let Err(error) = self.pass(&entries, up_to).await {
            if !self.state.failing.swap(true, Ordering::Relaxed) {
                tracing::warn!(%error, "the database does not take the log; it waits in the journal");
            }
            self.state.failures.fetch_add(1, Ordering::Relaxed);
            if *stop.borrow() {
                return false;
            }
            tokio::time::sleep(retry).await;
            retry = (retry * 2).min(RETRY_LAST);
            if matches!(error, NotYet::Aside(AsideError::Full)) {
                self.try_again().await;
            }
        }
        if self.state.failing.swap(false, Ordering::Relaxed) {
            tracing::info!("the database takes the log again");
        }
        true
    }

    /// Brings every record of a batch into the database, or aside.
    async fn pass(&self, entries: &[JournalEntry], up_to: u64) -> Result<(), NotYet> {
        let done =
            if self.aside.is_empty() { self.store.project(&self.node, entries, up_to).await } else { self.around(entries, up_to).await? };
        match done {
            Ok(_) => Ok(()),
            Err(error) if error.is_unavailable() => Err(NotYet::Away(error)),
            Err(error) => {
                tracing::error!(%error, up_to, "a batch of the log is refused; its records are tried one by one");
                self.one_by_one(entries, up_to).await
            }
        }
    }

    /// A batch without the streams that are kept aside; theirs go there.
    async fn around(&self, entries: &[JournalEntry], up_to: u64) -> Result<Result<ProjectReport, StoreError>, NotYet> {
        let (held, free): (Vec<&JournalEntry>, Vec<&JournalEntry>) =
            entries.iter().partition(|entry| self.aside.holds(stream_of(&entry.record)));
        self.keep(held.into_iter().map(|entry| Kept::new(entry, FOLLOWS)).collect())?;
        let free: Vec<JournalEntry> = free.into_iter().cloned().collect();
        Ok(self.store.project(&self.node, &free, up_to).await)
    }

    /// Projects what can be projected of a batch in which something is refused for good. What is refused is kept aside with all that
    /// follows in its stream; the rest must not wait for it for ever.
    async fn one_by_one(&self, entries: &[JournalEntry], up_to: u64) -> Result<(), NotYet> {
        // Written before the mark of the database goes past them, and not each by itself: a broken stream may have hundreds.
        let mut waiting: Vec<Kept> = Vec::new();
        let mut streams = BTreeSet::new();
        for entry in entries {
            let stream = stream_of(&entry.record);
            if streams.contains(&stream) || self.aside.holds(stream) {
                waiting.push(Kept::new(entry, FOLLOWS));
                continue;
            }
            self.keep(std::mem::take(&mut waiting))?;
            match self.store.project(&self.node, std::slice::from_ref(entry), entry.position).await {
                Ok(_) => {}
                Err(error) if error.is_unavailable() => return Err(NotYet::Away(error)),
                Err(error) => {
                    self.state.refused.fetch_add(1, Ordering::Relaxed);
                    let position = entry.position;
                    tracing::error!(%error, position, "the database refuses a record of the log; its stream is kept aside");
                    streams.insert(stream);
                    waiting.push(Kept::new(entry, &error.to_string()));
                }
            }
        }
        self.keep(waiting)?;
        self.store.project(&self.node, &[], up_to).await.map(drop).map_err(NotYet::Away)
    }

    fn keep(&self, kept: Vec<Kept>) -> Result<(), NotYet> {
        if !kept.is_empty() {
            // Rare, and a few kilobytes: not worth a thread of its own.
            self.aside.add(kept)?;
        }
        self.state.aside.store(self.aside.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Hands in again what was kept aside, stream by stream and in order, and lets go of what is taken now.
    async fn try_again(&self) {
        let mut taken = BTreeSet::new();
        for (_, kept) in self.aside.by_stream() {
            let records: Vec<JournalRecord> = kept.iter().map(Kept::record).collect();
            match self.store.project_late(&records).await {
                Ok(_) => taken.extend(kept.iter().map(|kept| kept.position)),
                Err(error) if error.is_unavailable() => break,
                Err(error) => {
                    let (records, first) = (kept.len(), kept.first().map(|kept| kept.position));
                    tracing::error!(%error, records, first, "a stream of the log stays kept aside");
                }
            }
        }
        if !taken.is_empty() {
            match self.aside.remove(&taken) {
                Ok(()) => tracing::info!(records = taken.len(), "records that were kept aside are in the database now"),
                // They stay in the file as well; handing them in again changes nothing.
                Err(error) => tracing::error!(%error, "records kept aside are in the database, but not out of the file"),
            }
        }
        self.state.aside.store(self.aside.len() as u64, Ordering::Relaxed);
    }
}

/// What the file says of records that were not refused themselves.
const FOLLOWS: &str = "follows a record that was refused";

fn entry(position: u64, record: Record) -> Option<JournalEntry> {
    let record = match record {
        Record::Event(event) => JournalRecord::Event(event),
        Record::Person(personal) => JournalRecord::Personal(personal),
        Record::State { .. } | Record::StateGone { .. } => return None,
    };
    Some(JournalEntry { position, record })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Options;
    use crm_core::StoreOptions;
    use cti_types::event::{Body, CallDirection, Channel, CloseReason, Event, Role, SegmentKind, Stream};
    use cti_types::{Chance, InteractionId, ParticipantId, Utc};

    #[tokio::test]
    async fn what_is_not_for_the_database_is_neither_behind_nor_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(&folder.path().join("journal"), Options::default()).unwrap();
        let url = format!("sqlite:{}", folder.path().join("cordboard.db").display());
        let store = Store::open(&url, StoreOptions::new(Chance::from_number(1))).await.unwrap();
        journal.append(&[Record::State { key: "alive".into(), bytes: vec![1] }]).unwrap();
        let (journal, state) = (Arc::new(journal), Arc::new(ProjectorState::default()));
        let (_stop, stopped) = watch::channel(true);
        let aside = Arc::new(Aside::open(&folder.path().join("aside.jsonl")).unwrap());
        run(store, Arc::clone(&journal), "node".into(), 0, aside, Arc::clone(&state), stopped).await;
        assert_eq!((state.position.load(Ordering::Relaxed), journal.stats().projected), (1, 1));
    }

    /// A journal with two calls in it, of which the database refuses a record of the first.
    struct Broken {
        folder: tempfile::TempDir,
        journal: Arc<Journal>,
        store: Store,
        calls: [InteractionId; 2],
        seqs: [u64; 2],
    }

    impl Broken {
        async fn new() -> Broken {
            let folder = tempfile::tempdir().unwrap();
            let (journal, _) = Journal::open(&folder.path().join("journal"), Options::default()).unwrap();
            let url = format!("sqlite:{}", folder.path().join("cordboard.db").display());
            let store = Store::open(&url, StoreOptions::new(Chance::from_number(1))).await.unwrap();
            let calls = [InteractionId::from_u128(1), InteractionId::from_u128(2)];
            let mut broken = Broken { folder, journal: Arc::new(journal), store, calls, seqs: [0; 2] };
            for call in [0, 1] {
                let participant = ParticipantId::from_u128(10 + call as u128);
                broken.say(call, opened());
                broken.say(call, Body::ParticipantJoined { participant, role: Role::Customer, agent: None });
                broken.say(call, Body::SegmentStarted { participant, segment: SegmentKind::Talking, queue: None });
            }
            let refuses = "CREATE TRIGGER refuses BEFORE INSERT ON event WHEN NEW.kind = 'participant_joined' AND NEW.stream_id LIKE '%1' \
                           BEGIN SELECT RAISE(ABORT, 'refused'); END";
            broken.sql(refuses).await;
            broken
        }

        fn say(&mut self, call: usize, body: Body) {
            self.seqs[call] += 1;
            let (stream, seq) = (Stream::Interaction(self.calls[call]), self.seqs[call]);
            let event = Event { stream, seq, owner_epoch: 1, at: Utc(seq as i64), version: 1, body };
            self.journal.append(&[Record::Event(event)]).unwrap();
        }

        async fn sql(&self, statement: &'static str) {
            use sqlx::Connection;
            let url = format!("sqlite:{}", self.folder.path().join("cordboard.db").display());
            let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }

        fn aside(&self) -> Aside {
            Aside::open(&self.folder.path().join("aside.jsonl")).unwrap()
        }

        /// Runs to the end of the journal, as a start does.
        async fn run(&self) -> Arc<ProjectorState> {
            let (state, (_stop, stopped)) = (Arc::new(ProjectorState::default()), watch::channel(true));
            let mark = self.store.mark("node").await.unwrap().unwrap_or(0);
            let journal = Arc::clone(&self.journal);
            run(self.store.clone(), journal, "node".into(), mark, Arc::new(self.aside()), Arc::clone(&state), stopped).await;
            state
        }

        async fn stored(&self, call: usize) -> Vec<u64> {
            let events = self.store.stream_events(Stream::Interaction(self.calls[call])).await.unwrap();
            events.iter().map(|event| event.seq).collect()
        }
    }

    fn opened() -> Body {
        let (channel, direction) = (Channel::Voice, CallDirection::Inbound);
        Body::Opened { channel, direction, from: None, from_raw: None, to: "1".into(), trunk: None, call_id: None, origin: None }
    }

    #[tokio::test]
    async fn a_refused_record_is_kept_aside_with_what_follows_it_and_no_other_stream_waits() {
        let mut broken = Broken::new().await;
        let state = broken.run().await;
        assert_eq!((broken.stored(0).await, broken.stored(1).await), (vec![1], vec![1, 2, 3]));
        assert_eq!((state.refused.load(Ordering::Relaxed), state.aside.load(Ordering::Relaxed)), (1, 2));
        assert_eq!(state.position.load(Ordering::Relaxed), broken.journal.last_position(), "nothing is behind");
        assert!(!state.failing.load(Ordering::Relaxed));

        // What comes later goes aside, though the database would take it: its projection would be wrong.
        broken.say(0, Body::Closed { reason: CloseReason::Completed });
        broken.say(1, Body::Closed { reason: CloseReason::Completed });
        let state = broken.run().await;
        assert_eq!((broken.stored(0).await, broken.stored(1).await), (vec![1], vec![1, 2, 3, 4]));
        assert_eq!(state.aside.load(Ordering::Relaxed), 3);
        assert!(broken.aside().holds(Stream::Interaction(broken.calls[0])));
    }

    #[tokio::test]
    async fn what_was_kept_aside_comes_in_at_the_next_start_once_the_database_takes_it() {
        let mut broken = Broken::new().await;
        broken.run().await;
        broken.sql("DROP TRIGGER refuses").await;
        broken.say(0, Body::Closed { reason: CloseReason::Completed });
        let state = broken.run().await;
        assert_eq!(broken.stored(0).await, [1, 2, 3, 4]);
        assert_eq!((state.aside.load(Ordering::Relaxed), broken.aside().len()), (0, 0));
        let detail = broken.store.interaction(broken.calls[0]).await.unwrap();
        assert_eq!((detail.participants.len(), detail.participants[0].segments.len(), detail.summary.state.as_str()), (1, 1, "closed"));
        let report = broken.store.rebuild(&mut |_| {}).await.unwrap();
        assert_eq!(report.rows_changed, 0);
    }
}
