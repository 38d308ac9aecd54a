//! From where messages came that the door dropped before they were read: how many, since when, why. It decides nothing.

use cti_types::{Now, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use utoipa::ToSchema;

/// Sources remembered; one more, and the one that was turned away least recently is forgotten.
const SOURCES_MAX: usize = 256;

/// Why a message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its source, or all strangers together, sent more than they may.
    TooMuch,
    /// Its source is shut out for wrong passwords.
    ShutOut,
    /// It names itself a tool that scans the net.
    Scanner,
}

/// One source that was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Source {
    #[schema(value_type = String)]
    pub source: IpAddr,
    pub count: u64,
    /// Microseconds since 1970.
    #[schema(value_type = i64)]
    pub first_at: Utc,
    #[schema(value_type = i64)]
    pub last_at: Utc,
    /// Of the last one.
    pub why: Why,
}

/// See the module.
#[derive(Debug, Default)]
pub struct TurnedAway(Mutex<BTreeMap<IpAddr, Source>>);

impl TurnedAway {
    pub(super) fn note(&self, now: Now, source: IpAddr, why: Why) {
        let source = source.to_canonical();
        let mut sources = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sources.get_mut(&source) {
            (known.count, known.last_at, known.why) = (known.count.saturating_add(1), now.utc, why);
            return;
        }
        if sources.len() >= SOURCES_MAX {
            let oldest = sources.values().min_by_key(|known| known.last_at).map(|known| known.source);
            if let Some(oldest) = oldest {
                sources.remove(&oldest);
            }
        }
        sources.insert(source, Source { source, count: 1, first_at: now.utc, last_at: now.utc, why });
    }

    /// The latest first.
    pub fn sources(&self) -> Vec<Source> {
        let mut all: Vec<Source> = self.0.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
        all.sort_by_key(|source| std::cmp::Reverse(source.last_at));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::Tick;
    use std::net::Ipv4Addr;

    #[test]
    fn the_latest_sources_are_known_with_how_often_they_came() {
        let turned = TurnedAway::default();
        let ip = |n: u32| IpAddr::V4(Ipv4Addr::from_bits(n));
        for n in 0..1_000 {
            let now = Now { tick: Tick(0), utc: Utc(i64::from(n)) };
            turned.note(now, ip(n), Why::TooMuch);
            turned.note(now, ip(999), Why::Scanner);
        }
        let all = turned.sources();
        assert_eq!((all.len(), all[0].source, all[0].count, all[0].why), (SOURCES_MAX, ip(999), 1_001, Why::Scanner));
        assert!(all.iter().all(|source| source.source >= ip(999 - SOURCES_MAX as u32)));
    }
}
