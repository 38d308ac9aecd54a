//! The one form every refusal takes: problem details (RFC 9457). What is refused is decided elsewhere.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// What to tell clients to wait, in seconds, when the database is away.
const AWAY_RETRY_S: u64 = 2;

/// The shorthand of every handler.
pub(super) type Answer<T> = Result<T, Problem>;

/// A field that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct WrongField {
    /// As in the JSON form, with an index where it is a list: `skills[2].proficiency`. Empty: the body as a whole.
    pub(super) field: String,
    /// What to do about it.
    pub(super) message: String,
}

/// Something wrong with a flow's document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FlowProblem {
    /// The node it is in; none when it concerns the whole document.
    pub(super) node: Option<String>,
    /// From 1, where it can be told.
    pub(super) line: Option<usize>,
    pub(super) message: String,
    /// What to write instead.
    pub(super) mend: String,
}

impl From<ivr::Problem> for FlowProblem {
    fn from(problem: ivr::Problem) -> Self {
        let ivr::Problem { node, line, message, mend } = problem;
        FlowProblem { node, line, message, mend }
    }
}

/// RFC 9457 3.1, with the members of ours that clients act on.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct ProblemBody {
    /// `urn:cordboard:problem:` and a word that never changes: `version-conflict`, `invalid`, …
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
    /// With `invalid` and `not-unique`: each field that was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<WrongField>,
    /// With `version-conflict`: the version the row has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) current_version: Option<i64>,
    /// With `merged`: the customer who stands for this one now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) merged_into: Option<String>,
    /// With `invalid-flow`: everything wrong with the document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) problems: Vec<FlowProblem>,
}

/// A refusal on its way to the client.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    body: Box<ProblemBody>,
    retry_after_s: Option<u64>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, kind: &str, title: &str) -> Self {
        let body = ProblemBody {
            kind: format!("urn:cordboard:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
            errors: Vec::new(),
            current_version: None,
            merged_into: None,
            problems: Vec::new(),
        };
        Problem { status, body: Box::new(body), retry_after_s: None }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.body.detail = Some(detail.into());
        self
    }

    fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.body.errors.push(WrongField { field: field.into(), message: message.into() });
        self
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    #[cfg(test)]
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read").detail(detail)
    }

    /// A parameter beyond its bounds.
    pub(super) fn out_of_bounds(name: &str, mend: String) -> Self {
        Problem::malformed(format!("{name}: {mend}")).field(name, mend)
    }

    /// One refused field.
    pub(super) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some values were refused").field(field, message)
    }

    pub(super) fn invalid_flow(problems: Vec<ivr::Problem>) -> Self {
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-flow", "The flow cannot be used as it is written");
        problem.body.problems = problems.into_iter().map(FlowProblem::from).collect();
        problem
    }

    /// Nobody is signed in. The same words for every reason, so that nothing is learnt from them.
    pub(super) fn unauthorized(detail: &str) -> Self {
        Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", "Sign in first").detail(detail)
    }

    pub(super) fn forbidden(detail: &str) -> Self {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "This is not yours to do").detail(detail)
    }

    pub(super) fn not_found(what: &str) -> Self {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing").detail(format!("no such {what}"))
    }

    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::CONFLICT, "conflict", "Something else stands in the way").detail(detail)
    }

    /// It is somebody else's now; the caller adds where.
    pub(super) fn merged(into: String) -> Self {
        let title = "The customer was merged into another";
        let mut problem = Problem::new(StatusCode::TEMPORARY_REDIRECT, "merged", title).detail("go on with merged_into");
        problem.body.merged_into = Some(into);
        problem
    }

    pub(super) fn too_many(retry_after_s: u64) -> Self {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts")
            .detail("wait before the next attempt")
            .retry_after(retry_after_s)
    }

    pub(super) fn unavailable(detail: &str) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available for the moment")
            .detail(detail)
            .retry_after(AWAY_RETRY_S)
    }

    /// A fault of ours. Whoever makes it has logged it; the client learns nothing of it.
    pub(super) fn unexpected() -> Self {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "unexpected", "Something went wrong here; it has been noted")
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::NotFound { resource } => Problem::not_found(&resource.replace('_', " ")),
            StoreError::VersionConflict { current, .. } => {
                let title = "Somebody changed it meanwhile";
                let mut problem = Problem::new(StatusCode::PRECONDITION_FAILED, "version-conflict", title).detail(detail);
                problem.body.current_version = Some(current);
                problem
            }
            StoreError::Unique { field, .. } => {
                let title = "Another one already has this value";
                Problem::new(StatusCode::CONFLICT, "not-unique", title).detail(detail).field(field, "choose another value")
            }
            StoreError::Clash { field, mend, .. } => {
                Problem::new(StatusCode::CONFLICT, "not-unique", "Another one already has this value").detail(detail).field(field, mend)
            }
            StoreError::Refused { .. } => Problem::conflict(detail),
            StoreError::InUse { .. } => Problem::new(StatusCode::CONFLICT, "in-use", "It is still in use").detail(detail),
            StoreError::Invalid { errors, .. } => {
                let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some values were refused");
                errors.into_iter().fold(problem, |problem, error| problem.field(error.field, error.mend))
            }
            StoreError::NotAllowed { errors, .. } => {
                let problem = Problem::new(StatusCode::FORBIDDEN, "field-not-allowed", "Your roles may not write this").detail(detail);
                errors.into_iter().fold(problem, |problem, error| problem.field(error.field, error.mend))
            }
            StoreError::Unavailable(_) => Problem::unavailable("the database is not available"),
            StoreError::Corrupt { .. } | StoreError::Migrate(_) | StoreError::Address { .. } => {
                // The source is left out: what a row or a parser says may hold somebody's values.
                tracing::error!(error = detail, "a request failed in the store");
                Problem::unexpected()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_core::FieldError;

    fn away() -> StoreError {
        StoreError::Unavailable(Box::new(std::io::Error::other("gone")))
    }

    #[test]
    fn each_way_the_store_fails_has_its_status() {
        let corrupt = StoreError::Corrupt { what: "row".into(), source: None };
        let table = [
            (StoreError::NotFound { resource: "queue" }, 404, "not-found"),
            (StoreError::VersionConflict { resource: "queue", current: 7 }, 412, "version-conflict"),
            (StoreError::Unique { resource: "user", field: "login".into() }, 409, "not-unique"),
            (StoreError::InUse { resource: "queue", by: "number".into() }, 409, "in-use"),
            (StoreError::refused("customer", "a", "b"), 409, "conflict"),
            (StoreError::Invalid { resource: "queue", errors: vec![] }, 422, "invalid"),
            (away(), 503, "unavailable"),
            (corrupt, 500, "unexpected"),
        ];
        for (error, status, kind) in table {
            let problem = Problem::from(error);
            assert_eq!(problem.status().as_u16(), status);
            assert_eq!(problem.body.kind, format!("urn:cordboard:problem:{kind}"));
        }
    }

    #[test]
    fn a_conflict_names_the_version_the_row_has_now() {
        let problem = Problem::from(StoreError::VersionConflict { resource: "queue", current: 7 });
        assert_eq!(problem.body.current_version, Some(7));
    }

    #[test]
    fn every_refused_field_is_named() {
        let errors = ["a", "b[1].c"].map(|field| FieldError { field: field.into(), mend: "mend it".into() });
        let problem = Problem::from(StoreError::Invalid { resource: "queue", errors: errors.into() });
        let fields: Vec<&str> = problem.body.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["a", "b[1].c"]);
    }

    #[test]
    fn who_finds_the_database_away_is_told_when_to_come_back() {
        let response = Problem::from(away()).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}
