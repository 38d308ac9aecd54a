//! Health, readiness, metrics, the status page, and what every answer has in common.

use super::*;

#[tokio::test]
async fn readiness_follows_draining_the_switch_and_the_database() {
    let mut house = House::with(|state| state.recordings_failing = Box::new(|| 3)).await;
    let ready = house.get("ready").send().await.is(200).json();
    assert_eq!((&ready["ready"], &ready["database"], &ready["journal"]["accepting"]), (&json!(true), &json!(true), &json!(true)));

    assert_eq!(ready["projector"], json!({ "failing": false, "behind": 0, "aside": 0 }));

    assert_eq!(ready["recordings"], json!({ "failing": 3 }), "calls go on without their recordings");

    house.drain.send_replace(true);
    let draining = house.get("ready").send().await.is(503).json();
    assert_eq!((&draining["ready"], &draining["draining"]), (&json!(false), &json!(true)));
    house.drain.send_replace(false);

    // Calls go on without the database as long as the journal has room.
    house.store.close().await;
    let away = house.get("ready").send().await.is(200).json();
    assert_eq!((&away["ready"], &away["database"]), (&json!(true), &json!(false)));

    house.inboxes = None;
    let stopped = house.get("ready").send().await.is(503).json();
    assert_eq!(stopped["switch"], false);
    assert_eq!(house.get("health").send().await.is(200).json()["status"], "ok");
}

#[tokio::test]
async fn without_the_database_requests_are_answered_503_with_when_to_come_back() {
    let house = House::open().await;
    let admin = house.admin().await;
    house.store.close().await;
    for ask in [house.get("/queues").token(&admin), house.post("/session", &json!({ "login": "a", "password": "b" }))] {
        let got = ask.send().await;
        assert_eq!(got.header("retry-after"), "2");
        got.refused(503, "unavailable");
    }
}

#[tokio::test]
async fn metrics_are_for_this_machine_or_for_a_token_with_the_right() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    house.get("/queues").token(&admin).send().await.is(200);
    let text = String::from_utf8(house.get("metrics").send().await.is(200).bytes).unwrap();
    for line in [
        "cordboard_http_requests_total{method=\"GET\",route=\"/api/v1/queues\",status=\"200\"} 1",
        "cordboard_build_info{version=",
        "cordboard_journal_fill_ratio",
        "cordboard_websocket_sockets 0",
        "cordboard_switch_lost_total 0",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let proxied = || house.get("metrics").header("x-forwarded-for", "192.0.2.1");
    proxied().send().await.refused(401, "not-signed-in");
    proxied().token(&agent).send().await.refused(403, "forbidden");
    proxied().token(&admin).send().await.is(200);
}

#[tokio::test]
async fn metrics_show_routes_and_no_ids() {
    let house = House::open().await;
    let admin = house.admin().await;
    house.get(&format!("/customers/{NOBODY}")).token(&admin).send().await.is(404);
    house.get("/nowhere/secret-word").send().await.is(404);
    let text = String::from_utf8(house.get("metrics").send().await.is(200).bytes).unwrap();
    assert!(text.contains("route=\"/api/v1/customers/{id}\",status=\"404\""), "{text}");
    assert!(text.contains("route=\"none\",status=\"404\""));
    assert!(!text.contains(NOBODY) && !text.contains("secret-word"));
}

#[tokio::test]
async fn the_status_page_says_what_runs_without_script() {
    let house = House::open().await;
    let got = house.get("status").header("accept-language", "zh-CN").send().await.is(200);
    assert_eq!((got.header("content-language"), got.header("content-type")), ("zh", "text/html; charset=utf-8"));
    assert!(got.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
    let page = String::from_utf8(got.bytes).unwrap();
    assert!(page.contains("lang=\"zh\"") && page.contains("/api/openapi.json") && !page.contains("<script"), "{page}");
    let english = String::from_utf8(house.get("status").send().await.is(200).bytes).unwrap();
    assert!(english.contains("The contact center is running."));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_careful() {
    let house = House::open().await;
    for path in ["health", "nowhere", "/queues"] {
        let got = house.get(path).send().await;
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(got.header("x-frame-options"), "DENY");
        assert_eq!(got.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(got.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn what_cannot_be_served_is_a_problem_too() {
    let house = House::open().await;
    let admin = house.admin().await;
    house.get("nowhere").send().await.refused(404, "not-found");
    house.ask("PUT", "/queues").json(&json!({})).token(&admin).send().await.refused(405, "no-such-method");
    let post = || house.ask("POST", "/queues").token(&admin);
    post().send().await.refused(415, "not-json");
    let mut broken = post().header("content-type", "application/json");
    broken.builder = broken.builder.body("{\"name\": ");
    broken.send().await.refused(400, "malformed");
    let large = json!({ "name": "x".repeat(2 << 20) });
    house.post("/queues", &large).token(&admin).send().await.refused(413, "too-large");
    house.get("/queues").send().await.refused(401, "not-signed-in");
}

#[tokio::test]
async fn the_gateway_is_served_beside_the_api() {
    let house = House::open().await;
    let got = house.get("ws/v1").send().await;
    assert!(!matches!(got.status, 404 | 200), "{got:?}");
}
