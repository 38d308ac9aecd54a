//! `GET /customers`: finding them.

use super::super::Api;
use super::super::extract::Query;
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use crm_core::model::Customer;
use crm_core::{Page, Stored};
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, query: Query) -> Answer<Json<Page<Stored<Customer>>>> {
    let mut query = query.into_list()?;
    let wanted = query.search.take().unwrap_or_default();
    Ok(Json(api.state.store.search_customers(&wanted, &query).await?))
}
