//! Customers, how they are reached, and what is open with them. Rules of the fields only.

use super::{Check, Column, Kind, OpenItemId, Reference, Resource, columns, is_line};
use cti_types::{ContactPointId, CustomerId, UserId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether a customer is a person or a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    Person,
    Company,
}

/// Somebody we serve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    #[serde(default = "person")]
    pub kind: CustomerKind,
    /// As shown. Left empty it is made from the other names.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub given_name: Option<String>,
    #[serde(default)]
    pub family_name: Option<String>,
    #[serde(default)]
    pub company: Option<String>,
    #[serde(default)]
    pub language: Option<String>,
    /// `none`, `bronze`, `silver`, `gold` or a word of your own: lower-case letters, digits, dash, underscore.
    #[serde(default = "no_tier")]
    pub tier: String,
    #[serde(default)]
    pub notes: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<UserId>,
    /// The id in another system; unique where given.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Whatever else is known: at most 100 short texts.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

fn person() -> CustomerKind {
    CustomerKind::Person
}
fn no_tier() -> String {
    "none".to_owned()
}

impl Resource for Customer {
    type Id = CustomerId;
    const KIND: Kind = Kind::Customer;
    const TABLE: &'static str = "customer";
    const COLUMNS: &'static [Column] = columns!(
        kind: Text, name: Text, given_name: Text, family_name: Text, company: Text, language: Text, tier: Text, notes: Text,
        owner_id: Text, external_id: Text, attributes: Json,
    );
    const SEARCH: &'static str = "name_search";

    fn check(&mut self, check: &mut Check) {
        check.optional("given_name", &mut self.given_name, 100);
        check.optional("family_name", &mut self.family_name, 100);
        check.optional("company", &mut self.company, 200);
        if self.name.trim().is_empty() {
            let parts: Vec<&str> = [&self.given_name, &self.family_name].into_iter().filter_map(|part| part.as_deref()).collect();
            let joined = parts.join(" ");
            self.name = if joined.is_empty() { self.company.clone().unwrap_or_default() } else { joined };
        }
        check.name("name", &mut self.name);
        check.optional("external_id", &mut self.external_id, 200);
        if let Some(language) = &self.language {
            check.language("language", language);
        }
        let tier = (1..=32).contains(&self.tier.len())
            && self.tier.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
        check.that(tier, "tier", "use a short lower-case word such as gold");
        check.text("notes", &mut self.notes, 10_000);
        check.count("attributes", self.attributes.len(), 100);
        for (key, value) in self.attributes.iter().take(100) {
            let right = (1..=64).contains(&key.len()) && is_line(key);
            check.that(right, "attributes", "use keys of 1 to 64 characters without control characters");
            if right {
                check.line(&format!("attributes.{key}"), value, 1_000);
            }
        }
    }

    fn references(&self) -> Vec<Reference> {
        self.owner_id.iter().map(|id| Reference { field: "owner_id".into(), table: "app_user", id: id.to_string() }).collect()
    }

    fn derived(&self) -> Vec<(&'static str, String)> {
        let family = self.family_name.as_deref().unwrap_or_default().to_lowercase();
        vec![("name_search", self.name.to_lowercase()), ("family_search", family)]
    }
}

/// By what means somebody is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    Phone,
    Email,
    Other,
}

impl ContactKind {
    pub fn word(self) -> &'static str {
        match self {
            ContactKind::Phone => "phone",
            ContactKind::Email => "email",
            ContactKind::Other => "other",
        }
    }
}

/// A contact point as a customer has it, to be written. Phones are normalised with the country given to the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    pub kind: ContactKind,
    /// As people write it; kept beside the normalised form.
    pub value: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub preferred: bool,
    #[serde(default = "valid")]
    pub valid: bool,
}

fn valid() -> bool {
    true
}

/// A contact point as a customer has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    #[schema(value_type = Uuid)]
    pub id: ContactPointId,
    pub kind: ContactKind,
    /// Normalised: E.164 for a phone.
    pub value: String,
    pub raw: String,
    pub label: String,
    pub preferred: bool,
    pub valid: bool,
}

/// What is open with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenItemKind {
    Ticket,
    Order,
    Callback,
}

/// Whether it still is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenItemState {
    Open,
    Done,
}

/// Something a customer waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenItem {
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    pub kind: OpenItemKind,
    pub title: String,
    #[serde(default = "open")]
    pub state: OpenItemState,
    /// Microseconds since 1970, UTC.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
}

fn open() -> OpenItemState {
    OpenItemState::Open
}

impl Resource for OpenItem {
    type Id = OpenItemId;
    const KIND: Kind = Kind::OpenItem;
    const TABLE: &'static str = "open_item";
    const COLUMNS: &'static [Column] = columns!(customer_id: Text, kind: Text, title: Text, state: Text, due_at: Int);
    const SEARCH: &'static str = "title";

    fn check(&mut self, check: &mut Check) {
        check.name("title", &mut self.title);
    }

    fn references(&self) -> Vec<Reference> {
        vec![Reference { field: "customer_id".into(), table: "customer", id: self.customer_id.to_string() }]
    }
}
