//! Connections: those that others open over TCP, TLS or WebSocket, and those that we open over TCP. Each has a bounded way out. What is
//! said on them is for `framed` and `ws`; those that we open over TLS are kept by `links`.

use super::patience::Patience;
use super::{Door, framed, links, ws};
use crate::places::Places;
use crate::switch::{Event, Link};
use bytes::Bytes;
use cti_sip::Verdict;
use cti_sip::api::{Path, StreamId, Transport};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Most connections; one more is closed at once.
const STREAMS_MAX: usize = 10_000;
/// Most connections from one source that is neither a trunk's nor that of a registered phone; one more is closed at once.
pub(super) const STRANGER_STREAMS_MAX: usize = 32;
/// Most connections from one known source: many phones may stand behind one address.
const KNOWN_STREAMS_MAX: usize = 2_000;
/// Most messages waiting to be written on one connection; one more closes it: the far side does not read.
const WAITING_MAX: usize = 256;
/// Longest time a connection of ours may take to be opened, its handshake included.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Most handshakes at once; one more connection is closed: each costs a signature.
const HANDSHAKES_MAX: usize = 512;

/// The way out of one connection.
struct Way {
    out: mpsc::Sender<Bytes>,
    /// Told when the connection must end.
    shut: Arc<Notify>,
}

pub(super) struct Shared {
    pub(super) door: Arc<Door>,
    streams: Mutex<HashMap<StreamId, Way>>,
    /// Connections of ours by our address and the peer's, so that a second message to a peer uses the first one's.
    pub(super) ours: Mutex<HashMap<(IpAddr, SocketAddr), StreamId>>,
    next: AtomicU64,
    /// Connections that others opened, by source.
    places: Arc<Places>,
    handshakes: Semaphore,
}

/// How a listener's connections are spoken to.
#[derive(Clone)]
struct Kind {
    transport: Transport,
    /// The listener's port: what Via and Contact must say.
    port: u16,
    tls: Option<TlsAcceptor>,
}

/// The ends of a new connection's queue: messages to write, where answers to keep-alives are put, and the word to end.
pub(super) struct Ends {
    pub(super) waiting: mpsc::Receiver<Bytes>,
    pub(super) pong: mpsc::Sender<Bytes>,
    pub(super) shut: Arc<Notify>,
}

pub(super) struct Streams {
    shared: Arc<Shared>,
    runtime: Handle,
    /// The tasks that keep connections open.
    links: Mutex<Vec<(Link, AbortHandle)>>,
}

impl Streams {
    /// No connection yet. Must be called within the runtime that is to carry them.
    pub(super) fn new(door: Arc<Door>) -> Streams {
        let shared = Shared {
            door,
            streams: Mutex::default(),
            ours: Mutex::default(),
            next: AtomicU64::new(1),
            places: Places::new(STREAMS_MAX),
            handshakes: Semaphore::new(HANDSHAKES_MAX),
        };
        Streams { shared: Arc::new(shared), runtime: Handle::current(), links: Mutex::default() }
    }

    /// Takes connections on `at`; `tls` for those transports that need it. Returns the address in use.
    pub(super) async fn listen(&self, transport: Transport, at: SocketAddr, tls: Option<TlsAcceptor>) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(at).await?;
        let local = listener.local_addr()?;
        let (accepting, kind) = (Arc::clone(&self.shared), Kind { transport, port: local.port(), tls });
        self.runtime.spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, remote)) => accepting.accepted(&kind, stream, remote),
                    // Out of descriptors: the present connections must end first.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        });
        Ok(local)
    }

    /// These connections over TLS are to be kept open, and no others.
    pub(super) fn keep(&self, wanted: Vec<Link>, connector: &TlsConnector) {
        let mut running = lock(&self.links);
        running.retain(|(link, task)| {
            let stays = wanted.contains(link);
            if !stays {
                task.abort();
            }
            stays
        });
        for link in wanted {
            let known = running.iter().any(|(running, _)| *running == link);
            if !known && running.len() < links::LINKS_MAX {
                let task = self.runtime.spawn(links::keep(&self.shared, link.clone(), connector.clone()));
                running.push((link, task.abort_handle()));
            }
        }
    }

    pub(super) fn send(&self, path: Path, bytes: Bytes) {
        let shared = &self.shared;
        let ours = (path.local.ip(), path.remote);
        let known = path.stream.or_else(|| lock(&shared.ours).get(&ours).copied());
        if let Some(id) = known {
            let out = lock(&shared.streams).get(&id).map(|way| way.out.clone());
            match out.map(|out| out.try_send(bytes)) {
                Some(Ok(())) => {}
                // The reader tells of the end when it has ended.
                Some(Err(_)) => shared.shut(id),
                None => shared.failed(path),
            }
            return;
        }
        if path.transport.is_theirs_to_open() || path.transport == Transport::Tls {
            return shared.failed(path);
        }
        let shared = Arc::clone(shared);
        let (id, ends) = shared.add();
        lock(&shared.ours).insert(ours, id);
        // A fresh queue has room for one.
        let _ = ends.pong.try_send(bytes);
        self.runtime.spawn(async move {
            if let Ok(Ok(stream)) = tokio::time::timeout(CONNECT_TIMEOUT, connect(path)).await {
                let path = Path { stream: Some(id), ..path };
                shared.carry(path, stream, Patience::ours(shared.door.times), ends).await;
            }
            shared.forget(id);
            shared.failed(path);
        });
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From the address the path names, so that the peer sees the interface it is told of.
pub(super) async fn connect(path: Path) -> io::Result<TcpStream> {
    let socket = if path.remote.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(SocketAddr::new(path.local.ip(), 0))?;
    socket.connect(path.remote).await
}

impl Shared {
    pub(super) fn add(&self) -> (StreamId, Ends) {
        let id = StreamId(self.next.fetch_add(1, Ordering::Relaxed));
        let (out, waiting) = mpsc::channel(WAITING_MAX);
        let (pong, shut) = (out.clone(), Arc::new(Notify::new()));
        lock(&self.streams).insert(id, Way { out, shut: Arc::clone(&shut) });
        (id, Ends { waiting, pong, shut })
    }

    pub(super) fn forget(&self, id: StreamId) {
        lock(&self.streams).remove(&id);
        lock(&self.ours).retain(|_, known| *known != id);
    }

    fn shut(&self, id: StreamId) {
        if let Some(way) = lock(&self.streams).get(&id) {
            way.shut.notify_one();
        }
    }

    pub(super) fn failed(&self, path: Path) {
        self.door.inbox.urgent(Event::PathFailed { path });
    }

    pub(super) fn refused(&self) {
        self.door.counters.streams_closed.fetch_add(1, Ordering::Relaxed);
    }

    fn accepted(self: &Arc<Self>, kind: &Kind, stream: TcpStream, remote: SocketAddr) {
        let most = if self.door.knows(remote.ip()) { KNOWN_STREAMS_MAX } else { STRANGER_STREAMS_MAX };
        let full = lock(&self.streams).len() >= STREAMS_MAX;
        let Some(place) = self.places.take(remote.ip(), most).filter(|_| !full) else { return self.refused() };
        // A handshake costs more than a message, so it is counted as one.
        let handshakes = kind.transport != Transport::Tcp;
        if handshakes && self.door.admit(remote.ip()) != Verdict::Admit {
            return self.refused();
        }
        let Ok(local) = stream.local_addr() else { return };
        let local = SocketAddr::new(local.ip(), kind.port);
        let path = Path { transport: kind.transport, local, remote, stream: None };
        let (shared, tls) = (Arc::clone(self), kind.tls.clone());
        tokio::spawn(async move {
            let carried = match (path.transport, tls) {
                (Transport::Udp | Transport::Tcp, _) => {
                    let (id, ends) = shared.add();
                    let path = Path { stream: Some(id), ..path };
                    shared.carry(path, stream, Patience::theirs(shared.door.times, Instant::now()), ends).await;
                    Some(path)
                }
                (Transport::Ws, _) => shared.web(path, stream).await,
                (Transport::Tls, Some(tls)) => shared.secured(path, stream, &tls).await,
                (Transport::Wss, Some(tls)) => Box::pin(shared.secured_web(path, stream, &tls)).await,
                // `Net::open` gives each of these its certificate.
                (Transport::Tls | Transport::Wss, None) => None,
            };
            if let Some((path, id)) = carried.and_then(|path| Some((path, path.stream?))) {
                shared.forget(id);
                shared.failed(path);
            }
            drop(place);
        });
    }

    /// A connection of plain TCP.
    async fn carry(&self, path: Path, stream: TcpStream, patience: Patience, ends: Ends) {
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        tokio::select! {
            () = framed::carry(&self.door, reader, writer, path, ends.waiting, ends.pong, patience, None) => {}
            () = ends.shut.notified() => self.refused(),
        }
    }

    /// Limits the time and the number of handshakes. `None`: it failed, and the connection is closed.
    async fn handshake<T>(&self, handshake: impl Future<Output = Option<T>>) -> Option<T> {
        let permit = self.handshakes.try_acquire().ok();
        let done = match &permit {
            Some(_) => tokio::time::timeout(self.door.times.handshake, handshake).await.ok().flatten(),
            None => None,
        };
        if done.is_none() {
            self.refused();
        }
        done
    }

    async fn secured(&self, path: Path, stream: TcpStream, tls: &TlsAcceptor) -> Option<Path> {
        let _ = stream.set_nodelay(true);
        let stream = self.handshake(async { tls.accept(stream).await.ok() }).await?;
        let (id, ends) = self.add();
        let path = Path { stream: Some(id), ..path };
        let (reader, writer) = tokio::io::split(stream);
        let patience = Patience::theirs(self.door.times, Instant::now());
        tokio::select! {
            () = framed::carry(&self.door, reader, writer, path, ends.waiting, ends.pong, patience, None) => {}
            () = ends.shut.notified() => self.refused(),
        }
        Some(path)
    }

    async fn web(&self, path: Path, stream: TcpStream) -> Option<Path> {
        let _ = stream.set_nodelay(true);
        let opened = self.handshake(ws::open(stream)).await?;
        Some(self.talk(path, opened).await)
    }

    async fn secured_web(&self, path: Path, stream: TcpStream, tls: &TlsAcceptor) -> Option<Path> {
        let _ = stream.set_nodelay(true);
        let opened = Box::pin(self.handshake(async { ws::open(tls.accept(stream).await.ok()?).await })).await?;
        Some(self.talk(path, opened).await)
    }

    async fn talk<S>(&self, path: Path, opened: ws::Opened<S>) -> Path
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let (id, ends) = self.add();
        let path = Path { stream: Some(id), ..path };
        tokio::select! {
            () = ws::carry(&self.door, opened, path, ends.waiting) => {}
            () = ends.shut.notified() => self.refused(),
        }
        path
    }
}
