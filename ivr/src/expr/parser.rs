//! Text to a checked expression, or the column at which it stops making sense. Knows no values.

use super::{Comparison, Expr, Variable};
use crate::names::nearest;

/// Longest expression in characters; a longer one is refused.
const LENGTH_MAX: usize = 500;
/// Deepest nesting of parentheses, functions and `not`; deeper is refused.
const DEPTH_MAX: usize = 32;

/// Where and why an expression is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct ExprError {
    /// In characters, from 1.
    pub column: usize,
    pub message: String,
    pub mend: String,
}

/// What a part of an expression is good for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Condition,
    /// Text or integer.
    Value,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Integer(i64),
    /// Names with dots in them: `data.account`, `and`.
    Word(String),
    Op(Comparison),
    Open,
    Close,
    Comma,
    End,
}

/// A condition: what stands behind `when`.
pub fn parse_condition(text: &str) -> Result<Expr, ExprError> {
    match parse(text)? {
        (expr, Sort::Condition) => Ok(expr),
        (_, Sort::Value) => Err(error(1, "this is a value, not a condition", "compare it with something, like data.topic == 'sales'")),
    }
}

/// A value: what is said or stored. A condition is one too (`true`, `false`).
pub fn parse_value(text: &str) -> Result<Expr, ExprError> {
    parse(text).map(|(expr, _)| expr)
}

fn parse(text: &str) -> Result<(Expr, Sort), ExprError> {
    if text.chars().count() > LENGTH_MAX {
        return Err(error(
            LENGTH_MAX + 1,
            "the expression is too long",
            &format!("split it into several cases of at most {LENGTH_MAX} characters"),
        ));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let (expr, sort) = parser.either()?;
    let (column, token) = parser.peek();
    if token != Token::End {
        return Err(error(column, &format!("{} is too much here", shown(&token)), "join two conditions by and / or, or remove it"));
    }
    Ok((expr, sort))
}

fn error(column: usize, message: &str, mend: &str) -> ExprError {
    ExprError { column, message: message.to_owned(), mend: mend.to_owned() }
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ExprError> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let column = at + 1;
        let run = |more: fn(char) -> bool| chars.iter().skip(at + 1).take_while(|c| more(**c)).count() + 1;
        let (token, length) = match c {
            _ if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '\'' | '"' => {
                let inner: String = chars.iter().skip(at + 1).take_while(|x| **x != c).collect();
                let length = inner.chars().count() + 2;
                if at + length > chars.len() {
                    return Err(error(column, "the text does not end", &format!("close it with {c}")));
                }
                (Token::Text(inner), length)
            }
            '=' | '!' | '<' | '>' => {
                let double = chars.get(at + 1) == Some(&'=');
                let op = match (c, double) {
                    ('=', true) => Comparison::Equal,
                    ('!', true) => Comparison::NotEqual,
                    ('<', true) => Comparison::LessOrEqual,
                    ('>', true) => Comparison::GreaterOrEqual,
                    ('<', false) => Comparison::Less,
                    ('>', false) => Comparison::Greater,
                    ('=', false) => return Err(error(column, "a single = compares nothing", "write ==")),
                    _ => return Err(error(column, "a single ! means nothing", "write != or not")),
                };
                (Token::Op(op), if double { 2 } else { 1 })
            }
            '0'..='9' | '-' => {
                let length = run(|c| c.is_ascii_digit());
                let digits: String = chars.iter().skip(at).take(length).collect();
                let n = digits.parse().map_err(|_| {
                    error(column, &format!("{digits} is no integer"), "write one of at most 18 digits, or put it in quotes")
                })?;
                (Token::Integer(n), length)
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = run(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
                (Token::Word(chars.iter().skip(at).take(length).collect()), length)
            }
            _ => return Err(error(column, &format!("{c} means nothing here"), "put text in quotes, like 'gold'")),
        };
        out.push((column, token));
        at += length;
    }
    out.push((chars.len() + 1, Token::End));
    Ok(out)
}

fn shown(token: &Token) -> String {
    match token {
        Token::Text(t) => format!("'{t}'"),
        Token::Integer(n) => n.to_string(),
        Token::Word(w) => w.clone(),
        Token::Op(op) => match op {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
        .to_owned(),
        Token::Open => "(".into(),
        Token::Close => ")".into(),
        Token::Comma => "a comma".into(),
        Token::End => "the end".into(),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
}

type Parsed = Result<(Expr, Sort), ExprError>;

impl Parser {
    fn peek(&self) -> (usize, Token) {
        self.tokens.get(self.at).cloned().unwrap_or((1, Token::End))
    }

    fn take(&mut self) -> (usize, Token) {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek().1, Token::Word(w) if w == word);
        if found {
            self.at += 1;
        }
        found
    }

    /// One level deeper for the time of `inner`.
    fn nested(&mut self, inner: fn(&mut Self) -> Parsed) -> Parsed {
        if self.depth == DEPTH_MAX {
            return Err(error(self.peek().0, "this is nested too deep", "split it into several cases"));
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    fn either(&mut self) -> Parsed {
        self.joined("or", Self::both, |a, b| Expr::Or(Box::new(a), Box::new(b)))
    }

    fn both(&mut self) -> Parsed {
        self.joined("and", Self::negation, |a, b| Expr::And(Box::new(a), Box::new(b)))
    }

    fn joined(&mut self, word: &str, part: fn(&mut Self) -> Parsed, join: fn(Expr, Expr) -> Expr) -> Parsed {
        let begin = self.peek().0;
        let (mut left, mut sort) = part(self)?;
        while self.word(word) {
            condition_at(begin, sort, word)?;
            let column = self.peek().0;
            let (right, right_sort) = part(self)?;
            condition_at(column, right_sort, word)?;
            (left, sort) = (join(left, right), Sort::Condition);
        }
        Ok((left, sort))
    }

    fn negation(&mut self) -> Parsed {
        if !self.word("not") {
            return self.comparison();
        }
        let column = self.peek().0;
        let (inner, sort) = self.nested(Self::negation)?;
        condition_at(column, sort, "not")?;
        Ok((Expr::Not(Box::new(inner)), Sort::Condition))
    }

    fn comparison(&mut self) -> Parsed {
        let column = self.peek().0;
        let (left, sort) = self.operand()?;
        let Token::Op(op) = self.peek().1 else {
            return Ok((left, sort));
        };
        self.at += 1;
        value_at(column, sort)?;
        let right_column = self.peek().0;
        let (right, right_sort) = self.operand()?;
        value_at(right_column, right_sort)?;
        if !matches!(op, Comparison::Equal | Comparison::NotEqual) {
            for (side, column) in [(&left, column), (&right, right_column)] {
                if matches!(side, Expr::Text(t) if t.trim().parse::<i64>().is_err()) {
                    return Err(error(column, "larger and smaller compare numbers, not text", "write a number, or use == or starts_with"));
                }
            }
        }
        Ok((Expr::Compare(op, Box::new(left), Box::new(right)), Sort::Condition))
    }

    fn operand(&mut self) -> Parsed {
        let (column, token) = self.take();
        match token {
            Token::Text(text) => Ok((Expr::Text(text), Sort::Value)),
            Token::Integer(n) => Ok((Expr::Integer(n), Sort::Value)),
            Token::Open => {
                let inner = self.nested(Self::either)?;
                self.expect(&Token::Close, column)?;
                Ok(inner)
            }
            Token::Word(word) if self.peek().1 == Token::Open => self.function(&word, column),
            Token::Word(word) => variable(&word, column).map(|v| (Expr::Variable(v), Sort::Value)),
            Token::Op(_) | Token::Close | Token::Comma | Token::End => {
                Err(error(column, &format!("{} where a value should be", shown(&token)), "write a variable, a number, or text in quotes"))
            }
        }
    }

    fn function(&mut self, name: &str, column: usize) -> Parsed {
        self.at += 1;
        match name {
            "length" => {
                let inner = self.argument()?;
                self.expect(&Token::Close, column)?;
                Ok((Expr::Length(Box::new(inner)), Sort::Value))
            }
            "starts_with" => {
                let text = self.argument()?;
                self.expect(&Token::Comma, column)?;
                let start = self.argument()?;
                self.expect(&Token::Close, column)?;
                Ok((Expr::StartsWith(Box::new(text), Box::new(start)), Sort::Condition))
            }
            "and" | "or" => Err(error(column, &format!("{name} where a value should be"), "write a condition before it")),
            _ => {
                let mend = nearest(name, ["length", "starts_with"])
                    .map_or("there are length(x) and starts_with(x, y)".into(), |n| format!("write {n}"));
                Err(error(column, &format!("there is no function {name}"), &mend))
            }
        }
    }

    fn argument(&mut self) -> Result<Expr, ExprError> {
        let column = self.peek().0;
        let (expr, sort) = self.nested(Self::operand)?;
        value_at(column, sort)?;
        Ok(expr)
    }

    fn expect(&mut self, wanted: &Token, opened: usize) -> Result<(), ExprError> {
        let (column, token) = self.take();
        if token == *wanted {
            return Ok(());
        }
        let mend = format!("write {} here, for what began at column {opened}", shown(wanted));
        Err(error(column, &format!("{} instead of {}", shown(&token), shown(wanted)), &mend))
    }
}

fn condition_at(column: usize, sort: Sort, word: &str) -> Result<(), ExprError> {
    match sort {
        Sort::Condition => Ok(()),
        Sort::Value => Err(error(
            column,
            &format!("{word} joins conditions, and this is a value"),
            "compare it with something, like data.topic == 'sales'",
        )),
    }
}

fn value_at(column: usize, sort: Sort) -> Result<(), ExprError> {
    match sort {
        Sort::Value => Ok(()),
        Sort::Condition => {
            Err(error(column, "a condition where a value should be", "join conditions by and / or; use not instead of == 'false'"))
        }
    }
}

fn variable(word: &str, column: usize) -> Result<Variable, ExprError> {
    match word {
        "call.caller" => return Ok(Variable::Caller),
        "call.called" => return Ok(Variable::Called),
        "language" => return Ok(Variable::Language),
        _ => {}
    }
    match word.split_once('.') {
        Some(("data", key)) if is_key(key) => Ok(Variable::Data(key.to_owned())),
        Some(("customer", key)) if is_key(key) => Ok(Variable::Customer(key.to_owned())),
        _ => {
            let mend = nearest(word, ["call.caller", "call.called", "language"])
                .map_or_else(|| format!("write data.{word}, customer.{word}, or '{word}' if it is text"), |known| format!("write {known}"));
            Err(error(column, &format!("there is no variable {word}"), &mend))
        }
    }
}

/// Names of data: lower-case letters, digits and `_`, a letter first, at most 40.
pub(crate) fn is_key(key: &str) -> bool {
    key.len() <= 40
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
