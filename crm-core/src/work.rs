//! Tasks, and each person's list of what is to be done, most urgent first. Whose work something is, is said by its owner.

use crate::crud::{column_list, read_row};
use crate::db::{Row, Value, args, placeholders, text};
use crate::error::{Result, StoreError};
use crate::model::{
    Callback, Kind, ListQuery, NotificationId, Owner, Page, Reminder, Resource, Stored, Task, TaskId, User, WORK_COUNT_MAX, Who,
    WorkCounts, WorkEntry,
};
use crate::store::Store;
use cti_types::{CustomerId, UserId, Utc};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Owners asked for in one statement; somebody who serves more queues costs another one.
const OWNERS_MAX: usize = 100;

const OPEN_TASKS: &str = "state IN ('open', 'in_progress')";
const OPEN_CALLBACKS: &str = "state IN ('scheduled', 'due', 'offered', 'attempted')";

/// All whose work is this person's: themselves, their team, their queues.
pub fn owners_of(user: &Stored<User>) -> Vec<Owner> {
    let mut all = vec![Owner::User(user.id)];
    all.extend(user.team_id.map(Owner::Team));
    all.extend(user.queues.iter().copied().map(Owner::Queue));
    all
}

/// Whether this person's list may show rows of this owner: they are it, or one of it.
pub fn is_theirs(user: &Stored<User>, owner: Owner) -> bool {
    match owner {
        Owner::User(id) => id == user.id,
        Owner::Team(id) => user.team_id == Some(id),
        Owner::Queue(id) => user.queues.contains(&id),
    }
}

/// Rows that are somebody's work, listed by whom or what they belong to, in the order they were made.
pub trait Work: Resource {
    /// Fields its list may be narrowed by; there is an index over each with the id.
    const FILTERS: &'static [&'static str];
}

impl Work for Task {
    const FILTERS: &'static [&'static str] = &["owner", "customer_id", "ticket_id"];
}
impl Work for Callback {
    const FILTERS: &'static [&'static str] = &["owner", "customer_id", "number"];
}
impl Work for Reminder {
    const FILTERS: &'static [&'static str] = &["owner", "customer_id"];
}

impl Store {
    /// A page of work, the last made first, by one of [`Work::FILTERS`]; without one, all.
    ///
    /// # Errors
    /// `Invalid` for another filter or a bad cursor; `Unavailable`.
    pub async fn list_work<R: Work>(&self, query: &ListQuery) -> Result<Page<Stored<R>>> {
        let word = R::KIND.word();
        let (mut conditions, mut values) = (vec!["1 = 1".to_owned()], Vec::new());
        for (field, wanted) in &query.equals {
            if !R::FILTERS.contains(&field.as_str()) {
                return Err(StoreError::invalid(word, field.clone(), format!("filter by {}", R::FILTERS.join(", "))));
            }
            values.push(Value::from(wanted.as_str()));
            conditions.push(format!("{field} = ${}", values.len()));
        }
        if let Some(cursor) = &query.cursor {
            let id: R::Id = cursor.parse().map_err(|_| StoreError::invalid(word, "cursor", "give back the `next` of the page before"))?;
            values.push(text(id));
            conditions.push(format!("id < ${}", values.len()));
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY id DESC LIMIT {}",
            column_list::<R>(),
            R::TABLE,
            conditions.join(" AND "),
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_row::<R>).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|last| last.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// Makes a task. Without a reminder of its own, its owner is reminded when it is due.
    ///
    /// # Errors
    /// As [`Store::insert`].
    pub async fn create_task(&self, who: &Who, now: Utc, data: Task) -> Result<Stored<Task>> {
        let data = Task {
            reminder_at: data.reminder_at.or(data.due_at),
            created_by: who.user,
            made_at: now,
            done_at: if data.state.is_open() { None } else { Some(now) },
            ..data
        };
        self.insert(who, now, data).await
    }

    /// Changes a task. With another due time and no reminder of its own, the reminder moves along.
    ///
    /// # Errors
    /// As [`Store::update`].
    pub async fn update_task(&self, who: &Who, now: Utc, id: TaskId, version: i64, patch: &Json) -> Result<Stored<Task>> {
        let says_reminder = patch.get("reminder_at").is_some();
        let fix = move |old: &Stored<Task>, data: &mut Task| {
            (data.created_by, data.made_at) = (old.created_by, old.made_at);
            if data.due_at != old.due_at && (!says_reminder || data.reminder_at == old.reminder_at) {
                data.reminder_at = data.due_at;
            }
            data.done_at = match (old.state.is_open(), data.state.is_open()) {
                (_, true) => None,
                (true, false) => Some(now),
                (false, false) => old.done_at,
            };
            Ok(())
        };
        self.update_with(who, now, id, version, patch, fix).await
    }

    /// A page of what is to be done by this person, their team and the queues they serve: open tasks, callbacks, unread notifications, the
    /// most urgent first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn my_work(&self, user: &Stored<User>, query: &ListQuery) -> Result<Page<WorkEntry>> {
        if let Some((field, _)) = query.equals.first() {
            return Err(StoreError::invalid("work", field.clone(), "there is no such filter"));
        }
        let after = match &query.cursor {
            None => (i64::MIN, Uuid::nil()),
            Some(cursor) => {
                let parsed = cursor.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<Uuid>().ok()?)));
                parsed.ok_or_else(|| StoreError::invalid("work", "cursor", "give back the `next` of the page before"))?
            }
        };
        let limit = query.limit();
        let owners = owners_of(user);
        let mut all = Vec::new();
        for owners in owners.chunks(OWNERS_MAX) {
            for (table, open, title, due) in [("task", OPEN_TASKS, "title", "due_at"), ("callback", OPEN_CALLBACKS, "reason", "next_at")] {
                // Each owner's own page by the index, and the first of all of them: no more is read than could be shown.
                let columns = format!("'{table}' AS kind, id, {title}, state, sort_at, {due}, priority, owner, customer_id, ticket_id");
                let part = |at: usize| {
                    format!(
                        "SELECT * FROM (SELECT {columns} FROM {table} WHERE owner = ${} AND {open} \
                         AND (sort_at, id) > ($1, $2) ORDER BY sort_at, id LIMIT {}) AS p{at}",
                        at + 3,
                        limit + 1
                    )
                };
                let parts: Vec<String> = (0..owners.len()).map(part).collect();
                let mut values = args![after.0, after.1.to_string()];
                values.extend(owners.iter().map(text));
                for row in self.db.fetch(parts.join(" UNION ALL "), values).await? {
                    all.push(read_entry(&row)?);
                }
            }
        }
        let sql = format!(
            "SELECT id, kind, title, at, resource, resource_id, customer_id FROM notification WHERE user_id = $3 AND read_at IS NULL \
             AND (at, id) > ($1, $2) ORDER BY at, id LIMIT {}",
            limit + 1
        );
        for row in self.db.fetch(sql, args![after.0, after.1.to_string(), user.id.to_string()]).await? {
            all.push(read_told(&row)?);
        }
        all.sort_by_key(|entry| (entry.sort_at, entry.id));
        let more = all.len() > limit;
        all.truncate(limit);
        let next = if more { all.last().map(|last| format!("{}.{}", last.sort_at.0, last.id)) } else { None };
        Ok(Page { items: all, next })
    }

    /// A page of an owner's callbacks that are to be called now, the most urgent first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn due_callbacks(&self, owner: Owner, query: &ListQuery) -> Result<Page<Stored<Callback>>> {
        let mut values = vec![text(owner)];
        let mut condition = format!("owner = $1 AND {OPEN_CALLBACKS} AND state = 'due'");
        if let Some(cursor) = &query.cursor {
            let parsed = cursor.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<Uuid>().ok()?)));
            let Some((at, id)) = parsed else {
                return Err(StoreError::invalid(Kind::Callback.word(), "cursor", "give back the `next` of the page before"));
            };
            values.push(Value::from(at));
            values.push(text(id));
            condition.push_str(" AND (sort_at, id) > ($2, $3)");
        }
        let limit = query.limit();
        let columns = column_list::<Callback>();
        let sql = format!("SELECT {columns} FROM callback WHERE {condition} ORDER BY sort_at, id LIMIT {}", limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_row::<Callback>).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|last| format!("{}.{}", last.sort_at.0, last.id)) } else { None };
        Ok(Page { items, next })
    }

    /// How much is on this person's list at `now`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn my_work_counts(&self, user: &Stored<User>, now: Utc) -> Result<WorkCounts> {
        let mut counts = WorkCounts::default();
        for owners in owners_of(user).chunks(OWNERS_MAX) {
            let list = placeholders(2, owners.len());
            let mut values = args![now];
            values.extend(owners.iter().map(text));
            let sql = format!(
                "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS x FROM task WHERE owner IN ({list}) AND {OPEN_TASKS} LIMIT {max}) AS a), \
                 (SELECT COUNT(*) FROM (SELECT 1 AS x FROM task WHERE owner IN ({list}) AND {OPEN_TASKS} AND sort_at <= $1 LIMIT {max}) AS b), \
                 (SELECT COUNT(*) FROM (SELECT 1 AS x FROM callback WHERE owner IN ({list}) AND {OPEN_CALLBACKS} LIMIT {max}) AS c), \
                 (SELECT COUNT(*) FROM (SELECT 1 AS x FROM callback WHERE owner IN ({list}) AND {OPEN_CALLBACKS} AND state = 'due' LIMIT {max}) AS d)",
                max = WORK_COUNT_MAX
            );
            if let Some(row) = self.db.fetch(sql, values).await?.first() {
                let add = |sum: &mut i64, at: usize| -> Result<()> {
                    *sum = (*sum + row.int(at)?).min(WORK_COUNT_MAX);
                    Ok(())
                };
                add(&mut counts.tasks, 0)?;
                add(&mut counts.tasks_late, 1)?;
                add(&mut counts.callbacks, 2)?;
                add(&mut counts.callbacks_due, 3)?;
            }
        }
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS x FROM notification WHERE user_id = $1 AND read_at IS NULL LIMIT {WORK_COUNT_MAX}) AS a"
        );
        if let Some(row) = self.db.fetch(sql, vec![text(user.id)]).await?.first() {
            counts.unread = row.int(0)?;
        }
        Ok(counts)
    }

    /// Which of these people have work in common with these owners.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn people_concerned(&self, people: &BTreeSet<UserId>, owners: &[Owner]) -> Result<Vec<UserId>> {
        let (mut concerned, mut asked) = (BTreeSet::new(), false);
        for owner in owners {
            match owner {
                Owner::User(id) => drop(concerned.insert(*id)),
                Owner::Team(_) | Owner::Queue(_) => asked = true,
            }
        }
        if asked {
            let mut tx = self.db.begin_snapshot().await?;
            for owner in owners.iter().filter(|owner| !matches!(owner, Owner::User(_))) {
                concerned.extend(crate::notifications::people_of(&mut tx, *owner).await?);
            }
        }
        Ok(concerned.into_iter().filter(|user| people.contains(user)).collect())
    }
}

fn read_entry(row: &Row) -> Result<WorkEntry> {
    let owner = row.opt_text(7).map(str::parse::<Owner>).transpose();
    Ok(WorkEntry {
        kind: row.text(0)?.to_owned(),
        id: row.id(1)?,
        title: row.text(2)?.to_owned(),
        state: row.text(3)?.to_owned(),
        sort_at: Utc(row.int(4)?),
        due_at: row.opt_int(5).map(Utc),
        priority: row.int(6)? as u8,
        owner: owner.map_err(|e| StoreError::corrupt_from("an owner of work", e))?,
        customer_id: row.opt_id(8)?,
        ticket_id: row.opt_id(9)?,
        resource: None,
        resource_id: None,
    })
}

fn read_told(row: &Row) -> Result<WorkEntry> {
    let id: NotificationId = row.id(0)?;
    let customer_id: Option<CustomerId> = row.opt_id(6)?;
    Ok(WorkEntry {
        kind: Kind::Notification.word().to_owned(),
        id: id.0,
        title: row.text(2)?.to_owned(),
        state: row.text(1)?.to_owned(),
        sort_at: Utc(row.int(3)?),
        due_at: None,
        priority: 0,
        owner: None,
        customer_id,
        ticket_id: None,
        resource: Some(row.text(4)?.to_owned()),
        resource_id: Some(row.text(5)?.to_owned()),
    })
}
