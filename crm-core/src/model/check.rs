//! Rules several resources share: names, zones, ranges. Gathers what is wrong; reads nothing.

use crate::error::FieldError;
use cti_types::Utc;

/// Most errors reported of one row; the rest are left out.
const ERRORS_MAX: usize = 20;
/// The last microsecond of the year 9999.
const TIME_MAX: i64 = 253_402_300_799_999_999;

/// Gathers every field that is wrong, so that a form can show all at once.
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    pub(crate) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// Notes that a field is wrong and how to mend it.
    pub fn wrong(&mut self, field: impl Into<String>, mend: impl Into<String>) {
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(FieldError { field: field.into(), mend: mend.into() });
        }
    }

    /// Notes it unless `right`.
    pub fn that(&mut self, right: bool, field: impl Into<String>, mend: impl Into<String>) {
        if !right {
            self.wrong(field, mend);
        }
    }

    /// Trims; then a line of 1 to 100 characters.
    pub fn name(&mut self, field: &str, value: &mut String) {
        tidy(value);
        self.that(!value.is_empty(), field, "give it a value");
        self.line(field, value, 100);
    }

    /// One line of at most `max` characters. These texts go into headers, logs and one-line fields of screens, where a line break would
    /// begin something new.
    pub fn line(&mut self, field: &str, value: &str, max: usize) {
        self.that(value.chars().count() <= max, field, format!("shorten it to {max} characters"));
        self.that(is_line(value), field, "leave out line breaks, tabs and other control characters");
    }

    /// Several lines of at most `max` characters in all. A line ends with LF; the CR LF of a form becomes that.
    pub fn text(&mut self, field: &str, value: &mut String, max: usize) {
        if value.contains("\r\n") {
            *value = value.replace("\r\n", "\n");
        }
        self.that(value.chars().count() <= max, field, format!("shorten it to {max} characters"));
        let plain = value.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
        self.that(plain, field, "leave out control characters other than line breaks and tabs");
    }

    /// Trims; then a line of at most `max` characters. An empty text counts as none.
    pub fn optional(&mut self, field: &str, value: &mut Option<String>, max: usize) {
        if let Some(text) = value {
            tidy(text);
            self.line(field, text, max);
        }
        if value.as_deref() == Some("") {
            *value = None;
        }
    }

    /// A number within bounds, both included.
    pub fn range(&mut self, field: impl Into<String>, value: i64, min: i64, max: i64) {
        self.that((min..=max).contains(&value), field, format!("choose a number from {min} to {max}"));
    }

    /// A time from 1970 to the end of the year 9999, so that nothing computed from it leaves its range.
    pub fn time(&mut self, field: &str, value: Option<Utc>) {
        let right = value.is_none_or(|at| (0..=TIME_MAX).contains(&at.0));
        self.that(right, field, "give microseconds since 1970, before the year 10000");
    }

    /// At most `max` elements.
    pub fn count(&mut self, field: &str, count: usize, max: usize) {
        self.that(count <= max, field, format!("leave at most {max}"));
    }

    /// A time zone of the IANA database.
    pub fn zone(&mut self, field: &str, value: &str) {
        self.that(jiff::tz::TimeZone::get(value).is_ok(), field, "choose a time zone such as Europe/London");
    }

    /// A language tag as flows and prompts use it: `en`, `zh`, `pt-BR`.
    pub fn language(&mut self, field: &str, value: &str) {
        let mut parts = value.split('-');
        let first = parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_lowercase()));
        let rest = parts.all(|p| (2..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()));
        self.that(first && rest, field, "choose a language such as en or zh");
    }

    /// ISO 3166-1 alpha-2, in capitals, known to the numbering plans.
    pub fn country(&mut self, field: &str, value: &str) {
        self.that(crate::number::is_country(value), field, "choose a country by its two letters, such as US");
    }
}

/// Whether a text is one line: no control character (Unicode Cc, so CR, LF and tab), and none of the two separators that Unicode has
/// beside them (UAX #14: U+2028, U+2029).
pub(crate) fn is_line(value: &str) -> bool {
    !value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// Takes spaces off both ends. Only spaces: a line break at the end is refused like one in the middle, not mended in silence.
fn tidy(value: &mut String) {
    let trimmed = value.trim_matches(|c: char| c.is_whitespace() && !c.is_control());
    if trimmed.len() != value.len() {
        *value = trimmed.to_owned();
    }
}
