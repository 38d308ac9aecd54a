//! `POST /orders`, `/contracts`, `/products-owned`: one that is entered here.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, parse};
use super::super::fields::admit_new;
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::super::rows::Collection;
use super::super::visible::may_name;
use axum::extract::State;
use axum::response::Response;
use crm_core::model::Pushed;
use std::sync::Arc;

pub(super) async fn create<R: Collection + Pushed>(
    State(api): State<Arc<Api>>,
    caller: Caller,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let mut value = body.value().clone();
    admit_new::<R>(&caller, &mut value)?;
    let data: R = parse(value)?;
    may_name(&api, &caller, data.customer()).await?;
    let work = async move {
        let stored = store.insert_pushed::<R>(&who, now, data).await?;
        Made::row(&stored, format!("{BASE}{}/{}", R::PATH, stored.id), stored.version)
    };
    once(&api, &caller, R::PATH, key, &body, work).await
}
