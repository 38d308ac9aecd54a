//! `GET /customers/{id}/duplicates`, `GET /duplicates`, `POST /duplicates/{id}/dismiss`.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query};
use super::super::problem::{Answer, Problem};
use super::all_seen;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crm_core::Page;
use crm_core::identity::{Duplicate, DuplicatePair};
use std::sync::Arc;

pub(super) async fn of_customer(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<Duplicate>>> {
    Ok(Json(api.state.store.duplicates_of(&caller.viewer(), path.get("id", "customer")?).await?))
}

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Answer<Json<Page<DuplicatePair>>> {
    Ok(Json(api.state.store.duplicate_pairs(&caller.viewer(), &query.into_list()?).await?))
}

pub(super) async fn dismiss(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<StatusCode> {
    let (id, now) = (path.get("id", "duplicate")?, api.state.clock.utc());
    let sides = api.state.store.duplicate_sides(id).await?;
    if !all_seen(&api, &caller, &sides).await? {
        return Err(Problem::not_found("duplicate"));
    }
    api.state.store.dismiss_duplicate(&caller.who(), now, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
