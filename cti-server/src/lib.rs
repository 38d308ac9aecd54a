//! The server: the switch with its inboxes, sockets, journal, projector and API, assembled from the rooms.
//!
//! The pure part ([`switch::Rooms`]) is driven by the simulator; everything else here is shell.

mod acme;
pub mod api;
pub mod asks;
pub mod attachments;
pub mod card;
pub mod chores;
pub mod clock;
pub mod config;
mod counted;
pub mod demo;
pub mod directory;
mod escalation;
pub mod hooks;
pub mod http;
mod https;
pub mod in_force;
pub mod journal;
pub mod metrics;
pub mod net;
pub mod news;
pub mod outside;
mod places;
pub mod projector;
pub mod recovery;
pub mod resolver;
pub mod server;
pub mod service_order;
pub mod switch;
mod values;
