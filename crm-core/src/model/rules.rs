//! Rules that say why somebody probably calls and what to offer them, as people edit them. What they say of a contact is in `rules`.

use super::{Check, Clash, Column, Kind, Reference, Resource, UsedBy, columns};
use crate::rules::{Condition, template};
use cti_types::{QueueId, RuleId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Rules in all. One more is refused: all of them are asked at each pop.
pub const RULES_MAX: usize = 500;
/// Languages of a text.
const LANGUAGES_MAX: usize = 8;

/// What a rule's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// "Probably calling about …"
    Reason,
    /// "Suggest …"
    Offer,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub name: String,
    pub kind: RuleKind,
    /// `{"all": […]}`, `{"any": […]}`, `{"not": …}` or a test `{"field": "items.ticket.count", "op": "ge", "value": 1}`; at most 50 tests.
    /// Operators: eq, ne, gt, ge, lt, le, in, contains, starts_with, exists, missing.
    #[schema(value_type = Object)]
    pub conditions: Condition,
    /// What it says, by language: one line of at most 300 characters with placeholders such as `{card.name}`.
    pub texts: BTreeMap<String, String>,
    /// 1 to 1,000: the strongest three reasons and offers are shown.
    #[serde(default = "middle")]
    pub score: i64,
    /// The queues it is for; empty: all.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub queues: Vec<QueueId>,
    #[serde(default = "yes")]
    pub active: bool,
    /// Microseconds since 1970, UTC.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_from: Option<Utc>,
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_until: Option<Utc>,
}

fn middle() -> i64 {
    500
}
fn yes() -> bool {
    true
}

/// Checks texts by language: some, each a line of at most `max` characters with right placeholders.
pub(crate) fn check_texts(check: &mut Check, field: &str, texts: &BTreeMap<String, String>, max: usize) {
    check.that(!texts.is_empty(), field, "write it in at least one language");
    check.count(field, texts.len(), LANGUAGES_MAX);
    for (language, text) in texts.iter().take(LANGUAGES_MAX) {
        let field = format!("{field}.{language}");
        check.language(&field, language);
        check.that(!text.trim().is_empty(), field.clone(), "give it a value");
        check.line(&field, text, max);
        if let Err(mend) = template::names(text) {
            check.wrong(field, mend);
        }
    }
}

impl Resource for Rule {
    type Id = RuleId;
    const KIND: Kind = Kind::Rule;
    const TABLE: &'static str = "rule";
    const COLUMNS: &'static [Column] = columns!(
        name: Text, kind: Text, conditions: Json, texts: Json, score: Int, queues: Json, active: Bool, valid_from: Int, valid_until: Int,
    );
    const USED_BY: &'static [UsedBy] = &[];
    const HAS_CLASHES: bool = true;

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check_texts(check, "texts", &self.texts, 300);
        check.range("score", self.score, 1, 1_000);
        check.count("queues", self.queues.len(), 100);
        let ends = self.valid_from.zip(self.valid_until).is_none_or(|(from, until)| from < until);
        check.that(ends, "valid_until", "let it end after it begins");
    }

    fn references(&self) -> Vec<Reference> {
        let queue = |(at, id): (usize, &QueueId)| Reference { field: format!("queues[{at}]"), table: "queue", id: id.to_string() };
        self.queues.iter().enumerate().map(queue).collect()
    }

    fn clash_among(&self, own: Option<RuleId>, others: &[(RuleId, Self)]) -> Option<Clash> {
        (own.is_none() && others.len() >= RULES_MAX).then(|| Clash {
            field: "name",
            what: "there are as many rules as there may be".to_owned(),
            mend: format!("leave at most {RULES_MAX}"),
        })
    }
}
