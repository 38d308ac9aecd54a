//! Who sees a ticket: whoever sees the customers it is about (the main one, and whom to speak with), and whoever it is given to by name. Who
//! sees a customer is `viewer`'s matter. What one may not see is not there.

use super::WORD;
use super::list::{TicketFilter, cursor_behind};
use super::load::{columns, read_ticket};
use crate::db::{Value, args, listed, text};
use crate::error::{Result, StoreError};
use crate::model::{PAGE_DEFAULT, PAGE_MAX, Page, TicketId, TicketRow};
use crate::store::Store;
use crate::viewer::Viewer;
use std::collections::BTreeSet;

/// Pages of hits looked at for one page when not all of them may be shown; then it is short, and its `next` says where to go on.
const PAGES_MAX: usize = 4;

/// The condition on a row of `ticket` named `alias`, its values appended to those there are; `None`: everything is visible.
fn condition(viewer: &Viewer, alias: &str, values: &mut Vec<Value>) -> Option<String> {
    let mut people = Vec::with_capacity(2);
    for column in ["customer_id", "contact_id"] {
        let seen = viewer.condition("tc", values)?;
        people.push(format!("({alias}.{column} IS NULL OR EXISTS (SELECT 1 FROM customer tc WHERE tc.id = {alias}.{column} AND {seen}))"));
    }
    values.push(viewer.user.map_or(Value::Text(None), text));
    let user = values.len();
    Some(format!("({alias}.assignee_id = ${user} OR {alias}.responsible_id = ${user} OR ({}))", people.join(" AND ")))
}

impl Store {
    /// A ticket as it stands.
    ///
    /// # Errors
    /// `NotFound`, also for a ticket the viewer may not see; `Unavailable`.
    pub async fn ticket_for(&self, viewer: &Viewer, id: TicketId) -> Result<TicketRow> {
        let mut values = args![id.to_string()];
        let seen = condition(viewer, "t", &mut values).map_or(String::new(), |seen| format!(" AND {seen}"));
        let rows = self.db.fetch(format!("SELECT {} FROM ticket t WHERE t.id = $1{seen}", columns()), values).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: WORD }), read_ticket)
    }

    /// Of these tickets those that are there and that the viewer may not see.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn hidden_tickets(&self, viewer: &Viewer, tickets: BTreeSet<TicketId>) -> Result<BTreeSet<TicketId>> {
        let ids: Vec<String> = tickets.iter().map(ToString::to_string).collect();
        let mut hidden = BTreeSet::new();
        for chunk in ids.chunks(256) {
            let (list, mut values) = listed(1, chunk);
            let Some(seen) = condition(viewer, "t", &mut values) else { return Ok(hidden) };
            // CASE: what is compared with a NULL is neither true nor false, and means unseen.
            let sql = format!("SELECT t.id FROM ticket t WHERE t.id IN ({list}) AND CASE WHEN {seen} THEN 0 ELSE 1 END = 1");
            for row in self.db.fetch(sql, values).await? {
                hidden.insert(row.id(0)?);
            }
        }
        Ok(hidden)
    }

    /// A page of tickets, of those the viewer may see. No page looks at more than a few pages of hits: it may be short, and its `next` says
    /// where to go on.
    ///
    /// # Errors
    /// As [`Store::tickets`].
    pub async fn tickets_for(&self, viewer: &Viewer, filter: &TicketFilter) -> Result<Page<TicketRow>> {
        if viewer.sees_all {
            return self.tickets(filter).await;
        }
        let mut shown = Page { items: Vec::new(), next: None };
        if let Some(customer) = filter.customer
            && self.visible(viewer, BTreeSet::from([customer])).await?.is_empty()
        {
            // That they are linked to a ticket is part of what is not seen.
            return Ok(shown);
        }
        let limit = filter.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize;
        let mut looked_at = filter.clone();
        for _ in 0..PAGES_MAX {
            let Page { items, next } = self.tickets(&looked_at).await?;
            let hidden = self.hidden_tickets(viewer, items.iter().map(|ticket| ticket.id).collect()).await?;
            shown.items.extend(items.into_iter().filter(|ticket| !hidden.contains(&ticket.id)));
            shown.next.clone_from(&next);
            if next.is_none() || shown.items.len() > limit {
                break;
            }
            (looked_at.cursor, looked_at.limit) = (next, Some(PAGE_MAX));
        }
        if shown.items.len() > limit {
            shown.items.truncate(limit);
            shown.next = shown.items.last().map(|last| cursor_behind(filter, last));
        }
        Ok(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UserRole;
    use cti_types::UserId;

    #[test]
    fn both_customers_must_be_seen_unless_the_ticket_is_given_to_the_viewer() {
        assert_eq!(condition(&Viewer::program(), "t", &mut Vec::new()), None);
        let agent = Viewer::of(UserId::from_u128(1), BTreeSet::from([UserRole::Agent]), None);
        let mut values = args!["one"];
        let sql = condition(&agent, "t", &mut values).unwrap();
        for part in ["tc.id = t.customer_id AND (tc.visibility", "tc.id = t.contact_id AND (tc.visibility", "t.assignee_id = $4"] {
            assert!(sql.contains(part), "{sql}");
        }
        assert_eq!(values.len(), 4);
    }
}
