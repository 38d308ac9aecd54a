//! Keys for a far side that hears no telephone-event: by INFO (RFC 6086, with the `application/dtmf-relay` that telephones use), each when
//! the one before it is answered.

use super::Endpoint;
use super::leg::{Leg, State};
use crate::api::Event;
use crate::message::Method;
use crate::transaction::ClientUse;
use cti_types::{LegId, Now};

/// How long a key is said to have been pressed.
const PRESSED_MS: u32 = 100;
/// Keys that wait. Whoever sends more gets the rest back as refused.
const WAITING_MAX: usize = 64;

impl Endpoint {
    /// Whether the far side of an established call lists INFO in Allow.
    pub fn takes_info(&self, id: LegId) -> bool {
        self.legs.get(&id).is_some_and(|leg| matches!(&leg.state, State::Up(session) if session.takes.info))
    }

    pub(super) fn send_digits(&mut self, now: Now, id: LegId, digits: &str) {
        let Some(session) = self.legs.get_mut(&id).filter(|leg| !leg.over).and_then(Leg::session) else { return };
        let idle = session.digits.is_empty();
        let room = WAITING_MAX.saturating_sub(session.digits.len());
        session.digits.extend(digits.chars().take(room));
        let rest: String = digits.chars().skip(room).collect();
        if !rest.is_empty() {
            self.io.event(Event::DigitsRefused { leg: id, digits: rest });
        }
        if idle {
            self.next_key(now, id);
        }
    }

    fn next_key(&mut self, now: Now, id: LegId) {
        let Some(session) = self.legs.get_mut(&id).filter(|leg| !leg.over).and_then(Leg::session) else { return };
        let Some(key) = session.digits.front().copied() else { return };
        let (branch, cseq) = (self.io.branch(), session.dialog.next_cseq());
        let (writer, path) = session.dialog.request(&self.io, "INFO", cseq, &branch);
        let body = format!("Signal={key}\r\nDuration={PRESSED_MS}\r\n");
        let info = writer.finish(Some(("application/dtmf-relay", body.as_bytes())));
        self.clients.start(now, &mut self.io, ClientUse::Key(id), Method::Info, branch, path, info);
    }

    /// The far side took a key, or refused it: then it is sent no more of them this way, and whoever sent it may try another.
    pub(super) fn key_answered(&mut self, now: Now, id: LegId, code: u16) {
        let Some(session) = self.legs.get_mut(&id).filter(|leg| !leg.over).and_then(Leg::session) else { return };
        match code {
            ..200 => {}
            200..=299 => {
                session.digits.pop_front();
                self.next_key(now, id);
            }
            _ => {
                session.takes.info = false;
                let digits: String = std::mem::take(&mut session.digits).into_iter().collect();
                self.io.event(Event::DigitsRefused { leg: id, digits });
            }
        }
    }
}
