//! Orders, contracts and products owned: pushed in, listed, and on the card.

use crm_core::model::*;
use crm_core::orders::{Amount, Upserted};
use crm_core::{ListQuery, StoreError, Who};
use cti_types::{CustomerId, Number, Utc};
use serde_json::{Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    a_push_repeated_changes_nothing_and_a_changed_one_changes,
    many_rows_are_pushed_at_once_and_the_wrong_ones_are_said,
    pushes_of_one_row_at_once_make_one_row,
    a_dry_push_writes_nothing,
    orders_are_listed_the_latest_first_page_by_page,
    the_card_has_orders_dues_contracts_and_warranty,
    amounts_due_and_entitlements_are_those_of_the_time,
    a_product_that_is_owned_stays,
);

fn who() -> Who {
    Who::system("test")
}

async fn customer(db: &TestStore, external: &str) -> CustomerId {
    let data: Customer = serde_json::from_value(json!({ "name": "Ann", "external_id": external })).expect("a customer");
    let phone = ContactInput { preferred: true, ..ContactInput::new(ContactKind::Phone, "+14155552671") };
    db.store.create_customer(&who(), NOW, data, &[phone]).await.expect("a customer").0.id
}

fn order(number: usize, at: i64, more: &Value) -> Value {
    let mut order = json!({ "customer_external_id": "K1", "external_id": format!("O{number}"), "number": format!("{number}"),
        "placed_at": at, "currency": "EUR", "total_minor": 100 });
    for (name, value) in more.as_object().expect("an object") {
        order[name] = value.clone();
    }
    order
}

async fn all_orders(db: &TestStore) -> Vec<Stored<Order>> {
    db.store.list_of_customers::<Order>(&ListQuery { limit: Some(500), ..ListQuery::default() }).await.expect("orders").items
}

async fn a_push_repeated_changes_nothing_and_a_changed_one_changes(db: TestStore) {
    let ann = customer(&db, "K1").await;
    let push = async |fields: Value| db.store.upsert::<Order>(&who(), NOW, "O1", &fields).await;
    let (first, how) = push(order(1, 7, &json!({ "due_minor": 5 }))).await.expect("a push");
    assert_eq!((how, first.version, first.customer_id), (Upserted::Created, 1, ann));
    let (again, how) = push(order(1, 7, &json!({ "due_minor": 5 }))).await.expect("a push");
    assert_eq!((how, &again), (Upserted::Unchanged, &first));
    let (changed, how) = push(order(1, 7, &json!({}))).await.expect("a push");
    assert_eq!((how, changed.version, changed.due_minor), (Upserted::Changed, 2, 0));
    assert_eq!(db.store.get::<Order>(first.id).await.expect("the order"), changed);
    match push(order(1, 7, &json!({ "customer_external_id": "K2" }))).await {
        Err(StoreError::Invalid { errors, .. }) => assert_eq!(errors[0].field, "customer_external_id"),
        other => panic!("{other:?}"),
    }
    let audit = ListQuery { equals: vec![("resource".into(), "order".into())], ..ListQuery::default() };
    assert_eq!(db.store.audit(&audit).await.expect("the audit").items.len(), 2, "what changed nothing is not in the audit");
}

async fn many_rows_are_pushed_at_once_and_the_wrong_ones_are_said(db: TestStore) {
    customer(&db, "K1").await;
    let rows = vec![
        order(1, 1, &json!({})),
        order(2, 2, &json!({ "currency": "euro" })),
        order(3, 3, &json!({ "customer_external_id": "K9" })),
        order(4, 4, &json!({ "colour": "red" })),
        json!("no object"),
        order(1, 9, &json!({})),
        order(5, 5, &json!({ "external_id": null })),
    ];
    let outcomes = db.store.push::<Order>(&who(), NOW, rows, false).await.expect("a push");
    let said: Vec<String> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Ok(how) => format!("{how:?}"),
            Err(errors) => errors[0].field.clone(),
        })
        .collect();
    assert_eq!(said, ["Created", "currency", "customer_external_id", "colour", "", "Changed", "Created"]);
    assert_eq!(all_orders(&db).await.len(), 2);
    let many = (0..1_001).map(|n| order(n, 1, &json!({}))).collect();
    assert!(matches!(db.store.push::<Order>(&who(), NOW, many, false).await, Err(StoreError::Invalid { .. })));
}

async fn pushes_of_one_row_at_once_make_one_row(db: TestStore) {
    customer(&db, "K1").await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let store = db.store.clone();
        tasks.spawn(async move {
            let fields = order(1, n, &json!({}));
            store.upsert::<Order>(&who(), NOW, "O1", &fields).await.map(drop)
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("a push").expect("a push");
    }
    assert_eq!(all_orders(&db).await.len(), 1);
}

async fn a_dry_push_writes_nothing(db: TestStore) {
    customer(&db, "K1").await;
    let outcomes = db.store.push::<Order>(&who(), NOW, vec![order(1, 1, &json!({}))], true).await.expect("a push");
    assert_eq!(outcomes, [Ok(Upserted::Created)]);
    assert!(all_orders(&db).await.is_empty());
}

async fn orders_are_listed_the_latest_first_page_by_page(db: TestStore) {
    let ann = customer(&db, "K1").await;
    // Two are of the same moment.
    let rows = [5, 3, 3, 9, 1].into_iter().enumerate().map(|(n, at)| order(n, at, &json!({}))).collect();
    db.store.push::<Order>(&who(), NOW, rows, false).await.expect("a push");
    let (mut times, mut cursor) = (Vec::new(), None);
    loop {
        let equals = vec![("customer_id".to_owned(), ann.to_string())];
        let query = ListQuery { limit: Some(2), cursor, equals, ..ListQuery::default() };
        let page = db.store.list_of_customers::<Order>(&query).await.expect("a page");
        times.extend(page.items.iter().map(|order| order.placed_at.0));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(times, [9, 5, 3, 3, 1]);
    for (field, value) in [("state", "open"), ("currency", "EUR")] {
        let query = ListQuery { equals: vec![(field.into(), value.into())], ..ListQuery::default() };
        assert!(matches!(db.store.list_of_customers::<Order>(&query).await, Err(StoreError::Invalid { .. })), "{field} has no index");
    }
}

async fn the_card_has_orders_dues_contracts_and_warranty(db: TestStore) {
    let ann = customer(&db, "K1").await;
    customer(&db, "K2").await;
    let state = |n: usize| if n == 0 || n == 6 { "processing" } else { "delivered" };
    let rows = (0..8)
        .map(|n| {
            let currency = if n % 2 == 0 { "EUR" } else { "CNY" };
            order(n, n as i64, &json!({ "state": state(n), "due_minor": n, "currency": currency, "due_at": 77, "tracking": "T" }))
        })
        .collect();
    db.store.push::<Order>(&who(), NOW, rows, false).await.expect("orders");
    for (number, contract_state, ends) in
        [("C1", "active", Some(900)), ("C2", "ended", Some(50)), ("C3", "active", None), ("C4", "active", Some(800))]
    {
        let contract = json!({ "customer_id": ann, "number": number, "kind": "support", "state": contract_state, "starts_at": 1, "ends_at": ends,
            "entitlements": [{ "key": "visits" }] });
        db.store.insert::<Contract>(&who(), NOW, serde_json::from_value(contract).expect("a contract")).await.expect("a contract");
    }
    for until in [Some(500), None, Some(700), Some(600)] {
        let owned = json!({ "customer_id": ann, "name": "Lamp", "bought_at": 1, "warranty_until": until });
        db.store.insert::<ProductOwned>(&who(), NOW, serde_json::from_value(owned).expect("a thing")).await.expect("a thing");
    }
    let card = db.store.card(ann).await.expect("a look-up").expect("a card");
    let numbers: Vec<&str> = card.orders.iter().map(|order| order.number.as_str()).collect();
    assert_eq!(numbers, ["7", "6", "5", "4", "3", "0"], "the last five, and the open one before them");
    let last = &card.orders[0];
    assert_eq!((last.total_minor, last.due_minor, last.due_at, last.tracking.as_deref()), (100, 7, Some(Utc(77)), Some("T")));
    let amount = |currency: &str, minor| Amount { currency: currency.into(), minor };
    assert_eq!(card.due, [amount("CNY", 1 + 3 + 5 + 7), amount("EUR", 2 + 4 + 6)]);
    assert_eq!(card.contracts.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), ["C4", "C1", "C3"]);
    assert_eq!((card.contracts[0].entitlements.len(), card.warranty_until), (1, Some(Utc(700))));
    let cards = db.store.who_is(NOW, &Number::E164("+14155552671".into())).await.expect("a look-up");
    let of_ann = cards.iter().find(|card| card.customer == ann).expect("Ann");
    assert_eq!((cards.len(), &of_ann.orders, &of_ann.due, &of_ann.contracts), (2, &card.orders, &card.due, &card.contracts));
    let other = cards.iter().find(|card| card.customer != ann).expect("the other");
    assert_eq!((other.orders.len(), other.due.len(), other.warranty_until), (0, 0, None));
}

async fn amounts_due_and_entitlements_are_those_of_the_time(db: TestStore) {
    let ann = customer(&db, "K1").await;
    let rows = vec![order(1, 1, &json!({ "due_minor": 40 })), order(2, 2, &json!({ "due_minor": 2 })), order(3, 3, &json!({}))];
    db.store.push::<Order>(&who(), NOW, rows, false).await.expect("orders");
    assert_eq!(db.store.amounts_due(ann).await.expect("amounts"), [Amount { currency: "EUR".into(), minor: 42 }]);
    let contract = json!({ "customer_id": ann, "number": "C1", "kind": "support", "starts_at": 100, "ends_at": 200,
        "entitlements": [{ "key": "visits", "quantity": 3, "used": 5 }, { "key": "hotline" }] });
    db.store.insert::<Contract>(&who(), NOW, serde_json::from_value(contract).expect("a contract")).await.expect("a contract");
    for (at, left) in [(99, vec![]), (100, vec![Some(0), None]), (199, vec![Some(0), None]), (200, vec![])] {
        let entitled = db.store.entitlements(ann, Utc(at)).await.expect("entitlements");
        assert_eq!(entitled.iter().map(|one| one.left).collect::<Vec<_>>(), left, "{at}");
    }
}

async fn a_product_that_is_owned_stays(db: TestStore) {
    let ann = customer(&db, "K1").await;
    let product: Product = serde_json::from_value(json!({ "sku": "L-1", "name": "Lamp", "warranty_months": 12 })).expect("a product");
    let product = db.store.insert(&who(), NOW, product).await.expect("a product");
    let owned = json!({ "customer_id": ann, "product_id": product.id, "name": "Lamp", "bought_at": 0 });
    let owned =
        db.store.insert_pushed::<ProductOwned>(&who(), NOW, serde_json::from_value(owned).expect("a thing")).await.expect("a thing");
    assert_eq!(owned.warranty_until, Some(Utc(31_536_000_000_000)), "1970 had 365 days");
    let refused = db.store.delete::<Product>(&who(), NOW, product.id, 1).await;
    assert!(matches!(refused, Err(StoreError::InUse { .. })), "{refused:?}");
    db.store.delete::<ProductOwned>(&who(), NOW, owned.id, 1).await.expect("the thing");
    db.store.delete::<Product>(&who(), NOW, product.id, 1).await.expect("the product");
}
