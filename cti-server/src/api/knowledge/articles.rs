//! `GET` and `POST /knowledge/articles`: listing them, and writing a new one.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, Query, parse};
use super::super::fields::admit_new;
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::{Answer, Problem};
use super::{ArticleView, PATH, level};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::knowledge::ArticleFilter;
use crm_core::model::{ArticleState, KnowledgeArticle};
use crm_core::{Page, Stored};
use cti_types::Utc;
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Page<Stored<KnowledgeArticle>>>> {
    let state = match query.take("state") {
        Some(word) => Some(state(&word).ok_or_else(|| Problem::invalid("state", "choose draft, review, published or retired"))?),
        None => None,
    };
    let due = match query.take("review_due_by") {
        Some(text) => Some(time(&text).ok_or_else(|| Problem::invalid("review_due_by", "write it as 2026-01-31T08:00:00Z"))?),
        None => None,
    };
    let filter = ArticleFilter {
        category: query.parse("category", "give an id")?,
        language: query.take("language"),
        state,
        review_due_by: due,
        level: level(&caller),
        author: caller.may(Right::KnowledgeWrite),
        cursor: query.take("cursor"),
        limit: query.limit()?,
    };
    query.nothing_else()?;
    Ok(Json(api.state.store.articles(&filter).await?))
}

pub(super) async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (again, as_who, now) = (Arc::clone(&api), caller.clone(), api.state.clock.utc());
    let mut value = body.value().clone();
    admit_new::<KnowledgeArticle>(&caller, &mut value)?;
    let work = async move {
        let (article, _) = again.state.store.create_article(&as_who.who(), now, parse(value)?).await?;
        let (location, version) = (format!("{BASE}{PATH}/{}", article.id), article.version);
        Made::row(&ArticleView::of(&again, &as_who, article).await?, location, version)
    };
    once(&api, &caller, PATH, key, &body, work).await
}

fn state(word: &str) -> Option<ArticleState> {
    serde_json::from_value(serde_json::Value::from(word)).ok()
}

/// Microseconds since 1970, or as people write it.
fn time(text: &str) -> Option<Utc> {
    let micros = text.parse::<i64>().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond));
    micros.map(Utc)
}
