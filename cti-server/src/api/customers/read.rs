//! `GET /customers/{id}`.

use super::super::Api;
use super::super::extract::{PathOf, row};
use super::super::problem::Answer;
use super::CustomerView;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use crm_core::model::Customer;
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, path: PathOf, headers: HeaderMap) -> Answer<Response> {
    let customer = api.state.store.get::<Customer>(path.get("id", "customer")?).await?;
    let version = customer.version;
    Ok(row(&headers, version, &CustomerView::of(&api, customer).await?))
}
