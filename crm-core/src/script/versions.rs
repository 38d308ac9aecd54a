//! Versions of scripts: adding, publishing, reading. A version was right when it was added, and nothing it names can go.

use super::document::{Document, Script};
use super::targets::{Defined, check_targets};
use crate::audit::{Action, write_audit};
use crate::db::{Row, args, text};
use crate::error::{FieldError, Result, StoreError};
use crate::model::{Kind, ScriptId, ScriptState, ScriptVersion, TicketType, Who};
use crate::store::Store;
use cti_types::{QueueId, Utc};
use serde_json::json;

/// Longest document, in bytes of JSON. A longer one is refused.
pub const SCRIPT_BYTES_MAX: usize = 256 * 1024;
const RESOURCE: &str = "script_version";
const COLUMNS: &str = "script_id, number, source, state, created_by, created_at";

impl Store {
    /// Adds a draft as the script's next version.
    ///
    /// # Errors
    /// `NotFound` when there is no such script, `Invalid` with everything that is wrong with the document, `Unavailable`.
    pub async fn add_script_version(&self, who: &Who, now: Utc, script: ScriptId, document: Document) -> Result<ScriptVersion> {
        let document = match Script::parse(document) {
            Ok(script) => script.document,
            Err(errors) => return Err(StoreError::Invalid { resource: RESOURCE, errors }),
        };
        self.check_record(&document).await?;
        let source = serde_json::to_string(&document).map_err(|e| StoreError::corrupt_from("a script cannot be written as JSON", e))?;
        if source.len() > SCRIPT_BYTES_MAX {
            return Err(StoreError::invalid(RESOURCE, "steps", format!("shorten the document to {SCRIPT_BYTES_MAX} bytes")));
        }
        let mut tx = self.db.begin().await?;
        // Touching the script's row makes two writers take turns on either database.
        if tx.execute("UPDATE script SET updated_at = $2 WHERE id = $1", args![script.to_string(), now]).await? == 0 {
            return Err(StoreError::NotFound { resource: "script" });
        }
        let rows = tx.fetch("SELECT MAX(number) FROM script_version WHERE script_id = $1", vec![text(script)]).await?;
        let number = rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) + 1;
        let bytes = source.len();
        let row = args![script.to_string(), number, source, ScriptState::Draft.word(), who.user.map(|user| user.to_string()), now];
        tx.execute_on(RESOURCE, format!("INSERT INTO script_version ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)"), row).await?;
        let after = Some(json!({ "number": number, "bytes": bytes, "state": "draft" }));
        write_audit(self, &mut tx, who, now, Action::Create, RESOURCE, &script.to_string(), None, after).await?;
        tx.commit().await?;
        let state = ScriptState::Draft;
        Ok(ScriptVersion { script_id: script, number: number as u32, document, state, created_by: who.user, created_at: now })
    }

    /// Whether what answers are written to is there and takes them.
    async fn check_record(&self, document: &Document) -> Result<()> {
        let mut errors = check_targets(document, &self.written_fields().await?);
        if let Some(ticket) = &document.ticket {
            let there = match self.get::<TicketType>(ticket.type_id).await {
                Ok(kind) => kind.active,
                Err(StoreError::NotFound { .. }) => false,
                Err(error) => return Err(error),
            };
            if !there {
                errors.push(FieldError { field: "ticket.type_id".into(), mend: "choose a ticket type that is active".into() });
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(StoreError::Invalid { resource: RESOURCE, errors }) }
    }

    /// Fields defined at run time, of the records scripts write to.
    pub(super) async fn written_fields(&self) -> Result<Defined> {
        Ok(Defined {
            customer: self.field_definitions(Kind::Customer.word()).await?,
            ticket: self.field_definitions(Kind::Ticket.word()).await?,
        })
    }

    /// Makes this version the one new runs take; the one before is retired. Publishing an old version again is how one goes back.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn publish_script_version(&self, who: &Who, now: Utc, script: ScriptId, number: u32) -> Result<ScriptVersion> {
        let mut tx = self.db.begin().await?;
        let id = script.to_string();
        tx.execute("UPDATE script SET updated_at = $2 WHERE id = $1", args![id.as_str(), now]).await?;
        let retire = "UPDATE script_version SET state = 'retired' WHERE script_id = $1 AND state = 'live' AND number <> $2";
        tx.execute(retire, args![id.as_str(), number]).await?;
        let live = "UPDATE script_version SET state = 'live' WHERE script_id = $1 AND number = $2";
        if tx.execute(live, args![id.as_str(), number]).await? == 0 {
            return Err(StoreError::NotFound { resource: RESOURCE });
        }
        let after = Some(json!({ "number": number, "state": "live" }));
        write_audit(self, &mut tx, who, now, Action::Update, RESOURCE, &id, None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Script, script);
        self.script_version(script, number).await
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn script_version(&self, script: ScriptId, number: u32) -> Result<ScriptVersion> {
        let sql = format!("SELECT {COLUMNS} FROM script_version WHERE script_id = $1 AND number = $2");
        let rows = self.db.fetch(sql, args![script.to_string(), number]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: RESOURCE }), read)
    }

    /// The latest 50 versions, the newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn script_versions(&self, script: ScriptId) -> Result<Vec<ScriptVersion>> {
        let sql = format!("SELECT {COLUMNS} FROM script_version WHERE script_id = $1 ORDER BY number DESC LIMIT 50");
        self.db.fetch(sql, vec![text(script)]).await?.iter().map(read).collect()
    }

    /// The version new runs of a script take.
    ///
    /// # Errors
    /// `NotFound` when none is live or the script is not active; `Unavailable`.
    pub async fn live_script(&self, script: ScriptId) -> Result<ScriptVersion> {
        let sql = "SELECT v.script_id, v.number, v.source, v.state, v.created_by, v.created_at FROM script s \
                   JOIN script_version v ON v.script_id = s.id AND v.state = 'live' WHERE s.id = $1 AND s.active = 1";
        let rows = self.db.fetch(sql, vec![text(script)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "live script" }), read)
    }

    /// The version calls of a queue show.
    ///
    /// # Errors
    /// `NotFound` when the queue has no active script with a live version; `Unavailable`.
    pub async fn script_of_queue(&self, queue: QueueId) -> Result<ScriptVersion> {
        let sql = "SELECT v.script_id, v.number, v.source, v.state, v.created_by, v.created_at FROM script s \
                   JOIN script_version v ON v.script_id = s.id AND v.state = 'live' WHERE s.queue_id = $1 AND s.active = 1 ORDER BY s.id LIMIT 1";
        let rows = self.db.fetch(sql, vec![text(queue)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "script of this queue" }), read)
    }
}

fn read(row: &Row) -> Result<ScriptVersion> {
    let state = match row.text(3)? {
        "draft" => ScriptState::Draft,
        "live" => ScriptState::Live,
        "retired" => ScriptState::Retired,
        other => return Err(StoreError::corrupt(format!("a script version is {other}"))),
    };
    let document = serde_json::from_str(row.text(2)?).map_err(|e| StoreError::corrupt_from("the document of a script", e))?;
    Ok(ScriptVersion {
        script_id: row.id(0)?,
        number: row.int(1)? as u32,
        document,
        state,
        created_by: row.opt_id(4)?,
        created_at: Utc(row.int(5)?),
    })
}
