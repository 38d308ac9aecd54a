//! `GET|POST /legal-holds`, `GET /legal-holds/{id}`, `POST /legal-holds/{id}/lift`: what may not be erased for the time being.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::{BASE, Endpoint};
use super::extract::{JsonBody, PathOf, Query, parse};
use super::once::{IdempotencyKey, Made, once};
use super::problem::Answer;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::Page;
use crm_core::erasure::{HoldRequest, LegalHold};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

const PATH: &str = "/legal-holds";
const TAG: &str = "retention";
const HOLD: Access = Access::Needs(Right::RetentionWrite);

/// Why a hold is lifted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HoldLift)]
struct Lift {
    reason: String,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post(PATH, HOLD, set)
            .says(TAG, "Set a legal hold on a customer or an interaction")
            .more("While it stands, neither a person nor a policy erases what it is about.")
            .takes::<HoldRequest>()
            .idempotent()
            .answers::<LegalHold>(201, "It stands"),
        Endpoint::get(PATH, HOLD, list)
            .says(TAG, "Legal holds, the latest first")
            .query("subject_id", "On this customer or interaction")
            .query("standing", "true: not lifted; false: lifted")
            .pages(false)
            .answers_page::<LegalHold>(),
        Endpoint::get(format!("{PATH}/{{id}}"), HOLD, read)
            .says(TAG, "Read a legal hold")
            .answers::<LegalHold>(200, "The hold")
            .refuses(404, "No such hold"),
        Endpoint::post(format!("{PATH}/{{id}}/lift"), HOLD, lift)
            .says(TAG, "Lift a legal hold")
            .takes::<Lift>()
            .answers::<LegalHold>(200, "It is lifted")
            .refuses(404, "No such hold")
            .refuses(409, "It was lifted already"),
    ]
}

async fn set(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let value = body.value().clone();
    let work = async move {
        let hold = store.set_hold(&who, now, parse::<HoldRequest>(value)?).await?;
        Made::at(&hold, format!("{BASE}{PATH}/{}", hold.id))
    };
    once(&api, &caller, PATH, key, &body, work).await
}

async fn list(State(api): State<Arc<Api>>, query: Query) -> Answer<Json<Page<LegalHold>>> {
    Ok(Json(api.state.store.holds(&query.into_list()?).await?))
}

async fn read(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<LegalHold>> {
    Ok(Json(api.state.store.hold(path.get("id", "legal hold")?).await?))
}

async fn lift(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<Json<LegalHold>> {
    let (id, Lift { reason }) = (path.get("id", "legal hold")?, body.parse()?);
    Ok(Json(api.state.store.lift_hold(&caller.who(), api.state.clock.utc(), id, reason).await?))
}
