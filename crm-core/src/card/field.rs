//! Fields defined at run time as the card shows them: which, with what value, to whom. Asks nobody.

use crate::db::Row;
use crate::error::{Result, StoreError};
use crate::fields::Fields;
use crate::model::{FieldOption, FieldType, UserRole};
use crate::rights::among;
use crate::viewer::Viewer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A field on a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardField {
    pub key: String,
    /// How it is called, by language.
    pub labels: BTreeMap<String, String>,
    #[serde(rename = "type")]
    pub kind: FieldType,
    #[schema(value_type = Value)]
    pub value: Json,
    /// Of a list: what was chosen, with how it is shown.
    pub chosen: Vec<FieldOption>,
    /// Roles that read it; empty: all that read the card.
    #[serde(skip)]
    pub visible_to: BTreeSet<UserRole>,
}

impl CardField {
    /// Whether the viewer may read it.
    pub(super) fn is_seen_by(&self, viewer: &Viewer) -> bool {
        among(viewer, &self.visible_to)
    }
}

/// A definition that stands on the card.
pub(super) struct Defined {
    sort: i64,
    key: String,
    labels: BTreeMap<String, String>,
    kind: FieldType,
    options: Vec<FieldOption>,
    visible_to: BTreeSet<UserRole>,
}

impl Defined {
    pub(super) fn read(row: &Row) -> Result<Defined> {
        fn json<T: DeserializeOwned>(text: &str) -> Result<T> {
            serde_json::from_str(text).map_err(|error| StoreError::corrupt_from("the definition of a field", error))
        }
        let kind = serde_json::from_value(Json::from(row.text(4)?));
        Ok(Defined {
            sort: row.int(12)?,
            key: row.text(2)?.to_owned(),
            labels: json(row.text(3)?)?,
            kind: kind.map_err(|error| StoreError::corrupt_from("a field is of no known type", error))?,
            options: json(row.text(5)?)?,
            visible_to: json(row.text(6)?)?,
        })
    }
}

/// The fields that have a value, in the order they are shown.
pub(super) fn shown(defined: &[Defined], values: &Fields) -> Vec<CardField> {
    let mut all: Vec<(&Defined, &Json)> = defined.iter().filter_map(|one| Some((one, values.get(&one.key)?))).collect();
    all.sort_by_key(|(one, _)| (one.sort, one.key.as_str()));
    all.into_iter().map(|(one, value)| field(one, value)).collect()
}

fn field(defined: &Defined, value: &Json) -> CardField {
    let is_chosen = |option: &FieldOption| match value {
        Json::String(one) => *one == option.value,
        Json::Array(many) => many.iter().any(|one| one.as_str() == Some(option.value.as_str())),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => false,
    };
    CardField {
        key: defined.key.clone(),
        labels: defined.labels.clone(),
        kind: defined.kind,
        value: value.clone(),
        chosen: defined.options.iter().filter(|option| is_chosen(option)).cloned().collect(),
        visible_to: defined.visible_to.clone(),
    }
}
