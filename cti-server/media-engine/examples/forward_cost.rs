//! What a forwarded packet costs in CPU, against a thread that only receives and sends. Prints one line each.
//!
//! `cargo run --release -p cti-media-engine --example forward_cost [calls] [seconds]`
//!
//! Each call is two phones that hear each other, 50 packets a second each way, over loopback. CPU time is that of the media
//! thread alone, from `/proc`. The delay is of one more call whose packets carry the time they were sent.

use cti_media::rtp::{self, Header};
use cti_media_engine::{Clock, Engine, EngineConfig};
use cti_types::LegId;
use cti_types::media::{Codec, Direction, EngineCommand, Stream};
use cti_types::tap::{TapFrame, TapSink};
use mio::{Events, Interest, Poll, Token};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

type Anyhow<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct NoTaps;

impl TapSink for NoTaps {
    fn push(&self, _: TapFrame) -> bool {
        true
    }
}

fn main() -> Anyhow<()> {
    let mut arguments = std::env::args().skip(1);
    let calls: usize = arguments.next().map_or(Ok(200), |text| text.parse())?;
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let clock = Clock::starting_now();
    let floor = run_floor(&clock, calls, seconds)?;
    let engine = run_engine(&clock, calls, seconds)?;
    println!("calls {calls}  packets/s {}", calls * 100);
    println!("floor  {:.2} us/packet  {}", floor.cost_us, floor.delays);
    println!("engine {:.2} us/packet  {}", engine.cost_us, engine.delays);
    println!("ratio  {:.2}", engine.cost_us / floor.cost_us);
    Ok(())
}

struct Outcome {
    cost_us: f64,
    delays: String,
}

/// The phones' sockets: `flows[n]` sends to `to[n]`. The last two are the call that measures delay.
struct Phones {
    flows: Vec<UdpSocket>,
    to: Vec<SocketAddr>,
}

fn local() -> Anyhow<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_read_timeout(Some(Duration::from_millis(100)))?;
    Ok(socket)
}

fn run_engine(clock: &Clock, calls: usize, seconds: u64) -> Anyhow<Outcome> {
    let (to, opened) = std::sync::mpsc::sync_channel(100_000);
    let events = Arc::new(move |event| drop(to.try_send(event)));
    let engine = Engine::start(EngineConfig { legs_max: 20_000, ..EngineConfig::default() }, clock.clone(), Arc::new(NoTaps), events)?;
    let mut phones = Phones { flows: Vec::new(), to: Vec::new() };
    let mut port = 30_000;
    for number in 0..(calls + 1) * 2 {
        let phone = local()?;
        let leg = LegId::from_u128(number as u128 + 1);
        loop {
            engine.send(EngineCommand::Open { leg, group: 0, ip: Ipv4Addr::LOCALHOST.into(), port, ssrc: 1, sequence: 0, timestamp: 0 })?;
            port += 2;
            if matches!(opened.recv()?, cti_types::media::EngineEvent::Opened { .. }) {
                break;
            }
        }
        let remote = phone.local_addr()?;
        let stream = Stream {
            remote,
            remote_rtcp: remote,
            also_from: Vec::new(),
            send: (0, Codec::Pcmu),
            accept: vec![(0, Codec::Pcmu)],
            event_receive: None,
            event_send: None,
            wide_event_receive: None,
            wide_event_send: None,
            direction: Direction::SendRecv,
            ptime_ms: 20,
            srtp: None,
        };
        engine.send(EngineCommand::SetStream { leg, stream })?;
        engine.send(EngineCommand::Hear { leg, from: vec![LegId::from_u128((number as u128 ^ 1) + 1)] })?;
        phones.flows.push(phone);
        phones.to.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port - 2));
    }
    let before = engine.counters().packets_out;
    let outcome = drive(clock, &phones, seconds, "media-0", || engine.counters().packets_out - before);
    engine.stop();
    outcome
}

/// The same traffic through a thread that polls (edge-triggered, with mio), receives and sends, and does nothing else.
fn run_floor(clock: &Clock, calls: usize, seconds: u64) -> Anyhow<Outcome> {
    let mut poll = Poll::new()?;
    let mut phones = Phones { flows: Vec::new(), to: Vec::new() };
    let mut sockets = Vec::new();
    for number in 0..(calls + 1) * 2 {
        let phone = local()?;
        let mut socket = mio::net::UdpSocket::bind(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0))?;
        poll.registry().register(&mut socket, Token(number), Interest::READABLE)?;
        phones.to.push(socket.local_addr()?);
        phones.flows.push(phone);
        sockets.push(socket);
    }
    let remotes = phones.flows.iter().map(UdpSocket::local_addr).collect::<Result<Vec<_>, _>>()?;
    let (stop, passed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let thread = {
        let (stop, passed) = (stop.clone(), passed.clone());
        std::thread::Builder::new().name("floor".into()).spawn(move || -> std::io::Result<()> {
            let (mut events, mut buffer) = (Events::with_capacity(1024), [0; 1500]);
            while !stop.load(Ordering::Relaxed) {
                poll.poll(&mut events, Some(Duration::from_millis(100)))?;
                for Token(number) in events.iter().map(mio::event::Event::token) {
                    while let Ok((length, _)) = sockets[number].recv_from(&mut buffer) {
                        if sockets[number ^ 1].send_to(&buffer[..length], remotes[number ^ 1]).is_ok() {
                            passed.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            }
            Ok(())
        })?
    };
    let outcome = drive(clock, &phones, seconds, "floor", || passed.load(Ordering::Relaxed));
    stop.store(true, Ordering::Relaxed);
    thread.join().map_err(|_| "the floor thread panicked")??;
    outcome
}

/// Sends for some seconds, spread evenly over each 20 ms, and measures.
fn drive(clock: &Clock, phones: &Phones, seconds: u64, thread: &str, passed: impl Fn() -> u64) -> Anyhow<Outcome> {
    let probe = phones.flows.len() - 2;
    let hearing = phones.flows[probe + 1].try_clone()?;
    let (stop, listening) = (Arc::new(AtomicBool::new(false)), clock.clone());
    let stopped = stop.clone();
    let listener = std::thread::spawn(move || {
        let (mut delays, mut buffer) = (Vec::new(), [0; 1500]);
        while !stopped.load(Ordering::Relaxed) {
            let Ok(length) = hearing.recv(&mut buffer) else { continue };
            let Ok((_, payload)) = rtp::parse(&buffer[..length]) else { continue };
            if let Some(sent) = payload.first_chunk() {
                delays.push(listening.now().0.saturating_sub(u64::from_be_bytes(*sent)));
            }
        }
        delays
    });
    // A thread gives itself its name, a moment after it was made.
    let deadline = clock.now() + Duration::from_secs(1);
    let cpu = loop {
        match thread_cpu_us(thread) {
            Err(_) if clock.now() < deadline => std::thread::yield_now(),
            found => break found?,
        }
    };
    let (start, count) = (clock.now(), passed());
    for round in 0..seconds * 50 {
        for (number, (phone, to)) in phones.flows.iter().zip(&phones.to).enumerate() {
            let due = start + Duration::from_micros(round * 20_000 + number as u64 * 20_000 / phones.flows.len() as u64);
            wait_until(clock, due, phone);
            let mut payload = [0xFF; 160];
            payload[..8].copy_from_slice(&clock.now().0.to_be_bytes());
            let header =
                Header { payload_type: 0, marker: false, sequence: round as u16, timestamp: round as u32 * 160, ssrc: number as u32 };
            let mut out = [0; 200];
            let length = rtp::write(&header, &payload, &mut out)?;
            phone.send_to(&out[..length], to)?;
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut delays = listener.join().map_err(|_| "the listener panicked")?;
    delays.sort_unstable();
    let at = |part: f64| delays.get((delays.len() as f64 * part) as usize).copied().unwrap_or_default();
    let packets = passed() - count;
    Ok(Outcome {
        cost_us: (thread_cpu_us(thread)? - cpu) / packets as f64,
        delays: format!("packets {packets}  delay p50 {} us p99 {} us", at(0.5), at(0.99)),
    })
}

/// Waits in the socket's own read time-out, which takes what the phone hears out of its buffer meanwhile.
fn wait_until(clock: &Clock, due: cti_types::Tick, phone: &UdpSocket) {
    let mut buffer = [0; 1500];
    while due > clock.now() {
        let left = due.since(clock.now());
        if left > Duration::from_micros(200) && phone.set_read_timeout(Some(left)).is_ok() {
            let _ = phone.recv(&mut buffer);
        } else {
            std::hint::spin_loop();
        }
    }
}

/// CPU time of a thread of this process by its name, in µs.
fn thread_cpu_us(name: &str) -> Anyhow<f64> {
    for task in std::fs::read_dir("/proc/self/task")? {
        let path = task?.path();
        if std::fs::read_to_string(path.join("comm"))?.trim() == name {
            let schedstat = std::fs::read_to_string(path.join("schedstat"))?;
            let ns: f64 = schedstat.split_whitespace().next().ok_or("an empty schedstat")?.parse()?;
            return Ok(ns / 1000.0);
        }
    }
    Err(format!("no thread is called {name}").into())
}
