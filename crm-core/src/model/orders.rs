//! What customers ordered, hold by contract and own, and the catalogue it is of. Rules of the fields only.
//!
//! Mostly another system's rows, pushed in by its own ids (`external_id`). Money is integer minor units (cents, fen) beside the ISO 4217
//! code it is in; what exponent a currency has is for whoever shows it.

use super::{Check, Column, ContractId, Kind, OrderId, ProductId, ProductOwnedId, Reference, Resource, UsedBy, columns};
use cti_types::{CustomerId, UserId, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most lines of an order; a longer one is refused.
pub const ORDER_LINES_MAX: usize = 200;
/// Most entitlements of a contract.
pub const ENTITLEMENTS_MAX: usize = 50;
/// Largest amount of one field, in minor units: so that sums over a customer's orders stay far within 64 bits.
pub const MINOR_MAX: i64 = 10_000_000_000_000;

/// Three capitals, as ISO 4217 has them. That the code is in use is not checked: the list changes, and rows outlive it.
fn check_currency(check: &mut Check, field: &str, code: &str) {
    check.that(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()), field, "write the currency as EUR or CNY");
}

fn check_external(check: &mut Check, id: &mut Option<String>) {
    check.optional("external_id", id, 200);
}

fn customer_reference(id: CustomerId) -> Reference {
    Reference { field: "customer_id".into(), table: "customer", id: id.to_string() }
}

fn product_reference(id: Option<ProductId>) -> impl Iterator<Item = Reference> {
    id.into_iter().map(|id| Reference { field: "product_id".into(), table: "product", id: id.to_string() })
}

fn yes() -> bool {
    true
}

/// Rows that other systems push in by their own id.
pub trait Pushed: Resource + PartialEq {
    fn external_id(&self) -> Option<&str>;
    fn set_external_id(&mut self, id: String);
    /// The product whose warranty months are wanted by [`Pushed::set_warranty`], if any.
    fn wants_warranty_of(&self) -> Option<ProductId> {
        None
    }
    fn set_warranty(&mut self, _months: u16) {}
}

/// Rows that belong to one customer and happen at a time, listed by it.
pub trait OfCustomer: Resource {
    fn customer_id(&self) -> CustomerId;
    /// The column its lists are ordered by, the latest first; there is an index over (`customer_id`, this, `id`) and over (this, `id`).
    const AT: &'static str;
    /// That column's value.
    fn at(&self) -> Utc;
    /// Fields its list may be narrowed by, each with an index that begins with it.
    const FILTERS: &'static [&'static str];
}

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// As on the label; unique.
    pub sku: String,
    pub name: String,
    /// Months of warranty from the day it is bought, 0–600.
    #[serde(default)]
    pub warranty_months: u16,
    #[serde(default = "yes")]
    pub active: bool,
    /// The id in another system; unique where given.
    #[serde(default)]
    pub external_id: Option<String>,
}

impl Resource for Product {
    type Id = ProductId;
    const KIND: Kind = Kind::Product;
    const TABLE: &'static str = "product";
    const COLUMNS: &'static [Column] = columns!(sku: Text, name: Text, warranty_months: Int, active: Bool, external_id: Text);
    const SEARCH: &'static str = "sku";
    // Contracts and products owned are many: the database's own foreign keys, which have indexes, keep them.
    const USED_BY: &'static [UsedBy] = &[];

    fn check(&mut self, check: &mut Check) {
        check.name("sku", &mut self.sku);
        check.name("name", &mut self.name);
        check.range("warranty_months", i64::from(self.warranty_months), 0, 600);
        check_external(check, &mut self.external_id);
    }
}

impl Pushed for Product {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }
    fn set_external_id(&mut self, id: String) {
        self.external_id = Some(id);
    }
}

/// How far an order is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    #[default]
    Open,
    Processing,
    Shipped,
    Delivered,
    Cancelled,
    Returned,
}

impl OrderState {
    pub fn word(self) -> &'static str {
        match self {
            OrderState::Open => "open",
            OrderState::Processing => "processing",
            OrderState::Shipped => "shipped",
            OrderState::Delivered => "delivered",
            OrderState::Cancelled => "cancelled",
            OrderState::Returned => "returned",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<OrderState> {
        use OrderState::*;
        [Open, Processing, Shipped, Delivered, Cancelled, Returned].into_iter().find(|state| state.word() == word)
    }

    /// Whether the customer still waits for something of it.
    pub fn is_open(self) -> bool {
        match self {
            OrderState::Open | OrderState::Processing | OrderState::Shipped => true,
            OrderState::Delivered | OrderState::Cancelled | OrderState::Returned => false,
        }
    }
}

/// Where what was ordered is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Nothing is delivered, or nothing is known of it.
    #[default]
    None,
    Preparing,
    OnTheWay,
    /// It waits to be collected.
    PickUp,
    Delivered,
    /// The carrier could not deliver it.
    Failed,
}

impl DeliveryState {
    pub fn word(self) -> &'static str {
        match self {
            DeliveryState::None => "none",
            DeliveryState::Preparing => "preparing",
            DeliveryState::OnTheWay => "on_the_way",
            DeliveryState::PickUp => "pick_up",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Failed => "failed",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<DeliveryState> {
        use DeliveryState::*;
        [None, Preparing, OnTheWay, PickUp, Delivered, Failed].into_iter().find(|state| state.word() == word)
    }
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    #[serde(default)]
    pub sku: Option<String>,
    pub name: String,
    #[serde(default = "one")]
    pub quantity: i64,
    /// Of all its pieces, in minor units.
    #[serde(default)]
    pub total_minor: i64,
}

fn one() -> i64 {
    1
}

/// An order of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    /// The id in another system; unique where given.
    #[serde(default)]
    pub external_id: Option<String>,
    /// As the customer reads it out.
    pub number: String,
    #[serde(default)]
    pub state: OrderState,
    /// Microseconds since 1970, UTC.
    #[schema(value_type = i64)]
    pub placed_at: Utc,
    /// ISO 4217.
    pub currency: String,
    #[serde(default)]
    pub total_minor: i64,
    /// What is still to be paid of it, in minor units.
    #[serde(default)]
    pub due_minor: i64,
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
    #[serde(default)]
    pub lines: Vec<OrderLine>,
    #[serde(default)]
    pub delivery: DeliveryState,
    /// When it is to come, or came.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub delivery_at: Option<Utc>,
    #[serde(default)]
    pub carrier: Option<String>,
    #[serde(default)]
    pub tracking: Option<String>,
    #[serde(default)]
    pub notes: String,
}

impl Resource for Order {
    type Id = OrderId;
    const KIND: Kind = Kind::Order;
    const TABLE: &'static str = "customer_order";
    const COLUMNS: &'static [Column] = columns!(
        customer_id: Text, external_id: Text, number: Text, state: Text, placed_at: Int, currency: Text, total_minor: Int, due_minor: Int,
        due_at: Int, lines: Json, delivery: Text, delivery_at: Int, carrier: Text, tracking: Text, notes: Text,
    );
    const SEARCH: &'static str = "number";

    fn check(&mut self, check: &mut Check) {
        check.name("number", &mut self.number);
        check_external(check, &mut self.external_id);
        check_currency(check, "currency", &self.currency);
        check.time("placed_at", Some(self.placed_at));
        check.time("due_at", self.due_at);
        check.time("delivery_at", self.delivery_at);
        check.range("total_minor", self.total_minor, -MINOR_MAX, MINOR_MAX);
        check.range("due_minor", self.due_minor, 0, MINOR_MAX);
        check.optional("carrier", &mut self.carrier, 100);
        check.optional("tracking", &mut self.tracking, 200);
        check.text("notes", &mut self.notes, 10_000);
        check.count("lines", self.lines.len(), ORDER_LINES_MAX);
        for (at, line) in self.lines.iter_mut().enumerate().take(ORDER_LINES_MAX) {
            check.optional(&format!("lines[{at}].sku"), &mut line.sku, 100);
            check.that(!line.name.trim().is_empty(), format!("lines[{at}].name"), "give it a value");
            check.line(&format!("lines[{at}].name"), &line.name, 200);
            check.range(format!("lines[{at}].quantity"), line.quantity, -1_000_000, 1_000_000);
            check.range(format!("lines[{at}].total_minor"), line.total_minor, -MINOR_MAX, MINOR_MAX);
        }
    }

    fn references(&self) -> Vec<Reference> {
        vec![customer_reference(self.customer_id)]
    }

    fn customer(&self) -> Option<CustomerId> {
        Some(self.customer_id)
    }
}

impl Pushed for Order {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }
    fn set_external_id(&mut self, id: String) {
        self.external_id = Some(id);
    }
}

impl OfCustomer for Order {
    fn customer_id(&self) -> CustomerId {
        self.customer_id
    }
    const AT: &'static str = "placed_at";
    fn at(&self) -> Utc {
        self.placed_at
    }
    const FILTERS: &'static [&'static str] = &["customer_id", "number", "external_id"];
}

/// Whether a contract holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractState {
    Draft,
    #[default]
    Active,
    Suspended,
    Ended,
    Cancelled,
}

/// What a contract gives its customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// A word rules and flows can compare: lower-case letters, digits, dash, underscore.
    pub key: String,
    /// As people read it.
    #[serde(default)]
    pub name: String,
    /// How much of it, where it is counted; none: without a limit.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// How much of that was used.
    #[serde(default)]
    pub used: i64,
}

/// A contract with a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    /// The id in another system; unique where given.
    #[serde(default)]
    pub external_id: Option<String>,
    pub number: String,
    /// A word of your own: `support`, `lease`, …
    pub kind: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub product_id: Option<ProductId>,
    #[serde(default)]
    pub state: ContractState,
    #[schema(value_type = i64)]
    pub starts_at: Utc,
    /// From then on it does not hold; none: until it is ended.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub ends_at: Option<Utc>,
    /// At its end it goes on for `renewal_months` more.
    #[serde(default)]
    pub auto_renewal: bool,
    /// 1–120.
    #[serde(default)]
    pub renewal_months: Option<u16>,
    #[serde(default)]
    pub entitlements: Vec<Entitlement>,
    /// Who cares for it.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<UserId>,
    /// When the owner (without one: the customer's) is to be reminded of its end. Emptied once that was done.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub remind_at: Option<Utc>,
    #[serde(default)]
    pub notes: String,
}

impl Contract {
    /// Whether it holds at this time.
    pub fn holds(&self, at: Utc) -> bool {
        self.state == ContractState::Active && self.starts_at <= at && self.ends_at.is_none_or(|ends| at < ends)
    }
}

pub(super) fn is_word(word: &str) -> bool {
    (1..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

impl Resource for Contract {
    type Id = ContractId;
    const KIND: Kind = Kind::Contract;
    const TABLE: &'static str = "contract";
    const COLUMNS: &'static [Column] = columns!(
        customer_id: Text, external_id: Text, number: Text, kind: Text, product_id: Text, state: Text, starts_at: Int, ends_at: Int,
        auto_renewal: Bool, renewal_months: Int, entitlements: Json, owner_id: Text, remind_at: Int, notes: Text,
    );
    const SEARCH: &'static str = "number";

    fn check(&mut self, check: &mut Check) {
        check.name("number", &mut self.number);
        check_external(check, &mut self.external_id);
        check.that(is_word(&self.kind), "kind", "use a short lower-case word such as support");
        check.time("starts_at", Some(self.starts_at));
        check.time("ends_at", self.ends_at);
        check.time("remind_at", self.remind_at);
        check.that(self.ends_at.is_none_or(|ends| ends > self.starts_at), "ends_at", "let it end after it begins");
        if let Some(months) = self.renewal_months {
            check.range("renewal_months", i64::from(months), 1, 120);
        }
        check.that(!self.auto_renewal || self.renewal_months.is_some(), "renewal_months", "say for how many months it goes on");
        check.count("entitlements", self.entitlements.len(), ENTITLEMENTS_MAX);
        for (at, entitlement) in self.entitlements.iter().enumerate().take(ENTITLEMENTS_MAX) {
            check.that(is_word(&entitlement.key), format!("entitlements[{at}].key"), "use a short lower-case word such as on_site");
            check.line(&format!("entitlements[{at}].name"), &entitlement.name, 200);
            check.range(format!("entitlements[{at}].quantity"), entitlement.quantity.unwrap_or(0), 0, MINOR_MAX);
            check.range(format!("entitlements[{at}].used"), entitlement.used, 0, MINOR_MAX);
        }
        check.text("notes", &mut self.notes, 10_000);
    }

    fn references(&self) -> Vec<Reference> {
        let mut all = vec![customer_reference(self.customer_id)];
        all.extend(product_reference(self.product_id));
        all.extend(self.owner_id.map(|id| Reference { field: "owner_id".into(), table: "app_user", id: id.to_string() }));
        all
    }

    fn customer(&self) -> Option<CustomerId> {
        Some(self.customer_id)
    }
}

impl Pushed for Contract {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }
    fn set_external_id(&mut self, id: String) {
        self.external_id = Some(id);
    }
}

impl OfCustomer for Contract {
    fn customer_id(&self) -> CustomerId {
        self.customer_id
    }
    const AT: &'static str = "starts_at";
    fn at(&self) -> Utc {
        self.starts_at
    }
    const FILTERS: &'static [&'static str] = &["customer_id", "number", "external_id", "product_id", "owner_id"];
}

/// A thing a customer has of us.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductOwned {
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    /// The id in another system; unique where given.
    #[serde(default)]
    pub external_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub product_id: Option<ProductId>,
    pub name: String,
    #[serde(default)]
    pub serial: Option<String>,
    #[schema(value_type = i64)]
    pub bought_at: Utc,
    /// From then on there is no warranty. Left out when it is written first, it follows from the product's months.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub warranty_until: Option<Utc>,
    /// The customer has told us that they have it.
    #[serde(default)]
    pub registered: bool,
    #[serde(default)]
    pub notes: String,
}

impl ProductOwned {
    /// Whether it is under warranty at this time.
    pub fn in_warranty(&self, at: Utc) -> bool {
        self.bought_at <= at && self.warranty_until.is_some_and(|until| at < until)
    }
}

impl Resource for ProductOwned {
    type Id = ProductOwnedId;
    const KIND: Kind = Kind::ProductOwned;
    const TABLE: &'static str = "product_owned";
    const COLUMNS: &'static [Column] = columns!(
        customer_id: Text, external_id: Text, product_id: Text, name: Text, serial: Text, bought_at: Int, warranty_until: Int,
        registered: Bool, notes: Text,
    );

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check_external(check, &mut self.external_id);
        check.optional("serial", &mut self.serial, 100);
        check.time("bought_at", Some(self.bought_at));
        check.time("warranty_until", self.warranty_until);
        check.that(self.warranty_until.is_none_or(|until| until >= self.bought_at), "warranty_until", "let it be after the purchase");
        check.text("notes", &mut self.notes, 10_000);
    }

    fn references(&self) -> Vec<Reference> {
        let mut all = vec![customer_reference(self.customer_id)];
        all.extend(product_reference(self.product_id));
        all
    }

    fn customer(&self) -> Option<CustomerId> {
        Some(self.customer_id)
    }
}

impl Pushed for ProductOwned {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }
    fn set_external_id(&mut self, id: String) {
        self.external_id = Some(id);
    }
    fn wants_warranty_of(&self) -> Option<ProductId> {
        if self.warranty_until.is_none() { self.product_id } else { None }
    }
    fn set_warranty(&mut self, months: u16) {
        self.warranty_until = warranty_until(self.bought_at, months);
    }
}

impl OfCustomer for ProductOwned {
    fn customer_id(&self) -> CustomerId {
        self.customer_id
    }
    const AT: &'static str = "bought_at";
    fn at(&self) -> Utc {
        self.bought_at
    }
    const FILTERS: &'static [&'static str] = &["customer_id", "serial", "external_id", "product_id"];
}

/// The end of a warranty of so many calendar months from the purchase, at the same time of day in UTC; the 31st becomes the month's last
/// day. `None` for none, and beyond the year 9999.
pub fn warranty_until(bought: Utc, months: u16) -> Option<Utc> {
    if months == 0 {
        return None;
    }
    let bought = jiff::Timestamp::from_microsecond(bought.0).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
    let until = bought.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
    Some(Utc(until.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Utc {
        Utc(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_warranty_ends_after_calendar_months() {
        let table = [
            ("2026-01-31T10:00:00Z", 1, Some("2026-02-28T10:00:00Z")),
            ("2024-02-29T00:00:00Z", 24, Some("2026-02-28T00:00:00Z")),
            ("2026-11-22T08:30:00Z", 36, Some("2029-11-22T08:30:00Z")),
            ("2026-11-22T08:30:00Z", 0, None),
        ];
        for (bought, months, until) in table {
            assert_eq!(warranty_until(at(bought), months), until.map(at), "{bought} {months}");
        }
        assert_eq!(warranty_until(Utc(i64::MAX), 12), None);
    }

    #[test]
    fn a_contract_holds_from_its_start_until_before_its_end() {
        let mut contract: Contract = serde_json::from_value(serde_json::json!({
            "customer_id": uuid::Uuid::from_u128(1), "number": "C-1", "kind": "support", "starts_at": 100, "ends_at": 200,
        }))
        .unwrap();
        for (time, holds) in [(99, false), (100, true), (199, true), (200, false)] {
            assert_eq!(contract.holds(Utc(time)), holds, "{time}");
        }
        contract.state = ContractState::Suspended;
        assert!(!contract.holds(Utc(150)));
    }

    #[test]
    fn every_wrong_field_of_an_order_is_named() {
        let mut order: Order = serde_json::from_value(serde_json::json!({
            "customer_id": uuid::Uuid::from_u128(1), "number": " ", "placed_at": 1, "currency": "eur", "due_minor": -1,
            "lines": [{ "name": "Lamp" }, { "name": "a\nb", "quantity": 9_000_000 }],
        }))
        .unwrap();
        let mut check = Check::default();
        order.check(&mut check);
        let fields: Vec<String> = check.into_errors().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["number", "currency", "due_minor", "lines[1].name", "lines[1].quantity"]);
    }
}
