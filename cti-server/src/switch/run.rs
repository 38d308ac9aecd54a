//! The loop around the rooms: bounded inboxes with budgets, the timer, the journal, and the effects.

use super::backlog::Backlog;
use super::overload::Overload;
use super::{Effect, Event, Rooms};
use crate::clock::Clock;
use crate::journal::{Journal, Record};
use cti_types::time::Tick;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;

/// SIP inside dialogs and answers. A full inbox drops UDP packets, which are sent again.
const URGENT_MAX: usize = 65_536;
/// What the media engine says, apart from packets so that no flood of those can push it out: some events for each of the
/// most legs there can be.
const MEDIA_MAX: usize = 131_072;
/// Agent commands and answers of the store; senders wait when it is full.
const DESK_MAX: usize = 8_192;
/// New requests; a full inbox drops them, and the caller's retransmission comes later.
const FRESH_MAX: usize = 4_096;
/// New requests of sources we do not know; a full inbox drops them. It is one of their own, so that in a flood of theirs trunks and
/// registered phones neither wait behind them nor count as too many.
const STRANGERS_MAX: usize = 2_048;

/// How many of each are handled in one round, so that no kind starves the next.
const URGENT_BUDGET: usize = 256;
const DESK_BUDGET: usize = 64;
const FRESH_BUDGET: usize = 16;
const STRANGERS_BUDGET: usize = 8;
/// Effects after which a round carries out what it has before it goes on: so that under load the first does not wait for the last.
const GATHERED_MAX: usize = 64;

/// The journal's state record that says when the server was last alive: 8 bytes, µs since the epoch, little-endian.
pub const ALIVE_KEY: &str = "alive";
/// The journal's state record with the [`OwnerEpoch`](cti_types::OwnerEpoch) of the last life: 4 bytes, little-endian.
pub const EPOCH_KEY: &str = "epoch";
/// How often the journal says that the server lives: what a crash ends is dated by it.
const ALIVE_EVERY: Duration = Duration::from_millis(500);
/// Timers are looked at no more often than this: each call leaves a handful behind (RFC 3261 17), and most may be late without harm.
const TIMERS_EVERY: Duration = Duration::from_millis(5);
/// How often the invariants are checked in production.
const CHECK_EVERY: Duration = Duration::from_secs(10);

/// Where events for the switch are put. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    media: Sender<Event>,
    urgent: Sender<Event>,
    desk: Sender<Event>,
    fresh: Sender<(Tick, Event)>,
    strangers: Sender<Event>,
    lost: Arc<AtomicU64>,
}

impl Inbox {
    /// Media events. False: full, which means that the switch has stood still for a long time.
    pub fn media(&self, event: Event) -> bool {
        self.put(&self.media, event)
    }

    /// SIP inside dialogs. False: full, and the event is gone.
    pub fn urgent(&self, event: Event) -> bool {
        self.put(&self.urgent, event)
    }

    /// New requests of trunks and of where phones are registered, which came at `now`. False: full.
    pub fn fresh(&self, now: Tick, event: Event) -> bool {
        self.put(&self.fresh, (now, event))
    }

    /// New requests of anybody else. False: full.
    pub fn strangers(&self, event: Event) -> bool {
        self.put(&self.strangers, event)
    }

    /// Commands and answers, from async code: waits for room.
    pub async fn desk(&self, event: Event) {
        let _ = self.desk.send(event).await;
    }

    /// The same from a thread that may wait.
    pub fn desk_blocking(&self, event: Event) {
        let _ = self.desk.blocking_send(event);
    }

    pub fn is_closed(&self) -> bool {
        self.urgent.is_closed()
    }

    /// Events that found their inbox full, since start.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn put<T>(&self, sender: &Sender<T>, event: T) -> bool {
        let taken = sender.try_send(event).is_ok();
        if !taken {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }
}

/// The receiving ends.
pub struct Inboxes {
    media: Receiver<Event>,
    urgent: Receiver<Event>,
    desk: Receiver<Event>,
    fresh: Receiver<(Tick, Event)>,
    strangers: Receiver<Event>,
}

pub fn inboxes() -> (Inbox, Inboxes) {
    let (media, media_in) = mpsc::channel(MEDIA_MAX);
    let (urgent, urgent_in) = mpsc::channel(URGENT_MAX);
    let (desk, desk_in) = mpsc::channel(DESK_MAX);
    let (fresh, fresh_in) = mpsc::channel(FRESH_MAX);
    let (strangers, strangers_in) = mpsc::channel(STRANGERS_MAX);
    let inbox = Inbox { media, urgent, desk, fresh, strangers, lost: Arc::default() };
    (inbox, Inboxes { media: media_in, urgent: urgent_in, desk: desk_in, fresh: fresh_in, strangers: strangers_in })
}

#[cfg(test)]
impl Inboxes {
    /// The next event a SIP socket put in, for its tests.
    pub(crate) async fn next_of_sip(&mut self) -> Event {
        let event = tokio::select! {
            event = self.urgent.recv() => event,
            fresh = self.fresh.recv() => fresh.map(|(_, event)| event),
            event = self.strangers.recv() => event,
        };
        event.expect("the sockets are open")
    }

    /// The next event that was put in for the desks, for tests of who puts it there; `None`: nobody will.
    pub(crate) async fn next_of_desk(&mut self) -> Option<Event> {
        self.desk.recv().await
    }
}

/// Everything outside the rooms. Must never block.
pub trait Outside: Send {
    fn run(&mut self, effect: Effect);
    /// The round is over: what was held back, to be done at once for all its events, is done now.
    fn flush(&mut self);
}

/// What the events of a round have caused and nobody outside has seen yet.
#[derive(Debug, Default)]
pub struct Gathered {
    records: Vec<Record>,
    effects: Vec<Effect>,
}

/// What the loop tells about itself, read by metrics and the API.
#[derive(Clone, Debug)]
pub struct Pulse {
    pub counters: super::Counters,
    pub gauges: super::rooms::Gauges,
    /// Appends to the journal that failed since start; their records wait and are tried again.
    pub journal_errors: u64,
    /// Records that were lost: too many waited for the journal, or it could not hold one.
    pub records_lost: u64,
    pub events: u64,
}

pub struct Switch<O> {
    pub rooms: Rooms,
    pub clock: Clock,
    pub journal: Arc<Journal>,
    pub outside: O,
    pub inboxes: Inboxes,
    pub pulse: watch::Sender<Option<Pulse>>,
    pub stop: watch::Receiver<bool>,
    pub events: u64,
    /// What the journal has not taken yet.
    pub backlog: Backlog,
    /// Whether new calls come faster than they are taken.
    pub overload: Overload,
    pub gathered: Gathered,
}

impl<O: Outside> Switch<O> {
    /// Runs until `stop` turns true. Meant for a thread of its own with a current-thread runtime.
    pub async fn run(mut self) {
        let mut next_pulse = self.clock.tick();
        let mut next_alive = self.clock.tick();
        let mut next_check = self.clock.tick() + CHECK_EVERY;
        let mut accepting = true;
        loop {
            let worked = self.round();
            self.carry_out();
            let now = self.clock.now();
            if now.tick >= next_pulse {
                next_pulse = now.tick + Duration::from_millis(250);
                let (counters, gauges) = (self.rooms.counters(), self.rooms.gauges());
                let (journal_errors, records_lost) = (self.backlog.errors(), self.backlog.lost());
                self.pulse.send_replace(Some(Pulse { counters, gauges, journal_errors, records_lost, events: self.events }));
                if !self.backlog.is_empty() {
                    self.write(Vec::new());
                }
                if (self.journal.accepting() && self.backlog.is_empty()) != accepting {
                    accepting = !accepting;
                    self.handle(Event::Accepting(accepting));
                    self.carry_out();
                }
            }
            if now.tick >= next_alive {
                next_alive = now.tick + ALIVE_EVERY;
                let alive = Record::State { key: ALIVE_KEY.to_owned(), bytes: now.utc.0.to_le_bytes().to_vec() };
                if let Err(error) = self.journal.append(&[alive]) {
                    tracing::warn!(%error, "the journal took no sign of life");
                }
            }
            if now.tick >= next_check {
                next_check = now.tick + CHECK_EVERY;
                if let Err(why) = self.rooms.check() {
                    self.rooms.broken();
                    tracing::error!(why, "invariant broken");
                }
            }
            if *self.stop.borrow() {
                return;
            }
            self.outside.flush();
            if !worked {
                let due = self.rooms.poll_timeout().map_or(next_pulse, |at| at.max(now.tick + TIMERS_EVERY).min(next_pulse));
                self.wait(tokio::time::Instant::from_std(self.clock.instant(due))).await;
            }
        }
    }

    /// One round over all inboxes within their budgets; false when there was nothing.
    fn round(&mut self) -> bool {
        let mut worked = false;
        for _ in 0..URGENT_BUDGET {
            let Ok(event) = self.inboxes.media.try_recv() else { break };
            self.handle(event);
            worked = true;
        }
        for _ in 0..URGENT_BUDGET {
            let Ok(event) = self.inboxes.urgent.try_recv() else { break };
            self.handle(event);
            worked = true;
        }
        self.timeout();
        for _ in 0..DESK_BUDGET {
            let Ok(event) = self.inboxes.desk.try_recv() else { break };
            self.handle(event);
            worked = true;
        }
        for _ in 0..FRESH_BUDGET {
            let Ok((came, event)) = self.inboxes.fresh.try_recv() else {
                let busy = self.overload.nobody_waits();
                self.refuse_new(busy);
                break;
            };
            self.fresh(came, event);
            worked = true;
        }
        for _ in 0..STRANGERS_BUDGET {
            let Ok(event) = self.inboxes.strangers.try_recv() else { break };
            self.handle(event);
            worked = true;
        }
        worked
    }

    async fn wait(&mut self, until: tokio::time::Instant) {
        let event = tokio::select! {
            biased;
            Some(event) = self.inboxes.media.recv() => event,
            Some(event) = self.inboxes.urgent.recv() => event,
            Some(event) = self.inboxes.desk.recv() => event,
            Some((came, event)) = self.inboxes.fresh.recv() => return self.fresh(came, event),
            Some(event) = self.inboxes.strangers.recv() => event,
            () = tokio::time::sleep_until(until) => return,
            _ = self.stop.changed() => return,
        };
        self.handle(event);
    }

    fn fresh(&mut self, came: Tick, event: Event) {
        let busy = self.overload.had_turn(self.clock.tick(), came);
        self.refuse_new(busy);
        self.handle(event);
    }

    fn refuse_new(&mut self, busy: Option<bool>) {
        if let Some(busy) = busy {
            tracing::warn!(busy, "new calls come faster than they can be taken, or no longer");
            self.handle(Event::Busy(busy));
        }
    }

    fn timeout(&mut self) {
        let now = self.clock.now();
        if self.rooms.poll_timeout().is_some_and(|at| at <= now.tick) {
            self.rooms.handle_timeout(now);
            self.gather();
        }
    }

    fn handle(&mut self, event: Event) {
        self.events += 1;
        self.rooms.handle(self.clock.now(), event);
        self.gather();
    }

    /// What the journal does not take (a full disk) waits while no new calls are taken.
    fn write(&mut self, records: Vec<Record>) {
        self.backlog.write(records, |records| self.journal.append(records));
    }

    /// Takes from the rooms what one event caused. It waits for the end of the round: where several events came at once, one write to the
    /// journal and one wake of each thread do for all of them.
    fn gather(&mut self) {
        let Gathered { records, effects } = &mut self.gathered;
        for effect in self.rooms.drain() {
            match effect {
                Effect::Log(event) => records.push(Record::Event(event)),
                Effect::Personal(personal) => records.push(Record::Person(personal)),
                Effect::State { key, bytes } => records.push(Record::State { key, bytes }),
                Effect::StateGone { key } => records.push(Record::StateGone { key }),
                effect @ (Effect::Send { .. }
                | Effect::Engine(_)
                | Effect::LookUp { .. }
                | Effect::RecordBegin { .. }
                | Effect::RecordEnd { .. }
                | Effect::RecordLinked { .. }
                | Effect::Source { .. }
                | Effect::Named(_)
                | Effect::Resolve { .. }
                | Effect::Connect(_)
                | Effect::Answered { .. }
                | Effect::Publish { .. }
                | Effect::Audit(_)
                | Effect::Reply { .. }) => effects.push(effect),
            }
        }
        if effects.len() >= GATHERED_MAX {
            self.carry_out();
        }
    }

    /// What was gathered goes to the journal in one write, and only then anywhere else.
    fn carry_out(&mut self) {
        if !self.gathered.records.is_empty() {
            let records = std::mem::take(&mut self.gathered.records);
            self.write(records);
        }
        for effect in self.gathered.effects.drain(..) {
            self.outside.run(effect);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_sip::api::{Path, Transport};

    #[test]
    fn a_flood_of_strangers_leaves_room_for_who_is_known() {
        let (inbox, _inboxes) = inboxes();
        let local = std::net::SocketAddr::from(([127, 0, 0, 1], 5060));
        let packet = || {
            let path = Path { transport: Transport::Udp, local, remote: local, stream: None };
            Event::Packet { path, bytes: bytes::Bytes::new() }
        };
        let strangers = (0..2 * STRANGERS_MAX).filter(|_| inbox.strangers(packet())).count();
        let known = (0..2 * FRESH_MAX).filter(|_| inbox.fresh(Tick(0), packet())).count();
        assert_eq!((strangers, known), (STRANGERS_MAX, FRESH_MAX));
    }
}
