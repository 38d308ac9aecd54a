//! Tasks, callbacks, notes and the list of it all, by the eyes of two agents.

use super::*;

#[tokio::test]
async fn work_is_made_seen_by_those_it_concerns_and_done() {
    let house = House::open().await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    let (ann_token, bob_token) = (house.token_of(ann, &[UserRole::Agent]).await, house.token_of(bob, &[UserRole::Agent]).await);
    let task = json!({ "title": "Send the offer", "owner": format!("user:{ann}"), "priority": 2, "due_at": 1_760_000_000_000_000_i64,
        "created_by": bob, "sort_at": 5 });
    let made = house.post("/tasks", &task).token(&ann_token).send().await.is(201);
    let (one, made) = (made.header("location").to_owned(), made.json());
    assert_eq!((&made["created_by"], &made["reminder_at"]), (&json!(ann), &task["due_at"]));
    assert_eq!(made["sort_at"], 1_760_000_000_000_000_i64 - 8 * 3_600_000_000_i64);
    house.get(&one).token(&bob_token).send().await.refused(404, "not-found");
    house.get(&format!("/tasks?owner=user:{ann}")).token(&bob_token).send().await.refused(403, "forbidden");
    assert_eq!(house.get("/tasks").token(&bob_token).send().await.is(200).json()["items"], json!([]));

    let mine = house.get("/my-work").token(&ann_token).send().await.is(200).json();
    assert_eq!((&mine["items"][0]["id"], &mine["counts"]["tasks"], &mine["counts"]["tasks_late"]), (&made["id"], &json!(1), &json!(1)));
    let done = house.patch(&one, &json!({ "state": "done" })).version(1).token(&ann_token).send().await.is(200).json();
    assert!(done["done_at"].is_i64(), "{done}");
    assert_eq!(house.get("/my-work").token(&ann_token).send().await.is(200).json()["items"], json!([]));
    house.ask("DELETE", &one).version(2).token(&ann_token).send().await.is(204);
}

#[tokio::test]
async fn a_callback_is_promised_taken_tried_and_reached() {
    let house = House::open().await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    let (ann_token, bob_token) = (house.token_of(ann, &[UserRole::Agent]).await, house.token_of(bob, &[UserRole::Agent]).await);
    let customer = house.post("/customers", &json!({ "name": "Ada" })).token(&ann_token).send().await.is(201).json();
    let now = house.clock.utc().0;
    let callback = json!({ "customer_id": customer["id"], "number": "(212) 555-0123", "reason": "the offer", "from_at": now - 1_000_000,
        "until_at": now + 7_200_000_000_i64, "zone": "America/New_York", "owner": format!("user:{ann}") });
    let mut past = callback.clone();
    past["until_at"] = json!(now - 1);
    past["from_at"] = json!(now - 3_600_000_000_i64);
    house.post("/callbacks", &past).token(&ann_token).send().await.refused(422, "invalid");
    let made = house.post("/callbacks", &callback).token(&ann_token).send().await.is(201);
    let one = made.header("location").to_owned();
    assert_eq!((&made.json()["number"], &made.json()["state"]), (&json!("+12125550123"), &json!("scheduled")));
    assert_eq!(house.get("/callbacks/due").token(&ann_token).send().await.is(200).json()["items"], json!([]));
    assert_eq!(house.store.sweep_callbacks(house.clock.utc()).await.unwrap(), 1);
    let due = house.get("/callbacks/due").token(&ann_token).send().await.is(200).json();
    assert_eq!(due["items"][0]["id"], made.json()["id"]);
    let told = house.get("/notifications?unread=true").token(&ann_token).send().await.is(200).json();
    assert_eq!((&told["items"][0]["kind"], &told["items"][0]["title"]), (&json!("callback"), &json!("the offer")));

    let step = |verb: &str, body: Value, token: &str| house.post(&format!("{one}/{verb}"), &body).token(token);
    let taken = step("take", json!({}), &ann_token).send().await.is(200).json();
    assert_eq!((&taken["state"], &taken["offered_to"]), (&json!("offered"), &json!(ann)));
    step("take", json!({}), &bob_token).send().await.refused(409, "not-unique");
    let tried = step("attempts", json!({ "outcome": "no_answer" }), &ann_token).send().await.is(200).json();
    assert_eq!((&tried["state"], &tried["attempts"], &tried["offered_to"]), (&json!("attempted"), &json!(1), &Value::Null));
    let reached = step("attempts", json!({ "outcome": "reached", "note": "took the offer" }), &ann_token).send().await.is(200).json();
    assert_eq!((&reached["state"], &reached["next_at"]), (&json!("done"), &Value::Null));
    step("cancel", json!({}), &ann_token).send().await.refused(422, "invalid");
    let attempts = house.get(&format!("{one}/attempts")).token(&ann_token).send().await.is(200).json();
    let outcomes: Vec<&Value> = attempts.as_array().unwrap().iter().map(|attempt| &attempt["outcome"]).collect();
    assert_eq!(outcomes, ["no_answer", "reached"]);
}

#[tokio::test]
async fn who_is_mentioned_in_a_note_is_told_once_and_marks_it_read() {
    let house = House::open().await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    let (ann_token, bob_token) = (house.token_of(ann, &[UserRole::Agent]).await, house.token_of(bob, &[UserRole::Agent]).await);
    let customer = house.post("/customers", &json!({ "name": "Ada" })).token(&ann_token).send().await.is(201).json()["id"].clone();
    let note = json!({ "subject": "customer", "subject_id": customer, "text": "@bob please call; @nobody knows, @ann too" });
    let made = house.post("/notes", &note).token(&ann_token).send().await.is(201);
    let one = made.header("location").to_owned();
    assert_eq!((&made.json()["mentions"], &made.json()["customer_id"]), (&json!([ann, bob]), &customer));
    let told = house.get("/notifications").token(&bob_token).send().await.is(200).json();
    assert_eq!((&told["items"][0]["kind"], &told["items"][0]["resource_id"]), (&json!("mention"), &made.json()["id"]));
    house.patch(&one, &json!({ "text": "mine" })).version(1).token(&bob_token).send().await.refused(403, "forbidden");
    house.patch(&one, &json!({ "text": "@bob: done" })).version(1).token(&ann_token).send().await.is(200);
    let told = house.get("/notifications").token(&bob_token).send().await.is(200).json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "a mention that stays is told once");
    assert_eq!(
        house.get("/notifications").token(&ann_token).send().await.is(200).json()["items"],
        json!([]),
        "nobody is told by themselves"
    );

    let read = house.post("/notifications/read", &json!({})).token(&bob_token).send().await.is(200).json();
    assert_eq!(read, json!({ "read": 1 }));
    assert_eq!(house.get("/notifications?unread=true").token(&bob_token).send().await.is(200).json()["items"], json!([]));
    let found = house.get(&format!("/notes?customer={}", customer.as_str().unwrap())).token(&bob_token).send().await.is(200).json();
    assert_eq!(found["items"][0]["text"], "@bob: done");
    house.get("/notes").token(&bob_token).send().await.refused(422, "invalid");
}

#[tokio::test]
async fn a_screen_that_follows_a_record_and_its_work_is_told_of_changes() {
    let house = House::open().await;
    let state = house.gateway.clone();
    tokio::spawn(crate::news::run(house.store.clone(), state, house.clock));
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let customer = house.post("/customers", &json!({ "name": "Ada" })).token(&token).send().await.is(201).json();
    let id = customer["id"].as_str().unwrap();
    let mut socket = house.socket("authorization", &format!("Bearer {token}")).await;
    let topics = json!({ "type": "subscribe", "topics": [format!("customer/{id}"), "my-work"] });
    socket.0.send(Message::text(topics.to_string())).await.unwrap();
    let counts = socket.entry("my-work", "counts").await;
    assert_eq!(counts["tasks"], 0);
    house.patch(&format!("/customers/{id}"), &json!({ "notes": "calls back" })).version(1).token(&token).send().await.is(200);
    let change = socket.entry(&format!("customer/{id}"), "customer").await;
    assert_eq!((&change["id"], &change["version"], &change["by"]), (&json!(id), &json!(2), &json!(ann)));
    let task = json!({ "title": "Call", "owner": format!("user:{ann}"), "customer_id": id });
    let task = house.post("/tasks", &task).token(&token).send().await.is(201).json();
    let change = socket.entry(&format!("customer/{id}"), "task").await;
    assert_eq!((&change["id"], &change["version"]), (&task["id"], &json!(1)));
    while socket.entry("my-work", "counts").await["tasks"] != 1 {}
}
