//! `/callbacks`: calls we owe, from the promise to the try that reached somebody. Whoever dials tells how it went.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::endpoint::{Endpoint, page};
use super::super::extract::{IfMatch, JsonBody, PathOf, Query, etag, parse, row};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::{Answer, Problem};
use super::super::rows::stored;
use super::{NEEDS, OwnedWork, admitted, changeable, common, editing, place, seen};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use crm_core::model::{AttemptInput, AttemptView, Callback, Owner};
use crm_core::work::is_theirs;
use crm_core::{Page, Stored};
use cti_types::UserId;
use std::sync::Arc;

impl OwnedWork for Callback {
    const PATH: &'static str = "/callbacks";
    const TAG: &'static str = "callbacks";
    fn made_by(&self) -> Option<UserId> {
        self.created_by
    }
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let (tag, one) = (Callback::TAG, format!("{}/{{id}}", Callback::PATH));
    let mut due = Endpoint::get(format!("{}/due", Callback::PATH), NEEDS, due)
        .says(tag, "Callbacks to be called now, the most urgent first")
        .query("owner", "user:<id>, team:<id> or queue:<id>; one's own when nothing is said")
        .pages(false);
    let items = stored::<Callback>(&mut due.schemas);
    let mut all: Vec<Endpoint> = common::<Callback>().into();
    let (make, look) = (Endpoint::post(Callback::PATH, NEEDS, create), Endpoint::get(&one, NEEDS, read));
    all.extend(editing::<Callback>(tag, make, look, Endpoint::patch(&one, NEEDS, update)));
    all.extend([
        due.answers_with(200, "A page of them", page(items)),
        Endpoint::get(format!("{one}/attempts"), NEEDS, attempts)
            .says(tag, "How the tries went")
            .answers_list::<AttemptView>("In their order")
            .refuses(404, "No such callback, or not yours to see"),
        step(Endpoint::post(format!("{one}/attempts"), NEEDS, attempt).says(tag, "Say how a try went").takes::<AttemptInput>()),
        step(Endpoint::post(format!("{one}/take"), NEEDS, take).says(tag, "Take it, to call now"))
            .refuses(409, "Somebody else has taken it"),
        step(Endpoint::post(format!("{one}/cancel"), NEEDS, cancel).says(tag, "It is not wanted any more")),
    ]);
    all
}

fn step(mut endpoint: Endpoint) -> Endpoint {
    let now = stored::<Callback>(&mut endpoint.schemas);
    endpoint
        .answers_with(200, "As it is now", now)
        .refuses(404, "No such callback, or not yours to see")
        .refuses(412, "Somebody changed it at the same moment")
        .refuses(422, "It is over, or some values were refused")
}

fn answer(stored: Stored<Callback>) -> Response {
    ([(header::ETAG, etag(stored.version))], Json(stored)).into_response()
}

async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let value = admitted::<Callback>(&api, &caller, &body).await?;
    let work = async move {
        let stored = store.create_callback(&who, now, parse(value)?).await?;
        Made::row(&stored, place(Callback::PATH, &stored), stored.version)
    };
    once(&api, &caller, Callback::PATH, key, &body, work).await
}

async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, headers: HeaderMap) -> Answer<Response> {
    let stored = seen::<Callback>(&api, &caller, &path).await?;
    Ok(row(&headers, stored.version, &stored))
}

async fn update(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch, body: JsonBody) -> Answer<Response> {
    let (id, patch) = changeable::<Callback>(&api, &caller, &path, body).await?;
    Ok(answer(api.state.store.update_callback(&caller.who(), api.state.clock.utc(), id, version, &patch).await?))
}

async fn due(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Page<Stored<Callback>>>> {
    let owner: Option<Owner> = query.parse("owner", "write it as user:<id>, team:<id> or queue:<id>")?;
    let owner = owner.unwrap_or(Owner::User(caller.user.id));
    if !caller.may(Right::WorkAll) && !is_theirs(&caller.user, owner) {
        return Err(Problem::forbidden("this is the work of others"));
    }
    let query = query.into_list()?;
    if query.search.is_some() || !query.equals.is_empty() {
        return Err(Problem::invalid("", "filter by owner only"));
    }
    Ok(Json(api.state.store.due_callbacks(owner, &query).await?))
}

async fn attempts(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<AttemptView>>> {
    let id = seen::<Callback>(&api, &caller, &path).await?.id;
    Ok(Json(api.state.store.callback_attempts(id).await?))
}

async fn attempt(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<Response> {
    let id = seen::<Callback>(&api, &caller, &path).await?.id;
    let input: AttemptInput = body.parse()?;
    Ok(answer(api.state.store.attempt_callback(&caller.who(), api.state.clock.utc(), id, input).await?))
}

async fn take(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Response> {
    let id = seen::<Callback>(&api, &caller, &path).await?.id;
    Ok(answer(api.state.store.take_callback(&caller.who(), api.state.clock.utc(), id, caller.user.id).await?))
}

async fn cancel(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Response> {
    let id = seen::<Callback>(&api, &caller, &path).await?.id;
    Ok(answer(api.state.store.cancel_callback(&caller.who(), api.state.clock.utc(), id).await?))
}
