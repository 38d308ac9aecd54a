//! Documents that are right and wrong, and what is said of them.

use super::*;
use serde_json::{Value as Json, json};

/// Three steps: a question with a branch, and two ends.
pub(in crate::script) fn good() -> Json {
    json!({
        "start": "ask",
        "steps": [
            { "id": "ask", "title": { "en": "Greeting" }, "text": { "en": "Hello {card.name}", "zh": "您好 {card.name}" },
              "inputs": [{ "name": "budget", "label": { "en": "Budget" }, "kind": "number", "required": true, "min": 0,
                           "write": { "to": "customer", "field": "attributes.budget" } }],
              "branches": [{ "when": { "field": "answers.budget", "op": "ge", "value": 1000 }, "next": "big" }], "next": "small" },
            { "id": "big", "text": { "en": "Offer the large one for {answers.budget}" }, "end": true },
            { "id": "small", "text": { "en": "Offer the small one" }, "end": true },
        ],
    })
}

fn parsed(document: &Json) -> Result<Script, Vec<FieldError>> {
    Script::parse(serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}: {document}")))
}

/// The good document with one place changed.
fn with(pointer: &str, value: Json) -> Json {
    let mut document = good();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Json::Object(fields) => drop(fields.insert(name.to_owned(), value)),
        Json::Array(all) => all[name.parse::<usize>().expect("a place")] = value,
        other => panic!("{other} holds nothing"),
    }
    document
}

#[test]
fn a_right_document_is_taken() {
    let script = parsed(&good()).expect("it is right");
    assert_eq!(serde_json::to_value(&script.document).unwrap()["start"], "ask");
}

#[test]
fn each_thing_that_is_wrong_is_named_by_its_place() {
    let input = |change: Json| {
        let mut input = json!({ "name": "x", "label": { "en": "X" }, "kind": "text" });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        with("/steps/0/inputs/0", input)
    };
    let table = [
        (with("/start", json!("nowhere")), "start", "a step that is there"),
        (with("/steps/0/next", json!("nowhere")), "steps[0].next", "no step \"nowhere\""),
        (with("/steps/0/branches/0/next", json!("nowhere")), "steps[0].branches[0].next", "no step"),
        (
            with("/steps/0/branches/0/when", json!({ "field": "answers.colour", "op": "exists" })),
            "steps[0].branches[0].when",
            "no step asks",
        ),
        (with("/steps/0/branches/0/when", json!({ "all": [{ "op": "eq" }] })), "steps[0].branches[0].when.all[0].field", "name a fact"),
        (with("/steps/0/text/en", json!("Hello {card.name")), "steps[0].text.en", "close the brace"),
        (with("/steps/0/text/en", json!("Hello {secret.key}")), "steps[0].text.en", "nothing a script knows"),
        (with("/steps/0/text", json!({ "zh": "您好" })), "steps[0].text", "the script's language"),
        (with("/steps/0/title/en", json!("a\nb")), "steps[0].title.en", "control characters"),
        (with("/steps/1/id", json!("Big One")), "steps[1].id", "lower-case"),
        (with("/steps/1/id", json!("small")), "steps[2].id", "its own id"),
        (with("/steps/1/next", json!("ask")), "steps[1].next", "over with this step"),
        (with("/steps/1/end", json!(false)), "steps[1].next", "say where it goes on"),
        (with("/steps", json!([])), "steps", "1 to 200"),
        (input(json!({ "kind": "choice" })), "steps[0].inputs[0].choices", "1 to 50"),
        (input(json!({ "choices": [{ "value": "a", "label": { "en": "A" } }] })), "steps[0].inputs[0].choices", "leave them out"),
        (input(json!({ "min": 1 })), "steps[0].inputs[0].min", "make it a number"),
        (input(json!({ "kind": "number", "min": 2, "max": 1 })), "steps[0].inputs[0].max", "at least"),
        (input(json!({ "write": { "to": "customer", "field": "tier" } })), "steps[0].inputs[0].write.field", "attributes.KEY"),
        (input(json!({ "name": "Budget!" })), "steps[0].inputs[0].name", "lower-case"),
    ];
    for (document, field, mend) in table {
        let errors = parsed(&document).expect_err("it is wrong");
        let found = errors.iter().find(|error| error.field == field).unwrap_or_else(|| panic!("{field}: {errors:?}"));
        assert!(found.mend.contains(mend), "{field}: {}", found.mend);
    }
}

fn steps(steps: &[(&str, bool, &[&str], bool)]) -> Json {
    let steps: Vec<Json> = steps
        .iter()
        .map(|(id, asks, next, end)| {
            let inputs = if *asks { json!([{ "name": id, "label": { "en": "?" }, "kind": "text" }]) } else { json!([]) };
            let (last, others) = next.split_last().map_or((None, [].as_slice()), |(last, others)| (Some(last), others));
            let branches: Vec<Json> =
                others.iter().map(|next| json!({ "when": { "field": "card.tier", "op": "exists" }, "next": next })).collect();
            json!({ "id": id, "text": { "en": "?" }, "inputs": inputs, "branches": branches, "next": last, "end": end })
        })
        .collect();
    json!({ "start": "a", "steps": steps })
}

#[test]
fn every_step_is_reached_and_comes_to_an_end_and_no_loop_runs_by_itself() {
    let table: [(&[(&str, bool, &[&str], bool)], &[(&str, &str)]); 6] = [
        (&[("a", false, &["b"], false), ("b", false, &[], true)], &[]),
        (&[("a", false, &[], true), ("b", false, &[], true)], &[("steps[1]", "no way leads to")]),
        // A loop that asks is right; one that does not is not.
        (&[("a", true, &["a", "b"], false), ("b", false, &[], true)], &[]),
        (&[("a", false, &["a", "b"], false), ("b", false, &[], true)], &[("steps[0]", "without asking")]),
        (
            &[("a", false, &["b"], false), ("b", false, &["a", "c"], false), ("c", false, &[], true)],
            &[("steps[0]", "without asking"), ("steps[1]", "without asking")],
        ),
        (&[("a", true, &["b", "c"], false), ("b", true, &["b"], false), ("c", false, &[], true)], &[("steps[1]", "to an end")]),
    ];
    for (document, wrong) in table {
        let errors = parsed(&steps(document)).err().unwrap_or_default();
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, wrong.iter().map(|(field, _)| *field).collect::<Vec<_>>(), "{document:?}: {errors:?}");
        assert!(errors.iter().zip(wrong).all(|(error, (_, mend))| error.mend.contains(mend)), "{errors:?}");
    }
}

#[test]
fn a_document_that_is_too_large_is_refused_without_being_gone_through() {
    let many: Vec<(String, bool)> = (0..5_000).map(|n| (format!("s{n}"), false)).collect();
    let steps: Vec<Json> = many.iter().map(|(id, _)| json!({ "id": id, "text": { "en": "?" }, "next": "s0" })).collect();
    let errors = parsed(&json!({ "start": "s0", "steps": steps })).expect_err("too many");
    assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["steps"]);
}
