//! Reads the fields of one table and gathers what is wrong with them. Knows TOML types, no node types.

use crate::names::nearest;
use crate::problem::Problem;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::de::{DeTable, DeValue};

/// Most problems reported; the author mends these first.
const PROBLEMS_MAX: usize = 200;
/// Longest list of texts (prompts, languages); more are refused.
const LIST_MAX: usize = 20;

/// Where problems go, with the text to tell their lines.
pub(crate) struct Sink {
    /// Byte offset at which each line begins.
    lines: Vec<usize>,
    /// Where each node begins.
    nodes: BTreeMap<String, usize>,
    problems: Vec<Problem>,
}

impl Sink {
    pub(crate) fn new(text: &str) -> Sink {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Sink { lines, nodes: BTreeMap::new(), problems: Vec::new() }
    }

    /// `at`: byte offset in the document.
    pub(crate) fn add(&mut self, node: Option<&str>, at: Option<usize>, message: String, mend: String) {
        if self.problems.len() < PROBLEMS_MAX {
            let line = at.map(|at| self.lines.partition_point(|begin| *begin <= at));
            self.problems.push(Problem { node: node.map(str::to_owned), line, message, mend });
        }
    }

    /// Remembers where a node stands, for problems found after reading.
    pub(crate) fn begins(&mut self, node: &str, at: usize) {
        self.nodes.insert(node.to_owned(), at);
    }

    /// A problem of a node as a whole.
    pub(crate) fn add_node(&mut self, node: &str, message: String, mend: String) {
        self.add(Some(node), self.nodes.get(node).copied(), message, mend);
    }

    pub(crate) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Those of the whole document first, then by line.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|p| p.line);
        self.problems
    }
}

/// One table: every field asked for is known, what remains at the end is not.
pub(crate) struct Fields<'t, 'd> {
    node: Option<String>,
    table: &'t DeTable<'d>,
    begin: Option<usize>,
    known: Vec<&'static str>,
}

impl<'t, 'd> Fields<'t, 'd> {
    pub(crate) fn new(node: Option<&str>, table: &'t DeTable<'d>, begin: Option<usize>) -> Self {
        Fields { node: node.map(str::to_owned), table, begin, known: Vec::new() }
    }

    pub(crate) fn node(&self) -> &str {
        self.node.as_deref().unwrap_or("")
    }

    /// Where the field stands, else where the table begins.
    pub(crate) fn at(&self, field: &str) -> Option<usize> {
        self.table.get_key_value(field).map(|(key, _)| key.span().start).or(self.begin)
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.table.contains_key(field)
    }

    pub(crate) fn problem(&self, sink: &mut Sink, field: &str, message: impl Into<String>, mend: impl Into<String>) {
        self.problem_at(sink, self.at(field), message, mend);
    }

    pub(crate) fn problem_at(&self, sink: &mut Sink, at: Option<usize>, message: impl Into<String>, mend: impl Into<String>) {
        sink.add(self.node.as_deref(), at, message.into(), mend.into());
    }

    /// The raw value; marks the field as known.
    pub(crate) fn value(&mut self, field: &'static str) -> Option<&'t DeValue<'d>> {
        self.known.push(field);
        self.table.get(field).map(|v| v.get_ref())
    }

    fn wrong_type(&self, sink: &mut Sink, field: &str, value: &DeValue<'_>, wanted: &str) {
        self.problem(sink, field, format!("{field} is of type {}", value.type_str()), format!("write {wanted}"));
    }

    pub(crate) fn optional_text(&mut self, sink: &mut Sink, field: &'static str) -> Option<String> {
        match self.value(field)? {
            DeValue::String(text) => Some(text.to_string()),
            other => {
                self.wrong_type(sink, field, other, "text in quotes");
                None
            }
        }
    }

    /// Required text; missing or empty is a problem.
    pub(crate) fn text(&mut self, sink: &mut Sink, field: &'static str) -> Option<String> {
        if !self.has(field) {
            self.known.push(field);
            self.problem(sink, field, format!("{field} is missing"), format!("add {field} = \"…\""));
            return None;
        }
        let text = self.optional_text(sink, field)?;
        if text.is_empty() {
            self.problem(sink, field, format!("{field} is empty"), "write a name");
            return None;
        }
        Some(text)
    }

    pub(crate) fn text_or(&mut self, sink: &mut Sink, field: &'static str, default: &str) -> String {
        self.optional_text(sink, field).unwrap_or_else(|| default.to_owned())
    }

    /// A list of texts, or one text; empty when missing.
    pub(crate) fn texts(&mut self, sink: &mut Sink, field: &'static str) -> Vec<String> {
        let list = match self.value(field) {
            None => return Vec::new(),
            Some(DeValue::String(one)) => return vec![one.to_string()],
            Some(DeValue::Array(list)) => list,
            Some(other) => {
                self.wrong_type(sink, field, other, "a list of texts, like [\"welcome\"]");
                return Vec::new();
            }
        };
        if list.len() > LIST_MAX {
            self.problem(sink, field, format!("{field} has {} entries", list.len()), format!("use at most {LIST_MAX}"));
        }
        let mut texts = Vec::new();
        for entry in list.iter().take(LIST_MAX) {
            match entry.get_ref() {
                DeValue::String(text) => texts.push(text.to_string()),
                other => self.wrong_type(sink, field, other, "texts in quotes"),
            }
        }
        texts
    }

    pub(crate) fn flag(&mut self, sink: &mut Sink, field: &'static str, default: bool) -> bool {
        match self.value(field) {
            None => default,
            Some(DeValue::Boolean(flag)) => *flag,
            Some(other) => {
                self.wrong_type(sink, field, other, "true or false");
                default
            }
        }
    }

    /// An integer within `range`; `default` when missing or wrong.
    pub(crate) fn integer(&mut self, sink: &mut Sink, field: &'static str, default: u32, range: RangeInclusive<u32>) -> u32 {
        let Some(value) = self.value(field) else {
            return default;
        };
        let given = integer_of(value);
        match given.and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n)) {
            Some(n) => n,
            None => {
                let shown = given.map_or_else(|| format!("of type {}", value.type_str()), |n| n.to_string());
                self.problem(
                    sink,
                    field,
                    format!("{field} is {shown}"),
                    format!("write an integer from {} to {}", range.start(), range.end()),
                );
                default
            }
        }
    }

    /// Seconds, whole or with a fraction, within `range`.
    pub(crate) fn seconds(&mut self, sink: &mut Sink, field: &'static str, default: u32, range: RangeInclusive<u32>) -> Duration {
        let Some(value) = self.value(field) else {
            return Duration::from_secs(u64::from(default));
        };
        let given = match value {
            DeValue::Integer(_) => integer_of(value).map(|n| n as f64),
            DeValue::Float(float) => float.as_str().replace('_', "").parse::<f64>().ok(),
            _ => None,
        };
        match given.filter(|s| (f64::from(*range.start())..=f64::from(*range.end())).contains(s)) {
            Some(seconds) => Duration::from_micros((seconds * 1e6) as u64),
            None => {
                let shown = given.map_or_else(|| format!("of type {}", value.type_str()), |n| n.to_string());
                self.problem(
                    sink,
                    field,
                    format!("{field} is {shown}"),
                    format!("write seconds from {} to {}", range.start(), range.end()),
                );
                Duration::from_secs(u64::from(default))
            }
        }
    }

    /// A table; missing is a problem mended by `mend`.
    pub(crate) fn table(&mut self, sink: &mut Sink, field: &'static str, mend: &str) -> Option<&'t DeTable<'d>> {
        match self.value(field) {
            Some(DeValue::Table(table)) if !table.is_empty() => Some(table),
            Some(DeValue::Table(_)) => {
                self.problem(sink, field, format!("{field} is empty"), mend);
                None
            }
            Some(other) => {
                self.wrong_type(sink, field, other, "a table");
                None
            }
            None => {
                self.problem(sink, field, format!("{field} is missing"), mend);
                None
            }
        }
    }

    /// A list of tables; empty when missing, at most `max`.
    pub(crate) fn tables(&mut self, sink: &mut Sink, field: &'static str, max: usize, wanted: &str) -> Vec<Fields<'t, 'd>> {
        let list = match self.value(field) {
            None => return Vec::new(),
            Some(DeValue::Array(list)) => list,
            Some(other) => {
                self.wrong_type(sink, field, other, wanted);
                return Vec::new();
            }
        };
        if list.len() > max {
            self.problem(sink, field, format!("{field} has {} entries", list.len()), format!("use at most {max}"));
        }
        let mut tables = Vec::new();
        for entry in list.iter().take(max) {
            match entry.get_ref() {
                DeValue::Table(table) => tables.push(Fields::new(self.node.as_deref(), table, Some(entry.span().start))),
                other => self.wrong_type(sink, field, other, wanted),
            }
        }
        tables
    }

    /// Every field not asked for is unknown.
    pub(crate) fn finish(self, sink: &mut Sink) {
        for (key, _) in self.table.iter() {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let mend = match nearest(name, self.known.iter().copied().filter(|k| !self.has(k))) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("remove it; known here: {}", self.known.join(", ")),
                };
                sink.add(self.node.as_deref(), Some(key.span().start), format!("there is no field {name} here"), mend);
            }
        }
    }
}

/// The integer a value holds, in any of TOML's bases.
pub(crate) fn integer_of(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
