//! `/tickets/{id}/complaint`: the way of a complaint, one path for each step.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf};
use super::super::problem::Answer;
use super::seen::seen;
use super::shown;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::tickets::complaint::{Complaint, Done};
use serde::de::DeserializeOwned;
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Complaint>> {
    Ok(Json(api.state.store.complaint(seen(&api, &caller, &path).await?.id).await?))
}

macro_rules! steps {
    ($($name:ident: $step:ident),* $(,)?) => {$(
        pub(super) async fn $name(
            State(api): State<Arc<Api>>,
            caller: Caller,
            path: PathOf,
            version: IfMatch,
            body: JsonBody,
        ) -> Answer<Response> {
            take(&api, &caller, &path, version, body, Done::$step).await
        }
    )*};
}
steps!(assign: Assign, schedule: Schedule, answer: Answer, follow_up: FollowUp, evaluation: Evaluation);

async fn take<T: DeserializeOwned>(
    api: &Api,
    caller: &Caller,
    path: &PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
    step: impl FnOnce(T) -> Done,
) -> Answer<Response> {
    let (id, done) = (seen(api, caller, path).await?.id, step(body.parse()?));
    Ok(shown(&api.state.store.take_step(&caller.who(), api.state.clock.utc(), id, version, done).await?))
}
