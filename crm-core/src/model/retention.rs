//! How long which kind of data is kept. What is done then: `erasure::retention`.

use super::{Check, Column, Kind, Resource, RetentionPolicyId, columns};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A hundred years.
const DAYS_MAX: i64 = 36_525;

/// A kind of data that goes when it is old enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetentionKind {
    /// The sound of calls, since the recording began. What is known of it stays, without the sound.
    Recordings,
    /// The sound of messages callers left, since they were left.
    Messages,
    /// Numbers, names, collected values and notes of interactions, since they opened. Their times and figures stay.
    Interactions,
    /// Who changed what.
    Audit,
    /// Customers nobody was in contact with and nobody changed: anonymised.
    Customers,
    /// Files and errors of imports that are over.
    Imports,
    /// The list of exports.
    Exports,
    /// What was written in closed tickets, since they were changed last. Their times and figures stay.
    Tickets,
    /// Notes, since they were written.
    Notes,
    /// Tasks, since they were done.
    Tasks,
    /// Callbacks with their attempts, since they were over.
    Callbacks,
}

impl RetentionKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            RetentionKind::Recordings => "recordings",
            RetentionKind::Messages => "messages",
            RetentionKind::Interactions => "interactions",
            RetentionKind::Audit => "audit",
            RetentionKind::Customers => "customers",
            RetentionKind::Imports => "imports",
            RetentionKind::Exports => "exports",
            RetentionKind::Tickets => "tickets",
            RetentionKind::Notes => "notes",
            RetentionKind::Tasks => "tasks",
            RetentionKind::Callbacks => "callbacks",
        }
    }
}

/// How long one kind is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionPolicy {
    /// One policy a kind.
    pub kind: RetentionKind,
    /// 1 to 36525.
    pub days: i64,
    /// Only then is anything erased; until then its figures can be looked at.
    #[serde(default)]
    pub active: bool,
}

impl Resource for RetentionPolicy {
    type Id = RetentionPolicyId;
    const KIND: Kind = Kind::RetentionPolicy;
    const TABLE: &'static str = "retention_policy";
    const COLUMNS: &'static [Column] = columns!(kind: Text, days: Int, active: Bool);
    const SEARCH: &'static str = "kind";

    fn check(&mut self, check: &mut Check) {
        check.range("days", self.days, 1, DAYS_MAX);
    }

    fn check_change(&self, old: &Self, check: &mut Check) {
        check.that(self.kind == old.kind, "kind", "make a policy of its own for another kind");
    }
}
