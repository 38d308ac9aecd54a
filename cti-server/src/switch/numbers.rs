//! Numbers of calls, remembered by the text they were read from: the tables of all countries' plans are slow to ask. It reads none itself.

use cti_types::Number;
use std::collections::BTreeMap;

/// Texts remembered, about half a megabyte; when they are as many, all are forgotten, and each is read once more.
const KNOWN_MAX: usize = 4_096;
/// A longer text is no telephone number, and is not remembered.
const TEXT_MAX: usize = 64;

/// See the module.
#[derive(Default)]
pub(super) struct Numbers {
    /// By country, then by text.
    known: BTreeMap<String, BTreeMap<String, Number>>,
    count: usize,
}

impl Numbers {
    /// As [`crm_core::number::normalise`].
    pub(super) fn read(&mut self, raw: &str, country: &str) -> Number {
        if let Some(number) = self.known.get(country).and_then(|of_country| of_country.get(raw)) {
            return number.clone();
        }
        let number = crm_core::number::normalise(raw, country);
        if raw.len() <= TEXT_MAX {
            if self.count >= KNOWN_MAX {
                self.known.clear();
                self.count = 0;
            }
            self.known.entry(country.to_owned()).or_default().insert(raw.to_owned(), number.clone());
            self.count += 1;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_means_in_each_country_what_it_means_there_however_often_it_is_read() {
        let mut numbers = Numbers::default();
        let london = Number::E164("+442079460000".into());
        for _ in 0..3 {
            assert_eq!(numbers.read("020 7946 0000", "GB"), london);
            assert_ne!(numbers.read("020 7946 0000", "US"), london);
        }
        assert_eq!(numbers.count, 2);
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let mut numbers = Numbers::default();
        for n in 0..KNOWN_MAX + 10 {
            numbers.read(&n.to_string(), "GB");
        }
        assert_eq!(numbers.count, 10);
        numbers.read(&"1".repeat(TEXT_MAX + 1), "GB");
        assert_eq!((numbers.count, numbers.known.values().map(BTreeMap::len).sum::<usize>()), (10, 10));
    }
}
