//! Looks up the addresses of trunks that are configured by name, with the machine's own resolver. In which order several are tried is
//! `cti_sip::locate`'s; how long they are believed is the switch's.

use crate::switch::Event;
use crate::switch::run::Inbox;
use cti_types::TrunkId;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// SIP's port where a name has none (RFC 3261 19.1.2).
const PORT: u16 = 5060;
/// The system's resolver tells no time to live; so long an answer is used.
const TTL: Duration = Duration::from_secs(60);
/// A look-up that takes longer counts as failed.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Most look-ups under way; a further one waits.
const AT_ONCE: usize = 16;

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Resolver {
    turns: Arc<Semaphore>,
}

impl Default for Resolver {
    fn default() -> Resolver {
        Resolver { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Resolver {
    /// Looks the name up; the answer comes as an event, empty when there is none.
    pub async fn resolve(self, inbox: Inbox, trunk: TrunkId, name: String) {
        let found = async {
            let _turn = self.turns.acquire().await.ok()?;
            tokio::time::timeout(TIME_MAX, look_up(&name)).await.ok()?
        };
        let addresses = found.await.unwrap_or_default();
        if addresses.is_empty() {
            tracing::warn!(%trunk, "the name of a trunk's peer cannot be looked up");
        }
        inbox.desk(Event::Resolved { trunk, name, addresses, ttl: TTL }).await;
    }
}

async fn look_up(name: &str) -> Option<Vec<SocketAddr>> {
    let has_port = name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let asked = if has_port { name.to_owned() } else { format!("{name}:{PORT}") };
    tokio::net::lookup_host(asked).await.ok().map(Iterator::collect)
}
