//! Runs call flows: a validated document in, commands and waits out. No socket, no audio, no clock, no database.
//!
//! [`Flow::parse`] turns a TOML document into an immutable [`Flow`] or says everything that is wrong with it, each
//! problem with its node and its mend. [`Run`] walks one caller through one flow: give it inputs and expired timers,
//! then drain [`Run::poll`] until it is empty. The form of the document is described in [`parse`].

mod chart;
pub mod expr;
pub mod flows;
mod hours;
mod names;
mod node;
pub mod parse;
mod problem;
pub mod prompts;
mod run;
pub mod say;
mod voicemail;

pub use hours::Hours;
pub use names::{NameKind, Names};
pub use node::{Flow, NodeView};
pub use problem::{Problem, list};
pub use run::Run;

#[cfg(test)]
mod testing;
