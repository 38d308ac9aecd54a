//! A person's data erased everywhere, and what stands in the way.

use super::identity::customer;
use crate::log::project_all;
use crm_core::erasure::{EraseMode, EraseRequest, ErasureState, HoldRequest, HoldSubject};
use crm_core::export::{COLUMNS, Columns};
use crm_core::identity::{MergeRequest, MergeState};
use crm_core::model::*;
use crm_core::{ListQuery, StoreError, Who};
use cti_types::event::{Body, CallDirection, Channel, CloseReason, Event, Personal, PersonalKind, Stream};
use cti_types::{Chance, CustomerId, InteractionId, PersonalId, RecordingId, Utc};
use serde_json::json;
use std::collections::BTreeMap;
use storage::{NOW, TestStore, on_both};

on_both!(
    nothing_of_an_erased_person_is_left,
    what_is_of_others_stays,
    an_erased_customer_goes_with_their_row,
    a_legal_hold_keeps_everything_until_it_is_lifted,
    who_is_on_the_line_is_not_erased,
    an_erased_merge_cannot_be_undone,
    what_was_theirs_before_is_erased_as_well,
    a_ticket_of_nobody_but_its_contact_is_erased,
);

pub(crate) fn who() -> Who {
    Who::system("test")
}

/// A call with a recording from a number, opened so many days after the tests' morning; `over`: closed.
pub(crate) async fn call(
    db: &TestStore,
    chance: &mut Chance,
    number: &str,
    customers: &[CustomerId],
    day: i64,
    over: bool,
) -> (InteractionId, String) {
    let at = Utc(NOW.0 + day * 86_400_000_000);
    let (id, recording) = (InteractionId::new(at, chance), RecordingId::new(at, chance));
    let from = Personal { id: PersonalId::new(at, chance), interaction: id, kind: PersonalKind::Number, value: number.to_owned() };
    let name = Personal { id: PersonalId::new(at, chance), interaction: id, kind: PersonalKind::DisplayName, value: "Ada Secret".into() };
    let file = format!("2026/01/05/{id}-1.wav");
    let mut bodies = vec![
        Body::Opened {
            channel: Channel::Voice,
            direction: CallDirection::Inbound,
            from: Some(from.id),
            from_raw: None,
            to: "+442079460999".into(),
            trunk: None,
            call_id: None,
            origin: None,
        },
        Body::RecordingStarted { recording },
        Body::RecordingPart {
            recording,
            part: 1,
            file: file.clone(),
            offset_ms: 0,
            duration_ms: 1_000,
            bytes: 8_044,
            sha256: "ab".repeat(32),
        },
    ];
    if !customers.is_empty() {
        bodies.insert(1, Body::Identified { customers: customers.to_vec() });
    }
    if over {
        bodies.push(Body::Closed { reason: CloseReason::Completed });
    }
    let events = bodies.into_iter().zip(1_u64..).map(|(body, seq)| {
        let at = Utc(at.0 + (seq as i64 - 1) * 1_000_000);
        crm_core::JournalRecord::Event(Event { stream: Stream::Interaction(id), seq, owner_epoch: 1, at, version: 1, body })
    });
    let people = [from, name].map(crm_core::JournalRecord::Personal);
    let records: Vec<_> = people.into_iter().chain(events).collect();
    project_all(db, &format!("node-{id}"), &records).await;
    (id, file)
}

fn request(mode: EraseMode) -> EraseRequest {
    EraseRequest { mode, reason: "asked for, case 7".into() }
}

/// Every text of the database that holds one of these words, by table.
async fn found(db: &TestStore, words: &[&str]) -> Vec<String> {
    let places = [
        ("customer", "name || COALESCE(given_name, '') || notes || attributes || name_search || COALESCE(external_id, '')"),
        ("contact_point", "value || raw"),
        ("customer_contact_point", "label"),
        ("open_item", "title"),
        ("personal", "value"),
        ("audit", "COALESCE(before_json, '') || COALESCE(after_json, '')"),
        ("customer_merge", "log || choices"),
        ("merge_row", "row_key || COALESCE(dropped, '')"),
        ("customer_alias", "COALESCE(external_id, '')"),
        ("duplicate_pair", "reasons"),
        ("erasure", "certificate"),
        ("event", "body"),
        ("interaction", "data"),
        ("export_run", "columns"),
    ];
    let mut found = Vec::new();
    for (table, text) in places {
        for word in words {
            let rows = db.texts(&format!("SELECT {text} FROM {table} WHERE LOWER({text}) LIKE '%{}%'", word.to_lowercase())).await;
            found.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
        }
    }
    found
}

async fn settle_files(db: &TestStore) -> Vec<String> {
    let files = db.store.files_to_erase(100).await.expect("files");
    for file in &files {
        db.store.file_erased(NOW, file, true).await.expect("noted");
    }
    files.into_iter().map(|file| file.file).collect()
}

async fn nothing_of_an_erased_person_is_left(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let team =
        db.store.insert(&who(), NOW, serde_json::from_value::<Team>(json!({ "name": "Red" })).expect("a team")).await.expect("a team").id;
    let row = json!({ "name": "Ada Secret", "notes": "secret notes", "external_id": "Secret-1", "attributes": { "city": "Secretville" },
        "visibility": "team", "team_id": team });
    let ada = customer(&db, row, &["+442079460001", "ada@secret.example"]).await;
    let twin = customer(&db, json!({ "name": "A. Secret" }), &["+442079460001", "+442079460002"]).await;
    let item = json!({ "customer_id": ada, "kind": "order", "title": "A secret lamp" });
    db.store.insert(&who(), NOW, serde_json::from_value::<OpenItem>(item).expect("an item")).await.expect("an item");
    db.store.update::<Customer>(&who(), NOW, ada, 1, &json!({ "notes": "more secret notes" })).await.expect("a change");
    db.store.search_duplicates(Utc(NOW.0 + 120_000_000)).await.expect("a search");
    let merge = MergeRequest { merged_id: twin, merged_version: Some(1), choices: BTreeMap::new() };
    db.store.merge_customers(&who(), NOW, ada, 2, &merge).await.expect("a merge");
    let columns = Columns::parse(COLUMNS).expect("columns");
    let export = db.store.begin_export(&who(), NOW, &columns, false).await.expect("an export");
    // By them, by the one merged into them, and from their number before anybody knew whose it is.
    let mut files = Vec::new();
    for (n, of) in [&[ada][..], &[twin], &[]].into_iter().enumerate() {
        files.push(call(&db, &mut chance, "+442079460001", of, n as i64, true).await.1);
    }
    let words = ["secret", "+442079460001", "+442079460002"];
    assert!(found(&db, &words).await.len() > 10);
    let version = db.store.get::<Customer>(ada).await.expect("a customer").version;
    let stale = db.store.erase_customer(&who(), NOW, ada, Some(version - 1), request(EraseMode::Anonymise)).await;
    assert!(matches!(stale, Err(StoreError::VersionConflict { .. })));
    let done = db.store.erase_customer(&who(), NOW, ada, Some(version), request(EraseMode::Anonymise)).await.expect("an erasure");
    assert_eq!(found(&db, &words).await, [""; 0]);
    assert_eq!((done.state, done.sha256), (ErasureState::Files, None));
    let rows = |what: &str| done.certificate.erased.iter().find(|erased| erased.what == what).map_or(0, |erased| erased.rows);
    assert_eq!((rows("files"), rows("personal"), rows("customer"), rows("open_item"), rows("contact_point")), (3, 6, 1, 1, 3));
    assert!(rows("audit") >= 3 && rows("match_key") >= 1 && rows("customer_merge") == 1, "{:?}", done.certificate);
    let exports = done.certificate.remains.iter().find(|left| left.what == "exports").expect("exports");
    assert_eq!(exports.exports, [export]);
    files.sort();
    assert_eq!(settle_files(&db).await, files);
    let complete = db.store.erasure(done.id).await.expect("the certificate");
    assert_eq!((complete.state, complete.sha256), (ErasureState::Done, Some(done.certificate.sha256())));
    let left = db.store.get::<Customer>(ada).await.expect("an empty row");
    assert_eq!((left.name.as_str(), left.version), ("(erased)", version + 1));
    assert_eq!((left.visibility, left.team_id), (Visibility::Team, Some(team)), "what stays of them is not everybody's for that");
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild").rows_changed, 0, "the log's figures stay");
    let filter = ListQuery { equals: vec![("customer_id".into(), ada.to_string())], ..ListQuery::default() };
    assert_eq!(db.store.erasures(&filter).await.expect("a page").items.len(), 1);
}

async fn what_is_of_others_stays(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let ada = customer(&db, json!({ "name": "Ada" }), &["+442079460001", "+442079460005"]).await;
    let bob = customer(&db, json!({ "name": "Bob" }), &["+442079460001"]).await;
    let (of_bob, _) = call(&db, &mut chance, "+442079460001", &[bob, ada], 1, true).await;
    let (own_number, _) = call(&db, &mut chance, "+442079460005", &[bob], 1, true).await;
    let done = db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Anonymise)).await.expect("an erasure");
    assert_eq!(done.state, ErasureState::Done, "there is no file to wait for");
    assert_eq!(db.store.contacts(bob).await.expect("contacts").len(), 1);
    for id in [of_bob, own_number] {
        let left = db.texts(&format!("SELECT value FROM personal WHERE interaction_id = '{id}'")).await;
        assert_eq!(left.len(), 2, "the likeliest customer of it is somebody else");
    }
    let others = done.certificate.remains.iter().find(|left| left.what == "interactions_of_others").expect("those of others");
    assert_eq!(others.count, Some(1));
}

async fn an_erased_customer_goes_with_their_row(db: TestStore) {
    let ada = customer(&db, json!({ "name": "Ada" }), &["+442079460001"]).await;
    let item = json!({ "customer_id": ada, "kind": "order", "title": "Lamp" });
    db.store.insert(&who(), NOW, serde_json::from_value::<OpenItem>(item).expect("an item")).await.expect("an item");
    let nameless = EraseRequest { mode: EraseMode::Erase, reason: " ".into() };
    assert!(matches!(db.store.erase_customer(&who(), NOW, ada, None, nameless).await, Err(StoreError::Invalid { .. })));
    db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Erase)).await.expect("an erasure");
    assert!(matches!(db.store.get::<Customer>(ada).await, Err(StoreError::NotFound { .. })));
    assert!(db.texts("SELECT id FROM open_item").await.is_empty());
    assert!(db.texts("SELECT id FROM contact_point").await.is_empty());
    let again = db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Erase)).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
}

async fn a_legal_hold_keeps_everything_until_it_is_lifted(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let ada = customer(&db, json!({ "name": "Ada" }), &["+442079460001"]).await;
    let twin = customer(&db, json!({ "name": "Ada" }), &["+442079460001"]).await;
    let (of_twin, _) = call(&db, &mut chance, "+442079460001", &[twin], 1, true).await;
    let on = |subject, subject_id| HoldRequest { subject, subject_id, reason: "case 9".into() };
    for (subject, id) in [(HoldSubject::Customer, CustomerId::from_u128(9).0), (HoldSubject::Interaction, ada.0)] {
        assert!(matches!(db.store.set_hold(&who(), NOW, on(subject, id)).await, Err(StoreError::Invalid { .. })));
    }
    let holds = [on(HoldSubject::Customer, twin.0), on(HoldSubject::Interaction, of_twin.0)];
    let merge = MergeRequest { merged_id: twin, merged_version: Some(1), choices: BTreeMap::new() };
    let mut set = Vec::new();
    for hold in holds {
        set.push(db.store.set_hold(&who(), NOW, hold).await.expect("a hold"));
    }
    db.store.merge_customers(&who(), NOW, ada, 1, &merge).await.expect("a merge");
    for hold in set {
        let held = db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Anonymise)).await;
        assert!(matches!(&held, Err(StoreError::Refused { what, .. }) if what.contains("legal hold")), "{held:?}");
        assert!(matches!(db.store.lift_hold(&who(), NOW, hold.id, String::new()).await, Err(StoreError::Invalid { .. })));
        let lifted = db.store.lift_hold(&who(), NOW, hold.id, "settled".into()).await.expect("lifted");
        assert_eq!((lifted.lifted_at, lifted.lift_reason.as_deref()), (Some(NOW), Some("settled")));
        assert!(matches!(db.store.lift_hold(&who(), NOW, hold.id, "again".into()).await, Err(StoreError::Refused { .. })));
    }
    let standing = ListQuery { equals: vec![("standing".into(), "true".into())], ..ListQuery::default() };
    assert!(db.store.holds(&standing).await.expect("a page").items.is_empty());
    db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Anonymise)).await.expect("an erasure");
}

async fn who_is_on_the_line_is_not_erased(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let ada = customer(&db, json!({ "name": "Ada" }), &["+442079460001"]).await;
    call(&db, &mut chance, "+442079460001", &[ada], 0, false).await;
    let refused = db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Anonymise)).await;
    assert!(matches!(&refused, Err(StoreError::Refused { what, .. }) if what.contains("open")), "{refused:?}");
}

async fn an_erased_merge_cannot_be_undone(db: TestStore) {
    let ada = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let twin = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let merge = MergeRequest { merged_id: twin, merged_version: Some(1), choices: BTreeMap::new() };
    let done = db.store.merge_customers(&who(), NOW, ada, 1, &merge).await.expect("a merge");
    db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Anonymise)).await.expect("an erasure");
    assert_eq!(db.store.merge(done.id).await.expect("the merge").state, MergeState::Erased);
    assert!(matches!(db.store.unmerge(&who(), NOW, done.id).await, Err(StoreError::Refused { .. })));
}

async fn what_was_theirs_before_is_erased_as_well(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let ada = customer(&db, json!({ "name": "Ada" }), &["+442079460001", "+442079460002"]).await;
    let bob = customer(&db, json!({ "name": "Bob" }), &["+442079460002"]).await;
    // Without anybody saying who calls; the last one when the number may be a stranger's.
    let (own, _) = call(&db, &mut chance, "+442079460001", &[], 1, true).await;
    let (shared, _) = call(&db, &mut chance, "+442079460002", &[], 2, true).await;
    let (stranger, _) = call(&db, &mut chance, "+442079460001", &[], 9, true).await;
    let number = ContactInput::new(ContactKind::Phone, "+442079460003");
    let at = Utc(NOW.0 + 5 * 86_400_000_000);
    db.store.set_contacts(&who(), at, ada, 1, &[number]).await.expect("another number");
    let left = db.texts("SELECT value FROM contact_point ORDER BY value").await;
    assert_eq!(left, ["+442079460002", "+442079460003"], "a number that nobody has is not kept");
    db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Anonymise)).await.expect("an erasure");
    assert_eq!(found(&db, &["+442079460003"]).await, [""; 0]);
    let kept = async |id: InteractionId| db.texts(&format!("SELECT value FROM personal WHERE interaction_id = '{id}'")).await.len();
    assert_eq!((kept(own).await, kept(shared).await), (0, 2), "a number that somebody else has is theirs");
    assert_eq!(kept(stranger).await, 2, "she had given the number up by then");
    assert_eq!(db.store.contacts(bob).await.expect("contacts").len(), 1);
}

async fn a_ticket_of_nobody_but_its_contact_is_erased(db: TestStore) {
    let ada = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let bob = customer(&db, json!({ "name": "Bob" }), &[]).await;
    let kind: TicketType = serde_json::from_value(json!({ "name": "Request" })).expect("a type");
    let kind = db.store.insert(&who(), NOW, kind).await.expect("a type").id;
    let ticket = async |fields: serde_json::Value| {
        let mut row = json!({ "type_id": kind, "title": "Ada's lamp", "contact_id": ada });
        row.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        db.store.create_ticket(&who(), NOW, &row).await.expect("a ticket").id
    };
    let (own, of_bob) = (ticket(json!({})).await, ticket(json!({ "customer_id": bob })).await);
    let linked = ticket(json!({ "customer_id": ada, "contact_id": null })).await;
    db.store.update_ticket(&who(), NOW, linked, 1, &json!({ "customer_id": null })).await.expect("a change");
    let done = db.store.erase_customer(&who(), NOW, ada, None, request(EraseMode::Erase)).await.expect("an erasure");
    let title = async |id: TicketId| db.store.ticket(id).await.expect("the ticket").data.title;
    assert_eq!((title(own).await.as_str(), title(of_bob).await.as_str()), ("(erased)", "Ada's lamp"));
    assert_eq!(title(linked).await, "(erased)", "she is the only one linked with it");
    let left = done.certificate.remains.iter().find(|left| left.what == "tickets_of_others").expect("that of Bob is named");
    assert_eq!(left.count, Some(1));
}
