//! `/reminders`: dates people want to be reminded of, birthdays among them.

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
use crm_core::model::Reminder;
use cti_types::UserId;
use std::sync::Arc;

impl OwnedWork for Reminder {
    const PATH: &'static str = "/reminders";
    const TAG: &'static str = "reminders";
    fn made_by(&self) -> Option<UserId> {
        self.created_by
    }
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = format!("{}/{{id}}", Reminder::PATH);
    let mut all: Vec<Endpoint> = common::<Reminder>().into();
    let (make, look) = (Endpoint::post(Reminder::PATH, NEEDS, create), Endpoint::get(&one, NEEDS, read));
    all.extend(editing::<Reminder>(Reminder::TAG, make, look, Endpoint::patch(&one, NEEDS, update)));
    all
}

async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let value = admitted::<Reminder>(&api, &caller, &body).await?;
    let work = async move {
        let stored = store.create_reminder(&who, now, parse(value)?).await?;
        Made::row(&stored, place(Reminder::PATH, &stored), stored.version)
    };
    once(&api, &caller, Reminder::PATH, key, &body, work).await
}

async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, headers: HeaderMap) -> Answer<Response> {
    let stored = seen::<Reminder>(&api, &caller, &path).await?;
    Ok(row(&headers, stored.version, &stored))
}

async fn update(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch, body: JsonBody) -> Answer<Response> {
    let (id, patch) = changeable::<Reminder>(&api, &caller, &path, body).await?;
    let stored = api.state.store.update_reminder(&caller.who(), api.state.clock.utc(), id, version, &patch).await?;
    Ok(([(header::ETAG, etag(stored.version))], Json(stored)).into_response())
}
