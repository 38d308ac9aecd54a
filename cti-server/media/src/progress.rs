//! The tones a caller knows from the network: ring-back, busy, congestion, and the beep of a mailbox, as their country makes them.
//!
//! After ITU-T E.180 supplement 2 (2003). Each is a clip that is played round and round; nothing here sends anything.

use crate::SAMPLE_RATE;
use cti_types::media::Clip;
use std::f64::consts::TAU;

/// What the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Ringing,
    Busy,
    /// No way through; also "reorder".
    Congestion,
    /// Once, before a recording.
    Beep,
}

/// Frequencies heard together, and how long sound and silence alternate, in ms.
struct Cadence {
    hz: &'static [f64],
    on_off_ms: &'static [u32],
}

/// −13 dBm0 in all, as E.180 recommends: full scale is +3.14 dBm0.
const LEVEL: f64 = 0.155;
/// Tones begin and end over so much, so that they do not click.
const EDGE_MS: u32 = 5;

const EUROPE: [Cadence; 3] = [
    Cadence { hz: &[425.0], on_off_ms: &[1000, 4000] },
    Cadence { hz: &[425.0], on_off_ms: &[500, 500] },
    Cadence { hz: &[425.0], on_off_ms: &[250, 250] },
];
const NORTH_AMERICA: [Cadence; 3] = [
    Cadence { hz: &[440.0, 480.0], on_off_ms: &[2000, 4000] },
    Cadence { hz: &[480.0, 620.0], on_off_ms: &[500, 500] },
    Cadence { hz: &[480.0, 620.0], on_off_ms: &[250, 250] },
];
const BRITAIN: [Cadence; 3] = [
    Cadence { hz: &[400.0, 450.0], on_off_ms: &[400, 200, 400, 2000] },
    Cadence { hz: &[400.0], on_off_ms: &[375, 375] },
    Cadence { hz: &[400.0], on_off_ms: &[400, 350, 225, 525] },
];
const CHINA: [Cadence; 3] = [
    Cadence { hz: &[450.0], on_off_ms: &[1000, 4000] },
    Cadence { hz: &[450.0], on_off_ms: &[350, 350] },
    Cadence { hz: &[450.0], on_off_ms: &[700, 700] },
];
const JAPAN: [Cadence; 3] = [
    Cadence { hz: &[384.0, 416.0], on_off_ms: &[1000, 2000] },
    Cadence { hz: &[400.0], on_off_ms: &[500, 500] },
    Cadence { hz: &[400.0], on_off_ms: &[500, 500] },
];
const AUSTRALIA: [Cadence; 3] = [
    Cadence { hz: &[400.0, 425.0, 450.0], on_off_ms: &[400, 200, 400, 2000] },
    Cadence { hz: &[425.0], on_off_ms: &[375, 375] },
    Cadence { hz: &[425.0], on_off_ms: &[375, 375] },
];
const FRANCE: [Cadence; 3] = [
    Cadence { hz: &[440.0], on_off_ms: &[1500, 3500] },
    Cadence { hz: &[440.0], on_off_ms: &[500, 500] },
    Cadence { hz: &[440.0], on_off_ms: &[250, 250] },
];
const INDIA: [Cadence; 3] = [
    Cadence { hz: &[375.0, 400.0, 425.0], on_off_ms: &[400, 200, 400, 2000] },
    Cadence { hz: &[400.0], on_off_ms: &[750, 750] },
    Cadence { hz: &[400.0], on_off_ms: &[250, 250] },
];
const BEEP: Cadence = Cadence { hz: &[1000.0], on_off_ms: &[400, 100] };

/// The tone as the country's callers know it (ISO 3166 alpha-2); Europe's where a country has no entry.
pub fn clip(country: &str, progress: Progress) -> Clip {
    let family = match country {
        "US" | "CA" | "MX" | "PR" => ("us", &NORTH_AMERICA),
        "GB" | "IE" => ("gb", &BRITAIN),
        "CN" | "HK" | "MO" | "TW" => ("cn", &CHINA),
        "JP" => ("jp", &JAPAN),
        "AU" | "NZ" => ("au", &AUSTRALIA),
        "FR" => ("fr", &FRANCE),
        "IN" => ("in", &INDIA),
        _ => ("eu", &EUROPE),
    };
    let (name, cadence) = match progress {
        Progress::Ringing => ("ringing", &family.1[0]),
        Progress::Busy => ("busy", &family.1[1]),
        Progress::Congestion => ("congestion", &family.1[2]),
        Progress::Beep => ("beep", &BEEP),
    };
    Clip { name: format!("tone-{name}-{}", family.0).into(), samples: samples(cadence).into() }
}

fn samples(cadence: &Cadence) -> Vec<i16> {
    let per_ms = SAMPLE_RATE / 1000;
    let amplitude = f64::from(i16::MAX) * LEVEL * std::f64::consts::SQRT_2 / (cadence.hz.len() as f64).sqrt();
    let mut samples = Vec::new();
    for (index, ms) in cadence.on_off_ms.iter().enumerate() {
        let length = ms * per_ms;
        for n in 0..length {
            let edge = f64::from(n.min(length - n)) / f64::from(EDGE_MS * per_ms);
            let sound: f64 = cadence.hz.iter().map(|hz| (TAU * hz * f64::from(n) / f64::from(SAMPLE_RATE)).sin()).sum();
            samples.push(if index % 2 == 0 { (amplitude * sound * edge.min(1.0)) as i16 } else { 0 });
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::level_db;

    #[test]
    fn each_country_hears_its_own_frequencies_and_rhythm() {
        let rows = [
            ("DE", Progress::Ringing, vec![425.0], 1000, 5000),
            ("US", Progress::Ringing, vec![440.0, 480.0], 2000, 6000),
            ("US", Progress::Busy, vec![480.0, 620.0], 500, 1000),
            ("GB", Progress::Ringing, vec![400.0, 450.0], 400, 3000),
            ("CN", Progress::Busy, vec![450.0], 350, 700),
            ("CN", Progress::Congestion, vec![450.0], 700, 1400),
            ("XX", Progress::Congestion, vec![425.0], 250, 500),
            ("JP", Progress::Beep, vec![1000.0], 400, 500),
        ];
        for (country, progress, tones, on_ms, all_ms) in rows {
            let clip = clip(country, progress);
            assert_eq!(clip.samples.len(), all_ms * 8, "{country} {progress:?}");
            for hz in &tones {
                let level = level_db(&clip.samples[..on_ms * 8], *hz);
                assert!((-26.0..-12.0).contains(&level), "{country} {progress:?}: {hz} Hz at {level} dB");
            }
            assert!(clip.samples[on_ms * 8..on_ms * 8 + 800].iter().all(|sample| *sample == 0), "{country} {progress:?}");
            assert!(clip.samples.iter().all(|sample| sample.unsigned_abs() < 16_000));
        }
    }

    #[test]
    fn tones_begin_and_end_without_a_click() {
        let clip = clip("GB", Progress::Ringing);
        let jump = clip.samples.windows(2).map(|pair| (i32::from(pair[0]) - i32::from(pair[1])).abs()).max();
        assert!(jump < Some(4000), "{jump:?}");
        assert!(clip.samples.first().map(|sample| sample.abs()) < Some(100));
    }
}
