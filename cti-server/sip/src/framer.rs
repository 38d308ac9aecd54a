//! Cuts a stream into SIP messages (RFC 3261 18.3) and looks quickly at what a message is. It does not parse them.

use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;

/// Longest start line and headers of one message; more ends the connection.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Longest body; more ends the connection.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// What was cut from the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// One complete message.
    Message(Bytes),
    /// A keep-alive `CRLF CRLF` (RFC 5626 3.5.1): answer it with one `CRLF`.
    Ping,
}

/// The stream cannot be followed any further: close it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    #[error("a message head is longer than {HEAD_BYTES_MAX} bytes")]
    HeadTooLong,
    #[error("a message body is longer than {BODY_BYTES_MAX} bytes")]
    BodyTooLong,
    #[error("a message on a stream has no usable Content-Length")]
    ContentLength,
}

/// Collects bytes of one connection. Holds at most one head, one body, and what was pushed last.
#[derive(Debug, Default)]
pub struct Framer {
    buf: BytesMut,
    /// How far the end of the head was searched for, so that a slow sender costs no second look.
    searched: usize,
    /// Length of the whole message once its head is complete.
    total: Option<usize>,
    /// A lone CRLF was seen before: the next one completes a ping.
    half_ping: bool,
}

impl Framer {
    pub fn new() -> Framer {
        Framer::default()
    }

    /// Adds what was read from the connection. Then call [`Framer::next_frame`] until it has none.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
    }

    /// The next complete message or keep-alive; `None` when more bytes are needed.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        if self.total.is_none() {
            if self.take_line_breaks() {
                return Ok(Some(Frame::Ping));
            }
            if self.buf.len() < 2 {
                // A lone CR may become a line break.
                return Ok(None);
            }
            let Some(head) = self.head_end()? else { return Ok(None) };
            let body = content_length(self.buf.get(..head).unwrap_or_default()).ok_or(FrameError::ContentLength)?;
            if body > BODY_BYTES_MAX {
                return Err(FrameError::BodyTooLong);
            }
            self.total = Some(head + body);
        }
        match self.total {
            Some(total) if self.buf.len() >= total => {
                self.total = None;
                self.searched = 0;
                Ok(Some(Frame::Message(self.buf.split_to(total).freeze())))
            }
            _ => Ok(None),
        }
    }

    /// Drops CRLFs before a message; true when two in a row make a ping.
    fn take_line_breaks(&mut self) -> bool {
        if self.searched > 0 {
            return false;
        }
        while self.buf.starts_with(b"\r\n") {
            self.buf.advance(2);
            if self.half_ping {
                self.half_ping = false;
                return true;
            }
            self.half_ping = true;
        }
        if self.buf.first().is_some_and(|b| *b != b'\r') {
            self.half_ping = false;
        }
        false
    }

    fn head_end(&mut self) -> Result<Option<usize>, FrameError> {
        let from = self.searched.saturating_sub(3);
        let tail = self.buf.get(from..).unwrap_or_default();
        let found = tail.windows(4).position(|w| w == b"\r\n\r\n").map(|at| from + at + 4);
        self.searched = self.buf.len();
        match found {
            Some(end) if end <= HEAD_BYTES_MAX => Ok(Some(end)),
            None if self.buf.len() <= HEAD_BYTES_MAX => Ok(None),
            _ => Err(FrameError::HeadTooLong),
        }
    }
}

/// The value of Content-Length (or `l`) in a head; `None` when missing, unreadable or contradictory.
fn content_length(head: &[u8]) -> Option<usize> {
    let mut found: Option<usize> = None;
    for line in head.split(|b| *b == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii();
        if !(name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l")) {
            continue;
        }
        let digits = std::str::from_utf8(value.get(1..)?.trim_ascii()).ok()?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let length: usize = digits.parse().ok()?;
        if found.is_some_and(|before| before != length) {
            return None;
        }
        found = Some(length);
    }
    found
}

/// Whether a message starts something new (a request without a To tag that is no ACK, BYE, CANCEL or PRACK), as against
/// responses and requests inside a dialog. A quick look to choose an inbox; a wrong answer only changes the inbox.
pub fn is_new_request(bytes: &[u8]) -> bool {
    const INSIDE: [&[u8]; 5] = [b"SIP/", b"ACK ", b"BYE ", b"CANCEL ", b"PRACK "];
    if INSIDE.iter().any(|start| bytes.starts_with(start)) {
        return false;
    }
    for line in bytes.split(|b| *b == b'\n').skip(1) {
        if line.trim_ascii().is_empty() {
            break;
        }
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii();
        if name.eq_ignore_ascii_case(b"to") || name.eq_ignore_ascii_case(b"t") {
            return !value.windows(5).any(|w| w.eq_ignore_ascii_case(b";tag="));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPTIONS: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\nl : 4\r\n\r\nbody";

    fn drain(framer: &mut Framer) -> Vec<Frame> {
        std::iter::from_fn(|| framer.next_frame().unwrap()).collect()
    }

    #[test]
    fn two_messages_in_one_read_are_two_frames() {
        let mut framer = Framer::new();
        framer.push(OPTIONS);
        framer.push(OPTIONS);
        assert_eq!(drain(&mut framer), vec![Frame::Message(Bytes::from_static(OPTIONS)); 2]);
    }

    #[test]
    fn a_double_line_break_is_a_ping_and_a_single_one_is_nothing() {
        let mut framer = Framer::new();
        framer.push(b"\r\n\r\n\r\n");
        framer.push(OPTIONS);
        framer.push(b"\r\n");
        assert_eq!(drain(&mut framer), vec![Frame::Ping, Frame::Message(Bytes::from_static(OPTIONS))]);
    }

    #[test]
    fn what_cannot_be_framed_is_an_error() {
        let table: [(&[u8], FrameError); 5] = [
            (b"OPTIONS sip:a SIP/2.0\r\n\r\n", FrameError::ContentLength),
            (b"OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n", FrameError::ContentLength),
            (b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n", FrameError::ContentLength),
            (b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999999999999999999\r\n\r\n", FrameError::ContentLength),
            (b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 262145\r\n\r\n", FrameError::BodyTooLong),
        ];
        for (bytes, error) in table {
            let mut framer = Framer::new();
            framer.push(bytes);
            assert_eq!(framer.next_frame(), Err(error));
        }
        let mut framer = Framer::new();
        framer.push(&vec![b'a'; HEAD_BYTES_MAX + 1]);
        assert_eq!(framer.next_frame(), Err(FrameError::HeadTooLong));
    }

    #[test]
    fn the_quick_look_tells_new_from_inside() {
        let table: [(&str, bool); 7] = [
            ("INVITE sip:a SIP/2.0\r\nTo: <sip:a>\r\n\r\n", true),
            ("INVITE sip:a SIP/2.0\r\nt : <sip:a> ;x=1;TAG=a\r\n\r\n", false),
            ("REGISTER sip:a SIP/2.0\r\nTo: <sip:a>\r\n\r\n;tag=", true),
            ("SIP/2.0 200 OK\r\n\r\n", false),
            ("BYE sip:a SIP/2.0\r\n\r\n", false),
            ("CANCEL sip:a SIP/2.0\r\nTo: <sip:a>\r\n\r\n", false),
            ("garbage", true),
        ];
        for (text, new) in table {
            assert_eq!(is_new_request(text.as_bytes()), new, "{text}");
        }
    }

    proptest! {
        #[test]
        fn however_a_stream_is_cut_the_frames_are_the_same(cuts in proptest::collection::vec(1usize..12, 1..40)) {
            let stream: Vec<u8> = [OPTIONS, b"\r\n\r\n", OPTIONS, OPTIONS].concat();
            let mut framer = Framer::new();
            let mut frames = Vec::new();
            let mut rest = stream.as_slice();
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                framer.push(now);
                frames.extend(drain(&mut framer));
                rest = later;
                if rest.is_empty() { break; }
            }
            let message = Frame::Message(Bytes::from_static(OPTIONS));
            prop_assert_eq!(frames, vec![message.clone(), Frame::Ping, message.clone(), message]);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut framer = Framer::new();
            framer.push(&bytes);
            while let Ok(Some(_)) = framer.next_frame() {}
            is_new_request(&bytes);
        }
    }
}
