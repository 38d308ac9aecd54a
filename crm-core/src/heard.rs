//! What was read with, for tests of query plans. Nothing is kept until one asks for the first time.

use crate::db::Value;
use std::sync::{Mutex, OnceLock, PoisonError};

/// A statement that was read with, as it stands in this crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// With `$1` for the first value.
    pub sql: String,
    /// Of the values, in their order: `BIGINT` or `TEXT`.
    pub types: Vec<&'static str>,
}

#[derive(Debug, Default)]
pub(crate) struct Heard(OnceLock<Mutex<Vec<Statement>>>);

impl Heard {
    pub(crate) fn note(&self, sql: &str, args: &[Value]) {
        let Some(heard) = self.0.get() else { return };
        let kind = |value: &Value| match value {
            Value::Int(_) => "BIGINT",
            Value::Text(_) => "TEXT",
        };
        let statement = Statement { sql: sql.to_owned(), types: args.iter().map(kind).collect() };
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(statement);
    }

    /// Those since this was asked last; from the first time on they are kept.
    pub(crate) fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.0.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner))
    }
}
