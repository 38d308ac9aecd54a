//! The customer's whole view by the eyes of those who work with it.

use super::*;

async fn customer(house: &House, token: &str, row: Value) -> (String, Value) {
    let made = house.post("/customers", &row).token(token).send().await.is(201);
    (made.header("location").to_owned(), made.json())
}

#[tokio::test]
async fn a_customer_out_of_sight_is_not_there_and_the_lookup_says_only_that_they_are() {
    let house = House::open().await;
    let admin = house.admin().await;
    let owner = house.person("owner", &[UserRole::Agent]).await;
    let (owner_token, agent) = (house.token_of(owner, &[UserRole::Agent]).await, house.token(UserRole::Agent).await);
    let row = json!({
        "name": "Ada", "visibility": "owner", "owner_id": owner, "contacts": [{ "kind": "phone", "value": "+12125550123" }],
    });
    let (one, ada) = customer(&house, &admin, row).await;
    let paths = ["", "/card", "/timeline", "/values", "/relations", "/consent", "/consent/history", "/shares"];
    for path in paths {
        house.get(&format!("{one}{path}")).token(&agent).send().await.refused(404, "not-found");
        house.get(&format!("{one}{path}")).token(&owner_token).send().await.is(200);
    }
    house.patch(&one, &json!({ "notes": "x" })).token(&agent).version(1).send().await.refused(404, "not-found");
    house.post(&format!("{one}/consent"), &json!({ "channels": ["sms"], "state": "denied" })).token(&agent).send().await.is(404);
    for search in ["", "?search=ada", "?search=%2B12125550123", "?owner=me", "?tier=none"] {
        let found = house.get(&format!("/customers{search}")).token(&agent).send().await.is(200).json();
        assert_eq!(found["items"], json!([]), "{search}");
    }
    let mine = house.get("/customers?owner=me").token(&owner_token).send().await.is(200).json();
    assert_eq!(mine["items"][0]["id"], ada["id"]);
    let seen = house.get("/lookup?number=2125550123").token(&agent).send().await.is(200).json();
    assert_eq!((&seen[0]["customer"], &seen[0]["hidden"], &seen[0]["name"]), (&ada["id"], &json!(true), &json!("")));
    let seen = house.get("/lookup?number=2125550123").token(&owner_token).send().await.is(200).json();
    assert_eq!((&seen[0]["name"], &seen[0]["matched"]["how"]), (&json!("Ada"), &json!("exact")));

    // Shared with the agent, they are there.
    let agent_id = house.get("/session").token(&agent).send().await.json()["user"]["id"].clone();
    let agent_id = if agent_id.is_null() { house.get("/session").token(&agent).send().await.json()["id"].clone() } else { agent_id };
    let shares = json!({ "users": [agent_id] });
    let put = house.ask("PUT", &format!("{one}/shares")).json(&shares).token(&owner_token).version(1).send().await.is(200);
    assert_eq!(put.header("etag"), "\"2\"");
    house.get(&one).token(&agent).send().await.is(200);
    house.get("/lookup").token(&agent).send().await.refused(422, "invalid");
}

#[tokio::test]
async fn those_not_contacted_are_listed_by_their_owner_and_tier() {
    let house = House::open().await;
    let admin = house.admin().await;
    for (name, tier) in [("Ada", "gold"), ("Bob", "gold"), ("Cid", "none")] {
        customer(&house, &admin, json!({ "name": name, "tier": tier })).await;
    }
    let page = house.get("/customers?not_contacted_days=30&tier=gold&limit=1").token(&admin).send().await.is(200).json();
    assert_eq!((&page["items"][0]["name"], &page["items"][0]["last_contact_at"]), (&json!("Ada"), &Value::Null));
    let next = page["next"].as_str().unwrap();
    let more = house.get(&format!("/customers?not_contacted_days=30&tier=gold&cursor={next}")).token(&admin).send().await.is(200).json();
    assert_eq!((&more["items"][0]["name"], &more["next"]), (&json!("Bob"), &Value::Null));
    for (query, field) in [
        ("not_contacted_days=soon", "not_contacted_days"),
        ("owner=nobody", "owner"),
        ("kind=moon", "kind"),
        ("name=Ada", "name"),
        ("cursor=x", "cursor"),
    ] {
        let refused = house.get(&format!("/customers?{query}")).token(&admin).send().await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn relations_and_consent_are_added_once_and_read_back() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    let (ada, _) = customer(&house, &agent, json!({ "name": "Ada" })).await;
    let (firm, firm_row) = customer(&house, &agent, json!({ "name": "Engines", "kind": "company" })).await;
    let body = json!({ "relation": "works_for", "customer_id": firm_row["id"], "note": "buyer" });
    let add = || house.post(&format!("{ada}/relations"), &body).token(&agent).header("idempotency-key", "one");
    let made = add().send().await.is(201);
    assert_eq!(add().send().await.is(201).json(), made.json(), "the same key: done once");
    let back = house.get(&format!("{firm}/relations")).token(&agent).send().await.is(200).json();
    assert_eq!((&back["items"][0]["relation"], &back["items"][0]["name"]), (&json!("employs"), &json!("Ada")));
    let refused = house.post(&format!("{ada}/relations"), &json!({ "relation": "likes", "customer_id": firm_row["id"] }));
    refused.token(&agent).send().await.is(422);
    let gone = made.header("location").to_owned();
    house.ask("DELETE", &gone).token(&agent).send().await.is(204);
    house.ask("DELETE", &gone).token(&agent).send().await.is(404);

    let body = json!({ "channels": ["email", "voice"], "state": "denied", "basis": "consent", "source": "call" });
    let made = house.post(&format!("{ada}/consent"), &body).token(&agent).send().await.is(201).json();
    assert_eq!(made["consents"].as_array().unwrap().len(), 2);
    let now = house.get(&format!("{ada}/consent")).token(&agent).send().await.is(200).json();
    assert_eq!((&now[0]["channel"], &now[0]["allowed"], &now[0]["reason"]), (&json!("voice"), &json!(false), &json!("denied")));
    let page = house.get(&format!("{ada}/consent/history?limit=1")).token(&agent).send().await.is(200).json();
    let rest = house.get(&format!("{ada}/consent/history?cursor={}", page["next"].as_str().unwrap())).token(&agent).send().await.json();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let refused = house.post(&format!("{ada}/consent"), &json!({ "channels": [], "state": "denied" })).token(&agent).send().await;
    assert_eq!(refused.refused(422, "invalid")["errors"][0]["field"], "channels");
}

#[tokio::test]
async fn a_formula_is_checked_published_and_shown_with_its_inputs() {
    let house = House::open().await;
    let admin = house.admin().await;
    let check = async |source: &str| house.post("/formulas/check", &json!({ "source": source })).token(&admin).send().await.is(200).json();
    let wrong = check("1 + moon").await;
    assert_eq!((&wrong["usable"], &wrong["problem"]["position"]), (&json!(false), &json!(5)));
    assert_eq!(check("open_items * 2").await["variables"], json!(["open_items"]));
    let variables = house.get("/formulas/variables").token(&admin).send().await.is(200).json();
    assert!(variables.as_array().unwrap().iter().any(|variable| variable["name"] == "orders_count"));

    let made = house.post("/formulas", &json!({ "name": "busy", "on_card": true })).token(&admin).send().await.is(201);
    let versions = format!("{}/versions", made.header("location"));
    let refused = house.post(&versions, &json!({ "source": "1 +" })).token(&admin).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "source");
    let version = house.post(&versions, &json!({ "source": "open_items * 2" })).token(&admin).send().await.is(201);
    house.get(version.header("location")).token(&admin).send().await.is(200);
    house.post(&format!("{}/publish", version.header("location")), &json!({})).token(&admin).send().await.is(200);
    let list = house.get(&versions).token(&admin).send().await.is(200).json();
    assert_eq!((&list[0]["number"], &list[0]["published"]), (&json!(1), &json!(true)));

    let (one, _) = customer(&house, &admin, json!({ "name": "Ada" })).await;
    let values = house.get(&format!("{one}/values")).token(&admin).send().await.is(200).json();
    assert_eq!(
        (&values[0]["name"], &values[0]["value"], &values[0]["inputs"]),
        (&json!("busy"), &json!(0.0), &json!({ "open_items": 0.0 }))
    );
    let card = house.get(&format!("{one}/card")).token(&admin).send().await.is(200).json();
    assert_eq!(card["values"][0]["name"], "busy");
}

#[tokio::test]
async fn the_timeline_is_read_page_by_page() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (one, _) = customer(&house, &admin, json!({ "name": "Ada" })).await;
    house.patch(&one, &json!({ "tier": "gold" })).token(&admin).version(1).send().await.is(200);
    let page = house.get(&format!("{one}/timeline?kinds=change&limit=1")).token(&admin).send().await.is(200).json();
    assert_eq!(page["items"][0]["changes"], json!([{ "field": "tier", "before": "none", "after": "gold" }]));
    assert_eq!(page["items"][0]["user"], "admin");
    let next = page["next"].as_str().unwrap();
    let rest = house.get(&format!("{one}/timeline?kinds=change&cursor={next}")).token(&admin).send().await.is(200).json();
    assert_eq!((&rest["items"][0]["title"], &rest["next"]), (&json!("create"), &Value::Null));
    let refused = house.get(&format!("{one}/timeline?kinds=moon")).token(&admin).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "kinds");
}
