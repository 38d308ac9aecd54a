//! One codec into another: for a leg that hears one other with which it shares no codec.
//!
//! What comes waits in a jitter buffer and is pulled every 20 ms: put in order, made up where it is lost, sent on at a steady pace in numbers of
//! its own. While nobody speaks nothing is sent. Packets of events are not audio: they go at once, and take a number between the others.

use crate::codec::PAYLOAD_BYTES_MAX;
use crate::ear::Ear;
use crate::mixer::{self, FRAME_SAMPLES_MAX};
use crate::playback::Pacer;
use crate::rtp::Header;
use crate::voice::{FRAME, FRAMES_PER_SECOND, Voice};
use cti_types::Tick;
use cti_types::media::Codec;
use std::time::Duration;

/// The first packet waits about so long, and with it all that come in time: half a frame, so that neither early nor late ones miss their pull.
const WAIT: Duration = Duration::from_millis(10);
/// Conversions of one thread are woken together on this grid, to spare wakes.
const GRID_US: u64 = 5000;
/// A packet of an event so many numbers behind the newest, or fewer, is late.
const LATE_MAX: u16 = 100;
/// Frames in which nobody spoke, after which the conversion is over: a second.
const SILENT_MAX: u32 = FRAMES_PER_SECOND;

/// Numbers of a packet on the way out, in the conversion's own numbering and on the outgoing codec's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Converted {
    pub sequence: u16,
    pub timestamp: u32,
    /// Ticks it covers.
    pub span: u32,
    /// Somebody speaks again after silence (RFC 3551 4.1).
    pub marker: bool,
}

/// An event that passes: its timestamp as it came and as it goes, and the newest of its numbers as they came.
#[derive(Clone, Copy, Debug)]
struct Event {
    came: u32,
    goes: u32,
    newest: u16,
}

/// The conversion of one stream.
pub struct Converter {
    voice: Voice,
    ear: Ear,
    pace: Pacer,
    /// Frames in a row in which nobody spoke.
    silent: u32,
    /// The next packet is the first, or the first after silence.
    fresh: bool,
    event: Option<Event>,
}

impl Converter {
    /// A conversion into `to`, of a stream whose first packet has come just now.
    pub fn new(now: Tick, to: Codec) -> Converter {
        let first = (now + WAIT).0.next_multiple_of(GRID_US);
        Converter { voice: Voice::new(), ear: Ear::new(to), pace: Pacer::new(Tick(first), FRAME), silent: 0, fresh: true, event: None }
    }

    /// What it makes.
    pub fn codec(&self) -> Codec {
        self.ear.codec()
    }

    /// A packet of audio, of whichever codec.
    pub fn audio(&mut self, now: Tick, header: &Header, codec: Codec, payload: &[u8]) {
        self.voice.audio(now, header.ssrc, header, codec, payload);
    }

    /// A packet of comfort noise; `level` in −dBov (RFC 3389 3.1). It is made into audio.
    pub fn noise(&mut self, now: Tick, header: &Header, level: u8) {
        self.voice.noise(now, header.ssrc, header, level);
    }

    /// A packet of an event in the same stream, which is not lost audio.
    pub fn other(&mut self, now: Tick, header: &Header) {
        self.voice.other(now, header.ssrc, header);
    }

    /// Sequence number and timestamp with which a packet of an event goes out now; the timestamp is that of the event's beginning for all
    /// of its packets. `None` for one that came after its successor, or twice.
    pub fn event(&mut self, header: &Header) -> Option<(u16, u32)> {
        // Only near it is it late: audio counts on meanwhile, and half a round of numbers later before and after change places.
        if self.event.is_some_and(|event| event.newest.wrapping_sub(header.sequence) < LATE_MAX) {
            return None;
        }
        let (sequence, next) = self.ear.number();
        let goes = match self.event {
            Some(event) if event.came == header.timestamp => event.goes,
            // Two keys are not to become one by the same timestamp.
            Some(event) if event.goes == next => next.wrapping_add(1),
            Some(_) | None => next,
        };
        self.event = Some(Event { came: header.timestamp, goes, newest: header.sequence });
        Some((sequence, goes))
    }

    /// When [`Converter::due`] is to be called next.
    pub fn deadline(&self) -> Tick {
        self.pace.next()
    }

    /// Nobody has spoken for long: who speaks next is another conversion.
    pub fn is_over(&self) -> bool {
        self.silent >= SILENT_MAX
    }

    /// Gives each whole packet of `ptime_ms` that is due at `now` to `out`.
    pub fn due(&mut self, now: Tick, ptime_ms: u8, mut out: impl FnMut(Converted, &[u8])) {
        let due = self.pace.due(now);
        self.ear.skip(due.skipped);
        for _ in 0..due.packets {
            self.frame(now);
            let mut payload = [0; PAYLOAD_BYTES_MAX];
            while let Some(packet) = self.ear.packet(ptime_ms, &mut payload) {
                let (sequence, timestamp, span) = (packet.sequence, packet.timestamp, packet.span);
                let marker = std::mem::take(&mut self.fresh);
                out(Converted { sequence, timestamp, span, marker }, &payload[..packet.length]);
            }
        }
    }

    /// One frame from the voice to the ear.
    fn frame(&mut self, now: Tick) {
        self.voice.pull(now);
        let rate = self.ear.rate();
        let mut sum = [0; FRAME_SAMPLES_MAX];
        match self.voice.frame(rate) {
            Some(frame) => {
                mixer::add(&mut sum, frame);
                self.silent = 0;
            }
            None => {
                self.silent = self.silent.saturating_add(1);
                // A packet that is half full is filled with silence: what was said does not wait for what will be.
                if self.ear.is_empty() {
                    self.fresh = true;
                    return self.ear.skip(1);
                }
            }
        }
        self.ear.push(&sum[..(rate / FRAMES_PER_SECOND) as usize]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Decoder, Encoder};
    use crate::resample::Resampler;
    use crate::tone::{level_db, sine};
    use proptest::prelude::*;

    const HZ: f64 = 400.0;

    fn ms(ms: u64) -> Tick {
        Tick(ms * 1000)
    }

    /// The packets of 20 ms of a tone at −12 dB, with their headers.
    fn packets(from: Codec, count: u32) -> Vec<(Header, Vec<u8>)> {
        let (mut encoder, mut up) = (Encoder::new(from), Resampler::new(8000, from.sample_rate()).unwrap());
        let packet = |n: u32| {
            let (mut wide, mut payload) = (Vec::new(), [0; PAYLOAD_BYTES_MAX]);
            up.run(&sine(HZ, -12.0, u64::from(n) * 160, 160), &mut wide);
            let length = encoder.encode(&wide, &mut payload);
            let timestamp = n.wrapping_mul(from.clock() / 50).wrapping_sub(1000);
            (
                Header { payload_type: 0, marker: false, sequence: (n as u16).wrapping_sub(5), timestamp, ssrc: 7 },
                payload[..length].to_vec(),
            )
        };
        (0..count).map(packet).collect()
    }

    /// A conversion, and who hears it: the samples at 8 kHz, and when and with which numbers they came.
    struct Line {
        converter: Converter,
        from: Codec,
        ptime_ms: u8,
        decoder: Decoder,
        down: Resampler,
        heard: Vec<i16>,
        numbers: Vec<(Tick, Converted)>,
        sounded: Tick,
    }

    impl Line {
        fn new(from: Codec, to: Codec, ptime_ms: u8) -> Line {
            let (decoder, down) = (Decoder::new(to), Resampler::new(to.sample_rate(), 8000).unwrap());
            let converter = Converter::new(Tick(0), to);
            Line { converter, from, ptime_ms, decoder, down, heard: Vec::new(), numbers: Vec::new(), sounded: Tick(0) }
        }

        fn runs_until(&mut self, until: Tick) {
            while self.converter.deadline() <= until {
                let now = self.converter.deadline();
                self.converter.due(now, self.ptime_ms, |converted, payload| {
                    self.numbers.push((now, converted));
                    let (mut decoded, before) = (Vec::new(), self.heard.len());
                    assert!(self.decoder.decode(payload, &mut decoded));
                    self.down.run(&decoded, &mut self.heard);
                    if level_db(&self.heard[before..], HZ) > -40.0 {
                        self.sounded = now;
                    }
                });
            }
        }

        fn takes(&mut self, at: Tick, (header, payload): &(Header, Vec<u8>)) {
            self.runs_until(at);
            self.converter.audio(at, header, self.from, payload);
        }

        /// Each packet follows on the one before, without a gap in number or time.
        fn is_whole(&self) -> bool {
            self.numbers.windows(2).all(|pair| {
                let (before, next) = (pair[0].1, pair[1].1);
                next.sequence == before.sequence.wrapping_add(1)
                    && next.timestamp == before.timestamp.wrapping_add(before.span)
                    && !next.marker
            })
        }
    }

    #[test]
    fn a_tone_passes_between_any_two_codecs_at_any_packet_time() {
        for from in Codec::ALL {
            for to in Codec::ALL {
                for ptime in [10, 20, 40] {
                    let mut line = Line::new(from, to, ptime);
                    for (n, packet) in (0..).zip(&packets(from, 50)) {
                        line.takes(ms(n * 20), packet);
                    }
                    line.runs_until(ms(1000));
                    let level = level_db(&line.heard[3200..6400], HZ);
                    assert!((level + 12.0).abs() < 2.0, "{from:?} → {to:?}, {ptime} ms: {level}");
                    let step = to.clock() / 1000 * u32::from(ptime);
                    let numbers: Vec<_> = line.numbers.iter().map(|(_, n)| (n.sequence, n.timestamp, n.span)).collect();
                    let wanted: Vec<_> = (0..numbers.len() as u32).map(|n| (n as u16, n * step, step)).collect();
                    assert!(numbers.len() >= 960 / usize::from(ptime), "{from:?} → {to:?}, {ptime} ms: {}", numbers.len());
                    assert_eq!(numbers, wanted, "{from:?} → {to:?}, {ptime} ms");
                }
            }
        }
    }

    #[test]
    fn five_lost_in_a_hundred_leave_no_gap() {
        for (from, to) in [(Codec::Pcma, Codec::Opus), (Codec::G722, Codec::Pcmu), (Codec::Opus, Codec::Pcma)] {
            let mut line = Line::new(from, to, 20);
            for (n, packet) in (0..).zip(&packets(from, 500)) {
                // Now one and now two together; and what cannot be read is lost as well.
                match n % 60 {
                    17 | 38 => line.runs_until(ms(n * 20)),
                    39 => line.takes(ms(n * 20), &(packet.0, Vec::new())),
                    _ => line.takes(ms(n * 20), packet),
                }
            }
            assert!(line.is_whole() && line.numbers.len() >= 497, "{from:?} → {to:?}: {}", line.numbers.len());
            let level = level_db(&line.heard[1600..], HZ);
            assert!((level + 12.0).abs() < 1.5, "{from:?} → {to:?}: {level}");
            for (place, window) in line.heard[1600..].chunks_exact(160).enumerate() {
                assert!(level_db(window, HZ) > -20.0, "{from:?} → {to:?}: silent at {} ms", 200 + place * 20);
            }
        }
    }

    #[test]
    fn packets_that_overtake_each_other_are_put_right() {
        let (packets, mut line) = (packets(Codec::Pcmu, 250), Line::new(Codec::Pcmu, Codec::G722, 20));
        // Of each five the third comes right behind the fourth.
        let late = |n: u64| if n % 5 == 2 { 25 } else { 0 };
        let mut arrivals: Vec<(u64, usize)> = (0..250).map(|n| (n * 20 + late(n), n as usize)).collect();
        arrivals.sort_unstable();
        for (at, n) in arrivals {
            line.takes(ms(at), &packets[n]);
        }
        assert!(line.is_whole());
        for window in line.heard[4000..].chunks_exact(160) {
            assert!((level_db(window, HZ) + 12.0).abs() < 1.0, "{}", level_db(window, HZ));
        }
    }

    #[test]
    fn a_sender_whose_clock_runs_fast_or_slow_is_not_heard_later_and_later() {
        for interval_us in [19_800, 20_200] {
            let mut line = Line::new(Codec::Pcmu, Codec::Pcma, 20);
            let mut last = Tick(0);
            for (n, packet) in (0..).zip(&packets(Codec::Pcmu, 3000)) {
                last = Tick(n * interval_us);
                line.takes(last, packet);
            }
            assert!(line.is_whole(), "{interval_us}");
            let minute = &line.heard[8000..];
            assert!((level_db(&minute[minute.len() - 8000..], HZ) + 12.0).abs() < 1.5, "{interval_us}");
            // A minute at 1 % is 600 ms. What is made up at the end is in it.
            line.runs_until(last + Duration::from_secs(2));
            let behind = line.sounded.since(last);
            assert!(behind < Duration::from_millis(180), "{interval_us}: {behind:?}");
        }
    }

    #[test]
    fn silence_is_not_sent_and_who_speaks_again_has_a_marker_and_the_right_time() {
        for ptime in [20, 40] {
            let mut line = Line::new(Codec::G722, Codec::Pcmu, ptime);
            for (n, packet) in (0..).zip(&packets(Codec::G722, 25)) {
                line.takes(ms(n * 20), packet);
            }
            line.runs_until(ms(900));
            let sent = line.numbers.len();
            assert!(sent <= 640 / usize::from(ptime), "25 packets, and what is made up after them: {sent}");
            let again = packets(Codec::G722, 80);
            for (n, (header, payload)) in (50..).zip(&again[50..]) {
                // Numbers go on where they were; time has passed.
                let header = Header { sequence: header.sequence.wrapping_sub(25), ..*header };
                line.takes(ms(n * 20), &(header, payload.clone()));
            }
            let marked: Vec<usize> = line.numbers.iter().enumerate().filter(|(_, (_, n))| n.marker).map(|(place, _)| place).collect();
            assert_eq!(marked, [0, sent], "{ptime} ms");
            let (first, next) = (line.numbers[0], line.numbers[sent]);
            assert_eq!(next.1.sequence, line.numbers[sent - 1].1.sequence + 1);
            let (passed, told) = (next.0.since(first.0).as_millis() as u32, (next.1.timestamp - first.1.timestamp) / 8);
            assert!(passed.abs_diff(told) <= u32::from(ptime), "{passed} ms, told {told}");
        }
    }

    #[test]
    fn a_conversion_is_over_a_second_after_the_last_word() {
        let mut line = Line::new(Codec::Pcmu, Codec::G722, 20);
        line.takes(ms(0), &packets(Codec::Pcmu, 1)[0]);
        line.runs_until(ms(900));
        assert!(!line.converter.is_over());
        line.runs_until(ms(1200));
        assert!(line.converter.is_over());
    }

    #[test]
    fn comfort_noise_is_heard_as_noise() {
        let mut line = Line::new(Codec::Pcmu, Codec::G722, 20);
        let header = packets(Codec::Pcmu, 1)[0].0;
        line.converter.noise(ms(0), &header, 40);
        line.runs_until(ms(2000));
        assert!(line.is_whole() && line.numbers.len() > 95 && !line.converter.is_over());
        let power: f64 = line.heard[1600..].iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / (line.heard.len() - 1600) as f64;
        let level = 10.0 * (power / 32_768f64.powi(2)).log10();
        assert!((level + 40.0).abs() < 3.0, "{level}");
    }

    #[test]
    fn a_key_passes_however_long_after_the_one_before() {
        let mut converter = Converter::new(Tick(0), Codec::Opus);
        let header = |sequence, timestamp| Header { payload_type: 101, marker: true, sequence, timestamp, ssrc: 7 };
        let mut came = 1000u16;
        assert!(converter.event(&header(came, 0)).is_some());
        for (n, later) in [1, 99, 32_767, 32_768, 40_000, 65_400].into_iter().enumerate() {
            came = came.wrapping_add(later);
            assert!(converter.event(&header(came, n as u32 + 1)).is_some(), "{later} numbers later");
            assert_eq!(converter.event(&header(came, n as u32 + 1)), None, "twice");
            assert_eq!(converter.event(&header(came.wrapping_sub(3), n as u32)), None, "late");
        }
    }

    #[test]
    fn events_go_at_once_between_the_audio_and_keep_one_timestamp() {
        let (packets, mut line) = (packets(Codec::Pcmu, 60), Line::new(Codec::Pcmu, Codec::Opus, 20));
        let mut events = Vec::new();
        for (n, packet) in (0..).zip(&packets) {
            // Two keys of five packets each in the place of audio, the last of the first sent twice.
            let key = match n {
                20..25 => Some(packets[20].0.timestamp),
                30..35 => Some(packets[30].0.timestamp),
                _ => None,
            };
            let Some(timestamp) = key else {
                line.takes(ms(n * 20), packet);
                continue;
            };
            line.runs_until(ms(n * 20));
            let header = Header { timestamp, ..packet.0 };
            line.converter.other(ms(n * 20), &header);
            events.extend(line.converter.event(&header));
            assert_eq!(line.converter.event(&header), None, "twice");
        }
        line.runs_until(ms(1200));
        assert_eq!(events.len(), 10);
        let stamps: Vec<u32> = events.iter().map(|(_, timestamp)| *timestamp).collect();
        assert!(stamps[..5].iter().all(|stamp| *stamp == stamps[0]) && stamps[5..].iter().all(|stamp| *stamp == stamps[5]));
        assert_eq!(stamps[5] - stamps[0], 10 * 960);
        // With the audio they are one numbering without a gap.
        let mut numbers: Vec<u16> =
            line.numbers.iter().map(|(_, n)| n.sequence).chain(events.iter().map(|(sequence, _)| *sequence)).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..numbers.len() as u16).collect::<Vec<_>>());
        assert!((level_db(&line.heard[7000..8800], HZ) + 12.0).abs() < 1.5, "the voice is back after the keys");
    }

    proptest! {
        /// Whatever comes whenever: one numbering without a gap, and no more audio than there was time.
        #[test]
        fn any_packets_give_one_steady_stream(
            packets in proptest::collection::vec((0u64..60, any::<u16>(), any::<u32>(), 0..4u8, 0..400usize), 1..150),
            ptime in prop_oneof![Just(10u8), Just(20), Just(30), Just(60)],
        ) {
            let mut line = Line::new(Codec::Pcmu, Codec::Pcma, ptime);
            let (mut now, mut taken) = (0, 0);
            for (wait, sequence, timestamp, kind, length) in packets {
                now += wait;
                line.runs_until(ms(now));
                let header = Header { payload_type: 0, marker: false, sequence, timestamp, ssrc: 7 };
                match kind {
                    0 => line.converter.noise(ms(now), &header, length as u8),
                    1 => {
                        line.converter.other(ms(now), &header);
                        taken += usize::from(line.converter.event(&header).is_some());
                    }
                    _ => line.converter.audio(ms(now), &header, Codec::Pcmu, &vec![7; length]),
                }
            }
            let spans: u64 = line.numbers.iter().map(|(_, n)| u64::from(n.span)).sum();
            prop_assert!(spans <= (now + 100) * 8);
            let last = line.numbers.last().map_or(0, |(_, n)| usize::from(n.sequence) + 1);
            prop_assert!(last <= line.numbers.len() + taken && line.numbers.len() <= last);
            for pair in line.numbers.windows(2) {
                prop_assert!(pair[1].1.sequence > pair[0].1.sequence && pair[1].1.timestamp >= pair[0].1.timestamp + pair[0].1.span);
            }
        }
    }
}
