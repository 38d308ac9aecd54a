//! What the other side's description says of audio. It agrees nothing.

use super::crypto::{self, Crypto};
use super::web::{self, WebLine};
use super::{BODY_BYTES_MAX, FORMATS_MAX, MEDIA_MAX, SdpError};
use cti_types::media::{Codec, Direction};
use sdp_types::{Attribute, Connection, Media, Session};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Packet time when `a=ptime` says nothing (RFC 3551 table 4: 20 ms).
const PTIME_DEFAULT_MS: u8 = 20;

/// A session description as received. All media lines are kept, since an answer must answer each.
#[derive(Clone, Debug)]
pub struct Description {
    pub(super) session: Session,
    pub(super) audio: Option<Audio>,
}

/// One payload type of the audio line that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Audio(u8, Codec),
    /// telephone-event/8000 with at least the twelve keys.
    Event(u8),
    /// The same with the clock of Opus, telephone-event/48000.
    WideEvent(u8),
}

/// The first usable audio line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audio {
    /// Its place among the media lines.
    pub line: usize,
    pub remote: SocketAddr,
    pub remote_rtcp: SocketAddr,
    /// In the order of the m-line.
    pub formats: Vec<Format>,
    /// As its writer sees it, an unspecified address counted as not receiving.
    pub direction: Direction,
    /// RTP/SAVP, or a web phone's profile: never in the clear.
    pub encrypted: bool,
    /// Keys are told, whatever the profile (RFC 8643 3.1), usable or not.
    pub keyed: bool,
    /// The usable ones.
    pub crypto: Vec<Crypto>,
    /// A web phone's: then `remote` is only where it guesses that it is.
    pub web: Option<WebLine>,
    /// The packet time they wish to receive, 10–60 ms.
    pub ptime_ms: u8,
}

impl Description {
    /// Reads a description. It may hold no usable audio ([`Description::audio`] is then `None`): that is for the
    /// negotiation to refuse, not a malformed body.
    pub fn parse(bytes: &[u8]) -> Result<Description, SdpError> {
        if bytes.len() > BODY_BYTES_MAX {
            return Err(SdpError::TooLong { bytes: bytes.len() });
        }
        let session = Session::parse(bytes).map_err(SdpError::Malformed)?;
        let count = session.medias.len();
        if count > MEDIA_MAX {
            return Err(SdpError::TooManyMedia { count });
        }
        let audio = (0..count).find_map(|line| read_audio(&session, line));
        Ok(Description { session, audio })
    }

    /// The first usable audio line: RTP/AVP, RTP/SAVP or a web phone's with all it needs, a port, a unicast address.
    pub fn audio(&self) -> Option<&Audio> {
        self.audio.as_ref()
    }

    /// The audio line at `line` if it is usable, else the first usable one: a stream keeps its place in later offers (RFC 3264 8).
    pub(super) fn audio_at(&self, line: usize) -> Option<Audio> {
        if self.audio.as_ref().is_some_and(|audio| audio.line == line) {
            return self.audio.clone();
        }
        read_audio(&self.session, line).or_else(|| self.audio.clone())
    }

    /// The first usable audio line that is wanted: who would like encryption but does not insist offers both.
    pub(super) fn audio_where(&self, wanted: impl Fn(&Audio) -> bool) -> Option<Audio> {
        (0..self.session.medias.len()).filter_map(|line| read_audio(&self.session, line)).find(wanted)
    }

    pub(super) fn is_refused(&self, line: usize) -> bool {
        self.session.medias.get(line).is_none_or(|media| media.port == 0)
    }
}

fn read_audio(session: &Session, line: usize) -> Option<Audio> {
    let media = session.medias.get(line)?;
    if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 {
        return None;
    }
    let web = if web::is_web(&media.proto) { Some(web::parse(session, media)?) } else { None };
    let with_keys = media.proto.eq_ignore_ascii_case("RTP/SAVP");
    if web.is_none() && !with_keys && !media.proto.eq_ignore_ascii_case("RTP/AVP") {
        return None;
    }
    let said = media.connections.first().or(session.connection.as_ref()).and_then(unicast);
    // A browser may hide its addresses behind names, or have none yet: the path is found by its checks (RFC 8839 4.3.1).
    let ip = if web.is_some() { said.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) } else { said? };
    let direction = direction(&media.attributes).or_else(|| direction(&session.attributes)).unwrap_or_default();
    let keys = || media.attributes.iter().filter(|one| one.attribute == "crypto");
    Some(Audio {
        line,
        remote: SocketAddr::new(ip, media.port),
        remote_rtcp: if web.is_some() { SocketAddr::new(ip, media.port) } else { rtcp(media, ip) },
        formats: formats(media),
        // RFC 3264 8.4: the old hold means "send nothing here".
        direction: if ip.is_unspecified() && web.is_none() { without_receiving(direction) } else { direction },
        encrypted: with_keys || web.is_some(),
        keyed: keys().next().is_some(),
        crypto: crypto::parse_all(keys().filter_map(|one| one.value.as_deref())),
        web,
        ptime_ms: ptime(media),
    })
}

/// The address, unless it is a name, a group or everybody: media sent there could reach others than the caller.
fn unicast(connection: &Connection) -> Option<IpAddr> {
    let ip = connection.try_address().ok()?.ip;
    let everybody = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
    (!ip.is_multicast() && !everybody).then_some(ip)
}

fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|attribute| match attribute.attribute.as_str() {
        "sendrecv" => Some(Direction::SendRecv),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::RecvOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    })
}

fn without_receiving(direction: Direction) -> Direction {
    match direction {
        Direction::SendRecv | Direction::SendOnly => Direction::SendOnly,
        Direction::RecvOnly | Direction::Inactive => Direction::Inactive,
    }
}

/// `a=rtcp:port [IN IP4 address]` (RFC 3605), else the next port.
fn rtcp(media: &Media, ip: IpAddr) -> SocketAddr {
    let next = SocketAddr::new(ip, media.port.checked_add(1).unwrap_or(media.port));
    let Some(value) = value(media, "rtcp") else { return next };
    let mut words = value.split_ascii_whitespace();
    let Some(port) = words.next().and_then(|port| port.parse().ok()).filter(|port| *port != 0) else { return next };
    let elsewhere = words.nth(2).and_then(|address| address.parse::<IpAddr>().ok()).filter(|ip| !ip.is_multicast());
    SocketAddr::new(elsewhere.unwrap_or(ip), port)
}

/// A whole number of 10 ms within what we send; `a=maxptime` is an upper bound.
fn ptime(media: &Media) -> u8 {
    let number = |name| value(media, name).and_then(|text| text.trim().parse::<f32>().ok()).filter(|ms| *ms >= 1.0);
    let wished = number("ptime").unwrap_or(f32::from(PTIME_DEFAULT_MS));
    let most = number("maxptime").unwrap_or(60.0);
    let tens = (wished.min(most) / 10.0) as u32;
    (tens.clamp(1, 6) * 10) as u8
}

pub(super) fn value<'a>(media: &'a Media, name: &str) -> Option<&'a str> {
    media.attributes.iter().find(|attribute| attribute.attribute == name)?.value.as_deref()
}

fn formats(media: &Media) -> Vec<Format> {
    let mut found: Vec<Format> = Vec::new();
    for text in media.fmt.split_ascii_whitespace().take(FORMATS_MAX) {
        let Some(payload_type) = text.parse().ok().filter(|number| *number < 128u8) else { continue };
        let Some(format) = format(media, payload_type) else { continue };
        // A codec named twice is one codec; the first number counts.
        let known = found.iter().any(|other| match (other, &format) {
            (Format::Audio(_, one), Format::Audio(_, other)) => one == other,
            (Format::Event(_), Format::Event(_)) | (Format::WideEvent(_), Format::WideEvent(_)) => true,
            (Format::Audio(..) | Format::Event(_) | Format::WideEvent(_), _) => false,
        });
        if !known {
            found.push(format);
        }
    }
    found
}

fn format(media: &Media, payload_type: u8) -> Option<Format> {
    let Some(encoding) = mapped(media, "rtpmap", payload_type) else {
        // RFC 3551 table 4: static types need no rtpmap.
        return match payload_type {
            0 => Some(Format::Audio(0, Codec::Pcmu)),
            8 => Some(Format::Audio(8, Codec::Pcma)),
            9 => Some(Format::Audio(9, Codec::G722)),
            _ => None,
        };
    };
    let mut parts = encoding.trim().split('/');
    let (name, rate, channels) = (parts.next()?, parts.next()?, parts.next().unwrap_or("1"));
    if name.eq_ignore_ascii_case("telephone-event") {
        return match rate {
            "8000" if has_keys(media, payload_type) => Some(Format::Event(payload_type)),
            "48000" if has_keys(media, payload_type) => Some(Format::WideEvent(payload_type)),
            _ => None,
        };
    }
    let codec = Codec::named(name)?;
    // RFC 7587 7: Opus is always written with two channels, whatever is sent.
    let wanted = if codec == Codec::Opus { "2" } else { "1" };
    (rate.parse() == Ok(codec.clock()) && channels == wanted).then_some(Format::Audio(payload_type, codec))
}

/// RFC 4733 2.4.1: without fmtp the events are 0–15; with one it must list the twelve keys.
fn has_keys(media: &Media, payload_type: u8) -> bool {
    let Some(list) = mapped(media, "fmtp", payload_type) else { return true };
    let list = list.trim().strip_prefix("events=").unwrap_or(list.trim());
    let lists = |wanted: u16| {
        list.split(',').take(FORMATS_MAX).any(|range| {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            matches!((from.trim().parse::<u16>(), to.trim().parse::<u16>()), (Ok(from), Ok(to)) if (from..=to).contains(&wanted))
        })
    };
    (0..12).all(lists)
}

/// The value of `a=name:payload_type value`.
fn mapped<'a>(media: &'a Media, name: &str, payload_type: u8) -> Option<&'a str> {
    media.attributes.iter().filter(|attribute| attribute.attribute == name).find_map(|attribute| {
        let (number, rest) = attribute.value.as_deref()?.trim_start().split_once(' ')?;
        (number.parse() == Ok(payload_type)).then_some(rest)
    })
}
