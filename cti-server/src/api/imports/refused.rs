//! `GET /imports/{id}/errors`, `GET /imports/{id}/errors.csv`.

use super::super::Api;
use super::super::extract::{PathOf, Query};
use super::super::problem::Answer;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use crm_core::Page;
use crm_core::import::ImportError;
use futures_util::stream;
use std::io;
use std::sync::Arc;

pub(super) async fn list(State(api): State<Arc<Api>>, path: PathOf, query: Query) -> Answer<Json<Page<ImportError>>> {
    let id = path.get("id", "import")?;
    let query = query.into_list()?;
    if let Some((field, _)) = query.equals.first() {
        return Err(super::super::problem::Problem::invalid(field, "there is no such filter"));
    }
    Ok(Json(api.state.store.import_errors(id, &query).await?))
}

pub(super) async fn file(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Response> {
    let id = path.get("id", "import")?;
    // The first page before the answer begins: what is wrong is then said as a problem.
    let (first, next) = api.state.store.import_error_lines(id, api.state.chores.imports(), None).await?;
    let pages = stream::try_unfold((api, Some(first), next), move |(api, ready, next)| async move {
        if let Some(ready) = ready {
            return Ok(Some((Bytes::from(ready), (api, None, next))));
        }
        let Some(cursor) = next else { return Ok(None) };
        let page = api.state.store.import_error_lines(id, api.state.chores.imports(), Some(cursor)).await;
        let (lines, next) = page.map_err(io::Error::other)?;
        Ok::<_, io::Error>(Some((Bytes::from(lines), (api, None, next))))
    });
    let mut response = Body::from_stream(pages).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"refused.csv\""));
    Ok(response)
}
