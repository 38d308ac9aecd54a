//! How likely two customers are one: points for what is alike and against what is not, each with its reason. Pure; reads no table.
//!
//! | rule | points | when |
//! |---|---|---|
//! | `phone_equal` | 45 | a number of both; 10 where more than 5 have it |
//! | `email_equal` | 55 | a mail address of both; 15 where it is an office's, 10 where more than 5 have it |
//! | `contact_equal` | 45 | another contact point of both; 10 where more than 5 have it |
//! | `name_equal` | 35 | the same words in any order; 30 across scripts (`name_transliterated`) |
//! | `name_initials` | 22 | each word is the other's, or its first letter |
//! | `name_part` | 25 | the words of one are among those of the other; 12 where it is a single word |
//! | `name_similar` | 25, 15 | Jaro-Winkler of at least 0.93, 0.88 |
//! | `given_name_differs` | -30 | one family, two given names: a household |
//! | `name_differs` | -35 | nothing of this |
//! | `address_equal` | 30 | post code or town, house and street |
//! | `address_similar` | 15 | post code or town and street, no house on one side |
//! | `address_differs` | -5 | both have a post code and they differ |
//! | `birthday_equal`, `birthday_differs` | 25, -45 | both have one |
//! | `external_id_differs` | -10 | another system knows them as two |
//! | `kind_differs` | -30 | a person and a company |
//!
//! Jaro-Winkler: Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage", 1990.

use super::facts::{Address, Facts, is_office};
use crate::model::{ContactKind, CustomerKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// From here on two are suggested as one. A number and the name reach it, the name and the address, never one of them alone.
pub const SUGGEST_MIN: i64 = 60;
/// More customers than this on one contact point: it is a switchboard or an office, and says little.
pub(crate) const SHARED_MAX: usize = 5;

/// One reason, with what it weighs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DuplicateReason)]
pub struct Reason {
    /// The rule's name, see [`crate::identity::score`].
    pub rule: String,
    /// The field it looked at: `name`, `contacts`, `address`, `birthday`, `external_id`, `kind`.
    pub field: String,
    /// Negative: against it.
    pub points: i64,
}

/// How likely two are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Likeness {
    /// 0 to 100.
    pub(crate) score: i64,
    pub(crate) reasons: Vec<Reason>,
}

/// Compares two. `shared`: contact points that many customers have.
pub(crate) fn compare(a: &Facts, b: &Facts, shared: &BTreeSet<(ContactKind, String)>) -> Likeness {
    let mut reasons = Vec::new();
    let mut add = |rule: &str, field: &str, points: i64| reasons.push(Reason { rule: rule.to_owned(), field: field.to_owned(), points });
    for kind in [ContactKind::Phone, ContactKind::Email, ContactKind::Other] {
        if let Some((rule, points)) = contacts(a, b, shared, kind) {
            add(rule, "contacts", points);
        }
    }
    if a.kind != b.kind {
        add("kind_differs", "kind", -30);
    }
    if let Some((rule, points)) = names(a, b) {
        add(rule, "name", points);
    }
    let pairs = a.addresses.iter().flat_map(|one| b.addresses.iter().filter_map(move |other| addresses(one, other)));
    // Who has moved has two: the likest count.
    if let Some((rule, points)) = pairs.max_by_key(|(_, points)| *points) {
        add(rule, "address", points);
    }
    match (&a.birthday, &b.birthday) {
        (Some(a), Some(b)) if a == b => add("birthday_equal", "birthday", 25),
        (Some(_), Some(_)) => add("birthday_differs", "birthday", -45),
        (Some(_) | None, _) => {}
    }
    if let (Some(a), Some(b)) = (&a.external_id, &b.external_id)
        && a != b
    {
        add("external_id_differs", "external_id", -10);
    }
    let score = reasons.iter().map(|reason| reason.points).sum::<i64>().clamp(0, 100);
    Likeness { score, reasons }
}

/// The best of what both have of this kind.
fn contacts(a: &Facts, b: &Facts, shared: &BTreeSet<(ContactKind, String)>, kind: ContactKind) -> Option<(&'static str, i64)> {
    let both = a.contacts.intersection(&b.contacts).filter(|(of, _)| *of == kind);
    let weigh = |point: &(ContactKind, String)| match kind {
        _ if shared.contains(point) => 10,
        ContactKind::Phone | ContactKind::Chat | ContactKind::Other => 45,
        // A household and a whole office have one.
        ContactKind::Address => 15,
        ContactKind::Email if is_office(&point.1) => 15,
        ContactKind::Email => 55,
    };
    let rule = match kind {
        ContactKind::Phone => "phone_equal",
        ContactKind::Email => "email_equal",
        ContactKind::Address => "address_equal",
        ContactKind::Chat | ContactKind::Other => "contact_equal",
    };
    both.map(weigh).max().map(|points| (rule, points))
}

fn names(a: &Facts, b: &Facts) -> Option<(&'static str, i64)> {
    if a.name.is_empty() || b.name.is_empty() || a.kind != b.kind {
        return None;
    }
    let across = a.foreign != b.foreign;
    if same_words(&a.name, &b.name) {
        return Some(if across { ("name_transliterated", 30) } else { ("name_equal", 35) });
    }
    if let Some(found) = among(&a.name, &b.name) {
        return Some(found);
    }
    let likeness = strsim::jaro_winkler(&sorted(&a.name).concat(), &sorted(&b.name).concat());
    let household = a.kind == CustomerKind::Person && one_family(a, b);
    match likeness {
        _ if household => Some(given_names(a, b)),
        l if l >= 0.93 => Some(("name_similar", 25)),
        l if l >= 0.88 => Some(("name_similar", 15)),
        _ => Some(("name_differs", -35)),
    }
}

fn sorted(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
}

/// The same words in any order, or the same letters in a row from any word on: "Wang Xiao Ming" is "Xiaoming Wang".
fn same_words(a: &[String], b: &[String]) -> bool {
    if sorted(a) == sorted(b) {
        return true;
    }
    let whole = b.concat();
    (0..a.len()).any(|from| {
        let (front, back) = a.split_at(from);
        back.concat() + &front.concat() == whole
    })
}

/// Whether each word of the shorter name is a word of the longer one, or its first letter.
fn among(a: &[String], b: &[String]) -> Option<(&'static str, i64)> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut left: Vec<&str> = long.iter().map(String::as_str).collect();
    let (mut whole, mut initials) = (0, 0u32);
    // Whole words first, so that an initial does not take the place of one.
    let mut rest = Vec::new();
    for word in short {
        match left.iter().position(|other| *other == word.as_str()) {
            Some(at) => {
                left.remove(at);
                whole += usize::from(word.len() > 1);
            }
            None => rest.push(word.as_str()),
        }
    }
    for word in rest {
        let initial = |other: &&str| (word.len() == 1 || other.len() == 1) && word.as_bytes().first() == other.as_bytes().first();
        let at = left.iter().position(initial)?;
        left.remove(at);
        initials += 1;
    }
    match (whole, initials) {
        (0, _) => None,
        (_, 1..) => Some(("name_initials", 22)),
        (1, 0) => Some(("name_part", 12)),
        (_, 0) => Some(("name_part", 25)),
    }
}

/// Both have the same family name, as far as it is known.
fn one_family(a: &Facts, b: &Facts) -> bool {
    match (&a.family, &b.family) {
        (Some(a), Some(b)) => a == b,
        // Not said which word it is: the last, or for a name of another script the first.
        (Some(_) | None, _) => a.name.last() == b.name.last() || (a.foreign && a.name.first() == b.name.first()),
    }
}

/// One family: a typing error in the given name, or another person.
fn given_names(a: &Facts, b: &Facts) -> (&'static str, i64) {
    let given = |facts: &Facts, other: &Facts| -> String {
        facts.name.iter().filter(|word| !other.name.contains(word)).map(String::as_str).collect::<Vec<_>>().concat()
    };
    if strsim::jaro_winkler(&given(a, b), &given(b, a)) >= 0.88 { ("name_similar", 25) } else { ("given_name_differs", -30) }
}

fn addresses(a: &Address, b: &Address) -> Option<(&'static str, i64)> {
    let both = |x: &str, y: &str| !x.is_empty() && !y.is_empty();
    if both(&a.postcode, &b.postcode) && a.postcode != b.postcode {
        return Some(("address_differs", -5));
    }
    let town = (both(&a.postcode, &b.postcode) && a.postcode == b.postcode) || (both(&a.city, &b.city) && a.city == b.city);
    let (x, y) = (a.street.concat(), b.street.concat());
    let street = both(&x, &y) && strsim::jaro_winkler(&x, &y) >= 0.9;
    match (town && street, both(&a.house, &b.house)) {
        (true, true) if a.house == b.house => Some(("address_equal", 30)),
        (true, false) => Some(("address_similar", 15)),
        (true, true) | (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Customer;
    use serde_json::{Value, json};

    fn facts(row: &Value, contacts: &[(ContactKind, &str)]) -> Facts {
        let customer: Customer = serde_json::from_value(row.clone()).unwrap();
        Facts::of(&customer, contacts.iter().map(|(kind, value)| (*kind, (*value).to_owned())))
    }

    fn name_rule(a: &str, b: &str) -> String {
        let [a, b] = [a, b].map(|name| facts(&json!({ "name": name }), &[]));
        let likeness = compare(&a, &b, &BTreeSet::new());
        likeness.reasons.into_iter().find(|reason| reason.field == "name").map(|reason| reason.rule).unwrap_or_default()
    }

    #[test]
    fn names_are_compared_as_people_would() {
        let table = [
            ("Ada King", "ADA KING", "name_equal"),
            ("Ada King", "King, Ada", "name_equal"),
            ("José Núñez", "Jose Nunez", "name_equal"),
            ("Jürgen Müller", "Juergen Mueller", "name_equal"),
            ("王小明", "Wang Xiaoming", "name_transliterated"),
            ("王小明", "Xiao Ming Wang", "name_transliterated"),
            ("Wang Xiao Ming", "Xiaoming Wang", "name_equal"),
            ("Иван Петров", "Ivan Petrov", "name_transliterated"),
            ("A. King", "Ada King", "name_initials"),
            ("Ada B. King", "Ada King", "name_part"),
            ("King", "Ada King", "name_part"),
            ("Ada King", "Adda King", "name_similar"),
            ("Stephan Meier", "Stefan Meier", "name_similar"),
            ("Ada King", "William King", "given_name_differs"),
            ("Ada King", "Zhang Wei", "name_differs"),
            ("", "", ""),
        ];
        for (a, b, rule) in table {
            assert_eq!(name_rule(a, b), rule, "{a} / {b}");
            assert_eq!(name_rule(b, a), rule, "{b} / {a}");
        }
    }

    #[test]
    fn one_alone_does_not_make_two_one_and_two_together_do() {
        let phone = [(ContactKind::Phone, "+14155552671")];
        let mail = [(ContactKind::Email, "ada@example.com")];
        let ada = json!({ "name": "Ada King" });
        let home = json!({ "street": "12 High Street", "postcode": "SW1A 1AA" });
        let same_home = json!({ "street": "12 HIGH ST", "postcode": "sw1a1aa" });
        let at = |name: &str, home: &Value| json!({ "name": name, "attributes": home });
        let table = [
            ("number and name", facts(&ada, &phone), facts(&ada, &phone), true),
            ("mail and name", facts(&ada, &mail), facts(&json!({ "name": "King Ada" }), &mail), true),
            ("name and address", facts(&at("Ada King", &home), &[]), facts(&at("A. King", &same_home), &[]), false),
            ("name and address alike", facts(&at("Ada King", &home), &[]), facts(&at("King, Ada", &same_home), &[]), true),
            ("a Chinese name and the address", facts(&at("王小明", &home), &[]), facts(&at("Wang Xiaoming", &same_home), &[]), true),
            ("name alone", facts(&ada, &[]), facts(&ada, &[]), false),
            ("number alone", facts(&ada, &phone), facts(&json!({ "name": "Bo Li" }), &phone), false),
            ("a household", facts(&at("Ada King", &home), &phone), facts(&at("William King", &same_home), &phone), false),
            ("a person and a company", facts(&ada, &phone), facts(&json!({ "name": "Ada King", "kind": "company" }), &phone), false),
            (
                "two birthdays",
                facts(&json!({ "name": "Ada King", "attributes": { "birthday": "1815-12-10" } }), &phone),
                facts(&json!({ "name": "Ada King", "attributes": { "birthday": "1836-05-12" } }), &phone),
                false,
            ),
        ];
        for (what, a, b, suggested) in table {
            let likeness = compare(&a, &b, &BTreeSet::new());
            assert_eq!(likeness.score >= SUGGEST_MIN, suggested, "{what}: {likeness:?}");
            assert_eq!(likeness.score, compare(&b, &a, &BTreeSet::new()).score, "{what}");
        }
    }

    #[test]
    fn an_address_counts_wherever_it_is_written() {
        let home = json!({ "name": "Ada King", "attributes": { "street": "12 High Street", "postcode": "SW1A 1AA" } });
        let place =
            |street: &str, code: &str| crate::model::Address { street: street.into(), postal_code: code.into(), ..Default::default() };
        let moved = facts(&json!({ "name": "King, Ada" }), &[]).at(&[place("1 Low Road", "AB1 2CD"), place("High St 12", "sw1a1aa")]);
        for (a, b) in [(&facts(&home, &[]), &moved), (&moved, &moved)] {
            let likeness = compare(a, b, &BTreeSet::new());
            assert!(likeness.score >= SUGGEST_MIN && likeness.reasons.iter().any(|reason| reason.rule == "address_equal"), "{likeness:?}");
        }
        let elsewhere = facts(&json!({ "name": "Ada King" }), &[]).at(&[place("1 Low Road", "AB1 2CD")]);
        assert!(compare(&facts(&home, &[]), &elsewhere, &BTreeSet::new()).score < SUGGEST_MIN);
    }

    #[test]
    fn what_many_share_says_little() {
        let points = [(ContactKind::Phone, "+14155552671"), (ContactKind::Email, "info@example.com")];
        let [a, b] = ["Ada King", "Bo Li"].map(|name| facts(&json!({ "name": name }), &points));
        let shared = BTreeSet::from([(ContactKind::Phone, "+14155552671".to_owned())]);
        let likeness = compare(&a, &b, &shared);
        let of = |rule: &str| likeness.reasons.iter().find(|reason| reason.rule == rule).map(|reason| reason.points);
        assert_eq!((of("phone_equal"), of("email_equal")), (Some(10), Some(15)));
        assert_eq!(likeness.score, 0);
    }

    #[test]
    fn companies_are_compared_without_their_form() {
        let company = |name: &str| facts(&json!({ "name": name, "kind": "company" }), &[]);
        for (a, b, points) in [("Acme Inc.", "ACME Corporation", 35), ("华为有限公司", "Huawei", 30), ("Acme", "Zenith", -35)] {
            let likeness = compare(&company(a), &company(b), &BTreeSet::new());
            assert_eq!(likeness.reasons.iter().map(|reason| reason.points).sum::<i64>(), points, "{a} / {b}: {likeness:?}");
        }
    }
}
