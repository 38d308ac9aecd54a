//! TLS 1.2 and 1.3: the server's side, which asks no client for a certificate, and the client's side for trunks, which believes a peer whose
//! certificate is for the name it was told and comes from roots it knows (RFC 5922).

use crate::config::TrunkTlsConfig;
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What connections are accepted with; see [`server_config`].
///
/// # Errors
/// Names the file and what is wrong with it.
pub(super) fn acceptor(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    server_config(certificate, key).map(|config| TlsAcceptor::from(Arc::new(config)))
}

/// Reads the certificate chain, the server's own first, and its key.
///
/// # Errors
/// Names the file and what is wrong with it.
pub(crate) fn server_config(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let shown = certificate.display();
    let chain = certificates(certificate)?;
    let private = PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read the private key {}", key.display()))?;
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS 1.2 and 1.3 are not there")?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| format!("the certificate {shown} and the key {} do not go together", key.display()))
}

fn certificates(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let shown = file.display();
    let all = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read the certificate {shown}"))?;
    ensure!(!all.is_empty(), "the certificate {shown} holds none in PEM");
    Ok(all)
}

/// Where systems keep the roots they trust: Debian and Alpine, Fedora, SUSE.
const SYSTEM_ROOTS: [&str; 3] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"];

/// The certificates that are believed: those of the file, else the system's. A system without any is no error: then nobody is believed.
fn roots(file: Option<&Path>, field: &str) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let system = || SYSTEM_ROOTS.iter().map(PathBuf::from).find(|file| file.exists());
    match file.map(Path::to_owned).or_else(system) {
        Some(file) => {
            // Systems' collections hold old roots that no library reads any more.
            let (read, _) = roots.add_parsable_certificates(certificates(&file)?);
            ensure!(read > 0, "of the roots in {} none can be used", file.display());
        }
        None => tracing::warn!("this system has no roots to believe certificates by; name a file in {field}"),
    }
    Ok(roots)
}

/// What connections to servers on the Web are opened with: no certificate of ours.
///
/// # Errors
/// Names the file and what is wrong with it.
pub(crate) fn client_tls(file: Option<&Path>) -> anyhow::Result<TlsConnector> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS 1.2 and 1.3 are not there")?
        .with_root_certificates(roots(file, "webhooks.roots")?)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What connections to trunks are opened with.
///
/// # Errors
/// Names the file and what is wrong with it. A system without roots is no error: then no trunk is believed.
pub(super) fn connector(config: &TrunkTlsConfig) -> anyhow::Result<TlsConnector> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS 1.2 and 1.3 are not there")?
        .with_root_certificates(roots(config.roots.as_deref(), "sip.trunk_tls.roots")?);
    let client = match (&config.certificate, &config.key) {
        (Some(certificate), Some(key)) => {
            let private = PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read the private key {}", key.display()))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, private)
                .with_context(|| format!("the certificate {} and the key {} do not go together", certificate.display(), key.display()))?
        }
        (Some(_) | None, _) => builder.with_no_client_auth(),
    };
    Ok(TlsConnector::from(Arc::new(client)))
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
