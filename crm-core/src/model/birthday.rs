//! A day somebody was born, the year perhaps not known. Pure.

use jiff::civil::Date;

/// See the module. Written `YYYY-MM-DD`, or `--MM-DD` without the year (RFC 6350 4.3.1, with the dashes of ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birthday {
    year: Option<i16>,
    month: i8,
    day: i8,
}

impl Birthday {
    /// Nothing for what is no date.
    pub fn parse(text: &str) -> Option<Birthday> {
        // Any leap year will do: 29 February is a birthday.
        let (known, text) = match text.strip_prefix("--") {
            Some(rest) => (false, format!("2000-{rest}")),
            None => (true, text.to_owned()),
        };
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text)?;
        let year = known.then_some(date.year());
        year.is_none_or(|year| year >= 1800).then_some(Birthday { year, month: date.month(), day: date.day() })
    }

    /// A day of any year, written `MM-DD`.
    pub fn parse_day(text: &str) -> Option<i64> {
        Birthday::parse(&format!("--{text}")).map(Birthday::day_of_year)
    }

    /// Month and day as one number that orders them: 1231 is the last.
    pub fn day_of_year(self) -> i64 {
        i64::from(self.month) * 100 + i64::from(self.day)
    }

    /// As a date of a calendar; without a year that of 2000, which has a 29 February.
    pub fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year.unwrap_or(2000), self.month, self.day)
    }

    /// Days until the next one, 0 on the day itself. One on 29 February is on the 28th where there is no 29th.
    pub fn days_from(self, today: Date) -> Option<i64> {
        let next = |year: i16| Date::new(year, self.month, self.day).or_else(|_| Date::new(year, self.month, 28)).ok();
        let next = next(today.year()).filter(|date| *date >= today).or_else(|| next(today.year().checked_add(1)?))?;
        today.until(next).ok().map(|span| i64::from(span.get_days()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthday_is_a_date_with_or_without_its_year() {
        for (text, expected) in [
            ("1980-02-29", Some((229, "1980-02-29"))),
            ("--02-29", Some((229, "2000-02-29"))),
            ("--12-31", Some((1231, "2000-12-31"))),
            ("1981-02-29", None),
            ("--02-30", None),
            ("02-28", None),
            ("1980-2-9", None),
            ("0980-02-09", None),
            ("---02-09", None),
            ("", None),
        ] {
            let got = Birthday::parse(text).map(|one| (one.day_of_year(), one.date()));
            assert_eq!(got, expected.map(|(day, date)| (day, date.to_owned())), "{text}");
        }
        assert_eq!((Birthday::parse_day("03-08"), Birthday::parse_day("1986-03-08")), (Some(308), None));
    }

    #[test]
    fn the_next_one_is_so_many_days_away() {
        for (birthday, today, days) in [
            ("1980-11-22", "2026-11-22", 0),
            ("1980-11-23", "2026-11-22", 1),
            ("1980-11-21", "2026-11-22", 364),
            ("--01-01", "2026-12-31", 1),
            ("--02-29", "2027-02-27", 1),
            ("--02-29", "2028-02-28", 1),
        ] {
            let got = Birthday::parse(birthday).and_then(|one| one.days_from(today.parse().unwrap()));
            assert_eq!(got, Some(days), "{birthday} {today}");
        }
    }
}
