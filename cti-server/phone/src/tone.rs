//! Test tones: made once per frequency, and found again in what was heard (Goertzel). No socket, no clock.

use crate::g711::Codec;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Samples a second of everything here.
pub const RATE_HZ: usize = 8000;

/// Samples judged at a time: 200 ms, so tones that are multiples of 5 Hz apart do not leak into each other.
pub const WINDOW: usize = 1600;

/// Quieter than this counts as silence (dBFS, RMS).
pub const SILENCE_DBFS: f32 = -55.0;

/// Most cached loops (8 kB each); at the bound the cache is emptied and fills again.
const CACHE_MAX: usize = 2048;

/// What a phone says into its microphone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sound {
    /// A sine of `hz` (whole Hertz, below 4000) with its peak at `dbfs` (0 or less) decibels under full scale.
    Tone { hz: u16, dbfs: i8 },
    /// Packets of digital silence.
    Silence,
    /// No packets at all.
    Nothing,
}

impl Sound {
    /// A tone at −12 dBFS: loud enough to measure, no clipping when mixed with two more.
    pub fn tone(hz: u16) -> Self {
        Self::Tone { hz, dbfs: -12 }
    }
}

/// One second of the sound in the codec's bytes, to be played round and round without a seam.
pub fn loop_of(codec: Codec, sound: Sound) -> Arc<[u8]> {
    static CACHE: OnceLock<Mutex<BTreeMap<(Codec, Sound), Arc<[u8]>>>> = OnceLock::new();
    let mut cache = crate::lock(CACHE.get_or_init(Mutex::default));
    if let Some(found) = cache.get(&(codec, sound)) {
        return found.clone();
    }
    let made: Arc<[u8]> = match sound {
        Sound::Tone { hz, dbfs } => (0..RATE_HZ).map(|n| codec.encode(sine(f64::from(hz), f64::from(dbfs), n))).collect(),
        Sound::Silence | Sound::Nothing => vec![codec.silence(); RATE_HZ].into(),
    };
    if cache.len() >= CACHE_MAX {
        cache.clear();
    }
    cache.insert((codec, sound), made.clone());
    made
}

fn sine(hz: f64, dbfs: f64, n: usize) -> i16 {
    let peak = 32767.0 * 10f64.powf(dbfs / 20.0);
    (peak * (std::f64::consts::TAU * hz * n as f64 / RATE_HZ as f64).sin()).round() as i16
}

/// Share (0–1) of the samples' energy that lies at `hz`, and the tone's peak level in dBFS.
pub fn measure(samples: &[i16], hz: u16) -> ToneLevel {
    if samples.is_empty() {
        return ToneLevel { share: 0.0, dbfs: f32::NEG_INFINITY };
    }
    let n = samples.len() as f32;
    let energy: f32 = samples.iter().map(|&s| f32::from(s) * f32::from(s)).sum();
    let power = goertzel(samples, hz);
    let share = if energy > 0.0 { (2.0 * power / n / energy).min(1.0) } else { 0.0 };
    ToneLevel { share, dbfs: 20.0 * (2.0 * power.sqrt() / n / 32767.0).max(1e-9).log10() }
}

/// How strongly one frequency was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToneLevel {
    /// Share of all energy, 0–1; a clean tone is near 1.
    pub share: f32,
    /// Peak level, 0 is full scale.
    pub dbfs: f32,
}

/// RMS level of the samples in dBFS.
pub fn rms_dbfs(samples: &[i16]) -> f32 {
    let energy: f32 = samples.iter().map(|&s| f32::from(s) * f32::from(s)).sum();
    20.0 * ((energy / samples.len().max(1) as f32).sqrt() / 32767.0).max(1e-9).log10()
}

fn goertzel(samples: &[i16], hz: u16) -> f32 {
    let coefficient = 2.0 * (std::f32::consts::TAU * f32::from(hz) / RATE_HZ as f32).cos();
    let (mut one, mut two) = (0.0f32, 0.0f32);
    for &sample in samples {
        let now = coefficient.mul_add(one, f32::from(sample) - two);
        two = one;
        one = now;
    }
    one * one + two * two - coefficient * one * two
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(codec: Codec, sound: Sound) -> Vec<i16> {
        loop_of(codec, sound).iter().take(WINDOW).map(|&b| codec.decode(b)).collect()
    }

    #[test]
    fn a_tone_is_found_at_its_own_frequency_only() {
        for codec in [Codec::Pcmu, Codec::Pcma] {
            for hz in (400..2400).step_by(25) {
                let samples = heard(codec, Sound::tone(hz));
                let own = measure(&samples, hz);
                assert!(own.share > 0.95 && (own.dbfs + 12.0).abs() < 0.3, "{codec:?} {hz} {own:?}");
                assert!(measure(&samples, hz + 25).share < 0.01, "{codec:?} {hz}");
            }
        }
    }

    #[test]
    fn a_loop_has_no_seam() {
        let once = loop_of(Codec::Pcmu, Sound::tone(437));
        let across: Vec<i16> = once.iter().chain(once.iter()).skip(7200).take(WINDOW).map(|&b| Codec::Pcmu.decode(b)).collect();
        assert!(measure(&across, 437).share > 0.95);
    }

    #[test]
    fn silence_is_silent() {
        assert!(rms_dbfs(&heard(Codec::Pcma, Sound::Silence)) < SILENCE_DBFS);
    }
}
