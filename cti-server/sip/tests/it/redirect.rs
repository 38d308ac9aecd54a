//! Redirections of our calls by trunks: which places are told, in which order they are tried, and what leads nowhere.

use crate::calling::call;
use crate::rig::*;
use crate::trunks::{dial, invites, last_invite, rig_with};
use cti_sip::message::Name;
use cti_sip::{Account, Command, Counts, Event, Outward, Redirection, Target, Transport, Trunk};
use cti_types::{LegId, TrunkId};

const OTHER: &str = "192.0.2.20:5060";
const THIRD: &str = "192.0.2.30:5060";

/// A trunk with three addresses that has redirected a call; the places the switch is told.
fn redirected(contacts: &str) -> (Rig, LegId, Vec<Redirection>) {
    let further = [OTHER, THIRD].map(|at| (Transport::Udp, at.parse().unwrap()));
    let mut rig = rig_with(|t| t.out.further = further.to_vec());
    let leg = dial(&mut rig);
    rig.receive(TRUNK, &respond(&last_invite(&rig), 302, "x", contacts, ""));
    let events = rig.take_events();
    let [Event::Redirected { leg: of, to }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*of, leg);
    (rig, leg, to.clone())
}

fn place(number: &str, same: bool) -> Redirection {
    Redirection { trunk: trunk_id(), number: number.into(), same }
}

#[test]
fn places_are_told_in_the_order_of_their_q_and_those_that_are_no_trunks_left_out() {
    let contacts = "Contact: <sip:+1900@192.0.2.20:5060>;q=0.2, <sip:9@203.0.113.200>, <sip:+4420@192.0.2.30:5060;x=y>;q=0.7\r\n\
                    Contact: <tel:+1>, <sip:192.0.2.20>;q=0.5, <sip:+4420@192.0.2.10:5061>\r\n";
    let (rig, _, to) = redirected(contacts);
    assert_eq!(to, [place("+4420", true), place("+4420", true), place("+1900", false)]);
    assert_eq!(invites(&rig), 1, "nothing goes out before the switch has judged");
}

#[test]
fn only_the_allowed_places_are_tried_one_after_the_other() {
    let contacts = "Contact: <sip:+1900@192.0.2.10:5060>, <sip:+4420@192.0.2.30:5060>;q=0.3, <sip:+4420@192.0.2.20:5060>;q=0.7\r\n";
    let (mut rig, leg, _) = redirected(contacts);
    rig.command(Command::Follow { leg, places: vec![1, 2] });
    assert_eq!(rig.last().path.remote, OTHER.parse().unwrap());
    assert_eq!(last_invite(&rig).request_uri(), "sip:+4420@192.0.2.20:5060");
    rig.receive(OTHER, &respond(&last_invite(&rig), 404, "y", "", ""));
    assert_eq!(rig.last().path.remote, THIRD.parse().unwrap());
    assert_eq!(rig.take_events(), []);
    rig.receive(THIRD, &respond(&last_invite(&rig), 200, "z", "Contact: <sip:192.0.2.30:5060>\r\n", SDP));
    assert!(matches!(rig.take_events().as_slice(), [Event::Answered { .. }]));
    rig.command(Command::End { leg, cause: None });
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_redirection_no_place_of_which_is_allowed_is_a_refusal() {
    let (mut rig, leg, _) = redirected("Contact: <sip:+1900@192.0.2.20:5060>\r\n");
    rig.command(Command::Follow { leg, places: vec![] });
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 302, retry_after: None, cause: None }]);
    assert_eq!(invites(&rig), 1);
    assert_eq!(rig.settle(), Counts::default());
}

#[test]
fn a_call_is_redirected_once() {
    let (mut rig, leg, _) = redirected("Contact: <sip:+4420@192.0.2.20:5060>\r\n");
    rig.command(Command::Follow { leg, places: vec![0] });
    rig.receive(OTHER, &respond(&last_invite(&rig), 301, "y", "Contact: <sip:+4420@192.0.2.10:5060>\r\n", ""));
    assert!(matches!(rig.take_events().as_slice(), [Event::Refused { code: 301, .. }]));
}

#[test]
fn what_leads_to_no_trunk_is_a_refusal_and_nothing_goes_there() {
    for contact in ["Contact: <sip:+99900@203.0.113.200:5060>\r\n", "Contact: <sip:x@evil.example>\r\n", "Contact: *\r\n", ""] {
        let mut rig = rig_with(|_| {});
        let leg = dial(&mut rig);
        rig.receive(TRUNK, &respond(&last_invite(&rig), 302, "x", contact, ""));
        assert_eq!(rig.take_events(), [Event::Refused { leg, code: 302, retry_after: None, cause: None }], "{contact}");
        assert!(rig.sent.iter().all(|s| s.path.remote == TRUNK.parse().unwrap()), "nothing goes to where we are sent");
    }
}

#[test]
fn more_places_than_the_bound_are_not_told() {
    let many: Vec<String> = (0..30).map(|n| format!("<sip:+442{n:02}@192.0.2.20:5060>")).collect();
    let (_, _, to) = redirected(&format!("Contact: {}\r\n", many.join(", ")));
    assert_eq!(to.len(), 5);
}

#[test]
fn headers_in_a_place_do_not_get_into_our_invite() {
    let (mut rig, leg, _) = redirected("Contact: <sip:+4420@192.0.2.20:5060?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>\r\n");
    rig.command(Command::Follow { leg, places: vec![0, 7] });
    assert_eq!(last_invite(&rig).request_uri(), "sip:+4420@192.0.2.20:5060");
    assert_eq!(last_invite(&rig).get(Name::Replaces), None);
}

#[test]
fn parameters_of_a_place_that_may_lead_to_another_number_do_not_get_into_our_invite() {
    let (mut rig, leg, to) = redirected("Contact: <sip:4420;rn=+18765551234;npdi@192.0.2.20:5060;user=phone>\r\n");
    assert!(to[0].same);
    rig.command(Command::Follow { leg, places: vec![0] });
    assert_eq!(last_invite(&rig).request_uri(), "sip:+4420@192.0.2.20:5060");
}

#[test]
fn who_a_call_is_redirected_to_is_not_told_the_digest_of_who_sent_it_there() {
    let account = |realm: &str| Account {
        user: "us".into(),
        realm: realm.into(),
        ha1_md5: Some("0123456789abcdef0123456789abcdef".into()),
        ha1_sha256: None,
    };
    let trunk = |id, peer: &str, realm| Trunk {
        id: TrunkId::from_u128(id),
        sources: vec![(peer.parse::<std::net::SocketAddr>().unwrap().ip(), 32)],
        source_port: None,
        peer: Some((Transport::Udp, peer.parse().unwrap())),
        calls_max: None,
        trusted: true,
        out: Outward { account: Some(account(realm)), ..Outward::default() },
    };
    let mut rig = Rig::new();
    rig.command(Command::SetTrunks(vec![trunk(1, TRUNK, "one.example"), trunk(2, OTHER, "other.example")]));
    let leg = dial(&mut rig);
    rig.receive(TRUNK, &respond(&last_invite(&rig), 302, "x", "Contact: <sip:+4420@192.0.2.20:5060>\r\n", ""));
    rig.command(Command::Follow { leg, places: vec![0] });
    rig.take_events();
    let challenge = "WWW-Authenticate: Digest realm=\"one.example\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    rig.receive(OTHER, &respond(&last_invite(&rig), 401, "y", challenge, ""));
    assert!(rig.sent.iter().all(|sent| !sent.text.contains("Authorization")), "no digest for one.example goes there");
    assert!(matches!(rig.take_events().as_slice(), [Event::Refused { code: 401, .. }]));
}

#[test]
fn a_phones_redirection_is_a_refusal() {
    let mut rig = Rig::new();
    crate::register::registered(&mut rig, "Contact: <sip:201@10.0.0.5>\r\n");
    rig.take_events();
    let leg = call(&mut rig, Target::Phone(phone_id()), 60_000);
    rig.receive(PHONE, &respond(&last_invite(&rig), 302, "x", "Contact: <sip:+1900@192.0.2.10:5060>\r\n", ""));
    assert_eq!(rig.take_events(), [Event::Refused { leg, code: 302, retry_after: None, cause: None }]);
}

/// Credentials are for the realm they were asked for; a place a call was sent on to may ask for its own once more.
#[test]
fn a_place_may_challenge_in_the_trunks_realm() {
    let account =
        Account { user: "us".into(), realm: "r".into(), ha1_md5: Some("0123456789abcdef0123456789abcdef".into()), ha1_sha256: None };
    let mut rig = rig_with(|t| {
        t.out.further = vec![(Transport::Udp, OTHER.parse().unwrap())];
        t.out.account = Some(account);
    });
    let leg = dial(&mut rig);
    rig.receive(TRUNK, &respond(&last_invite(&rig), 302, "x", "Contact: <sip:+4420@192.0.2.20:5060>\r\n", ""));
    rig.command(Command::Follow { leg, places: vec![0] });
    let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    rig.receive(OTHER, &respond(&last_invite(&rig), 401, "y", challenge, ""));
    assert!(last_invite(&rig).get(Name::Authorization).is_some());
    assert_eq!(rig.last().path.remote, OTHER.parse().unwrap());
}
