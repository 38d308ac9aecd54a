//! `GET /session`: who am I.

use super::super::Api;
use super::super::caller::Caller;
use super::super::problem::Answer;
use super::SessionView;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller) -> Answer<Json<SessionView>> {
    let must_change = caller.must_change_password();
    SessionView::of(&api, caller.user, caller.roles, must_change).await.map(Json)
}
