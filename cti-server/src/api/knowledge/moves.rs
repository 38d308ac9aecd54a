//! Where a version stands: `POST …/versions/{number}/submit`, `/review`, `/publish`, and `POST /knowledge/articles/{id}/retire`.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, etag};
use super::super::problem::Answer;
use super::{ArticleView, readable};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::model::{ArticleVersion, KnowledgeArticleId, UserRole};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a reviewer says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ArticleReview)]
pub(super) struct Review {
    /// False: it goes back to its author as a draft.
    approved: bool,
    /// At most 2,000 characters.
    #[serde(default)]
    note: Option<String>,
}

async fn place(api: &Arc<Api>, caller: &Caller, path: &PathOf) -> Answer<(KnowledgeArticleId, u32)> {
    let number = path.get("number", "version")?;
    Ok((readable(api, caller, path.get("id", "knowledge article")?).await?.id, number))
}

/// An administrator answers for everything and needs nobody else.
fn any(caller: &Caller) -> bool {
    caller.roles.contains(&UserRole::Admin)
}

pub(super) async fn submit(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<ArticleVersion>> {
    let (id, number) = place(&api, &caller, &path).await?;
    Ok(Json(api.state.store.submit_article_version(&caller.who(), api.state.clock.utc(), id, number).await?))
}

pub(super) async fn review(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<Json<ArticleVersion>> {
    let (id, number) = place(&api, &caller, &path).await?;
    let Review { approved, note } = body.parse()?;
    let (store, now) = (&api.state.store, api.state.clock.utc());
    Ok(Json(store.review_article_version(&caller.who(), now, id, number, approved, note, any(&caller)).await?))
}

pub(super) async fn publish(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<ArticleVersion>> {
    let (id, number) = place(&api, &caller, &path).await?;
    Ok(Json(api.state.store.publish_article_version(&caller.who(), api.state.clock.utc(), id, number, any(&caller)).await?))
}

pub(super) async fn retire(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch) -> Answer<Response> {
    let id = readable(&api, &caller, path.get("id", "knowledge article")?).await?.id;
    let article = api.state.store.retire_article(&caller.who(), api.state.clock.utc(), id, version).await?;
    let tag = etag(article.version);
    Ok(([(header::ETAG, tag)], Json(ArticleView::of(&api, &caller, article).await?)).into_response())
}
