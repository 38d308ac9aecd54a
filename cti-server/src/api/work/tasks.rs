//! `/tasks`: something to be done, for somebody, a team or a queue.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::Endpoint;
use super::super::extract::{IfMatch, JsonBody, PathOf, etag, parse, row};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::{NEEDS, OwnedWork, admitted, changeable, common, editing, place, seen};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use crm_core::model::Task;
use cti_types::UserId;
use std::sync::Arc;

impl OwnedWork for Task {
    const PATH: &'static str = "/tasks";
    const TAG: &'static str = "tasks";
    fn made_by(&self) -> Option<UserId> {
        self.created_by
    }
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = format!("{}/{{id}}", Task::PATH);
    let mut all: Vec<Endpoint> = common::<Task>().into();
    let (make, look) = (Endpoint::post(Task::PATH, NEEDS, create), Endpoint::get(&one, NEEDS, read));
    all.extend(editing::<Task>(Task::TAG, make, look, Endpoint::patch(&one, NEEDS, update)));
    all
}

async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let value = admitted::<Task>(&api, &caller, &body).await?;
    let work = async move {
        let stored = store.create_task(&who, now, parse(value)?).await?;
        Made::row(&stored, place(Task::PATH, &stored), stored.version)
    };
    once(&api, &caller, Task::PATH, key, &body, work).await
}

async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, headers: HeaderMap) -> Answer<Response> {
    let stored = seen::<Task>(&api, &caller, &path).await?;
    Ok(row(&headers, stored.version, &stored))
}

async fn update(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch, body: JsonBody) -> Answer<Response> {
    let (id, patch) = changeable::<Task>(&api, &caller, &path, body).await?;
    let stored = api.state.store.update_task(&caller.who(), api.state.clock.utc(), id, version, &patch).await?;
    Ok(([(header::ETAG, etag(stored.version))], Json(stored)).into_response())
}
