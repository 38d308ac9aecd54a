//! The RTP sockets of all legs on one thread: sends what each phone says, hears what comes. Knows no SIP.

use crate::g711::Codec;
use crate::listen::{Listener, MediaReport};
use crate::lock;
use crate::rtp::{self, Header};
use crate::tone::{self, Sound, ToneLevel};
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Orders waiting for the thread; at the bound the ordering call waits, which only a stuck machine shows.
const ORDERS_MAX: usize = 8192;
/// Keys waiting to be sent on one leg; more are refused by [`Leg::press`].
const KEYS_MAX: usize = 64;
const WAKE: Token = Token(usize::MAX);
/// A key sounds this many packets, then pauses this many (100 ms and 60 ms at 20 ms a packet).
const KEY_PACKETS: u16 = 5;
const KEY_PAUSE: u16 = 3;
/// Every 25th packet carries a time mark: twice a second.
const MARK_EVERY: u64 = 25;
/// A sender that fell behind farther than this starts anew from now, as a real sound card would.
const BEHIND_MAX: Duration = Duration::from_millis(200);

/// What a phone does with its voice, and what it offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Codecs in order of liking; never empty in a useful phone.
    pub codecs: Vec<Codec>,
    /// What it says.
    pub send: Sound,
    /// Milliseconds of sound in a packet: a multiple of 10, 10–60.
    pub ptime_ms: u8,
    /// Hide a time mark in every 25th packet, so that the other end can tell the delay if payloads are forwarded untouched.
    pub marks: bool,
    /// Offer and take telephone events (RFC 4733).
    pub events: bool,
}

impl Default for Media {
    fn default() -> Self {
        Self { codecs: vec![Codec::Pcmu, Codec::Pcma], send: Sound::tone(440), ptime_ms: 20, marks: true, events: true }
    }
}

impl Media {
    /// The default with this tone.
    pub fn tone(hz: u16) -> Self {
        Self { send: Sound::tone(hz), ..Self::default() }
    }

    /// The default with one codec only.
    pub fn with_codecs(mut self, codecs: &[Codec]) -> Self {
        self.codecs = codecs.to_vec();
        self
    }
}

/// A thread that carries the media of any number of legs. Cheap to clone; it ends when the last clone and the last leg are gone.
#[derive(Clone, Debug)]
pub struct MediaThread(Arc<Orders>);

#[derive(Debug)]
struct Orders {
    orders: SyncSender<Order>,
    waker: Waker,
}

impl Orders {
    fn give(&self, order: Order) {
        // Both fail only when the thread is gone, and then nobody is there to speak or to hear.
        if self.orders.send(order).is_ok() {
            let _ = self.waker.wake();
        }
    }
}

impl Drop for Orders {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Stop);
        let _ = self.waker.wake();
    }
}

enum Order {
    Open { id: u64, socket: UdpSocket, media: Media, ear: Arc<Mutex<Listener>> },
    Talk { id: u64, talk: Option<Talk> },
    Say { id: u64, sound: Sound },
    Press { id: u64, keys: Vec<u8>, ends: u8, done: oneshot::Sender<()> },
    Close { id: u64 },
    Stop,
}

/// Where and how a leg sends; `None` in its place means it is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Talk {
    pub(crate) remote: SocketAddr,
    pub(crate) codec: Codec,
    pub(crate) event_type: Option<u8>,
}

impl MediaThread {
    /// Starts the thread.
    pub fn start() -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        std::thread::Builder::new().name("phone-media".into()).spawn(move || Worker::new(poll, inbox).run())?;
        Ok(Self(Arc::new(Orders { orders, waker })))
    }

    /// Opens an RTP socket on a free port of `ip`. It hears at once and says nothing until told where to.
    pub(crate) fn open(&self, ip: IpAddr, media: &Media) -> io::Result<Leg> {
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let socket = UdpSocket::bind(SocketAddr::new(ip, 0))?;
        let local = socket.local_addr()?;
        let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let ear = Arc::new(Mutex::new(Listener::default()));
        self.0.give(Order::Open { id, socket, media: media.clone(), ear: ear.clone() });
        Ok(Leg(Arc::new(LegInner { id, local, thread: self.clone(), ear })))
    }
}

/// One RTP socket. The socket closes with the last clone.
#[derive(Clone, Debug)]
pub(crate) struct Leg(Arc<LegInner>);

#[derive(Debug)]
struct LegInner {
    id: u64,
    local: SocketAddr,
    thread: MediaThread,
    ear: Arc<Mutex<Listener>>,
}

impl Drop for LegInner {
    fn drop(&mut self) {
        self.thread.0.give(Order::Close { id: self.id });
    }
}

impl Leg {
    pub(crate) fn local(&self) -> SocketAddr {
        self.0.local
    }

    pub(crate) fn talk(&self, talk: Option<Talk>) {
        lock(&self.0.ear).pause();
        self.0.thread.0.give(Order::Talk { id: self.0.id, talk });
    }

    /// Closes the socket now; what was heard stays.
    pub(crate) fn close(&self) {
        self.0.thread.0.give(Order::Close { id: self.0.id });
    }

    pub(crate) fn say(&self, sound: Sound) {
        self.0.thread.0.give(Order::Say { id: self.0.id, sound });
    }

    /// Sends keys as telephone events; resolves when the last one is out, or fails if the leg is closed or too many keys wait.
    pub(crate) fn press(&self, keys: Vec<u8>, ends: u8) -> oneshot::Receiver<()> {
        let (done, out) = oneshot::channel();
        self.0.thread.0.give(Order::Press { id: self.0.id, keys, ends, done });
        out
    }

    pub(crate) fn report(&self) -> MediaReport {
        lock(&self.0.ear).report()
    }

    pub(crate) fn expect(&self, hz: Option<u16>) {
        lock(&self.0.ear).expect(hz);
    }

    pub(crate) fn heard(&self, hz: &[u16]) -> Option<Vec<ToneLevel>> {
        lock(&self.0.ear).heard(hz)
    }
}

/// µs since this process first asked: the clock of the time marks. Wraps after 71 minutes, differences do not mind.
fn micros(at: Instant) -> u32 {
    static ZERO: OnceLock<Instant> = OnceLock::new();
    at.saturating_duration_since(*ZERO.get_or_init(|| at)).as_micros() as u32
}

struct Mouth {
    id: u64,
    socket: UdpSocket,
    media: Media,
    ear: Arc<Mutex<Listener>>,
    talk: Option<Talk>,
    sound: Arc<[u8]>,
    /// Place in `sound`, in samples.
    place: usize,
    /// A packet is scheduled in the heap.
    scheduled: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    packets: u64,
    fresh: bool,
    keys: VecDeque<Key>,
}

struct Key {
    event: u8,
    /// Packets of this key sent so far, its pause included.
    step: u16,
    ends: u16,
    started: u32,
    done: Option<oneshot::Sender<()>>,
}

struct Worker {
    poll: Poll,
    inbox: Receiver<Order>,
    mouths: std::collections::HashMap<u64, Mouth>,
    due: BinaryHeap<Reverse<(Instant, u64)>>,
    running: bool,
}

impl Worker {
    fn new(poll: Poll, inbox: Receiver<Order>) -> Self {
        Self { poll, inbox, mouths: Default::default(), due: BinaryHeap::new(), running: true }
    }

    fn run(mut self) {
        let mut events = Events::with_capacity(1024);
        while self.running {
            let wait = self.due.peek().map(|Reverse((at, _))| at.saturating_duration_since(Instant::now()));
            if let Err(error) = self.poll.poll(&mut events, wait)
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the media thread cannot wait for packets");
                return;
            }
            for event in &events {
                if event.token() == WAKE {
                    continue;
                }
                if let Some(mouth) = self.mouths.get_mut(&(event.token().0 as u64)) {
                    mouth.hear();
                }
            }
            self.orders();
            self.speak();
        }
    }

    fn orders(&mut self) {
        loop {
            match self.inbox.try_recv() {
                Ok(order) => self.order(order),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.running = false;
                    return;
                }
            }
        }
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Open { id, mut socket, media, ear } => {
                if let Err(error) = self.poll.registry().register(&mut socket, Token(id as usize), Interest::READABLE) {
                    tracing::error!(%error, "an RTP socket cannot be watched");
                    return;
                }
                let mut mouth = Mouth::new(id, socket, media, ear);
                // What came between bind and registration raised no event of its own.
                mouth.hear();
                self.mouths.insert(id, mouth);
            }
            Order::Talk { id, talk } => {
                let Some(mouth) = self.mouths.get_mut(&id) else { return };
                mouth.retarget(talk);
                if mouth.talk.is_some() && !mouth.scheduled {
                    mouth.scheduled = true;
                    self.due.push(Reverse((Instant::now(), id)));
                }
            }
            Order::Say { id, sound } => {
                if let Some(mouth) = self.mouths.get_mut(&id) {
                    mouth.media.send = sound;
                    mouth.resound();
                }
            }
            Order::Press { id, keys, ends, done } => {
                if let Some(mouth) = self.mouths.get_mut(&id) {
                    mouth.press(keys, ends, done);
                }
            }
            Order::Close { id } => {
                if let Some(mut mouth) = self.mouths.remove(&id) {
                    let _ = self.poll.registry().deregister(&mut mouth.socket);
                }
            }
            Order::Stop => self.running = false,
        }
    }

    fn speak(&mut self) {
        let now = Instant::now();
        while let Some(&Reverse((at, id))) = self.due.peek() {
            if at > now {
                return;
            }
            self.due.pop();
            let Some(mouth) = self.mouths.get_mut(&id) else { continue };
            mouth.scheduled = mouth.talk.is_some();
            if !mouth.scheduled {
                continue;
            }
            mouth.speak();
            let base = if now.saturating_duration_since(at) > BEHIND_MAX { now } else { at };
            self.due.push(Reverse((base + Duration::from_millis(mouth.media.ptime_ms.into()), id)));
        }
    }
}

impl Mouth {
    fn new(id: u64, socket: UdpSocket, media: Media, ear: Arc<Mutex<Listener>>) -> Self {
        let codec = media.codecs.first().copied().unwrap_or(Codec::Pcmu);
        let random = crate::message::unique();
        Self {
            id,
            socket,
            sound: tone::loop_of(codec, media.send),
            media,
            ear,
            talk: None,
            place: 0,
            scheduled: false,
            sequence: random as u16,
            timestamp: (random >> 16) as u32,
            ssrc: (random >> 32) as u32 ^ id as u32,
            packets: 0,
            fresh: true,
            keys: VecDeque::new(),
        }
    }

    fn retarget(&mut self, talk: Option<Talk>) {
        self.fresh |= self.talk.is_none();
        self.talk = talk;
        self.resound();
        if talk.is_none_or(|talk| talk.event_type.is_none()) {
            self.keys.clear();
        }
    }

    fn resound(&mut self) {
        if let Some(talk) = self.talk {
            self.sound = tone::loop_of(talk.codec, self.media.send);
        }
    }

    fn press(&mut self, keys: Vec<u8>, ends: u8, done: oneshot::Sender<()>) {
        let can = self.talk.is_some_and(|talk| talk.event_type.is_some());
        if !can || self.keys.len() + keys.len() > KEYS_MAX {
            return;
        }
        let key = |event| Key { event, step: 0, ends: u16::from(ends.max(1)), started: 0, done: None };
        self.keys.extend(keys.into_iter().map(key));
        if let Some(last) = self.keys.back_mut() {
            last.done = Some(done);
        }
    }

    fn hear(&mut self) {
        let mut packet = [0u8; 1500];
        loop {
            match self.socket.recv_from(&mut packet) {
                Ok((len, _)) => {
                    let Some((header, payload)) = packet.get(..len).and_then(rtp::parse) else { continue };
                    let now = Instant::now();
                    let event_type = self.talk.and_then(|talk| talk.event_type).unwrap_or(crate::sdp::EVENT_TYPE);
                    lock(&self.ear).packet(header, payload, event_type, now, micros(now));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // A refused port of the peer comes back as an error of the next read (ICMP); it says nothing about our own.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused || error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    tracing::warn!(%error, leg = self.id, "an RTP socket failed");
                    return;
                }
            }
        }
    }

    /// One tick of the clock: a packet of sound or of a key, or nothing; the timestamp goes on in any case.
    fn speak(&mut self) {
        let samples = u32::from(self.media.ptime_ms) * 8;
        if let Some(talk) = self.talk {
            let keyed = talk.event_type.is_some_and(|event_type| self.key(talk, event_type, samples));
            if !keyed && self.media.send != Sound::Nothing {
                self.sound(talk, samples as usize);
            }
        }
        self.timestamp = self.timestamp.wrapping_add(samples);
    }

    fn sound(&mut self, talk: Talk, samples: usize) {
        let mut payload = [0u8; 480];
        let Some(payload) = payload.get_mut(..samples.min(480)) else { return };
        for byte in payload.iter_mut() {
            *byte = self.sound.get(self.place).copied().unwrap_or_default();
            self.place = if self.place + 1 >= self.sound.len() { 0 } else { self.place + 1 };
        }
        if self.media.marks && self.packets % MARK_EVERY == MARK_EVERY - 1 {
            rtp::mark(payload, talk.codec == Codec::Pcmu, micros(Instant::now()));
        }
        let marker = std::mem::take(&mut self.fresh);
        self.send(talk, talk.codec.payload_type(), marker, self.timestamp, payload);
    }

    /// Sends the next packet of the first waiting key; false while there is none or it pauses.
    fn key(&mut self, talk: Talk, event_type: u8, samples: u32) -> bool {
        let timestamp = self.timestamp;
        let Some(key) = self.keys.front_mut() else { return false };
        if key.step == 0 {
            key.started = timestamp;
        }
        key.step += 1;
        let (step, started, event, sounding) = (key.step, key.started, key.event, KEY_PACKETS + key.ends - 1);
        if step > sounding {
            if step >= sounding + KEY_PAUSE
                && let Some(done) = self.keys.pop_front().and_then(|key| key.done)
            {
                let _ = done.send(());
            }
            return false;
        }
        let duration = step.min(KEY_PACKETS).saturating_mul(samples as u16);
        let payload = rtp::event_payload(event, step >= KEY_PACKETS, duration);
        self.send(talk, event_type, step == 1, started, &payload);
        true
    }

    fn send(&mut self, talk: Talk, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]) {
        let mut packet = [0u8; rtp::HEADER + 480];
        let header = Header { payload_type, marker, sequence: self.sequence, timestamp, ssrc: self.ssrc };
        let Some((head, body)) = packet.split_first_chunk_mut::<{ rtp::HEADER }>() else { return };
        rtp::write(header, head);
        let Some(body) = body.get_mut(..payload.len()) else { return };
        body.copy_from_slice(payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.packets += 1;
        // A full socket buffer or an ICMP error loses one packet, as a network would; the other end counts it.
        if let Some(bytes) = packet.get(..rtp::HEADER + payload.len())
            && self.socket.send_to(bytes, talk.remote).is_ok()
        {
            lock(&self.ear).sent();
        }
    }
}
