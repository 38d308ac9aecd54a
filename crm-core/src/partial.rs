//! Numbers that are not exactly known: which stored numbers a caller's may mean, how well one fits, and who is likelier. Pure.

use crate::model::{Contact, ContactKind};
use cti_types::Number;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Digits at the end that must be the same. Nine leave out country codes and trunk prefixes, and among ten million random numbers find a
/// wrong one for one unknown caller in a hundred.
const TAIL: usize = 9;
/// A shorter number is compared whole, down to this; below it is an extension of ours, which is nobody outside.
const WHOLE_MIN: usize = 7;
/// Digits of an extension behind a company's main number.
const EXTENSION_MAX: usize = 3;
/// Main numbers tried for one caller: always so many, so that one statement serves all.
pub(crate) const MAIN_NUMBERS: usize = 8;

/// How a customer was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
#[schema(as = CardMatched)]
pub enum Matched {
    /// It is their number.
    Exact,
    /// The last digits are those of a number of theirs, so many of them. Perhaps it is theirs.
    LastDigits { digits: u32 },
    /// It is an extension behind the company's number. Perhaps it is theirs.
    MainNumber,
    /// Looked up by their id.
    #[default]
    Asked,
}

impl Matched {
    /// Good enough to tell somebody what is theirs.
    pub fn is_sure(self) -> bool {
        matches!(self, Matched::Exact | Matched::Asked)
    }

    /// The greater, the likelier.
    pub(crate) fn weight(self) -> u32 {
        match self {
            Matched::Exact | Matched::Asked => u32::MAX,
            Matched::LastDigits { digits } => 1 + digits,
            Matched::MainNumber => 1,
        }
    }
}

/// Why a candidate stands before the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CardLikelier)]
pub enum Likelier {
    /// Their number fits better.
    Number,
    /// They were in contact later.
    LastContact,
    /// The number is the one they prefer.
    PreferredNumber,
    /// Nothing tells them apart; they were here first.
    Earlier,
}

/// The digits of a number that may be somebody's outside; none for extensions, emergency numbers and names.
fn digits(number: &Number) -> Option<String> {
    let text = match number {
        Number::E164(text) | Number::Other(text) => text,
        Number::Short(_) | Number::Emergency(_) | Number::Anonymous => return None,
    };
    let plain = text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0').to_owned();
    (plain && digits.len() >= WHOLE_MIN).then_some(digits)
}

/// What the tail of a stored number must begin with: the last digits, the last first.
pub(crate) fn tail(number: &Number) -> Option<String> {
    digits(number).map(|digits| digits.chars().rev().take(TAIL).collect())
}

/// The company numbers this one may be an extension of, in E.164: without its last digits, alone or with zeros in their place.
pub(crate) fn main_numbers(number: &Number) -> Vec<String> {
    let Number::E164(text) = number else { return Vec::new() };
    let mut all = Vec::with_capacity(MAIN_NUMBERS);
    for cut in 1..=EXTENSION_MAX {
        let Some(stem) = text.len().checked_sub(cut).and_then(|at| text.get(..at)).filter(|stem| stem.len() > WHOLE_MIN) else { break };
        let mut forms = vec![stem.to_owned(), format!("{stem}0")];
        if cut > 1 {
            forms.push(format!("{stem}{}", "0".repeat(cut)));
        }
        all.extend(forms.into_iter().filter(|form| form != text));
    }
    all.truncate(MAIN_NUMBERS);
    all
}

/// How well a caller's number fits the best of a customer's telephones.
pub(crate) fn fit(number: &Number, contacts: &[Contact]) -> Matched {
    let phones = || contacts.iter().filter(|contact| contact.kind == ContactKind::Phone);
    if phones().any(|phone| Some(phone.value.as_str()) == number.as_str()) {
        return Matched::Exact;
    }
    let Some(wanted) = digits(number) else { return Matched::MainNumber };
    let same = |phone: &Contact| {
        let stored = phone.value.chars().rev().filter(char::is_ascii_digit);
        stored.zip(wanted.chars().rev()).take_while(|(a, b)| a == b).count()
    };
    let best = phones().map(same).max().unwrap_or(0);
    if best >= TAIL.min(wanted.len()) { Matched::LastDigits { digits: best as u32 } } else { Matched::MainNumber }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContactInput;
    use cti_types::ContactPointId;

    fn e164(text: &str) -> Number {
        Number::E164(text.to_owned())
    }

    fn phones(values: &[&str]) -> Vec<Contact> {
        let contact = |value: &&str| Contact {
            id: ContactPointId::from_u128(1),
            kind: ContactKind::Phone,
            value: (*value).to_owned(),
            raw: (*value).to_owned(),
            label: String::new(),
            preferred: false,
            valid: true,
            valid_from: None,
            valid_until: None,
            address: ContactInput::new(ContactKind::Phone, *value).address,
        };
        values.iter().map(contact).collect()
    }

    #[test]
    fn what_is_compared_of_a_number() {
        for (number, expected) in [
            (e164("+442079460011"), Some("110064970")),
            (Number::Other("02079460011".into()), Some("110064970")),
            (Number::Other("7946 0011".into()), Some("11006497")),
            (Number::Other("00 12".into()), None),
            (Number::Other("alice2079460011".into()), None),
            (Number::Short("1001".into()), None),
            (Number::Emergency("112".into()), None),
            (Number::Anonymous, None),
        ] {
            assert_eq!(tail(&number).as_deref(), expected, "{number:?}");
        }
    }

    #[test]
    fn main_numbers_are_those_an_extension_may_stand_behind() {
        let all = main_numbers(&e164("+493012345617"));
        assert_eq!(all[..5], ["+49301234561", "+493012345610", "+4930123456", "+49301234560", "+493012345600"]);
        assert!(all.len() <= MAIN_NUMBERS);
        assert!(!main_numbers(&e164("+493012345610")).contains(&"+493012345610".to_owned()));
        assert!(main_numbers(&Number::Other("493012345617".into())).is_empty());
    }

    #[test]
    fn the_best_telephone_decides_how_well_a_number_fits() {
        let number = e164("+442079460011");
        for (stored, expected) in [
            (&["+442079460011"][..], Matched::Exact),
            (&["02079460011"], Matched::LastDigits { digits: 10 }),
            (&["+12079460011"], Matched::LastDigits { digits: 10 }),
            (&["+49123", "+332079460011"], Matched::LastDigits { digits: 10 }),
            (&["+442079460010"], Matched::MainNumber),
            (&[], Matched::MainNumber),
        ] {
            assert_eq!(fit(&number, &phones(stored)), expected, "{stored:?}");
        }
        assert_eq!(fit(&Number::Other("79460011".into()), &phones(&["+442079460011"])), Matched::LastDigits { digits: 8 });
        assert!(Matched::LastDigits { digits: 9 }.weight() > Matched::MainNumber.weight());
    }
}
