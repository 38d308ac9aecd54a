//! The engine and the recorder together while the disk stands still: the call goes on, what was not recorded is a counted gap at its
//! place, and the sound after it is where it belongs. Each of the two alone is tested in its own package.

#![allow(clippy::unwrap_used, reason = "tests")]

use cti_media::rtp::{self, Header};
use cti_media_engine::{Clock, Engine, EngineConfig};
use cti_types::media::{Codec, Direction, EngineCommand, EngineEvent, Stream, Tap};
use cti_types::tap::Channel;
use cti_types::{InteractionId, LegId, RecordingId, Tick, Utc};
use recordings::{Recorder, RecorderConfig, RecordingEvent};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
const RECORDING: RecordingId = RecordingId::from_u128(1);
/// µ-law codes of the two sides, and what they are as samples (ITU-T G.711 table 2a).
const CUSTOMER: (u8, i16) = (0x80, 32_124);
const AGENT: (u8, i16) = (0x00, -32_124);
/// Packets of 20 ms that the recorder's queue holds of both sides together.
const QUEUE: u64 = 20;

/// A telephone's RTP socket and its numbering.
struct Phone {
    leg: LegId,
    socket: UdpSocket,
    to: SocketAddr,
    header: Header,
}

impl Phone {
    /// A leg of the engine with this phone at its other end.
    fn new(engine: &Engine, events: &Receiver<EngineEvent>, n: u128) -> Phone {
        let (leg, ssrc) = (LegId::from_u128(n), 0xAB00 + n as u32);
        let port = loop {
            // Somebody else may take it in between: then the engine says so, and another is tried.
            let port = free_pair();
            engine.send(EngineCommand::Open { leg, group: 7, ip: LOCALHOST, port, ssrc, sequence: 1, timestamp: 0 }).unwrap();
            match events.recv_timeout(PATIENCE).unwrap() {
                EngineEvent::Opened { .. } => break port,
                EngineEvent::OpenFailed { .. } => {}
                other => panic!("{other:?}"),
            }
        };
        let socket = UdpSocket::bind((LOCALHOST, 0)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let remote = socket.local_addr().unwrap();
        let stream = Stream {
            remote,
            remote_rtcp: SocketAddr::new(LOCALHOST, 9),
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
        engine.send(EngineCommand::SetStream { leg, stream }).unwrap();
        let header = Header { payload_type: 0, marker: false, sequence: 100, timestamp: 8_000, ssrc: n as u32 };
        Phone { leg, socket, to: SocketAddr::new(LOCALHOST, port), header }
    }

    fn say(&mut self, code: u8) {
        let mut out = [0; 200];
        let length = rtp::write(&self.header, &[code; 160], &mut out).unwrap();
        self.socket.send_to(&out[..length], self.to).unwrap();
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(160);
    }

    /// What the next packet heard says from end to end.
    fn hears(&self) -> u8 {
        let mut buffer = [0; 1500];
        let length = self.socket.recv(&mut buffer).expect("the call goes on");
        let (_, payload) = rtp::parse(&buffer[..length]).unwrap();
        assert_eq!(payload, [payload[0]; 160]);
        payload[0]
    }
}

fn free_pair() -> u16 {
    loop {
        let first = UdpSocket::bind((LOCALHOST, 0)).unwrap().local_addr().unwrap().port() & !1;
        if [first, first + 1].iter().all(|port| UdpSocket::bind((LOCALHOST, *port)).is_ok()) {
            return first;
        }
    }
}

/// A call under way, and a clock that goes 20 ms with each packet of its two sides.
struct Call<'a> {
    /// Holds the writer up. The first field, so that a test that fails lets the writer go before it waits for it.
    shut: Option<MutexGuard<'a, ()>>,
    clock: Arc<AtomicU64>,
    recorder: Recorder,
    facts: Receiver<RecordingEvent>,
    events: Receiver<EngineEvent>,
    engine: Engine,
    customer: Phone,
    agent: Phone,
}

impl<'a> Call<'a> {
    /// Recorded by a writer thread that stands while `gate` is shut, as it is at first.
    fn recorded(folder: &Path, gate: &'a Arc<Mutex<()>>) -> Call<'a> {
        let shut = Some(gate.lock().unwrap());
        let clock = Arc::new(AtomicU64::new(1_000_000));
        let time = |clock: &Arc<AtomicU64>| {
            let clock = Arc::clone(clock);
            move || Tick(clock.load(Ordering::SeqCst))
        };
        let (now, gate) = (time(&clock), Arc::clone(gate));
        // Every round of the writer begins with the clock.
        let slow = move || {
            drop(gate.lock().unwrap_or_else(PoisonError::into_inner));
            now()
        };
        let mut config = RecorderConfig::new(folder, Arc::new(slow));
        (config.queue_frames, config.flush_every) = (QUEUE as usize, Duration::from_millis(1));
        let (tell, facts) = sync_channel(100);
        let recorder = Recorder::start(config, Arc::new(move |fact| tell.send(fact).unwrap())).unwrap();
        let (tell, events) = sync_channel(100);
        let tell = Arc::new(move |event| tell.send(event).unwrap());
        let engine = Engine::start(EngineConfig::default(), Clock::new(time(&clock)), Arc::new(recorder.handle()), tell).unwrap();
        let (customer, agent) = (Phone::new(&engine, &events, 1), Phone::new(&engine, &events, 2));
        assert!(recorder.begin(RECORDING, InteractionId::from_u128(3), Tick(clock.load(Ordering::SeqCst)), Utc(0)));
        for (leg, other, channel) in [(customer.leg, agent.leg, Channel::Left), (agent.leg, customer.leg, Channel::Right)] {
            engine.send(EngineCommand::Hear { leg, from: vec![other] }).unwrap();
            engine.send(EngineCommand::Tap { leg, tap: Some(Tap::received(RECORDING, channel)) }).unwrap();
        }
        let call = Call { shut, clock, recorder, facts, events, engine, customer, agent };
        call.settle();
        call
    }

    /// So many packets from each side, each heard by the other before the clock goes on.
    fn talk(&mut self, packets: u64) {
        for _ in 0..packets {
            self.customer.say(CUSTOMER.0);
            assert_eq!(self.agent.hears(), CUSTOMER.0);
            self.agent.say(AGENT.0);
            assert_eq!(self.customer.hears(), AGENT.0);
            self.clock.fetch_add(20_000, Ordering::SeqCst);
        }
        self.settle();
    }

    /// Waits until the thread of both legs is done with all it was told, and with the copies of the packets it passed on: it is, when a
    /// further command is answered, here that an address which is not ours cannot be opened.
    fn settle(&self) {
        let (leg, ip) = (LegId::from_u128(99), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        self.engine.send(EngineCommand::Open { leg, group: 7, ip, port: 4000, ssrc: 0, sequence: 0, timestamp: 0 }).unwrap();
        assert!(matches!(self.events.recv_timeout(PATIENCE).unwrap(), EngineEvent::OpenFailed { .. }));
    }
}

fn channels(path: &Path) -> [Vec<i16>; 2] {
    let samples: Vec<i16> = hound::WavReader::open(path).unwrap().samples().map(Result::unwrap).collect();
    [0, 1].map(|side| samples.iter().skip(side).step_by(2).copied().collect())
}

#[test]
fn a_call_goes_on_while_its_recorder_is_full_and_the_file_has_a_counted_gap_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Arc::new(Mutex::new(()));
    let mut call = Call::recorded(folder.path(), &gate);
    // 200 ms fill the queue; the 300 ms after them find it full.
    call.talk(QUEUE / 2 + 15);
    call.shut = None;
    let gap = call.facts.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(gap, RecordingEvent::Gap { recording: RECORDING, offset_ms: 200, frames: 30, lost_ms: 300, .. }), "{gap:?}");
    while call.recorder.stats().queued > 0 {
        std::thread::yield_now();
    }
    call.talk(10);
    call.recorder.end(RECORDING, Tick(call.clock.load(Ordering::SeqCst)));
    call.clock.fetch_add(1_000_000, Ordering::SeqCst);
    let mut sealed = None;
    let lost = loop {
        match call.facts.recv_timeout(PATIENCE).unwrap() {
            RecordingEvent::PartSealed(part) => sealed = Some(part),
            RecordingEvent::Ended { frames_dropped, .. } => break frames_dropped,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((lost, call.engine.counters().tap_dropped), (30, 30));
    let part = sealed.unwrap();
    assert_eq!(part.duration_ms, 700);
    for (samples, level) in channels(&folder.path().join(part.file)).iter().zip([CUSTOMER.1, AGENT.1]) {
        let runs: Vec<(i16, usize)> = samples.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect();
        assert_eq!(runs, [(level, 1_600), (0, 2_400), (level, 1_600)]);
    }
}
