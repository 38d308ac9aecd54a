//! The room from outside: every rule as a table of inputs and outputs, and random histories against a full scan.

mod aims;
mod expect;
mod harness;
mod limits;
mod offers;
mod order;
mod owners;
mod presence;
mod random;
mod routing;
