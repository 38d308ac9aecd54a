//! SIP's edges against the real server: what crosses, comes twice, is missing, refused, forged or asked too much. Media is in `media_cases`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests, which read the clock")]

mod common_cases;

use common_cases::{
    Line, Place, TRUNK, asked, closed, closed_by_id, events, integer, interaction, make, offer, participant, path, raw_phone, register,
    segments, somebody, stranger, text,
};
use cti_phone::raw::{RawDialog, RawPeer, Received};
use cti_phone::{Direction, EndReason, Media, RegisterOptions, Transport, UserAgent};
use e2e::{Caller, House, eventually, hear_each_other, until, within};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

on_shared!(
    a_cancel_that_crosses_the_answer_changes_nothing,
    an_answer_that_crosses_our_cancel_is_hung_up,
    byes_that_cross_end_the_call_once,
    what_comes_again_is_one_call,
    a_lost_ack_makes_the_answer_come_again,
    an_invite_over_an_open_one_is_put_off,
    no_common_codec_is_488,
    a_required_extension_is_420_and_named,
    how_a_call_was_sent_on_before_is_kept_with_it,
    a_number_that_is_not_ours_is_404,
    a_full_trunk_is_503_until_a_call_ends,
    a_trunk_that_calls_too_fast_is_503_and_shown,
    a_source_we_do_not_know_gets_a_challenge_and_nothing_else,
    a_wrong_password_and_an_unknown_user_look_alike,
    options_are_answered,
    a_call_over_tcp_to_a_phone_on_tcp,
    a_registration_has_a_shortest_and_a_longest_time,
    a_phone_that_signed_off_is_called_again_when_it_is_back,
    all_contacts_ring_and_one_wins,
    the_caller_hangs_up_in_the_menu,
    the_caller_hangs_up_in_the_queue,
    the_caller_hangs_up_while_it_rings,
    a_phone_holds_in_every_way_there_is,
    a_withheld_number_is_anonymous,
    the_trunks_word_goes_before_the_callers,
    two_customers_with_one_number_are_both_on_the_card,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
/// How long nothing more may come, where nothing more is expected.
const QUIET: Duration = Duration::from_millis(1500);
/// Nobody listens there: port 9 discards.
const NOWHERE: u16 = 9;

fn plain_offer() -> String {
    offer(TRUNK, NOWHERE, 1, "sendrecv")
}

fn loopback(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
}

fn hung_up(one: &serde_json::Value, role: &str) -> String {
    text(participant(one, role), "/leave_reason").to_owned()
}

// ---- what crosses and what comes twice

async fn a_cancel_that_crosses_the_answer_changes_nothing(house: Arc<House>) {
    let place = Place::new(&house).await;
    place.desk(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    line.request("INVITE", &[], &plain_offer()).await;
    let answer = line.response("INVITE").await;
    assert_eq!(answer.status(), Some(200));
    let cancel = line.dialog.cancel();
    line.send(&cancel).await;
    assert_eq!(line.response("CANCEL").await.status(), Some(200), "the transaction is known, though it is too late for it");
    line.dialog.confirm(&answer);
    let ack = line.dialog.ack(line.dialog.cseq, "");
    line.send(&ack).await;
    let one = interaction(&place.rest, &line.number, "the call", |_| true).await;
    assert_eq!(text(&one, "/state"), "open");
    // The caller who wanted to cancel must hang up (RFC 3261 9.1).
    line.bye().await;
    let one = closed(&place.rest, &line.number).await;
    assert_eq!((text(&one, "/close_reason"), hung_up(&one, "customer").as_str()), ("abandoned", "hung_up"));
}

async fn an_answer_that_crosses_our_cancel_is_hung_up(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut phone = raw_phone(&house, &place).await;
    let _desk = place.desk_with(&house, e2e::Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let invite = asked(&mut phone, "INVITE").await;
    phone.respond(&invite, 180, "tag-of-the-phone", &[], "").await.unwrap();
    out.hang_up().await.unwrap();
    let cancel = asked(&mut phone, "CANCEL").await;
    // Lifted at the same moment: the answer leaves before the CANCEL is read.
    let contact = format!("Contact: <sip:{}@{}>", place.sip_user, phone.local_addr());
    phone.respond(&invite, 200, "tag-of-the-phone", &[&contact], &plain_offer()).await.unwrap();
    phone.respond(&cancel, 200, "tag-of-the-phone", &[], "").await.unwrap();
    asked(&mut phone, "ACK").await;
    let bye = asked(&mut phone, "BYE").await;
    phone.respond(&bye, 200, "", &[], "").await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(text(&one, "/close_reason"), "abandoned");
    assert_eq!(segments(&one, "agent"), ["ringing"], "nobody talked");
}

async fn byes_that_cross_end_the_call_once(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    line.connect(&plain_offer()).await;
    let taken = desk.phone.lifted(AGENT).await;
    desk.screen.shown("talking").await;
    taken.hang_up().await.unwrap();
    let bye = line.asked("BYE").await;
    // Theirs is on its way, ours leaves before it is answered.
    line.bye().await;
    line.peer.respond(&bye, 200, "", &[], "").await.unwrap();
    let one = closed(&place.rest, &line.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
    assert_eq!(hung_up(&one, "agent"), "hung_up");
    assert_eq!(line.peer.count(QUIET, |r| r.method().is_some()).await, 0, "both ends are quiet afterwards");
}

async fn what_comes_again_is_one_call(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    let invite = line.request("INVITE", &[], &plain_offer()).await;
    line.send(&invite).await;
    line.send(&invite).await;
    let answer = line.response("INVITE").await;
    assert_eq!(answer.status(), Some(200));
    // The 200 was lost on its way: the INVITE comes again.
    line.send(&invite).await;
    line.dialog.confirm(&answer);
    let tag = |r: &Received| r.header("To").unwrap().to_owned();
    let ack = line.dialog.ack(line.dialog.cseq, "");
    line.send(&ack).await;
    line.send(&ack).await;
    line.send(&invite).await;
    let others = |r: &Received| r.status().is_some_and(|code| code >= 200) && tag(r) != tag(&answer);
    assert_eq!(line.peer.count(QUIET, others).await, 0, "one dialog, whatever came twice");
    let bye = line.request("BYE", &[], "").await;
    assert_eq!(line.response("BYE").await.status(), Some(200));
    line.send(&bye).await;
    assert_eq!(line.response("BYE").await.status(), Some(200), "the answer to BYE was lost: it comes again");
    let one = closed(&place.rest, &line.number).await;
    assert_eq!((text(&one, "/close_reason"), segments(&one, "customer").last().copied()), ("abandoned", Some("waiting")));
}

async fn a_lost_ack_makes_the_answer_come_again(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    line.request("INVITE", &[], &plain_offer()).await;
    let first = line.response("INVITE").await;
    let second = line.response("INVITE").await;
    let third = line.response("INVITE").await;
    assert_eq!((&first.bytes, &first.bytes), (&second.bytes, &third.bytes), "the same answer, byte by byte");
    line.dialog.confirm(&first);
    let ack = line.dialog.ack(line.dialog.cseq, "");
    line.send(&ack).await;
    line.request("OPTIONS", &[], "").await;
    assert_eq!(line.response("OPTIONS").await.status(), Some(200));
    let again = |r: &Received| r.answers("INVITE", 200);
    line.peer.count(Duration::ZERO, again).await;
    assert_eq!(line.peer.count(Duration::from_secs(3), again).await, 0, "acknowledged, it comes no more");
    line.bye().await;
    closed(&place.rest, &line.number).await;
}

/// RFC 3261 14.2: our answer to their INVITE is not acknowledged yet. (Where the server's own meets theirs: `session_timer`.)
async fn an_invite_over_an_open_one_is_put_off(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    line.connect(&plain_offer()).await;
    line.request("INVITE", &[], &offer(TRUNK, NOWHERE, 2, "sendonly")).await;
    let held = line.response("INVITE").await;
    assert_eq!(held.status(), Some(200));
    let unacknowledged = line.dialog.cseq;
    let early = line.refused(&[], &offer(TRUNK, NOWHERE, 3, "sendrecv")).await;
    assert_eq!(early.status(), Some(500));
    let seconds: u32 = early.header("Retry-After").unwrap().trim().parse().unwrap();
    assert!(seconds <= 10);
    let ack = line.dialog.ack(unacknowledged, "");
    line.send(&ack).await;
    let back = line.reoffer(&offer(TRUNK, NOWHERE, 3, "sendrecv")).await;
    assert_eq!(back.direction, Direction::SendRecv);
    line.dialog.cseq -= 2;
    let old = line.refused(&[], &offer(TRUNK, NOWHERE, 4, "inactive")).await;
    assert_eq!(old.status(), Some(500), "RFC 3261 12.2.2: older than what came last");
    line.dialog.cseq += 2;
    line.bye().await;
    closed(&place.rest, &line.number).await;
}

// ---- what is refused

async fn no_common_codec_is_488(house: Arc<House>) {
    let mut line = Line::new(&house, house.queue()).await;
    let g729 = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n";
    assert_eq!(line.refused(&[], g729).await.status(), Some(488));
    let again = |r: &Received| r.status().is_some_and(|code| code >= 200);
    assert_eq!(line.peer.count(QUIET, again).await, 0, "the ACK ended it");
    assert!(house.new_rest().interactions_of(&line.number).await.is_empty());
}

async fn how_a_call_was_sent_on_before_is_kept_with_it(house: Arc<House>) {
    let mut line = Line::new(&house, house.queue()).await;
    let sent_on = ["Diversion: <sip:+12025550155@a.example>;reason=no-answer", "History-Info: <sip:+12025550155@a.example>;index=1"];
    line.request("INVITE", &sent_on, &plain_offer()).await;
    assert_eq!(line.response("INVITE").await.status(), Some(200));
    let kept =
        |one: &Value| text(one, "/data/diversion").ends_with(";reason=no-answer") && text(one, "/data/history_info").ends_with(";index=1");
    interaction(&house.new_rest(), &line.number, "how the call was sent on", kept).await;
}

async fn a_required_extension_is_420_and_named(house: Arc<House>) {
    let mut line = Line::new(&house, house.queue()).await;
    let refusal = line.refused(&["Require: 100rel, teleport"], &plain_offer()).await;
    assert_eq!(refusal.status(), Some(420));
    let named = refusal.header("Unsupported").unwrap();
    assert_eq!(named, "teleport");
    assert!(house.new_rest().interactions_of(&line.number).await.is_empty());
}

async fn a_number_that_is_not_ours_is_404(house: Arc<House>) {
    let mut line = Line::new(&house, &stranger()).await;
    assert_eq!(line.refused(&[], &plain_offer()).await.status(), Some(404));
    assert!(house.new_rest().interactions_of(&line.number).await.is_empty());
}

async fn a_full_trunk_is_503_until_a_call_ends(house: Arc<House>) {
    let place = Place::new(&house).await;
    let source = loopback(3);
    let trunk = json!({ "name": "narrow", "sources": [source.to_string()], "calls_max": 1, "country": "US" });
    make(&place.rest, "/trunks", trunk).await;
    let mut one = eventually("the trunk in force", async || {
        let mut line = Line::at(&house, source, &place.number).await;
        line.request("INVITE", &[], &plain_offer()).await;
        let answer = line.response("INVITE").await;
        let ack = if answer.status() == Some(200) { line.dialog.ack(line.dialog.cseq, "") } else { line.dialog.ack_refusal() };
        line.dialog.confirm(&answer);
        line.send(&ack).await;
        (answer.status() == Some(200)).then_some(line)
    })
    .await;
    let mut other = Line::at(&house, source, &place.number).await;
    let refusal = other.refused(&[], &plain_offer()).await;
    assert_eq!(refusal.status(), Some(503));
    assert!(refusal.header("Retry-After").is_some());
    one.bye().await;
    other.connect(&plain_offer()).await;
    other.bye().await;
    closed(&place.rest, &one.number).await;
    closed(&place.rest, &other.number).await;
}

async fn a_trunk_that_calls_too_fast_is_503_and_shown(house: Arc<House>) {
    let place = Place::new(&house).await;
    let source = loopback(200);
    let row = json!({ "name": "hasty", "sources": [source.to_string()], "country": "US", "outbound": { "cps_max": 1 } });
    let trunk = make(&place.rest, "/trunks", row).await;
    // What is made later is in force later.
    Place::new(&house).await;
    // As fast as they can be written: of ten in less than a second, one is within it, or two where a second ends among them.
    let begun = std::time::Instant::now();
    let mut codes = Vec::new();
    for _ in 0..10 {
        let mut line = Line::at(&house, source, &stranger()).await;
        let refusal = line.refused(&[], &plain_offer()).await;
        assert!(refusal.status() != Some(503) || refusal.header("Retry-After") == Some("1"));
        codes.push(refusal.status().unwrap());
    }
    let within = 1 + begun.elapsed().as_secs() as usize;
    let taken = codes.iter().filter(|code| **code == 404).count();
    assert!((1..=within).contains(&taken) && codes.iter().all(|code| [404, 503].contains(code)), "{codes:?}");
    let shown = place.rest.read("/sip/refused").await;
    let entries = shown.get("requests").and_then(Value::as_array).unwrap();
    let entry = entries.iter().find(|entry| text(entry, "/trunk") == trunk && integer(entry, "/code") == 503).unwrap();
    assert_eq!(integer(entry, "/count"), (codes.len() - taken) as i64);
}

async fn a_source_we_do_not_know_gets_a_challenge_and_nothing_else(house: Arc<House>) {
    let rest = house.new_rest();
    let mut answers = Vec::new();
    for number in [house.queue().to_owned(), stranger()] {
        let mut line = Line::at(&house, loopback(2), &number).await;
        let refusal = line.refused(&[], &plain_offer()).await;
        assert_eq!(refusal.status(), Some(401));
        assert!(refusal.header("WWW-Authenticate").is_some());
        assert_eq!(line.peer.count(QUIET, |_| true).await, 0, "not sent again: it costs us no more than it cost them");
        assert!(rest.interactions_of(&line.number).await.is_empty());
        answers.push(shape(&refusal));
    }
    assert_eq!(answers[0], answers[1], "a number that exists and one that does not look alike");
}

/// A response without what differs from one to the next by nature.
fn shape(response: &Received) -> Vec<String> {
    let text = String::from_utf8_lossy(&response.bytes).into_owned();
    let random = ["via:", "from:", "to:", "call-id:", "cseq:"];
    let lines = text.lines().filter(|line| !random.iter().any(|name| line.to_ascii_lowercase().starts_with(name)));
    lines.map(without_nonce).collect()
}

fn without_nonce(line: &str) -> String {
    let Some((before, rest)) = line.split_once("nonce=\"") else { return line.to_owned() };
    let (nonce, after) = rest.split_once('"').unwrap();
    format!("{before}nonce of {}{after}", nonce.len())
}

async fn a_wrong_password_and_an_unknown_user_look_alike(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut shapes = Vec::new();
    for user in [place.sip_user.clone(), place.sip_user.replace("case", "nobody")] {
        let mut peer = RawPeer::udp(SocketAddr::new(loopback(4), 0)).await.unwrap();
        let mut dialog = peer.dialog(house.sip(), &format!("sip:{}", house.sip()), &user);
        dialog.to = format!("<sip:{user}@{}>", house.sip());
        let refusal = register(&mut peer, &mut dialog, &user, "not the password", 600).await;
        assert_eq!(refusal.status(), Some(401));
        shapes.push(shape(&refusal));
    }
    assert_eq!(shapes[0], shapes[1]);
}

async fn options_are_answered(house: Arc<House>) {
    for source in [TRUNK, loopback(5)] {
        let agent = UserAgent::bind(SocketAddr::new(source, 0)).await.unwrap();
        assert_eq!(agent.options(house.sip()).await.unwrap(), 200, "from {source}");
    }
    let mut line = Line::new(&house, house.queue()).await;
    line.request("OPTIONS", &[], "").await;
    let answer = line.response("OPTIONS").await;
    assert!(answer.header("Allow").unwrap().contains("INVITE"));
}

// ---- TCP and registrations

async fn a_call_over_tcp_to_a_phone_on_tcp(house: Arc<House>) {
    let place = Place::new(&house).await;
    let phone = place.phone(&house, Transport::Tcp).await;
    let mut desk = place.desk_with(&house, phone).await;
    let options = cti_phone::AgentOptions { transport: Transport::Tcp, ..cti_phone::AgentOptions::default() };
    let agent = UserAgent::bind_with(SocketAddr::new(TRUNK, 0), options).await.unwrap();
    let caller = Caller { agent, number: stranger(), voice: CALLER };
    let mut out = caller.call(&house, &place.number);
    let taken = desk.phone.lifted(AGENT).await;
    within("the answer", out.answered()).await.unwrap();
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    taken.hold().await.unwrap();
    desk.screen.shown("hold").await;
    taken.retrieve().await.unwrap();
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    out.hang_up().await.unwrap();
    let mut taken = taken;
    assert_eq!(within("the end at the phone", taken.ended()).await, EndReason::RemoteHungUp);
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), hung_up(&one, "customer").as_str()), ("completed", "hung_up"));
    assert_eq!(segments(&one, "agent"), ["ringing", "talking", "holding", "talking"]);
}

async fn a_registration_has_a_shortest_and_a_longest_time(house: Arc<House>) {
    let place = Place::new(&house).await;
    let phone = place.phone(&house, Transport::Udp).await;
    let mut peer = RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap();
    let mut dialog = peer.dialog(house.sip(), &format!("sip:{}", house.sip()), &place.sip_user);
    dialog.to = format!("<sip:{}@{}>", place.sip_user, house.sip());
    let (user, password) = (&place.sip_user, &place.sip_password);
    let brief = register(&mut peer, &mut dialog, user, password, 5).await;
    assert_eq!((brief.status(), brief.header("Min-Expires")), (Some(423), Some("60")));
    let long = register(&mut peer, &mut dialog, user, password, 1_000_000).await;
    assert_eq!(long.status(), Some(200));
    let contacts = cti_phone::raw::values(&long, "Contact").join(", ");
    let own = contacts.split(',').find(|c| c.contains(&peer.local_addr().to_string())).unwrap();
    let expires: u32 = own.split("expires=").nth(1).unwrap().trim().parse().unwrap();
    assert!((3590..=3600).contains(&expires), "{contacts}");
    assert!(contacts.contains(&phone.agent.local_addr().to_string()), "the other contact is still there: {contacts}");
    let gone = register(&mut peer, &mut dialog, user, password, 0).await;
    let contacts = cti_phone::raw::values(&gone, "Contact").join(", ");
    assert!(!contacts.contains(&peer.local_addr().to_string()), "{contacts}");
}

async fn a_phone_that_signed_off_is_called_again_when_it_is_back(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    desk.phone.registration.take().unwrap().unregister().await.unwrap();
    desk.screen.entry("agent", |view| view.pointer("/device/reachable") == Some(&json!(false))).await;
    let caller = somebody(CALLER).await;
    let _out = caller.connected(&house, &place.number).await;
    let waits = |one: &serde_json::Value| segments(one, "customer").last() == Some(&"waiting");
    let one = interaction(&place.rest, &caller.number, "the caller waiting", waits).await;
    assert!(events(&one, "offered").is_empty(), "nobody is offered a call they cannot take: {one:#}");
    let register = RegisterOptions::new(house.sip(), place.sip_user.as_str(), place.sip_password.as_str());
    desk.phone.registration = Some(desk.phone.agent.register(register).await.unwrap());
    let taken = desk.phone.lifted(AGENT).await;
    taken.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), hung_up(&one, "agent").as_str()), ("completed", "hung_up"));
}

async fn all_contacts_ring_and_one_wins(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut second = place.phone(&house, Transport::Tcp).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let mut loser = desk.phone.rings().await;
    loser.ring().await;
    let winner = second.rings().await;
    winner.ring().await;
    let mut taken = winner.answer(Media::tone(AGENT)).await.unwrap();
    within("the answer", taken.answered()).await.unwrap();
    assert_eq!(within("the other telephone's end", loser.cancelled()).await, EndReason::Cancelled);
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    taken.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
    assert_eq!(events(&one, "offered").len(), 1, "one offer, though two telephones rang");
    assert_eq!(segments(&one, "agent"), ["ringing", "talking"]);
}

// ---- the caller leaves

async fn the_caller_hangs_up_in_the_menu(house: Arc<House>) {
    let (rest, caller) = (house.new_rest(), somebody(CALLER).await);
    let out = caller.connected(&house, house.ivr()).await;
    interaction(&rest, &caller.number, "the menu", |one| path(one).contains(&"menu")).await;
    out.hang_up().await.unwrap();
    let one = closed(&rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), hung_up(&one, "customer").as_str()), ("left_in_flow", "hung_up"));
    assert_eq!(segments(&one, "customer").last(), Some(&"ivr"));
    assert!(events(&one, "work_queued").is_empty());
}

async fn the_caller_hangs_up_in_the_queue(house: Arc<House>) {
    let (place, caller) = (Place::new(&house).await, somebody(CALLER).await);
    let out = caller.connected(&house, &place.number).await;
    interaction(&place.rest, &caller.number, "the caller waiting", |one| segments(one, "customer").last() == Some(&"waiting")).await;
    until("music", || out.media().received > 25).await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), hung_up(&one, "customer").as_str()), ("abandoned", "hung_up"));
    assert!(integer(&one, "/wait_ms") > 0);
    assert_eq!(text(events(&one, "work_ended")[0], "/body/end/how"), "abandoned");
}

async fn the_caller_hangs_up_while_it_rings(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let mut incoming = desk.phone.rings().await;
    incoming.ring().await;
    desk.screen.entry("offer/", |_| true).await;
    out.hang_up().await.unwrap();
    assert_eq!(within("the end of the ringing", incoming.cancelled()).await, EndReason::Cancelled);
    desk.screen.no_entry("offer/").await;
    desk.screen.shown("ready").await;
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), hung_up(&one, "customer").as_str()), ("abandoned", "hung_up"));
    assert_eq!(segments(&one, "agent"), ["ringing"]);
    assert_eq!(hung_up(&one, "agent"), "withdrawn");
    assert_eq!(text(&one, "/work_items/0/offers/0/outcome"), "withdrawn");
}

// ---- hold, and who calls

async fn a_phone_holds_in_every_way_there_is(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut phone = raw_phone(&house, &place).await;
    let desk = place.desk_with(&house, e2e::Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let invite = asked(&mut phone, "INVITE").await;
    let contact = format!("Contact: <sip:{}@{}>", place.sip_user, phone.local_addr());
    phone.respond(&invite, 200, "tag-of-the-phone", &[&contact], &plain_offer()).await.unwrap();
    asked(&mut phone, "ACK").await;
    desk.screen.shown("talking").await;
    let mut line = Line { dialog: RawDialog::accept(&phone, &invite, "tag-of-the-phone"), peer: phone, number: caller.number.clone() };
    let zero = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let ways = [(TRUNK, "sendonly"), (TRUNK, "inactive"), (zero, "sendrecv"), (zero, "inactive")];
    for (turn, (ip, direction)) in (1u32..).zip(ways) {
        let answer = line.reoffer(&offer(ip, NOWHERE, 2 * turn, direction)).await;
        assert!(!answer.direction.sends() || ip == zero, "{ip} {direction}: {answer:?}");
        desk.screen.shown("hold").await;
        let answer = line.reoffer(&offer(TRUNK, NOWHERE, 2 * turn + 1, "sendrecv")).await;
        assert_eq!(answer.direction, Direction::SendRecv);
        desk.screen.shown("talking").await;
    }
    out.hang_up().await.unwrap();
    let bye = line.asked("BYE").await;
    line.peer.respond(&bye, 200, "", &[], "").await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(segments(&one, "agent"), [vec!["ringing", "talking"], ["holding", "talking"].repeat(4)].concat());
    assert_eq!(segments(&one, "customer").iter().filter(|kind| **kind == "on_hold").count(), 4);
}

async fn a_withheld_number_is_anonymous(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let number = stranger();
    let asserted = format!("P-Asserted-Identity: <sip:{number}@127.0.0.1>");
    let ways: [(&str, Vec<&str>); 2] = [("anonymous", vec![]), (&number, vec![&asserted, "Privacy: id"])];
    for (from, headers) in ways {
        let mut line = Line::new(&house, &place.number).await;
        line.dialog.from = line.dialog.from.replace(&line.number, from);
        if from == "anonymous" {
            line.dialog.from = line.dialog.from.replace("127.0.0.1", "anonymous.invalid");
        }
        line.request("INVITE", &headers, &plain_offer()).await;
        let answer = line.response("INVITE").await;
        line.dialog.confirm(&answer);
        let ack = line.dialog.ack(line.dialog.cseq, "");
        line.send(&ack).await;
        let incoming = desk.phone.rings().await;
        assert!(!incoming.from_user().contains("555"), "the phone is not told: {}", incoming.from_user());
        let view = desk.screen.entry("offer/", |_| true).await;
        assert!(!view.to_string().contains(&number), "{view}");
        assert!(view.pointer("/cards").and_then(|cards| cards.as_array()).is_none_or(Vec::is_empty), "{view}");
        let id = incoming.header("X-Interaction").unwrap().to_owned();
        line.bye().await;
        desk.screen.shown("ready").await;
        let one = closed_by_id(&place.rest, &id).await;
        assert!(one["from"].is_null(), "{one:#}");
    }
}

async fn the_trunks_word_goes_before_the_callers(house: Arc<House>) {
    let (place, number) = (Place::new(&house).await, stranger());
    let caller = somebody(CALLER).await;
    let options = caller.options(&house, &place.number).header("P-Asserted-Identity", format!("\"Ann\" <tel:{number}>"));
    let mut out = caller.agent.call(options).unwrap();
    within("the answer", out.answered()).await.unwrap();
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &number).await;
    assert_eq!(text(&one, "/from"), number);
    assert!(place.rest.interactions_of(&caller.number).await.is_empty());
}

async fn two_customers_with_one_number_are_both_on_the_card(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    // Nobody of them has called yet: likely is whose own number it is.
    for (name, preferred) in [("Hal Moss", false), ("Una Moss", true)] {
        let contact = json!({ "kind": "phone", "value": caller.number, "preferred": preferred });
        make(&place.rest, "/customers", json!({ "name": name, "contacts": [contact] })).await;
    }
    let out = caller.connected(&house, &place.number).await;
    let _ringing = desk.phone.rings().await;
    let with_both = |view: &serde_json::Value| view.pointer("/cards/1").is_some();
    let view = desk.screen.entry("offer/", with_both).await;
    assert_eq!((text(&view, "/cards/0/name"), text(&view, "/cards/1/name")), ("Una Moss", "Hal Moss"));
    assert!(view.pointer("/cards/2").is_none());
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    let identified = events(&one, "identified")[0]["body"]["customers"].as_array().unwrap().clone();
    assert_eq!((identified.len(), &identified[0]), (2, &one["customer_id"]));
}
