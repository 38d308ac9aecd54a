//! Formulas' versions, and what they give for a customer: computed when asked for and stale, stored with the version and the inputs, so that
//! every figure can be explained. What a text means is in `formula`.

use crate::audit::{Action, write_audit};
use crate::crud::read_row;
use crate::db::{Row, args, text};
use crate::error::{Result, StoreError};
use crate::formula::{Expression, FormulaError, Variable};
use crate::model::{CustomerValue, Formula, FormulaId, FormulaVersion, Kind, Resource as _, Stored, Who};
use crate::store::Store;
use cti_types::{CustomerId, Utc};
use serde_json::json;
use std::collections::BTreeMap;

/// Versions of one formula; a further one is refused.
pub const VERSIONS_MAX: i64 = 1_000;
/// Formulas computed for one customer.
const FORMULAS_MAX: usize = 50;
/// A stored value is as good as new for so long, unless something happened: an hour.
const FRESH_US: i64 = 3_600_000_000;
/// How old a value may be of whom nobody asks.
const DAY_US: i64 = 86_400_000_000;
/// Customers looked at by one refresh.
pub const REFRESH_MAX: usize = 500;
/// What is stored lies within ± this, so that thousandths fit.
const VALUE_MAX: f64 = 1e15;

const VERSION: &str = "v.formula_id, v.number, v.source, v.created_by, v.created_at, f.published";

/// A published formula.
struct Published {
    formula: Stored<Formula>,
    number: u32,
    source: String,
}

impl Store {
    /// Adds a text as the formula's next version. It counts once it is published.
    ///
    /// # Errors
    /// `Invalid` with the place of what is wrong in `source`; `NotFound`, `Unavailable`.
    pub async fn add_formula_version(&self, who: &Who, now: Utc, formula: FormulaId, source: String) -> Result<FormulaVersion> {
        let stored = self.get::<Formula>(formula).await?;
        check_source(&stored.data, &source).map_err(|error| StoreError::invalid("formula_version", "source", error.to_string()))?;
        let mut tx = self.db.begin().await?;
        // Touching the formula's row makes two writers take turns on either database.
        if tx.execute("UPDATE formula SET updated_at = $2 WHERE id = $1", args![formula.to_string(), now]).await? == 0 {
            return Err(StoreError::NotFound { resource: "formula" });
        }
        let rows = tx.fetch("SELECT MAX(number) FROM formula_version WHERE formula_id = $1", vec![text(formula)]).await?;
        let number = rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) + 1;
        if number > VERSIONS_MAX {
            return Err(StoreError::invalid("formula_version", "source", "make a new formula: this one has enough versions"));
        }
        let row = args![formula.to_string(), number, source.as_str(), who.user.map(|user| user.to_string()), now];
        let sql = "INSERT INTO formula_version (formula_id, number, source, created_by, created_at) VALUES ($1, $2, $3, $4, $5)";
        tx.execute_on("formula_version", sql, row).await?;
        let after = Some(json!({ "number": number, "source": source }));
        write_audit(self, &mut tx, who, now, Action::Create, "formula_version", &formula.to_string(), None, after).await?;
        tx.commit().await?;
        Ok(FormulaVersion { formula_id: formula, number: number as u32, source, published: false, created_by: who.user, created_at: now })
    }

    /// Makes this version the one that counts. Publishing an old version again is how one goes back.
    ///
    /// # Errors
    /// `Invalid` when it no longer fits the formula's row; `NotFound`, `Unavailable`.
    pub async fn publish_formula_version(&self, who: &Who, now: Utc, formula: FormulaId, number: u32) -> Result<FormulaVersion> {
        let stored = self.get::<Formula>(formula).await?;
        let version = self.formula_version(formula, number).await?;
        check_source(&stored.data, &version.source).map_err(|error| StoreError::invalid("formula_version", "source", error.to_string()))?;
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE formula SET published = $2, version = version + 1, updated_at = $3 WHERE id = $1";
        if tx.execute(sql, args![formula.to_string(), number, now]).await? == 0 {
            return Err(StoreError::NotFound { resource: "formula" });
        }
        let after = Some(json!({ "published": number }));
        write_audit(self, &mut tx, who, now, Action::Update, "formula_version", &formula.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Formula, formula);
        Ok(FormulaVersion { published: true, ..version })
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn formula_version(&self, formula: FormulaId, number: u32) -> Result<FormulaVersion> {
        let sql = format!(
            "SELECT {VERSION} FROM formula_version v JOIN formula f ON f.id = v.formula_id WHERE v.formula_id = $1 AND v.number = $2"
        );
        let rows = self.db.fetch(sql, args![formula.to_string(), number]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "formula_version" }), read_version)
    }

    /// The latest 200 versions of a formula, the newest first.
    ///
    /// # Errors
    /// `NotFound` when there is no such formula, `Unavailable`.
    pub async fn formula_versions(&self, formula: FormulaId) -> Result<Vec<FormulaVersion>> {
        self.get::<Formula>(formula).await?;
        let sql = format!(
            "SELECT {VERSION} FROM formula_version v JOIN formula f ON f.id = v.formula_id \
             WHERE v.formula_id = $1 ORDER BY v.number DESC LIMIT 200"
        );
        self.db.fetch(sql, vec![text(formula)]).await?.iter().map(read_version).collect()
    }

    /// What all published formulas give for a customer, by their order. What is stored is given as it is while it is of the published
    /// version, not older than an hour, and nothing happened since; else it is computed and stored.
    ///
    /// # Errors
    /// `NotFound` when there is no such customer, `Unavailable`.
    pub async fn customer_values(&self, now: Utc, customer: CustomerId) -> Result<Vec<CustomerValue>> {
        let published = self.published_formulas().await?;
        self.values_of(now, customer, &published, FRESH_US).await
    }

    /// What these formulas give. `fresh_us`: how old a stored value may be though nothing happened since.
    async fn values_of(&self, now: Utc, customer: CustomerId, published: &[Published], fresh_us: i64) -> Result<Vec<CustomerValue>> {
        let sql = "SELECT last_contact_at, last_order_at, last_ticket_at FROM customer WHERE id = $1";
        let rows = self.db.fetch(sql, vec![text(customer)]).await?;
        let Some(row) = rows.first() else { return Err(StoreError::NotFound { resource: "customer" }) };
        let happened = (0..3).filter_map(|at| row.opt_int(at)).max().unwrap_or(0);
        let mut values = Vec::new();
        for published in published {
            let stored = self.stored_value(customer, published).await?;
            let fresh = stored.filter(|value| {
                let at = value.computed_at.0;
                value.number == published.number && at > happened && at > now.0 - fresh_us && at >= published.formula.updated_at.0
            });
            values.push(match fresh {
                Some(value) => value,
                None => self.compute_value(now, customer, published).await?,
            });
        }
        Ok(values)
    }

    /// Brings the values of customers in contact since a time up to date, the latest first, at most [`REFRESH_MAX`]: so that the next card shows
    /// them. Returns of how many they were looked at.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn refresh_values(&self, now: Utc, since: Utc) -> Result<u64> {
        let published = self.published_formulas().await?;
        if published.is_empty() {
            return Ok(0);
        }
        let sql = format!("SELECT id FROM customer WHERE last_contact_at >= $1 ORDER BY last_contact_at DESC, id DESC LIMIT {REFRESH_MAX}");
        let rows = self.db.fetch(sql, args![since]).await?;
        for row in &rows {
            self.refresh_one(now, row.id(0)?, &published, FRESH_US).await?;
        }
        Ok(rows.len() as u64)
    }

    /// Brings the values of the next [`REFRESH_MAX`] customers behind `after` up to date, where they are older than a day: of who is silent, or
    /// orders without a word, they change as well, and a churn signal most of all. Returns where to go on; `None`: at the end, begin anew.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn walk_values(&self, now: Utc, after: Option<CustomerId>) -> Result<Option<CustomerId>> {
        let published = self.published_formulas().await?;
        if published.is_empty() {
            return Ok(None);
        }
        let after = after.map(|after| after.to_string()).unwrap_or_default();
        let sql = format!("SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT {REFRESH_MAX}");
        let rows = self.db.fetch(sql, args![after]).await?;
        let mut last = None;
        for row in &rows {
            let customer = row.id(0)?;
            self.refresh_one(now, customer, &published, DAY_US).await?;
            last = Some(customer);
        }
        Ok(last.filter(|_| rows.len() == REFRESH_MAX))
    }

    async fn refresh_one(&self, now: Utc, customer: CustomerId, published: &[Published], fresh_us: i64) -> Result<()> {
        match self.values_of(now, customer, published, fresh_us).await {
            // Deleted between the two reads.
            Ok(_) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn published_formulas(&self) -> Result<Vec<Published>> {
        let columns = ["id", "version", "created_at", "updated_at"].into_iter().chain(Formula::COLUMNS.iter().map(|column| column.name));
        let columns = columns.map(|name| format!("f.{name}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns}, v.number, v.source FROM formula f JOIN formula_version v ON v.formula_id = f.id AND v.number = f.published \
             WHERE f.active = 1 ORDER BY f.sort, f.name LIMIT {FORMULAS_MAX}"
        );
        let at = 4 + Formula::COLUMNS.len();
        let rows = self.db.fetch(sql, Vec::new()).await?;
        let read = |row: &Row| {
            Ok(Published { formula: read_row::<Formula>(row)?, number: row.int(at)? as u32, source: row.text(at + 1)?.to_owned() })
        };
        rows.iter().map(read).collect()
    }

    async fn stored_value(&self, customer: CustomerId, of: &Published) -> Result<Option<CustomerValue>> {
        let sql = "SELECT number, value_milli, inputs, computed_at FROM customer_value WHERE customer_id = $1 AND formula_id = $2";
        let rows = self.db.fetch(sql, args![customer.to_string(), of.formula.id.to_string()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let inputs =
            serde_json::from_str(row.text(2)?).map_err(|error| StoreError::corrupt_from("the inputs of a value cannot be read", error))?;
        Ok(Some(CustomerValue {
            customer_id: customer,
            formula_id: of.formula.id,
            name: of.formula.name.clone(),
            unit: of.formula.unit.clone(),
            number: row.int(0)? as u32,
            source: of.source.clone(),
            value: row.opt_int(1).map(from_milli),
            inputs,
            computed_at: Utc(row.int(3)?),
        }))
    }

    async fn compute_value(&self, now: Utc, customer: CustomerId, of: &Published) -> Result<CustomerValue> {
        let expression = Expression::parse(&of.source).map_err(|error| {
            StoreError::corrupt_from(format!("the published text of the formula {} cannot be read", of.formula.id), error)
        })?;
        let inputs = self.figures(customer, &expression.variables(), of.formula.currency.as_deref(), now).await?;
        let milli = expression.evaluate(&inputs).filter(|value| value.abs() <= VALUE_MAX).map(|value| (value * 1_000.0).round() as i64);
        let inputs: BTreeMap<String, Option<f64>> =
            inputs.into_iter().map(|(variable, value)| (variable.word().to_owned(), value)).collect();
        let written = serde_json::to_string(&inputs).map_err(|error| StoreError::corrupt_from("inputs cannot be written", error))?;
        let sql = "INSERT INTO customer_value (customer_id, formula_id, number, value_milli, inputs, computed_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (customer_id, formula_id) DO UPDATE SET number = excluded.number, \
                   value_milli = excluded.value_milli, inputs = excluded.inputs, computed_at = excluded.computed_at";
        let row = args![customer.to_string(), of.formula.id.to_string(), of.number, milli, written, now];
        // A figure made from other rows: no audit.
        let mut tx = self.db.begin().await?;
        tx.execute_on("customer_value", sql, row).await?;
        tx.commit().await?;
        Ok(CustomerValue {
            customer_id: customer,
            formula_id: of.formula.id,
            name: of.formula.name.clone(),
            unit: of.formula.unit.clone(),
            number: of.number,
            source: of.source.clone(),
            value: milli.map(from_milli),
            inputs,
            computed_at: now,
        })
    }
}

/// What is wrong with a text for this formula.
///
/// # Errors
/// The first fault with its place.
pub fn check_source(formula: &Formula, source: &str) -> Result<Expression, FormulaError> {
    let expression = Expression::parse(source)?;
    if formula.currency.is_none() && expression.variables().contains(&Variable::OrdersTotal) {
        let word = Variable::OrdersTotal.word();
        let before = source.find(word).and_then(|at| source.get(..at)).unwrap_or_default();
        let message = format!("give the formula a currency: {word} adds up money");
        return Err(FormulaError { position: before.chars().count() + 1, message });
    }
    Ok(expression)
}

pub(crate) fn from_milli(milli: i64) -> f64 {
    milli as f64 / 1_000.0
}

fn read_version(row: &Row) -> Result<FormulaVersion> {
    let number = row.int(1)?;
    Ok(FormulaVersion {
        formula_id: row.id(0)?,
        number: number as u32,
        source: row.text(2)?.to_owned(),
        published: row.opt_int(5) == Some(number),
        created_by: row.opt_id(3)?,
        created_at: Utc(row.int(4)?),
    })
}
