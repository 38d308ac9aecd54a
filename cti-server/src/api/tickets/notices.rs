//! `GET /notices` and `POST /notices/{id}/read`: what one should know of.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query};
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crm_core::Page;
use crm_core::model::{ListQuery, Notice};
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Page<Notice>>> {
    let unread = query.parse("unread", "give true or false")?.unwrap_or(false);
    let list = ListQuery { cursor: query.take("cursor"), limit: query.limit()?, ..ListQuery::default() };
    query.nothing_else()?;
    let store = &api.state.store;
    let mut page = store.notices(caller.user.id, unread, &list).await?;
    // They may have been told of it before it was taken out of their sight.
    let hidden = store.hidden_tickets(&caller.viewer(), page.items.iter().map(|notice| notice.ticket_id).collect()).await?;
    page.items.retain(|notice| !hidden.contains(&notice.ticket_id));
    Ok(Json(page))
}

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<StatusCode> {
    api.state.store.read_notice(caller.user.id, api.state.clock.utc(), path.get("id", "notice")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
