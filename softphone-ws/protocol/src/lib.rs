//! The wire types of `/ws/v1`, subprotocol [`SUBPROTOCOL`]: messages, topics, views. No socket, no rule of the house.
//!
//! Every message is one JSON object in one text frame. A client begins with [`ClientMessage::Hello`], the server answers
//! [`ServerMessage::Welcome`], and from then on each topic sends a snapshot and numbered deltas. Times on the wire are milliseconds
//! since the Unix epoch, UTC; ids are UUIDs in text. TypeScript for all of it comes from [`typescript::generate`].

pub mod decode;
pub mod floor;
pub mod message;
pub mod topic;
pub mod typescript;
pub mod view;

pub use decode::BadMessage;
pub use floor::*;
pub use message::{
    At, ClientMessage, Command, Device, ErrorCode, ModeAsked, Outcome, PresenceAsked, RecordAsked, ServerMessage, SessionNo, TargetAsked,
    WireError,
};
pub use topic::{Topic, key};
pub use view::*;

/// The WebSocket subprotocol (RFC 6455 1.9): its number changes when an old client would misread a message.
pub const SUBPROTOCOL: &str = "cordboard.v1";
