//! Keys of encrypted media as plain data. No cryptography; what is printed never shows a key.

use std::fmt;

/// A protection of RTP and RTCP (RFC 4568 6.2, RFC 6188, RFC 7714).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SrtpSuite {
    AesCm128Sha1_80,
    AesCm128Sha1_32,
    AesCm256Sha1_80,
    AesCm256Sha1_32,
    AeadAes128Gcm,
    AeadAes256Gcm,
}

impl SrtpSuite {
    /// All of them, the strongest first.
    pub const ALL: [SrtpSuite; 6] = [
        SrtpSuite::AeadAes256Gcm,
        SrtpSuite::AeadAes128Gcm,
        SrtpSuite::AesCm256Sha1_80,
        SrtpSuite::AesCm128Sha1_80,
        SrtpSuite::AesCm256Sha1_32,
        SrtpSuite::AesCm128Sha1_32,
    ];

    /// As it stands in `a=crypto`.
    pub const fn name(self) -> &'static str {
        match self {
            SrtpSuite::AesCm128Sha1_80 => "AES_CM_128_HMAC_SHA1_80",
            SrtpSuite::AesCm128Sha1_32 => "AES_CM_128_HMAC_SHA1_32",
            SrtpSuite::AesCm256Sha1_80 => "AES_256_CM_HMAC_SHA1_80",
            SrtpSuite::AesCm256Sha1_32 => "AES_256_CM_HMAC_SHA1_32",
            SrtpSuite::AeadAes128Gcm => "AEAD_AES_128_GCM",
            SrtpSuite::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// The suite of a name; case counts for nothing (RFC 4568 9.2 takes its strings from SDP, phones differ).
    pub fn named(name: &str) -> Option<SrtpSuite> {
        SrtpSuite::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// Bytes of the master key.
    pub const fn key_bytes(self) -> usize {
        match self {
            SrtpSuite::AesCm128Sha1_80 | SrtpSuite::AesCm128Sha1_32 | SrtpSuite::AeadAes128Gcm => 16,
            SrtpSuite::AesCm256Sha1_80 | SrtpSuite::AesCm256Sha1_32 | SrtpSuite::AeadAes256Gcm => 32,
        }
    }

    /// Bytes of the master salt.
    pub const fn salt_bytes(self) -> usize {
        match self {
            SrtpSuite::AesCm128Sha1_80 | SrtpSuite::AesCm128Sha1_32 | SrtpSuite::AesCm256Sha1_80 | SrtpSuite::AesCm256Sha1_32 => 14,
            SrtpSuite::AeadAes128Gcm | SrtpSuite::AeadAes256Gcm => 12,
        }
    }
}

/// The key of one direction.
#[derive(Clone, PartialEq, Eq)]
pub struct SrtpKey {
    suite: SrtpSuite,
    /// Master key and master salt, one after the other.
    bytes: Box<[u8]>,
}

impl SrtpKey {
    /// `None` when the bytes are not as many as the suite's key and salt.
    pub fn new(suite: SrtpSuite, bytes: &[u8]) -> Option<SrtpKey> {
        (bytes.len() == suite.key_bytes() + suite.salt_bytes()).then(|| SrtpKey { suite, bytes: bytes.into() })
    }

    pub fn suite(&self) -> SrtpSuite {
        self.suite
    }

    /// Master key and master salt, as they stand in `inline:`.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn key(&self) -> &[u8] {
        &self.bytes[..self.suite.key_bytes()]
    }

    pub fn salt(&self) -> &[u8] {
        &self.bytes[self.suite.key_bytes()..]
    }
}

impl fmt::Debug for SrtpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SrtpKey({}, …)", self.suite.name())
    }
}

/// The keys of a stream: ours to send with, theirs to receive with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srtp {
    pub send: SrtpKey,
    pub receive: SrtpKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_length_of_its_suite_and_is_never_printed() {
        for suite in SrtpSuite::ALL {
            assert_eq!(SrtpSuite::named(&suite.name().to_lowercase()), Some(suite));
            let length = suite.key_bytes() + suite.salt_bytes();
            let key = SrtpKey::new(suite, &vec![0xAB; length]).unwrap();
            assert_eq!((key.key().len(), key.salt().len()), (suite.key_bytes(), suite.salt_bytes()));
            let printed = format!("{key:?}").to_lowercase();
            assert!(!printed.contains("ab,") && !printed.contains("171"), "{printed}");
            assert!(SrtpKey::new(suite, &vec![0; length - 1]).is_none());
        }
    }
}
