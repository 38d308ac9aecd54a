//! What the endpoint is told and what it says: the border of this room. Plain data.

use bytes::Bytes;
use cti_types::{LegId, PhoneId, TrunkId};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    Udp,
    Tcp,
}

/// One open stream connection, numbered by the shell, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub u64);

/// Where bytes came from or go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    pub transport: Transport,
    /// Our socket's address (never unspecified: the shell fills in the address the packet came to).
    pub local: SocketAddr,
    pub remote: SocketAddr,
    /// The connection, when the transport is a stream and it is open.
    pub stream: Option<StreamId>,
}

/// A SIP trunk known by its addresses.
#[derive(Clone, Debug, PartialEq)]
pub struct Trunk {
    pub id: TrunkId,
    /// Source addresses with prefix length; requests from them are this trunk's.
    pub sources: Vec<(IpAddr, u8)>,
    /// When set, only requests from this source port are this trunk's (several trunks behind one address).
    pub source_port: Option<u16>,
    /// Where calls to it go.
    pub peer: Option<(Transport, SocketAddr)>,
    /// Most calls at once, both ways; one more inbound is answered 503.
    pub calls_max: Option<u32>,
    /// Whether P-Asserted-Identity from it is believed (RFC 3325).
    pub trusted: bool,
}

/// A desk phone's account: what the registrar and digest need. Never the password.
#[derive(Clone, Debug, PartialEq)]
pub struct PhoneAccount {
    pub id: PhoneId,
    /// User part of its address of record and digest user name.
    pub user: String,
    /// H(user:realm:password) in lower-case hex, RFC 7616 3.4.2; either may be missing.
    pub ha1_md5: Option<String>,
    pub ha1_sha256: Option<String>,
}

/// Who sent an INVITE: the far side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Trunk(TrunkId),
    /// An authenticated phone of ours.
    Phone(PhoneId),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// All registered contacts of the phone at once; the first 2xx wins, the others are cancelled.
    Phone(PhoneId),
    Trunk {
        trunk: TrunkId,
        number: String,
    },
}

/// Name and number in From of a call we make.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Caller {
    pub display: Option<String>,
    /// User part; empty for anonymous (RFC 3323).
    pub user: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Live configuration: replaces the whole set.
    SetTrunks(Vec<Trunk>),
    SetPhones(Vec<PhoneAccount>),
    /// Refuse new INVITEs (503 with Retry-After): draining.
    SetAccepting(bool),
    /// Make a call. `leg` is new. Ends in `Answered`, `Refused`, or `Ended`.
    Invite {
        leg: LegId,
        target: Target,
        from: Caller,
        sdp: Bytes,
        headers: Vec<(String, String)>,
        ring_timeout: Duration,
    },
    /// 1xx on an incoming leg, with early media when `sdp`.
    Provisional {
        leg: LegId,
        code: u16,
        sdp: Option<Bytes>,
    },
    /// 200 on an incoming leg.
    Answer {
        leg: LegId,
        sdp: Bytes,
    },
    /// Final refusal of an incoming leg.
    Reject {
        leg: LegId,
        code: u16,
        retry_after: Option<Duration>,
        warning: Option<String>,
    },
    /// Our re-INVITE. A 491 is retried by the endpoint as RFC 3261 14.1 says.
    Reinvite {
        leg: LegId,
        sdp: Bytes,
    },
    AnswerReinvite {
        leg: LegId,
        sdp: Bytes,
    },
    RejectReinvite {
        leg: LegId,
        code: u16,
    },
    /// Whatever ends the leg in its present state: CANCEL, BYE, a final response, or a BYE once ACK came. `cause` is Q.850 in a Reason header (RFC 3326).
    End {
        leg: LegId,
        cause: Option<u16>,
    },
}

/// What the call is about, read from the INVITE.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    pub origin: Origin,
    /// User part of the Request-URI (or the whole `tel:` subscriber), unescaped.
    pub called: String,
    /// The caller as it should be believed: P-Asserted-Identity of a trusted trunk, else From. `None` when withheld.
    pub caller: Option<String>,
    pub display: Option<String>,
    pub call_id: String,
    /// The SDP offer; `None` when the INVITE has none (we offer in 200, the answer comes in `Confirmed`).
    pub sdp: Option<Bytes>,
    pub path: Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The far side's BYE.
    Bye,
    /// The far side's CANCEL before we answered.
    Cancel,
    /// No ACK for our 200 (RFC 3261 13.3.1.4), a dead transport, or a fatal response inside the dialog.
    Failure,
    /// We asked for it.
    Local,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Incoming {
        leg: LegId,
        call: Box<Incoming>,
    },
    /// 18x of a call we make; several may come.
    Ringing {
        leg: LegId,
        code: u16,
        sdp: Option<Bytes>,
    },
    /// 2xx of a call we make; ACK is already sent.
    Answered {
        leg: LegId,
        sdp: Option<Bytes>,
    },
    /// Final non-2xx, or none in time (408), or nobody to call (480 when no contact is registered). The leg is over.
    Refused {
        leg: LegId,
        code: u16,
        retry_after: Option<Duration>,
    },
    /// ACK for our 2xx; `sdp` is the answer when the INVITE had no offer.
    Confirmed {
        leg: LegId,
        sdp: Option<Bytes>,
    },
    /// Their re-INVITE (or UPDATE with a body): answer with `AnswerReinvite` or `RejectReinvite`.
    /// `sdp` is `None` when they want an offer from us. Glare and overlap are already refused (491, 500).
    Reinvite {
        leg: LegId,
        sdp: Option<Bytes>,
    },
    /// The answer to our re-INVITE.
    ReinviteAnswered {
        leg: LegId,
        sdp: Option<Bytes>,
    },
    ReinviteRefused {
        leg: LegId,
        code: u16,
    },
    /// SIP INFO with `application/dtmf-relay` or `application/dtmf`.
    Digit {
        leg: LegId,
        digit: char,
        duration_ms: u32,
    },
    /// The leg is over, said exactly once per leg that was `Incoming` or `Answered` (an outgoing leg ended before its answer says `Refused` 487 or this).
    Ended {
        leg: LegId,
        by: EndedBy,
        cause: Option<u16>,
    },
    Registered {
        phone: PhoneId,
        contacts: u32,
    },
    /// The last contact expired or was removed.
    Unregistered {
        phone: PhoneId,
    },
}

/// What the shell must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send the bytes. On a stream that is gone, open one to `path.remote`, and tell `Input::Failed` when that fails.
    Transmit {
        path: Path,
        bytes: Bytes,
    },
    Event(Event),
}
