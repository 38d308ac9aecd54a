//! What every request passes before its handler: forged pages, sign-in, rights, time; and what every answer carries. Knows no resource.

use super::Api;
use super::access::Access;
use super::caller::{self, Caller};
use super::extract::{Peer, is_csv, is_json};
use super::problem::{Answer, Problem};
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

/// A handler that takes longer is given up with 503. Bodies of answers may take longer.
const TIME_MAX: Duration = Duration::from_secs(30);

/// A file may take longer to be sent.
const UPLOAD_TIME_MAX: Duration = Duration::from_secs(2 * 3_600);

/// What every answer carries unless its handler has said otherwise.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    // Answers hold people's data: no cache on the way may keep them.
    (header::CACHE_CONTROL, "no-store"),
];

/// Measures a request, says it in the log by its route (ids and search texts stay out), and adds the headers.
pub(super) async fn track(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let began = api.state.clock.tick();
    let method = request.method().clone();
    let route = route(&request);
    let mut response = next.run(request).await;
    let took = api.state.clock.tick().since(began);
    api.metrics.request(&method, &route, response.status(), took);
    let (status, ms) = (response.status().as_u16(), took.as_millis() as u64);
    tracing::debug!(%method, route, status, ms, "request");
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The pattern that matched, such as `/api/v1/queues/{id}`.
fn route(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned()
}

/// A request that takes too long is given up.
pub(super) async fn limit_time(request: Request, next: Next) -> Response {
    let upload = request.method() == Method::PUT && route(&request) == super::imports::UPLOAD;
    match tokio::time::timeout(if upload { UPLOAD_TIME_MAX } else { TIME_MAX }, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("the request took too long").into_response(),
    }
}

/// Answers a change of what calls depend on only when calls follow it, so that a telephone added here may register in the next moment.
/// Who asks with `Prefer: respond-async` (RFC 7240 4.1) does not wait.
pub(super) async fn bring_into_force(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let waits = !request.method().is_safe() && !prefers_async(request.headers());
    let before = api.state.store.config_changes();
    let response = next.run(request).await;
    let changes = api.state.store.config_changes();
    if waits && changes != before && response.status().is_success() && !api.state.in_force.reached(changes).await {
        tracing::warn!("a change is answered before calls follow it");
    }
    response
}

fn prefers_async(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}

/// Lets a request through to its handler when who sent it may do it.
pub(super) async fn admit(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    // A body cannot be shared between threads, so only the head is looked at while waiting.
    let route = route(&request);
    let (mut parts, body) = request.into_parts();
    let checked = check(&api, &parts, route).await;
    match checked {
        Ok(caller) => {
            if let Some(caller) = caller {
                parts.extensions.insert(caller);
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn check(api: &Api, request: &Parts, route: String) -> Answer<Option<Caller>> {
    // HEAD is answered by the handler of GET.
    let method = if request.method == Method::HEAD { Method::GET } else { request.method.clone() };
    // No cookie acts there, so that a page of elsewhere gains nothing; and a browser sends forms from a page without referrer as of `null`.
    let by_token = route == super::tickets::PAGE_ROUTE;
    let uploads = super::attachments::UPLOADS.contains(&route.as_str());
    let Some(access) = api.access.get(&(method.as_str().to_owned(), route)) else {
        // No such method on this path; the router says so.
        return Ok(None);
    };
    let headers = &request.headers;
    if !method.is_safe() && !by_token && caller::bearer(headers).is_none() {
        refuse_forged(&method, headers, (api.state.allowed_origins.as_slice(), api.state.secure_cookies), uploads)?;
    }
    let right = match access {
        Access::Open => return Ok(None),
        Access::SignedIn => None,
        Access::Needs(right) => Some(*right),
    };
    let address = Peer::of(request).0;
    let caller = caller::authenticate(api, headers, address).await?;
    let caller = caller.ok_or_else(|| Problem::unauthorized("no valid session or token"))?;
    if let Some(right) = right {
        if caller.must_change_password() {
            let title = "Change your password first";
            return Err(Problem::new(StatusCode::FORBIDDEN, "password-change-required", title));
        }
        if !caller.may(right) {
            return Err(Problem::forbidden("none of your roles allows this"));
        }
    }
    Ok(Some(caller))
}

/// A page of another origin must not act with its visitor's cookie. The cookie is SameSite=Strict; this holds where a browser does not
/// honour that, and between ports and subdomains, which count as one site. A page cannot send JSON elsewhere without being asked first
/// (Fetch, CORS-safelisted request-header).
fn refuse_forged(method: &Method, headers: &HeaderMap, (allowed, only_secure): (&[String], bool), uploads: bool) -> Answer<()> {
    // Where a browser leaves the origin out it still says whose page asks (Fetch Metadata 2.3). A proxy's other host does not change that,
    // but a page of an allowed origin is of another site.
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    let is_foreign = site.is_some_and(|site| matches!(site, "cross-site" | "same-site")) && !headers.contains_key(header::ORIGIN);
    if is_foreign || !softphone_ws::is_own_page(headers, None, allowed, only_secure) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "foreign-origin", "This page may not do that"));
    }
    // Nor may it send a header of our own unasked.
    let file = uploads && headers.contains_key(super::attachments::NAME);
    // A page may not send text/csv unasked either.
    if !file && matches!(*method, Method::POST | Method::PUT | Method::PATCH) && !is_json(headers) && !is_csv(headers) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "not-json", "Send JSON").detail("send Content-Type: application/json"));
    }
    Ok(())
}

/// Whether a request comes from this machine itself, not through a proxy on it.
pub(super) fn is_local(peer: Peer, headers: &HeaderMap) -> bool {
    let proxied = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name));
    peer.0.is_some_and(|ip| ip.to_canonical().is_loopback()) && !proxied
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forged(method: Method, pairs: &[(&'static str, &str)]) -> Option<u16> {
        forged_at(method, pairs, false)
    }

    fn forged_at(method: Method, pairs: &[(&'static str, &str)], only_secure: bool) -> Option<u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        let allowed = ["https://desk.example".to_owned()];
        refuse_forged(&method, &headers, (allowed.as_slice(), only_secure), false).err().map(|problem| problem.status().as_u16())
    }

    #[test]
    fn only_our_own_pages_and_programs_may_write() {
        let json = ("content-type", "application/json; charset=utf-8");
        let host = ("host", "cc.example:8080");
        let table: &[(Method, &[(&'static str, &str)], Option<u16>)] = &[
            (Method::POST, &[host, json], None),
            (Method::POST, &[host, json, ("origin", "http://cc.example:8080")], None),
            (Method::POST, &[host, json, ("origin", "https://desk.example")], None),
            (Method::POST, &[host, json, ("origin", "http://cc.example")], Some(403)),
            (Method::POST, &[host, json, ("origin", "null")], Some(403)),
            (Method::POST, &[json, ("origin", "http://cc.example:8080")], Some(403)),
            (Method::POST, &[host], Some(415)),
            (Method::POST, &[host, ("content-type", "text/plain")], Some(415)),
            (Method::PATCH, &[host, ("content-type", "application/merge-patch+json")], None),
            (Method::PUT, &[host, ("content-type", "text/csv")], None),
            (Method::DELETE, &[host], None),
            (Method::DELETE, &[host, ("origin", "http://evil.example")], Some(403)),
        ];
        for (method, pairs, expected) in table {
            assert_eq!(forged(method.clone(), pairs), *expected, "{method} {pairs:?}");
        }
    }

    #[test]
    fn a_page_that_hides_its_origin_is_known_by_its_site() {
        let host = ("host", "cc.example");
        for (site, expected) in [("same-origin", None), ("none", None), ("same-site", Some(403)), ("cross-site", Some(403))] {
            assert_eq!(forged(Method::DELETE, &[host, ("sec-fetch-site", site)]), expected, "{site}");
        }
        let allowed = ("origin", "https://desk.example");
        assert_eq!(forged(Method::DELETE, &[host, allowed, ("sec-fetch-site", "cross-site")]), None);
    }

    #[test]
    fn with_tls_a_page_without_it_is_not_our_own() {
        let host = ("host", "cc.example");
        let table = [("https://cc.example", false, None), ("http://cc.example", false, None), ("https://cc.example", true, None)];
        for (origin, only_secure, expected) in table {
            assert_eq!(forged_at(Method::DELETE, &[host, ("origin", origin)], only_secure), expected, "{origin}");
        }
        assert_eq!(forged_at(Method::DELETE, &[host, ("origin", "http://cc.example")], true), Some(403));
        let local = [("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")];
        assert_eq!(forged_at(Method::DELETE, &local, true), None, "nobody is between a machine and itself");
    }

    #[test]
    fn a_request_through_a_proxy_is_not_local() {
        let peer = Peer("::ffff:127.0.0.1".parse().ok());
        let mut headers = HeaderMap::new();
        assert!(is_local(peer, &headers));
        assert!(!is_local(Peer("192.0.2.1".parse().ok()), &headers));
        assert!(!is_local(Peer(None), &headers));
        headers.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
        assert!(!is_local(peer, &headers));
    }
}
