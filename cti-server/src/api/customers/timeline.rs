//! `GET /customers/{id}/timeline`: what happened with a customer on all channels.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query};
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::timeline::{TimelineEntry, TimelineQuery};
use std::sync::Arc;

pub(super) async fn timeline(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    mut query: Query,
) -> Answer<Json<Page<TimelineEntry>>> {
    let id = path.get("id", "customer")?;
    let kinds = query.take("kinds").unwrap_or_default();
    let kinds = kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
    let wanted = TimelineQuery { kinds, cursor: query.take("cursor"), limit: query.limit()? };
    query.nothing_else()?;
    Ok(Json(api.state.store.timeline(&caller.viewer(), id, &wanted).await?))
}
