//! Payloads to samples and back, for every codec the server speaks. It keeps the state of one stream and knows no packets.

use crate::g711;
use crate::rtp::PACKET_BYTES_MAX;
use audio_codec::g722::{G722Decoder, G722Encoder};
use audio_codec::{Decoder as _, Encoder as _};
use cti_types::media::Codec;
use opus_pure::{Application, OpusDecoder, OpusEncoder, Signal};
use std::time::Duration;

/// The longest packet of any codec: Opus (RFC 6716 2.1.4). What is longer is not decoded.
pub const LENGTH_MAX: Duration = Duration::from_millis(120);
/// Its samples.
const OPUS_SAMPLES_MAX: usize = 5760;
/// Enough for wideband speech (RFC 7587 3.1.1: 16–20 kbit/s wide band, 28–40 full band).
const OPUS_BITS_PER_SECOND: i32 = 32_000;
/// Half of the effort that can be spent: the ear hears little of the rest, and many calls share a thread.
const OPUS_COMPLEXITY: i32 = 5;

/// What a payload covers; zero when it cannot be read.
pub fn length(codec: Codec, payload: &[u8]) -> Duration {
    let length = match codec {
        // One byte every 125 µs; in G.722 for two samples of twice the rate.
        Codec::Pcmu | Codec::Pcma | Codec::G722 => Duration::from_micros(payload.len() as u64 * 125),
        Codec::Opus => {
            let samples = opus_pure::packet::samples_48k(payload).unwrap_or(0);
            Duration::from_micros(samples as u64 * 1000 / 48)
        }
    };
    if length > LENGTH_MAX { Duration::ZERO } else { length }
}

/// The packet time nearest below the one wished that the codec can make.
pub const fn ptime_ms(codec: Codec, wished: u8) -> u8 {
    match (codec, wished) {
        (Codec::Opus, 0..=19) => 10,
        (Codec::Opus, 20..=39) => 20,
        (Codec::Opus, 40..=59) => 40,
        (Codec::Opus, _) => 60,
        (Codec::Pcmu | Codec::Pcma | Codec::G722, wished) => wished,
    }
}

/// The receiving side of one stream.
pub struct Decoder {
    codec: Codec,
    state: Decoding,
}

enum Decoding {
    G711,
    G722(Box<G722Decoder>),
    Opus(Box<OpusDecoder>),
    /// Its decoder could not be made: nothing is heard.
    Deaf,
}

impl Decoder {
    pub fn new(codec: Codec) -> Decoder {
        let state = match codec {
            Codec::Pcmu | Codec::Pcma => Decoding::G711,
            Codec::G722 => Decoding::G722(Box::new(G722Decoder::new())),
            Codec::Opus => OpusDecoder::new(codec.sample_rate() as i32, 1).map_or(Decoding::Deaf, |opus| Decoding::Opus(Box::new(opus))),
        };
        Decoder { codec, state }
    }

    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Appends the samples of a payload, and says whether there were any: a payload that cannot be read has none.
    pub fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) -> bool {
        if length(self.codec, payload).is_zero() {
            return false;
        }
        let from = out.len();
        let written = match &mut self.state {
            Decoding::G711 => {
                out.resize(from + payload.len(), 0);
                g711::decode(self.codec, payload, &mut out[from..]);
                payload.len()
            }
            Decoding::G722(g722) => {
                out.resize(from + payload.len() * 2, 0);
                g722.decode_into(payload, &mut out[from..]).unwrap_or(0)
            }
            Decoding::Opus(opus) => {
                out.resize(from + OPUS_SAMPLES_MAX, 0);
                opus.decode_s16(payload, OPUS_SAMPLES_MAX, &mut out[from..]).unwrap_or(0)
            }
            Decoding::Deaf => 0,
        };
        out.truncate(from + written);
        written > 0
    }
}

/// The sending side of one stream.
pub struct Encoder {
    codec: Codec,
    state: Encoding,
}

enum Encoding {
    G711,
    G722(Box<G722Encoder>),
    Opus(Box<OpusEncoder>),
    /// Its encoder could not be made: nothing is said.
    Mute,
}

impl Encoder {
    pub fn new(codec: Codec) -> Encoder {
        let state = match codec {
            Codec::Pcmu | Codec::Pcma => Encoding::G711,
            Codec::G722 => Encoding::G722(Box::new(G722Encoder::new())),
            Codec::Opus => opus().map_or(Encoding::Mute, |opus| Encoding::Opus(Box::new(opus))),
        };
        Encoder { codec, state }
    }

    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Writes the payload of one packet and returns its length; 0 when it could not be made. Opus takes only its own packet
    /// times, see [`ptime_ms`].
    pub fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        match &mut self.state {
            Encoding::G711 => {
                let length = samples.len().min(out.len());
                g711::encode(self.codec, samples, &mut out[..length]);
                length
            }
            Encoding::G722(g722) => g722.encode_into(samples, out).unwrap_or(0),
            Encoding::Opus(opus) => opus.encode_s16(samples, samples.len(), out).unwrap_or(0),
            Encoding::Mute => 0,
        }
    }
}

fn opus() -> Option<OpusEncoder> {
    let mut opus = OpusEncoder::new(Codec::Opus.sample_rate() as i32, 1, Application::Voip).ok()?;
    opus.bitrate_bps = OPUS_BITS_PER_SECOND;
    opus.complexity = OPUS_COMPLEXITY;
    opus.signal_type = Some(Signal::Voice);
    Some(opus)
}

/// Room for any payload.
pub const PAYLOAD_BYTES_MAX: usize = PACKET_BYTES_MAX - crate::rtp::HEADER_BYTES;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::Resampler;
    use crate::tone::{level_db, sine};
    use proptest::prelude::*;

    /// A tone through the codec and back to 8 kHz, in packets of `ms`.
    fn through(codec: Codec, ms: u32) -> Vec<i16> {
        let (mut encoder, mut decoder) = (Encoder::new(codec), Decoder::new(codec));
        let mut up = Resampler::new(8000, codec.sample_rate()).unwrap();
        let mut down = Resampler::new(codec.sample_rate(), 8000).unwrap();
        let mut back = Vec::new();
        for packet in 0..1000 / ms {
            let (mut wide, mut decoded, mut payload) = (Vec::new(), Vec::new(), [0; PAYLOAD_BYTES_MAX]);
            up.run(&sine(1000.0, -12.0, u64::from(packet * ms * 8), (ms * 8) as usize), &mut wide);
            let length = encoder.encode(&wide, &mut payload);
            assert_eq!(super::length(codec, &payload[..length]), Duration::from_millis(ms.into()));
            assert!(decoder.decode(&payload[..length], &mut decoded));
            assert_eq!(decoded.len(), wide.len());
            down.run(&decoded, &mut back);
        }
        back
    }

    #[test]
    fn a_tone_passes_every_codec_at_every_packet_time() {
        for codec in Codec::ALL {
            for wished in [10, 20, 30, 40, 60] {
                let ms = ptime_ms(codec, wished);
                let back = through(codec, ms.into());
                let level = level_db(&back[4000..], 1000.0);
                assert!((level + 12.0).abs() < 1.5, "{codec:?}, {ms} ms: {level} dB");
                assert!(level_db(&back[4000..], 1500.0) < -35.0);
            }
        }
    }

    #[test]
    fn opus_takes_only_its_own_packet_times() {
        let made = [10, 20, 30, 40, 50, 60].map(|wished| ptime_ms(Codec::Opus, wished));
        assert_eq!(made, [10, 20, 20, 40, 40, 60]);
        assert_eq!(ptime_ms(Codec::G722, 30), 30);
    }

    proptest! {
        #[test]
        fn any_payloads_are_decoded_or_refused(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 1..8)) {
            for codec in Codec::ALL {
                let mut decoder = Decoder::new(codec);
                for payload in &payloads {
                    let mut out = Vec::new();
                    let read = decoder.decode(payload, &mut out);
                    prop_assert_eq!(read, !out.is_empty());
                    prop_assert!(out.len() <= OPUS_SAMPLES_MAX);
                }
            }
        }
    }
}
