//! What a merge does with relations, which have a customer at either end: one that cannot be any more is taken away, and comes back when the
//! merge is undone. Generic moving is `moved`'s.
//!
//! A relation cannot be any more when it would be with oneself, is there already, or breaks a rule of relations (`relations::may_relate`): a
//! second parent company, companies that own each other in a circle.
//!
//! The two ends may be merged by different merges, which are undone in any order. So what one merge notes of a relation is kept right when
//! another is undone: a relation that comes back to somebody who was merged since is noted with that merge as if it had been there (`noted`),
//! and one that is away while its other end is restored has that end's own id from then on (`renamed`).

use super::moved::{MOVED_MAX, Noted, json};
use super::references::Reference;
use crate::db::{Row, Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::RelationKind;
use crate::relations::may_relate;
use cti_types::CustomerId;

/// Most relations that stand in the way of one that comes back: companies above each other.
const IN_THE_WAY_MAX: usize = 50;

/// What is noted of a relation that was taken away.
pub(super) struct Dropped {
    kind: RelationKind,
    /// Who stood at the end that the merge did not move.
    far: CustomerId,
    note: String,
    at: i64,
}

impl Dropped {
    /// Reads the JSON list: kind, far end, note, time.
    pub(super) fn read(list: &str) -> Result<Dropped> {
        let (kind, far, note, at): (String, String, String, i64) =
            serde_json::from_str(list).map_err(|e| StoreError::corrupt_from("a row that a merge noted", e))?;
        let far = far.parse().map_err(|_| StoreError::corrupt("a merge noted what is no id"))?;
        let kind =
            RelationKind::from_word(&kind).ok_or_else(|| StoreError::corrupt("a relation that a merge noted is of no known kind"))?;
        Ok(Dropped { kind, far, note, at })
    }

    fn list(&self, far: CustomerId) -> String {
        serde_json::json!([self.kind.word(), far, self.note, self.at]).to_string()
    }
}

/// From whose end a row is seen: the column `column` holds the customer in question, `other` the other one.
fn ends(column: &str, own: CustomerId, other: CustomerId) -> (CustomerId, CustomerId) {
    if column == "from_id" { (own, other) } else { (other, own) }
}

/// Moves this end of all relations of one customer to another.
pub(super) async fn take(tx: &mut Tx, reference: &Reference, other: &str, from: CustomerId, to: CustomerId) -> Result<Vec<Noted>> {
    let column = reference.column;
    let sql = format!(
        "SELECT id, kind, {other}, note, created_at FROM customer_relation WHERE {column} = $1 ORDER BY id LIMIT {}",
        MOVED_MAX + 1
    );
    let rows = tx.fetch(sql, vec![text(from)]).await?;
    let mut noted = Vec::with_capacity(rows.len());
    for row in rows {
        // Away first: it must not stand in its own way.
        tx.execute("DELETE FROM customer_relation WHERE id = $1", args![row.text(0)?]).await?;
        let kind = kind(&row)?;
        let (near, far) = ends(column, to, row.id(2)?);
        let dropped = if possible(tx, kind, near, far).await? {
            insert(tx, row.text(0)?, near, kind, far, row.text(3)?, row.int(4)?).await?;
            None
        } else {
            Some(json(&row, 1, 4))
        };
        noted.push(Noted { key: json(&row, 0, 1), dropped });
    }
    Ok(noted)
}

/// Moves back one that was moved, or brings back one that was taken away. `columns`: the end in question, and the other one. False: it
/// cannot come back.
pub(super) async fn give_back(
    tx: &mut Tx,
    (column, other): (&str, &str),
    id: &str,
    dropped: Option<Dropped>,
    survivor: CustomerId,
    restored: CustomerId,
) -> Result<bool> {
    let Some(dropped) = dropped else {
        let sql = format!("UPDATE customer_relation SET {column} = $1 WHERE id = $2 AND {column} = $3");
        if tx.execute(sql, args![restored.to_string(), id, survivor.to_string()]).await? == 0 {
            renamed(tx, other, id, survivor, restored).await?;
        }
        return Ok(true);
    };
    // The far end may have been merged since, and whom it was merged into as well.
    let (mut far, mut merges) = (dropped.far, Vec::new());
    let sql = "SELECT a.merge_id, m.survivor_id FROM customer_alias a JOIN customer_merge m ON m.id = a.merge_id WHERE a.customer_id = $1";
    while let Some(row) = tx.fetch(sql, vec![text(far)]).await?.first() {
        merges.push(row.text(0)?.to_owned());
        far = row.id(1)?;
    }
    if tx.fetch("SELECT id FROM customer WHERE id = $1", vec![text(far)]).await?.is_empty() {
        return Ok(false);
    }
    let (from, to) = ends(column, restored, far);
    if possible(tx, dropped.kind, from, to).await? {
        insert(tx, id, from, dropped.kind, to, &dropped.note, dropped.at).await?;
    } else {
        // It would have been taken away by the last of these merges.
        let Some(last) = merges.pop() else {
            if taken_earlier(tx, column, id, restored, &dropped.list(far)).await? {
                return Ok(true);
            }
            // Another one that a later merge moved here stands in its way.
            for _ in 0..IN_THE_WAY_MAX {
                if !displace(tx, dropped.kind, from, to).await? {
                    return Ok(false);
                }
                if possible(tx, dropped.kind, from, to).await? {
                    insert(tx, id, from, dropped.kind, to, &dropped.note, dropped.at).await?;
                    return Ok(true);
                }
            }
            return Ok(false);
        };
        noted(tx, &last, other, id, Some(dropped.list(restored))).await?;
    }
    for merge in merges {
        noted(tx, &merge, other, id, None).await?;
    }
    Ok(true)
}

/// How a relation stands in the notes of merges.
fn key(id: &str) -> String {
    serde_json::json!([id]).to_string()
}

/// Adds a relation to what a merge noted: its end `column` was moved, or it was taken away.
async fn noted(tx: &mut Tx, merge: &str, column: &str, id: &str, dropped: Option<String>) -> Result<()> {
    let sql = "INSERT INTO merge_row (merge_id, ordinal, table_name, row_key, dropped) \
               SELECT CAST($1 AS TEXT), COALESCE(MAX(ordinal), -1) + 1, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT) \
               FROM merge_row WHERE merge_id = $1";
    tx.execute(sql, args![merge, format!("customer_relation.{column}"), key(id), dropped]).await.map(drop)
}

/// Makes the merge that moved this end of a relation to a customer, as was noted when the relation was away, one that took it away: without
/// the later merges it stands in its own way there, too. False: no merge did.
async fn taken_earlier(tx: &mut Tx, column: &str, id: &str, to: CustomerId, dropped: &str) -> Result<bool> {
    let sql = "UPDATE merge_row SET dropped = $1 WHERE row_key = $2 AND table_name = $3 AND dropped IS NULL \
               AND merge_id IN (SELECT m.id FROM customer_merge m WHERE m.survivor_id = $4 AND m.state = 'done')";
    let noted = tx.execute(sql, args![dropped, key(id), format!("customer_relation.{column}"), to.to_string()]).await?;
    Ok(noted > 0)
}

/// Takes away a relation that stands in the way of another one and was moved there by a merge, as that merge would have done had the other
/// one been there. False: there is none.
async fn displace(tx: &mut Tx, kind: RelationKind, from: CustomerId, to: CustomerId) -> Result<bool> {
    const COLUMNS: &str = "r.id, r.kind, r.from_id, r.to_id, r.note, r.created_at";
    let same = format!(
        "SELECT {COLUMNS} FROM customer_relation r WHERE (r.from_id = $1 AND r.kind = $2 AND (r.to_id = $3 OR r.kind = 'parent_company')) \
         OR (r.from_id = $3 AND r.kind = $2 AND r.to_id = $1 AND r.kind = 'household') ORDER BY r.id"
    );
    let mut rows = tx.fetch(same, args![from.to_string(), kind.word(), to.to_string()]).await?;
    if kind == RelationKind::ParentCompany {
        let above = format!(
            "WITH RECURSIVE up (id, steps) AS (SELECT id, CAST(0 AS BIGINT) FROM customer WHERE id = $1 UNION ALL \
             SELECT r.to_id, up.steps + 1 FROM up JOIN customer_relation r ON r.from_id = up.id AND r.kind = 'parent_company' \
             WHERE up.steps < {IN_THE_WAY_MAX}) \
             SELECT {COLUMNS} FROM up JOIN customer_relation r ON r.from_id = up.id AND r.kind = 'parent_company' ORDER BY up.steps"
        );
        rows.extend(tx.fetch(above, vec![text(to)]).await?);
    }
    let moved_by = "SELECT r.merge_id, r.ordinal FROM merge_row r JOIN customer_merge m ON m.id = r.merge_id WHERE r.row_key = $1 \
                    AND r.table_name = $2 AND r.dropped IS NULL AND m.state = 'done' AND m.survivor_id = $3 ORDER BY m.seq DESC LIMIT 1";
    for row in rows {
        let id = row.text(0)?;
        for (column, own, other) in [("from_id", row.text(2)?, row.id(3)?), ("to_id", row.text(3)?, row.id(2)?)] {
            let notes = tx.fetch(moved_by, args![key(id), format!("customer_relation.{column}"), own]).await?;
            let Some(note) = notes.first() else { continue };
            let away = Dropped { kind: self::kind(&row)?, far: other, note: row.text(4)?.to_owned(), at: row.int(5)? };
            let sql = "UPDATE merge_row SET dropped = $3 WHERE merge_id = $1 AND ordinal = $2";
            tx.execute(sql, args![note.text(0)?, note.int(1)?, away.list(other)]).await?;
            tx.execute("DELETE FROM customer_relation WHERE id = $1", args![id]).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// A relation that a merge of its end `column` took away, and whose other end was the survivor of the merge that is undone: that end is the
/// restored customer's.
async fn renamed(tx: &mut Tx, column: &str, id: &str, survivor: CustomerId, restored: CustomerId) -> Result<()> {
    let sql = "SELECT merge_id, ordinal, dropped FROM merge_row WHERE row_key = $1 AND table_name = $2 AND dropped IS NOT NULL";
    for row in tx.fetch(sql, args![key(id), format!("customer_relation.{column}")]).await? {
        let dropped = Dropped::read(row.text(2)?)?;
        if dropped.far == survivor {
            let sql = "UPDATE merge_row SET dropped = $3 WHERE merge_id = $1 AND ordinal = $2";
            tx.execute(sql, args![row.text(0)?, row.int(1)?, dropped.list(restored)]).await?;
        }
    }
    Ok(())
}

async fn insert(tx: &mut Tx, id: &str, from: CustomerId, kind: RelationKind, to: CustomerId, note: &str, at: i64) -> Result<()> {
    let sql = "INSERT INTO customer_relation (id, from_id, kind, to_id, note, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (from_id, kind, to_id) DO NOTHING";
    tx.execute(sql, args![id, from.to_string(), kind.word(), to.to_string(), note, at]).await.map(drop)
}

async fn possible(tx: &mut Tx, kind: RelationKind, from: CustomerId, to: CustomerId) -> Result<bool> {
    match may_relate(tx, kind, from, to).await {
        Ok(()) => Ok(true),
        Err(StoreError::Invalid { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn kind(row: &Row) -> Result<RelationKind> {
    RelationKind::from_word(row.text(1)?).ok_or_else(|| StoreError::corrupt("a relation is of no known kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_as_it_was() {
        let (far, other) = (CustomerId::from_u128(7), CustomerId::from_u128(8));
        let list = Dropped { kind: RelationKind::Household, far, note: "twins".into(), at: 5 }.list(other);
        let read = Dropped::read(&list).unwrap();
        assert_eq!((read.kind, read.far, read.note.as_str(), read.at), (RelationKind::Household, other, "twins", 5));
        assert_eq!(key("x"), "[\"x\"]");
    }
}
