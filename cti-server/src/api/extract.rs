//! Reading requests: bodies, ids, versions, queries. Every fault becomes a problem; what values mean is the store's to say.

use super::Api;
use super::problem::{Answer, Problem};
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use crm_core::ListQuery;
use crm_core::model::PAGE_MAX;
use cti_types::Utc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

/// Most parameters of a query; more are refused.
const PARAMETERS_MAX: usize = 20;
/// Most characters of a query's text.
const PARAMETER_CHARS_MAX: usize = 300;

/// A JSON body: `application/json`, or `application/merge-patch+json` (RFC 7396).
pub(super) struct JsonBody {
    bytes: Bytes,
    value: Value,
}

impl JsonBody {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    pub(super) fn into_value(self) -> Value {
        self.value
    }

    /// The body as a `T`; a field that does not fit is named.
    pub(super) fn parse<T: DeserializeOwned>(self) -> Answer<T> {
        parse(self.value)
    }
}

/// A value as a `T`.
pub(super) fn parse<T: DeserializeOwned>(value: Value) -> Answer<T> {
    serde_json::from_value(value).map_err(|error| {
        let message = error.to_string();
        // serde names the field in backticks: "missing field `name`", "unknown field `nmae`, expected one of …".
        let field = message.split('`').nth(1).filter(|_| message.contains("field")).unwrap_or_default().to_owned();
        Problem::invalid(field, message)
    })
}

impl FromRequest<Arc<Api>> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Arc<Api>) -> Answer<Self> {
        if !is_json(request.headers()) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "not-json", "Send JSON").detail("send Content-Type: application/json"));
        }
        let bytes = Bytes::from_request(request, api).await.map_err(too_large)?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::malformed(format!("not JSON at line {}, column {}", error.line(), error.column())))?;
        Ok(JsonBody { bytes, value })
    }
}

fn too_large(rejection: BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large").detail("send at most 1 MiB")
        }
        _ => Problem::malformed("the body ended early"),
    }
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["application/json", "application/merge-patch+json"].iter().any(|json| kind.eq_ignore_ascii_case(json))
}

/// `text/csv` (RFC 4180 3), whatever its parameters.
pub(super) fn is_csv(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/csv")
}

/// The path's parameters by name.
pub(super) struct PathOf(BTreeMap<String, String>);

impl PathOf {
    /// # Errors
    /// 404 when it is not of its form: nothing can be there.
    pub(super) fn get<T: FromStr>(&self, name: &str, what: &str) -> Answer<T> {
        self.0.get(name).and_then(|text| text.parse().ok()).ok_or_else(|| Problem::not_found(what))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found("page"))?;
        Ok(PathOf(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

/// The query's parameters in their order.
pub(super) struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::malformed("the query cannot be read"))?;
        let long = |(name, value): &(String, String)| name.chars().chain(value.chars()).count() > PARAMETER_CHARS_MAX;
        if query.0.len() > PARAMETERS_MAX || query.0.iter().any(long) {
            return Err(Problem::malformed("the query has too many or too long parameters"));
        }
        Ok(Query(query.0))
    }
}

impl Query {
    /// Takes a parameter out; empty counts as not given.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1).filter(|value| !value.is_empty())
    }

    /// Takes out a parameter of a form.
    ///
    /// # Errors
    /// 422 naming it.
    pub(super) fn parse<T: FromStr>(&mut self, name: &str, mend: &str) -> Answer<Option<T>> {
        self.take(name).map(|text| text.parse().map_err(|_| Problem::invalid(name, mend))).transpose()
    }

    /// Takes out `limit`.
    ///
    /// # Errors
    /// 400 naming its bounds: a page shorter than what was asked for would look like the last one.
    pub(super) fn limit(&mut self) -> Answer<Option<u32>> {
        let Some(text) = self.take("limit") else { return Ok(None) };
        let limit = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
        limit.map(Some).ok_or_else(|| Problem::out_of_bounds("limit", format!("give a number from 1 to {PAGE_MAX}")))
    }

    /// Takes out a time: RFC 3339, or microseconds since 1970.
    ///
    /// # Errors
    /// 422 naming it.
    pub(super) fn time(&mut self, name: &str) -> Answer<Option<Utc>> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let micros = text.parse::<i64>().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond));
        micros
            .map(|micros| Some(Utc(micros)))
            .ok_or_else(|| Problem::invalid(name, "write it as 2026-01-31T08:00:00Z, or as microseconds since 1970"))
    }

    /// Takes out `cursor`, `limit` and `search`; what is left are fields to be equal.
    pub(super) fn into_list(mut self) -> Answer<ListQuery> {
        let limit = self.limit()?;
        Ok(ListQuery { cursor: self.take("cursor"), limit, search: self.take("search"), equals: self.0 })
    }

    /// # Errors
    /// 422 naming a parameter nobody has taken.
    pub(super) fn nothing_else(&self) -> Answer<()> {
        match self.0.first() {
            Some((name, _)) => Err(Problem::invalid(name, "there is no such filter")),
            None => Ok(()),
        }
    }
}

/// The version a change is based on: `If-Match: "3"`.
pub(super) struct IfMatch(pub(super) i64);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let Some(tag) = parts.headers.get(header::IF_MATCH) else {
            let title = "Name the version your change is based on";
            let problem = Problem::new(StatusCode::PRECONDITION_REQUIRED, "version-required", title);
            return Err(problem.detail("send If-Match with the ETag you read"));
        };
        version_of(tag).map(IfMatch)
    }
}

fn version_of(tag: &HeaderValue) -> Answer<i64> {
    let version = tag.to_str().ok().and_then(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.ok_or_else(|| Problem::malformed("If-Match: give one ETag as it was read, such as \"3\""))
}

/// As [`IfMatch`], where it may be left out.
pub(super) struct MayMatch(pub(super) Option<i64>);

impl<S: Sync> FromRequestParts<S> for MayMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        parts.headers.get(header::IF_MATCH).map(version_of).transpose().map(MayMatch)
    }
}

/// The address a request comes from; none when the server was not told. That is the other end of the connection, or, when a proxy on this
/// machine is there, the one the proxy has added last to `X-Forwarded-For`: what stands before it anybody may have written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) Option<IpAddr>);

impl Peer {
    pub(super) fn of(parts: &Parts) -> Peer {
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        if direct.is_none_or(|ip| !ip.to_canonical().is_loopback()) {
            return Peer(direct);
        }
        let line = parts.headers.get_all("x-forwarded-for").iter().next_back().and_then(|line| line.to_str().ok());
        let last = line.and_then(|line| line.rsplit(',').next()?.trim().parse().ok());
        Peer(last.or(direct))
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Peer::of(parts))
    }
}

/// A strong ETag of a version.
pub(super) fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// Whether the client has this one already (RFC 9110 13.1.2; weak comparison).
pub(super) fn unchanged(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let (Ok(etag), Some(Ok(known))) = (etag.to_str(), headers.get(header::IF_NONE_MATCH).map(HeaderValue::to_str)) else {
        return false;
    };
    known.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// A row with its version as ETag; 304 when the client has it.
pub(super) fn row(headers: &HeaderMap, version: i64, body: &impl Serialize) -> Response {
    let tag = etag(version);
    if unchanged(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::ETAG, tag)], axum::Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(direct: Option<&str>, forwarded: &[&str]) -> Option<String> {
        let mut request = axum::http::Request::new(());
        if let Some(direct) = direct {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(direct.parse().unwrap(), 1)));
        }
        for line in forwarded {
            request.headers_mut().append("x-forwarded-for", line.parse().unwrap());
        }
        Peer::of(&request.into_parts().0).0.map(|ip| ip.to_string())
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_and_only_its_own_word() {
        let table: &[(Option<&str>, &[&str], Option<&str>)] = &[
            (None, &["192.0.2.1"], None),
            (Some("198.51.100.1"), &[], Some("198.51.100.1")),
            (Some("198.51.100.1"), &["192.0.2.1"], Some("198.51.100.1")),
            (Some("127.0.0.1"), &[], Some("127.0.0.1")),
            (Some("::1"), &["203.0.113.9, 192.0.2.1"], Some("192.0.2.1")),
            (Some("127.0.0.1"), &["203.0.113.9", "2001:db8::1"], Some("2001:db8::1")),
            (Some("127.0.0.1"), &["unknown"], Some("127.0.0.1")),
        ];
        for (direct, forwarded, expected) in table {
            assert_eq!(peer(*direct, forwarded).as_deref(), *expected, "{direct:?} {forwarded:?}");
        }
    }
}
