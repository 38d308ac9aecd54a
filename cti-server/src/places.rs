//! Counts open connections, together and by source, so that one stranger cannot take every descriptor. It closes nothing itself.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// What counts as one source: an IPv4 address, or the /64 of an IPv6 address, as its holder has all of it.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        same @ (IpAddr::V4(_) | IpAddr::V6(_)) => same,
    }
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// A source without connections is not kept, so this is no longer than `all`.
    by_source: HashMap<IpAddr, usize>,
}

/// The connections open now.
#[derive(Debug)]
pub(crate) struct Places {
    max: usize,
    taken: Mutex<Taken>,
}

/// One connection's place; free again when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    source: IpAddr,
}

impl Places {
    /// At most `max` places together.
    pub(crate) fn new(max: usize) -> Arc<Places> {
        Arc::new(Places { max, taken: Mutex::default() })
    }

    /// A place, or `None` when all are taken or this source has `source_max` of them.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, source_max: usize) -> Option<Place> {
        let source = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_source = taken.by_source.get(&source).copied().unwrap_or(0);
        if taken.all >= self.max || of_source >= source_max {
            return None;
        }
        taken.all += 1;
        taken.by_source.insert(source, of_source + 1);
        Some(Place { places: Arc::clone(self), source })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        match taken.by_source.get_mut(&self.source) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                taken.by_source.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_at_its_bound_leaves_room_for_others() {
        let places = Places::new(10);
        let held: Vec<_> = (0..3).map(|_| places.take(ip("192.0.2.1"), 3).unwrap()).collect();
        assert!(places.take(ip("192.0.2.1"), 3).is_none());
        assert!(places.take(ip("192.0.2.2"), 3).is_some());
        drop(held);
        assert!(places.take(ip("192.0.2.1"), 3).is_some());
        assert!(places.taken.lock().unwrap().by_source.is_empty());
    }

    #[test]
    fn all_places_together_are_bounded() {
        let places = Places::new(2);
        let _held = [places.take(ip("192.0.2.1"), 9).unwrap(), places.take(ip("192.0.2.2"), 9).unwrap()];
        assert!(places.take(ip("192.0.2.3"), 9).is_none());
    }

    #[test]
    fn a_64_of_ipv6_is_one_source() {
        let places = Places::new(10);
        let _held = places.take(ip("2001:db8::1"), 1).unwrap();
        assert!(places.take(ip("2001:db8::2"), 1).is_none());
        assert!(places.take(ip("2001:db8:0:1::1"), 1).is_some());
        assert_eq!(network(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }
}
