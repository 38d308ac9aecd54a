//! Media engine → recordings: copies of received audio, one packet at a time.

use crate::id::RecordingId;
use crate::media::Codec;
use crate::time::Tick;

/// The channel of a stereo recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The customer.
    Left,
    /// Everything our side says to the customer.
    Right,
}

/// The most payload one frame holds: the largest Opus packet (RFC 6716 3.2.1), and more than 60 ms of the others. What is
/// longer is not copied.
pub const FRAME_BYTES_MAX: usize = 1275;

/// One packet's audio, still encoded (the writer thread decodes).
#[derive(Clone, Debug)]
pub struct TapFrame {
    pub recording: RecordingId,
    pub channel: Channel,
    /// When it arrived, on the clock all taps share.
    pub at: Tick,
    /// RTP timestamp on the codec's clock; continuous within one `source`.
    pub timestamp: u32,
    /// Changes whenever the received stream starts anew (SSRC or source change): timestamps do not continue across it.
    pub source: u32,
    pub codec: Codec,
    /// The payload, at most [`FRAME_BYTES_MAX`].
    pub payload: Box<[u8]>,
}

/// Where the engine threads hand frames. Must not block: a full sink returns `false`, the frame is counted and dropped.
pub trait TapSink: Send + Sync {
    fn push(&self, frame: TapFrame) -> bool;
}
