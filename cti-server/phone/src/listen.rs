//! What a leg hears: loss, order, gaps, delay, tones, digits. Fed packet by packet; no socket, no clock of its own.

use crate::g711::Codec;
use crate::rtp::{self, Header};
use crate::tone::{self, SILENCE_DBFS, ToneLevel, WINDOW};
use std::time::Instant;

/// Most keys remembered of one leg; later ones are not noted.
const DIGITS_MAX: usize = 256;
/// Most delays remembered; the newest overwrite the oldest.
const TRANSIT_MAX: usize = 4096;
/// Sequence steps farther than this are a new stream, not a loss.
const JUMP: i16 = 1000;

/// What one leg sent and heard so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaReport {
    /// RTP packets sent, telephone events included.
    pub sent: u64,
    /// RTP packets that arrived, late and double ones included.
    pub received: u64,
    /// Sequence numbers never seen.
    pub lost: u64,
    /// Packets that came after a later one.
    pub late: u64,
    /// Packets that came twice.
    pub doubled: u64,
    /// Longest time between two packets, ms; not across a change of the media's direction; counted anew from `expect_tone`.
    pub gap_ms_max: f64,
    /// Changes of SSRC after the first.
    pub ssrc_changes: u32,
    /// Steps in sequence numbers too far to be loss.
    pub sequence_jumps: u32,
    /// Timestamps that do not follow from the sequence number (unless the marker bit says so).
    pub timestamp_jumps: u32,
    /// Delays in µs read from marked payloads, both ends being in this process (see `Media::marks`); at most 4096.
    pub transit_us: Vec<u32>,
    /// Windows of 200 ms in which the expected tone carried most of the energy.
    pub windows_right: u64,
    /// Windows in which something else did.
    pub windows_wrong: u64,
    /// Windows of silence while a tone was expected.
    pub windows_silent: u64,
    /// Keys heard as telephone events.
    pub digits: String,
    /// Codec of the newest audio packet.
    pub codec: Option<Codec>,
}

/// The ear of one leg.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    report: MediaReport,
    stream: Option<Stream>,
    last_at: Option<Instant>,
    last_event: Option<(u8, u32)>,
    transit_next: usize,
    window: Vec<u8>,
    heard: Vec<u8>,
    expected: Option<u16>,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    ssrc: u32,
    next: u16,
    /// `None` after a telephone event: its sender may repeat or pack it as it likes.
    next_timestamp: Option<u32>,
    /// Bit n: sequence number `next - 1 - n` has come.
    seen: u64,
}

impl Listener {
    /// From now on every full window is held against this tone; `None` stops judging.
    pub(crate) fn expect(&mut self, hz: Option<u16>) {
        self.expected = hz;
        self.report.gap_ms_max = 0.0;
        self.last_at = None;
        self.window.clear();
    }

    /// The direction changed: a gap across the change is no gap.
    pub(crate) fn pause(&mut self) {
        self.last_at = None;
        self.window.clear();
    }

    pub(crate) fn sent(&mut self) {
        self.report.sent += 1;
    }

    pub(crate) fn report(&self) -> MediaReport {
        self.report.clone()
    }

    /// Level of each frequency in the last full window, or `None` before the first one is full.
    pub(crate) fn heard(&self, hz: &[u16]) -> Option<Vec<ToneLevel>> {
        let samples = self.samples()?;
        Some(hz.iter().map(|&hz| tone::measure(&samples, hz)).collect())
    }

    fn samples(&self) -> Option<Vec<i16>> {
        let codec = self.report.codec?;
        (self.heard.len() == WINDOW).then(|| self.heard.iter().map(|&byte| codec.decode(byte)).collect())
    }

    /// Takes one packet; `micros` is the time in the clock the sender's marks use.
    pub(crate) fn packet(&mut self, header: Header, payload: &[u8], event_type: u8, at: Instant, micros: u32) {
        self.report.received += 1;
        if let Some(last) = self.last_at.replace(at) {
            self.report.gap_ms_max = self.report.gap_ms_max.max(at.saturating_duration_since(last).as_secs_f64() * 1000.0);
        }
        if header.payload_type == event_type {
            self.order(header, None);
            self.event(header, payload);
            return;
        }
        let Some(codec) = Codec::from_payload_type(header.payload_type) else { return };
        self.report.codec = Some(codec);
        self.order(header, Some(payload.len() as u32));
        if let Some(sent) = rtp::read_mark(payload) {
            self.transit(micros.wrapping_sub(sent));
        }
        self.audio(codec, payload);
    }

    fn order(&mut self, header: Header, samples: Option<u32>) {
        let fresh = Stream {
            ssrc: header.ssrc,
            next: header.sequence.wrapping_add(1),
            next_timestamp: samples.map(|samples| header.timestamp.wrapping_add(samples)),
            seen: 1,
        };
        let Some(stream) = &mut self.stream else {
            self.stream = Some(fresh);
            return;
        };
        if stream.ssrc != header.ssrc {
            self.report.ssrc_changes += 1;
            *stream = fresh;
            return;
        }
        let ahead = header.sequence.wrapping_sub(stream.next) as i16;
        if ahead.abs() > JUMP {
            self.report.sequence_jumps += 1;
            *stream = fresh;
        } else if ahead >= 0 {
            self.report.lost += ahead as u64;
            stream.seen = stream.seen.checked_shl(ahead as u32 + 1).unwrap_or(0) | 1;
            if let (Some(samples), Some(next)) = (samples, stream.next_timestamp) {
                // A lost packet carries as much as this one.
                let expected = next.wrapping_add(samples.wrapping_mul(ahead as u32));
                if header.timestamp != expected && !header.marker {
                    self.report.timestamp_jumps += 1;
                }
            }
            stream.next_timestamp = fresh.next_timestamp;
            stream.next = fresh.next;
        } else {
            let bit = 1u64.checked_shl((-ahead - 1) as u32).unwrap_or(0);
            if stream.seen & bit != 0 {
                self.report.doubled += 1;
            } else {
                stream.seen |= bit;
                self.report.late += 1;
                self.report.lost = self.report.lost.saturating_sub(1);
            }
        }
    }

    fn event(&mut self, header: Header, payload: &[u8]) {
        let Some((&event, _)) = payload.split_first() else { return };
        // RFC 4733 2.5.1.2: all packets of one event share its timestamp.
        if self.last_event == Some((event, header.timestamp)) {
            return;
        }
        self.last_event = Some((event, header.timestamp));
        if let Some(key) = rtp::key_of(event)
            && self.report.digits.len() < DIGITS_MAX
        {
            self.report.digits.push(key);
        }
    }

    fn transit(&mut self, micros: u32) {
        let kept = &mut self.report.transit_us;
        if kept.len() < TRANSIT_MAX {
            kept.push(micros);
        } else if let Some(oldest) = kept.get_mut(self.transit_next) {
            *oldest = micros;
            self.transit_next = (self.transit_next + 1) % TRANSIT_MAX;
        }
    }

    fn audio(&mut self, codec: Codec, payload: &[u8]) {
        let room = WINDOW.saturating_sub(self.window.len());
        self.window.extend(payload.iter().take(room));
        if self.window.len() < WINDOW {
            return;
        }
        std::mem::swap(&mut self.window, &mut self.heard);
        self.window.clear();
        let Some(hz) = self.expected else { return };
        let mut samples = [0i16; WINDOW];
        for (sample, &byte) in samples.iter_mut().zip(&self.heard) {
            *sample = codec.decode(byte);
        }
        // Half of the energy leaves room for marks, a lost packet and a second, quieter voice.
        if tone::rms_dbfs(&samples) < SILENCE_DBFS {
            self.report.windows_silent += 1;
        } else if tone::measure(&samples, hz).share >= 0.5 {
            self.report.windows_right += 1;
        } else {
            self.report.windows_wrong += 1;
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test needs some instant to count from")]
mod tests {
    use super::*;
    use crate::tone::{Sound, loop_of};
    use std::time::Duration;

    fn feed(order: &[u16]) -> MediaReport {
        let (mut ear, start) = (Listener::default(), Instant::now());
        for (n, &sequence) in order.iter().enumerate() {
            let header = Header { payload_type: 0, marker: false, sequence, timestamp: u32::from(sequence).wrapping_mul(160), ssrc: 1 };
            ear.packet(header, &[0xff; 160], 101, start + Duration::from_millis(20 * n as u64), 0);
        }
        ear.report()
    }

    #[test]
    fn loss_lateness_and_doubles_are_told_apart() {
        for (order, lost, late, doubled) in [
            (&[1, 2, 3][..], 0, 0, 0),
            (&[1, 2, 5, 6], 2, 0, 0),
            (&[1, 3, 2, 4], 0, 1, 0),
            (&[1, 2, 2, 3], 0, 0, 1),
            (&[1, 4, 2, 2, 5], 1, 1, 1),
        ] {
            let report = feed(order);
            assert_eq!((report.lost, report.late, report.doubled), (lost, late, doubled), "{order:?}");
            assert_eq!(report.timestamp_jumps, 0, "{order:?}");
        }
    }

    #[test]
    fn a_far_step_is_a_jump_and_not_a_loss() {
        let report = feed(&[1, 2, 30000, 30001]);
        assert_eq!((report.sequence_jumps, report.lost), (1, 0));
    }

    #[test]
    fn the_longest_gap_is_kept_and_a_pause_is_none() {
        let (mut ear, start) = (Listener::default(), Instant::now());
        let header = |sequence| Header { payload_type: 0, marker: false, sequence, timestamp: 0, ssrc: 1 };
        ear.packet(header(1), &[0xff; 160], 101, start, 0);
        ear.packet(header(2), &[0xff; 160], 101, start + Duration::from_millis(70), 0);
        ear.pause();
        ear.packet(header(3), &[0xff; 160], 101, start + Duration::from_secs(9), 0);
        assert!((ear.report().gap_ms_max - 70.0).abs() < 0.01);
    }

    #[test]
    fn windows_are_judged_against_the_expected_tone() {
        for (hz, expected) in [(500, (5, 0, 0)), (525, (0, 5, 0)), (0, (0, 0, 5))] {
            let sound = if hz == 0 { Sound::Silence } else { Sound::tone(hz) };
            let (mut ear, start) = (Listener::default(), Instant::now());
            ear.expect(Some(500));
            for (n, chunk) in loop_of(Codec::Pcmu, sound).chunks(160).enumerate() {
                let header = Header { payload_type: 0, marker: false, sequence: n as u16, timestamp: n as u32 * 160, ssrc: 1 };
                ear.packet(header, chunk, 101, start, 0);
            }
            let report = ear.report();
            assert_eq!((report.windows_right, report.windows_wrong, report.windows_silent), expected, "{hz}");
        }
    }

    #[test]
    fn an_event_sent_many_times_is_one_key() {
        let (mut ear, start) = (Listener::default(), Instant::now());
        for (sequence, event, timestamp) in [(1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 1, 1600), (5, 11, 3200)] {
            let header = Header { payload_type: 101, marker: false, sequence, timestamp, ssrc: 1 };
            ear.packet(header, &rtp::event_payload(event, false, 160), 101, start, 0);
        }
        assert_eq!(ear.report().digits, "11#");
    }
}
