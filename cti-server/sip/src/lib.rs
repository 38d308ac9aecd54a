//! SIP without sockets: bytes in, bytes and events out; time and chance are arguments.
pub mod api;
