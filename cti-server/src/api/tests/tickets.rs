//! Tickets and complaints by the eyes of an agent, and of a customer who rates one.

use super::*;

/// A type of tickets, made by an administrator.
async fn kind(house: &House, admin: &str, body: Value) -> Value {
    house.post("/ticket-types", &body).token(admin).send().await.is(201).json()["id"].clone()
}

async fn ticket(house: &House, agent: &str, body: Value) -> (String, Value) {
    let made = house.post("/tickets", &body).token(agent).send().await.is(201);
    (made.header("location").to_owned(), made.json())
}

#[tokio::test]
async fn a_ticket_is_made_found_changed_and_closed() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    let request = kind(&house, &admin, json!({ "name": "Request", "priority": "high" })).await;
    let customer = house.post("/customers", &json!({ "name": "Ada" })).token(&agent).send().await.is(201).json()["id"].clone();
    let body = json!({ "type_id": request, "title": "Lamp is dark", "customer_id": customer, "tags": ["vip"] });
    let keyed = || house.post("/tickets", &body).token(&agent).header("idempotency-key", "once");
    let made = keyed().send().await.is(201);
    let row = made.json();
    let one = made.header("location").to_owned();
    assert_eq!(
        (made.header("etag"), &row["number"], &row["priority"], &row["status"]),
        ("\"1\"", &json!(1), &json!("high"), &json!("new"))
    );
    assert_eq!(keyed().send().await.is(201).json(), row, "sent twice, made once");

    let of_customer = format!("/customers/{}/tickets", customer.as_str().unwrap());
    let lists =
        ["/tickets", "/tickets?search=lamp", "/tickets?search=%231", "/tickets?tag=VIP&live=true&priority=high", of_customer.as_str()];
    for list in lists {
        let found = house.get(list).token(&agent).send().await.is(200).json();
        assert_eq!(found["items"][0]["id"], row["id"], "{list}: {found}");
    }
    assert_eq!(house.get("/tickets?status=closed").token(&agent).send().await.is(200).json()["items"], json!([]));
    for wrong in ["/tickets?status=lost", "/tickets?assignee=me", "/tickets?due_before=soon", "/tickets?colour=red", "/tickets?cursor=x"] {
        house.get(wrong).token(&agent).send().await.refused(422, "invalid");
    }

    // The whole row may be sent back as it was read.
    let mut patch = row.clone();
    patch["description"] = json!("It was bright.");
    let changed = house.patch(&one, &patch).token(&agent).version(1).send().await.is(200);
    assert_eq!((changed.header("etag"), &changed.json()["description"]), ("\"2\"", &json!("It was bright.")));
    house.patch(&one, &json!({ "title": "x" })).token(&agent).version(1).send().await.refused(412, "version-conflict");
    let unknown = house.patch(&one, &json!({ "titel": "x" })).token(&agent).version(2).send().await.refused(422, "invalid");
    assert_eq!(unknown["errors"][0]["field"], "titel");

    let status = |status: &str, version| {
        house.post(&format!("{one}/status"), &json!({ "status": status, "note": "by hand" })).token(&agent).version(version)
    };
    let refused = status("new", 2).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["message"], "after new choose one of open, pending, on_hold, resolved, closed");
    assert_eq!(status("resolved", 2).send().await.is(200).json()["live"], false);
    let history = house.get(&format!("{one}/history")).token(&agent).send().await.is(200).json();
    assert_eq!((&history["statuses"][1]["status"], &history["statuses"][1]["note"]), (&json!("resolved"), &json!("by hand")));
    let read = house.get(&one).token(&agent).send().await.is(200);
    assert_eq!((read.header("etag"), &read.json()["customers"]), ("\"3\"", &json!([customer])));
}

#[tokio::test]
async fn people_watch_comment_and_are_told() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    let boss = house.person("boss", &[UserRole::Supervisor]).await;
    let boss_token = house.token_of(boss, &[UserRole::Supervisor]).await;
    let request = kind(&house, &admin, json!({ "name": "Request" })).await;
    let (one, _) = ticket(&house, &agent, json!({ "type_id": request, "title": "Lamp" })).await;
    house.post(&format!("{one}/watchers"), &json!({ "user_id": boss })).token(&agent).send().await.is(204);
    house.post(&format!("{one}/watchers"), &json!({ "user_id": NOBODY })).token(&agent).send().await.refused(422, "invalid");
    house.post(&format!("{one}/comments"), &json!({ "text": "On it.", "public": true })).token(&agent).send().await.is(201);
    house.post(&format!("{one}/comments"), &json!({ "text": "@boss, look" })).token(&agent).send().await.is(201);
    house.post(&format!("{one}/comments"), &json!({ "text": " " })).token(&agent).send().await.refused(422, "invalid");
    let said = house.get(&format!("{one}/comments")).token(&agent).send().await.is(200).json();
    assert_eq!((said["items"].as_array().unwrap().len(), &said["items"][1]["mentions"]), (2, &json!([boss])));
    let told = house.get("/notices?unread=true").token(&boss_token).send().await.is(200).json();
    let kinds: BTreeSet<&str> = told["items"].as_array().unwrap().iter().map(|notice| notice["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, BTreeSet::from(["commented", "mentioned"]));
    let first = format!("/notices/{}/read", told["items"][0]["id"].as_str().unwrap());
    house.post(&first, &json!({})).token(&agent).send().await.refused(404, "not-found");
    house.post(&first, &json!({})).token(&boss_token).send().await.is(204);
    assert_eq!(house.get("/notices?unread=true").token(&boss_token).send().await.json()["items"].as_array().unwrap().len(), 1);
    house.ask("DELETE", &format!("{one}/watchers/{boss}")).token(&agent).send().await.is(204);
    assert_eq!(house.get(&one).token(&agent).send().await.json()["watchers"], json!([]));
}

#[tokio::test]
async fn a_complaint_goes_step_by_step() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    let person = house.person("ann", &[UserRole::Agent]).await;
    let complaint = kind(&house, &admin, json!({ "name": "Complaint", "complaint": true })).await;
    let (one, _) = ticket(&house, &agent, json!({ "type_id": complaint, "title": "Late again" })).await;
    let place = format!("{one}/complaint");
    assert_eq!(house.get(&place).token(&agent).send().await.is(200).json()["next"], json!(["assign"]));
    let take = |step: &str, body: Value, version| house.post(&format!("{place}/{step}"), &body).token(&agent).version(version);
    let answer = json!({ "text": "We are sorry.", "channel": "voice" });
    let refused = take("answer", answer.clone(), 1).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"], json!([{ "field": "step", "message": "first comes assign, then schedule" }]));
    take("assign", json!({ "responsible_id": person }), 1).send().await.is(200);
    let refused = take("schedule", json!({ "answer_by": 1, "plan": "" }), 2).send().await.refused(422, "invalid");
    assert_eq!((&refused["errors"][0]["field"], &refused["errors"][1]["field"]), (&json!("plan"), &json!("answer_by")));
    let soon = house.clock.utc().0 + 3_600_000_000;
    take("schedule", json!({ "answer_by": soon, "plan": "Call" }), 2).send().await.is(200);
    take("answer", answer, 3).send().await.is(200);
    let close = house.post(&format!("{one}/status"), &json!({ "status": "closed" })).token(&agent).version(4);
    let refused = close.send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["message"], "this is a complaint: do its step evaluation first");
    take("follow-up", json!({ "outcome": "Content", "settled": true }), 4).send().await.is(200);
    let evaluation = json!({ "satisfaction": 4, "justified": true, "cause": "Lost", "measures": "Scan twice" });
    let row = take("evaluation", evaluation, 5).send().await.is(200).json();
    assert_eq!((&row["complaint_step"], &row["satisfaction"], &row["responsible_id"]), (&json!("evaluation"), &json!(4), &json!(person)));
    let way = house.get(&place).token(&agent).send().await.is(200).json();
    assert_eq!((way["steps"].as_array().unwrap().len(), &way["next"], &way["steps"][5]["done"]["cause"]), (6, &json!([]), &json!("Lost")));
}

#[tokio::test]
async fn a_customer_rates_once_by_a_link_and_guessing_ends_soon() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    let request = kind(&house, &admin, json!({ "name": "Request" })).await;
    let (one, _) = ticket(&house, &agent, json!({ "type_id": request, "title": "Lamp" })).await;
    house.post(&format!("{one}/rating-link"), &json!({})).token(&agent).send().await.refused(422, "invalid");
    house.post(&format!("{one}/status"), &json!({ "status": "resolved" })).token(&agent).version(1).send().await.is(200);
    let link = house.post(&format!("{one}/rating-link"), &json!({})).token(&agent).send().await.is(201).json();
    let rate = |token: &Value, score| house.post("/ratings", &json!({ "token": token, "score": score, "comment": "=1+1" }));
    rate(&link["token"], 9).send().await.refused(422, "invalid");
    rate(&link["token"], 5).send().await.is(204);
    rate(&link["token"], 1).send().await.refused(404, "not-found");
    let row = house.get(&one).token(&agent).send().await.json();
    assert_eq!((&row["satisfaction"], &row["satisfaction_via"]), (&json!(5), &json!("link")));
    let mut last = 404;
    for n in 0..40 {
        last = rate(&json!(format!("guess{n}")), 5).send().await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_customer_rates_on_a_page_that_gives_nothing_away() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    let request = kind(&house, &admin, json!({ "name": "Request" })).await;
    let (one, _) = ticket(&house, &agent, json!({ "type_id": request, "title": "Secret lamp" })).await;
    house.post(&format!("{one}/status"), &json!({ "status": "resolved" })).token(&agent).version(1).send().await.is(200);
    let link = house.post(&format!("{one}/rating-link"), &json!({})).token(&agent).send().await.is(201).json();
    let (token, path) = (link["token"].as_str().unwrap(), link["path"].as_str().unwrap().trim_start_matches('/').to_owned());
    let text = |got: &Got| String::from_utf8(got.bytes.clone()).unwrap();
    for (accepted, word) in [("en", "How did it go?"), ("zh-CN,en;q=0.5", "您对服务满意吗？")] {
        let page = house.get(&path).header("accept-language", accepted).send().await.is(200);
        assert_eq!((page.header("content-type"), page.header("referrer-policy")), ("text/html; charset=utf-8", "no-referrer"));
        assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), ("no-store", "noindex, nofollow"));
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        let html = text(&page);
        assert!(html.contains(word) && !html.contains(token) && !html.contains("Secret") && !html.contains("<script"), "{html}");
    }
    let send = |body: &'static str| {
        // As a browser does from a page without referrer.
        let mut ask = house.ask("POST", &path).header("content-type", "application/x-www-form-urlencoded").header("origin", "null");
        ask.builder = ask.builder.body(body);
        ask.send()
    };
    assert!(text(&send("comment=%3Cb%3Ehi").await.is(422)).contains("&lt;b&gt;hi"));
    assert!(text(&send("score=9").await.is(422)).contains("role=\"alert\""));
    house.ask("POST", &path).json(&json!({ "score": 5 })).send().await.refused(415, "not-a-form");
    assert!(text(&send("score=4&comment=%3D1%2B1%0D%0Aok").await.is(200)).contains("Thank you"));
    let row = house.get(&one).token(&agent).send().await.json();
    assert_eq!((&row["satisfaction"], &row["satisfaction_comment"]), (&json!(4), &json!("=1+1\nok")));
    assert!(text(&send("score=1").await.is(404)).contains("does not work any more"));
    house.get(&path).send().await.is(404);
    let mut last = 404;
    for n in 0..40 {
        last = house.get(&format!("rate/guess{n}")).send().await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_service_order_and_a_text_are_made_of_a_ticket() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    let request = kind(&house, &admin, json!({ "name": "Repair" })).await;
    let customer = json!({ "name": "王芳 <b>", "language": "zh", "contacts": [{ "kind": "phone", "value": "+861055550101" }] });
    let customer = house.post("/customers", &customer).token(&agent).send().await.is(201).json()["id"].clone();
    let body =
        json!({ "type_id": request, "title": "键盘更换", "customer_id": customer, "work": "Change it (twice)", "address": "Beijing" });
    let (one, _) = ticket(&house, &agent, body).await;
    let order = format!("{one}/service-order.pdf");
    let pdf = house.get(&order).token(&agent).send().await.is(200);
    assert_eq!(
        (pdf.header("content-type"), pdf.header("content-disposition")),
        ("application/pdf", "inline; filename=\"service-order-1.pdf\"")
    );
    let document = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    let text = document.extract_text(&[1]).unwrap();
    for part in ["服务单", "王芳", "键盘更换", "Change it (twice)", "+861055550101"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let english = house.get(&format!("{order}?language=en&paper=letter")).token(&agent).send().await.is(200);
    assert!(lopdf::Document::load_mem(&english.bytes).unwrap().extract_text(&[1]).unwrap().contains("Service order"));
    house.get(&format!("{order}?paper=a3")).token(&agent).send().await.refused(422, "invalid");

    let template = json!({ "name": "Hello", "title": "No. {{ticket.number}}", "text": "Dear {{customer.name}}" });
    let template = house.post("/ticket-templates", &template).token(&admin).send().await.is(201).json()["id"].clone();
    let place = format!("{one}/texts/{}", template.as_str().unwrap());
    let text = house.get(&place).token(&agent).send().await.is(200).json();
    assert_eq!(text, json!({ "title": "No. 1", "text": "Dear 王芳 <b>" }));
    let html = house.get(&format!("{place}?as=html")).token(&agent).send().await.is(200).json();
    assert_eq!(html["text"], "Dear 王芳 &lt;b&gt;");
    let wrong = json!({ "name": "Wrong", "text": "{{customer.password}}" });
    house.post("/ticket-templates", &wrong).token(&admin).send().await.refused(422, "invalid");
}

#[tokio::test]
async fn tickets_are_merged_and_assigned_over_the_api() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let request = kind(&house, &admin, json!({ "name": "Request" })).await;
    let rule = json!({ "name": "All", "agents": [ann], "pick": "round_robin" });
    house.post("/ticket-rules", &rule).token(&admin).send().await.is(201);
    let (one, first) = ticket(&house, &agent, json!({ "type_id": request, "title": "Lamp" })).await;
    assert_eq!(first["assignee_id"], json!(ann));
    let (other, second) = ticket(&house, &agent, json!({ "type_id": request, "title": "The lamp" })).await;
    let nobody = house.post(&format!("{other}/assign"), &json!({})).token(&agent).version(1).send().await.is(200).json();
    assert_eq!(nobody["assignee_id"], json!(null));
    house.post(&format!("{other}/assign"), &json!({ "by_rule": true })).token(&agent).version(2).send().await.is(200);
    let merge = house.post(&format!("{one}/merge"), &json!({ "into": second["id"] })).token(&agent).version(1);
    assert_eq!(merge.send().await.is(200).json()["id"], second["id"]);
    assert_eq!(house.get(&one).token(&agent).send().await.json()["merged_into"], second["id"]);
    house.post(&format!("{one}/interactions"), &json!({ "interaction_id": NOBODY })).token(&agent).send().await.refused(422, "invalid");
}
