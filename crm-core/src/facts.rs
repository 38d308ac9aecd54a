//! A card as flat facts: what flows read as `customer.*` and rules compare. Asks nobody.
//!
//! Names are those a flow's expressions allow: lower-case letters, digits and `_`, at most 40. A fact that is not known is left out, and
//! reads as nothing in a flow. Dates are `YYYY-MM-DD` in UTC.

use crate::card::Card;
use crate::model::OrderState;
use cti_types::Utc;
use std::collections::BTreeMap;

/// Longest name of a fact, as flows allow it.
const NAME_MAX: usize = 40;

/// Currencies whose minor unit is not a hundredth (ISO 4217, column "Mnr unt").
const EXPONENTS: &[(&str, u32)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// An amount in minor units as people write it: `12.50`, of yen `1250`.
///
/// ```
/// assert_eq!(crm_core::facts::decimal(1250, "EUR"), "12.50");
/// assert_eq!(crm_core::facts::decimal(-5, "USD"), "-0.05");
/// assert_eq!(crm_core::facts::decimal(1250, "JPY"), "1250");
/// ```
pub fn decimal(minor: i64, currency: &str) -> String {
    let exponent = EXPONENTS.iter().find(|(code, _)| *code == currency).map_or(2, |(_, exponent)| *exponent);
    let unit = 10_u64.pow(exponent);
    let (sign, size) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    if exponent == 0 {
        return format!("{sign}{size}");
    }
    format!("{sign}{}.{:0width$}", size / unit, size % unit, width = exponent as usize)
}

fn date(at: Utc) -> Option<String> {
    let stamp = jiff::Timestamp::from_microsecond(at.0).ok()?;
    Some(stamp.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

fn yes_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// What is known of orders, dues, contracts and warranty at `now`:
///
/// | name | |
/// |---|---|
/// | `orders_open` | how many of the orders on the card are open |
/// | `order_last_number`, `order_last_state`, `order_last_delivery`, `order_last_delivery_date`, `order_last_tracking` | of the latest order that was not cancelled |
/// | `amount_due`, `amount_due_currency` | the largest sum still to be paid, `0.00` when nothing is |
/// | `amounts_due` | all of them: `12.50 EUR, 300 JPY` |
/// | `warranty`, `warranty_until` | `yes` or `no` for anything they own |
/// | `contract`, `contract_number`, `contract_kind`, `contract_ends` | of the contract that holds and ends first |
/// | `entitled_KEY` | `yes` for each entitlement with anything left, dashes written `_` |
pub fn facts(card: &Card, now: Utc) -> BTreeMap<String, String> {
    let mut all: Vec<(String, Option<String>)> = Vec::new();
    let mut put = |name: &str, value: Option<String>| all.push((name.to_owned(), value));
    put("orders_open", Some(card.orders.iter().filter(|order| order.state.is_open()).count().to_string()));
    if let Some(last) = card.orders.iter().find(|order| order.state != OrderState::Cancelled).or(card.orders.first()) {
        put("order_last_number", Some(last.number.clone()));
        put("order_last_state", Some(last.state.word().to_owned()));
        put("order_last_delivery", Some(last.delivery.word().to_owned()));
        put("order_last_delivery_date", last.delivery_at.and_then(date));
        put("order_last_tracking", last.tracking.clone());
    }
    let due = card.due.iter().max_by_key(|amount| amount.minor);
    put("amount_due", Some(due.map_or_else(|| "0.00".to_owned(), |amount| decimal(amount.minor, &amount.currency))));
    put("amount_due_currency", due.map(|amount| amount.currency.clone()));
    let written = card.due.iter().map(|amount| format!("{} {}", decimal(amount.minor, &amount.currency), amount.currency));
    put("amounts_due", Some(written.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty()));
    put("warranty", Some(yes_no(card.warranty_until.is_some_and(|until| now < until))));
    put("warranty_until", card.warranty_until.and_then(date));
    let holds: Vec<_> = card.contracts.iter().filter(|one| one.starts_at <= now && one.ends_at.is_none_or(|ends| now < ends)).collect();
    put("contract", Some(yes_no(!holds.is_empty())));
    if let Some(first) = holds.first() {
        put("contract_number", Some(first.number.clone()));
        put("contract_kind", Some(first.kind.clone()));
        put("contract_ends", first.ends_at.and_then(date));
    }
    for entitlement in holds.iter().flat_map(|contract| &contract.entitlements) {
        if entitlement.quantity.is_none_or(|quantity| quantity > entitlement.used) {
            let name: String = format!("entitled_{}", entitlement.key.replace('-', "_")).chars().take(NAME_MAX).collect();
            put(&name, Some(yes_no(true)));
        }
    }
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Utc {
        Utc(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn card(more: serde_json::Value) -> Card {
        let mut card = json!({
            "customer": uuid::Uuid::from_u128(1), "kind": "person", "name": "Ann", "tier": "gold", "language": null, "notes": "",
            "contacts": [], "recent": [], "open_items": [], "orders": [], "due": [], "contracts": [], "warranty_until": null,
        });
        for (name, value) in more.as_object().unwrap() {
            card[name] = value.clone();
        }
        serde_json::from_value(card).unwrap()
    }

    fn order(number: &str, state: &str) -> serde_json::Value {
        json!({
            "id": uuid::Uuid::from_u128(9), "number": number, "state": state, "placed_at": 1, "currency": "EUR", "total_minor": 100,
            "due_minor": 0, "due_at": null, "delivery": "on_the_way", "delivery_at": at("2026-11-25T22:00:00Z").0, "tracking": "T1",
        })
    }

    #[test]
    fn facts_say_what_a_caller_asks() {
        let now = at("2026-11-22T12:00:00Z");
        let contract = |number: &str, ends: &str, entitlements: serde_json::Value| {
            json!({ "id": uuid::Uuid::from_u128(8), "number": number, "kind": "support", "starts_at": 0, "ends_at": at(ends).0,
                "entitlements": entitlements })
        };
        let full = card(json!({
            "orders": [order("A-3", "cancelled"), order("A-2", "shipped"), order("A-1", "delivered")],
            "due": [{ "currency": "EUR", "minor": 1250 }, { "currency": "JPY", "minor": 300 }],
            "contracts": [
                contract("C-0", "2026-11-01T00:00:00Z", json!([{ "key": "gone" }])),
                contract("C-1", "2026-12-31T00:00:00Z", json!([{ "key": "on-site", "quantity": 2, "used": 1 }, { "key": "visits", "quantity": 1, "used": 1 }, { "key": "hotline" }])),
            ],
            "warranty_until": at("2027-03-01T00:00:00Z").0,
        }));
        let expected = [
            ("amount_due", "12.50"),
            ("amount_due_currency", "EUR"),
            ("amounts_due", "12.50 EUR, 300 JPY"),
            ("contract", "yes"),
            ("contract_ends", "2026-12-31"),
            ("contract_kind", "support"),
            ("contract_number", "C-1"),
            ("entitled_hotline", "yes"),
            ("entitled_on_site", "yes"),
            ("order_last_delivery", "on_the_way"),
            ("order_last_delivery_date", "2026-11-25"),
            ("order_last_number", "A-2"),
            ("order_last_state", "shipped"),
            ("order_last_tracking", "T1"),
            ("orders_open", "1"),
            ("warranty", "yes"),
            ("warranty_until", "2027-03-01"),
        ];
        let got = facts(&full, now);
        assert_eq!(got.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
        let later = facts(&full, at("2027-03-01T00:00:00Z"));
        assert_eq!((later["warranty"].as_str(), later["contract"].as_str()), ("no", "no"));
    }

    #[test]
    fn of_somebody_without_anything_only_the_lack_is_known() {
        let got = facts(&card(json!({})), Utc(0));
        let expected = [("amount_due", "0.00"), ("contract", "no"), ("orders_open", "0"), ("warranty", "no")];
        assert_eq!(got.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn amounts_are_written_by_their_currency() {
        let table = [(0, "EUR", "0.00"), (7, "EUR", "0.07"), (123_456, "CNY", "1234.56"), (5, "KWD", "0.005"), (-120, "JPY", "-120")];
        for (minor, currency, written) in table {
            assert_eq!(decimal(minor, currency), written, "{currency}");
        }
    }
}
