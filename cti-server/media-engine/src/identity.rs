//! The certificate web phones are shown, made anew at every start, and the terms of handshakes. It does no handshake.

use cti_types::web::{Fingerprint, FingerprintHash};
use dimpl::{Config, DtlsCertificate};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The largest datagram of a handshake that we send: it passes every network that IPv6 may run over, with room for tunnels.
const DATAGRAM_BYTES_MAX: usize = 1150;
/// When a flight is sent again first; RFC 6347 4.2.4.1 says a second, real-time media less (RFC 9147 5.8.2).
const RESEND_AFTER: Duration = Duration::from_millis(250);
/// How often a flight is sent again: to an address that has shown the password of the call's checks, and no further.
const RESENDS_MAX: usize = 5;

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("cannot make a certificate for web phones")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the cryptographic library cannot do DTLS")]
    Library(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Who we are to web phones. Its private key never leaves the process and dies with it.
pub struct Identity {
    certificate: DtlsCertificate,
    fingerprint: Fingerprint,
    config: Arc<Config>,
}

impl Identity {
    /// Draws a key and signs a certificate with it; a few milliseconds.
    pub fn new() -> Result<Identity, IdentityError> {
        let certificate =
            dimpl::certificate::generate_self_signed_certificate().map_err(|error| IdentityError::Certificate(error.into()))?;
        let config = Config::builder()
            .mtu(DATAGRAM_BYTES_MAX)
            .require_client_certificate(true)
            // The path was shown to be theirs by a check with a password: a cookie shows no more, and costs a round trip.
            .use_server_cookie(false)
            .flight_start_rto(RESEND_AFTER)
            .flight_retries(RESENDS_MAX)
            .handshake_timeout(crate::web::HANDSHAKE_MAX)
            .build()
            .map_err(|error| IdentityError::Library(error.into()))?;
        let fingerprint = fingerprint_of(&certificate.certificate, FingerprintHash::Sha256);
        Ok(Identity { certificate, fingerprint, config: Arc::new(config) })
    }

    /// What SDP must say of the certificate.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    pub(crate) fn certificate(&self) -> DtlsCertificate {
        self.certificate.clone()
    }

    pub(crate) fn config(&self) -> Arc<Config> {
        self.config.clone()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.fingerprint)
    }
}

/// The fingerprint of a certificate (DER).
pub fn fingerprint_of(certificate: &[u8], hash: FingerprintHash) -> Fingerprint {
    let bytes = match hash {
        FingerprintHash::Sha256 => Sha256::digest(certificate).to_vec(),
        FingerprintHash::Sha384 => Sha384::digest(certificate).to_vec(),
        FingerprintHash::Sha512 => Sha512::digest(certificate).to_vec(),
    };
    Fingerprint::new(hash, &bytes).expect("a hash has the length of its kind")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_start_has_another_certificate_and_its_key_is_never_printed() {
        let (one, other) = (Identity::new().unwrap(), Identity::new().unwrap());
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(format!("{one:?}"), format!("Identity({})", one.fingerprint()));
        for hash in FingerprintHash::ALL {
            assert_eq!(fingerprint_of(b"certificate", hash).hash(), hash);
        }
    }
}
