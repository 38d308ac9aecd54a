//! `GET /interactions/{id}`: one with all that belongs to it.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::extract::PathOf;
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::interactions::InteractionDetail;
use cti_types::InteractionId;
use std::sync::Arc;

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<InteractionDetail>> {
    let id: InteractionId = path.get("id", "interaction")?;
    if !caller.may(Right::InteractionsAll) && !api.state.store.took_part(id, caller.user.id).await? {
        // The same as for one that is not there: its id alone tells nothing.
        return Err(Problem::not_found("interaction"));
    }
    Ok(Json(api.state.store.interaction(id).await?))
}
