//! Making a ticket: its type's defaults, its number, and where it goes.

use super::complaint::{Done, StepTaken};
use super::save::Draft;
use super::settle::settle;
use super::template::Form;
use super::{WORD, invalid};
use crate::crud::change_of;
use crate::db::args;
use crate::error::{Result, StoreError};
use crate::model::{NoticeKind, Resource, Ticket, TicketId, TicketRow, TicketState, TicketTemplate, TicketType, TicketTypeId, Who};
use crate::store::Store;
use cti_types::Utc;
use serde_json::{Map, Value as Json};

/// Most tickets above one another.
pub(super) const DEPTH_MAX: usize = 5;
/// Fields of a stored ticket that are the store's own. A client may send back the whole row it read.
const OWN: [&str; 4] = ["id", "version", "created_at", "updated_at"];

/// Takes the store's own fields out.
///
/// # Errors
/// `Invalid` naming a field that is none.
pub(super) fn known_fields(fields: &Json) -> Result<Map<String, Json>> {
    let Json::Object(fields) = fields else { return Err(invalid("", "send a JSON object")) };
    let mut own = Map::new();
    for (name, value) in fields {
        let is = |columns: &[crate::model::Column]| columns.iter().any(|column| column.name == name);
        if is(Ticket::COLUMNS) {
            own.insert(name.clone(), value.clone());
        } else if !OWN.contains(&name.as_str()) && !is(TicketState::COLUMNS) {
            return Err(invalid(name, "there is no such field"));
        }
    }
    Ok(own)
}

pub(super) fn parse(fields: Map<String, Json>) -> Result<Ticket> {
    serde_json::from_value(Json::Object(fields)).map_err(|error| {
        let message = error.to_string();
        // serde names the field in backticks.
        let field = message.split('`').nth(1).filter(|_| message.contains("field")).unwrap_or_default().to_owned();
        invalid(&field, message)
    })
}

impl Store {
    /// Makes a ticket of these fields ([`Ticket`]). What is left out comes from its type: priority, title and description by the type's
    /// template, queue, team and agent by the first assignment rule that fits, else the type's own.
    ///
    /// # Errors
    /// `Invalid` with each wrong field, `Unique` for an external id, `Unavailable`.
    pub async fn create_ticket(&self, who: &Who, now: Utc, fields: &Json) -> Result<TicketRow> {
        let draft = self.new_ticket(who, now, fields).await?;
        let mut tx = self.db.begin().await?;
        self.insert_ticket_in(&mut tx, who, now, &draft).await?;
        tx.commit().await?;
        self.tell(change_of(who, draft.row.id, Some(draft.row.version), &[&draft.row.data]));
        Ok(draft.row)
    }

    /// A ticket of these fields as [`Store::create_ticket`] makes it, not written yet.
    pub(super) async fn new_ticket(&self, who: &Who, now: Utc, fields: &Json) -> Result<Draft> {
        let fields: Map<String, Json> = known_fields(fields)?.into_iter().filter(|(_, value)| !value.is_null()).collect();
        let mut data = parse(fields)?;
        let kind = self.type_of(data.type_id).await?;
        if !kind.active {
            return Err(invalid("type_id", "choose a type that is active"));
        }
        data.priority = data.priority.or(Some(kind.priority));
        let number = self.next_number().await?;
        let mut row = TicketRow {
            id: self.new_id(now),
            version: 1,
            created_at: now,
            updated_at: now,
            data,
            state: TicketState::new(number, now, kind.complaint, who.user),
        };
        if let Some(template) = kind.template_id.filter(|_| row.data.title.trim().is_empty() || row.data.description.is_empty()) {
            let template = self.get::<TicketTemplate>(template).await?;
            let text = self.fill(now, who, &row, &template, Form::Plain).await?;
            if row.data.title.trim().is_empty() {
                // What is put in may be longer than a title.
                row.data.title = text.title.chars().take(200).collect();
            }
            if row.data.description.is_empty() {
                row.data.description = text.text.chars().take(20_000).collect();
            }
        }
        self.prepare(&mut row.data, None).await?;
        self.check_parent(None, row.data.parent_id).await?;
        let context = self.base_context(&row.data).await?;
        if row.data.queue_id.is_none() && row.data.team_id.is_none() && row.data.assignee_id.is_none() {
            self.place(&mut row, &context).await?;
        }
        let mut draft = Draft::new(row, context);
        draft.before.version = 0;
        draft.status_changed(who, now, "")?;
        if draft.row.state.complaint {
            draft.effects.steps.push((1, StepTaken { at: now, user_id: who.user, responsible_id: None, done: Done::Record }));
        }
        draft.tell(who, draft.row.data.assignee_id, NoticeKind::Assigned);
        settle(&mut draft.row, &draft.context, now);
        Ok(draft)
    }

    async fn type_of(&self, id: TicketTypeId) -> Result<TicketType> {
        match self.get::<TicketType>(id).await {
            Ok(kind) => Ok(kind.data),
            Err(StoreError::NotFound { .. }) => Err(invalid("type_id", "choose a ticket type that exists")),
            Err(error) => Err(error),
        }
    }

    /// The next number. A ticket that is refused afterwards leaves a gap; nobody else waits for it meanwhile.
    async fn next_number(&self) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        tx.execute("UPDATE ticket_counter SET value = value + 1 WHERE name = 'number'", Vec::new()).await?;
        let rows = tx.fetch("SELECT value FROM ticket_counter WHERE name = 'number'", Vec::new()).await?;
        let number = rows.first().ok_or_else(|| StoreError::corrupt("the counter of tickets is gone"))?.int(0)?;
        tx.commit().await?;
        Ok(number)
    }

    /// Whether a ticket may stand below another: not below itself, and not too deep.
    pub(super) async fn check_parent(&self, id: Option<TicketId>, parent: Option<TicketId>) -> Result<()> {
        let (mut above, mut depth) = (parent, 1);
        while let Some(one) = above {
            if Some(one) == id {
                return Err(invalid("parent_id", "choose another: this one stands below it"));
            }
            if depth > DEPTH_MAX {
                return Err(invalid("parent_id", format!("leave at most {DEPTH_MAX} tickets above one another")));
            }
            let rows = self.db.fetch("SELECT parent_id, merged_into FROM ticket WHERE id = $1", args![one.to_string()]).await?;
            let Some(row) = rows.first() else { return Err(invalid("parent_id", format!("choose a {WORD} that exists"))) };
            if depth == 1 && row.opt_text(1).is_some() {
                return Err(invalid("parent_id", "choose the ticket it was merged into"));
            }
            above = row.opt_id(0)?;
            depth += 1;
        }
        Ok(())
    }
}
