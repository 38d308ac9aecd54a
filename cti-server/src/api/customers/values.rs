//! `GET /customers/{id}/values`: what the formulas give for a customer, explained.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::PathOf;
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use crm_core::model::CustomerValue;
use std::sync::Arc;

pub(super) async fn values(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<CustomerValue>>> {
    let (id, store) = (path.get("id", "customer")?, &api.state.store);
    store.may_see(&caller.viewer(), id).await?;
    Ok(Json(store.customer_values(api.state.clock.utc(), id).await?))
}
