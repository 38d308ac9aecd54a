//! What strangers over UDP can do: guess passwords, have others flooded with our answers, and what ends their trust.

use crate::register::{register, registered};
use crate::rig::*;
use cti_sip::message::Name;
use cti_sip::{SourceNews, Transport};
use std::net::IpAddr;

const URI: &str = "sip:pbx.example";
const CONTACT: &str = "Contact: <sip:201@10.0.0.5>\r\n";

/// The smallest requests that RFC 3261 8.1.1 lets be answered, in compact form.
fn smallest() -> Vec<(&'static str, String)> {
    let request = |method: &str, more: &str| {
        format!(
            "{method} sip:a SIP/2.0\r\nv:SIP/2.0/UDP a;branch=z9hG4bK1\r\nMax-Forwards:1\r\nf:<sip:a>;tag=1\r\nt:<sip:a>\r\ni:1\r\nCSeq:1 {method}\r\n{more}\r\n"
        )
    };
    vec![
        ("REGISTER", request("REGISTER", "")),
        ("INVITE", request("INVITE", "m:<sip:a>\r\n")),
        ("OPTIONS", request("OPTIONS", "")),
        ("MESSAGE", request("MESSAGE", "")),
        ("BYE", request("BYE", "")),
        ("unknown method", request("X", "")),
        ("required extension", request("OPTIONS", "Require: some-extension\r\n")),
        ("no CSeq", "OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP a;branch=z9hG4bK1\r\n\r\n".to_owned()),
    ]
}

#[test]
fn a_flood_of_the_smallest_requests_brings_its_victim_less_than_was_sent() {
    for (case, text) in smallest() {
        let mut rig = Rig::new();
        let mut came = 0;
        for n in 0..1_000 {
            came += text.len();
            rig.receive(PHONE, &text.replace("z9hG4bK1", &format!("z9hG4bK{:03}", n % 1_000)));
            rig.pass(5);
        }
        let went: usize = rig.take_sent().iter().map(|sent| sent.text.len()).sum();
        assert!(went <= came, "{case}: {went} bytes for {came}");
        assert!(went > 0, "{case}: nobody is answered");
    }
}

#[test]
fn forged_sources_together_are_sent_few_large_answers() {
    let (_, text) = smallest().swap_remove(0);
    let mut rig = Rig::new();
    for n in 0..5_000_u32 {
        rig.receive(&format!("198.{}.{}.9:5060", 18 + n / 250, n % 250), &text);
    }
    let large = rig.take_sent().iter().filter(|sent| sent.text.len() > text.len()).count();
    assert!(large <= 200, "{large} in one instant");
}

#[test]
fn a_phone_of_usual_size_is_answered_every_time_and_never_at_greater_length() {
    let mut rig = Rig::new();
    let text = register(1, "z9hG4bKa", CONTACT);
    for _ in 0..50 {
        rig.receive(PHONE, &text);
        assert!(rig.last().text.len() <= text.len());
    }
    assert_eq!(rig.take_sent().len(), 50);
}

#[test]
fn a_small_registration_is_offered_what_every_phone_knows_and_is_taken() {
    let mut rig = Rig::new();
    let (_, text) = smallest().swap_remove(0);
    rig.receive(PHONE, &text);
    let answer = rig.take_sent().pop().unwrap().message;
    let offered: Vec<_> = answer.lines(Name::WwwAuthenticate).map(str::to_owned).collect();
    assert!(offered.len() == 1 && offered[0].contains("algorithm=MD5"), "{offered:?}");
    let auth = authorization(&offered[0], "REGISTER", URI, "201", "secret", 1);
    rig.receive(PHONE, &register(2, "z9hG4bKb", &format!("Authorization: {auth}\r\n{CONTACT}")));
    assert_eq!(rig.last().message.code(), 200);
}

#[test]
fn trunks_registered_phones_and_streams_are_answered_at_length() {
    let (_, text) = smallest().swap_remove(2);
    let ask = |rig: &mut Rig, from: &str| {
        rig.receive(from, &text);
        rig.last().message.get(Name::Allow).is_some()
    };
    let mut rig = Rig::new();
    assert!(ask(&mut rig, TRUNK), "a trunk");
    assert!(!ask(&mut rig, PHONE), "a stranger");
    registered(&mut rig, CONTACT);
    assert!(ask(&mut rig, PHONE), "a registered phone");
    rig.transport = Transport::Tcp;
    assert!(ask(&mut rig, "198.51.100.77:5070"), "a stream");
}

/// A challenge, whatever was sent before.
fn challenge(rig: &mut Rig, from: &str) -> String {
    rig.receive(from, &register(1, "z9hG4bKask", ""));
    rig.last().message.lines(Name::WwwAuthenticate).last().unwrap().to_owned()
}

/// Tries to register; the code of the answer, if there is one.
fn attempt(rig: &mut Rig, from: &str, user: &str, password: &str, n: u32) -> Option<u16> {
    let auth = authorization(&challenge(rig, from), "REGISTER", URI, user, password, 1);
    rig.take_sent();
    rig.receive(from, &register(n, &format!("z9hG4bKt{n}"), &format!("Authorization: {auth}\r\n{CONTACT}")));
    rig.take_sent().pop().map(|sent| sent.message.code())
}

#[test]
fn guesses_from_where_a_phone_is_registered_are_slowed_and_the_phone_is_not() {
    let mut rig = Rig::new();
    registered(&mut rig, CONTACT);
    let mut answered = 0;
    for n in 0..300 {
        answered += u32::from(attempt(&mut rig, PHONE, &format!("guess-{n}"), "wrong", 10 + n) == Some(401));
        rig.pass(1_000);
    }
    assert!((20..40).contains(&answered), "{answered} guesses in five minutes were looked at");
    assert_eq!(attempt(&mut rig, PHONE, "201", "secret", 1_000), Some(200), "the phone renews its registration");
}

#[test]
fn a_known_and_an_unknown_name_are_slowed_alike() {
    let tries = |user: &str| {
        let mut rig = Rig::new();
        (0..100).map(|n| attempt(&mut rig, PHONE, user, "wrong", 10 + n)).collect::<Vec<_>>()
    };
    let known = tries("201");
    assert_eq!(known, tries("nobody"));
    assert_eq!(known.iter().filter(|code| code.is_some()).count(), 5);
}

#[test]
fn a_good_account_does_not_buy_guesses_at_others() {
    let mut rig = Rig::new();
    let mut answered = 0;
    for n in 0..100 {
        assert_eq!(attempt(&mut rig, PHONE, "201", "secret", 1_000 + n), Some(200));
        answered += u32::from(attempt(&mut rig, PHONE, "202", "wrong", 10 + n).is_some());
    }
    assert_eq!(answered, 5);
}

#[test]
fn many_sources_together_cannot_guess_at_one_name_and_its_phone_stays() {
    let mut rig = Rig::new();
    registered(&mut rig, CONTACT);
    let looked = (0..200).filter(|n| attempt(&mut rig, &format!("198.51.{n}.9:5060"), "201", "wrong", 10 + n).is_some()).count();
    assert_eq!(looked, 50);
    assert_eq!(attempt(&mut rig, PHONE, "201", "secret", 1_000), Some(200));
}

#[test]
fn trust_in_an_address_ends_with_its_last_registration() {
    let mut rig = Rig::new();
    let ip: IpAddr = "203.0.113.7".parse().unwrap();
    let news = |rig: &mut Rig| std::iter::from_fn(|| rig.endpoint.poll_source()).collect::<Vec<_>>();
    registered(&mut rig, CONTACT);
    assert_eq!(news(&mut rig), [SourceNews::Registered(ip)]);
    assert_eq!(attempt(&mut rig, PHONE, "201", "secret", 10), Some(200));
    assert_eq!(news(&mut rig), [], "renewed");
    rig.pass(3_600_000);
    assert_eq!(news(&mut rig), [SourceNews::Left(ip)], "expired");
    assert_eq!(attempt(&mut rig, PHONE, "201", "secret", 11), Some(200));
    news(&mut rig);
    let auth = authorization(&challenge(&mut rig, PHONE), "REGISTER", URI, "201", "secret", 1);
    rig.receive(
        PHONE,
        &register(12, "z9hG4bKstar", &format!("Authorization: {auth}\r\nContact: *\r\n")).replace("Expires: 3600", "Expires: 0"),
    );
    assert_eq!(rig.last().message.code(), 200);
    assert_eq!(news(&mut rig), [SourceNews::Left(ip)], "unregistered");
}
