//! `GET /webhooks/{id}/deliveries` and `/status`: what was sent, and how it went.

use super::super::Api;
use super::super::extract::{PathOf, Query};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::model::{DeliveryView, WebhookStatus};
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, path: PathOf, query: Query) -> Answer<Json<Page<DeliveryView>>> {
    let query = query.into_list()?;
    if query.search.is_some() {
        return Err(Problem::invalid("search", "filter by state"));
    }
    Ok(Json(api.state.store.webhook_deliveries(path.get("id", "webhook")?, &query).await?))
}

pub(super) async fn status(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<WebhookStatus>> {
    Ok(Json(api.state.store.webhook_status(path.get("id", "webhook")?).await?))
}
