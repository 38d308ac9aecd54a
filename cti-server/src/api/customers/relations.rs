//! `/customers/{id}/relations`: whom a customer belongs together with.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, Query, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::PATH;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use crm_core::model::{NewRelation, Relation};
use crm_core::{ListQuery, Page};
use cti_types::CustomerId;
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, mut query: Query) -> Answer<Json<Page<Relation>>> {
    let id = path.get("id", "customer")?;
    let wanted = ListQuery { cursor: query.take("cursor"), limit: query.limit()?, ..ListQuery::default() };
    query.nothing_else()?;
    Ok(Json(api.state.store.relations(&caller.viewer(), id, &wanted).await?))
}

pub(super) async fn add(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let id: CustomerId = path.get("id", "customer")?;
    let (store, viewer, who, now) = (api.state.store.clone(), caller.viewer(), caller.who(), api.state.clock.utc());
    let (value, place) = (body.value().clone(), format!("{PATH}/{id}/relations"));
    let location = format!("{BASE}{place}");
    let work = async move {
        let relation = store.add_relation(&viewer, &who, now, id, &parse::<NewRelation>(value)?).await?;
        Made::at(&relation, format!("{location}/{}", relation.id))
    };
    once(&api, &caller, &place, key, &body, work).await
}

pub(super) async fn remove(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<StatusCode> {
    let (id, relation) = (path.get("id", "customer")?, path.get("relation", "relation")?);
    api.state.store.remove_relation(&caller.viewer(), &caller.who(), api.state.clock.utc(), id, relation).await?;
    Ok(StatusCode::NO_CONTENT)
}
