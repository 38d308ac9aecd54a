//! What an expression gives for values. Total: whatever was parsed can be computed.

use super::{Expr, Inputs, Operator};

/// A number or a condition; none: unknown.
#[derive(Clone, Copy, Debug)]
enum Value {
    Number(f64),
    Holds(bool),
}

impl Value {
    fn number(self) -> f64 {
        match self {
            Value::Number(number) => number,
            Value::Holds(holds) => f64::from(u8::from(holds)),
        }
    }

    fn holds(self) -> bool {
        match self {
            Value::Holds(holds) => holds,
            Value::Number(number) => number != 0.0,
        }
    }
}

pub(super) fn evaluate(expr: &Expr, inputs: &Inputs) -> Option<f64> {
    value(expr, inputs).map(Value::number).filter(|number| number.is_finite())
}

fn value(expr: &Expr, inputs: &Inputs) -> Option<Value> {
    let holds = |expr: &Expr| value(expr, inputs).is_some_and(Value::holds);
    let all = |list: &[Expr]| list.iter().map(|one| evaluate(one, inputs)).collect::<Option<Vec<f64>>>();
    match expr {
        Expr::Number(number) => Some(Value::Number(*number)),
        Expr::Variable(variable) => inputs.get(variable).copied().flatten().map(Value::Number),
        Expr::Negative(one) => evaluate(one, inputs).map(|number| Value::Number(-number)),
        Expr::Not(one) => Some(Value::Holds(!holds(one))),
        Expr::Two(Operator::And, left, right) => Some(Value::Holds(holds(left) && holds(right))),
        Expr::Two(Operator::Or, left, right) => Some(Value::Holds(holds(left) || holds(right))),
        Expr::Two(operator, left, right) => two(*operator, evaluate(left, inputs)?, evaluate(right, inputs)?),
        Expr::If(three) => value(if holds(&three.0) { &three.1 } else { &three.2 }, inputs),
        Expr::Min(list) => all(list)?.into_iter().reduce(f64::min).map(Value::Number),
        Expr::Max(list) => all(list)?.into_iter().reduce(f64::max).map(Value::Number),
        Expr::Coalesce(list) => list.iter().find_map(|one| evaluate(one, inputs)).map(Value::Number),
    }
}

#[allow(clippy::float_cmp, reason = "what is compared are counts and sums of hundredths, and the formula asks for just that")]
fn two(operator: Operator, left: f64, right: f64) -> Option<Value> {
    let number = |number: f64| Some(Value::Number(number)).filter(|_| number.is_finite());
    match operator {
        Operator::Add => number(left + right),
        Operator::Subtract => number(left - right),
        Operator::Multiply => number(left * right),
        Operator::Divide => number(left / right),
        Operator::Less => Some(Value::Holds(left < right)),
        Operator::LessOrEqual => Some(Value::Holds(left <= right)),
        Operator::Greater => Some(Value::Holds(left > right)),
        Operator::GreaterOrEqual => Some(Value::Holds(left >= right)),
        Operator::Equal => Some(Value::Holds(left == right)),
        Operator::Unequal => Some(Value::Holds(left != right)),
        Operator::And => Some(Value::Holds(left != 0.0 && right != 0.0)),
        Operator::Or => Some(Value::Holds(left != 0.0 || right != 0.0)),
    }
}
