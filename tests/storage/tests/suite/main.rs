//! The storage suite: every test runs on SQLite and on a PostgreSQL of its own. Nothing here takes a call.

mod config;
mod customers;
mod log;
mod messages;
mod outbound;
mod rebuild;
mod signing_in;
mod unavailable;
