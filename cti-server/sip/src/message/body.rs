//! What the bodies hold that this room must find: the SDP part and the digit of an INFO. It doesn't read SDP.

use super::{Message, Name, param};
use bytes::Bytes;

/// Most parts looked at in a multipart body; later ones are not seen.
const PARTS_MAX: usize = 16;

/// The session description of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sdp {
    /// No body at all.
    None,
    Some(Bytes),
    /// A body, but no SDP in it: 415.
    Unsupported,
}

impl Sdp {
    pub fn into_option(self) -> Option<Bytes> {
        match self {
            Sdp::Some(sdp) => Some(sdp),
            Sdp::None | Sdp::Unsupported => None,
        }
    }
}

/// Finds the SDP, alone or as a part of `multipart/…` (RFC 5621).
pub fn sdp_of(message: &Message) -> Sdp {
    if message.body().is_empty() {
        return Sdp::None;
    }
    let kind = message.get(Name::ContentType).unwrap_or_default();
    let (media, params) = kind.split_once(';').unwrap_or((kind, ""));
    let media = media.trim_ascii();
    if media.eq_ignore_ascii_case("application/sdp") {
        return Sdp::Some(message.body().clone());
    }
    if media.get(..10).is_some_and(|m| m.eq_ignore_ascii_case("multipart/")) {
        if let Some(part) = param(params, "boundary").and_then(|b| sdp_part(message.body(), b)) {
            return Sdp::Some(part);
        }
    }
    Sdp::Unsupported
}

fn sdp_part(body: &Bytes, boundary: &str) -> Option<Bytes> {
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut from = find(body, &delimiter)? + delimiter.len();
    for _ in 0..PARTS_MAX {
        let rest = body.get(from..)?;
        let len = find(rest, &delimiter)?;
        let part = rest.get(..len)?;
        let (head_len, gap) = match find(part, b"\r\n\r\n") {
            Some(at) => (at, 4),
            None => (find(part, b"\n\n")?, 2),
        };
        let head = String::from_utf8_lossy(part.get(..head_len)?);
        let is_sdp = head.lines().any(|line| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let media = value.split(';').next().unwrap_or_default().trim();
            name.trim().eq_ignore_ascii_case("content-type") && media.eq_ignore_ascii_case("application/sdp")
        });
        if is_sdp {
            // The line end before the delimiter belongs to the delimiter (RFC 2046 5.1.1).
            let content = part.get(head_len + gap..)?;
            let content = content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content);
            return Some(body.slice_ref(content));
        }
        from += len + delimiter.len();
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// What an INFO asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digit {
    Pressed {
        digit: char,
        duration_ms: u32,
    },
    /// No body: a keep-alive.
    Nothing,
    /// A body we don't take: 415.
    Unsupported,
    /// A digit body that can't be read: 400.
    Malformed,
}

/// Reads `application/dtmf-relay` (`Signal=5`, `Duration=160`) and `application/dtmf` (`5`).
pub fn digit(message: &Message) -> Digit {
    /// What a body without a duration stands for.
    const DURATION_MS: u32 = 100;
    if message.body().is_empty() {
        return Digit::Nothing;
    }
    let kind = message.get(Name::ContentType).unwrap_or_default();
    let media = kind.split(';').next().unwrap_or_default().trim_ascii();
    let relay = media.eq_ignore_ascii_case("application/dtmf-relay");
    if !relay && !media.eq_ignore_ascii_case("application/dtmf") {
        return Digit::Unsupported;
    }
    let Ok(text) = std::str::from_utf8(message.body()) else { return Digit::Malformed };
    let (mut signal, mut duration_ms) = (None, DURATION_MS);
    for line in text.lines() {
        match line.split_once('=') {
            Some((name, value)) if name.trim_ascii().eq_ignore_ascii_case("signal") => signal = signal_digit(value.trim_ascii()),
            Some((name, value)) if name.trim_ascii().eq_ignore_ascii_case("duration") => {
                duration_ms = value.trim_ascii().parse::<u32>().unwrap_or(DURATION_MS).min(60_000);
            }
            Some(_) => {}
            None if !relay && signal.is_none() => signal = signal_digit(line.trim_ascii()),
            None => {}
        }
    }
    signal.map_or(Digit::Malformed, |digit| Digit::Pressed { digit, duration_ms })
}

fn signal_digit(text: &str) -> Option<char> {
    match text {
        // Some phones write the event code of RFC 4733 instead of the sign.
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => {}
    }
    let mut chars = text.chars();
    let digit = chars.next()?.to_ascii_uppercase();
    (chars.next().is_none() && matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D')).then_some(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str, body: &str) -> Message {
        let text = format!("INFO sip:a@b SIP/2.0\r\nc: {kind}\r\nl: {}\r\n\r\n{body}", body.len());
        Message::parse(&Bytes::from(text)).unwrap()
    }

    #[test]
    fn digits_of_info_bodies() {
        let pressed = |digit, duration_ms| Digit::Pressed { digit, duration_ms };
        let table = [
            ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", pressed('5', 160)),
            ("application/DTMF-relay;x=y", "signal= *\nduration= x", pressed('*', 100)),
            ("application/dtmf-relay", "Signal=11", pressed('#', 100)),
            ("application/dtmf", "b", pressed('B', 100)),
            ("application/dtmf-relay", "Duration=160", Digit::Malformed),
            ("application/dtmf", "55", Digit::Malformed),
            ("application/xml", "5", Digit::Unsupported),
            ("application/xml", "", Digit::Nothing),
        ];
        for (kind, body, wanted) in table {
            assert_eq!(digit(&message(kind, body)), wanted, "{kind} {body}");
        }
    }

    #[test]
    fn the_sdp_is_found_alone_and_among_parts() {
        assert_eq!(sdp_of(&message("application/sdp", "v=0\r\n")), Sdp::Some("v=0\r\n".into()));
        let parts =
            "--b1\r\nContent-Type: application/isup\r\n\r\n\u{1}\r\n--b1\r\ncontent-type : application/sdp\r\n\r\nv=0\r\no=x\r\n\r\n--b1--";
        assert_eq!(sdp_of(&message("multipart/mixed;boundary=\"b1\"", parts)), Sdp::Some("v=0\r\no=x\r\n".into()));
        assert_eq!(sdp_of(&message("multipart/mixed", parts)), Sdp::Unsupported);
        assert_eq!(sdp_of(&message("text/plain", "hi")), Sdp::Unsupported);
        assert_eq!(sdp_of(&message("text/plain", "")), Sdp::None);
    }
}
