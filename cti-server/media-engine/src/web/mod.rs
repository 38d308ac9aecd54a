//! A leg to a web phone: which of its packets are checks, handshake, reports or media, and what becomes of the first three. Media goes the
//! way of every leg's, with keys from the handshake.

mod dtls;
mod ice;

pub(crate) use dtls::{HANDSHAKE_MAX, Instants};
pub(crate) use ice::whose;

use crate::counters::EngineCounters;
use crate::leg::{Leg, Surroundings};
use crate::srtp::Guard;
use cti_types::Tick;
use cti_types::media::EngineEvent;
use cti_types::web::{Web, WebFailure};
use dtls::{Handshake, Outcome};
use ice::{ANSWER_BYTES_MAX, Path};
use std::net::SocketAddr;

/// What a leg to a web phone has beside others.
pub(crate) struct WebEnd {
    pub(crate) path: Path,
    /// `None` once it has failed: nothing passes any more.
    handshake: Option<Handshake>,
}

/// What a datagram is, by its first byte (RFC 7983), reports by their second (RFC 5761 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Check,
    Handshake,
    Report,
    Media,
    Nothing,
}

impl Kind {
    fn of(packet: &[u8]) -> Kind {
        match packet {
            [0..=3, ..] => Kind::Check,
            [20..=63, ..] => Kind::Handshake,
            [128..=191, 192..=223, ..] => Kind::Report,
            [128..=191, ..] => Kind::Media,
            _ => Kind::Nothing,
        }
    }
}

impl WebEnd {
    fn deadline(&self) -> Tick {
        let handshake = self.handshake.as_ref().map_or(Tick(u64::MAX), Handshake::deadline);
        handshake.min(self.path.deadline())
    }
}

impl Leg {
    /// It is agreed that the far side is a web phone. The same certificate and roles as before: the handshake stands, though the path may
    /// begin anew.
    pub(crate) fn set_web(&mut self, now: Tick, agreed: &Web, around: &Surroundings) {
        if let Some(web) = &mut self.web
            && web.handshake.as_ref().is_none_or(|handshake| handshake.is_for(agreed))
        {
            web.path.renew(agreed);
            return self.tell_connected(around);
        }
        self.guard = None;
        self.begin_anew();
        let Some(identity) = &around.identity else {
            self.web = None;
            return self.unprotected(WebFailure::NotHere, around);
        };
        let handshake = Some(Handshake::new(now, around.instants, identity, agreed));
        self.web = Some(Box::new(WebEnd { path: Path::new(now, agreed), handshake }));
    }

    /// The handshake is not done: nothing can be sent yet, and nothing believed.
    pub(crate) fn awaits_keys(&self) -> bool {
        self.web.is_some() && self.guard.is_none()
    }

    /// Whether a packet from there is worth a look: a web phone's are from where the password was shown.
    pub(crate) fn may_be_theirs(&self, from: SocketAddr) -> bool {
        self.web.as_ref().map_or_else(|| self.lock.may_be(from), |web| web.path.knows(from))
    }

    /// Takes what is not media. False when it is.
    pub(crate) fn beside_media(
        &mut self,
        now: Tick,
        from: SocketAddr,
        packet: &[u8],
        around: &Surroundings,
        counters: &mut EngineCounters,
    ) -> bool {
        let taken = match Kind::of(packet) {
            Kind::Media => return false,
            Kind::Check => self.check(now, from, packet, around),
            Kind::Handshake => self.shake_hands(now, from, packet, around),
            Kind::Report => self.reported(now, from, packet, around),
            Kind::Nothing => false,
        };
        if !taken {
            self.foreign += 1;
            counters.foreign += 1;
        }
        true
    }

    fn check(&mut self, now: Tick, from: SocketAddr, packet: &[u8], around: &Surroundings) -> bool {
        let mut answer = [0; ANSWER_BYTES_MAX];
        let Some(length) = self.web.as_mut().and_then(|web| web.path.check(now, from, packet, &mut answer)) else { return false };
        // An answer that cannot be sent is asked for again.
        let _ = self.sockets.rtp().send_to(&answer[..length], from);
        // A page is back when it can be heard, not when it is on its way.
        if self.standing.is_none() || !self.awaits_keys() {
            self.sign_of_life(now, around);
        }
        self.with_handshake(now, around, |handshake, send| handshake.path_is_there(now, send));
        true
    }

    fn shake_hands(&mut self, now: Tick, from: SocketAddr, packet: &[u8], around: &Surroundings) -> bool {
        let known = self.web.as_ref().is_some_and(|web| web.path.knows(from));
        if known {
            self.with_handshake(now, around, |handshake, send| handshake.packet(now, packet, send));
        }
        known
    }

    pub(crate) fn web_deadline(&self) -> Tick {
        self.web.as_ref().map_or(Tick(u64::MAX), |web| web.deadline())
    }

    /// What time brings: consent that ends, flights sent again, a handshake that takes too long.
    pub(crate) fn web_due(&mut self, now: Tick, around: &Surroundings) {
        let Some(web) = &mut self.web else { return };
        if web.path.expire(now) {
            self.lose(around);
        }
        self.with_handshake(now, around, |handshake, send| handshake.due(now, send));
    }

    /// Lets the handshake go on, sends what it says to where the path leads, and takes what it comes to.
    fn with_handshake(
        &mut self,
        now: Tick,
        around: &Surroundings,
        act: impl FnOnce(&mut Handshake, &mut dyn FnMut(&[u8])) -> Option<Outcome>,
    ) {
        let Some(web) = &mut self.web else { return };
        let (to, socket) = (web.path.target(), self.sockets.rtp());
        let Some(handshake) = &mut web.handshake else { return };
        let outcome = act(handshake, &mut |packet: &[u8]| {
            if let Some(to) = to {
                // Lost like any other on the way: it is sent again.
                let _ = socket.send_to(packet, to);
            }
        });
        match outcome {
            None => {}
            Some(Outcome::Keys(keys)) => match Guard::new(&keys) {
                Some(guard) => {
                    self.guard = Some(Box::new(guard));
                    self.keys_came(now);
                    self.tell_connected(around);
                }
                None => self.unprotected(WebFailure::NoKeys, around),
            },
            Some(Outcome::Failed(failure)) => self.unprotected(failure, around),
        }
    }

    fn unprotected(&mut self, failure: WebFailure, around: &Surroundings) {
        self.guard = None;
        let handshake = self.web.as_mut().and_then(|web| web.handshake.take());
        let trouble = handshake.and_then(|handshake| handshake.trouble).unwrap_or_default();
        tracing::warn!(leg = %self.id, failure = failure.word(), %trouble, "a web phone's media is not protected: nothing is sent or taken");
        around.tell(EngineEvent::Unprotected { leg: self.id, failure });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_are_told_apart_by_their_first_bytes() {
        let rows: [(&[u8], Kind); 12] = [
            (&[0, 1], Kind::Check),
            (&[3], Kind::Check),
            (&[4], Kind::Nothing),
            (&[19, 0], Kind::Nothing),
            (&[20, 254], Kind::Handshake),
            (&[63], Kind::Handshake),
            (&[64, 0], Kind::Nothing),
            (&[127], Kind::Nothing),
            (&[128, 111], Kind::Media),
            (&[129, 200], Kind::Report),
            (&[191, 0x80 | 64], Kind::Report),
            (&[192, 200], Kind::Nothing),
        ];
        for (packet, kind) in rows {
            assert_eq!(Kind::of(packet), kind, "{packet:?}");
        }
        assert_eq!(Kind::of(&[]), Kind::Nothing);
    }
}
