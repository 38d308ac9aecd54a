//! One file of the journal: its name, its header, its creation and the scan of it at start. Decides nothing about when.

use super::record::{Kind, Parsed, Record, parse};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes before the first frame: magic, first position, last position of the segment before, checksum of these, zeros.
pub(super) const SEGMENT_HEADER: usize = 32;

const MAGIC: [u8; 8] = *b"CBJRNL01";
const EXTENSION: &str = "seg";

/// A segment as the running journal knows it.
#[derive(Debug)]
pub(super) struct Segment {
    /// Position of its first record.
    pub(super) first: u64,
    /// Position of its last whole record; `first - 1` while it has none.
    pub(super) last: u64,
    /// Where the next frame goes.
    pub(super) end: u64,
    /// Size of the file; all of it is reserved on disk.
    pub(super) size: u64,
    /// How many live states have their latest record here.
    pub(super) live: usize,
    pub(super) file: Arc<File>,
    pub(super) path: PathBuf,
}

/// The name of the segment whose first record has position `first`.
pub(super) fn path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.{EXTENSION}"))
}

/// All segments in `dir` by first position, oldest first.
pub(super) fn list(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != EXTENSION) {
            continue;
        }
        if let Some(first) = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok()) {
            found.push((first, path));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Makes a file of `size` zeros that really own their blocks, so that appends cannot meet a full disk half-way.
pub(super) fn preallocate(path: &Path, size: u64) -> io::Result<File> {
    static CHUNK: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut left = size;
    while left > 0 {
        let now = left.min(CHUNK.len() as u64);
        file.write_all(&CHUNK[..now as usize])?;
        left -= now;
    }
    Ok(file)
}

/// Makes the file at once, with its blocks to be found when they are written: for when no prepared file is at hand.
pub(super) fn sparse(path: &Path, size: u64) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_len(size)?;
    Ok(file)
}

impl Segment {
    /// Turns an empty file into the segment that begins at `first`; `previous` is the last position before it.
    pub(super) fn begin(file: File, path: PathBuf, size: u64, first: u64, previous: u64) -> io::Result<Segment> {
        let mut header = [0; SEGMENT_HEADER];
        header[..8].copy_from_slice(&MAGIC);
        header[8..16].copy_from_slice(&first.to_le_bytes());
        header[16..24].copy_from_slice(&previous.to_le_bytes());
        let checksum = crc32fast::hash(&header[..24]);
        header[24..28].copy_from_slice(&checksum.to_le_bytes());
        file.write_all_at(&header, 0)?;
        Ok(Segment { first, last: first.saturating_sub(1), end: SEGMENT_HEADER as u64, size, live: 0, file: Arc::new(file), path })
    }

    pub(super) fn room(&self) -> u64 {
        self.size.saturating_sub(self.end)
    }
}

/// What a segment file holds, as found at start.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) first: u64,
    /// Last position of the segment before, as noted when this one began.
    pub(super) previous: u64,
    /// Position of the last record of the last whole cause.
    pub(super) last: u64,
    /// Where that record ends.
    pub(super) end: usize,
    /// Bytes after `end` that are not zero were found, up to here; equals `end` when all is clean.
    pub(super) dirty_until: usize,
    /// The states it sets or forgets, in order.
    pub(super) states: Vec<(u64, Record)>,
}

/// Reads a segment's bytes. `None`: the header is not ours or torn.
pub(super) fn scan(bytes: &[u8]) -> Option<Scan> {
    let header = bytes.first_chunk::<SEGMENT_HEADER>()?;
    let word = |at: usize| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&header[at..at + 8]);
        u64::from_le_bytes(eight)
    };
    let checksum = u32::from_le_bytes([header[24], header[25], header[26], header[27]]);
    if header[..8] != MAGIC || crc32fast::hash(&header[..24]) != checksum {
        return None;
    }
    let first = word(8);
    let mut found = Scan {
        first,
        previous: word(16),
        last: first.saturating_sub(1),
        end: SEGMENT_HEADER,
        dirty_until: SEGMENT_HEADER,
        states: Vec::new(),
    };
    let mut pending = Vec::new();
    let (mut at, mut position) = (SEGMENT_HEADER, first);
    while let Some(Parsed::Frame(frame)) = bytes.get(at..).map(|rest| parse(rest, position)) {
        if matches!(frame.kind, Kind::State | Kind::StateGone) {
            // A state that cannot be decoded is worth no refusal to start: what it described is closed as lost.
            pending.extend(frame.decode().ok().map(|record| (position, record)));
        }
        at += frame.len();
        position += 1;
        if !frame.more {
            found.states.append(&mut pending);
            (found.end, found.last) = (at, frame.position);
        }
    }
    found.dirty_until = bytes.iter().rposition(|byte| *byte != 0).map_or(found.end, |last| (last + 1).max(found.end));
    Some(found)
}
