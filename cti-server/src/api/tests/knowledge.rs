//! The knowledge base by the eyes of its readers and authors.

use super::*;

fn text(title: &str) -> Value {
    json!({ "title": title, "body": "Hold the **power** button.", "keywords": ["sleep mode"] })
}

/// Writes, and gives the article's path.
async fn article(house: &House, token: &str, body: &Value) -> String {
    let made = house.post("/knowledge/articles", body).token(token).send().await.is(201);
    let id = made.json()["article"]["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/api/v1/knowledge/articles/{id}"));
    format!("/knowledge/articles/{id}")
}

fn new(title: &str, more: Value) -> Value {
    let mut body = text(title);
    body["language"] = json!("en");
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn an_article_is_written_reviewed_published_found_and_retired() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    let ann = house.token(UserRole::Supervisor).await;
    let second = house.person("second", &[UserRole::Supervisor]).await;
    let bob = house.token_of(second, &[UserRole::Supervisor]).await;
    let one = article(&house, &ann, &new("Printer asleep", json!({}))).await;
    let version = format!("{one}/versions/1");
    house.get(&one).token(&agent).send().await.refused(404, "not-found");
    house.get(&version).token(&agent).send().await.refused(404, "not-found");

    let post = async |place: &str, body: Value, token: &str| house.post(&format!("{version}/{place}"), &body).token(token).send().await;
    post("publish", json!({}), &ann).await.refused(409, "not-unique");
    assert_eq!(post("submit", json!({}), &ann).await.is(200).json()["state"], "review");
    post("review", json!({ "approved": true }), &ann).await.refused(409, "not-unique");
    let sent = post("review", json!({ "approved": true, "note": "Good." }), &bob).await.is(200).json();
    assert_eq!((&sent["reviewer_id"], &sent["note"]), (&json!(second), &json!("Good.")));
    assert_eq!(post("publish", json!({}), &ann).await.is(200).json()["state"], "published");

    let read = house.get(&one).token(&agent).send().await.is(200);
    let view = read.json();
    assert_eq!((&view["version"]["title"], &view["article"]["published"]), (&json!("Printer asleep"), &json!(1)));
    assert_eq!(view["version"]["body"], "Hold the **power** button.");
    let found = house.get("/knowledge/search?q=sleeping%20printers").token(&agent).send().await.is(200).json();
    let hit = &found["hits"][0];
    assert_eq!((&hit["id"], &hit["title"]["text"]), (&view["article"]["id"], &json!("Printer asleep")));
    assert_eq!(hit["title"]["marks"], json!([{ "from": 0, "to": 7 }]));
    assert!(hit["score"].as_f64().unwrap() > 0.0 && hit["why"]["there"].as_array().unwrap().contains(&json!("printer")), "{hit}");

    let patch = json!({ "audience": "supervisors", "title": "ignored" });
    let changed = house.patch(&one, &patch).token(&bob).version(view["article"]["version"].as_i64().unwrap()).send().await.is(200);
    assert_eq!(
        (&changed.json()["article"]["audience"], &changed.json()["article"]["title"]),
        (&json!("supervisors"), &json!("Printer asleep"))
    );
    house.get(&one).token(&agent).send().await.refused(404, "not-found");
    let none = house.get("/knowledge/search?q=printer").token(&agent).send().await.is(200).json();
    assert_eq!(none["hits"], json!([]));

    let version = changed.json()["article"]["version"].as_i64().unwrap();
    house.ask("DELETE", &one).token(&bob).version(version).send().await.refused(409, "conflict");
    let retire = |version: i64| house.post(&format!("{one}/retire"), &json!({})).token(&bob).version(version);
    retire(version - 1).send().await.refused(412, "version-conflict");
    assert_eq!(retire(version).send().await.is(200).json()["article"]["state"], "retired");
    retire(version + 1).send().await.refused(409, "not-unique");
}

#[tokio::test]
async fn lists_show_readers_what_is_for_them() {
    let house = House::open().await;
    let (agent, admin) = (house.token(UserRole::Agent).await, house.admin().await);
    let draft = article(&house, &admin, &new("Draft", json!({}))).await;
    let public = article(&house, &admin, &new("Public", json!({ "audience": "public" }))).await;
    let secret = article(&house, &admin, &new("Secret", json!({ "audience": "admins" }))).await;
    for one in [&public, &secret] {
        house.post(&format!("{one}/versions/1/publish"), &json!({})).token(&admin).send().await.is(200);
    }
    let titles = async |token: &str, filter: &str| {
        let page = house.get(&format!("/knowledge/articles{filter}")).token(token).send().await.is(200).json();
        let mut all: Vec<String> = page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    assert_eq!(titles(&agent, "").await, ["Public"]);
    assert_eq!(titles(&agent, "?state=draft").await, ["Public"], "a reader has no choice");
    assert_eq!(titles(&admin, "").await, ["Draft", "Public", "Secret"]);
    assert_eq!(titles(&admin, "?state=draft").await, ["Draft"]);
    assert_eq!(titles(&admin, "?language=zh").await, [""; 0]);
    house.get("/knowledge/articles?state=lost").token(&admin).send().await.refused(422, "invalid");
    house.get("/knowledge/articles?colour=red").token(&admin).send().await.refused(422, "invalid");
    house.ask("DELETE", &draft).token(&admin).version(1).send().await.is(204);
    house.get(&draft).token(&admin).send().await.refused(404, "not-found");
}

#[tokio::test]
async fn whatever_is_searched_for_there_is_an_answer() {
    let house = House::open().await;
    let agent = house.token(UserRole::Agent).await;
    for query in
        ["", "q=", "q=%22%20OR%20%28", "q=*%3A%5E", "q=%00%07", "q=%F0%9F%98%80", "q=%E5%AF%86%E7%A0%81&language=zh", "q=x&limit=50"]
    {
        let found = house.get(&format!("/knowledge/search?{query}")).token(&agent).send().await.is(200).json();
        assert_eq!(found["hits"], json!([]), "{query}");
    }
    let long = "x".repeat(10_000);
    house.get(&format!("/knowledge/search?q={long}")).token(&agent).send().await.refused(400, "malformed");
    house.get("/knowledge/search?q=x&limit=51").token(&agent).send().await.refused(400, "malformed");
    house.get("/knowledge/search?q=x&category=7").token(&agent).send().await.refused(422, "invalid");
    house.get("/knowledge/search?q=x&colour=red").token(&agent).send().await.refused(422, "invalid");
}

#[tokio::test]
async fn a_search_in_vain_is_seen_and_becomes_a_request() {
    let house = House::open().await;
    let (agent, boss) = (house.token(UserRole::Agent).await, house.token(UserRole::Supervisor).await);
    for _ in 0..3 {
        house.get("/knowledge/search?q=Flying%20Lamp").token(&agent).send().await.is(200);
    }
    let vain = house.get("/knowledge/searches?without_result=true").token(&boss).send().await.is(200).json();
    assert_eq!((&vain[0]["text"], &vain[0]["asked"], &vain[0]["without_result"]), (&json!("flying lamp"), &json!(3), &json!(3)));
    let body = json!({ "title": "Lamps that fly", "query": "flying lamp" });
    let request = house.post("/knowledge/requests", &body).token(&agent).send().await.is(201).json();
    let one = format!("/knowledge/requests/{}", request["id"].as_str().unwrap());
    house.patch(&one, &json!({ "state": "taken" })).token(&agent).version(1).send().await.refused(403, "forbidden");
    house.patch(&one, &json!({ "state": "taken" })).token(&boss).version(1).send().await.is(200);
}

#[tokio::test]
async fn an_unsolved_search_becomes_a_ticket_or_a_request() {
    let house = House::open().await;
    let (agent, boss, admin) = (house.token(UserRole::Agent).await, house.token(UserRole::Supervisor).await, house.admin().await);
    let kind = house.post("/ticket-types", &json!({ "name": "Request" })).token(&admin).send().await.is(201).json()["id"].clone();
    let turn = |body: Value| house.post("/knowledge/searches/unsolved", &body).token(&agent).send();
    let made = turn(json!({ "text": "Flying lamp 0123456789", "details": "It flies", "language": "en" })).await.is(201);
    let place = made.header("location").to_owned();
    assert_eq!(made.json()["made"], "article_request");
    let request = house.get(&place).token(&agent).send().await.is(200).json();
    assert_eq!((&request["title"], &request["query"]), (&json!("Flying lamp 0123456789"), &json!("Flying lamp 0123456789")));
    let ticket = json!({ "type_id": kind });
    let made = turn(json!({ "text": "Flying lamp 9876543210", "language": "en", "details": "It flies", "ticket": ticket })).await.is(201);
    assert_eq!((&made.json()["made"], &made.json()["interaction_linked"]), (&json!("ticket"), &json!(false)));
    let row = house.get(made.header("location")).token(&agent).send().await.is(200).json();
    assert_eq!((&row["title"], &row["description"]), (&json!("Flying lamp 9876543210"), &json!("It flies")));
    turn(json!({ "text": "other" })).await.is(201);
    let list = house.get("/knowledge/searches/unsolved").token(&boss).send().await.is(200).json();
    let seen: Vec<(&str, i64)> =
        list.as_array().unwrap().iter().map(|one| (one["text"].as_str().unwrap(), one["unsolved"].as_i64().unwrap())).collect();
    assert_eq!(seen, [("flying lamp #", 2), ("other", 1)], "the most frequent first, and no number of anybody");
    turn(json!({ "text": " " })).await.refused(422, "invalid");
    turn(json!({ "text": "x", "ticket": 7 })).await.refused(422, "invalid");
    turn(json!({ "text": "x", "ticket": {} })).await.refused(422, "invalid");
    let hidden = json!({ "type_id": kind, "customer_id": NOBODY });
    turn(json!({ "text": "x", "ticket": hidden })).await.refused(422, "invalid");
}

#[tokio::test]
async fn what_people_think_of_an_article_adds_up() {
    let house = House::open().await;
    let (agent, admin) = (house.token(UserRole::Agent).await, house.admin().await);
    let one = article(&house, &admin, &new("Lamp", json!({}))).await;
    house.post(&format!("{one}/versions/1/publish"), &json!({})).token(&admin).send().await.is(200);
    let used = json!({ "interaction_id": NOBODY, "solved": true });
    for _ in 0..2 {
        let tally = house.post(&format!("{one}/used"), &used).token(&agent).send().await.is(200).json();
        assert_eq!((&tally["used"], &tally["solved"]), (&json!(1), &json!(1)), "once for each contact");
    }
    for (token, rating) in [(&agent, 2), (&admin, 5), (&agent, 4)] {
        house.ask("PUT", &format!("{one}/rating")).json(&json!({ "rating": rating })).token(token).send().await.is(200);
    }
    house.ask("PUT", &format!("{one}/rating")).json(&json!({ "rating": 6 })).token(&agent).send().await.refused(422, "invalid");
    let hostile = "=HYPERLINK(\"http://x\")<script>alert(1)</script>\nsecond line 😀";
    house.post(&format!("{one}/comments"), &json!({ "text": hostile })).token(&agent).send().await.is(201);
    house.post(&format!("{one}/comments"), &json!({ "text": " " })).token(&agent).send().await.refused(422, "invalid");
    let comments = house.get(&format!("{one}/comments")).token(&agent).send().await.is(200).json();
    assert_eq!((&comments["items"][0]["text"], &comments["items"][0]["user"]), (&json!(hostile), &json!("agent")));
    let view = house.get(&one).token(&agent).send().await.is(200).json();
    assert_eq!((&view["tally"]["rating_mean"], &view["tally"]["used"]), (&json!(4.5), &json!(1)));
}

#[tokio::test]
async fn translations_lead_to_each_other() {
    let house = House::open().await;
    let admin = house.admin().await;
    let english = article(&house, &admin, &new("Lamp", json!({}))).await;
    let id = english.rsplit('/').next().unwrap();
    let chinese = article(&house, &admin, &new("灯", json!({ "language": "zh", "translation_of": id }))).await;
    let view = house.get(&english).token(&admin).send().await.is(200).json();
    assert_eq!((&view["translations"][0]["language"], &view["translations"][0]["title"]), (&json!("zh"), &json!("灯")));
    let view = house.get(&chinese).token(&admin).send().await.is(200).json();
    assert_eq!(view["translations"][0]["id"], id);
    let twice = new("灯二", json!({ "language": "zh", "translation_of": id }));
    house.post("/knowledge/articles", &twice).token(&admin).send().await.refused(409, "not-unique");
}
