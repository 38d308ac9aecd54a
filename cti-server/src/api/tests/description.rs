//! The committed description of the API.

use super::*;
use std::path::Path;

/// In the package's folder, where its tests run.
const COPY: &str = "openapi.json";

#[test]
fn the_committed_description_is_that_of_the_code() {
    let now = serde_json::to_string_pretty(&openapi()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(COPY, &now).unwrap();
    }
    let committed = std::fs::read_to_string(Path::new(COPY)).unwrap_or_default();
    assert!(committed == now, "openapi.json is stale: run this test with UPDATE=1 and commit the file");
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_its_own_name() {
    let description = serde_json::to_value(openapi()).unwrap();
    let mut references = Vec::new();
    collect(&description, "$ref", &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
    let mut names = Vec::new();
    collect(&description, "operationId", &mut names);
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    assert_eq!(names.len(), endpoints().len());
}

/// The texts under this key, anywhere.
fn collect(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == key => found.push(text.clone()),
                    _ => collect(value, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn secrets_are_described_as_going_in_only() {
    let description = serde_json::to_value(openapi()).unwrap();
    for place in ["User", "Phone"] {
        let password = &description["components"]["schemas"][place]["properties"]["password"];
        assert_eq!(password["writeOnly"], true, "{place}: {password}");
    }
}

#[tokio::test]
async fn the_description_is_served() {
    let house = House::open().await;
    let served = house.get("/api/openapi.json").send().await.is(200).json();
    assert_eq!(served, serde_json::to_value(openapi()).unwrap());
    assert_eq!(served["openapi"], "3.1.0");
}
