//! The REST API, `/health`, `/ready`, `/metrics`, a status page, and the web app at all other paths. It reads and edits through the store; what it wants of
//! calls it asks the switch.
//!
//! An endpoint is one [`endpoint::Endpoint`] value: path, right, description and handler together. The router and the OpenAPI document are
//! both made from the same list, so that nothing but the app's files is served undescribed or unguarded. A request passes, from the outside in: `guard::track`
//! (measure, headers), panics and time limits, `guard::admit` (forged pages, sign-in, right), its handler.

mod access;
mod attachments;
mod attempts;
mod audit;
mod caller;
mod calls;
mod customers;
mod decisions;
mod endpoint;
mod erasures;
mod exports;
mod extract;
mod fields;
mod flows;
mod formulas;
mod guard;
mod health;
mod holds;
mod home;
mod identity;
mod imports;
mod interactions;
mod knowledge;
mod live;
mod names;
mod once;
mod openapi;
mod orders;
mod presence;
mod problem;
mod recordings;
mod retention;
mod rows;
mod rules;
mod scripts;
mod serves;
mod session;
mod sip;
mod statistics;
mod status;
mod targets;
mod tickets;
mod tokens;
mod trunks;
mod verbs;
mod visible;
mod web;
mod webhooks;
mod work;

#[cfg(test)]
mod tests;

pub use caller::Authentication;

use crate::asks::Asks;
use crate::attachments::Attachments;
use crate::chores::Chores;
use crate::clock::Clock;
use crate::in_force::InForce;
use crate::journal::Journal;
use crate::metrics::{Figure, Metrics};
use crate::net::NetCounters;
use crate::projector::ProjectorState;
use crate::switch::clips::Library;
use crate::switch::run::{Inbox, Pulse};
use access::Access;
use attempts::Attempts;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use crm_core::Store;
use once::Keys;
use problem::Problem;
use recordings::Hearings;
use softphone_ws::web::App;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;

/// A larger body is answered 413.
const BODY_BYTES_MAX: usize = 1 << 20;

/// What the API works with, made by whoever starts the server.
pub struct ApiState {
    pub store: Store,
    pub clock: Clock,
    pub gateway: softphone_ws::Gateway,
    pub recordings: ::recordings::LocalStore,
    pub attachments: Attachments,
    /// The clips flows may play.
    pub clips: Library,
    pub journal: Arc<Journal>,
    pub projector: Arc<ProjectorState>,
    pub net: Arc<NetCounters>,
    pub pulse: watch::Receiver<Option<Pulse>>,
    pub inbox: Inbox,
    /// Questions to the switch that wait for its answer.
    pub asks: Asks,
    /// Whether calls follow what was changed.
    pub in_force: InForce,
    /// What is done in the background, to be woken.
    pub chores: Arc<Chores>,
    /// Cookies are only sent over TLS.
    pub secure_cookies: bool,
    /// The names that the pages of a demo tell; empty: this is none.
    pub demo_logins: Vec<String>,
    /// True: the server is going down and wants no new calls.
    pub draining: watch::Receiver<bool>,
    /// Origins whose pages may write besides the server's own, as browsers write them.
    pub allowed_origins: Vec<String>,
    /// Origins whose pages may show ours in a frame.
    pub embed_origins: Vec<String>,
    /// The pages that are served where no other path is.
    pub app: App,
    /// Randomness for what pages are told once.
    pub seed: [u8; 32],
    /// Further figures for `/metrics`, such as those of media and recordings.
    pub figures: Vec<Figure>,
    /// How many recordings the disk does not take now.
    pub recordings_failing: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// What handlers share.
struct Api {
    state: Arc<ApiState>,
    attempts: Attempts,
    hearings: Hearings,
    keys: Keys,
    metrics: Metrics,
    web: web::Web,
    access: BTreeMap<(String, String), Access>,
    description: OpenApi,
}

fn endpoints() -> Vec<endpoint::Endpoint> {
    let mut all = session::endpoints();
    all.extend(customers::endpoints());
    all.extend(identity::endpoints());
    all.extend(imports::endpoints());
    all.extend(exports::endpoints());
    all.extend(erasures::endpoints());
    all.extend(holds::endpoints());
    all.extend(retention::endpoints());
    all.extend(knowledge::endpoints());
    all.extend(scripts::endpoints());
    all.extend(rules::endpoints());
    all.push(names::endpoint());
    all.extend(interactions::endpoints());
    all.extend(recordings::endpoints());
    all.extend(rows::endpoints());
    all.extend(orders::endpoints());
    all.extend(work::endpoints());
    all.extend(webhooks::endpoints());
    all.extend(flows::endpoints());
    all.extend(formulas::endpoints());
    all.extend(tokens::endpoints());
    all.extend(calls::endpoints());
    all.extend(live::endpoints());
    all.extend(verbs::endpoints());
    all.extend(decisions::endpoints());
    all.extend(targets::endpoints());
    all.extend(presence::endpoints());
    all.extend(trunks::endpoints());
    all.extend(sip::endpoints());
    all.extend(statistics::endpoints());
    all.extend(tickets::endpoints());
    all.extend(attachments::endpoints());
    all.extend(audit::endpoints());
    all.extend(health::endpoints());
    all.extend(status::endpoints());
    all.extend(openapi::endpoints());
    all.extend(home::endpoints());
    all
}

/// The routes. The caller merges the gateway's and serves with `into_make_service_with_connect_info::<SocketAddr>()`: without the peer's
/// address nobody counts as local and failed sign-ins are limited by name only.
pub fn router(state: Arc<ApiState>) -> axum::Router {
    let mut endpoints = endpoints();
    let api = Arc::new(Api {
        metrics: Metrics::new(&state.figures),
        web: web::Web::new(state.seed, state.embed_origins.clone(), state.app),
        state,
        attempts: Attempts::default(),
        hearings: Hearings::default(),
        keys: Keys::default(),
        access: openapi::access(&endpoints),
        description: openapi::describe(&mut endpoints),
    });
    let mut router = axum::Router::new();
    for endpoint in endpoints {
        router = router.route(&endpoint.path, endpoint.route);
    }
    let router = router
        .fallback(web::serve)
        .method_not_allowed_fallback(|| async {
            Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "no-such-method", "This cannot be done here")
        })
        .layer(from_fn_with_state(Arc::clone(&api), guard::bring_into_force))
        .layer(from_fn_with_state(Arc::clone(&api), identity::follow))
        .layer(from_fn_with_state(Arc::clone(&api), guard::admit))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(guard::limit_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&api), guard::track));
    router.with_state(api)
}

/// The panic itself has been printed; what it says may hold somebody's values and goes no further.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a request panicked");
    Problem::unexpected().into_response()
}

/// The description of the API, as served at `/api/openapi.json`.
pub fn openapi() -> OpenApi {
    openapi::describe(&mut endpoints())
}
