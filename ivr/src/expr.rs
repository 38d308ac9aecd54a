//! The small language of conditions and values in flows. Reads variables, computes nothing that can fail or run long.
//!
//! ```text
//! condition  = conjunction { "or" conjunction }
//! conjunction = negation { "and" negation }
//! negation   = "not" negation | comparison
//! comparison = operand [ ("==" | "!=" | "<" | "<=" | ">" | ">=") operand ]
//! operand    = 'text' | "text" | integer | variable | length(operand) | starts_with(operand, operand) | "(" condition ")"
//! variable   = call.caller | call.called | language | data.NAME | customer.NAME
//! ```
//! Variables are text; one that has no value is empty. Text equals text letter by letter. Compared with an integer, text
//! is read as an integer; `<` and its kin read both sides so. Text that is no integer is different from every integer and
//! neither smaller nor larger.

mod parser;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use parser::is_key;
pub use parser::{ExprError, parse_condition, parse_value};

/// A checked expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Text(String),
    Integer(i64),
    Variable(Variable),
    Length(Box<Expr>),
    StartsWith(Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    Caller,
    Called,
    Language,
    Data(String),
    Customer(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What the variables stand for.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub caller: &'a str,
    pub called: &'a str,
    pub language: &'a str,
    pub data: &'a BTreeMap<String, String>,
    pub customer: &'a BTreeMap<String, String>,
}

enum Value<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
}

impl Value<'_> {
    fn integer(&self) -> Option<i64> {
        match self {
            Value::Text(text) => text.trim().parse().ok(),
            Value::Integer(n) => Some(*n),
        }
    }
}

impl Expr {
    /// Whether the condition holds. Text that is no condition holds never (the parser lets none through).
    pub fn holds(&self, scope: &Scope<'_>) -> bool {
        match self {
            Expr::And(a, b) => a.holds(scope) && b.holds(scope),
            Expr::Or(a, b) => a.holds(scope) || b.holds(scope),
            Expr::Not(a) => !a.holds(scope),
            Expr::StartsWith(text, start) => text.text(scope).starts_with(&start.text(scope)),
            Expr::Compare(op, a, b) => compare(*op, &a.value(scope), &b.value(scope)),
            Expr::Text(_) | Expr::Integer(_) | Expr::Variable(_) | Expr::Length(_) => false,
        }
    }

    /// The value as text; a condition gives `true` or `false`.
    pub fn text(&self, scope: &Scope<'_>) -> String {
        match self.value(scope) {
            Value::Text(text) => text.into_owned(),
            Value::Integer(n) => n.to_string(),
        }
    }

    /// Every variable in it.
    pub fn variables(&self) -> Vec<&Variable> {
        match self {
            Expr::Variable(v) => vec![v],
            Expr::Length(a) | Expr::Not(a) => a.variables(),
            Expr::StartsWith(a, b) | Expr::Compare(_, a, b) | Expr::And(a, b) | Expr::Or(a, b) => {
                let mut all = a.variables();
                all.extend(b.variables());
                all
            }
            Expr::Text(_) | Expr::Integer(_) => Vec::new(),
        }
    }

    fn value<'a>(&'a self, scope: &Scope<'a>) -> Value<'a> {
        let known = |map: &'a BTreeMap<String, String>, key: &str| Cow::Borrowed(map.get(key).map_or("", String::as_str));
        match self {
            Expr::Text(text) => Value::Text(Cow::Borrowed(text)),
            Expr::Integer(n) => Value::Integer(*n),
            Expr::Variable(variable) => Value::Text(match variable {
                Variable::Caller => Cow::Borrowed(scope.caller),
                Variable::Called => Cow::Borrowed(scope.called),
                Variable::Language => Cow::Borrowed(scope.language),
                Variable::Data(key) => known(scope.data, key),
                Variable::Customer(key) => known(scope.customer, key),
            }),
            Expr::Length(inner) => Value::Integer(inner.text(scope).chars().count() as i64),
            Expr::StartsWith(..) | Expr::Compare(..) | Expr::And(..) | Expr::Or(..) | Expr::Not(_) => {
                Value::Text(Cow::Borrowed(if self.holds(scope) { "true" } else { "false" }))
            }
        }
    }
}

fn compare(op: Comparison, a: &Value<'_>, b: &Value<'_>) -> bool {
    if let (Comparison::Equal | Comparison::NotEqual, Value::Text(a), Value::Text(b)) = (op, a, b) {
        return (a == b) == (op == Comparison::Equal);
    }
    let (Some(a), Some(b)) = (a.integer(), b.integer()) else {
        return op == Comparison::NotEqual;
    };
    match op {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
    }
}

#[cfg(test)]
mod tests;
