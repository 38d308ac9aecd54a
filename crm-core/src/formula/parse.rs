//! From a text to an expression whose kinds fit. Recursive descent, bounded; every fault has the place of the first wrong character.

use super::{DEPTH_MAX, Expr, FormulaError, Kind, Operator, PARTS_MAX, SOURCE_MAX, Variable};

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Sign(&'static str),
    End,
}

/// Longer ones first: `<=` is not `<`.
const SIGNS: [&str; 16] = ["<=", ">=", "!=", "<>", "==", "<", ">", "=", "+", "-", "*", "/", "(", ")", ",", "!"];

fn fault<T>(position: usize, message: impl Into<String>) -> Result<T, FormulaError> {
    Err(FormulaError { position, message: message.into() })
}

/// The tokens with their places, the end of the text as the last.
fn tokens(source: &str) -> Result<Vec<(usize, Token)>, FormulaError> {
    if source.chars().count() > SOURCE_MAX {
        return fault(SOURCE_MAX + 1, format!("too long: shorten it to {SOURCE_MAX} characters"));
    }
    let mut tokens = Vec::new();
    let (mut rest, mut at) = (source, 1);
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            at += 1;
            continue;
        }
        if tokens.len() >= PARTS_MAX {
            return fault(at, format!("too long: use at most {PARTS_MAX} numbers, names and signs"));
        }
        let (token, length) = token(rest, at)?;
        tokens.push((at, token));
        // Every token is of ASCII characters, one byte each.
        rest = rest.get(length..).unwrap_or_default();
        at += length;
    }
    tokens.push((at, Token::End));
    Ok(tokens)
}

fn token(rest: &str, at: usize) -> Result<(Token, usize), FormulaError> {
    let while_ = |fits: fn(char) -> bool| rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
    let Some(first) = rest.chars().next() else { return Ok((Token::End, 0)) };
    if first.is_ascii_digit() || first == '.' {
        let length = while_(|c| c.is_ascii_digit() || c == '.');
        let text = rest.get(..length).unwrap_or_default();
        let right = text.split_once('.').is_none_or(|(whole, part)| !whole.is_empty() && !part.is_empty() && !part.contains('.'));
        return match text.parse::<f64>().ok().filter(|number| right && number.is_finite()) {
            Some(number) => Ok((Token::Number(number), length)),
            None => fault(at, "write a number as 12 or 12.5"),
        };
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let length = while_(|c| c.is_ascii_alphanumeric() || c == '_');
        return Ok((Token::Name(rest.get(..length).unwrap_or_default().to_owned()), length));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(&"!") | None => fault(at, format!("the character {first} means nothing here")),
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
    }
}

/// An expression with its kind and where it begins.
struct Part {
    expr: Expr,
    kind: Kind,
    at: usize,
}

impl Part {
    fn number(expr: Expr, at: usize) -> Part {
        Part { expr, kind: Kind::Number, at }
    }

    fn condition(expr: Expr, at: usize) -> Part {
        Part { expr, kind: Kind::Condition, at }
    }

    /// The expression, which must be of this kind.
    fn of(self, kind: Kind) -> Result<Expr, FormulaError> {
        match (self.kind, kind) {
            (Kind::Number, Kind::Number) | (Kind::Condition, Kind::Condition) => Ok(self.expr),
            (Kind::Condition, Kind::Number) => fault(self.at, "a number is needed here, and this is a condition: write if(…, 1, 0)"),
            (Kind::Number, Kind::Condition) => fault(self.at, "a condition is needed here, and this is a number: write … > 0"),
        }
    }
}

type Parsed = Result<Part, FormulaError>;

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
}

pub(super) fn parse(source: &str) -> Result<Expr, FormulaError> {
    let mut parser = Parser { tokens: tokens(source)?, next: 0, depth: 0 };
    let whole = parser.either()?;
    match parser.peek() {
        (_, Token::End) => Ok(whole.expr),
        (at, _) => fault(at, "an operator such as + is expected here, or the end"),
    }
}

impl Parser {
    fn peek(&self) -> (usize, Token) {
        self.tokens.get(self.next).or(self.tokens.last()).cloned().unwrap_or((1, Token::End))
    }

    /// Takes this sign if it comes next.
    fn sign(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        let (_, Token::Sign(sign)) = self.peek() else { return None };
        wanted.contains(&sign).then(|| {
            self.next += 1;
            sign
        })
    }

    fn word(&mut self, wanted: &str) -> bool {
        let is = matches!(self.peek(), (_, Token::Name(name)) if name == wanted);
        self.next += usize::from(is);
        is
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), FormulaError> {
        match self.sign(&[sign]) {
            Some(_) => Ok(()),
            None => fault(self.peek().0, format!("{sign} is expected here")),
        }
    }

    /// Counts how deep we are while `inner` runs.
    fn deeper(&mut self, inner: impl FnOnce(&mut Parser) -> Parsed) -> Parsed {
        if self.depth >= DEPTH_MAX {
            let before = self.next.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(1, |(at, _)| *at);
            return fault(before, format!("too deep: put at most {DEPTH_MAX} parts into each other"));
        }
        self.depth += 1;
        let part = inner(self);
        self.depth -= 1;
        part
    }

    fn either(&mut self) -> Parsed {
        let mut left = self.both()?;
        while self.word("or") {
            let (at, right) = (left.at, self.both()?);
            let two = Expr::Two(Operator::Or, Box::new(left.of(Kind::Condition)?), Box::new(right.of(Kind::Condition)?));
            left = Part::condition(two, at);
        }
        Ok(left)
    }

    fn both(&mut self) -> Parsed {
        let mut left = self.opposite()?;
        while self.word("and") {
            let (at, right) = (left.at, self.opposite()?);
            let two = Expr::Two(Operator::And, Box::new(left.of(Kind::Condition)?), Box::new(right.of(Kind::Condition)?));
            left = Part::condition(two, at);
        }
        Ok(left)
    }

    fn opposite(&mut self) -> Parsed {
        let at = self.peek().0;
        if !self.word("not") {
            return self.comparison();
        }
        self.deeper(|parser| {
            let inner = parser.opposite()?.of(Kind::Condition)?;
            Ok(Part::condition(Expr::Not(Box::new(inner)), at))
        })
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.sum()?;
        let operator = match self.sign(&["<", "<=", ">", ">=", "=", "==", "!=", "<>"]) {
            None => return Ok(left),
            Some("<") => Operator::Less,
            Some("<=") => Operator::LessOrEqual,
            Some(">") => Operator::Greater,
            Some(">=") => Operator::GreaterOrEqual,
            Some("=" | "==") => Operator::Equal,
            Some(_) => Operator::Unequal,
        };
        let (at, right) = (left.at, self.sum()?);
        Ok(Part::condition(Expr::Two(operator, Box::new(left.of(Kind::Number)?), Box::new(right.of(Kind::Number)?)), at))
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&["+", "-"]) {
            let operator = if sign == "+" { Operator::Add } else { Operator::Subtract };
            let (at, right) = (left.at, self.product()?);
            left = Part::number(Expr::Two(operator, Box::new(left.of(Kind::Number)?), Box::new(right.of(Kind::Number)?)), at);
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.negative()?;
        while let Some(sign) = self.sign(&["*", "/"]) {
            let operator = if sign == "*" { Operator::Multiply } else { Operator::Divide };
            let (at, right) = (left.at, self.negative()?);
            left = Part::number(Expr::Two(operator, Box::new(left.of(Kind::Number)?), Box::new(right.of(Kind::Number)?)), at);
        }
        Ok(left)
    }

    fn negative(&mut self) -> Parsed {
        let at = self.peek().0;
        if self.sign(&["-"]).is_none() {
            return self.primary();
        }
        self.deeper(|parser| {
            let inner = parser.negative()?.of(Kind::Number)?;
            Ok(Part::number(Expr::Negative(Box::new(inner)), at))
        })
    }

    fn primary(&mut self) -> Parsed {
        let (at, token) = self.peek();
        match token {
            Token::Number(number) => {
                self.next += 1;
                Ok(Part::number(Expr::Number(number), at))
            }
            Token::Name(name) => {
                self.next += 1;
                self.named(&name, at)
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.deeper(Parser::either)?;
                self.expect(")")?;
                Ok(Part { at, ..inner })
            }
            Token::Sign(_) | Token::End => fault(at, "a number, a name or ( is expected here"),
        }
    }

    fn named(&mut self, name: &str, at: usize) -> Parsed {
        match name {
            "if" => {
                self.expect("(")?;
                let condition = self.deeper(Parser::either)?.of(Kind::Condition)?;
                self.expect(",")?;
                let yes = self.deeper(Parser::either)?;
                self.expect(",")?;
                let no = self.deeper(Parser::either)?;
                self.expect(")")?;
                let kind = yes.kind;
                Ok(Part { expr: Expr::If(Box::new((condition, yes.expr, no.of(kind)?))), kind, at })
            }
            "min" => Ok(Part::number(Expr::Min(self.numbers()?), at)),
            "max" => Ok(Part::number(Expr::Max(self.numbers()?), at)),
            "coalesce" => Ok(Part::number(Expr::Coalesce(self.numbers()?), at)),
            _ => match Variable::ALL.iter().find(|variable| variable.word() == name) {
                Some(variable) => Ok(Part::number(Expr::Variable(*variable), at)),
                None => {
                    let known: Vec<&str> = Variable::ALL.iter().map(|variable| variable.word()).collect();
                    let name: String = name.chars().take(40).collect();
                    fault(at, format!("there is no {name}; there are {}, if, min, max, coalesce, and, or, not", known.join(", ")))
                }
            },
        }
    }

    /// `(a, b, …)`: at least one.
    fn numbers(&mut self) -> Result<Vec<Expr>, FormulaError> {
        self.expect("(")?;
        let mut all = vec![self.deeper(Parser::either)?.of(Kind::Number)?];
        while self.sign(&[","]).is_some() {
            all.push(self.deeper(Parser::either)?.of(Kind::Number)?);
        }
        self.expect(")")?;
        Ok(all)
    }
}
