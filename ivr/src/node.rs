//! A validated flow: nodes with their targets resolved. Built only by `parse`; carries out nothing.

use crate::expr::Expr;
use crate::hours::Hours;
use cti_types::QueueId;
use cti_types::flow::{HangUpCause, SkillNeed};
use cti_types::mailbox::Taking;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A validated, immutable flow; share it in an `Arc` among the calls that run it.
#[derive(Clone, Debug)]
pub struct Flow {
    pub(crate) name: String,
    /// The language where the call brings none of `languages`.
    pub(crate) language: String,
    pub(crate) languages: Vec<String>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) start: Ix,
}

/// One node as editors and reports show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView<'a> {
    pub name: &'a str,
    /// The word in the document's `type`.
    pub kind: &'static str,
    /// Where it leads, with the field or choice that leads there, in the document's order of meaning.
    pub targets: Vec<(String, &'a str)>,
}

impl Flow {
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The languages this flow can speak; the first is the one it falls back to.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }
    /// Name of the node a run begins with.
    pub fn start(&self) -> &str {
        self.node_name(self.start)
    }
    /// All nodes in the order they are written.
    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        self.nodes.iter().map(|node| NodeView {
            name: &node.name,
            kind: node.kind.word(),
            targets: node.kind.targets().into_iter().map(|(field, ix)| (field, self.node_name(ix))).collect(),
        })
    }
    pub(crate) fn kind(&self, ix: Ix) -> Option<&Kind> {
        self.nodes.get(ix.0).map(|n| &n.kind)
    }
    pub(crate) fn node_name(&self, ix: Ix) -> &str {
        self.nodes.get(ix.0).map_or("", |n| &n.name)
    }
}

/// A node's place in `Flow::nodes`; `parse` guarantees that it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ix(pub(crate) usize);

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// A prompt as written: without a language it is said in the caller's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Prompt {
    Neutral(String),
    /// With its language: `zh/language-zh`.
    Fixed(String),
}

/// A value of `set` or `data`.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Literal(String),
    From(Expr),
}

#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) key: String,
    pub(crate) value: Value,
    pub(crate) masked: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Answer { next: Ix },
    Play { prompts: Vec<Prompt>, interruptible: bool, next: Ix },
    Say { prompts: Vec<Prompt>, value: Expr, how: SayHow, interruptible: bool, next: Ix },
    Menu(Menu),
    Collect(Collect),
    Branch { cases: Vec<(Expr, Ix)>, next: Ix },
    Hours { hours: Arc<Hours>, open: Ix, closed: Ix },
    Set { data: Vec<Assignment>, language: Option<Value>, next: Ix },
    Queue(Queue),
    Voicemail(Voicemail),
    HangUp { cause: HangUpCause },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SayHow {
    Digits,
    Number,
}

/// What menu and collect have in common: ask, hear nothing or something wrong, explain, ask again.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) on_wrong: Vec<Prompt>,
    pub(crate) on_timeout: Vec<Prompt>,
    /// How often it is asked again.
    pub(crate) retries: u32,
    pub(crate) interruptible: bool,
    /// How long after the prompt the first digit may take.
    pub(crate) first: Duration,
    /// Where the call goes when the retries are used up.
    pub(crate) failed: Ix,
}

#[derive(Clone, Debug)]
pub(crate) struct Menu {
    pub(crate) ask: Ask,
    pub(crate) choices: BTreeMap<char, Ix>,
    /// Data key that takes the digit chosen.
    pub(crate) into: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Collect {
    pub(crate) ask: Ask,
    pub(crate) into: String,
    pub(crate) masked: bool,
    pub(crate) digits_min: usize,
    pub(crate) digits_max: usize,
    pub(crate) terminator: Option<char>,
    pub(crate) between: Duration,
    pub(crate) next: Ix,
}

#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) queue: QueueId,
    pub(crate) priority: u8,
    pub(crate) credit: Duration,
    pub(crate) skills: Vec<SkillNeed>,
    pub(crate) data: Vec<Assignment>,
    pub(crate) on_full: Ix,
    pub(crate) on_unstaffed: Ix,
    pub(crate) on_wait_limit: Ix,
    pub(crate) on_closed: Ix,
    pub(crate) otherwise: Ix,
}

#[derive(Clone, Debug)]
pub(crate) struct Voicemail {
    /// Said before the beep.
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) taking: Taking,
    /// Said after the message, which the caller may then speak anew; none: it is delivered as it is.
    pub(crate) review: Vec<Prompt>,
    pub(crate) next: Ix,
    /// Nothing was said, or nothing can be left.
    pub(crate) otherwise: Ix,
}

/// The words of `type`, in the order the documentation lists them.
pub(crate) const TYPES: [&str; 11] =
    ["answer", "play", "say", "menu", "collect", "branch", "hours", "set", "queue", "voicemail", "hang_up"];

impl Kind {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Kind::Answer { .. } => "answer",
            Kind::Play { .. } => "play",
            Kind::Say { .. } => "say",
            Kind::Menu(_) => "menu",
            Kind::Collect(_) => "collect",
            Kind::Branch { .. } => "branch",
            Kind::Hours { .. } => "hours",
            Kind::Set { .. } => "set",
            Kind::Queue(_) => "queue",
            Kind::Voicemail(_) => "voicemail",
            Kind::HangUp { .. } => "hang_up",
        }
    }

    /// Every way out, with the field or choice that leads there.
    pub(crate) fn targets(&self) -> Vec<(String, Ix)> {
        let named = |list: &[(&str, Ix)]| list.iter().map(|(name, ix)| ((*name).to_owned(), *ix)).collect::<Vec<_>>();
        match self {
            Kind::Answer { next } | Kind::Play { next, .. } | Kind::Say { next, .. } | Kind::Set { next, .. } => named(&[("next", *next)]),
            Kind::Menu(menu) => {
                let mut all: Vec<_> = menu.choices.iter().map(|(digit, ix)| (digit.to_string(), *ix)).collect();
                all.push(("next".into(), menu.ask.failed));
                all
            }
            Kind::Collect(collect) => named(&[("next", collect.next), ("otherwise", collect.ask.failed)]),
            Kind::Branch { cases, next } => {
                let mut all: Vec<_> = cases.iter().enumerate().map(|(i, (_, ix))| (format!("case {}", i + 1), *ix)).collect();
                all.push(("next".into(), *next));
                all
            }
            Kind::Hours { open, closed, .. } => named(&[("open", *open), ("closed", *closed)]),
            Kind::Queue(q) => named(&[
                ("on_full", q.on_full),
                ("on_unstaffed", q.on_unstaffed),
                ("on_wait_limit", q.on_wait_limit),
                ("on_closed", q.on_closed),
                ("otherwise", q.otherwise),
            ]),
            Kind::Voicemail(v) => named(&[("next", v.next), ("otherwise", v.otherwise)]),
            Kind::HangUp { .. } => Vec::new(),
        }
    }

    /// The ways out that may be taken at once, without the caller having heard or waited for anything.
    pub(crate) fn targets_at_once(&self) -> Vec<Ix> {
        match self {
            Kind::Answer { .. } | Kind::Branch { .. } | Kind::Hours { .. } | Kind::Set { .. } => {
                self.targets().into_iter().map(|(_, ix)| ix).collect()
            }
            // At the wait limit the caller has waited.
            Kind::Queue(q) => vec![q.on_full, q.on_unstaffed, q.on_closed, q.otherwise],
            Kind::Play { .. } | Kind::Say { .. } | Kind::Menu(_) | Kind::Collect(_) | Kind::Voicemail(_) | Kind::HangUp { .. } => {
                Vec::new()
            }
        }
    }

    /// Whether the caller must be on an answered call here.
    pub(crate) fn needs_answer(&self) -> bool {
        match self {
            Kind::Play { .. } | Kind::Say { .. } | Kind::Menu(_) | Kind::Collect(_) | Kind::Queue(_) | Kind::Voicemail(_) => true,
            Kind::Answer { .. } | Kind::Branch { .. } | Kind::Hours { .. } | Kind::Set { .. } | Kind::HangUp { .. } => false,
        }
    }
}
