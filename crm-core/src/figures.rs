//! What formulas ask of a customer: counts and times out of their orders, contacts and complaints. Reads by indexes, changes nothing.
//!
//! Orders, tickets and callbacks are rows of other parts of the program, and read here alone for this.

use crate::db::{args, text};
use crate::error::Result;
use crate::formula::{Inputs, Variable};
use crate::identity::references::SAME_CUSTOMER;
use crate::store::Store;
use cti_types::{CustomerId, Utc};
use std::collections::BTreeSet;

const DAY_US: i64 = 86_400_000_000;
/// Contacts counted; more say no more.
const CONTACTS_MAX: i64 = 10_000;

/// What a customer ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct OrderFigures {
    count: i64,
    /// In minor units of the currency asked for.
    total_minor: i64,
    /// None: never ordered.
    last_at: Option<Utc>,
}

impl Store {
    /// The values of these variables for a customer at a time. `currency`: only orders in it count.
    pub(crate) async fn figures(
        &self,
        customer: CustomerId,
        wanted: &BTreeSet<Variable>,
        currency: Option<&str>,
        now: Utc,
    ) -> Result<Inputs> {
        let mut inputs = Inputs::new();
        let ask = |any: &[Variable]| any.iter().any(|variable| wanted.contains(variable));
        if ask(&[Variable::OrdersCount, Variable::OrdersTotal, Variable::LastOrderDays]) {
            let orders = self.order_figures(customer, currency, now).await?;
            let total = orders.total_minor as f64 / minor_units(currency);
            inputs.insert(Variable::OrdersCount, Some(orders.count as f64));
            inputs.insert(Variable::OrdersTotal, Some(total));
            inputs.insert(Variable::LastOrderDays, orders.last_at.map(|at| days(at, now)));
        }
        if ask(&[Variable::Contacts30d, Variable::Contacts365d]) {
            for (variable, back) in [(Variable::Contacts30d, 30), (Variable::Contacts365d, 365)] {
                inputs.insert(variable, Some(self.contacts_since(customer, now.0 - back * DAY_US, now).await?));
            }
        }
        if ask(&[Variable::LastContactDays, Variable::CustomerAgeDays]) {
            let sql = "SELECT created_at, last_contact_at FROM customer WHERE id = $1";
            let rows = self.db.fetch(sql, vec![text(customer)]).await?;
            let time = |at: usize| rows.first().and_then(|row| row.opt_int(at)).filter(|time| *time > 0).map(|at| days(Utc(at), now));
            inputs.insert(Variable::CustomerAgeDays, time(0));
            inputs.insert(Variable::LastContactDays, time(1));
        }
        if ask(&[Variable::Complaints365d]) {
            inputs.insert(Variable::Complaints365d, Some(self.complaints(customer, Utc(now.0 - 365 * DAY_US), now).await?));
        }
        if ask(&[Variable::OpenItems]) {
            inputs.insert(Variable::OpenItems, Some(self.open_items(customer).await?));
        }
        inputs.retain(|variable, _| wanted.contains(variable));
        Ok(inputs)
    }

    async fn contacts_since(&self, customer: CustomerId, since: i64, now: Utc) -> Result<f64> {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM interaction_customer \
             WHERE customer_id IN ({}) AND opened_at >= $2 AND opened_at <= $3 LIMIT {CONTACTS_MAX}) AS counted",
            SAME_CUSTOMER.replace('?', "$1")
        );
        let rows = self.db.fetch(sql, args![customer.to_string(), since, now]).await?;
        Ok(rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) as f64)
    }

    /// Of the orders placed so far that were not cancelled. With a currency, count and sum are of those in it.
    async fn order_figures(&self, customer: CustomerId, currency: Option<&str>, now: Utc) -> Result<OrderFigures> {
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(o.total_minor), 0) AS BIGINT), MAX(o.placed_at) FROM customer_order o \
                   WHERE o.customer_id = $1 AND o.placed_at <= $2 AND o.state <> 'cancelled' AND ($3 = '' OR o.currency = $3)";
        let rows = self.db.fetch(sql, args![customer.to_string(), now, currency.unwrap_or_default()]).await?;
        let Some(row) = rows.first() else { return Ok(OrderFigures::default()) };
        Ok(OrderFigures { count: row.int(0)?, total_minor: row.int(1)?, last_at: row.opt_int(2).map(Utc) })
    }

    /// Tickets of a type that is a complaint, made since a time.
    async fn complaints(&self, customer: CustomerId, since: Utc, now: Utc) -> Result<f64> {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ticket_customer l JOIN ticket t ON t.id = l.ticket_id AND t.complaint = 1 \
             WHERE l.customer_id = $1 AND l.made_at >= $2 AND l.made_at <= $3 LIMIT {CONTACTS_MAX}) AS counted"
        );
        let rows = self.db.fetch(sql, args![customer.to_string(), since, now]).await?;
        Ok(rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) as f64)
    }

    /// All that the card shows as open.
    async fn open_items(&self, customer: CustomerId) -> Result<f64> {
        let sql = "SELECT (SELECT COUNT(*) FROM open_item o WHERE o.customer_id = $1 AND o.state = 'open') \
                   + (SELECT COUNT(*) FROM ticket t WHERE t.customer_id = $1 AND t.live = 1) \
                   + (SELECT COUNT(*) FROM ticket p WHERE p.contact_id = $1 AND p.live = 1 AND p.customer_id IS DISTINCT FROM $1) \
                   + (SELECT COUNT(*) FROM customer_order r WHERE r.customer_id = $1 AND r.state IN ('open', 'processing', 'shipped')) \
                   + (SELECT COUNT(*) FROM callback b WHERE b.customer_id = $1 AND b.state IN ('scheduled', 'due', 'offered', 'attempted'))";
        let rows = self.db.fetch(sql, vec![text(customer)]).await?;
        Ok(rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) as f64)
    }
}

/// Whole and begun days are not the same: half a day is 0.5. Never below zero.
fn days(at: Utc, now: Utc) -> f64 {
    // To a hundredth of a day: what is shown as an input is what was computed with.
    ((now.0 - at.0).max(0) as f64 / DAY_US as f64 * 100.0).round() / 100.0
}

/// How many minor units are a whole one (ISO 4217, column "minor unit"): 100 but for those that have none, or three digits.
fn minor_units(currency: Option<&str>) -> f64 {
    const NONE: [&str; 16] =
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XPF"];
    const THREE: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
    match currency {
        Some(code) if NONE.contains(&code) || code == "XOF" => 1.0,
        Some(code) if THREE.contains(&code) => 1_000.0,
        Some(_) | None => 100.0,
    }
}
