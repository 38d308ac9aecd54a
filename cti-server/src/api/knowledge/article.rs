//! `GET`, `PATCH`, `DELETE /knowledge/articles/{id}`: one article, and who may read it for how long.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, etag};
use super::super::fields::admit_change;
use super::super::problem::{Answer, Problem};
use super::{ArticleView, readable};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::model::{ArticleState, KnowledgeArticle, KnowledgeArticleId};
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Response> {
    let article = readable(&api, &caller, path.get("id", "knowledge article")?).await?;
    let tag = etag(article.version);
    // Not 304 by the version: the tally and the translations change without it.
    Ok(([(header::ETAG, tag)], Json(ArticleView::of(&api, &caller, article).await?)).into_response())
}

pub(super) async fn update(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, mut patch) = (path.get::<KnowledgeArticleId>("id", "knowledge article")?, body.into_value());
    let now = readable(&api, &caller, id).await?;
    admit_change::<KnowledgeArticle>(&caller, &mut patch, &now.data)?;
    let article = api.state.store.update::<KnowledgeArticle>(&caller.who(), api.state.clock.utc(), id, version, &patch).await?;
    let tag = etag(article.version);
    Ok(([(header::ETAG, tag)], Json(ArticleView::of(&api, &caller, article).await?)).into_response())
}

pub(super) async fn delete(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch) -> Answer<StatusCode> {
    let id: KnowledgeArticleId = path.get("id", "knowledge article")?;
    let article = readable(&api, &caller, id).await?;
    if article.published.is_some() || article.state == ArticleState::Retired {
        return Err(Problem::conflict("it was published, and contacts refer to it; retire it instead"));
    }
    api.state.store.delete::<KnowledgeArticle>(&caller.who(), api.state.clock.utc(), id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
