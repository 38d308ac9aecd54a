//! The endpoint from outside: messages written by hand, virtual time, and two endpoints over a bad network.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calling;
mod incoming;
mod interfaces;
mod ladder;
mod lifetime;
mod network;
mod parser;
mod peers;
mod redirect;
mod refer;
mod register;
mod reliable;
mod rig;
mod secure;
mod session;
mod strangers;
mod trunks;
