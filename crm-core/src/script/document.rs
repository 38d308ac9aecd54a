//! A script's document as it is written: steps with texts, inputs and branches. Plain data.

use crate::model::TicketTypeId;
use crate::rules::Condition;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A text by language.
pub type Texts = BTreeMap<String, String>;

/// A script's document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptDocument)]
pub struct Document {
    /// The language every text has; others may be missing.
    #[serde(default = "english")]
    pub language: String,
    /// The first step's id.
    pub start: String,
    /// What ticket is opened when an answer belongs into one and the contact has none. Where answers are written to a ticket it must be there.
    #[serde(default)]
    pub ticket: Option<NewTicket>,
    /// 1 to 200.
    pub steps: Vec<Step>,
}

/// A ticket to be opened; of the customer spoken with, and linked with the contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptTicket)]
pub struct NewTicket {
    #[schema(value_type = Uuid)]
    pub type_id: TicketTypeId,
    /// One line, with placeholders as in texts. An answer may be written to the title instead.
    pub title: BTreeMap<String, String>,
}

fn english() -> String {
    "en".to_owned()
}

/// One thing to say or to ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptStep)]
pub struct Step {
    /// 1 to 40 of `a-z 0-9 _ -`.
    pub id: String,
    /// One line.
    #[serde(default)]
    pub title: BTreeMap<String, String>,
    /// Markdown with placeholders: `Good day {card.name}`, `{ivr.account}`, `{answers.budget}`. At most 5,000 characters.
    pub text: BTreeMap<String, String>,
    /// At most 20.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// The first whose condition is true says where it goes on; none: `next`. At most 20.
    #[serde(default)]
    pub branches: Vec<Branch>,
    #[serde(default)]
    pub next: Option<String>,
    /// The script is over with this step.
    #[serde(default)]
    pub end: bool,
}

/// What the agent fills in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptInput)]
pub struct Input {
    /// Known as `answers.NAME`; 1 to 40 of `a-z 0-9 _`, once in a script.
    pub name: String,
    pub label: BTreeMap<String, String>,
    pub kind: InputKind,
    #[serde(default)]
    pub required: bool,
    /// With `choice`: 1 to 50.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// With `number`: its bounds.
    #[serde(default)]
    pub min: Option<f64>,
    #[serde(default)]
    pub max: Option<f64>,
    /// Where the answer is written as soon as it is given.
    #[serde(default)]
    pub write: Option<Write>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScriptInputKind)]
pub enum InputKind {
    /// At most 1,000 characters.
    Text,
    Number,
    Choice,
    /// `YYYY-MM-DD`.
    Date,
    Boolean,
}

impl InputKind {
    /// For sentences.
    pub(super) fn word(self) -> &'static str {
        match self {
            InputKind::Text => "a text",
            InputKind::Number => "a number",
            InputKind::Choice => "a choice",
            InputKind::Date => "a date",
            InputKind::Boolean => "a boolean",
        }
    }
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptChoice)]
pub struct Choice {
    pub value: String,
    pub label: BTreeMap<String, String>,
}

/// Where it goes on when something is so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptBranch)]
pub struct Branch {
    /// A condition as in rules, over `answers.*`, `card.*`, `items.*`, `recent.*` and `ivr.*`.
    #[schema(value_type = Object)]
    pub when: Json,
    pub next: String,
}

/// A field of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScriptWrite)]
pub struct Write {
    pub to: WriteTo,
    /// Of a customer: given_name, family_name, company, birthday, language, notes (added to what is there), attributes.KEY, or fields.KEY for
    /// one defined at run time. Of a ticket: title, description (added to what is there), contact, work, address, priority, custom.KEY, or
    /// fields.KEY.
    pub field: String,
}

/// Whose field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScriptWriteTo)]
pub enum WriteTo {
    /// Who is spoken with.
    Customer,
    /// The ticket of the contact: the one the run has come to, else the latest live one that is linked with the contact, else a new one.
    Ticket,
}

/// A document that was found right.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    pub(super) document: Document,
    /// Of each step its branches, read.
    pub(super) branches: BTreeMap<String, Vec<(Condition, String)>>,
}

impl Script {
    pub fn document(&self) -> &Document {
        &self.document
    }

    pub(super) fn step(&self, id: &str) -> Option<&Step> {
        self.document.steps.iter().find(|step| step.id == id)
    }
}
