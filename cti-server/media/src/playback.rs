//! Clips turned into packets of one codec at a steady pace. It sends nothing and reads no clock.

use crate::{g711, samples_of_ms};
use cti_types::Tick;
use cti_types::media::{Clip, Codec};
use std::time::Duration;

/// Clips in order as a run of samples: from an offset, once or for ever.
#[derive(Clone, Debug)]
pub struct Player {
    clips: Vec<Clip>,
    /// Where it goes round to, if it repeats.
    again: Option<usize>,
    clip: usize,
    sample: usize,
}

impl Player {
    /// Begins `offset_ms` into the clips. Beyond their end it goes round when they repeat, else nothing is left to play.
    /// Clips that hold no sample at all end at once, repeated or not.
    pub fn new(clips: Vec<Clip>, repeat: bool, offset_ms: u64) -> Player {
        let total: u64 = clips.iter().map(|clip| clip.samples.len() as u64).sum();
        let offset = offset_ms.saturating_mul(u64::from(samples_of_ms(1)));
        let mut left = if repeat && total > 0 { offset % total } else { offset.min(total) };
        let mut player = Player { clips, again: (repeat && total > 0).then_some(0), clip: 0, sample: 0 };
        while let Some(clip) = player.clips.get(player.clip) {
            let length = clip.samples.len() as u64;
            if left < length {
                player.sample = left as usize;
                break;
            }
            left -= length;
            player.clip += 1;
        }
        player
    }

    /// One clip more, behind the others; where they repeat, once, before they do so again.
    pub fn append(&mut self, clip: Clip) {
        let Some(again) = &mut self.again else { return self.clips.push(clip) };
        if self.clip >= *again {
            self.clips.drain(..*again);
            (self.clip, self.sample, *again) = (0, 0, 0);
        }
        self.clips.insert(*again, clip);
        *again += 1;
    }

    /// Fills `out` with the next codes of G.711; what the clips no longer fill is silence. False when nothing is left, with
    /// `out` as it was.
    pub fn fill(&mut self, codec: Codec, out: &mut [u8]) -> bool {
        let filled = self.take(out.len(), |at, samples| g711::encode(codec, samples, &mut out[at..]));
        if filled > 0 {
            out[filled..].fill(g711::silence(codec));
        }
        filled > 0
    }

    /// The same as samples.
    pub fn fill_samples(&mut self, out: &mut [i16]) -> bool {
        let filled = self.take(out.len(), |at, samples| out[at..at + samples.len()].copy_from_slice(samples));
        if filled > 0 {
            out[filled..].fill(0);
        }
        filled > 0
    }

    /// Gives out up to `wanted` samples in pieces, each with its place; says how many there were.
    fn take(&mut self, wanted: usize, mut put: impl FnMut(usize, &[i16])) -> usize {
        let mut filled = 0;
        while filled < wanted {
            let Some(clip) = self.clips.get(self.clip) else {
                let Some(again) = self.again else { break };
                self.clip = again;
                continue;
            };
            let rest = clip.samples.get(self.sample..).unwrap_or_default();
            let count = rest.len().min(wanted - filled);
            put(filled, &rest[..count]);
            filled += count;
            self.sample += count;
            if count == rest.len() {
                self.clip += 1;
                self.sample = 0;
            }
        }
        filled
    }
}

/// What is due at a wake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Packets to send now.
    pub packets: u8,
    /// Packet times that are given up before them: the stream's clock goes on, the audio is not cut.
    pub skipped: u32,
}

/// Steady pace with a rule for being late: at most two packets at once, whatever the stall. A phone's buffer would throw a
/// burst away, and the listener would rather hear a pause than miss words.
#[derive(Clone, Copy, Debug)]
pub struct Pacer {
    next: Tick,
    interval: Duration,
}

impl Pacer {
    /// The first packet is due at `first`, then one each `interval` (which must not be zero; zero counts as 20 ms).
    pub fn new(first: Tick, interval: Duration) -> Pacer {
        let interval = if interval.is_zero() { Duration::from_millis(20) } else { interval };
        Pacer { next: first, interval }
    }

    /// When the next packet is due.
    pub fn next(&self) -> Tick {
        self.next
    }

    /// What is due at `now`; the pace moves on.
    pub fn due(&mut self, now: Tick) -> Due {
        if now < self.next {
            return Due { packets: 0, skipped: 0 };
        }
        let step = self.interval.as_micros() as u64;
        let missed = (now.0 - self.next.0) / step;
        self.next = Tick(self.next.0.saturating_add((missed + 1).saturating_mul(step)));
        if missed <= 1 {
            Due { packets: missed as u8 + 1, skipped: 0 }
        } else {
            Due { packets: 1, skipped: missed.min(u64::from(u32::MAX)) as u32 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clip(samples: &[i16]) -> Clip {
        Clip { name: "test".into(), samples: samples.into() }
    }

    /// All that is played in packets of `length`, decoded; at most `most` packets.
    fn played(mut player: Player, length: usize, most: usize) -> Vec<Vec<i16>> {
        let mut packets = Vec::new();
        let mut codes = vec![0; length];
        while packets.len() < most && player.fill(Codec::Pcma, &mut codes) {
            let mut samples = vec![0; length];
            g711::decode(Codec::Pcma, &codes, &mut samples);
            packets.push(samples);
        }
        packets
    }

    #[test]
    fn clips_follow_each_other_without_a_gap_and_end_in_silence() {
        let player = Player::new(vec![clip(&[1000; 3]), clip(&[]), clip(&[-1000; 2])], false, 0);
        assert_eq!(played(player, 4, 9), [[1008, 1008, 1008, -1008], [-1008, 8, 8, 8]]);
    }

    #[test]
    fn repeating_goes_round_without_a_gap() {
        let player = Player::new(vec![clip(&[1000; 3]), clip(&[-1000; 2])], true, 0);
        assert_eq!(played(player, 4, 2), [[1008, 1008, 1008, -1008], [-1008, 1008, 1008, 1008]]);
    }

    #[test]
    fn what_is_put_before_a_repetition_is_played_at_once_and_once() {
        let mut player = Player::new(vec![clip(&[0; 3])], true, 0);
        let mut next = |appended: &[i16]| {
            for sample in appended {
                player.append(clip(&[*sample; 4]));
            }
            let mut samples = [0; 4];
            assert!(player.fill_samples(&mut samples));
            samples
        };
        let heard = [next(&[]), next(&[1, 2]), next(&[3]), next(&[]), next(&[]), next(&[4]), next(&[])];
        assert_eq!(heard, [0, 1, 2, 3, 0, 4, 0].map(|sample| [sample; 4]));
    }

    #[test]
    fn an_offset_begins_inside_and_wraps_only_when_repeating() {
        let clips = vec![clip(&[1000; 8]), clip(&[-1000; 8])];
        assert_eq!(played(Player::new(clips.clone(), false, 1), 8, 9), [[-1008; 8]]);
        assert_eq!(played(Player::new(clips.clone(), true, 3), 8, 1), [[-1008; 8]]);
        assert_eq!(played(Player::new(clips.clone(), false, 2), 8, 9), Vec::<Vec<i16>>::new());
        assert_eq!(played(Player::new(clips, false, u64::MAX), 8, 9), Vec::<Vec<i16>>::new());
    }

    #[test]
    fn nothing_to_play_ends_at_once_even_when_repeating() {
        assert!(!Player::new(vec![], true, 5).fill(Codec::Pcmu, &mut [0; 160]));
        assert!(!Player::new(vec![clip(&[])], true, 5).fill(Codec::Pcmu, &mut [0; 160]));
    }

    #[test]
    fn the_pace_is_steady_and_a_short_delay_is_made_up() {
        let mut pacer = Pacer::new(Tick(1000), Duration::from_millis(20));
        assert_eq!(pacer.due(Tick(999)), Due { packets: 0, skipped: 0 });
        assert_eq!(pacer.due(Tick(1500)), Due { packets: 1, skipped: 0 });
        assert_eq!(pacer.next(), Tick(21_000));
        assert_eq!(pacer.due(Tick(41_000)), Due { packets: 2, skipped: 0 });
        assert_eq!(pacer.next(), Tick(61_000));
    }

    #[test]
    fn a_long_stall_is_skipped_not_sent_in_a_burst() {
        let mut pacer = Pacer::new(Tick(0), Duration::from_millis(20));
        assert_eq!(pacer.due(Tick(500_000)), Due { packets: 1, skipped: 25 });
        assert_eq!(pacer.next(), Tick(520_000));
    }

    proptest! {
        #[test]
        fn packets_and_skips_together_keep_time(waits in proptest::collection::vec(0u64..200_000, 1..100)) {
            let mut pacer = Pacer::new(Tick(0), Duration::from_millis(20));
            let (mut now, mut steps) = (0, 0);
            for wait in waits {
                now += wait;
                let due = pacer.due(Tick(now));
                prop_assert!(due.packets <= 2);
                steps += u64::from(due.packets) + u64::from(due.skipped);
                prop_assert_eq!(steps, now / 20_000 + 1);
            }
        }
    }
}
