//! What the media of a web phone needs beyond RTP: names and passwords of connectivity checks, DTLS roles, certificates by their
//! fingerprints. Plain data: nothing here encrypts or checks.

use crate::srtp::Srtp;
use std::fmt;

/// Name and password of one side's connectivity checks (RFC 8839 5.4). What is printed never shows the password.
#[derive(Clone, PartialEq, Eq)]
pub struct IceCredentials {
    pub ufrag: String,
    pub pwd: String,
}

impl fmt::Debug for IceCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IceCredentials({}, …)", self.ufrag)
    }
}

/// What a certificate's fingerprint is made with. MD5 and SHA-1 are not taken (RFC 8122 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FingerprintHash {
    Sha256,
    Sha384,
    Sha512,
}

impl FingerprintHash {
    /// All of them, the weakest first.
    pub const ALL: [FingerprintHash; 3] = [FingerprintHash::Sha256, FingerprintHash::Sha384, FingerprintHash::Sha512];

    /// As it stands in `a=fingerprint`.
    pub const fn name(self) -> &'static str {
        match self {
            FingerprintHash::Sha256 => "sha-256",
            FingerprintHash::Sha384 => "sha-384",
            FingerprintHash::Sha512 => "sha-512",
        }
    }

    /// Bytes of its result.
    pub const fn bytes(self) -> usize {
        match self {
            FingerprintHash::Sha256 => 32,
            FingerprintHash::Sha384 => 48,
            FingerprintHash::Sha512 => 64,
        }
    }
}

/// Which certificate is meant (RFC 8122 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    hash: FingerprintHash,
    bytes: Box<[u8]>,
}

impl Fingerprint {
    /// `None` when the bytes are not as many as the hash has.
    pub fn new(hash: FingerprintHash, bytes: &[u8]) -> Option<Fingerprint> {
        (bytes.len() == hash.bytes()).then(|| Fingerprint { hash, bytes: bytes.into() })
    }

    /// Reads the value of `a=fingerprint`; `None` for another hash or for what is no fingerprint.
    pub fn parse(value: &str) -> Option<Fingerprint> {
        let (name, text) = value.trim().split_once(' ')?;
        let hash = FingerprintHash::ALL.into_iter().find(|hash| hash.name().eq_ignore_ascii_case(name))?;
        let mut bytes = Vec::with_capacity(hash.bytes());
        for pair in text.trim().split(':').take(hash.bytes() + 1) {
            let hex = pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
            bytes.push(u8::from_str_radix(pair, 16).ok().filter(|_| hex)?);
        }
        Fingerprint::new(hash, &bytes)
    }

    pub fn hash(&self) -> FingerprintHash {
        self.hash
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// As it stands in `a=fingerprint`.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hash.name())?;
        for (place, byte) in self.bytes.iter().enumerate() {
            write!(f, "{}{byte:02X}", if place == 0 { ' ' } else { ':' })?;
        }
        Ok(())
    }
}

/// Who begins the DTLS handshake (RFC 5763 5): the client (`active`) sends first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DtlsRole {
    Client,
    Server,
}

/// What was agreed with a web phone: checks of the path as ICE-lite (RFC 8445), keys by DTLS (RFC 5764), RTCP beside RTP (RFC 5761).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Ours: a check must bear them to be believed.
    pub local: IceCredentials,
    /// Theirs, which stands second in the name their checks bear.
    pub remote_ufrag: String,
    /// Ours.
    pub role: DtlsRole,
    /// The certificate the far side must show.
    pub fingerprint: Fingerprint,
}

/// How a stream is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// With keys that stood in the SDP (RFC 4568).
    Keys(Srtp),
    /// With keys from a DTLS handshake on the media path.
    Web(Box<Web>),
}

/// Why a web phone's media did not come to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebFailure {
    /// Another certificate was shown than the one signalled.
    OtherCertificate,
    /// The handshake was not done in time.
    NoHandshake,
    /// Both sides finished, and without keys that are of use.
    NoKeys,
    /// This server has no certificate, or its own library refused to begin.
    NotHere,
}

impl WebFailure {
    /// As it stands in logs.
    pub const fn word(self) -> &'static str {
        match self {
            WebFailure::OtherCertificate => "other_certificate",
            WebFailure::NoHandshake => "no_handshake",
            WebFailure::NoKeys => "no_keys",
            WebFailure::NotHere => "not_here",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_back_as_it_is_written_in_any_case() {
        for hash in FingerprintHash::ALL {
            let bytes: Vec<u8> = (0..hash.bytes()).map(|n| (n * 7) as u8).collect();
            let fingerprint = Fingerprint::new(hash, &bytes).unwrap();
            let text = fingerprint.to_string();
            assert_eq!(Fingerprint::parse(&text), Some(fingerprint.clone()), "{text}");
            assert_eq!(Fingerprint::parse(&text.to_lowercase()), Some(fingerprint));
        }
    }

    #[test]
    fn what_is_no_fingerprint_is_none() {
        let good = Fingerprint::new(FingerprintHash::Sha256, &[0xAB; 32]).unwrap().to_string();
        let rows = [
            String::new(),
            "sha-256".into(),
            "sha-256 AB".into(),
            format!("{good}:AB"),
            good.replace("sha-256", "sha-1"),
            good.replace("sha-256", "sha-512"),
            good.replacen("AB", "+B", 1),
            good.replacen("AB", "GB", 1),
            good.replacen("AB:", "AB::", 1),
            good.replacen("AB", "é", 1),
        ];
        for row in rows {
            assert_eq!(Fingerprint::parse(&row), None, "{row}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let credentials = IceCredentials { ufrag: "name".into(), pwd: "secret".into() };
        assert!(!format!("{credentials:?}").contains("secret"));
    }
}
