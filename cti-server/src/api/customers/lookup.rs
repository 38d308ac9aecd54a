//! `GET /lookup`: who has a number, as when a call comes.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::Card;
use crm_core::number::normalise;
use std::sync::Arc;

pub(super) async fn lookup(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Vec<Card>>> {
    let number = query.take("number").ok_or_else(|| Problem::invalid("number", "give a number"))?;
    query.nothing_else()?;
    let store = &api.state.store;
    let cards = store.who_is(api.state.clock.utc(), &normalise(&number, store.country())).await?;
    let viewer = caller.viewer();
    Ok(Json(cards.into_iter().map(|card| card.for_viewer(&viewer)).collect()))
}
