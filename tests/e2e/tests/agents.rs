//! What agents see and may do besides taking a call: resuming with what was missed, pending presence, wrap-up with code and limit, the floor.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;

use common_cases::{Place, closed, interaction, segments, somebody, text};
use e2e::{Desk, House, PATIENCE, Rest, Screen, hear_each_other};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

on_shared!(
    a_screen_that_returns_is_told_only_what_it_missed,
    not_ready_in_a_call_waits_until_the_work_is_done,
    a_pending_presence_can_be_taken_back,
    a_wrap_up_with_a_required_code_does_not_end_without_it,
    a_wrap_up_ends_at_its_limit,
    the_floor_counts_who_waits_and_who_works,
    an_agent_may_not_follow_the_floor,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;

async fn change_queue(place: &Place, patch: Value) {
    let answer = place.rest.patch(&format!("/queues/{}", place.queue), &patch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn supervisor(house: &House) -> (Rest, Screen) {
    let rest = house.new_rest().sign_in("supervisor", &house.account("supervisor").password).await;
    let screen = Screen::open(house.http(), &rest).await;
    (rest, screen)
}

// ---- coming back

/// One message of a socket and the next: a client that shows exactly what is sent.
struct Wire(tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>);

impl Wire {
    async fn open(house: &House, person: &Rest, resume: Value) -> Wire {
        let mut request = format!("{}/ws/v1", house.http().replacen("http", "ws", 1)).into_client_request().unwrap();
        request.headers_mut().insert("cookie", person.cookie().unwrap().parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", "cordboard.v1".parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        socket.send(Message::text(json!({ "type": "hello", "resume": resume }).to_string())).await.unwrap();
        Wire(socket)
    }

    /// The next message about `me`.
    async fn next(&mut self) -> Value {
        let about_me = async {
            loop {
                let Message::Text(text) = self.0.next().await.unwrap().unwrap() else { continue };
                let message: Value = serde_json::from_str(&text).unwrap();
                if text_of(&message, "topic") == "me" {
                    return message;
                }
            }
        };
        tokio::time::timeout(PATIENCE, about_me).await.unwrap()
    }

    /// Reads on until an entry of this kind has come.
    async fn until_entry(&mut self, prefix: &str) -> Value {
        loop {
            let message = self.next().await;
            if set(&message).keys().any(|key| key.starts_with(prefix)) {
                return message;
            }
        }
    }
}

fn text_of<'a>(message: &'a Value, field: &str) -> &'a str {
    message.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn set(message: &Value) -> Map<String, Value> {
    let entries = message.get("set").or_else(|| message.get("state"));
    entries.and_then(Value::as_object).cloned().unwrap_or_default()
}

async fn a_screen_that_returns_is_told_only_what_it_missed(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let mut wire = Wire::open(&house, &desk.rest, json!({})).await;
    let first = wire.next().await;
    assert_eq!(text_of(&first, "type"), "snapshot");
    let (epoch, version) = (first.get("epoch").unwrap().clone(), first.get("version").unwrap().as_u64().unwrap());
    drop(wire);

    // While it was away a call came and was taken.
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let taken = desk.phone.lifted(AGENT).await;
    desk.screen.shown("talking").await;

    let mut wire = Wire::open(&house, &desk.rest, json!({ "me": { "epoch": epoch, "version": version } })).await;
    let mut expected = version;
    loop {
        let message = wire.next().await;
        expected += 1;
        assert_eq!(text_of(&message, "type"), "delta", "what was missed, not everything anew: {message}");
        assert_eq!((message.get("epoch"), message.get("version").and_then(Value::as_u64)), (Some(&epoch), Some(expected)));
        if set(&message).iter().any(|(key, view)| key.starts_with("call/") && text(view, "/state") == "talking") {
            break;
        }
    }
    // And goes on with what happens now.
    out.hang_up().await.unwrap();
    drop(taken);
    let message = wire.until_entry("agent").await;
    assert!(message.get("version").and_then(Value::as_u64) > Some(expected));
    desk.screen.shown("ready").await;

    // Of an epoch that never was it gets everything anew.
    let mut wire = Wire::open(&house, &desk.rest, json!({ "me": { "epoch": 1, "version": version } })).await;
    assert_eq!(text_of(&wire.next().await, "type"), "snapshot");
    assert_eq!(text(&closed(&place.rest, &caller.number).await, "/close_reason"), "completed");
}

// ---- presence

/// The reason with this name.
async fn reason(rest: &Rest, name: &str) -> String {
    text(&rest.find("/reasons", "name", name).await, "/id").to_owned()
}

async fn not_ready_in_a_call_waits_until_the_work_is_done(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let lunch = reason(&place.rest, "Lunch").await;
    let (first, second) = (somebody(CALLER).await, somebody(700).await);
    let out = first.connected(&house, &place.number).await;
    let taken = desk.phone.lifted(AGENT).await;
    desk.screen.shown("talking").await;
    desk.screen.tell(json!({ "do": "set_presence", "presence": "not_ready", "reason": lunch })).await;
    let view = desk.screen.entry("agent", |view| view.get("pending").is_some_and(Value::is_object)).await;
    assert_eq!(
        (text(&view, "/state"), text(&view, "/pending/presence"), text(&view, "/pending/reason/name")),
        ("talking", "not_ready", "Lunch")
    );
    let waiting = second.connected(&house, &place.number).await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    taken.hang_up().await.unwrap();
    let view = desk.screen.shown("not_ready").await;
    assert_eq!((text(&view, "/reason/kind"), text(&view, "/reason/name")), ("chosen", "Lunch"));
    assert!(view.get("pending").is_some_and(Value::is_null));
    // Who waits is not put through to somebody at lunch, but at once when lunch is over.
    let one = interaction(&place.rest, &second.number, "the second in the queue", |one| one.pointer("/work_items/0").is_some()).await;
    assert_eq!(one.pointer("/work_items/0/offers").and_then(Value::as_array).map(Vec::len), Some(0), "{one:#}");
    desk.screen.tell(json!({ "do": "set_presence", "presence": "ready" })).await;
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&waiting, 700, &taken, AGENT).await;
    waiting.hang_up().await.unwrap();
    desk.screen.shown("ready").await;
    for caller in [&first, &second] {
        assert_eq!(text(&closed(&place.rest, &caller.number).await, "/close_reason"), "completed");
    }
}

async fn a_pending_presence_can_be_taken_back(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let _taken = desk.phone.lifted(AGENT).await;
    desk.screen.shown("talking").await;
    desk.screen.tell(json!({ "do": "set_presence", "presence": "not_ready" })).await;
    desk.screen.entry("agent", |view| view.get("pending").is_some_and(Value::is_object)).await;
    desk.screen.tell(json!({ "do": "set_presence", "presence": "ready" })).await;
    desk.screen.entry("agent", |view| view.get("pending").is_some_and(Value::is_null)).await;
    out.hang_up().await.unwrap();
    desk.screen.shown("ready").await;
    assert_eq!(text(&closed(&place.rest, &caller.number).await, "/close_reason"), "completed");
}

// ---- wrap-up

/// A call through this queue that was talked and hung up; the agent is in wrap-up. Gives the assignment and the caller's number.
async fn talked(house: &House, place: &Place, desk: &mut Desk) -> (String, String) {
    let caller = somebody(CALLER).await;
    let out = caller.connected(house, &place.number).await;
    let _taken = desk.phone.lifted(AGENT).await;
    desk.screen.shown("talking").await;
    out.hang_up().await.unwrap();
    desk.screen.shown("wrap_up").await;
    let view = desk.screen.entry("wrap_up/", |_| true).await;
    (text(&view, "/assignment").to_owned(), caller.number)
}

async fn a_wrap_up_with_a_required_code_does_not_end_without_it(house: Arc<House>) {
    let place = Place::new(&house).await;
    change_queue(&place, json!({ "wrap_up_max_ms": 60_000, "wrap_up_required": true })).await;
    let mut desk = place.desk(&house).await;
    let (assignment, number) = talked(&house, &place, &mut desk).await;
    let view = desk.screen.entry("wrap_up/", |_| true).await;
    assert_eq!((view.get("required"), view.get("until_ms").is_some_and(Value::is_i64)), (Some(&json!(true)), true));
    let finish = json!({ "do": "finish_wrap_up", "assignment": assignment });
    let refusal = desk.screen.ask(finish.clone()).await.unwrap_err();
    assert!(refusal.code == "wrong_state" || refusal.code == "bad_value", "{refusal:?}");
    desk.screen.shown("wrap_up").await;
    let code = view.pointer("/codes/0/id").cloned().unwrap();
    desk.screen.tell(json!({ "do": "set_wrap_up", "assignment": assignment, "code": code, "note": "Called about the invoice." })).await;
    desk.screen.entry("wrap_up/", |view| view.get("code") == Some(&code)).await;
    desk.screen.tell(finish).await;
    desk.screen.shown("ready").await;
    let one = closed(&place.rest, &number).await;
    assert_eq!((one.get("wrap_up_code_id"), text(&one, "/note")), (Some(&code), "Called about the invoice."));
    assert_eq!(segments(&one, "agent"), ["ringing", "talking", "wrap_up"]);
}

async fn a_wrap_up_ends_at_its_limit(house: Arc<House>) {
    let place = Place::new(&house).await;
    change_queue(&place, json!({ "wrap_up_max_ms": 1_500 })).await;
    let mut desk = place.desk(&house).await;
    let (_, number) = talked(&house, &place, &mut desk).await;
    desk.screen.shown("ready").await;
    desk.screen.no_entry("wrap_up/").await;
    let one = closed(&place.rest, &number).await;
    let agent = common_cases::participant(&one, "agent");
    let last = agent.pointer("/segments/2").unwrap();
    let wrapped_us = common_cases::integer(last, "/ended_at") - common_cases::integer(last, "/started_at");
    assert_eq!(text(last, "/kind"), "wrap_up");
    assert!((1_500_000..2_500_000).contains(&wrapped_us), "{wrapped_us}");
}

// ---- the floor

async fn the_floor_counts_who_waits_and_who_works(house: Arc<House>) {
    let place = Place::new(&house).await;
    let (_rest, screen) = supervisor(&house).await;
    screen.follow(&["floor"]).await;
    let key = format!("queue/{}", place.queue);
    let counts = async |what: &str, waiting: u64, staffed: u64, ready: u64, busy: u64| {
        let expected = [waiting, staffed, ready, busy];
        screen
            .wait_in("floor", what, |entries| {
                let view = entries.get(&key)?;
                let now = ["waiting", "staffed", "ready", "busy"].map(|field| view.get(field).and_then(Value::as_u64).unwrap_or(u64::MAX));
                (now == expected).then_some(())
            })
            .await;
    };
    counts("an empty queue", 0, 0, 0, 0).await;
    let (first, second) = (somebody(CALLER).await, somebody(700).await);
    let mut desk = place.desk(&house).await;
    counts("one agent ready", 0, 1, 1, 0).await;
    let out = first.connected(&house, &place.number).await;
    let taken = desk.phone.lifted(AGENT).await;
    counts("one agent at work", 0, 1, 0, 1).await;
    let agent = format!("agent/{}", desk.user);
    screen.wait_in("floor", "the agent talking", |entries| (text(entries.get(&agent)?, "/state") == "talking").then_some(())).await;
    let also = second.connected(&house, &place.number).await;
    counts("one who waits, one agent at work", 1, 1, 0, 1).await;
    also.hang_up().await.unwrap();
    counts("nobody waits", 0, 1, 0, 1).await;
    taken.hang_up().await.unwrap();
    counts("one agent ready", 0, 1, 1, 0).await;
    desk.screen.tell(json!({ "do": "sign_out" })).await;
    counts("nobody there", 0, 0, 0, 0).await;
    drop(out);
    for (caller, how) in [(&first, "completed"), (&second, "abandoned")] {
        assert_eq!(text(&closed(&place.rest, &caller.number).await, "/close_reason"), how);
    }
}

async fn an_agent_may_not_follow_the_floor(house: Arc<House>) {
    let place = Place::new(&house).await;
    let desk = place.desk(&house).await;
    let mut wire = Wire::open(&house, &desk.rest, json!({})).await;
    wire.next().await;
    wire.0.send(Message::text(json!({ "type": "subscribe", "topics": ["floor"] }).to_string())).await.unwrap();
    let answer = loop {
        let Message::Text(text) = wire.0.next().await.unwrap().unwrap() else { continue };
        let message: Value = serde_json::from_str(&text).unwrap();
        if text_of(&message, "topic") == "floor" {
            break message;
        }
    };
    assert_eq!((text_of(&answer, "type"), text(&answer, "/error/code")), ("refused", "forbidden"), "{answer}");
    // The rest of the socket works on.
    desk.screen.tell(json!({ "do": "set_presence", "presence": "not_ready" })).await;
    wire.until_entry("agent").await;
}
