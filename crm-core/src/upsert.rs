//! A customer written by their id in another system: made when they are not there, else changed. The same sent twice changes nothing.

use crate::audit::{Action, write_audit};
use crate::crud::{change_of, get_in, patched, to_object, update_in};
use crate::customers::{CONTACT_COLUMNS, Point, read_contact};
use crate::db::{Tx, args};
use crate::error::{Result, StoreError};
use crate::identity::by_external_id;
use crate::model::{Contact, ContactInput, CustomField, Customer, Kind, Stored, Who};
use crate::rights::{Verb, check_write, differing};
use crate::store::Store;
use crate::viewer::{Viewer, sees};
use cti_types::{CustomerId, Utc};
use serde_json::{Map, Value as Json, json};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upserted {
    Created,
    Changed,
    /// It was so already; nothing was written.
    Unchanged,
}

impl Store {
    /// Writes the customer with this external id, who may be one that another was merged into. `fields`: a JSON object of a customer's
    /// fields; what it does not name stays, or has its default in a new customer. `contacts`: all of them; `None` leaves those there are.
    /// `version`: the one the change is based on, where that matters.
    ///
    /// # Errors
    /// `NotFound` when the viewer may not see who has the id, `NotAllowed` naming fields they may not write; `VersionConflict` (0: there is no such customer, but a version was given), `Invalid`, `Unique` when two write one at the same moment
    /// (try again: it is there now), `Unavailable`.
    pub async fn upsert_customer(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        external_id: &str,
        version: Option<i64>,
        fields: &Json,
        contacts: Option<&[ContactInput]>,
    ) -> Result<(Stored<Customer>, Vec<Contact>, Upserted)> {
        let Json::Object(given) = fields else { return Err(StoreError::invalid("customer", "", "send a JSON object")) };
        if given.get("external_id").is_some_and(|named| named.as_str() != Some(external_id)) {
            return Err(StoreError::invalid("customer", "external_id", "leave it out, or give the one of the path"));
        }
        let points = contacts.map(|contacts| self.points(contacts)).transpose()?;
        // Before the transaction, which has the one connection this needs.
        let defined = if given.contains_key("fields") { self.field_definitions(Kind::Customer.word()).await? } else { Vec::new() };
        let mut tx = self.db.begin().await?;
        let (stored, upserted, gone) = match by_external_id(&mut tx, external_id).await? {
            Some(id) => self.change(&mut tx, viewer, who, now, id, version, given, points, &defined).await?,
            None if version.is_some() => return Err(StoreError::VersionConflict { resource: "customer", current: 0 }),
            None => {
                let mut given = given.clone();
                given.insert("external_id".to_owned(), json!(external_id));
                given.retain(|_, value| !value.is_null());
                for nested in ["fields", "attributes"] {
                    if let Some(Json::Object(values)) = given.get_mut(nested) {
                        values.retain(|_, value| !value.is_null());
                    }
                }
                for own in ["id", "version", "created_at", "updated_at"] {
                    given.remove(own);
                }
                check_write(viewer, false, Kind::Customer.word(), Verb::Create, &differing(&Map::new(), &given), &defined)?;
                let customer = serde_json::from_value(Json::Object(given)).map_err(|e| crate::crud::bad_fields("customer", &e))?;
                let mut customer: Customer = customer;
                self.prepare(&mut customer, None).await?;
                let stored = self.insert_in(&mut tx, who, now, customer, Vec::new()).await?;
                self.write_points(&mut tx, now, stored.id, points.unwrap_or_default()).await?;
                (stored, Upserted::Created, Vec::new())
            }
        };
        let contacts = contacts_in(&mut tx, stored.id).await?;
        tx.commit().await?;
        self.drop_points(gone).await;
        if upserted != Upserted::Unchanged {
            self.tell(change_of(who, stored.id, Some(stored.version), &[&stored.data]));
        }
        Ok((stored, contacts, upserted))
    }

    async fn change(
        &self,
        tx: &mut Tx,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        id: CustomerId,
        version: Option<i64>,
        given: &Map<String, Json>,
        points: Option<Vec<Point>>,
        defined: &[CustomField],
    ) -> Result<(Stored<Customer>, Upserted, Vec<String>)> {
        tx.lock_row("customer", id).await?;
        let old = get_in::<Customer>(tx, id).await?.ok_or(StoreError::NotFound { resource: "customer" })?;
        sees(tx, viewer, id).await?;
        if version.is_some_and(|version| version != old.version) {
            return Err(StoreError::VersionConflict { resource: "customer", current: old.version });
        }
        let mut given = given.clone();
        // Whoever is found by the id of one merged into them keeps their own.
        given.remove("external_id");
        let mut data = patched(&old, &Json::Object(given))?;
        self.prepare(&mut data, Some(&old.data)).await?;
        let differ = differing(&to_object(&old.data)?, &to_object(&data)?);
        check_write(viewer, viewer.owns(old.owner_id), Kind::Customer.word(), Verb::Change, &differ, defined)?;
        let before = contacts_in(tx, id).await?;
        let other = points.filter(|points| !alike(&before, points));
        if data == old.data && other.is_none() {
            return Ok((old, Upserted::Unchanged, Vec::new()));
        }
        let stored = update_in(self, tx, who, now, &old, data, Vec::new()).await?;
        let mut gone = Vec::new();
        if let Some(points) = other {
            let (after, dropped) = self.replace_points(tx, now, id, points).await?;
            gone = dropped;
            let (before, after) = (serde_json::to_value(&before).ok(), serde_json::to_value(&after).ok());
            write_audit(self, tx, who, now, Action::Update, "customer_contacts", &id.to_string(), before, after).await?;
        }
        Ok((stored, Upserted::Changed, gone))
    }
}

fn alike(contacts: &[Contact], points: &[Point]) -> bool {
    let same = |(contact, point): (&Contact, &Point)| {
        let Contact { id: _, kind, value, raw, label, preferred, valid, valid_from, valid_until, address } = contact;
        let input = &point.input;
        (*kind, value, label, *preferred, *valid) == (point.kind, &point.value, &input.label, input.preferred, input.valid)
            && (*valid_from, *valid_until, raw, address) == (input.valid_from, input.valid_until, &input.value, &input.address)
    };
    contacts.len() == points.len() && contacts.iter().zip(points).all(same)
}

pub(crate) async fn contacts_in(tx: &mut Tx, customer: CustomerId) -> Result<Vec<Contact>> {
    let sql = format!(
        "SELECT {CONTACT_COLUMNS} FROM customer_contact_point cc JOIN contact_point p ON p.id = cc.contact_point_id \
         WHERE cc.customer_id = $1 ORDER BY cc.sort, p.id"
    );
    tx.fetch(sql, args![customer.to_string()]).await?.iter().map(read_contact).collect()
}
