//! A desk phone that is not ours: baresip registers, takes queue calls with each codec over each transport, holds, resumes, transfers, asks
//! a colleague, hangs up, and calls in; measured at both ends.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_baresip;
mod common_cases;
mod common_foreign;

use common_baresip::{Baresip, Kind};
use common_cases::{Place, closed, events, integer, interaction, path, segments, somebody, text};
use common_foreign::{Over, SECURE, secure_house};
use cti_phone::{Call, EndReason};
use e2e::{Caller, Desk, Heard, House, Phone, Recording, hear_each_other, until, within};
use serde_json::Value;
use std::sync::Arc;

on_shared!(
    it_takes_holds_resumes_and_ends_a_queue_call_over_udp,
    it_takes_holds_resumes_and_ends_a_queue_call_over_tcp,
    it_calls_in_chooses_in_the_menu_and_waits,
    it_transfers_a_customer_by_itself,
    it_asks_a_colleague_by_a_second_call_and_leaves_the_customer_to_them,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
const COLLEAGUE: u16 = 1050;
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
    let mut baresip = Baresip::registered(house, Kind::plain(over), &place.sip_user, &place.sip_password, AGENT).await;
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
    let mut baresip = Baresip::registered(&house, Kind::plain(Over::Udp), &place.sip_user, &place.sip_password, AGENT).await;
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

/// A queue call that baresip has taken: the customer's end, and the screen of its agent.
async fn taken(house: &House, place: &Place, kind: Kind) -> (Baresip, Desk, Caller, Call) {
    let mut baresip = Baresip::registered(house, kind, &place.sip_user, &place.sip_password, AGENT).await;
    let desk = place.desk_with(house, Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(house, &place.number).await;
    baresip.tells("CALL_INCOMING").await;
    baresip.ask("accept", "").await;
    desk.screen.shown("talking").await;
    (baresip, desk, caller, out)
}

async fn it_transfers_a_customer_by_itself(house: Arc<House>) {
    let (place, other) = (Place::new(&house).await, Place::new(&house).await);
    let (mut baresip, desk, caller, out) = taken(&house, &place, Kind::plain(Over::Udp)).await;
    let mut colleague = other.desk(&house).await;
    hears(&out, AGENT).await;
    baresip.ask("transfer", &format!("sip:{}@{}", other.sip_user, house.sip())).await;
    desk.screen.shown("ready").await;
    let call = colleague.phone.lifted(COLLEAGUE).await;
    hear_each_other(&out, CALLER, &call, COLLEAGUE).await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(events(&one, "transferred").len(), 1);
    assert_eq!(text(events(&one, "transferred")[0], "/body/how"), "blind");
}

async fn it_asks_a_colleague_by_a_second_call_and_leaves_the_customer_to_them(house: Arc<House>) {
    let (place, other) = (Place::new(&house).await, Place::new(&house).await);
    let (mut baresip, desk, caller, out) = taken(&house, &place, Kind::plain(Over::Udp)).await;
    let mut colleague = other.desk(&house).await;
    hears(&out, AGENT).await;
    baresip.ask("hold", "").await;
    desk.screen.shown("hold").await;
    baresip.ask("dial", &format!("sip:{}@{}", other.sip_user, house.sip())).await;
    let asked = colleague.phone.lifted(COLLEAGUE).await;
    hears(&asked, AGENT).await;
    // The first line again: hanging it up leaves the customer to who is asked.
    baresip.ask("line", "1").await;
    baresip.ask("hangup", "").await;
    hear_each_other(&out, CALLER, &asked, COLLEAGUE).await;
    desk.screen.shown("ready").await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(text(events(&one, "transferred")[0], "/body/how"), "consulted");
}

/// One after the other on one server: each codec it shares with us, each transport, encrypted and not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_codec_and_every_transport_carries_both_voices() {
    let (house, _certificate) = secure_house().await;
    for (over, codec) in [
        (Over::Udp, "PCMU/8000/1"),
        (Over::Tcp, "PCMA/8000/1"),
        (Over::Udp, "G722/16000/1"),
        (Over::Tcp, "opus/48000/2"),
        (Over::Tls(SECURE), "G722/16000/1"),
    ] {
        let place = Place::new(&house).await;
        let (mut baresip, desk, caller, mut out) = taken(&house, &place, Kind { over, codec: Some(codec), srtp: None }).await;
        hears(&out, AGENT).await;
        baresip.hears(CALLER, &[AGENT]).await;
        baresip.ask("hangup", "").await;
        assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
        desk.screen.shown("ready").await;
        let name = codec.split('/').next().unwrap();
        // The engine reports a leg when its sockets are closed.
        let reported = |one: &Value| events(one, "media_report").iter().any(|event| text(event, "/body/codec") == name);
        interaction(&place.rest, &caller.number, &format!("a leg of {over:?} {codec:?}"), reported).await;
    }
    // Encrypted, it offers; a colleague whose telephone knows nothing of that takes the call: it passes over the keys it is told.
    for over in [Over::Tls(SECURE), Over::Udp] {
        let (place, other) = (Place::new(&house).await, Place::new(&house).await);
        let kind = Kind { over, codec: Some("PCMA/8000/1"), srtp: Some("srtp-mand") };
        let mut baresip = Baresip::registered(&house, kind, &place.sip_user, &place.sip_password, AGENT).await;
        let mut colleague = other.desk(&house).await;
        baresip.ask("dial", &format!("sip:{}@{}", other.number, kind.over.server(&house))).await;
        let call = colleague.phone.lifted(COLLEAGUE).await;
        hears(&call, AGENT).await;
        baresip.hears(COLLEAGUE, &[AGENT]).await;
        baresip.prints("SRTP is Enabled").await;
        call.hang_up().await.unwrap();
        colleague.screen.shown("ready").await;
    }
}

/// Called, it is left the choice (RFC 8643), and takes the keys. With `srtp-mand` it knows no RTP/AVP: for that there is the rule of the
/// telephone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_called_with_keys_and_takes_them() {
    let (house, _certificate) = secure_house().await;
    for (over, rule, srtp) in [(Over::Tls(SECURE), None, "srtp"), (Over::Udp, None, "srtp"), (Over::Udp, Some("required"), "srtp-mand")] {
        let place = Place::new(&house).await;
        if let Some(rule) = rule {
            place.set_srtp(&house, rule).await;
        }
        let kind = Kind { over, codec: Some("PCMA/8000/1"), srtp: Some(srtp) };
        let (mut baresip, desk, _caller, mut out) = taken(&house, &place, kind).await;
        hears(&out, AGENT).await;
        baresip.hears(CALLER, &[AGENT]).await;
        baresip.prints("SRTP is Enabled").await;
        baresip.ask("hangup", "").await;
        assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
        desk.screen.shown("ready").await;
    }
}

/// Its telephone must be called encrypted: of all suites it is offered it takes the strongest, which it would not offer itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_call_is_encrypted_with_the_strongest_suite_it_knows() {
    let (house, _certificate) = secure_house().await;
    let place = Place::new(&house).await;
    place.set_srtp(&house, "required").await;
    let kind = Kind { over: Over::Tls(SECURE), codec: Some("PCMA/8000/1"), srtp: Some("srtp") };
    let (mut baresip, desk, _caller, mut out) = taken(&house, &place, kind).await;
    hears(&out, AGENT).await;
    baresip.hears(CALLER, &[AGENT]).await;
    baresip.prints("cryptosuite=AEAD_AES_256_GCM").await;
    baresip.ask("hangup", "").await;
    assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
    desk.screen.shown("ready").await;
}
