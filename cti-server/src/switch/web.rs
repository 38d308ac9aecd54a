//! Which legs speak as web phones do, and what becomes of one whose media cannot be protected. Negotiates nothing itself. Extends [`Rooms`].

use super::rooms::Rooms;
use cti_call::Input as CallInput;
use cti_interaction::Input as Said;
use cti_sip::api::{Incoming, Origin, Target, Transport};
use cti_types::event::LeaveReason;
use cti_types::web::WebFailure;
use cti_types::{LegId, Now};

/// Q.850 88: incompatible destination.
const INCOMPATIBLE: u16 = 88;

/// How a leg is signalled, as far as its media depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signalling {
    /// Nobody on the way can read it.
    pub(super) secure: bool,
    pub(super) web: WebMedia,
}

/// What is done about WebRTC on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WebMedia {
    /// It is refused: over UDP, TCP and TLS there are no browsers.
    Never,
    /// It is answered; our own first offer is plain. A telephone on a WebSocket is not always a browser.
    Answered,
    /// Our own first offer is for a browser.
    Offered,
}

impl Rooms {
    /// Of a new leg of ours to this target.
    pub(super) fn signalling_to(&self, target: &Target) -> Signalling {
        let web = if self.sip.is_web_phone(target) { WebMedia::Offered } else { WebMedia::Never };
        Signalling { secure: self.sip.is_reached_securely(target), web }
    }

    /// Of a leg that came in.
    pub(super) fn signalling_from(&self, call: &Incoming) -> Signalling {
        let known = match call.origin {
            Origin::Phone(phone) => self.sip.is_web_phone(&Target::Phone(phone)),
            Origin::Trunk(_) => false,
        };
        let web = match call.path.transport {
            Transport::Ws | Transport::Wss if known => WebMedia::Offered,
            Transport::Ws | Transport::Wss => WebMedia::Answered,
            Transport::Udp | Transport::Tcp | Transport::Tls => WebMedia::Never,
        };
        Signalling { secure: call.path.transport.is_secure(), web }
    }

    /// The handshake of a web phone's media failed: the leg is ended, as one whose SDP was of no use.
    pub(super) fn unprotected(&mut self, now: Now, leg: LegId, failure: WebFailure) {
        let Some(participant) = self.lines.get(leg).map(|line| line.participant) else { return };
        tracing::warn!(%leg, failure = failure.word(), "a web phone's media cannot be protected; the leg is ended");
        self.calls.handle(now, CallInput::End { leg, cause: INCOMPATIBLE });
        self.say(now, Said::Left { participant, reason: LeaveReason::Failed });
    }
}
