//! The other end of the line: callers and desk phones with real SIP and RTP sockets, for the demo, the tests and the load tool.
//!
//! It is no part of the server and imports nothing of it: messages are read and written by `rsip`, G.711, tones and RTP are its own, so that
//! the two ends of a test share no bug. One [`UserAgent`] is one signalling socket for any number of callers and phones; one
//! [`MediaThread`] carries the sound of all of them.
//!
//! ```no_run
//! # async fn example() -> Result<(), cti_phone::PhoneError> {
//! use cti_phone::{CallOptions, Media, UserAgent};
//! let agent = UserAgent::bind("127.0.0.1:0".parse().unwrap()).await?;
//! let target = "127.0.0.1:5060".parse().unwrap();
//! let mut call = agent.call(CallOptions::new(target, "sip:+15550100@127.0.0.1").media(Media::tone(600)))?;
//! let answer = call.answered().await?;
//! println!("answered with {}", answer.code);
//! call.hang_up().await?;
//! # Ok(())
//! # }
//! ```

#![allow(clippy::disallowed_methods, reason = "a phone is all shell: it reads the clock it is rung by")]

mod agent;
mod call;
mod callee;
mod caller;
mod desk;
mod dialog;
pub mod digest;
mod error;
mod g711;
mod listen;
mod media;
pub mod message;
pub mod raw;
mod register;
mod rtp;
mod sdp;
mod session;
pub mod tone;
mod transaction;
mod wire;

pub use agent::{AgentCounts, AgentOptions, IncomingCalls, UserAgent};
pub use call::{Answer, Call, CallEvent, CallOptions, CallState, DigitsBy, EndReason};
pub use callee::IncomingCall;
pub use desk::{Behaviour, DeskOptions, DeskPhone, PhoneEvent};
pub use digest::Algorithm;
pub use error::PhoneError;
pub use g711::Codec;
pub use listen::MediaReport;
pub use media::{Media, MediaThread};
pub use register::{RegisterOptions, Registration, RegistrationState};
pub use rsip;
pub use sdp::{Description, Direction, EVENT_TYPE};
pub use tone::{Sound, ToneLevel};
pub use wire::Transport;

/// Takes a lock whether or not another thread panicked while holding it: all that is locked here is whole between two statements.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
