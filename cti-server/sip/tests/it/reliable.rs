//! Provisional answers of ours that are acknowledged (RFC 3262).

use crate::rig::*;
use cti_sip::message::Name;
use cti_sip::{Command, Counts, EndedBy, Event};
use cti_types::LegId;

const ANSWER: &str = "v=0\r\no=- 9 9 IN IP4 192.0.2.10\r\n";

/// A call from the trunk whose INVITE has this header line.
fn offered(header: &str, sdp: &str) -> (Rig, LegId) {
    let mut rig = Rig::new();
    let text = invite("c1", "z9hG4bKa1", 1, sdp).replace("Max-Forwards: 70", &format!("{header}\r\nMax-Forwards: 70"));
    rig.receive(TRUNK, &text);
    let leg = rig.incoming();
    rig.take_sent();
    rig.take_events();
    (rig, leg)
}

/// Tag and RSeq of the last provisional answer.
fn reliable(rig: &Rig) -> (String, u32) {
    let message = &rig.last().message;
    assert_eq!(message.get(Name::Require), Some("100rel"), "{}", rig.last().text);
    (message.to().unwrap().tag().unwrap().to_owned(), message.header("RSeq").unwrap().parse().unwrap())
}

fn prack(rig: &mut Rig, tag: &str, cseq: u32, rack: &str, body: Option<(&str, &str)>) {
    let text = inside("PRACK", tag, cseq, &format!("z9hG4bKp{cseq}"), body);
    rig.receive(TRUNK, &text.replace("Max-Forwards", &format!("RAck: {rack}\r\nMax-Forwards")));
}

#[test]
fn early_media_is_repeated_at_doubling_times_until_its_prack() {
    let (mut rig, leg) = offered("Supported: timer, 100rel", SDP);
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    let (tag, number) = reliable(&rig);
    let start = rig.ms;
    rig.pass(8_000);
    let times: Vec<u64> = rig.sent.iter().map(|s| s.ms - start).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500]);
    rig.take_sent();
    for rack in [format!("{} 1 INVITE", number + 1), format!("{number} 2 INVITE"), format!("{number} 1 BYE"), "x".into()] {
        let cseq = 2 + rig.sent.len() as u32;
        prack(&mut rig, &tag, cseq, &rack, None);
        assert_eq!(rig.last().message.code(), 481, "{rack}");
    }
    prack(&mut rig, &tag, 9, &format!("{number} 1 INVITE"), None);
    assert_eq!(rig.last().message.code(), 200);
    rig.take_sent();
    rig.pass(20_000);
    assert_eq!(rig.codes(), Vec::<String>::new());
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    assert_eq!(rig.last().message.code(), 200);
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    assert_eq!(rig.take_events(), [Event::Confirmed { leg, sdp: None }], "the ACK has the INVITE's number, whatever came between");
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn without_a_prack_the_call_is_504() {
    let (mut rig, leg) = offered("Supported: 100rel", SDP);
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    rig.pass(32_001);
    assert_eq!(rig.last().message.code(), 504);
    assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Failure, cause: None }]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn what_needs_no_acknowledgement_has_none_unless_it_is_required() {
    for (header, is_reliable) in [("Supported: 100rel", false), ("Subject: x", false), ("Require: 100rel", true)] {
        let (mut rig, leg) = offered(header, SDP);
        rig.command(Command::Provisional { leg, code: 180, sdp: None });
        assert_eq!(rig.last().message.header("RSeq").is_some(), is_reliable, "{header}");
    }
    let (mut rig, leg) = offered("Subject: x", SDP);
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    assert_eq!(rig.last().message.header("RSeq"), None, "they do not know it");
}

#[test]
fn the_next_waits_for_the_prack_and_of_several_the_newest_is_sent() {
    let (mut rig, leg) = offered("Require: 100rel", SDP);
    rig.command(Command::Provisional { leg, code: 180, sdp: None });
    let (tag, number) = reliable(&rig);
    rig.command(Command::Provisional { leg, code: 182, sdp: None });
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    assert_eq!(rig.codes(), ["180"]);
    prack(&mut rig, &tag, 2, &format!("{number} 1 INVITE"), None);
    assert_eq!(reliable(&rig).1, number + 1);
    assert_eq!(rig.codes(), ["200", "183"]);
}

#[test]
fn an_answer_waits_for_the_prack_of_a_description_and_for_no_other() {
    let (mut rig, leg) = offered("Require: 100rel", SDP);
    rig.command(Command::Provisional { leg, code: 180, sdp: None });
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    assert_eq!(rig.codes(), ["180", "200"]);
    let (mut rig, leg) = offered("Supported: 100rel", SDP);
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    let (tag, number) = reliable(&rig);
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    assert_eq!(rig.codes(), ["183"]);
    prack(&mut rig, &tag, 2, &format!("{number} 1 INVITE"), None);
    let sent = rig.take_sent();
    let labels: Vec<_> = sent.iter().map(|s| s.message.get(Name::CSeq).unwrap_or_default().to_owned()).collect();
    assert_eq!(labels, ["2 PRACK", "1 INVITE"]);
    assert_eq!(sent[1].message.code(), 200);
}

#[test]
fn our_offer_in_a_provisional_answer_is_answered_in_its_prack() {
    let (mut rig, leg) = offered("Supported: 100rel", "");
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    let (tag, number) = reliable(&rig);
    prack(&mut rig, &tag, 2, &format!("{number} 1 INVITE"), Some(("application/sdp", ANSWER)));
    assert_eq!(rig.take_events(), [Event::Confirmed { leg, sdp: Some(ANSWER.into()) }]);
    rig.command(Command::Answer { leg, sdp: "v=0\r\n".into() });
    assert!(rig.last().message.body().is_empty(), "nothing is offered twice (RFC 3262 5)");
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    assert_eq!(rig.take_events(), [Event::Confirmed { leg, sdp: None }]);
}

#[test]
fn an_offer_in_a_prack_is_answered_in_its_200_before_the_call_is() {
    let (mut rig, leg) = offered("Supported: 100rel", SDP);
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    let (tag, number) = reliable(&rig);
    rig.take_sent();
    prack(&mut rig, &tag, 2, &format!("{number} 1 INVITE"), Some(("application/sdp", ANSWER)));
    assert_eq!(rig.take_events(), [Event::Reinvite { leg, sdp: Some(ANSWER.into()) }]);
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    assert_eq!(rig.codes(), Vec::<String>::new(), "first things first");
    rig.command(Command::AnswerReinvite { leg, sdp: "v=0\r\n".into() });
    let sent = rig.take_sent();
    assert_eq!(sent.iter().map(|s| s.message.get(Name::CSeq).unwrap()).collect::<Vec<_>>(), ["2 PRACK", "1 INVITE"]);
    assert_eq!(sent[0].message.body().as_ref(), b"v=0\r\n");
}

#[test]
fn a_cancelled_call_leaves_no_timer() {
    let (mut rig, leg) = offered("Supported: 100rel", SDP);
    rig.command(Command::Provisional { leg, code: 183, sdp: Some(SDP.into()) });
    rig.command(Command::End { leg, cause: Some(17) });
    assert_eq!(rig.last().message.code(), 486);
    assert_eq!(rig.settle(), Counts::default());
}
