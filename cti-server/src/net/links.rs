//! Connections to trunks over TLS: opened before a call needs them, kept alive, and opened again when they end, later each time.
//! What is said on them is for `framed`; which there are to be is the switch's.

use super::framed;
use super::patience::Patience;
use super::streams::{CONNECT_TIMEOUT, Ends, Shared, connect, lock};
use crate::switch::Link;
use cti_sip::api::{Path, StreamId};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// Most connections kept open; to further peers there is none, and calls to them fail at once.
pub(super) const LINKS_MAX: usize = 1_000;
/// First wait before a lost connection is opened again; each failure doubles it.
const WAIT_MIN: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(60);
/// A connection that lasted so long was a good one: the next is opened soon.
const SETTLED: Duration = Duration::from_secs(10);
/// How often something is sent on a silent connection, so that NAT and firewalls keep it: RFC 5626 4.4.1 wants 95 to 120 s at most.
pub(super) const PING_EVERY: Duration = Duration::from_secs(60);

/// A connection's place among the open ones; given back in whatever way it ends, also when its task is stopped.
struct Place {
    shared: Arc<Shared>,
    id: StreamId,
    path: Path,
}

impl Place {
    /// From here on, what is sent to the peer waits; it comes back as failed when there will be no connection.
    fn take(shared: &Arc<Shared>, link: &Link) -> (Place, Ends) {
        let (id, ends) = shared.add();
        let path = Path { stream: Some(id), ..link.path };
        lock(&shared.ours).insert((path.local.ip(), path.remote), id);
        (Place { shared: Arc::clone(shared), id, path }, ends)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.forget(self.id);
        self.shared.failed(self.path);
    }
}

/// Keeps one connection open until the task is stopped. Its place is taken before the task runs, so that what is sent right away waits.
pub(super) fn keep(shared: &Arc<Shared>, link: Link, connector: TlsConnector) -> impl Future<Output = ()> + use<> {
    let shared = Arc::clone(shared);
    let mut place = Some(Place::take(&shared, &link));
    async move {
        let peer = link.path.remote;
        let mut wait = WAIT_MIN;
        loop {
            let began = Instant::now();
            let place = place.take().unwrap_or_else(|| Place::take(&shared, &link));
            match open(&shared, place, &link.name, &connector).await {
                Ok(()) => tracing::info!(%peer, "a connection to a trunk has ended; it is opened again"),
                Err(error) => tracing::warn!(%peer, %error, wait_s = wait.as_secs(), "no connection to a trunk over TLS"),
            }
            if began.elapsed() >= SETTLED {
                wait = WAIT_MIN;
            }
            tokio::time::sleep(wait).await;
            wait = wait.saturating_mul(2).min(WAIT_MAX);
        }
    }
}

/// Opens it and carries it to its end.
async fn open(shared: &Arc<Shared>, (place, ends): (Place, Ends), name: &str, connector: &TlsConnector) -> io::Result<()> {
    let path = place.path;
    let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    let handshake = async {
        let stream = connect(path).await?;
        let _ = stream.set_nodelay(true);
        connector.connect(name, stream).await
    };
    let stream = tokio::time::timeout(CONNECT_TIMEOUT, handshake).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    tracing::info!(peer = %path.remote, "connected to a trunk over TLS");
    let (reader, writer) = tokio::io::split(stream);
    let patience = Patience::ours(shared.door.times);
    tokio::select! {
        () = framed::carry(&shared.door, reader, writer, path, ends.waiting, ends.pong, patience, Some(PING_EVERY)) => {}
        () = ends.shut.notified() => shared.refused(),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
