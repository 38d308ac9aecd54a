//! Slows down who guesses passwords: by source, by user name, and by both together. It judges no credentials itself.
//!
//! Names count whether there is such an account or not, so a slower answer tells nothing. A right password clears only the
//! failures of that name from that source: one good account does not buy guesses at others.

use crate::gate::subject;
use cti_types::Tick;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

/// Most sources, names, and pairs remembered, each; one more makes the one that failed least recently forgotten.
const REMEMBERED_MAX: usize = 16_384;

/// How one kind of subject is slowed down.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Failures that cost nothing.
    free: u32,
    /// The first wait; each further failure doubles it, up to `wait_max`.
    wait_first: Duration,
    wait_max: Duration,
    /// After a wait is over, one failure is forgiven each time this has passed.
    forgive: Duration,
}

/// One name from one source: a wrong password in a phone, or somebody who knows a name.
const PAIR: Rule =
    Rule { free: 5, wait_first: Duration::from_secs(2), wait_max: Duration::from_secs(600), forgive: Duration::from_secs(600) };
/// Any names from one source. Phones that are registered from there are spared.
const SOURCE: Rule =
    Rule { free: 20, wait_first: Duration::from_secs(2), wait_max: Duration::from_secs(600), forgive: Duration::from_secs(60) };
/// One name from anywhere. Shorter waits: they also meet the owner of the name at a new place.
const NAME: Rule =
    Rule { free: 50, wait_first: Duration::from_secs(1), wait_max: Duration::from_secs(30), forgive: Duration::from_secs(60) };

/// A user name, as a keyed hash: names are of any length.
pub(crate) type NameHash = u64;

#[derive(Debug, Default)]
pub(crate) struct Guesses {
    pairs: Table<(IpAddr, NameHash)>,
    sources: Table<IpAddr>,
    names: Table<NameHash>,
}

impl Guesses {
    /// Whether credentials for this name from here must wait. `registered`: the name is registered from this source now, so
    /// what others do at the same address, or to the same name, is not held against it.
    pub(crate) fn slowed(&self, now: Tick, ip: IpAddr, name: NameHash, registered: bool) -> bool {
        let ip = subject(ip);
        self.pairs.waits(now, &(ip, name)) || (!registered && (self.sources.waits(now, &ip) || self.names.waits(now, &name)))
    }

    pub(crate) fn failed(&mut self, now: Tick, ip: IpAddr, name: NameHash) {
        let ip = subject(ip);
        self.pairs.failed(now, (ip, name), PAIR);
        self.sources.failed(now, ip, SOURCE);
        self.names.failed(now, name, NAME);
    }

    pub(crate) fn succeeded(&mut self, ip: IpAddr, name: NameHash) {
        self.pairs.forget(&(subject(ip), name));
    }
}

#[derive(Debug)]
struct Count {
    failures: u32,
    /// Until when further tries are not looked at.
    until: Tick,
    seen: u64,
}

#[derive(Debug)]
struct Table<K> {
    counts: HashMap<K, Count>,
    by_seen: BTreeMap<u64, K>,
    clock: u64,
}

impl<K> Default for Table<K> {
    fn default() -> Table<K> {
        Table { counts: HashMap::new(), by_seen: BTreeMap::new(), clock: 0 }
    }
}

impl<K: Copy + Eq + std::hash::Hash> Table<K> {
    fn waits(&self, now: Tick, key: &K) -> bool {
        self.counts.get(key).is_some_and(|count| now < count.until)
    }

    fn failed(&mut self, now: Tick, key: K, rule: Rule) {
        self.clock += 1;
        if let Some(count) = self.counts.get(&key) {
            self.by_seen.remove(&count.seen);
        } else if self.counts.len() >= REMEMBERED_MAX {
            if let Some((_, oldest)) = self.by_seen.pop_first() {
                self.counts.remove(&oldest);
            }
        }
        self.by_seen.insert(self.clock, key);
        let count = self.counts.entry(key).or_insert(Count { failures: 0, until: now, seen: 0 });
        count.seen = self.clock;
        let forgiven = now.since(count.until).as_micros() / rule.forgive.as_micros().max(1);
        count.failures = count.failures.saturating_sub(u32::try_from(forgiven).unwrap_or(u32::MAX)).saturating_add(1);
        count.until = match count.failures.checked_sub(rule.free) {
            Some(over) => now + rule.wait_first.saturating_mul(1 << over.min(20)).min(rule.wait_max),
            None => now,
        };
    }

    fn forget(&mut self, key: &K) {
        if let Some(count) = self.counts.remove(key) {
            self.by_seen.remove(&count.seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Tick {
        Tick(seconds * 1_000_000)
    }

    fn ip(last: u32) -> IpAddr {
        IpAddr::V4((0xc000_0200 + last).into())
    }

    /// Guesses that are looked at within the time when somebody tries each second.
    fn looked_at(guesses: &mut Guesses, seconds: u64, who: impl Fn(u64) -> (IpAddr, NameHash), registered: bool) -> u32 {
        let mut looked = 0;
        for second in 0..seconds {
            let (ip, name) = who(second);
            if !guesses.slowed(at(second), ip, name, registered) {
                guesses.failed(at(second), ip, name);
                looked += 1;
            }
        }
        looked
    }

    #[test]
    fn each_way_of_guessing_for_a_day_is_slowed() {
        let day = 86_400;
        type Who = fn(u64) -> (IpAddr, NameHash);
        let table: [(&str, Who, bool, u32); 4] = [
            ("one name from where it is registered", |_| (ip(1), 7), true, 170),
            ("one name from elsewhere", |_| (ip(1), 7), false, 170),
            ("ever new names from one source", |n| (ip(1), n), false, 1_600),
            ("one name from ever new sources", |n| (IpAddr::V4((n as u32).into()), 7), false, 3_000),
        ];
        for (case, who, registered, most) in table {
            let looked = looked_at(&mut Guesses::default(), day, who, registered);
            assert!(looked <= most, "{case}: {looked}");
        }
    }

    #[test]
    fn waits_grow_and_are_over_at_their_end() {
        let mut guesses = Guesses::default();
        for _ in 0..5 {
            assert!(!guesses.slowed(at(0), ip(1), 7, true));
            guesses.failed(at(0), ip(1), 7);
        }
        assert!(guesses.slowed(at(1), ip(1), 7, true));
        assert!(!guesses.slowed(at(2), ip(1), 7, true));
        guesses.failed(at(2), ip(1), 7);
        assert!(guesses.slowed(at(5), ip(1), 7, true));
        assert!(!guesses.slowed(at(6), ip(1), 7, true));
    }

    #[test]
    fn a_right_password_clears_its_own_name_only() {
        let mut guesses = Guesses::default();
        for _ in 0..10 {
            guesses.failed(at(0), ip(1), 7);
            guesses.failed(at(0), ip(1), 8);
        }
        guesses.succeeded(ip(1), 7);
        assert!(!guesses.slowed(at(1), ip(1), 7, true));
        assert!(guesses.slowed(at(1), ip(1), 8, true));
        assert!(guesses.slowed(at(1), ip(1), 9, false), "the source's own count stays");
    }

    #[test]
    fn what_others_do_does_not_touch_a_registered_phone() {
        let mut guesses = Guesses::default();
        for n in 0..200 {
            guesses.failed(at(0), ip(1), 100 + n);
            guesses.failed(at(0), ip(2), 7);
        }
        assert!(guesses.slowed(at(1), ip(1), 7, false));
        assert!(!guesses.slowed(at(1), ip(1), 7, true));
    }

    #[test]
    fn quiet_time_forgives() {
        let mut guesses = Guesses::default();
        for _ in 0..5 {
            guesses.failed(at(0), ip(1), 7);
        }
        guesses.failed(at(2 + 5 * 600), ip(1), 7);
        assert!(!guesses.slowed(at(2 + 5 * 600), ip(1), 7, true));
    }

    #[test]
    fn no_more_is_remembered_than_the_bound() {
        let mut guesses = Guesses::default();
        for n in 0..REMEMBERED_MAX as u64 + 100 {
            guesses.failed(at(0), IpAddr::V4((n as u32).into()), n);
        }
        let sizes = [guesses.pairs.counts.len(), guesses.sources.counts.len(), guesses.names.counts.len()];
        assert_eq!(sizes, [REMEMBERED_MAX; 3]);
        assert_eq!(guesses.pairs.by_seen.len(), REMEMBERED_MAX);
    }
}
