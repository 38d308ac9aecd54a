//! Which trunk a call goes out by, and why not the others. Pure: what is known of each trunk and chance are arguments. It sends nothing.
//!
//! Of the trunks that take the number and can be used now, those of the smallest priority number count; among them one that
//! answers its probes goes before one that loses some, and weight shares the calls of equals (as RFC 2782 shares those of SRV records).

use super::health::Health;
use crate::api::Trunk;
use cti_types::{Chance, Tick, TrunkId};
use std::time::Duration;

/// The number a call is for, as far as the choice of a trunk needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// E.164 with `+`, or digits as they are dialled (short and emergency numbers).
    pub number: String,
    /// ISO 3166-1 alpha-2 of the country the number is in; `None` where none can be told (satellite, networks without a country).
    pub country: Option<String>,
    /// Emergency calls go past every bound and try even what is down.
    pub emergency: bool,
}

/// What is known of one trunk now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) trunk: &'a Trunk,
    /// Calls under way, both ways.
    pub(crate) calls: u32,
    pub(crate) health: Health,
    /// It wants a registration and has none.
    pub(crate) unregistered: bool,
    /// A call failed by it: until when it rests.
    pub(crate) resting_until: Option<Tick>,
    /// Whether its calls a second leave room for one more.
    pub(crate) in_rate: bool,
    /// This call was tried by it already.
    pub(crate) tried: bool,
}

/// What became of one trunk in a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Chosen,
    /// It has no peer: it only sends us calls.
    NoPeer,
    /// Neither its prefixes nor its countries fit the number.
    NotForThisNumber,
    /// This call was tried by it, and it failed.
    Tried,
    /// Its probes are not answered.
    Down,
    /// It wants a registration and has none.
    NotRegistered,
    /// A call failed by it a short while ago.
    Resting,
    /// As many calls as it takes.
    Full,
    /// As many new calls in this second as it takes.
    TooFast,
    /// A trunk of a smaller priority number can be used.
    LowerPriority,
    /// Of the same priority, but it loses probes and another does not.
    Degraded,
    /// Of the same priority; the lot fell on another by weight.
    Lot,
}

impl Why {
    /// The word of the log and the API.
    pub fn word(self) -> &'static str {
        match self {
            Why::Chosen => "chosen",
            Why::NoPeer => "no_peer",
            Why::NotForThisNumber => "not_for_this_number",
            Why::Tried => "tried",
            Why::Down => "down",
            Why::NotRegistered => "not_registered",
            Why::Resting => "resting",
            Why::Full => "full",
            Why::TooFast => "too_fast",
            Why::LowerPriority => "lower_priority",
            Why::Degraded => "degraded",
            Why::Lot => "lot",
        }
    }
}

/// A choice that explains itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// `None`: no trunk can take the call now.
    pub trunk: Option<TrunkId>,
    /// Every trunk with what became of it, in the order they are configured.
    pub why: Vec<(TrunkId, Why)>,
}

/// Whether the call may be tried by another trunk after this final response. `rang`: the far side's telephone rang already.
///
/// A trunk's own trouble (5xx, no answer to the INVITE at all, credentials refused) moves on; what the person or the number said
/// (busy, not found, declined, …) is the answer. After ringing only 503 moves on: the call was under way with somebody.
pub fn fails_over(code: u16, rang: bool) -> bool {
    match code {
        503 => true,
        401 | 407 | 408 => !rang,
        // RFC 3261 21.5.2 and 21.5.6: the method or version is not understood there, which is no answer of a person either.
        500..=599 => !rang,
        _ => false,
    }
}

/// How long a trunk rests after a call failed by it, unless it said how long itself.
const REST: Duration = Duration::from_secs(30);
/// Longest rest a trunk may ask for with Retry-After: beyond it a broken value would take a line away for days.
const REST_MAX: Duration = Duration::from_secs(600);

/// How long the trunk rests that answered so.
pub(crate) fn rest(retry_after: Option<Duration>) -> Duration {
    retry_after.map_or(REST, |asked| asked.clamp(Duration::from_secs(1), REST_MAX))
}

/// Chooses. The candidates are in the order they are configured.
pub(crate) fn choose(wanted: &Wanted, candidates: &[Candidate<'_>], now: Tick, chance: &mut Chance) -> Route {
    let mut why: Vec<(TrunkId, Why)> =
        candidates.iter().map(|c| (c.trunk.id, hindrance(wanted, c, now).unwrap_or(Why::LowerPriority))).collect();
    let usable: Vec<usize> = (0..candidates.len()).filter(|at| why.get(*at).is_some_and(|(_, w)| *w == Why::LowerPriority)).collect();
    let rank = |at: &usize| candidates.get(*at).map_or((true, u16::MAX), |c| (wanted.emergency && is_down(c, now), c.trunk.out.priority));
    let Some(best) = usable.iter().map(rank).min() else { return Route { trunk: None, why } };
    let first: Vec<usize> = usable.into_iter().filter(|at| rank(at) == best).collect();
    let degraded = |at: &usize| candidates.get(*at).is_some_and(|c| c.health == Health::Degraded);
    let all_degraded = first.iter().all(degraded);
    let mut pool = Vec::new();
    for at in first {
        let left_out = !all_degraded && degraded(&at);
        if let Some(entry) = why.get_mut(at) {
            entry.1 = if left_out { Why::Degraded } else { Why::Lot };
        }
        if !left_out {
            pool.push((at, candidates.get(at).map_or(0, |c| c.trunk.out.weight)));
        }
    }
    let trunk = lot(&pool, chance).and_then(|at| {
        let entry = why.get_mut(at)?;
        entry.1 = Why::Chosen;
        Some(entry.0)
    });
    Route { trunk, why }
}

/// What keeps a trunk from this call, if anything.
fn hindrance(wanted: &Wanted, c: &Candidate<'_>, now: Tick) -> Option<Why> {
    if c.trunk.peer.is_none() {
        return Some(Why::NoPeer);
    }
    if c.tried {
        return Some(Why::Tried);
    }
    // An emergency call is refused by nothing that is ours to decide.
    if wanted.emergency {
        return None;
    }
    if !takes(c.trunk, wanted) {
        return Some(Why::NotForThisNumber);
    }
    if c.health == Health::Down {
        return Some(Why::Down);
    }
    if c.unregistered {
        return Some(Why::NotRegistered);
    }
    if c.resting_until.is_some_and(|until| until > now) {
        return Some(Why::Resting);
    }
    if c.trunk.calls_max.is_some_and(|most| c.calls >= most) {
        return Some(Why::Full);
    }
    (!c.in_rate).then_some(Why::TooFast)
}

fn is_down(c: &Candidate<'_>, now: Tick) -> bool {
    c.health == Health::Down || c.unregistered || c.resting_until.is_some_and(|until| until > now)
}

/// Whether the number is one of those the trunk takes: by prefix where it has some, and by country where it has some.
fn takes(trunk: &Trunk, wanted: &Wanted) -> bool {
    let (prefixes, countries) = (&trunk.out.prefixes, &trunk.out.countries);
    let by_prefix = prefixes.iter().any(|p| wanted.number.starts_with(p.as_str()));
    let by_country = wanted.country.as_deref().is_some_and(|c| countries.iter().any(|of| of.eq_ignore_ascii_case(c)));
    (prefixes.is_empty() && countries.is_empty()) || by_prefix || by_country
}

/// RFC 2782: by weight; a weight of zero has a very small chance beside others, and equals share where all are zero.
fn lot(pool: &[(usize, u16)], chance: &mut Chance) -> Option<usize> {
    let total: u64 = pool.iter().map(|(_, weight)| u64::from(*weight)).sum();
    if total == 0 {
        let at = chance.below(pool.len() as u64) as usize;
        return pool.get(at).map(|(at, _)| *at);
    }
    let mut left = chance.below(total);
    for (at, weight) in pool {
        let weight = u64::from(*weight);
        if left < weight {
            return Some(*at);
        }
        left -= weight;
    }
    None
}

#[cfg(test)]
mod tests;
