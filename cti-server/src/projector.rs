//! Moves the journal into the database, in batches, and remembers how far. No call ever waits for it.

use crate::journal::{Journal, ReadError, Record};
use crm_core::{JournalEntry, JournalRecord, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Most records in one transaction.
const BATCH_MAX: usize = 2_000;
/// How long records gather after a batch that was not full: a call's events come in bursts, and each batch costs a transaction in which
/// each of its interactions is read and written.
const GATHER: Duration = Duration::from_millis(100);
/// How long the projector waits for more when there is nothing.
const IDLE: Duration = Duration::from_millis(50);
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
    /// Records the database refused for good.
    pub refused: AtomicU64,
}

/// Runs until `stop` is true *and* everything appended so far is projected, or the database is away.
pub async fn run(
    store: Store,
    journal: Arc<Journal>,
    node: String,
    from: u64,
    state: Arc<ProjectorState>,
    mut stop: watch::Receiver<bool>,
) {
    state.position.store(from, Ordering::Relaxed);
    let mut reader = journal.reader(from);
    let mut retry = RETRY_FIRST;
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
            let waiting = tokio::task::spawn_blocking(move || {
                reader.wait(IDLE);
                reader
            });
            match waiting.await {
                Ok(back) => reader = back,
                Err(_) => return,
            }
            continue;
        }
        let entries: Vec<JournalEntry> = batch.into_iter().filter_map(|(position, record)| entry(position, record)).collect();
        loop {
            match store.project(&node, &entries, up_to).await {
                Ok(_) => break,
                Err(error) if !error.is_unavailable() => {
                    tracing::error!(%error, up_to, "a batch of the log is refused; its records are tried one by one");
                    match one_by_one(&store, &node, &entries, up_to, &state).await {
                        Ok(()) => break,
                        // Away in the middle: the mark is where it was got to, and the whole batch comes again.
                        Err(error) => tracing::warn!(%error, "the database went away meanwhile"),
                    }
                }
                Err(error) => {
                    if !state.failing.swap(true, Ordering::Relaxed) {
                        tracing::warn!(%error, "the database does not take the log; it waits in the journal");
                    }
                    state.failures.fetch_add(1, Ordering::Relaxed);
                    if *stop.borrow() {
                        return;
                    }
                    tokio::time::sleep(retry).await;
                    retry = (retry * 2).min(RETRY_LAST);
                }
            }
        }
        if state.failing.swap(false, Ordering::Relaxed) {
            tracing::info!("the database takes the log again");
        }
        retry = RETRY_FIRST;
        state.position.store(up_to, Ordering::Relaxed);
        journal.projected(up_to);
        if !full {
            // Either is a reason to go on.
            let _ = tokio::time::timeout(GATHER, stop.wait_for(|stop| *stop)).await;
        }
    }
}

/// Projects what can be projected of a batch in which something is refused for good. What is refused is counted and named by
/// its position; the rest must not wait for it for ever.
///
/// # Errors
/// Only that the database is away: nothing is passed over for that.
async fn one_by_one(
    store: &Store,
    node: &str,
    entries: &[JournalEntry],
    up_to: u64,
    state: &ProjectorState,
) -> Result<(), crm_core::StoreError> {
    for entry in entries {
        match store.project(node, std::slice::from_ref(entry), entry.position).await {
            Ok(_) => {}
            Err(error) if error.is_unavailable() => return Err(error),
            Err(error) => {
                state.refused.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%error, position = entry.position, "a record of the log is refused by the database and passed over");
            }
        }
    }
    store.project(node, &[], up_to).await.map(|_| ())
}

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
    use cti_types::Chance;

    #[tokio::test]
    async fn what_is_not_for_the_database_is_neither_behind_nor_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(&folder.path().join("journal"), Options::default()).unwrap();
        let url = format!("sqlite:{}", folder.path().join("cordboard.db").display());
        let store = Store::open(&url, StoreOptions::new(Chance::from_number(1))).await.unwrap();
        journal.append(&[Record::State { key: "alive".into(), bytes: vec![1] }]).unwrap();
        let (journal, state) = (Arc::new(journal), Arc::new(ProjectorState::default()));
        let (_stop, stopped) = watch::channel(true);
        run(store, Arc::clone(&journal), "node".into(), 0, Arc::clone(&state), stopped).await;
        assert_eq!((state.position.load(Ordering::Relaxed), journal.stats().projected), (1, 1));
    }
}
