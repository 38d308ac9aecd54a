//! Requests to a certificate authority: signed, each with a nonce of its own (RFC 8555 6.5), and their answers, bounded in size and time.

use super::account::Account;
use anyhow::{Context, anyhow, bail, ensure};
use axum::http::{HeaderMap, Method, Request, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// From the look-up of the name to the end of the answer.
const TIME_MAX: Duration = Duration::from_secs(30);
/// A longer answer is refused.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// RFC 8555 6.5.1.
const NONCE: &str = "replay-nonce";
/// How often a request is sent anew with a fresh nonce.
const TRIES: u32 = 3;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body).context("the authority's answer is no JSON")
    }

    /// Where what was made is.
    pub(super) fn location(&self) -> anyhow::Result<String> {
        let place = self.headers.get(header::LOCATION).and_then(|place| place.to_str().ok());
        place.map(str::to_owned).ok_or_else(|| anyhow!("the authority names no Location"))
    }
}

/// See the module.
pub(super) struct Talk {
    tls: TlsConnector,
    account: Account,
    /// Where nonces are had.
    nonces: String,
    nonce: Option<String>,
    /// The account's address.
    pub(super) by: Option<String>,
}

impl Talk {
    pub(super) fn new(tls: TlsConnector, account: Account) -> Talk {
        Talk { tls, account, nonces: String::new(), nonce: None, by: None }
    }

    pub(super) fn thumbprint(&self) -> String {
        self.account.thumbprint()
    }

    /// What the authority offers (RFC 8555 7.1.1).
    pub(super) async fn directory(&mut self, url: &str) -> anyhow::Result<Value> {
        let answer = self.send(Method::GET, url, None).await?;
        ensure!(answer.status == 200, "the directory answers {}", answer.status);
        let directory = answer.json()?;
        self.nonces = text(&directory, "newNonce")?.to_owned();
        Ok(directory)
    }

    /// Posts what is signed; without a payload, reads. A nonce that is too old is taken again.
    pub(super) async fn post(&mut self, url: &str, payload: Option<&Value>) -> anyhow::Result<Answer> {
        for _ in 0..TRIES {
            let nonce = match self.nonce.take() {
                Some(nonce) => nonce,
                None => self.fresh_nonce().await?,
            };
            let body = self.account.signed(&nonce, url, self.by.as_deref(), payload)?;
            let answer = self.send(Method::POST, url, Some(body)).await?;
            self.nonce = nonce_of(&answer.headers);
            if answer.status < 400 {
                return Ok(answer);
            }
            let problem = answer.json().unwrap_or_default();
            if problem["type"] != "urn:ietf:params:acme:error:badNonce" {
                let why = problem["detail"].as_str().or(problem["type"].as_str()).unwrap_or("no reason given");
                bail!("the authority refuses ({}): {why}", answer.status);
            }
        }
        bail!("the authority takes none of its nonces")
    }

    async fn fresh_nonce(&mut self) -> anyhow::Result<String> {
        let url = self.nonces.clone();
        let answer = self.send(Method::HEAD, &url, None).await?;
        nonce_of(&answer.headers).ok_or_else(|| anyhow!("the authority gives no nonce"))
    }

    async fn send(&self, method: Method, url: &str, body: Option<String>) -> anyhow::Result<Answer> {
        let sent = tokio::time::timeout(TIME_MAX, self.exchange(method, url, body)).await;
        sent.map_err(|_| anyhow!("no answer within {} s", TIME_MAX.as_secs()))?.with_context(|| format!("while talking to {url}"))
    }

    async fn exchange(&self, method: Method, url: &str, body: Option<String>) -> anyhow::Result<Answer> {
        let uri: Uri = url.parse().context("no address")?;
        let authority = uri.authority().context("an address without a host")?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let secure = uri.scheme_str() == Some("https");
        let is_here = host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        // Without TLS only on this machine, where a test's authority may be.
        ensure!(secure || is_here, "not an https address");
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, authority.as_str())
            .header(header::USER_AGENT, concat!("Cordboard/", env!("CARGO_PKG_VERSION")))
            .header(header::CONNECTION, "close");
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/jose+json");
        }
        let request = request.body(Full::new(Bytes::from(body.unwrap_or_default())))?;
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        if !secure {
            return converse(stream, request).await;
        }
        let name = ServerName::try_from(host).context("no name for a certificate")?;
        converse(self.tls.connect(name, stream).await?, request).await
    }
}

async fn converse<S>(stream: S, request: Request<Full<Bytes>>) -> anyhow::Result<Answer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let talk = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| anyhow!("the answer cannot be read: {error}"))?;
        anyhow::Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
    };
    tokio::pin!(connection, talk);
    tokio::select! {
        answered = &mut talk => answered,
        _ = &mut connection => talk.await,
    }
}

fn nonce_of(headers: &HeaderMap) -> Option<String> {
    headers.get(NONCE).and_then(|nonce| nonce.to_str().ok()).map(str::to_owned)
}

/// A text of an answer.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    value[name].as_str().ok_or_else(|| anyhow!("the authority's answer has no {name}"))
}
