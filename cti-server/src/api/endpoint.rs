//! An endpoint as one value: its route, its right and its description. What is served is described, and nothing is served unguarded.

use super::Api;
use super::access::Access;
use super::problem::ProblemBody;
use super::serves::{Serves, route};
use axum::extract::FromRequest;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter};
use std::sync::Arc;
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, SchemaType, Type};
use utoipa::openapi::{
    Content, ContentBuilder, HttpMethod, ObjectBuilder, Ref, RefOr, Required, ResponseBuilder, Schema, SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};

/// All paths of the API begin so.
pub(super) const BASE: &str = "/api/v1";

/// Schemas by name, as utoipa gathers them.
pub(super) type Schemas = Vec<(String, RefOr<Schema>)>;

/// See the module.
pub(super) struct Endpoint {
    pub(super) method: HttpMethod,
    /// With parameters in braces: `/api/v1/queues/{id}`.
    pub(super) path: String,
    pub(super) access: Access,
    operation: OperationBuilder,
    pub(super) schemas: Schemas,
    pub(super) route: MethodRouter<Arc<Api>>,
}

/// An endpoint for each method.
macro_rules! methods {
    ($($name:ident $method:ident $filter:ident),*) => {
        impl Endpoint {
            $(pub(super) fn $name<M, Args, H>(path: impl AsRef<str>, access: Access, handler: H) -> Endpoint
            where
                H: Serves<Args>,
                H::Answer: Future<Output: IntoResponse> + Send + 'static,
                Args: FromRequest<Arc<Api>, M> + Send + 'static,
            {
                Endpoint::new(HttpMethod::$method, path.as_ref(), access, route(MethodFilter::$filter, handler))
            })*
        }
    };
}

methods!(get Get GET, post Post POST, put Put PUT, patch Patch PATCH, delete Delete DELETE);

impl Endpoint {
    /// `path` below [`BASE`], or from the root when it begins with two slashes.
    fn new(method: HttpMethod, path: &str, access: Access, route: MethodRouter<Arc<Api>>) -> Endpoint {
        let path = path.strip_prefix("//").map_or_else(|| format!("{BASE}{path}"), |rest| format!("/{rest}"));
        let mut operation = OperationBuilder::new().operation_id(Some(operation_id(&method, &path)));
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
            operation = operation.parameter(parameter.schema(Some(text)));
        }
        let writes = !matches!(method, HttpMethod::Get);
        let mut endpoint = Endpoint { method, path, access, operation, schemas: Vec::new(), route };
        if writes {
            endpoint = endpoint.refuses(415, "Not sent as JSON");
        }
        match access {
            // An empty list: no login, whatever the document says at its top.
            Access::Open => endpoint.operation = endpoint.operation.securities(Some(Vec::<SecurityRequirement>::new())),
            Access::SignedIn => endpoint = endpoint.refuses(401, "Not signed in"),
            Access::Needs(_) => endpoint = endpoint.refuses(401, "Not signed in").refuses(403, "Not allowed to your roles"),
        }
        endpoint
    }

    /// Its group and what it does, in a few words.
    pub(super) fn says(mut self, tag: &str, summary: impl Into<String>) -> Endpoint {
        self.operation = self.operation.tag(tag).summary(Some(summary.into()));
        self
    }

    /// By another id than its path gives it.
    pub(super) fn called(mut self, id: &str) -> Endpoint {
        self.operation = self.operation.operation_id(Some(id));
        self
    }

    /// More of it, in sentences.
    pub(super) fn more(mut self, description: &str) -> Endpoint {
        self.operation = self.operation.description(Some(description));
        self
    }

    /// A query parameter.
    pub(super) fn query(self, name: &str, description: &str) -> Endpoint {
        self.parameter(name, ParameterIn::Query, Required::False, description)
    }

    /// A header the request may or must have.
    pub(super) fn header(self, name: &str, required: bool, description: &str) -> Endpoint {
        let required = if required { Required::True } else { Required::False };
        self.parameter(name, ParameterIn::Header, required, description)
    }

    fn parameter(mut self, name: &str, place: ParameterIn, required: Required, description: &str) -> Endpoint {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(description));
        self.operation = self.operation.parameter(parameter.schema(Some(text)));
        self
    }

    /// Paging, searching, and `equals` on its fields.
    pub(super) fn pages(self, search: bool) -> Endpoint {
        let endpoint = self
            .query("cursor", "The `next` of the page before")
            .query("limit", "1 to 500; 50 when nothing is said")
            .refuses(400, "The limit lies outside its bounds")
            .refuses(422, "A filter or the cursor was refused");
        if search { endpoint.query("search", "Only those whose name begins with this, whatever the case") } else { endpoint }
    }

    /// A create that may be sent twice.
    pub(super) fn idempotent(self) -> Endpoint {
        self.header("Idempotency-Key", false, "The same key and body within a day: done once, the first answer again")
            .refuses(409, "Another one already has such a value, or the first request with this key is under way")
    }

    /// A change that names its version.
    pub(super) fn versioned(self) -> Endpoint {
        self.header("If-Match", true, "The ETag that was read")
            .refuses(400, "The body or If-Match cannot be read")
            .refuses(404, "No such row")
            .refuses(412, "Somebody changed it meanwhile; `current_version` says to what")
            .refuses(428, "If-Match is missing")
    }

    /// A customer's: the id of one who was merged leads to the survivor (see `identity::redirect`).
    pub(super) fn follows_merges(self) -> Endpoint {
        self.refuses(307, "The customer was merged into another; Location and `merged_into` say into whom")
    }

    /// A body that is no JSON.
    pub(super) fn takes_raw(mut self, description: &str, kind: &str) -> Endpoint {
        let text = RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build()));
        let body = RequestBodyBuilder::new().description(Some(description)).content(kind, content(text)).required(Some(Required::True));
        self.operation = self.operation.request_body(Some(body.build()));
        self
    }

    /// What a form of a page sends.
    pub(super) fn takes_form<T: ToSchema>(mut self) -> Endpoint {
        let schema = self.named::<T>();
        let body = RequestBodyBuilder::new().content("application/x-www-form-urlencoded", content(schema)).required(Some(Required::True));
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(400, "Not a form")
    }

    /// The body's form.
    pub(super) fn takes<T: ToSchema>(mut self) -> Endpoint {
        let schema = self.named::<T>();
        self.takes_schema(schema)
    }

    /// The body's form, already named.
    pub(super) fn takes_schema(mut self, schema: RefOr<Schema>) -> Endpoint {
        let body = RequestBodyBuilder::new().content("application/json", content(schema)).required(Some(Required::True));
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(400, "Not JSON").refuses(422, "Some values were refused")
    }

    /// A merge patch (RFC 7396) of this form.
    pub(super) fn takes_patch<T: ToSchema>(mut self) -> Endpoint {
        let schema = self.named::<T>();
        let body = RequestBodyBuilder::new()
            .description(Some("A merge patch (RFC 7396): only the fields to change; null clears"))
            .content("application/merge-patch+json", content(schema.clone()))
            .content("application/json", content(schema))
            .required(Some(Required::True));
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(400, "Not JSON").refuses(422, "Some values were refused")
    }

    pub(super) fn answers<T: ToSchema>(mut self, status: u16, description: &str) -> Endpoint {
        let schema = self.named::<T>();
        self.answers_with(status, description, schema)
    }

    /// A list of this form.
    pub(super) fn answers_list<T: ToSchema>(mut self, description: &str) -> Endpoint {
        let schema = self.named::<T>();
        let list = ArrayBuilder::new().items(schema).build();
        self.answers_with(200, description, RefOr::T(Schema::Array(list)))
    }

    /// A page of this form.
    pub(super) fn answers_page<T: ToSchema>(mut self) -> Endpoint {
        let schema = self.named::<T>();
        self.answers_with(200, "A page of them", page(schema))
    }

    /// JSON of this schema.
    pub(super) fn answers_with(mut self, status: u16, description: &str, schema: RefOr<Schema>) -> Endpoint {
        let response = ResponseBuilder::new().description(description).content("application/json", content(schema)).build();
        self.operation = self.operation.response(status.to_string(), response);
        self
    }

    /// A body that is no JSON.
    pub(super) fn answers_raw(mut self, status: u16, description: &str, kind: &str) -> Endpoint {
        let text = RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build()));
        let response = ResponseBuilder::new().description(description).content(kind, content(text)).build();
        self.operation = self.operation.response(status.to_string(), response);
        self
    }

    pub(super) fn answers_nothing(mut self, status: u16, description: &str) -> Endpoint {
        self.operation = self.operation.response(status.to_string(), ResponseBuilder::new().description(description).build());
        self
    }

    /// A problem.
    pub(super) fn refuses(mut self, status: u16, description: &str) -> Endpoint {
        let schema = self.named::<ProblemBody>();
        let response = ResponseBuilder::new().description(description).content("application/problem+json", content(schema)).build();
        self.operation = self.operation.response(status.to_string(), response);
        self
    }

    /// Adds a schema and all it refers to, and refers to it.
    pub(super) fn named<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), <T as PartialSchema>::schema()));
        T::schemas(&mut self.schemas);
        RefOr::Ref(Ref::from_schema_name(name))
    }

    /// Its description; to be taken once.
    pub(super) fn operation(&mut self) -> Operation {
        std::mem::take(&mut self.operation).build()
    }
}

fn content(schema: RefOr<Schema>) -> Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

/// The form of a page of `items`.
pub(super) fn page(items: RefOr<Schema>) -> RefOr<Schema> {
    let next = ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .description(Some("Give it back as `cursor` to get what follows; null: this was the last page"));
    let page =
        ObjectBuilder::new().property("items", ArrayBuilder::new().items(items)).required("items").property("next", next).required("next");
    RefOr::T(Schema::Object(page.build()))
}

/// `get_queues_by_id`: stable as long as the path is.
fn operation_id(method: &HttpMethod, path: &str) -> String {
    let mut id = verb(method).to_lowercase();
    for part in path.trim_start_matches(BASE).split('/').filter(|part| !part.is_empty()) {
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(parameter) => id.push_str(&format!("_by_{parameter}")),
            None => id.push_str(&format!("_{}", part.replace(['-', '.'], "_"))),
        }
    }
    id
}

/// The method's name as in a request.
pub(super) fn verb(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}
