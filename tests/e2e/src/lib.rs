//! What the end-to-end tests stand on: the real program on either database, REST and WebSocket clients, callers and desk phones with real
//! sound, and ears that measure it. Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(clippy::disallowed_methods, reason = "tests read the clock: they measure what a server does in real time")]
#![allow(clippy::match_wild_err_arm, reason = "the error of a time limit says no more than that it is reached")]

mod house;
mod keys;
mod names;
mod people;
pub mod record;
mod rest;
mod screen;
mod wav;

pub use house::{Database, House, Setup, WallClock, program, send_term};
pub use keys::{certificate, interface};
pub use names::NameServer;
pub use people::{Caller, Desk, Phone, hear_each_other, within};
pub use rest::{Answer, Rest};
pub use screen::{Refusal, Screen, Seen};
pub use wav::{Heard, Recording};

use std::time::{Duration, Instant};

/// Longer than anything here takes; reached only by a failing test.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How often a state is looked at that nobody announces.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Waits until it is there.
///
/// # Panics
/// After [`PATIENCE`], naming what never came.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(found) => found,
        Err(_) => panic!("never: {what}"),
    }
}

/// The same for what is already at hand.
pub async fn until(what: &str, mut so: impl FnMut() -> bool) {
    eventually(what, async || so().then_some(())).await;
}

/// The same for what must stay so for this long.
pub async fn steadily(what: &str, long: Duration, mut so: impl FnMut() -> bool) {
    let mut since = None;
    until(what, || {
        since = so().then(|| since.unwrap_or_else(Instant::now));
        since.is_some_and(|since| since.elapsed() >= long)
    })
    .await;
}

/// Makes of each `async fn(House)` a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name($crate::House::start($crate::Database::Sqlite).await).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name($crate::House::start($crate::Database::Postgres).await).await; })*
        }
    };
}
