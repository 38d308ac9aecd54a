//! Customers, configuration, people, and the log's projections: one store over SQLite and PostgreSQL. Takes no call and reads no clock.
//!
//! * [`model`]: the rows people edit. Written through [`Store::insert`], [`Store::update`], [`Store::delete`], each with its audit row.
//! * [`snapshot`]: all that calls need, in one value, for the switch to keep in memory.
//! * [`project`]: the log's way from the journal into the database; [`Store::rebuild`] makes its projections anew.
//! * [`viewer`] and [`rights`]: who sees which customer, and which of their fields. [`fields`]: fields defined at run time.
//! * [`customers`], [`customer_list`], [`relations`], [`consent`], [`sharing`], [`timeline`], [`values`] with [`formula`]: the customer's whole view.
//! * [`card`]: "who is this". [`interactions`]: what happened, to be listed and read.
//! * [`identity`]: who may be the same, merges and what undoes them. [`import`], [`export`], [`upsert`]: customers in and out.
//! * [`erasure`]: a person's data erased, legal holds, retention.
//! * [`tickets`]: tickets and complaints. [`sla`]: the times promised for them.
//! * [`knowledge`]: articles and finding them. [`script`]: what agents are led through. [`rules`]: why somebody probably calls.
//! * [`orders`]: what customers ordered and own. [`work`], [`callbacks`], [`reminders`], [`notes`]: what is to be done. [`attachments`]: files on notes and tickets. [`webhooks`]: whom to tell.
//! * [`auth`]: passwords, sessions, tokens. [`number`]: telephone numbers made E.164.
//!
//! Invariants: a call never waits for this crate; personal values stand only in `personal` rows (erasable) and in customers, never in
//! events; applying the same journal twice changes nothing; both databases give the same answers to the same calls.

pub mod activity;
pub mod attachments;
pub mod audit;
pub mod auth;
pub mod bulk;
pub mod callbacks;
pub mod card;
pub mod consent;
mod crud;
pub mod customer_list;
pub mod customers;
mod db;
pub mod dial;
pub mod erasure;
mod error;
pub mod export;
pub mod facts;
pub mod fields;
mod figures;
pub mod flows;
pub mod formula;
mod heard;
pub mod identity;
pub mod import;
pub mod interactions;
pub mod invariants;
pub mod knowledge;
mod migrations;
pub mod model;
pub mod notes;
pub mod notifications;
pub mod number;
pub mod orders;
mod outbox;
mod partial;
mod passwords;
pub mod project;
pub mod relations;
pub mod reminders;
pub mod rights;
pub mod rules;
pub mod script;
pub mod sharing;
pub mod sla;
pub mod snapshot;
pub mod stats;
mod store;
mod streams;
pub mod tickets;
pub mod timeline;
pub mod upsert;
pub mod values;
pub mod viewer;
pub mod webhooks;
pub mod work;

pub use card::Card;
pub use db::Backend;
pub use error::{FieldError, Result, StoreError};
pub use heard::Statement;
pub use model::{ListQuery, Page, Resource, Secret, Stored, Who};
pub use project::{JournalEntry, JournalRecord, ProjectReport, RebuildReport};
pub use snapshot::ConfigSnapshot;
pub use store::{Change, Store, StoreOptions};
pub use viewer::Viewer;
