//! Fields an administrator adds to a resource at run time: their definition. What a value may be is judged in `fields`.

use super::{Check, Clash, Column, ColumnKind, CustomFieldId, Kind, Resource, UserRole};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Most options of a list.
pub const OPTIONS_MAX: usize = 500;

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// At most 1,000 characters in one line.
    Text,
    /// A JSON number.
    Number,
    /// `2026-01-31`.
    Date,
    Boolean,
    /// One of the options.
    List,
    /// Any of the options, each once.
    MultiList,
}

/// A choice of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldOption {
    /// What is stored: 1 to 64 characters.
    pub value: String,
    /// How it is shown, by language.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Values of the field in `depends_on` for which it can be chosen; empty: for all.
    #[serde(default)]
    pub when: Vec<String>,
}

/// A field of a resource, defined while the server runs. Its values stand under `fields` of each row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomField {
    /// `customer` or `ticket`. Never changed.
    #[serde(default = "customer")]
    pub resource: String,
    /// Its name under `fields`: a letter, then lower-case letters, digits and underscores. Never changed.
    pub key: String,
    /// How it is shown, by language.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Never changed.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Must be there when a row is made or its fields are changed.
    #[serde(default)]
    pub required: bool,
    /// Of a list, in the order they are shown.
    #[serde(default)]
    pub options: Vec<FieldOption>,
    /// The key of a list whose value decides which options there are.
    #[serde(default)]
    pub depends_on: Option<String>,
    /// Place on the screen, smallest first.
    #[serde(default)]
    pub sort: i64,
    /// Roles that read it; empty: all that read the row.
    #[serde(default)]
    pub visible_to: BTreeSet<UserRole>,
    /// Roles that write it, being able to read it; empty: all that change the row.
    #[serde(default)]
    pub editable_by: BTreeSet<UserRole>,
    /// Whether it stands on the customer's card at the pop; of at most 20 fields.
    #[serde(default)]
    pub on_card: bool,
    #[serde(default = "yes")]
    pub active: bool,
}

fn customer() -> String {
    Kind::Customer.word().to_owned()
}
fn yes() -> bool {
    true
}

/// Resources that have fields of this kind. Another one is added here, with [`Resource::custom_fields`] where rows are written by `crud`.
const RESOURCES: &[&str] = &[Kind::Customer.word(), Kind::Ticket.word()];

/// Most fields on the card: all of them are read at each pop.
const ON_CARD_MAX: usize = 20;

impl CustomField {
    /// Whether values are of the options.
    pub fn is_list(&self) -> bool {
        matches!(self.kind, FieldType::List | FieldType::MultiList)
    }
}

impl Resource for CustomField {
    type Id = CustomFieldId;
    const KIND: Kind = Kind::CustomField;
    const TABLE: &'static str = "custom_field";
    const COLUMNS: &'static [Column] = &[
        Column { name: "resource", kind: ColumnKind::Text },
        Column { name: "key", kind: ColumnKind::Text },
        Column { name: "labels", kind: ColumnKind::Json },
        Column { name: "type", kind: ColumnKind::Text },
        Column { name: "required", kind: ColumnKind::Bool },
        Column { name: "options", kind: ColumnKind::Json },
        Column { name: "depends_on", kind: ColumnKind::Text },
        Column { name: "sort", kind: ColumnKind::Int },
        Column { name: "visible_to", kind: ColumnKind::Json },
        Column { name: "editable_by", kind: ColumnKind::Json },
        Column { name: "active", kind: ColumnKind::Bool },
        Column { name: "on_card", kind: ColumnKind::Bool },
    ];
    const SEARCH: &'static str = "key";
    const HAS_CLASHES: bool = true;

    fn check(&mut self, check: &mut Check) {
        check.that(RESOURCES.contains(&self.resource.as_str()), "resource", format!("choose one of: {}", RESOURCES.join(", ")));
        check.that(is_key(&self.key), "key", "use 1 to 40 lower-case letters, digits and underscores, a letter first");
        check_labels(check, "labels", &self.labels);
        check.count("options", self.options.len(), OPTIONS_MAX);
        if self.is_list() {
            check.that(!self.options.is_empty(), "options", "give a list its options");
        } else {
            check.that(self.options.is_empty(), "options", "leave them out: only lists have options");
            check.that(self.depends_on.is_none(), "depends_on", "leave it out: only lists depend on another field");
        }
        let all_read = self.resource != Kind::Ticket.word() || self.visible_to.is_empty();
        check.that(all_read, "visible_to", "leave it empty: whoever works on a ticket reads all of it");
        // Else somebody could not make a row at all.
        let open = self.visible_to.is_empty() && self.editable_by.is_empty();
        check.that(
            !self.required || open,
            "required",
            "leave visible_to and editable_by empty: whoever makes a row must be able to fill it",
        );
        let card = !self.on_card || self.resource == Kind::Customer.word();
        check.that(card, "on_card", "leave it out: the card shows fields of the customer");
        check.that(self.depends_on.as_deref() != Some(self.key.as_str()), "depends_on", "name another field");
        let mut seen = BTreeSet::new();
        for (at, option) in self.options.iter().enumerate().take(OPTIONS_MAX) {
            let field = |part: &str| format!("options[{at}].{part}");
            check.that((1..=64).contains(&option.value.chars().count()), field("value"), "give it 1 to 64 characters");
            check.line(&field("value"), &option.value, 64);
            check.that(seen.insert(option.value.as_str()), field("value"), "name each option once");
            check_labels(check, &field("labels"), &option.labels);
            check.count(&field("when"), option.when.len(), OPTIONS_MAX);
            let free = option.when.is_empty() || self.depends_on.is_some();
            check.that(free, field("when"), "name the other field in depends_on");
        }
    }

    /// What is stored in millions of rows keeps its meaning.
    fn check_change(&self, old: &Self, check: &mut Check) {
        check.that(self.resource == old.resource, "resource", "make a new field instead: this one has values");
        check.that(self.key == old.key, "key", "make a new field instead: this one has values");
        check.that(self.kind == old.kind, "type", "make a new field instead: this one has values");
    }

    fn clash(&self, other: &Self) -> Option<Clash> {
        (self.resource == other.resource && self.key == other.key).then(|| Clash {
            field: "key",
            what: format!("the {} has a field {} already", self.resource, self.key),
            mend: "choose another key".to_owned(),
        })
    }

    fn clash_among(&self, _own: Option<CustomFieldId>, others: &[(CustomFieldId, Self)]) -> Option<Clash> {
        let shown = others.iter().filter(|(_, other)| is_shown(other)).count();
        (is_shown(self) && shown >= ON_CARD_MAX).then(|| Clash {
            field: "on_card",
            what: format!("{ON_CARD_MAX} fields stand on the card already"),
            mend: "take another one from the card first".to_owned(),
        })
    }
}

/// Whether a field takes a place on the card.
fn is_shown(field: &CustomField) -> bool {
    field.on_card && field.active
}

/// A key of custom fields.
fn is_key(key: &str) -> bool {
    let first = key.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    first && key.len() <= 40 && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Texts by language, at most 20 of at most 100 characters.
pub(crate) fn check_labels(check: &mut Check, field: &str, labels: &BTreeMap<String, String>) {
    check.count(field, labels.len(), 20);
    for (language, text) in labels.iter().take(20) {
        check.language(field, language);
        check.line(field, text, 100);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(field: serde_json::Value) -> Vec<String> {
        let mut field: CustomField = serde_json::from_value(field).unwrap();
        let mut check = Check::default();
        field.check(&mut check);
        check.into_errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_definition_that_cannot_work_is_refused_by_field() {
        let list = |options| json!({ "key": "class", "type": "list", "options": options });
        for (field, expected) in [
            (json!({ "key": "contract_class", "type": "text" }), vec![]),
            (json!({ "key": "Class", "type": "text" }), vec!["key"]),
            (json!({ "key": "x", "type": "list" }), vec!["options"]),
            (json!({ "key": "x", "type": "date", "options": [{ "value": "a" }] }), vec!["options"]),
            (json!({ "key": "x", "type": "date", "depends_on": "y" }), vec!["depends_on"]),
            (list(json!([{ "value": "a" }, { "value": "a" }])), vec!["options[1].value"]),
            (list(json!([{ "value": "a", "when": ["b"] }])), vec!["options[0].when"]),
            (json!({ "key": "x", "type": "text", "required": true, "editable_by": ["admin"] }), vec!["required"]),
            (json!({ "resource": "moon", "key": "x", "type": "text" }), vec!["resource"]),
            (json!({ "resource": "ticket", "key": "x", "type": "text", "editable_by": ["admin"] }), vec![]),
            (json!({ "resource": "ticket", "key": "x", "type": "text", "visible_to": ["admin"] }), vec!["visible_to"]),
            (json!({ "resource": "ticket", "key": "x", "type": "text", "on_card": true }), vec!["on_card"]),
            (json!({ "key": "x", "type": "text", "labels": { "English": "X" } }), vec!["labels"]),
        ] {
            assert_eq!(wrong(field.clone()), expected, "{field}");
        }
    }
}
