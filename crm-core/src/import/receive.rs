//! A file on its way to an import: nobody else may send one meanwhile unnoticed, and the import cannot begin until the file is there whole.

use super::file::{Header, Place};
use super::run::{as_json, idle};
use crate::audit::{Action, write_audit};
use crate::crud::get_in;
use crate::db::{Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::{ImportJob, ImportJobId, Kind, Stored, Who};
use crate::store::Store;
use cti_types::Utc;
use serde_json::json;
use std::io;

/// Characters of base 32 that name a file on its way.
const TOKEN_CHARS: usize = 24;

impl Store {
    /// Notes that a file of an import is being sent, and gives it a name that is nobody else's. Whoever sends one now goes before whoever sent
    /// one earlier and is not at the end yet.
    ///
    /// # Errors
    /// `NotFound`, `Refused` while the import is under way, `Unavailable`.
    pub async fn import_receiving(&self, id: ImportJobId) -> Result<String> {
        let token = self.with_chance(|chance| chance.token(TOKEN_CHARS));
        let mut tx = self.db.begin().await?;
        let job = job_in(&mut tx, id).await?;
        idle(&mut tx, id).await?;
        let sql = "INSERT INTO import_run (import_id, state, plan, columns, bytes, data_at, data_line, byte_at, line_at, row_at, created, \
                   updated, unchanged, skipped, failed, receiving) VALUES ($1, 'new', $2, '[]', 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, $3) \
                   ON CONFLICT (import_id) DO UPDATE SET receiving = excluded.receiving";
        tx.execute(sql, args![id.to_string(), as_json(&job.data)?, token.as_str()]).await?;
        tx.commit().await?;
        self.changed(Kind::ImportJob, id);
        Ok(token)
    }

    /// Notes that the file of this name did not come to its end: the import is as it was before.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn import_not_received(&self, id: ImportJobId, token: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE import_run SET receiving = NULL WHERE import_id = $1 AND receiving = $2";
        if tx.execute(sql, args![id.to_string(), token]).await? == 0 {
            return Ok(());
        }
        tx.commit().await?;
        self.changed(Kind::ImportJob, id);
        Ok(())
    }

    /// Puts the file of this name in its place (`put`) and notes that it has come, as [`Store::import_received`]. Both happen while nobody
    /// else can begin the import or put another file there.
    ///
    /// # Errors
    /// `Refused` when somebody has begun to send another file, or the import is under way; `NotFound`, `Unavailable`, also where the file
    /// cannot be put there.
    pub async fn import_received_as(
        &self,
        who: &Who,
        now: Utc,
        id: ImportJobId,
        token: &str,
        header: &Header,
        put: impl FnOnce() -> io::Result<()> + Send,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let job = job_in(&mut tx, id).await?;
        let rows = tx.fetch("SELECT receiving FROM import_run WHERE import_id = $1", vec![text(id)]).await?;
        if rows.first().and_then(|row| row.opt_text(0)) != Some(token) {
            return Err(StoreError::refused("import", "somebody has begun to send another file", "wait for that one, or send yours again"));
        }
        self.received_in(&mut tx, who, now, &job, header).await?;
        put().map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        tx.commit().await?;
        self.changed(Kind::ImportJob, id);
        Ok(())
    }

    /// Notes that the file of an import has come. What an earlier file did stays done; its errors are forgotten.
    ///
    /// # Errors
    /// `NotFound`, `Refused` while the import is under way, `Unavailable`.
    pub async fn import_received(&self, who: &Who, now: Utc, id: ImportJobId, header: &Header) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let job = job_in(&mut tx, id).await?;
        self.received_in(&mut tx, who, now, &job, header).await?;
        tx.commit().await?;
        self.changed(Kind::ImportJob, id);
        Ok(())
    }

    async fn received_in(&self, tx: &mut Tx, who: &Who, now: Utc, job: &Stored<ImportJob>, header: &Header) -> Result<()> {
        let id = job.id;
        idle(tx, id).await?;
        tx.execute("DELETE FROM import_run WHERE import_id = $1", vec![text(id)]).await?;
        tx.execute("DELETE FROM import_error WHERE import_id = $1", vec![text(id)]).await?;
        let sql = "INSERT INTO import_run (import_id, state, plan, columns, bytes, data_at, data_line, byte_at, line_at, row_at, created, \
                   updated, unchanged, skipped, failed, user_id, begun_at) VALUES ($1, 'uploaded', $2, $3, $4, $5, $6, $5, $6, 0, 0, 0, 0, 0, 0, $7, $8)";
        let by = who.user.map(|user| user.to_string());
        let (plan, columns) = (as_json(&job.data)?, as_json(&header.columns)?);
        let Place { byte, line, .. } = header.place;
        tx.execute(sql, args![id.to_string(), plan, columns, header.bytes, byte, line, by, now]).await?;
        crate::erasure::import_replaced(tx, now, id).await?;
        let after = Some(json!({ "file_bytes": header.bytes }));
        write_audit(self, tx, who, now, Action::Update, "import", &id.to_string(), None, after).await
    }
}

/// The import, kept from others until the end of the transaction.
async fn job_in(tx: &mut Tx, id: ImportJobId) -> Result<Stored<ImportJob>> {
    tx.lock_row("import_job", id).await?;
    get_in::<ImportJob>(tx, id).await?.ok_or(StoreError::NotFound { resource: "import" })
}
