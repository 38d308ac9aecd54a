//! Reading and editing any configuration row: one implementation, and a few lines for each resource. The rules of the fields are the store's.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::{Endpoint, Schemas};
use super::extract::{IfMatch, JsonBody, PathOf, Query, etag, row};
use super::once::{IdempotencyKey, Made, once};
use super::problem::{Answer, Problem};
use super::{fields, visible};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::auth::token_login;
use crm_core::model::{
    ApiToken, ApiTokenId, ArticleRequest, Contract, CustomField, DialRule, Flow, Formula, Hours, ImportJob, KnowledgeCategory, Number,
    Order, Phone, Product, ProductOwned, Queue, Reason, RetentionPolicy, Rule, Script, Site, Skill, SlaPolicy, Team, TicketRule,
    TicketTemplate, TicketTrigger, TicketType, Trunk, User, UserRole, Webhook, WrapUpCode,
};
use crm_core::{Page, Resource, Stored};
use cti_types::UserId;
use serde_json::Value;
use softphone_ws::End;
use std::sync::Arc;
use utoipa::openapi::schema::{AllOfBuilder, KnownFormat, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A resource with its place in the API.
pub(super) trait Collection: Resource + ToSchema {
    /// Below the base: `/queues`.
    const PATH: &'static str;
    /// The group's name in the description.
    const TAG: &'static str;
    const READ: Right;
    const WRITE: Right;
    /// To make one, where others may do that than change one.
    const CREATE: Right = Self::WRITE;
    const DELETE: Right = Self::WRITE;
    /// Its rows belong to customers, and are seen by who sees these.
    const OF_CUSTOMER: bool = false;

    /// A rule about who changes (`Some`) or deletes (`None`) which row, beside the right.
    fn allow(_caller: &Caller, _id: Self::Id, _patch: Option<&Value>) -> Answer<()> {
        Ok(())
    }

    /// A row was changed to `now`, or deleted.
    fn changed(_api: &Api, _id: Self::Id, _now: Option<&Self>) {}
}

macro_rules! collections {
    ($($resource:ident: $path:literal, $tag:literal, $read:ident, $write:ident;)*) => {$(
        impl Collection for $resource {
            const PATH: &'static str = $path;
            const TAG: &'static str = $tag;
            const READ: Right = Right::$read;
            const WRITE: Right = Right::$write;
        }
    )*};
}
collections! {
    Site: "/sites", "sites", NamesRead, ConfigWrite;
    Team: "/teams", "teams", NamesRead, ConfigWrite;
    Queue: "/queues", "queues", NamesRead, ConfigWrite;
    Skill: "/skills", "skills", NamesRead, ConfigWrite;
    Reason: "/reasons", "reasons", NamesRead, ConfigWrite;
    WrapUpCode: "/wrap-up-codes", "wrap-up codes", NamesRead, ConfigWrite;
    Hours: "/hours", "hours", ConfigRead, ConfigWrite;
    Number: "/numbers", "numbers", ConfigRead, ConfigWrite;
    Trunk: "/trunks", "trunks", ConfigRead, ConfigWrite;
    DialRule: "/dial-rules", "dial rules", ConfigRead, ConfigWrite;
    Phone: "/phones", "phones", ConfigRead, ConfigWrite;
    Flow: "/flows", "flows", ConfigRead, ConfigWrite;
    CustomField: "/custom-fields", "custom fields", FieldsRead, ConfigWrite;
    Formula: "/formulas", "formulas", ConfigRead, ConfigWrite;
    ImportJob: "/imports", "imports", CustomersImport, CustomersImport;
    RetentionPolicy: "/retention-policies", "retention", RetentionWrite, RetentionWrite;
    TicketType: "/ticket-types", "ticket types", NamesRead, ConfigWrite;
    TicketTemplate: "/ticket-templates", "ticket templates", NamesRead, ConfigWrite;
    SlaPolicy: "/sla-policies", "SLA policies", ConfigRead, ConfigWrite;
    TicketRule: "/ticket-rules", "ticket rules", ConfigRead, ConfigWrite;
    TicketTrigger: "/ticket-triggers", "ticket triggers", ConfigRead, ConfigWrite;
    KnowledgeCategory: "/knowledge/categories", "knowledge", KnowledgeRead, KnowledgeWrite;
    Script: "/scripts", "scripts", ConfigRead, ConfigWrite;
    Rule: "/rules", "rules", ConfigRead, ConfigWrite;
    Product: "/products", "products", OrdersRead, ConfigWrite;
    Webhook: "/webhooks", "webhooks", Webhooks, Webhooks;
}

/// Whoever misses an article may ask for it.
impl Collection for ArticleRequest {
    const PATH: &'static str = "/knowledge/requests";
    const TAG: &'static str = "knowledge";
    const READ: Right = Right::KnowledgeRead;
    const WRITE: Right = Right::KnowledgeWrite;
    const CREATE: Right = Right::KnowledgeUse;
}

/// Rows of customers that agents write and do not delete.
macro_rules! records {
    ($($resource:ident: $path:literal, $tag:literal;)*) => {$(
        impl Collection for $resource {
            const PATH: &'static str = $path;
            const TAG: &'static str = $tag;
            const READ: Right = Right::OrdersRead;
            const WRITE: Right = Right::OrdersWrite;
            const DELETE: Right = Right::OrdersDelete;
            const OF_CUSTOMER: bool = true;
        }
    )*};
}
records! {
    Order: "/orders", "orders";
    Contract: "/contracts", "contracts";
    ProductOwned: "/products-owned", "products owned";
}

impl Collection for ApiToken {
    const PATH: &'static str = "/api-tokens";
    const TAG: &'static str = "API tokens";
    const READ: Right = Right::Tokens;
    const WRITE: Right = Right::Tokens;

    fn changed(api: &Api, id: ApiTokenId, now: Option<&ApiToken>) {
        let end = if now.is_some() { End::Renew } else { End::LoginEnded };
        api.state.gateway.kick_login(&token_login(id), end);
    }
}

impl Collection for User {
    const PATH: &'static str = "/users";
    const TAG: &'static str = "users";
    const READ: Right = Right::PeopleRead;
    const WRITE: Right = Right::ConfigWrite;

    /// Nobody locks themselves out, so an administrator always remains.
    fn allow(caller: &Caller, id: UserId, patch: Option<&Value>) -> Answer<()> {
        if caller.user.id != id {
            return Ok(());
        }
        let Some(patch) = patch else { return Err(Problem::conflict("you cannot delete yourself")) };
        if patch.get("active").is_some_and(|active| *active != Value::Bool(true)) {
            return Err(Problem::conflict("you cannot deactivate yourself"));
        }
        let admin = serde_json::to_value(UserRole::Admin).unwrap_or_default();
        let keeps = |roles: &Value| roles.as_array().is_some_and(|roles| roles.contains(&admin));
        if patch.get("roles").is_some_and(|roles| !keeps(roles)) {
            return Err(Problem::conflict("you cannot take the role admin from yourself"));
        }
        Ok(())
    }

    /// Rights, queues and the name shown are looked up when a socket is opened: it is opened anew, or not at all.
    fn changed(api: &Api, id: UserId, now: Option<&User>) {
        let end = if now.is_some_and(|user| user.active) { End::Renew } else { End::LoginEnded };
        api.state.gateway.kick_user(id, end);
    }
}

/// The endpoints of all resources here. API tokens are made in `tokens`.
pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = Vec::new();
    macro_rules! add {
        ($($resource:ident),*) => {$(
            all.push(create_endpoint::<$resource>());
            all.extend(other_endpoints::<$resource>());
        )*};
    }
    add!(Site, Team, User, Queue, Skill, Reason, WrapUpCode, Hours, Number, Trunk, DialRule, Phone, Flow, CustomField, Formula);
    add!(ImportJob, RetentionPolicy, Product);
    add!(TicketType, TicketTemplate, SlaPolicy, TicketRule, TicketTrigger);
    add!(KnowledgeCategory, ArticleRequest, Script, Rule);
    all.extend(other_endpoints::<ApiToken>());
    all
}

pub(super) fn create_endpoint<R: Collection>() -> Endpoint {
    let word = word::<R>();
    let mut endpoint =
        Endpoint::post(R::PATH, Access::Needs(R::CREATE), create::<R>).says(R::TAG, format!("Make a {word}")).takes::<R>().idempotent();
    let stored = stored::<R>(&mut endpoint.schemas);
    endpoint.answers_with(201, "Made; Location and ETag say where and in which version", stored)
}

/// To list, read, change and delete.
pub(super) fn other_endpoints<R: Collection>() -> [Endpoint; 4] {
    let (word, one) = (word::<R>(), format!("{}/{{id}}", R::PATH));
    let mut list = Endpoint::get(R::PATH, Access::Needs(R::READ), list::<R>)
        .says(R::TAG, format!("List: {}", R::TAG))
        .more("In the order they were made. Any plain field may be given as a filter: `?name=Sales`.")
        .pages(true);
    let items = stored::<R>(&mut list.schemas);
    let mut read =
        Endpoint::get(&one, Access::Needs(R::READ), read::<R>).says(R::TAG, format!("Read a {word}")).refuses(404, "No such row");
    let shown = stored::<R>(&mut read.schemas);
    let mut update = Endpoint::patch(&one, Access::Needs(R::WRITE), update::<R>)
        .says(R::TAG, format!("Change a {word}"))
        .takes_patch::<R>()
        .versioned()
        .refuses(409, "Another one already has such a value: a name, a number, a trunk's address");
    let changed = stored::<R>(&mut update.schemas);
    let delete = Endpoint::delete(&one, Access::Needs(R::DELETE), delete::<R>)
        .says(R::TAG, format!("Delete a {word}"))
        .versioned()
        .answers_nothing(204, "Deleted")
        .refuses(409, "Something still refers to it, or its customer is under a legal hold");
    [
        list.answers_with(200, "A page of them", super::endpoint::page(items)),
        read.answers_with(200, "The row; its version is the ETag", shown),
        update.answers_with(200, "As it is now", changed),
        delete,
    ]
}

fn word<R: Resource>() -> String {
    R::KIND.word().replace('_', " ")
}

/// The schema of a stored row: the resource's own with the store's four fields.
pub(super) fn stored<R: Resource + ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let own = R::name().into_owned();
    schemas.push((own.clone(), <R as PartialSchema>::schema()));
    R::schemas(schemas);
    let integer = |description: &str| {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .description(Some(description))
    };
    let id = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let fields = ObjectBuilder::new()
        .property("id", id)
        .required("id")
        .property("version", integer("Grows by one with each write; it is the ETag"))
        .required("version")
        .property("created_at", integer("Microseconds since 1970, UTC"))
        .required("created_at")
        .property("updated_at", integer("Microseconds since 1970, UTC"))
        .required("updated_at");
    let both = AllOfBuilder::new().item(fields).item(Ref::from_schema_name(own.clone()));
    let name = format!("Stored{own}");
    schemas.push((name.clone(), RefOr::T(Schema::AllOf(both.build()))));
    RefOr::Ref(Ref::from_schema_name(name))
}

async fn list<R: Collection>(State(api): State<Arc<Api>>, query: Query) -> Answer<Json<Page<Stored<R>>>> {
    Ok(Json(api.state.store.list::<R>(&query.into_list()?).await?))
}

async fn create<R: Collection>(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (store, who, now) = (api.state.store.clone(), caller.who(), api.state.clock.utc());
    let mut value = body.value().clone();
    fields::admit_new::<R>(&caller, &mut value)?;
    let work = async move {
        let data = super::extract::parse::<R>(value)?;
        let stored = store.insert(&who, now, data).await?;
        Made::row(&stored, format!("{}{}/{}", super::endpoint::BASE, R::PATH, stored.id), stored.version)
    };
    once(&api, &caller, R::PATH, key, &body, work).await
}

/// Refuses a row of a customer whom the caller may not see, and a change that gives it to one or writes what is not theirs to write.
async fn may_see<R: Collection>(api: &Api, caller: &Caller, id: R::Id, patch: &mut Value) -> Answer<()> {
    if R::OF_CUSTOMER {
        let stored = api.state.store.get::<R>(id).await?;
        visible::may_see(api, caller, &stored.data).await?;
        visible::may_rename(api, caller, patch, stored.customer()).await?;
        fields::admit_change::<R>(caller, patch, &stored.data)?;
    }
    Ok(())
}

async fn read<R: Collection>(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, headers: HeaderMap) -> Answer<Response> {
    let stored = api.state.store.get::<R>(path.get("id", &word::<R>())?).await?;
    if R::OF_CUSTOMER {
        visible::may_see(&api, &caller, &stored.data).await?;
    }
    Ok(row(&headers, stored.version, &stored))
}

async fn update<R: Collection>(
    State(api): State<Arc<Api>>,
    caller: Caller,
    path: PathOf,
    IfMatch(version): IfMatch,
    body: JsonBody,
) -> Answer<Response> {
    let (id, mut patch) = (path.get::<R::Id>("id", &word::<R>())?, body.into_value());
    R::allow(&caller, id, Some(&patch))?;
    may_see::<R>(&api, &caller, id, &mut patch).await?;
    let stored = api.state.store.update::<R>(&caller.who(), api.state.clock.utc(), id, version, &patch).await?;
    R::changed(&api, id, Some(&stored.data));
    Ok(([(header::ETAG, etag(stored.version))], Json(stored)).into_response())
}

async fn delete<R: Collection>(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, IfMatch(version): IfMatch) -> Answer<StatusCode> {
    let id = path.get::<R::Id>("id", &word::<R>())?;
    R::allow(&caller, id, None)?;
    may_see::<R>(&api, &caller, id, &mut Value::Null).await?;
    api.state.store.delete::<R>(&caller.who(), api.state.clock.utc(), id, version).await?;
    R::changed(&api, id, None);
    Ok(StatusCode::NO_CONTENT)
}
