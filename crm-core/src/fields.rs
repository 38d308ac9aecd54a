//! Values of fields defined at run time: what may be written. The rules are pure; the definitions are read in the transaction of the write.
//!
//! Values stand in the row's own column `fields`, typed JSON by key, beside `attributes`, which stay free short texts without a definition.
//! A change is judged by what it changes: a value whose definition is gone or inactive stays where it is, unseen, until somebody clears it.

use crate::crud::read_row;
use crate::db::{Tx, args};
use crate::error::{FieldError, Result, StoreError};
use crate::model::{Check, CustomField, FieldType, Resource};
use crate::store::Store;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Most characters of a text.
const TEXT_MAX: usize = 1_000;
/// Most fields of a resource; further definitions are refused when values are written.
pub const FIELDS_MAX: usize = 200;

/// Values by key.
pub type Fields = BTreeMap<String, Json>;

/// Everything that is wrong with the values to be written. `old`: those that stand there; `None`: the row is new.
pub fn check_fields(defined: &[CustomField], old: Option<&Fields>, new: &Fields) -> Vec<FieldError> {
    let mut check = Check::default();
    let changed = |key: &str| old.is_none_or(|old| old.get(key) != new.get(key));
    let known = |key: &str| defined.iter().find(|field| field.key == key && field.active);
    check.count("fields", new.len(), FIELDS_MAX);
    for (key, value) in new.iter().filter(|(key, _)| changed(key)).take(FIELDS_MAX) {
        let name = format!("fields.{}", key.chars().take(40).collect::<String>());
        match known(key) {
            Some(field) => check_value(&mut check, &name, field, value),
            None => check.wrong(name, "there is no such field"),
        }
    }
    let touched = old.is_none_or(|old| old != new);
    for field in defined.iter().filter(|field| field.active && touched) {
        let name = format!("fields.{}", field.key);
        match new.get(&field.key) {
            None => check.that(!field.required, name, "give it a value"),
            // The other field may have changed under it.
            Some(value) if field.depends_on.as_deref().is_some_and(changed) || changed(&field.key) => {
                check_dependent(&mut check, &name, field, value, new);
            }
            Some(_) => {}
        }
    }
    check.into_errors()
}

fn check_value(check: &mut Check, name: &str, field: &CustomField, value: &Json) {
    let known = |value: &Json| value.as_str().is_some_and(|value| field.options.iter().any(|option| option.value == value));
    match field.kind {
        FieldType::Text => match value.as_str() {
            Some(text) => {
                check.that(!text.trim().is_empty(), name, "give it a text, or null to clear it");
                check.line(name, text, TEXT_MAX);
            }
            None => check.wrong(name, "give it a text"),
        },
        FieldType::Number => check.that(value.is_number(), name, "give it a number"),
        FieldType::Date => {
            let date = value.as_str().filter(|text| text.len() == 10).and_then(|text| text.parse::<jiff::civil::Date>().ok());
            check.that(date.is_some(), name, "write it as 2026-01-31");
        }
        FieldType::Boolean => check.that(value.is_boolean(), name, "give it true or false"),
        FieldType::List => check.that(known(value), name, "choose one of its options"),
        FieldType::MultiList => match value.as_array() {
            Some(values) => {
                check.that(values.iter().all(known), name, "choose of its options");
                let once = values.iter().enumerate().all(|(at, value)| !values.iter().take(at).any(|other| other == value));
                check.that(once, name, "name each option once");
                check.that(!values.is_empty(), name, "choose at least one, or give null to clear it");
            }
            None => check.wrong(name, "give it a list of options"),
        },
    }
}

/// Options there are only for some values of another field.
fn check_dependent(check: &mut Check, name: &str, field: &CustomField, value: &Json, all: &Fields) {
    let Some(other) = &field.depends_on else { return };
    let chosen: Vec<&str> = match all.get(other) {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(many)) => many.iter().filter_map(Json::as_str).collect(),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_)) | None => Vec::new(),
    };
    let fits = |value: &str| {
        let option = field.options.iter().find(|option| option.value == value);
        option.is_none_or(|option| option.when.is_empty() || option.when.iter().any(|when| chosen.contains(&when.as_str())))
    };
    let right = match value {
        Json::String(one) => fits(one),
        Json::Array(many) => many.iter().filter_map(Json::as_str).all(fits),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => true,
    };
    check.that(right, name, format!("choose an option that goes with {other}"));
}

/// The definitions for a resource, in the order they are shown.
async fn definitions(tx: &mut Tx, resource: &str) -> Result<Vec<CustomField>> {
    let columns = CustomField::COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT id, version, created_at, updated_at, {columns} FROM custom_field WHERE resource = $1 ORDER BY sort, key LIMIT {FIELDS_MAX}"
    );
    tx.fetch(sql, args![resource]).await?.iter().map(|row| read_row::<CustomField>(row).map(|stored| stored.data)).collect()
}

/// Judges the custom values of a row about to be written; nothing for a resource that has none.
pub(crate) async fn check_custom<R: Resource>(tx: &mut Tx, old: Option<&R>, new: &R) -> Result<()> {
    let Some(values) = new.custom_fields() else { return Ok(()) };
    let old = old.and_then(R::custom_fields);
    if old == Some(values) {
        return Ok(());
    }
    let defined = definitions(tx, R::KIND.word()).await?;
    let errors = check_fields(&defined, old, values);
    if errors.is_empty() { Ok(()) } else { Err(StoreError::Invalid { resource: R::KIND.word(), errors }) }
}

impl Store {
    /// The fields defined for a resource, in the order they are shown; at most [`FIELDS_MAX`].
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn field_definitions(&self, resource: &str) -> Result<Vec<CustomField>> {
        let columns = CustomField::COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT id, version, created_at, updated_at, {columns} FROM custom_field \
             WHERE resource = $1 ORDER BY sort, key LIMIT {FIELDS_MAX}"
        );
        self.db.fetch(sql, args![resource]).await?.iter().map(|row| read_row::<CustomField>(row).map(|stored| stored.data)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn defined() -> Vec<CustomField> {
        serde_json::from_value(json!([
            { "key": "class", "type": "list", "options": [{ "value": "a" }, { "value": "b" }] },
            { "key": "level", "type": "list", "depends_on": "class", "options": [{ "value": "a1", "when": ["a"] }, { "value": "any" }] },
            { "key": "since", "type": "date" },
            { "key": "seats", "type": "number" },
            { "key": "vip", "type": "boolean" },
            { "key": "memo", "type": "text" },
            { "key": "tags", "type": "multi_list", "options": [{ "value": "x" }, { "value": "y" }] },
            { "key": "gone", "type": "text", "active": false },
        ]))
        .unwrap()
    }

    fn fields(values: Json) -> Fields {
        serde_json::from_value(values).unwrap()
    }

    fn wrong(defined: &[CustomField], old: Option<Json>, new: Json) -> Vec<String> {
        let old = old.map(fields);
        check_fields(defined, old.as_ref(), &fields(new)).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn each_type_takes_its_own_values_and_names_what_it_refuses() {
        for (values, expected) in [
            (
                json!({ "class": "a", "level": "a1", "since": "2026-02-28", "seats": 2.5, "vip": false, "memo": "x", "tags": ["x", "y"] }),
                vec![],
            ),
            (json!({ "class": "c" }), vec!["fields.class"]),
            (json!({ "class": 1 }), vec!["fields.class"]),
            (json!({ "class": "b", "level": "a1" }), vec!["fields.level"]),
            (json!({ "class": "b", "level": "any" }), vec![]),
            (json!({ "level": "a1" }), vec!["fields.level"]),
            (json!({ "since": "2026-02-29" }), vec!["fields.since"]),
            (json!({ "since": "2026-2-1" }), vec!["fields.since"]),
            (json!({ "seats": "2" }), vec!["fields.seats"]),
            (json!({ "vip": 1 }), vec!["fields.vip"]),
            (json!({ "memo": "a\nb" }), vec!["fields.memo"]),
            (json!({ "memo": " " }), vec!["fields.memo"]),
            (json!({ "tags": ["x", "x"] }), vec!["fields.tags"]),
            (json!({ "tags": [] }), vec!["fields.tags"]),
            (json!({ "tags": "x" }), vec!["fields.tags"]),
            (json!({ "other": 1, "gone": "x" }), vec!["fields.gone", "fields.other"]),
        ] {
            assert_eq!(wrong(&defined(), None, values.clone()), expected, "{values}");
        }
    }

    #[test]
    fn a_change_is_judged_by_what_it_changes() {
        let all = defined();
        let stale = json!({ "other": 1, "class": "was a choice once" });
        assert!(wrong(&all, Some(stale.clone()), stale.clone()).is_empty());
        let mut next = stale.clone();
        next["vip"] = json!(true);
        assert!(wrong(&all, Some(stale.clone()), next.clone()).is_empty(), "an old value may stay");
        next["other"] = json!(2);
        assert_eq!(wrong(&all, Some(stale), next), ["fields.other"]);
        // A choice that no longer goes with the other field's new value.
        let was = json!({ "class": "a", "level": "a1" });
        assert_eq!(wrong(&all, Some(was), json!({ "class": "b", "level": "a1" })), ["fields.level"]);
    }

    #[test]
    fn what_is_required_is_asked_when_fields_are_written() {
        let mut all = defined();
        for field in &mut all {
            field.required = matches!(field.key.as_str(), "class" | "gone");
        }
        assert_eq!(wrong(&all, None, json!({})), ["fields.class"]);
        assert!(wrong(&all, Some(json!({})), json!({})).is_empty(), "the field is younger than the row");
        assert_eq!(wrong(&all, Some(json!({})), json!({ "vip": true })), ["fields.class"]);
        assert_eq!(wrong(&all, Some(json!({ "class": "a" })), json!({})), ["fields.class"]);
    }
}
