//! How long a call lasts without a word (RFC 4028), UPDATE (RFC 3311), and what crosses on the way.

use crate::calling::call;
use crate::rig::*;
use cti_sip::message::{Message, Name};
use cti_sip::{Command, Config, Counts, EndedBy, Event, Target};
use cti_types::LegId;
use std::time::Duration;

const NEW: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.10\r\n";
const HALF_MS: u64 = 900_000;
const TIMER_EXPIRED: Option<u16> = Some(102);

fn with(request: &str, headers: &str) -> String {
    request.replace("Max-Forwards: 70\r\n", &format!("Max-Forwards: 70\r\n{headers}"))
}

/// An answered and acknowledged call from the trunk whose INVITE has these headers. Returns the leg and our tag.
fn answered(rig: &mut Rig, headers: &str) -> (LegId, String) {
    rig.receive(TRUNK, &with(&invite("c1", "z9hG4bKa1", 1, SDP), headers));
    let leg = rig.incoming();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    rig.take_sent();
    rig.take_events();
    (leg, tag)
}

/// A call of ours to the trunk, answered with these headers.
fn called(rig: &mut Rig, headers: &str) -> LegId {
    let leg = call(rig, Target::Trunk { trunk: trunk_id(), number: "1".into() }, 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&invite, 200, "far", &format!("Contact: <sip:192.0.2.10>\r\n{headers}"), SDP));
    rig.take_sent();
    rig.take_events();
    leg
}

/// Lets time pass until we send this, and takes it.
fn wait_for(rig: &mut Rig, method: &str, ms_max: u64) -> Message {
    for _ in 0..ms_max / 100 {
        rig.pass(100);
        if let Some(at) = rig.sent.iter().position(|sent| label(&sent.message) == method) {
            return rig.sent.remove(at).message;
        }
    }
    panic!("no {method} in {ms_max} ms");
}

fn update(tag: &str, cseq: u32, sdp: Option<&str>) -> String {
    inside("UPDATE", tag, cseq, &format!("z9hG4bKu{cseq}"), sdp.map(|sdp| ("application/sdp", sdp)))
}

fn reinvite(tag: &str, cseq: u32) -> String {
    inside("INVITE", tag, cseq, &format!("z9hG4bKri{cseq}"), Some(("application/sdp", NEW)))
}

fn lost(leg: LegId) -> Event {
    Event::Ended { leg, by: EndedBy::Failure, cause: TIMER_EXPIRED }
}

// ---- refreshed by us

#[test]
fn who_does_not_know_session_timers_is_refreshed_by_reinvite_and_stays() {
    let mut rig = Rig::new();
    let (leg, _) = rig.answered();
    for round in 0..5 {
        let begin = rig.ms;
        let refresh = wait_for(&mut rig, "INVITE", HALF_MS + 100);
        assert!(rig.ms - begin >= HALF_MS * 8 / 10, "round {round}: after {} ms", rig.ms - begin);
        assert_eq!(refresh.body().as_ref(), SDP.as_bytes(), "the description as it was");
        assert_eq!(refresh.get(Name::SessionExpires), Some("1800;refresher=uac"));
        rig.receive(TRUNK, &respond(&refresh, 200, "", "Contact: <sip:192.0.2.10>\r\n", SDP));
        assert_eq!(rig.codes(), ["ACK"]);
        assert_eq!(rig.take_events(), [Event::ReinviteAnswered { leg, sdp: Some(SDP.into()) }]);
    }
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.settle(), Counts { dropped: 0, ..Counts::default() }, "the timer goes with the call");
}

#[test]
fn who_lists_update_is_refreshed_by_it() {
    let mut rig = Rig::new();
    let leg = called(&mut rig, "Allow: INVITE, ACK, BYE, UPDATE\r\nSupported: timer\r\nSession-Expires: 600;refresher=uac\r\n");
    for _ in 0..3 {
        let refresh = wait_for(&mut rig, "UPDATE", 300_100);
        assert!(refresh.body().is_empty());
        assert_eq!(refresh.get(Name::SessionExpires), Some("600;refresher=uac"));
        rig.receive(TRUNK, &respond(&refresh, 200, "", "Session-Expires: 600;refresher=uac\r\n", ""));
    }
    assert_eq!(rig.take_events(), []);
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.codes(), ["BYE"]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn an_update_that_is_not_taken_after_all_becomes_a_reinvite() {
    let mut rig = Rig::new();
    answered(&mut rig, "Allow: INVITE, UPDATE\r\n");
    let refresh = wait_for(&mut rig, "UPDATE", HALF_MS + 100);
    rig.receive(TRUNK, &respond(&refresh, 405, "", "", ""));
    assert_eq!(rig.codes(), ["INVITE"]);
}

#[test]
fn what_the_switch_agreed_on_last_is_what_a_refresh_repeats() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.command(Command::Reinvite { leg, sdp: NEW.into() });
    let refused = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&refused, 488, "", "", ""));
    rig.take_sent();
    let refresh = wait_for(&mut rig, "INVITE", HALF_MS + 100);
    assert_eq!(refresh.body().as_ref(), SDP.as_bytes(), "a refused offer changes nothing");
    rig.receive(TRUNK, &respond(&refresh, 200, "", "", SDP));
    rig.receive(TRUNK, &update(&tag, 2, Some(SDP)));
    rig.command(Command::AnswerReinvite { leg, sdp: NEW.into() });
    rig.take_sent();
    let refresh = wait_for(&mut rig, "INVITE", HALF_MS + 100);
    assert_eq!(refresh.body().as_ref(), NEW.as_bytes());
}

#[test]
fn an_offer_of_the_switch_refreshes_too() {
    let mut rig = Rig::new();
    let (leg, _) = rig.answered();
    rig.pass(700_000);
    rig.command(Command::Reinvite { leg, sdp: NEW.into() });
    let offer = rig.take_sent().pop().unwrap().message;
    rig.receive(TRUNK, &respond(&offer, 200, "", "", SDP));
    rig.take_sent();
    rig.pass(700_000);
    assert_eq!(rig.codes(), Vec::<String>::new());
    wait_for(&mut rig, "INVITE", 200_100);
}

#[test]
fn a_refresh_without_an_answer_ends_the_call() {
    for method in ["UPDATE", "INVITE"] {
        let mut rig = Rig::new();
        let (leg, _) = answered(&mut rig, if method == "UPDATE" { "Allow: UPDATE\r\n" } else { "" });
        wait_for(&mut rig, method, HALF_MS + 100);
        rig.pass(31_000);
        assert_eq!(rig.take_events(), []);
        let bye = wait_for(&mut rig, "BYE", 1_100);
        assert_eq!(bye.get(Name::Reason), Some("Q.850;cause=102"), "{method}");
        assert_eq!(rig.take_events(), [lost(leg)]);
        assert_eq!(rig.settle(), Counts::default());
    }
}

#[test]
fn a_refresh_in_a_dialog_nobody_has_ends_the_call_and_other_refusals_do_not() {
    for (method, headers) in [("UPDATE", "Allow: UPDATE\r\n"), ("INVITE", "")] {
        for (code, ends) in [(481, true), (408, true), (500, false), (488, false), (422, false)] {
            let mut rig = Rig::new();
            let (leg, _) = answered(&mut rig, headers);
            let refresh = wait_for(&mut rig, method, HALF_MS + 100);
            rig.receive(TRUNK, &respond(&refresh, code, "", "", ""));
            assert_eq!(rig.codes().contains(&"BYE".to_owned()), ends, "{method} {code}");
            if ends {
                assert_eq!(rig.take_events(), [lost(leg)], "{method} {code}");
            } else {
                wait_for(&mut rig, method, 450_100);
                assert_eq!(rig.take_events(), [], "{method} {code}");
            }
        }
    }
}

#[test]
fn a_dead_transport_is_tried_again_until_the_session_is_over() {
    for (method, headers) in [("UPDATE", "Allow: UPDATE\r\n"), ("INVITE", "")] {
        let mut rig = Rig::with(Config { session_expires: Duration::from_secs(96), ..config() });
        let (leg, _) = answered(&mut rig, headers);
        let begin = rig.ms;
        for _ in 0..4 {
            wait_for(&mut rig, method, 48_100);
            rig.fail(TRUNK);
            assert_eq!(rig.take_events(), []);
        }
        wait_for(&mut rig, "BYE", 48_100);
        assert_eq!((rig.ms - begin).next_multiple_of(1000), 96_000, "{method}");
        assert_eq!(rig.take_events(), [lost(leg)]);
    }
}

#[test]
fn a_far_side_that_wants_longer_sessions_gets_them() {
    let mut rig = Rig::new();
    answered(&mut rig, "Allow: UPDATE\r\n");
    let refresh = wait_for(&mut rig, "UPDATE", HALF_MS + 100);
    rig.receive(TRUNK, &respond(&refresh, 422, "", "Min-SE: 3600\r\n", ""));
    let again = rig.take_sent().pop().unwrap().message;
    assert_eq!((again.get(Name::SessionExpires), again.get(Name::MinSe)), (Some("3600;refresher=uac"), Some("3600")));
    for more in ["3601", "3602", "3603"] {
        let asked = rig.sent.pop().map_or(again.clone(), |sent| sent.message);
        rig.receive(TRUNK, &respond(&asked, 422, "", &format!("Min-SE: {more}\r\n"), ""));
    }
    assert_eq!(rig.codes(), Vec::<String>::new(), "not for ever");
}

// ---- refreshed by them

#[test]
fn who_promised_to_refresh_and_does_not_is_given_up() {
    let mut rig = Rig::new();
    let (leg, tag) = answered(&mut rig, "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n");
    rig.pass(500_000);
    rig.receive(TRUNK, &with(&update(&tag, 2, None), "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n"));
    let ok = rig.take_sent().pop().unwrap().message;
    assert_eq!((ok.code(), ok.get(Name::SessionExpires), ok.get(Name::Require)), (200, Some("600;refresher=uac"), Some("timer")));
    rig.pass(567_999);
    assert_eq!((rig.codes(), rig.take_events()), (vec![], vec![]));
    rig.pass(1);
    assert_eq!(rig.last().message.get(Name::Reason), Some("Q.850;cause=102"));
    assert_eq!(rig.take_events(), [lost(leg)]);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_callee_may_choose_to_refresh() {
    let mut rig = Rig::new();
    let leg = called(&mut rig, "Require: timer\r\nSession-Expires: 300;refresher=uas\r\n");
    rig.pass(267_000);
    assert_eq!((rig.codes(), rig.take_events()), (vec![], vec![]));
    rig.pass(1_000);
    assert_eq!((rig.codes(), rig.take_events()), (vec!["BYE".to_owned()], vec![lost(leg)]));
}

#[test]
fn an_answer_says_how_long_the_session_lasts() {
    let table = [
        ("", "1800;refresher=uas", None),
        ("Supported: timer\r\nSession-Expires: 900;refresher=uac\r\n", "900;refresher=uac", Some("timer")),
        ("Require: timer\r\nSession-Expires: 900\r\n", "900;refresher=uas", Some("timer")),
    ];
    for (headers, expires, require) in table {
        let mut rig = Rig::new();
        rig.receive(TRUNK, &with(&invite("c1", "z9hG4bKa1", 1, SDP), headers));
        let leg = rig.incoming();
        rig.command(Command::Answer { leg, sdp: SDP.into() });
        let ok = &rig.last().message;
        assert_eq!((ok.get(Name::SessionExpires), ok.get(Name::Require), ok.get(Name::Supported)), (Some(expires), require, Some("timer")));
    }
}

#[test]
fn too_short_a_session_is_422_in_and_outside_of_a_dialog() {
    let mut rig = Rig::new();
    rig.receive(TRUNK, &with(&invite("c0", "z9hG4bKa0", 1, SDP), "Supported: timer\r\nSession-Expires: 60\r\n"));
    assert_eq!((rig.last().message.code(), rig.last().message.get(Name::MinSe)), (422, Some("90")));
    assert_eq!(rig.endpoint.counts().legs, 0);
    rig.take_sent();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &with(&update(&tag, 2, None), "Session-Expires: 89\r\n"));
    rig.receive(TRUNK, &with(&reinvite(&tag, 3), "Session-Expires: 89\r\n"));
    assert_eq!((rig.codes(), rig.take_events()), (vec!["422".to_owned(), "422".to_owned()], vec![]));
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.codes(), ["BYE"], "the call itself goes on");
}

// ---- the first INVITE

#[test]
fn a_call_that_is_too_short_for_the_far_side_is_made_again_with_what_it_asks_for() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, Target::Trunk { trunk: trunk_id(), number: "1".into() }, 60_000);
    let first = rig.take_sent().pop().unwrap().message;
    assert_eq!((first.get(Name::SessionExpires), first.get(Name::MinSe)), (Some("1800;refresher=uac"), None));
    rig.receive(TRUNK, &respond(&first, 422, "far", "Min-SE: 3600\r\n", ""));
    let again = rig.take_sent().pop().unwrap().message;
    assert_eq!((again.get(Name::SessionExpires), again.get(Name::MinSe)), (Some("3600;refresher=uac"), Some("3600")));
    assert_eq!((again.call_id(), again.get(Name::From), again.get(Name::CSeq)), (first.call_id(), first.get(Name::From), Some("2 INVITE")));
    assert_eq!((again.header("X-Q"), again.body(), again.count(Name::Via)), (first.header("X-Q"), first.body(), 1));
    let options: Vec<&str> = again.values(Name::Supported).collect();
    assert_eq!((options, again.count(Name::ContentLength), again.defect()), (vec!["timer", "100rel"], 1, None));
    rig.receive(TRUNK, &respond(&again, 180, "far", "", ""));
    // Timer D of the refused INVITE has nothing to do with the call that rings.
    rig.pass(40_000);
    rig.receive(TRUNK, &respond(&again, 200, "far", "Contact: <sip:192.0.2.10>\r\n", SDP));
    assert_eq!(rig.last().message.get(Name::CSeq), Some("2 ACK"));
    assert_eq!(rig.take_events(), [Event::Ringing { leg, code: 180, sdp: None }, Event::Answered { leg, sdp: Some(SDP.into()) }]);
    rig.take_sent();
    rig.command(Command::End { leg, cause: None });
    let bye = rig.take_sent().pop().unwrap().message;
    assert_eq!(bye.get(Name::CSeq), Some("3 BYE"));
    rig.receive(TRUNK, &respond(&bye, 200, "", "", ""));
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_far_side_that_is_never_content_refuses_the_call() {
    let mut rig = Rig::new();
    call(&mut rig, Target::Trunk { trunk: trunk_id(), number: "1".into() }, 60_000);
    for min in [2000, 2001, 2002, 2003] {
        let invite = rig.sent.iter().rev().find(|sent| label(&sent.message) == "INVITE").unwrap().message.clone();
        rig.receive(TRUNK, &respond(&invite, 422, "far", &format!("Min-SE: {min}\r\n"), ""));
    }
    assert!(matches!(rig.take_events()[..], [Event::Refused { code: 422, .. }]));
    assert_eq!(rig.settle(), Counts::default());
}

// ---- what crosses

#[test]
fn a_refresh_that_meets_their_reinvite_is_491_both_ways_and_both_try_again() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    let refresh = wait_for(&mut rig, "INVITE", HALF_MS + 100);
    rig.receive(TRUNK, &reinvite(&tag, 2));
    assert_eq!(rig.codes(), ["491"]);
    rig.receive(TRUNK, &inside("ACK", &tag, 2, "z9hG4bKri2", None));
    rig.receive(TRUNK, &respond(&refresh, 491, "", "", ""));
    assert_eq!(rig.codes(), ["ACK"]);
    let again = wait_for(&mut rig, "INVITE", 2_000);
    rig.receive(TRUNK, &respond(&again, 200, "", "", SDP));
    rig.receive(TRUNK, &reinvite(&tag, 3));
    rig.command(Command::AnswerReinvite { leg, sdp: NEW.into() });
    assert_eq!(rig.codes(), ["ACK", "100", "200"]);
    let offered = Event::Reinvite { leg, sdp: Some(NEW.into()) };
    assert_eq!(rig.take_events(), [Event::ReinviteAnswered { leg, sdp: Some(SDP.into()) }, offered]);
}

#[test]
fn their_reinvite_that_comes_first_after_a_glare_is_the_refresh() {
    let mut rig = Rig::new();
    let leg = called(&mut rig, "");
    let refresh = wait_for(&mut rig, "INVITE", HALF_MS + 100);
    rig.receive(TRUNK, &respond(&refresh, 491, "", "", ""));
    rig.pass(1_000);
    rig.take_sent();
    let (ours, call_id) = (refresh.from().unwrap().tag().unwrap().to_owned(), refresh.call_id().unwrap().to_owned());
    let theirs = |text: String| text.replace("Call-ID: c1", &format!("Call-ID: {call_id}"));
    rig.receive(TRUNK, &theirs(reinvite(&ours, 1)));
    rig.command(Command::AnswerReinvite { leg, sdp: NEW.into() });
    rig.receive(TRUNK, &theirs(inside("ACK", &ours, 1, "z9hG4bKack1", None)));
    rig.pass(600_000);
    assert_eq!(rig.codes(), ["100", "200"], "ours is not needed any more");
}

#[test]
fn an_update_that_meets_491_is_sent_again() {
    let mut rig = Rig::new();
    answered(&mut rig, "Allow: UPDATE\r\n");
    let refresh = wait_for(&mut rig, "UPDATE", HALF_MS + 100);
    rig.receive(TRUNK, &respond(&refresh, 491, "", "", ""));
    assert_eq!(rig.codes(), Vec::<String>::new());
    wait_for(&mut rig, "UPDATE", 2_100);
    assert_eq!(rig.take_events(), []);
}

#[test]
fn an_update_crosses_a_reinvite_of_ours_only_with_an_offer() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.command(Command::Reinvite { leg, sdp: NEW.into() });
    rig.take_sent();
    rig.receive(TRUNK, &update(&tag, 2, Some(NEW)));
    rig.receive(TRUNK, &update(&tag, 3, None));
    assert_eq!((rig.codes(), rig.take_events()), (vec!["491".to_owned(), "200".to_owned()], vec![]));
}

#[test]
fn an_update_over_their_unanswered_reinvite_is_put_off() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    rig.receive(TRUNK, &reinvite(&tag, 2));
    rig.take_sent();
    rig.receive(TRUNK, &update(&tag, 3, Some(SDP)));
    let refusal = rig.take_sent().pop().unwrap().message;
    assert_eq!(refusal.code(), 500);
    assert!(refusal.get(Name::RetryAfter).unwrap().parse::<u8>().unwrap() <= 10);
    assert_eq!(rig.take_events(), [Event::Reinvite { leg, sdp: Some(NEW.into()) }]);
}

#[test]
fn an_update_over_an_unanswered_update_is_put_off_even_without_an_offer() {
    let mut rig = Rig::new();
    let (_, tag) = rig.answered();
    rig.receive(TRUNK, &update(&tag, 2, Some(SDP)));
    rig.receive(TRUNK, &update(&tag, 3, None));
    assert_eq!(rig.codes(), ["500"]);
}

#[test]
fn an_update_before_the_ack_of_our_answer_is_taken_but_not_before_that_of_our_offer() {
    for (late, code) in [(false, "200"), (true, "491")] {
        let mut rig = Rig::new();
        rig.receive(TRUNK, &invite("c1", "z9hG4bKa1", 1, if late { "" } else { SDP }));
        let leg = rig.incoming();
        rig.command(Command::Answer { leg, sdp: SDP.into() });
        let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
        rig.take_sent();
        rig.receive(TRUNK, &update(&tag, 2, Some(NEW)));
        rig.command(Command::AnswerReinvite { leg, sdp: SDP.into() });
        assert_eq!(rig.codes(), [code], "late: {late}");
    }
}

// ---- early dialogs

#[test]
fn an_update_of_a_caller_who_waits_may_refresh_but_not_offer() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Provisional { leg, code: 180, sdp: None });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.take_sent();
    rig.receive(TRUNK, &update(&tag, 2, None));
    let ok = rig.take_sent().pop().unwrap().message;
    assert_eq!((ok.code(), ok.contact().is_some(), ok.get(Name::SessionExpires)), (200, true, None));
    rig.receive(TRUNK, &update(&tag, 3, Some(NEW)));
    let refusal = rig.take_sent().pop().unwrap().message;
    assert_eq!((refusal.code(), refusal.get(Name::RetryAfter).is_some()), (500, true));
}

#[test]
fn an_update_of_a_callee_who_rings_may_refresh_but_not_offer() {
    let mut rig = Rig::new();
    let leg = call(&mut rig, Target::Trunk { trunk: trunk_id(), number: "1".into() }, 60_000);
    let invite = rig.take_sent().pop().unwrap().message;
    let (ours, call_id) = (invite.from().unwrap().tag().unwrap().to_owned(), invite.call_id().unwrap().to_owned());
    let theirs = |cseq, sdp| update(&ours, cseq, sdp).replace("Call-ID: c1", &format!("Call-ID: {call_id}"));
    rig.receive(TRUNK, &theirs(1, None));
    assert_eq!(rig.codes(), ["481"], "nothing has rung yet");
    rig.receive(TRUNK, &respond(&invite, 180, "far", "", ""));
    rig.receive(TRUNK, &theirs(2, None));
    rig.receive(TRUNK, &theirs(3, Some(NEW)));
    rig.receive(TRUNK, &update(&ours, 4, None));
    rig.receive("192.0.2.99:5060", &theirs(5, None));
    assert_eq!(rig.codes(), ["200", "491", "481", "481"], "the last are of another call, and from elsewhere");
    assert_eq!(rig.take_events(), [Event::Ringing { leg, code: 180, sdp: None }]);
}
