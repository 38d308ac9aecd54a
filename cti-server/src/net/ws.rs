//! SIP over WebSocket (RFC 7118): one message a frame, over a plain or a TLS stream. It knows no browser and serves no pages.

use super::Door;
use super::patience::Times;
use bytes::Bytes;
use cti_sip::api::Path;
use cti_sip::{BODY_BYTES_MAX, HEAD_BYTES_MAX, Verdict};
use futures_util::{SinkExt, StreamExt};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};

/// Longest message; a longer one ends the connection.
const MESSAGE_BYTES_MAX: usize = HEAD_BYTES_MAX + BODY_BYTES_MAX;
/// How often a silent phone is asked for a sign of life: browsers answer by themselves and send none of their own.
const PING_EVERY: Duration = Duration::from_secs(60);
/// The subprotocol both sides must name (RFC 7118 4).
const PROTOCOL: &str = "sip";

/// A stream that notes when bytes came: the library below tells only of whole messages.
pub(super) struct Watched<S> {
    stream: S,
    came: Arc<AtomicBool>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.came.store(true, Ordering::Relaxed);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A WebSocket whose opening handshake is done.
pub(super) struct Opened<S> {
    socket: WebSocketStream<Watched<S>>,
    came: Arc<AtomicBool>,
}

/// The opening handshake; `None` when it is none, or not for SIP. The caller limits its time.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> Option<Opened<S>> {
    let came = Arc::new(AtomicBool::new(false));
    let watched = Watched { stream, came: Arc::clone(&came) };
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_BYTES_MAX)).max_frame_size(Some(MESSAGE_BYTES_MAX));
    let socket = tokio_tungstenite::accept_hdr_async_with_config(watched, subprotocol, Some(config)).await.ok()?;
    Some(Opened { socket, came })
}

/// RFC 7118 4: the client offers `sip` among others, the server chooses it, or there is no connection.
#[allow(clippy::result_large_err, reason = "the library's own type")]
fn subprotocol(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    if offered.flat_map(|value| value.split(',')).any(|name| name.trim() == PROTOCOL) {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
        return Ok(response);
    }
    let mut refusal = ErrorResponse::new(Some("the subprotocol sip is spoken here\n".to_owned()));
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    Err(refusal)
}

/// When the far side must have said something.
struct Clockwork {
    /// Until when the first message must have come; `None` when it has.
    first: Option<Instant>,
    /// Since when a message is incomplete, as far as is known.
    begun: Option<Instant>,
    /// The last sign of life.
    last: Instant,
    pinged: Instant,
    times: Times,
}

impl Clockwork {
    fn overdue(&self, now: Instant) -> bool {
        let late = |since: Option<Instant>| since.is_some_and(|since| now >= since + self.times.frame);
        self.first.is_some_and(|first| now >= first) || late(self.begun) || now >= self.last + self.times.idle
    }

    /// When to look again: often, as a message may begin while we wait.
    fn look(&self, now: Instant) -> Instant {
        let ends = [self.first, self.begun.map(|begun| begun + self.times.frame)];
        ends.into_iter().flatten().fold(now + self.times.frame, Instant::min)
    }
}

/// Carries messages both ways until the connection ends or must be ended.
pub(super) async fn carry<S: AsyncRead + AsyncWrite + Unpin>(
    door: &Door,
    opened: Opened<S>,
    path: Path,
    mut waiting: mpsc::Receiver<Bytes>,
) {
    let Opened { mut socket, came } = opened;
    let now = Instant::now();
    came.store(false, Ordering::Relaxed);
    let mut clockwork = Clockwork { first: Some(now + door.times.first), begun: None, last: now, pinged: now, times: door.times };
    loop {
        tokio::select! {
            out = waiting.recv() => {
                let Some(bytes) = out else { return };
                if socket.send(message(bytes)).await.is_err() {
                    return;
                }
            },
            frame = socket.next() => {
                let Some(Ok(frame)) = frame else { return };
                came.store(false, Ordering::Relaxed);
                clockwork.begun = None;
                clockwork.last = Instant::now();
                let bytes = match frame {
                    Message::Text(text) => Bytes::from(text),
                    Message::Binary(bytes) => bytes,
                    Message::Close(_) => return,
                    // A ping is answered by the library.
                    Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
                };
                if !arrived(door, path, bytes, &mut socket, &mut clockwork).await {
                    return;
                }
            },
            () = tokio::time::sleep_until(clockwork.look(Instant::now())) => {
                let now = Instant::now();
                if came.swap(false, Ordering::Relaxed) {
                    clockwork.begun.get_or_insert(now);
                }
                if clockwork.overdue(now) {
                    door.counters.streams_closed.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                if now >= clockwork.pinged + PING_EVERY {
                    clockwork.pinged = now;
                    if socket.send(Message::Ping(Bytes::new())).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// One message or keep-alive; false when the connection must end.
async fn arrived<S: AsyncRead + AsyncWrite + Unpin>(
    door: &Door,
    path: Path,
    bytes: Bytes,
    socket: &mut WebSocketStream<Watched<S>>,
    clockwork: &mut Clockwork,
) -> bool {
    if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
        // RFC 7118 6: the keep-alive of RFC 5626 3.5.1 may be used here, too.
        return bytes.len() < 4 || socket.send(message(Bytes::from_static(b"\r\n"))).await.is_ok();
    }
    clockwork.first = None;
    match door.admit_message(path.remote.ip(), &bytes) {
        Verdict::Admit => {
            door.hand_on(path, bytes);
            true
        }
        Verdict::Limit => true,
        Verdict::Blocked => false,
    }
}

/// Text when it is text (RFC 7118 4.2): browsers can show it.
fn message(bytes: Bytes) -> Message {
    match std::str::from_utf8(&bytes) {
        Ok(text) => Message::text(text),
        Err(_) => Message::Binary(bytes),
    }
}
