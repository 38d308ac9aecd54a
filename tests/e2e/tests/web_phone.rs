//! A browser as an agent's telephone: SIP over WebSocket, media by DTLS-SRTP. It takes a queue call, holds, resumes, changes its network and
//! hangs up; it calls in; it transfers, blind and after asking a colleague; each codec; measured at both ends and in the recording.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;
mod common_web;

use common_cases::{Place, closed, events, integer, interaction, path, segments, somebody, text};
use common_web::Browser;
use cti_phone::{Call, EndReason};
use e2e::{Database, Desk, Heard, House, Phone, Recording, Setup, certificate, hear_each_other, interface, until, within};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
const COLLEAGUE: u16 = 1050;
/// Where browsers find SIP.
const SECOND: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// Windows of a recording that may be spoilt or missing at the places where sound begins or ends.
const EDGES: usize = 10;

async fn house() -> House {
    speaking("ws", Path::new("")).await
}

/// A house with this transport on its second address.
async fn speaking(transport: &str, keys: &Path) -> House {
    let interfaces = format!("[{}]", interface(SECOND, transport, keys));
    House::start_with(Database::Sqlite, Setup::default().set("SIP__INTERFACE", interfaces)).await
}

/// A browser registered as the place's telephone.
async fn registered(house: &House, place: &Place) -> Browser {
    let mut browser = Browser::start(AGENT, &[CALLER, AGENT, COLLEAGUE]).await;
    browser.register(&format!("ws://{}", house.sip_on("WS", SECOND)), &place.sip_user, &place.sip_password).await;
    browser
}

async fn hears(call: &Call, voice: u16) {
    call.expect_tone(Some(voice));
    let before = call.media().windows_right;
    until("a second of the voice", || call.media().windows_right >= before + 5).await;
}

async fn both_hear(browser: &Browser, call: &Call) {
    hears(call, AGENT).await;
    browser.hears(CALLER, &[AGENT]).await;
}

/// The agent at the browser, ready, and a call to the place's queue that they took.
async fn talking(house: &House, place: &Place, browser: &mut Browser) -> (Desk, e2e::Caller, Call) {
    let desk = place.desk_with(house, Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(house, &place.number).await;
    browser.call_is("Invited", 1).await;
    browser.ask(json!({ "command": "accept" })).await;
    desk.screen.shown("talking").await;
    both_hear(browser, &out).await;
    (desk, caller, out)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_takes_holds_resumes_moves_and_ends_a_queue_call() {
    let house = house().await;
    let place = Place::new(&house).await;
    let mut browser = registered(&house, &place).await;
    let (desk, caller, mut out) = talking(&house, &place, &mut browser).await;

    browser.ask(json!({ "command": "hold" })).await;
    desk.screen.shown("hold").await;
    let before = out.media();
    until("music while the browser holds", || out.media().windows_wrong >= before.windows_wrong + 5).await;
    assert!(out.media().windows_right <= before.windows_right + 1, "the agent is not heard while the call is held");
    browser.ask(json!({ "command": "retrieve" })).await;
    desk.screen.shown("talking").await;
    both_hear(&browser, &out).await;

    browser.ask(json!({ "command": "restart" })).await;
    both_hear(&browser, &out).await;

    browser.ask(json!({ "command": "hang_up" })).await;
    assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
    desk.screen.shown("ready").await;
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), text(&one, "/work_items/0/offers/0/outcome")), ("completed", "accepted"));
    assert_eq!(segments(&one, "agent"), ["ringing", "talking", "holding", "talking"]);
    assert_recorded(&place, &caller.number).await;
}

/// Left the caller alone, right the agent alone, as long as the talk.
async fn assert_recorded(place: &Place, number: &str) {
    let sealed = |one: &Value| one.pointer("/recordings/0/ended_at").is_some_and(Value::is_i64);
    let one = interaction(&place.rest, number, "the sealed recording", sealed).await;
    // With the first packet of Opus a part of a higher rate begins.
    let parts = Recording::of(&place.rest, &one).await;
    let all = |side: fn(&Recording) -> &Vec<i16>| parts.iter().flat_map(|part| side(part).iter().copied()).collect::<Vec<i16>>();
    let (customer, agent) = (all(|part| &part.left), all(|part| &part.right));
    let talk_windows = (integer(&one, "/talk_ms") / 100) as usize;
    let (left, right) = (Heard::of(&customer, CALLER, &[AGENT]), Heard::of(&agent, AGENT, &[CALLER]));
    assert!(left.right + EDGES >= talk_windows && left.other <= EDGES, "{left:?} of {talk_windows}");
    // A browser beats time in a thread like any other: on a busy machine its tone has seams, which spoil the windows they fall into.
    assert!(right.right >= talk_windows / 2, "{right:?} of {talk_windows}");
    assert_eq!(Heard::of(&agent, CALLER, &[AGENT]).right, 0, "only the agent is on the right: {right:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_speaks_only_opus_over_tls_talks_with_a_plain_telephone() {
    let keys = tempfile::tempdir().unwrap();
    certificate(keys.path(), SECOND);
    let house = speaking("wss", keys.path()).await;
    let place = Place::new(&house).await;
    let mut browser = Browser::start(AGENT, &[CALLER, AGENT, COLLEAGUE]).await;
    browser.register(&format!("wss://{}", house.sip_on("WSS", SECOND)), &place.sip_user, &place.sip_password).await;
    browser.ask(json!({ "command": "codec", "codec": "opus" })).await;
    let (_desk, caller, mut out) = talking(&house, &place, &mut browser).await;
    out.hang_up().await.unwrap();
    within("the end of the caller's call", out.ended()).await;
    browser.call_is("Terminated", 1).await;
    let reported = |one: &Value| events(one, "media_report").len() == 2;
    let one = interaction(&place.rest, &caller.number, "both reports of media", reported).await;
    let mut codecs: Vec<&str> = events(&one, "media_report").into_iter().map(|event| text(event, "/body/codec")).collect();
    codecs.sort_unstable();
    assert_eq!(codecs, ["PCMU", "opus"]);
    assert_recorded(&place, &caller.number).await;
}

/// One after the other on one server, each the only one in the browser's description.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_codec_of_the_browser_carries_both_voices() {
    let house = house().await;
    for codec in ["opus", "G722", "PCMU", "PCMA"] {
        let place = Place::new(&house).await;
        let mut browser = registered(&house, &place).await;
        browser.ask(json!({ "command": "codec", "codec": codec })).await;
        let (_desk, caller, mut out) = talking(&house, &place, &mut browser).await;
        browser.ask(json!({ "command": "hang_up" })).await;
        assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
        // The engine reports a leg when its sockets are closed.
        let reported = |one: &Value| events(one, "media_report").len() == 2;
        let one = interaction(&place.rest, &caller.number, &format!("both reports of {codec}"), reported).await;
        let mut codecs: Vec<&str> = events(&one, "media_report").into_iter().map(|event| text(event, "/body/codec")).collect();
        let mut expected = ["PCMU", codec];
        codecs.sort_unstable();
        expected.sort_unstable();
        assert_eq!(codecs, expected);
        assert_recorded(&place, &caller.number).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_transfers_a_customer_by_itself() {
    let house = house().await;
    let (place, other) = (Place::new(&house).await, Place::new(&house).await);
    let mut browser = registered(&house, &place).await;
    let (desk, caller, out) = talking(&house, &place, &mut browser).await;
    let mut colleague = other.desk(&house).await;
    browser.ask(json!({ "command": "transfer", "to": other.sip_user })).await;
    browser.call_is("Terminated", 1).await;
    desk.screen.shown("ready").await;
    let call = colleague.phone.lifted(COLLEAGUE).await;
    hear_each_other(&out, CALLER, &call, COLLEAGUE).await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(text(events(&one, "transferred")[0], "/body/how"), "blind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_asks_a_colleague_by_a_second_call_and_transfers_the_customer_to_them() {
    let house = house().await;
    let (place, other) = (Place::new(&house).await, Place::new(&house).await);
    let mut browser = registered(&house, &place).await;
    let (desk, caller, out) = talking(&house, &place, &mut browser).await;
    let mut colleague = other.desk(&house).await;
    browser.ask(json!({ "command": "hold" })).await;
    desk.screen.shown("hold").await;
    browser.ask(json!({ "command": "dial", "to": other.sip_user })).await;
    let asked = colleague.phone.lifted(COLLEAGUE).await;
    browser.call_is("Established", 2).await;
    hears(&asked, AGENT).await;
    browser.hears(COLLEAGUE, &[CALLER, AGENT]).await;
    // The customer hears music, and not what is said aside.
    let before = out.media();
    until("music while a colleague is asked", || out.media().windows_wrong >= before.windows_wrong + 5).await;
    assert!(out.media().windows_right <= before.windows_right + 1, "the agent is not heard by the customer");

    browser.ask(json!({ "command": "line", "line": 0 })).await;
    browser.ask(json!({ "command": "transfer_to_line", "line": 1 })).await;
    browser.call_is("Terminated", 2).await;
    hear_each_other(&out, CALLER, &asked, COLLEAGUE).await;
    desk.screen.shown("ready").await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(text(events(&one, "transferred")[0], "/body/how"), "consulted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_calls_in_chooses_in_the_menu_and_waits() {
    let house = house().await;
    let place = Place::new(&house).await;
    let mut browser = registered(&house, &place).await;
    browser.ask(json!({ "command": "dial", "to": house.ivr() })).await;
    browser.call_is("Established", 1).await;
    browser.hears_anything().await;
    browser.ask(json!({ "command": "digits", "digits": "1" })).await;
    let queued = |one: &Value| text(one, "/data/topic") == "sales" && one.pointer("/work_items/0").is_some();
    interaction(&place.rest, &place.sip_user, "the browser's call in the sales queue", queued).await;
    browser.hears_anything().await;
    browser.ask(json!({ "command": "hang_up" })).await;
    let one = closed(&place.rest, &place.sip_user).await;
    assert!(path(&one).ends_with(&["sales-topic", "sales-tier", "sales"]), "{:?}", path(&one));
    assert_eq!((text(&one, "/close_reason"), text(&one, "/from")), ("abandoned", place.sip_user.as_str()));
}
