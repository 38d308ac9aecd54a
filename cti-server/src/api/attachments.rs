//! Files of tickets and notes: sent, listed, saved, deleted. A file is only ever given to be saved: no browser shows or runs it here.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::{BASE, Endpoint};
use super::extract::PathOf;
use super::problem::{Answer, Problem};
use super::tickets::seen;
use super::work::may_see_note;
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use crm_core::attachments::{ATTACHMENT_BYTES_MAX, AttachedTo, Attachment, NewAttachment};
use crm_core::model::{AttachmentId, Note, NoteId};
use futures_util::{StreamExt, stream};
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for the next piece of a file.
const PIECE_WITHIN: Duration = Duration::from_secs(30);
/// Bytes read from the disk at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// The header with the file's name. No page of elsewhere can send it without asking first (Fetch, CORS-unsafe request-header names).
pub(super) const NAME: HeaderName = HeaderName::from_static("file-name");
/// The paths files are sent to.
pub(super) const UPLOADS: [&str; 2] = ["/api/v1/tickets/{id}/attachments", "/api/v1/notes/{id}/attachments"];

/// Of whose files, as a parameter of the handlers.
const TICKET: bool = true;
const NOTE: bool = false;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = of::<TICKET>("tickets", "/tickets/{id}/attachments", Right::TicketsRead, Right::TicketsWrite);
    all.extend(of::<NOTE>("notes", "/notes/{id}/attachments", Right::Work, Right::Work));
    all
}

fn of<const T: bool>(tag: &str, path: &str, read: Right, write: Right) -> Vec<Endpoint> {
    let (read, write) = (Access::Needs(read), Access::Needs(write));
    let one = format!("{path}/{{attachment}}");
    let none = "No such row or file";
    vec![
        Endpoint::get(path, read, list::<T>)
            .says(tag, "The files attached, in the order they came")
            .answers_list::<Attachment>("At most 50")
            .refuses(404, none),
        Endpoint::post(path, write, send::<T>)
            .says(tag, "Attach a file")
            .more("At most 10 MiB, of a type that browsers do not run; Content-Type says which.")
            .header("File-Name", true, "Its name, percent-encoded UTF-8 (RFC 3986 2.1)")
            .takes_raw("The file", "application/octet-stream")
            .answers::<Attachment>(201, "Attached; Location says where")
            .refuses(400, "The body ended early")
            .refuses(404, none)
            .refuses(409, "There are 50 already")
            .refuses(413, "The file is too large")
            .refuses(422, "Its name or its type was refused")
            .refuses(507, "There is no room for it"),
        Endpoint::get(&one, read, save::<T>)
            .says(tag, "Save a file attached")
            .answers_raw(200, "The file, to be saved", "application/octet-stream")
            .refuses(404, none),
        Endpoint::delete(&one, write, delete::<T>)
            .says(tag, "Delete a file attached")
            .answers_nothing(204, "Deleted")
            .refuses(404, none)
            .refuses(409, "Its customer is under a legal hold"),
    ]
}

/// The ticket or note of the path, if the caller may see whose it is. `change`: and if it is theirs to change.
async fn subject<const T: bool>(api: &Api, caller: &Caller, path: &PathOf, change: bool) -> Answer<AttachedTo> {
    let store = &api.state.store;
    if T {
        return Ok(AttachedTo::Ticket(seen(api, caller, path).await?.id));
    }
    let id: NoteId = path.get("id", "note")?;
    let note = store.get::<Note>(id).await?;
    may_see_note(api, caller, &note.data).await?;
    if change && note.author_id != Some(caller.user.id) && !caller.may(Right::WorkAll) {
        return Err(Problem::forbidden("only who wrote a note may change its files"));
    }
    Ok(AttachedTo::Note(id))
}

async fn list<const T: bool>(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<Attachment>>> {
    let to = subject::<T>(&api, &caller, &path, false).await?;
    Ok(Json(api.state.store.attachments(to).await?))
}

async fn send<const T: bool>(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, request: Request) -> Answer<Response> {
    let to = subject::<T>(&api, &caller, &path, true).await?;
    let headers = request.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let name = headers.get(NAME).and_then(|value| value.to_str().ok()).and_then(decoded);
    let name = name.ok_or_else(|| Problem::invalid("File-Name", "give the file's name, percent-encoded"))?;
    let mut new = NewAttachment { name, media_type: kind, bytes: 0, sha256: String::new() };
    // Before the file is read.
    new.check()?;
    let (store, now) = (&api.state.store, api.state.clock.utc());
    let id = store.attachment_id(now);
    let mut file = api.state.attachments.begin(id).await.map_err(|error| disk(&error))?;
    let mut body = request.into_body().into_data_stream();
    loop {
        let piece = match tokio::time::timeout(PIECE_WITHIN, body.next()).await {
            Err(_) => return Err(Problem::malformed("the body came to a standstill")),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Problem::malformed("the body ended early")),
            Ok(Some(Ok(piece))) => piece,
        };
        if file.bytes + piece.len() as u64 > ATTACHMENT_BYTES_MAX {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The file is too large");
            return Err(problem.detail(format!("send at most {} MiB", ATTACHMENT_BYTES_MAX >> 20)));
        }
        file.write(&piece).await.map_err(|error| disk(&error))?;
    }
    new.sha256 = file.end().await.map_err(|error| disk(&error))?;
    new.bytes = file.bytes;
    let made = store.attach(&caller.who(), now, to, id, new).await?;
    file.keep();
    let place = match to {
        AttachedTo::Ticket(ticket) => format!("{BASE}/tickets/{ticket}/attachments/{id}"),
        AttachedTo::Note(note) => format!("{BASE}/notes/{note}/attachments/{id}"),
    };
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(made)).into_response())
}

async fn save<const T: bool>(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Response> {
    let to = subject::<T>(&api, &caller, &path, false).await?;
    let attachment = api.state.store.attachment(to, path.get("attachment", "attachment")?).await?;
    let (files, id) = (api.state.attachments.clone(), attachment.id);
    let file = match tokio::task::spawn_blocking(move || files.open(id)).await {
        Ok(Ok(file)) => file,
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => return Err(Problem::not_found("file; it was erased")),
        Ok(Err(error)) => return Err(disk(&error)),
        Err(_) => return Err(Problem::unexpected()),
    };
    let mut response = Body::from_stream(chunks(file)).into_response();
    let answer = response.headers_mut();
    // `nosniff` is on every answer. With both, a browser saves the file and neither shows nor runs it.
    let kind = HeaderValue::try_from(attachment.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    answer.insert(header::CONTENT_TYPE, kind);
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(attachment.bytes as u64));
    answer.insert(header::CONTENT_DISPOSITION, disposition(&attachment.name));
    Ok(response)
}

async fn delete<const T: bool>(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<StatusCode> {
    let to = subject::<T>(&api, &caller, &path, true).await?;
    let id: AttachmentId = path.get("attachment", "attachment")?;
    api.state.store.detach(&caller.who(), api.state.clock.utc(), to, id).await?;
    api.state.chores.wake();
    Ok(StatusCode::NO_CONTENT)
}

/// The bytes in chunks, each read when the one before has been taken: a slow reader costs one chunk.
fn chunks(file: std::fs::File) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = vec![0; CHUNK_BYTES];
            let count = file.read(&mut chunk)?;
            chunk.truncate(count);
            Ok::<_, io::Error>((file, chunk))
        });
        let (file, chunk) = read.await.map_err(io::Error::other)??;
        Ok(if chunk.is_empty() { None } else { Some((Bytes::from(chunk), file)) })
    })
}

/// A text out of its percent-encoding; none when it is no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                (high * 16 + low) as u8
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

/// To be saved under this name (RFC 6266 4.3, RFC 8187 3.2).
fn disposition(name: &str) -> HeaderValue {
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    HeaderValue::try_from(format!("attachment; filename*=UTF-8''{encoded}")).unwrap_or(HeaderValue::from_static("attachment"))
}

fn disk(error: &io::Error) -> Problem {
    tracing::error!(%error, "an attached file cannot be written or read");
    if error.kind() == ErrorKind::StorageFull {
        return Problem::new(StatusCode::INSUFFICIENT_STORAGE, "no-room", "There is no room for the file");
    }
    Problem::unexpected()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_and_go_percent_encoded() {
        for (sent, name) in [("a%20b.pdf", "a b.pdf"), ("%E5%90%88%E5%90%8C.pdf", "合同.pdf"), ("plain", "plain")] {
            assert_eq!(decoded(sent).as_deref(), Some(name));
        }
        for wrong in ["%", "%4", "%zz", "%FF"] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
        assert_eq!(disposition("合\"同\r\n.pdf"), "attachment; filename*=UTF-8''%E5%90%88%22%E5%90%8C%0D%0A.pdf");
    }
}
