//! Which of two customers' fields survive a merge, and which come back when it is undone. Pure; knows neither contact points nor rows.

use crate::error::{Result, StoreError};
use crate::model::Customer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Whose value of a field stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MergeChoice)]
pub enum Choice {
    Survivor,
    Merged,
    /// Both, one below the other; for `notes` only.
    Both,
}

/// A field of both, and what it becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldView {
    /// As in a customer's JSON; one of the attributes as `attributes.KEY`, one defined at run time as `fields.KEY`.
    pub field: String,
    #[schema(value_type = Value)]
    pub survivor: Json,
    #[schema(value_type = Value)]
    pub merged: Json,
    #[schema(value_type = Value)]
    pub result: Json,
    pub choice: Choice,
    /// Both have a value and they differ: somebody should look.
    pub conflict: bool,
}

/// A field's name to its value; each attribute is a field of its own, and so is each field defined at run time.
type Flat = BTreeMap<String, Json>;

/// The fields that hold others.
const PARTED: [&str; 2] = ["attributes", "fields"];

fn flat(customer: &Customer) -> Result<Flat> {
    let mut fields = Flat::new();
    for (name, value) in crate::crud::to_object(customer)? {
        match value {
            Json::Object(parts) if PARTED.contains(&name.as_str()) => {
                fields.extend(parts.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            value => drop(fields.insert(name, value)),
        }
    }
    Ok(fields)
}

fn unflat(fields: Flat) -> Result<Customer> {
    let mut object: Map<String, Json> = PARTED.iter().map(|name| ((*name).to_owned(), Json::Object(Map::new()))).collect();
    for (name, value) in fields {
        let parted = name.split_once('.').filter(|(of, _)| PARTED.contains(of));
        match parted {
            Some(_) if value.is_null() => {}
            Some((of, key)) => {
                if let Some(Json::Object(parts)) = object.get_mut(of) {
                    parts.insert(key.to_owned(), value);
                }
            }
            None => drop(object.insert(name, value)),
        }
    }
    serde_json::from_value(Json::Object(object)).map_err(|error| crate::crud::bad_fields("customer", &error))
}

/// Says nothing: not there, empty, or what stands when nobody chose.
fn is_empty(field: &str, value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty() || matches!((field, text.as_str()), ("tier", "none") | ("visibility", "everyone")),
        Json::Object(fields) => fields.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The customer that two become. What is not chosen is the survivor's where they have it, else the other's; notes are kept of both.
///
/// # Errors
/// `Invalid` for a choice of a field that neither has (`choices.nmae`), or of both where only one may be.
pub(crate) fn combine(survivor: &Customer, merged: &Customer, choices: &BTreeMap<String, Choice>) -> Result<(Customer, Vec<FieldView>)> {
    let (ours, theirs) = (flat(survivor)?, flat(merged)?);
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    if let Some(unknown) = choices.keys().find(|name| !names.contains(name)) {
        return Err(StoreError::invalid("customer", format!("choices.{unknown}"), "choose a field that one of both has"));
    }
    let (mut fields, mut views) = (Flat::new(), Vec::new());
    for name in names {
        let value = |side: &Flat| side.get(name).cloned().unwrap_or(Json::Null);
        let (ours, theirs) = (value(&ours), value(&theirs));
        let conflict = ours != theirs && !is_empty(name, &ours) && !is_empty(name, &theirs);
        let usual = match (is_empty(name, &ours), conflict) {
            (true, _) if !is_empty(name, &theirs) => Choice::Merged,
            (_, true) if name == "notes" => Choice::Both,
            (_, _) => Choice::Survivor,
        };
        let choice = choices.get(name).copied().unwrap_or(usual);
        let result = match choice {
            Choice::Survivor => ours.clone(),
            Choice::Merged => theirs.clone(),
            Choice::Both if name == "notes" => both(&ours, &theirs),
            Choice::Both => return Err(StoreError::invalid("customer", format!("choices.{name}"), "choose survivor or merged")),
        };
        fields.insert(name.clone(), result.clone());
        views.push(FieldView { field: name.clone(), survivor: ours, merged: theirs, result, choice, conflict });
    }
    let mut one = unflat(fields)?;
    // The other's language may be among the survivor's further ones.
    one.languages.retain(|language| Some(language) != one.language.as_ref());
    Ok((one, views))
}

fn both(ours: &Json, theirs: &Json) -> Json {
    let parts: Vec<&str> = [ours, theirs].into_iter().filter_map(Json::as_str).filter(|text| !text.trim().is_empty()).collect();
    Json::from(match parts.as_slice() {
        [one, other] if one == other => (*one).to_owned(),
        parts => parts.join("\n\n"),
    })
}

/// The customer as before a merge, but for what somebody wrote since: those fields stay, and are named.
///
/// # Errors
/// `Corrupt` when a field cannot be read.
pub(crate) fn restore(now: &Customer, after: &Customer, before: &Customer) -> Result<(Customer, Vec<String>)> {
    let (now, after, before) = (flat(now)?, flat(after)?, flat(before)?);
    let names: BTreeSet<&String> = now.keys().chain(after.keys()).chain(before.keys()).collect();
    let (mut fields, mut kept) = (Flat::new(), Vec::new());
    for name in names {
        let value = if now.get(name) == after.get(name) {
            before.get(name)
        } else {
            kept.push(name.clone());
            now.get(name)
        };
        if let Some(value) = value {
            fields.insert(name.clone(), value.clone());
        }
    }
    Ok((unflat(fields)?, kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn customer(row: Json) -> Customer {
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn what_one_lacks_the_other_gives_and_notes_are_kept_of_both() {
        let a = customer(json!({ "name": "Ada King", "notes": "likes engines", "attributes": { "city": "London", "vip": "yes" } }));
        let b = customer(
            json!({ "name": "A. King", "tier": "gold", "notes": "pays late", "external_id": "K-1", "attributes": { "city": "Paris" } }),
        );
        let (one, views) = combine(&a, &b, &BTreeMap::new()).unwrap();
        assert_eq!((one.name.as_str(), one.tier.as_str(), one.external_id.as_deref()), ("Ada King", "gold", Some("K-1")));
        assert_eq!(one.notes, "likes engines\n\npays late");
        assert_eq!((one.attributes["city"].as_str(), one.attributes["vip"].as_str()), ("London", "yes"));
        let conflicts: Vec<&str> = views.iter().filter(|view| view.conflict).map(|view| view.field.as_str()).collect();
        assert_eq!(conflicts, ["attributes.city", "name", "notes"]);
        let choices = [("name", Choice::Merged), ("notes", Choice::Survivor), ("attributes.city", Choice::Merged)];
        let choices = choices.map(|(name, choice)| (name.to_owned(), choice)).into();
        let (one, _) = combine(&a, &b, &choices).unwrap();
        assert_eq!((one.name.as_str(), one.notes.as_str(), one.attributes["city"].as_str()), ("A. King", "likes engines", "Paris"));
    }

    #[test]
    fn a_choice_must_be_of_a_field_and_possible() {
        let a = customer(json!({ "name": "Ada" }));
        for (field, choice) in [("nmae", Choice::Merged), ("name", Choice::Both)] {
            let refused = combine(&a, &a, &BTreeMap::from([(field.to_owned(), choice)]));
            assert!(
                matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == format!("choices.{field}")),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn undoing_keeps_what_was_written_since() {
        let before = customer(json!({ "name": "Ada", "tier": "none", "attributes": { "a": "1" } }));
        let after = customer(json!({ "name": "Ada", "tier": "gold", "attributes": { "a": "1", "b": "2" } }));
        assert_eq!(restore(&after, &after, &before).unwrap(), (before.clone(), Vec::new()));
        let mut now = after.clone();
        now.notes = "written since".into();
        now.attributes.insert("b".into(), "3".into());
        let (restored, kept) = restore(&now, &after, &before).unwrap();
        assert_eq!((restored.tier.as_str(), restored.notes.as_str(), restored.attributes["b"].as_str()), ("none", "written since", "3"));
        assert_eq!(kept, ["attributes.b", "notes"]);
    }
}
