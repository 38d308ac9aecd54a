//! The only place that reads the clocks. Everything else is handed a [`Now`].

use cti_types::{Now, Tick, Utc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The clocks of this process; ticks count from when it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    #[allow(clippy::disallowed_methods, reason = "the shell's clock")]
    pub fn start() -> Clock {
        Clock { started: Instant::now() }
    }

    pub fn tick(&self) -> Tick {
        // One second ahead, so that "a minute ago" is a tick even right after the start.
        Tick(self.started.elapsed().as_micros() as u64) + Duration::from_secs(1)
    }

    #[allow(clippy::disallowed_methods, reason = "the shell's clock")]
    pub fn utc(&self) -> Utc {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Utc(since.as_micros() as i64)
    }

    pub fn now(&self) -> Now {
        Now { tick: self.tick(), utc: self.utc() }
    }

    /// The instant a tick names, for a runtime's timer.
    pub fn instant(&self, tick: Tick) -> Instant {
        self.started + tick.since(Tick(0)).saturating_sub(Duration::from_secs(1))
    }
}
