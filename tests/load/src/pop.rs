//! How long "who is this" takes on a filled database: fills it with customers once, then looks numbers up one after the other.

use crate::report::{Lookup, Percentiles};
use anyhow::Context as _;
use crm_core::bulk::IMPORT_MAX;
use crm_core::model::{ContactInput, Customer};
use crm_core::{Store, StoreOptions, Who};
use cti_types::{Chance, Number, Utc};
use serde_json::json;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Customers the database shall hold; those of an earlier run count.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    customers: u64,
    /// `sqlite:PATH` or `postgres://…`: a database of its own or a test server's, never one with real customers. Calls to such a server
    /// find these customers with `calls --number-base 12012000000`.
    #[arg(long, default_value = "sqlite:cti-load.db")]
    database: String,
    #[arg(long, default_value_t = 10_000)]
    lookups: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    pub(crate) json: Option<std::path::PathBuf>,
}

/// The number of the n-th customer: a valid North American one for every n.
fn number(n: u64) -> String {
    let (area, rest) = (201 + (n / 7_990_000) % 700, n % 7_990_000);
    // Exchanges begin with 2–9 and never end in 11.
    let exchange = 200 + rest / 10_000 % 799;
    let exchange = if exchange % 100 == 11 { 999 } else { exchange };
    format!("+1{area}{exchange}{:04}", rest % 10_000)
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Lookup> {
    // The store's ids must be new in every run; only the order of the look-ups is the seed's.
    let store = Store::open(&args.database, StoreOptions::new(Chance::from_number(RandomState::new().hash_one(0))))
        .await
        .context("cannot open the database")?;
    let filling = Instant::now();
    let filled = fill(&store, args.customers).await?;
    let fill_s = filling.elapsed().as_secs_f64();
    let (mut chance, mut took_ms) = (Chance::from_number(args.seed), Vec::with_capacity(args.lookups as usize));
    let start = Instant::now();
    for _ in 0..args.lookups {
        let wanted = Number::E164(number(chance.below(args.customers)));
        let from = Instant::now();
        let cards = store.who_is(&wanted).await?;
        took_ms.push(from.elapsed().as_secs_f64() * 1000.0);
        anyhow::ensure!(!cards.is_empty(), "a customer that was written is not found");
    }
    let lookups_per_s = args.lookups as f64 / start.elapsed().as_secs_f64();
    let ms = Percentiles::of(took_ms).context("no look-up was made")?;
    Ok(Lookup { customers: args.customers, filled, fill_s, lookups: args.lookups, ms, lookups_per_s })
}

/// Writes the customers that are not there yet and says how many: they are made in order, so the first missing one is found by halving.
async fn fill(store: &Store, customers: u64) -> anyhow::Result<u64> {
    let (mut there, mut missing) = (0, customers);
    while there < missing {
        let middle = there + (missing - there) / 2;
        if store.who_is(&Number::E164(number(middle))).await?.is_empty() { missing = middle } else { there = middle + 1 }
    }
    let (who, before) = (Who::system("cti-load"), there);
    while there < customers {
        let end = customers.min(there + IMPORT_MAX as u64);
        let at = Utc(1_700_000_000_000_000 + there as i64);
        let batch = (there..end).map(customer).collect::<anyhow::Result<Vec<_>>>()?;
        store.import_customers(&who, at, batch).await.with_context(|| format!("customers {there} to {end}"))?;
        there = end;
    }
    Ok(there.saturating_sub(before))
}

fn customer(n: u64) -> anyhow::Result<(Customer, Vec<ContactInput>)> {
    let customer = serde_json::from_value(json!({ "name": format!("Customer {n}"), "tier": "gold" }))?;
    let contact = serde_json::from_value(json!({ "kind": "phone", "value": number(n) }))?;
    Ok((customer, vec![contact]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_customer_written_is_found_and_filling_goes_on_where_it_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", dir.path().join("pop.db").display());
        for customers in [20, 30] {
            let args = Args { customers, database: database.clone(), lookups: 50, seed: 3, json: None };
            let lookup = run(args).await.unwrap();
            assert_eq!((lookup.customers, lookup.lookups), (customers, 50));
            assert!(lookup.ms.p50 > 0.0);
        }
    }
}
