//! Text as tokens to search by, English and Chinese alike. Both databases store what is made here, so both find the same.
//!
//! A word in letters becomes one token: lower case, full-width forms and diacritics folded, stemmed when it is plain Latin. A run of Chinese,
//! Japanese or Korean characters has no spaces to part it; it becomes its single characters and its pairs (bigrams), which find words of
//! two characters and more without a dictionary.

use super::stem::stem;
use std::collections::BTreeSet;

/// Characters of one token; the rest of a longer word is left out.
const TOKEN_MAX: usize = 64;
/// Different tokens of one search; those after them are left out.
pub const TERMS_MAX: usize = 24;
/// Characters of a search that are looked at.
pub const QUERY_MAX: usize = 200;

/// A token with its place: characters (Unicode scalar values) from the beginning, `to` behind the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub from: usize,
    pub to: usize,
}

/// All tokens of a text, to be stored: every word, every single character of a Chinese run, and every pair of them.
pub fn tokens(text: &str) -> Vec<Token> {
    split(text, true)
}

/// What is looked for: different tokens in their order. A Chinese run of two characters and more is looked for by its pairs alone. Words
/// that stand everywhere are left out where others are left.
pub fn terms(query: &str) -> Vec<String> {
    let cut: String = query.chars().take(QUERY_MAX).collect();
    let mut seen = BTreeSet::new();
    let all: Vec<String> = split(&cut, false).into_iter().map(|token| token.text).filter(|text| seen.insert(text.clone())).collect();
    let telling: Vec<String> = all.iter().filter(|text| !COMMON.contains(&text.as_str())).cloned().collect();
    let mut chosen = if telling.is_empty() { all } else { telling };
    chosen.truncate(TERMS_MAX);
    chosen
}

/// Words that say nothing of what is looked for, as the tokens they become.
const COMMON: &[&str] = &[
    "a", "an", "and", "at", "be", "by", "ar", "can", "do", "doe", "for", "from", "get", "have", "how", "i", "if", "in", "is", "it", "me",
    "my", "of", "on", "or", "our", "pleas", "that", "the", "their", "there", "thi", "to", "want", "we", "what", "when", "where", "which",
    "whi", "with", "you", "your", "的", "了", "吗", "呢", "我", "怎么", "如何", "什么", "请问", "为什", "怎样", "哪里", "我的", "我要",
    "我想", "可以",
];

/// What kind of run a character belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Ideograph,
    /// Belongs to the word around it and is not written: combining marks, apostrophes.
    Joint,
    Gap,
}

fn class(c: char) -> Class {
    match c {
        // Kana, CJK ideographs with extensions and compatibility forms, Hangul; what is not assigned within them is no letter.
        '\u{3041}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}'
            if c.is_alphanumeric() =>
        {
            Class::Ideograph
        }
        '\u{0300}'..='\u{036F}' | '\'' | '\u{2019}' => Class::Joint,
        c if c.is_alphanumeric() => Class::Word,
        _ => Class::Gap,
    }
}

fn split(text: &str, all: bool) -> Vec<Token> {
    let mut out = Vec::new();
    let mut word = Word::default();
    let mut run: Vec<(usize, char)> = Vec::new();
    for (at, c) in text.chars().enumerate() {
        let class = class(c);
        if class != Class::Ideograph {
            end_run(&mut run, all, &mut out);
        }
        match class {
            Class::Word => word.push(at, c),
            Class::Joint => word.join(c),
            Class::Ideograph => {
                word.end(&mut out);
                run.push((at, c));
            }
            Class::Gap => word.end(&mut out),
        }
    }
    end_run(&mut run, all, &mut out);
    word.end(&mut out);
    out
}

/// A word being read.
#[derive(Default)]
struct Word {
    text: String,
    from: usize,
    to: usize,
    /// How long it was at the last apostrophe.
    before_apostrophe: Option<usize>,
}

impl Word {
    fn push(&mut self, at: usize, c: char) {
        if self.text.is_empty() {
            self.from = at;
        }
        self.to = at + 1;
        fold(c, &mut self.text);
    }

    fn join(&mut self, c: char) {
        if !self.text.is_empty() && matches!(c, '\'' | '\u{2019}') {
            self.before_apostrophe = Some(self.text.len());
        }
    }

    fn end(&mut self, out: &mut Vec<Token>) {
        let mut text = std::mem::take(&mut self.text);
        // The genitive: "customer's" is "customer".
        if let Some(length) = self.before_apostrophe.take()
            && text.get(length..) == Some("s")
        {
            text.truncate(length);
        }
        if text.is_empty() {
            return;
        }
        if text.chars().count() > TOKEN_MAX {
            text = text.chars().take(TOKEN_MAX).collect();
        }
        let text = if text.bytes().all(|b| b.is_ascii_lowercase()) { stem(&text) } else { text };
        out.push(Token { text, from: self.from, to: self.to });
    }
}

fn end_run(run: &mut Vec<(usize, char)>, all: bool, out: &mut Vec<Token>) {
    let pairs = run.len() > 1;
    if all || !pairs {
        out.extend(run.iter().map(|(at, c)| Token { text: c.to_string(), from: *at, to: at + 1 }));
    }
    for (first, second) in run.iter().zip(run.iter().skip(1)) {
        out.push(Token { text: [first.1, second.1].iter().collect(), from: first.0, to: second.0 + 1 });
    }
    run.clear();
}

/// Adds the character in its plainest form: lower case, half width, without diacritics.
fn fold(c: char, out: &mut String) {
    // Full-width forms of ASCII (Unicode block FF00).
    let c = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    };
    if c.is_ascii() {
        return out.push(c.to_ascii_lowercase());
    }
    for c in c.to_lowercase() {
        match plain(c) {
            Some(plain) => out.push_str(plain),
            // Lower case of some characters brings a combining mark of its own.
            None if c.is_alphanumeric() => out.push(c),
            None => {}
        }
    }
}

/// Lower-case letters of Latin-1 and Latin Extended-A without their marks.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn english_and_chinese_become_tokens() {
        let table: [(&str, &[&str]); 10] = [
            ("Resetting the passwords", &["reset", "the", "password"]),
            ("Zoë's CAFÉ in Łódź", &["zoe", "cafe", "in", "lodz"]),
            ("don\u{2019}t e\u{301}te\u{301}", &["dont", "et"]),
            ("ＶＩＰ客户", &["vip", "客", "户", "客户"]),
            ("重置密码", &["重", "置", "密", "码", "重置", "置密", "密码"]),
            ("USB-C 3.1", &["usb", "c", "3", "1"]),
            ("Straße Ærø", &["strass", "aero"]),
            ("код İstanbul", &["код", "istanbul"]),
            ("😀 \0 \u{7} *:^\"'", &[]),
            ("'", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_search_leaves_out_what_stands_everywhere_unless_nothing_is_left() {
        let table: [(&str, &[&str]); 7] = [
            ("how do I reset my password", &["reset", "password"]),
            ("how to", &["how", "to"]),
            ("怎么重置密码", &["么重", "重置", "置密", "密码"]),
            ("钱", &["钱"]),
            ("password PASSWORD passwords", &["password"]),
            ("", &[]),
            ("OR AND NOT NEAR(", &["not", "near"]),
        ];
        for (query, expected) in table {
            assert_eq!(terms(query), expected, "{query}");
        }
        let long = (0..5_000).fold(String::new(), |all, n| all + &format!("w{n} "));
        assert_eq!(terms(&long).len(), TERMS_MAX);
        assert_eq!(terms(&"x".repeat(10_000)).iter().map(|term| term.chars().count()).collect::<Vec<_>>(), [TOKEN_MAX]);
    }

    #[test]
    fn places_are_characters_of_the_text() {
        for text in ["Ünal's 订单 number 7", "ＡＢＣ，ｄｅｆ。密码！", "İİ 'x' \u{301}y"] {
            let all: Vec<char> = text.chars().collect();
            for token in tokens(text) {
                let piece = all.get(token.from..token.to).unwrap_or_else(|| panic!("{token:?} lies outside of {text}"));
                assert!(!piece.is_empty() && class(piece[0]) != Class::Gap, "{token:?}");
            }
        }
    }

    #[test]
    fn no_token_holds_what_either_database_would_read_as_more_than_a_word() {
        let all: String = (0..0x3_0000_u32).filter_map(char::from_u32).collect();
        for token in tokens(&all) {
            assert!(token.text.chars().all(char::is_alphanumeric), "{:?}", token.text);
        }
    }
}
