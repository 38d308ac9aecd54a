//! Interactions ↔ voice calls: what one participant's leg should do and what became of it.

use crate::acd::NotReadyReason;
use crate::id::LegId;

/// Most parties in one conversation, supervisors counted. One more is refused before any telephone rings.
pub const PARTIES_MAX: usize = 16;

/// Why a leg is over, in words neither SIP nor Q.850.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegEnd {
    /// The far side hung up or cancelled.
    FarSide,
    /// We ended it.
    OurSide,
    /// An outgoing leg was not taken.
    NotTaken(NotReadyReason),
    /// An outgoing leg was turned down by the person (603, 486 after ringing, …).
    Declined,
    /// It did not come up: transport or protocol failed.
    Failed,
    /// It was up, and its far side is gone without a word: no media, no sign at the end of the session, no connection.
    Lost,
}

/// What the call room says of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegFact {
    Ringing(LegId),
    Answered(LegId),
    Held(LegId),
    Retrieved(LegId),
    /// Nobody hears the leg, or they do again.
    Muted(LegId, bool),
    Ended(LegId, LegEnd),
}
