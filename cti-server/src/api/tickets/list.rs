//! `GET /tickets` and `GET /customers/{id}/tickets`: pages of them by filters.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::Endpoint;
use super::super::extract::{PathOf, Query};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::model::TicketRow;
use crm_core::tickets::list::TicketFilter;
use cti_types::Utc;
use std::sync::Arc;

const ID: &str = "give an id";
const FLAG: &str = "give true or false";

/// The filters both lists have.
pub(super) fn filters(endpoint: Endpoint) -> Endpoint {
    endpoint
        .query("search", "A number, with or without #, or the beginning of a title")
        .query("status", "new, open, pending, on_hold, resolved, closed")
        .query("live", "true: neither resolved nor closed")
        .query("assignee", "Id of a person")
        .query("team", "Id of a team")
        .query("queue", "Id of a queue")
        .query("type", "Id of a ticket type")
        .query("priority", "low, normal, high, urgent")
        .query("tag", "A tag, whatever its case")
        .query("breached", "true: a promised time was broken")
        .query("due_before", "Live and promised before: RFC 3339, or microseconds since 1970")
        .query("updated_since", "Changed at or after, in the same forms")
        .query("watcher", "Id of a person who watches it")
        .query("interaction", "Id of an interaction linked")
        .query("parent", "Id of the ticket it is below")
}

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Page<TicketRow>>> {
    let customer = query.parse("customer", ID)?;
    let filter = TicketFilter { customer, ..filter(query)? };
    Ok(Json(api.state.store.tickets_for(&caller.viewer(), &filter).await?))
}

pub(super) async fn of_customer(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, query: Query) -> Answer<Json<Page<TicketRow>>> {
    let customer = path.get("id", "customer")?;
    let filter = TicketFilter { customer: Some(customer), ..filter(query)? };
    api.state.store.may_see(&caller.viewer(), customer).await?;
    Ok(Json(api.state.store.tickets_for(&caller.viewer(), &filter).await?))
}

fn filter(mut query: Query) -> Answer<TicketFilter> {
    let filter = TicketFilter {
        search: query.take("search"),
        updated_since: time(&mut query, "updated_since")?,
        due_before: time(&mut query, "due_before")?,
        customer: None,
        interaction: query.parse("interaction", ID)?,
        parent: query.parse("parent", ID)?,
        watcher: query.parse("watcher", ID)?,
        assignee: query.parse("assignee", ID)?,
        tag: query.take("tag"),
        breached: query.parse("breached", FLAG)?,
        team: query.parse("team", ID)?,
        queue: query.parse("queue", ID)?,
        kind: query.parse("type", ID)?,
        status: query.parse("status", "choose new, open, pending, on_hold, resolved or closed")?,
        priority: query.parse("priority", "choose low, normal, high or urgent")?,
        live: query.parse("live", FLAG)?,
        cursor: query.take("cursor"),
        limit: query.limit()?,
    };
    query.nothing_else()?;
    Ok(filter)
}

fn time(query: &mut Query, name: &str) -> Answer<Option<Utc>> {
    let Some(text) = query.take(name) else { return Ok(None) };
    let micros = text.parse::<i64>().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond));
    micros
        .map(|micros| Some(Utc(micros)))
        .ok_or_else(|| Problem::invalid(name, "write it as 2026-01-31T08:00:00Z, or as microseconds since 1970"))
}
