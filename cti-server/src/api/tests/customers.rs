//! Customers by the eyes of an agent.

use super::*;

#[tokio::test]
async fn a_customer_is_added_found_read_and_changed() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    let body = json!({
        "given_name": "Ada", "family_name": "King", "tier": "gold",
        "contacts": [{ "kind": "phone", "value": "(212) 555-0123", "label": "work", "preferred": true }, { "kind": "email", "value": "Ada@Example.com" }],
    });
    let made = house.post("/customers", &body).token(&agent).send().await.is(201);
    let customer = made.json();
    let one = made.header("location").to_owned();
    assert_eq!(customer["name"], "Ada King");
    assert_eq!(customer["contacts"][0]["value"], "+12125550123");

    for search in ["ada", "king", "+1%20212%20555%200123", "2125550123", "ada@ex"] {
        let found = house.get(&format!("/customers?search={search}")).token(&agent).send().await.is(200).json();
        assert_eq!(found["items"][0]["id"], customer["id"], "{search}: {found}");
    }
    let found = house.get("/customers?search=lovelace").token(&agent).send().await.is(200).json();
    assert_eq!(found["items"], json!([]));

    // A whole row may be sent back as it was read.
    let mut patch = customer.clone();
    patch["notes"] = json!("likes engines");
    let changed = house.patch(&one, &patch).token(&agent).version(1).send().await.is(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    assert_eq!(changed.json()["notes"], "likes engines");
    assert_eq!(changed.json()["contacts"], customer["contacts"]);

    let contacts = json!({ "contacts": [{ "kind": "phone", "value": "+44 20 7946 0000" }] });
    let put = |version: i64| house.ask("PUT", &format!("{one}/contacts")).json(&contacts).token(&agent).version(version);
    put(1).send().await.refused(412, "version-conflict");
    let replaced = put(2).send().await.is(200);
    assert_eq!(replaced.header("etag"), "\"3\"");
    assert_eq!(replaced.json()["contacts"][0]["value"], "+442079460000");
    let read = house.get(&one).token(&agent).send().await.is(200);
    assert_eq!((read.header("etag"), read.json()), ("\"3\"", replaced.json()));
    let card = house.get(&format!("{one}/card")).token(&agent).send().await.is(200).json();
    assert_eq!((&card["name"], &card["tier"]), (&json!("Ada King"), &json!("gold")));
}

#[tokio::test]
async fn a_refused_contact_point_is_named_and_nothing_is_written() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    let body = json!({ "name": "Ada", "contacts": [{ "kind": "email", "value": "a@b.c" }, { "kind": "email", "value": "nonsense" }] });
    let refused = house.post("/customers", &body).token(&agent).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "contacts[1].value");
    assert_eq!(house.get("/customers").token(&agent).send().await.json()["items"], json!([]));
}

#[tokio::test]
async fn customers_are_read_page_by_page() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    for n in 0..5 {
        house.post("/customers", &json!({ "name": format!("Ada {n}") })).token(&agent).send().await.is(201);
    }
    for search in ["", "ada"] {
        let mut names = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = house.get(&format!("/customers?search={search}&limit=2&cursor={cursor}")).token(&agent).send().await.is(200).json();
            names.extend(page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(names, ["Ada 0", "Ada 1", "Ada 2", "Ada 3", "Ada 4"], "{search}");
    }
}
