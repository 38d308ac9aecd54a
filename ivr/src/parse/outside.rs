//! Names a node uses from outside itself: queues, skills, hours, prompts, languages, data keys. Reads no targets.

use super::Reading;
use super::fields::{Fields, Sink, integer_of};
use crate::expr::{self, Expr, ExprError, is_key};
use crate::hours::Hours;
use crate::names::{NameKind, nearest};
use crate::node::{Assignment, Prompt, Value};
use crate::say;
use cti_types::QueueId;
use cti_types::flow::SkillNeed;
use cti_types::mailbox::Mailbox;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// Longest literal value in characters; longer is refused. (Values computed at run time are cut at this length.)
pub(crate) const VALUE_CHARS_MAX: usize = 256;

impl Reading<'_> {
    fn suggest(&self, kind: NameKind, name: &str, adding: &str) -> String {
        let known = self.names.known(kind);
        nearest(name, known.iter().map(String::as_str)).map_or_else(|| adding.to_owned(), |n| format!("did you mean \"{n}\"?"))
    }

    pub(super) fn queue(&self, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<QueueId> {
        let name = f.text(sink, "queue")?;
        let id = self.names.queue(&name);
        if id.is_none() {
            let mend = self.suggest(NameKind::Queue, &name, "create it, or write the name of a queue");
            f.problem(sink, "queue", format!("there is no queue \"{name}\""), mend);
        }
        id
    }

    /// Whose mailbox: of the queue or the agent that is named.
    pub(super) fn mailbox(&self, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Mailbox> {
        if f.has("queue") && f.has("agent") {
            f.problem(sink, "agent", "both queue and agent are given", "keep one: a message is for one of them");
        }
        if !f.has("agent") {
            f.value("agent");
            return self.queue(sink, f).map(Mailbox::Queue);
        }
        f.value("queue");
        let name = f.text(sink, "agent")?;
        let id = self.names.agent(&name);
        if id.is_none() {
            let mend = self.suggest(NameKind::Agent, &name, "create them, or write the login of an agent");
            f.problem(sink, "agent", format!("there is no agent \"{name}\""), mend);
        }
        id.map(Mailbox::Agent)
    }

    /// One entry of `skills`.
    pub(super) fn skill(&self, sink: &mut Sink, mut f: Fields<'_, '_>) -> Option<SkillNeed> {
        let name = f.text(sink, "name");
        let proficiency_min = f.integer(sink, "min", 1, 1..=10) as u8;
        let skill = name.and_then(|name| {
            let id = self.names.skill(&name);
            if id.is_none() {
                let mend = self.suggest(NameKind::Skill, &name, "create it, or write the name of a skill");
                f.problem(sink, "name", format!("there is no skill \"{name}\""), mend);
            }
            id
        });
        f.finish(sink);
        skill.map(|skill| SkillNeed { skill, proficiency_min })
    }

    pub(super) fn hours(&self, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Arc<Hours>> {
        let name = f.text(sink, "hours")?;
        let hours = self.names.hours(&name);
        if hours.is_none() {
            let mend = self.suggest(NameKind::Hours, &name, "create them, or write the name of opening hours");
            f.problem(sink, "hours", format!("there are no opening hours \"{name}\""), mend);
        }
        hours
    }

    /// Prompts that exist in every language in which they may be said.
    pub(super) fn prompts(&self, sink: &mut Sink, f: &mut Fields<'_, '_>, field: &'static str, required: bool) -> Vec<Prompt> {
        let names = f.texts(sink, field);
        if required && names.is_empty() {
            f.problem(sink, field, format!("{field} is missing or empty"), format!("add {field} = [\"…\"]"));
        }
        names.into_iter().map(|name| self.prompt(sink, f, field, name)).collect()
    }

    fn prompt(&self, sink: &mut Sink, f: &Fields<'_, '_>, field: &'static str, name: String) -> Prompt {
        if name.contains('/') {
            if !self.names.clip(&name) {
                let mend = self.suggest(NameKind::Clip, &name, "add the audio, or write the name of a prompt");
                f.problem(sink, field, format!("there is no prompt \"{name}\""), mend);
            }
            return Prompt::Fixed(name);
        }
        let lacking: Vec<&str> = self.languages.iter().map(String::as_str).filter(|l| !self.names.clip(&format!("{l}/{name}"))).collect();
        if !lacking.is_empty() {
            let mend = self.suggest_prompt(&name, lacking.len() == self.languages.len());
            f.problem(sink, field, format!("there is no prompt \"{name}\" in {}", lacking.join(", ")), mend);
        }
        Prompt::Neutral(name)
    }

    /// A prompt of a like name; one that exists in some language is no slip of the hand.
    fn suggest_prompt(&self, name: &str, unknown: bool) -> String {
        let known = self.names.known(NameKind::Clip);
        let short = known.iter().filter_map(|k| k.split_once('/')).map(|(_, name)| name);
        let everywhere = |name: &str| self.languages.iter().all(|l| self.names.clip(&format!("{l}/{name}")));
        nearest(name, short.filter(|n| unknown && everywhere(n)))
            .map_or_else(|| "add the audio, or write the name of a prompt".to_owned(), |n| format!("did you mean \"{n}\"?"))
    }

    /// All words a `say` node may need must exist.
    pub(super) fn vocabulary(&self, sink: &mut Sink, f: &Fields<'_, '_>) {
        for language in &self.languages {
            let lacking: Vec<String> =
                say::vocabulary(language).into_iter().map(|w| format!("{language}/{w}")).filter(|w| !self.names.clip(w)).collect();
            if let Some(first) = lacking.first() {
                let message = format!("{} prompts for digits and numbers are missing in {language}, first \"{first}\"", lacking.len());
                f.problem(sink, "type", message, "add the audio, or remove the language from the flow");
            }
        }
    }

    /// Whether this is a key for data; notes it as set.
    pub(super) fn key(&mut self, sink: &mut Sink, f: &Fields<'_, '_>, field: &'static str, key: &str) -> bool {
        // The call's language is reported under this key.
        if key == "language" {
            f.problem(sink, field, "\"language\" is no name for data", "use the field language");
            return false;
        }
        if !is_key(key) {
            let mend = "use lower-case letters, digits and _, a letter first, at most 40";
            f.problem(sink, field, format!("\"{key}\" is no name for data"), mend);
            return false;
        }
        self.keys.insert(key.to_owned());
        true
    }

    pub(super) fn expression(
        &mut self,
        sink: &mut Sink,
        f: &Fields<'_, '_>,
        field: &'static str,
        text: &str,
        parse: fn(&str) -> Result<Expr, ExprError>,
    ) -> Option<Expr> {
        match parse(text) {
            Ok(expr) => {
                self.note_reads(&expr, f.node(), f.at(field));
                Some(expr)
            }
            Err(error) => {
                f.problem(sink, field, format!("{field} \"{text}\", {error}"), error.mend);
                None
            }
        }
    }

    /// The table `data`; empty when missing.
    pub(super) fn data(&mut self, sink: &mut Sink, f: &mut Fields<'_, '_>, masked: &[String]) -> Vec<Assignment> {
        let table: &DeTable<'_> = match f.value("data") {
            None => return Vec::new(),
            Some(DeValue::Table(table)) => table,
            Some(other) => {
                f.problem(sink, "data", format!("data is of type {}", other.type_str()), "write a table, like { topic = \"sales\" }");
                return Vec::new();
            }
        };
        for key in masked.iter().filter(|k| !table.contains_key(k.as_str())) {
            f.problem(sink, "masked", format!("masked names \"{key}\", which data does not set"), "remove it, or set it in data");
        }
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut data = Vec::new();
        for (key, value) in entries {
            let key = key.get_ref().to_string();
            if self.key(sink, f, "data", &key)
                && let Some(value) = self.assigned(sink, f, "data", &key, value.get_ref())
            {
                data.push(Assignment { masked: masked.contains(&key), key, value });
            }
        }
        data
    }

    fn assigned(&mut self, sink: &mut Sink, f: &Fields<'_, '_>, field: &'static str, key: &str, value: &DeValue<'_>) -> Option<Value> {
        match value {
            DeValue::String(text) if text.chars().count() <= VALUE_CHARS_MAX => Some(Value::Literal(text.to_string())),
            DeValue::String(_) => {
                f.problem(sink, field, format!("{key} is too long"), format!("use at most {VALUE_CHARS_MAX} characters"));
                None
            }
            DeValue::Boolean(flag) => Some(Value::Literal(flag.to_string())),
            DeValue::Integer(_) => integer_of(value).map(|n| Value::Literal(n.to_string())),
            DeValue::Table(table) => {
                let mut inner = Fields::new(Some(f.node()), table, f.at(field));
                let text = inner.text(sink, "from");
                inner.finish(sink);
                self.expression(sink, f, field, &text?, expr::parse_value).map(Value::From)
            }
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) => {
                f.problem(
                    sink,
                    field,
                    format!("{key} is of type {}", value.type_str()),
                    "write text, an integer or { from = \"EXPRESSION\" }",
                );
                None
            }
        }
    }

    /// The field `language` of a set node: one of the flow's, or computed.
    pub(super) fn language(&mut self, sink: &mut Sink, f: &mut Fields<'_, '_>) -> Option<Value> {
        let raw = f.value("language")?;
        let value = self.assigned(sink, f, "language", "language", raw)?;
        if let Value::Literal(language) = &value
            && !self.languages.contains(language)
        {
            let mend = format!("add it to languages, or write one of {}", self.languages.join(", "));
            f.problem(sink, "language", format!("the flow does not speak \"{language}\""), mend);
        }
        Some(value)
    }
}
