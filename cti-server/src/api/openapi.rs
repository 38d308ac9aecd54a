//! The description of the API, put together from the endpoints themselves.

use super::Api;
use super::access::Access;
use super::endpoint::{Endpoint, verb};
use axum::Json;
use axum::extract::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::openapi::schema::{AdditionalProperties, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, PathsBuilder, RefOr, Schema, SecurityRequirement, Tag,
};

const ABOUT: &str = "Times are microseconds since 1970 in UTC; durations name their unit. Refusals are problem details (RFC 9457). \
    Lists are read page by page with `cursor`. What is edited has its version as ETag, to be named in If-Match. \
    Writes are JSON, even without a body. A change of what calls depend on is answered once calls follow it (2 s at most), unless asked with \
    `Prefer: respond-async`. Sign in with a session cookie or send an API token as `Authorization: Bearer …`.";

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
            add(&mut schemas, name, schema);
        }
    }
    for schema in schemas.values_mut() {
        open(schema);
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

/// Two forms of one name would leave one of them undescribed.
///
/// # Panics
/// When there is another form of this name: give one of them a name of its own by `#[schema(as = …)]`.
fn add(schemas: &mut BTreeMap<String, RefOr<Schema>>, name: &str, schema: &RefOr<Schema>) {
    let known = schemas.entry(name.to_owned()).or_insert_with(|| schema.clone());
    let json = |schema: &RefOr<Schema>| serde_json::to_string(schema).unwrap_or_default();
    assert!(*known == *schema, "two forms are named {name}: {} and {}", json(known), json(schema));
}

/// Fields that are not named are refused where they are sent, but the same form stands in answers beside others: `id`, `version`. A closed one
/// would contradict them.
fn open(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema
        && matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
    {
        object.additional_properties = None;
    }
}

/// What each endpoint asks, by method and path.
pub(super) fn access(endpoints: &[Endpoint]) -> BTreeMap<(String, String), Access> {
    endpoints.iter().map(|endpoint| ((verb(&endpoint.method).to_owned(), endpoint.path.clone()), endpoint.access)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_form_may_come_twice() {
        let mut schemas = BTreeMap::new();
        for _ in 0..2 {
            add(&mut schemas, "Name", &RefOr::T(Schema::Object(ObjectBuilder::new().build())));
        }
        assert_eq!(schemas.len(), 1);
    }

    #[test]
    #[should_panic(expected = "two forms are named Name")]
    fn two_forms_of_one_name_are_refused() {
        let mut schemas = BTreeMap::new();
        for about in ["one", "another"] {
            add(&mut schemas, "Name", &RefOr::T(Schema::Object(ObjectBuilder::new().description(Some(about)).build())));
        }
    }
}
