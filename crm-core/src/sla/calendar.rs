//! Business time: how much of it lies between two moments, and when so much of it will have passed. Reads no clock.
//!
//! A moment counts when the local time of the zone lies within the day's spans, exactly as [`Hours::is_open`] has it. Time is cut at the
//! zone's changes of offset, and within a piece local time is UTC plus a constant: so an hour that a zone skips never counts, and one
//! that comes twice counts twice.

use crate::model::{Hours, minute_of_day};
use cti_types::Utc;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 86_400_000_000;
/// How far ahead the end of a target is looked for: ten years. What does not end by then never does.
const HORIZON_US: i64 = 3_660 * DAY_US;

/// How far ahead an opening is looked for.
const OPENING_US: i64 = 366 * DAY_US;

/// When time counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Calendar {
    /// Around the clock.
    Always,
    Hours(OpenHours),
}

/// The opening hours of a zone, made ready for counting.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenHours {
    zone: TimeZone,
    /// From Monday; minutes of the day, in order, none touching another.
    weekly: [Vec<(u16, u16)>; 7],
    /// By days since 1970; empty: closed all day.
    holidays: BTreeMap<i64, Vec<(u16, u16)>>,
}

/// Spans of a day in order; those that overlap or touch become one.
fn tidy(mut spans: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    spans.sort_unstable();
    let mut out: Vec<(u16, u16)> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match out.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => out.push((from, to)),
        }
    }
    out
}

fn minutes(from: &str, to: &str) -> Option<(u16, u16)> {
    let (from, to) = (minute_of_day(from)?, minute_of_day(to)?);
    (from < to).then_some((from, to))
}

fn day_of(date: &str) -> Option<i64> {
    let date: jiff::civil::Date = date.parse().ok()?;
    let midnight = date.to_zoned(TimeZone::UTC).ok()?;
    Some(midnight.timestamp().as_microsecond().div_euclid(DAY_US))
}

impl From<&Hours> for Calendar {
    /// A zone that is no longer known counts as UTC.
    fn from(hours: &Hours) -> Calendar {
        let mut weekly: [Vec<(u16, u16)>; 7] = Default::default();
        for span in &hours.weekly {
            let day = usize::from(span.day).checked_sub(1).and_then(|day| weekly.get_mut(day));
            if let (Some(day), Some(span)) = (day, minutes(&span.from, &span.to)) {
                day.push(span);
            }
        }
        let mut holidays = BTreeMap::new();
        for holiday in &hours.holidays {
            let Some(day) = day_of(&holiday.date) else { continue };
            let open = tidy(holiday.open.iter().filter_map(|span| minutes(&span.from, &span.to)).collect());
            // The first entry of a date holds, as in `Hours::is_open`.
            holidays.entry(day).or_insert(open);
        }
        let zone = TimeZone::get(&hours.zone).unwrap_or(TimeZone::UTC);
        Calendar::Hours(OpenHours { zone, weekly: weekly.map(tidy), holidays })
    }
}

impl Calendar {
    /// Business time from one moment to another, µs; 0 when `to` is not later.
    pub fn between(&self, from: Utc, to: Utc) -> i64 {
        match self {
            Calendar::Always => (to.0 - from.0).max(0),
            Calendar::Hours(hours) => {
                let mut sum = 0;
                let _ = hours.walk(from.0, to.0, &mut |begin, end| {
                    sum += end - begin;
                    ControlFlow::Continue(())
                });
                sum
            }
        }
    }

    /// The first moment by which `amount_us` of business time has passed since `from`; `None` when that does not happen within ten years.
    pub fn after(&self, from: Utc, amount_us: i64) -> Option<Utc> {
        if amount_us <= 0 {
            return Some(from);
        }
        match self {
            Calendar::Always => from.0.checked_add(amount_us).map(Utc),
            Calendar::Hours(hours) => {
                let mut left = amount_us;
                let found = hours.walk(from.0, from.0.checked_add(HORIZON_US)?, &mut |begin, end| {
                    if end - begin >= left {
                        return ControlFlow::Break(begin + left);
                    }
                    left -= end - begin;
                    ControlFlow::Continue(())
                });
                found.break_value().map(Utc)
            }
        }
    }

    /// The last moment from which `amount_us` of business time passes until `at`; `None` when that is more than ten years before.
    pub fn before(&self, at: Utc, amount_us: i64) -> Option<Utc> {
        if amount_us <= 0 {
            return Some(at);
        }
        let Calendar::Hours(hours) = self else { return at.0.checked_sub(amount_us).map(Utc) };
        let mut window = amount_us.saturating_mul(2).max(DAY_US);
        loop {
            window = window.min(HORIZON_US);
            let mut spans = Vec::new();
            let _ = hours.walk(at.0.checked_sub(window)?, at.0, &mut |begin, end| {
                spans.push((begin, end));
                ControlFlow::Continue(())
            });
            let mut left = amount_us;
            for (begin, end) in spans.into_iter().rev() {
                if end - begin >= left {
                    return Some(Utc(end - left));
                }
                left -= end - begin;
            }
            if window >= HORIZON_US {
                return None;
            }
            window = window.saturating_mul(4);
        }
    }

    /// The first moment from `at` on that counts: itself, where it does. `None` when there is none within ten years.
    pub fn opening(&self, at: Utc) -> Option<Utc> {
        self.after(at, 1).map(|next| Utc(next.0 - 1))
    }
}

impl Calendar {
    /// When it is open next, at or after this moment: the moment itself while it is open. `None`: not within a year.
    pub fn next_open(&self, at: Utc) -> Option<Utc> {
        match self {
            Calendar::Always => Some(at),
            Calendar::Hours(hours) => {
                let found = hours.walk(at.0, at.0.checked_add(OPENING_US)?, &mut |begin, _| ControlFlow::Break(begin));
                found.break_value().map(Utc)
            }
        }
    }
}

type Visit<'a> = &'a mut dyn FnMut(i64, i64) -> ControlFlow<i64>;

impl OpenHours {
    /// Visits every open span between two moments, in order. Spans may touch.
    fn walk(&self, from: i64, until: i64, visit: Visit<'_>) -> ControlFlow<i64> {
        let Ok(stamp) = Timestamp::from_microsecond(from) else { return ControlFlow::Continue(()) };
        let mut offset = self.zone.to_offset(stamp);
        let mut changes = self.zone.following(stamp);
        let mut begin = from;
        while begin < until {
            let change = changes.next();
            let end = change.as_ref().map_or(until, |change| change.timestamp().as_microsecond().min(until));
            self.walk_piece(begin, end, i64::from(offset.seconds()) * 1_000_000, visit)?;
            begin = end;
            match change {
                Some(change) => offset = change.offset(),
                None => break,
            }
        }
        ControlFlow::Continue(())
    }

    /// The same within a piece of time whose local time is UTC plus `offset_us`.
    fn walk_piece(&self, begin: i64, end: i64, offset_us: i64, visit: Visit<'_>) -> ControlFlow<i64> {
        let first = (begin + offset_us).div_euclid(DAY_US);
        let last = (end + offset_us - 1).div_euclid(DAY_US);
        for day in first..=last {
            let midnight = day * DAY_US - offset_us;
            for &(from, to) in self.spans(day) {
                let from = (midnight + i64::from(from) * MINUTE_US).max(begin);
                let to = (midnight + i64::from(to) * MINUTE_US).min(end);
                if from < to {
                    visit(from, to)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn spans(&self, day: i64) -> &[(u16, u16)] {
        if let Some(holiday) = self.holidays.get(&day) {
            return holiday;
        }
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7) as usize;
        self.weekly.get(weekday).map_or(&[], Vec::as_slice)
    }
}
