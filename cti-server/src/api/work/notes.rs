//! `/notes`: what people write down about customers, tickets, orders and interactions. A note is changed by who wrote it.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::endpoint::{Endpoint, page};
use super::super::extract::{IfMatch, JsonBody, PathOf, Query, etag, parse, row};
use super::super::fields::{admit_change, admit_new};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::{Answer, Problem};
use super::super::rows::stored;
use super::super::visible;
use super::{NEEDS, editing, place};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::model::{Note, NoteSubject, Order, OrderId, Resource, TicketId};
use crm_core::{ListQuery, Page, StoreError, Stored};
use cti_types::CustomerId;
use serde_json::Value;
use std::sync::Arc;

const PATH: &str = "/notes";
const TAG: &str = "notes";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    let mut list = Endpoint::get(PATH, NEEDS, list)
        .says(TAG, "Notes on something, the latest first")
        .more("Exactly one of these must be given. Of a customer, also the notes on what belongs to them.")
        .query("customer", "Id of a customer")
        .query("order", "Id of an order")
        .query("ticket", "Id of a ticket")
        .query("interaction", "Id of an interaction")
        .pages(false);
    let items = stored::<Note>(&mut list.schemas);
    let (make, look) = (Endpoint::post(PATH, NEEDS, create), Endpoint::get(&one, NEEDS, read));
    let change = Endpoint::patch(&one, NEEDS, update).more("Only the text, and only by who wrote it.");
    let delete = Endpoint::delete(&one, NEEDS, delete)
        .says(TAG, "Delete a note")
        .versioned()
        .answers_nothing(204, "Deleted")
        .refuses(409, "Its customer is under a legal hold");
    let mut all = vec![list.answers_with(200, "A page of them", page(items))];
    all.extend(editing::<Note>(TAG, make, look, change));
    all.push(delete);
    all
}

async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Page<Stored<Note>>>> {
    const ID: &str = "give an id";
    let subjects = [
        (NoteSubject::Customer, query.parse("customer", ID)?),
        (NoteSubject::Order, query.parse("order", ID)?),
        (NoteSubject::Ticket, query.parse("ticket", ID)?),
        (NoteSubject::Interaction, query.parse("interaction", ID)?),
    ];
    let ListQuery { cursor, limit, search, equals } = query.into_list()?;
    let mut named = subjects.into_iter().filter_map(|(subject, id): (NoteSubject, Option<uuid::Uuid>)| Some((subject, id?)));
    let (Some((subject, id)), None, None, true) = (named.next(), named.next(), search, equals.is_empty()) else {
        return Err(Problem::invalid("customer", "name one customer, order, ticket or interaction"));
    };
    let query = ListQuery { cursor, limit, ..ListQuery::default() };
    let store = &api.state.store;
    let found = match subject {
        NoteSubject::Customer => store.notes_of(CustomerId(id), &query).await?,
        NoteSubject::Order | NoteSubject::Ticket | NoteSubject::Interaction => store.notes_on(subject, id, &query).await?,
    };
    let mut page = visible::page(&api, &caller, found).await?;
    let hidden = store.hidden_tickets(&caller.viewer(), page.items.iter().filter_map(|note| ticket(note)).collect()).await?;
    page.items.retain(|note| ticket(note).is_none_or(|ticket| !hidden.contains(&ticket)));
    Ok(Json(page))
}

/// The ticket a note is on.
fn ticket(note: &Note) -> Option<TicketId> {
    match note.subject {
        NoteSubject::Ticket => Some(TicketId(note.subject_id)),
        NoteSubject::Customer | NoteSubject::Order | NoteSubject::Interaction => None,
    }
}

/// Refuses a note of a customer, or on a ticket, whom the caller may not see.
pub(in super::super) async fn may_see(api: &Api, caller: &Caller, note: &Note) -> Answer<()> {
    visible::may_see(api, caller, note).await?;
    let hidden = api.state.store.hidden_tickets(&caller.viewer(), ticket(note).into_iter().collect()).await?;
    if hidden.is_empty() { Ok(()) } else { Err(Problem::not_found(Note::KIND.word())) }
}

/// Refuses a new note that would belong to a customer, an order or a ticket whom the caller may not see, as if there were none.
async fn may_write(api: &Api, caller: &Caller, note: &Note) -> Answer<()> {
    const SUBJECT: &str = "subject_id";
    visible::may_name(api, caller, note.customer_id).await?;
    match note.subject {
        NoteSubject::Customer => visible::may_name_as(api, caller, SUBJECT, Some(CustomerId(note.subject_id))).await,
        NoteSubject::Ticket => visible::may_name_ticket(api, caller, SUBJECT, TicketId(note.subject_id)).await,
        NoteSubject::Order => match api.state.store.get::<Order>(OrderId(note.subject_id)).await {
            Ok(order) => match visible::may_see(api, caller, &order.data).await {
                Err(problem) if problem.is_not_found() => Err(Problem::invalid(SUBJECT, "choose a customer_order that exists")),
                seen => seen,
            },
            // One that is not there is refused when the note is written.
            Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        },
        NoteSubject::Interaction => Ok(()),
    }
}

async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let mut value = body.value().clone();
    admit_new::<Note>(&caller, &mut value)?;
    let note: Note = parse(value)?;
    may_write(&api, &caller, &note).await?;
    let work = async move {
        let stored = store.create_note(&who, now, note).await?;
        Made::row(&stored, place(PATH, &stored), stored.version)
    };
    once(&api, &caller, PATH, key, &body, work).await
}

async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, headers: HeaderMap) -> Answer<Response> {
    let stored = api.state.store.get::<Note>(path.get("id", Note::KIND.word())?).await?;
    may_see(&api, &caller, &stored.data).await?;
    Ok(row(&headers, stored.version, &stored))
}

/// The note of the path, if it is this caller's to change.
async fn own(api: &Api, caller: &Caller, path: &PathOf, others: bool) -> Answer<Stored<Note>> {
    let note = api.state.store.get::<Note>(path.get("id", Note::KIND.word())?).await?;
    may_see(api, caller, &note.data).await?;
    if note.author_id == Some(caller.user.id) || (others && caller.may(Right::WorkAll)) {
        return Ok(note);
    }
    Err(Problem::forbidden("only who wrote a note may change it"))
}

async fn update(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch, body: JsonBody) -> Answer<Response> {
    let (note, mut patch) = (own(&api, &caller, &path, false).await?, body.into_value());
    admit_change::<Note>(&caller, &mut patch, &note.data)?;
    let text = patch.get("text").and_then(Value::as_str).ok_or_else(|| Problem::invalid("text", "give it as text"))?;
    let stored = api.state.store.update_note(&caller.who(), api.state.clock.utc(), note.id, version, text).await?;
    Ok(([(header::ETAG, etag(stored.version))], Json(stored)).into_response())
}

async fn delete(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch) -> Answer<StatusCode> {
    let id = own(&api, &caller, &path, true).await?.id;
    api.state.store.delete::<Note>(&caller.who(), api.state.clock.utc(), id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
