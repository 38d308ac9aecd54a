//! Merging two customers and taking it back: exactly, in any order, or refused.

use super::identity::customer;
use crm_core::identity::references::{NOT_MOVED, REFERENCES};
use crm_core::identity::{Choice, Merge, MergeRequest, MergeState};
use crm_core::interactions::InteractionFilter;
use crm_core::model::*;
use crm_core::timeline::TimelineQuery;
use crm_core::{StoreError, Viewer, Who};
use cti_types::event::{Body, CallDirection, Channel, CloseReason, Event, Stream};
use cti_types::{Chance, CustomerId, InteractionId, Utc};
use serde_json::json;
use std::collections::BTreeMap;
use storage::{NOW, SchemaColumn, TestStore, on_both};
use tokio::sync::OnceCell;

on_both!(
    a_merge_moves_all_and_its_undoing_restores_all,
    what_both_have_is_kept_once_and_comes_back,
    a_number_the_survivor_gave_up_comes_back_with_the_other,
    what_was_written_since_stays_when_a_merge_is_undone,
    a_chain_is_undone_from_its_end_and_the_refusal_names_it,
    the_history_of_both_is_one_and_the_log_is_not_touched,
    the_ids_of_who_was_merged_lead_to_the_survivor,
    what_cannot_be_merged_is_refused,
    random_merges_are_undone_exactly_in_any_order,
    a_relation_finds_both_its_ends_whichever_merge_is_undone_first,
    a_merge_is_undone_though_what_it_moved_refers_to_what_is_gone,
    webhooks_hear_of_each_row_that_changes_hands,
);

/// Sequences of merges and undoings on each database, where `MERGE_SEQUENCES` says nothing else. A thousand take some minutes.
const SEQUENCES: u64 = 200;

fn who() -> Who {
    Who::system("test")
}

async fn version(db: &TestStore, id: CustomerId) -> i64 {
    db.store.get::<Customer>(id).await.expect("a customer").version
}

async fn merge(db: &TestStore, survivor: CustomerId, merged: CustomerId, choices: BTreeMap<String, Choice>) -> Result<Merge, StoreError> {
    let request = MergeRequest { merged_id: merged, merged_version: Some(version(db, merged).await), choices };
    db.store.merge_customers(&who(), NOW, survivor, version(db, survivor).await, &request).await
}

async fn item(db: &TestStore, customer: CustomerId, title: &str) -> OpenItemId {
    let item = json!({ "customer_id": customer, "kind": "order", "title": title });
    db.store.insert(&who(), NOW, serde_json::from_value::<OpenItem>(item).expect("an item")).await.expect("an item").id
}

/// Tables that tell what was done rather than what is: they grow with each merge and each undoing.
const TOLD: [&str; 6] = ["audit", "audit_customer", "customer_merge", "duplicate_pair", "webhook_event", "webhook_delivery"];

/// The statement of every row of the database, without versions and times of change.
async fn everything(db: &TestStore) -> String {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for SchemaColumn { table, name, .. } in db.columns().await {
        // When a formula is computed anew is not what it gave.
        let moment = matches!(name.as_str(), "version" | "updated_at") || (table == "customer_value" && name == "computed_at");
        if !TOLD.contains(&table.as_str()) && !moment {
            tables.entry(table).or_default().push(format!("COALESCE(CAST(\"{name}\" AS TEXT), '-')"));
        }
    }
    let rows: Vec<String> =
        tables.into_iter().map(|(table, columns)| format!("SELECT '{table}|' || {} FROM {table}", columns.join(" || '|' || "))).collect();
    // In one: a connection for each would take longer than all else.
    rows.join(" UNION ALL ")
}

/// Everything there is, row by row.
async fn dump(db: &TestStore) -> Vec<String> {
    static STATEMENTS: [OnceCell<String>; 2] = [OnceCell::const_new(), OnceCell::const_new()];
    let of = &STATEMENTS[usize::from(db.server.is_some())];
    let mut all = db.texts(of.get_or_init(|| everything(db)).await).await;
    all.sort();
    all
}

async fn a_merge_moves_all_and_its_undoing_restores_all(db: TestStore) {
    let a = customer(&db, json!({ "name": "Ada King", "notes": "one" }), &["+442079460001", "ada@example.com"]).await;
    let row = json!({ "name": "A. King", "tier": "gold", "notes": "two", "external_id": "K-1", "attributes": { "city": "London" } });
    let b = customer(&db, row, &["+442079460002", "ada@example.com"]).await;
    item(&db, a, "Lamp").await;
    item(&db, b, "Chair").await;
    let before = dump(&db).await;
    let request = MergeRequest { merged_id: b, merged_version: None, choices: BTreeMap::new() };
    let preview = db.store.preview_merge(a, &request).await.expect("a preview");
    let conflicts: Vec<&str> = preview.fields.iter().filter(|f| f.conflict).map(|f| f.field.as_str()).collect();
    assert_eq!(conflicts, ["name", "notes"]);
    assert_eq!(
        preview.contacts.iter().map(|c| c.value.as_str()).collect::<Vec<_>>(),
        ["+442079460001", "ada@example.com", "+442079460002"]
    );
    assert_eq!(preview.moves, [("customer_contact_point".to_owned(), 2), ("open_item".to_owned(), 1)].into());
    assert_eq!(dump(&db).await, before, "a preview writes nothing");

    let done = merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let one = db.store.get::<Customer>(a).await.expect("the survivor");
    assert_eq!((one.name.as_str(), one.tier.as_str(), one.notes.as_str()), ("Ada King", "gold", "one\n\ntwo"));
    assert_eq!((one.external_id.as_deref(), one.attributes["city"].as_str()), (Some("K-1"), "London"));
    let contacts = db.store.contacts(a).await.expect("contacts");
    assert_eq!(contacts.iter().map(|c| c.id).collect::<Vec<_>>(), preview.contacts.iter().map(|c| c.id).collect::<Vec<_>>());
    assert!(matches!(db.store.get::<Customer>(b).await, Err(StoreError::NotFound { .. })));
    assert_eq!(db.store.merged_into(b).await.expect("an alias"), Some(a));
    let card = db.store.card(a).await.expect("a card").expect("a card");
    assert_eq!(card.open_items.len(), 2);

    let undone = db.store.unmerge(&who(), NOW, done.id).await.expect("an undoing");
    assert_eq!((undone.merge.state, undone.kept.len()), (MergeState::Undone, 0));
    assert_eq!(dump(&db).await, before);
    assert!(matches!(db.store.unmerge(&who(), NOW, done.id).await, Err(StoreError::Refused { .. })));
    let log = db.texts("SELECT log FROM customer_merge").await;
    assert_eq!(log, ["{}"], "what nobody needs any more is not kept");
}

async fn what_both_have_is_kept_once_and_comes_back(db: TestStore) {
    let program = Viewer::program();
    let a = customer(&db, json!({ "name": "Ada King" }), &[]).await;
    let b = customer(&db, json!({ "name": "A. King" }), &[]).await;
    let firm = customer(&db, json!({ "name": "Engines Ltd", "kind": "company" }), &[]).await;
    for (from, relation, to) in [(a, "works_for", firm), (b, "works_for", firm), (b, "household", a)] {
        let new: NewRelation = serde_json::from_value(json!({ "relation": relation, "customer_id": to })).expect("a relation");
        db.store.add_relation(&program, &who(), NOW, from, &new).await.expect("a relation");
    }
    for (of, state, at) in [(a, "granted", 10), (b, "denied", 20), (b, "granted", 5)] {
        let new: NewConsent = serde_json::from_value(json!({ "channels": ["email"], "state": state, "at": at })).expect("a consent");
        db.store.record_consent(&program, &who(), NOW, of, &new).await.expect("a consent");
    }
    let order = json!({ "customer_id": b, "number": "7", "placed_at": 77, "currency": "EUR", "total_minor": 100 });
    db.store.insert(&who(), NOW, serde_json::from_value::<Order>(order).expect("an order")).await.expect("an order");
    let kind = json!({ "name": "Request" });
    let kind = db.store.insert(&who(), NOW, serde_json::from_value::<TicketType>(kind).expect("a type")).await.expect("a type").id;
    let ticket = json!({ "type_id": kind, "title": "Dark lamp", "customer_id": b });
    let ticket = db.store.create_ticket(&who(), NOW, &ticket).await.expect("a ticket");
    let note = json!({ "subject": "customer", "subject_id": b, "text": "Likes engines" });
    db.store.create_note(&who(), NOW, serde_json::from_value::<Note>(note).expect("a note")).await.expect("a note");
    let before = dump(&db).await;

    let done = merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let relations = db.store.relations(&program, a, &ListQuery::default()).await.expect("relations").items;
    assert_eq!(relations.iter().map(|relation| relation.customer_id).collect::<Vec<_>>(), [firm], "neither twice nor with themself");
    let said = db.store.consents(&program, a, NOW).await.expect("consents");
    let mail = said.iter().find(|said| said.channel == ContactChannel::Email).expect("a word on mail");
    assert!(!mail.allowed, "the latest word counts");
    let card = db.store.card(a).await.expect("a look-up").expect("a card");
    let mut open: Vec<&str> = card.open_items.iter().map(|item| item.title.as_str()).collect();
    open.sort_unstable();
    assert_eq!(open, ["7", "Dark lamp"]);
    assert_eq!((card.activity.last_order_at, card.activity.last_ticket_at), (Some(Utc(77)), Some(ticket.created_at)));
    assert_eq!(db.store.notes_on(NoteSubject::Customer, a.0, &ListQuery::default()).await.expect("notes").items.len(), 1);
    let kinds: Vec<String> = db
        .store
        .timeline(&program, a, &TimelineQuery::default())
        .await
        .expect("a page")
        .items
        .into_iter()
        .map(|entry| entry.kind)
        .collect();
    for kind in ["ticket", "order", "note", "consent"] {
        assert!(kinds.iter().any(|one| one == kind), "{kind}: {kinds:?}");
    }

    db.store.unmerge(&who(), NOW, done.id).await.expect("an undoing");
    assert_eq!(dump(&db).await, before);
}

async fn what_was_written_since_stays_when_a_merge_is_undone(db: TestStore) {
    let a = customer(&db, json!({ "name": "Ada King" }), &["+442079460001"]).await;
    let b = customer(&db, json!({ "name": "Ada King", "tier": "gold" }), &["+442079460002"]).await;
    let moved = item(&db, b, "Chair").await;
    let done = merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let patch = json!({ "notes": "called", "language": "en" });
    db.store.update::<Customer>(&who(), NOW, a, version(&db, a).await, &patch).await.expect("a change");
    let stale = db.store.update::<OpenItem>(&who(), NOW, moved, 1, &json!({ "title": "A chair" })).await;
    assert!(matches!(stale, Err(StoreError::VersionConflict { current: 2, .. })), "who had it before them sees that it moved: {stale:?}");
    db.store.update::<OpenItem>(&who(), NOW, moved, 2, &json!({ "title": "Two chairs" })).await.expect("a change");
    let fresh = item(&db, a, "Lamp").await;
    let undone = db.store.unmerge(&who(), NOW, done.id).await.expect("an undoing");
    assert_eq!(undone.kept, ["language", "notes"]);
    let (a, b) = (db.store.get::<Customer>(a).await.expect("a"), db.store.get::<Customer>(b).await.expect("b"));
    assert_eq!((a.tier.as_str(), a.notes.as_str(), b.tier.as_str(), b.notes.as_str()), ("none", "called", "gold", ""));
    let of = async |id| db.store.get::<OpenItem>(id).await.expect("an item");
    assert_eq!((of(moved).await.customer_id, of(moved).await.version), (b.id, 4), "it moved twice and was written once");
    assert_eq!(of(moved).await.data.title, "Two chairs");
    assert_eq!(of(fresh).await.customer_id, a.id);
}

async fn a_chain_is_undone_from_its_end_and_the_refusal_names_it(db: TestStore) {
    let mut ids = Vec::new();
    for n in 0..4 {
        let row = json!({ "name": format!("Ada {n}"), "external_id": format!("K-{n}"), "notes": format!("note {n}") });
        ids.push(customer(&db, row, &[&format!("+44207946000{n}"), "+442079460009"]).await);
    }
    let before = dump(&db).await;
    // 0 into 1, 1 into 2, 3 into 2.
    let first = merge(&db, ids[1], ids[0], BTreeMap::new()).await.expect("a merge");
    let second = merge(&db, ids[2], ids[1], BTreeMap::new()).await.expect("a merge");
    let third = merge(&db, ids[2], ids[3], BTreeMap::from([("name".into(), Choice::Merged)])).await.expect("a merge");
    assert_eq!(db.store.merged_into(ids[0]).await.expect("an alias"), Some(ids[2]));
    let refused = db.store.unmerge(&who(), NOW, first.id).await;
    assert!(matches!(&refused, Err(StoreError::Refused { mend, .. }) if mend.contains(&second.id.to_string())), "{refused:?}");
    let undone = db.store.unmerge(&who(), NOW, second.id).await.expect("an undoing");
    assert_eq!(undone.redone, [third.id], "the later merge stands");
    assert_eq!(db.store.get::<Customer>(ids[2]).await.expect("a customer").name, "Ada 3");
    assert_eq!(db.store.merged_into(ids[0]).await.expect("an alias"), Some(ids[1]));
    db.store.unmerge(&who(), NOW, first.id).await.expect("an undoing");
    db.store.unmerge(&who(), NOW, third.id).await.expect("an undoing");
    assert_eq!(dump(&db).await, before);
}

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
    crate::log::project_all(db, &format!("node-{id}"), &records).await;
    id
}

async fn the_history_of_both_is_one_and_the_log_is_not_touched(db: TestStore) {
    let mut chance = Chance::from_number(5);
    let a = customer(&db, json!({ "name": "Ada" }), &["+442079460001"]).await;
    let b = customer(&db, json!({ "name": "Ada" }), &["+442079460001"]).await;
    let calls =
        [contact(&db, &mut chance, &[a], 1).await, contact(&db, &mut chance, &[b], 2).await, contact(&db, &mut chance, &[a, b], 3).await];
    merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let filter = InteractionFilter { customer: Some(a), ..InteractionFilter::default() };
    let page = db.store.interactions(&filter).await.expect("a page");
    assert_eq!(page.items.iter().rev().map(|i| i.id).collect::<Vec<_>>(), calls);
    let card = db.store.card(a).await.expect("a look-up").expect("a card");
    assert_eq!(card.recent.iter().rev().map(|i| i.id).collect::<Vec<_>>(), calls);
    let report = db.store.rebuild(&mut |_| {}).await.expect("a rebuild");
    assert_eq!(report.rows_changed, 0);
}

async fn the_ids_of_who_was_merged_lead_to_the_survivor(db: TestStore) {
    let a = customer(&db, json!({ "name": "Ada", "external_id": "K-1" }), &[]).await;
    let b = customer(&db, json!({ "name": "Ada", "external_id": "K-2" }), &[]).await;
    let done = merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let (stored, _, _) =
        db.store.upsert_customer(&Viewer::program(), &who(), NOW, "K-2", None, &json!({ "tier": "gold" }), None).await.expect("an upsert");
    assert_eq!((stored.id, stored.external_id.as_deref()), (a, Some("K-1")));
    // The id is given to somebody new: then who had it cannot come back with it.
    let data: Customer = serde_json::from_value(json!({ "name": "Bo", "external_id": "K-2" })).expect("a customer");
    let bo = db.store.insert(&who(), NOW, data).await.expect("a customer");
    assert!(matches!(db.store.unmerge(&who(), NOW, done.id).await, Err(StoreError::Unique { .. })));
    db.store.update::<Customer>(&who(), NOW, bo.id, 1, &json!({ "external_id": null })).await.expect("a change");
    let undone = db.store.unmerge(&who(), NOW, done.id).await.expect("an undoing");
    assert_eq!(undone.kept, ["tier"]);
}

async fn what_cannot_be_merged_is_refused(db: TestStore) {
    let a = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let b = customer(&db, json!({ "name": "Bo" }), &[]).await;
    let request = |merged_id, merged_version| MergeRequest { merged_id, merged_version, choices: BTreeMap::new() };
    let refused = db.store.merge_customers(&who(), NOW, a, 1, &request(a, Some(1))).await;
    assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
    for (version, merged_version) in [(2, 1), (1, 2)] {
        let refused = db.store.merge_customers(&who(), NOW, a, version, &request(b, Some(merged_version))).await;
        assert!(matches!(refused, Err(StoreError::VersionConflict { current: 1, .. })), "{refused:?}");
    }
    assert!(matches!(db.store.merge_customers(&who(), NOW, a, 1, &request(b, None)).await, Err(StoreError::Invalid { .. })));
    let nobody = db.store.merge_customers(&who(), NOW, a, 1, &request(CustomerId::from_u128(1), Some(1))).await;
    assert!(matches!(nobody, Err(StoreError::NotFound { .. })));
    merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let again = db.store.preview_merge(a, &request(b, None)).await;
    assert!(matches!(&again, Err(StoreError::Refused { what, .. }) if what.contains(&a.to_string())), "{again:?}");
}

/// Persons and companies that differ in everything a merge touches, and share some of it.
async fn cast(db: &TestStore, chance: &mut Chance) -> Vec<CustomerId> {
    let field = json!({ "key": "class", "type": "text" });
    db.store.insert(&who(), NOW, serde_json::from_value::<CustomField>(field).expect("a field")).await.expect("a field");
    let mut ids = Vec::new();
    for n in 0..9_u64 {
        let kind = if n % 3 == 2 { "company" } else { "person" };
        let mut row = json!({ "name": format!("Ada {}", chance.below(4)), "kind": kind, "attributes": {}, "fields": {} });
        if chance.below(2) == 0 {
            row["external_id"] = json!(format!("K-{n}"));
        }
        for field in ["given_name", "family_name", "company", "notes"] {
            if chance.below(2) == 0 {
                row[field] = json!(format!("{field} {}", chance.below(3)));
            }
        }
        for key in ["street", "postcode", "city"] {
            if chance.below(2) == 0 {
                row["attributes"][key] = json!(format!("{key} {}", chance.below(3)));
            }
        }
        if chance.below(2) == 0 {
            row["fields"]["class"] = json!(format!("class {}", chance.below(3)));
        }
        let phones: Vec<String> = (0..chance.below(4)).map(|_| format!("+4420794600{:02}", chance.below(12))).collect();
        let mut phones: Vec<&str> = phones.iter().map(String::as_str).collect();
        phones.sort_unstable();
        phones.dedup();
        ids.push(customer(db, row, &phones).await);
    }
    belongings(db, chance, &ids).await;
    relations(db, chance, &ids).await;
    ids
}

/// Rows of every table that names a customer, past the store: at random, some of them of two.
async fn belongings(db: &TestStore, chance: &mut Chance, ids: &[CustomerId]) {
    let columns = db.columns().await;
    let mut number = 0_u64;
    let mut fresh = || {
        number += 1;
        format!("00000000-0000-7000-8000-{number:012}")
    };
    let (user, formula, kind) = (fresh(), fresh(), fresh());
    db.row(&columns, "app_user", &[("id", &user), ("login", "ann"), ("roles", "[]"), ("skills", "[]"), ("queues", "[]")]).await;
    db.row(&columns, "formula", &[("id", &formula), ("labels", "{}")]).await;
    db.row(&columns, "ticket_type", &[("id", &kind), ("statuses", "[]")]).await;
    let shared: Vec<String> = (0..3).map(|_| fresh()).collect();
    for (at, ticket) in shared.iter().enumerate() {
        db.row(&columns, "ticket", &[("id", ticket), ("type_id", &kind), ("number", &at.to_string())]).await;
    }
    for (at, customer) in ids.iter().enumerate() {
        let customer = customer.to_string();
        let of = [("customer_id", customer.as_str())];
        let placed = (at * 7 + 1).to_string();
        for table in ["open_item", "customer_order", "contract", "product_owned", "task", "callback", "reminder", "note", "script_run"] {
            for _ in 0..chance.below(3) {
                let id = fresh();
                let mut row = vec![("id", id.as_str()), of[0]];
                match table {
                    "customer_order" => row.push(("placed_at", placed.as_str())),
                    "script_run" => row.push(("interaction_id", id.as_str())),
                    _ => {}
                }
                db.row(&columns, table, &row).await;
            }
        }
        for n in 0..chance.below(3) {
            let (id, kind, dedupe) = (fresh(), kind.as_str(), format!("{at}-{n}"));
            let ticket = (100 + at * 10 + n as usize).to_string();
            let contact = ids[chance.below(ids.len() as u64) as usize].to_string();
            db.row(&columns, "ticket", &[("id", &id), ("type_id", kind), ("number", &ticket), of[0], ("contact_id", &contact)]).await;
            db.row(&columns, "ticket_customer", &[("ticket_id", &id), of[0]]).await;
            db.row(&columns, "ticket_tag", &[("ticket_id", &id), ("tag", "urgent")]).await;
            db.row(&columns, "notification", &[("id", &id), ("user_id", &user), of[0], ("dedupe", &dedupe)]).await;
        }
        for ticket in &shared {
            if chance.below(2) == 0 {
                db.row(&columns, "ticket_customer", &[("ticket_id", ticket), of[0]]).await;
            }
        }
        if chance.below(2) == 0 {
            db.row(&columns, "customer_share", &[of[0], ("kind", "user"), ("target_id", &user)]).await;
            db.row(&columns, "customer_value", &[of[0], ("formula_id", &formula), ("value_milli", &placed)]).await;
        }
        for (state, odd) in [("granted", 1), ("denied", 2)] {
            let said = json!({ "channels": ["email"], "state": state, "at": chance.below(9) * 2 + odd });
            let said: NewConsent = serde_json::from_value(said).expect("a consent");
            db.store.record_consent(&Viewer::program(), &who(), NOW, ids[at], &said).await.expect("a consent");
        }
    }
    // What is kept beside the rows is as the store itself would keep it.
    db.run(
        "UPDATE customer SET last_order_at = COALESCE((SELECT MAX(o.placed_at) FROM customer_order o WHERE o.customer_id = customer.id), 0), \
         last_ticket_at = COALESCE((SELECT MAX(l.made_at) FROM ticket_customer l WHERE l.customer_id = customer.id), 0)",
    )
    .await;
}

/// Whatever can be: households, employers, parent companies, suppliers.
async fn relations(db: &TestStore, chance: &mut Chance, ids: &[CustomerId]) {
    let mut made = 0;
    for _ in 0..60 {
        let mut pick = || ids[chance.below(ids.len() as u64) as usize];
        let (from, to) = (pick(), pick());
        let word = ["works_for", "household", "parent_company", "upstream_supplier"][chance.below(4) as usize];
        let new: NewRelation = serde_json::from_value(json!({ "relation": word, "customer_id": to })).expect("a relation");
        made += usize::from(db.store.add_relation(&Viewer::program(), &who(), NOW, from, &new).await.is_ok());
    }
    assert!(made > 12, "{made}");
}

async fn random_merges_are_undone_exactly_in_any_order(db: TestStore) {
    let mut chance = Chance::from_number(11);
    let ids = cast(&db, &mut chance).await;
    let before = dump(&db).await;
    let pick = |chance: &mut Chance, count: usize| chance.below(count as u64) as usize;
    let mut undone_out_of_order = 0;
    let sequences = std::env::var("MERGE_SEQUENCES").map_or(SEQUENCES, |given| given.parse().expect("a number"));
    for sequence in 0..sequences {
        let mut live = ids.clone();
        let mut standing: Vec<Merge> = Vec::new();
        for _ in 0..=pick(&mut chance, 4) {
            let merged = live.remove(pick(&mut chance, live.len()));
            let survivor = live[pick(&mut chance, live.len())];
            let fields = ["name", "notes", "external_id", "company", "tier"];
            let choices = fields.iter().filter(|_| chance.below(4) == 0).map(|field| ((*field).to_owned(), Choice::Merged)).collect();
            standing.push(merge(&db, survivor, merged, choices).await.expect("a merge"));
        }
        while !standing.is_empty() {
            let at = pick(&mut chance, standing.len());
            let Merge { id, survivor_id, .. } = standing[at];
            let result = db.store.unmerge(&who(), NOW, id).await;
            if standing.iter().any(|merge| merge.merged_id == survivor_id) {
                assert!(matches!(result, Err(StoreError::Refused { .. })), "{sequence}: {result:?}");
                continue;
            }
            let undone = result.unwrap_or_else(|error| panic!("{sequence}: {error}"));
            assert!(undone.kept.is_empty() && undone.lost.is_empty(), "{sequence}: {undone:?}");
            undone_out_of_order += undone.redone.len();
            standing.remove(at);
        }
        assert_eq!(dump(&db).await, before, "sequence {sequence}");
    }
    assert!(undone_out_of_order as u64 > sequences / 10, "{undone_out_of_order}");
}

async fn related(db: &TestStore) -> Vec<String> {
    db.texts("SELECT from_id || ' ' || kind || ' ' || to_id FROM customer_relation ORDER BY id").await
}

async fn a_relation_finds_both_its_ends_whichever_merge_is_undone_first(db: TestStore) {
    let mut ids = Vec::new();
    for (name, kind) in [("X", "person"), ("Y", "person"), ("A", "company"), ("B", "company")] {
        ids.push(customer(&db, json!({ "name": name, "kind": kind }), &[]).await);
    }
    let [x, y, a, b] = ids[..] else { panic!("{ids:?}") };
    for (from, to) in [(x, b), (y, b), (y, a)] {
        let new: NewRelation = serde_json::from_value(json!({ "relation": "works_for", "customer_id": to })).expect("a relation");
        db.store.add_relation(&Viewer::program(), &who(), NOW, from, &new).await.expect("a relation");
    }
    let before = related(&db).await;
    for persons_first in [true, false] {
        for undone_first in [true, false] {
            let (one, other) = if persons_first { ((y, x), (a, b)) } else { ((a, b), (y, x)) };
            let one = merge(&db, one.0, one.1, BTreeMap::new()).await.expect("a merge").id;
            let other = merge(&db, other.0, other.1, BTreeMap::new()).await.expect("a merge").id;
            assert_eq!(related(&db).await.len(), 1);
            for id in if undone_first { [one, other] } else { [other, one] } {
                db.store.unmerge(&who(), NOW, id).await.expect("an undoing");
            }
            assert_eq!(related(&db).await, before, "persons first: {persons_first}, undone first: {undone_first}");
        }
    }
}

async fn a_merge_is_undone_though_what_it_moved_refers_to_what_is_gone(db: TestStore) {
    let columns = db.columns().await;
    let [formula, owner] = [1, 2].map(|n| format!("00000000-0000-7000-8000-00000000000{n}"));
    db.row(&columns, "formula", &[("id", &formula), ("labels", "{}")]).await;
    db.row(&columns, "app_user", &[("id", &owner), ("roles", "[]"), ("skills", "[]"), ("queues", "[]")]).await;
    let a = customer(&db, json!({ "name": "Ada" }), &["+442079460001"]).await;
    let b = customer(&db, json!({ "name": "Ada", "owner_id": owner }), &["+442079460001"]).await;
    for id in [a, b] {
        db.row(&columns, "customer_value", &[("customer_id", &id.to_string()), ("formula_id", &formula)]).await;
    }
    let choices = BTreeMap::from([("owner_id".to_owned(), Choice::Survivor)]);
    let done = merge(&db, a, b, choices).await.expect("a merge");
    for gone in ["UPDATE customer SET owner_id = NULL", "DELETE FROM app_user", "DELETE FROM formula", "DELETE FROM customer_contact_point"]
    {
        db.run(gone).await;
    }
    db.run("DELETE FROM contact_point").await;
    let undone = db.store.unmerge(&who(), NOW, done.id).await.expect("an undoing");
    assert_eq!(undone.lost, ["customer_contact_point", "customer_value", "owner_id"]);
    assert_eq!(db.store.get::<Customer>(b).await.expect("who came back").owner_id, None);
}

async fn webhooks_hear_of_each_row_that_changes_hands(db: TestStore) {
    let hook = json!({ "name": "All", "url": "https://example.com/", "kinds": ["open_item.*", "ticket.*", "customer.*"] });
    db.store.create_webhook(&who(), NOW, serde_json::from_value(hook).expect("a webhook")).await.expect("a webhook");
    let a = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let b = customer(&db, json!({ "name": "A." }), &[]).await;
    let chair = item(&db, b, "Chair").await;
    let done = merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let told = async || db.texts("SELECT kind || ' ' || resource_id FROM webhook_event ORDER BY seq DESC LIMIT 3").await;
    assert!(told().await.contains(&format!("open_item.updated {chair}")));
    let body = db.texts("SELECT body FROM webhook_event WHERE kind = 'open_item.updated'").await;
    let body: serde_json::Value = serde_json::from_str(&body[0]).expect("an event");
    assert_eq!((&body["changed"], &body["data"]["customer_id"], &body["data"]["version"]), (&json!(["customer_id"]), &json!(a), &json!(2)));
    db.store.unmerge(&who(), NOW, done.id).await.expect("an undoing");
    assert_eq!(told().await[..2], [format!("customer.unmerged {a}"), format!("open_item.updated {chair}")]);
}

#[tokio::test]
async fn every_table_that_refers_to_customers_is_known() {
    let db = storage::sqlite_store().await;
    let sql = "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
               WHERE m.type = 'table' AND (c.name = 'customer_id' OR EXISTS \
               (SELECT 1 FROM pragma_foreign_key_list(m.name) f WHERE f.\"table\" = 'customer' AND f.\"from\" = c.name))";
    let found = db.texts(sql).await;
    assert!(found.len() >= REFERENCES.len());
    for place in found {
        let (table, column) = place.split_once('.').expect("a table and a column");
        let moved = REFERENCES.iter().any(|reference| (reference.table, reference.column) == (table, column));
        assert!(moved || NOT_MOVED.contains(&table), "{place}: add a line to crm-core/src/identity/references.rs");
    }
}

async fn a_number_the_survivor_gave_up_comes_back_with_the_other(db: TestStore) {
    let a = customer(&db, json!({ "name": "Ada King" }), &["+442079460001"]).await;
    let b = customer(&db, json!({ "name": "A. King" }), &["+442079460001", "+442079460002"]).await;
    let done = merge(&db, a, b, BTreeMap::new()).await.expect("a merge");
    let version = db.store.get::<Customer>(a).await.expect("the survivor").version;
    db.store.set_contacts(&who(), NOW, a, version, &[]).await.expect("none any more");
    assert_eq!(db.texts("SELECT value FROM contact_point").await, ["+442079460001"], "only what the undoing brings back stays");
    db.store.unmerge(&who(), NOW, done.id).await.expect("an undoing");
    let numbers = db.store.contacts(b).await.expect("contacts");
    assert_eq!(numbers.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["+442079460001"]);
}
