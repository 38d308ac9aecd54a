//! `POST /imports/{id}/start`, `POST /imports/{id}/stop`, `GET /imports/{id}/progress`.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{JsonBody, PathOf};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crm_core::import::{Header, ImportProgress, ReadFault, file_name, read_header};
use crm_core::model::{ImportJob, ImportJobId};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use utoipa::ToSchema;

/// How to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportStart)]
pub(super) struct Start {
    /// Only say what would be; nothing is written.
    #[serde(default)]
    dry_run: bool,
}

pub(super) async fn start(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    body: JsonBody,
) -> Answer<(StatusCode, Json<ImportProgress>)> {
    let (id, Start { dry_run }) = (path.get("id", "import")?, body.parse()?);
    let job = api.state.store.get::<ImportJob>(id).await?;
    let header = header(&api, id, job.data.delimiter).await?;
    let progress = api.state.store.start_import(&caller.who(), api.state.clock.utc(), id, dry_run, &header).await?;
    api.state.chores.wake();
    Ok((StatusCode::ACCEPTED, Json(progress)))
}

pub(super) async fn stop(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<ImportProgress>> {
    Ok(Json(api.state.store.stop_import(&caller.who(), api.state.clock.utc(), path.get("id", "import")?).await?))
}

pub(super) async fn progress(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<ImportProgress>> {
    Ok(Json(api.state.store.import_progress(path.get("id", "import")?).await?))
}

/// The first line of an import's file.
async fn header(api: &Api, id: ImportJobId, delimiter: String) -> Answer<Header> {
    header_of(api.state.chores.imports().join(file_name(id)), delimiter).await
}

/// The first line of a file.
pub(super) async fn header_of(path: PathBuf, delimiter: String) -> Answer<Header> {
    let read = tokio::task::spawn_blocking(move || read_header(&path, &delimiter)).await;
    read.map_err(|_| Problem::unexpected())?.map_err(|fault| match fault {
        ReadFault::Missing => Problem::conflict("there is no file; send it first"),
        ReadFault::Io(error) => {
            tracing::error!(%error, "the file of an import cannot be read");
            Problem::unexpected()
        }
        ReadFault::Long { .. } | ReadFault::Empty | ReadFault::Wide => Problem::invalid("file", fault.to_string()),
    })
}
