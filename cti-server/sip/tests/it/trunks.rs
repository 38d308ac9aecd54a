//! Calls by trunks and trunks under watch: challenges, silence, reliable provisional answers, probes, registrations.

use crate::calling::call;
use crate::rig::*;
use cti_sip::message::{Message, Name};
use cti_sip::{
    Account, Caller, Command, Event, Health, Identity, Outward, Probe, Registered, Target, Transport, Trunk, TrunkStatus, Wanted, Why,
};
use cti_types::{LegId, TrunkId};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::time::Duration;

const OTHER: &str = "192.0.2.20:5060";
const REALM: &str = "carrier.example";

fn secs(s: u64) -> Duration {
    Duration::from_secs(s)
}

fn account() -> Account {
    Account {
        user: "us".into(),
        realm: REALM.into(),
        ha1_md5: Some(hex::encode(Md5::digest("us:carrier.example:secret"))),
        ha1_sha256: Some(hex::encode(Sha256::digest("us:carrier.example:secret"))),
    }
}

/// A rig whose trunk is changed so.
pub(crate) fn rig_with(change: impl FnOnce(&mut Trunk)) -> Rig {
    let mut rig = Rig::new();
    let mut trunk = Trunk {
        id: trunk_id(),
        sources: vec![("192.0.2.10".parse().unwrap(), 32)],
        source_port: None,
        peer: Some((Transport::Udp, TRUNK.parse().unwrap())),
        calls_max: Some(2),
        trusted: true,
        out: Outward::default(),
    };
    change(&mut trunk);
    rig.command(Command::SetTrunks(vec![trunk]));
    rig
}

pub(crate) fn dial(rig: &mut Rig) -> LegId {
    call(rig, Target::Trunk { trunk: trunk_id(), number: "+4420".into() }, 60_000)
}

fn challenge(code: u16, realm: &str, more: &str) -> (u16, String) {
    let name = if code == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
    (code, format!("{name}: Digest realm=\"{realm}\", nonce=\"abc{}\", algorithm=MD5, qop=\"auth\"{more}\r\n", more.len()))
}

/// The last INVITE sent.
pub(crate) fn last_invite(rig: &Rig) -> Message {
    let is = |m: &Message| m.is_request() && m.method_text() == "INVITE";
    rig.sent.iter().rev().map(|s| &s.message).find(|m| is(m)).expect("an INVITE").clone()
}

pub(crate) fn invites(rig: &Rig) -> usize {
    rig.sent.iter().filter(|s| s.message.is_request() && s.message.method_text() == "INVITE").count()
}

#[test]
fn a_challenge_of_the_trunks_own_realm_is_answered_once() {
    for code in [401, 407] {
        let mut rig = rig_with(|t| t.out.account = Some(account()));
        let leg = dial(&mut rig);
        let first = last_invite(&rig);
        let (code, line) = challenge(code, REALM, "");
        rig.receive(TRUNK, &respond(&first, code, "x", &line, ""));
        let second = last_invite(&rig);
        assert_eq!(second.call_id(), first.call_id(), "RFC 3261 22.2: the same call");
        assert_eq!(second.from().unwrap().tag(), first.from().unwrap().tag());
        assert_eq!(second.cseq().unwrap().number, 2);
        assert_ne!(second.via().unwrap().branch(), first.via().unwrap().branch());
        assert_eq!(second.to().unwrap().tag(), None);
        assert_eq!(second.body(), first.body());
        let name = if code == 407 { Name::ProxyAuthorization } else { Name::Authorization };
        assert!(second.get(name).unwrap().contains("username=\"us\""));
        // The same challenge again says that the credentials are wrong.
        rig.receive(TRUNK, &respond(&second, code, "y", &line, ""));
        assert_eq!(rig.take_events(), [Event::Refused { leg, code, retry_after: None, cause: None }]);
    }
}

#[test]
fn a_stale_nonce_is_answered_once_more_and_the_call_goes_through() {
    let mut rig = rig_with(|t| t.out.account = Some(account()));
    let leg = dial(&mut rig);
    let (code, line) = challenge(407, REALM, "");
    rig.receive(TRUNK, &respond(&last_invite(&rig), code, "x", &line, ""));
    let (code, line) = challenge(407, REALM, ", stale=true");
    rig.receive(TRUNK, &respond(&last_invite(&rig), code, "x", &line, ""));
    let third = last_invite(&rig);
    assert_eq!(third.cseq().unwrap().number, 3);
    assert_eq!(third.count(Name::ProxyAuthorization), 1, "the old credentials are gone");
    rig.receive(TRUNK, &respond(&third, 200, "z", "Contact: <sip:192.0.2.10:5060>\r\n", SDP));
    assert!(matches!(rig.take_events().as_slice(), [Event::Answered { leg: of, .. }] if *of == leg));
    assert_eq!(rig.last().message.cseq().unwrap().number, 3, "the ACK has the number of the INVITE that was answered");
    // The first transactions linger and end without a word.
    rig.pass(70_000);
    assert!(rig.take_events().iter().all(|e| !matches!(e, Event::Refused { .. })));
}

#[test]
fn a_challenge_of_another_realm_or_to_a_phone_is_not_answered() {
    for (with_account, realm) in [(true, "evil.example"), (false, REALM)] {
        let mut rig = rig_with(|t| t.out.account = with_account.then(account));
        let leg = dial(&mut rig);
        let (code, line) = challenge(401, realm, "");
        rig.receive(TRUNK, &respond(&last_invite(&rig), code, "x", &line, ""));
        assert_eq!(invites(&rig), 1, "{realm}");
        assert!(!rig.sent.iter().any(|s| s.text.contains("Authorization")));
        assert_eq!(rig.take_events(), [Event::Refused { leg, code: 401, retry_after: None, cause: None }]);
    }
}

#[test]
fn a_silent_peer_is_followed_by_the_trunks_next_and_a_late_answer_is_hung_up() {
    let mut rig = rig_with(|t| {
        t.out.further = vec![(Transport::Udp, OTHER.parse().unwrap())];
        t.out.silence_max = secs(3);
    });
    let leg = dial(&mut rig);
    let first = last_invite(&rig);
    rig.pass(3_100);
    let second = last_invite(&rig);
    assert_eq!(second.request_uri(), "sip:+4420@192.0.2.20:5060");
    assert_eq!(rig.sent.last().unwrap().path.remote, OTHER.parse().unwrap());
    rig.take_sent();
    rig.receive(TRUNK, &respond(&first, 200, "late", "Contact: <sip:192.0.2.10:5060>\r\n", SDP));
    assert_eq!(rig.codes(), ["ACK", "BYE"]);
    assert!(rig.take_events().is_empty());
    rig.receive(OTHER, &respond(&second, 200, "good", "Contact: <sip:192.0.2.20:5060>\r\n", SDP));
    assert!(matches!(rig.take_events().as_slice(), [Event::Answered { leg: of, .. }] if *of == leg));
}

#[test]
fn silence_of_every_peer_ends_the_try_and_a_ringing_one_is_waited_for() {
    let mut rig = rig_with(|t| t.out.silence_max = secs(3));
    let leg = dial(&mut rig);
    rig.pass(2_900);
    assert!(rig.take_events().is_empty());
    rig.pass(200);
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 408, retry_after: None, cause: None }]);
    assert_eq!(rig.settle().attempts, 0);

    let leg = dial(&mut rig);
    rig.receive(TRUNK, &respond(&last_invite(&rig), 100, "", "", ""));
    rig.pass(20_000);
    assert!(rig.take_events().is_empty(), "{leg}: a Trying is an answer");
}

#[test]
fn a_503_goes_to_the_next_peer_of_the_trunk_first() {
    let mut rig = rig_with(|t| t.out.further = vec![(Transport::Udp, OTHER.parse().unwrap())]);
    let leg = dial(&mut rig);
    rig.receive(TRUNK, &respond(&last_invite(&rig), 503, "x", "Retry-After: 5\r\n", ""));
    assert_eq!(rig.sent.last().unwrap().path.remote, OTHER.parse().unwrap());
    rig.receive(OTHER, &respond(&last_invite(&rig), 503, "x", "Retry-After: 7\r\nReason: Q.850;cause=34\r\n", ""));
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 503, retry_after: Some(secs(7)), cause: Some(34) }]);
}

#[test]
fn a_reliable_provisional_answer_is_acknowledged_once_each_in_order() {
    let mut rig = rig_with(|_| {});
    let leg = dial(&mut rig);
    let invite = last_invite(&rig);
    assert!(invite.values(Name::Supported).any(|o| o == "100rel"));
    rig.take_sent();
    let early = |n: u32| format!("Require: 100rel\r\nRSeq: {n}\r\nContact: <sip:x@192.0.2.10:5060>\r\n");
    rig.receive(TRUNK, &respond(&invite, 183, "t", &early(700), SDP));
    let prack = rig.last().message.clone();
    assert_eq!((prack.method_text(), prack.header("RAck")), ("PRACK", Some("700 1 INVITE")));
    assert_eq!(prack.cseq().unwrap().number, 2);
    assert_eq!(prack.to().unwrap().tag(), Some("t"));
    assert_eq!(prack.request_uri(), "sip:x@192.0.2.10:5060");
    rig.receive(TRUNK, &respond(&prack, 200, "t", "", ""));
    rig.take_sent();
    // The same one again, and one that is out of order.
    rig.receive(TRUNK, &respond(&invite, 183, "t", &early(700), SDP));
    rig.receive(TRUNK, &respond(&invite, 180, "t", &early(702), ""));
    assert!(rig.codes().is_empty());
    assert!(matches!(rig.take_events().as_slice(), [Event::Ringing { code: 183, sdp: Some(_), .. }]));
    rig.receive(TRUNK, &respond(&invite, 180, "t", &early(701), ""));
    assert_eq!(rig.last().message.header("RAck"), Some("701 1 INVITE"));
    // The session goes on with numbers after those of the PRACKs; the ACK has that of the INVITE.
    rig.receive(TRUNK, &respond(&invite, 200, "t", "Contact: <sip:x@192.0.2.10:5060>\r\n", SDP));
    assert_eq!((rig.last().message.method_text(), rig.last().message.cseq().unwrap().number), ("ACK", 1));
    rig.command(Command::End { leg, cause: Some(16) });
    assert_eq!((rig.last().message.method_text(), rig.last().message.cseq().unwrap().number), ("BYE", 4));
}

#[test]
fn of_several_answers_the_first_wins_and_the_others_are_hung_up() {
    let mut rig = rig_with(|_| {});
    let leg = dial(&mut rig);
    let invite = last_invite(&rig);
    rig.take_sent();
    for tag in ["one", "two", "three"] {
        rig.receive(TRUNK, &respond(&invite, 200, tag, "Contact: <sip:192.0.2.10:5060>\r\n", SDP));
    }
    assert_eq!(rig.codes(), ["ACK", "ACK", "BYE", "ACK", "BYE"]);
    assert!(matches!(rig.take_events().as_slice(), [Event::Answered { leg: of, .. }] if *of == leg));
}

#[test]
fn who_calls_is_told_as_the_trunk_wants_it() {
    type Row = (fn(&mut Trunk), &'static str, &'static str, Option<&'static str>, Option<&'static str>);
    let table: [Row; 4] = [
        (|_| {}, "sip:+4420@192.0.2.10:5060", "sip:+35840@203.0.113.99:5060", Some("<sip:+35840@203.0.113.99:5060>"), None),
        (
            |t| t.out.identity = Identity::Preferred,
            "sip:+4420@192.0.2.10:5060",
            "sip:+35840@203.0.113.99:5060",
            None,
            Some("<sip:+35840@203.0.113.99:5060>"),
        ),
        (|t| t.out.identity = Identity::None, "sip:+4420@192.0.2.10:5060", "sip:+35840@203.0.113.99:5060", None, None),
        (
            |t| (t.out.domain, t.out.plus) = (Some("sip.carrier.example".into()), false),
            "sip:4420@sip.carrier.example",
            "sip:+35840@sip.carrier.example",
            Some("<sip:+35840@sip.carrier.example>"),
            None,
        ),
    ];
    for (change, uri, from, asserted, preferred) in table {
        let mut rig = rig_with(change);
        dial(&mut rig);
        let invite = last_invite(&rig);
        assert_eq!(invite.request_uri(), uri);
        assert_eq!(invite.from().unwrap().uri, from);
        assert_eq!((invite.header("P-Asserted-Identity"), invite.header("P-Preferred-Identity")), (asserted, preferred));
    }
}

#[test]
fn a_withheld_number_goes_to_the_trunk_but_not_into_from() {
    let mut rig = rig_with(|_| {});
    let from = Caller { display: Some("Sales".into()), asserted: Some("+35840".into()), ..Caller::default() };
    let target = Target::Trunk { trunk: trunk_id(), number: "+4420".into() };
    let leg = LegId::from_u128(5);
    rig.command(Command::Invite { leg, target, from, sdp: SDP.into(), headers: vec![], ring_timeout: secs(9) });
    let invite = last_invite(&rig);
    assert_eq!(invite.from().unwrap().uri, "sip:anonymous@anonymous.invalid");
    assert_eq!(invite.get(Name::Privacy), Some("id"));
    assert!(invite.header("P-Asserted-Identity").unwrap().contains("+35840"));
    assert!(!rig.sent.last().unwrap().text.contains("Sales"));
}

/// RFC 5806: our own diversion stands above the earlier ones.
#[test]
fn a_call_that_is_sent_on_names_the_number_it_was_for() {
    let diverted = Some("+3585 0".to_owned());
    let shown = Caller { user: "+35840".into(), diverted: diverted.clone(), ..Caller::default() };
    let withheld = Caller { asserted: Some("+35840".into()), diverted, ..Caller::default() };
    for (from, privacy) in [(shown, ""), (withheld, ";privacy=full")] {
        let mut rig = rig_with(|t| t.out.domain = Some("us.example".into()));
        let target = Target::Trunk { trunk: trunk_id(), number: "+4420".into() };
        let headers = vec![("Diversion".to_owned(), "<sip:+1@x>;reason=no-answer".to_owned())];
        rig.command(Command::Invite { leg: LegId::from_u128(5), target, from, sdp: SDP.into(), headers, ring_timeout: secs(9) });
        let invite = last_invite(&rig);
        let diversions: Vec<&str> = invite.headers().filter(|(name, _)| *name == "Diversion").map(|(_, value)| value).collect();
        assert_eq!(diversions, [format!("<sip:+3585%200@us.example>;reason=deflection{privacy}").as_str(), "<sip:+1@x>;reason=no-answer"]);
    }
}

#[test]
fn an_emergency_call_goes_past_the_trunks_bound() {
    let mut rig = rig_with(|t| t.calls_max = Some(1));
    dial(&mut rig);
    let leg = LegId::from_u128(5);
    for (target, sent) in [
        (Target::Trunk { trunk: trunk_id(), number: "+4420".into() }, 1),
        (Target::Emergency { trunk: trunk_id(), number: "112".into() }, 2),
    ] {
        let from = Caller::default();
        rig.command(Command::Invite { leg, target, from, sdp: SDP.into(), headers: vec![], ring_timeout: secs(9) });
        assert_eq!(invites(&rig), sent);
    }
}

fn probing(t: &mut Trunk) {
    t.out.probe = Some(Probe { every: secs(10), fall: 2, rise: 2 });
}

fn healths(events: &[Event]) -> Vec<Health> {
    events.iter().filter_map(|e| if let Event::Trunk(status) = e { Some(status.health) } else { None }).collect()
}

#[test]
fn probes_tell_a_trunk_that_falls_and_rises_and_its_calls_stay_away_meanwhile() {
    let mut rig = rig_with(probing);
    rig.pass(1);
    assert_eq!(rig.last().message.method_text(), "OPTIONS");
    let wanted = Wanted { number: "+4420".into(), country: None, emergency: false };
    let now = rig.now();
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).trunk, Some(trunk_id()), "nothing is known yet");
    rig.receive(TRUNK, &respond(&rig.last().message.clone(), 404, "o", "", ""));
    assert_eq!(healths(&rig.take_events()), [Health::Up], "any answer is a sign of life");
    rig.pass(31_000);
    assert_eq!(healths(&rig.take_events()), [Health::Degraded, Health::Down]);
    let now = rig.now();
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).why, [(trunk_id(), Why::Down)]);
    for wanted in [vec![], vec![Health::Up]] {
        rig.take_sent();
        rig.pass(10_000);
        let last = rig.sent.iter().rev().map(|s| s.message.clone()).find(|m| m.is_request() && m.method_text() == "OPTIONS").unwrap();
        rig.receive(TRUNK, &respond(&last, 200, "o", "", ""));
        assert_eq!(healths(&rig.take_events()), wanted);
    }
}

#[test]
fn a_trunk_that_refuses_probes_with_503_or_is_gone_leaves_nothing_running() {
    let mut rig = rig_with(probing);
    rig.pass(1);
    rig.receive(TRUNK, &respond(&rig.last().message.clone(), 503, "o", "", ""));
    assert_eq!(healths(&rig.take_events()), [Health::Degraded]);
    rig.command(Command::SetTrunks(vec![]));
    let counts = rig.settle();
    assert_eq!((counts.client_transactions, counts.timers), (0, 0));
}

#[test]
fn a_failed_trunk_rests_and_says_so() {
    let mut rig = rig_with(|t| t.out.cps_max = Some(1));
    let wanted = Wanted { number: "+4420".into(), country: None, emergency: false };
    let now = rig.now();
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).trunk, Some(trunk_id()));
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).why, [(trunk_id(), Why::TooFast)]);
    rig.pass(1_000);
    let now = rig.now();
    rig.endpoint.trunk_failed(now, trunk_id(), Some(secs(5)));
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).why, [(trunk_id(), Why::Resting)]);
    // Somebody changes another row meanwhile: the same trunks are said again.
    let same = Trunk {
        id: trunk_id(),
        sources: vec![("192.0.2.10".parse().unwrap(), 32)],
        source_port: None,
        peer: Some((Transport::Udp, TRUNK.parse().unwrap())),
        calls_max: Some(2),
        trusted: true,
        out: Outward { cps_max: Some(1), ..Outward::default() },
    };
    rig.command(Command::SetTrunks(vec![same]));
    let now = rig.now();
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).why, [(trunk_id(), Why::Resting)]);
    rig.pass(5_000);
    let now = rig.now();
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).trunk, Some(trunk_id()));
}

fn registering(t: &mut Trunk) {
    t.out.register_for = Some(secs(300));
    t.out.account = Some(account());
    t.out.domain = Some(REALM.into());
    t.sources.clear();
}

fn registered(rig: &Rig) -> Registered {
    let statuses: Vec<TrunkStatus> = rig.endpoint.trunks();
    statuses.first().map(|s| s.registered).unwrap()
}

#[test]
fn we_register_with_a_digest_and_refresh_in_time() {
    let mut rig = rig_with(registering);
    rig.pass(1);
    let first = rig.last().message.clone();
    assert_eq!((first.method_text(), first.request_uri()), ("REGISTER", "sip:carrier.example"));
    assert_eq!(first.get(Name::To), Some("<sip:us@carrier.example>"));
    let (code, line) = challenge(401, REALM, "");
    rig.receive(TRUNK, &respond(&first, code, "r", &line, ""));
    let second = rig.last().message.clone();
    assert_eq!(second.cseq().unwrap().number, 2);
    assert!(second.get(Name::Authorization).unwrap().contains("uri=\"sip:carrier.example\""));
    assert_eq!(registered(&rig), Registered::Asking);
    let contact = second.get(Name::Contact).unwrap().to_owned();
    rig.receive(TRUNK, &respond(&second, 200, "r", &format!("Contact: <sip:x@y>;expires=9, {contact};expires=120\r\n"), ""));
    assert_eq!(registered(&rig), Registered::Yes);
    rig.take_sent();
    rig.pass(59_000);
    assert!(rig.take_sent().is_empty());
    rig.pass(2_000);
    let refresh = rig.last().message.clone();
    assert_eq!((refresh.method_text(), refresh.call_id(), refresh.cseq().unwrap().number), ("REGISTER", first.call_id(), 3));
}

#[test]
fn a_registrar_that_wants_longer_gets_it_and_one_that_refuses_is_asked_ever_later() {
    let mut rig = rig_with(registering);
    rig.pass(1);
    rig.receive(TRUNK, &respond(&rig.last().message.clone(), 423, "r", "Min-Expires: 1800\r\n", ""));
    assert_eq!(rig.last().message.get(Name::Expires), Some("1800"));
    let mut waits = Vec::new();
    for _ in 0..4 {
        rig.receive(TRUNK, &respond(&rig.last().message.clone(), 403, "r", "", ""));
        assert_eq!(registered(&rig), Registered::Refused(403));
        let (from, sent) = (rig.ms, rig.sent.len());
        while rig.sent.len() == sent {
            rig.pass(100);
        }
        waits.push(rig.ms - from);
    }
    for (wait, most) in waits.iter().zip([5_000, 10_000, 20_000, 40_000]) {
        assert!((most / 2..=most + 100).contains(wait), "{waits:?}");
    }
}

#[test]
fn a_challenge_of_a_foreign_realm_ends_the_registration_and_tells_nothing() {
    let mut rig = rig_with(registering);
    rig.pass(1);
    let (code, line) = challenge(401, "evil.example", "");
    rig.receive(TRUNK, &respond(&rig.last().message.clone(), code, "r", &line, ""));
    assert_eq!(registered(&rig), Registered::Refused(401));
    assert!(!rig.sent.iter().any(|s| s.text.contains("Authorization")));
    let wanted = Wanted { number: "+4420".into(), country: None, emergency: false };
    let now = rig.now();
    assert_eq!(rig.endpoint.route(now, &wanted, &[]).why, [(trunk_id(), Why::NotRegistered)]);
}

#[test]
fn a_call_to_our_registered_contact_is_the_trunks() {
    let mut rig = rig_with(registering);
    rig.pass(1);
    let register = rig.last().message.clone();
    let contact = register.get(Name::Contact).unwrap();
    let token = contact.trim_start_matches("<sip:").split('@').next().unwrap().to_owned();
    let text = invite("c9", "z9hG4bKq1", 1, SDP).replacen("sip:%2B3585%20@198.51.100.1", &format!("sip:{token}@198.51.100.1"), 1);
    rig.receive(TRUNK, &text);
    let calls: Vec<_> =
        rig.take_events().into_iter().filter_map(|e| if let Event::Incoming { call, .. } = e { Some(call) } else { None }).collect();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].origin, cti_sip::Origin::Trunk(trunk_id()));
    assert_eq!(calls[0].called, "+3585", "the number is that of To");
    // From anywhere else the token is worth nothing.
    rig.take_sent();
    rig.receive("203.0.113.50:5060", &text.replace("c9", "c10").replace("z9hG4bKq1", "z9hG4bKq2"));
    assert!(!rig.take_events().iter().any(|e| matches!(e, Event::Incoming { .. })));
}

#[test]
fn how_a_call_was_redirected_comes_with_it_if_its_trunk_is_trusted() {
    let text = invite("c1", "z9hG4bKh", 1, SDP).replacen(
        "Max-Forwards",
        "Diversion: <sip:+1@x>;reason=no-answer\r\nHistory-Info: <sip:+1@x>;index=1\r\nMax-Forwards",
        1,
    );
    for (trusted, wanted) in [(true, vec!["Diversion", "History-Info"]), (false, Vec::new())] {
        let mut rig = rig_with(|t| t.trusted = trusted);
        rig.receive(TRUNK, &text);
        let calls = rig.take_events();
        let Some(Event::Incoming { call, .. }) = calls.first() else { panic!("a call") };
        let names: Vec<&str> = call.history.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, wanted);
    }
}

#[test]
fn what_trunk_ids_are_for_is_kept_over_new_configuration() {
    let mut rig = rig_with(probing);
    rig.pass(1);
    rig.receive(TRUNK, &respond(&rig.last().message.clone(), 200, "o", "", ""));
    let same = |change: fn(&mut Trunk)| {
        let mut trunk = Trunk {
            id: trunk_id(),
            sources: vec![("192.0.2.10".parse().unwrap(), 32)],
            source_port: None,
            peer: Some((Transport::Udp, TRUNK.parse().unwrap())),
            calls_max: Some(9),
            trusted: true,
            out: Outward::default(),
        };
        probing(&mut trunk);
        change(&mut trunk);
        trunk
    };
    rig.command(Command::SetTrunks(vec![same(|_| {}), same(|t| t.id = TrunkId::from_u128(8))]));
    assert_eq!(rig.endpoint.trunks()[0].health, Health::Up);
    rig.command(Command::SetTrunks(vec![same(|t| t.peer = Some((Transport::Udp, OTHER.parse().unwrap())))]));
    assert_eq!(rig.endpoint.trunks()[0].health, Health::Unknown, "another peer is another matter");
}
