//! Keys by which those who may be one are found without comparing everybody with everybody. Pure; the table is `match_key`.
//!
//! A key is a hash of what stays when a name is spelt in another way: its consonants, sorted, so that neither the order of the words nor
//! where one ends matters; or of the post code and the house. Whoever shares a key is then compared in full, so a key may bring too many
//! together (they are bounded when read) but should miss few. Shared numbers and mail addresses need no key: contact points are rows. An address
//! among them has its key in its row.

use super::facts::{Address, Facts, POSTCODE_KEYS, STREET_KEYS};
use crate::model::Customer;

/// FNV-1a, 64 bits (Fowler, Noll, Vo). The keys are stored, so the hash must be the same in every version; nobody gains by a collision.
fn hash(parts: &[&str]) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash as i64
}

/// The consonants of a name in the order of the alphabet. Doubled letters count once; h, w and y come and go with spellings.
fn skeleton(words: &[String]) -> String {
    let mut letters = Vec::new();
    for word in words {
        let mut last = 0;
        for byte in word.bytes() {
            if byte != last && !b"aeiouhwy".contains(&byte) {
                letters.push(byte);
            }
            last = byte;
        }
    }
    if letters.len() < 3 {
        // Too little is left of it: all of its letters then.
        letters = words.iter().flat_map(|word| word.bytes()).collect();
    }
    letters.sort_unstable();
    letters.into_iter().map(char::from).collect()
}

fn of_address(address: &Address) -> Option<i64> {
    let known = !address.postcode.is_empty() && !address.house.is_empty();
    known.then(|| hash(&["address", &address.postcode, &address.house]))
}

/// The key of a contact point that is an address: the same as a customer's whose attributes say it. It stands in `contact_point.place_key`.
pub(crate) fn place_key(place: &crate::model::Address) -> Option<i64> {
    of_address(&Address::of_point(place))
}

/// The keys of a customer: none to two.
pub(crate) fn keys(customer: &Customer) -> Vec<i64> {
    let facts = Facts::of(customer, []);
    let mut keys = Vec::new();
    let name = skeleton(&facts.name);
    if name.len() > 1 {
        keys.push(hash(&["name", &name]));
    }
    keys.extend(facts.addresses.iter().filter_map(of_address));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether a change of the customer can change the keys: saves folding both for the many changes that cannot.
pub(crate) fn may_differ(old: &Customer, new: &Customer) -> bool {
    let places = |customer: &Customer| -> Vec<Option<String>> {
        STREET_KEYS.iter().chain(POSTCODE_KEYS).map(|key| customer.attributes.get(*key).cloned()).collect()
    };
    old.kind != new.kind
        || old.name != new.name
        || old.given_name != new.given_name
        || old.family_name != new.family_name
        || old.company != new.company
        || places(old) != places(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(name: &str) -> Vec<i64> {
        keys(&serde_json::from_value(json!({ "name": name })).unwrap())
    }

    #[test]
    fn names_spelt_in_several_ways_have_one_key() {
        let table = [
            ("Ada King", "KING, ADA"),
            ("王小明", "Xiao Ming Wang"),
            ("Jürgen Müller", "Juergen Muler"),
            ("Иван Петров", "Ivan Petrov"),
            ("Anna Meyer", "Anna Maier"),
            ("John Smyth", "Jon Smith"),
            ("Ou Yi", "Yi Ou"),
        ];
        for (a, b) in table {
            assert_eq!(of(a), of(b), "{a} / {b}");
            assert_eq!(of(a).len(), 1);
        }
        assert_ne!(of("Ada King"), of("Bob King"));
        assert!(of("").is_empty() && of("..").is_empty());
    }

    #[test]
    fn a_house_is_a_key_of_its_own() {
        let at = |name: &str, street: &str, postcode: &str| {
            let home = json!({ "name": name, "attributes": { "street": street, "postcode": postcode } });
            keys(&serde_json::from_value(home).unwrap())
        };
        let (ada, bob) = (at("Ada", "12 High St", "SW1A 1AA"), at("Robert", "High Street 12", "sw1a 1aa"));
        assert_eq!(ada.iter().filter(|key| bob.contains(key)).count(), 1);
        assert_eq!(at("Ada", "High Street", "SW1A 1AA").len(), 1, "a street without a house is too many");
    }

    #[test]
    fn a_house_is_one_wherever_it_is_written() {
        let home = json!({ "name": "Ada", "attributes": { "street": "12 High St", "postcode": "SW1A 1AA" } });
        let keys = keys(&serde_json::from_value(home).unwrap());
        let place = |street: &str| crate::model::Address { street: street.into(), postal_code: "sw1a1aa".into(), ..Default::default() };
        assert!(keys.contains(&place_key(&place("High Street 12")).unwrap()));
        assert_eq!(place_key(&place("High Street")), None);
    }

    #[test]
    fn the_stored_hash_never_changes() {
        assert_eq!(hash(&["a"]), 0x089b_e207_b544_f1e4_u64 as i64);
    }
}
