//! The statements of an erasure: interactions, contact points, tables of the registry, merges. The audit and what webhooks are told are
//! `traces`'. Decides nothing; commits nothing.

use super::customer::EraseMode;
use super::files;
use super::traces::{Wiped, masked};
use crate::audit::Action;
use crate::db::{Tx, Value, args, listed, text};
use crate::error::{Result, StoreError};
use crate::identity::references::{Below, By, Emptied, NAMELESS, Nameless, OnErase, REFERENCES, Reference, TICKET};
use crate::model::ErasureId;
use cti_types::{CustomerId, Utc};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Interactions of one customer that one erasure takes on; one with more is refused.
const INTERACTIONS_MAX: usize = 100_000;
/// Ids in one IN list.
const LIST: usize = 512;

/// The interactions that are theirs: in which they are the likeliest customer, or whose number is theirs alone.
pub(super) async fn interactions(tx: &mut Tx, customer: CustomerId, members: &[String]) -> Result<Vec<String>> {
    let (list, values) = listed(1, members);
    let limit = INTERACTIONS_MAX + 1;
    let sql = format!("SELECT interaction_id FROM interaction_customer WHERE customer_id IN ({list}) AND rank = 0 LIMIT {limit}");
    let mut ids: BTreeSet<String> = BTreeSet::new();
    for row in tx.fetch(sql, values).await? {
        ids.insert(row.text(0)?.to_owned());
    }
    let Numbers { own, former, shared: _ } = numbers(tx, customer, members).await?;
    let always = own.into_iter().map(|value| Former { value, since: i64::MIN, until: i64::MAX });
    for Former { value, since, until } in always.chain(former) {
        let sql = format!(
            "SELECT DISTINCT p.interaction_id FROM personal p JOIN interaction i ON i.id = p.interaction_id \
             WHERE p.value = $1 AND p.kind = 'number' AND i.opened_at >= $2 AND i.opened_at < $3 LIMIT {limit}"
        );
        let mut found = Vec::new();
        for row in tx.fetch(sql, args![value, since, until]).await? {
            found.push(row.text(0)?.to_owned());
        }
        let others = of_others(tx, &found, members).await?;
        ids.extend(found.into_iter().filter(|id| !others.contains(id)));
    }
    if ids.len() > INTERACTIONS_MAX {
        let what = format!("they have more than {INTERACTIONS_MAX} interactions");
        return Err(StoreError::refused("customer", what, "let a retention policy erase the older ones first"));
    }
    Ok(ids.into_iter().collect())
}

/// A customer's telephone numbers.
pub(super) struct Numbers {
    /// Nobody else's.
    pub(super) own: Vec<String>,
    /// Those they had before, and nobody has now.
    pub(super) former: Vec<Former>,
    pub(super) shared: Vec<String>,
}

/// A number and when it was theirs, µs since 1970: before and after it may be a stranger's.
pub(super) struct Former {
    pub(super) value: String,
    pub(super) since: i64,
    pub(super) until: i64,
}

pub(super) async fn numbers(tx: &mut Tx, customer: CustomerId, members: &[String]) -> Result<Numbers> {
    let sql = "SELECT p.value, (SELECT o.customer_id FROM customer_contact_point o WHERE o.contact_point_id = p.id AND o.customer_id <> $1 \
               LIMIT 1) FROM customer_contact_point cc JOIN contact_point p ON p.id = cc.contact_point_id \
               WHERE cc.customer_id = $1 AND p.kind = 'phone' ORDER BY p.value";
    let mut numbers = Numbers { own: Vec::new(), former: Vec::new(), shared: Vec::new() };
    for row in tx.fetch(sql, vec![text(customer)]).await? {
        let list = if row.opt_text(1).is_none() { &mut numbers.own } else { &mut numbers.shared };
        list.push(row.text(0)?.to_owned());
    }
    for former in former_numbers(tx, customer, members).await? {
        if numbers.own.contains(&former.value) || numbers.shared.contains(&former.value) {
            continue;
        }
        let sql = "SELECT cc.customer_id FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id \
                   WHERE p.kind = 'phone' AND p.value = $1 LIMIT 1";
        if tx.fetch(sql, args![former.value.as_str()]).await?.is_empty() {
            numbers.former.push(former);
        }
    }
    Ok(numbers)
}

/// The numbers that the audit says they had, and when.
async fn former_numbers(tx: &mut Tx, customer: CustomerId, members: &[String]) -> Result<Vec<Former>> {
    let rows = tx.fetch("SELECT created_at FROM customer WHERE id = $1", vec![text(customer)]).await?;
    let made = rows.first().map_or(Ok(i64::MIN), |row| row.int(0))?;
    let mut all: BTreeMap<String, Former> = BTreeMap::new();
    for chunk in members.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        let sql = format!(
            "SELECT a.before_json, a.after_json, a.at FROM audit_customer ac JOIN audit a ON a.id = ac.audit_id \
             WHERE ac.customer_id IN ({list}) AND a.resource = 'customer_contacts' ORDER BY a.at"
        );
        for row in tx.fetch(sql, values).await? {
            let at = row.int(2)?;
            let (before, after) = (phones(row.opt_text(0)), phones(row.opt_text(1)));
            for value in after.difference(&before) {
                all.entry(value.clone()).or_insert(Former { value: value.clone(), since: at, until: at });
            }
            for value in before {
                // Without a row of its coming they had it from the first.
                let known = all.entry(value.clone()).or_insert(Former { value, since: made, until: at });
                known.until = at;
            }
        }
    }
    Ok(all.into_values().collect())
}

/// The numbers in a list of contact points as the audit has it; none where it was masked.
fn phones(contacts: Option<&str>) -> BTreeSet<String> {
    let contacts: Vec<Json> = contacts.and_then(|contacts| serde_json::from_str(contacts).ok()).unwrap_or_default();
    let phones = contacts.iter().filter(|contact| contact["kind"] == "phone");
    phones.filter_map(|contact| contact["value"].as_str()).map(ToOwned::to_owned).collect()
}

/// Callbacks to numbers they had before, promised while they had them, that name nobody.
pub(super) async fn former_callbacks(tx: &mut Tx, now: Utc, former: &[Former], mode: EraseMode, wiped: &mut Wiped) -> Result<()> {
    let mut ids = Vec::new();
    for Former { value, since, until } in former {
        let sql = "SELECT id FROM callback WHERE number = $1 AND customer_id IS NULL AND made_at >= $2 AND made_at < $3";
        for row in tx.fetch(sql, args![value.as_str(), *since, *until]).await? {
            ids.push(row.text(0)?.to_owned());
        }
    }
    rows(tx, now, "callback", &["callback"], OnErase::Delete, &ids, mode, wiped).await
}

/// The contact points they have, and those that an undone merge would give back.
pub(super) async fn points(tx: &mut Tx, members: &[String]) -> Result<Vec<String>> {
    let (list, values) = listed(1, members);
    let sql = format!(
        "SELECT contact_point_id FROM customer_contact_point WHERE customer_id IN ({list}) UNION \
         SELECT r.row_key FROM merge_row r JOIN customer_merge m ON m.id = r.merge_id \
         WHERE r.table_name = 'customer_contact_point.customer_id' AND (m.survivor_id IN ({list}) OR m.merged_id IN ({list}))"
    );
    let rows = tx.fetch(sql, values.clone()).await?;
    let ids = rows.iter().map(|row| row.text(0).map(|id| id.trim_matches(['[', '"', ']']).to_owned()));
    let mut ids = ids.collect::<Result<BTreeSet<_>>>()?;
    // Those they had before go at once, unless the server went away in that moment.
    let sql = format!(
        "SELECT a.before_json FROM audit_customer ac JOIN audit a ON a.id = ac.audit_id \
         WHERE ac.customer_id IN ({list}) AND a.resource = 'customer_contacts'"
    );
    for row in tx.fetch(sql, values).await? {
        let contacts: Vec<Json> = row.opt_text(0).and_then(|contacts| serde_json::from_str(contacts).ok()).unwrap_or_default();
        ids.extend(contacts.iter().filter_map(|contact| contact["id"].as_str()).map(ToOwned::to_owned));
    }
    Ok(ids.into_iter().collect())
}

/// How many callbacks to numbers that others have as well name nobody.
pub(super) async fn callbacks_to(tx: &mut Tx, numbers: &[String]) -> Result<i64> {
    let (list, values) = listed(1, numbers);
    let sql = format!("SELECT COUNT(*) FROM callback WHERE number IN ({list}) AND customer_id IS NULL");
    tx.fetch(sql, values).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// Those in which somebody else is the likeliest customer.
async fn of_others(tx: &mut Tx, interactions: &[String], members: &[String]) -> Result<BTreeSet<String>> {
    let mut others = BTreeSet::new();
    for chunk in interactions.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        let sql = format!("SELECT interaction_id, customer_id FROM interaction_customer WHERE interaction_id IN ({list}) AND rank = 0");
        for row in tx.fetch(sql, values).await? {
            if !members.iter().any(|member| row.opt_text(1) == Some(member)) {
                others.insert(row.text(0)?.to_owned());
            }
        }
    }
    Ok(others)
}

/// How many interactions of others they stood in as a further candidate.
pub(super) async fn as_candidate(tx: &mut Tx, members: &[String]) -> Result<i64> {
    let (list, values) = listed(1, members);
    let sql = format!("SELECT COUNT(*) FROM interaction_customer WHERE customer_id IN ({list}) AND rank > 0");
    tx.fetch(sql, values).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// Whether one of these is still open.
pub(super) async fn any_open(tx: &mut Tx, interactions: &[String]) -> Result<bool> {
    for chunk in interactions.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        let sql = format!("SELECT id FROM interaction WHERE id IN ({list}) AND state = 'open' LIMIT 1");
        if !tx.fetch(sql, values).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Deletes the personal values of interactions: numbers, names, what was collected, notes. Their times and figures stay. Says how many.
pub(super) async fn personal(tx: &mut Tx, interactions: &[String]) -> Result<u64> {
    let mut rows = 0;
    for chunk in interactions.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        rows += tx.execute(format!("DELETE FROM personal WHERE interaction_id IN ({list})"), values).await?;
    }
    Ok(rows)
}

/// What was answered in these interactions.
pub(super) async fn answers(tx: &mut Tx, now: Utc, interactions: &[String], wiped: &mut Wiped) -> Result<()> {
    let ids = found(tx, "script_run", "interaction_id IN ({})", interactions).await?;
    rows(tx, now, "script_run", &["script_run"], OnErase::Delete, &ids, EraseMode::Anonymise, wiped).await
}

/// What the log refers to, and the sound.
pub(super) async fn log(tx: &mut Tx, now: Utc, interactions: &[String], id: ErasureId, wiped: &mut Wiped) -> Result<()> {
    wiped.add("personal", "deleted", personal(tx, interactions).await?);
    let noted = files::note(tx, now, "interaction_id", interactions, Some(id), "erasure").await?;
    wiped.add("recording", "emptied", noted.recordings);
    wiped.add("files", "deleted", noted.files);
    Ok(())
}

/// The rows of the registered tables, and what the audit says of them.
pub(super) async fn references(tx: &mut Tx, now: Utc, customer: CustomerId, mode: EraseMode, wiped: &mut Wiped) -> Result<()> {
    for Reference { table, column, erase, audit, merge: _ } in REFERENCES {
        if audit.is_empty() {
            let sql = format!("DELETE FROM {table} WHERE {column} = $1");
            wiped.add(table, "deleted", tx.execute(sql, vec![text(customer)]).await?);
            continue;
        }
        let ids = found(tx, table, &format!("{column} IN ({{}})"), &[customer.to_string()]).await?;
        rows(tx, now, table, audit, *erase, &ids, mode, wiped).await?;
    }
    Ok(())
}

/// Rows that are theirs and name nobody: by their interactions, their own numbers, their tickets.
pub(super) async fn nameless(
    tx: &mut Tx,
    now: Utc,
    interactions: &[String],
    numbers: &[String],
    mode: EraseMode,
    wiped: &mut Wiped,
) -> Result<()> {
    for Nameless { table, by, found: condition, erase, audit } in NAMELESS {
        let ids = match by {
            By::Interaction => found(tx, table, condition, interactions).await?,
            By::Number => found(tx, table, condition, numbers).await?,
            By::Ticket => {
                let tickets = wiped.tickets.clone();
                found(tx, table, condition, &tickets).await?
            }
        };
        rows(tx, now, table, audit, *erase, &ids, mode, wiped).await?;
    }
    Ok(())
}

/// The ids of a table's rows for which the condition holds; `{}` in it stands for a list of these.
async fn found(tx: &mut Tx, table: &str, condition: &str, by: &[String]) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for chunk in by.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        let sql = format!("SELECT id FROM {table} WHERE {}", condition.replace("{}", &list));
        for row in tx.fetch(sql, values).await? {
            ids.push(row.text(0)?.to_owned());
        }
    }
    Ok(ids)
}

/// Deletes or empties rows that have an id and a version, masks what the audit says of them, and notes them.
pub(super) async fn rows(
    tx: &mut Tx,
    now: Utc,
    table: &'static str,
    audit: &[&'static str],
    erase: OnErase,
    ids: &[String],
    mode: EraseMode,
    wiped: &mut Wiped,
) -> Result<()> {
    masked(tx, audit, ids, wiped).await?;
    let (how, action) = match (erase, mode) {
        (OnErase::Delete, _) | (OnErase::Blank { stays: false, .. }, EraseMode::Erase) => ("deleted", Action::Delete),
        (OnErase::Blank { .. }, EraseMode::Anonymise | EraseMode::Erase) => ("emptied", Action::Of("erase")),
        (OnErase::Keep { .. }, EraseMode::Anonymise) => ("kept", Action::Of("erase")),
        (OnErase::Keep { .. }, EraseMode::Erase) if ids.is_empty() => return Ok(()),
        (OnErase::Keep { .. }, EraseMode::Erase) => {
            let what = format!("{} rows of {} must be kept", ids.len(), table.replace('_', " "));
            return Err(StoreError::refused("customer", what, "anonymise the customer instead"));
        }
    };
    for chunk in ids.chunks(LIST) {
        let (list, values) = listed(1, chunk);
        let of = format!("id IN ({list})");
        let count = match erase {
            OnErase::Blank { columns, below, .. } if how == "emptied" => {
                under(tx, below, &list, &values, wiped).await?;
                blank(tx, table, columns, &of, values, Some(now)).await?
            }
            OnErase::Keep { columns } => blank(tx, table, columns, &of, values, Some(now)).await?,
            OnErase::Delete | OnErase::Blank { .. } => tx.execute(format!("DELETE FROM {table} WHERE {of}"), values).await?,
        };
        wiped.add(table, how, count);
    }
    if table == "ticket" && erase == TICKET {
        wiped.tickets.extend(ids.iter().cloned());
    }
    if let Some(word) = audit.first() {
        wiped.rows.extend(ids.iter().map(|id| (*word, id.clone(), action)));
    }
    Ok(())
}

/// Empties columns of the rows for which the condition holds. `now`: whoever has one of them before them must not write it back.
async fn blank(tx: &mut Tx, table: &str, columns: &[Emptied], condition: &str, values: Vec<Value>, now: Option<Utc>) -> Result<u64> {
    let mut sets: Vec<String> = columns.iter().map(|column| format!("{} = {}", column.name, column.to)).collect();
    let mut values = values;
    if let Some(now) = now {
        values.push(Value::from(now));
        sets.push(format!("version = version + 1, updated_at = ${}", values.len()));
    }
    tx.execute(format!("UPDATE {table} SET {} WHERE {condition}", sets.join(", ")), values).await
}

/// What hangs on rows with these ids.
async fn under(tx: &mut Tx, below: &[Below], list: &str, values: &[Value], wiped: &mut Wiped) -> Result<()> {
    for Below { table, column, columns } in below {
        let of = format!("{column} IN ({list})");
        if columns.is_empty() {
            wiped.add(table, "deleted", tx.execute(format!("DELETE FROM {table} WHERE {of}"), values.to_vec()).await?);
        } else {
            wiped.add(table, "emptied", blank(tx, table, columns, &of, values.to_vec(), None).await?);
        }
    }
    Ok(())
}

/// The condition of a ticket that has no main customer and nobody but the one of parameter `n`: as its contact, or linked.
pub(crate) fn of_nobody_else(n: usize) -> String {
    format!(
        "customer_id IS NULL AND COALESCE(contact_id, ${n}) = ${n} AND NOT EXISTS \
         (SELECT 1 FROM ticket_customer tc WHERE tc.ticket_id = ticket.id AND tc.customer_id <> ${n})"
    )
}

/// The ids of tickets that the customer of parameter `n` is the contact of, or is linked to.
pub(crate) fn tickets_with(n: usize) -> String {
    format!("SELECT ticket_id FROM ticket_customer WHERE customer_id = ${n} UNION SELECT id FROM ticket WHERE contact_id = ${n}")
}

/// Tickets that are theirs, though they are not the main customer of them.
pub(super) async fn tickets_with_nobody_else(
    tx: &mut Tx,
    now: Utc,
    customer: CustomerId,
    mode: EraseMode,
    wiped: &mut Wiped,
) -> Result<()> {
    let sql = format!("SELECT id FROM ticket WHERE id IN ({}) AND {}", tickets_with(1), of_nobody_else(1));
    let found = tx.fetch(sql, vec![text(customer)]).await?;
    let ids = found.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<Vec<_>>>()?;
    rows(tx, now, "ticket", &["ticket", "feedback"], TICKET, &ids, mode, wiped).await
}

/// How many tickets of others they are linked to, or are the contact of: what was written there may name them.
pub(super) async fn tickets_of_others(tx: &mut Tx, customer: CustomerId) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM ticket WHERE id IN ({}) AND COALESCE(customer_id, '') <> $1 AND NOT ({})",
        tickets_with(1),
        of_nobody_else(1)
    );
    tx.fetch(sql, vec![text(customer)]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// Keys, pairs, and what could undo merges.
pub(super) async fn identity(tx: &mut Tx, members: &[String], wiped: &mut Wiped) -> Result<()> {
    let (list, values) = listed(1, members);
    let keys = tx.execute(format!("DELETE FROM match_key WHERE customer_id IN ({list})"), values.clone()).await?;
    wiped.add("match_key", "deleted", keys);
    let mut pairs = 0;
    for column in ["a_id", "b_id"] {
        pairs += tx.execute(format!("DELETE FROM duplicate_pair WHERE {column} IN ({list})"), values.clone()).await?;
    }
    wiped.add("duplicate_pair", "deleted", pairs);
    let (mut merges, mut rows) = (0, 0);
    for column in ["survivor_id", "merged_id"] {
        let of = format!("DELETE FROM merge_row WHERE merge_id IN (SELECT id FROM customer_merge WHERE {column} IN ({list}))");
        rows += tx.execute(of, values.clone()).await?;
        let sql = format!(
            "UPDATE customer_merge SET log = '{{}}', choices = '{{}}', state = CASE state WHEN 'done' THEN 'erased' ELSE state END \
             WHERE {column} IN ({list}) AND log <> '{{}}'"
        );
        merges += tx.execute(sql, values.clone()).await?;
    }
    wiped.add("customer_merge", "emptied", merges);
    wiped.add("merge_row", "deleted", rows);
    let sql = format!("UPDATE customer_alias SET external_id = NULL WHERE survivor_id IN ({list}) AND external_id IS NOT NULL");
    let aliases = tx.execute(sql, values).await?;
    wiped.add("customer_alias", "emptied", aliases);
    Ok(())
}

/// The exports that were made since: how many, and the latest.
pub(super) async fn exports(tx: &mut Tx, since: Utc) -> Result<(i64, Vec<String>)> {
    let count = tx.fetch("SELECT COUNT(*) FROM export_run WHERE at >= $1", vec![Value::from(since)]).await?;
    let count = count.first().map_or(Ok(0), |row| row.int(0))?;
    let rows = tx.fetch("SELECT id FROM export_run WHERE at >= $1 ORDER BY id DESC LIMIT 100", vec![Value::from(since)]).await?;
    Ok((count, rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<Vec<_>>>()?))
}
