//! What people edit: writing, locking, validating, auditing, and the snapshot made of it.

use crm_core::model::*;
use crm_core::{ListQuery, Secret, StoreError, Who};
use cti_types::{QueueId, UserId, Utc};
use serde_json::json;
use std::collections::BTreeSet;
use storage::{NOW, TestStore, on_both};

on_both!(
    a_row_reads_back_as_it_was_written,
    only_one_of_two_writers_wins,
    racing_writers_lose_no_change,
    a_null_clears_and_an_unknown_field_is_named,
    a_second_row_with_the_same_name_is_refused_by_its_field,
    every_wrong_field_is_reported_at_once,
    a_reference_to_nothing_is_refused,
    what_is_still_used_cannot_be_deleted,
    secrets_stand_neither_in_answers_nor_in_the_audit,
    a_phone_cannot_be_renamed_without_its_password,
    the_audit_tells_who_changed_what,
    lists_go_on_where_the_cursor_says,
    a_name_is_found_by_its_beginning_in_any_letters,
    changes_are_announced,
    the_snapshot_holds_all_that_calls_need,
    publishing_a_version_retires_the_one_before,
    every_kind_of_row_can_be_written_read_and_deleted,
    no_two_active_trunks_are_known_by_the_same_address,
    of_two_trunks_written_at_once_with_one_address_one_is_refused,
    a_number_and_a_phone_stand_once,
    a_line_holds_no_line_break_and_notes_do,
);

fn who() -> Who {
    Who::system("test")
}

pub(crate) fn queue(name: &str) -> Queue {
    serde_json::from_value(json!({ "name": name })).expect("a queue with defaults")
}

pub(crate) fn user(login: &str) -> User {
    serde_json::from_value(json!({ "login": login, "name": "Ann Example", "roles": ["agent"] })).expect("a user with defaults")
}

async fn a_row_reads_back_as_it_was_written(db: TestStore) {
    let skill = db.store.insert(&who(), NOW, Skill { name: "German".into() }).await.expect("a skill");
    let mut data = queue("Sales");
    data.skills = vec![SkillLevel { skill: skill.id, proficiency: 4 }];
    data.wait_max_ms = Some(90_000);
    data.ordering = QueueOrdering::Score { weight_s: 45 };
    data.recording = RecordingPolicy::Percent { percent: 30 };
    let written = db.store.insert(&who(), NOW, data.clone()).await.expect("a queue");
    let read = db.store.get::<Queue>(written.id).await.expect("the queue");
    assert_eq!(read, written);
    assert_eq!((read.version, read.created_at, read.data), (1, NOW, data));
}

async fn only_one_of_two_writers_wins(db: TestStore) {
    let row = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue");
    let first = db.store.update::<Queue>(&who(), NOW, row.id, 1, &json!({ "priority": 3 })).await.expect("the first write");
    assert_eq!((first.version, first.priority), (2, 3));
    let second = db.store.update::<Queue>(&who(), NOW, row.id, 1, &json!({ "priority": 5 })).await;
    assert!(matches!(second, Err(StoreError::VersionConflict { current: 2, .. })), "{second:?}");
    let stale = db.store.delete::<Queue>(&who(), NOW, row.id, 1).await;
    assert!(matches!(stale, Err(StoreError::VersionConflict { current: 2, .. })), "{stale:?}");
}

async fn racing_writers_lose_no_change(db: TestStore) {
    let row = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, id) = (db.store.clone(), row.id);
        tasks.spawn(async move {
            // Each raises the timeout by 1 s ten times, reading again whenever it was too late.
            for _ in 0..10 {
                loop {
                    let now = store.get::<Queue>(id).await.expect("the queue");
                    let patch = json!({ "offer_timeout_ms": now.offer_timeout_ms + 1_000 });
                    match store.update::<Queue>(&who(), NOW, id, now.version, &patch).await {
                        Ok(_) => break,
                        Err(StoreError::VersionConflict { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("a writer");
    }
    let last = db.store.get::<Queue>(row.id).await.expect("the queue");
    assert_eq!((last.version, last.offer_timeout_ms), (81, 20_000 + 80_000));
}

async fn a_null_clears_and_an_unknown_field_is_named(db: TestStore) {
    let mut data = queue("Sales");
    data.size_max = Some(9);
    let row = db.store.insert(&who(), NOW, data).await.expect("a queue");
    let cleared = db.store.update::<Queue>(&who(), NOW, row.id, 1, &json!({ "size_max": null })).await.expect("a change");
    assert_eq!(cleared.size_max, None);
    let unknown = db.store.update::<Queue>(&who(), NOW, row.id, 2, &json!({ "colour": "red" })).await;
    match unknown {
        Err(StoreError::Invalid { errors, .. }) => assert_eq!(errors[0].field, "colour"),
        other => panic!("{other:?}"),
    }
}

async fn a_second_row_with_the_same_name_is_refused_by_its_field(db: TestStore) {
    db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue");
    let again = db.store.insert(&who(), NOW, queue("Sales")).await;
    assert!(matches!(&again, Err(StoreError::Unique { resource: "queue", field }) if field == "name"), "{again:?}");
    db.store.insert(&who(), NOW, user("ann")).await.expect("a user");
    let again = db.store.insert(&who(), NOW, user("Ann")).await;
    assert!(matches!(&again, Err(StoreError::Unique { resource: "user", field }) if field == "login"), "{again:?}");
}

async fn every_wrong_field_is_reported_at_once(db: TestStore) {
    let mut data = queue("  ");
    data.priority = 10;
    data.zone = "Mars/Olympus".into();
    match db.store.insert(&who(), NOW, data).await {
        Err(StoreError::Invalid { errors, .. }) => {
            let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, ["name", "zone", "priority"]);
        }
        other => panic!("{other:?}"),
    }
    assert!(db.store.list::<Queue>(&ListQuery::default()).await.expect("a list").items.is_empty());
}

async fn a_reference_to_nothing_is_refused(db: TestStore) {
    let mut data = user("ann");
    data.queues = vec![QueueId::from_u128(1)];
    match db.store.insert(&who(), NOW, data).await {
        Err(StoreError::Invalid { errors, .. }) => assert_eq!(errors[0].field, "queues[0]"),
        other => panic!("{other:?}"),
    }
    let data = Queue { overflow: OverflowTo::AgentVoicemail { agent: UserId::from_u128(1) }, ..queue("Sales") };
    match db.store.insert(&who(), NOW, data).await {
        Err(StoreError::Invalid { errors, .. }) => assert_eq!(errors[0].field, "overflow.agent"),
        other => panic!("{other:?}"),
    }
}

async fn what_is_still_used_cannot_be_deleted(db: TestStore) {
    let row = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue");
    let mut data = user("ann");
    data.queues = vec![row.id];
    let ann = db.store.insert(&who(), NOW, data).await.expect("a user");
    let refused = db.store.delete::<Queue>(&who(), NOW, row.id, 1).await;
    assert!(matches!(&refused, Err(StoreError::InUse { by, .. }) if by == "user"), "{refused:?}");
    db.store.update::<User>(&who(), NOW, ann.id, 1, &json!({ "queues": [] })).await.expect("a change");
    db.store.delete::<Queue>(&who(), NOW, row.id, 1).await.expect("now it is free");
    assert!(matches!(db.store.get::<Queue>(row.id).await, Err(StoreError::NotFound { .. })));
    let data = Queue { overflow: OverflowTo::AgentVoicemail { agent: ann.id }, ..queue("Service") };
    let row = db.store.insert(&who(), NOW, data).await.expect("a queue whose callers leave messages for somebody");
    let refused = db.store.delete::<User>(&who(), NOW, ann.id, 2).await;
    assert!(matches!(&refused, Err(StoreError::InUse { by, .. }) if by == "queue"), "{refused:?}");
    db.store.update::<Queue>(&who(), NOW, row.id, 1, &json!({ "overflow": { "to": "voicemail" } })).await.expect("a change");
    db.store.delete::<User>(&who(), NOW, ann.id, 2).await.expect("now they are free");
}

async fn secrets_stand_neither_in_answers_nor_in_the_audit(db: TestStore) {
    let mut data = user("ann");
    data.password = Some(Secret::new("correct horse battery"));
    let ann = db.store.insert(&who(), NOW, data).await.expect("a user");
    let phone = Phone {
        username: "101".into(),
        name: String::new(),
        owner_id: Some(ann.id),
        active: true,
        srtp: None,
        password: Some(Secret::new("desk phone secret")),
    };
    let phone = db.store.insert(&who(), NOW, phone).await.expect("a phone");
    let audit = db.store.audit(&ListQuery::default()).await.expect("the audit");
    let said = serde_json::to_string(&(&audit.items, &ann, &phone)).expect("JSON") + &format!("{ann:?}{phone:?}");
    let (md5, sha256) = crm_core::auth::ha1("101", db.store.realm(), "desk phone secret");
    for secret in ["correct horse", "desk phone secret", "argon2", md5.as_str(), sha256.as_str()] {
        assert!(!said.contains(secret), "{secret}");
    }
    assert_eq!(audit.items[0].after.as_ref().expect("what was written")["password"], "***");
    let digest = db.store.phone_digest(phone.id).await.expect("a look-up").expect("a digest");
    assert_eq!((digest.ha1_md5, digest.ha1_sha256), (md5, sha256));
}

async fn a_phone_cannot_be_renamed_without_its_password(db: TestStore) {
    let data: Phone = serde_json::from_value(json!({ "username": "101", "password": "desk phone secret" })).expect("a phone");
    let phone = db.store.insert(&who(), NOW, data).await.expect("a phone");
    let refused = db.store.update::<Phone>(&who(), NOW, phone.id, 1, &json!({ "username": "102" })).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "password"), "{refused:?}");
    let patch = json!({ "username": "102", "password": "desk phone secret" });
    db.store.update::<Phone>(&who(), NOW, phone.id, 1, &patch).await.expect("both together");
    let digest = db.store.phone_digest(phone.id).await.expect("a look-up").expect("a digest");
    assert_eq!(digest.ha1_md5, crm_core::auth::ha1("102", db.store.realm(), "desk phone secret").0);
}

async fn the_audit_tells_who_changed_what(db: TestStore) {
    let ann = db.store.insert(&who(), NOW, user("ann")).await.expect("a user");
    let by = Who::user(ann.id, "api");
    let row = db.store.insert(&by, NOW, queue("Sales")).await.expect("a queue");
    let later = Utc(NOW.0 + 1_000_000);
    db.store.update::<Queue>(&by, later, row.id, 1, &json!({ "name": "Support" })).await.expect("a change");
    db.store.delete::<Queue>(&by, Utc(NOW.0 + 2_000_000), row.id, 2).await.expect("a deletion");
    let query = ListQuery { equals: vec![("resource_id".into(), row.id.to_string())], ..ListQuery::default() };
    let audit = db.store.audit(&query).await.expect("the audit").items;
    let actions: Vec<&str> = audit.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["delete", "update", "create"]);
    assert_eq!((audit[1].user, audit[1].at, audit[1].via.as_str()), (Some(ann.id), later, "api"));
    let name = |json: &Option<serde_json::Value>| json.as_ref().expect("a row")["name"].clone();
    assert_eq!((name(&audit[1].before), name(&audit[1].after)), (json!("Sales"), json!("Support")));
}

async fn lists_go_on_where_the_cursor_says(db: TestStore) {
    for n in 0..7 {
        let data = Reason { name: format!("Reason {n}"), sort: n, active: n != 3 };
        db.store.insert(&who(), Utc(NOW.0 + n * 1_000), data).await.expect("a reason");
    }
    let (mut names, mut cursor) = (Vec::new(), None);
    loop {
        let query = ListQuery { cursor, limit: Some(3), ..ListQuery::default() };
        let page = db.store.list::<Reason>(&query).await.expect("a page");
        names.extend(page.items.iter().map(|row| row.sort));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, (0..7).collect::<Vec<_>>());
    let active = ListQuery { equals: vec![("active".into(), "false".into())], ..ListQuery::default() };
    assert_eq!(db.store.list::<Reason>(&active).await.expect("a page").items.len(), 1);
    let search = ListQuery { search: Some("REASON 5".into()), ..ListQuery::default() };
    assert_eq!(db.store.list::<Reason>(&search).await.expect("a page").items.len(), 1);
    let bad = ListQuery { equals: vec![("id; DROP TABLE reason".into(), "x".into())], ..ListQuery::default() };
    assert!(matches!(db.store.list::<Reason>(&bad).await, Err(StoreError::Invalid { .. })));
}

async fn changes_are_announced(db: TestStore) {
    let mut changes = db.store.changes();
    let row = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue");
    let change = changes.recv().await.expect("a change");
    assert_eq!((change.kind, change.id), (Kind::Queue, row.id.to_string()));
    assert!(change.kind.is_config());
}

async fn the_snapshot_holds_all_that_calls_need(db: TestStore) {
    let sales = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue");
    let mut data = user("ann");
    data.queues = vec![sales.id];
    db.store.insert(&who(), NOW, data).await.expect("an agent");
    let mut chief = user("chief");
    chief.roles = BTreeSet::from([UserRole::Supervisor]);
    db.store.insert(&who(), NOW, chief).await.expect("a supervisor");
    let phone: Phone = serde_json::from_value(json!({ "username": "101", "password": "desk phone secret" })).expect("a phone");
    let phone = db.store.insert(&who(), NOW, phone).await.expect("a phone");
    let flow = db.store.insert(&who(), NOW, Flow { name: "Welcome".into() }).await.expect("a flow");
    db.store.add_flow_version(&who(), NOW, flow.id, "start = 1".into()).await.expect("a version");
    assert!(db.store.config_snapshot().await.expect("a snapshot").flows.is_empty(), "a draft is not run");
    db.store.publish_flow_version(&who(), NOW, flow.id, 1).await.expect("published");
    let snapshot = db.store.config_snapshot().await.expect("a snapshot");
    assert_eq!(snapshot.queues.len(), 1);
    assert_eq!(snapshot.agents().map(|agent| agent.login.as_str()).collect::<Vec<_>>(), ["ann"]);
    assert!(snapshot.digests.contains_key(&phone.id));
    assert_eq!((snapshot.flows[0].number, snapshot.flows[0].source.as_str()), (1, "start = 1"));
}

async fn publishing_a_version_retires_the_one_before(db: TestStore) {
    let flow = db.store.insert(&who(), NOW, Flow { name: "Welcome".into() }).await.expect("a flow");
    for n in 1..=3_u32 {
        let version = db.store.add_flow_version(&who(), NOW, flow.id, format!("# {n}")).await.expect("a version");
        assert_eq!(version.number, n);
        db.store.publish_flow_version(&who(), NOW, flow.id, n).await.expect("published");
    }
    db.store.publish_flow_version(&who(), NOW, flow.id, 2).await.expect("back to the second");
    let states: Vec<FlowState> = db.store.flow_versions(flow.id).await.expect("versions").iter().map(|v| v.state).collect();
    assert_eq!(states, [FlowState::Retired, FlowState::Live, FlowState::Retired]);
    assert!(matches!(db.store.publish_flow_version(&who(), NOW, flow.id, 9).await, Err(StoreError::NotFound { .. })));
    assert_eq!(db.store.flow_version(flow.id, 2).await.expect("the second").source, "# 2");
}

fn trunk(name: &str, sources: &[&str]) -> Trunk {
    serde_json::from_value(json!({ "name": name, "sources": sources, "country": "GB" })).expect("a trunk with defaults")
}

async fn no_two_active_trunks_are_known_by_the_same_address(db: TestStore) {
    let one = db.store.insert(&who(), NOW, trunk("One", &["192.0.2.10", "2001:db8::/32"])).await.expect("the first trunk");
    // The same written otherwise: a prefix of all bits, and host bits beyond the prefix.
    for same in ["192.0.2.10", "192.0.2.10/32", "2001:db8:0:1::/32"] {
        let refused = db.store.insert(&who(), NOW, trunk("Two", &["198.51.100.1", same])).await;
        let Err(StoreError::Clash { field: "sources", what, mend, .. }) = refused else { panic!("{same}: {refused:?}") };
        assert!(what.contains("\"One\"") && what.contains("\"Two\"") && what.contains(same) && !mend.is_empty(), "{what}");
    }
    // Of two networks the smaller counts, and a port tells two trunks apart.
    db.store.insert(&who(), NOW, trunk("Network", &["192.0.2.0/24"])).await.expect("a network around the first");
    let port = Trunk { source_port: Some(5080), ..trunk("Port", &["192.0.2.10"]) };
    db.store.insert(&who(), NOW, port).await.expect("the same address with a port");
    let asleep = Trunk { active: false, ..trunk("Asleep", &["192.0.2.10"]) };
    let asleep = db.store.insert(&who(), NOW, asleep).await.expect("an inactive trunk");
    let woken = db.store.update::<Trunk>(&who(), NOW, asleep.id, 1, &json!({ "active": true })).await;
    assert!(matches!(woken, Err(StoreError::Clash { .. })), "{woken:?}");
    db.store.update::<Trunk>(&who(), NOW, one.id, 1, &json!({ "calls_max": 5 })).await.expect("a row does not clash with itself");
}

async fn of_two_trunks_written_at_once_with_one_address_one_is_refused(db: TestStore) {
    let names = ["a", "b", "c", "d", "e", "f"];
    let writers = names.map(|name| {
        let store = db.store.clone();
        tokio::spawn(async move { store.insert(&who(), NOW, trunk(name, &["192.0.2.10"])).await })
    });
    let mut written = 0;
    for writer in writers {
        match writer.await.expect("a writer") {
            Ok(_) => written += 1,
            Err(error) => assert!(matches!(error, StoreError::Clash { .. }), "{error:?}"),
        }
    }
    assert_eq!(written, 1);
}

async fn a_number_and_a_phone_stand_once(db: TestStore) {
    let queue = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue").id;
    let number = |text: &str| -> Number {
        serde_json::from_value(json!({ "number": text, "entry": { "to": "queue", "queue": queue } })).expect("a number")
    };
    db.store.insert(&who(), NOW, number("+442079460000")).await.expect("a number");
    let again = db.store.insert(&who(), NOW, number("+44 (20) 7946-0000")).await;
    assert!(matches!(&again, Err(StoreError::Unique { field, .. }) if field == "number"), "{again:?}");
    let phone = || -> Phone { serde_json::from_value(json!({ "username": "101" })).expect("a phone") };
    db.store.insert(&who(), NOW, phone()).await.expect("a phone");
    let again = db.store.insert(&who(), NOW, phone()).await;
    assert!(matches!(&again, Err(StoreError::Unique { field, .. }) if field == "username"), "{again:?}");
}

async fn a_line_holds_no_line_break_and_notes_do(db: TestStore) {
    let customer = |fields: serde_json::Value| {
        let mut all = json!({ "name": "Mei Lin" });
        all.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        serde_json::from_value::<Customer>(all).expect("a customer")
    };
    for c in ["\r", "\n", "\t", "\0", "\u{1b}", "\u{7f}", "\u{85}", "\u{2028}"] {
        for field in ["name", "given_name", "company", "external_id"] {
            let refused = db.store.insert(&who(), NOW, customer(json!({ field: format!("a{c}b") }))).await;
            assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == field), "{field} {c:?}: {refused:?}");
        }
        let refused = db.store.insert(&who(), NOW, customer(json!({ "attributes": { "colour": format!("a{c}b") } }))).await;
        assert!(
            matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "attributes.colour"),
            "{c:?}: {refused:?}"
        );
        let contact = ContactInput::new(ContactKind::Other, format!("a{c}b"));
        let refused = db.store.create_customer(&who(), NOW, customer(json!({})), &[contact]).await;
        assert!(
            matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "contacts[0].value"),
            "{c:?}: {refused:?}"
        );
    }
    let trailing = db.store.insert(&who(), NOW, queue("Sales\r\n")).await;
    assert!(matches!(trailing, Err(StoreError::Invalid { .. })), "{trailing:?}");
    let noted = db.store.insert(&who(), NOW, customer(json!({ "notes": "one\r\n\ttwo" }))).await.expect("notes of two lines");
    assert_eq!(noted.notes, "one\n\ttwo");
    let odd = db.store.insert(&who(), NOW, customer(json!({ "notes": "one\rtwo" }))).await;
    assert!(matches!(odd, Err(StoreError::Invalid { .. })), "{odd:?}");
}

async fn round_trip<R: Resource + PartialEq>(db: &TestStore, data: serde_json::Value) -> R::Id {
    let data: R = serde_json::from_value(data).unwrap_or_else(|error| panic!("{}: {error}", R::TABLE));
    let row = db.store.insert(&who(), NOW, data).await.unwrap_or_else(|error| panic!("{}: {error}", R::TABLE));
    assert_eq!(db.store.get::<R>(row.id).await.expect("the row").id, row.id);
    let changed = db.store.update::<R>(&who(), NOW, row.id, 1, &json!({})).await.expect("an empty change");
    assert_eq!((changed.version, &changed.data), (2, &row.data));
    let spare = db.store.list::<R>(&ListQuery { search: Some("zz".into()), ..ListQuery::default() }).await.expect("a search");
    assert!(spare.items.is_empty());
    row.id
}

async fn every_kind_of_row_can_be_written_read_and_deleted(db: TestStore) {
    let site = round_trip::<Site>(&db, json!({ "name": "London", "zone": "Europe/London" })).await;
    let team = round_trip::<Team>(&db, json!({ "name": "A", "site_id": site })).await;
    let hours = json!({ "name": "Day", "zone": "Europe/London", "weekly": [{ "day": 1, "from": "08:00", "to": "24:00" }],
        "holidays": [{ "date": "2026-12-25", "name": "Christmas" }] });
    let hours = round_trip::<Hours>(&db, hours).await;
    let queue = round_trip::<Queue>(&db, json!({ "name": "Sales", "site_id": site, "hours_id": hours })).await;
    let overflow = json!({ "name": "Late", "overflow": { "to": "queue", "queue": queue } });
    let late = round_trip::<Queue>(&db, overflow).await;
    let code = round_trip::<WrapUpCode>(&db, json!({ "name": "Sold", "queue_id": queue })).await;
    let trunk = json!({ "name": "Carrier", "sources": ["192.0.2.0/24"], "country": "gb", "peer": "192.0.2.1:5060" });
    let trunk = round_trip::<Trunk>(&db, trunk).await;
    let flow = round_trip::<Flow>(&db, json!({ "name": "Welcome" })).await;
    let number = json!({ "number": "+44 20 7946 0999", "entry": { "to": "flow", "flow": flow }, "trunk_id": trunk });
    let number = round_trip::<Number>(&db, number).await;
    let user = round_trip::<User>(&db, json!({ "login": "ann", "name": "Ann", "roles": ["agent"], "team_id": team })).await;
    let customer = round_trip::<Customer>(&db, json!({ "given_name": "Mei", "family_name": "Lin", "attributes": { "a": "b" } })).await;
    let item = json!({ "customer_id": customer, "kind": "ticket", "title": "Lamp" });
    let item = round_trip::<OpenItem>(&db, item).await;
    assert_eq!(db.store.get::<Number>(number).await.expect("the number").number, "+442079460999");
    // From what refers to what is referred to.
    db.store.delete::<OpenItem>(&who(), NOW, item, 2).await.expect("an open item");
    db.store.delete::<Customer>(&who(), NOW, customer, 2).await.expect("a customer");
    db.store.delete::<User>(&who(), NOW, user, 2).await.expect("a user");
    db.store.delete::<Number>(&who(), NOW, number, 2).await.expect("a number");
    db.store.delete::<Flow>(&who(), NOW, flow, 2).await.expect("a flow");
    db.store.delete::<Trunk>(&who(), NOW, trunk, 2).await.expect("a trunk");
    db.store.delete::<WrapUpCode>(&who(), NOW, code, 2).await.expect("a code");
    db.store.delete::<Queue>(&who(), NOW, late, 2).await.expect("the overflowing queue");
    db.store.delete::<Queue>(&who(), NOW, queue, 2).await.expect("a queue");
    db.store.delete::<Hours>(&who(), NOW, hours, 2).await.expect("hours");
    db.store.delete::<Team>(&who(), NOW, team, 2).await.expect("a team");
    db.store.delete::<Site>(&who(), NOW, site, 2).await.expect("a site");
}

async fn a_name_is_found_by_its_beginning_in_any_letters(db: TestStore) {
    for name in ["Özdemir", "Ozan", "测试队列"] {
        db.store.insert(&who(), NOW, queue(name)).await.expect("a queue");
    }
    for (search, found) in [("Öz", "Özdemir"), ("öz", "Özdemir"), ("ÖZDE", "Özdemir"), ("oz", "Ozan"), ("测试", "测试队列")] {
        let query = ListQuery { search: Some(search.into()), ..ListQuery::default() };
        let page = db.store.list::<Queue>(&query).await.expect("a page");
        assert_eq!(page.items.iter().map(|queue| queue.name.as_str()).collect::<Vec<_>>(), [found], "{search}");
    }
}
