//! Media as plain computation: packets, SDP, digits, playback, source lock, port pool. No socket, no clock, no thread.
//!
//! The engine (`cti-media-engine`) owns the sockets and calls these with the packets it reads and the tick at which it
//! read them. The switch uses [`sdp`], [`ports::PortPool`] and [`event::DigitMerge`].

pub mod event;
pub mod forward;
pub mod g711;
pub mod playback;
pub mod ports;
pub mod reception;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod source;
pub mod tone;

/// Samples a second of every codec here and of the RTP clock (RFC 3551 table 4).
pub const SAMPLE_RATE: u32 = 8000;

/// Samples in `ms` milliseconds.
pub const fn samples_of_ms(ms: u32) -> u32 {
    ms * (SAMPLE_RATE / 1000)
}

/// Samples that pass in `time` on the RTP clock, modulo 2^32 as timestamps are.
pub fn samples_of(time: std::time::Duration) -> u32 {
    (time.as_micros() * SAMPLE_RATE as u128 / 1_000_000) as u32
}
