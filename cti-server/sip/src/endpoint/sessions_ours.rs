//! Re-INVITEs we send: one at a time, glare retried as RFC 3261 14.1 says. Theirs are in `session`; when to refresh is in `refresh`.

use super::leg::{Leg, Ours, State, Wanted};
use super::{ALLOW, Endpoint};
use crate::api::{EndedBy, Event, Path};
use crate::dialog::write_contact;
use crate::message::{Message, Method, sdp_of};
use crate::timers::Timer;
use crate::transaction::{ClientId, ClientUse};
use bytes::Bytes;
use cti_types::{LegId, Now};

/// How often a re-INVITE that meets 491 is tried; then `ReinviteRefused` 491.
const TRIES_MAX: u8 = 6;

impl Endpoint {
    /// Sends it now, or once the INVITE under way is over; a newer one replaces one that waits.
    pub(super) fn reinvite(&mut self, now: Now, id: LegId, sdp: Bytes) {
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        let Some(session) = leg.session() else { return };
        session.queued = Some(Wanted::Offer(sdp));
        self.next_reinvite(now, id);
    }

    /// Sends the waiting re-INVITE, or the UPDATE that does for it, when nothing stands in its way.
    pub(super) fn next_reinvite(&mut self, now: Now, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.over) else { return };
        let Some(session) = leg.session() else { return };
        if session.busy() {
            return;
        }
        match session.queued.take() {
            Some(Wanted::Refresh) if session.takes.update => self.send_update(now, id),
            Some(wanted) => self.send_reinvite(now, id, wanted, 1),
            None => {}
        }
    }

    fn send_reinvite(&mut self, now: Now, id: LegId, wanted: Wanted, tries: u8) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let (branch, cseq) = (self.io.branch(), session.dialog.next_cseq());
        let (mut writer, path) = session.dialog.request(&self.io, "INVITE", cseq, &branch);
        write_contact(&mut writer, &self.io, path, session.dialog.is_sips());
        writer.header("Allow", ALLOW);
        session.life.terms.write_request(&mut writer);
        let sdp = match &wanted {
            Wanted::Offer(sdp) => sdp,
            // RFC 4028 7.4: the description as it was, its version in `o=` too, so that nothing changes.
            Wanted::Refresh => &session.local_sdp,
        };
        let invite = writer.finish(Some(("application/sdp", sdp)));
        let client = self.clients.start(now, &mut self.io, ClientUse::Reinvite(id), Method::Invite, branch, path, invite);
        session.ours = Ours::Pending { client, wanted, tries };
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
        let Some((wanted, tries)) = session.take_ours(client) else { return };
        match (code, wanted) {
            (491, wanted) if tries < TRIES_MAX => self.wait_for_glare(now, id, wanted, tries),
            // RFC 3261 12.2.1.2: the dialog is gone on the other side.
            (408 | 481, Wanted::Offer(_)) => self.offer_lost(now, id),
            (_, Wanted::Offer(_)) => {
                self.io.event(Event::ReinviteRefused { leg: id, code });
                self.next_reinvite(now, id);
            }
            (_, Wanted::Refresh) => {
                self.refresh_refused(now, id, message);
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
        let Some((wanted, _)) = session.take_ours(client) else { return };
        if let Wanted::Offer(sdp) = wanted {
            session.local_sdp = sdp;
        }
        session.learn_allow(message);
        let terms = session.life.terms.granted(message);
        if !over {
            self.session_agreed(now, id, terms);
            self.io.event(Event::ReinviteAnswered { leg: id, sdp: sdp_of(message).into_option() });
        }
        self.next_reinvite(now, id);
    }

    fn wait_for_glare(&mut self, now: Now, id: LegId, wanted: Wanted, tries: u8) {
        let Some(caller) = self.legs.get(&id).map(|leg| leg.merge.is_none()) else { return };
        let wait = self.glare_wait(caller);
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let mut timer = None;
        self.io.timers.set(&mut timer, now.tick + wait, Timer::GlareRetry(id));
        session.ours = Ours::Waiting { wanted, tries, timer };
    }

    pub(super) fn glare_retry(&mut self, now: Now, id: LegId) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let Ours::Waiting { wanted, tries, .. } = &session.ours else { return };
        let (wanted, tries) = (wanted.clone(), *tries);
        session.ours = Ours::None;
        if session.busy() {
            // Theirs came first; ours follows it, unless the switch has asked for something newer.
            session.queued.get_or_insert(wanted);
        } else {
            let newest = session.queued.take().unwrap_or(wanted);
            self.send_reinvite(now, id, newest, tries + 1);
        }
    }

    /// No answer, or a dead transport.
    pub(super) fn reinvite_failed(&mut self, now: Now, id: LegId, failure: u16) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        match std::mem::replace(&mut session.ours, Ours::None) {
            Ours::Pending { wanted: Wanted::Refresh, .. } => {
                self.refresh_failed(now, id, failure);
                self.next_reinvite(now, id);
            }
            Ours::Pending { wanted: Wanted::Offer(_), .. } => self.offer_lost(now, id),
            other @ (Ours::None | Ours::Waiting { .. }) => session.ours = other,
        }
    }

    /// What the call was to become is known to nobody: it is over.
    fn offer_lost(&mut self, now: Now, id: LegId) {
        let Some(State::Up(_)) = self.legs.get(&id).map(|leg| &leg.state) else { return };
        self.say_ended(id, EndedBy::Failure, None);
        self.bye(now, id, None);
    }
}
