//! Ids of customers that lead to another since a merge. Merges nobody.

use super::references::SAME_CUSTOMER;
use crate::db::{Tx, args, text};
use crate::error::{Result, StoreError};
use crate::store::Store;
use cti_types::CustomerId;

impl Store {
    /// The customer this one was merged into; `None`: they stand for themselves, or nobody has this id.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn merged_into(&self, customer: CustomerId) -> Result<Option<CustomerId>> {
        let rows = self.db.fetch("SELECT survivor_id FROM customer_alias WHERE customer_id = $1", vec![text(customer)]).await?;
        rows.first().map(|row| row.id(0)).transpose()
    }
}

/// A customer's own id and those merged into them.
pub(crate) async fn members(tx: &mut Tx, customer: CustomerId) -> Result<Vec<String>> {
    tx.fetch(SAME_CUSTOMER.replace('?', "$1"), vec![text(customer)]).await?.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
}

/// Who has this id in another system: by their own, or by that of one merged into them.
pub(crate) async fn by_external_id(tx: &mut Tx, external_id: &str) -> Result<Option<CustomerId>> {
    let own = tx.fetch("SELECT id FROM customer WHERE external_id = $1", args![external_id]).await?;
    if let Some(row) = own.first() {
        return row.id(0).map(Some);
    }
    let merged = tx.fetch("SELECT survivor_id FROM customer_alias WHERE external_id = $1 ORDER BY customer_id", args![external_id]).await?;
    merged.first().map(|row| row.id(0)).transpose()
}

/// Refuses an id that leads elsewhere or nowhere.
pub(crate) async fn nobody(tx: &mut Tx, customer: CustomerId) -> Result<StoreError> {
    let rows = tx.fetch("SELECT survivor_id FROM customer_alias WHERE customer_id = $1", vec![text(customer)]).await?;
    Ok(match rows.first() {
        Some(row) => StoreError::refused("customer", format!("the customer was merged into {}", row.text(0)?), "use that id"),
        None => StoreError::NotFound { resource: "customer" },
    })
}
