//! Time as an argument. Rooms hold and compare [`Tick`]s; [`Utc`] is only what a person or the log reads.

use serde::{Deserialize, Serialize};
use std::ops::Add;
use std::time::Duration;

/// Microseconds on the monotonic clock of this process. Never compared across processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub u64);

impl Tick {
    /// The time from `earlier` to `self`; zero when `earlier` is later.
    pub fn since(self, earlier: Tick) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
    /// `self` moved back by `by`, not below zero.
    pub fn back(self, by: Duration) -> Tick {
        Tick(self.0.saturating_sub(by.as_micros() as u64))
    }
}

impl Add<Duration> for Tick {
    type Output = Tick;
    fn add(self, by: Duration) -> Tick {
        Tick(self.0.saturating_add(by.as_micros() as u64))
    }
}

/// Microseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Utc(pub i64);

impl Utc {
    /// Whole milliseconds since the Unix epoch.
    pub fn ms(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// The moment an input is handled: both clocks read once, together, by the shell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    pub tick: Tick,
    pub utc: Utc,
}

/// A fixed pairing of the two clocks. Whoever keeps the anchor it began with is not bent by a stepping system clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    pub tick: Tick,
    pub utc: Utc,
}

impl Anchor {
    /// The wall-clock time of `tick` as this anchor sees it.
    pub fn utc(self, tick: Tick) -> Utc {
        Utc(self.utc.0 + (tick.0 as i64 - self.tick.0 as i64))
    }
}

impl From<Now> for Anchor {
    fn from(now: Now) -> Anchor {
        Anchor { tick: now.tick, utc: now.utc }
    }
}
