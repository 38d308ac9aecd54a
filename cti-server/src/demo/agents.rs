//! Simulated agents: each registers a real desk phone, signs in over the real WebSocket, and works as people do. They know nothing of the
//! server's inside but how to begin a session.

use super::samples::OUTCOMES;
use super::screen::{Change, Screen};
use crate::clock::Clock;
use crm_core::Store;
use cti_phone::{Behaviour, Call, CallState as PhoneState, DeskOptions, DeskPhone, Media, PhoneEvent, RegisterOptions, UserAgent};
use cti_types::{AssignmentId, Chance, LegId, PhoneId, UserId, WrapUpCodeId};
use serde_json::Value;
use softphone_protocol::{AgentView, CallState, CallView, Command, Device, PresenceAsked, PresenceView, WrapUpView};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A session outlives any demo that is left running over a weekend.
const SESSION: Duration = Duration::from_secs(7 * 86_400);
/// The wait before whatever failed is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// Things an agent means to do soon; each call adds a few and they are done within seconds. At the bound a new one is forgotten.
const TODO_MAX: usize = 64;

/// One simulated agent.
pub(super) struct Agent {
    pub(super) user: UserId,
    pub(super) phone: PhoneId,
    pub(super) sip_user: String,
    pub(super) sip_password: String,
    /// Frequency of their voice, Hz.
    pub(super) voice: u16,
    pub(super) http: SocketAddr,
    pub(super) sip: SocketAddr,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) line: UserAgent,
    pub(super) codes: BTreeMap<&'static str, WrapUpCodeId>,
    pub(super) chance: Chance,
}

/// What an agent means to do.
enum Todo {
    Ready,
    Hold(LegId),
    Retrieve(LegId),
    WriteNote(AssignmentId),
    Finish(AssignmentId),
}

/// One sitting at the screen, from connecting to losing the connection.
struct Sitting {
    screen: Screen,
    todo: Vec<(Instant, Todo)>,
    /// Calls whose one chance of a hold is decided, and wrap-ups that are being written.
    seen: BTreeSet<String>,
}

impl Agent {
    /// Works until told to stop, then signs out.
    pub(super) async fn work(mut self, mut stop: watch::Receiver<bool>) {
        let Some(mut phone) = self.plug_in(&mut stop).await else { return };
        while !*stop.borrow() {
            if let Err(error) = self.sit_down(&mut phone, &mut stop).await {
                tracing::debug!(error = format!("{error:#}"), "a simulated agent lost the screen");
                pause(AGAIN, &mut stop).await;
            }
        }
        // The registration runs out by itself if the server is faster gone.
        let _ = tokio::time::timeout(AGAIN, phone.stop()).await;
    }

    async fn plug_in(&mut self, stop: &mut watch::Receiver<bool>) -> Option<DeskPhone> {
        while !*stop.borrow() {
            let options = DeskOptions {
                user: self.sip_user.clone(),
                register: Some(RegisterOptions::new(self.sip, self.sip_user.clone(), self.sip_password.clone())),
                media: Media::tone(self.voice),
                behaviour: self.mood(),
            };
            match DeskPhone::start(&self.line, options).await {
                Ok(phone) => return Some(phone),
                Err(error) => tracing::warn!(%error, "a simulated phone cannot register"),
            }
            pause(AGAIN, stop).await;
        }
        None
    }

    /// How the next call is taken.
    fn mood(&mut self) -> Behaviour {
        let ring = Duration::from_millis(1_000 + self.chance.below(2_000));
        Behaviour::Answer { ring, hang_up_after: Some(Duration::from_millis(5_000 + self.chance.below(15_000))) }
    }

    async fn sit_down(&mut self, phone: &mut DeskPhone, stop: &mut watch::Receiver<bool>) -> anyhow::Result<()> {
        let session = self.store.create_session(self.clock.utc(), self.user, SESSION).await?;
        let mut screen = Screen::open(self.http, &session).await?;
        screen.command(Command::SignIn { device: Device::Phone { id: self.phone }, take_over: true }).await?;
        screen.command(Command::SetPresence { presence: PresenceAsked::Ready, reason: None }).await?;
        let mut sitting = Sitting { screen, todo: Vec::new(), seen: BTreeSet::new() };
        loop {
            let next = sitting.todo.iter().map(|(at, _)| *at).min();
            tokio::select! {
                () = stopped(stop) => break,
                change = sitting.screen.next() => self.saw(&mut sitting, change?),
                event = phone.next_event() => match event {
                    Some(event) => self.heard(phone, event),
                    None => anyhow::bail!("the simulated phone is gone"),
                },
                () = until(next) => self.act(&mut sitting).await?,
            }
        }
        sitting.screen.command(Command::SignOut).await?;
        sitting.screen.close().await;
        let _ = self.store.revoke_session(&session).await;
        Ok(())
    }

    fn heard(&mut self, phone: &DeskPhone, event: PhoneEvent) {
        match event {
            PhoneEvent::Rang { .. } => phone.set_behaviour(self.mood()),
            PhoneEvent::Answered { call, .. } if self.chance.below(8) == 0 => hold_by_phone(call),
            PhoneEvent::Answered { .. } | PhoneEvent::Ended { .. } | PhoneEvent::Missed { .. } => {}
        }
    }

    fn saw(&mut self, sitting: &mut Sitting, change: Change) {
        match change {
            Change::Set(key, value) if key == softphone_protocol::key::AGENT => self.saw_self(sitting, value),
            Change::Set(key, value) if key.starts_with("call/") => self.saw_call(sitting, key, value),
            Change::Set(key, value) if key.starts_with("wrap_up/") => self.saw_wrap_up(sitting, key, value),
            Change::Gone(key) => {
                sitting.seen.remove(&key);
            }
            // A call that ended between seeing it and acting on it.
            Change::Refused(message) => tracing::debug!(message, "a simulated agent was refused"),
            Change::Set(..) => {}
        }
    }

    /// Whoever missed a call is back after a moment.
    fn saw_self(&mut self, sitting: &mut Sitting, value: Value) {
        let Ok(view) = serde_json::from_value::<AgentView>(value) else { return };
        let waiting = sitting.todo.iter().any(|(_, todo)| matches!(todo, Todo::Ready));
        if view.presence == PresenceView::NotReady && !waiting {
            sitting.later(Duration::from_millis(2_000 + self.chance.below(4_000)), Todo::Ready);
        }
    }

    fn saw_call(&mut self, sitting: &mut Sitting, key: String, value: Value) {
        let Ok(view) = serde_json::from_value::<CallView>(value) else { return };
        if view.state != CallState::Talking || !sitting.seen.insert(key) || self.chance.below(4) != 0 {
            return;
        }
        let first = Duration::from_millis(1_500 + self.chance.below(1_500));
        sitting.later(first, Todo::Hold(view.leg));
        sitting.later(first + Duration::from_millis(1_500 + self.chance.below(2_000)), Todo::Retrieve(view.leg));
    }

    fn saw_wrap_up(&mut self, sitting: &mut Sitting, key: String, value: Value) {
        let Ok(view) = serde_json::from_value::<WrapUpView>(value) else { return };
        if sitting.seen.insert(key) {
            let writing = Duration::from_millis(1_500 + self.chance.below(3_000));
            sitting.later(writing, Todo::WriteNote(view.assignment));
            sitting.later(writing + Duration::from_millis(600), Todo::Finish(view.assignment));
        }
    }

    async fn act(&mut self, sitting: &mut Sitting) -> anyhow::Result<()> {
        let now = Instant::now();
        while let Some(at) = sitting.todo.iter().position(|(at, _)| *at <= now) {
            let (_, todo) = sitting.todo.swap_remove(at);
            let command = match todo {
                Todo::Ready => Command::SetPresence { presence: PresenceAsked::Ready, reason: None },
                Todo::Hold(call) => Command::Hold { call },
                Todo::Retrieve(call) => Command::Retrieve { call },
                Todo::Finish(assignment) => Command::FinishWrapUp { assignment },
                Todo::WriteNote(assignment) => {
                    let (code, note) = OUTCOMES[self.chance.below(OUTCOMES.len() as u64) as usize];
                    Command::SetWrapUp { assignment, code: self.codes.get(code).copied(), note: Some(note.to_owned()) }
                }
            };
            sitting.screen.command(command).await?;
        }
        Ok(())
    }
}

impl Sitting {
    fn later(&mut self, wait: Duration, todo: Todo) {
        if self.todo.len() < TODO_MAX {
            self.todo.push((Instant::now() + wait, todo));
        }
    }
}

/// Some people use the hold key of their phone and not the one on the screen.
fn hold_by_phone(call: Arc<Call>) {
    tokio::spawn(async move {
        let mut state = call.watch();
        for hold in [true, false] {
            let over = state.wait_for(|state| matches!(state, PhoneState::Ended(_)));
            if tokio::time::timeout(Duration::from_secs(2), over).await.is_ok() {
                return;
            }
            // Refused only when the call ends at this moment.
            let _ = if hold { call.hold().await } else { call.retrieve().await };
        }
    });
}

/// Waits until then; for ever when there is nothing to wait for.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Waits until told to stop.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Whoever could tell is gone: the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits so long, or less when told to stop.
pub(super) async fn pause(wait: Duration, stop: &mut watch::Receiver<bool>) {
    let _ = tokio::time::timeout(wait, stopped(stop)).await;
}
