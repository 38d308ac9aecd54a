//! Calls across the edges of the house: from one of its addresses to another, IPv4 and IPv6, TLS and WebSocket, with audio measured both
//! ways. What each transport does with those that misbehave is tested beside its code.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;

use bytes::{Buf, Bytes, BytesMut};
use common_cases::{Line, Numbering, Place, TRUNK, Voice, asked, closed, make, offer, registered, somebody, text};
use cti_phone::raw::{RawPeer, Received};
use cti_phone::{AgentOptions, Description, EndReason, RegisterOptions, Transport, UserAgent};
use e2e::{Caller, Database, House, Phone, Setup, certificate, eventually, hear_each_other, interface, until, within};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
const SECOND: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const THIRD: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
const SIX: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// Behind this the third interface says it is.
const PUBLIC: &str = "203.0.113.7";
/// Nobody listens there: port 9 discards.
const NOWHERE: u16 = 9;
const BEGIN: Numbering = Numbering { ssrc: 6, sequence: 1, timestamp: 1 };

/// The agent's telephone at this address, registered with this server address over this transport.
async fn phone(place: &Place, ip: IpAddr, transport: Transport, server: SocketAddr) -> Phone {
    let options = AgentOptions { transport, ..AgentOptions::default() };
    let agent = UserAgent::bind_with(SocketAddr::new(ip, 0), options).await.unwrap();
    let calls = agent.incoming_for(&place.sip_user);
    let register = RegisterOptions::new(server, place.sip_user.as_str(), place.sip_password.as_str());
    let registration = eventually("the phone's registration", async || agent.register(register.clone()).await.ok()).await;
    Phone { agent, calls, registration: Some(registration), user: place.sip_user.clone() }
}

/// A caller calls the place at one address of the server, and the phone at another is lifted; they hear each other, also after a hold.
async fn call(house: &House, place: &Place, caller: Caller, called_at: SocketAddr, phone: Phone) {
    let mut desk = place.desk_with(house, phone).await;
    let mut options = caller.options(house, &place.number);
    options.target = called_at;
    let mut out = caller.agent.call(options).unwrap();
    let mut taken = desk.phone.lifted(AGENT).await;
    within("the answer", out.answered()).await.unwrap();
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    taken.hold().await.unwrap();
    desk.screen.shown("hold").await;
    taken.retrieve().await.unwrap();
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    out.hang_up().await.unwrap();
    assert_eq!(within("the end at the phone", taken.ended()).await, EndReason::RemoteHungUp);
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
}

async fn several_addresses() -> House {
    let third = format!("{{ address = \"{THIRD}:0\", public_ip = \"{PUBLIC}\" }}");
    let interfaces = format!("[{{ address = \"{SECOND}:0\" }}, {{ address = \"[::1]:0\" }}, {third}]");
    House::start_with(Database::Sqlite, Setup::default().set("SIP__INTERFACE", interfaces)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_at_one_address_reaches_a_phone_at_another() {
    let house = several_addresses().await;
    let place = Place::new(&house).await;
    let phone = phone(&place, SECOND, Transport::Udp, house.sip_on("UDP", SECOND)).await;
    call(&house, &place, somebody(CALLER).await, house.sip(), phone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_at_a_further_address_reaches_a_phone_at_the_first() {
    let house = several_addresses().await;
    let place = Place::new(&house).await;
    let phone = phone(&place, TRUNK, Transport::Udp, house.sip()).await;
    call(&house, &place, somebody(CALLER).await, house.sip_on("UDP", SECOND), phone).await;
}

/// The SIP library of the simulated phones reads no IPv6 address, so here the caller's messages are written by the test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_at_an_ipv6_address_and_a_phone_at_an_ipv4_one_hear_each_other() {
    let house = several_addresses().await;
    let place = Place::new(&house).await;
    make(&place.rest, "/trunks", json!({ "name": "six", "sources": [SIX.to_string()], "country": "US" })).await;
    let mut desk = place.desk(&house).await;
    let voice = Voice::open_at(SIX).await;
    let server = house.sip_on("UDP", SIX);
    let mut line = Line::at(&house, SIX, &place.number).await;
    line.dialog = line.peer.dialog(server, &format!("sip:{}@{server}", place.number), &line.number);
    let theirs = line.connect(&offer(SIX, voice.port(), 1, "sendrecv")).await;
    assert_eq!(theirs.audio.ip(), SIX);
    let speech = voice.speak(theirs.audio, CALLER, BEGIN);
    let mut taken = desk.phone.lifted(AGENT).await;
    taken.expect_tone(Some(CALLER));
    voice.hear(AGENT).await;
    until("a second of the caller's voice at the phone", || taken.media().windows_right >= 5).await;
    line.bye().await;
    assert_eq!(within("the end at the phone", taken.ended()).await, EndReason::RemoteHungUp);
    speech.stop();
    let one = closed(&place.rest, &line.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
}

/// Answers a call at an IPv6 address with a voice of `hz`: where it is heard and from where it speaks.
async fn lifted_at_six(peer: &mut RawPeer, invite: &Received, hz: u16) -> (Voice, common_cases::Speech) {
    let theirs = Description::parse(invite.body()).unwrap().audio;
    assert_eq!(theirs.ip(), SIX);
    let voice = Voice::open_at(SIX).await;
    let contact = format!("Contact: <sip:six@{}>", peer.local_addr());
    peer.respond(invite, 200, "tag", &[&contact], &offer(SIX, voice.port(), 1, "sendrecv")).await.unwrap();
    asked(peer, "ACK").await;
    let speech = voice.speak(theirs, hz, BEGIN);
    (voice, speech)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_out_to_a_carrier_at_an_ipv6_address_is_heard_both_ways() {
    let house = several_addresses().await;
    let place = Place::new(&house).await;
    make(&place.rest, "/dial-rules", json!({ "name": "everybody", "sort": 100 })).await;
    let mut carrier = RawPeer::udp(SocketAddr::new(SIX, 0)).await.unwrap();
    let (at, number) = (carrier.local_addr(), "+442079460066");
    let row = json!({
        "name": "six", "sources": [SIX.to_string()], "source_port": at.port(), "peer": at.to_string(), "country": "GB",
        "outbound": { "prefixes": ["+44"] },
    });
    let trunk = make(&place.rest, "/trunks", row).await;
    eventually("the trunk in the switch", async || (place.rest.get(&format!("/trunks/{trunk}/status")).await.status == 200).then_some(()))
        .await;
    let mut desk = place.desk(&house).await;
    desk.screen.tell(json!({ "do": "dial", "number": number, "queue": place.queue })).await;
    let own = desk.phone.lifted(AGENT).await;
    let invite = asked(&mut carrier, "INVITE").await;
    own.expect_tone(Some(CALLER));
    let (voice, speech) = lifted_at_six(&mut carrier, &invite, CALLER).await;
    voice.hear(AGENT).await;
    until("a second of the customer's voice at the phone", || own.media().windows_right >= 5).await;
    own.hang_up().await.unwrap();
    let bye = asked(&mut carrier, "BYE").await;
    carrier.respond(&bye, 200, "", &[], "").await.unwrap();
    speech.stop();
    let one = closed(&place.rest, number).await;
    assert_eq!((text(&one, "/direction"), text(&one, "/close_reason")), ("outbound", "completed"));
}

/// A telephone registers at the server's IPv6 address over this transport and takes a call from an IPv4 one.
async fn a_phone_at_an_ipv6_address_takes_a_call(transport: &str) {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path(), SIX).der().clone();
    let interfaces = format!("[{{ address = \"[::1]:0\" }}, {}]", interface(SIX, "tls", folder.path()));
    let house = House::start_with(Database::Sqlite, Setup::default().set("SIP__INTERFACE", interfaces)).await;
    let (server, place) = (house.sip_on(transport, SIX), Place::new(&house).await);
    let peer = match transport {
        "UDP" => RawPeer::udp(SocketAddr::new(SIX, 0)).await,
        "TCP" => RawPeer::tcp(server).await,
        _ => RawPeer::tcp(tunnel(Kind::Tls, server, trusted).await.0).await,
    };
    let mut peer = registered(peer.unwrap(), server, &place).await;
    let desk = place.desk_with(&house, Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let invite = asked(&mut peer, "INVITE").await;
    out.expect_tone(Some(AGENT));
    let (voice, speech) = lifted_at_six(&mut peer, &invite, AGENT).await;
    desk.screen.shown("talking").await;
    voice.hear(CALLER).await;
    until("a second of the agent's voice at the caller", || out.media().windows_right >= 5).await;
    out.hang_up().await.unwrap();
    let bye = asked(&mut peer, "BYE").await;
    peer.respond(&bye, 200, "", &[], "").await.unwrap();
    speech.stop();
    assert_eq!(text(&closed(&place.rest, &caller.number).await, "/close_reason"), "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_over_udp_on_ipv6_takes_a_call() {
    a_phone_at_an_ipv6_address_takes_a_call("UDP").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_over_tcp_on_ipv6_takes_a_call() {
    a_phone_at_an_ipv6_address_takes_a_call("TCP").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_over_tls_on_ipv6_takes_a_call() {
    a_phone_at_an_ipv6_address_takes_a_call("TLS").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_address_is_told_by_the_interface_it_belongs_to_and_by_no_other() {
    let house = several_addresses().await;
    let place = Place::new(&house).await;
    place.desk(&house).await;
    for (server, public) in [(house.sip_on("UDP", THIRD), PUBLIC.to_owned()), (house.sip_on("UDP", SECOND), SECOND.to_string())] {
        let mut line = Line::new(&house, &place.number).await;
        line.dialog = line.peer.dialog(server, &format!("sip:{}@{server}", place.number), &line.number);
        line.request("INVITE", &[], &offer(TRUNK, NOWHERE, 1, "sendrecv")).await;
        let answer = line.response("INVITE").await;
        assert_eq!(answer.status(), Some(200));
        assert_eq!(answer.header("Contact"), Some(format!("<sip:{public}:{}>", server.port()).as_str()));
        let sdp = String::from_utf8_lossy(answer.body()).into_owned();
        for letter in ["c", "o"] {
            let shown = sdp.lines().find(|line| line.starts_with(&format!("{letter}="))).unwrap();
            assert!(shown.ends_with(&format!("IN IP4 {public}")), "{shown}");
        }
        line.dialog.confirm(&answer);
        line.dialog.target = server;
        let ack = line.dialog.ack(1, "");
        line.send(&ack).await;
        line.request("BYE", &[], "").await;
        assert_eq!(line.response("BYE").await.status(), Some(200));
    }
}

// ---- TLS and WebSocket

/// What a tunnel speaks to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tls,
    Ws,
    Wss,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Tls => "TLS",
            Kind::Ws => "WS",
            Kind::Wss => "WSS",
        }
    }
}

/// A server with all of them on its second address, and the certificate to trust.
async fn secure_house(folder: &std::path::Path) -> (House, CertificateDer<'static>) {
    let certificate = certificate(folder, SECOND);
    let interfaces = ["tls", "wss", "ws"].map(|transport| interface(SECOND, transport, folder)).join(", ");
    let house = House::start_with(Database::Sqlite, Setup::default().set("SIP__INTERFACE", format!("[{interfaces}]"))).await;
    (house, certificate.der().clone())
}

/// Speaks TCP to a telephone and something else to the server, as a proxy on the telephone's own desk would. Messages pass as they are;
/// only where the server says it is reached, the tunnel's own address is put, as the telephone knows no other way.
async fn tunnel(kind: Kind, server: SocketAddr, trusted: CertificateDer<'static>) -> (SocketAddr, AbortHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let accepting = tokio::spawn(async move {
        // Ends with this task.
        let mut connections = JoinSet::new();
        while let Ok((phone, _)) = listener.accept().await {
            let trusted = trusted.clone();
            connections.spawn(async move {
                let stream = TcpStream::connect(server).await.unwrap();
                match kind {
                    Kind::Tls => pipe(phone, tls(stream, server, trusted).await, server, at).await,
                    Kind::Ws => web(phone, stream, server, at).await,
                    Kind::Wss => web(phone, tls(stream, server, trusted).await, server, at).await,
                }
            });
        }
    });
    (at, accepting.abort_handle())
}

async fn tls(stream: TcpStream, server: SocketAddr, trusted: CertificateDer<'static>) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(ServerName::from(server.ip()), stream).await.unwrap()
}

/// Takes one whole message off the front.
fn take(buffer: &mut BytesMut) -> Option<Bytes> {
    while buffer.starts_with(b"\r\n") {
        buffer.advance(2);
    }
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let lines = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = lines.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok()).unwrap_or(0);
    (buffer.len() >= head + length).then(|| buffer.split_to(head + length).freeze())
}

/// A message of the server as the telephone should see it.
fn told(message: &[u8], server: SocketAddr, at: SocketAddr) -> Vec<u8> {
    let text = String::from_utf8_lossy(message);
    let text = text.replace(&format!("{server};transport=tls"), &format!("{at};transport=tcp"));
    text.replace(&format!("{server};transport=ws"), &format!("{at};transport=tcp")).into_bytes()
}

async fn pipe(phone: TcpStream, stream: impl AsyncRead + AsyncWrite, server: SocketAddr, at: SocketAddr) {
    let (mut from_phone, mut to_phone) = phone.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(stream);
    let up = async {
        let mut buffer = BytesMut::new();
        while from_phone.read_buf(&mut buffer).await.is_ok_and(|length| length > 0) {
            to_server.write_all(&buffer.split()).await.unwrap();
            to_server.flush().await.unwrap();
        }
    };
    let down = async {
        let mut buffer = BytesMut::new();
        while from_server.read_buf(&mut buffer).await.is_ok_and(|length| length > 0) {
            while let Some(message) = take(&mut buffer) {
                to_phone.write_all(&told(&message, server, at)).await.unwrap();
            }
        }
    };
    tokio::join!(up, down);
}

async fn web(phone: TcpStream, stream: impl AsyncRead + AsyncWrite + Unpin, server: SocketAddr, at: SocketAddr) {
    let mut request = "ws://phone.invalid/".into_client_request().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Protocol", "sip".parse().unwrap());
    let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let (mut to_server, mut from_server) = socket.split();
    let (mut from_phone, mut to_phone) = phone.into_split();
    let up = async {
        let mut buffer = BytesMut::new();
        while from_phone.read_buf(&mut buffer).await.is_ok_and(|length| length > 0) {
            while let Some(message) = take(&mut buffer) {
                let text = String::from_utf8(message.to_vec()).unwrap();
                to_server.send(Message::text(text)).await.unwrap();
            }
        }
    };
    let down = async {
        while let Some(Ok(message)) = from_server.next().await {
            if let Message::Text(text) = message {
                to_phone.write_all(&told(text.as_bytes(), server, at)).await.unwrap();
            }
        }
    };
    tokio::join!(up, down);
}

async fn registers_and_calls_over(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let (house, trusted) = secure_house(folder.path()).await;
    let server = house.sip_on(kind.name(), SECOND);
    let place = Place::new(&house).await;
    let phone = phone(&place, TRUNK, Transport::Tcp, tunnel(kind, server, trusted.clone()).await.0).await;
    let options = AgentOptions { transport: Transport::Tcp, ..AgentOptions::default() };
    let agent = UserAgent::bind_with(SocketAddr::new(TRUNK, 0), options).await.unwrap();
    let caller = Caller { agent, number: common_cases::stranger(), voice: CALLER };
    call(&house, &place, caller, tunnel(kind, server, trusted).await.0, phone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_and_a_phone_over_tls_hear_each_other() {
    registers_and_calls_over(Kind::Tls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_and_a_phone_over_websocket_hear_each_other() {
    registers_and_calls_over(Kind::Ws).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_and_a_phone_over_websocket_and_tls_hear_each_other() {
    registers_and_calls_over(Kind::Wss).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_whose_connection_is_gone_is_not_called() {
    let folder = tempfile::tempdir().unwrap();
    let (house, trusted) = secure_house(folder.path()).await;
    let place = Place::new(&house).await;
    let (at, plug) = tunnel(Kind::Ws, house.sip_on("WS", SECOND), trusted).await;
    let phone = phone(&place, TRUNK, Transport::Tcp, at).await;
    let desk = place.desk_with(&house, phone).await;
    // Nothing is said, the connection just ends.
    plug.abort();
    desk.screen.entry("agent", |view| view.pointer("/device/reachable") == Some(&serde_json::json!(false))).await;
}
