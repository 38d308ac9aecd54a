//! How long "who is this", the lists and the searches take on a filled database: fills it once, then asks one after the other.

mod asks;
mod fill;
mod raw;

use crate::report::{Lookup, Percentiles};
use anyhow::Context as _;
use asks::Asker;
use crm_core::{Store, StoreOptions};
use cti_types::{Chance, Number, Utc};
use raw::Raw;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Instant;

/// At so many customers interactions and tickets are filled in, too, when nothing is said.
const LARGE: u64 = 1_000_000;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Customers the database shall hold; those of an earlier run count.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    customers: u64,
    /// Rows of `interaction` it shall hold, without events or segments. Five for each customer from a million customers on, else none.
    #[arg(long)]
    interactions: Option<u64>,
    /// Tickets it shall hold. One for every hundred customers from a million on, at most 100,000; else none.
    #[arg(long)]
    tickets: Option<u64>,
    /// `sqlite:PATH` or `postgres://…`: a database of its own or a test server's, never one with real customers. Calls to such a server
    /// find these customers with `calls --number-base 12012000000`.
    #[arg(long, default_value = "sqlite:cti-load.db")]
    database: String,
    #[arg(long, default_value_t = 10_000)]
    lookups: u64,
    /// Times each list and each search is asked for; 0: not at all.
    #[arg(long, default_value_t = 1_000)]
    asks: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    pub(crate) json: Option<std::path::PathBuf>,
}

/// When the look-ups take place: after all that is filled in.
const AT: Utc = Utc(1_800_000_000_000_000);

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
    let mut raw = Raw::open(&args.database).await?;
    let large = args.customers >= LARGE;
    let interactions = args.interactions.unwrap_or(if large { args.customers * 5 } else { 0 });
    let tickets = args.tickets.unwrap_or(if large { (args.customers / 100).min(100_000) } else { 0 });
    let fill = fill::all(&store, &mut raw, args.customers, interactions, tickets).await?;
    let size_mb = raw.size().await? as f64 / 1e6;
    let (mut chance, mut took_ms) = (Chance::from_number(args.seed), Vec::with_capacity(args.lookups as usize));
    let start = Instant::now();
    for _ in 0..args.lookups {
        let wanted = Number::E164(number(chance.below(args.customers)));
        let from = Instant::now();
        let cards = store.who_is(AT, &wanted).await?;
        took_ms.push(from.elapsed().as_secs_f64() * 1000.0);
        anyhow::ensure!(!cards.is_empty(), "a customer that was written is not found");
    }
    let lookups_per_s = args.lookups as f64 / start.elapsed().as_secs_f64();
    let ms = Percentiles::of(took_ms).context("no look-up was made")?;
    let asks = Asker::new(&store, args.customers, chance).all(args.asks).await?;
    let customers = args.customers;
    Ok(Lookup { customers, interactions, tickets, fill, size_mb, lookups: args.lookups, ms, lookups_per_s, asks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everything_written_is_found_and_filling_goes_on_where_it_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", dir.path().join("pop.db").display());
        for customers in [20, 30] {
            let (interactions, tickets) = (Some(customers * 5), Some(customers / 10));
            let args = Args { customers, interactions, tickets, database: database.clone(), lookups: 50, asks: 3, seed: 3, json: None };
            let lookup = run(args).await.unwrap();
            assert_eq!((lookup.customers, lookup.lookups), (customers, 50));
            assert!(lookup.ms.p50 > 0.0 && lookup.size_mb > 0.0);
            assert!(lookup.asks.len() > 10, "{:?}", lookup.asks);
            let mut raw = Raw::open(&database).await.unwrap();
            for (table, rows) in [
                ("customer", customers),
                ("interaction", customers * 5),
                ("interaction_customer", customers * 5),
                ("ticket", customers / 10),
            ] {
                assert_eq!(raw.number(&format!("SELECT COUNT(*) FROM {table}")).await.unwrap(), rows as i64, "{table}");
            }
            let without = "SELECT COUNT(*) FROM customer WHERE last_contact_at = 0";
            assert_eq!(raw.number(without).await.unwrap(), 0, "everybody was in contact");
            let put_back = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('customer_name', 'contact_point_tail', 'customer_contacted')";
            assert_eq!(raw.number(put_back).await.unwrap(), 3);
        }
    }
}
