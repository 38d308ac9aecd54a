//! Orders, contracts and products owned: pushed in by another system, and asked for by customer.

use super::*;

async fn customer(house: &House, token: &str) -> String {
    let made = house.post("/customers", &json!({ "name": "Ada", "external_id": "K 7/1" })).token(token).send().await.is(201);
    made.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn another_system_pushes_its_orders_in_as_often_as_it_likes() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    let ada = customer(&house, &agent).await;
    let push = |body: Value| house.ask("PUT", "/orders/by-external-id/A%2F1").json(&body).token(&agent);
    let body = json!({ "customer_external_id": "K 7/1", "number": "A-1", "placed_at": 1_760_000_000_000_000_i64, "currency": "EUR",
        "total_minor": 2_500, "due_minor": 1_250, "state": "shipped", "lines": [{ "name": "Lamp", "total_minor": 2_500 }] });
    let made = push(body.clone()).send().await.is(201);
    let one = made.header("location").to_owned();
    assert_eq!((&made.json()["customer_id"], &made.json()["external_id"]), (&json!(ada), &json!("A/1")));
    let again = push(body.clone()).send().await.is(200);
    assert_eq!(again.header("etag"), "\"1\"");
    let mut changed = body.clone();
    changed["state"] = json!("delivered");
    changed.as_object_mut().unwrap().remove("due_minor");
    let changed = push(changed).send().await.is(200);
    assert_eq!((changed.header("etag"), &changed.json()["due_minor"]), ("\"2\"", &json!(0)));
    assert_eq!(house.get(&one).token(&agent).send().await.is(200).json(), changed.json());

    let mut wrong = body.clone();
    wrong["customer_external_id"] = json!("nobody");
    let refused = push(wrong).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "customer_external_id");
    let mut wrong = body;
    wrong["currency"] = json!("euro");
    let refused = push(wrong).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "currency");
    let found = house.get("/orders?number=A-1").token(&agent).send().await.is(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    house.get("/orders?state=open").token(&agent).send().await.refused(422, "invalid");
    // What agents write they do not delete.
    house.ask("DELETE", &one).version(2).token(&agent).send().await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_caller_is_answered_what_is_due_under_warranty_and_theirs_to_ask() {
    let house = House::open().await;
    let admin = house.admin().await;
    let ada = customer(&house, &admin).await;
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
    let product = json!({ "sku": "L-1", "name": "Lamp", "warranty_months": 24 });
    house.post("/products", &product).token(&admin).send().await.is(201);
    let owned = json!({ "customer_id": ada, "product_sku": "L-1", "name": "Lamp", "bought_at": at("2025-01-31T10:00:00Z") });
    let owned = house.ask("PUT", "/products-owned/by-external-id/P1").json(&owned).token(&admin).send().await.is(201).json();
    assert_eq!(owned["warranty_until"], at("2027-01-31T10:00:00Z"));
    for (number, currency, due) in [("1", "EUR", 100), ("2", "EUR", 250), ("3", "JPY", 300), ("4", "USD", 0)] {
        let order = json!({ "customer_id": ada, "number": number, "placed_at": 7, "currency": currency, "due_minor": due });
        house.post("/orders", &order).token(&admin).send().await.is(201);
    }
    let contract = json!({ "customer_id": ada, "number": "C-1", "kind": "support", "starts_at": 0, "ends_at": at("2026-12-31T00:00:00Z"),
        "entitlements": [{ "key": "visits", "quantity": 3, "used": 1 }] });
    house.post("/contracts", &contract).token(&admin).send().await.is(201);

    let get = async |path: &str| house.get(&format!("/customers/{ada}/{path}")).token(&admin).send().await.is(200).json();
    assert_eq!(get("due").await, json!([{ "currency": "EUR", "minor": 350 }, { "currency": "JPY", "minor": 300 }]));
    for (time, under) in [("2027-01-31T09:59:59Z", true), ("2027-01-31T10:00:00Z", false)] {
        assert_eq!(get(&format!("products?at={time}")).await["items"][0]["in_warranty"], under, "{time}");
    }
    for (time, left) in [("2026-12-30T00:00:00Z", json!([2])), ("2026-12-31T00:00:00Z", json!([]))] {
        let entitled = get(&format!("entitlements?at={time}")).await;
        let left_now: Vec<Value> = entitled.as_array().unwrap().iter().map(|one| one["left"].clone()).collect();
        assert_eq!(json!(left_now), left, "{time}");
        assert_eq!(get(&format!("contracts?at={time}")).await["items"][0]["holds"], json!(left != json!([])));
    }
    let page = get("orders?limit=3").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    let rest = get(&format!("orders?limit=3&cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let card = get("card").await;
    assert_eq!((card["orders"].as_array().unwrap().len(), &card["due"][0]["minor"]), (4, &json!(350)));
    house.get(&format!("/customers/{NOBODY}/due")).token(&admin).send().await.refused(404, "not-found");
}
