//! When a customer was last in contact, ordered, had a ticket: kept on the customer's row when it happens, past its version. Never read back
//! into a write of the row.
//!
//! Each follows from rows that stand elsewhere, so that it can be made anew at any time. The last contact follows from `interaction_customer` and from nothing else, so that projecting in any order and rebuilding give the same.

use crate::db::{Row, Tx, args, text};
use crate::error::Result;
use crate::store::Store;
use cti_types::{CustomerId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Columns of [`Activity`], in its order.
pub(crate) const COLUMNS: &str = "last_contact_at, last_order_at, last_ticket_at";
/// Customers looked at by one statement of a recount.
const PAGE: i64 = 5_000;

/// The last times, in µs since 1970; none: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// When the last interaction with them opened, on any channel and in either direction.
    #[schema(value_type = Option<i64>)]
    pub last_contact_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub last_order_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub last_ticket_at: Option<Utc>,
}

/// Reads it from three columns, the first of them at `at`.
pub(crate) fn read(row: &Row, at: usize) -> Activity {
    let time = |at: usize| row.opt_int(at).filter(|time| *time > 0).map(Utc);
    Activity { last_contact_at: time(at), last_order_at: time(at + 1), last_ticket_at: time(at + 2) }
}

/// Of their orders that were not cancelled.
const LAST_ORDER: &str = "COALESCE((SELECT o.placed_at FROM customer_order o WHERE o.customer_id = customer.id AND o.state <> 'cancelled' \
     ORDER BY o.placed_at DESC LIMIT 1), 0)";
/// Of the tickets they are a customer of.
const LAST_TICKET: &str =
    "COALESCE((SELECT l.made_at FROM ticket_customer l WHERE l.customer_id = customer.id ORDER BY l.made_at DESC LIMIT 1), 0)";

/// Brings the last order of these customers up to date. To be called by whoever writes orders, in the transaction that does; the order of
/// their ids is the order of the locks.
pub(crate) async fn refresh_orders(tx: &mut Tx, customers: &BTreeSet<CustomerId>) -> Result<()> {
    refresh(tx, "last_order_at", LAST_ORDER, customers).await
}

/// The same of their last ticket.
pub(crate) async fn refresh_tickets(tx: &mut Tx, customers: &BTreeSet<CustomerId>) -> Result<()> {
    refresh(tx, "last_ticket_at", LAST_TICKET, customers).await
}

async fn refresh(tx: &mut Tx, column: &str, last: &str, customers: &BTreeSet<CustomerId>) -> Result<()> {
    for customer in customers {
        let sql = format!("UPDATE customer SET {column} = {last} WHERE id = $1 AND {column} <> {last}");
        tx.execute(sql, vec![text(customer)]).await?;
    }
    Ok(())
}

/// Brings all three up to date, after customers were merged or parted; what formulas gave is to be computed anew.
pub(crate) async fn refresh_all(tx: &mut Tx, customers: &BTreeSet<CustomerId>) -> Result<()> {
    refresh(tx, "last_contact_at", LAST, customers).await?;
    refresh_orders(tx, customers).await?;
    refresh_tickets(tx, customers).await?;
    for customer in customers {
        tx.execute("UPDATE customer_value SET computed_at = 0 WHERE customer_id = $1", vec![text(customer)]).await?;
    }
    Ok(())
}

/// Of the customer's own id in the log and of those merged into them.
const LAST: &str = "COALESCE((SELECT MAX(m.at) FROM (SELECT MAX(ic.opened_at) AS at FROM interaction_customer ic \
     WHERE ic.customer_id = customer.id UNION ALL SELECT MAX(ac.opened_at) AS at FROM customer_alias ca \
     JOIN interaction_customer ac ON ac.customer_id = ca.customer_id WHERE ca.survivor_id = customer.id) AS m), 0)";

/// Brings the last contact of these customers up to date, one by one in the order given, which must be that of their ids: two writers that
/// lock the same rows then wait for each other in one direction only. An id that was merged stands for the survivor. Returns how many rows
/// changed.
pub(crate) async fn refresh_contacts<'a>(tx: &mut Tx, customers: impl Iterator<Item = &'a str>) -> Result<u64> {
    let sql = format!(
        "UPDATE customer SET last_contact_at = {LAST} \
         WHERE id = COALESCE((SELECT a.survivor_id FROM customer_alias a WHERE a.customer_id = $1), $1) AND last_contact_at <> {LAST}"
    );
    let mut changed = 0;
    for customer in customers {
        changed += tx.execute(sql.clone(), args![customer]).await?;
    }
    Ok(changed)
}

impl Store {
    /// Brings the last contact of all customers up to date, some thousand in each transaction. Returns how many rows changed.
    pub(crate) async fn recount_contacts(&self) -> Result<u64> {
        let (mut changed, mut after) = (0, String::new());
        let update = format!("UPDATE customer SET last_contact_at = {LAST} WHERE id > $1 AND id <= $2 AND last_contact_at <> {LAST}");
        loop {
            let page = format!("SELECT MAX(p.id) FROM (SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT {PAGE}) AS p");
            let rows = self.db.fetch(page, args![after.as_str()]).await?;
            let Some(last) = rows.first().and_then(|row| row.opt_text(0)).map(ToOwned::to_owned) else { break };
            let mut tx = self.db.begin().await?;
            changed += tx.execute(update.clone(), args![after, last.as_str()]).await?;
            tx.commit().await?;
            after = last;
        }
        Ok(changed)
    }
}
