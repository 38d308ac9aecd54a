//! Session timers of established calls (RFC 4028): when to refresh, by which request, and what its outcome means for the call. What the headers
//! mean is in `session_timer`; re-INVITEs themselves are in `sessions_ours`.

use super::leg::{Due, Leg, Wanted};
use super::{ALLOW, Endpoint};
use crate::api::{EndedBy, Path};
use crate::dialog::write_contact;
use crate::message::{Message, Method};
use crate::session_timer::{Refresher, Terms};
use crate::timers::Timer;
use crate::transaction::ClientUse;
use cti_types::{LegId, Now};
use std::time::Duration;

/// Q.850 102: recovery on timer expiry. What the far side reads in the BYE of a session that was not refreshed.
const TIMER_EXPIRED: u16 = 102;
/// How often one session's interval is raised by 422 before its next refresh that works; then the 422 counts as an answer like any other.
const RAISES_MAX: u8 = 3;

impl Endpoint {
    /// A session begins, or was refreshed by either side: it lasts one more interval.
    pub(super) fn session_agreed(&mut self, now: Now, id: LegId, terms: Terms) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let (due, after) = match terms.refresher {
            Refresher::Us => (Due::Refresh, terms.refresh_after(&mut self.io.chance)),
            Refresher::Them => (Due::End, terms.give_up_after()),
        };
        session.life.terms = terms;
        session.life.until = now.tick + terms.interval();
        session.life.raises = 0;
        session.life.due = due;
        self.io.timers.set(&mut session.life.slot, now.tick + after, Timer::Session(id));
        session.forget_refresh(&mut self.io.timers);
    }

    /// The session's timer.
    pub(super) fn session_due(&mut self, now: Now, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        let Some(session) = leg.session() else { return };
        match session.life.due {
            Due::End => self.session_lost(now, id),
            Due::Refresh => {
                // Whatever becomes of the request, this is when the session is over without an answer to it.
                session.life.due = Due::End;
                let until = session.life.until;
                self.io.timers.set(&mut session.life.slot, until, Timer::Session(id));
                session.queued.get_or_insert(Wanted::Refresh);
                self.next_reinvite(now, id);
            }
        }
    }

    /// RFC 3311 5.1: an UPDATE without a description changes nothing, and needs no ACK.
    pub(super) fn send_update(&mut self, now: Now, id: LegId) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let (branch, cseq) = (self.io.branch(), session.dialog.next_cseq());
        let (mut writer, path) = session.dialog.request(&self.io, "UPDATE", cseq, &branch);
        write_contact(&mut writer, &self.io, path, session.dialog.is_sips());
        writer.header("Allow", ALLOW);
        session.life.terms.write_request(&mut writer);
        self.clients.start(now, &mut self.io, ClientUse::Refresh(id), Method::Update, branch, path, writer.finish(None));
    }

    pub(super) fn update_response(&mut self, now: Now, path: Path, id: LegId, message: &Message) {
        let code = message.code();
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        let caller = leg.merge.is_none();
        let Some(session) = leg.session() else { return };
        match code {
            ..200 => {}
            200..=299 => {
                session.dialog.refresh(message);
                session.dialog.follow(path);
                let terms = session.life.terms.granted(message);
                self.session_agreed(now, id, terms);
            }
            // It may be allowed in general and not now; a re-INVITE always is.
            405 | 501 => {
                session.takes.update = false;
                session.queued.get_or_insert(Wanted::Refresh);
                self.next_reinvite(now, id);
            }
            491 => {
                let wait = self.glare_wait(caller);
                self.refresh_later(now, id, wait);
            }
            _ => self.refresh_refused(now, id, message),
        }
    }

    /// A refresh of ours, UPDATE or re-INVITE, met a refusal that is no glare.
    pub(super) fn refresh_refused(&mut self, now: Now, id: LegId, message: &Message) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let life = &mut session.life;
        match message.code() {
            // RFC 3261 12.2.1.2: the dialog is gone on the other side.
            408 | 481 => return self.session_lost(now, id),
            422 if life.raises < RAISES_MAX => {
                if let Some(raised) = life.terms.raised(message) {
                    life.terms = raised;
                    life.raises += 1;
                    session.queued.get_or_insert(Wanted::Refresh);
                    return self.next_reinvite(now, id);
                }
            }
            _ => {}
        }
        // They have the dialog, or they would not know what to refuse. If they count the time themselves, they end it.
        life.until = now.tick + life.terms.interval();
        let wait = life.terms.interval() / 4;
        self.refresh_later(now, id, wait);
    }

    /// A refresh of ours had no answer: the time for it is over (408), or the transport failed.
    pub(super) fn refresh_failed(&mut self, now: Now, id: LegId, failure: u16) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        if failure == 408 {
            return self.session_lost(now, id);
        }
        // An ICMP error may be forged or pass; who is really gone does not answer until the end of the interval either.
        let wait = session.life.terms.interval() / 8;
        self.refresh_later(now, id, wait);
    }

    /// One more try, if the session lasts until then.
    pub(super) fn refresh_later(&mut self, now: Now, id: LegId, wait: Duration) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let (life, at) = (&mut session.life, now.tick + wait);
        let (due, at) = if at < life.until { (Due::Refresh, at) } else { (Due::End, life.until) };
        life.due = due;
        self.io.timers.set(&mut life.slot, at, Timer::Session(id));
    }

    /// RFC 4028 10: nobody refreshed it in time. Like any leg whose far side is gone.
    pub(super) fn session_lost(&mut self, now: Now, id: LegId) {
        self.say_ended(id, EndedBy::Failure, Some(TIMER_EXPIRED));
        self.bye(now, id, Some(TIMER_EXPIRED));
    }

    /// RFC 3261 14.1: who made the Call-ID waits 2.1–4 s, the other 0–2 s, in steps of 10 ms.
    pub(super) fn glare_wait(&mut self, caller: bool) -> Duration {
        let steps = if caller { 210 + self.io.chance.below(191) } else { self.io.chance.below(201) };
        Duration::from_millis(steps * 10)
    }
}
