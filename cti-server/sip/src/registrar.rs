//! Which phones can be reached where (RFC 3261 10.3). It trusts that the request was authenticated.

use crate::api::{Path, SourceNews, Transport};
use crate::config::Config;
use crate::message::check::Reply;
use crate::message::{Message, Name, NameAddr, Scheme, Uri, param};
use crate::timers::{Slot, Timer, Timers};
use cti_types::{Now, PhoneId, Tick};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

/// Most Contact values of one REGISTER; more is answered 400.
const CONTACTS_MAX: usize = 10;

/// One place where a phone can be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Contact URI as the phone wrote it.
    pub uri: String,
    /// Where its REGISTER came from: calls to it go there (NAT), over the same stream if it was one.
    pub path: Path,
    pub expires: Tick,
    /// Preference 0–1000 (RFC 3261 20.10 `q` in thousandths).
    pub q: u16,
}

impl Contact {
    /// Whether a browser is behind it: it came over a WebSocket and does not know its own address, which it says by a name in `.invalid`
    /// (RFC 2606 2; as all clients of RFC 7118 do). Telephones with a WebSocket of their own name an address.
    pub fn is_browser(&self) -> bool {
        let in_invalid = |uri: Uri<'_>| uri.host.to_ascii_lowercase().ends_with(".invalid");
        matches!(self.path.transport, Transport::Ws | Transport::Wss) && Uri::parse(&self.uri).is_some_and(in_invalid)
    }
}

#[derive(Clone, Debug)]
struct Binding {
    contact: Contact,
    /// What makes two contact URIs the same.
    key: String,
    /// `+sip.instance` (RFC 5626): a phone that came back with another address replaces itself.
    instance: Option<String>,
    call_id: String,
    cseq: u32,
}

#[derive(Debug, Default)]
struct Phone {
    bindings: Vec<Binding>,
    timer: Slot,
}

/// How the set of a phone's contacts changed; `None` when only times did.
pub(crate) type Change = Option<u32>;

#[derive(Debug, Default)]
pub(crate) struct Registrar {
    phones: BTreeMap<PhoneId, Phone>,
    /// How many contacts are registered from each address: no more than there are contacts.
    sources: BTreeMap<IpAddr, u32>,
    /// Addresses that came or went. Drained by the shell after each input, and so bounded by the contacts.
    news: VecDeque<SourceNews>,
}

struct Wish {
    uri: String,
    key: String,
    instance: Option<String>,
    /// Zero: remove.
    expires: Duration,
    q: u16,
}

impl Registrar {
    /// The phone's contacts, most preferred first.
    pub(crate) fn contacts(&self, phone: PhoneId) -> Vec<Contact> {
        let mut contacts: Vec<Contact> =
            self.phones.get(&phone).map(|p| p.bindings.iter().map(|b| b.contact.clone()).collect()).unwrap_or_default();
        contacts.sort_by_key(|c| std::cmp::Reverse(c.q));
        contacts
    }

    /// Whether a registration of the phone came from this address, on any port.
    pub(crate) fn has(&self, phone: PhoneId, ip: IpAddr) -> bool {
        let from = |b: &Binding| b.contact.path.remote.ip().to_canonical() == ip.to_canonical();
        self.phones.get(&phone).is_some_and(|p| p.bindings.iter().any(from))
    }

    /// Whether any phone is registered from this address.
    pub(crate) fn knows(&self, ip: IpAddr) -> bool {
        self.sources.contains_key(&ip.to_canonical())
    }

    pub(crate) fn poll_source(&mut self) -> Option<SourceNews> {
        self.news.pop_front()
    }

    pub(crate) fn phones(&self) -> usize {
        self.phones.len()
    }

    pub(crate) fn bindings(&self) -> usize {
        self.phones.values().map(|p| p.bindings.len()).sum()
    }

    /// Carries out one authenticated REGISTER, wholly or not at all.
    pub(crate) fn register(
        &mut self,
        now: Now,
        config: &Config,
        timers: &mut Timers,
        phone: PhoneId,
        message: &Message,
        path: Path,
    ) -> Result<Change, Reply> {
        let call_id = message.call_id().unwrap_or_default();
        let cseq = message.cseq().map_or(0, |c| c.number);
        let before = self.phones.get(&phone).map_or(0, |p| p.bindings.len());
        let values: Vec<&str> = message.values(Name::Contact).take(CONTACTS_MAX + 1).collect();
        if values.len() > CONTACTS_MAX {
            return Err(Reply::bad("Too Many Contacts"));
        }
        if values.is_empty() {
            return Ok(None);
        }
        let old = self.phones.get(&phone).map(|p| p.bindings.as_slice()).unwrap_or_default();
        let mut bindings = old.to_vec();
        // RFC 3261 10.3 6, 7: an older request of the same registering agent must not undo a newer one.
        let out_of_order = |b: &Binding| b.call_id == call_id && cseq <= b.cseq;
        if values.contains(&"*") {
            let zero = message.get(Name::Expires).and_then(|e| e.parse::<u32>().ok()) == Some(0);
            if values.len() > 1 || !zero {
                return Err(Reply::bad("Wildcard Contact Needs Expires 0"));
            }
            if bindings.iter().any(out_of_order) {
                return Err(Reply::new(500));
            }
            bindings.clear();
        } else {
            for wish in values.iter().map(|value| wish(value, message, config)).collect::<Result<Vec<_>, _>>()? {
                let is_it = |b: &Binding| b.key == wish.key || (wish.instance.is_some() && b.instance == wish.instance);
                if bindings.iter().any(|b| is_it(b) && out_of_order(b) && b.key == wish.key) {
                    return Err(Reply::new(500));
                }
                bindings.retain(|b| !is_it(b));
                if wish.expires.is_zero() {
                    continue;
                }
                let contact = Contact { uri: wish.uri, path, expires: now.tick + wish.expires, q: wish.q };
                bindings.push(Binding { contact, key: wish.key, instance: wish.instance, call_id: call_id.to_owned(), cseq });
            }
        }
        while bindings.len() > config.limits.bindings_per_phone.max(1) {
            let first = bindings.iter().enumerate().min_by_key(|(_, b)| b.contact.expires).map_or(0, |(at, _)| at);
            bindings.remove(first);
        }
        if before == 0 && !bindings.is_empty() && self.phones.len() >= config.limits.registrations {
            return Err(Reply::new(503).with("Retry-After", "60"));
        }
        let keys = |list: &[Binding]| list.iter().map(|b| b.key.clone()).collect::<std::collections::BTreeSet<_>>();
        let changed = keys(old) != keys(&bindings);
        let count = bindings.len() as u32;
        self.put(timers, phone, bindings);
        Ok(changed.then_some(count))
    }

    /// Some contact of the phone is due. The count that is left, when any went.
    pub(crate) fn expire(&mut self, now: Now, timers: &mut Timers, phone: PhoneId) -> Change {
        self.keep(timers, phone, |b| b.contact.expires > now.tick)
    }

    /// The phone's account is gone or its password changed.
    pub(crate) fn forget(&mut self, timers: &mut Timers, phone: PhoneId) -> Change {
        self.keep(timers, phone, |_| false)
    }

    /// A stream to `path` could not be used: contacts behind it can't be reached any more. All phones it concerns.
    pub(crate) fn failed(&mut self, timers: &mut Timers, path: Path) -> Vec<(PhoneId, u32)> {
        if path.transport == Transport::Udp {
            return Vec::new();
        }
        let behind = |b: &Binding| b.contact.path.transport == path.transport && b.contact.path.remote == path.remote;
        let phones: Vec<PhoneId> = self.phones.iter().filter(|(_, p)| p.bindings.iter().any(behind)).map(|(id, _)| *id).collect();
        phones.into_iter().filter_map(|id| Some((id, self.keep(timers, id, |b| !behind(b))?))).collect()
    }

    fn keep(&mut self, timers: &mut Timers, phone: PhoneId, keep: impl Fn(&Binding) -> bool) -> Change {
        let mut bindings = self.phones.get(&phone)?.bindings.clone();
        let before = bindings.len();
        bindings.retain(keep);
        let count = bindings.len();
        self.put(timers, phone, bindings);
        (count != before).then_some(count as u32)
    }

    fn put(&mut self, timers: &mut Timers, phone: PhoneId, bindings: Vec<Binding>) {
        let mut entry = self.phones.remove(&phone).unwrap_or_default();
        timers.clear(&mut entry.timer);
        self.count_sources(&entry.bindings, &bindings);
        if let Some(first) = bindings.iter().map(|b| b.contact.expires).min() {
            entry.bindings = bindings;
            timers.set(&mut entry.timer, first, Timer::Binding(phone));
            self.phones.insert(phone, entry);
        }
    }
}

impl Registrar {
    fn count_sources(&mut self, before: &[Binding], after: &[Binding]) {
        let ip = |b: &Binding| b.contact.path.remote.ip().to_canonical();
        // New ones first: an address whose last contact is replaced by another one stays known throughout.
        for ip in after.iter().map(ip) {
            let count = self.sources.entry(ip).or_insert(0);
            *count += 1;
            if *count == 1 {
                self.news.push_back(SourceNews::Registered(ip));
            }
        }
        for ip in before.iter().map(ip) {
            let Some(count) = self.sources.get_mut(&ip) else { continue };
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&ip);
                self.news.push_back(SourceNews::Left(ip));
            }
        }
    }
}

fn wish(value: &str, message: &Message, config: &Config) -> Result<Wish, Reply> {
    let malformed = || Reply::bad("Malformed Contact");
    let address = NameAddr::parse(value).ok_or_else(malformed)?;
    let uri = address.parsed_uri().filter(|u| matches!(u.scheme, Scheme::Sip | Scheme::Sips)).ok_or_else(malformed)?;
    // RFC 3261 10.2.1.1: what can't be read counts as an hour.
    let seconds = |text: &str| text.trim_ascii().parse::<u32>().unwrap_or(3600);
    let asked = address.param("expires").or(message.get(Name::Expires)).map(seconds);
    let asked = asked.map_or(config.register_max, |s| Duration::from_secs(s.into()));
    if !asked.is_zero() && asked < config.register_min {
        return Err(Reply::new(423).with("Min-Expires", config.register_min.as_secs().to_string()));
    }
    let q = address.param("q").and_then(|q| q.parse::<f32>().ok()).filter(|q| (0.0..=1.0).contains(q));
    Ok(Wish {
        uri: address.uri.to_owned(),
        key: uri_key(&uri),
        instance: param(address.params, "+sip.instance").map(str::to_owned),
        expires: asked.min(config.register_max),
        q: q.map_or(1000, |q| (q * 1000.0) as u16),
    })
}

/// RFC 3261 19.1.4, as far as registered contacts differ in it.
fn uri_key(uri: &Uri<'_>) -> String {
    let transport = uri.param("transport").unwrap_or_default().to_ascii_lowercase();
    let user = uri.user_plain().unwrap_or_default();
    format!("{user}@{}:{};{transport}", uri.host.to_ascii_lowercase(), uri.port.unwrap_or(5060))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_transport_and_its_name_that_leads_nowhere() {
        let at = |transport| Path { transport, local: ([10, 0, 0, 1], 5060).into(), remote: ([10, 0, 0, 9], 40_000).into(), stream: None };
        let rows = [
            (Transport::Wss, "sip:a1b2@df7jal23ls0d.invalid;transport=ws", true),
            (Transport::Ws, "sip:a1b2@DF7JAL23LS0D.INVALID;transport=ws", true),
            (Transport::Wss, "sip:desk@10.0.0.9:40000;transport=ws", false),
            (Transport::Wss, "sip:desk@invalid.example.org;transport=ws", false),
            (Transport::Tls, "sip:a1b2@df7jal23ls0d.invalid;transport=tls", false),
            (Transport::Wss, "", false),
        ];
        for (transport, uri, browser) in rows {
            let contact = Contact { uri: uri.to_owned(), path: at(transport), expires: Tick(0), q: 1000 };
            assert_eq!(contact.is_browser(), browser, "{transport:?} {uri}");
        }
    }
}
