//! One record of the journal as bytes and back. Knows no file and no segment.
//!
//! Frame, little-endian: checksum `u32` (CRC-32 of all that follows in the frame), payload length `u32`, position `u64`,
//! kind `u8`, flags `u8`, two zero bytes, payload. Bit 0 of the flags says that the next record has the same cause: a
//! cause counts only when its last record is there. A header of zeros is the end of what was written.

use cti_types::event::{Event, Personal};

/// Bytes before a payload.
pub(super) const FRAME_HEADER: usize = 20;

/// The most one payload holds; more is refused as [`EncodeError`]. An event is a few hundred bytes, a leg's state a few thousand.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// The longest key of a state record; a longer one is refused as [`EncodeError`].
pub const STATE_KEY_BYTES_MAX: usize = 255;

const FLAG_MORE: u8 = 1;

/// What the journal holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// One event of the log; projected.
    Event(Event),
    /// A personal value; projected, and appended before the events that refer to it.
    Person(Personal),
    /// The present state of something live (a dialog, a leg, a work item, an agent). The latest of a key wins; never projected.
    State { key: String, bytes: Vec<u8> },
    /// The thing behind `key` is over; its state is forgotten.
    StateGone { key: String },
}

/// The byte that tells kinds apart. Written to disk: never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Event = 1,
    Person = 2,
    State = 3,
    StateGone = 4,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Kind> {
        match byte {
            1 => Some(Kind::Event),
            2 => Some(Kind::Person),
            3 => Some(Kind::State),
            4 => Some(Kind::StateGone),
            _ => None,
        }
    }
}

/// A record that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    #[error("a record of {bytes} bytes is larger than the journal takes")]
    TooLarge { bytes: usize },
    #[error("a state key of {bytes} bytes is longer than the journal takes")]
    KeyTooLong { bytes: usize },
    #[error("a record cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// A payload whose checksum is right but which this program cannot read (written by another version).
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("a record is not the JSON this version knows")]
    Json(#[from] serde_json::Error),
    #[error("a state record is malformed")]
    State,
}

/// Appends the frame of `record` to `out`. `more`: the next record has the same cause. On an error `out` is as it was.
pub(super) fn encode(record: &Record, position: u64, more: bool, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = out.len();
    out.extend_from_slice(&[0; FRAME_HEADER]);
    let done = encode_payload(record, out).and_then(|kind| {
        let bytes = out.len() - start - FRAME_HEADER;
        if bytes > PAYLOAD_BYTES_MAX { Err(EncodeError::TooLarge { bytes }) } else { Ok((kind, bytes)) }
    });
    let (kind, bytes) = match done {
        Ok(done) => done,
        Err(error) => {
            out.truncate(start);
            return Err(error);
        }
    };
    let frame = &mut out[start..];
    frame[4..8].copy_from_slice(&(bytes as u32).to_le_bytes());
    frame[8..16].copy_from_slice(&position.to_le_bytes());
    frame[16] = kind as u8;
    frame[17] = if more { FLAG_MORE } else { 0 };
    let checksum = crc32fast::hash(&frame[4..]);
    frame[..4].copy_from_slice(&checksum.to_le_bytes());
    Ok(())
}

fn encode_payload(record: &Record, out: &mut Vec<u8>) -> Result<Kind, EncodeError> {
    match record {
        Record::Event(event) => {
            serde_json::to_writer(&mut *out, event)?;
            Ok(Kind::Event)
        }
        Record::Person(person) => {
            serde_json::to_writer(&mut *out, person)?;
            Ok(Kind::Person)
        }
        Record::State { key, bytes } => {
            encode_key(key, out)?;
            out.extend_from_slice(bytes);
            Ok(Kind::State)
        }
        Record::StateGone { key } => {
            encode_key(key, out)?;
            Ok(Kind::StateGone)
        }
    }
}

fn encode_key(key: &str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let bytes = key.len();
    if bytes > STATE_KEY_BYTES_MAX {
        return Err(EncodeError::KeyTooLong { bytes });
    }
    out.push(bytes as u8);
    out.extend_from_slice(key.as_bytes());
    Ok(())
}

/// One frame found in a segment.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) kind: Kind,
    pub(super) position: u64,
    /// The next record has the same cause.
    pub(super) more: bool,
    pub(super) payload: &'a [u8],
}

impl Frame<'_> {
    /// Bytes the frame takes in the file.
    pub(super) fn len(&self) -> usize {
        FRAME_HEADER + self.payload.len()
    }

    pub(super) fn decode(&self) -> Result<Record, DecodeError> {
        match self.kind {
            Kind::Event => Ok(Record::Event(serde_json::from_slice(self.payload)?)),
            Kind::Person => Ok(Record::Person(serde_json::from_slice(self.payload)?)),
            Kind::State => {
                let (key, bytes) = split_key(self.payload).ok_or(DecodeError::State)?;
                Ok(Record::State { key: key.to_owned(), bytes: bytes.to_vec() })
            }
            Kind::StateGone => {
                let (key, _) = split_key(self.payload).ok_or(DecodeError::State)?;
                Ok(Record::StateGone { key: key.to_owned() })
            }
        }
    }
}

fn split_key(payload: &[u8]) -> Option<(&str, &[u8])> {
    let (len, rest) = payload.split_first()?;
    let (key, bytes) = rest.split_at_checked(usize::from(*len))?;
    Some((std::str::from_utf8(key).ok()?, bytes))
}

/// What stands at the beginning of `bytes`.
#[derive(Debug)]
pub(super) enum Parsed<'a> {
    Frame(Frame<'a>),
    /// Zeros: nothing was written here.
    End,
    /// The header is sound as far as it goes, but the frame needs this many bytes.
    Short(usize),
    /// Torn or damaged.
    Bad,
}

/// Parses the frame that must have `position`.
pub(super) fn parse(bytes: &[u8], position: u64) -> Parsed<'_> {
    let Some(header) = bytes.first_chunk::<FRAME_HEADER>() else { return Parsed::Short(FRAME_HEADER) };
    if header.iter().all(|byte| *byte == 0) {
        return Parsed::End;
    }
    let checksum = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
    let len = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
    let mut eight = [0; 8];
    eight.copy_from_slice(&header[8..16]);
    if len > PAYLOAD_BYTES_MAX || u64::from_le_bytes(eight) != position {
        return Parsed::Bad;
    }
    let total = FRAME_HEADER + len;
    let Some(frame) = bytes.get(..total) else { return Parsed::Short(total) };
    if crc32fast::hash(&frame[4..]) != checksum {
        return Parsed::Bad;
    }
    let Some(kind) = Kind::from_byte(header[16]) else { return Parsed::Bad };
    Parsed::Frame(Frame { kind, position, more: header[17] & FLAG_MORE != 0, payload: &frame[FRAME_HEADER..] })
}
