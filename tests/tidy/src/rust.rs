//! Rust text as tokens, enough to tell code from comments, strings and tests; and the rules on it. Parses no grammar.

use crate::Fault;

/// A piece of code with the line it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    pub kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An identifier, a keyword or a number.
    Word(String),
    /// A string of any sort, without its quotes.
    Text(String),
    Sign(char),
}

impl Token {
    fn word(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::Word(word) => Some(word),
            TokenKind::Text(_) | TokenKind::Sign(_) => None,
        }
    }

    fn is(&self, sign: char) -> bool {
        self.kind == TokenKind::Sign(sign)
    }
}

/// The tokens of a source file. Comments, characters and lifetimes are left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0, line: 1, out: Vec::new() };
    while let Some(c) = lexer.peek(0) {
        lexer.one(c);
    }
    lexer.out
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    out: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn step(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    fn one(&mut self, c: char) {
        let line = self.line;
        match (c, self.peek(1)) {
            ('/', Some('/')) => while self.peek(0).is_some_and(|c| c != '\n') && self.step().is_some() {},
            ('/', Some('*')) => self.comment(),
            ('"', _) => self.string(line),
            ('\'', _) => self.quote(),
            _ if is_word(c) => self.word(line),
            _ => {
                self.step();
                if !c.is_whitespace() {
                    self.out.push(Token { line, kind: TokenKind::Sign(c) });
                }
            }
        }
    }

    fn comment(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.step() {
            match (c, self.peek(0)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => continue,
            }
            self.step();
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self, line: usize) {
        self.step();
        let mut text = String::new();
        while let Some(c) = self.step() {
            match c {
                '"' => break,
                '\\' => text.extend(self.step()),
                _ => text.push(c),
            }
        }
        self.out.push(Token { line, kind: TokenKind::Text(text) });
    }

    /// From the first `#` or the quote of a raw string on; `false` when it is none.
    fn raw_string(&mut self, line: usize) -> bool {
        let mut hashes = 0;
        while self.peek(hashes) == Some('#') {
            hashes += 1;
        }
        if self.peek(hashes) != Some('"') {
            return false;
        }
        self.skip(hashes + 1);
        let mut text = String::new();
        while let Some(c) = self.step() {
            if c == '"' && (0..hashes).all(|i| self.peek(i) == Some('#')) {
                self.skip(hashes);
                break;
            }
            text.push(c);
        }
        self.out.push(Token { line, kind: TokenKind::Text(text) });
        true
    }

    /// A character (`'a'`, `'\n'`) or a lifetime (`'a`).
    fn quote(&mut self) {
        self.step();
        let first = self.step();
        if first == Some('\\') {
            self.step();
            while self.step().is_some_and(|c| c != '\'') {}
        } else if self.peek(0) == Some('\'') {
            self.step();
        }
    }

    fn word(&mut self, line: usize) {
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|c| is_word(*c)) {
            self.step();
            word.push(c);
        }
        let raw = matches!(word.as_str(), "r" | "br" | "cr") && self.raw_string(line);
        if raw {
            return;
        }
        match (word.as_str(), self.peek(0)) {
            ("b" | "c", Some('"')) => self.string(line),
            ("b", Some('\'')) => self.quote(),
            _ => self.out.push(Token { line, kind: TokenKind::Word(word) }),
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What of a file is built into the program.
#[derive(Clone, Debug, Default)]
pub struct Built {
    pub tokens: Vec<Token>,
    /// Modules in files of their own that are only built for tests.
    pub test_modules: Vec<String>,
}

/// Leaves out what `#[cfg(test)]` marks.
pub fn without_tests(tokens: &[Token]) -> Built {
    let mut built = Built::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if !token.is('#') {
            built.tokens.push(token.clone());
            at += 1;
            continue;
        }
        let inner = tokens.get(at + 1).is_some_and(|t| t.is('!'));
        let (from, to) = (at, end_of_attribute(tokens, at));
        at = to;
        if !is_cfg_test(&tokens[from..to]) {
            built.tokens.extend_from_slice(&tokens[from..to]);
        } else if inner {
            return Built::default();
        } else {
            at = skip_item(tokens, to, &mut built.test_modules);
        }
    }
    built
}

/// Just behind the `]` of the attribute whose `#` is at `at`.
fn end_of_attribute(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(at + 1) {
        if token.is('[') {
            depth += 1;
        } else if token.is(']') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return i + 1;
            }
        } else if depth == 0 && !token.is('!') {
            // Not an attribute after all (a macro's pattern).
            return at + 1;
        }
    }
    tokens.len()
}

fn is_cfg_test(attribute: &[Token]) -> bool {
    let mut words = attribute.iter().filter_map(Token::word);
    words.next() == Some("cfg") && attribute.iter().any(|t| t.word() == Some("test")) && words.all(|word| word != "not")
}

/// Just behind the item that begins at `at`, further attributes included.
fn skip_item(tokens: &[Token], mut at: usize, test_modules: &mut Vec<String>) -> usize {
    while tokens.get(at).is_some_and(|t| t.is('#')) {
        at = end_of_attribute(tokens, at);
    }
    let words: Vec<&str> = tokens[at..].iter().take(8).filter_map(Token::word).collect();
    let keyword = words.iter().find(|word| !matches!(**word, "pub" | "crate" | "super" | "in" | "self")).copied().unwrap_or_default();
    let is_use = keyword == "use";
    let is_item = matches!(
        keyword,
        "mod"
            | "fn"
            | "use"
            | "impl"
            | "struct"
            | "enum"
            | "const"
            | "static"
            | "trait"
            | "type"
            | "unsafe"
            | "async"
            | "macro_rules"
            | "let"
    );
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        match &token.kind {
            TokenKind::Sign('(' | '[' | '{') => depth += 1,
            TokenKind::Sign(')' | ']' | '}') if depth == 0 => return i,
            TokenKind::Sign(c @ (')' | ']' | '}')) => {
                depth -= 1;
                if depth == 0 && *c == '}' && !is_use {
                    return i + 1;
                }
            }
            TokenKind::Sign(';') if depth == 0 => {
                if keyword == "mod" {
                    test_modules.extend(tokens[at..i].iter().rev().find_map(Token::word).map(str::to_owned));
                }
                return i + 1;
            }
            TokenKind::Sign(',') if depth == 0 && !is_item => return i + 1,
            TokenKind::Sign(_) | TokenKind::Word(_) | TokenKind::Text(_) => {}
        }
    }
    tokens.len()
}

/// Names that only somebody who touches the world needs.
const WORLDLY: &[&str] = &[
    "tokio",
    "mio",
    "socket2",
    "Instant",
    "SystemTime",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "UnixStream",
    "UnixDatagram",
    "OsRng",
    "ThreadRng",
    "thread_rng",
    "getrandom",
    "RandomState",
];
/// Modules of `std` that touch the world.
const WORLDLY_STD: &[&str] = &["fs", "thread", "process", "env", "os"];

/// Uses of sockets, files, clocks, threads or random sources.
pub fn impure(path: &str, tokens: &[Token]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        let place = format!("{path}:{}", token.line);
        if WORLDLY.contains(&word) {
            faults.push(Fault::new(place, format!("`{word}` in a pure package")));
        } else if word == "std" && tokens.get(at + 1).is_some_and(|t| t.is(':')) {
            let used = used_of(&tokens[at + 1..]);
            let found = used.iter().find(|module| WORLDLY_STD.contains(module));
            faults.extend(found.map(|module| Fault::new(place, format!("`std::{module}` in a pure package"))));
        }
    }
    faults
}

/// The first segments named after `std`: of `::fs::File` it is `fs`, of `::{fs, io::Read}` they are `fs` and `io`.
fn used_of(tokens: &[Token]) -> Vec<&str> {
    let mut rest = tokens.iter().skip_while(|t| t.is(':'));
    let Some(first) = rest.next() else { return Vec::new() };
    if !first.is('{') {
        return first.word().into_iter().collect();
    }
    let (mut depth, mut begins, mut found) = (1_usize, true, Vec::new());
    for token in rest {
        match &token.kind {
            TokenKind::Sign('{') => depth += 1,
            TokenKind::Sign('}') => depth -= 1,
            TokenKind::Sign(',') => begins = true,
            TokenKind::Word(word) if depth == 1 && begins => {
                found.push(word.as_str());
                begins = false;
            }
            TokenKind::Word(_) | TokenKind::Text(_) | TokenKind::Sign(_) => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// Work put off and tests switched off.
pub fn put_off(path: &str, tokens: &[Token]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        let after = |sign: char| tokens.get(at + 1).is_some_and(|t| t.is(sign));
        let attribute = at >= 2 && tokens[at - 1].is('[') && tokens[at - 2].is('#');
        let place = || format!("{path}:{}", token.line);
        match word {
            "todo" | "unimplemented" | "dbg" if after('!') => faults.push(Fault::new(place(), format!("`{word}!`"))),
            "ignore" if attribute => faults.push(Fault::new(place(), "`#[ignore]`")),
            _ => {}
        }
    }
    faults
}

/// A module must begin with what its job is.
pub fn first_line(path: &str, text: &str) -> Option<Fault> {
    let first = text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//! ").is_some_and(|job| job.trim().len() >= 10);
    let generated = text.lines().take(3).any(|line| line.contains("@generated"));
    (!says && !generated).then(|| Fault::new(path, "the first line does not say the module's job (`//! …`)"))
}

#[cfg(test)]
#[path = "rust_tests.rs"]
mod tests;
