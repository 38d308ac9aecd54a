//! `GET /audit`: who changed what, and who heard which recording.

use super::Api;
use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::extract::Query;
use super::problem::Answer;
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::model::AuditEntry;
use std::sync::Arc;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/audit", Access::Needs(Right::AuditRead), list)
            .says("audit", "Who changed what and who heard which recording, the latest first")
            .query("resource", "The kind of row: queue, user, flow_version, …")
            .query("resource_id", "The row")
            .query("user", "Who")
            .query("action", "create, update, delete or listen")
            .pages(false)
            .answers_page::<AuditEntry>(),
    ]
}

async fn list(State(api): State<Arc<Api>>, query: Query) -> Answer<Json<Page<AuditEntry>>> {
    Ok(Json(api.state.store.audit(&query.into_list()?).await?))
}
