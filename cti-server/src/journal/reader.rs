//! Reading the journal while it grows: what the projector uses. It changes nothing and says nothing about what is projected.

use super::Shared;
use super::record::{DecodeError, FRAME_HEADER, Kind, Parsed, Record, parse};
use super::segment::SEGMENT_HEADER;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Bytes read at a time; a longer frame is read by itself.
const CHUNK: u64 = 256 * 1024;

/// Why the record after [`Reader::position`] was not handed out. [`Reader::skip`] goes past it.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the journal record {position} is not one this version can read")]
    Undecodable {
        position: u64,
        #[source]
        source: DecodeError,
    },
    #[error("the journal record {position} is damaged")]
    Damaged { position: u64 },
    #[error("the journal cannot be read")]
    Io(#[from] io::Error),
}

/// A place in the journal that moves forward. Each reader has its own.
#[derive(Debug)]
pub struct Reader {
    shared: Arc<Shared>,
    position: u64,
    missing: u64,
    /// Where the record after `position` begins, when that is known: first position of the segment and offset in it.
    place: Option<(u64, u64)>,
    buffer: Vec<u8>,
}

/// The segment to read from now.
struct Source {
    first: u64,
    last: u64,
    file: Arc<File>,
    end: u64,
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>, from: u64) -> Reader {
        Reader { shared, position: from, missing: 0, place: None, buffer: Vec::new() }
    }

    /// The last position passed. States are passed but never handed out, so this may be above the last record's; it is
    /// the mark to store with the batch.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Records between where reading was to begin and the oldest that is there: not 0 when the database is older than
    /// what it once confirmed (a restored backup).
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// The next events and personal values with their positions, at least `max` if there are as many. What one event
    /// caused is never split, so a batch may be longer by one cause. Empty: there is nothing new.
    ///
    /// # Errors
    /// Only about the first record of the batch: what stands before a bad one is handed out first.
    pub fn next_batch(&mut self, max: usize) -> Result<Vec<(u64, Record)>, ReadError> {
        let mut batch = Vec::new();
        loop {
            let Some(source) = self.source() else { return Ok(batch) };
            match self.read_segment(&source, max, &mut batch) {
                Ok(true) => return Ok(batch),
                Ok(false) => {}
                Err(_) if !batch.is_empty() => return Ok(batch),
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until there is something after [`Reader::position`], at most `timeout`. True when there is.
    pub fn wait(&self, timeout: Duration) -> bool {
        // The count goes up before the look: an append after the look sees it and wakes us.
        self.shared.waiting.fetch_add(1, Ordering::SeqCst);
        let writer = self.shared.lock();
        let waited = self.shared.appended.wait_timeout_while(writer, timeout, |writer| writer.last <= self.position);
        self.shared.waiting.fetch_sub(1, Ordering::SeqCst);
        let (writer, _) = waited.unwrap_or_else(PoisonError::into_inner);
        writer.last > self.position
    }

    /// Goes past the record that [`Reader::next_batch`] complained about; past the rest of its segment if it is damaged.
    pub fn skip(&mut self) {
        let Some(source) = self.source() else { return };
        let (_, offset) = self.place.unwrap_or((source.first, SEGMENT_HEADER as u64));
        let header = self.fill(&source, offset, FRAME_HEADER as u64);
        let total = match header.map(|()| parse(&self.buffer, self.position + 1)) {
            Ok(Parsed::Frame(frame)) => frame.len() as u64,
            Ok(Parsed::Short(total)) => total as u64,
            Ok(Parsed::End | Parsed::Bad) | Err(_) => {
                (self.position, self.place) = (source.last, None);
                return;
            }
        };
        if self.fill(&source, offset, total).is_ok() && matches!(parse(&self.buffer, self.position + 1), Parsed::Frame(_)) {
            (self.position, self.place) = (self.position + 1, Some((source.first, offset + total)));
        } else {
            (self.position, self.place) = (source.last, None);
        }
    }

    /// Finds the segment with the record after `position`, and `place` in it.
    fn source(&mut self) -> Option<Source> {
        let writer = self.shared.lock();
        let index = writer.segments.partition_point(|segment| segment.last <= self.position);
        let segment = writer.segments.get(index)?;
        if segment.last < segment.first {
            return None;
        }
        let source = Source { first: segment.first, last: segment.last, file: Arc::clone(&segment.file), end: segment.end };
        drop(writer);
        if source.first > self.position + 1 {
            self.missing += source.first - self.position - 1;
            self.position = source.first - 1;
        }
        if self.place.is_none_or(|(first, _)| first != source.first) {
            self.place = Some((source.first, SEGMENT_HEADER as u64));
            self.walk_to_place(&source);
        }
        Some(source)
    }

    /// Passes the frames up to `position`: once, when reading begins in the middle of a segment.
    fn walk_to_place(&mut self, source: &Source) {
        let wanted = self.position;
        let mut at = source.first;
        let mut offset = SEGMENT_HEADER as u64;
        while at <= wanted {
            let Ok(()) = self.fill(source, offset, CHUNK) else { break };
            let mut used = 0;
            let mut need = 0;
            while at <= wanted {
                match parse(&self.buffer[used..], at) {
                    Parsed::Frame(frame) => used += frame.len(),
                    Parsed::Short(total) => {
                        need = total;
                        break;
                    }
                    Parsed::End | Parsed::Bad => break,
                }
                at += 1;
            }
            if used == 0 {
                let enough = need > 0 && self.fill(source, offset, need as u64).is_ok();
                match parse(&self.buffer, at) {
                    Parsed::Frame(frame) if enough => (used, at) = (frame.len(), at + 1),
                    Parsed::Frame(_) | Parsed::End | Parsed::Short(_) | Parsed::Bad => break,
                }
            }
            offset += used as u64;
        }
        self.place = Some((source.first, offset));
    }

    /// Reads `len` bytes at `offset`, fewer at the end of what is written.
    fn fill(&mut self, source: &Source, offset: u64, len: u64) -> io::Result<()> {
        let len = len.min(source.end.saturating_sub(offset));
        self.buffer.resize(len as usize, 0);
        source.file.read_exact_at(&mut self.buffer, offset)
    }

    /// Adds what `source` still has. True: the batch is long enough.
    fn read_segment(&mut self, source: &Source, max: usize, batch: &mut Vec<(u64, Record)>) -> Result<bool, ReadError> {
        let mut len = CHUNK;
        while self.position < source.last {
            let (_, offset) = self.place.unwrap_or((source.first, SEGMENT_HEADER as u64));
            self.fill(source, offset, len)?;
            let buffer = std::mem::take(&mut self.buffer);
            let parsed = self.read_chunk(source, &buffer, offset, max, batch);
            self.buffer = buffer;
            match parsed? {
                Chunk::Enough => return Ok(true),
                Chunk::Passed => len = CHUNK,
                // What is written is whole: a frame that needs more than there is to the end is damaged.
                Chunk::Needs(total) if offset + total <= source.end && total > len => len = total,
                Chunk::Needs(_) => return Err(ReadError::Damaged { position: self.position + 1 }),
            }
        }
        Ok(false)
    }

    fn read_chunk(
        &mut self,
        source: &Source,
        bytes: &[u8],
        offset: u64,
        max: usize,
        batch: &mut Vec<(u64, Record)>,
    ) -> Result<Chunk, ReadError> {
        let mut used = 0;
        while self.position < source.last {
            let position = self.position + 1;
            let frame = match parse(&bytes[used..], position) {
                Parsed::Frame(frame) => frame,
                Parsed::Short(total) if used == 0 => return Ok(Chunk::Needs(total as u64)),
                Parsed::Short(_) => return Ok(Chunk::Passed),
                Parsed::End | Parsed::Bad => return Err(ReadError::Damaged { position }),
            };
            if matches!(frame.kind, Kind::Event | Kind::Person) {
                let record = frame.decode().map_err(|source| ReadError::Undecodable { position, source })?;
                batch.push((position, record));
            }
            used += frame.len();
            (self.position, self.place) = (position, Some((source.first, offset + used as u64)));
            if !frame.more && batch.len() >= max {
                return Ok(Chunk::Enough);
            }
        }
        Ok(Chunk::Passed)
    }
}

/// What came of one chunk.
enum Chunk {
    /// The batch is long enough.
    Enough,
    /// All whole frames in it were passed.
    Passed,
    /// Not one whole frame: this many bytes are needed.
    Needs(u64),
}
