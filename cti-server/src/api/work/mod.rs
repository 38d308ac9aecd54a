//! What people have to do: tasks, callbacks, reminders, notes, what they are told, and the list of it all.

mod callbacks;
mod mine;
mod notes;
mod notifications;
mod reminders;
mod tasks;

pub(super) use notes::may_see as may_see_note;

use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::{Endpoint, page};
use super::extract::{IfMatch, JsonBody, PathOf, Query};
use super::fields::{admit_change, admit_new};
use super::problem::{Answer, Problem};
use super::rows::stored;
use super::{Api, endpoint, visible};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crm_core::model::{Owner, Resource, TicketId};
use crm_core::work::{Work, is_theirs};
use crm_core::{ListQuery, Page, Stored};
use cti_types::{CustomerId, UserId};
use serde_json::Value;
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;
use utoipa::ToSchema;

const NEEDS: Access = Access::Needs(Right::Work);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = tasks::endpoints();
    all.extend(callbacks::endpoints());
    all.extend(reminders::endpoints());
    all.extend(notes::endpoints());
    all.extend(notifications::endpoints());
    all.extend(mine::endpoints());
    all
}

/// Rows of this module that have an owner.
trait OwnedWork: Work + ToSchema {
    const PATH: &'static str;
    const TAG: &'static str;
    fn made_by(&self) -> Option<UserId>;
}

/// Whether this caller may see and change it: theirs, their team's or queue's, made by them, nobody's, or of a customer whom they see, whose
/// work is everybody's who serves them. `seen`: the customers they see.
fn may_see<R: OwnedWork>(caller: &Caller, row: &R, seen: &BTreeSet<CustomerId>) -> bool {
    caller.may(Right::WorkAll)
        || row.made_by() == Some(caller.user.id)
        || row.owner().is_none_or(|owner| is_theirs(&caller.user, owner))
        || (row.customer().is_some_and(|customer| seen.contains(&customer)) && caller.may(Right::CustomersRead))
}

/// The row of the path, for who may see it; for others there is none.
async fn seen<R: OwnedWork>(api: &Api, caller: &Caller, path: &PathOf) -> Answer<Stored<R>> {
    let row = api.state.store.get::<R>(path.get("id", R::KIND.word())?).await?;
    let customers = visible::customers(api, caller, std::slice::from_ref(&row)).await?;
    if may_see(caller, &row.data, &customers) { Ok(row) } else { Err(Problem::not_found(R::KIND.word())) }
}

/// Refuses a body that names a customer or a ticket whom the caller may not see, as if there were none. What stands in the row already may
/// be sent back.
async fn may_name(api: &Api, caller: &Caller, fields: &Value, now: Option<&Value>) -> Answer<()> {
    fn id<T: FromStr>(of: Option<&Value>, field: &str) -> Option<T> {
        of?.get(field)?.as_str()?.parse().ok()
    }
    visible::may_rename(api, caller, fields, id(now, "customer_id")).await?;
    match id::<TicketId>(Some(fields), "ticket_id").filter(|ticket| id(now, "ticket_id") != Some(*ticket)) {
        Some(ticket) => visible::may_name_ticket(api, caller, "ticket_id", ticket).await,
        None => Ok(()),
    }
}

/// The body of a new row, as far as it is this caller's to write.
async fn admitted<R: OwnedWork>(api: &Api, caller: &Caller, body: &JsonBody) -> Answer<Value> {
    let mut value = body.value().clone();
    admit_new::<R>(caller, &mut value)?;
    may_name(api, caller, &value, None).await?;
    Ok(value)
}

/// The row of the path and a change of it, as far as that is this caller's to write.
async fn changeable<R: OwnedWork>(api: &Api, caller: &Caller, path: &PathOf, body: JsonBody) -> Answer<(R::Id, Value)> {
    let (row, mut patch) = (seen::<R>(api, caller, path).await?, body.into_value());
    admit_change::<R>(caller, &mut patch, &row.data)?;
    let now = serde_json::to_value(&row.data).map_err(|_| Problem::unexpected())?;
    may_name(api, caller, &patch, Some(&now)).await?;
    Ok((row.id, patch))
}

/// The filters of a list: of others' work only for who may see all; without one, one's own.
fn filters<R: OwnedWork>(caller: &Caller, query: Query) -> Answer<ListQuery> {
    let mut query = query.into_list()?;
    if query.search.is_some() {
        return Err(Problem::invalid("search", format!("filter by {}", R::FILTERS.join(", "))));
    }
    if query.equals.is_empty() {
        query.equals.push(("owner".to_owned(), Owner::User(caller.user.id).to_string()));
    }
    for (field, wanted) in &query.equals {
        if field == "owner" {
            let owner: Owner = wanted.parse().map_err(|_| Problem::invalid("owner", "write it as user:<id>, team:<id> or queue:<id>"))?;
            if !caller.may(Right::WorkAll) && !is_theirs(&caller.user, owner) {
                return Err(Problem::forbidden("this is the work of others"));
            }
        }
    }
    Ok(query)
}

async fn list<R: OwnedWork>(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Answer<Json<Page<Stored<R>>>> {
    let query = filters::<R>(&caller, query)?;
    let mut page = api.state.store.list_work::<R>(&query).await?;
    // Of a telephone's callbacks or a ticket's tasks, some may be nobody's business; those of customers are everybody's.
    let customers = visible::customers(&api, &caller, &page.items).await?;
    page.items.retain(|row| may_see(&caller, &row.data, &customers));
    Ok(Json(page))
}

async fn delete<R: OwnedWork>(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch) -> Answer<StatusCode> {
    let row = seen::<R>(&api, &caller, &path).await?;
    let own = row.data.made_by() == Some(caller.user.id) || row.data.owner() == Some(Owner::User(caller.user.id));
    if !own && !caller.may(Right::WorkAll) {
        return Err(Problem::forbidden("only who made it or whose it is may delete it"));
    }
    api.state.store.delete::<R>(&caller.who(), api.state.clock.utc(), row.id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// To list and to delete.
fn common<R: OwnedWork>() -> [Endpoint; 2] {
    let mut list = Endpoint::get(R::PATH, NEEDS, list::<R>)
        .says(R::TAG, format!("List: {}, the last made first", R::TAG))
        .more("Without a filter, one's own. Those of other people are for supervisors.")
        .pages(false);
    for filter in R::FILTERS {
        list = list.query(filter, "Only those with exactly this");
    }
    let items = stored::<R>(&mut list.schemas);
    let delete = Endpoint::delete(format!("{}/{{id}}", R::PATH), NEEDS, delete::<R>)
        .says(R::TAG, format!("Delete a {}", R::KIND.word()))
        .versioned()
        .answers_nothing(204, "Deleted")
        .refuses(409, "Its customer is under a legal hold");
    [list.answers_with(200, "A page of them", page(items)), delete]
}

/// To make, read and change.
fn editing<R: Resource + ToSchema>(tag: &str, create: Endpoint, read: Endpoint, update: Endpoint) -> [Endpoint; 3] {
    let word = R::KIND.word();
    let mut create = create.says(tag, format!("Make a {word}")).takes::<R>().idempotent();
    let made = stored::<R>(&mut create.schemas);
    let mut read = read.says(tag, format!("Read a {word}")).refuses(404, "No such row, or not yours to see");
    let shown = stored::<R>(&mut read.schemas);
    let mut update = update.says(tag, format!("Change a {word}")).takes_patch::<R>().versioned();
    let changed = stored::<R>(&mut update.schemas);
    [
        create.answers_with(201, "Made; Location and ETag say where and in which version", made),
        read.answers_with(200, "The row; its version is the ETag", shown),
        update.answers_with(200, "As it is now", changed),
    ]
}

/// Where a new row is.
fn place<R: Resource>(path: &str, row: &Stored<R>) -> String {
    format!("{}{path}/{}", endpoint::BASE, row.id)
}
