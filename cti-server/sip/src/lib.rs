//! SIP without sockets: bytes in, bytes and events out; time and chance are arguments.
//!
//! The contract of [`Endpoint`]: call one `handle_*`, then drain [`Endpoint::poll_output`] (and
//! [`Endpoint::poll_source`]), then ask [`Endpoint::poll_timeout`] when to call
//! [`Endpoint::handle_timeout`] at the latest. The layers, from the wire up: [`message`] (bytes ↔ message),
//! transactions (RFC 3261 17, RFC 6026), dialogs, and beside them the registrar, digest and trunks.
//! [`Framer`] cuts a stream into messages and [`Gate`] limits sources before anything is parsed.
//!
//! It opens no socket, resolves no name, and knows nothing of SDP beyond carrying it.

pub mod api;
mod auth;
mod cause;
mod config;
mod dialog;
mod endpoint;
mod framer;
mod gate;
mod guesses;
mod io;
mod ladder;
pub mod locate;
pub mod message;
mod modesty;
mod refused;
mod registrar;
mod scanner;
mod session_timer;
mod timers;
mod transaction;
mod trunk;
mod uac_auth;

pub use api::*;
pub use cause::{cause_of_code, outcome};
pub use config::{Config, Limits};
pub use endpoint::{Counts, Endpoint};
pub use framer::{BODY_BYTES_MAX, Frame, FrameError, Framer, HEAD_BYTES_MAX, is_new_request};
pub use gate::{Gate, GateSettings, Verdict};
pub use ladder::{KEPT_FOR, Kept, LadderSize, Seen, Way, Whose};
pub use refused::{RefusedCounts, Sender, Turned, TurnedAway};
pub use registrar::Contact;
pub use scanner::is_scanner;
