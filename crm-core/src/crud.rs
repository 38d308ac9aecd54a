//! Create, read, change and delete any resource, each write in one transaction with its audit row. Knows columns, not meanings.

use crate::audit::{Action, write_audit};
use crate::auth::credential_columns;
use crate::db::{Row, Tx, Value, args, placeholders, text};
use crate::erasure::{refuse_held, subjects_of};
use crate::error::{Result, StoreError};
use crate::fields::check_custom;
use crate::model::{Check, Clash, Column, ColumnKind, Kind, ListQuery, Page, Reference, Resource, Stored, Who};
use crate::reminders::birthday_changed;
use crate::store::{Change, Store};
use cti_types::Utc;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Fields every stored row has beside its own.
const COMMON: [&str; 4] = ["id", "version", "created_at", "updated_at"];

impl Store {
    /// Writes a new row.
    ///
    /// # Errors
    /// `Invalid` with each wrong field, `Unique`, `Unavailable`.
    pub async fn insert<R: Resource>(&self, who: &Who, now: Utc, data: R) -> Result<Stored<R>> {
        let mut data = data;
        let credential = self.prepare(&mut data, None).await?;
        let mut tx = self.db.begin().await?;
        let stored = self.insert_in(&mut tx, who, now, data, credential).await?;
        tx.commit().await?;
        self.tell(change_of(who, stored.id, Some(stored.version), &[&stored.data]));
        Ok(stored)
    }

    /// The row with this id.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn get<R: Resource>(&self, id: R::Id) -> Result<Stored<R>> {
        let sql = format!("SELECT {} FROM {} WHERE id = $1", column_list::<R>(), R::TABLE);
        let rows = self.db.fetch(sql, vec![text(id)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: R::KIND.word() }), read_row::<R>)
    }

    /// A page of rows in the order they were made.
    ///
    /// # Errors
    /// `Invalid` for a filter on a field that cannot be filtered on or a cursor that is none; `Unavailable`.
    pub async fn list<R: Resource>(&self, query: &ListQuery) -> Result<Page<Stored<R>>> {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        if let Some(cursor) = &query.cursor {
            let id: R::Id =
                cursor.parse().map_err(|_| StoreError::invalid(R::KIND.word(), "cursor", "give back the `next` of the page before"))?;
            values.push(text(id));
            conditions.push(format!("id > ${}", values.len()));
        }
        if let Some(search) = query.search.as_deref().filter(|search| !search.is_empty()) {
            // A prefix as a range, so that an index over lower-case names serves where there is one.
            let kept = R::SEARCH.ends_with("_search");
            let column = if kept { R::SEARCH.to_owned() } else { format!("LOWER({})", R::SEARCH) };
            let wanted = if kept { BTreeSet::from([search.to_lowercase()]) } else { as_lowered(search) };
            let mut ranges = Vec::new();
            for (from, to) in wanted.iter().map(|wanted| prefix_range(wanted)) {
                values.push(Value::from(from));
                values.push(Value::from(to));
                ranges.push(format!("({column} >= ${} AND {column} < ${})", values.len() - 1, values.len()));
            }
            conditions.push(format!("({})", ranges.join(" OR ")));
        }
        for (field, wanted) in &query.equals {
            values.push(filter_value::<R>(field, wanted)?);
            conditions.push(format!("{field} = ${}", values.len()));
        }
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let limit = query.limit();
        let sql = format!("SELECT {} FROM {}{filter} ORDER BY id LIMIT {}", column_list::<R>(), R::TABLE, limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_row::<R>).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// All rows, in the order they were made; for small tables.
    pub(crate) async fn all<R: Resource>(&self) -> Result<Vec<Stored<R>>> {
        let sql = format!("SELECT {} FROM {} ORDER BY id", column_list::<R>(), R::TABLE);
        self.db.fetch(sql, Vec::new()).await?.iter().map(read_row::<R>).collect()
    }

    /// Changes the fields that `patch` (a JSON object, RFC 7396: `null` clears) names. `version` is the one the change is based on.
    ///
    /// # Errors
    /// `VersionConflict` when somebody wrote meanwhile, `NotFound`, `Invalid`, `Unique`, `Unavailable`.
    pub async fn update<R: Resource>(&self, who: &Who, now: Utc, id: R::Id, version: i64, patch: &Json) -> Result<Stored<R>> {
        self.update_with(who, now, id, version, patch, |_, _| Ok(())).await
    }

    /// As [`Store::update`]; `fix` sets what the server itself says of the row, from how it stood, before it is checked.
    pub(crate) async fn update_with<R: Resource>(
        &self,
        who: &Who,
        now: Utc,
        id: R::Id,
        version: i64,
        patch: &Json,
        fix: impl FnOnce(&Stored<R>, &mut R) -> Result<()>,
    ) -> Result<Stored<R>> {
        let old = self.get::<R>(id).await?;
        if old.version != version {
            return Err(StoreError::VersionConflict { resource: R::KIND.word(), current: old.version });
        }
        let mut data = patched(&old, patch)?;
        fix(&old, &mut data)?;
        let credential = self.prepare(&mut data, Some(&old.data)).await?;
        let mut tx = self.db.begin().await?;
        let stored = update_in(self, &mut tx, who, now, &old, data, credential).await?;
        tx.commit().await?;
        self.tell(change_of(who, id, Some(stored.version), &[&stored.data, &old.data]));
        Ok(stored)
    }

    /// Deletes the row. `version` as in [`Store::update`].
    ///
    /// # Errors
    /// `InUse` while other rows refer to it, `Refused` while its customer is under a legal hold, `VersionConflict`, `NotFound`, `Unavailable`.
    pub async fn delete<R: Resource>(&self, who: &Who, now: Utc, id: R::Id, version: i64) -> Result<()> {
        let old = self.get::<R>(id).await?;
        if old.version != version {
            return Err(StoreError::VersionConflict { resource: R::KIND.word(), current: old.version });
        }
        let mut tx = self.db.begin().await?;
        for used in R::USED_BY {
            // It stands alone in a column of ids, of which a large table has an index; or inside JSON of a small one, where 36 characters of a
            // UUID cannot match by accident.
            let alone = used.column.ends_with("_id");
            let like = if alone { "= $1" } else { "LIKE '%' || $1 || '%'" };
            let sql = format!("SELECT id FROM {} WHERE {} {like} LIMIT 1", used.table, used.column);
            if !tx.fetch(sql, vec![text(id)]).await?.is_empty() {
                let by = used.table.trim_start_matches("app_").replace('_', " ");
                return Err(StoreError::InUse { resource: R::KIND.word(), by });
            }
        }
        let mut of = subjects_of(&mut tx, R::TABLE, &id.to_string()).await?;
        of.customers.extend(old.data.references().into_iter().filter(|of| of.table == "customer").map(|of| of.id));
        refuse_held(&mut tx, R::KIND.word(), &of).await?;
        let sql = format!("DELETE FROM {} WHERE id = $1 AND version = $2", R::TABLE);
        if tx.execute_on(R::KIND.word(), sql, vec![text(id), Value::from(version)]).await? == 0 {
            return Err(lost_race::<R>(&mut tx, id).await?);
        }
        if !old.data.match_keys().is_empty() {
            drop_keys(&mut tx, id).await?;
        }
        keep_last(&mut tx, &[&old.data]).await?;
        write_audit(self, &mut tx, who, now, Action::Delete, R::KIND.word(), &id.to_string(), Some(shown(&old, false)?), None).await?;
        tx.commit().await?;
        self.tell(change_of(who, id, None, &[&old.data]));
        Ok(())
    }

    /// Checks the fields and turns the write-only one into its columns (hashing takes time, so before any transaction).
    pub(crate) async fn prepare<R: Resource>(&self, data: &mut R, old: Option<&R>) -> Result<Vec<(&'static str, Value)>> {
        let mut check = Check::default();
        data.check(&mut check);
        if let Some(old) = old {
            data.check_change(old, &mut check);
        }
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: R::KIND.word(), errors });
        }
        match data.credential() {
            Some(credential) => credential_columns(self, credential).await,
            None => Ok(Vec::new()),
        }
    }

    /// Writes a new row that was prepared.
    pub(crate) async fn insert_in<R: Resource>(
        &self,
        tx: &mut Tx,
        who: &Who,
        now: Utc,
        data: R,
        extra: Vec<(&'static str, Value)>,
    ) -> Result<Stored<R>> {
        check_references::<R>(tx, &data.references()).await?;
        check_clashes::<R>(tx, None, &data).await?;
        check_custom::<R>(tx, None, &data).await?;
        let secret = !extra.is_empty();
        let stored = Stored { id: self.new_id::<R::Id>(now), version: 1, created_at: now, updated_at: now, data };
        let mut names: Vec<&str> = COMMON.to_vec();
        let mut values = vec![text(stored.id), Value::from(1_i64), Value::from(now), Value::from(now)];
        for (name, value) in row_values(&stored.data)?.into_iter().chain(extra) {
            names.push(name);
            values.push(value);
        }
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", R::TABLE, names.join(", "), placeholders(1, values.len()));
        tx.execute_on(R::KIND.word(), sql, values).await?;
        write_keys(tx, stored.id, &stored.data.match_keys()).await?;
        keep_last(tx, &[&stored.data]).await?;
        let after = Some(shown(&stored, secret)?);
        write_audit(self, tx, who, now, Action::Create, R::KIND.word(), &stored.id.to_string(), None, after).await?;
        Ok(stored)
    }
}

/// Puts the keys of a row into `match_key`; those of before must be gone.
pub(crate) async fn write_keys(tx: &mut Tx, id: impl std::fmt::Display, keys: &[i64]) -> Result<()> {
    for key in keys {
        let sql = "INSERT INTO match_key (key, customer_id) VALUES ($1, $2) ON CONFLICT (key, customer_id) DO NOTHING";
        tx.execute(sql, vec![Value::from(*key), text(&id)]).await?;
    }
    Ok(())
}

/// Takes the keys of a row away.
pub(crate) async fn drop_keys(tx: &mut Tx, id: impl std::fmt::Display) -> Result<()> {
    tx.execute("DELETE FROM match_key WHERE customer_id = $1", vec![text(id)]).await.map(drop)
}

/// The row as it stands within a transaction.
pub(crate) async fn get_in<R: Resource>(tx: &mut Tx, id: R::Id) -> Result<Option<Stored<R>>> {
    let sql = format!("SELECT {} FROM {} WHERE id = $1", column_list::<R>(), R::TABLE);
    tx.fetch(sql, vec![text(id)]).await?.first().map(read_row::<R>).transpose()
}

/// Brings up to date when the customers of orders ordered last. `rows`: as it is and was.
async fn keep_last<R: Resource>(tx: &mut Tx, rows: &[&R]) -> Result<()> {
    if R::KIND != Kind::Order {
        return Ok(());
    }
    crate::activity::refresh_orders(tx, &rows.iter().filter_map(|row| row.customer()).collect()).await
}

/// What is told of a row's change; `rows`: as it is and was.
pub(crate) fn change_of<R: Resource>(who: &Who, id: R::Id, version: Option<i64>, rows: &[&R]) -> Change {
    let change = Change::new(R::KIND, id);
    let own = if R::KIND == Kind::Customer { change.id.parse().ok() } else { None };
    let customer = own.or_else(|| rows.iter().find_map(|row| row.customer()));
    let mut owners: Vec<_> = rows.iter().filter_map(|row| row.owner()).collect();
    owners.dedup();
    Change { version, by: who.user, customer, owners, ..change }
}

/// The row whose unique column has this value, as the transaction sees it.
pub(crate) async fn find_in<R: Resource>(tx: &mut Tx, column: &'static str, value: Value) -> Result<Option<Stored<R>>> {
    let sql = format!("SELECT {} FROM {} WHERE {column} = $1", column_list::<R>(), R::TABLE);
    tx.fetch(sql, vec![value]).await?.first().map(read_row::<R>).transpose()
}

/// Writes a changed row that was prepared.
pub(crate) async fn update_in<R: Resource>(
    store: &Store,
    tx: &mut Tx,
    who: &Who,
    now: Utc,
    old: &Stored<R>,
    data: R,
    extra: Vec<(&'static str, Value)>,
) -> Result<Stored<R>> {
    update_in_as(store, tx, who, now, Action::Update, old, data, extra).await
}

/// Writes a changed row that was prepared; `action` is what the audit and webhooks are told that it was.
pub(crate) async fn update_in_as<R: Resource>(
    store: &Store,
    tx: &mut Tx,
    who: &Who,
    now: Utc,
    action: Action,
    old: &Stored<R>,
    data: R,
    extra: Vec<(&'static str, Value)>,
) -> Result<Stored<R>> {
    check_custom::<R>(tx, Some(&old.data), &data).await?;
    rewrite_in(store, tx, who, now, action, old, data, extra).await
}

/// [`update_in_as`] for values of fields defined at run time that were judged when they were written first, such as those of two customers
/// made one: a definition that is gone since must not stand in the way.
pub(crate) async fn rewrite_in<R: Resource>(
    store: &Store,
    tx: &mut Tx,
    who: &Who,
    now: Utc,
    action: Action,
    old: &Stored<R>,
    data: R,
    extra: Vec<(&'static str, Value)>,
) -> Result<Stored<R>> {
    check_references::<R>(tx, &data.references()).await?;
    check_clashes::<R>(tx, Some(old.id), &data).await?;
    let secret = !extra.is_empty();
    let stored = Stored { id: old.id, version: old.version + 1, created_at: old.created_at, updated_at: now, data };
    let mut sets = vec!["version = $1".to_owned(), "updated_at = $2".to_owned()];
    let mut values = vec![Value::from(stored.version), Value::from(now)];
    for (name, value) in row_values(&stored.data)?.into_iter().chain(extra) {
        values.push(value);
        sets.push(format!("{name} = ${}", values.len()));
    }
    values.push(text(old.id));
    values.push(Value::from(old.version));
    let at = values.len();
    let sql = format!("UPDATE {} SET {} WHERE id = ${} AND version = ${at}", R::TABLE, sets.join(", "), at - 1);
    if tx.execute_on(R::KIND.word(), sql, values).await? == 0 {
        return Err(lost_race::<R>(tx, old.id).await?);
    }
    if stored.data.match_keys_may_differ(&old.data) {
        drop_keys(tx, stored.id).await?;
        write_keys(tx, stored.id, &stored.data.match_keys()).await?;
    }
    keep_last(tx, &[&stored.data, &old.data]).await?;
    let born = stored.data.birthday();
    if born != old.data.birthday()
        && let Ok(customer) = stored.id.to_string().parse()
    {
        birthday_changed(tx, now, customer, born).await?;
    }
    if secret && R::KIND == Kind::User {
        // A new password ends what was signed in with the old one.
        tx.execute("DELETE FROM session WHERE user_id = $1", vec![text(old.id)]).await?;
    }
    let (before, after) = (shown(old, false)?, shown(&stored, secret)?);
    write_audit(store, tx, who, now, action, R::KIND.word(), &old.id.to_string(), Some(before), Some(after)).await?;
    Ok(stored)
}

/// The row was there a moment ago: now it has another version, or is gone.
async fn lost_race<R: Resource>(tx: &mut Tx, id: R::Id) -> Result<StoreError> {
    let rows = tx.fetch(format!("SELECT version FROM {} WHERE id = $1", R::TABLE), vec![text(id)]).await?;
    Ok(match rows.first() {
        Some(row) => StoreError::VersionConflict { resource: R::KIND.word(), current: row.int(0)? },
        None => StoreError::NotFound { resource: R::KIND.word() },
    })
}

pub(crate) async fn check_references<R: Resource>(tx: &mut Tx, references: &[Reference]) -> Result<()> {
    let mut check = Check::default();
    for reference in references {
        let found = tx.fetch(format!("SELECT id FROM {} WHERE id = $1", reference.table), args![reference.id.as_str()]).await?;
        let what = reference.table.trim_start_matches("app_");
        check.that(!found.is_empty(), reference.field.clone(), format!("choose a {what} that exists"));
    }
    let errors = check.into_errors();
    if errors.is_empty() { Ok(()) } else { Err(StoreError::Invalid { resource: R::KIND.word(), errors }) }
}

/// Holds a row against all others of its kind. `own` is the row that is changed.
async fn check_clashes<R: Resource>(tx: &mut Tx, own: Option<R::Id>, data: &R) -> Result<()> {
    if !R::HAS_CLASHES {
        return Ok(());
    }
    // Two writers that each do not see the other's row would both find nothing.
    tx.lock_for_writing(R::TABLE).await?;
    let sql = format!("SELECT {} FROM {} ORDER BY id", column_list::<R>(), R::TABLE);
    let mut others = Vec::new();
    for row in tx.fetch(sql, Vec::new()).await? {
        let other = read_row::<R>(&row)?;
        if Some(other.id) == own {
            continue;
        }
        if let Some(Clash { field, what, mend }) = data.clash(&other.data) {
            return Err(StoreError::Clash { resource: R::KIND.word(), field, what, mend });
        }
        others.push((other.id, other.data));
    }
    match data.clash_among(own, &others) {
        Some(Clash { field, what, mend }) => Err(StoreError::Clash { resource: R::KIND.word(), field, what, mend }),
        None => Ok(()),
    }
}

/// Applies a merge patch to the row's own fields.
pub(crate) fn patched<R: Resource>(old: &Stored<R>, patch: &Json) -> Result<R> {
    let word = R::KIND.word();
    let Json::Object(patch) = patch else { return Err(StoreError::invalid(word, "", "send a JSON object")) };
    let mut fields = to_object(&old.data)?;
    for (name, value) in patch {
        if COMMON.contains(&name.as_str()) {
            // A client may send back the whole row it read; these four are the store's own.
            continue;
        }
        match fields.get_mut(name).filter(|_| R::MERGED.contains(&name.as_str())) {
            Some(old) => merge(old, value),
            None => drop(fields.insert(name.clone(), value.clone())),
        }
    }
    // A cleared field takes its default, or stays missing and is reported by its name below.
    fields.retain(|name, value| !value.is_null() || !patch.contains_key(name));
    serde_json::from_value(Json::Object(fields)).map_err(|error| bad_fields(word, &error))
}

/// RFC 7396 2: objects part by part, `null` takes a part away, anything else is replaced. Both are nested no deeper than the parser allows.
fn merge(target: &mut Json, patch: &Json) {
    let Json::Object(changes) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let Json::Object(fields) = target else { return };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Json::Null), change);
        }
    }
}

/// Turns serde's complaint into a field and its mend.
pub(crate) fn bad_fields(resource: &'static str, error: &serde_json::Error) -> StoreError {
    let message = error.to_string();
    let field = message.split('`').nth(1).filter(|_| message.contains("field")).unwrap_or_default().to_owned();
    StoreError::invalid(resource, field, message)
}

pub(crate) fn to_object<R: Resource>(data: &R) -> Result<Map<String, Json>> {
    match serde_json::to_value(data) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(_) => Err(StoreError::corrupt("a resource is not an object")),
        Err(error) => Err(StoreError::corrupt_from("a resource cannot be written as JSON", error)),
    }
}

/// The row as the audit keeps it. Secrets are not part of it; that one was written shows as a mask.
pub(crate) fn shown<R: Resource>(stored: &Stored<R>, secret: bool) -> Result<Json> {
    let mut fields = to_object(&stored.data)?;
    fields.insert("version".to_owned(), Json::from(stored.version));
    if secret {
        fields.insert("password".to_owned(), Json::from("***"));
    }
    Ok(Json::Object(fields))
}

pub(crate) fn column_list<R: Resource>() -> String {
    let mut names: Vec<&str> = COMMON.to_vec();
    names.extend(R::COLUMNS.iter().map(|column| column.name));
    names.join(", ")
}

pub(crate) fn row_values<R: Resource>(data: &R) -> Result<Vec<(&'static str, Value)>> {
    let mut fields = to_object(data)?;
    let mut values = Vec::with_capacity(R::COLUMNS.len() + 1);
    for column in R::COLUMNS {
        let value = to_column(column, fields.remove(column.name).unwrap_or(Json::Null))?;
        values.push((column.name, value));
    }
    values.extend(data.derived().into_iter().map(|(name, value)| (name, Value::from(value))));
    values.extend(data.derived_numbers().into_iter().map(|(name, value)| (name, Value::from(value))));
    Ok(values)
}

pub(crate) fn to_column(column: &Column, value: Json) -> Result<Value> {
    let wrong = || StoreError::corrupt(format!("field {} does not fit its column", column.name));
    Ok(match (column.kind, value) {
        (ColumnKind::Json, value) => Value::from(value.to_string()),
        (ColumnKind::Text, Json::Null) => Value::Text(None),
        (ColumnKind::Text, Json::String(value)) => Value::from(value),
        (ColumnKind::Int, Json::Null) => Value::Int(None),
        (ColumnKind::Int, Json::Number(value)) => Value::from(value.as_i64().ok_or_else(wrong)?),
        (ColumnKind::Bool, Json::Bool(value)) => Value::from(value),
        (ColumnKind::Text | ColumnKind::Int | ColumnKind::Bool, _) => return Err(wrong()),
    })
}

fn from_column(column: &Column, row: &Row, at: usize) -> Result<Json> {
    Ok(match column.kind {
        ColumnKind::Text => row.opt_text(at).map_or(Json::Null, Json::from),
        ColumnKind::Int => row.opt_int(at).map_or(Json::Null, Json::from),
        ColumnKind::Bool => Json::from(row.int(at)? != 0),
        ColumnKind::Json => {
            let text = row.text(at)?;
            serde_json::from_str(text).map_err(|e| StoreError::corrupt_from(format!("column {} is not JSON", column.name), e))?
        }
    })
}

pub(crate) fn read_row<R: Resource>(row: &Row) -> Result<Stored<R>> {
    let data = object_from_columns(R::COLUMNS, row, COMMON.len())?;
    let data = serde_json::from_value(Json::Object(data))
        .map_err(|error| StoreError::corrupt_from(format!("a row of {} does not fit its type", R::TABLE), error))?;
    Ok(Stored { id: row.id(0)?, version: row.int(1)?, created_at: Utc(row.int(2)?), updated_at: Utc(row.int(3)?), data })
}

/// The columns of a row, beginning at `first`, as the object serde reads.
pub(crate) fn object_from_columns(columns: &[Column], row: &Row, first: usize) -> Result<Map<String, Json>> {
    let mut fields = Map::new();
    for (at, column) in columns.iter().enumerate() {
        fields.insert(column.name.to_owned(), from_column(column, row, first + at)?);
    }
    Ok(fields)
}

pub(crate) fn filter_value<R: Resource>(field: &str, wanted: &str) -> Result<Value> {
    let word = R::KIND.word();
    let column = R::COLUMNS.iter().find(|column| column.name == field);
    let bad = |mend: &str| StoreError::invalid(word, field, mend);
    match column.map(|column| column.kind) {
        Some(ColumnKind::Text) => Ok(Value::from(wanted)),
        Some(ColumnKind::Int) => wanted.parse::<i64>().map(Value::from).map_err(|_| bad("compare it with a number")),
        Some(ColumnKind::Bool) => match wanted {
            "true" => Ok(Value::from(true)),
            "false" => Ok(Value::from(false)),
            _ => Err(bad("compare it with true or false")),
        },
        Some(ColumnKind::Json) | None => Err(bad("choose another field to filter by")),
    }
}

/// All texts that begin with `prefix`, as a half-open range in byte order.
pub(crate) fn prefix_range(prefix: &str) -> (String, String) {
    // U+10FFFF sorts after every character that can follow.
    (prefix.to_owned(), format!("{prefix}\u{10FFFF}"))
}
/// How a name beginning so may stand in a column after the databases' LOWER, which knows the letters of ASCII alone.
fn as_lowered(search: &str) -> BTreeSet<String> {
    let lower = search.to_lowercase();
    let mut rest = lower.chars();
    let capital = rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect());
    [search, &lower, &capital].map(str::to_ascii_lowercase).into()
}
