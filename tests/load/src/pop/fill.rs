//! Fills the database, in the order of its indexes where they have one; those that have none are built at the end. Every part goes on
//! where an earlier run stopped.

use super::raw::Raw;
use super::{AT, number};
use crate::report::Fill;
use anyhow::Context as _;
use crm_core::bulk::IMPORT_MAX;
use crm_core::model::{ContactInput, Customer, TicketType};
use crm_core::{Store, StoreError, Who};
use cti_types::{Number, Utc};
use serde_json::json;
use std::time::Instant;

/// When the first customer came, and the first interaction took place.
const CUSTOMERS_FROM: i64 = 1_690_000_000_000_000;
const INTERACTIONS_FROM: i64 = 1_700_000_000_000_000;
/// Between two interactions: 50 million in a year.
const STEP_US: i64 = 600_000;
/// Customers of one transaction of interactions.
const BLOCK: u64 = 20_000;
/// Filled up row by row these would be written at random places of the whole index each time.
const SPARE: [&str; 6] =
    ["customer_name", "customer_family", "customer_tier", "customer_contacted", "contact_point_tail", "interaction_from"];
/// Where the definitions of indexes are kept while these are down, should the run be interrupted.
const KEPT: &str = "cti_load_index";

const GIVEN: [&str; 24] = [
    "Ann", "Bob", "Carla", "David", "Elena", "Frank", "Grace", "Hugo", "Ines", "Jack", "Karen", "Liam", "Maria", "Noah", "Olga", "Peter",
    "Rosa", "Simon", "Tina", "Umar", "Vera", "Wei", "Yan", "Zoe",
];
const FAMILY: [&str; 32] = [
    "Adams", "Baker", "Chen", "Diaz", "Evans", "Fischer", "Garcia", "Huang", "Ivanov", "Jones", "Khan", "Li", "Miller", "Nguyen", "Okafor",
    "Patel", "Quinn", "Rossi", "Smith", "Taylor", "Ueda", "Vogel", "Wang", "Xu", "Young", "Zhang", "Schmidt", "Kowalski", "Silva",
    "Martin", "Brown", "Novak",
];

/// The name of the n-th customer: as in life thousands share one, and neighbours do not.
pub(super) fn name(n: u64) -> (String, &'static str) {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let pick = |list: &[&'static str], at: u64| list.get(at as usize % list.len()).copied().unwrap_or_default();
    let (given, family) = (pick(&GIVEN, mixed), pick(&FAMILY, mixed / 24));
    let middle = char::from(b'A' + (mixed / 768 % 26) as u8);
    (format!("{given} {middle} {family}"), family)
}

pub(super) async fn all(store: &Store, raw: &mut Raw, customers: u64, interactions: u64, tickets: u64) -> anyhow::Result<Vec<Fill>> {
    // What an interrupted run left down is needed to see how far it was.
    put_back(raw).await?;
    let first = first_missing(store, customers).await?;
    let there = raw.number("SELECT COUNT(*) FROM interaction").await? as u64;
    let much = customers.saturating_sub(first) + interactions.saturating_sub(there) > customers / 10;
    let mut filled = Vec::new();
    if much {
        take_down(raw).await?;
    }
    filled.push(timed("customer", fill_customers(store, first, customers)).await?);
    filled.push(timed("interaction", fill_interactions(raw, customers, interactions)).await?);
    if much {
        filled.push(timed("index", put_back(raw)).await?);
    }
    filled.push(timed("ticket", fill_tickets(store, raw, tickets)).await?);
    if filled.iter().any(|part| part.rows > 0) {
        raw.settle().await?;
    }
    Ok(filled)
}

async fn timed(what: &'static str, work: impl Future<Output = anyhow::Result<u64>>) -> anyhow::Result<Fill> {
    let start = Instant::now();
    let rows = work.await?;
    let s = start.elapsed().as_secs_f64();
    Ok(Fill { what, rows, s, rows_per_s: rows as f64 / s.max(1e-6) })
}

/// Customers are made in order, so the first that is missing is found by halving.
async fn first_missing(store: &Store, customers: u64) -> anyhow::Result<u64> {
    let (mut there, mut missing) = (0, customers);
    while there < missing {
        let middle = there + (missing - there) / 2;
        if store.who_is(AT, &Number::E164(number(middle))).await?.is_empty() { missing = middle } else { there = middle + 1 }
    }
    Ok(there)
}

async fn fill_customers(store: &Store, first: u64, customers: u64) -> anyhow::Result<u64> {
    let (who, mut there) = (Who::system("cti-load"), first);
    while there < customers {
        let end = customers.min(there + IMPORT_MAX as u64);
        // A millisecond for each batch at least, so that ids come in order.
        let at = Utc(CUSTOMERS_FROM + there as i64);
        let batch = (there..end).map(customer).collect::<anyhow::Result<Vec<_>>>()?;
        store.import_customers(&who, at, batch).await.with_context(|| format!("customers {there} to {end}"))?;
        there = end;
    }
    Ok(there.saturating_sub(first))
}

fn customer(n: u64) -> anyhow::Result<(Customer, Vec<ContactInput>)> {
    let (name, family) = name(n);
    let tier = ["bronze", "silver", "gold"].get(n as usize % 4).unwrap_or(&"none");
    let row = json!({ "name": name, "family_name": family, "tier": tier, "external_id": format!("C{n:09}") });
    let contact = serde_json::from_value(json!({ "kind": "phone", "value": number(n) }))?;
    Ok((serde_json::from_value(row)?, vec![contact]))
}

/// One interaction for each customer in the order of their ids, then the next for each: so the index by time is written at its end, and
/// that by customer from its beginning to its end. The last of each is their last contact.
async fn fill_interactions(raw: &mut Raw, customers: u64, wanted: u64) -> anyhow::Result<u64> {
    let last = raw.texts("SELECT id FROM interaction ORDER BY id DESC LIMIT 1").await?.pop();
    let (mut next, mut after) = (0, String::new());
    if let Some(last) = last {
        let hex = last.rsplit('-').next().unwrap_or_default();
        next = 1 + u64::from_str_radix(hex, 16).context("an interaction of somebody else's: give a database of its own")?;
        after = raw
            .texts(&format!("SELECT customer_id FROM interaction_customer WHERE interaction_id = '{last}'"))
            .await?
            .pop()
            .unwrap_or_default();
    }
    let first = next;
    while next < wanted {
        let page = format!("SELECT id FROM customer WHERE id > '{after}' ORDER BY id LIMIT {}", BLOCK.min(wanted - next));
        let Some(end) = raw.texts(&format!("SELECT MAX(id) FROM ({page}) AS page HAVING COUNT(*) > 0")).await?.pop() else {
            anyhow::ensure!(!after.is_empty(), "there is no customer");
            after.clear();
            continue;
        };
        let numbered = format!(
            "WITH c AS (SELECT id AS customer_id, {next} + row_number() OVER (ORDER BY id) - 1 AS n FROM ({page}) AS page), \
             t AS (SELECT customer_id, n, {INTERACTIONS_FROM} + n * {STEP_US} AS at FROM c)"
        );
        let (id, queue, agent) = (raw.interaction_id(), raw.made_up_id(20), raw.made_up_id(200));
        raw.execute("BEGIN").await?;
        let rows = raw
            .execute(&format!(
                "INSERT INTO interaction (id, channel, direction, state, to_number, customer_id, queue_id, agent_id, opened_at, answered_at, \
                 closed_at, close_reason, wait_ms, talk_ms, hold_ms, wrap_up_ms, data, recorded) {numbered} \
                 SELECT {id}, 'voice', 'inbound', 'closed', '+12012000000', customer_id, {queue}, {agent}, at, at + 8000000, at + 188000000, \
                 'completed', 8000, 180000, 0, 12000, '{{}}', 0 FROM t ORDER BY n"
            ))
            .await?;
        raw.execute(&format!(
            "INSERT INTO interaction_customer (interaction_id, customer_id, rank, opened_at) {numbered} \
             SELECT {id}, customer_id, 0, at FROM t ORDER BY n"
        ))
        .await?;
        if next + rows + customers > wanted {
            raw.execute(&format!(
                "UPDATE customer SET last_contact_at = \
                 (SELECT MAX(ic.opened_at) FROM interaction_customer ic WHERE ic.customer_id = customer.id) WHERE id > '{after}' AND id <= '{end}'"
            ))
            .await?;
        }
        raw.execute("COMMIT").await?;
        next += rows;
        after = end;
    }
    Ok(next - first)
}

async fn fill_tickets(store: &Store, raw: &mut Raw, wanted: u64) -> anyhow::Result<u64> {
    let first = raw.number("SELECT COUNT(*) FROM ticket").await? as u64;
    if first >= wanted {
        return Ok(0);
    }
    let who = Who::system("cti-load");
    let kind = match store.insert::<TicketType>(&who, AT, serde_json::from_value(json!({ "name": "Request" }))?).await {
        Ok(kind) => kind.id.to_string(),
        Err(StoreError::Unique { .. }) => {
            raw.texts("SELECT id FROM ticket_type WHERE name = 'Request'").await?.pop().context("no ticket type")?
        }
        Err(error) => return Err(error.into()),
    };
    let of = raw.texts(&format!("SELECT id FROM customer ORDER BY id LIMIT {}", BLOCK)).await?;
    for n in first..wanted {
        let (title, _) = name(n);
        let customer = of.get(n as usize % of.len().max(1)).context("there is no customer")?;
        let fields = json!({ "type_id": kind, "title": format!("{title}: delivery"), "customer_id": customer });
        Box::pin(store.create_ticket(&who, Utc(INTERACTIONS_FROM + n as i64 * STEP_US), &fields)).await?;
    }
    Ok(wanted - first)
}

async fn take_down(raw: &mut Raw) -> anyhow::Result<()> {
    raw.execute(&format!("CREATE TABLE IF NOT EXISTS {KEPT} (definition TEXT NOT NULL)")).await?;
    for index in SPARE {
        let Some(definition) = raw.definition(index).await? else { continue };
        raw.execute("BEGIN").await?;
        raw.execute(&format!("INSERT INTO {KEPT} (definition) VALUES ('{}')", definition.replace('\'', "''"))).await?;
        raw.execute(&format!("DROP INDEX {index}")).await?;
        raw.execute("COMMIT").await?;
    }
    Ok(())
}

/// How many indexes were built.
async fn put_back(raw: &mut Raw) -> anyhow::Result<u64> {
    raw.execute(&format!("CREATE TABLE IF NOT EXISTS {KEPT} (definition TEXT NOT NULL)")).await?;
    let mut built = 0;
    for definition in raw.texts(&format!("SELECT definition FROM {KEPT}")).await? {
        raw.execute("BEGIN").await?;
        raw.execute(&definition).await?;
        raw.execute(&format!("DELETE FROM {KEPT} WHERE definition = '{}'", definition.replace('\'', "''"))).await?;
        raw.execute("COMMIT").await?;
        built += 1;
    }
    raw.execute(&format!("DROP TABLE {KEPT}")).await?;
    Ok(built)
}
