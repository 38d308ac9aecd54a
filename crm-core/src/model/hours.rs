//! Opening hours: their form, and whether it is open at a moment. Which queue or flow they hold for is said there.

use super::{Check, Column, Kind, Resource, UsedBy, columns};
use cti_types::{HoursId, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A span of a day, both as `HH:MM`; `24:00` is the end of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: String,
    pub to: String,
}

/// Open on one day of the week. A day may stand several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeeklySpan {
    /// 1 Monday to 7 Sunday (ISO 8601).
    pub day: u8,
    pub from: String,
    pub to: String,
}

/// A date on which other hours hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// `YYYY-MM-DD` in the zone of the hours.
    pub date: String,
    #[serde(default)]
    pub name: String,
    /// Empty: closed all day.
    #[serde(default)]
    pub open: Vec<Span>,
}

/// When something is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub name: String,
    /// IANA time zone.
    pub zone: String,
    pub weekly: Vec<WeeklySpan>,
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// Minutes since midnight of `HH:MM`, `00:00` to `24:00`.
pub fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok())?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 24 * 60).then_some(all)
}

fn check_span(check: &mut Check, field: &str, from: &str, to: &str) {
    match (minute_of_day(from), minute_of_day(to)) {
        (Some(from), Some(to)) => check.that(from < to, field, "let it end after it begins; a night is two spans"),
        _ => check.wrong(field, "write both times as HH:MM"),
    }
}

impl Hours {
    /// Whether it is open at this moment. A zone that is no longer known counts as closed.
    pub fn is_open(&self, at: Utc) -> bool {
        let (Ok(zone), Ok(stamp)) = (jiff::tz::TimeZone::get(&self.zone), jiff::Timestamp::from_microsecond(at.0)) else { return false };
        let local = stamp.to_zoned(zone);
        let minute = (local.hour() as u16) * 60 + local.minute() as u16;
        let within = |from: &str, to: &str| {
            minute_of_day(from).is_some_and(|from| from <= minute) && minute_of_day(to).is_some_and(|to| minute < to)
        };
        let date = local.date().to_string();
        if let Some(holiday) = self.holidays.iter().find(|holiday| holiday.date == date) {
            return holiday.open.iter().any(|span| within(&span.from, &span.to));
        }
        let day = local.weekday().to_monday_one_offset() as u8;
        self.weekly.iter().any(|span| span.day == day && within(&span.from, &span.to))
    }
}

impl Resource for Hours {
    type Id = HoursId;
    const KIND: Kind = Kind::Hours;
    const TABLE: &'static str = "hours";
    const COLUMNS: &'static [Column] = columns!(name: Text, zone: Text, weekly: Json, holidays: Json);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "queue", column: "hours_id" }, UsedBy { table: "dial_rule", column: "hours_id" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check.zone("zone", &self.zone);
        check.count("weekly", self.weekly.len(), 100);
        check.count("holidays", self.holidays.len(), 500);
        for (at, span) in self.weekly.iter().enumerate() {
            check.range(format!("weekly[{at}].day"), i64::from(span.day), 1, 7);
            check_span(check, &format!("weekly[{at}]"), &span.from, &span.to);
        }
        for (at, holiday) in self.holidays.iter().enumerate() {
            let right = holiday.date.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == holiday.date);
            check.that(right, format!("holidays[{at}].date"), "write it as YYYY-MM-DD");
            check.line(&format!("holidays[{at}].name"), &holiday.name, 100);
            check.count(&format!("holidays[{at}].open"), holiday.open.len(), 20);
            for span in holiday.open.iter().take(20) {
                check_span(check, &format!("holidays[{at}].open"), &span.from, &span.to);
            }
        }
    }
}
