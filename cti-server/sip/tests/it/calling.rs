//! Calls we make, up to their first answer.

use crate::register::registered;
use crate::rig::*;
use cti_sip::message::Name;
use cti_sip::{Caller, Command, Counts, EndedBy, Event, Target};
use cti_types::LegId;

pub(crate) fn call(rig: &mut Rig, target: Target, ms: u64) -> LegId {
    let leg = LegId::from_u128(77);
    let from = Caller { display: Some("Q \"1\"".into()), user: "+35840".into(), ..Caller::default() };
    rig.command(Command::Invite {
        leg,
        target,
        from,
        sdp: SDP.into(),
        headers: vec![("X-Q".into(), "a\r\nb".into()), ("X\r\nEvil".into(), "c".into())],
        ring_timeout: ring(ms),
    });
    leg
}

fn to_trunk() -> Target {
    Target::Trunk { trunk: trunk_id(), number: "+358 5#".into() }
}

#[test]
fn an_invite_to_a_trunk_is_well_formed() {
    let mut rig = Rig::new();
    call(&mut rig, to_trunk(), 60_000);
    let sent = rig.last();
    assert_eq!(sent.path.remote, TRUNK.parse().unwrap());
    assert_eq!(sent.message.request_uri(), "sip:+358%205%23@192.0.2.10:5060");
    assert_eq!(sent.message.from().unwrap().display().as_deref(), Some("Q \"1\""));
    assert_eq!(sent.message.via().unwrap().host, "203.0.113.99");
    assert_eq!(sent.message.header("X-Q"), Some("a  b"), "a value cannot break out of its line");
    assert!(!sent.text.contains("Evil"), "what is no header name is left out");
    assert_eq!(sent.message.body().as_ref(), SDP.as_bytes());
}

#[test]
fn an_anonymous_caller_is_hidden() {
    let mut rig = Rig::new();
    let leg = LegId::from_u128(77);
    rig.command(Command::Invite {
        leg,
        target: to_trunk(),
        from: Caller::default(),
        sdp: SDP.into(),
        headers: vec![],
        ring_timeout: ring(9000),
    });
    assert_eq!(rig.last().message.get(Name::Privacy), Some("id"));
    assert_eq!(rig.last().message.from().unwrap().uri, "sip:anonymous@anonymous.invalid");
}

#[test]
fn a_telephone_of_ours_is_told_who_sent_the_call_and_nobody_outside_is() {
    let mut rig = Rig::new();
    registered(&mut rig, "Contact: <sip:201@10.0.0.5>\r\n");
    for (target, told) in [(Target::Phone(phone_id()), Some("<sip:2%200@pbx.example>")), (to_trunk(), None)] {
        let from = Caller { user: "+35840".into(), referred_by: Some("2 0".into()), ..Caller::default() };
        let leg = LegId::from_u128(if told.is_some() { 77 } else { 78 });
        rig.command(Command::Invite { leg, target, from, sdp: SDP.into(), headers: vec![], ring_timeout: ring(9000) });
        assert_eq!(rig.last().message.header("Referred-By"), told);
    }
}

#[test]
fn an_unanswered_invite_doubles_its_interval_and_fails_after_64_t1() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 120_000);
    rig.pass(40_000);
    let times: Vec<u64> = rig.sent.iter().map(|s| s.ms - 1000).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500, 15500, 31500]);
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 408, retry_after: None, cause: None }]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn ringing_answer_and_ack() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 100, "", "", ""));
    rig.receive(TRUNK, &respond(&invite, 183, "far", "", SDP));
    let ok =
        respond(&invite, 200, "far", "Record-Route: <sip:192.0.2.20;lr>, <sip:192.0.2.21:5070;lr>\r\nContact: <sip:x@192.0.2.30>\r\n", SDP);
    rig.receive(TRUNK, &ok);
    let sdp = Some(SDP.into());
    assert_eq!(rig.take_events(), [Event::Ringing { leg, code: 183, sdp: sdp.clone() }, Event::Answered { leg, sdp }]);
    let ack = rig.last();
    assert_eq!((ack.message.method_text(), ack.message.request_uri()), ("ACK", "sip:x@192.0.2.30"));
    assert_eq!(ack.path.remote, "192.0.2.21:5070".parse().unwrap(), "to the first route");
    let routes: Vec<_> = ack.message.values(Name::Route).collect();
    assert_eq!(routes, ["<sip:192.0.2.21:5070;lr>", "<sip:192.0.2.20;lr>"]);
    rig.take_sent();
    rig.receive(TRUNK, &ok);
    assert_eq!(rig.codes(), ["ACK"], "a repeated 200 is acknowledged again");
    rig.receive(TRUNK, &respond(&invite, 200, "fork", "Contact: <sip:y@192.0.2.31>\r\n", SDP));
    assert_eq!(rig.codes(), ["ACK", "BYE"], "another fork is ended");
    assert_eq!(rig.take_events(), []);
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_strict_router_gets_itself_as_the_request_uri() {
    let mut rig = Rig::new();
    call(&mut rig, to_trunk(), 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 200, "far", "Record-Route: <sip:192.0.2.20>\r\nContact: <sip:x@192.0.2.30>\r\n", SDP));
    let ack = &rig.last().message;
    assert_eq!((ack.request_uri(), ack.get(Name::Route)), ("sip:192.0.2.20", Some("<sip:x@192.0.2.30>")));
}

#[test]
fn an_answer_with_unreadable_addresses_is_still_acknowledged() {
    let mut rig = Rig::new();
    call(&mut rig, to_trunk(), 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 200, "far", "Record-Route: <siz 1>, x y\r\nContact: <sip:a b@c>\r\n", SDP));
    let ack = &rig.last().message;
    assert_eq!((ack.request_uri(), ack.count(Name::Route)), (invite.request_uri(), 0));
}

#[test]
fn a_refusal_is_acknowledged_and_told() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    let busy = respond(&invite, 486, "far", "Retry-After: 18 (soon);duration=3\r\n", "");
    rig.receive(TRUNK, &busy);
    rig.receive(TRUNK, &busy);
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 486, retry_after: Some(ring(18_000)), cause: None }]);
    let ack = &rig.last().message;
    assert_eq!(ack.get(Name::Via), invite.get(Name::Via), "the same branch");
    assert_eq!(ack.to().unwrap().tag(), Some("far"));
    assert_eq!(rig.codes(), ["ACK", "ACK"]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn cancel_waits_for_a_provisional_response() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.command(Command::End { leg, cause: Some(16) });
    assert_eq!(rig.codes(), Vec::<String>::new());
    rig.receive(TRUNK, &respond(&invite, 100, "", "", ""));
    let cancel = &rig.last().message;
    assert_eq!((cancel.method_text(), cancel.get(Name::Via), cancel.get(Name::CSeq)), ("CANCEL", invite.get(Name::Via), Some("1 CANCEL")));
    assert_eq!(cancel.get(Name::Reason), Some("Q.850;cause=16"));
    rig.receive(TRUNK, &respond(&invite, 487, "far", "", ""));
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 487, retry_after: None, cause: None }]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn cancel_crossing_200_is_acknowledged_and_ended() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 180, "far", "", ""));
    rig.command(Command::End { leg, cause: None });
    rig.receive(TRUNK, &respond(&invite, 200, "far", "Contact: <sip:x@192.0.2.10>\r\n", SDP));
    assert_eq!(rig.codes(), ["CANCEL", "ACK", "BYE"]);
    let ended = Event::Ended { leg, by: EndedBy::Local, cause: None };
    assert_eq!(rig.take_events(), [Event::Ringing { leg, code: 180, sdp: None }, ended]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_cancelled_call_that_stays_silent_is_given_up() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 600_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 180, "far", "", ""));
    rig.take_events();
    rig.command(Command::End { leg, cause: None });
    rig.pass(32_001);
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 487, retry_after: None, cause: None }]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn ringing_too_long_is_408_at_once_and_cancelled() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 20_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 180, "far", "", ""));
    rig.take_events();
    rig.pass(20_000);
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 408, retry_after: None, cause: None }]);
    assert_eq!(rig.codes(), ["CANCEL"]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_failed_transport_is_503() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, to_trunk(), 60_000);
    rig.fail(TRUNK);
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 503, retry_after: None, cause: None }]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_phone_without_contacts_is_480() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, Target::Phone(phone_id()), 60_000);
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 480, retry_after: None, cause: None }]);
    assert_eq!(rig.endpoint.counts(), Counts::default());
}

fn two_contacts(rig: &mut Rig) -> (LegId, cti_sip::message::Message, cti_sip::message::Message) {
    registered(rig, "Contact: <sip:201@10.0.0.5>, <sip:201@10.0.0.6;x=y>\r\n");
    rig.take_events();
    let leg = call(rig, Target::Phone(phone_id()), 60_000);
    let mut sent = rig.take_sent();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|s| s.path.remote == PHONE.parse().unwrap()), "to where the REGISTER came from");
    let second = sent.pop().unwrap().message;
    (leg, sent.pop().unwrap().message, second)
}

#[test]
fn of_two_contacts_the_first_answer_wins_and_the_other_is_cancelled() {
    let mut rig = Rig::new();
    let (leg, first, second) = two_contacts(&mut rig);
    assert_eq!((first.request_uri(), second.request_uri()), ("sip:201@10.0.0.5", "sip:201@10.0.0.6;x=y"));
    rig.receive(PHONE, &respond(&first, 180, "a", "", ""));
    rig.receive(PHONE, &respond(&second, 180, "b", "", ""));
    rig.receive(PHONE, &respond(&second, 200, "b", "Contact: <sip:201@10.0.0.6>\r\n", SDP));
    assert_eq!(rig.codes(), ["ACK", "CANCEL"]);
    assert_eq!(rig.take_events().last(), Some(&Event::Answered { leg, sdp: Some(SDP.into()) }));
    rig.receive(PHONE, &respond(&first, 200, "a", "Contact: <sip:201@10.0.0.5>\r\n", SDP));
    assert_eq!(rig.codes(), ["ACK", "BYE"], "it answered before the CANCEL came");
    assert_eq!(rig.take_events(), []);
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.last().path.remote, PHONE.parse().unwrap());
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn when_all_refuse_the_lowest_code_is_told() {
    let mut rig = Rig::new();
    let (leg, first, second) = two_contacts(&mut rig);
    rig.receive(PHONE, &respond(&first, 500, "a", "", ""));
    assert_eq!(rig.take_events(), []);
    rig.receive(PHONE, &respond(&second, 486, "b", "", ""));
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 486, retry_after: None, cause: None }]);
}

#[test]
fn a_6xx_speaks_for_all() {
    let mut rig = Rig::new();
    let (leg, first, second) = two_contacts(&mut rig);
    rig.receive(PHONE, &respond(&first, 180, "a", "", ""));
    rig.take_events();
    rig.receive(PHONE, &respond(&second, 603, "b", "", ""));
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 603, retry_after: None, cause: None }]);
    assert_eq!(rig.codes(), ["ACK", "CANCEL"]);
    assert_eq!(rig.settle(), Counts::default());
}
