//! Session descriptions of a plain audio phone (RFC 4566, 3264): one audio line, G.711, telephone events. Text only.

use crate::error::PhoneError;
use crate::g711::Codec;
use crate::media::Media;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

/// The dynamic payload type our own offers give telephone events.
pub const EVENT_TYPE: u8 = 101;

/// Which way the media goes, as the writer of the description sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// May the writer send?
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Does the writer want to hear?
    pub fn hears(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// What an answer may say to an offer of `self` when the answerer itself wants `own` (RFC 3264 6.1).
    pub fn answer(self, own: Self) -> Self {
        match (self.hears() && own.sends(), self.sends() && own.hears()) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }
}

/// What one side's description says about its audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Where that side wants its packets; port 0 refuses the stream.
    pub audio: SocketAddr,
    /// Those of its codecs we know, in its order.
    pub codecs: Vec<Codec>,
    /// Its payload type for telephone events.
    pub event_type: Option<u8>,
    pub direction: Direction,
}

impl Description {
    /// Reads the first audio line.
    ///
    /// # Errors
    /// `BadDescription` when there is no audio line, or no IPv4/IPv6 address for it.
    pub fn parse(body: &[u8]) -> Result<Self, PhoneError> {
        let text = std::str::from_utf8(body).map_err(|_| PhoneError::BadDescription("not text"))?;
        let (mut session_ip, mut media_ip, mut direction) = (None, None, Direction::SendRecv);
        let mut audio: Option<(u16, Vec<u8>)> = None;
        let mut event_type = None;
        for line in text.lines().map(str::trim_end) {
            if let Some(media) = line.strip_prefix("m=") {
                if audio.is_some() {
                    break;
                }
                audio = audio_line(media);
            } else if let Some(connection) = line.strip_prefix("c=") {
                let ip = connection.split_whitespace().nth(2).and_then(|ip| ip.split('/').next()).and_then(|ip| ip.parse::<IpAddr>().ok());
                if audio.is_some() { media_ip = ip } else { session_ip = ip }
            } else if let Some(map) = line.strip_prefix("a=rtpmap:") {
                let Some((pt, name)) = map.split_once(' ') else { continue };
                let Ok(pt) = pt.parse::<u8>() else { continue };
                if name.to_ascii_lowercase().starts_with("telephone-event/8000") {
                    event_type = Some(pt);
                }
            } else if let Some(found) = direction_line(line) {
                direction = found;
            }
        }
        let (port, types) = audio.ok_or(PhoneError::BadDescription("no audio line"))?;
        let ip = media_ip.or(session_ip).ok_or(PhoneError::BadDescription("no address"))?;
        // RFC 3264 8.4: an address of zero is the old form of hold.
        if ip.is_unspecified() {
            direction = Direction::Inactive;
        }
        let codecs = types.iter().filter_map(|&pt| Codec::from_payload_type(pt)).collect();
        let event_type = event_type.filter(|pt| types.contains(pt));
        Ok(Self { audio: SocketAddr::new(ip, port), codecs, event_type, direction })
    }

    /// The first codec of theirs that is among ours.
    pub fn common(&self, ours: &[Codec]) -> Option<Codec> {
        self.codecs.iter().copied().find(|codec| ours.contains(codec))
    }
}

fn audio_line(media: &str) -> Option<(u16, Vec<u8>)> {
    let mut words = media.split_whitespace();
    if words.next()? != "audio" {
        return None;
    }
    let port = words.next()?.split('/').next()?.parse().ok()?;
    Some((port, words.skip(1).filter_map(|pt| pt.parse().ok()).collect()))
}

fn direction_line(line: &str) -> Option<Direction> {
    [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive]
        .into_iter()
        .find(|direction| line.strip_prefix("a=") == Some(direction.name()))
}

/// Writes a description of our side; `version` goes up with every change (RFC 3264 8).
pub(crate) fn write(
    local: SocketAddr,
    media: &Media,
    codecs: &[Codec],
    event_type: Option<u8>,
    direction: Direction,
    version: u64,
) -> String {
    let family = if local.is_ipv6() { "IP6" } else { "IP4" };
    let ip = local.ip();
    let mut out = format!("v=0\r\no=phone {0} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n", local.port());
    let _ = write!(out, "m=audio {} RTP/AVP", local.port());
    for codec in codecs {
        let _ = write!(out, " {}", codec.payload_type());
    }
    if let Some(pt) = event_type {
        let _ = write!(out, " {pt}");
    }
    out.push_str("\r\n");
    for codec in codecs {
        let _ = write!(out, "a=rtpmap:{} {}/8000\r\n", codec.payload_type(), codec.name());
    }
    if let Some(pt) = event_type {
        let _ = write!(out, "a=rtpmap:{pt} telephone-event/8000\r\na=fmtp:{pt} 0-16\r\n");
    }
    let _ = write!(out, "a=ptime:{}\r\na={}\r\n", media.ptime_ms, direction.name());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "127.0.0.1:4000";

    #[test]
    fn what_is_written_is_read() {
        for direction in [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive] {
            let local = LOCAL.parse().unwrap();
            let codecs = [Codec::Pcma, Codec::Pcmu];
            let text = write(local, &Media::default(), &codecs, Some(101), direction, 3);
            let read = Description::parse(text.as_bytes()).unwrap();
            assert_eq!(read, Description { audio: local, codecs: codecs.to_vec(), event_type: Some(101), direction });
        }
    }

    #[test]
    fn descriptions_of_others() {
        for (text, codecs, event_type, direction, audio) in [
            ("v=0\nc=IN IP4 10.0.0.1\nm=audio 9 RTP/AVP 8\n", vec![Codec::Pcma], None, Direction::SendRecv, "10.0.0.1:9"),
            (
                "c=IN IP4 0.0.0.0\r\nm=audio 9 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\n",
                vec![Codec::Pcmu],
                Some(96),
                Direction::Inactive,
                "0.0.0.0:9",
            ),
            (
                "c=IN IP4 1.1.1.1\r\na=sendonly\r\nm=audio 9 RTP/AVP 111 9\r\nc=IN IP4 2.2.2.2\r\nm=video 5 RTP/AVP 0\r\n",
                vec![],
                None,
                Direction::SendOnly,
                "2.2.2.2:9",
            ),
        ] {
            let expected = Description { audio: audio.parse().unwrap(), codecs, event_type, direction };
            assert_eq!(Description::parse(text.as_bytes()).unwrap(), expected, "{text}");
        }
        for bad in [&b"\xff"[..], b"", b"m=audio 9 RTP/AVP 0\r\n", b"c=IN IP4 1.1.1.1\r\nm=video 9 RTP/AVP 0\r\n"] {
            assert!(Description::parse(bad).is_err());
        }
    }

    #[test]
    fn answers_never_promise_what_the_offer_does_not_want() {
        use Direction::*;
        for (offer, own, answer) in [
            (SendRecv, SendRecv, SendRecv),
            (SendOnly, SendRecv, RecvOnly),
            (RecvOnly, SendRecv, SendOnly),
            (Inactive, SendRecv, Inactive),
            (SendRecv, SendOnly, SendOnly),
            (SendOnly, SendOnly, Inactive),
        ] {
            assert_eq!(offer.answer(own), answer, "{offer:?} {own:?}");
        }
    }
}
