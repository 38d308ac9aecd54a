//! SIP over TCP: connections that others open and that we open, each with a bounded way out.

use super::Door;
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

/// Most connections; one more is closed at once.
const STREAMS_MAX: usize = 10_000;
/// Most messages waiting to be written on one connection; one more closes it: the far side does not read.
const WAITING_MAX: usize = 256;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection on which nothing came for this long is closed; phones keep theirs alive with CRLF (RFC 5626 3.5.1).
const IDLE: Duration = Duration::from_secs(900);
/// A begun message must be complete within this time.
const FRAME_TIMEOUT: Duration = Duration::from_secs(10);

struct Shared {
    door: Arc<Door>,
    local: SocketAddr,
    streams: Mutex<HashMap<StreamId, mpsc::Sender<Bytes>>>,
    /// Connections of ours, so that a second message to a peer uses the first one's.
    ours: Mutex<HashMap<SocketAddr, StreamId>>,
    next: AtomicU64,
}

pub(super) struct Tcp {
    shared: Arc<Shared>,
    runtime: Handle,
}

impl Tcp {
    pub(super) async fn open(listen: SocketAddr, door: Arc<Door>) -> io::Result<Tcp> {
        let listener = TcpListener::bind(listen).await?;
        let local = listener.local_addr()?;
        let shared = Arc::new(Shared { door, local, streams: Mutex::default(), ours: Mutex::default(), next: AtomicU64::new(1) });
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
                Ok(Ok(stream)) => shared.run(id, stream, path.remote, receiver).await,
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
        if lock(&self.streams).len() >= STREAMS_MAX {
            self.door.counters.streams_closed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let (id, receiver) = shared.add();
            shared.run(id, stream, remote, receiver).await;
        });
    }

    async fn run(self: Arc<Self>, id: StreamId, stream: TcpStream, remote: SocketAddr, receiver: mpsc::Receiver<Bytes>) {
        let _ = stream.set_nodelay(true);
        let local = stream.local_addr().unwrap_or(self.local);
        // The address the peer came to, with the port we listen on: what Via and Contact must say.
        let local = SocketAddr::new(local.ip(), self.local.port());
        let path = Path { transport: Transport::Tcp, local, remote, stream: Some(id) };
        let (reader, writer) = stream.into_split();
        let pong = lock(&self.streams).get(&id).cloned();
        let writing = tokio::spawn(write(writer, receiver));
        self.read(reader, path, pong).await;
        self.forget(id);
        self.failed(path);
        writing.abort();
    }

    async fn read(&self, mut reader: OwnedReadHalf, path: Path, pong: Option<mpsc::Sender<Bytes>>) {
        let mut framer = Framer::new();
        let mut buffer = vec![0; 16 * 1024];
        let mut begun = false;
        loop {
            let limit = if begun { FRAME_TIMEOUT } else { IDLE };
            let length = match tokio::time::timeout(limit, reader.read(&mut buffer)).await {
                Ok(Ok(length)) if length > 0 => length,
                Ok(_) | Err(_) => return,
            };
            framer.push(&buffer[..length]);
            begun = true;
            loop {
                match framer.next_frame() {
                    Ok(Some(Frame::Message(bytes))) => {
                        begun = false;
                        match self.door.admit(path.remote.ip()) {
                            Verdict::Admit => {}
                            Verdict::Limit => continue,
                            Verdict::Blocked => return,
                        }
                        self.door.hand_on(path, bytes);
                    }
                    Ok(Some(Frame::Ping)) => {
                        begun = false;
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
        }
    }
}

async fn write(mut writer: OwnedWriteHalf, mut receiver: mpsc::Receiver<Bytes>) {
    while let Some(bytes) = receiver.recv().await {
        if writer.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
