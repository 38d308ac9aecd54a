//! `GET /customers/{id}/card`: what an agent sees when they call.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::PathOf;
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::Card;
use std::sync::Arc;

pub(super) async fn card(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Card>> {
    let card = api.state.store.card(path.get("id", "customer")?).await?.map(|card| card.for_viewer(&caller.viewer()));
    // Asked for by its id, what one may not see is not there.
    card.filter(|card| !card.hidden).map(Json).ok_or_else(|| Problem::not_found("customer"))
}
