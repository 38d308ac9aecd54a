//! When new calls come faster than they can be taken: seen by how long they have waited for their turn. No clock; it refuses nothing itself.
//!
//! A burst may wait; a line that never gets shorter must not grow. As with CoDel (RFC 8289) the sign is a wait that stays above
//! a target for a whole interval. Then new calls are refused, which costs a hundredth of taking one, so that the line is soon short again, and
//! who is refused hears it at once instead of waiting for an answer that would come too late (RFC 7339 names this the server's own part).

use cti_types::time::Tick;
use std::time::Duration;

/// A wait that a caller does not notice, and below the half second after which they send their INVITE again (RFC 3261 17.1.1.2).
const TARGET: Duration = Duration::from_millis(200);
/// So short is the wait when it is over.
const RELIEF: Duration = Duration::from_millis(50);
/// How long the wait must have been above the target: what a slow disk or the start of a day may take.
const INTERVAL: Duration = Duration::from_secs(1);

/// The waits of new calls, as far as it matters.
#[derive(Debug, Default)]
pub struct Overload {
    /// Since when no call waited less than [`TARGET`].
    above_since: Option<Tick>,
    busy: bool,
}

impl Overload {
    /// A new call had its turn at `now`, after waiting for it since `came`. True or false when from here on new calls are refused, or no longer.
    pub fn had_turn(&mut self, now: Tick, came: Tick) -> Option<bool> {
        let waited = now.since(came);
        if waited > TARGET {
            let since = *self.above_since.get_or_insert(now);
            return (!self.busy && now.since(since) >= INTERVAL).then(|| self.turn(true));
        }
        // Between the two it stays as it is: taking calls again at the first that waited a little less would begin the next round at once.
        if !self.busy {
            self.above_since = None;
        }
        (waited <= RELIEF).then(|| self.nobody_waits()).flatten()
    }

    /// No new call waits. False when new calls were refused until now.
    pub fn nobody_waits(&mut self) -> Option<bool> {
        self.above_since = None;
        self.busy.then(|| self.turn(false))
    }

    fn turn(&mut self, busy: bool) -> bool {
        self.busy = busy;
        busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    /// Calls have their turn every 10 ms from `from_ms` to `to_ms`, each after `waited_ms`; when the answer changed, and to what.
    fn turns(overload: &mut Overload, (from_ms, to_ms): (u64, u64), waited_ms: u64) -> Vec<(u64, bool)> {
        let times = (from_ms..to_ms).step_by(10);
        times.filter_map(|at| Some((at, overload.had_turn(Tick(at * MS), Tick((at - waited_ms) * MS))?))).collect()
    }

    #[test]
    fn a_burst_is_let_be_and_a_standing_line_is_not() {
        let mut overload = Overload::default();
        assert_eq!(turns(&mut overload, (5_000, 5_900), 300), []);
        assert_eq!(turns(&mut overload, (5_900, 6_000), 100), []);
        assert_eq!(turns(&mut overload, (6_000, 8_000), 300), [(7_000, true)]);
    }

    #[test]
    fn calls_are_taken_again_when_hardly_anybody_waits() {
        let mut overload = Overload::default();
        assert_eq!(turns(&mut overload, (5_000, 6_500), 300), [(6_000, true)]);
        assert_eq!(turns(&mut overload, (6_500, 7_000), 100), []);
        assert_eq!(turns(&mut overload, (7_000, 7_100), 40), [(7_000, false)]);
        assert_eq!(turns(&mut overload, (7_100, 9_000), 300), [(8_100, true)]);
        assert_eq!(overload.nobody_waits(), Some(false));
        assert_eq!(overload.nobody_waits(), None);
    }
}
