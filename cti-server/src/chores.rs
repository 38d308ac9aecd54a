//! What is done in the background: batches of imports, files to be erased, the search for duplicates, retention. Each in small steps, so that
//! calls and people come first; each goes on after a restart where it was.

use crate::attachments::Attachments;
use crate::clock::Clock;
use crm_core::erasure::FileFolder;
use crm_core::import::ImportStep;
use crm_core::model::{AttachmentId, ImportJobId};
use crm_core::{Store, StoreError};
use cti_types::Tick;
use recordings::LocalStore;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, watch};

/// Pause when there is nothing to do.
const IDLE: Duration = Duration::from_secs(5);
/// How often there is a look at all else while an import runs.
const BESIDE_EVERY: Duration = Duration::from_secs(5);
/// Pause between two steps of what has no hurry.
const UNHURRIED: Duration = Duration::from_millis(20);
/// Pause after a fault, such as a database that is away.
const AFTER_FAULT: Duration = Duration::from_secs(2);
/// How often policies are looked at when nothing is to be erased.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often the folder of imports is tidied.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// Attached files looked up at once.
const FILES_LOOKED_AT: usize = 500;
/// Files erased in one step.
const FILES: u32 = 50;
/// Times a batch of an import is tried before the import counts as failed, the database being away not counted.
const TRIES_MAX: u32 = 5;
/// Exports at once; one more is refused. Each reads a page after the other.
const EXPORTS_MAX: usize = 2;

/// See the module; shared with the API, which wakes it.
pub struct Chores {
    store: Store,
    clock: Clock,
    recordings: LocalStore,
    /// Where the files of imports are.
    imports: PathBuf,
    attachments: Attachments,
    wake: Notify,
    exports: Arc<Semaphore>,
}

/// How the work stands between two rounds.
#[derive(Default)]
struct Round {
    tries: u32,
    swept: Option<Tick>,
    tidied: Option<Tick>,
    /// When what is done beside imports was done.
    beside: Option<Tick>,
}

/// When the next round is due.
enum Next {
    Now,
    Soon,
    Later,
}

impl Chores {
    /// `imports`: an existing folder that only the server may read.
    pub fn new(store: Store, clock: Clock, recordings: LocalStore, imports: PathBuf, attachments: Attachments) -> Chores {
        Chores { store, clock, recordings, imports, attachments, wake: Notify::new(), exports: Arc::new(Semaphore::new(EXPORTS_MAX)) }
    }

    /// Where the files of imports are.
    pub fn imports(&self) -> &Path {
        &self.imports
    }

    /// The places for exports.
    pub fn exports(&self) -> Arc<Semaphore> {
        Arc::clone(&self.exports)
    }

    /// There is something to do.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Works until told to stop.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut round = Round::default();
        loop {
            let pause = match self.round(&mut round).await {
                Ok(Next::Now) => Duration::ZERO,
                Ok(Next::Soon) => UNHURRIED,
                Ok(Next::Later) => IDLE,
                Err(error) => {
                    // Its source is left out: what a row says may hold somebody's values.
                    tracing::warn!(%error, "a chore is tried again");
                    AFTER_FAULT
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(pause) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    /// Everything that is to be done now; for tests.
    #[cfg(test)]
    pub(crate) async fn work_off(&self) {
        let mut round = Round::default();
        while matches!(self.round(&mut round).await, Ok(Next::Now | Next::Soon)) {}
    }

    async fn round(&self, round: &mut Round) -> Result<Next, StoreError> {
        let now = self.clock.now();
        let due = |last: Option<Tick>, every: Duration| last.is_none_or(|last| now.tick.since(last) >= every);
        let imports = match self.store.import_step(now.utc, &self.imports).await {
            Ok(ImportStep::Idle) => false,
            Ok(ImportStep::Did { .. }) => {
                round.tries = 0;
                true
            }
            Ok(ImportStep::Ended { import, clean, .. }) => {
                tracing::info!(%import, clean, "an import has come to its end");
                round.tries = 0;
                true
            }
            Err(error) if error.is_unavailable() => return Err(error),
            Err(error) => {
                round.tries += 1;
                if round.tries < TRIES_MAX {
                    return Err(error);
                }
                round.tries = 0;
                tracing::error!(%error, "an import cannot go on");
                self.store.fail_next_import(now.utc, "a batch could not be written; the server's log says more").await?;
                true
            }
        };
        // An import goes first, and yet what else is to be done does not wait for the end of a long one.
        if imports && !due(round.beside, BESIDE_EVERY) {
            return Ok(Next::Now);
        }
        round.beside = Some(now.tick);
        let erased = self.erase_files().await?;
        if due(round.tidied, TIDY_EVERY) {
            round.tidied = Some(now.tick);
            self.tidy().await?;
            self.tidy_attachments().await?;
        }
        let mut swept = 0;
        if due(round.swept, SWEEP_EVERY) {
            let step = self.store.retention_sweep(now.utc).await?;
            for (kind, fault) in &step.faults {
                tracing::error!(?kind, %fault, "a retention policy cannot erase something; it is tried again, and the others go on");
            }
            swept = step.erased;
            // While there is something to erase, or to look at, it goes on.
            round.swept = if swept > 0 || step.behind { None } else { Some(now.tick) };
            swept += u64::from(step.behind);
        }
        let searched = self.store.search_duplicates(now.utc).await?.searched;
        Ok(if imports {
            Next::Now
        } else if erased > 0 || swept > 0 || searched > 0 {
            Next::Soon
        } else {
            Next::Later
        })
    }

    /// Erases files of recordings and imports and attached ones; says how many are gone.
    async fn erase_files(&self) -> Result<usize, StoreError> {
        let files = self.store.files_to_erase(FILES).await?;
        let mut gone = 0;
        for file in files {
            let folder = match file.folder {
                FileFolder::Recordings => self.recordings.clone(),
                // The same care: only plain names below the folder, and one that is not there is gone.
                FileFolder::Imports => LocalStore::new(self.imports.clone()),
                FileFolder::Attachments => self.attachments.folder(),
            };
            let name = file.file.clone();
            let erased = match tokio::task::spawn_blocking(move || folder.delete(&name)).await {
                Ok(Ok(())) => true,
                Ok(Err(error)) => {
                    tracing::error!(%error, "a file cannot be erased; it is tried again");
                    false
                }
                Err(_) => false,
            };
            gone += usize::from(erased);
            self.store.file_erased(self.clock.utc(), &file, erased).await?;
        }
        Ok(gone)
    }

    /// Removes attached files that hang on nothing any more: what they hung on is gone.
    async fn tidy_attachments(&self) -> Result<(), StoreError> {
        let files = self.attachments.clone();
        let old = match tokio::task::spawn_blocking(move || files.older_than(TIDY_EVERY)).await {
            Ok(Ok(old)) => old,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the folder of attached files cannot be tidied");
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        for chunk in old.chunks(FILES_LOOKED_AT) {
            let there = self.store.attachments_among(chunk).await?;
            let gone: Vec<AttachmentId> = chunk.iter().copied().filter(|id| !there.contains(id)).collect();
            let files = self.attachments.clone();
            let deleted = tokio::task::spawn_blocking(move || gone.into_iter().try_for_each(|id| files.delete(id)));
            if let Ok(Err(error)) = deleted.await {
                tracing::warn!(%error, "an attached file that hangs on nothing cannot be erased");
            }
        }
        Ok(())
    }

    /// Removes files of imports that are over and of those that are no more, and what was left of files cut short.
    async fn tidy(&self) -> Result<(), StoreError> {
        let wanted = self.store.import_files_wanted(self.clock.utc()).await?;
        let folder = self.imports.clone();
        let tidied = tokio::task::spawn_blocking(move || {
            for entry in std::fs::read_dir(folder)?.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let id = name.strip_suffix(".csv").and_then(|id| id.parse::<ImportJobId>().ok());
                // A file that is being sent is younger than the time between two rounds.
                let old = entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > TIDY_EVERY);
                if old && id.is_none_or(|id| !wanted.contains(&id)) {
                    std::fs::remove_file(entry.path())?;
                }
            }
            std::io::Result::Ok(())
        });
        if let Ok(Err(error)) = tidied.await {
            tracing::warn!(%error, "the folder of imports cannot be tidied");
        }
        Ok(())
    }
}
