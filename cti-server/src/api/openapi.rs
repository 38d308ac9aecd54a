//! The description of the API, put together from the endpoints themselves.

use super::Api;
use super::access::Access;
use super::endpoint::{Endpoint, verb};
use axum::Json;
use axum::extract::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, PathsBuilder, RefOr, Schema, SecurityRequirement, Tag,
};

const ABOUT: &str = "Times are microseconds since 1970 in UTC; durations name their unit. Refusals are problem details (RFC 9457). \
    Lists are read page by page with `cursor`. What is edited has its version as ETag, to be named in If-Match. \
    Writes are JSON, even without a body. Sign in with a session cookie or send an API token as `Authorization: Bearer …`.";

/// Fields that are read and never written: utoipa leaves them out like everything that is not written.
const SECRETS: [(&str, &str); 2] = [
    ("User", "10 to 200 characters. Left out in a change, the password stays; without one nobody can sign in."),
    ("Phone", "8 to 100 characters; only digests of it are kept. Left out in a change, it stays."),
];

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("//api/openapi.json", Access::Open, read).says("running", "This description").answers_with(
        200,
        "OpenAPI 3.1",
        ObjectBuilder::new().into(),
    )]
}

async fn read(State(api): State<Arc<Api>>) -> Json<OpenApi> {
    Json(api.description.clone())
}

/// Describes these endpoints; their descriptions are taken out of them.
pub(super) fn describe(endpoints: &mut [Endpoint]) -> OpenApi {
    let mut paths = PathsBuilder::new().build();
    let mut schemas = BTreeMap::new();
    let mut tags: Vec<String> = Vec::new();
    for endpoint in endpoints {
        let operation = endpoint.operation();
        for tag in operation.tags.iter().flatten() {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        paths.add_path_operation(&endpoint.path, vec![endpoint.method.clone()], operation);
        for (name, schema) in &endpoint.schemas {
            schemas.entry(name.clone()).or_insert_with(|| schema.clone());
        }
    }
    for (name, about) in SECRETS {
        if let Some(RefOr::T(Schema::Object(resource))) = schemas.get_mut(name) {
            let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).description(Some(about)).write_only(true);
            resource.properties.insert("password".to_owned(), text.into());
        }
    }
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(super::caller::COOKIE)));
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme("session", cookie)
        .security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .build();
    let none: [&str; 0] = [];
    let info = InfoBuilder::new().title("Cordboard").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT)).build();
    OpenApiBuilder::new()
        .info(info)
        .tags(Some(tags.into_iter().map(Tag::new)))
        .paths(paths)
        .components(Some(components))
        .security(Some([SecurityRequirement::new("session", none), SecurityRequirement::new("token", none)]))
        .build()
}

/// What each endpoint asks, by method and path.
pub(super) fn access(endpoints: &[Endpoint]) -> BTreeMap<(String, String), Access> {
    endpoints.iter().map(|endpoint| ((verb(&endpoint.method).to_owned(), endpoint.path.clone()), endpoint.access)).collect()
}
