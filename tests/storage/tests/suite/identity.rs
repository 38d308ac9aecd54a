//! Who may be the same: finding them, the work list, and what leads to one customer.

use crm_core::identity::{DuplicateState, SUGGEST_MIN};
use crm_core::model::*;
use crm_core::upsert::Upserted;
use crm_core::{ListQuery, StoreError, Viewer, Who};
use cti_types::{CustomerId, Utc};
use serde_json::{Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    those_alike_are_found_by_number_name_and_address,
    the_work_list_follows_what_is_written,
    what_was_said_not_to_be_the_same_is_not_suggested_again,
    keys_are_kept_with_each_write,
    who_was_here_before_there_were_keys_is_found_by_name,
    an_address_is_found_as_a_contact_point_too,
    a_customer_is_written_by_their_id_in_another_system,
);

/// Late enough for the search to look at what was written at [`NOW`].
const LATER: Utc = Utc(NOW.0 + 120_000_000);

fn who() -> Who {
    Who::system("test")
}

pub(crate) async fn customer(db: &TestStore, row: Value, phones: &[&str]) -> CustomerId {
    let contact = |value: &&str| {
        let kind = if value.contains('@') { ContactKind::Email } else { ContactKind::Phone };
        ContactInput::new(kind, *value)
    };
    let data: Customer = serde_json::from_value(row).expect("a customer");
    let contacts: Vec<ContactInput> = phones.iter().map(contact).collect();
    db.store.create_customer(&who(), NOW, data, &contacts).await.expect("a customer").0.id
}

async fn suggested(db: &TestStore, id: CustomerId) -> Vec<CustomerId> {
    let found = db.store.duplicates_of(&Viewer::program(), id).await.expect("duplicates");
    found.iter().filter(|d| d.score >= SUGGEST_MIN).map(|d| d.customer_id).collect()
}

async fn search(db: &TestStore, now: Utc) {
    while db.store.search_duplicates(now).await.expect("a step").searched > 0 {}
}

async fn open(db: &TestStore) -> Vec<(CustomerId, CustomerId)> {
    let page = db.store.duplicate_pairs(&Viewer::program(), &ListQuery::default()).await.expect("a page");
    page.items.iter().map(|pair| (pair.a.customer_id, pair.b.customer_id)).collect()
}

fn ordered(a: CustomerId, b: CustomerId) -> (CustomerId, CustomerId) {
    (a.min(b), a.max(b))
}

async fn those_alike_are_found_by_number_name_and_address(db: TestStore) {
    let home = json!({ "street": "12 High Street", "postcode": "SW1A 1AA" });
    let ada = customer(&db, json!({ "name": "Ada King", "attributes": home }), &["+442079460001", "ada@example.com"]).await;
    let twin = customer(&db, json!({ "given_name": "ADA", "family_name": "King" }), &["020 7946 0001", "+442079460001"]).await;
    let neighbour =
        customer(&db, json!({ "name": "King, Ada", "attributes": { "street": "High St 12", "postcode": "sw1a1aa" } }), &[]).await;
    let mail = customer(&db, json!({ "name": "A. King" }), &["ADA@example.com"]).await;
    customer(&db, json!({ "name": "Ada King" }), &["+442079460777"]).await;
    customer(&db, json!({ "name": "William King" }), &["+442079460001"]).await;
    let mut found = suggested(&db, ada).await;
    found.sort();
    let mut expected = [twin, neighbour, mail];
    expected.sort();
    assert_eq!(found, expected);
    let wang = customer(&db, json!({ "name": "王小明", "attributes": home }), &[]).await;
    let latin = customer(&db, json!({ "name": "Wang Xiaoming", "attributes": home }), &[]).await;
    assert_eq!(suggested(&db, wang).await, [latin]);
    let reasons = &db.store.duplicates_of(&Viewer::program(), wang).await.expect("duplicates")[0].reasons;
    assert!(reasons.iter().any(|reason| reason.rule == "name_transliterated" && reason.points > 0), "{reasons:?}");
    let nobody = db.store.duplicates_of(&Viewer::program(), CustomerId::from_u128(1)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound { .. })));
}

async fn the_work_list_follows_what_is_written(db: TestStore) {
    let a = customer(&db, json!({ "name": "Ada King" }), &["+442079460001"]).await;
    let b = customer(&db, json!({ "name": "Ada King" }), &["+442079460001"]).await;
    for n in 0..120 {
        customer(&db, json!({ "name": format!("Somebody {n}") }), &[]).await;
    }
    assert_eq!(db.store.search_duplicates(NOW).await.expect("a step").searched, 0, "what was written a moment ago waits");
    search(&db, LATER).await;
    assert_eq!(open(&db).await, [ordered(a, b)]);
    // Somebody gives one of them another name: they are not suggested any more.
    let patch = json!({ "name": "Zhang Wei" });
    db.store.update::<Customer>(&who(), Utc(LATER.0 + 1), b, 1, &patch).await.expect("a change");
    search(&db, Utc(LATER.0 + 120_000_000)).await;
    assert!(open(&db).await.is_empty());
}

async fn what_was_said_not_to_be_the_same_is_not_suggested_again(db: TestStore) {
    let a = customer(&db, json!({ "name": "Ada King" }), &["+442079460001"]).await;
    let b = customer(&db, json!({ "name": "Ada King" }), &["+442079460001"]).await;
    search(&db, LATER).await;
    let pair = db.store.duplicate_pairs(&Viewer::program(), &ListQuery::default()).await.expect("a page").items.remove(0);
    for _ in 0..2 {
        db.store.dismiss_duplicate(&who(), LATER, pair.id).await.expect("a dismissal");
    }
    db.store.update::<Customer>(&who(), Utc(LATER.0 + 1), a, 1, &json!({ "notes": "x" })).await.expect("a change");
    search(&db, Utc(LATER.0 + 120_000_000)).await;
    assert!(open(&db).await.is_empty());
    let dismissed = ListQuery { equals: vec![("state".into(), "dismissed".into())], ..ListQuery::default() };
    let page = db.store.duplicate_pairs(&Viewer::program(), &dismissed).await.expect("a page");
    assert_eq!(page.items.iter().map(|pair| pair.state).collect::<Vec<_>>(), [DuplicateState::Dismissed]);
    let found = db.store.duplicates_of(&Viewer::program(), a).await.expect("duplicates");
    assert_eq!(found.iter().map(|d| (d.customer_id, d.dismissed)).collect::<Vec<_>>(), [(b, true)]);
    let wrong = ListQuery { equals: vec![("state".into(), "odd".into())], ..ListQuery::default() };
    assert!(matches!(db.store.duplicate_pairs(&Viewer::program(), &wrong).await, Err(StoreError::Invalid { .. })));
}

async fn keys_are_kept_with_each_write(db: TestStore) {
    let count = async |id: CustomerId| {
        db.texts(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM match_key WHERE customer_id = '{id}'")).await.remove(0)
    };
    let id = customer(&db, json!({ "name": "Ada King" }), &[]).await;
    assert_eq!(count(id).await, "1");
    let home = json!({ "attributes": { "street": "12 High St", "postcode": "SW1A 1AA" } });
    db.store.update::<Customer>(&who(), NOW, id, 1, &home).await.expect("a change");
    assert_eq!(count(id).await, "2");
    db.store.delete::<Customer>(&who(), NOW, id, 2).await.expect("a deletion");
    assert_eq!(count(id).await, "0");
    let imported: Customer = serde_json::from_value(json!({ "name": "Bo Li Chan" })).expect("a customer");
    let ids = db.store.import_customers(&who(), NOW, vec![(imported, vec![])]).await.expect("an import");
    assert_eq!(count(ids[0]).await, "1");
}

async fn a_customer_is_written_by_their_id_in_another_system(db: TestStore) {
    let phone = ContactInput { label: "home".into(), preferred: true, ..ContactInput::new(ContactKind::Phone, "+442079460001") };
    let write = async |fields: Value, contacts: Option<&[ContactInput]>, version: Option<i64>| {
        db.store.upsert_customer(&Viewer::program(), &who(), NOW, "K-1", version, &fields, contacts).await
    };
    let phones = std::slice::from_ref(&phone);
    let (made, contacts, upserted) = write(json!({ "name": "Ada", "tier": "gold" }), Some(phones), None).await.expect("a customer");
    assert_eq!((upserted, made.version, contacts.len()), (Upserted::Created, 1, 1));
    let (again, _, upserted) = write(json!({ "name": "Ada", "external_id": "K-1" }), Some(phones), None).await.expect("the same");
    assert_eq!((upserted, again.version, again.id), (Upserted::Unchanged, 1, made.id));
    let (changed, contacts, upserted) = write(json!({ "notes": "x" }), None, Some(1)).await.expect("a change");
    assert_eq!((upserted, changed.tier.as_str(), changed.notes.as_str(), contacts.len()), (Upserted::Changed, "gold", "x", 1));
    let (changed, contacts, _) = write(json!({}), Some(&[]), None).await.expect("a change");
    assert_eq!((changed.version, contacts.len()), (3, 0));
    assert!(matches!(write(json!({ "name": "B" }), None, Some(1)).await, Err(StoreError::VersionConflict { current: 3, .. })));
    assert!(matches!(write(json!({ "nmae": "B" }), None, None).await, Err(StoreError::Invalid { .. })));
    assert!(matches!(write(json!({ "external_id": "K-2" }), None, None).await, Err(StoreError::Invalid { .. })));
    let gone = db.store.upsert_customer(&Viewer::program(), &who(), NOW, "K-9", Some(1), &json!({ "name": "C" }), None).await;
    assert!(matches!(gone, Err(StoreError::VersionConflict { current: 0, .. })));
}

async fn who_was_here_before_there_were_keys_is_found_by_name(db: TestStore) {
    let home = json!({ "street": "12 High Street", "postcode": "SW1A 1AA" });
    let old = customer(&db, json!({ "name": "Ada King", "attributes": home }), &[]).await;
    let other = customer(&db, json!({ "name": "King, Ada", "attributes": home }), &[]).await;
    // As the schema of before the keys left them.
    db.sql("DELETE FROM match_key").await;
    assert!(suggested(&db, old).await.is_empty());
    search(&db, LATER).await;
    assert_eq!(open(&db).await, [(old.min(other), old.max(other))]);
    assert_eq!(suggested(&db, old).await, [other]);
}

async fn an_address_is_found_as_a_contact_point_too(db: TestStore) {
    let place = |street: &str, code: &str| ContactInput {
        address: Some(Address { street: street.into(), postal_code: code.into(), ..Address::default() }),
        ..ContactInput::new(ContactKind::Address, "")
    };
    let make = async |name: &str, place: ContactInput| {
        let data: Customer = serde_json::from_value(json!({ "name": name })).expect("a customer");
        db.store.create_customer(&who(), NOW, data, &[place]).await.expect("a customer").0.id
    };
    // Names so different that they have no key in common.
    let home = json!({ "street": "12 High Street", "postcode": "SW1A 1AA" });
    let one = customer(&db, json!({ "name": "Stephan Meier", "attributes": home }), &[]).await;
    let other = make("Stefan Meier", place("High St 12", "sw1a1aa")).await;
    make("Bo Li", place("1 Low Road", "AB1 2CD")).await;
    for (id, expected) in [(one, other), (other, one)] {
        let found = db.store.duplicates_of(&Viewer::program(), id).await.expect("duplicates");
        assert_eq!(found.iter().map(|one| one.customer_id).collect::<Vec<_>>(), [expected]);
        assert!(found[0].reasons.iter().any(|reason| reason.rule == "address_equal"), "{found:?}");
    }
}
