//! Re-INVITEs we send: one at a time, glare retried as RFC 3261 14.1 says. Theirs are in `session`.

use super::leg::{Leg, Ours, State};
use super::{ALLOW, Endpoint};
use crate::api::{EndedBy, Event, Path};
use crate::dialog::write_contact;
use crate::message::{Message, Method, sdp_of};
use crate::timers::Timer;
use crate::transaction::{ClientId, ClientUse};
use bytes::Bytes;
use cti_types::{LegId, Now};
use std::time::Duration;

/// How often a re-INVITE that meets 491 is tried; then `ReinviteRefused` 491.
const TRIES_MAX: u8 = 6;

impl Endpoint {
    /// Sends it now, or once the INVITE under way is over; a newer one replaces one that waits.
    pub(super) fn reinvite(&mut self, now: Now, id: LegId, sdp: Bytes) {
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        let Some(session) = leg.session() else { return };
        session.queued = Some(sdp);
        self.next_reinvite(now, id);
    }

    /// Sends the waiting re-INVITE when nothing stands in its way.
    pub(super) fn next_reinvite(&mut self, now: Now, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        let Some(session) = leg.session() else { return };
        if session.busy() {
            return;
        }
        if let Some(sdp) = session.queued.take() {
            self.send_reinvite(now, id, sdp, 1);
        }
    }

    fn send_reinvite(&mut self, now: Now, id: LegId, sdp: Bytes, tries: u8) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let (branch, cseq) = (self.io.branch(), session.dialog.next_cseq());
        let (mut writer, path) = session.dialog.request(&self.io, "INVITE", cseq, &branch);
        write_contact(&mut writer, &self.io, path);
        writer.header("Allow", ALLOW);
        let invite = writer.finish(Some(("application/sdp", &sdp)));
        let client = self.clients.start(now, &mut self.io, ClientUse::Reinvite(id), Method::Invite, branch, path, invite);
        session.ours = Ours::Pending { client, sdp, tries };
    }

    pub(super) fn reinvite_response(&mut self, now: Now, path: Path, client: ClientId, id: LegId, message: &Message) {
        let code = message.code();
        if code < 200 {
            return;
        }
        if code < 300 {
            return self.reinvite_answered(now, path, client, id, message);
        }
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let Ours::Pending { client: pending, sdp, tries, .. } = &session.ours else { return };
        if *pending != client {
            return;
        }
        let (sdp, tries) = (sdp.clone(), *tries);
        session.ours = Ours::None;
        match code {
            491 if tries < TRIES_MAX => self.wait_for_glare(now, id, sdp, tries),
            // RFC 3261 12.2.1.2: the dialog is gone on the other side.
            408 | 481 => self.reinvite_failed(now, id),
            _ => {
                self.io.event(Event::ReinviteRefused { leg: id, code });
                self.next_reinvite(now, id);
            }
        }
    }

    fn reinvite_answered(&mut self, now: Now, path: Path, client: ClientId, id: LegId, message: &Message) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let over = leg.over;
        let number = message.cseq().map_or(0, |c| c.number);
        let Some(dialog) = leg.dialog() else { return };
        dialog.refresh(message);
        dialog.follow(path);
        // Also after our BYE: what was answered must be acknowledged.
        let dialog = dialog.clone();
        self.acknowledge(client, &dialog, number);
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        if !matches!(&session.ours, Ours::Pending { client: pending, .. } if *pending == client) {
            return;
        }
        session.ours = Ours::None;
        if !over {
            self.io.event(Event::ReinviteAnswered { leg: id, sdp: sdp_of(message).into_option() });
        }
        self.next_reinvite(now, id);
    }

    /// RFC 3261 14.1: who made the Call-ID waits 2.1–4 s, the other 0–2 s, in steps of 10 ms.
    fn wait_for_glare(&mut self, now: Now, id: LegId, sdp: Bytes, tries: u8) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let caller = leg.merge.is_none();
        let wait = if caller { 2100 + self.io.chance.below(191) * 10 } else { self.io.chance.below(201) * 10 };
        let Some(session) = leg.session() else { return };
        let mut timer = None;
        self.io.timers.set(&mut timer, now.tick + Duration::from_millis(wait), Timer::GlareRetry(id));
        session.ours = Ours::Waiting { sdp, tries, timer };
    }

    pub(super) fn glare_retry(&mut self, now: Now, id: LegId) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let Ours::Waiting { sdp, tries, .. } = &session.ours else { return };
        let (sdp, tries) = (sdp.clone(), *tries);
        session.ours = Ours::None;
        if session.busy() {
            // Theirs came first; ours follows it, unless the switch has asked for something newer.
            session.queued.get_or_insert(sdp);
        } else {
            let newest = session.queued.take().unwrap_or(sdp);
            self.send_reinvite(now, id, newest, tries + 1);
        }
    }

    /// No answer, a dead transport, or 481: the call is over.
    pub(super) fn reinvite_failed(&mut self, now: Now, id: LegId) {
        let Some(State::Up(_)) = self.legs.get(&id).map(|leg| &leg.state) else { return };
        self.say_ended(id, EndedBy::Failure, None);
        self.bye(now, id, None);
    }
}
