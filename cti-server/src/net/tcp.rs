//! SIP over TCP: connections that others open and that we open, each with a bounded way out.

use super::Door;
use crate::places::Places;
use crate::switch::Event;
use bytes::Bytes;
use cti_sip::api::{Path, StreamId, Transport};
use cti_sip::{Frame, Framer, Verdict};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Most connections; one more is closed at once.
const STREAMS_MAX: usize = 10_000;
/// Most connections from one source that is neither a trunk's nor that of a phone that has logged in; one more is closed at once.
const STRANGER_STREAMS_MAX: usize = 32;
/// Most connections from one known source: many phones may stand behind one address.
const KNOWN_STREAMS_MAX: usize = 2_000;
/// A connection that others open must bring its first complete message within this time.
const FIRST_TIMEOUT: Duration = Duration::from_secs(30);
/// Most messages waiting to be written on one connection; one more closes it: the far side does not read.
const WAITING_MAX: usize = 256;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection on which nothing came for this long is closed; phones keep theirs alive with CRLF (RFC 5626 3.5.1).
const IDLE: Duration = Duration::from_secs(900);
/// A begun message must be complete within this time from its first byte.
const FRAME_TIMEOUT: Duration = Duration::from_secs(10);

struct Shared {
    door: Arc<Door>,
    local: SocketAddr,
    streams: Mutex<HashMap<StreamId, mpsc::Sender<Bytes>>>,
    /// Connections of ours, so that a second message to a peer uses the first one's.
    ours: Mutex<HashMap<SocketAddr, StreamId>>,
    next: AtomicU64,
    /// Connections that others opened, by source.
    places: Arc<Places>,
}

pub(super) struct Tcp {
    shared: Arc<Shared>,
    runtime: Handle,
}

impl Tcp {
    pub(super) async fn open(listen: SocketAddr, door: Arc<Door>) -> io::Result<Tcp> {
        let listener = TcpListener::bind(listen).await?;
        let local = listener.local_addr()?;
        let places = Places::new(STREAMS_MAX);
        let shared = Arc::new(Shared { door, local, streams: Mutex::default(), ours: Mutex::default(), next: AtomicU64::new(1), places });
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, remote)) => accepting.accepted(stream, remote),
                    // Out of descriptors: the present connections must end first.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        });
        Ok(Tcp { shared, runtime: Handle::current() })
    }

    pub(super) fn send(&self, path: Path, bytes: Bytes) {
        let known = path.stream.or_else(|| lock(&self.shared.ours).get(&path.remote).copied());
        if let Some(id) = known {
            let sender = lock(&self.shared.streams).get(&id).cloned();
            match sender.map(|sender| sender.try_send(bytes)) {
                Some(Ok(())) => {}
                Some(Err(_)) => {
                    self.shared.forget(id);
                    self.shared.failed(path);
                }
                None => self.shared.failed(path),
            }
            return;
        }
        let shared = Arc::clone(&self.shared);
        let (id, receiver) = shared.add();
        lock(&shared.ours).insert(path.remote, id);
        if let Some(sender) = lock(&shared.streams).get(&id) {
            // A fresh queue has room for one.
            let _ = sender.try_send(bytes);
        }
        self.runtime.spawn(async move {
            match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(path.remote)).await {
                Ok(Ok(stream)) => shared.run(id, stream, path.remote, receiver, Patience::ours()).await,
                Ok(Err(_)) | Err(_) => {
                    shared.forget(id);
                    shared.failed(path);
                }
            }
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn add(&self) -> (StreamId, mpsc::Receiver<Bytes>) {
        let id = StreamId(self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        lock(&self.streams).insert(id, sender);
        (id, receiver)
    }

    fn forget(&self, id: StreamId) {
        lock(&self.streams).remove(&id);
        lock(&self.ours).retain(|_, known| *known != id);
    }

    fn failed(&self, path: Path) {
        self.door.inbox.urgent(Event::PathFailed { path });
    }

    fn accepted(self: &Arc<Self>, stream: TcpStream, remote: SocketAddr) {
        let most = if self.door.knows(remote.ip()) { KNOWN_STREAMS_MAX } else { STRANGER_STREAMS_MAX };
        let full = lock(&self.streams).len() >= STREAMS_MAX;
        let Some(place) = self.places.take(remote.ip(), most).filter(|_| !full) else {
            self.door.counters.streams_closed.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let (id, receiver) = shared.add();
            shared.run(id, stream, remote, receiver, Patience::theirs(Instant::now())).await;
            drop(place);
        });
    }

    async fn run(
        self: Arc<Self>,
        id: StreamId,
        stream: TcpStream,
        remote: SocketAddr,
        receiver: mpsc::Receiver<Bytes>,
        patience: Patience,
    ) {
        let _ = stream.set_nodelay(true);
        let local = stream.local_addr().unwrap_or(self.local);
        // The address the peer came to, with the port we listen on: what Via and Contact must say.
        let local = SocketAddr::new(local.ip(), self.local.port());
        let path = Path { transport: Transport::Tcp, local, remote, stream: Some(id) };
        let (reader, writer) = stream.into_split();
        let pong = lock(&self.streams).get(&id).cloned();
        let writing = tokio::spawn(write(writer, receiver));
        self.read(reader, path, pong, patience).await;
        self.forget(id);
        self.failed(path);
        writing.abort();
    }

    async fn read(&self, mut reader: OwnedReadHalf, path: Path, pong: Option<mpsc::Sender<Bytes>>, mut patience: Patience) {
        let mut framer = Framer::new();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let length = match tokio::time::timeout_at(patience.until(Instant::now()), reader.read(&mut buffer)).await {
                Ok(Ok(length)) if length > 0 => length,
                Ok(_) | Err(_) => return,
            };
            framer.push(&buffer[..length]);
            patience.came(&buffer[..length]);
            loop {
                match framer.next_frame() {
                    Ok(Some(Frame::Message(bytes))) => {
                        patience.complete(&bytes);
                        match self.door.admit(path.remote.ip()) {
                            Verdict::Admit => {}
                            Verdict::Limit => continue,
                            Verdict::Blocked => return,
                        }
                        self.door.hand_on(path, bytes);
                    }
                    Ok(Some(Frame::Ping)) => {
                        if let Some(pong) = &pong {
                            let _ = pong.try_send(Bytes::from_static(b"\r\n"));
                        }
                    }
                    Ok(None) => break,
                    Err(_) => {
                        self.door.counters.streams_closed.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                }
            }
            patience.drained(Instant::now());
        }
    }
}

/// How long the reader of a connection waits: not per read, or a byte now and then would keep it open for ever.
#[derive(Debug, Default)]
struct Patience {
    /// Until when the first message must be complete; `None` when it was, or when we opened the connection.
    first: Option<Instant>,
    /// Until when the message begun must be complete.
    frame: Option<Instant>,
    /// Bytes of messages not yet complete. Line breaks are not counted: between messages they are keep-alives.
    held: usize,
}

impl Patience {
    fn ours() -> Patience {
        Patience::default()
    }

    fn theirs(now: Instant) -> Patience {
        Patience { first: Some(now + FIRST_TIMEOUT), ..Patience::default() }
    }

    fn came(&mut self, bytes: &[u8]) {
        self.held += weight(bytes);
    }

    fn complete(&mut self, message: &[u8]) {
        self.held = self.held.saturating_sub(weight(message));
        self.first = None;
        self.frame = None;
    }

    /// All complete messages are taken: what is left is the beginning of one.
    fn drained(&mut self, now: Instant) {
        if self.held > 0 {
            self.frame.get_or_insert(now + FRAME_TIMEOUT);
        }
    }

    /// Until when to wait for the next bytes.
    fn until(&self, now: Instant) -> Instant {
        [self.first, self.frame].into_iter().flatten().fold(now + IDLE, Instant::min)
    }
}

fn weight(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).count()
}

async fn write(mut writer: OwnedWriteHalf, mut receiver: mpsc::Receiver<Bytes>) {
    while let Some(bytes) = receiver.recv().await {
        if writer.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n";

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn a_connection_that_brings_no_message_is_closed_after_the_first_timeout() {
        let start = Instant::now();
        let mut patience = Patience::theirs(start);
        patience.came(b"\r\n\r\n");
        patience.drained(start + seconds(20));
        assert_eq!(patience.until(start + seconds(20)), start + FIRST_TIMEOUT);
        patience.came(MESSAGE);
        patience.complete(MESSAGE);
        patience.drained(start + seconds(21));
        assert_eq!(patience.until(start + seconds(21)), start + seconds(21) + IDLE);
    }

    #[test]
    fn a_connection_of_ours_may_be_silent() {
        let start = Instant::now();
        assert_eq!(Patience::ours().until(start), start + IDLE);
    }

    #[test]
    fn more_bytes_of_a_message_do_not_put_its_end_off() {
        let start = Instant::now();
        let mut patience = Patience::ours();
        for (second, byte) in MESSAGE.chunks(1).take(8).enumerate() {
            let now = start + seconds(second as u64);
            patience.came(byte);
            patience.drained(now);
            assert_eq!(patience.until(now), start + FRAME_TIMEOUT);
        }
    }

    #[test]
    fn a_message_begun_behind_a_complete_one_has_its_own_time() {
        let start = Instant::now();
        let mut patience = Patience::ours();
        patience.came(b"OPT");
        patience.drained(start);
        patience.came(&MESSAGE[3..]);
        patience.came(b"\r\nINV");
        patience.complete(MESSAGE);
        patience.drained(start + seconds(4));
        assert_eq!(patience.until(start + seconds(4)), start + seconds(4) + FRAME_TIMEOUT);
    }

    async fn open() -> (super::super::Net, crate::switch::run::Inboxes) {
        let (inbox, inboxes) = crate::switch::run::inboxes();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        (super::super::Net::open(listen, inbox, crate::clock::Clock::start(), Arc::default()).await.unwrap(), inboxes)
    }

    /// Opens one connection and says whether it stays open: a ping is answered.
    async fn stays(at: SocketAddr) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(at).await.unwrap();
        let _ = stream.write_all(b"\r\n\r\n").await;
        let mut pong = [0; 2];
        stream.read_exact(&mut pong).await.ok().map(|_| stream)
    }

    #[tokio::test]
    async fn a_stranger_gets_few_connections_and_a_phone_that_logged_in_more() {
        let (net, _inboxes) = open().await;
        let mut held = Vec::new();
        for _ in 0..STRANGER_STREAMS_MAX {
            held.push(stays(net.local()).await.unwrap());
        }
        assert!(stays(net.local()).await.is_none());
        net.logged_in(net.local().ip(), true);
        assert!(stays(net.local()).await.is_some());
    }
}
