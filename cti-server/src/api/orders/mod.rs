//! Orders, contracts and products owned: written here or pushed in by another system, and asked for by customer.

mod create;
mod list;
mod of_customer;
mod upsert;

use super::access::{Access, Right};
use super::endpoint::{Endpoint, Schemas, page};
use super::rows::{Collection, other_endpoints, stored};
use crm_core::model::{Contract, OfCustomer, Order, Product, ProductOwned, Pushed};
use crm_core::orders::{Amount, Entitled};
use utoipa::openapi::schema::{AllOfBuilder, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};

const READ: Access = Access::Needs(Right::OrdersRead);
const TAG: &str = "customers";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = records::<Order>();
    all.extend(records::<Contract>());
    all.extend(records::<ProductOwned>());
    all.push(upsert_endpoint::<Product>());
    all.extend(of_customers());
    all
}

/// The endpoints of rows that belong to customers.
fn records<R: Collection + OfCustomer + Pushed>() -> Vec<Endpoint> {
    let word = R::KIND.word().replace('_', " ");
    let mut list = Endpoint::get(R::PATH, Access::Needs(R::READ), list::list::<R>)
        .says(R::TAG, format!("List: {}, the latest first", R::TAG))
        .pages(false);
    for filter in R::FILTERS {
        list = list.query(filter, "Only those with exactly this");
    }
    let items = stored::<R>(&mut list.schemas);
    let mut create = Endpoint::post(R::PATH, Access::Needs(R::WRITE), create::create::<R>)
        .says(R::TAG, format!("Make a {word}"))
        .takes::<R>()
        .idempotent();
    let made = stored::<R>(&mut create.schemas);
    let [_, read, update, delete] = other_endpoints::<R>();
    vec![
        list.answers_with(200, "A page of them", page(items)),
        create.answers_with(201, "Made; Location and ETag say where and in which version", made),
        upsert_endpoint::<R>(),
        read,
        update,
        delete,
    ]
}

fn upsert_endpoint<R: Collection + Pushed>() -> Endpoint {
    let word = R::KIND.word().replace('_', " ");
    let place = format!("{}/by-external-id/{{external_id}}", R::PATH);
    let mut endpoint = Endpoint::put(place, Access::Needs(R::WRITE), upsert::upsert::<R>)
        .says(R::TAG, format!("Push a {word} in by its id in another system"))
        .more(
            "The row becomes as the body says, whole; done again with the same body it changes nothing. The last push wins. Instead of \
             `customer_id` there may be `customer_external_id`, instead of `product_id` `product_sku`.",
        )
        .takes::<R>()
        .refuses(404, "It is there, of a customer who is not yours to see")
        .refuses(409, "Another one already has such a value");
    let made = stored::<R>(&mut endpoint.schemas);
    let changed = made.clone();
    endpoint.answers_with(201, "It was not there and is made", made).answers_with(
        200,
        "As it is now; unchanged, its version stays",
        changed,
    )
}

fn of_customers() -> Vec<Endpoint> {
    let one = "/customers/{id}";
    let mut orders = Endpoint::get(format!("{one}/orders"), READ, of_customer::orders)
        .says(TAG, "A customer's orders, the latest first")
        .follows_merges()
        .refuses(404, "No such customer, or not yours to see")
        .pages(false);
    let order = stored::<Order>(&mut orders.schemas);
    let mut contracts = Endpoint::get(format!("{one}/contracts"), READ, of_customer::contracts)
        .says(TAG, "A customer's contracts, the latest first")
        .query("at", "When `holds` is asked for: RFC 3339, or microseconds since 1970; now when nothing is said")
        .follows_merges()
        .refuses(404, "No such customer, or not yours to see")
        .pages(false);
    let contract = with_flag::<Contract>(&mut contracts.schemas, "ContractView", "holds", "Whether it holds at that time");
    let mut products = Endpoint::get(format!("{one}/products"), READ, of_customer::products)
        .says(TAG, "What a customer owns, the latest first")
        .query("at", "When `in_warranty` is asked for: RFC 3339, or microseconds since 1970; now when nothing is said")
        .follows_merges()
        .refuses(404, "No such customer, or not yours to see")
        .pages(false);
    let product = with_flag::<ProductOwned>(&mut products.schemas, "ProductOwnedView", "in_warranty", "Whether it is under warranty then");
    vec![
        orders.answers_with(200, "A page of them", page(order)),
        contracts.answers_with(200, "A page of them", page(contract)),
        products.answers_with(200, "A page of them", page(product)),
        Endpoint::get(format!("{one}/due"), READ, of_customer::due)
            .says(TAG, "What a customer has still to pay")
            .answers_list::<Amount>("A sum for each currency, in minor units")
            .follows_merges()
            .refuses(404, "No such customer, or not yours to see"),
        Endpoint::get(format!("{one}/entitlements"), READ, of_customer::entitlements)
            .says(TAG, "What a customer is entitled to")
            .query("at", "When: RFC 3339, or microseconds since 1970; now when nothing is said")
            .answers_list::<Entitled>("By each contract that holds then")
            .follows_merges()
            .refuses(404, "No such customer, or not yours to see")
            .refuses(422, "The time was refused"),
    ]
}

/// A named schema: a stored row with a flag.
fn with_flag<R: Collection>(schemas: &mut Schemas, name: &str, flag: &str, about: &str) -> RefOr<Schema> {
    let base = stored::<R>(schemas);
    let value = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Boolean)).description(Some(about));
    let both = AllOfBuilder::new().item(base).item(ObjectBuilder::new().property(flag, value).required(flag));
    schemas.push((name.to_owned(), RefOr::T(Schema::AllOf(both.build()))));
    RefOr::Ref(Ref::from_schema_name(name))
}
