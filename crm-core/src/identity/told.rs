//! Telling webhooks of rows that changed hands by a merge or its undoing. What belongs to the customer alone (contact points, consents,
//! relations, shares) is told of by `customer.merged` and `customer.unmerged`. Moves nothing.

use super::moved::Moved;
use crate::audit::Action;
use crate::crud::{find_in, shown};
use crate::db::{Tx, text};
use crate::error::Result;
use crate::model::{Callback, Contract, Note, OpenItem, Order, ProductOwned, Reminder, Resource, Task, Who};
use crate::outbox::{is_awaited, write_event};
use crate::store::Store;
use crate::tickets::load::{columns, read_ticket};
use cti_types::{CustomerId, Utc};
use serde_json::{Value as Json, json};

/// Tells of rows that were `was`'s, each as a change of the column that names the customer. Nobody wanting to hear of a kind, no row of it is
/// read.
pub(super) async fn tell(store: &Store, tx: &mut Tx, who: &Who, now: Utc, moved: &Moved, was: CustomerId) -> Result<()> {
    for (reference, id) in moved {
        let Some(word) = reference.audit.first() else { continue };
        if !is_awaited(store, tx, &format!("{word}.updated")).await? {
            continue;
        }
        let Some(after) = row(tx, reference.table, id).await? else { continue };
        let mut before = after.clone();
        if let Json::Object(fields) = &mut before {
            fields.insert(reference.column.to_owned(), json!(was));
        }
        write_event(store, tx, who, now, Action::Update, word, id, Some(&before), Some(&after)).await?;
    }
    Ok(())
}

/// A row as webhooks are told of it elsewhere.
async fn row(tx: &mut Tx, table: &str, id: &str) -> Result<Option<Json>> {
    match table {
        "open_item" => of::<OpenItem>(tx, id).await,
        "customer_order" => of::<Order>(tx, id).await,
        "contract" => of::<Contract>(tx, id).await,
        "product_owned" => of::<ProductOwned>(tx, id).await,
        "task" => of::<Task>(tx, id).await,
        "callback" => of::<Callback>(tx, id).await,
        "reminder" => of::<Reminder>(tx, id).await,
        "note" => of::<Note>(tx, id).await,
        "ticket" => {
            let rows = tx.fetch(format!("SELECT {} FROM ticket t WHERE t.id = $1", columns()), vec![text(id)]).await?;
            Ok(rows.first().map(read_ticket).transpose()?.and_then(|row| serde_json::to_value(row).ok()))
        }
        // What was answered is told nobody.
        _ => {
            let rows = tx.fetch(format!("SELECT customer_id FROM {table} WHERE id = $1"), vec![text(id)]).await?;
            Ok(rows.first().map(|row| json!({ "customer_id": row.opt_text(0) })))
        }
    }
}

async fn of<R: Resource>(tx: &mut Tx, id: &str) -> Result<Option<Json>> {
    find_in::<R>(tx, "id", text(id)).await?.map(|stored| shown(&stored, false)).transpose()
}
