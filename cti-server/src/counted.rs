//! Reads how each queue did today and lately, as the log is counted, and tells the switch for its screens. So the floor shows what the report
//! will say. Counts nothing itself; a store that is away is asked again later.

use crate::clock::Clock;
use crate::switch::run::Inbox;
use crate::switch::{CountedFigures, Event};
use crm_core::stats::IntervalSums;
use crm_core::{Result, Store};
use cti_types::{QueueId, Utc};
use softphone_protocol::QueueFiguresView;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

/// How often.
const EVERY: Duration = Duration::from_secs(2);
/// A quarter hour, in µs.
const QUARTER_US: i64 = 900_000_000;

/// Runs until it is aborted.
pub(crate) async fn run(store: Store, inbox: Inbox, clock: Clock) {
    let mut told = BTreeMap::new();
    loop {
        match count(&store, clock.utc()).await {
            Ok(figures) if figures != told => {
                told.clone_from(&figures);
                inbox.desk(Event::Figures(figures)).await;
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "the queues' figures cannot be read for now"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn count(store: &Store, now: Utc) -> Result<BTreeMap<QueueId, CountedFigures>> {
    let zones = store.queue_zones().await?;
    let mut of_day: BTreeMap<Utc, BTreeMap<QueueId, IntervalSums>> = BTreeMap::new();
    let lately = store.interval_sums_since(Utc(now.0.div_euclid(QUARTER_US) * QUARTER_US - QUARTER_US)).await?;
    let mut all = BTreeMap::new();
    for (queue, zone) in zones {
        let midnight = midnight(&zone, now);
        let sums = match of_day.entry(midnight) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(store.interval_sums_since(midnight).await?),
        };
        let today = sums.get(&queue).copied().unwrap_or_default();
        let lately = lately.get(&queue).copied().unwrap_or_default();
        all.insert(queue, CountedFigures { today: view(&today), lately: view(&lately) });
    }
    Ok(all)
}

/// When the day began in this zone; one that is no longer known counts as UTC.
fn midnight(zone: &str, now: Utc) -> Utc {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let began = jiff::Timestamp::from_microsecond(now.0).and_then(|at| at.to_zoned(zone).start_of_day());
    began.map_or(now, |began| Utc(began.timestamp().as_microsecond()))
}

fn view(sums: &IntervalSums) -> QueueFiguresView {
    let small = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    let figures = sums.figures();
    QueueFiguresView {
        offered: small(sums.offered),
        answered: small(sums.answered),
        abandoned: small(sums.abandoned),
        level_permille: figures.level_permille.map(small),
        asa_ms: figures.asa_ms.map(small),
        aht_ms: figures.aht_ms.map(small),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_where_the_queue_is() {
        let at = |text: &str| Utc(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let table = [
            ("UTC", "2026-03-04T05:06:07Z", "2026-03-04T00:00:00Z"),
            ("Asia/Shanghai", "2026-03-04T17:00:00Z", "2026-03-04T16:00:00Z"),
            ("America/New_York", "2026-03-04T03:00:00Z", "2026-03-03T05:00:00Z"),
            // The day on which clocks go forward.
            ("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z"),
            ("Nowhere/Land", "2026-03-04T05:06:07Z", "2026-03-04T00:00:00Z"),
        ];
        for (zone, now, began) in table {
            assert_eq!(midnight(zone, at(now)), at(began), "{zone}");
        }
    }

    #[test]
    fn the_floor_shows_what_the_report_says() {
        let sums = IntervalSums { offered: 4, answered: 3, abandoned: 1, answered_in_level: 2, ..IntervalSums::default() };
        let view = view(&sums);
        assert_eq!((view.offered, view.answered, view.abandoned), (4, 3, 1));
        assert_eq!(view.level_permille.map(i64::from), sums.figures().level_permille);
    }
}
