//! Customers with their contact points: reading and writing them. Finding them is in `customer_list`, who is calling in `card`.

use crate::activity::{self, Activity};
use crate::audit::{Action, write_audit};
use crate::crud::{change_of, column_list, get_in, patched, read_row, to_object, update_in};
use crate::db::{Row, Tx, Value, args, listed, text};
use crate::error::{Result, StoreError};
use crate::model::{Address, Check, Contact, ContactInput, ContactKind, Customer, Kind, Resource as _, Stored, Who, is_line};
use crate::number::normalise;
use crate::rights::{Verb, check_write, differing};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{ContactPointId, CustomerId, Utc};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// Most contact points of one customer; more are refused.
pub const CONTACTS_MAX: usize = 50;
/// How often contact points that somebody drops in that moment are made anew.
pub(crate) const TRIES: usize = 3;

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
        self.tell(change_of(who, stored.id, Some(stored.version), &[&stored.data]));
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
            let current = get_in::<Customer>(&mut tx, customer).await?.ok_or(StoreError::NotFound { resource: "customer" })?.version;
            return Err(StoreError::VersionConflict { resource: "customer", current });
        }
        let (written, gone) = self.replace_points(&mut tx, now, customer, points).await?;
        let shown = |contacts: &[Contact]| serde_json::to_value(contacts).ok();
        let (before, after) = (shown(&before), shown(&written));
        write_audit(self, &mut tx, who, now, Action::Update, "customer_contacts", &customer.to_string(), before, after).await?;
        tx.commit().await?;
        self.drop_points(gone).await;
        self.changed(Kind::Customer, customer);
        Ok(written)
    }

    /// A customer's contact points in their order.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn contacts(&self, customer: CustomerId) -> Result<Vec<Contact>> {
        let sql = format!(
            "SELECT {CONTACT_COLUMNS} FROM customer_contact_point cc JOIN contact_point p ON p.id = cc.contact_point_id \
             WHERE cc.customer_id = $1 ORDER BY cc.sort, p.id"
        );
        self.db.fetch(sql, vec![text(customer)]).await?.iter().map(read_contact).collect()
    }

    /// A customer with when they last did what.
    ///
    /// # Errors
    /// `NotFound`, also when the viewer may not see them; `Unavailable`.
    pub async fn customer(&self, viewer: &Viewer, id: CustomerId) -> Result<(Stored<Customer>, Activity)> {
        let mut values = args![id.to_string()];
        let seen = viewer.condition("customer", &mut values).map_or(String::new(), |seen| format!(" AND {seen}"));
        let sql = format!("SELECT {}, {} FROM customer WHERE id = $1{seen}", column_list::<Customer>(), activity::COLUMNS);
        let rows = self.db.fetch(sql, values).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "customer" }), read_customer)
    }

    /// Refuses a new customer with fields that the viewer may not give.
    ///
    /// # Errors
    /// `NotAllowed` naming them; `Unavailable`.
    pub async fn check_new_customer(&self, viewer: &Viewer, fields: &Map<String, Json>) -> Result<()> {
        let given = differing(&Map::new(), fields);
        let defined = self.definitions_for(&given).await?;
        check_write(viewer, false, Customer::KIND.word(), Verb::Create, &given, &defined)
    }

    /// Changes the fields that `patch` names, as far as the viewer may.
    ///
    /// # Errors
    /// As [`Store::update`]; `NotFound` also for a customer the viewer may not see; `NotAllowed` naming fields they may not write.
    pub async fn update_customer(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        id: CustomerId,
        version: i64,
        patch: &Json,
    ) -> Result<Stored<Customer>> {
        let (old, _) = self.customer(viewer, id).await?;
        if old.version != version {
            return Err(StoreError::VersionConflict { resource: Customer::KIND.word(), current: old.version });
        }
        let mut data = patched(&old, patch)?;
        self.prepare(&mut data, Some(&old.data)).await?;
        let given = differing(&to_object(&old.data)?, &to_object(&data)?);
        let defined = self.definitions_for(&given).await?;
        check_write(viewer, viewer.owns(old.owner_id), Customer::KIND.word(), Verb::Change, &given, &defined)?;
        let mut tx = self.db.begin().await?;
        let stored = update_in(self, &mut tx, who, now, &old, data, Vec::new()).await?;
        tx.commit().await?;
        self.tell(change_of(who, id, Some(stored.version), &[&stored.data]));
        Ok(stored)
    }

    /// The definitions of custom fields, if any is among these names.
    pub(crate) async fn definitions_for(&self, given: &[String]) -> Result<Vec<crate::model::CustomField>> {
        if !given.iter().any(|name| name.starts_with("fields.")) {
            return Ok(Vec::new());
        }
        self.field_definitions(Customer::KIND.word()).await
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
            if input.label.chars().count() > 100 || !is_line(&input.label) {
                return bad(format!("contacts[{at}].label"), "give it at most 100 characters without control characters");
            }
            if matches!((input.valid_from, input.valid_until), (Some(from), Some(until)) if until <= from) {
                return bad(format!("contacts[{at}].valid_until"), "give a time after valid_from");
            }
            let address = place(&format!("contacts[{at}].address"), input)?;
            let shown = address.as_ref().map_or_else(|| input.value.trim().to_owned(), Address::line);
            // The parts of an address have bounds of their own.
            if shown.is_empty() || (address.is_none() && shown.chars().count() > 200) || !is_line(&shown) || !is_line(&input.value) {
                return bad(field, "give it 1 to 200 characters without line breaks and other control characters");
            }
            let value = match input.kind {
                ContactKind::Phone => match normalise(&shown, self.country()).as_str() {
                    Some(number) => number.to_owned(),
                    None => return bad(field, "give a telephone number"),
                },
                ContactKind::Email => {
                    if shown.split_once('@').is_none_or(|(local, domain)| local.is_empty() || domain.is_empty()) {
                        return bad(field, "write it as name@example.com");
                    }
                    shown.to_lowercase()
                }
                ContactKind::Address => shown.to_lowercase(),
                ContactKind::Chat | ContactKind::Other => shown.clone(),
            };
            if !seen.insert((input.kind, value.clone())) {
                return bad(field, "name each contact point once");
            }
            points.push(Point { kind: input.kind, value, input: ContactInput { value: shown, address, ..input.clone() } });
        }
        Ok(points)
    }

    /// Writes these in the place of those there are. Gives those they had and have no more, for [`Store::drop_points`] after the commit.
    pub(crate) async fn replace_points(
        &self,
        tx: &mut Tx,
        now: Utc,
        customer: CustomerId,
        points: Vec<Point>,
    ) -> Result<(Vec<Contact>, Vec<String>)> {
        let sql = "SELECT contact_point_id FROM customer_contact_point WHERE customer_id = $1";
        let before = tx.fetch(sql, vec![text(customer)]).await?;
        let before = before.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<BTreeSet<_>>>()?;
        tx.execute("DELETE FROM customer_contact_point WHERE customer_id = $1", vec![text(customer)]).await?;
        let written = self.write_points(tx, now, customer, points).await?;
        let kept: BTreeSet<String> = written.iter().map(|contact| contact.id.to_string()).collect();
        Ok((written, before.difference(&kept).cloned().collect()))
    }

    /// Drops those of these contact points that nobody has any more, each in a transaction of its own: who holds one and waits for another would
    /// wait for who does so the other way round. What fails is left to an erasure, which finds it by the audit.
    pub(crate) async fn drop_points(&self, points: Vec<String>) {
        for point in points {
            let dropped = async {
                let mut tx = self.db.begin().await?;
                drop_unlinked(&mut tx, &[point]).await?;
                tx.commit().await
            };
            if dropped.await.is_err() {
                return;
            }
        }
    }

    /// Writes the contact points of a new customer.
    pub(crate) async fn write_points(&self, tx: &mut Tx, now: Utc, customer: CustomerId, points: Vec<Point>) -> Result<Vec<Contact>> {
        let there = self.take_points(tx, now, &points).await?;
        link_points(tx, customer, points, &there).await
    }

    /// The contact points with these values, somebody else's as well, kept until the end of the transaction; made where there are none.
    /// On PostgreSQL all are made and locked in one order, so that no two wait for each other.
    async fn take_points(&self, tx: &mut Tx, now: Utc, points: &[Point]) -> Result<There> {
        let by_value: BTreeMap<(&'static str, &str), &Point> =
            points.iter().map(|point| ((point.kind.word(), point.value.as_str()), point)).collect();
        // On PostgreSQL, somebody may just be dropping one of them: then it is made anew.
        for _ in 0..TRIES {
            for ((kind, value), point) in &by_value {
                let fresh: ContactPointId = self.new_id(now);
                let sql = "INSERT INTO contact_point (id, kind, value, raw, created_at, tail, detail, place_key) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (kind, value) DO NOTHING";
                let (tail, detail, place) = (tail(point.kind, value), detail(&point.input), place_key(&point.input));
                tx.execute_on(
                    "contact_point",
                    sql,
                    args![fresh.to_string(), *kind, *value, point.input.value.as_str(), now, tail, detail, place],
                )
                .await?;
            }
            let mut values: Vec<Value> = Vec::new();
            let mut any = vec!["1 = 0".to_owned()];
            for (kind, value) in by_value.keys() {
                values.extend(args![*kind, *value]);
                any.push(format!("(kind = ${} AND value = ${})", values.len() - 1, values.len()));
            }
            let (any, keeping) = (any.join(" OR "), tx.keeping());
            let sql = format!("SELECT {THERE}, kind, value FROM contact_point WHERE {any} ORDER BY id{keeping}");
            let mut there = There::new();
            for row in tx.fetch(sql, values).await? {
                there.insert((row.text(3)?.to_owned(), row.text(4)?.to_owned()), AsThere::read(&row)?);
            }
            if there.len() == by_value.len() {
                return Ok(there);
            }
        }
        Err(StoreError::corrupt("a contact point just written is not there"))
    }
}

/// Joins a customer with contact points that are there.
async fn link_points(tx: &mut Tx, customer: CustomerId, points: Vec<Point>, there: &There) -> Result<Vec<Contact>> {
    let mut written = Vec::with_capacity(points.len());
    for (sort, Point { kind, value, input }) in points.into_iter().enumerate() {
        let key = (kind.word().to_owned(), value);
        let there = there.get(&key).ok_or_else(|| StoreError::corrupt("a contact point just written is not there"))?;
        let sql = format!("INSERT INTO customer_contact_point ({LINK_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        tx.execute_on("contact_point", sql, link_row(customer, &there.id, sort as i64, &input, there.differing(&input))).await?;
        written.push(Contact {
            id: there.id.parse().map_err(|_| StoreError::corrupt("a contact point's id is none"))?,
            kind,
            value: key.1,
            raw: input.value,
            label: input.label,
            preferred: input.preferred,
            valid: input.valid,
            valid_from: input.valid_from,
            valid_until: input.valid_until,
            address: input.address,
        });
    }
    Ok(written)
}

/// Of these contact points, drops those that no customer has any more and that no undone merge would give back. Says how many.
pub(crate) async fn drop_unlinked(tx: &mut Tx, points: &[String]) -> Result<u64> {
    let mut gone = 0;
    for chunk in points.chunks(512) {
        let (list, values) = listed(1, chunk);
        // Else a customer who gets one of them in this moment would lose it again.
        tx.lock_rows("contact_point", &list, values.clone()).await?;
        let sql = format!(
            "DELETE FROM contact_point WHERE id IN ({list}) \
             AND NOT EXISTS (SELECT 1 FROM customer_contact_point cc WHERE cc.contact_point_id = contact_point.id) \
             AND NOT EXISTS (SELECT 1 FROM merge_row m WHERE m.row_key = '[\"' || contact_point.id || '\"]' \
             AND m.table_name = 'customer_contact_point.customer_id' AND m.dropped IS NOT NULL)"
        );
        gone += tx.execute(sql, values).await?;
    }
    Ok(gone)
}

/// Contact points that are there, by kind and value.
type There = BTreeMap<(String, String), AsThere>;

/// A contact point as it stands in its table: in the spelling of who had it first.
pub(crate) struct AsThere {
    pub(crate) id: String,
    raw: String,
    detail: Option<String>,
}

/// The columns of [`AsThere`].
pub(crate) const THERE: &str = "id, raw, detail";

impl AsThere {
    pub(crate) fn read(row: &Row) -> Result<AsThere> {
        Ok(AsThere { id: row.text(0)?.to_owned(), raw: row.text(1)?.to_owned(), detail: row.opt_text(2).map(ToOwned::to_owned) })
    }

    /// How a customer has it spelled who spells it otherwise: the text, and the parts of an address.
    pub(crate) fn differing(&self, input: &ContactInput) -> (Option<String>, Option<String>) {
        let parts = detail(input).filter(|parts| Some(parts) != self.detail.as_ref());
        (Some(&input.value).filter(|raw| **raw != self.raw).cloned(), parts)
    }
}

pub(crate) fn contact_kind(word: &str) -> Result<ContactKind> {
    match word {
        "phone" => Ok(ContactKind::Phone),
        "email" => Ok(ContactKind::Email),
        "address" => Ok(ContactKind::Address),
        "chat" => Ok(ContactKind::Chat),
        "other" => Ok(ContactKind::Other),
        _ => Err(StoreError::corrupt(format!("a contact point is of kind {word}"))),
    }
}

/// Of a contact point `p` and its link `cc`, as [`read_contact`] reads them.
pub(crate) const CONTACT_COLUMNS: &str = "p.id, p.kind, p.value, COALESCE(cc.raw, p.raw), cc.label, cc.preferred, cc.valid, cc.valid_from, cc.valid_until, \
     COALESCE(cc.detail, p.detail)";

/// The columns of [`link_row`].
pub(crate) const LINK_COLUMNS: &str = "customer_id, contact_point_id, label, preferred, valid, sort, valid_from, valid_until, raw, detail";

/// A row that joins a customer and a contact point. `own`: as [`AsThere::differing`] gives it.
pub(crate) fn link_row(
    customer: CustomerId,
    point: &str,
    sort: i64,
    input: &ContactInput,
    own: (Option<String>, Option<String>),
) -> Vec<Value> {
    let (raw, detail) = own;
    let time = |time: Option<Utc>| time.map(|time| time.0);
    let (from, until) = (time(input.valid_from), time(input.valid_until));
    args![customer.to_string(), point, input.label.as_str(), input.preferred, input.valid, sort, from, until, raw, detail]
}

/// The digits of a telephone number, the last one first; nothing for any other kind.
pub(crate) fn tail(kind: ContactKind, value: &str) -> Option<String> {
    (kind == ContactKind::Phone).then(|| value.chars().rev().filter(char::is_ascii_digit).collect())
}

/// The parts of an address, as they are stored.
pub(crate) fn detail(input: &ContactInput) -> Option<String> {
    input.address.as_ref().and_then(|address| serde_json::to_string(address).ok())
}

/// By what an address is found, however it is written; see `identity::keys`.
pub(crate) fn place_key(input: &ContactInput) -> Option<i64> {
    input.address.as_ref().and_then(crate::identity::keys::place_key)
}

/// The parts of an address, tidied; nothing for any other kind.
fn place(field: &str, input: &ContactInput) -> Result<Option<Address>> {
    match (input.kind, &input.address) {
        (ContactKind::Address, Some(address)) => {
            let (mut address, mut check) = (address.clone(), Check::default());
            address.check(field, &mut check);
            let errors = check.into_errors();
            if errors.is_empty() { Ok(Some(address)) } else { Err(StoreError::Invalid { resource: "customer", errors }) }
        }
        (ContactKind::Address, None) => Err(StoreError::invalid("customer", field, "give the address by its parts")),
        (ContactKind::Phone | ContactKind::Email | ContactKind::Chat | ContactKind::Other, Some(_)) => {
            Err(StoreError::invalid("customer", field, "leave it out: only an address has parts"))
        }
        (ContactKind::Phone | ContactKind::Email | ContactKind::Chat | ContactKind::Other, None) => Ok(None),
    }
}

/// The columns of a customer, then those of [`Activity`].
pub(crate) fn read_customer(row: &Row) -> Result<(Stored<Customer>, Activity)> {
    Ok((read_row::<Customer>(row)?, activity::read(row, 4 + Customer::COLUMNS.len())))
}

/// The parts of an address out of their column.
pub(crate) fn read_detail(text: Option<&str>) -> Result<Option<Address>> {
    text.map(|text| serde_json::from_str(text).map_err(|error| StoreError::corrupt_from("an address cannot be read", error))).transpose()
}

/// The columns of [`CONTACT_COLUMNS`].
pub(crate) fn read_contact(row: &Row) -> Result<Contact> {
    Ok(Contact {
        id: row.id(0)?,
        kind: contact_kind(row.text(1)?)?,
        value: row.text(2)?.to_owned(),
        raw: row.text(3)?.to_owned(),
        label: row.text(4)?.to_owned(),
        preferred: row.int(5)? != 0,
        valid: row.int(6)? != 0,
        valid_from: row.opt_int(7).map(Utc),
        valid_until: row.opt_int(8).map(Utc),
        address: read_detail(row.opt_text(9))?,
    })
}
