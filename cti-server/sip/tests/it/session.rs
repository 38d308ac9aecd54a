//! Established calls.

use crate::calling::call;
use crate::rig::*;
use cti_sip::message::Name;
use cti_sip::{Command, Counts, EndedBy, Event, Target};

const NEW: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.10\r\n";

fn reinvite(tag: &str, cseq: u32) -> String {
    inside("INVITE", tag, cseq, &format!("z9hG4bKri{cseq}"), Some(("application/sdp", NEW)))
}

#[test]
fn their_bye_ends_the_call_with_its_cause() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &inside("BYE", &tag, 2, "z9hG4bKb", None).replace("Contact:", "Reason: Q.850;cause=31;text=\"x\"\r\nContact:"));
    assert_eq!(rig.codes(), ["200"]);
    assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Bye, cause: Some(31) }]);
    rig.receive(TRUNK, &inside("BYE", &tag, 2, "z9hG4bKb", None));
    rig.receive(TRUNK, &inside("BYE", &tag, 3, "z9hG4bKc", None));
    assert_eq!(rig.codes(), ["200", "481"], "a repeated BYE is answered again, a new one finds no dialog");
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn bye_crossing_bye_ends_once_and_both_are_answered() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.command(Command::End { leg, cause: None });
    rig.receive(TRUNK, &inside("BYE", &tag, 2, "z9hG4bKb", None));
    assert_eq!(rig.codes(), ["BYE", "200"]);
    assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Local, cause: None }]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn our_bye_is_repeated_up_to_t2_and_given_up_after_64_t1() {
    let mut rig = Rig::new();
    let (leg, _) = rig.answered();
    let start = rig.ms;
    rig.command(Command::End { leg, cause: None });
    rig.pass(40_000);
    let times: Vec<u64> = rig.sent.iter().map(|s| s.ms - start).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn our_bye_goes_on_after_an_icmp_error() {
    let mut rig = Rig::new();
    let (leg, _) = rig.answered();
    rig.command(Command::End { leg, cause: None });
    rig.fail(TRUNK);
    rig.pass(1_000);
    assert_eq!(rig.codes(), ["BYE", "BYE"]);
}

#[test]
fn a_dialog_is_known_by_both_tags_and_call_id() {
    let mut rig = Rig::new();
    let (_, tag) = rig.answered();
    for (from, to) in [("Call-ID: c1", "Call-ID: c2"), ("tag=far", "tag=other"), (tag.as_str(), "unknown")] {
        rig.receive(TRUNK, &inside("BYE", &tag, 2, "z9hG4bKb", None).replace(from, to));
        assert_eq!(rig.last().message.code(), 481, "{from}");
    }
    assert_eq!(rig.take_events(), []);
}

/// Knows the dialog's identifiers, but is neither its far side nor the trunk.
const STRANGER: &str = "203.0.113.66:5060";
/// Another address of the trunk's sources.
const SECOND: &str = "192.0.2.77:5062";

#[test]
fn a_stranger_with_a_dialogs_identifiers_is_403_and_changes_nothing() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    let stolen = reinvite(&tag, 90).replace("Contact: <sip:192.0.2.10:5060>", "Contact: <sip:203.0.113.66>");
    rig.receive(STRANGER, &inside("BYE", &tag, 91, "z9hG4bKs1", None));
    rig.receive(STRANGER, &stolen);
    rig.receive(STRANGER, &inside("INFO", &tag, 92, "z9hG4bKs2", Some(("application/dtmf", "#"))));
    rig.receive(STRANGER, &inside("ACK", &tag, 90, "z9hG4bKs3", None));
    assert_eq!(rig.codes(), ["403", "403", "403"], "a stray ACK is dropped");
    assert_eq!(rig.take_events(), []);
    rig.receive(TRUNK, &inside("OPTIONS", &tag, 2, "z9hG4bKo", None));
    assert_eq!(rig.codes(), ["200"], "the sequence number did not move");
    rig.command(Command::End { leg, cause: None });
    assert_eq!((rig.last().message.request_uri(), rig.last().path.remote), ("sip:192.0.2.10:5060", TRUNK.parse().unwrap()));
}

#[test]
fn a_strangers_ack_does_not_confirm_an_answer() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.take_events();
    rig.receive(STRANGER, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    assert_eq!(rig.take_events(), []);
    rig.receive(SECOND, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    assert_eq!(rig.take_events(), [Event::Confirmed { leg, sdp: None }]);
}

#[test]
fn the_trunks_second_source_and_another_port_are_taken_inside_a_dialog() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(SECOND, &reinvite(&tag, 2));
    assert_eq!(rig.take_events(), [Event::Reinvite { leg, sdp: Some(NEW.into()) }]);
    rig.command(Command::RejectReinvite { leg, code: 488 });
    rig.receive("192.0.2.10:33333", &inside("OPTIONS", &tag, 3, "z9hG4bKo", None));
    rig.receive(SECOND, &inside("BYE", &tag, 4, "z9hG4bKb", None));
    assert_eq!(rig.codes(), ["100", "488", "200", "200"]);
    assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Bye, cause: None }]);
}

#[test]
fn the_far_side_of_a_call_of_ours_is_bound_to_its_addresses_too() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, Target::Trunk { trunk: trunk_id(), number: "1".into() }, 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 200, "far", "Contact: <sip:x@198.18.0.9>\r\n", SDP));
    rig.take_sent();
    rig.take_events();
    let (ours, call_id) = (invite.from().unwrap().tag().unwrap().to_owned(), invite.call_id().unwrap().to_owned());
    let bye =
        |cseq: u32| inside("BYE", &ours, cseq, &format!("z9hG4bK{cseq}"), None).replace("Call-ID: c1", &format!("Call-ID: {call_id}"));
    rig.receive(STRANGER, &bye(1));
    assert_eq!((rig.codes(), rig.take_events()), (vec!["403".to_owned()], vec![]));
    rig.receive("198.18.0.9:5060", &bye(2));
    assert_eq!(rig.codes(), ["200"], "our requests go to the address of its Contact");
    assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Bye, cause: None }]);
}

#[test]
fn a_lower_sequence_number_is_500() {
    let mut rig = Rig::new();
    let (_, tag) = rig.answered();
    rig.receive(TRUNK, &inside("OPTIONS", &tag, 5, "z9hG4bKo", None));
    rig.receive(TRUNK, &inside("OPTIONS", &tag, 4, "z9hG4bKp", None));
    assert_eq!(rig.codes(), ["200", "500"]);
}

#[test]
fn their_reinvite_is_asked_and_answered() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &reinvite(&tag, 2).replace("Contact: <sip:192.0.2.10:5060>", "Contact: <sip:new@192.0.2.11>"));
    assert_eq!(rig.take_events(), [Event::Reinvite { leg, sdp: Some(NEW.into()) }]);
    rig.command(Command::AnswerReinvite { leg, sdp: SDP.into() });
    assert_eq!(rig.codes(), ["100", "200"]);
    rig.receive(TRUNK, &inside("ACK", &tag, 2, "z9hG4bKack2", None));
    rig.pass(60_000);
    assert_eq!(rig.codes(), Vec::<String>::new());
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.last().message.request_uri(), "sip:new@192.0.2.11", "the target was refreshed");
}

#[test]
fn a_reinvite_without_sdp_brings_the_answer_in_its_ack() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &inside("INVITE", &tag, 2, "z9hG4bKri", None));
    rig.command(Command::AnswerReinvite { leg, sdp: SDP.into() });
    rig.receive(TRUNK, &inside("ACK", &tag, 2, "z9hG4bKack2", Some(("application/sdp", NEW))));
    assert_eq!(rig.take_events(), [Event::Reinvite { leg, sdp: None }, Event::Confirmed { leg, sdp: Some(NEW.into()) }]);
}

#[test]
fn a_second_invite_while_one_is_open_is_500_and_a_refused_one_changes_nothing() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &reinvite(&tag, 2));
    rig.receive(TRUNK, &reinvite(&tag, 3));
    assert_eq!(rig.last().message.code(), 500);
    assert!(rig.last().message.get(Name::RetryAfter).is_some());
    rig.command(Command::RejectReinvite { leg, code: 488 });
    assert_eq!(rig.last().message.code(), 488);
    assert_eq!(rig.take_events().len(), 1);
}

#[test]
fn a_reinvite_the_switch_forgets_is_500() {
    let mut rig = Rig::new();
    let (_, tag) = rig.answered();
    rig.receive(TRUNK, &reinvite(&tag, 2));
    rig.take_sent();
    rig.pass(30_000);
    assert_eq!(rig.sent[0].message.code(), 500);
}

#[test]
fn glare_is_491_for_them_and_tried_again_by_us() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.command(Command::Reinvite { leg, sdp: NEW.into() });
    let ours = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &reinvite(&tag, 2));
    assert_eq!(rig.codes(), ["491"]);
    rig.receive(TRUNK, &inside("ACK", &tag, 2, "z9hG4bKri2", None));
    rig.receive(TRUNK, &respond(&ours, 491, "", "", ""));
    assert_eq!(rig.codes(), ["ACK"]);
    rig.pass(2_000);
    assert_eq!(rig.codes(), ["INVITE"], "they own the Call-ID: we wait at most 2 s");
    assert_eq!(rig.take_events(), []);
}

#[test]
fn who_made_the_call_waits_longer_at_glare() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, Target::Trunk { trunk: trunk_id(), number: "1".into() }, 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 200, "far", "Contact: <sip:192.0.2.10>\r\n", SDP));
    rig.command(Command::Reinvite { leg, sdp: NEW.into() });
    let ours = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&ours, 491, "far", "", ""));
    rig.take_sent();
    rig.pass(2_099);
    assert_eq!(rig.codes(), Vec::<String>::new());
    rig.pass(1_901);
    assert_eq!(rig.take_sent()[0].message.method_text(), "INVITE");
}

#[test]
fn our_reinvite_is_answered_or_refused() {
    let mut rig = Rig::new();
    let (leg, _) = rig.answered();
    rig.command(Command::Reinvite { leg, sdp: NEW.into() });
    let first = rig.take_sent().pop().unwrap().message;
    rig.command(Command::Reinvite { leg, sdp: "v=1\r\n".into() });
    assert_eq!(rig.codes(), Vec::<String>::new(), "one at a time");
    rig.receive(TRUNK, &respond(&first, 200, "", "Contact: <sip:192.0.2.10>\r\n", SDP));
    let second = rig.take_sent().pop().unwrap().message;
    assert_eq!((second.method_text(), second.body().as_ref()), ("INVITE", &b"v=1\r\n"[..]));
    rig.receive(TRUNK, &respond(&second, 488, "", "", ""));
    assert_eq!(rig.take_events(), [Event::ReinviteAnswered { leg, sdp: Some(SDP.into()) }, Event::ReinviteRefused { leg, code: 488 }]);
}

#[test]
fn a_reinvite_into_nothing_ends_the_call() {
    for silent in [true, false] {
        let mut rig = Rig::new();
        let (leg, _) = rig.answered();
        rig.command(Command::Reinvite { leg, sdp: NEW.into() });
        let ours = rig.take_sent().pop().unwrap().message;
        if silent {
            rig.receive(TRUNK, &respond(&ours, 100, "", "", ""));
            rig.pass(32_001);
        } else {
            rig.receive(TRUNK, &respond(&ours, 481, "", "", ""));
        }
        assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Failure, cause: None }]);
        assert!(rig.codes().contains(&"BYE".to_owned()));
        assert_eq!(rig.settle(), Counts::default());
    }
}

#[test]
fn update_is_a_reinvite_without_ack_and_an_empty_one_a_refresh() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &inside("UPDATE", &tag, 2, "z9hG4bKu", Some(("application/sdp", NEW))));
    assert_eq!(rig.take_events(), [Event::Reinvite { leg, sdp: Some(NEW.into()) }]);
    rig.command(Command::AnswerReinvite { leg, sdp: SDP.into() });
    rig.pass(10_000);
    rig.receive(TRUNK, &inside("UPDATE", &tag, 3, "z9hG4bKv", None));
    assert_eq!(rig.codes(), ["200", "200"]);
    assert_eq!(rig.take_events(), []);
}

#[test]
fn digits_by_info() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    let five = inside("INFO", &tag, 2, "z9hG4bKi2", Some(("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n")));
    rig.receive(TRUNK, &five);
    rig.receive(TRUNK, &five);
    rig.receive(TRUNK, &inside("INFO", &tag, 3, "z9hG4bKi3", Some(("application/dtmf", "#"))));
    rig.receive(TRUNK, &inside("INFO", &tag, 4, "z9hG4bKi4", Some(("text/plain", "5"))));
    rig.receive(TRUNK, &inside("INFO", &tag, 5, "z9hG4bKi5", None));
    rig.receive(TRUNK, &inside("INFO", &tag, 6, "z9hG4bKi6", Some(("application/dtmf-relay", "Signal=x"))));
    assert_eq!(rig.codes(), ["200", "200", "200", "415", "200", "400"]);
    let digit = |digit, duration_ms| Event::Digit { leg, digit, duration_ms };
    assert_eq!(rig.take_events(), [digit('5', 160), digit('#', 100)]);
}

#[test]
fn keys_go_out_by_info_one_after_the_other_to_who_takes_it() {
    let mut rig = Rig::new();
    rig.receive(TRUNK, &invite("c1", "z9hG4bKa1", 1, SDP).replace("Contact:", "Allow: INVITE, ACK, BYE, CANCEL, INFO\r\nContact:"));
    let leg = rig.incoming();
    assert!(!rig.endpoint.takes_info(leg), "not before it is up");
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    rig.take_sent();
    rig.take_events();
    assert!(rig.endpoint.takes_info(leg));
    rig.command(Command::SendDigits { leg, digits: "5#".into() });
    rig.command(Command::SendDigits { leg, digits: "0".into() });
    for key in ['5', '#'] {
        let sent = rig.take_sent();
        let [info] = sent.as_slice() else { panic!("{} messages at once", sent.len()) };
        assert_eq!(info.message.get(Name::ContentType), Some("application/dtmf-relay"));
        assert_eq!(info.message.body().as_ref(), format!("Signal={key}\r\nDuration=100\r\n").as_bytes());
        rig.receive(TRUNK, &respond(&info.message, 200, "", "", ""));
    }
    let refused = respond(&rig.last().message, 415, "", "", "");
    rig.take_sent();
    rig.receive(TRUNK, &refused);
    assert_eq!(rig.take_events(), [Event::DigitsRefused { leg, digits: "0".into() }]);
    assert!(!rig.endpoint.takes_info(leg), "it has shown that it does not");
    assert_eq!(rig.codes(), Vec::<String>::new());
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn keys_nobody_answers_come_back_and_too_many_at_once() {
    let mut rig = Rig::new();
    let (leg, _) = rig.answered();
    rig.command(Command::SendDigits { leg, digits: "1".repeat(70) });
    assert_eq!(rig.take_events(), [Event::DigitsRefused { leg, digits: "1".repeat(6) }]);
    rig.pass(40_000);
    assert_eq!(rig.take_events(), [Event::DigitsRefused { leg, digits: "1".repeat(64) }]);
}

#[test]
fn methods_inside_a_dialog() {
    let mut rig = Rig::new();
    let (_, tag) = rig.answered();
    let methods = ["OPTIONS", "PRACK", "REFER", "MESSAGE", "NOTIFY", "FOO"];
    for (cseq, method) in (2..).zip(methods) {
        rig.receive(TRUNK, &inside(method, &tag, cseq, &format!("z9hG4bK{cseq}"), None));
    }
    assert_eq!(rig.codes(), ["200", "200", "403", "405", "405", "501"]);
}

#[test]
fn bye_before_the_answer_ends_the_offered_call() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Provisional { leg, code: 180, sdp: None });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.take_sent();
    rig.take_events();
    rig.receive(TRUNK, &inside("BYE", &tag, 2, "z9hG4bKb", None));
    assert_eq!(rig.codes(), ["200", "487"]);
    assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Bye, cause: None }]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn commands_for_legs_that_are_over_do_nothing() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &inside("BYE", &tag, 2, "z9hG4bKb", None));
    rig.take_sent();
    rig.take_events();
    rig.command(Command::End { leg, cause: None });
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    rig.command(Command::Reinvite { leg, sdp: SDP.into() });
    rig.command(Command::RejectReinvite { leg, code: 488 });
    assert_eq!((rig.codes(), rig.take_events()), (vec![], vec![]));
}
