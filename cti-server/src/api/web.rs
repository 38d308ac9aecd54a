//! The web app at every path that is nothing else: its files as they were built in, its first page for what a browser opens, and a plain page
//! that says why where the app was left out. Knows nobody: what the app may do it is told by the API.

use super::Api;
use super::home::{self, Language};
use super::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use cti_types::Chance;
use softphone_ws::web::{App, File};
use std::sync::{Arc, Mutex, PoisonError};

/// The first page; every path that is no file is one of the app's own.
const FIRST: &str = "index.html";
/// Stands in the first page where the style elements of this answer are allowed by name (CSP Level 3, 2.3.1).
const NONCE: &str = "__CSP_NONCE__";
/// Characters of a nonce, 5 random bits each: at least 128 bits (CSP Level 3, 7.1).
const NONCE_CHARS: usize = 26;
/// What a page may use of the browser. Nothing but the microphone, and that itself alone.
const PERMISSIONS: &str = "microphone=(self), autoplay=(self), fullscreen=(self), speaker-selection=(self), clipboard-write=(self), \
     camera=(), geolocation=(), payment=(), usb=(), display-capture=()";
/// Paths below these are never the app's.
const NOT_OURS: [&str; 7] = ["api/", "ws/", "health/", "ready/", "metrics/", "rate/", "status/"];

/// What serving needs.
pub(super) struct Web {
    chance: Mutex<Chance>,
    /// Whose pages may show ours in a frame.
    embed_origins: Vec<String>,
    app: App,
}

impl Web {
    pub(super) fn new(seed: [u8; 32], embed_origins: Vec<String>, app: App) -> Web {
        Web { chance: Mutex::new(Chance::from_seed(seed)), embed_origins, app }
    }

    fn nonce(&self) -> String {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner).token(NONCE_CHARS)
    }

    /// Everything from ourselves, nothing inline; `style` names the style elements that are.
    fn policy(&self, host: &str, style: Option<&str>) -> String {
        let style = style.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
        // Older browsers do not count the WebSocket of the page's own host as 'self'.
        let sockets = if host.is_empty() { String::new() } else { format!(" ws://{host} wss://{host}") };
        let ancestors = if self.embed_origins.is_empty() { "'none'".to_owned() } else { self.embed_origins.join(" ") };
        format!(
            "default-src 'self'; script-src 'self'; style-src 'self'{style}; img-src 'self' data: blob:; media-src 'self' blob:; \
             font-src 'self'; connect-src 'self'{sockets}; worker-src 'self' blob:; frame-src 'none'; object-src 'none'; base-uri 'none'; \
             form-action 'self'; frame-ancestors {ancestors}"
        )
    }
}

pub(super) async fn serve(State(api): State<Arc<Api>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if !matches!(method, Method::GET | Method::HEAD) || NOT_OURS.iter().any(|other| path.starts_with(other)) {
        return Problem::not_found("page").into_response();
    }
    match api.web.app.file(path).filter(|found| found.path != FIRST) {
        Some(found) => of_file(&api.web, found, &headers),
        None if !path.is_empty() && !is_opened(path, &headers) => Problem::not_found("page").into_response(),
        None => first_page(&api.web, &headers),
    }
}

/// Whether a browser opens a page of the app, and does not ask for a file that is gone.
fn is_opened(path: &str, headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    path == FIRST || (accepted.contains("text/html") && !path.starts_with("assets/") && !last.contains('.'))
}

fn of_file(web: &Web, found: &File, headers: &HeaderMap) -> Response {
    let tag = HeaderValue::from_static(found.tag);
    let kept = if found.is_hashed() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let (bytes, coding) = form(found, headers);
    let mut response = if super::extract::unchanged(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(bytes).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(found.kind));
        if let Some(coding) = coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    };
    let answer = response.headers_mut();
    answer.insert(header::ETAG, tag);
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    answer.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    guard(answer, &web.policy("", None));
    response
}

/// The smallest form the browser takes (RFC 9110 12.5.3).
fn form(found: &File, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let accepted: Vec<&str> = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok()).collect();
    let takes = |coding: &str| {
        let named = accepted.iter().flat_map(|line| line.split(',')).find_map(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            name.trim().eq_ignore_ascii_case(coding).then(|| weight.trim().to_owned())
        });
        named.is_some_and(|weight| weight.strip_prefix("q=").map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0)) > 0.0)
    };
    match (found.brotli.filter(|_| takes("br")), found.gzip.filter(|_| takes("gzip"))) {
        (Some(brotli), _) => (brotli, Some("br")),
        (None, Some(gzip)) => (gzip, Some("gzip")),
        (None, None) => (found.plain, None),
    }
}

/// The app's first page, never kept without asking: with the next version of the program its files have other names.
fn first_page(web: &Web, headers: &HeaderMap) -> Response {
    let Some(first) = web.app.file(FIRST) else { return without_app(web, headers) };
    let text = String::from_utf8_lossy(first.plain);
    let policy = |style: Option<&str>| web.policy(host(headers), style);
    let mut response = if text.contains(NONCE) {
        // Of a page that was kept, the nonce would not be that of the answer's policy.
        let nonce = web.nonce();
        let mut response = text.replace(NONCE, &nonce).into_response();
        guard(response.headers_mut(), &policy(Some(&nonce)));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    } else {
        let tag = HeaderValue::from_static(first.tag);
        let is_kept = super::extract::unchanged(headers, &tag);
        let mut response = if is_kept { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(first.plain).into_response() };
        guard(response.headers_mut(), &policy(None));
        response.headers_mut().insert(header::ETAG, tag);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(first.kind));
    response
}

fn guard(answer: &mut HeaderMap, policy: &str) {
    if let Ok(policy) = HeaderValue::try_from(policy) {
        answer.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    answer.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS));
    answer.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
}

/// The host the page was opened by, when it is one that may stand in a policy.
fn host(headers: &HeaderMap) -> &str {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    if is_plain { host } else { "" }
}

/// What stands in the app's place.
fn without_app(web: &Web, headers: &HeaderMap) -> Response {
    let language = home::language(headers.get(header::ACCEPT_LANGUAGE));
    let (title, what) = match language {
        Language::English => (
            "The server runs; its pages were not built in.",
            "Install Node.js 20 or later, which brings npm, and build again with cargo build. Calls, REST and WebSocket work without them.",
        ),
        Language::Chinese => (
            "服务器正在运行，但网页应用没有编译进来。",
            "请安装 Node.js 20 或更高版本（自带 npm），然后重新执行 cargo build。没有网页应用时，呼叫、REST 与 WebSocket 照常工作。",
        ),
    };
    let why = home::escaped(web.app.left_out.unwrap_or_default());
    let body = format!(
        "<p class=\"lead\">{title}</p>\n<p>{what}</p>\n<pre>{why}</pre>\n<ul>\n<li><a href=\"/status\">/status</a></li>\n\
         <li><a href=\"/api/openapi.json\">/api/openapi.json</a></li>\n</ul>\n"
    );
    home::page(language, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: File =
        File { path: "assets/a.js", kind: "text/javascript", tag: "\"1\"", plain: b"plain", brotli: Some(b"br"), gzip: Some(b"gz") };

    const NONE: App = App { files: &[], left_out: Some("a test") };

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn the_smallest_form_that_is_taken_is_sent() {
        let table = [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("br;q=0, gzip;q=0.5", Some("gzip")),
            ("BR ; q=1.0", Some("br")),
            ("identity", None),
            ("", None),
        ];
        for (accepted, coding) in table {
            assert_eq!(form(&FILE, &with(header::ACCEPT_ENCODING, accepted)).1, coding, "{accepted}");
        }
        let plain = File { brotli: None, gzip: None, ..FILE };
        assert_eq!(form(&plain, &with(header::ACCEPT_ENCODING, "br")), (b"plain".as_slice(), None));
    }

    #[test]
    fn a_browser_opens_pages_and_a_program_does_not() {
        let browser = with(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        let program = with(header::ACCEPT, "*/*");
        for (path, opened) in [("desk", true), ("customers/1", true), ("assets/gone.js", false), ("icon.png", false), ("a.b/c", true)] {
            assert_eq!(is_opened(path, &browser), opened, "{path}");
            assert!(!is_opened(path, &program), "{path}");
        }
        assert!(is_opened("index.html", &program));
    }

    #[test]
    fn a_policy_allows_nothing_inline_and_no_frame_but_those_named() {
        let closed = Web::new([1; 32], Vec::new(), NONE);
        let policy = closed.policy("cc.example:8080", None);
        assert!(policy.contains("script-src 'self';") && policy.contains("style-src 'self';") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("connect-src 'self' ws://cc.example:8080 wss://cc.example:8080;"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        let open = Web::new([1; 32], vec!["https://crm.example".into()], NONE);
        assert!(open.policy("", Some("abc")).contains("style-src 'self' 'nonce-abc';"));
        assert!(open.policy("", None).ends_with("frame-ancestors https://crm.example"));
        assert_ne!(open.nonce(), open.nonce());
        assert_eq!(host(&with(header::HOST, "a;script-src *")), "");
    }
}
