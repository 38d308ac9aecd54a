//! `GET /status`: what a page must know before anybody has signed in. Says nothing of calls or people.

use super::Api;
use super::access::Access;
use super::caller::authenticate;
use super::endpoint::Endpoint;
use super::extract::Peer;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let read = Endpoint::get("/status", Access::Open, read)
        .says("running", "What a page must know of the server")
        .answers::<ServerStatus>(200, "Without a login, and with one");
    vec![read]
}

/// The server as its pages see it.
#[derive(Serialize, ToSchema)]
struct ServerStatus {
    version: &'static str,
    /// Microseconds since 1970.
    server_time: i64,
    /// Sample data and simulated callers.
    demo: bool,
    /// In a demo: with which names one may sign in. Their passwords were printed where it was started.
    demo_logins: Vec<String>,
    /// Pages are reached by TLS.
    https: bool,
    /// A browser gives its microphone to this page: it came by TLS, or from the visitor's own machine (Secure Contexts 3.1).
    microphone: bool,
    /// New calls are taken.
    ready: bool,
    signed_in: bool,
    /// Service orders can be printed.
    service_orders: bool,
    /// Mail can be sent.
    mail: bool,
}

async fn read(State(api): State<Arc<Api>>, peer: Peer, headers: HeaderMap) -> Json<ServerStatus> {
    // A store that is away, or too many wrong tokens: then nobody is signed in.
    let signed_in = authenticate(&api, &headers, peer.0).await.ok().flatten().is_some();
    let https = api.state.secure_cookies;
    let draining = *api.state.draining.borrow();
    Json(ServerStatus {
        version: env!("CARGO_PKG_VERSION"),
        server_time: api.state.clock.utc().0,
        demo: !api.state.demo_logins.is_empty(),
        demo_logins: api.state.demo_logins.clone(),
        https,
        microphone: https || is_own_machine(&headers),
        ready: api.state.pulse.borrow().is_some() && !draining,
        signed_in,
        service_orders: true,
        mail: false,
    })
}

/// Whether the page's host is one that browsers trust without TLS.
fn is_own_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let loopback = name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    loopback || name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_machine_needs_no_tls() {
        let table = [
            ("127.0.0.1:8080", true),
            ("localhost", true),
            ("cc.localhost:80", true),
            ("[::1]:8080", true),
            ("192.0.2.1:8080", false),
            ("localhost.example.com", false),
            ("[2001:db8::1]", false),
            ("", false),
        ];
        for (host, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            assert_eq!(is_own_machine(&headers), expected, "{host}");
        }
    }
}
