//! What is known of a contact, as a flat map of names and values: what conditions and placeholders read. Pure.
//!
//! | names | from |
//! |---|---|
//! | `card.*` | the customer's card: `card.name`, `card.tier`, …; a list is known by `card.LIST.count`; `card.birthday_in_days` (0: today, UTC) |
//! | `card.fields.*` | fields defined at run time that stand on the card and that everybody may read: `card.fields.seats` |
//! | `customer.*` | what flows read of orders, dues, contracts and warranty: `customer.amount_due`, `customer.order_last_state`, `customer.warranty` |
//! | `value.*` | what formulas gave: `value.churn` |
//! | `items.*` | what is open, tickets, orders and callbacks among it: `items.count`, `items.ticket.count`, `items.order.due_in_hours`, `items.ticket.overdue` |
//! | `recent.*` | the last interactions: `recent.days_ago`, `recent.in_7_days`, `recent.wrap_up`, `recent.queue` |
//! | `ivr.*` | what the flow collected |
//! | `time.*`, `queue.*` | now, in the queue's zone: `time.hour`, `time.weekday` (1 Monday), `queue.name` |
//! | `queue.open`, `queue.opens_in_hours` | by the queue's opening hours; a queue without them is open always |
//! | `hours.NAME.open`, `hours.NAME.opens_in_hours` | of any opening hours: their name in lower case, `_` for what is no letter or digit |
//! | `answers.*` | what was answered in a script |

use crate::card::{Card, CardInteraction, CardItem};
use crate::model::{Birthday, OpenItemKind};
use crate::sla::Calendar;
use cti_types::Utc;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Facts of one contact; further ones are left out.
const FACTS_MAX: usize = 300;
/// Characters of a text; the rest is left out.
const TEXT_MAX: usize = 500;
const DAY_US: i64 = 86_400_000_000;
const HOUR_US: i64 = 3_600_000_000;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Text(String),
    Number(f64),
    Flag(bool),
    List(Vec<String>),
}

impl Fact {
    /// As people read it: whole numbers without a fraction, lists with commas.
    pub fn shown(&self) -> String {
        match self {
            Fact::Text(text) => text.clone(),
            Fact::Number(number) => number.to_string(),
            Fact::Flag(flag) => flag.to_string(),
            Fact::List(all) => all.join(", "),
        }
    }

    /// As a number, where it is one or is written like one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Fact::Number(number) => Some(*number),
            Fact::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Fact::Flag(_) | Fact::List(_) => None,
        }
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Fact {
        Fact::Text(text.chars().take(TEXT_MAX).collect())
    }
}
impl From<i64> for Fact {
    fn from(number: i64) -> Fact {
        Fact::Number(number as f64)
    }
}
impl From<bool> for Fact {
    fn from(flag: bool) -> Fact {
        Fact::Flag(flag)
    }
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(BTreeMap<String, Fact>);

impl Facts {
    /// What a card says at `now`.
    pub fn of_card(card: &Card, now: Utc) -> Facts {
        let mut facts = Facts::default();
        if let Ok(Json::Object(fields)) = serde_json::to_value(card) {
            for (name, value) in fields {
                facts.add_json(&format!("card.{name}"), &value, true);
            }
        }
        // What some may not read is told to nobody by a rule or a script.
        for field in card.fields.iter().filter(|field| field.visible_to.is_empty()) {
            facts.add_json(&format!("card.fields.{}", field.key), &field.value, false);
        }
        let today = jiff::Timestamp::from_microsecond(now.0).map(|at| at.to_zoned(TimeZone::UTC).date());
        if let (Some(born), Ok(today)) = (card.birthday.as_deref().and_then(Birthday::parse), today)
            && let Some(days) = born.days_from(today)
        {
            facts.set("card.birthday_in_days", days);
        }
        for (name, value) in crate::facts::facts(card, now) {
            facts.set(format!("customer.{name}"), value.as_str());
        }
        for value in &card.values {
            if let Some(number) = value.value {
                facts.set(format!("value.{}", value.name), Fact::Number(number));
            }
        }
        facts.add_items(&card.open_items, now);
        facts.add_recent(&card.recent, now);
        facts
    }

    /// Sets a value; empty texts are as good as none.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Fact>) {
        let value = value.into();
        if self.0.len() < FACTS_MAX && !matches!(&value, Fact::Text(text) if text.is_empty()) {
            self.0.insert(name.into(), value);
        }
    }

    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.get(name)
    }

    /// What the flow collected; of a masked value only that it was given.
    pub fn add_collected<'a>(&mut self, all: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) {
        for (key, value) in all {
            match value {
                Some(value) => self.set(format!("ivr.{key}"), value),
                None => self.set(format!("ivr.{key}"), true),
            }
        }
    }

    /// The time on the wall in a zone.
    pub fn add_time(&mut self, now: Utc, zone: &TimeZone) {
        let Ok(stamp) = jiff::Timestamp::from_microsecond(now.0) else { return };
        let local = stamp.to_zoned(zone.clone());
        self.set("time.hour", i64::from(local.hour()));
        self.set("time.weekday", i64::from(local.weekday().to_monday_one_offset()));
        self.set("time.date", local.date().to_string().as_str());
    }

    /// Whether it is open now, and while it is not, in how many hours it will be (begun ones count): `NAME.open`, `NAME.opens_in_hours`.
    pub fn add_opening(&mut self, name: &str, calendar: &Calendar, now: Utc) {
        let next = calendar.next_open(now);
        self.set(format!("{name}.open"), next == Some(now));
        if let Some(next) = next.filter(|next| *next != now) {
            self.set(format!("{name}.opens_in_hours"), (next.0 - now.0 + HOUR_US - 1).div_euclid(HOUR_US));
        }
    }

    /// A JSON value by what it is: plain values as they are, lists of texts as lists, other lists by their length, maps one level deep.
    pub fn add_json(&mut self, name: &str, value: &Json, maps: bool) {
        match value {
            Json::Null => {}
            Json::Bool(flag) => self.set(name, *flag),
            Json::Number(number) => {
                if let Some(number) = number.as_f64() {
                    self.set(name, Fact::Number(number));
                }
            }
            Json::String(text) => self.set(name, text.as_str()),
            Json::Array(all) => {
                self.set(format!("{name}.count"), all.len() as i64);
                let texts: Option<Vec<String>> = all.iter().take(50).map(|one| one.as_str().map(str::to_owned)).collect();
                if let Some(texts) = texts.filter(|texts| !texts.is_empty()) {
                    self.set(name, Fact::List(texts));
                }
            }
            Json::Object(fields) if maps => {
                for (key, value) in fields {
                    self.add_json(&format!("{name}.{key}"), value, false);
                }
            }
            Json::Object(_) => {}
        }
    }

    fn add_items(&mut self, items: &[CardItem], now: Utc) {
        self.set("items.count", items.len() as i64);
        for kind in OpenItemKind::ALL {
            let of: Vec<&CardItem> = items.iter().filter(|item| item.kind == kind).collect();
            let due: Vec<Utc> = of.iter().filter_map(|item| item.due_at).collect();
            let kind = kind.word();
            self.set(format!("items.{kind}.count"), of.len() as i64);
            self.set(format!("items.{kind}.overdue"), due.iter().filter(|due| **due < now).count() as i64);
            // Of the most urgent one.
            if let Some(first) = of.first() {
                self.set(format!("items.{kind}.title"), first.title.as_str());
            }
            if let Some(hours) = due.iter().map(|due| (due.0 - now.0).div_euclid(HOUR_US)).min() {
                self.set(format!("items.{kind}.due_in_hours"), hours);
            }
        }
    }

    fn add_recent(&mut self, recent: &[CardInteraction], now: Utc) {
        self.set("recent.count", recent.len() as i64);
        let week = recent.iter().filter(|one| now.0.saturating_sub(one.at.0) < 7 * DAY_US).count();
        self.set("recent.in_7_days", week as i64);
        let Some(last) = recent.first() else { return };
        self.set("recent.days_ago", now.0.saturating_sub(last.at.0).div_euclid(DAY_US));
        let texts = [("queue", &last.queue), ("agent", &last.agent), ("wrap_up", &last.wrap_up_code), ("close_reason", &last.close_reason)];
        for (name, value) in texts {
            self.set(format!("recent.{name}"), value.as_deref().unwrap_or_default());
        }
    }
}
