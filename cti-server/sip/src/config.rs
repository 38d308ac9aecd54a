//! What the endpoint is configured with, and its bounds. No parsing of files.

use crate::api::{Path, Transport};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Everything fixed for the life of an endpoint.
#[derive(Clone, Debug)]
pub struct Config {
    /// Text of `Server` and `User-Agent`.
    pub user_agent: String,
    /// Digest realm; also the host of our phones' addresses of record.
    pub realm: String,
    /// Hosts we answer REGISTER for; empty: any.
    pub domains: Vec<String>,
    /// Local interface address → public address put into Via and Contact (NAT).
    pub advertised: Vec<(IpAddr, IpAddr)>,
    /// Our listening sockets, none unspecified: where calls to trunks start from. The one nearest to the peer is taken, then the first.
    pub listen: Vec<(Transport, SocketAddr)>,
    pub limits: Limits,
    /// RFC 3261 17.1.1.1: round-trip estimate; 64*T1 is every time-out.
    pub t1: Duration,
    /// Longest interval between retransmissions of non-INVITE requests and INVITE responses.
    pub t2: Duration,
    /// How long a message may stay in the network.
    pub t4: Duration,
    /// Shortest registration granted; asking for less is answered 423.
    pub register_min: Duration,
    /// Longest registration granted; asking for more gets this.
    pub register_max: Duration,
    /// How long a session lasts without a refresh (RFC 4028): what we propose, and the most we grant. Not below `min_se`.
    pub session_expires: Duration,
    /// Shortest session taken; asking for less is answered 422. RFC 4028 4 wants 90 s at least.
    pub min_se: Duration,
    /// How long a digest nonce is good; afterwards `stale=true`.
    pub nonce_life: Duration,
    /// Offer SHA-256 before MD5 (RFC 8760). Phones of the old school give up at a challenge they don't know instead of passing over it; for
    /// them only MD5 is offered. Credentials of either kind are taken in any case.
    pub offer_sha256: bool,
    /// Key of the nonces. Random per process is best.
    pub nonce_secret: [u8; 32],
}

impl Config {
    /// Defaults of RFC 3261 for everything but the given.
    pub fn new(realm: &str, listen: Vec<(Transport, SocketAddr)>, nonce_secret: [u8; 32]) -> Config {
        Config {
            user_agent: concat!("Cordboard/", env!("CARGO_PKG_VERSION")).to_owned(),
            realm: realm.to_owned(),
            domains: Vec::new(),
            advertised: Vec::new(),
            listen,
            limits: Limits::default(),
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            register_min: Duration::from_secs(60),
            register_max: Duration::from_secs(3600),
            session_expires: Duration::from_secs(1800),
            min_se: Duration::from_secs(90),
            nonce_life: Duration::from_secs(300),
            offer_sha256: true,
            nonce_secret,
        }
    }

    /// 64*T1: timers B, F, H, J, L, M and the wait for an ACK.
    pub(crate) fn t1_64(&self) -> Duration {
        self.t1.saturating_mul(64)
    }

    /// The address others should use for our socket `local`.
    pub(crate) fn public(&self, local: SocketAddr) -> SocketAddr {
        let ip = self.advertised.iter().find(|(from, _)| *from == local.ip()).map_or(local.ip(), |(_, to)| *to);
        SocketAddr::new(ip, local.port())
    }

    /// A path to a peer we call first: no stream yet. `None` when no socket of ours suits its transport and family.
    pub(crate) fn path_to(&self, transport: Transport, remote: SocketAddr) -> Option<Path> {
        let suits = |l: &&(Transport, SocketAddr)| l.0 == transport && l.1.is_ipv4() == remote.is_ipv4();
        // The first of equals wins, and `max_by_key` takes the last.
        let (_, local) = self.listen.iter().filter(suits).rev().max_by_key(|l| nearness(l.1.ip(), remote.ip()))?;
        Some(Path { transport, local: *local, remote, stream: None })
    }
}

/// How likely the peer is reached from this address of ours: the same reach first, then, within a site, the same network.
fn nearness(local: IpAddr, peer: IpAddr) -> (bool, u32) {
    let reach = |ip: IpAddr| (ip.is_loopback(), is_private(ip));
    let alike = match (local, peer) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => 0,
    };
    // Among public addresses numbers that look alike say nothing.
    (reach(local) == reach(peer), if is_private(peer) { alike } else { 0 })
}

/// Whether the address means something only within a site.
pub(crate) fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Bounds of everything the endpoint holds. At a bound new work is refused; work under way goes on.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Legs at once. One more INVITE: 503 with Retry-After; one more call of ours: `Refused` 503.
    pub calls: usize,
    /// Calls at once from one phone account, so that one stolen password cannot take every RTP port. One more INVITE
    /// of that phone: 503 with Retry-After.
    pub calls_per_phone: usize,
    /// Transactions at once. Beyond it new requests get 503 without state; beyond twice it requests inside dialogs too.
    pub transactions: usize,
    /// Phones with a registration. One more: 503.
    pub registrations: usize,
    /// Contacts of one phone. One more replaces the one that expires first.
    pub bindings_per_phone: usize,
    /// Bytes of messages kept for the ladders of calls. At the bound those of calls that ended first are forgotten; while none has ended,
    /// new messages are not kept.
    pub ladder_bytes: usize,
    /// Nonces whose counts are remembered. One more makes the oldest, and all before it, stale.
    pub nonces: usize,
    /// Longest time an incoming call may stay unanswered; then 480 and `Ended` by failure.
    pub ring_max: Duration,
    /// Longest time a re-INVITE may wait for the switch; then 500.
    pub reinvite_max: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            calls: 10_000,
            calls_per_phone: 4,
            transactions: 100_000,
            registrations: 20_000,
            bindings_per_phone: 8,
            ladder_bytes: 64 << 20,
            nonces: 50_000,
            ring_max: Duration::from_secs(300),
            reinvite_max: Duration::from_secs(30),
        }
    }
}
