//! Each field against each role: what the table of fields says is what happens.

use super::*;
use crm_core::rights::{TABLE, Verb};

const ROLES: [UserRole; 4] = [UserRole::Agent, UserRole::Supervisor, UserRole::Analyst, UserRole::Admin];

/// A change to each field that has a line of its own or stands for the others, as a merge patch.
fn patches(role: UserRole, user: UserId, team: &Value) -> Vec<(&'static str, Value)> {
    vec![
        ("*", json!({ "notes": "changed" })),
        ("tier", json!({ "tier": "gold" })),
        ("external_id", json!({ "external_id": format!("K-{role:?}") })),
        ("owner_id", json!({ "owner_id": user })),
        ("team_id", json!({ "team_id": team })),
        ("visibility", json!({ "visibility": "team", "team_id": team })),
        ("fields", json!({ "fields": { "memo": "changed" } })),
    ]
}

/// What hangs on a customer and is read by itself.
const READ: [(&str, &str); 5] =
    [("shares", "shares"), ("relations", "relations"), ("consent", "consent"), ("values", "values"), ("timeline", "timeline")];

#[tokio::test]
async fn each_role_reads_and_changes_the_fields_the_table_says() {
    let house = House::open().await;
    let admin = house.admin().await;
    house.post("/custom-fields", &json!({ "key": "memo", "type": "text" })).token(&admin).send().await.is(201);
    let team = house.post("/teams", &json!({ "name": "Red" })).token(&admin).send().await.is(201).json()["id"].clone();
    let other = house.person("other", &[UserRole::Agent]).await;
    let line = |field: &str| TABLE.iter().find(|row| row.resource == "customer" && row.field == field).unwrap();
    let mut wrong = Vec::new();
    for role in ROLES {
        let login = format!("{role:?}").to_lowercase() + "-2";
        let token = house.token_of(house.person(&login, &[role]).await, &[role]).await;
        for (field, patch) in patches(role, other, &team) {
            let made = house.post("/customers", &json!({ "name": "Ada" })).token(&admin).send().await.is(201);
            let one = made.header("location").to_owned();
            let got = house.patch(&one, &patch).token(&token).version(1).send().await;
            // Who may not change customers at all is refused before any field is looked at.
            let may = line(field).allows(role, Verb::Change) && line("").allows(role, Verb::Change);
            let expected = if may { 200 } else { 403 };
            if got.status != expected {
                wrong.push(format!("{role:?} changes {field}: {}", got.status));
            }
            if got.status == 403 && line("").allows(role, Verb::Change) {
                let named = got.json()["errors"].as_array().unwrap().iter().any(|error| error["field"] == field);
                assert!(named, "{role:?} {field}: {}", got.json());
            }
            let read = house.get(&one).token(&token).send().await;
            let may = line("").allows(role, Verb::Read);
            let expected = if may { 200 } else { 403 };
            if read.status != expected {
                wrong.push(format!("{role:?} reads: {}", read.status));
            }
            if may && field != "*" && read.json().get(field).is_some() != line(field).allows(role, Verb::Read) {
                wrong.push(format!("{role:?} reads {field}"));
            }
        }
        let made = house.post("/customers", &json!({ "name": "Ada" })).token(&admin).send().await.is(201);
        let one = made.header("location").to_owned();
        for (path, field) in READ {
            let got = house.get(&format!("{one}/{path}")).token(&token).send().await.status;
            if (got == 200) != line(field).allows(role, Verb::Read) {
                wrong.push(format!("{role:?} reads {field}: {got}"));
            }
        }
        let timeline = house.get(&format!("{one}/timeline")).token(&token).send().await;
        if timeline.status == 200 {
            let changes = timeline.json()["items"].as_array().unwrap().iter().any(|entry| entry["kind"] == "change");
            assert_eq!(changes, line("changes").allows(role, Verb::Read), "{role:?}");
        }
        let shared = house.ask("PUT", &format!("{one}/shares")).json(&json!({ "users": [other] })).token(&token).version(1).send().await;
        if (shared.status == 200) != line("shares").allows(role, Verb::Change) {
            wrong.push(format!("{role:?} shares: {}", shared.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_field_of_ones_own_house_is_seen_and_written_by_its_roles_alone() {
    let house = House::open().await;
    let (admin, agent) = (house.admin().await, house.token(UserRole::Agent).await);
    for field in [
        json!({ "key": "open", "type": "text" }),
        json!({ "key": "fixed", "type": "text", "editable_by": ["admin"] }),
        json!({ "key": "secret", "type": "text", "visible_to": ["admin"] }),
    ] {
        house.post("/custom-fields", &field).token(&admin).send().await.is(201);
    }
    let fields = json!({ "open": "1", "fixed": "2", "secret": "3" });
    let made = house.post("/customers", &json!({ "name": "Ada", "fields": fields })).token(&admin).send().await.is(201);
    assert_eq!(made.json()["fields"], fields);
    let one = made.header("location").to_owned();
    let seen = house.get(&one).token(&agent).send().await.is(200).json();
    assert_eq!(seen["fields"], json!({ "open": "1", "fixed": "2" }));
    let listed = house.get("/customers?search=ada").token(&agent).send().await.is(200).json();
    assert_eq!(listed["items"][0]["fields"], seen["fields"]);
    // What was read may be sent back, and what was not seen stays.
    let mut patch = seen.clone();
    patch["fields"]["open"] = json!("4");
    house.patch(&one, &patch).token(&agent).version(1).send().await.is(200);
    let whole = house.get(&one).token(&admin).send().await.json();
    assert_eq!(whole["fields"], json!({ "open": "4", "fixed": "2", "secret": "3" }));
    for key in ["fixed", "secret"] {
        let refused = house.patch(&one, &json!({ "fields": { key: "5" } })).token(&agent).version(2).send().await;
        assert_eq!(refused.refused(403, "field-not-allowed")["errors"][0]["field"], format!("fields.{key}"));
        let refused = house.post("/customers", &json!({ "name": "Bob", "fields": { key: "5" } })).token(&agent).send().await;
        assert_eq!(refused.refused(403, "field-not-allowed")["errors"][0]["field"], format!("fields.{key}"));
    }
    let wrong = house.patch(&one, &json!({ "fields": { "moon": 1 } })).token(&agent).version(2).send().await.refused(422, "invalid");
    assert_eq!(wrong["errors"][0]["field"], "fields.moon");
}
