//! `GET /knowledge/search`, and `GET /knowledge/searches`: what was searched for.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use super::level;
use axum::Json;
use axum::extract::State;
use crm_core::knowledge::{AskedFor, HITS_MAX, Hit, Search};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArticlesFound)]
pub(super) struct Found {
    hits: Vec<Hit>,
}

pub(super) async fn search(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Found>> {
    let limit: Option<u32> = query.limit()?;
    if limit.is_some_and(|limit| limit > HITS_MAX) {
        return Err(Problem::out_of_bounds("limit", format!("give a number from 1 to {HITS_MAX}")));
    }
    let search = Search {
        text: query.take("q").unwrap_or_default(),
        language: query.take("language"),
        category: query.parse("category", "give an id")?,
        level: level(&caller),
        limit,
    };
    query.nothing_else()?;
    let (store, now) = (&api.state.store, api.state.clock.utc());
    let hits = store.search_articles(now, &search).await?;
    // A search that cannot be counted is answered all the same.
    if let Err(error) = store.count_search(now, &search.text, search.language.as_deref(), hits.len()).await {
        tracing::warn!(%error, "a search of the knowledge base is not counted");
    }
    Ok(Json(Found { hits }))
}

pub(super) async fn searches(State(api): State<Arc<Api>>, mut query: Query) -> Answer<Json<Vec<AskedFor>>> {
    let in_vain = query.parse("without_result", "say true or false")?.unwrap_or(false);
    let limit = query.limit()?;
    query.nothing_else()?;
    Ok(Json(api.state.store.searches(in_vain, limit).await?))
}
