//! When a reminder is due: dates and hours of a zone's calendar, made times. Pure.

use crate::model::{Reminder, ReminderKind};
use cti_types::Utc;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// The next time after `after` that the reminder is due; `None`: never again, or its date is none.
///
/// A birthday on 29 February is on the 28th where there is no 29th. An hour that a change of the clocks leaves out is an hour later, one
/// that comes twice is the first (RFC 5545 3.3.5).
pub fn next_at(reminder: &Reminder, after: Utc) -> Option<Utc> {
    let date: Date = reminder.date.parse().ok()?;
    let time: Time = reminder.time.parse().ok()?;
    let zone = TimeZone::get(&reminder.zone).ok()?;
    let said = |date: Date| {
        let day = date.checked_sub(jiff::Span::new().try_days(i64::from(reminder.days_before)).ok()?).ok()?;
        let at = day.to_datetime(time).to_zoned(zone.clone()).ok()?;
        Some(Utc(at.timestamp().as_microsecond()))
    };
    match reminder.kind {
        ReminderKind::Once => said(date).filter(|at| *at > after),
        ReminderKind::Yearly | ReminderKind::Birthday => {
            let now = jiff::Timestamp::from_microsecond(after.0).ok()?.to_zoned(zone.clone());
            // A year back for zones, two ahead for what is said up to a year before its date.
            let years = (now.year() - 1)..=(now.year() + 2);
            years.filter_map(|year| said(in_year(date, year)?)).find(|at| *at > after)
        }
    }
}

fn in_year(date: Date, year: i16) -> Option<Date> {
    Date::new(year, date.month(), date.day()).or_else(|_| Date::new(year, date.month(), 28)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Utc {
        Utc(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn reminder(kind: ReminderKind, date: &str, time: &str, zone: &str, days_before: u16) -> Reminder {
        Reminder {
            kind,
            title: "x".into(),
            owner: None,
            customer_id: None,
            date: date.into(),
            time: time.into(),
            zone: zone.into(),
            days_before,
            active: true,
            created_by: None,
            next_at: None,
        }
    }

    #[test]
    fn a_reminder_is_due_at_its_hour_in_its_zone() {
        use ReminderKind::*;
        let table = [
            (Once, "2026-12-01", "09:00", "Europe/London", 0, "2026-11-22T12:00:00Z", Some("2026-12-01T09:00:00Z")),
            (Once, "2026-12-01", "09:00", "Asia/Shanghai", 0, "2026-11-22T12:00:00Z", Some("2026-12-01T01:00:00Z")),
            (Once, "2026-12-01", "09:00", "Europe/London", 7, "2026-11-22T12:00:00Z", Some("2026-11-24T09:00:00Z")),
            (Once, "2026-12-01", "09:00", "Europe/London", 7, "2026-11-24T09:00:00Z", None),
            // The hour that is left out on 28 March 2027, and the one that comes twice on 25 October 2026.
            (Once, "2027-03-28", "01:30", "Europe/London", 0, "2026-11-22T12:00:00Z", Some("2027-03-28T01:30:00Z")),
            (Once, "2026-10-25", "01:30", "Europe/London", 0, "2026-10-01T12:00:00Z", Some("2026-10-25T00:30:00Z")),
            (Birthday, "1980-11-22", "09:00", "Europe/London", 0, "2026-11-22T08:59:59Z", Some("2026-11-22T09:00:00Z")),
            (Birthday, "1980-11-22", "09:00", "Europe/London", 0, "2026-11-22T09:00:00Z", Some("2027-11-22T09:00:00Z")),
            (Birthday, "1980-06-01", "09:00", "Europe/London", 0, "2026-11-22T09:00:00Z", Some("2027-06-01T08:00:00Z")),
            (Birthday, "1984-02-29", "09:00", "UTC", 0, "2026-11-22T09:00:00Z", Some("2027-02-28T09:00:00Z")),
            (Birthday, "1984-02-29", "09:00", "UTC", 0, "2027-03-01T09:00:00Z", Some("2028-02-29T09:00:00Z")),
            // Said a week before New Year's day: in the year before.
            (Yearly, "2000-01-01", "09:00", "UTC", 7, "2026-11-22T09:00:00Z", Some("2026-12-25T09:00:00Z")),
            (Yearly, "2000-01-01", "09:00", "UTC", 365, "2026-11-22T09:00:00Z", Some("2027-01-01T09:00:00Z")),
            (Yearly, "2000-13-01", "09:00", "UTC", 0, "2026-11-22T09:00:00Z", None),
        ];
        for (kind, date, time, zone, before, after, expected) in table {
            let got = next_at(&reminder(kind, date, time, zone, before), at(after));
            assert_eq!(got, expected.map(at), "{kind:?} {date} {time} {zone} -{before} after {after}");
        }
    }
}
