//! Listening to recordings: which tone is on which channel, window by window.

use crate::Rest;
use cti_media::tone::level_db;
use serde_json::Value;
use std::io::Cursor;

/// 100 ms at 8 kHz: tones that are multiples of 10 Hz apart do not leak into each other.
const WINDOW: usize = 800;
/// A tone is heard from this level up, and only if no other is within [`APART_DB`].
const HEARD_DB: f64 = -30.0;
const APART_DB: f64 = 15.0;
/// Quieter than this is silence.
const SILENT_DB: f64 = -50.0;
/// A packet's time. Where a voice breaks off or sets in, only the pieces of a window in which it is full are listened to.
const PIECE: usize = 160;
const FULL_DB: f64 = 6.0;

/// One part of a recording: left the customer, right our side.
#[derive(Clone, Debug)]
pub struct Recording {
    pub left: Vec<i16>,
    pub right: Vec<i16>,
}

/// How many windows of a channel held what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The expected tone.
    pub right: usize,
    /// Silence.
    pub silent: usize,
    /// Anything else.
    pub other: usize,
}

impl Recording {
    /// Reads a stereo WAV of 16 bits and 8 kHz, or of 16 kHz, of which every other sample serves: there are only voices below 4 kHz here.
    pub fn read(bytes: &[u8]) -> Recording {
        let reader = hound::WavReader::new(Cursor::new(bytes)).expect("a WAV");
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.bits_per_sample), (2, 16), "a recording is stereo");
        assert!([8000, 16_000].contains(&spec.sample_rate), "{} Hz", spec.sample_rate);
        let step = 2 * (spec.sample_rate / 8000) as usize;
        let samples: Vec<i16> = reader.into_samples().map(|sample| sample.expect("a sample")).collect();
        let channel = |n: usize| samples.iter().skip(n).step_by(step).copied().collect();
        Recording { left: channel(0), right: channel(1) }
    }

    /// Every part of an interaction's first recording, in order.
    pub async fn of(rest: &Rest, interaction: &Value) -> Vec<Recording> {
        let recording = interaction.pointer("/recordings/0").expect("a recording");
        let id = recording.get("id").and_then(Value::as_str).expect("an id");
        let mut parts = Vec::new();
        for part in recording.get("parts").and_then(Value::as_array).expect("parts") {
            let number = part.get("part").and_then(Value::as_u64).expect("a number");
            parts.push(Recording::read(&rest.bytes(&format!("/recordings/{id}/parts/{number}")).await));
        }
        parts
    }

    pub fn ms(&self) -> usize {
        self.left.len() / 8
    }
}

impl Heard {
    /// Goes through a channel window by window; `others` are tones that must not be taken for the expected one.
    pub fn of(samples: &[i16], expected: u16, others: &[u16]) -> Heard {
        let mut heard = Heard::default();
        for window in samples.chunks_exact(WINDOW) {
            let loudest = window.chunks(PIECE).map(rms_db).fold(f64::NEG_INFINITY, f64::max);
            if loudest < SILENT_DB {
                heard.silent += 1;
                continue;
            }
            let full: Vec<i16> = window.chunks(PIECE).filter(|piece| rms_db(piece) > loudest - FULL_DB).flatten().copied().collect();
            let level = level_db(&full, f64::from(expected));
            let loudest_other = others.iter().map(|hz| level_db(&full, f64::from(*hz))).fold(f64::NEG_INFINITY, f64::max);
            if level >= HEARD_DB && level >= loudest_other + APART_DB {
                heard.right += 1;
            } else {
                heard.other += 1;
            }
        }
        heard
    }
}

fn rms_db(samples: &[i16]) -> f64 {
    let energy: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64;
    20.0 * (energy.sqrt() / f64::from(i16::MAX)).max(1e-10).log10()
}
