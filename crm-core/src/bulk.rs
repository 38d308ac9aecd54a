//! Many new customers at once: taking over a customer base, filling a test's database. Changes nobody who is there already.

use crate::audit::{Action, write_audit};
use crate::crud::{get_in, row_values, shown};
use crate::customers::{AsThere, LINK_COLUMNS, Point, THERE, TRIES, detail, link_row, place_key, tail};
use crate::db::{PARAMETERS_MAX, Tx, Value, args, placeholders, text};
use crate::error::{FieldError, Result, StoreError};
use crate::fields::check_fields;
use crate::model::{Check, ContactInput, CustomField, Customer, Kind, Reference, Resource as _, Who};
use crate::outbox::{is_awaited, write_event};
use crate::store::{Change, Store};
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
    sort: i64,
    input: ContactInput,
}

/// Rows to be written with a few statements, checked.
#[derive(Default)]
pub(crate) struct Bulk {
    ids: Vec<CustomerId>,
    names: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
    keys: Vec<Vec<Value>>,
    points: Points,
    links: Vec<Link>,
    references: BTreeSet<Reference>,
}

impl Bulk {
    /// A new customer, checked by [`Store::checked`]; gives their id.
    pub(crate) fn customer(&mut self, store: &Store, now: Utc, customer: &Customer, points: Vec<Point>) -> Result<CustomerId> {
        self.references.extend(customer.references());
        let id: CustomerId = store.new_id(now);
        let mut row = vec![text(id), Value::from(1_i64), Value::from(now), Value::from(now)];
        self.names.clear();
        for (name, value) in row_values(customer)? {
            self.names.push(name);
            row.push(value);
        }
        self.rows.push(row);
        self.keys.extend(customer.match_keys().into_iter().map(|key| vec![Value::from(key), text(id)]));
        self.contacts(store, now, id, 0, points);
        self.ids.push(id);
        Ok(id)
    }

    /// Contact points of a customer, in their order from `sort` on.
    pub(crate) fn contacts(&mut self, store: &Store, now: Utc, customer: CustomerId, sort: i64, points: Vec<Point>) {
        for (sort, Point { kind, value, input }) in (sort..).zip(points) {
            let key = (kind.word(), value.clone());
            self.points.entry(key).or_insert_with(|| {
                let id: ContactPointId = store.new_id(now);
                let (tail, detail, place) = (tail(kind, &value), detail(&input), place_key(&input));
                args![id.to_string(), kind.word(), value.as_str(), input.value.as_str(), now, tail, detail, place]
            });
            self.links.push(Link { customer, kind: kind.word(), value, sort, input });
        }
    }

    /// Writes them, and what webhooks are to be told of each; what the audit says of them is for the caller.
    pub(crate) async fn write(self, store: &Store, tx: &mut Tx, who: &Who, now: Utc) -> Result<Vec<CustomerId>> {
        for Reference { field, table, id } in self.references {
            let found = tx.fetch(format!("SELECT id FROM {table} WHERE id = $1"), args![id]).await?;
            if found.is_empty() {
                let what = table.trim_start_matches("app_");
                return Err(StoreError::invalid("customer", field, format!("there is no such {what}")));
            }
        }
        let head = format!("INSERT INTO customer (id, version, created_at, updated_at, {})", self.names.join(", "));
        insert_rows(tx, "customer", &head, "", self.rows).await?;
        insert_rows(tx, "customer", "INSERT INTO match_key (key, customer_id)", " ON CONFLICT (key, customer_id) DO NOTHING", self.keys)
            .await?;
        let there = take_points(tx, &self.points).await?;
        write_links(tx, &there, self.links).await?;
        tell_created(store, tx, who, now, &self.ids).await?;
        Ok(self.ids)
    }
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
        let defined = self.field_definitions(Customer::KIND.word()).await?;
        let mut bulk = Bulk::default();
        for (at, (mut customer, contacts)) in customers.into_iter().enumerate() {
            let points = self.checked(&defined, None, &mut customer, &contacts).map_err(|error| within(at, error))?;
            bulk.customer(self, now, &customer, points)?;
        }
        let Some(first) = bulk.ids.first().copied() else { return Ok(Vec::new()) };
        let mut tx = self.db.begin().await?;
        let ids = bulk.write(self, &mut tx, who, now).await?;
        let after = Some(json!({ "imported": ids.len() }));
        write_audit(self, &mut tx, who, now, Action::Of("import"), Customer::KIND.word(), &first.to_string(), None, after).await?;
        tx.commit().await?;
        self.tell(Change { many: true, ..Change::new(Kind::Customer, first) });
        Ok(ids)
    }

    /// Checks and tidies a customer and their contact points. `old`: as they are now; none for a new one.
    pub(crate) fn checked(
        &self,
        defined: &[CustomField],
        old: Option<&Customer>,
        customer: &mut Customer,
        contacts: &[ContactInput],
    ) -> Result<Vec<Point>> {
        let mut check = Check::default();
        customer.check(&mut check);
        let mut errors = check.into_errors();
        if old.is_none_or(|old| old.fields != customer.fields) {
            errors.extend(check_fields(defined, old.map(|old| &old.fields), &customer.fields));
        }
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: Customer::KIND.word(), errors });
        }
        self.points(contacts)
    }
}

/// Tells webhooks of new customers. They are read back only where somebody wants to hear of them.
async fn tell_created(store: &Store, tx: &mut Tx, who: &Who, now: Utc, ids: &[CustomerId]) -> Result<()> {
    let word = Customer::KIND.word();
    if !is_awaited(store, tx, &format!("{word}.created")).await? {
        return Ok(());
    }
    for id in ids {
        if let Some(stored) = get_in::<Customer>(tx, *id).await? {
            let after = shown(&stored, false)?;
            write_event(store, tx, who, now, Action::Create, word, &id.to_string(), None, Some(&after)).await?;
        }
    }
    Ok(())
}

/// Says in which of the customers the wrong fields are.
fn within(at: usize, error: StoreError) -> StoreError {
    let StoreError::Invalid { resource, errors } = error else { return error };
    let errors = errors.into_iter().map(|error| FieldError { field: format!("customers[{at}].{}", error.field), ..error }).collect();
    StoreError::Invalid { resource, errors }
}

/// Rows of `contact_point` by kind and value.
type Points = BTreeMap<(&'static str, String), Vec<Value>>;

/// Those that are there, by kind and value.
type There = BTreeMap<(String, String), AsThere>;

async fn take_points(tx: &mut Tx, points: &Points) -> Result<There> {
    // On PostgreSQL, somebody may just be dropping one of them: then it is made anew.
    for _ in 0..TRIES {
        // Somebody else's contact point with the same value is the same contact point.
        let head = "INSERT INTO contact_point (id, kind, value, raw, created_at, tail, detail, place_key)";
        insert_rows(tx, "contact_point", head, " ON CONFLICT (kind, value) DO NOTHING", points.values().cloned().collect()).await?;
        let mut there = There::new();
        for (kind, values) in by_kind(points) {
            for chunk in values.chunks(PARAMETERS_MAX - 1) {
                let (list, keeping) = (placeholders(2, chunk.len()), tx.keeping());
                let sql = format!("SELECT {THERE}, value FROM contact_point WHERE kind = $1 AND value IN ({list}) ORDER BY id{keeping}");
                let mut wanted = args![kind];
                wanted.extend(chunk.iter().map(|value| Value::from(*value)));
                for row in tx.fetch(sql, wanted).await? {
                    there.insert((kind.to_owned(), row.text(3)?.to_owned()), AsThere::read(&row)?);
                }
            }
        }
        if there.len() == points.len() {
            return Ok(there);
        }
    }
    Err(StoreError::corrupt("a contact point just written is not there"))
}

/// Joins customers and contact points, those of other customers included.
async fn write_links(tx: &mut Tx, there: &There, links: Vec<Link>) -> Result<()> {
    let mut rows = Vec::with_capacity(links.len());
    for Link { customer, kind, value, sort, input } in links {
        let there = there.get(&(kind.to_owned(), value)).ok_or_else(|| StoreError::corrupt("a contact point just written is not there"))?;
        rows.push(link_row(customer, &there.id, sort, &input, there.differing(&input)));
    }
    let head = format!("INSERT INTO customer_contact_point ({LINK_COLUMNS})");
    insert_rows(tx, "contact_point", &head, "", rows).await
}

fn by_kind(points: &Points) -> BTreeMap<&'static str, Vec<&str>> {
    let mut all: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for (kind, value) in points.keys() {
        all.entry(kind).or_default().push(value);
    }
    all
}

/// Rows of the same columns, as many in a statement as there may be parameters.
pub(crate) async fn insert_rows(tx: &mut Tx, resource: &'static str, head: &str, tail: &str, rows: Vec<Vec<Value>>) -> Result<()> {
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
