//! SDP offer/answer (RFC 8866, RFC 3264) for one audio stream: RTP/AVP, RTP/SAVP, or a web phone's (RFC 8829). No SIP, no ports of its own.
//!
//! [`Description::parse`] reads what the other side wrote; a [`Negotiator`] for each leg keeps what was agreed and writes
//! our side. Both are total: any bytes give a description or an [`SdpError`].

mod crypto;
mod negotiate;
mod parse;
mod secure;
mod web;

pub use crypto::{Crypto, KEY_BYTES_MAX, KeyMaterial};
pub use negotiate::{Local, Negotiator, SrtpPolicy};
pub use parse::{Audio, Description, Format};
pub use web::{IceSeed, Setup, WebLine};

/// What the other side offers.
pub type Offer = Description;
/// What the other side answers.
pub type Answer = Description;

/// Largest body read; a longer one is refused as malformed. Phones send 1 KB, browsers 6.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Most m-lines read; more are refused.
pub const MEDIA_MAX: usize = 16;
/// Most formats of an m-line looked at; the rest is ignored.
pub const FORMATS_MAX: usize = 64;

/// Why a description was not read or not agreed.
#[derive(Debug, thiserror::Error)]
pub enum SdpError {
    #[error("the session description has {bytes} bytes, more than {BODY_BYTES_MAX}")]
    TooLong { bytes: usize },
    #[error("the session description has {count} media lines, more than {MEDIA_MAX}")]
    TooManyMedia { count: usize },
    #[error("the session description is malformed")]
    Malformed(#[source] sdp_types::ParserError),
    #[error("no audio over RTP/AVP, RTP/SAVP or UDP/TLS/RTP/SAVPF with a usable address is offered")]
    NoAudio,
    #[error("encrypted media is required and not offered")]
    NotEncrypted,
    #[error("encrypted media is offered, which is not spoken here, or no key of it can be used")]
    NoCommonKey,
    #[error("no codec in common")]
    NoCommonCodec,
    #[error("the answer refuses the audio stream")]
    Refused,
    #[error("an answer came though nothing was offered")]
    NothingOffered,
}

impl SdpError {
    /// The SIP status that says so to the sender: 400 for what cannot be read, 488 for what cannot be agreed (RFC 3261 21.4).
    pub fn sip_status(&self) -> u16 {
        match self {
            SdpError::TooLong { .. } | SdpError::TooManyMedia { .. } | SdpError::Malformed(_) => 400,
            SdpError::NoAudio
            | SdpError::NotEncrypted
            | SdpError::NoCommonKey
            | SdpError::NoCommonCodec
            | SdpError::Refused
            | SdpError::NothingOffered => 488,
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod web_tests;
