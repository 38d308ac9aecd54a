//! What the attacks share: a call that is to live through them, a new one meanwhile, floods, slow connections, two carriers to defraud.
//! Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(unreachable_pub, reason = "used by the one file of tests")]

use crate::common_cases::{Line, Place, TRUNK, closed, make, offer, somebody, text};
use cti_phone::raw::{RawPeer, Received};
use cti_phone::{Call, Media};
use e2e::{Caller, Database, Desk, House, PATIENCE, Setup, certificate, eventually, hear_each_other, interface, within};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

const CUSTOMER: u16 = 600;
const AGENT: u16 = 1500;
/// A new call is answered within this time, whatever goes on: with one INVITE lost twice on the way.
const SOON: Duration = Duration::from_secs(5);
/// Sockets of a flood that are open at once.
const SOCKETS_MAX: usize = 64;
/// From tick to tick of a flood.
const BEAT: Duration = Duration::from_millis(10);
/// A connection closed within this time was not let in.
const AT_ONCE: Duration = Duration::from_secs(4);

/// An address that is nobody's: neither a trunk's nor a telephone's.
pub fn ip(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
}

/// A row of the table of attacks.
pub fn report(attack: &str, what: &str) {
    println!("| {attack} | {what} |");
}

/// A call between a customer and an agent that is up while something bad goes on.
pub struct Good {
    pub place: Place,
    pub desk: Desk,
    caller: Caller,
    out: Call,
    taken: Call,
}

impl Good {
    pub async fn up(house: &House) -> Good {
        let place = Place::new(house).await;
        let mut desk = place.desk(house).await;
        let caller = somebody(CUSTOMER).await;
        let out = caller.connected(house, &place.number).await;
        let taken = desk.phone.lifted(AGENT).await;
        hear_each_other(&out, CUSTOMER, &taken, AGENT).await;
        Good { place, desk, caller, out, taken }
    }

    /// Both still hear each other, and the call ends like any other.
    pub async fn unharmed(self) {
        hear_each_other(&self.out, CUSTOMER, &self.taken, AGENT).await;
        self.out.hang_up().await.unwrap();
        let one = closed(&self.place.rest, &self.caller.number).await;
        assert_eq!(text(&one, "/close_reason"), "completed");
    }

    /// The same with a customer whose messages the test writes.
    pub async fn on_line(house: &House) -> OnLine {
        let place = Place::new(house).await;
        let mut desk = place.desk(house).await;
        let mut line = Line::new(house, &place.number).await;
        line.connect(&offer(TRUNK, 9, 1, "sendrecv")).await;
        let taken = desk.phone.lifted(AGENT).await;
        desk.screen.shown("talking").await;
        OnLine { line, taken, desk }
    }
}

/// A customer whose messages the test writes, and the agent they talk with.
pub struct OnLine {
    pub line: Line,
    pub taken: Call,
    pub desk: Desk,
}

/// Calls from the trunk; how long the answer took.
pub async fn new_call(house: &House) -> Duration {
    let (caller, begin) = (somebody(700).await, Instant::now());
    let out = caller.connected(house, house.ivr()).await;
    let took = begin.elapsed();
    assert!(took < SOON, "a new call was answered after {took:?}");
    out.hang_up().await.unwrap();
    took
}

/// Sends INVITEs, so many each 10 ms, first all of the first source; how many went out, and how many answers came.
pub async fn flood(to: SocketAddr, sources: Vec<IpAddr>, beats: usize, each: usize) -> (u64, u64) {
    let (mut sent, mut answered) = (0, 0);
    let mut open: VecDeque<(IpAddr, UdpSocket)> = VecDeque::new();
    let mut beat = tokio::time::interval(BEAT);
    for turn in 0..beats * each {
        if turn % each == 0 {
            beat.tick().await;
        }
        let source = sources[turn * sources.len() / (beats * each)];
        if open.back().is_none_or(|(ip, _)| *ip != source) {
            let socket = UdpSocket::bind(SocketAddr::new(source, 0)).unwrap();
            socket.set_nonblocking(true).unwrap();
            open.push_back((source, socket));
            if open.len() > SOCKETS_MAX {
                answered += open.pop_front().map_or(0, |(_, socket)| answers(&socket));
            }
        }
        let (_, socket) = open.back().unwrap();
        let local = socket.local_addr().unwrap();
        let body = offer(source, 9, 1, "sendrecv");
        let text = format!(
            "INVITE sip:{}@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK{turn:x};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{turn}@{local}>;tag={turn:x}\r\nTo: <sip:{to}>\r\nCall-ID: {turn:x}@{local}\r\nCSeq: 1 INVITE\r\n\
             Contact: <sip:{local}>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            100 + turn % 900,
            body.len()
        );
        sent += u64::from(socket.send_to(text.as_bytes(), to).is_ok());
    }
    // What is still on its way: half a second without an answer is the end.
    let mut quiet = 0;
    while quiet < 50 {
        beat.tick().await;
        let more: u64 = open.iter().map(|(_, socket)| answers(socket)).sum();
        answered += more;
        quiet = if more > 0 { 0 } else { quiet + 1 };
    }
    (sent, answered)
}

fn answers(socket: &UdpSocket) -> u64 {
    let (mut buffer, mut count) = ([0; 2048], 0);
    loop {
        match socket.recv_from(&mut buffer) {
            Ok(_) => count += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return count,
            // The server's port is never closed: what else may be reported says nothing.
            Err(_) => {}
        }
    }
}

/// What a slow connection pretends to be.
#[derive(Clone, Copy, Debug)]
pub enum Slow {
    Tcp,
    Tls,
    Web,
}

/// Opens so many connections from one source and sends a byte a second on each; how many were closed at once, and when the last was.
pub async fn slowly(kind: Slow, to: SocketAddr, from: IpAddr, count: usize) -> (Slow, usize, Duration) {
    let mut all = JoinSet::new();
    for _ in 0..count {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(from, 0)).unwrap();
        let stream = socket.connect(to).await.unwrap();
        all.spawn(one_slowly(kind, stream));
    }
    let (mut at_once, mut last) = (0, Duration::ZERO);
    while let Some(lived) = all.join_next().await {
        let lived = lived.unwrap();
        at_once += usize::from(lived < AT_ONCE);
        last = last.max(lived);
    }
    (kind, at_once, last)
}

async fn one_slowly(kind: Slow, stream: TcpStream) -> Duration {
    let begin = Instant::now();
    let bytes: &[u8] = match kind {
        Slow::Tcp => b"INVITE sip:somebody@somewhere SIP/2.0\r\nVia: SIP/2.0/TCP",
        // The beginning of a ClientHello that says it is long.
        Slow::Tls => &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        Slow::Web => b"GET / HTTP/1.1\r\nHost: somewhere.example\r\nUpgrade: websocket",
    };
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        let mut beat = tokio::time::interval(Duration::from_secs(1));
        for byte in bytes {
            beat.tick().await;
            if writer.write_all(&[*byte]).await.is_err() {
                return;
            }
        }
        std::future::pending().await
    };
    let mut buffer = Vec::new();
    let end = async {
        tokio::select! {
            () = write => {}
            _ = reader.read_to_end(&mut buffer) => {}
        }
    };
    within("the end of a slow connection", end).await;
    begin.elapsed()
}

/// A server that speaks TLS and WebSocket, too, on its second address.
pub async fn secure_house(folder: &Path) -> House {
    let second = ip(2);
    certificate(folder, second);
    let interfaces = format!("[{}, {}]", interface(second, "tls", folder), interface(second, "ws", folder));
    House::start_with(Database::Sqlite, Setup::default().set("SIP__INTERFACE", interfaces)).await
}

/// An agent who may dial, and two carriers: the first takes the number they dial, the second dear ones. The test writes what they say.
pub struct Fraud {
    place: Place,
    desk: Desk,
    number: String,
    own: Option<Call>,
    pub first: RawPeer,
    pub second: RawPeer,
}

impl Fraud {
    pub async fn new(house: &House) -> Fraud {
        let place = Place::new(house).await;
        let number = "+442079460123".to_owned();
        make(&place.rest, "/dial-rules", json!({ "name": "everybody", "sort": 100 })).await;
        let shown = json!({ "outbound": { "caller_id": "+12025550100" }, "wrap_up_max_ms": 60_000 });
        assert_eq!(place.rest.patch(&format!("/queues/{}", place.queue), &shown).await.status, 200);
        let desk = place.desk(house).await;
        let first = carrier(&place, &number, 1).await;
        let second = carrier(&place, "+1876", 2).await;
        Fraud { place, desk, number, own: None, first, second }
    }

    /// The agent dials and lifts their telephone: the INVITE at the first carrier.
    pub async fn dialled(&mut self) -> Received {
        self.desk.screen.tell(json!({ "do": "dial", "number": self.number, "queue": self.place.queue })).await;
        let incoming = self.desk.phone.rings().await;
        self.own = Some(incoming.answer(Media::tone(AGENT)).await.unwrap());
        let invite = |r: &Received| r.method() == Some(cti_phone::rsip::Method::Invite);
        self.first.wait_for(PATIENCE, invite).await.unwrap()
    }

    /// Waits for the end of the call: the interaction.
    pub async fn over(&mut self) -> Value {
        let mut own = self.own.take().expect("a call was dialled");
        within("the end of the agent's call", own.ended()).await;
        self.desk.finish_wrap_up().await;
        closed(&self.place.rest, &self.number).await
    }
}

/// A carrier that takes numbers that begin so, its every message the test's.
pub async fn carrier(place: &Place, prefix: &str, priority: u16) -> RawPeer {
    let peer = RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap();
    let at = peer.local_addr();
    let row = json!({
        "name": format!("carrier {at}"), "sources": ["127.0.0.1"], "source_port": at.port(), "peer": at.to_string(), "country": "GB",
        "outbound": { "prefixes": [prefix], "priority": priority },
    });
    let trunk = make(&place.rest, "/trunks", row).await;
    eventually("the trunk in the switch", async || (place.rest.get(&format!("/trunks/{trunk}/status")).await.status == 200).then_some(()))
        .await;
    peer
}
