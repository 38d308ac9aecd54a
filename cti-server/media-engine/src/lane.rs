//! The way of commands to one thread: a bounded queue that never loses a Close; and of legs and datagrams that others hand over. It
//! carries out nothing.

use crate::counters::Published;
use crate::leg::Leg;
use crate::poller::Waker;
use cti_types::LegId;
use cti_types::media::EngineCommand;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Commands waiting for one thread; at the bound `send` says `Full`. A thread empties its queue at every wake, so this is
/// seconds of a stuck thread. A Close is taken beyond it: there is at most one for each open leg.
pub(crate) const COMMANDS_MAX: usize = 8192;
/// Datagrams of pages waiting for one thread; one more is dropped. Half a second of a hundred pages that speak.
const DATAGRAMS_MAX: usize = 4096;

/// What a thread is to do next.
pub(crate) enum Order {
    Command(EngineCommand),
    /// A standing leg moves to this thread, for a call.
    Arrive(Box<Leg>),
}

/// What came for a standing leg at the port of all pages.
pub(crate) struct Datagram {
    pub(crate) leg: LegId,
    pub(crate) from: SocketAddr,
    pub(crate) bytes: Box<[u8]>,
}

pub(crate) struct Lane {
    queue: Mutex<VecDeque<Order>>,
    datagrams: Mutex<VecDeque<Datagram>>,
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
            datagrams: Mutex::default(),
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
        queue.push_back(Order::Command(command));
        if queue.len() == 1 {
            self.wanted.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// A leg that comes from another thread is taken beyond the bound: there are no more of them than legs allowed.
    fn push_leg(&self, leg: Box<Leg>) {
        locked(&self.queue).push_back(Order::Arrive(leg));
    }

    /// Everything that waits, in exchange for the empty `queue`.
    pub(crate) fn take(&self, queue: &mut VecDeque<Order>) {
        std::mem::swap(&mut *locked(&self.queue), queue);
    }

    /// Whether it is the first that waits; `None`: there is no room for it.
    fn deliver(&self, datagram: Datagram) -> Option<bool> {
        let mut datagrams = locked(&self.datagrams);
        if datagrams.len() >= DATAGRAMS_MAX {
            return None;
        }
        datagrams.push_back(datagram);
        Some(datagrams.len() == 1)
    }

    /// All datagrams that wait, in exchange for the empty `queue`.
    pub(crate) fn take_datagrams(&self, queue: &mut VecDeque<Datagram>) {
        std::mem::swap(&mut *locked(&self.datagrams), queue);
    }
}

/// Which thread a leg lives on, and the ways there. Bounded by the legs allowed; read for each command, never for a packet.
#[derive(Default)]
pub(crate) struct Routes {
    legs: Mutex<HashMap<LegId, usize>>,
    lanes: OnceLock<Vec<Arc<Lane>>>,
}

impl Routes {
    /// Said once, before any thread runs.
    pub(crate) fn set_lanes(&self, lanes: Vec<Arc<Lane>>) {
        if self.lanes.set(lanes).is_err() {
            tracing::error!("the media threads are known already");
        }
    }

    pub(crate) fn lanes(&self) -> &[Arc<Lane>] {
        self.lanes.get().map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn threads(&self) -> usize {
        self.lanes().len()
    }

    /// The thread of a group.
    pub(crate) fn of_group(&self, group: u64) -> usize {
        (group % self.threads().max(1) as u64) as usize
    }

    pub(crate) fn wake(&self, lane: usize) {
        if let Some(lane) = self.lanes().get(lane)
            && let Err(error) = lane.waker.wake()
        {
            tracing::error!(%error, "a media thread could not be woken");
        }
    }

    /// As [`Lane::deliver`].
    pub(crate) fn deliver(&self, lane: usize, datagram: Datagram) -> Option<bool> {
        self.lanes().get(lane)?.deliver(datagram)
    }

    /// A command that was on its way when its leg moved.
    pub(crate) fn pass_on(&self, lane: usize, command: EngineCommand) {
        if self.lanes().get(lane).is_some_and(|to| to.push(command).is_err()) {
            tracing::warn!(lane, "a command for a leg that moved is lost: the thread has too many waiting");
        }
        self.wake(lane);
    }

    /// Moves a standing leg with its call to another thread. Whoever asks for the route afterwards is behind it in the queue there. `Err`:
    /// one of the two is being closed, and stays where its Close goes.
    pub(crate) fn relocate(&self, (standing, call): (LegId, LegId), lane: usize, leg: Box<Leg>) -> Result<(), Box<Leg>> {
        let mut legs = locked(&self.legs);
        let Some(to) = self.lanes().get(lane) else { return Err(leg) };
        if !legs.contains_key(&standing) || !legs.contains_key(&call) {
            return Err(leg);
        }
        legs.insert(standing, lane);
        legs.insert(call, lane);
        to.push_leg(leg);
        Ok(())
    }

    pub(crate) fn get(&self, leg: LegId) -> Option<usize> {
        locked(&self.legs).get(&leg).copied()
    }
    /// False when the leg is known already.
    pub(crate) fn insert(&self, leg: LegId, lane: usize) -> bool {
        let mut routes = locked(&self.legs);
        let new = !routes.contains_key(&leg);
        if new {
            routes.insert(leg, lane);
        }
        new
    }
    pub(crate) fn remove(&self, leg: LegId) -> Option<usize> {
        locked(&self.legs).remove(&leg)
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
        assert!(matches!(taken.back(), Some(Order::Command(EngineCommand::Close { .. }))));
        assert_eq!((lane.push(EngineCommand::StopPlay { leg }), lane.wanted.load(Ordering::Acquire)), (Ok(()), true));
    }

    #[test]
    fn datagrams_beyond_the_bound_are_dropped() {
        let lane = Lane::new(crate::poller::Poller::new().unwrap().waker());
        let datagram = || Datagram { leg: LegId::from_u128(1), from: SocketAddr::from(([10, 0, 0, 9], 1)), bytes: [0].into() };
        for index in 0..DATAGRAMS_MAX {
            assert_eq!(lane.deliver(datagram()), Some(index == 0));
        }
        assert_eq!(lane.deliver(datagram()), None);
        let mut taken = VecDeque::new();
        lane.take_datagrams(&mut taken);
        assert_eq!((taken.len(), lane.deliver(datagram())), (DATAGRAMS_MAX, Some(true)));
    }

    #[test]
    fn a_leg_has_one_route_at_a_time() {
        let routes = Routes::default();
        let leg = LegId::from_u128(1);
        assert!(routes.insert(leg, 3) && !routes.insert(leg, 4));
        assert_eq!((routes.get(leg), routes.remove(leg), routes.get(leg), routes.remove(leg)), (Some(3), Some(3), None, None));
    }
}
