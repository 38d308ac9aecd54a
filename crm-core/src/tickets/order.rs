//! What stands on a printed service order. How it looks is the printer's affair.

use crate::error::{Result, StoreError};
use crate::model::{ContactKind, Customer, Queue, Resource, Site, Team, TicketId, TicketRow, TicketType};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::CustomerId;

/// Ways to reach the customer that are printed.
const CONTACTS_MAX: usize = 4;

/// All that is printed.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceOrder {
    pub ticket: TicketRow,
    pub kind: String,
    /// The name of the site the ticket's queue or team is of, else of the first site.
    pub company: String,
    /// IANA time zone of that site.
    pub zone: String,
    pub customer: Option<Customer>,
    /// Whom to speak with: the contact's name, and what is written of them.
    pub contact: String,
    /// Telephones and addresses of whom to speak with, else of the customer.
    pub reached_by: Vec<String>,
}

impl Store {
    /// Gathers what is printed of a ticket. Of customers the viewer may not see nothing is.
    ///
    /// # Errors
    /// `NotFound`, also for a ticket the viewer may not see; `Unavailable`.
    pub async fn service_order(&self, viewer: &Viewer, id: TicketId) -> Result<ServiceOrder> {
        let ticket = self.ticket_for(viewer, id).await?;
        let named = [ticket.data.customer_id, ticket.data.contact_id];
        let seen = self.visible(viewer, named.iter().copied().flatten().collect()).await?;
        let [customer_id, contact_id] = named.map(|id| id.filter(|id| seen.contains(id)));
        let kind = self.get::<TicketType>(ticket.data.type_id).await?.name.clone();
        let site = self.site_of(&ticket).await?;
        let customer = self.found::<Customer>(customer_id).await?;
        let person = self.found::<Customer>(contact_id).await?;
        let names = [person.as_ref().map(|person| person.name.clone()), Some(ticket.data.contact.clone())];
        let contact: Vec<String> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
        let mut reached_by = self.reached_by(contact_id).await?;
        if reached_by.is_empty() {
            reached_by = self.reached_by(customer_id).await?;
        }
        let (company, zone) = site.map_or((String::new(), "UTC".to_owned()), |site| (site.name, site.zone));
        Ok(ServiceOrder { ticket, kind, company, zone, customer, contact: contact.join(", "), reached_by })
    }

    async fn site_of(&self, ticket: &TicketRow) -> Result<Option<Site>> {
        let queue = self.found::<Queue>(ticket.data.queue_id).await?.and_then(|queue| queue.site_id);
        let team = self.found::<Team>(ticket.data.team_id).await?.and_then(|team| team.site_id);
        if let Some(site) = self.found::<Site>(queue.or(team)).await? {
            return Ok(Some(site));
        }
        Ok(self.all::<Site>().await?.into_iter().next().map(|site| site.data))
    }

    async fn found<R: Resource>(&self, id: Option<R::Id>) -> Result<Option<R>> {
        let Some(id) = id else { return Ok(None) };
        match self.get::<R>(id).await {
            Ok(row) => Ok(Some(row.data)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn reached_by(&self, customer: Option<CustomerId>) -> Result<Vec<String>> {
        let Some(customer) = customer else { return Ok(Vec::new()) };
        let mut contacts = self.contacts(customer).await?;
        contacts.retain(|contact| contact.valid && matches!(contact.kind, ContactKind::Phone | ContactKind::Email));
        contacts.sort_by_key(|contact| !contact.preferred);
        Ok(contacts.into_iter().take(CONTACTS_MAX).map(|contact| contact.raw).collect())
    }
}
