//! `GET` and `POST /rate/{token}`: the page a customer is sent to rate a ticket. No script, nothing from elsewhere, and the token stands in the
//! address alone: in no link, no log and no text of the page. Opening it uses nothing up, as programs that look at mails do that as well.

use super::super::Api;
use super::super::extract::{PathOf, Peer};
use super::super::home::{self, Language};
use super::super::problem::{Answer, Problem};
use super::rating::TOKEN_BYTES_MAX;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crm_core::tickets::Rating;
use crm_core::{Secret, StoreError};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};
use utoipa::ToSchema;

const STYLE: &str = concat!(include_str!("../home.css"), include_str!("rating.css"));
/// As a browser counts them; the store refuses more.
const COMMENT_MAX: usize = 2_000;

/// Only this style may apply, and the form goes nowhere else (CSP Level 3, 2.3.1: a hash of the element's content).
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
});

/// What the form sends.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RatingForm {
    /// 1 (bad) to 5 (good).
    #[serde(default)]
    #[schema(value_type = String, pattern = "^[1-5]$")]
    score: String,
    /// At most 2,000 characters.
    #[serde(default)]
    comment: String,
}

/// The page's words in one language.
struct Words {
    title: &'static str,
    /// Before the ticket's number.
    about: &'static str,
    question: &'static str,
    /// From 5 to 1.
    scores: [&'static str; 5],
    comment: &'static str,
    send: &'static str,
    choose: &'static str,
    long: &'static str,
    thanks: &'static str,
    thanks_more: &'static str,
    gone: &'static str,
    gone_more: &'static str,
    later: &'static str,
    later_more: &'static str,
}

const ENGLISH: Words = Words {
    title: "How did it go?",
    about: "Your request, number",
    question: "How satisfied are you?",
    scores: ["Very satisfied", "Satisfied", "Neither satisfied nor dissatisfied", "Dissatisfied", "Very dissatisfied"],
    comment: "Would you like to tell us more? (optional)",
    send: "Send",
    choose: "Please choose one of the five answers.",
    long: "Please shorten your text to 2,000 characters.",
    thanks: "Thank you",
    thanks_more: "Your answer has reached us. You can close this page.",
    gone: "This link does not work any more",
    gone_more: "It was used already, or is too old. You need not do anything.",
    later: "Please try again later",
    later_more: "There were too many attempts from your network.",
};

const CHINESE: Words = Words {
    title: "您对服务满意吗？",
    about: "您的服务单，编号",
    question: "您的满意程度",
    scores: ["非常满意", "满意", "一般", "不满意", "非常不满意"],
    comment: "您还想告诉我们什么？（选填）",
    send: "提交",
    choose: "请从五个选项中选择一项。",
    long: "请将文字缩短到 2000 字以内。",
    thanks: "谢谢您",
    thanks_more: "我们已收到您的评价，您可以关闭此页面。",
    gone: "此链接已失效",
    gone_more: "它已被使用或已过期，您无需任何操作。",
    later: "请稍后再试",
    later_more: "您所在的网络尝试次数过多。",
};

fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}

/// What of the page is shown.
enum Shown<'a> {
    Form { number: i64, wrong: Option<&'static str>, chosen: Option<i64>, comment: &'a str },
    Said { title: &'static str, more: &'static str },
}

pub(super) async fn read(State(api): State<Arc<Api>>, peer: Peer, path: PathOf, headers: HeaderMap) -> Answer<Response> {
    let language = home::language(headers.get(header::ACCEPT_LANGUAGE));
    Ok(match ticket_of(&api, peer, &path, language).await? {
        Ok((_, number)) => page(StatusCode::OK, language, &Shown::Form { number, wrong: None, chosen: None, comment: "" }),
        Err(refused) => refused,
    })
}

pub(super) async fn rate(
    State(api): State<Arc<Api>>,
    peer: Peer,
    path: PathOf,
    headers: HeaderMap,
    form: Result<Form<RatingForm>, FormRejection>,
) -> Answer<Response> {
    let Form(RatingForm { score, comment }) = form.map_err(|rejection| {
        let status = rejection.status();
        Problem::new(status, "not-a-form", "Send the form").detail("send Content-Type: application/x-www-form-urlencoded")
    })?;
    let language = home::language(headers.get(header::ACCEPT_LANGUAGE));
    let words = words(language);
    let (token, number) = match ticket_of(&api, peer, &path, language).await? {
        Ok(found) => found,
        Err(refused) => return Ok(refused),
    };
    let chosen = score.parse::<i64>().ok().filter(|score| (1..=5).contains(score));
    // A browser sends lines with CR LF and counts each as one character.
    let comment = comment.replace("\r\n", "\n");
    let again =
        |wrong| page(StatusCode::UNPROCESSABLE_ENTITY, language, &Shown::Form { number, wrong: Some(wrong), chosen, comment: &comment });
    let Some(score) = chosen else { return Ok(again(words.choose)) };
    if comment.chars().count() > COMMENT_MAX {
        return Ok(again(words.long));
    }
    let rating = Rating { score, comment: comment.clone() };
    match api.state.store.use_feedback(api.state.clock.utc(), &token, rating).await {
        Ok(()) => Ok(page(StatusCode::OK, language, &Shown::Said { title: words.thanks, more: words.thanks_more })),
        // Used a moment ago, on another page.
        Err(StoreError::NotFound { .. }) => Ok(gone(language)),
        Err(error) => Err(error.into()),
    }
}

/// The token and the number of its ticket, or the page that says why not. Wrong ones are counted with the wrong tokens of programs.
async fn ticket_of(api: &Api, peer: Peer, path: &PathOf, language: Language) -> Answer<Result<(Secret, i64), Response>> {
    let now = api.state.clock.now();
    if api.attempts.check(now.tick, peer.0).is_err() {
        let Words { later, later_more, .. } = words(language);
        return Ok(Err(page(StatusCode::TOO_MANY_REQUESTS, language, &Shown::Said { title: later, more: later_more })));
    }
    let token: String = path.get("token", "page")?;
    let token = Secret::new(token);
    let found = if token.reveal().len() > TOKEN_BYTES_MAX { None } else { api.state.store.feedback_number(now.utc, &token).await? };
    Ok(match found {
        Some(number) => Ok((token, number)),
        None => {
            api.attempts.failed(now.tick, peer.0);
            Err(gone(language))
        }
    })
}

fn gone(language: Language) -> Response {
    let Words { gone, gone_more, .. } = words(language);
    page(StatusCode::NOT_FOUND, language, &Shown::Said { title: gone, more: gone_more })
}

fn page(status: StatusCode, language: Language, shown: &Shown<'_>) -> Response {
    let mut response = (status, Html(html(language, shown))).into_response();
    let answer = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(POLICY.as_str()) {
        answer.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    answer.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    answer.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}

fn html(language: Language, shown: &Shown<'_>) -> String {
    let words = words(language);
    let (title, body) = match shown {
        Shown::Said { title, more } => (*title, format!("<h1>{title}</h1>\n<p class=\"lead\">{more}</p>\n")),
        Shown::Form { number, wrong, chosen, comment } => (words.title, form(words, *number, *wrong, *chosen, comment)),
    };
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        tag = language.tag(),
    )
}

fn form(words: &Words, number: i64, wrong: Option<&str>, chosen: Option<i64>, comment: &str) -> String {
    let Words { title, about, question, scores, comment: ask, send, .. } = words;
    let mut out = format!("<h1>{title}</h1>\n<p class=\"lead\">{about} {number}</p>\n");
    if let Some(wrong) = wrong {
        let _ = writeln!(out, "<p class=\"wrong\" role=\"alert\">{wrong}</p>");
    }
    // Without an address the form goes back to where the page came from.
    let _ = writeln!(out, "<form method=\"post\" autocomplete=\"off\">\n<fieldset>\n<legend>{question}</legend>\n<div class=\"scores\">");
    for (score, word) in (1..=5_i64).rev().zip(scores) {
        let checked = if chosen == Some(score) { " checked" } else { "" };
        let _ = writeln!(out, "<label><input type=\"radio\" name=\"score\" value=\"{score}\" required{checked}>{word}</label>");
    }
    let _ = write!(
        out,
        "</div>\n</fieldset>\n<div class=\"comment\"><label for=\"comment\">{ask}</label>\n\
         <textarea id=\"comment\" name=\"comment\" maxlength=\"{COMMENT_MAX}\">\n{}</textarea></div>\n\
         <button type=\"submit\">{send}</button>\n</form>\n",
        escaped(comment)
    );
    out
}

/// As text of an element (HTML 13.1.2.6).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // No document may hold it.
            '\0' => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_asks_in_both_languages_and_shows_what_was_written_as_text() {
        for (language, word) in [(Language::English, "Very satisfied"), (Language::Chinese, "非常满意")] {
            let comment = "</textarea><script>&\0";
            let shown = Shown::Form { number: 7, wrong: Some("!"), chosen: Some(4), comment };
            let page = html(language, &shown);
            assert!(page.contains(word) && page.contains(&format!("<html lang=\"{}\">", language.tag())));
            assert!(page.contains("&lt;/textarea&gt;&lt;script&gt;&amp;</textarea>"), "{page}");
            assert_eq!(
                (page.matches("<script").count(), page.matches("type=\"radio\"").count(), page.matches(" checked").count()),
                (0, 5, 1)
            );
            assert!(!page.contains("href=") && !page.contains("src=") && !page.contains("action="), "nothing leads elsewhere");
        }
    }
}
