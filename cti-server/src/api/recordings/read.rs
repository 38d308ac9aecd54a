//! `GET /recordings/{id}`: what is known of it.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::PathOf;
use super::super::problem::Answer;
use super::allowed;
use axum::Json;
use axum::extract::State;
use crm_core::interactions::RecordingView;
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<RecordingView>> {
    allowed(&api, &caller, &path).await.map(Json)
}
