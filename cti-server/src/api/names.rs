//! `GET /users/names`: who colleagues are, for all who read what somebody wrote or did; nothing else of them.

use super::Api;
use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::extract::Query;
use super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::model::User;
use cti_types::UserId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get("/users/names", Access::Needs(Right::NamesRead), list)
        .says("users", "List the names of users")
        .more("Of all there are, whether they may sign in or not, in the order they were made.")
        .pages(true)
        .answers_page::<UserName>()
}

/// Somebody, by name.
#[derive(Serialize, ToSchema)]
struct UserName {
    #[schema(value_type = Uuid)]
    id: UserId,
    name: String,
    /// By which notes name them: `@login`.
    login: String,
    /// Whether they may sign in.
    active: bool,
}

async fn list(State(api): State<Arc<Api>>, query: Query) -> Answer<Json<Page<UserName>>> {
    let query = query.into_list()?;
    // What else a user's row says is not for those who read names.
    if let Some((field, _)) = query.equals.first() {
        return Err(Problem::invalid(field.clone(), "leave it out: names are found by q alone"));
    }
    let Page { items, next } = api.state.store.list::<User>(&query).await?;
    let items =
        items.into_iter().map(|user| UserName { id: user.id, name: user.data.name, login: user.data.login, active: user.data.active });
    Ok(Json(Page { items: items.collect(), next }))
}
