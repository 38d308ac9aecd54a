//! What hangs on a ticket: watchers, interactions, further customers.

use super::{WORD, invalid};
use crate::audit::{Action, write_audit};
use crate::db::{Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Kind, TicketId, TicketRow, Who};
use crate::store::Store;
use cti_types::{CustomerId, InteractionId, UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Most watchers of a ticket.
const WATCHERS_MAX: i64 = 100;
/// Most interactions linked to a ticket.
const INTERACTIONS_MAX: i64 = 1_000;
/// Most customers of a ticket.
const CUSTOMERS_MAX: usize = 100;

/// All customers of a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketCustomers)]
pub struct CustomersOf {
    /// At most 100.
    #[schema(value_type = Vec<Uuid>)]
    pub customers: Vec<CustomerId>,
    /// One of them; none only where there is none.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub main: Option<CustomerId>,
}

impl Store {
    /// Links and unlinks customers: afterwards there are these.
    ///
    /// # Errors
    /// `Invalid`, `VersionConflict`, `NotFound`, `Unavailable`.
    pub async fn set_ticket_customers(&self, who: &Who, now: Utc, id: TicketId, version: i64, of: &CustomersOf) -> Result<TicketRow> {
        let customers: BTreeSet<CustomerId> = of.customers.iter().copied().collect();
        if customers.len() > CUSTOMERS_MAX {
            return Err(invalid("customers", format!("leave at most {CUSTOMERS_MAX}")));
        }
        if of.main.is_none() != customers.is_empty() || of.main.is_some_and(|main| !customers.contains(&main)) {
            return Err(invalid("main", "choose one of the customers"));
        }
        for customer in &customers {
            if !self.is_there("customer", customer).await? {
                return Err(invalid("customers", format!("choose customers that exist; {customer} does not")));
            }
        }
        let stand: BTreeSet<CustomerId> = self.ticket_detail(id).await?.customers.into_iter().collect();
        self.edit_ticket(who, now, id, Some(version), |draft| {
            draft.row.data.customer_id = of.main;
            draft.effects.customers = Some(customers.iter().copied().collect()).filter(|_| stand != customers);
            Ok(())
        })
        .await
    }

    /// Somebody watches a ticket: they are told of comments and escalations. Twice is once.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for a user that is none or one too many, `Unavailable`.
    pub async fn watch_ticket(&self, who: &Who, now: Utc, id: TicketId, user: UserId) -> Result<()> {
        if !self.is_there("app_user", user).await? {
            return Err(invalid("user_id", "choose a user that exists"));
        }
        let mut tx = self.begin_link(id).await?;
        let rows =
            tx.fetch("SELECT COUNT(*) FROM ticket_watcher WHERE ticket_id = $1 AND user_id <> $2", vec![text(id), text(user)]).await?;
        if rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) >= WATCHERS_MAX {
            return Err(invalid("user_id", format!("leave at most {WATCHERS_MAX} watchers")));
        }
        let sql = "INSERT INTO ticket_watcher (ticket_id, user_id) VALUES ($1, $2) ON CONFLICT (ticket_id, user_id) DO NOTHING";
        let written = tx.execute_on("user", sql, vec![text(id), text(user)]).await?;
        self.end_link(tx, who, now, id, written, json!({ "watcher": user })).await
    }

    /// Somebody no longer watches a ticket. Nobody who did not is an error.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn unwatch_ticket(&self, who: &Who, now: Utc, id: TicketId, user: UserId) -> Result<()> {
        let mut tx = self.begin_link(id).await?;
        let written = tx.execute("DELETE FROM ticket_watcher WHERE ticket_id = $1 AND user_id = $2", vec![text(id), text(user)]).await?;
        self.end_link(tx, who, now, id, written, json!({ "no_watcher": user })).await
    }

    /// An interaction was about a ticket. Twice is once.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for an interaction that is not in the log or one too many, `Unavailable`.
    pub async fn link_interaction(&self, who: &Who, now: Utc, id: TicketId, interaction: InteractionId) -> Result<()> {
        if !self.is_there("interaction", interaction).await? {
            return Err(invalid("interaction_id", "choose an interaction that exists; one that has just begun is there after a second"));
        }
        let mut tx = self.begin_link(id).await?;
        let rows = tx.fetch("SELECT COUNT(*) FROM ticket_interaction WHERE ticket_id = $1", vec![text(id)]).await?;
        if rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) >= INTERACTIONS_MAX {
            return Err(invalid("interaction_id", format!("leave at most {INTERACTIONS_MAX} interactions")));
        }
        let sql = "INSERT INTO ticket_interaction (ticket_id, interaction_id, linked_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (ticket_id, interaction_id) DO NOTHING";
        let written = tx.execute(sql, args![id.to_string(), interaction.to_string(), now]).await?;
        self.end_link(tx, who, now, id, written, json!({ "interaction": interaction })).await
    }

    /// It was not. One that was not linked is no error.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn unlink_interaction(&self, who: &Who, now: Utc, id: TicketId, interaction: InteractionId) -> Result<()> {
        let mut tx = self.begin_link(id).await?;
        let sql = "DELETE FROM ticket_interaction WHERE ticket_id = $1 AND interaction_id = $2";
        let written = tx.execute(sql, vec![text(id), text(interaction)]).await?;
        self.end_link(tx, who, now, id, written, json!({ "no_interaction": interaction })).await
    }

    async fn begin_link(&self, id: TicketId) -> Result<Tx> {
        let mut tx = self.db.begin().await?;
        // Touching the row makes writers take turns on either database, and says whether it is there.
        if tx.execute("UPDATE ticket SET version = version WHERE id = $1", vec![text(id)]).await? == 0 {
            return Err(StoreError::NotFound { resource: WORD });
        }
        Ok(tx)
    }

    async fn end_link(&self, mut tx: Tx, who: &Who, now: Utc, id: TicketId, written: u64, what: Json) -> Result<()> {
        if written == 0 {
            return Ok(());
        }
        tx.execute("UPDATE ticket SET updated_at = $2 WHERE id = $1", args![id.to_string(), now]).await?;
        write_audit(self, &mut tx, who, now, Action::Update, WORD, &id.to_string(), None, Some(what)).await?;
        tx.commit().await?;
        self.changed(Kind::Ticket, id);
        Ok(())
    }
}
