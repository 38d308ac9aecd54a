//! Received packets put in order and given out at the listener's pace (a jitter buffer). It decodes nothing and reads no clock.
//!
//! The delay follows the network: packets wait so long that nearly all find their place. It grows when a packet is missed at
//! its time, and shrinks, one packet at a time, when for a second more lay ready than was needed. Whoever pulls decides what
//! a missing packet sounds like.

use cti_types::Tick;
use std::collections::VecDeque;
use std::time::Duration;

/// Packets held at most: more than a second of the usual 20 ms. At the bound the oldest gives way.
pub const PACKETS_MAX: usize = 64;
/// The least time packets wait: half a frame of the puller, whose moments fall anywhere between two arrivals.
const DELAY_MIN_US: u64 = 10_000;
/// The most: a talk with more delay than this is worse than one with gaps (ITU-T G.114).
const DELAY_MAX_US: u64 = 200_000;
/// So much more than needed is let be: one packet.
const SPARE_US: u64 = 20_000;
/// So much more than needed is a stall that is over: what is too old is thrown away at once.
const STALLED_US: u64 = 120_000;
/// Pulls after which it is judged whether less delay would do.
const WINDOW: u32 = 50;
/// Pulls in a row answered with [`Pull::Missing`] though nothing came after: longer, and the talkspurt is over.
const MISSING_MAX: i64 = 3;
/// A gap of more packets is not waited through: it would only add delay.
const GAP_MAX: i64 = 5;
/// A sequence number this far away is that of another stream (RFC 3550 A.1 allows 3,000; here nobody is served by waiting).
const JUMP_MAX: i64 = 500;

/// What is to be heard next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull<T> {
    Packet(T),
    /// Too much lies ready: these two in the time of one.
    Two(T, T),
    /// A packet is lost, or not there yet.
    Missing,
    /// Nobody speaks, or the first packets are still being gathered.
    Nothing,
}

#[derive(Clone, Debug)]
struct Held<T> {
    index: i64,
    length_us: u64,
    body: T,
}

/// The buffer of one received stream.
#[derive(Clone, Debug)]
pub struct JitterBuffer<T> {
    /// In the order of their numbers; bounded by [`PACKETS_MAX`].
    held: VecDeque<Held<T>>,
    /// Running index of the newest packet ever seen; its low 16 bits are its sequence number.
    newest: Option<i64>,
    /// The next index to give out.
    next: i64,
    /// Giving out; else gathering, since then.
    playing: bool,
    since: Option<Tick>,
    /// Pulls answered as missing whose packets may still come.
    owed: i64,
    /// The fastest way lately, arrival minus stream time, in µs.
    fastest: Option<i64>,
    delay_us: u64,
    /// Of this window: the pulls left, and the least that lay ready.
    pulls_left: u32,
    least_us: u64,
    shorten: bool,
    late: u64,
}

impl<T> Default for JitterBuffer<T> {
    fn default() -> JitterBuffer<T> {
        JitterBuffer {
            held: VecDeque::new(),
            newest: None,
            next: 0,
            playing: false,
            since: None,
            owed: 0,
            fastest: None,
            delay_us: DELAY_MIN_US,
            pulls_left: WINDOW,
            least_us: u64::MAX,
            shorten: false,
            late: 0,
        }
    }
}

impl<T> JitterBuffer<T> {
    pub fn new() -> JitterBuffer<T> {
        JitterBuffer::default()
    }

    /// The time packets wait now, as the arrivals ask for.
    pub fn delay(&self) -> Duration {
        Duration::from_micros(self.delay_us)
    }

    /// Packets that came after their time, or twice.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Packets lying here.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// A packet that arrived at `now`. `stream_us` is its place on its sender's clock, without wraps; `None` where its timestamp does not
    /// tell when it was sent. `length` is what it covers.
    pub fn insert(&mut self, now: Tick, sequence: u16, stream_us: Option<i64>, length: Duration, body: T) {
        let mut index = self.index_of(sequence);
        if self.newest.is_some_and(|newest| (index - newest).abs() > JUMP_MAX) {
            *self = JitterBuffer { late: self.late, ..JitterBuffer::default() };
            index = self.index_of(sequence);
        }
        if index < self.next {
            self.late += 1;
            return;
        }
        let place = self.held.iter().rposition(|held| held.index <= index);
        if place.and_then(|place| self.held.get(place)).is_some_and(|held| held.index == index) {
            self.late += 1;
            return;
        }
        if self.held.is_empty() && !self.playing {
            self.since = Some(now);
            // Some senders' timestamps stand still in a pause: it is not lateness.
            self.fastest = None;
        }
        if let Some(stream_us) = stream_us {
            self.measure(now, stream_us, length);
        }
        self.newest = Some(self.newest.map_or(index, |newest| newest.max(index)));
        let length_us = length.as_micros().min(1_000_000) as u64;
        self.held.insert(place.map_or(0, |place| place + 1), Held { index, length_us, body });
        if self.held.len() > PACKETS_MAX {
            self.drop_first();
        }
    }

    /// What is to be heard at `now`. To be called once for the time of each packet.
    pub fn pull(&mut self, now: Tick) -> Pull<T> {
        if !self.playing {
            let gathered = self.since.is_some_and(|since| now.since(since).as_micros() as u64 >= self.delay_us);
            if self.held.is_empty() || !gathered {
                return Pull::Nothing;
            }
            self.start();
        }
        self.catch_up();
        let Some(first) = self.held.front().map(|held| held.index) else { return self.starve() };
        let mut gap = first - self.next;
        // What was already answered as missing while it was awaited is not missing twice.
        let known = gap.min(self.owed);
        self.next += known;
        self.owed -= known;
        gap -= known;
        if gap > GAP_MAX {
            self.next = first;
            gap = 0;
        }
        if gap > 0 {
            self.next += 1;
            return Pull::Missing;
        }
        self.owed = 0;
        let Some(one) = self.take_first() else { return Pull::Nothing };
        self.judge();
        let follows = self.held.front().is_some_and(|held| held.index == self.next);
        if self.shorten && follows {
            self.shorten = false;
            if let Some(two) = self.take_first() {
                return Pull::Two(one, two);
            }
        }
        Pull::Packet(one)
    }

    fn index_of(&self, sequence: u16) -> i64 {
        match self.newest {
            // RFC 3550 A.1: the nearer way round is the right one.
            Some(newest) => newest + i64::from(sequence.wrapping_sub(newest as u16) as i16),
            // High enough that no packet before it is negative.
            None => (1 << 16) + i64::from(sequence),
        }
    }

    /// How long packets should wait, by how much later than the fastest they come.
    fn measure(&mut self, now: Tick, stream_us: i64, length: Duration) {
        let way = now.0 as i64 - stream_us;
        // The fastest way is forgotten at 0.1 % of the time, more than any two clocks differ.
        let forget = length.as_micros() as i64 / 1000;
        let fastest = self.fastest.map_or(way, |fastest| way.min(fastest + forget));
        self.fastest = Some(fastest);
        let behind = (way - fastest).max(0) as u64;
        let wanted = behind.max(self.delay_us - self.delay_us / 256);
        self.delay_us = wanted.clamp(DELAY_MIN_US, DELAY_MAX_US);
    }

    fn start(&mut self) {
        self.playing = true;
        self.since = None;
        self.owed = 0;
        (self.pulls_left, self.least_us, self.shorten) = (WINDOW, u64::MAX, false);
        self.next = self.held.front().map_or(self.next, |held| held.index);
    }

    fn ready_us(&self) -> u64 {
        self.held.iter().map(|held| held.length_us).sum()
    }

    /// After a stall everything comes at once; only what is still due is kept.
    fn catch_up(&mut self) {
        let mut ready = self.ready_us();
        if ready <= self.delay_us + STALLED_US {
            return;
        }
        while ready > self.delay_us + SPARE_US && self.held.len() > 1 {
            ready -= self.held.front().map_or(0, |held| held.length_us);
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(first) = self.held.pop_front() {
            self.next = self.next.max(first.index + 1);
            self.late += 1;
        }
    }

    fn take_first(&mut self) -> Option<T> {
        let first = self.held.pop_front()?;
        self.next = first.index + 1;
        Some(first.body)
    }

    /// Nothing lies ready.
    fn starve(&mut self) -> Pull<T> {
        if self.owed >= MISSING_MAX {
            self.playing = false;
            self.owed = 0;
            return Pull::Nothing;
        }
        self.owed += 1;
        Pull::Missing
    }

    /// Looks once a window whether less delay would do.
    fn judge(&mut self) {
        self.least_us = self.least_us.min(self.ready_us());
        self.pulls_left -= 1;
        if self.pulls_left == 0 {
            self.shorten = self.least_us > self.delay_us + SPARE_US;
            (self.pulls_left, self.least_us) = (WINDOW, u64::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: Duration = Duration::from_millis(20);

    fn ms(ms: u64) -> Tick {
        Tick(ms * 1000)
    }

    fn insert(buffer: &mut JitterBuffer<u32>, at_ms: u64, number: u32) {
        buffer.insert(ms(at_ms), number as u16, Some(i64::from(number) * 20_000), FRAME, number);
    }

    #[test]
    fn steady_packets_come_out_in_order_after_the_least_delay() {
        let mut buffer = JitterBuffer::new();
        let mut out = Vec::new();
        for step in 0..100 {
            insert(&mut buffer, u64::from(step) * 20, step);
            out.push(buffer.pull(ms(u64::from(step) * 20 + 9)));
        }
        let heard: Vec<u32> = out.iter().filter_map(|pull| if let Pull::Packet(number) = pull { Some(*number) } else { None }).collect();
        assert_eq!(heard, (0..99).collect::<Vec<_>>());
        assert_eq!(out[0], Pull::Nothing);
    }

    #[test]
    fn a_lost_packet_is_missing_once_and_the_rest_keeps_its_place() {
        let mut buffer = JitterBuffer::new();
        for number in [0, 1, 3, 2, 5] {
            insert(&mut buffer, 0, number);
        }
        let out: Vec<_> = (1..=7).map(|step| buffer.pull(ms(step * 20))).collect();
        let packet = Pull::Packet;
        assert_eq!(out, [packet(0), packet(1), packet(2), packet(3), Pull::Missing, packet(5), Pull::Missing]);
    }

    #[test]
    fn a_packet_that_was_awaited_and_came_is_not_missed_twice() {
        let mut buffer = JitterBuffer::new();
        insert(&mut buffer, 0, 0);
        assert_eq!((buffer.pull(ms(20)), buffer.pull(ms(40))), (Pull::Packet(0), Pull::Missing));
        // Packet 1 is lost for good; its time was already filled.
        insert(&mut buffer, 41, 2);
        assert_eq!(buffer.pull(ms(60)), Pull::Packet(2));
    }

    #[test]
    fn a_packet_whose_timestamp_stands_still_adds_no_delay() {
        let mut buffer = JitterBuffer::new();
        insert(&mut buffer, 0, 0);
        for number in 1..40 {
            buffer.insert(ms(number * 20), number as u16, None, FRAME, number as u32);
            buffer.pull(ms(number * 20 + 10));
        }
        insert(&mut buffer, 800, 40);
        assert_eq!(buffer.delay(), Duration::from_millis(10));
    }

    #[test]
    fn silence_ends_the_spurt_and_the_next_is_gathered_anew() {
        let mut buffer = JitterBuffer::new();
        insert(&mut buffer, 0, 0);
        let out: Vec<_> = (1..=6).map(|step| buffer.pull(ms(step * 20))).collect();
        assert_eq!(out[1..4], [Pull::Missing, Pull::Missing, Pull::Missing]);
        assert_eq!(out[4..], [Pull::Nothing, Pull::Nothing]);
        insert(&mut buffer, 500, 1);
        assert_eq!((buffer.pull(ms(505)), buffer.pull(ms(525))), (Pull::Nothing, Pull::Packet(1)));
    }

    #[test]
    fn a_burst_after_a_stall_does_not_stay_as_delay() {
        let mut buffer = JitterBuffer::new();
        insert(&mut buffer, 0, 0);
        buffer.pull(ms(20));
        for number in 1..40 {
            insert(&mut buffer, 800, number);
        }
        buffer.pull(ms(820));
        assert!(buffer.len() <= 12, "{}", buffer.len());
    }

    #[test]
    fn a_sender_whose_clock_is_fast_is_caught_up_by_two_in_one() {
        let mut buffer = JitterBuffer::new();
        let (mut number, mut two) = (0u32, 0);
        for step in 0..3000_u64 {
            // 2 % fast.
            while u64::from(number) * 19_600 <= step * 20_000 {
                buffer.insert(Tick(u64::from(number) * 19_600), number as u16, Some(i64::from(number) * 20_000), FRAME, number);
                number += 1;
            }
            two += u32::from(matches!(buffer.pull(Tick(step * 20_000 + 15_000)), Pull::Two(..)));
        }
        assert!((40..=65).contains(&two), "{two}");
        assert!(buffer.len() < 8, "{}", buffer.len());
    }

    proptest! {
        /// Whatever comes whenever: each packet is heard once at most, in order, and nothing grows.
        #[test]
        fn any_arrivals_are_given_out_in_order_and_once(
            arrivals in proptest::collection::vec((0u64..60, any::<bool>(), 0u32..200), 1..400),
        ) {
            let mut buffer = JitterBuffer::new();
            let (mut now, mut last) = (0, None);
            for (wait, pull, number) in arrivals {
                now += wait;
                if pull {
                    let heard = match buffer.pull(ms(now)) {
                        Pull::Packet(one) => vec![one],
                        Pull::Two(one, two) => vec![one, two],
                        Pull::Missing | Pull::Nothing => vec![],
                    };
                    for number in heard {
                        prop_assert!(last.is_none_or(|last| number > last), "{number} after {last:?}");
                        last = Some(number);
                    }
                } else {
                    insert(&mut buffer, now, number);
                }
                prop_assert!(buffer.len() <= PACKETS_MAX);
            }
        }

        /// Jitter within what was seen before loses nothing once the delay has grown to it.
        #[test]
        fn steady_jitter_loses_nothing_after_it_was_learnt(seed in proptest::collection::vec(0u64..60, 600)) {
            let mut buffer = JitterBuffer::new();
            let mut arrivals: Vec<(u64, u32)> = seed.iter().enumerate().map(|(n, late)| (n as u64 * 20 + late, n as u32)).collect();
            arrivals.sort_unstable();
            let (mut next, mut missing) = (0, 0);
            for step in 0..600 {
                while arrivals.get(next).is_some_and(|(at, _)| *at <= step * 20) {
                    insert(&mut buffer, arrivals[next].0, arrivals[next].1);
                    next += 1;
                }
                let pull = buffer.pull(ms(step * 20));
                missing += u32::from(step > 300 && pull == Pull::Missing);
            }
            prop_assert!(missing <= 3, "{missing} of 300");
        }

        #[test]
        fn any_numbers_are_taken(packets in proptest::collection::vec((any::<u16>(), any::<u32>(), any::<u32>(), any::<bool>()), 1..300)) {
            let mut buffer = JitterBuffer::new();
            for (sequence, at, stream, pull) in packets {
                buffer.insert(Tick(at.into()), sequence, (!stream.is_multiple_of(8)).then_some(i64::from(stream)), FRAME, ());
                if pull {
                    buffer.pull(Tick(at.into()));
                }
                prop_assert!(buffer.len() <= PACKETS_MAX);
            }
        }
    }
}
