//! `GET` and `POST /tickets/{id}/comments`: what is said.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, Query, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::PATH;
use super::seen::seen;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::Page;
use crm_core::model::{ListQuery, TicketComment, TicketId};
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, mut query: Query) -> Answer<Json<Page<TicketComment>>> {
    let list = ListQuery { cursor: query.take("cursor"), limit: query.limit()?, ..ListQuery::default() };
    query.nothing_else()?;
    Ok(Json(api.state.store.ticket_comments(seen(&api, &caller, &path).await?.id, &list).await?))
}

pub(super) async fn add(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let id: TicketId = seen(&api, &caller, &path).await?.id;
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let (value, place) = (body.value().clone(), format!("{PATH}/{id}/comments"));
    let location = format!("{BASE}{place}");
    let work = async move {
        let comment = Box::pin(store.comment_ticket(&who, now, id, parse(value)?)).await?;
        Made::at(&comment, location)
    };
    once(&api, &caller, &place, key, &body, work).await
}
