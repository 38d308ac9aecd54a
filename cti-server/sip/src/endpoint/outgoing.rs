//! Calls we make: parallel INVITEs, the first 2xx wins, CANCEL of the others, forks. Ends where a session begins.

use super::leg::{Attempt, AttemptId, Because, By, Calling, Cancel, Leg, Refusal, Session, State, Takes};
use super::session::cause_of;
use super::trunk_calls::cseq_after_early;
use super::{ALLOW, Endpoint};
use crate::api::{Caller, EndedBy, Event, Origin, Path, Target};
use crate::dialog::{Dialog, write_contact, write_via};
use crate::ladder::Whose;
use crate::message::check::Reply;
use crate::message::{Message, Method, Name, Uri, Writer, escape_user, is_header_name, sdp_of};
use crate::session_timer::Terms;
use crate::timers::Timer;
use crate::transaction::{ClientId, ClientUse};
use bytes::Bytes;
use cti_types::{LegId, Now, TrunkId};
use std::collections::VecDeque;
use std::time::Duration;

/// Most headers the switch may add to an INVITE; further ones are left out.
const HEADERS_MAX: usize = 20;
/// How often one INVITE is sent again with the longer session a 422 asks for; then the 422 refuses it.
const RAISES_MAX: u8 = 3;

/// Most tags of those who ring that are remembered; a call that rings further ones can be picked up by no Replaces.
const HEARD_MAX: usize = 8;

/// Headers of an INVITE that are not as they were when it is sent again. The Content headers come with the body.
const WRITTEN_ANEW: [Name; 6] = [Name::Via, Name::Supported, Name::SessionExpires, Name::MinSe, Name::ContentType, Name::ContentLength];

/// One place an INVITE goes to.
pub(super) struct Hop {
    pub(super) uri: String,
    pub(super) to: String,
    pub(super) path: Path,
    pub(super) pinned: bool,
    /// Host of From where it is not our address.
    pub(super) host: Option<String>,
    /// Further headers of this place.
    pub(super) lines: Vec<(String, String)>,
    pub(super) by: By,
}

/// What is different when an INVITE is sent again: with credentials, to another place, with a longer session.
pub(super) struct Again {
    pub(super) uri: Option<String>,
    pub(super) path: Path,
    pub(super) terms: Terms,
    pub(super) raises: u8,
    pub(super) by: By,
    pub(super) credentials: Option<(&'static str, String)>,
    /// Nothing was heard of the INVITE before: an answer to it that still comes is hung up.
    pub(super) silent: bool,
}

impl Again {
    /// Nothing different yet; `None` when the call is being given up.
    pub(super) fn of(attempt: &Attempt) -> Option<Again> {
        let Attempt { path, terms, raises, by, cancel, .. } = attempt;
        (*cancel == Cancel::No).then_some(Again {
            uri: None,
            path: *path,
            terms: *terms,
            raises: *raises,
            by: *by,
            credentials: None,
            silent: false,
        })
    }
}

/// How a call came, told by who does not want it known (RFC 5806 and RFC 7044 10.1): only for who is trusted.
fn is_private(name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let of_history = name.eq_ignore_ascii_case("Diversion") || name.eq_ignore_ascii_case("History-Info");
    of_history && value.match_indices("privacy=").any(|(at, found)| !value[at + found.len()..].trim_start_matches('"').starts_with("off"))
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
        let (hops, trunk) = match self.hops(target, from) {
            Ok(found) => found,
            Err(code) => return self.io.event(Event::Refused { leg: id, code, retry_after: None, cause: None }),
        };
        let full = self.legs.len() >= self.io.config.limits.calls || self.full();
        if full || !trunk.is_none_or(|trunk| self.acquire_for(trunk, target)) {
            return self.io.event(Event::Refused { leg: id, code: 503, retry_after: None, cause: None });
        }
        let peer = match target {
            Target::Phone(phone) => Origin::Phone(*phone),
            Target::Trunk { trunk, .. } | Target::Emergency { trunk, .. } => Origin::Trunk(*trunk),
        };
        let mut leg = Leg::new(State::Calling(Calling { attempts: Vec::new(), best: None, ending: false }), peer);
        leg.counted = trunk.map(Origin::Trunk);
        self.io.timers.set(&mut leg.ring, now.tick + ring, Timer::Ring(id));
        let attempts = hops.into_iter().map(|hop| self.attempt(now, id, hop, from, &sdp, headers)).collect();
        leg.state = State::Calling(Calling { attempts, best: None, ending: false });
        self.legs.insert(id, leg);
    }

    /// Counts the call on its trunk; an emergency call whatever the bound.
    fn acquire_for(&mut self, trunk: TrunkId, target: &Target) -> bool {
        match target {
            Target::Emergency { .. } => self.trunks.acquire_always(trunk),
            Target::Trunk { .. } | Target::Phone(_) => return self.trunks.acquire(trunk),
        }
        true
    }

    /// Where a target is reached, or the code the call is refused with.
    fn hops(&self, target: &Target, from: &Caller) -> Result<(Vec<Hop>, Option<TrunkId>), u16> {
        match target {
            Target::Phone(phone) => {
                let user = self.phones.get(phone).map(|p| p.user.as_str()).unwrap_or_default();
                let to = format!("<sip:{}@{}>", escape_user(user), self.io.config.realm);
                let contacts = self.registrar.contacts(*phone);
                // Written by us from who proved to be the referrer, not from what its REFER says (RFC 3892 2.2).
                let referred = |user: &String| ("Referred-By".to_owned(), format!("<sip:{}@{}>", escape_user(user), self.io.config.realm));
                let lines: Vec<(String, String)> = from.referred_by.iter().map(referred).collect();
                let hop = |c: crate::registrar::Contact| {
                    let (host, by) = Default::default();
                    Hop { uri: c.uri, to: to.clone(), path: c.path, pinned: true, host, lines: lines.clone(), by }
                };
                let hops: Vec<Hop> = contacts.into_iter().map(hop).collect();
                if hops.is_empty() { Err(480) } else { Ok((hops, None)) }
            }
            Target::Trunk { trunk, number } | Target::Emergency { trunk, number } => {
                Ok((vec![self.trunk_hop(*trunk, number, from)?], Some(*trunk)))
            }
        }
    }

    /// Sends one INVITE. Each has its own Call-ID: to the phones we are separate calls, not forks of one.
    fn attempt(&mut self, now: Now, leg: LegId, hop: Hop, from: &Caller, sdp: &Bytes, headers: &[(String, String)]) -> AttemptId {
        let branch = self.io.branch();
        let (tag, call_id) = (self.io.chance.token(10), self.io.chance.token(24));
        self.io.ladder.begin(Whose::Leg(leg), &call_id, hop.path.remote.ip());
        let host = hop.host.unwrap_or_else(|| self.io.config.public(hop.path.local).to_string());
        // RFC 3261 8.1.1.8 and RFC 5630 5.1.1.1: where the called is a `sips:` URI, so is who calls.
        let sips = Uri::is_sips(&hop.uri);
        let scheme = if sips { "sips" } else { "sip" };
        let mut writer = Writer::request("INVITE", &hop.uri);
        write_via(&mut writer, &self.io, hop.path, &branch);
        writer.header("Max-Forwards", 70);
        if from.user.is_empty() {
            // RFC 3323 4.1.1.3 and RFC 3325 9.3.
            writer.header("From", format_args!("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag={tag}"));
            writer.header("Privacy", "id");
        } else {
            let display = from.display.as_deref().map(quoted).unwrap_or_default();
            writer.header("From", format_args!("{display}<{scheme}:{}@{host}>;tag={tag}", escape_user(&from.user)));
        }
        writer.header("To", &hop.to).header("Call-ID", &call_id).header("CSeq", "1 INVITE");
        write_contact(&mut writer, &self.io, hop.path, sips);
        writer.header("Allow", ALLOW).header("User-Agent", &self.io.config.user_agent);
        let terms = Terms::proposed(&self.io.config);
        terms.write_request(&mut writer);
        writer.header("Supported", supported(hop.by));
        let trusted = hop.by.trunk.is_none_or(|trunk| self.trunks.get(trunk).is_some_and(|trunk| trunk.trusted));
        let headers = headers.iter().filter(|(name, value)| trusted || !is_private(name, value));
        for (name, value) in hop.lines.iter().chain(headers).filter(|(name, _)| is_header_name(name)).take(HEADERS_MAX) {
            writer.header(name, value);
        }
        let invite = writer.finish(Some(("application/sdp", sdp)));
        self.start_attempt(now, Some(leg), branch, hop.path, hop.pinned, tag, invite, terms, 0, hop.by)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of an attempt, each of its own type")]
    fn start_attempt(
        &mut self,
        now: Now,
        leg: Option<LegId>,
        branch: String,
        path: Path,
        pinned: bool,
        tag: String,
        invite: Bytes,
        terms: Terms,
        raises: u8,
        by: By,
    ) -> AttemptId {
        self.attempt_next += 1;
        let id = AttemptId(self.attempt_next);
        let client = self.clients.start(now, &mut self.io, ClientUse::Attempt(id), Method::Invite, branch, path, invite.clone());
        self.by_early_tag.insert(tag.clone(), id);
        let attempt = Attempt {
            leg,
            client,
            provisional: false,
            cancel: Cancel::No,
            invite,
            pinned,
            tag,
            path,
            terms,
            raises,
            by,
            early: Vec::new(),
            heard: Vec::new(),
            turned: None,
            places: VecDeque::new(),
            limit: None,
        };
        self.attempts.insert(id, attempt);
        self.watch_silence(now, id);
        id
    }

    pub(super) fn attempt_response(&mut self, now: Now, path: Path, client: ClientId, id: AttemptId, message: &Message) {
        match message.code() {
            100..=199 => self.attempt_provisional(now, path, id, message),
            200..=299 => self.attempt_answered(now, path, client, id, message),
            422 if self.raise_session(now, id, message) => {}
            401 | 407 if self.answer_challenge(now, id, message) => {}
            300..=399 if self.redirected(id, message) => {}
            503 if self.next_peer(now, id, false) => {}
            // RFC 3261 8.1.3.4: the next place of a redirection, unless everybody refuses.
            300..=599 if self.next_place(now, id, false) => {}
            code => {
                let retry_after = message.get(Name::RetryAfter).and_then(seconds);
                self.attempt_refused(now, id, Refusal { code, retry_after, cause: cause_of(message) });
            }
        }
    }

    /// RFC 4028 7.3: the same call once more, with a session as long as the far side wants it. True when it is on its way.
    fn raise_session(&mut self, now: Now, id: AttemptId, refusal: &Message) -> bool {
        let Some(old) = self.attempts.get(&id).filter(|a| a.raises < RAISES_MAX) else { return false };
        let (Some(terms), Some(again)) = (old.terms.raised(refusal), Again::of(old)) else { return false };
        let raises = old.raises + 1;
        self.attempt_again(now, id, Again { terms, raises, ..again })
    }

    /// The same call once more (RFC 3261 8.1.3.5, 22.2): the same Call-ID, To and From, the next number. True when it is on its way.
    pub(super) fn attempt_again(&mut self, now: Now, id: AttemptId, again: Again) -> bool {
        let Some(old) = self.attempts.get(&id).filter(|a| a.cancel == Cancel::No) else { return false };
        let Some(State::Calling(calling)) = old.leg.and_then(|leg| self.legs.get_mut(&leg)).map(|leg| &mut leg.state) else { return false };
        let Ok(invite) = Message::parse(&old.invite) else { return false };
        let Some(place) = calling.attempts.iter().position(|attempt| *attempt == id) else { return false };
        calling.attempts.remove(place);
        let Some(mut old) = self.remove_attempt(id) else { return false };
        let branch = self.io.branch();
        let Again { uri, path, terms, raises, by, credentials, silent } = again;
        let mut writer = Writer::request("INVITE", uri.as_deref().unwrap_or(invite.request_uri()));
        write_via(&mut writer, &self.io, path, &branch);
        let replaced = credentials.as_ref().map_or(Name::Other, |(name, _)| Name::of(name));
        for (name, value) in invite.headers() {
            let of = Name::of(name);
            if of == Name::CSeq {
                writer.header(name, format_args!("{} INVITE", invite.cseq().map_or(1, |cseq| cseq.number) + 1));
            } else if !WRITTEN_ANEW.contains(&of) && (of == Name::Other || of != replaced) {
                writer.header(name, value);
            }
        }
        terms.write_request(&mut writer);
        writer.header("Supported", supported(by));
        if let Some((name, value)) = &credentials {
            writer.header(name, value);
        }
        let again = writer.finish(Some(("application/sdp", invite.body())));
        let new = self.start_attempt(now, old.leg, branch, path, old.pinned, old.tag.clone(), again, terms, raises, by);
        if let Some(new) = self.attempts.get_mut(&new) {
            new.places = std::mem::take(&mut old.places);
        }
        let leg_id = old.leg;
        if silent {
            self.attempts.insert(id, Attempt { leg: None, cancel: Cancel::Wanted(Because::Unsaid), ..old });
        }
        let leg = leg_id.and_then(|leg| self.legs.get_mut(&leg));
        if let Some(State::Calling(calling)) = leg.map(|leg| &mut leg.state) {
            calling.attempts.push(new);
        }
        true
    }

    /// Forgets a branch; its transaction goes on by itself.
    fn remove_attempt(&mut self, id: AttemptId) -> Option<Attempt> {
        let mut attempt = self.attempts.remove(&id)?;
        self.io.timers.clear(&mut attempt.limit);
        if self.by_early_tag.get(&attempt.tag) == Some(&id) {
            self.by_early_tag.remove(&attempt.tag);
        }
        Some(attempt)
    }

    fn attempt_provisional(&mut self, now: Now, path: Path, id: AttemptId, message: &Message) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        if !attempt.provisional {
            self.io.timers.clear(&mut attempt.limit);
        }
        attempt.provisional = true;
        if let Some(tag) = message.to().and_then(|to| to.tag())
            && attempt.heard.len() < HEARD_MAX
            && !attempt.heard.iter().any(|known| known == tag)
        {
            attempt.heard.push(tag.to_owned());
        }
        if !self.acknowledge_provisional(now, path, id, message) {
            return;
        }
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        if let Cancel::Wanted(because) = attempt.cancel {
            return self.cancel_attempt(now, id, because);
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
        let terms = attempt.terms.granted(message);
        let Ok(invite) = Message::parse(&attempt.invite) else { return };
        let mut dialog = Dialog::calling(&invite, message, path, pinned);
        let used = cseq_after_early(attempt, message);
        self.acknowledge(client, &dialog, dialog.local_cseq);
        dialog.local_cseq = dialog.local_cseq.max(used);
        let leg = waiting.and_then(|leg| self.legs.get_mut(&leg).map(|l| (leg, l)));
        let Some((leg_id, leg)) = leg else {
            // A losing branch, a further fork (RFC 3261 13.2.2.4), or a call that was given up.
            return self.bye_orphan(now, dialog);
        };
        let State::Calling(calling) = &mut leg.state else { return self.bye_orphan(now, dialog) };
        let others: Vec<AttemptId> = calling.attempts.iter().copied().filter(|a| *a != id).collect();
        let ending = calling.ending;
        self.give_up(now, &others, if ending { Because::Unsaid } else { Because::Elsewhere });
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
        // A copy: the INVITE itself is not kept for as long as the call lasts.
        let local_sdp = Bytes::copy_from_slice(invite.body());
        leg.state = State::Up(Box::new(Session::new(dialog, local_sdp, Takes::of(message), terms)));
        self.session_agreed(now, leg_id, terms);
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
    pub(super) fn attempt_refused(&mut self, now: Now, id: AttemptId, refusal: Refusal) {
        let leg = self.remove_attempt(id).and_then(|attempt| attempt.leg);
        self.branch_over(now, leg, id, refusal);
    }

    /// A leg learns that one of its branches will not be answered.
    pub(super) fn branch_over(&mut self, now: Now, leg: Option<LegId>, id: AttemptId, refusal: Refusal) {
        let Some(leg_id) = leg else { return };
        let Some(State::Calling(calling)) = self.legs.get_mut(&leg_id).map(|leg| &mut leg.state) else { return };
        calling.attempts.retain(|a| *a != id);
        let rank = |code: u16| if code >= 600 { (0, code) } else { (1, code) };
        if calling.best.is_none_or(|best| rank(refusal.code) < rank(best.code)) {
            calling.best = Some(refusal);
        }
        // RFC 3261 16.7 5: a 6xx speaks for all branches.
        if !calling.attempts.is_empty() && (refusal.code < 600 || calling.ending) {
            return;
        }
        let others = std::mem::take(&mut calling.attempts);
        let best = if calling.ending { None } else { calling.best };
        let Refusal { code, retry_after, cause } = best.unwrap_or(Refusal::ours(487));
        self.give_up(now, &others, Because::Unsaid);
        self.say_over(leg_id, Event::Refused { leg: leg_id, code, retry_after, cause });
        self.drop_leg(leg_id);
    }

    /// The transaction of a branch is over without a response, or nothing more can come after its 2xx.
    pub(super) fn attempt_done(&mut self, now: Now, id: AttemptId, failure: Option<u16>) {
        match failure {
            Some(_) if self.next_peer(now, id, false) || self.next_place(now, id, false) => {}
            Some(code) => self.attempt_refused(now, id, Refusal::ours(code)),
            None => {
                self.remove_attempt(id);
            }
        }
    }

    /// These branches are nobody's any more: they are cancelled and end by themselves.
    pub(super) fn give_up(&mut self, now: Now, attempts: &[AttemptId], because: Because) {
        for id in attempts {
            if let Some(attempt) = self.attempts.get_mut(id) {
                attempt.leg = None;
            }
            self.cancel_attempt(now, *id, because);
        }
    }

    fn cancel_attempt(&mut self, now: Now, id: AttemptId, because: Because) {
        let Some(attempt) = self.attempts.get_mut(&id).filter(|a| a.cancel != Cancel::Sent) else { return };
        if !attempt.provisional {
            attempt.cancel = Cancel::Wanted(because);
            return;
        }
        attempt.cancel = Cancel::Sent;
        let limit = self.io.config.t1_64();
        self.io.timers.set(&mut attempt.limit, now.tick + limit, Timer::CancelLimit(id));
        let client = attempt.client;
        self.clients.cancel(now, &mut self.io, client, because.reason().as_deref());
    }

    /// RFC 3261 9.1: no final response 64*T1 after the CANCEL counts as cancelled.
    pub(super) fn cancel_limit(&mut self, now: Now, id: AttemptId) {
        let Some(client) = self.attempts.get(&id).map(|a| a.client) else { return };
        self.clients.destroy(&mut self.io, client);
        self.attempt_refused(now, id, Refusal::ours(487));
    }

    /// The switch ends a call that has no answer yet: `Refused` 487 follows, or `Ended` if a 2xx crosses.
    pub(super) fn end_calling(&mut self, now: Now, id: LegId, cause: Option<u16>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let State::Calling(calling) = &mut leg.state else { return };
        calling.ending = true;
        let attempts = calling.attempts.clone();
        self.io.timers.clear(&mut leg.ring);
        for attempt in attempts {
            self.cancel_attempt(now, attempt, Because::of(cause));
        }
    }

    /// An outgoing call rang long enough, or nobody answered an incoming one for us.
    pub(super) fn ring_limit(&mut self, now: Now, id: LegId) {
        match self.legs.get(&id).map(|leg| &leg.state) {
            Some(State::Calling(calling)) => {
                let attempts = calling.attempts.clone();
                self.give_up(now, &attempts, Because::Unsaid);
                self.say_over(id, Event::Refused { leg: id, code: 408, retry_after: None, cause: None });
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

/// Extensions an INVITE of ours names: a trunk's early answers are acknowledged; a phone may give the call away and pick it up.
fn supported(by: By) -> &'static str {
    if by.trunk.is_some() { "100rel" } else { "replaces, norefersub" }
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
