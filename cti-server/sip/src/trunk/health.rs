//! How a trunk does: answered and lost probes, rests after failed calls, new calls a second, its registration. It sends nothing.

use cti_types::Tick;
use std::time::Duration;

/// What a trunk's probes say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// Never probed, or not since its peer changed: used like one that is up.
    #[default]
    Unknown,
    Up,
    /// Some probes in a row were lost, but fewer than make it down.
    Degraded,
    Down,
}

impl Health {
    /// The word of the API and of metrics.
    pub fn word(self) -> &'static str {
        match self {
            Health::Unknown => "unknown",
            Health::Up => "up",
            Health::Degraded => "degraded",
            Health::Down => "down",
        }
    }
}

/// How a trunk is probed with OPTIONS (RFC 3261 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    pub every: Duration,
    /// So many lost in a row make it down.
    pub fall: u8,
    /// So many answered in a row make it up again.
    pub rise: u8,
}

/// Counts probes in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pulse {
    pub(crate) health: Health,
    lost: u8,
    answered: u8,
}

impl Pulse {
    /// One more probe is over; true when the health changed.
    pub(crate) fn probed(&mut self, probe: Probe, answered: bool) -> bool {
        if answered {
            self.answered = self.answered.saturating_add(1);
            self.lost = 0;
        } else {
            self.lost = self.lost.saturating_add(1);
            self.answered = 0;
        }
        let next = match (self.health, answered) {
            (Health::Down, true) if self.answered < probe.rise.max(1) => Health::Down,
            (_, true) => Health::Up,
            (_, false) if self.lost >= probe.fall.max(1) => Health::Down,
            (Health::Down, false) => Health::Down,
            (Health::Unknown | Health::Up | Health::Degraded, false) => Health::Degraded,
        };
        std::mem::replace(&mut self.health, next) != next
    }
}

/// New calls a second: a token bucket of one second's worth, kept as the time at which it is full again (GCRA, ITU-T I.371).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    full_at: Tick,
}

impl Rate {
    /// Whether one more call fits into `most` a second now.
    pub(crate) fn has_room(&self, now: Tick, most: Option<u32>) -> bool {
        let Some(most) = most else { return true };
        let step = step(most);
        // The bucket holds `most` tokens, and one must be left.
        self.full_at.since(now) + step <= step.saturating_mul(most.max(1))
    }

    /// Takes one token, also below nothing: an emergency call counts, too.
    pub(crate) fn take(&mut self, now: Tick, most: Option<u32>) {
        if let Some(most) = most {
            self.full_at = self.full_at.max(now) + step(most);
        }
    }
}

fn step(most: u32) -> Duration {
    Duration::from_micros(1_000_000 / u64::from(most.max(1)))
}

/// Where our registration with a trunk stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registered {
    /// The trunk wants none.
    #[default]
    NotWanted,
    /// Asked, or about to ask, and not answered yet.
    Asking,
    Yes,
    /// The last answer; it is tried again.
    Refused(u16),
}

impl Registered {
    /// The word of the API and of metrics.
    pub fn word(self) -> &'static str {
        match self {
            Registered::NotWanted => "not_wanted",
            Registered::Asking => "asking",
            Registered::Yes => "yes",
            Registered::Refused(_) => "refused",
        }
    }
}

/// First wait after a failed registration; each further failure doubles it.
const BACK_OFF_MIN: Duration = Duration::from_secs(5);
/// Longest wait between two attempts (RFC 5626 4.5 suggests 30 minutes; a line for calls should be back sooner).
const BACK_OFF_MAX: Duration = Duration::from_secs(300);

/// How long to wait before the next attempt after `failures` in a row: doubling, 50 to 100 % of it by chance (RFC 5626 4.5), so
/// that a thousand clients of a carrier that was away do not all come at once. `lot` is 0–1000.
pub(crate) fn back_off(failures: u32, lot: u64) -> Duration {
    let whole = BACK_OFF_MIN.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(BACK_OFF_MAX);
    let half = whole / 2;
    half + half.saturating_mul(lot.min(1000) as u32) / 1000
}

/// When a registration granted for `granted` is refreshed: well before its end, so that one lost try still leaves time for others.
pub(crate) fn refresh_after(granted: Duration) -> Duration {
    (granted / 2).max(granted.saturating_sub(Duration::from_secs(60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: Probe = Probe { every: Duration::from_secs(10), fall: 3, rise: 2 };

    #[test]
    fn a_trunk_falls_and_rises_by_counts_in_a_row() {
        // `+` an answered probe, `-` a lost one, with the health after it.
        use Health::{Degraded, Down, Up};
        let table: [(&str, &[Health]); 4] = [
            ("+-+", &[Up, Degraded, Up]),
            ("---+-++", &[Degraded, Degraded, Down, Down, Down, Down, Up]),
            ("--+--+---", &[Degraded, Degraded, Up, Degraded, Degraded, Up, Degraded, Degraded, Down]),
            ("+", &[Up]),
        ];
        for (probes, wanted) in table {
            let mut pulse = Pulse::default();
            let seen: Vec<Health> = probes
                .chars()
                .map(|c| {
                    pulse.probed(PROBE, c == '+');
                    pulse.health
                })
                .collect();
            assert_eq!(seen, wanted, "{probes}");
        }
    }

    #[test]
    fn a_second_never_starts_more_calls_than_its_rate_and_one_burst() {
        let mut rate = Rate::default();
        let mut started = Vec::new();
        for ms in 0..3000u64 {
            let now = Tick(ms * 1000);
            if rate.has_room(now, Some(10)) {
                rate.take(now, Some(10));
                started.push(ms);
            }
        }
        assert_eq!(started.iter().filter(|ms| **ms < 1000).count(), 10 + 9, "a burst of ten, then one each 100 ms");
        assert_eq!(started.iter().filter(|ms| (1000..2000).contains(*ms)).count(), 10);
        assert!(rate.has_room(Tick(9_000_000), None));
    }

    #[test]
    fn waiting_after_failures_doubles_to_a_ceiling_and_is_spread() {
        assert_eq!(back_off(1, 1000), Duration::from_secs(5));
        assert_eq!(back_off(1, 0), Duration::from_millis(2500));
        assert_eq!(back_off(3, 1000), Duration::from_secs(20));
        assert_eq!(back_off(40, 1000), Duration::from_secs(300));
        assert_eq!(refresh_after(Duration::from_secs(3600)), Duration::from_secs(3540));
        assert_eq!(refresh_after(Duration::from_secs(60)), Duration::from_secs(30));
    }
}
