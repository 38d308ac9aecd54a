//! Failed sign-ins: who fails too often must wait. Counted by name at one address, so that a stranger cannot lock somebody out; far more
//! slowly by name alone and by address alone. In memory only; the store keeps its own count of each name.

use super::problem::Problem;
use crate::places::network;
use cti_types::Tick;
use std::collections::{BTreeMap, btree_map};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Entries of each table. At the bound the one idle longest is forgotten; the store's own lock of a name stays.
const ENTRIES_MAX: usize = 10_000;

/// Failures of a name at one address in a row that are free; each further one doubles the wait.
const NAME_FREE: u32 = 5;
const NAME_WAIT_FIRST: Duration = Duration::from_secs(30);
const NAME_WAIT_LAST: Duration = Duration::from_secs(900);
/// A name that has not failed for so long begins anew.
const NAME_FORGET: Duration = Duration::from_secs(3_600);

/// Failures of a name at once, wherever from: guessing from many addresses is slowed too. One more must wait until one has drained away.
const EVERYWHERE_MAX: u32 = 100;
const EVERYWHERE_DRAIN: Duration = Duration::from_secs(60);

/// Failures of an address at once: a house of many people may have one address. One more must wait until one has drained away.
const ADDRESS_MAX: u32 = 30;
const ADDRESS_DRAIN: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug)]
struct Entry {
    failures: u32,
    last: Tick,
}

impl Entry {
    /// How long the name must still wait.
    fn name_wait(self, now: Tick) -> Duration {
        let Some(over) = self.failures.checked_sub(NAME_FREE) else { return Duration::ZERO };
        let wait = (NAME_WAIT_FIRST * 2_u32.saturating_pow(over.min(10))).min(NAME_WAIT_LAST);
        (self.last + wait).since(now)
    }

    /// The failures that have not drained away, one each `drain`.
    fn level(self, now: Tick, drain: Duration) -> u32 {
        let drained = now.since(self.last).as_secs() / drain.as_secs();
        self.failures.saturating_sub(u32::try_from(drained).unwrap_or(u32::MAX))
    }

    fn check_level(self, now: Tick, max: u32, drain: Duration) -> Result<(), Problem> {
        if self.level(now, drain) < max {
            return Ok(());
        }
        Err(Problem::too_many(drain.as_secs() - now.since(self.last).as_secs() % drain.as_secs()))
    }
}

#[derive(Debug, Default)]
struct Tables {
    /// Names at one address. Whether or not there is such a name, so that the wait tells nothing.
    names: BTreeMap<(String, Option<IpAddr>), Entry>,
    /// Names, wherever from.
    everywhere: BTreeMap<String, Entry>,
    /// IPv4 addresses, and /64 networks of IPv6: their holder has all of it.
    addresses: BTreeMap<IpAddr, Entry>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Tables>);

impl Attempts {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this address may try now.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) fn check(&self, now: Tick, address: Option<IpAddr>) -> Result<(), Problem> {
        let tables = self.tables();
        let entry = address.and_then(|address| tables.addresses.get(&network(address)));
        entry.map_or(Ok(()), |entry| entry.check_level(now, ADDRESS_MAX, ADDRESS_DRAIN))
    }

    /// Begins an attempt with a name. It counts as failed until [`Attempts::forgive`], so that many at once cannot outrun the count.
    ///
    /// # Errors
    /// 429 with the seconds to wait, when name or address has failed too often. Then nothing is counted.
    pub(super) fn begin(&self, now: Tick, name: &str, address: Option<IpAddr>) -> Result<(), Problem> {
        self.check(now, address)?;
        let Tables { names, everywhere, .. } = &mut *self.tables();
        let key = (name.to_owned(), address.map(network));
        let wait = names.get(&key).map_or(Duration::ZERO, |entry| entry.name_wait(now));
        if wait > Duration::ZERO {
            return Err(Problem::too_many(wait.as_secs_f64().ceil() as u64));
        }
        everywhere.get(name).map_or(Ok(()), |entry| entry.check_level(now, EVERYWHERE_MAX, EVERYWHERE_DRAIN))?;
        make_room(everywhere, name);
        add(everywhere.entry(name.to_owned()), now, EVERYWHERE_DRAIN);
        make_room(names, &key);
        let entry = names.entry(key).or_insert(Entry { failures: 0, last: now });
        let before = if now.since(entry.last) > NAME_FORGET { 0 } else { entry.failures };
        *entry = Entry { failures: before.saturating_add(1), last: now };
        Ok(())
    }

    /// The attempt was right, or could not be judged: the count of the name at this address is over. Of the name everywhere only this
    /// attempt is taken back: somebody who signs in does not give those who guess elsewhere another hundred.
    pub(super) fn forgive(&self, name: &str, address: Option<IpAddr>) {
        let Tables { names, everywhere, .. } = &mut *self.tables();
        names.remove(&(name.to_owned(), address.map(network)));
        match everywhere.get_mut(name) {
            Some(entry) if entry.failures > 1 => entry.failures -= 1,
            Some(_) | None => {
                everywhere.remove(name);
            }
        }
    }

    /// An attempt from this address has failed. Counted afterwards, as a house may sign in all at once in the morning.
    pub(super) fn failed(&self, now: Tick, address: Option<IpAddr>) {
        let Some(address) = address.map(network) else { return };
        let addresses = &mut self.tables().addresses;
        make_room(addresses, &address);
        add(addresses.entry(address), now, ADDRESS_DRAIN);
    }
}

fn add<K: Ord>(entry: btree_map::Entry<'_, K, Entry>, now: Tick, drain: Duration) {
    let entry = entry.or_insert(Entry { failures: 0, last: now });
    *entry = Entry { failures: entry.level(now, drain).saturating_add(1), last: now };
}

fn make_room<K: Ord + Clone + std::borrow::Borrow<Q>, Q: Ord + ?Sized>(entries: &mut BTreeMap<K, Entry>, key: &Q) {
    if entries.len() < ENTRIES_MAX || entries.contains_key(key) {
        return;
    }
    let idle = entries.iter().min_by_key(|(_, entry)| entry.last).map(|(key, _)| key.clone());
    if let Some(idle) = idle {
        entries.remove(idle.borrow());
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
        for _ in 0..NAME_FREE {
            attempts.begin(START, "ann", None).unwrap();
        }
        assert!(attempts.begin(at(29), "ann", None).is_err());
        attempts.begin(at(30), "ann", None).unwrap();
        assert!(attempts.begin(at(89), "ann", None).is_err());
        attempts.begin(at(90), "ann", None).unwrap();
        attempts.begin(at(90), "bob", None).unwrap();
    }

    #[test]
    fn a_success_ends_the_count_of_the_name() {
        let attempts = Attempts::default();
        for _ in 0..20 {
            attempts.begin(START, "ann", None).unwrap();
            attempts.forgive("ann", None);
        }
    }

    #[test]
    fn a_name_that_has_not_failed_for_an_hour_begins_anew() {
        let attempts = Attempts::default();
        for _ in 0..NAME_FREE {
            attempts.begin(START, "ann", None).unwrap();
        }
        attempts.begin(at(4_000), "ann", None).unwrap();
        attempts.begin(at(4_000), "ann", None).unwrap();
    }

    #[test]
    fn an_address_is_counted_over_all_names_and_drains() {
        let attempts = Attempts::default();
        let address: Option<IpAddr> = "2001:db8::1".parse().ok();
        for _ in 0..ADDRESS_MAX {
            attempts.begin(START, "x", address).unwrap();
            attempts.forgive("x", address);
            attempts.failed(START, address);
        }
        let neighbour = "2001:db8::ffff".parse().ok();
        assert!(attempts.begin(at(19), "other", neighbour).is_err());
        assert!(attempts.check(at(19), "2001:db8:0:1::1".parse().ok()).is_ok());
        attempts.check(at(20), neighbour).unwrap();
        attempts.failed(at(20), neighbour);
        assert!(attempts.check(at(39), address).is_err());
        attempts.check(at(40), address).unwrap();
    }

    #[test]
    fn failures_elsewhere_do_not_lock_a_name_out() {
        let attempts = Attempts::default();
        let (stranger, person) = ("192.0.2.1".parse().ok(), "198.51.100.1".parse().ok());
        for _ in 0..NAME_FREE {
            attempts.begin(START, "ann", stranger).unwrap();
            attempts.failed(START, stranger);
        }
        assert!(attempts.begin(START, "ann", stranger).is_err());
        attempts.begin(START, "ann", person).unwrap();
        attempts.forgive("ann", person);
        assert!(attempts.begin(START, "ann", stranger).is_err(), "a success elsewhere ends no wait");
    }

    #[test]
    fn a_name_that_fails_from_very_many_addresses_waits_everywhere_and_drains() {
        let attempts = Attempts::default();
        for number in 0..EVERYWHERE_MAX {
            attempts.begin(START, "ann", Some(IpAddr::from(number.to_be_bytes()))).unwrap();
        }
        let fresh = "198.51.100.1".parse().ok();
        assert!(attempts.begin(at(59), "ann", fresh).is_err());
        attempts.begin(at(59), "bob", fresh).unwrap();
        attempts.begin(at(60), "ann", fresh).unwrap();
        assert!(attempts.begin(at(60), "ann", "198.51.100.2".parse().ok()).is_err());
        attempts.forgive("ann", fresh);
        attempts.begin(at(60), "ann", fresh).unwrap();
    }

    #[test]
    fn a_house_that_signs_in_all_at_once_is_not_locked_out() {
        let attempts = Attempts::default();
        let address = "192.0.2.1".parse().ok();
        for number in 0..500 {
            attempts.begin(START, &format!("name{number}"), address).unwrap();
        }
    }

    #[test]
    fn the_tables_do_not_grow_beyond_their_bound() {
        let attempts = Attempts::default();
        for number in 0..ENTRIES_MAX as u32 + 50 {
            let now = START + Duration::from_millis(u64::from(number));
            attempts.begin(now, &number.to_string(), None).unwrap();
            attempts.failed(now, Some(IpAddr::from(number.to_be_bytes())));
        }
        let tables = attempts.tables();
        assert_eq!((tables.names.len(), tables.everywhere.len(), tables.addresses.len()), (ENTRIES_MAX, ENTRIES_MAX, ENTRIES_MAX));
        assert!(!tables.everywhere.contains_key("0"));
    }
}
