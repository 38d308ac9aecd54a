//! SIP that crosses, repeats or asks for odd things, and media that differ, against the real server.

#![allow(clippy::unwrap_used, reason = "tests")]

use cti_phone::raw::{RawPeer, Received};
use cti_phone::rsip::Method;
use cti_phone::{Codec, DigitsBy, EndReason, Media};
use e2e::record::{closed, interaction, now_us, text, visited};
use e2e::{Caller, Database, Desk, House, PATIENCE, Setup, hear_each_other, on_both, until, within};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

on_both!(
    an_invite_that_comes_again_is_one_call,
    a_cancel_before_the_answer_ends_with_487,
    byes_that_cross_end_one_call,
    holds_that_cross_are_sorted_out,
    an_invite_without_a_description_is_offered_one,
    no_common_codec_is_refused_with_488,
    an_unknown_required_extension_is_refused_with_420,
    a_law_on_one_side_and_mu_law_on_the_other,
    a_digit_sent_every_way_counts_once,
);

const CALLER: &str = "+12025550114";

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn is(method: Method) -> impl Fn(&Received) -> bool {
    move |received| received.method() == Some(method)
}

async fn an_invite_that_comes_again_is_one_call(house: House) {
    let since = now_us();
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut dialog = peer.dialog(house.sip(), &format!("sip:{}@{}", house.ivr(), house.sip()), CALLER);
    let offer = peer.offer(40_000);
    let invite = dialog.request("INVITE", &[], &offer);
    for _ in 0..3 {
        peer.send(&invite, house.sip()).await.unwrap();
    }
    let answer = peer.wait_for(PATIENCE, |r| r.answers("INVITE", 200)).await.unwrap();
    dialog.confirm(&answer);
    // Without an ACK the answer comes again (RFC 3261 13.3.1.4); then it stops.
    peer.wait_for(PATIENCE, |r| r.answers("INVITE", 200)).await.unwrap();
    peer.send(dialog.ack(1, ""), house.sip()).await.unwrap();
    let bye = dialog.request("BYE", &[], "");
    for _ in 0..2 {
        peer.send(&bye, house.sip()).await.unwrap();
        peer.wait_for(PATIENCE, |r| r.answers("BYE", 200)).await.unwrap();
    }
    closed(&house, CALLER, since).await;
    let all = house.rest().interactions_of(CALLER).await;
    assert_eq!(all.iter().filter(|one| one.get("opened_at").and_then(Value::as_i64) >= Some(since)).count(), 1);
}

async fn a_cancel_before_the_answer_ends_with_487(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let mut out = caller.call(&house, house.queue());
    let mut incoming = alice.phone.rings().await;
    out.cancel().await;
    // The queue may have answered the caller already for its music: then the CANCEL crossed the 200 and a BYE follows.
    let ended = within("the end", out.ended()).await;
    assert!(matches!(ended, EndReason::Cancelled | EndReason::HungUp), "{ended:?}");
    if ended == EndReason::Cancelled {
        out.hang_up().await.ok();
    }
    within("the end of the ringing", incoming.cancelled()).await;
    assert_eq!(text(&closed(&house, CALLER, since).await, "/close_reason"), "abandoned");
}

async fn byes_that_cross_end_one_call(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let mut out = caller.call(&house, house.queue());
    let mut taken = alice.phone.lifted(1500).await;
    hear_each_other(&out, 600, &taken, 1500).await;
    let (one, two) = tokio::join!(out.hang_up(), taken.hang_up());
    assert!(one.is_ok() || two.is_ok());
    within("both ends", async { (out.ended().await, taken.ended().await) }).await;
    alice.finish_wrap_up().await;
    assert_eq!(text(&closed(&house, CALLER, since).await, "/close_reason"), "completed");
}

async fn holds_that_cross_are_sorted_out(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    let taken = alice.phone.lifted(1500).await;
    hear_each_other(&out, 600, &taken, 1500).await;
    let (one, two) = tokio::join!(out.hold(), taken.hold());
    one.unwrap();
    two.unwrap();
    let (one, two) = tokio::join!(out.retrieve(), taken.retrieve());
    one.unwrap();
    two.unwrap();
    hear_each_other(&out, 600, &taken, 1500).await;
}

async fn an_invite_without_a_description_is_offered_one(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.agent.call(caller.options(&house, house.queue()).late_offer()).unwrap();
    let taken = alice.phone.lifted(1500).await;
    hear_each_other(&out, 600, &taken, 1500).await;
}

async fn no_common_codec_is_refused_with_488(house: House) {
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut dialog = peer.dialog(house.sip(), &format!("sip:{}@{}", house.ivr(), house.sip()), CALLER);
    let offer = peer.offer(40_000).replace("RTP/AVP 0 8 101", "RTP/AVP 18 101");
    peer.send(dialog.request("INVITE", &[], &offer), house.sip()).await.unwrap();
    let answer = peer.wait_for(PATIENCE, |r| r.status().is_some_and(|code| code >= 200)).await.unwrap();
    assert_eq!(answer.status(), Some(488));
    peer.send(dialog.ack_refusal(), house.sip()).await.unwrap();
}

async fn an_unknown_required_extension_is_refused_with_420(house: House) {
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut dialog = peer.dialog(house.sip(), &format!("sip:{}@{}", house.ivr(), house.sip()), CALLER);
    let offer = peer.offer(40_000);
    peer.send(dialog.request("INVITE", &["Require: timetravel"], &offer), house.sip()).await.unwrap();
    let answer = peer.wait_for(PATIENCE, |r| r.status().is_some_and(|code| code >= 200)).await.unwrap();
    assert_eq!((answer.status(), answer.header("Unsupported")), (Some(420), Some("timetravel")));
    peer.send(dialog.ack_refusal(), house.sip()).await.unwrap();
}

async fn a_law_on_one_side_and_mu_law_on_the_other(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let options = caller.options(&house, house.queue()).media(Media::tone(600).with_codecs(&[Codec::Pcma]));
    let out = caller.agent.call(options).unwrap();
    let mut incoming = alice.phone.rings().await;
    incoming.ring().await;
    let mut taken = incoming.answer(Media::tone(1500).with_codecs(&[Codec::Pcmu])).await.unwrap();
    within("the answer", taken.answered()).await.unwrap();
    hear_each_other(&out, 600, &taken, 1500).await;
    assert_eq!((out.media().codec, taken.media().codec), (Some(Codec::Pcma), Some(Codec::Pcmu)));
}

async fn a_digit_sent_every_way_counts_once(house: House) {
    let since = now_us();
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.connected(&house, house.ivr()).await;
    until("the greeting", || out.media().received > 25).await;
    interaction(&house, CALLER, since, "the menu", |one| visited(one, "menu")).await;
    // Support asks for an account number; a second 2 would be its first digit.
    out.send_digits("2", DigitsBy::Both, 3).await.unwrap();
    interaction(&house, CALLER, since, "the question for the account", |one| visited(one, "account")).await;
    out.send_digits("417#", DigitsBy::Both, 3).await.unwrap();
    let one = interaction(&house, CALLER, since, "the account", |one| !text(one, "/data/account").is_empty()).await;
    assert_eq!(text(&one, "/data/account"), "417");
    out.hang_up().await.unwrap();
}

async fn ports_run_out(database: Database) {
    // Two legs' worth of ports, and a rest that outlasts the test.
    let setup = Setup::default().set("MEDIA__PORTS", "[29900, 29903]").set("MEDIA__PORT_REST_S", 2);
    let house = House::start_with(database, setup).await;
    let caller = Caller::new(CALLER, 600).await;
    let (one, two) = (caller.connected(&house, house.ivr()).await, caller.connected(&house, house.ivr()).await);
    let mut third = caller.call(&house, house.ivr());
    assert_eq!(within("the refusal", third.ended()).await, EndReason::Refused(503));
    until("both calls unharmed", || one.media().received > 25 && two.media().received > 25).await;
    one.hang_up().await.unwrap();
    let mut fourth = caller.call(&house, house.ivr());
    assert_eq!(within("the refusal while the port rests", fourth.ended()).await, EndReason::Refused(503));
    let rested = async {
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        loop {
            tick.tick().await;
            let mut again = caller.call(&house, house.ivr());
            if again.answered().await.is_ok() {
                return;
            }
        }
    };
    within("the port's return after its rest", rested).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_ports_calls_are_refused_and_ports_rest_before_reuse() {
    ports_run_out(Database::Sqlite).await;
}
