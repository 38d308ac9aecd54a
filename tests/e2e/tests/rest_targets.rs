//! By REST, to whom a customer is given and who is asked: an agent, a queue, a flow, a number, each with real voices measured at every party,
//! and what each channel of the recording holds. The same by WebSocket is in `call_control` and `targets`; voicemail is in `voicemail`.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_control;

use common_control::*;
use cti_phone::{DigitsBy, EndReason};
use e2e::record::{assert_tiled, kinds, text, visited};
use e2e::{Desk, House, on_both, until, within};
use serde_json::{Value, json};

on_both!(
    a_customer_is_given_to_an_agent_and_to_a_queue,
    a_customer_is_given_to_a_flow_and_comes_to_the_next_agent,
    an_agent_is_asked_and_has_the_customer,
    a_queue_is_asked_and_its_agent_joins,
    a_number_is_asked_and_has_the_customer,
    nobody_is_asked_or_sent_where_it_cannot_be,
);

async fn a_customer_is_given_to_an_agent_and_to_a_queue(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, mut alice, taken, .. } = talk;
    let mut bob = Desk::ready(&house, "bob").await;
    tell(&alice.rest, &id, "transfer", json!({ "to": agent(&bob) })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[]).await;
    let mut second = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &second, &[CALLER]).await;
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;

    let sales = queue(&house, "sales").await;
    tell(&bob.rest, &id, "transfer", json!({ "to": sales })).await;
    assert_eq!(within("the end of bob's part", second.ended()).await, EndReason::RemoteHungUp);
    let third = alice.phone.lifted(ALICE).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &third, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    let to: Vec<&str> = bodies(&one, "transferred").iter().map(|body| text(body, "/to/to")).collect();
    assert_eq!(to, ["agent", "queue"]);
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1), "one recording goes on through both");
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![CALLER], vec![ALICE, BOB]));
}

async fn a_customer_is_given_to_a_flow_and_comes_to_the_next_agent(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    let mut bob = Desk::ready(&house, "bob").await;
    let flow = house.rest().find("/flows", "name", "Main menu").await;
    tell(&alice.rest, &id, "transfer", json!({ "to": { "kind": "flow", "id": text(&flow, "/id") } })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
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
    assert!(kinds(&one, "customer").iter().any(|kind| kind == "ivr"));
    // Neither the menu nor the key that was pressed there is in it.
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![CALLER], vec![ALICE, BOB]));
}

async fn an_agent_is_asked_and_has_the_customer(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    let mut bob = Desk::ready(&house, "bob").await;
    tell(&alice.rest, &id, "consult", json!({ "to": agent(&bob) })).await;
    hears("the caller", &out, &[]).await;
    let asked = bob.phone.lifted(BOB).await;
    hears("alice", &taken, &[BOB]).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("the caller", &out, &[]).await;
    tell(&alice.rest, &id, "complete", json!({})).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(consultation(&one), ("agent", "completed"));
    // Nothing that was said aside is in the customer's recording.
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![CALLER], vec![ALICE, BOB]));
    assert_eq!(voices_in(&recording(house.rest(), &one, 1).await), (vec![BOB], vec![ALICE]));
}

async fn a_queue_is_asked_and_its_agent_joins(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    let mut bob = Desk::ready(&house, "bob").await;
    let support = queue(&house, "support").await;
    tell(&alice.rest, &id, "consult", json!({ "to": support })).await;
    let offer = bob.screen.entry("offer/", |_| true).await;
    assert_eq!((text(&offer, "/purpose"), text(&offer, "/queue_name")), ("consult", "support"));
    let asked = bob.phone.lifted(BOB).await;
    hears("alice", &taken, &[BOB]).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("the caller", &out, &[]).await;
    tell(&alice.rest, &id, "conference", json!({})).await;
    hears("the caller", &out, &[ALICE, BOB]).await;
    hears("alice", &taken, &[CALLER, BOB]).await;
    hears("bob", &asked, &[CALLER, ALICE]).await;
    asked.hang_up().await.unwrap();
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    // Who was asked owes the queue nothing.
    bob.screen.shown("ready").await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(consultation(&one), ("queue", "conferenced"));
    assert_eq!(voices_in(&recording(house.rest(), &one, 1).await), (vec![BOB], vec![ALICE]));
}

async fn a_number_is_asked_and_has_the_customer(house: House) {
    let mut far = Outside::allowed(&house).await;
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    tell(&alice.rest, &id, "consult", json!({ "to": far.target() })).await;
    let lifted = far.lifted().await;
    hears("alice", &taken, &[FAR]).await;
    hears("the one outside", &lifted, &[ALICE]).await;
    hears("the caller", &out, &[]).await;
    tell(&alice.rest, &id, "swap", json!({})).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    hears("the one outside", &lifted, &[]).await;
    tell(&alice.rest, &id, "complete", json!({})).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[FAR]).await;
    hears("the one outside", &lifted, &[CALLER]).await;
    alice.finish_wrap_up().await;
    out.hang_up().await.unwrap();
    let mut lifted = lifted;
    assert_eq!(within("the end outside", lifted.ended()).await, EndReason::RemoteHungUp);
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(consultation(&one), ("number", "completed"));
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![CALLER], vec![ALICE, FAR]));
    assert_eq!(voices_in(&recording(house.rest(), &one, 1).await), (vec![FAR], vec![ALICE]));
}

async fn nobody_is_asked_or_sent_where_it_cannot_be(house: House) {
    let mut far = Outside::forbidden(&house).await;
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, out, alice, taken, .. } = talk;
    let flow = house.rest().find("/flows", "name", "Main menu").await;
    let sales = queue(&house, "sales").await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    for (what, to, status) in [
        ("consult", json!({ "kind": "flow", "id": text(&flow, "/id") }), 422),
        ("consult", json!({ "kind": "queue_voicemail", "id": text(&sales, "/id") }), 422),
        ("transfer", json!({ "kind": "agent", "id": nobody }), 422),
        ("transfer", json!({ "kind": "queue", "id": nobody }), 422),
        ("transfer", json!({ "kind": "flow", "id": nobody }), 422),
        // She takes no messages.
        ("transfer", json!({ "kind": "agent_voicemail", "id": alice.user }), 422),
        ("transfer", far.target(), 403),
        ("consult", far.target(), 403),
    ] {
        let answer = verb(&alice.rest, &id, what, json!({ "to": to })).await;
        assert_eq!(answer.status, status, "{what} {to}: {}", answer.body);
    }
    assert!(far.was_not_called());
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
}
