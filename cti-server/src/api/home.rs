//! `GET /status`: a page that says what runs here, and how such plain pages look. No script, nothing from elsewhere.

use super::access::Access;
use super::endpoint::Endpoint;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

pub(super) fn endpoints() -> Vec<Endpoint> {
    // `GET /api/v1/status` has the id that its path gives.
    let page = Endpoint::get("//status", Access::Open, home).called("get_status_page").says("running", "A page that says what runs here");
    vec![page.answers_raw(200, "The page", "text/html")]
}

const STYLE: &str = include_str!("home.css");

/// Only this style may apply (CSP Level 3, 2.3.1: a hash of the element's content).
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
});

/// The page's words in one language.
struct Words {
    what: &'static str,
    runs: &'static str,
    links: [(&'static str, &'static str, &'static str); 4],
    start: &'static str,
}

const ENGLISH: Words = Words {
    what: "The contact center is running.",
    runs: "Version",
    links: [
        ("/api/openapi.json", "API description", "every request and answer, as OpenAPI"),
        ("/health", "Health", "whether the process runs"),
        ("/ready", "Readiness", "whether it takes new calls, and why not"),
        ("/metrics", "Metrics", "for Prometheus, from here or with a token"),
    ],
    start: "How to connect a trunk, a phone and an agent stands in README.md, which came with the program.",
};

const CHINESE: Words = Words {
    what: "联络中心正在运行。",
    runs: "版本",
    links: [
        ("/api/openapi.json", "API 说明", "全部请求与应答，OpenAPI 格式"),
        ("/health", "健康状态", "进程是否在运行"),
        ("/ready", "就绪状态", "是否接受新呼叫，以及原因"),
        ("/metrics", "运行指标", "供 Prometheus 采集，限本机或凭令牌访问"),
    ],
    start: "如何接入中继、话机和坐席，请看随程序附带的 README.md。",
};

async fn home(headers: HeaderMap) -> Response {
    let language = language(headers.get(header::ACCEPT_LANGUAGE));
    page(language, &status(words(language)))
}

/// A plain page with this in it, which is HTML.
pub(super) fn page(language: Language, body: &str) -> Response {
    let mut response = Html(document(language, body)).into_response();
    let answer = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(POLICY.as_str()) {
        answer.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    answer.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// A text to stand in HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The languages our pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Chinese,
}

impl Language {
    /// As in `lang` (BCP 47).
    pub(super) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }
}

/// The one of our languages that is wanted most (RFC 9110 12.5.4); English when none is.
pub(super) fn language(accepted: Option<&HeaderValue>) -> Language {
    let accepted = accepted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (0.0, Language::English);
    for range in accepted.split(',').take(20) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        let primary = tag.trim().split('-').next().unwrap_or_default();
        let language = [Language::English, Language::Chinese].into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary));
        match language {
            // The earlier of two that are wanted alike.
            Some(language) if weight > best.0 => best = (weight, language),
            Some(_) | None => {}
        }
    }
    best.1
}

fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}

fn status(words: &Words) -> String {
    let Words { what, runs, links, start } = words;
    let links = links.map(|(href, name, about)| format!("<li><a href=\"{href}\">{name}</a><span>{about}</span></li>\n")).concat();
    let version = env!("CARGO_PKG_VERSION");
    format!("<p class=\"lead\">{what}</p>\n<p class=\"version\">{runs} {version}</p>\n<ul>\n{links}</ul>\n<p>{start}</p>\n")
}

fn document(language: Language, body: &str) -> String {
    let tag = language.tag();
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Cordboard</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Cordboard</h1>\n\
         {body}</main>\n</body>\n</html>\n",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_the_language_wanted_most() {
        let table = [
            ("", "en"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
            ("en-GB,en;q=0.9,zh;q=0.8", "en"),
            ("en;q=0.2, zh;q=0.7", "zh"),
            ("fr, de;q=0.5", "en"),
            ("fr, ZH;q=0.5", "zh"),
            ("zh;q=0", "en"),
        ];
        for (accepted, tag) in table {
            assert_eq!(language(Some(&HeaderValue::from_static(accepted))).tag(), tag, "{accepted}");
        }
        assert_eq!(language(None).tag(), "en");
    }
}
