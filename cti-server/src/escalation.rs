//! Has the store look after tickets every few seconds. Decides nothing about them.

use crate::clock::Clock;
use crm_core::Store;
use std::time::Duration;

/// From one look to the next: a trigger does its work at most so late.
const EVERY: Duration = Duration::from_secs(5);
/// Tickets of one look. While there are more, the next follows at once.
const BATCH: usize = 100;
/// With the database away, from the first try to the next; doubled up to the last.
const RETRY_LAST: Duration = Duration::from_secs(60);

/// Runs until it is dropped. What is under way then is rolled back and done at the next start.
pub(crate) async fn run(store: Store, clock: Clock) {
    let mut wait = EVERY;
    loop {
        match store.sweep_tickets(clock.utc(), BATCH).await {
            Ok(swept) => {
                if swept.failed > 0 {
                    tracing::error!(tickets = swept.failed, "tickets that cannot be looked after were put off");
                }
                wait = if swept.looked == BATCH { Duration::ZERO } else { EVERY };
            }
            Err(error) => {
                wait = (wait * 2).clamp(EVERY, RETRY_LAST);
                tracing::warn!(%error, "tickets are not looked after for now");
            }
        }
        tokio::time::sleep(wait).await;
    }
}
