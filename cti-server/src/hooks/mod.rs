//! Telling webhooks: takes what waits from the store, posts it, notes how it went; and the rounds that say what is due. Decides nothing: who
//! is told what is the outbox's matter, when something is tried again that of the store's rules.

mod guard;
mod post;

use crate::clock::Clock;
use crate::config::WebhooksConfig;
use crate::net::tls::client_tls;
use crm_core::model::WebhookId;
use crm_core::webhooks::{DueDelivery, FORGET_MAX, Sent, Target, signature};
use crm_core::{Store, StoreError};
use cti_types::Utc;
use post::{Post, post};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::{JoinError, JoinSet};
use tokio_rustls::TlsConnector;

/// Deliveries under way at once, of all webhooks; the rest waits in the database.
const UNDER_WAY_MAX: usize = 16;
/// Deliveries of one webhook at once, so that one with much to hear does not keep the others waiting.
const OF_ONE_MAX: usize = 4;
/// The least time between two looks at what waits, and the longest.
const ROUND_MIN: Duration = Duration::from_millis(100);
const ROUND_MAX: Duration = Duration::from_secs(2);
/// How often what is due is said, and callbacks are made due.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How often other servers' changes to webhooks are looked for, and old notifications forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(30);
/// Steps of forgetting events in one sweep: 5,000 events a second, more than can be written.
const FORGET_STEPS: usize = 50;
const FORGET_PAUSE: Duration = Duration::from_millis(10);

/// Deliveries being sent.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<()>,
    webhooks: HashMap<tokio::task::Id, WebhookId>,
}

impl UnderWay {
    fn of(&self, webhook: WebhookId) -> usize {
        self.webhooks.values().filter(|id| **id == webhook).count()
    }

    fn ended(&mut self, ended: Result<(tokio::task::Id, ()), JoinError>) {
        let task = ended.map_or_else(|error| error.id(), |(task, ())| task);
        self.webhooks.remove(&task);
    }
}

/// See the module.
#[derive(Clone)]
pub struct Hooks {
    store: Store,
    clock: Clock,
    tls: TlsConnector,
    config: Arc<WebhooksConfig>,
}

impl Hooks {
    /// # Errors
    /// When the file of roots cannot be read.
    pub fn new(store: Store, clock: Clock, config: WebhooksConfig) -> anyhow::Result<Hooks> {
        let tls = client_tls(config.roots.as_deref())?;
        Ok(Hooks { store, clock, tls, config: Arc::new(config) })
    }

    /// Sends until it is stopped. What is under way then is sent again by the next run.
    pub async fn run(self) {
        let mut changes = self.store.changes();
        let mut under_way = UnderWay::default();
        loop {
            let started = match self.start(&mut under_way).await {
                Ok(started) => started,
                Err(error) => {
                    tracing::debug!(%error, "webhooks wait for the database");
                    0
                }
            };
            if started == 0 {
                tokio::time::sleep(ROUND_MIN).await;
            }
            // Until one is over, something is written, or a wait may be over.
            tokio::select! {
                Some(ended) = under_way.tasks.join_next_with_id(), if !under_way.tasks.is_empty() => under_way.ended(ended),
                change = changes.recv() => match change {
                    Ok(_) | Err(RecvError::Lagged(_)) => changes = changes.resubscribe(),
                    Err(RecvError::Closed) => tokio::time::sleep(ROUND_MAX).await,
                },
                () = tokio::time::sleep(ROUND_MAX) => {}
            }
        }
    }

    /// Begins to send what may go now, within the bounds, and says how many deliveries that are.
    async fn start(&self, under_way: &mut UnderWay) -> Result<usize, StoreError> {
        let mut started = 0;
        for target in self.store.webhook_targets().await? {
            let room = OF_ONE_MAX.saturating_sub(under_way.of(target.id)).min(UNDER_WAY_MAX.saturating_sub(under_way.tasks.len()));
            if room == 0 {
                continue;
            }
            for delivery in self.store.claim_deliveries(target.id, self.clock.utc(), room).await? {
                let (hooks, target) = (self.clone(), target.clone());
                let webhook = target.id;
                let task = under_way.tasks.spawn(async move { hooks.deliver(&target, &delivery).await });
                under_way.webhooks.insert(task.id(), webhook);
                started += 1;
            }
        }
        Ok(started)
    }

    /// Sends all that may go now and waits until that is done; says how many deliveries it was.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn round(&self) -> Result<usize, StoreError> {
        let mut under_way = UnderWay::default();
        let started = self.start(&mut under_way).await?;
        while under_way.tasks.join_next().await.is_some() {}
        Ok(started)
    }

    async fn deliver(&self, target: &Target, delivery: &DueDelivery) {
        let (began, at) = (self.clock.tick(), self.clock.utc());
        let headers = [
            ("cordboard-signature", signature(target.secret.reveal(), at, &delivery.body)),
            ("cordboard-event", delivery.event_id.clone()),
            ("cordboard-kind", delivery.kind.clone()),
            ("cordboard-delivery", delivery.id.to_string()),
        ];
        let what = Post { url: &target.url, body: delivery.body.clone(), headers };
        let answer = post(&self.tls, &self.config.private_allowed, what).await;
        let duration_ms = self.clock.tick().since(began).as_millis() as i64;
        let sent = Sent { at: self.clock.utc(), status: answer.ok(), error: answer.err().map(post::Failure::word), duration_ms };
        if !sent.was_taken() {
            let (status, error) = (sent.status, sent.error);
            tracing::info!(webhook = %target.id, delivery = delivery.id, status, error, "a webhook did not take what it was sent");
        }
        if let Err(error) = self.store.note_delivery(target.id, delivery, &sent).await {
            tracing::warn!(webhook = %target.id, delivery = delivery.id, %error, "how a delivery went could not be noted; it is sent again");
        }
    }

    /// Forgets old events, some at a time: whoever else writes comes between.
    async fn forget(&self, now: Utc) -> Result<(), StoreError> {
        for _ in 0..FORGET_STEPS {
            if self.store.forget_events(now).await? < FORGET_MAX {
                break;
            }
            tokio::time::sleep(FORGET_PAUSE).await;
        }
        Ok(())
    }

    /// Says what is due, makes callbacks due and forgets what is old, until it is stopped.
    pub async fn sweep(self) {
        let mut since_forgetting = FORGET_EVERY;
        loop {
            let now = self.clock.utc();
            let swept = async {
                self.store.sweep_callbacks(now).await?;
                self.store.sweep_reminders(now).await?;
                Ok::<(), StoreError>(())
            };
            if let Err(error) = swept.await {
                tracing::debug!(%error, "what is due waits for the database");
            }
            if since_forgetting >= FORGET_EVERY {
                since_forgetting = Duration::ZERO;
                self.store.forget_interests();
                if let Err(error) = self.store.forget_notifications(now).await {
                    tracing::debug!(%error, "old notifications wait for the database");
                }
            }
            if let Err(error) = self.forget(now).await {
                tracing::debug!(%error, "old events wait for the database");
            }
            tokio::time::sleep(SWEEP_EVERY).await;
            since_forgetting += SWEEP_EVERY;
        }
    }
}
