//! `POST /api-tokens`: making a token for a program. Reading and deleting them is in `rows`.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::{BASE, Endpoint};
use super::extract::{JsonBody, parse};
use super::once::{IdempotencyKey, Made, once};
use super::problem::{Answer, Problem};
use axum::extract::State;
use axum::response::Response;
use crm_core::model::ApiToken;
use crm_core::{StoreError, Stored};
use serde::Serialize;
use std::sync::Arc;
use utoipa::openapi::schema::{AllOfBuilder, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};

const PATH: &str = "/api-tokens";

#[derive(Serialize)]
struct NewToken<'a> {
    #[serde(flatten)]
    stored: &'a Stored<ApiToken>,
    token: &'a str,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut create = Endpoint::post(PATH, Access::Needs(Right::Tokens), create)
        .says("API tokens", "Make an API token")
        .more("The token itself is given in this answer only.")
        .takes::<ApiToken>()
        .idempotent();
    let stored = super::rows::stored::<ApiToken>(&mut create.schemas);
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .description(Some("To be sent as `Authorization: Bearer …`; it is not shown again"));
    let both = AllOfBuilder::new().item(stored).item(ObjectBuilder::new().property("token", text).required("token"));
    create.schemas.push(("NewApiToken".to_owned(), RefOr::T(Schema::AllOf(both.build()))));
    vec![create.answers_with(201, "Made", RefOr::Ref(Ref::from_schema_name("NewApiToken")))]
}

async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let value = body.value().clone();
    let work = async move {
        let made = store.create_api_token(&who, now, parse(value)?).await;
        let (stored, token) = match made {
            Err(StoreError::NotFound { .. }) => return Err(Problem::invalid("user_id", "choose a user that exists")),
            made => made?,
        };
        let body = NewToken { stored: &stored, token: token.reveal() };
        Made::row(&body, format!("{BASE}{PATH}/{}", stored.id), stored.version)
    };
    once(&api, &caller, PATH, key, &body, work).await
}
