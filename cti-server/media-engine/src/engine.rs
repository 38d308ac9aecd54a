//! The engine as the switch sees it: start, send commands, read counters, stop.

use crate::counters::EngineCounters;
use crate::identity::Identity;
use crate::lane::{Lane, Routes};
use crate::pages::Pages;
use crate::worker::{Setup, Worker};
use cti_types::media::{EngineCommand, EngineEvent};
use cti_types::tap::TapSink;
use cti_types::web::Protection;
use cti_types::{LegId, Tick};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Bounds and times of the engine.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Media threads; 0 counts as 1.
    pub threads: usize,
    /// Silence of RTP *and* RTCP after which media that is expected is reported lost.
    pub loss_after: Duration,
    /// The same for a standing leg in a call.
    pub page_loss_after: Duration,
    /// Mean time between our reports (RFC 3550 6.2: five seconds or more).
    pub rtcp_interval: Duration,
    /// Legs open at once; beyond, `Open` fails as `Full`. Each leg takes two descriptors. As many may stand beside them, which take none.
    pub legs_max: usize,
    /// `SO_RCVBUF` of an RTP socket: what may pile up while the thread is busy. The kernel may give less.
    pub receive_buffer_bytes: usize,
    /// Who we are to web phones; without, their legs come to nothing.
    pub web: Option<Arc<Identity>>,
    /// The port that all pages share; with port 0 the system chooses. Without, no leg can stand.
    pub pages: Option<SocketAddr>,
}

impl Default for EngineConfig {
    fn default() -> EngineConfig {
        EngineConfig {
            threads: 1,
            loss_after: Duration::from_secs(10),
            page_loss_after: Duration::from_secs(2),
            rtcp_interval: Duration::from_secs(5),
            legs_max: 4000,
            receive_buffer_bytes: 128 * 1024,
            web: None,
            pages: None,
        }
    }
}

/// The one monotonic clock, shared with the switch so that tap times and its ticks agree.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Tick + Send + Sync>);

impl Clock {
    pub fn new(read: impl Fn() -> Tick + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(read))
    }

    /// A clock of its own that begins now: for tools and tests that share it with nobody.
    #[allow(clippy::disallowed_methods, reason = "this is the shell that reads the clock for the engine")]
    pub fn starting_now() -> Clock {
        let start = Instant::now();
        Clock::new(move || Tick(start.elapsed().as_micros() as u64))
    }

    pub fn now(&self) -> Tick {
        (self.0)()
    }
}

/// Why a command was not taken. It has no effect then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The thread is stuck or flooded. Never said to a Close.
    #[error("the media thread has too many commands waiting")]
    Full,
    /// Never opened, failed to open, or closed already.
    #[error("no such leg is open")]
    UnknownLeg,
    /// `Open` of a leg that is open.
    #[error("the leg is open already")]
    KnownLeg,
    #[error("the engine has stopped")]
    Stopped,
}

/// The running media threads. Dropping it stops them.
pub struct Engine {
    lanes: Vec<Arc<Lane>>,
    routes: Arc<Routes>,
    pages: Option<Arc<Pages>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Starts the threads. `events` is called on them and must not block; neither must `sink`.
    pub fn start(
        config: EngineConfig,
        clock: Clock,
        sink: Arc<dyn TapSink>,
        events: Arc<dyn Fn(EngineEvent) + Send + Sync>,
    ) -> io::Result<Engine> {
        crate::sockets::check_descriptor_limit(config.legs_max);
        let routes = Arc::new(Routes::default());
        let open_legs = Arc::new(AtomicUsize::new(0));
        let (pages, poller) = config.pages.map(Pages::open).transpose()?.unzip();
        let pages = pages.map(Arc::new);
        let mut engine = Engine { lanes: Vec::new(), routes, pages, threads: Mutex::default() };
        let mut workers = Vec::new();
        for index in 0..config.threads.max(1) {
            let setup = Setup {
                index,
                config: config.clone(),
                clock: clock.clone(),
                sink: sink.clone(),
                events: events.clone(),
                routes: engine.routes.clone(),
                pages: engine.pages.clone(),
                open_legs: open_legs.clone(),
            };
            let (worker, lane) = Worker::new(setup)?;
            engine.lanes.push(lane);
            workers.push(worker);
        }
        engine.routes.set_lanes(engine.lanes.clone());
        for (index, worker) in workers.into_iter().enumerate() {
            let thread = std::thread::Builder::new().name(format!("media-{index}")).spawn(move || worker.run())?;
            engine.joins().push(thread);
        }
        if let (Some(pages), Some(poller)) = (engine.pages.clone(), poller) {
            let routes = engine.routes.clone();
            let thread = std::thread::Builder::new().name("media-pages".into()).spawn(move || pages.run(&poller, &routes))?;
            engine.joins().push(thread);
        }
        Ok(engine)
    }

    /// The port that all pages share, if there is one.
    pub fn pages(&self) -> Option<SocketAddr> {
        self.pages.as_ref().and_then(|pages| pages.socket.local_addr().ok())
    }

    /// Hands a command over; never blocks. Commands for one leg are carried out in order. An `Open` that is taken is answered
    /// by `Opened` or `OpenFailed`; a `Close` that is taken by `Closed`.
    pub fn send(&self, command: EngineCommand) -> Result<(), SendError> {
        let result = self.queue(command);
        self.wake();
        result
    }

    /// As [`Engine::send`], but the threads may sleep on until [`Engine::wake`]: for those who have several commands at once, which
    /// then cost one wake.
    pub fn queue(&self, command: EngineCommand) -> Result<(), SendError> {
        let leg = leg_of(&command);
        let lane = match &command {
            EngineCommand::Open { group, .. } | EngineCommand::Stand { group, .. } => {
                let lane = self.routes.of_group(*group);
                if !self.routes.insert(leg, lane) {
                    return Err(SendError::KnownLeg);
                }
                lane
            }
            // It begins where it stands; the thread there hands it on.
            EngineCommand::Attach { standing, .. } => {
                let lane = self.routes.get(*standing).ok_or(SendError::UnknownLeg)?;
                if !self.routes.insert(leg, lane) {
                    return Err(SendError::KnownLeg);
                }
                lane
            }
            // The route goes with the Close, so a leg has one Close at most in the queue.
            EngineCommand::Close { .. } => self.routes.remove(leg).ok_or(SendError::UnknownLeg)?,
            EngineCommand::SetStream { .. }
            | EngineCommand::Hear { .. }
            | EngineCommand::Play { .. }
            | EngineCommand::StopPlay { .. }
            | EngineCommand::SendDigits { .. }
            | EngineCommand::KeepDigits { .. }
            | EngineCommand::Tap { .. }
            | EngineCommand::Detect { .. } => self.routes.get(leg).ok_or(SendError::UnknownLeg)?,
        };
        let opens = matches!(command, EngineCommand::Open { .. } | EngineCommand::Stand { .. } | EngineCommand::Attach { .. });
        self.tell_pages(&command, lane);
        let result = self.hand_over(lane, command);
        if opens && result.is_err() {
            self.routes.remove(leg);
            if let Some(pages) = &self.pages {
                pages.remove(leg);
            }
        }
        result
    }

    /// Whose checks are whose is known before the first can come.
    fn tell_pages(&self, command: &EngineCommand, lane: usize) {
        let Some(pages) = &self.pages else { return };
        match command {
            EngineCommand::Stand { leg, .. } => pages.stands(*leg, lane),
            EngineCommand::SetStream { leg, stream } => {
                if let Some(Protection::Web(web)) = &stream.srtp {
                    pages.name(*leg, &web.local);
                }
            }
            EngineCommand::Open { .. }
            | EngineCommand::Attach { .. }
            | EngineCommand::Hear { .. }
            | EngineCommand::Play { .. }
            | EngineCommand::StopPlay { .. }
            | EngineCommand::SendDigits { .. }
            | EngineCommand::KeepDigits { .. }
            | EngineCommand::Tap { .. }
            | EngineCommand::Detect { .. }
            | EngineCommand::Close { .. } => {}
        }
    }

    /// Wakes the threads for which something was queued.
    pub fn wake(&self) {
        for lane in &self.lanes {
            if lane.wanted.swap(false, Ordering::AcqRel)
                && let Err(error) = lane.waker.wake()
            {
                tracing::error!(%error, "a media thread could not be woken");
            }
        }
    }

    /// Totals of all threads, as of their last wake.
    pub fn counters(&self) -> EngineCounters {
        let mut total = EngineCounters::default();
        for lane in &self.lanes {
            total += lane.counters.load();
        }
        total.foreign += self.pages.as_ref().map_or(0, |pages| pages.foreign.load(Ordering::Relaxed));
        total
    }

    /// Closes every leg (each says `Closed`) and ends the threads. A second call does nothing.
    pub fn stop(&self) {
        for lane in &self.lanes {
            lane.stop.store(true, Ordering::Release);
            if let Err(error) = lane.waker.wake() {
                tracing::error!(%error, "a media thread could not be woken to stop");
            }
        }
        if let Some(pages) = &self.pages {
            pages.stop();
        }
        let threads = std::mem::take(&mut *self.joins());
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a media thread ended by a panic");
            }
        }
    }

    fn hand_over(&self, lane: usize, command: EngineCommand) -> Result<(), SendError> {
        let lane = self.lanes.get(lane).ok_or(SendError::Stopped)?;
        if lane.stop.load(Ordering::Acquire) {
            return Err(SendError::Stopped);
        }
        lane.push(command).map_err(|()| SendError::Full)
    }

    fn joins(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whom a command is about.
pub(crate) fn leg_of(command: &EngineCommand) -> LegId {
    match command {
        EngineCommand::Open { leg, .. }
        | EngineCommand::Stand { leg, .. }
        | EngineCommand::Attach { leg, .. }
        | EngineCommand::SetStream { leg, .. }
        | EngineCommand::Hear { leg, .. }
        | EngineCommand::Play { leg, .. }
        | EngineCommand::StopPlay { leg }
        | EngineCommand::SendDigits { leg, .. }
        | EngineCommand::KeepDigits { leg, .. }
        | EngineCommand::Tap { leg, .. }
        | EngineCommand::Detect { leg, .. }
        | EngineCommand::Close { leg } => *leg,
    }
}
