//! SIP sockets: UDP, TCP, TLS and WebSocket on any number of addresses. They read, check the source, frame, and hand on by urgency;
//! nothing here understands a call.

mod framed;
mod links;
mod patience;
mod streams;
#[cfg(test)]
mod tests;
pub(crate) mod tls;
pub mod turned;
mod udp;
mod ws;

use crate::clock::Clock;
use crate::config::{InterfaceConfig, SipTransport, TrunkTlsConfig};
use crate::switch::run::Inbox;
use crate::switch::{Event, Link};
use anyhow::Context;
use bytes::Bytes;
use cti_sip::api::{Path, SourceNews, Transport};
use cti_sip::{Gate, GateSettings, Verdict, is_new_request, is_scanner};
use patience::Times;
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use turned::{TurnedAway, Why};

/// Most addresses of registered phones remembered as known; a further one has the limits of a stranger.
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
    /// Dropped because the sender says that it is a tool that scans the net.
    pub scanners: AtomicU64,
    /// Dropped because an inbox was full.
    pub overflowed: AtomicU64,
    pub send_errors: AtomicU64,
    /// Stream connections that could not be followed or were refused at the bound.
    pub streams_closed: AtomicU64,
    /// From where those came that were dropped before they were read.
    pub turned_away: TurnedAway,
}

/// What the listening sockets share.
struct Door {
    clock: Clock,
    inbox: Inbox,
    gate: Mutex<Gate>,
    /// Address prefixes of trunks: they have a far higher limit.
    known: arc_swap::ArcSwap<Vec<(IpAddr, u8)>>,
    /// Addresses from which phones are registered now: many may stand behind one.
    phones: RwLock<HashSet<IpAddr>>,
    /// Addresses that the names of trunks lead to now.
    named: arc_swap::ArcSwap<Vec<IpAddr>>,
    times: Times,
    counters: Arc<NetCounters>,
}

impl Door {
    /// Whether this is a trunk's address or one from which a phone is registered.
    fn knows(&self, ip: IpAddr) -> bool {
        self.known.load().iter().any(|(net, bits)| contains(*net, *bits, ip))
            || self.named.load().contains(&ip.to_canonical())
            || self.phones.read().unwrap_or_else(PoisonError::into_inner).contains(&ip.to_canonical())
    }

    /// Whether a connection from there may be spoken on.
    fn admit(&self, ip: IpAddr) -> Verdict {
        self.judge(ip, self.knows(ip))
    }

    /// Whether a message from there may be read.
    fn admit_message(&self, ip: IpAddr, bytes: &[u8]) -> Verdict {
        let known = self.knows(ip);
        let verdict = self.judge(ip, known);
        if verdict != Verdict::Admit || known || !is_scanner(bytes) {
            return verdict;
        }
        // Only the message is dropped: its source may be forged, and is not held against whoever has it.
        self.counters.scanners.fetch_add(1, Ordering::Relaxed);
        self.counters.turned_away.note(self.clock.now(), ip, Why::Scanner);
        Verdict::Limit
    }

    fn judge(&self, ip: IpAddr, known: bool) -> Verdict {
        let now = self.clock.now();
        self.counters.received.fetch_add(1, Ordering::Relaxed);
        let verdict = self.gate.lock().unwrap_or_else(PoisonError::into_inner).admit(now, ip, known);
        let why = match verdict {
            Verdict::Admit => return verdict,
            Verdict::Limit => Why::TooMuch,
            Verdict::Blocked => Why::ShutOut,
        };
        self.counters.limited.fetch_add(1, Ordering::Relaxed);
        self.counters.turned_away.note(now, ip, why);
        verdict
    }

    /// False when the inbox is full: UDP drops it, and the sender's retransmission is the second chance.
    fn hand_on(&self, path: Path, bytes: Bytes) -> bool {
        let fresh = is_new_request(&bytes);
        let event = Event::Packet { path, bytes };
        let taken = match (fresh, fresh && self.knows(path.remote.ip())) {
            (true, true) => self.inbox.fresh(self.clock.tick(), event),
            (true, false) => self.inbox.strangers(event),
            (false, _) => self.inbox.urgent(event),
        };
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

/// The certificate of an interface that speaks TLS.
fn certificate(interface: &InterfaceConfig) -> anyhow::Result<Option<TlsAcceptor>> {
    match (&interface.certificate, &interface.key) {
        (Some(certificate), Some(key)) => tls::acceptor(certificate, key).map(Some),
        (Some(_) | None, _) => Ok(None),
    }
}

/// Whether the files the interfaces name can be used.
///
/// # Errors
/// Names the interface and the file.
pub fn check(interfaces: &[InterfaceConfig], trunk_tls: &TrunkTlsConfig) -> anyhow::Result<()> {
    for interface in interfaces {
        certificate(interface).with_context(|| format!("SIP on {}", interface.address))?;
    }
    connector(interfaces, trunk_tls).map(drop)
}

/// What TLS to trunks is opened with; it goes out from an interface that speaks TLS, so without one there is none.
fn connector(interfaces: &[InterfaceConfig], config: &TrunkTlsConfig) -> anyhow::Result<Option<TlsConnector>> {
    let speaks = |interface: &InterfaceConfig| interface.transports.contains(&SipTransport::Tls);
    interfaces.iter().any(speaks).then(|| tls::connector(config).context("sip.trunk_tls")).transpose()
}

/// The open SIP sockets.
pub struct Net {
    door: Arc<Door>,
    udp: Vec<udp::Udp>,
    streams: streams::Streams,
    connector: Option<TlsConnector>,
    /// What is spoken where, in the order of the interfaces.
    sockets: Vec<(Transport, SocketAddr)>,
}

impl Net {
    /// Opens the interfaces (port 0: any port, the same for all transports of one). Must be called within a runtime.
    ///
    /// # Errors
    /// What the system says of an address, or what is wrong with a certificate, with the address.
    pub async fn open(
        interfaces: &[InterfaceConfig],
        trunk_tls: &TrunkTlsConfig,
        inbox: Inbox,
        clock: Clock,
        counters: Arc<NetCounters>,
    ) -> anyhow::Result<Net> {
        Net::open_with(interfaces, trunk_tls, inbox, clock, counters, Times::default()).await
    }

    async fn open_with(
        interfaces: &[InterfaceConfig],
        trunk_tls: &TrunkTlsConfig,
        inbox: Inbox,
        clock: Clock,
        counters: Arc<NetCounters>,
        times: Times,
    ) -> anyhow::Result<Net> {
        let door = Arc::new(Door {
            clock,
            inbox,
            gate: Mutex::new(Gate::new(GateSettings::default())),
            known: arc_swap::ArcSwap::default(),
            phones: RwLock::default(),
            named: arc_swap::ArcSwap::default(),
            times,
            counters,
        });
        let streams = streams::Streams::new(Arc::clone(&door));
        let connector = connector(interfaces, trunk_tls)?;
        let mut net = Net { door, udp: Vec::new(), streams, connector, sockets: Vec::new() };
        for interface in interfaces {
            net.add(interface).await.with_context(|| format!("cannot listen for SIP on {}", interface.address))?;
        }
        Ok(net)
    }

    async fn add(&mut self, interface: &InterfaceConfig) -> anyhow::Result<()> {
        let mut at = interface.address;
        if at.port() == 0 && interface.transports.len() > 1 {
            at = free_for_both(at)?;
        }
        for transport in interface.transports.iter().copied().map(Transport::from) {
            let local = match transport {
                Transport::Udp => {
                    let udp = udp::Udp::open(at, Arc::clone(&self.door))?;
                    let local = udp.local;
                    self.udp.push(udp);
                    local
                }
                Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                    let tls = if transport.is_secure() { certificate(interface)? } else { None };
                    self.streams.listen(transport, at, tls).await?
                }
            };
            self.sockets.push((transport, local));
        }
        Ok(())
    }

    /// The first address in use, the port chosen when 0 was asked for.
    pub fn local(&self) -> SocketAddr {
        // Every interface has a transport, and there is always one: the configuration is checked so.
        self.sockets.first().map_or(SocketAddr::from(([127, 0, 0, 1], 0)), |(_, local)| *local)
    }

    /// What is spoken where.
    pub fn sockets(&self) -> &[(Transport, SocketAddr)] {
        &self.sockets
    }

    /// The trunks changed: whose sources are known.
    pub fn set_known(&self, sources: Vec<(IpAddr, u8)>) {
        self.door.known.store(Arc::new(sources));
    }

    /// These connections to trunks are to be kept open, and no others.
    pub fn keep(&self, links: Vec<Link>) {
        if let Some(connector) = &self.connector {
            self.streams.keep(links, connector);
        }
    }

    /// The names of trunks lead to these addresses, and no others: answers come from there, and the door must know them.
    pub fn set_named(&self, addresses: &[IpAddr]) {
        self.door.named.store(Arc::new(addresses.iter().map(IpAddr::to_canonical).collect()));
    }

    /// What the SIP side has learnt of a source.
    pub fn heard(&self, news: SourceNews) {
        let phones = || self.door.phones.write().unwrap_or_else(PoisonError::into_inner);
        match news {
            SourceNews::LoginFailed(ip) => {
                self.door.gate.lock().unwrap_or_else(PoisonError::into_inner).failed_auth(self.door.clock.now(), ip);
            }
            SourceNews::Registered(ip) => {
                let mut phones = phones();
                if phones.len() < PHONES_MAX {
                    phones.insert(ip.to_canonical());
                }
            }
            SourceNews::Left(ip) => {
                phones().remove(&ip.to_canonical());
            }
        }
    }

    /// Sends without waiting. What cannot be sent comes back as `Event::PathFailed` on streams, and is left to SIP's own timers on UDP.
    pub fn send(&self, path: Path, bytes: Bytes) {
        self.door.counters.sent.fetch_add(1, Ordering::Relaxed);
        if path.transport.is_reliable() {
            return self.streams.send(path, bytes);
        }
        let ours = self.udp.iter().find(|udp| udp.local == path.local);
        match ours.or_else(|| self.udp.iter().find(|udp| udp.local.is_ipv4() == path.remote.is_ipv4())) {
            Some(udp) => udp.send(path.remote, &bytes, &self.door.counters),
            None => {
                self.door.counters.send_errors.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
