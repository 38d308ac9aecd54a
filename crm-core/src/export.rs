//! Customers as CSV: which columns, their cells, and the list of who took what out of the house. The pages are `customers`'.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection": `=`, `+`, `-`, `@`, tab and
//! carriage return at its beginning); [`plain`] takes it off again, so that what was exported may be imported.

use crate::audit::{Action, write_audit};
use crate::customers::{CONTACT_COLUMNS, read_contact};
use crate::db::{Row, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Contact, ContactKind, CustomField, Customer, CustomerKind, ExportId, ListQuery, Page, Stored, Who};
use crate::rights::sees_field;
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::fmt::Write as _;
use utoipa::ToSchema;

/// Columns of one export; more are refused.
pub const COLUMNS_MAX: usize = 100;
/// Columns when none are named.
pub const COLUMNS: &str = "id,external_id,kind,name,given_name,family_name,company,language,tier,notes,phone_1,phone_2,phone_3,email_1,email_2,created_at,updated_at";

/// A column of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Field(&'static str),
    /// The nth contact point of a kind, from 0.
    Contact(ContactKind, usize),
    Attribute(String),
    /// Of a field defined at run time.
    Custom(String),
}

/// The fields that may be columns, besides `phone_N`, `email_N`, `address_N`, `chat_N`, `other_N` (1 to 9), `attributes.KEY` and
/// `fields.KEY`.
pub const FIELDS: &[&str] = &[
    "id",
    "external_id",
    "kind",
    "name",
    "given_name",
    "family_name",
    "company",
    "language",
    "tier",
    "notes",
    "owner_id",
    "team_id",
    "visibility",
    "languages",
    "birthday",
    "version",
    "created_at",
    "updated_at",
];

/// Which columns an export has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<(String, Column)>);

impl Columns {
    /// Reads names parted by commas.
    ///
    /// # Errors
    /// `Invalid` naming a column there is not.
    pub fn parse(names: &str) -> Result<Columns> {
        let all = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let columns = all.map(|name| Ok((name.to_owned(), column(name)?))).collect::<Result<Vec<_>>>()?;
        if columns.is_empty() || columns.len() > COLUMNS_MAX {
            return Err(StoreError::invalid("export", "columns", format!("name 1 to {COLUMNS_MAX} columns")));
        }
        Ok(Columns(columns))
    }

    /// Their names, parted by commas.
    pub fn names(&self) -> String {
        self.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(",")
    }

    /// Refuses columns of fields defined at run time that the viewer may not read, as if there were none.
    ///
    /// # Errors
    /// `Invalid` naming the first of them.
    pub fn check_rights(&self, viewer: &Viewer, defined: &[CustomField]) -> Result<()> {
        let seen = |key: &str| defined.iter().any(|field| field.key == key && sees_field(viewer, field));
        for (name, column) in &self.0 {
            match column {
                Column::Custom(key) if !seen(key) => return Err(no_column(name)),
                Column::Custom(_) | Column::Field(_) | Column::Contact(..) | Column::Attribute(_) => {}
            }
        }
        Ok(())
    }

    /// The first line.
    pub fn header(&self) -> String {
        line(self.0.iter().map(|(name, _)| Cow::from(name.as_str())))
    }

    /// A customer's line.
    pub fn line(&self, customer: &Stored<Customer>, contacts: &[Contact]) -> String {
        line(self.0.iter().map(|(_, column)| cell(column, customer, contacts)))
    }
}

fn column(name: &str) -> Result<Column> {
    if let Some(field) = FIELDS.iter().find(|field| **field == name) {
        return Ok(Column::Field(field));
    }
    if let Some(key) = name.strip_prefix("attributes.").filter(|key| !key.is_empty()) {
        return Ok(Column::Attribute(key.to_owned()));
    }
    if let Some(key) = name.strip_prefix("fields.").filter(|key| !key.is_empty()) {
        return Ok(Column::Custom(key.to_owned()));
    }
    let kinds = [
        ("phone_", ContactKind::Phone),
        ("email_", ContactKind::Email),
        ("address_", ContactKind::Address),
        ("chat_", ContactKind::Chat),
        ("other_", ContactKind::Other),
    ];
    let contact = kinds.into_iter().find_map(|(prefix, kind)| {
        let nth = name.strip_prefix(prefix)?.parse::<usize>().ok().filter(|nth| (1..=9).contains(nth))?;
        Some(Column::Contact(kind, nth - 1))
    });
    contact.ok_or_else(|| no_column(name))
}

fn no_column(name: &str) -> StoreError {
    StoreError::invalid("export", "columns", format!("there is no column {}; see the description", name.escape_default()))
}

fn cell<'a>(column: &'a Column, customer: &'a Stored<Customer>, contacts: &'a [Contact]) -> Cow<'a, str> {
    let optional = |value: &'a Option<String>| Cow::from(value.as_deref().unwrap_or_default());
    match column {
        Column::Contact(kind, nth) => {
            let value = contacts.iter().filter(|contact| contact.kind == *kind && contact.valid).nth(*nth);
            // An address is compared in lower case, and shown as it was written.
            let shown = |contact: &'a Contact| if *kind == ContactKind::Address { contact.raw.as_str() } else { contact.value.as_str() };
            Cow::from(value.map_or("", shown))
        }
        Column::Attribute(key) => Cow::from(customer.attributes.get(key).map_or("", String::as_str)),
        Column::Custom(key) => customer.fields.get(key).map_or(Cow::from(""), custom),
        Column::Field(field) => match *field {
            "id" => customer.id.to_string().into(),
            "version" => customer.version.to_string().into(),
            "created_at" => instant(customer.created_at).into(),
            "updated_at" => instant(customer.updated_at).into(),
            "owner_id" => customer.owner_id.map(|id| id.to_string()).unwrap_or_default().into(),
            "team_id" => customer.team_id.map(|id| id.to_string()).unwrap_or_default().into(),
            "visibility" => customer.visibility.word().into(),
            "languages" => customer.languages.join(";").into(),
            "kind" => Cow::from(match customer.kind {
                CustomerKind::Person => "person",
                CustomerKind::Company => "company",
            }),
            "name" => Cow::from(customer.name.as_str()),
            "given_name" => optional(&customer.data.given_name),
            "family_name" => optional(&customer.data.family_name),
            "company" => optional(&customer.data.company),
            "language" => optional(&customer.data.language),
            "birthday" => optional(&customer.data.birthday),
            "tier" => Cow::from(customer.tier.as_str()),
            "notes" => Cow::from(customer.notes.as_str()),
            "external_id" => optional(&customer.data.external_id),
            _ => Cow::from(""),
        },
    }
}

/// The value of a field defined at run time, as an import reads it.
fn custom(value: &serde_json::Value) -> Cow<'_, str> {
    match value {
        serde_json::Value::String(text) => Cow::from(text.as_str()),
        serde_json::Value::Array(options) => options.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(";").into(),
        other => other.to_string().into(),
    }
}

/// RFC 3339 in UTC, to the second.
fn instant(at: Utc) -> String {
    let second = jiff::Timestamp::from_second(at.0.div_euclid(1_000_000));
    second.map(|at| at.to_string()).unwrap_or_default()
}

/// A line of CSV (RFC 4180) that no spreadsheet takes for a formula.
pub fn line<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> String {
    let mut out = String::new();
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        let cell = neutral(&cell);
        if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
            // Writing to a text does not fail.
            let _ = write!(out, "\"{}\"", cell.replace('"', "\"\""));
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
    out
}

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell as it is shown, with an apostrophe before what would be a formula.
pub fn neutral(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { Cow::from(format!("'{cell}")) } else { Cow::from(cell) }
}

/// The cell without what [`neutral`] put before it.
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Behind any apostrophes: where some were there before, one too many would be taken off when it is read back.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// One export of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExportView {
    #[schema(value_type = Uuid)]
    pub id: ExportId,
    #[schema(value_type = i64)]
    pub at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub by: Option<UserId>,
    pub columns: Vec<String>,
    /// Not all customers but those a search found. What was searched for is not kept.
    pub searched: bool,
    /// Customers sent so far.
    pub rows: i64,
    /// None: it is being sent, or whoever wanted it went away.
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Utc>,
}

impl Store {
    /// Notes that an export begins, in its list and in the audit. To be called before anything is sent.
    ///
    /// # Errors
    /// `Unavailable`: nothing is noted, so nothing may be sent.
    pub async fn begin_export(&self, who: &Who, now: Utc, columns: &Columns, searched: bool) -> Result<ExportId> {
        let id: ExportId = self.new_id(now);
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO export_run (id, at, user_id, columns, searched, row_count) VALUES ($1, $2, $3, $4, $5, 0)";
        let by = who.user.map(|user| user.to_string());
        tx.execute(sql, args![id.to_string(), now, by, columns.names(), searched]).await?;
        let after = Some(json!({ "columns": columns.names(), "searched": searched }));
        write_audit(self, &mut tx, who, now, Action::Of("export"), "export", &id.to_string(), None, after).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Notes how many customers an export has sent, and whether that was all.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn note_export(&self, id: ExportId, rows: u64, ended: Option<Utc>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let ended = ended.map(|at| at.0);
        tx.execute("UPDATE export_run SET row_count = $2, ended_at = $3 WHERE id = $1", args![id.to_string(), rows, ended]).await?;
        tx.commit().await
    }

    /// A page of an export: customers with their contact points, and the cursor of the next.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn export_page(
        &self,
        search: &str,
        cursor: Option<String>,
    ) -> Result<(Vec<(Stored<Customer>, Vec<Contact>)>, Option<String>)> {
        let query = ListQuery { cursor, limit: Some(crate::model::PAGE_MAX), ..ListQuery::default() };
        let page = self.search_customers(search, &query).await?;
        let ids: Vec<String> = page.items.iter().map(|customer| customer.id.to_string()).collect();
        let mut contacts = self.contacts_of(&ids).await?;
        let rows = page.items.into_iter().map(|customer| {
            let contacts = contacts.remove(&customer.id.to_string()).unwrap_or_default();
            (customer, contacts)
        });
        Ok((rows.collect(), page.next))
    }

    async fn contacts_of(&self, ids: &[String]) -> Result<std::collections::BTreeMap<String, Vec<Contact>>> {
        let mut all: std::collections::BTreeMap<String, Vec<Contact>> = std::collections::BTreeMap::new();
        let (list, values) = crate::db::listed(1, ids);
        let sql = format!(
            "SELECT {CONTACT_COLUMNS}, cc.customer_id FROM customer_contact_point cc \
             JOIN contact_point p ON p.id = cc.contact_point_id WHERE cc.customer_id IN ({list}) ORDER BY cc.customer_id, cc.sort, p.id"
        );
        for row in self.db.fetch(sql, values).await? {
            all.entry(row.text(10)?.to_owned()).or_default().push(read_contact(&row)?);
        }
        Ok(all)
    }

    /// A page of the list, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a filter or a bad cursor; `Unavailable`.
    pub async fn exports(&self, query: &ListQuery) -> Result<Page<ExportView>> {
        if let Some((field, _)) = query.equals.first() {
            return Err(StoreError::invalid("export", field.clone(), "there is no such filter"));
        }
        let mut values: Vec<Value> = Vec::new();
        let mut before = "";
        if let Some(cursor) = &query.cursor {
            let id: ExportId =
                cursor.parse().map_err(|_| StoreError::invalid("export", "cursor", "give back the `next` of the page before"))?;
            values.push(text(id));
            before = " WHERE id < $1";
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT id, at, user_id, columns, searched, row_count, ended_at FROM export_run{before} ORDER BY id DESC LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(view).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }
}

fn view(row: &Row) -> Result<ExportView> {
    Ok(ExportView {
        id: row.id(0)?,
        at: Utc(row.int(1)?),
        by: row.opt_id(2)?,
        columns: row.text(3)?.split(',').map(ToOwned::to_owned).collect(),
        searched: row.int(4)? != 0,
        rows: row.int(5)?,
        ended_at: row.opt_int(6).map(Utc),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_each_reads_back_as_it_was() {
        let table = [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("+14155552671", "'+14155552671"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\r=1", "'\r=1"),
            ("'quoted'", "'quoted'"),
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("", ""),
        ];
        for (cell, shown) in table {
            assert_eq!(neutral(cell), shown);
            assert_eq!(plain(shown), cell);
        }
    }

    #[test]
    fn cells_with_delimiters_are_quoted() {
        let cells = ["a", "b,c", "say \"hi\"", "x\ny", " z", "=1,2"];
        assert_eq!(line(cells.into_iter().map(Cow::from)), "a,\"b,c\",\"say \"\"hi\"\"\",\"x\ny\",\" z\",\"'=1,2\"\r\n");
    }

    #[test]
    fn a_column_that_is_not_there_is_named() {
        assert_eq!(Columns::parse(COLUMNS).unwrap().names(), COLUMNS);
        assert_eq!(Columns::parse("name, attributes.city,phone_9").unwrap().header(), "name,attributes.city,phone_9\r\n");
        for names in ["", "nmae", "phone_0", "phone_10", "attributes.", "name,,=x"] {
            assert!(matches!(Columns::parse(names), Err(StoreError::Invalid { .. })), "{names}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(cells in proptest::collection::vec("\\PC{0,12}|[=+@'\",\n\r\t -]{0,6}", 1..5)) {
            let text = line(cells.iter().map(|cell| Cow::from(cell.as_str())));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let mut record = csv::StringRecord::new();
            let some = reader.read_record(&mut record).unwrap();
            let read: Vec<String> = record.iter().map(|cell| plain(cell).to_owned()).collect();
            // A line of one empty cell is an empty line.
            proptest::prop_assert!(read == cells || (!some && cells == [String::new()]));
        }
    }
}
