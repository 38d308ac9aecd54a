//! Conditions as plain data: `{"all": […]}`, `{"any": […]}`, `{"not": …}`, or a test `{"field": …, "op": …, "value": …}`. Pure.

use super::facts::{Fact, Facts};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::{Map, Value as Json, json};

/// Tests of one condition; more are refused.
pub const TESTS_MAX: usize = 50;
/// Levels of `all`, `any` and `not`.
const DEPTH_MAX: usize = 6;
/// Values of a list to be in.
const VALUES_MAX: usize = 100;
/// Characters of a name or a text.
const TEXT_MAX: usize = 200;

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// True when each is; also when there is none.
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

/// A fact compared with a value. What is not known fails every test but `missing` and `ne`.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub field: String,
    pub op: Op,
    /// Null for `exists` and `missing`.
    pub value: Json,
}

/// How. Texts are compared whatever the case (of ASCII letters); what looks like a number is compared with numbers as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    /// One of a list.
    In,
    /// A part of a text, or an entry of a list.
    Contains,
    StartsWith,
    Exists,
    Missing,
}

impl Op {
    const ALL: [(Op, &'static str); 11] = [
        (Op::Eq, "eq"),
        (Op::Ne, "ne"),
        (Op::Gt, "gt"),
        (Op::Ge, "ge"),
        (Op::Lt, "lt"),
        (Op::Le, "le"),
        (Op::In, "in"),
        (Op::Contains, "contains"),
        (Op::StartsWith, "starts_with"),
        (Op::Exists, "exists"),
        (Op::Missing, "missing"),
    ];

    pub fn word(self) -> &'static str {
        Op::ALL.iter().find(|(op, _)| *op == self).map_or("", |(_, word)| word)
    }
}

/// What is wrong with a condition: the place in it, and how to mend it.
type Wrong = (String, String);

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// The first place that is wrong, below `at`, with its mend.
    pub fn parse(value: &Json, at: &str) -> Result<Condition, Wrong> {
        let mut tests = 0;
        parse(value, at, 0, &mut tests)
    }

    /// Whether it is true.
    pub fn holds(&self, facts: &Facts) -> bool {
        match self {
            Condition::All(all) => all.iter().all(|one| one.holds(facts)),
            Condition::Any(any) => any.iter().any(|one| one.holds(facts)),
            Condition::Not(one) => !one.holds(facts),
            Condition::Test(test) => test.holds(facts),
        }
    }

    /// The tests that made a true condition true, in their order; `true` beside those that had to fail.
    pub fn why<'a>(&'a self, facts: &Facts, into: &mut Vec<(&'a Test, bool)>) {
        match self {
            Condition::All(all) => all.iter().for_each(|one| one.why(facts, into)),
            Condition::Any(any) => any.iter().filter(|one| one.holds(facts)).for_each(|one| one.why(facts, into)),
            Condition::Not(one) => one.why_not(into),
            Condition::Test(test) => into.push((test, false)),
        }
    }

    fn why_not<'a>(&'a self, into: &mut Vec<(&'a Test, bool)>) {
        match self {
            Condition::All(all) | Condition::Any(all) => all.iter().for_each(|one| one.why_not(into)),
            Condition::Not(_) => {}
            Condition::Test(test) => into.push((test, true)),
        }
    }

    /// The names of the facts it reads.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Condition::All(all) | Condition::Any(all) => all.iter().flat_map(Condition::fields).collect(),
            Condition::Not(one) => one.fields(),
            Condition::Test(test) => vec![&test.field],
        }
    }

    fn json(&self) -> Json {
        match self {
            Condition::All(all) => json!({ "all": all.iter().map(Condition::json).collect::<Vec<_>>() }),
            Condition::Any(any) => json!({ "any": any.iter().map(Condition::json).collect::<Vec<_>>() }),
            Condition::Not(one) => json!({ "not": one.json() }),
            Condition::Test(Test { field, op, value }) if value.is_null() => json!({ "field": field, "op": op.word() }),
            Condition::Test(Test { field, op, value }) => json!({ "field": field, "op": op.word(), "value": value }),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Condition, D::Error> {
        let value = Json::deserialize(deserializer)?;
        // In the form in which serde names a field, so that whoever reports it finds the place.
        Condition::parse(&value, "conditions").map_err(|(at, mend)| D::Error::custom(format!("field `{at}`: {mend}")))
    }
}

impl Test {
    fn holds(&self, facts: &Facts) -> bool {
        let fact = facts.get(&self.field);
        match (self.op, fact) {
            (Op::Exists, fact) => fact.is_some(),
            (Op::Missing, fact) => fact.is_none(),
            (Op::Ne, fact) => fact.is_none_or(|fact| !equal(fact, &self.value)),
            (_, None) => false,
            (Op::Eq, Some(fact)) => equal(fact, &self.value),
            (Op::Gt, Some(fact)) => ordered(fact, &self.value).is_some_and(|order| order.is_gt()),
            (Op::Ge, Some(fact)) => ordered(fact, &self.value).is_some_and(|order| order.is_ge()),
            (Op::Lt, Some(fact)) => ordered(fact, &self.value).is_some_and(|order| order.is_lt()),
            (Op::Le, Some(fact)) => ordered(fact, &self.value).is_some_and(|order| order.is_le()),
            (Op::In, Some(fact)) => self.value.as_array().is_some_and(|all| all.iter().any(|one| equal(fact, one))),
            (Op::Contains, Some(fact)) => contains(fact, &self.value),
            (Op::StartsWith, Some(fact)) => starts_with(fact, &self.value),
        }
    }
}

fn equal(fact: &Fact, value: &Json) -> bool {
    match (fact, value) {
        (Fact::Flag(fact), Json::Bool(value)) => fact == value,
        (Fact::Text(fact), Json::String(value)) => fact.eq_ignore_ascii_case(value),
        (Fact::List(all), Json::String(value)) => all.iter().any(|one| one.eq_ignore_ascii_case(value)),
        (Fact::Flag(_) | Fact::List(_), _) | (_, Json::Bool(_)) => false,
        (fact, value) => fact.number().zip(number(value)).is_some_and(|(fact, value)| (fact - value).abs() < f64::EPSILON),
    }
}

fn ordered(fact: &Fact, value: &Json) -> Option<std::cmp::Ordering> {
    match (fact.number(), number(value), fact, value) {
        (Some(fact), Some(value), ..) => fact.partial_cmp(&value),
        // Dates written year first are in order as texts.
        (_, _, Fact::Text(fact), Json::String(value)) => Some(fact.as_str().cmp(value)),
        _ => None,
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

fn contains(fact: &Fact, value: &Json) -> bool {
    match (fact, value) {
        (Fact::Text(fact), Json::String(value)) => fact.to_lowercase().contains(&value.to_lowercase()),
        (Fact::List(_), value) => equal(fact, value),
        (Fact::Text(_) | Fact::Number(_) | Fact::Flag(_), _) => false,
    }
}

fn starts_with(fact: &Fact, value: &Json) -> bool {
    match (fact, value) {
        (Fact::Text(fact), Json::String(value)) => fact.to_lowercase().starts_with(&value.to_lowercase()),
        (Fact::Text(_) | Fact::Number(_) | Fact::Flag(_) | Fact::List(_), _) => false,
    }
}

fn parse(value: &Json, at: &str, depth: usize, tests: &mut usize) -> Result<Condition, Wrong> {
    let wrong = |at: String, mend: &str| Err((at, mend.to_owned()));
    let Json::Object(fields) = value else {
        return wrong(at.to_owned(), "write an object with all, any or not, or with field, op and value");
    };
    if depth > DEPTH_MAX {
        return wrong(at.to_owned(), "nest conditions no deeper than 6 levels");
    }
    let list = |name: &str, of: &Json, tests: &mut usize| -> Result<Vec<Condition>, Wrong> {
        let Json::Array(of) = of else { return Err((format!("{at}.{name}"), "write a list of conditions".to_owned())) };
        // Each level has its own length; all of them together are bounded by the tests, but for empty lists.
        if of.len() > TESTS_MAX {
            return Err((format!("{at}.{name}"), format!("leave at most {TESTS_MAX}")));
        }
        of.iter().enumerate().map(|(n, one)| parse(one, &format!("{at}.{name}[{n}]"), depth + 1, tests)).collect()
    };
    let mut only = fields.iter();
    match (only.next(), only.next()) {
        (Some((name, of)), None) if name == "all" => Ok(Condition::All(list("all", of, tests)?)),
        (Some((name, of)), None) if name == "any" => Ok(Condition::Any(list("any", of, tests)?)),
        (Some((name, of)), None) if name == "not" => Ok(Condition::Not(Box::new(parse(of, &format!("{at}.not"), depth + 1, tests)?))),
        _ => {
            *tests += 1;
            if *tests > TESTS_MAX {
                return wrong(at.to_owned(), "leave at most 50 tests in one condition");
            }
            test(fields, at).map(Condition::Test)
        }
    }
}

fn test(fields: &Map<String, Json>, at: &str) -> Result<Test, Wrong> {
    let wrong = |name: &str, mend: String| Err((format!("{at}.{name}"), mend));
    if let Some(name) = fields.keys().find(|name| !matches!(name.as_str(), "field" | "op" | "value")) {
        return wrong(name, "leave it out: a test has field, op and value; all, any and not stand alone".to_owned());
    }
    let Some(field) = fields.get("field").and_then(Json::as_str).filter(|field| is_name(field)) else {
        return wrong("field", "name a fact such as card.tier: lower-case letters, digits, dots and underscores".to_owned());
    };
    let op = fields.get("op").and_then(Json::as_str).and_then(|word| Op::ALL.iter().find(|(_, known)| *known == word));
    let Some(&(op, _)) = op else {
        let words: Vec<&str> = Op::ALL.iter().map(|(_, word)| *word).collect();
        return wrong("op", format!("choose one of {}", words.join(", ")));
    };
    let value = fields.get("value").cloned().unwrap_or(Json::Null);
    let mend = match op {
        Op::Exists | Op::Missing => (!value.is_null()).then_some("leave it out: nothing is compared"),
        Op::Eq | Op::Ne => (!is_scalar(&value)).then_some("give a text, a number, true or false"),
        Op::Gt | Op::Ge | Op::Lt | Op::Le => {
            (!matches!(value, Json::Number(_) | Json::String(_)) || !is_scalar(&value)).then_some("give a number, or a date as text")
        }
        Op::Contains | Op::StartsWith => {
            (!value.is_string() || !is_scalar(&value) || value == "").then_some("give a text of 1 to 200 characters")
        }
        Op::In => {
            let right = value.as_array().is_some_and(|all| (1..=VALUES_MAX).contains(&all.len()) && all.iter().all(is_scalar));
            (!right).then_some("give a list of 1 to 100 texts or numbers")
        }
    };
    match mend {
        Some(mend) => wrong("value", mend.to_owned()),
        None => Ok(Test { field: field.to_owned(), op, value }),
    }
}

fn is_scalar(value: &Json) -> bool {
    match value {
        Json::Bool(_) | Json::Number(_) => true,
        Json::String(text) => text.chars().count() <= TEXT_MAX && crate::model::is_line(text),
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

/// A name of a fact. Attributes and what flows collect may have any letters in their keys.
pub(super) fn is_name(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    name.chars().count() <= TEXT_MAX && name.contains('.') && name.split('.').all(part)
}
