//! The switch rooms in a simulated world: virtual time, a bad network, callers, phones, agents, crashes; all from one seed.
//!
//! [`run`] plays one seed and checks the invariants of DESIGN.md after every step, for safety and for liveness. The same seed
//! plays the same way every time; a failure is played again with the trace on. No thread, no socket, no clock.

mod callers;
mod chaos;
mod desks;
mod engine;
mod house;
mod network;
mod oracle;
#[cfg(test)]
mod pages;
mod phones;
mod register;
mod world;

use std::fmt;
use std::time::Instant;

/// How much is played.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long new calls arrive, in virtual seconds.
    pub arrivals_seconds: u64,
    /// About how many calls arrive in that time.
    pub calls: u64,
    /// Most steps of one seed; more is a failure (something turns in a circle).
    pub steps_max: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { arrivals_seconds: 600, calls: 40, steps_max: 300_000 }
    }
}

/// What one seed came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Events and timers handled by the rooms, each followed by all checks.
    pub steps: u64,
    pub virtual_seconds: u64,
    /// Interactions opened.
    pub calls: u64,
    /// Closed after an agent served them.
    pub completed: u64,
    pub abandoned: u64,
    pub offers: u64,
    pub transfers: u64,
    pub conferences: u64,
    pub supervisions: u64,
    /// Left by callers.
    pub messages: u64,
    /// Of everything that went in and out, in order: equal for equal runs.
    pub trace_hash: u64,
}

/// A broken rule, with all that is needed to play it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub seed: u64,
    pub step: u64,
    pub why: String,
    /// The last events before it, oldest first.
    pub trace: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.trace {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "seed {} step {}: {}", self.seed, self.step, self.why)?;
        write!(f, "play it again with: sim --trace {}", self.seed)
    }
}

impl std::error::Error for Failure {}

/// Plays one seed.
pub fn run(seed: u64, options: Options) -> Result<Report, Box<Failure>> {
    world::play(seed, options, 0).or_else(|_| world::play(seed, options, TRACE_LINES))
}

/// Plays one seed with this much of the trace kept; returned with the report too.
pub fn run_traced(seed: u64, options: Options, lines: usize) -> (Result<Report, Box<Failure>>, Vec<String>) {
    world::play_traced(seed, options, lines)
}

/// Lines of the trace kept for a failure.
const TRACE_LINES: usize = 200;

/// Reports added up, with the time they took.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    seeds: u64,
    total: Report,
    began: Instant,
}

impl Default for Sum {
    #[allow(clippy::disallowed_methods, reason = "how long the playing takes is told to people; the world itself has its own time")]
    fn default() -> Sum {
        Sum { seeds: 0, total: Report::default(), began: Instant::now() }
    }
}

impl Sum {
    pub fn add(&mut self, report: Report) {
        let total = &mut self.total;
        self.seeds += 1;
        total.steps += report.steps;
        total.virtual_seconds += report.virtual_seconds;
        total.calls += report.calls;
        total.completed += report.completed;
        total.abandoned += report.abandoned;
        total.offers += report.offers;
        total.transfers += report.transfers;
        total.conferences += report.conferences;
        total.supervisions += report.supervisions;
        total.messages += report.messages;
    }

    pub fn total(&self) -> Report {
        self.total
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = &self.total;
        write!(
            f,
            "{} seeds, {} steps, {} h of virtual time, {} calls ({} completed, {} abandoned), {} offers, \
             {} transfers, {} conferences, {} supervisions, {} messages, {:.1} s",
            self.seeds,
            t.steps,
            t.virtual_seconds / 3600,
            t.calls,
            t.completed,
            t.abandoned,
            t.offers,
            t.transfers,
            t.conferences,
            t.supervisions,
            t.messages,
            self.began.elapsed().as_secs_f64()
        )
    }
}
