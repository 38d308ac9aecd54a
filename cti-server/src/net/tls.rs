//! The server's side of TLS: certificate and key from files, versions 1.2 and 1.3. It asks no client for a certificate.

use anyhow::{Context, ensure};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Reads the certificate chain, the server's own first, and its key.
///
/// # Errors
/// Names the file and what is wrong with it.
pub(super) fn acceptor(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let shown = certificate.display();
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read the certificate {shown}"))?;
    ensure!(!chain.is_empty(), "the certificate {shown} holds none in PEM");
    let private = PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read the private key {}", key.display()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS 1.2 and 1.3 are not there")?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| format!("the certificate {shown} and the key {} do not go together", key.display()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A new certificate for `127.0.0.1` and `::1` in a folder: its file, its key's file, and itself for the client to trust.
    pub(crate) fn certificate(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "::1".to_owned()]).unwrap();
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (certificate, key, made.cert.der().clone())
    }

    #[test]
    fn an_error_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate_file, key, _) = certificate(folder.path());
        let missing = folder.path().join("missing.pem");
        let other_folder = tempfile::tempdir().unwrap();
        let (_, other_key, _) = certificate(other_folder.path());
        let table = [
            (&missing, &key, "missing.pem"),
            (&key, &key, "key.pem holds none"),
            (&certificate_file, &missing, "missing.pem"),
            (&certificate_file, &certificate_file, "private key"),
            (&certificate_file, &other_key, "do not go together"),
        ];
        for (certificate, key, said) in table {
            let error = format!("{:#}", acceptor(certificate, key).err().unwrap());
            assert!(error.contains(said), "{error}");
        }
        assert!(acceptor(&certificate_file, &key).is_ok());
    }
}
