//! One continuous outgoing RTP stream from changing inputs: whom the leg hears, playback, digits. It sends nothing itself.
//!
//! The far side sees one SSRC for the whole call. Within one input, sequence numbers and timestamps are shifted by a
//! constant, so loss and reordering on the way in look the same on the way out. When the input changes, the next packet
//! follows on the last one: the next sequence number, the timestamp of the time that passed, the marker set.

use crate::rtp::Header;
use crate::{SAMPLE_RATE, ticks_of};
use cti_types::Tick;
use std::time::Duration;

/// A forward jump of the incoming sequence of this many packets or more is a restart (RFC 3550 A.1).
const DROPOUT_MAX: i64 = 3000;
/// A packet this far behind is late; farther, it is a restart.
const MISORDER_MAX: i64 = 100;
/// A timestamp that runs ahead of the arrival time by more, or goes back by more, was restarted by its sender.
const DRIFT_MAX_MS: u32 = 3000;

/// Where an outgoing packet comes from. Two values differ whenever numbering does not continue between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Received from a leg: its number in the engine and the number of the source (it changes with SSRC or address).
    Leg { leg: u64, source: u32 },
    /// One playback.
    Play(u32),
    /// One run of digits we send.
    Digits(u32),
    /// One stay in a mix.
    Mix(u32),
}

/// What is carried, for the timestamp after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Ticks of the clock the packet covers: its audio, or an event's duration so far.
    pub samples: u32,
    /// An RFC 4733 event: all packets of one event bear the timestamp of its start.
    pub event: bool,
}

#[derive(Clone, Copy, Debug)]
struct Mapping {
    input: Input,
    /// Incoming number and running index of the newest packet. Index 0 is the first packet that may be passed on.
    sequence: u16,
    index: i64,
    timestamp: u32,
    event: bool,
    /// Outgoing sequence of index 0, and outgoing minus incoming timestamp.
    first: u16,
    offset: u32,
}

/// The outgoing numbering of one leg.
#[derive(Clone, Debug)]
pub struct Rewriter {
    ssrc: u32,
    /// The next new sequence number.
    next: u16,
    /// The timestamp right after the newest packet, and when that packet was sent.
    end: u32,
    sent: Option<Tick>,
    frame: Duration,
    /// Ticks a second of our timestamps.
    clock: u32,
    /// How often the numbering followed on instead of going on.
    runs: u32,
    mapping: Option<Mapping>,
}

impl Rewriter {
    /// The stream begins with these numbers, which the switch drew.
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Rewriter {
        Rewriter {
            ssrc,
            next: sequence,
            end: timestamp,
            sent: None,
            frame: Duration::from_millis(20),
            clock: SAMPLE_RATE,
            runs: 0,
            mapping: None,
        }
    }

    /// The packet time in use, in ms: so much after the last packet no time is missing yet.
    pub fn set_ptime(&mut self, ptime_ms: u8) {
        self.frame = Duration::from_millis(u64::from(ptime_ms));
    }

    /// The clock of what is sent from now on. The timestamps go on from where they are (RFC 7160 4 wants another SSRC for another
    /// clock; phones that take a codec with another clock in one session take it so).
    pub fn set_clock(&mut self, clock: u32) {
        if self.clock != clock {
            self.clock = clock;
            self.interrupt();
        }
    }

    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The number of the run the last packet was of. Within a run timestamps say exactly how packets follow each other; from one
    /// to the next only about.
    pub fn run(&self) -> u32 {
        self.runs
    }

    /// The RTP timestamp that belongs to `now`, for sender reports.
    pub fn timestamp_at(&self, now: Tick) -> u32 {
        self.sent.map_or(self.end, |sent| self.end.wrapping_add(ticks_of(now.since(sent), self.clock)))
    }

    /// The outgoing header for an incoming one, to be sent now with payload type `payload_type`. `None`: the packet is too
    /// late to have a place in the outgoing stream and is dropped.
    pub fn rewrite(&mut self, now: Tick, input: Input, header: &Header, span: Span, payload_type: u8) -> Option<Header> {
        let Some((mut mapping, index)) = self.place(now, input, header, span) else {
            return Some(self.begin(now, input, header, span, payload_type));
        };
        if index < 0 {
            return None;
        }
        if index > mapping.index {
            mapping.index = index;
            mapping.sequence = header.sequence;
            mapping.timestamp = header.timestamp;
            mapping.event = span.event;
            self.next = mapping.first.wrapping_add(index as u16).wrapping_add(1);
        }
        let timestamp = header.timestamp.wrapping_add(mapping.offset);
        // The end only moves forward: a late packet lies before it, and a repeated end of an event covers no new time.
        let end = timestamp.wrapping_add(span.samples);
        if (end.wrapping_sub(self.end) as i32) > 0 {
            self.end = end;
            self.sent = Some(now);
        }
        self.mapping = Some(mapping);
        Some(Header { payload_type, marker: header.marker, sequence: mapping.first.wrapping_add(index as u16), timestamp, ssrc: self.ssrc })
    }

    /// Something of the input is not sent (hold, nobody heard): the next packet follows on like one of a new input, so that
    /// what was held back does not look lost.
    pub fn interrupt(&mut self) {
        self.mapping = None;
    }

    /// A packet of `input` that is not passed on (the far side cannot take it): the numbering closes over it, so that
    /// it does not look lost. Packets older than it that come late are dropped.
    pub fn skip(&mut self, input: Input, sequence: u16) {
        let Some(mapping) = self.mapping.as_mut().filter(|mapping| mapping.input == input) else { return };
        let ahead = sequence.wrapping_sub(mapping.sequence);
        if ahead == 0 || i64::from(ahead) >= DROPOUT_MAX {
            return;
        }
        // Packets lost before the skipped one stay a gap; the skipped one becomes index −1.
        let lost = ahead - 1;
        mapping.first = self.next.wrapping_add(lost);
        self.next = mapping.first;
        mapping.sequence = sequence;
        mapping.index = -1;
    }

    /// The running mapping and this packet's index in it; `None` when the numbering must begin anew.
    fn place(&self, now: Tick, input: Input, header: &Header, span: Span) -> Option<(Mapping, i64)> {
        let mapping = self.mapping.filter(|mapping| mapping.input == input)?;
        let ahead = i64::from(header.sequence.wrapping_sub(mapping.sequence) as i16);
        if !(-MISORDER_MAX..DROPOUT_MAX).contains(&ahead) {
            return None;
        }
        let passed = ticks_of(now.since(self.sent?), self.clock) as i32;
        let moved = header.timestamp.wrapping_sub(mapping.timestamp) as i32;
        let drift = (DRIFT_MAX_MS * (self.clock / 1000)) as i32;
        // Events hold their timestamp while time passes, which is no step back of the clock; after one the clock jumps on.
        let slack = if span.event || mapping.event { drift * 4 } else { drift };
        let plausible = moved <= passed.saturating_add(slack) && (moved >= -slack || ahead < 0);
        plausible.then_some((mapping, mapping.index + ahead))
    }

    fn begin(&mut self, now: Tick, input: Input, header: &Header, span: Span, payload_type: u8) -> Header {
        let idle = self.sent.map_or(Duration::ZERO, |sent| now.since(sent)).saturating_sub(self.frame);
        let timestamp = self.end.wrapping_add(ticks_of(idle, self.clock));
        let sequence = self.next;
        self.runs = self.runs.wrapping_add(1);
        self.mapping = Some(Mapping {
            input,
            sequence: header.sequence,
            index: 0,
            timestamp: header.timestamp,
            event: span.event,
            first: sequence,
            offset: timestamp.wrapping_sub(header.timestamp),
        });
        self.next = sequence.wrapping_add(1);
        self.end = timestamp.wrapping_add(span.samples);
        self.sent = Some(now);
        // RFC 3551 4.1: the marker tells a receiver that it may adjust its buffer here.
        Header { payload_type, marker: true, sequence, timestamp, ssrc: self.ssrc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: Input = Input::Leg { leg: 1, source: 1 };
    const B: Input = Input::Leg { leg: 2, source: 1 };
    const AUDIO: Span = Span { samples: 160, event: false };

    fn header(sequence: u16, timestamp: u32) -> Header {
        Header { payload_type: 0, marker: false, sequence, timestamp, ssrc: 77 }
    }

    fn ms(ms: u64) -> Tick {
        Tick(ms * 1000)
    }

    fn numbers(header: Option<Header>) -> (u16, u32, bool) {
        let header = header.unwrap();
        (header.sequence, header.timestamp, header.marker)
    }

    #[test]
    fn the_first_packet_bears_the_numbers_the_switch_drew() {
        let mut rewriter = Rewriter::new(9, 65535, 4_294_967_200);
        let out = rewriter.rewrite(ms(0), A, &header(5, 1000), AUDIO, 8).unwrap();
        assert_eq!(out, Header { payload_type: 8, marker: true, sequence: 65535, timestamp: 4_294_967_200, ssrc: 9 });
        let out = rewriter.rewrite(ms(20), A, &header(6, 1160), AUDIO, 8);
        assert_eq!(numbers(out), (0, 64, false), "both wrap");
    }

    #[test]
    fn loss_and_reordering_are_preserved() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        let mut pass = |at, sequence: u16| {
            rewriter.rewrite(ms(at), A, &header(sequence, u32::from(sequence) * 160), AUDIO, 0).map(|h| (h.sequence, h.timestamp))
        };
        assert_eq!(pass(0, 50), Some((100, 0)));
        assert_eq!(pass(60, 53), Some((103, 480)));
        assert_eq!(pass(61, 52), Some((102, 320)));
        assert_eq!(pass(80, 54), Some((104, 640)));
    }

    #[test]
    fn another_input_follows_on_with_the_time_that_passed() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        rewriter.rewrite(ms(0), A, &header(5, 7777), AUDIO, 0);
        assert_eq!(numbers(rewriter.rewrite(ms(20), B, &header(900, 5), AUDIO, 0)), (101, 160, true));
        assert_eq!(numbers(rewriter.rewrite(ms(1040), Input::Play(1), &header(0, 0), AUDIO, 0)), (102, 320 + 8000, true));
        assert_eq!(numbers(rewriter.rewrite(ms(1043), A, &header(60, 20_000), AUDIO, 0)), (103, 480 + 8000, true));
    }

    #[test]
    fn a_packet_older_than_the_switch_of_input_has_no_place() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        rewriter.rewrite(ms(0), Input::Play(1), &header(0, 0), AUDIO, 0);
        rewriter.rewrite(ms(20), A, &header(500, 160), AUDIO, 0);
        assert_eq!(rewriter.rewrite(ms(21), A, &header(499, 0), AUDIO, 0), None);
        assert_eq!(numbers(rewriter.rewrite(ms(40), A, &header(501, 320), AUDIO, 0)).0, 102);
    }

    #[test]
    fn restarted_sequence_or_timestamp_follows_on() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        rewriter.rewrite(ms(0), A, &header(5, 1000), AUDIO, 0);
        assert_eq!(numbers(rewriter.rewrite(ms(20), A, &header(40_000, 1160), AUDIO, 0)), (101, 160, true));
        assert_eq!(numbers(rewriter.rewrite(ms(40), A, &header(40_001, 0xF000_0000), AUDIO, 0)), (102, 320, true));
    }

    #[test]
    fn silence_between_talkspurts_keeps_its_length_and_marker() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        rewriter.rewrite(ms(0), A, &header(5, 1000), AUDIO, 0);
        let spurt = Header { marker: true, ..header(6, 1000 + 80_000) };
        assert_eq!(numbers(rewriter.rewrite(ms(10_000), A, &spurt, AUDIO, 0)), (101, 80_000, true));
    }

    #[test]
    fn an_event_keeps_one_timestamp_and_audio_goes_on_after_it() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        rewriter.rewrite(ms(0), A, &header(5, 1000), AUDIO, 0);
        for (step, sequence) in (6..12).enumerate() {
            let span = Span { samples: 160 * (step as u32 + 1), event: true };
            let out = rewriter.rewrite(ms(20 + step as u64 * 20), A, &header(sequence, 1160), span, 101).unwrap();
            assert_eq!((out.sequence, out.timestamp, out.payload_type), (sequence + 95, 160, 101));
        }
        assert_eq!(numbers(rewriter.rewrite(ms(140), A, &header(12, 2120), AUDIO, 0)), (107, 1120, false));
        assert_eq!(numbers(rewriter.rewrite(ms(160), B, &header(1, 1), AUDIO, 0)).1, 1280);
    }

    #[test]
    fn the_repeated_end_of_an_event_covers_no_new_time() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        let (input, mut sender) = (Input::Digits(1), crate::event::DigitSender::new());
        sender.queue("5").unwrap();
        let steps: Vec<_> = std::iter::from_fn(|| sender.step()).collect();
        for (index, packet) in steps.iter().enumerate() {
            let span = Span { samples: u32::from(packet.payload.duration), event: true };
            rewriter.rewrite(ms(index as u64 * 20), input, &header(index as u16, packet.timestamp), span, 101).unwrap();
        }
        assert_eq!(numbers(rewriter.rewrite(ms(160), A, &header(1, 1), AUDIO, 0)), (108, 800 + 480, true));
    }

    #[test]
    fn what_was_held_back_does_not_look_lost() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        rewriter.rewrite(ms(0), A, &header(5, 1000), AUDIO, 0);
        rewriter.interrupt();
        assert_eq!(numbers(rewriter.rewrite(ms(2000), A, &header(105, 17_000), AUDIO, 0)), (101, 16_000, true));
    }

    #[test]
    fn skipped_packets_leave_no_gap() {
        let mut rewriter = Rewriter::new(9, 100, 0);
        rewriter.rewrite(ms(0), A, &header(5, 1000), AUDIO, 0);
        rewriter.skip(A, 6);
        rewriter.skip(A, 7);
        assert_eq!(numbers(rewriter.rewrite(ms(60), A, &header(8, 1480), AUDIO, 0)), (101, 480, false));
        assert_eq!(rewriter.rewrite(ms(61), A, &header(7, 1320), AUDIO, 0), None);
        rewriter.skip(A, 10);
        assert_eq!(numbers(rewriter.rewrite(ms(120), A, &header(11, 1960), AUDIO, 0)).0, 103, "9 was lost and stays a gap");
    }

    proptest! {
        /// Inputs that each send steadily, switched at will: sequence numbers rise by one, timestamps never go back.
        #[test]
        fn the_stream_is_continuous_whatever_the_input(
            runs in proptest::collection::vec((0u64..5, any::<u16>(), any::<u32>(), 1u16..20, 0u64..300), 1..30),
            first in any::<u16>(),
            start in any::<u32>(),
        ) {
            let mut rewriter = Rewriter::new(1, first, start);
            let (mut now, mut wanted, mut last) = (0, first, start);
            for (number, (leg, sequence, timestamp, packets, pause)) in runs.into_iter().enumerate() {
                let input = Input::Leg { leg, source: number as u32 };
                for n in 0..packets {
                    let head = header(sequence.wrapping_add(n), timestamp.wrapping_add(u32::from(n) * 160));
                    let out = rewriter.rewrite(ms(now), input, &head, AUDIO, 0).unwrap();
                    prop_assert_eq!(out.sequence, wanted);
                    prop_assert!((out.timestamp.wrapping_sub(last) as i32) >= 0);
                    prop_assert_eq!(out.marker, n == 0);
                    wanted = wanted.wrapping_add(1);
                    last = out.timestamp.wrapping_add(160);
                    now += 20;
                }
                now += pause;
            }
        }

        /// Any headers at all: an answer or a drop, one SSRC, never a sequence number given to two different packets.
        #[test]
        fn any_input_is_taken(packets in proptest::collection::vec((0u64..2, any::<u16>(), any::<u32>(), any::<bool>(), 0u64..50), 0..200)) {
            let mut rewriter = Rewriter::new(1, 0, 0);
            let mut now = 0;
            let mut given = std::collections::BTreeMap::new();
            for (leg, sequence, timestamp, event, wait) in packets {
                now += wait;
                let input = Input::Leg { leg, source: 0 };
                if let Some(out) = rewriter.rewrite(ms(now), input, &header(sequence, timestamp), Span { samples: 160, event }, 0) {
                    prop_assert_eq!(out.ssrc, 1);
                    let before = given.insert(out.sequence, (leg, sequence));
                    prop_assert!(before.is_none_or(|before| before == (leg, sequence)), "sequence {} given twice", out.sequence);
                }
            }
        }
    }
}
