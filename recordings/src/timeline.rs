//! Where each received sample lies on a recording's one clock. No file, no thread, no clock of its own.
//!
//! The place of a packet is its arrival, smoothed. Within one source the RTP timestamps say exactly how packets follow
//! one another, so jitter and reordering leave no mark; the arrival only says how the sender's clock lies against ours.
//! The difference of the two is averaged over about a second (64 packets).
//!
//! A stream's first packet may have been held up. When one of the next ten shows it, what was placed is moved back as a whole: it is
//! still in the ring, so nothing is lost. Later the stream is moved by single samples, one repeated or one left out at a packet's
//! edge: in silence as soon as the average leaves ±2 ms, so that both channels stay within a few ms of their arrivals and of each
//! other; while somebody speaks only beyond ±20 ms, and no more than ten a second. A phone whose clock is wrong by 200 ppm needs 1.6.
//!
//! A stream whose timestamps jump is anchored anew at its arrival: at once when it is far early or absurdly late, after
//! [`LATE_RUN_MAX_MS`] when it is steadily far behind (a phone that stops its timestamps on hold), and what was placed meanwhile
//! moves with it. A burst after a stall of the network, or of this machine, is not steady: its timestamps are right. What has no
//! audio is silence. Two streams that speak on one channel at the
//! same time are not mixed here: the later write holds.

use crate::decode::Decoder;
use cti_types::tap::{Channel, TapFrame};
use cti_types::time::Tick;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// Samples of both channels at one instant: left, right.
pub type Pair = [i16; 2];

/// A packet this much before its arrival's place is not jitter: its timestamps jumped.
const EARLY_MAX_MS: i64 = 100;
/// A packet this much behind is not jitter either, whatever the network.
const LATE_MAX_MS: i64 = 2000;
/// A sender whose packets are all farther behind than this, for so long by their arrival, has stopped its timestamps meanwhile.
const BEHIND_MAX_MS: i64 = 200;
const LATE_RUN_MAX_MS: i64 = 300;
/// The averaged difference that is let be in silence, and in speech.
const SLACK_MS: i64 = 2;
const SLACK_LOUD_MS: i64 = 20;
/// Up to this sample, about -40 dB, a packet is silence.
const QUIET_MAX: u16 = 330;
/// Packets after an anchor that may show that it lies too late.
const SETTLING: i64 = 10;
/// How much one packet can pull at the average: a burst after a stall must not move a stream whose clock is right.
const PULL_MAX_MS: i64 = 30;
/// The move, in samples, and how much speech lies between two: 0.12 % at 8 kHz, six times what the worst clock needs and too little
/// to bend a voice or a tone.
const SLIP: i64 = 1;
const SLIP_EVERY_MS: i64 = 100;
/// Packets in the moving average.
const AVERAGE_OVER: i64 = 64;
/// Packets the average pretends to have at an anchor: so that the first ones count more, but none alone.
const AVERAGE_FROM: i64 = 8;
/// The average is kept in fractions of a sample.
const FRACTION: i64 = 256;

/// Both channels of one recording, from their packets to a run of pairs.
pub struct Timeline {
    begin: Tick,
    /// Samples a millisecond.
    per_ms: i64,
    /// Samples between arrival and writing, in which late and reordered packets still find their place.
    hold_back: i64,
    /// The samples from `written` on; index = place modulo length. Bounded: the ring is [`RING_MS`] above the hold-back.
    ring: Vec<Pair>,
    /// Samples handed out so far.
    written: i64,
    streams: [Stream; 2],
    late: u64,
    decoded: Vec<i16>,
}

/// What the ring holds beyond the hold-back. A packet further ahead first makes the timeline hand out what is due.
const RING_MS: i64 = 250;

#[derive(Default)]
struct Stream {
    decoder: Option<Decoder>,
    anchor: Option<Anchor>,
    /// Place after the last sample of the newest packet, and that sample: to bridge a slip.
    next: i64,
    last: i16,
    /// Arrival and place of the first packet of a run that is far behind.
    late_since: Option<(i64, i64)>,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    source: u32,
    timestamp: u32,
    place: i64,
    /// Average of arrival minus place, in samples * [`FRACTION`].
    average: i64,
    packets: i64,
    /// Where it was moved last, or had a hole.
    moved: i64,
    /// The first sample placed by it.
    first: i64,
}

/// A packet that came.
#[derive(Clone, Copy)]
struct Came {
    /// Its arrival, as a place.
    at: i64,
    len: i64,
    quiet: bool,
}

/// Where a packet goes.
struct Place {
    start: i64,
    /// Where what was placed before begins and ends that is to be moved first, and by how many samples: back if negative.
    run: (i64, i64),
    by: i64,
}

impl Timeline {
    /// A timeline of `rate` samples a second that begins at `begin` and hands out what is `hold_back` old (at most 2 s).
    pub fn new(begin: Tick, hold_back: Duration, rate: u32) -> Timeline {
        let per_ms = i64::from(rate / 1000).max(1);
        let hold_back = per_ms * hold_back.as_millis().min(2000) as i64;
        let ring = vec![[0; 2]; (hold_back + per_ms * RING_MS) as usize];
        let streams = [Stream::default(), Stream::default()];
        Timeline { begin, per_ms, hold_back, ring, written: 0, streams, late: 0, decoded: Vec::new() }
    }

    /// Samples a second.
    pub fn rate(&self) -> u32 {
        self.per_ms as u32 * 1000
    }

    /// Nothing was placed and nothing handed out.
    pub fn is_untouched(&self) -> bool {
        self.written == 0 && self.streams.iter().all(|stream| stream.anchor.is_none())
    }

    /// Samples handed out so far.
    pub fn written(&self) -> u64 {
        self.written as u64
    }

    /// Packets that came after their place was handed out.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// The place of `tick`, in samples; negative before the beginning.
    fn sample(&self, tick: Tick) -> i64 {
        let micros = tick.0 as i64 - self.begin.0 as i64;
        // 16 samples a millisecond at most; i128 is not needed below 18,000 years.
        (micros * self.per_ms).div_euclid(1000)
    }

    /// Puts a packet in its place. `out` gets samples, in order, when the packet is so far ahead that some are due.
    pub fn place(&mut self, frame: &TapFrame, out: &mut impl FnMut(&[Pair])) {
        let side = match frame.channel {
            Channel::Left => 0,
            Channel::Right => 1,
        };
        let arrival = self.sample(frame.at);
        let mut decoded = std::mem::take(&mut self.decoded);
        let rate = self.rate();
        self.streams[side].decode(frame, rate, &mut decoded);
        self.put(side, arrival, frame, &decoded, out);
        self.decoded = decoded;
    }

    fn put(&mut self, side: usize, arrival: i64, frame: &TapFrame, samples: &[i16], out: &mut impl FnMut(&[Pair])) {
        let len = samples.len() as i64;
        if arrival + len <= 0 || len == 0 {
            return;
        }
        if arrival + EARLY_MAX_MS * self.per_ms + len > self.written + self.ring.len() as i64 {
            self.hand_out(arrival - self.hold_back, out);
        }
        let came = Came { at: arrival, len, quiet: samples.iter().all(|sample| sample.unsigned_abs() <= QUIET_MAX) };
        let Place { start, run, by } = self.streams[side].follow(frame, came, self.written, self.per_ms);
        self.shift(side, run, by);
        if start + len <= self.written {
            self.late += 1;
            return;
        }
        self.bridge(side, start);
        let skip = (self.written - start).max(0);
        let audio = &samples[skip as usize..];
        let (one, two) = self.room(start + skip);
        let (audio, wrapped) = audio.split_at(audio.len().min(one.len()));
        for (pair, sample) in one.iter_mut().zip(audio) {
            pair[side] = *sample;
        }
        for (pair, sample) in two.iter_mut().zip(wrapped) {
            pair[side] = *sample;
        }
        let stream = &mut self.streams[side];
        if start + len >= stream.next {
            (stream.next, stream.last) = (start + len, samples.last().copied().unwrap_or(0));
        }
    }

    /// Moves what one side has in `run` by so many samples, as far as the ring reaches, and leaves silence where it was.
    fn shift(&mut self, side: usize, run: (i64, i64), by: i64) {
        let len = self.ring.len() as i64;
        let at = |place: i64| place.rem_euclid(len) as usize;
        let held = self.written..self.written + len;
        let mut carry = |from: i64| {
            if held.contains(&from) {
                let sample = std::mem::take(&mut self.ring[at(from)][side]);
                if held.contains(&(from + by)) {
                    self.ring[at(from + by)][side] = sample;
                }
            }
        };
        match by.signum() {
            -1 => (run.0..run.1).for_each(&mut carry),
            1 => (run.0..run.1).rev().for_each(&mut carry),
            _ => {}
        }
    }

    /// The ring from `place`, which is not yet handed out, to its end: the run up to where it wraps, and the rest.
    fn room(&mut self, place: i64) -> (&mut [Pair], &mut [Pair]) {
        let len = self.ring.len();
        let room = (self.written + len as i64 - place).clamp(0, len as i64) as usize;
        let (before, from) = self.ring.split_at_mut((place % len as i64) as usize);
        let one = room.min(from.len());
        (&mut from[..one], &mut before[..room - one])
    }

    /// Repeats the last sample over the hole that a slip leaves.
    fn bridge(&mut self, side: usize, start: i64) {
        let Stream { next, last, .. } = self.streams[side];
        let from = next.max(self.written);
        if next > 0 && start - next <= SLIP && start > from {
            let (one, two) = self.room(from);
            for pair in one.iter_mut().chain(two).take((start - from) as usize) {
                pair[side] = last;
            }
        }
    }

    /// Hands out all that is old enough at `now`. To be called only when every packet that arrived before `now` was placed.
    pub fn advance(&mut self, now: Tick, out: &mut impl FnMut(&[Pair])) {
        self.hand_out(self.sample(now) - self.hold_back, out);
    }

    /// Hands out everything up to `end`, where the recording ends.
    pub fn finish(&mut self, end: Tick, out: &mut impl FnMut(&[Pair])) {
        self.hand_out(self.sample(end), out);
    }

    /// Samples up to place `to`: from the ring as far as it reaches, silence beyond.
    fn hand_out(&mut self, to: i64, out: &mut impl FnMut(&[Pair])) {
        while self.written < to {
            let at = (self.written % self.ring.len() as i64) as usize;
            let run = ((to - self.written) as usize).min(self.ring.len() - at);
            let pairs = &mut self.ring[at..at + run];
            out(pairs);
            // A second turn round the ring, in a long silence, then finds silence.
            pairs.fill([0; 2]);
            self.written += run as i64;
        }
    }
}

impl Stream {
    fn decode(&mut self, frame: &TapFrame, rate: u32, out: &mut Vec<i16>) {
        let known = self.decoder.take().filter(|decoder| decoder.is_of(frame.codec, rate));
        self.decoder.insert(known.unwrap_or_else(|| Decoder::new(frame.codec, rate))).decode(&frame.payload, out);
    }

    /// The place of `frame`'s first sample, given what is already written.
    fn follow(&mut self, frame: &TapFrame, came: Came, written: i64, per_ms: i64) -> Place {
        let place_at = |start| Place { start, run: (0, 0), by: 0 };
        let fresh = Anchor {
            source: frame.source,
            timestamp: frame.timestamp,
            place: came.at,
            average: 0,
            packets: AVERAGE_FROM,
            moved: came.at,
            first: came.at,
        };
        let Some(anchor) = self.anchor.as_mut().filter(|anchor| anchor.source == frame.source) else {
            self.anchor = Some(fresh);
            return place_at(came.at);
        };
        // RFC 3550 5.1: timestamps wrap; the nearer way round is the right one.
        let ticks = i64::from(frame.timestamp.wrapping_sub(anchor.timestamp) as i32);
        let since = ticks * per_ms * 1000 / i64::from(frame.codec.clock());
        let place = anchor.place + since;
        let behind = came.at - place;
        if !(-EARLY_MAX_MS * per_ms..=LATE_MAX_MS * per_ms).contains(&behind) {
            self.anchor = Some(fresh);
            self.late_since = None;
            return place_at(came.at);
        }
        if behind <= BEHIND_MAX_MS * per_ms {
            self.late_since = None;
        } else {
            let (arrival, first) = *self.late_since.get_or_insert((came.at, place));
            if came.at - arrival >= LATE_RUN_MAX_MS * per_ms {
                self.anchor = Some(fresh);
                self.late_since = None;
                let run = (first, self.next.max(first));
                self.next += behind;
                return Place { start: came.at, run, by: behind };
            }
        }
        if place + came.len <= written {
            return place_at(place);
        }
        let settling = anchor.packets < AVERAGE_FROM + SETTLING && since > 0;
        anchor.packets = (anchor.packets + 1).min(AVERAGE_OVER);
        // No further than to what is handed out.
        let back = (-behind).min(anchor.first - written);
        if settling && back > SLACK_MS * per_ms {
            let run = (anchor.first, self.next.max(anchor.first));
            let first = anchor.first - back;
            *anchor = Anchor { timestamp: frame.timestamp, place: place - back, average: 0, moved: place - back, first, ..*anchor };
            self.next -= back;
            return Place { start: place - back, run, by: -back };
        }
        let pull = behind * FRACTION - anchor.average;
        anchor.average += pull.clamp(-PULL_MAX_MS * per_ms * FRACTION, PULL_MAX_MS * per_ms * FRACTION) / anchor.packets;
        if since <= 0 {
            return place_at(place);
        }
        let (slack, every) = if came.quiet { (SLACK_MS, 0) } else { (SLACK_LOUD_MS, SLIP_EVERY_MS) };
        // Only where the packet before is the neighbour can a slip be bridged; and one that was overtaken must still fit into its hole.
        let may = place == self.next && place - anchor.moved >= every * per_ms;
        let slip = if may { slip(anchor.average / FRACTION, slack * per_ms) } else { 0 };
        if place != self.next || slip != 0 {
            anchor.moved = place;
        }
        anchor.average -= slip * FRACTION;
        // The anchor follows the newest packet, so that the difference of timestamps stays small.
        (anchor.timestamp, anchor.place) = (frame.timestamp, place + slip);
        place_at(place + slip)
    }
}

/// By how many samples to move a stream that is `behind` on average.
fn slip(behind: i64, slack: i64) -> i64 {
    if behind.abs() <= slack { 0 } else { SLIP * behind.signum() }
}
