//! How long the reader of a stream waits for whole messages. It reads nothing itself.

use std::time::Duration;
use tokio::time::Instant;

/// How long a connection may take for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// One that others open must bring its first complete message within this time.
    pub(super) first: Duration,
    /// One on which nothing came for this long is closed; phones keep theirs alive with CRLF (RFC 5626 3.5.1) or a WebSocket ping.
    pub(super) idle: Duration,
    /// A begun message must be complete within this time from its first byte.
    pub(super) frame: Duration,
    /// A TLS handshake and a WebSocket's opening must be complete within this time together.
    pub(super) handshake: Duration,
}

impl Default for Times {
    fn default() -> Times {
        Times {
            first: Duration::from_secs(30),
            idle: Duration::from_secs(900),
            frame: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
        }
    }
}

/// How long the reader of a connection waits: not per read, or a byte now and then would keep it open for ever.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// Until when the first message must be complete; `None` when it was, or when we opened the connection.
    first: Option<Instant>,
    /// Until when the message begun must be complete.
    frame: Option<Instant>,
    /// Bytes of messages not yet complete. Line breaks are not counted: between messages they are keep-alives.
    held: usize,
    times: Times,
}

impl Patience {
    pub(super) fn ours(times: Times) -> Patience {
        Patience { times, ..Patience::default() }
    }

    pub(super) fn theirs(times: Times, now: Instant) -> Patience {
        Patience { first: Some(now + times.first), times, ..Patience::default() }
    }

    pub(super) fn came(&mut self, bytes: &[u8]) {
        self.held += weight(bytes);
    }

    pub(super) fn complete(&mut self, message: &[u8]) {
        self.held = self.held.saturating_sub(weight(message));
        self.first = None;
        self.frame = None;
    }

    /// All complete messages are taken: what is left is the beginning of one.
    pub(super) fn drained(&mut self, now: Instant) {
        if self.held > 0 {
            self.frame.get_or_insert(now + self.times.frame);
        }
    }

    /// Until when to wait for the next bytes.
    pub(super) fn until(&self, now: Instant) -> Instant {
        [self.first, self.frame].into_iter().flatten().fold(now + self.times.idle, Instant::min)
    }
}

fn weight(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n";

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn a_connection_that_brings_no_message_is_closed_after_the_first_timeout() {
        let start = Instant::now();
        let mut patience = Patience::theirs(Times::default(), start);
        patience.came(b"\r\n\r\n");
        patience.drained(start + seconds(20));
        assert_eq!(patience.until(start + seconds(20)), start + Times::default().first);
        patience.came(MESSAGE);
        patience.complete(MESSAGE);
        patience.drained(start + seconds(21));
        assert_eq!(patience.until(start + seconds(21)), start + seconds(21) + Times::default().idle);
    }

    #[test]
    fn a_connection_of_ours_may_be_silent() {
        let start = Instant::now();
        assert_eq!(Patience::ours(Times::default()).until(start), start + Times::default().idle);
    }

    #[test]
    fn more_bytes_of_a_message_do_not_put_its_end_off() {
        let start = Instant::now();
        let mut patience = Patience::ours(Times::default());
        for (second, byte) in MESSAGE.chunks(1).take(8).enumerate() {
            let now = start + seconds(second as u64);
            patience.came(byte);
            patience.drained(now);
            assert_eq!(patience.until(now), start + Times::default().frame);
        }
    }

    #[test]
    fn a_message_begun_behind_a_complete_one_has_its_own_time() {
        let start = Instant::now();
        let mut patience = Patience::ours(Times::default());
        patience.came(b"OPT");
        patience.drained(start);
        patience.came(&MESSAGE[3..]);
        patience.came(b"\r\nINV");
        patience.complete(MESSAGE);
        patience.drained(start + seconds(4));
        assert_eq!(patience.until(start + seconds(4)), start + seconds(4) + Times::default().frame);
    }
}
