//! Calls that come in, up to their final answer.

use crate::rig::*;
use cti_sip::message::Name;
use cti_sip::{Command, Counts, EndedBy, Event, Origin, Transport};
use std::time::Duration;

#[test]
fn a_call_from_a_trunk_is_described_and_tried() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    let Some(Event::Incoming { call, .. }) = rig.take_events().pop() else { panic!("no call") };
    assert_eq!(call.origin, Origin::Trunk(trunk_id()));
    assert_eq!((call.called.as_str(), call.caller.as_deref(), call.display.as_deref()), ("+3585 ", Some("+35840123"), Some("Ann")));
    assert_eq!(call.sdp.as_deref(), Some(SDP.as_bytes()));
    assert_eq!(rig.codes(), ["100"]);
    rig.command(Command::Provisional { leg, code: 180, sdp: None });
    let ringing = rig.last();
    assert!(ringing.message.to().unwrap().tag().is_some());
    assert_eq!(ringing.message.contact(), Some("sip:203.0.113.99:5060"));
    assert_eq!(ringing.message.get(Name::Via), Some("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa1;received=192.0.2.10;rport=5060"));
}

#[test]
fn a_repeated_invite_gets_the_last_answer_again_and_no_second_call() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    rig.offered();
    assert_eq!(rig.codes(), ["100", "183", "183"]);
    assert_eq!(rig.endpoint.counts().legs, 1);
}

#[test]
fn the_answer_is_repeated_until_the_ack() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.take_sent();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    rig.pass(5_000);
    let times: Vec<u64> = rig.sent.iter().map(|s| s.ms - 1000).collect();
    assert_eq!(times, [0, 500, 1500, 3500]);
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    rig.take_sent();
    rig.pass(60_000);
    assert_eq!(rig.codes(), Vec::<String>::new());
    assert_eq!(rig.take_events().last(), Some(&Event::Confirmed { leg, sdp: None }));
}

#[test]
fn without_an_ack_the_call_ends_by_bye() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    rig.pass(32_001);
    assert_eq!(rig.last().message.method_text(), "BYE");
    assert_eq!(rig.take_events().last(), Some(&Event::Ended { leg, by: EndedBy::Failure, cause: None }));
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn an_invite_without_sdp_brings_its_answer_in_the_ack() {
    let mut rig = Rig::new();
    rig.receive(TRUNK, &invite("c1", "z9hG4bKa1", 1, ""));
    let leg = rig.incoming();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", Some(("application/sdp", "v=0\r\n"))));
    assert_eq!(rig.take_events().last(), Some(&Event::Confirmed { leg, sdp: Some("v=0\r\n".into()) }));
}

#[test]
fn a_refusal_is_repeated_until_its_ack() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.take_sent();
    rig.command(Command::Reject { leg, code: 488, retry_after: None, warning: Some("no \"codec\"".into()) });
    assert_eq!(rig.last().message.get(Name::Warning), Some("399 pbx.example \"no 'codec'\""));
    rig.pass(12_000);
    let times: Vec<u64> = rig.sent.iter().map(|s| s.ms - 1000).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500, 11500]);
    rig.receive(TRUNK, &inside("ACK", "x", 1, "z9hG4bKa1", None));
    rig.take_sent();
    rig.pass(30_000);
    assert_eq!(rig.codes(), Vec::<String>::new());
    assert_eq!(rig.take_events().last(), Some(&Event::Ended { leg, by: EndedBy::Local, cause: None }));
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn over_tcp_a_refusal_is_sent_once() {
    let mut rig = Rig::new();
    rig.transport = Transport::Tcp;
    let leg = rig.offered();
    rig.command(Command::Reject { leg, code: 486, retry_after: Some(Duration::from_secs(3)), warning: None });
    rig.pass(20_000);
    assert_eq!(rig.sent.iter().filter(|s| s.message.code() == 486).count(), 1);
    assert_eq!(rig.last().message.get(Name::RetryAfter), Some("3"));
    assert_eq!(rig.last().path.stream, rig.path(TRUNK).stream);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn cancel_ends_a_call_that_waits() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.take_sent();
    let cancel = inside("CANCEL", "", 1, "z9hG4bKa1", None)
        .replace(";tag=\r\n", "\r\n")
        .replace("Contact:", "Reason: SIP;cause=200, Q.850 ;cause=16\r\nContact:");
    rig.receive(TRUNK, &cancel);
    assert_eq!(rig.codes(), ["200", "487"]);
    assert_eq!(rig.take_events().last(), Some(&Event::Ended { leg, by: EndedBy::Cancel, cause: Some(16) }));
    rig.receive(TRUNK, &cancel);
    assert_eq!(rig.codes(), ["200"]);
    assert_eq!(rig.settle(), Counts::default());
    rig.receive(TRUNK, &cancel);
    assert_eq!(rig.codes().last().map(String::as_str), Some("481"));
}

#[test]
fn cancel_from_elsewhere_does_nothing() {
    let mut rig = Rig::new();
    rig.offered();
    rig.take_sent();
    rig.receive("192.0.2.77:5060", &inside("CANCEL", "", 1, "z9hG4bKa1", None).replace(";tag=\r\n", "\r\n"));
    assert_eq!(rig.codes(), ["481"]);
    assert_eq!(rig.endpoint.counts().legs, 1);
}

#[test]
fn cancel_crossing_200_is_answered_and_changes_nothing() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.take_sent();
    rig.receive(TRUNK, &inside("CANCEL", "", 1, "z9hG4bKa1", None).replace(";tag=\r\n", "\r\n"));
    assert_eq!(rig.last().message.to().unwrap().tag(), Some(tag.as_str()), "one tag for the INVITE and its CANCEL");
    assert_eq!(rig.codes(), ["200"]);
    assert!(!rig.take_events().iter().any(|e| matches!(e, Event::Ended { .. })));
}

#[test]
fn ending_before_the_ack_says_so_at_once_and_sends_bye_after_the_ack() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.take_sent();
    rig.command(Command::End { leg, cause: Some(16) });
    assert_eq!(rig.codes(), Vec::<String>::new());
    assert_eq!(rig.take_events().last(), Some(&Event::Ended { leg, by: EndedBy::Local, cause: None }));
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    let bye = rig.last();
    assert_eq!((bye.message.method_text(), bye.message.get(Name::Reason)), ("BYE", Some("Q.850;cause=16")));
    assert_eq!(rig.take_events(), []);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_call_nobody_answers_ends_with_480() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Provisional { leg, code: 180, sdp: None });
    rig.take_sent();
    rig.pass(300_000);
    let codes = rig.codes();
    assert_eq!(codes.iter().filter(|c| *c == "180").count(), 4, "repeated each minute");
    assert!(codes.contains(&"480".to_owned()));
    assert_eq!(rig.take_events().last(), Some(&Event::Ended { leg, by: EndedBy::Failure, cause: None }));
}

#[test]
fn the_trunks_bound_and_draining_are_503_with_retry_after() {
    let mut rig = Rig::new();
    for n in 0..3 {
        rig.receive(TRUNK, &invite(&format!("c{n}"), &format!("z9hG4bK{n}"), 1, SDP));
    }
    assert_eq!(rig.codes(), ["100", "100", "503"]);
    let mut rig = Rig::new();
    rig.command(Command::SetAccepting(false));
    rig.offer_refused();
}

#[test]
fn more_calls_in_a_second_than_the_trunk_may_send_are_503_and_shown_with_it() {
    let mut rig = crate::trunks::rig_with(|t| (t.calls_max, t.out.cps_max) = (None, Some(1)));
    for n in 0..3 {
        rig.receive(TRUNK, &invite(&format!("c{n}"), &format!("z9hG4bK{n}"), 1, SDP));
    }
    assert_eq!(rig.last().message.get(Name::RetryAfter), Some("1"));
    assert_eq!(rig.codes(), ["100", "503", "503"]);
    let refused: Vec<_> = rig.endpoint.refused().into_iter().map(|one| (one.sender, one.code, one.count)).collect();
    assert_eq!(refused, [(cti_sip::Sender::Trunk(trunk_id()), 503, 2)]);
    rig.pass(1_000);
    rig.receive(TRUNK, &invite("c3", "z9hG4bK3", 1, SDP));
    assert_eq!(rig.codes(), ["100"]);
}

impl Rig {
    fn offer_refused(&mut self) {
        self.receive(TRUNK, &invite("c1", "z9hG4bKa1", 1, SDP));
        assert_eq!(self.last().message.code(), 503);
        assert!(self.last().message.get(Name::RetryAfter).is_some());
        assert_eq!(self.endpoint.counts(), Counts::default());
    }
}

#[test]
fn the_same_request_by_another_way_is_482() {
    let mut rig = Rig::new();
    rig.offered();
    rig.receive(TRUNK, &invite("c1", "z9hG4bKother", 1, SDP));
    assert_eq!(rig.codes(), ["100", "482"]);
}

#[test]
fn an_unknown_source_is_challenged_and_costs_no_state() {
    let mut rig = Rig::new();
    rig.receive("203.0.113.50:5060", &invite("c1", "z9hG4bKa1", 1, SDP));
    assert_eq!(rig.codes(), ["401"]);
    assert_eq!(rig.endpoint.counts(), Counts::default());
    assert_eq!(rig.take_events(), []);
}

#[test]
fn bad_requests_get_the_answer_the_rfc_names() {
    let good = invite("c1", "z9hG4bKa1", 1, SDP);
    let table: [(&str, &str, u16, &str); 22] = [
        ("From: \"Ann\" <sip:+35840123@192.0.2.10>;tag=far\r\n", "", 400, "Missing From"),
        ("Call-ID: c1\r\n", "", 400, "Missing Call-ID"),
        ("Call-ID: c1\r\n", "Call-ID: c1\r\ni: c2\r\n", 400, "Multiple Call-ID"),
        ("CSeq: 1 INVITE", "CSeq: 1 BYE", 400, "CSeq Method Mismatch"),
        ("CSeq: 1 INVITE", "CSeq: 99999999999 INVITE", 400, "Malformed CSeq"),
        ("Contact: <sip:192.0.2.10:5060>\r\n", "", 400, "Missing Contact"),
        ("Contact: <sip:192.0.2.10:5060>", "Contact: <sip:192.0.2.10", 400, "Malformed Contact"),
        ("To: <sip:+3585@198.51.100.1>", "To: \"x <sip:a@b>", 400, "Malformed To"),
        ("Max-Forwards: 70", "Max-Forwards: 0", 483, "Too Many Hops"),
        ("Max-Forwards: 70", "Max-Forwards: 300", 400, "Malformed Max-Forwards"),
        ("Max-Forwards: 70", "Require: precondition, x", 420, "Bad Extension"),
        ("Max-Forwards: 70", "no colon here", 400, "Malformed Header Line"),
        ("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", 505, "Version Not Supported"),
        ("INVITE sip:%2B3585%20@198.51.100.1", "INVITE sip: a@b", 400, "Malformed Request-URI"),
        ("INVITE sip:%2B3585%20@198.51.100.1", "INVITE <sip:a@b>", 400, "Malformed Request-URI"),
        ("INVITE sip:%2B3585%20@198.51.100.1", "INVITE http://a", 416, "Unsupported URI Scheme"),
        ("INVITE sip:%2B3585%20@198.51.100.1", "INVITE sips:a@b", 416, "Unsupported URI Scheme"),
        ("Content-Type: application/sdp", "Content-Type: text/plain", 415, "Unsupported Media Type"),
        ("Content-Type: application/sdp\r\n", "", 400, "Missing Content-Type"),
        ("Content-Type:", "Content-Encoding: gzip\r\nContent-Type:", 415, "Unsupported Media Type"),
        ("Content-Length: ", "Content-Length: 9", 400, "Bad Content-Length"),
        ("Content-Length: ", "Content-Length: -", 400, "Bad Content-Length"),
    ];
    for (from, to, code, reason) in table {
        let mut rig = Rig::new();
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from}");
        rig.receive(TRUNK, &text);
        let answer = &rig.last().message;
        assert_eq!((answer.code(), answer.reason_text()), (code, reason), "{from} -> {to}");
        assert_eq!(rig.endpoint.counts(), Counts::default(), "nothing is kept");
    }
}

#[test]
fn required_extensions_are_named_as_unsupported() {
    let mut rig = Rig::new();
    rig.receive(TRUNK, &invite("c1", "z9hG4bKa1", 1, SDP).replace("Max-Forwards: 70", "Require: timer, precondition, \r\n x"));
    assert_eq!(rig.last().message.get(Name::Unsupported), Some("precondition, x"));
}

#[test]
fn methods_outside_of_a_dialog() {
    let table = [
        ("OPTIONS", 200),
        ("BYE", 481),
        ("INFO", 481),
        ("MESSAGE", 405),
        ("REFER", 403),
        ("PRACK", 481),
        ("HELLO", 501),
        ("SUBSCRIBE", 405),
    ];
    for (method, code) in table {
        let mut rig = Rig::new();
        let text = inside(method, "", 1, "z9hG4bKa1", None).replace(";tag=\r\n", "\r\n");
        rig.receive(TRUNK, &text);
        assert_eq!(rig.last().message.code(), code, "{method}");
        assert!(matches!(code, 403 | 481) || rig.last().message.get(Name::Allow).is_some(), "{method}");
        assert_eq!(rig.endpoint.counts(), Counts::default());
    }
}

#[test]
fn without_rport_answers_go_to_the_port_of_the_via() {
    let mut rig = Rig::new();
    rig.receive("192.0.2.10:33333", &invite("c1", "z9hG4bKa1", 1, SDP).replace(";rport", "").replace("192.0.2.10:5060;", "10.9.9.9:5066;"));
    assert_eq!(rig.last().path.remote, "192.0.2.10:5066".parse().unwrap());
    assert_eq!(rig.last().message.get(Name::Via), Some("SIP/2.0/UDP 10.9.9.9:5066;branch=z9hG4bKa1;received=192.0.2.10"));
}

#[test]
fn every_via_and_record_route_comes_back_in_order() {
    let mut rig = Rig::new();
    let text = invite("c1", "z9hG4bKa1", 1, SDP)
        .replace("Max-Forwards", "v: SIP/2.0/UDP a;branch=1, SIP/2.0/TCP [2001:db8::1];branch=2\r\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\nMax-Forwards");
    rig.receive(TRUNK, &text);
    let leg = rig.incoming();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let answer = &rig.last().message;
    let vias: Vec<_> = answer.values(Name::Via).skip(1).collect();
    assert_eq!(vias, ["SIP/2.0/UDP a;branch=1", "SIP/2.0/TCP [2001:db8::1];branch=2"]);
    let routes: Vec<_> = answer.values(Name::RecordRoute).collect();
    assert_eq!(routes, ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"]);
}
