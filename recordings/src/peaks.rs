//! The loudness of a sealed part along its time, both sides apart, as a waveform is drawn. Reads a bounded part of the file; keeps nothing.

use crate::wav::{HEADER_BYTES, PAIR_BYTES};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Most columns; more are not given.
pub const COLUMNS_MAX: usize = 4_000;
/// Pairs read for one column. Of a longer one, so many blocks are read at even distances: what is drawn of an hour needs no more.
const COLUMN_PAIRS: u64 = BLOCKS * BLOCK_PAIRS;
const BLOCKS: u64 = 8;
const BLOCK_PAIRS: u64 = 256;
/// Where the header has the sampling rate.
const RATE_AT: u64 = 24;

/// The largest sample of each column, 0 to 32,767.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    /// Hz.
    pub rate: u32,
    pub duration_ms: u64,
    /// Left: the customer.
    pub customer: Vec<u16>,
    /// Right: our side.
    pub agent: Vec<u16>,
}

/// Reads them. A part shorter than `columns` has fewer.
///
/// # Errors
/// Those of the disk.
pub fn peaks(file: &File, columns: usize) -> io::Result<Peaks> {
    let pairs = file.metadata()?.len().saturating_sub(HEADER_BYTES as u64) / PAIR_BYTES;
    let mut rate = [0; 4];
    if pairs > 0 {
        file.read_exact_at(&mut rate, RATE_AT)?;
    }
    let rate = u32::from_le_bytes(rate).max(1);
    let columns = (columns.min(COLUMNS_MAX) as u64).min(pairs);
    let mut peaks = Peaks { rate, duration_ms: pairs * 1000 / u64::from(rate), ..Peaks::default() };
    let mut bytes = vec![0; (COLUMN_PAIRS * PAIR_BYTES) as usize];
    for column in 0..columns {
        let (from, to) = (pairs * column / columns, pairs * (column + 1) / columns);
        let mut loudest = (0, 0);
        for (at, count) in blocks(from, to) {
            let Some(block) = bytes.get_mut(..(count * PAIR_BYTES) as usize) else { continue };
            file.read_exact_at(block, HEADER_BYTES as u64 + at * PAIR_BYTES)?;
            let (samples, _) = block.as_chunks::<4>();
            for [l0, l1, r0, r1] in samples {
                loudest.0 = level(*l0, *l1).max(loudest.0);
                loudest.1 = level(*r0, *r1).max(loudest.1);
            }
        }
        peaks.customer.push(loudest.0);
        peaks.agent.push(loudest.1);
    }
    Ok(peaks)
}

/// What is read of these pairs: first and count.
fn blocks(from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> {
    let length = to - from;
    let whole = length <= COLUMN_PAIRS;
    let count = if whole { 1 } else { BLOCKS };
    (0..count).map(move |n| if whole { (from, length) } else { (from + n * (length - BLOCK_PAIRS) / (BLOCKS - 1), BLOCK_PAIRS) })
}

fn level(low: u8, high: u8) -> u16 {
    i16::from_le_bytes([low, high]).unsigned_abs().min(i16::MAX as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wav::Wav;
    use crate::{NARROW, WIDE};

    fn part(rate: u32, pairs: &[[i16; 2]]) -> (tempfile::TempDir, File) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.wav");
        let mut wav = Wav::create(&path, rate).unwrap();
        wav.write(pairs).unwrap();
        wav.flush().unwrap();
        let file = File::open(path).unwrap();
        (folder, file)
    }

    #[test]
    fn each_column_has_the_loudest_of_either_side() {
        let pairs = [[1, -2], [-3, 0], [i16::MIN, 5], [7, 6]];
        let (_folder, file) = part(WIDE, &pairs);
        let found = peaks(&file, 2).unwrap();
        assert_eq!(found, Peaks { rate: WIDE, duration_ms: 0, customer: vec![3, 32_767], agent: vec![2, 6] });
        assert_eq!(peaks(&file, 100).unwrap().customer, [1, 3, 32_767, 7], "no more columns than pairs");
    }

    #[test]
    fn an_empty_part_has_none() {
        let (_folder, file) = part(NARROW, &[]);
        assert_eq!((peaks(&file, 10).unwrap().customer.len(), peaks(&file, 10).unwrap().duration_ms), (0, 0));
    }

    #[test]
    fn a_long_part_is_looked_at_in_blocks_within_it() {
        for (from, to) in [(0, COLUMN_PAIRS), (10, 10 + COLUMN_PAIRS + 1), (0, 1_000_000), (5, 6)] {
            let read: Vec<(u64, u64)> = blocks(from, to).collect();
            assert!(read.iter().all(|(at, count)| *at >= from && at + count <= to), "{from} {to}: {read:?}");
            assert!(read.iter().map(|(_, count)| count).sum::<u64>() <= COLUMN_PAIRS);
        }
        let quiet_but_for_one_side = vec![[0, 9]; 100_000];
        let (_folder, file) = part(NARROW, &quiet_but_for_one_side);
        let found = peaks(&file, 10).unwrap();
        assert_eq!((found.duration_ms, found.customer, found.agent), (12_500, vec![0; 10], vec![9; 10]));
    }
}
