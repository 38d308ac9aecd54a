//! "Who is this" for a call: the store's cards as screens show them and flows read them. Asks the store, decides nothing.

use crate::switch::{CardAdvice, Found};
use crm_core::card::{Card, CardField, CardInteraction, CardItem, CardOrder, CardRelated, CardValue};
use crm_core::facts::facts;
use crm_core::model::CustomerKind;
use crm_core::{Store, Viewer};
use cti_types::{CustomerId, Number, Utc};
use serde::Serialize;
use serde_json::Value;
use softphone_protocol::{
    AmountView, CardFieldValueView, CardFieldView, CardView, OpenItemView, OrderView, RecentView, RelatedView, ValueView,
};
use std::collections::BTreeMap;

/// Looks the number up as it stood at `at`; what is due and what holds is told as of `now`. A store that cannot answer gives an empty result:
/// the call goes on without a card.
///
/// Somebody whose number only ends alike is shown to agents, but is nobody whom the log names or to whom a flow tells what is theirs.
pub async fn look_up(store: &Store, at: Utc, now: Utc, number: &Number) -> Found {
    match store.who_is(at, number).await {
        Ok(cards) => {
            let sure: Vec<&Card> = cards.iter().filter(|card| card.matched.is_sure()).collect();
            Found {
                customers: sure.iter().map(|card| card.customer).collect(),
                values: sure.first().map(|card| values(card, now)).unwrap_or_default(),
                cards,
                advice: Vec::new(),
            }
        }
        Err(error) => {
            tracing::warn!(%error, "a caller could not be looked up");
            Found::default()
        }
    }
}

/// One customer, whom somebody says it is; `None`: there is no such customer.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub async fn of_customer(store: &Store, now: Utc, customer: CustomerId) -> crm_core::Result<Option<Found>> {
    let card = store.card(customer).await?;
    Ok(card.map(|card| Found { customers: vec![card.customer], values: values(&card, now), cards: vec![card], advice: Vec::new() }))
}

/// What flows read as `customer.*`: who they are, and [`facts`] of what they ordered and hold.
fn values(card: &Card, now: Utc) -> BTreeMap<String, String> {
    let kind = match card.kind {
        CustomerKind::Person => "person",
        CustomerKind::Company => "company",
    };
    [
        ("name", card.name.clone()),
        ("tier", card.tier.clone()),
        ("kind", kind.to_owned()),
        ("language", card.language.clone().unwrap_or_default()),
        ("open_items", card.open_items.len().to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .chain(facts(card, now))
    .collect()
}

/// The cards as somebody may see them on their screen, with what the rules say of the first of them.
pub(crate) fn views(found: &Found, viewer: &Viewer) -> Vec<CardView> {
    let advice = found.advice.iter().cloned().map(Some).chain(std::iter::repeat(None));
    found.cards.iter().zip(advice).map(|(card, advice)| view(card.clone().for_viewer(viewer), advice.unwrap_or_default())).collect()
}

fn view(card: Card, advice: CardAdvice) -> CardView {
    // What makes the rules speak is the customer's as well.
    let advice = if card.hidden { CardAdvice::default() } else { advice };
    CardView {
        customer: card.customer,
        hidden: card.hidden,
        // It is told by its tag, with more beside it.
        matched: serde_json::to_value(card.matched).ok().and_then(|v| v.get("how")?.as_str().map(str::to_owned)).unwrap_or_default(),
        likelier: card.likelier.map(|why| word(&why)),
        name: card.name,
        tier: Some(card.tier).filter(|tier| !tier.is_empty()),
        birthday: card.birthday,
        fields: card.fields.into_iter().map(field).collect(),
        language: card.language,
        related: card.related.into_iter().map(related).collect(),
        values: card.values.into_iter().map(value).collect(),
        do_not_contact: card.do_not_contact.into_iter().map(|channel| channel.word().to_owned()).collect(),
        recent: card.recent.into_iter().map(recent).collect(),
        notes: card.notes,
        open_items: card.open_items.into_iter().map(item).collect(),
        reasons: advice.reasons,
        offers: advice.offers,
        orders: card.orders.into_iter().map(order).collect(),
        due: card.due.into_iter().map(|amount| AmountView { currency: amount.currency, minor: amount.minor }).collect(),
        warranty_until_ms: card.warranty_until.map(Utc::ms),
    }
}

fn order(one: CardOrder) -> OrderView {
    OrderView {
        id: one.id.to_string(),
        number: one.number,
        state: one.state.word().to_owned(),
        placed_ms: one.placed_at.ms(),
        currency: one.currency,
        total_minor: one.total_minor,
        due_minor: one.due_minor,
        due_ms: one.due_at.map(Utc::ms),
        delivery: one.delivery.word().to_owned(),
        delivery_ms: one.delivery_at.map(Utc::ms),
        tracking: one.tracking,
    }
}

/// The serde name of an enum without data.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn related(one: CardRelated) -> RelatedView {
    RelatedView { customer: one.customer, relation: word(&one.relation), name: one.name, tier: one.tier }
}

fn field(one: CardField) -> CardFieldView {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let all = match &one.value {
        Value::Array(many) => many.iter().map(text).collect(),
        one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => vec![text(one)],
    };
    let labels = |value: &str| one.chosen.iter().find(|option| option.value == value).map(|option| option.labels.clone());
    let values = all.into_iter().map(|value| CardFieldValueView { labels: labels(&value).unwrap_or_default(), value });
    CardFieldView { values: values.collect(), key: one.key.clone(), labels: one.labels.clone() }
}

fn value(one: CardValue) -> ValueView {
    ValueView { name: one.name, unit: one.unit, value_milli: one.value.map(|value| (value * 1_000.0).round() as i64) }
}

fn recent(one: CardInteraction) -> RecentView {
    RecentView {
        interaction: one.id,
        at_ms: one.at.ms(),
        queue_name: one.queue,
        agent_name: one.agent,
        wrap_up: one.wrap_up_code,
        duration_ms: one.duration_ms,
    }
}

fn item(one: CardItem) -> OpenItemView {
    OpenItemView {
        id: one.id.to_string(),
        record: word(&one.record),
        kind: word(&one.kind),
        title: one.title,
        due_ms: one.due_at.map(|at| at.ms()),
    }
}
