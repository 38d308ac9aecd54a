//! The calls of a run: made at a steady rate, answered by phones in this process, listened to at both ends, added up.

use crate::agents::{self, AgentSide, Board, Users};
use crate::report::{Calls, Generator, Percentiles, Report, Rtp, Server, Transit};
use crate::{floor, process, record, recordings, tones};
use anyhow::Context as _;
use cti_phone::{AgentOptions, Call, CallOptions, CallState, Codec, DigitsBy, Media, MediaReport, MediaThread, PhoneError, UserAgent};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After the agent lifted, before it is judged: the server may still be changing from music to voice.
const SETTLE: Duration = Duration::from_millis(400);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the INVITEs go.
    #[arg(long)]
    target: SocketAddr,
    /// Whom they are for: `sip:NUMBER@HOST`.
    #[arg(long)]
    to: String,
    /// Calls begun each second.
    #[arg(long, default_value_t = 1.0)]
    cps: f64,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    calls: u32,
    /// Seconds of talk that are listened to.
    #[arg(long, default_value_t = 5.0)]
    talk: f64,
    /// The file `setup --out` wrote: the agents register their phones and sign in over WebSocket.
    #[arg(long)]
    users: Option<PathBuf>,
    /// Sign in only the first so many of the file.
    #[arg(long, default_value_t = usize::MAX)]
    agents: usize,
    /// Only listen as phones on this address, whoever is called (for other servers).
    #[arg(long)]
    static_phones: Option<SocketAddr>,
    /// Keys to press after the answer, for a number with an IVR.
    #[arg(long)]
    digits: Option<String>,
    /// How long after the answer.
    #[arg(long, default_value_t = 1000)]
    digits_after_ms: u64,
    /// How long a phone rings before it is lifted.
    #[arg(long, default_value_t = 0)]
    ring_ms: u64,
    /// Longest wait for the answer, and then for an agent.
    #[arg(long, default_value_t = 60)]
    wait_s: u64,
    /// pcmu or pcma, for both ends.
    #[arg(long, default_value = "pcmu")]
    codec: String,
    /// Address the callers send from; a trunk may be known by it. By default what `setup` chose, else any port of 127.0.0.1.
    #[arg(long)]
    from: Option<SocketAddr>,
    /// First caller's number, without plus; each call has the next one.
    #[arg(long, default_value_t = tones::NUMBER_BASE)]
    number_base: u64,
    /// The server's process on this machine: its CPU and memory are measured, then the floor with as many flows.
    #[arg(long)]
    server_pid: Option<u32>,
    /// Folder of the server's recordings, searched for WAV files newer than the run. Without it recordings come through the API.
    #[arg(long)]
    record_dir: Option<PathBuf>,
    /// How long to wait for the log and the last recordings to be complete.
    #[arg(long, default_value_t = 10)]
    record_wait_s: u64,
    #[arg(long)]
    pub(crate) json: Option<std::path::PathBuf>,
}

/// What one call came to.
struct Outcome {
    /// `completed`, or why not.
    status: String,
    setup: Option<Duration>,
    up: Duration,
    reports: Option<(MediaReport, MediaReport)>,
}

/// What the calls of a run share.
struct Run {
    args: Args,
    caller: UserAgent,
    board: Arc<Board>,
    codec: Codec,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    calls: BTreeMap<u32, [Arc<Call>; 2]>,
    /// Packets sent in calls that are over.
    sent_before: u64,
    most: usize,
}

impl Run {
    fn live(&self) -> std::sync::MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Packets sent by both ends of all calls so far.
    fn sent(&self) -> u64 {
        let live = self.live();
        live.sent_before + live.calls.values().flatten().map(|call| call.media().sent).sum::<u64>()
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Report> {
    check(&args)?;
    let codec = match args.codec.to_ascii_lowercase().as_str() {
        "pcmu" => Codec::Pcmu,
        "pcma" => Codec::Pcma,
        other => anyhow::bail!("unknown codec {other}: pcmu or pcma"),
    };
    let media = MediaThread::start().context("cannot start the media thread")?;
    let options = AgentOptions { media: Some(media), ..AgentOptions::default() };
    let users = args.users.as_deref().map(Users::read).transpose()?;
    let from = args.from.or(users.as_ref().and_then(|users| users.from)).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    let caller = UserAgent::bind_with(from, options.clone()).await.with_context(|| format!("cannot call from {from}"))?;
    let board = Arc::new(Board::new(args.number_base, codec, Duration::from_millis(args.ring_ms)));
    let any = SocketAddr::new(from.ip(), 0);
    let phones = UserAgent::bind_with(args.static_phones.unwrap_or(any), options).await.context("cannot open the phones' socket")?;
    let _phones = match (&users, args.static_phones) {
        (Some(users), None) => agents::sign_in(&phones, args.target, users, args.agents, &board).await?,
        (None, Some(_)) => agents::listen(&phones, &board),
        _ => anyhow::bail!("give either --users or --static-phones"),
    };
    let run = Arc::new(Run { args, caller, board, codec, live: Mutex::default() });
    let since = std::time::SystemTime::now();
    let (outcomes, meter) = make_calls(&run).await?;
    summarise(&run, outcomes, meter, since, users.as_ref()).await
}

fn check(args: &Args) -> anyhow::Result<()> {
    anyhow::ensure!(args.cps > 0.0 && args.cps <= 100_000.0, "--cps must be above 0 and at most 100000");
    anyhow::ensure!(args.talk >= 0.0 && args.talk <= 86_400.0, "--talk must be 0 to 86400 seconds");
    let at_once = (args.cps * (args.talk + 2.0)).min(f64::from(args.calls));
    let files = (at_once * 2.0) as u64 + 200;
    if process::files_max().is_some_and(|max| max < files) {
        anyhow::bail!("about {files} open files are needed: raise the limit first (ulimit -n {files})");
    }
    Ok(())
}

/// CPU and packets at the two ends of the steady stretch, and over all.
struct Meter {
    own_cpu_s: f64,
    server_cpu_s: f64,
    wall: Duration,
    /// Server CPU and packets between the ramp's end and the last call's start, if that stretch is long enough.
    steady: Option<(f64, u64)>,
}

async fn make_calls(run: &Arc<Run>) -> anyhow::Result<(Vec<Outcome>, Meter)> {
    let args = &run.args;
    let server_cpu = || args.server_pid.map(process::cpu_s).transpose().map(Option::unwrap_or_default);
    let me = std::process::id();
    let (own_before, server_before, start) = (process::cpu_s(me)?, server_cpu()?, Instant::now());
    let ramp = Duration::from_secs_f64(args.talk) + SETTLE;
    let mut steady_from = None;
    let mut tasks = tokio::task::JoinSet::new();
    let mut outcomes = Vec::with_capacity(args.calls as usize);
    for n in 0..args.calls {
        let due = start + Duration::from_secs_f64(f64::from(n) / args.cps);
        tokio::time::sleep_until(due.into()).await;
        if steady_from.is_none() && start.elapsed() >= ramp {
            steady_from = Some((Instant::now(), server_cpu()?, run.sent()));
        }
        tasks.spawn(one_call(run.clone(), n));
        while let Some(done) = tasks.try_join_next() {
            outcomes.push(done.context("a call's task panicked")?);
        }
    }
    let steady = match steady_from {
        // CPU is counted in ticks of 10 ms: a shorter stretch would be mostly rounding.
        Some((from, cpu, sent)) if from.elapsed() >= Duration::from_secs(2) => Some((server_cpu()? - cpu, run.sent() - sent)),
        _ => None,
    };
    while let Some(done) = tasks.join_next().await {
        outcomes.push(done.context("a call's task panicked")?);
    }
    let meter =
        Meter { own_cpu_s: process::cpu_s(me)? - own_before, server_cpu_s: server_cpu()? - server_before, wall: start.elapsed(), steady };
    Ok((outcomes, meter))
}

async fn one_call(run: Arc<Run>, n: u32) -> Outcome {
    let started = Instant::now();
    let agent = run.board.expect(n);
    let mut outcome = Outcome { status: String::new(), setup: None, up: Duration::ZERO, reports: None };
    outcome.status = match talk(&run, n, agent, &mut outcome).await {
        Ok(()) => "completed".into(),
        Err(status) => status,
    };
    run.board.forget(n);
    outcome.up = started.elapsed();
    outcome
}

/// The call itself; the error is the word for `by_status`.
async fn talk(run: &Run, n: u32, agent: tokio::sync::oneshot::Receiver<AgentSide>, outcome: &mut Outcome) -> Result<(), String> {
    let args = &run.args;
    let (caller_hz, agent_hz) = tones::pair(n);
    let options = CallOptions::new(args.target, &args.to)
        .from_user(tones::number(args.number_base, n))
        .media(Media::tone(caller_hz).with_codecs(&[run.codec]));
    let mut call = run.caller.call(options).map_err(status_of)?;
    let started = call.started();
    run.board.started(n, started);
    let wait = Duration::from_secs(args.wait_s);
    match tokio::time::timeout(wait, call.answered()).await {
        Ok(answer) => answer.map_err(status_of)?,
        Err(_) => return Err("timeout".into()),
    };
    if let Some(digits) = &args.digits {
        tokio::time::sleep(Duration::from_millis(args.digits_after_ms)).await;
        call.send_digits(digits, DigitsBy::Rtp, 3).await.map_err(|_| "cut_off".to_owned())?;
    }
    let side = match tokio::time::timeout(wait, agent).await {
        Ok(Ok(side)) => side,
        Ok(Err(_)) => return Err("agent_failed".into()),
        Err(_) => return Err("no_agent".into()),
    };
    outcome.setup = Some(side.arrived.saturating_duration_since(started));
    let both = [Arc::new(call), Arc::new(side.call)];
    {
        let mut live = run.live();
        live.calls.insert(n, both.clone());
        live.most = live.most.max(live.calls.len());
    }
    let heard = listen(&both, agent_hz, caller_hz, Duration::from_secs_f64(args.talk)).await;
    let [ours, theirs] = &both;
    let (ours, theirs) = (ours.media(), theirs.media());
    {
        let mut live = run.live();
        live.calls.remove(&n);
        live.sent_before += ours.sent + theirs.sent;
    }
    outcome.reports = Some((ours, theirs));
    heard?;
    both[0].hang_up().await.map_err(|_| "cut_off".to_owned())
}

/// Listens at both ends for the time of the talk.
async fn listen(both: &[Arc<Call>; 2], agent_hz: u16, caller_hz: u16, talk: Duration) -> Result<(), String> {
    if talk.is_zero() {
        return Ok(());
    }
    tokio::time::sleep(SETTLE).await;
    let [ours, theirs] = both;
    ours.expect_tone(Some(agent_hz));
    theirs.expect_tone(Some(caller_hz));
    tokio::time::sleep(talk).await;
    let up = both.iter().all(|call| matches!(call.state(), CallState::Answered(_)));
    if up { Ok(()) } else { Err("cut_off".into()) }
}

/// What a failed call is counted under: the status it was refused with, `timeout` or `error`.
pub(crate) fn status_of(error: PhoneError) -> String {
    match error {
        PhoneError::Refused(code) => code.to_string(),
        PhoneError::Timeout => "timeout".into(),
        PhoneError::Socket(_)
        | PhoneError::BadDescription(_)
        | PhoneError::BadMessage(_)
        | PhoneError::WrongState(_)
        | PhoneError::Challenge(_) => "error".into(),
    }
}

async fn summarise(
    run: &Run,
    outcomes: Vec<Outcome>,
    meter: Meter,
    since: std::time::SystemTime,
    users: Option<&Users>,
) -> anyhow::Result<Report> {
    let args = &run.args;
    let mut calls = Calls { started: outcomes.len() as u64, ..Calls::default() };
    for outcome in &outcomes {
        *(if outcome.status == "completed" { &mut calls.completed } else { &mut calls.failed }) += 1;
        if outcome.status != "completed" {
            *calls.by_status.entry(outcome.status.clone()).or_default() += 1;
        }
    }
    let ms = |times: Vec<Duration>| Percentiles::of(times.into_iter().map(|time| time.as_secs_f64() * 1000.0).collect());
    let up_s: f64 = outcomes.iter().map(|outcome| outcome.up.as_secs_f64()).sum();
    let rtp = add_up(&outcomes, args.talk > 0.0);
    let mut report = Report {
        setup_ms: ms(outcomes.iter().filter_map(|outcome| outcome.setup).collect()),
        pop_ms: ms(run.board.pops()),
        generator: Some(Generator { cpu_s: meter.own_cpu_s, cores: meter.own_cpu_s / meter.wall.as_secs_f64() }),
        ..Report::default()
    };
    if let Some(pid) = args.server_pid {
        // Before the log is asked for: answering is no part of the calls.
        report.server = Some(Server {
            cpu_s: meter.server_cpu_s,
            cpu_ms_per_call: meter.server_cpu_s * 1000.0 / calls.started.max(1) as f64,
            cores_per_100_calls: meter.server_cpu_s / up_s.max(f64::MIN_POSITIVE) * 100.0,
            cpu_ms_per_call_minute: meter.server_cpu_s * 1000.0 / (up_s / 60.0).max(f64::MIN_POSITIVE),
            rss_mb: process::rss_mb(pid)?,
        });
    }
    let wait = Duration::from_secs(args.record_wait_s);
    if let Some(users) = users {
        let made =
            record::Made { since, started: args.calls, completed: calls.completed, talk_s: args.talk, number_base: args.number_base, wait };
        let (log, heard) = record::check(users, &made).await?;
        (report.log, report.recordings) = (Some(log), heard);
    } else if args.record_dir.is_some() {
        tokio::time::sleep(wait).await;
    }
    if let Some(dir) = &args.record_dir {
        report.recordings = Some(recordings::check(dir, since, calls.completed, args.calls, args.talk)?);
    }
    if let Some(pid) = args.server_pid {
        let flows = (run.live().most as u32 * 2).clamp(2, 20_000);
        let floor = floor::least(flows, Duration::from_secs(2), Some(pid))?;
        let (cpu_s, packets) = meter.steady.unwrap_or((meter.server_cpu_s, rtp.sent));
        report.x_floor = (packets > 0).then(|| cpu_s * 1e6 / packets as f64 / floor.us_per_packet);
        report.floor = Some(floor);
    }
    report.calls = Some(calls);
    report.rtp = Some(rtp);
    Ok(report)
}

fn add_up(outcomes: &[Outcome], listened: bool) -> Rtp {
    let (mut rtp, mut transit) = (Rtp::default(), Vec::new());
    for side in outcomes.iter().filter_map(|outcome| outcome.reports.as_ref()).flat_map(|(ours, theirs)| [ours, theirs]) {
        rtp.sent += side.sent;
        rtp.received += side.received;
        rtp.lost += side.lost;
        rtp.late += side.late;
        rtp.gap_ms_max = rtp.gap_ms_max.max(side.gap_ms_max);
        rtp.wrong_tone += side.windows_wrong + side.windows_silent + u64::from(listened && side.windows_right == 0);
        transit.extend(side.transit_us.iter().map(|&us| f64::from(us) / 1000.0));
    }
    rtp.transit_ms = Percentiles::of(transit).map(|ms| Transit { p50: ms.p50, p99: ms.p99 });
    rtp
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(target: SocketAddr, calls: u32) -> Args {
        Args {
            target,
            to: format!("sip:100@{target}"),
            cps: 20.0,
            calls,
            talk: 1.0,
            users: None,
            agents: usize::MAX,
            static_phones: Some(target),
            digits: None,
            digits_after_ms: 0,
            ring_ms: 0,
            wait_s: 10,
            codec: "pcmu".into(),
            from: None,
            number_base: 12_025_550_000,
            server_pid: None,
            record_dir: None,
            record_wait_s: 0,
            json: None,
        }
    }

    fn free() -> SocketAddr {
        std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    #[tokio::test]
    async fn straight_to_the_phones_every_call_is_whole() {
        let report = run(args(free(), 20)).await.unwrap();
        let (calls, rtp) = (report.calls.unwrap(), report.rtp.unwrap());
        assert_eq!((calls.started, calls.completed, calls.failed), (20, 20, 0), "{:?}", calls.by_status);
        assert_eq!((rtp.lost, rtp.wrong_tone), (0, 0), "{rtp:?}");
        assert!(rtp.received > 20 * 2 * 40 && rtp.transit_ms.is_some(), "{rtp:?}");
        assert!(report.setup_ms.is_some() && report.recordings.is_none());
    }

    #[tokio::test]
    async fn refused_calls_are_counted_by_their_status() {
        let busy = UserAgent::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let mut incoming = busy.incoming();
        tokio::spawn(async move {
            while let Some(call) = incoming.recv().await {
                call.reject(486).await;
            }
        });
        let report = run(Args { static_phones: Some(free()), ..args(busy.local_addr(), 3) }).await.unwrap();
        let calls = report.calls.unwrap();
        assert_eq!((calls.failed, calls.by_status.get("486")), (3, Some(&3)));
    }

    #[tokio::test]
    async fn a_swapped_call_is_wrong_tone() {
        // The agent's side plays and expects the tones of another call.
        let (_, agent_hz) = tones::pair(0);
        let phones = UserAgent::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let mut incoming = phones.incoming();
        let mut call = phones.call(CallOptions::new(phones.local_addr(), "sip:1@127.0.0.1").media(Media::tone(1000))).unwrap();
        let taken = incoming.recv().await.unwrap().answer(Media::tone(agent_hz + 25)).await.unwrap();
        call.answered().await.unwrap();
        let both = [Arc::new(call), Arc::new(taken)];
        listen(&both, agent_hz, 1000, Duration::from_millis(700)).await.unwrap();
        let reports = Some((both[0].media(), both[1].media()));
        let rtp = add_up(&[Outcome { status: String::new(), setup: None, up: Duration::ZERO, reports }], true);
        assert!(rtp.wrong_tone >= 3, "{rtp:?}");
    }
}
