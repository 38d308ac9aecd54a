//! Arbitrary bytes as SIP: every reader of a message, the stream framer, and an endpoint with a trunk, a phone, and an
//! incoming and an outgoing call. It looks for panics, for answers that can't be read, and for state that stays.
#![no_main]

use bytes::Bytes;
use cti_sip::message::{Message, Name, ReferTo, Replaces, check, digit, sdp_of};
use cti_sip::{Caller, Command, Config, Endpoint, Event, Framer, Output, Path, PhoneAccount, Target, Transport, Trunk};
use cti_types::{Chance, LegId, Now, PhoneId, Tick, TrunkId, Utc};
use libfuzzer_sys::fuzz_target;
use std::net::SocketAddr;
use std::time::Duration;

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1)), 5060);
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10)), 5060);
const SDP: &[u8] = b"v=0\r\n";
const OUR_LEG: LegId = LegId::from_u128(9);

fuzz_target!(|data: &[u8]| {
    let bytes = Bytes::copy_from_slice(data);
    read(&bytes);
    frame(data);
    feed(data);
});

fn read(bytes: &Bytes) {
    let Ok(message) = Message::parse(bytes) else { return };
    let _ = (message.via(), message.cseq(), message.contact(), message.call_id(), message.reason_text(), message.headers().count());
    for address in [message.from(), message.to()].into_iter().flatten() {
        let _ = (address.tag(), address.display(), address.parsed_uri().map(|uri| (uri.user_plain(), uri.ip())));
    }
    for name in [Name::Via, Name::Route, Name::RecordRoute, Name::Contact, Name::Require, Name::Authorization] {
        let _ = message.values(name).count();
    }
    let _ = (check::request(&message), sdp_of(&message), digit(&message), ReferTo::of(&message).is_ok());
    let _ = message.lines(Name::Replaces).filter_map(Replaces::parse).count();
}

fn frame(data: &[u8]) {
    let mut framer = Framer::new();
    for chunk in data.chunks(7) {
        framer.push(chunk);
        while let Ok(Some(_)) = framer.next_frame() {}
    }
    let _ = cti_sip::is_new_request(data);
}

/// Several messages in one input are separated by a zero byte; `{B}` stands for the branch and `{T}` for the tag of the
/// outgoing call, `{U}` for our tag of the incoming one, so that the fuzzer can get inside of transactions and dialogs.
fn feed(data: &[u8]) {
    let mut endpoint = endpoint();
    let mut known = Known::default();
    let mut now = 1_000_000;
    command(&mut endpoint, now, Command::Invite {
        leg: OUR_LEG,
        target: Target::Trunk { trunk: TrunkId::from_u128(1), number: "1".into() },
        from: Caller { user: "2".into(), ..Caller::default() },
        sdp: SDP.into(),
        headers: vec![],
        ring_timeout: Duration::from_secs(30),
    });
    drain(&mut endpoint, &mut known, now);
    for packet in data.split(|b| *b == 0).take(12) {
        now += 200_000;
        let path = Path { transport: Transport::Udp, local: LOCAL, remote: PEER, stream: None };
        endpoint.handle_packet(at(now), path, known.fill(packet));
        drain(&mut endpoint, &mut known, now);
        endpoint.handle_timeout(at(now));
        drain(&mut endpoint, &mut known, now);
    }
    for leg in known.legs.clone() {
        command(&mut endpoint, now, Command::End { leg, cause: Some(16) });
        drain(&mut endpoint, &mut known, now);
    }
    for _ in 0..2_000 {
        let Some(due) = endpoint.poll_timeout() else { break };
        now = now.max(due.0);
        endpoint.handle_timeout(at(now));
        drain(&mut endpoint, &mut known, now);
    }
    let counts = endpoint.counts();
    let left = counts.legs + counts.attempts + counts.client_transactions + counts.server_transactions + counts.timers;
    assert_eq!(left, 0, "something stays for ever: {counts:?}");
}

fn at(now: u64) -> Now {
    Now { tick: Tick(now), utc: Utc(now as i64) }
}

fn endpoint() -> Endpoint {
    let mut endpoint = Endpoint::new(Config::new("x", vec![(Transport::Udp, LOCAL)], [0; 32]), Chance::from_number(0));
    let trunk = Trunk {
        id: TrunkId::from_u128(1),
        sources: vec![(PEER.ip(), 32)],
        source_port: None,
        peer: Some((Transport::Udp, PEER)),
        calls_max: Some(8),
        trusted: true,
        out: cti_sip::Outward::default(),
    };
    let phone = PhoneAccount { id: PhoneId::from_u128(2), user: "201".into(), ha1_md5: Some("0".repeat(32)), ha1_sha256: Some("0".repeat(64)) };
    command(&mut endpoint, 0, Command::SetTrunks(vec![trunk]));
    command(&mut endpoint, 0, Command::SetPhones(vec![phone]));
    endpoint
}

fn command(endpoint: &mut Endpoint, now: u64, command: Command) {
    endpoint.handle_command(at(now), command);
}

/// What a peer would have learned from what we sent.
#[derive(Default)]
struct Known {
    branch: String,
    from_tag: String,
    to_tag: String,
    call_id: String,
    legs: Vec<LegId>,
}

impl Known {
    fn fill(&self, packet: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(packet.len() + 64);
        let mut rest = packet;
        while let Some((first, tail)) = rest.split_first() {
            let value = match rest.get(..3) {
                Some(b"{B}") => Some(&self.branch),
                Some(b"{T}") => Some(&self.from_tag),
                Some(b"{U}") => Some(&self.to_tag),
                Some(b"{C}") => Some(&self.call_id),
                _ => None,
            };
            match value {
                Some(value) => {
                    out.extend_from_slice(value.as_bytes());
                    rest = &rest[3..];
                }
                None => {
                    out.push(*first);
                    rest = tail;
                }
            }
        }
        out.into()
    }
}

fn drain(endpoint: &mut Endpoint, known: &mut Known, now: u64) {
    while let Some(output) = endpoint.poll_output() {
        match output {
            Output::Transmit { bytes, .. } => {
                let message = Message::parse(&bytes).expect("what we send can be parsed");
                assert_eq!(message.defect(), None);
                if message.is_request() && message.method_text() == "INVITE" {
                    known.branch = message.via().and_then(|v| v.branch()).unwrap_or_default().to_owned();
                    known.from_tag = message.from().and_then(|f| f.tag()).unwrap_or_default().to_owned();
                    known.call_id = message.call_id().unwrap_or_default().to_owned();
                } else if let Some(tag) = message.to().and_then(|t| t.tag()).filter(|_| !message.is_request()) {
                    known.to_tag = tag.to_owned();
                }
            }
            Output::Event(Event::Incoming { leg, .. }) => {
                known.legs.push(leg);
                command(endpoint, now, Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
                command(endpoint, now, Command::Answer { leg, sdp: SDP.into() });
            }
            Output::Event(Event::Answered { leg, .. }) => {
                known.legs.push(leg);
                command(endpoint, now, Command::Reinvite { leg, sdp: SDP.into() });
            }
            Output::Event(Event::Reinvite { leg, .. }) => command(endpoint, now, Command::AnswerReinvite { leg, sdp: SDP.into() }),
            Output::Event(Event::Referred { leg, .. }) => command(endpoint, now, Command::AnswerRefer { leg, code: 202 }),
            Output::Event(Event::Redirected { leg, to }) => command(endpoint, now, Command::Follow { leg, places: (0..to.len()).collect() }),
            Output::Event(_) => {}
        }
    }
}
