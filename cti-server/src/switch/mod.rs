//! The only loop: it selects among the timer and bounded inboxes and hands each event to the rooms.
//!
//! [`Rooms`] is pure (time and chance are arguments) and is what the simulator drives; [`run`] is the shell around it.

mod advice;
mod agents;
mod asked;
pub mod backlog;
pub mod clips;
mod control;
pub mod directory;
mod emergency;
mod encryption;
mod floor;
mod flows;
mod gaps;
mod handset;
mod keys;
mod ladders;
mod lines;
mod live;
mod measured;
mod media_address;
mod messages;
mod numbers;
mod outbound;
pub mod overload;
mod pages;
mod peers;
mod rooms;
pub mod run;
mod spending;
mod spoken;
mod targets;
mod verbs;
mod views;
mod web;
mod why;

pub use asked::{Act, Identify, Question};
pub use directory::Directory;
pub use floor::CountedFigures;
pub use ladders::{SipAsked, SipLadder, SipLeg, SipMessage, SipRefused, SipTurnedAway};
pub use live::{LiveCall, LiveParty, Look, Where};
pub use media_address::MediaAddress;
pub use messages::Revived;
pub use peers::Link;
pub use rooms::{Counters, Rooms, RoomsConfig};
pub use spoken::Spoken;
pub use targets::{TargetKind, TargetsAsked, TransferTarget, TransferTargets};
pub use verbs::Audited;
pub use why::{WaitingWhy, Why, WhyAsked, named_in, skills_in};

use bytes::Bytes;
use crm_core::Card;
use cti_sip::api::{Path, SourceNews, Transport};
use cti_types::event::{Event as LogEvent, Personal, RecordingFailure};
use cti_types::media::{EngineCommand, EngineEvent};
use cti_types::{CustomerId, InteractionId, Number, QueueId, RecordingId, TeamId, Tick, TrunkId, UserId, Utc};
use serde_json::Value;
use softphone_protocol::{Command, Role, SaidView, SessionNo, WireError};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// What can happen to the house. A timer is an event, too: [`Rooms::handle_timeout`].
#[derive(Debug)]
pub enum Event {
    /// One datagram or one framed message, its source already admitted.
    Packet {
        path: Path,
        bytes: Bytes,
    },
    /// The shell could not send to, or lost, this path.
    PathFailed {
        path: Path,
    },
    Engine(EngineEvent),
    /// A browser's or tool's socket of this user opened.
    SocketOpened {
        session: SessionNo,
        user: UserId,
    },
    SocketClosed {
        session: SessionNo,
        user: UserId,
    },
    Command {
        session: SessionNo,
        user: UserId,
        /// The highest role of the login that gave it.
        role: Role,
        id: u64,
        command: Command,
    },
    /// The REST API asks something of the calls. Answered by [`Effect::Answered`].
    Asked {
        ask: u64,
        question: Box<Question>,
    },
    /// Messages that the log of the server's life before has open. Said once, after the first directory.
    Revive(Vec<Revived>),
    /// Somebody wants to read SIP that was kept. Answered by [`Effect::Answered`].
    Sip {
        ask: u64,
        asked: SipAsked,
    },
    /// The addresses of a trunk's peer that is a name, in the order they are tried; none: it could not be looked up.
    Resolved {
        trunk: TrunkId,
        name: String,
        addresses: Vec<SocketAddr>,
        ttl: Duration,
    },
    /// The answer of "who is this". Comes once per look-up, empty when the store could not answer.
    Found {
        interaction: InteractionId,
        found: Found,
    },
    Recording(RecordingFact),
    /// The configuration changed.
    Directory(Box<Directory>),
    /// How the queues did, by what the log has been counted to.
    Figures(BTreeMap<QueueId, CountedFigures>),
    /// Whether new calls may be taken (false: the journal is at its bound).
    Accepting(bool),
    /// Whether more new calls come than can be taken: those of trunks are refused, nothing else.
    Busy(bool),
    /// The server is going down: no new calls from now on, whatever else changes.
    Drain,
    /// End everything that is still up.
    Shutdown,
}

/// What the rules say of one customer in this contact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CardAdvice {
    pub reasons: Vec<SaidView>,
    pub offers: Vec<SaidView>,
}

/// Who the customer may be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// All whose number it is, the likely first.
    pub customers: Vec<CustomerId>,
    /// Of these, or of those whose number it may be; whole, for no screen as they are.
    pub cards: Vec<Card>,
    /// What flows may read as `customer.*`.
    pub values: BTreeMap<String, String>,
    /// What the rules say of the first of the cards, in their order.
    pub advice: Vec<CardAdvice>,
}

/// What is missing in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its place on the recording's timeline.
    pub offset_ms: u64,
    pub frames: u64,
    pub lost_ms: u64,
}

/// What became of a recording on disk.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordingFact {
    PartSealed {
        recording: RecordingId,
        interaction: InteractionId,
        part: u32,
        file: String,
        offset_ms: u64,
        duration_ms: u64,
        bytes: u64,
        sha256: String,
    },
    /// Something was lost.
    Gap {
        recording: RecordingId,
        interaction: InteractionId,
        gap: Gap,
    },
    /// The disk does not take it; it is tried again.
    Failed {
        recording: RecordingId,
        interaction: InteractionId,
        reason: RecordingFailure,
    },
    Ended {
        recording: RecordingId,
        interaction: InteractionId,
        frames_dropped: u64,
    },
}

/// Whose screens show a published entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Topic `me` of this user.
    Me(UserId),
    Floor,
    Queue(QueueId),
    Team(TeamId),
}

/// What the shell must do, in order, after everything for the log is in the journal.
#[derive(Debug)]
pub enum Effect {
    /// Append to the journal.
    Log(LogEvent),
    /// Append to the journal, before the event that names it.
    Personal(Personal),
    Send {
        path: Path,
        bytes: Bytes,
    },
    Engine(EngineCommand),
    LookUp {
        interaction: InteractionId,
        number: Number,
    },
    RecordBegin {
        recording: RecordingId,
        interaction: InteractionId,
        at: Tick,
        started: Utc,
    },
    RecordEnd {
        recording: RecordingId,
        at: Tick,
    },
    /// The part is in the log: a restart need not report it.
    RecordLinked {
        recording: RecordingId,
        part: u32,
    },
    /// What the door's limits should know of a source.
    Source(SourceNews),
    /// All addresses the names of trunks lead to now.
    Named(Vec<IpAddr>),
    /// A view as JSON text, shared from here on by all who see it; `None` removes the entry.
    Publish {
        audience: Audience,
        key: String,
        value: Option<Arc<str>>,
    },
    /// Look up where a trunk's peer is; the answer is [`Event::Resolved`].
    Resolve {
        trunk: TrunkId,
        name: String,
        transport: Transport,
    },
    /// These connections to trunks are to be kept open, and no others.
    Connect(Vec<Link>),
    /// Append to the journal: the present state of something that outlives this life of the server.
    State {
        key: String,
        bytes: Vec<u8>,
    },
    /// It is over: its state is forgotten.
    StateGone {
        key: String,
    },
    /// The answer to a question of the API.
    Answered {
        ask: u64,
        result: Result<Value, WireError>,
    },
    /// Somebody did what is kept in the audit.
    Audit(Audited),
    Reply {
        session: SessionNo,
        id: u64,
        result: Result<Value, WireError>,
    },
}
