//! The web app's files and first page: who gets what, under which policy.

use super::*;
use softphone_ws::web::{App, File};

/// An app of two files.
pub(super) const APP: App = App { files: &[SCRIPT, FIRST], left_out: None };
const FIRST: File = File {
    path: "index.html",
    kind: "text/html; charset=utf-8",
    tag: "\"2\"",
    plain: b"<!doctype html><meta name=\"csp-nonce\" content=\"__CSP_NONCE__\"><script type=\"module\" src=\"/assets/app-1.js\"></script>",
    brotli: None,
    gzip: None,
};
const SCRIPT: File = File {
    path: "assets/app-1.js",
    kind: "text/javascript; charset=utf-8",
    tag: "\"1\"",
    plain: b"plain",
    brotli: Some(b"brotli"),
    gzip: Some(b"gzip"),
};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn every_page_of_the_app_is_its_first_page_under_a_strict_policy() {
    let house = House::open().await;
    for path in ["", "desk", "customers/00000000-0000-7000-8000-000000000000"] {
        let got = house.get(path).header("accept", BROWSER).send().await.is(200);
        assert_eq!(got.header("content-type"), "text/html; charset=utf-8", "/{path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        let policy = got.header("content-security-policy").to_owned();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("default-src 'self'; script-src 'self';"), "{policy}");
        assert!(got.header("permissions-policy").contains("microphone=(self)"));
        assert_eq!(got.header("referrer-policy"), "same-origin");
        assert!(got.header("cache-control").starts_with("no-"));
        let page = String::from_utf8(got.bytes).unwrap();
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
        assert!(page.contains(&format!("content=\"{nonce}\"")) && !page.contains("__CSP_NONCE__"), "{page}");
    }
}

#[tokio::test]
async fn a_program_without_the_app_says_why() {
    let house = House::with(|state| state.app = App { files: &[], left_out: Some("npm was <not> found") }).await;
    let got = house.get("desk").header("accept", BROWSER).header("accept-language", "zh-CN").send().await.is(200);
    assert!(!got.header("content-security-policy").contains("unsafe"));
    let page = String::from_utf8(got.bytes).unwrap();
    assert!(page.contains("npm was &lt;not&gt; found") && page.contains("网页应用没有编译进来"), "{page}");
}

#[tokio::test]
async fn what_is_no_page_is_not_found() {
    let house = House::open().await;
    for path in ["api/v1/moon", "api/moon", "ws/v9", "assets/gone-1.js", "icon.gone", "rate/", "health/x"] {
        house.get(path).header("accept", BROWSER).send().await.refused(404, "not-found");
    }
    // A program is told, and is not given a page instead.
    house.get("desk").header("accept", "*/*").send().await.refused(404, "not-found");
    house.ask("POST", "desk").json(&json!({})).send().await.refused(404, "not-found");
}

#[tokio::test]
async fn files_are_kept_by_what_they_hold() {
    let house = House::open().await;
    let (one, path) = (SCRIPT, SCRIPT.path);
    let plain = house.get(path).header("accept-encoding", "identity").send().await.is(200);
    assert_eq!(plain.bytes, one.plain);
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!((plain.header("etag"), plain.header("vary")), (one.tag, "Accept-Encoding"));
    for (accepted, coding, bytes) in [("gzip, br", "br", one.brotli), ("gzip", "gzip", one.gzip)] {
        let got = house.get(path).header("accept-encoding", accepted).send().await.is(200);
        assert_eq!((got.header("content-encoding"), Some(got.bytes.as_slice())), (coding, bytes));
    }
    let kept = house.get(path).header("if-none-match", one.tag).send().await.is(304);
    assert!(kept.bytes.is_empty());
    // The first page leads to all others by their new names, so that it is asked for each time.
    house.get("index.html").header("if-none-match", one.tag).send().await.is(200);
}

#[tokio::test]
async fn a_house_may_show_the_app_in_pages_of_its_own() {
    let house = House::with(|state| state.embed_origins = vec!["https://crm.example".into()]).await;
    let got = house.get("").header("accept", BROWSER).send().await.is(200);
    assert!(got.header("content-security-policy").ends_with("frame-ancestors https://crm.example"));
}

#[tokio::test]
async fn a_page_of_elsewhere_writes_nothing_with_its_visitors_cookie() {
    let house = House::open().await;
    let ann = house.person("ann", &[UserRole::Admin]).await;
    let session = house.store.create_session(house.clock.utc(), ann, Duration::from_secs(3_600)).await.unwrap().reveal().to_owned();
    let host = house.url.trim_start_matches("http://").to_owned();
    let write = || house.post("/teams", &json!({ "name": "Red" })).cookie(&session);
    write().header("origin", "https://evil.example").send().await.refused(403, "foreign-origin");
    write().header("sec-fetch-site", "cross-site").send().await.refused(403, "foreign-origin");
    write().header("origin", "null").send().await.refused(403, "foreign-origin");
    write().header("origin", &format!("http://{host}")).header("sec-fetch-site", "same-origin").send().await.is(201);
    let request = |origin: &str| {
        let mut request = format!("ws://{host}/ws/v1").into_client_request().unwrap();
        let pairs = [
            ("origin", origin.to_owned()),
            ("cookie", format!("cordboard_session={session}")),
            ("sec-websocket-protocol", softphone_protocol::SUBPROTOCOL.to_owned()),
        ];
        for (name, value) in pairs {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
    };
    assert!(tokio_tungstenite::connect_async(request("https://evil.example")).await.is_err());
    assert!(tokio_tungstenite::connect_async(request(&format!("http://{host}"))).await.is_ok());
}
