//! Changing a ticket's fields and its status.

use super::create::known_fields;
use super::{WORD, invalid, status};
use crate::crud::patched;
use crate::error::{Result, StoreError};
use crate::model::{Check, Stored, Ticket, TicketId, TicketRow, TicketStatus, Who};
use crate::store::Store;
use cti_types::Utc;
use serde_json::Value as Json;

impl Store {
    /// Changes the fields that `patch` (RFC 7396) names. `version` is the one the change is based on.
    ///
    /// # Errors
    /// `VersionConflict`, `NotFound`, `Invalid`, `Unique`, `Unavailable`.
    pub async fn update_ticket(&self, who: &Who, now: Utc, id: TicketId, version: i64, patch: &Json) -> Result<TicketRow> {
        let before = self.ticket(id).await?;
        if before.version != version {
            return Err(StoreError::VersionConflict { resource: WORD, current: before.version });
        }
        let data = self.changed_ticket(&before, patch).await?;
        self.edit_ticket(who, now, id, Some(version), |draft| {
            let priority = data.priority.or(Some(draft.context.kind.priority));
            draft.row.data = Ticket { priority, ..data.clone() };
            Ok(())
        })
        .await
    }

    /// What people write of a ticket, with a change that is right for it.
    pub(super) async fn changed_ticket(&self, before: &TicketRow, patch: &Json) -> Result<Ticket> {
        let patch = Json::Object(known_fields(patch)?);
        let id = before.id;
        let stored =
            Stored { id, version: before.version, created_at: before.created_at, updated_at: before.updated_at, data: before.data.clone() };
        let mut data: Ticket = patched(&stored, &patch)?;
        self.prepare(&mut data, None).await?;
        if data.type_id != before.data.type_id {
            let kind = self.base_context(&data).await.map_err(|_| invalid("type_id", "choose a ticket type that exists"))?.kind;
            if kind.complaint != before.state.complaint {
                return Err(invalid("type_id", "choose a type that is as much of a complaint as this one"));
            }
            if !kind.allows(before.state.status) {
                return Err(invalid("type_id", format!("choose a type that knows the status {}", before.state.status.word())));
            }
            data.priority = data.priority.or(Some(kind.priority));
        }
        if data.parent_id != before.data.parent_id {
            self.check_parent(Some(id), data.parent_id).await?;
        }
        Ok(data)
    }

    /// Changes the status, with a note for the history.
    ///
    /// # Errors
    /// `Invalid` naming what may follow, or the step of a complaint that is missing; `VersionConflict`, `NotFound`, `Unavailable`.
    pub async fn set_ticket_status(
        &self,
        who: &Who,
        now: Utc,
        id: TicketId,
        version: i64,
        to: TicketStatus,
        note: &str,
    ) -> Result<TicketRow> {
        let mut check = Check::default();
        check.line("note", note, 500);
        if let Some(error) = check.into_errors().pop() {
            return Err(invalid(&error.field, error.mend));
        }
        self.edit_ticket(who, now, id, Some(version), |draft| {
            status::change(&mut draft.row.state, &draft.context.kind, to, now).map_err(|mend| invalid("status", mend))?;
            draft.status_changed(who, now, note)
        })
        .await
    }
}
