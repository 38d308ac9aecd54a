//! Digits: RFC 4733 telephone-events in and out, and one press that arrives two ways. It sends and reads no packets.

use crate::{SAMPLE_RATE, samples_of_ms};
use cti_types::Tick;
use std::collections::VecDeque;
use std::time::Duration;

const DIGITS: &[u8; 16] = b"0123456789*#ABCD";

/// Silence after which an event whose end packets were all lost is taken as over. Senders repeat at most every 50 ms
/// (RFC 4733 2.5.1.2), so this is three lost in a row and some jitter.
const END_LOST_AFTER: Duration = Duration::from_millis(200);

/// How many finished events are remembered to recognise their late packets. Sixteen span 2 s of the fastest dialling.
const FINISHED_MAX: usize = 16;

/// The digit of an RFC 4733 event code (table 3: 0–15); `None` for flash and other events.
pub fn digit_of(event: u8) -> Option<char> {
    DIGITS.get(usize::from(event)).map(|digit| char::from(*digit))
}

/// The RFC 4733 event code of a digit; small letters count as A–D.
pub fn event_of(digit: char) -> Option<u8> {
    let wanted = u8::try_from(digit.to_ascii_uppercase()).ok()?;
    DIGITS.iter().position(|known| *known == wanted).map(|index| index as u8)
}

/// An RFC 4733 2.3 payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPayload {
    pub event: u8,
    pub end: bool,
    /// 0–63, in −dBm0.
    pub volume: u8,
    /// Ticks of the event's clock since it began.
    pub duration: u16,
}

impl EventPayload {
    /// Reads the first event of a payload; `None` when it is shorter than four bytes.
    pub fn parse(payload: &[u8]) -> Option<EventPayload> {
        let [event, flags, high, low] = *payload.first_chunk()?;
        Some(EventPayload { event, end: flags & 0x80 != 0, volume: flags & 0x3F, duration: u16::from_be_bytes([high, low]) })
    }

    pub fn bytes(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.event, u8::from(self.end) << 7 | (self.volume & 0x3F), high, low]
    }
}

/// A digit that was pressed and let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit {
    pub digit: char,
    pub duration_ms: u32,
}

#[derive(Clone, Copy, Debug)]
struct Pressed {
    event: u8,
    timestamp: u32,
    /// Samples of earlier segments of a press longer than 65,535 samples (RFC 4733 2.5.1.3).
    before: u32,
    duration: u16,
    last: Tick,
}

impl Pressed {
    fn digit(&self, clock: u32) -> Option<Digit> {
        let ticks = self.before.saturating_add(u32::from(self.duration));
        digit_of(self.event).map(|digit| Digit { digit, duration_ms: ticks / (clock / 1000) })
    }
}

/// Turns event packets into digits: one for each event timestamp, however often its packets come and whichever are lost.
#[derive(Clone, Debug)]
pub struct EventReceiver {
    /// Ticks a second of the durations.
    clock: u32,
    pressed: Option<Pressed>,
    /// Timestamps of reported events, oldest first, at most [`FINISHED_MAX`] (the oldest is forgotten).
    finished: VecDeque<u32>,
}

impl Default for EventReceiver {
    fn default() -> EventReceiver {
        EventReceiver { clock: SAMPLE_RATE, pressed: None, finished: VecDeque::new() }
    }
}

impl EventReceiver {
    /// For telephone-event/8000 until told otherwise.
    pub fn new() -> EventReceiver {
        EventReceiver::default()
    }

    /// The events that follow have this clock: 8000, or 48000 beside Opus.
    pub fn set_clock(&mut self, clock: u32) {
        self.clock = clock.max(1000);
    }

    /// One event packet. Up to two digits are over by it: one whose end was lost, and its own.
    pub fn receive(&mut self, now: Tick, timestamp: u32, payload: EventPayload, mut report: impl FnMut(Digit)) {
        if self.finished.contains(&timestamp) {
            return;
        }
        match &mut self.pressed {
            Some(pressed) if pressed.timestamp == timestamp => {
                // Reordered packets must not shorten the press.
                pressed.duration = pressed.duration.max(payload.duration);
                pressed.last = now;
            }
            // RFC 4733 2.5.1.3: a long press goes on in a new segment that begins where the full one ended.
            Some(pressed) if pressed.event == payload.event && timestamp == pressed.timestamp.wrapping_add(0xFFFF) => {
                pressed.before = pressed.before.saturating_add(0xFFFF);
                pressed.timestamp = timestamp;
                pressed.duration = payload.duration;
                pressed.last = now;
            }
            Some(_) | None => {
                self.finish(&mut report);
                let EventPayload { event, duration, end: _, volume: _ } = payload;
                self.pressed = Some(Pressed { event, timestamp, before: 0, duration, last: now });
            }
        }
        if payload.end {
            self.finish(&mut report);
        }
    }

    /// When [`EventReceiver::expire`] has something to say, if no packet comes before.
    pub fn deadline(&self) -> Option<Tick> {
        self.pressed.map(|pressed| pressed.last + END_LOST_AFTER)
    }

    /// The digit whose end packets were all lost, once its time is up.
    pub fn expire(&mut self, now: Tick, mut report: impl FnMut(Digit)) {
        if self.deadline().is_some_and(|at| at <= now) {
            self.finish(&mut report);
        }
    }

    /// The stream starts anew (other source or SSRC): a press under way is over, old timestamps mean nothing.
    pub fn reset(&mut self, mut report: impl FnMut(Digit)) {
        self.finish(&mut report);
        self.finished.clear();
    }

    fn finish(&mut self, report: &mut impl FnMut(Digit)) {
        let Some(pressed) = self.pressed.take() else { return };
        if self.finished.len() == FINISHED_MAX {
            self.finished.pop_front();
        }
        self.finished.push_back(pressed.timestamp);
        if let Some(digit) = pressed.digit(self.clock) {
            report(digit);
        }
    }
}

const STEP_MS: u32 = 20;
const PRESS_STEPS: u32 = 100 / STEP_MS;
const GAP_STEPS: u32 = 60 / STEP_MS;
/// RFC 4733 2.5.1.4: the end is sent three times, so two of them may be lost.
const END_PACKETS: u32 = 3;
/// Common level of a key in −dBm0.
const VOLUME: u8 = 10;
/// Digits waiting to be sent on one leg; more are refused (at 160 ms each this is 10 s of dialling).
pub const DIGITS_QUEUED_MAX: usize = 64;

/// Time between two packets of a [`DigitSender`].
pub const DIGIT_STEP: Duration = Duration::from_millis(STEP_MS as u64);

/// What one digit takes to be sent, its pause included.
pub const DIGIT_TIME: Duration = Duration::from_millis((STEP_MS * (PRESS_STEPS + GAP_STEPS)) as u64);

/// Why digits were not taken for sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigitError {
    #[error("only 0-9, *, # and A-D can be sent")]
    NotADigit,
    #[error("more than {DIGITS_QUEUED_MAX} digits are waiting to be sent")]
    Full,
}

/// Says from afar, without asking, whether a [`DigitSender`] still takes digits: for whoever must answer before the sender has heard
/// of them. It never says yes where the sender would say no, as long as both hear of the digits in the same order.
#[derive(Clone, Copy, Debug, Default)]
pub struct DigitPace {
    /// When all that was taken will have been sent.
    sent_at: Tick,
}

impl DigitPace {
    /// Takes so many digits now, or none of them.
    ///
    /// # Errors
    /// `Full` when more than [`DIGITS_QUEUED_MAX`] would wait.
    pub fn take(&mut self, now: Tick, count: usize) -> Result<(), DigitError> {
        let from = self.sent_at.max(now);
        let waiting = from.since(now).as_micros().div_ceil(DIGIT_TIME.as_micros()) as usize;
        if waiting.saturating_add(count) > DIGITS_QUEUED_MAX {
            return Err(DigitError::Full);
        }
        self.sent_at = from + DIGIT_TIME * count as u32;
        Ok(())
    }
}

/// What to send in one 20 ms step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigitPacket {
    pub payload: EventPayload,
    /// First packet of a digit.
    pub marker: bool,
    /// Samples from the start of the first digit of the run to the start of this one.
    pub timestamp: u32,
}

/// Sends digits as events: 100 ms pressed, then 60 ms pause in which the end is repeated.
///
/// Call [`DigitSender::step`] every 20 ms while [`DigitSender::active`].
#[derive(Clone, Debug, Default)]
pub struct DigitSender {
    waiting: VecDeque<u8>,
    /// The event being sent and the steps done of it.
    current: Option<(u8, u32)>,
    /// Where the current digit starts, in samples since the run began.
    timestamp: u32,
}

impl DigitSender {
    pub fn new() -> DigitSender {
        DigitSender::default()
    }

    /// Appends digits; all of them or none.
    pub fn queue(&mut self, digits: &str) -> Result<(), DigitError> {
        let events: Vec<u8> =
            digits.chars().take(DIGITS_QUEUED_MAX + 1).map(event_of).collect::<Option<_>>().ok_or(DigitError::NotADigit)?;
        if self.waiting.len() + events.len() > DIGITS_QUEUED_MAX {
            return Err(DigitError::Full);
        }
        self.waiting.extend(events);
        Ok(())
    }

    /// Something is being sent or waits.
    pub fn active(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = DigitSender::default();
    }

    /// The packet of the next 20 ms, or `None` when nothing is left.
    pub fn step(&mut self) -> Option<DigitPacket> {
        let (event, done) = match self.current {
            Some((_, done)) if done == PRESS_STEPS + GAP_STEPS => {
                self.timestamp = self.timestamp.wrapping_add(samples_of_ms(done * STEP_MS));
                (self.next_event()?, 0)
            }
            Some(current) => current,
            None => {
                self.timestamp = 0;
                (self.next_event()?, 0)
            }
        };
        self.current = Some((event, done + 1));
        let end = done >= PRESS_STEPS;
        // The ends fill the pause exactly; were there fewer, the rest of the pause would have to be silent steps.
        const { assert!(END_PACKETS == GAP_STEPS) };
        let duration = samples_of_ms((done + 1).min(PRESS_STEPS) * STEP_MS) as u16;
        Some(DigitPacket { payload: EventPayload { event, end, volume: VOLUME, duration }, marker: done == 0, timestamp: self.timestamp })
    }

    fn next_event(&mut self) -> Option<u8> {
        self.current = None;
        self.waiting.pop_front()
    }
}

/// How a digit reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// RFC 4733 in the audio stream.
    Rtp,
    /// A SIP INFO request.
    Info,
}

/// The longest time between the two reports of one press.
const MERGE_WITHIN: Duration = Duration::from_millis(500);
/// Reports that may still find their twin; the oldest is forgotten (and would then count twice), far above what fits in 500 ms.
const UNMATCHED_MAX: usize = 64;

/// Counts one press once though a phone reports it by RFC 4733 *and* SIP INFO.
///
/// A digit by the other way within 500 ms of one still without its twin is that twin. The same way twice is two presses.
#[derive(Clone, Debug, Default)]
pub struct DigitMerge {
    unmatched: VecDeque<(Tick, Way, char)>,
}

impl DigitMerge {
    pub fn new() -> DigitMerge {
        DigitMerge::default()
    }

    /// True when this report is a press of its own, false when it is the second report of one already counted.
    pub fn accept(&mut self, now: Tick, way: Way, digit: char) -> bool {
        self.unmatched.retain(|(at, _, _)| now.since(*at) <= MERGE_WITHIN);
        if let Some(twin) = self.unmatched.iter().position(|(_, other, same)| *other != way && *same == digit) {
            self.unmatched.remove(twin);
            return false;
        }
        if self.unmatched.len() == UNMATCHED_MAX {
            self.unmatched.pop_front();
        }
        self.unmatched.push_back((now, way, digit));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(ms: u64) -> Tick {
        Tick(ms * 1000)
    }

    fn payload(digit: char, duration: u16, end: bool) -> EventPayload {
        EventPayload { event: event_of(digit).unwrap(), end, volume: 10, duration }
    }

    fn receive(receiver: &mut EventReceiver, at: u64, timestamp: u32, digit: char, duration: u16, end: bool) -> Vec<(char, u32)> {
        let mut digits = Vec::new();
        receiver.receive(ms(at), timestamp, payload(digit, duration, end), |d| digits.push((d.digit, d.duration_ms)));
        digits
    }

    #[test]
    fn all_sixteen_digits_have_a_code_and_nothing_else() {
        for (code, digit) in "0123456789*#ABCD".chars().enumerate() {
            assert_eq!((event_of(digit), digit_of(code as u8)), (Some(code as u8), Some(digit)));
        }
        assert_eq!((event_of('d'), event_of('E'), event_of('x'), event_of('é'), digit_of(16)), (Some(15), None, None, None, None));
    }

    #[test]
    fn payload_bytes_read_back() {
        let sent = EventPayload { event: 11, end: true, volume: 63, duration: 0xABCD };
        assert_eq!(sent.bytes(), [11, 0xBF, 0xAB, 0xCD]);
        assert_eq!(EventPayload::parse(&sent.bytes()), Some(sent));
        assert_eq!(EventPayload::parse(&[1, 2, 3]), None);
    }

    #[test]
    fn three_end_packets_are_one_digit() {
        let mut receiver = EventReceiver::new();
        assert_eq!(receive(&mut receiver, 0, 1000, '5', 160, false), []);
        assert_eq!(receive(&mut receiver, 80, 1000, '5', 800, true), [('5', 100)]);
        assert_eq!(receive(&mut receiver, 81, 1000, '5', 800, true), []);
        assert_eq!(receive(&mut receiver, 82, 1000, '5', 800, true), []);
        assert_eq!(receiver.deadline(), None);
    }

    #[test]
    fn a_lost_end_is_reported_with_the_next_event() {
        let mut receiver = EventReceiver::new();
        receive(&mut receiver, 0, 1000, '1', 640, false);
        assert_eq!(receive(&mut receiver, 150, 2200, '2', 160, false), [('1', 80)]);
        assert_eq!(receive(&mut receiver, 200, 3400, '3', 160, true), [('2', 20), ('3', 20)]);
    }

    #[test]
    fn a_lost_end_is_reported_after_a_time_and_late_packets_add_nothing() {
        let mut receiver = EventReceiver::new();
        receive(&mut receiver, 0, 1000, '1', 640, false);
        let mut digits = Vec::new();
        receiver.expire(ms(199), |d| digits.push(d.digit));
        assert!(digits.is_empty());
        receiver.expire(receiver.deadline().unwrap(), |d| digits.push(d.digit));
        assert_eq!(digits, ['1']);
        assert_eq!(receive(&mut receiver, 250, 1000, '1', 1200, true), []);
    }

    #[test]
    fn late_packets_of_an_older_event_do_not_end_the_newer() {
        let mut receiver = EventReceiver::new();
        assert_eq!(receive(&mut receiver, 0, 1000, '1', 800, true), [('1', 100)]);
        assert_eq!(receive(&mut receiver, 100, 2200, '2', 160, false), []);
        assert_eq!(receive(&mut receiver, 101, 1000, '1', 800, true), []);
        assert_eq!(receive(&mut receiver, 180, 2200, '2', 800, true), [('2', 100)]);
    }

    #[test]
    fn a_press_longer_than_the_field_is_one_digit() {
        let mut receiver = EventReceiver::new();
        receive(&mut receiver, 0, 1000, '1', 0xFFFF, false);
        assert_eq!(receive(&mut receiver, 20, 1000 + 0xFFFF, '1', 161, true), [('1', (0xFFFF + 161) / 8)]);
    }

    #[test]
    fn a_stream_that_starts_anew_may_reuse_a_timestamp() {
        let mut receiver = EventReceiver::new();
        receive(&mut receiver, 0, 1000, '1', 800, true);
        receiver.reset(|_| panic!("nothing was pressed"));
        assert_eq!(receive(&mut receiver, 300, 1000, '1', 800, true), [('1', 100)]);
    }

    #[test]
    fn a_sent_digit_lasts_100_ms_and_ends_three_times() {
        let mut sender = DigitSender::new();
        sender.queue("1#").unwrap();
        let packets: Vec<_> = std::iter::from_fn(|| sender.step()).collect();
        assert_eq!(packets.len(), 16);
        assert_eq!(packets.iter().map(|p| p.payload.duration / 8).take(8).collect::<Vec<_>>(), [20, 40, 60, 80, 100, 100, 100, 100]);
        assert_eq!(
            packets.iter().map(|p| p.payload.end).take(8).collect::<Vec<_>>(),
            [false, false, false, false, false, true, true, true]
        );
        assert_eq!(packets.iter().filter(|p| p.marker).count(), 2);
        assert_eq!((packets[0].timestamp, packets[7].timestamp, packets[8].timestamp), (0, 0, 160 * 8));
        assert!(!sender.active());
    }

    #[test]
    fn wrong_or_too_many_digits_are_refused_whole() {
        let mut sender = DigitSender::new();
        assert_eq!(sender.queue("12x"), Err(DigitError::NotADigit));
        assert_eq!(sender.queue(&"1".repeat(65)), Err(DigitError::Full));
        assert!(!sender.active());
        assert_eq!(sender.queue(&"1".repeat(64)), Ok(()));
        assert_eq!(sender.queue("2"), Err(DigitError::Full));
    }

    #[test]
    fn the_pace_refuses_what_would_wait_too_long_and_takes_it_when_its_turn_has_come() {
        let mut pace = DigitPace::default();
        assert_eq!([pace.take(ms(0), 32), pace.take(ms(0), 32), pace.take(ms(0), 1)], [Ok(()), Ok(()), Err(DigitError::Full)]);
        assert_eq!(
            [pace.take(ms(159), 1), pace.take(ms(160), 1), pace.take(ms(160), 1)],
            [Err(DigitError::Full), Ok(()), Err(DigitError::Full)]
        );
        assert_eq!(pace.take(ms(60_000), DIGITS_QUEUED_MAX), Ok(()));
    }

    #[test]
    fn the_other_way_within_half_a_second_is_the_same_press() {
        let rows: [(&str, &[(u64, Way, char)], usize); 7] = [
            ("rtp then info", &[(0, Way::Rtp, '1'), (400, Way::Info, '1')], 1),
            ("info then rtp", &[(0, Way::Info, '1'), (500, Way::Rtp, '1')], 1),
            ("too late", &[(0, Way::Info, '1'), (501, Way::Rtp, '1')], 2),
            ("same way twice", &[(0, Way::Rtp, '1'), (100, Way::Rtp, '1')], 2),
            ("another digit", &[(0, Way::Rtp, '1'), (100, Way::Info, '2')], 2),
            ("two presses both ways", &[(0, Way::Rtp, '1'), (10, Way::Rtp, '1'), (20, Way::Info, '1'), (30, Way::Info, '1')], 2),
            ("a twin is used once", &[(0, Way::Rtp, '1'), (10, Way::Info, '1'), (20, Way::Info, '1')], 2),
        ];
        for (name, reports, wanted) in rows {
            let mut merge = DigitMerge::new();
            let presses = reports.iter().filter(|(at, way, digit)| merge.accept(ms(*at), *way, *digit)).count();
            assert_eq!(presses, wanted, "{name}");
        }
    }

    proptest! {
        /// The sender hears of the digits up to 100 ms late and takes a step every 20 ms.
        #[test]
        fn the_pace_takes_no_more_digits_than_the_sender(asks in proptest::collection::vec((0u64..6_000, 1usize..33, 0u64..100), 1..40)) {
            let (mut pace, mut sender) = (DigitPace::default(), DigitSender::new());
            let (mut asked_at, mut heard_at, mut stepped) = (0, 0, 0);
            for (pause, count, late) in asks {
                asked_at += pause;
                let taken = pace.take(ms(asked_at), count);
                heard_at = (asked_at + late).max(heard_at);
                while stepped < heard_at {
                    stepped += u64::from(STEP_MS);
                    sender.step();
                }
                if taken.is_ok() {
                    prop_assert_eq!(sender.queue(&"5".repeat(count)), Ok(()));
                }
            }
        }

        /// Whatever is lost, repeated or swapped, each event that left a trace is one digit and no digit comes from nowhere.
        #[test]
        fn each_event_is_one_digit(digits in "[0-9*#A-D]{1,12}", fate in proptest::collection::vec(0u8..4, 96)) {
            let mut sender = DigitSender::new();
            sender.queue(&digits).unwrap();
            let mut packets: Vec<_> = std::iter::from_fn(|| sender.step()).enumerate().collect();
            let mut seen = vec![false; digits.len()];
            let mut arrived = Vec::new();
            packets.drain(..).zip(&fate).for_each(|((index, packet), fate)| {
                seen[index / 8] |= *fate != 0;
                arrived.extend(std::iter::repeat_n((index, packet), usize::from(*fate)));
            });
            for pair in arrived.chunks_mut(2) {
                if pair.len() == 2 && pair[0].0 / 8 == pair[1].0 / 8 {
                    pair.swap(0, 1);
                }
            }
            let (mut receiver, mut got) = (EventReceiver::new(), String::new());
            for (index, packet) in arrived {
                receiver.receive(ms(index as u64 * 20), packet.timestamp, packet.payload, |d| got.push(d.digit));
            }
            receiver.reset(|d| got.push(d.digit));
            let wanted: String = digits.chars().zip(&seen).filter(|(_, seen)| **seen).map(|(digit, _)| digit).collect();
            prop_assert_eq!(got, wanted);
        }
    }
}
