//! What the engine counts for the metrics: plain numbers in each thread, published once a wake.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};

/// Totals over all threads since the start (`legs` is the number open now).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineCounters {
    /// Accepted RTP packets.
    pub packets_in: u64,
    /// RTP packets handed to the kernel.
    pub packets_out: u64,
    /// From a source that is not the locked one, or no RTP we agreed on.
    pub foreign: u64,
    /// Of these, encrypted ones without a right tag, or replayed.
    pub unauthentic: u64,
    /// Packets that could not be sent or read, came too late to be passed on, or came while none were to be received.
    pub dropped: u64,
    /// Frames the recordings could not take.
    pub tap_dropped: u64,
    pub legs: u64,
}

impl AddAssign for EngineCounters {
    fn add_assign(&mut self, other: EngineCounters) {
        self.packets_in += other.packets_in;
        self.packets_out += other.packets_out;
        self.foreign += other.foreign;
        self.unauthentic += other.unauthentic;
        self.dropped += other.dropped;
        self.tap_dropped += other.tap_dropped;
        self.legs += other.legs;
    }
}

/// One thread's counters as others read them.
#[derive(Debug, Default)]
pub(crate) struct Published([AtomicU64; 7]);

impl Published {
    pub(crate) fn store(&self, counters: &EngineCounters) {
        let EngineCounters { packets_in, packets_out, foreign, unauthentic, dropped, tap_dropped, legs } = *counters;
        for (slot, value) in self.0.iter().zip([packets_in, packets_out, foreign, unauthentic, dropped, tap_dropped, legs]) {
            slot.store(value, Ordering::Relaxed);
        }
    }

    pub(crate) fn load(&self) -> EngineCounters {
        let [packets_in, packets_out, foreign, unauthentic, dropped, tap_dropped, legs] =
            [0, 1, 2, 3, 4, 5, 6].map(|index: usize| self.0[index].load(Ordering::Relaxed));
        EngineCounters { packets_in, packets_out, foreign, unauthentic, dropped, tap_dropped, legs }
    }
}
