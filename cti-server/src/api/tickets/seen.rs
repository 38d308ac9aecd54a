//! Which tickets a caller sees, and whom they may name in one: who may not be seen is not there. Who sees what is said by the store.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::PathOf;
use super::super::problem::{Answer, Problem};
use super::super::visible;
use crm_core::model::{TicketId, TicketRow};
use crm_core::tickets::CustomersOf;
use cti_types::CustomerId;
use serde_json::Value;
use std::collections::BTreeSet;

/// Of somebody who stays as they are, as the caller may not know more than that.
const KEEP: &str = "leave it as it is: you may not see who it is";

/// The ticket of the path, for who may see it; for others there is none.
pub(in super::super) async fn seen(api: &Api, caller: &Caller, path: &PathOf) -> Answer<TicketRow> {
    Ok(api.state.store.ticket_for(&caller.viewer(), path.get("id", "ticket")?).await?)
}

/// Refuses fields that name customers or a ticket whom the caller may not see, as if there were none, or that put somebody in the place of
/// such a one. What stands there already may be sent back.
pub(in super::super) async fn may_name(api: &Api, caller: &Caller, fields: &Value, now: Option<&TicketRow>) -> Answer<()> {
    let stands = |of: fn(&TicketRow) -> Option<CustomerId>| now.and_then(of);
    let people = [("customer_id", stands(|ticket| ticket.data.customer_id)), ("contact_id", stands(|ticket| ticket.data.contact_id))];
    for (field, stands) in people {
        let Some(given) = fields.get(field) else { continue };
        // What is no id is refused when it is written.
        let given: Option<CustomerId> = given.as_str().and_then(|id| id.parse().ok());
        if given == stands {
            continue;
        }
        visible::may_name_as(api, caller, field, given).await?;
        if !unseen(api, caller, stands.into_iter().collect()).await?.is_empty() {
            return Err(Problem::invalid(field, KEEP));
        }
    }
    let parent: Option<TicketId> = fields.get("parent_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    match parent.filter(|parent| now.is_none_or(|now| now.data.parent_id != Some(*parent))) {
        Some(parent) => visible::may_name_ticket(api, caller, "parent_id", parent).await,
        None => Ok(()),
    }
}

/// All customers a ticket shall have, by who may not see all whom it has: those stay.
pub(super) async fn all_of(api: &Api, caller: &Caller, ticket: &TicketRow, mut of: CustomersOf) -> Answer<CustomersOf> {
    let stand: BTreeSet<CustomerId> = api.state.store.ticket_detail(ticket.id).await?.customers.into_iter().collect();
    let new = of.customers.iter().chain(&of.main).copied().filter(|customer| !stand.contains(customer)).collect();
    if let Some(customer) = unseen(api, caller, new).await?.first() {
        return Err(Problem::invalid("customers", format!("choose customers that exist; {customer} does not")));
    }
    let hidden = unseen(api, caller, stand).await?;
    if let Some(main) = ticket.data.customer_id.filter(|main| hidden.contains(main)) {
        if of.main.is_some_and(|wanted| wanted != main) {
            return Err(Problem::invalid("main", KEEP));
        }
        of.main = Some(main);
    }
    of.customers.extend(hidden);
    Ok(of)
}

/// Of these customers those whom the caller does not see.
pub(super) async fn unseen(api: &Api, caller: &Caller, customers: BTreeSet<CustomerId>) -> Answer<BTreeSet<CustomerId>> {
    let seen = api.state.store.visible(&caller.viewer(), customers.clone()).await?;
    Ok(customers.into_iter().filter(|customer| !seen.contains(customer)).collect())
}
