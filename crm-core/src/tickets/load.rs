//! Reading a ticket, what it goes by, and what hangs on it.

use super::WORD;
use super::settle::Context;
use crate::crud::object_from_columns;
use crate::db::{Row, text};
use crate::error::{Result, StoreError};
use crate::model::{
    Customer, Fired, Hours, Resource, SlaPolicy, StatusChange, Ticket, TicketDetail, TicketHistory, TicketId, TicketRow, TicketState,
    TicketTrigger, TicketType,
};
use crate::sla::Calendar;
use crate::store::Store;
use cti_types::Utc;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Lines of a status history. At the bound the status can no longer be changed.
pub(crate) const STATUSES_MAX: usize = 1_000;
/// Of each list of a detail.
const LISTED_MAX: usize = 100;

/// All columns of a ticket, of the table named `t`.
pub(crate) fn columns() -> String {
    let mut names = vec!["t.id".to_owned(), "t.version".to_owned(), "t.created_at".to_owned(), "t.updated_at".to_owned()];
    names.extend(Ticket::COLUMNS.iter().chain(TicketState::COLUMNS).map(|column| format!("t.{}", column.name)));
    names.join(", ")
}

pub(crate) fn read_ticket(row: &Row) -> Result<TicketRow> {
    fn part<T: DeserializeOwned>(columns: &[crate::model::Column], row: &Row, first: usize) -> Result<T> {
        let fields = object_from_columns(columns, row, first)?;
        serde_json::from_value(Json::Object(fields)).map_err(|error| StoreError::corrupt_from("a ticket does not fit its type", error))
    }
    let state = 4 + Ticket::COLUMNS.len();
    Ok(TicketRow {
        id: row.id(0)?,
        version: row.int(1)?,
        created_at: Utc(row.int(2)?),
        updated_at: Utc(row.int(3)?),
        data: part(Ticket::COLUMNS, row, 4)?,
        state: part(TicketState::COLUMNS, row, state)?,
    })
}

fn read_status(row: &Row) -> Result<StatusChange> {
    let status = row.text(1)?.parse().map_err(|()| StoreError::corrupt("a status that is none"))?;
    Ok(StatusChange { at: Utc(row.int(0)?), status, user_id: row.opt_id(2)?, note: row.text(3)?.to_owned() })
}

impl Store {
    /// A ticket as it stands.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn ticket(&self, id: TicketId) -> Result<TicketRow> {
        let sql = format!("SELECT {} FROM ticket t WHERE t.id = $1", columns());
        let rows = self.db.fetch(sql, vec![text(id)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: WORD }), read_ticket)
    }

    /// A ticket with its customers, watchers, interactions, children and those merged into it.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn ticket_detail(&self, id: TicketId) -> Result<TicketDetail> {
        let ticket = self.ticket(id).await?;
        let mut customers = self.ids_of("SELECT customer_id FROM ticket_customer WHERE ticket_id = $1 ORDER BY customer_id", id).await?;
        if let Some(main) = ticket.data.customer_id {
            customers.retain(|customer| *customer != main);
            customers.insert(0, main);
        }
        Ok(TicketDetail {
            customers,
            watchers: self.ids_of("SELECT user_id FROM ticket_watcher WHERE ticket_id = $1 ORDER BY user_id", id).await?,
            interactions: self
                .ids_of(
                    "SELECT interaction_id FROM ticket_interaction WHERE ticket_id = $1 ORDER BY linked_at DESC, interaction_id DESC",
                    id,
                )
                .await?,
            children: self.ids_of("SELECT id FROM ticket WHERE parent_id = $1 ORDER BY id", id).await?,
            merged: self.ids_of("SELECT id FROM ticket WHERE merged_into = $1 ORDER BY id", id).await?,
            ticket,
        })
    }

    pub(crate) async fn ids_of<T: std::str::FromStr>(&self, sql: &'static str, id: TicketId) -> Result<Vec<T>> {
        let rows = self.db.fetch(format!("{sql} LIMIT {LISTED_MAX}"), vec![text(id)]).await?;
        rows.iter().map(|row| row.id(0)).collect()
    }

    /// How a ticket came to where it is.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn ticket_history(&self, id: TicketId) -> Result<TicketHistory> {
        self.ticket(id).await?;
        Ok(TicketHistory { statuses: self.statuses(id).await?, escalations: self.fired(id).await? })
    }

    async fn statuses(&self, id: TicketId) -> Result<Vec<StatusChange>> {
        let sql = format!("SELECT at, status, user_id, note FROM ticket_status WHERE ticket_id = $1 ORDER BY seq LIMIT {STATUSES_MAX}");
        self.db.fetch(sql, vec![text(id)]).await?.iter().map(read_status).collect()
    }

    async fn fired(&self, id: TicketId) -> Result<Vec<Fired>> {
        let sql = "SELECT trigger_id, at FROM ticket_fired WHERE ticket_id = $1 ORDER BY at, trigger_id";
        self.db.fetch(sql, vec![text(id)]).await?.iter().map(|row| Ok(Fired { trigger_id: row.id(0)?, at: Utc(row.int(1)?) })).collect()
    }

    /// What a ticket goes by, without what has come of it so far.
    pub(crate) async fn base_context(&self, data: &Ticket) -> Result<Context> {
        let kind = self.get::<TicketType>(data.type_id).await?.data;
        let policy = match kind.sla_policy_id {
            Some(policy) => Some(self.get::<SlaPolicy>(policy).await?.data),
            None => None,
        };
        let calendar = match policy.as_ref().and_then(|policy| policy.hours_id) {
            Some(hours) => Calendar::from(&self.get::<Hours>(hours).await?.data),
            None => Calendar::Always,
        };
        let mut triggers = self.all::<TicketTrigger>().await?;
        triggers.retain(|trigger| trigger.active);
        triggers.sort_by_key(|trigger| (trigger.sort, trigger.id));
        let customer = match data.customer_id {
            Some(customer) => match self.get::<Customer>(customer).await {
                Ok(customer) => Some(customer.data),
                Err(StoreError::NotFound { .. }) => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let (tier, language) = customer.map_or(("none".to_owned(), None), |customer| (customer.tier, customer.language));
        let (fired, history, watchers) = (BTreeSet::new(), Vec::new(), Vec::new());
        Ok(Context { kind, policy, calendar, triggers, fired, history, tier, language, watchers })
    }

    /// All that a ticket goes by.
    pub(crate) async fn context(&self, row: &TicketRow) -> Result<Context> {
        let mut context = self.base_context(&row.data).await?;
        context.fired = self.fired(row.id).await?.into_iter().map(|fired| fired.trigger_id).collect();
        context.history = self.statuses(row.id).await?;
        context.watchers = self.ids_of("SELECT user_id FROM ticket_watcher WHERE ticket_id = $1", row.id).await?;
        Ok(context)
    }
}
