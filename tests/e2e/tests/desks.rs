//! Agents' screens that come and go: a socket lost in a call, two tabs, another desk, all sockets gone.

#![allow(clippy::unwrap_used, reason = "tests")]

use e2e::record::text;
use e2e::{Caller, Database, Desk, House, Phone, Screen, Setup, hear_each_other, on_both, until, within};
use serde_json::{Value, json};

on_both!(
    a_lost_socket_comes_back_into_the_call,
    two_tabs_show_the_same_and_one_owns_the_audio,
    signing_in_elsewhere_is_an_explicit_takeover,
    digits_reach_the_caller_and_more_than_can_wait_are_refused,
);

const CALLER: &str = "+12025550114";

async fn a_lost_socket_comes_back_into_the_call(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let mut out = caller.call(&house, house.queue());
    let taken = alice.phone.lifted(1500).await;
    let leg = alice.leg().await;
    // Cut without a word; the call goes on.
    alice.screen = Screen::open(house.http(), &alice.rest).await;
    assert_eq!(alice.leg().await, leg);
    hear_each_other(&out, 600, &taken, 1500).await;
    alice.screen.tell(json!({ "do": "hang_up", "call": leg })).await;
    within("the end of the caller's call", out.ended()).await;
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;
}

async fn digits_reach_the_caller_and_more_than_can_wait_are_refused(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.connected(&house, house.queue()).await;
    let _taken = alice.phone.lifted(1500).await;
    let leg = alice.leg().await;
    let send = |digits: &str| json!({ "do": "send_digits", "call": leg, "digits": digits });
    let (first, second) = ("0123456789*#ABCD".repeat(2), "D".repeat(31));
    alice.screen.tell(send(&first)).await;
    alice.screen.tell(send(&second)).await;
    // Each takes 160 ms; these three answers do not.
    let refused = alice.screen.ask(send(&"5".repeat(32))).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("busy", Some("digits")));
    assert!(refused.message.contains("64 digits"), "{}", refused.message);
    until("all that was taken, and nothing else", || out.media().digits == format!("{first}{second}")).await;
    alice.screen.tell(send("5")).await;
    until("the next one", || out.media().digits.ends_with('5')).await;
}

async fn two_tabs_show_the_same_and_one_owns_the_audio(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let second = Screen::open(house.http(), &alice.rest).await;
    let owner = |view: &Value| view.get("owner_session").and_then(Value::as_u64);
    let first_owner = owner(&alice.screen.shown("ready").await).unwrap();
    second.tell(json!({ "do": "take_over" })).await;
    let moved = alice.screen.entry("agent", |view| owner(view).is_some_and(|now| now != first_owner)).await;
    assert_eq!(text(&moved, "/state"), "ready", "taking over changes no presence");
    let caller = Caller::new(CALLER, 600).await;
    let _out = caller.call(&house, house.queue());
    let _incoming = alice.phone.rings().await;
    let (one, two) = (alice.screen.entry("offer/", |_| true).await, second.entry("offer/", |_| true).await);
    assert_eq!(one.get("offer"), two.get("offer"));
}

async fn signing_in_elsewhere_is_an_explicit_takeover(house: House) {
    // A phone that belongs to nobody, made while calls could flow.
    let body = json!({ "username": "300", "name": "Spare desk", "password": "spare-desk-password" });
    let made = house.rest().post("/phones", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let spare = text(&made.body, "/id").to_owned();
    let mut alice = Desk::ready(&house, "alice").await;
    let elsewhere = json!({ "do": "sign_in", "device": { "kind": "phone", "id": spare } });
    assert_eq!(alice.screen.ask(elsewhere.clone()).await.unwrap_err().code, "taken");
    alice.phone = Phone::registered(&house, "300", "spare-desk-password").await;
    let mut takeover = elsewhere;
    takeover["take_over"] = json!(true);
    alice.screen.tell(takeover).await;
    alice.screen.entry("agent", |view| text(view, "/device/device/id") == spare && text(view, "/state") == "ready").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    let taken = alice.phone.lifted(1500).await;
    hear_each_other(&out, 600, &taken, 1500).await;
    let bob = house.account("bob").clone();
    let rest = house.rest().sign_in("bob", &bob.password).await;
    let screen = Screen::open(house.http(), &rest).await;
    let same = json!({ "do": "sign_in", "device": { "kind": "phone", "id": spare }, "take_over": true });
    assert_eq!(screen.ask(same).await.unwrap_err().code, "wrong_state", "nobody takes the phone out of a call");
}

async fn all_sockets_gone(database: Database) {
    let house = House::start_with(database, Setup::default().set("LIMITS__SOCKETS_GRACE_S", 1)).await;
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.call(&house, house.queue());
    let taken = alice.phone.lifted(1500).await;
    let account = house.account("supervisor").clone();
    let rest = house.rest().sign_in("supervisor", &account.password).await;
    let floor = Screen::open(house.http(), &rest).await;
    floor.follow(&["floor"]).await;
    let key = format!("agent/{}", alice.user);
    let Desk { screen, .. } = alice;
    drop(screen);
    // The call under way goes on while the presence is pending, and is as ever after it.
    let pending = |entries: &serde_json::Map<String, Value>| {
        let view = entries.get(&key)?;
        (text(view, "/pending/reason/kind") == "connection_lost").then(|| view.clone())
    };
    let view = floor.wait_in("floor", "the pending change", pending).await;
    assert_eq!(text(&view, "/state"), "talking");
    hear_each_other(&out, 600, &taken, 1500).await;
    out.hang_up().await.unwrap();
    let gone = |entries: &serde_json::Map<String, Value>| {
        let view = entries.get(&key)?;
        (text(view, "/state") == "not_ready" && text(view, "/reason/kind") == "connection_lost").then_some(())
    };
    floor.wait_in("floor", "not ready after the wrap-up ran out", gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_sockets_are_all_gone_is_not_ready_and_the_call_goes_on_sqlite() {
    all_sockets_gone(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_sockets_are_all_gone_is_not_ready_and_the_call_goes_on_postgres() {
    all_sockets_gone(Database::Postgres).await;
}
