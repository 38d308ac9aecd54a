//! The storage suite: every test runs on SQLite and on a PostgreSQL of its own. Nothing here takes a call.

mod config;
mod customer_view;
mod customers;
mod erasure;
mod identity;
mod imports;
mod knowledge;
mod log;
mod merges;
mod messages;
mod orders;
mod outbound;
mod plans;
mod planted;
mod rebuild;
mod retention;
mod rules;
mod scripts;
mod signing_in;
mod ticket_merges;
mod tickets;
mod unavailable;
mod webhooks;
mod work;
