//! Our side of offer and answer for one leg (RFC 3264). It reads nothing from the wire itself.

use super::crypto::{Crypto, KeyMaterial};
use super::secure::{Keys, Profile, Secure, WebSide};
use super::web::IceSeed;
use super::{Answer, Audio, Format, Offer, SdpError};
use crate::codec;
use bytes::Bytes;
use cti_types::media::{Codec, Direction, Stream};
use cti_types::srtp::Srtp;
use cti_types::web::{Fingerprint, Protection};
use sdp_types::{Attribute, Connection, Media, Origin, Session, Time};
use std::net::IpAddr;

/// Our dynamic numbers in first offers, those most phones use.
const EVENT_TYPE: u8 = 101;
const WIDE_EVENT_TYPE: u8 = 110;
const OPUS_TYPE: u8 = 111;
/// What is spoken unless told otherwise: what every telephone speaks.
const USUAL: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];
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

/// Whether media is encrypted with keys from the SDP (RFC 4568).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SrtpPolicy {
    /// Never: an offer of it is refused, and one that leaves the choice is answered in the clear.
    #[default]
    Off,
    /// Where the far side knows it: its offers are answered so, and our first leaves it the choice (RFC 8643). What was agreed then stays.
    Allowed,
    /// Always: a plain offer is refused.
    Required,
}

/// Payload types as first agreed; they keep their meaning for the whole session (RFC 3264 8.3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Numbers {
    codecs: Vec<(Codec, u8)>,
    event: Option<u8>,
    wide_event: Option<u8>,
}

impl Numbers {
    fn of(&self, codec: Codec) -> u8 {
        let known = self.codecs.iter().find(|(known, _)| *known == codec).map(|(_, number)| *number);
        known.unwrap_or_else(|| if codec == Codec::Opus { self.free(OPUS_TYPE) } else { static_type(codec) })
    }
    /// The number wished, or the first dynamic one that means nothing yet.
    fn free(&self, wished: u8) -> u8 {
        let taken =
            |number: u8| self.codecs.iter().any(|(_, known)| *known == number) || [self.event, self.wide_event].contains(&Some(number));
        std::iter::once(wished).chain(96..=127).find(|number| !taken(*number)).unwrap_or(wished)
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
                Format::WideEvent(number) => self.wide_event = self.wide_event.or(Some(number)),
            }
        }
    }
}

/// Payload types of telephone-event/8000 and of telephone-event/48000.
type Events = (Option<u8>, Option<u8>);

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
    secure: Secure,
    open: bool,
}

/// The negotiation of one leg, over its first offer and all later ones.
#[derive(Clone, Debug)]
pub struct Negotiator {
    session_id: u64,
    allowed: Vec<Codec>,
    srtp: SrtpPolicy,
    keys: Option<KeyMaterial>,
    /// The stream is encrypted with keys from the SDP, told under this profile, as agreed last.
    encrypted: Option<Profile>,
    /// Set where web phones may be spoken to.
    web: Option<WebSide>,
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
            allowed: USUAL.to_vec(),
            srtp: SrtpPolicy::Off,
            keys: None,
            encrypted: None,
            web: None,
            version: 0,
            last: None,
            lines: Vec::new(),
            audio_line: 0,
            numbers: Numbers::default(),
            offered: None,
            remote: None,
        }
    }

    /// Speaks these codecs instead of G.711 only. None of them: nothing can be agreed.
    pub fn allowing(mut self, codecs: &[Codec]) -> Negotiator {
        self.allowed = codecs.to_vec();
        self
    }

    /// Encrypts by this policy, with keys from this material, which must be new for each leg.
    pub fn encrypting(mut self, policy: SrtpPolicy, keys: KeyMaterial) -> Negotiator {
        (self.srtp, self.keys) = (policy, Some(keys));
        self
    }

    /// Speaks with web phones, too: they are shown this certificate, and names and passwords from this seed, which must be new for
    /// each leg. `offering`: our own first offer is for one.
    pub fn speaking_web(mut self, fingerprint: Fingerprint, seed: IceSeed, offering: bool) -> Negotiator {
        self.web = Some(WebSide::new(fingerprint, seed, offering));
        self
    }

    /// Must be encrypted, but there is no way to tell keys: refuses what is offered, and is of no use for offers of ours.
    pub fn encrypting_without_keys(mut self) -> Negotiator {
        (self.srtp, self.keys) = (SrtpPolicy::Required, None);
        self
    }

    /// Whether this leg can carry its media as its policy wants: keys are needed where it must be encrypted. Without them nothing is agreed.
    pub fn is_usable(&self) -> bool {
        self.srtp != SrtpPolicy::Required || self.keys.is_some() || self.web.is_some()
    }

    /// Whether the offer is encrypted as this side wants it, before anything is made of it.
    ///
    /// # Errors
    /// What [`Negotiator::answer`] would say.
    pub fn admits(&self, offer: &Offer) -> Result<(), SdpError> {
        let audio = offer.audio_where(|audio| self.admitted(audio)).or_else(|| offer.audio().cloned()).ok_or(SdpError::NoAudio)?;
        match audio.web {
            Some(_) => self.web.as_ref().map(drop).ok_or(SdpError::NoCommonKey),
            None => self.answer_key(&audio).map(drop),
        }
    }

    /// Answers an offer: the body to send and the stream agreed. All common codecs are answered; the first of `prefer` that
    /// is common is sent, then the order of the offer counts. Other m-lines are refused with port 0.
    ///
    /// On an error nothing has changed: the old stream goes on (RFC 3261 14.2).
    pub fn answer(&mut self, offer: &Offer, local: Local, prefer: &[Codec]) -> Result<(Bytes, Stream), SdpError> {
        let admitted = |audio: &Audio| self.admitted(audio);
        let kept = offer.audio_at(self.audio_line);
        let audio = kept.clone().filter(admitted).or_else(|| offer.audio_where(admitted)).or(kept).ok_or(SdpError::NoAudio)?;
        let formats = ordered(&self.allowed(&audio.formats), prefer);
        let send = first_codec(&formats).ok_or(SdpError::NoCommonCodec)?;
        let direction = both(local.direction, audio.direction.reversed());
        let events = events_of(&formats);
        let mut stream = stream_of(&audio, send, codecs_of(&formats), events, events, direction);
        let secure = match &audio.web {
            Some(line) => {
                let side = self.web.as_ref().ok_or(SdpError::NoCommonKey)?;
                let (side, ours, protection) = side.answer(line);
                self.web = Some(side);
                stream.srtp = Some(protection);
                Secure::Web(ours)
            }
            None => match self.answer_key(&audio)? {
                Some((ours, theirs)) => {
                    stream.srtp = Some(Protection::Keys(Srtp { send: ours.key.clone(), receive: theirs.key }));
                    Secure::Keys(Keys { profile: Profile::of(&audio), lines: vec![ours], optional: false })
                }
                None => Secure::Plain,
            },
        };
        self.encrypted = matches!(secure, Secure::Keys(_)).then(|| Profile::of(&audio));

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
        Ok((self.write(local, &formats, direction, &secure), stream))
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
        self.numbers.learn(&formats);
        if formats.iter().any(|format| clock_of(*format) == 8000) {
            formats.push(Format::Event(self.numbers.event.unwrap_or_else(|| self.numbers.free(EVENT_TYPE))));
        }
        if formats.iter().any(|format| clock_of(*format) == 48_000) {
            formats.push(Format::WideEvent(self.numbers.wide_event.unwrap_or_else(|| self.numbers.free(WIDE_EVENT_TYPE))));
        }
        self.numbers.learn(&formats);
        if self.lines.is_empty() {
            self.lines.push(Line { media: "audio".into(), proto: "RTP/AVP".into(), fmt: String::new() });
        }
        let secure = self.offer_secure();
        self.offered = Some(Offered { formats: formats.clone(), direction: local.direction, secure: secure.clone(), open: true });
        self.write(local, &formats, local.direction, &secure)
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
            Format::Audio(..) | Format::Event(_) | Format::WideEvent(_) => None,
        });
        let send = send.ok_or(SdpError::NoCommonCodec)?;
        let common = codecs_of(&audio.formats);
        let accept = offered.into_iter().filter(|(_, codec)| common.iter().any(|(_, known)| known == codec)).collect();
        let events_send = events_of(&audio.formats);
        let ours_events = events_of(&ours.formats);
        let events_receive = (events_send.0.and(ours_events.0), events_send.1.and(ours_events.1));
        let direction = both(ours.direction, audio.direction.reversed());
        let mut stream = stream_of(&audio, send, accept, events_receive, events_send, direction);
        stream.srtp = match (&ours.secure, &audio.web) {
            (Secure::Web(_), Some(line)) => {
                let side = self.web.as_ref().ok_or(SdpError::NoCommonKey)?;
                let (side, protection) = side.accept(line)?;
                self.web = Some(side);
                Some(protection)
            }
            (Secure::Web(_), None) => return Err(SdpError::NotEncrypted),
            (Secure::Plain | Secure::Keys(_), Some(_)) => return Err(SdpError::NoCommonKey),
            (Secure::Plain, None) if audio.encrypted => return Err(SdpError::NoCommonKey),
            // Some phones tell keys whatever they were offered.
            (Secure::Plain, None) => None,
            (Secure::Keys(keys), None) => keys.answered(&audio)?,
        };
        if self.srtp == SrtpPolicy::Required && stream.srtp.is_none() {
            return Err(SdpError::NotEncrypted);
        }
        ours.open = false;
        self.encrypted = matches!(stream.srtp, Some(Protection::Keys(_))).then(|| Profile::of(&audio));
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

    /// Of what they list, what we speak; events only beside audio of their clock.
    fn allowed(&self, formats: &[Format]) -> Vec<Format> {
        let spoken = |codec: &Codec| self.allowed.contains(codec);
        let clocks: Vec<u32> = codecs_of(formats).iter().filter(|(_, codec)| spoken(codec)).map(|(_, codec)| codec.clock()).collect();
        let keep = |format: &Format| match format {
            Format::Audio(_, codec) => spoken(codec),
            // Some phones list only the one clock for all codecs: then it serves.
            Format::Event(_) => true,
            Format::WideEvent(_) => clocks.contains(&48_000),
        };
        formats.iter().copied().filter(keep).collect()
    }

    /// Whether an offered line may be answered.
    fn admitted(&self, audio: &Audio) -> bool {
        let web = self.web.as_ref();
        if audio.web.is_some() {
            return web.is_some();
        }
        // What was agreed with a web phone goes on neither in the clear nor with keys that the SDP shows.
        let with_web = web.is_some_and(WebSide::is_agreed);
        !with_web
            && match self.srtp {
                SrtpPolicy::Off => !audio.encrypted,
                SrtpPolicy::Allowed => true,
                SrtpPolicy::Required => audio.encrypted || !audio.crypto.is_empty(),
            }
    }

    /// Our key and theirs for an answer: of the keys offered, the first we can use (RFC 4568 5.1.2). `None` in the clear, also where they
    /// leave the choice (RFC 8643 3.2) and no key of theirs can be used.
    fn answer_key(&self, audio: &Audio) -> Result<Option<(Crypto, Crypto)>, SdpError> {
        if self.web.as_ref().is_some_and(WebSide::is_agreed) {
            return Err(SdpError::NotEncrypted);
        }
        match (self.srtp, audio.encrypted, audio.crypto.is_empty()) {
            (SrtpPolicy::Off, false, _) | (SrtpPolicy::Allowed, false, true) => Ok(None),
            (SrtpPolicy::Required, false, true) => Err(SdpError::NotEncrypted),
            (SrtpPolicy::Off, true, _) => Err(SdpError::NoCommonKey),
            (SrtpPolicy::Allowed | SrtpPolicy::Required, true, _) | (SrtpPolicy::Allowed | SrtpPolicy::Required, false, false) => {
                let keys = self.keys.as_ref().ok_or(SdpError::NoCommonKey)?;
                let theirs = audio.crypto.first().ok_or(SdpError::NoCommonKey)?.clone();
                let key = keys.key(theirs.key.suite()).ok_or(SdpError::NoCommonKey)?;
                Ok(Some((Crypto { tag: theirs.tag, key }, theirs)))
            }
        }
    }

    fn offer_secure(&self) -> Secure {
        let first = self.remote.is_none();
        if let Some(side) = self.web.as_ref().filter(|side| side.is_agreed() || side.is_offering() && first) {
            return Secure::Web(side.offer());
        }
        let Some(keys) = &self.keys else { return Secure::Plain };
        let (profile, optional) = match (self.srtp, self.encrypted) {
            (SrtpPolicy::Off, _) => return Secure::Plain,
            (SrtpPolicy::Allowed | SrtpPolicy::Required, Some(profile)) => (profile, false),
            (SrtpPolicy::Required, None) => (Profile::Savp, false),
            (SrtpPolicy::Allowed, None) if first => (Profile::Avp, true),
            (SrtpPolicy::Allowed, None) => return Secure::Plain,
        };
        Secure::Keys(Keys::offered(keys, profile, optional))
    }

    fn write(&mut self, local: Local, formats: &[Format], direction: Direction, secure: &Secure) -> Bytes {
        let mut session = self.session(local, formats, direction, secure);
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

    fn session(&self, local: Local, formats: &[Format], direction: Direction, secure: &Secure) -> Session {
        let mut session = Session::new(Origin::with_ip_addr(self.session_id, 0, local.ip), "-");
        session.set_connection(Connection::from_ip_addr(local.ip));
        session.add_time(Time::new(0, 0));
        secure.write_session(&mut session);
        for (index, line) in self.lines.iter().enumerate() {
            session.add_media(if index == self.audio_line { audio_media(local, formats, direction, secure) } else { refused(line) });
        }
        session
    }
}

fn audio_media(local: Local, formats: &[Format], direction: Direction, secure: &Secure) -> Media {
    let numbers: Vec<String> = formats.iter().map(|format| number_of(*format).to_string()).collect();
    let mut media = empty_media("audio", local.port, secure.proto(), numbers.join(" "));
    secure.write_media(local.ip, local.port, &mut media);
    for format in formats {
        let (number, clock) = (number_of(*format), clock_of(*format));
        let name = match format {
            Format::Audio(_, codec) => codec.name(),
            Format::Event(_) | Format::WideEvent(_) => "telephone-event",
        };
        // RFC 7587 7.
        let channels = if matches!(format, Format::Audio(_, Codec::Opus)) { "/2" } else { "" };
        media.attributes.push(Attribute::with_value("rtpmap", format!("{number} {name}/{clock}{channels}")));
        if let Format::Event(number) | Format::WideEvent(number) = format {
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
    events_receive: Events,
    events_send: Events,
    direction: Direction,
) -> Stream {
    Stream {
        remote: audio.remote,
        remote_rtcp: audio.remote_rtcp,
        // The SDP cannot know it: whoever saw the signalling fills it in.
        also_from: Vec::new(),
        send,
        accept,
        event_receive: events_receive.0,
        event_send: events_send.0,
        wide_event_receive: events_receive.1,
        wide_event_send: events_send.1,
        direction,
        ptime_ms: codec::ptime_ms(send.1, audio.ptime_ms),
        srtp: None,
    }
}

/// The preferred codecs first, in the order of preference, then the rest as offered.
fn ordered(formats: &[Format], prefer: &[Codec]) -> Vec<Format> {
    let rank = |format: &Format| match format {
        Format::Audio(_, codec) => prefer.iter().position(|wanted| wanted == codec).unwrap_or(prefer.len()),
        Format::Event(_) | Format::WideEvent(_) => prefer.len() + 1,
    };
    let mut formats = formats.to_vec();
    formats.sort_by_key(rank);
    formats
}

fn codecs_of(formats: &[Format]) -> Vec<(u8, Codec)> {
    let audio = |format: &Format| match format {
        Format::Audio(number, codec) => Some((*number, *codec)),
        Format::Event(_) | Format::WideEvent(_) => None,
    };
    formats.iter().filter_map(audio).collect()
}

fn first_codec(formats: &[Format]) -> Option<(u8, Codec)> {
    codecs_of(formats).first().copied()
}

fn events_of(formats: &[Format]) -> Events {
    let mut events = (None, None);
    for format in formats {
        match format {
            Format::Event(number) => events.0 = events.0.or(Some(*number)),
            Format::WideEvent(number) => events.1 = events.1.or(Some(*number)),
            Format::Audio(..) => {}
        }
    }
    events
}

fn number_of(format: Format) -> u8 {
    match format {
        Format::Audio(number, _) | Format::Event(number) | Format::WideEvent(number) => number,
    }
}

fn clock_of(format: Format) -> u32 {
    match format {
        Format::Audio(_, codec) => codec.clock(),
        Format::Event(_) => 8000,
        Format::WideEvent(_) => 48_000,
    }
}

/// RFC 3551 table 4; Opus has a dynamic one.
fn static_type(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
        Codec::G722 => 9,
        Codec::Opus => OPUS_TYPE,
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
