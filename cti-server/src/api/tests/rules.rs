//! Rules: tried, answered for, and judged by how often they were right.

use super::*;

fn rule(name: &str, kind: &str, conditions: Value) -> Value {
    json!({ "name": name, "kind": kind, "conditions": conditions, "texts": { "en": format!("{name} of {{card.name}}") } })
}

#[tokio::test]
async fn a_rule_speaks_and_its_hits_are_counted() {
    let house = House::open().await;
    let (agent, admin) = (house.token(UserRole::Agent).await, house.admin().await);
    let gold = json!({ "field": "card.tier", "op": "eq", "value": "gold" });
    let made = house.post("/rules", &rule("Present", "offer", gold)).token(&admin).send().await.is(201).json();
    let pressed = json!({ "all": [{ "field": "ivr.choice", "op": "eq", "value": "2" }] });
    house.post("/rules", &rule("Choice", "reason", pressed)).token(&admin).send().await.is(201);
    let customer = house.post("/customers", &json!({ "name": "Ada", "tier": "gold" })).token(&agent).send().await.is(201).json();

    let contact = json!({ "customer_id": customer["id"], "data": { "choice": "2" } });
    let advice = house.post("/rules/evaluate", &contact).token(&agent).send().await.is(200).json();
    assert_eq!(advice["offers"][0]["texts"]["en"], "Present of Ada");
    assert_eq!(advice["offers"][0]["why"]["en"], json!(["tier: gold"]));
    assert_eq!(advice["reasons"][0]["texts"]["en"], "Choice of Ada");
    let nobody = json!({ "customer_id": NOBODY });
    house.post("/rules/evaluate", &nobody).token(&agent).send().await.refused(404, "not-found");

    let outcome = |outcome: &str| json!({ "rule_id": made["id"], "rule_version": 1, "interaction_id": NOBODY, "outcome": outcome });
    for word in ["declined", "accepted"] {
        house.post("/rule-outcomes", &outcome(word)).token(&agent).send().await.is(204);
    }
    let refused = house.post("/rule-outcomes", &outcome("right")).token(&agent).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "outcome");
    let rate = format!("/rules/{}/hit-rate", made["id"].as_str().unwrap());
    let to = house.clock.utc().0 + 60_000_000;
    let all = house.get(&format!("{rate}?to={to}&period=week")).token(&admin).send().await.is(200).json();
    assert_eq!((&all["all"]["hits"], &all["all"]["misses"], &all["all"]["hit_rate"]), (&json!(1), &json!(0), &json!(1.0)));
    assert_eq!(all["periods"].as_array().unwrap().len(), 1);
    for wrong in ["period=year", "from=x", "from=9&to=8", "colour=red"] {
        house.get(&format!("{rate}?{wrong}")).token(&admin).send().await.refused(422, "invalid");
    }
}

#[tokio::test]
async fn a_wrong_condition_is_refused_by_its_place() {
    let house = House::open().await;
    let admin = house.admin().await;
    let wrong =
        json!({ "all": [{ "field": "card.tier", "op": "eq", "value": "gold" }, { "field": "card.tier", "op": "like", "value": "g%" }] });
    let refused = house.post("/rules", &rule("Wrong", "offer", wrong)).token(&admin).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "conditions.all[1].op", "{refused}");
}
