//! What goes because it is old: by kind, in steps, without what is held.

use super::erasure::{call, who};
use super::identity::customer;
use crm_core::erasure::{HoldRequest, HoldSubject, Swept};
use crm_core::model::*;
use crm_core::{StoreError, Stored};
use cti_types::{Chance, CustomerId, Utc};
use serde_json::json;
use storage::{NOW, TestStore, on_both};

on_both!(
    old_recordings_and_values_go_and_the_rest_stays,
    what_is_held_goes_when_the_hold_is_lifted,
    a_hold_keeps_what_names_nobody_or_names_them_beside_others,
    customers_nobody_had_to_do_with_are_anonymised,
    the_audit_and_the_lists_go,
    each_kind_has_one_policy,
    many_rows_that_stay_do_not_hold_up_those_behind_them,
    a_policy_that_cannot_erase_leaves_the_others_their_turn,
    what_goes_by_age_goes_from_the_audit_and_webhooks_hear_of_it,
);

fn day(day: i64) -> Utc {
    Utc(NOW.0 + day * 86_400_000_000 + 3_600_000_000)
}

async fn policy(db: &TestStore, kind: &str, days: i64, active: bool) -> Stored<RetentionPolicy> {
    let policy = json!({ "kind": kind, "days": days, "active": active });
    db.store.insert(&who(), NOW, serde_json::from_value::<RetentionPolicy>(policy).expect("a policy")).await.expect("a policy")
}

async fn sweep(db: &TestStore, now: Utc) -> Swept {
    let mut all = Swept::default();
    loop {
        let swept = db.store.retention_sweep(now).await.expect("a sweep");
        all.erased += swept.erased;
        all.held += swept.held;
        if swept.erased == 0 && !swept.behind {
            return all;
        }
    }
}

async fn files(db: &TestStore) -> Vec<String> {
    let mut files: Vec<String> = db.store.files_to_erase(100).await.expect("files").into_iter().map(|file| file.file).collect();
    files.sort();
    files
}

async fn old_recordings_and_values_go_and_the_rest_stays(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let (old, old_file) = call(&db, &mut chance, "+442079460001", &[], 0, true).await;
    let (young, _) = call(&db, &mut chance, "+442079460002", &[], 20, true).await;
    let recordings = policy(&db, "recordings", 10, false).await;
    let due = db.store.retention_status(day(15), recordings.id).await.expect("a status");
    assert_eq!((due.due.count, due.due.more, due.due.oldest_at.is_some(), due.swept), (1, false, true, 0));
    assert_eq!(sweep(&db, day(15)).await.erased, 0, "it is not active");
    db.store.update::<RetentionPolicy>(&who(), NOW, recordings.id, 1, &json!({ "active": true })).await.expect("a change");
    policy(&db, "interactions", 12, true).await;
    assert_eq!(sweep(&db, day(15)).await, Swept { erased: 2, held: 0, ..Swept::default() });
    assert_eq!(files(&db).await, [old_file]);
    let left = async |id| db.texts(&format!("SELECT value FROM personal WHERE interaction_id = '{id}'")).await.len();
    assert_eq!((left(old).await, left(young).await), (0, 2));
    assert_eq!(sweep(&db, day(15)).await.erased, 0, "once is enough");
    let due = db.store.retention_status(day(15), recordings.id).await.expect("a status");
    assert_eq!((due.due.count, due.swept), (0, 1));
    assert_eq!(sweep(&db, day(40)).await.erased, 2);
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild").rows_changed, 0);
}

async fn what_is_held_goes_when_the_hold_is_lifted(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let ada = customer(&db, json!({ "name": "Ada" }), &[]).await;
    call(&db, &mut chance, "+442079460001", &[ada], 0, true).await;
    let recordings = policy(&db, "recordings", 10, true).await;
    policy(&db, "interactions", 10, true).await;
    policy(&db, "customers", 10, true).await;
    let request = HoldRequest { subject: HoldSubject::Customer, subject_id: ada.0, reason: "case 9".into() };
    let hold = db.store.set_hold(&who(), NOW, request).await.expect("a hold");
    assert_eq!(sweep(&db, day(15)).await, Swept { erased: 0, held: 3, ..Swept::default() });
    assert_eq!(db.store.retention_status(day(15), recordings.id).await.expect("a status").held, 1);
    assert_eq!(sweep(&db, day(16)).await.erased, 0);
    db.store.lift_hold(&who(), NOW, hold.id, "settled".into()).await.expect("lifted");
    // Erasing the customer erases the call's as well, where that comes first.
    assert!(sweep(&db, day(17)).await.erased >= 1);
    assert!(db.texts("SELECT id FROM personal").await.is_empty());
    assert_eq!(db.store.retention_status(day(17), recordings.id).await.expect("a status").held, 0);
    assert_eq!(files(&db).await.len(), 1);
    assert_eq!(db.store.get::<Customer>(ada).await.expect("an empty row").name, "(erased)");
}

async fn customers_nobody_had_to_do_with_are_anonymised(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let [old, called, changed] = ["Old", "Called", "Changed"].map(|name| json!({ "name": name }));
    let (old, called, changed) = (customer(&db, old, &[]).await, customer(&db, called, &[]).await, customer(&db, changed, &[]).await);
    call(&db, &mut chance, "+442079460001", &[called], 8, true).await;
    db.store.update::<Customer>(&who(), day(8), changed, 1, &json!({ "notes": "x" })).await.expect("a change");
    policy(&db, "customers", 10, true).await;
    assert_eq!(sweep(&db, day(12)).await.erased, 1);
    let name = async |id| db.store.get::<Customer>(id).await.expect("a customer").name.clone();
    assert_eq!([name(old).await, name(called).await, name(changed).await], ["(erased)", "Called", "Changed"]);
    assert_eq!(sweep(&db, day(25)).await.erased, 2, "they are late now, too");
    assert_eq!(sweep(&db, day(60)).await.erased, 0, "who is erased is erased once");
}

async fn the_audit_and_the_lists_go(db: TestStore) {
    let ada = customer(&db, json!({ "name": "Ada" }), &[]).await;
    customer(&db, json!({ "name": "Bo" }), &[]).await;
    let columns = crm_core::export::Columns::parse("name").expect("columns");
    db.store.begin_export(&who(), NOW, &columns, false).await.expect("an export");
    let request = HoldRequest { subject: HoldSubject::Customer, subject_id: ada.0, reason: "case 9".into() };
    db.store.set_hold(&who(), day(30), request).await.expect("a hold");
    policy(&db, "exports", 10, true).await;
    let audit = policy(&db, "audit", 10, true).await;
    let before = db.texts("SELECT id FROM audit").await.len();
    // Of Bo, of the export and of two policies; what is held and what is young stays.
    assert_eq!(sweep(&db, day(31)).await, Swept { erased: 5, held: 1, ..Swept::default() });
    assert_eq!(db.texts("SELECT id FROM audit WHERE action <> 'sweep'").await.len(), before - 4);
    let told = db.texts("SELECT id FROM audit WHERE action = 'sweep'").await;
    assert_eq!(told.len(), 2, "that it was done is kept");
    assert!(db.texts("SELECT id FROM export_run").await.is_empty());
    assert_eq!(db.store.retention_status(day(31), audit.id).await.expect("a status").held, 1);
}

async fn each_kind_has_one_policy(db: TestStore) {
    let first = policy(&db, "audit", 400, false).await;
    let again = RetentionPolicy { kind: RetentionKind::Audit, days: 1, active: true };
    let refused = db.store.insert(&who(), NOW, again).await;
    assert!(matches!(&refused, Err(StoreError::Unique { field, .. }) if field == "kind"), "{refused:?}");
    for patch in [json!({ "days": 0 }), json!({ "kind": "exports" })] {
        let refused = db.store.update::<RetentionPolicy>(&who(), NOW, first.id, 1, &patch).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
    }
}

async fn many_rows_that_stay_do_not_hold_up_those_behind_them(db: TestStore) {
    let columns = db.columns().await;
    let mut chance = Chance::from_number(3);
    // More than one window of what was erased long ago, and one behind it that was not.
    db.row(&columns, "interaction", &[("id", "0"), ("state", "closed"), ("opened_at", "1")]).await;
    let names: Vec<&str> = columns.iter().filter(|c| c.table == "interaction" && c.name != "id").map(|c| c.name.as_str()).collect();
    let names = names.join(", ");
    for n in 0..13 {
        db.run(&format!("INSERT INTO interaction (id, {names}) SELECT id || '-{n}', {names} FROM interaction")).await;
    }
    let (last, _) = call(&db, &mut chance, "+442079460001", &[], 0, true).await;
    let id = policy(&db, "interactions", 10, true).await.id;
    let due = db.store.retention_status(day(15), id).await.expect("a status").due;
    assert_eq!((due.count, due.more), (1, false), "8,192 and one were looked at");
    let first = db.store.retention_sweep(day(15)).await.expect("a step");
    assert_eq!((first.erased, first.behind), (0, true), "a step looks at a window and goes on behind it");
    let second = db.store.retention_sweep(day(15)).await.expect("a step");
    assert_eq!((second.erased, second.behind), (1, false));
    assert!(db.texts(&format!("SELECT value FROM personal WHERE interaction_id = '{last}'")).await.is_empty());
}

async fn a_policy_that_cannot_erase_leaves_the_others_their_turn(db: TestStore) {
    let columns = db.columns().await;
    // A row that the store cannot read: the erasure of this customer fails each time.
    let broken = customer(&db, json!({ "name": "Broken" }), &[]).await;
    let whole = customer(&db, json!({ "name": "Whole" }), &[]).await;
    db.run(&format!("UPDATE customer SET attributes = 'no JSON' WHERE id = '{broken}'")).await;
    db.row(&columns, "note", &[("id", "00000000-0000-7000-8000-000000000001"), ("created_at", "1")]).await;
    policy(&db, "customers", 10, true).await;
    policy(&db, "notes", 10, true).await;
    let swept = db.store.retention_sweep(day(15)).await.expect("a step");
    assert_eq!(swept.erased, 2, "{swept:?}");
    assert!(!swept.faults.is_empty() && swept.faults.iter().all(|(kind, _)| *kind == RetentionKind::Customers), "{swept:?}");
    assert_eq!(db.store.get::<Customer>(whole).await.expect("an empty row").name, "(erased)");
    let kept = db.texts("SELECT subject_id FROM retention_kept").await;
    assert_eq!(kept, [broken.to_string()], "it is looked at again");
    db.run("UPDATE customer SET attributes = '{}'").await;
    assert_eq!(sweep(&db, day(15)).await.erased, 1);
}

async fn what_goes_by_age_goes_from_the_audit_and_webhooks_hear_of_it(db: TestStore) {
    let hook = json!({ "name": "Notes", "url": "https://example.com/", "kinds": ["note.*"] });
    db.store.create_webhook(&who(), NOW, serde_json::from_value(hook).expect("a webhook")).await.expect("a webhook");
    let ada = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let note = json!({ "subject": "customer", "subject_id": ada, "text": "Secret" });
    let note = db.store.create_note(&who(), NOW, serde_json::from_value::<Note>(note).expect("a note")).await.expect("a note");
    policy(&db, "notes", 10, true).await;
    assert_eq!(sweep(&db, day(15)).await.erased, 1);
    for (table, column) in [("audit", "after_json"), ("audit", "before_json"), ("webhook_event", "body")] {
        assert!(db.texts(&format!("SELECT {column} FROM {table} WHERE {column} LIKE '%Secret%'")).await.is_empty(), "{table}.{column}");
    }
    let told = db.texts("SELECT kind || ' ' || resource_id FROM webhook_event").await;
    assert_eq!(told, [format!("note.deleted {}", note.id)]);
}

async fn a_hold_keeps_what_names_nobody_or_names_them_beside_others(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let ada = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let bob = customer(&db, json!({ "name": "Bob" }), &[]).await;
    // Nobody knows who called.
    let (nameless, _) = call(&db, &mut chance, "+442079460001", &[], 0, true).await;
    let kind: TicketType = serde_json::from_value(json!({ "name": "Request" })).expect("a type");
    let kind = db.store.insert(&who(), NOW, kind).await.expect("a type").id;
    let row = json!({ "type_id": kind, "title": "Bob's lamp", "customer_id": bob, "contact_id": ada });
    let ticket = db.store.create_ticket(&who(), NOW, &row).await.expect("a ticket");
    db.store.set_ticket_status(&who(), NOW, ticket.id, 1, TicketStatus::Closed, "").await.expect("closed");
    let note = async |subject: &str, id: String, of: Option<CustomerId>| {
        let note = json!({ "subject": subject, "subject_id": id, "customer_id": of, "text": subject });
        db.store.insert::<Note>(&who(), NOW, serde_json::from_value(note).expect("a note")).await.expect("a note")
    };
    let of_nobody = note("interaction", nameless.to_string(), None).await;
    note("ticket", ticket.id.to_string(), None).await;
    let own = note("customer", ada.to_string(), Some(ada)).await;
    for kind in ["notes", "tickets"] {
        policy(&db, kind, 10, true).await;
    }
    let mut holds = Vec::new();
    for (subject, subject_id) in [(HoldSubject::Customer, ada.0), (HoldSubject::Interaction, nameless.0)] {
        let request = HoldRequest { subject, subject_id, reason: "case 9".into() };
        holds.push(db.store.set_hold(&who(), NOW, request).await.expect("a hold").id);
    }
    for id in [own.id, of_nobody.id] {
        let refused = db.store.delete::<Note>(&who(), NOW, id, 1).await;
        assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    }
    assert_eq!(sweep(&db, day(15)).await.erased, 0);
    let left = async || db.texts("SELECT text FROM note ORDER BY text").await;
    assert_eq!(left().await, ["customer", "interaction", "ticket"]);
    assert_eq!(db.store.ticket(ticket.id).await.expect("the ticket").data.title, "Bob's lamp");
    for hold in holds {
        db.store.lift_hold(&who(), NOW, hold, "settled".into()).await.expect("lifted");
    }
    assert_eq!(sweep(&db, day(16)).await.erased, 4);
    assert_eq!(left().await, [""; 0]);
}
