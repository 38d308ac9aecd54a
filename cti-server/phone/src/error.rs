//! What can go wrong for a phone.

use std::io;

/// An error of a phone's own doing or of its call; a call that ends says why in `EndReason` instead.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    #[error("cannot open a socket")]
    Socket(#[source] io::Error),
    #[error("the session description cannot be used: {0}")]
    BadDescription(&'static str),
    #[error("the message cannot be read: {0}")]
    BadMessage(String),
    /// The other side said no with this status.
    #[error("refused with {0}")]
    Refused(u16),
    /// No answer within the transaction's time (RFC 3261: 64 × T1).
    #[error("no answer in time")]
    Timeout,
    /// The call or the agent is over, or not yet far enough for this.
    #[error("not possible now: {0}")]
    WrongState(&'static str),
    /// A digest challenge we cannot answer (no password, unknown algorithm).
    #[error("the challenge cannot be answered: {0}")]
    Challenge(&'static str),
}
