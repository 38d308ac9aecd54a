//! "Who is this" for a call: the store's cards as screens show them and flows read them. Asks the store, decides nothing.

use crate::switch::Found;
use crm_core::Store;
use crm_core::card::{Card, CardInteraction, CardItem};
use crm_core::model::CustomerKind;
use cti_types::Number;
use softphone_protocol::{CardView, OpenItemView, RecentView};
use std::collections::BTreeMap;

/// Looks the number up. A store that cannot answer gives an empty result: the call goes on without a card.
pub async fn look_up(store: &Store, number: &Number) -> Found {
    match store.who_is(number).await {
        Ok(cards) => Found {
            customers: cards.iter().map(|card| card.customer).collect(),
            values: cards.first().map(values).unwrap_or_default(),
            cards: cards.into_iter().map(view).collect(),
        },
        Err(error) => {
            tracing::warn!(%error, "a caller could not be looked up");
            Found::default()
        }
    }
}

/// What flows read as `customer.*`.
fn values(card: &Card) -> BTreeMap<String, String> {
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
    .collect()
}

fn view(card: Card) -> CardView {
    CardView {
        customer: card.customer,
        name: card.name,
        tier: Some(card.tier).filter(|tier| !tier.is_empty()),
        language: card.language,
        recent: card.recent.into_iter().map(recent).collect(),
        notes: card.notes,
        open_items: card.open_items.into_iter().map(item).collect(),
    }
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
    // The kind's own word is its serde name.
    let kind = serde_json::to_value(one.kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    OpenItemView { kind, title: one.title, due_ms: one.due_at.map(|at| at.ms()) }
}
