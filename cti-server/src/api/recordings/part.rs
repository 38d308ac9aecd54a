//! `GET /recordings/{id}/parts/{part}`: the sound, whole or in ranges.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query, unchanged};
use super::super::problem::{Answer, Problem};
use super::allowed;
use super::heard::note;
use super::range::{Part, asked};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// Bytes read from the disk at once.
const CHUNK_BYTES: u64 = 64 * 1024;

pub(super) async fn part(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    mut query: Query,
    method: Method,
    headers: HeaderMap,
) -> Answer<Response> {
    let recording = allowed(&api, &caller, &path).await?;
    let number: i64 = path.get("part", "part")?;
    let download = query.parse("download", "write true or false")?.unwrap_or(false);
    query.nothing_else()?;
    let part = recording.parts.iter().find(|part| part.part == number).cloned().ok_or_else(|| Problem::not_found("part"))?;
    let tag = HeaderValue::try_from(format!("\"{}\"", part.sha256)).map_err(|_| Problem::unexpected())?;
    // HEAD sends no sound. A 304 is heard as well: the browser plays what it has kept.
    let heard = method != Method::HEAD;
    if unchanged(&headers, &tag) {
        if heard {
            note(&api, &caller, &recording, number).await?;
        }
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let store = api.state.recordings.clone();
    let opened = tokio::task::spawn_blocking(move || {
        let file = store.open(&part.file)?;
        let length = file.metadata()?.len();
        Ok::<_, io::Error>((file, length))
    });
    let (file, length) = match opened.await {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Problem::not_found("file of this part; it was erased or moved"));
        }
        Ok(Err(error)) => {
            tracing::error!(%error, recording = %recording.id, "a part of a recording cannot be opened");
            return Err(Problem::unexpected());
        }
        Err(_) => return Err(Problem::unexpected()),
    };
    // RFC 9110 13.1.5: a range of what is no longer the same is of no use.
    let same = headers.get(header::IF_RANGE).is_none_or(|known| *known == tag);
    let wanted = if same { asked(headers.get(header::RANGE), length) } else { Part::Whole };
    let (status, from, count) = match wanted {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Bytes { from, count } => (StatusCode::PARTIAL_CONTENT, from, count),
        Part::Outside => return Ok(outside(length)),
    };
    if heard {
        note(&api, &caller, &recording, number).await?;
    }
    let mut response = (status, Body::from_stream(chunks(file, from, count))).into_response();
    let answer = response.headers_mut();
    if status == StatusCode::PARTIAL_CONTENT {
        let range = HeaderValue::try_from(format!("bytes {from}-{}/{length}", from + count - 1));
        answer.insert(header::CONTENT_RANGE, range.map_err(|_| Problem::unexpected())?);
    }
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer.insert(header::ETAG, tag);
    if download {
        let name = format!("attachment; filename=\"{}-{number}.wav\"", recording.interaction_id);
        answer.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(|_| Problem::unexpected())?);
    }
    // The listener's own browser may keep it for seeking, but must ask each time whether they may still hear it.
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

fn outside(length: u64) -> Response {
    let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "outside", "The range lies outside");
    let mut response = problem.detail(format!("it has {length} bytes")).into_response();
    if let Ok(range) = HeaderValue::try_from(format!("bytes */{length}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    response
}

/// The bytes in chunks, each read when the one before has been taken: a slow listener costs one chunk.
fn chunks(file: std::fs::File, from: u64, count: u64) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, from, count), |(mut file, from, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let size = left.min(CHUNK_BYTES);
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = vec![0; size as usize];
            file.seek(SeekFrom::Start(from))?;
            file.read_exact(&mut chunk)?;
            Ok::<_, io::Error>((file, chunk))
        });
        let (file, chunk) = read.await.map_err(io::Error::other)??;
        Ok(Some((Bytes::from(chunk), (file, from + size, left - size))))
    })
}
