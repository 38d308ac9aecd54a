//! Customers, configuration, people, and the log's projections: one store over SQLite and PostgreSQL. Takes no call and reads no clock.
//!
//! * [`model`]: the rows people edit. Written through [`Store::insert`], [`Store::update`], [`Store::delete`], each with its audit row.
//! * [`snapshot`]: all that calls need, in one value, for the switch to keep in memory.
//! * [`project`]: the log's way from the journal into the database; [`Store::rebuild`] makes its projections anew.
//! * [`card`]: "who is this". [`interactions`]: what happened, to be listed and read.
//! * [`auth`]: passwords, sessions, tokens. [`number`]: telephone numbers made E.164.
//!
//! Invariants: a call never waits for this crate; personal values stand only in `personal` rows (erasable) and in customers, never in
//! events; applying the same journal twice changes nothing; both databases give the same answers to the same calls.

pub mod audit;
pub mod auth;
pub mod bulk;
pub mod card;
mod crud;
pub mod customers;
mod db;
pub mod dial;
mod error;
pub mod flows;
pub mod interactions;
pub mod invariants;
mod migrations;
pub mod model;
pub mod number;
mod passwords;
pub mod project;
pub mod snapshot;
pub mod stats;
mod store;
mod streams;

pub use card::Card;
pub use db::Backend;
pub use error::{FieldError, Result, StoreError};
pub use model::{ListQuery, Page, Resource, Secret, Stored, Who};
pub use project::{JournalEntry, JournalRecord, ProjectReport, RebuildReport};
pub use snapshot::ConfigSnapshot;
pub use store::{Change, Store, StoreOptions};
