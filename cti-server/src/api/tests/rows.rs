//! Reading and editing configuration: the same behaviour for every resource.

use super::*;

/// A resource to be made, and a change to it.
pub(super) struct Case {
    pub(super) path: &'static str,
    pub(super) make: Value,
    pub(super) patch: Value,
}

pub(super) async fn cases(house: &House, admin: &str) -> Vec<Case> {
    let queue = house.post("/queues", &json!({ "name": "Base" })).token(admin).send().await.is(201).json()["id"].clone();
    let case = |path, make, patch| Case { path, make, patch };
    vec![
        case("/sites", json!({ "name": "London", "zone": "Europe/London" }), json!({ "zone": "UTC" })),
        case("/teams", json!({ "name": "Red" }), json!({ "name": "Blue" })),
        case("/users", json!({ "login": "eve", "name": "Eve", "roles": ["agent"] }), json!({ "name": "Eva" })),
        case(
            "/queues",
            json!({ "name": "Sales", "priority": 3, "ordering": { "by": "score", "weight_s": 60 } }),
            json!({ "wait_max_ms": 60_000 }),
        ),
        case("/skills", json!({ "name": "French" }), json!({ "name": "German" })),
        case("/reasons", json!({ "name": "Lunch" }), json!({ "active": false })),
        case("/wrap-up-codes", json!({ "name": "Sold", "queue_id": queue }), json!({ "queue_id": null })),
        case(
            "/hours",
            json!({ "name": "Office", "zone": "UTC", "weekly": [{ "day": 1, "from": "09:00", "to": "17:00" }] }),
            json!({ "weekly": [] }),
        ),
        case("/numbers", json!({ "number": "+44 20 7946 0000", "entry": { "to": "queue", "queue": queue } }), json!({ "language": "zh" })),
        case("/trunks", json!({ "name": "Carrier", "sources": ["192.0.2.0/24"], "country": "GB" }), json!({ "calls_max": 30 })),
        case("/phones", json!({ "username": "101", "password": "phone-secret" }), json!({ "name": "Desk" })),
        case("/flows", json!({ "name": "Main" }), json!({ "name": "Menu" })),
        case(
            "/custom-fields",
            json!({ "key": "class", "type": "list", "labels": { "en": "Class" }, "options": [{ "value": "a" }] }),
            json!({ "required": true }),
        ),
        case("/formulas", json!({ "name": "churn", "unit": "points" }), json!({ "currency": "EUR" })),
        case("/imports", json!({ "name": "Old system", "mapping": [{ "column": "Name", "to": "name" }] }), json!({ "policy": "skip" })),
        case("/retention-policies", json!({ "kind": "recordings", "days": 90 }), json!({ "days": 30 })),
        case("/ticket-types", json!({ "name": "Repair", "statuses": ["open", "resolved"] }), json!({ "queue_id": queue })),
        case("/ticket-templates", json!({ "name": "Thanks", "text": "Dear {{customer.name}}" }), json!({ "text": "Hello" })),
        case(
            "/sla-policies",
            json!({ "name": "Gold", "targets": [{ "tier": "gold", "first_response_ms": 3_600_000 }] }),
            json!({ "pause_while_pending": false }),
        ),
        case("/ticket-rules", json!({ "name": "All", "queue_id": queue }), json!({ "sort": 5 })),
        case(
            "/ticket-triggers",
            json!({ "name": "Late", "moment": { "when": "after_breach", "clock": "resolution", "ms": 0 }, "actions": [{ "do": "raise_priority" }] }),
            json!({ "active": false }),
        ),
        case("/knowledge/categories", json!({ "name": "Devices" }), json!({ "sort": 3 })),
        case("/knowledge/requests", json!({ "title": "Lamps that fly" }), json!({ "details": "How high?" })),
        case("/scripts", json!({ "name": "Talk", "queue_id": queue }), json!({ "active": false })),
        case(
            "/rules",
            json!({
                "name": "Ticket", "kind": "reason", "texts": { "en": "the ticket" },
                "conditions": { "field": "items.ticket.count", "op": "ge", "value": 1 },
            }),
            json!({ "score": 7, "queues": [queue] }),
        ),
    ]
}

#[tokio::test]
async fn every_resource_is_made_listed_read_changed_and_deleted_with_its_audit() {
    let house = House::open().await;
    let admin = house.admin().await;
    for Case { path, make, patch } in cases(&house, &admin).await {
        let made = house.post(path, &make).token(&admin).send().await.is(201);
        let row = made.json();
        let id = row["id"].as_str().unwrap().to_owned();
        let one = format!("{path}/{id}");
        assert_eq!(made.header("location"), format!("/api/v1{one}"), "{path}");
        assert_eq!(made.header("etag"), "\"1\"");
        assert!(row.get("password").is_none(), "{row}");

        assert_eq!(house.get(&one).token(&admin).send().await.is(200).json(), row, "{path}");
        let list = house.get(path).token(&admin).send().await.is(200).json();
        assert!(list["items"].as_array().unwrap().contains(&row), "{path}: {list}");

        let changed = house.patch(&one, &patch).token(&admin).version(1).send().await.is(200);
        assert_eq!(changed.header("etag"), "\"2\"", "{path}");
        let changed = changed.json();
        for (field, value) in patch.as_object().unwrap() {
            assert_eq!(changed[field], *value, "{path}");
        }
        assert_eq!(changed["created_at"], row["created_at"]);

        house.ask("DELETE", &one).token(&admin).version(2).send().await.is(204);
        house.get(&one).token(&admin).send().await.refused(404, "not-found");
        let audit = house.get(&format!("/audit?resource_id={id}")).token(&admin).send().await.is(200).json();
        let actions: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["delete", "update", "create"], "{path}");
        assert_eq!(audit["items"][0]["via"], "api_token");
    }
}

#[tokio::test]
async fn a_change_must_name_the_version_it_is_based_on() {
    let house = House::open().await;
    let admin = house.admin().await;
    let id = house.post("/skills", &json!({ "name": "a" })).token(&admin).send().await.is(201).json()["id"].as_str().unwrap().to_owned();
    let one = format!("/skills/{id}");
    let rename = |name: &str| house.patch(&one, &json!({ "name": name })).token(&admin);

    rename("b").send().await.refused(428, "version-required");
    house.ask("DELETE", &one).token(&admin).send().await.refused(428, "version-required");
    for odd in ["1", "*", "W/\"1\"", "\"one\""] {
        rename("b").header("if-match", odd).send().await.refused(400, "malformed");
    }
    rename("b").version(1).send().await.is(200);
    let conflict = rename("c").version(1).send().await.refused(412, "version-conflict");
    assert_eq!(conflict["current_version"], 2);
    house.ask("DELETE", &one).token(&admin).version(1).send().await.refused(412, "version-conflict");
    assert_eq!(house.get(&one).token(&admin).send().await.json()["name"], "b");
}

#[tokio::test]
async fn of_many_changes_to_one_version_one_wins() {
    let house = House::open().await;
    let admin = house.admin().await;
    let id = house.post("/skills", &json!({ "name": "a" })).token(&admin).send().await.is(201).json()["id"].as_str().unwrap().to_owned();
    let one = format!("/skills/{id}");
    let names: Vec<Value> = (0..8).map(|n| json!({ "name": format!("name {n}") })).collect();
    let all = names.iter().map(|patch| house.patch(&one, patch).token(&admin).version(1).send());
    let mut statuses: Vec<u16> = futures_util::future::join_all(all).await.into_iter().map(|got| got.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn what_a_client_has_already_is_not_sent_again() {
    let house = House::open().await;
    let admin = house.admin().await;
    let id = house.post("/skills", &json!({ "name": "a" })).token(&admin).send().await.is(201).json()["id"].as_str().unwrap().to_owned();
    let read = |tag: &str| house.get(&format!("/skills/{id}")).token(&admin).header("if-none-match", tag);
    assert!(read("\"0\", W/\"1\"").send().await.is(304).bytes.is_empty());
    read("\"2\"").send().await.is(200);
}

#[tokio::test]
async fn refused_values_are_named_with_their_mend() {
    let house = House::open().await;
    let admin = house.admin().await;
    let table = [
        ("/queues", json!({}), vec!["name"]),
        ("/queues", json!({ "name": "Q", "colour": "red" }), vec!["colour"]),
        ("/queues", json!({ "name": " ", "priority": 12, "zone": "Mars" }), vec!["name", "zone", "priority"]),
        ("/queues", json!({ "name": "Q", "hours_id": NOBODY }), vec!["hours_id"]),
        ("/trunks", json!({ "name": "T", "country": "GB", "sources": ["here"] }), vec!["sources[0]"]),
        ("/users", json!({ "login": "x y", "name": "X", "roles": ["agent"], "password": "short" }), vec!["login", "password"]),
    ];
    for (path, body, fields) in table {
        let refused = house.post(path, &body).token(&admin).send().await.refused(422, "invalid");
        let errors = refused["errors"].as_array().unwrap();
        let named: Vec<&str> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(named, fields, "{path} {body}");
        assert!(errors.iter().all(|error| !error["message"].as_str().unwrap().is_empty()));
    }
}

#[tokio::test]
async fn a_value_somebody_has_and_a_row_somebody_needs_are_conflicts() {
    let house = House::open().await;
    let admin = house.admin().await;
    let phone = json!({ "username": "101" });
    house.post("/phones", &phone).token(&admin).send().await.is(201);
    let taken = house.post("/phones", &phone).token(&admin).send().await.refused(409, "not-unique");
    assert_eq!(taken["errors"][0]["field"], "username");

    let site = house.post("/sites", &json!({ "name": "L", "zone": "UTC" })).token(&admin).send().await.is(201).json()["id"].clone();
    house.post("/teams", &json!({ "name": "T", "site_id": site })).token(&admin).send().await.is(201);
    let one = format!("/sites/{}", site.as_str().unwrap());
    house.ask("DELETE", &one).token(&admin).version(1).send().await.refused(409, "in-use");
}

#[tokio::test]
async fn lists_are_paged_searched_and_filtered() {
    let house = House::open().await;
    let admin = house.admin().await;
    for n in 0..5 {
        house.post("/reasons", &json!({ "name": format!("Reason {n}"), "sort": n % 2 })).token(&admin).send().await.is(201);
    }
    let list = async |query: &str| house.get(&format!("/reasons?{query}")).token(&admin).send().await;
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = list("limit=3").await.is(200).json();
    assert_eq!(names(&first), ["Reason 0", "Reason 1", "Reason 2"]);
    let rest = list(&format!("limit=3&cursor={}", first["next"].as_str().unwrap())).await.is(200).json();
    assert_eq!((names(&rest), &rest["next"]), (vec!["Reason 3".to_owned(), "Reason 4".to_owned()], &Value::Null));
    assert_eq!(names(&list("search=reason+4").await.is(200).json()), ["Reason 4"]);
    assert_eq!(names(&list("sort=1").await.is(200).json()), ["Reason 1", "Reason 3"]);
    for (query, field) in [("colour=red", "colour"), ("cursor=x", "cursor"), ("sort=x", "sort")] {
        assert_eq!(list(query).await.refused(422, "invalid")["errors"][0]["field"], field);
    }
    list(&format!("search={}", "x".repeat(300))).await.refused(400, "malformed");
}

#[tokio::test]
async fn a_limit_outside_its_bounds_is_refused_by_every_list() {
    let mut house = House::open().await;
    let _asked = house.switch(|_| Ok(json!({ "items": [], "next": null })));
    let admin = house.admin().await;
    let description = serde_json::to_value(openapi()).unwrap();
    let mut lists = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        let parameters = methods["get"]["parameters"].as_array().cloned().unwrap_or_default();
        if !parameters.iter().any(|parameter| parameter["name"] == "limit") {
            continue;
        }
        // What is listed of one thing is there when that is.
        let of_one = path.contains('{');
        let path = path.replace("{id}", NOBODY);
        lists += 1;
        for limit in ["0", "-1", "501", "99999999999999999999", "1.5", "many"] {
            let got = house.get(&format!("{path}?limit={limit}")).token(&admin).send().await;
            if of_one && got.status == 404 {
                continue;
            }
            let refused = got.refused(400, "malformed");
            assert_eq!(refused["errors"][0]["field"], "limit", "{path} {limit}");
            assert!(refused["detail"].as_str().unwrap().contains("from 1 to 500"), "{refused}");
        }
        // A search needs what it is for.
        let needs_more = path.ends_with("/notes") || path.ends_with("/search");
        for limit in ["1", "500", ""] {
            let got = house.get(&format!("{path}?limit={limit}")).token(&admin).send().await;
            assert!(got.status == 200 || of_one && got.status == 404 || needs_more, "{path}: {}", got.status);
        }
    }
    assert!(lists >= 15, "{lists}");
}

#[tokio::test]
async fn names_hold_no_control_character_when_made_or_changed() {
    let house = House::open().await;
    let admin = house.admin().await;
    for Case { path, make, .. } in cases(&house, &admin).await {
        let field = ["name", "username"].into_iter().find(|field| make.get(field).is_some()).unwrap_or("name");
        for bad in ["a\r\nb", "a\nb", "a\tb", "a\0b", "a\u{7f}b", "a\u{85}b"] {
            let mut body = make.clone();
            body[field] = json!(bad);
            let refused = house.post(path, &body).token(&admin).send().await.refused(422, "invalid");
            assert_eq!(refused["errors"][0]["field"], field, "{path} {bad:?}");
        }
        let made = house.post(path, &make).token(&admin).send().await.is(201).json();
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        let refused = house.patch(&one, &json!({ field: "a\nb" })).token(&admin).version(1).send().await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], field, "{path}");
    }
}

#[tokio::test]
async fn two_trunks_of_one_address_are_a_conflict_that_names_both() {
    let house = House::open().await;
    let admin = house.admin().await;
    let trunk = |name: &str| json!({ "name": name, "sources": ["192.0.2.10"], "country": "GB" });
    house.post("/trunks", &trunk("North")).token(&admin).send().await.is(201);
    let refused = house.post("/trunks", &trunk("South")).token(&admin).send().await.refused(409, "not-unique");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("North") && detail.contains("South") && detail.contains("192.0.2.10"), "{detail}");
    assert_eq!(refused["errors"][0]["field"], "sources");
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    let house = House::open().await;
    let me = house.person("root", &[UserRole::Admin]).await;
    let token = house.token_of(me, &[UserRole::Admin]).await;
    let one = format!("/users/{me}");
    house.ask("DELETE", &one).token(&token).version(1).send().await.refused(409, "conflict");
    for patch in [json!({ "active": false }), json!({ "active": null }), json!({ "roles": ["agent"] }), json!({ "roles": null })] {
        house.patch(&one, &patch).token(&token).version(1).send().await.refused(409, "conflict");
    }
    house.patch(&one, &json!({ "roles": ["agent", "admin"], "name": "Root" })).token(&token).version(1).send().await.is(200);
}

#[tokio::test]
async fn an_id_that_is_none_is_nowhere() {
    let house = House::open().await;
    let admin = house.admin().await;
    for path in ["/queues/x", "/queues/1%2F2", "/interactions/x", "/recordings/x/parts/1", "/flows/x/versions/1"] {
        house.get(path).token(&admin).send().await.refused(404, "not-found");
    }
}
