//! All topics and all open sockets, behind two short locks. No socket is touched here and nothing waits.
//!
//! Lock order: a socket's `follows`, then `topics`, then a socket's `doubts`. Nothing is awaited while a lock is held.

use crate::config::Config;
use crate::session::End;
use crate::topic::{Bounds, TopicKey, TopicState};
use axum::extract::ws::Utf8Bytes;
use cti_types::UserId;
use softphone_protocol::{At, ServerMessage, SessionNo};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// A panic elsewhere must not take the gateway down: the data behind these locks is whole between statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One open socket as the rest of the gateway sees it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) no: SessionNo,
    pub(crate) user: UserId,
    /// The session or token it came by.
    pub(crate) login: String,
    /// Something may be there to send.
    pub(crate) wake: Notify,
    replies: Mutex<VecDeque<Utf8Bytes>>,
    replies_max: usize,
    /// What the client follows and how far it was sent; `None`: nothing yet.
    follows: Mutex<BTreeMap<TopicKey, Option<At>>>,
    end: Mutex<Option<End>>,
    ended: Notify,
    /// Topics of which it must be looked whether they may still be followed; no more than are followed.
    doubts: Mutex<BTreeSet<TopicKey>>,
    doubting: Notify,
}

impl Session {
    /// Queues a message that is for this socket alone. Full: the client reads nothing, and the socket is closed.
    pub(crate) fn say(&self, message: &ServerMessage) {
        let Ok(text) = serde_json::to_string(message) else {
            tracing::error!(session = self.no.0, "a message could not be written as JSON");
            return;
        };
        let mut replies = lock(&self.replies);
        if replies.len() >= self.replies_max {
            drop(replies);
            return self.close(End::TooSlow);
        }
        replies.push_back(text.into());
        drop(replies);
        self.wake.notify_one();
    }

    pub(crate) fn take_replies(&self) -> VecDeque<Utf8Bytes> {
        std::mem::take(&mut *lock(&self.replies))
    }

    /// Asks the socket's task to end; the first reason holds.
    pub(crate) fn close(&self, end: End) {
        lock(&self.end).get_or_insert(end);
        self.ended.notify_one();
    }

    fn doubt(&self, key: TopicKey) {
        lock(&self.doubts).insert(key);
        self.doubting.notify_one();
    }

    /// Waits for topics to be looked at again.
    pub(crate) async fn doubted(&self) -> BTreeSet<TopicKey> {
        loop {
            let doubts = std::mem::take(&mut *lock(&self.doubts));
            if !doubts.is_empty() {
                return doubts;
            }
            self.doubting.notified().await;
        }
    }

    /// Waits until [`Self::close`] is called.
    pub(crate) async fn closed(&self) -> End {
        loop {
            if let Some(end) = *lock(&self.end) {
                return end;
            }
            self.ended.notified().await;
        }
    }
}

struct Followed {
    state: TopicState,
    followers: BTreeMap<SessionNo, Arc<Session>>,
}

#[derive(Default)]
struct Topics {
    by_key: BTreeMap<TopicKey, Followed>,
    /// Conflated topics with staged changes.
    dirty: BTreeSet<TopicKey>,
    made: u64,
}

#[derive(Default)]
struct Sockets {
    open: BTreeMap<SessionNo, Arc<Session>>,
    by_user: BTreeMap<UserId, usize>,
    last: u64,
    ended: u64,
    shut: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) resyncs: AtomicU64,
    pub(crate) too_slow: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) entries_left_out: AtomicU64,
}

/// Why no further socket is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoSeat {
    Full,
    UserFull,
    ShuttingDown,
}

pub(crate) struct Hub {
    pub(crate) config: Config,
    pub(crate) counters: Counters,
    /// A conflated topic has staged changes, or the hub is gone.
    pub(crate) dirty: Arc<Notify>,
    epoch: u64,
    topics: Mutex<Topics>,
    sockets: Mutex<Sockets>,
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.dirty.notify_one();
    }
}

impl Hub {
    /// `epoch` must be greater than that of any earlier run by at least the number of topics it made: milliseconds since 1970 do.
    pub(crate) fn new(config: Config, epoch: u64) -> Self {
        Hub { config, counters: Counters::default(), dirty: Arc::default(), epoch, topics: Mutex::default(), sockets: Mutex::default() }
    }

    /// Changes entries of a topic: JSON text, or `None` to remove. `only`: entries not named are removed too.
    pub(crate) fn publish(&self, key: TopicKey, changes: Vec<(String, Option<Arc<str>>)>, only: bool) {
        let mut topics = lock(&self.topics);
        if key.transient() && !topics.by_key.contains_key(&key) {
            return;
        }
        let followed = self.topic(&mut topics, key);
        if only {
            let keep: BTreeSet<String> = changes.iter().map(|(name, _)| name.clone()).collect();
            followed.state.stage_removal_of_others(|name| keep.contains(name));
        }
        let mut left_out = 0;
        for (name, json) in changes {
            left_out += u64::from(!followed.state.stage(name, json));
        }
        if left_out > 0 {
            self.counters.entries_left_out.fetch_add(left_out, Relaxed);
            tracing::warn!(topic = %key.wire(), left_out, "topic is at its bound of entries");
        }
        if key.conflated() {
            topics.dirty.insert(key);
            self.dirty.notify_one();
        } else {
            commit(&mut topics, key);
        }
    }

    /// The topics somebody follows that are there for their followers alone, with their epochs.
    pub(crate) fn transient(&self) -> Vec<(TopicKey, u64)> {
        lock(&self.topics).by_key.iter().filter(|(key, _)| key.transient()).map(|(key, t)| (*key, t.state.epoch())).collect()
    }

    /// Commits what conflated topics have staged.
    pub(crate) fn commit_dirty(&self) {
        let mut topics = lock(&self.topics);
        for key in std::mem::take(&mut topics.dirty) {
            commit(&mut topics, key);
        }
    }

    /// Lets a socket follow a topic from `at`. `false`: it follows as many as it may.
    pub(crate) fn follow(&self, session: &Arc<Session>, key: TopicKey, at: Option<At>) -> bool {
        let mut follows = lock(&session.follows);
        if follows.len() >= self.config.topics_per_socket_max && !follows.contains_key(&key) {
            return false;
        }
        follows.insert(key, at);
        let mut topics = lock(&self.topics);
        self.topic(&mut topics, key).followers.insert(session.no, Arc::clone(session));
        drop(topics);
        drop(follows);
        session.wake.notify_one();
        true
    }

    /// Whether a socket follows this topic, or may follow one more.
    pub(crate) fn has_room(&self, session: &Session, key: TopicKey) -> bool {
        let follows = lock(&session.follows);
        follows.len() < self.config.topics_per_socket_max || follows.contains_key(&key)
    }

    /// `false`: it did not follow it.
    pub(crate) fn unfollow(&self, session: &Session, key: TopicKey) -> bool {
        let mut follows = lock(&session.follows);
        let followed = follows.remove(&key).is_some();
        if followed {
            leave(&mut lock(&self.topics), session.no, key);
        }
        followed
    }

    /// Has each follower of a topic look whether they still may follow it.
    pub(crate) fn doubt(&self, key: TopicKey) {
        let topics = lock(&self.topics);
        for session in topics.by_key.get(&key).into_iter().flat_map(|followed| followed.followers.values()) {
            session.doubt(key);
        }
    }

    /// What the socket's client has not been sent, up to about `bytes_max`; the socket's place moves on. Empty: it has everything.
    pub(crate) fn collect(&self, session: &Session, bytes_max: usize) -> Vec<Utf8Bytes> {
        let mut out = Vec::new();
        let mut bytes = 0;
        let mut follows = lock(&session.follows);
        let mut topics = lock(&self.topics);
        for (key, at) in follows.iter_mut() {
            if bytes >= bytes_max {
                break;
            }
            let Some(followed) = topics.by_key.get_mut(key) else { continue };
            let missed = followed.state.since(*at, bytes_max - bytes);
            if missed.snapshot && at.is_some() {
                self.counters.resyncs.fetch_add(1, Relaxed);
            }
            *at = Some(missed.at);
            bytes += missed.messages.iter().map(|m| m.len()).sum::<usize>();
            out.extend(missed.messages);
        }
        out
    }

    /// Takes a place for a socket of `user`, held until the seat is dropped.
    pub(crate) fn take_seat(self: &Arc<Self>, user: UserId, login: &str) -> Result<Seat, NoSeat> {
        let mut sockets = lock(&self.sockets);
        if sockets.shut {
            return Err(NoSeat::ShuttingDown);
        }
        if sockets.open.len() >= self.config.sockets_max {
            return Err(NoSeat::Full);
        }
        if sockets.by_user.get(&user).is_some_and(|n| *n >= self.config.sockets_per_user_max) {
            return Err(NoSeat::UserFull);
        }
        sockets.last += 1;
        let session = Arc::new(Session {
            no: SessionNo(sockets.last),
            user,
            login: login.to_owned(),
            wake: Notify::new(),
            replies: Mutex::default(),
            replies_max: self.config.replies_max,
            follows: Mutex::default(),
            doubts: Mutex::default(),
            doubting: Notify::new(),
            end: Mutex::default(),
            ended: Notify::new(),
        });
        *sockets.by_user.entry(user).or_default() += 1;
        sockets.open.insert(session.no, Arc::clone(&session));
        Ok(Seat { hub: Arc::clone(self), session })
    }

    pub(crate) fn session(&self, no: SessionNo) -> Option<Arc<Session>> {
        lock(&self.sockets).open.get(&no).cloned()
    }

    /// Closes those that match. What is said of a login here is counted, see [`Hub::ended`].
    pub(crate) fn close_where(&self, end: End, matches: impl Fn(&Session) -> bool) {
        let mut sockets = lock(&self.sockets);
        sockets.ended += 1;
        for session in sockets.open.values().filter(|session| matches(session)) {
            session.close(end);
        }
    }

    /// How often logins have ended or changed. Whoever looks one up reads this before, and again when its socket has a seat.
    pub(crate) fn ended(&self) -> u64 {
        lock(&self.sockets).ended
    }

    /// Takes no further socket and closes those that are open.
    pub(crate) fn shut(&self) {
        let mut sockets = lock(&self.sockets);
        sockets.shut = true;
        for session in sockets.open.values() {
            session.close(End::Shutdown);
        }
    }

    pub(crate) fn sockets(&self) -> usize {
        lock(&self.sockets).open.len()
    }

    /// Number of topics, and bytes of messages they keep.
    pub(crate) fn topics(&self) -> (usize, usize) {
        let topics = lock(&self.topics);
        (topics.by_key.len(), topics.by_key.values().map(|t| t.state.held_bytes()).sum())
    }

    /// Commits on a beat until the hub is gone: the first change leaves at once, those within the beat after it together.
    pub(crate) async fn beat(hub: std::sync::Weak<Hub>, dirty: Arc<Notify>, every: Duration) {
        loop {
            dirty.notified().await;
            let Some(hub) = hub.upgrade() else { return };
            hub.commit_dirty();
            drop(hub);
            tokio::time::sleep(every).await;
        }
    }

    fn topic<'a>(&self, topics: &'a mut Topics, key: TopicKey) -> &'a mut Followed {
        let Topics { by_key, made, .. } = topics;
        by_key.entry(key).or_insert_with(|| {
            *made += 1;
            let c = &self.config;
            let bounds = Bounds { deltas: c.deltas_max, delta_bytes: c.delta_bytes_max, entries: c.entries_max };
            // A topic that was forgotten and is made again numbers anew, so its epoch is new as well.
            Followed { state: TopicState::new(key.wire(), self.epoch + *made, bounds), followers: BTreeMap::new() }
        })
    }
}

fn commit(topics: &mut Topics, key: TopicKey) {
    let Some(followed) = topics.by_key.get_mut(&key) else { return };
    if followed.state.commit() {
        for session in followed.followers.values() {
            session.wake.notify_one();
        }
    }
    forget_if_idle(topics, key);
}

fn leave(topics: &mut Topics, session: SessionNo, key: TopicKey) {
    if let Some(followed) = topics.by_key.get_mut(&key) {
        followed.followers.remove(&session);
    }
    forget_if_idle(topics, key);
}

/// Bounds the number of topics by what exists: state that was published, and topics somebody follows.
fn forget_if_idle(topics: &mut Topics, key: TopicKey) {
    if topics.by_key.get(&key).is_some_and(|t| t.followers.is_empty() && (key.transient() || t.state.is_empty())) {
        topics.by_key.remove(&key);
    }
}

/// A socket's place in the house; dropping it gives the place back, whatever ended the socket.
pub(crate) struct Seat {
    pub(crate) hub: Arc<Hub>,
    pub(crate) session: Arc<Session>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let follows = std::mem::take(&mut *lock(&self.session.follows));
        let mut topics = lock(&self.hub.topics);
        for key in follows.into_keys() {
            leave(&mut topics, self.session.no, key);
        }
        drop(topics);
        let mut sockets = lock(&self.hub.sockets);
        sockets.open.remove(&self.session.no);
        if let Some(count) = sockets.by_user.get_mut(&self.session.user) {
            *count -= 1;
            if *count == 0 {
                sockets.by_user.remove(&self.session.user);
            }
        }
    }
}
