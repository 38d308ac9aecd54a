//! `POST /customers/{id}/merge/preview`, `POST /customers/{id}/merge`, `GET /customers/{id}/merges`, `GET /merges/{id}`,
//! `POST /merges/{id}/undo`.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{IfMatch, JsonBody, PathOf};
use super::super::problem::{Answer, Problem};
use super::all_seen;
use axum::Json;
use axum::extract::State;
use crm_core::StoreError;
use crm_core::identity::{Choice, Merge, MergePreview, MergeRequest, Undone};
use crm_core::rights::{Verb, check_write, sees_field};
use cti_types::CustomerId;
use std::sync::Arc;

pub(super) async fn preview(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, body: JsonBody) -> Answer<Json<MergePreview>> {
    let (id, request) = (path.get("id", "customer")?, body.parse::<MergeRequest>()?);
    may_merge(&api, &caller, id, &request).await?;
    let store = &api.state.store;
    let (mut preview, defined, viewer) =
        (store.preview_merge(id, &request).await?, store.field_definitions("customer").await?, caller.viewer());
    let seen = |key: &str| defined.iter().any(|field| field.key == key && sees_field(&viewer, field));
    preview.fields.retain(|view| view.field.strip_prefix("fields.").is_none_or(seen));
    Ok(Json(preview))
}

pub(super) async fn merge(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Json<Merge>> {
    let (id, request) = (path.get("id", "customer")?, body.parse::<MergeRequest>()?);
    may_merge(&api, &caller, id, &request).await?;
    let merged = api.state.store.merge_customers(&caller.who(), api.state.clock.utc(), id, version, &request).await?;
    Ok(Json(merged))
}

/// Both must be theirs to see, the survivor first, so that the id of one who was merged is redirected; and what they choose theirs to write.
async fn may_merge(api: &Api, caller: &Caller, survivor: CustomerId, request: &MergeRequest) -> Answer<()> {
    let (store, viewer, merged) = (&api.state.store, caller.viewer(), request.merged_id);
    let (stored, _) = store.customer(&viewer, survivor).await?;
    // What nobody chooses is carried over as the rules say, the survivor's own value stays in any case.
    let chosen = request.choices.iter().filter(|(_, choice)| **choice != Choice::Survivor).map(|(field, _)| field.clone());
    let (chosen, defined) = (chosen.collect::<Vec<_>>(), store.field_definitions("customer").await?);
    check_write(&viewer, viewer.owns(stored.owner_id), "customer", Verb::Change, &chosen, &defined)?;
    // Nor is it told into whom somebody was merged, if they may not see those.
    if !all_seen(api, caller, &[merged]).await? {
        return Err(Problem::invalid("merged_id", "choose a customer that exists"));
    }
    match store.may_see(&viewer, merged).await {
        // Who was merged already is answered by the merge, which says into whom.
        Err(StoreError::NotFound { .. }) if store.merged_into(merged).await?.is_none() => {
            Err(Problem::invalid("merged_id", "choose a customer that exists"))
        }
        Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn of_customer(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<Merge>>> {
    let (store, id) = (&api.state.store, path.get("id", "customer")?);
    store.may_see(&caller.viewer(), id).await?;
    Ok(Json(store.merges_of(id).await?))
}

pub(super) async fn read(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Merge>> {
    Ok(Json(seen(&api, &caller, &path).await?))
}

/// The merge of the path, for who sees both customers as they stand now; for others there is none.
async fn seen(api: &Api, caller: &Caller, path: &PathOf) -> Answer<Merge> {
    let merge = api.state.store.merge(path.get("id", "merge")?).await?;
    let both = [merge.survivor_id, merge.merged_id];
    if all_seen(api, caller, &both).await? { Ok(merge) } else { Err(Problem::not_found("merge")) }
}

pub(super) async fn undo(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Undone>> {
    let id = seen(&api, &caller, &path).await?.id;
    Ok(Json(api.state.store.unmerge(&caller.who(), api.state.clock.utc(), id).await?))
}
