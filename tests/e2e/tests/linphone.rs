//! A second desk phone that is not ours: linphonec takes queue calls with each codec over each transport, holds, transfers a customer by
//! itself, blind and after asking a colleague; measured at both ends.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;
mod common_foreign;
mod common_linphone;

use common_cases::{Place, closed, events, interaction, segments, somebody, text};
use common_foreign::{Over, SECURE, secure_house};
use common_linphone::{Kind, Linphone};
use cti_phone::{Call, EndReason};
use e2e::{Caller, Desk, House, Phone, hear_each_other, until, within};
use serde_json::Value;
use std::sync::Arc;

on_shared!(
    it_takes_holds_resumes_and_ends_a_queue_call,
    it_transfers_a_customer_by_itself,
    it_asks_a_colleague_by_a_second_call_and_transfers_the_customer_to_them,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
const COLLEAGUE: u16 = 1050;
const PLAIN: Kind = Kind { over: Over::Udp, codec: ("PCMU", 8000), srtp: None };

/// A queue call that linphonec has taken: the customer's end, and the screen of its agent.
async fn taken(house: &House, place: &Place, kind: Kind) -> (Linphone, Desk, Caller, Call) {
    let mut phone = Linphone::registered(house, kind, &place.sip_user, &place.sip_password, AGENT).await;
    let desk = place.desk_with(house, Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(house, &place.number).await;
    phone.says("Receiving new incoming call").await;
    phone.ask("answer");
    desk.screen.shown("talking").await;
    (phone, desk, caller, out)
}

async fn hears(call: &Call, voice: u16) {
    call.expect_tone(Some(voice));
    let before = call.media().windows_right;
    until("a second of the voice", || call.media().windows_right >= before + 5).await;
}

async fn it_takes_holds_resumes_and_ends_a_queue_call(house: Arc<House>) {
    let place = Place::new(&house).await;
    let (mut phone, desk, caller, mut out) = taken(&house, &place, PLAIN).await;
    hears(&out, AGENT).await;
    phone.hears(CALLER, &[AGENT]).await;
    phone.ask("pause");
    desk.screen.shown("hold").await;
    let before = out.media();
    until("music while linphonec holds", || out.media().windows_wrong >= before.windows_wrong + 5).await;
    phone.ask("resume");
    desk.screen.shown("talking").await;
    hears(&out, AGENT).await;
    phone.ask("terminate");
    assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
    desk.screen.shown("ready").await;
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(segments(&one, "agent"), ["ringing", "talking", "holding", "talking"]);
}

async fn it_transfers_a_customer_by_itself(house: Arc<House>) {
    let (place, other) = (Place::new(&house).await, Place::new(&house).await);
    let (mut phone, desk, caller, out) = taken(&house, &place, PLAIN).await;
    let mut colleague = other.desk(&house).await;
    hears(&out, AGENT).await;
    phone.ask(&format!("transfer sip:{}@{}", other.sip_user, house.sip()));
    desk.screen.shown("ready").await;
    let call = colleague.phone.lifted(COLLEAGUE).await;
    hear_each_other(&out, CALLER, &call, COLLEAGUE).await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(text(events(&one, "transferred")[0], "/body/how"), "blind");
}

async fn it_asks_a_colleague_by_a_second_call_and_transfers_the_customer_to_them(house: Arc<House>) {
    let (place, other) = (Place::new(&house).await, Place::new(&house).await);
    let (mut phone, desk, caller, out) = taken(&house, &place, PLAIN).await;
    let mut colleague = other.desk(&house).await;
    hears(&out, AGENT).await;
    phone.ask("pause");
    desk.screen.shown("hold").await;
    phone.ask(&format!("call sip:{}@{}", other.sip_user, house.sip()));
    let asked = colleague.phone.lifted(COLLEAGUE).await;
    hears(&asked, AGENT).await;
    phone.ask("transfer 1 --to-call 2");
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
    for (over, codec) in
        [(Over::Tcp, ("PCMA", 8000)), (Over::Udp, ("G722", 8000)), (Over::Tcp, ("opus", 48_000)), (Over::Tls(SECURE), ("PCMU", 8000))]
    {
        let place = Place::new(&house).await;
        let (mut phone, desk, caller, mut out) = taken(&house, &place, Kind { over, codec, srtp: None }).await;
        hears(&out, AGENT).await;
        phone.hears(CALLER, &[AGENT]).await;
        phone.ask("terminate");
        assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
        desk.screen.shown("ready").await;
        let name = codec.0;
        // The engine reports a leg when its sockets are closed.
        let reported = |one: &Value| events(one, "media_report").iter().any(|event| text(event, "/body/codec") == name);
        interaction(&place.rest, &caller.number, &format!("a leg of {over:?} {codec:?}"), reported).await;
    }
    // Encrypted, it offers one suite; a colleague whose telephone knows nothing of that takes the call.
    for (over, suite) in [
        (Over::Tls(SECURE), "AES_CM_128_HMAC_SHA1_80"),
        (Over::Udp, "AES_CM_128_HMAC_SHA1_32"),
        (Over::Tls(SECURE), "AES_256_CM_HMAC_SHA1_80"),
        (Over::Udp, "AES_256_CM_HMAC_SHA1_32"),
    ] {
        let (place, other) = (Place::new(&house).await, Place::new(&house).await);
        let kind = Kind { over, codec: ("PCMA", 8000), srtp: Some(suite) };
        let mut phone = Linphone::registered(&house, kind, &place.sip_user, &place.sip_password, AGENT).await;
        let mut colleague = other.desk(&house).await;
        phone.ask(&format!("call sip:{}@{}", other.number, kind.over.server(&house)));
        let call = colleague.phone.lifted(COLLEAGUE).await;
        hears(&call, AGENT).await;
        phone.hears(COLLEAGUE, &[AGENT]).await;
        call.hang_up().await.unwrap();
        colleague.screen.shown("ready").await;
    }
}
