//! Calls we make: parallel INVITEs, the first 2xx wins, CANCEL of the others, forks. Ends where a session begins.

use super::leg::{Attempt, AttemptId, Calling, Cancel, Leg, Session, State};
use super::{ALLOW, Endpoint};
use crate::api::{Caller, EndedBy, Event, Origin, Path, Target, Transport};
use crate::dialog::{Dialog, write_contact, write_via};
use crate::message::check::Reply;
use crate::message::{Message, Method, Name, Writer, escape_user, is_header_name, sdp_of};
use crate::timers::Timer;
use crate::transaction::{ClientId, ClientUse};
use bytes::Bytes;
use cti_types::{LegId, Now, TrunkId};
use std::time::Duration;

/// Most headers the switch may add to an INVITE; further ones are left out.
const HEADERS_MAX: usize = 20;

/// One place an INVITE goes to.
struct Hop {
    uri: String,
    to: String,
    path: Path,
    pinned: bool,
}

impl Endpoint {
    pub(super) fn invite(
        &mut self,
        now: Now,
        id: LegId,
        target: &Target,
        from: &Caller,
        sdp: Bytes,
        headers: &[(String, String)],
        ring: Duration,
    ) {
        if self.legs.contains_key(&id) {
            return;
        }
        let (hops, trunk) = match self.hops(target) {
            Ok(found) => found,
            Err(code) => return self.io.event(Event::Refused { leg: id, code, retry_after: None }),
        };
        let full = self.legs.len() >= self.io.config.limits.calls || self.full();
        if full || !trunk.is_none_or(|trunk| self.trunks.acquire(trunk)) {
            return self.io.event(Event::Refused { leg: id, code: 503, retry_after: None });
        }
        let peer = match target {
            Target::Phone(phone) => Origin::Phone(*phone),
            Target::Trunk { trunk, .. } => Origin::Trunk(*trunk),
        };
        let mut leg = Leg::new(State::Calling(Calling { attempts: Vec::new(), best: None, ending: false }), peer);
        leg.counted = trunk.map(Origin::Trunk);
        self.io.timers.set(&mut leg.ring, now.tick + ring, Timer::Ring(id));
        let attempts = hops.into_iter().map(|hop| self.attempt(now, id, hop, from, &sdp, headers)).collect();
        leg.state = State::Calling(Calling { attempts, best: None, ending: false });
        self.legs.insert(id, leg);
    }

    /// Where a target is reached, or the code the call is refused with.
    fn hops(&self, target: &Target) -> Result<(Vec<Hop>, Option<TrunkId>), u16> {
        match target {
            Target::Phone(phone) => {
                let user = self.phones.get(phone).map(|p| p.user.as_str()).unwrap_or_default();
                let to = format!("<sip:{}@{}>", escape_user(user), self.io.config.realm);
                let contacts = self.registrar.contacts(*phone);
                let hops: Vec<Hop> = contacts.into_iter().map(|c| Hop { uri: c.uri, to: to.clone(), path: c.path, pinned: true }).collect();
                if hops.is_empty() { Err(480) } else { Ok((hops, None)) }
            }
            Target::Trunk { trunk, number } => {
                let (transport, peer) = self.trunks.get(*trunk).and_then(|t| t.peer).ok_or(503u16)?;
                let path = self.io.config.path_to(transport, peer).ok_or(503u16)?;
                let transport = if transport == Transport::Tcp { ";transport=tcp" } else { "" };
                let user = escape_user(number);
                let hop = Hop { uri: format!("sip:{user}@{peer}{transport}"), to: format!("<sip:{user}@{peer}>"), path, pinned: false };
                Ok((vec![hop], Some(*trunk)))
            }
        }
    }

    /// Sends one INVITE. Each has its own Call-ID: to the phones we are separate calls, not forks of one.
    fn attempt(&mut self, now: Now, leg: LegId, hop: Hop, from: &Caller, sdp: &Bytes, headers: &[(String, String)]) -> AttemptId {
        let branch = self.io.branch();
        let (tag, call_id) = (self.io.chance.token(10), self.io.chance.token(24));
        let host = self.io.config.public(hop.path.local);
        let mut writer = Writer::request("INVITE", &hop.uri);
        write_via(&mut writer, &self.io, hop.path, &branch);
        writer.header("Max-Forwards", 70);
        if from.user.is_empty() {
            // RFC 3323 4.1.1.3 and RFC 3325 9.3.
            writer.header("From", format_args!("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag={tag}"));
            writer.header("Privacy", "id");
        } else {
            let display = from.display.as_deref().map(quoted).unwrap_or_default();
            writer.header("From", format_args!("{display}<sip:{}@{host}>;tag={tag}", escape_user(&from.user)));
        }
        writer.header("To", &hop.to).header("Call-ID", &call_id).header("CSeq", "1 INVITE");
        write_contact(&mut writer, &self.io, hop.path);
        writer.header("Allow", ALLOW).header("User-Agent", &self.io.config.user_agent);
        for (name, value) in headers.iter().filter(|(name, _)| is_header_name(name)).take(HEADERS_MAX) {
            writer.header(name, value);
        }
        let invite = writer.finish(Some(("application/sdp", sdp)));
        self.attempt_next += 1;
        let id = AttemptId(self.attempt_next);
        let client = self.clients.start(now, &mut self.io, ClientUse::Attempt(id), Method::Invite, branch, hop.path, invite.clone());
        let attempt = Attempt { leg: Some(leg), client, provisional: false, cancel: Cancel::No, invite, pinned: hop.pinned, limit: None };
        self.attempts.insert(id, attempt);
        id
    }

    pub(super) fn attempt_response(&mut self, now: Now, path: Path, client: ClientId, id: AttemptId, message: &Message) {
        match message.code() {
            100..=199 => self.attempt_provisional(now, id, message),
            200..=299 => self.attempt_answered(now, path, client, id, message),
            code => {
                let retry_after = message.get(Name::RetryAfter).and_then(seconds);
                self.attempt_refused(now, id, code, retry_after);
            }
        }
    }

    fn attempt_provisional(&mut self, now: Now, id: AttemptId, message: &Message) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        attempt.provisional = true;
        if let Cancel::Wanted(cause) = attempt.cancel {
            return self.cancel_attempt(now, id, cause);
        }
        let ringing = attempt.leg.filter(|leg| self.legs.get(leg).is_some_and(|l| matches!(&l.state, State::Calling(c) if !c.ending)));
        if let Some(leg) = ringing.filter(|_| message.code() > 100) {
            self.io.event(Event::Ringing { leg, code: message.code(), sdp: sdp_of(message).into_option() });
        }
    }

    fn attempt_answered(&mut self, now: Now, path: Path, client: ClientId, id: AttemptId, message: &Message) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        self.io.timers.clear(&mut attempt.limit);
        let (waiting, pinned) = (attempt.leg.take(), attempt.pinned);
        let Ok(invite) = Message::parse(&attempt.invite) else { return };
        let dialog = Dialog::calling(&invite, message, path, pinned);
        self.acknowledge(client, &dialog, dialog.local_cseq);
        let leg = waiting.and_then(|leg| self.legs.get_mut(&leg).map(|l| (leg, l)));
        let Some((leg_id, leg)) = leg else {
            // A losing branch, a further fork (RFC 3261 13.2.2.4), or a call that was given up.
            return self.bye_orphan(now, dialog);
        };
        let State::Calling(calling) = &mut leg.state else { return self.bye_orphan(now, dialog) };
        let others: Vec<AttemptId> = calling.attempts.iter().copied().filter(|a| *a != id).collect();
        let ending = calling.ending;
        self.give_up(now, &others, None);
        if ending {
            // The CANCEL crossed the 2xx.
            self.bye_orphan(now, dialog);
            self.say_ended(leg_id, EndedBy::Local, None);
            return self.drop_leg(leg_id);
        }
        let Some(leg) = self.legs.get_mut(&leg_id) else { return };
        self.io.timers.clear(&mut leg.ring);
        leg.tag.clone_from(&dialog.local_tag);
        self.by_tag.insert(leg.tag.clone(), leg_id);
        leg.state = State::Up(Box::new(Session::new(dialog)));
        self.io.event(Event::Answered { leg: leg_id, sdp: sdp_of(message).into_option() });
    }

    /// ACK of a 2xx (RFC 3261 13.2.2.4): a request of the dialog, kept by the transaction for repeated 2xx.
    pub(super) fn acknowledge(&mut self, client: ClientId, dialog: &Dialog, cseq: u32) {
        let branch = self.io.branch();
        let (writer, path) = dialog.request(&self.io, "ACK", cseq, &branch);
        self.clients.acknowledge(&mut self.io, client, &dialog.remote_tag, path, writer.finish(None));
    }

    fn bye_orphan(&mut self, now: Now, mut dialog: Dialog) {
        let (branch, cseq) = (self.io.branch(), dialog.next_cseq());
        let (writer, path) = dialog.request(&self.io, "BYE", cseq, &branch);
        self.clients.start(now, &mut self.io, ClientUse::Nobody, Method::Bye, branch, path, writer.finish(None));
    }

    /// One branch will not be answered.
    fn attempt_refused(&mut self, now: Now, id: AttemptId, code: u16, retry_after: Option<Duration>) {
        let Some(mut attempt) = self.attempts.remove(&id) else { return };
        self.io.timers.clear(&mut attempt.limit);
        let Some(leg_id) = attempt.leg else { return };
        let Some(State::Calling(calling)) = self.legs.get_mut(&leg_id).map(|leg| &mut leg.state) else { return };
        calling.attempts.retain(|a| *a != id);
        let rank = |code: u16| if code >= 600 { (0, code) } else { (1, code) };
        if calling.best.is_none_or(|(best, _)| rank(code) < rank(best)) {
            calling.best = Some((code, retry_after));
        }
        // RFC 3261 16.7 5: a 6xx speaks for all branches.
        if !calling.attempts.is_empty() && (code < 600 || calling.ending) {
            return;
        }
        let others = std::mem::take(&mut calling.attempts);
        let (code, retry_after) = if calling.ending { (487, None) } else { calling.best.unwrap_or((480, None)) };
        self.give_up(now, &others, None);
        self.say_over(leg_id, Event::Refused { leg: leg_id, code, retry_after });
        self.drop_leg(leg_id);
    }

    /// The transaction of a branch is over without a response, or nothing more can come after its 2xx.
    pub(super) fn attempt_done(&mut self, now: Now, id: AttemptId, failure: Option<u16>) {
        match failure {
            Some(code) => self.attempt_refused(now, id, code, None),
            None => {
                if let Some(mut attempt) = self.attempts.remove(&id) {
                    self.io.timers.clear(&mut attempt.limit);
                }
            }
        }
    }

    /// These branches are nobody's any more: they are cancelled and end by themselves.
    fn give_up(&mut self, now: Now, attempts: &[AttemptId], cause: Option<u16>) {
        for id in attempts {
            if let Some(attempt) = self.attempts.get_mut(id) {
                attempt.leg = None;
            }
            self.cancel_attempt(now, *id, cause);
        }
    }

    fn cancel_attempt(&mut self, now: Now, id: AttemptId, cause: Option<u16>) {
        let Some(attempt) = self.attempts.get_mut(&id).filter(|a| a.cancel != Cancel::Sent) else { return };
        if !attempt.provisional {
            attempt.cancel = Cancel::Wanted(cause);
            return;
        }
        attempt.cancel = Cancel::Sent;
        let limit = self.io.config.t1_64();
        self.io.timers.set(&mut attempt.limit, now.tick + limit, Timer::CancelLimit(id));
        let client = attempt.client;
        self.clients.cancel(now, &mut self.io, client, cause);
    }

    /// RFC 3261 9.1: no final response 64*T1 after the CANCEL counts as cancelled.
    pub(super) fn cancel_limit(&mut self, now: Now, id: AttemptId) {
        let Some(client) = self.attempts.get(&id).map(|a| a.client) else { return };
        self.clients.destroy(&mut self.io, client);
        self.attempt_refused(now, id, 487, None);
    }

    /// The switch ends a call that has no answer yet: `Refused` 487 follows, or `Ended` if a 2xx crosses.
    pub(super) fn end_calling(&mut self, now: Now, id: LegId, cause: Option<u16>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let State::Calling(calling) = &mut leg.state else { return };
        calling.ending = true;
        let attempts = calling.attempts.clone();
        self.io.timers.clear(&mut leg.ring);
        for attempt in attempts {
            self.cancel_attempt(now, attempt, cause);
        }
    }

    /// An outgoing call rang long enough, or nobody answered an incoming one for us.
    pub(super) fn ring_limit(&mut self, now: Now, id: LegId) {
        match self.legs.get(&id).map(|leg| &leg.state) {
            Some(State::Calling(calling)) => {
                let attempts = calling.attempts.clone();
                self.give_up(now, &attempts, None);
                self.say_over(id, Event::Refused { leg: id, code: 408, retry_after: None });
                self.drop_leg(id);
            }
            Some(State::Offered(_)) => {
                self.finish_offered(now, id, &Reply::new(480));
                self.say_ended(id, EndedBy::Failure, None);
                self.drop_leg(id);
            }
            Some(State::Up(_) | State::Closing(_)) | None => {}
        }
    }
}

/// `"name" ` with what quotes need escaped.
fn quoted(display: &str) -> String {
    format!("\"{}\" ", display.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Retry-After, which may carry a comment and parameters (RFC 3261 20.33).
pub(super) fn seconds(text: &str) -> Option<Duration> {
    let digits = text.split([';', '(', ' ']).next()?;
    digits.parse::<u32>().ok().map(|s| Duration::from_secs(s.into()))
}
