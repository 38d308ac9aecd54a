//! `/health`, `/ready` and `/metrics`: how the process is, for those who run it. They show figures and words, never people.

use super::Api;
use super::access::{Access, Right};
use super::caller;
use super::endpoint::Endpoint;
use super::extract::Peer;
use super::guard::is_local;
use super::problem::{Answer, Problem};
use crate::metrics::Sample;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use utoipa::ToSchema;

const TAG: &str = "running";
/// A database that takes longer to answer counts as away.
const PING_MAX: Duration = Duration::from_secs(1);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("//health", Access::Open, health).says(TAG, "Whether the process runs").answers::<Health>(200, "It does"),
        Endpoint::get("//ready", Access::Open, ready)
            .says(TAG, "Whether it should get new calls")
            .answers::<Readiness>(200, "It should")
            .answers::<Readiness>(503, "It should not; the parts say why"),
        Endpoint::get("//metrics", Access::Open, metrics)
            .says(TAG, "Figures in Prometheus' text format")
            .more("From this machine without a login; from elsewhere with a token of an administrator or analyst.")
            .answers_raw(200, "The figures", prometheus::TEXT_FORMAT)
            .refuses(401, "Neither from this machine nor signed in")
            .refuses(403, "Not allowed to your roles"),
    ]
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
    version: &'static str,
}

async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// New calls can be taken while the switch runs, the server does not drain, and what happens can be kept: the journal has room, or at
/// least the database answers.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct Readiness {
    ready: bool,
    draining: bool,
    /// The loop that handles calls runs.
    switch: bool,
    /// The database answers.
    database: bool,
    journal: JournalReadiness,
    projector: ProjectorReadiness,
    recordings: RecordingsReadiness,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct RecordingsReadiness {
    /// Recordings the disk does not take now. Their calls go on, and new calls are taken.
    failing: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct JournalReadiness {
    /// It is below its bound.
    accepting: bool,
    /// Of the bound; above 1 the reserve is in use.
    fill: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct ProjectorReadiness {
    /// The last attempt failed.
    failing: bool,
    /// Records that are not in the database yet.
    behind: u64,
    /// Records the database refused, with what follows them in their streams: kept in `aside.jsonl` and handed in again at each start.
    aside: u64,
}

async fn ready(State(api): State<Arc<Api>>) -> Response {
    let state = &api.state;
    let database = matches!(tokio::time::timeout(PING_MAX, state.store.ping()).await, Ok(Ok(())));
    let journal = JournalReadiness { accepting: state.journal.accepting(), fill: state.journal.fill() };
    let behind = state.journal.last_position().saturating_sub(state.projector.position.load(Relaxed));
    let projected = &state.projector;
    let projector = ProjectorReadiness { failing: projected.failing.load(Relaxed), behind, aside: projected.aside.load(Relaxed) };
    let recordings = RecordingsReadiness { failing: (state.recordings_failing)() };
    let (draining, switch) = (*state.draining.borrow(), !state.inbox.is_closed());
    let ready = switch && !draining && (database || journal.accepting);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, draining, switch, database, journal, projector, recordings })).into_response()
}

async fn metrics(State(api): State<Arc<Api>>, peer: Peer, headers: HeaderMap) -> Answer<Response> {
    if !is_local(peer, &headers) {
        let caller = caller::authenticate(&api, &headers, peer.0).await?;
        let caller = caller.ok_or_else(|| Problem::unauthorized("ask from this machine, or with a token"))?;
        if caller.must_change_password() || !caller.may(Right::MetricsRead) {
            return Err(Problem::forbidden("none of your roles allows this"));
        }
    }
    let state = &api.state;
    let sample = Sample {
        pulse: state.pulse.borrow().clone(),
        journal: state.journal.stats(),
        gateway: state.gateway.stats(),
        net: &state.net,
        projector: &state.projector,
        inbox_lost: state.inbox.lost(),
        draining: *state.draining.borrow(),
        more: &state.figures,
    };
    let text = api.metrics.render(&sample).map_err(|error| {
        tracing::error!(%error, "the metrics cannot be written");
        Problem::unexpected()
    })?;
    Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response())
}
