//! What is configured of a trunk beside who it is: its name in DNS, whether its media is encrypted, and what a day's calls by it may cost.
//! What becomes of calls is in `outbound`; carriers that are real are in `kamailio`.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;

use common_cases::{Line, Place, TRUNK, asked, closed, events, make, offer, text};
use cti_phone::raw::{RawPeer, Received};
use cti_phone::{Media, UserAgent};
use e2e::{Database, Desk, House, NameServer, PATIENCE, Setup, eventually, hear_each_other, until, within};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

const CUSTOMER: u16 = 600;
const AGENT: u16 = 1500;
/// A key and salt of AES_CM_128 in base64.
const KEY: &str = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

/// A number in London nobody dialled before: a range for drama.
fn london() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(500);
    format!("+442079460{:03}", NEXT.fetch_add(1, Ordering::Relaxed) % 1000)
}

/// Until the switch has taken in all that was made before this.
async fn in_force(place: &Place) {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let row = json!({ "name": format!("later {n}"), "sources": [format!("127.0.8.{n}")], "country": "GB" });
    let later = make(&place.rest, "/trunks", row).await;
    eventually("the change", async || (place.rest.get(&format!("/trunks/{later}/status")).await.status == 200).then_some(())).await;
}

/// An agent who may dial, ready.
async fn dialler(house: &House, rule: Value) -> (Place, Desk) {
    let place = Place::new(house).await;
    make(&place.rest, "/dial-rules", rule).await;
    let desk = place.desk(house).await;
    (place, desk)
}

async fn carrier() -> UserAgent {
    UserAgent::bind(SocketAddr::new(TRUNK, 0)).await.unwrap()
}

/// The agent calls this number; the call must arrive at this carrier, and both hear each other. Both hang up.
async fn talk(place: &Place, desk: &mut Desk, number: &str, carrier: &UserAgent) {
    let mut calls = carrier.incoming_for(number);
    desk.screen.tell(json!({ "do": "dial", "number": number, "queue": place.queue })).await;
    let own = desk.phone.lifted(AGENT).await;
    let mut far = within("the carrier's call", calls.recv()).await.unwrap().answer(Media::tone(CUSTOMER)).await.unwrap();
    within("the customer's call", far.answered()).await.unwrap();
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;
    own.hang_up().await.unwrap();
    within("the end of the customer's call", far.ended()).await;
    desk.screen.no_entry("call/").await;
    desk.screen.shown("ready").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_is_found_by_its_srv_records_the_next_is_tried_and_a_change_of_records_is_followed() {
    let names = NameServer::start().await;
    let (silent, second, third) = (RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap(), carrier().await, carrier().await);
    names.leads("carrier.test", &[("a.carrier.test", silent.local_addr()), ("b.carrier.test", second.local_addr())]);
    let house = House::start_with(Database::Sqlite, Setup::default().set("SIP__DNS", format!("[\"{}\"]", names.address))).await;
    let (place, mut desk) = dialler(&house, json!({ "name": "everybody", "sort": 100 })).await;
    let row = json!({
        "name": "by name", "sources": ["127.0.7.1"], "peer": "carrier.test", "country": "GB", "outbound": { "prefixes": ["+44"] },
    });
    make(&place.rest, "/trunks", row).await;
    until("a look-up of the second host", || names.was_asked("b.carrier.test")).await;
    in_force(&place).await;
    talk(&place, &mut desk, &london(), &second).await;

    names.leads("carrier.test", &[("c.carrier.test", third.local_addr())]);
    until("a look-up of the new host", || names.was_asked("c.carrier.test")).await;
    in_force(&place).await;
    talk(&place, &mut desk, &london(), &third).await;
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_spent_today_counts_after_a_restart() {
    let mut house = House::start(Database::Sqlite).await;
    let dear = json!({ "name": "dear", "sort": 1, "minute_cost": 500, "day_cost_max": 400 });
    let (place, mut desk) = dialler(&house, dear).await;
    let far = carrier().await;
    let row = json!({
        "name": "carrier", "sources": ["127.0.7.2"], "peer": far.local_addr(), "country": "GB", "outbound": { "prefixes": ["+44"] },
    });
    make(&place.rest, "/trunks", row).await;
    in_force(&place).await;
    let number = london();
    let mut calls = far.incoming_for(&number);
    desk.screen.tell(json!({ "do": "dial", "number": number, "queue": place.queue })).await;
    let own = desk.phone.lifted(AGENT).await;
    let mut call = within("the carrier's call", calls.recv()).await.unwrap().answer(Media::tone(CUSTOMER)).await.unwrap();
    within("the customer's call", call.answered()).await.unwrap();
    // The call under way has used the limit up.
    let consult = json!({ "do": "consult", "call": desk.leg().await, "to": { "kind": "number", "number": london() } });
    let refusal = desk.screen.ask(consult).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden", "{refusal:?}");
    own.hang_up().await.unwrap();
    within("the end of the customer's call", call.ended()).await;
    desk.screen.no_entry("call/").await;
    closed(&place.rest, &number).await;
    is_refused(&place, &desk).await;
    house.start_again().await;
    let place = place.again(&house);
    let desk = place.desk(&house).await;
    is_refused(&place, &desk).await;
}

async fn is_refused(place: &Place, desk: &Desk) {
    let refusal = desk.screen.ask(json!({ "do": "dial", "number": london(), "queue": place.queue })).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden", "{refusal:?}");
}

/// A trunk whose media must be encrypted, its every message the test's.
async fn strict(place: &Place, rule: &str) -> RawPeer {
    let peer = RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap();
    let at = peer.local_addr();
    let row = json!({
        "name": format!("strict {at}"), "sources": ["127.0.0.1"], "source_port": at.port(), "peer": at, "country": "GB", "srtp": rule,
        "outbound": { "prefixes": ["+44"] },
    });
    make(&place.rest, "/trunks", row).await;
    in_force(place).await;
    peer
}

/// Calls our number with this offer; the final answer, acknowledged.
async fn calls(house: &House, place: &Place, peer: &mut RawPeer, offer: &str) -> Received {
    let uri = format!("sip:{}@{}", place.number, house.sip());
    let mut dialog = peer.dialog(house.sip(), &uri, "+12025550177");
    let invite = dialog.request("INVITE", &[], offer);
    peer.send(invite, house.sip()).await.unwrap();
    let answer = peer.wait_for(PATIENCE, |r| r.status().is_some_and(|code| code >= 200)).await.unwrap();
    if answer.status().is_some_and(|code| code >= 300) {
        peer.send(dialog.ack_refusal(), house.sip()).await.unwrap();
    }
    answer
}

fn encrypted(offer: &str) -> String {
    offer.replacen("RTP/AVP", "RTP/SAVP", 1) + &format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_whose_media_must_be_encrypted_is_refused_in_the_clear_and_offered_keys() {
    let house = House::start_with(Database::Sqlite, Setup::default().set("MEDIA__SRTP_OVER_PLAIN", true)).await;
    let (place, mut desk) = dialler(&house, json!({ "name": "everybody", "sort": 100 })).await;
    let mut peer = strict(&place, "required").await;
    let plain = peer.offer(9);
    let refused = calls(&house, &place, &mut peer, &plain).await;
    assert_eq!(refused.status(), Some(488));
    let number = london();
    desk.screen.tell(json!({ "do": "dial", "number": number, "queue": place.queue })).await;
    let mut own = desk.phone.lifted(AGENT).await;
    let invite = peer.wait_for(PATIENCE, |r| r.method() == Some(cti_phone::rsip::Method::Invite)).await.unwrap();
    let offer = String::from_utf8(invite.body().to_vec()).unwrap();
    assert!(offer.contains("RTP/SAVP") && offer.contains("a=crypto:"), "{offer}");
    // An answer in the clear is no answer.
    let contact = format!("Contact: <sip:{}>", peer.local_addr());
    peer.respond(&invite, 200, "t", &[&contact], &plain).await.unwrap();
    within("the end of the agent's call", own.ended()).await;
    let one = closed(&place.rest, &number).await;
    assert_eq!(text(events(&one, "outside_failed")[0], "/body/reason"), "failed");
    let taken = calls(&house, &place, &mut peer, &encrypted(&plain)).await;
    assert_eq!(taken.status(), Some(200), "{:?}", taken.header("Warning"));
    let answer = String::from_utf8(taken.body().to_vec()).unwrap();
    assert!(answer.contains("RTP/SAVP") && answer.contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80"), "{answer}");
}

/// RFC 5806. How it came is told on only if its trunk is trusted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_sent_outside_says_which_number_of_ours_it_was_for() {
    let house = House::start(Database::Sqlite).await;
    let (place, mut desk) = dialler(&house, json!({ "name": "everybody", "sort": 100 })).await;
    let mut carrier = RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap();
    let row = json!({
        "name": "carrier", "sources": ["127.0.7.3"], "peer": carrier.local_addr(), "country": "GB", "outbound": { "prefixes": ["+44"] },
    });
    make(&place.rest, "/trunks", row).await;
    let stranger = IpAddr::V4(Ipv4Addr::new(127, 0, 7, 4));
    let row = json!({ "name": "not trusted", "sources": [stranger.to_string()], "trusted": false, "country": "US" });
    make(&place.rest, "/trunks", row).await;
    in_force(&place).await;
    let before = "<sip:+12025550155@a.example>;reason=no-answer";
    for (from, told) in [(TRUNK, true), (stranger, false)] {
        let mut line = Line::at(&house, from, &place.number).await;
        line.connect_with(&[&format!("Diversion: {before}")], &offer(TRUNK, 9, 1, "sendrecv")).await;
        let mut own = desk.phone.lifted(AGENT).await;
        let to = json!({ "kind": "number", "number": london() });
        desk.screen.tell(json!({ "do": "transfer", "call": desk.leg().await, "to": to })).await;
        within("the end of the agent's part", own.ended()).await;
        let invite = asked(&mut carrier, "INVITE").await;
        let ours = format!("<sip:{}@", place.number);
        let found = cti_phone::raw::values(&invite, "Diversion");
        let (first, others) = found.split_first().unwrap();
        assert!(first.starts_with(&ours) && first.contains(";reason=deflection"), "{found:?}");
        assert_eq!(others, if told { vec![before] } else { Vec::new() });
        carrier.respond(&invite, 180, "t", &[], "").await.unwrap();
        line.bye().await;
        let cancel = asked(&mut carrier, "CANCEL").await;
        carrier.respond(&cancel, 200, "t", &[], "").await.unwrap();
        carrier.respond(&invite, 487, "t", &[], "").await.unwrap();
        closed(&place.rest, &line.number).await;
        desk.screen.shown("ready").await;
    }
}

/// RFC 8643.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_whose_media_may_be_encrypted_is_left_the_choice() {
    let house = House::start_with(Database::Sqlite, Setup::default().set("MEDIA__SRTP_OVER_PLAIN", true)).await;
    let (place, mut desk) = dialler(&house, json!({ "name": "everybody", "sort": 100 })).await;
    let mut peer = strict(&place, "optional").await;
    let contact = format!("Contact: <sip:{}>", peer.local_addr());
    for key in ["", &format!("a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n")] {
        let number = london();
        desk.screen.tell(json!({ "do": "dial", "number": number, "queue": place.queue })).await;
        let own = desk.phone.lifted(AGENT).await;
        let invite = peer.wait_for(PATIENCE, |r| r.method() == Some(cti_phone::rsip::Method::Invite)).await.unwrap();
        let offer = String::from_utf8(invite.body().to_vec()).unwrap();
        assert!(offer.contains(" RTP/AVP ") && offer.contains("a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:"), "{offer}");
        let answer = peer.offer(9) + key;
        peer.respond(&invite, 200, "t", &[&contact], &answer).await.unwrap();
        desk.screen.shown("talking").await;
        own.hang_up().await.unwrap();
        let bye = peer.wait_for(PATIENCE, |r| r.method() == Some(cti_phone::rsip::Method::Bye)).await.unwrap();
        peer.respond(&bye, 200, "", &[], "").await.unwrap();
        desk.screen.shown("ready").await;
        closed(&place.rest, &number).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_keys_are_told_over_udp_unless_the_house_is_set_up_so() {
    let house = House::start(Database::Sqlite).await;
    let (place, mut desk) = dialler(&house, json!({ "name": "everybody", "sort": 100 })).await;
    let mut peer = strict(&place, "required").await;
    let plain = peer.offer(9);
    assert_eq!(calls(&house, &place, &mut peer, &encrypted(&plain)).await.status(), Some(488));
    let number = london();
    desk.screen.tell(json!({ "do": "dial", "number": number, "queue": place.queue })).await;
    let mut own = desk.phone.lifted(AGENT).await;
    within("the end of the agent's call", own.ended()).await;
    assert_eq!(text(events(&closed(&place.rest, &number).await, "outside_failed")[0], "/body/reason"), "failed");
    let asked = peer.count(std::time::Duration::from_millis(200), |r| r.method() == Some(cti_phone::rsip::Method::Invite)).await;
    assert_eq!(asked, 0, "nothing was sent");
}
