//! Versions of flows: adding, publishing, reading. Does not know what a flow's text means; that is checked by whoever hands it in.

use crate::audit::{Action, write_audit};
use crate::db::{Row, args, text};
use crate::error::{Result, StoreError};
use crate::model::{FlowState, FlowVersion, Kind, Who};
use crate::store::Store;
use cti_types::{FlowId, Utc};
use serde_json::json;

/// Longest text of a flow, in bytes. A longer one is refused.
pub const FLOW_SOURCE_MAX: usize = 256 * 1024;

const COLUMNS: &str = "flow_id, number, source, state, created_by, created_at";

impl Store {
    /// Adds a draft as the flow's next version. The text must have been validated.
    ///
    /// # Errors
    /// `NotFound` when there is no such flow, `Invalid` when the text is too long, `Unavailable`.
    pub async fn add_flow_version(&self, who: &Who, now: Utc, flow: FlowId, source: String) -> Result<FlowVersion> {
        if source.len() > FLOW_SOURCE_MAX {
            return Err(StoreError::invalid("flow_version", "source", format!("shorten it to {FLOW_SOURCE_MAX} bytes")));
        }
        let mut tx = self.db.begin().await?;
        // Touching the flow's row makes two writers take turns on either database.
        if tx.execute("UPDATE flow SET updated_at = $2 WHERE id = $1", args![flow.to_string(), now]).await? == 0 {
            return Err(StoreError::NotFound { resource: "flow" });
        }
        let rows = tx.fetch("SELECT MAX(number) FROM flow_version WHERE flow_id = $1", vec![text(flow)]).await?;
        let number = rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) + 1;
        let version =
            FlowVersion { flow_id: flow, number: number as u32, source, state: FlowState::Draft, created_by: who.user, created_at: now };
        let row =
            args![flow.to_string(), number, version.source.as_str(), version.state.word(), who.user.map(|user| user.to_string()), now];
        let sql = format!("INSERT INTO flow_version ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)");
        tx.execute_on("flow_version", sql, row).await?;
        let after = Some(json!({ "number": number, "bytes": version.source.len(), "state": "draft" }));
        write_audit(self, &mut tx, who, now, Action::Create, "flow_version", &flow.to_string(), None, after).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Makes this version the live one; the one before is retired. Publishing an old version again is how one goes back.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn publish_flow_version(&self, who: &Who, now: Utc, flow: FlowId, number: u32) -> Result<FlowVersion> {
        let mut tx = self.db.begin().await?;
        let id = flow.to_string();
        let retire = "UPDATE flow_version SET state = 'retired' WHERE flow_id = $1 AND state = 'live' AND number <> $2";
        tx.execute(retire, args![id.as_str(), number]).await?;
        let live = "UPDATE flow_version SET state = 'live' WHERE flow_id = $1 AND number = $2";
        if tx.execute(live, args![id.as_str(), number]).await? == 0 {
            return Err(StoreError::NotFound { resource: "flow_version" });
        }
        let after = Some(json!({ "number": number, "state": "live" }));
        write_audit(self, &mut tx, who, now, Action::Update, "flow_version", &id, None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Flow, flow);
        self.flow_version(flow, number).await
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn flow_version(&self, flow: FlowId, number: u32) -> Result<FlowVersion> {
        let sql = format!("SELECT {COLUMNS} FROM flow_version WHERE flow_id = $1 AND number = $2");
        let rows = self.db.fetch(sql, args![flow.to_string(), number]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "flow_version" }), read)
    }

    /// The latest 200 versions of a flow, the newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn flow_versions(&self, flow: FlowId) -> Result<Vec<FlowVersion>> {
        let sql = format!("SELECT {COLUMNS} FROM flow_version WHERE flow_id = $1 ORDER BY number DESC LIMIT 200");
        self.db.fetch(sql, vec![text(flow)]).await?.iter().map(read).collect()
    }

    pub(crate) async fn live_flow_versions(&self) -> Result<Vec<FlowVersion>> {
        let sql = format!("SELECT {COLUMNS} FROM flow_version WHERE state = 'live' ORDER BY flow_id");
        self.db.fetch(sql, Vec::new()).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<FlowVersion> {
    let state = match row.text(3)? {
        "draft" => FlowState::Draft,
        "live" => FlowState::Live,
        "retired" => FlowState::Retired,
        other => return Err(StoreError::corrupt(format!("a flow version is {other}"))),
    };
    Ok(FlowVersion {
        flow_id: row.id(0)?,
        number: row.int(1)? as u32,
        source: row.text(2)?.to_owned(),
        state,
        created_by: row.opt_id(4)?,
        created_at: Utc(row.int(5)?),
    })
}
