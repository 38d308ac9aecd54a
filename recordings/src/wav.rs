//! A stereo WAV file that is valid on disk after every [`Wav::flush`], at two system calls each. Knows nothing of time.

use crate::timeline::Pair;
use crate::{NARROW, WIDE};
use hound::{SampleFormat, WavSpec, WavWriter};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// Bytes before the samples in the files hound writes for 16-bit PCM.
pub(crate) const HEADER_BYTES: usize = 44;
/// Bytes of one pair.
pub(crate) const PAIR_BYTES: u64 = 4;

const fn spec(sample_rate: u32) -> WavSpec {
    WavSpec { channels: 2, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int }
}

/// Pending bytes at which a write happens without waiting for a flush.
const PENDING_MAX: usize = 64 * 1024;

/// A WAV file that grows.
pub(crate) struct Wav {
    writer: WavWriter<Checkpointed>,
}

impl Wav {
    /// Creates the file (0600); it must not exist.
    pub(crate) fn create(path: &Path, rate: u32) -> io::Result<Wav> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        Wav::over(file, rate)
    }

    fn over(file: File, rate: u32) -> io::Result<Wav> {
        let writer = WavWriter::new(Checkpointed::new(file), spec(rate)).map_err(to_io)?;
        Ok(Wav { writer })
    }

    pub(crate) fn write(&mut self, pairs: &[Pair]) -> io::Result<()> {
        let mut samples = self.writer.get_i16_writer(pairs.len() as u32 * 2);
        for [left, right] in pairs {
            samples.write_sample(*left);
            samples.write_sample(*right);
        }
        samples.flush().map_err(to_io)
    }

    /// Pairs written so far.
    pub(crate) fn pairs(&self) -> u64 {
        u64::from(self.writer.duration())
    }

    /// Brings the file up to date: from now on it plays to here whatever happens to the process.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush().map_err(to_io)
    }
}

/// Pairs that are in a file, whatever its header says.
pub(crate) fn pairs_in(path: &Path) -> u64 {
    let len = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    len.saturating_sub(HEADER_BYTES as u64) / PAIR_BYTES
}

/// Rewrites the header of a file whose writer died from its real length, cutting half a pair. Answers the pairs and their rate.
pub(crate) fn repair(path: &Path) -> io::Result<(u64, u32)> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut wide = [0; 4];
    // A header that was never written belongs to no sample.
    let read = file.read_at(&mut wide, 24)?;
    let rate = if read == 4 && u32::from_le_bytes(wide) == WIDE { WIDE } else { NARROW };
    let len = file.metadata()?.len();
    let pairs = len.saturating_sub(HEADER_BYTES as u64) / PAIR_BYTES;
    // The sizes in the header are 32 bits; parts are far smaller than that.
    let data = u32::try_from(pairs * PAIR_BYTES).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let mut header = io::Cursor::new(Vec::with_capacity(HEADER_BYTES));
    WavWriter::new(&mut header, spec(rate)).and_then(WavWriter::finalize).map_err(to_io)?;
    let mut header = header.into_inner();
    header[4..8].copy_from_slice(&(data + HEADER_BYTES as u32 - 8).to_le_bytes());
    header[40..44].copy_from_slice(&data.to_le_bytes());
    file.write_all_at(&header, 0)?;
    let whole = HEADER_BYTES as u64 + u64::from(data);
    if len != whole {
        file.set_len(whole)?;
    }
    Ok((pairs, rate))
}

fn to_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// A file as hound wants it, with the header and the newest samples in memory: hound's seeks cost no system call, and the
/// header reaches the disk after the samples it speaks of.
struct Checkpointed {
    file: File,
    header: [u8; HEADER_BYTES],
    /// Samples that are not in the file yet; they belong at `pending_at`.
    pending: Vec<u8>,
    pending_at: u64,
    cursor: u64,
}

impl Checkpointed {
    fn new(file: File) -> Checkpointed {
        Checkpointed { file, header: [0; HEADER_BYTES], pending: Vec::new(), pending_at: HEADER_BYTES as u64, cursor: 0 }
    }

    fn end(&self) -> u64 {
        self.pending_at + self.pending.len() as u64
    }

    fn write_pending(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.pending, self.pending_at)?;
        self.pending_at += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

impl Write for Checkpointed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = if let Some(room) = self.header.get_mut(self.cursor as usize..).filter(|room| !room.is_empty()) {
            let len = room.len().min(bytes.len());
            room[..len].copy_from_slice(&bytes[..len]);
            len
        } else if self.cursor == self.end() {
            self.pending.extend_from_slice(bytes);
            if self.pending.len() > PENDING_MAX {
                self.write_pending()?;
            }
            bytes.len()
        } else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.cursor += len as u64;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_pending()?;
        self.file.write_all_at(&self.header, 0)
    }
}

impl Seek for Checkpointed {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let cursor = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.cursor.checked_add_signed(by),
            SeekFrom::End(by) => self.end().checked_add_signed(by),
        };
        self.cursor = cursor.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_valid_after_each_flush_while_it_is_still_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut wav = Wav::create(&path, NARROW).unwrap();
        for round in 1..=5 {
            wav.write(&vec![[round, -round]; 1600]).unwrap();
            wav.flush().unwrap();
            let reader = hound::WavReader::open(&path).unwrap();
            assert_eq!((reader.duration(), reader.spec()), (1600 * round as u32, spec(NARROW)));
        }
        std::mem::forget(wav);
    }

    #[test]
    fn a_repaired_file_plays_to_its_real_length() {
        let dir = tempfile::tempdir().unwrap();
        for extra in 0..9_u64 {
            let rate = if extra % 2 == 0 { NARROW } else { WIDE };
            let path = dir.path().join(format!("{extra}.wav"));
            let mut wav = Wav::create(&path, rate).unwrap();
            wav.flush().unwrap();
            wav.write(&[[1, 2]; 100]).unwrap();
            drop(wav);
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all_at(&[7; 400], HEADER_BYTES as u64).unwrap();
            file.set_len(HEADER_BYTES as u64 + 392 + extra).unwrap();
            let (pairs, found) = repair(&path).unwrap();
            assert_eq!((pairs, found), (98 + extra / 4, rate));
            let mut reader = hound::WavReader::open(&path).unwrap();
            assert_eq!((u64::from(reader.duration()), reader.spec().sample_rate), (pairs, rate));
            assert!(reader.samples::<i16>().all(|sample| sample.is_ok()));
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut wav = Wav::over(full, NARROW).unwrap();
        wav.write(&[[1, 1]; 10]).unwrap();
        assert_eq!(wav.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
