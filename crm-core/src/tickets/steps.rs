//! Taking the steps of a complaint.

use super::complaint::{Complaint, Done, StepTaken, following, may_follow};
use super::save::put_status;
use super::{WORD, invalid};
use crate::db::{Row, text};
use crate::error::{Result, StoreError};
use crate::model::{Check, TicketId, TicketRow, TicketStatus, Who};
use crate::store::Store;
use cti_types::Utc;

impl Store {
    /// How far a complaint has come.
    ///
    /// # Errors
    /// `NotFound` when there is no such ticket or it is no complaint; `Unavailable`.
    pub async fn complaint(&self, id: TicketId) -> Result<Complaint> {
        if !self.ticket(id).await?.state.complaint {
            return Err(StoreError::NotFound { resource: "complaint" });
        }
        let steps = self.steps(id).await?;
        let next = following(steps.iter().map(|step| &step.done)).to_vec();
        Ok(Complaint { steps, next })
    }

    async fn steps(&self, id: TicketId) -> Result<Vec<StepTaken>> {
        let sql = "SELECT at, user_id, responsible_id, done FROM complaint_step WHERE ticket_id = $1 ORDER BY seq";
        self.db.fetch(sql, vec![text(id)]).await?.iter().map(read_step).collect()
    }

    /// Takes a step of a complaint. Assigning opens the ticket and tells the one responsible; the answer is the one that was promised; the
    /// evaluation brings the customer's word.
    ///
    /// # Errors
    /// `Invalid` with the fields that are missing, or the field `step` naming what must come first; `NotFound` when it is no complaint;
    /// `VersionConflict`, `Unavailable`.
    pub async fn take_step(&self, who: &Who, now: Utc, id: TicketId, version: i64, mut done: Done) -> Result<TicketRow> {
        let before = self.ticket(id).await?;
        if !before.state.complaint {
            return Err(StoreError::NotFound { resource: "complaint" });
        }
        if before.version != version {
            return Err(StoreError::VersionConflict { resource: WORD, current: before.version });
        }
        if before.state.merged_into.is_some() {
            return Err(invalid("step", "go on with the ticket it was merged into"));
        }
        let mut check = Check::default();
        done.check(now, &mut check);
        if let Done::Assign(assign) = &done {
            check.that(self.is_there("app_user", assign.responsible_id).await?, "responsible_id", "choose a user that exists");
        }
        let steps: Vec<Done> = self.steps(id).await?.into_iter().map(|step| step.done).collect();
        if let Err(mend) = may_follow(&steps, done.step()) {
            check.wrong("step", mend);
        }
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: "complaint", errors });
        }
        self.edit_ticket(who, now, id, Some(version), |draft| {
            draft.row.state.complaint_step = Some(done.step());
            match &done {
                Done::Record | Done::Schedule(_) | Done::FollowUp(_) => {}
                Done::Assign(assign) => {
                    draft.row.state.responsible_id = Some(assign.responsible_id);
                    if draft.row.state.status == TicketStatus::New {
                        put_status(draft, who, now, TicketStatus::Open, "")?;
                    }
                }
                Done::Answer(_) => draft.row.state.responded_at = draft.row.state.responded_at.or(Some(now)),
                Done::Evaluation(evaluation) => {
                    draft.row.state.satisfaction = Some(evaluation.satisfaction);
                    draft.row.state.satisfaction_at = Some(now);
                    draft.row.state.satisfaction_via = Some("agent".to_owned());
                }
            }
            let responsible_id = draft.row.state.responsible_id;
            draft.effects.steps.push((steps.len() + 1, StepTaken { at: now, user_id: who.user, responsible_id, done: done.clone() }));
            Ok(())
        })
        .await
    }
}

fn read_step(row: &Row) -> Result<StepTaken> {
    let done = serde_json::from_str(row.text(3)?).map_err(|error| StoreError::corrupt_from("a step of a complaint", error))?;
    Ok(StepTaken { at: Utc(row.int(0)?), user_id: row.opt_id(1)?, responsible_id: row.opt_id(2)?, done })
}
