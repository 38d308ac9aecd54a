//! Opening a journal folder: the lock, the scan of what a dead server left, the cut of a torn tail. Appends nothing.

use super::Options;
use super::record::Record;
use super::segment::{self, SEGMENT_HEADER, Scan, Segment};
use super::writer::Writer;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;

/// What was found at start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recovery {
    /// Position of the last record; 0 in a new journal.
    pub last_position: u64,
    /// Position before the oldest record that is still here.
    pub oldest_position: u64,
    /// Bytes cut off because their cause was not written to its end.
    pub cut_bytes: u64,
    /// Records that were written but cannot be read: damage, not a torn tail. 0 unless the disk failed.
    pub lost_records: u64,
    /// The live states by key: what was under way when the server stopped.
    pub state: BTreeMap<String, Vec<u8>>,
}

/// Makes the folder and takes its lock, which the operating system gives back when the process ends in whatever way.
pub(super) fn lock_folder(dir: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            format!("the journal folder {} is in use by another server; give each its own", dir.display()),
        )),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Reads every segment and hands back a writer that continues where whole causes end.
pub(super) fn recover(dir: &Path, options: Options) -> io::Result<(Writer, Recovery)> {
    let mut recovery = Recovery::default();
    let mut segments: Vec<Segment> = Vec::new();
    let mut states: BTreeMap<String, (u64, Vec<u8>)> = BTreeMap::new();
    let files = segment::list(dir)?;
    let newest = files.len().saturating_sub(1);
    for (index, (first, path)) in files.into_iter().enumerate() {
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let bytes = std::fs::read(&path)?;
        let Some(scan) = segment::scan(&bytes).filter(|scan| scan.first == first) else {
            if index != newest {
                tracing::error!(segment = first, "a journal segment has no readable header: its records are lost");
                continue;
            }
            // The newest one, begun when the power went: its header never reached the disk, so neither did a record.
            std::fs::remove_file(&path)?;
            recovery.cut_bytes += bytes.iter().filter(|byte| **byte != 0).count() as u64;
            continue;
        };
        if let Some(before) = segments.last() {
            recovery.lost_records += scan.previous.saturating_sub(before.last);
        }
        let size = if index == newest {
            let size = (bytes.len() as u64).max(options.segment_bytes);
            recovery.cut_bytes += cut(&file, &scan, bytes.len() as u64, size)?;
            size
        } else {
            bytes.len() as u64
        };
        let end = scan.end as u64;
        replay(scan.states, &mut states);
        segments.push(Segment { first, last: scan.last, end, size, live: 0, file: file.into(), path });
    }
    if segments.is_empty() {
        segments.push(Segment::begin(
            segment::preallocate(&segment::path(dir, 1), options.segment_bytes)?,
            segment::path(dir, 1),
            options.segment_bytes,
            1,
            0,
        )?);
    }
    if recovery.lost_records > 0 {
        tracing::error!(records = recovery.lost_records, "the journal is damaged: records that were written cannot be read");
    }
    recovery.oldest_position = segments.first().map_or(0, |segment| segment.first - 1);
    recovery.state = states.iter().map(|(key, (_, bytes))| (key.clone(), bytes.clone())).collect();
    let writer = Writer::new(dir, options, segments, states);
    recovery.last_position = writer.last;
    Ok((writer, recovery))
}

fn replay(records: Vec<(u64, Record)>, states: &mut BTreeMap<String, (u64, Vec<u8>)>) {
    for (position, record) in records {
        match record {
            Record::State { key, bytes } => {
                states.insert(key, (position, bytes));
            }
            Record::StateGone { key } => {
                states.remove(&key);
            }
            Record::Event(_) | Record::Person(_) => {}
        }
    }
}

/// Zeroes what follows the last whole cause, so that no stale frame can ever line up behind a new one; restores the
/// file's size. Answers how many bytes were cut.
fn cut(file: &File, scan: &Scan, len: u64, size: u64) -> io::Result<u64> {
    const ZEROS: [u8; 4096] = [0; 4096];
    debug_assert!(scan.end >= SEGMENT_HEADER);
    let mut at = scan.end;
    while at < scan.dirty_until {
        let now = (scan.dirty_until - at).min(ZEROS.len());
        file.write_all_at(&ZEROS[..now], at as u64)?;
        at += now;
    }
    if len < size {
        file.set_len(size)?;
    }
    if scan.dirty_until > scan.end || len < size {
        file.sync_data()?;
    }
    Ok((scan.dirty_until - scan.end) as u64)
}
