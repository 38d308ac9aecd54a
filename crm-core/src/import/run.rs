//! What an import is asked to do and how far it is: the file came, begin, try, stop, progress, errors. The batches are `step`'s.

use super::file::{Header, Place};
use super::plan::Plan;
use crate::audit::{Action, write_audit};
use crate::crud::get_in;
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{ImportJob, ImportJobId, Kind, ListQuery, Page, Who};
use crate::store::Store;
use cti_types::{UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// There is no file yet.
    New,
    /// A file is being sent, or was not sent whole.
    Receiving,
    /// The file is there.
    Uploaded,
    /// Being tried: nothing is written.
    Checking,
    /// Tried.
    Checked,
    Running,
    /// Stopped by somebody; it can go on.
    Stopped,
    Done,
    /// Stopped by a fault, which `fault` says; it can go on once that is mended.
    Failed,
}

impl ImportState {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            ImportState::New => "new",
            ImportState::Receiving => "receiving",
            ImportState::Uploaded => "uploaded",
            ImportState::Checking => "checking",
            ImportState::Checked => "checked",
            ImportState::Running => "running",
            ImportState::Stopped => "stopped",
            ImportState::Done => "done",
            ImportState::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Result<ImportState> {
        use ImportState::*;
        let all = [New, Receiving, Uploaded, Checking, Checked, Running, Stopped, Done, Failed];
        all.into_iter().find(|state| state.word() == word).ok_or_else(|| StoreError::corrupt(format!("an import is {word}")))
    }

    const fn is_under_way(self) -> bool {
        matches!(self, ImportState::Checking | ImportState::Running)
    }
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportProgress {
    pub state: ImportState,
    /// Of the file, as in its first line.
    pub columns: Vec<String>,
    /// Of the file.
    pub bytes: i64,
    pub bytes_done: i64,
    /// Rows read: the sum of the next five.
    pub rows: i64,
    /// Of a trial: how many would be. Rows that are alike in the file itself are found only where they stand close to each other.
    pub created: i64,
    pub updated: i64,
    /// Were so already.
    pub unchanged: i64,
    /// Passed over, as somebody has their id, number or mail address.
    pub skipped: i64,
    /// Refused; see the errors.
    pub failed: i64,
    #[schema(value_type = Option<Uuid>)]
    pub by: Option<UserId>,
    /// Since when it is in this state: received, begun.
    #[schema(value_type = Option<i64>)]
    pub begun_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Utc>,
    pub fault: Option<String>,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportError {
    /// From 1, the first line not counted.
    pub row: i64,
    /// In the file, from 1.
    pub line: i64,
    /// The column, or the customer's field. Empty: the row as a whole.
    pub field: String,
    pub reason: String,
    #[serde(skip)]
    pub(crate) byte: i64,
}

/// A row of `import_run`, as the batches need it.
pub(crate) struct Run {
    pub(crate) id: ImportJobId,
    pub(crate) state: ImportState,
    /// The job as it was when it began: a change of it meanwhile is for the next time.
    pub(crate) job: ImportJob,
    pub(crate) plan: Plan,
    pub(crate) place: Place,
    pub(crate) who: Who,
    pub(crate) failed: i64,
}

const PROGRESS: &str =
    "state, columns, bytes, byte_at, row_at, created, updated, unchanged, skipped, failed, user_id, begun_at, ended_at, fault, receiving";

impl Store {
    /// Begins an import, or a trial of it (`dry`); one that was stopped goes on. `header`: the file's first line by the job's delimiter.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` where the mapping does not fit the file, `Refused` where there is no file, it is over or under way, `Unavailable`.
    pub async fn start_import(&self, who: &Who, now: Utc, id: ImportJobId, dry: bool, header: &Header) -> Result<ImportProgress> {
        let refused = |what: &str, mend: &str| Err(StoreError::refused("import", what, mend));
        let mut tx = self.db.begin().await?;
        // Nobody puts another file there meanwhile.
        tx.lock_row("import_job", id).await?;
        let job = get_in::<ImportJob>(&mut tx, id).await?.ok_or(StoreError::NotFound { resource: "import" })?;
        let rows =
            tx.fetch("SELECT state, data_at, byte_at, bytes, receiving FROM import_run WHERE import_id = $1", vec![text(id)]).await?;
        let Some(row) = rows.first() else { return refused("there is no file", "send it first") };
        if row.opt_text(4).is_some() {
            return refused("a file is being sent, or was not sent whole", "wait for it, or send it again");
        }
        let state = ImportState::from_word(row.text(0)?)?;
        let goes_on = match state {
            ImportState::New | ImportState::Receiving => return refused("there is no file", "send it first"),
            ImportState::Checking | ImportState::Running => return refused("the import is under way", "stop it first"),
            ImportState::Done => return refused("the import is over", "send a file again"),
            ImportState::Uploaded | ImportState::Checked => false,
            ImportState::Stopped | ImportState::Failed => true,
        };
        if goes_on && row.int(3)? != header.bytes as i64 {
            return refused("the file is not the one that was begun with", "send it again");
        }
        if goes_on && dry {
            return refused("a part of the file has been taken over", "let it go on, or send a file again");
        }
        let by = who.user.map(|user| user.to_string());
        if goes_on {
            let sql = "UPDATE import_run SET state = 'running', user_id = $2, ended_at = NULL, fault = NULL WHERE import_id = $1";
            tx.execute(sql, args![id.to_string(), by]).await?;
        } else {
            Plan::new(&job.mapping, &header.columns).map_err(|errors| StoreError::Invalid { resource: "import", errors })?;
            tx.execute("DELETE FROM import_error WHERE import_id = $1", vec![text(id)]).await?;
            let sql = "UPDATE import_run SET state = $2, plan = $3, columns = $4, bytes = $5, data_at = $6, data_line = $7, byte_at = $6, \
                       line_at = $7, row_at = 0, created = 0, updated = 0, unchanged = 0, skipped = 0, failed = 0, user_id = $8, \
                       begun_at = $9, ended_at = NULL, fault = NULL WHERE import_id = $1";
            let state = if dry { ImportState::Checking } else { ImportState::Running };
            let Place { byte, line, .. } = header.place;
            let (plan, columns) = (as_json(&job.data)?, as_json(&header.columns)?);
            let values = args![id.to_string(), state.word(), plan, columns, header.bytes, byte, line, by, now];
            tx.execute(sql, values).await?;
        }
        if !dry {
            let after = Some(json!({ "started": true, "goes_on": goes_on }));
            write_audit(self, &mut tx, who, now, Action::Of("import"), "import", &id.to_string(), None, after).await?;
        }
        tx.commit().await?;
        self.changed(Kind::ImportJob, id);
        self.import_progress(id).await
    }

    /// Stops an import behind the batch under way; it can go on. One that is not under way stays as it is.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn stop_import(&self, who: &Who, now: Utc, id: ImportJobId) -> Result<ImportProgress> {
        self.get::<ImportJob>(id).await?;
        let mut tx = self.db.begin().await?;
        // A trial wrote nothing: it begins anew.
        let sql = "UPDATE import_run SET ended_at = $2, state = CASE state WHEN 'running' THEN 'stopped' ELSE 'uploaded' END \
                   WHERE import_id = $1 AND state IN ('running', 'checking')";
        if tx.execute(sql, args![id.to_string(), now]).await? > 0 {
            let after = Some(json!({ "stopped": true }));
            write_audit(self, &mut tx, who, now, Action::Of("import"), "import", &id.to_string(), None, after).await?;
            tx.commit().await?;
        }
        self.import_progress(id).await
    }

    /// Says that an import cannot go on, and why.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn fail_import(&self, now: Utc, id: ImportJobId, fault: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let sql =
            "UPDATE import_run SET state = 'failed', ended_at = $2, fault = $3 WHERE import_id = $1 AND state IN ('running', 'checking')";
        tx.execute(sql, args![id.to_string(), now, fault]).await?;
        tx.commit().await
    }

    /// As [`Store::fail_import`], of the import whose batch is next: what it is, cannot always be read any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn fail_next_import(&self, now: Utc, fault: &str) -> Result<()> {
        let sql = "SELECT import_id FROM import_run WHERE state IN ('checking', 'running') ORDER BY begun_at, import_id LIMIT 1";
        match self.db.fetch(sql, Vec::new()).await?.first() {
            Some(row) => self.fail_import(now, row.id(0)?, fault).await,
            None => Ok(()),
        }
    }

    /// How far an import is.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn import_progress(&self, id: ImportJobId) -> Result<ImportProgress> {
        let rows = self.db.fetch(format!("SELECT {PROGRESS} FROM import_run WHERE import_id = $1"), vec![text(id)]).await?;
        if let Some(row) = rows.first() {
            return progress(row);
        }
        self.get::<ImportJob>(id).await?;
        Ok(ImportProgress {
            state: ImportState::New,
            columns: Vec::new(),
            bytes: 0,
            bytes_done: 0,
            rows: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            skipped: 0,
            failed: 0,
            by: None,
            begun_at: None,
            ended_at: None,
            fault: None,
        })
    }

    /// A page of the rows that were refused, in the file's order.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor, `NotFound`, `Unavailable`.
    pub async fn import_errors(&self, id: ImportJobId, query: &ListQuery) -> Result<Page<ImportError>> {
        self.get::<ImportJob>(id).await?;
        let after = match &query.cursor {
            Some(cursor) => {
                cursor.parse::<i64>().map_err(|_| StoreError::invalid("import", "cursor", "give back the `next` of the page before"))?
            }
            None => 0,
        };
        let limit = query.limit();
        let sql = format!(
            "SELECT row_at, line_at, field, reason, byte_at FROM import_error WHERE import_id = $1 AND row_at > $2 ORDER BY row_at LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, vec![text(id), Value::from(after)]).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(error).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|item| item.row.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// The import whose batch is next: of those under way the one that began first.
    pub(crate) async fn next_import(&self) -> Result<Option<Run>> {
        let sql = "SELECT import_id, state, plan, columns, byte_at, line_at, row_at, user_id, failed FROM import_run \
                   WHERE state IN ('checking', 'running') ORDER BY begun_at, import_id LIMIT 1";
        let rows = self.db.fetch(sql, Vec::new()).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let job: ImportJob = from_json(row.text(2)?)?;
        let columns: Vec<String> = from_json(row.text(3)?)?;
        let plan = Plan::new(&job.mapping, &columns).map_err(|_| StoreError::corrupt("an import under way does not fit its file"))?;
        let place = Place { byte: row.int(4)? as u64, line: row.int(5)? as u64, row: row.int(6)? as u64 };
        let who = Who { user: row.opt_id(7)?, via: "import" };
        Ok(Some(Run { id: row.id(0)?, state: ImportState::from_word(row.text(1)?)?, job, plan, place, who, failed: row.int(8)? }))
    }

    /// Imports that are over since before `until` and whose file may still be there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn imports_over(&self, until: Utc) -> Result<Vec<ImportJobId>> {
        let sql = "SELECT import_id FROM import_run WHERE state IN ('done', 'failed', 'stopped', 'uploaded', 'checked') \
                   AND COALESCE(ended_at, begun_at) < $1 LIMIT 500";
        self.db.fetch(sql, args![until]).await?.iter().map(|row| row.id(0)).collect()
    }
}

/// Refuses while the import is under way.
pub(super) async fn idle(tx: &mut Tx, id: ImportJobId) -> Result<()> {
    let rows = tx.fetch("SELECT state FROM import_run WHERE import_id = $1", vec![text(id)]).await?;
    let state = rows.first().map(|row| row.text(0).and_then(ImportState::from_word)).transpose()?;
    if state.is_some_and(ImportState::is_under_way) {
        return Err(StoreError::refused("import", "the import is under way", "stop it first"));
    }
    Ok(())
}

pub(super) fn as_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::corrupt_from("an import as JSON", e))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| StoreError::corrupt_from("an import's plan", e))
}

fn progress(row: &Row) -> Result<ImportProgress> {
    Ok(ImportProgress {
        state: if row.opt_text(14).is_some() { ImportState::Receiving } else { ImportState::from_word(row.text(0)?)? },
        columns: from_json(row.text(1)?)?,
        bytes: row.int(2)?,
        bytes_done: row.int(3)?,
        rows: row.int(4)?,
        created: row.int(5)?,
        updated: row.int(6)?,
        unchanged: row.int(7)?,
        skipped: row.int(8)?,
        failed: row.int(9)?,
        by: row.opt_id(10)?,
        begun_at: row.opt_int(11).map(Utc),
        ended_at: row.opt_int(12).map(Utc),
        fault: row.opt_text(13).map(ToOwned::to_owned),
    })
}

fn error(row: &Row) -> Result<ImportError> {
    Ok(ImportError {
        row: row.int(0)?,
        line: row.int(1)?,
        field: row.text(2)?.to_owned(),
        reason: row.text(3)?.to_owned(),
        byte: row.int(4)?,
    })
}
