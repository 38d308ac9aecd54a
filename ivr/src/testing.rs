//! A small made-up configuration and a scripted caller for tests. Holds no test.

use crate::{Flow, Hours, NameKind, Names, Run, list, prompts};
use cti_types::flow::{FlowCommand, FlowContext, FlowInput, QueueLeft};
use cti_types::id::{Chance, PlayId};
use cti_types::mailbox::Mailbox;
use cti_types::{AgentId, Now, QueueId, SkillId, Tick, Utc};
use std::sync::Arc;
use std::time::Duration;

/// Queues `sales` and `support`, skill `german`, hours `office` (Monday to Friday 9 to 17 UTC), the shipped prompts.
pub(crate) struct Office;

pub(crate) const SALES: QueueId = QueueId::from_u128(1);
pub(crate) const SUPPORT: QueueId = QueueId::from_u128(2);
pub(crate) const ALICE: AgentId = AgentId::from_u128(4);
pub(crate) const GERMAN: SkillId = SkillId::from_u128(3);

impl Names for Office {
    fn queue(&self, name: &str) -> Option<QueueId> {
        match name {
            "sales" => Some(SALES),
            "support" => Some(SUPPORT),
            _ => None,
        }
    }
    fn agent(&self, name: &str) -> Option<AgentId> {
        (name == "alice").then_some(ALICE)
    }
    fn skill(&self, name: &str) -> Option<SkillId> {
        (name == "german").then_some(GERMAN)
    }
    fn hours(&self, name: &str) -> Option<Arc<Hours>> {
        let day = vec![(540, 1020)];
        let week = [day.clone(), day.clone(), day.clone(), day.clone(), day, vec![], vec![]];
        (name == "office").then(|| Arc::new(Hours::new("UTC", week, vec![]).unwrap()))
    }
    fn clip(&self, name: &str) -> bool {
        prompts::builtin(name).is_some()
    }
    fn known(&self, kind: NameKind) -> Vec<String> {
        match kind {
            NameKind::Queue => vec!["sales".into(), "support".into()],
            NameKind::Agent => vec!["alice".into()],
            NameKind::Skill => vec!["german".into()],
            NameKind::Hours => vec!["office".into()],
            NameKind::Clip => prompts::names().map(String::from).collect(),
        }
    }
}

/// Parses or shows why not.
pub(crate) fn flow(text: &str) -> Arc<Flow> {
    Arc::new(Flow::parse(text, &Office).unwrap_or_else(|problems| panic!("{}", list(&problems))))
}

/// A caller who follows a script of words: `start`, `answered`, `ended` (the last prompt), `late` (the one before it),
/// `key:X`, `keys:XYZ`, `wait:MS`, `taken`, `taken:nothing`, `full`, `unstaffed`, `limit`, `closed`, `none`, `hang-up`. Collects what the flow asks for.
pub(crate) struct Caller {
    pub(crate) run: Run,
    pub(crate) now: Now,
    plays: Vec<PlayId>,
    pub(crate) log: Vec<String>,
}

impl Caller {
    pub(crate) fn new(flow: Arc<Flow>, context: FlowContext) -> Caller {
        // 2026-01-12, a Monday, 10:00 UTC.
        let now = Now { tick: Tick(1_000_000), utc: Utc(1_768_212_000_000_000) };
        Caller { run: Run::new(flow, context, Chance::from_number(7)), now, plays: Vec::new(), log: Vec::new() }
    }

    pub(crate) fn follow(mut self, script: &str) -> Caller {
        for word in script.split_whitespace() {
            self.step(word);
        }
        self
    }

    fn step(&mut self, word: &str) {
        let left = |reason| FlowInput::QueueLeft { reason };
        match word.split_once(':').unwrap_or((word, "")) {
            ("start", _) => self.input(FlowInput::Start),
            ("answered", _) => self.input(FlowInput::Answered),
            ("ended", _) => self.input(FlowInput::PlayEnded { play: *self.plays.last().unwrap() }),
            ("late", _) => self.input(FlowInput::PlayEnded { play: self.plays[self.plays.len() - 2] }),
            ("key" | "keys", digits) => digits.chars().for_each(|digit| self.input(FlowInput::Digit { digit })),
            ("wait", ms) => self.wait(Duration::from_millis(ms.parse().unwrap())),
            ("full", _) => self.input(left(QueueLeft::Full)),
            ("unstaffed", _) => self.input(left(QueueLeft::NobodyStaffed)),
            ("limit", _) => self.input(left(QueueLeft::WaitLimit)),
            ("closed", _) => self.input(left(QueueLeft::Closed)),
            ("none", _) => self.input(left(QueueLeft::NoSuchQueue)),
            ("taken", how) => self.input(FlowInput::MessageTaken { is_one: how != "nothing" }),
            ("hang-up", _) => self.input(FlowInput::HungUp),
            _ => panic!("the script says {word}"),
        }
    }

    pub(crate) fn input(&mut self, input: FlowInput) {
        self.run.handle(self.now, input);
        self.drain();
    }

    /// Time passes; a timer that is due in it fires when it is due.
    fn wait(&mut self, time: Duration) {
        let end = self.now.tick + time;
        while let Some(due) = self.run.poll_timeout().filter(|due| *due <= end) {
            self.pass(due);
            self.run.handle_timeout(self.now);
            self.drain();
        }
        self.pass(end);
    }

    fn pass(&mut self, until: Tick) {
        self.now.utc.0 += until.since(self.now.tick).as_micros() as i64;
        self.now.tick = until;
    }

    fn drain(&mut self) {
        while let Some(command) = self.run.poll() {
            let line = match command {
                FlowCommand::Answer => "answer".into(),
                FlowCommand::Play { play, clips } => {
                    self.plays.push(play);
                    format!("play {}", clips.join(" "))
                }
                FlowCommand::StopPlay => "stop".into(),
                FlowCommand::Set { key, value, masked } => format!("set {key}={value}{}", if masked { " masked" } else { "" }),
                FlowCommand::Visited { node } => format!("@{node}"),
                FlowCommand::Queue { queue, priority, skills, credit } => {
                    let name = if queue == SALES { "sales" } else { "support" };
                    let skills: Vec<String> = skills
                        .iter()
                        .map(|s| format!(" {}>={}", if s.skill == GERMAN { "german" } else { "?" }, s.proficiency_min))
                        .collect();
                    let credit = if credit.is_zero() { String::new() } else { format!(" credit {}", credit.as_secs()) };
                    format!("queue {name} {priority}{}{credit}", skills.concat())
                }
                FlowCommand::TakeMessage(taking) => {
                    let whose = match taking.mailbox {
                        Mailbox::Queue(queue) => {
                            if queue == SALES {
                                "sales"
                            } else {
                                "support"
                            }
                        }
                        Mailbox::Agent(_) => "alice",
                    };
                    let silence = taking.silence.map_or(0, |silence| silence.as_secs());
                    format!("take {whose} {}s {silence}s", taking.length_max.as_secs())
                }
                FlowCommand::EndMessage => "end message".into(),
                FlowCommand::KeepMessage => "keep message".into(),
                FlowCommand::DropMessage => "drop message".into(),
                FlowCommand::HangUp { cause } => format!("hang up {cause:?}"),
            };
            self.log.push(line);
        }
    }
}
