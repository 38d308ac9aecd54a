//! The recorder's front: what the switch and the engine threads call. Never blocks, touches no file after the start.

use crate::notes::Notes;
use crate::seal::{self, Job};
use crate::writer::{self, Writer};
use crate::{RecordingEvent, WIDE, wav};
use cti_types::tap::{TapFrame, TapSink};
use cti_types::{InteractionId, RecordingId, Tick, Utc};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Jobs the sealing thread may be behind; at the bound writer threads wait for it, and frames meet a full queue.
const SEAL_QUEUE: usize = 8192;

/// Recordings a gap can be counted for between two rounds; what is lost beyond shows only in [`Stats::frames_dropped`].
const GAPS_MAX: usize = 4096;

/// Where and how to record.
#[derive(Clone)]
pub struct RecorderConfig {
    /// The recordings' folder; made when it is missing.
    pub dir: PathBuf,
    /// Writer threads; each recording belongs to one.
    pub threads: usize,
    /// Frames that may wait for one writer thread; at the bound [`TapSink::push`] says `false` and the gap is counted.
    pub queue_frames: usize,
    /// Recordings open at a time on one writer thread; at the bound [`Recorder::begin`] says `false`.
    pub live_max: usize,
    /// Size at which a part ends and the next begins.
    pub part_bytes_max: u64,
    /// How often files are brought up to date.
    pub flush_every: Duration,
    /// How long a sample is held so that late and reordered packets find their place; at most 2 s. With `flush_every` it
    /// bounds what the death of the process takes from the end of a recording.
    pub hold_back: Duration,
    /// The clock of [`TapFrame::at`]: it also moves recordings on in which nobody sends.
    pub clock: Arc<dyn Fn() -> Tick + Send + Sync>,
}

impl RecorderConfig {
    /// One writer thread, 16,384 frames (160 calls for a second, about 5 MB), parts of 1 GiB, a flush every 300 ms, 500 ms held back:
    /// the death of the process takes less than a second.
    pub fn new(dir: impl Into<PathBuf>, clock: Arc<dyn Fn() -> Tick + Send + Sync>) -> RecorderConfig {
        RecorderConfig {
            dir: dir.into(),
            threads: 1,
            queue_frames: 16_384,
            live_max: 4096,
            part_bytes_max: 1 << 30,
            flush_every: Duration::from_millis(300),
            hold_back: Duration::from_millis(500),
            clock,
        }
    }

    /// Pairs of samples in a full part: whole milliseconds of either rate, so that offsets are exact, and sizes that fit a WAV header.
    pub(crate) fn part_pairs_max(&self) -> u64 {
        const MS: u64 = WIDE as u64 / 1000;
        let bytes = self.part_bytes_max.min(u64::from(u32::MAX) / 2).saturating_sub(wav::HEADER_BYTES as u64);
        (bytes / wav::PAIR_BYTES / MS).max(1) * MS
    }
}

/// Where recording events go. Called on the recorder's threads; must not block for long.
pub(crate) type Events = Arc<dyn Fn(RecordingEvent) + Send + Sync>;

/// The recorder in figures, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Recordings open now.
    pub live: usize,
    /// Frames waiting now, of all threads.
    pub queued: usize,
    /// Frames a full queue refused since the start.
    pub frames_dropped: u64,
    /// Recordings that the disk does not take now; tried again every five seconds.
    pub failing: usize,
}

/// The running recorder. Dropping it ends and seals what is open.
pub struct Recorder {
    lanes: Arc<[Arc<Lane>]>,
    /// Taken at the stop: the sealing thread ends with its last sender.
    seal: Option<SyncSender<Job>>,
    writers: Vec<JoinHandle<()>>,
    sealer: Option<JoinHandle<()>>,
}

/// The engine threads' end: cheap to clone, never blocks.
#[derive(Clone)]
pub struct TapHandle {
    lanes: Arc<[Arc<Lane>]>,
}

/// The way to one writer thread.
pub(crate) struct Lane {
    frames: SyncSender<TapFrame>,
    queue_frames: usize,
    live_max: usize,
    pub(crate) queued: AtomicUsize,
    dropped: AtomicU64,
    pub(crate) failing: AtomicUsize,
    stopped: AtomicBool,
    control: Mutex<Control>,
    wake: Condvar,
    gaps: Mutex<BTreeMap<RecordingId, Gap>>,
}

/// What the writer thread is asked. Bounded by `live_max`: each open recording has one begin and one end.
#[derive(Default)]
pub(crate) struct Control {
    pub(crate) commands: Vec<Command>,
    pub(crate) live: usize,
    /// The queue is half full: come before the time is up.
    pub(crate) hurry: bool,
    pub(crate) stop: bool,
}

pub(crate) enum Command {
    Begin { recording: RecordingId, interaction: InteractionId, at: Tick, started: Utc },
    End { recording: RecordingId, at: Tick },
}

/// Frames of one recording that a full queue refused since the last round.
#[derive(Clone, Copy)]
pub(crate) struct Gap {
    pub(crate) first: Tick,
    pub(crate) last: Tick,
    pub(crate) frames: u64,
}

/// What one packet usually holds.
pub(crate) const PACKET_MS: u64 = 20;

/// A thread that panicked while holding one of these left whole values behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    /// Starts the threads. Call [`crate::recover()`] before: it takes what lies open for a dead server's.
    ///
    /// # Errors
    /// When the folder cannot be made or a thread not started.
    pub fn start(config: RecorderConfig, events: Arc<dyn Fn(RecordingEvent) + Send + Sync>) -> io::Result<Recorder> {
        std::fs::create_dir_all(&config.dir)?;
        let notes = Arc::new(Notes::open(&config.dir)?);
        let (seal, jobs) = sync_channel(SEAL_QUEUE);
        let sealer = std::thread::Builder::new().name("rec-seal".to_owned()).spawn({
            let (root, notes, events) = (config.dir.clone(), Arc::clone(&notes), Arc::clone(&events));
            move || seal::run(&root, &notes, &jobs, &*events)
        })?;
        let mut recorder = Recorder { lanes: Arc::new([]), seal: Some(seal.clone()), writers: Vec::new(), sealer: Some(sealer) };
        let mut lanes = Vec::new();
        for number in 0..config.threads.max(1) {
            let (sender, frames) = sync_channel(config.queue_frames.max(2));
            let lane = Arc::new(Lane::new(sender, config.queue_frames.max(2), config.live_max));
            lanes.push(Arc::clone(&lane));
            recorder.lanes = lanes.clone().into();
            let writer = Writer::new(config.clone(), Arc::clone(&notes), Arc::clone(&lane), frames, seal.clone(), Arc::clone(&events));
            recorder.writers.push(std::thread::Builder::new().name(format!("rec-write-{number}")).spawn(move || writer::run(writer))?);
        }
        Ok(recorder)
    }

    /// The sink for the engine threads.
    pub fn handle(&self) -> TapHandle {
        TapHandle { lanes: Arc::clone(&self.lanes) }
    }

    /// Begins a recording whose timeline starts at `at`; call it before the first tap of it starts. `started` is the same
    /// moment on the wall clock: it names the day's folder. False: too many are open, or the recorder has stopped.
    pub fn begin(&self, recording: RecordingId, interaction: InteractionId, at: Tick, started: Utc) -> bool {
        let Some(lane) = lane(&self.lanes, recording) else { return false };
        lane.begin(Command::Begin { recording, interaction, at, started })
    }

    /// Ends a recording at `at`. Its last part and [`RecordingEvent::Ended`] follow within about a second.
    pub fn end(&self, recording: RecordingId, at: Tick) {
        if let Some(lane) = lane(&self.lanes, recording) {
            lock(&lane.control).commands.push(Command::End { recording, at });
        }
    }

    /// The log has this part for good: its note is taken away, and no restart reports it again.
    pub fn linked(&self, recording: RecordingId, part: u32) {
        if let Some(seal) = &self.seal {
            // A full queue costs nothing but one more report after a restart.
            let _ = seal.try_send(Job::Linked { recording, part });
        }
    }

    pub fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        for lane in self.lanes.iter() {
            stats.live += lock(&lane.control).live;
            stats.queued += lane.queued.load(Ordering::Relaxed);
            stats.frames_dropped += lane.dropped.load(Ordering::Relaxed);
            stats.failing += lane.failing.load(Ordering::Relaxed);
        }
        stats
    }

    /// Ends what is open now, seals it and waits until the last event was given out.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        for lane in self.lanes.iter() {
            lane.stopped.store(true, Ordering::Relaxed);
            lock(&lane.control).stop = true;
            lane.wake.notify_one();
        }
        // A thread that panicked has said so; what it had open is sealed at the next start.
        for writer in self.writers.drain(..) {
            let _ = writer.join();
        }
        drop(self.seal.take());
        if let Some(sealer) = self.sealer.take() {
            let _ = sealer.join();
        }
    }
}

fn lane(lanes: &[Arc<Lane>], recording: RecordingId) -> Option<&Arc<Lane>> {
    // The low bits of a UUIDv7 are random: they spread recordings evenly.
    let index = recording.0.as_u128() % lanes.len().max(1) as u128;
    lanes.get(index as usize)
}

impl TapSink for TapHandle {
    fn push(&self, frame: TapFrame) -> bool {
        lane(&self.lanes, frame.recording).is_some_and(|lane| lane.push(frame))
    }
}

impl Lane {
    fn new(frames: SyncSender<TapFrame>, queue_frames: usize, live_max: usize) -> Lane {
        Lane {
            frames,
            queue_frames,
            live_max,
            queued: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
            failing: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            control: Mutex::default(),
            wake: Condvar::new(),
            gaps: Mutex::default(),
        }
    }

    fn push(&self, frame: TapFrame) -> bool {
        if self.stopped.load(Ordering::Relaxed) {
            return false;
        }
        // Counted before it is sent: the writer thread may take it at once.
        let before = self.queued.fetch_add(1, Ordering::Relaxed);
        match self.frames.try_send(frame) {
            Ok(()) => {
                if before + 1 == self.queue_frames / 2 {
                    lock(&self.control).hurry = true;
                    self.wake.notify_one();
                }
                true
            }
            Err(TrySendError::Full(frame) | TrySendError::Disconnected(frame)) => {
                self.queued.fetch_sub(1, Ordering::Relaxed);
                self.count_gap(&frame);
                false
            }
        }
    }

    fn count_gap(&self, frame: &TapFrame) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        let mut gaps = lock(&self.gaps);
        if gaps.len() < GAPS_MAX || gaps.contains_key(&frame.recording) {
            let gap = gaps.entry(frame.recording).or_insert(Gap { first: frame.at, last: frame.at, frames: 0 });
            (gap.last, gap.frames) = (gap.last.max(frame.at), gap.frames + 1);
        }
    }

    fn begin(&self, command: Command) -> bool {
        let mut control = lock(&self.control);
        if control.stop || control.live >= self.live_max {
            return false;
        }
        control.live += 1;
        control.commands.push(command);
        true
    }

    pub(crate) fn control(&self) -> MutexGuard<'_, Control> {
        lock(&self.control)
    }

    pub(crate) fn take_gaps(&self) -> BTreeMap<RecordingId, Gap> {
        std::mem::take(&mut *lock(&self.gaps))
    }

    /// Waits until `timeout` is over or somebody is in a hurry; then hands over the commands. True: stop after this round.
    pub(crate) fn wait(&self, timeout: Duration) -> (Vec<Command>, bool) {
        let waited = self.wake.wait_timeout_while(self.control(), timeout, |control| !control.hurry && !control.stop);
        let (mut control, _) = waited.unwrap_or_else(PoisonError::into_inner);
        control.hurry = false;
        (std::mem::take(&mut control.commands), control.stop)
    }
}
