//! `/knowledge/articles/{id}/versions`: the texts of an article.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::{Answer, Problem};
use super::{PATH, readable};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::{ArticleState, ArticleVersion, KnowledgeArticleId};
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<ArticleVersion>>> {
    let article = readable(&api, &caller, path.get("id", "knowledge article")?).await?;
    let mut all = api.state.store.article_versions(article.id).await?;
    all.retain(|version| shown(&caller, version));
    Ok(Json(all))
}

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<ArticleVersion>> {
    let number = path.get("number", "version")?;
    let article = readable(&api, &caller, path.get("id", "knowledge article")?).await?;
    let version = api.state.store.article_version(article.id, number).await?;
    if shown(&caller, &version) { Ok(Json(version)) } else { Err(Problem::not_found("version")) }
}

pub(super) async fn add(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let id: KnowledgeArticleId = path.get("id", "knowledge article")?;
    readable(&api, &caller, id).await?;
    let (again, who, value) = (Arc::clone(&api), caller.who(), body.value().clone());
    let place = format!("{PATH}/{id}/versions");
    let location = format!("{BASE}{place}");
    let work = async move {
        let version = again.state.store.add_article_version(&who, again.state.clock.utc(), id, parse(value)?).await?;
        Made::at(&version, format!("{location}/{}", version.number))
    };
    once(&api, &caller, &place, key, &body, work).await
}

/// Readers see what is, or was, published; who writes sees all.
fn shown(caller: &Caller, version: &ArticleVersion) -> bool {
    caller.may(Right::KnowledgeWrite) || matches!(version.state, ArticleState::Published | ArticleState::Retired)
}
