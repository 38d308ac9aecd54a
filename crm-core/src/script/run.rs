//! One agent's way through a script: where it stands, what was answered, what is shown. Pure; goes on where it was left.

use super::document::{Input, InputKind, Script, Step, Texts, Write};
use crate::error::FieldError;
use crate::model::is_line;
use crate::rules::Facts;
use crate::rules::template::{For, render};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Steps of one run; loops of inputs come to an end there.
const TRAIL_MAX: usize = 500;
/// Characters of a text that is answered.
const TEXT_MAX: usize = 1_000;

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The step that is shown.
    step: String,
    /// Those before it, the last one last.
    trail: Vec<String>,
    /// By the inputs' names: texts, numbers, true and false.
    answers: BTreeMap<String, Json>,
}

/// An answer that goes into the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub input: String,
    pub write: Write,
    /// None: it was left empty.
    pub value: Option<Json>,
}

/// A step as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ScriptStepView)]
pub struct StepView {
    pub id: String,
    pub title: Option<String>,
    /// Markdown; what was put in is escaped.
    pub text: String,
    pub inputs: Vec<InputView>,
    /// The script is over with this step.
    pub end: bool,
    /// There is a step before.
    pub back: bool,
}

/// An input as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ScriptInputView)]
pub struct InputView {
    pub name: String,
    pub label: String,
    pub kind: InputKind,
    pub required: bool,
    /// Value and label.
    pub choices: Vec<ChoiceView>,
    /// What was answered before.
    #[schema(value_type = Value)]
    pub value: Option<Json>,
}

/// A choice as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ScriptChoiceView)]
pub struct ChoiceView {
    pub value: String,
    pub label: String,
}

impl Run {
    pub fn start(script: &Script) -> Run {
        Run { step: script.document.start.clone(), trail: Vec::new(), answers: BTreeMap::new() }
    }

    pub fn answers(&self) -> &BTreeMap<String, Json> {
        &self.answers
    }

    /// Whether the step that is shown is an end.
    pub fn is_over(&self, script: &Script) -> bool {
        script.step(&self.step).is_none_or(|step| step.end)
    }

    /// Takes the answers to the step that is shown and goes on. What was not given counts as empty.
    ///
    /// # Errors
    /// Each answer that is wrong, as `answers.NAME`; nothing has changed then.
    pub fn answer(&mut self, script: &Script, facts: &Facts, given: &Map<String, Json>) -> Result<Vec<Written>, Vec<FieldError>> {
        let step = script.step(&self.step).filter(|step| !step.end);
        let Some(step) = step else { return Err(vec![wrong("", "the script is over")]) };
        if self.trail.len() >= TRAIL_MAX {
            return Err(vec![wrong("", "the script has gone on for too long; go back or begin it anew")]);
        }
        let mut errors: Vec<FieldError> = given
            .keys()
            .filter(|name| !step.inputs.iter().any(|input| input.name == **name))
            .map(|name| wrong(&name.chars().take(60).collect::<String>(), "this step does not ask for it"))
            .take(20)
            .collect();
        let mut answers = self.answers.clone();
        let mut written = Vec::new();
        for input in &step.inputs {
            match read(input, given.get(&input.name)) {
                Ok(value) => {
                    if let Some(write) = &input.write {
                        written.push(Written { input: input.name.clone(), write: write.clone(), value: value.clone() });
                    }
                    match value {
                        Some(value) => answers.insert(input.name.clone(), value),
                        None => answers.remove(&input.name),
                    };
                }
                Err(mend) => errors.push(wrong(&input.name, mend)),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.answers = answers;
        let next = self.next(script, step, facts);
        self.trail.push(std::mem::replace(&mut self.step, next));
        Ok(written)
    }

    /// Goes back to the step before; what was answered stays. False: there is none.
    pub fn back(&mut self) -> bool {
        match self.trail.pop() {
            Some(step) => {
                self.step = step;
                true
            }
            None => false,
        }
    }

    /// The step as it is shown, in this language where it is written in it.
    pub fn shown(&self, script: &Script, facts: &Facts, language: &str) -> Option<StepView> {
        let step = script.step(&self.step)?;
        let facts = self.known(facts);
        let own = script.document.language.as_str();
        let line = |texts: &Texts| render(in_language(texts, language, own), &facts, For::Plain);
        let input = |input: &Input| InputView {
            name: input.name.clone(),
            label: line(&input.label),
            kind: input.kind,
            required: input.required,
            choices: input.choices.iter().map(|choice| ChoiceView { value: choice.value.clone(), label: line(&choice.label) }).collect(),
            value: self.answers.get(&input.name).cloned(),
        };
        Some(StepView {
            id: step.id.clone(),
            title: (!step.title.is_empty()).then(|| line(&step.title)),
            text: render(in_language(&step.text, language, own), &facts, For::Markdown),
            inputs: step.inputs.iter().map(input).collect(),
            end: step.end,
            back: !self.trail.is_empty(),
        })
    }

    fn next(&self, script: &Script, step: &Step, facts: &Facts) -> String {
        let facts = self.known(facts);
        let branches = script.branches.get(&step.id);
        let taken = branches.into_iter().flatten().find(|(condition, _)| condition.holds(&facts)).map(|(_, next)| next);
        // A checked step that is no end has a next one.
        taken.or(step.next.as_ref()).cloned().unwrap_or_else(|| step.id.clone())
    }

    /// The facts with what was answered.
    pub(super) fn known(&self, facts: &Facts) -> Facts {
        let mut all = facts.clone();
        for (name, value) in &self.answers {
            all.add_json(&format!("answers.{name}"), value, false);
        }
        all
    }
}

pub(super) fn in_language<'a>(texts: &'a Texts, language: &str, own: &str) -> &'a str {
    // "zh-CN" is content with "zh".
    let short = language.split('-').next().unwrap_or_default();
    [language, short, own].into_iter().find_map(|tag| texts.get(tag)).map_or("", String::as_str)
}

fn wrong(input: &str, mend: impl Into<String>) -> FieldError {
    FieldError { field: if input.is_empty() { "answers".to_owned() } else { format!("answers.{input}") }, mend: mend.into() }
}

/// An answer as a text.
pub(super) fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

/// One answer in its kind's own form; none: it was left empty.
fn read(input: &Input, given: Option<&Json>) -> Result<Option<Json>, String> {
    let given = given.filter(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()));
    let Some(given) = given else {
        return if input.required { Err("give an answer".to_owned()) } else { Ok(None) };
    };
    let text = given.as_str().map(str::trim);
    let value = match input.kind {
        InputKind::Text => {
            let right = text.filter(|text| text.chars().count() <= TEXT_MAX && is_line(text));
            Json::from(right.ok_or("write a line of at most 1,000 characters without control characters")?)
        }
        InputKind::Choice => {
            let right = text.filter(|text| input.choices.iter().any(|choice| choice.value == *text));
            Json::from(right.ok_or("choose one of the choices")?)
        }
        InputKind::Boolean => match (given, text) {
            (Json::Bool(flag), _) => Json::from(*flag),
            (_, Some("true")) => Json::from(true),
            (_, Some("false")) => Json::from(false),
            _ => return Err("answer true or false".to_owned()),
        },
        InputKind::Date => {
            let right = text.filter(|text| text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == *text));
            Json::from(right.ok_or("write the date as YYYY-MM-DD")?)
        }
        InputKind::Number => return number(input, given, text).map(Some),
    };
    Ok(Some(value))
}

fn number(input: &Input, given: &Json, text: Option<&str>) -> Result<Json, String> {
    let number = given.as_f64().or_else(|| text.and_then(|text| text.parse().ok())).filter(|number: &f64| number.is_finite());
    let number = number.ok_or("give a number")?;
    let (low, high) = (input.min.filter(|min| number < *min), input.max.filter(|max| number > *max));
    if let Some(min) = low {
        return Err(format!("give at least {min}"));
    }
    if let Some(max) = high {
        return Err(format!("give at most {max}"));
    }
    // A whole number stays one, for whoever reads it.
    let whole = number.fract() == 0.0 && number.abs() < 9e15;
    Ok(if whole { Json::from(number as i64) } else { Json::from(number) })
}

#[cfg(test)]
mod tests;
