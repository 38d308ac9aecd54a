//! The endpoint from outside: messages written by hand, virtual time, and two endpoints over a bad network.

mod calling;
mod incoming;
mod network;
mod parser;
mod register;
mod rig;
mod session;
