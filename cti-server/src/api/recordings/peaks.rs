//! `GET /recordings/{id}/peaks`: how loud each side is along a part, to be drawn. No word can be heard from it, so nobody's hearing is noted.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query, unchanged};
use super::super::problem::{Answer, Problem};
use super::allowed;
use ::recordings::COLUMNS_MAX;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::io;
use std::sync::Arc;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

const COLUMNS_LEAST: usize = 10;
const COLUMNS_DEFAULT: usize = 1_000;
/// Files read for this at once; further requests wait.
static READING: Semaphore = Semaphore::const_new(4);

/// The loudness of a part along its time.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordingPeaks {
    part: i64,
    /// Samples a second.
    rate: u32,
    duration_ms: u64,
    /// The largest sample of each column, 0 to 32767; a short part has fewer columns than were asked for.
    customer: Vec<u16>,
    agent: Vec<u16>,
}

pub(super) async fn peaks(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    mut query: Query,
    headers: HeaderMap,
) -> Answer<Response> {
    let recording = allowed(&api, &caller, &path).await?;
    let number: i64 = query.parse("part", "give the number of a part")?.unwrap_or(1);
    let columns: usize = query.parse("width", "give a whole number")?.unwrap_or(COLUMNS_DEFAULT);
    query.nothing_else()?;
    if !(COLUMNS_LEAST..=COLUMNS_MAX).contains(&columns) {
        return Err(Problem::invalid("width", format!("give {COLUMNS_LEAST} to {COLUMNS_MAX}")));
    }
    let part = recording.parts.iter().find(|part| part.part == number).cloned().ok_or_else(|| Problem::not_found("part"))?;
    let tag = HeaderValue::try_from(format!("\"{}-{columns}\"", part.sha256)).map_err(|_| Problem::unexpected())?;
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))];
    if unchanged(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let _reading = READING.acquire().await.map_err(|_| Problem::unexpected())?;
    let store = api.state.recordings.clone();
    let read = tokio::task::spawn_blocking(move || ::recordings::peaks(&store.open(&part.file)?, columns));
    let found = match read.await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Problem::not_found("file of this part; it was erased or moved"));
        }
        Ok(Err(error)) => {
            tracing::error!(%error, recording = %recording.id, "a part of a recording cannot be read");
            return Err(Problem::unexpected());
        }
        Err(_) => return Err(Problem::unexpected()),
    };
    let body =
        RecordingPeaks { part: number, rate: found.rate, duration_ms: found.duration_ms, customer: found.customer, agent: found.agent };
    Ok((kept, Json(body)).into_response())
}
