//! Orders, contracts and products owned: listed, pushed in by another system's ids, and asked what a caller asks: what is due, what is under
//! warranty, what they are entitled to. Plain writing of one row is `crud`'s.

use crate::crud::{bad_fields, change_of, column_list, filter_value, find_in, get_in, read_row, update_in};
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{FieldError, Result, StoreError};
use crate::model::{Contract, ContractId, Entitlement, ListQuery, OfCustomer, Page, Product, Pushed, Stored, Who};
use crate::store::{Change, Store};
use crate::viewer::{Viewer, sees};
use cti_types::{CustomerId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

/// Most rows of one import; more are refused. A longer list is pushed in several, each in one transaction.
pub const PUSH_MAX: usize = 1_000;
/// Beyond so many rows at once listeners are not told of each.
const TOLD_MAX: usize = 50;
/// How often a push is tried again that met another of the same row.
const TRIES: usize = 4;
/// Most contracts looked through for entitlements; further ones of one customer are left out.
const CONTRACTS_MAX: usize = 200;

/// What a push did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Upserted {
    Created,
    Changed,
    /// The row was so already: no new version, nothing in the audit.
    Unchanged,
}

/// A sum of money in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Amount {
    /// ISO 4217.
    pub currency: String,
    /// In minor units.
    pub minor: i64,
}

/// Something a customer is entitled to, and by which contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Entitled {
    #[schema(value_type = Uuid)]
    pub contract_id: ContractId,
    pub contract_number: String,
    #[schema(value_type = Option<i64>)]
    pub ends_at: Option<Utc>,
    #[serde(flatten)]
    pub entitlement: Entitlement,
    /// How much of it is left, where it is counted.
    pub left: Option<i64>,
}

impl Store {
    /// A page of rows that belong to customers, the latest first. `query.equals` may name the fields of [`OfCustomer::FILTERS`].
    ///
    /// # Errors
    /// `Invalid` for another field or a bad cursor; `Unavailable`.
    pub async fn list_of_customers<R: OfCustomer>(&self, query: &ListQuery) -> Result<Page<Stored<R>>> {
        let (word, at) = (R::KIND.word(), R::AT);
        let (mut conditions, mut values) = (vec!["1 = 1".to_owned()], Vec::new());
        for (field, wanted) in &query.equals {
            if !R::FILTERS.contains(&field.as_str()) {
                return Err(StoreError::invalid(word, field.clone(), format!("filter by {}", R::FILTERS.join(", "))));
            }
            values.push(filter_value::<R>(field, wanted)?);
            conditions.push(format!("{field} = ${}", values.len()));
        }
        if let Some(cursor) = &query.cursor {
            let parsed = cursor.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<R::Id>().ok()?)));
            let Some((before, id)) = parsed else {
                return Err(StoreError::invalid(word, "cursor", "give back the `next` of the page before"));
            };
            values.push(Value::from(before));
            let n = values.len();
            values.push(text(id));
            conditions.push(format!("({at}, id) < (${n}, ${})", n + 1));
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {at} DESC, id DESC LIMIT {}",
            column_list::<R>(),
            R::TABLE,
            conditions.join(" AND "),
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_row::<R>).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|last| format!("{}.{}", last.data.at().0, last.id)) } else { None };
        Ok(Page { items, next })
    }

    /// Writes a row as [`Store::insert`] does; a warranty that is not said follows from the product.
    ///
    /// # Errors
    /// As [`Store::insert`].
    pub async fn insert_pushed<R: Pushed>(&self, who: &Who, now: Utc, data: R) -> Result<Stored<R>> {
        let mut data = data;
        let mut tx = self.db.begin().await?;
        complete(&mut tx, &mut data).await?;
        self.prepare(&mut data, None).await?;
        let stored = self.insert_in(&mut tx, who, now, data, Vec::new()).await?;
        tx.commit().await?;
        self.tell(change_of(who, stored.id, Some(stored.version), &[&stored.data]));
        Ok(stored)
    }

    /// [`Store::upsert_for`] by the program itself.
    ///
    /// # Errors
    /// As there.
    pub async fn upsert<R: Pushed>(&self, who: &Who, now: Utc, external_id: &str, fields: &Json) -> Result<(Stored<R>, Upserted)> {
        self.upsert_for(&Viewer::program(), who, now, external_id, fields).await
    }

    /// Makes the row with this id in another system be as `fields` say, whole: what they leave out takes its default. Done again with the
    /// same fields it changes nothing. Instead of `customer_id` there may be `customer_external_id`, instead of `product_id` `product_sku`.
    ///
    /// # Errors
    /// `NotFound` when the row belongs to a customer whom the viewer may not see; `Invalid` with each wrong field, such a customer named
    /// anew among them; `Unique`, `Unavailable`.
    pub async fn upsert_for<R: Pushed>(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        external_id: &str,
        fields: &Json,
    ) -> Result<(Stored<R>, Upserted)> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut tx = self.db.begin().await?;
            let done = self.upsert_in::<R>(&mut tx, viewer, who, now, Some(external_id), fields.clone()).await;
            let (stored, how, change) = match done {
                // Another push of the same row was faster: it is there now.
                Err(StoreError::Unique { field, .. }) if field == "external_id" && tries < TRIES => continue,
                Err(StoreError::VersionConflict { .. }) if tries < TRIES => continue,
                done => done?,
            };
            tx.commit().await?;
            if let Some(change) = change {
                self.tell(change);
            }
            return Ok((stored, how));
        }
    }

    /// Pushes many rows in one transaction, each as [`Store::upsert`] would; one without an `external_id` is always a new row. A row that is
    /// refused is left out and said why. With `dry`, nothing is written.
    ///
    /// # Errors
    /// `Invalid` for more than [`PUSH_MAX`]; `Unavailable`: nothing is written then.
    pub async fn push<R: Pushed>(&self, who: &Who, now: Utc, rows: Vec<Json>, dry: bool) -> Result<Vec<Result<Upserted, Vec<FieldError>>>> {
        if rows.len() > PUSH_MAX {
            return Err(StoreError::invalid(R::KIND.word(), "rows", format!("leave at most {PUSH_MAX}")));
        }
        let (mut outcomes, mut changes, viewer) = (Vec::with_capacity(rows.len()), Vec::new(), Viewer::program());
        let mut tx = self.db.begin().await?;
        for fields in rows {
            let external = fields.get("external_id").and_then(Json::as_str).map(str::to_owned);
            match self.upsert_in::<R>(&mut tx, &viewer, who, now, external.as_deref(), fields).await {
                Ok((_, how, change)) => {
                    changes.extend(change);
                    outcomes.push(Ok(how));
                }
                Err(StoreError::Invalid { errors, .. }) => outcomes.push(Err(errors)),
                Err(error) => return Err(error),
            }
        }
        if dry {
            return Ok(outcomes);
        }
        tx.commit().await?;
        if changes.len() > TOLD_MAX {
            changes.truncate(1);
            for change in &mut changes {
                change.many = true;
            }
        }
        for change in changes {
            self.tell(change);
        }
        Ok(outcomes)
    }

    async fn upsert_in<R: Pushed>(
        &self,
        tx: &mut Tx,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        external_id: Option<&str>,
        fields: Json,
    ) -> Result<(Stored<R>, Upserted, Option<Change>)> {
        let word = R::KIND.word();
        let Json::Object(mut fields) = fields else { return Err(StoreError::invalid(word, "", "send a JSON object")) };
        let by_external = fields.get("customer_external_id").is_some_and(|id| !id.is_null());
        name_by_id(tx, word, &mut fields, ("customer_external_id", "customer_id"), CUSTOMER_BY_EXTERNAL_ID).await?;
        name_by_id(tx, word, &mut fields, ("product_sku", "product_id"), "SELECT id FROM product WHERE sku = $1").await?;
        let mut data: R = serde_json::from_value(Json::Object(fields)).map_err(|error| bad_fields(word, &error))?;
        if let Some(id) = external_id {
            data.set_external_id(id.to_owned());
        }
        complete(tx, &mut data).await?;
        self.prepare(&mut data, None).await?;
        let old = match data.external_id() {
            Some(id) => find_in::<R>(tx, "external_id", Value::from(id)).await?,
            None => None,
        };
        // Several pushes of one row take turns.
        let old = match old {
            Some(old) => {
                tx.lock_row(R::TABLE, old.id).await?;
                get_in::<R>(tx, old.id).await?
            }
            None => None,
        };
        if let Some(customer) = old.as_ref().and_then(|old| old.customer()) {
            unless_unseen(tx, viewer, customer, || StoreError::NotFound { resource: word }).await?;
        }
        if let Some(customer) = data.customer() {
            // The same words as for one that is not there.
            let (field, mend) = if by_external {
                ("customer_external_id", "there is none with it")
            } else {
                ("customer_id", "choose a customer that exists")
            };
            unless_unseen(tx, viewer, customer, || StoreError::invalid(word, field, mend)).await?;
        }
        let Some(old) = old else {
            let stored = self.insert_in(tx, who, now, data, Vec::new()).await?;
            let change = change_of(who, stored.id, Some(stored.version), &[&stored.data]);
            return Ok((stored, Upserted::Created, Some(change)));
        };
        if old.data == data {
            return Ok((old, Upserted::Unchanged, None));
        }
        self.prepare(&mut data, Some(&old.data)).await?;
        let stored = update_in(self, tx, who, now, &old, data, Vec::new()).await?;
        let change = change_of(who, stored.id, Some(stored.version), &[&stored.data, &old.data]);
        Ok((stored, Upserted::Changed, Some(change)))
    }

    /// What a customer has still to pay, a sum for each currency, in the order of their codes.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn amounts_due(&self, customer: CustomerId) -> Result<Vec<Amount>> {
        let sql = "SELECT currency, CAST(SUM(due_minor) AS BIGINT) FROM customer_order WHERE customer_id = $1 AND due_minor > 0 \
                   GROUP BY currency ORDER BY currency";
        let read = |row: &Row| Ok(Amount { currency: row.text(0)?.to_owned(), minor: row.int(1)? });
        self.db.fetch(sql, vec![text(customer)]).await?.iter().map(read).collect()
    }

    /// What a customer is entitled to at a time, by the contracts that hold then.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn entitlements(&self, customer: CustomerId, at: Utc) -> Result<Vec<Entitled>> {
        let sql = format!(
            "SELECT {} FROM contract WHERE customer_id = $1 AND state = 'active' AND starts_at <= $2 AND (ends_at IS NULL OR ends_at > $2) \
             ORDER BY COALESCE(ends_at, {}), id LIMIT {CONTRACTS_MAX}",
            column_list::<Contract>(),
            // Those without an end last: of NULL the two databases think differently.
            i64::MAX
        );
        let mut all = Vec::new();
        for row in self.db.fetch(sql, args![customer.to_string(), at]).await? {
            let Stored { id, data: contract, .. } = read_row::<Contract>(&row)?;
            all.extend(contract.entitlements.into_iter().map(|entitlement| Entitled {
                contract_id: id,
                contract_number: contract.number.clone(),
                ends_at: contract.ends_at,
                left: entitlement.quantity.map(|quantity| (quantity - entitlement.used).max(0)),
                entitlement,
            }));
        }
        Ok(all)
    }
}

/// Who has the id, or who somebody with it was merged into.
const CUSTOMER_BY_EXTERNAL_ID: &str = "SELECT id FROM (SELECT c.id AS id, 0 AS place FROM customer c WHERE c.external_id = $1 \
     UNION ALL SELECT a.survivor_id, 1 FROM customer_alias a WHERE a.external_id = $1) AS found ORDER BY place LIMIT 1";

/// Puts the id of what is named in another way into its field.
async fn name_by_id(
    tx: &mut Tx,
    word: &'static str,
    fields: &mut serde_json::Map<String, Json>,
    (name, id): (&'static str, &'static str),
    sql: &'static str,
) -> Result<()> {
    let Some(value) = fields.remove(name) else { return Ok(()) };
    let wanted = match &value {
        Json::Null => return Ok(()),
        Json::String(wanted) => wanted.as_str(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            return Err(StoreError::invalid(word, name, "give it as text"));
        }
    };
    match tx.fetch(sql, args![wanted]).await?.first() {
        Some(row) => fields.insert(id.to_owned(), Json::from(row.text(0)?)),
        None => return Err(StoreError::invalid(word, name, "there is none with it")),
    };
    Ok(())
}

/// Refuses in these words what is of a customer whom the viewer may not see.
async fn unless_unseen(tx: &mut Tx, viewer: &Viewer, customer: CustomerId, refused: impl FnOnce() -> StoreError + Send) -> Result<()> {
    match sees(tx, viewer, customer).await {
        Err(StoreError::NotFound { .. }) => Err(refused()),
        seen => seen,
    }
}

/// Adds what follows from other rows.
async fn complete<R: Pushed>(tx: &mut Tx, data: &mut R) -> Result<()> {
    let Some(product) = data.wants_warranty_of() else { return Ok(()) };
    // One that is not there is refused with the other references.
    if let Some(product) = find_in::<Product>(tx, "id", text(product)).await? {
        data.set_warranty(product.warranty_months);
    }
    Ok(())
}
