//! How customers belong together: adding, listing, removing. Typed and directed; each is stored once and read from either end.

use crate::audit::{Action, write_audit};
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{CustomerKind, Kind, ListQuery, NewRelation, Page, Relation, RelationId, RelationKind, RelationWord, Who, is_line};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{CustomerId, Utc};
use serde_json::json;

/// Longest chain of companies that own each other.
const CHAIN_MAX: i64 = 50;

/// Relations of one kind at their near end: employers, parents, suppliers. A company may employ any number.
const OWN_MAX: i64 = 50;

fn invalid(field: &str, mend: impl Into<String>) -> StoreError {
    StoreError::invalid("customer_relation", field, mend)
}

impl Store {
    /// Adds a relation of a customer whom the viewer sees to another whom they see as well.
    ///
    /// # Errors
    /// `Invalid` when it cannot be: with oneself, of the wrong kinds, twice, a second parent, a circle of parents. `NotFound`, `Unavailable`.
    pub async fn add_relation(&self, viewer: &Viewer, who: &Who, now: Utc, customer: CustomerId, new: &NewRelation) -> Result<Relation> {
        if new.note.chars().count() > 200 || !is_line(&new.note) {
            return Err(invalid("note", "give it at most 200 characters in one line"));
        }
        self.may_see(viewer, customer).await?;
        match self.may_see(viewer, new.customer_id).await {
            Err(StoreError::NotFound { .. }) => return Err(invalid("customer_id", "choose a customer that exists")),
            other => other?,
        }
        let (kind, near) = new.relation.stored();
        let (mut from, mut to) = if near { (customer, new.customer_id) } else { (new.customer_id, customer) };
        if kind == RelationKind::Household && to < from {
            std::mem::swap(&mut from, &mut to);
        }
        let id: RelationId = self.new_id(now);
        let mut tx = self.db.begin().await?;
        may_relate(&mut tx, kind, from, to).await?;
        let row = args![id.to_string(), from.to_string(), kind.word(), to.to_string(), new.note.as_str(), now];
        let sql = "INSERT INTO customer_relation (id, from_id, kind, to_id, note, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
        tx.execute_on("customer_relation", sql, row).await.map_err(|error| match error {
            StoreError::Unique { .. } => invalid("customer_id", "they have this relation already"),
            other => other,
        })?;
        let after = Some(json!({ "relation": new.relation, "customer_id": new.customer_id, "note": new.note }));
        write_audit(self, &mut tx, who, now, Action::Create, "customer_relation", &customer.to_string(), None, after).await?;
        let names = tx.fetch("SELECT name FROM customer WHERE id = $1", vec![text(new.customer_id)]).await?;
        let name = names.first().and_then(|row| row.opt_text(0)).map(ToOwned::to_owned);
        tx.commit().await?;
        self.changed(Kind::Customer, customer);
        Ok(Relation { id, relation: new.relation, customer_id: new.customer_id, name, note: new.note.clone(), created_at: now })
    }

    /// A page of a customer's relations, in the order they were made. The names of those the viewer may not see are left out.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for a bad cursor, `Unavailable`.
    pub async fn relations(&self, viewer: &Viewer, customer: CustomerId, query: &ListQuery) -> Result<Page<Relation>> {
        self.may_see(viewer, customer).await?;
        let after = query.cursor.clone().unwrap_or_default();
        if !after.is_empty() && after.parse::<RelationId>().is_err() {
            return Err(invalid("cursor", "give back the `next` of the page before"));
        }
        let limit = query.limit();
        let mut values = args![customer.to_string(), after];
        let seen = viewer.condition("c", &mut values).unwrap_or_else(|| "1 = 1".to_owned());
        // A company may employ thousands: each end is read by its own index, by the kind, so that only the page is sorted.
        let end = |own: &str, other: &str, near: i64| {
            format!(
                "SELECT r.id, r.kind, r.{other} AS other, r.note, r.created_at, CAST({near} AS BIGINT) AS near FROM customer_relation r \
                 WHERE r.{own} = $1 AND r.id > $2"
            )
        };
        let sql = format!(
            "SELECT b.id, b.kind, b.other, CASE WHEN {seen} THEN c.name ELSE NULL END, b.note, b.created_at, b.near \
             FROM (SELECT * FROM ({} UNION ALL {}) AS u ORDER BY u.id LIMIT {}) AS b JOIN customer c ON c.id = b.other ORDER BY b.id",
            end("from_id", "to_id", 1),
            end("to_id", "from_id", 0),
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let items = rows.iter().take(limit).map(read).collect::<Result<Vec<_>>>()?;
        let next = if rows.len() > limit { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// Removes a relation of this customer, from whichever end.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn remove_relation(&self, viewer: &Viewer, who: &Who, now: Utc, customer: CustomerId, id: RelationId) -> Result<()> {
        self.may_see(viewer, customer).await?;
        let mut tx = self.db.begin().await?;
        let sql = "SELECT kind, from_id, to_id, note FROM customer_relation WHERE id = $1 AND (from_id = $2 OR to_id = $2)";
        let rows = tx.fetch(sql, args![id.to_string(), customer.to_string()]).await?;
        let Some(row) = rows.first() else { return Err(StoreError::NotFound { resource: "customer_relation" }) };
        let before = json!({ "relation": row.text(0)?, "from_id": row.text(1)?, "to_id": row.text(2)?, "note": row.text(3)? });
        tx.execute("DELETE FROM customer_relation WHERE id = $1", vec![text(id)]).await?;
        write_audit(self, &mut tx, who, now, Action::Delete, "customer_relation", &customer.to_string(), Some(before), None).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, customer);
        Ok(())
    }
}

/// Whether the two can be so related.
///
/// # Errors
/// `Invalid` saying why not.
pub(crate) async fn may_relate(tx: &mut Tx, kind: RelationKind, from: CustomerId, to: CustomerId) -> Result<()> {
    if from == to {
        return Err(invalid("customer_id", "choose another customer: nobody is related to themself"));
    }
    let (from_kind, to_kind) = (kind_of(tx, from).await?, kind_of(tx, to).await?);
    // Two of a household who were each merged may stand the other way round.
    let there = "SELECT id FROM customer_relation WHERE (from_id = $1 AND kind = $2 AND to_id = $3) \
                 OR (from_id = $3 AND kind = $2 AND to_id = $1 AND kind = 'household') LIMIT 1";
    if !tx.fetch(there, args![from.to_string(), kind.word(), to.to_string()]).await?.is_empty() {
        return Err(invalid("customer_id", "they have this relation already"));
    }
    let own = "SELECT COUNT(*) FROM customer_relation WHERE from_id = $1 AND kind = $2";
    let rows = tx.fetch(own, vec![text(from), Value::from(kind.word())]).await?;
    if rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) >= OWN_MAX {
        return Err(invalid("relation", format!("remove one first: a customer has at most {OWN_MAX} of a kind")));
    }
    use CustomerKind::{Company, Person};
    match kind {
        RelationKind::WorksFor if (from_kind, to_kind) != (Person, Company) => {
            Err(invalid("relation", "choose another one: a person works for a company"))
        }
        RelationKind::Household if (from_kind, to_kind) != (Person, Person) => {
            Err(invalid("relation", "choose another one: a household is of persons"))
        }
        RelationKind::ParentCompany if (from_kind, to_kind) != (Company, Company) => {
            Err(invalid("relation", "choose another one: companies have a parent company"))
        }
        RelationKind::ParentCompany => check_parent(tx, from, to).await,
        RelationKind::WorksFor | RelationKind::Household | RelationKind::UpstreamSupplier => Ok(()),
    }
}

async fn kind_of(tx: &mut Tx, customer: CustomerId) -> Result<CustomerKind> {
    let rows = tx.fetch("SELECT kind FROM customer WHERE id = $1", vec![text(customer)]).await?;
    match rows.first().map(|row| row.text(0)).transpose()? {
        Some("person") => Ok(CustomerKind::Person),
        Some("company") => Ok(CustomerKind::Company),
        Some(other) => Err(StoreError::corrupt(format!("a customer is of kind {other}"))),
        None => Err(StoreError::NotFound { resource: "customer" }),
    }
}

/// One parent each, and nobody above themself.
async fn check_parent(tx: &mut Tx, child: CustomerId, parent: CustomerId) -> Result<()> {
    // Two writers that each do not see the other's row could close a circle.
    tx.lock_for_writing("customer_relation").await?;
    let own = "SELECT to_id FROM customer_relation WHERE from_id = $1 AND kind = 'parent_company' LIMIT 1";
    if !tx.fetch(own, vec![text(child)]).await?.is_empty() {
        return Err(invalid("relation", "remove the parent company there is first: a company has one"));
    }
    let above = format!(
        "WITH RECURSIVE up (id, steps) AS (SELECT id, CAST(0 AS BIGINT) FROM customer WHERE id = $1 UNION ALL \
         SELECT r.to_id, up.steps + 1 FROM up JOIN customer_relation r ON r.from_id = up.id AND r.kind = 'parent_company' \
         WHERE up.steps < {CHAIN_MAX}) SELECT id, steps FROM up"
    );
    let rows = tx.fetch(above, vec![text(parent)]).await?;
    if rows.iter().any(|row| row.opt_text(0) == Some(child.to_string().as_str())) {
        return Err(invalid("customer_id", "choose another company: this one belongs to the other already"));
    }
    if rows.len() as i64 > CHAIN_MAX {
        return Err(invalid("customer_id", format!("choose another company: at most {CHAIN_MAX} own each other in a row")));
    }
    Ok(())
}

fn read(row: &Row) -> Result<Relation> {
    let kind = RelationKind::from_word(row.text(1)?).ok_or_else(|| StoreError::corrupt("a relation is of no known kind"))?;
    Ok(Relation {
        id: row.id(0)?,
        relation: RelationWord::of(kind, row.int(6)? != 0),
        customer_id: row.id(2)?,
        name: row.opt_text(3).map(ToOwned::to_owned),
        note: row.text(4)?.to_owned(),
        created_at: Utc(row.int(5)?),
    })
}

/// The other ends of `kind` seen from `from`, for rules that need them: whom a person works for.
#[allow(dead_code, reason = "for rules of other modules: whom a person works for")]
pub(crate) async fn related(tx: &mut Tx, from: CustomerId, kind: RelationKind) -> Result<Vec<CustomerId>> {
    let sql = "SELECT to_id FROM customer_relation WHERE from_id = $1 AND kind = $2 ORDER BY to_id LIMIT 50";
    tx.fetch(sql, vec![text(from), Value::from(kind.word())]).await?.iter().map(|row| row.id(0)).collect()
}
