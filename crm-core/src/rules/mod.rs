//! Why somebody probably calls, and what to offer them: rules over what is known of the contact. [`RuleSet::advise`] is pure and runs
//! within the pop's time; what became of what was said is kept by `outcomes`.
//!
//! A rule ([`crate::model::Rule`]) is plain data: a [`Condition`] over [`Facts`], and a text with placeholders in some languages.

mod advise;
mod condition;
mod facts;
mod outcomes;
pub mod template;
mod words;

pub use advise::{Advice, RuleSet, SAID_MAX, Said};
pub use condition::{Condition, Op, TESTS_MAX, Test};
pub use facts::{Fact, Facts};
pub use outcomes::{HitRate, NewOutcome, Outcome, Period, PeriodRate};
