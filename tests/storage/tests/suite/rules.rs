//! Rules: their rows, what they say of a customer, and how often each was right.

use crate::config::queue;
use crm_core::model::*;
use crm_core::rules::{Facts, NewOutcome, Outcome, Period};
use crm_core::{StoreError, Who};
use cti_types::{Chance, InteractionId, RuleId, Utc};
use serde_json::{Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    a_rule_is_written_read_and_refused_by_its_place,
    the_rules_say_why_a_customer_calls,
    the_hit_rate_counts_the_last_word_of_each_contact,
    a_queue_with_a_rule_stays,
);

fn who() -> Who {
    Who::system("test")
}

fn rule(name: &str, more: Value) -> Rule {
    let mut rule = json!({ "name": name, "kind": "reason", "conditions": { "all": [] }, "texts": { "en": name } });
    rule.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    serde_json::from_value(rule).unwrap_or_else(|error| panic!("{error}"))
}

async fn a_rule_is_written_read_and_refused_by_its_place(db: TestStore) {
    let condition = json!({ "all": [{ "field": "card.tier", "op": "in", "value": ["gold", "silver"] }, { "not": { "field": "ivr.choice", "op": "exists" } }] });
    let data =
        rule("One", json!({ "conditions": condition, "valid_from": 5, "texts": { "en": "about {card.name}", "zh": "关于 {card.name}" } }));
    let written = db.store.insert(&who(), NOW, data.clone()).await.expect("a rule");
    assert_eq!(db.store.get::<Rule>(written.id).await.expect("the rule").data, data);
    let table = [
        (json!({ "conditions": { "all": [{ "field": "tier" }] } }), "conditions.all[0].field"),
        (json!({ "texts": {} }), "texts"),
        (json!({ "texts": { "en": "about {card.name" } }), "texts.en"),
        (json!({ "texts": { "English": "x" } }), "texts.English"),
        (json!({ "score": 0 }), "score"),
        (json!({ "valid_until": 5 }), "valid_until"),
        (json!({ "queues": ["00000000-0000-7000-8000-000000000000"] }), "queues[0]"),
    ];
    for (patch, field) in table {
        let refused = db.store.update::<Rule>(&who(), NOW, written.id, 1, &patch).await;
        assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == field), "{field}: {refused:?}");
    }
    let again = db.store.insert(&who(), NOW, data).await;
    assert!(matches!(&again, Err(StoreError::Unique { field, .. }) if field == "name"), "{again:?}");
}

async fn the_rules_say_why_a_customer_calls(db: TestStore) {
    let tickets = json!({ "conditions": { "field": "items.ticket.count", "op": "ge", "value": 1 }, "texts": { "en": "ticket {items.ticket.title} of {card.name}" } });
    db.store.insert(&who(), NOW, rule("Ticket", tickets)).await.expect("a rule");
    let gold =
        json!({ "kind": "offer", "conditions": { "field": "card.tier", "op": "eq", "value": "gold" }, "texts": { "en": "a present" } });
    db.store.insert(&who(), NOW, rule("Gold", gold)).await.expect("a rule");
    let chosen = json!({ "conditions": { "field": "ivr.choice", "op": "eq", "value": 2 }, "score": 900 });
    db.store.insert(&who(), NOW, rule("Pressed 2", chosen)).await.expect("a rule");
    let customer: Customer = serde_json::from_value(json!({ "name": "Noah", "tier": "gold" })).expect("a customer");
    let (customer, _) = db.store.create_customer(&who(), NOW, customer, &[]).await.expect("a customer");
    let item = json!({ "customer_id": customer.id, "kind": "ticket", "title": "Printer", "due_at": NOW.0 - 1 });
    db.store.insert(&who(), NOW, serde_json::from_value::<OpenItem>(item).expect("an item")).await.expect("an item");

    let card = db.store.card(customer.id).await.expect("a look-up").expect("a card");
    let facts = Facts::of_card(&card, NOW);
    for (name, shown) in [
        ("card.name", "Noah"),
        ("items.count", "1"),
        ("items.ticket.overdue", "1"),
        ("items.ticket.due_in_hours", "-1"),
        ("items.callback.count", "0"),
        ("recent.count", "0"),
    ] {
        assert_eq!(facts.get(name).map(|fact| fact.shown()).as_deref(), Some(shown), "{name}");
    }
    let rules = db.store.rule_set().await.expect("the rules");
    let advice = rules.advise(NOW, None, facts.clone());
    assert_eq!(advice.reasons.iter().map(|said| said.texts["en"].as_str()).collect::<Vec<_>>(), ["ticket Printer of Noah"]);
    assert_eq!(advice.reasons[0].why["en"], ["open tickets: 1 (at least 1)"]);
    assert_eq!(advice.offers.len(), 1);
    let mut collected = facts;
    collected.add_collected([("choice", Some("2")), ("pin", None)]);
    let advice = rules.advise(NOW, None, collected);
    assert_eq!(advice.reasons.iter().map(|said| said.texts["en"].as_str()).collect::<Vec<_>>(), ["Pressed 2", "ticket Printer of Noah"]);
    assert_eq!(db.store.config_snapshot().await.expect("a snapshot").rules.len(), 3);
}

async fn the_hit_rate_counts_the_last_word_of_each_contact(db: TestStore) {
    let id = db.store.insert(&who(), NOW, rule("One", json!({}))).await.expect("a rule").id;
    let day = 86_400_000_000;
    let mut chance = Chance::from_number(8);
    let contacts: Vec<InteractionId> = (0..5).map(|_| InteractionId::new(NOW, &mut chance)).collect();
    let said = [
        (0, 0, Outcome::Wrong),
        (0, 0, Outcome::Right),
        (1, 0, Outcome::Right),
        (2, 1, Outcome::Wrong),
        (3, 8, Outcome::Right),
        (4, 40, Outcome::Right),
    ];
    for (contact, days, outcome) in said {
        let new = NewOutcome { rule_id: id, rule_version: 1, interaction_id: contacts[contact], outcome };
        db.store.keep_outcome(&who(), Utc(NOW.0 + days * day), new).await.expect("kept");
    }
    let of = async |period| {
        let rate = db.store.hit_rate(id, NOW, Utc(NOW.0 + 41 * day), period).await.expect("a rate");
        rate.periods.iter().map(|one| (one.hits, one.misses)).collect::<Vec<_>>()
    };
    assert_eq!(of(Period::Day).await, [(2, 0), (0, 1), (1, 0), (1, 0)]);
    assert_eq!(of(Period::Week).await, [(2, 1), (1, 0), (1, 0)]);
    assert_eq!(of(Period::Month).await, [(3, 1), (1, 0)]);
    let rate = db.store.hit_rate(id, NOW, Utc(NOW.0 + 40 * day), Period::Day).await.expect("a rate");
    assert_eq!((rate.all.hits, rate.all.misses, rate.all.hit_rate), (3, 1, Some(0.75)), "the end is not included");
    assert!(rate.all.reliable > 0.2 && rate.all.reliable < 0.75);

    let table = [
        (NewOutcome { rule_id: RuleId::from_u128(1), rule_version: 1, interaction_id: contacts[0], outcome: Outcome::Right }, "rule_id"),
        (NewOutcome { rule_id: id, rule_version: 2, interaction_id: contacts[0], outcome: Outcome::Right }, "rule_version"),
        (NewOutcome { rule_id: id, rule_version: 1, interaction_id: contacts[0], outcome: Outcome::Accepted }, "outcome"),
    ];
    for (new, field) in table {
        let refused = db.store.keep_outcome(&who(), NOW, new).await;
        assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == field), "{field}: {refused:?}");
    }
    assert!(matches!(db.store.hit_rate(id, NOW, NOW, Period::Day).await, Err(StoreError::Invalid { .. })));
}

async fn a_queue_with_a_rule_stays(db: TestStore) {
    let queue = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue").id;
    let row = db.store.insert(&who(), NOW, rule("One", json!({ "queues": [queue] }))).await.expect("a rule");
    assert!(matches!(db.store.delete::<Queue>(&who(), NOW, queue, 1).await, Err(StoreError::InUse { .. })));
    db.store.delete::<Rule>(&who(), NOW, row.id, 1).await.expect("gone");
    db.store.delete::<Queue>(&who(), NOW, queue, 1).await.expect("gone");
}
