//! Imports of customers from CSV files: what is set before one begins. How far it is stands in `import`.

use super::{Check, Column, ImportJobId, Kind, Resource, columns};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Columns of a file that may be mapped.
pub const IMPORT_COLUMNS_MAX: usize = 200;

/// The fields of a customer that a column may go to, besides `phone`, `email`, `other`, `attributes.KEY` and
/// `fields.KEY`.
pub const IMPORT_FIELDS: &[&str] =
    &["kind", "name", "given_name", "family_name", "company", "language", "tier", "notes", "external_id", "owner_id", "birthday"];

/// The parts of an address that a column may go to, as `address.street`.
pub const ADDRESS_PARTS: &[&str] = &["street", "city", "postal_code", "region", "country"];

/// Where a column of the file goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// As in the file's first line.
    pub column: String,
    /// A field of the customer (`given_name`), `attributes.KEY`, `fields.KEY` for one defined at run time (several options of a list parted
    /// by `;`), or a contact point: `phone`, `email`, `other`, or a part of one address: `address.street`, `.city`,
    /// `.postal_code`, `.region`, `.country`. A contact point may come from several columns, a field and a part from one.
    pub to: String,
    /// Of a contact point.
    #[serde(default)]
    pub label: String,
}

/// What happens with a row whose customer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportPolicy {
    /// Each row is a new customer; one whose external id is taken is an error.
    Insert,
    /// Who has the row's external id is changed: what the row says replaces, an empty cell changes nothing, contact points are added.
    Update,
    /// A row is passed over when somebody has its external id, number or mail address.
    Skip,
}

/// How the file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportEncoding {
    /// With or without a byte order mark.
    #[default]
    Utf8,
    /// Chinese; GBK and GB 2312 are parts of it.
    Gb18030,
}

/// An import as it is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportJob {
    pub name: String,
    /// Columns that are not named are left out. May be set after the file has been read.
    #[serde(default)]
    pub mapping: Vec<ColumnMap>,
    #[serde(default = "insert")]
    pub policy: ImportPolicy,
    /// `,`, `;`, `|` or a tab.
    #[serde(default = "comma")]
    pub delimiter: String,
    /// Holds for files sent after it was set.
    #[serde(default)]
    pub encoding: ImportEncoding,
}

fn insert() -> ImportPolicy {
    ImportPolicy::Insert
}
fn comma() -> String {
    ",".to_owned()
}

impl Resource for ImportJob {
    type Id = ImportJobId;
    const KIND: Kind = Kind::ImportJob;
    const TABLE: &'static str = "import_job";
    const COLUMNS: &'static [Column] = columns!(name: Text, mapping: Json, policy: Text, delimiter: Text, encoding: Text);

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check.that([",", ";", "|", "\t"].contains(&self.delimiter.as_str()), "delimiter", "choose a comma, a semicolon, a bar or a tab");
        check.count("mapping", self.mapping.len(), IMPORT_COLUMNS_MAX);
        let mut seen = BTreeSet::new();
        for (at, map) in self.mapping.iter().take(IMPORT_COLUMNS_MAX).enumerate() {
            let field = |name: &str| format!("mapping[{at}].{name}");
            check.that(!map.column.is_empty(), field("column"), "name a column of the file");
            check.that(map.column.chars().count() <= 200, field("column"), "shorten it to 200 characters");
            check.line(&field("label"), &map.label, 100);
            let contact = matches!(map.to.as_str(), "phone" | "email" | "other");
            let key = map.to.strip_prefix("attributes.").or_else(|| map.to.strip_prefix("fields."));
            let attribute = key.is_some_and(|key| (1..=64).contains(&key.len()));
            let part = map.to.strip_prefix("address.").is_some_and(|part| ADDRESS_PARTS.contains(&part));
            let known = contact || attribute || part || IMPORT_FIELDS.contains(&map.to.as_str());
            check.that(
                known,
                field("to"),
                "choose a field of a customer, attributes.KEY, fields.KEY, phone, email, other or address.street and its like",
            );
            check.that(contact || seen.insert(map.to.clone()), field("to"), "fill each field from one column");
        }
        if self.policy == ImportPolicy::Update && !self.mapping.is_empty() {
            check.that(seen.contains("external_id"), "mapping", "fill external_id: by it those who are there are found");
        }
    }
}
