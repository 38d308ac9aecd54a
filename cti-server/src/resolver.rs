//! Looks up the addresses of trunks that are configured by name (RFC 3263): NAPTR, then SRV, then A and AAAA. The order of records is
//! `cti_sip::locate`'s; when to ask again, and what an empty answer means, is the switch's.

use crate::clock::Clock;
use crate::switch::Event;
use crate::switch::run::Inbox;
use cti_sip::api::Transport;
use cti_sip::locate::{Naptr, RECORDS_MAX, Srv, in_order, srv_names};
use cti_types::{Chance, TrunkId};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{RData, RecordType};
use sha2::{Digest as _, Sha256};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long an answer is used whose records say no time, and how soon is asked again after one that did not come.
const TTL: Duration = Duration::from_secs(60);
/// The longest time any answer is used.
const TTL_MAX: Duration = Duration::from_secs(3600);
/// How long a name server may take for one question; then it is asked once more, or another is.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// A look-up that takes longer as a whole counts as failed.
const TIME_MAX: Duration = Duration::from_secs(20);
/// Most look-ups under way; a further one waits.
const AT_ONCE: usize = 16;
/// Answers kept, the good and the empty; one more pushes another out.
const CACHE_MAX: u64 = 1_024;
/// Most SRV names of one host that are asked for, and most addresses that are collected; further ones are left out.
const NAMES_MAX: usize = 4;
const ADDRESSES_MAX: usize = 16;

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Resolver {
    dns: TokioResolver,
    clock: Clock,
    turns: Arc<Semaphore>,
    /// What the lots of SRV records are drawn with: see [`Resolver::dice_for`].
    dice: [u8; 32],
}

impl Resolver {
    /// Asks these name servers, or those of the machine when there are none.
    ///
    /// # Errors
    /// What the library says of the name servers.
    pub fn new(servers: &[SocketAddr], clock: Clock, dice: [u8; 32]) -> anyhow::Result<Resolver> {
        let provider = TokioRuntimeProvider::default();
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio().unwrap_or_else(|error| {
                tracing::warn!(%error, "the machine has no usable name servers; trunks are found by address and by its hosts file only");
                TokioResolver::builder_with_config(ResolverConfig::from_parts(None, Vec::new(), Vec::new()), provider)
            })
        } else {
            let servers = servers.iter().copied().map(name_server).collect();
            TokioResolver::builder_with_config(ResolverConfig::from_parts(None, Vec::new(), servers), provider)
        };
        let options = builder.options_mut();
        options.timeout = ANSWER_MAX;
        options.cache_size = CACHE_MAX;
        options.positive_max_ttl = Some(TTL_MAX);
        // RFC 2308 5 lets an empty answer be kept for hours; a carrier's new record should be found sooner.
        options.negative_max_ttl = Some(TTL);
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        Ok(Resolver { dns: builder.build()?, clock, turns: Arc::new(Semaphore::new(AT_ONCE)), dice })
    }

    /// Looks the name up; the answer comes as an event, empty when there is none.
    pub async fn resolve(self, inbox: Inbox, trunk: TrunkId, name: String, transport: Transport) {
        let (addresses, ttl) = self.look_up(&name, transport).await;
        if addresses.is_empty() {
            tracing::warn!(%trunk, "the name of a trunk's peer cannot be looked up");
        }
        inbox.desk(Event::Resolved { trunk, name, addresses, ttl }).await;
    }

    /// The addresses, in the order they are to be tried, and how long they, or their absence, may be believed.
    async fn look_up(&self, name: &str, transport: Transport) -> (Vec<SocketAddr>, Duration) {
        let mut search = Search { dns: &self.dns, clock: self.clock, chance: self.dice_for(name), ttl: TTL_MAX };
        let Ok(_turn) = self.turns.acquire().await else { return (Vec::new(), TTL) };
        match tokio::time::timeout(TIME_MAX, search.peers(name, transport)).await {
            Ok(addresses) => (addresses, search.ttl),
            Err(_) => (Vec::new(), TTL),
        }
    }

    /// The same dice for the same name at every look-up: while the records stay, so does their order, and a trunk keeps the peer it is
    /// registered with. Another server throws others, so that all together share by weight.
    fn dice_for(&self, name: &str) -> Chance {
        Chance::from_seed(Sha256::new().chain_update(self.dice).chain_update(name).finalize().into())
    }
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    NameServerConfig::new(address.ip(), true, vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())])
}

/// One look-up, from its first question to its last.
struct Search<'a> {
    dns: &'a TokioResolver,
    clock: Clock,
    chance: Chance,
    /// Until the first of its answers is too old.
    ttl: Duration,
}

impl Search<'_> {
    async fn peers(&mut self, name: &str, transport: Transport) -> Vec<SocketAddr> {
        // RFC 3263 4.2: a port that is said is the port, and no SRV record is asked for.
        if let Some((host, port)) = with_port(name) {
            return self.hosts(host, port).await;
        }
        let naptr = self.naptr(name).await;
        let mut found: Vec<SocketAddr> = Vec::new();
        let mut declined = false;
        for service in srv_names(name, transport, &naptr).into_iter().take(NAMES_MAX) {
            let records = self.srv(&service).await;
            // RFC 2782: one record with the target `.` says that there is decidedly nothing.
            declined |= !records.is_empty() && records.iter().all(|record| record.target == ".");
            for record in in_order(records, &mut self.chance) {
                for address in self.hosts(&record.target, record.port).await {
                    if found.len() < ADDRESSES_MAX && !found.contains(&address) {
                        found.push(address);
                    }
                }
            }
        }
        if found.is_empty() && !declined {
            found = self.hosts(name, transport.usual_port()).await;
        }
        found
    }

    async fn naptr(&mut self, name: &str) -> Vec<Naptr> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let read = |data: &RData| match data {
            RData::NAPTR(record) => Some(Naptr {
                order: record.order,
                preference: record.preference,
                flags: text(&record.flags),
                service: text(&record.services),
                replacement: record.replacement.to_ascii(),
            }),
            _ => None,
        };
        self.ask(name, RecordType::NAPTR, read).await
    }

    async fn srv(&mut self, name: &str) -> Vec<Srv> {
        let read = |data: &RData| match data {
            RData::SRV(record) => {
                Some(Srv { priority: record.priority, weight: record.weight, port: record.port, target: record.target.to_ascii() })
            }
            _ => None,
        };
        let mut records = self.ask(name, RecordType::SRV, read).await;
        // Name servers turn their records round; the lot must not depend on it.
        records.sort_by(|a, b| (a.priority, &a.target, a.port).cmp(&(b.priority, &b.target, b.port)));
        records
    }

    async fn ask<T>(&mut self, name: &str, kind: RecordType, read: impl Fn(&RData) -> Option<T>) -> Vec<T> {
        match self.dns.lookup(absolute(name), kind).await {
            Ok(lookup) => {
                self.believe(&lookup);
                lookup.answers().iter().take(RECORDS_MAX).filter_map(|record| read(&record.data)).collect()
            }
            Err(error) => {
                self.believe_nothing(&error);
                Vec::new()
            }
        }
    }

    /// All addresses of a host, those of one kind in an order by lot: they are equals.
    async fn hosts(&mut self, host: &str, port: u16) -> Vec<SocketAddr> {
        let found = match self.dns.lookup_ip(absolute(host)).await {
            Ok(found) => found,
            Err(error) => {
                self.believe_nothing(&error);
                return Vec::new();
            }
        };
        self.believe(found.as_lookup());
        let mut addresses: Vec<IpAddr> = found.iter().take(RECORDS_MAX).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let mut lots: Vec<(bool, u64, IpAddr)> = addresses.into_iter().map(|ip| (ip.is_ipv6(), self.chance.u64(), ip)).collect();
        lots.sort_unstable();
        lots.into_iter().map(|(_, _, ip)| SocketAddr::new(ip, port)).collect()
    }

    fn believe(&mut self, lookup: &Lookup) {
        let now = self.clock.instant(self.clock.tick());
        self.ttl = self.ttl.min(lookup.valid_until().saturating_duration_since(now));
    }

    /// RFC 2308: that there is nothing is believed for as long as the zone says, and for a while when nobody says anything.
    fn believe_nothing(&mut self, error: &NetError) {
        let said = match error {
            NetError::Dns(DnsError::NoRecordsFound(none)) => none.negative_ttl,
            _ => None,
        };
        self.ttl = self.ttl.min(said.map_or(TTL, |seconds| Duration::from_secs(seconds.into())));
    }
}

fn with_port(name: &str) -> Option<(&str, u16)> {
    let (host, port) = name.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}

/// A name with a dot is meant as it is; only a bare one is looked for in the machine's own domains.
fn absolute(name: &str) -> String {
    if name.contains('.') && !name.ends_with('.') { format!("{name}.") } else { name.to_owned() }
}

#[cfg(test)]
mod tests;
