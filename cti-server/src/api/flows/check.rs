//! `POST /flows/check`: what is wrong with a document. Keeps nothing.

use super::super::Api;
use super::super::extract::JsonBody;
use super::super::problem::{Answer, FlowProblem};
use super::{FlowSource, problems};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checked {
    /// It could go live as it is.
    usable: bool,
    problems: Vec<FlowProblem>,
}

pub(super) async fn check(State(api): State<Arc<Api>>, body: JsonBody) -> Answer<Json<Checked>> {
    let FlowSource { source } = body.parse()?;
    let problems: Vec<FlowProblem> = problems(&api, &source).await?.into_iter().map(FlowProblem::from).collect();
    Ok(Json(Checked { usable: problems.is_empty(), problems }))
}
