//! Two tickets become one and two again.

use crm_core::model::*;
use crm_core::tickets::CustomersOf;
use crm_core::{StoreError, Who};
use cti_types::{CustomerId, UserId, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use storage::{NOW, TestStore, on_both};

on_both!(
    a_merge_that_is_undone_leaves_everything_as_it_was,
    what_two_merges_brought_goes_with_the_second,
    a_merge_closes_no_circle,
    two_who_move_tickets_at_once_close_no_circle,
    a_merge_is_undone_from_the_outside_in,
);

const SECOND: i64 = 1_000_000;

fn who() -> Who {
    Who::system("test")
}

fn later(us: i64) -> Utc {
    Utc(NOW.0 + us)
}

async fn user(db: &TestStore, login: &str) -> UserId {
    let user: User = serde_json::from_value(json!({ "login": login, "name": login, "roles": ["agent"] })).expect("a user");
    db.store.insert(&who(), NOW, user).await.expect("a user").id
}

async fn customer(db: &TestStore, name: &str) -> CustomerId {
    let data: Customer = serde_json::from_value(json!({ "name": name })).expect("a customer");
    db.store.create_customer(&who(), NOW, data, &[]).await.expect("a customer").0.id
}

async fn kind(db: &TestStore) -> TicketTypeId {
    let kind: TicketType = serde_json::from_value(json!({ "name": "Request" })).expect("a type");
    db.store.insert(&who(), NOW, kind).await.expect("a type").id
}

async fn ticket(db: &TestStore, kind: TicketTypeId, fields: Value) -> TicketId {
    let mut row = json!({ "type_id": kind, "title": "Lamp" });
    row.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    db.store.create_ticket(&who(), NOW, &row).await.expect("a ticket").id
}

async fn merge(db: &TestStore, at: i64, id: TicketId, into: TicketId) -> TicketRow {
    let version = db.store.ticket(id).await.expect("a ticket").version;
    db.store.merge_ticket(&who(), later(at), id, version, into).await.expect("a merge")
}

async fn unmerge(db: &TestStore, at: i64, id: TicketId) -> Result<TicketRow, StoreError> {
    let version = db.store.ticket(id).await.expect("a ticket").version;
    db.store.unmerge_ticket(&who(), later(at), id, version).await
}

/// All of a ticket but for what grows with each write.
async fn stands(db: &TestStore, id: TicketId) -> Value {
    let detail = db.store.ticket_detail(id).await.expect("a ticket");
    let mut value = serde_json::to_value(&detail).expect("JSON");
    let fields = value.as_object_mut().expect("an object");
    for grown in ["version", "updated_at", "status_at"] {
        fields.remove(grown);
    }
    for list in ["watchers", "children", "interactions"] {
        let mut items: Vec<String> = serde_json::from_value(fields.get(list).expect("a list").clone()).expect("ids");
        items.sort();
        fields.insert(list.to_owned(), json!(items));
    }
    value
}

async fn parent(db: &TestStore, id: TicketId) -> Option<TicketId> {
    db.store.ticket(id).await.expect("a ticket").data.parent_id
}

async fn a_merge_that_is_undone_leaves_everything_as_it_was(db: TestStore) {
    let (ann, bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let (gold, silver) = (customer(&db, "Gold").await, customer(&db, "Silver").await);
    let kind = kind(&db).await;
    let first = ticket(&db, kind, json!({ "customer_id": gold, "tags": ["a", "both"] })).await;
    let second = ticket(&db, kind, json!({ "tags": ["b", "both"], "parent_id": first })).await;
    let child = ticket(&db, kind, json!({ "parent_id": first })).await;
    for (ticket, user) in [(first, ann), (first, bob), (second, bob)] {
        db.store.watch_ticket(&who(), NOW, ticket, user).await.expect("watched");
    }
    let of = CustomersOf { customers: vec![gold, silver], main: Some(gold) };
    db.store.set_ticket_customers(&who(), NOW, first, 1, &of).await.expect("customers");
    let all = [first, second, child];
    let mut before = Vec::new();
    for id in all {
        before.push(stands(&db, id).await);
    }
    for round in 0..3 {
        merge(&db, round * 4 * SECOND, first, second).await;
        let plan = db.store.ticket_merge(first).await.expect("a plan");
        assert_eq!((plan.into, &plan.children, &plan.blocked), (second, &vec![child], &None));
        assert_eq!(plan.watchers.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from([ann, bob]));
        assert_eq!((plan.tags, plan.customers.len()), (vec!["a".to_owned()], 2));
        let moved = stands(&db, second).await;
        assert_eq!((&moved["customer_id"], &moved["parent_id"]), (&json!(gold), &Value::Null));
        let back = unmerge(&db, (round * 4 + 2) * SECOND, first).await.expect("undone");
        assert_eq!((back.state.status, back.state.merged_into), (TicketStatus::New, None));
        for (id, before) in all.into_iter().zip(&before) {
            assert_eq!(&stands(&db, id).await, before, "round {round}");
        }
    }
    let history = db.store.ticket_history(first).await.expect("a history").statuses;
    assert_eq!(history.iter().map(|one| one.status).collect::<Vec<_>>()[..3], [TicketStatus::New, TicketStatus::Closed, TicketStatus::New]);
    let again = unmerge(&db, 0, first).await;
    assert!(matches!(again, Err(StoreError::Refused { .. })), "{again:?}");
    // Each child says by whom it was moved, there and back.
    let moves = format!("SELECT after_json FROM audit WHERE resource = 'ticket' AND action = 'update' AND resource_id = '{child}'");
    assert_eq!(db.texts(&moves).await.len(), 6);
}

async fn what_two_merges_brought_goes_with_the_second(db: TestStore) {
    let (ann, bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let kind = kind(&db).await;
    let survivor = ticket(&db, kind, json!({})).await;
    let first = ticket(&db, kind, json!({ "tags": ["one", "both"] })).await;
    let second = ticket(&db, kind, json!({ "tags": ["both"] })).await;
    for (ticket, user) in [(first, ann), (first, bob), (second, bob)] {
        db.store.watch_ticket(&who(), NOW, ticket, user).await.expect("watched");
    }
    merge(&db, 0, first, survivor).await;
    merge(&db, SECOND, second, survivor).await;
    unmerge(&db, 2 * SECOND, first).await.expect("undone");
    let left = db.store.ticket_detail(survivor).await.expect("the survivor");
    assert_eq!((left.watchers, left.ticket.data.tags), (vec![bob], BTreeSet::from(["both".to_owned()])));
    unmerge(&db, 3 * SECOND, second).await.expect("undone");
    let left = db.store.ticket_detail(survivor).await.expect("the survivor");
    assert_eq!((left.watchers, left.ticket.data.tags), (Vec::new(), BTreeSet::new()));
    let back = db.store.ticket_detail(first).await.expect("the first");
    assert_eq!(back.watchers.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([ann, bob]));
}

async fn a_merge_closes_no_circle(db: TestStore) {
    let kind = kind(&db).await;
    let top = ticket(&db, kind, json!({})).await;
    let merged = ticket(&db, kind, json!({ "parent_id": top })).await;
    let between = ticket(&db, kind, json!({ "parent_id": merged })).await;
    let survivor = ticket(&db, kind, json!({ "parent_id": between })).await;
    let other = ticket(&db, kind, json!({ "parent_id": merged })).await;
    merge(&db, 0, merged, survivor).await;
    // Who stood between now stands where the merged one did; the others go to the survivor.
    assert_eq!(parent(&db, between).await, Some(top));
    assert_eq!((parent(&db, survivor).await, parent(&db, other).await), (Some(between), Some(survivor)));
    unmerge(&db, SECOND, merged).await.expect("undone");
    assert_eq!((parent(&db, between).await, parent(&db, other).await), (Some(merged), Some(merged)));
    // What would stand too deep is refused.
    let mut deep = survivor;
    for _ in 0..2 {
        deep = ticket(&db, kind, json!({ "parent_id": deep })).await;
    }
    let tall = ticket(&db, kind, json!({})).await;
    ticket(&db, kind, json!({ "parent_id": tall })).await;
    let refused = db.store.merge_ticket(&who(), NOW, tall, 1, deep).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "into"), "{refused:?}");
}

async fn two_who_move_tickets_at_once_close_no_circle(db: TestStore) {
    let kind = kind(&db).await;
    for _ in 0..10 {
        let (a, b) = (ticket(&db, kind, json!({})).await, ticket(&db, kind, json!({})).await);
        let (by, below_b, below_a) = (who(), json!({ "parent_id": b }), json!({ "parent_id": a }));
        let (one, other) =
            tokio::join!(db.store.update_ticket(&by, NOW, a, 1, &below_b), db.store.update_ticket(&by, NOW, b, 1, &below_a),);
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    }
}

async fn a_merge_is_undone_from_the_outside_in(db: TestStore) {
    let kind = kind(&db).await;
    let (first, second, third) =
        (ticket(&db, kind, json!({})).await, ticket(&db, kind, json!({})).await, ticket(&db, kind, json!({})).await);
    merge(&db, 0, first, second).await;
    merge(&db, SECOND, second, third).await;
    let early = unmerge(&db, 2 * SECOND, first).await;
    assert!(matches!(early, Err(StoreError::Refused { .. })), "{early:?}");
    assert!(db.store.ticket_merge(first).await.expect("a plan").blocked.is_some());
    unmerge(&db, 3 * SECOND, second).await.expect("undone");
    unmerge(&db, 4 * SECOND, first).await.expect("undone");
    for id in [first, second, third] {
        assert_eq!(db.store.ticket(id).await.expect("a ticket").state.status, TicketStatus::New);
    }
}
