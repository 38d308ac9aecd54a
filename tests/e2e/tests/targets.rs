//! Where a customer can be sent and who can be asked besides a colleague: a flow, a number, a queue; and calls that wait and are moved. With
//! real voices: who hears whom at every party, and what each channel of the recording holds.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_control;

use common_control::*;
use cti_phone::{DigitsBy, EndReason};
use e2e::record::{assert_tiled, closed, kinds, now_us, number, text, visited};
use e2e::{Caller, Desk, House, on_both, until, within};
use serde_json::{Value, json};

on_both!(
    a_customer_transferred_into_a_flow_hears_it_and_comes_to_the_next_agent,
    a_customer_transferred_to_a_number_talks_with_it_in_the_same_recording,
    a_number_that_is_busy_gives_the_customer_back,
    a_number_is_consulted_aside_and_then_has_the_customer,
    whoever_of_a_queue_is_free_is_consulted_and_joins,
    a_call_that_waits_is_moved_ahead_and_into_another_queue,
    nobody_is_sent_to_a_queue_that_would_send_them_away,
);

async fn a_customer_transferred_into_a_flow_hears_it_and_comes_to_the_next_agent(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let flow = house.rest().find("/flows", "name", "Main menu").await;
    alice.screen.tell(json!({ "do": "transfer", "call": leg, "to": { "kind": "flow", "id": text(&flow, "/id") } })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    alice.screen.shown("wrap_up").await;
    // A prompt is none of the voices, and it plays.
    let before = out.media().received;
    until("a second of the menu", || out.media().received > before + 50).await;
    hears("the caller", &out, &[]).await;
    out.send_digits("1", DigitsBy::Rtp, 3).await.unwrap();
    let second = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &second, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;

    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert!(visited(&one, "sales-gold"), "the flow knows the customer");
    assert_eq!(text(bodies(&one, "transferred")[0], "/to/to"), "flow");
    let customer = kinds(&one, "customer");
    let at = customer.iter().position(|kind| kind == "ivr").expect("in the flow");
    assert_eq!((customer[at - 1].as_str(), customer.last().map(String::as_str)), ("talking", Some("talking")));
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1));
    // Neither the menu nor the key that was pressed there is in it.
    let parts = recording(house.rest(), &one, 0).await;
    assert_eq!(voices_in(&parts), (vec![CALLER], vec![ALICE, BOB]));
}

async fn a_customer_transferred_to_a_number_talks_with_it_in_the_same_recording(house: House) {
    let mut far = Outside::allowed(&house).await;
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    alice.screen.tell(json!({ "do": "transfer", "call": leg, "to": far.target() })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    alice.screen.shown("wrap_up").await;
    let incoming = far.called().await;
    // Until somebody lifts the customer hears music, and nobody.
    hears("the caller", &out, &[]).await;
    incoming.ring().await;
    let lifted = incoming.answer(cti_phone::Media::tone(FAR)).await.unwrap();
    hears("the caller", &out, &[FAR]).await;
    hears("the one outside", &lifted, &[CALLER]).await;
    // The agent is free again while the two go on.
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;
    lifted.hang_up().await.unwrap();
    let mut out = out;
    assert_eq!(within("the end of the call", out.ended()).await, EndReason::RemoteHungUp);

    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(text(bodies(&one, "transferred")[0], "/to/to"), "number");
    assert_eq!(kinds(&one, "outside"), ["dialling", "ringing", "talking"]);
    assert_eq!((text(participant(&one, "outside"), "/leave_reason"), text(&one, "/close_reason")), ("hung_up", "completed"));
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1));
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![CALLER], vec![ALICE, FAR]));
}

async fn a_number_that_is_busy_gives_the_customer_back(house: House) {
    let mut far = Outside::allowed(&house).await;
    let Talk { house, since, out, alice, taken: _taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    alice.screen.tell(json!({ "do": "transfer", "call": leg, "to": far.target() })).await;
    far.called().await.reject(486).await;
    // Alice is in wrap-up, so it is the queue, at its old place.
    let second = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &second, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert_eq!(text(bodies(&one, "transfer_failed")[0], "/reason"), "busy");
    assert_eq!(text(participant(&one, "outside"), "/leave_reason"), "busy");
}

async fn a_number_is_consulted_aside_and_then_has_the_customer(house: House) {
    let mut far = Outside::allowed(&house).await;
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    alice.screen.tell(json!({ "do": "consult", "call": leg, "to": far.target() })).await;
    hears("the caller", &out, &[]).await;
    let lifted = far.lifted().await;
    hears("alice", &taken, &[FAR]).await;
    hears("the one outside", &lifted, &[ALICE]).await;
    hears("the caller", &out, &[]).await;
    alice.screen.tell(json!({ "do": "swap", "call": leg })).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    hears("the one outside", &lifted, &[]).await;
    alice.screen.tell(json!({ "do": "complete", "call": leg })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[FAR]).await;
    hears("the one outside", &lifted, &[CALLER]).await;
    out.hang_up().await.unwrap();
    let mut lifted = lifted;
    assert_eq!(within("the end outside", lifted.ended()).await, EndReason::RemoteHungUp);
    alice.finish_wrap_up().await;

    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(text(bodies(&one, "consult_ended")[0], "/how"), "completed");
    let outside = kinds(&one, "outside");
    assert_eq!(outside[outside.len() - 3..], ["consulting", "on_hold", "talking"]);
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![CALLER], vec![ALICE, FAR]));
    assert_eq!(voices_in(&recording(house.rest(), &one, 1).await), (vec![FAR], vec![ALICE]));
}

async fn whoever_of_a_queue_is_free_is_consulted_and_joins(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let support = queue(&house, "support").await;
    alice.screen.tell(json!({ "do": "consult", "call": leg, "to": support })).await;
    let offer = bob.screen.entry("offer/", |_| true).await;
    assert_eq!((text(&offer, "/purpose"), text(&offer, "/queue_name")), ("consult", "support"));
    let asked = bob.phone.lifted(BOB).await;
    hears("alice", &taken, &[BOB]).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("the caller", &out, &[]).await;
    alice.screen.tell(json!({ "do": "conference", "call": leg })).await;
    hears("the caller", &out, &[ALICE, BOB]).await;
    hears("alice", &taken, &[CALLER, BOB]).await;
    hears("bob", &asked, &[CALLER, ALICE]).await;
    asked.hang_up().await.unwrap();
    hears("the caller", &out, &[ALICE]).await;
    // Who was asked owes the queue nothing.
    bob.screen.shown("ready").await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;

    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(text(bodies(&one, "consult_started")[0], "/to/to"), "queue");
    assert_eq!(text(bodies(&one, "consult_ended")[0], "/how"), "conferenced");
    let (left, right) = voices_in(&recording(house.rest(), &one, 0).await);
    assert_eq!((left, right.first()), (vec![CALLER], Some(&ALICE)));
    assert_eq!(voices_in(&recording(house.rest(), &one, 1).await), (vec![BOB], vec![ALICE]));
}

async fn a_call_that_waits_is_moved_ahead_and_into_another_queue(house: House) {
    let since = now_us();
    let boss = Desk::open(&house, "supervisor").await;
    let (sales, support) = (queue(&house, "sales").await, queue(&house, "support").await);
    let topics = [&sales, &support].map(|queue| format!("queue/{}", text(queue, "/id")));
    boss.screen.follow(&[&topics[0], &topics[1]]).await;
    // Somebody is there, so that the queues take work, and nobody is ready.
    let mut alice = Desk::open(&house, "alice").await;
    let (first, second) = (Caller::new("+12025550190", CALLER).await, Caller::new(NOAH, FAR).await);
    let first_out = first.call(&house, house.queue());
    let waits = |number: &'static str| move |view: &Value| text(view, "/caller/number") == number;
    let older = waiting_call(&boss.screen, &topics[0], waits("+12025550190")).await;
    let second_out = second.call(&house, house.queue());
    let younger = waiting_call(&boss.screen, &topics[0], waits(NOAH)).await;

    let command = |view: &Value, queue: &Value, priority: u8| json!({ "do": "move_waiting", "interaction": text(view, "/interaction"), "queue": text(queue, "/id"), "priority": priority });
    let refusal = alice.screen.ask(command(&younger, &sales, 9)).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden");
    boss.screen.tell(command(&older, &support, 0)).await;
    let moved = waiting_call(&boss.screen, &topics[1], waits("+12025550190")).await;
    // Both are reckoned from the monotonic clock, each to a whole millisecond.
    let later = number(&moved, "/since_ms") - number(&older, "/since_ms");
    assert!(later.abs() <= 2, "age is kept: {later} ms");
    boss.screen.tell(command(&younger, &sales, 9)).await;

    // The younger one is first now; the other waits longer than any of their queue.
    alice.take_calls().await;
    let taken = alice.phone.lifted(ALICE).await;
    hears("the one who was moved ahead", &second_out, &[ALICE]).await;
    hears("alice", &taken, &[FAR]).await;
    hears("the one who waits", &first_out, &[]).await;
    second_out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let taken = alice.phone.lifted(ALICE).await;
    hears("alice", &taken, &[CALLER]).await;
    let shown = call_shows(&alice.screen, "the second call", |_| true).await;
    assert_eq!(text(&shown, "/queue_name"), "support");
    no_waiting_call(&boss.screen, &topics[1]).await;
    first_out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;

    let one = closed(&house, NOAH, since).await;
    let work = one.pointer("/work_items").and_then(Value::as_array).unwrap();
    assert_eq!(work.iter().map(|work| text(work, "/outcome")).collect::<Vec<_>>(), ["moved", "assigned"], "{work:#?}");
    closed(&house, "+12025550190", since).await;
    let audit = house.rest().read("/audit?resource=interaction&action=move").await;
    assert_eq!(audit.pointer("/items").and_then(Value::as_array).map(Vec::len), Some(2));
}

async fn nobody_is_sent_to_a_queue_that_would_send_them_away(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let support = queue(&house, "support").await;
    let path = format!("/queues/{}", text(&support, "/id"));
    assert_eq!(house.rest().patch(&path, &json!({ "open": false })).await.status, 200);
    let topic = format!("queue/{}", text(&support, "/id"));
    alice.screen.follow(&[&topic]).await;
    let shut = |entries: &serde_json::Map<String, Value>| (entries.get("queue")?.get("open") == Some(&Value::Bool(false))).then_some(());
    alice.screen.wait_in(&topic, "the closed queue", shut).await;
    for verb in ["transfer", "consult"] {
        let refusal = alice.screen.ask(json!({ "do": verb, "call": leg, "to": support })).await.unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("wrong_state", Some("to")), "{verb}");
    }
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    closed(&house, NOAH, since).await;
}
