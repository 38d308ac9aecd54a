//! One listener's mix as packets: limited, cut to the packet time, encoded, numbered. It sums nothing itself.

use crate::codec::Encoder;
use crate::mixer::{FRAME_SAMPLES_MAX, Limiter};
use crate::voice::FRAMES_PER_SECOND;
use cti_types::media::Codec;

/// Samples waiting for a packet at most: 60 ms and a frame, at 48 kHz. At the bound the oldest are forgotten.
const PENDING_MAX: usize = 4 * FRAME_SAMPLES_MAX;

/// Numbers of one packet, in a numbering of the mix's own, and the bytes of its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub sequence: u16,
    pub timestamp: u32,
    /// Ticks of the codec's clock that it covers.
    pub span: u32,
    /// Bytes written.
    pub length: usize,
}

/// The mix one leg hears.
pub struct Ear {
    limiter: Limiter,
    encoder: Encoder,
    pending: Vec<i16>,
    sequence: u16,
    timestamp: u32,
}

impl Ear {
    pub fn new(codec: Codec) -> Ear {
        Ear { limiter: Limiter::new(), encoder: Encoder::new(codec), pending: Vec::new(), sequence: 0, timestamp: 0 }
    }

    /// The codec may be agreed anew at any time.
    pub fn follow(&mut self, codec: Codec) {
        if self.encoder.codec() != codec {
            self.encoder = Encoder::new(codec);
            self.pending.clear();
        }
    }

    pub fn codec(&self) -> Codec {
        self.encoder.codec()
    }

    /// Nothing waits for a whole packet.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Numbers for a packet of something else between these: the next sequence number, and the timestamp of what is not sent yet.
    pub fn number(&mut self) -> (u16, u32) {
        let sequence = self.sequence;
        self.sequence = self.sequence.wrapping_add(1);
        (sequence, self.timestamp)
    }

    /// Samples a second of the frames it wants.
    pub fn rate(&self) -> u32 {
        self.encoder.codec().sample_rate()
    }

    /// Takes the sum of one frame, at [`Ear::rate`].
    pub fn push(&mut self, sum: &[i32]) {
        let mut frame = [0; FRAME_SAMPLES_MAX];
        let frame = &mut frame[..sum.len().min(FRAME_SAMPLES_MAX)];
        self.limiter.apply(sum, frame);
        self.pending.extend_from_slice(frame);
        let over = self.pending.len().saturating_sub(PENDING_MAX);
        self.pending.drain(..over);
    }

    /// So many frames were not mixed: the time passed nevertheless.
    pub fn skip(&mut self, frames: u32) {
        self.timestamp = self.timestamp.wrapping_add(frames.wrapping_mul(self.encoder.codec().clock() / FRAMES_PER_SECOND));
    }

    /// What waits is not sent.
    pub fn forget(&mut self) {
        let waiting = self.span(self.pending.len());
        self.timestamp = self.timestamp.wrapping_add(waiting);
        self.pending.clear();
    }

    /// The next packet of `ptime_ms`, if there is enough for one; its payload goes into `out`.
    pub fn packet(&mut self, ptime_ms: u8, out: &mut [u8]) -> Option<Packet> {
        let samples = self.rate() as usize / 1000 * usize::from(ptime_ms.max(1));
        let audio = self.pending.get(..samples)?;
        let length = self.encoder.encode(audio, out);
        self.pending.drain(..samples);
        let packet = Packet { sequence: self.sequence, timestamp: self.timestamp, span: self.span(samples), length };
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(packet.span);
        Some(packet)
    }

    fn span(&self, samples: usize) -> u32 {
        (samples as u64 * u64::from(self.encoder.codec().clock()) / u64::from(self.rate())) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g711;

    #[test]
    fn frames_become_packets_of_the_agreed_time() {
        for (ptime, packets) in [(10, 12), (20, 6), (30, 4), (40, 3), (60, 2)] {
            let (mut ear, mut out, mut numbers) = (Ear::new(Codec::Pcma), [0; 1500], Vec::new());
            for _ in 0..6 {
                ear.push(&[1000; 160]);
                while let Some(packet) = ear.packet(ptime, &mut out) {
                    assert_eq!(packet.length, usize::from(ptime) * 8);
                    assert!(out[..packet.length].iter().all(|code| *code == g711::a_encode(1000)));
                    numbers.push((packet.sequence, packet.timestamp));
                }
            }
            let wanted: Vec<_> = (0..packets).map(|n| (n as u16, n * u32::from(ptime) * 8)).collect();
            assert_eq!(numbers, wanted, "{ptime} ms");
        }
    }

    #[test]
    fn time_that_was_not_mixed_or_not_sent_passes_on_the_clock() {
        let (mut ear, mut out) = (Ear::new(Codec::Pcmu), [0; 1500]);
        ear.skip(3);
        ear.push(&[0; 160]);
        ear.forget();
        ear.push(&[0; 160]);
        let packet = ear.packet(20, &mut out).unwrap();
        assert_eq!((packet.sequence, packet.timestamp), (0, 640));
    }
}
