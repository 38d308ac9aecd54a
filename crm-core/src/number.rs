//! Telephone numbers as people and trunks write them, made [`Number`]s. Keeps no raw form; that stays with whoever asked.

use cti_types::Number;
use phonenumber::country::Id as Country;

/// A longer text is no telephone number (E.164 has 15 digits; separators and a dialling prefix come on top).
const RAW_MAX: usize = 64;
/// ITU-T E.164 6.1: at most 15 digits with the country code; fewer than 7 is no public number.
const E164_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Emergency numbers by country, as national authorities publish them; 112 and 911 count everywhere besides (3GPP TS 22.101 10.1.1).
const EMERGENCY: &[(&str, &[&str])] = &[
    ("AU", &["000"]),
    ("BR", &["190", "192", "193"]),
    ("CH", &["117", "118", "144"]),
    ("CN", &["110", "119", "120", "122"]),
    ("DE", &["110"]),
    ("ES", &["061", "080", "091"]),
    ("FR", &["15", "17", "18"]),
    ("GB", &["999"]),
    ("HK", &["999"]),
    ("IE", &["999"]),
    ("IN", &["100", "101", "102", "108"]),
    ("IT", &["113", "115", "118"]),
    ("JP", &["110", "118", "119"]),
    ("KR", &["119"]),
    ("MX", &["066"]),
    ("MY", &["999"]),
    ("NZ", &["111"]),
    ("PL", &["997", "998", "999"]),
    ("SG", &["995", "999"]),
    ("TH", &["191", "199"]),
    ("TW", &["110", "119"]),
    ("VN", &["113", "114", "115"]),
    ("ZA", &["10111", "10177"]),
];
const EMERGENCY_EVERYWHERE: &[&str] = &["112", "911"];

/// Words that stand for a withheld identity (RFC 3323 4.1.1.3, and what gateways write).
const WITHHELD: &[&str] = &["", "anonymous", "restricted", "unavailable", "unknown", "private", "withheld"];

/// What a caller's or dialled number is, read with the trunk's country (ISO 3166-1 alpha-2).
///
/// Takes bare numbers with the usual separators, `tel:` URIs and the user part of `sip:` URIs. Never fails: what no rule knows is `Other`.
///
/// ```
/// use crm_core::number::normalise;
/// use cti_types::Number;
/// assert_eq!(normalise("020 7946 0000", "GB"), Number::E164("+442079460000".into()));
/// assert_eq!(normalise("sip:+442079460000@192.0.2.1;user=phone", "US"), Number::E164("+442079460000".into()));
/// assert_eq!(normalise("anonymous", "GB"), Number::Anonymous);
/// ```
pub fn normalise(raw: &str, country: &str) -> Number {
    let raw = raw.trim();
    let user = user_part(raw);
    if WITHHELD.iter().any(|word| user.eq_ignore_ascii_case(word)) {
        return Number::Anonymous;
    }
    let other = || Number::Other(raw.chars().filter(|c| !c.is_control()).take(RAW_MAX).collect());
    let Some(digits) = dialled(&user) else { return other() };
    if digits.bytes().any(|b| matches!(b, b'*' | b'#')) {
        return if digits.len() <= 16 { Number::Short(digits) } else { other() };
    }
    if let Some(international) = digits.strip_prefix('+') {
        // As given: a number of a plan newer than our tables is a number all the same. The tables only mend what people write too much.
        if let Some(known) = by_tables(&digits, country) {
            return Number::E164(known);
        }
        return if E164_DIGITS.contains(&international.len()) && !international.starts_with('0') { Number::E164(digits) } else { other() };
    }
    if is_emergency(&digits, country) {
        return Number::Emergency(digits);
    }
    // Up to four digits is an extension of ours, whatever the national plan could make of it.
    if digits.len() <= 4 {
        return Number::Short(digits);
    }
    match by_tables(&digits, country) {
        Some(known) => Number::E164(known),
        None if digits.len() <= 6 => Number::Short(digits),
        None => other(),
    }
}

/// Loads the numbering plans, so that the first call does not wait for them (some 10 ms).
pub fn warm_up(country: &str) {
    let _ = normalise("+442079460000", country);
    let _ = normalise("2079460000", country);
}

/// Whether the two letters are a country of the numbering plans.
pub fn is_country(country: &str) -> bool {
    country.len() == 2 && country.parse::<Country>().is_ok()
}

fn is_emergency(digits: &str, country: &str) -> bool {
    EMERGENCY_EVERYWHERE.contains(&digits)
        || EMERGENCY.iter().any(|(of, numbers)| of.eq_ignore_ascii_case(country) && numbers.contains(&digits))
}

/// The number in E.164 if the plan of its country knows it.
fn by_tables(digits: &str, country: &str) -> Option<String> {
    let country = country.to_ascii_uppercase().parse::<Country>().ok();
    let parsed = phonenumber::parse(country, digits).ok()?;
    let e164 = parsed.format().mode(phonenumber::Mode::E164).to_string();
    let length = e164.len().saturating_sub(1);
    (E164_DIGITS.contains(&length) && parsed.is_valid()).then_some(e164)
}

/// The part that may be a number: of `tel:` up to its parameters, of `sip:` the user without its own, `%2B` made `+` (RFC 3261 19.1.1).
fn user_part(raw: &str) -> String {
    let raw = raw.trim_start_matches('<').trim_end_matches('>');
    let after = |scheme: &str| raw.get(..scheme.len()).filter(|p| p.eq_ignore_ascii_case(scheme)).and_then(|_| raw.get(scheme.len()..));
    if let Some(tel) = after("tel:") {
        return tel.split(';').next().unwrap_or_default().to_owned();
    }
    match after("sips:").or_else(|| after("sip:")) {
        Some(uri) => {
            let user = uri.split_once('@').map_or("", |(user, _)| user);
            let user = user.split([';', ':']).next().unwrap_or_default();
            user.replace("%2B", "+").replace("%2b", "+").replace("%23", "#")
        }
        None => raw.to_owned(),
    }
}

/// The digits of a dialled number with a leading `+`, `*` and `#`, without the separators people write; `None` if anything else stands in it.
fn dialled(user: &str) -> Option<String> {
    if user.len() > RAW_MAX {
        return None;
    }
    let mut out = String::with_capacity(user.len());
    // `+44 (0)20 …`: the trunk prefix in parentheses is for callers inside the country.
    let user = if user.starts_with('+') { user.replace("(0)", "") } else { user.to_owned() };
    for c in user.chars() {
        match c {
            '0'..='9' | '*' | '#' => out.push(c),
            '+' if out.is_empty() => out.push(c),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
            _ => return None,
        }
    }
    let digits = out.trim_start_matches('+').len();
    (digits > 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn e164(s: &str) -> Number {
        Number::E164(s.to_owned())
    }

    #[test]
    fn numbers_are_read_as_their_country_writes_them() {
        for (raw, country, expected) in [
            ("020 7946 0000", "GB", "+442079460000"),
            ("+44 (0)20 7946 0000", "US", "+442079460000"),
            ("0044 20 7946 0000", "GB", "+442079460000"),
            ("(415) 555-2671", "US", "+14155552671"),
            ("14155552671", "US", "+14155552671"),
            ("011 44 20 7946 0000", "US", "+442079460000"),
            ("010 6552 9988", "CN", "+861065529988"),
            ("13812345678", "CN", "+8613812345678"),
            ("tel:+1-201-555-0123;phone-context=x", "GB", "+12015550123"),
            ("sip:%2B442079460000@192.0.2.1;user=phone", "US", "+442079460000"),
            ("sip:02079460000@example.com", "GB", "+442079460000"),
            ("<sip:+4930123456@example.com>", "DE", "+4930123456"),
            // A range the tables do not know, but well formed.
            ("+15550001111", "US", "+15550001111"),
        ] {
            assert_eq!(normalise(raw, country), e164(expected), "{raw} in {country}");
        }
    }

    #[test]
    fn short_emergency_withheld_and_other_stay_what_they_are() {
        let short = |s: &str| Number::Short(s.to_owned());
        let other = |s: &str| Number::Other(s.to_owned());
        for (raw, country, expected) in [
            ("1001", "DE", short("1001")),
            ("al\r\nice", "US", other("alice")),
            ("*72", "US", short("*72")),
            ("112", "GB", Number::Emergency("112".into())),
            ("999", "GB", Number::Emergency("999".into())),
            ("999", "US", short("999")),
            ("110", "CN", Number::Emergency("110".into())),
            ("sip:anonymous@anonymous.invalid", "US", Number::Anonymous),
            ("Restricted", "US", Number::Anonymous),
            ("", "US", Number::Anonymous),
            ("sip:alice@example.com", "US", other("sip:alice@example.com")),
            ("123456789012345678901", "US", other("123456789012345678901")),
            ("+0123", "US", other("+0123")),
        ] {
            assert_eq!(normalise(raw, country), expected, "{raw} in {country}");
        }
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        for raw in ["020 7946 0000", "1001", "+15550001111", "112", "alice"] {
            let once = normalise(raw, "GB");
            assert_eq!(normalise(once.as_str().unwrap_or_default(), "GB"), once);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(raw in "\\PC{0,80}", country in "[A-Za-z]{0,3}") {
            let _ = normalise(&raw, &country);
        }

        #[test]
        fn no_digits_make_it_panic(raw in "[+]?[0-9*#() -]{0,40}", country in prop::sample::select(vec!["US", "GB", "CN", "DE", "IT", "AR", "ZZ"])) {
            let _ = normalise(&raw, country);
        }
    }
}
