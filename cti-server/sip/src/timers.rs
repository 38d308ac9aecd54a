//! All timers of the endpoint in one ordered map. It doesn't know what a timer means.

use crate::endpoint::AttemptId;
use crate::transaction::{ClientId, ServerId};
use cti_types::{LegId, PhoneId, Tick, TrunkId};
use std::collections::BTreeMap;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// Timers A and E.
    ClientRetry(ClientId),
    /// Timers B, D, F, K, M.
    ClientLimit(ClientId),
    /// Timer G.
    ServerRetry(ServerId),
    /// Timers H, I, J, L.
    ServerLimit(ServerId),
    /// A cancelled INVITE never got its final response (RFC 3261 9.1).
    CancelLimit(AttemptId),
    /// The next OPTIONS to a trunk.
    Probe(TrunkId),
    /// The next REGISTER to a trunk.
    TrunkRegister(TrunkId),
    /// A trunk's peer has said nothing to an INVITE.
    TrunkSilent(AttemptId),
    /// An outgoing call rang long enough, or an incoming one was never answered.
    Ring(LegId),
    /// The provisional response must be repeated (RFC 3261 13.3.1.1).
    Reprovision(LegId),
    /// A reliable provisional answer of ours must be repeated (RFC 3262 3).
    ReliableRetry(LegId),
    /// No PRACK for it.
    ReliableLimit(LegId),
    /// Our 2xx must be repeated (RFC 3261 13.3.1.4).
    AnswerRetry(LegId),
    /// No ACK for our 2xx.
    AnswerLimit(LegId),
    /// A re-INVITE of ours that met 491 may be tried again (RFC 3261 14.1).
    GlareRetry(LegId),
    /// A re-INVITE of theirs was never answered by the switch.
    ReinviteLimit(LegId),
    /// A session must be refreshed, or was not refreshed in time (RFC 4028).
    Session(LegId),
    /// The first contact of the phone expires.
    Binding(PhoneId),
}

/// The owner's handle of a timer that runs; `None`: it doesn't.
pub(crate) type Slot = Option<(Tick, u64)>;

/// The running timers. Bounded by their owners: each has a fixed number of slots.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeMap<(Tick, u64), Timer>,
    next: u64,
}

impl Timers {
    /// Starts the timer, replacing the one in the slot.
    pub(crate) fn set(&mut self, slot: &mut Slot, at: Tick, timer: Timer) {
        self.clear(slot);
        self.next += 1;
        self.due.insert((at, self.next), timer);
        *slot = Some((at, self.next));
    }

    pub(crate) fn clear(&mut self, slot: &mut Slot) {
        if let Some(key) = slot.take() {
            self.due.remove(&key);
        }
    }

    pub(crate) fn first(&self) -> Option<Tick> {
        self.due.keys().next().map(|key| key.0)
    }

    /// The next timer due at `now`. Its owner's slot is stale afterwards, which clearing and setting tolerate.
    pub(crate) fn pop(&mut self, now: Tick) -> Option<Timer> {
        if self.first()? > now {
            return None;
        }
        self.due.pop_first().map(|(_, timer)| timer)
    }

    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }
}
