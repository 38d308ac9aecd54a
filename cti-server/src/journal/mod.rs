//! The local append-only file that every event goes to before its effect is visible. It projects nothing: the database is its consumer.
//!
//! The journal is a folder of preallocated segments, each a run of checksummed frames (`record`). All records of one
//! cause are appended with one write and count only together. A write is in the page cache when [`Journal::append`]
//! returns, so the death of the process loses nothing; a thread syncs every 50 ms, so a power cut loses at most that.
//! A segment is deleted when all its records are projected and no live state has its latest record there; live state
//! that alone holds old segments is moved to the new one when a segment is full.

mod reader;
mod record;
mod recover;
mod segment;
mod sync;
#[cfg(test)]
mod tests;
mod writer;

pub use reader::{ReadError, Reader};
pub use record::{DecodeError, EncodeError, PAYLOAD_BYTES_MAX, Record, STATE_KEY_BYTES_MAX};
pub use recover::Recovery;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use writer::Writer;

/// The smallest segment that is allowed; a smaller wish is raised to it.
pub const SEGMENT_BYTES_MIN: u64 = 4096;

/// How large the journal may be.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Size of each segment file. A cause must fit into one.
    pub segment_bytes: u64,
    /// At this size [`Journal::accepting`] turns false and new calls are to be refused. Calls under way may use a reserve
    /// of a quarter more; beyond it [`Journal::append`] fails. At least two segments; a smaller wish is raised to that.
    pub bytes_max: u64,
}

impl Default for Options {
    /// 16 MiB segments, 1 GiB in all: about an hour of a large house with the database away.
    fn default() -> Options {
        Options { segment_bytes: 16 << 20, bytes_max: 1 << 30 }
    }
}

/// Why nothing was appended. The journal is as it was before; later appends may succeed.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("the journal is full, its reserve too")]
    Full,
    #[error("what one event caused is {bytes} bytes, more than a segment holds")]
    CauseTooLarge { bytes: usize },
    #[error("a record cannot be encoded")]
    Encode(#[from] EncodeError),
    #[error("the journal file cannot be written")]
    Io(#[from] io::Error),
}

/// The journal in figures, for metrics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stats {
    /// Position of the last record; 0 when there has never been one.
    pub last: u64,
    /// How far the projector is.
    pub projected: u64,
    pub segments: usize,
    pub bytes: u64,
    /// `bytes` as a share of the bound; above 1.0 the reserve is in use.
    pub fill: f64,
    /// Keys with a live state.
    pub states: usize,
    /// Appends that failed since the start.
    pub append_errors: u64,
    /// Syncs, preparations and deletions that failed since the start.
    pub sync_errors: u64,
}

/// The open journal. Shared by reference: the switch appends, the projector reads and says how far it is.
#[derive(Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    /// Dropped first, which tells the sync thread to do its last round.
    stop: Option<SyncSender<()>>,
    sync: Option<JoinHandle<()>>,
    /// Holds the lock on the folder as long as it is open.
    _lock: File,
}

/// What the journal, its readers and its sync thread share.
#[derive(Debug)]
struct Shared {
    writer: Mutex<Writer>,
    /// Readers in [`Reader::wait`]; an append wakes only when there are any.
    waiting: AtomicUsize,
    appended: Condvar,
}

impl Shared {
    /// A thread that panicked in here left whole values behind: every change is made after the fallible part.
    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    /// Opens or creates the journal in `dir` (0700, files 0600), cuts a torn tail and reads the live states.
    ///
    /// # Errors
    /// `ResourceBusy` when another server has the folder; else what the file system says.
    pub fn open(dir: &Path, options: Options) -> io::Result<(Journal, Recovery)> {
        let lock = recover::lock_folder(dir)?;
        let segment_bytes = options.segment_bytes.max(SEGMENT_BYTES_MIN);
        let options = Options { segment_bytes, bytes_max: options.bytes_max.max(2 * segment_bytes) };
        let (writer, recovery) = recover::recover(dir, options)?;
        let shared = Arc::new(Shared { writer: Mutex::new(writer), waiting: AtomicUsize::new(0), appended: Condvar::new() });
        // Nothing is ever sent: the channel only ends.
        let (stop, stopped) = sync_channel(1);
        let sync = std::thread::Builder::new().name("journal-sync".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || sync::run(&shared, &stopped)
        })?;
        Ok((Journal { shared, stop: Some(stop), sync: Some(sync), _lock: lock }, recovery))
    }

    /// Appends all records of one cause with one write, in order, at the next positions. Never waits for the disk to sync.
    pub fn append(&self, records: &[Record]) -> Result<(), AppendError> {
        if records.is_empty() {
            return Ok(());
        }
        self.shared.lock().append(records)?;
        if self.shared.waiting.load(Ordering::SeqCst) > 0 {
            self.shared.appended.notify_all();
        }
        Ok(())
    }

    /// False at the bound: new calls are to be refused (503), calls under way go on.
    pub fn accepting(&self) -> bool {
        self.shared.lock().accepting()
    }

    /// Bytes used as a share of the bound; 0.8 is worth a warning (and gets one in the log), above 1.0 the reserve is in use.
    pub fn fill(&self) -> f64 {
        self.shared.lock().fill()
    }

    /// Position of the last record; 0 when there has never been one.
    pub fn last_position(&self) -> u64 {
        self.shared.lock().last
    }

    pub fn stats(&self) -> Stats {
        self.shared.lock().stats()
    }

    /// Reads what comes after position `from`: what is there already and what is appended later, synced or not.
    pub fn reader(&self, from: u64) -> Reader {
        Reader::new(Arc::clone(&self.shared), from)
    }

    /// All records up to `position` are in the database for good: whole segments may go.
    pub fn projected(&self, position: u64) {
        self.shared.lock().projected(position);
    }

    /// Makes positions continue above `mark`. To be called before the first append with the database's mark: after the
    /// loss of the journal's folder new records would otherwise take positions that the projector has already passed.
    pub fn continue_after(&self, mark: u64) -> io::Result<()> {
        self.shared.lock().continue_after(mark)
    }
}

impl Drop for Journal {
    /// Syncs what is not synced.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(sync) = self.sync.take() {
            // A panic of that thread has been printed; there is nobody left to tell.
            let _ = sync.join();
        }
    }
}
