//! Reads one node of each type. Names of the outside are looked up in `outside`.

use super::Reading;
use super::fields::{Fields, Sink};
use crate::expr;
use crate::names::nearest;
use crate::node::{Ask, Collect, Ix, Kind, Menu, Queue, SayHow, TYPES, Voicemail};
use cti_types::flow::HangUpCause;
use cti_types::mailbox::Taking;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::de::DeValue;

/// Most cases of a branch; more are refused.
const CASES_MAX: usize = 50;
/// Longest number a caller may be asked for.
const DIGITS_MAX: u32 = 32;
/// Most waiting a queue node gives a caller on top: a day, which puts them before anybody.
const CREDIT_SECONDS_MAX: u32 = 86_400;
/// How long a message may be.
const MESSAGE_SECONDS: RangeInclusive<u32> = 5..=600;
/// Shortest silence that may end a message.
const SILENCE_MIN: Duration = Duration::from_secs(2);
/// Longest silence within a message.
const SILENCE_SECONDS_MAX: u32 = 30;
/// Most skills a queue node asks for.
const SKILLS_MAX: usize = 10;

/// Types people write from habit, and ours.
const OTHER_WORDS: [(&str, &str); 9] = [
    ("hangup", "hang_up"),
    ("end", "hang_up"),
    ("prompt", "play"),
    ("record", "voicemail"),
    ("speak", "say"),
    ("input", "collect"),
    ("if", "branch"),
    ("schedule", "hours"),
    ("transfer", "queue"),
];

pub(super) fn read(r: &mut Reading<'_>, sink: &mut Sink, mut f: Fields<'_, '_>) -> Option<Kind> {
    let word = f.text(sink, "type")?;
    let kind = match word.as_str() {
        "answer" => target(r, sink, &mut f, "next").map(|next| Kind::Answer { next }),
        "play" => play(r, sink, &mut f),
        "say" => say(r, sink, &mut f),
        "menu" => menu(r, sink, &mut f),
        "collect" => collect(r, sink, &mut f),
        "branch" => branch(r, sink, &mut f),
        "hours" => hours(r, sink, &mut f),
        "set" => set(r, sink, &mut f),
        "queue" => queue(r, sink, &mut f),
        "voicemail" => voicemail(r, sink, &mut f),
        "hang_up" => hang_up(sink, &mut f),
        _ => {
            let near = OTHER_WORDS.iter().find(|(theirs, _)| *theirs == word).map(|(_, ours)| *ours).or_else(|| nearest(&word, TYPES));
            let mend = near.map_or_else(|| format!("write one of {}", TYPES.join(", ")), |n| format!("did you mean \"{n}\"?"));
            f.problem(sink, "type", format!("there is no node type \"{word}\""), mend);
            return None;
        }
    };
    f.finish(sink);
    kind
}

/// A required target.
pub(super) fn target(r: &Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>, field: &'static str) -> Option<Ix> {
    let name = match f.value(field) {
        Some(DeValue::String(name)) => name.to_string(),
        Some(other) => {
            f.problem(sink, field, format!("{field} is of type {}", other.type_str()), "write the name of a node");
            return None;
        }
        None => {
            f.problem(sink, field, format!("{field} is missing"), format!("add {field} = \"…\" with the node to go to"));
            return None;
        }
    };
    resolve(r, sink, f, field, f.at(field), &name)
}

/// A target that defaults to another field's.
fn target_or(r: &Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>, field: &'static str, default: Option<Ix>) -> Option<Ix> {
    if f.has(field) {
        return target(r, sink, f, field);
    }
    f.value(field);
    default
}

fn resolve(r: &Reading<'_>, sink: &mut Sink, f: &Fields<'_, '_>, field: &str, at: Option<usize>, name: &str) -> Option<Ix> {
    if let Some(at) = r.order.iter().position(|n| n == name) {
        return Some(Ix(at));
    }
    let mend = nearest(name, r.order.iter().map(String::as_str))
        .map_or_else(|| format!("write the name of a node, or add [nodes.{name}]"), |n| format!("did you mean \"{n}\"?"));
    f.problem_at(sink, at, format!("{field} leads to \"{name}\", which is no node"), mend);
    None
}

fn play(r: &Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let prompts = r.prompts(sink, f, "prompts", true);
    let interruptible = f.flag(sink, "interruptible", true);
    Some(Kind::Play { prompts, interruptible, next: target(r, sink, f, "next")? })
}

fn say(r: &mut Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let prompts = r.prompts(sink, f, "prompts", false);
    let interruptible = f.flag(sink, "interruptible", true);
    let digits = f.optional_text(sink, "digits");
    let number = f.optional_text(sink, "number");
    let next = target(r, sink, f, "next");
    r.vocabulary(sink, f);
    let (field, text, how) = match (digits, number) {
        (Some(text), None) => ("digits", text, SayHow::Digits),
        (None, Some(text)) => ("number", text, SayHow::Number),
        (None, None) => {
            f.problem(sink, "type", "there is nothing to say", "add digits = \"data.…\" or number = \"data.…\"");
            return None;
        }
        (Some(_), Some(_)) => {
            f.problem(sink, "number", "both digits and number are given", "keep one; use two nodes to say both");
            return None;
        }
    };
    let value = r.expression(sink, f, field, &text, expr::parse_value)?;
    Some(Kind::Say { prompts, value, how, interruptible, next: next? })
}

/// The part menu and collect share; `failed` is the field that leads on when the retries are used up.
fn ask(r: &Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>, wait: &'static str, failed: &'static str) -> Option<Ask> {
    let prompts = r.prompts(sink, f, "prompts", true);
    let on_wrong = r.prompts(sink, f, "on_wrong", false);
    let on_timeout = r.prompts(sink, f, "on_timeout", false);
    let retries = f.integer(sink, "retries", 2, 0..=10);
    let interruptible = f.flag(sink, "interruptible", true);
    let first = f.seconds(sink, wait, 7, 1..=60);
    let failed = target(r, sink, f, failed)?;
    Some(Ask { prompts, on_wrong, on_timeout, retries, interruptible, first, failed })
}

fn menu(r: &mut Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let ask = ask(r, sink, f, "wait_seconds", "next");
    let into = f.optional_text(sink, "into").filter(|key| r.key(sink, f, "into", key));
    let mut choices = BTreeMap::new();
    let mut torn = false;
    if let Some(table) = f.table(sink, "choices", "add choices = { 1 = \"…\" }") {
        for (key, value) in table {
            let name: &str = key.get_ref();
            let at = Some(key.span().start);
            let mut letters = name.chars();
            let digit = letters.next().filter(|c| letters.next().is_none() && matches!(c, '0'..='9' | '*' | '#'));
            let Some(digit) = digit else {
                f.problem_at(sink, at, format!("\"{name}\" is no key of a telephone"), "write 0 to 9, \"*\" or \"#\"");
                continue;
            };
            let Some(to) = value.get_ref().as_str() else {
                f.problem_at(sink, at, format!("choice {digit} is of type {}", value.get_ref().type_str()), "write the name of a node");
                continue;
            };
            match resolve(r, sink, f, &format!("choice {digit}"), at, to) {
                Some(ix) => _ = choices.insert(digit, ix),
                None => torn = true,
            }
        }
    }
    let ask = ask?;
    (!torn).then_some(Kind::Menu(Menu { ask, choices, into }))
}

fn collect(r: &mut Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let ask = ask(r, sink, f, "first_seconds", "otherwise");
    let into = f.text(sink, "into").filter(|key| r.key(sink, f, "into", key));
    let masked = f.flag(sink, "masked", false);
    let digits_min = f.integer(sink, "digits_min", 1, 0..=DIGITS_MAX) as usize;
    if !f.has("digits_max") {
        f.problem(sink, "digits_max", "digits_max is missing", format!("add digits_max = … (at most {DIGITS_MAX})"));
    }
    let digits_max = f.integer(sink, "digits_max", DIGITS_MAX, 1..=DIGITS_MAX) as usize;
    if digits_min > digits_max {
        f.problem(sink, "digits_min", format!("digits_min {digits_min} is more than digits_max {digits_max}"), "exchange them");
    }
    let terminator = f.text_or(sink, "terminator", "#");
    let terminator = match terminator.as_str() {
        "" => None,
        "#" => Some('#'),
        "*" => Some('*'),
        other => {
            f.problem(sink, "terminator", format!("\"{other}\" ends no number"), "write \"#\", \"*\", or \"\" for none");
            None
        }
    };
    let between = f.seconds(sink, "between_seconds", 3, 1..=60);
    let next = target(r, sink, f, "next");
    Some(Kind::Collect(Collect { ask: ask?, into: into?, masked, digits_min, digits_max, terminator, between, next: next? }))
}

fn branch(r: &mut Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    if !f.has("cases") {
        f.problem(sink, "cases", "cases is missing", "add [[nodes.NAME.cases]] with when and next");
    }
    let mut cases = Vec::new();
    let mut torn = false;
    for mut case in f.tables(sink, "cases", CASES_MAX, "a list of { when = \"…\", next = \"…\" }") {
        let when = case.text(sink, "when").and_then(|text| r.expression(sink, &case, "when", &text, expr::parse_condition));
        let next = target(r, sink, &mut case, "next");
        case.finish(sink);
        torn |= next.is_none();
        if let (Some(when), Some(next)) = (when, next) {
            cases.push((when, next));
        } else {
            torn = true;
        }
    }
    let next = target(r, sink, f, "next")?;
    (!torn).then_some(Kind::Branch { cases, next })
}

fn hours(r: &Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let hours = r.hours(sink, f);
    let open = target(r, sink, f, "open");
    let closed = target(r, sink, f, "closed");
    Some(Kind::Hours { hours: hours?, open: open?, closed: closed? })
}

fn set(r: &mut Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let masked = f.texts(sink, "masked");
    let data = r.data(sink, f, &masked);
    let language = r.language(sink, f);
    if !f.has("data") && !f.has("language") {
        f.problem(sink, "type", "there is nothing to set", "add data = { KEY = \"…\" } or language = \"…\"");
    }
    Some(Kind::Set { data, language, next: target(r, sink, f, "next")? })
}

fn queue(r: &mut Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let queue = r.queue(sink, f);
    let priority = f.integer(sink, "priority", 0, 0..=9) as u8;
    let credit = Duration::from_secs(f.integer(sink, "credit_seconds", 0, 0..=CREDIT_SECONDS_MAX).into());
    let mut skills = Vec::new();
    for skill in f.tables(sink, "skills", SKILLS_MAX, "a list of { name = \"…\", min = 1 }") {
        skills.extend(r.skill(sink, skill));
    }
    let data = r.data(sink, f, &[]);
    let otherwise = target(r, sink, f, "otherwise");
    let on_full = target_or(r, sink, f, "on_full", otherwise);
    let on_unstaffed = target_or(r, sink, f, "on_unstaffed", otherwise);
    let on_wait_limit = target_or(r, sink, f, "on_wait_limit", otherwise);
    let on_closed = target_or(r, sink, f, "on_closed", otherwise);
    Some(Kind::Queue(Queue {
        queue: queue?,
        priority,
        credit,
        skills,
        data,
        on_full: on_full?,
        on_unstaffed: on_unstaffed?,
        on_wait_limit: on_wait_limit?,
        on_closed: on_closed?,
        otherwise: otherwise?,
    }))
}

fn voicemail(r: &Reading<'_>, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let mailbox = r.mailbox(sink, f);
    let prompts = r.prompts(sink, f, "prompts", false);
    let review = r.prompts(sink, f, "review", false);
    let length_max = f.seconds(sink, "max_seconds", 120, MESSAGE_SECONDS);
    let silence = f.seconds(sink, "silence_seconds", 5, 0..=SILENCE_SECONDS_MAX);
    if !silence.is_zero() && silence < SILENCE_MIN {
        f.problem(sink, "silence_seconds", "so short a silence is a breath", "write at least 2, or 0 for none");
    }
    let next = target(r, sink, f, "next");
    let otherwise = target(r, sink, f, "otherwise");
    let taking = Taking { mailbox: mailbox?, length_max, silence: Some(silence).filter(|silence| !silence.is_zero()) };
    Some(Kind::Voicemail(Voicemail { prompts, taking, review, next: next?, otherwise: otherwise? }))
}

fn hang_up(sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Kind> {
    let word = f.text_or(sink, "cause", "normal");
    let cause = match word.as_str() {
        "normal" => HangUpCause::Normal,
        "busy" => HangUpCause::Busy,
        "rejected" => HangUpCause::Rejected,
        "error" => HangUpCause::Error,
        other => {
            f.problem(sink, "cause", format!("there is no cause \"{other}\""), "write normal, busy, rejected or error");
            return None;
        }
    };
    Some(Kind::HangUp { cause })
}
