//! What a retention policy would erase, and what it did. The policy itself is a row people edit; carrying it out is `sweep`'s.

use super::kinds::{DAY_US, Sweeping, Window};
use crate::db::{Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{RetentionKind, RetentionPolicy, RetentionPolicyId, Stored};
use crate::store::Store;
use cti_types::Utc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Keys looked at for the figure; where there are more, it says so.
const DUE_MAX: i64 = 10_000;

/// How much would be erased now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionDue {
    /// Old enough now, legal holds not counted off.
    pub count: i64,
    /// There may be more: only the next 10,000 were looked at.
    pub more: bool,
    /// The oldest.
    #[schema(value_type = Option<i64>)]
    pub oldest_at: Option<Utc>,
}

/// A policy with its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionStatus {
    pub kind: RetentionKind,
    pub days: i64,
    pub active: bool,
    pub due: RetentionDue,
    /// Erased so far.
    pub swept: i64,
    /// When the sweep last came by.
    #[schema(value_type = Option<i64>)]
    pub swept_at: Option<Utc>,
    /// Old enough, and kept because of a legal hold.
    pub held: i64,
}

impl Store {
    /// A policy with what it would erase now; erases nothing.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn retention_status(&self, now: Utc, id: RetentionPolicyId) -> Result<RetentionStatus> {
        let policy = self.get::<RetentionPolicy>(id).await?;
        let sql = "SELECT mark_at, mark_id, pass_began_at, swept_at, swept FROM retention_policy WHERE id = $1";
        let rows = self.db.fetch(sql, vec![text(id)]).await?;
        let row = rows.first().ok_or(StoreError::NotFound { resource: "retention_policy" })?;
        let sweeping =
            Sweeping { kind: policy.kind, cutoff: cutoff(now, policy.days), mark_at: row.int(0)?, mark_id: row.text(1)?.to_owned() };
        let (swept_at, swept) = (row.opt_int(3).map(Utc), row.int(4)?);
        let held = self.db.fetch("SELECT COUNT(*) FROM retention_kept WHERE kind = $1", args![policy.kind.word()]).await?;
        let held = held.first().map_or(Ok(0), |row| row.int(0))?;
        let due = self.due(&sweeping).await?;
        let Stored { data: RetentionPolicy { kind, days, active }, .. } = policy;
        Ok(RetentionStatus { kind, days, active, due, swept, swept_at, held })
    }

    async fn due(&self, sweeping: &Sweeping) -> Result<RetentionDue> {
        let window = sweeping.window(DUE_MAX);
        let window = self.db.fetch(window.0, window.1).await?.first().map(Window::read).transpose()?;
        let Some(window) = window else { return Ok(RetentionDue { count: 0, more: false, oldest_at: None }) };
        let page = sweeping.page(&window, DUE_MAX);
        let sql = format!("SELECT COUNT(*), MIN(at) FROM ({}) AS due", page.0);
        let rows = self.db.fetch(sql, page.1).await?;
        let (count, oldest) = rows.first().map_or((0, None), |row| (row.opt_int(0).unwrap_or(0), row.opt_int(1)));
        Ok(RetentionDue { count, more: window.rows >= DUE_MAX, oldest_at: oldest.map(Utc) })
    }

    /// For how long the files of imports that are over are kept, in days: a month, or what the policy says where that is less.
    pub(crate) async fn import_days(&self) -> Result<i64> {
        let rows = self.db.fetch("SELECT days FROM retention_policy WHERE kind = 'imports' AND active = 1", Vec::<Value>::new()).await?;
        Ok(rows.first().and_then(|row| row.opt_int(0)).unwrap_or(IMPORT_DAYS).min(IMPORT_DAYS))
    }
}

/// For how long an import's file is kept without a policy.
const IMPORT_DAYS: i64 = 30;

/// What is older goes.
pub(super) fn cutoff(now: Utc, days: i64) -> i64 {
    now.0 - days * DAY_US
}
