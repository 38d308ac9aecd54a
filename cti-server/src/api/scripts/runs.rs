//! `/script-runs`: one agent's way through a script in a contact.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf, Query, etag};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::StoreError;
use crm_core::model::ScriptRunId;
use crm_core::script::{ScriptRun, StartRun};
use cti_types::InteractionId;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

/// The answers to a step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptAnswers)]
pub(super) struct Answers {
    /// By the inputs' names: texts, numbers, true and false. What is left out is empty.
    #[serde(default)]
    #[schema(value_type = Object)]
    answers: Map<String, Value>,
}

pub(super) async fn start(State(api): State<Arc<Api>>, caller: Caller, body: JsonBody) -> Answer<Response> {
    let (store, mut start) = (&api.state.store, body.parse::<StartRun>()?);
    if let Some(customer) = start.customer_id {
        // A page may not know yet that they were merged.
        let customer = store.merged_into(customer).await?.unwrap_or(customer);
        start.customer_id = Some(customer);
        match store.may_see(&caller.viewer(), customer).await {
            Err(StoreError::NotFound { .. }) => return Err(Problem::invalid("customer_id", "choose a customer that exists")),
            seen => seen?,
        }
    }
    let run = store.start_script_run(&caller.who(), api.state.clock.utc(), start).await?;
    Ok(answered(run))
}

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Vec<ScriptRun>>> {
    let interaction: Option<InteractionId> = query.parse("interaction", "give an id")?;
    query.nothing_else()?;
    let interaction = interaction.ok_or_else(|| Problem::invalid("interaction", "name the contact"))?;
    let mut runs = api.state.store.script_runs_of(api.state.clock.utc(), interaction).await?;
    runs.retain(|run| may_read(&caller, run));
    Ok(Json(runs))
}

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Response> {
    let run = api.state.store.script_run(api.state.clock.utc(), path.get("id", "script run")?).await?;
    if may_read(&caller, &run) { Ok(answered(run)) } else { Err(Problem::not_found("script run")) }
}

pub(super) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let id = own(&api, &caller, &path).await?;
    let Answers { answers } = body.parse()?;
    let run = api.state.store.answer_script_run(&caller.viewer(), &caller.who(), api.state.clock.utc(), id, version, &answers).await?;
    Ok(answered(run))
}

pub(super) async fn back(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch) -> Answer<Response> {
    let id = own(&api, &caller, &path).await?;
    Ok(answered(api.state.store.script_run_back(&caller.who(), api.state.clock.utc(), id, version).await?))
}

fn may_read(caller: &Caller, run: &ScriptRun) -> bool {
    run.agent_id == caller.user.id || caller.may(Right::InteractionsAll)
}

/// The run, if it is the caller's: nobody answers for somebody else.
async fn own(api: &Arc<Api>, caller: &Caller, path: &PathOf) -> Answer<ScriptRunId> {
    let id: ScriptRunId = path.get("id", "script run")?;
    let run = api.state.store.script_run(api.state.clock.utc(), id).await?;
    if run.agent_id == caller.user.id { Ok(id) } else { Err(Problem::not_found("script run of yours")) }
}

fn answered(run: ScriptRun) -> Response {
    ([(header::ETAG, etag(run.version))], Json(run)).into_response()
}
