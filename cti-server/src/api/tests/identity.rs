//! One view of one customer, by the API.

use super::*;

async fn customer(house: &House, token: &str, body: Value) -> (String, i64) {
    let made = house.post("/customers", &body).token(token).send().await.is(201).json();
    (made["id"].as_str().unwrap().to_owned(), made["version"].as_i64().unwrap())
}

#[tokio::test]
async fn two_are_found_merged_redirected_and_parted_again() {
    let house = House::open().await;
    let boss = house.token(UserRole::Supervisor).await;
    let phone = json!([{ "kind": "phone", "value": "+442079460001" }]);
    let (a, _) = customer(&house, &boss, json!({ "name": "Ada King", "contacts": phone })).await;
    let (b, _) = customer(&house, &boss, json!({ "name": "King, Ada", "tier": "gold", "contacts": phone })).await;
    let found = house.get(&format!("/customers/{a}/duplicates")).token(&boss).send().await.is(200).json();
    assert_eq!((found[0]["customer_id"].as_str(), found[0]["score"].as_i64()), (Some(b.as_str()), Some(80)));
    assert_eq!(found[0]["reasons"][0], json!({ "rule": "phone_equal", "field": "contacts", "points": 45 }));

    let choice = json!({ "merged_id": b, "choices": { "name": "merged" } });
    let preview = house.post(&format!("/customers/{a}/merge/preview"), &choice).token(&boss).send().await.is(200).json();
    let tier = preview["fields"].as_array().unwrap().iter().find(|field| field["field"] == "tier").unwrap();
    assert_eq!((&tier["result"], &tier["choice"], &tier["conflict"]), (&json!("gold"), &json!("merged"), &json!(false)));
    let merge = |version: i64, body: &Value| house.post(&format!("/customers/{a}/merge"), body).token(&boss).version(version);
    merge(1, &choice).send().await.refused(422, "invalid");
    let mut choice = choice.clone();
    choice["merged_version"] = json!(1);
    merge(9, &choice).send().await.refused(412, "version-conflict");
    let merged = merge(1, &choice).send().await.is(200).json();
    assert_eq!(house.get(&format!("/customers/{a}")).token(&boss).send().await.json()["name"], "King, Ada");

    // The client follows by itself; one that does not is told where to go.
    let followed = house.get(&format!("/customers/{b}/card")).token(&boss).send().await.is(200).json();
    assert_eq!(followed["customer"], json!(a));
    let bare = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = bare.get(format!("{}/api/v1/customers/{b}?x=1", house.url)).bearer_auth(&boss).send().await.unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!(answer.headers()["location"], format!("/api/v1/customers/{a}?x=1"));
    assert_eq!(answer.json::<Value>().await.unwrap()["merged_into"], json!(a));
    let changed = house.patch(&format!("/customers/{b}"), &json!({ "language": "en" })).token(&boss).version(2).send().await.is(200).json();
    assert_eq!(changed["id"], json!(a));

    let id = merged["id"].as_str().unwrap();
    let list = house.get(&format!("/customers/{a}/merges")).token(&boss).send().await.is(200).json();
    assert_eq!(list, json!([merged]));
    let undone = house.post(&format!("/merges/{id}/undo"), &json!({})).token(&boss).send().await.is(200).json();
    assert_eq!(undone["kept"], json!(["language"]));
    assert_eq!(house.get(&format!("/customers/{b}")).token(&boss).send().await.is(200).json()["tier"], "gold");
    house.post(&format!("/merges/{id}/undo"), &json!({})).token(&boss).send().await.refused(409, "conflict");
    assert_eq!(house.get(&format!("/merges/{id}")).token(&boss).send().await.json()["state"], "undone");
}

#[tokio::test]
async fn pairs_to_be_decided_are_dismissed() {
    let house = House::open().await;
    let boss = house.token(UserRole::Supervisor).await;
    let phone = json!([{ "kind": "phone", "value": "+442079460001" }]);
    for _ in 0..2 {
        customer(&house, &boss, json!({ "name": "Ada King", "contacts": phone })).await;
    }
    let later = Utc(house.clock.utc().0 + 120_000_000);
    house.store.search_duplicates(later).await.unwrap();
    let list = house.get("/duplicates").token(&boss).send().await.is(200).json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    house.post(&format!("/duplicates/{id}/dismiss"), &json!({})).token(&boss).send().await.is(204);
    assert_eq!(house.get("/duplicates").token(&boss).send().await.json()["items"], json!([]));
    assert_eq!(house.get("/duplicates?state=dismissed").token(&boss).send().await.json()["items"][0]["id"], json!(id));
    house.get("/duplicates?state=odd").token(&boss).send().await.refused(422, "invalid");
}

#[tokio::test]
async fn a_customer_is_put_by_their_id_in_another_system() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    let put = |body: Value| house.ask("PUT", "/customers/by-external-id/crm%2F17").json(&body).token(&agent);
    let body = json!({ "name": "Ada", "contacts": [{ "kind": "email", "value": "ada@example.com" }] });
    let made = put(body.clone()).send().await.is(201);
    assert_eq!((made.json()["external_id"].as_str(), made.header("etag")), (Some("crm/17"), "\"1\""));
    let same = put(body).send().await.is(200);
    assert_eq!((same.header("etag"), same.header("location")), ("\"1\"", made.header("location")));
    let changed = put(json!({ "company": "Engines" })).version(1).send().await.is(200).json();
    assert_eq!((changed["company"].as_str(), changed["contacts"].as_array().unwrap().len()), (Some("Engines"), 1));
    // What a customer is worth is not an agent's to say, by whichever way.
    assert_eq!(put(json!({ "tier": "gold" })).send().await.refused(403, "field-not-allowed")["errors"][0]["field"], "tier");
    put(json!({ "tier": "none" })).version(1).send().await.refused(412, "version-conflict");
    put(json!({ "nmae": "x" })).send().await.refused(422, "invalid");
}
