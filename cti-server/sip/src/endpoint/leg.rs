//! What the endpoint keeps of each call. Data only; the rules are in the modules beside.

use crate::api::{Origin, Path};
use crate::dialog::Dialog;
use crate::timers::{Slot, Timers};
use crate::transaction::{ClientId, ServerId};
use bytes::Bytes;
use std::time::Duration;

/// One branch of an outgoing call: an INVITE to one contact. It outlives the leg until its transaction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AttemptId(pub(crate) u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancel {
    No,
    /// RFC 3261 9.1: a CANCEL may only follow a provisional response.
    Wanted(Option<u16>),
    Sent,
}

#[derive(Debug)]
pub(crate) struct Attempt {
    /// The leg that waits for it; `None` once it has lost or was given up.
    pub(crate) leg: Option<cti_types::LegId>,
    pub(crate) client: ClientId,
    pub(crate) provisional: bool,
    pub(crate) cancel: Cancel,
    /// The INVITE as sent: dialogs are made from it.
    pub(crate) invite: Bytes,
    /// To a registered phone, whose answers always come from and go to its own address.
    pub(crate) pinned: bool,
    pub(crate) limit: Slot,
}

#[derive(Debug)]
pub(crate) struct Leg {
    /// Our tag, which finds the leg; empty while an outgoing call has no answer.
    pub(crate) tag: String,
    /// Call-ID, From tag and number of the INVITE that made it, against merged requests.
    pub(crate) merge: Option<String>,
    /// The far side: requests inside the dialog are taken from its addresses only.
    pub(crate) peer: Origin,
    /// The trunk or phone whose count of calls this one is in.
    pub(crate) counted: Option<Origin>,
    /// `Ended` or `Refused` was said: nothing more of this leg is told.
    pub(crate) over: bool,
    pub(crate) ring: Slot,
    pub(crate) repeat: Slot,
    pub(crate) state: State,
}

#[derive(Debug)]
pub(crate) enum State {
    /// Their INVITE waits for our final answer.
    Offered(Offered),
    /// Our INVITEs wait for their answers.
    Calling(Calling),
    Up(Box<Session>),
    /// Our BYE waits for its answer.
    Closing(Box<Dialog>),
}

#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) server: ServerId,
    pub(crate) dialog: Box<Dialog>,
    /// The INVITE had no SDP: the answer comes in the ACK.
    pub(crate) offerless: bool,
    pub(crate) provisional: Option<(u16, Bytes)>,
}

#[derive(Debug)]
pub(crate) struct Calling {
    pub(crate) attempts: Vec<AttemptId>,
    /// The best refusal so far, with its Retry-After.
    pub(crate) best: Option<(u16, Option<Duration>)>,
    /// The switch ended it: waiting for 487 or a crossing 2xx.
    pub(crate) ending: bool,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) dialog: Dialog,
    pub(crate) unacked: Option<Unacked>,
    pub(crate) ours: Ours,
    /// A re-INVITE that waits until no other INVITE is under way (RFC 3261 14.1). A newer one replaces it.
    pub(crate) queued: Option<Bytes>,
    pub(crate) theirs: Option<Theirs>,
}

/// Our 2xx that waits for its ACK.
#[derive(Debug)]
pub(crate) struct Unacked {
    pub(crate) cseq: u32,
    pub(crate) bytes: Bytes,
    pub(crate) path: Path,
    pub(crate) interval: Duration,
    pub(crate) retry: Slot,
    pub(crate) limit: Slot,
    pub(crate) offerless: bool,
    pub(crate) initial: bool,
    /// `Some`: the leg ended meanwhile; BYE with this cause follows the ACK (RFC 3261 15).
    pub(crate) then_bye: Option<ByeWith>,
}

/// A BYE that must wait, with the Q.850 cause it will carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByeWith {
    pub(crate) cause: Option<u16>,
}

/// Our re-INVITE.
#[derive(Debug)]
pub(crate) enum Ours {
    None,
    Pending {
        client: ClientId,
        sdp: Bytes,
        tries: u8,
    },
    /// After 491.
    Waiting {
        sdp: Bytes,
        tries: u8,
        timer: Slot,
    },
}

/// Their re-INVITE or UPDATE that waits for the switch.
#[derive(Debug)]
pub(crate) struct Theirs {
    pub(crate) server: ServerId,
    pub(crate) update: bool,
    pub(crate) offerless: bool,
    pub(crate) cseq: u32,
    pub(crate) timer: Slot,
}

impl Leg {
    pub(crate) fn new(state: State, peer: Origin) -> Leg {
        Leg { tag: String::new(), merge: None, peer, counted: None, over: false, ring: None, repeat: None, state }
    }

    pub(crate) fn dialog(&mut self) -> Option<&mut Dialog> {
        match &mut self.state {
            State::Offered(offered) => Some(&mut offered.dialog),
            State::Calling(_) => None,
            State::Up(session) => Some(&mut session.dialog),
            State::Closing(dialog) => Some(dialog),
        }
    }

    pub(crate) fn session(&mut self) -> Option<&mut Session> {
        match &mut self.state {
            State::Up(session) => Some(session),
            State::Offered(_) | State::Calling(_) | State::Closing(_) => None,
        }
    }

    /// Stops every timer the leg has.
    pub(crate) fn clear_timers(&mut self, timers: &mut Timers) {
        timers.clear(&mut self.ring);
        timers.clear(&mut self.repeat);
        if let State::Up(session) = &mut self.state {
            session.clear_timers(timers);
        }
    }
}

impl Session {
    pub(crate) fn new(dialog: Dialog) -> Session {
        Session { dialog, unacked: None, ours: Ours::None, queued: None, theirs: None }
    }

    pub(crate) fn clear_timers(&mut self, timers: &mut Timers) {
        if let Some(unacked) = &mut self.unacked {
            timers.clear(&mut unacked.retry);
            timers.clear(&mut unacked.limit);
        }
        if let Ours::Waiting { timer, .. } = &mut self.ours {
            timers.clear(timer);
        }
        if let Some(theirs) = &mut self.theirs {
            timers.clear(&mut theirs.timer);
        }
    }

    /// Whether an INVITE transaction of either side is under way.
    pub(crate) fn busy(&self) -> bool {
        self.unacked.is_some() || self.theirs.is_some() || !matches!(self.ours, Ours::None)
    }
}
