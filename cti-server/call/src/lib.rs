//! Voice: legs, bridges, hold, consultation, conference, supervision, and what each leg hears. No SIP text, no packets, no queues.
//!
//! What a leg hears is *derived* from its state (bridged, held, waiting, played to) and only the difference to what it
//! hears now is sent to the media engine; so no sequence of events can leave music running under a conversation. What is
//! recorded is derived in the same way, at the customer's leg; so no transfer can lose it.
//!
//! A leg may belong to two bridges, an agent's while they consult: it speaks in one and counts as holding in the other.

mod audio;
mod bridges;
mod hearing;
mod room;

pub use room::Calls;

use cti_types::call::LegFact;
use cti_types::event::SuperviseMode;
use cti_types::media::{Clip, EngineCommand};
use cti_types::{InteractionId, LegId, PlayId, RecordingId};
use std::time::Duration;

/// Most legs in one bridge; who comes then is not let in. Interactions refuse them before their telephone rings.
pub const MEMBERS_MAX: usize = cti_types::call::PARTIES_MAX;

/// Q.850 causes this room gives (ITU-T Q.850 table 1).
pub mod cause {
    pub const NORMAL_CLEARING: u16 = 16;
    pub const NO_ANSWER: u16 = 19;
    pub const RECOVERY_ON_TIMER: u16 = 102;
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long after the engine said `MediaLost` a leg is given up.
    pub lost_media: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { lost_media: Duration::from_secs(30) }
    }
}

/// What the room is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// An incoming leg whose port is open, not yet answered.
    Incoming {
        leg: LegId,
        group: InteractionId,
    },
    /// An outgoing leg whose INVITE is on its way.
    Outgoing {
        leg: LegId,
        group: InteractionId,
    },

    // From signalling.
    Ringing {
        leg: LegId,
    },
    /// Not answered, but what the far side sends is to be heard (early media, RFC 3960): in its bridge, and until it has one by `awaited_by`,
    /// who holds or is alone meanwhile and hears it instead of music. Nothing of it is recorded.
    /// A telephone of ours that dialled and is not answered hears, and is heard.
    Early {
        leg: LegId,
        awaited_by: Option<LegId>,
    },
    /// What rang or was heard early is over, and it is called another way.
    Redialled {
        leg: LegId,
    },
    Answered {
        leg: LegId,
    },
    Refused {
        leg: LegId,
        code: u16,
    },
    /// The far side ended it (`failed`: protocol or transport did).
    Ended {
        leg: LegId,
        failed: bool,
    },
    /// The far side's SDP holds us, or no longer does.
    FarHold {
        leg: LegId,
        held: bool,
    },

    // From the media engine.
    PlayEnded {
        leg: LegId,
        play: PlayId,
        interrupted: bool,
    },
    MediaLost {
        leg: LegId,
    },
    MediaBack {
        leg: LegId,
    },

    // From flows, interactions and agents.
    Answer {
        leg: LegId,
    },
    Play {
        leg: LegId,
        play: PlayId,
        clips: Vec<Clip>,
    },
    StopPlay {
        leg: LegId,
    },
    /// What the leg hears while nobody talks to it; `None` ends it. `play` names the playback.
    Music {
        leg: LegId,
        music: Option<(PlayId, Clip)>,
    },
    /// The two hear each other, and the customer is recorded when asked. A customer who talks already is joined by this agent.
    Connect {
        customer: LegId,
        agent: LegId,
        recording: Option<RecordingId>,
        hold_music: Option<(PlayId, Clip)>,
    },
    Hold {
        leg: LegId,
    },
    Retrieve {
        leg: LegId,
    },
    /// Nobody is at the leg just now, and it is kept for who was: as if it held. Or they are back.
    Away {
        leg: LegId,
        away: bool,
    },
    /// The agent speaks with somebody else; who they spoke with hears the hold music meanwhile. Ends with the other's leg.
    Consult {
        agent: LegId,
        other: LegId,
        /// Of the consultation; the customer's own goes on.
        recording: Option<RecordingId>,
        /// What the consulted hears when the agent goes back to the customer for a while.
        hold_music: Option<(PlayId, Clip)>,
    },
    /// The agent goes to and fro between the customer and the one consulted.
    Swap {
        agent: LegId,
    },
    /// The consultation becomes a conference.
    Merge {
        agent: LegId,
    },
    /// The consultation becomes a transfer: the agent is in no bridge any more, the others stay together.
    Complete {
        agent: LegId,
    },
    /// `new` takes the place of `old` in every bridge; `old` is in none then. Not for the leg a bridge is about.
    Replace {
        old: LegId,
        new: LegId,
    },
    /// The leg is taken out of its bridges and stays up.
    Leave {
        leg: LegId,
    },
    /// Nobody hears the leg while it is muted.
    Mute {
        leg: LegId,
        muted: bool,
    },
    /// The leg listens to the target and whoever the target hears, wherever it goes, and the keys pressed at it reach nobody. When the target is over it hears nothing
    /// until it is told of another.
    Supervise {
        leg: LegId,
        target: LegId,
        mode: SuperviseMode,
    },
    SetMode {
        leg: LegId,
        mode: SuperviseMode,
    },
    /// What this leg says (left) and what it hears from other legs (right) is recorded whenever it is in a bridge; `None` ends it.
    Record {
        leg: LegId,
        recording: Option<RecordingId>,
    },
    PauseRecording {
        leg: LegId,
        paused: bool,
    },
    /// What this leg says alone, in no bridge, is recorded as a message; `None` ends it. Nothing is played meanwhile.
    TakeMessage {
        leg: LegId,
        recording: Option<RecordingId>,
    },
    End {
        leg: LegId,
        cause: u16,
    },
}

/// What must be done outside.
#[derive(Clone, Debug)]
pub enum Output {
    Signal(Signal),
    Engine(EngineCommand),
    Fact(LegFact),
    /// A playback asked for by a flow is over.
    Played {
        leg: LegId,
        play: PlayId,
    },
    /// The recording gets nothing more.
    RecordingOver {
        recording: RecordingId,
    },
}

/// For the signalling side of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Answer { leg: LegId },
    End { leg: LegId, cause: u16 },
}
