//! Opening hours: a weekly table and holidays in one time zone. Says open or closed for an instant; schedules nothing.

use cti_types::Utc;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::collections::BTreeMap;

/// Most intervals a day; more is refused.
const INTERVALS_MAX: usize = 24;
/// Most holidays (thirty years of forty); more is refused.
const HOLIDAYS_MAX: usize = 1200;
const DAY_MINUTES: u16 = 24 * 60;
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

type Intervals = Vec<(u16, u16)>;

/// When somebody is there. Minutes are wall-clock minutes since midnight in the zone, so 9:00 is 9:00 in summer and winter.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    zone: TimeZone,
    week: [Intervals; 7],
    holidays: BTreeMap<Date, Intervals>,
}

impl Hours {
    /// `zone`: IANA name (`Europe/London`). `week`: Monday first, each day's `(from, to)` minutes, `to` not included and at
    /// most 1440. `holidays`: dates as `2026-12-25` with the intervals of that day; none: closed all day. A holiday
    /// replaces the day's weekly intervals.
    ///
    /// # Errors
    /// A sentence naming the zone, day or interval at fault: unknown zone, no such date, date given twice, an interval that
    /// ends before it begins or overlaps another, too many of anything.
    pub fn new(zone: &str, week: [Vec<(u16, u16)>; 7], holidays: Vec<(String, Vec<(u16, u16)>)>) -> Result<Hours, String> {
        let zone =
            TimeZone::get(zone).map_err(|_| format!("there is no time zone \"{zone}\"; write an IANA name such as \"Europe/London\""))?;
        let mut days: [Intervals; 7] = Default::default();
        for ((day, intervals), name) in days.iter_mut().zip(week).zip(DAYS) {
            *day = checked(intervals, name)?;
        }
        if holidays.len() > HOLIDAYS_MAX {
            return Err(format!("{} holidays are more than {HOLIDAYS_MAX}; remove those past", holidays.len()));
        }
        let mut dates = BTreeMap::new();
        for (text, intervals) in holidays {
            let date: Date = text.parse().map_err(|_| format!("\"{text}\" is no date; write it like \"2026-12-25\""))?;
            if dates.insert(date, checked(intervals, &text)?).is_some() {
                return Err(format!("the holiday {text} is given twice; keep one"));
            }
        }
        Ok(Hours { zone, week: days, holidays: dates })
    }

    /// Whether this instant is within the hours. An instant outside the calendar's range is closed.
    pub fn is_open(&self, utc: Utc) -> bool {
        let Ok(instant) = Timestamp::from_microsecond(utc.0) else {
            return false;
        };
        let local = Zoned::new(instant, self.zone.clone());
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let intervals = self.holidays.get(&local.date()).or_else(|| self.week.get(local.weekday().to_monday_zero_offset() as usize));
        intervals.is_some_and(|list| list.iter().any(|&(from, to)| (from..to).contains(&minute)))
    }
}

fn checked(mut intervals: Intervals, day: &str) -> Result<Intervals, String> {
    if intervals.len() > INTERVALS_MAX {
        return Err(format!("{day} has {} intervals; at most {INTERVALS_MAX} are possible", intervals.len()));
    }
    intervals.sort_unstable();
    for &(from, to) in &intervals {
        if from >= to || to > DAY_MINUTES {
            return Err(format!(
                "{day}: {} to {} is no interval of one day; write an end after the beginning, and hours past midnight as two days",
                clock(from),
                clock(to)
            ));
        }
    }
    for pair in intervals.windows(2) {
        if let [(_, to), (from, _)] = *pair
            && from < to
        {
            return Err(format!("{day}: two intervals overlap at {}; make them one", clock(from)));
        }
    }
    Ok(intervals)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Utc {
        Utc(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    fn london() -> Hours {
        let day = vec![(9 * 60, 17 * 60 + 30)];
        let week = [day.clone(), day.clone(), day.clone(), day.clone(), vec![(540, 720), (780, 1440)], vec![], vec![(0, 180)]];
        let holidays = vec![("2026-12-25".into(), vec![]), ("2026-12-24".into(), vec![(540, 720)])];
        Hours::new("Europe/London", week, holidays).unwrap()
    }

    #[test]
    fn wall_clock_hours_hold_in_winter_and_in_summer() {
        for (when, open) in [
            ("2026-01-12T08:59:59Z", false), // Monday, GMT
            ("2026-01-12T09:00:00Z", true),
            ("2026-01-12T17:29:59Z", true),
            ("2026-01-12T17:30:00Z", false),
            ("2026-07-13T07:59:59Z", false), // Monday, BST: an hour earlier by UTC
            ("2026-07-13T08:00:00Z", true),
            ("2026-07-13T16:30:00Z", false),
        ] {
            assert_eq!(london().is_open(at(when)), open, "{when}");
        }
    }

    #[test]
    fn the_night_the_clock_changes_follows_the_wall() {
        // Sunday 00:00–03:00 local. Spring 2026-03-29: 01:00 GMT becomes 02:00 BST, so the three hours last two.
        // Autumn 2026-10-25: 01:00–02:00 comes twice, so they last four.
        for (when, open) in [
            ("2026-03-29T00:00:00Z", true),
            ("2026-03-29T01:59:59Z", true),
            ("2026-03-29T02:00:00Z", false),
            ("2026-10-24T22:59:59Z", false), // Saturday 23:59 BST
            ("2026-10-25T00:30:00Z", true),
            ("2026-10-25T02:59:59Z", true),
            ("2026-10-25T03:00:00Z", false),
        ] {
            assert_eq!(london().is_open(at(when)), open, "{when}");
        }
    }

    #[test]
    fn several_intervals_and_midnight_as_an_end() {
        for (when, open) in [
            ("2026-01-16T11:59:00Z", true), // Friday
            ("2026-01-16T12:30:00Z", false),
            ("2026-01-16T13:00:00Z", true),
            ("2026-01-16T23:59:59Z", true),
            ("2026-01-17T00:00:00Z", false), // Saturday
        ] {
            assert_eq!(london().is_open(at(when)), open, "{when}");
        }
    }

    #[test]
    fn a_holiday_replaces_the_day_by_the_local_date() {
        for (when, open) in [
            ("2026-12-24T10:00:00Z", true),
            ("2026-12-24T14:00:00Z", false),
            ("2026-12-25T10:00:00Z", false),
            ("2026-12-28T10:00:00Z", true),
        ] {
            assert_eq!(london().is_open(at(when)), open, "{when}");
        }
        // The holiday in Auckland begins on the day before by UTC.
        let day = vec![(0, 1440)];
        let week = std::array::from_fn(|_| day.clone());
        let hours = Hours::new("Pacific/Auckland", week, vec![("2026-12-25".into(), vec![])]).unwrap();
        assert!(hours.is_open(at("2026-12-24T10:59:59Z")));
        assert!(!hours.is_open(at("2026-12-24T11:00:00Z")));
    }

    #[test]
    fn bad_tables_are_refused_with_the_reason() {
        let none: [Intervals; 7] = Default::default();
        let tuesday = |list: Intervals| {
            let mut week = none.clone();
            week[1] = list;
            week
        };
        for (made, message) in [
            (
                Hours::new("Mars/Base", none.clone(), vec![]),
                "there is no time zone \"Mars/Base\"; write an IANA name such as \"Europe/London\"",
            ),
            (
                Hours::new("UTC", tuesday(vec![(600, 540)]), vec![]),
                "Tuesday: 10:00 to 09:00 is no interval of one day; write an end after the beginning, and hours past midnight as two days",
            ),
            (
                Hours::new("UTC", tuesday(vec![(600, 1441)]), vec![]),
                "Tuesday: 10:00 to 24:01 is no interval of one day; write an end after the beginning, and hours past midnight as two days",
            ),
            (Hours::new("UTC", tuesday(vec![(600, 720), (540, 601)]), vec![]), "Tuesday: two intervals overlap at 10:00; make them one"),
            (
                Hours::new("UTC", none.clone(), vec![("2026-02-30".into(), vec![])]),
                "\"2026-02-30\" is no date; write it like \"2026-12-25\"",
            ),
            (
                Hours::new("UTC", none.clone(), vec![("2026-02-03".into(), vec![]), ("2026-02-03".into(), vec![])]),
                "the holiday 2026-02-03 is given twice; keep one",
            ),
        ] {
            assert_eq!(made.unwrap_err(), message);
        }
    }

    #[test]
    fn any_instant_has_an_answer() {
        for utc in [i64::MIN, -1, 0, i64::MAX] {
            let _ = london().is_open(Utc(utc));
        }
    }
}
