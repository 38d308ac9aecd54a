//! From when until when a certificate holds, read out of its DER (RFC 5280 4.1). Believes nothing else of it.

use cti_types::Utc;

/// `notBefore` and `notAfter`; `None`: it is no certificate.
pub(super) fn validity(der: &[u8]) -> Option<(Utc, Utc)> {
    let (0x30, certificate, _) = element(der)? else { return None };
    let (0x30, mut rest, _) = element(certificate)? else { return None };
    // The version may be left out.
    if let (0xa0, _, after) = element(rest)? {
        rest = after;
    }
    // Serial number, signature, issuer.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (0x30, times, _) = element(rest)? else { return None };
    let (tag, before, rest) = element(times)?;
    let before = time(tag, before)?;
    let (tag, after, _) = element(rest)?;
    Some((before, time(tag, after)?))
}

/// Tag and content of the first element, and what follows it (X.690 8.1).
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, length, rest @ ..] = der else { return None };
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// UTCTime or GeneralizedTime, to the second and in UTC as certificates have them (RFC 5280 4.1.2.5).
fn time(tag: u8, text: &[u8]) -> Option<Utc> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let text = match tag {
        0x17 => format!("{}{text}", if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" }),
        0x18 => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i8>().ok();
    let (year, month, day) = (text.get(..4)?.parse().ok()?, part(4, 6)?, part(6, 8)?);
    let at = jiff::civil::DateTime::new(year, month, day, part(8, 10)?, part(10, 12)?, part(12, 14)?, 0).ok()?;
    Some(Utc(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Utc {
        Utc(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_certificate_tells_from_when_until_when_it_holds() {
        for (year, until) in [(2030, "2030-02-03T00:00:00Z"), (2060, "2060-02-03T00:00:00Z")] {
            let mut params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(2026, 1, 2);
            params.not_after = rcgen::date_time_ymd(year, 2, 3);
            let made = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
            assert_eq!(validity(made.der()), Some((at("2026-01-02T00:00:00Z"), at(until))));
        }
    }

    #[test]
    fn what_is_no_certificate_tells_nothing() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x85, 1, 1, 1, 1, 1], &[0x30, 2, 0x30, 0], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]] {
            assert_eq!(validity(bytes), None, "{bytes:?}");
        }
    }
}
