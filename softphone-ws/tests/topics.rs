//! Topics over real sockets: snapshots, deltas, resuming, slow clients. Opening and commands are tested in `sockets`.

mod house;

use house::{ANN, BOB, House};
use serde_json::{Value, json};
use softphone_ws::protocol::{At, ErrorCode, ServerMessage, Topic};
use softphone_ws::{Config, FromGateway, TopicKey};
use std::time::Duration;

const ME: TopicKey = TopicKey::Me(ANN);

#[tokio::test]
async fn after_hello_come_the_snapshot_and_then_deltas() {
    let house = House::open(Config::default()).await;
    house.put(ME, "agent", json!({"state": "ready"}));
    let mut client = house.raw("ann").await;
    client.say(json!({"type": "hello"})).await;
    client.welcome().await;
    let (at, state) = client.snapshot(Topic::Me).await;
    assert_eq!(Value::from(state), json!({"agent": {"state": "ready"}}));

    house.publish(ME, vec![("agent", None), ("offer/1", Some(json!({"n": 1})))]);
    let (next, set, del) = client.delta(Topic::Me).await;
    assert_eq!(next, At { version: at.version + 1, ..at });
    assert_eq!(Value::from(set), json!({"offer/1": {"n": 1}}));
    assert_eq!(del, ["agent"]);
}

#[tokio::test]
async fn replacing_a_topic_removes_what_is_not_named() {
    let mut house = House::open(Config::default()).await;
    let (mut client, _) = house.client("ann").await;
    house.publish(ME, vec![("a", Some(json!(1))), ("b", Some(json!(2)))]);
    client.delta(Topic::Me).await;
    house.gateway.replace(ME, vec![("b".into(), json!(2)), ("c".into(), json!(3))]);
    let (_, set, del) = client.delta(Topic::Me).await;
    assert_eq!((Value::from(set), del), (json!({"c": 3}), vec!["a".to_owned()]));
}

#[tokio::test]
async fn one_persons_topic_is_not_sent_to_another() {
    let mut house = House::open(Config::default()).await;
    let (mut boss, _) = house.client("boss").await;
    house.put(ME, "agent", json!("ann's"));
    house.put(TopicKey::Me(BOB), "agent", json!("bob's"));
    let (_, set, _) = boss.delta(Topic::Me).await;
    assert_eq!(Value::from(set), json!({"agent": "bob's"}));
}

#[tokio::test]
async fn who_resumes_gets_only_the_missing_deltas() {
    let house = House::open(Config::default()).await;
    house.put(ME, "n", json!(0));
    let mut client = house.raw("ann").await;
    client.say(json!({"type": "hello"})).await;
    client.welcome().await;
    let (at, _) = client.snapshot(Topic::Me).await;
    drop(client);
    for n in 1..=3 {
        house.put(ME, "n", json!(n));
    }
    let mut client = house.raw("ann").await;
    client.say(json!({"type": "hello", "resume": {"me": at}})).await;
    client.welcome().await;
    for n in 1..=3 {
        let (next, set, _) = client.delta(Topic::Me).await;
        assert_eq!(next.version, at.version + n);
        assert_eq!(Value::from(set), json!({"n": n}));
    }
}

#[tokio::test]
async fn who_resumes_from_too_far_back_gets_a_snapshot() {
    let house = House::open(Config { deltas_max: 4, ..Config::default() }).await;
    house.put(ME, "n", json!(0));
    let mut client = house.raw("ann").await;
    client.say(json!({"type": "hello"})).await;
    client.welcome().await;
    let (at, _) = client.snapshot(Topic::Me).await;
    drop(client);
    for n in 1..=5 {
        house.put(ME, "n", json!(n));
    }
    let mut client = house.raw("ann").await;
    client.say(json!({"type": "hello", "resume": {"me": at}})).await;
    client.welcome().await;
    let (now, state) = client.snapshot(Topic::Me).await;
    assert_eq!(now.version, at.version + 5);
    assert_eq!(Value::from(state), json!({"n": 5}));
}

#[tokio::test]
async fn who_resumes_from_another_run_of_the_server_gets_a_snapshot() {
    let house = House::open(Config::default()).await;
    house.put(ME, "n", json!(1));
    let mut client = house.raw("ann").await;
    client.say(json!({"type": "hello", "resume": {"me": {"epoch": 1, "version": 1}}})).await;
    client.welcome().await;
    assert_ne!(client.snapshot(Topic::Me).await.0.epoch, 1);
}

#[tokio::test]
async fn both_tabs_of_a_person_see_the_same() {
    let mut house = House::open(Config::default()).await;
    let (mut one, no_one) = house.client("ann").await;
    let (mut two, no_two) = house.client("ann").await;
    assert_ne!(no_one, no_two);
    house.put(ME, "agent", json!("busy"));
    assert_eq!(one.delta(Topic::Me).await, two.delta(Topic::Me).await);
}

#[tokio::test]
async fn the_floor_is_for_supervisors() {
    let mut house = House::open(Config::default()).await;
    let (mut ann, _) = house.client("ann").await;
    ann.say(json!({"type": "subscribe", "topics": ["floor"]})).await;
    match ann.hear().await {
        ServerMessage::Refused { topic: Topic::Floor, error } => assert_eq!(error.code, ErrorCode::Forbidden),
        other => panic!("{other:?}"),
    }
    let (mut boss, _) = house.client("boss").await;
    boss.say(json!({"type": "subscribe", "topics": ["floor"]})).await;
    boss.snapshot(Topic::Floor).await;
}

#[tokio::test]
async fn changes_of_the_floor_within_a_beat_are_joined() {
    let mut house = House::open(Config { conflate: Duration::from_millis(400), ..Config::default() }).await;
    let (mut boss, _) = house.client("boss").await;
    boss.say(json!({"type": "subscribe", "topics": ["floor"]})).await;
    let (start, _) = boss.snapshot(Topic::Floor).await;
    // The first change leaves at once and begins the beat; the rest wait for its end.
    house.put(TopicKey::Floor, "first", json!(true));
    let (first, ..) = boss.delta(Topic::Floor).await;
    assert_eq!(first.version, start.version + 1);
    for n in 0..100 {
        house.put(TopicKey::Floor, "n", json!(n));
        house.put(TopicKey::Floor, "gone", json!(n));
    }
    house.publish(TopicKey::Floor, vec![("gone", None)]);
    let (second, set, del) = boss.delta(Topic::Floor).await;
    assert_eq!(second.version, first.version + 1);
    assert_eq!((Value::from(set), del.len()), (json!({"n": 99}), 0));
}

#[tokio::test]
async fn who_unsubscribes_hears_no_more_and_an_empty_topic_is_forgotten() {
    let mut house = House::open(Config::default()).await;
    let (mut boss, _) = house.client("boss").await;
    boss.say(json!({"type": "subscribe", "topics": ["floor"]})).await;
    boss.snapshot(Topic::Floor).await;
    assert_eq!(house.gateway.stats().topics, 2);
    boss.say(json!({"type": "unsubscribe", "topics": ["floor"]})).await;
    boss.say(json!({"type": "ping"})).await;
    assert!(matches!(boss.hear().await, ServerMessage::Pong { .. }));
    assert_eq!(house.gateway.stats().topics, 1);
    house.put(TopicKey::Floor, "n", json!(1));
    house.put(TopicKey::Me(BOB), "n", json!(1));
    boss.delta(Topic::Me).await;
}

#[tokio::test]
async fn more_topics_than_a_socket_may_follow_are_refused() {
    let mut house = House::open(Config { topics_per_socket_max: 2, ..Config::default() }).await;
    let (mut boss, _) = house.client("boss").await;
    let queue = "queue/00000000-0000-0000-0000-000000000001";
    boss.say(json!({"type": "subscribe", "topics": ["floor", queue]})).await;
    let mut refused = Vec::new();
    for _ in 0..2 {
        match boss.hear().await {
            ServerMessage::Refused { topic, error } => refused.push((topic.to_string(), error.code)),
            ServerMessage::Snapshot { topic, .. } => assert_eq!(topic, Topic::Floor),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, [(queue.to_owned(), ErrorCode::TooManyTopics)]);
}

#[tokio::test]
async fn a_slow_client_is_resynchronised_and_costs_a_bounded_amount() {
    let config = Config::default();
    let bound = config.delta_bytes_max;
    let mut house = House::open(config).await;
    let (mut client, _) = house.client("ann").await;
    // The client reads nothing meanwhile: 40 MB of changes.
    let padding = "x".repeat(10_000);
    for n in 0..4_000 {
        house.put(ME, &format!("k{}", n % 7), json!({"n": n, "padding": padding}));
        assert!(house.gateway.stats().held_bytes <= bound + 100_000);
        if n % 500 == 0 {
            tokio::task::yield_now().await;
        }
    }
    house.put(ME, "last", json!(true));
    let mut state = serde_json::Map::new();
    let (mut version, mut heard, mut snapshots) = (0, 0, 0);
    while !state.contains_key("last") {
        heard += 1;
        match client.hear().await {
            ServerMessage::Snapshot { version: v, state: s, .. } => {
                snapshots += 1;
                (version, state) = (v, s);
            }
            ServerMessage::Delta { version: v, set, .. } => {
                assert!(version == 0 || v == version + 1, "no gap without a snapshot");
                version = v;
                state.extend(set);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(snapshots >= 1 && heard < 4_000, "{snapshots} snapshots, {heard} messages");
    assert!(house.gateway.stats().resyncs >= 1);
    for n in 3_993..4_000 {
        assert_eq!(state[&format!("k{}", n % 7)]["n"], n);
    }
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_closed() {
    let mut house = House::open(Config { write_within: Duration::from_millis(200), ..Config::default() }).await;
    let (client, no) = house.client("ann").await;
    // More than the kernel's buffers take, until the gateway gives up.
    for n in 0.. {
        assert!(n < 2_000, "never closed");
        house.put(ME, "n", json!({"n": n, "padding": "x".repeat(200_000)}));
        if let Ok(event) = tokio::time::timeout(Duration::from_millis(10), house.events.recv()).await {
            assert_eq!(event, Some(FromGateway::Closed { session: no, user: ANN }));
            break;
        }
    }
    assert_eq!(house.gateway.stats().too_slow, 1);
    drop(client);
}

#[tokio::test]
async fn a_record_is_told_of_to_those_who_have_it_before_them_and_kept_for_nobody() {
    let mut house = House::open(Config::default()).await;
    let id = cti_types::CustomerId::from_u128(7);
    let (key, topic) = (TopicKey::Customer(id), Topic::Customer(id));
    house.publish(key, vec![("order", Some(json!({"n": 1})))]);
    assert!(house.gateway.followed_records().is_empty(), "nobody follows it: nothing is kept");
    let (mut client, _) = house.client("ann").await;
    client.say(json!({"type": "subscribe", "topics": [format!("customer/{id}")]})).await;
    let (_, state) = client.snapshot(topic).await;
    assert_eq!(Value::from(state), json!({}));
    for n in 2..=3 {
        house.publish(key, vec![("order", Some(json!({"n": n})))]);
        let (_, set, _) = client.delta(topic).await;
        assert_eq!(Value::from(set), json!({"order": {"n": n}}), "each change is a delta of its own");
    }
    let before = house.gateway.followed_records();
    assert_eq!(before.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [key]);
    client.say(json!({"type": "unsubscribe", "topics": [format!("customer/{id}")]})).await;
    client.say(json!({"type": "subscribe", "topics": [format!("customer/{id}")]})).await;
    let (_, state) = client.snapshot(topic).await;
    assert_eq!(Value::from(state), json!({}), "what it held went with its last follower");
    assert_ne!(house.gateway.followed_records(), before, "it is another topic of the same name");
}

#[tokio::test]
async fn a_record_is_followed_by_who_sees_it_and_as_long_as_they_do() {
    let mut house = House::open(Config::default()).await;
    let id = cti_types::CustomerId::from_u128(7);
    let (key, topic) = (TopicKey::Customer(id), Topic::Customer(id));
    house.hidden.lock().unwrap().insert(id);
    let (mut client, _) = house.client("ann").await;
    let refused = |message: ServerMessage| match message {
        ServerMessage::Refused { topic, error } => (topic, error.code),
        other => panic!("{other:?}"),
    };
    let subscribe = json!({"type": "subscribe", "topics": [format!("customer/{id}")]});
    client.say(subscribe.clone()).await;
    assert_eq!(refused(client.hear().await), (topic, ErrorCode::Forbidden));
    assert!(house.gateway.followed_records().is_empty());
    house.hidden.lock().unwrap().clear();
    client.say(subscribe).await;
    client.snapshot(topic).await;
    // Looked at again without need, it goes on.
    house.gateway.look_again(key);
    house.publish(key, vec![("order", Some(json!({"n": 1})))]);
    client.delta(topic).await;
    house.hidden.lock().unwrap().insert(id);
    house.gateway.look_again(key);
    assert_eq!(refused(client.hear().await), (topic, ErrorCode::Forbidden));
    assert!(house.gateway.followed_records().is_empty(), "nobody follows it any more");
}
