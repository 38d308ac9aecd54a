//! A running engine with real sockets around it: phones, attackers, a sink that remembers. It asserts nothing about media.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of this")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "phones of tests read the clock, and fail by a panic")]

pub mod browser;
pub mod talker;

use cti_media::rtp::{self, Header};
use cti_media_engine::{Clock, Engine, EngineConfig, SendError};
use cti_types::media::{Clip, Codec, Direction, EngineCommand, EngineEvent, Stream, StreamStats};
use cti_types::tap::{TapFrame, TapSink};
use cti_types::{LegId, PlayId};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Two neighbouring free ports, the first even. Each is given once in this process.
pub fn free_pair() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let step = NEXT.fetch_add(2, Ordering::Relaxed);
        let port = 20_000 + (std::process::id() as u16 % 500 * 20 + step) % 10_000 / 2 * 2;
        if UdpSocket::bind((LOCALHOST, port)).is_ok() && UdpSocket::bind((LOCALHOST, port + 1)).is_ok() {
            return port;
        }
    }
}

/// Remembers every frame, or refuses them all.
#[derive(Default)]
pub struct Frames {
    pub frames: Mutex<Vec<TapFrame>>,
    pub full: AtomicBool,
}

impl TapSink for Frames {
    fn push(&self, frame: TapFrame) -> bool {
        if self.full.load(Ordering::Relaxed) {
            return false;
        }
        self.frames.lock().unwrap().push(frame);
        true
    }
}

pub struct House {
    pub engine: Engine,
    pub events: Receiver<EngineEvent>,
    pub frames: Arc<Frames>,
}

impl House {
    pub fn new() -> House {
        House::with(EngineConfig::default())
    }

    pub fn with(config: EngineConfig) -> House {
        House::with_clock(config, Clock::starting_now())
    }

    pub fn with_clock(config: EngineConfig, clock: Clock) -> House {
        let (to, events) = sync_channel(10_000);
        let frames = Arc::new(Frames::default());
        let tell = Arc::new(move |event| {
            let _ = to.try_send(event);
        });
        let engine = Engine::start(config, clock, frames.clone(), tell).unwrap();
        House { engine, events, frames }
    }

    pub fn send(&self, command: EngineCommand) {
        self.engine.send(command).unwrap();
    }

    /// The next event; a leg's quality, which comes by itself now and then, is left out.
    pub fn next(&self) -> EngineEvent {
        loop {
            match self.events.recv_timeout(PATIENCE).unwrap() {
                EngineEvent::Quality { .. } => {}
                event => return event,
            }
        }
    }

    /// How good a leg sounds, next time it is told.
    pub fn quality(&self) -> (LegId, StreamStats) {
        loop {
            if let EngineEvent::Quality { leg, stats } = self.events.recv_timeout(PATIENCE).unwrap() {
                return (leg, stats);
            }
        }
    }

    pub fn nothing_for(&self, time: Duration) {
        let end = Instant::now() + time;
        loop {
            match self.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(EngineEvent::Quality { .. }) => {}
                other => return assert_eq!(other, Err(RecvTimeoutError::Timeout)),
            }
        }
    }

    pub fn try_open(&self, port: u16) -> Result<LegId, SendError> {
        static LEGS: AtomicU64 = AtomicU64::new(1);
        let number = LEGS.fetch_add(1, Ordering::Relaxed);
        let leg = LegId::from_u128(u128::from(number));
        let ssrc = 0xAB00_0000 + number as u32;
        self.engine.send(EngineCommand::Open { leg, group: 7, ip: LOCALHOST, port, ssrc, sequence: 65_530, timestamp: 4_294_966_000 })?;
        Ok(leg)
    }

    /// Returns when every command sent before has been carried out, and counted in the published counters.
    pub fn settle(&self) {
        self.settle_group(7);
    }

    /// The same on the thread of this group.
    pub fn settle_group(&self, group: u64) {
        let leg = LegId::from_u128(u128::MAX);
        // An address that is not ours: the answer comes in the order of the commands.
        let ip = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        self.send(EngineCommand::Open { leg, group, ip, port: 4000, ssrc: 0, sequence: 0, timestamp: 0 });
        assert!(matches!(self.next(), EngineEvent::OpenFailed { leg: failed, .. } if failed == leg));
    }

    /// A leg with a phone at its other end whose SDP tells the truth.
    pub fn call(&self, codec: Codec) -> Phone {
        let phone = self.unanswered(codec);
        self.stream(&phone, Direction::SendRecv);
        phone
    }

    /// A leg and its phone, without a stream yet.
    pub fn unanswered(&self, codec: Codec) -> Phone {
        let port = free_pair();
        let leg = self.try_open(port).unwrap();
        assert_eq!(self.next(), EngineEvent::Opened { leg });
        Phone::new(leg, port, codec)
    }

    pub fn stream(&self, phone: &Phone, direction: Direction) {
        self.send(EngineCommand::SetStream { leg: phone.leg, stream: phone.stream(direction) });
        self.settle();
    }

    pub fn hear(&self, phone: &Phone, from: &Phone) {
        self.send(EngineCommand::Hear { leg: phone.leg, from: vec![from.leg] });
        self.settle();
    }

    pub fn close(&self, leg: LegId) -> cti_types::media::StreamStats {
        self.send(EngineCommand::Close { leg });
        loop {
            if let EngineEvent::Closed { leg: closed, stats, .. } = self.next() {
                assert_eq!(closed, leg);
                return stats;
            }
        }
    }

    pub fn play(&self, phone: &Phone, play: u128, samples: &[i16], repeat: bool) -> PlayId {
        let play = PlayId::from_u128(play);
        let clips = vec![Clip { name: "test".into(), samples: samples.into() }];
        self.send(EngineCommand::Play { leg: phone.leg, play, clips, repeat, offset_ms: 0 });
        play
    }
}

/// A telephone's RTP and RTCP sockets, and its numbering.
pub struct Phone {
    pub leg: LegId,
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    /// The engine's ports.
    pub to: SocketAddr,
    pub codec: Codec,
    pub header: Header,
}

impl Phone {
    pub fn new(leg: LegId, engine_port: u16, codec: Codec) -> Phone {
        let port = free_pair();
        let bind = |port| {
            let socket = UdpSocket::bind((LOCALHOST, port)).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            socket
        };
        let payload_type = match codec {
            Codec::Pcmu => 0,
            Codec::Pcma => 8,
            Codec::G722 => 9,
            Codec::Opus => 111,
        };
        let header = Header { payload_type, marker: false, sequence: 100, timestamp: 5000, ssrc: 1 };
        Phone { leg, rtp: bind(port), rtcp: bind(port + 1), to: SocketAddr::new(LOCALHOST, engine_port), codec, header }
    }

    pub fn stream(&self, direction: Direction) -> Stream {
        Stream {
            remote: self.rtp.local_addr().unwrap(),
            remote_rtcp: self.rtcp.local_addr().unwrap(),
            also_from: Vec::new(),
            send: (self.header.payload_type, self.codec),
            accept: vec![(self.header.payload_type, self.codec)],
            event_receive: Some(101),
            event_send: Some(101),
            wide_event_receive: Some(110),
            wide_event_send: Some(110),
            direction,
            ptime_ms: 20,
            srtp: None,
        }
    }

    /// Sends the next packet of audio, all of one code.
    pub fn say(&mut self, code: u8) {
        self.say_from(code, None);
    }

    /// The same from another socket.
    pub fn say_from(&mut self, code: u8, socket: Option<&UdpSocket>) {
        let mut out = [0; 1500];
        let length = rtp::write(&self.header, &[code; 160], &mut out).unwrap();
        socket.unwrap_or(&self.rtp).send_to(&out[..length], self.to).unwrap();
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(160);
    }

    /// Sends the next packet of 20 ms with this payload.
    pub fn say_payload(&mut self, payload: &[u8]) {
        let mut out = [0; 1500];
        let length = rtp::write(&self.header, payload, &mut out).unwrap();
        self.rtp.send_to(&out[..length], self.to).unwrap();
        self.count_on();
    }

    /// The next packet of 20 ms does not arrive.
    pub fn lose(&mut self) {
        self.count_on();
    }

    fn count_on(&mut self) {
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(self.codec.clock() / 50);
    }

    /// A packet that is there already.
    pub fn next_waiting(&self) -> Option<(Header, Vec<u8>)> {
        let mut buffer = [0; 1500];
        self.rtp.set_nonblocking(true).unwrap();
        let read = self.rtp.recv(&mut buffer);
        self.rtp.set_nonblocking(false).unwrap();
        let (header, payload) = rtp::parse(&buffer[..read.ok()?]).unwrap();
        Some((header, payload.to_vec()))
    }

    pub fn send_event(&mut self, payload: [u8; 4], timestamp: u32) {
        self.send_event_as(101, payload, timestamp);
    }

    pub fn send_event_as(&mut self, payload_type: u8, payload: [u8; 4], timestamp: u32) {
        let header = Header { payload_type, timestamp, ..self.header };
        let mut out = [0; 1500];
        let length = rtp::write(&header, &payload, &mut out).unwrap();
        self.rtp.send_to(&out[..length], self.to).unwrap();
        self.header.sequence = self.header.sequence.wrapping_add(1);
    }

    /// The next packet heard.
    pub fn listen(&self) -> (Header, Vec<u8>) {
        listen(&self.rtp)
    }

    /// True when nothing is waiting to be read.
    pub fn hears_nothing(&self) -> bool {
        self.rtp.set_nonblocking(true).unwrap();
        let empty = self.rtp.recv(&mut [0; 10]).is_err();
        self.rtp.set_nonblocking(false).unwrap();
        empty
    }

    pub fn rtcp_to(&self) -> SocketAddr {
        SocketAddr::new(self.to.ip(), self.to.port() + 1)
    }
}

/// Waits on a socket nobody sends to: the pace of a phone that talks in real time.
pub fn rest(time: Duration) {
    thread_local!(static SILENT: UdpSocket = UdpSocket::bind((LOCALHOST, 0)).unwrap());
    SILENT.with(|socket| {
        socket.set_read_timeout(Some(time.max(Duration::from_millis(1)))).unwrap();
        assert!(socket.recv(&mut [0; 1]).is_err());
    });
}

pub fn listen(socket: &UdpSocket) -> (Header, Vec<u8>) {
    let mut buffer = [0; 1500];
    let length = socket.recv(&mut buffer).expect("a packet was to come");
    let (header, payload) = rtp::parse(&buffer[..length]).unwrap();
    (header, payload.to_vec())
}

/// Checks that headers form one stream: one SSRC, sequence up by one, time never back.
#[derive(Default)]
pub struct Continuity(Option<Header>);

impl Continuity {
    pub fn check(&mut self, header: Header) {
        if let Some(before) = self.0.replace(header) {
            assert_eq!(header.ssrc, before.ssrc);
            assert_eq!(header.sequence, before.sequence.wrapping_add(1));
            let step = header.timestamp.wrapping_sub(before.timestamp) as i32;
            assert!(step >= 160, "{before:?} → {header:?}");
        }
    }
}
