//! The door over real sockets: what each transport carries, and what it does with those that are slow, silent, many, or lie.

use super::streams::STRANGER_STREAMS_MAX;
use super::*;
use crate::config::SipTransport;
use crate::switch::run::{Inboxes, inboxes};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, version};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const MESSAGE: &str = "OPTIONS sip:x SIP/2.0\r\nContent-Length: 4\r\n\r\nbody";
/// Longer than anything here takes, shorter than the limits under test.
const SOON: Duration = Duration::from_secs(5);

struct Open {
    net: Net,
    inboxes: Inboxes,
    counters: Arc<NetCounters>,
    trusted: CertificateDer<'static>,
    _folder: tempfile::TempDir,
}

/// A door with one interface for each of these addresses and transports.
async fn open(wanted: &[(&str, &[SipTransport])]) -> Open {
    open_with(wanted, Times::default()).await
}

async fn open_with(wanted: &[(&str, &[SipTransport])], times: Times) -> Open {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key, trusted) = tls::tests::certificate(folder.path());
    let interfaces: Vec<InterfaceConfig> = wanted
        .iter()
        .map(|(address, transports)| {
            let mut interface = InterfaceConfig::simple(address.parse().unwrap(), None);
            interface.transports = transports.to_vec();
            interface.certificate = Some(certificate.clone());
            interface.key = Some(key.clone());
            interface
        })
        .collect();
    let (inbox, inboxes) = inboxes();
    let counters = Arc::new(NetCounters::default());
    let net = Net::open_with(
        &interfaces,
        &TrunkTlsConfig { roots: Some(certificate), ..TrunkTlsConfig::default() },
        inbox,
        crate::clock::Clock::start(),
        Arc::clone(&counters),
        times,
    )
    .await
    .unwrap();
    Open { net, inboxes, counters, trusted, _folder: folder }
}

async fn one(transport: SipTransport) -> Open {
    open(&[("127.0.0.1:0", &[transport])]).await
}

impl Open {
    fn at(&self) -> SocketAddr {
        self.net.local()
    }

    /// The next message that came in.
    async fn message(&mut self) -> (Path, Bytes) {
        let waiting = async {
            loop {
                if let Event::Packet { path, bytes } = self.inboxes.next_of_sip().await {
                    return (path, bytes);
                }
            }
        };
        tokio::time::timeout(SOON, waiting).await.expect("a message")
    }

    async fn tls(&self, versions: &[&'static SupportedProtocolVersion]) -> tokio_rustls::client::TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.trusted.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.at()).await.unwrap();
        TlsConnector::from(Arc::new(config)).connect(ServerName::from(self.at().ip()), stream).await.unwrap()
    }
}

/// A WebSocket client on any stream, offering this subprotocol.
async fn web<S>(stream: S, protocol: &str) -> Result<tokio_tungstenite::WebSocketStream<S>, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = "ws://127.0.0.1/".into_client_request().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Protocol", protocol.parse().unwrap());
    let (socket, response) = tokio_tungstenite::client_async(request, stream).await.map_err(|error| error.to_string())?;
    assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "sip");
    Ok(socket)
}

/// Waits for the server to end the connection; what it sent before.
async fn ended(mut stream: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut all = Vec::new();
    // A reset is an end, too: what the server did not read was still on the way.
    let _ = tokio::time::timeout(SOON, stream.read_to_end(&mut all)).await.expect("the end of the connection");
    all
}

async fn echoes<S: AsyncRead + AsyncWrite + Unpin>(open: &mut Open, stream: &mut S, transport: Transport) {
    stream.write_all(MESSAGE.as_bytes()).await.unwrap();
    let (path, bytes) = open.message().await;
    assert_eq!((path.transport, path.local, &bytes[..]), (transport, open.at(), MESSAGE.as_bytes()));
    assert!(path.stream.is_some());
    open.net.send(path, Bytes::from_static(b"an answer"));
    let mut answer = [0; 9];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"an answer");
    stream.write_all(b"\r\n\r\n").await.unwrap();
    let mut pong = [0; 2];
    stream.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"\r\n");
}

#[tokio::test]
async fn tcp_carries_messages_both_ways_on_one_connection() {
    let mut open = one(SipTransport::Tcp).await;
    let mut stream = TcpStream::connect(open.at()).await.unwrap();
    echoes(&mut open, &mut stream, Transport::Tcp).await;
}

#[tokio::test]
async fn tls_carries_messages_both_ways_in_both_versions() {
    let mut open = one(SipTransport::Tls).await;
    for version in [&version::TLS12, &version::TLS13] {
        let mut stream = open.tls(&[version]).await;
        echoes(&mut open, &mut stream, Transport::Tls).await;
    }
}

#[tokio::test]
async fn websockets_carry_one_message_a_frame_plain_and_over_tls() {
    for transport in [SipTransport::Ws, SipTransport::Wss] {
        let mut open = one(transport).await;
        if transport == SipTransport::Ws {
            let socket = web(TcpStream::connect(open.at()).await.unwrap(), "chat, sip").await.unwrap();
            exchange(&mut open, socket, transport).await;
        } else {
            let socket = web(open.tls(&[&version::TLS13]).await, "sip").await.unwrap();
            exchange(&mut open, socket, transport).await;
        }
    }
}

async fn exchange<S>(open: &mut Open, mut socket: tokio_tungstenite::WebSocketStream<S>, transport: SipTransport)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    for sent in [Message::text(MESSAGE), Message::binary(MESSAGE.as_bytes().to_vec())] {
        socket.send(sent).await.unwrap();
        let (path, bytes) = open.message().await;
        assert_eq!((path.transport, &bytes[..]), (Transport::from(transport), MESSAGE.as_bytes()));
        open.net.send(path, Bytes::from_static(b"an answer"));
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("an answer"));
    }
    socket.send(Message::text("\r\n\r\n")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("\r\n"));
    socket.send(Message::Ping(Bytes::from_static(b"1"))).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong(Bytes::from_static(b"1")));
}

#[tokio::test]
async fn a_websocket_for_something_else_is_refused() {
    let open = one(SipTransport::Ws).await;
    let error = web(TcpStream::connect(open.at()).await.unwrap(), "chat").await.err().unwrap();
    assert!(error.contains("400"), "{error}");
}

#[tokio::test]
async fn a_closed_connection_is_reported_so_that_its_registrations_end() {
    for transport in [SipTransport::Tcp, SipTransport::Ws] {
        let mut open = one(transport).await;
        let stream = TcpStream::connect(open.at()).await.unwrap();
        if transport == SipTransport::Ws {
            let mut socket = web(stream, "sip").await.unwrap();
            socket.send(Message::text(MESSAGE)).await.unwrap();
            let _ = open.message().await;
            drop(socket);
        } else {
            drop(stream);
        }
        let failed = async {
            loop {
                if let Event::PathFailed { path } = open.inboxes.next_of_sip().await {
                    return path;
                }
            }
        };
        let path = tokio::time::timeout(SOON, failed).await.expect("the failed path");
        assert_eq!(path.transport, Transport::from(transport));
    }
}

#[tokio::test]
async fn what_only_the_far_side_can_open_fails_when_it_is_gone() {
    for transport in [SipTransport::Tls, SipTransport::Ws, SipTransport::Wss] {
        let mut open = one(transport).await;
        let remote = SocketAddr::from(([127, 0, 0, 1], 9));
        let path = Path { transport: transport.into(), local: open.at(), remote, stream: None };
        open.net.send(path, Bytes::from_static(b"nobody"));
        let event = tokio::time::timeout(SOON, open.inboxes.next_of_sip()).await.unwrap();
        assert!(matches!(event, Event::PathFailed { path: failed } if failed == path), "{event:?}");
    }
}

/// What is wrong with a stream ends it at once, whatever it promised; nothing of it is handed on.
#[tokio::test]
async fn lies_about_lengths_end_the_connection() {
    let head = |rest: &str| format!("OPTIONS sip:x SIP/2.0\r\n{rest}\r\n\r\n").into_bytes();
    let table: [(&str, Vec<u8>); 9] = [
        ("none", head("To: x")),
        ("negative", head("Content-Length: -1")),
        ("signed", head("Content-Length: +1")),
        ("not a number", head("Content-Length: 0x10")),
        ("two that differ", head("Content-Length: 1\r\nl: 2")),
        ("longer than a number holds", head("Content-Length: 99999999999999999999999999")),
        ("longer than is taken", head("Content-Length: 262145")),
        ("a head without end", vec![b'a'; 65 * 1024]),
        ("a body that is the next head", head("Content-Length: 0").into_iter().chain(*b"body\r\n\r\n").collect()),
    ];
    for transport in [SipTransport::Tcp, SipTransport::Tls] {
        let open = one(transport).await;
        for (case, bytes) in &table {
            let before = open.counters.streams_closed.load(Ordering::Relaxed);
            if transport == SipTransport::Tcp {
                let mut stream = TcpStream::connect(open.at()).await.unwrap();
                let _ = stream.write_all(bytes).await;
                assert_eq!(ended(stream).await, b"", "{case}");
            } else {
                let mut stream = open.tls(&[&version::TLS13]).await;
                let _ = stream.write_all(bytes).await;
                assert_eq!(ended(stream).await, b"", "{case}");
            }
            assert!(open.counters.streams_closed.load(Ordering::Relaxed) > before, "{case} is counted");
        }
    }
}

#[tokio::test]
async fn a_length_that_promises_more_than_comes_hands_nothing_on() {
    let mut open = one(SipTransport::Tcp).await;
    let mut stream = TcpStream::connect(open.at()).await.unwrap();
    stream.write_all(b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 400\r\n\r\nshort").await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(ended(stream).await, b"");
    let event = tokio::time::timeout(SOON, open.inboxes.next_of_sip()).await.unwrap();
    assert!(matches!(event, Event::PathFailed { .. }), "{event:?}");
}

#[tokio::test]
async fn an_oversized_frame_ends_a_websocket() {
    let open = one(SipTransport::Ws).await;
    let mut socket = web(TcpStream::connect(open.at()).await.unwrap(), "sip").await.unwrap();
    let _ = socket.send(Message::text("a".repeat(400 * 1024))).await;
    let end = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(SOON, end).await.expect("the end of the connection");
}

/// Silence, half a head, half a handshake: each is ended after its own time, here a short one.
#[tokio::test]
async fn who_is_slow_is_put_out() {
    let long = Duration::from_secs(3_600);
    let short = Duration::from_millis(200);
    let never = Times { first: long, idle: long, frame: long, handshake: long };
    let [first, frame, handshake, idle] = [
        Times { first: short, ..never },
        Times { frame: short, ..never },
        Times { handshake: short, ..never },
        Times { idle: short, ..never },
    ];
    let table: [(&str, SipTransport, &[u8], Times); 8] = [
        ("silence", SipTransport::Tcp, b"", first),
        ("keep-alives alone", SipTransport::Tcp, b"\r\n\r\n", first),
        ("half a head", SipTransport::Tcp, b"OPTIONS sip:x SIP/2.0\r\nConte", frame),
        ("half a body", SipTransport::Tcp, b"OPTIONS sip:x SIP/2.0\r\nl: 9\r\n\r\nbo", frame),
        ("silence after a message", SipTransport::Tcp, MESSAGE.as_bytes(), idle),
        ("no handshake", SipTransport::Tls, b"", handshake),
        ("half a handshake", SipTransport::Tls, b"\x16\x03\x01\x02\x00\x01", handshake),
        ("half an opening", SipTransport::Ws, b"GET / HTTP/1.1\r\nUpgrade: webso", handshake),
    ];
    for (case, transport, bytes, times) in table {
        let open = open_with(&[("127.0.0.1:0", &[transport])], times).await;
        let mut stream = TcpStream::connect(open.at()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let begun = Instant::now();
        ended(stream).await;
        assert!(begun.elapsed() >= short / 2, "{case}: ended at once");
    }
}

#[tokio::test]
async fn a_websocket_that_is_slow_is_put_out() {
    let long = Duration::from_secs(3_600);
    let short = Duration::from_millis(200);
    let never = Times { first: long, idle: long, frame: long, handshake: long };
    // The head of a masked text frame of 100 bytes, and two of them.
    let half_frame: &[u8] = &[0x81, 0x80 | 0x64, 1, 2, 3, 4, 5, 6];
    let table: [(&str, &[u8], Times); 2] = [
        ("silence", b"", Times { first: short, frame: short * 10, ..never }),
        ("half a frame", half_frame, Times { frame: short, ..never }),
    ];
    for (case, bytes, times) in table {
        let open = open_with(&[("127.0.0.1:0", &[SipTransport::Ws])], times).await;
        let mut socket = web(TcpStream::connect(open.at()).await.unwrap(), "sip").await.unwrap();
        socket.get_mut().write_all(bytes).await.unwrap();
        let begun = Instant::now();
        ended(socket.get_mut()).await;
        assert!(begun.elapsed() >= short / 2, "{case}: ended at once");
    }
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_closed_when_its_queue_is_full() {
    let mut open = one(SipTransport::Tcp).await;
    let mut stream = TcpStream::connect(open.at()).await.unwrap();
    stream.write_all(MESSAGE.as_bytes()).await.unwrap();
    let (path, _) = open.message().await;
    let large = Bytes::from(vec![b'a'; 64 * 1024]);
    for _ in 0..2_000 {
        open.net.send(path, large.clone());
        tokio::task::yield_now().await;
    }
    let failed = async { while !matches!(open.inboxes.next_of_sip().await, Event::PathFailed { .. }) {} };
    tokio::time::timeout(SOON, failed).await.expect("the connection's end");
    ended(stream).await;
}

/// Opens one connection and says whether it stays open: a ping is answered.
async fn stays(at: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let _ = stream.write_all(b"\r\n\r\n").await;
    let mut pong = [0; 2];
    stream.read_exact(&mut pong).await.ok().map(|_| stream)
}

#[tokio::test]
async fn a_stranger_gets_few_connections_and_a_registered_phones_address_more() {
    let open = one(SipTransport::Tcp).await;
    let mut held = Vec::new();
    for _ in 0..STRANGER_STREAMS_MAX {
        held.push(stays(open.at()).await.unwrap());
    }
    assert!(stays(open.at()).await.is_none());
    open.net.heard(SourceNews::Registered(open.at().ip()));
    held.push(stays(open.at()).await.unwrap());
    open.net.heard(SourceNews::Left(open.at().ip()));
    assert!(stays(open.at()).await.is_none(), "trust ends with the registration");
}

#[tokio::test]
async fn a_flood_of_handshakes_is_limited_like_one_of_messages() {
    let open = one(SipTransport::Ws).await;
    let mut opened = 0;
    for _ in 0..100 {
        opened += usize::from(web(TcpStream::connect(open.at()).await.unwrap(), "sip").await.is_ok());
    }
    assert!((60..=65).contains(&opened), "{opened} of a hundred");
}

#[tokio::test]
async fn each_udp_interface_answers_from_its_own_address() {
    let open = open(&[
        ("127.0.0.1:0", &[SipTransport::Udp]),
        ("127.0.0.2:0", &[SipTransport::Udp, SipTransport::Tcp]),
        ("[::1]:0", &[SipTransport::Udp]),
    ])
    .await;
    let Open { net, mut inboxes, .. } = open;
    for (transport, local) in net.sockets().iter().copied().filter(|(transport, _)| *transport == Transport::Udp) {
        let own = if local.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
        let socket = UdpSocket::bind(own).await.unwrap();
        socket.send_to(MESSAGE.as_bytes(), local).await.unwrap();
        let Event::Packet { path, .. } = tokio::time::timeout(SOON, inboxes.next_of_sip()).await.unwrap() else { panic!("a packet") };
        assert_eq!((path.transport, path.local), (transport, local));
        net.send(path, Bytes::from_static(b"an answer"));
        let mut buffer = [0; 20];
        let (_, from) = tokio::time::timeout(SOON, socket.recv_from(&mut buffer)).await.unwrap().unwrap();
        assert_eq!(from, local);
    }
}

#[tokio::test]
async fn a_connection_of_ours_leaves_from_the_interface_it_is_told() {
    let open = open(&[("127.0.0.1:0", &[SipTransport::Tcp]), ("127.0.0.2:0", &[SipTransport::Tcp])]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    for (transport, local) in open.net.sockets().iter().copied() {
        let path = Path { transport, local, remote: listener.local_addr().unwrap(), stream: None };
        open.net.send(path, Bytes::from_static(b"hello"));
        let (_stream, from) = tokio::time::timeout(SOON, listener.accept()).await.unwrap().unwrap();
        assert_eq!(from.ip(), local.ip());
    }
}
