//! A small language of expressions over a customer's figures, such as lifetime value or churn: parsing and evaluating. No store, no clock.
//!
//! ```text
//! min(100, if(last_contact_days > 180, 40, 0) + 20 * complaints_365d)
//! ```
//!
//! Numbers, `+ - * /`, `< <= > >= = !=`, `and or not`, `if(condition, then, else)`, `min`, `max`, `coalesce`, and the [`Variable`]s. A
//! variable may be unknown of a customer (`last_order_days` of somebody who never ordered). What is unknown makes what is computed from it
//! unknown, but in `coalesce`, which takes the first that is known; a condition that is unknown does not hold. Dividing by zero gives
//! nothing known. A condition as the whole gives 1 or 0. Texts and expressions are bounded, see [`SOURCE_MAX`], [`DEPTH_MAX`], [`PARTS_MAX`].

mod eval;
mod parse;

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Most characters of a text.
pub const SOURCE_MAX: usize = 2_000;
/// How deep parts may stand in each other.
pub const DEPTH_MAX: usize = 32;
/// Most numbers, names and operators.
pub const PARTS_MAX: usize = 500;

macro_rules! variables {
    ($($name:ident: $word:literal, $about:literal;)*) => {
        /// What a formula may ask of a customer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Variable {
            $(#[doc = $about] $name,)*
        }

        impl Variable {
            pub const ALL: &'static [Variable] = &[$(Variable::$name,)*];

            pub fn word(self) -> &'static str {
                match self {
                    $(Variable::$name => $word,)*
                }
            }

            /// What it counts, for people.
            pub fn about(self) -> &'static str {
                match self {
                    $(Variable::$name => $about,)*
                }
            }
        }
    };
}

variables! {
    OrdersCount: "orders_count", "Orders, in the formula's currency where it has one.";
    OrdersTotal: "orders_total", "What they come to, in whole units of the formula's currency.";
    LastOrderDays: "last_order_days", "Days since the last order; unknown of who never ordered.";
    Contacts30d: "contacts_30d", "Contacts of the last 30 days on all channels, at most 10,000.";
    Contacts365d: "contacts_365d", "Contacts of the last 365 days on all channels, at most 10,000.";
    LastContactDays: "last_contact_days", "Days since the last contact; unknown of who never was in contact.";
    Complaints365d: "complaints_365d", "Complaints of the last 365 days.";
    OpenItems: "open_items", "What is open with them now.";
    CustomerAgeDays: "customer_age_days", "Days since they became a customer here.";
}

/// Values by variable; `None`, or none there: unknown.
pub type Inputs = BTreeMap<Variable, Option<f64>>;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[error("at character {position}: {message}")]
pub struct FormulaError {
    /// Of the first character that is wrong; the first of the text is 1.
    pub position: usize,
    pub message: String,
}

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Condition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Unequal,
    And,
    Or,
}

#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Number(f64),
    Variable(Variable),
    Negative(Box<Expr>),
    Not(Box<Expr>),
    Two(Operator, Box<Expr>, Box<Expr>),
    If(Box<(Expr, Expr, Expr)>),
    Min(Vec<Expr>),
    Max(Vec<Expr>),
    Coalesce(Vec<Expr>),
}

/// A text that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression(Expr);

impl Expression {
    /// Reads a text.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(source: &str) -> Result<Expression, FormulaError> {
        parse::parse(source).map(Expression)
    }

    /// What it asks for.
    pub fn variables(&self) -> BTreeSet<Variable> {
        let mut found = BTreeSet::new();
        self.0.visit(&mut |expr| {
            if let Expr::Variable(variable) = expr {
                found.insert(*variable);
            }
        });
        found
    }

    /// What it gives for these values; `None`: nothing can be said.
    pub fn evaluate(&self, inputs: &Inputs) -> Option<f64> {
        eval::evaluate(&self.0, inputs)
    }
}

impl Expr {
    fn visit(&self, each: &mut dyn FnMut(&Expr)) {
        each(self);
        match self {
            Expr::Number(_) | Expr::Variable(_) => {}
            Expr::Negative(one) | Expr::Not(one) => one.visit(each),
            Expr::Two(_, left, right) => {
                left.visit(each);
                right.visit(each);
            }
            Expr::If(three) => {
                three.0.visit(each);
                three.1.visit(each);
                three.2.visit(each);
            }
            Expr::Min(all) | Expr::Max(all) | Expr::Coalesce(all) => all.iter().for_each(|one| one.visit(each)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inputs() -> Inputs {
        Inputs::from([
            (Variable::OrdersCount, Some(4.0)),
            (Variable::OrdersTotal, Some(250.0)),
            (Variable::LastOrderDays, None),
            (Variable::Contacts30d, Some(0.0)),
        ])
    }

    #[test]
    fn expressions_give_what_they_say() {
        for (source, expected) in [
            ("1 + 2 * 3", Some(7.0)),
            ("(1 + 2) * 3", Some(9.0)),
            ("-2 - -3", Some(1.0)),
            ("10 / 4", Some(2.5)),
            ("2 - 1 - 1", Some(0.0)),
            ("1 / contacts_30d", None),
            ("orders_total / orders_count", Some(62.5)),
            ("last_order_days + 1", None),
            ("coalesce(last_order_days, 9999)", Some(9999.0)),
            ("coalesce(last_order_days)", None),
            ("if(last_order_days > 30, 1, 2)", Some(2.0)),
            ("if(not last_order_days > 30, 1, 2)", Some(1.0)),
            ("if(orders_count >= 4 and orders_total > 100, 50, 0)", Some(50.0)),
            ("orders_count = 4", Some(1.0)),
            ("orders_count != 4 or contacts_30d > 0", Some(0.0)),
            ("1 < 2 = 1", None),
            ("min(3, orders_count, 5)", Some(3.0)),
            ("max(3, orders_count)", Some(4.0)),
            ("max(3, last_order_days)", None),
            ("customer_age_days", None),
            ("not not (1 > 0)", Some(1.0)),
            ("1.5e0", None),
        ] {
            let parsed = Expression::parse(source);
            let wrong = matches!(source, "1 < 2 = 1" | "1.5e0");
            assert_eq!(parsed.is_err(), wrong, "{source}: {parsed:?}");
            if let Ok(expression) = parsed {
                assert_eq!(expression.evaluate(&inputs()), expected, "{source}");
            }
        }
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        let deep = format!("{}1{}", "(".repeat(DEPTH_MAX + 1), ")".repeat(DEPTH_MAX + 1));
        let long = vec!["1"; PARTS_MAX].join("+");
        let endless = "1".repeat(SOURCE_MAX + 1);
        for (source, position, says) in [
            ("", 1, "number"),
            ("1 +", 4, "number"),
            ("1 + * 2", 5, "number"),
            ("orders_cuont", 1, "orders_count"),
            ("1 + 钱", 5, "character"),
            ("(1 + 2", 7, ")"),
            ("1 2", 3, "operator"),
            ("if(1, 2, 3)", 4, "condition"),
            ("if(1 > 0, 2)", 12, ","),
            ("1 + (2 > 1)", 5, "number"),
            ("1 and 2 > 1", 1, "condition"),
            ("min()", 5, "number"),
            ("orders_count(1)", 13, "operator"),
            ("min", 4, "("),
            ("1 < 2 < 3", 7, "operator"),
            ("1.", 1, "number"),
            (deep.as_str(), DEPTH_MAX + 1, "deep"),
            (long.as_str(), PARTS_MAX + 1, "long"),
            (endless.as_str(), SOURCE_MAX + 1, "long"),
        ] {
            let error = Expression::parse(source).expect_err(source);
            let short: String = source.chars().take(40).collect();
            assert!(error.message.contains(says), "{short}: {error}");
            assert_eq!(error.position, position, "{short}: {error}");
        }
    }

    #[test]
    fn what_it_asks_for_is_known() {
        let expression = Expression::parse("if(orders_count > 1, min(orders_total, 5), -contacts_30d)").unwrap();
        assert_eq!(expression.variables(), BTreeSet::from([Variable::OrdersCount, Variable::OrdersTotal, Variable::Contacts30d]));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(source in "\\PC{0,80}") {
            let _ = Expression::parse(&source);
        }

        #[test]
        fn whatever_is_understood_can_be_computed(source in "[0-9<>=!()+*/, .-]{0,30}|((min|max|if|coalesce|not|orders_count|and|or|1|[(),<+/ -]) ?){0,20}") {
            if let Ok(expression) = Expression::parse(&source) {
                prop_assert!(expression.evaluate(&inputs()).is_none_or(f64::is_finite));
            }
        }
    }
}
