//! What can go wrong in the store, in words its callers can act on. Decides nothing about HTTP.

use serde::Serialize;

/// One field that was refused, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name as in the JSON form, with an index where it is a list: `skills[2].proficiency`.
    pub field: String,
    /// What to do about it, as a sentence without the field's name.
    pub mend: String,
}

/// Every way a call to the store fails.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row.
    #[error("no such {resource}")]
    NotFound { resource: &'static str },
    /// Somebody else wrote the row first: read it again, then write with the version given here.
    #[error("the {resource} was changed meanwhile and is now at version {current}")]
    VersionConflict { resource: &'static str, current: i64 },
    /// Another row already has this value.
    #[error("another {resource} already has this {field}")]
    Unique { resource: &'static str, field: String },
    /// Another row holds what only one of both may hold, though not as the same text. `what` names both and what they share.
    #[error("{what}")]
    Clash { resource: &'static str, field: &'static str, what: String, mend: String },
    /// Still referred to, so it cannot be deleted.
    #[error("the {resource} is still used by a {by}")]
    InUse { resource: &'static str, by: String },
    /// What was asked for cannot be done as things stand.
    #[error("{what}; {mend}")]
    Refused { resource: &'static str, what: String, mend: String },
    /// The values were refused; nothing was written.
    #[error("invalid {resource}: {}", .errors.iter().map(|e| format!("{}: {}", e.field, e.mend)).collect::<Vec<_>>().join("; "))]
    Invalid { resource: &'static str, errors: Vec<FieldError> },
    /// These fields may not be written by whoever asks; nothing was written.
    #[error("not allowed to write of the {resource}: {}", .errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>().join(", "))]
    NotAllowed { resource: &'static str, errors: Vec<FieldError> },
    /// The database is away, full or too slow. Nothing is known to be written; trying again later is right.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What the database holds, or what was handed in for projection, cannot be right. Needs a person.
    #[error("corrupt data: {what}")]
    Corrupt {
        what: String,
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The schema could not be brought up to date.
    #[error("cannot migrate the database")]
    Migrate(#[source] Box<sqlx::migrate::MigrateError>),
    /// The address of the database is not one we understand.
    #[error("cannot use the database address: {mend}")]
    Address { mend: String },
}

/// Shorthand used throughout the crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    /// One refused field.
    pub fn invalid(resource: &'static str, field: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Invalid { resource, errors: vec![FieldError { field: field.into(), mend: mend.into() }] }
    }

    /// Something that cannot be done as things stand, and what to do about it.
    pub fn refused(resource: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Refused { resource, what: what.into(), mend: mend.into() }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into(), source: None }
    }

    pub(crate) fn corrupt_from(what: impl Into<String>, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Corrupt { what: what.into(), source: Some(Box::new(source)) }
    }

    /// Whether trying the same again later may work.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether the database is away rather than refusing what it was told.
    pub(crate) fn is_away_error(error: &sqlx::Error) -> bool {
        match error {
            sqlx::Error::Database(db) => is_away(&db.code().unwrap_or_default()),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
            _ => false,
        }
    }

    /// Sorts a database error. `resource` names the row that was being written, for the message.
    pub(crate) fn from_sqlx(error: sqlx::Error, resource: &'static str) -> Self {
        match error {
            sqlx::Error::Database(ref db) => {
                if db.is_unique_violation() {
                    return Self::Unique { resource, field: unique_field(db.message(), db.table(), db.constraint()) };
                }
                if db.is_foreign_key_violation() {
                    return Self::InUse { resource, by: db.table().unwrap_or("another row").replace('_', " ") };
                }
                let code = db.code().unwrap_or_default().into_owned();
                if is_away(&code) {
                    Self::Unavailable(Box::new(error))
                } else {
                    Self::corrupt_from("the database refused a statement", error)
                }
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Encode(_) => {
                Self::corrupt_from("a row of the database cannot be read", error)
            }
            sqlx::Error::Migrate(source) => Self::Migrate(source),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

/// PostgreSQL: class 08 connection, 53 out of resources, 57P shutdown, 40 serialization and deadlock, 25006 read-only standby.
/// SQLite (primary code in the low byte): 5 busy, 6 locked, 8 read-only, 10 I/O, 13 full, 14 cannot open.
fn is_away(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)) || code == "25006";
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

/// SQLite says `UNIQUE constraint failed: phone.username`, PostgreSQL names the table and the constraint `phone_username_key`.
fn unique_field(message: &str, table: Option<&str>, constraint: Option<&str>) -> String {
    if let Some(name) = constraint {
        let field = table.and_then(|table| name.strip_prefix(table)?.strip_prefix('_')).unwrap_or(name);
        return if field == "pkey" { "id" } else { field.strip_suffix("_key").unwrap_or(field) }.to_owned();
    }
    let first = message.rsplit(": ").next().unwrap_or_default().split(',').next().unwrap_or_default();
    first.rsplit('.').next().unwrap_or(first).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_a_unique_violation_is_named_alike_for_both_databases() {
        assert_eq!(unique_field("UNIQUE constraint failed: phone.username", None, None), "username");
        assert_eq!(unique_field("UNIQUE constraint failed: flow_version.flow_id, flow_version.number", None, None), "flow_id");
        assert_eq!(unique_field("", Some("phone"), Some("phone_username_key")), "username");
        assert_eq!(unique_field("", Some("app_user"), Some("app_user_login_key")), "login");
        assert_eq!(unique_field("", Some("customer"), Some("customer_external_id_key")), "external_id");
        assert_eq!(unique_field("", Some("customer_order"), Some("customer_order_external_id_key")), "external_id");
        assert_eq!(unique_field("", Some("customer"), Some("customer_pkey")), "id");
    }

    #[test]
    fn a_database_that_is_away_is_told_from_a_refused_statement() {
        for code in ["57P01", "08006", "53300", "40001", "5", "517", "13"] {
            assert!(is_away(code), "{code}");
        }
        for code in ["23505", "42601", "1", "19", "2067"] {
            assert!(!is_away(code), "{code}");
        }
    }
}
