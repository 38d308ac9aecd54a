//! Writing a changed ticket with all that goes beside the change, in one transaction based on one version.

use super::complaint::StepTaken;
use super::load::STATUSES_MAX;
use super::merge::{check_circle, lock_parents};
use super::settle::{Context, settle};
use super::{WORD, invalid};
use crate::activity::refresh_tickets;
use crate::audit::{Action, write_audit};
use crate::crud::{change_of, check_references, to_column};
use crate::db::{Tx, Value, args, placeholders, text};
use crate::error::{Result, StoreError};
use crate::fields::check_custom;
use crate::model::{
    Column, NoticeId, NoticeKind, Resource, StatusChange, Ticket, TicketComment, TicketId, TicketRow, TicketState, TicketStatus,
    TicketTriggerId, Who,
};
use crate::store::Store;
use cti_types::{CustomerId, UserId, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// How often a change that named no version is tried anew when somebody wrote meanwhile.
const TRIES: usize = 5;

/// What is written beside the row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    pub(crate) statuses: Vec<StatusChange>,
    pub(crate) comments: Vec<TicketComment>,
    pub(crate) notices: BTreeSet<(UserId, NoticeKind)>,
    pub(crate) fired: Vec<TicketTriggerId>,
    /// With its place among the complaint's steps.
    pub(crate) steps: Vec<(usize, StepTaken)>,
    /// All linked customers anew, the main one or not among them.
    pub(crate) customers: Option<Vec<CustomerId>>,
}

/// A ticket being changed.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) before: TicketRow,
    pub(crate) row: TicketRow,
    pub(crate) context: Context,
    pub(crate) effects: Effects,
}

impl Draft {
    pub(crate) fn new(before: TicketRow, context: Context) -> Draft {
        Draft { row: before.clone(), before, context, effects: Effects::default() }
    }

    /// Notes that the status is now what the row says.
    pub(crate) fn status_changed(&mut self, who: &Who, now: Utc, note: &str) -> Result<()> {
        if self.context.history.len() >= STATUSES_MAX {
            return Err(invalid("status", "make a new ticket: this one has changed too often"));
        }
        let change = StatusChange { at: now, status: self.row.state.status, user_id: who.user, note: note.to_owned() };
        self.context.history.push(change.clone());
        self.effects.statuses.push(change);
        Ok(())
    }

    /// Whoever has to do with it is told, but who did it.
    pub(crate) fn tell(&mut self, who: &Who, people: impl IntoIterator<Item = UserId>, kind: NoticeKind) {
        self.effects.notices.extend(people.into_iter().filter(|user| who.user != Some(*user)).map(|user| (user, kind)));
    }

    fn tell_new_assignee(&mut self, who: &Who) {
        if self.row.data.assignee_id != self.before.data.assignee_id {
            self.tell(who, self.row.data.assignee_id, NoticeKind::Assigned);
        }
        if self.row.state.responsible_id != self.before.state.responsible_id {
            self.tell(who, self.row.state.responsible_id, NoticeKind::Assigned);
        }
    }

    /// Whether people see the row changed; when to look next is the program's own affair.
    fn is_visible(&self) -> bool {
        let shown = |state: &TicketState| TicketState { next_escalation_at: None, ..state.clone() };
        self.row.data != self.before.data || shown(&self.row.state) != shown(&self.before.state)
    }

    fn is_touched(&self) -> bool {
        let Effects { statuses, comments, notices: _, fired, steps, customers } = &self.effects;
        !statuses.is_empty() || !comments.is_empty() || !fired.is_empty() || !steps.is_empty() || customers.is_some()
    }
}

/// Columns with the values of the fields of the same names.
fn values(columns: &'static [Column], of: &impl Serialize) -> Result<Vec<(&'static str, Value)>> {
    let Ok(Json::Object(mut fields)) = serde_json::to_value(of) else { return Err(StoreError::corrupt("a ticket is no object")) };
    columns.iter().map(|column| Ok((column.name, to_column(column, fields.remove(column.name).unwrap_or(Json::Null))?))).collect()
}

fn row_values(row: &TicketRow) -> Result<Vec<(&'static str, Value)>> {
    let mut all = values(Ticket::COLUMNS, &row.data)?;
    all.extend(row.data.derived().into_iter().map(|(name, value)| (name, Value::from(value))));
    all.extend(values(TicketState::COLUMNS, &row.state)?);
    Ok(all)
}

impl Store {
    /// Changes a ticket. Without a version it is tried anew when somebody wrote meanwhile.
    pub(crate) async fn edit_ticket(
        &self,
        who: &Who,
        now: Utc,
        id: TicketId,
        version: Option<i64>,
        change: impl Fn(&mut Draft) -> Result<()> + Send + Sync,
    ) -> Result<TicketRow> {
        let mut tries = 0;
        loop {
            let before = self.ticket(id).await?;
            if version.is_some_and(|version| version != before.version) {
                return Err(StoreError::VersionConflict { resource: WORD, current: before.version });
            }
            let context = self.context(&before).await?;
            let mut draft = Draft::new(before, context);
            change(&mut draft)?;
            match self.save_ticket(who, now, draft).await {
                Err(StoreError::VersionConflict { .. }) if version.is_none() && tries < TRIES => tries += 1,
                done => return done,
            }
        }
    }

    pub(crate) async fn save_ticket(&self, who: &Who, now: Utc, mut draft: Draft) -> Result<TicketRow> {
        self.settle_draft(who, now, &mut draft).await?;
        let mut tx = self.db.begin().await?;
        self.save_ticket_in(&mut tx, who, now, &draft).await?;
        tx.commit().await?;
        self.tell(change_of(who, draft.row.id, Some(draft.row.version), &[&draft.row.data, &draft.before.data]));
        Ok(draft.row)
    }

    /// Brings everything that follows from the change up to date; before the transaction, as it reads what the ticket goes by.
    pub(crate) async fn settle_draft(&self, who: &Who, now: Utc, draft: &mut Draft) -> Result<()> {
        let (old, new) = (&draft.before.data, &draft.row.data);
        if old.type_id != new.type_id || old.customer_id != new.customer_id {
            let fresh = self.base_context(new).await?;
            let Context { fired, history, watchers, .. } = draft.context.clone();
            draft.context = Context { fired, history, watchers, ..fresh };
        }
        draft.context.fired.extend(draft.effects.fired.iter().copied());
        draft.tell_new_assignee(who);
        settle(&mut draft.row, &draft.context, now);
        // Further customers are no column of the row, and yet whom it is about.
        if draft.is_visible() || draft.effects.customers.is_some() {
            draft.row.version = draft.before.version + 1;
        }
        if draft.is_visible() || draft.is_touched() {
            draft.row.updated_at = now;
        }
        Ok(())
    }

    /// Writes a settled draft.
    pub(crate) async fn save_ticket_in(&self, tx: &mut Tx, who: &Who, now: Utc, draft: &Draft) -> Result<()> {
        let Draft { before, row, .. } = draft;
        if before.data.parent_id != row.data.parent_id {
            lock_parents(tx).await?;
            check_circle(tx, row.id, row.data.parent_id).await?;
        }
        if before.data != row.data {
            check_references::<Ticket>(tx, &row.data.references()).await?;
            check_custom::<Ticket>(tx, Some(&before.data), &row.data).await?;
        }
        let mut sets = vec!["version = $1".to_owned(), "updated_at = $2".to_owned()];
        let mut values = args![row.version, row.updated_at];
        for (name, value) in row_values(row)? {
            values.push(value);
            sets.push(format!("{name} = ${}", values.len()));
        }
        values.extend(args![row.id.to_string(), before.version]);
        let sql = format!("UPDATE ticket SET {} WHERE id = ${} AND version = ${}", sets.join(", "), values.len() - 1, values.len());
        if tx.execute_on(WORD, sql, values).await? == 0 {
            let rows = tx.fetch("SELECT version FROM ticket WHERE id = $1", vec![text(row.id)]).await?;
            return Err(match rows.first() {
                Some(found) => StoreError::VersionConflict { resource: WORD, current: found.int(0)? },
                None => StoreError::NotFound { resource: WORD },
            });
        }
        let stood = match draft.effects.customers {
            Some(_) => Some(linked(tx, row.id).await?),
            None => None,
        };
        self.write_effects(tx, now, draft).await?;
        if row.version != before.version {
            let stand = match stood {
                Some(_) => Some(linked(tx, row.id).await?),
                None => None,
            };
            let (before, after) = (shown(before, stood), shown(row, stand));
            write_audit(self, tx, who, now, Action::Update, WORD, &row.id.to_string(), before, after).await?;
        }
        Ok(())
    }

    /// Writes a new ticket; `draft.before` is the same as `draft.row`, but for nobody having it.
    pub(crate) async fn insert_ticket_in(&self, tx: &mut Tx, who: &Who, now: Utc, draft: &Draft) -> Result<()> {
        let row = &draft.row;
        check_references::<Ticket>(tx, &row.data.references()).await?;
        check_custom::<Ticket>(tx, None, &row.data).await?;
        let mut names = vec!["id", "version", "created_at", "updated_at"];
        let mut values = args![row.id.to_string(), row.version, row.created_at, row.updated_at];
        for (name, value) in row_values(row)? {
            names.push(name);
            values.push(value);
        }
        let sql = format!("INSERT INTO ticket ({}) VALUES ({})", names.join(", "), placeholders(1, values.len()));
        tx.execute_on(WORD, sql, values).await?;
        self.write_effects(tx, now, draft).await?;
        let after = serde_json::to_value(row).ok();
        write_audit(self, tx, who, now, Action::Create, WORD, &row.id.to_string(), None, after).await
    }

    async fn write_effects(&self, tx: &mut Tx, now: Utc, draft: &Draft) -> Result<()> {
        let (Draft { before, row, context, effects }, id) = (draft, draft.row.id.to_string());
        let known = context.history.len() - effects.statuses.len();
        for (at, change) in effects.statuses.iter().enumerate() {
            let user = change.user_id.map(|user| user.to_string());
            let seq = (known + at + 1) as i64;
            let sql = "INSERT INTO ticket_status (ticket_id, seq, at, status, user_id, note) VALUES ($1, $2, $3, $4, $5, $6)";
            tx.execute_on("ticket_status", sql, args![id.as_str(), seq, change.at, change.status.word(), user, change.note.as_str()])
                .await?;
        }
        for comment in &effects.comments {
            let mentions = serde_json::to_string(&comment.mentions).unwrap_or_else(|_| "[]".to_owned());
            let user = comment.user_id.map(|user| user.to_string());
            let sql = "INSERT INTO ticket_comment (id, ticket_id, at, user_id, public, text, mentions) VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let values = args![comment.id.to_string(), id.as_str(), comment.at, user, comment.public, comment.text.as_str(), mentions];
            tx.execute_on("ticket_comment", sql, values).await?;
        }
        for trigger in &effects.fired {
            // The key is what makes it once: a second time is refused.
            let sql = "INSERT INTO ticket_fired (ticket_id, trigger_id, at) VALUES ($1, $2, $3)";
            tx.execute_on("ticket_fired", sql, args![id.as_str(), trigger.to_string(), now]).await?;
        }
        for (seq, step) in &effects.steps {
            let done = serde_json::to_string(&step.done).map_err(|error| StoreError::corrupt_from("a step is no JSON", error))?;
            let (user, responsible) = (step.user_id.map(|user| user.to_string()), step.responsible_id.map(|user| user.to_string()));
            let sql = "INSERT INTO complaint_step (ticket_id, seq, at, user_id, responsible_id, done) VALUES ($1, $2, $3, $4, $5, $6)";
            tx.execute_on("complaint_step", sql, args![id.as_str(), *seq as i64, step.at, user, responsible, done]).await?;
        }
        for (user, kind) in &effects.notices {
            let fresh: NoticeId = self.new_id(now);
            // Somebody deleted meanwhile is told nothing.
            let sql = "INSERT INTO ticket_notice (id, user_id, ticket_id, at, kind) \
                       SELECT CAST($1 AS TEXT), u.id, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT) FROM app_user u WHERE u.id = $5";
            tx.execute_on("ticket_notice", sql, args![fresh.to_string(), id.as_str(), now, kind.word(), user.to_string()]).await?;
        }
        let mut touched = BTreeSet::new();
        if let Some(customers) = &effects.customers {
            for gone in tx.fetch("SELECT customer_id FROM ticket_customer WHERE ticket_id = $1", args![id.as_str()]).await? {
                touched.insert(gone.id(0)?);
            }
            tx.execute("DELETE FROM ticket_customer WHERE ticket_id = $1", args![id.as_str()]).await?;
            for customer in customers {
                link_customer(tx, &id, row.created_at, *customer).await?;
                touched.insert(*customer);
            }
        }
        let is_new = before.version == 0;
        if let Some(main) =
            row.data.customer_id.filter(|main| is_new || effects.customers.is_some() || before.data.customer_id != Some(*main))
        {
            link_customer(tx, &id, row.created_at, main).await?;
            touched.insert(main);
        }
        refresh_tickets(tx, &touched).await?;
        if is_new || before.data.tags != row.data.tags {
            tx.execute("DELETE FROM ticket_tag WHERE ticket_id = $1", args![id.as_str()]).await?;
            for tag in &row.data.tags {
                tx.execute("INSERT INTO ticket_tag (ticket_id, tag) VALUES ($1, $2)", args![id.as_str(), tag.as_str()]).await?;
            }
        }
        Ok(())
    }
}

/// All customers of a ticket.
async fn linked(tx: &mut Tx, id: TicketId) -> Result<Vec<CustomerId>> {
    let rows = tx.fetch("SELECT customer_id FROM ticket_customer WHERE ticket_id = $1 ORDER BY 1", vec![text(id)]).await?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// A ticket as the audit has it; with all its customers, where they changed.
fn shown(row: &TicketRow, customers: Option<Vec<CustomerId>>) -> Option<Json> {
    let mut shown = serde_json::to_value(row).ok()?;
    if let (Some(customers), Some(fields)) = (customers, shown.as_object_mut()) {
        fields.insert("customers".to_owned(), serde_json::to_value(customers).ok()?);
    }
    Some(shown)
}

/// `made_at`: when the ticket was made.
async fn link_customer(tx: &mut Tx, ticket: &str, made_at: Utc, customer: CustomerId) -> Result<()> {
    let sql = "INSERT INTO ticket_customer (ticket_id, customer_id, made_at) VALUES ($1, $2, $3) \
               ON CONFLICT (ticket_id, customer_id) DO NOTHING";
    tx.execute_on("customer", sql, args![ticket, customer.to_string(), made_at]).await.map(drop)
}

/// Puts a status and its line of history.
pub(crate) fn put_status(draft: &mut Draft, who: &Who, now: Utc, to: TicketStatus, note: &str) -> Result<()> {
    super::status::put(&mut draft.row.state, to, now);
    draft.status_changed(who, now, note)
}
