//! A desk phone that is not ours: baresip registers, takes a queue call, holds, resumes and hangs up, and calls in; measured at both ends.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_baresip;
mod common_cases;

use common_baresip::{Baresip, Over};
use common_cases::{Place, closed, integer, interaction, path, segments, somebody, text};
use cti_phone::EndReason;
use e2e::{Heard, House, Phone, Recording, until, within};
use serde_json::Value;
use std::sync::Arc;

on_shared!(
    it_takes_holds_resumes_and_ends_a_queue_call_over_udp,
    it_takes_holds_resumes_and_ends_a_queue_call_over_tcp,
    it_calls_in_chooses_in_the_menu_and_waits,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
/// Windows of a recording that may be spoilt or missing at the three places where sound begins or ends.
const EDGES: usize = 8;

async fn it_takes_holds_resumes_and_ends_a_queue_call_over_udp(house: Arc<House>) {
    takes_holds_resumes_and_ends(&house, Over::Udp).await;
}

async fn it_takes_holds_resumes_and_ends_a_queue_call_over_tcp(house: Arc<House>) {
    takes_holds_resumes_and_ends(&house, Over::Tcp).await;
}

async fn takes_holds_resumes_and_ends(house: &House, over: Over) {
    let place = Place::new(house).await;
    let mut baresip = Baresip::registered(house, over, &place.sip_user, &place.sip_password, AGENT).await;
    let desk = place.desk_with(house, Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let mut out = caller.connected(house, &place.number).await;

    baresip.tells("CALL_INCOMING").await;
    desk.screen.entry("offer/", |_| true).await;
    desk.screen.shown("reserved").await;
    baresip.ask("accept", "").await;
    desk.screen.shown("talking").await;
    hears(&out, AGENT).await;
    baresip.hears(CALLER, &[AGENT]).await;

    baresip.ask("hold", "").await;
    desk.screen.shown("hold").await;
    let before = out.media();
    until("music while baresip holds", || out.media().windows_wrong >= before.windows_wrong + 5).await;
    assert!(out.media().windows_right <= before.windows_right + 1, "the agent is not heard while the call is held");

    baresip.ask("resume", "").await;
    desk.screen.shown("talking").await;
    hears(&out, AGENT).await;
    // The caller's own voice, by way of baresip's ear.
    baresip.echo().await;
    hears(&out, CALLER).await;

    baresip.ask("hangup", "").await;
    assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
    desk.screen.shown("ready").await;
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), text(&one, "/work_items/0/offers/0/outcome")), ("completed", "accepted"));
    assert_eq!(segments(&one, "agent"), ["ringing", "talking", "holding", "talking"]);
    let customer = segments(&one, "customer");
    assert!(customer.ends_with(&["ringing", "talking", "on_hold", "talking"]), "{customer:?}");
    recorded(&place, &caller.number).await;
}

/// Left the caller alone, right the agent and at last the echo, as long as the talk.
async fn recorded(place: &Place, number: &str) {
    let sealed = |one: &Value| one.pointer("/recordings/0/ended_at").is_some_and(Value::is_i64);
    let one = interaction(&place.rest, number, "the sealed recording", sealed).await;
    let parts = Recording::of(&place.rest, &one).await;
    let [part] = parts.as_slice() else { panic!("one part, not {}", parts.len()) };
    let talk_windows = (integer(&one, "/talk_ms") / 100) as usize;
    let left = Heard::of(&part.left, CALLER, &[AGENT]);
    assert!(left.right + EDGES >= talk_windows && left.other <= EDGES, "{left:?} of {talk_windows}");
    let (voice, echo) = (Heard::of(&part.right, AGENT, &[CALLER]), Heard::of(&part.right, CALLER, &[AGENT]));
    // baresip beats time in a thread like any other: on a busy machine its tone has seams, which spoil the windows they fall into.
    let clean = voice.right + echo.right;
    assert!(voice.right >= 10 && echo.right >= 5 && clean >= talk_windows / 2, "{voice:?} {echo:?} of {talk_windows}");
}

async fn hears(call: &cti_phone::Call, voice: u16) {
    call.expect_tone(Some(voice));
    let before = call.media().windows_right;
    until("a second of the voice", || call.media().windows_right >= before + 5).await;
}

async fn it_calls_in_chooses_in_the_menu_and_waits(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut baresip = Baresip::registered(&house, Over::Udp, &place.sip_user, &place.sip_password, AGENT).await;
    baresip.ask("dial", &format!("sip:{}@{}", house.ivr(), house.sip())).await;
    baresip.tells("CALL_ESTABLISHED").await;
    until("the greeting in its ear", || baresip.ear().len() > 4000).await;
    // As telephone events (RFC 4733).
    baresip.ask("sndcode", "1").await;
    let queued = |one: &Value| text(one, "/data/topic") == "sales" && one.pointer("/work_items/0").is_some();
    interaction(&place.rest, &place.sip_user, "the caller in the sales queue", queued).await;
    let before = baresip.ear().len();
    until("music", || baresip.ear().len() > before + 8000).await;
    baresip.ask("hangup", "").await;
    let one = closed(&place.rest, &place.sip_user).await;
    assert!(path(&one).ends_with(&["sales-topic", "sales-tier", "sales"]), "{:?}", path(&one));
    assert_eq!((text(&one, "/close_reason"), text(&one, "/from")), ("abandoned", place.sip_user.as_str()));
}
