//! The way of commands to one thread: a bounded queue that never loses a Close. It carries out nothing.

use crate::counters::Published;
use crate::poller::Waker;
use cti_types::LegId;
use cti_types::media::EngineCommand;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Commands waiting for one thread; at the bound `send` says `Full`. A thread empties its queue at every wake, so this is
/// seconds of a stuck thread. A Close is taken beyond it: there is at most one for each open leg.
pub(crate) const COMMANDS_MAX: usize = 8192;

pub(crate) struct Lane {
    queue: Mutex<VecDeque<EngineCommand>>,
    pub(crate) waker: Waker,
    /// Something was put into the empty queue, and nobody has woken the thread for it yet.
    pub(crate) wanted: AtomicBool,
    pub(crate) stop: AtomicBool,
    pub(crate) counters: Published,
}

impl Lane {
    pub(crate) fn new(waker: Waker) -> Lane {
        Lane {
            queue: Mutex::default(),
            waker,
            wanted: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            counters: Published::default(),
        }
    }

    /// Appends; `Err` when full. The thread is `wanted` when the queue was empty.
    pub(crate) fn push(&self, command: EngineCommand) -> Result<(), ()> {
        let mut queue = locked(&self.queue);
        if queue.len() >= COMMANDS_MAX && !matches!(command, EngineCommand::Close { .. }) {
            return Err(());
        }
        queue.push_back(command);
        if queue.len() == 1 {
            self.wanted.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Everything that waits, in exchange for the empty `queue`.
    pub(crate) fn take(&self, queue: &mut VecDeque<EngineCommand>) {
        std::mem::swap(&mut *locked(&self.queue), queue);
    }
}

/// Which thread a leg lives on. Bounded by the legs allowed; read for each command, never for a packet.
#[derive(Default)]
pub(crate) struct Routes(Mutex<HashMap<LegId, usize>>);

impl Routes {
    pub(crate) fn get(&self, leg: LegId) -> Option<usize> {
        locked(&self.0).get(&leg).copied()
    }
    /// False when the leg is known already.
    pub(crate) fn insert(&self, leg: LegId, lane: usize) -> bool {
        let mut routes = locked(&self.0);
        let new = !routes.contains_key(&leg);
        if new {
            routes.insert(leg, lane);
        }
        new
    }
    pub(crate) fn remove(&self, leg: LegId) -> Option<usize> {
        locked(&self.0).remove(&leg)
    }
}

/// The data under these locks is whole after every statement, so a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_all_but_a_close() {
        let lane = Lane::new(crate::poller::Poller::new().unwrap().waker());
        let leg = LegId::from_u128(1);
        for index in 0..COMMANDS_MAX {
            assert_eq!(lane.push(EngineCommand::StopPlay { leg }), Ok(()));
            assert_eq!(lane.wanted.swap(false, Ordering::AcqRel), index == 0, "only the first wakes the thread");
        }
        assert_eq!(lane.push(EngineCommand::StopPlay { leg }), Err(()));
        assert_eq!(lane.push(EngineCommand::Close { leg }), Ok(()));
        let mut taken = VecDeque::new();
        lane.take(&mut taken);
        assert_eq!(taken.len(), COMMANDS_MAX + 1);
        assert!(matches!(taken.back(), Some(EngineCommand::Close { .. })));
        assert_eq!((lane.push(EngineCommand::StopPlay { leg }), lane.wanted.load(Ordering::Acquire)), (Ok(()), true));
    }

    #[test]
    fn a_leg_has_one_route_at_a_time() {
        let routes = Routes::default();
        let leg = LegId::from_u128(1);
        assert!(routes.insert(leg, 3) && !routes.insert(leg, 4));
        assert_eq!((routes.get(leg), routes.remove(leg), routes.get(leg), routes.remove(leg)), (Some(3), Some(3), None, None));
    }
}
