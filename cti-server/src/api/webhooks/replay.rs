//! `POST /webhooks/{id}/deliveries/{delivery}/replay`, `/replay?since=` and `/test`: sending again, and to try.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::webhooks::Replayed;
use std::sync::Arc;

pub(super) async fn one(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Replayed>> {
    let (webhook, delivery) = (path.get("id", "webhook")?, path.get("delivery", "delivery")?);
    Ok(Json(api.state.store.replay_delivery(&caller.who(), api.state.clock.utc(), webhook, delivery).await?))
}

pub(super) async fn since(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, mut query: Query) -> Answer<Json<Replayed>> {
    let id = path.get("id", "webhook")?;
    let since = query.time("since")?.ok_or_else(|| Problem::invalid("since", "say from when on"))?;
    let after = query.parse("after", "give back the `next` of the answer before")?.unwrap_or(0);
    query.nothing_else()?;
    Ok(Json(api.state.store.replay_since(&caller.who(), api.state.clock.utc(), id, since, after).await?))
}

pub(super) async fn test(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Replayed>> {
    let id = path.get("id", "webhook")?;
    Ok(Json(api.state.store.test_webhook(&caller.who(), api.state.clock.utc(), id).await?))
}
