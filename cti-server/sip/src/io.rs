//! What all layers share: configuration, chance, timers, and the queue of what to tell the shell.

use crate::api::{Event, Output, Path, SourceNews};
use crate::config::Config;
use crate::timers::Timers;
use bytes::Bytes;
use cti_types::Chance;
use std::collections::VecDeque;

pub(crate) struct Io {
    pub(crate) config: Config,
    pub(crate) chance: Chance,
    pub(crate) timers: Timers,
    /// Drained by the shell after each input, and so bounded by the work of one input.
    pub(crate) out: VecDeque<Output>,
    /// What the door should know of sources. Drained like `out`.
    pub(crate) sources: VecDeque<SourceNews>,
}

impl Io {
    pub(crate) fn send(&mut self, path: Path, bytes: Bytes) {
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
