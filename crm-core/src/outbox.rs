//! What webhooks are to be told: rows written in the transaction of the change they tell of, so that nothing is told that did not happen and
//! nothing that happened is forgotten. Sends nothing.

use crate::audit::Action;
use crate::db::{Tx, args};
use crate::error::{Result, StoreError};
use crate::model::{WebhookId, Who, is_wanted};
use crate::store::Store;
use cti_types::Utc;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Longest body of an event. Of a larger one the row is left out (`"data": null, "too_large": true`): who wants it reads it.
pub(crate) const EVENT_BYTES_MAX: usize = 128 * 1024;

/// Which events one webhook wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interest {
    pub(crate) webhook: WebhookId,
    pub(crate) kinds: Vec<String>,
    /// An inactive one is not told, but what it wants is kept for a while, to be replayed.
    pub(crate) active: bool,
}

/// All webhooks' interests in memory, so that a change nobody wants to hear of costs no statement.
#[derive(Debug, Default)]
pub(crate) struct Interests(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    list: Option<Arc<Vec<Interest>>>,
    /// Grows when what is known was found old: a list read before that is not kept.
    age: u64,
}

impl Interests {
    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn forget(&self) {
        self.with(|known| {
            known.list = None;
            known.age += 1;
        });
    }

    async fn get(&self, tx: &mut Tx) -> Result<Arc<Vec<Interest>>> {
        let (list, age) = self.with(|known| (known.list.clone(), known.age));
        if let Some(list) = list {
            return Ok(list);
        }
        let mut list = Vec::new();
        for row in tx.fetch("SELECT id, kinds, active FROM webhook ORDER BY id", Vec::new()).await? {
            let kinds = serde_json::from_str(row.text(1)?).map_err(|e| StoreError::corrupt_from("a webhook's kinds", e))?;
            list.push(Interest { webhook: row.id(0)?, kinds, active: row.int(2)? != 0 });
        }
        let list = Arc::new(list);
        self.with(|known| {
            if known.age == age {
                known.list = Some(Arc::clone(&list));
            }
        });
        Ok(list)
    }
}

/// Whether any webhook wants to be told of this: what must be read to tell of it need not be where none does.
pub(crate) async fn is_awaited(store: &Store, tx: &mut Tx, kind: &str) -> Result<bool> {
    Ok(store.interests().get(tx).await?.iter().any(|interest| is_wanted(&interest.kinds, kind)))
}

/// Writes the event of a change and its delivery to each webhook that wants it, into the change's transaction.
pub(crate) async fn write_event(
    store: &Store,
    tx: &mut Tx,
    who: &Who,
    now: Utc,
    action: Action,
    resource: &str,
    id: &str,
    before: Option<&Json>,
    after: Option<&Json>,
) -> Result<()> {
    let Some(verb) = action.event() else { return Ok(()) };
    let interests = store.interests().get(tx).await?;
    if interests.is_empty() {
        return Ok(());
    }
    let kind = format!("{resource}.{verb}");
    let wanting: Vec<&Interest> = interests.iter().filter(|interest| is_wanted(&interest.kinds, &kind)).collect();
    if wanting.is_empty() {
        return Ok(());
    }
    let event = store.with_chance(|chance| chance.uuid(now));
    let body = body(event, now, who, &kind, resource, id, before, after);
    insert_event(tx, event, now, &kind, resource, id, body).await?;
    for interest in wanting.into_iter().filter(|interest| interest.active) {
        insert_delivery(tx, interest.webhook, &event.to_string(), now, &kind, id, None).await?;
    }
    Ok(())
}

/// What a webhook is sent. Of a change, `changed` names the fields that are not as before.
fn body(event: Uuid, now: Utc, who: &Who, kind: &str, resource: &str, id: &str, before: Option<&Json>, after: Option<&Json>) -> String {
    let changed: Vec<&String> = match (before, after) {
        (Some(Json::Object(before)), Some(Json::Object(after))) => {
            after.iter().filter(|(name, value)| *name != "version" && before.get(*name) != Some(value)).map(|(name, _)| name).collect()
        }
        _ => Vec::new(),
    };
    let head = json!({ "id": event, "kind": kind, "at": now, "resource": resource, "resource_id": id, "by": who.user });
    let with = |data: Option<&Json>, too_large: bool| {
        let mut whole = head.clone();
        if let Json::Object(fields) = &mut whole {
            fields.insert("changed".to_owned(), json!(changed));
            fields.insert("data".to_owned(), json!(data));
            if too_large {
                fields.insert("too_large".to_owned(), Json::Bool(true));
            }
        }
        whole.to_string()
    };
    let text = with(after, false);
    if text.len() <= EVENT_BYTES_MAX { text } else { with(None, true) }
}

pub(crate) async fn insert_event(tx: &mut Tx, event: Uuid, now: Utc, kind: &str, resource: &str, id: &str, body: String) -> Result<()> {
    let sql = "INSERT INTO webhook_event (id, at, kind, resource, resource_id, body) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute_on("webhook_event", sql, args![event.to_string(), now, kind, resource, id, body]).await.map(drop)
}

pub(crate) async fn insert_delivery(
    tx: &mut Tx,
    webhook: WebhookId,
    event: &str,
    now: Utc,
    kind: &str,
    resource_id: &str,
    replay_of: Option<i64>,
) -> Result<()> {
    let sql = "INSERT INTO webhook_delivery (webhook_id, event_id, kind, resource_id, state, created_at, next_at, claimed_until, attempts, \
               replay_of) VALUES ($1, $2, $3, $4, 'pending', $5, $5, 0, 0, $6)";
    let row = args![webhook.to_string(), event, kind, resource_id, now, replay_of];
    tx.execute_on("webhook_delivery", sql, row).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_says_what_changed_and_leaves_out_what_is_too_large() {
        let who = Who::system("test");
        let (before, after) =
            (json!({ "name": "Ann", "tier": "none", "version": 1 }), json!({ "name": "Ann", "tier": "gold", "version": 2 }));
        let text = body(Uuid::nil(), Utc(7), &who, "customer.updated", "customer", "c1", Some(&before), Some(&after));
        let told: Json = serde_json::from_str(&text).unwrap();
        assert_eq!((&told["changed"], &told["data"]["tier"], &told["at"]), (&json!(["tier"]), &json!("gold"), &json!(7)));
        let huge = json!({ "notes": "x".repeat(EVENT_BYTES_MAX) });
        let text = body(Uuid::nil(), Utc(7), &who, "customer.created", "customer", "c1", None, Some(&huge));
        let told: Json = serde_json::from_str(&text).unwrap();
        assert_eq!((&told["data"], &told["too_large"]), (&Json::Null, &json!(true)));
    }
}
