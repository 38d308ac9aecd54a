//! SIP on a stream of bytes, TCP or TLS: cuts messages out, hands them on, writes what waits. It opens no connection.

use super::Door;
use super::patience::Patience;
use bytes::Bytes;
use cti_sip::api::Path;
use cti_sip::{Frame, Framer, Verdict};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Carries messages both ways until the connection ends or must be ended. `ping`: how often something is sent on it though there is nothing
/// to say (RFC 5626 3.5.1).
pub(super) async fn carry<R, W>(
    door: &Door,
    reader: R,
    writer: W,
    path: Path,
    waiting: mpsc::Receiver<Bytes>,
    pong: mpsc::Sender<Bytes>,
    patience: Patience,
    ping: Option<Duration>,
) where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    tokio::select! {
        () = read(door, reader, path, pong, patience) => {}
        () = write(writer, waiting, ping) => {}
    }
}

async fn read(door: &Door, mut reader: impl AsyncRead + Unpin, path: Path, pong: mpsc::Sender<Bytes>, mut patience: Patience) {
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
                    match door.admit_message(path.remote.ip(), &bytes) {
                        Verdict::Admit => {}
                        Verdict::Limit => continue,
                        Verdict::Blocked => return,
                    }
                    door.hand_on(path, bytes);
                }
                Ok(Some(Frame::Ping)) => {
                    // A full queue is a peer that does not read: it needs no sign of life.
                    let _ = pong.try_send(Bytes::from_static(b"\r\n"));
                }
                Ok(None) => break,
                Err(_) => {
                    door.counters.streams_closed.fetch_add(1, Ordering::Relaxed);
                    return;
                }
            }
        }
        patience.drained(Instant::now());
    }
}

async fn write(mut writer: impl AsyncWrite + Unpin, mut waiting: mpsc::Receiver<Bytes>, ping: Option<Duration>) {
    loop {
        let next = match ping {
            None => waiting.recv().await,
            Some(every) => match tokio::time::timeout(every, waiting.recv()).await {
                Ok(next) => next,
                Err(_) => Some(Bytes::from_static(b"\r\n\r\n")),
            },
        };
        let Some(bytes) = next else { return };
        // TLS holds back what is not flushed.
        if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
            return;
        }
    }
}
