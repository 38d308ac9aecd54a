//! Making two customers one: the preview, the merge with its log, and reading merges. Undoing: `undo`.
//!
//! The merged customer's row goes, its references move to the survivor, its id becomes an alias. The log keeps both customers as they were
//! and the survivor as it became; `merge_row` keeps each row that moved.

use super::alias::nobody;
use super::fields::{Choice, FieldView, combine};
use super::{moved, told};
use crate::activity;
use crate::audit::{Action, write_audit};
use crate::crud::{drop_keys, get_in, rewrite_in};
use crate::customers::CONTACTS_MAX;
use crate::db::{Row, Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Contact, Customer, Kind, MergeId, Stored, Who};
use crate::store::Store;
use crate::upsert::contacts_in;
use cti_types::{CustomerId, UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Who goes into the survivor, and which fields stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The customer that goes.
    #[schema(value_type = Uuid)]
    pub merged_id: CustomerId,
    /// Their version as it was looked at; needed to merge, not for a preview.
    #[serde(default)]
    pub merged_version: Option<i64>,
    /// By field, `attributes.KEY` included. What is not named: the survivor's value where they have one.
    #[serde(default)]
    pub choices: BTreeMap<String, Choice>,
}

/// What a merge would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MergePreview {
    #[schema(value_type = Uuid)]
    pub survivor_id: CustomerId,
    pub survivor_version: i64,
    #[schema(value_type = Uuid)]
    pub merged_id: CustomerId,
    pub merged_version: i64,
    pub fields: Vec<FieldView>,
    /// How the survivor will be reached.
    pub contacts: Vec<Contact>,
    /// Rows that move, by table.
    pub moves: BTreeMap<String, i64>,
}

/// Whether a merge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeState {
    Done,
    Undone,
    /// It stands, and what could undo it was erased.
    Erased,
}

impl MergeState {
    fn from_word(word: &str) -> Result<MergeState> {
        match word {
            "done" => Ok(MergeState::Done),
            "undone" => Ok(MergeState::Undone),
            "erased" => Ok(MergeState::Erased),
            _ => Err(StoreError::corrupt(format!("a merge is {word}"))),
        }
    }
}

/// A merge that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = CustomerMerge)]
pub struct Merge {
    #[schema(value_type = Uuid)]
    pub id: MergeId,
    #[schema(value_type = Uuid)]
    pub survivor_id: CustomerId,
    #[schema(value_type = Uuid)]
    pub merged_id: CustomerId,
    pub state: MergeState,
    #[schema(value_type = i64)]
    pub at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub by: Option<UserId>,
    #[schema(value_type = Option<i64>)]
    pub undone_at: Option<Utc>,
}

/// A row of `customer_merge`, all of it.
pub(super) struct Stands {
    pub(super) merge: Merge,
    pub(super) seq: i64,
    pub(super) choices: BTreeMap<String, Choice>,
    /// JSON of a [`Log`]; `{}` once erased.
    pub(super) log: String,
}

/// What undoes a merge.
#[derive(Serialize, Deserialize)]
pub(super) struct Log {
    /// The survivor's fields before and after.
    pub(super) before: Customer,
    pub(super) after: Customer,
    pub(super) merged: Customer,
    pub(super) merged_version: i64,
    pub(super) merged_created_at: i64,
    /// Ids that led to the merged customer.
    pub(super) aliases: Vec<String>,
}

pub(super) const MERGE: &str = "id, survivor_id, merged_id, state, at, user_id, undone_at, seq, choices, log";

impl Store {
    /// What a merge would do; writes nothing.
    ///
    /// # Errors
    /// `NotFound`, `Refused` for a customer that was merged or for one with themself, `Invalid` for a choice that cannot be, `Unavailable`.
    pub async fn preview_merge(&self, survivor: CustomerId, request: &MergeRequest) -> Result<MergePreview> {
        let mut tx = self.db.begin_snapshot().await?;
        let (survivor, merged) = both(&mut tx, survivor, request.merged_id).await?;
        let (mut combined, fields) = combine(&survivor.data, &merged.data, &request.choices)?;
        self.prepare(&mut combined, None).await?;
        let contacts = joined(&mut tx, survivor.id, merged.id).await?;
        let moves = moved::counts(&mut tx, merged.id).await?;
        Ok(MergePreview {
            survivor_id: survivor.id,
            survivor_version: survivor.version,
            merged_id: merged.id,
            merged_version: merged.version,
            fields,
            contacts,
            moves,
        })
    }

    /// Makes two one. `version` is that of the survivor.
    ///
    /// # Errors
    /// As [`Store::preview_merge`], and `VersionConflict` for either of both.
    pub async fn merge_customers(&self, who: &Who, now: Utc, survivor: CustomerId, version: i64, request: &MergeRequest) -> Result<Merge> {
        let mut tx = self.db.begin().await?;
        // Always in one order: two merges of the same two must not wait for each other.
        for id in BTreeSet::from([survivor, request.merged_id]) {
            tx.lock_row("customer", id).await?;
        }
        let (survivor, merged) = both(&mut tx, survivor, request.merged_id).await?;
        let Some(merged_version) = request.merged_version else {
            return Err(StoreError::invalid("customer", "merged_version", "give the version that was looked at"));
        };
        for (customer, version) in [(&survivor, version), (&merged, merged_version)] {
            if customer.version != version {
                return Err(StoreError::VersionConflict { resource: "customer", current: customer.version });
            }
        }
        joined(&mut tx, survivor.id, merged.id).await?;
        let rows = tx.fetch("SELECT MAX(seq) FROM customer_merge WHERE survivor_id = $1", vec![text(survivor.id)]).await?;
        let seq = rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) + 1;
        let id: MergeId = self.new_id(now);
        let (survivor, merged) = (survivor.id, merged.id);
        let sql = "INSERT INTO customer_merge (id, survivor_id, merged_id, seq, at, user_id, state, choices, log) \
                   VALUES ($1, $2, $3, $4, $5, $6, 'done', '{}', '{}')";
        let by = who.user.map(|user| user.to_string());
        tx.execute(sql, args![id.to_string(), survivor.to_string(), merged.to_string(), seq, now, by]).await?;
        apply(self, &mut tx, who, now, id, survivor, merged, &request.choices).await?;
        let after = Some(json!({ "merge": id, "merged": merged }));
        write_audit(self, &mut tx, who, now, Action::Of("merge"), "customer", &survivor.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, survivor);
        self.changed(Kind::Customer, merged);
        self.merge(id).await
    }

    /// A merge.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn merge(&self, id: MergeId) -> Result<Merge> {
        let rows = self.db.fetch(format!("SELECT {MERGE} FROM customer_merge WHERE id = $1"), vec![text(id)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "merge" }), |row| Ok(read(row)?.merge))
    }

    /// The merges into a customer and of those merged into them, in the order they were made; the first 200.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn merges_of(&self, customer: CustomerId) -> Result<Vec<Merge>> {
        let same = super::references::SAME_CUSTOMER.replace('?', "$1");
        let sql = format!("SELECT {MERGE} FROM customer_merge WHERE survivor_id IN ({same}) ORDER BY at, seq, id LIMIT 200");
        self.db.fetch(sql, vec![text(customer)]).await?.iter().map(|row| Ok(read(row)?.merge)).collect()
    }
}

/// Both customers as they stand.
async fn both(tx: &mut Tx, survivor: CustomerId, merged: CustomerId) -> Result<(Stored<Customer>, Stored<Customer>)> {
    if survivor == merged {
        return Err(StoreError::invalid("customer", "merged_id", "choose another customer"));
    }
    let mut found = Vec::with_capacity(2);
    for id in [survivor, merged] {
        match get_in::<Customer>(tx, id).await? {
            Some(customer) => found.push(customer),
            None => return Err(nobody(tx, id).await?),
        }
    }
    let (Some(merged), Some(survivor)) = (found.pop(), found.pop()) else { return Err(StoreError::NotFound { resource: "customer" }) };
    Ok((survivor, merged))
}

/// The contact points of both, the survivor's first.
async fn joined(tx: &mut Tx, survivor: CustomerId, merged: CustomerId) -> Result<Vec<Contact>> {
    let (mut all, mut seen): (Vec<Contact>, BTreeSet<_>) = (Vec::new(), BTreeSet::new());
    for id in [survivor, merged] {
        all.extend(contacts_in(tx, id).await?.into_iter().filter(|contact| seen.insert(contact.id)));
    }
    if all.len() > CONTACTS_MAX {
        let what = format!("together they have {} contact points, and {CONTACTS_MAX} are the most", all.len());
        return Err(StoreError::refused("customer", what, "take some away first"));
    }
    Ok(all)
}

/// Does a merge whose row is there, or does it again.
pub(super) async fn apply(
    store: &Store,
    tx: &mut Tx,
    who: &Who,
    now: Utc,
    id: MergeId,
    survivor: CustomerId,
    merged: CustomerId,
    choices: &BTreeMap<String, Choice>,
) -> Result<()> {
    let (survivor, merged) = both(tx, survivor, merged).await?;
    let (mut combined, _) = combine(&survivor.data, &merged.data, choices)?;
    store.prepare(&mut combined, None).await?;
    let moved = moved::take(tx, now, id, merged.id, survivor.id).await?;
    drop_keys(tx, merged.id).await?;
    // Before the survivor is written: they may take over the other's external id.
    tx.execute_on("customer", "DELETE FROM customer WHERE id = $1", vec![text(merged.id)]).await?;
    let after = rewrite_in(store, tx, who, now, Action::Update, &survivor, combined, Vec::new()).await?;
    let rows =
        tx.fetch("SELECT customer_id FROM customer_alias WHERE survivor_id = $1 ORDER BY customer_id", vec![text(merged.id)]).await?;
    let aliases = rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<Vec<_>>>()?;
    tx.execute("UPDATE customer_alias SET survivor_id = $1 WHERE survivor_id = $2", vec![text(survivor.id), text(merged.id)]).await?;
    let sql = "INSERT INTO customer_alias (customer_id, survivor_id, merge_id, external_id) VALUES ($1, $2, $3, $4)";
    let alias = args![merged.id.to_string(), survivor.id.to_string(), id.to_string(), merged.external_id.clone()];
    tx.execute(sql, alias).await?;
    activity::refresh_all(tx, &BTreeSet::from([survivor.id])).await?;
    told::tell(store, tx, who, now, &moved, merged.id).await?;
    decide_pair(tx, now, who, survivor.id, merged.id, "merged").await?;
    let log = Log {
        before: survivor.data,
        after: after.data,
        merged_version: merged.version,
        merged_created_at: merged.created_at.0,
        merged: merged.data,
        aliases,
    };
    let log = serde_json::to_string(&log).map_err(|e| StoreError::corrupt_from("the log of a merge as JSON", e))?;
    let choices = serde_json::to_string(choices).map_err(|e| StoreError::corrupt_from("choices as JSON", e))?;
    let sql = "UPDATE customer_merge SET choices = $2, log = $3, state = 'done', undone_at = NULL, undone_by = NULL WHERE id = $1";
    tx.execute(sql, args![id.to_string(), choices, log]).await.map(drop)
}

/// Takes a pair off the work list, where it is on it.
pub(super) async fn decide_pair(tx: &mut Tx, now: Utc, who: &Who, a: CustomerId, b: CustomerId, state: &str) -> Result<()> {
    let sql = "UPDATE duplicate_pair SET state = $3, decided_at = $4, decided_by = $5 WHERE a_id = $1 AND b_id = $2";
    let by = who.user.map(|user| user.to_string());
    tx.execute(sql, args![a.min(b).to_string(), a.max(b).to_string(), state, now, by]).await.map(drop)
}

pub(super) fn read(row: &Row) -> Result<Stands> {
    let merge = Merge {
        id: row.id(0)?,
        survivor_id: row.id(1)?,
        merged_id: row.id(2)?,
        state: MergeState::from_word(row.text(3)?)?,
        at: Utc(row.int(4)?),
        by: row.opt_id(5)?,
        undone_at: row.opt_int(6).map(Utc),
    };
    let choices = serde_json::from_str(row.text(8)?).map_err(|e| StoreError::corrupt_from("the choices of a merge", e))?;
    Ok(Stands { merge, seq: row.int(7)?, choices, log: row.text(9)?.to_owned() })
}
