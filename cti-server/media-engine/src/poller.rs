//! Waiting for readable sockets, level-triggered: what is left unread is named again at the next wait. Linux only.
//!
//! Level-triggered, because then one read a packet is enough. An edge-triggered poll (mio's) must read once more, to be told
//! that nothing is left: a third system call for each packet, about a fifth of what receiving and sending it costs.

use rustix::buffer::spare_capacity;
use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// Ready sockets taken from the kernel at once; the rest comes with the next wait, after them in turn.
const READY_MAX: usize = 512;
/// The token that means "someone called [`Waker::wake`]".
pub(crate) const WAKE: u64 = u64::MAX;

/// Wakes its thread from another one.
#[derive(Clone)]
pub(crate) struct Waker(Arc<OwnedFd>);

impl Waker {
    pub(crate) fn wake(&self) -> io::Result<()> {
        match rustix::io::write(&*self.0, &1u64.to_ne_bytes()) {
            // The counter is full of wakes nobody has seen yet: one more changes nothing.
            Ok(_) | Err(rustix::io::Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The sockets of one thread, each with a token.
pub(crate) struct Poller {
    epoll: OwnedFd,
    waker: Waker,
}

/// What a wait found. Made on the thread that waits.
pub(crate) struct Ready(Vec<epoll::Event>);

impl Ready {
    pub(crate) fn new() -> Ready {
        Ready(Vec::with_capacity(READY_MAX))
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|event| event.data.u64())
    }
}

impl Poller {
    pub(crate) fn new() -> io::Result<Poller> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let waker = Waker(Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?));
        epoll::add(&epoll, &*waker.0, epoll::EventData::new_u64(WAKE), epoll::EventFlags::IN)?;
        Ok(Poller { epoll, waker })
    }

    pub(crate) fn waker(&self) -> Waker {
        self.waker.clone()
    }

    pub(crate) fn add(&self, socket: impl AsFd, token: u64) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, epoll::EventData::new_u64(token), epoll::EventFlags::IN)?)
    }

    pub(crate) fn remove(&self, socket: impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Sleeps until something is readable, a wake, or the time is over (rounded up to milliseconds, the kernel's own unit
    /// here; `None`: for ever), and says what in `ready`.
    pub(crate) fn wait(&self, timeout: Option<Duration>, ready: &mut Ready) -> io::Result<()> {
        ready.0.clear();
        let timeout = timeout.map(|time| {
            let ms = time.as_micros().div_ceil(1000).min(60_000) as i64;
            Timespec { tv_sec: ms / 1000, tv_nsec: ms % 1000 * 1_000_000 }
        });
        match epoll::wait(&self.epoll, spare_capacity(&mut ready.0), timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes note of a wake, so that the next wait does not name it again.
    pub(crate) fn awake(&self) {
        let mut count = [0; 8];
        // It may be empty already; all that matters is that it is empty now.
        let _ = rustix::io::read(&*self.waker.0, &mut count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    #[test]
    fn an_unread_datagram_is_named_again_and_a_wake_once() {
        let (poller, mut ready) = (Poller::new().unwrap(), Ready::new());
        let mut found = |poller: &Poller| {
            poller.wait(Some(Duration::ZERO), &mut ready).unwrap();
            let mut tokens: Vec<u64> = ready.tokens().collect();
            tokens.sort_unstable();
            tokens
        };
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        poller.add(&socket, 5).unwrap();
        socket.send_to(b"1", socket.local_addr().unwrap()).unwrap();
        poller.waker().wake().unwrap();
        poller.waker().wake().unwrap();
        assert_eq!(found(&poller), [5, WAKE]);
        poller.awake();
        assert_eq!(found(&poller), [5]);
        poller.remove(&socket).unwrap();
        assert_eq!(found(&poller), []);
    }
}
