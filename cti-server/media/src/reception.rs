//! What is known of one received RTP stream: sequence validity, loss and jitter (RFC 3550 A.1, A.3, A.8). It decides nothing.

use crate::rtcp::ReportBlock;
use crate::{SAMPLE_RATE, ticks_of};
use cti_types::Tick;

/// RFC 3550 A.1: a forward jump of this many packets or more is a restart, not loss.
const DROPOUT_MAX: u16 = 3000;
/// RFC 3550 A.1: a packet this far behind is late, not a restart.
const MISORDER_MAX: u16 = 100;

/// Running figures of the stream of one leg, over every source it had.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    current: Option<Current>,
    /// Totals of sources that ended.
    received_before: u64,
    lost_before: u64,
    /// The last jitter measured, kept when a source ends, in ms.
    jitter_ms: f32,
}

#[derive(Clone, Debug)]
struct Current {
    ssrc: u32,
    /// Extended by the wrap count in the upper bits.
    base: u64,
    highest: u64,
    received: u64,
    /// A jump that becomes a restart if the packet after it follows on.
    restart: Option<u16>,
    /// RFC 3550 A.8, in ticks of the clock.
    jitter: f32,
    clock: u32,
    transit: Option<i32>,
    expected_reported: u64,
    received_reported: u64,
}

impl Current {
    fn new(ssrc: u32, sequence: u16) -> Current {
        // Bit 16 set: a packet that arrives before the first one still has a positive extended number.
        let base = (1 << 16) | u64::from(sequence);
        Current {
            ssrc,
            base,
            highest: base,
            received: 1,
            restart: None,
            jitter: 0.0,
            clock: SAMPLE_RATE,
            transit: None,
            expected_reported: 0,
            received_reported: 0,
        }
    }
    fn jitter_ms(&self) -> f32 {
        self.jitter * 1000.0 / self.clock as f32
    }
    fn expected(&self) -> u64 {
        self.highest - self.base + 1
    }
    fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }
}

impl Reception {
    pub fn new() -> Reception {
        Reception::default()
    }

    /// Counts an accepted packet. `timestamp`, with the clock it is of, is `Some` for audio; events repeat theirs and say
    /// nothing about jitter.
    pub fn packet(&mut self, arrival: Tick, ssrc: u32, sequence: u16, timestamp: Option<(u32, u32)>) {
        match &mut self.current {
            Some(current) if current.ssrc == ssrc => {
                if count(current, sequence) {
                    if let Some((timestamp, clock)) = timestamp {
                        measure(current, arrival, timestamp, clock);
                    }
                } else if current.restart.is_none() {
                    // Two in a row after a jump: the sender began anew (A.1).
                    self.begin(ssrc, sequence);
                }
            }
            Some(_) | None => self.begin(ssrc, sequence),
        }
    }

    /// Packets received, in total.
    pub fn received(&self) -> u64 {
        self.received_before + self.current.as_ref().map_or(0, |current| current.received)
    }

    /// Packets missing by sequence number, in total (duplicates can hide some, as in RFC 3550 A.3).
    pub fn lost(&self) -> u64 {
        self.lost_before + self.current.as_ref().map_or(0, Current::lost)
    }

    /// Interarrival jitter in ms (RFC 3550 6.4.1).
    pub fn jitter_ms(&self) -> f32 {
        self.current.as_ref().map_or(self.jitter_ms, Current::jitter_ms)
    }

    /// The block of the next report, with the loss since the one before. `last_sr` is the middle of the NTP time of the last
    /// sender report and when it came. `None` before the first packet.
    pub fn report(&mut self, now: Tick, last_sr: Option<(u32, Tick)>) -> Option<ReportBlock> {
        let current = self.current.as_mut()?;
        let expected = current.expected() - current.expected_reported;
        let received = current.received.saturating_sub(current.received_reported);
        current.expected_reported = current.expected();
        current.received_reported = current.received;
        let lost = expected.saturating_sub(received);
        let fraction = (lost * 256).checked_div(expected).unwrap_or(0).min(255) as u8;
        let (last_sr, delay) = last_sr.map_or((0, 0), |(ntp, at)| (ntp, crate::rtcp::short_ntp(now.since(at))));
        Some(ReportBlock {
            ssrc: current.ssrc,
            fraction_lost: fraction,
            // 24 bits signed on the wire; we never report a negative count.
            cumulative_lost: current.lost().min(0x7F_FFFF) as u32,
            highest_sequence: (current.highest - (1 << 16)) as u32,
            jitter: current.jitter as u32,
            last_sr,
            delay_since_sr: delay,
        })
    }

    fn begin(&mut self, ssrc: u32, sequence: u16) {
        if let Some(old) = self.current.replace(Current::new(ssrc, sequence)) {
            self.received_before += old.received;
            self.lost_before += old.lost();
            self.jitter_ms = old.jitter_ms();
        }
    }
}

/// True when the packet belongs to the running numbering; false on a jump, with `restart` cleared if it is the second.
fn count(current: &mut Current, sequence: u16) -> bool {
    let ahead = sequence.wrapping_sub(current.highest as u16);
    if ahead < DROPOUT_MAX {
        current.highest += u64::from(ahead);
    } else if ahead <= u16::MAX - MISORDER_MAX {
        if current.restart == Some(sequence) {
            current.restart = None;
        } else {
            current.restart = Some(sequence.wrapping_add(1));
        }
        return false;
    }
    current.received += 1;
    current.restart = None;
    true
}

fn measure(current: &mut Current, arrival: Tick, timestamp: u32, clock: u32) {
    if current.clock != clock {
        // A codec with another clock: what was measured in the old one's ticks is put into the new one's.
        current.jitter = current.jitter / current.clock as f32 * clock as f32;
        (current.clock, current.transit) = (clock, None);
    }
    let arrived = ticks_of(arrival.since(Tick(0)), clock);
    let transit = arrived.wrapping_sub(timestamp) as i32;
    if let Some(before) = current.transit.replace(transit) {
        let difference = transit.wrapping_sub(before).unsigned_abs() as f32;
        // A jump of a second is a restarted timestamp, not jitter.
        if difference < clock as f32 {
            current.jitter += (difference - current.jitter) / 16.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn feed(sequences: &[u16]) -> Reception {
        let mut reception = Reception::new();
        for (index, sequence) in sequences.iter().enumerate() {
            reception.packet(Tick(index as u64 * 20_000), 1, *sequence, Some((index as u32 * 160, 8000)));
        }
        reception
    }

    #[test]
    fn loss_counts_gaps_across_the_wrap() {
        let reception = feed(&[65533, 65534, 1, 2, 5]);
        assert_eq!((reception.received(), reception.lost()), (5, 4));
    }

    #[test]
    fn a_late_packet_is_no_loss() {
        assert_eq!(feed(&[10, 12, 11, 13]).lost(), 0);
        assert_eq!(feed(&[10, 9, 8, 11]).lost(), 0);
    }

    #[test]
    fn one_wild_sequence_number_is_ignored_but_two_in_a_row_are_a_restart() {
        let reception = feed(&[10, 11, 40000, 12, 13]);
        assert_eq!((reception.received(), reception.lost()), (4, 0));
        let reception = feed(&[10, 11, 40000, 40001, 40002]);
        assert_eq!((reception.received(), reception.lost()), (4, 0));
    }

    #[test]
    fn another_ssrc_keeps_the_totals() {
        let mut reception = feed(&[1, 2, 4]);
        reception.packet(Tick(0), 2, 900, Some((0, 8000)));
        reception.packet(Tick(0), 2, 902, Some((0, 8000)));
        assert_eq!((reception.received(), reception.lost()), (5, 2));
    }

    #[test]
    fn steady_arrival_has_no_jitter_and_alternating_delay_has() {
        assert!(feed(&(0..500).collect::<Vec<_>>()).jitter_ms() < f32::EPSILON);
        let mut reception = Reception::new();
        for n in 0..500u32 {
            let late = if n % 2 == 0 { 0 } else { 8_000 };
            reception.packet(Tick(u64::from(n) * 20_000 + late), 1, n as u16, Some((n * 160, 8000)));
        }
        assert!((reception.jitter_ms() - 8.0).abs() < 0.1, "{}", reception.jitter_ms());
    }

    #[test]
    fn a_report_tells_the_loss_since_the_one_before() {
        let mut reception = feed(&[1, 2, 3, 5]);
        let block = reception.report(Tick(3_000_000), Some((77, Tick(1_000_000)))).unwrap();
        assert_eq!((block.fraction_lost, block.cumulative_lost, block.highest_sequence), (51, 1, 5));
        assert_eq!((block.last_sr, block.delay_since_sr), (77, 2 << 16));
        reception.packet(Tick(0), 1, 6, None);
        let block = reception.report(Tick(0), None).unwrap();
        assert_eq!((block.fraction_lost, block.cumulative_lost, block.last_sr), (0, 1, 0));
        assert_eq!(Reception::new().report(Tick(0), None), None);
    }

    proptest! {
        #[test]
        fn totals_never_panic_or_shrink(packets in proptest::collection::vec((0u32..3, any::<u16>(), any::<u32>(), any::<u32>()), 0..300)) {
            let mut reception = Reception::new();
            let mut before = 0;
            for (ssrc, sequence, timestamp, arrival) in packets {
                reception.packet(Tick(u64::from(arrival)), ssrc, sequence, Some((timestamp, 8000)));
                prop_assert!(reception.received() >= before && reception.jitter_ms() >= 0.0);
                before = reception.received();
                reception.report(Tick(u64::from(arrival)), None);
            }
        }
    }
}
