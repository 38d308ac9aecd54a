//! `GET /orders`, `/contracts`, `/products-owned`: a page of all, or by one of their filters.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use super::super::visible;
use axum::Json;
use axum::extract::State;
use crm_core::model::OfCustomer;
use crm_core::{Page, Stored};
use std::sync::Arc;

pub(super) async fn list<R: OfCustomer>(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Answer<Json<Page<Stored<R>>>> {
    let query = query.into_list()?;
    if query.search.is_some() {
        return Err(Problem::invalid("search", format!("filter by {}", R::FILTERS.join(", "))));
    }
    let found = api.state.store.list_of_customers::<R>(&query).await?;
    Ok(Json(visible::page(&api, &caller, found).await?))
}
