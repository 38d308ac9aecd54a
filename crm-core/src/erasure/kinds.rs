//! Which rows of a kind of data a retention policy is about, and the statements by which a sweep reads them. Erases nothing.

use crate::db::{Row, Value, args, listed};
use crate::error::Result;
use crate::model::RetentionKind;

pub(super) const DAY_US: i64 = 86_400_000_000;

/// A policy on its way.
pub(super) struct Sweeping {
    pub(super) kind: RetentionKind,
    /// What is older goes, µs since 1970.
    pub(super) cutoff: i64,
    pub(super) mark_at: i64,
    pub(super) mark_id: String,
}

/// The keys a step looks at: the last of them, and how many they are.
pub(super) struct Window {
    pub(super) at: i64,
    pub(super) id: String,
    pub(super) rows: i64,
}

impl Window {
    pub(super) fn read(row: &Row) -> Result<Window> {
        Ok(Window { at: row.int(0)?, id: row.text(1)?.to_owned(), rows: row.int(2)? })
    }
}

impl Sweeping {
    /// The columns of an item, its table and where it is not erased yet, by kind. `at` and `id` are those it is swept in the order of.
    const fn parts(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self.kind {
            RetentionKind::Recordings => (
                "r.started_at AS at, r.id AS id, 'interaction' AS what, r.interaction_id AS subject, r.id AS target",
                "recording r",
                "r.started_at, r.id",
                "NOT EXISTS (SELECT 1 FROM message m WHERE m.recording_id = r.id) \
                 AND NOT EXISTS (SELECT 1 FROM recording_erased e WHERE e.recording_id = r.id)",
            ),
            RetentionKind::Messages => (
                "m.left_at AS at, m.interaction_id AS id, 'interaction' AS what, m.interaction_id AS subject, m.recording_id AS target",
                "message m",
                "m.left_at, m.interaction_id",
                "NOT EXISTS (SELECT 1 FROM recording_erased e WHERE e.recording_id = m.recording_id)",
            ),
            RetentionKind::Interactions => (
                "i.opened_at AS at, i.id AS id, 'interaction' AS what, i.id AS subject, i.id AS target",
                "interaction i",
                "i.opened_at, i.id",
                "i.state = 'closed' AND (EXISTS (SELECT 1 FROM personal p WHERE p.interaction_id = i.id) \
                 OR EXISTS (SELECT 1 FROM script_run s WHERE s.interaction_id = i.id))",
            ),
            RetentionKind::Audit => {
                ("a.at AS at, a.id AS id, a.resource AS what, a.resource_id AS subject, a.id AS target", "audit a", "a.at, a.id", "1 = 1")
            }
            RetentionKind::Customers => (
                "c.updated_at AS at, c.id AS id, 'customer' AS what, c.id AS subject, c.id AS target",
                "customer c",
                "c.updated_at, c.id",
                "NOT EXISTS (SELECT 1 FROM erasure e WHERE e.customer_id = c.id) \
                 AND c.last_contact_at < $3 AND c.last_order_at < $3 AND c.last_ticket_at < $3 \
                 AND NOT EXISTS (SELECT 1 FROM contract k WHERE k.customer_id = c.id AND k.state IN ('active', 'suspended')) \
                 AND NOT EXISTS (SELECT 1 FROM customer_order o WHERE o.customer_id = c.id AND o.state IN ('open', 'processing', 'shipped')) \
                 AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.customer_id = c.id AND t.live = 1) \
                 AND NOT EXISTS (SELECT 1 FROM interaction_customer ic WHERE ic.customer_id = c.id AND ic.opened_at >= $3) \
                 AND NOT EXISTS (SELECT 1 FROM customer_alias l JOIN interaction_customer ic ON ic.customer_id = l.customer_id \
                 WHERE l.survivor_id = c.id AND ic.opened_at >= $3)",
            ),
            RetentionKind::Imports => (
                "x.ended_at AS at, x.import_id AS id, 'import' AS what, x.import_id AS subject, x.import_id AS target",
                "import_run x",
                "x.ended_at, x.import_id",
                "x.state IN ('done', 'stopped', 'failed', 'checked') AND EXISTS (SELECT 1 FROM import_error e WHERE e.import_id = x.import_id)",
            ),
            RetentionKind::Exports => {
                ("x.at AS at, x.id AS id, 'export' AS what, x.id AS subject, x.id AS target", "export_run x", "x.at, x.id", "1 = 1")
            }
            RetentionKind::Tickets => (
                "t.updated_at AS at, t.id AS id, 'customer' AS what, COALESCE(t.customer_id, '') AS subject, t.id AS target",
                "ticket t",
                "t.updated_at, t.id",
                "t.status = 'closed' AND t.title <> '(erased)'",
            ),
            RetentionKind::Notes => (
                "n.created_at AS at, n.id AS id, 'customer' AS what, COALESCE(n.customer_id, '') AS subject, n.id AS target",
                "note n",
                "n.created_at, n.id",
                "1 = 1",
            ),
            RetentionKind::Tasks => (
                "k.done_at AS at, k.id AS id, 'customer' AS what, COALESCE(k.customer_id, '') AS subject, k.id AS target",
                "task k",
                "k.done_at, k.id",
                "k.done_at IS NOT NULL",
            ),
            RetentionKind::Callbacks => (
                "b.done_at AS at, b.id AS id, 'customer' AS what, COALESCE(b.customer_id, '') AS subject, b.id AS target",
                "callback b",
                "b.done_at, b.id",
                "b.done_at IS NOT NULL",
            ),
        }
    }

    /// The statement of the last of the next keys that are old enough, whatever is behind them, and of how many there are.
    pub(super) fn window(&self, keys: i64) -> (String, Vec<Value>) {
        let (_, table, order, _) = self.parts();
        let (at, id) = order.split_once(", ").unwrap_or_default();
        let sql = format!(
            "SELECT w.at, w.id, COUNT(*) OVER () FROM (SELECT {at} AS at, {id} AS id FROM {table} WHERE ({order}) > ($1, $2) \
             AND {at} < $3 ORDER BY {order} LIMIT {keys}) AS w ORDER BY w.at DESC, w.id DESC LIMIT 1"
        );
        (sql, args![self.mark_at, self.mark_id.as_str(), self.cutoff])
    }

    /// The statement of the next items of a window.
    pub(super) fn page(&self, window: &Window, limit: i64) -> (String, Vec<Value>) {
        let (columns, table, order, condition) = self.parts();
        let (at, _) = order.split_once(", ").unwrap_or_default();
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE ({order}) > ($1, $2) AND ({order}) <= ($4, $5) AND {at} < $3 AND {condition} \
             ORDER BY {order} LIMIT {limit}"
        );
        (sql, args![self.mark_at, self.mark_id.as_str(), self.cutoff, window.at, window.id.as_str()])
    }

    /// The statement of these items, as far as they are still to be erased.
    pub(super) fn again(&self, ids: &[String]) -> (String, Vec<Value>) {
        let (columns, table, order, condition) = self.parts();
        let id = order.split(", ").nth(1).unwrap_or_default();
        let (list, values) = listed(4, ids);
        // All three are in the statement of each kind, so that they have a type.
        let at = order.split(',').next().unwrap_or_default();
        let sql = format!("SELECT {columns} FROM {table} WHERE ({order}) > ($1, $2) AND {at} < $3 AND {id} IN ({list}) AND {condition}");
        (sql, [args![-1_i64, "", self.cutoff], values].concat())
    }

    /// After how long it begins anew: who was not in contact lately may not be later; of the others only what came late is found so.
    pub(super) const fn pass_us(&self) -> i64 {
        match self.kind {
            RetentionKind::Customers => DAY_US,
            RetentionKind::Recordings
            | RetentionKind::Messages
            | RetentionKind::Interactions
            | RetentionKind::Audit
            | RetentionKind::Imports
            | RetentionKind::Exports
            | RetentionKind::Tickets
            | RetentionKind::Notes
            | RetentionKind::Tasks
            | RetentionKind::Callbacks => 30 * DAY_US,
        }
    }
}
