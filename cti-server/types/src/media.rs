//! Switch ↔ media engine. Plain data: enough in each command to restore a leg after a crash.

use crate::id::{LegId, PlayId, RecordingId};
use crate::tap::Channel;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// An audio codec the server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// ITU-T G.711 µ-law, 8 kHz, static payload type 0.
    Pcmu,
    /// ITU-T G.711 A-law, 8 kHz, static payload type 8.
    Pcma,
}

/// Direction of a stream as the side that wrote the SDP sees it (RFC 3264 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }
    pub fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }
    /// The same stream seen from the other side.
    pub fn reversed(self) -> Direction {
        match self {
            Direction::SendOnly => Direction::RecvOnly,
            Direction::RecvOnly => Direction::SendOnly,
            Direction::SendRecv => Direction::SendRecv,
            Direction::Inactive => Direction::Inactive,
        }
    }
}

/// The negotiated audio stream of one leg, all that the engine needs to send and accept packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Where the other side's SDP says its media should be sent.
    pub remote: SocketAddr,
    /// Where its RTCP should go (`a=rtcp`, else port + 1).
    pub remote_rtcp: SocketAddr,
    /// Where the leg's signalling comes from, as its sockets saw it. Behind address translation the SDP names an address of the
    /// inner net, and the media comes from the outer one that the signalling comes from too. Media is accepted from the IP of
    /// `remote` and from these, from no other; the port may be any. A handful; empty: only `remote`'s IP.
    pub also_from: Vec<IpAddr>,
    /// What we send: payload type and codec.
    pub send: (u8, Codec),
    /// What we accept: each payload type with its codec.
    pub accept: Vec<(u8, Codec)>,
    /// Payload type of telephone-event/8000 (RFC 4733) they send us, if agreed.
    pub event_receive: Option<u8>,
    /// Payload type of telephone-event/8000 we send, if agreed.
    pub event_send: Option<u8>,
    /// Our direction: `sends()` we may send; `receives()` we expect media.
    pub direction: Direction,
    /// Packet time we send at, in ms (10–60).
    pub ptime_ms: u8,
}

/// Audio held in memory: 8 kHz mono linear PCM, shared by all who play it.
#[derive(Clone)]
pub struct Clip {
    pub name: Arc<str>,
    pub samples: Arc<[i16]>,
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clip({}, {} ms)", self.name, self.samples.len() / 8)
    }
}

/// Where a recording of a leg's received audio goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tap {
    pub recording: RecordingId,
    pub channel: Channel,
}

/// What the switch asks of the engine. Commands for one leg are carried out in order.
#[derive(Clone, Debug)]
pub enum EngineCommand {
    /// Bind RTP on `port` and RTCP on `port + 1` of `ip`. Answered by `Opened` or `OpenFailed`.
    /// Legs with equal `group` live on the same thread (those of one interaction).
    Open { leg: LegId, group: u64, ip: IpAddr, port: u16, ssrc: u32, sequence: u16, timestamp: u32 },
    /// Begin or change the stream by signalling. A changed `remote` unlocks the source so that it locks anew.
    SetStream { leg: LegId, stream: Stream },
    /// Whom this leg hears when nothing is played to it. Empty: nothing is sent. Today at most one; a mix comes later.
    Hear { leg: LegId, from: Vec<LegId> },
    /// Play the clips in order to this leg, instead of whom it hears, `repeat`ing for ever or once, beginning at
    /// `offset_ms` into them. A play under way on the leg is replaced (its `PlayEnded` says interrupted).
    Play { leg: LegId, play: PlayId, clips: Vec<Clip>, repeat: bool, offset_ms: u64 },
    /// Stop whatever plays; the next packet is what it hears. `PlayEnded { interrupted: true }` follows if one was playing.
    StopPlay { leg: LegId },
    /// Send these digits (0-9 * # A-D) as RFC 4733 events, 100 ms each with 60 ms between.
    SendDigits { leg: LegId, digits: String },
    /// Copy what is received from this leg into a recording; `None` ends it.
    Tap { leg: LegId, tap: Option<Tap> },
    /// Close sockets; answered by `Closed`, after which the port pair rests.
    Close { leg: LegId },
}

/// Why a port pair could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// Someone else holds the port, or the address is not ours.
    Bind,
    /// The engine is at its bound of legs or out of descriptors.
    Full,
}

/// What came of a leg's packets, totals since `Open`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StreamStats {
    pub packets_sent: u64,
    pub packets_received: u64,
    /// Missing by sequence number (RFC 3550 A.3).
    pub packets_lost: u64,
    /// Packets dropped because they did not come from the locked source or were no RTP we accept.
    pub packets_foreign: u64,
    /// Interarrival jitter, RFC 3550 6.4.1, in ms.
    pub jitter_ms: f32,
    /// From RTCP (RFC 3550 6.4.1), in ms; 0 when never measured.
    pub round_trip_ms: f32,
    /// Loss the far side reported of what we sent, 0–1.
    pub far_loss: f32,
    /// Frames a recording could not take in time.
    pub tap_dropped: u64,
}

/// What the engine tells the switch.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineEvent {
    Opened {
        leg: LegId,
    },
    OpenFailed {
        leg: LegId,
        error: OpenError,
    },
    /// A digit by RFC 4733, once per event however often its end packet came.
    Digit {
        leg: LegId,
        digit: char,
        duration_ms: u32,
    },
    PlayEnded {
        leg: LegId,
        play: PlayId,
        interrupted: bool,
    },
    /// No valid RTP or RTCP for the configured time while media was expected (not while held or silent by agreement).
    MediaLost {
        leg: LegId,
    },
    MediaBack {
        leg: LegId,
    },
    Closed {
        leg: LegId,
        port: u16,
        stats: StreamStats,
    },
}
