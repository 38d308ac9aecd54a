//! `GET /retention-policies/{id}/status`: what a policy would erase now, and what it did. The policies themselves are in `rows`.

use super::Api;
use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::extract::PathOf;
use super::problem::Answer;
use axum::Json;
use axum::extract::State;
use crm_core::erasure::RetentionStatus;
use std::sync::Arc;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/retention-policies/{id}/status", Access::Needs(Right::RetentionWrite), status)
            .says("retention", "What a policy would erase now, and what it did")
            .more("To be looked at before a policy is made active.")
            .answers::<RetentionStatus>(200, "Its figures")
            .refuses(404, "No such policy"),
    ]
}

async fn status(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<RetentionStatus>> {
    let id = path.get("id", "retention policy")?;
    Ok(Json(api.state.store.retention_status(api.state.clock.utc(), id).await?))
}
