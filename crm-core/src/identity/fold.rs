//! Names and addresses made comparable: case, diacritics, scripts and punctuation folded away. Compares nothing.
//!
//! Every script becomes Latin letters (`deunicode`): "Иванов" ivanov, "Παππάς" pappas, "王小明" wang xiaoming. A Chinese name is a family
//! name of one character, or one of the known double ones, and a given name that is written as one word in Latin letters; a few family
//! names are read otherwise than their character elsewhere. What other languages write with two vowels for one (ä, ø, å) is one here.

use deunicode::deunicode_char;

/// Most words of a text that are looked at.
const WORDS_MAX: usize = 12;
/// Most characters of a text that are looked at.
const CHARS_MAX: usize = 200;

/// Family names of two characters.
const DOUBLE_NAMES: &[&str] = &[
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "司徒", "夏侯", "皇甫", "尉迟", "尉遲", "公孙", "公孫", "慕容", "令狐", "宇文",
    "长孙", "長孫", "东方", "東方", "端木", "南宫", "南宮", "独孤", "獨孤",
];
/// Family names that are read otherwise than their character elsewhere.
const READ_OTHERWISE: &[(char, &str)] = &[
    ('单', "shan"),
    ('單', "shan"),
    ('曾', "zeng"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('查', "zha"),
    ('朴', "piao"),
    ('区', "ou"),
    ('區', "ou"),
    ('任', "ren"),
    ('盖', "ge"),
    ('缪', "miao"),
    ('覃', "qin"),
    ('翟', "zhai"),
    ('乐', "yue"),
    ('尉', "wei"),
    ('吕', "lyu"),
    ('呂', "lyu"),
];

/// Characters that are read otherwise in names than where they are most frequent.
const READ_IN_NAMES: &[(char, &str)] = &[('娜', "na")];

/// Words at the end of a company's name that say its form only.
const FORMS: &[&str] = &[
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "ohg",
    "gbr",
    "se",
    "kgaa",
    "eg",
    "ev",
    "ug",
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "llc",
    "llp",
    "lp",
    "plc",
    "pllc",
    "sa",
    "sas",
    "sarl",
    "srl",
    "spa",
    "sl",
    "slu",
    "bv",
    "nv",
    "vof",
    "ab",
    "aps",
    "as",
    "asa",
    "oy",
    "oyj",
    "kk",
    "pty",
    "pte",
    "pvt",
    "sdn",
    "bhd",
    "tbk",
    "pt",
    "ooo",
    "oao",
    "zao",
    "ao",
    "tov",
    "doo",
    "dd",
    "kft",
    "zrt",
    "sro",
    "spzoo",
    "zoo",
    "sp",
    "lda",
    "ltda",
    "eirl",
    "cia",
    "und",
    "and",
    "et",
    "cie",
    "the",
];
/// The same in Chinese, the longest first.
const FORMS_HAN: &[&str] =
    &["股份有限公司", "有限责任公司", "有限責任公司", "集团有限公司", "有限公司", "集团公司", "集团", "集團", "公司"];

/// Words of addresses that are written in several ways.
const PLACES: &[(&str, &str)] = &[
    ("street", "st"),
    ("strasse", "st"),
    ("strase", "st"),
    ("str", "st"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("boulevard", "blvd"),
    ("lane", "ln"),
    ("drive", "dr"),
    ("square", "sq"),
    ("place", "pl"),
    ("platz", "pl"),
    ("court", "ct"),
    ("apartment", "apt"),
    ("flat", "apt"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
];

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}

/// Whether a text has letters of another script than Latin.
pub(crate) fn is_foreign(text: &str) -> bool {
    text.chars().any(|c| c.is_alphabetic() && !matches!(c, '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}'))
}

/// A character in small Latin letters and digits; empty: it has none.
fn latin(c: char) -> String {
    if let Some((_, read)) = READ_IN_NAMES.iter().find(|(of, _)| *of == c) {
        return (*read).to_owned();
    }
    deunicode_char(c).unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// ae, oe, ue are how ä, ö, ü are written where there are none. Applied to both sides, so it only ever brings words together.
fn one_vowel(word: &str) -> String {
    word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
}

/// The words of a text, folded. Characters between words part them, an apostrophe does not. `joined_dots`: "s.a." is one word.
fn words_of(text: &str, joined_dots: bool, han: fn(&[char], &mut Vec<String>)) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut run) = (String::new(), Vec::new());
    for c in text.chars().take(CHARS_MAX).chain([' ']) {
        if is_han(c) {
            end_word(&mut word, &mut words);
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            han(&run, &mut words);
            run.clear();
        }
        if c.is_alphanumeric() || is_mark(c) {
            word.push_str(&latin(c));
        } else if !(matches!(c, '\'' | '’' | '`' | 'ʼ') || (joined_dots && c == '.')) {
            end_word(&mut word, &mut words);
        }
    }
    words.truncate(WORDS_MAX);
    words
}

/// A combining mark belongs to the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

fn end_word(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(one_vowel(word));
        word.clear();
    }
}

/// A person's name: family and given name of a run of Chinese characters.
fn han_person(run: &[char], words: &mut Vec<String>) {
    let text: String = run.iter().collect();
    let double = run.len() > 2 && DOUBLE_NAMES.iter().any(|name| text.starts_with(name));
    let (family, given) = run.split_at(if double { 2 } else { 1.min(run.len()) });
    let read = match family {
        [one] => READ_OTHERWISE.iter().find(|(c, _)| c == one).map_or_else(|| latin(*one), |(_, read)| (*read).to_owned()),
        more => more.iter().map(|c| latin(*c)).collect(),
    };
    words.push(read);
    if !given.is_empty() {
        words.push(given.iter().map(|c| latin(*c)).collect());
    }
}

/// A given name alone, and any other text: a run is one word.
fn han_word(run: &[char], words: &mut Vec<String>) {
    words.push(run.iter().map(|c| latin(*c)).collect());
}

/// The words of a person's whole name, in the order written.
///
/// ```text
/// "O’Brien, Seán"  ["obrien", "sean"]
/// "王小明"          ["wang", "xiaoming"]
/// ```
pub(crate) fn person_words(name: &str) -> Vec<String> {
    words_of(name, false, han_person)
}

/// The words of a given name alone.
pub(crate) fn given_words(name: &str) -> Vec<String> {
    words_of(name, false, han_word)
}

/// The words of a company's name without those that say its form: "Müller & Söhne GmbH & Co. KG" is "muller sohne".
pub(crate) fn company_words(name: &str) -> Vec<String> {
    let mut name = name.trim();
    while let Some(rest) = FORMS_HAN.iter().find_map(|form| name.strip_suffix(form)).filter(|rest| !rest.is_empty()) {
        name = rest;
    }
    let mut words = words_of(name, true, han_word);
    while words.len() > 1 && words.last().is_some_and(|word| FORMS.contains(&word.as_str())) {
        words.pop();
    }
    if words.len() > 1 && words.first().is_some_and(|word| word == "the") {
        words.remove(0);
    }
    words
}

/// The words of a street or town, each in one of the ways to write it. A number keeps its letter: "12 b" is "12b".
pub(crate) fn place_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in words_of(text, false, han_word) {
        let follows_number = words.last().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if let (true, [letter], Some(last)) = (follows_number, word.as_bytes(), words.last_mut())
            && letter.is_ascii_alphabetic()
        {
            last.push(char::from(*letter));
            continue;
        }
        let usual = PLACES.iter().find(|(long, _)| *long == word).map(|(_, short)| (*short).to_owned());
        // German writes the street's kind at the end of its word.
        let ending = ["strasse", "strase", "str"].iter().find_map(|kind| word.strip_suffix(kind)).filter(|rest| rest.len() > 2);
        match (usual, ending) {
            (Some(short), _) => words.push(short),
            (None, Some(rest)) => words.extend([rest.to_owned(), "st".to_owned()]),
            (None, None) => words.push(word),
        }
    }
    words
}

/// Letters and digits only: postal codes, ids.
pub(crate) fn code(text: &str) -> String {
    text.chars().take(CHARS_MAX).flat_map(|c| latin(c).chars().collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_become_plain_words() {
        let table: &[(&str, &[&str])] = &[
            ("Ada King", &["ada", "king"]),
            ("  ADA   k\u{131}ng ", &["ada", "king"]),
            ("O’Brien, Sea\u{301}n", &["obrien", "sean"]),
            ("Jean-Pierre Dupont", &["jean", "pierre", "dupont"]),
            ("Müller", &["muller"]),
            ("Mueller", &["muller"]),
            ("Straße", &["strasse"]),
            ("Søren Kierkegård", &["soren", "kierkegard"]),
            ("Иванов", &["ivanov"]),
            ("王小明", &["wang", "xiaoming"]),
            ("欧阳娜娜", &["ouyang", "nana"]),
            ("曾国藩", &["zeng", "guofan"]),
            ("J. R. Ewing", &["j", "r", "ewing"]),
            ("", &[]),
            ("--- !!", &[]),
        ];
        for (name, words) in table {
            assert_eq!(person_words(name), *words, "{name}");
        }
    }

    #[test]
    fn the_form_of_a_company_does_not_count() {
        let table: &[(&str, &[&str])] = &[
            ("Müller & Söhne GmbH & Co. KG", &["muller", "sohne"]),
            ("Acme, Inc.", &["acme"]),
            ("Acme S.A.", &["acme"]),
            ("The Acme Company Limited", &["acme"]),
            ("Co", &["co"]),
            ("华为有限公司", &["huawei"]),
            ("阿里巴巴集团", &["alibaba"]),
        ];
        for (name, words) in table {
            assert_eq!(company_words(name), *words, "{name}");
        }
    }

    #[test]
    fn addresses_are_written_one_way() {
        let table: &[(&str, &[&str])] = &[
            ("12 High Street", &["12", "high", "st"]),
            ("12 HIGH ST.", &["12", "high", "st"]),
            ("Hauptstraße 7 b", &["haupt", "st", "7b"]),
            ("Hauptstr. 7B", &["haupt", "st", "7b"]),
            ("南京路 100号", &["nanjinglu", "100", "hao"]),
        ];
        for (text, words) in table {
            assert_eq!(place_words(text), *words, "{text}");
        }
        assert_eq!(code("SW1A 1AA"), code("sw1a1aa"));
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_typed_stops_it(text in "\\PC{0,300}") {
            for words in [person_words(&text), given_words(&text), company_words(&text), place_words(&text)] {
                proptest::prop_assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_alphanumeric())));
            }
        }
    }
}
