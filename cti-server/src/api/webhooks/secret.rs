//! `POST /webhooks/{id}/secret`: a new one, for when the old one was told to somebody.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::PathOf;
use super::super::problem::Answer;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What deliveries are signed with from now on.
#[derive(Serialize, ToSchema)]
pub(super) struct NewSecret {
    secret: String,
}

pub(super) async fn renew(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<NewSecret>> {
    let id = path.get("id", "webhook")?;
    let secret = api.state.store.renew_webhook_secret(&caller.who(), api.state.clock.utc(), id).await?;
    Ok(Json(NewSecret { secret: secret.reveal().to_owned() }))
}
