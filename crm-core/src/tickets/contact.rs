//! The ticket of a contact: found, then changed or opened in somebody else's transaction. And which of its fields defined at run time somebody
//! may write.

use super::WORD;
use super::load::{columns, read_ticket};
use super::save::Draft;
use crate::audit::{Action, write_audit};
use crate::crud::change_of;
use crate::db::{Tx, args};
use crate::error::{Result, StoreError};
use crate::fields::Fields;
use crate::model::{Ticket, TicketId, TicketRow, Who};
use crate::rights::{Verb, check_write};
use crate::store::{Change, Store};
use crate::viewer::Viewer;
use cti_types::{CustomerId, InteractionId, Utc};
use serde_json::{Value as Json, json};

/// Tickets of one contact that are looked at, the latest made first.
const LINKED_MAX: usize = 100;
/// How often a ticket may have been merged into another since.
const MERGED_MAX: usize = 5;

/// A ticket to be written.
pub(crate) struct TicketWrite {
    draft: Draft,
    interaction: InteractionId,
}

impl TicketWrite {
    pub(crate) fn id(&self) -> TicketId {
        self.draft.row.id
    }

    /// What is told when it is written.
    pub(crate) fn change(&self, who: &Who) -> Change {
        let Draft { before, row, .. } = &self.draft;
        change_of(who, row.id, Some(row.version), &[&row.data, &before.data])
    }
}

impl Store {
    /// Refuses values of fields defined at run time that the viewer may not write. `id`: of the ticket that is changed; none for a new one.
    ///
    /// # Errors
    /// `NotAllowed` naming them; `NotFound`, `Unavailable`.
    pub async fn check_ticket_fields(&self, viewer: &Viewer, id: Option<TicketId>, given: &Json) -> Result<()> {
        let Some(given) = given.get("fields") else { return Ok(()) };
        let (old, verb) = match id {
            Some(id) => (self.ticket(id).await?.data.fields, Verb::Change),
            None => (Fields::new(), Verb::Create),
        };
        let names: Vec<String> = match given {
            Json::Object(fields) => {
                let differs = |(key, value): &(&String, &Json)| old.get(*key).unwrap_or(&Json::Null) != *value;
                fields.iter().filter(differs).map(|(key, _)| format!("fields.{key}")).collect()
            }
            // All are cleared. What is neither is refused when it is read.
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                old.keys().map(|key| format!("fields.{key}")).collect()
            }
        };
        if names.is_empty() {
            return Ok(());
        }
        let defined = self.field_definitions(WORD).await?;
        check_write(viewer, false, WORD, verb, &names, &defined)
    }

    /// The ticket a contact is about: the one that is known, or where that went; else the latest of theirs that is live and linked with it.
    pub(crate) async fn ticket_of_contact(
        &self,
        known: Option<TicketId>,
        interaction: InteractionId,
        customer: Option<CustomerId>,
    ) -> Result<Option<TicketRow>> {
        let mut next = known;
        for _ in 0..MERGED_MAX {
            let Some(id) = next else { break };
            match self.ticket(id).await {
                Ok(row) if row.state.merged_into.is_none() => return Ok(Some(row)),
                Ok(row) => next = row.state.merged_into,
                Err(StoreError::NotFound { .. }) => break,
                Err(error) => return Err(error),
            }
        }
        // What is linked leads: looked for in the order of all tickets, PostgreSQL might walk those.
        let sql = format!(
            "SELECT {} FROM (SELECT ticket_id FROM ticket_interaction WHERE interaction_id = $1 ORDER BY ticket_id DESC LIMIT {LINKED_MAX}) AS l \
             CROSS JOIN ticket t WHERE t.id = l.ticket_id AND t.live = 1 \
             AND (t.customer_id IS NULL OR t.customer_id = $2 OR t.contact_id = $2)",
            columns()
        );
        let customer = customer.map(|customer| customer.to_string()).unwrap_or_default();
        let rows = self.db.fetch(sql, args![interaction.to_string(), customer]).await?;
        let all = rows.iter().map(read_ticket).collect::<Result<Vec<_>>>()?;
        Ok(all.into_iter().max_by_key(|row| row.id))
    }

    /// A change of a ticket, or a new one, made ready: all that is read is read before the transaction.
    pub(crate) async fn ticket_write(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        there: Option<TicketRow>,
        interaction: InteractionId,
        fields: &Json,
    ) -> Result<TicketWrite> {
        self.check_ticket_fields(viewer, there.as_ref().map(|row| row.id), fields).await?;
        let draft = match there {
            None => self.new_ticket(who, now, fields).await?,
            Some(before) => {
                let data = self.changed_ticket(&before, fields).await?;
                let context = self.context(&before).await?;
                let mut draft = Draft::new(before, context);
                let priority = data.priority.or(Some(draft.context.kind.priority));
                draft.row.data = Ticket { priority, ..data };
                self.settle_draft(who, now, &mut draft).await?;
                draft
            }
        };
        Ok(TicketWrite { draft, interaction })
    }

    /// Writes it, linked with its contact.
    pub(crate) async fn write_ticket_in(&self, tx: &mut Tx, who: &Who, now: Utc, write: &TicketWrite) -> Result<()> {
        let TicketWrite { draft, interaction } = write;
        if draft.before.version == 0 {
            self.insert_ticket_in(tx, who, now, draft).await?;
        } else {
            self.save_ticket_in(tx, who, now, draft).await?;
        }
        let id = draft.row.id.to_string();
        let sql = "INSERT INTO ticket_interaction (ticket_id, interaction_id, linked_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (ticket_id, interaction_id) DO NOTHING";
        if tx.execute(sql, args![id.as_str(), interaction.to_string(), now]).await? > 0 {
            let after = Some(json!({ "interaction": interaction }));
            write_audit(self, tx, who, now, Action::Update, WORD, &id, None, after).await?;
        }
        Ok(())
    }
}
