//! Serves HTTP/1.1 and its upgrades, plain or by TLS, with bounds on connections and on the wait for a request. What is answered is the router's.

use crate::acme::Challenges;
use crate::https::Certificates;
use crate::places::{Place, Places};
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A connection on which no complete request head came for this long is closed, be it new or kept alive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Wait before the next try when no connection can be accepted: out of descriptors, the present ones must end first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How many connections may be open; one more is closed at once.
#[derive(Clone, Copy, Debug)]
struct Limits {
    all: usize,
    /// Of one source. Generous, as a house of many agents may have one address.
    source: usize,
}

impl Limits {
    /// A quarter of the descriptors, and a quarter of those for one source: calls and the store keep the rest.
    fn of_descriptors(descriptors: u64) -> Limits {
        let all = usize::try_from(descriptors / 4).unwrap_or(usize::MAX).max(64);
        Limits { all, source: (all / 4).max(64) }
    }

    /// This machine's own connections, such as those of a reverse proxy, are bounded only together.
    fn of_source(self, ip: IpAddr) -> usize {
        if ip.to_canonical().is_loopback() { self.all } else { self.source }
    }
}

/// Answers until `stop` says true, then finishes the requests begun. Upgraded connections (WebSocket) are their owner's to end.
/// With `tls` only by it.
pub(crate) async fn serve(listener: TcpListener, app: Router, tls: Option<Arc<Certificates>>, stop: watch::Receiver<bool>) {
    // 1,024 is what systems give when they cannot say.
    let descriptors = rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(1_024, |(soft, _)| soft);
    serve_within(listener, app, tls, stop, Limits::of_descriptors(descriptors), HEAD_TIMEOUT).await;
}

/// Sends whoever comes without TLS to the same page with it, at this port. A certificate authority gets its answer (RFC 8555 8.3).
pub(crate) fn redirection(port: u16, challenges: Arc<Challenges>) -> Router {
    let answer = move |axum::extract::Path(token): axum::extract::Path<String>| {
        let answer = challenges.answer(&token);
        async move { answer.ok_or(StatusCode::NOT_FOUND) }
    };
    Router::new()
        .route("/.well-known/acme-challenge/{token}", axum::routing::get(answer))
        .fallback(move |uri: Uri, headers: HeaderMap| async move { redirected(port, &uri, &headers) })
}

fn redirected(port: u16, uri: &Uri, headers: &HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    if !is_plain {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let name = if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(name, _)| name) };
    let place = if port == 443 { name.to_owned() } else { format!("{name}:{port}") };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, format!("https://{place}{path}"))]).into_response()
}

async fn serve_within(
    listener: TcpListener,
    app: Router,
    tls: Option<Arc<Certificates>>,
    mut stop: watch::Receiver<bool>,
    limits: Limits,
    head_timeout: Duration,
) {
    let places = Places::new(limits.all);
    let mut connections = JoinSet::new();
    let stopping = stop.clone();
    let mut stopped = pin!(stop.wait_for(|stop| *stop));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // So that ended tasks do not pile up.
            Some(_) = connections.join_next() => continue,
            _ = &mut stopped => break,
        };
        let Ok((stream, remote)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let Some(place) = places.take(remote.ip(), limits.of_source(remote.ip())) else { continue };
        let held = Held { stream, _place: place };
        match &tls {
            None => connections.spawn(converse(held, remote, app.clone(), stopping.clone(), head_timeout)),
            Some(tls) => connections.spawn(converse_by_tls(Arc::clone(tls), held, remote, app.clone(), stopping.clone(), head_timeout)),
        };
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The same within TLS. A handshake that fails or takes too long is the far side's matter.
async fn converse_by_tls(
    tls: Arc<Certificates>,
    io: Held,
    remote: SocketAddr,
    app: Router,
    stop: watch::Receiver<bool>,
    head_timeout: Duration,
) {
    if let Ok(Ok(io)) = tokio::time::timeout(head_timeout, tls.acceptor().accept(io)).await {
        converse(io, remote, app, stop, head_timeout).await;
    }
}

async fn converse<IO: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    io: IO,
    remote: SocketAddr,
    app: Router,
    mut stop: watch::Receiver<bool>,
    head_timeout: Duration,
) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(remote));
        app.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_timeout);
    let mut connection = pin!(http.serve_connection(TokioIo::new(io), service).with_upgrades());
    tokio::select! {
        // An error here is the far side's: it went away, was too slow, or did not speak HTTP.
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// A connection with its place, which it keeps through an upgrade.
struct Held {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Held {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Held {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::ws::{Message, WebSocketUpgrade};
    use axum::routing::get;
    use futures_util::{SinkExt, StreamExt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    struct House {
        at: SocketAddr,
        stop: watch::Sender<bool>,
        task: tokio::task::JoinHandle<()>,
    }

    async fn open(all: usize, head_timeout: Duration) -> House {
        open_with(all, head_timeout, None).await
    }

    async fn open_with(all: usize, head_timeout: Duration, tls: Option<Arc<Certificates>>) -> House {
        let app = Router::new().route("/who", get(async |ConnectInfo(remote): ConnectInfo<SocketAddr>| remote.to_string())).route(
            "/echo",
            get(async |upgrade: WebSocketUpgrade| {
                upgrade.on_upgrade(async |mut socket| {
                    while let Some(Ok(Message::Text(text))) = socket.recv().await {
                        let _ = socket.send(Message::Text(text)).await;
                    }
                })
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve_within(listener, app, tls, stopped, Limits { all, source: all }, head_timeout));
        House { at, stop, task }
    }

    /// Everything that comes until the far side closes.
    async fn rest(mut stream: TcpStream) -> String {
        let mut got = Vec::new();
        // A reset is a close too.
        let _ = stream.read_to_end(&mut got).await;
        String::from_utf8_lossy(&got).into_owned()
    }

    async fn ask(at: SocketAddr) -> (SocketAddr, String) {
        let mut stream = TcpStream::connect(at).await.unwrap();
        let local = stream.local_addr().unwrap();
        let _ = stream.write_all(b"GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        (local, rest(stream).await)
    }

    #[tokio::test]
    async fn a_request_is_answered_and_knows_its_peer() {
        let house = open(8, HEAD_TIMEOUT).await;
        let (local, answer) = ask(house.at).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&local.to_string()), "{answer}");
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_in_time_closes_the_connection() {
        let house = open(8, Duration::from_millis(50)).await;
        let mut stream = TcpStream::connect(house.at).await.unwrap();
        stream.write_all(b"GET /who HTTP/1.1\r\nHost:").await.unwrap();
        rest(stream).await;
        rest(TcpStream::connect(house.at).await.unwrap()).await;
    }

    #[tokio::test]
    async fn a_socket_keeps_its_place_and_outlives_the_head_timeout_and_the_stop() {
        let house = open(1, Duration::from_millis(50)).await;
        let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{}/echo", house.at)).await.unwrap();
        assert_eq!(ask(house.at).await.1, "", "one more than the bound is closed unanswered");
        house.stop.send(true).unwrap();
        house.task.await.unwrap();
        socket.send("still here".into()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap().as_str(), "still here");
    }

    #[tokio::test]
    async fn an_ended_connection_gives_its_place_back() {
        let house = open(1, HEAD_TIMEOUT).await;
        for _ in 0..20 {
            let first = ask(house.at).await.1;
            // The server may notice the end a moment after we do.
            let answer = if first.is_empty() { again(house.at).await } else { first };
            assert!(answer.starts_with("HTTP/1.1 200"));
        }
    }

    async fn again(at: SocketAddr) -> String {
        loop {
            let (_, answer) = ask(at).await;
            if !answer.is_empty() {
                return answer;
            }
        }
    }

    #[tokio::test]
    async fn stopping_ends_kept_connections() {
        let house = open(8, HEAD_TIMEOUT).await;
        let mut stream = TcpStream::connect(house.at).await.unwrap();
        stream.write_all(b"GET /who HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        stream.readable().await.unwrap();
        house.stop.send(true).unwrap();
        house.task.await.unwrap();
        assert!(rest(stream).await.starts_with("HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn by_tls_a_request_is_answered_and_what_is_plain_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let config = crate::config::TlsConfig { self_signed: true, ..Default::default() };
        let names = ["127.0.0.1".to_owned()].into();
        let now = crate::clock::Clock::start().utc();
        let tls = Arc::new(Certificates::open(&config, folder.path(), &names, now).unwrap());
        let house = open_with(8, HEAD_TIMEOUT, Some(tls)).await;
        let connector = crate::net::tls::client_tls(Some(&folder.path().join("tls/self-signed.pem"))).unwrap();
        let stream = TcpStream::connect(house.at).await.unwrap();
        let name = tokio_rustls::rustls::pki_types::ServerName::try_from("127.0.0.1").unwrap();
        let mut stream = connector.connect(name, stream).await.unwrap();
        stream.write_all(b"GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        assert!(!ask(house.at).await.1.starts_with("HTTP/1.1 200"));
    }

    #[test]
    fn who_comes_without_tls_is_sent_to_the_same_page_with_it() {
        let uri: Uri = "/desk?x=1".parse().unwrap();
        let table = [
            ("cc.example", 443, Some("https://cc.example/desk?x=1")),
            ("cc.example:80", 8443, Some("https://cc.example:8443/desk?x=1")),
            ("[::1]:80", 443, Some("https://[::1]/desk?x=1")),
            ("[::1]", 443, Some("https://[::1]/desk?x=1")),
            ("", 443, None),
            ("evil.example/x", 443, None),
        ];
        for (host, port, to) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            let got = redirected(port, &uri, &headers);
            assert_eq!(got.headers().get(header::LOCATION).map(|to| to.to_str().unwrap()), to, "{host}");
        }
    }

    #[test]
    fn bounds_follow_the_descriptors_and_spare_this_machine() {
        let limits = Limits::of_descriptors(65_536);
        assert_eq!((limits.all, limits.source), (16_384, 4_096));
        assert_eq!(limits.of_source("192.0.2.1".parse().unwrap()), 4_096);
        assert_eq!(limits.of_source("::ffff:127.0.0.1".parse().unwrap()), 16_384);
        let few = Limits::of_descriptors(256);
        assert_eq!((few.all, few.source), (64, 64));
    }
}
