//! Calls as their users hold them: options, state, events, orders. How they begin is in `caller` and `callee`, what follows in `session`.

use crate::error::PhoneError;
use crate::g711::Codec;
use crate::listen::MediaReport;
use crate::media::{Leg, Media};
use crate::sdp::Direction;
use crate::tone::{Sound, ToneLevel};
use std::net::SocketAddr;
use std::time::Instant;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY";
/// Events kept for a slow reader of [`Call::events`]; the oldest are lost to it beyond that.
const EVENTS_MAX: usize = 32;
/// Orders waiting for one call's task; the next order then waits for room.
const ORDERS_MAX: usize = 8;

/// A call to be made.
#[derive(Clone, Debug)]
pub struct CallOptions {
    /// Where the INVITE is sent.
    pub target: SocketAddr,
    /// Request URI and To: `sip:user@host`.
    pub to: String,
    /// User part of From and Contact.
    pub from_user: String,
    /// Host of From; `None`: our own address.
    pub from_host: Option<String>,
    pub from_display: Option<String>,
    pub media: Media,
    /// More headers, name and value.
    pub headers: Vec<(String, String)>,
    /// Send the INVITE without a description; ours then goes with the ACK.
    pub late_offer: bool,
    /// User and password, in case the INVITE is challenged.
    pub credentials: Option<(String, String)>,
}

impl CallOptions {
    /// A call from `caller` with the default media.
    pub fn new(target: SocketAddr, to: impl Into<String>) -> Self {
        Self {
            target,
            to: to.into(),
            from_user: "caller".into(),
            from_host: None,
            from_display: None,
            media: Media::default(),
            headers: Vec::new(),
            late_offer: false,
            credentials: None,
        }
    }

    pub fn from_user(mut self, user: impl Into<String>) -> Self {
        self.from_user = user.into();
        self
    }

    pub fn from_display(mut self, name: impl Into<String>) -> Self {
        self.from_display = Some(name.into());
        self
    }

    pub fn media(mut self, media: Media) -> Self {
        self.media = media;
        self
    }

    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn late_offer(mut self) -> Self {
        self.late_offer = true;
        self
    }

    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some((user.into(), password.into()));
        self
    }
}

/// How a call was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status of the answer (200).
    pub code: u16,
    pub codec: Codec,
    /// Where our sound goes.
    pub remote_media: SocketAddr,
    /// When the answer came or went.
    pub at: Instant,
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// We said BYE.
    HungUp,
    /// The other side said BYE.
    RemoteHungUp,
    /// The INVITE was refused, by whichever side was asked, with this status.
    Refused(u16),
    /// The INVITE was cancelled before the answer.
    Cancelled,
    /// Nobody answered our messages.
    Timeout,
    /// A description could not be used.
    BadDescription,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// The INVITE is out or in.
    Calling,
    /// A provisional response with this status (180, 183) was sent or came.
    Ringing(u16),
    Answered(Answer),
    Ended(EndReason),
}

/// What happens in a call, as it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEvent {
    Ringing(u16),
    Answered(Answer),
    /// The ACK of our answer came.
    Acknowledged,
    /// The other side changed what it sends and hears, as it says of itself.
    PeerDirection(Direction),
    /// The other side sent a key by INFO (keys in RTP are in the media report).
    InfoDigit(char),
    /// How a transfer of ours goes, as the other side says (NOTIFY, RFC 3515).
    Transfer(u16),
    Ended(EndReason),
}

/// By which way keys are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitsBy {
    /// Telephone events in the RTP stream (RFC 4733).
    Rtp,
    /// `application/dtmf-relay` in SIP INFO.
    Info,
    /// One after the other, as some gateways do.
    Both,
}

pub(crate) enum Order {
    Ring(u16),
    Answer(Box<Media>, Leg, oneshot::Sender<Result<(), PhoneError>>),
    Reject(u16),
    Direction(Direction, oneshot::Sender<Result<(), PhoneError>>),
    Info(char, oneshot::Sender<Result<(), PhoneError>>),
    /// REFER with this Refer-To, and with more header lines.
    Refer(String, Vec<(String, String)>, oneshot::Sender<Result<(), PhoneError>>),
    /// The dialog as a Replaces names it.
    Name(oneshot::Sender<String>),
    HangUp(oneshot::Sender<Result<(), PhoneError>>),
    /// The same as hanging up, before the answer.
    Cancel,
}

/// What the task of a call tells its holder.
#[derive(Debug)]
pub(crate) struct Teller {
    pub(crate) state: watch::Sender<CallState>,
    pub(crate) events: broadcast::Sender<CallEvent>,
}

impl Teller {
    pub(crate) fn event(&self, event: CallEvent) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }

    pub(crate) fn ringing(&self, code: u16) {
        self.state.send_replace(CallState::Ringing(code));
        self.event(CallEvent::Ringing(code));
    }

    pub(crate) fn answered(&self, answer: Answer) {
        self.state.send_replace(CallState::Answered(answer));
        self.event(CallEvent::Answered(answer));
    }

    pub(crate) fn ended(&self, reason: EndReason) {
        self.state.send_replace(CallState::Ended(reason));
        self.event(CallEvent::Ended(reason));
    }
}

/// A call, made or taken. Dropped, it hangs up.
#[derive(Debug)]
pub struct Call {
    call_id: String,
    orders: mpsc::Sender<Order>,
    state: watch::Receiver<CallState>,
    events: broadcast::Sender<CallEvent>,
    leg: Leg,
    started: Instant,
}

impl Call {
    pub(crate) fn new(
        call_id: String,
        orders: mpsc::Sender<Order>,
        state: watch::Receiver<CallState>,
        events: broadcast::Sender<CallEvent>,
        leg: Leg,
        started: Instant,
    ) -> Self {
        Self { call_id, orders, state, events, leg, started }
    }

    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// When the INVITE was sent, or came.
    pub fn started(&self) -> Instant {
        self.started
    }

    pub fn state(&self) -> CallState {
        *self.state.borrow()
    }

    /// The state as it changes, for whoever shares the call and cannot wait for it by `&mut`.
    pub fn watch(&self) -> watch::Receiver<CallState> {
        self.state.clone()
    }

    /// Events from now on.
    pub fn events(&self) -> broadcast::Receiver<CallEvent> {
        self.events.subscribe()
    }

    /// Our RTP address.
    pub fn local_media(&self) -> SocketAddr {
        self.leg.local()
    }

    async fn reach(&mut self, wanted: impl FnMut(&CallState) -> bool) -> CallState {
        match self.state.wait_for(wanted).await {
            Ok(state) => *state,
            // The task is gone with its runtime; what it said last stands.
            Err(_) => CallState::Ended(EndReason::Timeout),
        }
    }

    /// Waits until the other side rings (or has answered already) and gives the provisional status, 200 if there was none.
    ///
    /// # Errors
    /// What [`Self::answered`] gives.
    pub async fn ringing(&mut self) -> Result<u16, PhoneError> {
        match self.reach(|state| !matches!(state, CallState::Calling)).await {
            CallState::Ringing(code) => Ok(code),
            CallState::Calling | CallState::Answered(_) => Ok(200),
            CallState::Ended(reason) => Err(error_of(reason)),
        }
    }

    /// Waits for the answer.
    ///
    /// # Errors
    /// `Refused` with the status, `Timeout`, or `WrongState` when it was cancelled or hung up.
    pub async fn answered(&mut self) -> Result<Answer, PhoneError> {
        let state = self.reach(|state| matches!(state, CallState::Answered(_) | CallState::Ended(_))).await;
        match state {
            CallState::Answered(answer) => Ok(answer),
            CallState::Ended(reason) => Err(error_of(reason)),
            CallState::Calling | CallState::Ringing(_) => Err(PhoneError::WrongState("not answered")),
        }
    }

    /// Waits for the end.
    pub async fn ended(&mut self) -> EndReason {
        match self.reach(|state| matches!(state, CallState::Ended(_))).await {
            CallState::Ended(reason) => reason,
            CallState::Calling | CallState::Ringing(_) | CallState::Answered(_) => EndReason::Timeout,
        }
    }

    async fn order(&self, order: impl FnOnce(oneshot::Sender<Result<(), PhoneError>>) -> Order) -> Result<(), PhoneError> {
        let (reply, result) = oneshot::channel();
        self.orders.send(order(reply)).await.map_err(|_| PhoneError::WrongState("the call is over"))?;
        result.await.unwrap_or(Err(PhoneError::WrongState("the call is over")))
    }

    /// Puts the other side on hold (`sendonly`), sending nothing; waits for its consent. Glare (491) is tried again by itself.
    pub async fn hold(&self) -> Result<(), PhoneError> {
        self.offer(Direction::SendOnly).await
    }

    /// Back from hold.
    pub async fn retrieve(&self) -> Result<(), PhoneError> {
        self.offer(Direction::SendRecv).await
    }

    /// Offers any direction by re-INVITE.
    pub async fn offer(&self, direction: Direction) -> Result<(), PhoneError> {
        self.order(|reply| Order::Direction(direction, reply)).await
    }

    /// Sends keys (`0`–`9`, `*`, `#`, `A`–`D`) and waits until they are out. `end_repeats` is how often the last packet of each key
    /// is sent (RFC 4733 2.5.1.4 recommends 3).
    ///
    /// # Errors
    /// `WrongState` if a key is none, the other side takes no telephone events, or the call is over; INFO's own refusal.
    pub async fn send_digits(&self, keys: &str, by: DigitsBy, end_repeats: u8) -> Result<(), PhoneError> {
        let events: Option<Vec<u8>> = keys.chars().map(crate::rtp::event_of).collect();
        let events = events.ok_or(PhoneError::WrongState("no such key"))?;
        if by != DigitsBy::Info {
            self.leg.press(events, end_repeats).await.map_err(|_| PhoneError::WrongState("keys cannot be sent"))?;
        }
        if by != DigitsBy::Rtp {
            for key in keys.chars() {
                self.order(|reply| Order::Info(key, reply)).await?;
            }
        }
        Ok(())
    }

    /// Asks the other side to give this call to somebody else (REFER, RFC 3515); waits for its consent. How it goes is told as
    /// [`CallEvent::Transfer`]. `to` is the whole Refer-To, `more` are further headers.
    ///
    /// # Errors
    /// `Refused` with the status.
    pub async fn refer(&self, to: impl Into<String>, more: &[(&str, &str)]) -> Result<(), PhoneError> {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.order(|reply| Order::Refer(to.into(), more, reply)).await
    }

    /// What a Replaces must say to name this call to the other side (RFC 3891).
    ///
    /// # Errors
    /// `WrongState` when the call is not answered, or over.
    pub async fn replaces(&self) -> Result<String, PhoneError> {
        let (reply, name) = oneshot::channel();
        let over = || PhoneError::WrongState("the call is not answered, or over");
        self.orders.send(Order::Name(reply)).await.map_err(|_| over())?;
        name.await.map_err(|_| over())
    }

    /// Ends the call, whatever its state, and waits for the other side's consent (CANCEL and BYE alike).
    pub async fn hang_up(&self) -> Result<(), PhoneError> {
        self.order(Order::HangUp).await
    }

    /// Cancels a call that was not answered, without waiting; see [`Self::ended`].
    pub async fn cancel(&self) {
        // A call that is over needs no cancelling.
        let _ = self.orders.send(Order::Cancel).await;
    }

    /// What was sent and heard so far; stays after the end.
    pub fn media(&self) -> MediaReport {
        self.leg.report()
    }

    /// From now on every 200 ms heard is held against this tone (counted in the report's
    /// `windows_…`), and gaps are counted anew; `None` stops judging.
    pub fn expect_tone(&self, hz: Option<u16>) {
        self.leg.expect(hz);
    }

    /// Level of each frequency in the last full 200 ms; `None` before the first.
    pub fn tones_heard(&self, hz: &[u16]) -> Option<Vec<ToneLevel>> {
        self.leg.heard(hz)
    }

    /// Says something else from now on.
    pub fn say(&self, sound: Sound) {
        self.leg.say(sound);
    }
}

fn error_of(reason: EndReason) -> PhoneError {
    match reason {
        EndReason::Refused(code) => PhoneError::Refused(code),
        EndReason::Timeout => PhoneError::Timeout,
        EndReason::BadDescription => PhoneError::BadDescription("of the other side"),
        EndReason::Cancelled | EndReason::HungUp | EndReason::RemoteHungUp => PhoneError::WrongState("the call is over"),
    }
}

/// Sleeps until then; for ever without a time.
pub(crate) async fn until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What joins a call's task to its holder: the task's side, then the holder's.
pub(crate) fn channels() -> (Teller, watch::Receiver<CallState>, mpsc::Sender<Order>, mpsc::Receiver<Order>) {
    let (state, seen) = watch::channel(CallState::Calling);
    let (events, _) = broadcast::channel(EVENTS_MAX);
    let (orders, inbox) = mpsc::channel(ORDERS_MAX);
    (Teller { state, events }, seen, orders, inbox)
}

/// The handle of a call that is being made, and what its task needs.
pub(crate) fn handle(call_id: String, leg: Leg) -> (Call, Teller, mpsc::Receiver<Order>) {
    let (teller, state, orders, inbox) = channels();
    (Call::new(call_id, orders, state, teller.events.clone(), leg, Instant::now()), teller, inbox)
}
