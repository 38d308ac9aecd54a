//! Looking after tickets nobody looks after: what is due is found by an index, a batch at a time, and each trigger does its work on a
//! ticket once. The clock is an argument; who calls this, and how often, is the server's affair.

use super::save::Draft;
use super::settle::{due, settle};
use crate::db::args;
use crate::error::{Result, StoreError};
use crate::model::{NoticeKind, TicketComment, TicketId, TicketTrigger, TriggerAction, Who};
use crate::store::Store;
use cti_types::{UserId, Utc};

/// Tickets whose times are marked to be computed anew with one statement.
const MARK_STEP: usize = 1_000;
/// A ticket that cannot be looked at is tried again so much later, so that it does not stand in the others' way.
const PUT_OFF_US: i64 = 3_600_000_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Tickets looked at.
    pub looked: usize,
    /// Triggers that did their work.
    pub fired: usize,
    /// Tickets that could not be looked at, and were put off.
    pub failed: usize,
}

// The state of all that promised times are computed from. Small tables, each with the time of its last change.
const STATE: &str = "\
SELECT (SELECT COUNT(*) FROM sla_policy), (SELECT COALESCE(MAX(updated_at), 0) FROM sla_policy),
  (SELECT COUNT(*) FROM hours), (SELECT COALESCE(MAX(updated_at), 0) FROM hours),
  (SELECT COUNT(*) FROM ticket_trigger), (SELECT COALESCE(MAX(updated_at), 0) FROM ticket_trigger),
  (SELECT COUNT(*) FROM ticket_type), (SELECT COALESCE(MAX(updated_at), 0) FROM ticket_type)";

impl Store {
    /// The tickets to be looked at now, the longest due first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn due_tickets(&self, now: Utc, limit: usize) -> Result<Vec<TicketId>> {
        let sql = format!("SELECT id FROM ticket WHERE next_escalation_at <= $1 ORDER BY next_escalation_at, id LIMIT {limit}");
        self.db.fetch(sql, args![now]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// Looks at up to `batch` tickets that are due. As many looked at as asked for: there may be more.
    ///
    /// # Errors
    /// `Unavailable`. What was done before stays done.
    pub async fn sweep_tickets(&self, now: Utc, batch: usize) -> Result<Swept> {
        self.mark_changed(now).await?;
        let mut swept = Swept::default();
        for id in self.due_tickets(now, batch).await? {
            swept.looked += 1;
            match self.look_at(now, id).await {
                Ok(fired) => swept.fired += fired,
                Err(error) if error.is_unavailable() => return Err(error),
                // Somebody else was faster: they have brought it up to date.
                Err(StoreError::VersionConflict { .. } | StoreError::NotFound { .. } | StoreError::Unique { .. }) => {}
                Err(_) => {
                    swept.failed += 1;
                    self.put_off(now, id).await?;
                }
            }
        }
        Ok(swept)
    }

    /// Brings one ticket up to date and lets the triggers do their work whose moment has come. Gives how many did.
    async fn look_at(&self, now: Utc, id: TicketId) -> Result<usize> {
        let before = self.ticket(id).await?;
        let context = self.context(&before).await?;
        let mut draft = Draft::new(before, context);
        settle(&mut draft.row, &draft.context, now);
        let who = Who::system("escalation");
        let due = due(&draft.row, &draft.context, now);
        for trigger in &due {
            draft.effects.fired.push(trigger.id);
            self.act(&who, now, &mut draft, trigger).await?;
        }
        self.save_ticket(&who, now, draft).await?;
        Ok(due.len())
    }

    async fn act(&self, who: &Who, now: Utc, draft: &mut Draft, trigger: &TicketTrigger) -> Result<()> {
        for action in &trigger.actions {
            match action {
                TriggerAction::RaisePriority => draft.row.data.priority = Some(draft.row.priority().raised()),
                TriggerAction::Reassign { queue_id, team_id, assignee_id } => {
                    // The trigger may have outlived whom it names.
                    if let Some(queue) = queue_id
                        && self.is_there("queue", queue).await?
                    {
                        draft.row.data.queue_id = Some(*queue);
                    }
                    if let Some(team) = team_id
                        && self.is_there("team", team).await?
                    {
                        draft.row.data.team_id = Some(*team);
                    }
                    draft.row.data.assignee_id = match assignee_id {
                        Some(user) if self.is_there("app_user", user).await? => Some(*user),
                        Some(_) | None => None,
                    };
                }
                TriggerAction::Notify { assignee, watchers, users } => {
                    let mut people: Vec<UserId> = users.clone();
                    if *assignee {
                        people.extend(draft.row.data.assignee_id);
                    }
                    if *watchers {
                        people.extend(draft.context.watchers.iter().copied());
                    }
                    draft.tell(who, people, NoticeKind::Escalated);
                }
                TriggerAction::Note { text } => {
                    let (id, text) = (self.new_id(now), text.clone());
                    let note = TicketComment { id, at: now, user_id: None, public: false, text, mentions: Vec::new() };
                    draft.effects.comments.push(note);
                }
            }
        }
        Ok(())
    }

    async fn put_off(&self, now: Utc, id: TicketId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let later = now.0.saturating_add(PUT_OFF_US);
        tx.execute("UPDATE ticket SET next_escalation_at = $2 WHERE id = $1", args![id.to_string(), later]).await?;
        tx.commit().await
    }

    /// Where policies, hours, triggers or types have changed, every live ticket is to be looked at anew. Kept in the database, so that
    /// neither a restart nor another node's change is missed.
    async fn mark_changed(&self, now: Utc) -> Result<()> {
        let rows = self.db.fetch(STATE, Vec::new()).await?;
        let state = rows.first().map(|row| row.clone().values()).unwrap_or_default();
        let mark = format!("{state:?}");
        let known = self.db.fetch("SELECT mark FROM ticket_sweep WHERE name = 'state'", Vec::new()).await?;
        if known.first().and_then(|row| row.opt_text(0)) == Some(mark.as_str()) {
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let sql = format!("SELECT id FROM ticket WHERE live = 1 AND id > $1 ORDER BY id LIMIT {MARK_STEP}");
            let rows = self.db.fetch(sql, args![after.as_str()]).await?;
            let Some(last) = rows.last() else { break };
            let last = last.text(0)?.to_owned();
            let mut tx = self.db.begin().await?;
            let sql = "UPDATE ticket SET next_escalation_at = $3 WHERE live = 1 AND id > $1 AND id <= $2 \
                       AND (next_escalation_at IS NULL OR next_escalation_at > $3)";
            tx.execute(sql, args![after.as_str(), last.as_str(), now]).await?;
            tx.commit().await?;
            after = last;
        }
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO ticket_sweep (name, mark) VALUES ('state', $1) ON CONFLICT (name) DO UPDATE SET mark = excluded.mark";
        tx.execute(sql, args![mark]).await?;
        tx.commit().await?;
        Ok(())
    }
}
