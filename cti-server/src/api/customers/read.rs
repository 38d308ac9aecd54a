//! `GET /customers/{id}`.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, etag};
use super::super::problem::Answer;
use super::view;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Never 304: the last times are not part of the version.
pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Response> {
    let (id, viewer, store) = (path.get("id", "customer")?, caller.viewer(), &api.state.store);
    store.may_see(&viewer, id).await?;
    let (version, body) = view(store, &viewer, id).await?;
    Ok(([(header::ETAG, etag(version))], Json(body)).into_response())
}
