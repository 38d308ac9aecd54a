//! The WebSocket gateway: `/ws/v1` for agents and supervisors. It carries topics and commands; it decides nothing about calls. Beside it the
//! files of the web app, built in.
//!
//! The switch publishes state into topics through [`Gateway`], which never blocks it; each socket's task *pulls* what its client has
//! not seen. So nothing is queued for a slow client: it finds its place among a topic's last deltas, or gets a new snapshot.

mod auth;
mod config;
mod gateway;
mod hub;
mod limit;
mod session;
mod topic;
pub mod web;

pub use auth::{Authenticator, Identity, MayFollow, is_own_page};
pub use config::Config;
pub use gateway::{FromGateway, Gateway, GatewayStats};
pub use session::End;
pub use softphone_protocol as protocol;
pub use topic::TopicKey;
