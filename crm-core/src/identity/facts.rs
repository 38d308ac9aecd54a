//! What of a customer is compared with others, folded once. Decides nothing.

use super::fold::{code, company_words, given_words, is_foreign, person_words, place_words};
use crate::model::{ContactKind, Customer, CustomerKind};
use std::collections::BTreeSet;

/// Attributes in which an address stands; the first that is there counts.
pub const STREET_KEYS: &[&str] = &["street", "address", "address_line1"];
pub const POSTCODE_KEYS: &[&str] = &["postcode", "postal_code", "zip"];
pub const CITY_KEYS: &[&str] = &["city", "town"];
/// Attributes in which a date of birth stands, as YYYY-MM-DD, where the field of that name is empty.
pub const BIRTHDAY_KEYS: &[&str] = &["birthday", "date_of_birth", "birth_date"];

/// Parts of mail addresses before the @ that are an office's, not a person's.
const OFFICES: &[&str] = &[
    "info",
    "office",
    "mail",
    "contact",
    "kontakt",
    "sales",
    "support",
    "service",
    "admin",
    "hello",
    "post",
    "team",
    "noreply",
    "no-reply",
    "billing",
    "accounts",
    "reception",
];

/// An address, folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) postcode: String,
    /// The number of the house, with its letter.
    pub(crate) house: String,
    pub(crate) street: Vec<String>,
    pub(crate) city: String,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) kind: CustomerKind,
    /// A person's name, or a company's without its form.
    pub(crate) name: Vec<String>,
    pub(crate) family: Option<String>,
    /// The name stands in another script than Latin.
    pub(crate) foreign: bool,
    /// From attributes, then from contact points. Parts that are not there are empty.
    pub(crate) addresses: Vec<Address>,
    /// Eight digits.
    pub(crate) birthday: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) contacts: BTreeSet<(ContactKind, String)>,
}

impl Facts {
    /// `contacts`: kind and normalised value of those that are valid.
    pub(crate) fn of(customer: &Customer, contacts: impl IntoIterator<Item = (ContactKind, String)>) -> Facts {
        let name = name_words(customer);
        let written = [&customer.family_name, &customer.given_name].into_iter().flatten().all(|part| !is_foreign(part));
        Facts {
            kind: customer.kind,
            family: customer.family_name.as_deref().map(|family| person_words(family).concat()).filter(|family| !family.is_empty()),
            foreign: is_foreign(&customer.name) || !written,
            name,
            addresses: of_attributes(customer).into_iter().collect(),
            birthday: (customer.birthday.as_deref().filter(|date| !date.starts_with("--")))
                .or_else(|| attribute(customer, BIRTHDAY_KEYS))
                .map(code)
                .filter(|date| date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit())),
            external_id: customer.external_id.clone(),
            contacts: contacts.into_iter().collect(),
        }
    }
}

impl Facts {
    /// With the addresses among the contact points.
    pub(crate) fn at<'a>(mut self, places: impl IntoIterator<Item = &'a crate::model::Address>) -> Facts {
        self.addresses.extend(places.into_iter().map(Address::of_point));
        self
    }
}

/// The words of the name: from its parts where both are given, so that it does not matter in which order they are shown.
fn name_words(customer: &Customer) -> Vec<String> {
    match customer.kind {
        CustomerKind::Company => {
            let words = company_words(&customer.name);
            if words.is_empty() { company_words(customer.company.as_deref().unwrap_or_default()) } else { words }
        }
        CustomerKind::Person => match (&customer.given_name, &customer.family_name) {
            (Some(given), Some(family)) => {
                let mut words = given_words(given);
                words.push(given_words(family).concat());
                words.retain(|word| !word.is_empty());
                words
            }
            (Some(_) | None, _) => person_words(&customer.name),
        },
    }
}

fn attribute<'a>(customer: &'a Customer, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| customer.attributes.get(*key)).map(String::as_str).filter(|value| !value.trim().is_empty())
}

/// None where no attribute says anything of one.
fn of_attributes(customer: &Customer) -> Option<Address> {
    let part = |keys| attribute(customer, keys).unwrap_or_default();
    let address = folded(part(STREET_KEYS), part(POSTCODE_KEYS), part(CITY_KEYS));
    (address != Address::default()).then_some(address)
}

fn folded(street: &str, postcode: &str, city: &str) -> Address {
    let mut street = place_words(street);
    let number = street.iter().position(|word| word.bytes().next().is_some_and(|b| b.is_ascii_digit()));
    let house = number.map(|at| street.remove(at)).unwrap_or_default();
    street.sort_unstable();
    Address { postcode: code(postcode), house, street, city: place_words(city).concat() }
}

impl Address {
    /// A contact point's.
    pub(crate) fn of_point(place: &crate::model::Address) -> Address {
        folded(&place.street, &place.postal_code, &place.city)
    }
}

/// Whether a mail address is an office's rather than a person's.
pub(crate) fn is_office(mail: &str) -> bool {
    mail.split_once('@').is_some_and(|(local, _)| OFFICES.contains(&local))
}
