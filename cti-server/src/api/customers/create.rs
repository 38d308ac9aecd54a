//! `POST /customers`: adding one with their contact points.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::{Answer, Problem};
use super::{PATH, view};
use axum::extract::State;
use axum::response::Response;
use crm_core::model::{ContactInput, Customer};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now, viewer) = (api.state.store.clone(), caller.who(), api.state.clock.utc(), caller.viewer());
    let value = body.value().clone();
    let work = async move {
        let Value::Object(mut fields) = value else { return Err(Problem::invalid("", "send a JSON object")) };
        let contacts: Vec<ContactInput> = parse(fields.remove("contacts").unwrap_or(json!([])))?;
        store.check_new_customer(&viewer, &fields).await?;
        let customer: Customer = parse(Value::Object(fields))?;
        let (customer, _) = store.create_customer(&who, now, customer, &contacts).await?;
        let (version, body) = view(&store, &viewer, customer.id).await?;
        Made::row(&body, format!("{BASE}{PATH}/{}", customer.id), version)
    };
    once(&api, &caller, PATH, key, &body, work).await
}
