//! Tones and how to measure them, for tests and tools. Not used for calls.

use crate::SAMPLE_RATE;
use std::f64::consts::TAU;

/// A sine of `hz` at `dbfs` (0 = the loudest sine 16 bits hold), `length` samples from sample number `first` on, so that
/// pieces made one after another join without a click.
pub fn sine(hz: f64, dbfs: f64, first: u64, length: usize) -> Vec<i16> {
    let amplitude = f64::from(i16::MAX) * 10f64.powf(dbfs / 20.0);
    (first..first + length as u64).map(|n| (amplitude * (TAU * hz * n as f64 / f64::from(SAMPLE_RATE)).sin()).round() as i16).collect()
}

/// The level of `hz` in `samples`, in dB below the loudest sine (Goertzel). Silence and nothing at all are −200.
pub fn level_db(samples: &[i16], hz: f64) -> f64 {
    const FLOOR: f64 = -200.0;
    if samples.is_empty() {
        return FLOOR;
    }
    let omega = TAU * hz / f64::from(SAMPLE_RATE);
    let coefficient = 2.0 * omega.cos();
    let (mut before, mut last) = (0.0, 0.0);
    for sample in samples {
        let next = f64::from(*sample) + coefficient * last - before;
        before = last;
        last = next;
    }
    let power = last * last + before * before - coefficient * last * before;
    let amplitude = 2.0 * power.max(0.0).sqrt() / samples.len() as f64;
    if amplitude <= 0.0 { FLOOR } else { (20.0 * (amplitude / f64::from(i16::MAX)).log10()).max(FLOOR) }
}

/// The loudest of `candidates` (Hz) and its level in dB; `None` when none reaches −50 dB.
pub fn dominant(samples: &[i16], candidates: &[f64]) -> Option<(f64, f64)> {
    const HEARD_DB: f64 = -50.0;
    candidates.iter().map(|hz| (*hz, level_db(samples, *hz))).filter(|(_, level)| *level >= HEARD_DB).max_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_measures_at_its_own_level_and_frequency_only() {
        let tone = sine(1000.0, -12.0, 0, 1600);
        assert!((level_db(&tone, 1000.0) + 12.0).abs() < 0.1);
        assert!(level_db(&tone, 600.0) < -50.0);
        assert_eq!(dominant(&tone, &[440.0, 1000.0, 1700.0]).map(|found| found.0), Some(1000.0));
    }

    #[test]
    fn silence_has_no_dominant_tone() {
        assert_eq!(dominant(&[0; 800], &[440.0, 1000.0]), None);
        assert_eq!(dominant(&[], &[440.0]), None);
    }

    #[test]
    fn pieces_made_one_after_another_join() {
        let whole = sine(440.0, -6.0, 0, 320);
        let parts: Vec<i16> = sine(440.0, -6.0, 0, 160).into_iter().chain(sine(440.0, -6.0, 160, 160)).collect();
        assert_eq!(whole, parts);
    }
}
