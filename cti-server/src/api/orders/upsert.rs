//! `PUT /orders/by-external-id/{external_id}` and its like: another system is the master of the row.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, PathOf, etag};
use super::super::fields::admit_new;
use super::super::problem::Answer;
use super::super::rows::Collection;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::model::Pushed;
use crm_core::orders::Upserted;
use std::sync::Arc;

pub(super) async fn upsert<R: Collection + Pushed>(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    body: JsonBody,
) -> Answer<Response> {
    let external: String = path.get("external_id", R::KIND.word())?;
    let (now, mut fields) = (api.state.clock.utc(), body.into_value());
    admit_new::<R>(&caller, &mut fields)?;
    let (stored, how) = api.state.store.upsert_for::<R>(&caller.viewer(), &caller.who(), now, &external, &fields).await?;
    let tag = (header::ETAG, etag(stored.version));
    Ok(match how {
        Upserted::Created => {
            let place = format!("{BASE}{}/{}", R::PATH, stored.id);
            (StatusCode::CREATED, [tag], [(header::LOCATION, place)], Json(stored)).into_response()
        }
        Upserted::Changed | Upserted::Unchanged => ([tag], Json(stored)).into_response(),
    })
}
