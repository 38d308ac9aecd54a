//! Customers: finding, reading, adding and changing them. Who is calling is the card's matter.

mod card;
mod contacts;
mod create;
mod list;
mod read;
mod update;

use super::Api;
use super::access::{Access, Right};
use super::endpoint::{Endpoint, Schemas, page};
use super::problem::Answer;
use crm_core::Stored;
use crm_core::model::{Contact, ContactInput, Customer};
use serde::Serialize;
use std::sync::Arc;
use utoipa::openapi::schema::{AllOfBuilder, ArrayBuilder};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

const PATH: &str = "/customers";
const TAG: &str = "customers";
const READ: Access = Access::Needs(Right::CustomersRead);
const WRITE: Access = Access::Needs(Right::CustomersWrite);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    let mut list = Endpoint::get(PATH, READ, list::list)
        .says(TAG, "Find customers")
        .query("search", "The beginning of a name or mail address, a number in any form, or the id in another system")
        .pages(false);
    let items = super::rows::stored::<Customer>(&mut list.schemas);
    let mut create = Endpoint::post(PATH, WRITE, create::create).says(TAG, "Add a customer with their contact points");
    let input = with_contacts::<Customer, ContactInput>(&mut create.schemas, "NewCustomer", Ref::from_schema_name("Customer").into());
    let created = view(&mut create.schemas);
    let mut read = Endpoint::get(&one, READ, read::read).says(TAG, "Read a customer").refuses(404, "No such customer");
    let shown = view(&mut read.schemas);
    let mut update = Endpoint::patch(&one, WRITE, update::update)
        .says(TAG, "Change a customer")
        .takes_patch::<Customer>()
        .versioned()
        .refuses(409, "Another one already has this external id");
    let changed = view(&mut update.schemas);
    let mut contacts = Endpoint::put(format!("{one}/contacts"), WRITE, contacts::replace)
        .says(TAG, "Replace a customer's contact points")
        .versioned()
        .takes::<contacts::Contacts>();
    let replaced = view(&mut contacts.schemas);
    vec![
        list.answers_with(200, "A page of them", page(items)),
        create.takes_schema(input).idempotent().answers_with(201, "Added", created),
        read.answers_with(200, "The customer; their version is the ETag", shown),
        update.answers_with(200, "As they are now", changed),
        contacts.answers_with(200, "As they are now", replaced),
        Endpoint::get(format!("{one}/card"), READ, card::card)
            .says(TAG, "The card shown when they call")
            .answers::<crm_core::Card>(200, "The customer with the last interactions and what is open")
            .refuses(404, "No such customer"),
    ]
}

/// A customer with how they are reached.
#[derive(Serialize)]
struct CustomerView {
    #[serde(flatten)]
    customer: Stored<Customer>,
    contacts: Vec<Contact>,
}

impl CustomerView {
    async fn of(api: &Arc<Api>, customer: Stored<Customer>) -> Answer<CustomerView> {
        let contacts = api.state.store.contacts(customer.id).await?;
        Ok(CustomerView { customer, contacts })
    }
}

fn view(schemas: &mut Schemas) -> RefOr<Schema> {
    let stored = super::rows::stored::<Customer>(schemas);
    with_contacts::<Customer, Contact>(schemas, "CustomerView", stored)
}

/// A named schema: `base` with a list of contact points.
fn with_contacts<R: ToSchema, C: ToSchema>(schemas: &mut Schemas, name: &str, base: RefOr<Schema>) -> RefOr<Schema> {
    schemas.push((R::name().into_owned(), <R as PartialSchema>::schema()));
    R::schemas(schemas);
    schemas.push((C::name().into_owned(), <C as PartialSchema>::schema()));
    C::schemas(schemas);
    let contacts = ArrayBuilder::new().items(Ref::from_schema_name(C::name().into_owned()));
    let both = AllOfBuilder::new().item(base).item(ObjectBuilder::new().property("contacts", contacts));
    schemas.push((name.to_owned(), RefOr::T(Schema::AllOf(both.build()))));
    RefOr::Ref(Ref::from_schema_name(name))
}
