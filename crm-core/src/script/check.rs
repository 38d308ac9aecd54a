//! Whether a script's document can be run: every name leads somewhere, every step is reached and comes to an end, no loop runs by itself.

use super::document::{Document, Input, InputKind, Script, Step, Texts, WriteTo};
use super::targets::{Target, mend};
use crate::error::FieldError;
use crate::model::{Check, is_line};
use crate::rules::{Condition, template};
use std::collections::{BTreeMap, BTreeSet};

const STEPS_MAX: usize = 200;
const INPUTS_MAX: usize = 20;
const BRANCHES_MAX: usize = 20;
const CHOICES_MAX: usize = 50;
const TEXT_MAX: usize = 5_000;
const LINE_MAX: usize = 200;
const LANGUAGES_MAX: usize = 8;
/// What conditions and placeholders may read.
const SOURCES: [&str; 9] = ["answers.", "card.", "customer.", "value.", "items.", "recent.", "ivr.", "time.", "queue."];

impl Script {
    /// Checks a document.
    ///
    /// # Errors
    /// What is wrong with it (at most 20 things), each with its place and its mend.
    pub fn parse(document: Document) -> Result<Script, Vec<FieldError>> {
        let mut check = Check::default();
        check.language("language", &document.language);
        let steps = document.steps.len();
        check.that((1..=STEPS_MAX).contains(&steps), "steps", format!("write 1 to {STEPS_MAX} steps"));
        if steps > STEPS_MAX {
            return Err(check.into_errors());
        }
        let mut branches = BTreeMap::new();
        {
            let known = Known::new(&document, &mut check);
            for (at, step) in document.steps.iter().enumerate() {
                branches.insert(step.id.clone(), known.step(&mut check, &format!("steps[{at}]"), step));
            }
            if let Some(ticket) = &document.ticket {
                known.texts(&mut check, "ticket.title", &ticket.title, LINE_MAX, true);
            }
            check.that(known.steps.contains(document.start.as_str()), "start", "name a step that is there");
        }
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(errors);
        }
        // Only when every name leads somewhere is there a way to look at.
        let mut check = Check::default();
        ways(&document, &mut check);
        let errors = check.into_errors();
        if errors.is_empty() { Ok(Script { document, branches }) } else { Err(errors) }
    }
}

/// The names of a document.
struct Known<'a> {
    language: &'a str,
    opens_ticket: bool,
    steps: BTreeSet<&'a str>,
    inputs: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn new(document: &'a Document, check: &mut Check) -> Known<'a> {
        let (mut steps, mut inputs) = (BTreeSet::new(), BTreeSet::new());
        for (at, step) in document.steps.iter().enumerate() {
            let right = is_word(&step.id, "_-");
            check.that(right, format!("steps[{at}].id"), "use 1 to 40 lower-case letters, digits, dashes or underscores");
            check.that(steps.insert(step.id.as_str()), format!("steps[{at}].id"), "give each step its own id");
            for (n, input) in step.inputs.iter().enumerate().take(INPUTS_MAX) {
                let field = format!("steps[{at}].inputs[{n}].name");
                check.that(is_word(&input.name, "_"), field.clone(), "use 1 to 40 lower-case letters, digits or underscores");
                check.that(inputs.insert(input.name.as_str()), field, "ask for each answer once in a script");
            }
        }
        Known { language: &document.language, opens_ticket: document.ticket.is_some(), steps, inputs }
    }

    /// Checks a step; its branches, as far as they can be read.
    fn step(&self, check: &mut Check, at: &str, step: &Step) -> Vec<(Condition, String)> {
        if !step.title.is_empty() {
            self.texts(check, &format!("{at}.title"), &step.title, LINE_MAX, true);
        }
        self.texts(check, &format!("{at}.text"), &step.text, TEXT_MAX, false);
        check.count(&format!("{at}.inputs"), step.inputs.len(), INPUTS_MAX);
        for (n, input) in step.inputs.iter().enumerate().take(INPUTS_MAX) {
            self.input(check, &format!("{at}.inputs[{n}]"), input);
        }
        check.count(&format!("{at}.branches"), step.branches.len(), BRANCHES_MAX);
        let mut branches = Vec::new();
        for (n, branch) in step.branches.iter().enumerate().take(BRANCHES_MAX) {
            let place = format!("{at}.branches[{n}]");
            self.leads(check, format!("{place}.next"), &branch.next);
            match Condition::parse(&branch.when, &format!("{place}.when")) {
                Ok(condition) => {
                    for field in condition.fields() {
                        self.reads(check, &format!("{place}.when"), field);
                    }
                    branches.push((condition, branch.next.clone()));
                }
                Err((field, mend)) => check.wrong(field, mend),
            }
        }
        match (&step.next, step.end) {
            (None, false) => check.wrong(format!("{at}.next"), "say where it goes on, or make it an end"),
            (Some(_), true) => check.wrong(format!("{at}.next"), "leave it out: the script is over with this step"),
            (Some(next), false) => self.leads(check, format!("{at}.next"), next),
            (None, true) => {
                check.that(step.branches.is_empty(), format!("{at}.branches"), "leave them out: the script is over with this step");
            }
        }
        branches
    }

    fn leads(&self, check: &mut Check, field: String, step: &str) {
        check.that(self.steps.contains(step), field, format!("there is no step \"{}\"", shown(step)));
    }

    fn reads(&self, check: &mut Check, place: &str, fact: &str) {
        let source = SOURCES.iter().any(|source| fact.starts_with(source));
        check.that(source, place, format!("\"{}\" is nothing a script knows; read answers, card, items, recent or ivr", shown(fact)));
        if let Some(input) = fact.strip_prefix("answers.") {
            check.that(self.inputs.contains(input), place, format!("no step asks for \"{}\"", shown(input)));
        }
    }

    fn texts(&self, check: &mut Check, field: &str, texts: &Texts, max: usize, line: bool) {
        check.count(field, texts.len(), LANGUAGES_MAX);
        let own = texts.get(self.language).is_some_and(|text| !text.trim().is_empty());
        check.that(own, field, format!("write it in the script's language, {}", shown(self.language)));
        for (language, text) in texts.iter().take(LANGUAGES_MAX) {
            let field = format!("{field}.{}", shown(language));
            check.language(&field, language);
            check.that(text.chars().count() <= max, field.clone(), format!("shorten it to {max} characters"));
            let plain = is_line(text) || (!line && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
            check.that(plain, field.clone(), "leave out control characters");
            match template::names(text) {
                Ok(names) => names.into_iter().for_each(|name| self.reads(check, &field, name)),
                Err(mend) => check.wrong(field, mend),
            }
        }
    }

    fn input(&self, check: &mut Check, at: &str, input: &Input) {
        self.texts(check, &format!("{at}.label"), &input.label, LINE_MAX, true);
        let choices = input.choices.len();
        if input.kind == InputKind::Choice {
            check.that((1..=CHOICES_MAX).contains(&choices), format!("{at}.choices"), format!("give 1 to {CHOICES_MAX} choices"));
        } else {
            check.that(choices == 0, format!("{at}.choices"), "leave them out, or make it a choice");
        }
        let mut seen = BTreeSet::new();
        for (n, choice) in input.choices.iter().enumerate().take(CHOICES_MAX) {
            let place = format!("{at}.choices[{n}]");
            let right = (1..=100).contains(&choice.value.chars().count()) && is_line(&choice.value);
            check.that(right && seen.insert(&choice.value), format!("{place}.value"), "use different values of 1 to 100 characters");
            self.texts(check, &format!("{place}.label"), &choice.label, LINE_MAX, true);
        }
        let bounded = input.min.is_some() || input.max.is_some();
        check.that(!bounded || input.kind == InputKind::Number, format!("{at}.min"), "leave the bounds out, or make it a number");
        let in_order = input.min.zip(input.max).is_none_or(|(min, max)| min <= max);
        check.that(in_order, format!("{at}.max"), "let it be at least the smallest");
        if let Some(write) = &input.write {
            check.that(Target::of(write).is_some(), format!("{at}.write.field"), mend(write.to));
            let opens = write.to != WriteTo::Ticket || self.opens_ticket;
            check.that(opens, format!("{at}.write.to"), "say in the document's `ticket` what is opened when the contact has none");
        }
    }
}

/// What has every name right can still go nowhere.
fn ways(document: &Document, check: &mut Check) {
    let next: BTreeMap<&str, BTreeSet<&str>> = document
        .steps
        .iter()
        .map(|step| {
            let all = step.branches.iter().map(|branch| branch.next.as_str()).chain(step.next.as_deref());
            (step.id.as_str(), all.collect())
        })
        .collect();
    let reached = spread(BTreeSet::from([document.start.as_str()]), &next);
    let mut back: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, all) in &next {
        for to in all {
            back.entry(*to).or_default().insert(*from);
        }
    }
    let ends = document.steps.iter().filter(|step| step.end).map(|step| step.id.as_str()).collect();
    let ending = spread(ends, &back);
    let asking: BTreeSet<&str> = document.steps.iter().filter(|step| !step.inputs.is_empty()).map(|step| step.id.as_str()).collect();
    for (at, step) in document.steps.iter().enumerate() {
        let place = format!("steps[{at}]");
        if !reached.contains(step.id.as_str()) {
            check.wrong(place, "no way leads to this step; lead one there or leave it out");
        } else if !ending.contains(step.id.as_str()) {
            check.wrong(place, "no way leads from this step to an end");
        } else if runs_by_itself(&step.id, &next, &asking) {
            check.wrong(place, "this step comes back to itself without asking anything; put an input into the loop");
        }
    }
}

/// All that can be reached, with where it begins.
fn spread<'a>(from: BTreeSet<&'a str>, next: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut seen = from.clone();
    let mut open: Vec<&str> = from.into_iter().collect();
    while let Some(step) = open.pop() {
        for &to in next.get(step).into_iter().flatten() {
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

/// Whether a step that asks nothing comes back to itself over steps that ask nothing.
fn runs_by_itself<'a>(step: &'a str, next: &BTreeMap<&'a str, BTreeSet<&'a str>>, asking: &BTreeSet<&'a str>) -> bool {
    if asking.contains(step) {
        return false;
    }
    let silent: BTreeMap<&str, BTreeSet<&str>> = next
        .iter()
        .filter(|(from, _)| !asking.contains(*from))
        .map(|(from, all)| (*from, all.iter().copied().filter(|to| !asking.contains(to)).collect()))
        .collect();
    let first: BTreeSet<&str> = silent.get(step).cloned().unwrap_or_default();
    spread(first, &silent).contains(step)
}

fn is_word(text: &str, also: &str) -> bool {
    (1..=40).contains(&text.len()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c))
}

/// Of what somebody wrote, enough to find it again.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
pub(super) mod tests;
