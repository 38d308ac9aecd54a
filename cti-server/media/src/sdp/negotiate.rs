//! Our side of offer and answer for one leg (RFC 3264). It reads nothing from the wire itself.

use super::{Answer, Audio, Format, Offer, SdpError};
use bytes::Bytes;
use cti_types::media::{Codec, Direction, Stream};
use sdp_types::{Attribute, Connection, Media, Origin, Session, Time};
use std::net::IpAddr;

/// Our telephone-event number in first offers; dynamic, the one most phones use.
const EVENT_TYPE: u8 = 101;
/// What we wish to receive.
const PTIME_MS: u8 = 20;

/// Our end of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The address to advertise (the public one behind NAT).
    pub ip: IpAddr,
    /// The RTP port; RTCP is the next.
    pub port: u16,
    /// What we want: `SendOnly` or `Inactive` puts them on hold, `SendRecv` is a normal call.
    pub direction: Direction,
}

/// Payload types as first agreed; they keep their meaning for the whole session (RFC 3264 8.3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Numbers {
    codecs: Vec<(Codec, u8)>,
    event: Option<u8>,
}

impl Numbers {
    fn of(&self, codec: Codec) -> u8 {
        self.codecs.iter().find(|(known, _)| *known == codec).map_or(static_type(codec), |(_, number)| *number)
    }
    fn learn(&mut self, formats: &[Format]) {
        for format in formats {
            match *format {
                Format::Audio(number, codec) => {
                    if !self.codecs.iter().any(|(known, _)| *known == codec) {
                        self.codecs.push((codec, number));
                    }
                }
                Format::Event(number) => self.event = self.event.or(Some(number)),
            }
        }
    }
}

/// An m-line of the session, kept to answer and offer each in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    media: String,
    proto: String,
    fmt: String,
}

/// Our last offer. It is kept after its answer: a 200 may repeat, or change, what an unreliable 183 answered (early media).
#[derive(Clone, Debug)]
struct Offered {
    formats: Vec<Format>,
    direction: Direction,
    open: bool,
}

/// The negotiation of one leg, over its first offer and all later ones.
#[derive(Clone, Debug)]
pub struct Negotiator {
    session_id: u64,
    version: u64,
    /// What the last body said, without its version.
    last: Option<Session>,
    lines: Vec<Line>,
    audio_line: usize,
    numbers: Numbers,
    offered: Option<Offered>,
    remote: Option<Direction>,
}

impl Negotiator {
    /// `session_id` identifies our session in `o=`; any number, unique enough (RFC 8866 5.2).
    pub fn new(session_id: u64) -> Negotiator {
        Negotiator {
            session_id,
            version: 0,
            last: None,
            lines: Vec::new(),
            audio_line: 0,
            numbers: Numbers::default(),
            offered: None,
            remote: None,
        }
    }

    /// Answers an offer: the body to send and the stream agreed. All common codecs are answered; the first of `prefer` that
    /// is common is sent, then the order of the offer counts. Other m-lines are refused with port 0.
    ///
    /// On an error nothing has changed: the old stream goes on (RFC 3261 14.2).
    pub fn answer(&mut self, offer: &Offer, local: Local, prefer: &[Codec]) -> Result<(Bytes, Stream), SdpError> {
        let audio = offer.audio_at(self.audio_line).ok_or(SdpError::NoAudio)?;
        let formats = ordered(&audio.formats, prefer);
        let send = first_codec(&formats).ok_or(SdpError::NoCommonCodec)?;
        let direction = both(local.direction, audio.direction.reversed());
        let event = event_of(&formats);
        let stream = stream_of(&audio, send, codecs_of(&formats), event, event, direction);

        self.numbers.learn(&formats);
        self.audio_line = audio.line;
        self.lines = offer
            .session
            .medias
            .iter()
            .map(|media| Line { media: media.media.clone(), proto: media.proto.clone(), fmt: media.fmt.clone() })
            .collect();
        self.remote = Some(audio.direction);
        self.offered = None;
        Ok((self.write(local, &formats, direction), stream))
    }

    /// Writes an offer with `codecs` in our order (the first is what we would send). It is open until
    /// [`Negotiator::accept`], [`Negotiator::withdraw`] or another offer.
    pub fn offer(&mut self, local: Local, codecs: &[Codec]) -> Bytes {
        let mut formats: Vec<Format> = Vec::new();
        for codec in codecs {
            let format = Format::Audio(self.numbers.of(*codec), *codec);
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        formats.push(Format::Event(self.numbers.event.unwrap_or(EVENT_TYPE)));
        self.numbers.learn(&formats);
        if self.lines.is_empty() {
            self.lines.push(Line { media: "audio".into(), proto: "RTP/AVP".into(), fmt: String::new() });
        }
        self.offered = Some(Offered { formats: formats.clone(), direction: local.direction, open: true });
        self.write(local, &formats, local.direction)
    }

    /// Takes the answer to our offer; a later answer to the same offer replaces it. On an error the offer stays open, and
    /// the stream is what it was.
    pub fn accept(&mut self, answer: &Answer) -> Result<Stream, SdpError> {
        let ours = self.offered.as_mut().ok_or(SdpError::NothingOffered)?;
        if answer.is_refused(self.audio_line) {
            return Err(SdpError::Refused);
        }
        let audio = answer.audio_at(self.audio_line).ok_or(SdpError::NoAudio)?;
        let offered = codecs_of(&ours.formats);
        // What they list is what they take, under their numbers; what we take is under ours (RFC 3264 7).
        let send = audio.formats.iter().find_map(|format| match format {
            Format::Audio(number, codec) if offered.iter().any(|(_, known)| known == codec) => Some((*number, *codec)),
            Format::Audio(..) | Format::Event(_) => None,
        });
        let send = send.ok_or(SdpError::NoCommonCodec)?;
        let common = codecs_of(&audio.formats);
        let accept = offered.into_iter().filter(|(_, codec)| common.iter().any(|(_, known)| known == codec)).collect();
        let event_send = event_of(&audio.formats);
        let event_receive = event_send.and(event_of(&ours.formats));
        let direction = both(ours.direction, audio.direction.reversed());
        let stream = stream_of(&audio, send, accept, event_receive, event_send, direction);
        ours.open = false;
        self.remote = Some(audio.direction);
        Ok(stream)
    }

    /// Our offer was refused or crossed theirs (491): what was agreed before stays.
    pub fn withdraw(&mut self) {
        self.offered = None;
    }

    /// An offer of ours has no answer yet.
    pub fn is_offering(&self) -> bool {
        self.offered.as_ref().is_some_and(|ours| ours.open)
    }

    /// The far side put us on hold: it said it does not receive.
    pub fn remote_holds(&self) -> bool {
        self.remote.is_some_and(|direction| !direction.receives())
    }

    fn write(&mut self, local: Local, formats: &[Format], direction: Direction) -> Bytes {
        let mut session = self.session(local, formats, direction);
        if self.last.as_ref() != Some(&session) {
            // RFC 3264 5 and 8: the version rises by one when, and only when, the description changes.
            self.version += 1;
            self.last = Some(session.clone());
        }
        session.origin.sess_version = self.version;
        let mut body = Vec::with_capacity(512);
        // A Vec takes every write.
        let _ = session.write(&mut body);
        body.into()
    }

    fn session(&self, local: Local, formats: &[Format], direction: Direction) -> Session {
        let mut session = Session::new(Origin::with_ip_addr(self.session_id, 0, local.ip), "-");
        session.set_connection(Connection::from_ip_addr(local.ip));
        session.add_time(Time::new(0, 0));
        for (index, line) in self.lines.iter().enumerate() {
            session.add_media(if index == self.audio_line { audio_media(local, formats, direction) } else { refused(line) });
        }
        session
    }
}

fn audio_media(local: Local, formats: &[Format], direction: Direction) -> Media {
    let numbers: Vec<String> = formats.iter().map(|format| number_of(*format).to_string()).collect();
    let mut media = empty_media("audio", local.port, "RTP/AVP", numbers.join(" "));
    for format in formats {
        let (number, name) = match format {
            Format::Audio(number, Codec::Pcmu) => (number, "PCMU"),
            Format::Audio(number, Codec::Pcma) => (number, "PCMA"),
            Format::Event(number) => (number, "telephone-event"),
        };
        media.attributes.push(Attribute::with_value("rtpmap", format!("{number} {name}/8000")));
        if let Format::Event(number) = format {
            media.attributes.push(Attribute::with_value("fmtp", format!("{number} 0-15")));
        }
    }
    media.attributes.push(Attribute::with_value("ptime", PTIME_MS));
    media.attributes.push(Attribute::new(match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    }));
    media
}

/// RFC 3264 6: a refused stream has port 0; its formats are not looked at but must be there.
fn refused(line: &Line) -> Media {
    empty_media(&line.media, 0, &line.proto, line.fmt.clone())
}

fn empty_media(kind: &str, port: u16, proto: &str, fmt: String) -> Media {
    Media {
        media: kind.to_owned(),
        port,
        num_ports: None,
        proto: proto.to_owned(),
        fmt,
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}

fn stream_of(
    audio: &Audio,
    send: (u8, Codec),
    accept: Vec<(u8, Codec)>,
    event_receive: Option<u8>,
    event_send: Option<u8>,
    direction: Direction,
) -> Stream {
    Stream {
        remote: audio.remote,
        remote_rtcp: audio.remote_rtcp,
        // The SDP cannot know it: whoever saw the signalling fills it in.
        also_from: Vec::new(),
        send,
        accept,
        event_receive,
        event_send,
        direction,
        ptime_ms: audio.ptime_ms,
    }
}

/// The preferred codecs first, in the order of preference, then the rest as offered.
fn ordered(formats: &[Format], prefer: &[Codec]) -> Vec<Format> {
    let rank = |format: &Format| match format {
        Format::Audio(_, codec) => prefer.iter().position(|wanted| wanted == codec).unwrap_or(prefer.len()),
        Format::Event(_) => prefer.len() + 1,
    };
    let mut formats = formats.to_vec();
    formats.sort_by_key(rank);
    formats
}

fn codecs_of(formats: &[Format]) -> Vec<(u8, Codec)> {
    let audio = |format: &Format| match format {
        Format::Audio(number, codec) => Some((*number, *codec)),
        Format::Event(_) => None,
    };
    formats.iter().filter_map(audio).collect()
}

fn first_codec(formats: &[Format]) -> Option<(u8, Codec)> {
    codecs_of(formats).first().copied()
}

fn event_of(formats: &[Format]) -> Option<u8> {
    formats.iter().find_map(|format| match format {
        Format::Event(number) => Some(*number),
        Format::Audio(..) => None,
    })
}

fn number_of(format: Format) -> u8 {
    match format {
        Format::Audio(number, _) | Format::Event(number) => number,
    }
}

/// RFC 3551 table 4.
fn static_type(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
    }
}

/// What both sides want: RFC 3264 6.1 allows no more than the offer, reversed.
fn both(ours: Direction, allowed: Direction) -> Direction {
    match (ours.sends() && allowed.sends(), ours.receives() && allowed.receives()) {
        (true, true) => Direction::SendRecv,
        (true, false) => Direction::SendOnly,
        (false, true) => Direction::RecvOnly,
        (false, false) => Direction::Inactive,
    }
}
