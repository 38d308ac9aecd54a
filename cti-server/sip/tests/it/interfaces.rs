//! Several addresses and transports of ours: what a call says of us, and by which of them it goes.

use crate::register::register;
use crate::rig::*;
use bytes::Bytes;
use cti_sip::message::Name;
use cti_sip::{Caller, Command, Config, Event, Path, StreamId, Target, Transport, Trunk};
use std::net::SocketAddr;

const FAR: &str = "203.0.113.7:40000";

/// A public address, a private one behind NAT, loopback, and one of IPv6.
fn several() -> Rig {
    let at = |text: &str| text.parse::<SocketAddr>().unwrap();
    let listen = [
        (Transport::Udp, at("198.51.100.1:5060")),
        (Transport::Udp, at("10.0.0.5:5060")),
        (Transport::Udp, at("10.9.0.5:5062")),
        (Transport::Tls, at("10.0.0.5:5061")),
        (Transport::Ws, at("10.0.0.5:8080")),
        (Transport::Wss, at("10.0.0.5:8443")),
        (Transport::Udp, at("127.0.0.1:5060")),
        (Transport::Udp, at("[2001:db8::5]:5060")),
    ];
    let mut config = Config::new("pbx.example", listen.to_vec(), [7; 32]);
    config.advertised = vec![("10.0.0.5".parse().unwrap(), "203.0.113.99".parse().unwrap())];
    Rig::with(config)
}

/// A message from far over this transport, to this address of ours.
fn receive(rig: &mut Rig, transport: Transport, local: &str, text: &str) {
    let stream = transport.is_reliable().then_some(StreamId(7));
    let path = Path { transport, local: local.parse().unwrap(), remote: FAR.parse().unwrap(), stream };
    rig.feed(path, Bytes::from(text.to_owned()));
}

/// Registers the phone there.
fn registers(rig: &mut Rig, transport: Transport, local: &str, contact: &str) {
    receive(rig, transport, local, &register(1, "z9hG4bK1", ""));
    let challenge = rig.last().message.lines(Name::WwwAuthenticate).last().unwrap().to_owned();
    let auth = authorization(&challenge, "REGISTER", "sip:pbx.example", "201", "secret", 1);
    receive(rig, transport, local, &register(2, "z9hG4bK2", &format!("Authorization: {auth}\r\nContact: <{contact}>\r\n")));
    assert_eq!(rig.last().message.code(), 200);
    rig.take_sent();
    rig.take_events();
}

fn calls_the_phone(rig: &mut Rig) {
    let leg = cti_types::LegId::from_u128(9);
    let from = Caller { user: "+15550100".into(), ..Caller::default() };
    let target = Target::Phone(phone_id());
    rig.command(Command::Invite { leg, target, from, sdp: SDP.into(), headers: vec![], ring_timeout: ring(30_000) });
}

#[test]
fn a_phone_is_called_by_the_way_it_registered_and_told_what_belongs_to_it() {
    let table = [
        (Transport::Udp, "10.0.0.5:5060", "sip:201@10.9.9.9", "UDP 203.0.113.99:5060", "<sip:203.0.113.99:5060>"),
        (Transport::Udp, "10.9.0.5:5062", "sip:201@10.9.9.9", "UDP 10.9.0.5:5062", "<sip:10.9.0.5:5062>"),
        (Transport::Tls, "10.0.0.5:5061", "sips:201@10.9.9.9", "TLS 203.0.113.99:5061", "<sips:203.0.113.99:5061>"),
        (Transport::Ws, "10.0.0.5:8080", "sip:x@a1b2.invalid;transport=ws", "WS 203.0.113.99:8080", "<sip:203.0.113.99:8080;transport=ws>"),
        (
            Transport::Wss,
            "10.0.0.5:8443",
            "sip:x@a1b2.invalid;transport=ws",
            "WSS 203.0.113.99:8443",
            "<sip:203.0.113.99:8443;transport=ws>",
        ),
    ];
    for (transport, local, contact, via, ours) in table {
        let mut rig = several();
        registers(&mut rig, transport, local, contact);
        calls_the_phone(&mut rig);
        let sent = rig.last();
        assert_eq!(sent.message.request_uri(), contact);
        assert_eq!((sent.path.transport, sent.path.local.to_string(), sent.path.remote.to_string()), (transport, local.into(), FAR.into()));
        assert_eq!(sent.path.stream.is_some(), transport.is_reliable(), "over the phone's own connection");
        assert!(sent.message.get(Name::Via).unwrap().starts_with(&format!("SIP/2.0/{via};")), "{}", sent.text);
        assert_eq!(sent.message.get(Name::Contact), Some(ours));
        assert_eq!(rig.endpoint.leaves_by(&Target::Phone(phone_id())), Some(local.parse::<SocketAddr>().unwrap().ip()));
    }
}

#[test]
fn requests_inside_a_web_phones_call_stay_on_its_connection() {
    let mut rig = several();
    registers(&mut rig, Transport::Ws, "10.0.0.5:8080", "sip:x@a1b2.invalid;transport=ws");
    calls_the_phone(&mut rig);
    let answer = respond(&rig.take_sent().pop().unwrap().message, 200, "t", "Contact: <sip:x@10.1.1.1:9;transport=tcp>\r\n", SDP);
    receive(&mut rig, Transport::Ws, "10.0.0.5:8080", &answer);
    let leg = cti_types::LegId::from_u128(9);
    rig.command(Command::End { leg, cause: None });
    for sent in rig.take_sent() {
        assert_eq!((sent.path.transport, sent.path.stream), (Transport::Ws, Some(StreamId(7))), "{}", sent.text);
    }
}

#[test]
fn a_connection_that_ends_takes_its_registration_along() {
    for transport in [Transport::Tls, Transport::Ws, Transport::Wss] {
        let mut rig = several();
        registers(&mut rig, transport, "10.0.0.5:8080", "sip:x@a1b2.invalid;transport=ws");
        let path = Path { transport, local: "10.0.0.5:8080".parse().unwrap(), remote: FAR.parse().unwrap(), stream: Some(StreamId(7)) };
        rig.lose(path);
        assert_eq!(rig.take_events(), [Event::Unregistered { phone: phone_id() }]);
    }
}

#[test]
fn a_trunk_is_called_from_the_address_nearest_to_it() {
    let table = [
        ("192.0.2.10:5060", "198.51.100.1"),
        ("10.0.0.77:5060", "10.0.0.5"),
        ("10.9.0.77:5060", "10.9.0.5"),
        ("127.0.0.1:5070", "127.0.0.1"),
        ("[2001:db8::77]:5060", "2001:db8::5"),
    ];
    for (peer, local) in table {
        let mut rig = several();
        let peer = (Transport::Udp, peer.parse().unwrap());
        let trunk = Trunk {
            id: trunk_id(),
            sources: vec![],
            source_port: None,
            peer: Some(peer),
            calls_max: None,
            trusted: false,
            out: Default::default(),
        };
        rig.command(Command::SetTrunks(vec![trunk]));
        let target = Target::Trunk { trunk: trunk_id(), number: "1".into() };
        assert_eq!(rig.endpoint.leaves_by(&target), Some(local.parse().unwrap()), "{peer:?}");
    }
}

#[test]
fn a_secure_uri_is_taken_where_nobody_can_read_it_and_refused_elsewhere() {
    let text = register(1, "z9hG4bK1", "").replacen("REGISTER sip:", "REGISTER sips:", 1);
    for (transport, code) in
        [(Transport::Udp, 416), (Transport::Tcp, 416), (Transport::Ws, 416), (Transport::Tls, 401), (Transport::Wss, 401)]
    {
        let mut rig = several();
        receive(&mut rig, transport, "10.0.0.5:5061", &text);
        assert_eq!(rig.last().message.code(), code, "{transport:?}");
    }
}
