//! Transfers that phones ask for: REFER, its notices, and calls that take the place of others.

use crate::calling::call;
use crate::register::registered;
use crate::rig::*;
use cti_sip::message::{Message, Name};
use cti_sip::{Command, Counts, EndedBy, Event, Referred, Target};
use cti_types::LegId;

/// A call with the registered phone, answered by it.
struct OnPhone {
    rig: Rig,
    leg: LegId,
    invite: Message,
    cseq: u32,
}

const PHONE_TAG: &str = "desk";

impl OnPhone {
    fn new() -> OnPhone {
        let mut rig = Rig::new();
        registered(&mut rig, "Contact: <sip:201@10.0.0.5>\r\n");
        rig.take_events();
        let leg = call(&mut rig, Target::Phone(phone_id()), 60_000);
        let invite = rig.last().message.clone();
        rig.receive(PHONE, &respond(&invite, 180, PHONE_TAG, "", ""));
        rig.receive(PHONE, &respond(&invite, 200, PHONE_TAG, "Contact: <sip:201@10.0.0.5>\r\n", SDP));
        rig.take_sent();
        rig.take_events();
        OnPhone { rig, leg, invite, cseq: 0 }
    }

    fn our_tag(&self) -> String {
        self.invite.from().unwrap().tag().unwrap().to_owned()
    }

    fn call_id(&self) -> String {
        self.invite.call_id().unwrap().to_owned()
    }

    /// The phone's next request in the dialog.
    fn send(&mut self, method: &str, headers: &str) {
        self.cseq += 1;
        let (from, to) = (self.invite.get(Name::To).unwrap(), self.invite.get(Name::From).unwrap());
        let text = format!(
            "{method} sip:203.0.113.99 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK{method}{};rport\r\nMax-Forwards: 70\r\n\
             From: {from};tag={PHONE_TAG}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {} {method}\r\nContact: <sip:201@10.0.0.5>\r\n{headers}\
             Content-Length: 0\r\n\r\n",
            self.cseq,
            self.call_id(),
            self.cseq
        );
        self.rig.receive(PHONE, &text);
    }

    fn refer(&mut self, to: &str) {
        self.send("REFER", &format!("Refer-To: {to}\r\nReferred-By: <sip:201@pbx.example>\r\n"));
    }

    fn replaces(&self) -> String {
        format!("{};to-tag={};from-tag={PHONE_TAG}", self.call_id(), self.our_tag())
    }
}

/// An INVITE of the registered phone, with credentials.
fn phone_invites(rig: &mut Rig, headers: &str) -> u16 {
    let uri = "sip:202@pbx.example";
    let text = |cseq: u32, headers: &str| {
        format!(
            "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKpi{cseq};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:201@pbx.example>;tag=second\r\nTo: <{uri}>\r\nCall-ID: p2\r\nCSeq: {cseq} INVITE\r\nContact: <sip:201@10.0.0.5>\r\n\
             {headers}Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, SUBSCRIBE, MESSAGE\r\n\
             User-Agent: Desk Phone Model 7 Release 1.2.3 (build 2026-01-01)\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{SDP}",
            SDP.len()
        )
    };
    rig.receive(PHONE, &text(1, headers));
    let challenge = rig.last().message.lines(Name::WwwAuthenticate).next().expect("a challenge").to_owned();
    let value = authorization(&challenge, "INVITE", uri, "201", "secret", 1);
    rig.receive(PHONE, &text(2, &format!("{headers}Authorization: {value}\r\n")));
    rig.last().message.code()
}

#[test]
fn a_phones_refer_is_told_and_answered_with_notices_before_its_bye() {
    let mut phone = OnPhone::new();
    phone.refer("<sip:+44%2020@pbx.example>");
    let (leg, to) = (phone.leg, Referred::User("+44 20".into()));
    assert_eq!(phone.rig.take_events(), [Event::Referred { leg, to }]);
    assert_eq!(phone.rig.codes(), Vec::<String>::new(), "the switch has not said yet");
    phone.rig.command(Command::AnswerRefer { leg, code: 202 });
    phone.rig.command(Command::End { leg, cause: Some(16) });
    let sent = phone.rig.take_sent();
    assert_eq!(sent.iter().map(|s| label(&s.message)).collect::<Vec<_>>(), ["202", "NOTIFY", "NOTIFY", "BYE"]);
    let [_, trying, done, bye] = sent.as_slice() else { panic!("four messages") };
    for (notify, state, body) in
        [(trying, "active;expires=60", "SIP/2.0 100 Trying\r\n"), (done, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n")]
    {
        let message = &notify.message;
        assert_eq!((message.header("Event"), message.header("Subscription-State")), (Some("refer"), Some(state)));
        assert_eq!(message.get(Name::ContentType), Some("message/sipfrag;version=2.0"));
        assert_eq!(message.body().as_ref(), body.as_bytes());
    }
    let numbers: Vec<u32> = [trying, done, bye].iter().map(|s| s.message.cseq().unwrap().number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert_eq!(phone.rig.settle(), Counts { registered: 0, contacts: 0, dropped: 0, ..Counts::default() });
}

#[test]
fn a_refusal_of_the_switch_is_the_answer_and_the_call_goes_on() {
    let mut phone = OnPhone::new();
    let leg = phone.leg;
    phone.refer("<sip:+1900@pbx.example>");
    phone.rig.command(Command::AnswerRefer { leg, code: 403 });
    assert_eq!(phone.rig.codes(), ["403"]);
    // The second is numbered (RFC 3515 2.4.6).
    phone.refer("<sip:202@pbx.example>");
    phone.rig.command(Command::AnswerRefer { leg, code: 202 });
    assert_eq!(phone.rig.last().message.header("Event"), Some("refer;id=2"));
    phone.refer("<sip:203@pbx.example>");
    assert_eq!(phone.rig.last().message.code(), 491, "one at a time");
    phone.rig.take_events();
    phone.send("BYE", "");
    assert_eq!(phone.rig.take_events(), [Event::Ended { leg, by: EndedBy::Bye, cause: None }]);
    assert_eq!(phone.rig.settle(), Counts::default());
}

#[test]
fn a_phone_that_wants_no_notices_gets_none() {
    let mut phone = OnPhone::new();
    let leg = phone.leg;
    phone.send("REFER", "Require: norefersub\r\nRefer-Sub: false\r\nRefer-To: <sip:202@pbx.example>\r\n");
    phone.rig.command(Command::AnswerRefer { leg, code: 202 });
    assert_eq!(phone.rig.last().message.header("Refer-Sub"), Some("false"));
    phone.rig.command(Command::End { leg, cause: None });
    assert_eq!(phone.rig.codes(), ["202", "BYE"]);
}

#[test]
fn a_refer_nobody_answered_is_refused_when_the_call_ends() {
    for by_phone in [true, false] {
        let mut phone = OnPhone::new();
        let leg = phone.leg;
        phone.refer("<sip:202@pbx.example>");
        if by_phone {
            phone.send("BYE", "");
        } else {
            phone.rig.command(Command::End { leg, cause: None });
        }
        assert!(phone.rig.codes().contains(&"487".to_owned()), "{by_phone}");
        phone.rig.command(Command::AnswerRefer { leg, code: 202 });
        assert_eq!(phone.rig.codes(), Vec::<String>::new());
        assert_eq!(phone.rig.settle(), Counts::default());
    }
}

#[test]
fn a_refer_over_a_trunk_is_403_and_says_nothing() {
    let mut rig = Rig::new();
    let (_, tag) = rig.answered();
    rig.receive(TRUNK, &inside("REFER", &tag, 2, "z9hG4bKr", None).replace("Contact:", "Refer-To: <sip:+1900@x>\r\nContact:"));
    assert_eq!(rig.codes(), ["403"]);
    assert_eq!(rig.take_events(), []);
}

#[test]
fn what_a_refer_may_not_ask_is_refused_without_a_word_to_the_switch() {
    let mut config = config();
    config.domains = vec!["pbx.example".into()];
    for (to, code) in [
        ("<sip:+1900@carrier.example>", 403),
        ("<sip:202@pbx.example>, <sip:203@pbx.example>", 400),
        ("<http://pbx.example>", 416),
        ("<sip:202@pbx.example;method=BYE>", 501),
        ("<sip:202@pbx.example?Replaces=nobody%3Bto-tag%3Da%3Bfrom-tag%3Db>", 404),
    ] {
        let mut phone = OnPhone::new();
        // The host counts only where the house knows its names.
        let foreign = code == 403;
        if foreign {
            phone = OnPhone { rig: Rig::with(config.clone()), ..phone };
            registered(&mut phone.rig, "Contact: <sip:201@10.0.0.5>\r\n");
            phone.leg = call(&mut phone.rig, Target::Phone(phone_id()), 60_000);
            phone.invite = phone.rig.last().message.clone();
            let ok = respond(&phone.invite, 200, PHONE_TAG, "Contact: <sip:201@10.0.0.5>\r\n", SDP);
            phone.rig.receive(PHONE, &ok);
            phone.rig.take_sent();
            phone.rig.take_events();
        }
        phone.refer(to);
        assert_eq!(phone.rig.last().message.code(), code, "{to}");
        assert_eq!(phone.rig.take_events(), [], "{to}");
    }
}

#[test]
fn a_refer_with_replaces_names_the_phones_other_call() {
    let mut phone = OnPhone::new();
    assert_eq!(phone_invites(&mut phone.rig, ""), 100);
    let second = phone.rig.incoming();
    phone.rig.command(Command::Answer { leg: second, sdp: SDP.into() });
    let tag = phone.rig.last().message.to().unwrap().tag().unwrap().to_owned();
    phone.rig.take_events();
    for (call_id, to_tag, from_tag, found) in
        [("p2", tag.as_str(), "second", true), ("p3", &tag, "second", false), ("p2", &tag, "x", false), ("p2", "x", "second", false)]
    {
        phone.refer(&format!("<sip:202@pbx.example?Replaces={call_id}%3Bto-tag%3D{to_tag}%3Bfrom-tag%3D{from_tag}>"));
        let leg = phone.leg;
        let said = phone.rig.take_events();
        if found {
            assert_eq!(said, [Event::Referred { leg, to: Referred::Call(second) }]);
            phone.rig.command(Command::AnswerRefer { leg, code: 603 });
        } else {
            assert_eq!((said.len(), phone.rig.last().message.code()), (0, 404), "{call_id} {to_tag} {from_tag}");
        }
    }
    // The trunk's call is none of the phone's.
    phone.rig.receive(TRUNK, &invite("c1", "z9hG4bKa1", 1, SDP));
    let other = phone.rig.incoming();
    phone.rig.command(Command::Answer { leg: other, sdp: SDP.into() });
    let tag = phone.rig.last().message.to().unwrap().tag().unwrap().to_owned();
    phone.refer(&format!("<sip:202@pbx.example?Replaces=c1%3Bto-tag%3D{tag}%3Bfrom-tag%3Dfar>"));
    assert_eq!(phone.rig.last().message.code(), 404);
}

#[test]
fn an_invite_with_replaces_names_a_call_with_a_phone() {
    let mut phone = OnPhone::new();
    let replaces = phone.replaces();
    assert_eq!(phone_invites(&mut phone.rig, &format!("Replaces: {replaces}\r\n")), 100);
    let Some(Event::Incoming { call, .. }) = phone.rig.take_events().pop() else { panic!("no call") };
    assert_eq!(call.replaces, Some(phone.leg));
}

#[test]
fn a_ringing_call_can_be_named_and_by_early_only_nothing_else() {
    for (early, code) in [(true, 100), (false, 486)] {
        let mut phone = OnPhone::new();
        if early {
            phone.rig.command(Command::End { leg: phone.leg, cause: None });
            phone.rig.pass(1);
            let leg = LegId::from_u128(78);
            let from = cti_sip::Caller::default();
            let (target, sdp) = (Target::Phone(phone_id()), SDP.into());
            phone.rig.command(Command::Invite { leg, target, from, sdp, headers: vec![], ring_timeout: ring(60_000) });
            phone.invite = phone.rig.last().message.clone();
            phone.leg = leg;
            phone.rig.receive(PHONE, &respond(&phone.invite, 180, PHONE_TAG, "", ""));
        }
        let replaces = phone.replaces();
        assert_eq!(phone_invites(&mut phone.rig, &format!("Replaces: {replaces};early-only\r\n")), code, "{early}");
        if early {
            let Some(Event::Incoming { call, .. }) = phone.rig.take_events().pop() else { panic!("no call") };
            assert_eq!(call.replaces, Some(phone.leg));
        }
    }
}

#[test]
fn an_invite_with_replaces_that_names_nothing_or_comes_from_outside_is_refused() {
    for (replaces, code) in [
        ("nobody;to-tag=a;from-tag=b\r\n", 481),
        ("nobody;to-tag=a\r\n", 400),
        ("nobody;to-tag=a;from-tag=b\r\nReplaces: nobody;to-tag=a;from-tag=b\r\n", 400),
    ] {
        let mut rig = Rig::new();
        registered(&mut rig, "Contact: <sip:201@10.0.0.5>\r\n");
        assert_eq!(phone_invites(&mut rig, &format!("Replaces: {replaces}")), code, "{replaces}");
    }
    let mut phone = OnPhone::new();
    let text = invite("c9", "z9hG4bKa9", 1, SDP).replace("Max-Forwards", &format!("Replaces: {}\r\nMax-Forwards", phone.replaces()));
    phone.rig.receive(TRUNK, &text);
    assert_eq!(phone.rig.last().message.code(), 403, "a trunk takes the place of none of our phones");
    assert_eq!(phone.rig.take_events(), []);
}

#[test]
fn the_other_telephones_are_told_that_the_call_was_taken_elsewhere() {
    let mut rig = Rig::new();
    registered(&mut rig, "Contact: <sip:201@10.0.0.5>, <sip:201@10.0.0.6>\r\n");
    call(&mut rig, Target::Phone(phone_id()), 60_000);
    let sent = rig.take_sent();
    let (first, second) = (&sent[0].message, &sent[1].message);
    rig.receive(PHONE, &respond(first, 180, "a", "", ""));
    rig.receive(PHONE, &respond(second, 200, "b", "Contact: <sip:201@10.0.0.6>\r\n", SDP));
    let cancel = rig.sent.iter().find(|s| s.message.method_text() == "CANCEL").expect("a CANCEL");
    assert_eq!(cancel.message.get(Name::Reason), Some("SIP;cause=200;text=\"Call completed elsewhere\""));
}
