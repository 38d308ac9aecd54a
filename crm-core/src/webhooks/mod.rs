//! Webhooks: who is told, what waits to be sent, how sending went, and sending again. Opens no connection; what is told is written by `outbox`.

mod rules;

pub use rules::{DISABLE_AFTER_US, GIVE_UP_US, OfKind, Turns, Waiting, next_try, signature, turns};

use crate::audit::{Action, write_audit};
use crate::crud::change_of;
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{DeliveryView, Kind, ListQuery, Page, Resource, Secret, Stored, Webhook, WebhookId, WebhookStatus, Who};
use crate::notifications::{Told, administrators, notify};
use crate::outbox::{insert_delivery, insert_event};
use crate::store::Store;
use cti_types::Utc;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Most webhooks; one more is refused.
pub const WEBHOOKS_MAX: i64 = 100;
/// Waiting deliveries of one webhook and one kind looked at in one round, the longest due first. What waits behind an earlier change of its
/// row is put off, so that the window moves on.
const WINDOW: usize = 50;
/// The least time something is put off that waits behind an earlier change of its row. It is woken when that is over.
const BEHIND_US: i64 = 5_000_000;
/// Deliveries made by one replay; the answer says where to go on.
pub const REPLAY_MAX: usize = 1_000;
/// How long events and what became of them are kept.
pub const KEPT_US: i64 = 30 * 86_400_000_000;
/// Most rows forgotten at once; as many gone as that: there are more.
pub const FORGET_MAX: u64 = 500;
/// How long a server has for one delivery before another may take it.
const CLAIM_US: i64 = 60_000_000;

// The kinds of what waits, one step along an index each; there are fewer than 500.
const KINDS: &str = "\
WITH RECURSIVE k(kind) AS (SELECT (SELECT MIN(d.kind) FROM webhook_delivery d WHERE d.webhook_id = $1 AND d.state = 'pending') \
  UNION ALL SELECT (SELECT MIN(d.kind) FROM webhook_delivery d WHERE d.webhook_id = $1 AND d.state = 'pending' AND d.kind > k.kind) \
  FROM k WHERE k.kind IS NOT NULL) SELECT kind FROM k WHERE kind IS NOT NULL LIMIT 500";
const UNDER_WAY: &str = "SELECT kind, COUNT(*) FROM webhook_delivery WHERE webhook_id = $1 AND state = 'pending' AND claimed_until > 0 \
  AND claimed_until > $2 GROUP BY kind";

/// Where an active webhook is told, and with what its deliveries are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub id: WebhookId,
    pub url: String,
    pub secret: Secret,
}

/// A delivery to be sent now, claimed by who reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueDelivery {
    pub id: i64,
    pub event_id: String,
    pub kind: String,
    pub body: String,
    pub created_at: Utc,
    /// What it tells of.
    pub resource_id: String,
    /// Failures so far.
    pub attempts: i64,
}

/// How a delivery went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub at: Utc,
    /// The answer's HTTP status, if there was one.
    pub status: Option<u16>,
    /// A word for why there was none.
    pub error: Option<&'static str>,
    pub duration_ms: i64,
}

impl Sent {
    /// RFC 9110 15.3: any 2xx.
    pub fn was_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// What a replay did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Replayed {
    /// Deliveries made.
    pub queued: usize,
    /// Ask again with this as `after` for the rest; none: that was all.
    pub next: Option<i64>,
}

impl Store {
    /// Makes a webhook. Its secret is given here only.
    ///
    /// # Errors
    /// As [`Store::insert`]; `Invalid` when there are [`WEBHOOKS_MAX`].
    pub async fn create_webhook(&self, who: &Who, now: Utc, data: Webhook) -> Result<(Stored<Webhook>, Secret)> {
        let mut data = data;
        self.prepare(&mut data, None).await?;
        let secret = self.webhook_secret();
        let mut tx = self.db.begin().await?;
        let count = tx.fetch("SELECT COUNT(*) FROM webhook", Vec::new()).await?.first().map_or(Ok(0), |row| row.int(0))?;
        if count >= WEBHOOKS_MAX {
            return Err(StoreError::invalid(Kind::Webhook.word(), "", format!("there are {WEBHOOKS_MAX} already; delete one first")));
        }
        let stored = self.insert_in(&mut tx, who, now, data, vec![("secret", Value::from(secret.reveal()))]).await?;
        tx.commit().await?;
        self.tell(change_of(who, stored.id, Some(stored.version), &[&stored.data]));
        Ok((stored, secret))
    }

    fn webhook_secret(&self) -> Secret {
        // 32 characters of 5 bits.
        Secret::new(format!("whsec_{}", self.with_chance(|chance| chance.token(32))))
    }

    /// A new secret; the old one signs nothing from now on.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn renew_webhook_secret(&self, who: &Who, now: Utc, id: WebhookId) -> Result<Secret> {
        let secret = self.webhook_secret();
        let mut tx = self.db.begin().await?;
        if tx.execute("UPDATE webhook SET secret = $2 WHERE id = $1", args![id.to_string(), secret.reveal()]).await? == 0 {
            return Err(StoreError::NotFound { resource: Kind::Webhook.word() });
        }
        let after = Some(json!({ "secret": "***" }));
        write_audit(self, &mut tx, who, now, Action::Update, Kind::Webhook.word(), &id.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Webhook, id);
        Ok(secret)
    }

    /// How a webhook does.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn webhook_status(&self, id: WebhookId) -> Result<WebhookStatus> {
        let sql = "SELECT active, failing_since, disabled_at, (SELECT COUNT(*) FROM (SELECT 1 AS x FROM webhook_delivery d \
                   WHERE d.webhook_id = $1 AND d.state = 'pending' LIMIT 1000) AS p) FROM webhook WHERE id = $1";
        let rows = self.db.fetch(sql, vec![text(id)]).await?;
        let row = rows.first().ok_or(StoreError::NotFound { resource: Kind::Webhook.word() })?;
        Ok(WebhookStatus {
            active: row.int(0)? != 0,
            failing_since: row.opt_int(1).map(Utc),
            disabled_at: row.opt_int(2).map(Utc),
            pending: row.int(3)?,
        })
    }

    /// A page of a webhook's deliveries, the latest first. `query.equals` may name `state`.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for another filter or a bad cursor; `Unavailable`.
    pub async fn webhook_deliveries(&self, id: WebhookId, query: &ListQuery) -> Result<Page<DeliveryView>> {
        self.get::<Webhook>(id).await?;
        let word = "webhook_delivery";
        let (mut condition, mut values) = ("webhook_id = $1".to_owned(), vec![text(id)]);
        for (field, wanted) in &query.equals {
            if field != "state" {
                return Err(StoreError::invalid(word, field.clone(), "filter by state"));
            }
            values.push(Value::from(wanted.as_str()));
            condition.push_str(&format!(" AND state = ${}", values.len()));
        }
        if let Some(cursor) = &query.cursor {
            let before: i64 = cursor.parse().map_err(|_| StoreError::invalid(word, "cursor", "give back the `next` of the page before"))?;
            values.push(Value::from(before));
            condition.push_str(&format!(" AND id < ${}", values.len()));
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT id, event_id, kind, resource_id, state, created_at, attempts, next_at, last_at, last_status, last_error, duration_ms, \
             replay_of FROM webhook_delivery WHERE {condition} ORDER BY id DESC LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_delivery).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|last| last.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// Sends a delivery's event once more, whatever became of it. Gives the new delivery's event.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn replay_delivery(&self, who: &Who, now: Utc, webhook: WebhookId, delivery: i64) -> Result<Replayed> {
        let mut tx = self.db.begin().await?;
        let sql = "SELECT event_id, kind, resource_id FROM webhook_delivery WHERE id = $1 AND webhook_id = $2";
        let rows = tx.fetch(sql, args![delivery, webhook.to_string()]).await?;
        let row = rows.first().ok_or(StoreError::NotFound { resource: "webhook_delivery" })?;
        insert_delivery(&mut tx, webhook, row.text(0)?, now, row.text(1)?, row.text(2)?, Some(delivery)).await?;
        let after = Some(json!({ "delivery": delivery }));
        write_audit(self, &mut tx, who, now, Action::OfCall("replay"), Kind::Webhook.word(), &webhook.to_string(), None, after).await?;
        tx.commit().await?;
        Ok(Replayed { queued: 1, next: None })
    }

    /// Sends a webhook all events of its kinds from `since` on, in their order, at most [`REPLAY_MAX`] at a time: `after` is the `next` of
    /// the time before. There is what was written while any webhook wanted it, for [`KEPT_US`].
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn replay_since(&self, who: &Who, now: Utc, webhook: WebhookId, since: Utc, after: i64) -> Result<Replayed> {
        let kinds = self.get::<Webhook>(webhook).await?.data.kinds;
        let mut tx = self.db.begin().await?;
        // Whether an event is of its kinds is asked here: patterns are few and events many, and each page of them is read once.
        let sql =
            format!("SELECT seq, id, kind, resource_id FROM webhook_event WHERE seq > $1 AND at >= $2 ORDER BY seq LIMIT {REPLAY_MAX}");
        let start = if after > 0 { after } else { first_seq(&mut tx, since).await? };
        let rows = tx.fetch(sql, args![start, since]).await?;
        let mut queued = 0;
        for row in &rows {
            let kind = row.text(2)?;
            if crate::model::is_wanted(&kinds, kind) {
                insert_delivery(&mut tx, webhook, row.text(1)?, now, kind, row.text(3)?, None).await?;
                queued += 1;
            }
        }
        let next = if rows.len() == REPLAY_MAX { rows.last().map(|row| row.int(0)).transpose()? } else { None };
        let after = Some(json!({ "since": since, "queued": queued }));
        write_audit(self, &mut tx, who, now, Action::OfCall("replay"), Kind::Webhook.word(), &webhook.to_string(), None, after).await?;
        tx.commit().await?;
        Ok(Replayed { queued, next })
    }

    /// Sends a webhook an event `webhook.test`, wanted or not.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn test_webhook(&self, who: &Who, now: Utc, webhook: WebhookId) -> Result<Replayed> {
        let name = self.get::<Webhook>(webhook).await?.data.name;
        let (event, kind, word) = (self.with_chance(|chance| chance.uuid(now)), "webhook.test", Kind::Webhook.word());
        let (id, data) = (webhook.to_string(), json!({ "name": name }));
        let body = json!({ "id": event, "kind": kind, "at": now, "resource": word, "resource_id": id, "by": who.user, "changed": [], "data": data });
        let mut tx = self.db.begin().await?;
        insert_event(&mut tx, event, now, kind, word, &id, body.to_string()).await?;
        insert_delivery(&mut tx, webhook, &event.to_string(), now, kind, &id, None).await?;
        tx.commit().await?;
        Ok(Replayed { queued: 1, next: None })
    }

    // ---- for whoever sends

    /// The active webhooks.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn webhook_targets(&self) -> Result<Vec<Target>> {
        let sql = "SELECT id, url, secret FROM webhook WHERE active = 1 ORDER BY id";
        let read = |row: &Row| Ok(Target { id: row.id(0)?, url: row.text(1)?.to_owned(), secret: Secret::new(row.text(2)?) });
        self.db.fetch(sql, Vec::new()).await?.iter().map(read).collect()
    }

    /// Forgets what is known of the webhooks' wishes: another server may have changed them.
    pub fn forget_interests(&self) {
        self.interests().forget();
    }

    /// At most `max` of a webhook's deliveries that may go now, each claimed for this server. Those that have waited too long are failed.
    /// The kinds of what waits take turns, those with the fewest under way first: one that is never taken does not keep others waiting.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn claim_deliveries(&self, webhook: WebhookId, now: Utc, max: usize) -> Result<Vec<DueDelivery>> {
        let kinds = self.db.fetch(KINDS, vec![text(webhook)]).await?;
        if kinds.is_empty() || max == 0 {
            return Ok(Vec::new());
        }
        let mut under_way = BTreeMap::new();
        for row in self.db.fetch(UNDER_WAY, args![webhook.to_string(), now]).await? {
            under_way.insert(row.text(0)?.to_owned(), row.int(1)?);
        }
        let draw = self.with_chance(|chance| chance.u64());
        let mut waiting = Vec::with_capacity(kinds.len());
        for row in &kinds {
            let kind = row.text(0)?;
            let due = self.due_of(webhook, kind, now).await?;
            if !due.is_empty() {
                waiting.push(OfKind { under_way: under_way.get(kind).copied().unwrap_or(0), due });
            }
        }
        let Turns { go, late, behind } = turns(&waiting, now, max, draw);
        if go.is_empty() && late.is_empty() && behind.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.db.begin().await?;
        for one in late {
            let sql = "UPDATE webhook_delivery SET state = 'failed', last_error = 'expired' WHERE id = $1 AND state = 'pending'";
            if tx.execute(sql, args![one.id]).await? > 0 {
                wake_next(&mut tx, webhook, &one.resource_id, now).await?;
            }
        }
        for one in behind {
            put_behind(&mut tx, one, now).await?;
        }
        let mut claimed = Vec::new();
        for id in go {
            let sql = "UPDATE webhook_delivery SET claimed_until = $2 WHERE id = $1 AND state = 'pending' AND claimed_until <= $3";
            if tx.execute(sql, args![id, now.0 + CLAIM_US, now]).await? == 0 {
                continue;
            }
            let sql = "SELECT d.id, d.event_id, d.kind, e.body, d.created_at, d.attempts, d.resource_id FROM webhook_delivery d \
                       JOIN webhook_event e ON e.id = d.event_id WHERE d.id = $1";
            claimed.extend(tx.fetch(sql, args![id]).await?.first().map(read_due).transpose()?);
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// What waits of one kind and whose time has come, the longest due first.
    async fn due_of(&self, webhook: WebhookId, kind: &str, now: Utc) -> Result<Vec<Waiting>> {
        let sql = format!(
            "SELECT d.id, d.resource_id, d.created_at, (SELECT MIN(h.id) FROM webhook_delivery h WHERE h.webhook_id = d.webhook_id \
             AND h.resource_id = d.resource_id AND h.state = 'pending') FROM webhook_delivery d WHERE d.webhook_id = $1 AND d.kind = $2 \
             AND d.state = 'pending' AND d.next_at <= $3 AND d.claimed_until <= $3 ORDER BY d.next_at, d.id LIMIT {WINDOW}"
        );
        let read = |row: &Row| {
            let id = row.int(0)?;
            let first = row.opt_int(3).unwrap_or(id);
            Ok(Waiting { id, resource_id: row.text(1)?.to_owned(), created_at: Utc(row.int(2)?), first })
        };
        self.db.fetch(sql, args![webhook.to_string(), kind, now]).await?.iter().map(read).collect()
    }

    /// Notes how a delivery went and when it is tried again. A webhook that took nothing for three days is switched off, and administrators
    /// are told.
    ///
    /// # Errors
    /// `Unavailable`: the claim runs out, and it is sent again.
    pub async fn note_delivery(&self, webhook: WebhookId, delivery: &DueDelivery, sent: &Sent) -> Result<()> {
        let attempts = delivery.attempts + 1;
        let draw = self.with_chance(|chance| chance.u64());
        let (state, next) = if sent.was_taken() {
            ("delivered", sent.at)
        } else {
            next_try(delivery.created_at, attempts, sent.at, draw).map_or(("failed", sent.at), |next| ("pending", next))
        };
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE webhook_delivery SET state = $2, attempts = $3, next_at = $4, claimed_until = 0, last_at = $5, last_status = $6, \
                   last_error = $7, duration_ms = $8 WHERE id = $1";
        let status = sent.status.map(i64::from);
        let error = sent.error.map(str::to_owned);
        tx.execute(sql, args![delivery.id, state, attempts, next, sent.at, status, error, sent.duration_ms]).await?;
        if state != "pending" {
            wake_next(&mut tx, webhook, &delivery.resource_id, sent.at).await?;
        }
        let mut changes = Vec::new();
        if sent.was_taken() {
            tx.execute("UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL", vec![text(webhook)]).await?;
        } else {
            let sql = "UPDATE webhook SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL";
            tx.execute(sql, args![webhook.to_string(), sent.at]).await?;
            let sql = "UPDATE webhook SET active = 0, version = version + 1, updated_at = $2, disabled_at = $2, failing_since = NULL \
                       WHERE id = $1 AND active = 1 AND failing_since <= $3";
            if tx.execute(sql, args![webhook.to_string(), sent.at, sent.at.0 - DISABLE_AFTER_US]).await? > 0 {
                changes = self.say_disabled(&mut tx, sent.at, webhook).await?;
            }
        }
        tx.commit().await?;
        for change in changes {
            self.tell(change);
        }
        Ok(())
    }

    async fn say_disabled(&self, tx: &mut Tx, now: Utc, webhook: WebhookId) -> Result<Vec<crate::store::Change>> {
        let (id, word) = (webhook.to_string(), Kind::Webhook.word());
        let rows = tx.fetch("SELECT name FROM webhook WHERE id = $1", vec![text(webhook)]).await?;
        let title = rows.first().and_then(|row| row.opt_text(0)).unwrap_or_default().to_owned();
        let who = Who::system("webhooks");
        write_audit(self, tx, &who, now, Action::Became("disabled"), word, &id, None, Some(json!({ "active": false }))).await?;
        let cause = format!("webhook:{id}:{}", now.0);
        let told =
            Told { kind: "webhook_disabled", title, resource: Webhook::KIND.word(), resource_id: id, customer: None, by: None, cause };
        let people = administrators(tx).await?;
        let mut changes = notify(self, tx, now, &people, &told).await?;
        changes.push(crate::store::Change::new(Kind::Webhook, webhook));
        Ok(changes)
    }

    /// Forgets events of more than 30 days ago with their deliveries, some at a time. Says how many.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn forget_events(&self, now: Utc) -> Result<u64> {
        let sql =
            format!("DELETE FROM webhook_event WHERE seq IN (SELECT seq FROM webhook_event WHERE at < $1 ORDER BY at LIMIT {FORGET_MAX})");
        let mut tx = self.db.begin().await?;
        let gone = tx.execute(sql, args![now.0 - KEPT_US]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

/// What is first in its row now may go at once: what it waited for is over.
async fn wake_next(tx: &mut Tx, webhook: WebhookId, resource_id: &str, now: Utc) -> Result<()> {
    let sql = "UPDATE webhook_delivery SET next_at = $3 WHERE next_at > $3 AND attempts = 0 AND id = (SELECT MIN(h.id) FROM \
               webhook_delivery h WHERE h.webhook_id = $1 AND h.resource_id = $2 AND h.state = 'pending')";
    tx.execute(sql, args![webhook.to_string(), resource_id, now]).await.map(drop)
}

/// Puts what waits behind an earlier change of its row off until that is tried again.
async fn put_behind(tx: &mut Tx, one: &Waiting, now: Utc) -> Result<()> {
    let rows = tx.fetch("SELECT next_at, claimed_until FROM webhook_delivery WHERE id = $1", args![one.first]).await?;
    let Some(first) = rows.first() else { return Ok(()) };
    let next = first.int(0)?.max(first.int(1)?).max(now.0 + BEHIND_US);
    let sql = "UPDATE webhook_delivery SET next_at = $2 WHERE id = $1 AND state = 'pending' AND claimed_until <= $3";
    tx.execute(sql, args![one.id, next, now]).await.map(drop)
}

/// The number before the first event at or after a time.
async fn first_seq(tx: &mut Tx, since: Utc) -> Result<i64> {
    let rows = tx.fetch("SELECT seq FROM webhook_event WHERE at >= $1 ORDER BY at, seq LIMIT 1", args![since]).await?;
    // Times and numbers may differ by a moment where changes ran side by side: some numbers earlier, and the time decides.
    rows.first().map_or(Ok(i64::MAX - 1), |row| row.int(0).map(|seq| (seq - 1_000).max(0)))
}

fn read_due(row: &Row) -> Result<DueDelivery> {
    Ok(DueDelivery {
        id: row.int(0)?,
        event_id: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        body: row.text(3)?.to_owned(),
        created_at: Utc(row.int(4)?),
        attempts: row.int(5)?,
        resource_id: row.text(6)?.to_owned(),
    })
}

fn read_delivery(row: &Row) -> Result<DeliveryView> {
    let state = row.text(4)?.to_owned();
    let next = row.opt_int(7).map(Utc).filter(|_| state == "pending");
    Ok(DeliveryView {
        id: row.int(0)?,
        event_id: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        resource_id: row.text(3)?.to_owned(),
        state,
        created_at: Utc(row.int(5)?),
        attempts: row.int(6)?,
        next_at: next,
        last_at: row.opt_int(8).map(Utc),
        last_status: row.opt_int(9),
        last_error: row.opt_text(10).map(ToOwned::to_owned),
        duration_ms: row.opt_int(11),
        replay_of: row.opt_int(12),
    })
}
