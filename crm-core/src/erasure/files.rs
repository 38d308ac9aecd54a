//! Files of recordings and imports, and attached ones, that are to be gone: noted, handed out, ticked off. Touches no file.

use super::certificate::Certificate;
use crate::db::{Row, Tx, args, listed, text};
use crate::error::{Result, StoreError};
use crate::import::file_name;
use crate::model::{ErasureId, ImportJobId};
use crate::store::Store;
use cti_types::Utc;

/// Where a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFolder {
    Recordings,
    Imports,
    /// Files of tickets and notes, by their ids.
    Attachments,
}

impl FileFolder {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            FileFolder::Recordings => "recordings",
            FileFolder::Imports => "imports",
            FileFolder::Attachments => "attachments",
        }
    }

    fn from_word(word: &str) -> Result<FileFolder> {
        [FileFolder::Recordings, FileFolder::Imports, FileFolder::Attachments]
            .into_iter()
            .find(|folder| folder.word() == word)
            .ok_or_else(|| StoreError::corrupt(format!("a file to be erased is in the folder {word}")))
    }
}

/// A file that is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasableFile {
    pub folder: FileFolder,
    /// As in that folder.
    pub file: String,
    pub erasure: Option<ErasureId>,
}

/// What was noted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) recordings: u64,
    pub(super) files: u64,
}

impl Store {
    /// The next files to be erased; those that failed before come last.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn files_to_erase(&self, limit: u32) -> Result<Vec<ErasableFile>> {
        let sql = format!("SELECT file, erasure_id, folder FROM file_erasure ORDER BY tries, asked_at, file LIMIT {limit}");
        let read = |row: &Row| {
            let folder = FileFolder::from_word(row.text(2)?)?;
            Ok(ErasableFile { folder, file: row.text(0)?.to_owned(), erasure: row.opt_id(1)? })
        };
        self.db.fetch(sql, Vec::new()).await?.iter().map(read).collect()
    }

    /// Notes that a file is gone, or that it could not be erased. With the last of an erasure its certificate is complete.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn file_erased(&self, now: Utc, file: &ErasableFile, gone: bool) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !gone {
            tx.execute("UPDATE file_erasure SET tries = tries + 1 WHERE file = $1", args![file.file.as_str()]).await?;
            return tx.commit().await;
        }
        tx.execute("DELETE FROM file_erasure WHERE file = $1", args![file.file.as_str()]).await?;
        if let Some(erasure) = file.erasure {
            complete(&mut tx, now, erasure).await?;
        }
        tx.commit().await
    }
}

/// Completes an erasure unless files of it are left.
pub(super) async fn complete(tx: &mut Tx, now: Utc, erasure: ErasureId) -> Result<()> {
    if !tx.fetch("SELECT file FROM file_erasure WHERE erasure_id = $1 LIMIT 1", vec![text(erasure)]).await?.is_empty() {
        return Ok(());
    }
    let rows = tx.fetch("SELECT certificate FROM erasure WHERE id = $1", vec![text(erasure)]).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let certificate: Certificate =
        serde_json::from_str(row.text(0)?).map_err(|e| StoreError::corrupt_from("the certificate of an erasure", e))?;
    let sql = "UPDATE erasure SET state = 'done', completed_at = $2, sha256 = $3 WHERE id = $1 AND state <> 'done'";
    tx.execute(sql, args![erasure.to_string(), now, certificate.sha256()]).await.map(drop)
}

/// Notes all parts of these recordings' files, and that the recordings have no sound any more. `column`: `recording_id` or `interaction_id`.
pub(super) async fn note(tx: &mut Tx, now: Utc, column: &str, ids: &[String], erasure: Option<ErasureId>, why: &str) -> Result<Noted> {
    let mut noted = Noted::default();
    let erasure = erasure.map(|id| id.to_string());
    let recording = if column == "recording_id" { "id" } else { column };
    for chunk in ids.chunks(512) {
        let (list, values) = listed(3, chunk);
        let sql = format!(
            "INSERT INTO file_erasure (file, erasure_id, bytes, asked_at, tries) \
             SELECT p.file, CAST($1 AS TEXT), p.bytes, CAST($2 AS BIGINT), 0 FROM recording_part p WHERE p.{column} IN ({list}) \
             AND NOT EXISTS (SELECT 1 FROM recording_erased e WHERE e.recording_id = p.recording_id) ON CONFLICT (file) DO NOTHING"
        );
        noted.files += tx.execute(sql, [args![erasure.clone(), now], values.clone()].concat()).await?;
        let sql = format!(
            "INSERT INTO recording_erased (recording_id, at, why) SELECT r.id, CAST($1 AS BIGINT), CAST($2 AS TEXT) FROM recording r \
             WHERE r.{recording} IN ({list}) ON CONFLICT (recording_id) DO NOTHING"
        );
        noted.recordings += tx.execute(sql, [args![now, why], values].concat()).await?;
    }
    Ok(noted)
}

/// For how long after its end an import's file may be there, µs: a month, and one more in which nobody tidied.
const IMPORTS_US: i64 = 60 * 86_400_000_000;

/// Notes the files of imports that came to their end. Says how many.
pub(super) async fn note_imports(tx: &mut Tx, now: Utc, erasure: ErasureId) -> Result<u64> {
    let sql = "SELECT import_id, bytes FROM import_run WHERE state = 'done' AND ended_at >= $1 ORDER BY import_id";
    let mut noted = 0;
    for row in tx.fetch(sql, args![now.0.saturating_sub(IMPORTS_US)]).await? {
        let sql = "INSERT INTO file_erasure (file, erasure_id, bytes, asked_at, tries, folder) VALUES ($1, $2, $3, $4, 0, $5) \
                   ON CONFLICT (file) DO NOTHING";
        let file = file_name(row.id::<ImportJobId>(0)?);
        noted += tx.execute(sql, args![file, erasure.to_string(), row.int(1)?, now, FileFolder::Imports.word()]).await?;
    }
    Ok(noted)
}

/// How many imports may still have a file, those apart that came to their end where theirs were noted.
pub(super) async fn imports_left(tx: &mut Tx, now: Utc, noted: bool) -> Result<i64> {
    let but = if noted { " AND state <> 'done'" } else { "" };
    let sql = format!("SELECT COUNT(*) FROM import_run WHERE COALESCE(ended_at, begun_at) >= $1{but}");
    tx.fetch(sql, args![now.0.saturating_sub(IMPORTS_US)]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// A file of an import that was to be erased has been replaced by another one.
pub(crate) async fn import_replaced(tx: &mut Tx, now: Utc, import: ImportJobId) -> Result<()> {
    let file = file_name(import);
    let rows = tx.fetch("SELECT erasure_id FROM file_erasure WHERE file = $1", args![file.as_str()]).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    tx.execute("DELETE FROM file_erasure WHERE file = $1", args![file]).await?;
    match row.opt_id(0)? {
        Some(erasure) => complete(tx, now, erasure).await,
        None => Ok(()),
    }
}
