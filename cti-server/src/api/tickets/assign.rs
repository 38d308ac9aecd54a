//! `POST /tickets/{id}/assign`: who gets it.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf};
use super::super::problem::Answer;
use super::seen::seen;
use super::shown;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn assign(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, to) = (seen(&api, &caller, &path).await?.id, body.parse()?);
    Ok(shown(&api.state.store.assign_ticket(&caller.who(), api.state.clock.utc(), id, version, &to).await?))
}
