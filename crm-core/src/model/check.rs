//! Rules several resources share: names, zones, ranges. Gathers what is wrong; reads nothing.

use crate::error::FieldError;

/// Most errors reported of one row; the rest are left out.
const ERRORS_MAX: usize = 20;

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

    /// Trims; then 1 to 100 characters, none of them a control character.
    pub fn name(&mut self, field: &str, value: &mut String) {
        tidy(value);
        self.that(!value.is_empty(), field, "give it a value");
        self.text(field, value, 100);
    }

    /// At most `max` characters, no control characters but line breaks and tabs.
    pub fn text(&mut self, field: &str, value: &str, max: usize) {
        self.that(value.chars().count() <= max, field, format!("shorten it to {max} characters"));
        let plain = value.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
        self.that(plain, field, "leave out control characters");
    }

    /// Trims; an empty text counts as none.
    pub fn optional(&mut self, field: &str, value: &mut Option<String>, max: usize) {
        if let Some(text) = value {
            tidy(text);
            self.text(field, text, max);
        }
        if value.as_deref() == Some("") {
            *value = None;
        }
    }

    /// A number within bounds, both included.
    pub fn range(&mut self, field: impl Into<String>, value: i64, min: i64, max: i64) {
        self.that((min..=max).contains(&value), field, format!("choose a number from {min} to {max}"));
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

fn tidy(value: &mut String) {
    let trimmed = value.trim();
    if trimmed.len() != value.len() {
        *value = trimmed.to_owned();
    }
}
