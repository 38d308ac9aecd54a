//! Limits what each source may send before anything is parsed. It answers nothing and knows no SIP.

use cti_types::{Now, Tick};
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// How much each kind of source may send.
#[derive(Clone, Copy, Debug)]
pub struct GateSettings {
    /// Messages a second, and at once, of a source we don't know.
    pub unknown_rate: u32,
    pub unknown_burst: u32,
    /// The same for as long as it stays unknown: who wants to register needs a handful of messages, who tries names needs thousands.
    pub patience_rate: u32,
    pub patience_burst: u32,
    /// The same for a trunk or the address of a registered phone.
    pub known_rate: u32,
    pub known_burst: u32,
    /// Messages a second of all unknown sources together, against floods from forged addresses.
    pub unknown_total_rate: u32,
    /// Failed log-ins after which an unknown source is shut out: first for `block_first`, doubling to `block_max`.
    pub failures_max: u32,
    pub block_first: Duration,
    pub block_max: Duration,
    /// After that, one failure is forgiven each time this has passed. A good log-in forgives none: it may be of another name.
    pub forgive: Duration,
    /// Sources remembered; one more makes the least recently seen one forgotten.
    pub sources_max: usize,
}

impl Default for GateSettings {
    fn default() -> GateSettings {
        GateSettings {
            unknown_rate: 20,
            unknown_burst: 60,
            patience_rate: 1,
            patience_burst: 300,
            known_rate: 20_000,
            known_burst: 40_000,
            unknown_total_rate: 5_000,
            failures_max: 10,
            block_first: Duration::from_secs(2),
            block_max: Duration::from_secs(600),
            forgive: Duration::from_secs(60),
            sources_max: 16_384,
        }
    }
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Admit,
    /// Too much from this source, or from unknown sources together: drop it without an answer.
    Limit,
    /// The source is shut out after failed log-ins: drop it; a stream may be closed.
    Blocked,
}

/// A token bucket in microtokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    micro: u64,
    at: Tick,
}

impl Bucket {
    pub(crate) fn full(burst: u32, at: Tick) -> Bucket {
        Bucket { micro: u64::from(burst) * 1_000_000, at }
    }

    /// One token, refilled at `rate` a second up to `burst`.
    pub(crate) fn take(&mut self, now: Tick, rate: u32, burst: u32) -> bool {
        self.micro = self.level(now, rate, burst);
        self.at = self.at.max(now);
        if self.micro < 1_000_000 {
            return false;
        }
        self.micro -= 1_000_000;
        true
    }

    /// Whether it is as good as new.
    pub(crate) fn is_full(&self, now: Tick, rate: u32, burst: u32) -> bool {
        self.level(now, rate, burst) == u64::from(burst) * 1_000_000
    }

    fn level(&self, now: Tick, rate: u32, burst: u32) -> u64 {
        let refill = (now.since(self.at).as_micros() as u64).saturating_mul(u64::from(rate));
        self.micro.saturating_add(refill).min(u64::from(burst) * 1_000_000)
    }
}

#[derive(Clone, Copy, Debug)]
struct Source {
    bucket: Bucket,
    patience: Bucket,
    failures: u32,
    blocked_until: Option<Tick>,
    failed_at: Tick,
    seen: u64,
}

/// Remembers sources, least recently seen first out.
#[derive(Debug)]
pub struct Gate {
    settings: GateSettings,
    sources: HashMap<IpAddr, Source>,
    by_seen: BTreeMap<u64, IpAddr>,
    clock: u64,
    unknown_total: Option<Bucket>,
}

impl Gate {
    pub fn new(settings: GateSettings) -> Gate {
        Gate { settings, sources: HashMap::new(), by_seen: BTreeMap::new(), clock: 0, unknown_total: None }
    }

    /// Whether a message from `ip` may pass. `known`: the address of a trunk or of a registered phone; such a source is
    /// never shut out (one wrong password behind a NAT must not silence the office), only limited; guesses from it are slowed by name.
    pub fn admit(&mut self, now: Now, ip: IpAddr, known: bool) -> Verdict {
        let settings = self.settings;
        let source = self.touch(now.tick, ip);
        if known {
            let passes = source.bucket.take(now.tick, settings.known_rate, settings.known_burst);
            return if passes { Verdict::Admit } else { Verdict::Limit };
        }
        if source.blocked_until.is_some_and(|until| now.tick < until) {
            return Verdict::Blocked;
        }
        if !source.bucket.take(now.tick, settings.unknown_rate, settings.unknown_burst) {
            return Verdict::Limit;
        }
        if !source.patience.take(now.tick, settings.patience_rate, settings.patience_burst) {
            return Verdict::Limit;
        }
        let total = self.unknown_total.get_or_insert(Bucket::full(settings.unknown_total_rate, now.tick));
        if total.take(now.tick, settings.unknown_total_rate, settings.unknown_total_rate) { Verdict::Admit } else { Verdict::Limit }
    }

    /// A log-in from `ip` failed: wrong password, unknown name, replayed nonce.
    pub fn failed_auth(&mut self, now: Now, ip: IpAddr) {
        let settings = self.settings;
        let source = self.touch(now.tick, ip);
        let quiet = now.tick.since(source.blocked_until.unwrap_or(source.failed_at));
        let forgiven = quiet.as_micros() / settings.forgive.as_micros().max(1);
        source.failures = source.failures.saturating_sub(u32::try_from(forgiven).unwrap_or(u32::MAX)).saturating_add(1);
        source.failed_at = now.tick;
        source.blocked_until = None;
        if let Some(over) = source.failures.checked_sub(settings.failures_max) {
            let block = settings.block_first.saturating_mul(1 << over.min(20)).min(settings.block_max);
            source.blocked_until = Some(now.tick + block);
        }
    }

    /// Sources remembered now.
    pub fn sources(&self) -> usize {
        self.sources.len()
    }

    fn touch(&mut self, now: Tick, ip: IpAddr) -> &mut Source {
        let ip = subject(ip);
        self.clock += 1;
        if let Some(source) = self.sources.get(&ip) {
            self.by_seen.remove(&source.seen);
        } else if self.sources.len() >= self.settings.sources_max.max(1) {
            if let Some((_, oldest)) = self.by_seen.pop_first() {
                self.sources.remove(&oldest);
            }
        }
        self.by_seen.insert(self.clock, ip);
        let (bucket, patience) = (Bucket::full(self.settings.unknown_burst, now), Bucket::full(self.settings.patience_burst, now));
        let fresh = Source { bucket, patience, failures: 0, blocked_until: None, failed_at: now, seen: 0 };
        let source = self.sources.entry(ip).or_insert(fresh);
        source.seen = self.clock;
        source
    }
}

/// Whom a limit is for: an IPv4 address, or a whole IPv6 /64, which one host can own.
pub(crate) fn subject(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::Utc;

    fn at(ms: u64) -> Now {
        Now { tick: Tick(ms * 1000), utc: Utc(0) }
    }

    fn admitted(gate: &mut Gate, now: Now, ip: &str, known: bool, tries: u32) -> u32 {
        (0..tries).filter(|_| gate.admit(now, ip.parse().unwrap(), known) == Verdict::Admit).count() as u32
    }

    #[test]
    fn an_unknown_source_has_a_burst_and_then_a_rate() {
        let mut gate = Gate::new(GateSettings::default());
        assert_eq!(admitted(&mut gate, at(0), "192.0.2.1", false, 100), 60);
        assert_eq!(admitted(&mut gate, at(1000), "192.0.2.1", false, 100), 20);
        assert_eq!(admitted(&mut gate, at(1000), "192.0.2.2", false, 100), 60);
    }

    #[test]
    fn who_stays_unknown_is_cut_off_however_slowly_it_sends() {
        let mut gate = Gate::new(GateSettings::default());
        let hour: u32 = (0..36_000).map(|tenth| admitted(&mut gate, at(tenth * 100), "192.0.2.1", false, 1)).sum();
        assert_eq!(hour, 300 + 3_599, "ten a second at first, then one");
        assert_eq!(admitted(&mut gate, at(3_600_000), "192.0.2.1", true, 100), 100, "it has registered meanwhile");
    }

    #[test]
    fn a_known_source_may_send_far_more() {
        let mut gate = Gate::new(GateSettings::default());
        assert_eq!(admitted(&mut gate, at(0), "192.0.2.1", true, 1), 1);
        assert!(admitted(&mut gate, at(1000), "192.0.2.1", true, 5000) == 5000);
    }

    #[test]
    fn one_ipv6_network_counts_as_one_source() {
        let mut gate = Gate::new(GateSettings::default());
        assert_eq!(admitted(&mut gate, at(0), "2001:db8::1", false, 60), 60);
        assert_eq!(admitted(&mut gate, at(0), "2001:db8::2", false, 1), 0);
        assert_eq!(admitted(&mut gate, at(0), "2001:db8:0:1::2", false, 1), 1);
    }

    #[test]
    fn failed_log_ins_shut_a_source_out_longer_each_time() {
        let mut gate = Gate::new(GateSettings::default());
        let ip: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..10 {
            gate.failed_auth(at(0), ip);
        }
        assert_eq!(gate.admit(at(1999), ip, false), Verdict::Blocked);
        assert_eq!(gate.admit(at(2000), ip, false), Verdict::Admit);
        gate.failed_auth(at(2000), ip);
        assert_eq!(gate.admit(at(5999), ip, false), Verdict::Blocked);
        assert_eq!(gate.admit(at(5999), ip, true), Verdict::Admit);
    }

    #[test]
    fn quiet_time_forgives_failures() {
        let mut gate = Gate::new(GateSettings::default());
        let ip: IpAddr = "192.0.2.1".parse().unwrap();
        for minute in 0..100 {
            gate.failed_auth(at(minute * 60_000), ip);
        }
        assert_eq!(gate.admit(at(99 * 60_000), ip, false), Verdict::Admit, "one a minute is somebody with a wrong password");
        for _ in 0..10 {
            gate.failed_auth(at(100 * 60_000), ip);
        }
        assert_eq!(gate.admit(at(100 * 60_000), ip, false), Verdict::Blocked);
    }

    #[test]
    fn forged_sources_are_limited_together_and_the_table_is_bounded() {
        let mut gate = Gate::new(GateSettings { sources_max: 100, unknown_total_rate: 500, ..GateSettings::default() });
        let passed = (0..1000u32).filter(|n| gate.admit(at(0), IpAddr::V4((*n).into()), false) == Verdict::Admit).count();
        assert_eq!((passed, gate.sources()), (500, 100));
    }
}
