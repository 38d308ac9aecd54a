//! Certificates by ACME (RFC 8555) with challenges over HTTP (8.3): asked for, and again when two thirds of the last one's time are over. It
//! writes files, which `https` reads; the challenge's answers are served by `http`.

mod account;
mod talk;
mod validity;

use crate::clock::Clock;
use crate::config::AcmeConfig;
use crate::https::write_private;
use account::Account;
use anyhow::{Context, anyhow, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cti_types::Utc;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use talk::{Talk, text};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// How often it is looked whether a new one is due.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);
/// How long an order is waited for, and how often it is asked for.
const POLLS: u32 = 60;
const POLL_EVERY: Duration = Duration::from_secs(2);

/// Where the certificate and its key are kept below the data folder.
pub(crate) fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("acme.pem"), folder.join("acme.key"))
}

/// What is answered to the authority's questions while an order is under way: token → key authorization.
#[derive(Debug, Default)]
pub(crate) struct Challenges(Mutex<BTreeMap<String, String>>);

impl Challenges {
    pub(crate) fn answer(&self, token: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    fn put(&self, token: &str, answer: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), answer);
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Keeps the certificate fresh until it is aborted. A failure is said and tried again in an hour: authorities bound how often.
pub(crate) async fn run(config: AcmeConfig, folder: PathBuf, challenges: Arc<Challenges>, clock: Clock) {
    loop {
        if is_due(&folder, clock.utc()) {
            match obtain(&config, &folder, &challenges, POLL_EVERY).await {
                Ok(()) => tracing::info!("a new certificate was obtained"),
                Err(error) => tracing::error!("no certificate was obtained; it is tried again in an hour: {error:#}"),
            }
            challenges.clear();
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Whether there is none, or a third of its time or less is left.
fn is_due(folder: &Path, now: Utc) -> bool {
    let read = std::fs::read(files(folder).0).ok();
    let certificate = read.and_then(|text| CertificateDer::from_pem_slice(&text).ok());
    certificate.and_then(|der| validity::validity(&der)).is_none_or(|(from, to)| now.0 >= from.0 + (to.0 - from.0) / 3 * 2)
}

/// Asks for a certificate and writes it with its key.
async fn obtain(config: &AcmeConfig, folder: &Path, challenges: &Challenges, poll: Duration) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let tls = crate::net::tls::client_tls(config.roots.as_deref())?;
    let mut talk = Talk::new(tls, Account::open(&folder.join("acme-account.key"))?);
    let directory = talk.directory(&config.directory).await?;
    let contact: Vec<String> = config.contact.iter().map(|mail| format!("mailto:{mail}")).collect();
    let account = json!({ "termsOfServiceAgreed": config.agree_to_terms, "contact": contact });
    let by = talk.post(text(&directory, "newAccount")?, Some(&account)).await?.location()?;
    talk.by = Some(by);
    let identifiers: Vec<Value> = config.names.iter().map(|name| json!({ "type": "dns", "value": name })).collect();
    let made = talk.post(text(&directory, "newOrder")?, Some(&json!({ "identifiers": identifiers }))).await?;
    let (place, order) = (made.location()?, made.json()?);
    for authorization in order["authorizations"].as_array().into_iter().flatten() {
        let url = authorization.as_str().ok_or_else(|| anyhow!("an authorization has no address"))?;
        authorize(&mut talk, url, challenges).await?;
    }
    let ready = wait_for(&mut talk, &place, "ready", poll).await?;
    let mut params = rcgen::CertificateParams::new(config.names.clone())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    let key = rcgen::KeyPair::generate()?;
    let request = params.serialize_request(&key)?;
    let csr = json!({ "csr": URL_SAFE_NO_PAD.encode(request.der()) });
    talk.post(text(&ready, "finalize")?, Some(&csr)).await?;
    let valid = wait_for(&mut talk, &place, "valid", poll).await?;
    let chain = talk.post(text(&valid, "certificate")?, None).await?;
    let chain = String::from_utf8(chain.body.to_vec()).context("the certificate is no text")?;
    ensure!(CertificateDer::from_pem_slice(chain.as_bytes()).is_ok(), "the authority's answer holds no certificate");
    let (certificate, private) = files(folder);
    write_private(&private, &key.serialize_pem())?;
    write_private(&certificate, &chain)
}

/// Has the authority look whether a name is ours (RFC 8555 7.5.1, 8.3), unless it knows.
async fn authorize(talk: &mut Talk, url: &str, challenges: &Challenges) -> anyhow::Result<()> {
    let authorization = talk.post(url, None).await?.json()?;
    if authorization["status"] == "valid" {
        return Ok(());
    }
    let mut offered = authorization["challenges"].as_array().into_iter().flatten();
    let challenge = offered.find(|challenge| challenge["type"] == "http-01");
    let challenge = challenge.ok_or_else(|| anyhow!("the authority offers no challenge over HTTP"))?;
    let token = text(challenge, "token")?;
    // RFC 8555 8.1: it stands in a path, and in what we answer.
    ensure!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "the token of a challenge is malformed");
    challenges.put(token, format!("{token}.{}", talk.thumbprint()));
    talk.post(text(challenge, "url")?, Some(&json!({}))).await?;
    Ok(())
}

/// Asks for an order until it has come so far.
async fn wait_for(talk: &mut Talk, order: &str, wanted: &str, poll: Duration) -> anyhow::Result<Value> {
    for _ in 0..POLLS {
        let state = talk.post(order, None).await?.json()?;
        let status = text(&state, "status")?;
        if status == wanted || status == "valid" {
            return Ok(state);
        }
        if status == "invalid" {
            let why =
                state["error"]["detail"].as_str().unwrap_or("are the names those of this server, and is its port 80 reached from outside?");
            bail!("the authority did not find the names to be ours: {why}");
        }
        tokio::time::sleep(poll).await;
    }
    bail!("the order was not {wanted} in time")
}

#[cfg(test)]
mod tests;
