//! Brings every change of the configuration into force, and tells who made it when calls follow it. Decides nothing.

use crate::asks::Asks;
use crate::directory;
use crate::net::Net;
use crate::switch::clips::Library;
use crate::switch::run::Inbox;
use crate::switch::{Event, Question};
use crm_core::{Change, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;

/// Several changes to the configuration within this time are loaded as one.
const GATHER: Duration = Duration::from_millis(3);
/// After this a change is answered although calls do not follow it yet.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// A database that cannot be read, and a switch that does not answer, are tried again after this.
const RETRY: Duration = Duration::from_secs(1);

/// How far the switch follows the store, as a number of [`Store::config_changes`].
#[derive(Clone)]
pub struct InForce(watch::Receiver<u64>);

impl InForce {
    /// Waits until calls follow the first so many changes, [`WAIT_MAX`] at most. False: they do not yet.
    pub async fn reached(&self, changes: u64) -> bool {
        let mut at = self.0.clone();
        let reached = at.wait_for(|at| *at >= changes);
        tokio::time::timeout(WAIT_MAX, reached).await.is_ok_and(|reached| reached.is_ok())
    }
}

/// Who hears of changes and loads the configuration anew.
pub struct Follower {
    pub store: Store,
    pub clips: Library,
    /// Subscribed before the switch was given its first directory.
    pub changes: broadcast::Receiver<Change>,
    pub inbox: Inbox,
    pub asks: Asks,
    pub net: Arc<Net>,
    pub reached: watch::Sender<u64>,
}

/// The two ends of it: the changes up to `loaded` are in force.
pub fn in_force(loaded: u64) -> (watch::Sender<u64>, InForce) {
    let (reached, at) = watch::channel(loaded);
    (reached, InForce(at))
}

impl Follower {
    /// Runs until the store is closed.
    pub async fn run(mut self) {
        loop {
            match self.changes.recv().await {
                Ok(change) if !change.kind.is_config() => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(GATHER).await;
            self.changes = self.changes.resubscribe();
            // Counted before it is read: what comes in between is read twice rather than never.
            let changes = self.store.config_changes();
            self.load().await;
            self.reached.send_replace(changes);
        }
    }

    /// The configuration as it is now, until the switch has it.
    async fn load(&self) {
        let snapshot = loop {
            match self.store.config_snapshot().await {
                Ok(snapshot) => break snapshot,
                Err(error) => {
                    tracing::warn!(%error, "the changed configuration cannot be read; trying again");
                    tokio::time::sleep(RETRY).await;
                }
            }
        };
        let (directory, faults) = directory::build(&snapshot, &self.clips);
        say_faults(&faults);
        self.net.set_known(directory.known_sources());
        self.inbox.desk(Event::Directory(Box::new(directory))).await;
        // The same inbox keeps its order: who answers this has the directory.
        let ask = async |ask| self.inbox.desk(Event::Asked { ask, question: Box::new(Question::InForce) }).await;
        while let Err(error) = self.asks.ask(&ask).await {
            tracing::warn!(error = error.message, "the switch has not taken the changed configuration yet");
            tokio::time::sleep(RETRY).await;
        }
    }
}

/// Says what calls cannot use.
pub fn say_faults(faults: &[directory::Fault]) {
    for fault in faults {
        tracing::error!(about = fault.about, "calls cannot use this part of the configuration: {}", fault.message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_waits_until_it_is_in_force_and_not_for_ever() {
        let (reached, at) = in_force(3);
        assert!(at.reached(3).await, "in force from the beginning");
        let waiting = tokio::spawn({
            let at = at.clone();
            async move { at.reached(4).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        reached.send_replace(5);
        assert!(waiting.await.expect("it does not panic"), "a later change brings the earlier one with it");
        assert!(!at.reached(6).await);
    }
}
