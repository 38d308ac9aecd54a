//! What people are told, each thing once, and what of it they have read. What is to be told is decided by whoever calls.

use crate::audit::{Action, write_audit};
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Kind, ListQuery, Notification, NotificationId, Owner, Page, Who};
use crate::store::{Change, Store};
use cti_types::{CustomerId, TeamId, UserId, Utc};
use serde_json::json;
use std::collections::BTreeSet;

/// Most people told of what belongs to a team or queue; further ones see it in their lists.
const MEMBERS_MAX: usize = 500;
/// Most notifications marked as read at once.
pub const READ_MAX: usize = 500;
/// How long what was told is kept.
const KEPT_US: i64 = 180 * 86_400_000_000;
/// Most rows forgotten at once.
const FORGET_MAX: usize = 500;

/// Longest message of one person to others, in characters.
pub const MESSAGE_CHARS_MAX: usize = 500;
/// Most people named at once.
pub const NAMED_MAX: usize = 100;

/// To whom somebody writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readers {
    /// These, at most [`NAMED_MAX`].
    Named(Vec<UserId>),
    /// Everybody of it.
    Of(Owner),
    /// All who work here.
    Everybody,
}

/// Something to be told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) resource: &'static str,
    pub(crate) resource_id: String,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) by: Option<UserId>,
    /// Names the cause: the same cause is told nobody twice.
    pub(crate) cause: String,
}

/// Tells people, in the transaction of what they are told of. Gives what listeners are to be told once it is committed.
pub(crate) async fn notify(store: &Store, tx: &mut Tx, now: Utc, people: &[UserId], told: &Told) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let sql = "INSERT INTO notification (id, user_id, at, kind, title, resource, resource_id, customer_id, by_user, dedupe) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (dedupe) DO NOTHING";
    for user in people {
        let id: NotificationId = store.new_id(now);
        let row = args![
            id.to_string(),
            user.to_string(),
            now,
            told.kind,
            told.title.as_str(),
            told.resource,
            told.resource_id.as_str(),
            told.customer.map(|id| id.to_string()),
            told.by.map(|id| id.to_string()),
            format!("{}:{user}", told.cause),
        ];
        if tx.execute_on("notification", sql, row).await? > 0 {
            changes.push(Change { owners: vec![Owner::User(*user)], by: told.by, ..Change::new(Kind::Notification, id) });
        }
    }
    Ok(changes)
}

/// The active people behind an owner.
pub(crate) async fn people_of(tx: &mut Tx, owner: Owner) -> Result<Vec<UserId>> {
    let (sql, id) = match owner {
        Owner::User(id) => ("SELECT id FROM app_user WHERE id = $1 AND active = 1", id.to_string()),
        Owner::Team(id) => ("SELECT id FROM app_user WHERE team_id = $1 AND active = 1 ORDER BY id", id.to_string()),
        // People are few; 36 characters of an id stand nowhere else in the list by accident.
        Owner::Queue(id) => ("SELECT id FROM app_user WHERE queues LIKE '%' || $1 || '%' AND active = 1 ORDER BY id", id.to_string()),
    };
    tx.fetch(sql, args![id]).await?.iter().take(MEMBERS_MAX).map(|row| row.id(0)).collect()
}

/// The active administrators.
pub(crate) async fn administrators(tx: &mut Tx) -> Result<Vec<UserId>> {
    let sql = "SELECT id FROM app_user WHERE roles LIKE '%\"admin\"%' AND active = 1 ORDER BY id";
    tx.fetch(sql, Vec::new()).await?.iter().take(MEMBERS_MAX).map(|row| row.id(0)).collect()
}

/// The active people of the house, or of one team.
async fn active(tx: &mut Tx, team: Option<TeamId>) -> Result<BTreeSet<UserId>> {
    let rows = match team {
        Some(team) => tx.fetch("SELECT id FROM app_user WHERE active = 1 AND team_id = $1", args![team.to_string()]).await?,
        None => tx.fetch("SELECT id FROM app_user WHERE active = 1", Vec::new()).await?,
    };
    rows.iter().map(|row| row.id(0)).collect()
}

impl Store {
    /// Tells people what somebody writes to them, and notes to how many. `within`: only people of this team are written to. Says how many
    /// were told; of a large house the first 500.
    ///
    /// # Errors
    /// `Invalid` for an empty or long text, and for people who are not there, or not of the team; `Unavailable`.
    pub async fn write_to(&self, who: &Who, now: Utc, readers: &Readers, within: Option<TeamId>, text: &str) -> Result<usize> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MESSAGE_CHARS_MAX {
            return Err(StoreError::invalid("notification", "text", format!("write 1 to {MESSAGE_CHARS_MAX} characters")));
        }
        let mut tx = self.db.begin().await?;
        let there = active(&mut tx, within).await?;
        let people: Vec<UserId> = match readers {
            Readers::Named(named) => {
                if named.is_empty() || named.len() > NAMED_MAX || named.iter().any(|user| !there.contains(user)) {
                    let mend = format!("name 1 to {NAMED_MAX} active people whom you supervise");
                    return Err(StoreError::invalid("notification", "users", mend));
                }
                named.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
            }
            Readers::Of(owner) => people_of(&mut tx, *owner).await?.into_iter().filter(|user| there.contains(user)).collect(),
            Readers::Everybody => there.into_iter().filter(|user| Some(*user) != who.user).take(MEMBERS_MAX).collect(),
        };
        let sender = who.user.map(|user| user.to_string()).unwrap_or_default();
        let told = Told {
            kind: "message",
            title: text.to_owned(),
            resource: "user",
            resource_id: sender.clone(),
            customer: None,
            by: who.user,
            cause: format!("message:{}", self.new_id::<NotificationId>(now)),
        };
        let changes = notify(self, &mut tx, now, &people, &told).await?;
        let after = Some(json!({ "people": people.len() }));
        write_audit(self, &mut tx, who, now, Action::Of("message"), "user", &sender, None, after).await?;
        tx.commit().await?;
        let count = changes.len();
        for change in changes {
            self.tell(change);
        }
        Ok(count)
    }

    /// A page of what somebody was told, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor or any filter; `Unavailable`.
    pub async fn notifications(&self, user: UserId, unread: bool, query: &ListQuery) -> Result<Page<Notification>> {
        if let Some((field, _)) = query.equals.first() {
            return Err(StoreError::invalid("notification", field.clone(), "there is no such filter"));
        }
        let mut values = vec![text(user)];
        let mut condition = "user_id = $1".to_owned();
        if unread {
            condition.push_str(" AND read_at IS NULL");
        }
        if let Some(cursor) = &query.cursor {
            let parsed = cursor.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<NotificationId>().ok()?)));
            let Some((at, id)) = parsed else {
                return Err(StoreError::invalid("notification", "cursor", "give back the `next` of the page before"));
            };
            values.push(Value::from(at));
            values.push(text(id));
            condition.push_str(" AND (at, id) < ($2, $3)");
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT id, at, kind, title, resource, resource_id, customer_id, by_user, read_at FROM notification WHERE {condition} \
             ORDER BY at DESC, id DESC LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|last| format!("{}.{}", last.at.0, last.id)) } else { None };
        Ok(Page { items, next })
    }

    /// Marks notifications of this person as read: these, at most [`READ_MAX`], or with none named the oldest [`READ_MAX`] unread ones.
    /// Says how many. What one has read is nobody else's matter, so the audit has nothing of it.
    ///
    /// # Errors
    /// `Invalid` for too many; `Unavailable`.
    pub async fn read_notifications(&self, user: UserId, now: Utc, ids: &[NotificationId]) -> Result<u64> {
        if ids.len() > READ_MAX {
            return Err(StoreError::invalid("notification", "ids", format!("name at most {READ_MAX}")));
        }
        let mut tx = self.db.begin().await?;
        let mut count = 0;
        if ids.is_empty() {
            let sql = format!(
                "UPDATE notification SET read_at = $2 WHERE id IN (SELECT id FROM notification WHERE user_id = $1 AND read_at IS NULL \
                 ORDER BY at, id LIMIT {READ_MAX})"
            );
            count += tx.execute(sql, args![user.to_string(), now]).await?;
        }
        for id in ids {
            let sql = "UPDATE notification SET read_at = $3 WHERE id = $1 AND user_id = $2 AND read_at IS NULL";
            count += tx.execute(sql, args![id.to_string(), user.to_string(), now]).await?;
        }
        tx.commit().await?;
        if count > 0 {
            self.tell(Change { owners: vec![Owner::User(user)], many: true, ..Change::new(Kind::Notification, "") });
        }
        Ok(count)
    }

    /// Forgets what was told half a year ago, some rows at a time. Says how many.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn forget_notifications(&self, now: Utc) -> Result<u64> {
        let sql =
            format!("DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE at < $1 ORDER BY at LIMIT {FORGET_MAX})");
        let mut tx = self.db.begin().await?;
        let gone = tx.execute(sql, args![now.0 - KEPT_US]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

fn read(row: &Row) -> Result<Notification> {
    Ok(Notification {
        id: row.id(0)?,
        at: Utc(row.int(1)?),
        kind: row.text(2)?.to_owned(),
        title: row.text(3)?.to_owned(),
        resource: row.text(4)?.to_owned(),
        resource_id: row.text(5)?.to_owned(),
        customer_id: row.opt_id(6)?,
        by: row.opt_id(7)?,
        read_at: row.opt_int(8).map(Utc),
    })
}
