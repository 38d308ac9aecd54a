//! Who changed what, one row beside each change, in its transaction; and who heard which recording. Reads back in pages; never changes a row.

use crate::db::{Row, Tx, Value, args};
use crate::error::{Result, StoreError};
use crate::interactions::RecordingView;
use crate::model::{AuditEntry, AuditId, ListQuery, Page, Who};
use crate::store::Store;
use cti_types::{AgentId, InteractionId, Utc};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    Create,
    Update,
    Delete,
    /// Nothing was changed: somebody heard a recording.
    Listen,
    /// What a supervisor did to a call, or an agent.
    OfCall(&'static str),
    /// What is neither: `merge`, `unmerge`, `import`, `export`, `erase`, `hold`, `lift`, `sweep`.
    Of(&'static str),
    /// A row came into this state.
    Became(&'static str),
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Listen => "listen",
            Action::OfCall(word) | Action::Of(word) | Action::Became(word) => word,
        }
    }

    /// The verb of the event that webhooks are told; none where nothing was changed.
    pub(crate) fn event(self) -> Option<&'static str> {
        match self {
            Action::Create => Some("created"),
            Action::Update => Some("updated"),
            Action::Delete => Some("deleted"),
            Action::Became(word) => Some(word),
            // Who is master of a customer elsewhere must hear that two became one, or that one is to be forgotten.
            Action::Of("merge") => Some("merged"),
            Action::Of("unmerge") => Some("unmerged"),
            Action::Of("erase") => Some("erased"),
            Action::Listen | Action::OfCall(_) | Action::Of(_) => None,
        }
    }
}

/// Adds the audit row of a change to its transaction, and what webhooks are to be told of it.
pub(crate) async fn write_audit(
    store: &Store,
    tx: &mut Tx,
    who: &Who,
    now: Utc,
    action: Action,
    resource: &'static str,
    id: &str,
    before: Option<Json>,
    after: Option<Json>,
) -> Result<()> {
    crate::outbox::write_event(store, tx, who, now, action, resource, id, before.as_ref(), after.as_ref()).await?;
    let of = customers_in(resource, id, [before.as_ref(), after.as_ref()]);
    let audit = store.new_id::<AuditId>(now).to_string();
    let row = args![
        audit.as_str(),
        now,
        who.user.map(|user| user.to_string()),
        who.via,
        action.word(),
        resource,
        id,
        before.map(|json| json.to_string()),
        after.map(|json| json.to_string()),
    ];
    let sql = "INSERT INTO audit (id, at, user_id, via, action, resource, resource_id, before_json, after_json) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.execute_on("audit", sql, row).await?;
    for customer in of {
        let sql = "INSERT INTO audit_customer (audit_id, customer_id) VALUES ($1, $2)";
        tx.execute_on("audit", sql, args![audit.as_str(), customer]).await?;
    }
    Ok(())
}

/// Fields of a row that name a customer.
const CUSTOMER_FIELDS: [&str; 4] = ["customer_id", "contact_id", "from_id", "to_id"];

/// Of whom a row of the audit holds values: whom it is about, and whom the row belonged to before and after.
fn customers_in(resource: &str, id: &str, rows: [Option<&Json>; 2]) -> BTreeSet<String> {
    let mut customers = BTreeSet::new();
    if matches!(resource, "customer" | "customer_contacts" | "customer_relation" | "customer_share" | "customer_consent") {
        customers.insert(id.to_owned());
    }
    let named = rows.into_iter().flatten().flat_map(|row| CUSTOMER_FIELDS.iter().filter_map(|field| row.get(field)?.as_str()));
    customers.extend(named.map(ToOwned::to_owned));
    customers
}

impl Store {
    /// Notes that somebody hears a part of a recording. To be called before the sound is sent.
    ///
    /// # Errors
    /// `Unavailable`: nothing is noted, so nothing may be sent.
    pub async fn audit_listening(&self, who: &Who, now: Utc, recording: &RecordingView, part: i64) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let after = Some(json!({ "interaction": recording.interaction_id, "part": part }));
        write_audit(self, &mut tx, who, now, Action::Listen, "recording", &recording.id.to_string(), None, after).await?;
        tx.commit().await
    }

    /// Notes what a supervisor did to a call: in the words of `action`, to this agent, in this mode of supervision.
    ///
    /// # Errors
    /// `Unavailable`: nothing is noted.
    pub async fn audit_call(
        &self,
        who: &Who,
        now: Utc,
        action: &'static str,
        interaction: InteractionId,
        agent: Option<AgentId>,
        mode: Option<&str>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let after = Some(json!({ "agent": agent, "mode": mode }));
        write_audit(self, &mut tx, who, now, Action::OfCall(action), "interaction", &interaction.to_string(), None, after).await?;
        tx.commit().await
    }

    /// Notes what a supervisor did to an agent outside any call: in the words of `action`, what was set.
    ///
    /// # Errors
    /// `Unavailable`: nothing is noted.
    pub async fn audit_agent(&self, who: &Who, now: Utc, action: &'static str, agent: AgentId, set: Option<&str>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let after = Some(json!({ "set": set }));
        write_audit(self, &mut tx, who, now, Action::OfCall(action), "user", &agent.to_string(), None, after).await?;
        tx.commit().await
    }

    /// A page of the audit, the latest first. `query.equals` may name `resource`, `resource_id`, `user` and `action`.
    ///
    /// # Errors
    /// `Invalid` for another field or a bad cursor; `Unavailable`.
    pub async fn audit(&self, query: &ListQuery) -> Result<Page<AuditEntry>> {
        let mut conditions = vec!["1 = 1".to_owned()];
        let mut values: Vec<Value> = Vec::new();
        if let Some(cursor) = &query.cursor {
            let id: AuditId =
                cursor.parse().map_err(|_| StoreError::invalid("audit", "cursor", "give back the `next` of the page before"))?;
            values.push(crate::db::text(id));
            conditions.push(format!("id < ${}", values.len()));
        }
        for (field, wanted) in &query.equals {
            let column = match field.as_str() {
                "resource" | "resource_id" | "action" => field.as_str(),
                "user" => "user_id",
                _ => return Err(StoreError::invalid("audit", field.clone(), "filter by resource, resource_id, user or action")),
            };
            values.push(Value::from(wanted.as_str()));
            // The most telling one leads along its index. The empty text added keeps the databases from that of another one, which could be of
            // most rows.
            if leads(&query.equals, field) {
                conditions.push(format!("{column} = ${}", values.len()));
            } else {
                conditions.push(format!("({column} || '') = ${}", values.len()));
            }
            if field == "action" && !matches!(wanted.as_str(), "create" | "update") {
                conditions.push("action NOT IN ('create', 'update')".to_owned());
            }
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT id, at, user_id, via, action, resource, resource_id, before_json, after_json FROM audit \
             WHERE {} ORDER BY id DESC LIMIT {}",
            conditions.join(" AND "),
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }
}

/// Whether of these filters this is the one that tells most.
fn leads(equals: &[(String, String)], field: &str) -> bool {
    let first = ["resource_id", "user", "action", "resource"].into_iter().find(|name| {
        // Of these are most rows: no index is kept for them.
        equals.iter().any(|(field, wanted)| field == name && !(field == "action" && matches!(wanted.as_str(), "create" | "update")))
    });
    first.is_none_or(|first| first == field)
}

fn read(row: &Row) -> Result<AuditEntry> {
    let json = |at: usize| -> Result<Option<Json>> {
        row.opt_text(at).map(|text| serde_json::from_str(text).map_err(|e| StoreError::corrupt_from("an audit row", e))).transpose()
    };
    Ok(AuditEntry {
        id: row.id(0)?,
        at: Utc(row.int(1)?),
        user: row.opt_id(2)?,
        via: row.text(3)?.to_owned(),
        action: row.text(4)?.to_owned(),
        resource: row.text(5)?.to_owned(),
        resource_id: row.text(6)?.to_owned(),
        before: json(7)?,
        after: json(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_of_whom_it_is_about_and_of_whom_it_belonged_to() {
        let (a, b) = (json!({ "customer_id": "a", "title": "x" }), json!({ "customer_id": "b", "contact_id": "c", "from_id": null }));
        let (named, list) = (json!({ "name": "Ada" }), json!([]));
        let table: [(&str, &str, Option<&Json>, Option<&Json>, &[&str]); 5] = [
            ("customer", "1", None, Some(&named), &["1"]),
            ("customer_contacts", "1", Some(&list), Some(&list), &["1"]),
            ("order", "7", Some(&a), Some(&b), &["a", "b", "c"]),
            ("customer_relation", "1", None, Some(&a), &["1", "a"]),
            ("queue", "7", None, Some(&named), &[]),
        ];
        for (resource, id, before, after, of) in table {
            let found = customers_in(resource, id, [before, after]);
            assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), of, "{resource}");
        }
    }
}
