//! Runs: which answers are taken, where they lead, and going back.

use super::*;
use crate::script::check::tests::good;
use serde_json::json;

fn script(document: Json) -> Script {
    Script::parse(serde_json::from_value(document).expect("a document")).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn facts() -> Facts {
    let mut facts = Facts::default();
    facts.set("card.name", "*Ann*");
    facts
}

fn map(value: &Json) -> Map<String, Json> {
    value.as_object().expect("an object").clone()
}

#[test]
fn answers_lead_on_and_back() {
    let script = script(good());
    let mut run = Run::start(&script);
    let shown = run.shown(&script, &facts(), "en").expect("a step");
    assert_eq!((shown.id.as_str(), shown.text.as_str(), shown.back, shown.end), ("ask", "Hello \\*Ann\\*", false, false));
    assert_eq!(run.shown(&script, &facts(), "zh-CN").expect("a step").text, "您好 \\*Ann\\*");
    assert_eq!(run.shown(&script, &facts(), "de").expect("a step").text, "Hello \\*Ann\\*");

    let written = run.answer(&script, &facts(), &map(&json!({ "budget": "1500" }))).expect("an answer");
    assert_eq!(written.len(), 1);
    assert_eq!((written[0].input.as_str(), written[0].value.clone()), ("budget", Some(json!(1500))));
    let shown = run.shown(&script, &facts(), "en").expect("a step");
    assert_eq!((shown.id.as_str(), shown.text.as_str(), shown.end), ("big", "Offer the large one for 1500", true));
    assert!(run.is_over(&script));
    assert!(run.answer(&script, &facts(), &Map::new()).is_err(), "the script is over");

    // Kept and read again it stands where it stood.
    let text = serde_json::to_string(&run).expect("JSON");
    let mut run: Run = serde_json::from_str(&text).expect("a run");
    assert!(run.back());
    assert!(!run.back());
    assert_eq!(run.shown(&script, &facts(), "en").expect("a step").inputs[0].value, Some(json!(1500)), "the answer is still there");
    run.answer(&script, &facts(), &map(&json!({ "budget": 20.5 }))).expect("an answer");
    assert_eq!(run.shown(&script, &facts(), "en").expect("a step").id, "small");
}

#[test]
fn each_kind_of_answer_has_its_form() {
    let input = |kind: &str, more: Json| {
        let mut input = json!({ "name": "x", "label": { "en": "X" }, "kind": kind });
        input.as_object_mut().expect("an object").extend(map(&more));
        script(json!({ "start": "a", "steps": [
            { "id": "a", "text": { "en": "?" }, "inputs": [input], "next": "b" }, { "id": "b", "text": { "en": "!" }, "end": true },
        ] }))
    };
    let choices = json!({ "choices": [{ "value": "s", "label": { "en": "Small" } }, { "value": "l", "label": { "en": "Large" } }] });
    let none = json!({});
    let required = json!({ "required": true });
    let bounds = json!({ "min": 1, "max": 10 });
    let table: [(&str, &Json, Json, Result<Json, &str>); 23] = [
        ("text", &none, json!("  a b "), Ok(json!("a b"))),
        ("text", &none, json!("a\nb"), Err("a line")),
        ("text", &none, json!("x".repeat(1_001)), Err("a line")),
        ("text", &none, json!(7), Err("a line")),
        ("text", &none, json!("=1+1"), Ok(json!("=1+1"))),
        ("text", &none, json!("   "), Ok(Json::Null)),
        ("text", &required, json!("   "), Err("give an answer")),
        ("text", &required, Json::Null, Err("give an answer")),
        ("number", &none, json!("12"), Ok(json!(12))),
        ("number", &none, json!(1.5), Ok(json!(1.5))),
        ("number", &none, json!("twelve"), Err("a number")),
        ("number", &none, json!("NaN"), Err("a number")),
        ("number", &bounds, json!(0), Err("at least 1")),
        ("number", &bounds, json!(11), Err("at most 10")),
        ("choice", &choices, json!("s"), Ok(json!("s"))),
        ("choice", &choices, json!("m"), Err("one of the choices")),
        ("date", &none, json!("2026-02-28"), Ok(json!("2026-02-28"))),
        ("date", &none, json!("2026-02-30"), Err("YYYY-MM-DD")),
        ("date", &none, json!("28.02.2026"), Err("YYYY-MM-DD")),
        ("boolean", &none, json!(false), Ok(json!(false))),
        ("boolean", &none, json!("true"), Ok(json!(true))),
        ("boolean", &none, json!("yes"), Err("true or false")),
        ("boolean", &none, json!([]), Err("true or false")),
    ];
    for (kind, more, given, expected) in table {
        let script = input(kind, more.clone());
        let mut run = Run::start(&script);
        let result = run.answer(&script, &facts(), &map(&json!({ "x": given })));
        match expected {
            Ok(value) => {
                assert!(result.is_ok(), "{kind} {given}: {result:?}");
                assert_eq!(run.answers().get("x").cloned().unwrap_or(Json::Null), value, "{kind} {given}");
            }
            Err(mend) => {
                let errors = result.expect_err("it is wrong");
                assert!(errors[0].field == "answers.x" && errors[0].mend.contains(mend), "{kind} {given}: {errors:?}");
                assert!(run.answers().is_empty() && run.trail.is_empty(), "nothing has changed");
            }
        }
    }
}

#[test]
fn what_the_step_does_not_ask_for_is_refused_by_name() {
    let script = script(good());
    let mut run = Run::start(&script);
    let errors = run.answer(&script, &facts(), &map(&json!({ "budget": 1, "tier": "gold" }))).expect_err("it is wrong");
    assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["answers.tier"]);
}

#[test]
fn a_loop_of_questions_comes_to_an_end() {
    let script = script(json!({ "start": "a", "steps": [
        { "id": "a", "text": { "en": "Another?" }, "inputs": [{ "name": "more", "label": { "en": "More" }, "kind": "boolean" }],
          "branches": [{ "when": { "field": "answers.more", "op": "eq", "value": true }, "next": "a" }], "next": "b" },
        { "id": "b", "text": { "en": "!" }, "end": true },
    ] }));
    let mut run = Run::start(&script);
    let times = (0..10_000).take_while(|_| run.answer(&script, &facts(), &map(&json!({ "more": true }))).is_ok()).count();
    assert_eq!(times, TRAIL_MAX);
}
