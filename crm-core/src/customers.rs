//! Customers with their contact points, and finding them. Who is calling is answered in `card`.

use crate::audit::{Action, write_audit};
use crate::crud::prefix_range;
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Contact, ContactInput, ContactKind, Customer, Kind, ListQuery, Page, Stored, Who, is_line};
use crate::number::normalise;
use crate::store::Store;
use cti_types::{ContactPointId, CustomerId, Utc};
use std::collections::BTreeSet;

/// Most contact points of one customer; more are refused.
pub const CONTACTS_MAX: usize = 50;

/// One to be written, normalised.
pub(crate) struct Point {
    pub(crate) kind: ContactKind,
    pub(crate) value: String,
    pub(crate) input: ContactInput,
}

impl Store {
    /// Writes a new customer with their contact points, in one transaction.
    ///
    /// # Errors
    /// As [`Store::insert`]; `Invalid` names a contact point as `contacts[2].value`.
    pub async fn create_customer(
        &self,
        who: &Who,
        now: Utc,
        customer: Customer,
        contacts: &[ContactInput],
    ) -> Result<(Stored<Customer>, Vec<Contact>)> {
        let mut customer = customer;
        self.prepare(&mut customer, None).await?;
        let points = self.points(contacts)?;
        let mut tx = self.db.begin().await?;
        let stored = self.insert_in(&mut tx, who, now, customer, Vec::new()).await?;
        let written = self.write_points(&mut tx, now, stored.id, points).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, stored.id);
        Ok((stored, written))
    }

    /// Replaces a customer's contact points.
    ///
    /// # Errors
    /// `NotFound`, `VersionConflict`, `Invalid`, `Unavailable`.
    pub async fn set_contacts(
        &self,
        who: &Who,
        now: Utc,
        customer: CustomerId,
        version: i64,
        contacts: &[ContactInput],
    ) -> Result<Vec<Contact>> {
        let points = self.points(contacts)?;
        let before = self.contacts(customer).await?;
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE customer SET version = version + 1, updated_at = $3 WHERE id = $1 AND version = $2";
        if tx.execute(sql, args![customer.to_string(), version, now]).await? == 0 {
            let current = self.get::<Customer>(customer).await?.version;
            return Err(StoreError::VersionConflict { resource: "customer", current });
        }
        tx.execute("DELETE FROM customer_contact_point WHERE customer_id = $1", vec![text(customer)]).await?;
        let written = self.write_points(&mut tx, now, customer, points).await?;
        let shown = |contacts: &[Contact]| serde_json::to_value(contacts).ok();
        let (before, after) = (shown(&before), shown(&written));
        write_audit(self, &mut tx, who, now, Action::Update, "customer_contacts", &customer.to_string(), before, after).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, customer);
        Ok(written)
    }

    /// A customer's contact points in their order.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn contacts(&self, customer: CustomerId) -> Result<Vec<Contact>> {
        let sql = "SELECT p.id, p.kind, p.value, p.raw, cc.label, cc.preferred, cc.valid FROM customer_contact_point cc \
                   JOIN contact_point p ON p.id = cc.contact_point_id WHERE cc.customer_id = $1 ORDER BY cc.sort, p.id";
        self.db.fetch(sql, vec![text(customer)]).await?.iter().map(read_contact).collect()
    }

    /// Customers whose name or family name begins with the text, or who have the number or the beginning of the mail address, in the order
    /// they were made. An empty text finds all.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn search_customers(&self, wanted: &str, query: &ListQuery) -> Result<Page<Stored<Customer>>> {
        let wanted = wanted.trim();
        if wanted.is_empty() {
            return self.list::<Customer>(&ListQuery { search: None, ..query.clone() }).await;
        }
        let after = query.cursor.clone().unwrap_or_default();
        let (sql, mut values) = self.matching(wanted);
        values.push(Value::from(after));
        let limit = query.limit();
        let sql = format!("SELECT id FROM ({sql}) AS hit WHERE id > ${} ORDER BY id LIMIT {}", values.len(), limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let mut items = Vec::with_capacity(rows.len().min(limit));
        for row in rows.iter().take(limit) {
            match self.get::<Customer>(row.id(0)?).await {
                Ok(customer) => items.push(customer),
                // Deleted between the two reads.
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let next = if more { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// The statement that finds the ids, by what the text looks like.
    fn matching(&self, wanted: &str) -> (&'static str, Vec<Value>) {
        let lower = wanted.to_lowercase();
        if wanted.contains('@') {
            let (from, to) = prefix_range(&lower);
            let sql = "SELECT cc.customer_id AS id FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id \
                       WHERE p.kind = 'email' AND p.value >= $1 AND p.value < $2";
            return (sql, args![from, to]);
        }
        let digits = wanted.chars().filter(char::is_ascii_digit).count();
        let dialled = wanted.chars().all(|c| c.is_ascii_digit() || " +-().*#/".contains(c));
        if digits >= 3 && dialled {
            let number = normalise(wanted, self.country());
            let (from, to) = prefix_range(&wanted.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>());
            let sql = "SELECT cc.customer_id AS id FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id \
                       WHERE p.kind = 'phone' AND (p.value = $1 OR (p.value >= $2 AND p.value < $3)) GROUP BY cc.customer_id";
            return (sql, args![number.as_str().unwrap_or_default(), from, to]);
        }
        let (from, to) = prefix_range(&lower);
        let sql = "SELECT id FROM customer WHERE name_search >= $1 AND name_search < $2 \
                   UNION SELECT id FROM customer WHERE family_search >= $1 AND family_search < $2 \
                   UNION SELECT id FROM customer WHERE external_id = $3";
        (sql, args![from, to, wanted])
    }

    /// Checked and normalised.
    pub(crate) fn points(&self, contacts: &[ContactInput]) -> Result<Vec<Point>> {
        let bad = |field: String, mend: &str| Err(StoreError::invalid("customer", field, mend));
        if contacts.len() > CONTACTS_MAX {
            return bad("contacts".to_owned(), "leave at most 50");
        }
        let mut seen = BTreeSet::new();
        let mut points = Vec::with_capacity(contacts.len());
        for (at, input) in contacts.iter().enumerate() {
            let field = format!("contacts[{at}].value");
            let raw = input.value.trim();
            if raw.is_empty() || raw.chars().count() > 200 || !is_line(&input.value) {
                return bad(field, "give it 1 to 200 characters without line breaks and other control characters");
            }
            if input.label.chars().count() > 100 || !is_line(&input.label) {
                return bad(format!("contacts[{at}].label"), "give it at most 100 characters without control characters");
            }
            let value = match input.kind {
                ContactKind::Phone => match normalise(raw, self.country()).as_str() {
                    Some(number) => number.to_owned(),
                    None => return bad(field, "give a telephone number"),
                },
                ContactKind::Email => {
                    if raw.split_once('@').is_none_or(|(local, domain)| local.is_empty() || domain.is_empty()) {
                        return bad(field, "write it as name@example.com");
                    }
                    raw.to_lowercase()
                }
                ContactKind::Other => raw.to_owned(),
            };
            if !seen.insert((input.kind, value.clone())) {
                return bad(field, "name each contact point once");
            }
            points.push(Point { kind: input.kind, value, input: ContactInput { value: raw.to_owned(), ..input.clone() } });
        }
        Ok(points)
    }

    async fn write_points(&self, tx: &mut Tx, now: Utc, customer: CustomerId, points: Vec<Point>) -> Result<Vec<Contact>> {
        let mut written = Vec::with_capacity(points.len());
        for (sort, point) in points.into_iter().enumerate() {
            let (kind, value) = (point.kind.word(), point.value.as_str());
            let fresh: ContactPointId = self.new_id(now);
            // Somebody else's contact point with the same value is the same contact point.
            let sql = "INSERT INTO contact_point (id, kind, value, raw, created_at) VALUES ($1, $2, $3, $4, $5) \
                       ON CONFLICT (kind, value) DO NOTHING";
            tx.execute_on("contact_point", sql, args![fresh.to_string(), kind, value, point.input.value.as_str(), now]).await?;
            let rows = tx.fetch("SELECT id, raw FROM contact_point WHERE kind = $1 AND value = $2", args![kind, value]).await?;
            let row = rows.first().ok_or_else(|| StoreError::corrupt("a contact point just written is not there"))?;
            let (id, raw) = (row.id::<ContactPointId>(0)?, row.text(1)?.to_owned());
            let input = point.input;
            let sql = "INSERT INTO customer_contact_point (customer_id, contact_point_id, label, preferred, valid, sort) \
                       VALUES ($1, $2, $3, $4, $5, $6)";
            let row = args![customer.to_string(), id.to_string(), input.label.as_str(), input.preferred, input.valid, sort as i64];
            tx.execute_on("contact_point", sql, row).await?;
            written.push(Contact {
                id,
                kind: point.kind,
                value: point.value,
                raw,
                label: input.label,
                preferred: input.preferred,
                valid: input.valid,
            });
        }
        Ok(written)
    }
}

pub(crate) fn contact_kind(word: &str) -> Result<ContactKind> {
    match word {
        "phone" => Ok(ContactKind::Phone),
        "email" => Ok(ContactKind::Email),
        "other" => Ok(ContactKind::Other),
        _ => Err(StoreError::corrupt(format!("a contact point is of kind {word}"))),
    }
}

fn read_contact(row: &Row) -> Result<Contact> {
    Ok(Contact {
        id: row.id(0)?,
        kind: contact_kind(row.text(1)?)?,
        value: row.text(2)?.to_owned(),
        raw: row.text(3)?.to_owned(),
        label: row.text(4)?.to_owned(),
        preferred: row.int(5)? != 0,
        valid: row.int(6)? != 0,
    })
}
