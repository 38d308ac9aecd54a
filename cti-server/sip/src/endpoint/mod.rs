//! The endpoint: takes packets, commands and time; hands each to the layer it is for. The rules of calls are in the
//! modules below: [`incoming`] (new requests), [`outgoing`] (our calls), [`session`] (established calls), [`refer`] (transfers by phones).

mod incoming;
mod kept;
mod keys;
mod leg;
mod outgoing;
mod redirect;
mod refer;
mod refresh;
mod reliable;
mod session;
mod sessions_ours;
mod trunk_calls;
mod trunks;

pub(crate) use leg::AttemptId;

use crate::api::{Command, EndedBy, Event, Output, Path, PhoneAccount, SourceNews, Target, Transport};
use crate::auth::Digests;
use crate::config::Config;
use crate::guesses::Guesses;
use crate::io::Io;
use crate::ladder::Ladder;
use crate::message::check::{self, Reply};
use crate::message::{Head, Message, Method, Scheme, Uri, reason_phrase};
use crate::modesty::Modesty;
use crate::refused::{Refused, Turned};
use crate::registrar::{Contact, Registrar};
use crate::timers::{Timer, Timers};
use crate::transaction::{ClientUse, Clients, Delivered, Done, Servers, answerable, reply_path, server_key};
use crate::trunk::route::{Route, Wanted};
use crate::trunk::{TrunkStatus, Trunks};
use bytes::Bytes;
use cti_types::{Chance, LegId, Now, PhoneId, Tick, TrunkId};
use leg::{Attempt, Leg};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

/// Methods we answer with more than a refusal.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, REGISTER";
/// Bodies we take.
pub(crate) const ACCEPT: &str = "application/sdp, application/dtmf-relay, application/dtmf";

/// How much the endpoint holds, for metrics and leak tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub legs: usize,
    pub attempts: usize,
    pub client_transactions: usize,
    pub server_transactions: usize,
    pub timers: usize,
    /// Phones with at least one contact, and all contacts.
    pub registered: usize,
    pub contacts: usize,
    /// Packets that were no SIP or could not be answered, since the start.
    pub dropped: u64,
}

/// The SIP side of the switch. One owner, no lock.
pub struct Endpoint {
    io: Io,
    clients: Clients,
    servers: Servers,
    digests: Digests,
    guesses: Guesses,
    modesty: Modesty,
    refused: Refused,
    /// When the packet at hand came, and its length: what strangers are answered depends on both.
    came: (Tick, usize),
    registrar: Registrar,
    trunks: Trunks,
    phones: BTreeMap<PhoneId, PhoneAccount>,
    phone_by_user: BTreeMap<String, PhoneId>,
    /// Calls under way from each phone; entries at zero are removed.
    phone_calls: BTreeMap<PhoneId, usize>,
    /// Configured so, and every account has an HA1 for SHA-256: it may be offered. All or none: an offer must not tell names apart.
    sha256: bool,
    accepting: bool,
    /// More calls of trunks come than can be taken; our own telephones' are few, and one may be for help.
    busy: bool,
    legs: BTreeMap<LegId, Leg>,
    attempts: BTreeMap<AttemptId, Attempt>,
    attempt_next: u64,
    /// Attempts by our tag.
    by_early_tag: HashMap<String, AttemptId>,
    by_tag: HashMap<String, LegId>,
    by_merge: HashMap<String, LegId>,
    dropped: u64,
}

impl Endpoint {
    pub fn new(config: Config, chance: Chance) -> Endpoint {
        let digests = Digests::new(config.nonce_secret, config.nonce_life, &config.realm, config.limits.nonces);
        let sha256 = config.offer_sha256;
        Endpoint {
            io: Io {
                ladder: Ladder::new(config.limits.ladder_bytes),
                config,
                chance,
                timers: Timers::default(),
                now: Now::default(),
                out: VecDeque::new(),
                sources: VecDeque::new(),
                peers: BTreeSet::new(),
            },
            clients: Clients::default(),
            servers: Servers::default(),
            digests,
            guesses: Guesses::default(),
            modesty: Modesty::default(),
            refused: Refused::default(),
            came: (Tick(0), 0),
            registrar: Registrar::default(),
            trunks: Trunks::default(),
            phones: BTreeMap::new(),
            phone_by_user: BTreeMap::new(),
            phone_calls: BTreeMap::new(),
            sha256,
            accepting: true,
            busy: false,
            legs: BTreeMap::new(),
            attempts: BTreeMap::new(),
            attempt_next: 0,
            by_early_tag: HashMap::new(),
            by_tag: HashMap::new(),
            by_merge: HashMap::new(),
            dropped: 0,
        }
    }

    /// One datagram or one framed message that came in over `path`.
    pub fn handle_packet(&mut self, now: Now, path: Path, bytes: Bytes) {
        self.io.now = now;
        self.came = (now.tick, bytes.len());
        let Ok(message) = Message::parse(&bytes) else {
            self.dropped += 1;
            return;
        };
        self.io.ladder.came(now, path, bytes, message.call_id());
        if !message.is_request() {
            self.on_response(now, path, &message);
        } else if answerable(&message) {
            self.on_request(now, path, &message);
        } else {
            self.dropped += 1;
        }
        self.io.ladder.handled();
    }

    /// The shell could not send on `path`, or not open a connection to it.
    pub fn handle_failed(&mut self, now: Now, path: Path) {
        self.io.now = now;
        for (phone, contacts) in self.registrar.failed(&mut self.io.timers, path) {
            self.contacts_changed(phone, Some(contacts));
        }
        for done in self.clients.failed(&mut self.io, path) {
            self.on_done(now, done);
        }
    }

    /// A command for a leg that is over, or in a state it makes no sense in, does nothing: it crossed an event.
    pub fn handle_command(&mut self, now: Now, command: Command) {
        self.io.now = now;
        match command {
            Command::SetTrunks(trunks) => self.set_trunks(now, trunks),
            Command::SetPhones(phones) => self.set_phones(phones),
            Command::SetAccepting(accepting) => self.accepting = accepting,
            Command::SetBusy(busy) => self.busy = busy,
            Command::Invite { leg, target, from, sdp, headers, ring_timeout } => {
                self.invite(now, leg, &target, &from, sdp, &headers, ring_timeout);
            }
            Command::Provisional { leg, code, sdp } => self.provisional(now, leg, code, sdp),
            Command::Answer { leg, sdp } => self.answer(now, leg, sdp),
            Command::Reject { leg, code, retry_after, warning } => self.reject(now, leg, code, retry_after, warning.as_deref()),
            Command::Reinvite { leg, sdp } => self.reinvite(now, leg, sdp),
            Command::AnswerReinvite { leg, sdp } => self.answer_reinvite(now, leg, sdp),
            Command::RejectReinvite { leg, code } => self.reject_reinvite(now, leg, code),
            Command::AnswerRefer { leg, code } => self.answer_refer(now, leg, code),
            Command::Follow { leg, places } => self.follow(now, leg, &places),
            Command::SendDigits { leg, digits } => self.send_digits(now, leg, &digits),
            Command::End { leg, cause } => self.end(now, leg, cause),
        }
    }

    /// Fires every timer that is due.
    pub fn handle_timeout(&mut self, now: Now) {
        self.io.now = now;
        while let Some(timer) = self.io.timers.pop(now.tick) {
            match timer {
                Timer::ClientRetry(id) => self.clients.retry(now, &mut self.io, id),
                Timer::ClientLimit(id) => {
                    if let Some(done) = self.clients.limit(&mut self.io, id) {
                        self.on_done(now, done);
                    }
                }
                Timer::ServerRetry(id) => self.servers.retry(now, &mut self.io, id),
                Timer::ServerLimit(id) => self.servers.limit(&mut self.io, id),
                Timer::CancelLimit(id) => self.cancel_limit(now, id),
                Timer::TrunkSilent(id) => self.trunk_silent(now, id),
                Timer::Probe(id) => self.probe(now, id),
                Timer::TrunkRegister(id) => self.register_with(now, id),
                Timer::Ring(id) => self.ring_limit(now, id),
                Timer::Reprovision(id) => self.reprovision(now, id),
                Timer::ReliableRetry(id) => self.reliable_retry(now, id),
                Timer::ReliableLimit(id) => self.reliable_limit(now, id),
                Timer::AnswerRetry(id) => self.answer_retry(now, id),
                Timer::AnswerLimit(id) => self.answer_limit(now, id),
                Timer::GlareRetry(id) => self.glare_retry(now, id),
                Timer::ReinviteLimit(id) => self.reject_reinvite(now, id, 500),
                Timer::Session(id) => self.session_due(now, id),
                Timer::Binding(phone) => {
                    let change = self.registrar.expire(now, &mut self.io.timers, phone);
                    self.contacts_changed(phone, change);
                }
            }
        }
    }

    /// When [`Endpoint::handle_timeout`] must be called at the latest; `None`: nothing runs.
    pub fn poll_timeout(&self) -> Option<Tick> {
        self.io.timers.first()
    }

    /// The next thing to do. Drain it after every `handle_*`.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.io.out.pop_front()
    }

    /// The next thing the door should know of a source. Drain it like [`Endpoint::poll_output`].
    pub fn poll_source(&mut self) -> Option<SourceNews> {
        self.io.sources.pop_front().or_else(|| self.registrar.poll_source())
    }

    /// Where a phone can be reached now, most preferred first.
    pub fn contacts(&self, phone: PhoneId) -> Vec<Contact> {
        self.registrar.contacts(phone)
    }

    /// The address of ours from which a call to this target would be signalled; `None` when it cannot be reached now. A phone with
    /// contacts at several of our addresses has one SDP for all of them: that of the contact it prefers.
    pub fn leaves_by(&self, target: &Target) -> Option<IpAddr> {
        match target {
            Target::Phone(phone) => self.registrar.contacts(*phone).first().map(|contact| contact.path.local.ip()),
            Target::Trunk { trunk, .. } | Target::Emergency { trunk, .. } => {
                let (transport, peer) = self.trunks.get(*trunk)?.peer?;
                self.io.config.path_to(transport, peer).map(|path| path.local.ip())
            }
        }
    }

    /// The way to a peer that we call first; `None` when no socket of ours suits it.
    pub fn path_to(&self, transport: Transport, peer: std::net::SocketAddr) -> Option<Path> {
        self.io.config.path_to(transport, peer)
    }

    /// Whether a call to this target would be signalled over an encrypted transport; a phone with several contacts, to all of them.
    pub fn is_reached_securely(&self, target: &Target) -> bool {
        match target {
            Target::Phone(phone) => {
                let contacts = self.registrar.contacts(*phone);
                !contacts.is_empty() && contacts.iter().all(|contact| contact.path.transport.is_secure())
            }
            Target::Trunk { trunk, .. } | Target::Emergency { trunk, .. } => {
                self.trunks.get(*trunk).and_then(|trunk| trunk.peer).is_some_and(|(transport, _)| transport.is_secure())
            }
        }
    }

    /// Whether a call to this target would reach a browser; a phone with several contacts is what the preferred one is: they get one SDP.
    pub fn is_web_phone(&self, target: &Target) -> bool {
        match target {
            Target::Phone(phone) => self.registrar.contacts(*phone).first().is_some_and(Contact::is_browser),
            Target::Trunk { .. } | Target::Emergency { .. } => false,
        }
    }

    /// Chooses the trunk for a call of ours and says why. `tried`: those by which the call failed already.
    pub fn route(&mut self, now: Now, wanted: &Wanted, tried: &[TrunkId]) -> Route {
        self.trunks.route(now.tick, wanted, tried, &mut self.io.chance)
    }

    /// A call failed by the trunk itself (see [`crate::fails_over`]): it gets no other for a while, or for as long as it asked.
    pub fn trunk_failed(&mut self, now: Now, trunk: TrunkId, retry_after: Option<Duration>) {
        self.trunks.failed(now.tick, trunk, retry_after);
    }

    /// How every trunk does.
    pub fn trunks(&self) -> Vec<TrunkStatus> {
        self.trunks.statuses()
    }

    /// Whether a source is a trunk's.
    pub fn is_trunk(&self, source: std::net::SocketAddr) -> bool {
        self.trunks.of(source).is_some()
    }

    pub fn counts(&self) -> Counts {
        Counts {
            legs: self.legs.len(),
            attempts: self.attempts.len(),
            client_transactions: self.clients.len(),
            server_transactions: self.servers.len(),
            timers: self.io.timers.len(),
            registered: self.registrar.phones(),
            contacts: self.registrar.bindings(),
            dropped: self.dropped,
        }
    }

    fn on_request(&mut self, now: Now, path: Path, message: &Message) {
        let method = message.method();
        let asked = if matches!(method, Method::Ack | Method::Cancel) { Method::Invite } else { method };
        let Some(key) = server_key(message, asked) else { return };
        let known = self.servers.find(&key);
        if let (Some(id), Method::Ack) = (known, method) {
            if self.servers.ack(now, &mut self.io, id) {
                return;
            }
        }
        if let Some(id) = known.filter(|_| asked == method) {
            self.servers.again(&mut self.io, id);
            return;
        }
        if let Err(refusal) = check::request(message) {
            if method != Method::Ack {
                self.refuse(path, message, &refusal);
            }
            return;
        }
        // Over what others can read nothing can be promised for `sips:` (RFC 3261 8.2.2.1, 26.2.2).
        if !path.transport.is_secure() && Uri::parse(message.request_uri()).is_some_and(|uri| uri.scheme == Scheme::Sips) {
            if method != Method::Ack {
                self.refuse(path, message, &Reply::new(416));
            }
            return;
        }
        let inside = message.to().is_some_and(|to| to.tag().is_some());
        match method {
            Method::Cancel => self.on_cancel(now, path, message, known),
            _ if inside => self.on_inside(now, path, message, key),
            // An ACK outside of any dialog ends here: it is never answered.
            Method::Ack => {}
            Method::Invite => self.on_invite(now, path, message, key),
            Method::Register => self.on_register(now, path, message, key),
            Method::Options => self.on_options(path, message),
            Method::Bye | Method::Info | Method::Update | Method::Prack => self.refuse(path, message, &Reply::new(481)),
            // What it asks for could only be a call for a stranger.
            Method::Refer => self.refuse(path, message, &Reply::new(403)),
            Method::Message | Method::Subscribe | Method::Notify | Method::Publish => {
                self.refuse(path, message, &Reply::new(405).with("Allow", ALLOW));
            }
            Method::Other => self.refuse(path, message, &Reply::new(501).with("Allow", ALLOW)),
        }
    }

    fn on_response(&mut self, now: Now, path: Path, message: &Message) {
        // RFC 3261 8.1.3.3: more than one Via means it was not for us. What can't be read is ignored like a lost one.
        let complete = message.defect().is_none() && message.cseq().is_some() && message.call_id().is_some();
        if !complete || message.values(crate::message::Name::Via).count() != 1 {
            self.dropped += 1;
            return;
        }
        let Some(Delivered { id, usage }) = self.clients.response(now, &mut self.io, path, message) else { return };
        match usage {
            ClientUse::Attempt(attempt) => self.attempt_response(now, path, id, attempt, message),
            ClientUse::Reinvite(leg) => self.reinvite_response(now, path, id, leg, message),
            ClientUse::Refresh(leg) => self.update_response(now, path, leg, message),
            ClientUse::Bye(leg) if message.code() >= 200 => self.drop_leg(leg),
            ClientUse::Key(leg) => self.key_answered(now, leg, message.code()),
            ClientUse::Probe(trunk) => self.probe_answered(now, id, trunk, message.code()),
            ClientUse::TrunkRegister(trunk) => self.register_answered(now, id, trunk, message),
            ClientUse::Bye(_) | ClientUse::Nobody => {}
        }
    }

    fn on_done(&mut self, now: Now, done: Done) {
        match done.usage {
            ClientUse::Attempt(attempt) => self.attempt_done(now, attempt, done.failure),
            ClientUse::Reinvite(leg) => {
                if let Some(failure) = done.failure {
                    self.reinvite_failed(now, leg, failure);
                }
            }
            ClientUse::Refresh(leg) => {
                if let Some(failure) = done.failure {
                    self.refresh_failed(now, leg, failure);
                }
            }
            ClientUse::Bye(leg) if done.failure.is_some() => self.drop_leg(leg),
            ClientUse::Key(leg) => {
                if let Some(failure) = done.failure {
                    self.key_answered(now, leg, failure);
                }
            }
            ClientUse::Probe(trunk) if done.failure.is_some() => self.probe_failed(now, trunk),
            ClientUse::TrunkRegister(trunk) => {
                if let Some(code) = done.failure {
                    self.register_refused(now, trunk, code);
                }
            }
            ClientUse::Probe(_) => {}
            ClientUse::Bye(_) | ClientUse::Nobody => {}
        }
    }

    /// Our tag in answers that keep no state: the same for each retransmission (RFC 3261 8.2.7).
    fn stateless_tag(&self, message: &Message) -> String {
        let mut hash = Sha256::new().chain_update(self.io.config.nonce_secret).chain_update(b"tag");
        hash.update(message.call_id().unwrap_or_default());
        hash.update(message.get(crate::message::Name::From).unwrap_or_default());
        hex::encode(&hash.finalize()[..6])
    }

    /// Answers without keeping anything of it but the administrator's note.
    fn refuse(&mut self, path: Path, message: &Message, refusal: &Reply) {
        if refusal.code >= 300 {
            let phrase = refusal.reason.clone().unwrap_or(Cow::Borrowed(reason_phrase(refusal.code)));
            self.turned_away(path, message, Turned::Answered, refusal.code, phrase);
        }
        self.answer_stateless(path, message, refusal);
    }

    fn answer_stateless(&mut self, path: Path, message: &Message, refusal: &Reply) {
        let tag = self.stateless_tag(message);
        let bytes = self.refusal(&Head::of(message, path.remote, Some(&tag)), refusal);
        let (tick, came) = self.came;
        let fitting = if self.is_stranger(path) { self.modesty.fit(tick, path.remote.ip(), came, bytes) } else { Some(bytes) };
        match fitting {
            Some(bytes) => self.io.send(reply_path(path, message), bytes),
            None => self.dropped += 1,
        }
    }

    /// Whether the source may be forged: a datagram from where neither a trunk is nor a phone is registered.
    fn is_stranger(&self, path: Path) -> bool {
        path.transport == Transport::Udp && self.trunks.of(path.remote).is_none() && !self.registrar.knows(path.remote.ip())
    }

    fn refusal(&self, head: &Head, refusal: &Reply) -> Bytes {
        let mut writer = head.response(refusal.code, refusal.reason.as_deref(), false);
        for (name, value) in &refusal.headers {
            writer.header(name, value);
        }
        writer.header("Server", &self.io.config.user_agent);
        writer.finish(None)
    }

    /// Answers a request that is no INVITE at once, in a transaction that repeats the answer.
    fn settle(&mut self, now: Now, path: Path, message: &Message, key: String, answer: &Reply) {
        if self.servers.len() >= self.io.config.limits.transactions.saturating_mul(2) {
            return self.refuse(path, message, answer);
        }
        let tag = self.stateless_tag(message);
        let head = Head::of(message, path.remote, Some(&tag));
        let bytes = self.refusal(&head, answer);
        let id = self.servers.start(&self.io, key, message, reply_path(path, message), head, None);
        self.servers.reply(now, &mut self.io, id, answer.code, bytes);
    }

    /// True when a new request must be turned away for want of room.
    fn full(&self) -> bool {
        self.servers.len() + self.clients.len() >= self.io.config.limits.transactions
    }

    /// Says that the leg is over, once, and gives its place in the count of its trunk or phone back.
    fn say_over(&mut self, id: LegId, event: Event) {
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        leg.over = true;
        if let Some(origin) = leg.counted.take() {
            self.release(origin);
        }
        self.io.event(event);
    }

    fn say_ended(&mut self, id: LegId, by: EndedBy, cause: Option<u16>) {
        self.say_over(id, Event::Ended { leg: id, by, cause });
    }

    /// Forgets a leg. Its transactions go on by themselves.
    fn drop_leg(&mut self, id: LegId) {
        let Some(mut leg) = self.legs.remove(&id) else { return };
        leg.clear_timers(&mut self.io.timers);
        self.io.ladder.over(self.io.now, id);
        if let Some(origin) = leg.counted.take() {
            self.release(origin);
        }
        self.by_tag.remove(&leg.tag);
        if let Some(merge) = &leg.merge {
            self.by_merge.remove(merge);
        }
    }

    fn set_phones(&mut self, phones: Vec<PhoneAccount>) {
        let new: BTreeMap<PhoneId, PhoneAccount> = phones.into_iter().map(|p| (p.id, p)).collect();
        let old = std::mem::take(&mut self.phones);
        for (id, account) in &old {
            // Whoever registered with a password that is no longer good must do so again.
            if new.get(id) != Some(account) {
                let change = self.registrar.forget(&mut self.io.timers, *id);
                self.contacts_changed(*id, change);
            }
        }
        self.phone_by_user = new.values().map(|p| (p.user.clone(), p.id)).collect();
        self.sha256 = self.io.config.offer_sha256 && new.values().all(|p| p.ha1_sha256.is_some());
        self.phones = new;
    }

    fn contacts_changed(&mut self, phone: PhoneId, change: Option<u32>) {
        match change {
            Some(0) => self.io.event(Event::Unregistered { phone }),
            Some(contacts) => self.io.event(Event::Registered { phone, contacts }),
            None => {}
        }
    }
}
