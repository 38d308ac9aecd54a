//! Moving the rows that refer to a customer to another one, noting each, and moving them back. Which tables: `references`; telling of it: `told`.

use super::ends;
use super::references::{OnMerge, REFERENCES, RefColumn, Reference};
use crate::bulk::insert_rows;
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::MergeId;
use cti_types::{CustomerId, Utc};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Rows one merge may move; a customer with more is not merged away.
pub(super) const MOVED_MAX: usize = 50_000;
/// Added to the order of rows that come, so that they stand behind the survivor's; taken off again when they go back.
const BEHIND: i64 = 1_000;

/// A row that was moved or dropped, as it is noted.
pub(super) struct Noted {
    pub(super) key: String,
    /// Its other columns.
    pub(super) dropped: Option<String>,
}

/// Rows that changed hands, by their ids: those that have a version, which then was raised.
pub(super) type Moved = Vec<(&'static Reference, String)>;

/// How many rows of which table refer to a customer.
pub(super) async fn counts(tx: &mut Tx, customer: CustomerId) -> Result<BTreeMap<String, i64>> {
    let mut counts = BTreeMap::new();
    for reference in REFERENCES {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {} = $1", reference.table, reference.column);
        let rows = tx.fetch(sql, vec![text(customer)]).await?;
        let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
        if count > 0 {
            *counts.entry(reference.table.to_owned()).or_default() += count;
        }
    }
    Ok(counts)
}

/// Moves all rows of one customer to another and notes them under the merge.
pub(super) async fn take(tx: &mut Tx, now: Utc, merge: MergeId, from: CustomerId, to: CustomerId) -> Result<Moved> {
    let (mut rows, mut moved) = (Vec::new(), Moved::new());
    for reference in REFERENCES {
        let noted = match reference.merge {
            OnMerge::Move { keys } => take_all(tx, now, reference, keys, from, to).await?,
            OnMerge::Unique { same, columns, behind, parents: _ } => take_unlike(tx, reference, same, columns, behind, from, to).await?,
            OnMerge::Latest { keys, same, mark } => {
                let Reference { table, column, .. } = reference;
                tx.execute(format!("UPDATE {table} SET {mark} = 0 WHERE {column} = $1 AND {mark} = 1"), vec![text(from)]).await?;
                let noted = take_all(tx, now, reference, keys, from, to).await?;
                mark_latest(tx, reference, same, mark, to).await?;
                noted
            }
            OnMerge::Ends { other } => ends::take(tx, reference, other, from, to).await?,
        };
        for Noted { key, dropped } in noted {
            if !reference.audit.is_empty() {
                moved.push((reference, first(&key)?));
            }
            let ordinal = rows.len() as i64;
            // A table may refer to customers by two columns: both are named.
            let name = format!("{}.{}", reference.table, reference.column);
            rows.push(args![merge.to_string(), ordinal, name, key, dropped]);
        }
        if rows.len() > MOVED_MAX {
            let what = format!("more than {MOVED_MAX} rows refer to the customer to be merged");
            return Err(StoreError::refused("customer", what, "merge the other way round"));
        }
    }
    let head = "INSERT INTO merge_row (merge_id, ordinal, table_name, row_key, dropped)";
    insert_rows(tx, "merge", head, "", rows).await?;
    Ok(moved)
}

/// What else is set in a row that changes hands: whoever has it before them must not write it back. `at`: the place of the time's parameter.
fn raised(reference: &Reference, at: usize) -> String {
    if reference.audit.is_empty() { String::new() } else { format!(", version = version + 1, updated_at = ${at}") }
}

/// The time, where [`raised`] names it.
fn raised_at(reference: &Reference, now: Utc) -> Vec<Value> {
    if reference.audit.is_empty() { Vec::new() } else { vec![Value::from(now)] }
}

async fn take_all(tx: &mut Tx, now: Utc, reference: &Reference, keys: &[&str], from: CustomerId, to: CustomerId) -> Result<Vec<Noted>> {
    let Reference { table, column, .. } = reference;
    let sql = format!("SELECT {} FROM {table} WHERE {column} = $1 ORDER BY 1 LIMIT {}", keys.join(", "), MOVED_MAX + 1);
    let noted = tx.fetch(sql, vec![text(from)]).await?;
    let noted = noted.iter().map(|row| Ok(Noted { key: json(row, 0, keys.len()), dropped: None })).collect::<Result<Vec<_>>>()?;
    if !noted.is_empty() {
        let sql = format!("UPDATE {table} SET {column} = $1{} WHERE {column} = $2", raised(reference, 3));
        tx.execute(sql, [vec![text(to), text(from)], raised_at(reference, now)].concat()).await?;
    }
    Ok(noted)
}

async fn take_unlike(
    tx: &mut Tx,
    reference: &Reference,
    same: &[&str],
    columns: &[RefColumn],
    behind: Option<&str>,
    from: CustomerId,
    to: CustomerId,
) -> Result<Vec<Noted>> {
    let Reference { table, column, .. } = reference;
    let there = tx.fetch(format!("SELECT {} FROM {table} WHERE {column} = $1", same.join(", ")), vec![text(to)]).await?;
    let there: BTreeSet<String> = there.iter().map(|row| json(row, 0, same.len())).collect();
    let names: Vec<&str> = same.iter().copied().chain(columns.iter().map(|column| column.name)).collect();
    let sql = format!("SELECT {} FROM {table} WHERE {column} = $1 ORDER BY 1 LIMIT {}", names.join(", "), MOVED_MAX + 1);
    let rows = tx.fetch(sql, vec![text(from)]).await?;
    let mut noted = Vec::with_capacity(rows.len());
    for row in rows {
        let key = json(&row, 0, same.len());
        let mut values: Vec<Value> = row.clone().values().into_iter().take(same.len()).collect();
        let place = conditions(column, same, 1);
        values.insert(0, text(from));
        if there.contains(&key) {
            tx.execute(format!("DELETE FROM {table} WHERE {place}"), values).await?;
            noted.push(Noted { key, dropped: Some(json(&row, same.len(), columns.len())) });
        } else {
            let order = behind.map_or(String::new(), |behind| format!(", {behind} = {behind} + {BEHIND}"));
            values.push(text(to));
            let at = values.len();
            tx.execute(format!("UPDATE {table} SET {column} = ${at}{order} WHERE {place}"), values).await?;
            noted.push(Noted { key, dropped: None });
        }
    }
    Ok(noted)
}

/// `column = $from AND a = $… AND b = $…`.
fn conditions(column: &str, keys: &[&str], from: usize) -> String {
    let all = [column].into_iter().chain(keys.iter().copied()).enumerate();
    all.map(|(at, name)| format!("{name} = ${}", from + at)).collect::<Vec<_>>().join(" AND ")
}

/// Moves back what a merge moved, as far as it is still there, then brings back what it dropped, and forgets its notes. `lost`: tables of rows that
/// cannot come back.
pub(super) async fn give_back(
    tx: &mut Tx,
    now: Utc,
    merge: MergeId,
    survivor: CustomerId,
    restored: CustomerId,
    lost: &mut BTreeSet<String>,
) -> Result<Moved> {
    let sql = "SELECT table_name, row_key, dropped FROM merge_row WHERE merge_id = $1 \
               ORDER BY CASE WHEN dropped IS NULL THEN 0 ELSE 1 END, ordinal";
    let mut moved = Moved::new();
    for row in tx.fetch(sql, vec![text(merge)]).await? {
        let name = row.text(0)?;
        let reference = REFERENCES.iter().find(|reference| name == format!("{}.{}", reference.table, reference.column));
        let reference = reference.ok_or_else(|| StoreError::corrupt(format!("a merge moved rows of {name}, which is not known")))?;
        let key = read(row.text(1)?)?;
        let Reference { table, column, .. } = reference;
        match (reference.merge, row.opt_text(2)) {
            (OnMerge::Move { keys } | OnMerge::Latest { keys, .. }, _) => {
                let at = keys.len() + 2;
                let set = raised(reference, at + 1);
                let sql = format!("UPDATE {table} SET {column} = ${at}{set} WHERE {}", conditions(column, keys, 1));
                let values = [vec![text(survivor)], key, vec![text(restored)], raised_at(reference, now)].concat();
                if tx.execute(sql, values).await? > 0 && !reference.audit.is_empty() {
                    moved.push((reference, first(row.text(1)?)?));
                }
            }
            (OnMerge::Unique { same, behind, .. }, None) => {
                let order = behind.map_or(String::new(), |behind| {
                    format!(", {behind} = CASE WHEN {behind} >= {BEHIND} THEN {behind} - {BEHIND} ELSE {behind} END")
                });
                let sql = format!("UPDATE {table} SET {column} = ${}{order} WHERE {}", same.len() + 2, conditions(column, same, 1));
                tx.execute(sql, [vec![text(survivor)], key, vec![text(restored)]].concat()).await?;
            }
            (OnMerge::Unique { same, columns, parents, behind: _ }, Some(dropped)) => {
                let sql = insert_again(reference, same, columns, parents);
                let values = [vec![text(restored)], key, typed(columns, read(dropped)?)].concat();
                if tx.execute(sql, values).await? == 0 {
                    lost.insert((*table).to_owned());
                }
            }
            (OnMerge::Ends { other }, dropped) => {
                let id: String = first(row.text(1)?)?;
                let noted = dropped.map(ends::Dropped::read).transpose()?;
                if !ends::give_back(tx, (*column, other), &id, noted, survivor, restored).await? {
                    lost.insert((*table).to_owned());
                }
            }
        }
    }
    for reference in REFERENCES {
        if let OnMerge::Latest { same, mark, .. } = reference.merge {
            mark_latest(tx, reference, same, mark, survivor).await?;
            mark_latest(tx, reference, same, mark, restored).await?;
        }
    }
    tx.execute("DELETE FROM merge_row WHERE merge_id = $1", vec![text(merge)]).await?;
    Ok(moved)
}

/// The statement that brings back a dropped row, as far as what it refers to is still there: the customer, `same`, `columns`.
fn insert_again(reference: &Reference, same: &[&str], columns: &[RefColumn], parents: &[(&str, &str)]) -> String {
    let Reference { table, column, .. } = reference;
    let texts = [*column].into_iter().chain(same.iter().copied()).map(|name| (name, "TEXT"));
    let all: Vec<(&str, &str)> =
        texts.chain(columns.iter().map(|column| (column.name, if column.int { "BIGINT" } else { "TEXT" }))).collect();
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    // A parameter in a SELECT has no type of its own.
    let values: Vec<String> = all.iter().zip(1..).map(|((_, kind), at)| format!("CAST(${at} AS {kind})")).collect();
    let there = |(column, parent): &(&str, &str)| {
        let at = names.iter().position(|name| name == column).map_or(0, |at| at + 1);
        format!("EXISTS (SELECT 1 FROM {parent} p WHERE p.id = ${at})")
    };
    let condition = ["1 = 1".to_owned()].into_iter().chain(parents.iter().map(there)).collect::<Vec<_>>().join(" AND ");
    format!("INSERT INTO {table} ({}) SELECT {} WHERE {condition} ON CONFLICT DO NOTHING", names.join(", "), values.join(", "))
}

/// Marks of the rows of a customer that are alike the latest, and no other.
async fn mark_latest(tx: &mut Tx, reference: &Reference, same: &str, mark: &str, customer: CustomerId) -> Result<()> {
    let Reference { table, column, .. } = reference;
    tx.execute(format!("UPDATE {table} SET {mark} = 0 WHERE {column} = $1 AND {mark} = 1"), vec![text(customer)]).await?;
    let sql = format!(
        "UPDATE {table} SET {mark} = 1 WHERE {column} = $1 AND NOT EXISTS (SELECT 1 FROM {table} o WHERE o.{column} = {table}.{column} \
         AND o.{same} = {table}.{same} AND (o.at > {table}.at OR (o.at = {table}.at AND o.id > {table}.id)))"
    );
    tx.execute(sql, vec![text(customer)]).await.map(drop)
}

/// The first part of a noted key: the id, where that is all of it.
fn first(list: &str) -> Result<String> {
    let parts: Vec<Json> = serde_json::from_str(list).map_err(|e| StoreError::corrupt_from("a row that a merge noted", e))?;
    parts.first().and_then(Json::as_str).map(ToOwned::to_owned).ok_or_else(|| StoreError::corrupt("a merge noted a row without a key"))
}

/// Columns of a row as a JSON list.
pub(super) fn json(row: &Row, from: usize, count: usize) -> String {
    let value = |at: usize| row.opt_text(at).map(Json::from).or_else(|| row.opt_int(at).map(Json::from)).unwrap_or(Json::Null);
    Json::Array((from..from + count).map(value).collect()).to_string()
}

fn read(list: &str) -> Result<Vec<Value>> {
    let list: Vec<Json> = serde_json::from_str(list).map_err(|e| StoreError::corrupt_from("a row that a merge noted", e))?;
    let value = |value: Json| match value {
        Json::String(text) => Value::from(text),
        Json::Number(number) => Value::Int(number.as_i64()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => Value::Text(None),
    };
    Ok(list.into_iter().map(value).collect())
}

/// NULL has a type, too. A row that was noted before its table had all these columns has none of the last ones.
fn typed(columns: &[RefColumn], mut values: Vec<Value>) -> Vec<Value> {
    values.resize(columns.len(), Value::Text(None));
    let with = |(column, value): (&RefColumn, Value)| if value.is_null() && column.int { Value::Int(None) } else { value };
    columns.iter().zip(values).map(with).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_numbered_from_where_it_is_said() {
        assert_eq!(conditions("customer_id", &["a", "b"], 1), "customer_id = $1 AND a = $2 AND b = $3");
    }

    #[test]
    fn a_dropped_row_comes_back_where_what_it_refers_to_is_there() {
        let reference = REFERENCES.iter().find(|reference| reference.table == "ticket_customer").unwrap();
        let OnMerge::Unique { same, columns, parents, behind: _ } = reference.merge else { panic!("{reference:?}") };
        assert_eq!(
            insert_again(reference, same, columns, parents),
            "INSERT INTO ticket_customer (customer_id, ticket_id, made_at) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT) \
             WHERE 1 = 1 AND EXISTS (SELECT 1 FROM ticket p WHERE p.id = $2) ON CONFLICT DO NOTHING"
        );
    }

    #[test]
    fn every_key_of_the_registry_is_named_once() {
        let names: BTreeSet<String> = REFERENCES.iter().map(|r| format!("{}.{}", r.table, r.column)).collect();
        assert_eq!(names.len(), REFERENCES.len());
    }
}
