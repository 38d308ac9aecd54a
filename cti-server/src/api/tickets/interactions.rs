//! `POST` and `DELETE /tickets/{id}/interactions`: which contacts it was about.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{JsonBody, PathOf};
use super::super::problem::Answer;
use super::seen::seen;
use axum::extract::State;
use axum::http::StatusCode;
use cti_types::InteractionId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkedInteraction {
    #[schema(value_type = Uuid)]
    interaction_id: InteractionId,
}

pub(super) async fn link(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<StatusCode> {
    let (id, LinkedInteraction { interaction_id }) = (seen(&api, &caller, &path).await?.id, body.parse()?);
    api.state.store.link_interaction(&caller.who(), api.state.clock.utc(), id, interaction_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn unlink(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<StatusCode> {
    let (id, interaction) = (seen(&api, &caller, &path).await?.id, path.get("interaction", "interaction")?);
    api.state.store.unlink_interaction(&caller.who(), api.state.clock.utc(), id, interaction).await?;
    Ok(StatusCode::NO_CONTENT)
}
