//! `POST /customers/{id}/erase`, `GET /erasures`, `GET /erasures/{id}`: a person's data erased, and the certificates.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::Endpoint;
use super::extract::{IfMatch, JsonBody, PathOf, Query};
use super::problem::Answer;
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::erasure::{EraseRequest, ErasureView};
use std::sync::Arc;

const TAG: &str = "erasure";
const ERASE: Access = Access::Needs(Right::CustomersErase);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/customers/{id}/erase", ERASE, erase)
            .says(TAG, "Erase or anonymise a customer everywhere")
            .more(
                "The record, how they are reached, what the log refers to, recordings, what the audit says of them, and what could undo merges. \
                 It cannot be undone. Files of recordings go within seconds; the certificate is complete then.",
            )
            .versioned()
            .takes::<EraseRequest>()
            .answers::<ErasureView>(200, "Erased, with its certificate")
            .follows_merges()
            .refuses(409, "Under a legal hold, on the line, or something must be kept; the detail says which"),
        Endpoint::get("/erasures", ERASE, list)
            .says(TAG, "Certificates, the latest first")
            .query("customer_id", "Of this customer")
            .pages(false)
            .answers_page::<ErasureView>(),
        Endpoint::get("/erasures/{id}", ERASE, read)
            .says(TAG, "Read a certificate")
            .answers::<ErasureView>(200, "What was erased and what is left where; no personal value is in it")
            .refuses(404, "No such erasure"),
    ]
}

async fn erase(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Json<ErasureView>> {
    let (id, request) = (path.get("id", "customer")?, body.parse::<EraseRequest>()?);
    let erasure = api.state.store.erase_customer(&caller.who(), api.state.clock.utc(), id, Some(version), request).await?;
    api.state.chores.wake();
    Ok(Json(erasure))
}

async fn list(State(api): State<Arc<Api>>, query: Query) -> Answer<Json<Page<ErasureView>>> {
    Ok(Json(api.state.store.erasures(&query.into_list()?).await?))
}

async fn read(State(api): State<Arc<Api>>, path: PathOf) -> Answer<Json<ErasureView>> {
    Ok(Json(api.state.store.erasure(path.get("id", "erasure")?).await?))
}
