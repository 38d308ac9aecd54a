//! The SIP of an interaction or a trunk, as JSON or drawn as a ladder, and whom we turned away. The switch finds and masks it; who reads
//! the messages of a call stands in the audit.

mod draw;

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::Endpoint;
use super::extract::PathOf;
use super::problem::{Answer, Problem};
use crate::net::turned::Source;
use crate::switch::{Event, SipAsked, SipLadder, SipRefused};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use cti_types::{InteractionId, TrunkId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use softphone_protocol::ErrorCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use utoipa::ToSchema;

const TAG: &str = "SIP";
/// Longest wait for the audit's row. Then nothing is shown: nobody reads calls unnoted.
const NOTE_WITHIN: Duration = Duration::from_secs(3);
const TEXT: &str = "text/plain; charset=utf-8";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/interactions/{id}/sip", Access::Needs(Right::SipRead), of_interaction)
            .says(TAG, "The SIP messages of an interaction")
            .more(
                "The first and the last messages of each leg, for as long as the call lasts and up to 15 minutes longer; under load less. \
                 With `Accept: text/plain` drawn as a ladder. Digests, nonces, keys of encrypted media, digits and tokens are masked. Who \
                 reads it stands in the audit.",
            )
            .answers::<SipLadder>(200, "Its legs with their messages")
            .refuses(404, "No SIP is kept of it, or no more")
            .refuses(503, "The switch does not answer, or it cannot be noted in the audit"),
        Endpoint::get("/trunks/{id}/sip", Access::Needs(Right::SipRead), of_trunk)
            .says(TAG, "The last SIP messages of our registration with a trunk, and of our probes")
            .more("With `Accept: text/plain` drawn as a ladder. Secrets are masked.")
            .answers::<SipLadder>(200, "The messages")
            .refuses(404, "No such trunk, or it is not active")
            .refuses(503, "The switch does not answer"),
        Endpoint::get("/sip/refused", Access::Needs(Right::SipRefused), refused)
            .says(TAG, "Whom the server turned away lately, and why")
            .more(
                "For whoever must find out why a telephone or a trunk does not get in: the last request of each sender and reason, and the \
                 sources whose messages were dropped before they were read.",
            )
            .answers::<Refused>(200, "Since the start, and the last of each")
            .refuses(503, "The switch does not answer"),
    ]
}

/// What was turned away, at the door and behind it.
#[derive(Serialize, ToSchema)]
struct Refused {
    #[serde(flatten)]
    read: SipRefused,
    /// Messages dropped before they were read, since the start: their source sent too much or was shut out.
    limited: u64,
    /// Messages of tools that scan the net and say so.
    scanners: u64,
    /// Sources of both, the latest first.
    dropped: Vec<Source>,
}

async fn of_interaction(State(api): State<Arc<Api>>, caller: Caller, headers: HeaderMap, path: PathOf) -> Answer<Response> {
    let id: InteractionId = path.get("id", "interaction")?;
    let ladder: SipLadder = ask(&api, SipAsked::Interaction(id)).await?;
    let (who, now) = (caller.who(), api.state.clock.utc());
    let note = api.state.store.audit_call(&who, now, "read_sip", id, None, None);
    match tokio::time::timeout(NOTE_WITHIN, note).await {
        Ok(noted) => noted?,
        Err(_) => return Err(Problem::unavailable("the reading cannot be noted in the audit")),
    }
    Ok(shown(&headers, &ladder))
}

async fn of_trunk(State(api): State<Arc<Api>>, headers: HeaderMap, path: PathOf) -> Answer<Response> {
    let id: TrunkId = path.get("id", "trunk")?;
    Ok(shown(&headers, &ask(&api, SipAsked::Trunk(id)).await?))
}

async fn refused(State(api): State<Arc<Api>>) -> Answer<Json<Refused>> {
    let read: SipRefused = ask(&api, SipAsked::Refused).await?;
    let net = &api.state.net;
    let (limited, scanners) = (net.limited.load(Ordering::Relaxed), net.scanners.load(Ordering::Relaxed));
    Ok(Json(Refused { read, limited, scanners, dropped: net.turned_away.sources() }))
}

async fn ask<T: DeserializeOwned>(api: &Api, asked: SipAsked) -> Answer<T> {
    if api.state.pulse.borrow().is_none() {
        return Err(Problem::unavailable("the switch has not begun"));
    }
    let inbox = api.state.inbox.clone();
    let reply = api.state.asks.ask(async |ask| inbox.desk(Event::Sip { ask, asked }).await).await;
    let value = reply.map_err(|error| {
        if error.code != ErrorCode::NotFound {
            return Problem::unavailable("the switch does not answer");
        }
        match asked {
            SipAsked::Interaction(_) => Problem::not_found("SIP: it is kept while the call lasts, and a while after"),
            SipAsked::Trunk(_) | SipAsked::Refused => Problem::not_found("trunk"),
        }
    })?;
    super::extract::parse(value).map_err(|_| Problem::unexpected())
}

fn shown(headers: &HeaderMap, ladder: &SipLadder) -> Response {
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = wanted.split([',', ';']).next().unwrap_or_default().trim();
    if first.eq_ignore_ascii_case("text/plain") {
        return ([(header::CONTENT_TYPE, TEXT)], draw::draw(ladder)).into_response();
    }
    Json(ladder).into_response()
}
