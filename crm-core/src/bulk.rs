//! Many new customers at once: taking over a customer base, filling a test's database. Changes nobody who is there already.

use crate::audit::{Action, write_audit};
use crate::crud::row_values;
use crate::customers::Point;
use crate::db::{PARAMETERS_MAX, Tx, Value, args, placeholders, text};
use crate::error::{FieldError, Result, StoreError};
use crate::model::{ContactInput, Customer, Kind, Resource as _, Who};
use crate::store::Store;
use cti_types::{ContactPointId, CustomerId, Utc};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Most customers of one import; more are refused. A larger base is taken over in several, each whole or not at all.
pub const IMPORT_MAX: usize = 1_000;

/// A row of `customer_contact_point`, the id of its contact point not known yet.
struct Link {
    customer: CustomerId,
    kind: &'static str,
    value: String,
    sort: usize,
    input: ContactInput,
}

impl Store {
    /// Writes new customers with their contact points in one transaction and a few statements, with one audit row that says how many. Their
    /// ids come back in the same order.
    ///
    /// # Errors
    /// As [`Store::create_customer`], for the first customer that is wrong (`customers[7].name`): nobody is written then. `Invalid` for more than [`IMPORT_MAX`].
    pub async fn import_customers(&self, who: &Who, now: Utc, customers: Vec<(Customer, Vec<ContactInput>)>) -> Result<Vec<CustomerId>> {
        if customers.len() > IMPORT_MAX {
            return Err(StoreError::invalid("customer", "customers", format!("leave at most {IMPORT_MAX}")));
        }
        let (mut ids, mut names) = (Vec::with_capacity(customers.len()), Vec::new());
        let (mut rows, mut points, mut links) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut references = BTreeSet::new();
        for (at, (mut customer, contacts)) in customers.into_iter().enumerate() {
            self.prepare(&mut customer, None).await.map_err(|error| within(at, error))?;
            references.extend(customer.owner_id);
            let id: CustomerId = self.new_id(now);
            let mut row = vec![text(id), Value::from(1_i64), Value::from(now), Value::from(now)];
            names.clear();
            for (name, value) in row_values(&customer)? {
                names.push(name);
                row.push(value);
            }
            for (sort, Point { kind, value, input }) in self.points(&contacts).map_err(|error| within(at, error))?.into_iter().enumerate() {
                let key = (kind.word(), value.clone());
                points.entry(key).or_insert_with(|| (self.new_id::<ContactPointId>(now), input.value.clone()));
                links.push(Link { customer: id, kind: kind.word(), value, sort, input });
            }
            rows.push(row);
            ids.push(id);
        }
        let Some(first) = ids.first() else { return Ok(ids) };
        let mut tx = self.db.begin().await?;
        for owner in references {
            let found = tx.fetch("SELECT id FROM app_user WHERE id = $1", vec![text(owner)]).await?;
            if found.is_empty() {
                return Err(StoreError::invalid("customer", "owner_id", "there is no such user"));
            }
        }
        let head = format!("INSERT INTO customer (id, version, created_at, updated_at, {})", names.join(", "));
        insert_rows(&mut tx, "customer", &head, "", rows).await?;
        write_points(&mut tx, now, &points).await?;
        write_links(&mut tx, &points, links).await?;
        let after = Some(json!({ "imported": ids.len() }));
        write_audit(self, &mut tx, who, now, Action::Create, Customer::KIND.word(), &first.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, first);
        Ok(ids)
    }
}

/// Says in which of the customers the wrong fields are.
fn within(at: usize, error: StoreError) -> StoreError {
    let StoreError::Invalid { resource, errors } = error else { return error };
    let errors = errors.into_iter().map(|error| FieldError { field: format!("customers[{at}].{}", error.field), ..error }).collect();
    StoreError::Invalid { resource, errors }
}

type Points = BTreeMap<(&'static str, String), (ContactPointId, String)>;

async fn write_points(tx: &mut Tx, now: Utc, points: &Points) -> Result<()> {
    let row = |((kind, value), (id, raw)): (&(&'static str, String), &(ContactPointId, String))| {
        args![id.to_string(), *kind, value.as_str(), raw.as_str(), now]
    };
    // Somebody else's contact point with the same value is the same contact point.
    let head = "INSERT INTO contact_point (id, kind, value, raw, created_at)";
    insert_rows(tx, "contact_point", head, " ON CONFLICT (kind, value) DO NOTHING", points.iter().map(row).collect()).await
}

/// Joins customers and contact points, those of other customers included.
async fn write_links(tx: &mut Tx, points: &Points, links: Vec<Link>) -> Result<()> {
    let mut ids: BTreeMap<(String, String), String> = BTreeMap::new();
    for (kind, values) in by_kind(points) {
        for chunk in values.chunks(PARAMETERS_MAX - 1) {
            let sql = format!("SELECT value, id FROM contact_point WHERE kind = $1 AND value IN ({})", placeholders(2, chunk.len()));
            let mut wanted = args![kind];
            wanted.extend(chunk.iter().map(|value| Value::from(*value)));
            for row in tx.fetch(sql, wanted).await? {
                ids.insert((kind.to_owned(), row.text(0)?.to_owned()), row.text(1)?.to_owned());
            }
        }
    }
    let mut rows = Vec::with_capacity(links.len());
    for Link { customer, kind, value, sort, input } in links {
        let id = ids.get(&(kind.to_owned(), value)).ok_or_else(|| StoreError::corrupt("a contact point just written is not there"))?;
        rows.push(args![customer.to_string(), id.as_str(), input.label, input.preferred, input.valid, sort as i64]);
    }
    let head = "INSERT INTO customer_contact_point (customer_id, contact_point_id, label, preferred, valid, sort)";
    insert_rows(tx, "contact_point", head, "", rows).await
}

fn by_kind(points: &Points) -> BTreeMap<&'static str, Vec<&str>> {
    let mut all: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for (kind, value) in points.keys() {
        all.entry(kind).or_default().push(value);
    }
    all
}

/// Rows of the same columns, as many in a statement as there may be parameters.
async fn insert_rows(tx: &mut Tx, resource: &'static str, head: &str, tail: &str, rows: Vec<Vec<Value>>) -> Result<()> {
    let Some(width) = rows.first().map(Vec::len).filter(|width| *width > 0) else { return Ok(()) };
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let (mut tuples, mut values) = (Vec::new(), Vec::new());
        for row in rows.by_ref().take(PARAMETERS_MAX / width) {
            tuples.push(format!("({})", placeholders(values.len() + 1, width)));
            values.extend(row);
        }
        tx.execute_on(resource, format!("{head} VALUES {}{tail}", tuples.join(", ")), values).await?;
    }
    Ok(())
}
