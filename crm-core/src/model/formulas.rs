//! Named formulas over a customer's orders and interactions: lifetime value, churn signal. The row and its versions; what a text means is
//! in `formula`, what it gives in `values`.

use super::fields::check_labels;
use super::{Check, Column, FormulaId, Kind, Resource, columns};
use cti_types::{CustomerId, UserId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A formula by its name. Its texts are versions of their own; the published one counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    /// `lifetime_value`, `churn` or a word of your own: lower-case letters, digits, underscore.
    pub name: String,
    /// How it is shown, by language.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What its result is counted in, as shown: `%`, `points`.
    #[serde(default)]
    pub unit: String,
    /// ISO 4217: the orders counted are those in this currency. None: of all, and then no sum of money can be asked for.
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub sort: i64,
    /// Shown on the card when the customer calls.
    #[serde(default)]
    pub on_card: bool,
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl Resource for Formula {
    type Id = FormulaId;
    const KIND: Kind = Kind::Formula;
    const TABLE: &'static str = "formula";
    const COLUMNS: &'static [Column] =
        columns!(name: Text, labels: Json, unit: Text, currency: Text, sort: Int, on_card: Bool, active: Bool);

    fn check(&mut self, check: &mut Check) {
        let word =
            (1..=40).contains(&self.name.len()) && self.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        check.that(word, "name", "use 1 to 40 lower-case letters, digits and underscores");
        check_labels(check, "labels", &self.labels);
        check.line("unit", &self.unit, 20);
        if let Some(currency) = &self.currency {
            let code = currency.len() == 3 && currency.chars().all(|c| c.is_ascii_uppercase());
            check.that(code, "currency", "write it as its three capital letters, such as EUR");
        }
    }
}

/// One text of a formula. Never changed; another one is another version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FormulaVersion {
    #[schema(value_type = Uuid)]
    pub formula_id: FormulaId,
    pub number: u32,
    /// The expression.
    pub source: String,
    /// It counts.
    pub published: bool,
    #[schema(value_type = Option<Uuid>)]
    pub created_by: Option<UserId>,
    #[schema(value_type = i64)]
    pub created_at: Utc,
}

/// What a formula gives for a customer, with what it was computed from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerValue {
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    #[schema(value_type = Uuid)]
    pub formula_id: FormulaId,
    pub name: String,
    pub unit: String,
    /// The version it was computed by.
    pub number: u32,
    /// Its text.
    pub source: String,
    /// To three decimal places; none: nothing can be said.
    pub value: Option<f64>,
    /// Each variable of the text as it stood; none: not known of this customer.
    pub inputs: BTreeMap<String, Option<f64>>,
    #[schema(value_type = i64)]
    pub computed_at: Utc,
}
