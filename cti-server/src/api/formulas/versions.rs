//! `/formulas/{id}/versions`: listing, adding, reading, publishing.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::FormulaSource;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::{FormulaId, FormulaVersion};
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<Vec<FormulaVersion>>> {
    Ok(Json(api.state.store.formula_versions(path.get("id", "formula")?).await?))
}

pub(super) async fn read(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<FormulaVersion>> {
    let (formula, number) = (path.get("id", "formula")?, path.get("number", "formula version")?);
    Ok(Json(api.state.store.formula_version(formula, number).await?))
}

pub(super) async fn add(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let formula: FormulaId = path.get("id", "formula")?;
    let (store, who, now, value) = (api.state.store.clone(), caller.who(), api.state.clock.utc(), body.value().clone());
    let place = format!("/formulas/{formula}/versions");
    let location = format!("{BASE}{place}");
    let work = async move {
        let FormulaSource { source } = parse(value)?;
        let version = store.add_formula_version(&who, now, formula, source).await?;
        Made::at(&version, format!("{location}/{}", version.number))
    };
    once(&api, &caller, &place, key, &body, work).await
}

pub(super) async fn publish(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<FormulaVersion>> {
    let (formula, number) = (path.get("id", "formula")?, path.get("number", "formula version")?);
    Ok(Json(api.state.store.publish_formula_version(&caller.who(), api.state.clock.utc(), formula, number).await?))
}
