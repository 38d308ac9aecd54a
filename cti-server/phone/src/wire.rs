//! Signalling sockets: one UDP socket, or TCP connections with framing by Content-Length. Knows no transactions.

use bytes::{Bytes, BytesMut};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;

/// Datagrams waiting to be handled; at the bound the kernel's buffer fills and then drops, as a busy phone's would.
const ARRIVALS_MAX: usize = 4096;
/// Messages waiting on one TCP connection; more are dropped.
const OUT_MAX: usize = 1024;
/// Longest message on a stream; a longer one ends the connection.
const MESSAGE_MAX: usize = 65_536;

/// One message as it came.
pub(crate) type Arrival = (Bytes, SocketAddr);

/// How a user agent's signalling travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
}

#[derive(Debug)]
pub(crate) enum Wire {
    Udp(Arc<UdpSocket>),
    Tcp { streams: Streams, arrivals: mpsc::Sender<Arrival> },
}

impl Wire {
    pub(crate) async fn bind(transport: Transport, addr: SocketAddr) -> io::Result<(Self, SocketAddr, mpsc::Receiver<Arrival>)> {
        let (arrivals, inbox) = mpsc::channel(ARRIVALS_MAX);
        match transport {
            Transport::Udp => {
                let socket = UdpSocket::bind(addr).await?;
                // A burst of calls must not be lost in our own kernel buffer; a smaller limit of the system is accepted.
                let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(8 << 20);
                let local = socket.local_addr()?;
                let socket = Arc::new(socket);
                tokio::spawn(read_datagrams(socket.clone(), arrivals));
                Ok((Self::Udp(socket), local, inbox))
            }
            Transport::Tcp => {
                let listener = TcpListener::bind(addr).await?;
                let local = listener.local_addr()?;
                let streams = Arc::new(Mutex::new(HashMap::new()));
                tokio::spawn(accept(listener, streams.clone(), arrivals.clone()));
                Ok((Self::Tcp { streams, arrivals }, local, inbox))
            }
        }
    }

    pub(crate) fn reliable(&self) -> bool {
        matches!(self, Self::Tcp { .. })
    }

    pub(crate) fn name(&self) -> &'static str {
        if self.reliable() { "TCP" } else { "UDP" }
    }

    /// Sends, or loses it as a network would; retransmission is the sender's business.
    pub(crate) fn send(&self, bytes: &Bytes, to: SocketAddr) {
        match self {
            Self::Udp(socket) => {
                if let Err(error) = socket.try_send_to(bytes, to) {
                    tracing::debug!(%error, "a message was not sent");
                }
            }
            Self::Tcp { streams, arrivals } => {
                let mut table = crate::lock(streams);
                let stream = table.entry(to).or_insert_with(|| {
                    let (out, queue) = mpsc::channel(OUT_MAX);
                    tokio::spawn(connect(to, queue, streams.clone(), arrivals.clone()));
                    out
                });
                if stream.try_send(bytes.clone()).is_err() {
                    table.remove(&to);
                }
            }
        }
    }
}

async fn read_datagrams(socket: Arc<UdpSocket>, arrivals: mpsc::Sender<Arrival>) {
    let mut buffer = vec![0u8; MESSAGE_MAX];
    loop {
        let received = tokio::select! {
            received = socket.recv_from(&mut buffer) => received,
            () = arrivals.closed() => return,
        };
        // An ICMP error of an earlier send comes back here; the next read goes on.
        let Ok((len, from)) = received else { continue };
        if len > 4
            && let Some(bytes) = buffer.get(..len)
            && arrivals.send((Bytes::copy_from_slice(bytes), from)).await.is_err()
        {
            return;
        }
    }
}

type Streams = Arc<Mutex<HashMap<SocketAddr, mpsc::Sender<Bytes>>>>;

async fn accept(listener: TcpListener, streams: Streams, arrivals: mpsc::Sender<Arrival>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = arrivals.closed() => return,
        };
        let Ok((stream, from)) = accepted else { continue };
        let (out, queue) = mpsc::channel(OUT_MAX);
        crate::lock(&streams).insert(from, out);
        tokio::spawn(carry(stream, from, queue, streams.clone(), arrivals.clone()));
    }
}

async fn connect(to: SocketAddr, queue: mpsc::Receiver<Bytes>, streams: Streams, arrivals: mpsc::Sender<Arrival>) {
    match TcpStream::connect(to).await {
        Ok(stream) => carry(stream, to, queue, streams, arrivals).await,
        Err(error) => {
            tracing::debug!(%error, "no connection");
            crate::lock(&streams).remove(&to);
        }
    }
}

async fn carry(stream: TcpStream, peer: SocketAddr, mut queue: mpsc::Receiver<Bytes>, streams: Streams, arrivals: mpsc::Sender<Arrival>) {
    let _ = stream.set_nodelay(true);
    let (mut read, mut write) = stream.into_split();
    let mut buffer = BytesMut::new();
    loop {
        tokio::select! {
            out = queue.recv() => match out {
                Some(bytes) => if write.write_all(&bytes).await.is_err() { break },
                None => break,
            },
            got = read.read_buf(&mut buffer) => {
                if !matches!(got, Ok(n) if n > 0) || buffer.len() > 2 * MESSAGE_MAX {
                    break;
                }
                while let Some(message) = frame(&mut buffer) {
                    if arrivals.send((message, peer)).await.is_err() {
                        return;
                    }
                }
            }
            () = arrivals.closed() => break,
        }
    }
    crate::lock(&streams).remove(&peer);
}

/// Takes one whole message off the front (RFC 3261 18.3), or nothing while it is not all there. Keep-alives are dropped.
pub(crate) fn frame(buffer: &mut BytesMut) -> Option<Bytes> {
    while buffer.starts_with(b"\r\n") {
        let _ = buffer.split_to(2);
    }
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(buffer.get(..head)?).unwrap_or_default();
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.trim();
        (name.eq_ignore_ascii_case("content-length") || name == "l").then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = head + length.unwrap_or(0).min(MESSAGE_MAX);
    (buffer.len() >= whole).then(|| buffer.split_to(whole).freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_at_content_length() {
        let mut buffer = BytesMut::from(&b"\r\n\r\nA\r\nContent-Length: 3\r\n\r\nxyzB\r\nl: 0\r\n\r\nC\r\n"[..]);
        assert_eq!(frame(&mut buffer).as_deref(), Some(&b"A\r\nContent-Length: 3\r\n\r\nxyz"[..]));
        assert_eq!(frame(&mut buffer).as_deref(), Some(&b"B\r\nl: 0\r\n\r\n"[..]));
        assert_eq!(frame(&mut buffer), None);
        assert_eq!(&buffer[..], b"C\r\n");
    }

    #[test]
    fn half_a_body_waits() {
        let mut buffer = BytesMut::from(&b"A\r\nContent-Length: 3\r\n\r\nxy"[..]);
        assert_eq!(frame(&mut buffer), None);
        buffer.extend_from_slice(b"z");
        assert!(frame(&mut buffer).is_some());
    }
}
