//! `POST /flows/{id}/versions/{number}/publish`: from now on new calls take this one.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::PathOf;
use super::super::problem::{Answer, Problem};
use super::problems;
use axum::Json;
use axum::extract::State;
use crm_core::model::FlowVersion;
use cti_types::FlowId;
use std::sync::Arc;

pub(super) async fn publish(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<FlowVersion>> {
    let (flow, number): (FlowId, u32) = (path.get("id", "flow")?, path.get("number", "flow version")?);
    let store = &api.state.store;
    // It was right when it was added; a queue it names may be gone since.
    let problems = problems(&api, &store.flow_version(flow, number).await?.source).await?;
    if !problems.is_empty() {
        return Err(Problem::invalid_flow(problems));
    }
    Ok(Json(store.publish_flow_version(&caller.who(), api.state.clock.utc(), flow, number).await?))
}
