//! Trunks: which one a request is from, how each does and how many calls it has, whom a request says is calling.
//! How a trunk for a call of ours is chosen is in `route`; what is sent to keep trunks under watch in the endpoint.

pub(crate) mod health;
pub(crate) mod route;

use crate::api::{Caller, Identity, Transport, Trunk};
use crate::message::{Message, Name, NameAddr, Scheme, escape_user};
use crate::timers::Slot;
use crate::transaction::ClientId;
use cti_types::{Chance, Tick, TrunkId};
use health::{Health, Pulse, Rate, Registered};
use route::{Candidate, Route, Wanted};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How one trunk does, for screens, metrics and the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrunkStatus {
    pub trunk: TrunkId,
    pub health: Health,
    /// Since when the health is what it is.
    pub since: Tick,
    /// Calls under way, both ways.
    pub calls: u32,
    pub registered: Registered,
    /// A call failed by it: until when it gets no other.
    pub resting_until: Option<Tick>,
}

/// What is known of one trunk beside its configuration.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Calls under way, both directions.
    calls: u32,
    pub(crate) pulse: Pulse,
    since: Tick,
    resting_until: Option<Tick>,
    rate: Rate,
    /// Of the calls that come by it: they take nothing from ours.
    rate_in: Rate,
    pub(crate) registered: Registered,
    pub(crate) watch: Watch,
}

/// What runs to keep one trunk under watch: its probes, and our registration with it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) probe_slot: Slot,
    /// The probe that has no answer yet.
    pub(crate) probe: Option<ClientId>,
    pub(crate) register_slot: Slot,
    pub(crate) register: Option<ClientId>,
    /// User part of the Contact we register: by it the trunk's calls are known. Empty: none wanted.
    pub(crate) token: String,
    pub(crate) call_id: String,
    pub(crate) tag: String,
    pub(crate) cseq: u32,
    /// For how long the registration is asked.
    pub(crate) ask: Duration,
    /// In a row.
    pub(crate) failures: u32,
    /// Answered since the last success.
    pub(crate) challenges: u8,
    /// Until when the last registration is good.
    pub(crate) until: Tick,
}

#[derive(Debug, Default)]
pub(crate) struct Trunks {
    list: Vec<Trunk>,
    /// One for each of the list, and for those that are gone while they have calls.
    states: BTreeMap<TrunkId, State>,
}

impl Trunks {
    pub(crate) fn set(&mut self, list: Vec<Trunk>) {
        for trunk in &list {
            let moved = self.get(trunk.id).is_some_and(|old| old.peer != trunk.peer);
            let state = self.states.entry(trunk.id).or_default();
            // What was learnt of another peer, or by probes no longer sent, says nothing of this one.
            if moved || trunk.out.probe.is_none() {
                state.pulse = Pulse::default();
            }
            if moved {
                state.resting_until = None;
            }
        }
        self.states.retain(|id, state| state.calls > 0 || list.iter().any(|t| t.id == *id));
        self.list = list;
    }

    /// New configuration with the addresses of each trunk in the order they have now, where they are the same ones: who was found to answer
    /// stays first.
    pub(crate) fn in_present_order(&self, mut list: Vec<Trunk>) -> Vec<Trunk> {
        for trunk in &mut list {
            let Some(old) = self.get(trunk.id) else { continue };
            let (mut before, mut after) = (peers(old), peers(trunk));
            before.sort_unstable();
            after.sort_unstable();
            if before == after {
                (trunk.peer, trunk.out.further) = (old.peer, old.out.further.clone());
            }
        }
        list
    }

    /// RFC 3263 4.3: the first address of a trunk does not answer, the next is first from now on. False when there is only one.
    pub(crate) fn turn(&mut self, id: TrunkId) -> bool {
        let Some(trunk) = self.list.iter_mut().find(|t| t.id == id).filter(|t| !t.out.further.is_empty()) else { return false };
        let next = trunk.out.further.remove(0);
        trunk.out.further.extend(trunk.peer.replace(next));
        true
    }

    pub(crate) fn get(&self, id: TrunkId) -> Option<&Trunk> {
        self.list.iter().find(|t| t.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Trunk> {
        self.list.iter()
    }

    pub(crate) fn state(&mut self, id: TrunkId) -> Option<&mut State> {
        self.states.get_mut(&id)
    }

    /// The trunk a source belongs to: one that names the port before one that doesn't, then the longest prefix.
    pub(crate) fn of(&self, source: SocketAddr) -> Option<&Trunk> {
        let fits = |t: &&Trunk| t.source_port.is_none_or(|port| port == source.port());
        let prefix = |t: &Trunk| t.sources.iter().filter(|(net, len)| within(source.ip(), *net, *len)).map(|(_, len)| *len).max();
        let candidates = self.list.iter().filter(fits).filter_map(|t| Some((t.source_port.is_some(), prefix(t)?, t)));
        // `max_by_key` takes the last of equals; the first configured should win.
        candidates.rev().max_by_key(|(port, len, _)| (*port, *len)).map(|(_, _, t)| t)
    }

    /// Whether the address, on any port, is one of this trunk's: a source of it, or where calls to it go.
    pub(crate) fn has(&self, id: TrunkId, ip: IpAddr) -> bool {
        self.get(id).is_some_and(|t| is_peer(t, ip) || t.sources.iter().any(|(net, len)| within(ip, *net, *len)))
    }

    /// The trunk with which we registered this Contact user, when the source is where it was registered.
    pub(crate) fn registered_as(&self, user: &str, ip: IpAddr) -> Option<&Trunk> {
        let token = |t: &&Trunk| self.token(t.id).is_some_and(|token| token == user);
        self.list.iter().filter(|t| is_peer(t, ip)).find(token)
    }

    /// User part of the Contact registered with a trunk.
    pub(crate) fn token(&self, id: TrunkId) -> Option<&str> {
        self.states.get(&id).map(|state| state.watch.token.as_str()).filter(|token| !token.is_empty())
    }

    /// The trunk whose peer has this address and port: where a redirection may lead.
    pub(crate) fn with_peer(&self, peer: SocketAddr) -> Option<&Trunk> {
        let same = |(_, of): &(Transport, SocketAddr)| of.port() == peer.port() && of.ip().to_canonical() == peer.ip().to_canonical();
        self.list.iter().find(|t| t.peer.iter().chain(&t.out.further).any(same))
    }

    /// Counts one more call; false at the trunk's bound, where the call is refused with 503.
    pub(crate) fn acquire(&mut self, id: TrunkId) -> bool {
        let bound = self.get(id).and_then(|t| t.calls_max);
        let state = self.states.entry(id).or_default();
        let room = bound.is_none_or(|bound| state.calls < bound);
        state.calls += u32::from(room);
        room
    }

    /// Whether one more call may come by it now; then it is counted.
    pub(crate) fn may_come(&mut self, now: Tick, id: TrunkId) -> bool {
        let most = self.get(id).and_then(|t| t.out.cps_max);
        let Some(state) = self.states.get_mut(&id).filter(|state| state.rate_in.has_room(now, most)) else { return false };
        state.rate_in.take(now, most);
        true
    }

    /// Counts one more call whatever the bound: an emergency call.
    pub(crate) fn acquire_always(&mut self, id: TrunkId) {
        self.states.entry(id).or_default().calls += 1;
    }

    pub(crate) fn release(&mut self, id: TrunkId) {
        let known = self.get(id).is_some();
        if let Some(state) = self.states.get_mut(&id) {
            state.calls = state.calls.saturating_sub(1);
            if state.calls == 0 && !known {
                self.states.remove(&id);
            }
        }
    }

    /// Chooses a trunk for a call of ours and takes a token of its rate. `tried`: those the call failed by already.
    pub(crate) fn route(&mut self, now: Tick, wanted: &Wanted, tried: &[TrunkId], chance: &mut Chance) -> Route {
        let fallback = State::default();
        let states = &self.states;
        let candidates = self.list.iter().map(|trunk| {
            let state = states.get(&trunk.id).unwrap_or(&fallback);
            Candidate {
                trunk,
                calls: state.calls,
                health: state.pulse.health,
                unregistered: trunk.out.register_for.is_some() && state.registered != Registered::Yes,
                resting_until: state.resting_until,
                in_rate: state.rate.has_room(now, trunk.out.cps_max),
                tried: tried.contains(&trunk.id),
            }
        });
        let candidates: Vec<Candidate<'_>> = candidates.collect();
        let route = route::choose(wanted, &candidates, now, chance);
        if let Some(id) = route.trunk {
            let most = self.get(id).and_then(|t| t.out.cps_max);
            if let Some(state) = self.states.get_mut(&id) {
                state.rate.take(now, most);
            }
        }
        route
    }

    /// A call failed by the trunk itself: it rests, for as long as it asks or for a while.
    pub(crate) fn failed(&mut self, now: Tick, id: TrunkId, retry_after: Option<Duration>) {
        if let Some(state) = self.states.get_mut(&id) {
            state.resting_until = Some(now + route::rest(retry_after));
        }
    }

    /// One probe of it is over; true when its health changed.
    pub(crate) fn probed(&mut self, now: Tick, id: TrunkId, answered: bool) -> bool {
        let Some(probe) = self.get(id).and_then(|t| t.out.probe) else { return false };
        let Some(state) = self.states.get_mut(&id) else { return false };
        let changed = state.pulse.probed(probe, answered);
        if changed {
            state.since = now;
            if state.pulse.health == Health::Up {
                state.resting_until = None;
            }
        }
        changed
    }

    /// How every trunk does, in the order they are configured.
    pub(crate) fn statuses(&self) -> Vec<TrunkStatus> {
        let status = |trunk: &Trunk| {
            let state = self.states.get(&trunk.id)?;
            let (pulse, since) = (state.pulse, state.since);
            let (calls, registered, resting_until) = (state.calls, state.registered, state.resting_until);
            Some(TrunkStatus { trunk: trunk.id, health: pulse.health, since, calls, registered, resting_until })
        };
        self.list.iter().filter_map(status).collect()
    }
}

/// Most headers of a call's redirections that are kept; older ones are left out.
const HISTORY_MAX: usize = 10;
/// Longest value of one that is kept.
const HISTORY_BYTES_MAX: usize = 1024;

/// How a call was redirected before it came.
pub(crate) fn history(message: &Message) -> Vec<(String, String)> {
    let kept = |name: &str| ["Diversion", "History-Info"].into_iter().find(|known| known.eq_ignore_ascii_case(name));
    let headers = message.headers().filter_map(|(name, value)| Some((kept(name)?, value)));
    let short = headers.filter(|(_, value)| value.len() <= HISTORY_BYTES_MAX);
    short.take(HISTORY_MAX).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Where calls to it go, in this order.
fn peers(trunk: &Trunk) -> Vec<(Transport, SocketAddr)> {
    trunk.peer.iter().chain(&trunk.out.further).copied().collect()
}

fn is_peer(trunk: &Trunk, ip: IpAddr) -> bool {
    trunk.peer.iter().chain(&trunk.out.further).any(|(_, peer)| peer.ip().to_canonical() == ip.to_canonical())
}

/// From of a call to a trunk, and the headers that say who calls (RFC 3325 9, RFC 3323 4) and which number of ours sent the call on
/// (RFC 5806). `host` is the host of our identities.
///
/// A number that is to be withheld still goes to a trunk in these: the network must know who calls, the called must not.
pub(crate) fn identity(trunk: &Trunk, from: &Caller, host: &str) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let name = match trunk.out.identity {
        Identity::Asserted => "P-Asserted-Identity",
        Identity::Preferred => "P-Preferred-Identity",
        Identity::None => "",
    };
    let number = from.asserted.as_deref().unwrap_or(&from.user);
    let scheme = if trunk.out.sips { "sips" } else { "sip" };
    if !name.is_empty() && !number.is_empty() {
        headers.push((name.to_owned(), format!("<{scheme}:{}@{host}>", escape_user(number))));
    }
    if let Some(number) = &from.diverted {
        let privacy = if from.user.is_empty() { ";privacy=full" } else { "" };
        headers.push(("Diversion".to_owned(), format!("<{scheme}:{}@{host}>;reason=deflection{privacy}", escape_user(number))));
    }
    headers
}

fn within(ip: IpAddr, net: IpAddr, len: u8) -> bool {
    match (ip.to_canonical(), net.to_canonical()) {
        (IpAddr::V4(ip), IpAddr::V4(net)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(len.min(32))).unwrap_or(0);
            ip.to_bits() & mask == net.to_bits() & mask
        }
        (IpAddr::V6(ip), IpAddr::V6(net)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(len.min(128))).unwrap_or(0);
            ip.to_bits() & mask == net.to_bits() & mask
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Number and display name of the caller as far as they may be believed; both `None` when withheld.
/// P-Asserted-Identity counts only from a trusted trunk (RFC 3325 9.1); Privacy hides it (RFC 3323 4.2).
pub(crate) fn caller(message: &Message, trusted: bool) -> (Option<String>, Option<String>) {
    let hides = |p: &str| ["id", "user", "header"].iter().any(|h| p.trim_ascii().eq_ignore_ascii_case(h));
    if message.lines(Name::Privacy).flat_map(|l| l.split([';', ','])).any(hides) {
        return (None, None);
    }
    let from = message.from();
    if trusted {
        let asserted = message.values(Name::PAssertedIdentity).filter_map(NameAddr::parse).find_map(|a| Some((user(&a)?, a)));
        if let Some((number, address)) = asserted {
            let display = address.display().or_else(|| from.and_then(|f| f.display()));
            return (Some(number), display.map(|d| d.into_owned()));
        }
    }
    let Some(from) = from else { return (None, None) };
    let withheld = from.parsed_uri().is_none_or(|uri| {
        uri.host.eq_ignore_ascii_case("anonymous.invalid") || uri.user_plain().is_none_or(|u| u.eq_ignore_ascii_case("anonymous"))
    });
    match user(&from) {
        Some(number) if !withheld => (Some(number), from.display().map(|d| d.into_owned())),
        _ => (None, None),
    }
}

fn user(address: &NameAddr<'_>) -> Option<String> {
    let uri = address.parsed_uri().filter(|uri| uri.scheme != Scheme::Other)?;
    uri.user_plain().filter(|u| !u.is_empty()).map(|u| u.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn trunk(id: u128, source: &str, len: u8, source_port: Option<u16>) -> Trunk {
        Trunk {
            id: TrunkId::from_u128(id),
            sources: vec![(source.parse().unwrap(), len)],
            source_port,
            peer: None,
            calls_max: Some(2),
            trusted: true,
            out: crate::api::Outward::default(),
        }
    }

    #[test]
    fn a_source_belongs_to_the_most_exact_trunk() {
        let mut trunks = Trunks::default();
        trunks.set(vec![
            trunk(1, "10.0.0.0", 8, None),
            trunk(2, "10.1.0.0", 16, None),
            trunk(3, "10.0.0.0", 8, Some(5080)),
            trunk(4, "2001:db8::", 32, None),
            trunk(5, "10.1.0.0", 16, None),
        ]);
        let table = [
            ("10.9.9.9:5060", Some(1)),
            ("10.1.9.9:5060", Some(2)),
            ("10.1.9.9:5080", Some(3)),
            ("11.0.0.1:5060", None),
            ("[2001:db8:1::1]:5060", Some(4)),
            ("[2001:db9::1]:5060", None),
            ("[::ffff:10.1.0.1]:9", Some(2)),
        ];
        for (source, wanted) in table {
            let got = trunks.of(source.parse().unwrap()).map(|t| t.id);
            assert_eq!(got, wanted.map(TrunkId::from_u128), "{source}");
        }
    }

    #[test]
    fn calls_are_counted_to_the_bound_and_given_back() {
        let mut trunks = Trunks::default();
        trunks.set(vec![trunk(1, "10.0.0.0", 8, None)]);
        let id = TrunkId::from_u128(1);
        assert_eq!([trunks.acquire(id), trunks.acquire(id), trunks.acquire(id)], [true, true, false]);
        trunks.release(id);
        assert!(trunks.acquire(id));
    }

    #[test]
    fn calls_come_no_faster_than_the_trunk_may_and_leave_ours_their_own_rate() {
        let mut trunks = Trunks::default();
        let mut slow = trunk(1, "10.0.0.0", 8, None);
        (slow.calls_max, slow.out.cps_max, slow.peer) = (None, Some(2), Some((Transport::Udp, "10.0.0.1:5060".parse().unwrap())));
        trunks.set(vec![slow, trunk(2, "10.0.0.0", 8, Some(5080))]);
        let [slow, free] = [1, 2].map(TrunkId::from_u128);
        let came = |trunks: &mut Trunks, id, ms: u64| trunks.may_come(Tick(ms * 1000), id);
        let table = [(0, true), (0, true), (0, false), (499, false), (500, true), (501, false), (5000, true), (5000, true), (5000, false)];
        for (ms, wanted) in table {
            assert_eq!(came(&mut trunks, slow, ms), wanted, "after {ms} ms");
            assert!(came(&mut trunks, free, ms), "one without a rate");
        }
        let wanted = Wanted { number: "+1".into(), country: None, emergency: false };
        assert_eq!(trunks.route(Tick(5_000_000), &wanted, &[], &mut Chance::from_number(1)).trunk, Some(slow));
    }

    #[test]
    fn the_caller_is_believed_as_far_as_the_trunk_is() {
        let table = [
            ("From: \"A\" <sip:123@x>;tag=1", true, Some("123"), Some("A")),
            ("From: \"A\" <sip:123@x>\r\nP-Asserted-Identity: <tel:+4412>, <sip:9@x>", true, Some("+4412"), Some("A")),
            ("From: <sip:123@x>\r\nP-Asserted-Identity: <tel:+4412>", false, Some("123"), None),
            ("From: <sip:anonymous@anonymous.invalid>\r\nP-Asserted-Identity: \"B\" <sip:+4412;x=y@h>", true, Some("+4412"), Some("B")),
            ("From: \"A\" <sip:anonymous@anonymous.invalid>", true, None, None),
            ("From: <sip:123@x>\r\nP-Asserted-Identity: <sip:5@x>\r\nPrivacy: session; id", true, None, None),
            ("From: <sip:123@x>\r\nPrivacy: none", true, Some("123"), None),
            ("From: <sip:x.example>", true, None, None),
        ];
        for (headers, trusted, number, display) in table {
            let message = Message::parse(&Bytes::from(format!("INVITE sip:a@b SIP/2.0\r\n{headers}\r\n\r\n"))).unwrap();
            let got = caller(&message, trusted);
            assert_eq!((got.0.as_deref(), got.1.as_deref()), (number, display), "{headers}");
        }
    }
}
