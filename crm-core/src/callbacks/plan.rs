//! When a callback is tried, and what a try makes of it. Pure: rules over the times the customer chose.

use crate::model::{AttemptOutcome, CallbackState};
use cti_types::Utc;

/// Most days later a window is looked for; with at most 20 tries of one a day it is never needed.
const DAYS_MAX: i64 = 400;
const DAY_US: i64 = 86_400_000_000;

/// The time a customer chose, and the zone in which its hours are those of the following days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window<'a> {
    pub from: Utc,
    pub until: Utc,
    pub zone: &'a str,
}

impl Window<'_> {
    /// The first time at or after `earliest` that lies in the window, or in the same hours of the customer's clock on a later day. Across a
    /// change of daylight saving time the hours stay, not the distance. An unknown zone counts as UTC.
    pub fn first_at(&self, earliest: Utc) -> Utc {
        if earliest < self.from {
            return self.from;
        }
        if earliest < self.until {
            return earliest;
        }
        let zone = jiff::tz::TimeZone::get(self.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let later = |at: Utc, days: i64| {
            let at = jiff::Timestamp::from_microsecond(at.0).ok()?.to_zoned(zone.clone());
            let moved = at.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
            Some(Utc(moved.timestamp().as_microsecond()))
        };
        // One day early, as a day may have 25 hours.
        let first = ((earliest.0 - self.until.0) / DAY_US).max(1) - 1;
        for days in first.max(1)..=first + DAYS_MAX {
            match (later(self.from, days), later(self.until, days)) {
                (Some(from), Some(until)) if earliest < until => return from.max(earliest),
                (Some(_), Some(_)) => {}
                (None, _) | (_, None) => break,
            }
        }
        earliest
    }
}

/// What a callback is after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub state: CallbackState,
    /// Tries so far.
    pub attempts: u8,
    /// When it is tried next; none: it is over.
    pub next_at: Option<Utc>,
}

/// What a try at `at` makes of a callback with so many tries before it.
pub fn after_attempt(window: &Window<'_>, attempts: u8, attempts_max: u8, gap_minutes: u16, at: Utc, outcome: AttemptOutcome) -> After {
    let tried = attempts.saturating_add(1);
    let over = |state| After { state, attempts: tried, next_at: None };
    match outcome {
        AttemptOutcome::Reached => over(CallbackState::Done),
        AttemptOutcome::WrongNumber => over(CallbackState::Failed),
        AttemptOutcome::Returned => {
            let next = window.first_at(at);
            let state = if next <= at { CallbackState::Due } else { CallbackState::Scheduled };
            After { state, attempts, next_at: Some(next) }
        }
        AttemptOutcome::NoAnswer | AttemptOutcome::Busy | AttemptOutcome::Machine | AttemptOutcome::Failed => {
            if tried >= attempts_max {
                return over(CallbackState::Failed);
            }
            let earliest = Utc(at.0.saturating_add(i64::from(gap_minutes) * 60_000_000));
            After { state: CallbackState::Attempted, attempts: tried, next_at: Some(window.first_at(earliest)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Utc {
        Utc(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_try_is_within_the_hours_the_customer_chose() {
        let table = [
            // Before, within, at the end, long after.
            ("2026-11-24T14:00:00+00:00[Europe/London]", "2026-11-24T09:00:00Z", "2026-11-24T14:00:00Z"),
            ("2026-11-24T14:00:00+00:00[Europe/London]", "2026-11-24T15:30:00Z", "2026-11-24T15:30:00Z"),
            ("2026-11-24T14:00:00+00:00[Europe/London]", "2026-11-24T16:00:00Z", "2026-11-25T14:00:00Z"),
            ("2026-11-24T14:00:00+00:00[Europe/London]", "2026-12-01T15:00:00Z", "2026-12-01T15:00:00Z"),
            ("2026-11-24T14:00:00+00:00[Europe/London]", "2026-12-01T17:00:00Z", "2026-12-02T14:00:00Z"),
            // The clocks go back on 25 October 2026 and forward on 28 March 2027: the hours stay.
            ("2026-10-24T14:00:00+01:00[Europe/London]", "2026-10-24T16:00:00Z", "2026-10-25T14:00:00Z"),
            ("2027-03-27T14:00:00+00:00[Europe/London]", "2027-03-27T17:00:00Z", "2027-03-28T13:00:00Z"),
            // No daylight saving time.
            ("2026-10-24T14:00:00+08:00[Asia/Shanghai]", "2026-10-24T09:00:00Z", "2026-10-25T06:00:00Z"),
            // At 01:30 on the night with no such time it is an hour later.
            ("2027-03-27T01:30:00+00:00[Europe/London]", "2027-03-27T09:00:00Z", "2027-03-28T01:30:00Z"),
        ];
        for (from, earliest, expected) in table {
            let from: jiff::Zoned = from.parse().unwrap();
            let zone = from.time_zone().iana_name().unwrap().to_owned();
            let from = Utc(from.timestamp().as_microsecond());
            let window = Window { from, until: Utc(from.0 + 2 * 3_600_000_000), zone: &zone };
            assert_eq!(window.first_at(at(earliest)), at(expected), "{from:?} {earliest}");
        }
    }

    #[test]
    fn a_try_that_reaches_nobody_is_followed_by_another_until_there_were_enough() {
        let window = Window { from: at("2026-11-24T14:00:00Z"), until: at("2026-11-24T16:00:00Z"), zone: "Europe/London" };
        let now = at("2026-11-24T15:00:00Z");
        use AttemptOutcome::*;
        use CallbackState::*;
        let table = [
            (0, now, Reached, (Done, 1, None)),
            (0, now, WrongNumber, (CallbackState::Failed, 1, None)),
            (0, now, NoAnswer, (Attempted, 1, Some("2026-11-24T15:30:00Z"))),
            (1, now, Busy, (Attempted, 2, Some("2026-11-24T15:30:00Z"))),
            (2, now, Machine, (CallbackState::Failed, 3, None)),
            (0, at("2026-11-24T15:45:00Z"), AttemptOutcome::Failed, (Attempted, 1, Some("2026-11-25T14:00:00Z"))),
            (1, now, Returned, (Due, 1, Some("2026-11-24T15:00:00Z"))),
            (1, at("2026-11-24T17:00:00Z"), Returned, (Scheduled, 1, Some("2026-11-25T14:00:00Z"))),
        ];
        for (before, time, outcome, (state, attempts, next)) in table {
            let after = after_attempt(&window, before, 3, 30, time, outcome);
            assert_eq!(after, After { state, attempts, next_at: next.map(at) }, "{before} {outcome:?}");
        }
    }
}
