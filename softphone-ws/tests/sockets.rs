//! Opening, commands, limits and ends of real sockets. Topics are tested in `topics`.

mod house;

use house::{ANN, BOB, House};
use serde_json::json;
use softphone_ws::protocol::{Command, ErrorCode, Outcome, Role, SUBPROTOCOL, ServerMessage, Topic, WireError};
use softphone_ws::{Config, End, FromGateway, TopicKey};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn who_is_not_signed_in_is_refused_before_the_upgrade() {
    let house = House::open(Config::default()).await;
    let protocol = ("sec-websocket-protocol", SUBPROTOCOL);
    assert_eq!(house.refusal(&[protocol]).await, 401);
    assert_eq!(house.refusal(&[protocol, ("authorization", "Bearer nobody")]).await, 401);
    assert_eq!(house.refusal(&[protocol, ("cookie", "other=ann")]).await, 401);
    assert_eq!(house.gateway.stats().refused, 3);
}

#[tokio::test]
async fn a_cookie_opens_a_socket_and_the_subprotocol_is_agreed() {
    let house = House::open(Config::default()).await;
    let headers = [("sec-websocket-protocol", "other, cordboard.v1"), ("cookie", "a=b; cordboard_session=ann")];
    let (_client, response) = house.attempt(&headers).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
}

#[tokio::test]
async fn a_page_from_elsewhere_is_refused() {
    let house = House::open(Config { allowed_origins: vec!["https://desk.example".into()], ..Config::default() }).await;
    let own = format!("http://{}", house.address);
    let with = |origin| [("authorization", "Bearer ann"), ("sec-websocket-protocol", SUBPROTOCOL), ("origin", origin)];
    assert_eq!(house.refusal(&with("https://evil.example")).await, 403);
    assert!(house.attempt(&with(&own)).await.is_ok());
    assert!(house.attempt(&with("https://desk.example")).await.is_ok());
}

#[tokio::test]
async fn a_client_of_another_version_is_refused() {
    let house = House::open(Config::default()).await;
    assert_eq!(house.refusal(&[("authorization", "Bearer ann")]).await, 400);
    assert_eq!(house.refusal(&[("authorization", "Bearer ann"), ("sec-websocket-protocol", "cordboard.v9")]).await, 400);
}

#[tokio::test]
async fn one_socket_too_many_is_refused_and_a_closed_one_makes_room() {
    let mut house = House::open(Config { sockets_per_user_max: 2, sockets_max: 3, ..Config::default() }).await;
    let ann = [("authorization", "Bearer ann"), ("sec-websocket-protocol", SUBPROTOCOL)];
    let boss = [("authorization", "Bearer boss"), ("sec-websocket-protocol", SUBPROTOCOL)];
    let (mut one, _) = house.client("ann").await;
    let _two = house.client("ann").await;
    assert_eq!(house.refusal(&ann).await, 429);
    let _three = house.client("boss").await;
    assert_eq!(house.refusal(&boss).await, 503);
    one.0.close(None).await.unwrap();
    assert!(matches!(house.event().await, FromGateway::Closed { user: ANN, .. }));
    // The place is free before the closing handshake is over.
    assert_eq!(one.close_code().await, 1005);
    assert!(house.attempt(&ann).await.is_ok());
}

#[tokio::test]
async fn a_login_without_a_role_gives_no_commands() {
    let mut house = House::open(Config::default()).await;
    let (mut client, _) = house.client("reader").await;
    client.say(json!({"type": "command", "id": 1, "command": {"do": "sign_out"}})).await;
    let ServerMessage::Reply { id: Some(1), result: Outcome::Error(error) } = client.hear().await else { panic!("no refusal") };
    assert_eq!(error.code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_command_reaches_the_switch_and_its_answer_comes_after_what_it_changed() {
    let mut house = House::open(Config::default()).await;
    let (mut client, no) = house.client("ann").await;
    client.say(json!({"type": "command", "id": 41, "command": {"do": "sign_out"}})).await;
    assert_eq!(house.event().await, FromGateway::Command { session: no, user: ANN, role: Role::Agent, id: 41, command: Command::SignOut });
    house.put(TopicKey::Me(ANN), "agent", json!("logged_out"));
    house.gateway.reply(no, 41, Ok(json!({"done": true})));
    client.delta(Topic::Me).await;
    assert_eq!(client.hear().await, ServerMessage::Reply { id: Some(41), result: Outcome::Ok { value: json!({"done": true}) } });

    let error = WireError::new(ErrorCode::NotFound, "no such call").field("call");
    house.gateway.reply(no, 42, Err(error.clone()));
    assert_eq!(client.error().await, (Some(42), error));
}

#[tokio::test]
async fn bad_messages_are_answered_by_an_error_and_the_socket_lives() {
    let mut house = House::open(Config::default()).await;
    let (mut client, _) = house.client("ann").await;
    let table = [
        (Message::text("{"), None, ErrorCode::BadJson, None),
        (Message::binary(vec![1, 2, 3]), None, ErrorCode::BadJson, None),
        (Message::text(r#"{"type":"command","id":1,"command":{"do":"fly"}}"#), Some(1), ErrorCode::UnknownCommand, Some("do")),
        (Message::text(r#"{"type":"command","id":2,"command":{"do":"hold","call":7}}"#), Some(2), ErrorCode::BadValue, Some("call")),
        (Message::text(r#"{"type":"hello"}"#), None, ErrorCode::HelloFirst, None),
        (Message::text(" ".repeat(64 * 1024 + 1)), None, ErrorCode::TooBig, None),
    ];
    use futures_util::SinkExt;
    for (message, id, code, field) in table {
        client.0.send(message).await.unwrap();
        let (got_id, error) = client.error().await;
        assert_eq!((got_id, error.code, error.field.as_deref()), (id, code, field));
    }
    client.say(json!({"type": "ping"})).await;
    assert!(matches!(client.hear().await, ServerMessage::Pong { .. }));
}

#[tokio::test]
async fn before_hello_nothing_else_is_done() {
    let mut house = House::open(Config::default()).await;
    let mut client = house.raw("ann").await;
    client.say(json!({"type": "command", "id": 1, "command": {"do": "sign_out"}})).await;
    assert_eq!(client.error_code().await, (Some(1), ErrorCode::HelloFirst));
    client.say(json!({"type": "hello"})).await;
    let no = client.welcome().await;
    assert_eq!(house.event().await, FromGateway::Opened { session: no, user: ANN });
}

#[tokio::test]
async fn a_client_that_says_no_hello_is_closed_and_never_reported() {
    let mut house = House::open(Config { hello_within: Duration::from_millis(50), ..Config::default() }).await;
    let mut client = house.raw("ann").await;
    assert_eq!(client.close_code().await, End::Silent.code());
    let (_, no) = house.client("boss").await;
    assert_eq!(no.0, 2);
}

#[tokio::test]
async fn too_many_messages_are_answered_slow_down() {
    let mut house = House::open(Config { messages_per_s: 0, messages_burst: 3, ..Config::default() }).await;
    let (mut client, _) = house.client("ann").await;
    for id in 1..=5 {
        client.say(json!({"type": "command", "id": id, "command": {"do": "sign_out"}})).await;
    }
    assert_eq!(client.error_code().await, (Some(4), ErrorCode::SlowDown));
    assert_eq!(client.error_code().await, (Some(5), ErrorCode::SlowDown));
    for expected in 1..=3 {
        assert!(matches!(house.event().await, FromGateway::Command { id, .. } if id == expected));
    }
}

#[tokio::test]
async fn a_client_that_ignores_every_refusal_is_closed() {
    let mut house = House::open(Config::default()).await;
    let (mut client, no) = house.client("ann").await;
    for _ in 0..100 {
        client.say(json!({"type": "nonsense"})).await;
    }
    assert_eq!(client.close_code().await, End::Abuse.code());
    assert_eq!(house.event().await, FromGateway::Closed { session: no, user: ANN });
}

#[tokio::test]
async fn a_full_switch_answers_busy() {
    let mut house = House::with_inbox(Config::default(), 1).await;
    let (mut client, _) = house.client("ann").await;
    for id in 1..=2 {
        client.say(json!({"type": "command", "id": id, "command": {"do": "sign_out"}})).await;
    }
    assert_eq!(client.error_code().await, (Some(2), ErrorCode::Busy));
    assert!(matches!(house.event().await, FromGateway::Command { id: 1, .. }));
}

#[tokio::test]
async fn a_socket_that_breaks_is_reported_closed_once() {
    let mut house = House::open(Config::default()).await;
    let (client, no) = house.client("ann").await;
    drop(client);
    assert_eq!(house.event().await, FromGateway::Closed { session: no, user: ANN });
    house.gateway.reply(no, 1, Ok(json!(null)));
    let (_, next) = house.client("ann").await;
    assert_ne!(next, no);
}

#[tokio::test]
async fn a_silent_client_is_closed_and_one_that_answers_pings_is_not() {
    let config = Config { ping_every: Duration::from_millis(100), dead_after: Duration::from_millis(1_500), ..Config::default() };
    let mut house = House::open(config).await;
    let (mut alive, _) = house.client("boss").await;
    let (_silent, no) = house.client("ann").await;
    // Reading lets the client's library answer pings; the silent one is not read.
    let closed = tokio::select! {
        event = house.event() => event,
        message = alive.hear() => panic!("{message:?}"),
    };
    assert_eq!(closed, FromGateway::Closed { session: no, user: ANN });
    house.put(TopicKey::Me(BOB), "still", json!("here"));
    alive.delta(Topic::Me).await;
}

#[tokio::test]
async fn the_switch_can_close_a_socket_or_all_of_a_person() {
    let mut house = House::open(Config::default()).await;
    let (mut one, no) = house.client("ann").await;
    let (mut two, _) = house.client("ann").await;
    let (mut boss, _) = house.client("boss").await;
    house.gateway.kick(no, End::Renew);
    assert_eq!(one.close_code().await, 4409);
    house.gateway.kick_user(ANN, End::LoginEnded);
    assert_eq!(two.close_code().await, 4401);
    boss.say(json!({"type": "ping"})).await;
    assert!(matches!(boss.hear().await, ServerMessage::Pong { .. }));
}

#[tokio::test]
async fn a_login_that_ends_closes_its_socket() {
    let house = House::open(Config::default()).await;
    let mut client = house.raw("brief").await;
    client.say(json!({"type": "hello"})).await;
    assert_eq!(client.close_code().await, 4401);
}

#[tokio::test]
async fn the_end_of_one_login_closes_its_sockets_and_no_other_of_the_person() {
    let mut house = House::open(Config::default()).await;
    let (mut ended, _) = house.client("ann").await;
    let (mut other, _) = house.client("ann-2").await;
    house.gateway.kick_login("ann", End::LoginEnded);
    assert_eq!(ended.close().await, (4401, "the login has ended; sign in again".to_owned()));
    other.say(json!({"type": "ping"})).await;
    assert!(matches!(other.hear().await, ServerMessage::Pong { .. }));
}

#[tokio::test]
async fn a_login_that_ends_while_it_is_looked_up_opens_no_socket() {
    let house = House::open(Config::default()).await;
    let end_it = async {
        house.slow.asked.notified().await;
        house.gateway.kick_user(ANN, End::LoginEnded);
        house.slow.go.notify_one();
    };
    let headers = [("authorization", "Bearer slow"), ("sec-websocket-protocol", SUBPROTOCOL)];
    let (status, ()) = tokio::join!(house.refusal(&headers), end_it);
    assert_eq!(status, 401);
}

#[tokio::test]
async fn shutting_down_closes_all_and_takes_no_more() {
    let mut house = House::open(Config::default()).await;
    let (mut client, _) = house.client("ann").await;
    house.gateway.shut_down();
    assert_eq!(client.close_code().await, 1001);
    assert_eq!(house.refusal(&[("authorization", "Bearer ann"), ("sec-websocket-protocol", SUBPROTOCOL)]).await, 503);
}
