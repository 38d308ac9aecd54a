//! Limits of a queue, and who the caller is.

#![allow(clippy::unwrap_used, reason = "tests")]

use cti_phone::EndReason;
use e2e::record::{closed, interaction, now_us, text};
use e2e::{Caller, Desk, House, eventually, on_both, within};
use serde_json::{Value, json};

on_both!(
    a_queue_with_nobody_signed_in_sends_its_callers_away,
    a_full_queue_sends_the_next_caller_away,
    who_waits_too_long_overflows_to_the_other_queue,
    an_anonymous_caller_has_no_number_and_no_card,
    two_customers_with_one_number_are_both_on_the_card,
    who_an_agent_says_it_is_is_on_the_card_first_and_alone_in_the_log,
    a_number_that_is_not_ours_is_refused,
);

const CALLER: &str = "+12025550114";
const OTHER: &str = "+12025550113";

async fn change_queue(house: &House, queue: &str, patch: Value) {
    let row = house.rest().find("/queues", "name", queue).await;
    let answer = house.rest().patch(&format!("/queues/{}", text(&row, "/id")), &patch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn a_queue_with_nobody_signed_in_sends_its_callers_away(house: House) {
    let since = now_us();
    change_queue(&house, "sales", json!({ "leave_when_unstaffed": true })).await;
    let caller = Caller::new(CALLER, 600).await;
    let mut out = caller.connected(&house, house.queue()).await;
    assert_eq!(within("the word of regret and the end", out.ended()).await, EndReason::RemoteHungUp);
    let one = closed(&house, CALLER, since).await;
    assert_eq!((text(&one, "/work_items/0/outcome"), text(&one, "/work_items/0/detail")), ("left", "nobody_staffed"));
}

async fn a_full_queue_sends_the_next_caller_away(house: House) {
    let since = now_us();
    change_queue(&house, "sales", json!({ "size_max": 1 })).await;
    let (first, second) = (Caller::new(CALLER, 600).await, Caller::new(OTHER, 700).await);
    let _waits = first.connected(&house, house.queue()).await;
    interaction(&house, CALLER, since, "the first in the queue", |one| one.pointer("/work_items/0").is_some()).await;
    let mut out = second.connected(&house, house.queue()).await;
    assert_eq!(within("the end of the second call", out.ended()).await, EndReason::RemoteHungUp);
    let one = closed(&house, OTHER, since).await;
    assert_eq!((text(&one, "/work_items/0/outcome"), text(&one, "/work_items/0/detail")), ("left", "full"));
}

async fn who_waits_too_long_overflows_to_the_other_queue(house: House) {
    let since = now_us();
    let support = house.rest().find("/queues", "name", "support").await;
    let patch = json!({ "wait_max_ms": 1000, "overflow": { "to": "queue", "queue": text(&support, "/id") } });
    change_queue(&house, "sales", patch).await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.connected(&house, house.queue()).await;
    let of_support = |one: &Value| text(one, "/queue_id") == text(&support, "/id");
    interaction(&house, CALLER, since, "the overflow", of_support).await;
    let mut jonas = Desk::open(&house, "jonas").await;
    jonas.take_calls().await;
    let _taken = jonas.phone.lifted(1500).await;
    out.hang_up().await.unwrap();
    jonas.finish_wrap_up().await;
    let one = closed(&house, CALLER, since).await;
    assert_eq!(text(&one, "/work_items/0/outcome"), "overflowed");
    assert_eq!(text(&one, "/close_reason"), "completed");
}

async fn an_anonymous_caller_has_no_number_and_no_card(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new("anonymous", 600).await;
    let mut options = caller.options(&house, house.queue()).from_display("Anonymous");
    options.from_host = Some("anonymous.invalid".to_owned());
    let out = caller.agent.call(options).unwrap();
    let incoming = alice.phone.rings().await;
    let offer = alice.screen.entry("offer/", |_| true).await;
    assert!(offer.pointer("/caller/number").is_some_and(Value::is_null), "{offer}");
    assert_eq!(offer.pointer("/cards").and_then(Value::as_array).map(Vec::len), Some(0));
    let mut call = incoming.answer(cti_phone::Media::tone(1500)).await.unwrap();
    within("the answer", call.answered()).await.unwrap();
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let one = eventually("the closed interaction", async || {
        let all = house.rest().items("/interactions?state=closed&limit=5").await;
        all.into_iter().find(|one| one.get("opened_at").and_then(Value::as_i64) >= Some(since))
    })
    .await;
    assert!(one.get("from").is_some_and(Value::is_null), "{one}");
}

async fn two_customers_with_one_number_are_both_on_the_card(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new("+12025550117", 600).await;
    let _out = caller.call(&house, house.queue());
    let _incoming = alice.phone.rings().await;
    let offer = alice.screen.entry("offer/", |view| view.get("card_pending") == Some(&json!(false))).await;
    let names: Vec<&str> = (0..2).map(|n| text(&offer, if n == 0 { "/cards/0/name" } else { "/cards/1/name" })).collect();
    assert!(names.contains(&"Hannah Lee") && names.contains(&"Peter Lee"), "{names:?}");
}

async fn who_an_agent_says_it_is_is_on_the_card_first_and_alone_in_the_log(house: House) {
    let since = now_us();
    let number = "+12025550117";
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(number, 600).await;
    let out = caller.call(&house, house.queue());
    let _taken = alice.phone.lifted(1500).await;
    let two = |view: &Value| view.pointer("/cards/1").is_some();
    let view = alice.screen.entry("call/", two).await;
    let (first, second) = (text(&view, "/cards/0/customer"), text(&view, "/cards/1/customer"));
    let path = format!("/interactions/{}/customer", text(&view, "/interaction"));
    let rest = house.rest().sign_in("alice", &house.account("alice").password).await;
    let bob = house.rest().sign_in("bob", &house.account("bob").password).await;

    let refused = bob.put(&path, &json!({ "customer_id": second })).await;
    assert_eq!(refused.status, 404, "it is not his: {}", refused.body);
    let nobody = rest.put(&path, &json!({ "customer_id": text(&view, "/interaction") })).await;
    assert_eq!((nobody.status, text(&nobody.body, "/errors/0/field")), (422, "customer_id"), "{}", nobody.body);
    let said = rest.put(&path, &json!({ "customer_id": second })).await;
    assert_eq!(said.status, 204, "{}", said.body);
    let view = alice.screen.entry("call/", |view| text(view, "/cards/0/customer") == second).await;
    assert_eq!((text(&view, "/cards/0/matched"), text(&view, "/cards/1/customer")), ("asked", first));

    out.hang_up().await.unwrap();
    // The conversation is over and the work is not.
    alice.screen.shown("wrap_up").await;
    for customer in [first, second] {
        assert_eq!(rest.put(&path, &json!({ "customer_id": customer })).await.status, 204);
    }
    alice.finish_wrap_up().await;
    let one = closed(&house, number, since).await;
    assert_eq!((text(&one, "/customer_id"), one.pointer("/customers")), (second, Some(&json!([second]))));
    let late = rest.put(&path, &json!({ "customer_id": first })).await;
    assert_eq!(late.status, 404, "{}", late.body);
    let noted =
        house.rest().items(&format!("/audit?resource=interaction&resource_id={}&action=identify", text(&view, "/interaction"))).await;
    assert_eq!(noted.len(), 3, "each time it is known who said so: {noted:?}");
}

async fn a_number_that_is_not_ours_is_refused(house: House) {
    let caller = Caller::new(CALLER, 600).await;
    let mut out = caller.call(&house, "+12025550999");
    assert_eq!(within("the refusal", out.ended()).await, EndReason::Refused(404));
}
