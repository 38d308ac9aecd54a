//! `GET /exports/customers.csv`, `GET /exports`: customers as a file, and who took which.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::Endpoint;
use super::extract::Query;
use super::problem::{Answer, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use crm_core::Page;
use crm_core::export::{COLUMNS, Columns, ExportView};
use crm_core::model::ExportId;
use futures_util::stream;
use std::io;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

const TAG: &str = "exports";
const EXPORT: Access = Access::Needs(Right::CustomersExport);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/exports/customers.csv", EXPORT, customers)
            .says(TAG, "Customers as CSV")
            .more(
                "UTF-8 with a byte order mark (RFC 4180). Cells that a spreadsheet would take for a formula begin with an apostrophe. Who \
                 exports what stands in the audit and in the list of exports.",
            )
            .query(
                "columns",
                "Names parted by commas: fields of a customer, phone_1 to phone_9, email_1 …, address_1 …, chat_1 …, other_1 …, attributes.KEY, \
                 fields.KEY. The usual ones when nothing is said",
            )
            .query("search", "Only those a search finds, as in the list of customers")
            .answers_raw(200, "The file", "text/csv")
            .refuses(422, "There is no such column")
            .refuses(503, "Other exports are being sent, or it cannot be noted who exports what"),
        Endpoint::get("/exports", EXPORT, list)
            .says(TAG, "Who exported what, the latest first")
            .pages(false)
            .answers_page::<ExportView>(),
    ]
}

async fn list(State(api): State<Arc<Api>>, query: Query) -> Answer<Json<Page<ExportView>>> {
    Ok(Json(api.state.store.exports(&query.into_list()?).await?))
}

/// An export on its way.
struct Sending {
    api: Arc<Api>,
    columns: Columns,
    search: String,
    id: ExportId,
    rows: u64,
    next: Next,
    _place: OwnedSemaphorePermit,
}

/// What is sent next.
enum Next {
    First,
    After(String),
    Nothing,
}

async fn customers(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Response> {
    let columns = Columns::parse(&query.take("columns").unwrap_or_else(|| COLUMNS.to_owned()))?;
    columns.check_rights(&caller.viewer(), &api.state.store.field_definitions("customer").await?)?;
    let search = query.take("search").unwrap_or_default();
    query.nothing_else()?;
    let place = api.state.chores.exports().try_acquire_owned();
    let place = place.map_err(|_| Problem::unavailable("other exports are being sent"))?;
    let id = api.state.store.begin_export(&caller.who(), api.state.clock.utc(), &columns, !search.is_empty()).await?;
    let sending = Sending { api, columns, search, id, rows: 0, next: Next::First, _place: place };
    let mut response = Body::from_stream(stream::try_unfold(sending, page)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"customers.csv\""));
    Ok(response)
}

/// The next page, read when the one before has been taken: a slow reader costs one page.
async fn page(mut sending: Sending) -> io::Result<Option<(Bytes, Sending)>> {
    let mut out = String::new();
    let cursor = match std::mem::replace(&mut sending.next, Next::Nothing) {
        Next::Nothing => return Ok(None),
        Next::First => {
            // Without it spreadsheets take UTF-8 for something else.
            out.push('\u{FEFF}');
            out.push_str(&sending.columns.header());
            None
        }
        Next::After(cursor) => Some(cursor),
    };
    let store = &sending.api.state.store;
    let (rows, next) = store.export_page(&sending.search, cursor).await.map_err(|error| broken(&error))?;
    for (customer, contacts) in &rows {
        out.push_str(&sending.columns.line(customer, contacts));
    }
    sending.rows += rows.len() as u64;
    let ended = next.is_none().then(|| sending.api.state.clock.utc());
    store.note_export(sending.id, sending.rows, ended).await.map_err(|error| broken(&error))?;
    sending.next = next.map_or(Next::Nothing, Next::After);
    Ok(Some((Bytes::from(out), sending)))
}

/// The connection is closed before the end, so that nobody takes the part for the whole.
fn broken(error: &crm_core::StoreError) -> io::Error {
    tracing::warn!(%error, "an export ends early");
    io::Error::other("the export ends early")
}
