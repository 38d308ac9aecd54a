//! `POST /tickets`: making one.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::JsonBody;
use super::super::fields::admit_new;
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::PATH;
use super::seen::may_name;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::Ticket;
use std::sync::Arc;

pub(super) async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let mut fields = body.value().clone();
    admit_new::<Ticket>(&caller, &mut fields)?;
    may_name(&api, &caller, &fields, None).await?;
    let viewer = caller.viewer();
    let work = async move {
        store.check_ticket_fields(&viewer, None, &fields).await?;
        let ticket = Box::pin(store.create_ticket(&who, now, &fields)).await?;
        Made::row(&ticket, format!("{BASE}{PATH}/{}", ticket.id), ticket.version)
    };
    once(&api, &caller, PATH, key, &body, work).await
}
