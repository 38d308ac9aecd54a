//! Trunks known by their addresses: which one a request is from, how many calls it has, whom it says is calling.

use crate::api::Trunk;
use crate::message::{Message, Name, NameAddr, Scheme};
use cti_types::TrunkId;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

#[derive(Debug, Default)]
pub(crate) struct Trunks {
    list: Vec<Trunk>,
    /// Calls under way, both directions; entries at zero are removed.
    calls: BTreeMap<TrunkId, u32>,
}

impl Trunks {
    pub(crate) fn set(&mut self, list: Vec<Trunk>) {
        self.list = list;
    }

    pub(crate) fn get(&self, id: TrunkId) -> Option<&Trunk> {
        self.list.iter().find(|t| t.id == id)
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
        let peer = |t: &Trunk| t.peer.is_some_and(|(_, peer)| peer.ip().to_canonical() == ip.to_canonical());
        self.get(id).is_some_and(|t| peer(t) || t.sources.iter().any(|(net, len)| within(ip, *net, *len)))
    }

    /// Counts one more call; false at the trunk's bound, where the call is refused with 503.
    pub(crate) fn acquire(&mut self, id: TrunkId) -> bool {
        let bound = self.get(id).and_then(|t| t.calls_max);
        let calls = self.calls.entry(id).or_insert(0);
        if bound.is_some_and(|bound| *calls >= bound) {
            if *calls == 0 {
                self.calls.remove(&id);
            }
            return false;
        }
        *calls += 1;
        true
    }

    pub(crate) fn release(&mut self, id: TrunkId) {
        if let Some(calls) = self.calls.get_mut(&id) {
            *calls = calls.saturating_sub(1);
            if *calls == 0 {
                self.calls.remove(&id);
            }
        }
    }
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
