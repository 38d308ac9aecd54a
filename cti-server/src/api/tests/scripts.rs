//! Scripts: written by administrators, run by agents.

use super::*;

fn document() -> Value {
    json!({
        "start": "ask",
        "steps": [
            { "id": "ask", "text": { "en": "Hello {card.name}", "zh": "您好 {card.name}" },
              "inputs": [{ "name": "company", "label": { "en": "Company" }, "kind": "text", "required": true,
                           "write": { "to": "customer", "field": "company" } }],
              "branches": [{ "when": { "field": "answers.company", "op": "eq", "value": "Northwind" }, "next": "known" }], "next": "end" },
            { "id": "known", "text": { "en": "We know {answers.company}" }, "next": "end" },
            { "id": "end", "text": { "en": "Bye" }, "end": true },
        ],
    })
}

#[tokio::test]
async fn a_script_is_written_published_and_run_in_a_call() {
    let house = House::open().await;
    let (agent, admin) = (house.token(UserRole::Agent).await, house.admin().await);
    let queue = house.post("/queues", &json!({ "name": "Sales" })).token(&admin).send().await.is(201).json()["id"].clone();
    let script = house.post("/scripts", &json!({ "name": "Talk", "queue_id": queue })).token(&admin).send().await.is(201).json();
    let versions = format!("/scripts/{}/versions", script["id"].as_str().unwrap());
    let of_queue = format!("/queues/{}/script", queue.as_str().unwrap());
    house.get(&of_queue).token(&agent).send().await.refused(404, "not-found");
    let added = house.post(&versions, &document()).token(&admin).send().await.is(201);
    assert_eq!(added.header("location"), format!("/api/v1{versions}/1"));
    house.post(&format!("{versions}/1/publish"), &json!({})).token(&admin).send().await.is(200);
    assert_eq!(house.get(&of_queue).token(&agent).send().await.is(200).json()["number"], 1);

    let customer = house.post("/customers", &json!({ "name": "Ada *K*" })).token(&agent).send().await.is(201).json();
    let start = json!({ "queue_id": queue, "interaction_id": NOBODY, "customer_id": customer["id"], "language": "zh" });
    let begun = house.post("/script-runs", &start).token(&agent).send().await.is(200);
    assert_eq!(begun.header("etag"), "\"1\"");
    let run = begun.json();
    assert_eq!((&run["step"]["id"], &run["step"]["text"]), (&json!("ask"), &json!("您好 Ada \\*K\\*")));
    let again = house.post("/script-runs", &start).token(&agent).send().await.is(200).json();
    assert_eq!(again["id"], run["id"], "one goes on with one's own run");

    let one = format!("/script-runs/{}", run["id"].as_str().unwrap());
    let answer =
        |version: i64, answers: Value| house.post(&format!("{one}/answer"), &json!({ "answers": answers })).token(&agent).version(version);
    let refused = answer(1, json!({})).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "answers.company");
    let long = answer(1, json!({ "company": "x".repeat(300) })).send().await.refused(422, "invalid");
    assert_eq!(long["errors"][0]["field"], "answers.company", "the record's own rule");
    let known = answer(1, json!({ "company": "Northwind" })).send().await.is(200);
    assert_eq!((known.header("etag"), known.json()["step"]["text"].clone()), ("\"2\"", json!("We know Northwind")));
    answer(1, json!({ "company": "late" })).send().await.refused(412, "version-conflict");
    let read = house.get(&format!("/customers/{}", customer["id"].as_str().unwrap())).token(&agent).send().await.is(200).json();
    assert_eq!(read["company"], "Northwind");

    let back = house.post(&format!("{one}/back"), &json!({})).token(&agent).version(2).send().await.is(200).json();
    assert_eq!((&back["step"]["id"], &back["step"]["inputs"][0]["value"]), (&json!("ask"), &json!("Northwind")));
    let over = answer(3, json!({ "company": "Other" })).send().await.is(200).json();
    assert_eq!((&over["state"], &over["step"]["end"]), (&json!("over"), &json!(true)));

    // Nobody answers for somebody else; who sees all interactions sees all runs.
    let other = house.person("other", &[UserRole::Agent]).await;
    let other = house.token_of(other, &[UserRole::Agent]).await;
    house.get(&one).token(&other).send().await.refused(404, "not-found");
    house.post(&format!("{one}/answer"), &json!({ "answers": {} })).token(&admin).version(4).send().await.refused(404, "not-found");
    let list = format!("/script-runs?interaction={NOBODY}");
    assert_eq!(house.get(&list).token(&other).send().await.is(200).json(), json!([]));
    assert_eq!(house.get(&list).token(&admin).send().await.is(200).json()[0]["id"], run["id"]);
    house.get("/script-runs").token(&agent).send().await.refused(422, "invalid");
}

#[tokio::test]
async fn a_wrong_document_is_refused_with_everything_that_is_wrong() {
    let house = House::open().await;
    let admin = house.admin().await;
    let script = house.post("/scripts", &json!({ "name": "Talk" })).token(&admin).send().await.is(201).json();
    let versions = format!("/scripts/{}/versions", script["id"].as_str().unwrap());
    let mut wrong = document();
    wrong["steps"][0]["next"] = json!("nowhere");
    wrong["steps"][0]["inputs"][0]["write"]["field"] = json!("tier");
    let refused = house.post(&versions, &wrong).token(&admin).send().await.refused(422, "invalid");
    let fields: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["steps[0].inputs[0].write.field", "steps[0].next"]);
    house.post(&versions, &json!({ "start": "a" })).token(&admin).send().await.refused(422, "invalid");
    assert_eq!(house.get(&versions).token(&admin).send().await.is(200).json(), json!([]));
    let none = format!("/scripts/{NOBODY}/versions");
    house.get(&none).token(&admin).send().await.refused(404, "not-found");
    house.post(&none, &document()).token(&admin).send().await.refused(404, "not-found");
    house
        .post("/script-runs", &json!({ "script_id": NOBODY, "interaction_id": NOBODY }))
        .token(&admin)
        .send()
        .await
        .refused(404, "not-found");
    house.post("/script-runs", &json!({ "interaction_id": NOBODY })).token(&admin).send().await.refused(422, "invalid");
}
