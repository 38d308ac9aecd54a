//! A TOML document to a validated flow, or everything that is wrong with it at once. Runs nothing.
//!
//! ```toml
//! name = "Main line"
//! language = "en"            # spoken where the call brings none of `languages`
//! languages = ["en", "zh"]   # all it can speak; default: only `language`
//! start = "pick-up"
//!
//! [nodes.pick-up]
//! type = "answer"
//! next = "menu"
//!
//! [nodes.menu]
//! type = "menu"
//! prompts = ["welcome", "menu-demo"]
//! choices = { 1 = "sales", 2 = "support" }
//! on_wrong = ["wrong-choice"]      # said before asking again; also on_timeout
//! wait_seconds = 6                 # after the prompt; 1–60
//! retries = 2                      # 0–10
//! next = "support"                 # when the retries are used up
//! ```
//!
//! Prompts are named without their language (`welcome`) and must exist in every language of the flow, or with it
//! (`zh/language-zh`) and are then always said in that one. One prompt may stand without brackets.
//!
//! | type | fields (*: may be left out) |
//! |---|---|
//! | `answer` | `next` |
//! | `play` | `prompts`, `interruptible`* (true), `next` |
//! | `say` | `digits` or `number` (an expression), `prompts`* said before, `interruptible`*, `next` |
//! | `menu` | `prompts`, `choices`, `on_wrong`*, `on_timeout`*, `wait_seconds`* (7), `retries`* (2), `into`*, `interruptible`*, `next` |
//! | `collect` | `prompts`, `into`, `digits_min`* (1), `digits_max`, `terminator`* (`#`; empty: none), `first_seconds`* (7), `between_seconds`* (3), `on_wrong`*, `on_timeout`*, `retries`* (2), `masked`* (false), `interruptible`*, `next`, `otherwise` (retries used up) |
//! | `branch` | `cases` (a list of `when`, `next`; the first that holds), `next` (none holds) |
//! | `hours` | `hours`, `open`, `closed` |
//! | `set` | `data`*, `masked`* (keys kept out of logs), `language`*, `next` |
//! | `queue` | `queue`, `priority`* (0–9, default 0), `credit_seconds`* (waiting the caller is given on top, at most a day), `skills`* (a list of `name`, `min` 1–10), `data`*, `on_full`*, `on_unstaffed`*, `on_wait_limit`*, `on_closed`*, `otherwise` |
//! | `voicemail` | `queue` or `agent` (a login): whose message it is; `prompts`* (said before the beep), `max_seconds`* (120; 5–600), `silence_seconds`* (5; 2–30, 0: silence does not end it), `review`* (said after it: 1 keeps it, 2 speaks it anew), `next` (a message was left), `otherwise` (none was) |
//! | `hang_up` | `cause`* (`normal`, `busy`, `rejected`, `error`) |
//!
//! Data keys are lower-case letters, digits and `_`; `language` is reserved for the language.
//! A value of `data`, and `language`, is text, an integer or `{ from = "EXPRESSION" }` (see [`crate::expr`]).
//! A message ends with `#`, by silence, or at its longest; who hangs up has left it, too. Less than a second is none.
//! Digits typed while an interruptible prompt plays stop it and count; those typed ahead are kept for the next questions.

mod fields;
mod nodes;
mod outside;

use crate::chart;
use crate::expr::Variable;
use crate::names::{Names, nearest};
use crate::node::{Flow, Ix, Kind, Node};
use crate::problem::Problem;
use fields::Fields;
pub(crate) use fields::Sink;
pub(crate) use outside::VALUE_CHARS_MAX;
use std::collections::BTreeSet;
use toml::de::DeTable;

/// Longest document in bytes; a longer one is refused before it is read.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
/// Most nodes; more are refused.
pub const NODES_MAX: usize = 500;
/// Most different data keys of a flow; more are refused, so the data of a call stays small.
pub const KEYS_MAX: usize = 64;

/// What node readers share.
struct Reading<'a> {
    names: &'a dyn Names,
    /// Node names in the order they are written.
    order: Vec<String>,
    languages: Vec<String>,
    /// Data keys some node sets.
    keys: BTreeSet<String>,
    /// Data keys expressions read, with node and line.
    reads: Vec<(String, String, Option<usize>)>,
    /// A type or target could not be resolved: the chart would only repeat that.
    torn: bool,
}

impl Flow {
    /// Reads and checks a document against the configuration.
    ///
    /// # Errors
    /// All problems found, in the order of their lines; those of the whole document first.
    pub fn parse(text: &str, names: &dyn Names) -> Result<Flow, Vec<Problem>> {
        if text.len() > DOCUMENT_BYTES_MAX {
            let mend = format!("split it into flows of at most {DOCUMENT_BYTES_MAX} bytes");
            return Err(vec![Problem { node: None, line: None, message: "the document is too long".into(), mend }]);
        }
        let mut sink = Sink::new(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map(|s| s.start);
            let said = error.message().replace('\n', ", ");
            let mend = if said.contains("duplicate key") { "keep one of the two" } else { "correct the line" };
            sink.add(None, at, format!("this is not TOML: {said}"), mend.into());
        }
        if sink.has_problems() {
            return Err(sink.into_problems());
        }
        let flow = read(document.get_ref(), names, &mut sink);
        match flow {
            Some(flow) if !sink.has_problems() => Ok(flow),
            _ => Err(sink.into_problems()),
        }
    }
}

fn read(document: &DeTable<'_>, names: &dyn Names, sink: &mut Sink) -> Option<Flow> {
    let mut top = Fields::new(None, document, None);
    let name = top.text(sink, "name").unwrap_or_default();
    let language = read_language(&mut top, sink);
    let languages = read_languages(&mut top, sink, &language);
    let start = top.text(sink, "start");
    let Some(table) = top.table(sink, "nodes", "write a table [nodes.NAME] for each step") else {
        top.finish(sink);
        return None;
    };
    let start_line = top.at("start");
    top.finish(sink);

    let mut written: Vec<_> = table.iter().collect();
    written.sort_by_key(|(key, _)| key.span().start);
    if written.len() > NODES_MAX {
        sink.add(None, None, format!("there are {} nodes", written.len()), format!("split the flow; at most {NODES_MAX} are possible"));
        return None;
    }
    let order: Vec<String> = written.iter().map(|(key, _)| key.get_ref().to_string()).collect();
    let mut reading = Reading { names, order, languages, keys: BTreeSet::new(), reads: Vec::new(), torn: false };
    let mut nodes = Vec::new();
    for (key, value) in written {
        let name = key.get_ref().to_string();
        let kind = match value.get_ref().as_table() {
            Some(table) => nodes::read(&mut reading, sink, Fields::new(Some(&name), table, Some(key.span().start))),
            None => {
                let mend = format!("write [nodes.{name}] with a type");
                sink.add(Some(&name), Some(key.span().start), "a node is a table".into(), mend);
                None
            }
        };
        reading.torn |= kind.is_none();
        sink.begins(&name, key.span().start);
        // A node that could not be read keeps its place, so that the targets of others stay right.
        nodes.push(Node { name, kind: kind.unwrap_or(Kind::HangUp { cause: cti_types::flow::HangUpCause::Error }) });
    }
    check_keys(&reading, sink);
    let start = find_start(&mut reading, sink, start.as_deref(), start_line);
    let flow = Flow { name, language: language.clone(), languages: reading.languages, nodes, start: start.unwrap_or(Ix(0)) };
    if !reading.torn && start.is_some() {
        chart::check(&flow, sink);
    }
    Some(flow)
}

fn read_language(top: &mut Fields<'_, '_>, sink: &mut Sink) -> String {
    let language = top.text_or(sink, "language", "en");
    check_language(&language, "language", top, sink);
    language
}

/// The flow's languages, the default one first.
fn read_languages(top: &mut Fields<'_, '_>, sink: &mut Sink, language: &str) -> Vec<String> {
    let listed = top.texts(sink, "languages");
    let mut all = vec![language.to_owned()];
    for other in &listed {
        check_language(other, "languages", top, sink);
        if !all.contains(other) {
            all.push(other.clone());
        }
    }
    if !listed.is_empty() && !listed.iter().any(|l| l == language) {
        let mend = format!("add \"{language}\" to it");
        sink.add(None, top.at("languages"), format!("languages lacks the flow's own language \"{language}\""), mend);
    }
    all
}

fn check_language(language: &str, field: &'static str, top: &Fields<'_, '_>, sink: &mut Sink) {
    let short = (2..=8).contains(&language.len()) && language.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    if !short {
        sink.add(
            None,
            top.at(field),
            format!("\"{language}\" is no language"),
            "write a short code in lower case, like \"en\" or \"zh\"".into(),
        );
    }
}

fn find_start(reading: &mut Reading<'_>, sink: &mut Sink, start: Option<&str>, at: Option<usize>) -> Option<Ix> {
    let start = start?;
    let found = reading.order.iter().position(|n| n == start).map(Ix);
    if found.is_none() {
        let mend = nearest(start, reading.order.iter().map(String::as_str))
            .map_or_else(|| format!("write the name of a node, or add [nodes.{start}]"), |n| format!("did you mean \"{n}\"?"));
        sink.add(None, at, format!("the flow starts at \"{start}\", which is no node"), mend);
    }
    found
}

fn check_keys(reading: &Reading<'_>, sink: &mut Sink) {
    if reading.keys.len() > KEYS_MAX {
        let message = format!("the flow sets {} different data keys", reading.keys.len());
        sink.add(None, None, message, format!("use at most {KEYS_MAX}"));
    }
    for (key, node, at) in &reading.reads {
        if !reading.keys.contains(key) {
            let mend = nearest(key, reading.keys.iter().map(String::as_str))
                .map_or_else(|| format!("set {key} in a node, or remove it here"), |n| format!("did you mean data.{n}?"));
            sink.add(Some(node), *at, format!("data.{key} is read, but no node sets it"), mend);
        }
    }
}

impl Reading<'_> {
    fn note_reads(&mut self, expr: &crate::expr::Expr, node: &str, at: Option<usize>) {
        for variable in expr.variables() {
            if let Variable::Data(key) = variable {
                self.reads.push((key.clone(), node.to_owned(), at));
            }
        }
    }
}

#[cfg(test)]
mod tests;
