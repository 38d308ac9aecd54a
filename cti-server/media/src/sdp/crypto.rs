//! `a=crypto` lines (RFC 4568): keys as text and back. It agrees nothing and draws no key.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use cti_types::srtp::{SrtpKey, SrtpSuite};

/// Lines looked at in one description; the rest is ignored.
const LINES_MAX: usize = 16;
/// Bytes of the longest key and salt.
pub const KEY_BYTES_MAX: usize = 46;

/// A usable line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crypto {
    pub tag: u32,
    pub key: SrtpKey,
}

/// Random bytes for our keys, one run for each suite, so that a key offered for one suite is never used with another.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyMaterial([[u8; KEY_BYTES_MAX]; SrtpSuite::ALL.len()]);

impl KeyMaterial {
    /// `fill` must give bytes that nobody can guess.
    pub fn draw(mut fill: impl FnMut(&mut [u8])) -> KeyMaterial {
        let mut bytes = [[0; KEY_BYTES_MAX]; SrtpSuite::ALL.len()];
        for run in &mut bytes {
            fill(run);
        }
        KeyMaterial(bytes)
    }

    pub(super) fn key(&self, suite: SrtpSuite) -> Option<SrtpKey> {
        let place = SrtpSuite::ALL.iter().position(|known| *known == suite)?;
        SrtpKey::new(suite, self.0.get(place)?.get(..suite.key_bytes() + suite.salt_bytes())?)
    }
}

impl std::fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyMaterial(…)")
    }
}

/// Reads the value of `a=crypto`. `None` for a suite we do not speak, for more keys than one or a key identifier (MKI), and for
/// session parameters that switch protection off or change it: whoever asks for these cannot be answered with that line.
pub(super) fn parse(value: &str) -> Option<Crypto> {
    let mut words = value.split_ascii_whitespace();
    let tag = words.next()?.parse().ok()?;
    let suite = SrtpSuite::named(words.next()?)?;
    let key = words.next()?.strip_prefix("inline:")?;
    if key.contains(';') || words.any(|parameter| !parameter.starts_with("WSH=")) {
        return None;
    }
    let mut parts = key.split('|');
    let text = parts.next()?;
    // RFC 4568 6.1: a lifetime has no colon, an MKI has. Lifetimes are longer than any call.
    if parts.any(|part| part.contains(':')) {
        return None;
    }
    let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
    Some(Crypto { tag, key: SrtpKey::new(suite, &bytes)? })
}

/// All usable lines of a description, in their order.
pub(super) fn parse_all<'a>(values: impl Iterator<Item = &'a str>) -> Vec<Crypto> {
    values.take(LINES_MAX).filter_map(parse).collect()
}

/// The value of our line.
pub(super) fn write(tag: u32, key: &SrtpKey) -> String {
    format!("{tag} {} inline:{}", key.suite().name(), STANDARD.encode(key.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_phones_write_them_and_refused_where_they_weaken() {
        // The example of RFC 4568 6.1.
        let key = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
        let rows = [
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}"), true),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^20"), true),
            (format!("9 aes_cm_128_hmac_sha1_32 inline:{key}|1048576 WSH=128"), true),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^20|1:32"), false),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key};inline:{key}"), false),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key} UNENCRYPTED_SRTP"), false),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key} UNAUTHENTICATED_SRTP"), false),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key} KDR=1"), false),
            (format!("1 F8_128_HMAC_SHA1_80 inline:{key}"), false),
            (format!("1 AES_256_CM_HMAC_SHA1_80 inline:{key}"), false),
            (format!("x AES_CM_128_HMAC_SHA1_80 inline:{key}"), false),
            ("1 AES_CM_128_HMAC_SHA1_80 inline:====".to_owned(), false),
            (String::new(), false),
        ];
        for (line, usable) in rows {
            assert_eq!(parse(&line).is_some(), usable, "{line}");
        }
    }

    #[test]
    fn our_lines_read_back_and_each_suite_has_its_own_key() {
        let mut next = 0u8;
        let material = KeyMaterial::draw(|run| {
            run.fill_with(|| {
                next = next.wrapping_add(1);
                next
            });
        });
        let mut seen = Vec::new();
        for (tag, suite) in (1..).zip(SrtpSuite::ALL) {
            let key = material.key(suite).unwrap();
            assert_eq!(parse(&write(tag, &key)), Some(Crypto { tag, key: key.clone() }));
            assert!(!seen.contains(&key.key().to_vec()));
            seen.push(key.key().to_vec());
        }
        assert_eq!(format!("{material:?}"), "KeyMaterial(…)");
    }
}
