//! The customer's whole view: who sees whom, lists, relations, consent, custom fields, formulas, the timeline, numbers known in part.

use crate::log::project_all;
use crm_core::card::{Likelier, Matched};
use crm_core::consent::ContactReason;
use crm_core::customer_list::{CustomerFilter, WINDOW};
use crm_core::model::*;
use crm_core::timeline::TimelineQuery;
use crm_core::{JournalRecord, ListQuery, StoreError, Viewer, Who};
use cti_types::event::{Body, CallDirection, Channel, CloseReason, Event, Stream};
use cti_types::{Chance, CustomerId, InteractionId, Number, TeamId, UserId, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use storage::{NOW, TestStore, on_both};

on_both!(
    who_may_not_see_a_customer_does_not_find_them_anywhere,
    a_birthday_is_found_by_the_day_of_the_year_and_reminders_follow_it,
    fields_defined_for_it_stand_on_the_card_for_who_may_read_them,
    those_never_contacted_are_paged_through_though_they_are_all_alike,
    a_page_goes_on_though_hardly_anybody_is_seen,
    a_search_is_read_to_its_end_each_customer_once,
    those_longest_without_contact_come_first,
    the_last_contact_follows_from_the_log_and_a_rebuild_agrees,
    relations_are_read_from_both_ends,
    relations_that_cannot_be_are_refused,
    consent_has_a_history_and_the_latest_counts,
    custom_fields_are_judged_when_they_are_written,
    fields_somebody_may_not_write_are_refused_by_name,
    a_formula_is_computed_stored_and_explained,
    everything_that_happened_is_on_one_line,
    a_number_known_in_part_finds_candidates_and_says_so,
    a_contact_point_counts_while_it_holds,
    addresses_are_kept_by_their_parts,
    the_card_brings_what_belongs_to_the_customer,
);

const DAY_US: i64 = 86_400_000_000;

fn who() -> Who {
    Who::system("test")
}

fn later(days: i64) -> Utc {
    Utc(NOW.0 + days * DAY_US)
}

fn phone(value: &str) -> ContactInput {
    ContactInput::new(ContactKind::Phone, value)
}

async fn customer(db: &TestStore, row: Value, contacts: &[ContactInput]) -> Stored<Customer> {
    let data: Customer = serde_json::from_value(row).expect("a customer");
    db.store.create_customer(&who(), NOW, data, contacts).await.expect("a customer").0
}

async fn named(db: &TestStore, name: &str) -> Stored<Customer> {
    customer(db, json!({ "name": name }), &[]).await
}

async fn team(db: &TestStore, name: &str) -> TeamId {
    db.store.insert(&who(), NOW, Team { name: name.into(), site_id: None }).await.expect("a team").id
}

async fn user(db: &TestStore, login: &str, team: Option<TeamId>) -> UserId {
    let user = json!({ "login": login, "name": login, "roles": ["agent"], "team_id": team });
    db.store.insert(&who(), NOW, serde_json::from_value::<User>(user).expect("a user")).await.expect("a user").id
}

fn viewer(user: UserId, role: UserRole, team: Option<TeamId>) -> Viewer {
    Viewer::of(user, BTreeSet::from([role]), team)
}

/// A closed interaction with these customers.
async fn contact(db: &TestStore, chance: &mut Chance, customers: &[CustomerId], at: Utc) -> InteractionId {
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
    let events = bodies
        .into_iter()
        .zip(1_u64..)
        .map(|(body, seq)| JournalRecord::Event(Event { stream: Stream::Interaction(id), seq, owner_epoch: 1, at, version: 1, body }));
    project_all(db, &format!("node-{id}"), &events.collect::<Vec<_>>()).await;
    id
}

/// All pages of a list, by name.
async fn all(db: &TestStore, viewer: &Viewer, filter: CustomerFilter) -> Vec<String> {
    let (mut names, mut filter) = (Vec::new(), filter);
    loop {
        let page = db.store.find_customers(viewer, NOW, &filter).await.expect("a page");
        names.extend(page.items.into_iter().map(|row| row.customer.name.clone()));
        filter.cursor = page.next;
        if filter.cursor.is_none() {
            return names;
        }
    }
}

async fn who_may_not_see_a_customer_does_not_find_them_anywhere(db: TestStore) {
    let (red, blue) = (team(&db, "red").await, team(&db, "blue").await);
    let (ann, bob) = (user(&db, "ann", Some(red)).await, user(&db, "bob", Some(blue)).await);
    let of = |row: Value, name: &str| {
        let mut row = row;
        row["name"] = json!(name);
        row
    };
    customer(&db, of(json!({}), "Anybody 1"), &[]).await;
    let of_red = customer(&db, of(json!({ "visibility": "team", "team_id": red }), "Any Red 2"), &[]).await;
    customer(&db, of(json!({ "visibility": "team", "team_id": blue }), "Any Blue 3"), &[]).await;
    customer(&db, of(json!({ "visibility": "owner", "owner_id": ann }), "Any of Ann 4"), &[]).await;
    let of_bob = customer(&db, of(json!({ "visibility": "owner", "owner_id": bob }), "Any of Bob 5"), &[phone("+14155552671")]).await;
    let shared = customer(&db, of(json!({ "visibility": "owner", "owner_id": bob }), "Any shared 6"), &[]).await;
    let shares = Shares { users: vec![ann], teams: Vec::new() };
    db.store.set_shares(&Viewer::program(), &who(), NOW, shared.id, 1, &shares).await.expect("shares");

    let agent = viewer(ann, UserRole::Agent, Some(red));
    for (viewer, seen) in [
        (agent.clone(), vec!["1", "2", "4", "6"]),
        (viewer(bob, UserRole::Agent, Some(blue)), vec!["1", "3", "5", "6"]),
        (viewer(UserId::from_u128(9), UserRole::Supervisor, Some(blue)), vec!["1", "3", "5", "6"]),
        (viewer(UserId::from_u128(9), UserRole::Supervisor, None), vec!["1", "2", "3", "4", "5", "6"]),
        (viewer(UserId::from_u128(9), UserRole::Admin, Some(red)), vec!["1", "2", "3", "4", "5", "6"]),
        (viewer(UserId::from_u128(9), UserRole::Agent, None), vec!["1"]),
    ] {
        for search in ["", "any"] {
            let filter = CustomerFilter { search: Some(search.into()), limit: Some(2), ..CustomerFilter::default() };
            let mut numbers: Vec<String> = all(&db, &viewer, filter).await.iter().map(|name| name[name.len() - 1..].to_owned()).collect();
            numbers.sort();
            assert_eq!(numbers, seen, "{search} {viewer:?}");
        }
    }
    let by_number = CustomerFilter { search: Some("+1415555".into()), ..CustomerFilter::default() };
    assert!(all(&db, &agent, by_number.clone()).await.is_empty());
    assert_eq!(all(&db, &Viewer::program(), by_number).await.len(), 1);
    assert!(matches!(db.store.customer(&agent, of_bob.id).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(db.store.may_see(&agent, of_bob.id).await, Err(StoreError::NotFound { .. })));
    db.store.may_see(&agent, of_red.id).await.expect("theirs to see");
    let timeline = db.store.timeline(&agent, of_bob.id, &TimelineQuery::default()).await;
    assert!(matches!(timeline, Err(StoreError::NotFound { .. })));

    // The pop says that there is a record and no more.
    let cards = db.store.who_is(NOW, &Number::E164("+14155552671".into())).await.expect("cards");
    let card = cards[0].clone().for_viewer(&agent);
    assert!(card.hidden && card.customer == of_bob.id && card.name.is_empty() && card.contacts.is_empty());
    assert!(!cards[0].clone().for_viewer(&viewer(bob, UserRole::Agent, Some(blue))).hidden);
}

async fn a_page_goes_on_though_hardly_anybody_is_seen(db: TestStore) {
    let owner = user(&db, "owner", None).await;
    let hidden: Customer =
        serde_json::from_value(json!({ "name": "Hidden", "visibility": "owner", "owner_id": owner })).expect("a customer");
    let all_hidden: Vec<_> = (0..crm_core::bulk::IMPORT_MAX).map(|_| (hidden.clone(), Vec::new())).collect();
    for _ in 0..3 {
        db.store.import_customers(&who(), NOW, all_hidden.clone()).await.expect("an import");
    }
    named(&db, "Seen").await;
    let agent = viewer(UserId::from_u128(9), UserRole::Agent, None);
    let first = db.store.find_customers(&agent, NOW, &CustomerFilter::default()).await.expect("a page");
    // The ids are of one moment: which window has the one is chance.
    assert!(first.items.len() <= 1 && first.next.is_some(), "{} of a window of {WINDOW}", first.items.len());
    assert_eq!(all(&db, &agent, CustomerFilter::default()).await, ["Seen"]);
}

async fn a_search_is_read_to_its_end_each_customer_once(db: TestStore) {
    for n in 0..7 {
        customer(&db, json!({ "name": format!("Zimmer {n}"), "family_name": "Zimmer" }), &[]).await;
        customer(&db, json!({ "name": format!("Ann {n}"), "family_name": "Zimmermann" }), &[phone(&format!("+1415600000{n}"))]).await;
    }
    customer(&db, json!({ "name": "Other", "external_id": "zim" }), &[]).await;
    for limit in [1, 2, 3, 5, 50] {
        let filter = CustomerFilter { search: Some("zim".into()), limit: Some(limit), ..CustomerFilter::default() };
        let names = all(&db, &Viewer::program(), filter).await;
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!((names.len(), distinct.len()), (15, 15), "{limit}: {names:?}");
        assert_eq!(names[0], "Other", "the whole id comes first");
        let filter = CustomerFilter { search: Some("+1415600".into()), limit: Some(limit), ..CustomerFilter::default() };
        assert_eq!(all(&db, &Viewer::program(), filter).await.len(), 7, "{limit}");
    }
    let ends = CustomerFilter { search: Some("0000 3".into()), ..CustomerFilter::default() };
    assert_eq!(all(&db, &Viewer::program(), ends).await, ["Ann 3"], "by the last digits");
    let odd = CustomerFilter { cursor: Some("nonsense".into()), ..CustomerFilter::default() };
    assert!(matches!(db.store.find_customers(&Viewer::program(), NOW, &odd).await, Err(StoreError::Invalid { .. })));
}

async fn those_longest_without_contact_come_first(db: TestStore) {
    let mut chance = Chance::from_number(5);
    let owner = user(&db, "owner", None).await;
    for (name, days, tier) in
        [("Ten", 10, "gold"), ("Never", 0, "gold"), ("Forty", 40, "gold"), ("Fifty", 50, "none"), ("Sixty", 60, "gold")]
    {
        let row = json!({ "name": name, "tier": tier, "owner_id": if name == "Sixty" { json!(owner) } else { Value::Null } });
        let id = customer(&db, row, &[]).await.id;
        if days > 0 {
            contact(&db, &mut chance, &[id], later(-days)).await;
        }
    }
    let old = CustomerFilter { not_contacted_days: Some(30), limit: Some(1), ..CustomerFilter::default() };
    let program = Viewer::program();
    assert_eq!(all(&db, &program, old.clone()).await, ["Never", "Sixty", "Fifty", "Forty"]);
    let gold = CustomerFilter { tier: Some("gold".into()), ..old.clone() };
    assert_eq!(all(&db, &program, gold.clone()).await, ["Never", "Sixty", "Forty"]);
    assert_eq!(all(&db, &program, CustomerFilter { owner: Some(owner), ..gold }).await, ["Sixty"]);
    let searched = CustomerFilter { search: Some("f".into()), ..old };
    assert_eq!(all(&db, &program, searched).await, ["Fifty", "Forty"]);
    let tier = CustomerFilter { tier: Some("gold".into()), limit: Some(2), ..CustomerFilter::default() };
    assert_eq!(all(&db, &program, tier).await, ["Never", "Sixty", "Forty", "Ten"]);
}

async fn the_last_contact_follows_from_the_log_and_a_rebuild_agrees(db: TestStore) {
    let mut chance = Chance::from_number(5);
    let (ann, bob) = (named(&db, "Ann").await, named(&db, "Bob").await);
    let last = async |id| db.store.customer(&Viewer::program(), id).await.expect("a customer").1.last_contact_at;
    assert_eq!(last(ann.id).await, None);
    contact(&db, &mut chance, &[ann.id], later(2)).await;
    // An earlier one that comes late changes nothing.
    contact(&db, &mut chance, &[ann.id, bob.id], later(1)).await;
    assert_eq!((last(ann.id).await, last(bob.id).await), (Some(later(2)), Some(later(1))));
    assert_eq!(db.store.get::<Customer>(ann.id).await.expect("a customer").version, 1, "no write of the row");
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild").rows_changed, 0);
    assert_eq!(db.sql("UPDATE customer SET last_contact_at = 7 WHERE name = 'Ann'").await, 1);
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild").rows_changed, 1);
    assert_eq!(last(ann.id).await, Some(later(2)));
    // A change of the row does not write back what it read.
    let patch = json!({ "notes": "x" });
    db.store.update_customer(&Viewer::program(), &who(), NOW, ann.id, 1, &patch).await.expect("a change");
    assert_eq!(last(ann.id).await, Some(later(2)));
}

fn relation(relation: RelationWord, to: CustomerId) -> NewRelation {
    NewRelation { relation, customer_id: to, note: "note".into() }
}

async fn relations_are_read_from_both_ends(db: TestStore) {
    let program = Viewer::program();
    let person = named(&db, "Ann").await;
    let firm = customer(&db, json!({ "name": "Firm", "kind": "company" }), &[]).await;
    let other = named(&db, "Bob").await;
    let works =
        db.store.add_relation(&program, &who(), NOW, person.id, &relation(RelationWord::WorksFor, firm.id)).await.expect("a relation");
    // The same seen from the other end is the same relation.
    let again = db.store.add_relation(&program, &who(), NOW, firm.id, &relation(RelationWord::Employs, person.id)).await;
    assert!(matches!(&again, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "customer_id"), "{again:?}");
    db.store.add_relation(&program, &who(), NOW, other.id, &relation(RelationWord::Household, person.id)).await.expect("a relation");
    let list = async |of: CustomerId, limit| {
        let query = ListQuery { limit: Some(limit), ..ListQuery::default() };
        db.store.relations(&program, of, &query).await.expect("relations")
    };
    let of_person = list(person.id, 10).await.items;
    let words: Vec<(RelationWord, &str)> = of_person.iter().map(|one| (one.relation, one.name.as_deref().expect("a name"))).collect();
    assert_eq!(words, [(RelationWord::WorksFor, "Firm"), (RelationWord::Household, "Bob")]);
    assert_eq!(list(firm.id, 10).await.items[0].relation, RelationWord::Employs);
    assert_eq!(list(other.id, 10).await.items[0].relation, RelationWord::Household);
    let page = list(person.id, 1).await;
    assert_eq!((page.items.len(), page.next), (1, Some(works.id.to_string())));

    // Who may not see the other one reads that there is somebody.
    let owner = user(&db, "owner", None).await;
    let patch = json!({ "visibility": "owner", "owner_id": owner });
    db.store.update_customer(&program, &who(), NOW, firm.id, 1, &patch).await.expect("a change");
    let agent = viewer(UserId::from_u128(9), UserRole::Agent, None);
    let seen = db.store.relations(&agent, person.id, &ListQuery::default()).await.expect("relations");
    assert_eq!(seen.items.iter().map(|one| one.name.is_some()).collect::<Vec<_>>(), [false, true]);

    db.store.remove_relation(&program, &who(), NOW, firm.id, works.id).await.expect("removed, from the other end");
    assert_eq!(list(person.id, 10).await.items.len(), 1);
    assert!(matches!(
        db.store.remove_relation(&program, &who(), NOW, firm.id, works.id).await,
        Err(StoreError::NotFound { resource: "customer_relation" })
    ));
}

async fn relations_that_cannot_be_are_refused(db: TestStore) {
    let program = Viewer::program();
    let person = named(&db, "Ann").await;
    let mut firms = Vec::new();
    for name in ["A", "B", "C"] {
        firms.push(customer(&db, json!({ "name": name, "kind": "company" }), &[]).await.id);
    }
    let add = async |from, word, to| db.store.add_relation(&program, &who(), NOW, from, &relation(word, to)).await;
    add(firms[0], RelationWord::ParentCompany, firms[1]).await.expect("a parent");
    add(firms[2], RelationWord::Subsidiary, firms[1]).await.expect("the parent's parent");
    for (from, word, to, field) in [
        (person.id, RelationWord::WorksFor, person.id, "customer_id"),
        (person.id, RelationWord::Employs, firms[0], "relation"),
        (person.id, RelationWord::ParentCompany, firms[0], "relation"),
        (firms[0], RelationWord::Household, firms[1], "relation"),
        // A second parent; a circle of two, and of three.
        (firms[0], RelationWord::ParentCompany, firms[2], "relation"),
        (firms[2], RelationWord::ParentCompany, firms[1], "customer_id"),
        (firms[2], RelationWord::ParentCompany, firms[0], "customer_id"),
        (person.id, RelationWord::WorksFor, CustomerId::from_u128(1), "customer_id"),
    ] {
        let refused = add(from, word, to).await;
        assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == field), "{word:?}: {refused:?}");
    }
}

async fn consent_has_a_history_and_the_latest_counts(db: TestStore) {
    let program = Viewer::program();
    let ann = named(&db, "Ann").await;
    let say = async |state, at: Option<Utc>, until: Option<Utc>| {
        let channels = vec![ContactChannel::Email, ContactChannel::Voice];
        let new = NewConsent { channels, state, basis: "consent".into(), source: "call".into(), at, until };
        db.store.record_consent(&program, &who(), later(3), ann.id, &new).await
    };
    let may = async |channel, at| db.store.may_contact(ann.id, channel, at).await.expect("an answer");
    assert_eq!(may(ContactChannel::Email, NOW).await.reason, ContactReason::ConsentMissing);
    say(ConsentState::Granted, Some(later(1)), Some(later(10))).await.expect("recorded");
    assert!(may(ContactChannel::Email, later(9)).await.allowed);
    assert_eq!(may(ContactChannel::Email, later(10)).await.reason, ContactReason::Expired);
    // What was said before and is written down later does not count.
    say(ConsentState::Denied, Some(NOW), None).await.expect("recorded");
    assert!(may(ContactChannel::Voice, later(4)).await.allowed);
    say(ConsentState::Denied, Some(later(2)), None).await.expect("recorded");
    assert_eq!(may(ContactChannel::Voice, later(4)).await.reason, ContactReason::Denied);
    let now = db.store.consents(&program, ann.id, later(4)).await.expect("all channels");
    assert_eq!(now.iter().map(|one| one.allowed).collect::<Vec<_>>(), [false, false, false, false, true]);

    let (mut states, mut cursor) = (Vec::new(), None);
    loop {
        let query = ListQuery { limit: Some(2), cursor, ..ListQuery::default() };
        let page = db.store.consent_history(&program, ann.id, &query).await.expect("a page");
        states.extend(page.items.into_iter().filter(|one| one.channel == ContactChannel::Email).map(|one| one.state));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(states, [ConsentState::Denied, ConsentState::Granted, ConsentState::Denied]);
    for (state, at, until) in [
        (ConsentState::Granted, Some(later(4)), None),
        (ConsentState::Denied, None, Some(later(9))),
        (ConsentState::Granted, None, Some(later(2))),
    ] {
        assert!(matches!(say(state, at, until).await, Err(StoreError::Invalid { .. })));
    }
}

async fn define(db: &TestStore, field: Value) -> Stored<CustomField> {
    db.store.insert(&who(), NOW, serde_json::from_value::<CustomField>(field).expect("a field")).await.expect("a field")
}

async fn custom_fields_are_judged_when_they_are_written(db: TestStore) {
    let options = json!([{ "value": "a" }, { "value": "b" }]);
    let class = define(&db, json!({ "key": "class", "type": "list", "required": true, "options": options })).await;
    define(&db, json!({ "key": "seats", "type": "number" })).await;
    let twice = db.store.insert(&who(), NOW, class.data.clone()).await;
    assert!(matches!(&twice, Err(StoreError::Clash { field: "key", .. })), "{twice:?}");
    let make = async |fields: Value| {
        let data: Customer = serde_json::from_value(json!({ "name": "Ann", "fields": fields })).expect("a customer");
        db.store.create_customer(&who(), NOW, data, &[]).await
    };
    for (fields, field) in [
        (json!({}), "fields.class"),
        (json!({ "class": "c" }), "fields.class"),
        (json!({ "class": "a", "seats": "2" }), "fields.seats"),
        (json!({ "class": "a", "other": 1 }), "fields.other"),
    ] {
        let refused = make(fields.clone()).await;
        assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == field), "{fields}: {refused:?}");
    }
    let (ann, _) = make(json!({ "class": "a", "seats": 2.5 })).await.expect("a customer");
    // A change names the fields that change.
    let update = async |version, patch: Value| db.store.update::<Customer>(&who(), NOW, ann.id, version, &patch).await;
    let changed = update(1, json!({ "fields": { "class": "b" } })).await.expect("a change");
    assert_eq!(serde_json::to_value(&changed.fields).expect("JSON"), json!({ "class": "b", "seats": 2.5 }));
    assert!(matches!(update(2, json!({ "fields": { "class": null } })).await, Err(StoreError::Invalid { .. })));
    let cleared = update(2, json!({ "fields": { "seats": null } })).await.expect("a change");
    assert_eq!(serde_json::to_value(&cleared.fields).expect("JSON"), json!({ "class": "b" }));
    let stored = db.store.get::<Customer>(ann.id).await.expect("a customer");
    assert_eq!(stored.fields, cleared.fields);
    let import = |fields: Value| {
        let data: Customer = serde_json::from_value(json!({ "name": "Bob", "fields": fields })).expect("a customer");
        vec![(data, Vec::new())]
    };
    let refused = db.store.import_customers(&who(), NOW, import(json!({}))).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "customers[0].fields.class"), "{refused:?}");
    db.store.import_customers(&who(), NOW, import(json!({ "class": "a" }))).await.expect("an import");
    let patch = json!({ "type": "text", "options": [] });
    let refused = db.store.update::<CustomField>(&who(), NOW, class.id, 1, &patch).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "type"), "{refused:?}");
}

async fn fields_somebody_may_not_write_are_refused_by_name(db: TestStore) {
    define(&db, json!({ "key": "discount", "type": "number", "editable_by": ["supervisor"] })).await;
    let mine = user(&db, "mine", None).await;
    let (ann, bob) = (named(&db, "Ann").await, customer(&db, json!({ "name": "Bob", "owner_id": mine }), &[]).await);
    let agent = viewer(mine, UserRole::Agent, None);
    let change = async |id, patch: Value| db.store.update_customer(&agent, &who(), NOW, id, 1, &patch).await;
    let refused = change(ann.id, json!({ "tier": "gold", "visibility": "owner", "owner_id": mine, "fields": { "discount": 5 } })).await;
    let Err(StoreError::NotAllowed { errors, .. }) = refused else { panic!("{refused:?}") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["fields.discount", "owner_id", "tier", "visibility"]);
    // A field sent back as it was is not written.
    change(ann.id, json!({ "tier": "none", "notes": "likes engines" })).await.expect("a change");
    // One's own customer one may hide.
    change(bob.id, json!({ "visibility": "owner" })).await.expect("a change");
    let fields = json!({ "name": "x", "fields": { "discount": 5 } });
    let refused = db.store.check_new_customer(&agent, fields.as_object().expect("an object")).await;
    assert!(matches!(&refused, Err(StoreError::NotAllowed { errors, .. }) if errors[0].field == "fields.discount"), "{refused:?}");
}

async fn a_formula_is_computed_stored_and_explained(db: TestStore) {
    let mut chance = Chance::from_number(5);
    let ann = named(&db, "Ann").await;
    let row = json!({ "name": "churn", "unit": "points", "on_card": true });
    let churn = db.store.insert(&who(), NOW, serde_json::from_value::<Formula>(row).expect("a formula")).await.expect("a formula");
    let refused = db.store.add_formula_version(&who(), NOW, churn.id, "10 + * 2".into()).await;
    let Err(StoreError::Invalid { errors, .. }) = refused else { panic!("{refused:?}") };
    assert!(errors[0].field == "source" && errors[0].mend.contains("character 6"), "{errors:?}");
    let refused = db.store.add_formula_version(&who(), NOW, churn.id, "orders_total".into()).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].mend.contains("currency")), "{refused:?}");
    for (number, source) in [(1, "10 * contacts_30d + coalesce(last_order_days, 0.5)"), (2, "last_order_days")] {
        let version = db.store.add_formula_version(&who(), NOW, churn.id, source.into()).await.expect("a version");
        assert_eq!((version.number, version.published), (number, false));
    }
    assert!(db.store.customer_values(NOW, ann.id).await.expect("values").is_empty(), "none is published");
    db.store.publish_formula_version(&who(), NOW, churn.id, 1).await.expect("published");
    contact(&db, &mut chance, &[ann.id], later(-3)).await;
    contact(&db, &mut chance, &[ann.id], later(-40)).await;
    let value = async |at| db.store.customer_values(at, ann.id).await.expect("values").remove(0);
    let first = value(NOW).await;
    assert_eq!((first.value, first.number, first.computed_at), (Some(10.5), 1, NOW));
    assert_eq!(first.inputs, BTreeMap::from([("contacts_30d".into(), Some(1.0)), ("last_order_days".into(), None)]));
    assert_eq!(value(Utc(NOW.0 + 1_000_000)).await, first, "still fresh");
    let soon = Utc(NOW.0 + 120_000_000);
    contact(&db, &mut chance, &[ann.id], Utc(NOW.0 + 60_000_000)).await;
    assert_eq!(value(soon).await.value, Some(20.5), "something happened");
    db.store.publish_formula_version(&who(), soon, churn.id, 2).await.expect("published");
    let third = value(Utc(soon.0 + 1_000_000)).await;
    assert_eq!((third.value, third.number, third.source.as_str()), (None, 2, "last_order_days"));
    let versions = db.store.formula_versions(churn.id).await.expect("versions");
    assert_eq!(versions.iter().map(|version| (version.number, version.published)).collect::<Vec<_>>(), [(2, true), (1, false)]);
    let card = db.store.card(ann.id).await.expect("a look-up").expect("a card");
    assert_eq!(card.values.iter().map(|value| (value.name.as_str(), value.value)).collect::<Vec<_>>(), [("churn", None)]);
    let again = Utc(soon.0 + 180_000_000);
    contact(&db, &mut chance, &[ann.id], Utc(soon.0 + 120_000_000)).await;
    assert_eq!(db.store.refresh_values(again, soon).await.expect("a refresh"), 1);
    let card = db.store.card(ann.id).await.expect("a look-up").expect("a card");
    assert_eq!(card.values[0].computed_at, again, "brought up to date without being asked for");
    // Who is silent, and who never was in contact.
    let bob = named(&db, "Bob").await;
    let (hour, day) = (Utc(again.0 + 7_200_000_000), Utc(again.0 + 90_000_000_000));
    for (now, expected) in [(hour, again), (day, day)] {
        assert_eq!(db.store.walk_values(now, None).await.expect("a walk"), None, "all have been looked at");
        let card = db.store.card(ann.id).await.expect("a look-up").expect("a card");
        assert_eq!(card.values[0].computed_at, expected);
    }
    let card = db.store.card(bob.id).await.expect("a look-up").expect("a card");
    assert_eq!(card.values.len(), 1);
    assert!(matches!(db.store.customer_values(NOW, CustomerId::from_u128(1)).await, Err(StoreError::NotFound { .. })));
}

async fn everything_that_happened_is_on_one_line(db: TestStore) {
    let mut chance = Chance::from_number(5);
    let program = Viewer::program();
    let ann = named(&db, "Ann").await;
    let calls = [contact(&db, &mut chance, &[ann.id], later(-2)).await, contact(&db, &mut chance, &[ann.id], later(2)).await];
    let item = json!({ "customer_id": ann.id, "kind": "ticket", "title": "Lamp" });
    db.store.insert(&who(), later(1), serde_json::from_value::<OpenItem>(item).expect("an item")).await.expect("an item");
    let patch = json!({ "tier": "gold", "attributes": { "a": "b" } });
    db.store.update_customer(&program, &who(), later(3), ann.id, 1, &patch).await.expect("a change");
    let denied = NewConsent {
        channels: vec![ContactChannel::Sms],
        state: ConsentState::Denied,
        basis: String::new(),
        source: "call".into(),
        at: None,
        until: None,
    };
    db.store.record_consent(&program, &who(), later(4), ann.id, &denied).await.expect("recorded");
    let read = async |viewer: &Viewer, kinds: &[&str], limit| {
        let kinds: BTreeSet<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let (mut all, mut query) = (Vec::new(), TimelineQuery { kinds, cursor: None, limit: Some(limit) });
        loop {
            let page = db.store.timeline(viewer, ann.id, &query).await.expect("a page");
            all.extend(page.items);
            query.cursor = page.next;
            if query.cursor.is_none() {
                return all;
            }
        }
    };
    let whole = read(&program, &[], 50).await;
    let kinds: Vec<&str> = whole.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, ["consent", "change", "interaction", "open_item", "change", "interaction"]);
    assert_eq!((whole[2].id, whole[5].id), (calls[1].0, calls[0].0));
    assert_eq!(whole[3].title.as_deref(), Some("Lamp"));
    let changed: Vec<&str> = whole[1].changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(changed, ["attributes", "tier"]);
    assert_eq!(whole[1].changes[1].after, Some(json!("gold")));
    for limit in [1, 2, 3] {
        assert_eq!(read(&program, &[], limit).await, whole, "{limit}");
    }
    assert_eq!(read(&program, &["interaction"], 1).await.len(), 2);
    let agent = viewer(UserId::from_u128(9), UserRole::Agent, None);
    assert!(read(&agent, &[], 50).await.iter().all(|entry| entry.kind != "change"), "who changed what is not an agent's to read");
    let odd = TimelineQuery { kinds: BTreeSet::from(["moon".into()]), ..TimelineQuery::default() };
    assert!(matches!(db.store.timeline(&program, ann.id, &odd).await, Err(StoreError::Invalid { .. })));
}

async fn a_number_known_in_part_finds_candidates_and_says_so(db: TestStore) {
    let emma = customer(&db, json!({ "name": "Emma" }), &[phone("+442079460011")]).await;
    let firm = customer(&db, json!({ "name": "Firm", "kind": "company" }), &[phone("+493012345600")]).await;
    customer(&db, json!({ "name": "Nobody's block" }), &[phone("+14155552670")]).await;
    let who_is = async |number: Number| db.store.who_is(NOW, &number).await.expect("a look-up");
    for (number, expected) in [
        (Number::E164("+442079460011".into()), vec![(emma.id, Matched::Exact)]),
        (Number::Other("02079460011".into()), vec![(emma.id, Matched::LastDigits { digits: 10 })]),
        (Number::E164("+12079460011".into()), vec![(emma.id, Matched::LastDigits { digits: 10 })]),
        (Number::Other("79460011".into()), vec![(emma.id, Matched::LastDigits { digits: 8 })]),
        (Number::E164("+493012345617".into()), vec![(firm.id, Matched::MainNumber)]),
        // A person's number is nobody's extension.
        (Number::E164("+14155552671".into()), vec![]),
        (Number::E164("+442079460099".into()), vec![]),
        (Number::Short("0011".into()), vec![]),
        (Number::Anonymous, vec![]),
    ] {
        let found: Vec<_> = who_is(number.clone()).await.iter().map(|card| (card.customer, card.matched)).collect();
        assert_eq!(found, expected, "{number:?}");
    }
    // Several: the better fit first, then who was in contact.
    let twin = customer(&db, json!({ "name": "Twin" }), &[phone("+12079460011")]).await;
    let cards = who_is(Number::E164("+332079460011".into())).await;
    assert_eq!(cards.len(), 2);
    assert_eq!((cards[0].likelier, cards[1].likelier), (Some(Likelier::Earlier), None));
    contact(&db, &mut Chance::from_number(5), &[twin.id], later(-1)).await;
    let cards = who_is(Number::E164("+332079460011".into())).await;
    assert_eq!((cards[0].customer, cards[0].likelier), (twin.id, Some(Likelier::LastContact)));
}

async fn a_contact_point_counts_while_it_holds(db: TestStore) {
    let held = ContactInput { valid_from: Some(later(1)), valid_until: Some(later(2)), ..phone("+14155552671") };
    let ann = customer(&db, json!({ "name": "Ann" }), &[held]).await;
    let found = async |at| db.store.who_is(at, &Number::E164("+14155552671".into())).await.expect("a look-up").len();
    assert_eq!([found(NOW).await, found(later(1)).await, found(later(2)).await], [0, 1, 0]);
    let contacts = db.store.contacts(ann.id).await.expect("contacts");
    assert_eq!((contacts[0].valid_from, contacts[0].valid_until), (Some(later(1)), Some(later(2))));
    let upside = ContactInput { valid_from: Some(later(2)), valid_until: Some(later(1)), ..phone("+14155552671") };
    let refused = db.store.set_contacts(&who(), NOW, ann.id, 1, &[upside]).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "contacts[0].valid_until"), "{refused:?}");
}

async fn addresses_are_kept_by_their_parts(db: TestStore) {
    let address = |value: Value| -> ContactInput {
        serde_json::from_value(json!({ "kind": "address", "label": "home", "address": value })).expect("a contact point")
    };
    let row = address(json!({ "street": " 14 Lantern Row ", "city": "London", "postal_code": "SE99 1XX", "country": "GB" }));
    let chat = ContactInput { label: "WeChat".into(), ..ContactInput::new(ContactKind::Chat, "wxid_7") };
    let ann = customer(&db, json!({ "name": "Ann" }), &[row, chat]).await;
    let contacts = db.store.contacts(ann.id).await.expect("contacts");
    assert_eq!(contacts[0].value, "14 lantern row, se99 1xx london, gb");
    assert_eq!(contacts[0].raw, "14 Lantern Row, SE99 1XX London, GB");
    assert_eq!(contacts[0].address.as_ref().map(|address| address.street.as_str()), Some("14 Lantern Row"));
    assert_eq!((contacts[1].kind, contacts[1].value.as_str()), (ContactKind::Chat, "wxid_7"));
    let card = db.store.card(ann.id).await.expect("a look-up").expect("a card");
    assert_eq!(card.contacts, contacts);
    for (contact, field) in [
        (address(json!({})), "contacts[0].address"),
        (address(json!({ "city": "London", "country": "Britain" })), "contacts[0].address.country"),
        (ContactInput::new(ContactKind::Address, "London"), "contacts[0].address"),
        (ContactInput { address: Some(Address::default()), ..phone("+14155552671") }, "contacts[0].address"),
    ] {
        let refused = db.store.set_contacts(&who(), NOW, ann.id, 1, &[contact]).await;
        assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == field), "{field}: {refused:?}");
    }
}

async fn the_card_brings_what_belongs_to_the_customer(db: TestStore) {
    let program = Viewer::program();
    let (owner, red) = (user(&db, "owner", None).await, team(&db, "red").await);
    let row = json!({ "name": "Ann", "language": "en", "languages": ["fr"], "owner_id": owner, "visibility": "owner" });
    let ann = customer(&db, row, &[phone("+14155552671")]).await;
    let firm = customer(&db, json!({ "name": "Firm", "kind": "company", "tier": "gold" }), &[]).await;
    let bob = customer(&db, json!({ "name": "Bob", "owner_id": owner, "visibility": "owner" }), &[]).await;
    for (word, to) in [(RelationWord::WorksFor, firm.id), (RelationWord::Household, bob.id)] {
        db.store.add_relation(&program, &who(), NOW, ann.id, &relation(word, to)).await.expect("a relation");
    }
    let shares = Shares { users: Vec::new(), teams: vec![red] };
    db.store.set_shares(&program, &who(), NOW, ann.id, 1, &shares).await.expect("shares");
    let denied = NewConsent {
        channels: vec![ContactChannel::Post, ContactChannel::Voice],
        state: ConsentState::Denied,
        basis: String::new(),
        source: String::new(),
        at: None,
        until: None,
    };
    db.store.record_consent(&program, &who(), NOW, ann.id, &denied).await.expect("recorded");
    let cards = db.store.who_is(NOW, &Number::E164("+14155552671".into())).await.expect("cards");
    let of_team = cards[0].clone().for_viewer(&viewer(UserId::from_u128(9), UserRole::Agent, Some(red)));
    assert!(!of_team.hidden, "shared with the team");
    assert_eq!(of_team.languages, ["fr"]);
    assert_eq!(of_team.do_not_contact, [ContactChannel::Voice, ContactChannel::Post]);
    let mut related: Vec<_> = of_team.related.iter().map(|one| (one.relation, one.name.as_deref(), one.tier.as_deref())).collect();
    related.sort_by_key(|(_, name, _)| *name);
    assert_eq!(related, [(RelationWord::Household, None, None), (RelationWord::WorksFor, Some("Firm"), Some("gold"))]);
    assert!(cards[0].clone().for_viewer(&viewer(UserId::from_u128(9), UserRole::Agent, None)).hidden);
}

async fn a_birthday_is_found_by_the_day_of_the_year_and_reminders_follow_it(db: TestStore) {
    let born = async |name: &str, birthday: &str| customer(&db, json!({ "name": name, "birthday": birthday }), &[]).await;
    let ann = born("Ann", "1980-03-08").await;
    born("Bob", "--03-08").await;
    born("Cid", "1992-02-29").await;
    born("Dan", "2001-12-31").await;
    named(&db, "Eve").await;
    for wrong in ["1991-02-29", "8 March", "03-08"] {
        let data: Customer = serde_json::from_value(json!({ "name": "x", "birthday": wrong })).expect("a customer");
        let refused = db.store.create_customer(&who(), NOW, data, &[]).await;
        assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "birthday"), "{wrong} {refused:?}");
    }
    let find = async |days, limit, cursor| {
        let filter = CustomerFilter { birthdays: Some(days), limit: Some(limit), cursor, ..CustomerFilter::default() };
        let page = db.store.find_customers(&Viewer::program(), NOW, &filter).await.expect("a page");
        (page.items.iter().map(|row| row.customer.name.clone()).collect::<Vec<_>>(), page.next)
    };
    assert_eq!(find((101, 1231), 10, None).await.0, ["Cid", "Ann", "Bob", "Dan"]);
    assert_eq!(find((308, 308), 10, None).await.0, ["Ann", "Bob"]);
    let (first, next) = find((229, 308), 2, None).await;
    let (second, end) = find((229, 308), 2, next).await;
    assert_eq!((first, second, end), (vec!["Cid".to_owned(), "Ann".to_owned()], vec!["Bob".to_owned()], None));

    // A reminder needs no date where the record has one, and goes with it.
    let card = db.store.card(ann.id).await.expect("a card").expect("Ann");
    assert_eq!(card.birthday.as_deref(), Some("1980-03-08"));
    let boss = user(&db, "boss", None).await;
    let reminder = json!({ "kind": "birthday", "title": "Ann", "customer_id": ann.id, "owner": format!("user:{boss}"), "zone": "UTC" });
    let reminder: Reminder = serde_json::from_value(reminder).expect("a reminder");
    let made = db.store.create_reminder(&who(), NOW, reminder.clone()).await.expect("a reminder");
    assert_eq!(made.date, "1980-03-08");
    let changed = db.store.update::<Customer>(&who(), NOW, ann.id, 1, &json!({ "birthday": "--05-01" })).await.expect("a change");
    let moved = db.store.get::<Reminder>(made.id).await.expect("the reminder");
    assert_eq!((moved.date.as_str(), moved.version), ("2000-05-01", 2));
    assert!(moved.next_at.is_some() && moved.next_at != made.next_at, "{moved:?}");
    // Cleared, it keeps the day it has; and of somebody without a birthday one must be given.
    db.store.update::<Customer>(&who(), NOW, ann.id, changed.version, &json!({ "birthday": null })).await.expect("a change");
    assert_eq!(db.store.get::<Reminder>(made.id).await.expect("the reminder").date, "2000-05-01");
    let refused = db.store.create_reminder(&who(), NOW, reminder).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "date"), "{refused:?}");
    assert!(find((501, 501), 10, None).await.0.is_empty());
}

async fn fields_defined_for_it_stand_on_the_card_for_who_may_read_them(db: TestStore) {
    let options = json!([{ "value": "plus", "labels": { "en": "Plus" } }, { "value": "basic" }]);
    define(&db, json!({ "key": "class", "type": "list", "sort": 2, "on_card": true, "labels": { "en": "Class" }, "options": options }))
        .await;
    define(&db, json!({ "key": "seats", "type": "number", "sort": 1, "on_card": true })).await;
    define(&db, json!({ "key": "margin", "type": "number", "sort": 3, "on_card": true, "visible_to": ["supervisor"] })).await;
    define(&db, json!({ "key": "memo", "type": "text" })).await;
    define(&db, json!({ "key": "empty", "type": "text", "on_card": true })).await;
    let row = json!({ "name": "Ann", "fields": { "class": "plus", "seats": 4, "margin": 30, "memo": "x" } });
    let ann = customer(&db, row, &[ContactInput::new(ContactKind::Phone, "+12125550123")]).await;
    let cards = db.store.who_is(NOW, &Number::E164("+12125550123".into())).await.expect("cards");
    assert_eq!(cards.len(), 1);
    let keys = |card: &crm_core::Card| card.fields.iter().map(|field| field.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&cards[0]), ["seats", "class", "margin"]);
    assert_eq!((cards[0].fields[1].value.clone(), cards[0].fields[1].chosen.len()), (json!("plus"), 1));
    let agent = viewer(user(&db, "amy", None).await, UserRole::Agent, None);
    let boss = viewer(user(&db, "boss", None).await, UserRole::Supervisor, None);
    assert_eq!(keys(&cards[0].clone().for_viewer(&agent)), ["seats", "class"]);
    assert_eq!(keys(&cards[0].clone().for_viewer(&boss)), ["seats", "class", "margin"]);
    assert_eq!(keys(&db.store.card(ann.id).await.expect("a card").expect("Ann")), ["seats", "class", "margin"]);
    // Rules and scripts read what everybody may read.
    let facts = crm_core::rules::Facts::of_card(&cards[0], NOW);
    assert!(facts.get("card.fields.seats").is_some() && facts.get("card.fields.margin").is_none());
    assert!(db.store.who_is(NOW, &Number::E164("+12125550199".into())).await.expect("nobody").is_empty(), "definitions are no hit");
    for n in 0..16 {
        define(&db, json!({ "key": format!("more_{n}"), "type": "text", "on_card": true })).await;
    }
    let more: CustomField = serde_json::from_value(json!({ "key": "one_more", "type": "text", "on_card": true })).expect("a field");
    let refused = db.store.insert(&who(), NOW, more).await;
    assert!(matches!(&refused, Err(StoreError::Clash { field: "on_card", .. })), "{refused:?}");
}

async fn those_never_contacted_are_paged_through_though_they_are_all_alike(db: TestStore) {
    let mut expected = Vec::new();
    for n in 0..7 {
        expected.push(customer(&db, json!({ "name": "Same", "tier": "gold", "external_id": format!("E{n}") }), &[]).await.id);
    }
    // Ids of one moment are in no order.
    expected.sort_unstable();
    for filter in [
        CustomerFilter { not_contacted_days: Some(30), ..CustomerFilter::default() },
        CustomerFilter { tier: Some("gold".into()), ..CustomerFilter::default() },
        CustomerFilter { search: Some("same".into()), ..CustomerFilter::default() },
    ] {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let filter = CustomerFilter { limit: Some(2), cursor, ..filter.clone() };
            let page = db.store.find_customers(&Viewer::program(), NOW, &filter).await.expect("a page");
            found.extend(page.items.iter().map(|row| row.customer.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{filter:?}");
    }
    let one = CustomerFilter { external_id: Some("E3".into()), ..CustomerFilter::default() };
    let page = db.store.find_customers(&Viewer::program(), NOW, &one).await.expect("a page");
    assert_eq!((page.items.len(), page.next), (1, None));
}
