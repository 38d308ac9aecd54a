//! `/customers/{id}/consent`: what a customer allows and forbids, channel by channel.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, Query, parse};
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::Answer;
use super::PATH;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::consent::MayContact;
use crm_core::model::{Consent, NewConsent};
use crm_core::{ListQuery, Page};
use cti_types::CustomerId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What was recorded, channel by channel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordedConsents {
    consents: Vec<Consent>,
}

pub(super) async fn current(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<MayContact>>> {
    let id = path.get("id", "customer")?;
    Ok(Json(api.state.store.consents(&caller.viewer(), id, api.state.clock.utc()).await?))
}

pub(super) async fn history(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, mut query: Query) -> Answer<Json<Page<Consent>>> {
    let id = path.get("id", "customer")?;
    let wanted = ListQuery { cursor: query.take("cursor"), limit: query.limit()?, ..ListQuery::default() };
    query.nothing_else()?;
    Ok(Json(api.state.store.consent_history(&caller.viewer(), id, &wanted).await?))
}

pub(super) async fn record(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    key: IdempotencyKey,
    body: JsonBody,
) -> Answer<Response> {
    let id: CustomerId = path.get("id", "customer")?;
    let (store, viewer, who, now) = (api.state.store.clone(), caller.viewer(), caller.who(), api.state.clock.utc());
    let (value, place) = (body.value().clone(), format!("{PATH}/{id}/consent"));
    let location = format!("{BASE}{place}");
    let work = async move {
        let consents = store.record_consent(&viewer, &who, now, id, &parse::<NewConsent>(value)?).await?;
        Made::at(&RecordedConsents { consents }, location)
    };
    once(&api, &caller, &place, key, &body, work).await
}
