//! Which column of a file goes where, and a line of it as a customer to be written. Pure; looks nobody up.

use crate::error::FieldError;
use crate::export::plain;
use crate::model::{ADDRESS_PARTS, Address, ColumnMap, ContactInput, ContactKind, CustomField, FieldType};
use serde_json::{Map, Value as Json};

/// The mapping, resolved for the columns of one file.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    columns: Vec<String>,
    fields: Vec<(usize, String)>,
    contacts: Vec<(usize, ContactKind, String)>,
    /// The parts of one address, and its label.
    address: Vec<(usize, &'static str)>,
    address_label: String,
}

/// A line as its mapping reads it. Empty cells are not in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    pub(crate) fields: Map<String, Json>,
    pub(crate) contacts: Vec<ContactInput>,
    /// The columns the contact points come from.
    from: Vec<usize>,
}

impl Draft {
    pub(crate) fn external_id(&self) -> Option<&str> {
        self.fields.get("external_id").and_then(Json::as_str)
    }

    pub(crate) fn owner(&self) -> Option<&str> {
        self.fields.get("owner_id").and_then(Json::as_str)
    }
}

/// A cell that is wrong: its column and what is the matter.
pub(crate) type Wrong = (String, String);

impl Plan {
    /// # Errors
    /// Names each part of the mapping that does not fit the columns.
    pub(crate) fn new(mapping: &[ColumnMap], columns: &[String]) -> Result<Plan, Vec<FieldError>> {
        let mut plan =
            Plan { columns: columns.to_vec(), fields: Vec::new(), contacts: Vec::new(), address: Vec::new(), address_label: String::new() };
        let mut errors = Vec::new();
        for (at, map) in mapping.iter().enumerate() {
            let Some(column) = columns.iter().position(|column| *column == map.column) else {
                errors.push(FieldError { field: format!("mapping[{at}].column"), mend: "the file has no such column".to_owned() });
                continue;
            };
            let kind = match map.to.as_str() {
                "phone" => ContactKind::Phone,
                "email" => ContactKind::Email,
                "other" => ContactKind::Other,
                field => {
                    if let Some(part) = ADDRESS_PARTS.iter().copied().find(|part| field.strip_prefix("address.") == Some(*part)) {
                        plan.address.push((column, part));
                        if plan.address_label.is_empty() {
                            plan.address_label.clone_from(&map.label);
                        }
                        continue;
                    }
                    plan.fields.push((column, field.to_owned()));
                    continue;
                }
            };
            plan.contacts.push((column, kind, map.label.clone()));
        }
        if mapping.is_empty() {
            errors.push(FieldError { field: "mapping".to_owned(), mend: "say which column goes where".to_owned() });
        }
        if errors.is_empty() { Ok(plan) } else { Err(errors) }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When it has not as many cells as the first line: then none of them can be trusted.
    pub(crate) fn read<'a>(&self, count: usize, cells: impl Iterator<Item = &'a str>) -> Result<Draft, Wrong> {
        let wanted = self.columns.len();
        if count != wanted {
            return Err((
                String::new(),
                format!("the line has {count} cells, the first line {wanted}; is a quote or a delimiter missing?"),
            ));
        }
        // What an export of ours put before a formula is taken off again.
        let cells: Vec<&str> = cells.map(|cell| plain(cell.trim())).collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let mut draft = Draft::default();
        let (mut attributes, mut custom) = (Map::new(), Map::new());
        for (at, field) in &self.fields {
            let value = cell(*at);
            if value.is_empty() {
                continue;
            }
            let value = if field == "kind" { value.to_lowercase() } else { value.to_owned() };
            match field.split_once('.') {
                Some(("attributes", key)) => attributes.insert(key.to_owned(), Json::from(value)),
                Some(("fields", key)) => custom.insert(key.to_owned(), Json::from(value)),
                Some(_) | None => draft.fields.insert(field.clone(), Json::from(value)),
            };
        }
        for (name, values) in [("attributes", attributes), ("fields", custom)] {
            if !values.is_empty() {
                draft.fields.insert(name.to_owned(), Json::Object(values));
            }
        }
        for (at, kind, label) in &self.contacts {
            let value = cell(*at);
            let again = draft.contacts.iter().any(|contact| contact.kind == *kind && contact.value == value);
            if !value.is_empty() && !again {
                let (kind, value, label) = (*kind, value.to_owned(), label.clone());
                draft.contacts.push(ContactInput { label, ..ContactInput::new(kind, value) });
                draft.from.push(*at);
            }
        }
        let mut place = Address::default();
        for (at, part) in &self.address {
            let value = cell(*at);
            match *part {
                "street" => value.clone_into(&mut place.street),
                "city" => value.clone_into(&mut place.city),
                "postal_code" => value.clone_into(&mut place.postal_code),
                "region" => value.clone_into(&mut place.region),
                _ => place.country = value.to_uppercase(),
            }
        }
        if let Some((at, _)) = self.address.first().filter(|_| place != Address::default()) {
            let label = self.address_label.clone();
            draft.contacts.push(ContactInput { label, address: Some(place), ..ContactInput::new(ContactKind::Address, String::new()) });
            draft.from.push(*at);
        }
        Ok(draft)
    }

    /// Gives the cells of fields defined at run time their types; what cannot have its own stays a text, and is refused when it is checked.
    pub(crate) fn type_fields(draft: &mut Draft, defined: &[CustomField]) {
        let Some(Json::Object(values)) = draft.fields.get_mut("fields") else { return };
        for (key, value) in values {
            let Some(field) = defined.iter().find(|field| field.key == *key) else { continue };
            let Some(cell) = value.as_str().map(ToOwned::to_owned) else { continue };
            let typed = match field.kind {
                FieldType::Text | FieldType::Date | FieldType::List => None,
                FieldType::Number => cell.parse::<i64>().map(Json::from).ok().or_else(|| {
                    // Neither is a number in JSON.
                    cell.parse::<f64>().ok().filter(|number| number.is_finite()).map(Json::from)
                }),
                FieldType::Boolean => match cell.to_lowercase().as_str() {
                    "true" | "yes" | "1" => Some(Json::Bool(true)),
                    "false" | "no" | "0" => Some(Json::Bool(false)),
                    _ => None,
                },
                FieldType::MultiList => {
                    Some(cell.split(';').map(str::trim).filter(|option| !option.is_empty()).map(Json::from).collect::<Json>())
                }
            };
            if let Some(typed) = typed {
                *value = typed;
            }
        }
    }

    /// The column a refused field came from: `contacts[1].value` is that of the second contact point. The field, if from none.
    pub(crate) fn column(&self, draft: &Draft, field: &str) -> String {
        let contact = field.strip_prefix("contacts[").and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
        let part = field.split_once(".address.").and_then(|(_, part)| self.address.iter().find(|(_, name)| *name == part));
        let column = match contact {
            Some(_) if part.is_some() => part.map(|(at, _)| *at),
            Some(at) => draft.from.get(at).copied(),
            None => self.fields.iter().find(|(_, to)| to == field).map(|(at, _)| *at),
        };
        column.and_then(|at| self.columns.get(at)).cloned().unwrap_or_else(|| field.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(mapping: &[(&str, &str)], columns: &[&str]) -> Result<Plan, Vec<FieldError>> {
        let map = |(column, to): &(&str, &str)| ColumnMap { column: (*column).into(), to: (*to).into(), label: "work".into() };
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        Plan::new(&mapping.iter().map(map).collect::<Vec<_>>(), &columns)
    }

    #[test]
    fn each_cell_goes_where_its_column_is_mapped() {
        let mapping = [("Nr", "external_id"), ("Vorname", "given_name"), ("Tel", "phone"), ("Mobil", "phone"), ("Ort", "attributes.city")];
        let plan = plan(&mapping, &["Nr", "Vorname", "Tel", "Mobil", "Ort", "Egal"]).unwrap();
        let draft = plan.read(6, ["7", " Ada ", "'+49 30 1", "", "Bonn", "x"].into_iter()).unwrap();
        assert_eq!(
            Json::Object(draft.fields.clone()),
            json!({ "external_id": "7", "given_name": "Ada", "attributes": { "city": "Bonn" } })
        );
        assert_eq!(draft.contacts.iter().map(|c| (c.value.as_str(), c.label.as_str())).collect::<Vec<_>>(), [("+49 30 1", "work")]);
        assert_eq!((plan.column(&draft, "contacts[0].value"), plan.column(&draft, "given_name")), ("Tel".into(), "Vorname".into()));
        assert_eq!(plan.column(&draft, "name"), "name");
        let twice = plan.read(6, ["7", "", "1234567", "1234567", "", ""].into_iter()).unwrap();
        assert_eq!(twice.contacts.len(), 1);
    }

    #[test]
    fn the_parts_of_an_address_become_one_contact_point() {
        let mapping = [("Str", "address.street"), ("PLZ", "address.postal_code"), ("Ort", "address.city"), ("Land", "address.country")];
        let plan = plan(&mapping, &["Str", "PLZ", "Ort", "Land"]).unwrap();
        let draft = plan.read(4, ["Hauptstr. 7", "53111", "Bonn", "de"].into_iter()).unwrap();
        let place = draft.contacts[0].address.clone().unwrap();
        assert_eq!(
            (draft.contacts.len(), draft.contacts[0].kind, place.line().as_str()),
            (1, ContactKind::Address, "Hauptstr. 7, 53111 Bonn, DE")
        );
        assert_eq!(
            (plan.column(&draft, "contacts[0].address.city"), plan.column(&draft, "contacts[0].address")),
            ("Ort".into(), "Str".into())
        );
        assert!(plan.read(4, ["", "", "", ""].into_iter()).unwrap().contacts.is_empty());
    }

    #[test]
    fn fields_defined_at_run_time_get_their_types() {
        let plan =
            plan(&[("s", "fields.seats"), ("v", "fields.vip"), ("t", "fields.tags"), ("x", "fields.x")], &["s", "v", "t", "x"]).unwrap();
        let defined = json!([
            { "key": "seats", "type": "number" },
            { "key": "vip", "type": "boolean" },
            { "key": "tags", "type": "multi_list", "options": [{ "value": "a" }, { "value": "b" }] },
        ]);
        let defined: Vec<CustomField> = serde_json::from_value(defined).unwrap();
        for (cells, expected) in [
            (["7", "Yes", "a; b", "1"], json!({ "seats": 7, "vip": true, "tags": ["a", "b"], "x": "1" })),
            (["2.5", "0", "a", ""], json!({ "seats": 2.5, "vip": false, "tags": ["a"] })),
            (["many", "maybe", "", ""], json!({ "seats": "many", "vip": "maybe" })),
        ] {
            let mut draft = plan.read(cells.len(), cells.into_iter()).unwrap();
            Plan::type_fields(&mut draft, &defined);
            assert_eq!(draft.fields["fields"], expected, "{cells:?}");
        }
    }

    #[test]
    fn a_line_of_another_length_is_refused_whole() {
        let plan = plan(&[("a", "name")], &["a", "b"]).unwrap();
        for cells in [vec!["x"], vec!["x", "y", "z"]] {
            assert!(plan.read(cells.len(), cells.into_iter()).is_err());
        }
    }

    #[test]
    fn a_mapping_must_fit_the_file() {
        let errors = plan(&[("a", "name"), ("nope", "phone")], &["a"]).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["mapping[1].column"]);
        assert_eq!(plan(&[], &["a"]).unwrap_err()[0].field, "mapping");
    }
}
