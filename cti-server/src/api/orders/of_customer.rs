//! `GET /customers/{id}/orders`, `/contracts`, `/products`, `/due`, `/entitlements`: what a caller asks.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::model::{Contract, OfCustomer, Order, ProductOwned};
use crm_core::orders::{Amount, Entitled};
use crm_core::{ListQuery, Page, Stored};
use cti_types::{CustomerId, Utc};
use serde::Serialize;
use std::sync::Arc;

/// A contract, and whether it holds at the time asked for.
#[derive(Serialize)]
pub(super) struct ContractView {
    #[serde(flatten)]
    contract: Stored<Contract>,
    holds: bool,
}

/// A thing owned, and whether it is under warranty at the time asked for.
#[derive(Serialize)]
pub(super) struct ProductOwnedView {
    #[serde(flatten)]
    product: Stored<ProductOwned>,
    in_warranty: bool,
}

/// The customer of the path, who must exist and be the caller's to see: nothing of nobody would look like nothing of somebody.
async fn customer(api: &Api, caller: &Caller, path: &PathOf) -> Answer<CustomerId> {
    let id = path.get("id", "customer")?;
    api.state.store.may_see(&caller.viewer(), id).await?;
    Ok(id)
}

fn time(api: &Api, query: &mut Query) -> Answer<Utc> {
    Ok(query.time("at")?.unwrap_or_else(|| api.state.clock.utc()))
}

async fn page<R: OfCustomer>(api: &Api, caller: &Caller, path: &PathOf, query: Query) -> Answer<Page<Stored<R>>> {
    let ListQuery { cursor, limit, search, equals } = query.into_list()?;
    if search.is_some() || !equals.is_empty() {
        return Err(Problem::invalid("", "there is no such filter"));
    }
    let id = customer(api, caller, path).await?;
    let query = ListQuery { cursor, limit, search: None, equals: vec![("customer_id".to_owned(), id.to_string())] };
    Ok(api.state.store.list_of_customers::<R>(&query).await?)
}

pub(super) async fn orders(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, query: Query) -> Answer<Json<Page<Stored<Order>>>> {
    Ok(Json(page::<Order>(&api, &caller, &path, query).await?))
}

pub(super) async fn contracts(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    mut query: Query,
) -> Answer<Json<Page<ContractView>>> {
    let at = time(&api, &mut query)?;
    let Page { items, next } = page::<Contract>(&api, &caller, &path, query).await?;
    let view = |contract: Stored<Contract>| ContractView { holds: contract.holds(at), contract };
    Ok(Json(Page { items: items.into_iter().map(view).collect(), next }))
}

pub(super) async fn products(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    mut query: Query,
) -> Answer<Json<Page<ProductOwnedView>>> {
    let at = time(&api, &mut query)?;
    let Page { items, next } = page::<ProductOwned>(&api, &caller, &path, query).await?;
    let view = |product: Stored<ProductOwned>| ProductOwnedView { in_warranty: product.in_warranty(at), product };
    Ok(Json(Page { items: items.into_iter().map(view).collect(), next }))
}

pub(super) async fn due(State(api): State<Arc<Api>>, caller: Caller, path: PathOf) -> Answer<Json<Vec<Amount>>> {
    let id = customer(&api, &caller, &path).await?;
    Ok(Json(api.state.store.amounts_due(id).await?))
}

pub(super) async fn entitlements(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    mut query: Query,
) -> Answer<Json<Vec<Entitled>>> {
    let at = time(&api, &mut query)?;
    query.nothing_else()?;
    let id = customer(&api, &caller, &path).await?;
    Ok(Json(api.state.store.entitlements(id, at).await?))
}
