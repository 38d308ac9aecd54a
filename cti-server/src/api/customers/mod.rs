//! Customers: finding, reading, adding and changing them, and all that hangs on them. Who is calling is the card's matter.
//!
//! Whatever is read or written here goes by the caller's eyes ([`crm_core::Viewer`]): a customer they may not see is not there for them, and
//! fields they may not read are left out.

mod card;
mod consent;
mod contacts;
mod create;
mod list;
mod lookup;
mod read;
mod relations;
mod shares;
mod timeline;
mod update;
mod upsert;
mod values;

use super::access::{Access, Right};
use super::endpoint::{Endpoint, Schemas, page};
use super::problem::{Answer, Problem};
use crm_core::activity::Activity;
use crm_core::consent::MayContact;
use crm_core::model::{Consent, Contact, ContactInput, CustomField, Customer, CustomerValue, NewConsent, NewRelation, Relation, Shares};
use crm_core::rights::mask;
use crm_core::timeline::TimelineEntry;
use crm_core::{Card, Store, Stored, Viewer};
use cti_types::CustomerId;
use serde_json::{Map, Value};
use utoipa::openapi::schema::{AllOfBuilder, ArrayBuilder};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

const PATH: &str = "/customers";
const TAG: &str = "customers";
const READ: Access = Access::Needs(Right::CustomersRead);
const WRITE: Access = Access::Needs(Right::CustomersWrite);
const GONE: &str = "No such customer, or not yours to see";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = records();
    all.extend(belongings());
    all
}

/// The customers themselves.
fn records() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    let mut list = Endpoint::get(PATH, READ, list::list)
        .says(TAG, "Find customers")
        .more(
            "In the order they were made; by tier, owner, team or not_contacted_days those longest without contact first; by search in the \
             order of what was found. A page may be short, or empty: go on while there is a `next`.",
        )
        .query("search", "The beginning of a name or mail address, a number in any form or its last digits, or the id in another system")
        .query("tier", "Only those of this tier")
        .query("owner", "Only those of this user; `me`: one's own")
        .query("team", "Only those of this team")
        .query("kind", "person or company")
        .query("language", "Only those with this language")
        .query("external_id", "Only the one with this id in another system")
        .query("birthday_from", "Only those with a birthday on this day of the year (MM-DD) or after; in the order of the year")
        .query("birthday_to", "The same, on this day or before")
        .query("not_contacted_days", "Only those with no contact in so many days, or ever")
        .pages(false);
    let items = row_schema(&mut list.schemas);
    let mut create = Endpoint::post(PATH, WRITE, create::create)
        .says(TAG, "Add a customer with their contact points")
        .refuses(403, "Not allowed to your roles; `errors` names fields");
    let input = with_contacts::<ContactInput>(&mut create.schemas, "NewCustomer", vec![Ref::from_schema_name("Customer").into()]);
    let created = view_schema(&mut create.schemas);
    let mut read = Endpoint::get(&one, READ, read::read).says(TAG, "Read a customer").refuses(404, GONE);
    let shown = view_schema(&mut read.schemas);
    let mut update = Endpoint::patch(&one, WRITE, update::update)
        .says(TAG, "Change a customer")
        .takes_patch::<Customer>()
        .versioned()
        .refuses(403, "Not allowed to your roles; `errors` names fields")
        .refuses(409, "Another one already has this external id");
    let changed = view_schema(&mut update.schemas);
    let mut contacts = Endpoint::put(format!("{one}/contacts"), WRITE, contacts::replace)
        .says(TAG, "Replace a customer's contact points")
        .versioned()
        .takes::<contacts::Contacts>();
    let replaced = view_schema(&mut contacts.schemas);
    let mut upsert = Endpoint::put(format!("{PATH}/by-external-id/{{external_id}}"), WRITE, upsert::upsert)
        .says(TAG, "Write a customer by their id in another system")
        .more(
            "Made when nobody has the id, else changed: fields that are not named stay, contact points, where given, replace those there are. \
             The same sent twice changes nothing. The id of one who was merged leads to the survivor.",
        )
        .header("If-Match", false, "The ETag that was read; where given, nobody may have changed the customer since")
        .refuses(403, "Not allowed to your roles; `errors` names fields")
        .refuses(404, "Somebody has the id whom you may not see")
        .refuses(409, "Two wrote one new customer at the same moment; try again")
        .refuses(412, "Somebody changed it meanwhile; `current_version` says to what, 0: there is no such customer");
    let written = with_contacts::<ContactInput>(&mut upsert.schemas, "NewCustomer", vec![Ref::from_schema_name("Customer").into()]);
    let upserted = view_schema(&mut upsert.schemas);
    vec![
        upsert.takes_schema(written).answers_with(200, "As they are now", upserted.clone()).answers_with(201, "Made", upserted),
        list.answers_with(200, "A page of them", page(items)),
        create.takes_schema(input).idempotent().answers_with(201, "Added", created),
        read.follows_merges().answers_with(200, "The customer; their version is the ETag", shown),
        update.answers_with(200, "As they are now", changed).follows_merges(),
        contacts.follows_merges().answers_with(200, "As they are now", replaced),
        Endpoint::get(format!("{one}/card"), READ, card::card)
            .says(TAG, "The card shown when they call")
            .answers::<Card>(200, "The customer with the last interactions and what is open")
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::get("/lookup", READ, lookup::lookup)
            .says(TAG, "Who has a number: all cards, the likeliest first")
            .more(
                "Exact matches; without any, those whose number ends alike and companies it may be an extension of, as `matched` says. Of \
                 a customer one may not see there is only that they are there.",
            )
            .query("number", "The number in any form")
            .answers_list::<Card>("The cards, at most 10")
            .refuses(422, "The number is missing"),
    ]
}

/// What hangs on a customer.
fn belongings() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    vec![
        Endpoint::get(format!("{one}/timeline"), READ, timeline::timeline)
            .says(TAG, "What happened with a customer on all channels, the latest first")
            .query(
                "kinds",
                "Only these, separated by commas: interaction, ticket, order, callback, task, note, script, consent, open_item, change",
            )
            .pages(false)
            .answers_page::<TimelineEntry>()
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::get(format!("{one}/values"), READ, values::values)
            .says(TAG, "What the formulas give for a customer")
            .more("Each with its version, its text and what it was computed from. Computed anew when something happened, or after an hour.")
            .answers_list::<CustomerValue>("Of each published formula")
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::get(format!("{one}/relations"), READ, relations::list)
            .says(TAG, "Whom a customer belongs together with")
            .pages(false)
            .answers_page::<Relation>()
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::post(format!("{one}/relations"), WRITE, relations::add)
            .says(TAG, "Relate a customer to another")
            .takes::<NewRelation>()
            .idempotent()
            .answers::<Relation>(201, "Added")
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::delete(format!("{one}/relations/{{relation}}"), WRITE, relations::remove)
            .says(TAG, "Take a relation away")
            .answers_nothing(204, "Taken away")
            .follows_merges()
            .refuses(404, "No such relation of this customer"),
        Endpoint::get(format!("{one}/consent"), READ, consent::current)
            .says(TAG, "Whether a customer may be contacted, channel by channel")
            .answers_list::<MayContact>("Each channel with what it rests on")
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::get(format!("{one}/consent/history"), READ, consent::history)
            .says(TAG, "All a customer allowed and forbade, the latest first")
            .pages(false)
            .answers_page::<Consent>()
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::post(format!("{one}/consent"), WRITE, consent::record)
            .says(TAG, "Record what a customer allows or forbids")
            .takes::<NewConsent>()
            .idempotent()
            .answers::<consent::RecordedConsents>(201, "Recorded")
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::get(format!("{one}/shares"), READ, shares::read)
            .says(TAG, "With whom a customer is shared beyond their visibility")
            .answers::<Shares>(200, "People and teams")
            .follows_merges()
            .refuses(404, GONE),
        Endpoint::put(format!("{one}/shares"), WRITE, shares::replace)
            .says(TAG, "Share a customer")
            .takes::<Shares>()
            .versioned()
            .answers::<Shares>(200, "As it is now; the ETag is the customer's new version")
            .follows_merges()
            .refuses(403, "Not allowed to your roles, and not yours"),
    ]
}

/// A customer with how they are reached and when they were last in contact, as this viewer may read them.
async fn view(store: &Store, viewer: &Viewer, id: CustomerId) -> Answer<(i64, Value)> {
    // Whether they may see it was asked before; a change may just have taken it out of their sight.
    let (customer, activity) = store.customer(&Viewer::program(), id).await?;
    let contacts = store.contacts(id).await?;
    let defined = store.field_definitions("customer").await?;
    let mut fields = object(&customer)?;
    fields.extend(object(&activity)?);
    fields.insert("contacts".to_owned(), written(&contacts)?);
    mask(viewer, viewer.owns(customer.owner_id), "customer", &defined, &mut fields);
    Ok((customer.version, Value::Object(fields)))
}

/// A row of a list.
fn row(viewer: &Viewer, defined: &[CustomField], customer: &Stored<Customer>, activity: &Activity) -> Answer<Value> {
    let mut fields = object(customer)?;
    fields.extend(object(activity)?);
    mask(viewer, viewer.owns(customer.owner_id), "customer", defined, &mut fields);
    Ok(Value::Object(fields))
}

fn written(value: &impl serde::Serialize) -> Answer<Value> {
    serde_json::to_value(value).map_err(|_| {
        tracing::error!("an answer cannot be written as JSON");
        Problem::unexpected()
    })
}

fn object(value: &impl serde::Serialize) -> Answer<Map<String, Value>> {
    match written(value)? {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(Problem::unexpected()),
    }
}

fn view_schema(schemas: &mut Schemas) -> RefOr<Schema> {
    let row = row_schema(schemas);
    with_contacts::<Contact>(schemas, "CustomerView", vec![row])
}

fn row_schema(schemas: &mut Schemas) -> RefOr<Schema> {
    let stored = super::rows::stored::<Customer>(schemas);
    schemas.push((Activity::name().into_owned(), <Activity as PartialSchema>::schema()));
    Activity::schemas(schemas);
    let both = AllOfBuilder::new().item(stored).item(Ref::from_schema_name(Activity::name().into_owned()));
    schemas.push(("CustomerRow".to_owned(), RefOr::T(Schema::AllOf(both.build()))));
    RefOr::Ref(Ref::from_schema_name("CustomerRow"))
}

/// A named schema: these with a list of contact points.
fn with_contacts<C: ToSchema>(schemas: &mut Schemas, name: &str, bases: Vec<RefOr<Schema>>) -> RefOr<Schema> {
    schemas.push((Customer::name().into_owned(), <Customer as PartialSchema>::schema()));
    Customer::schemas(schemas);
    schemas.push((C::name().into_owned(), <C as PartialSchema>::schema()));
    C::schemas(schemas);
    let contacts = ArrayBuilder::new().items(Ref::from_schema_name(C::name().into_owned()));
    let all = bases.into_iter().fold(AllOfBuilder::new(), AllOfBuilder::item);
    let all = all.item(ObjectBuilder::new().property("contacts", contacts));
    schemas.push((name.to_owned(), RefOr::T(Schema::AllOf(all.build()))));
    RefOr::Ref(Ref::from_schema_name(name))
}
