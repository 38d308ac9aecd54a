//! `/scripts/{id}/versions`, and `GET /queues/{id}/script`.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::{Script, ScriptId, ScriptVersion};
use cti_types::QueueId;
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<Vec<ScriptVersion>>> {
    let script: ScriptId = path.get("id", "script")?;
    // A script without versions is told from no script.
    api.state.store.get::<Script>(script).await?;
    Ok(Json(api.state.store.script_versions(script).await?))
}

pub(super) async fn read(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<ScriptVersion>> {
    let (script, number) = (path.get("id", "script")?, path.get("number", "script version")?);
    Ok(Json(api.state.store.script_version(script, number).await?))
}

pub(super) async fn add(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let script: ScriptId = path.get("id", "script")?;
    let (again, who, value) = (Arc::clone(&api), caller.who(), body.value().clone());
    let place = format!("/scripts/{script}/versions");
    let location = format!("{BASE}{place}");
    let work = async move {
        let version = again.state.store.add_script_version(&who, again.state.clock.utc(), script, parse(value)?).await?;
        Made::at(&version, format!("{location}/{}", version.number))
    };
    once(&api, &caller, &place, key, &body, work).await
}

pub(super) async fn publish(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<ScriptVersion>> {
    let (script, number) = (path.get("id", "script")?, path.get("number", "script version")?);
    Ok(Json(api.state.store.publish_script_version(&caller.who(), api.state.clock.utc(), script, number).await?))
}

pub(super) async fn of_queue(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<ScriptVersion>> {
    let queue: QueueId = path.get("id", "queue")?;
    Ok(Json(api.state.store.script_of_queue(queue).await?))
}
