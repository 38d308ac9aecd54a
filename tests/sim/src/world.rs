//! The simulated world and its one loop: what is due next happens, its effects are carried out, everything is checked.

use crate::callers::{Caller, CallerAct};
use crate::chaos::NEVER;
use crate::desks::Desk;
use crate::engine::Sockets;
use crate::house::{CARRIER, House, PHONES, REALM, SERVER, trunk};
use crate::network::Network;
use crate::oracle::{Check, Engine, Log, Screens, ensure};
use crate::phones::{PhoneAct, PhoneCall};
use crate::register::Registration;
use crate::{Failure, Options, Report};
use bytes::Bytes;
use cti_server::switch::clips::Library;
use cti_server::switch::{Effect, Event, Found, MediaAddress, RecordingFact, Rooms, RoomsConfig, Spoken};
use cti_sip::Endpoint;
use cti_sip::api::{Command as Sip, Transport};
use cti_types::media::EngineEvent;
use cti_types::web::{Fingerprint, FingerprintHash};
use cti_types::{AgentId, Chance, CustomerId, InteractionId, LegId, Now, OwnerEpoch, RecordingId, Tick, Utc};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// What happens at a time of its own.
#[derive(Debug)]
pub(crate) enum Task {
    Packet {
        from: SocketAddr,
        to: SocketAddr,
        bytes: Bytes,
    },
    Engine(u32, EngineEvent),
    Found(u32, InteractionId, Box<Found>),
    Recording(u32, RecordingFact),
    CallArrives,
    Caller(usize, CallerAct),
    Phone(LegId, PhoneAct),
    /// Somebody outside who was called hangs up.
    Outsider(LegId),
    Desk(usize),
    Chaos,
    Accepting(bool),
    End,
}

pub(crate) struct World {
    pub(crate) seed: u64,
    options: Options,
    pub(crate) chance: Chance,
    pub(crate) tick: Tick,
    pub(crate) utc_offset: i64,
    queue: BTreeMap<(Tick, u64), Task>,
    order: u64,
    pub(crate) steps: u64,
    hash: u64,
    lines: usize,
    trace: VecDeque<String>,
    pub(crate) network: Network,
    /// A house with few ports and little room.
    pub(crate) tight: bool,
    pub(crate) rooms: Rooms,
    /// Counts the server's lives; what the last life had ordered is not told the next.
    pub(crate) generation: u32,
    pub(crate) crashed_at: Option<Tick>,
    /// Messages in the log that the rooms, just begun, have not been told of yet.
    pub(crate) unrevived: usize,
    pub(crate) house: House,
    pub(crate) carrier: Endpoint,
    pub(crate) phones: Endpoint,
    pub(crate) callers: Vec<Caller>,
    /// Who was called by the server and has lifted, by media port.
    pub(crate) outsiders: BTreeMap<LegId, u16>,
    pub(crate) registrations: Vec<Registration>,
    pub(crate) phone_calls: BTreeMap<LegId, PhoneCall>,
    pub(crate) phone_count: usize,
    pub(crate) desks: Vec<Desk>,
    pub(crate) sessions: u64,
    pub(crate) commands: u64,
    pub(crate) sockets: BTreeMap<LegId, Sockets>,
    /// The legs of pages.
    pub(crate) stands: BTreeSet<LegId>,
    pub(crate) failing: BTreeMap<LegId, u16>,
    /// Of a hundred ports, how many cannot be opened.
    pub(crate) open_fails: u64,
    pub(crate) leg_of_media: BTreeMap<SocketAddr, LegId>,
    interaction_of: BTreeMap<RecordingId, InteractionId>,
    pub(crate) log: Log,
    pub(crate) oracle_engine: Engine,
    pub(crate) screens: Screens,
    pub(crate) ending: bool,
    pub(crate) ending_quietly: bool,
    pub(crate) ends_at: Tick,
    quiet_at: Tick,
}

const BEGIN: Tick = Tick(1_000_000_000);
const BEGIN_UTC: i64 = 1_790_000_000_000_000;
/// How long a call lasts without a refresh: short, so that most are refreshed, many while something else goes on.
const SESSION: Duration = Duration::from_secs(20);
const PORT_REST: Duration = Duration::from_secs(5);
/// Interactions at once, and port pairs, of a tight house.
const TIGHT: (usize, u16) = (10, 12);
/// How long SIP may remember what is over: 64*T1 and some.
const QUIET: Duration = Duration::from_secs(120);

/// The server, newly started.
pub(crate) fn rooms(seed: u64, now: Now, agent_seqs: BTreeMap<AgentId, u64>, tight: bool) -> Result<Rooms, String> {
    let mut chance = Chance::from_number(seed ^ 0x5eed);
    let names: Vec<&str> = ivr::prompts::names().collect();
    let pairs = if tight { TIGHT.1 } else { 400 };
    let open_max = if tight { TIGHT.0 } else { 1_000 };
    let config = RoomsConfig {
        sip: short_sessions(cti_sip::Config::new(REALM, vec![(Transport::Udp, SERVER)], chance.bytes())),
        media: vec![MediaAddress::plain(SERVER.ip())],
        media_ports: (30_000, 30_000 + 2 * pairs - 1),
        port_rest: PORT_REST,
        spoken: Spoken { web: Fingerprint::new(FingerprintHash::Sha256, &[7; 32]), ..Spoken::default() },
        card_wait: Duration::from_millis(150),
        sockets_grace: Duration::from_secs(10),
        pages: Some(SocketAddr::new(SERVER.ip(), 40_000)),
        page_wait: Duration::from_secs(30),
        calls: cti_call::Settings::default(),
        interactions: cti_interaction::Limits { open_max, ..cti_interaction::Limits::default() },
        acd: cti_acd::Limits::default(),
        clips: Library::silent(&names, 200),
        epoch: OwnerEpoch::at_start(now.utc),
        agent_seqs,
    };
    Rooms::new(config, chance, now).map_err(|error| error.to_string())
}

fn short_sessions(config: cti_sip::Config) -> cti_sip::Config {
    cti_sip::Config { session_expires: SESSION, min_se: SESSION, ..config }
}

fn peer(address: SocketAddr, seed: u64) -> Endpoint {
    let mut chance = Chance::from_number(seed);
    let config = short_sessions(cti_sip::Config::new("peer.invalid", vec![(Transport::Udp, address)], chance.bytes()));
    let mut endpoint = Endpoint::new(config, chance);
    endpoint.handle_command(Now::default(), Sip::SetTrunks(vec![trunk(SERVER, None)]));
    endpoint
}

pub(crate) fn play(seed: u64, options: Options, lines: usize) -> Result<Report, Box<Failure>> {
    play_traced(seed, options, lines).0
}

pub(crate) fn play_traced(seed: u64, options: Options, lines: usize) -> (Result<Report, Box<Failure>>, Vec<String>) {
    let fail = |step, why, trace: Vec<String>| Box::new(Failure { seed, step, why, trace });
    let mut world = match World::new(seed, options, lines) {
        Ok(world) => world,
        Err(why) => return (Err(fail(0, why, Vec::new())), Vec::new()),
    };
    let result = world.run();
    let trace: Vec<String> = std::mem::take(&mut world.trace).into();
    let result = result.map_err(|why| fail(world.steps, why, trace.clone()));
    (result.map(|()| world.report()), trace)
}

impl World {
    fn new(seed: u64, options: Options, lines: usize) -> Check<World> {
        let mut chance = Chance::from_number(seed);
        let tight = chance.below(5) == 0;
        let house = House::new(&mut chance, tight)?;
        let bad = chance.below(4);
        let network = Network { lost: bad * chance.below(40), twice: bad * chance.below(20), late: bad * chance.below(30) };
        let now = Now { tick: BEGIN, utc: Utc(BEGIN_UTC) };
        let registrations = (0..house.agents).map(|n| Registration::new(n, BEGIN + Duration::from_millis(chance.below(2_000)))).collect();
        let mut world = World {
            seed,
            options,
            tick: BEGIN,
            utc_offset: 0,
            queue: BTreeMap::new(),
            order: 0,
            steps: 0,
            hash: 0xcbf2_9ce4_8422_2325,
            lines,
            trace: VecDeque::new(),
            network,
            tight,
            rooms: rooms(seed, now, BTreeMap::new(), tight)?,
            generation: 0,
            crashed_at: None,
            unrevived: 0,
            carrier: peer(CARRIER, seed ^ 0xca11),
            phones: peer(PHONES, seed ^ 0xf0e5),
            callers: Vec::new(),
            outsiders: BTreeMap::new(),
            registrations,
            phone_calls: BTreeMap::new(),
            phone_count: 0,
            desks: (0..house.agents).map(Desk::new).collect(),
            sessions: 0,
            commands: 0,
            sockets: BTreeMap::new(),
            stands: BTreeSet::new(),
            failing: BTreeMap::new(),
            open_fails: 1,
            leg_of_media: BTreeMap::new(),
            interaction_of: BTreeMap::new(),
            log: Log::default(),
            oracle_engine: Engine::default(),
            screens: Screens::default(),
            ending: false,
            ending_quietly: false,
            ends_at: NEVER,
            quiet_at: NEVER,
            house,
            chance,
        };
        world.plan();
        let directory = Box::new(world.house.directory.clone());
        world.give(Event::Directory(directory))?;
        Ok(world)
    }

    fn plan(&mut self) {
        for n in 0..self.desks.len() {
            let at = Duration::from_millis(self.chance.below(5_000));
            self.later(at, Task::Desk(n));
        }
        for _ in 0..self.options.calls {
            let at = Duration::from_millis(self.chance.below(self.options.arrivals_seconds * 1_000));
            self.later(at, Task::CallArrives);
        }
        self.later(Duration::from_secs(10), Task::Chaos);
        self.later(Duration::from_secs(self.options.arrivals_seconds), Task::End);
    }

    pub(crate) fn now(&self) -> Now {
        Now { tick: self.tick, utc: Utc(BEGIN_UTC + (self.tick.0 - BEGIN.0) as i64 + self.utc_offset) }
    }

    pub(crate) fn later(&mut self, wait: Duration, task: Task) {
        self.order += 1;
        self.queue.insert((self.tick + wait, self.order), task);
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn odds(&mut self, percent: u64) -> bool {
        self.chance.below(100) < percent
    }

    pub(crate) fn trace(&mut self, line: impl FnOnce() -> String) {
        if self.lines > 0 {
            if self.trace.len() >= self.lines {
                self.trace.pop_front();
            }
            let seconds = (self.tick.0 - BEGIN.0) as f64 / 1e6;
            self.trace.push_back(format!("{seconds:>11.6} {:>6} {}", self.steps, line()));
        }
    }

    fn mix(&mut self, bytes: &[u8]) {
        // FNV-1a: only equality of two runs matters.
        self.hash = bytes.iter().fold(self.hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    }

    // ---- the loop

    fn run(&mut self) -> Check {
        while self.turn()? {
            ensure!(self.steps <= self.options.steps_max, "liveness: more than {} steps", self.options.steps_max);
        }
        self.over()
    }

    /// The next thing that is due; false when all is over.
    fn turn(&mut self) -> Check<bool> {
        let registration = self.registrations.iter().filter_map(Registration::poll_timeout).min();
        let task = self.queue.first_key_value().map(|((at, _), _)| *at);
        let timers = [self.rooms.poll_timeout(), self.carrier.poll_timeout(), self.phones.poll_timeout(), registration, task];
        let Some(next) = timers.into_iter().flatten().min() else { return Ok(false) };
        if self.quiet_enough() {
            return Ok(false);
        }
        ensure!(next < self.ends_at, "liveness: not over in 15 minutes: {}", self.what_is_open());
        self.tick = self.tick.max(next);
        let now = self.now();
        let due = |at: Option<Tick>| at.is_some_and(|at| at <= now.tick);
        if due(timers[0]) {
            self.rooms.handle_timeout(now);
            self.after(None)?;
            ensure!(!due(self.rooms.poll_timeout()), "liveness: a timer of the rooms stays due");
        } else if due(timers[1]) {
            self.carrier.handle_timeout(now);
        } else if due(timers[2]) {
            self.phones.handle_timeout(now);
        } else if due(timers[3]) {
            for n in 0..self.registrations.len() {
                if let Some(bytes) = self.registrations[n].handle_timeout(now.tick, &mut self.chance) {
                    self.send_from_phones(bytes);
                }
            }
        } else if let Some((_, task)) = self.queue.pop_first() {
            self.happen(task)?;
        }
        self.peers_speak()?;
        Ok(true)
    }

    fn happen(&mut self, task: Task) -> Check {
        match task {
            Task::Packet { from, to, bytes } => self.arrive(from, to, bytes),
            Task::Engine(generation, event) if generation == self.generation => {
                if self.engine_still(&event) {
                    self.give(Event::Engine(event))
                } else {
                    Ok(())
                }
            }
            Task::Found(generation, interaction, found) if generation == self.generation => {
                self.give(Event::Found { interaction, found: *found })
            }
            Task::Recording(generation, fact) if generation == self.generation => self.give(Event::Recording(fact)),
            Task::Engine(..) | Task::Found(..) | Task::Recording(..) => Ok(()),
            Task::CallArrives => {
                self.call_arrives();
                Ok(())
            }
            Task::Caller(n, act) => {
                self.trace(|| format!("caller {n}: {act:?}"));
                self.caller_acts(n, act);
                Ok(())
            }
            Task::Phone(leg, act) => {
                self.trace(|| format!("phone call {leg}: {act:?}"));
                self.phone_acts(leg, act);
                Ok(())
            }
            Task::Outsider(leg) => {
                self.outsider_leaves(leg);
                Ok(())
            }
            Task::Desk(n) => self.desk_turn(n),
            Task::Chaos => self.chaos(),
            Task::Accepting(accepting) => self.give(Event::Accepting(accepting)),
            Task::End => self.begin_to_end(),
        }
    }

    /// Gives the rooms one event and looks at everything that follows from it.
    pub(crate) fn give(&mut self, event: Event) -> Check {
        self.trace(|| describe(&event));
        let asked = match &event {
            Event::Command { session, id, .. } => Some((session.0, *id)),
            Event::Asked { ask, .. } => Some((0, *ask)),
            _ => None,
        };
        let changed = matches!(event, Event::Directory(_));
        let now = self.now();
        self.rooms.handle(now, event);
        self.after_event(asked, changed)
    }

    fn after(&mut self, asked: Option<(u64, u64)>) -> Check {
        self.after_event(asked, false)
    }

    fn after_event(&mut self, asked: Option<(u64, u64)>, directory_changed: bool) -> Check {
        self.steps += 1;
        let effects: Vec<Effect> = self.rooms.drain().collect();
        let mut replies = 0;
        for effect in effects {
            // Sockets are numbered from 1; what the API asks has none.
            let answers = match &effect {
                Effect::Reply { session, id, .. } => Some((session.0, *id)),
                Effect::Answered { ask, .. } => Some((0, *ask)),
                _ => None,
            };
            if answers.is_some() {
                replies += 1;
                ensure!(answers == asked, "a reply to nothing asked: {answers:?}");
            }
            self.effect(effect, directory_changed)?;
        }
        ensure!(replies == usize::from(asked.is_some()), "{replies} replies to one command");
        self.rooms.check()?;
        ensure!(self.rooms.counters().invariant_broken == 0, "the rooms count a broken invariant");
        self.log.check(self.tick)?;
        self.oracle_engine.check()?;
        self.screens.check(self.tick, &self.house, &self.log, &self.oracle_engine)?;
        let gauges = self.rooms.gauges();
        let open = gauges.interactions + gauges.messages + self.unrevived;
        ensure!(open == self.log.open(), "I5: {open} interactions and messages open, the log has {}", self.log.open());
        // The last places are for calls for help.
        let most = TIGHT.0 + TIGHT.0.div_ceil(64);
        ensure!(!self.tight || gauges.interactions <= most, "I6: more interactions than the bound");
        if self.steps.is_multiple_of(64) {
            self.check_phones()?;
        }
        Ok(())
    }

    fn effect(&mut self, effect: Effect, directory_changed: bool) -> Check {
        if self.lines > 0 && !matches!(effect, Effect::Publish { .. } | Effect::Personal(_)) {
            self.trace(|| format!("    {}", describe_effect(&effect)));
        }
        self.oracle_engine.effect(self.tick, PORT_REST, &effect)?;
        match effect {
            Effect::Log(event) => {
                self.mix(event.body.kind().as_bytes());
                self.mix(event.stream.uuid().as_bytes());
                self.mix(&event.at.0.to_le_bytes());
                let offered = self.log.add(self.tick, self.steps, &event)?;
                if let Some(offered) = offered.filter(|_| !directory_changed) {
                    Screens::check_order(self.tick, self.steps, &self.house, &self.log, &offered)?;
                }
            }
            Effect::Send { path, bytes } => {
                self.mix(&bytes);
                self.transmit(SERVER, path.remote, bytes);
            }
            Effect::Engine(command) => self.engine_command(command)?,
            Effect::LookUp { interaction, .. } => self.look_up(interaction),
            Effect::RecordEnd { recording, .. } => self.seal(recording),
            Effect::Publish { audience, key, value } => self.screens.publish(audience, &key, value.as_deref())?,
            Effect::RecordBegin { recording, interaction, .. } => {
                self.interaction_of.insert(recording, interaction);
            }
            Effect::Personal(_)
            | Effect::RecordLinked { .. }
            | Effect::Reply { .. }
            | Effect::Source { .. }
            | Effect::Named(_)
            | Effect::Audit(_) => {}
            Effect::Resolve { .. } | Effect::Answered { .. } => {}
            Effect::Connect(_) | Effect::State { .. } | Effect::StateGone { .. } => {}
        }
        Ok(())
    }

    fn look_up(&mut self, interaction: InteractionId) {
        let slow = match self.chance.below(20) {
            0 | 1 => 4_000,
            2..=5 => 500,
            _ => 30,
        };
        let wait = Duration::from_millis(self.chance.below(slow));
        let mut found = Found::default();
        if !self.odds(20) {
            found.customers.push(CustomerId::from_u128(9));
            let tier = if self.odds(30) { "gold" } else { "none" };
            found.values.insert("tier".into(), tier.into());
        }
        self.later(wait, Task::Found(self.generation, interaction, Box::new(found)));
    }

    fn seal(&mut self, recording: RecordingId) {
        let Some(interaction) = self.interaction_of.get(&recording).copied() else { return };
        let mut wait = Duration::from_millis(1 + self.chance.below(800));
        for part in 1..=1 + u32::from(self.odds(10)) {
            let (file, sha256) = (format!("{part}.wav"), "0".into());
            let fact =
                RecordingFact::PartSealed { recording, interaction, part, file, offset_ms: 0, duration_ms: 1_000, bytes: 44, sha256 };
            self.later(wait, Task::Recording(self.generation, fact));
            wait += Duration::from_millis(1 + self.chance.below(100));
        }
        self.later(wait, Task::Recording(self.generation, RecordingFact::Ended { recording, interaction, frames_dropped: 0 }));
    }

    // ---- the end

    fn what_is_open(&self) -> String {
        let callers = self.callers.iter().filter(|c| !c.over).count();
        let first = self.log.first_open().unwrap_or_default();
        format!("{:?}, {callers} callers, {} phones in a call; {first}", self.rooms.gauges(), self.phone_calls.len())
    }

    /// Once everything has ended, desks and phones fall silent; true when SIP has had its time after that.
    fn quiet_enough(&mut self) -> bool {
        if self.ending && !self.ending_quietly {
            let gauges = self.rooms.gauges();
            let calls = gauges.interactions + gauges.legs + gauges.ports_used + self.phone_calls.len();
            if calls == 0 && self.callers.iter().all(|c| c.over) && self.log.first_open().is_none() {
                self.trace(|| "everything is over".into());
                self.ending_quietly = true;
                self.quiet_at = self.tick + QUIET;
                for registration in &mut self.registrations {
                    registration.stop();
                }
            }
        }
        self.ending_quietly && self.tick >= self.quiet_at
    }

    fn over(&mut self) -> Check {
        ensure!(self.ending_quietly, "nothing is due any more, but not all is over: {}", self.what_is_open());
        self.oracle_engine.over()?;
        ensure!(self.log.works.is_empty(), "I1: work is left");
        let gauges = self.rooms.gauges();
        ensure!(gauges.ports_used == 0 && gauges.legs == 0, "I8: something is left: {gauges:?}");
        for (whose, counts) in [("server", gauges.sip), ("carrier", self.carrier.counts()), ("phones", self.phones.counts())] {
            let left = counts.legs + counts.attempts + counts.client_transactions + counts.server_transactions;
            ensure!(left == 0, "I8: SIP of the {whose} keeps {counts:?}");
            ensure!(counts.timers <= counts.registered, "I8: SIP of the {whose} keeps timers: {counts:?}");
        }
        for (agent, person) in &self.log.people {
            ensure!(person.offers.is_empty() && person.assignments.is_empty(), "I1: {agent} holds something at the end");
        }
        Ok(())
    }

    fn report(&self) -> Report {
        let totals = &self.log.totals;
        Report {
            steps: self.steps,
            virtual_seconds: self.tick.since(BEGIN).as_secs(),
            calls: totals.calls,
            completed: totals.completed,
            abandoned: totals.abandoned,
            offers: totals.offers,
            transfers: totals.transfers,
            conferences: totals.conferences,
            supervisions: totals.supervisions,
            messages: totals.messages,
            trace_hash: self.hash,
        }
    }
}

fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().next().unwrap_or_default();
    let cseq = text.lines().find(|l| l.starts_with("CSeq:")).unwrap_or_default();
    let call = text.lines().find(|l| l.starts_with("Call-ID:")).unwrap_or_default();
    format!("{line} | {cseq} | {call}")
}

fn describe(event: &Event) -> String {
    match event {
        Event::Packet { path, bytes } => format!("from {}: {}", path.remote, first_line(bytes)),
        Event::Directory(_) => "new configuration".into(),
        other => format!("{other:?}"),
    }
}

fn describe_effect(effect: &Effect) -> String {
    match effect {
        Effect::Send { path, bytes } => format!("to {}: {}", path.remote, first_line(bytes)),
        Effect::Log(event) => format!("log {} {} {:?}", event.stream.uuid(), event.seq, event.body),
        other => format!("{other:?}"),
    }
}
