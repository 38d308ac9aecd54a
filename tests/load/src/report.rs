//! The JSON of a run and its percentiles. What the fields mean stands here; how they are measured stands where they are filled.

use serde::Serialize;
use std::collections::BTreeMap;

/// One run. Fields that do not apply are null.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) calls: Option<Calls>,
    /// Caller's INVITE sent → the agent's phone got its INVITE.
    pub(crate) setup_ms: Option<Percentiles>,
    /// INVITE sent → offer with the customer's card on the agent's WebSocket.
    pub(crate) pop_ms: Option<Percentiles>,
    pub(crate) rtp: Option<Rtp>,
    /// What the server's own log says of the calls.
    pub(crate) log: Option<Log>,
    pub(crate) recordings: Option<Recordings>,
    pub(crate) server: Option<Server>,
    pub(crate) floor: Option<Floor>,
    /// Server CPU a packet ÷ floor CPU a packet, with as many flows.
    pub(crate) x_floor: Option<f64>,
    /// What this tool itself used: at a full core the other figures mean nothing.
    pub(crate) generator: Option<Generator>,
    pub(crate) floor_agents: Option<FloorAgents>,
    pub(crate) routing: Option<Routing>,
    pub(crate) lookup: Option<Lookup>,
    pub(crate) soak: Option<Soak>,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Calls {
    pub(crate) started: u64,
    /// Talked to their end and hung up by the caller.
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    /// SIP status of refusals, or one of `timeout`, `no_agent`, `cut_off`, `agent_failed`, `error`.
    pub(crate) by_status: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

impl Percentiles {
    /// `None` for no values. The value at a rank is one that occurred (nearest rank).
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get(((values.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied();
        Some(Self { p50: at(0.5)?, p95: at(0.95)?, p99: at(0.99)? })
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Transit {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Rtp {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) gap_ms_max: f64,
    pub(crate) transit_ms: Option<Transit>,
    /// 200 ms windows whose strongest sound was not the expected tone, silence included, and sides that never heard it.
    pub(crate) wrong_tone: u64,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(crate) struct Recordings {
    pub(crate) expected: u64,
    pub(crate) found: u64,
    /// With the caller's tone on the left and the agent's on the right.
    pub(crate) right_tones: u64,
    pub(crate) seconds_missing: f64,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(crate) struct Log {
    /// Calls that were started.
    pub(crate) expected: u64,
    /// Interactions of them.
    pub(crate) found: u64,
    pub(crate) closed: u64,
    /// Closed because they were over.
    pub(crate) completed: u64,
    /// Further interactions of a call that has one.
    pub(crate) doubled: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Server {
    pub(crate) cpu_s: f64,
    pub(crate) cpu_ms_per_call: f64,
    /// Cores used for every 100 calls up at once.
    pub(crate) cores_per_100_calls: f64,
    /// CPU for each minute both ends of a call are up.
    pub(crate) cpu_ms_per_call_minute: f64,
    pub(crate) rss_mb: f64,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Floor {
    pub(crate) us_per_packet: f64,
    pub(crate) flows: u32,
    pub(crate) packets: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Generator {
    pub(crate) cpu_s: f64,
    pub(crate) cores: f64,
}

/// Agents with the whole floor on their screens.
#[derive(Debug, Serialize)]
pub(crate) struct FloorAgents {
    pub(crate) screens: u64,
    /// Changes of an agent's state, one at a time for each agent.
    pub(crate) changes: u64,
    pub(crate) changes_per_s: f64,
    /// Changes that a screen was not told within the wait.
    pub(crate) missing: u64,
    /// Command sent → the changed agent in a delta of the floor, over all screens.
    pub(crate) delta_ms: Option<Percentiles>,
    /// Of the whole server while the changes went on.
    pub(crate) server_cores: Option<f64>,
    pub(crate) server_us_per_delta: Option<f64>,
    pub(crate) server_rss_mb: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Routing {
    pub(crate) decisions: u64,
    pub(crate) decisions_per_s: f64,
    pub(crate) us: Percentiles,
    pub(crate) rss_mb: f64,
}

/// A filled database and how long it takes to answer.
#[derive(Debug, Serialize)]
pub(crate) struct Lookup {
    pub(crate) customers: u64,
    pub(crate) interactions: u64,
    pub(crate) tickets: u64,
    /// What was written in this run.
    pub(crate) fill: Vec<Fill>,
    /// On disk, its indexes included.
    pub(crate) size_mb: f64,
    pub(crate) lookups: u64,
    /// The whole card by an exact number.
    pub(crate) ms: Percentiles,
    pub(crate) lookups_per_s: f64,
    /// In ms, by what was asked for.
    pub(crate) asks: BTreeMap<&'static str, Percentiles>,
}

/// Rows of one table written, or indexes built at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Fill {
    pub(crate) what: &'static str,
    pub(crate) rows: u64,
    pub(crate) s: f64,
    pub(crate) rows_per_s: f64,
}

/// Very many calls, and what stayed behind.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Soak {
    pub(crate) calls: u64,
    /// Went as their way says, to their end.
    pub(crate) completed: u64,
    pub(crate) cps: f64,
    pub(crate) server_cpu_ms_per_call: f64,
    pub(crate) rss_mb: Option<Percentiles>,
    /// The trend of the second half of the run.
    pub(crate) rss_mb_per_10_000_calls: f64,
    pub(crate) before: Option<Levels>,
    /// At rest after the last call.
    pub(crate) after: Option<Levels>,
    pub(crate) by_way: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

/// The server at one instant.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Levels {
    /// Seconds since the first call.
    pub(crate) at_s: f64,
    /// Calls that are over by then.
    pub(crate) calls: u64,
    pub(crate) rss_mb: f64,
    /// Open descriptors.
    pub(crate) files: u64,
    pub(crate) threads: u64,
    pub(crate) interactions: u64,
    pub(crate) legs: u64,
    /// RTP port pairs in use or at rest.
    pub(crate) ports: u64,
    /// SIP transactions: with their timers, what a call leaves longest.
    pub(crate) transactions: u64,
    /// Records that are not in the database yet.
    pub(crate) projector_behind: u64,
    pub(crate) journal_mb: f64,
    /// Snapshots and deltas kept for screens.
    pub(crate) held_mb: f64,
    /// Broken invariants so far.
    pub(crate) broken: u64,
}

impl Levels {
    /// The names of [`Self::line`]'s values.
    pub(crate) const HEAD: &str =
        "at_s,calls,rss_mb,files,threads,interactions,legs,ports,transactions,projector_behind,journal_mb,held_mb,broken";

    /// One line of a CSV file.
    pub(crate) fn line(&self) -> String {
        let Self {
            at_s,
            calls,
            rss_mb,
            files,
            threads,
            interactions,
            legs,
            ports,
            transactions,
            projector_behind,
            journal_mb,
            held_mb,
            broken,
        } = self;
        format!(
            "{at_s:.1},{calls},{rss_mb:.1},{files},{threads},{interactions},{legs},{ports},{transactions},{projector_behind},{journal_mb:.2},\
             {held_mb:.2},{broken}"
        )
    }

    /// Nothing of any call is left.
    pub(crate) fn at_rest(&self) -> bool {
        self.interactions + self.legs + self.ports + self.transactions + self.projector_behind == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        assert_eq!(Percentiles::of(vec![]), None);
        assert_eq!(Percentiles::of(vec![3.0]), Some(Percentiles { p50: 3.0, p95: 3.0, p99: 3.0 }));
        let many = (1..=100).rev().map(f64::from).collect();
        assert_eq!(Percentiles::of(many), Some(Percentiles { p50: 50.0, p95: 95.0, p99: 99.0 }));
    }
}
