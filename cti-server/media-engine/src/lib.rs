//! The threads and sockets of media: RTP in, RTP out, mixes, playback, digits, taps, RTCP. It decides nothing about calls.
//!
//! Packets live and die here. What a packet means is computed by `cti-media`; who hears whom is told by the switch with
//! [`EngineCommand`](cti_types::media::EngineCommand)s. Each leg is pinned to one thread by its group and is touched by no
//! other, so there is no lock on a packet's way. A thread sleeps in `poll` until a socket is readable or a timer is due.

mod counters;
mod engine;
mod identity;
mod lane;
mod leg;
mod listening;
mod outgoing;
mod pages;
mod poller;
mod report;
mod sockets;
mod srtp;
mod web;
mod worker;

pub use counters::EngineCounters;
pub use engine::{Clock, Engine, EngineConfig, SendError};
pub use identity::{Identity, IdentityError, fingerprint_of};
pub use srtp::Guard;
