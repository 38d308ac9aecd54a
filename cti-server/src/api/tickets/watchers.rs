//! `POST` and `DELETE /tickets/{id}/watchers`: who is told of what happens.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{JsonBody, PathOf};
use super::super::problem::Answer;
use super::seen::seen;
use axum::extract::State;
use axum::http::StatusCode;
use cti_types::UserId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketWatcher)]
pub(super) struct Watcher {
    #[schema(value_type = Uuid)]
    user_id: UserId,
}

pub(super) async fn add(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<StatusCode> {
    let (id, Watcher { user_id }) = (seen(&api, &caller, &path).await?.id, body.parse()?);
    api.state.store.watch_ticket(&caller.who(), api.state.clock.utc(), id, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<StatusCode> {
    let (id, user) = (seen(&api, &caller, &path).await?.id, path.get("user", "watcher")?);
    api.state.store.unwatch_ticket(&caller.who(), api.state.clock.utc(), id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
