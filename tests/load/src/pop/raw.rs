//! The database past the store: what no product code needs, rows of the log's projections in bulk and indexes taken down and put back.

use anyhow::Context as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use std::str::FromStr as _;
use std::time::Duration;

/// One connection. Every statement is put together from constants, numbers and ids; none holds what somebody wrote.
pub(super) enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Raw {
    pub(super) async fn open(url: &str) -> anyhow::Result<Raw> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?.busy_timeout(Duration::from_secs(60));
            // Indexes of ten million rows are sorted in files.
            let options = options.pragma("cache_size", "-131072").pragma("temp_store", "FILE").pragma("synchronous", "NORMAL");
            return Ok(Raw::Sqlite(options.connect().await.context("cannot open the database")?));
        }
        Ok(Raw::Postgres(PgConnection::connect(url).await.context("cannot open the database")?))
    }

    /// Runs a statement; how many rows it touched.
    pub(super) async fn execute(&mut self, sql: &str) -> anyhow::Result<u64> {
        let query = AssertSqlSafe(sql.to_owned());
        let done = match self {
            Raw::Sqlite(connection) => sqlx::query(query).execute(connection).await.map(|done| done.rows_affected()),
            Raw::Postgres(connection) => sqlx::query(query).execute(connection).await.map(|done| done.rows_affected()),
        };
        done.with_context(|| format!("{sql:.300}"))
    }

    /// A column of text.
    pub(super) async fn texts(&mut self, sql: &str) -> anyhow::Result<Vec<String>> {
        let query = AssertSqlSafe(sql.to_owned());
        let found = match self {
            Raw::Sqlite(connection) => sqlx::query_scalar::<_, String>(query).fetch_all(connection).await,
            Raw::Postgres(connection) => sqlx::query_scalar::<_, String>(query).fetch_all(connection).await,
        };
        found.with_context(|| format!("{sql:.300}"))
    }

    /// One number.
    pub(super) async fn number(&mut self, sql: &str) -> anyhow::Result<i64> {
        let query = AssertSqlSafe(sql.to_owned());
        let found = match self {
            Raw::Sqlite(connection) => sqlx::query_scalar::<_, i64>(query).fetch_one(connection).await,
            Raw::Postgres(connection) => sqlx::query_scalar::<_, i64>(query).fetch_one(connection).await,
        };
        found.with_context(|| format!("{sql:.300}"))
    }

    /// Bytes on disk, without the write-ahead log.
    pub(super) async fn size(&mut self) -> anyhow::Result<i64> {
        match self {
            Raw::Sqlite(_) => self.number("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()").await,
            Raw::Postgres(_) => self.number("SELECT pg_database_size(current_database())").await,
        }
    }

    /// After much was written: what the database's own upkeep would have done by then.
    pub(super) async fn settle(&mut self) -> anyhow::Result<()> {
        match self {
            Raw::Sqlite(_) => self.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.map(drop),
            Raw::Postgres(_) => self.execute("VACUUM ANALYZE").await.map(drop),
        }
    }

    /// The statement that makes an index; none when it is not there.
    pub(super) async fn definition(&mut self, index: &str) -> anyhow::Result<Option<String>> {
        let sql = match self {
            Raw::Sqlite(_) => format!("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = '{index}'"),
            Raw::Postgres(_) => format!("SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname = '{index}'"),
        };
        Ok(self.texts(&sql).await?.pop())
    }

    /// The id of the n-th interaction, as it would be made at that time, in SQL over columns `n` and `at`.
    pub(super) fn interaction_id(&self) -> &'static str {
        match self {
            Raw::Sqlite(_) => "printf('%08x-%04x-7000-8000-%012x', (at / 1000) >> 16, (at / 1000) & 65535, n)",
            Raw::Postgres(_) => {
                "lpad(to_hex((at / 1000) >> 16), 8, '0') || '-' || lpad(to_hex((at / 1000) & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0')"
            }
        }
    }

    /// A made-up id for each of `of`, in SQL over the column `n`.
    pub(super) fn made_up_id(&self, of: u32) -> String {
        match self {
            Raw::Sqlite(_) => format!("printf('00000000-0000-7000-8000-%012x', n % {of})"),
            Raw::Postgres(_) => format!("'00000000-0000-7000-8000-' || lpad(to_hex(n % {of}), 12, '0')"),
        }
    }
}
