//! The one port that all pages of browsers share: whose a datagram is, and to which thread it goes. It answers nothing and knows no media.
//!
//! A page is found first by the name its checks bear, if they show the password that goes with it, then by the address they came from. The
//! leg looks at everything again; who is not believed here only does not reach it.

use crate::lane::{Datagram, Routes};
use crate::poller::{Poller, Ready, WAKE, Waker};
use crate::sockets;
use crate::web::whose;
use cti_media::rtp::PACKET_BYTES_MAX;
use cti_types::LegId;
use cti_types::web::IceCredentials;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Addresses of one page that are known at once; of more, the one learnt first is forgotten. A page asks from each of its networks.
const ADDRESSES_MAX: usize = 8;
/// Datagrams read before the threads they are for are woken.
const READS_MAX: usize = 64;

/// The port, and the pages behind it: as many as legs are allowed beside them.
pub(crate) struct Pages {
    pub(crate) socket: Arc<UdpSocket>,
    table: Mutex<Table>,
    /// Datagrams that were nobody's, or for which there was no room.
    pub(crate) foreign: AtomicU64,
    stop: AtomicBool,
    waker: Waker,
}

#[derive(Default)]
struct Table {
    pages: HashMap<LegId, Page>,
    names: HashMap<String, LegId>,
    addresses: HashMap<SocketAddr, LegId>,
}

struct Page {
    /// The thread it lives on.
    lane: usize,
    credentials: Option<IceCredentials>,
    /// Those that have shown the password, the last to do so for the first time at the end.
    addresses: VecDeque<SocketAddr>,
}

impl Table {
    /// Whose a datagram is, and on which thread that leg lives.
    fn find(&mut self, from: SocketAddr, packet: &[u8]) -> Option<(LegId, usize)> {
        let leg = match packet {
            [0..=3, ..] => {
                let leg = whose(packet, |name| {
                    let leg = *self.names.get(name)?;
                    let credentials = self.pages.get(&leg)?.credentials.as_ref()?;
                    Some((leg, credentials.pwd.as_str()))
                })?;
                self.learn(leg, from);
                leg
            }
            _ => *self.addresses.get(&from)?,
        };
        self.pages.get(&leg).map(|page| (leg, page.lane))
    }

    fn learn(&mut self, leg: LegId, from: SocketAddr) {
        let Some(page) = self.pages.get_mut(&leg) else { return };
        let before = self.addresses.insert(from, leg);
        if before == Some(leg) {
            return;
        }
        let oldest = if page.addresses.len() >= ADDRESSES_MAX { page.addresses.pop_front() } else { None };
        page.addresses.push_back(from);
        if let Some(oldest) = oldest {
            self.forget(leg, oldest);
        }
        // A page that was reloaded may ask from the port of the one before.
        if let Some(page) = before.and_then(|other| self.pages.get_mut(&other)) {
            page.addresses.retain(|address| *address != from);
        }
    }

    fn forget(&mut self, leg: LegId, address: SocketAddr) {
        if self.addresses.get(&address) == Some(&leg) {
            self.addresses.remove(&address);
        }
    }

    fn name(&mut self, leg: LegId, credentials: &IceCredentials) {
        let Some(page) = self.pages.get_mut(&leg) else { return };
        if let Some(old) = page.credentials.replace(credentials.clone()) {
            self.names.remove(&old.ufrag);
        }
        self.names.insert(credentials.ufrag.clone(), leg);
    }

    fn remove(&mut self, leg: LegId) {
        let Some(page) = self.pages.remove(&leg) else { return };
        if let Some(credentials) = page.credentials {
            self.names.remove(&credentials.ufrag);
        }
        for address in page.addresses {
            self.forget(leg, address);
        }
    }
}

impl Pages {
    /// Binds the port; the poller is for [`Pages::run`].
    pub(crate) fn open(address: SocketAddr) -> io::Result<(Pages, Poller)> {
        let socket = Arc::new(sockets::open_shared(address)?);
        let poller = Poller::new()?;
        poller.add(&*socket, 0)?;
        let waker = poller.waker();
        let (table, foreign, stop) = (Mutex::default(), AtomicU64::new(0), AtomicBool::new(false));
        Ok((Pages { socket, table, foreign, stop, waker }, poller))
    }

    /// A leg is to stand on this thread.
    pub(crate) fn stands(&self, leg: LegId, lane: usize) {
        self.table().pages.insert(leg, Page { lane, credentials: None, addresses: VecDeque::new() });
    }

    /// It is on another thread now.
    pub(crate) fn moves(&self, leg: LegId, lane: usize) {
        if let Some(page) = self.table().pages.get_mut(&leg) {
            page.lane = lane;
        }
    }

    /// How many stand, or are to.
    pub(crate) fn count(&self) -> usize {
        self.table().pages.len()
    }

    /// The checks of its page bear this name and password, no others any more. Nothing happens to a leg that does not stand.
    pub(crate) fn name(&self, leg: LegId, credentials: &IceCredentials) {
        self.table().name(leg, credentials);
    }

    pub(crate) fn remove(&self, leg: LegId) {
        self.table().remove(leg);
    }

    /// Hands over what comes, until it is stopped.
    pub(crate) fn run(&self, poller: &Poller, routes: &Routes) {
        let mut ready = Ready::new();
        let mut buffer = [0; PACKET_BYTES_MAX];
        let mut wanted = vec![false; routes.threads()];
        while !self.stop.load(Ordering::Acquire) {
            if let Err(error) = poller.wait(None, &mut ready) {
                tracing::error!(%error, "the port of the pages cannot be polled; browsers are no telephones any more");
                return;
            }
            if ready.tokens().any(|token| token == WAKE) {
                poller.awake();
            }
            self.read(&mut buffer, &mut wanted, routes);
            for (lane, wanted) in wanted.iter_mut().enumerate() {
                if std::mem::take(wanted) {
                    routes.wake(lane);
                }
            }
        }
    }

    /// What is left unread is named again by the next wait.
    fn read(&self, buffer: &mut [u8], wanted: &mut [bool], routes: &Routes) {
        for _ in 0..READS_MAX {
            let (length, from) = match self.socket.recv_from(buffer) {
                Ok(read) => read,
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock) => return,
                // An ICMP error about something that was sent; the next datagram is behind it.
                Err(_) => continue,
            };
            let Some(packet) = buffer.get(..length) else { continue };
            let found = self.table().find(from, packet);
            let taken = found.is_some_and(|(leg, lane)| {
                let first = routes.deliver(lane, Datagram { leg, from, bytes: packet.into() });
                if let (Some(true), Some(wanted)) = (first, wanted.get_mut(lane)) {
                    *wanted = true;
                }
                first.is_some()
            });
            if !taken {
                self.foreign.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "the thread of the pages could not be woken to stop");
        }
    }

    /// The data under this lock is whole after every statement, so a panic elsewhere does not spoil it.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use is::stun::{StunMessage, TransId};
    use is::{DefaultSha1HmacProvider, Sha1HmacProvider};

    const PASSWORD: &str = "a password of 22 bytes";

    fn check(name: &str, password: &str) -> Vec<u8> {
        let mut bytes = vec![0; 300];
        let user = format!("{name}:them");
        let message = StunMessage::binding_request(&user, TransId::new(), true, 1, 5, true);
        let tag = |key: &[u8], parts: &[&[u8]]| DefaultSha1HmacProvider.sha1_hmac(key, parts);
        let length = message.to_bytes(Some(password.as_bytes()), &mut bytes, tag).unwrap();
        bytes.truncate(length);
        bytes
    }

    fn credentials(name: &str) -> IceCredentials {
        IceCredentials { ufrag: name.into(), pwd: PASSWORD.into() }
    }

    fn from(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 9], port))
    }

    fn leg(number: u128) -> LegId {
        LegId::from_u128(number)
    }

    fn table(names: &[&str]) -> Table {
        let mut table = Table::default();
        for (number, name) in names.iter().enumerate() {
            let leg = leg(number as u128);
            table.pages.insert(leg, Page { lane: number, credentials: None, addresses: VecDeque::new() });
            table.name(leg, &credentials(name));
        }
        table
    }

    #[test]
    fn a_page_is_found_by_its_name_and_then_by_its_address() {
        let mut table = table(&["one1", "two2"]);
        assert_eq!(table.find(from(1), &[128, 0]), None);
        assert_eq!(table.find(from(1), &check("two2", PASSWORD)), Some((leg(1), 1)));
        assert_eq!(table.find(from(1), &[128, 0]), Some((leg(1), 1)));
        assert_eq!(table.find(from(2), &[128, 0]), None);
        assert_eq!(table.find(from(2), &check("one1", PASSWORD)), Some((leg(0), 0)));
        assert_eq!(table.find(from(2), &[22, 254]), Some((leg(0), 0)));
    }

    #[test]
    fn an_address_is_learnt_from_nobody_who_does_not_know_the_password() {
        let mut table = table(&["one1"]);
        for packet in [check("one1", "another of 22 bytes ..."), check("none", PASSWORD), vec![0, 1, 0, 0], Vec::new()] {
            assert_eq!(table.find(from(1), &packet), None);
        }
        assert!(table.addresses.is_empty());
    }

    #[test]
    fn a_new_name_ends_the_old_one_and_the_address_goes_with_who_used_it_last() {
        let mut table = table(&["one1", "two2"]);
        assert!(table.find(from(1), &check("one1", PASSWORD)).is_some());
        table.name(leg(0), &credentials("anew"));
        assert_eq!(table.find(from(1), &check("one1", PASSWORD)), None);
        assert_eq!(table.find(from(1), &[128]), Some((leg(0), 0)));
        assert_eq!(table.find(from(1), &check("two2", PASSWORD)), Some((leg(1), 1)));
        assert_eq!(table.find(from(1), &[128]), Some((leg(1), 1)));
        table.remove(leg(0));
        assert_eq!(table.find(from(1), &[128]), Some((leg(1), 1)));
        table.remove(leg(1));
        assert_eq!(table.find(from(1), &[128]), None);
        assert!(table.names.is_empty() && table.addresses.is_empty());
    }

    #[test]
    fn no_more_than_eight_addresses_of_a_page_are_known() {
        let mut table = table(&["one1"]);
        for port in 1..20 {
            assert!(table.find(from(port), &check("one1", PASSWORD)).is_some());
        }
        assert_eq!((table.addresses.len(), table.find(from(11), &[128])), (ADDRESSES_MAX, None));
        assert_eq!(table.find(from(12), &[128]), Some((leg(0), 0)));
    }
}
