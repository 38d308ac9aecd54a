//! `GET /flows/{id}/versions` and one of them.

use super::super::Api;
use super::super::extract::PathOf;
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use crm_core::model::{Flow, FlowVersion};
use cti_types::FlowId;
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<Vec<FlowVersion>>> {
    let flow: FlowId = path.get("id", "flow")?;
    let store = &api.state.store;
    // A flow without versions is told from no flow.
    store.get::<Flow>(flow).await?;
    Ok(Json(store.flow_versions(flow).await?))
}

pub(super) async fn read(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<FlowVersion>> {
    let (flow, number) = (path.get("id", "flow")?, path.get("number", "flow version")?);
    Ok(Json(api.state.store.flow_version(flow, number).await?))
}
