//! A ticket written by its id in another system: made when there is none, else changed. The same sent twice changes nothing.

use super::{WORD, invalid};
use crate::db::args;
use crate::error::{Result, StoreError};
use crate::identity::by_external_id;
use crate::model::{TicketId, TicketRow, Who};
use crate::orders::Upserted;
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{CustomerId, Utc};
use serde_json::{Map, Value as Json, json};

/// How often it is tried anew when somebody else wrote the same ticket at that moment.
const TRIES: usize = 4;
/// Instead of `customer_id`.
const CUSTOMER: &str = "customer_external_id";

impl Store {
    /// Writes the ticket with this id in another system. `fields`: those of a ticket, and `customer_external_id` instead of `customer_id`. What
    /// they do not name stays, so that what people here did of it is not undone; in a new ticket it comes from its type.
    ///
    /// # Errors
    /// `NotFound` when the ticket's customer is not the viewer's to see; `Invalid`, also for a customer who is not; `Unavailable`.
    pub async fn upsert_ticket(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        external_id: &str,
        fields: &Json,
    ) -> Result<(TicketRow, Upserted)> {
        let fields = self.pushed_fields(viewer, external_id, fields).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.push_ticket(viewer, who, now, external_id, &fields).await {
                // Another push of the same ticket was faster: it is there now.
                Err(StoreError::Unique { field, .. }) if field == "external_id" && tries < TRIES => {}
                Err(StoreError::VersionConflict { .. }) if tries < TRIES => {}
                done => return done,
            }
        }
    }

    async fn push_ticket(&self, viewer: &Viewer, who: &Who, now: Utc, external_id: &str, fields: &Json) -> Result<(TicketRow, Upserted)> {
        let rows = self.db.fetch("SELECT id FROM ticket WHERE external_id = $1", args![external_id]).await?;
        let Some(id) = rows.first().map(|row| row.id::<TicketId>(0)).transpose()? else {
            self.check_ticket_fields(viewer, None, fields).await?;
            self.may_stand_above(viewer, None, fields).await?;
            return Ok((self.create_ticket(who, now, fields).await?, Upserted::Created));
        };
        let before = self.ticket_for(viewer, id).await?;
        self.check_ticket_fields(viewer, Some(id), fields).await?;
        self.may_stand_above(viewer, before.data.parent_id, fields).await?;
        // Nobody is put in the place of somebody who is not theirs to see.
        for (field, stands) in [("customer_id", before.data.customer_id), ("contact_id", before.data.contact_id)] {
            let Some((given, stands)) = fields.get(field).zip(stands) else { continue };
            if *given != json!(stands) && self.visible(viewer, [stands].into()).await?.is_empty() {
                return Err(invalid(field, "leave it as it is: you may not see who it is"));
            }
        }
        let after = self.update_ticket(who, now, id, before.version, fields).await?;
        let how = if after.version == before.version { Upserted::Unchanged } else { Upserted::Changed };
        Ok((after, how))
    }

    /// Refuses a parent that is not theirs to see, as if there were none.
    async fn may_stand_above(&self, viewer: &Viewer, stands: Option<TicketId>, fields: &Json) -> Result<()> {
        let parent = fields.get("parent_id").and_then(Json::as_str).and_then(|id| id.parse::<TicketId>().ok());
        let Some(parent) = parent.filter(|parent| stands != Some(*parent)) else { return Ok(()) };
        if self.hidden_tickets(viewer, [parent].into()).await?.is_empty() {
            return Ok(());
        }
        Err(invalid("parent_id", format!("choose a {WORD} that exists")))
    }

    /// With the id of the path, and the customer found.
    async fn pushed_fields(&self, viewer: &Viewer, external_id: &str, fields: &Json) -> Result<Json> {
        let Json::Object(given) = fields else { return Err(invalid("", "send a JSON object")) };
        let mut fields: Map<String, Json> = given.clone();
        if fields.get("external_id").is_some_and(|named| named.as_str() != Some(external_id)) {
            return Err(invalid("external_id", "leave it out, or give the one of the path"));
        }
        fields.insert("external_id".to_owned(), json!(external_id));
        if let Some(customer) = fields.remove(CUSTOMER).filter(|customer| !customer.is_null()) {
            if fields.contains_key("customer_id") {
                return Err(invalid(CUSTOMER, "give either this or customer_id"));
            }
            let Some(named) = customer.as_str() else { return Err(invalid(CUSTOMER, "give a text")) };
            let found = by_external_id(&mut self.db.begin_snapshot().await?, named).await?;
            let found = found.ok_or_else(|| invalid(CUSTOMER, "choose a customer that exists"))?;
            self.may_be_named(viewer, CUSTOMER, found).await?;
            // As if it had been named so.
            fields.insert("customer_id".to_owned(), json!(found));
        }
        for field in ["customer_id", "contact_id"] {
            if let Some(customer) = fields.get(field).and_then(Json::as_str).and_then(|id| id.parse::<CustomerId>().ok()) {
                self.may_be_named(viewer, field, customer).await?;
            }
        }
        Ok(Json::Object(fields))
    }

    async fn may_be_named(&self, viewer: &Viewer, field: &str, customer: CustomerId) -> Result<()> {
        self.may_see(viewer, customer).await.map_err(|error| match error {
            StoreError::NotFound { .. } => invalid(field, "choose a customer that exists"),
            other => other,
        })
    }
}
