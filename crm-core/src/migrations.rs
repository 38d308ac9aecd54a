//! The schema's steps, compiled in: the same numbers and names for both databases. Changes no file at run time.

use crate::db::Backend;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqlStr};
use std::borrow::Cow;

struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($version:literal, $name:literal, $file:literal) => {
        Step {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../migrations/postgres/", $file)),
        }
    };
}

// A list instead of a macro over the folder: naming both files makes a step that one database lacks a compile error.
const STEPS: &[Step] = &[
    step!(1, "people and configuration", "0001_people_and_configuration.sql"),
    step!(2, "customers", "0002_customers.sql"),
    step!(3, "log and projections", "0003_log_and_projections.sql"),
    step!(4, "order in a queue", "0004_order_in_a_queue.sql"),
    step!(5, "calls to the outside", "0005_calls_to_the_outside.sql"),
    step!(6, "messages and recording", "0006_messages_and_recording.sql"),
    step!(7, "encrypted trunks", "0007_encrypted_trunks.sql"),
    step!(8, "customer view", "0008_customer_view.sql"),
    step!(9, "identity and retention", "0009_identity_and_retention.sql"),
    step!(10, "tickets", "0010_tickets.sql"),
    step!(11, "knowledge scripts rules", "0011_knowledge_scripts_rules.sql"),
    step!(12, "orders work webhooks", "0012_orders_work_webhooks.sql"),
    step!(13, "contact points", "0013_contact_points.sql"),
];

pub(crate) fn migrator(backend: Backend) -> Migrator {
    let steps = STEPS.iter().map(|step| {
        let sql: SqlStr = match backend {
            Backend::Sqlite => step.sqlite.into_sql_str(),
            Backend::Postgres => step.postgres.into_sql_str(),
        };
        Migration::new(step.version, Cow::Borrowed(step.name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_both_folders_is_a_step() {
        for folder in ["sqlite", "postgres"] {
            let path = std::path::Path::new("../migrations").join(folder);
            let files = std::fs::read_dir(path).expect("the folder of migrations").count();
            assert_eq!(files, STEPS.len(), "{folder}");
        }
    }
}
