//! Failed sign-ins, by name and by address: who fails too often must wait. In memory only; the store keeps its own count of each name.

use super::problem::Problem;
use cti_types::Tick;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Names and addresses remembered. At the bound the one idle longest is forgotten; the store's own lock of a name stays.
const ENTRIES_MAX: usize = 10_000;
/// Who has not failed for so long begins anew.
const FORGET_AFTER: Duration = Duration::from_secs(3_600);
/// The first wait; each further failure doubles it, up to the last.
const WAIT_FIRST: Duration = Duration::from_secs(30);
const WAIT_LAST: Duration = Duration::from_secs(900);
/// Failures in a row that are free: of a name as in the store, of an address more, as a house of many people may have one address.
const FREE_BY_NAME: u32 = 5;
const FREE_BY_ADDRESS: u32 = 30;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Whether or not there is such a name, so that the wait tells nothing.
    Name(String),
    /// An IPv4 address, or the /64 of an IPv6 one: its holder has all of it.
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    failures: u32,
    last: Tick,
    until: Tick,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<BTreeMap<Key, Entry>>);

impl Attempts {
    /// Counts an attempt as failed before it is made, so that many at once cannot outrun the count; [`Attempts::forgive`] takes it back.
    ///
    /// # Errors
    /// 429 with the seconds to wait, when name or address has failed too often. Then nothing is counted.
    pub(super) fn begin(&self, now: Tick, name: Option<&str>, address: Option<IpAddr>) -> Result<(), Problem> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys(name, address);
        let wait = keys.iter().filter_map(|(key, _)| entries.get(key)).map(|entry| entry.until.since(now)).max().unwrap_or_default();
        if wait > Duration::ZERO {
            return Err(Problem::too_many(wait.as_secs_f64().ceil() as u64));
        }
        for (key, free) in keys {
            make_room(&mut entries, &key, now);
            let entry = entries.entry(key).or_insert(Entry { failures: 0, last: now, until: now });
            if now.since(entry.last) > FORGET_AFTER {
                entry.failures = 0;
            }
            entry.failures = entry.failures.saturating_add(1);
            entry.last = now;
            entry.until = entry.failures.checked_sub(free).map_or(now, |over| now + wait_after(over));
        }
        Ok(())
    }

    /// The attempt went well: the name's count is over, the address's is one less.
    pub(super) fn forgive(&self, name: Option<&str>, address: Option<IpAddr>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys(name, address) {
            match (&key, entries.get_mut(&key)) {
                (Key::Address(_), Some(entry)) if entry.failures > 1 => {
                    entry.failures -= 1;
                    entry.until = entry.last;
                }
                (Key::Address(_) | Key::Name(_), _) => {
                    entries.remove(&key);
                }
            }
        }
    }
}

fn wait_after(over: u32) -> Duration {
    (WAIT_FIRST * 2_u32.saturating_pow(over.min(10))).min(WAIT_LAST)
}

fn keys(name: Option<&str>, address: Option<IpAddr>) -> Vec<(Key, u32)> {
    let name = name.map(|name| (Key::Name(name.to_owned()), FREE_BY_NAME));
    let address = address.map(|address| (Key::Address(network(address)), FREE_BY_ADDRESS));
    name.into_iter().chain(address).collect()
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

fn make_room(entries: &mut BTreeMap<Key, Entry>, key: &Key, now: Tick) {
    if entries.len() < ENTRIES_MAX || entries.contains_key(key) {
        return;
    }
    entries.retain(|_, entry| now.since(entry.last) <= FORGET_AFTER);
    if entries.len() >= ENTRIES_MAX {
        let idle = entries.iter().min_by_key(|(_, entry)| entry.last).map(|(key, _)| key.clone());
        if let Some(idle) = idle {
            entries.remove(&idle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Tick = Tick(1_000_000);

    fn at(seconds: u64) -> Tick {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn a_name_waits_twice_as_long_with_each_failure_after_the_free_ones() {
        let attempts = Attempts::default();
        for _ in 0..FREE_BY_NAME {
            attempts.begin(START, Some("ann"), None).unwrap();
        }
        assert!(attempts.begin(at(29), Some("ann"), None).is_err());
        attempts.begin(at(30), Some("ann"), None).unwrap();
        assert!(attempts.begin(at(89), Some("ann"), None).is_err());
        attempts.begin(at(90), Some("ann"), None).unwrap();
        attempts.begin(at(90), Some("bob"), None).unwrap();
    }

    #[test]
    fn a_success_ends_the_count_of_the_name() {
        let attempts = Attempts::default();
        for _ in 0..20 {
            attempts.begin(START, Some("ann"), None).unwrap();
            attempts.forgive(Some("ann"), None);
        }
    }

    #[test]
    fn an_address_is_counted_over_all_names() {
        let attempts = Attempts::default();
        let address = "2001:db8::1".parse().ok();
        for number in 0..FREE_BY_ADDRESS {
            attempts.begin(START, Some(&format!("name{number}")), address).unwrap();
        }
        let neighbour = "2001:db8::ffff".parse().ok();
        assert!(attempts.begin(START, Some("other"), neighbour).is_err());
        assert!(attempts.begin(START, Some("other"), "2001:db8:0:1::1".parse().ok()).is_ok());
    }

    #[test]
    fn a_success_takes_one_failure_from_the_address_and_not_all() {
        let attempts = Attempts::default();
        let address = "192.0.2.1".parse().ok();
        for number in 0..FREE_BY_ADDRESS - 1 {
            attempts.begin(START, Some(&format!("name{number}")), address).unwrap();
        }
        attempts.begin(START, Some("mine"), address).unwrap();
        attempts.forgive(Some("mine"), address);
        attempts.begin(START, Some("x"), address).unwrap();
        assert!(attempts.begin(START, Some("y"), address).is_err());
    }

    #[test]
    fn the_table_does_not_grow_beyond_its_bound() {
        let attempts = Attempts::default();
        for number in 0..ENTRIES_MAX as u64 + 50 {
            attempts.begin(START + Duration::from_millis(number), Some(&number.to_string()), None).unwrap();
        }
        let entries = attempts.0.lock().unwrap();
        assert_eq!(entries.len(), ENTRIES_MAX);
        assert!(!entries.contains_key(&Key::Name("0".into())));
    }

    #[test]
    fn who_has_not_failed_for_an_hour_begins_anew() {
        let attempts = Attempts::default();
        for _ in 0..FREE_BY_NAME {
            attempts.begin(START, Some("ann"), None).unwrap();
        }
        attempts.begin(at(4_000), Some("ann"), None).unwrap();
        attempts.begin(at(4_000), Some("ann"), None).unwrap();
    }
}
