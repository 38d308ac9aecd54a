//! What the endpoint is told and what it says: the border of this room. Plain data.

pub use crate::trunk::TrunkStatus;
pub use crate::trunk::health::{Health, Probe, Registered};
pub use crate::trunk::route::{Route, Wanted, Why, fails_over};
use bytes::Bytes;
use cti_types::{LegId, PhoneId, TrunkId};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
    /// RFC 7118, one message a WebSocket frame.
    Ws,
    /// The same over TLS.
    Wss,
}

impl Transport {
    /// Whether what is sent arrives, in order, or the connection ends: nothing need be repeated.
    pub fn is_reliable(self) -> bool {
        self != Transport::Udp
    }

    /// Whether nobody on the way can read it.
    pub fn is_secure(self) -> bool {
        matches!(self, Transport::Tls | Transport::Wss)
    }

    /// Whether only connections that the far side opened are used (RFC 7118 5.2).
    pub fn is_theirs_to_open(self) -> bool {
        matches!(self, Transport::Ws | Transport::Wss)
    }

    /// The port where none is said (RFC 3261 19.1.2, RFC 7118 5).
    pub fn usual_port(self) -> u16 {
        match self {
            Transport::Udp | Transport::Tcp => 5060,
            Transport::Tls => 5061,
            Transport::Ws => 80,
            Transport::Wss => 443,
        }
    }

    /// As it stands in Via (RFC 3261 20.42, RFC 7118 5.1).
    pub fn via(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Ws => "WS",
            Transport::Wss => "WSS",
        }
    }

    /// The parameter of URIs of ours that are reached so; empty for the usual one. RFC 7118 5.2.3 has one word for both WebSockets.
    pub fn uri_param(self) -> &'static str {
        match self {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
            Transport::Tls => ";transport=tls",
            Transport::Ws | Transport::Wss => ";transport=ws",
        }
    }
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
    /// Whether P-Asserted-Identity from it is believed (RFC 3325), and how it says that its calls were redirected.
    pub trusted: bool,
    /// How calls of ours go out by it.
    pub out: Outward,
}

/// How calls go out by a trunk, and how it is kept under watch.
#[derive(Clone, Debug, PartialEq)]
pub struct Outward {
    /// Beginnings of the numbers it takes, as dialled to it (E.164 with `+`). With none, and no country: all numbers.
    pub prefixes: Vec<String>,
    /// Countries whose numbers it takes besides, ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// The smallest is used first.
    pub priority: u16,
    /// Share of the calls among trunks of one priority.
    pub weight: u16,
    /// Most new calls in a second, each way; `None`: no bound. One more of ours goes elsewhere, one more of theirs is answered 503.
    pub cps_max: Option<u32>,
    /// Whether numbers begin with `+` to it.
    pub plus: bool,
    /// How it is told who calls.
    pub identity: Identity,
    /// Host of its Request-URI and of our identities, where it wants a name; `None`: its address and ours.
    pub domain: Option<String>,
    /// Whether it is called with `sips:`, which asks for TLS on every hop (RFC 5630); only over TLS.
    pub sips: bool,
    /// With what its challenges are answered; `None`: they are not.
    pub account: Option<Account>,
    /// Register with it (RFC 3261 10) and ask for this long.
    pub register_for: Option<Duration>,
    /// Probe it with OPTIONS; `None`: it is taken for up.
    pub probe: Option<Probe>,
    /// Where calls go, in this order, when the peer itself does not answer; calls may come from there, too.
    pub further: Vec<(Transport, SocketAddr)>,
    /// How long a peer may say nothing to an INVITE before the next address, or the next trunk, is tried: far less than the 32 s of
    /// RFC 3261 17.1.1.2, because somebody waits.
    pub silence_max: Duration,
}

impl Default for Outward {
    fn default() -> Outward {
        Outward {
            prefixes: Vec::new(),
            countries: Vec::new(),
            priority: 100,
            weight: 100,
            cps_max: None,
            plus: true,
            identity: Identity::Asserted,
            domain: None,
            sips: false,
            account: None,
            register_for: None,
            probe: None,
            further: Vec::new(),
            silence_max: Duration::from_secs(4),
        }
    }
}

/// Which header tells a trunk who calls (RFC 3325).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// P-Asserted-Identity: we are trusted there (9.1).
    Asserted,
    /// P-Preferred-Identity: the trunk chooses among what it knows of us (9.2).
    Preferred,
    /// Only From.
    None,
}

/// What a trunk knows us by. Answered only to its own challenges, and only to the one realm.
#[derive(Clone, PartialEq)]
pub struct Account {
    /// Digest user name, and user of the address of record.
    pub user: String,
    /// The realm the digests are made for (RFC 7616 3.4.2): a challenge of another realm is not answered.
    pub realm: String,
    /// H(user:realm:password) in lower-case hex; either may be missing.
    pub ha1_md5: Option<String>,
    pub ha1_sha256: Option<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("user", &self.user).field("realm", &self.realm).finish_non_exhaustive()
    }
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

impl Origin {
    /// The trunk it came by.
    pub fn trunk(self) -> Option<TrunkId> {
        match self {
            Origin::Trunk(id) => Some(id),
            Origin::Phone(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// All registered contacts of the phone at once; the first 2xx wins, the others are cancelled.
    Phone(PhoneId),
    Trunk {
        trunk: TrunkId,
        number: String,
    },
    /// The same for an emergency call: past the trunk's bound.
    Emergency {
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
    /// The number trunks are told in P-Asserted-Identity where it is not `user`: who calls although From withholds it.
    pub asserted: Option<String>,
    /// The number of ours that the one sent on had called: told to trunks in Diversion (RFC 5806).
    pub diverted: Option<String>,
    /// The account of the telephone that sent the call here: told to our own telephones in Referred-By (RFC 3892), to nobody outside.
    pub referred_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Live configuration: replaces the whole set.
    SetTrunks(Vec<Trunk>),
    SetPhones(Vec<PhoneAccount>),
    /// Refuse new INVITEs of trunks (503 with Retry-After) and every OPTIONS: draining. Those of our telephones are offered still: among
    /// them may be a call for help.
    SetAccepting(bool),
    /// Refuse new INVITEs of trunks (503 with Retry-After), but answer OPTIONS: for a while more come than can be taken.
    SetBusy(bool),
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
    /// The answer to `Referred`: 2xx when the call is given away, else why not. The phone is told that it is done when its leg ends.
    AnswerRefer {
        leg: LegId,
        code: u16,
    },
    /// The answer to `Redirected`: which of its places may be tried, in this order. With none the call is refused as it was redirected.
    Follow {
        leg: LegId,
        places: Vec<usize>,
    },
    /// Keys, pressed one after the other for the far side of an established call by INFO (`application/dtmf-relay`); for one that
    /// [`takes`](crate::Endpoint::takes_info) it. Those it refuses come back as `DigitsRefused`.
    SendDigits {
        leg: LegId,
        digits: String,
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
    /// How a trusted trunk says the call was redirected before it came (Diversion, RFC 5806; History-Info, RFC 7044), to be kept where it
    /// is sent on. Names and values, at most 10.
    pub history: Vec<(String, String)>,
    /// The call this one is to take the place of (Replaces, RFC 3891): one with a phone of ours. Whether this phone may is for the switch.
    pub replaces: Option<LegId>,
    pub path: Path,
}

/// Where a phone's REFER wants its call to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referred {
    /// To whoever this is: the user part of Refer-To.
    User(String),
    /// To the far side of another call of the same phone (Replaces in Refer-To, RFC 5589 7.1).
    Call(LegId),
}

/// A place a redirection leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// By which trunk it goes.
    pub trunk: TrunkId,
    pub number: String,
    /// It is the number that was called.
    pub same: bool,
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

impl EndedBy {
    /// Whether the line was lost and nobody hung up: we heard no more of it, or the far side says that it did not (RFC 3326, with ITU-T
    /// Q.850: destination or network out of order, temporary failure, recovery on timer expiry).
    pub fn is_loss(self, cause: Option<u16>) -> bool {
        match self {
            EndedBy::Failure => true,
            EndedBy::Bye => matches!(cause, Some(27 | 38 | 41 | 102)),
            EndedBy::Cancel | EndedBy::Local => false,
        }
    }
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
        /// Q.850, from a Reason header (RFC 3326).
        cause: Option<u16>,
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
    /// A phone wants this call to go elsewhere (REFER, RFC 3515): answer with `AnswerRefer`. Those of trunks are refused already.
    Referred {
        leg: LegId,
        to: Referred,
    },
    /// A call by a trunk is redirected (3xx), to these places, the best first: answer with `Follow`. What leads to no trunk of ours is
    /// left out; with nothing else the call is `Refused`.
    Redirected {
        leg: LegId,
        to: Vec<Redirection>,
    },
    /// SIP INFO with `application/dtmf-relay` or `application/dtmf`.
    Digit {
        leg: LegId,
        digit: char,
        duration_ms: u32,
    },
    /// Keys of [`Command::SendDigits`] that the far side does not take this way.
    DigitsRefused {
        leg: LegId,
        digits: String,
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
    /// A trunk's probes or our registration with it say something new.
    Trunk(TrunkStatus),
}

/// What the door, which sees packets before they are parsed, should know of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceNews {
    /// A log-in from here failed.
    LoginFailed(IpAddr),
    /// The first phone has registered from here.
    Registered(IpAddr),
    /// No phone is registered from here any more.
    Left(IpAddr),
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
