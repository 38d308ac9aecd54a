//! What the kernel alone takes: one thread that receives each packet on a socket of its own and sends it out of another, as a bridge does.
//! It runs where the server runs, and whom it sends to waits for it, as telephones do: to wake somebody, on another core most of all, is
//! a good part of what a packet costs.

use crate::process::{run_where, thread_cpu_s};
use crate::report::Floor;
use anyhow::Context as _;
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Bytes of a G.711 packet of 20 ms.
const PACKET: usize = 172;
const PTIME: Duration = Duration::from_millis(20);
/// The flows are spread over this many slots of the 20 ms.
const SLOTS: usize = 20;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Sockets, each receiving and sending 50 packets a second; two make a call.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(2..=20_000))]
    flows: u32,
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    #[arg(long)]
    pub(crate) json: Option<std::path::PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Floor> {
    measure(args.flows, Duration::from_secs(args.seconds), None)
}

/// The least of three: what a busy machine adds must not make a server look better.
pub(crate) fn least(flows: u32, time: Duration, like: Option<u32>) -> anyhow::Result<Floor> {
    let mut least = measure(flows, time, like)?;
    for _ in 0..2 {
        let again = measure(flows, time, like)?;
        if again.us_per_packet < least.us_per_packet {
            least = again;
        }
    }
    Ok(least)
}

/// CPU of the forwarding thread for each packet received and sent on, in steady state; on the cores of the process `like`.
pub(crate) fn measure(flows: u32, time: Duration, like: Option<u32>) -> anyhow::Result<Floor> {
    let flows = flows + flows % 2;
    let bind = || -> anyhow::Result<std::net::UdpSocket> {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").context("cannot open a socket (see ulimit -n)")?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    };
    let ends: Vec<_> = (0..flows).map(|_| bind()).collect::<Result<_, _>>()?;
    let bridge: Vec<_> = (0..flows).map(|_| bind()).collect::<Result<_, _>>()?;
    let to_bridge: Vec<SocketAddr> = bridge.iter().map(|socket| socket.local_addr()).collect::<Result<_, _>>()?;
    let to_ends: Vec<SocketAddr> = ends.iter().map(|socket| socket.local_addr()).collect::<Result<_, _>>()?;
    let stop = Arc::new(AtomicBool::new(false));
    let (stop_here, warm_up) = (stop.clone(), Duration::from_millis(500));
    let forwarder = std::thread::Builder::new().name("floor".into()).spawn(move || {
        if let Some(like) = like {
            run_where(like)?;
        }
        forward(bridge, &to_ends, &stop_here, warm_up)
    })?;
    let ears = ends.iter().map(std::net::UdpSocket::try_clone).collect::<Result<_, _>>()?;
    let stop_here = stop.clone();
    let listener = std::thread::Builder::new().name("ears".into()).spawn(move || listen(ears, &stop_here))?;
    generate(&ends, &to_bridge, warm_up + time);
    stop.store(true, Ordering::Relaxed);
    let (packets, cpu_s) = forwarder.join().map_err(|_| anyhow::anyhow!("the forwarding thread panicked"))??;
    listener.join().map_err(|_| anyhow::anyhow!("the listening thread panicked"))??;
    anyhow::ensure!(packets > 0, "no packet was forwarded");
    Ok(Floor { us_per_packet: cpu_s * 1e6 / packets as f64, flows, packets })
}

/// Packets forwarded after the warm-up and the CPU they took.
fn forward(sockets: Vec<std::net::UdpSocket>, to: &[SocketAddr], stop: &AtomicBool, warm_up: Duration) -> anyhow::Result<(u64, f64)> {
    let (mut poll, sockets) = watch(sockets)?;
    let mut events = Events::with_capacity(1024);
    let (start, mut counted_from, mut packets) = (Instant::now(), None, 0u64);
    while !stop.load(Ordering::Relaxed) {
        poll.poll(&mut events, Some(Duration::from_millis(100)))?;
        if counted_from.is_none() && start.elapsed() >= warm_up {
            counted_from = Some(thread_cpu_s()?);
            packets = 0;
        }
        for event in &events {
            packets += pass(&sockets, to, event.token().0);
        }
    }
    let from = counted_from.context("stopped before the warm-up was over")?;
    Ok((packets, thread_cpu_s()? - from))
}

fn watch(sockets: Vec<std::net::UdpSocket>) -> anyhow::Result<(Poll, Vec<UdpSocket>)> {
    let poll = Poll::new()?;
    let mut sockets: Vec<UdpSocket> = sockets.into_iter().map(UdpSocket::from_std).collect();
    for (n, socket) in sockets.iter_mut().enumerate() {
        poll.registry().register(socket, Token(n), Interest::READABLE)?;
    }
    Ok((poll, sockets))
}

/// Waits for what comes back, and empties it.
fn listen(sockets: Vec<std::net::UdpSocket>, stop: &AtomicBool) -> anyhow::Result<()> {
    let (mut poll, sockets) = watch(sockets)?;
    let (mut events, mut waste) = (Events::with_capacity(1024), [0u8; 1500]);
    while !stop.load(Ordering::Relaxed) {
        poll.poll(&mut events, Some(Duration::from_millis(100)))?;
        for socket in events.iter().filter_map(|event| sockets.get(event.token().0)) {
            while socket.recv_from(&mut waste).is_ok() {}
        }
    }
    Ok(())
}

/// Sends all that waits on one socket out of the other of its pair.
fn pass(sockets: &[UdpSocket], to: &[SocketAddr], n: usize) -> u64 {
    let other = n ^ 1;
    let (Some(from), Some(out), Some(&to)) = (sockets.get(n), sockets.get(other), to.get(other)) else { return 0 };
    let (mut packet, mut passed) = ([0u8; 1500], 0);
    // Any error ends the round; a real failure shows as missing packets.
    while let Ok((len, _)) = from.recv_from(&mut packet) {
        if let Some(bytes) = packet.get(..len)
            && out.send_to(bytes, to).is_ok()
        {
            passed += 1;
        }
    }
    passed
}

/// Sends a packet on every end each 20 ms, spread over the slots.
fn generate(ends: &[std::net::UdpSocket], to: &[SocketAddr], time: Duration) {
    let (packet, start) = ([0x80u8; PACKET], Instant::now());
    let mut tick = 0u32;
    while start.elapsed() < time {
        let slot = tick as usize % SLOTS;
        for (end, to) in ends.iter().zip(to).skip(slot).step_by(SLOTS) {
            // A lost packet is one fewer to count.
            let _ = end.send_to(&packet, to);
        }
        tick += 1;
        let due = start + PTIME * tick / SLOTS as u32;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flow_is_forwarded_and_costs_something() {
        let floor = measure(3, Duration::from_secs(1), Some(std::process::id())).unwrap();
        assert_eq!(floor.flows, 4);
        assert!(floor.packets > 50 && floor.us_per_packet > 0.1, "{floor:?}");
    }
}
