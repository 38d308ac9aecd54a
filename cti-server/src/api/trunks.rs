//! `GET /trunks/{id}/status`: how a trunk does just now. Its configuration is a row like any other, in `rows`.

use super::Api;
use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::extract::PathOf;
use super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use cti_types::TrunkId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let read = Endpoint::get("/trunks/{id}/status", Access::Needs(Right::ConfigRead), status)
        .says("trunks", "How a trunk does now")
        .more("Health by OPTIONS probes, our registration with it, the calls under way. At most a quarter of a second old.")
        .answers::<Status>(200, "How it does")
        .refuses(404, "No such trunk, or it is not active");
    vec![read]
}

#[derive(Serialize, ToSchema)]
struct Status {
    #[schema(value_type = Uuid)]
    trunk: TrunkId,
    /// `unknown` (not probed), `up`, `degraded`, `down`.
    health: &'static str,
    /// Calls under way, both ways.
    calls: u32,
    /// `not_wanted`, `asking`, `yes`, `refused`.
    registered: &'static str,
    /// The answer by which our registration was refused.
    registration_refused: Option<u16>,
    /// A call failed by it a short while ago: it gets no other for now.
    resting: bool,
}

async fn status(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<Status>> {
    let id: TrunkId = path.get("id", "trunk")?;
    let pulse = api.state.pulse.borrow().clone();
    let found = pulse.as_ref().and_then(|pulse| pulse.gauges.trunks.iter().find(|status| status.trunk == id));
    let found = found.ok_or_else(|| Problem::not_found("trunk"))?;
    let now = api.state.clock.tick();
    Ok(Json(Status {
        trunk: found.trunk,
        health: found.health.word(),
        calls: found.calls,
        registered: found.registered.word(),
        registration_refused: match found.registered {
            cti_sip::Registered::Refused(code) => Some(code),
            cti_sip::Registered::NotWanted | cti_sip::Registered::Asking | cti_sip::Registered::Yes => None,
        },
        resting: found.resting_until.is_some_and(|until| until > now),
    }))
}
