//! The store: opening it, and what all its parts share. The work is in the modules named after it.

use crate::db::{Backend, Db, Timeouts};
use crate::error::Result;
use crate::heard::Statement;
use crate::model::{Id, Kind, Owner};
use crate::outbox::Interests;
use crate::project::Folds;
use cti_types::{Chance, CustomerId, UserId, Utc};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast};

/// Changes a slow listener may lag behind; then it is told that it lagged and reads everything anew.
const CHANGES_MAX: usize = 256;
/// Passwords hashed at once: each takes some 35 ms of a core and 19 MiB. Further ones wait.
const HASHES_MAX: usize = 2;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Source of ids, salts and tokens: seeded from the operating system in production.
    pub chance: Chance,
    /// SIP realm the phones' digests are made for. Changing it makes every phone's password invalid.
    pub realm: String,
    /// ISO 3166-1 alpha-2: how customers' national numbers are read.
    pub country: String,
    /// Longest wait for a connection, then `Unavailable`.
    pub acquire_timeout: Duration,
    /// Longest time of one statement, then `Unavailable`.
    pub statement_timeout: Duration,
}

impl StoreOptions {
    /// The defaults: realm `cordboard`, country US, 2 s for a connection, 30 s for a statement.
    pub fn new(chance: Chance) -> Self {
        Self {
            chance,
            realm: "cordboard".to_owned(),
            country: "US".to_owned(),
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(30),
        }
    }
}

/// Something people edit was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: Kind,
    /// The row's id as text. With `many`, that of one of them.
    pub id: String,
    /// As it is now; none where that is not known, and of what is gone.
    pub version: Option<i64>,
    pub by: Option<UserId>,
    /// The customer it is, or belongs to.
    pub customer: Option<CustomerId>,
    /// Whose work it is, and whose it was.
    pub owners: Vec<Owner>,
    /// So many were written at once that they are not told of one by one.
    pub many: bool,
}

impl Change {
    pub(crate) fn new(kind: Kind, id: impl ToString) -> Change {
        Change { kind, id: id.to_string(), version: None, by: None, customer: None, owners: Vec::new(), many: false }
    }
}

#[derive(Debug)]
struct Shared {
    chance: Mutex<Chance>,
    realm: String,
    country: String,
    changes: broadcast::Sender<Change>,
    config_changes: AtomicU64,
    hashing: Semaphore,
    folds: Folds,
    interests: Interests,
}

/// One database, open. Cheap to clone; all clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    shared: Arc<Shared>,
}

impl Store {
    /// Opens `sqlite:PATH` (made with mode 0600 if it is not there) or `postgres://…` and brings the schema up to date.
    ///
    /// # Errors
    /// `Address` for an address that is neither; `Unavailable` when the database cannot be reached in time; `Migrate` when its schema is not ours.
    pub async fn open(url: &str, options: StoreOptions) -> Result<Store> {
        let timeouts = Timeouts { acquire: options.acquire_timeout, statement: options.statement_timeout };
        let db = Db::open(url, timeouts).await?;
        db.migrate().await?;
        let shared = Shared {
            chance: Mutex::new(options.chance),
            realm: options.realm,
            country: options.country,
            changes: broadcast::channel(CHANGES_MAX).0,
            config_changes: AtomicU64::new(0),
            hashing: Semaphore::new(HASHES_MAX),
            folds: Folds::default(),
            interests: Interests::default(),
        };
        Ok(Store { db, shared: Arc::new(shared) })
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.db.backend()
    }

    /// What was read with since this was asked last; nothing the first time. For tests of query plans.
    pub fn statements(&self) -> Vec<Statement> {
        self.db.heard()
    }

    /// The realm phones' digests are made for.
    pub fn realm(&self) -> &str {
        &self.shared.realm
    }

    /// How national numbers of customers are read.
    pub fn country(&self) -> &str {
        &self.shared.country
    }

    /// A receiver of every change to what people edit, from now on. A receiver that lagged by more than 256 changes is told so.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.shared.changes.subscribe()
    }

    /// How many changes so far calls depend on ([`Kind::is_config`]). Counted before they are told, after they are committed.
    pub fn config_changes(&self) -> u64 {
        self.shared.config_changes.load(Ordering::Acquire)
    }

    /// Whether the database answers now.
    ///
    /// # Errors
    /// `Unavailable` when it does not.
    pub async fn ping(&self) -> Result<()> {
        self.db.fetch("SELECT CAST(1 AS BIGINT)", Vec::new()).await.map(drop)
    }

    /// Closes all connections; later calls are `Unavailable`.
    pub async fn close(&self) {
        self.db.close().await;
    }

    pub(crate) fn changed(&self, kind: Kind, id: impl ToString) {
        let change = Change::new(kind, id);
        let customer = if kind == Kind::Customer { change.id.parse().ok() } else { None };
        self.tell(Change { customer, ..change });
    }

    /// To be called once what was changed is committed.
    pub(crate) fn tell(&self, change: Change) {
        if change.kind == Kind::Webhook {
            self.shared.interests.forget();
        }
        if change.kind.is_config() {
            self.shared.config_changes.fetch_add(1, Ordering::AcqRel);
        }
        // Nobody listening is not an error.
        let _ = self.shared.changes.send(change);
    }

    pub(crate) fn interests(&self) -> &Interests {
        &self.shared.interests
    }

    pub(crate) fn new_id<I: Id>(&self, now: Utc) -> I {
        self.with_chance(|chance| I::from_uuid(chance.uuid(now)))
    }

    pub(crate) fn with_chance<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        // A panic while drawing cannot leave the generator half-changed in a way that matters.
        draw(&mut self.shared.chance.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn folds(&self) -> &Folds {
        &self.shared.folds
    }

    pub(crate) fn hashing(&self) -> &Semaphore {
        &self.shared.hashing
    }
}
