//! What else speaks of erased rows: the audit's before and after, notices to people, the outbox of webhooks. And telling webhooks that they
//! are gone. Decides nothing; commits nothing.

use super::certificate::{Erased, count};
use crate::audit::Action;
use crate::db::{Tx, args, listed};
use crate::error::Result;
use crate::model::Who;
use crate::outbox::write_event;
use crate::store::Store;
use cti_types::Utc;

/// Ids in one IN list.
const LIST: usize = 512;
/// What stands in the audit where a row was.
const MASK: &str = "{\"erased\":true}";
/// Rows of the audit that hold ids and reasons alone, and that say how it came to this.
const KEPT_ACTIONS: &str = "'merge', 'unmerge', 'erase', 'hold', 'lift', 'sweep'";

/// What was erased so far.
#[derive(Default)]
pub(super) struct Wiped {
    pub(super) erased: Vec<Erased>,
    /// Rows by their word, and what webhooks are told that became of them.
    pub(super) rows: Vec<(&'static str, String, Action)>,
    /// Tickets that were emptied.
    pub(super) tickets: Vec<String>,
}

impl Wiped {
    pub(super) fn add(&mut self, what: &str, how: &str, rows: u64) {
        count(&mut self.erased, what, how, rows);
    }

    /// Tells webhooks of the rows, without a value of them. After what they were to be told before is gone.
    pub(super) async fn tell(&self, store: &Store, tx: &mut Tx, who: &Who, now: Utc) -> Result<()> {
        for (word, id, action) in &self.rows {
            write_event(store, tx, who, now, *action, word, id, None, None).await?;
        }
        Ok(())
    }
}

fn mask(condition: &str) -> String {
    format!(
        "UPDATE audit SET before_json = CASE WHEN before_json IS NULL THEN NULL ELSE '{MASK}' END, \
         after_json = CASE WHEN after_json IS NULL THEN NULL ELSE '{MASK}' END WHERE {condition} AND action NOT IN ({KEPT_ACTIONS}) \
         AND (COALESCE(before_json, '{MASK}') <> '{MASK}' OR COALESCE(after_json, '{MASK}') <> '{MASK}')"
    )
}

/// Masks before and after of these rows, whatever was done to them; who did it, and when, stays. What people and webhooks were to be told of
/// them goes.
pub(super) async fn masked(tx: &mut Tx, words: &[&str], ids: &[String], wiped: &mut Wiped) -> Result<()> {
    for chunk in ids.chunks(LIST) {
        for word in words {
            let (list, values) = listed(2, chunk);
            let sql = mask(&format!("resource = $1 AND resource_id IN ({list})"));
            wiped.add("audit", "masked", tx.execute(sql, [args![*word], values].concat()).await?);
        }
        forgotten(tx, chunk, wiped).await?;
    }
    Ok(())
}

/// What people and webhooks were to be told of these rows.
pub(super) async fn forgotten(tx: &mut Tx, ids: &[String], wiped: &mut Wiped) -> Result<()> {
    for chunk in ids.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        for table in ["webhook_event", "notification"] {
            let rows = tx.execute(format!("DELETE FROM {table} WHERE resource_id IN ({list})"), values.clone()).await?;
            wiped.add(table, "deleted", rows);
        }
    }
    Ok(())
}

/// Masks everything the audit says of these customers, and of rows that were theirs and are gone.
pub(super) async fn customers(tx: &mut Tx, members: &[String], wiped: &mut Wiped) -> Result<()> {
    forgotten(tx, members, wiped).await?;
    for chunk in members.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        let of = format!("FROM audit_customer ac JOIN audit a ON a.id = ac.audit_id WHERE ac.customer_id IN ({list})");
        // A relation's row in the audit bears the id of the customer at its other end.
        let gone = format!("SELECT a.resource_id {of} AND a.action = 'delete' AND a.resource <> 'customer_relation'");
        for table in ["webhook_event", "notification"] {
            let rows = tx.execute(format!("DELETE FROM {table} WHERE resource_id IN ({gone})"), values.clone()).await?;
            wiped.add(table, "deleted", rows);
        }
        // What was told in the same moment as a row of the audit was told of the same change.
        let told = format!(
            "SELECT e.id FROM audit_customer ac JOIN audit a ON a.id = ac.audit_id \
             JOIN webhook_event e ON e.resource_id = a.resource_id AND e.at = a.at WHERE ac.customer_id IN ({list})"
        );
        let rows = tx.execute(format!("DELETE FROM webhook_event WHERE id IN ({told})"), values.clone()).await?;
        wiped.add("webhook_event", "deleted", rows);
        let sql = mask(&format!("id IN (SELECT ac.audit_id FROM audit_customer ac WHERE ac.customer_id IN ({list}))"));
        wiped.add("audit", "masked", tx.execute(sql, values).await?);
    }
    Ok(())
}
