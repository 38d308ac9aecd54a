//! Is a recording whole, and each voice on its side? Also for a folder of them, of any server that writes stereo WAV. Changes nothing.

use crate::report::Recordings;
use crate::tones;
use anyhow::Context as _;
use cti_phone::tone::measure;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most files looked at; a folder with more is the wrong folder.
const FILES_MAX: usize = 200_000;
/// Share of a window's energy a tone must have to be the one heard.
const SHARE: f32 = 0.5;
/// Windows at the two ends of the talk that only partly hold it.
pub(crate) const EDGE_S: f64 = 0.4;

/// What one file holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Heard {
    /// Most frequent tone left and right.
    pub(crate) left: Option<u16>,
    pub(crate) right: Option<u16>,
    /// Time in which both were heard.
    pub(crate) both_s: f64,
}

/// Holds the WAV files under `dir` written since the run began against the calls made.
pub(crate) fn check(dir: &Path, since: SystemTime, expected: u64, calls: u32, talk_s: f64) -> anyhow::Result<Recordings> {
    let mut files = Vec::new();
    collect(dir, since, &mut files)?;
    // Pairs repeat after 1,225 calls: each may be found as often as it was played.
    let mut open: BTreeMap<(u16, u16), u64> = BTreeMap::new();
    for call in 0..calls {
        *open.entry(tones::pair(call)).or_default() += 1;
    }
    let mut out = Recordings { expected, ..Recordings::default() };
    for file in files {
        out.found += 1;
        // A file that cannot be read is found, but has no right tones.
        let Ok(heard) = File::open(&file).map_err(anyhow::Error::from).and_then(|file| listen(BufReader::new(file))) else { continue };
        let pair = heard.left.zip(heard.right).and_then(|pair| open.get_mut(&pair)).filter(|left| **left > 0);
        if let Some(left) = pair {
            *left -= 1;
            out.right_tones += 1;
            out.seconds_missing += (talk_s - EDGE_S - heard.both_s).max(0.0);
        }
    }
    out.seconds_missing += expected.saturating_sub(out.right_tones) as f64 * talk_s;
    Ok(out)
}

fn collect(dir: &Path, since: SystemTime, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let entry = entry?;
        let (path, meta) = (entry.path(), entry.metadata()?);
        if meta.is_dir() {
            collect(&path, since, files)?;
        } else if path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("wav")) && meta.modified()? >= since {
            anyhow::ensure!(files.len() < FILES_MAX, "more than {FILES_MAX} recordings in {}", dir.display());
            files.push(path);
        }
    }
    Ok(())
}

/// What is heard in a WAV.
///
/// # Errors
/// For anything but 16-bit stereo at 8 kHz.
pub(crate) fn listen(wav: impl Read) -> anyhow::Result<Heard> {
    let mut reader = hound::WavReader::new(wav)?;
    let spec = reader.spec();
    anyhow::ensure!(spec.channels == 2 && spec.sample_rate == 8000 && spec.bits_per_sample == 16, "not 16-bit stereo at 8 kHz");
    let samples: Vec<i16> = reader.samples::<i16>().collect::<Result<_, _>>()?;
    let side = |n: usize| -> Vec<i16> { samples.iter().skip(n).step_by(2).copied().collect() };
    let (left, right) = (dominants(&side(0), &tones::callers()), dominants(&side(1), &tones::agents()));
    let (most_left, most_right) = (most(&left), most(&right));
    let both = left.iter().zip(&right).filter(|(l, r)| l.is_some() && **l == most_left && r.is_some() && **r == most_right).count();
    Ok(Heard { left: most_left, right: most_right, both_s: both as f64 * 0.2 })
}

/// The tone of each 200 ms, if one of these is the strongest sound.
fn dominants(samples: &[i16], tones: &[u16]) -> Vec<Option<u16>> {
    samples
        .chunks_exact(cti_phone::tone::WINDOW)
        .map(|window| tones.iter().copied().find(|&hz| measure(window, hz).share >= SHARE))
        .collect()
}

fn most(heard: &[Option<u16>]) -> Option<u16> {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for hz in heard.iter().flatten() {
        *counts.entry(*hz).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(_, count)| count).map(|(hz, _)| hz)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_phone::tone::loop_of;
    use cti_phone::{Codec, Sound};

    fn write(dir: &Path, name: &str, left: Sound, right: Sound, seconds: usize) {
        let spec = hound::WavSpec { channels: 2, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
        let mut writer = hound::WavWriter::create(dir.join(name), spec).unwrap();
        let (left, right) = (loop_of(Codec::Pcmu, left), loop_of(Codec::Pcmu, right));
        for n in 0..8000 * seconds {
            writer.write_sample(Codec::Pcmu.decode(left[n % 8000])).unwrap();
            writer.write_sample(Codec::Pcmu.decode(right[n % 8000])).unwrap();
        }
        writer.finalize().unwrap();
    }

    #[test]
    fn missing_swapped_short_and_good_recordings_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let tone = |call, right: bool| Sound::tone(if right { tones::pair(call).1 } else { tones::pair(call).0 });
        write(dir.path(), "good.wav", tone(0, false), tone(0, true), 3);
        write(dir.path(), "short.wav", tone(1, false), tone(1, true), 1);
        write(dir.path(), "swapped.wav", tone(2, true), tone(2, false), 3);
        write(dir.path(), "crossed.wav", tone(3, false), tone(4, true), 3);
        std::fs::write(dir.path().join("broken.wav"), b"RIFF").unwrap();
        std::fs::write(dir.path().join("note.txt"), b"").unwrap();
        let found = check(dir.path(), SystemTime::UNIX_EPOCH, 6, 6, 3.0).unwrap();
        assert_eq!((found.expected, found.found, found.right_tones), (6, 5, 2));
        // Two seconds of the short one, less the edges, and four calls of three seconds.
        assert!((found.seconds_missing - (1.6 + 12.0)).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn one_pair_is_not_counted_twice() {
        let dir = tempfile::tempdir().unwrap();
        let (left, right) = tones::pair(0);
        write(dir.path(), "a.wav", Sound::tone(left), Sound::tone(right), 1);
        write(dir.path(), "b.wav", Sound::tone(left), Sound::tone(right), 1);
        assert_eq!(check(dir.path(), SystemTime::UNIX_EPOCH, 1, 1, 1.0).unwrap().right_tones, 1);
    }
}
