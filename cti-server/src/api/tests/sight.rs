//! A customer whom an agent may not see, and everything that could tell of them.

use super::*;

/// A customer of Bob's whom Ann may not see, one whom all see, and both their tokens.
struct Scene {
    house: House,
    admin: String,
    ann: String,
    ann_id: UserId,
    bob: String,
    bob_id: UserId,
    hidden: Value,
    open: Value,
}

impl Scene {
    async fn set() -> Scene {
        let house = House::open().await;
        let admin = house.admin().await;
        let (ann_id, bob_id) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
        let (ann, bob) = (house.token_of(ann_id, &[UserRole::Agent]).await, house.token_of(bob_id, &[UserRole::Agent]).await);
        let hidden = json!({ "name": "Hilda Secret", "external_id": "H-1", "visibility": "owner", "owner_id": bob_id });
        let hidden = house.post("/customers", &hidden).token(&admin).send().await.is(201).json()["id"].clone();
        let open = house.post("/customers", &json!({ "name": "Olaf", "external_id": "O-1" })).token(&admin).send().await.is(201);
        let open = open.json()["id"].clone();
        Scene { house, admin, ann, ann_id, bob, bob_id, hidden, open }
    }

    async fn kind(&self) -> Value {
        self.house.post("/ticket-types", &json!({ "name": "Request" })).token(&self.admin).send().await.is(201).json()["id"].clone()
    }

    async fn ticket(&self, fields: Value) -> (String, Value) {
        let made = self.house.post("/tickets", &fields).token(&self.bob).send().await.is(201);
        (made.header("location").to_owned(), made.json())
    }

    /// What a list shows Ann.
    async fn listed(&self, path: &str) -> usize {
        let page = self.house.get(path).token(&self.ann).send().await.is(200).json();
        page["items"].as_array().unwrap_or_else(|| panic!("{page}")).len()
    }

    /// The field a body of Ann's is refused for.
    async fn refused(&self, method: &str, path: &str, body: Value) -> Value {
        let got = self.house.ask(method, path).json(&body).token(&self.ann).version(1).send().await;
        got.refused(422, "invalid")["errors"][0]["field"].clone()
    }
}

#[tokio::test]
async fn a_ticket_of_somebody_out_of_sight_is_not_there() {
    let scene = Scene::set().await;
    let (house, kind) = (&scene.house, scene.kind().await);
    for (n, field) in ["customer_id", "contact_id"].into_iter().enumerate() {
        let title = format!("Secret {n}");
        let (one, row) = scene.ticket(json!({ "type_id": kind, "title": title, field: scene.hidden })).await;
        let reads = ["", "/history", "/comments", "/complaint", "/service-order.pdf"];
        for path in reads.map(|path| format!("{one}{path}")).into_iter().chain([format!("{one}/texts/{NOBODY}")]) {
            house.get(&path).token(&scene.ann).send().await.refused(404, "not-found");
        }
        let (agent, other) = (json!({ "user_id": scene.ann_id }), scene.ticket(json!({ "type_id": kind, "title": "Other" })).await);
        for (path, body) in [
            ("/status", json!({ "status": "closed" })),
            ("/assign", agent.clone()),
            ("/merge", json!({ "into": other.1["id"] })),
            ("/watchers", agent),
            ("/interactions", json!({ "interaction_id": NOBODY })),
            ("/comments", json!({ "text": "x" })),
            ("/rating", json!({ "score": 1 })),
            ("/rating-link", json!({})),
        ] {
            let got = house.post(&format!("{one}{path}"), &body).token(&scene.ann).version(1).send().await;
            assert_eq!(got.status, 404, "{path}");
        }
        house.patch(&one, &json!({ "title": "x" })).token(&scene.ann).version(1).send().await.refused(404, "not-found");
        let all = json!({ "customers": [scene.open], "main": scene.open });
        house.ask("PUT", &format!("{one}/customers")).json(&all).token(&scene.ann).version(1).send().await.refused(404, "not-found");
        // Nor does a page of one say that there is something.
        for list in ["/tickets?search=secret&limit=1", "/tickets?search=%231&limit=1", "/tickets?live=true&search=Secret"] {
            let page = house.get(list).token(&scene.ann).send().await.is(200).json();
            assert_eq!((&page["items"], &page["next"]), (&json!([]), &Value::Null), "{list}");
        }
        let mine = house.get(&one).token(&scene.bob).send().await.is(200).json();
        assert_eq!(mine["id"], row["id"]);
    }
    assert_eq!(scene.listed(&format!("/tickets?customer={}", scene.hidden.as_str().unwrap())).await, 0);
    assert_eq!(scene.listed("/tickets?search=other").await, 2, "what is of nobody is everybody's");
}

#[tokio::test]
async fn nobody_out_of_sight_is_named_in_a_ticket() {
    let scene = Scene::set().await;
    let (house, kind) = (&scene.house, scene.kind().await);
    let (secret, row) = scene.ticket(json!({ "type_id": kind, "title": "Secret", "customer_id": scene.hidden })).await;
    for field in ["customer_id", "contact_id"] {
        let body = json!({ "type_id": kind, "title": "Mine", field: scene.hidden });
        assert_eq!(scene.refused("POST", "/tickets", body).await, field);
    }
    let body = json!({ "type_id": kind, "title": "Mine", "parent_id": row["id"] });
    assert_eq!(scene.refused("POST", "/tickets", body).await, "parent_id");
    let (mine, _) = scene.ticket(json!({ "type_id": kind, "title": "Mine", "customer_id": scene.open })).await;
    assert_eq!(scene.refused("PATCH", &mine, json!({ "contact_id": scene.hidden })).await, "contact_id");
    assert_eq!(scene.refused("POST", &format!("{mine}/merge"), json!({ "into": row["id"] })).await, "into");
    let all = json!({ "customers": [scene.open, scene.hidden], "main": scene.open });
    assert_eq!(scene.refused("PUT", &format!("{mine}/customers"), all.clone()).await, "customers");
    // Linked by who sees both, she stays linked and unseen.
    house.ask("PUT", &format!("{mine}/customers")).json(&all).token(&scene.bob).version(1).send().await.is(200);
    let seen = house.get(&mine).token(&scene.ann).send().await.is(200).json();
    assert_eq!(seen["customers"], json!([scene.open]));
    let same = json!({ "customers": seen["customers"], "main": scene.open });
    house.ask("PUT", &format!("{mine}/customers")).json(&same).token(&scene.ann).version(2).send().await.is(200);
    let whole = house.get(&mine).token(&scene.bob).send().await.is(200).json();
    assert_eq!(whole["customers"].as_array().unwrap().len(), 2);

    // Who is given a ticket works on it, without learning who it is about.
    let template = json!({ "name": "t", "title": "For {{customer.name}}", "text": "x" });
    let template = house.post("/ticket-templates", &template).token(&scene.admin).send().await.is(201).json()["id"].clone();
    house.patch(&secret, &json!({ "assignee_id": scene.ann_id })).token(&scene.bob).version(1).send().await.is(200);
    let read = house.get(&secret).token(&scene.ann).send().await.is(200);
    let version = read.header("etag").trim_matches('"').parse::<i64>().unwrap();
    let text = format!("{secret}/texts/{}", template.as_str().unwrap());
    assert_eq!(house.get(&text).token(&scene.ann).send().await.is(200).json()["title"], "For ");
    assert_eq!(house.get(&text).token(&scene.bob).send().await.is(200).json()["title"], "For Hilda Secret");
    house.get(&format!("{secret}/service-order.pdf")).token(&scene.ann).send().await.is(200);
    let away = house.patch(&secret, &json!({ "customer_id": scene.open })).token(&scene.ann).version(version).send().await;
    assert_eq!(away.refused(422, "invalid")["errors"][0]["field"], "customer_id");
    house.patch(&secret, &json!({ "work": "done", "customer_id": scene.hidden })).token(&scene.ann).version(version).send().await.is(200);
}

#[tokio::test]
async fn what_somebody_out_of_sight_ordered_is_neither_pushed_nor_moved() {
    let scene = Scene::set().await;
    let house = &scene.house;
    for (path, body) in [
        ("orders", json!({ "number": "A-1", "placed_at": 1, "currency": "EUR" })),
        ("contracts", json!({ "number": "C-1", "kind": "support", "starts_at": 1 })),
        ("products-owned", json!({ "name": "Lamp", "bought_at": 1 })),
    ] {
        let of = |field: &str, customer: &Value| {
            let mut body = body.clone();
            body[field] = customer.clone();
            body
        };
        let place = |external: &str| format!("/{path}/by-external-id/{external}");
        assert_eq!(scene.refused("PUT", &place("new"), of("customer_id", &scene.hidden)).await, "customer_id", "{path}");
        let by_external = of("customer_external_id", &json!("H-1"));
        assert_eq!(scene.refused("PUT", &place("new"), by_external).await, "customer_external_id", "{path}");
        house.ask("PUT", &place("hers")).json(&of("customer_id", &scene.hidden)).token(&scene.bob).send().await.is(201);
        let taken = house.ask("PUT", &place("hers")).json(&of("customer_id", &scene.open)).token(&scene.ann).send().await;
        taken.refused(404, "not-found");
        let made = house.ask("PUT", &place("his")).json(&of("customer_id", &scene.open)).token(&scene.ann).send().await.is(201);
        let one = made.header("location").to_owned();
        assert_eq!(scene.refused("PUT", &place("his"), of("customer_id", &scene.hidden)).await, "customer_id", "{path}");
        assert_eq!(scene.refused("PATCH", &one, json!({ "customer_id": scene.hidden })).await, "customer_id", "{path}");
        house.patch(&one, &json!({ "customer_id": scene.open })).token(&scene.ann).version(1).send().await.is(200);
    }
}

#[tokio::test]
async fn no_work_and_no_note_names_somebody_out_of_sight() {
    let scene = Scene::set().await;
    let (house, kind, now) = (&scene.house, scene.kind().await, scene.house.clock.utc().0);
    let (_, ticket) = scene.ticket(json!({ "type_id": kind, "title": "Secret", "customer_id": scene.hidden })).await;
    let owner = format!("user:{}", scene.ann_id);
    for (path, body) in [
        ("/tasks", json!({ "title": "Call", "owner": owner })),
        (
            "/callbacks",
            json!({ "number": "+12125550123", "from_at": now, "until_at": now + 3_600_000_000_i64, "zone": "UTC", "owner": owner }),
        ),
    ] {
        let made = house.post(path, &body).token(&scene.ann).send().await.is(201);
        for (field, value) in [("customer_id", &scene.hidden), ("ticket_id", &ticket["id"])] {
            let mut named = body.clone();
            named[field] = value.clone();
            assert_eq!(scene.refused("POST", path, named).await, field, "{path}");
            assert_eq!(scene.refused("PATCH", made.header("location"), json!({ field: value })).await, field, "{path}");
        }
    }
    let note = |subject: &str, id: &Value| json!({ "subject": subject, "subject_id": id, "text": "known" });
    assert_eq!(scene.refused("POST", "/notes", note("customer", &scene.hidden)).await, "subject_id");
    assert_eq!(scene.refused("POST", "/notes", note("ticket", &ticket["id"])).await, "subject_id");
    let mut named = note("interaction", &json!(NOBODY));
    named["customer_id"] = scene.hidden.clone();
    assert_eq!(scene.refused("POST", "/notes", named).await, "customer_id");
    // A note on a ticket belongs to whom the ticket is about, whatever its writer says.
    let hers = house.post("/notes", &note("ticket", &ticket["id"])).token(&scene.bob).send().await.is(201);
    assert_eq!(hers.json()["customer_id"], scene.hidden);
    house.get(hers.header("location")).token(&scene.ann).send().await.refused(404, "not-found");
    assert_eq!(scene.listed(&format!("/notes?ticket={}", ticket["id"].as_str().unwrap())).await, 0);
}

#[tokio::test]
async fn merges_and_pairs_of_those_out_of_sight_are_not_there() {
    let scene = Scene::set().await;
    let house = &scene.house;
    let team = house.post("/teams", &json!({ "name": "Red" })).token(&scene.admin).send().await.is(201).json()["id"].clone();
    let boss = json!({ "login": "boss", "name": "boss", "roles": ["supervisor"], "team_id": team });
    let boss: UserId = house.post("/users", &boss).token(&scene.admin).send().await.is(201).json()["id"].as_str().unwrap().parse().unwrap();
    let boss = house.token_of(boss, &[UserRole::Supervisor]).await;
    let (hidden, open) = (scene.hidden.as_str().unwrap(), scene.open.as_str().unwrap());
    let other = house.post("/customers", &json!({ "name": "Olga" })).token(&scene.admin).send().await.is(201).json()["id"].clone();
    let merge = json!({ "merged_id": other, "merged_version": 1 });
    let merge = house.post(&format!("/customers/{hidden}/merge"), &merge).token(&scene.admin).version(1).send().await.is(200).json();
    let one = format!("/merges/{}", merge["id"].as_str().unwrap());
    house.get(&one).token(&boss).send().await.refused(404, "not-found");
    house.post(&format!("{one}/undo"), &json!({})).token(&boss).send().await.refused(404, "not-found");
    house.get(&format!("/customers/{hidden}/merges")).token(&boss).send().await.refused(404, "not-found");
    // Nobody is led to somebody they may not see.
    let other = other.as_str().unwrap();
    for path in ["", "/card", "/merges"] {
        house.get(&format!("/customers/{other}{path}")).token(&boss).send().await.refused(404, "not-found");
    }
    let into = json!({ "merged_id": other, "merged_version": 1 });
    let refused = house.post(&format!("/customers/{open}/merge"), &into).token(&boss).version(1).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "merged_id");
    assert!(!refused.to_string().contains(hidden), "{refused}");
    house.get(&one).token(&scene.admin).send().await.is(200);
}

#[tokio::test]
async fn a_pair_is_dismissed_by_who_sees_both() {
    let scene = Scene::set().await;
    let house = &scene.house;
    let team = house.post("/teams", &json!({ "name": "Red" })).token(&scene.admin).send().await.is(201).json()["id"].clone();
    let boss = json!({ "login": "boss", "name": "boss", "roles": ["supervisor"], "team_id": team });
    let boss: UserId = house.post("/users", &boss).token(&scene.admin).send().await.is(201).json()["id"].as_str().unwrap().parse().unwrap();
    let boss = house.token_of(boss, &[UserRole::Supervisor]).await;
    let phone = json!([{ "kind": "phone", "value": "+442079460001" }]);
    for visibility in ["everyone", "owner"] {
        let row = json!({ "name": "Ada King", "visibility": visibility, "owner_id": scene.ann_id, "contacts": phone });
        house.post("/customers", &row).token(&scene.admin).send().await.is(201);
    }
    house.store.search_duplicates(Utc(house.clock.utc().0 + 120_000_000)).await.unwrap();
    let list = house.get("/duplicates").token(&scene.admin).send().await.is(200).json();
    let dismiss = format!("/duplicates/{}/dismiss", list["items"][0]["id"].as_str().unwrap());
    house.post(&dismiss, &json!({})).token(&boss).send().await.refused(404, "not-found");
    house.post(&dismiss, &json!({})).token(&scene.admin).send().await.is(204);
}

#[tokio::test]
async fn a_field_one_may_not_write_is_not_chosen_in_a_merge() {
    let house = House::open().await;
    let (admin, boss) = (house.admin().await, house.token(UserRole::Supervisor).await);
    let field = json!({ "key": "limit", "type": "text", "editable_by": ["admin"] });
    house.post("/custom-fields", &field).token(&admin).send().await.is(201);
    let mut ids = Vec::new();
    for limit in ["1", "9"] {
        let made = house.post("/customers", &json!({ "name": "Ada", "fields": { "limit": limit } })).token(&admin).send().await.is(201);
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    let merge = |choices: Value, token: &str| {
        let body = json!({ "merged_id": ids[1], "merged_version": 1, "choices": choices });
        house.post(&format!("/customers/{}/merge", ids[0]), &body).token(token).version(1)
    };
    let refused = merge(json!({ "fields.limit": "merged" }), &boss).send().await.refused(403, "field-not-allowed");
    assert_eq!(refused["errors"][0]["field"], "fields.limit");
    merge(json!({ "fields.limit": "survivor", "name": "merged" }), &boss).send().await.is(200);
}

#[tokio::test]
async fn a_cursor_of_customers_names_nobody() {
    let scene = Scene::set().await;
    let house = &scene.house;
    for n in 0..3 {
        let row = json!({ "name": format!("Hilda {n}"), "contacts": [{ "kind": "phone", "value": format!("+1212555012{n}") }] });
        house.post("/customers", &row).token(&scene.admin).send().await.is(201);
    }
    for (search, count) in [("hilda", 4), ("%2B1212555", 3), ("5012", 0)] {
        let (mut names, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let page = house.get(&format!("/customers?search={search}&limit=1{cursor}")).token(&scene.admin).send().await.is(200).json();
            names.extend(page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            // Ids, and a letter for what they are of.
            let (id, mark) = next.split_once('.').unwrap();
            let ids = [id, mark.get(1..).unwrap()];
            assert!(ids.iter().all(|id| id.is_empty() || id.parse::<uuid::Uuid>().is_ok()), "{next}");
            cursor = format!("&cursor={next}");
        }
        assert_eq!(names.len(), count, "{search}");
    }
}

#[tokio::test]
async fn a_record_out_of_sight_is_not_followed() {
    let scene = Scene::set().await;
    let house = &scene.house;
    tokio::spawn(crate::news::run(house.store.clone(), house.gateway.clone(), house.clock));
    let mut socket = house.socket("authorization", &format!("Bearer {}", scene.ann)).await;
    let (hidden, open) = (format!("customer/{}", scene.hidden.as_str().unwrap()), format!("customer/{}", scene.open.as_str().unwrap()));
    socket.0.send(Message::text(json!({ "type": "subscribe", "topics": [hidden, open] }).to_string())).await.unwrap();
    assert_eq!(refusal(&mut socket).await, hidden);
    // Taken out of her sight, she is told so once and hears no more.
    let place = format!("/customers/{}", scene.open.as_str().unwrap());
    while house.gateway.followed_records().is_empty() {
        socket.still_open().await;
    }
    house.patch(&place, &json!({ "visibility": "owner", "owner_id": scene.bob_id })).token(&scene.admin).version(1).send().await.is(200);
    assert_eq!(refusal(&mut socket).await, open);
}

/// Reads on to the next topic refused, and gives its name.
async fn refusal(socket: &mut Socket) -> String {
    loop {
        let Message::Text(text) = socket.frame().await else { continue };
        let message: Value = serde_json::from_str(&text).unwrap();
        if message["type"] == "refused" {
            return message["topic"].as_str().unwrap().to_owned();
        }
    }
}
