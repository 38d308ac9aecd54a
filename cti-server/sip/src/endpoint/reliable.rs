//! Provisional answers of ours that are acknowledged (RFC 3262): one at a time, repeated until their PRACK, with offer and answer in
//! both. As the caller we acknowledge those of others in `trunk_calls`.

use super::leg::{Leg, Reliable, State, Theirs, Unpracked};
use super::{ALLOW, Endpoint};
use crate::api::{EndedBy, Event, Path};
use crate::dialog::write_contact;
use crate::message::check::Reply;
use crate::message::{Head, Message, Name, sdp_of};
use crate::session_timer::Terms;
use crate::timers::Timer;
use crate::transaction::reply_path;
use bytes::Bytes;
use cti_types::{LegId, Now};

/// RFC 3262 3: the first RSeq is chosen by chance, between 1 and 2^31 - 1. Less leaves room to count up.
const FIRST_MAX: u64 = 1 << 20;

/// What a caller says of acknowledged provisional answers; `None`: nothing.
pub(super) fn wanted(invite: &Message) -> Option<Box<Reliable>> {
    let named = |name| invite.values(name).any(|option| option.eq_ignore_ascii_case("100rel"));
    let required = named(Name::Require);
    (required || named(Name::Supported)).then(|| Box::new(Reliable { required, ..Reliable::default() }))
}

impl Endpoint {
    pub(super) fn provisional_reliably(&mut self, now: Now, id: LegId, code: u16, sdp: Option<Bytes>) {
        let first = 1 + self.io.chance.below(FIRST_MAX) as u32;
        let Some(State::Offered(offered)) = self.legs.get_mut(&id).map(|leg| &mut leg.state) else { return };
        let server = offered.server;
        let Some(reliable) = offered.reliable.as_deref_mut() else { return };
        if reliable.unacked.is_some() {
            // RFC 3262 3: the next only after the PRACK of this one; of several the newest.
            reliable.queued = Some((code, sdp));
            return;
        }
        reliable.number = if reliable.number == 0 { first } else { reliable.number + 1 };
        let number = reliable.number;
        let Some(mut writer) = self.servers.begin(server, code, None, true) else { return };
        let Some((_, path)) = self.servers.leg(server) else { return };
        write_contact(&mut writer, &self.io, path, self.servers.is_sips(server));
        writer.header("Allow", ALLOW).header("Server", &self.io.config.user_agent).header("Require", "100rel").header("RSeq", number);
        let bytes = writer.finish(sdp.as_ref().map(|sdp| ("application/sdp", sdp.as_ref())));
        self.servers.reply(now, &mut self.io, server, code, bytes.clone());
        let interval = self.io.config.t1;
        let mut unacked = Unpracked { number, bytes, path, sdp, interval, retry: None, limit: None };
        self.io.timers.set(&mut unacked.retry, now.tick + interval, Timer::ReliableRetry(id));
        let limit = self.io.config.t1_64();
        self.io.timers.set(&mut unacked.limit, now.tick + limit, Timer::ReliableLimit(id));
        if let Some(reliable) = self.legs.get_mut(&id).and_then(Leg::reliable) {
            reliable.unacked = Some(unacked);
        }
    }

    /// RFC 3262 3: repeated on any transport, each time after twice the time.
    pub(super) fn reliable_retry(&mut self, now: Now, id: LegId) {
        let Some(unacked) = self.legs.get_mut(&id).and_then(Leg::reliable).and_then(|reliable| reliable.unacked.as_mut()) else { return };
        self.io.send(unacked.path, unacked.bytes.clone());
        unacked.interval *= 2;
        self.io.timers.set(&mut unacked.retry, now.tick + unacked.interval, Timer::ReliableRetry(id));
    }

    /// RFC 3262 3: no PRACK in 64*T1 is the end of the call.
    pub(super) fn reliable_limit(&mut self, now: Now, id: LegId) {
        if self.legs.get_mut(&id).and_then(Leg::reliable).is_none_or(|reliable| reliable.unacked.is_none()) {
            return;
        }
        self.finish_offered(now, id, &Reply::new(504));
        self.say_ended(id, EndedBy::Failure, None);
        self.drop_leg(id);
    }

    /// Whether the final answer must wait: for the PRACK of a description (RFC 3262 3), or for our answer to an offer in one. It is kept
    /// then.
    pub(super) fn answers_later(&mut self, id: LegId, sdp: &Bytes) -> bool {
        let Some(reliable) = self.legs.get_mut(&id).and_then(Leg::reliable) else { return false };
        let waits = reliable.theirs.is_some() || reliable.unacked.as_ref().is_some_and(|unacked| unacked.sdp.is_some());
        if waits {
            reliable.then_answer = Some(sdp.clone());
        }
        waits
    }

    pub(super) fn on_prack(&mut self, now: Now, path: Path, id: LegId, message: &Message, key: String) {
        let invite = match self.legs.get(&id).map(|leg| &leg.state) {
            Some(State::Offered(offered)) => Some((self.servers.number(offered.server), offered.offerless)),
            // RFC 3262 3: the final answer was faster.
            Some(State::Up(_)) => return self.settle(now, path, message, key, &Reply::new(200)),
            Some(State::Calling(_) | State::Closing(_)) | None => None,
        };
        let acknowledged = message.header("RAck").and_then(rack).zip(invite);
        let unacked = acknowledged.and_then(|((number, cseq), (invite, _))| {
            let reliable = self.legs.get_mut(&id).and_then(Leg::reliable)?;
            reliable.unacked.take_if(|unacked| unacked.number == number && invite == cseq)
        });
        let (Some(mut unacked), Some((_, offerless))) = (unacked, invite) else {
            // RFC 3262 3: it matches none that waits.
            return self.settle(now, path, message, key, &Reply::new(481));
        };
        self.io.timers.clear(&mut unacked.retry);
        self.io.timers.clear(&mut unacked.limit);
        let theirs = sdp_of(message).into_option();
        match (unacked.sdp, theirs) {
            (Some(ours), answer) if offerless => {
                self.settle(now, path, message, key, &Reply::new(200));
                self.answered_in_prack(id, ours, answer);
            }
            // RFC 3262 5: our answer was in the one that is acknowledged, so they may offer anew.
            (Some(_), Some(offer)) => self.offered_in_prack(now, path, id, message, key, offer),
            // Their first offer has no answer yet.
            (None, Some(_)) => self.settle(now, path, message, key, &Reply::new(488)),
            (Some(_) | None, None) => self.settle(now, path, message, key, &Reply::new(200)),
        }
        self.after_prack(now, id);
    }

    /// The answer to what we offered in a provisional answer. One who sends none has not understood; the switch sees what that is worth.
    fn answered_in_prack(&mut self, id: LegId, ours: Bytes, answer: Option<Bytes>) {
        if let Some(reliable) = self.legs.get_mut(&id).and_then(Leg::reliable) {
            reliable.agreed = Some(ours);
        }
        self.io.event(Event::Confirmed { leg: id, sdp: answer });
    }

    fn offered_in_prack(&mut self, now: Now, path: Path, id: LegId, message: &Message, key: String, offer: Bytes) {
        let Some(State::Offered(offered)) = self.legs.get(&id).map(|leg| &leg.state) else { return };
        let terms: Terms = offered.terms;
        let head = Head::of(message, path.remote, None);
        let server = self.servers.start(&self.io, key, message, reply_path(path, message), head, None);
        let cseq = message.cseq().map_or(0, |cseq| cseq.number);
        let mut theirs = Theirs { server, update: true, offerless: false, cseq, terms, timer: None };
        let limit = self.io.config.limits.reinvite_max;
        self.io.timers.set(&mut theirs.timer, now.tick + limit, Timer::ReinviteLimit(id));
        if let Some(reliable) = self.legs.get_mut(&id).and_then(Leg::reliable) {
            reliable.theirs = Some(theirs);
        }
        self.io.event(Event::Reinvite { leg: id, sdp: Some(offer) });
    }

    /// What waited for the PRACK, or for the answer to the offer in it: the final answer, or the next provisional one.
    pub(super) fn after_prack(&mut self, now: Now, id: LegId) {
        let Some(reliable) = self.legs.get_mut(&id).and_then(Leg::reliable).filter(|reliable| reliable.theirs.is_none()) else { return };
        match (reliable.then_answer.take(), reliable.queued.take()) {
            (Some(sdp), _) => self.answer(now, id, sdp),
            (None, Some((code, sdp))) => self.provisional(now, id, code, sdp),
            (None, None) => {}
        }
    }
}

/// RAck of a PRACK for an INVITE: RSeq and sequence number (RFC 3262 7.2).
fn rack(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split_ascii_whitespace();
    let (number, cseq) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next() == Some("INVITE") && parts.next().is_none()).then_some((number, cseq))
}
