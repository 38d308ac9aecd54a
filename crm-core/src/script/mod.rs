//! Scripts: what agents are led through in a call. A document of steps, checked before it goes live ([`Script::parse`]), and one agent's
//! way through it ([`Run`]), both pure; `store` keeps them.

mod check;
mod document;
mod run;
mod runs;
mod targets;
mod versions;

pub use document::{Branch, Choice, Document, Input, InputKind, NewTicket, Script, Step, Texts, Write, WriteTo};
pub use run::{ChoiceView, InputView, Run, StepView, Written};
pub use runs::{RunState, ScriptRun, StartRun};
pub use targets::Target;
pub use versions::SCRIPT_BYTES_MAX;
