//! One POST to a webhook's address: resolved, held against the guard, sent, and its status read. Follows no redirect and keeps no connection.

use super::guard::may_reach;
use crate::config::Network;
use axum::http::{Method, Request, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// From the look-up of the name to the answer's status.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Addresses of a name that are tried.
const ADDRESSES_MAX: usize = 4;
/// Bytes of an answer's body that are read, so that the other side sees its answer taken; what follows is left.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Why there is no status. The words stand in deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Timeout,
    /// The name leads only to addresses nothing is sent to.
    RefusedAddress,
    Unreachable,
    Tls,
    /// What came back is no HTTP.
    Unreadable,
}

impl Failure {
    pub(super) fn word(self) -> &'static str {
        match self {
            Failure::Timeout => "timeout",
            Failure::RefusedAddress => "refused_address",
            Failure::Unreachable => "unreachable",
            Failure::Tls => "tls",
            Failure::Unreadable => "unreadable",
        }
    }
}

/// What is posted.
pub(super) struct Post<'a> {
    pub(super) url: &'a str,
    pub(super) body: String,
    /// Further headers.
    pub(super) headers: [(&'static str, String); 4],
}

/// Sends it, and gives the answer's status.
pub(super) async fn post(tls: &TlsConnector, allowed: &[Network], post: Post<'_>) -> Result<u16, Failure> {
    tokio::time::timeout(TIME_MAX, send(tls, allowed, post)).await.unwrap_or(Err(Failure::Timeout))
}

async fn send(tls: &TlsConnector, allowed: &[Network], post: Post<'_>) -> Result<u16, Failure> {
    let uri: Uri = post.url.parse().map_err(|_| Failure::Unreachable)?;
    let authority = uri.authority().ok_or(Failure::Unreachable)?;
    let secure = uri.scheme_str() == Some("https");
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let addresses = tokio::net::lookup_host((host.as_str(), port)).await.map_err(|_| Failure::Unreachable)?;
    // The connection goes to the address that was looked at: a name that answers otherwise the next time gains nothing.
    let addresses: Vec<SocketAddr> = addresses.filter(|address| may_reach(address.ip(), allowed)).take(ADDRESSES_MAX).collect();
    if addresses.is_empty() {
        return Err(Failure::RefusedAddress);
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, authority.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("Cordboard/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    for (name, value) in post.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(post.body))).map_err(|_| Failure::Unreachable)?;
    let stream = connect(&addresses).await.map_err(|_| Failure::Unreachable)?;
    if !secure {
        return exchange(stream, request).await;
    }
    let name = ServerName::try_from(host).map_err(|_| Failure::Tls)?;
    let stream = tls.connect(name, stream).await.map_err(|_| Failure::Tls)?;
    exchange(stream, request).await
}

/// The first that takes a connection.
async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Unreadable)?;
    let talk = async {
        let mut answer = sender.send_request(request).await.map_err(|_| Failure::Unreadable)?;
        let status = answer.status().as_u16();
        let mut read = 0;
        while let Some(Ok(frame)) = answer.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > ANSWER_BYTES_MAX {
                break;
            }
        }
        Ok(status)
    };
    tokio::pin!(connection, talk);
    // The connection is driven here, not in a task of its own: what is given up is closed at once.
    tokio::select! {
        answered = &mut talk => answered,
        _ = &mut connection => talk.await,
    }
}
