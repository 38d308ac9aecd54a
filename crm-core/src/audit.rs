//! Who changed what, one row beside each change, in its transaction; and who heard which recording. Reads back in pages; never changes a row.

use crate::db::{Row, Tx, Value, args};
use crate::error::{Result, StoreError};
use crate::interactions::RecordingView;
use crate::model::{AuditEntry, AuditId, ListQuery, Page, Who};
use crate::store::Store;
use cti_types::{AgentId, InteractionId, Utc};
use serde_json::{Value as Json, json};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    Create,
    Update,
    Delete,
    /// Nothing was changed: somebody heard a recording.
    Listen,
    /// What a supervisor did to a call.
    OfCall(&'static str),
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Listen => "listen",
            Action::OfCall(word) => word,
        }
    }
}

/// Adds the audit row of a change to its transaction.
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
    let row = args![
        store.new_id::<AuditId>(now).to_string(),
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
    tx.execute_on("audit", sql, row).await.map(drop)
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
            conditions.push(format!("{column} = ${}", values.len()));
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
