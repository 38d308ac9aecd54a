//! Versions of flows: checked, added, published.

use super::*;

const GOOD: &str = r#"
name = "hello"
start = "answer"

[nodes.answer]
type = "answer"
next = "hello"

[nodes.hello]
type = "play"
prompts = ["welcome"]
next = "wait"

[nodes.wait]
type = "queue"
queue = "Sales"
otherwise = "end"

[nodes.end]
type = "hang_up"
"#;

async fn flow(house: &House, admin: &str) -> String {
    house.post("/queues", &json!({ "name": "Sales" })).token(admin).send().await.is(201);
    let flow = house.post("/flows", &json!({ "name": "Main" })).token(admin).send().await.is(201).json();
    format!("/flows/{}", flow["id"].as_str().unwrap())
}

fn source(text: &str) -> Value {
    json!({ "source": text })
}

#[tokio::test]
async fn a_right_document_is_added_published_and_gone_back_to() {
    let house = House::open().await;
    let admin = house.admin().await;
    let flow = flow(&house, &admin).await;
    let versions = format!("{flow}/versions");
    assert_eq!(house.get(&versions).token(&admin).send().await.is(200).json(), json!([]));
    for number in [1, 2] {
        let added = house.post(&versions, &source(GOOD)).token(&admin).send().await.is(201);
        assert_eq!(added.header("location"), format!("/api/v1{versions}/{number}"));
        assert_eq!((&added.json()["number"], &added.json()["state"]), (&json!(number), &json!("draft")));
    }
    for (number, states) in [(1, ["draft", "live"]), (2, ["live", "retired"]), (1, ["retired", "live"])] {
        let publish = house.post(&format!("{versions}/{number}/publish"), &json!({})).token(&admin);
        assert_eq!(publish.send().await.is(200).json()["state"], "live");
        let list = house.get(&versions).token(&admin).send().await.is(200).json();
        let now: Vec<&str> = list.as_array().unwrap().iter().map(|version| version["state"].as_str().unwrap()).collect();
        assert_eq!(now, states, "after publishing {number}");
    }
    let one = house.get(&format!("{versions}/1")).token(&admin).send().await.is(200).json();
    assert_eq!(one["source"], GOOD);
}

#[tokio::test]
async fn a_wrong_document_is_refused_with_every_problem() {
    let house = House::open().await;
    let admin = house.admin().await;
    let flow = flow(&house, &admin).await;
    let wrong = GOOD.replace("\"Sales\"", "\"Slaes\"").replace("next = \"wait\"", "next = \"nowhere\"");
    let refused = house.post(&format!("{flow}/versions"), &source(&wrong)).token(&admin).send().await.refused(422, "invalid-flow");
    let problems = refused["problems"].as_array().unwrap();
    let nodes: Vec<&str> = problems.iter().filter_map(|problem| problem["node"].as_str()).collect();
    assert!(nodes.contains(&"hello") && nodes.contains(&"wait"), "{problems:?}");
    for problem in problems {
        assert!(!problem["message"].as_str().unwrap().is_empty() && !problem["mend"].as_str().unwrap().is_empty(), "{problem}");
        assert!(problem["line"].is_u64() || problem["line"].is_null());
    }
    assert_eq!(house.get(&format!("{flow}/versions")).token(&admin).send().await.json(), json!([]));

    let checked = house.post("/flows/check", &source(&wrong)).token(&admin).send().await.is(200).json();
    assert_eq!(checked, json!({ "usable": false, "problems": problems }));
    let checked = house.post("/flows/check", &source(GOOD)).token(&admin).send().await.is(200).json();
    assert_eq!(checked, json!({ "usable": true, "problems": [] }));
}

#[tokio::test]
async fn a_version_that_no_longer_fits_is_not_published() {
    let house = House::open().await;
    let admin = house.admin().await;
    let flow = flow(&house, &admin).await;
    house.post(&format!("{flow}/versions"), &source(GOOD)).token(&admin).send().await.is(201);
    let queue = house.get("/queues?name=Sales").token(&admin).send().await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    house.patch(&format!("/queues/{queue}"), &json!({ "name": "Support" })).token(&admin).version(1).send().await.is(200);
    let publish = |number: u32| house.post(&format!("{flow}/versions/{number}/publish"), &json!({})).token(&admin);
    publish(1).send().await.refused(422, "invalid-flow");
    publish(2).send().await.refused(404, "not-found");
}

#[tokio::test]
async fn a_document_that_is_too_long_is_refused_and_no_flow_has_no_versions() {
    let house = House::open().await;
    let admin = house.admin().await;
    let long = source(&"#".repeat(300 * 1024));
    let refused = house.post("/flows/check", &long).token(&admin).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "source");
    let none = format!("/flows/{NOBODY}/versions");
    house.get(&none).token(&admin).send().await.refused(404, "not-found");
    house.post("/queues", &json!({ "name": "Sales" })).token(&admin).send().await.is(201);
    house.post(&none, &source(GOOD)).token(&admin).send().await.refused(404, "not-found");
}
