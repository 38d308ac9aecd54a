//! What all layers share: configuration, chance, timers, and the queue of what to tell the shell.

use crate::api::{Event, Output, Path, SourceNews, Transport};
use crate::config::Config;
use crate::ladder::Ladder;
use crate::timers::Timers;
use bytes::Bytes;
use cti_types::{Chance, Now};
use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;

pub(crate) struct Io {
    pub(crate) config: Config,
    pub(crate) chance: Chance,
    pub(crate) timers: Timers,
    /// The moment of the input that is being handled.
    pub(crate) now: Now,
    pub(crate) ladder: Ladder,
    /// Drained by the shell after each input, and so bounded by the work of one input.
    pub(crate) out: VecDeque<Output>,
    /// What the door should know of sources. Drained like `out`.
    pub(crate) sources: VecDeque<SourceNews>,
    /// Where trunks are reached: connections to these are ours to open.
    pub(crate) peers: BTreeSet<(Transport, SocketAddr)>,
}

impl Io {
    pub(crate) fn send(&mut self, path: Path, bytes: Bytes) {
        self.ladder.went(self.now, path, &bytes);
        self.out.push_back(Output::Transmit { path, bytes });
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    /// A new branch (RFC 3261 8.1.1.7): the cookie and 60 random bits.
    pub(crate) fn branch(&mut self) -> String {
        format!("z9hG4bK{}", self.chance.token(12))
    }
}
