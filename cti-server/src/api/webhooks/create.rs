//! `POST /webhooks`: making one, with its secret.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::super::rows::Collection;
use axum::extract::State;
use axum::response::Response;
use crm_core::Stored;
use crm_core::model::Webhook;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct NewWebhook<'a> {
    #[serde(flatten)]
    stored: &'a Stored<Webhook>,
    secret: &'a str,
}

pub(super) async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let value = body.value().clone();
    let work = async move {
        let (stored, secret) = store.create_webhook(&who, now, parse(value)?).await?;
        let body = NewWebhook { stored: &stored, secret: secret.reveal() };
        Made::row(&body, format!("{BASE}{}/{}", Webhook::PATH, stored.id), stored.version)
    };
    once(&api, &caller, Webhook::PATH, key, &body, work).await
}
