//! `GET /my-work`: everything one has to do, the most urgent first.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::Endpoint;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use super::NEEDS;
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::model::{WorkCounts, WorkEntry};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/my-work", NEEDS, list)
            .says("my work", "What one has to do, the most urgent first")
            .more(
                "Open tasks and callbacks of oneself, one's team and the queues one serves, and what one was told and has not read. A step \
                 of priority counts like four hours of lateness; work without a time stands thirty days after it was made.",
            )
            .pages(false)
            .answers::<MyWork>(200, "A page of it, and how much it is in all"),
    ]
}

/// A page of the list, and how much is on it.
#[derive(Serialize, ToSchema)]
struct MyWork {
    items: Vec<WorkEntry>,
    /// Give it back as `cursor` to get what follows; null: this was the last page.
    next: Option<String>,
    counts: WorkCounts,
}

async fn list(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Answer<Json<MyWork>> {
    let query = query.into_list()?;
    if query.search.is_some() {
        return Err(Problem::invalid("search", "there is no such filter"));
    }
    let store = &api.state.store;
    let Page { items, next } = store.my_work(&caller.user, &query).await?;
    let counts = store.my_work_counts(&caller.user, api.state.clock.utc()).await?;
    Ok(Json(MyWork { items, next, counts }))
}
