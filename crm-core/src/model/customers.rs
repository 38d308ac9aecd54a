//! Customers, how they are reached, and what is open with them. Rules of the fields only.

use super::{Birthday, Check, Column, Kind, OpenItemId, Reference, Resource, Visibility, columns, is_line};
use cti_types::{ContactPointId, CustomerId, TeamId, UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
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
    /// `YYYY-MM-DD`, or `--MM-DD` where the year is not known.
    #[serde(default)]
    pub birthday: Option<String>,
    /// The language they want to be spoken to in.
    #[serde(default)]
    pub language: Option<String>,
    /// Further languages they understand, the better ones first; at most 10.
    #[serde(default)]
    pub languages: Vec<String>,
    /// `none`, `bronze`, `silver`, `gold` or a word of your own: lower-case letters, digits, dash, underscore.
    #[serde(default = "no_tier")]
    pub tier: String,
    #[serde(default)]
    pub notes: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<UserId>,
    /// The team that looks after them.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub visibility: Visibility,
    /// The id in another system; unique where given.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Whatever else is known: at most 100 short texts.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Values of the fields that an administrator defined, by key. A change names only those that change; `null` clears.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Json>,
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
        owner_id: Text, external_id: Text, attributes: Json, languages: Json, team_id: Text, visibility: Text, fields: Json,
        birthday: Text,
    );
    const SEARCH: &'static str = "name_search";
    const MERGED: &'static [&'static str] = &["fields"];

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
        check.optional("birthday", &mut self.birthday, 10);
        if let Some(birthday) = &self.birthday {
            check.that(Birthday::parse(birthday).is_some(), "birthday", "write it as YYYY-MM-DD, or --MM-DD without the year");
        }
        if let Some(language) = &self.language {
            check.language("language", language);
        }
        check.count("languages", self.languages.len(), 10);
        let mut spoken: BTreeSet<&str> = self.language.as_deref().into_iter().collect();
        for (at, language) in self.languages.iter().take(10).enumerate() {
            let field = format!("languages[{at}]");
            check.language(&field, language);
            check.that(spoken.insert(language), field, "name each language once");
        }
        match self.visibility {
            Visibility::Everyone => {}
            Visibility::Team => check.that(self.team_id.is_some(), "team_id", "name the team that shall see them"),
            Visibility::Owner => check.that(self.owner_id.is_some(), "owner_id", "name the owner who shall see them"),
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
        let owner = self.owner_id.iter().map(|id| Reference { field: "owner_id".into(), table: "app_user", id: id.to_string() });
        let team = self.team_id.iter().map(|id| Reference { field: "team_id".into(), table: "team", id: id.to_string() });
        owner.chain(team).collect()
    }

    fn custom_fields(&self) -> Option<&BTreeMap<String, Json>> {
        Some(&self.fields)
    }

    fn match_keys(&self) -> Vec<i64> {
        crate::identity::keys::keys(self)
    }

    fn match_keys_may_differ(&self, old: &Self) -> bool {
        crate::identity::keys::may_differ(old, self)
    }

    fn birthday(&self) -> Option<Birthday> {
        self.birthday.as_deref().and_then(Birthday::parse)
    }

    fn derived_numbers(&self) -> Vec<(&'static str, Option<i64>)> {
        vec![("birth_day", self.birthday().map(Birthday::day_of_year))]
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
    /// Where post goes.
    Address,
    /// An id in a chat or social network; which one, the label says.
    Chat,
    Other,
}

impl ContactKind {
    pub fn word(self) -> &'static str {
        match self {
            ContactKind::Phone => "phone",
            ContactKind::Email => "email",
            ContactKind::Address => "address",
            ContactKind::Chat => "chat",
            ContactKind::Other => "other",
        }
    }
}

/// A place by its parts. At least one of street, city and postal code is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number, as they are written there.
    #[serde(default)]
    pub street: String,
    #[serde(default)]
    pub city: String,
    #[serde(default)]
    pub postal_code: String,
    /// State, province.
    #[serde(default)]
    pub region: String,
    /// ISO 3166-1 alpha-2, in capitals; may be left out.
    #[serde(default)]
    pub country: String,
}

impl Address {
    /// Its parts, trimmed and checked.
    pub(crate) fn check(&mut self, field: &str, check: &mut Check) {
        let parts = [
            ("street", &mut self.street, 200),
            ("city", &mut self.city, 100),
            ("postal_code", &mut self.postal_code, 20),
            ("region", &mut self.region, 100),
            ("country", &mut self.country, 2),
        ];
        for (name, part, max) in parts {
            *part = part.trim().to_owned();
            check.line(&format!("{field}.{name}"), part, max);
        }
        let place = [&self.street, &self.city, &self.postal_code].iter().any(|part| !part.is_empty());
        check.that(place, field, "give a street, a city or a postal code");
        if !self.country.is_empty() {
            check.country(&format!("{field}.country"), &self.country);
        }
    }

    /// In one line, as shown.
    pub fn line(&self) -> String {
        let town = [self.postal_code.as_str(), self.city.as_str()].into_iter().filter(|part| !part.is_empty());
        let town = town.collect::<Vec<_>>().join(" ");
        let parts = [self.street.as_str(), town.as_str(), self.region.as_str(), self.country.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// A contact point as a customer has it, to be written. Phones are normalised with the country given to the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    pub kind: ContactKind,
    /// As people write it; kept beside the normalised form. Of an address it is made from the parts.
    #[serde(default)]
    pub value: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub preferred: bool,
    #[serde(default = "valid")]
    pub valid: bool,
    /// From when it holds, in µs since 1970; none: always did.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_from: Option<Utc>,
    /// Until when, not included; none: no end is known.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_until: Option<Utc>,
    /// The parts of an address, and of nothing else.
    #[serde(default)]
    pub address: Option<Address>,
}

impl ContactInput {
    /// A valid one without a label.
    pub fn new(kind: ContactKind, value: impl Into<String>) -> ContactInput {
        let value = value.into();
        ContactInput {
            kind,
            value,
            label: String::new(),
            preferred: false,
            valid: true,
            valid_from: None,
            valid_until: None,
            address: None,
        }
    }
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
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_from: Option<Utc>,
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_until: Option<Utc>,
    #[serde(default)]
    pub address: Option<Address>,
}

/// What is open with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenItemKind {
    Ticket,
    Order,
    Callback,
}

impl OpenItemKind {
    pub const ALL: [OpenItemKind; 3] = [OpenItemKind::Ticket, OpenItemKind::Order, OpenItemKind::Callback];

    /// As in JSON.
    pub fn word(self) -> &'static str {
        match self {
            OpenItemKind::Ticket => "ticket",
            OpenItemKind::Order => "order",
            OpenItemKind::Callback => "callback",
        }
    }
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

    fn customer(&self) -> Option<CustomerId> {
        Some(self.customer_id)
    }
}
