//! Established calls: what the far side sends inside a dialog, and how a call ends. Our own re-INVITEs are in `sessions_ours`.

use super::incoming::options_answer;
use super::leg::{Attempt, ByeWith, Leg, State, Theirs};
use super::{ACCEPT, ALLOW, Endpoint};
use crate::api::{EndedBy, Event, Origin, Path};
use crate::message::check::Reply;
use crate::message::{Digit, Head, Message, Method, Name, Sdp, digit, param, sdp_of};
use crate::session_timer::Terms;
use crate::timers::Timer;
use crate::transaction::{ClientUse, reply_path};
use bytes::Bytes;
use cti_types::{LegId, Now};

impl Endpoint {
    /// A request with a To tag.
    pub(super) fn on_inside(&mut self, now: Now, path: Path, message: &Message, key: String) {
        let method = message.method();
        let tag = message.to().and_then(|to| to.tag()).unwrap_or_default();
        let id = self.by_tag.get(tag).copied();
        let peer = id.and_then(|id| self.legs.get(&id)).map(|leg| leg.peer);
        let owned = id.and_then(|id| self.legs.get_mut(&id)).and_then(Leg::dialog).filter(|dialog| dialog.owns(message));
        let (Some(id), Some(peer), Some(dialog)) = (id, peer, owned) else {
            if method != Method::Ack && !(method == Method::Update && self.on_early_update(now, path, message, &key)) {
                self.refuse(path, message, &Reply::new(481));
            }
            return;
        };
        // RFC 3261 26: a dialog's identifiers are no secret, so its requests must come from where its far side is.
        let ip = path.remote.ip();
        let known = dialog.is_with(&self.io, ip)
            || match peer {
                Origin::Trunk(trunk) => self.trunks.has(trunk, ip),
                Origin::Phone(phone) => self.registrar.has(phone, ip),
            };
        if !known {
            if method != Method::Ack {
                self.refuse(path, message, &Reply::new(403));
            }
            return;
        }
        let cseq = message.cseq().map_or(0, |c| c.number);
        if method == Method::Ack {
            dialog.follow(reply_path(path, message));
            return self.on_ack(now, id, cseq, message);
        }
        if !dialog.advance(cseq) {
            return self.settle(now, path, message, key, &Reply::new(500).with("Retry-After", "1"));
        }
        dialog.follow(reply_path(path, message));
        match method {
            Method::Bye => self.on_bye(now, path, id, message, key),
            Method::Invite | Method::Update => self.on_reinvite(now, path, id, message, key),
            Method::Info => self.on_info(now, path, id, message, key),
            Method::Prack => self.on_prack(now, path, id, message, key),
            Method::Refer => self.on_refer(now, path, id, message, key),
            Method::Options => self.settle(now, path, message, key, &options_answer()),
            Method::Other => self.settle(now, path, message, key, &Reply::new(501).with("Allow", ALLOW)),
            Method::Ack | Method::Cancel => {}
            Method::Register | Method::Message | Method::Subscribe | Method::Notify | Method::Publish => {
                self.settle(now, path, message, key, &Reply::new(405).with("Allow", ALLOW))
            }
        }
    }

    fn on_bye(&mut self, now: Now, path: Path, id: LegId, message: &Message, key: String) {
        self.settle(now, path, message, key, &Reply::new(200));
        // RFC 3261 15.1.2: requests still unanswered get 487.
        self.finish_offered(now, id, &Reply::new(487));
        self.refuse_theirs(now, id, 487);
        self.forget_refer(now, id);
        self.say_ended(id, EndedBy::Bye, cause_of(message));
        let closing = self.legs.get(&id).is_some_and(|leg| matches!(leg.state, State::Closing(_)));
        if !closing {
            self.drop_leg(id);
        }
    }

    fn on_info(&mut self, now: Now, path: Path, id: LegId, message: &Message, key: String) {
        let live = self.legs.get(&id).is_some_and(|leg| !leg.over);
        let answer = match digit(message) {
            Digit::Pressed { digit, duration_ms } => {
                if live {
                    self.io.event(Event::Digit { leg: id, digit, duration_ms });
                }
                Reply::new(200)
            }
            Digit::Nothing => Reply::new(200),
            Digit::Unsupported => Reply::new(415).with("Accept", ACCEPT),
            Digit::Malformed => Reply::bad("Malformed Digit"),
        };
        self.settle(now, path, message, key, &answer);
    }

    /// re-INVITE, or UPDATE (RFC 3311), which may come without SDP only to refresh.
    fn on_reinvite(&mut self, now: Now, path: Path, id: LegId, message: &Message, key: String) {
        let update = message.method() == Method::Update;
        let sdp = sdp_of(message).into_option();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let over = leg.over;
        let Some(session) = leg.session().filter(|_| !over) else {
            return self.on_reinvite_outside(now, path, id, message, key);
        };
        let crossing = match (update, &sdp) {
            // RFC 3311 5.2: what offers nothing crosses no offer, but follows another UPDATE.
            (true, None) => session.theirs.as_ref().is_some_and(|theirs| theirs.update).then_some(500),
            (true | false, _) => session.crossing(update),
        };
        if let Some(code) = crossing {
            let refusal = if code == 500 { self.later() } else { Reply::new(code) };
            // An INVITE needs a transaction even to be refused: its ACK must find it.
            return self.settle(now, path, message, key, &refusal);
        }
        let terms = match Terms::asked(&self.io.config, message, Some(session.life.terms)) {
            Ok(terms) => terms,
            Err(refusal) => return self.settle(now, path, message, key, &refusal),
        };
        session.dialog.refresh(message);
        session.learn_allow(message);
        let cseq = message.cseq().map_or(0, |c| c.number);
        let head = Head::of(message, path.remote, None);
        let server = self.servers.start(&self.io, key, message, reply_path(path, message), head, None);
        if update && sdp.is_none() {
            self.reply_session(now, server, 200, None, Some(terms));
            return self.session_agreed(now, id, terms);
        }
        if !update && let Some(writer) = self.servers.begin(server, 100, None, false) {
            self.servers.reply(now, &mut self.io, server, 100, writer.finish(None));
        }
        let mut theirs = Theirs { server, update, offerless: sdp.is_none(), cseq, terms, timer: None };
        let limit = self.io.config.limits.reinvite_max;
        self.io.timers.set(&mut theirs.timer, now.tick + limit, Timer::ReinviteLimit(id));
        if let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) {
            session.theirs = Some(theirs);
        }
        self.io.event(Event::Reinvite { leg: id, sdp });
    }

    /// re-INVITE or UPDATE before our first answer (RFC 3261 14.2, RFC 3311 5.2), or after our BYE.
    fn on_reinvite_outside(&mut self, now: Now, path: Path, id: LegId, message: &Message, key: String) {
        let offered = self.legs.get_mut(&id).filter(|leg| matches!(leg.state, State::Offered(_)));
        let Some(dialog) = offered.and_then(Leg::dialog) else {
            return self.settle(now, path, message, key, &Reply::new(481));
        };
        if message.method() == Method::Update && sdp_of(message).into_option().is_none() {
            dialog.refresh(message);
            return self.accept_early_update(now, path, message, key);
        }
        // Their first offer has no answer yet.
        let refusal = self.later();
        self.settle(now, path, message, key, &refusal);
    }

    /// An UPDATE of one we call, before the final answer. True when it was one and has its answer: an early dialog holds nothing that it could
    /// change but the description, and our offer in the INVITE is still open (RFC 3311 5.2).
    fn on_early_update(&mut self, now: Now, path: Path, message: &Message, key: &str) -> bool {
        let tag = message.to().and_then(|to| to.tag()).unwrap_or_default();
        let attempt = self.by_early_tag.get(tag).and_then(|id| self.attempts.get(id));
        let from_there = |attempt: &Attempt| {
            let invite = Message::parse(&attempt.invite).ok();
            let same_call = invite.is_some_and(|invite| invite.call_id() == message.call_id());
            same_call && attempt.path.remote.ip() == path.remote.ip()
        };
        if !attempt.is_some_and(|attempt| attempt.provisional && attempt.leg.is_some() && from_there(attempt)) {
            return false;
        }
        if sdp_of(message).into_option().is_none() {
            self.accept_early_update(now, path, message, key.to_owned());
        } else {
            self.settle(now, path, message, key.to_owned(), &Reply::new(491));
        }
        true
    }

    fn accept_early_update(&mut self, now: Now, path: Path, message: &Message, key: String) {
        let head = Head::of(message, path.remote, None);
        let server = self.servers.start(&self.io, key, message, reply_path(path, message), head, None);
        self.reply_session(now, server, 200, None, None);
    }

    /// RFC 3261 14.2: 500 with a Retry-After of 0 to 10 seconds, by chance.
    fn later(&mut self) -> Reply {
        Reply::new(500).with("Retry-After", self.io.chance.below(11).to_string())
    }

    pub(super) fn answer_reinvite(&mut self, now: Now, id: LegId, sdp: Bytes) {
        let Some(theirs) = self.take_theirs(id) else { return };
        // Before the call is answered there is no session to speak of.
        let terms = self.legs.get_mut(&id).and_then(Leg::session).map(|_| theirs.terms);
        let Some((bytes, path)) = self.reply_session(now, theirs.server, 200, Some(&sdp), terms) else { return };
        let unacked = (!theirs.update).then(|| self.unacked(now, id, bytes, path, theirs.cseq, theirs.offerless, false));
        if let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) {
            session.local_sdp = sdp;
            if unacked.is_some() {
                session.unacked = unacked;
            }
        }
        self.session_agreed(now, id, theirs.terms);
        self.next_reinvite(now, id);
        self.after_prack(now, id);
    }

    pub(super) fn reject_reinvite(&mut self, now: Now, id: LegId, code: u16) {
        self.refuse_theirs(now, id, if (300..=699).contains(&code) { code } else { 500 });
        self.next_reinvite(now, id);
        self.after_prack(now, id);
    }

    fn refuse_theirs(&mut self, now: Now, id: LegId, code: u16) {
        if let Some(theirs) = self.take_theirs(id) {
            self.reply_refusal(now, theirs.server, &Reply::new(code));
        }
    }

    fn take_theirs(&mut self, id: LegId) -> Option<Theirs> {
        let mut theirs = self.legs.get_mut(&id)?.theirs()?.take()?;
        self.io.timers.clear(&mut theirs.timer);
        Some(theirs)
    }

    /// An ACK with the number of our 2xx (RFC 3261 13.3.1.4). Others are repeated or late ones.
    fn on_ack(&mut self, now: Now, id: LegId, cseq: u32, message: &Message) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let over = leg.over;
        let Some(session) = leg.session() else { return };
        let Some(mut unacked) = session.unacked.take_if(|u| u.cseq == cseq) else { return };
        self.io.timers.clear(&mut unacked.retry);
        self.io.timers.clear(&mut unacked.limit);
        if let Some(ByeWith { cause }) = unacked.then_bye {
            return self.bye(now, id, cause);
        }
        if !over && (unacked.initial || unacked.offerless) {
            let sdp = match sdp_of(message) {
                Sdp::Some(sdp) if unacked.offerless => Some(sdp),
                Sdp::Some(_) | Sdp::None | Sdp::Unsupported => None,
            };
            self.io.event(Event::Confirmed { leg: id, sdp });
        }
        self.next_reinvite(now, id);
    }

    pub(super) fn answer_retry(&mut self, now: Now, id: LegId) {
        let t2 = self.io.config.t2;
        let Some(unacked) = self.legs.get_mut(&id).and_then(Leg::session).and_then(|s| s.unacked.as_mut()) else { return };
        self.io.send(unacked.path, unacked.bytes.clone());
        unacked.interval = (unacked.interval * 2).min(t2);
        self.io.timers.set(&mut unacked.retry, now.tick + unacked.interval, Timer::AnswerRetry(id));
    }

    /// RFC 3261 13.3.1.4: no ACK in 64*T1 ends the session by BYE.
    pub(super) fn answer_limit(&mut self, now: Now, id: LegId) {
        let Some(unacked) = self.legs.get_mut(&id).and_then(Leg::session).and_then(|s| s.unacked.as_ref()) else { return };
        let cause = unacked.then_bye.and_then(|bye| bye.cause);
        self.say_ended(id, EndedBy::Failure, None);
        self.bye(now, id, cause);
    }

    /// The switch ends a leg, whatever its state.
    pub(super) fn end(&mut self, now: Now, id: LegId, cause: Option<u16>) {
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        match &mut leg.state {
            State::Offered(_) => {
                let mut refusal = Reply::new(code_of(cause));
                if let Some(cause) = cause {
                    refusal = refusal.with("Reason", format!("Q.850;cause={cause}"));
                }
                self.finish_offered(now, id, &refusal);
                self.say_ended(id, EndedBy::Local, None);
                self.drop_leg(id);
            }
            State::Calling(_) => self.end_calling(now, id, cause),
            State::Up(session) => {
                // RFC 3261 15: the one called must not send BYE before the ACK.
                let waits = session.unacked.as_mut().filter(|u| u.initial).map(|u| u.then_bye = Some(ByeWith { cause })).is_some();
                self.say_ended(id, EndedBy::Local, None);
                if !waits {
                    self.bye(now, id, cause);
                }
            }
            State::Closing(_) => {}
        }
    }

    /// Sends BYE and keeps the dialog until it is answered, so that a crossing BYE is recognised.
    pub(super) fn bye(&mut self, now: Now, id: LegId, cause: Option<u16>) {
        self.refuse_theirs(now, id, 487);
        self.refer_done(now, id);
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.clear_timers(&mut self.io.timers);
        let State::Up(session) = &mut leg.state else { return };
        let mut dialog = session.dialog.clone();
        let (branch, cseq) = (self.io.branch(), dialog.next_cseq());
        let (mut writer, path) = dialog.request(&self.io, "BYE", cseq, &branch);
        if let Some(cause) = cause {
            writer.header("Reason", format_args!("Q.850;cause={cause}"));
        }
        leg.state = State::Closing(Box::new(dialog));
        self.clients.start(now, &mut self.io, ClientUse::Bye(id), Method::Bye, branch, path, writer.finish(None));
    }
}

/// Q.850 cause of a Reason header (RFC 3326), of several values the first with protocol Q.850.
pub(super) fn cause_of(message: &Message) -> Option<u16> {
    message.values(Name::Reason).find_map(|value| {
        let (protocol, params) = value.split_once(';')?;
        let q850 = protocol.trim_ascii().eq_ignore_ascii_case("q.850");
        param(params, "cause").filter(|_| q850)?.parse().ok().filter(|cause| *cause <= 127)
    })
}

/// The answer to an INVITE we end with a Q.850 cause (RFC 3398 7.2.4.1).
fn code_of(cause: Option<u16>) -> u16 {
    match cause {
        Some(1..=3) => 404,
        Some(17) => 486,
        Some(21) => 603,
        Some(22) => 410,
        Some(28) => 484,
        Some(34 | 38 | 41 | 42 | 47) => 503,
        Some(65 | 79 | 88) => 488,
        _ => 480,
    }
}
