//! Media as plain computation: packets, codecs, mixing, SDP, digits, playback, source lock. No socket, no clock, no thread.
//!
//! The engine (`cti-media-engine`) owns the sockets and calls these with the packets it reads and the tick at which it
//! read them. The switch uses [`sdp`], [`ports::PortPool`] and [`event::DigitMerge`].

pub mod answerer;
pub mod codec;
pub mod conceal;
pub mod convert;
pub mod ear;
pub mod event;
pub mod forward;
pub mod g711;
pub mod jitter;
pub mod keys;
pub mod mixer;
pub mod playback;
pub mod ports;
pub mod progress;
pub mod quality;
pub mod reception;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod source;
pub mod tone;
pub mod voice;

/// Samples a second of telephone audio, of the clips, and the RTP clock of all codecs but Opus (RFC 3551 table 4).
pub const SAMPLE_RATE: u32 = 8000;

/// Samples in `ms` milliseconds.
pub const fn samples_of_ms(ms: u32) -> u32 {
    ms * (SAMPLE_RATE / 1000)
}

/// Ticks of an RTP clock that pass in `time`, modulo 2^32 as timestamps are.
pub fn ticks_of(time: std::time::Duration, clock: u32) -> u32 {
    (time.as_micros() * u128::from(clock) / 1_000_000) as u32
}
