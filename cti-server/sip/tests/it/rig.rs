//! One endpoint under test, fed with hand-written messages in virtual time. It asserts nothing.

use bytes::Bytes;
use cti_sip::message::{Message, Name};
use cti_sip::{Command, Config, Counts, Endpoint, Event, Output, Path, PhoneAccount, StreamId, Transport, Trunk};
use cti_types::{Chance, LegId, Now, PhoneId, Tick, TrunkId, Utc};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::time::Duration;

pub(crate) const TRUNK: &str = "192.0.2.10:5060";
pub(crate) const PHONE: &str = "203.0.113.7:40000";
pub(crate) const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";

pub(crate) fn trunk_id() -> TrunkId {
    TrunkId::from_u128(1)
}
pub(crate) fn phone_id() -> PhoneId {
    PhoneId::from_u128(2)
}

pub(crate) struct Sent {
    pub(crate) ms: u64,
    pub(crate) path: Path,
    pub(crate) message: Message,
    pub(crate) text: String,
}

pub(crate) struct Rig {
    pub(crate) endpoint: Endpoint,
    pub(crate) ms: u64,
    pub(crate) transport: Transport,
    pub(crate) sent: Vec<Sent>,
    pub(crate) events: Vec<Event>,
}

pub(crate) fn config() -> Config {
    let local = "198.51.100.1:5060".parse().unwrap();
    let mut config = Config::new("pbx.example", vec![(Transport::Udp, local), (Transport::Tcp, local)], [7; 32]);
    config.advertised = vec![("198.51.100.1".parse().unwrap(), "203.0.113.99".parse().unwrap())];
    config
}

pub(crate) fn account() -> PhoneAccount {
    PhoneAccount {
        id: phone_id(),
        user: "201".into(),
        ha1_md5: Some(hex::encode(Md5::digest("201:pbx.example:secret"))),
        ha1_sha256: Some(hex::encode(Sha256::digest("201:pbx.example:secret"))),
    }
}

impl Rig {
    pub(crate) fn new() -> Rig {
        Rig::with(config())
    }

    pub(crate) fn with(config: Config) -> Rig {
        let mut rig = Rig {
            endpoint: Endpoint::new(config, Chance::from_number(1)),
            ms: 1000,
            transport: Transport::Udp,
            sent: vec![],
            events: vec![],
        };
        let trunk = Trunk {
            id: trunk_id(),
            sources: vec![("192.0.2.0".parse().unwrap(), 24)],
            source_port: None,
            peer: Some((Transport::Udp, TRUNK.parse().unwrap())),
            calls_max: Some(2),
            trusted: true,
            out: cti_sip::Outward { silence_max: Duration::from_secs(3600), ..cti_sip::Outward::default() },
        };
        rig.command(Command::SetTrunks(vec![trunk]));
        rig.command(Command::SetPhones(vec![account()]));
        rig
    }

    pub(crate) fn now(&self) -> Now {
        Now { tick: Tick(self.ms * 1000), utc: Utc(1_700_000_000_000_000 + self.ms as i64 * 1000) }
    }

    pub(crate) fn path(&self, from: &str) -> Path {
        let stream = (self.transport == Transport::Tcp).then_some(StreamId(1));
        Path { transport: self.transport, local: "198.51.100.1:5060".parse().unwrap(), remote: from.parse().unwrap(), stream }
    }

    fn drain(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Transmit { path, bytes } => {
                    let message = Message::parse(&bytes).expect("what we send parses");
                    assert_eq!(message.defect(), None);
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    self.sent.push(Sent { ms: self.ms, path, message, text });
                }
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    pub(crate) fn command(&mut self, command: Command) {
        let now = self.now();
        self.endpoint.handle_command(now, command);
        self.drain();
    }

    /// A message from the given address.
    pub(crate) fn receive(&mut self, from: &str, text: &str) {
        let (now, path) = (self.now(), self.path(from));
        self.endpoint.handle_packet(now, path, Bytes::from(text.to_owned()));
        self.drain();
    }

    pub(crate) fn fail(&mut self, to: &str) {
        let (now, path) = (self.now(), self.path(to));
        self.endpoint.handle_failed(now, path);
        self.drain();
    }

    /// The same as [`Rig::receive`] and [`Rig::fail`] on any path.
    pub(crate) fn feed(&mut self, path: Path, bytes: Bytes) {
        let now = self.now();
        self.endpoint.handle_packet(now, path, bytes);
        self.drain();
    }

    pub(crate) fn lose(&mut self, path: Path) {
        let now = self.now();
        self.endpoint.handle_failed(now, path);
        self.drain();
    }

    /// Lets `ms` pass, firing timers when they are due.
    pub(crate) fn pass(&mut self, ms: u64) {
        let until = self.ms + ms;
        while let Some(due) = self.endpoint.poll_timeout().filter(|due| due.0 <= until * 1000) {
            self.ms = self.ms.max(due.0.div_ceil(1000));
            let now = self.now();
            self.endpoint.handle_timeout(now);
            self.drain();
        }
        self.ms = until;
    }

    pub(crate) fn take_sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Codes and methods of what was sent, and forgets it.
    pub(crate) fn codes(&mut self) -> Vec<String> {
        self.take_sent().iter().map(|s| label(&s.message)).collect()
    }

    /// The last message sent.
    pub(crate) fn last(&self) -> &Sent {
        self.sent.last().expect("something was sent")
    }

    /// An incoming call from the trunk, not yet answered.
    pub(crate) fn offered(&mut self) -> LegId {
        self.receive(TRUNK, &invite("c1", "z9hG4bKa1", 1, SDP));
        self.incoming()
    }

    pub(crate) fn incoming(&mut self) -> LegId {
        let found = self.events.iter().rev().find_map(|e| if let Event::Incoming { leg, .. } = e { Some(*leg) } else { None });
        found.expect("a call came in")
    }

    /// An answered and acknowledged call from the trunk. Returns the leg and our tag.
    pub(crate) fn answered(&mut self) -> (LegId, String) {
        let leg = self.offered();
        self.command(Command::Answer { leg, sdp: SDP.into() });
        let tag = self.last().message.to().unwrap().tag().unwrap().to_owned();
        self.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
        self.take_sent();
        self.take_events();
        (leg, tag)
    }

    /// Long enough for every timer; only registrations may remain.
    pub(crate) fn settle(&mut self) -> Counts {
        self.pass(64 * 500 + 64 * 500 + 40_000);
        let counts = self.endpoint.counts();
        Counts { registered: 0, contacts: 0, timers: counts.timers - counts.registered, dropped: 0, ..counts }
    }
}

pub(crate) fn label(message: &Message) -> String {
    if message.is_request() { message.method_text().to_owned() } else { message.code().to_string() }
}

pub(crate) fn invite(call: &str, branch: &str, cseq: u32, sdp: &str) -> String {
    let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "INVITE sip:%2B3585%20@198.51.100.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch={branch};rport\r\nMax-Forwards: 70\r\n\
         From: \"Ann\" <sip:+35840123@192.0.2.10>;tag=far\r\nTo: <sip:+3585@198.51.100.1>\r\nCall-ID: {call}\r\nCSeq: {cseq} INVITE\r\n\
         Contact: <sip:192.0.2.10:5060>\r\n{kind}Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

/// A request inside the dialog of [`Rig::answered`], from the trunk; `body`: type and text.
pub(crate) fn inside(method: &str, tag: &str, cseq: u32, branch: &str, body: Option<(&str, &str)>) -> String {
    let (kind, text) = body.map_or((String::new(), ""), |(kind, text)| (format!("Content-Type: {kind}\r\n"), text));
    format!(
        "{method} sip:198.51.100.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch={branch};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:+35840123@192.0.2.10>;tag=far\r\nTo: <sip:+3585@198.51.100.1>;tag={tag}\r\nCall-ID: c1\r\nCSeq: {cseq} {method}\r\n\
         Contact: <sip:192.0.2.10:5060>\r\n{kind}Content-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

/// A response to a request of ours; `extra` are whole header lines, `tag` goes into To.
pub(crate) fn respond(request: &Message, code: u16, tag: &str, extra: &str, sdp: &str) -> String {
    let get = |name| request.get(name).unwrap_or_default();
    let to = if request.to().unwrap().tag().is_some() { get(Name::To).to_owned() } else { format!("{};tag={tag}", get(Name::To)) };
    let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "SIP/2.0 {code} Any\r\nVia: {}\r\nFrom: {}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {}\r\n{extra}{kind}Content-Length: {}\r\n\r\n{sdp}",
        get(Name::Via),
        get(Name::From),
        get(Name::CallId),
        get(Name::CSeq),
        sdp.len()
    )
}

/// An Authorization value for a challenge, as a phone would compute it.
pub(crate) fn authorization(challenge: &str, method: &str, uri: &str, user: &str, password: &str, nc: u32) -> String {
    let field =
        |name: &str| challenge.split([',', ' ']).find_map(|p| p.trim().strip_prefix(name)).unwrap_or_default().trim_matches('"').to_owned();
    let (realm, nonce, algorithm) = (field("realm="), field("nonce="), field("algorithm="));
    let hash = |text: String| if algorithm == "MD5" { hex::encode(Md5::digest(text)) } else { hex::encode(Sha256::digest(text)) };
    let (ha1, ha2) = (hash(format!("{user}:{realm}:{password}")), hash(format!("{method}:{uri}")));
    let response = hash(format!("{ha1}:{nonce}:{nc:08x}:abc:auth:{ha2}"));
    format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", algorithm={algorithm}, \
         qop=auth, nc={nc:08x}, cnonce=\"abc\""
    )
}

pub(crate) fn ring(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
