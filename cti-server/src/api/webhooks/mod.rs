//! Webhooks: who is told of changes over HTTP, and what became of it.

mod create;
mod deliveries;
mod replay;
mod secret;

use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::rows::{Collection, other_endpoints, stored};
use crm_core::model::{DeliveryView, Webhook, WebhookStatus};
use crm_core::webhooks::Replayed;
use utoipa::openapi::schema::{AllOfBuilder, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};

const NEEDS: Access = Access::Needs(Right::Webhooks);

const ABOUT: &str = "Each change of a row whose kind the webhook names is posted to its address as JSON: `id` (of the event: the same \
    however often it is sent), `kind` (`customer.updated`), `at`, `resource`, `resource_id`, `by`, `changed` (names of fields) and `data`. \
    `Cordboard-Signature: t=<seconds>,v1=<hex>` is HMAC-SHA256 with the secret over `t`, a dot and the body. Any 2xx takes it; otherwise it \
    is sent again for a day, later each time. Changes of one row come in their order. The secret is in this answer only.";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = format!("{}/{{id}}", Webhook::PATH);
    let mut create = Endpoint::post(Webhook::PATH, NEEDS, create::create)
        .says(Webhook::TAG, "Make a webhook")
        .more(ABOUT)
        .takes::<Webhook>()
        .idempotent();
    let base = stored::<Webhook>(&mut create.schemas);
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .description(Some("What deliveries are signed with; it is not shown again"));
    let both = AllOfBuilder::new().item(base).item(ObjectBuilder::new().property("secret", text).required("secret"));
    create.schemas.push(("NewWebhook".to_owned(), RefOr::T(Schema::AllOf(both.build()))));
    let mut all = vec![create.answers_with(201, "Made", RefOr::Ref(Ref::from_schema_name("NewWebhook")))];
    all.extend(other_endpoints::<Webhook>());
    all.extend([
        Endpoint::post(format!("{one}/secret"), NEEDS, secret::renew)
            .says(Webhook::TAG, "Sign with a new secret from now on")
            .answers::<secret::NewSecret>(200, "The new secret; it is not shown again")
            .refuses(404, "No such webhook"),
        Endpoint::get(format!("{one}/status"), NEEDS, deliveries::status)
            .says(Webhook::TAG, "How a webhook does")
            .answers::<WebhookStatus>(200, "Since when it fails, and what waits")
            .refuses(404, "No such webhook"),
        Endpoint::get(format!("{one}/deliveries"), NEEDS, deliveries::list)
            .says(Webhook::TAG, "What was sent to a webhook, the latest first")
            .query("state", "pending, delivered or failed")
            .refuses(404, "No such webhook")
            .pages(false)
            .answers_page::<DeliveryView>(),
        Endpoint::post(format!("{one}/deliveries/{{delivery}}/replay"), NEEDS, replay::one)
            .says(Webhook::TAG, "Send a delivery's event once more")
            .answers::<Replayed>(200, "It is on its way")
            .refuses(404, "No such delivery"),
        Endpoint::post(format!("{one}/replay"), NEEDS, replay::since)
            .says(Webhook::TAG, "Send all events from a time on once more")
            .more("At most 1000 events a request; those of the last 30 days are kept. Go on with `after` as long as there is a `next`.")
            .query("since", "RFC 3339, or microseconds since 1970")
            .query("after", "The `next` of the answer before")
            .answers::<Replayed>(200, "They are on their way")
            .refuses(404, "No such webhook")
            .refuses(422, "A parameter was refused"),
        Endpoint::post(format!("{one}/test"), NEEDS, replay::test)
            .says(Webhook::TAG, "Send an event webhook.test")
            .answers::<Replayed>(200, "It is on its way")
            .refuses(404, "No such webhook"),
    ]);
    all
}
