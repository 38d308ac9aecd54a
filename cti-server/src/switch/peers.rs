//! Where trunks are: which addresses a peer that is a name has now and when to ask again, and which connections are to be kept open.
//! Looks nothing up and connects to nothing itself. Extends [`Rooms`].

use super::Effect;
use super::directory::TrunkEntry;
use super::rooms::Rooms;
use cti_sip::api::{Command as Sip, Path, Transport, Trunk};
use cti_types::{Now, Tick, TrunkId};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Shortest and longest time an answer is used, whatever its records say: a name must not be asked every second, nor for ever be believed.
const TTL: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(3600));
/// How long a name without an address is left alone, at the least and at the most: its own time to live says how long between these
/// (RFC 2308 5), but a line for calls should be back soon.
const AGAIN: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(60));
/// Most addresses of one name that are tried; further ones are left out.
const ADDRESSES_MAX: usize = 8;

/// A connection that is to be open before a call needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub path: Path,
    /// The name the peer's certificate must be for.
    pub name: String,
}

/// What is known of one name.
struct Name {
    name: String,
    transport: Transport,
    addresses: Vec<SocketAddr>,
    /// When to ask again; `None`: an answer is awaited.
    due: Option<Tick>,
}

/// All names, and the connections that were asked for.
#[derive(Default)]
pub(super) struct Peers {
    names: BTreeMap<TrunkId, Name>,
    links: Vec<Link>,
    /// What the door was told of last.
    named: BTreeSet<IpAddr>,
}

impl Peers {
    pub(super) fn poll_timeout(&self) -> Option<Tick> {
        self.names.values().filter_map(|name| name.due).min()
    }

    /// The trunk with the addresses that are known of its name.
    fn filled(&self, entry: &TrunkEntry) -> Trunk {
        let mut trunk = entry.trunk.clone();
        if let Some(name) = self.names.get(&trunk.id) {
            let mut peers = name.addresses.iter().map(|address| (name.transport, *address));
            trunk.peer = peers.next();
            trunk.out.further = peers.collect();
        }
        trunk
    }
}

impl Rooms {
    /// The trunks of a new directory: names that are known keep their addresses, new ones are looked up.
    pub(super) fn set_trunks(&mut self, now: Now) {
        let wanted: BTreeMap<TrunkId, (String, Transport)> =
            self.directory.trunks.iter().filter_map(|entry| Some((entry.trunk.id, (entry.peer_name.clone()?, entry.transport)))).collect();
        self.peers
            .names
            .retain(|id, known| wanted.get(id).is_some_and(|(name, transport)| *name == known.name && *transport == known.transport));
        for (id, (name, transport)) in wanted {
            if let std::collections::btree_map::Entry::Vacant(place) = self.peers.names.entry(id) {
                place.insert(Name { name: name.clone(), transport, addresses: Vec::new(), due: None });
                self.effects.push_back(Effect::Resolve { trunk: id, name, transport });
            }
        }
        self.tell_trunks(now);
    }

    fn tell_trunks(&mut self, now: Now) {
        let trunks: Vec<Trunk> = self.directory.trunks.iter().map(|entry| self.peers.filled(entry)).collect();
        // Before the trunks are probed over them.
        self.tell_links(&trunks);
        self.tell_sources();
        self.sip.handle_command(now, Sip::SetTrunks(trunks));
    }

    /// Answers come from where names lead: the door must know those addresses as it knows trunks that are configured by address.
    fn tell_sources(&mut self) {
        let named: BTreeSet<IpAddr> = self.peers.names.values().flat_map(|name| &name.addresses).map(SocketAddr::ip).collect();
        if self.peers.named != named {
            self.effects.push_back(Effect::Named(named.iter().copied().collect()));
            self.peers.named = named;
        }
    }

    /// TLS to trunks is opened ahead: a call must not wait for a handshake.
    fn tell_links(&mut self, trunks: &[Trunk]) {
        let mut links: Vec<Link> = Vec::new();
        for (entry, trunk) in self.directory.trunks.iter().zip(trunks).filter(|(entry, _)| entry.transport == Transport::Tls) {
            for (transport, address) in trunk.peer.iter().chain(&trunk.out.further).copied() {
                let host = entry.peer_name.as_deref().map_or_else(|| address.ip().to_string(), |name| host_of(name).to_owned());
                let name = entry.tls_name.clone().unwrap_or(host);
                // Of two trunks at one address the first says whose certificate it must be.
                let known = links.iter().any(|link| link.path.remote == address);
                links.extend(self.sip.path_to(transport, address).filter(|_| !known).map(|path| Link { path, name }));
            }
        }
        if self.peers.links != links {
            self.peers.links.clone_from(&links);
            self.effects.push_back(Effect::Connect(links));
        }
    }

    /// A look-up is back. One without an address leaves what was known: a name server's trouble is not the trunk's.
    pub(super) fn resolved(&mut self, now: Now, trunk: TrunkId, name: &str, addresses: Vec<SocketAddr>, ttl: Duration) {
        let Some(known) = self.peers.names.get_mut(&trunk).filter(|known| known.name == name) else { return };
        // An address of a kind that no socket of ours can reach is none.
        let reached = |address: &SocketAddr| self.sip.path_to(known.transport, *address).is_some();
        let addresses: Vec<SocketAddr> = addresses.into_iter().filter(reached).take(ADDRESSES_MAX).collect();
        if addresses.is_empty() {
            known.due = Some(now.tick + ttl.clamp(AGAIN.0, AGAIN.1));
            return;
        }
        known.due = Some(now.tick + ttl.clamp(TTL.0, TTL.1));
        if known.addresses != addresses {
            known.addresses = addresses;
            self.tell_trunks(now);
        }
    }

    /// Asks again for names whose answers are too old.
    pub(super) fn peers_due(&mut self, now: Now) {
        for (id, name) in &mut self.peers.names {
            if name.due.is_some_and(|at| at <= now.tick) {
                name.due = None;
                self.effects.push_back(Effect::Resolve { trunk: *id, name: name.name.clone(), transport: name.transport });
            }
        }
    }
}

/// The host of `host` or `host:port`.
fn host_of(name: &str) -> &str {
    name.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(name, |(host, _)| host)
}
