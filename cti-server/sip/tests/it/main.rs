//! The endpoint from outside: messages written by hand, virtual time, and two endpoints over a bad network.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calling;
mod incoming;
mod interfaces;
mod lifetime;
mod network;
mod parser;
mod register;
mod rig;
mod session;
mod strangers;
mod trunks;
