//! Calls that end early, and agents who do not take them.

#![allow(clippy::unwrap_used, reason = "tests")]

use cti_phone::{EndReason, Media};
use e2e::record::{closed, interaction, kinds, now_us, number, outcomes, text, visited};
use e2e::{Caller, Desk, House, hear_each_other, on_both, until, within};
use serde_json::json;

on_both!(
    a_caller_who_hangs_up_in_the_menu,
    a_caller_who_hangs_up_in_the_queue,
    a_caller_who_hangs_up_while_it_rings,
    a_declined_call_goes_to_the_next_agent_and_keeps_its_place,
    an_agent_who_does_not_answer_is_not_ready_and_the_call_goes_on,
    a_busy_phone_makes_its_agent_not_ready,
    an_unregistered_phone_gets_no_offer,
    two_calls_wait_for_one_agent_in_their_order,
);

const CALLER: &str = "+12025550114";
const OTHER: &str = "+12025550113";

/// Shortens how long an offer rings, live.
async fn ring_for(house: &House, queue: &str, ms: u64) {
    let row = house.rest().find("/queues", "name", queue).await;
    let answer = house.rest().patch(&format!("/queues/{}", text(&row, "/id")), &json!({ "offer_timeout_ms": ms })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn a_caller_who_hangs_up_in_the_menu(house: House) {
    let since = now_us();
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.connected(&house, house.ivr()).await;
    interaction(&house, CALLER, since, "the menu", |one| visited(one, "menu")).await;
    out.hang_up().await.unwrap();
    let one = closed(&house, CALLER, since).await;
    assert_eq!(text(&one, "/close_reason"), "left_in_flow");
    assert_eq!(kinds(&one, "customer").last().map(String::as_str), Some("ivr"));
    assert!(one.pointer("/work_items/0").is_none());
}

async fn a_caller_who_hangs_up_in_the_queue(house: House) {
    let since = now_us();
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.connected(&house, house.queue()).await;
    until("music", || out.media().received > 25).await;
    out.hang_up().await.unwrap();
    let one = closed(&house, CALLER, since).await;
    assert_eq!((text(&one, "/close_reason"), text(&one, "/work_items/0/outcome")), ("abandoned", "abandoned"));
    assert!(number(&one, "/wait_ms") > 0 && outcomes(&one).is_empty());
}

async fn a_caller_who_hangs_up_while_it_rings(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    let mut incoming = alice.phone.rings().await;
    incoming.ring().await;
    alice.screen.shown("reserved").await;
    out.hang_up().await.unwrap();
    assert_eq!(within("the end of the ringing", incoming.cancelled()).await, EndReason::Cancelled);
    alice.screen.no_entry("offer/").await;
    alice.screen.shown("ready").await;
    let one = closed(&house, CALLER, since).await;
    assert_eq!((text(&one, "/close_reason"), outcomes(&one)), ("abandoned", vec!["withdrawn".to_owned()]));
}

async fn a_declined_call_goes_to_the_next_agent_and_keeps_its_place(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let mut bob = Desk::ready(&house, "bob").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    // Alice has been idle for longer.
    let mut incoming = alice.phone.rings().await;
    incoming.ring().await;
    let offer = alice.screen.entry("offer/", |_| true).await;
    alice.screen.tell(json!({ "do": "decline", "offer": text(&offer, "/offer") })).await;
    assert_eq!(within("the end of the ringing", incoming.cancelled()).await, EndReason::Cancelled);
    let taken = bob.phone.lifted(1500).await;
    hear_each_other(&out, 600, &taken, 1500).await;
    alice.screen.shown("ready").await;
    out.hang_up().await.unwrap();
    bob.finish_wrap_up().await;
    let one = closed(&house, CALLER, since).await;
    assert_eq!(outcomes(&one), ["declined", "accepted"]);
    assert_eq!(one.pointer("/work_items").unwrap().as_array().unwrap().len(), 1, "it stays the same work with its age");
}

async fn an_agent_who_does_not_answer_is_not_ready_and_the_call_goes_on(house: House) {
    let since = now_us();
    ring_for(&house, "sales", 1_000).await;
    let mut alice = Desk::ready(&house, "alice").await;
    let mut bob = Desk::ready(&house, "bob").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    let mut incoming = alice.phone.rings().await;
    incoming.ring().await;
    assert_eq!(within("the end of the ringing", incoming.cancelled()).await, EndReason::Cancelled);
    let view = alice.screen.shown("not_ready").await;
    assert_eq!(text(&view, "/reason/kind"), "no_answer");
    let _taken = bob.phone.lifted(1500).await;
    out.hang_up().await.unwrap();
    bob.finish_wrap_up().await;
    assert_eq!(outcomes(&closed(&house, CALLER, since).await), ["no_answer", "accepted"]);
}

async fn a_busy_phone_makes_its_agent_not_ready(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let mut bob = Desk::ready(&house, "bob").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    alice.phone.rings().await.reject(486).await;
    let view = alice.screen.shown("not_ready").await;
    assert_eq!(text(&view, "/reason/kind"), "device_busy");
    let _taken = bob.phone.lifted(1500).await;
    out.hang_up().await.unwrap();
    bob.finish_wrap_up().await;
    assert_eq!(outcomes(&closed(&house, CALLER, since).await), ["device_busy", "accepted"]);
}

async fn an_unregistered_phone_gets_no_offer(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    alice.phone.registration.take().unwrap().unregister().await.unwrap();
    alice.screen.entry("agent", |view| view.pointer("/device/reachable") == Some(&json!(false))).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    let _taken = bob.phone.lifted(1500).await;
    out.hang_up().await.unwrap();
    bob.finish_wrap_up().await;
    let one = closed(&house, CALLER, since).await;
    assert_eq!(outcomes(&one), ["accepted"]);
    let why = one.pointer("/work_items/0/offers/0/decision/candidates").unwrap().as_array().unwrap();
    let of_alice = why.iter().find(|candidate| text(candidate, "/agent") == alice.user).unwrap();
    assert_eq!(text(of_alice, "/rejected/why"), "device_unreachable", "{of_alice}");
}

async fn two_calls_wait_for_one_agent_in_their_order(house: House) {
    let since = now_us();
    let (first, second) = (Caller::new(CALLER, 600).await, Caller::new(OTHER, 700).await);
    let one = first.connected(&house, house.queue()).await;
    interaction(&house, CALLER, since, "the first in the queue", |one| one.pointer("/work_items/0").is_some()).await;
    let two = second.connected(&house, house.queue()).await;
    interaction(&house, OTHER, since, "the second in the queue", |one| one.pointer("/work_items/0").is_some()).await;
    let mut alice = Desk::open(&house, "alice").await;
    alice.take_calls().await;
    let taken = alice.phone.lifted(1500).await;
    hear_each_other(&one, 600, &taken, 1500).await;
    one.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let mut taken = alice.phone.rings().await.answer(Media::tone(1500)).await.unwrap();
    within("the second call", taken.answered()).await.unwrap();
    hear_each_other(&two, 700, &taken, 1500).await;
    taken.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;
    assert!(number(&closed(&house, OTHER, since).await, "/wait_ms") > 0);
}
