//! What the demo's customers have beyond name and number: fields of the house's own, formulas, relations, consent, who looks after whom. Safe
//! to repeat, like `seed`.

use super::samples::CUSTOMERS;
use super::seed::{Seeded, VIA};
use anyhow::Context;
use crm_core::model::{
    ConsentState, ContactChannel, ContactInput, CustomField, Customer, Formula, NewConsent, NewRelation, RelationWord, Resource, Stored,
};
use crm_core::{ListQuery, Store, Viewer, Who};
use cti_types::{CustomerId, TeamId, Utc};
use serde_json::{Value, json};

/// Fields of the house's own: a list, a list that depends on it, a date, a number with restricted rights.
fn custom_fields() -> Value {
    json!([
        {
            "key": "contract_class", "type": "list", "sort": 1, "on_card": true, "labels": { "en": "Contract class", "zh": "合同类别" },
            "options": [
                { "value": "standard", "labels": { "en": "Standard", "zh": "标准" } },
                { "value": "plus", "labels": { "en": "Plus", "zh": "增强" } },
                { "value": "premium", "labels": { "en": "Premium", "zh": "尊享" } },
            ],
        },
        {
            "key": "service_window", "type": "list", "sort": 2, "depends_on": "contract_class",
            "labels": { "en": "Service window", "zh": "服务时间" },
            "options": [
                { "value": "office_hours", "labels": { "en": "Office hours", "zh": "工作时间" } },
                { "value": "extended", "labels": { "en": "8 to 22", "zh": "8点至22点" }, "when": ["plus", "premium"] },
                { "value": "always", "labels": { "en": "Day and night", "zh": "全天" }, "when": ["premium"] },
            ],
        },
        { "key": "contract_until", "type": "date", "sort": 3, "on_card": true, "labels": { "en": "Contract until", "zh": "合同到期" } },
        {
            "key": "discount_percent", "type": "number", "sort": 4, "labels": { "en": "Discount, %", "zh": "折扣 %" },
            "editable_by": ["supervisor", "admin"],
        },
        {
            "key": "interests", "type": "multi_list", "sort": 5, "labels": { "en": "Interests", "zh": "兴趣" },
            "options": [
                { "value": "chairs", "labels": { "en": "Chairs", "zh": "椅子" } },
                { "value": "desks", "labels": { "en": "Desks", "zh": "桌子" } },
                { "value": "lamps", "labels": { "en": "Lamps", "zh": "灯具" } },
            ],
        },
    ])
}

/// Formulas with their first version.
fn formulas() -> [(Value, &'static str); 2] {
    [
        (
            json!({
                "name": "lifetime_value", "labels": { "en": "Lifetime value", "zh": "客户终身价值" }, "unit": "GBP", "currency": "GBP",
                "sort": 1, "on_card": true,
            }),
            "max(0, orders_total - 3 * contacts_365d)",
        ),
        (
            json!({
                "name": "churn", "labels": { "en": "Churn signal", "zh": "流失信号" }, "unit": "points", "sort": 2, "on_card": true,
            }),
            "min(100, if(coalesce(last_contact_days, customer_age_days) > 180, 40, 0) + 20 * complaints_365d \
             + if(orders_count > 0 and last_order_days > 365, 30, 0) + 5 * open_items + 2 * contacts_30d)",
        ),
    ]
}

/// Changes to customers, by their name: what is set once.
fn changes(team: TeamId, seeded: &Seeded) -> Vec<(&'static str, Value)> {
    let user = |login: &str| seeded.users.get(login);
    vec![
        (
            "Emma Thompson",
            json!({ "fields": { "contract_class": "plus", "service_window": "extended", "interests": ["lamps", "desks"] },
                "owner_id": user("alice"), "team_id": team, "languages": ["fr"] }),
        ),
        (
            "Northwind Traders",
            json!({ "fields": { "contract_class": "premium", "service_window": "always", "contract_until": "2026-12-31",
                "discount_percent": 12.5 }, "owner_id": user("alice"), "team_id": team }),
        ),
        ("Sophie Dubois", json!({ "languages": ["fr"], "fields": { "interests": ["desks"] } })),
        (
            "王芳",
            json!({ "languages": ["en"], "birthday": "1986-03-08", "owner_id": user("mei"), "fields": { "contract_class": "standard" } }),
        ),
        // Seen by the team, and by nobody but their owner.
        ("Maple Street Clinic", json!({ "visibility": "team", "team_id": team })),
        ("刘洋", json!({ "visibility": "owner", "owner_id": user("mei") })),
    ]
}

const RELATIONS: [(&str, RelationWord, &str, &str); 4] = [
    ("Isabel Romero", RelationWord::WorksFor, "Northwind Traders", "buyer"),
    ("Hannah Lee", RelationWord::Household, "Peter Lee", ""),
    ("上海晨光贸易有限公司", RelationWord::ParentCompany, "北京远景科技有限公司", ""),
    ("Blue Harbor Hotels", RelationWord::UpstreamSupplier, "Old Mill Bakery", "bread and pastries"),
];

const CONSENTS: [(&str, ContactChannel, ConsentState, &str); 4] = [
    ("Emma Thompson", ContactChannel::Email, ConsentState::Granted, "web form"),
    ("Noah Williams", ContactChannel::Voice, ConsentState::Denied, "call"),
    ("王芳", ContactChannel::Sms, ConsentState::Granted, "call"),
    ("Liam O'Brien", ContactChannel::Email, ConsentState::Denied, "unsubscribed"),
];

const ADDRESSES: [(&str, [&str; 4]); 3] = [
    ("Emma Thompson", ["14 Lantern Row", "London", "SE99 1XX", "GB"]),
    ("Northwind Traders", ["2 Harbour Parade", "Bristol", "BS99 2XX", "GB"]),
    ("王芳", ["示例路88号", "北京", "100000", "CN"]),
];

/// Fills it in.
///
/// # Errors
/// When the store is away or refuses a row.
pub(super) async fn fill(store: &Store, now: Utc, team: TeamId, seeded: &Seeded) -> anyhow::Result<()> {
    let (who, viewer) = (Who::system(VIA), Viewer::program());
    let customer = |name: &str| -> anyhow::Result<CustomerId> {
        let at = CUSTOMERS.iter().position(|sample| sample.name == name);
        at.and_then(|at| seeded.customers.get(at)).copied().with_context(|| format!("the demo has no customer {name}"))
    };
    for field in serde_json::from_value::<Vec<CustomField>>(custom_fields())? {
        if find::<CustomField>(store, "key", &field.key).await?.is_none() {
            store.insert(&who, now, field).await.context("cannot make a custom field")?;
        }
    }
    for (row, source) in formulas() {
        let formula: Formula = serde_json::from_value(row)?;
        if find::<Formula>(store, "name", &formula.name).await?.is_none() {
            let made = store.insert(&who, now, formula).await.context("cannot make a formula")?;
            let version = store.add_formula_version(&who, now, made.id, source.to_owned()).await.context("a sample formula is wrong")?;
            store.publish_formula_version(&who, now, made.id, version.number).await?;
        }
    }
    for (name, patch) in changes(team, seeded) {
        let stored = store.get::<Customer>(customer(name)?).await?;
        // What somebody changed since stays as they left it.
        if stored.version == 1 {
            store.update::<Customer>(&who, now, stored.id, 1, &patch).await.with_context(|| format!("cannot change {name}"))?;
        }
    }
    for (from, relation, to, note) in RELATIONS {
        let (from, to) = (customer(from)?, customer(to)?);
        if store.relations(&viewer, from, &ListQuery::default()).await?.items.is_empty() {
            let new = NewRelation { relation, customer_id: to, note: note.to_owned() };
            store.add_relation(&viewer, &who, now, from, &new).await.context("cannot relate customers")?;
        }
    }
    for (name, channel, state, source) in CONSENTS {
        let id = customer(name)?;
        if store.may_contact(id, channel, now).await?.consent.is_none() {
            let source = source.to_owned();
            let new = NewConsent { channels: vec![channel], state, basis: "consent".into(), source, at: None, until: None };
            store.record_consent(&viewer, &who, now, id, &new).await.context("cannot record a consent")?;
        }
    }
    for (name, [street, city, postal_code, country]) in ADDRESSES {
        let id = customer(name)?;
        let contacts = store.contacts(id).await?;
        if contacts.len() == 1 {
            let mut all: Vec<ContactInput> = contacts.into_iter().map(as_input).collect();
            all.push(serde_json::from_value(json!({
                "kind": "address", "label": "home",
                "address": { "street": street, "city": city, "postal_code": postal_code, "country": country },
            }))?);
            let version = store.get::<Customer>(id).await?.version;
            store.set_contacts(&who, now, id, version, &all).await.context("cannot add an address")?;
        }
    }
    Ok(())
}

fn as_input(contact: crm_core::model::Contact) -> ContactInput {
    ContactInput {
        label: contact.label,
        preferred: contact.preferred,
        valid: contact.valid,
        valid_from: contact.valid_from,
        valid_until: contact.valid_until,
        address: contact.address,
        ..ContactInput::new(contact.kind, contact.raw)
    }
}

async fn find<R: Resource>(store: &Store, field: &str, value: &str) -> anyhow::Result<Option<Stored<R>>> {
    let query = ListQuery { limit: Some(1), equals: vec![(field.to_owned(), value.to_owned())], ..ListQuery::default() };
    Ok(store.list::<R>(&query).await?.items.into_iter().next())
}

/// What the formulas give for everybody, so that the first card shows it.
///
/// # Errors
/// When the store is away.
pub(super) async fn compute(store: &Store, now: Utc, seeded: &Seeded) -> anyhow::Result<()> {
    for customer in &seeded.customers {
        store.customer_values(now, *customer).await?;
    }
    Ok(())
}
