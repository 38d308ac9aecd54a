//! New requests: INVITE up to its final answer, CANCEL, REGISTER, OPTIONS. What an established call does is in `session`.

use super::leg::{Leg, Offered, Session, State, Takes, Unacked};
use super::{ACCEPT, ALLOW, Endpoint};
use crate::api::{EndedBy, Event, Incoming, Origin, Path, SourceNews};
use crate::auth::Verdict;
use crate::dialog::{Dialog, write_contact};
use crate::message::check::Reply;
use crate::message::{Head, Message, Name, Uri, reason_phrase, sdp_of};
use crate::refused::Turned;
use crate::session_timer::{OPTION, Terms};
use crate::timers::Timer;
use crate::transaction::{ServerId, reply_path};
use bytes::Bytes;
use cti_types::{LegId, Now, PhoneId};
use std::time::Duration;

/// RFC 3261 13.3.1.1: a provisional response is repeated each minute, or proxies give the call up.
const REPROVISION: Duration = Duration::from_secs(60);
/// What a caller is told to wait when we are full or draining.
const RETRY_AFTER: &str = "10";
/// The same where more come in a second than the trunk may send: the next second has room.
const RETRY_AFTER_TOO_FAST: &str = "1";

/// One call in so many is not for who calls in by a trunk.
const KEPT_PART: usize = 64;

impl Endpoint {
    pub(super) fn on_invite(&mut self, now: Now, path: Path, message: &Message, key: String) {
        let merge = merge_key(message);
        if self.by_merge.contains_key(&merge) {
            // RFC 3261 8.2.2.2: the same request by another way.
            return self.refuse(path, message, &Reply::new(482));
        }
        let trunk = self.trunk_of(path.remote, message).filter(|_| !self.is_phone_here(path, message)).map(|t| (t.id, t.trusted));
        let origin = match trunk {
            // Before anything that costs: to refuse must be far cheaper than to take.
            Some(_) if self.busy => return self.refuse(path, message, &Reply::new(503).with("Retry-After", RETRY_AFTER)),
            Some((id, _)) if !self.trunks.may_come(now.tick, id) => {
                let refusal = Reply { reason: Some("Too Many Calls A Second".into()), ..Reply::new(503) };
                return self.refuse(path, message, &refusal.with("Retry-After", RETRY_AFTER_TOO_FAST));
            }
            Some((id, _)) => Origin::Trunk(id),
            None => match self.authenticate(now, path, message) {
                Some(phone) => Origin::Phone(phone),
                None => return,
            },
        };
        let terms = match Terms::asked(&self.io.config, message, None) {
            Ok(terms) => terms,
            Err(refusal) => return self.refuse(path, message, &refusal),
        };
        let replaces = match self.asked_replaces(origin, message) {
            Ok(replaces) => replaces,
            Err(refusal) => return self.refuse(path, message, &refusal),
        };
        let most = self.io.config.limits.calls;
        // The last are for the telephones that these calls need, and for what our own telephones call: it may be help.
        let kept = if matches!(origin, Origin::Trunk(_)) { most / KEPT_PART } else { 0 };
        let full = self.legs.len() >= most - kept || self.full();
        // Of our own telephones the switch takes calls for help even then.
        let closed = !self.accepting && matches!(origin, Origin::Trunk(_));
        if closed || full || !self.acquire(origin) {
            return self.refuse(path, message, &Reply::new(503).with("Retry-After", RETRY_AFTER));
        }
        let trusted = trunk.is_some_and(|(_, trusted)| trusted);
        let call = Box::new(Incoming { replaces, ..self.describe(message, path, origin, trusted) });
        self.offer(now, message, key, merge, call, terms);
    }

    /// Whether a request says it is from a phone that is registered from just this address, where a trunk is as well: it has to prove it.
    fn is_phone_here(&self, path: Path, message: &Message) -> bool {
        let user = message.from().and_then(|from| from.parsed_uri()).and_then(|uri| uri.user_plain());
        let phone = user.and_then(|user| self.phone_by_user.get(user.as_ref()));
        phone.is_some_and(|phone| self.registrar.contacts(*phone).iter().any(|contact| contact.path.remote == path.remote))
    }

    /// Counts one more call of a trunk or from a phone; false at its bound.
    fn acquire(&mut self, origin: Origin) -> bool {
        match origin {
            Origin::Trunk(id) => self.trunks.acquire(id),
            Origin::Phone(id) => {
                let calls = self.phone_calls.entry(id).or_insert(0);
                let room = *calls < self.io.config.limits.calls_per_phone;
                *calls += usize::from(room);
                if *calls == 0 {
                    self.phone_calls.remove(&id);
                }
                room
            }
        }
    }

    /// Gives back what [`Endpoint::acquire`] took.
    pub(super) fn release(&mut self, origin: Origin) {
        match origin {
            Origin::Trunk(id) => self.trunks.release(id),
            Origin::Phone(id) => {
                if let Some(calls) = self.phone_calls.get_mut(&id) {
                    *calls = calls.saturating_sub(1);
                    if *calls == 0 {
                        self.phone_calls.remove(&id);
                    }
                }
            }
        }
    }

    fn offer(&mut self, now: Now, message: &Message, key: String, merge: String, call: Box<Incoming>, terms: Terms) {
        let path = call.path;
        let tag = self.io.chance.token(10);
        let id = LegId::new(now.utc, &mut self.io.chance);
        self.io.ladder.begin_at_hand(now, id, &call.call_id);
        let reply = reply_path(path, message);
        let head = Head::of(message, path.remote, Some(&tag));
        let server = self.servers.start(&self.io, key, message, reply, head, Some(id));
        if let Some(writer) = self.servers.begin(server, 100, None, false) {
            self.servers.reply(now, &mut self.io, server, 100, writer.finish(None));
        }
        let pinned = matches!(call.origin, Origin::Phone(_));
        let dialog = Box::new(Dialog::called(message, reply, &tag, pinned));
        let (offerless, takes) = (call.sdp.is_none(), Takes::of(message));
        let reliable = super::reliable::wanted(message);
        let offered = Offered { server, dialog, offerless, provisional: None, takes, terms, reliable };
        let mut leg = Leg::new(State::Offered(offered), call.origin);
        leg.counted = Some(call.origin);
        leg.merge = Some(merge.clone());
        leg.tag.clone_from(&tag);
        let limit = self.io.config.limits.ring_max;
        self.io.timers.set(&mut leg.ring, now.tick + limit, Timer::Ring(id));
        self.by_tag.insert(tag, id);
        self.by_merge.insert(merge, id);
        self.legs.insert(id, leg);
        self.io.event(Event::Incoming { leg: id, call });
    }

    fn describe(&self, message: &Message, path: Path, origin: Origin, trusted: bool) -> Incoming {
        let called = Uri::parse(message.request_uri()).and_then(|uri| uri.user_plain()).unwrap_or_default().into_owned();
        let token = match origin {
            Origin::Trunk(id) => self.trunks.token(id),
            Origin::Phone(_) => None,
        };
        // A call to the Contact we registered with a trunk names the number in To only.
        let called = match token {
            Some(token) if token == called => {
                let to = message.to().and_then(|to| to.parsed_uri().and_then(|uri| uri.user_plain()));
                to.unwrap_or_default().into_owned()
            }
            Some(_) | None => called,
        };
        let (caller, display) = match origin {
            Origin::Trunk(_) => crate::trunk::caller(message, trusted),
            // A phone is who it proved to be, whatever its From says.
            Origin::Phone(id) => {
                let display = message.from().and_then(|f| f.display()).map(|d| d.into_owned());
                (self.phones.get(&id).map(|p| p.user.clone()), display)
            }
        };
        let call_id = message.call_id().unwrap_or_default().to_owned();
        let history = match origin {
            Origin::Trunk(_) if trusted => crate::trunk::history(message),
            // What anybody may write is not told on in our name.
            Origin::Trunk(_) | Origin::Phone(_) => Vec::new(),
        };
        Incoming { origin, called, caller, display, call_id, sdp: sdp_of(message).into_option(), history, replaces: None, path }
    }

    /// The phone whose credentials a request carries. Otherwise it is challenged, without keeping any state.
    fn authenticate(&mut self, now: Now, path: Path, message: &Message) -> Option<PhoneId> {
        let source = path.remote.ip();
        let claimed = self.digests.claimed(message).map(|user| {
            let phone = self.phone_by_user.get(user);
            (self.digests.name_hash(user), phone.is_some_and(|phone| self.registrar.has(*phone, source)))
        });
        if let Some((name, registered)) = claimed
            && self.guesses.slowed(now.tick, source, name, registered)
        {
            // Not even looked at. An honest phone sends it again.
            self.dropped += 1;
            self.turned_away(path, message, Turned::Slowed, 0, "".into());
            return None;
        }
        let Endpoint { digests, phones, phone_by_user, .. } = self;
        let verdict = digests.verify(now, message, |user| phones.get(phone_by_user.get(user)?));
        let no = |endpoint: &mut Endpoint, turned| endpoint.turned_away(path, message, turned, 401, reason_phrase(401).into());
        let stale = match verdict {
            Verdict::Good(phone) => {
                if let Some((name, _)) = claimed {
                    self.guesses.succeeded(source, name);
                }
                self.refused.proved(phone, source);
                return Some(phone);
            }
            Verdict::Missing => {
                no(self, Turned::NoCredentials);
                false
            }
            Verdict::Stale => true,
            Verdict::Bad => {
                if let Some((name, _)) = claimed {
                    self.guesses.failed(now.tick, source, name);
                }
                self.io.sources.push_back(SourceNews::LoginFailed(source));
                let known = self.digests.claimed(message).is_some_and(|user| self.phone_by_user.contains_key(user));
                no(self, if known { Turned::WrongPassword } else { Turned::UnknownName });
                false
            }
        };
        let mut refusal = Reply::new(401);
        for challenge in self.digests.challenges(now, &mut self.io.chance, self.sha256, stale) {
            refusal = refusal.with("WWW-Authenticate", challenge);
        }
        self.answer_stateless(path, message, &refusal);
        None
    }

    pub(super) fn on_register(&mut self, now: Now, path: Path, message: &Message, key: String) {
        let domains = &self.io.config.domains;
        let host = Uri::parse(message.request_uri()).map_or("", |uri| uri.host);
        if !domains.is_empty() && !domains.iter().any(|d| d.eq_ignore_ascii_case(host)) {
            return self.refuse(path, message, &Reply::new(404));
        }
        if self.full() {
            return self.refuse(path, message, &Reply::new(503).with("Retry-After", RETRY_AFTER));
        }
        let Some(phone) = self.authenticate(now, path, message) else { return };
        let record = message.to().and_then(|to| to.parsed_uri()).and_then(|uri| uri.user_plain());
        let own = self.phones.get(&phone).is_some_and(|account| record.as_deref() == Some(account.user.as_str()));
        if !own {
            // RFC 3261 10.3 step 4: nobody changes another's address of record.
            self.turned_away(path, message, Turned::Answered, 403, "not its own address of record".into());
            return self.settle(now, path, message, key, &Reply::new(403));
        }
        let reply = reply_path(path, message);
        let result = self.registrar.register(now, &self.io.config, &mut self.io.timers, phone, message, reply);
        match result {
            Ok(change) => {
                let mut answer = Reply::new(200);
                for contact in self.registrar.contacts(phone) {
                    let seconds = contact.expires.since(now.tick).as_secs();
                    answer = answer.with("Contact", format!("<{}>;expires={seconds}", contact.uri));
                }
                self.settle(now, path, message, key, &answer);
                self.contacts_changed(phone, change);
            }
            Err(refusal) => {
                let phrase = refusal.reason.clone().unwrap_or(reason_phrase(refusal.code).into());
                self.turned_away(path, message, Turned::Answered, refusal.code, phrase);
                self.settle(now, path, message, key, &refusal);
            }
        }
    }

    /// OPTIONS is answered as an INVITE would be (RFC 3261 11.2), so trunks that probe see us drain.
    pub(super) fn on_options(&mut self, path: Path, message: &Message) {
        let answer = if self.accepting { options_answer() } else { Reply::new(503).with("Retry-After", RETRY_AFTER) };
        self.refuse(path, message, &answer);
    }

    pub(super) fn on_cancel(&mut self, now: Now, path: Path, message: &Message, invite: Option<ServerId>) {
        let found = invite.and_then(|id| Some((id, self.servers.leg(id)?)));
        // RFC 3261 9.2 and 26: a CANCEL has no credentials, so it must at least come from where the INVITE came from.
        let Some((server, (leg, _))) = found.filter(|(_, (_, reply))| reply.remote.ip() == path.remote.ip()) else {
            return self.refuse(path, message, &Reply::new(481));
        };
        // RFC 3261 9.2: with the tag of the answers to the INVITE. A caller may take the tag for the dialog from here.
        let tag = leg.and_then(|id| self.legs.get(&id)).map_or_else(|| self.stateless_tag(message), |leg| leg.tag.clone());
        let bytes = self.refusal(&Head::of(message, path.remote, Some(&tag)), &Reply::new(200));
        self.io.send(reply_path(path, message), bytes);
        let waiting = |leg: &Leg| matches!(&leg.state, State::Offered(offered) if offered.server == server);
        let Some(id) = leg.filter(|id| self.legs.get(id).is_some_and(waiting)) else { return };
        self.finish_offered(now, id, &Reply::new(487));
        self.say_ended(id, EndedBy::Cancel, super::session::cause_of(message));
        self.drop_leg(id);
    }

    /// Sends the final refusal of an offered call. The leg itself is left to the caller.
    pub(super) fn finish_offered(&mut self, now: Now, id: LegId, refusal: &Reply) {
        let Some(State::Offered(offered)) = self.legs.get(&id).map(|leg| &leg.state) else { return };
        let server = offered.server;
        self.reply_refusal(now, server, refusal);
    }

    pub(super) fn reply_refusal(&mut self, now: Now, server: ServerId, refusal: &Reply) {
        let Some(mut writer) = self.servers.begin(server, refusal.code, refusal.reason.as_deref(), false) else { return };
        for (name, value) in &refusal.headers {
            writer.header(name, value);
        }
        writer.header("Server", &self.io.config.user_agent);
        self.servers.reply(now, &mut self.io, server, refusal.code, writer.finish(None));
    }

    /// An answer that makes or keeps a dialog; `terms` for a 2xx that begins or refreshes a session. Returns its bytes and where it went.
    pub(super) fn reply_session(
        &mut self,
        now: Now,
        server: ServerId,
        code: u16,
        sdp: Option<&Bytes>,
        terms: Option<Terms>,
    ) -> Option<(Bytes, Path)> {
        let mut writer = self.servers.begin(server, code, None, true)?;
        let (_, path) = self.servers.leg(server)?;
        write_contact(&mut writer, &self.io, path, self.servers.is_sips(server));
        writer.header("Allow", ALLOW).header("Server", &self.io.config.user_agent);
        if let Some(terms) = terms {
            terms.write_answer(&mut writer);
        }
        let bytes = writer.finish(sdp.map(|sdp| ("application/sdp", sdp.as_ref())));
        self.servers.reply(now, &mut self.io, server, code, bytes.clone())?;
        Some((bytes, path))
    }

    pub(super) fn provisional(&mut self, now: Now, id: LegId, code: u16, sdp: Option<Bytes>) {
        if !(101..=199).contains(&code) {
            return;
        }
        let Some(State::Offered(offered)) = self.legs.get(&id).map(|leg| &leg.state) else { return };
        let server = offered.server;
        // RFC 3262 3: all, where they require it; else what holds a description, because their answer depends on it.
        if offered.reliable.as_ref().is_some_and(|reliable| reliable.required || sdp.is_some()) {
            return self.provisional_reliably(now, id, code, sdp);
        }
        let Some((bytes, _)) = self.reply_session(now, server, code, sdp.as_ref(), None) else { return };
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if let State::Offered(offered) = &mut leg.state {
            offered.provisional = Some((code, bytes));
        }
        self.io.timers.set(&mut leg.repeat, now.tick + REPROVISION, Timer::Reprovision(id));
    }

    pub(super) fn reprovision(&mut self, now: Now, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let State::Offered(Offered { server, provisional: Some((code, bytes)), .. }) = &leg.state else { return };
        self.servers.reply(now, &mut self.io, *server, *code, bytes.clone());
        self.io.timers.set(&mut leg.repeat, now.tick + REPROVISION, Timer::Reprovision(id));
    }

    pub(super) fn answer(&mut self, now: Now, id: LegId, sdp: Bytes) {
        if self.answers_later(id, &sdp) {
            return;
        }
        let Some(State::Offered(offered)) = self.legs.get_mut(&id).map(|leg| &mut leg.state) else { return };
        let (server, dialog) = (offered.server, (*offered.dialog).clone());
        let (takes, terms) = (offered.takes, offered.terms);
        // RFC 3262 5: what was offered in a provisional answer and answered in PRACK is not offered again.
        let agreed = offered.reliable.as_mut().and_then(|reliable| reliable.agreed.take());
        let offerless = offered.offerless && agreed.is_none();
        let said = if agreed.is_none() { Some(&sdp) } else { None };
        let Some((bytes, path)) = self.reply_session(now, server, 200, said, Some(terms)) else { return };
        let cseq = self.servers.number(server);
        let mut session = Session::new(dialog, agreed.unwrap_or(sdp), takes, terms);
        session.unacked = Some(self.unacked(now, id, bytes, path, cseq, offerless, true));
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.clear_timers(&mut self.io.timers);
            leg.state = State::Up(Box::new(session));
        }
        self.session_agreed(now, id, terms);
    }

    /// RFC 3261 13.3.1.4: a 2xx is repeated until its ACK, on any transport, for 64*T1.
    pub(super) fn unacked(&mut self, now: Now, id: LegId, bytes: Bytes, path: Path, cseq: u32, offerless: bool, initial: bool) -> Unacked {
        let interval = self.io.config.t1;
        let mut unacked = Unacked { cseq, bytes, path, interval, retry: None, limit: None, offerless, initial, then_bye: None };
        self.io.timers.set(&mut unacked.retry, now.tick + interval, Timer::AnswerRetry(id));
        let limit = self.io.config.t1_64();
        self.io.timers.set(&mut unacked.limit, now.tick + limit, Timer::AnswerLimit(id));
        unacked
    }

    pub(super) fn reject(&mut self, now: Now, id: LegId, code: u16, retry_after: Option<Duration>, warning: Option<&str>) {
        if !self.legs.get(&id).is_some_and(|leg| matches!(leg.state, State::Offered(_))) {
            return;
        }
        let mut refusal = Reply::new(if (300..=699).contains(&code) { code } else { 500 });
        if let Some(wait) = retry_after {
            refusal = refusal.with("Retry-After", wait.as_secs().max(1).to_string());
        }
        if let Some(text) = warning {
            // RFC 3261 20.43: 399 is "miscellaneous".
            let text = text.replace(['"', '\\'], "'");
            refusal = refusal.with("Warning", format!("399 {} \"{text}\"", self.io.config.realm));
        }
        self.call_turned_away(id, refusal.code, warning);
        self.finish_offered(now, id, &refusal);
        self.say_ended(id, EndedBy::Local, None);
        self.drop_leg(id);
    }
}

/// What OPTIONS is told, in and out of a dialog.
pub(super) fn options_answer() -> Reply {
    let supported = format!("{OPTION}, 100rel, replaces, norefersub");
    Reply::new(200).with("Allow", ALLOW).with("Accept", ACCEPT).with("Supported", supported).with("Accept-Encoding", "identity")
}

fn merge_key(message: &Message) -> String {
    let from = message.from().and_then(|f| f.tag()).unwrap_or_default();
    format!("{} {from} {}", message.call_id().unwrap_or_default(), message.get(Name::CSeq).unwrap_or_default())
}
