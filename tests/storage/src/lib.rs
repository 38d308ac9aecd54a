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
            return sqlx::raw_sql(statement).execute(&mut connection).await.expect("a statement").rows_affected();
        }
        let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("a connection");
        sqlx::query(statement).execute(&mut connection).await.expect("a statement").rows_affected()
    }
}

impl TestStore {
    /// What a statement past the store finds; it gives one TEXT column.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn texts(&self, statement: &str) -> Vec<String> {
        use sqlx::{AssertSqlSafe, Connection};
        let statement = AssertSqlSafe(statement.to_owned());
        if self.server.is_some() {
            let mut connection = sqlx::PgConnection::connect(&self.url).await.expect("a connection");
            return sqlx::query_scalar(statement).fetch_all(&mut connection).await.expect("rows");
        }
        let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("a connection");
        sqlx::query_scalar(statement).fetch_all(&mut connection).await.expect("rows")
    }
}

/// A column of the schema, as the database itself tells it.
#[derive(Clone, Debug)]
pub struct SchemaColumn {
    pub table: String,
    pub name: String,
    /// TEXT; else BIGINT.
    pub text: bool,
    pub nullable: bool,
}

impl TestStore {
    /// Runs a statement made by the test past the store. Returns how many rows it touched.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn run(&self, statement: &str) -> u64 {
        use sqlx::{AssertSqlSafe, Connection};
        let statement = AssertSqlSafe(statement.to_owned());
        if self.server.is_some() {
            let mut connection = sqlx::PgConnection::connect(&self.url).await.expect("a connection");
            return sqlx::raw_sql(statement).execute(&mut connection).await.expect("a statement").rows_affected();
        }
        let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("a connection");
        sqlx::query(statement).execute(&mut connection).await.expect("a statement").rows_affected()
    }

    /// All columns of all tables, the search index's own and the migrations' apart.
    ///
    /// # Panics
    /// When the database refuses to say.
    pub async fn columns(&self) -> Vec<SchemaColumn> {
        let sql = if self.server.is_some() {
            "SELECT CAST(c.table_name AS TEXT) || '|' || CAST(c.column_name AS TEXT) || '|' || UPPER(CAST(c.data_type AS TEXT)) || '|' || \
             CASE WHEN c.is_nullable = 'YES' THEN '0' ELSE '1' END FROM information_schema.columns c \
             JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
             WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position"
        } else {
            "SELECT m.name || '|' || c.name || '|' || UPPER(c.type) || '|' || CAST(c.\"notnull\" OR c.pk > 0 AS TEXT) FROM sqlite_master m \
             JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid"
        };
        let own = |table: &str| table.starts_with("sqlite_") || table.starts_with("knowledge_fts") || table == "_sqlx_migrations";
        let mut columns = Vec::new();
        for line in self.texts(sql).await {
            let parts: Vec<&str> = line.split('|').collect();
            let [table, name, kind, not_null] = parts[..] else { panic!("{line}") };
            if !own(table) {
                let (table, name) = (table.to_owned(), name.to_owned());
                columns.push(SchemaColumn { table, name, text: kind == "TEXT", nullable: not_null == "0" });
            }
        }
        columns
    }

    /// Writes a row past the store: what is not given is empty where it may be, else `x` or 1.
    ///
    /// # Panics
    /// When there is no such column, or the database refuses the row.
    pub async fn row(&self, columns: &[SchemaColumn], table: &str, given: &[(&str, &str)]) {
        let of: Vec<&SchemaColumn> = columns.iter().filter(|column| column.table == table).collect();
        for (name, _) in given {
            assert!(of.iter().any(|column| column.name == *name), "{table} has no column {name}");
        }
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in of {
            let value = given.iter().find(|(name, _)| *name == column.name).map(|(_, value)| *value);
            let value = match (value, column.text) {
                (None, _) if column.nullable => continue,
                (None, true) => "'x'".to_owned(),
                (None, false) if table == "webhook_event" && column.name == "seq" => continue,
                (None, false) => "1".to_owned(),
                (Some(value), true) => format!("'{}'", value.replace('\'', "''")),
                (Some(value), false) => value.to_owned(),
            };
            names.push(format!("\"{}\"", column.name));
            values.push(value);
        }
        self.run(&format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))).await;
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
