//! What the storage suite stands on: a PostgreSQL of its own, both stores behind one name, and random valid logs. Holds no test.

pub mod log;
mod postgres;

pub use postgres::{TempPostgres, postgres};

use crm_core::{Store, StoreOptions};
use cti_types::{Chance, Utc};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// 2026-01-05 08:00 UTC, a Monday: when tests take place.
pub const NOW: Utc = Utc(1_767_600_000_000_000);

/// A store of one test, with what must outlive it.
pub struct TestStore {
    pub store: Store,
    pub url: String,
    _folder: Option<tempfile::TempDir>,
    /// The server is shared by the tests that run at the same time and stops with the last of them.
    pub server: Option<Arc<TempPostgres>>,
}

impl TestStore {
    /// Runs a statement past the store, to break what it holds. Returns how many rows it touched.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn sql(&self, statement: &'static str) -> u64 {
        use sqlx::Connection;
        if self.server.is_some() {
            let mut connection = sqlx::PgConnection::connect(&self.url).await.expect("a connection");
            return sqlx::query(statement).execute(&mut connection).await.expect("a statement").rows_affected();
        }
        let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("a connection");
        sqlx::query(statement).execute(&mut connection).await.expect("a statement").rows_affected()
    }
}

/// Options with a fixed seed.
pub fn options(seed: u64) -> StoreOptions {
    StoreOptions::new(Chance::from_number(seed))
}

/// An empty SQLite store.
pub async fn sqlite_store() -> TestStore {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("cordboard.db").display());
    let store = Store::open(&url, options(1)).await.expect("a new SQLite store");
    TestStore { store, url, _folder: Some(folder), server: None }
}

/// An empty store in a database of its own on a shared PostgreSQL.
pub async fn postgres_store() -> TestStore {
    let server = tokio::task::spawn_blocking(shared_postgres).await.expect("a PostgreSQL");
    let of = Arc::clone(&server);
    let url = tokio::task::spawn_blocking(move || of.create_database()).await.expect("a database");
    let store = Store::open(&url, options(1)).await.expect("a new PostgreSQL store");
    TestStore { store, url, _folder: None, server: Some(server) }
}

fn shared_postgres() -> Arc<TempPostgres> {
    static SHARED: Mutex<Weak<TempPostgres>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(postgres());
        *shared = Arc::downgrade(&server);
        server
    })
}

/// Makes of each `async fn(TestStore)` a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name($crate::sqlite_store().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name($crate::postgres_store().await).await; })*
        }
    };
}
