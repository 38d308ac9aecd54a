//! What a flow may name outside itself, and the nearest name when it is misspelt. Holds no configuration.

use crate::hours::Hours;
use cti_types::{AgentId, QueueId, SkillId};
use std::sync::Arc;

/// A kind of thing a flow refers to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    Queue,
    /// An agent, by their login.
    Agent,
    Skill,
    Hours,
    /// Audio, as full names: `en/welcome`.
    Clip,
}

/// The configuration a flow is checked against. Names are resolved once, when the document is parsed.
pub trait Names {
    fn queue(&self, name: &str) -> Option<QueueId>;
    /// By login.
    fn agent(&self, name: &str) -> Option<AgentId>;
    fn skill(&self, name: &str) -> Option<SkillId>;
    fn hours(&self, name: &str) -> Option<Arc<Hours>>;
    /// Whether there is audio of this full name (`en/welcome`).
    fn clip(&self, name: &str) -> bool;
    /// All names of a kind, for "did you mean"; empty when suggestions are not worth the listing.
    fn known(&self, kind: NameKind) -> Vec<String> {
        let _ = kind;
        Vec::new()
    }
}

/// The candidate fewest edits away from `wanted`, if it is near enough to be a slip of the hand (a third of its length).
/// Among equals the first in order of the alphabet.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let far = (wanted.chars().count() / 3).max(1);
    candidates.into_iter().map(|c| (edits(&wanted, &c.to_lowercase()), c)).filter(|(d, _)| *d <= far).min().map(|(_, c)| c)
}

/// Edits (insert, delete, replace, swap neighbours) between two words: optimal string alignment.
fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for (i, &ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &cb) in b.iter().enumerate() {
            let mut best = (rows[i][j + 1] + 1).min(row[j] + 1).min(rows[i][j] + usize::from(ca != cb));
            if i > 0 && j > 0 && ca == b[j - 1] && a[i - 1] == cb {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_does_not() {
        let known = ["sales", "support", "complaints"];
        for (wanted, found) in [
            ("sales", Some("sales")),
            ("slaes", Some("sales")),
            ("Suport", Some("support")),
            ("complaint", Some("complaints")),
            ("returns", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, known), found, "{wanted}");
        }
    }
}
