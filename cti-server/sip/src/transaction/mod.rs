//! The four transaction machines of RFC 3261 17 with RFC 6026, and how messages find theirs. No dialog, no call.

mod client;
mod server;

pub(crate) use client::{Clients, Delivered, Done};
pub(crate) use server::{Servers, answerable, reply_path, server_key};

use crate::endpoint::AttemptId;
use cti_types::{LegId, TrunkId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ClientId(pub(crate) u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ServerId(pub(crate) u64);

/// For whom a client transaction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientUse {
    /// One branch of an outgoing call.
    Attempt(AttemptId),
    Reinvite(LegId),
    /// An UPDATE that refreshes a session.
    Refresh(LegId),
    Bye(LegId),
    /// INFO with a key.
    Key(LegId),
    /// OPTIONS that asks how a trunk does.
    Probe(TrunkId),
    /// Our registration with a trunk.
    TrunkRegister(TrunkId),
    /// Nobody waits for the outcome (CANCEL, the BYE of a losing fork).
    Nobody,
}
