//! The call room as its neighbours meet it: inputs in, what the engine and the interactions are told out.

mod harness;
mod legs;
mod random;
mod verbs;
