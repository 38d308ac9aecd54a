//! Very many calls of many kinds, and whether anything of them stays behind: the server's memory, files and levels, sampled all the
//! while and once more at rest. It listens to nothing; `calls` does.

use crate::agents::{self, AgentSide, Board, Users};
use crate::calls::status_of;
use crate::report::{Levels, Percentiles, Report, Soak};
use crate::{plot, process, tones};
use anyhow::Context as _;
use cti_phone::{AgentOptions, Call, CallOptions, Codec, Media, MediaThread, PhoneError, UserAgent};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How long those who talk do so.
const TALK: Duration = Duration::from_millis(200);
/// Longest wait for an answer or an agent.
const WAIT: Duration = Duration::from_secs(60);
/// How often the levels are looked at while the server comes to rest.
const AGAIN: Duration = Duration::from_millis(500);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the INVITEs go.
    #[arg(long)]
    target: SocketAddr,
    /// Whom they are for: `sip:NUMBER@HOST`, a number that leads to a queue.
    #[arg(long)]
    to: String,
    /// Calls begun each second.
    #[arg(long, default_value_t = 50.0)]
    cps: f64,
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    calls: u32,
    /// The file `setup --out` wrote.
    #[arg(long)]
    users: PathBuf,
    /// The server's process on this machine.
    #[arg(long)]
    server_pid: u32,
    /// First caller's number, without plus; each call has the next one.
    #[arg(long, default_value_t = tones::NUMBER_BASE)]
    number_base: u64,
    /// Seconds between two samples.
    #[arg(long, default_value_t = 5.0)]
    sample_s: f64,
    /// Longest wait for the levels to go back to zero after the last call: ports rest, transactions linger, the log is written.
    #[arg(long, default_value_t = 90)]
    rest_s: u64,
    /// Where the samples go, one line each.
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Where their picture goes.
    #[arg(long)]
    svg: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

/// What happens in a call. Each hundred calls have the same mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Both talk, the caller hangs up.
    Talk,
    /// Both talk, the agent hangs up.
    AgentEnds,
    /// The caller holds and comes back, then hangs up.
    Hold,
    /// The caller thinks better of it at once, wherever the call is by then.
    GivesUp,
    /// Gives up a moment later, while the agent's telephone is about to be lifted.
    GivesUpLate,
}

impl Way {
    fn of(call: u32) -> Self {
        match call % 100 {
            0..60 => Self::Talk,
            60..75 => Self::AgentEnds,
            75..85 => Self::Hold,
            85..95 => Self::GivesUp,
            _ => Self::GivesUpLate,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::AgentEnds => "agent_ends",
            Self::Hold => "hold",
            Self::GivesUp => "gives_up",
            Self::GivesUpLate => "gives_up_late",
        }
    }
}

/// What the tasks of a run share.
struct Run {
    args: Args,
    caller: UserAgent,
    board: Arc<Board>,
    done: AtomicU64,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Report> {
    anyhow::ensure!(args.cps > 0.0 && args.cps <= 100_000.0, "--cps must be above 0 and at most 100000");
    anyhow::ensure!(args.sample_s >= 0.1 && args.sample_s <= 3600.0, "--sample-s must be 0.1 to 3600");
    let media = MediaThread::start().context("cannot start the media thread")?;
    let options = AgentOptions { media: Some(media), ..AgentOptions::default() };
    let users = Users::read(&args.users)?;
    let from = users.from.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    let caller = UserAgent::bind_with(from, options.clone()).await.with_context(|| format!("cannot call from {from}"))?;
    let board = Arc::new(Board::new(args.number_base, Codec::Pcmu, Duration::ZERO));
    let phones = UserAgent::bind_with(SocketAddr::new(from.ip(), 0), options).await.context("cannot open the phones' socket")?;
    let _phones = agents::sign_in(&phones, args.target, &users, usize::MAX, &board).await?;
    let watch = Watch { http: reqwest::Client::new(), url: format!("{}/metrics", users.http), token: users.token, pid: args.server_pid };

    let run = Arc::new(Run { args, caller, board, done: AtomicU64::new(0) });
    let (mut samples, began) = (vec![watch.sample(0.0, 0).await?], Instant::now());
    let cpu_before = process::cpu_s(run.args.server_pid)?;
    let calls = make_calls(&run);
    tokio::pin!(calls);
    let mut every = tokio::time::interval(Duration::from_secs_f64(run.args.sample_s));
    every.tick().await;
    let by_way = loop {
        tokio::select! {
            done = &mut calls => break done?,
            _ = every.tick() => samples.push(watch.sample(began.elapsed().as_secs_f64(), run.done.load(Relaxed)).await?),
        }
    };
    let (wall, cpu) = (began.elapsed(), process::cpu_s(run.args.server_pid)? - cpu_before);
    samples.push(rest(&run, &watch, began).await?);
    write(&run.args, &samples)?;
    Ok(Report { soak: Some(summarise(by_way, &samples, wall, cpu)), ..Report::default() })
}

/// Ways and their outcomes: `way` → `completed` or the word for what went wrong → how often.
type ByWay = BTreeMap<&'static str, BTreeMap<String, u64>>;

async fn make_calls(run: &Arc<Run>) -> anyhow::Result<ByWay> {
    let (start, mut tasks, mut by_way) = (Instant::now(), tokio::task::JoinSet::new(), ByWay::new());
    let mut count = |done: Result<(Way, String), tokio::task::JoinError>| {
        let (way, outcome) = done.context("a call's task panicked")?;
        *by_way.entry(way.name()).or_default().entry(outcome).or_default() += 1;
        anyhow::Ok(())
    };
    for n in 0..run.args.calls {
        let due = start + Duration::from_secs_f64(f64::from(n) / run.args.cps);
        tokio::time::sleep_until(due.into()).await;
        tasks.spawn(one_call(run.clone(), n));
        while let Some(done) = tasks.try_join_next() {
            count(done)?;
        }
    }
    while let Some(done) = tasks.join_next().await {
        count(done)?;
    }
    Ok(by_way)
}

async fn one_call(run: Arc<Run>, n: u32) -> (Way, String) {
    let way = Way::of(n);
    let agent = run.board.expect(n);
    let outcome = match go(&run, n, way, agent).await {
        Ok(()) => "completed".to_owned(),
        Err(word) => word,
    };
    run.board.forget(n);
    run.done.fetch_add(1, Relaxed);
    (way, outcome)
}

async fn go(run: &Run, n: u32, way: Way, agent: tokio::sync::oneshot::Receiver<AgentSide>) -> Result<(), String> {
    let options = CallOptions::new(run.args.target, &run.args.to)
        .from_user(tones::number(run.args.number_base, n))
        .media(Media::tone(tones::pair(n).0).with_codecs(&[Codec::Pcmu]));
    let mut call = run.caller.call(options).map_err(status_of)?;
    match way {
        Way::GivesUp | Way::GivesUpLate => {
            // No more than a few ms apart from the INVITE, the trying, the answer, the offer, the lifting: each is met by some.
            let patience = if way == Way::GivesUp { u64::from(n % 7) } else { 10 + u64::from(n % 30) };
            tokio::time::sleep(Duration::from_millis(patience)).await;
            let _ = call.hang_up().await;
            call.ended().await;
            Ok(())
        }
        Way::Talk | Way::AgentEnds | Way::Hold => {
            tokio::time::timeout(WAIT, call.answered()).await.map_err(|_| "timeout")?.map_err(status_of)?;
            let theirs = tokio::time::timeout(WAIT, agent).await.map_err(|_| "no_agent")?.map_err(|_| "agent_failed")?.call;
            talk(way, &call, &theirs).await.map_err(|_| "cut_off".to_owned())
        }
    }
}

async fn talk(way: Way, ours: &Call, theirs: &Call) -> Result<(), PhoneError> {
    tokio::time::sleep(TALK).await;
    match way {
        Way::AgentEnds => return theirs.hang_up().await,
        Way::Hold => {
            ours.hold().await?;
            ours.retrieve().await?;
        }
        Way::Talk | Way::GivesUp | Way::GivesUpLate => {}
    }
    ours.hang_up().await
}

/// How the server is looked at from outside.
struct Watch {
    http: reqwest::Client,
    url: String,
    token: String,
    pid: u32,
}

impl Watch {
    async fn sample(&self, at_s: f64, calls: u64) -> anyhow::Result<Levels> {
        let answer = self.http.get(&self.url).bearer_auth(&self.token).send().await.context("no figures from the server")?;
        let text = answer.error_for_status()?.text().await?;
        let level = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.and_then(|value| value.parse::<f64>().ok()).with_context(|| format!("the server shows no {name}"))
        };
        Ok(Levels {
            at_s,
            calls,
            rss_mb: process::rss_mb(self.pid)?,
            files: process::files(self.pid)?,
            threads: process::threads(self.pid)?,
            interactions: level("cordboard_interactions_open")? as u64,
            legs: level("cordboard_legs")? as u64,
            ports: level("cordboard_rtp_ports_used")? as u64,
            transactions: (level("cordboard_sip_client_transactions")? + level("cordboard_sip_server_transactions")?) as u64,
            projector_behind: level("cordboard_projector_behind")? as u64,
            journal_mb: level("cordboard_journal_bytes")? / 1e6,
            held_mb: level("cordboard_websocket_held_bytes")? / 1e6,
            broken: level("cordboard_invariant_broken_total")? as u64,
        })
    }
}

/// The first sample at which nothing is left of the calls, or the last before patience ends.
async fn rest(run: &Run, watch: &Watch, began: Instant) -> anyhow::Result<Levels> {
    let until = Instant::now() + Duration::from_secs(run.args.rest_s);
    loop {
        let sample = watch.sample(began.elapsed().as_secs_f64(), run.done.load(Relaxed)).await?;
        if sample.at_rest() || Instant::now() >= until {
            return Ok(sample);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn summarise(by_way: ByWay, samples: &[Levels], wall: Duration, cpu_s: f64) -> Soak {
    let outcomes = || by_way.values().flatten();
    let (calls, completed): (u64, u64) =
        (outcomes().map(|(_, n)| n).sum(), outcomes().filter(|(word, _)| *word == "completed").map(|(_, n)| n).sum());
    let half = samples.len() / 2;
    // The last sample is the one at rest: it belongs to no trend.
    let late = samples.get(half..samples.len().saturating_sub(1)).unwrap_or_default();
    Soak {
        calls,
        completed,
        cps: calls as f64 / wall.as_secs_f64(),
        server_cpu_ms_per_call: cpu_s * 1000.0 / calls.max(1) as f64,
        rss_mb: Percentiles::of(samples.iter().map(|sample| sample.rss_mb).collect()),
        rss_mb_per_10_000_calls: slope(late) * 10_000.0,
        before: samples.first().cloned(),
        after: samples.last().cloned(),
        by_way,
    }
}

/// Least squares: MB of memory for each further call.
fn slope(samples: &[Levels]) -> f64 {
    let n = samples.len() as f64;
    let mean = |of: fn(&Levels) -> f64| samples.iter().map(of).sum::<f64>() / n.max(1.0);
    let (calls, rss) = (mean(|sample| sample.calls as f64), mean(|sample| sample.rss_mb));
    let (mut above, mut below) = (0.0, 0.0);
    for sample in samples {
        let x = sample.calls as f64 - calls;
        above += x * (sample.rss_mb - rss);
        below += x * x;
    }
    if below > 0.0 { above / below } else { 0.0 }
}

fn write(args: &Args, samples: &[Levels]) -> anyhow::Result<()> {
    if let Some(path) = &args.csv {
        let lines: String = samples.iter().map(|sample| sample.line() + "\n").collect();
        std::fs::write(path, format!("{}\n{lines}", Levels::HEAD)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(path) = &args.svg {
        let lines = [
            plot::Line { name: "memory, MB", points: samples.iter().map(|s| (s.at_s, s.rss_mb)).collect() },
            plot::Line { name: "open files", points: samples.iter().map(|s| (s.at_s, s.files as f64)).collect() },
            plot::Line { name: "RTP port pairs", points: samples.iter().map(|s| (s.at_s, s.ports as f64)).collect() },
            plot::Line { name: "SIP transactions", points: samples.iter().map(|s| (s.at_s, s.transactions as f64)).collect() },
        ];
        std::fs::write(path, plot::svg("seconds", &lines)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hundred_calls_have_every_way() {
        let mut seen = BTreeMap::<_, u32>::new();
        for n in 300..400 {
            *seen.entry(Way::of(n)).or_default() += 1;
        }
        assert_eq!(seen.into_values().collect::<Vec<_>>(), [60, 15, 10, 10, 5]);
    }

    #[test]
    fn growth_is_what_the_samples_grow_by() {
        let grown = |per_call: f64| -> Vec<_> {
            (0..10).map(|n| Levels { calls: n * 100, rss_mb: 80.0 + per_call * (n * 100) as f64, ..Levels::default() }).collect()
        };
        assert!((slope(&grown(0.02)) - 0.02).abs() < 1e-9);
        assert!(slope(&grown(0.0)).abs() < 1e-9 && slope(&[]).abs() < 1e-9);
    }
}
