//! Digits and whole numbers as clip names, in English and Mandarin. Knows grammar, no audio.

/// Longest value read out, in characters; what is beyond is not said.
const SAID_MAX: usize = 64;
/// Largest number the grammar covers; a larger one is read digit by digit.
pub const NUMBER_MAX: i64 = 999_999_999;

/// Clip names (without language) for every digit, `*`, `#` and a leading `+` left out; other characters are skipped.
pub fn digits(value: &str) -> Vec<String> {
    value
        .chars()
        .filter_map(|c| match c {
            '0'..='9' => Some(format!("digit-{c}")),
            '*' => Some("digit-star".into()),
            '#' => Some("digit-hash".into()),
            _ => None,
        })
        .take(SAID_MAX)
        .collect()
}

/// Clip names (without language) for `value` as a number in `language`. Not a number, beyond ±[`NUMBER_MAX`], or a
/// language without a grammar: its digits one by one.
pub fn number(value: &str, language: &str) -> Vec<String> {
    let Ok(n) = value.trim().parse::<i64>() else {
        return digits(value);
    };
    if !(-NUMBER_MAX..=NUMBER_MAX).contains(&n) {
        return digits(value);
    }
    let mut words = Vec::new();
    if n < 0 {
        words.push("number-minus".to_owned());
    }
    let size = n.unsigned_abs() as u32;
    match language {
        "en" => english(size, &mut words),
        "zh" => mandarin(size, &mut words),
        _ => words.extend(digits(value)),
    }
    words
}

/// Every clip `digits` and `number` may name in a language: what must exist where a flow says something.
pub fn vocabulary(language: &str) -> Vec<String> {
    let mut all: Vec<String> = (0..=9).map(|d| format!("digit-{d}")).collect();
    all.extend(["digit-star", "digit-hash", "number-minus"].map(String::from));
    match language {
        "en" => {
            all.extend((10..=19).map(|n| format!("number-{n}")));
            all.extend((2..=9).map(|n| format!("number-{}", n * 10)));
            all.extend(["hundred", "thousand", "million"].map(|w| format!("number-{w}")));
        }
        "zh" => all.extend(["liang", "shi", "bai", "qian", "wan", "yi"].map(|w| format!("number-{w}"))),
        _ => {}
    }
    all
}

fn english(n: u32, out: &mut Vec<String>) {
    if n == 0 {
        out.push("digit-0".into());
        return;
    }
    for (unit, name) in [(1_000_000, "million"), (1_000, "thousand"), (1, "")] {
        let group = n / unit % 1000;
        if group == 0 {
            continue;
        }
        english_below_thousand(group, out);
        if !name.is_empty() {
            out.push(format!("number-{name}"));
        }
    }
}

fn english_below_thousand(n: u32, out: &mut Vec<String>) {
    if n >= 100 {
        out.push(format!("digit-{}", n / 100));
        out.push("number-hundred".into());
    }
    match n % 100 {
        0 => {}
        rest @ 1..=9 => out.push(format!("digit-{rest}")),
        rest @ 10..=19 => out.push(format!("number-{rest}")),
        rest => {
            out.push(format!("number-{}", rest / 10 * 10));
            if rest % 10 != 0 {
                out.push(format!("digit-{}", rest % 10));
            }
        }
    }
}

/// Groups of four digits (万, 亿). One 零 stands for any run of zeros between digits that are said; at the very beginning
/// 一十 is 十; two is 两 before 千, 万 and 亿.
fn mandarin(n: u32, out: &mut Vec<String>) {
    if n == 0 {
        out.push("digit-0".into());
        return;
    }
    let start = out.len();
    for (unit, name) in [(100_000_000, "yi"), (10_000, "wan"), (1, "")] {
        let group = n / unit % 10_000;
        if group == 0 {
            continue;
        }
        if out.len() > start && group < 1000 {
            out.push("digit-0".into());
        }
        if group == 2 && !name.is_empty() {
            out.push("number-liang".into());
        } else {
            mandarin_group(group, out.len() == start, out);
        }
        if !name.is_empty() {
            out.push(format!("number-{name}"));
        }
    }
}

fn mandarin_group(group: u32, first: bool, out: &mut Vec<String>) {
    let begin = out.len();
    let mut gap = false;
    for (unit, name) in [(1000, "qian"), (100, "bai"), (10, "shi"), (1, "")] {
        let digit = group / unit % 10;
        if digit == 0 {
            gap = out.len() > begin;
            continue;
        }
        if gap {
            out.push("digit-0".into());
            gap = false;
        }
        if digit == 2 && unit == 1000 {
            out.push("number-liang".into());
        } else if !(first && digit == 1 && unit == 10 && out.len() == begin) {
            out.push(format!("digit-{digit}"));
        }
        if !name.is_empty() {
            out.push(format!("number-{name}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The clips as a reader would write them: `2 hundred 5`, `一百零五`.
    fn read(value: &str, language: &str) -> String {
        let words = number(value, language);
        if language == "zh" {
            let sign = |w: &str| match w.strip_prefix("number-").unwrap_or(w) {
                "liang" => "两",
                "shi" => "十",
                "bai" => "百",
                "qian" => "千",
                "wan" => "万",
                "yi" => "亿",
                "minus" => "负",
                digit => ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
                    [digit.strip_prefix("digit-").unwrap().parse::<usize>().unwrap()],
            };
            words.iter().map(|w| sign(w)).collect()
        } else {
            words.iter().map(|w| w.split_once('-').unwrap().1).collect::<Vec<_>>().join(" ")
        }
    }

    #[test]
    fn english_numbers() {
        for (value, said) in [
            ("0", "0"),
            ("7", "7"),
            ("10", "10"),
            ("19", "19"),
            ("20", "20"),
            ("42", "40 2"),
            ("100", "1 hundred"),
            ("115", "1 hundred 15"),
            ("1000", "1 thousand"),
            ("1005", "1 thousand 5"),
            ("20300", "20 thousand 3 hundred"),
            ("1000000", "1 million"),
            ("1002003", "1 million 2 thousand 3"),
            ("999999999", "9 hundred 90 9 million 9 hundred 90 9 thousand 9 hundred 90 9"),
            ("-3", "minus 3"),
            (" 12 ", "12"),
        ] {
            assert_eq!(read(value, "en"), said, "{value}");
        }
    }

    #[test]
    fn mandarin_numbers() {
        for (value, said) in [
            ("0", "零"),
            ("2", "二"),
            ("10", "十"),
            ("12", "十二"),
            ("20", "二十"),
            ("22", "二十二"),
            ("100", "一百"),
            ("105", "一百零五"),
            ("110", "一百一十"),
            ("115", "一百一十五"),
            ("200", "二百"),
            ("1000", "一千"),
            ("1005", "一千零五"),
            ("1010", "一千零一十"),
            ("1050", "一千零五十"),
            ("2000", "两千"),
            ("2022", "两千零二十二"),
            ("10000", "一万"),
            ("10005", "一万零五"),
            ("10010", "一万零一十"),
            ("15000", "一万五千"),
            ("20000", "两万"),
            ("22000", "两万两千"),
            ("100000", "十万"),
            ("100500", "十万零五百"),
            ("105000", "十万五千"),
            ("120000", "十二万"),
            ("1010000", "一百零一万"),
            ("10000000", "一千万"),
            ("20020002", "两千零二万零二"),
            ("100000000", "一亿"),
            ("100000005", "一亿零五"),
            ("100010000", "一亿零一万"),
            ("200000000", "两亿"),
            ("210000000", "两亿一千万"),
            ("999999999", "九亿九千九百九十九万九千九百九十九"),
            ("-12", "负十二"),
        ] {
            assert_eq!(read(value, "zh"), said, "{value}");
        }
    }

    #[test]
    fn what_is_no_number_is_read_digit_by_digit() {
        assert_eq!(read("1000000000", "en"), "1 0 0 0 0 0 0 0 0 0");
        assert_eq!(read("12a", "en"), "1 2");
        assert_eq!(read("12", "fr"), "1 2");
        assert_eq!(digits("+44 7*#"), ["digit-4", "digit-4", "digit-7", "digit-star", "digit-hash"]);
        assert_eq!(digits(&"1".repeat(1000)).len(), SAID_MAX);
    }

    /// Turns the Mandarin words back into a number, by rules of its own.
    fn value_of(words: &[String]) -> u64 {
        let (mut total, mut group, mut digit) = (0, 0, None);
        for word in words {
            let (kind, what) = word.split_once('-').unwrap();
            match (kind, what) {
                ("digit", d) => digit = Some(d.parse::<u64>().unwrap()),
                (_, "liang") => digit = Some(2),
                (_, "shi") => (group, digit) = (group + digit.filter(|d| *d > 0).unwrap_or(1) * 10, None),
                (_, "bai") => (group, digit) = (group + digit.unwrap() * 100, None),
                (_, "qian") => (group, digit) = (group + digit.unwrap() * 1000, None),
                (_, big) => {
                    total += (group + digit.unwrap_or(0)) * if big == "yi" { 100_000_000 } else { 10_000 };
                    (group, digit) = (0, None);
                }
            }
        }
        total + group + digit.unwrap_or(0)
    }

    proptest! {
        #[test]
        fn mandarin_means_the_number_and_stays_in_the_vocabulary(n in 0..=NUMBER_MAX) {
            let words = number(&n.to_string(), "zh");
            prop_assert_eq!(value_of(&words), n as u64);
            let known = vocabulary("zh");
            prop_assert!(words.iter().all(|w| known.contains(w)));
            prop_assert!(!words.windows(2).any(|w| w[0] == "digit-0" && w[1] == "digit-0"));
        }

        #[test]
        fn english_stays_in_the_vocabulary(n in -NUMBER_MAX..=NUMBER_MAX) {
            let known = vocabulary("en");
            prop_assert!(number(&n.to_string(), "en").iter().all(|w| known.contains(w)));
        }
    }
}
