//! Filling templates with what a ticket and its customer have.

use super::template::{Form, render};
use crate::error::{Result, StoreError};
use crate::model::{Customer, TicketId, TicketRow, TicketTemplate, TicketTemplateId, User, Who};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::Utc;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A template with its gaps filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TicketText)]
pub struct Rendered {
    pub title: String,
    pub text: String,
}

impl Store {
    /// A template filled for a ticket, by whoever asks for it. The gaps of a customer the viewer may not see stay empty.
    ///
    /// # Errors
    /// `NotFound`, also for a ticket the viewer may not see; `Unavailable`.
    pub async fn ticket_text(
        &self,
        viewer: &Viewer,
        now: Utc,
        who: &Who,
        id: TicketId,
        template: TicketTemplateId,
        form: Form,
    ) -> Result<Rendered> {
        let (mut row, template) = (self.ticket_for(viewer, id).await?, self.get::<TicketTemplate>(template).await?);
        let seen = self.visible(viewer, row.data.customer_id.into_iter().collect()).await?;
        row.data.customer_id = row.data.customer_id.filter(|customer| seen.contains(customer));
        self.fill(now, who, &row, &template, form).await
    }

    pub(super) async fn fill(&self, now: Utc, who: &Who, row: &TicketRow, template: &TicketTemplate, form: Form) -> Result<Rendered> {
        let mut values = BTreeMap::from([
            ("contact", row.data.contact.clone()),
            ("ticket.number", row.state.number.to_string()),
            ("ticket.priority", row.priority().word().to_owned()),
            ("ticket.status", row.state.status.word().to_owned()),
            ("ticket.title", row.data.title.clone()),
            ("today", jiff::Timestamp::from_microsecond(now.0).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()),
        ]);
        if let Some(customer) = row.data.customer_id {
            match self.get::<Customer>(customer).await {
                Ok(customer) => {
                    values.insert("customer.name", customer.name.clone());
                    values.insert("customer.company", customer.company.clone().unwrap_or_default());
                }
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(user) = who.user {
            values.insert("agent.name", self.get::<User>(user).await?.name.clone());
        }
        Ok(Rendered { title: render(&template.title, &values, form), text: render(&template.text, &values, form) })
    }
}
