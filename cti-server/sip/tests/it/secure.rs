//! Trunks over TLS: which connection the requests of a call take, and what `sips:` asks of our own URIs (RFC 3261 8.1.1.8, 12.1.1, RFC 5630).

use crate::calling::call;
use crate::rig::*;
use bytes::Bytes;
use cti_sip::message::Name;
use cti_sip::{Account, Command, Event, Outward, Path, Probe, StreamId, Target, Transport, Trunk};
use cti_types::LegId;
use std::time::Duration;

/// Where the trunk takes connections.
const PEER: &str = "192.0.2.10:5061";
/// Where its own connections come from.
const FROM: &str = "192.0.2.10:43210";
const OURS: &str = "198.51.100.1:5061";

fn secure(change: impl FnOnce(&mut Outward)) -> Rig {
    let mut config = config();
    config.listen.push((Transport::Tls, OURS.parse().unwrap()));
    let mut rig = Rig::with(config);
    let mut out = Outward::default();
    change(&mut out);
    let trunk = Trunk {
        id: trunk_id(),
        sources: vec![("192.0.2.10".parse().unwrap(), 32)],
        source_port: None,
        peer: Some((Transport::Tls, PEER.parse().unwrap())),
        calls_max: None,
        trusted: true,
        out,
    };
    rig.command(Command::SetTrunks(vec![trunk]));
    rig
}

fn over_tls(remote: &str, stream: Option<u64>) -> Path {
    Path { transport: Transport::Tls, local: OURS.parse().unwrap(), remote: remote.parse().unwrap(), stream: stream.map(StreamId) }
}

fn receive(rig: &mut Rig, path: Path, text: &str) {
    rig.feed(path, Bytes::from(text.to_owned()));
}

fn dial(rig: &mut Rig) -> LegId {
    call(rig, Target::Trunk { trunk: trunk_id(), number: "+4420".into() }, 60_000)
}

/// A call from the trunk over a connection of its own, answered and acknowledged, with these lines in its INVITE.
fn answered(rig: &mut Rig, uri: &str, lines: &str) -> LegId {
    let text = invite("c1", "z9hG4bKa1", 1, SDP)
        .replacen("sip:%2B3585%20@198.51.100.1", uri, 1)
        .replacen("Via: SIP/2.0/UDP 192.0.2.10:5060", "Via: SIP/2.0/TLS 192.0.2.10:5061", 1)
        .replacen("Contact: <sip:192.0.2.10:5060>\r\n", lines, 1);
    receive(rig, over_tls(FROM, Some(3)), &text);
    let leg = rig.incoming();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    receive(rig, over_tls(FROM, Some(3)), &inside("ACK", &tag, 1, "z9hG4bKack", None).replacen("SIP/2.0/UDP", "SIP/2.0/TLS", 1));
    leg
}

#[test]
fn a_call_of_ours_goes_over_the_connection_to_the_trunk_and_may_be_answered_on_it() {
    let mut rig = secure(|_| {});
    let leg = dial(&mut rig);
    let sent = rig.last();
    assert_eq!(sent.path, over_tls(PEER, None));
    assert_eq!(sent.message.request_uri(), "sip:+4420@192.0.2.10:5061;transport=tls");
    assert!(sent.message.get(Name::Via).unwrap().ends_with(";alias"), "{}", sent.text);
    assert_eq!(sent.message.get(Name::Contact), Some("<sip:203.0.113.99:5061;transport=tls>"));
    let answer =
        respond(&sent.message, 200, "x", "Record-Route: <sip:192.0.2.10:5061;transport=tls;lr>\r\nContact: <sip:far@10.9.9.9>\r\n", SDP);
    receive(&mut rig, over_tls(PEER, Some(7)), &answer);
    assert!(matches!(rig.take_events().as_slice(), [Event::Answered { .. }]));
    rig.command(Command::End { leg, cause: None });
    let bye = rig.last();
    // No number of a connection: the one that is open then, should this one have been lost meanwhile.
    assert_eq!((bye.message.method_text(), bye.path), ("BYE", over_tls(PEER, None)));
}

#[test]
fn a_call_that_came_over_the_trunks_connection_is_ended_where_its_route_leads() {
    let route = "Record-Route: <sip:192.0.2.10:5061;transport=tls;lr>\r\nContact: <sip:far@10.9.9.9>\r\n";
    for (lines, wanted) in [
        (route, over_tls(PEER, None)),
        ("Contact: <sip:192.0.2.10:5061;transport=tls>\r\n", over_tls(PEER, None)),
        // Nobody told us whose certificate that would have to be: it goes back where the call came from.
        ("Contact: <sip:203.0.113.50:5061;transport=tls>\r\n", over_tls(FROM, Some(3))),
        ("Contact: <sips:far@203.0.113.50>\r\n", over_tls(FROM, Some(3))),
    ] {
        let mut rig = secure(|_| {});
        let leg = answered(&mut rig, "sip:+3585@198.51.100.1:5061", lines);
        rig.command(Command::End { leg, cause: None });
        let bye = rig.last();
        assert_eq!((bye.message.method_text(), bye.path), ("BYE", wanted), "{lines}");
    }
}

#[test]
fn where_a_secure_uri_is_asked_for_ours_are_secure_and_elsewhere_not() {
    let plain = "Contact: <sip:192.0.2.10:5061;transport=tls>\r\n";
    for (uri, lines, scheme) in [
        ("sip:+3585@198.51.100.1:5061", plain, "sip:"),
        ("sips:+3585@198.51.100.1", plain, "sips:"),
        ("sip:+3585@198.51.100.1:5061", "Contact: <sips:far@192.0.2.10>\r\n", "sips:"),
        ("sip:+3585@198.51.100.1:5061", "Record-Route: <sips:192.0.2.10;lr>\r\nContact: <sip:far@10.9.9.9>\r\n", "sips:"),
        ("sip:+3585@198.51.100.1:5061", "Record-Route: <sip:192.0.2.10;lr>\r\nContact: <sips:far@10.9.9.9>\r\n", "sip:"),
    ] {
        let mut rig = secure(|_| {});
        let leg = answered(&mut rig, uri, lines);
        let ok = rig.sent.iter().rev().find(|sent| !sent.message.is_request() && sent.message.code() == 200).unwrap();
        assert!(ok.message.contact().unwrap().starts_with(scheme), "{}", ok.text);
        rig.command(Command::Reinvite { leg, sdp: SDP.into() });
        assert!(rig.last().message.contact().unwrap().starts_with(scheme), "{}", rig.last().text);
    }
}

#[test]
fn a_trunk_that_wants_secure_uris_gets_no_others() {
    let mut rig = secure(|out| {
        out.sips = true;
        out.domain = Some("carrier.example".into());
        out.probe = Some(Probe { every: Duration::from_secs(60), fall: 1, rise: 1 });
        out.register_for = Some(Duration::from_secs(60));
        out.account = Some(Account { user: "us".into(), realm: "r".into(), ha1_md5: None, ha1_sha256: None });
    });
    rig.pass(10);
    dial(&mut rig);
    let methods: Vec<String> = rig.sent.iter().map(|sent| sent.message.method_text().to_owned()).collect();
    assert_eq!(methods, ["OPTIONS", "REGISTER", "INVITE"]);
    for sent in rig.take_sent() {
        assert!(!sent.text.contains("sip:"), "{}", sent.text);
        assert!(sent.message.request_uri().starts_with("sips:"), "{}", sent.text);
        assert!(sent.message.contact().unwrap().ends_with("203.0.113.99:5061"), "{}", sent.text);
    }
}
