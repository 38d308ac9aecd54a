//! `PUT /interactions/{id}/customer`: whoever works on it says who the customer is.

use super::super::Api;
use super::super::caller::Caller;
use super::super::calls::refused;
use super::super::extract::{JsonBody, PathOf, parse};
use super::super::problem::{Answer, Problem};
use super::super::visible;
use crate::switch::{Event, Identify, Question};
use axum::extract::State;
use axum::http::StatusCode;
use cti_types::{CustomerId, InteractionId};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InteractionCustomer {
    #[schema(value_type = Uuid)]
    customer_id: CustomerId,
}

pub(super) async fn set(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<StatusCode> {
    let interaction: InteractionId = path.get("id", "interaction")?;
    let InteractionCustomer { customer_id } = parse(body.value().clone())?;
    visible::may_name(&api, &caller, Some(customer_id)).await?;
    let found = crate::card::of_customer(&api.state.store, api.state.clock.utc(), customer_id).await?;
    // Erased since it was looked at.
    let Some(found) = found else { return Err(Problem::invalid("customer_id", "choose a customer that exists")) };
    let (by, via, role) = (caller.user.id, caller.who().via, caller.role());
    let question = Box::new(Question::Identify(Identify { by, via, role, interaction, found }));
    let inbox = &api.state.inbox;
    api.state.asks.ask(async |ask| inbox.desk(Event::Asked { ask, question }).await).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
