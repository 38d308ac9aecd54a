//! Byte ranges (RFC 9110 14). Knows no file.

use axum::http::HeaderValue;

/// What to send of a body of known length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// First byte and count, at least one.
    Bytes {
        from: u64,
        count: u64,
    },
    /// Nothing of it lies inside.
    Outside,
}

/// Reads a `Range` header. One that cannot be understood, or names several ranges, is ignored as the standard allows (14.2).
pub(super) fn asked(range: Option<&HeaderValue>, length: u64) -> Part {
    let Some(spec) = range.and_then(|range| range.to_str().ok()).and_then(|range| range.trim().strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else { return Part::Whole };
    let number = |text: &str| match text.trim() {
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse::<u64>().ok(),
        _ => None,
    };
    match (first.trim(), last.trim()) {
        ("", suffix) => match number(suffix) {
            None => Part::Whole,
            // 14.1.2: a suffix of zero length cannot be satisfied; one longer than the body is all of it.
            Some(0) => Part::Outside,
            Some(_) if length == 0 => Part::Outside,
            Some(count) => bytes(length.saturating_sub(count), length - 1),
        },
        (first, "") => match number(first) {
            None => Part::Whole,
            Some(from) if from >= length => Part::Outside,
            Some(from) => bytes(from, length - 1),
        },
        (first, last) => match (number(first), number(last)) {
            (Some(from), Some(to)) if from <= to => {
                if from >= length {
                    Part::Outside
                } else {
                    bytes(from, to.min(length - 1))
                }
            }
            _ => Part::Whole,
        },
    }
}

fn bytes(from: u64, to: u64) -> Part {
    Part::Bytes { from, count: to - from + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_standard() {
        let some = |from, count| Part::Bytes { from, count };
        let table = [
            ("bytes=0-499", 1000, some(0, 500)),
            ("bytes=500-999", 1000, some(500, 500)),
            ("bytes=-500", 1000, some(500, 500)),
            ("bytes=500-", 1000, some(500, 500)),
            ("bytes=999-5000", 1000, some(999, 1)),
            ("bytes=-5000", 1000, some(0, 1000)),
            ("bytes=1000-", 1000, Part::Outside),
            ("bytes=1000-1001", 1000, Part::Outside),
            ("bytes=-0", 1000, Part::Outside),
            ("bytes=0-", 0, Part::Outside),
            ("bytes=-1", 0, Part::Outside),
            ("bytes=5-4", 1000, Part::Whole),
            ("bytes=0-1,5-6", 1000, Part::Whole),
            ("bytes=a-b", 1000, Part::Whole),
            ("bytes=+1-2", 1000, Part::Whole),
            ("bytes=-", 1000, Part::Whole),
            ("lines=1-2", 1000, Part::Whole),
            ("bytes=0-99999999999999999999999", 1000, Part::Whole),
        ];
        for (header, length, expected) in table {
            assert_eq!(asked(Some(&HeaderValue::from_static(header)), length), expected, "{header} of {length}");
        }
        assert_eq!(asked(None, 1000), Part::Whole);
    }

    proptest::proptest! {
        #[test]
        fn no_range_leads_outside_the_body(first in "[0-9]{0,20}", last in "[0-9]{0,20}", length in 0_u64..2000) {
            let header = HeaderValue::try_from(format!("bytes={first}-{last}")).unwrap();
            if let Part::Bytes { from, count } = asked(Some(&header), length) {
                proptest::prop_assert!(count > 0 && from + count <= length);
            }
        }
    }
}
