//! The appending side: positions, the active segment, live states, bounds. Syncs and deletes nothing itself; it says what is to be.

use super::record::{self, Record};
use super::segment::{self, SEGMENT_HEADER, Segment};
use super::{AppendError, Options, Stats};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The share of the bound at which the log warns.
const FILL_WARNING: f64 = 0.8;

#[derive(Debug)]
struct Live {
    /// Where its latest record is.
    position: u64,
    bytes: Vec<u8>,
}

/// How loudly the fill was last spoken of; each rise is said once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    Calm,
    High,
    Bound,
}

/// Behind the journal's one lock, which is held for a memory copy and one write, never for a sync.
#[derive(Debug)]
pub(super) struct Writer {
    dir: PathBuf,
    options: Options,
    /// Oldest first; the last is the active one. Never empty.
    pub(super) segments: VecDeque<Segment>,
    /// Bounded with the journal: each live state has its latest record in a segment.
    states: BTreeMap<String, Live>,
    pub(super) last: u64,
    projected: u64,
    /// Sizes of all segments but the active one.
    closed_bytes: u64,
    /// The encoded cause; kept for its capacity.
    buffer: Vec<u8>,
    alarm: Alarm,
    append_errors: u64,
    pub(super) sync: ToSync,
}

/// Work for the sync thread. Each list is at most as long as the list of segments.
#[derive(Debug, Default)]
pub(super) struct ToSync {
    /// The active segment has bytes that are not synced.
    pub(super) dirty: bool,
    /// A file was created or renamed.
    pub(super) folder: bool,
    /// Full segments that may have bytes that are not synced.
    pub(super) closed: Vec<Arc<File>>,
    /// To be deleted after the sync: what replaces them must be on disk first.
    pub(super) doomed: Vec<PathBuf>,
    /// A prepared file is waiting to become the next segment.
    pub(super) spare: bool,
    pub(super) errors: u64,
}

impl Writer {
    pub(super) fn new(dir: &Path, options: Options, segments: Vec<Segment>, states: BTreeMap<String, (u64, Vec<u8>)>) -> Writer {
        let active = segments.last().map_or(0, |segment| segment.size);
        let mut writer = Writer {
            dir: dir.to_owned(),
            options,
            last: segments.last().map_or(0, |segment| segment.last),
            closed_bytes: segments.iter().map(|segment| segment.size).sum::<u64>() - active,
            segments: segments.into(),
            states: BTreeMap::new(),
            projected: 0,
            buffer: Vec::new(),
            alarm: Alarm::Calm,
            append_errors: 0,
            sync: ToSync { folder: true, dirty: true, ..ToSync::default() },
        };
        for (key, (position, bytes)) in states {
            writer.set_state(key, bytes, position);
        }
        writer
    }

    /// The file the sync thread prepares and the next segment is made of.
    pub(super) fn spare_path(&self) -> PathBuf {
        self.dir.join("spare")
    }

    pub(super) fn folder(&self) -> &Path {
        &self.dir
    }

    pub(super) fn segment_bytes(&self) -> u64 {
        self.options.segment_bytes
    }

    fn active(&self) -> Option<&Segment> {
        self.segments.back()
    }

    pub(super) fn active_file(&self) -> Option<Arc<File>> {
        self.active().map(|segment| Arc::clone(&segment.file))
    }

    fn bytes(&self) -> u64 {
        self.closed_bytes + self.active().map_or(0, |segment| segment.end)
    }

    pub(super) fn fill(&self) -> f64 {
        self.bytes() as f64 / self.options.bytes_max as f64
    }

    pub(super) fn accepting(&self) -> bool {
        self.bytes() < self.options.bytes_max
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            last: self.last,
            projected: self.projected,
            segments: self.segments.len(),
            bytes: self.bytes(),
            fill: self.fill(),
            states: self.states.len(),
            append_errors: self.append_errors,
            sync_errors: self.sync.errors,
        }
    }

    pub(super) fn append(&mut self, records: &[Record]) -> Result<(), AppendError> {
        let done = self.try_append(records);
        if done.is_err() {
            self.append_errors += 1;
        }
        self.raise_alarm();
        done
    }

    fn try_append(&mut self, records: &[Record]) -> Result<(), AppendError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let done = self.append_through(records, &mut buffer);
        // One large cause must not hold its memory for ever.
        buffer.shrink_to(256 * 1024);
        self.buffer = buffer;
        done?;
        let first = self.last + 1 - records.len() as u64;
        for (record, position) in records.iter().zip(first..) {
            match record {
                Record::State { key, bytes } => self.set_state(key.clone(), bytes.clone(), position),
                Record::StateGone { key } => self.forget_state(key),
                Record::Event(_) | Record::Person(_) => {}
            }
        }
        Ok(())
    }

    fn append_through(&mut self, records: &[Record], buffer: &mut Vec<u8>) -> Result<(), AppendError> {
        self.encode(records, buffer)?;
        let bytes = buffer.len();
        if bytes as u64 + SEGMENT_HEADER as u64 > self.options.segment_bytes {
            return Err(AppendError::CauseTooLarge { bytes });
        }
        let turn = self.active().is_none_or(|segment| segment.room() < bytes as u64);
        let unused = if turn { self.active().map_or(0, Segment::room) + SEGMENT_HEADER as u64 } else { 0 };
        // The reserve: a quarter above the bound, for calls under way.
        if self.bytes() + unused + bytes as u64 > self.options.bytes_max + self.options.bytes_max / 4 {
            return Err(AppendError::Full);
        }
        if turn {
            self.turn(self.last + 1)?;
            self.move_states();
            // Moved states took positions.
            self.encode(records, buffer)?;
        }
        Ok(self.write(buffer, records.len() as u64)?)
    }

    fn encode(&self, records: &[Record], buffer: &mut Vec<u8>) -> Result<(), AppendError> {
        buffer.clear();
        for (index, record) in records.iter().enumerate() {
            record::encode(record, self.last + 1 + index as u64, index + 1 < records.len(), buffer)?;
        }
        Ok(())
    }

    /// The one write. On an error nothing counts as written and the next cause goes to the same place.
    fn write(&mut self, buffer: &[u8], records: u64) -> io::Result<()> {
        let Some(active) = self.segments.back_mut() else { return Err(io::ErrorKind::NotFound.into()) };
        active.file.write_all_at(buffer, active.end)?;
        active.end += buffer.len() as u64;
        self.last += records;
        active.last = self.last;
        self.sync.dirty = true;
        Ok(())
    }

    /// Begins a new segment whose first record has position `first`.
    fn turn(&mut self, first: u64) -> io::Result<()> {
        let size = self.options.segment_bytes;
        let path = segment::path(&self.dir, first);
        let file = if std::mem::take(&mut self.sync.spare) {
            std::fs::rename(self.spare_path(), &path)?;
            File::options().read(true).write(true).open(&path)?
        } else {
            segment::sparse(&path, size)?
        };
        let begun = Segment::begin(file, path, size, first, self.last)?;
        if let Some(closed) = self.segments.back() {
            self.closed_bytes += closed.size;
            self.sync.closed.push(Arc::clone(&closed.file));
        }
        self.segments.push_back(begun);
        (self.sync.folder, self.sync.dirty) = (true, true);
        Ok(())
    }

    /// Appends anew the live states that alone hold old, projected segments. At most half a segment of them: the rest
    /// follows at the next turn, so that a full segment cannot be nothing but moved states.
    fn move_states(&mut self) {
        let held = self.segments.iter().take_while(|segment| segment.last <= self.projected).last().map_or(0, |segment| segment.last);
        let mut keys: Vec<(u64, String)> =
            self.states.iter().filter(|(_, live)| live.position <= held).map(|(key, live)| (live.position, key.clone())).collect();
        keys.sort_unstable();
        let budget = self.options.segment_bytes / 2;
        let mut buffer = Vec::new();
        for (_, key) in keys {
            let Some(live) = self.states.get(&key) else { continue };
            let record = Record::State { key, bytes: live.bytes.clone() };
            buffer.clear();
            let encoded = record::encode(&record, self.last + 1, false, &mut buffer);
            let used = self.active().map_or(0, |segment| segment.end);
            if encoded.is_err() || used + buffer.len() as u64 > budget || self.write(&buffer, 1).is_err() {
                break;
            }
            if let Record::State { key, bytes } = record {
                self.set_state(key, bytes, self.last);
            }
        }
        self.doom();
    }

    fn set_state(&mut self, key: String, bytes: Vec<u8>, position: u64) {
        if let Some(index) = self.segment_of(position) {
            self.segments[index].live += 1;
        }
        if let Some(old) = self.states.insert(key, Live { position, bytes }) {
            self.release(old.position);
        }
    }

    fn forget_state(&mut self, key: &str) {
        if let Some(old) = self.states.remove(key) {
            self.release(old.position);
        }
    }

    fn release(&mut self, position: u64) {
        if let Some(index) = self.segment_of(position) {
            let segment = &mut self.segments[index];
            segment.live = segment.live.saturating_sub(1);
        }
    }

    /// The index of the segment that holds `position`.
    pub(super) fn segment_of(&self, position: u64) -> Option<usize> {
        let index = self.segments.partition_point(|segment| segment.last < position);
        self.segments.get(index).filter(|segment| segment.first <= position).map(|_| index)
    }

    pub(super) fn projected(&mut self, position: u64) {
        self.projected = self.projected.max(position.min(self.last));
        self.doom();
        if !self.accepting() {
            self.free_from_states();
        }
        self.raise_alarm();
    }

    /// At the bound nothing is appended that would begin a new segment, so live states in old ones would hold them, and the bound, for
    /// ever: they are moved now.
    fn free_from_states(&mut self) {
        let held_by_states = self.segments.front().is_some_and(|oldest| oldest.last <= self.projected && oldest.live > 0);
        if !held_by_states || self.segments.len() < 2 {
            return;
        }
        let half = self.options.segment_bytes / 2;
        if self.active().is_none_or(|segment| segment.end > half)
            && let Err(error) = self.turn(self.last + 1)
        {
            tracing::warn!(%error, "no new segment of the journal: what is projected stays until there is one");
            return;
        }
        self.move_states();
    }

    /// Lets the oldest segments go that nobody needs. Only ever from the old end, so that a forgotten state cannot come back.
    fn doom(&mut self) {
        while self.segments.len() > 1 {
            let Some(oldest) = self.segments.front() else { return };
            if oldest.last > self.projected || oldest.live > 0 {
                return;
            }
            self.closed_bytes -= oldest.size;
            self.sync.doomed.extend(self.segments.pop_front().map(|segment| segment.path));
        }
    }

    pub(super) fn continue_after(&mut self, mark: u64) -> io::Result<()> {
        if mark <= self.last {
            return Ok(());
        }
        tracing::warn!(journal = self.last, database = mark, "the journal is behind the database: positions continue after the database's");
        self.turn(mark + 1)?;
        self.last = mark;
        if let Some(active) = self.segments.back_mut() {
            active.last = mark;
        }
        Ok(())
    }

    fn raise_alarm(&mut self) {
        let fill = self.fill();
        let alarm = if fill >= 1.0 {
            Alarm::Bound
        } else if fill >= FILL_WARNING {
            Alarm::High
        } else {
            Alarm::Calm
        };
        if alarm > self.alarm {
            let percent = (fill * 100.0) as u64;
            match alarm {
                Alarm::Bound => {
                    tracing::error!(percent, "the journal is at its bound: new calls are refused until the database catches up")
                }
                Alarm::High | Alarm::Calm => tracing::warn!(percent, "the journal fills up: the database does not keep up"),
            }
        }
        self.alarm = alarm;
    }
}
