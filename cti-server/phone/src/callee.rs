//! A call coming in, from the INVITE to the answer or refusal. What follows is in `session`.

use crate::agent::{Mail, UserAgent};
use crate::call::CallEvent;
use crate::call::{Call, CallState, EndReason, Order, Teller, channels};
use crate::dialog::Dialog;
use crate::error::PhoneError;
use crate::media::{Leg, Media};
use crate::message::{self, first, uri_of, user_of};
use crate::sdp::Direction;
use crate::session::{Session, Unacked};
use rsip::{Method, Request};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// A call that came and waits to be answered. Dropped, it is refused with 480.
#[derive(Debug)]
pub struct IncomingCall {
    agent: UserAgent,
    invite: Arc<Request>,
    arrived: Instant,
    state: watch::Receiver<CallState>,
    call: (String, mpsc::Sender<Order>, broadcast::Sender<CallEvent>),
}

impl IncomingCall {
    pub(crate) fn new(agent: UserAgent, invite: Request, from: SocketAddr, tag: String, inbox: mpsc::Receiver<Mail>) -> Self {
        let dialog = Dialog::of_invite(&agent.inner, &invite, from, &tag);
        let (teller, state, orders, order_inbox) = channels();
        let call = (dialog.call_id.clone(), orders, teller.events.clone());
        let invite = Arc::new(invite);
        let callee = Callee { invite: invite.clone(), from, dialog, inbox, orders: order_inbox };
        tokio::spawn(callee.run(teller));
        Self { agent, invite, arrived: Instant::now(), state, call }
    }

    /// When the INVITE came.
    pub fn arrived(&self) -> Instant {
        self.arrived
    }

    pub fn call_id(&self) -> &str {
        &self.call.0
    }

    /// The user part of From.
    pub fn from_user(&self) -> &str {
        first(&self.invite.headers, "From").map_or("", |from| user_of(uri_of(from)))
    }

    /// The display name of From.
    pub fn from_display(&self) -> Option<&str> {
        first(&self.invite.headers, "From").and_then(message::display_of)
    }

    /// The user part of To.
    pub fn to_user(&self) -> &str {
        first(&self.invite.headers, "To").map_or("", |to| user_of(uri_of(to)))
    }

    /// Any header of the INVITE.
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        first(&self.invite.headers, name)
    }

    /// The INVITE itself.
    pub fn invite(&self) -> &Request {
        &self.invite
    }

    pub fn state(&self) -> CallState {
        *self.state.borrow()
    }

    /// Rings (180).
    pub async fn ring(&self) {
        // If the caller is gone there is nothing to ring for.
        let _ = self.call.1.send(Order::Ring(180)).await;
    }

    /// Refuses with a status of 300–699.
    pub async fn reject(self, code: u16) {
        let _ = self.call.1.send(Order::Reject(code)).await;
    }

    /// What a Replaces must say to name this call to the caller, once it has rung (RFC 3891).
    ///
    /// # Errors
    /// `WrongState` when the caller is gone.
    pub async fn replaces(&self) -> Result<String, PhoneError> {
        let (reply, name) = oneshot::channel();
        let over = || PhoneError::WrongState("the caller is gone");
        self.call.1.send(Order::Name(reply)).await.map_err(|_| over())?;
        name.await.map_err(|_| over())
    }

    /// Waits until the caller gives up, and says why; a call still wanted keeps this waiting.
    pub async fn cancelled(&mut self) -> EndReason {
        match self.state.wait_for(|state| matches!(state, CallState::Ended(_))).await.as_deref() {
            Ok(CallState::Ended(reason)) => *reason,
            Ok(_) | Err(_) => EndReason::Cancelled,
        }
    }

    /// Answers. The call is answered when this returns; the ACK may be still on its way.
    ///
    /// # Errors
    /// `Refused(488)` without a common codec, `WrongState` when the caller is gone, `Socket` without a free RTP port.
    pub async fn answer(self, media: Media) -> Result<Call, PhoneError> {
        let inner = &self.agent.inner;
        let leg = inner.media.open(inner.local.ip(), &media).map_err(PhoneError::Socket)?;
        let (reply, result) = oneshot::channel();
        let (call_id, orders, events) = self.call;
        let over = || PhoneError::WrongState("the caller is gone");
        orders.send(Order::Answer(Box::new(media), leg.clone(), reply)).await.map_err(|_| over())?;
        result.await.map_err(|_| over())??;
        Ok(Call::new(call_id, orders, self.state, events, leg, self.arrived))
    }
}

/// A call that came, up to its answer.
struct Callee {
    invite: Arc<Request>,
    from: SocketAddr,
    dialog: Dialog,
    inbox: mpsc::Receiver<Mail>,
    orders: mpsc::Receiver<Order>,
}

impl Callee {
    async fn run(mut self, teller: Teller) {
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Ring(code)) => {
                        self.dialog.respond(&self.invite, self.from, code, Vec::new());
                        teller.ringing(code);
                    }
                    Some(Order::Answer(media, leg, reply)) => return self.answer(*media, leg, reply, teller).await,
                    Some(Order::Reject(code)) => return self.refuse(code, EndReason::Refused(code), &teller).await,
                    Some(Order::HangUp(reply) | Order::Direction(_, reply) | Order::Info(_, reply) | Order::Refer(_, _, reply)) => {
                        let _ = reply.send(Err(PhoneError::WrongState("not answered yet")));
                    }
                    Some(Order::Name(reply)) => {
                        let _ = reply.send(self.dialog.name());
                    }
                    Some(Order::Cancel) | None => return self.refuse(480, EndReason::Refused(480), &teller).await,
                },
                mail = self.inbox.recv() => match mail {
                    Some(Mail::Cancel) => return self.refuse(487, EndReason::Cancelled, &teller).await,
                    Some(Mail::Request(request, from)) if request.method == Method::Bye => {
                        // RFC 3261 15.1.2: a BYE in an early dialog ends the INVITE with 487.
                        self.dialog.respond(&request, from, 200, Vec::new());
                        return self.refuse(487, EndReason::RemoteHungUp, &teller).await;
                    }
                    Some(Mail::Request(request, from)) => {
                        self.dialog.respond(&request, from, 200, Vec::new());
                    }
                    Some(Mail::Ack(_)) => {}
                    None => return,
                },
            }
        }
    }

    async fn answer(self, media: Media, leg: Leg, reply: oneshot::Sender<Result<(), PhoneError>>, teller: Teller) {
        let (dialog, from, invite) = (self.dialog, self.from, self.invite);
        let mut session = Session::new(dialog, leg, media, teller, self.inbox, self.orders);
        let body = if invite.body.is_empty() { Ok(session.own_offer(Direction::SendRecv)) } else { session.take_offer(&invite.body) };
        let Ok(body) = body else {
            let _ = reply.send(Err(PhoneError::Refused(488)));
            let (dialog, inbox, orders, teller) = session.give_back();
            let callee = Self { invite, from, dialog, inbox, orders };
            return callee.refuse(488, EndReason::Refused(488), &teller).await;
        };
        let bytes = session.dialog.respond(&invite, from, 200, body);
        if !invite.body.is_empty() {
            session.tell_answered(200);
        }
        let unacked = Unacked::new(bytes, from, session.dialog.agent.t1, invite.body.is_empty());
        let _ = reply.send(Ok(()));
        session.run(Some(unacked)).await;
    }

    /// Refuses, and sends the refusal again until its ACK comes (RFC 3261 17.2.1, timer G).
    async fn refuse(mut self, code: u16, reason: EndReason, teller: &Teller) {
        let bytes = self.dialog.respond(&self.invite, self.from, code, Vec::new());
        teller.ended(reason);
        let mut unacked = Unacked::new(bytes, self.from, self.dialog.agent.t1, false);
        loop {
            tokio::select! {
                mail = self.inbox.recv() => match mail {
                    Some(Mail::Ack(_)) | None => break,
                    Some(Mail::Request(request, from)) => { self.dialog.respond(&request, from, 481, Vec::new()); }
                    Some(Mail::Cancel) => {}
                },
                () = tokio::time::sleep_until(unacked.wake()) => {
                    if unacked.again(&self.dialog.agent) {
                        break;
                    }
                }
            }
        }
        self.dialog.agent.close_dialog(&self.dialog.call_id, &self.dialog.local_tag);
    }
}
