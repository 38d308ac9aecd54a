//! TLS for pages, REST and WebSocket. Reads no certificate.

use anyhow::{bail, ensure};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// With a certificate, or one made here, `http` speaks TLS and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// The certificate and its chain, PEM, the server's own first. Read again when the file changes.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// Make a certificate and keep it in the data folder. Browsers warn of it: for trying, and where somebody tells them to trust it.
    pub self_signed: bool,
    /// Names and addresses the certificate made here is for, besides those it finds out: `localhost`, the address of `http`, `public_url`.
    pub names: Vec<String>,
    /// Have a certificate made by an authority, and again before it ends.
    pub acme: Option<AcmeConfig>,
    /// Where whoever comes without TLS is sent to the address with it, `0.0.0.0:80`.
    pub redirect: Option<SocketAddr>,
    /// A further address without TLS, of this machine itself (127.0.0.1), for its own programs.
    pub plain: Option<SocketAddr>,
}

/// Certificates by ACME (RFC 8555). The authority asks for our answer over HTTP at port 80 of each name: `tls.redirect` must be there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcmeConfig {
    /// The authority's directory; by default that of Let's Encrypt.
    #[serde(default = "lets_encrypt")]
    pub directory: String,
    /// What the certificate is for.
    pub names: Vec<String>,
    /// Where the authority writes to, a mail address.
    #[serde(default)]
    pub contact: Option<String>,
    /// The authority's terms of service are agreed to.
    #[serde(default)]
    pub agree_to_terms: bool,
    /// Whose certificate of the authority itself is believed, PEM; by default the machine's roots.
    #[serde(default)]
    pub roots: Option<PathBuf>,
}

fn lets_encrypt() -> String {
    "https://acme-v02.api.letsencrypt.org/directory".to_owned()
}

impl AcmeConfig {
    fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.names.is_empty(), "tls.acme.names: name at least one, such as desk.example.com");
        let is_name = |name: &String| {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
            plain && name.contains('.') && name.len() <= 253 && name.parse::<std::net::IpAddr>().is_err()
        };
        if let Some(wrong) = self.names.iter().find(|name| !is_name(name)) {
            bail!("tls.acme.names: \"{wrong}\" is no name in DNS; write it as desk.example.com");
        }
        ensure!(self.agree_to_terms, "tls.acme.agree_to_terms: read the authority's terms of service and set it to true");
        ensure!(self.directory.starts_with("https://"), "tls.acme.directory: write it as https://…");
        Ok(())
    }
}

impl TlsConfig {
    /// Whether there is TLS at all.
    pub fn is_on(&self) -> bool {
        self.self_signed || self.certificate.is_some() || self.acme.is_some()
    }

    /// # Errors
    /// Names the field and what is wrong with it.
    pub fn check(&self) -> anyhow::Result<()> {
        match (&self.certificate, &self.key) {
            (Some(_), None) => bail!("tls.key: a certificate needs its private key"),
            (None, Some(_)) => bail!("tls.certificate: a private key needs its certificate"),
            (Some(_), Some(_)) => ensure!(!self.self_signed, "tls.self_signed: there is a certificate already; choose one of the two"),
            (None, None) => {}
        }
        if let Some(acme) = &self.acme {
            acme.check()?;
            ensure!(!self.self_signed && self.certificate.is_none(), "tls.acme: there is a certificate already; choose one of the two");
            ensure!(self.redirect.is_some(), "tls.redirect: the authority asks at port 80; write it as 0.0.0.0:80");
        }
        ensure!(self.is_on() || self.redirect.is_none(), "tls.redirect: there is no TLS to send anybody to");
        ensure!(self.is_on() || self.plain.is_none(), "tls.plain: without TLS `http` itself is plain");
        ensure!(
            self.plain.is_none_or(|at| at.ip().is_loopback()),
            "tls.plain: only an address of this machine itself, such as 127.0.0.1:8081"
        );
        let is_name = |name: &String| {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:*".contains(&b));
            plain && (1..=253).contains(&name.len())
        };
        if let Some(wrong) = self.names.iter().find(|name| !is_name(name)) {
            bail!("tls.names: \"{wrong}\" is no name; write it as desk.example.com");
        }
        Ok(())
    }
}
