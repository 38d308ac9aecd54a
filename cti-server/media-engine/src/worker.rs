//! The loop of one media thread: wait, read packets and pass them on, carry out commands, do what is due.

mod mixing;
mod standing;

use crate::counters::EngineCounters;
use crate::engine::{Clock, EngineConfig, leg_of};
use crate::lane::{Datagram, Lane, Order, Routes};
use crate::leg::{Leg, Surroundings};
use crate::pages::Pages;
use crate::poller::{Poller, Ready, WAKE};
use crate::report::Reports;
use crate::sockets::{self, Sockets};
use crate::web::Instants;
use cti_media::forward::Rewriter;
use cti_media::rtp::PACKET_BYTES_MAX;
use cti_types::media::{EngineCommand, EngineEvent, OpenError};
use cti_types::tap::TapSink;
use cti_types::{LegId, Tick};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mixing::Mixing;

/// What a thread is given.
pub(crate) struct Setup {
    pub(crate) index: usize,
    pub(crate) config: EngineConfig,
    pub(crate) clock: Clock,
    pub(crate) sink: Arc<dyn TapSink>,
    pub(crate) events: Arc<dyn Fn(EngineEvent) + Send + Sync>,
    pub(crate) routes: Arc<Routes>,
    pub(crate) pages: Option<Arc<Pages>>,
    pub(crate) open_legs: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Socket {
    Rtp,
    Rtcp,
}

pub(crate) struct Worker {
    index: usize,
    config: EngineConfig,
    clock: Clock,
    around: Surroundings,
    routes: Arc<Routes>,
    pages: Option<Arc<Pages>>,
    open_legs: Arc<AtomicUsize>,
    lane: Arc<Lane>,
    poller: Poller,
    now: Tick,
    /// Legs by slot; freed slots are used again.
    legs: Vec<Option<Box<Leg>>>,
    free: Vec<usize>,
    /// A standing leg in a call has two names.
    slots: HashMap<LegId, usize>,
    numbers: u64,
    /// When to look at which slot. An entry counts only while it equals its leg's `wake`; the others are leftovers.
    timers: BinaryHeap<Reverse<(Tick, usize)>>,
    orders: VecDeque<Order>,
    datagrams: VecDeque<Datagram>,
    mixing: Mixing,
    counters: EngineCounters,
    buffer: Box<[u8; PACKET_BYTES_MAX]>,
}

impl Worker {
    pub(crate) fn new(setup: Setup) -> io::Result<(Worker, Arc<Lane>)> {
        let Setup { index, config, clock, sink, events, routes, pages, open_legs } = setup;
        let poller = Poller::new()?;
        let lane = Arc::new(Lane::new(poller.waker()));
        let (now, identity) = (clock.now(), config.web.clone());
        let (loss_after, page_loss_after, rtcp_interval) = (config.loss_after, config.page_loss_after, config.rtcp_interval);
        let instants = Instants::from(now);
        let around = Surroundings { sink, events, loss_after, page_loss_after, rtcp_interval, identity, instants };
        let worker = Worker {
            index,
            now,
            config,
            clock,
            around,
            routes,
            pages,
            open_legs,
            lane: lane.clone(),
            poller,
            legs: Vec::new(),
            free: Vec::new(),
            slots: HashMap::new(),
            numbers: 0,
            timers: BinaryHeap::new(),
            orders: VecDeque::new(),
            datagrams: VecDeque::new(),
            mixing: Mixing::new(),
            counters: EngineCounters::default(),
            buffer: Box::new([0; PACKET_BYTES_MAX]),
        };
        Ok((worker, lane))
    }

    pub(crate) fn run(mut self) {
        let mut ready = Ready::new();
        while !self.lane.stop.load(Ordering::Acquire) {
            let timeout = self.deadline().map(|at| at.since(self.clock.now()));
            if let Err(error) = self.poller.wait(timeout, &mut ready) {
                tracing::error!(%error, thread = self.index, "a media thread cannot poll its sockets; its legs are closed");
                self.lane.stop.store(true, Ordering::Release);
                break;
            }
            self.now = self.clock.now();
            self.wake(&ready);
            self.lane.counters.store(&self.counters);
        }
        self.now = self.clock.now();
        self.carry_out_commands();
        for slot in 0..self.legs.len() {
            self.close(slot);
        }
        self.lane.counters.store(&self.counters);
    }

    fn deadline(&self) -> Option<Tick> {
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        timer.into_iter().chain(self.mixing.deadline()).min()
    }

    fn wake(&mut self, ready: &Ready) {
        let mut commanded = false;
        for token in ready.tokens() {
            if token == WAKE {
                self.poller.awake();
                commanded = true;
            } else {
                let socket = if token % 2 == 0 { Socket::Rtp } else { Socket::Rtcp };
                self.read((token / 2) as usize, socket);
            }
        }
        // After the packets: what came before a command is handled before it.
        if commanded {
            self.take_datagrams();
            self.carry_out_commands();
        }
        self.timers_due();
        self.mixes_due();
    }

    /// Reads one datagram. Whoever has more is named again at the next wait, after the others: a flood on one socket holds
    /// up nobody for longer than a packet.
    fn read(&mut self, slot: usize, socket: Socket) {
        let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) else { return };
        let source = match socket {
            Socket::Rtp => leg.sockets.rtp(),
            Socket::Rtcp => leg.sockets.rtcp(),
        };
        match source.recv_from(self.buffer.as_mut_slice()) {
            Ok((length, from)) => match socket {
                Socket::Rtp => self.packet(slot, length, from),
                // A web phone's reports come beside its media.
                Socket::Rtcp if leg.web.is_some() => self.counters.foreign += 1,
                Socket::Rtcp => {
                    let was_lost = leg.is_lost();
                    if !leg.reported(self.now, from, &self.buffer[..length], &self.around) {
                        self.counters.foreign += 1;
                    }
                    if was_lost {
                        self.schedule(slot);
                    }
                }
            },
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            // An ICMP error about something we sent; the next datagram is behind it.
            Err(_) => self.counters.dropped += 1,
        }
    }

    /// One datagram on a leg's RTP socket, passed on to whoever hears the leg.
    fn packet(&mut self, slot: usize, length: usize, from: std::net::SocketAddr) {
        let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) else { return };
        if leg.web.is_some() && leg.beside_media(self.now, from, &self.buffer[..length], &self.around, &mut self.counters) {
            self.schedule(slot);
            return;
        }
        let mut bytes = &self.buffer[..length];
        let opened;
        if leg.is_guarded() {
            opened = leg.unseal(from, bytes, &mut self.counters);
            let Some(opened) = &opened else { return };
            bytes = opened;
        }
        let was_lost = leg.is_lost();
        let Some(received) = leg.receive(self.now, from, bytes, &self.around, &mut self.counters) else { return };
        let listeners = leg.listeners.len();
        for index in 0..listeners {
            let listener = self.legs.get(slot).and_then(Option::as_ref).and_then(|leg| leg.listeners.get(index)).copied();
            let Some(slot) = listener else { continue };
            if let Some(listener) = self.legs.get_mut(slot).and_then(Option::as_mut) {
                listener.hear(self.now, &received, &self.around, &mut self.counters);
                // What is converted goes out by the clock.
                if listener.converter.is_some() {
                    look_at(listener, slot, &self.around, &mut self.timers);
                }
            }
        }
        if let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) {
            leg.speak(self.now, &received);
        }
        // Only an event, and media that is back, set a timer nearer than those that run anyway.
        if was_lost || matches!(received.content, crate::leg::Content::Event(..)) {
            self.schedule(slot);
        }
    }

    fn timers_due(&mut self) {
        while let Some(Reverse((at, slot))) = self.timers.peek().copied() {
            if at > self.now {
                return;
            }
            self.timers.pop();
            let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut).filter(|leg| leg.wake == at) else { continue };
            leg.wake = Tick(u64::MAX);
            leg.check_reception(self.now, &self.around);
            leg.send_due(self.now, &self.around, &mut self.counters);
            self.schedule(slot);
        }
    }

    fn schedule(&mut self, slot: usize) {
        if let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) {
            look_at(leg, slot, &self.around, &mut self.timers);
        }
    }

    fn carry_out_commands(&mut self) {
        let mut orders = std::mem::take(&mut self.orders);
        self.lane.take(&mut orders);
        for order in orders.drain(..) {
            match order {
                Order::Command(command) => self.carry_out(command),
                Order::Arrive(leg) => self.arrive(leg),
            }
        }
        self.orders = orders;
    }

    fn carry_out(&mut self, command: EngineCommand) {
        let now = self.now;
        let slot = match command {
            EngineCommand::Open { leg, group: _, ip, port, ssrc, sequence, timestamp } => {
                return self.open(leg, ip, port, Rewriter::new(ssrc, sequence, timestamp));
            }
            EngineCommand::Stand { leg, group: _, ssrc, sequence, timestamp } => {
                return self.stand(leg, Rewriter::new(ssrc, sequence, timestamp));
            }
            EngineCommand::Attach { standing, leg, group } => return self.attach(standing, leg, group),
            command if !self.slots.contains_key(&leg_of(&command)) => return self.pass_on(command),
            EngineCommand::Close { leg } => {
                if let Some(slot) = self.slots.get(&leg).copied() {
                    self.close_as(slot, leg);
                }
                return;
            }
            EngineCommand::Hear { leg, from } => return self.hear(leg, &from),
            EngineCommand::SetStream { leg, stream } => self.with(leg, |leg, around| leg.set_stream(now, stream, around)),
            EngineCommand::Play { leg, play, clips, repeat, offset_ms } => {
                self.with(leg, |leg, around| leg.start_play(now, play, clips, repeat, offset_ms, around))
            }
            EngineCommand::StopPlay { leg } => self.with(leg, |leg, around| leg.stop_play(around)),
            EngineCommand::SendDigits { leg, digits } => self.with(leg, |leg, around| leg.send_digits(now, &digits, around)),
            EngineCommand::KeepDigits { leg, kept } => self.with(leg, |leg, _| leg.keeps_digits = kept),
            EngineCommand::Detect { leg, limits } => self.with(leg, |leg, _| leg.listening.detect(now, limits)),
            EngineCommand::Tap { leg, tap } => self.with(leg, |leg, _| leg.set_tap(tap)),
        };
        if let Some(slot) = slot {
            self.schedule(slot);
        }
    }

    /// Does something to a leg and says its slot; `None` for a leg that failed to open.
    fn with(&mut self, leg: LegId, act: impl FnOnce(&mut Leg, &Surroundings)) -> Option<usize> {
        let slot = *self.slots.get(&leg)?;
        act(self.legs.get_mut(slot)?.as_mut()?, &self.around);
        Some(slot)
    }

    fn open(&mut self, id: LegId, ip: IpAddr, port: u16, out: Rewriter) {
        if let Err(error) = self.try_open(id, ip, port, out) {
            self.routes.remove(id);
            tracing::warn!(leg = %id, port, ?error, "a leg's ports could not be opened");
            self.around.tell(EngineEvent::OpenFailed { leg: id, error });
        } else {
            self.around.tell(EngineEvent::Opened { leg: id });
        }
    }

    fn try_open(&mut self, id: LegId, ip: IpAddr, port: u16, out: Rewriter) -> Result<(), OpenError> {
        let most = self.config.legs_max;
        let room = self.open_legs.fetch_update(Ordering::AcqRel, Ordering::Acquire, |legs| (legs < most).then_some(legs + 1));
        room.map_err(|_| OpenError::Full)?;
        let opened = self.open_sockets(id, ip, port, out);
        if opened.is_err() {
            self.open_legs.fetch_sub(1, Ordering::AcqRel);
        }
        opened
    }

    /// Puts a leg into a slot that is free.
    fn place(&mut self, leg: Box<Leg>) -> usize {
        self.counters.legs += 1;
        if let Some(slot) = self.free.pop() {
            if let Some(place) = self.legs.get_mut(slot) {
                *place = Some(leg);
            }
            return slot;
        }
        self.legs.push(Some(leg));
        self.legs.len() - 1
    }

    fn open_sockets(&mut self, id: LegId, ip: IpAddr, port: u16, out: Rewriter) -> Result<(), OpenError> {
        let pair = sockets::open(ip, port, self.config.receive_buffer_bytes)?;
        let slot = self.free.last().copied().unwrap_or(self.legs.len());
        let (rtp, rtcp) = (2 * slot as u64, 2 * slot as u64 + 1);
        let watched = self.poller.add(&pair.rtp, rtp).and_then(|()| self.poller.add(&pair.rtcp, rtcp));
        watched.map_err(|error| sockets::open_error(&error))?;
        self.numbers += 1;
        let reports = Reports::new(self.now, out.ssrc(), self.config.rtcp_interval);
        self.place(Box::new(Leg::new(id, self.numbers, port, Sockets::Own(pair), out, reports)));
        self.slots.insert(id, slot);
        self.heard_at_last(id, slot);
        self.schedule(slot);
        Ok(())
    }

    fn close(&mut self, slot: usize) {
        self.detach(slot);
        let Some(mut leg) = self.legs.get_mut(slot).and_then(Option::take) else { return };
        self.leave_mixes(&leg.hears, slot);
        leg.finish(&self.around);
        leg.report(self.now, true, &self.around);
        for socket in leg.sockets.own().into_iter().flat_map(|pair| [&pair.rtp, &pair.rtcp]) {
            if let Err(error) = self.poller.remove(socket) {
                tracing::debug!(leg = %leg.id, %error, "deregistering a socket that is closed anyway");
            }
        }
        let (id, port, stats) = (leg.id, leg.port, leg.stats());
        if leg.sockets.own().is_some() {
            self.open_legs.fetch_sub(1, Ordering::AcqRel);
        }
        drop(leg);
        self.slots.remove(&id);
        self.free.push(slot);
        self.counters.legs -= 1;
        self.routes.remove(id);
        if let Some(pages) = &self.pages {
            pages.remove(id);
        }
        self.around.tell(EngineEvent::Closed { leg: id, port, stats });
    }
}

/// Puts a leg's next deadline on the heap if it is nearer than the one there. One that moved away is found too early and
/// put back, which costs less than removing it.
fn look_at(leg: &mut Leg, slot: usize, around: &Surroundings, timers: &mut BinaryHeap<Reverse<(Tick, usize)>>) {
    let at = leg.deadline(around);
    if at < leg.wake {
        leg.wake = at;
        timers.push(Reverse((at, slot)));
    }
}
