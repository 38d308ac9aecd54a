//! What is kept for people: the ladder of each leg and trunk, and whom the endpoint turned away.

use crate::calling::call;
use crate::register::{register, registered};
use crate::rig::*;
use cti_sip::message::Name;
use cti_sip::{Command, KEPT_FOR, Kept, Probe, Sender, Target, Turned, Way, Whose};
use std::time::Duration;

const CONTACT: &str = "Contact: <sip:201@10.0.0.5>\r\n";

fn of(rig: &Rig, whose: Whose) -> Vec<String> {
    let line = |seen: &cti_sip::Seen| {
        let text = String::from_utf8_lossy(&seen.bytes).into_owned();
        let first = text.lines().next().unwrap_or_default();
        let what = first.strip_prefix("SIP/2.0 ").map_or(first.split(' ').next(), |status| status.get(..3)).unwrap_or_default().to_owned();
        let again = if seen.repeats > 0 { format!(" x{}", seen.repeats + 1) } else { String::new() };
        format!("{} {what}{again}", if seen.way == Way::In { '>' } else { '<' })
    };
    rig.endpoint.ladder(whose).unwrap_or_default().messages.iter().map(line).collect()
}

#[test]
fn a_call_that_came_has_all_its_messages_and_retransmissions_once() {
    let mut rig = Rig::new();
    let text = invite("c1", "z9hG4bKa1", 1, SDP);
    rig.receive(TRUNK, &text);
    rig.receive(TRUNK, &text);
    let leg = rig.incoming();
    rig.command(Command::Provisional { leg, code: 180, sdp: None });
    rig.command(Command::Answer { leg, sdp: SDP.into() });
    let tag = rig.last().message.to().unwrap().tag().unwrap().to_owned();
    rig.pass(600);
    rig.receive(TRUNK, &inside("ACK", &tag, 1, "z9hG4bKack", None));
    rig.receive(TRUNK, &inside("BYE", &tag, 2, "z9hG4bKbye", None));
    let whose = Whose::Leg(leg);
    assert_eq!(of(&rig, whose), ["> INVITE x2", "< 100 x2", "< 180", "< 200 x2", "> ACK", "> BYE", "< 200"]);
    rig.pass(KEPT_FOR.as_millis() as u64 + 1);
    let now = rig.now();
    assert_eq!(rig.endpoint.tidy(now), [leg]);
    assert_eq!((rig.endpoint.ladder(whose), rig.endpoint.ladder_size().bytes), (None, 0));
}

#[test]
fn a_call_of_ours_has_the_messages_of_each_of_its_branches() {
    let mut rig = Rig::new();
    registered(&mut rig, "Contact: <sip:201@10.0.0.5>\r\nContact: <sip:201@10.0.0.6>\r\n");
    let leg = call(&mut rig, Target::Phone(phone_id()), 30_000);
    let invites: Vec<_> = rig.take_sent().into_iter().map(|sent| sent.message).collect();
    assert_eq!(invites.len(), 2);
    rig.receive(PHONE, &respond(&invites[1], 200, "b", "Contact: <sip:201@10.0.0.6>\r\n", SDP));
    assert_eq!(of(&rig, Whose::Leg(leg)), ["< INVITE", "< INVITE", "> 200", "< ACK"]);
}

#[test]
fn a_stranger_with_the_call_id_is_not_in_the_ladder_but_among_those_turned_away() {
    let mut rig = Rig::new();
    let (leg, tag) = rig.answered();
    let before = of(&rig, Whose::Leg(leg));
    rig.receive("203.0.113.66:5060", &inside("BYE", &tag, 2, "z9hG4bKevil", None));
    assert_eq!(rig.codes(), ["403"]);
    assert_eq!(of(&rig, Whose::Leg(leg)), before);
    let refused = rig.endpoint.refused();
    assert_eq!((refused.len(), refused[0].method, refused[0].code, refused[0].sender), (1, "BYE", 403, Sender::Stranger));
}

#[test]
fn a_trunks_registration_and_probes_are_kept_without_what_proves_us() {
    let mut rig = Rig::new();
    rig.command(Command::SetTrunks(vec![cti_sip::Trunk {
        out: cti_sip::Outward {
            account: Some(cti_sip::Account {
                user: "us".into(),
                realm: "carrier.example".into(),
                ha1_md5: Some("0123456789abcdef0123456789abcdef".into()),
                ha1_sha256: None,
            }),
            register_for: Some(Duration::from_secs(600)),
            probe: Some(Probe { every: Duration::from_secs(30), fall: 2, rise: 2 }),
            ..cti_sip::Outward::default()
        },
        id: trunk_id(),
        sources: vec![("192.0.2.0".parse().unwrap(), 24)],
        source_port: None,
        peer: Some((cti_sip::Transport::Udp, TRUNK.parse().unwrap())),
        calls_max: None,
        trusted: true,
    }]));
    rig.pass(1);
    let asked = rig.take_sent().into_iter().find(|sent| label(&sent.message) == "REGISTER").unwrap().message;
    let challenge = "WWW-Authenticate: Digest realm=\"carrier.example\", nonce=\"the-nonce\", algorithm=MD5, qop=\"auth\"\r\n";
    rig.receive(TRUNK, &respond(&asked, 401, "r", challenge, ""));
    let registration = Whose::Registration(trunk_id());
    assert_eq!(of(&rig, registration), ["< REGISTER", "> 401", "< REGISTER"]);
    assert_eq!(of(&rig, Whose::Probes(trunk_id())), ["< OPTIONS"]);
    let Kept { messages, .. } = rig.endpoint.ladder(registration).unwrap();
    let (first, last) = (rig.endpoint.masked(&messages[0].bytes), rig.endpoint.masked(&messages[2].bytes));
    let token = asked.contact().unwrap().split(['@', ':']).nth(1).unwrap().to_owned();
    assert!(token.len() == 20 && first.contains("<sip:[masked]@") && !first.contains(&token), "{first}");
    assert!(last.contains("username=\"us\"") && last.contains("response=[masked]") && !last.contains("the-nonce"), "{last}");
    rig.command(Command::SetTrunks(vec![]));
    assert_eq!(rig.endpoint.ladder_size().bytes, 0);
}

#[test]
fn why_a_telephone_does_not_get_in_can_be_read() {
    let mut rig = Rig::new();
    let challenge = |rig: &mut Rig, n: u32, who: &str, header: &str| {
        let text = register(n, &format!("z9hG4bK{n}"), &format!("{header}{CONTACT}")).replace("sip:201@pbx", &format!("sip:{who}@pbx"));
        rig.receive(PHONE, &text);
        rig.take_sent().pop().map(|sent| sent.message.get(Name::WwwAuthenticate).unwrap_or_default().to_owned()).unwrap_or_default()
    };
    let offered = challenge(&mut rig, 1, "201", "");
    let why = |rig: &Rig| rig.endpoint.refused().iter().map(|entry| (entry.sender, entry.turned)).collect::<Vec<_>>();
    assert_eq!(why(&rig), [(Sender::Phone(phone_id()), Turned::NoCredentials)]);
    let wrong = authorization(&offered, "REGISTER", "sip:pbx.example", "201", "guess", 1);
    challenge(&mut rig, 2, "201", &format!("Authorization: {wrong}\r\n"));
    let unknown = authorization(&offered, "REGISTER", "sip:pbx.example", "999", "guess", 1);
    challenge(&mut rig, 3, "999", &format!("Authorization: {unknown}\r\n"));
    let mut seen = why(&rig);
    seen.sort();
    let phone = Sender::Phone(phone_id());
    assert_eq!(seen, [(phone, Turned::NoCredentials), (phone, Turned::WrongPassword), (Sender::Stranger, Turned::UnknownName)]);
    let offered = challenge(&mut rig, 4, "201", "");
    let right = authorization(&offered, "REGISTER", "sip:pbx.example", "201", "secret", 1);
    challenge(&mut rig, 5, "201", &format!("Authorization: {right}\r\n"));
    assert!(!why(&rig).contains(&(phone, Turned::NoCredentials)), "it has proved who it is");
    let counts = rig.endpoint.refused_counts();
    assert_eq!((counts.challenged, counts.wrong_credentials, counts.refused), (2, 2, 0));
}

#[test]
fn a_call_the_switch_does_not_want_is_noted_with_its_reason() {
    let mut rig = Rig::new();
    let leg = rig.offered();
    rig.command(Command::Reject { leg, code: 488, retry_after: None, warning: Some("no common codec".into()) });
    let refused = rig.endpoint.refused();
    assert_eq!((refused.len(), refused[0].sender, refused[0].code), (1, Sender::Trunk(trunk_id()), 488));
    assert!(refused[0].phrase == "no common codec" && refused[0].bytes.starts_with(b"INVITE "));
}
