//! Rules about the source tree itself: who imports whom, licences, what pure code may touch, and the house's habits. Builds nothing.
//!
//! The rules are plain functions over text and over cargo's own description of the workspace, so that each has a small
//! test of its own. `tests/tree.rs` lays them on the real tree.

pub mod licence;
pub mod lock;
pub mod rules;
pub mod rust;
pub mod tree;
pub mod workspace;

/// Something that breaks a rule: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// A path inside the repository, with `:line` where a line is meant, or a package.
    pub place: String,
    pub what: String,
}

impl Fault {
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Fault {
        Fault { place: place.into(), what: what.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Fails with every fault on a line of its own.
///
/// # Panics
/// When there is any fault.
pub fn none(faults: &[Fault]) {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{} found:\n  {}\n", faults.len(), lines.join("\n  "));
}
