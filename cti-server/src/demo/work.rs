//! What the demo's customers ordered, hold and own, and what is to be done for them. Plain data, written once.

use super::seed::Seeded;
use anyhow::Context;
use crm_core::model::{Callback, Contract, Note, Order, Owner, Product, ProductOwned, Reminder, Task};
use crm_core::{ListQuery, Store, Who};
use cti_types::{CustomerId, Utc};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// An order: whose (place in the samples), number, state, days ago, currency, total, due, delivery, days until it comes, what.
type OrderRow = (usize, &'static str, &'static str, i64, &'static str, i64, i64, &'static str, i64, &'static str);
const ORDERS: [OrderRow; 12] = [
    (0, "SO-10421", "shipped", 4, "GBP", 7_800, 0, "on_the_way", 2, "Desk lamp, black"),
    (0, "SO-10188", "delivered", 60, "GBP", 24_900, 0, "delivered", -55, "Office chair"),
    (3, "SO-10433", "processing", 2, "USD", 19_900, 19_900, "preparing", 5, "Printer"),
    (4, "SO-10390", "delivered", 20, "USD", 4_500, 4_500, "delivered", -15, "Toner"),
    (6, "SO-10440", "shipped", 3, "EUR", 49_900, 0, "on_the_way", 3, "Standing desk"),
    (8, "SO-10405", "delivered", 12, "CNY", 39_900, 0, "delivered", -9, "机械键盘"),
    (10, "SO-10441", "processing", 1, "CNY", 279_800, 139_900, "preparing", 6, "显示器 27 寸"),
    (13, "SO-10377", "returned", 30, "USD", 12_900, 0, "delivered", -26, "Headset"),
    (16, "SO-10436", "shipped", 5, "USD", 21_500, 0, "pick_up", 0, "Office chair"),
    (18, "SO-10442", "open", 1, "GBP", 996_000, 996_000, "none", 14, "Forty chairs"),
    (19, "SO-10398", "delivered", 16, "USD", 86_400, 43_200, "delivered", -12, "Lobby furniture"),
    (22, "SO-10444", "processing", 2, "CNY", 1_250_000, 0, "preparing", 9, "会议室设备"),
];

/// A thing owned: whose, sku, serial, days ago.
const OWNED: [(usize, &str, &str, i64); 7] = [
    (0, "CH-100", "CH100-7731", 60),
    (0, "LA-20", "LA20-0042", 900),
    (3, "PR-7", "PR7-5520", 400),
    (8, "KB-1", "KB1-8841", 12),
    (13, "HS-5", "HS5-1203", 800),
    (19, "CH-100", "CH100-9001", 16),
    (24, "SC-3", "SC3-0007", 700),
];
/// The catalogue: sku, name, months of warranty.
const CATALOGUE: [(&str, &str, u16); 6] = [
    ("CH-100", "Office chair", 36),
    ("LA-20", "Desk lamp", 24),
    ("PR-7", "Printer", 12),
    ("KB-1", "Keyboard", 24),
    ("HS-5", "Headset", 24),
    ("SC-3", "Scale", 24),
];

/// Writes all of it into a store that does not have it yet.
///
/// # Errors
/// When the store is away or refuses a row.
pub(super) async fn fill(store: &Store, now: Utc, seeded: &Seeded) -> anyhow::Result<()> {
    let query = ListQuery { equals: vec![("external_id".into(), "demo-order-01".into())], ..ListQuery::default() };
    if !store.list_of_customers::<Order>(&query).await?.items.is_empty() {
        return Ok(());
    }
    let who = Who::system("demo");
    let customer = |at: usize| seeded.customers.get(at).copied().context("the samples hold fewer customers");
    for (sku, name, months) in CATALOGUE {
        let product = json!({ "sku": sku, "name": name, "warranty_months": months });
        store.upsert::<Product>(&who, now, &format!("demo-{sku}"), &product).await?;
    }
    for (n, (at, sku, serial, days)) in OWNED.into_iter().enumerate() {
        let name = CATALOGUE.iter().find(|one| one.0 == sku).map_or(sku, |one| one.1);
        let owned = json!({ "customer_id": customer(at)?, "product_sku": sku, "name": name, "serial": serial, "registered": true,
            "bought_at": now.0 - days * DAY });
        store.upsert::<ProductOwned>(&who, now, &format!("demo-owned-{:02}", n + 1), &owned).await?;
    }
    for contract in contracts(now, customer(18)?, customer(19)?, customer(22)?) {
        let id = contract["number"].as_str().unwrap_or_default().to_lowercase();
        store.upsert::<Contract>(&who, now, &format!("demo-{id}"), &contract).await?;
    }
    to_do(store, &who, now, seeded).await?;
    for (n, (at, number, state, days, currency, total, due, delivery, comes, what)) in ORDERS.into_iter().enumerate().rev() {
        let order = json!({ "customer_id": customer(at)?, "number": number, "state": state, "placed_at": now.0 - days * DAY,
            "currency": currency, "total_minor": total, "due_minor": due, "due_at": if due > 0 { json!(now.0 + 7 * DAY) } else { Value::Null },
            "delivery": delivery, "delivery_at": now.0 + comes * DAY, "lines": [{ "name": what, "total_minor": total }] });
        // The first of them last: it says that all are there.
        store.upsert::<Order>(&who, now, &format!("demo-order-{:02}", n + 1), &order).await?;
    }
    Ok(())
}

fn contracts(now: Utc, northwind: CustomerId, hotels: CustomerId, yuanjing: CustomerId) -> [Value; 3] {
    let contract = |customer: CustomerId, number: &str, kind: &str, ends: i64, entitlements: Value| {
        json!({ "customer_id": customer, "number": number, "kind": kind, "starts_at": now.0 - 300 * DAY, "ends_at": now.0 + ends * DAY,
            "remind_at": now.0 + (ends - 30).max(0) * DAY, "auto_renewal": true, "renewal_months": 12, "entitlements": entitlements })
    };
    [
        contract(northwind, "FC-2201", "frame", 39, json!([{ "key": "discount", "name": "Frame discount of 8 %" }])),
        contract(
            hotels,
            "SV-3310",
            "support",
            120,
            json!([{ "key": "on-site", "name": "Visits on site", "quantity": 6, "used": 4 }, { "key": "hotline", "name": "Hotline around the clock" }]),
        ),
        contract(yuanjing, "SV-3355", "support", 200, json!([{ "key": "on-site", "name": "上门服务", "quantity": 12, "used": 1 }])),
    ]
}

/// Tasks, callbacks, a birthday and a note.
async fn to_do(store: &Store, who: &Who, now: Utc, seeded: &Seeded) -> anyhow::Result<()> {
    let user = |login: &str| seeded.users.get(login).copied().map(Owner::User).context("a colleague is missing");
    let (sales, support) = (Owner::Queue(seeded.sales), Owner::Queue(seeded.support));
    let customer = |at: usize| seeded.customers.get(at);
    let tasks = [
        (user("alice")?, "Send the offer for forty chairs again", 2, 4, customer(18)),
        (user("you")?, "Ask for photographs of the printer", 1, 20, customer(3)),
        (user("you")?, "Read the new return policy", 0, 72, None),
        (sales, "Call back about the class set", 1, 30, customer(21)),
        (support, "Correct the address on the invoice", 0, -2, customer(4)),
    ];
    for (owner, title, priority, hours, customer) in tasks {
        let task = json!({ "title": title, "owner": owner, "priority": priority, "due_at": now.0 + hours * HOUR, "customer_id": customer });
        store.create_task(who, now, serde_json::from_value::<Task>(task)?).await?;
    }
    let callbacks = [
        (sales, 21, "+12025550122", "Offer for a class set", "America/New_York", 2),
        (support, 12, "+861055550105", "答应的回电", "Asia/Shanghai", 20),
        (user("you")?, 1, "+442079460012", "Delivery date", "Europe/London", 0),
    ];
    for (owner, at, number, reason, zone, hours) in callbacks {
        let from = now.0 + hours * HOUR;
        let callback = json!({ "customer_id": customer(at), "number": number, "reason": reason, "from_at": from,
            "until_at": from + 2 * HOUR, "zone": zone, "owner": owner });
        store.create_callback(who, now, serde_json::from_value::<Callback>(callback)?).await?;
    }
    let birthday = json!({ "kind": "birthday", "title": "王芳", "owner": user("mei")?, "customer_id": customer(8), "date": "1986-03-08",
        "zone": "Asia/Shanghai" });
    store.create_reminder(who, now, serde_json::from_value::<Reminder>(birthday)?).await?;
    let text = "@alice they compare with a second offer; @supervisor knows how far we can go.";
    let note = json!({ "subject": "customer", "subject_id": customer(18), "text": text });
    store.create_note(who, now, serde_json::from_value::<Note>(note)?).await?;
    Ok(())
}
