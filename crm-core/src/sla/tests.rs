//! Business time in tables by hand, and what must hold of any hours at all.

use super::clock::until;
use super::{Calendar, Reading, Run, read};
use crate::model::{Holiday, Hours, Span, WeeklySpan};
use cti_types::Utc;
use proptest::prelude::*;

const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

fn at(text: &str) -> Utc {
    Utc(text.parse::<jiff::Timestamp>().expect("a time").as_microsecond())
}

fn hours(zone: &str, weekly: &[(std::ops::RangeInclusive<u8>, &str, &str)], holidays: &[(&str, &[(&str, &str)])]) -> Hours {
    let weekly = weekly.iter().flat_map(|(days, from, to)| {
        days.clone().map(|day| WeeklySpan { day, from: (*from).into(), to: (*to).into() }).collect::<Vec<_>>()
    });
    let holidays = holidays.iter().map(|(date, open)| Holiday {
        date: (*date).into(),
        name: String::new(),
        open: open.iter().map(|(from, to)| Span { from: (*from).into(), to: (*to).into() }).collect(),
    });
    Hours { name: "h".into(), zone: zone.into(), weekly: weekly.collect(), holidays: holidays.collect() }
}

/// Each line: from, business minutes, due. Both ways: due after so much, and so much until due.
fn check(hours: &Hours, table: &[(&str, i64, &str)]) {
    let calendar = Calendar::from(hours);
    for (from, minutes, due) in table {
        let (from, expected) = (at(from), at(due));
        assert_eq!(calendar.after(from, minutes * MINUTE), Some(expected), "{} {from:?} + {minutes} min", hours.zone);
        assert_eq!(calendar.between(from, expected), minutes * MINUTE, "{} {from:?} to {due}", hours.zone);
    }
}

#[test]
fn office_hours_skip_nights_and_weekends() {
    let office = hours("Europe/Berlin", &[(1..=5, "09:00", "17:00")], &[]);
    check(
        &office,
        &[
            // Within a day, CET.
            ("2026-01-07T08:00:00Z", 60, "2026-01-07T09:00:00Z"),
            // Before opening, and after closing, the clock starts at the next opening.
            ("2026-01-07T02:00:00Z", 60, "2026-01-07T09:00:00Z"),
            ("2026-01-07T18:00:00Z", 60, "2026-01-08T09:00:00Z"),
            // To the last minute of the day, and one more.
            ("2026-01-07T15:00:00Z", 60, "2026-01-07T16:00:00Z"),
            ("2026-01-07T15:00:00Z", 61, "2026-01-08T08:01:00Z"),
            // Over a weekend, and a target of two weeks and a day.
            ("2026-01-09T15:30:00Z", 60, "2026-01-12T08:30:00Z"),
            ("2026-01-05T08:00:00Z", 11 * 480, "2026-01-19T16:00:00Z"),
        ],
    );
}

#[test]
fn a_change_of_the_clocks_moves_what_is_due_with_the_local_time() {
    // Berlin: to summer on 2026-03-29, back on 2026-10-25.
    check(
        &hours("Europe/Berlin", &[(1..=5, "09:00", "17:00")], &[]),
        &[("2026-03-27T15:30:00Z", 60, "2026-03-30T07:30:00Z"), ("2026-10-23T14:30:00Z", 60, "2026-10-26T08:30:00Z")],
    );
    // New York: to summer on 2026-03-08, back on 2026-11-01.
    check(
        &hours("America/New_York", &[(1..=5, "09:00", "17:00")], &[]),
        &[("2026-03-06T21:30:00Z", 60, "2026-03-09T13:30:00Z"), ("2026-10-30T20:30:00Z", 60, "2026-11-02T14:30:00Z")],
    );
    // Shanghai has none.
    check(
        &hours("Asia/Shanghai", &[(1..=5, "09:00", "18:00")], &[]),
        &[("2026-03-27T09:30:00Z", 60, "2026-03-30T01:30:00Z"), ("2026-10-23T09:30:00Z", 60, "2026-10-26T01:30:00Z")],
    );
}

#[test]
fn within_the_night_of_a_change_only_hours_that_are_there_count() {
    // Berlin skips 02:00 to 03:00 on 2026-03-29 and has it twice on 2026-10-25.
    let night = hours("Europe/Berlin", &[(7..=7, "01:00", "04:00")], &[]);
    check(&night, &[("2026-03-28T23:00:00Z", 120, "2026-03-29T02:00:00Z"), ("2026-10-24T22:00:00Z", 240, "2026-10-25T03:00:00Z")]);
    // A span within the hour that comes twice counts twice; the one that is skipped not at all.
    let inner = hours("Europe/Berlin", &[(7..=7, "02:15", "02:45")], &[]);
    check(
        &inner,
        &[
            ("2026-10-24T22:00:00Z", 30, "2026-10-25T00:45:00Z"),
            ("2026-10-24T22:00:00Z", 31, "2026-10-25T01:16:00Z"),
            ("2026-10-24T22:00:00Z", 60, "2026-10-25T01:45:00Z"),
            ("2026-03-28T20:00:00Z", 10, "2026-04-05T00:25:00Z"),
        ],
    );
    // Around the local clock: a day of 23 and one of 25 hours, and Lord Howe's half hours.
    let all_day = |zone: &str| hours(zone, &[(1..=7, "00:00", "24:00")], &[]);
    check(
        &all_day("Europe/Berlin"),
        &[("2026-03-28T23:00:00Z", 23 * 60, "2026-03-29T22:00:00Z"), ("2026-10-24T22:00:00Z", 25 * 60, "2026-10-25T23:00:00Z")],
    );
    // Lord Howe: +10:30 to +11 on 2026-10-04 at 02:00, back on 2026-04-05 at 02:00.
    let early = hours("Australia/Lord_Howe", &[(7..=7, "01:00", "03:00")], &[]);
    check(&early, &[("2026-10-03T14:00:00Z", 90, "2026-10-03T16:00:00Z"), ("2026-04-04T13:00:00Z", 150, "2026-04-04T16:30:00Z")]);
}

#[test]
fn holidays_close_a_day_or_shorten_it() {
    let christmas: &[(&str, &[(&str, &str)])] = &[
        ("2026-12-24", &[("09:00", "12:00")]),
        ("2026-12-25", &[]),
        ("2026-12-31", &[("09:00", "10:00"), ("11:00", "12:00")]),
        ("2027-01-01", &[]),
    ];
    let office = hours("Europe/Berlin", &[(1..=5, "09:00", "17:00")], christmas);
    check(
        &office,
        &[
            ("2026-12-23T15:00:00Z", 60 + 180, "2026-12-24T11:00:00Z"),
            // Thursday noon to Monday morning: Friday is closed.
            ("2026-12-24T10:00:00Z", 61, "2026-12-28T08:01:00Z"),
            ("2026-12-31T08:30:00Z", 60, "2026-12-31T10:30:00Z"),
            ("2026-12-31T10:30:00Z", 31, "2027-01-04T08:01:00Z"),
        ],
    );
}

#[test]
fn a_night_shift_is_two_spans_and_counts_through() {
    let night = hours("America/New_York", &[(1..=5, "22:00", "24:00"), (2..=6, "00:00", "06:00")], &[]);
    check(
        &night,
        &[
            ("2026-01-06T03:00:00Z", 8 * 60, "2026-01-06T11:00:00Z"),
            ("2026-01-06T03:00:00Z", 8 * 60 + 1, "2026-01-07T03:01:00Z"),
            // Friday's shift ends on Saturday morning; the next begins on Monday night.
            ("2026-01-10T10:30:00Z", 60, "2026-01-13T03:30:00Z"),
        ],
    );
}

#[test]
fn spans_that_overlap_count_once_and_no_hours_at_all_never_end() {
    check(
        &hours("UTC", &[(1..=1, "09:00", "12:00"), (1..=1, "11:00", "13:00"), (1..=1, "13:00", "14:00")], &[]),
        &[("2026-01-05T00:00:00Z", 300, "2026-01-05T14:00:00Z")],
    );
    let never = Calendar::from(&hours("UTC", &[], &[]));
    assert_eq!((never.after(at("2026-01-05T00:00:00Z"), 1), never.between(Utc(0), at("2026-01-05T00:00:00Z"))), (None, 0));
    assert_eq!(Calendar::Always.after(Utc(5), 7), Some(Utc(12)));
}

fn run(from: &str, to: Option<&str>) -> Run {
    Run { from: at(from), to: to.map(at) }
}

#[test]
fn a_clock_stands_still_while_the_customer_is_waited_for() {
    let office = Calendar::from(&hours("Europe/Berlin", &[(1..=5, "09:00", "17:00")], &[]));
    // Four hours; two used on Friday, asked at 16:00, answered on Monday at 10:00.
    let runs = [run("2026-01-09T13:00:00Z", Some("2026-01-09T15:00:00Z")), run("2026-01-12T09:00:00Z", None)];
    let reading = read(&office, 4 * HOUR, &runs, at("2026-01-12T10:00:00Z"));
    let expected = Reading { used_us: 3 * HOUR, left_us: HOUR, due_at: Some(at("2026-01-12T11:00:00Z")), breached_at: None };
    assert_eq!(reading, expected);
    let waiting = read(&office, 4 * HOUR, &runs[..1], at("2026-01-11T10:00:00Z"));
    assert_eq!((waiting.left_us, waiting.due_at, waiting.breached_at), (2 * HOUR, None, None));
    let late = read(&office, 4 * HOUR, &runs, at("2026-01-12T12:00:00Z"));
    assert_eq!((late.left_us, late.breached_at), (-HOUR, Some(at("2026-01-12T11:00:00Z"))));
    // A shorter target is broken in the past, a longer one mends it.
    assert_eq!(read(&office, HOUR, &runs, at("2026-01-12T12:00:00Z")).breached_at, Some(at("2026-01-09T14:00:00Z")));
    assert_eq!(read(&office, 9 * HOUR, &runs, at("2026-01-12T12:00:00Z")).breached_at, None);
}

#[test]
fn a_target_is_kept_to_its_very_moment() {
    let begin = "2026-01-05T08:00:00Z";
    let kept = [run(begin, Some("2026-01-05T09:00:00Z"))];
    assert_eq!(read(&Calendar::Always, HOUR, &kept, at("2026-01-06T00:00:00Z")).breached_at, None);
    let open = [run(begin, None)];
    assert_eq!(read(&Calendar::Always, HOUR, &open, at("2026-01-05T09:00:00Z")).breached_at, Some(at("2026-01-05T09:00:00Z")));
    assert_eq!(read(&Calendar::Always, HOUR, &open, at("2026-01-05T08:59:59Z")).breached_at, None);
    // Used up at closing time and ended before the next opening: it was due, and not done.
    let office = Calendar::from(&hours("UTC", &[(1..=5, "09:00", "17:00")], &[]));
    let ended = [run("2026-01-05T16:00:00Z", Some("2026-01-06T08:00:00Z"))];
    assert_eq!(read(&office, HOUR, &ended, at("2026-01-07T00:00:00Z")).breached_at, Some(at("2026-01-05T17:00:00Z")));
}

#[test]
fn runs_are_cut_at_the_first_answer() {
    let runs = [run("2026-01-05T08:00:00Z", Some("2026-01-05T09:00:00Z")), run("2026-01-05T10:00:00Z", None)];
    assert_eq!(until(&runs, None), runs);
    let cut = until(&runs, Some(at("2026-01-05T11:00:00Z")));
    assert_eq!(cut, [runs[0], run("2026-01-05T10:00:00Z", Some("2026-01-05T11:00:00Z"))]);
    assert_eq!(until(&runs, Some(at("2026-01-05T08:30:00Z"))), [run("2026-01-05T08:00:00Z", Some("2026-01-05T08:30:00Z"))]);
}

const ZONES: [&str; 6] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Casablanca", "Pacific/Apia"];

fn any_hours() -> impl Strategy<Value = Hours> {
    let span = (0_u16..1440, 1_u16..900).prop_map(|(from, length)| (from, (from + length).min(1440)));
    let weekly = proptest::collection::vec((1_u8..=7, span.clone()), 1..12);
    let holidays = proptest::collection::vec((0_i64..1000, proptest::option::of(span)), 0..8);
    let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    (0..ZONES.len(), weekly, holidays).prop_map(move |(zone, weekly, holidays)| {
        let holidays = holidays.into_iter().map(|(day, open)| Holiday {
            date: (jiff::civil::date(2025, 1, 1) + jiff::Span::new().days(day)).to_string(),
            name: String::new(),
            open: open.into_iter().map(|(from, to)| Span { from: text(from), to: text(to) }).collect(),
        });
        Hours {
            name: "any".into(),
            zone: ZONES[zone].into(),
            weekly: weekly.into_iter().map(|(day, (from, to))| WeeklySpan { day, from: text(from), to: text(to) }).collect(),
            holidays: holidays.collect(),
        }
    })
}

/// A moment of 2025 to 2027.
fn any_time() -> impl Strategy<Value = Utc> {
    (1_735_689_600_i64..1_830_297_600).prop_map(|seconds| Utc(seconds * 1_000_000))
}

proptest! {
    #[test]
    fn business_time_until_due_is_the_target(hours in any_hours(), from in any_time(), minutes in 1_i64..30_000) {
        let calendar = Calendar::from(&hours);
        if let Some(due) = calendar.after(from, minutes * MINUTE) {
            prop_assert_eq!(calendar.between(from, due), minutes * MINUTE);
            // It is the first such moment: just before, less had passed.
            prop_assert_eq!(calendar.between(from, Utc(due.0 - 1)), minutes * MINUTE - 1);
        }
    }

    #[test]
    fn a_longer_target_and_a_later_start_are_due_later(hours in any_hours(), from in any_time(), minutes in 1_i64..5_000, more in 1_i64..500, later in 0_i64..5_000) {
        let calendar = Calendar::from(&hours);
        let due = calendar.after(from, minutes * MINUTE);
        prop_assert!(calendar.after(from, (minutes + more) * MINUTE).is_none_or(|longer| Some(longer) > due));
        prop_assert!(calendar.after(Utc(from.0 + later * MINUTE), minutes * MINUTE).is_none_or(|next| Some(next) >= due));
    }

    #[test]
    fn time_adds_up_and_agrees_with_being_open(hours in any_hours(), from in any_time(), first in 0_i64..20_000, second in 0_i64..20_000) {
        let calendar = Calendar::from(&hours);
        let middle = Utc(from.0 + first * MINUTE);
        let end = Utc(middle.0 + second * MINUTE);
        prop_assert_eq!(calendar.between(from, middle) + calendar.between(middle, end), calendar.between(from, end));
        let open = calendar.between(from, Utc(from.0 + 1)) == 1;
        prop_assert_eq!(open, hours.is_open(from));
    }
}
