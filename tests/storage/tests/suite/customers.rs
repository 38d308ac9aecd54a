//! Customers: contact points, searching, and the card that comes with a call.

use crate::log::project_all;
use crm_core::card::{Card, Matched};
use crm_core::model::*;
use crm_core::{ListQuery, StoreError, Who};
use cti_types::event::{Body, CallDirection, Channel, CloseReason, Event, Stream};
use cti_types::{Chance, CustomerId, InteractionId, Number, Utc};
use serde_json::json;
use storage::{NOW, TestStore, on_both};

on_both!(
    the_card_has_the_last_five_interactions_and_what_is_open,
    two_customers_with_one_number_both_come_the_last_in_contact_first,
    an_anonymous_or_unknown_number_has_no_card,
    an_invalid_contact_point_identifies_nobody,
    a_customer_is_found_by_name_number_mail_and_external_id,
    contact_points_are_normalised_and_shared,
    each_has_a_contact_point_as_they_spell_it,
    those_who_share_numbers_change_them_at_once,
    a_contact_point_that_is_none_is_named,
    contact_points_are_locked_with_their_customer,
    an_import_writes_customers_as_one_by_one_would,
    an_import_is_whole_or_not_at_all,
);

fn who() -> Who {
    Who::system("test")
}

fn phone(value: &str) -> ContactInput {
    ContactInput { label: "mobile".into(), ..ContactInput::new(ContactKind::Phone, value) }
}

async fn customer(db: &TestStore, name: &str, contacts: &[ContactInput]) -> Stored<Customer> {
    let data: Customer = serde_json::from_value(json!({ "name": name, "tier": "gold" })).expect("a customer");
    db.store.create_customer(&who(), NOW, data, contacts).await.expect("a customer").0
}

/// A closed interaction with a customer, opened `hour` hours after the tests' morning.
async fn contact(db: &TestStore, chance: &mut Chance, customers: &[CustomerId], hour: i64) -> InteractionId {
    let at = Utc(NOW.0 + hour * 3_600_000_000);
    let id = InteractionId::new(at, chance);
    let opened = Body::Opened {
        channel: Channel::Voice,
        direction: CallDirection::Inbound,
        from: None,
        from_raw: None,
        to: "+442079460999".into(),
        trunk: None,
        call_id: None,
        origin: None,
    };
    let bodies = [opened, Body::Identified { customers: customers.to_vec() }, Body::Closed { reason: CloseReason::Completed }];
    let events = bodies.into_iter().zip(1_u64..).map(|(body, seq)| Event {
        stream: Stream::Interaction(id),
        seq,
        owner_epoch: 1,
        at: Utc(at.0 + (seq as i64 - 1) * 30_000_000),
        version: 1,
        body,
    });
    let records: Vec<_> = events.map(crm_core::JournalRecord::Event).collect();
    project_all(db, &format!("node-{id}"), &records).await;
    id
}

async fn the_card_has_the_last_five_interactions_and_what_is_open(db: TestStore) {
    let mut chance = Chance::from_number(5);
    let mei = customer(&db, "Mei Lin", &[phone("(415) 555-2671"), phone("415 555 2672")]).await;
    let mut ids = Vec::new();
    for hour in 0..9 {
        ids.push(contact(&db, &mut chance, &[mei.id], hour).await);
    }
    for (title, state, due) in [("Lamp", "open", Some(2)), ("Chair", "done", None), ("Desk", "open", Some(1)), ("Rug", "open", None)] {
        let due_at = due.map(|hours: i64| Utc(NOW.0 + hours * 3_600_000_000));
        let item = json!({ "customer_id": mei.id, "kind": "order", "title": title, "state": state, "due_at": due_at });
        db.store.insert(&who(), NOW, serde_json::from_value::<OpenItem>(item).expect("an item")).await.expect("an item");
    }
    let cards = db.store.who_is(NOW, &Number::E164("+14155552671".into())).await.expect("a look-up");
    assert_eq!(cards.len(), 1);
    let card = &cards[0];
    assert_eq!((card.customer, card.name.as_str(), card.tier.as_str()), (mei.id, "Mei Lin", "gold"));
    assert_eq!(card.contacts.iter().map(|c| c.value.as_str()).collect::<Vec<_>>(), ["+14155552671", "+14155552672"]);
    let recent: Vec<InteractionId> = card.recent.iter().map(|interaction| interaction.id).collect();
    assert_eq!(recent, ids.iter().rev().take(5).copied().collect::<Vec<_>>());
    assert_eq!(card.recent[0].duration_ms, Some(60_000));
    assert_eq!(card.open_items.iter().map(|item| item.title.as_str()).collect::<Vec<_>>(), ["Desk", "Lamp", "Rug"]);
    assert_eq!(card.matched, Matched::Exact);
    let asked = Card { matched: Matched::Asked, ..card.clone() };
    assert_eq!(db.store.card(mei.id).await.expect("a look-up"), Some(asked));
    assert_eq!(db.store.card(CustomerId::from_u128(1)).await.expect("a look-up"), None);
}

async fn two_customers_with_one_number_both_come_the_last_in_contact_first(db: TestStore) {
    let mut chance = Chance::from_number(5);
    let number = Number::E164("+14155552671".into());
    let home = |preferred| ContactInput { preferred, ..phone("+1 415 555 2671") };
    let first = customer(&db, "Ann", &[home(false)]).await;
    let second = customer(&db, "Bob", &[home(true)]).await;
    let order = async || db.store.who_is(NOW, &number).await.expect("a look-up").iter().map(|card| card.customer).collect::<Vec<_>>();
    assert_eq!(order().await, [second.id, first.id], "nobody was in contact: the preferred number decides");
    contact(&db, &mut chance, &[first.id], 1).await;
    assert_eq!(order().await, [first.id, second.id]);
    contact(&db, &mut chance, &[second.id, first.id], 2).await;
    assert_eq!(order().await, [second.id, first.id]);
}

async fn an_anonymous_or_unknown_number_has_no_card(db: TestStore) {
    customer(&db, "Ann", &[phone("+14155552671")]).await;
    assert!(db.store.who_is(NOW, &Number::Anonymous).await.expect("a look-up").is_empty());
    assert!(db.store.who_is(NOW, &Number::E164("+14155550000".into())).await.expect("a look-up").is_empty());
}

async fn an_invalid_contact_point_identifies_nobody(db: TestStore) {
    customer(&db, "Ann", &[ContactInput { valid: false, ..phone("+14155552671") }]).await;
    assert!(db.store.who_is(NOW, &Number::E164("+14155552671".into())).await.expect("a look-up").is_empty());
}

async fn a_customer_is_found_by_name_number_mail_and_external_id(db: TestStore) {
    let mail = ContactInput { kind: ContactKind::Email, value: "Ann@Example.com".into(), ..phone("") };
    let data = json!({ "given_name": "Ann", "family_name": "Zimmer", "external_id": "K-77" });
    let data: Customer = serde_json::from_value(data).expect("a customer");
    let (ann, _) = db.store.create_customer(&who(), NOW, data, &[phone("+14155552671"), mail]).await.expect("a customer");
    customer(&db, "Bob", &[phone("+14155559999")]).await;
    for wanted in ["ann z", "ZIMM", "(415) 555-2671", "+1415555267", "ann@exam", "K-77"] {
        let page = db.store.search_customers(wanted, &ListQuery::default()).await.expect("a search");
        assert_eq!(page.items.iter().map(|c| c.id).collect::<Vec<_>>(), [ann.id], "{wanted}");
    }
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let query = ListQuery { limit: Some(1), cursor, ..ListQuery::default() };
        let page = db.store.search_customers("+1415", &query).await.expect("a page");
        found.extend(page.items.into_iter().map(|c| c.name.clone()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found.len(), 2);
    assert_eq!(db.store.search_customers("", &ListQuery::default()).await.expect("all").items.len(), 2);
    assert!(db.store.search_customers("100%_", &ListQuery::default()).await.expect("none").items.is_empty());
}

async fn contact_points_are_normalised_and_shared(db: TestStore) {
    let ann = customer(&db, "Ann", &[phone("(415) 555-2671")]).await;
    let bob = customer(&db, "Bob", &[phone("+1 415 555 2671")]).await;
    let of = async |id| db.store.contacts(id).await.expect("contact points");
    let (first, second) = (of(ann.id).await, of(bob.id).await);
    assert_eq!(first[0].value, "+14155552671");
    assert_eq!(first[0].id, second[0].id, "one number is one contact point");
}

async fn a_contact_point_that_is_none_is_named(db: TestStore) {
    let data: Customer = serde_json::from_value(json!({ "name": "Ann" })).expect("a customer");
    let mail = ContactInput { kind: ContactKind::Email, value: "nobody".into(), ..phone("") };
    let refused = db.store.create_customer(&who(), NOW, data, &[phone("+14155552671"), mail]).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "contacts[1].value"), "{refused:?}");
    assert!(db.store.list::<Customer>(&ListQuery::default()).await.expect("a list").items.is_empty());
}

async fn contact_points_are_locked_with_their_customer(db: TestStore) {
    let ann = customer(&db, "Ann", &[phone("+14155552671")]).await;
    let written = db.store.set_contacts(&who(), NOW, ann.id, 1, &[phone("+14155552672")]).await.expect("a change");
    assert_eq!(db.store.contacts(ann.id).await.expect("contact points"), written);
    let stale = db.store.set_contacts(&who(), NOW, ann.id, 1, &[]).await;
    assert!(matches!(stale, Err(StoreError::VersionConflict { current: 2, .. })), "{stale:?}");
}

fn imported(n: usize, contacts: Vec<ContactInput>) -> (Customer, Vec<ContactInput>) {
    (serde_json::from_value(json!({ "name": format!("Ünal {n}"), "family_name": "Ünal", "tier": "gold" })).expect("a customer"), contacts)
}

async fn an_import_writes_customers_as_one_by_one_would(db: TestStore) {
    let before = customer(&db, "Ann", &[phone("+14155552671")]).await;
    let mail = ContactInput { kind: ContactKind::Email, value: "Info@Example.com".into(), ..phone("") };
    // Enough rows for several statements; all share one mail address, and the first has the number of somebody who is there.
    let mut all: Vec<_> = (0..950).map(|n| imported(n, vec![phone(&format!("+1415600{n:04}")), mail.clone()])).collect();
    all[0].1.push(phone("(415) 555-2671"));
    let ids = db.store.import_customers(&who(), NOW, all).await.expect("an import");
    assert_eq!(ids.len(), 950);
    let last = db.store.get::<Customer>(ids[949]).await.expect("the last");
    assert_eq!((last.name.as_str(), last.version, last.created_at), ("Ünal 949", 1, NOW));
    let contacts = db.store.contacts(ids[0]).await.expect("contacts");
    let values: Vec<_> = contacts.iter().map(|contact| contact.value.as_str()).collect();
    assert_eq!(values, ["+14156000000", "info@example.com", "+14155552671"]);
    let cards = db.store.who_is(NOW, &Number::E164("+14155552671".into())).await.expect("cards");
    let who_is: std::collections::BTreeSet<_> = cards.iter().map(|card| card.customer).collect();
    assert_eq!(who_is, [before.id, ids[0]].into());
    assert_eq!(contacts[2].id, db.store.contacts(before.id).await.expect("contacts")[0].id);
    let found = db.store.search_customers("ünal 94", &ListQuery::default()).await.expect("a page");
    assert_eq!(found.items.len(), 11);
}

async fn an_import_is_whole_or_not_at_all(db: TestStore) {
    let nobody = ContactInput { kind: ContactKind::Email, value: "nobody".into(), ..phone("") };
    let wrong = vec![imported(1, vec![phone("+14155552671")]), imported(2, vec![nobody])];
    let refused = db.store.import_customers(&who(), NOW, wrong).await;
    assert!(
        matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "customers[1].contacts[0].value"),
        "{refused:?}"
    );
    let mut taken = [imported(1, vec![phone("+14155552671")]), imported(2, vec![])];
    for (customer, _) in &mut taken {
        customer.external_id = Some("X-1".into());
    }
    let refused = db.store.import_customers(&who(), NOW, taken.into()).await;
    assert!(matches!(refused, Err(StoreError::Unique { .. })), "{refused:?}");
    let mut owned = imported(1, vec![]);
    owned.0.owner_id = Some(cti_types::UserId::new(NOW, &mut Chance::from_number(1)));
    assert!(matches!(db.store.import_customers(&who(), NOW, vec![owned]).await, Err(StoreError::Invalid { .. })));
    let many = (0..=crm_core::bulk::IMPORT_MAX).map(|n| imported(n, vec![])).collect();
    assert!(matches!(db.store.import_customers(&who(), NOW, many).await, Err(StoreError::Invalid { .. })));
    assert!(db.store.search_customers("", &ListQuery::default()).await.expect("a page").items.is_empty());
    assert!(db.store.import_customers(&who(), NOW, Vec::new()).await.expect("an empty import").is_empty());
}

async fn each_has_a_contact_point_as_they_spell_it(db: TestStore) {
    let ann = customer(&db, "Ann", &[phone("(415) 555-2671")]).await;
    let bob = customer(&db, "Bob", &[phone("+1 415 555 2671")]).await;
    let raw = async |id| db.store.contacts(id).await.expect("contact points").remove(0).raw;
    assert_eq!((raw(ann.id).await.as_str(), raw(bob.id).await.as_str()), ("(415) 555-2671", "+1 415 555 2671"));
    let written = db.store.set_contacts(&who(), NOW, ann.id, 1, &[phone("415.555.2671")]).await.expect("a change");
    assert_eq!((written[0].raw.as_str(), written[0].value.as_str()), ("415.555.2671", "+14155552671"));
    assert_eq!((raw(ann.id).await.as_str(), raw(bob.id).await.as_str()), ("415.555.2671", "+1 415 555 2671"));
    let card = db.store.card(ann.id).await.expect("a card").expect("Ann");
    assert_eq!(card.contacts[0].raw, "415.555.2671");
    let ids = db.store.import_customers(&who(), NOW, vec![imported(1, vec![phone("415-555-2671")])]).await.expect("an import");
    assert_eq!(raw(ids[0]).await, "415-555-2671");
}

async fn those_who_share_numbers_change_them_at_once(db: TestStore) {
    let numbers = ["+14155552671", "+14155552672", "+14155552673"];
    let all = numbers.map(phone);
    let (ann, bob) = (customer(&db, "Ann", &all).await, customer(&db, "Bob", &all).await);
    // Each keeps what the other gives up.
    let change = async |of: &Stored<Customer>, at: usize| {
        for round in 0..20_usize {
            let mut kept: Vec<ContactInput> = all.to_vec();
            kept.remove((round + at) % 3);
            kept.rotate_left(at);
            db.store.set_contacts(&who(), NOW, of.id, 1 + round as i64, &kept).await.expect("a change");
        }
    };
    tokio::join!(change(&ann, 0), change(&bob, 1));
    for of in [&ann, &bob] {
        assert_eq!(db.store.contacts(of.id).await.expect("contact points").len(), 2);
    }
}
