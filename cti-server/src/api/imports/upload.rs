//! `PUT /imports/{id}/file`: the file, streamed to the disk as UTF-8. It takes the place of the one before when it is whole.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, is_csv};
use super::super::problem::{Answer, Problem};
use super::control::header_of;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use crm_core::Store;
use crm_core::import::{FILE_BYTES_MAX, ImportProgress, Text, file_name};
use crm_core::model::{ImportJob, ImportJobId};
use futures_util::StreamExt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// Longest wait for the next piece of a file.
const PIECE_WITHIN: Duration = Duration::from_secs(30);

pub(super) async fn receive(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, request: Request) -> Answer<Json<ImportProgress>> {
    let id = path.get("id", "import")?;
    if !is_csv(request.headers()) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "not-csv", "Send CSV").detail("send Content-Type: text/csv"));
    }
    let store = &api.state.store;
    let job = store.get::<ImportJob>(id).await?;
    // Now rather than after a gigabyte; and the file of one under way is being read.
    let mut part = Part::new(&api, id, store.import_receiving(id).await?);
    write(&part.path, Text::new(job.data.encoding), request).await?;
    let header = header_of(part.path.clone(), job.data.delimiter).await?;
    let (from, to) = (part.path.clone(), api.state.chores.imports().join(file_name(id)));
    let put =
        move || std::fs::rename(from, to).inspect_err(|error| tracing::error!(%error, "the file of an import cannot be put in its place"));
    store.import_received_as(&caller.who(), api.state.clock.utc(), id, &part.token, &header, put).await?;
    part.arrived = true;
    Ok(Json(store.import_progress(id).await?))
}

async fn write(path: &Path, mut text: Text, request: Request) -> Answer<()> {
    let mut options = tokio::fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path).await.map_err(|error| disk(&error))?;
    let mut file = tokio::io::BufWriter::with_capacity(1 << 18, file);
    let mut body = request.into_body().into_data_stream();
    let mut bytes = 0_u64;
    loop {
        let piece = match tokio::time::timeout(PIECE_WITHIN, body.next()).await {
            Err(_) => return Err(Problem::malformed("the body came to a standstill")),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Problem::malformed("the body ended early")),
            Ok(Some(Ok(piece))) => piece,
        };
        bytes += piece.len() as u64;
        if bytes > FILE_BYTES_MAX {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The file is too large");
            return Err(problem.detail(format!("send at most {} GiB; part the file", FILE_BYTES_MAX >> 30)));
        }
        let piece = text.feed(&piece, false).map_err(|error| Problem::invalid("file", error.to_string()))?;
        file.write_all(piece.as_bytes()).await.map_err(|error| disk(&error))?;
    }
    let rest = text.feed(&[], true).map_err(|error| Problem::invalid("file", error.to_string()))?;
    file.write_all(rest.as_bytes()).await.map_err(|error| disk(&error))?;
    file.flush().await.map_err(|error| disk(&error))?;
    // What a crash leaves of the file must be what the database says of it.
    file.get_ref().sync_data().await.map_err(|error| disk(&error))
}

fn disk(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "the file of an import cannot be written");
    if error.kind() == ErrorKind::StorageFull {
        return Problem::new(StatusCode::INSUFFICIENT_STORAGE, "no-room", "There is no room for the file");
    }
    Problem::unexpected()
}

/// A file that is being written, by a name of its own. What is left of one that did not come to its end goes with it, and the import is as it
/// was before.
struct Part {
    store: Store,
    import: ImportJobId,
    token: String,
    path: PathBuf,
    arrived: bool,
}

impl Part {
    fn new(api: &Api, import: ImportJobId, token: String) -> Part {
        let path = api.state.chores.imports().join(format!("{import}-{token}.part"));
        Part { store: api.state.store.clone(), import, token, path, arrived: false }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.arrived {
            return;
        }
        // There may be none yet.
        let _ = std::fs::remove_file(&self.path);
        // Whoever sends may just be gone: this is dropped in the middle of waiting for them.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (store, import, token) = (self.store.clone(), self.import, std::mem::take(&mut self.token));
            runtime.spawn(async move {
                if let Err(error) = store.import_not_received(import, &token).await {
                    tracing::warn!(%error, %import, "that a file did not come could not be noted; it must be sent again");
                }
            });
        }
    }
}
