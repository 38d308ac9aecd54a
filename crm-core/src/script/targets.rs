//! Where answers go: which fields scripts write, whether an input fits one, and answers as a change of a record. Pure.

use super::document::{Document, Input, InputKind, Write, WriteTo};
use super::run::{Written, text_of};
use crate::error::FieldError;
use crate::model::{Check, CustomField, Customer, FieldType, Ticket, TicketPriority, is_line};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// A field that scripts write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By its name.
    Plain(&'static str),
    /// A line added to a text that grows: `notes`, `description`.
    Lines(&'static str),
    /// A value without a definition, in this field, by this key: `attributes`, `custom`.
    Free(&'static str, String),
    /// One defined at run time.
    Defined(String),
}

impl Target {
    /// The field a write names, if scripts write it.
    pub fn of(write: &Write) -> Option<Target> {
        let (plain, lines, free): (&[&'static str], _, _) = match write.to {
            WriteTo::Customer => (&["given_name", "family_name", "company", "birthday", "language"], "notes", "attributes"),
            WriteTo::Ticket => (&["title", "contact", "work", "address", "priority"], "description", "custom"),
        };
        let right = |key: &str| (1..=64).contains(&key.len()) && is_line(key);
        match write.field.split_once('.') {
            Some((of, key)) if of == free && right(key) => Some(Target::Free(free, key.to_owned())),
            Some(("fields", key)) if right(key) => Some(Target::Defined(key.to_owned())),
            Some(_) => None,
            None if write.field == lines => Some(Target::Lines(lines)),
            None => plain.iter().copied().find(|name| *name == write.field).map(Target::Plain),
        }
    }
}

/// What to write instead of a field that is none.
pub(super) fn mend(to: WriteTo) -> &'static str {
    match to {
        WriteTo::Customer => "choose given_name, family_name, company, birthday, language, notes, attributes.KEY or fields.KEY",
        WriteTo::Ticket => "choose title, description, contact, work, address, priority, custom.KEY or fields.KEY",
    }
}

/// The definitions of fields made at run time, of both records.
pub(super) struct Defined {
    pub(super) customer: Vec<CustomField>,
    pub(super) ticket: Vec<CustomField>,
}

impl Defined {
    pub(super) fn of(&self, to: WriteTo) -> &[CustomField] {
        match to {
            WriteTo::Customer => &self.customer,
            WriteTo::Ticket => &self.ticket,
        }
    }

    /// The definition of an active field.
    fn field(&self, write: &Write) -> Option<&CustomField> {
        let key = write.field.strip_prefix("fields.")?;
        self.of(write.to).iter().find(|field| field.key == key && field.active)
    }
}

/// Whether answers fit the fields they are written to.
pub(super) fn check_targets(document: &Document, defined: &Defined) -> Vec<FieldError> {
    let mut check = Check::default();
    for (at, step) in document.steps.iter().enumerate() {
        for (n, input) in step.inputs.iter().enumerate() {
            let Some(write) = &input.write else { continue };
            let place = format!("steps[{at}].inputs[{n}]");
            match Target::of(write) {
                Some(Target::Defined(_)) => match defined.field(write) {
                    Some(field) => fits(&mut check, &place, input, field),
                    None => check.wrong(format!("{place}.write.field"), "there is no such field that is active; define it first"),
                },
                Some(Target::Plain("priority")) => is_priority(&mut check, &place, input),
                Some(Target::Plain(_) | Target::Lines(_) | Target::Free(..)) | None => {}
            }
        }
    }
    check.into_errors()
}

fn is_priority(check: &mut Check, place: &str, input: &Input) {
    let known = |value: &str| serde_json::from_value::<TicketPriority>(Json::from(value)).is_ok();
    let right = input.kind == InputKind::Choice && input.choices.iter().all(|choice| known(&choice.value));
    check.that(right, format!("{place}.choices"), "make it a choice of low, normal, high and urgent");
}

fn fits(check: &mut Check, place: &str, input: &Input, field: &CustomField) {
    let kind = match field.kind {
        // Each answer can be written as a text.
        FieldType::Text => input.kind,
        FieldType::Number => InputKind::Number,
        FieldType::Date => InputKind::Date,
        FieldType::Boolean => InputKind::Boolean,
        FieldType::List | FieldType::MultiList => InputKind::Choice,
    };
    check.that(input.kind == kind, format!("{place}.kind"), format!("make it {}: the field takes nothing else", kind.word()));
    if field.is_list() && input.kind == InputKind::Choice {
        for (at, choice) in input.choices.iter().enumerate() {
            let there = field.options.iter().any(|option| option.value == choice.value);
            check.that(there, format!("{place}.choices[{at}].value"), "choose an option of the field");
        }
    }
}

/// The answer as the field takes it.
fn typed(defined: &Defined, one: &Written, value: &Json) -> Json {
    match defined.field(&one.write).map(|field| field.kind) {
        Some(FieldType::Text) => Json::from(text_of(value)),
        Some(FieldType::MultiList) => json!([value]),
        Some(FieldType::Number | FieldType::Date | FieldType::Boolean | FieldType::List) | None => value.clone(),
    }
}

/// With another line, unless it stands there already, as when it is answered again after going back.
fn with_line(text: &str, line: &str) -> String {
    if text.lines().any(|there| there == line) {
        return text.to_owned();
    }
    let gap = if text.is_empty() { "" } else { "\n" };
    format!("{text}{gap}{line}")
}

/// A change, as a merge patch. What was left empty changes nothing. `lines`: the text that grows. `free`: the values without a definition.
fn patch(writes: &[Written], defined: &Defined, lines: &str, free: &BTreeMap<String, Json>) -> Map<String, Json> {
    let (mut patch, mut fields, mut values, mut text) = (Map::new(), Map::new(), free.clone(), lines.to_owned());
    for one in writes {
        let (Some(target), Some(value)) = (Target::of(&one.write), &one.value) else { continue };
        match target {
            Target::Plain(name) => drop(patch.insert(name.to_owned(), Json::from(text_of(value)))),
            Target::Lines(name) => {
                text = with_line(&text, &text_of(value));
                patch.insert(name.to_owned(), Json::from(text.as_str()));
            }
            Target::Free(name, key) => {
                values.insert(key, Json::from(text_of(value)));
                patch.insert(name.to_owned(), json!(values));
            }
            Target::Defined(key) => drop(fields.insert(key, typed(defined, one, value))),
        }
    }
    if !fields.is_empty() {
        patch.insert("fields".to_owned(), Json::Object(fields));
    }
    patch
}

/// The change of a customer.
pub(super) fn customer_patch(old: &Customer, writes: &[Written], defined: &Defined) -> Json {
    let free = old.attributes.iter().map(|(key, value)| (key.clone(), Json::from(value.as_str()))).collect();
    Json::Object(patch(writes, defined, &old.notes, &free))
}

/// The change of a ticket, or the fields of a new one.
pub(super) fn ticket_patch(old: Option<&Ticket>, writes: &[Written], defined: &Defined) -> Map<String, Json> {
    let lines = old.map_or("", |old| old.description.as_str());
    patch(writes, defined, lines, &old.map(|old| old.custom.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(to: WriteTo, field: &str) -> Write {
        Write { to, field: field.to_owned() }
    }

    fn written(to: WriteTo, field: &str, value: Json) -> Written {
        Written { input: "x".to_owned(), write: write(to, field), value: Some(value).filter(|value| !value.is_null()) }
    }

    fn defined() -> Defined {
        let fields = json!([
            { "key": "seats", "type": "number" }, { "key": "memo", "type": "text" },
            { "key": "tags", "type": "multi_list", "options": [{ "value": "a" }, { "value": "b" }] },
            { "key": "gone", "type": "text", "active": false },
        ]);
        let fields: Vec<CustomField> = serde_json::from_value(fields).unwrap();
        Defined { ticket: fields.clone(), customer: fields }
    }

    #[test]
    fn a_write_names_a_field_of_its_record() {
        use WriteTo::{Customer, Ticket};
        for (to, field, expected) in [
            (Customer, "company", Some(Target::Plain("company"))),
            (Customer, "notes", Some(Target::Lines("notes"))),
            (Customer, "attributes.a.b", Some(Target::Free("attributes", "a.b".into()))),
            (Customer, "fields.seats", Some(Target::Defined("seats".into()))),
            (Customer, "tier", None),
            (Customer, "title", None),
            (Customer, "custom.x", None),
            (Ticket, "title", Some(Target::Plain("title"))),
            (Ticket, "description", Some(Target::Lines("description"))),
            (Ticket, "custom.x", Some(Target::Free("custom", "x".into()))),
            (Ticket, "notes", None),
            (Ticket, "status", None),
            (Ticket, "fields.", None),
        ] {
            assert_eq!(Target::of(&write(to, field)), expected, "{field}");
        }
    }

    #[test]
    fn answers_become_a_change_of_the_fields_they_belong_to() {
        use WriteTo::{Customer, Ticket};
        let old = json!({ "name": "Ann", "notes": "first", "attributes": { "k": "1" } });
        let old: crate::model::Customer = serde_json::from_value(old).unwrap();
        let writes = [
            written(Customer, "company", json!("Acme")),
            written(Customer, "notes", json!("second")),
            written(Customer, "notes", json!("first")),
            written(Customer, "attributes.budget", json!(7)),
            written(Customer, "fields.seats", json!(7)),
            written(Customer, "fields.memo", json!(7)),
            written(Customer, "fields.tags", json!("a")),
            written(Customer, "language", Json::Null),
        ];
        let expected = json!({ "company": "Acme", "notes": "first\nsecond", "attributes": { "k": "1", "budget": "7" },
            "fields": { "seats": 7, "memo": "7", "tags": ["a"] } });
        assert_eq!(customer_patch(&old, &writes, &defined()), expected);
        let writes = [written(Ticket, "description", json!("broken")), written(Ticket, "priority", json!("high"))];
        assert_eq!(Json::Object(ticket_patch(None, &writes, &defined())), json!({ "description": "broken", "priority": "high" }));
        assert!(ticket_patch(None, &[], &defined()).is_empty());
    }

    #[test]
    fn an_input_must_fit_the_field_it_is_written_to() {
        let input = |kind: &str, field: &str, choices: Json| json!({ "name": "x", "label": { "en": "X" }, "kind": kind, "choices": choices, "write": { "to": "ticket", "field": field } });
        let choice = |value: &str| json!([{ "value": value, "label": { "en": "A" } }]);
        for (input, expected) in [
            (input("number", "fields.seats", json!([])), vec![]),
            (input("text", "fields.seats", json!([])), vec!["steps[0].inputs[0].kind"]),
            (input("date", "fields.memo", json!([])), vec![]),
            (input("choice", "fields.tags", choice("a")), vec![]),
            (input("choice", "fields.tags", choice("z")), vec!["steps[0].inputs[0].choices[0].value"]),
            (input("text", "fields.gone", json!([])), vec!["steps[0].inputs[0].write.field"]),
            (input("text", "fields.none", json!([])), vec!["steps[0].inputs[0].write.field"]),
            (input("choice", "priority", choice("high")), vec![]),
            (input("choice", "priority", choice("asap")), vec!["steps[0].inputs[0].choices"]),
            (input("text", "title", json!([])), vec![]),
        ] {
            let step = json!({ "id": "a", "text": { "en": "?" }, "inputs": [input], "end": true });
            let document: Document = serde_json::from_value(json!({ "start": "a", "steps": [step] })).unwrap();
            let wrong: Vec<String> = check_targets(&document, &defined()).into_iter().map(|error| error.field).collect();
            assert_eq!(wrong, expected, "{document:?}");
        }
    }
}
