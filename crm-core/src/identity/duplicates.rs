//! Who may be the same as a customer, and the work list of pairs that a person decides. Compares by `score`, finds by `match_key` and by
//! shared contact points; merges nobody.

use super::facts::Facts;
use super::keys::place_key;
use super::score::{Reason, SHARED_MAX, SUGGEST_MIN, compare};
use crate::audit::{Action, write_audit};
use crate::crud::{column_list, get_in, read_row, write_keys};
use crate::customers::{contact_kind, read_detail};
use crate::db::{Row, Tx, Value, args, listed, text};
use crate::error::{Result, StoreError};
use crate::model::{Address, ContactKind, Customer, CustomerKind, DuplicateId, ListQuery, Page, Resource as _, Stored, Who};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{CustomerId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Customers of one contact point that are looked at; more share a switchboard.
const HOLDERS_MAX: usize = 50;
/// Customers of one key that are looked at: names as frequent as that prove nothing, and a number or an address finds them as well.
const BLOCK_MAX: usize = 100;
/// Suggestions for one customer.
pub const DUPLICATES_MAX: usize = 20;
/// Customers one step of the search looks at.
const STEP: usize = 100;
/// What was written later may be part of a transaction that is not over while a later one is: it is looked at in the next step.
const SETTLED_US: i64 = 60_000_000;

/// One who may be the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Duplicate {
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    pub kind: CustomerKind,
    pub name: String,
    pub external_id: Option<String>,
    /// 0 to 100; from 60 on they are suggested.
    pub score: i64,
    /// What it is made of.
    pub reasons: Vec<Reason>,
    /// Somebody said that they are not the same.
    pub dismissed: bool,
}

/// What became of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateState {
    /// To be decided.
    Open,
    /// They are not the same.
    Dismissed,
    /// They are one now.
    Merged,
}

impl DuplicateState {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            DuplicateState::Open => "open",
            DuplicateState::Dismissed => "dismissed",
            DuplicateState::Merged => "merged",
        }
    }

    fn from_word(word: &str) -> Option<DuplicateState> {
        [DuplicateState::Open, DuplicateState::Dismissed, DuplicateState::Merged].into_iter().find(|state| state.word() == word)
    }
}

/// One of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DuplicateSide {
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    pub name: String,
}

/// Two who may be one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DuplicatePair {
    #[schema(value_type = Uuid)]
    pub id: DuplicateId,
    pub a: DuplicateSide,
    pub b: DuplicateSide,
    pub score: i64,
    pub reasons: Vec<Reason>,
    pub state: DuplicateState,
    /// When it was found first.
    #[schema(value_type = i64)]
    pub found_at: Utc,
}

/// What a step of the search did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Customers looked at. 0: nobody was written since.
    pub searched: usize,
    /// Pairs that score enough.
    pub found: usize,
}

/// A customer with their valid contact points.
struct Known {
    customer: Stored<Customer>,
    contacts: Vec<(ContactKind, String)>,
    /// Those of them that are addresses.
    places: Vec<Address>,
}

impl Known {
    fn facts(&self) -> Facts {
        Facts::of(&self.customer.data, self.contacts.iter().cloned()).at(&self.places)
    }
}

impl Store {
    /// Who may be the same as this customer, the likeliest first, of those the viewer may see; at most [`DUPLICATES_MAX`].
    ///
    /// # Errors
    /// `NotFound`, also for a customer the viewer may not see; `Unavailable`.
    pub async fn duplicates_of(&self, viewer: &Viewer, customer: CustomerId) -> Result<Vec<Duplicate>> {
        let (stored, _) = self.customer(viewer, customer).await?;
        let mut found = self.alike(stored).await?;
        let mut seen = Vec::with_capacity(found.len());
        for duplicate in found {
            match self.may_see(viewer, duplicate.customer_id).await {
                Ok(()) => seen.push(duplicate),
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        found = seen;
        // The state is kept from the planner, which would walk its index instead of looking the customer up.
        let sql = "SELECT a_id, b_id FROM duplicate_pair WHERE (a_id = $1 OR b_id = $1) AND (state || '') = 'dismissed'";
        let mut dismissed = BTreeSet::new();
        for row in self.db.fetch(sql, vec![text(customer)]).await? {
            dismissed.extend([row.id::<CustomerId>(0)?, row.id(1)?]);
        }
        for duplicate in &mut found {
            duplicate.dismissed = dismissed.contains(&duplicate.customer_id);
        }
        Ok(found)
    }

    /// A page of the work list, the likeliest first, of pairs of whom the viewer may see both. `query.equals` may name `state`; without it those to be decided.
    ///
    /// # Errors
    /// `Invalid` for another filter or a bad cursor; `Unavailable`.
    pub async fn duplicate_pairs(&self, viewer: &Viewer, query: &ListQuery) -> Result<Page<DuplicatePair>> {
        let bad = |field: &str, mend: &str| StoreError::invalid("duplicate", field, mend);
        let mut state = DuplicateState::Open;
        for (field, wanted) in &query.equals {
            let known = (field == "state").then(|| DuplicateState::from_word(wanted)).flatten();
            state = known.ok_or_else(|| bad(field, "filter by state: open, dismissed or merged"))?;
        }
        let mut values = args![state.word()];
        let mut after = String::new();
        if let Some(cursor) = &query.cursor {
            let parsed = cursor.split_once('.').and_then(|(score, id)| Some((score.parse::<i64>().ok()?, id.parse::<DuplicateId>().ok()?)));
            let (score, id) = parsed.ok_or_else(|| bad("cursor", "give back the `next` of the page before"))?;
            values.extend([Value::from(score), text(id)]);
            " AND (d.score, d.id) < ($2, $3)".clone_into(&mut after);
        }
        for side in ["a", "b"] {
            if let Some(seen) = viewer.condition(side, &mut values) {
                // Who was merged has no row any more, and no name is shown of them.
                after.push_str(&format!(" AND ({side}.id IS NULL OR {seen})"));
            }
        }
        // What was merged or erased since is not to be decided any more.
        let join = if state == DuplicateState::Merged { "LEFT JOIN" } else { "JOIN" };
        let limit = query.limit();
        let sql = format!(
            "SELECT d.id, d.a_id, a.name, d.b_id, b.name, d.score, d.reasons, d.state, d.found_at FROM duplicate_pair d \
             {join} customer a ON a.id = d.a_id {join} customer b ON b.id = d.b_id \
             WHERE d.state = $1{after} ORDER BY d.score DESC, d.id DESC LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_pair).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|last| format!("{}.{}", last.score, last.id)) } else { None };
        Ok(Page { items, next })
    }

    /// The two of a pair.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn duplicate_sides(&self, id: DuplicateId) -> Result<[CustomerId; 2]> {
        let rows = self.db.fetch("SELECT a_id, b_id FROM duplicate_pair WHERE id = $1", vec![text(id)]).await?;
        let pair = rows.first().ok_or(StoreError::NotFound { resource: "duplicate" })?;
        Ok([pair.id(0)?, pair.id(1)?])
    }

    /// Says that a pair are not the same; they are not suggested again. Said again it changes nothing.
    ///
    /// # Errors
    /// `NotFound`, also for a pair that was merged; `Unavailable`.
    pub async fn dismiss_duplicate(&self, who: &Who, now: Utc, id: DuplicateId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let rows = tx.fetch("SELECT state FROM duplicate_pair WHERE id = $1", vec![text(id)]).await?;
        let state = rows.first().map(|row| row.text(0).map(DuplicateState::from_word)).transpose()?.flatten();
        match state {
            Some(DuplicateState::Dismissed) => return Ok(()),
            Some(DuplicateState::Open) => {}
            Some(DuplicateState::Merged) | None => return Err(StoreError::NotFound { resource: "duplicate" }),
        }
        let sql = "UPDATE duplicate_pair SET state = 'dismissed', decided_at = $2, decided_by = $3 WHERE id = $1";
        tx.execute(sql, args![id.to_string(), now, who.user.map(|user| user.to_string())]).await?;
        let after = Some(json!({ "state": "dismissed" }));
        write_audit(self, &mut tx, who, now, Action::Update, "duplicate", &id.to_string(), None, after).await?;
        tx.commit().await
    }

    /// Looks for duplicates of the next customers that were written since the last step, and brings the work list up to date. To be called
    /// again as long as it finds somebody to look at.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn search_duplicates(&self, now: Utc) -> Result<Search> {
        let marks = self.db.fetch("SELECT at, id, searched FROM duplicate_mark WHERE name = 'search'", Vec::new()).await?;
        let (at, id, searched) = match marks.first() {
            Some(row) => (row.int(0)?, row.text(1)?.to_owned(), row.int(2)?),
            None => (0, String::new(), 0),
        };
        let sql = format!(
            "SELECT {} FROM customer WHERE (updated_at, id) > ($1, $2) AND updated_at < $3 ORDER BY updated_at, id LIMIT {STEP}",
            column_list::<Customer>()
        );
        let rows = self.db.fetch(sql, args![at, id.as_str(), now.0 - SETTLED_US]).await?;
        let customers = rows.iter().map(read_row::<Customer>).collect::<Result<Vec<_>>>()?;
        let Some(last) = customers.last() else { return Ok(Search::default()) };
        let mark = (last.updated_at, last.id);
        // Whoever was here before there were keys has none yet, and is found by them alone.
        let mut tx = self.db.begin().await?;
        for customer in &customers {
            if let Some(row) = get_in::<Customer>(&mut tx, customer.id).await? {
                write_keys(&mut tx, row.id, &row.match_keys()).await?;
            }
        }
        tx.commit().await?;
        let mut done = Search { searched: customers.len(), found: 0 };
        let mut found = Vec::with_capacity(customers.len());
        for customer in customers {
            let id = customer.id;
            let mut alike = self.alike(customer).await?;
            alike.retain(|duplicate| duplicate.score >= SUGGEST_MIN);
            done.found += alike.len();
            found.push((id, alike));
        }
        let mut tx = self.db.begin().await?;
        for (customer, alike) in found {
            write_pairs(self, &mut tx, now, customer, &alike).await?;
        }
        let total = searched + done.searched as i64;
        let insert = "INSERT INTO duplicate_mark (name, at, id, searched) VALUES ('search', 0, '', 0) ON CONFLICT (name) DO NOTHING";
        tx.execute(insert, Vec::new()).await?;
        let sql = "UPDATE duplicate_mark SET at = $1, id = $2, searched = $3 WHERE name = 'search' AND at = $4 AND id = $5";
        if tx.execute(sql, args![mark.0, mark.1.to_string(), total, at, id]).await? == 0 {
            // Another node was faster; its work stands.
            return Ok(done);
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Everybody who is alike at all, the likeliest first.
    async fn alike(&self, customer: Stored<Customer>) -> Result<Vec<Duplicate>> {
        let id = customer.id;
        let own = self.known(vec![customer]).await?;
        let Some(own) = own.into_iter().next() else { return Ok(Vec::new()) };
        let (mut ids, mut shared) = (BTreeSet::new(), BTreeSet::new());
        for (kind, value) in &own.contacts {
            let sql = format!(
                "SELECT cc.customer_id FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id \
                 WHERE p.kind = $1 AND p.value = $2 ORDER BY cc.customer_id LIMIT {}",
                HOLDERS_MAX + 1
            );
            let rows = self.db.fetch(sql, args![kind.word(), value.as_str()]).await?;
            if rows.len() > SHARED_MAX {
                shared.insert((*kind, value.clone()));
            }
            if rows.len() <= HOLDERS_MAX {
                for row in &rows {
                    ids.insert(row.text(0)?.to_owned());
                }
            }
        }
        let mut keys: BTreeSet<i64> = super::keys::keys(&own.customer.data).into_iter().collect();
        keys.extend(own.places.iter().filter_map(place_key));
        for key in keys {
            let of_customers = format!("SELECT customer_id FROM match_key WHERE key = $1 ORDER BY customer_id LIMIT {BLOCK_MAX}");
            let of_places = format!(
                "SELECT cc.customer_id FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id \
                 WHERE p.place_key = $1 ORDER BY p.id LIMIT {BLOCK_MAX}"
            );
            for sql in [of_customers, of_places] {
                for row in self.db.fetch(sql, vec![Value::from(key)]).await? {
                    ids.insert(row.text(0)?.to_owned());
                }
            }
        }
        ids.remove(&id.to_string());
        let others = self.known(self.customers_by_ids(&ids.into_iter().collect::<Vec<_>>()).await?).await?;
        let facts = own.facts();
        let mut alike: Vec<Duplicate> = others.into_iter().map(|other| weighed(&facts, other, &shared)).collect();
        alike.retain(|duplicate| duplicate.score > 0);
        alike.sort_by(|a, b| (b.score, &a.customer_id).cmp(&(a.score, &b.customer_id)));
        alike.truncate(DUPLICATES_MAX);
        Ok(alike)
    }

    pub(crate) async fn customers_by_ids(&self, ids: &[String]) -> Result<Vec<Stored<Customer>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (list, values) = listed(1, ids);
        let sql = format!("SELECT {} FROM customer WHERE id IN ({list}) ORDER BY id", column_list::<Customer>());
        self.db.fetch(sql, values).await?.iter().map(read_row::<Customer>).collect()
    }

    /// With their valid contact points.
    async fn known(&self, customers: Vec<Stored<Customer>>) -> Result<Vec<Known>> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let (list, values) = listed(1, &customers.iter().map(|customer| customer.id.to_string()).collect::<Vec<_>>());
        let sql = format!(
            "SELECT cc.customer_id, p.kind, p.value, COALESCE(cc.detail, p.detail) FROM customer_contact_point cc JOIN contact_point p ON p.id = cc.contact_point_id \
             WHERE cc.customer_id IN ({list}) AND cc.valid = 1"
        );
        let mut points: BTreeMap<CustomerId, (Vec<(ContactKind, String)>, Vec<Address>)> = BTreeMap::new();
        for row in self.db.fetch(sql, values).await? {
            let (contacts, places) = points.entry(row.id(0)?).or_default();
            contacts.push((contact_kind(row.text(1)?)?, row.text(2)?.to_owned()));
            places.extend(read_detail(row.opt_text(3))?);
        }
        let with = |customer: Stored<Customer>| {
            let (contacts, places) = points.remove(&customer.id).unwrap_or_default();
            Known { customer, contacts, places }
        };
        Ok(customers.into_iter().map(with).collect())
    }
}

fn weighed(facts: &Facts, other: Known, shared: &BTreeSet<(ContactKind, String)>) -> Duplicate {
    let likeness = compare(facts, &other.facts(), shared);
    let Known { customer, .. } = other;
    Duplicate {
        customer_id: customer.id,
        kind: customer.kind,
        name: customer.data.name,
        external_id: customer.data.external_id,
        score: likeness.score,
        reasons: likeness.reasons,
        dismissed: false,
    }
}

/// The open pairs of one customer as they are now: new ones in, those that no longer score out. What was decided stays decided.
async fn write_pairs(store: &Store, tx: &mut Tx, now: Utc, customer: CustomerId, alike: &[Duplicate]) -> Result<()> {
    // Merged or erased since it was read.
    if get_in::<Customer>(tx, customer).await?.is_none() {
        return Ok(());
    }
    let pair = |other: CustomerId| (customer.min(other).to_string(), customer.max(other).to_string());
    let wanted: BTreeSet<(String, String)> = alike.iter().map(|duplicate| pair(duplicate.customer_id)).collect();
    let sql = "SELECT id, a_id, b_id FROM duplicate_pair WHERE (a_id = $1 OR b_id = $1) AND (state || '') = 'open'";
    for row in tx.fetch(sql, vec![text(customer)]).await? {
        if !wanted.contains(&(row.text(1)?.to_owned(), row.text(2)?.to_owned())) {
            tx.execute("DELETE FROM duplicate_pair WHERE id = $1", args![row.text(0)?]).await?;
        }
    }
    for duplicate in alike {
        let (a, b) = pair(duplicate.customer_id);
        let reasons = serde_json::to_string(&duplicate.reasons).map_err(|e| StoreError::corrupt_from("reasons as JSON", e))?;
        let sql = "INSERT INTO duplicate_pair (id, a_id, b_id, score, reasons, state, found_at) VALUES ($1, $2, $3, $4, $5, 'open', $6) \
                   ON CONFLICT (a_id, b_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons \
                   WHERE duplicate_pair.state = 'open'";
        let id = store.new_id::<DuplicateId>(now).to_string();
        tx.execute(sql, args![id, a, b, duplicate.score, reasons, now]).await?;
    }
    Ok(())
}

fn read_pair(row: &Row) -> Result<DuplicatePair> {
    let side = |id: usize, name: usize| -> Result<DuplicateSide> {
        Ok(DuplicateSide { customer_id: row.id(id)?, name: row.opt_text(name).unwrap_or_default().to_owned() })
    };
    let state = DuplicateState::from_word(row.text(7)?).ok_or_else(|| StoreError::corrupt("a pair of duplicates is in no state"))?;
    Ok(DuplicatePair {
        id: row.id(0)?,
        a: side(1, 2)?,
        b: side(3, 4)?,
        score: row.int(5)?,
        reasons: serde_json::from_str(row.text(6)?).map_err(|e| StoreError::corrupt_from("reasons of a pair", e))?,
        state,
        found_at: Utc(row.int(8)?),
    })
}
