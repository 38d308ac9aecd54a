//! `POST …/used`, `PUT …/rating`, `GET` and `POST …/comments` of an article.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, Query, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::{PATH, readable};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::Page;
use crm_core::knowledge::{ArticleComment, Tally};
use crm_core::model::ArticleCommentId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What somebody writes about an article.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ArticleCommentText)]
pub(super) struct Words {
    /// Plain text of at most 2,000 characters.
    text: String,
}

/// It was kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArticleCommented)]
pub(super) struct Commented {
    #[schema(value_type = Uuid)]
    id: ArticleCommentId,
}

pub(super) async fn used(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<Json<Tally>> {
    let id = readable(&api, &caller, path.get("id", "knowledge article")?).await?.id;
    Ok(Json(api.state.store.article_used(&caller.who(), api.state.clock.utc(), id, body.parse()?).await?))
}

pub(super) async fn rate(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<Json<Tally>> {
    let id = readable(&api, &caller, path.get("id", "knowledge article")?).await?.id;
    Ok(Json(api.state.store.rate_article(&caller.who(), api.state.clock.utc(), id, body.parse()?).await?))
}

pub(super) async fn comments(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    query: Query,
) -> Answer<Json<Page<ArticleComment>>> {
    let id = readable(&api, &caller, path.get("id", "knowledge article")?).await?.id;
    Ok(Json(api.state.store.article_comments(id, &query.into_list()?).await?))
}

pub(super) async fn comment(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let id = readable(&api, &caller, path.get("id", "knowledge article")?).await?.id;
    let (again, who, value) = (Arc::clone(&api), caller.who(), body.value().clone());
    let place = format!("{PATH}/{id}/comments");
    let location = format!("{BASE}{place}");
    let work = async move {
        let Words { text } = parse(value)?;
        let comment = again.state.store.comment_article(&who, again.state.clock.utc(), id, &text).await?;
        Made::at(&Commented { id: comment }, location)
    };
    once(&api, &caller, &place, key, &body, work).await
}
