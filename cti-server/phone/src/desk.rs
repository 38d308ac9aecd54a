//! A desk phone with a person's habits: registers, rings, answers or doesn't, hangs up. Everything it does, `UserAgent` can do by hand.

use crate::agent::{IncomingCalls, UserAgent};
use crate::call::{Call, CallState, EndReason};
use crate::callee::IncomingCall;
use crate::error::PhoneError;
use crate::listen::MediaReport;
use crate::media::Media;
use crate::register::{RegisterOptions, Registration};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Events kept for a slow reader; later ones are dropped.
const EVENTS_MAX: usize = 1024;

/// What the person at the phone does when it rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Lets it ring so long, answers, and hangs up after a while, or never.
    Answer { ring: Duration, hang_up_after: Option<Duration> },
    /// Lets it ring until the other side gives up.
    Ignore,
    /// The phone refuses at once (486 busy, 603 decline, …).
    Reject(u16),
}

/// A desk phone to be set up.
#[derive(Clone, Debug)]
pub struct DeskOptions {
    /// The user part it is called by.
    pub user: String,
    /// Register first; `None`: only listen.
    pub register: Option<RegisterOptions>,
    pub media: Media,
    pub behaviour: Behaviour,
}

/// What happens at a desk phone.
#[derive(Clone, Debug)]
pub enum PhoneEvent {
    /// The INVITE came.
    Rang { at: Instant, call_id: String, from_user: String },
    /// The call was answered; steer it through this handle. The phone hangs up when told to or after its time.
    Answered { from_user: String, call: Arc<Call> },
    /// An answered call is over.
    Ended { from_user: String, reason: EndReason, media: Box<MediaReport> },
    /// The call was not answered: cancelled, rejected or failed.
    Missed { from_user: String, reason: EndReason },
}

/// A running desk phone. Dropped, it stops listening; a call under way goes on to its end.
#[derive(Debug)]
pub struct DeskPhone {
    user: String,
    registration: Option<Registration>,
    habits: watch::Sender<(Behaviour, Media)>,
    events: mpsc::Receiver<PhoneEvent>,
    task: tokio::task::AbortHandle,
}

impl Drop for DeskPhone {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl DeskPhone {
    /// Starts listening, then registers if asked to.
    ///
    /// # Errors
    /// Those of [`UserAgent::register`].
    pub async fn start(agent: &UserAgent, options: DeskOptions) -> Result<Self, PhoneError> {
        let calls = agent.incoming_for(&options.user);
        let registration = match options.register {
            Some(register) => Some(agent.register(register).await?),
            None => None,
        };
        let (events_tx, events) = mpsc::channel(EVENTS_MAX);
        let (habits, habits_rx) = watch::channel((options.behaviour, options.media));
        let task = tokio::spawn(listen(calls, habits_rx, events_tx)).abort_handle();
        Ok(Self { user: options.user, registration, habits, events, task })
    }

    pub fn user(&self) -> &str {
        &self.user
    }

    /// What happens next; `None` when the phone is stopped.
    pub async fn next_event(&mut self) -> Option<PhoneEvent> {
        self.events.recv().await
    }

    /// From the next call on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.habits.send_modify(|habits| habits.0 = behaviour);
    }

    /// From the next call on.
    pub fn set_media(&self, media: Media) {
        self.habits.send_modify(|habits| habits.1 = media);
    }

    /// The registration, if it has one.
    pub fn registration(&self) -> Option<&Registration> {
        self.registration.as_ref()
    }

    /// Unregisters and stops.
    pub async fn stop(mut self) -> Result<(), PhoneError> {
        match self.registration.take() {
            Some(registration) => registration.unregister().await,
            None => Ok(()),
        }
    }
}

async fn listen(mut calls: IncomingCalls, habits: watch::Receiver<(Behaviour, Media)>, events: mpsc::Sender<PhoneEvent>) {
    while let Some(call) = calls.recv().await {
        let (behaviour, media) = habits.borrow().clone();
        // A slow reader loses events, never calls.
        let from_user = call.from_user().to_owned();
        let _ = events.try_send(PhoneEvent::Rang { at: call.arrived(), call_id: call.call_id().to_owned(), from_user });
        tokio::spawn(one_call(call, behaviour, media, events.clone()));
    }
}

async fn one_call(mut incoming: IncomingCall, behaviour: Behaviour, media: Media, events: mpsc::Sender<PhoneEvent>) {
    let from_user = incoming.from_user().to_owned();
    let (ring, hang_up_after) = match behaviour {
        Behaviour::Answer { ring, hang_up_after } => (Some(ring), hang_up_after),
        Behaviour::Ignore => (None, None),
        Behaviour::Reject(code) => {
            incoming.reject(code).await;
            let _ = events.try_send(PhoneEvent::Missed { from_user, reason: EndReason::Refused(code) });
            return;
        }
    };
    incoming.ring().await;
    let wake = ring.map(|ring| tokio::time::Instant::now() + ring);
    tokio::select! {
        reason = incoming.cancelled() => {
            let _ = events.try_send(PhoneEvent::Missed { from_user, reason });
            return;
        }
        () = crate::call::until(wake) => {}
    }
    match incoming.answer(media).await {
        Ok(call) => talk(Arc::new(call), from_user, hang_up_after, &events).await,
        Err(error) => {
            let reason = if let PhoneError::Refused(code) = error { EndReason::Refused(code) } else { EndReason::Cancelled };
            let _ = events.try_send(PhoneEvent::Missed { from_user, reason });
        }
    }
}

async fn talk(call: Arc<Call>, from_user: String, hang_up_after: Option<Duration>, events: &mpsc::Sender<PhoneEvent>) {
    let _ = events.try_send(PhoneEvent::Answered { from_user: from_user.clone(), call: call.clone() });
    let mut state = call.watch();
    let over = state.wait_for(|state| matches!(state, CallState::Ended(_)));
    let limit = hang_up_after.map(|after| tokio::time::Instant::now() + after);
    let timed_out = tokio::select! {
        _ = over => false,
        () = crate::call::until(limit) => true,
    };
    if timed_out {
        // Fails only when the other side was faster.
        let _ = call.hang_up().await;
        let _ = state.wait_for(|state| matches!(state, CallState::Ended(_))).await;
    }
    let reason = if let CallState::Ended(reason) = call.state() { reason } else { EndReason::Timeout };
    let _ = events.try_send(PhoneEvent::Ended { from_user, reason, media: Box::new(call.media()) });
}
