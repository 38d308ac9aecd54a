//! Payloads to samples at the rate of a recording. It keeps the state of one stream; it knows no time.

use crate::g711;
use crate::{NARROW, WIDE};
use audio_codec::Decoder as _;
use audio_codec::g722::G722Decoder;
use cti_types::media::Codec;
use opus_pure::OpusDecoder;

/// Samples of the longest Opus packet at 16 kHz (RFC 6716 2.1.4: 120 ms).
const OPUS_SAMPLES_MAX: usize = 1920;
/// The samples between two of a telephone's: half of a windowed sinc (Lanczos, four lobes), the other half is its mirror.
const BETWEEN: [f32; 4] = [0.6189, -0.1660, 0.0598, -0.0126];

/// The rate a recording needs so that nothing of the codec is lost that a voice has.
pub(crate) const fn rate_for(codec: Codec) -> u32 {
    match codec {
        Codec::Pcmu | Codec::Pcma => NARROW,
        Codec::G722 | Codec::Opus => WIDE,
    }
}

/// One stream's decoder.
pub(crate) struct Decoder {
    codec: Codec,
    rate: u32,
    state: State,
}

enum State {
    Narrow(&'static [i16; 256]),
    /// G.711 in a wide recording, with the newest samples.
    Widened(&'static [i16; 256], [f32; 8]),
    G722(Box<G722Decoder>),
    Opus(Box<OpusDecoder>),
    /// It has no decoder at this rate: silence.
    Deaf,
}

impl Decoder {
    pub(crate) fn new(codec: Codec, rate: u32) -> Decoder {
        let state = match (codec, g711::decoder(codec)) {
            (_, Some(table)) if rate == NARROW => State::Narrow(table),
            (_, Some(table)) => State::Widened(table, [0.0; 8]),
            (Codec::G722, None) if rate == WIDE => State::G722(Box::new(G722Decoder::new())),
            (Codec::Opus, None) => OpusDecoder::new(rate as i32, 1).map_or(State::Deaf, |opus| State::Opus(Box::new(opus))),
            (Codec::Pcmu | Codec::Pcma | Codec::G722, None) => State::Deaf,
        };
        Decoder { codec, rate, state }
    }

    pub(crate) fn is_of(&self, codec: Codec, rate: u32) -> bool {
        self.codec == codec && self.rate == rate
    }

    /// Replaces `out` by the payload's samples; none for one that cannot be read.
    pub(crate) fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        out.clear();
        match &mut self.state {
            State::Narrow(table) => out.extend(payload.iter().map(|code| table[usize::from(*code)])),
            State::Widened(table, past) => {
                for code in payload {
                    past.rotate_left(1);
                    past[7] = f32::from(table[usize::from(*code)]);
                    let sum: f32 = (0..4).map(|n| BETWEEN[n] * (past[3 - n] + past[4 + n])).sum();
                    out.push(past[3] as i16);
                    out.push(sum.clamp(-32_768.0, 32_767.0) as i16);
                }
            }
            State::G722(g722) => {
                out.resize(payload.len() * 2, 0);
                let written = g722.decode_into(payload, out).unwrap_or(0);
                out.truncate(written);
            }
            State::Opus(opus) => {
                out.resize(OPUS_SAMPLES_MAX, 0);
                let written = if payload.is_empty() { 0 } else { opus.decode_s16(payload, OPUS_SAMPLES_MAX, out).unwrap_or(0) };
                out.truncate(written);
            }
            State::Deaf => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_widened_telephone_tone_keeps_its_level_and_gains_no_image() {
        let mut decoder = Decoder::new(Codec::Pcma, WIDE);
        let table = g711::decoder(Codec::Pcma).unwrap();
        for (hz, image_max) in [(400.0, 150.0), (2000.0, 700.0)] {
            let code = |n: usize| {
                let wanted = (8000.0 * (std::f64::consts::TAU * hz * n as f64 / 8000.0).sin()) as i32;
                (0..=255_u8).min_by_key(|code| (i32::from(table[usize::from(*code)]) - wanted).abs()).unwrap()
            };
            let mut out = Vec::new();
            decoder.decode(&(0..8000).map(code).collect::<Vec<_>>(), &mut out);
            assert_eq!(out.len(), 16_000);
            let level = |hz: f64| {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, sample) in out.iter().enumerate() {
                    let angle = std::f64::consts::TAU * hz * n as f64 / 16_000.0;
                    re += f64::from(*sample) * angle.cos();
                    im += f64::from(*sample) * angle.sin();
                }
                2.0 * f64::hypot(re, im) / out.len() as f64
            };
            assert!((7600.0..8400.0).contains(&level(hz)), "{hz}: {}", level(hz));
            assert!(level(8000.0 - hz) < image_max, "{hz}: image {}", level(8000.0 - hz));
        }
    }

    #[test]
    fn any_bytes_are_decoded_or_ignored() {
        for codec in Codec::ALL {
            for rate in [NARROW, WIDE] {
                let (mut decoder, mut out) = (Decoder::new(codec, rate), Vec::new());
                for length in 0..300 {
                    decoder.decode(&(0..length).map(|n| (n * 7) as u8).collect::<Vec<_>>(), &mut out);
                    assert!(out.len() <= OPUS_SAMPLES_MAX);
                }
            }
        }
    }
}
