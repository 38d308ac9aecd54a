//! What the endpoint keeps of each call. Data only; the rules are in the modules beside.

use crate::api::{Origin, Path};
use crate::dialog::Dialog;
use crate::message::{Message, Name};
use crate::session_timer::Terms;
use crate::timers::{Slot, Timers};
use crate::transaction::{ClientId, ServerId};
use bytes::Bytes;
use cti_types::Tick;
use std::collections::VecDeque;
use std::time::Duration;

/// One branch of an outgoing call: an INVITE to one contact. It outlives the leg until its transaction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AttemptId(pub(crate) u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancel {
    No,
    /// RFC 3261 9.1: a CANCEL may only follow a provisional response.
    Wanted(Because),
    Sent,
}

/// Why a call that was not answered is cancelled, as the Reason of its CANCEL says (RFC 3326).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    Unsaid,
    /// Q.850.
    Cause(u16),
    /// Another telephone was lifted: this one missed nothing.
    Elsewhere,
}

impl Because {
    pub(crate) fn of(cause: Option<u16>) -> Because {
        cause.map_or(Because::Unsaid, Because::Cause)
    }

    pub(crate) fn reason(self) -> Option<String> {
        match self {
            Because::Unsaid => None,
            Because::Cause(cause) => Some(format!("Q.850;cause={cause}")),
            Because::Elsewhere => Some("SIP;cause=200;text=\"Call completed elsewhere\"".to_owned()),
        }
    }
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
    /// Our tag, by which requests of a callee that has not answered yet are found.
    pub(crate) tag: String,
    pub(crate) path: Path,
    /// The session the INVITE proposes, and how often a 422 has raised it.
    pub(crate) terms: Terms,
    pub(crate) raises: u8,
    pub(crate) by: By,
    /// Callees that answered provisionally and reliably (RFC 3262).
    pub(crate) early: Vec<Early>,
    /// Tags of all that answered provisionally: by these a Replaces names a call that rings.
    pub(crate) heard: Vec<String>,
    /// It was redirected, and nobody has said yet to which of these places it may go.
    pub(crate) turned: Option<Turned>,
    /// Places a redirection leads to that were not tried yet.
    pub(crate) places: VecDeque<Place>,
    pub(crate) limit: Slot,
}

/// A redirection that waits for a decision.
#[derive(Debug)]
pub(crate) struct Turned {
    /// What it is if none is allowed.
    pub(crate) refusal: Refusal,
    pub(crate) places: Vec<Place>,
}

/// A place a redirection leads to.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) uri: String,
    pub(crate) path: Path,
}

/// By which trunk a branch goes, and what was tried there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct By {
    pub(crate) trunk: Option<cti_types::TrunkId>,
    /// How many challenges were answered.
    pub(crate) challenges: u8,
    /// How many of its further addresses were tried.
    pub(crate) peers: usize,
    /// A redirection was followed.
    pub(crate) redirected: bool,
}

/// A dialog before the final answer.
#[derive(Debug)]
pub(crate) struct Early {
    /// The callee's tag.
    pub(crate) tag: String,
    /// RSeq of the last answer that was acknowledged.
    pub(crate) number: u32,
    pub(crate) dialog: Box<Dialog>,
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
    pub(crate) takes: Takes,
    /// What our 2xx will grant.
    pub(crate) terms: Terms,
    /// `None`: they do not know provisional answers that are acknowledged.
    pub(crate) reliable: Option<Box<Reliable>>,
}

/// Provisional answers of ours that are acknowledged (RFC 3262).
#[derive(Debug, Default)]
pub(crate) struct Reliable {
    /// They require it: of every provisional answer.
    pub(crate) required: bool,
    /// RSeq of the last; 0: none was sent.
    pub(crate) number: u32,
    pub(crate) unacked: Option<Unpracked>,
    /// The newest that waits for the PRACK of the one before.
    pub(crate) queued: Option<(u16, Option<Bytes>)>,
    /// The final answer, which waits for the PRACK of a description.
    pub(crate) then_answer: Option<Bytes>,
    /// The description we offered in a provisional answer, once it was answered in PRACK.
    pub(crate) agreed: Option<Bytes>,
    /// The offer in a PRACK that waits for the switch.
    pub(crate) theirs: Option<Theirs>,
}

/// A reliable provisional answer that waits for its PRACK.
#[derive(Debug)]
pub(crate) struct Unpracked {
    pub(crate) number: u32,
    pub(crate) bytes: Bytes,
    pub(crate) path: Path,
    /// The description in it.
    pub(crate) sdp: Option<Bytes>,
    pub(crate) interval: Duration,
    pub(crate) retry: Slot,
    pub(crate) limit: Slot,
}

impl Reliable {
    pub(crate) fn clear_timers(&mut self, timers: &mut Timers) {
        if let Some(unacked) = &mut self.unacked {
            timers.clear(&mut unacked.retry);
            timers.clear(&mut unacked.limit);
        }
        if let Some(theirs) = &mut self.theirs {
            timers.clear(&mut theirs.timer);
        }
    }
}

/// A transfer the phone asked for by REFER.
#[derive(Debug)]
pub(crate) struct Refer {
    /// The REFER, until it is answered.
    pub(crate) server: Option<ServerId>,
    /// Its number, where it is not the dialog's first (RFC 3515 2.4.6).
    pub(crate) id: Option<u32>,
    /// The phone wants no notices (RFC 4488).
    pub(crate) silent: bool,
}

/// A final answer that is none we wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) retry_after: Option<Duration>,
    /// Q.850, where it says one.
    pub(crate) cause: Option<u16>,
}

impl Refusal {
    /// One of our own making: a time-out, a dead transport, a call given up.
    pub(crate) fn ours(code: u16) -> Refusal {
        Refusal { code, retry_after: None, cause: None }
    }
}

#[derive(Debug)]
pub(crate) struct Calling {
    pub(crate) attempts: Vec<AttemptId>,
    /// The best refusal so far.
    pub(crate) best: Option<Refusal>,
    /// The switch ended it: waiting for 487 or a crossing 2xx.
    pub(crate) ending: bool,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) dialog: Dialog,
    pub(crate) unacked: Option<Unacked>,
    pub(crate) ours: Ours,
    /// A re-INVITE that waits until no other INVITE is under way (RFC 3261 14.1). A newer offer replaces it.
    pub(crate) queued: Option<Wanted>,
    pub(crate) theirs: Option<Theirs>,
    /// The description we sent last: what a refresh by re-INVITE repeats.
    pub(crate) local_sdp: Bytes,
    pub(crate) takes: Takes,
    /// Keys for the far side; the first one's INFO is under way.
    pub(crate) digits: VecDeque<char>,
    pub(crate) life: Life,
    pub(crate) refer: Option<Refer>,
    /// A REFER came before.
    pub(crate) referred: bool,
}

/// How long the session lasts (RFC 4028).
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) terms: Terms,
    pub(crate) due: Due,
    /// When it is over unless it is refreshed.
    pub(crate) until: Tick,
    pub(crate) raises: u8,
    pub(crate) slot: Slot,
}

/// What the session's timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// We must refresh.
    Refresh,
    /// Nobody has refreshed it.
    End,
}

/// What a re-INVITE of ours is for.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// A new description of the switch's.
    Offer(Bytes),
    /// Only one more session interval.
    Refresh,
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
        wanted: Wanted,
        tries: u8,
    },
    /// After 491.
    Waiting {
        wanted: Wanted,
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
    pub(crate) terms: Terms,
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
        match &mut self.state {
            State::Up(session) => session.clear_timers(timers),
            State::Offered(Offered { reliable: Some(reliable), .. }) => reliable.clear_timers(timers),
            State::Offered(_) | State::Calling(_) | State::Closing(_) => {}
        }
    }

    /// Where an offer of theirs waits for the switch.
    pub(crate) fn theirs(&mut self) -> Option<&mut Option<Theirs>> {
        match &mut self.state {
            State::Up(session) => Some(&mut session.theirs),
            State::Offered(offered) => offered.reliable.as_mut().map(|reliable| &mut reliable.theirs),
            State::Calling(_) | State::Closing(_) => None,
        }
    }

    /// Their INVITE's reliable provisional answers.
    pub(crate) fn reliable(&mut self) -> Option<&mut Reliable> {
        match &mut self.state {
            State::Offered(offered) => offered.reliable.as_deref_mut(),
            State::Up(_) | State::Calling(_) | State::Closing(_) => None,
        }
    }
}

impl Session {
    /// `local_sdp`: what we said in the INVITE or the 2xx that made it. Its life begins with `session_agreed`.
    pub(crate) fn new(dialog: Dialog, local_sdp: Bytes, takes: Takes, terms: Terms) -> Session {
        let life = Life { terms, due: Due::End, until: Tick::default(), raises: 0, slot: None };
        let (refer, referred) = (None, false);
        Session {
            dialog,
            unacked: None,
            ours: Ours::None,
            queued: None,
            theirs: None,
            local_sdp,
            takes,
            digits: VecDeque::new(),
            life,
            refer,
            referred,
        }
    }

    pub(crate) fn clear_timers(&mut self, timers: &mut Timers) {
        timers.clear(&mut self.life.slot);
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

    /// What stands in the way of a re-INVITE of theirs, or of an UPDATE with an offer: the code to refuse it with.
    pub(crate) fn crossing(&self, update: bool) -> Option<u16> {
        match &self.unacked {
            _ if matches!(self.ours, Ours::Pending { .. }) => Some(491),
            _ if self.theirs.is_some() => Some(500),
            // RFC 3311 5.2: our 2xx holds an offer that only the ACK answers. One that holds an answer has closed the exchange.
            Some(unacked) if update => unacked.offerless.then_some(491),
            Some(_) => Some(500),
            None => None,
        }
    }

    /// Takes our re-INVITE off when this transaction is it: what it was for, and how often it was tried.
    pub(crate) fn take_ours(&mut self, transaction: ClientId) -> Option<(Wanted, u8)> {
        match std::mem::replace(&mut self.ours, Ours::None) {
            Ours::Pending { client, wanted, tries } if client == transaction => Some((wanted, tries)),
            other @ (Ours::None | Ours::Pending { .. } | Ours::Waiting { .. }) => {
                self.ours = other;
                None
            }
        }
    }

    /// The session was refreshed: a refresh that waits is not needed any more.
    pub(crate) fn forget_refresh(&mut self, timers: &mut Timers) {
        self.queued.take_if(|wanted| matches!(wanted, Wanted::Refresh));
        if let Ours::Waiting { wanted: Wanted::Refresh, timer, .. } = &mut self.ours {
            timers.clear(timer);
            self.ours = Ours::None;
        }
    }

    /// What the far side takes, when it says so.
    pub(crate) fn learn_allow(&mut self, message: &Message) {
        if message.count(Name::Allow) > 0 {
            self.takes = Takes::of(message);
        }
    }
}

/// Methods the far side lists in Allow, of those that need not be taken by everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Takes {
    pub(crate) update: bool,
    pub(crate) info: bool,
}

impl Takes {
    pub(crate) fn of(message: &Message) -> Takes {
        let lists = |method: &str| message.values(Name::Allow).any(|listed| listed == method);
        Takes { update: lists("UPDATE"), info: lists("INFO") }
    }
}
