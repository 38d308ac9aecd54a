//! Webhooks to a receiver on this machine: what comes, signed how, in which order, again after failures, and where nothing is sent.

use super::*;
use crate::config::WebhooksConfig;
use crate::hooks::Hooks;
use axum::extract::State as AxumState;
use axum::http::{HeaderMap as AxumHeaders, StatusCode};
use crm_core::webhooks::signature;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

/// What was posted, and what is answered.
#[derive(Default)]
struct Receiver {
    status: AtomicU16,
    got: Mutex<Vec<(AxumHeaders, String)>>,
}

impl Receiver {
    async fn open() -> (Arc<Receiver>, String) {
        let receiver = Arc::new(Receiver { status: AtomicU16::new(204), got: Mutex::default() });
        let take = |AxumState(receiver): AxumState<Arc<Receiver>>, headers: AxumHeaders, body: String| async move {
            receiver.got.lock().unwrap().push((headers, body));
            let status = StatusCode::from_u16(receiver.status.load(Ordering::Relaxed)).unwrap();
            (status, [("location", "http://127.0.0.1:9/elsewhere")], "thank you")
        };
        let app = axum::Router::new().route("/hook", axum::routing::post(take)).with_state(Arc::clone(&receiver));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, url)
    }

    fn bodies(&self) -> Vec<Value> {
        self.got.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }
}

fn hooks(house: &House, allowed: &str) -> Hooks {
    let private_allowed = vec![allowed.parse().unwrap()];
    Hooks::new(house.store.clone(), house.clock, WebhooksConfig { private_allowed, ..WebhooksConfig::default() }).unwrap()
}

#[tokio::test]
async fn a_change_is_posted_signed_and_what_nobody_wants_is_not() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (receiver, url) = Receiver::open().await;
    let hooks = hooks(&house, "127.0.0.1");
    let body = json!({ "name": "Mirror", "url": url, "kinds": ["customer.*"] });
    let made = house.post("/webhooks", &body).token(&admin).send().await.is(201);
    let (one, secret) = (made.header("location").to_owned(), made.json()["secret"].as_str().unwrap().to_owned());
    assert!(secret.starts_with("whsec_") && secret.len() > 30);
    assert_eq!(house.get(&one).token(&admin).send().await.is(200).json().get("secret"), None);

    let customer = house.post("/customers", &json!({ "name": "Ada" })).token(&admin).send().await.is(201).json();
    let id = customer["id"].as_str().unwrap();
    house.patch(&format!("/customers/{id}"), &json!({ "tier": "gold" })).version(1).token(&admin).send().await.is(200);
    house.post("/skills", &json!({ "name": "Chinese" })).token(&admin).send().await.is(201);
    while hooks.round().await.unwrap() > 0 {}
    let bodies = receiver.bodies();
    let kinds: Vec<&Value> = bodies.iter().map(|body| &body["kind"]).collect();
    assert_eq!(kinds, ["customer.created", "customer.updated"]);
    assert_eq!(
        (&bodies[1]["resource_id"], &bodies[1]["changed"], &bodies[1]["data"]["tier"]),
        (&json!(id), &json!(["tier"]), &json!("gold"))
    );
    {
        let got = receiver.got.lock().unwrap();
        let (headers, body) = &got[0];
        let sign = headers["cordboard-signature"].to_str().unwrap();
        let seconds: i64 = sign.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
        assert_eq!(sign, signature(&secret, Utc(seconds * 1_000_000), body));
        assert_eq!(headers["cordboard-event"].to_str().unwrap(), bodies[0]["id"]);
    }
    let list = house.get(&format!("{one}/deliveries?state=delivered")).token(&admin).send().await.is(200).json();
    assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["last_status"]), (2, &json!(204)));

    // Once more, one of them and then all.
    let delivery = list["items"][1]["id"].as_i64().unwrap();
    house.post(&format!("{one}/deliveries/{delivery}/replay"), &json!({})).token(&admin).send().await.is(200);
    while hooks.round().await.unwrap() > 0 {}
    assert_eq!(receiver.bodies()[2], bodies[0], "the same event, with the same id");
    let all = house.post(&format!("{one}/replay?since=0"), &json!({})).token(&admin).send().await.is(200).json();
    assert_eq!(all, json!({ "queued": 2, "next": null }));
    while hooks.round().await.unwrap() > 0 {}
    assert_eq!(receiver.bodies().len(), 5);
    house.post(&format!("{one}/test"), &json!({})).token(&admin).send().await.is(200);
    while hooks.round().await.unwrap() > 0 {}
    assert_eq!(receiver.bodies()[5]["kind"], "webhook.test");
}

#[tokio::test]
async fn what_is_not_taken_waits_with_all_later_changes_of_the_same_row() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (receiver, url) = Receiver::open().await;
    let hooks = hooks(&house, "127.0.0.0/8");
    let body = json!({ "name": "Mirror", "url": url, "kinds": ["customer.*"] });
    let one = house.post("/webhooks", &body).token(&admin).send().await.is(201).header("location").to_owned();
    // A redirect is an answer like any other that is no 2xx; it is not followed.
    receiver.status.store(307, Ordering::Relaxed);
    let ada = house.post("/customers", &json!({ "name": "Ada" })).token(&admin).send().await.is(201).json()["id"].clone();
    house.patch(&format!("/customers/{}", ada.as_str().unwrap()), &json!({ "tier": "gold" })).version(1).token(&admin).send().await.is(200);
    house.post("/customers", &json!({ "name": "Bob" })).token(&admin).send().await.is(201);
    while hooks.round().await.unwrap() > 0 {}
    let tried: Vec<Value> = receiver.bodies().iter().map(|body| body["kind"].clone()).collect();
    // On a slow machine the next try is due before the last was looked at.
    assert!(tried.len() >= 2 && tried.iter().all(|kind| kind == "customer.created"), "the change waits for its row's creation: {tried:?}");
    let status = house.get(&format!("{one}/status")).token(&admin).send().await.is(200).json();
    assert_eq!((&status["active"], &status["pending"]), (&json!(true), &json!(3)));
    assert!(status["failing_since"].is_i64());
    let list = house.get(&format!("{one}/deliveries")).token(&admin).send().await.is(200).json();
    assert_eq!(list["items"][2]["last_status"], 307);
    assert!(list["items"][2]["attempts"].as_u64() >= Some(1));

    receiver.status.store(200, Ordering::Relaxed);
    house.sql("UPDATE webhook_delivery SET next_at = 0").await;
    while hooks.round().await.unwrap() > 0 {}
    let taken: Vec<Value> =
        receiver.bodies().iter().skip(tried.len()).filter(|body| body["resource_id"] == ada).map(|body| body["kind"].clone()).collect();
    assert_eq!(taken, ["customer.created", "customer.updated"]);
    let status = house.get(&format!("{one}/status")).token(&admin).send().await.is(200).json();
    assert_eq!((&status["pending"], &status["failing_since"]), (&json!(0), &Value::Null));
}

#[tokio::test]
async fn nothing_is_sent_to_this_machine_unless_it_is_allowed() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (receiver, url) = Receiver::open().await;
    let body = json!({ "name": "Inside", "url": url, "kinds": ["*"] });
    let one = house.post("/webhooks", &body).token(&admin).send().await.is(201).header("location").to_owned();
    house.post("/customers", &json!({ "name": "Ada" })).token(&admin).send().await.is(201);
    let hooks = hooks(&house, "10.0.0.0/8");
    while hooks.round().await.unwrap() > 0 {}
    assert!(receiver.bodies().is_empty());
    let list = house.get(&format!("{one}/deliveries")).token(&admin).send().await.is(200).json();
    assert_eq!((&list["items"][0]["state"], &list["items"][0]["last_error"]), (&json!("pending"), &json!("refused_address")));
    for url in ["http://example.com/", "https://a:b@example.com/", "file:///etc/passwd"] {
        let refused = house.post("/webhooks", &json!({ "name": "x", "url": url, "kinds": ["*"] })).token(&admin).send().await;
        assert_eq!(refused.refused(422, "invalid")["errors"][0]["field"], "url", "{url}");
    }
}
