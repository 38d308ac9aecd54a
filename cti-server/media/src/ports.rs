//! Which RTP port pair a leg gets: even ports of a range, each resting after use. It binds nothing.

use cti_types::Tick;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a port stays out of use after the engine could not bind it: someone else holds it.
const BAD_REST: Duration = Duration::from_secs(60);

/// The free and resting RTP ports (RTCP uses the odd port above each).
///
/// A port rests after release so that late packets of the old call do not reach the new one (invariant I8). The port that
/// has been free longest is given first. Bounded by the range: when nothing has rested, [`PortPool::allocate`] says `None`
/// and the call is refused with 503.
#[derive(Clone, Debug)]
pub struct PortPool {
    rest: Duration,
    /// Free ports by the moment they may be used, then by number.
    free: BTreeSet<(Tick, u16)>,
    used: BTreeSet<u16>,
}

/// The range holds no even port with its odd neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the RTP port range {first}–{last} holds no pair of an even and the next odd port")]
pub struct EmptyRange {
    pub first: u16,
    pub last: u16,
}

impl PortPool {
    /// All pairs (even, odd) inside `first..=last`; a released port rests for `rest`. Port 0 is never given.
    pub fn new(first: u16, last: u16, rest: Duration) -> Result<PortPool, EmptyRange> {
        let free: BTreeSet<_> = (first.max(1)..=last).filter(|port| port % 2 == 0 && *port < last).map(|port| (Tick(0), port)).collect();
        if free.is_empty() {
            return Err(EmptyRange { first, last });
        }
        Ok(PortPool { rest, free, used: BTreeSet::new() })
    }

    /// The even port of a pair, or `None` when all are in use or resting.
    pub fn allocate(&mut self, now: Tick) -> Option<u16> {
        let (ready, port) = *self.free.first()?;
        if ready > now {
            return None;
        }
        self.free.remove(&(ready, port));
        self.used.insert(port);
        Some(port)
    }

    /// The same, if so many others could still be given after it.
    pub fn allocate_leaving(&mut self, now: Tick, others: usize) -> Option<u16> {
        self.free.iter().nth(others).filter(|(ready, _)| *ready <= now)?;
        self.allocate(now)
    }

    /// Gives a port back; it rests first. A port that is not in use is ignored, so a release said twice does no harm.
    pub fn release(&mut self, now: Tick, port: u16) {
        self.put_back(now + self.rest, port);
    }

    /// Gives back a port that could not be bound; it stays away for a minute at least.
    pub fn mark_bad(&mut self, now: Tick, port: u16) {
        self.put_back(now + self.rest.max(BAD_REST), port);
    }

    /// Pairs in use.
    pub fn used(&self) -> usize {
        self.used.len()
    }

    /// Pairs that could be given at `now`.
    pub fn available(&self, now: Tick) -> usize {
        self.free.iter().take_while(|(ready, _)| *ready <= now).count()
    }

    /// All pairs of the range.
    pub fn capacity(&self) -> usize {
        self.used.len() + self.free.len()
    }

    fn put_back(&mut self, ready: Tick, port: u16) {
        if self.used.remove(&port) {
            self.free.insert((ready, port));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000;

    fn pool(first: u16, last: u16) -> PortPool {
        PortPool::new(first, last, Duration::from_secs(5)).unwrap()
    }

    #[test]
    fn only_even_ports_with_their_neighbour_inside_the_range_are_given() {
        let mut pool = pool(10001, 10006);
        assert_eq!((pool.allocate(Tick(0)), pool.allocate(Tick(0)), pool.allocate(Tick(0))), (Some(10002), Some(10004), None));
        assert_eq!(PortPool::new(7, 8, Duration::ZERO).unwrap_err(), EmptyRange { first: 7, last: 8 });
        assert_eq!(PortPool::new(0, 1, Duration::ZERO).unwrap_err(), EmptyRange { first: 0, last: 1 });
        assert_eq!(PortPool::new(65534, 65535, Duration::ZERO).unwrap().capacity(), 1);
    }

    #[test]
    fn a_released_port_rests_and_the_longest_free_goes_first() {
        let mut pool = pool(10000, 10003);
        assert_eq!(pool.allocate(Tick(0)), Some(10000));
        pool.release(Tick(0), 10000);
        assert_eq!(pool.allocate(Tick(1)), Some(10002), "never used before resting");
        pool.release(Tick(SECOND), 10002);
        assert_eq!(pool.allocate(Tick(5 * SECOND - 1)), None);
        assert_eq!(pool.allocate(Tick(6 * SECOND)), Some(10000));
        assert_eq!(pool.allocate(Tick(6 * SECOND)), Some(10002));
    }

    #[test]
    fn some_are_kept_for_who_may_take_the_last() {
        let mut pool = pool(10000, 10005);
        assert_eq!(pool.allocate_leaving(Tick(0), 2), Some(10000));
        assert_eq!(pool.allocate_leaving(Tick(0), 2), None);
        assert_eq!(pool.allocate_leaving(Tick(0), 1), Some(10002));
        pool.release(Tick(0), 10002);
        assert_eq!(pool.allocate_leaving(Tick(1), 1), None, "one that rests is none that could be given");
        assert_eq!((pool.allocate(Tick(1)), pool.allocate(Tick(1))), (Some(10004), None));
    }

    #[test]
    fn a_port_someone_else_holds_stays_away_longer() {
        let mut pool = pool(10000, 10001);
        let port = pool.allocate(Tick(0)).unwrap();
        pool.mark_bad(Tick(0), port);
        assert_eq!(pool.allocate(Tick(59 * SECOND)), None);
        assert_eq!(pool.allocate(Tick(60 * SECOND)), Some(port));
    }

    proptest! {
        #[test]
        fn no_port_is_given_twice_or_before_it_rested(steps in proptest::collection::vec((any::<bool>(), 0u64..3), 1..300)) {
            let mut pool = pool(20000, 20021);
            let (mut now, mut held, mut freed) = (0, Vec::new(), std::collections::BTreeMap::new());
            for (take, wait) in steps {
                now += wait * SECOND;
                if take {
                    if let Some(port) = pool.allocate(Tick(now)) {
                        prop_assert!(!held.contains(&port));
                        prop_assert!(freed.get(&port).is_none_or(|at| now - at >= 5 * SECOND));
                        held.push(port);
                    }
                } else if let Some(port) = held.pop() {
                    pool.release(Tick(now), port);
                    pool.release(Tick(now), port);
                    freed.insert(port, now);
                }
                prop_assert_eq!((pool.used(), pool.capacity()), (held.len(), 11));
            }
        }
    }
}
