//! Rows that belong to a customer are seen by who may see the customer: one there is not for others. Who that is says `crm_core::viewer`.

use super::Api;
use super::caller::Caller;
use super::problem::{Answer, Problem};
use crm_core::model::TicketId;
use crm_core::{Page, Resource, StoreError, Stored};
use cti_types::CustomerId;
use serde_json::Value;
use std::collections::BTreeSet;

/// Refuses a row of a customer whom the caller may not see, as if there were no such row.
pub(super) async fn may_see<R: Resource>(api: &Api, caller: &Caller, row: &R) -> Answer<()> {
    let Some(customer) = row.customer() else { return Ok(()) };
    match api.state.store.may_see(&caller.viewer(), customer).await {
        Err(StoreError::NotFound { .. }) => Err(Problem::not_found(&R::KIND.word().replace('_', " "))),
        other => Ok(other?),
    }
}

/// Refuses to write a row for a customer whom the caller may not see, as if there were no such customer.
pub(super) async fn may_name(api: &Api, caller: &Caller, customer: Option<CustomerId>) -> Answer<()> {
    may_name_as(api, caller, "customer_id", customer).await
}

/// The same, where another field names them.
pub(super) async fn may_name_as(api: &Api, caller: &Caller, field: &str, customer: Option<CustomerId>) -> Answer<()> {
    let Some(customer) = customer else { return Ok(()) };
    match api.state.store.may_see(&caller.viewer(), customer).await {
        Err(StoreError::NotFound { .. }) => Err(Problem::invalid(field, "choose a customer that exists")),
        other => Ok(other?),
    }
}

/// Refuses to name a ticket that the caller may not see, as if there were no such ticket.
pub(super) async fn may_name_ticket(api: &Api, caller: &Caller, field: &str, ticket: TicketId) -> Answer<()> {
    let hidden = api.state.store.hidden_tickets(&caller.viewer(), BTreeSet::from([ticket])).await?;
    if hidden.is_empty() { Ok(()) } else { Err(Problem::invalid(field, "choose a ticket that exists")) }
}

/// Refuses a change that names, in `customer_id`, somebody else than before whom the caller may not see.
pub(super) async fn may_rename(api: &Api, caller: &Caller, patch: &Value, stands: Option<CustomerId>) -> Answer<()> {
    let given = patch.get("customer_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    if given == stands { Ok(()) } else { may_name(api, caller, given).await }
}

/// Of these rows' customers those the caller may see.
pub(super) async fn customers<R: Resource>(api: &Api, caller: &Caller, rows: &[Stored<R>]) -> Answer<BTreeSet<CustomerId>> {
    let all: BTreeSet<CustomerId> = rows.iter().filter_map(|row| row.customer()).collect();
    Ok(api.state.store.visible(&caller.viewer(), all).await?)
}

/// Leaves those rows out of a page whose customers the caller may not see: it may be short, and its `next` says where to go on.
pub(super) async fn page<R: Resource>(api: &Api, caller: &Caller, mut page: Page<Stored<R>>) -> Answer<Page<Stored<R>>> {
    let seen = customers(api, caller, &page.items).await?;
    page.items.retain(|row| row.customer().is_none_or(|customer| seen.contains(&customer)));
    Ok(page)
}
