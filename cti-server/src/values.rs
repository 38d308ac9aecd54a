//! Keeps what formulas give of customers fresh enough for the next card. Decides nothing about calls; a store that is away is asked again later.

use crate::clock::Clock;
use crm_core::Store;
use cti_types::Utc;
use std::time::Duration;

/// How often.
const EVERY: Duration = Duration::from_secs(60);
/// How far back contacts are looked at: a round that was missed, and the projector's delay, are made good.
const BACK_US: i64 = 600_000_000;

/// Runs until it is aborted.
pub(crate) async fn keep_fresh(store: Store, clock: Clock) {
    // All customers in turn; after a restart from the first.
    let mut walked = None;
    loop {
        tokio::time::sleep(EVERY).await;
        let now = clock.utc();
        match store.walk_values(now, walked).await {
            Ok(next) => walked = next,
            Err(error) => tracing::debug!(%error, "customers' values are not brought up to date for now"),
        }
        if let Err(error) = store.refresh_values(now, Utc(now.0 - BACK_US)).await {
            tracing::debug!(%error, "customers' values are not brought up to date for now");
        }
    }
}
