//! One codec into another, packet by packet, without waiting: for a leg that hears one other with which it shares no codec.
//!
//! Loss stays loss: a gap in the numbers on the way in is one on the way out, and the listener's own buffer deals with it.

use crate::codec::{Decoder, Encoder, PAYLOAD_BYTES_MAX};
use crate::resample::Resampler;
use cti_types::media::Codec;

/// A gap of more packets is a new start, not loss.
const GAP_MAX: i16 = 100;

/// Numbers of a packet on the way out, in the conversion's own numbering and on the outgoing codec's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Converted {
    pub sequence: u16,
    pub timestamp: u32,
    /// Ticks it covers.
    pub span: u32,
}

/// The conversion of one stream.
pub struct Converter {
    decoder: Decoder,
    encoder: Encoder,
    resampler: Resampler,
    decoded: Vec<i16>,
    /// Samples of the outgoing rate that wait for a whole packet.
    waiting: Vec<i16>,
    expected: Option<u16>,
    sequence: u16,
}

impl Converter {
    /// `None` if the two rates do not fit, which those of our codecs do.
    pub fn new(from: Codec, to: Codec) -> Option<Converter> {
        let resampler = Resampler::new(from.sample_rate(), to.sample_rate())?;
        let (decoder, encoder) = (Decoder::new(from), Encoder::new(to));
        Some(Converter { decoder, encoder, resampler, decoded: Vec::new(), waiting: Vec::new(), expected: None, sequence: 0 })
    }

    /// It is of these two codecs.
    pub fn is_of(&self, from: Codec, to: Codec) -> bool {
        self.decoder.codec() == from && self.encoder.codec() == to
    }

    /// A packet of audio. `ticks` is its timestamp without wraps, on the incoming clock. Each whole packet of `ptime_ms` goes to
    /// `out`. One that comes after its successor has no place any more.
    pub fn audio(&mut self, sequence: u16, ticks: i64, payload: &[u8], ptime_ms: u8, mut out: impl FnMut(Converted, &[u8])) {
        if !self.follow(sequence) {
            return;
        }
        self.decoded.clear();
        if !self.decoder.decode(payload, &mut self.decoded) {
            self.waiting.clear();
            self.sequence = self.sequence.wrapping_add(1);
            return;
        }
        let (from, to) = (self.decoder.codec(), self.encoder.codec());
        let scaled = ticks * i64::from(to.clock()) / i64::from(from.clock());
        let mut timestamp = (scaled as u32).wrapping_sub(span(to, self.waiting.len()));
        self.resampler.run(&self.decoded, &mut self.waiting);
        let samples = to.sample_rate() as usize / 1000 * usize::from(ptime_ms.max(1));
        let mut bytes = [0; PAYLOAD_BYTES_MAX];
        while let Some(audio) = self.waiting.get(..samples) {
            let length = self.encoder.encode(audio, &mut bytes);
            self.waiting.drain(..samples);
            let converted = Converted { sequence: self.sequence, timestamp, span: span(to, samples) };
            self.sequence = self.sequence.wrapping_add(1);
            timestamp = timestamp.wrapping_add(converted.span);
            out(converted, &bytes[..length]);
        }
    }

    /// A packet of the same stream that is no audio: its number among the converted. `None` when it is late.
    pub fn other(&mut self, sequence: u16) -> Option<u16> {
        if !self.follow(sequence) {
            return None;
        }
        let number = self.sequence;
        self.sequence = self.sequence.wrapping_add(1);
        Some(number)
    }

    /// Takes note of an incoming number; false when it is of the past.
    fn follow(&mut self, sequence: u16) -> bool {
        let lost = self.expected.map_or(0, |expected| sequence.wrapping_sub(expected) as i16);
        if (-GAP_MAX..0).contains(&lost) {
            return false;
        }
        self.expected = Some(sequence.wrapping_add(1));
        if lost != 0 {
            self.waiting.clear();
            self.sequence = self.sequence.wrapping_add(if lost > GAP_MAX { 0 } else { lost.max(0) as u16 });
        }
        true
    }
}

fn span(codec: Codec, samples: usize) -> u32 {
    (samples as u64 * u64::from(codec.clock()) / u64::from(codec.sample_rate())) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{level_db, sine};

    /// A 1 kHz tone of one second in `from`, as packets of 20 ms.
    fn packets(from: Codec) -> Vec<Vec<u8>> {
        let (mut encoder, mut up) = (Encoder::new(from), Resampler::new(8000, from.sample_rate()).unwrap());
        let packet = |n: u64| {
            let (mut wide, mut payload) = (Vec::new(), [0; PAYLOAD_BYTES_MAX]);
            up.run(&sine(1000.0, -12.0, n * 160, 160), &mut wide);
            let length = encoder.encode(&wide, &mut payload);
            payload[..length].to_vec()
        };
        (0..50).map(packet).collect()
    }

    #[test]
    fn a_tone_passes_between_any_two_codecs_at_any_packet_time() {
        for from in Codec::ALL {
            for to in Codec::ALL {
                for ptime in [10, 20, 40] {
                    let mut converter = Converter::new(from, to).unwrap();
                    let (mut decoder, mut down) = (Decoder::new(to), Resampler::new(to.sample_rate(), 8000).unwrap());
                    let (mut heard, mut numbers) = (Vec::new(), Vec::new());
                    for (n, packet) in packets(from).iter().enumerate() {
                        let ticks = n as i64 * i64::from(from.clock() / 50);
                        converter.audio(n as u16, ticks, packet, ptime, |converted, payload| {
                            numbers.push((converted.sequence, converted.timestamp));
                            let mut decoded = Vec::new();
                            decoder.decode(payload, &mut decoded);
                            down.run(&decoded, &mut heard);
                        });
                    }
                    let level = level_db(&heard[4000..], 1000.0);
                    assert!((level + 12.0).abs() < 2.0, "{from:?} → {to:?}, {ptime} ms: {level}");
                    let step = to.clock() / 1000 * u32::from(ptime);
                    let wanted: Vec<_> = (0..1000 / u32::from(ptime)).map(|n| (n as u16, n * step)).collect();
                    assert_eq!(numbers, wanted, "{from:?} → {to:?}, {ptime} ms");
                }
            }
        }
    }

    #[test]
    fn loss_stays_loss_and_late_packets_have_no_place() {
        let (packets, mut converter, mut numbers) = (packets(Codec::Pcmu), Converter::new(Codec::Pcmu, Codec::G722).unwrap(), Vec::new());
        for n in [0u16, 1, 4, 3, 5] {
            converter.audio(n, i64::from(n) * 160, &packets[usize::from(n)], 20, |converted, _| {
                numbers.push((converted.sequence, converted.timestamp));
            });
        }
        assert_eq!(numbers, [(0, 0), (1, 160), (4, 640), (5, 800)]);
        assert_eq!((converter.other(6), converter.other(5)), (Some(6), None));
    }

    #[test]
    fn a_payload_that_cannot_be_read_is_lost() {
        let mut converter = Converter::new(Codec::Opus, Codec::Pcmu).unwrap();
        converter.audio(0, 0, &[], 20, |_, _| panic!("nothing to hear"));
        let packet = &packets(Codec::Opus)[0];
        let mut numbers = None;
        converter.audio(1, 960, packet, 20, |converted, _| numbers = Some(converted));
        assert_eq!(numbers, Some(Converted { sequence: 1, timestamp: 160, span: 160 }));
    }
}
