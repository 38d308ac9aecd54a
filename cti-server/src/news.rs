//! Tells screens which rows changed: on `customer/<id>` to whoever has the record before them, on `my-work` to those whose work it is, with
//! how much they have to do. Says no content: what changed is read by whoever may.

use crate::clock::Clock;
use crm_core::model::{Kind, User, WorkCounts};
use crm_core::{Change, Store, StoreError};
use cti_types::{CustomerId, Tick, UserId};
use softphone_protocol::{ChangeView, WorkCountsView, key};
use softphone_ws::{Gateway, TopicKey};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// How often those whose work changed are counted anew, and new followers looked for.
const COUNT_EVERY: Duration = Duration::from_millis(500);
/// People counted in one round; the rest in the next.
const COUNTED_MAX: usize = 50;
/// With nothing changed, counts are made anew so often: time alone makes work late.
const STALE_AFTER: Duration = Duration::from_secs(60);

/// Who follows what, and whose counts are old.
#[derive(Default)]
struct News {
    /// Numbers what is told.
    count: u64,
    people: BTreeSet<UserId>,
    /// The number of each of their topics.
    epochs: BTreeMap<UserId, u64>,
    customers: BTreeSet<CustomerId>,
    /// Whose counts are to be made anew.
    dirty: BTreeSet<UserId>,
    /// When, and into which topic.
    counted: BTreeMap<UserId, (Tick, u64)>,
}

/// Runs until it is stopped.
pub async fn run(store: Store, gateway: Gateway, clock: Clock) {
    let mut changes = store.changes();
    let mut news = News::default();
    let mut beat = tokio::time::interval(COUNT_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            change = changes.recv() => match change {
                Ok(change) => {
                    news.look(&gateway);
                    if let Err(error) = news.tell(&store, &gateway, &change).await {
                        tracing::debug!(%error, "whose work changed cannot be read; all is counted anew");
                        news.missed(&gateway);
                    }
                }
                Err(RecvError::Lagged(_)) => news.missed(&gateway),
                Err(RecvError::Closed) => return,
            },
            _ = beat.tick() => {
                news.look(&gateway);
                news.count_again(&store, &gateway, clock).await;
            }
        }
    }
}

impl News {
    /// Notes who follows what now; those who are new are counted.
    fn look(&mut self, gateway: &Gateway) {
        self.epochs.clear();
        self.customers.clear();
        for (followed, epoch) in gateway.followed_records() {
            match followed {
                TopicKey::MyWork(user) => drop(self.epochs.insert(user, epoch)),
                TopicKey::Customer(id) => drop(self.customers.insert(id)),
                TopicKey::Me(_) | TopicKey::Queue(_) | TopicKey::Team(_) | TopicKey::Floor => {}
            }
        }
        self.people = self.epochs.keys().copied().collect();
        let epochs = &self.epochs;
        self.counted.retain(|user, (_, epoch)| epochs.get(user) == Some(epoch));
        self.dirty.retain(|user| self.people.contains(user));
        self.dirty.extend(self.people.iter().filter(|user| !self.counted.contains_key(user)));
    }

    async fn tell(&mut self, store: &Store, gateway: &Gateway, change: &Change) -> Result<(), StoreError> {
        let is_work = matches!(change.kind, Kind::Task | Kind::Callback | Kind::Reminder | Kind::Notification);
        if change.many && change.customer.is_none() && change.owners.is_empty() {
            // Too many at once to be told one by one.
            self.missed(gateway);
            return Ok(());
        }
        if let Some(customer) = change.customer.filter(|id| self.customers.contains(id)) {
            self.publish(gateway, TopicKey::Customer(customer), change);
            if change.kind == Kind::Customer {
                // Also whom they are visible to and shared with.
                gateway.look_again(TopicKey::Customer(customer));
            }
        }
        if is_work && !self.people.is_empty() {
            for user in store.people_concerned(&self.people, &change.owners).await? {
                self.publish(gateway, TopicKey::MyWork(user), change);
                self.dirty.insert(user);
            }
        }
        Ok(())
    }

    fn publish(&mut self, gateway: &Gateway, topic: TopicKey, change: &Change) {
        self.count += 1;
        let view = ChangeView {
            kind: change.kind.word().to_owned(),
            id: change.id.clone(),
            version: change.version,
            by: change.by,
            count: self.count,
        };
        if let Ok(text) = serde_json::to_string(&view) {
            gateway.publish(topic, vec![(view.kind, Some(Arc::from(text)))]);
        }
    }

    /// Changes went by unseen: everything followed is to be read anew.
    fn missed(&mut self, gateway: &Gateway) {
        self.look(gateway);
        self.count += 1;
        let text: Arc<str> = Arc::from(self.count.to_string());
        let customers = self.customers.iter().copied().map(TopicKey::Customer);
        for topic in customers.chain(self.people.iter().copied().map(TopicKey::MyWork)) {
            gateway.look_again(topic);
            gateway.publish(topic, vec![(key::MISSED.to_owned(), Some(Arc::clone(&text)))]);
        }
        self.dirty.extend(self.people.iter().copied());
    }

    async fn count_again(&mut self, store: &Store, gateway: &Gateway, clock: Clock) {
        let now = clock.now();
        let stale = self.counted.iter().filter(|(_, (at, _))| now.tick.since(*at) >= STALE_AFTER).map(|(user, _)| *user);
        self.dirty.extend(stale);
        let next: Vec<UserId> = self.dirty.iter().copied().take(COUNTED_MAX).collect();
        for id in next {
            let counts = async {
                let user = store.get::<User>(id).await?;
                store.my_work_counts(&user, now.utc).await
            };
            match counts.await {
                Ok(counts) => {
                    self.dirty.remove(&id);
                    if let Some(epoch) = self.epochs.get(&id) {
                        self.counted.insert(id, (now.tick, *epoch));
                    }
                    if let Ok(text) = serde_json::to_string(&view(counts)) {
                        gateway.publish(TopicKey::MyWork(id), vec![(key::COUNTS.to_owned(), Some(Arc::from(text)))]);
                    }
                }
                Err(StoreError::NotFound { .. }) => drop(self.dirty.remove(&id)),
                // Tried again with the next beat.
                Err(error) => {
                    tracing::debug!(%error, "work cannot be counted");
                    return;
                }
            }
        }
    }
}

fn view(counts: WorkCounts) -> WorkCountsView {
    let WorkCounts { tasks, tasks_late, callbacks, callbacks_due, unread } = counts;
    WorkCountsView { tasks, tasks_late, callbacks, callbacks_due, unread }
}
