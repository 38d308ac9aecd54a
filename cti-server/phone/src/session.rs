//! An answered call: hold and retrieve, glare, keys by INFO, hanging up, and all the other side may ask. How it began is in `call`.

use crate::agent::{Inner, Mail};
use crate::call::{Answer, CallEvent, EndReason, Order, Teller, until};
use crate::dialog::Dialog;
use crate::error::PhoneError;
use crate::g711::Codec;
use crate::media::{Leg, Media, Talk};
use crate::message::{first, header, unique, uri_of};
use crate::sdp::{self, Description, Direction, EVENT_TYPE};
use crate::transaction::ClientTransaction;
use bytes::Bytes;
use rsip::{Method, Request, Response};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

type Reply = oneshot::Sender<Result<(), PhoneError>>;

/// A final response to an INVITE that waits for its ACK.
#[derive(Debug)]
pub(crate) struct Unacked {
    bytes: Bytes,
    to: SocketAddr,
    again_at: Instant,
    interval: Duration,
    t1: Duration,
    give_up_at: Instant,
    /// It carried our offer, the ACK carries the answer.
    offered: bool,
}

impl Unacked {
    pub(crate) fn new(bytes: Bytes, to: SocketAddr, t1: Duration, offered: bool) -> Self {
        let now = Instant::now();
        Self { bytes, to, again_at: now + t1, interval: t1, t1, give_up_at: now + t1 * 64, offered }
    }

    pub(crate) fn wake(&self) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.again_at.min(self.give_up_at))
    }

    /// Sends it again; true when its time is over.
    pub(crate) fn again(&mut self, agent: &Inner) -> bool {
        let now = Instant::now();
        if now >= self.give_up_at {
            return true;
        }
        agent.send_again(&self.bytes, self.to);
        self.interval = (self.interval * 2).min(self.t1 * 8);
        self.again_at = now + self.interval;
        false
    }
}

/// Our re-INVITE, on its way or waiting to be tried again.
#[derive(Debug)]
struct Reoffer {
    direction: Direction,
    reply: Reply,
    transaction: Option<ClientTransaction>,
    cseq: u32,
    again_at: Option<tokio::time::Instant>,
}

#[derive(Debug)]
struct Bye {
    transaction: ClientTransaction,
    replies: Vec<Reply>,
    reason: EndReason,
}

/// The live part of a call.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) dialog: Dialog,
    leg: Leg,
    media: Media,
    pub(crate) teller: Teller,
    pub(crate) inbox: mpsc::Receiver<Mail>,
    pub(crate) orders: mpsc::Receiver<Order>,
    /// What we want.
    own: Direction,
    /// What both agreed on, as we say it.
    agreed: Direction,
    codec: Codec,
    remote: Option<SocketAddr>,
    event_type: Option<u8>,
    version: u64,
    unacked: Option<Unacked>,
    reoffer: Option<Reoffer>,
    bye: Option<Bye>,
}

impl Session {
    pub(crate) fn new(
        dialog: Dialog,
        leg: Leg,
        media: Media,
        teller: Teller,
        inbox: mpsc::Receiver<Mail>,
        orders: mpsc::Receiver<Order>,
    ) -> Self {
        Self {
            dialog,
            leg,
            codec: media.codecs.first().copied().unwrap_or(Codec::Pcmu),
            media,
            teller,
            inbox,
            orders,
            own: Direction::SendRecv,
            agreed: Direction::SendRecv,
            remote: None,
            event_type: None,
            version: 0,
            unacked: None,
            reoffer: None,
            bye: None,
        }
    }

    pub(crate) fn give_back(self) -> (Dialog, mpsc::Receiver<Mail>, mpsc::Receiver<Order>, Teller) {
        (self.dialog, self.inbox, self.orders, self.teller)
    }

    /// A description with all our codecs.
    pub(crate) fn own_offer(&mut self, direction: Direction) -> Vec<u8> {
        self.version += 1;
        let event_type = self.media.events.then_some(self.event_type.unwrap_or(EVENT_TYPE));
        sdp::write(self.leg.local(), &self.media, &self.media.codecs, event_type, direction, self.version).into_bytes()
    }

    /// Takes their answer to our offer.
    pub(crate) fn take_answer(&mut self, body: &[u8]) -> Result<(), PhoneError> {
        let theirs = Description::parse(body)?;
        self.codec = theirs.common(&self.media.codecs).ok_or(PhoneError::BadDescription("no common codec"))?;
        self.agreed = theirs.direction.answer(self.own);
        self.apply(&theirs);
        Ok(())
    }

    /// Takes their offer and gives our answer.
    pub(crate) fn take_offer(&mut self, body: &[u8]) -> Result<Vec<u8>, PhoneError> {
        let theirs = Description::parse(body)?;
        self.codec = theirs.common(&self.media.codecs).ok_or(PhoneError::BadDescription("no common codec"))?;
        self.agreed = theirs.direction.answer(self.own);
        self.version += 1;
        let event_type = theirs.event_type.filter(|_| self.media.events);
        let answer = sdp::write(self.leg.local(), &self.media, &[self.codec], event_type, self.agreed, self.version);
        self.apply(&theirs);
        Ok(answer.into_bytes())
    }

    fn apply(&mut self, theirs: &Description) {
        self.remote = Some(theirs.audio);
        self.event_type = theirs.event_type.filter(|_| self.media.events);
        // A phone that holds says nothing, though it might play music.
        let speaks = self.agreed == Direction::SendRecv || (self.agreed == Direction::SendOnly && self.own == Direction::SendRecv);
        let reachable = theirs.audio.port() != 0 && !theirs.audio.ip().is_unspecified();
        let talk = Talk { remote: theirs.audio, codec: self.codec, event_type: self.event_type };
        self.leg.talk((speaks && reachable).then_some(talk));
    }

    pub(crate) fn tell_answered(&self, code: u16) {
        let remote_media = self.remote.unwrap_or(self.dialog.peer);
        self.teller.answered(Answer { code, codec: self.codec, remote_media, at: Instant::now() });
    }

    /// Ends an answered call nobody wants any more.
    pub(crate) async fn run_ending(mut self, replies: Vec<Reply>, reason: EndReason) {
        self.say_bye(replies, reason);
        self.run(None).await;
    }

    /// Serves the call until its end.
    pub(crate) async fn run(mut self, unacked: Option<Unacked>) {
        self.unacked = unacked;
        let mut abandoned = false;
        let reason = loop {
            let bye_result = async {
                match &mut self.bye {
                    Some(bye) => bye.transaction.next().await,
                    None => std::future::pending().await,
                }
            };
            let reoffer_result = async {
                match &mut self.reoffer {
                    Some(Reoffer { transaction: Some(transaction), .. }) => transaction.next().await,
                    Some(Reoffer { again_at, .. }) => {
                        until(*again_at).await;
                        Err(PhoneError::WrongState("try again"))
                    }
                    None => std::future::pending().await,
                }
            };
            let unacked_at = self.unacked.as_ref().map(Unacked::wake);
            tokio::select! {
                result = bye_result => {
                    if result.as_ref().map_or(true, |response| response.status_code.code() >= 200) {
                        break self.bye.as_ref().map_or(EndReason::HungUp, |bye| bye.reason);
                    }
                }
                result = reoffer_result => self.reoffered(result),
                order = self.orders.recv(), if !abandoned => {
                    abandoned = order.is_none();
                    self.order(order);
                }
                mail = self.inbox.recv() => {
                    if let Some(reason) = self.mail(mail) {
                        break reason;
                    }
                }
                () = until(unacked_at) => {
                    let over = self.unacked.as_mut().is_some_and(|unacked| unacked.again(&self.dialog.agent));
                    if over {
                        // RFC 3261 13.3.1.4: no ACK in 64 × T1 ends the session.
                        self.unacked = None;
                        self.say_bye(Vec::new(), EndReason::Timeout);
                    }
                }
            }
        };
        for reply in self.bye.take().into_iter().flat_map(|bye| bye.replies) {
            let _ = reply.send(Ok(()));
        }
        self.close(reason);
    }

    pub(crate) fn close(self, reason: EndReason) {
        self.dialog.agent.close_dialog(&self.dialog.call_id, &self.dialog.local_tag);
        self.leg.close();
        self.teller.ended(reason);
    }

    fn say_bye(&mut self, replies: Vec<Reply>, reason: EndReason) {
        if let Some(bye) = &mut self.bye {
            bye.replies.extend(replies);
            return;
        }
        self.leg.talk(None);
        let transaction = self.dialog.start(Method::Bye, Vec::new(), Vec::new());
        self.bye = Some(Bye { transaction, replies, reason });
    }

    fn order(&mut self, order: Option<Order>) {
        match order {
            Some(Order::HangUp(reply)) => self.say_bye(vec![reply], EndReason::HungUp),
            Some(Order::Cancel) | None => self.say_bye(Vec::new(), EndReason::HungUp),
            Some(Order::Direction(direction, reply)) => {
                if self.reoffer.is_some() || self.bye.is_some() {
                    let _ = reply.send(Err(PhoneError::WrongState("another change is on its way")));
                    return;
                }
                self.own = direction;
                self.reoffer = Some(Reoffer { direction, reply, transaction: None, cseq: 0, again_at: None });
                self.send_reoffer();
            }
            Some(Order::Info(key, reply)) => {
                let body = format!("Signal={key}\r\nDuration=160\r\n").into_bytes();
                let info = self.dialog.start(Method::Info, vec![header("Content-Type", "application/dtmf-relay")], body);
                tokio::spawn(consent(info, reply));
            }
            Some(Order::Refer(to, more, reply)) => {
                let mut extra = vec![header("Contact", self.dialog.contact.as_str()), header("Refer-To", to)];
                extra.push(header("Referred-By", format!("<{}>", uri_of(&self.dialog.local))));
                extra.extend(more.into_iter().map(|(name, value)| header(&name, value)));
                let refer = self.dialog.start(Method::Refer, extra, Vec::new());
                tokio::spawn(consent(refer, reply));
            }
            Some(Order::Name(reply)) => {
                let _ = reply.send(self.dialog.name());
            }
            Some(Order::Answer(_, _, reply)) => {
                let _ = reply.send(Err(PhoneError::WrongState("answered already")));
            }
            Some(Order::Ring(_) | Order::Reject(_)) => {}
        }
    }

    fn send_reoffer(&mut self) {
        let Some(direction) = self.reoffer.as_ref().map(|reoffer| reoffer.direction) else { return };
        let body = self.own_offer(direction);
        let extra = vec![header("Contact", self.dialog.contact.as_str()), header("Content-Type", "application/sdp")];
        let transaction = self.dialog.start(Method::Invite, extra, body);
        if let Some(reoffer) = &mut self.reoffer {
            reoffer.cseq = self.dialog.cseq;
            reoffer.transaction = Some(transaction);
            reoffer.again_at = None;
        }
    }

    fn reoffered(&mut self, result: Result<Response, PhoneError>) {
        let Some(mut reoffer) = self.reoffer.take() else { return };
        let outcome = match result {
            Err(PhoneError::WrongState(_)) => {
                self.reoffer = Some(reoffer);
                return self.send_reoffer();
            }
            Err(error) => Err(error),
            Ok(response) => match response.status_code.code() {
                ..200 => {
                    self.reoffer = Some(reoffer);
                    return;
                }
                200..300 => {
                    self.dialog.retarget(&response.headers);
                    if let Some(transaction) = &reoffer.transaction {
                        self.dialog.ack(&transaction.key, reoffer.cseq, Vec::new());
                    }
                    self.take_answer(&response.body)
                }
                491 => {
                    // RFC 3261 14.1: the side that made the call waits 2.1–4 s, the other 0–2 s; T1 scales it in tests.
                    let tenths = if self.dialog.ours { 42 + unique() % 38 } else { unique() % 40 };
                    let wait = self.dialog.agent.t1 * tenths as u32 / 10;
                    reoffer.transaction = None;
                    reoffer.again_at = Some(tokio::time::Instant::now() + wait);
                    self.reoffer = Some(reoffer);
                    return;
                }
                code => Err(PhoneError::Refused(code)),
            },
        };
        if self.bye.is_none() && matches!(outcome, Err(PhoneError::Refused(408 | 481) | PhoneError::Timeout)) {
            // RFC 3261 12.2.1.2: the dialog is gone on the other side.
            self.say_bye(Vec::new(), EndReason::Timeout);
        }
        let _ = reoffer.reply.send(outcome);
    }

    /// Serves a request; the reason if it ended the call.
    fn mail(&mut self, mail: Option<Mail>) -> Option<EndReason> {
        match mail {
            Some(Mail::Ack(ack)) => {
                if let Some(unacked) = self.unacked.take() {
                    self.acknowledged(&ack, &unacked);
                }
                None
            }
            Some(Mail::Request(request, from)) => self.request(&request, from),
            // A CANCEL that came after our 200 changes nothing (RFC 3261 9.2).
            Some(Mail::Cancel) => None,
            None => Some(EndReason::Timeout),
        }
    }

    fn acknowledged(&mut self, ack: &Request, unacked: &Unacked) {
        self.teller.event(CallEvent::Acknowledged);
        if !unacked.offered {
            return;
        }
        match self.take_answer(&ack.body) {
            Ok(()) => self.tell_answered(200),
            Err(_) => self.say_bye(Vec::new(), EndReason::BadDescription),
        }
    }

    fn request(&mut self, request: &Request, from: SocketAddr) -> Option<EndReason> {
        let number = crate::message::cseq_of(&request.headers).map(|(number, _)| number);
        if number < self.dialog.remote_cseq {
            // RFC 3261 12.2.2: a request older than the newest is out of order.
            self.dialog.respond(request, from, 500, Vec::new());
            return None;
        }
        self.dialog.remote_cseq = number;
        match request.method {
            Method::Bye => {
                self.dialog.respond(request, from, 200, Vec::new());
                // Two BYEs that cross: ours is answered too, and the call was ended by us.
                return self.bye.is_none().then_some(EndReason::RemoteHungUp);
            }
            Method::Invite => self.reinvited(request, from),
            Method::Update => self.updated(request, from),
            Method::Info => {
                self.dialog.respond(request, from, 200, Vec::new());
                if let Some(key) = info_key(request) {
                    self.teller.event(CallEvent::InfoDigit(key));
                }
            }
            Method::Notify => {
                self.dialog.respond(request, from, 200, Vec::new());
                if let Some(code) = transfer_code(request) {
                    self.teller.event(CallEvent::Transfer(code));
                }
            }
            Method::Options | Method::Message => {
                self.dialog.respond(request, from, 200, Vec::new());
            }
            Method::Ack | Method::Cancel | Method::PRack | Method::Publish | Method::Refer | Method::Register | Method::Subscribe => {
                self.dialog.respond(request, from, 405, Vec::new());
            }
        }
        None
    }

    fn reinvited(&mut self, request: &Request, from: SocketAddr) {
        // RFC 3261 14.2: two offers may not cross.
        let ours_open = self.reoffer.as_ref().is_some_and(|reoffer| reoffer.transaction.is_some());
        if ours_open || self.unacked.is_some() {
            self.refuse_reinvite(request, from, if ours_open { 491 } else { 500 });
            return;
        }
        self.dialog.retarget(&request.headers);
        let offered = request.body.is_empty();
        let body = if offered { Ok(self.own_offer(self.own)) } else { self.take_offer(&request.body) };
        let Ok(body) = body else {
            self.refuse_reinvite(request, from, 488);
            return;
        };
        let bytes = self.dialog.respond(request, from, 200, body);
        self.unacked = Some(Unacked::new(bytes, from, self.dialog.agent.t1, offered));
        self.tell_direction(&request.body);
    }

    fn refuse_reinvite(&mut self, request: &Request, from: SocketAddr, code: u16) {
        // Sent again only when the request comes again: on a lossy line that costs the peer one more retransmission.
        self.dialog.respond(request, from, code, Vec::new());
    }

    fn updated(&mut self, request: &Request, from: SocketAddr) {
        if request.body.is_empty() {
            self.dialog.respond(request, from, 200, Vec::new());
            return;
        }
        match self.take_offer(&request.body) {
            Ok(body) => {
                self.dialog.respond(request, from, 200, body);
                self.tell_direction(&request.body);
            }
            Err(_) => {
                self.dialog.respond(request, from, 488, Vec::new());
            }
        }
    }

    fn tell_direction(&self, body: &[u8]) {
        if let Ok(theirs) = Description::parse(body) {
            self.teller.event(CallEvent::PeerDirection(theirs.direction));
        }
    }
}

/// Waits for the answer to a request of ours, and tells who asked for it.
async fn consent(transaction: ClientTransaction, reply: Reply) {
    let result = match transaction.finish().await {
        Ok(response) if response.status_code.code() < 300 => Ok(()),
        Ok(response) => Err(PhoneError::Refused(response.status_code.code())),
        Err(error) => Err(error),
    };
    let _ = reply.send(result);
}

/// The status in a `message/sipfrag` (RFC 3420).
fn transfer_code(request: &Request) -> Option<u16> {
    let kind = first(&request.headers, "Content-Type")?.to_ascii_lowercase();
    let body = std::str::from_utf8(&request.body).ok()?;
    let status = body.strip_prefix("SIP/2.0 ").filter(|_| kind.starts_with("message/sipfrag"))?;
    status.get(..3)?.parse().ok()
}

fn info_key(request: &Request) -> Option<char> {
    let kind = first(&request.headers, "Content-Type")?.to_ascii_lowercase();
    let body = std::str::from_utf8(&request.body).ok()?;
    match kind.split(';').next()?.trim() {
        "application/dtmf-relay" => {
            let line = body.lines().find_map(|line| line.trim().strip_prefix("Signal="))?;
            line.trim().chars().next()
        }
        "application/dtmf" => body.trim().chars().next(),
        _ => None,
    }
}
