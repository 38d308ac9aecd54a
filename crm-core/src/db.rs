//! One thin layer over the two native pools: `$1` placeholders, three column types, rows as plain values. Knows no table.

use crate::error::{Result, StoreError};
use crate::heard::{Heard, Statement};
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Column, Postgres, Row as _, Sqlite, Transaction, TypeInfo, ValueRef};
use std::borrow::Cow;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// SQLite readers beside the one writer.
const SQLITE_READERS: u32 = 4;
/// PostgreSQL connections of one node. One more query waits for a free one, at most the acquire timeout, then is `Unavailable`.
const PG_CONNECTIONS: u32 = 10;
/// Bind parameters of one statement. Both databases allow more (32,766 and 65,535); beyond a few thousand a longer statement saves nothing.
pub(crate) const PARAMETERS_MAX: usize = 4_000;
/// Prepared statements kept by each connection; the one used longest ago goes. The projector's alone are about ten tables times
/// the sizes of [`step`].
const STATEMENTS_MAX: usize = 256;

/// Waits for the database, by a future of one type. Hundreds of functions do, and for each of their callers the compiler would prove anew
/// that all of a driver's futures may go to another thread: most of the time a build took.
type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A value of one of the three portable column types. Each carries its own NULL, because PostgreSQL wants a typed one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
}

impl Value {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Value::Int(None) | Value::Text(None))
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Value::Int(Some(n))
    }
}
impl From<u64> for Value {
    fn from(n: u64) -> Self {
        // Larger counts than i64 cannot occur; clamped rather than wrapped if one ever did.
        Value::Int(Some(i64::try_from(n).unwrap_or(i64::MAX)))
    }
}
impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Value::Int(Some(i64::from(n)))
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Int(Some(i64::from(b)))
    }
}
impl From<Option<i64>> for Value {
    fn from(n: Option<i64>) -> Self {
        Value::Int(n)
    }
}
impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::from(s.to_owned())
    }
}
impl From<String> for Value {
    /// PostgreSQL's text holds no NUL and SQLite's ends at one in places: it becomes U+FFFD, so that no stray byte stops the projector.
    fn from(s: String) -> Self {
        Value::Text(Some(if s.contains('\0') { s.replace('\0', "\u{FFFD}") } else { s }))
    }
}
impl From<Option<String>> for Value {
    fn from(s: Option<String>) -> Self {
        s.map_or(Value::Text(None), Value::from)
    }
}
impl From<cti_types::Utc> for Value {
    fn from(at: cti_types::Utc) -> Self {
        Value::Int(Some(at.0))
    }
}

/// An id (or anything shown as its text) as a value.
pub(crate) fn text(id: impl std::fmt::Display) -> Value {
    Value::Text(Some(id.to_string()))
}

/// The values of a list as arguments.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Value::from($value)),*] };
}
pub(crate) use args;

/// One row of a result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row(Vec<Value>);

impl Row {
    pub(crate) fn values(self) -> Vec<Value> {
        self.0
    }
    pub(crate) fn opt_int(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Int(n)) => *n,
            _ => None,
        }
    }
    pub(crate) fn opt_text(&self, column: usize) -> Option<&str> {
        match self.0.get(column) {
            Some(Value::Text(Some(s))) => Some(s),
            _ => None,
        }
    }
    pub(crate) fn int(&self, column: usize) -> Result<i64> {
        self.opt_int(column).ok_or_else(|| StoreError::corrupt(format!("column {column} of a row is not a number")))
    }
    pub(crate) fn text(&self, column: usize) -> Result<&str> {
        self.opt_text(column).ok_or_else(|| StoreError::corrupt(format!("column {column} of a row is not text")))
    }
    /// A column that holds an id.
    pub(crate) fn id<T: FromStr>(&self, column: usize) -> Result<T> {
        self.text(column)?.parse().map_err(|_| StoreError::corrupt(format!("column {column} of a row is not an id")))
    }
    /// A column that holds an id or nothing.
    pub(crate) fn opt_id<T: FromStr>(&self, column: usize) -> Result<Option<T>> {
        match self.opt_text(column) {
            None => Ok(None),
            Some(_) => self.id(column).map(Some),
        }
    }
}

/// Which database an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Clone, Debug)]
enum Pools {
    Sqlite { write: sqlx::Pool<Sqlite>, read: sqlx::Pool<Sqlite> },
    Postgres(sqlx::Pool<Postgres>),
}

/// The open database.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    pools: Pools,
    statement_timeout: Duration,
    heard: Arc<Heard>,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// For a connection, new or from the pool.
    pub(crate) acquire: Duration,
    /// For one statement.
    pub(crate) statement: Duration,
}

impl Db {
    pub(crate) async fn open(url: &str, timeouts: Timeouts) -> Result<Db> {
        let away = |error| StoreError::from_sqlx(error, "row");
        let pools = match backend(url)? {
            Backend::Sqlite => {
                let options = SqliteConnectOptions::from_str(url).map_err(|e| StoreError::Address { mend: e.to_string() })?;
                if url.contains(":memory:") || url.contains("mode=memory") {
                    return Err(StoreError::Address {
                        mend: "name a file: a database in memory cannot be shared by writer and readers".to_owned(),
                    });
                }
                create_private(options.get_filename())?;
                let options = tuned(options);
                let write = PoolOptions::new()
                    .max_connections(1)
                    .max_lifetime(None)
                    .idle_timeout(None)
                    .acquire_timeout(timeouts.acquire.max(Duration::from_secs(5)))
                    .connect_with(options.clone())
                    .await
                    .map_err(away)?;
                let read = PoolOptions::new()
                    .max_connections(SQLITE_READERS)
                    .max_lifetime(None)
                    .acquire_timeout(timeouts.acquire)
                    .connect_with(options.pragma("query_only", "ON"))
                    .await
                    .map_err(away)?;
                Pools::Sqlite { write, read }
            }
            Backend::Postgres => {
                let options = PgConnectOptions::from_str(url).map_err(|e| StoreError::Address { mend: e.to_string() })?;
                let options = options.application_name("cordboard").statement_cache_capacity(STATEMENTS_MAX);
                let pool = PoolOptions::new()
                    .max_connections(PG_CONNECTIONS)
                    .acquire_timeout(timeouts.acquire)
                    .connect_with(options)
                    .await
                    .map_err(away)?;
                Pools::Postgres(pool)
            }
        };
        Ok(Db { pools, statement_timeout: timeouts.statement, heard: Arc::default() })
    }

    pub(crate) fn backend(&self) -> Backend {
        match self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres(_) => Backend::Postgres,
        }
    }

    /// What was read with since this was asked last; nothing the first time.
    pub(crate) fn heard(&self) -> Vec<Statement> {
        self.heard.take()
    }

    /// Brings the schema up to date.
    pub(crate) async fn migrate(&self) -> Result<()> {
        let migrator = crate::migrations::migrator(self.backend());
        let done = match &self.pools {
            Pools::Sqlite { write, .. } => migrator.run(write).await,
            Pools::Postgres(pool) => migrator.run(pool).await,
        };
        done.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(source) | sqlx::migrate::MigrateError::ExecuteMigration(source, _)
                if StoreError::is_away_error(&source) =>
            {
                StoreError::from_sqlx(source, "row")
            }
            other => StoreError::Migrate(Box::new(other)),
        })
    }

    /// Reads outside any transaction: one round trip.
    pub(crate) fn fetch(&self, sql: impl Into<Cow<'static, str>>, args: Vec<Value>) -> Pending<'_, Vec<Row>> {
        let sql = sql.into();
        self.heard.note(&sql, &args);
        match &self.pools {
            Pools::Sqlite { read, .. } => Box::pin(within(self.statement_timeout, fetch_sqlite(read, sql, args), "row")),
            Pools::Postgres(pool) => Box::pin(within(self.statement_timeout, fetch_pg(pool, sql, args), "row")),
        }
    }

    /// Begins a transaction that will write: on SQLite it takes the write lock at once, so that reading and then writing in it cannot fail
    /// half-way because another writer was faster.
    pub(crate) fn begin(&self) -> Pending<'_, Tx> {
        let limit = self.statement_timeout;
        Box::pin(async move {
            let inner = match &self.pools {
                Pools::Sqlite { write, .. } => TxInner::Sqlite(within(limit, write.begin_with("BEGIN IMMEDIATE"), "row").await?),
                Pools::Postgres(pool) => TxInner::Postgres(within(limit, pool.begin(), "row").await?),
            };
            Ok(Tx { inner, statement_timeout: limit, heard: Arc::clone(&self.heard) })
        })
    }

    /// Begins a transaction that only reads, and in which all statements see the database as it stood at the first of them.
    pub(crate) fn begin_snapshot(&self) -> Pending<'_, Tx> {
        let limit = self.statement_timeout;
        Box::pin(async move {
            let inner = match &self.pools {
                // In WAL mode a read transaction keeps its snapshot, and no writer waits for it.
                Pools::Sqlite { read, .. } => TxInner::Sqlite(within(limit, read.begin(), "row").await?),
                Pools::Postgres(pool) => {
                    TxInner::Postgres(within(limit, pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"), "row").await?)
                }
            };
            Ok(Tx { inner, statement_timeout: limit, heard: Arc::clone(&self.heard) })
        })
    }

    pub(crate) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

enum TxInner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction. Dropped without [`Tx::commit`] it is rolled back.
pub(crate) struct Tx {
    inner: TxInner,
    statement_timeout: Duration,
    heard: Arc<Heard>,
}

impl Tx {
    /// Runs a statement; returns how many rows it touched. `resource` names what is written, for the error.
    pub(crate) fn execute_on(&mut self, resource: &'static str, sql: impl Into<Cow<'static, str>>, args: Vec<Value>) -> Pending<'_, u64> {
        let sql = sql.into();
        let limit = self.statement_timeout;
        match &mut self.inner {
            TxInner::Sqlite(tx) => {
                let work = async move { Ok(bind_sqlite(sql, args).execute(&mut **tx).await?.rows_affected()) };
                Box::pin(within(limit, work, resource))
            }
            TxInner::Postgres(tx) => {
                let work = async move { Ok(bind_pg(sql, args).execute(&mut **tx).await?.rows_affected()) };
                Box::pin(within(limit, work, resource))
            }
        }
    }

    pub(crate) fn execute(&mut self, sql: impl Into<Cow<'static, str>>, args: Vec<Value>) -> Pending<'_, u64> {
        self.execute_on("row", sql, args)
    }

    pub(crate) fn fetch(&mut self, sql: impl Into<Cow<'static, str>>, args: Vec<Value>) -> Pending<'_, Vec<Row>> {
        let sql = sql.into();
        self.heard.note(&sql, &args);
        let limit = self.statement_timeout;
        match &mut self.inner {
            TxInner::Sqlite(tx) => Box::pin(within(limit, fetch_sqlite(&mut **tx, sql, args), "row")),
            TxInner::Postgres(tx) => Box::pin(within(limit, fetch_pg(&mut **tx, sql, args), "row")),
        }
    }

    /// Keeps other writers out of a table until the end of the transaction. On SQLite a writing transaction does so anyhow.
    pub(crate) async fn lock_for_writing(&mut self, table: &'static str) -> Result<()> {
        match self.inner {
            TxInner::Sqlite(_) => Ok(()),
            TxInner::Postgres(_) => self.execute(format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"), Vec::new()).await.map(drop),
        }
    }

    /// Keeps a row as it is, and others from referring to it, until the end of the transaction. On SQLite a writing transaction does so anyhow.
    pub(crate) async fn lock_row(&mut self, table: &'static str, id: impl std::fmt::Display) -> Result<()> {
        match self.inner {
            TxInner::Sqlite(_) => Ok(()),
            // Not NO KEY UPDATE: an insert that refers to the row must wait as well.
            TxInner::Postgres(_) => self.fetch(format!("SELECT id FROM {table} WHERE id = $1 FOR UPDATE"), vec![text(id)]).await.map(drop),
        }
    }

    /// As [`Tx::lock_row`], several; `list`: the placeholders of their ids.
    pub(crate) async fn lock_rows(&mut self, table: &'static str, list: &str, ids: Vec<Value>) -> Result<()> {
        match self.inner {
            TxInner::Sqlite(_) => Ok(()),
            // In one order, so that two do not wait for each other.
            TxInner::Postgres(_) => {
                self.fetch(format!("SELECT id FROM {table} WHERE id IN ({list}) ORDER BY id FOR UPDATE"), ids).await.map(drop)
            }
        }
    }

    /// The end of a SELECT whose rows nobody is to delete before the end of the transaction.
    pub(crate) fn keeping(&self) -> &'static str {
        match self.inner {
            TxInner::Sqlite(_) => "",
            TxInner::Postgres(_) => " FOR KEY SHARE",
        }
    }

    pub(crate) fn commit(self) -> Pending<'static, ()> {
        match self.inner {
            TxInner::Sqlite(tx) => Box::pin(within(self.statement_timeout, tx.commit(), "row")),
            TxInner::Postgres(tx) => Box::pin(within(self.statement_timeout, tx.commit(), "row")),
        }
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, sqlx::Error>>, resource: &'static str) -> Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done.map_err(|error| StoreError::from_sqlx(error, resource)),
        Err(elapsed) => Err(StoreError::Unavailable(Box::new(elapsed))),
    }
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>;
type PgQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

// `AssertSqlSafe`: every statement of this crate is put together from constants (table and column names) and placeholders; values are bound.
fn bind_sqlite(sql: Cow<'static, str>, args: Vec<Value>) -> SqliteQuery {
    let (sql, args) = positional(sql, args);
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for arg in args {
        query = match arg {
            Value::Int(n) => query.bind(n),
            Value::Text(s) => query.bind(s),
        };
    }
    query
}

fn bind_pg(sql: Cow<'static, str>, args: Vec<Value>) -> PgQuery {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for arg in args {
        query = match arg {
            Value::Int(n) => query.bind(n),
            Value::Text(s) => query.bind(s),
        };
    }
    query
}

async fn fetch_sqlite<'c, X>(executor: X, sql: Cow<'static, str>, args: Vec<Value>) -> Result<Vec<Row>, sqlx::Error>
where
    X: sqlx::Executor<'c, Database = Sqlite>,
{
    let rows = bind_sqlite(sql, args).fetch_all(executor).await?;
    rows.iter()
        .map(|row| {
            (0..row.columns().len())
                .map(|at| {
                    let raw = row.try_get_raw(at)?;
                    // The declared type counts for a NULL, the stored one otherwise.
                    if raw.is_null() {
                        return Ok(if row.columns().get(at).is_some_and(|c| c.type_info().name() == "TEXT") {
                            Value::Text(None)
                        } else {
                            Value::Int(None)
                        });
                    }
                    let text = raw.type_info().name() == "TEXT";
                    Ok(if text { Value::Text(row.try_get_unchecked(at)?) } else { Value::Int(row.try_get_unchecked(at)?) })
                })
                .collect::<Result<Vec<_>, sqlx::Error>>()
                .map(Row)
        })
        .collect()
}

async fn fetch_pg<'c, X>(executor: X, sql: Cow<'static, str>, args: Vec<Value>) -> Result<Vec<Row>, sqlx::Error>
where
    X: sqlx::Executor<'c, Database = Postgres>,
{
    let rows = bind_pg(sql, args).fetch_all(executor).await?;
    rows.iter()
        .map(|row| {
            row.columns()
                .iter()
                .enumerate()
                .map(|(at, column)| match column.type_info().name() {
                    "TEXT" | "VARCHAR" => row.try_get(at).map(Value::Text),
                    "INT4" => row.try_get::<Option<i32>, _>(at).map(|n| Value::Int(n.map(i64::from))),
                    _ => row.try_get(at).map(Value::Int),
                })
                .collect::<Result<Vec<_>, sqlx::Error>>()
                .map(Row)
        })
        .collect()
}

fn backend(url: &str) -> Result<Backend> {
    if url.starts_with("sqlite:") {
        return Ok(Backend::Sqlite);
    }
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Ok(Backend::Postgres);
    }
    Err(StoreError::Address { mend: "begin it with sqlite: and a path, or with postgres://".to_owned() })
}

fn tuned(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS_MAX)
        // 16 MB instead of 4: the ends of the tables' trees are written by every batch, and each checkpoint writes them once more.
        .pragma("wal_autocheckpoint", "4000")
        // Each connection has its own; the system keeps the file in memory besides.
        .pragma("cache_size", "-16384")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "MEMORY")
}

/// The file holds people's data: it is created readable by its owner alone, before SQLite would create it with the default mask.
/// The write-ahead files take their mode from it.
fn create_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Unavailable(Box::new(error))),
    }
}

/// The statement with a bare `?` for each `$n`, and the arguments in the order in which they stand there. SQLite takes `$1` for a name and
/// looks it up among all names of the statement, when preparing and each time it binds: a third of all that writing the log cost.
/// No statement of this crate has a `$` in a literal: what people wrote is bound.
fn positional(sql: Cow<'static, str>, args: Vec<Value>) -> (Cow<'static, str>, Vec<Value>) {
    let mut parts = sql.split('$');
    let Some(head) = parts.next() else { return (sql, args) };
    let mut out = String::with_capacity(sql.len());
    out.push_str(head);
    let mut order = Vec::with_capacity(args.len());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let Some(at) = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1)) else { return (sql, args) };
        order.push(at);
        out.push('?');
        out.push_str(rest);
    }
    if order.iter().copied().eq(0..args.len()) {
        return (out.into(), args);
    }
    // One that is not there is NULL, as SQLite has it.
    let args = order.into_iter().map(|at| args.get(at).cloned().unwrap_or(Value::Int(None))).collect();
    (out.into(), args)
}

/// How many of `left` rows the next statement takes: powers of two up to `max`, so that few different statements are prepared and then
/// kept, whatever the sizes of the batches.
pub(crate) fn step(left: usize, max: usize) -> usize {
    let most = left.min(max).max(1);
    1 << most.ilog2()
}

/// `$from, $from+1, …` for `count` values.
pub(crate) fn placeholders(from: usize, count: usize) -> String {
    let mut out = String::with_capacity(count * 4);
    for n in from..from + count {
        if n > from {
            out.push(',');
        }
        out.push('$');
        out.push_str(&n.to_string());
    }
    out
}

/// Placeholders from `$from` on and the values of an IN list. The last is repeated up to the next power of two, so that few different
/// statements are prepared and kept; in an IN list a value twice is a value once. An empty list finds nothing.
pub(crate) fn listed<T: AsRef<str>>(from: usize, values: &[T]) -> (String, Vec<Value>) {
    let count = values.len().max(1).next_power_of_two();
    let value = |at: usize| values.get(at).or(values.last()).map_or(Value::Text(None), |value| Value::from(value.as_ref()));
    (placeholders(from, count), (0..count).map(value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_gets_positions_for_numbers_with_the_arguments_in_their_order() {
        let table: [(&'static str, Vec<i64>, &str, Vec<i64>); 5] = [
            ("SELECT 1", vec![], "SELECT 1", vec![]),
            ("a = $1 AND b = $2", vec![7, 8], "a = ? AND b = ?", vec![7, 8]),
            ("SET b = $2 WHERE a = $1", vec![7, 8], "SET b = ? WHERE a = ?", vec![8, 7]),
            ("($1, $2, $1)", vec![7, 8], "(?, ?, ?)", vec![7, 8, 7]),
            ("LIKE '%' || $1 || '%'", vec![7], "LIKE '%' || ? || '%'", vec![7]),
        ];
        for (sql, args, expected, order) in table {
            let values = |numbers: Vec<i64>| numbers.into_iter().map(Value::from).collect::<Vec<_>>();
            assert_eq!(positional(sql.into(), values(args)), (expected.into(), values(order)), "{sql}");
        }
        let many = placeholders(1, 12);
        assert_eq!(positional(many.into(), Vec::new()).0, ["?"; 12].join(","));
    }

    #[test]
    fn rows_go_in_steps_of_few_sizes() {
        let steps = |mut left: usize, max| {
            let mut sizes = Vec::new();
            while left > 0 {
                let size = step(left, max);
                sizes.push(size);
                left -= size;
            }
            sizes
        };
        assert_eq!(steps(11, 128), [8, 2, 1]);
        assert_eq!(steps(300, 100), [64, 64, 64, 64, 32, 8, 4]);
    }
}
