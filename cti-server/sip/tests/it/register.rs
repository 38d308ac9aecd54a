//! Registrations and the digest that guards them.

use crate::rig::*;
use cti_sip::message::Name;
use cti_sip::{Command, Counts, EndedBy, Event, Origin, SourceNews, Transport};

const URI: &str = "sip:pbx.example";

/// What most phones send, too: it makes a request large enough to be challenged at length.
const LIKE_MOST: &str = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, SUBSCRIBE, MESSAGE\r\n\
     Supported: path, outbound, gruu, replaces, timer\r\nUser-Agent: Desk Phone Model 7 Release 1.2.3 (build 2026-01-01)\r\n\
     Expires: 3600\r\nAllow-Events: talk, hold, refer, call-info\r\n";

pub(crate) fn register(cseq: u32, branch: &str, headers: &str) -> String {
    format!(
        "REGISTER {URI} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;branch={branch};rport\r\nMax-Forwards: 70\r\nFrom: <sip:201@pbx.example>;tag=p\r\n\
         To: <sip:201@pbx.example>\r\nCall-ID: r1\r\nCSeq: {cseq} REGISTER\r\n{headers}{LIKE_MOST}Content-Length: 0\r\n\r\n"
    )
}

fn phone_ip() -> std::net::IpAddr {
    PHONE.parse::<std::net::SocketAddr>().unwrap().ip()
}

/// The challenges of a fresh 401: SHA-256, MD5.
fn challenges(rig: &mut Rig) -> Vec<String> {
    rig.receive(PHONE, &register(1, "z9hG4bKfirst", ""));
    let answer = rig.take_sent().pop().unwrap().message;
    assert_eq!(answer.code(), 401);
    answer.lines(Name::WwwAuthenticate).map(str::to_owned).collect()
}

fn attempt(rig: &mut Rig, challenge: &str, user: &str, password: &str, nc: u32, cseq: u32, headers: &str) -> u16 {
    let auth = authorization(challenge, "REGISTER", URI, user, password, nc);
    rig.receive(PHONE, &register(cseq, &format!("z9hG4bKr{cseq}"), &format!("Authorization: {auth}\r\n{headers}")));
    rig.last().message.code()
}

/// Registers with these Contact headers.
pub(crate) fn registered(rig: &mut Rig, headers: &str) {
    let challenge = challenges(rig).swap_remove(0);
    assert_eq!(attempt(rig, &challenge, "201", "secret", 1, 2, headers), 200);
    rig.take_sent();
}

const CONTACT: &str = "Contact: <sip:201@10.0.0.5>\r\n";

#[test]
fn both_algorithms_are_offered_and_taken_the_stronger_first() {
    for at in [0, 1] {
        let mut rig = Rig::new();
        let offered = challenges(&mut rig);
        assert!(offered[0].contains("algorithm=SHA-256") && offered[1].contains("algorithm=MD5"), "{offered:?}");
        assert_eq!(attempt(&mut rig, &offered[at], "201", "secret", 1, 2, CONTACT), 200);
        assert_eq!(rig.last().message.get(Name::Contact), Some("<sip:201@10.0.0.5>;expires=3600"));
        assert_eq!(rig.take_events(), [Event::Registered { phone: phone_id(), contacts: 1 }]);
        assert_eq!(rig.endpoint.contacts(phone_id())[0].path.remote, PHONE.parse().unwrap());
    }
}

#[test]
fn phones_that_know_only_md5_can_be_spared_the_other() {
    let mut rig = Rig::with(cti_sip::Config { offer_sha256: false, ..config() });
    let offered = challenges(&mut rig);
    assert!(offered.len() == 1 && offered[0].contains("algorithm=MD5"), "{offered:?}");
    assert_eq!(attempt(&mut rig, &offered[0], "201", "secret", 1, 2, CONTACT), 200);
}

#[test]
fn unknown_user_and_wrong_password_get_the_same_answer() {
    let mut texts = Vec::new();
    for (user, password) in [("201", "wrong"), ("999", "secret")] {
        let mut rig = Rig::new();
        let challenge = challenges(&mut rig).swap_remove(0);
        assert_eq!(attempt(&mut rig, &challenge, user, password, 1, 2, CONTACT), 401);
        assert_eq!(rig.endpoint.poll_source(), Some(SourceNews::LoginFailed(phone_ip())));
        assert_eq!(rig.endpoint.counts(), Counts::default());
        texts.push(rig.last().text.clone());
    }
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn a_used_count_or_an_old_nonce_is_stale() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 1, 2, CONTACT), 200);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 1, 3, CONTACT), 401);
    assert!(rig.last().text.contains("stale=true"));
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 2, 4, CONTACT), 200);
    rig.pass(300_001);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 3, 5, CONTACT), 401);
    assert!(rig.last().text.contains("stale=true"));
    let news: Vec<_> = std::iter::from_fn(|| rig.endpoint.poll_source()).collect();
    assert_eq!(news, [SourceNews::Registered(phone_ip())], "that is no failed log-in");
}

#[test]
fn a_forged_nonce_is_stale_and_another_uri_is_wrong() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    let at = challenge.find("nonce=\"").unwrap() + 7;
    let mut forged = challenge.clone();
    forged.replace_range(at..=at, "1");
    assert_eq!(attempt(&mut rig, &forged, "201", "secret", 1, 2, CONTACT), 401);
    let auth = authorization(&challenge, "REGISTER", "sip:other.example", "201", "secret", 1);
    rig.receive(PHONE, &register(3, "z9hG4bKx", &format!("Authorization: {auth}\r\n")));
    assert_eq!(rig.last().message.code(), 401);
    assert!(!rig.last().text.contains("stale"));
}

#[test]
fn a_repeated_register_is_answered_from_the_transaction() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    for _ in 0..2 {
        assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 1, 2, CONTACT), 200);
    }
}

#[test]
fn a_phone_cannot_register_for_another() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    let auth = authorization(&challenge, "REGISTER", URI, "201", "secret", 1);
    let text = register(2, "z9hG4bKx", &format!("Authorization: {auth}\r\n{CONTACT}")).replace("To: <sip:201", "To: <sip:202");
    rig.receive(PHONE, &text);
    assert_eq!(rig.last().message.code(), 403);
}

#[test]
fn expiry_is_clamped_and_too_short_is_423() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 1, 2, "Contact: <sip:a@b>;expires=59\r\n"), 423);
    assert_eq!(rig.last().message.get(Name::MinExpires), Some("60"));
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 2, 3, "Contact: <sip:a@b>\r\nExpires: 999999\r\n"), 200);
    assert_eq!(rig.last().message.get(Name::Contact), Some("<sip:a@b>;expires=3600"));
}

#[test]
fn contacts_expire_one_by_one() {
    let mut rig = Rig::new();
    registered(&mut rig, "Contact: <sip:a@b>;expires=60;q=0.1, <sip:c@d>;expires=120\r\n");
    let uris: Vec<_> = rig.endpoint.contacts(phone_id()).into_iter().map(|c| c.uri).collect();
    assert_eq!(uris, ["sip:c@d", "sip:a@b"]);
    rig.pass(60_000);
    rig.pass(60_000);
    let phone = phone_id();
    assert_eq!(
        rig.take_events(),
        [Event::Registered { phone, contacts: 2 }, Event::Registered { phone, contacts: 1 }, Event::Unregistered { phone }]
    );
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn star_removes_all_and_only_with_expires_0() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 1, 2, CONTACT), 200);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 2, 3, "Contact: *\r\nExpires: 5\r\n"), 400);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 3, 4, "Contact: *\r\nExpires: 0\r\n"), 200);
    assert_eq!(rig.take_events().last(), Some(&Event::Unregistered { phone: phone_id() }));
}

#[test]
fn an_older_request_does_not_undo_a_newer_one() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 1, 5, CONTACT), 200);
    assert_eq!(attempt(&mut rig, &challenge, "201", "secret", 2, 4, "Contact: <sip:201@10.0.0.5>;expires=0\r\n"), 500);
    assert_eq!(rig.endpoint.contacts(phone_id()).len(), 1);
}

#[test]
fn a_phone_with_too_many_contacts_loses_the_one_that_expires_first() {
    let mut rig = Rig::new();
    let many: Vec<String> = (0..9).map(|n| format!("<sip:a@h{n}>;expires={}", 100 + n)).collect();
    registered(&mut rig, &format!("Contact: {}\r\n", many.join(",")));
    let contacts = rig.endpoint.contacts(phone_id());
    assert_eq!((contacts.len(), contacts.iter().any(|c| c.uri == "sip:a@h0")), (8, false));
}

#[test]
fn a_restarted_phone_replaces_its_own_contact() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(0);
    for (n, port) in [(1, 1111), (2, 2222)] {
        let contact = format!("Contact: <sip:201@10.0.0.5:{port}>;+sip.instance=\"<urn:uuid:1>\"\r\n");
        assert_eq!(attempt(&mut rig, &challenge, "201", "secret", n, n + 1, &contact), 200);
    }
    assert_eq!(rig.endpoint.contacts(phone_id()).len(), 1);
}

#[test]
fn a_lost_stream_and_a_changed_password_end_the_registration() {
    let mut rig = Rig::new();
    rig.transport = Transport::Tcp;
    registered(&mut rig, CONTACT);
    rig.fail(PHONE);
    assert_eq!(rig.take_events().last(), Some(&Event::Unregistered { phone: phone_id() }));
    let mut rig = Rig::new();
    registered(&mut rig, CONTACT);
    rig.command(Command::SetPhones(vec![account()]));
    assert_eq!(rig.endpoint.contacts(phone_id()).len(), 1);
    rig.command(Command::SetPhones(vec![]));
    assert_eq!(rig.take_events().last(), Some(&Event::Unregistered { phone: phone_id() }));
}

#[test]
fn an_authenticated_phone_calls_as_itself() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(1);
    let auth = authorization(&challenge, "INVITE", "sip:%2B3585%20@198.51.100.1", "201", "secret", 1);
    rig.receive(PHONE, &invite("c1", "z9hG4bKa1", 1, SDP).replace("Max-Forwards", &format!("Authorization: {auth}\r\nMax-Forwards")));
    let Some(Event::Incoming { call, .. }) = rig.take_events().pop() else { panic!("no call") };
    assert_eq!((call.origin, call.caller.as_deref()), (Origin::Phone(phone_id()), Some("201")));
}

/// An INVITE from the phone with its own Call-ID, and the code it is answered with.
fn phone_calls(rig: &mut Rig, challenge: &str, n: u32) -> u16 {
    let auth = authorization(challenge, "INVITE", "sip:%2B3585%20@198.51.100.1", "201", "secret", n);
    let text = invite(&format!("c{n}"), &format!("z9hG4bKp{n}"), 1, SDP);
    rig.receive(PHONE, &text.replace("Max-Forwards", &format!("Authorization: {auth}\r\nMax-Forwards")));
    rig.last().message.code()
}

#[test]
fn a_phones_fifth_call_at_once_is_503_until_one_of_them_ends() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(1);
    for n in 1..=4 {
        assert_eq!(phone_calls(&mut rig, &challenge, n), 100, "call {n}");
    }
    let leg = rig.incoming();
    assert_eq!(phone_calls(&mut rig, &challenge, 5), 503);
    assert!(rig.last().message.get(Name::RetryAfter).is_some());
    assert_eq!((rig.endpoint.counts().legs, rig.take_events().len()), (4, 4));
    rig.receive(TRUNK, &invite("t1", "z9hG4bKt1", 1, SDP));
    assert_eq!(rig.last().message.code(), 100, "the bound is the phone's own");
    rig.command(Command::Reject { leg, code: 486, retry_after: None, warning: None });
    assert_eq!(phone_calls(&mut rig, &challenge, 6), 100);
    assert_eq!(phone_calls(&mut rig, &challenge, 7), 503);
}

#[test]
fn while_too_many_come_trunks_are_refused_and_our_phones_and_probes_are_not() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(1);
    rig.command(Command::SetBusy(true));
    rig.receive(TRUNK, &invite("t1", "z9hG4bKt1", 1, SDP));
    assert_eq!((rig.last().message.code(), rig.last().message.get(Name::RetryAfter)), (503, Some("10")));
    rig.receive(TRUNK, &inside("OPTIONS", "", 1, "z9hG4bKo1", None).replace(";tag=\r\n", "\r\n"));
    assert_eq!(rig.last().message.code(), 200);
    assert_eq!(phone_calls(&mut rig, &challenge, 1), 100, "it may be for help");
    rig.command(Command::SetBusy(false));
    rig.receive(TRUNK, &invite("t2", "z9hG4bKt2", 1, SDP));
    assert_eq!(rig.last().message.code(), 100);
}

#[test]
fn an_answered_call_of_a_phone_frees_its_place_when_it_ends() {
    let mut limited = config();
    limited.limits.calls_per_phone = 1;
    let mut rig = Rig::with(limited);
    let challenge = challenges(&mut rig).swap_remove(1);
    for n in [1, 3, 5] {
        assert_eq!(phone_calls(&mut rig, &challenge, n), 100);
        let leg = rig.incoming();
        rig.command(Command::Answer { leg, sdp: SDP.into() });
        let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
        let own = |text: String| text.replace("Call-ID: c1", &format!("Call-ID: c{n}"));
        rig.receive(PHONE, &own(inside("ACK", &tag, 1, &format!("z9hG4bKa{n}"), None)));
        assert_eq!(phone_calls(&mut rig, &challenge, n + 1), 503);
        rig.receive(PHONE, &own(inside("BYE", &tag, 2, &format!("z9hG4bKb{n}"), None)));
        assert_eq!(rig.last().message.code(), 200);
    }
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_phones_dialog_is_taken_from_where_it_is_registered_and_nowhere_else() {
    let elsewhere = "203.0.113.8:50000";
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(1);
    assert_eq!(phone_calls(&mut rig, &challenge, 1), 100);
    let leg = rig.incoming();
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.receive("203.0.113.7:41000", &inside("ACK", &tag, 1, "z9hG4bKa", None));
    assert_eq!(rig.take_events().last(), Some(&Event::Confirmed { leg, sdp: None }), "another port of the same address");
    for source in [elsewhere, TRUNK] {
        rig.receive(source, &inside("BYE", &tag, 2, "z9hG4bKb", None));
        assert_eq!((rig.last().message.code(), rig.take_events()), (403, vec![]), "{source}");
    }
    let auth = authorization(&challenge, "REGISTER", URI, "201", "secret", 2);
    rig.receive(elsewhere, &register(2, "z9hG4bKr", &format!("Authorization: {auth}\r\n{CONTACT}")));
    assert_eq!(rig.last().message.code(), 200);
    rig.take_events();
    rig.receive(elsewhere, &inside("BYE", &tag, 3, "z9hG4bKc", None));
    assert_eq!(rig.take_events(), [Event::Ended { leg, by: EndedBy::Bye, cause: None }]);
}

#[test]
fn another_domain_is_not_served() {
    let mut config = config();
    config.domains = vec!["other.example".into()];
    let mut rig = Rig::with(config);
    rig.receive(PHONE, &register(1, "z9hG4bKa", ""));
    assert_eq!(rig.codes(), ["404"]);
}

#[test]
fn drained_we_refuse_trunks_and_probes_and_offer_the_calls_of_our_phones() {
    let mut rig = Rig::new();
    let challenge = challenges(&mut rig).swap_remove(1);
    rig.command(Command::SetAccepting(false));
    rig.receive(TRUNK, &invite("t1", "z9hG4bKt1", 1, SDP));
    assert_eq!(rig.last().message.code(), 503);
    rig.receive(TRUNK, &inside("OPTIONS", "", 1, "z9hG4bKo1", None).replace(";tag=\r\n", "\r\n"));
    assert_eq!(rig.last().message.code(), 503);
    assert_eq!(phone_calls(&mut rig, &challenge, 1), 100, "it may be for help");
}
