//! Taking a merge back: both customers as they were, but for what somebody wrote since.
//!
//! The last merge into a customer is undone as it stands. One before it is undone by undoing the later ones first and doing them again after
//! it, with the choices made then, all in one transaction: so any order gives the same. While the survivor is themself merged into somebody,
//! that merge must be undone first, and the refusal names it.

use super::fields::{Choice, restore};
use super::merge::{Log, MERGE, Merge, MergeState, Stands, apply, decide_pair, read};
use super::{moved, told};
use crate::activity;
use crate::audit::{Action, write_audit};
use crate::crud::{get_in, rewrite_in, row_values, write_keys};
use crate::db::{Tx, Value, args, listed, placeholders, text};
use crate::error::{Result, StoreError};
use crate::model::{Customer, Kind, MergeId, Resource as _, Who};
use crate::store::Store;
use cti_types::{CustomerId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Later merges into the same customer that are done again; with more, some must be undone by themselves first.
const LATER_MAX: usize = 20;

/// A merge taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MergeUndone)]
pub struct Undone {
    pub merge: Merge,
    /// Fields of the survivor that somebody wrote since, and that stayed as they are.
    pub kept: Vec<String>,
    /// What could not come back, because what it refers to is gone: fields such as `owner_id`, and tables of rows.
    pub lost: Vec<String>,
    /// Later merges into the same customer; they stand.
    #[schema(value_type = Vec<Uuid>)]
    pub redone: Vec<MergeId>,
}

impl Store {
    /// Takes a merge back.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when it was undone already, cannot be any more, or another must be undone first; `Unique` when the external id
    /// of the customer who comes back has been given to another one; `Unavailable`.
    pub async fn unmerge(&self, who: &Who, now: Utc, id: MergeId) -> Result<Undone> {
        let mut tx = self.db.begin().await?;
        let rows = tx.fetch(format!("SELECT {MERGE} FROM customer_merge WHERE id = $1"), vec![text(id)]).await?;
        let stands = rows.first().map_or(Err(StoreError::NotFound { resource: "merge" }), read)?;
        let survivor = stands.merge.survivor_id;
        tx.lock_row("customer", survivor).await?;
        may_be_undone(&mut tx, &stands.merge).await?;
        let sql = format!("SELECT {MERGE} FROM customer_merge WHERE survivor_id = $1 AND state = 'done' AND seq > $2 ORDER BY seq DESC");
        let later = tx.fetch(sql, vec![text(survivor), Value::from(stands.seq)]).await?;
        let mut later = later.iter().map(read).collect::<Result<Vec<_>>>()?;
        if let (true, Some(last)) = (later.len() > LATER_MAX, later.first()) {
            let what = format!("{} later merges into this customer would have to be done again", later.len());
            return Err(StoreError::refused("merge", what, format!("undo some of them first, beginning with {}", last.merge.id)));
        }
        let mut lost = BTreeSet::new();
        for merge in &mut later {
            let kept = undo_one(self, &mut tx, who, now, merge, &mut lost).await?;
            // What was written since is no longer a matter of choice.
            merge.choices.extend(kept.into_iter().map(|field| (field, Choice::Survivor)));
        }
        let kept = undo_one(self, &mut tx, who, now, &stands, &mut lost).await?;
        decide_pair(&mut tx, now, who, survivor, stands.merge.merged_id, "dismissed").await?;
        let mut redone = Vec::with_capacity(later.len());
        for merge in later.iter().rev() {
            let choices = possible(&mut tx, merge).await?;
            apply(self, &mut tx, who, now, merge.merge.id, survivor, merge.merge.merged_id, &choices).await?;
            redone.push(merge.merge.id);
        }
        let lost: Vec<String> = lost.into_iter().collect();
        let after = Some(json!({ "merge": id, "restored": stands.merge.merged_id, "kept": kept, "lost": lost, "redone": redone }));
        write_audit(self, &mut tx, who, now, Action::Of("unmerge"), "customer", &survivor.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, survivor);
        self.changed(Kind::Customer, stands.merge.merged_id);
        Ok(Undone { merge: self.merge(id).await?, kept, lost, redone })
    }
}

/// The choices of a merge that is done again, without those of fields that neither has any more.
async fn possible(tx: &mut Tx, merge: &Stands) -> Result<BTreeMap<String, Choice>> {
    let mut parts = BTreeSet::new();
    for id in [merge.merge.survivor_id, merge.merge.merged_id] {
        if let Some(customer) = get_in::<Customer>(tx, id).await? {
            parts.extend(customer.data.attributes.into_keys().map(|key| format!("attributes.{key}")));
            parts.extend(customer.data.fields.into_keys().map(|key| format!("fields.{key}")));
        }
    }
    let mut choices = merge.choices.clone();
    choices.retain(|field, _| !field.contains('.') || parts.contains(field));
    Ok(choices)
}

async fn may_be_undone(tx: &mut Tx, merge: &Merge) -> Result<()> {
    let refused = |what: &str, mend: String| Err(StoreError::refused("merge", what, mend));
    match merge.state {
        MergeState::Done => {}
        MergeState::Undone => return refused("the merge was undone already", "read both customers".to_owned()),
        MergeState::Erased => {
            return refused("the customer's data were erased, and what could undo the merge with them", "it stands".into());
        }
    }
    if get_in::<Customer>(tx, merge.survivor_id).await?.is_some() {
        return Ok(());
    }
    let sql = "SELECT id FROM customer_merge WHERE merged_id = $1 AND state = 'done'";
    match tx.fetch(sql, vec![text(merge.survivor_id)]).await?.first() {
        Some(row) => refused("the survivor was merged into another customer", format!("undo the merge {} first", row.text(0)?)),
        None => refused("the survivor is not there any more", "the merge stands".to_owned()),
    }
}

/// Undoes the last merge into a customer; gives the fields that stayed.
async fn undo_one(store: &Store, tx: &mut Tx, who: &Who, now: Utc, stands: &Stands, lost: &mut BTreeSet<String>) -> Result<Vec<String>> {
    let Merge { id, survivor_id, merged_id, at, .. } = stands.merge;
    let mut log: Log = serde_json::from_str(&stands.log).map_err(|e| StoreError::corrupt_from("the log of a merge", e))?;
    let survivor = get_in::<Customer>(tx, survivor_id).await?.ok_or(StoreError::NotFound { resource: "customer" })?;
    let (mut restored, kept) = restore(&survivor.data, &log.after, &log.before)?;
    for customer in [&mut restored, &mut log.merged] {
        without_gone(tx, customer, lost).await?;
    }
    rewrite_in(store, tx, who, now, Action::Update, &survivor, restored, Vec::new()).await?;
    insert_again(tx, now, merged_id, &log).await?;
    let moved = moved::give_back(tx, now, id, survivor_id, merged_id, lost).await?;
    tx.execute("DELETE FROM customer_alias WHERE customer_id = $1", vec![text(merged_id)]).await?;
    if !log.aliases.is_empty() {
        let (list, ids) = listed(2, &log.aliases);
        let sql = format!("UPDATE customer_alias SET survivor_id = $1 WHERE customer_id IN ({list})");
        tx.execute(sql, [vec![text(merged_id)], ids].concat()).await?;
    }
    activity::refresh_all(tx, &BTreeSet::from([survivor_id, merged_id])).await?;
    told::tell(store, tx, who, now, &moved, survivor_id).await?;
    // What the audit says of the survivor since may be of either: whoever is erased first takes it with them.
    let sql = "INSERT INTO audit_customer (audit_id, customer_id) SELECT ac.audit_id, CAST($1 AS TEXT) FROM audit_customer ac \
               JOIN audit a ON a.id = ac.audit_id WHERE ac.customer_id = $2 AND a.at >= $3 ON CONFLICT (audit_id, customer_id) DO NOTHING";
    tx.execute(sql, args![merged_id.to_string(), survivor_id.to_string(), at]).await?;
    // Nothing needs the log any more, and it holds the values of two people.
    let sql = "UPDATE customer_merge SET state = 'undone', undone_at = $2, undone_by = $3, log = '{}' WHERE id = $1";
    tx.execute(sql, args![id.to_string(), now, who.user.map(|user| user.to_string())]).await?;
    Ok(kept)
}

/// A customer comes back without an owner and a team who are not there any more.
async fn without_gone(tx: &mut Tx, customer: &mut Customer, lost: &mut BTreeSet<String>) -> Result<()> {
    for reference in customer.references() {
        let sql = format!("SELECT id FROM {} WHERE id = $1", reference.table);
        if tx.fetch(sql, args![reference.id.as_str()]).await?.is_empty() {
            match reference.field.as_str() {
                "owner_id" => customer.owner_id = None,
                "team_id" => customer.team_id = None,
                other => {
                    return Err(StoreError::corrupt(format!("a customer refers to somebody by {other}, whom a merge cannot leave out")));
                }
            }
            lost.insert(reference.field);
        }
    }
    Ok(())
}

/// The merged customer's row as it was, one version on: whoever holds the old one did not see what happened since.
async fn insert_again(tx: &mut Tx, now: Utc, id: CustomerId, log: &Log) -> Result<()> {
    let mut names = vec!["id", "version", "created_at", "updated_at"];
    let mut values = vec![text(id), Value::from(log.merged_version + 1), Value::from(log.merged_created_at), Value::from(now)];
    for (name, value) in row_values(&log.merged)? {
        names.push(name);
        values.push(value);
    }
    let sql = format!("INSERT INTO customer ({}) VALUES ({})", names.join(", "), placeholders(1, values.len()));
    tx.execute_on("customer", sql, values).await?;
    write_keys(tx, id, &log.merged.match_keys()).await
}
