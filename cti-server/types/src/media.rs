//! Switch ↔ media engine. Plain data: enough in each command to restore a leg after a crash.

use crate::id::{LegId, PlayId, RecordingId};
use crate::tap::Channel;
use crate::web::{Protection, WebFailure};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// An audio codec the server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// ITU-T G.711 µ-law, 8 kHz, static payload type 0.
    Pcmu,
    /// ITU-T G.711 A-law, 8 kHz, static payload type 8.
    Pcma,
    /// ITU-T G.722 at 64 kbit/s, 16 kHz, static payload type 9. Its RTP clock is 8000 (RFC 3551 4.5.2).
    G722,
    /// Opus (RFC 6716, RFC 7587), 48 kHz; we send mono.
    Opus,
}

impl Codec {
    pub const ALL: [Codec; 4] = [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus];

    /// The encoding name in `a=rtpmap`, and in configurations.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
            Codec::G722 => "G722",
            Codec::Opus => "opus",
        }
    }

    /// The codec of a name; case counts for nothing.
    pub fn named(name: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// Samples a second of what it is decoded to here.
    pub const fn sample_rate(self) -> u32 {
        match self {
            Codec::Pcmu | Codec::Pcma => 8000,
            Codec::G722 => 16_000,
            Codec::Opus => 48_000,
        }
    }

    /// Ticks a second of its RTP timestamps.
    pub const fn clock(self) -> u32 {
        match self {
            Codec::Pcmu | Codec::Pcma | Codec::G722 => 8000,
            Codec::Opus => 48_000,
        }
    }

    /// One byte a sample: the two laws are translated into each other code by code.
    pub const fn is_g711(self) -> bool {
        matches!(self, Codec::Pcmu | Codec::Pcma)
    }
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
    /// Payload type of telephone-event/48000 they send us, if agreed: events have the clock of the audio beside them.
    pub wide_event_receive: Option<u8>,
    /// Payload type of telephone-event/48000 we send, if agreed.
    pub wide_event_send: Option<u8>,
    /// Our direction: `sends()` we may send; `receives()` we expect media.
    pub direction: Direction,
    /// Packet time we send at, in ms (10–60).
    pub ptime_ms: u8,
    /// How the stream is encrypted, if it is: then nothing in the clear is sent or accepted.
    pub srtp: Option<Protection>,
}

/// The playback that only keeps a stream going while nothing is to be heard. Keys sent as tones are played into it.
pub const SILENCE: PlayId = PlayId::from_u128(1);

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

/// Which of a leg's two directions is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum TapSide {
    /// What its far side says to us.
    #[default]
    Received,
    /// What is sent to it from other legs, forwarded or mixed. Never what is played to it, and no digits.
    Heard,
}

/// Where a copy of a leg's audio goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tap {
    pub recording: RecordingId,
    pub channel: Channel,
    pub side: TapSide,
}

impl Tap {
    /// A copy of what the far side says.
    pub const fn received(recording: RecordingId, channel: Channel) -> Tap {
        Tap { recording, channel, side: TapSide::Received }
    }

    /// A copy of what the far side is sent from other legs.
    pub const fn heard(recording: RecordingId, channel: Channel) -> Tap {
        Tap { recording, channel, side: TapSide::Heard }
    }
}

/// Legs that one leg can hear at once; of more, the first so many are heard and the engine says so in its log.
pub const HEARD_MAX: usize = 16;

/// How to tell a person from a machine; all times in ms. The defaults are the usual ones of this trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DetectLimits {
    /// Silence before the first word after which it is a machine.
    pub initial_silence_ms: u32,
    /// Speech with its short pauses that is too long for a person.
    pub greeting_ms: u32,
    /// Silence after words that shows a person waiting.
    pub after_greeting_silence_ms: u32,
    /// More words than this are a machine's.
    pub words: u32,
    /// Shorter sounds are no words.
    pub word_ms_min: u32,
    /// A sound of this length without a pause is no person's word: a tone, music, or a voice that never breathes.
    pub word_ms_max: u32,
    /// Silence that ends a word; after less the same word goes on.
    pub between_words_silence_ms: u32,
    /// Without a verdict by then it is unsure.
    pub total_ms: u32,
    /// Mean sample size below which there is silence.
    pub silence_level: u16,
}

impl Default for DetectLimits {
    fn default() -> DetectLimits {
        DetectLimits {
            initial_silence_ms: 2500,
            greeting_ms: 1500,
            after_greeting_silence_ms: 800,
            words: 3,
            word_ms_min: 100,
            word_ms_max: 5000,
            between_words_silence_ms: 50,
            total_ms: 5000,
            silence_level: 256,
        }
    }
}

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answerer {
    Person,
    Machine,
    Unsure,
}

impl Answerer {
    /// As it stands in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Answerer::Person => "person",
            Answerer::Machine => "machine",
            Answerer::Unsure => "unsure",
        }
    }
}

impl DetectReason {
    /// As it stands in the log.
    pub const fn word(self) -> &'static str {
        match self {
            DetectReason::InitialSilence => "initial_silence",
            DetectReason::ShortGreeting => "short_greeting",
            DetectReason::LongGreeting => "long_greeting",
            DetectReason::ManyWords => "many_words",
            DetectReason::LongWord => "long_word",
            DetectReason::TooLong => "too_long",
        }
    }
}

/// What showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DetectReason {
    InitialSilence,
    ShortGreeting,
    LongGreeting,
    ManyWords,
    LongWord,
    TooLong,
}

/// What the switch asks of the engine. Commands for one leg are carried out in order.
#[derive(Clone, Debug)]
pub enum EngineCommand {
    /// Bind RTP on `port` and RTCP on `port + 1` of `ip`. Answered by `Opened` or `OpenFailed`.
    /// Legs with equal `group` live on the same thread (those of one interaction).
    Open { leg: LegId, group: u64, ip: IpAddr, port: u16, ssrc: u32, sequence: u16, timestamp: u32 },
    /// A leg that stands without a call, of one page in a browser: it sends and receives on the port that all pages share, and is found by
    /// the name its checks bear. Answered by `Opened` or `OpenFailed`.
    Stand { leg: LegId, group: u64, ssrc: u32, sequence: u16, timestamp: u32 },
    /// The standing leg is also this leg of a call from now on, on the thread of the call's group; all it did before ends. Answered by
    /// `Opened` or `OpenFailed`, until which nothing but `Close` may be said of `leg`. Its `Close` leaves the standing leg.
    Attach { standing: LegId, leg: LegId, group: u64 },
    /// Begin or change the stream by signalling. A changed `remote` unlocks the source so that it locks anew.
    SetStream { leg: LegId, stream: Stream },
    /// Whom this leg hears when nothing is played to it. Empty: nothing is sent. One: its packets are passed on as they come.
    /// More, up to [`HEARD_MAX`]: their mix.
    Hear { leg: LegId, from: Vec<LegId> },
    /// Play the clips in order to this leg, instead of whom it hears, `repeat`ing for ever or once, beginning at
    /// `offset_ms` into them. A play under way on the leg is replaced (its `PlayEnded` says interrupted).
    Play { leg: LegId, play: PlayId, clips: Vec<Clip>, repeat: bool, offset_ms: u64 },
    /// Stop whatever plays; the next packet is what it hears. `PlayEnded { interrupted: true }` follows if one was playing.
    StopPlay { leg: LegId },
    /// Send these digits (0-9 * # A-D) as RFC 4733 events, 100 ms each with 60 ms between; as tones of the same lengths, as long as nothing
    /// else is played, where the far side agreed on no events.
    SendDigits { leg: LegId, digits: String },
    /// Whether the RFC 4733 events of this leg are kept from those who hear it. They are told as `Digit` in any case.
    KeepDigits { leg: LegId, kept: bool },
    /// Copy one side of this leg into a recording; each side has one tap at most, a new one takes its place. `None` ends both.
    Tap { leg: LegId, tap: Option<Tap> },
    /// Listen who answered, from now on: `Detected` follows once. `None` stops listening.
    Detect { leg: LegId, limits: Option<DetectLimits> },
    /// Close sockets; answered by `Closed`, after which the port pair rests. A leg without ports of its own says port 0.
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
    /// How what we hear of the far side sounds: a mean opinion score (ITU-T G.107), 1–4.5; 0 when never measured.
    pub score_heard: f32,
    /// How what it hears of us sounds, by its own reports; 0 without any.
    pub score_far: f32,
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
    /// The handshake with the page of a standing leg is done, once more after each new one: what calls say is heard there. `leg` is the
    /// standing one, in a call or not.
    Connected {
        leg: LegId,
    },
    /// A web phone's media will not come to be: its handshake failed. Told once; nothing was or will be sent in the clear.
    Unprotected {
        leg: LegId,
        failure: WebFailure,
    },
    /// How the leg sounds, told once it is measured and when one of the scores has moved by 0.3 since; no more than once for each
    /// report of RTCP, some seconds apart.
    Quality {
        leg: LegId,
        stats: StreamStats,
    },
    /// Who answered, as asked by `Detect`.
    Detected {
        leg: LegId,
        answerer: Answerer,
        reason: DetectReason,
    },
    Closed {
        leg: LegId,
        port: u16,
        stats: StreamStats,
    },
}
