//! `POST /flows/{id}/versions`: a draft, once it is right.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::{Answer, Problem};
use super::{FlowSource, problems};
use axum::extract::State;
use axum::response::Response;
use cti_types::FlowId;
use std::sync::Arc;

pub(super) async fn add(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let flow: FlowId = path.get("id", "flow")?;
    let (again, who, value) = (Arc::clone(&api), caller.who(), body.value().clone());
    let place = format!("/flows/{flow}/versions");
    let location = format!("{BASE}{place}");
    let work = async move {
        let FlowSource { source } = parse(value)?;
        let problems = problems(&again, &source).await?;
        if !problems.is_empty() {
            return Err(Problem::invalid_flow(problems));
        }
        let version = again.state.store.add_flow_version(&who, again.state.clock.utc(), flow, source).await?;
        Made::at(&version, format!("{location}/{}", version.number))
    };
    once(&api, &caller, &place, key, &body, work).await
}
