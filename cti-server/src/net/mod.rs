//! SIP sockets: UDP and TCP. They read, check the source, frame, and hand on by urgency; nothing here understands a call.

mod tcp;
mod udp;

use crate::clock::Clock;
use crate::switch::Event;
use crate::switch::run::Inbox;
use bytes::Bytes;
use cti_sip::api::{Path, Transport};
use cti_sip::{Gate, GateSettings, Verdict, is_new_request};
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Most addresses of phones remembered as known; beyond it all are forgotten and learnt anew as phones register.
const PHONES_MAX: usize = 65_536;
/// Ports the system chose for UDP that may be taken for TCP before we give up.
const PORTS_TRIED_MAX: u32 = 20;

/// Totals since start, for metrics.
#[derive(Debug, Default)]
pub struct NetCounters {
    pub received: AtomicU64,
    pub sent: AtomicU64,
    /// Dropped because the source sent too much or is shut out.
    pub limited: AtomicU64,
    /// Dropped because an inbox was full.
    pub overflowed: AtomicU64,
    pub send_errors: AtomicU64,
    /// Stream connections that could not be followed or were refused at the bound.
    pub streams_closed: AtomicU64,
}

/// What the listening sockets share.
struct Door {
    clock: Clock,
    inbox: Inbox,
    gate: Mutex<Gate>,
    /// Address prefixes of trunks: they have a far higher limit.
    known: arc_swap::ArcSwap<Vec<(IpAddr, u8)>>,
    /// Addresses from which phones have logged in: many may stand behind one.
    phones: RwLock<HashSet<IpAddr>>,
    counters: Arc<NetCounters>,
}

impl Door {
    /// Whether this is a trunk's address or one from which a phone has logged in.
    fn knows(&self, ip: IpAddr) -> bool {
        self.known.load().iter().any(|(net, bits)| contains(*net, *bits, ip))
            || self.phones.read().unwrap_or_else(PoisonError::into_inner).contains(&ip)
    }

    fn admit(&self, ip: IpAddr) -> Verdict {
        let known = self.knows(ip);
        self.counters.received.fetch_add(1, Ordering::Relaxed);
        let verdict = self.gate.lock().unwrap_or_else(PoisonError::into_inner).admit(self.clock.now(), ip, known);
        if verdict != Verdict::Admit {
            self.counters.limited.fetch_add(1, Ordering::Relaxed);
        }
        verdict
    }

    /// False when the inbox is full: UDP drops it, and the sender's retransmission is the second chance.
    fn hand_on(&self, path: Path, bytes: Bytes) -> bool {
        let fresh = is_new_request(&bytes);
        let event = Event::Packet { path, bytes };
        let taken = if fresh { self.inbox.fresh(event) } else { self.inbox.urgent(event) };
        if !taken {
            self.counters.overflowed.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }
}

fn contains(net: IpAddr, bits: u8, ip: IpAddr) -> bool {
    match (net, ip) {
        (IpAddr::V4(net), IpAddr::V4(ip)) => {
            let shift = 32 - u32::from(bits.min(32));
            let cut = |a: u32| a.checked_shr(shift).unwrap_or(0);
            cut(net.to_bits()) == cut(ip.to_bits())
        }
        (IpAddr::V6(net), IpAddr::V6(ip)) => {
            let shift = 128 - u32::from(bits.min(128));
            let cut = |a: u128| a.checked_shr(shift).unwrap_or(0);
            cut(net.to_bits()) == cut(ip.to_bits())
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// A port that is free for UDP and for TCP: the one the system chooses for the first may be taken for the other.
fn free_for_both(listen: SocketAddr) -> io::Result<SocketAddr> {
    let mut tried = 0;
    loop {
        let local = std::net::UdpSocket::bind(listen)?.local_addr()?;
        match std::net::TcpListener::bind(local) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tried < PORTS_TRIED_MAX => tried += 1,
            Err(error) => return Err(error),
            Ok(_) => return Ok(local),
        }
    }
}

/// The open SIP sockets.
pub struct Net {
    door: Arc<Door>,
    udp: udp::Udp,
    tcp: tcp::Tcp,
}

impl Net {
    /// Binds UDP and TCP on `listen` (port 0: any port, the same for both).
    ///
    /// # Errors
    /// What the system says of the address, with the address.
    pub async fn open(listen: SocketAddr, inbox: Inbox, clock: Clock, counters: Arc<NetCounters>) -> io::Result<Net> {
        let door = Arc::new(Door {
            clock,
            inbox,
            gate: Mutex::new(Gate::new(GateSettings::default())),
            known: arc_swap::ArcSwap::default(),
            phones: RwLock::default(),
            counters,
        });
        let named = |error: io::Error| io::Error::new(error.kind(), format!("cannot listen for SIP on {listen}: {error}"));
        let at = if listen.port() == 0 { free_for_both(listen).map_err(named)? } else { listen };
        let udp = udp::Udp::open(at, Arc::clone(&door)).map_err(named)?;
        let tcp = tcp::Tcp::open(udp.local, Arc::clone(&door)).await.map_err(named)?;
        Ok(Net { door, udp, tcp })
    }

    /// The address in use, the port chosen when 0 was asked for.
    pub fn local(&self) -> SocketAddr {
        self.udp.local
    }

    /// The trunks changed: whose sources are known.
    pub fn set_known(&self, sources: Vec<(IpAddr, u8)>) {
        self.door.known.store(Arc::new(sources));
    }

    /// A log-in from this address succeeded or failed.
    pub fn logged_in(&self, ip: IpAddr, good: bool) {
        let mut gate = self.door.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if !good {
            gate.failed_auth(self.door.clock.now(), ip);
            return;
        }
        gate.good_auth(ip);
        if self.door.phones.read().unwrap_or_else(PoisonError::into_inner).contains(&ip) {
            return;
        }
        let mut phones = self.door.phones.write().unwrap_or_else(PoisonError::into_inner);
        if phones.len() >= PHONES_MAX {
            phones.clear();
        }
        phones.insert(ip);
    }

    /// Sends without waiting. What cannot be sent comes back as `Event::PathFailed` on streams, and is left to SIP's own timers on UDP.
    pub fn send(&self, path: Path, bytes: Bytes) {
        self.door.counters.sent.fetch_add(1, Ordering::Relaxed);
        match path.transport {
            Transport::Udp => self.udp.send(path.remote, &bytes, &self.door.counters),
            Transport::Tcp => self.tcp.send(path, bytes),
        }
    }
}
