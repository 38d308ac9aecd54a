//! One caller's walk through one flow. Decides what is said and where the call goes next; plays, queues and stores nothing.
//!
//! Give it an input or an expired timer, then drain [`Run::poll`] until it is empty and look at [`Run::poll_timeout`].

use crate::expr::{Scope, Variable};
use crate::node::{Ask, Assignment, Collect, Flow, Ix, Kind, Menu, Prompt, Queue, SayHow, Value};
use crate::parse::VALUE_CHARS_MAX;
use crate::say;
use cti_types::flow::{FlowCommand, FlowContext, FlowInput, HangUpCause, QueueLeft};
use cti_types::id::{Chance, PlayId};
use cti_types::{Now, Tick};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Most nodes a call may pass in all; one more ends it with an error.
const STEPS_MAX: u32 = 1000;
/// Most nodes a call may pass without waiting for a prompt, a digit or a timer; one more ends it with an error.
const STEPS_AT_ONCE_MAX: u32 = 100;
/// Most digits kept that were typed ahead; further ones are lost, as on any telephone.
const TYPED_AHEAD_MAX: usize = 32;
/// A prompt whose end is never reported counts as ended after this time.
const PLAY_MAX: Duration = Duration::from_secs(600);
/// A call whose answer is never confirmed ends with an error after this time.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// People end a number with `#` out of habit even when it is complete: within this time such a key is not taken for the
/// answer to the next question.
const TERMINATOR_GRACE: Duration = Duration::from_secs(1);

/// One caller in one flow.
#[derive(Clone, Debug)]
pub struct Run {
    flow: Arc<Flow>,
    context: FlowContext,
    language: String,
    data: BTreeMap<String, String>,
    masked: BTreeSet<String>,
    chance: Chance,

    at: Ix,
    state: State,
    /// How often the present node was answered wrongly or not at all.
    failures: u32,
    /// What collect has so far.
    typed: String,
    ahead: VecDeque<char>,
    /// Plays left out since the last wait because the caller typed ahead.
    skipped: BTreeSet<Ix>,
    /// A number just completed by its length: its terminator may still come until then.
    late_terminator: Option<(char, Tick)>,
    steps: u32,
    steps_at_once: u32,
    /// Drained after every input; one input adds at most what [`STEPS_AT_ONCE_MAX`] nodes do.
    commands: VecDeque<FlowCommand>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    NotStarted,
    Answering {
        until: Tick,
    },
    Playing {
        play: PlayId,
        until: Tick,
        interruptible: bool,
        then: Then,
    },
    Listening {
        until: Tick,
    },
    /// A message is being spoken; `ended`: it is over, and what became of it is to be told.
    Taking {
        until: Tick,
        ended: bool,
    },
    Queued,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Go(Ix),
    Listen,
    Beep,
    Take,
    Review,
}

/// What came instead of a good answer.
#[derive(Clone, Copy)]
enum Failure {
    Wrong,
    Timeout,
}

impl Run {
    /// A run that begins with [`FlowInput::Start`]. `context.language` is kept when the flow speaks it.
    pub fn new(flow: Arc<Flow>, context: FlowContext, chance: Chance) -> Run {
        let language = if flow.languages.contains(&context.language) { context.language.clone() } else { flow.language.clone() };
        Run {
            at: flow.start,
            flow,
            context,
            language,
            data: BTreeMap::new(),
            masked: BTreeSet::new(),
            chance,
            state: State::NotStarted,
            failures: 0,
            typed: String::new(),
            ahead: VecDeque::new(),
            skipped: BTreeSet::new(),
            late_terminator: None,
            steps: 0,
            steps_at_once: 0,
            commands: VecDeque::new(),
        }
    }

    /// Takes what happened. Inputs that fit no state (a late end of a stopped prompt, a digit while queued) change nothing.
    pub fn handle(&mut self, now: Now, input: FlowInput) {
        match (input, self.state) {
            (_, State::Done) => {}
            (FlowInput::HungUp, _) => self.state = State::Done,
            (FlowInput::Start, State::NotStarted) => self.go(now, Some(self.flow.start)),
            (FlowInput::Answered, State::Answering { .. }) => self.answered(now),
            (FlowInput::PlayEnded { play: ended }, State::Playing { play, then, .. }) if ended == play => self.played(now, then),
            (FlowInput::Digit { digit }, _) => self.digit(now, digit),
            (FlowInput::QueueLeft { reason }, State::Queued) => self.left_queue(now, reason),
            (FlowInput::MessageTaken { is_one }, State::Taking { .. }) => self.message_taken(now, is_one),
            (FlowInput::Start | FlowInput::Answered | FlowInput::PlayEnded { .. } | FlowInput::QueueLeft { .. }, _) => {}
            (FlowInput::MessageTaken { .. }, _) => {}
        }
    }

    /// Call at or after [`Run::poll_timeout`]; earlier it changes nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.poll_timeout().is_none_or(|until| now.tick < until) {
            return;
        }
        match self.state {
            State::Answering { .. } => self.hang_up(HangUpCause::Error),
            State::Playing { then, .. } => {
                self.commands.push_back(FlowCommand::StopPlay);
                self.played(now, then);
            }
            State::Listening { .. } => {
                self.waited();
                let next = self.silence(now);
                self.go(now, next);
            }
            State::Taking { ended: false, .. } => self.end_message(now),
            State::Taking { ended: true, .. } => self.message_taken(now, false),
            State::NotStarted | State::Queued | State::Done => {}
        }
    }

    /// When [`Run::handle_timeout`] wants to be called; `None` while something else must happen first.
    pub fn poll_timeout(&self) -> Option<Tick> {
        match self.state {
            State::Answering { until } | State::Playing { until, .. } | State::Listening { until } | State::Taking { until, .. } => {
                Some(until)
            }
            // The queue has limits of its own and tells us.
            State::NotStarted | State::Queued | State::Done => None,
        }
    }

    /// The next command; drain until `None` after each input.
    pub fn poll(&mut self) -> Option<FlowCommand> {
        self.commands.pop_front()
    }

    /// Nothing will happen any more: the flow hung up or the caller did. A caller who was queued and reached an agent never
    /// comes back; such a run is simply dropped.
    pub fn done(&self) -> bool {
        self.state == State::Done
    }

    /// The look-up answered later than the flow started: conditions see the card from now on.
    pub fn set_customer(&mut self, customer: BTreeMap<String, String>) {
        self.context.customer = customer;
    }

    /// The language spoken now.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// What was gathered; masked values too (see [`FlowCommand::Set`]).
    pub fn data(&self) -> &BTreeMap<String, String> {
        &self.data
    }

    /// Name of the node the caller is in.
    pub fn node(&self) -> &str {
        self.flow.node_name(self.at)
    }

    // ---- walking

    /// Enters nodes until one waits.
    fn go(&mut self, now: Now, mut next: Option<Ix>) {
        let flow = Arc::clone(&self.flow);
        while let Some(ix) = next {
            self.steps += 1;
            self.steps_at_once += 1;
            let Some(node) = flow.nodes.get(ix.0).filter(|_| self.steps <= STEPS_MAX && self.steps_at_once <= STEPS_AT_ONCE_MAX) else {
                return self.hang_up(HangUpCause::Error);
            };
            self.at = ix;
            self.failures = 0;
            self.typed.clear();
            self.commands.push_back(FlowCommand::Visited { node: node.name.clone() });
            next = self.enter(now, ix, &node.kind);
        }
    }

    /// Does what a node does on entry; the node to go to at once, or `None` when it waits or the flow is over.
    fn enter(&mut self, now: Now, ix: Ix, kind: &Kind) -> Option<Ix> {
        match kind {
            Kind::Answer { .. } => {
                self.commands.push_back(FlowCommand::Answer);
                self.state = State::Answering { until: now.tick + ANSWER_MAX };
                None
            }
            Kind::Play { prompts, interruptible, next } => {
                let clips = self.clips(prompts);
                self.announce(now, ix, clips, *interruptible, *next)
            }
            Kind::Say { prompts, value, how, interruptible, next } => {
                let text = value.text(&self.scope());
                let words = match how {
                    SayHow::Digits => say::digits(&text),
                    SayHow::Number => say::number(&text, &self.language),
                };
                let mut clips = self.clips(prompts);
                clips.extend(words.into_iter().map(|w| format!("{}/{w}", self.language)));
                self.announce(now, ix, clips, *interruptible, *next)
            }
            Kind::Menu(Menu { ask, .. }) | Kind::Collect(Collect { ask, .. }) => self.ask(now, ask, &[]),
            Kind::Branch { cases, next } => {
                let scope = self.scope();
                Some(cases.iter().find(|(when, _)| when.holds(&scope)).map_or(*next, |(_, to)| *to))
            }
            Kind::Hours { hours, open, closed } => Some(if hours.is_open(now.utc) { *open } else { *closed }),
            Kind::Set { data, language, next } => {
                self.set(data);
                self.set_language(language.as_ref());
                Some(*next)
            }
            Kind::Queue(Queue { queue, priority, credit, skills, data, .. }) => {
                self.set(data);
                self.ahead.clear();
                let (queue, priority, skills, credit) = (*queue, *priority, skills.clone(), *credit);
                self.commands.push_back(FlowCommand::Queue { queue, priority, skills, credit });
                self.state = State::Queued;
                None
            }
            Kind::Voicemail(voicemail) => {
                self.greet(now, voicemail);
                None
            }
            Kind::HangUp { cause } => {
                self.hang_up(*cause);
                None
            }
        }
    }

    fn hang_up(&mut self, cause: HangUpCause) {
        self.commands.push_back(FlowCommand::HangUp { cause });
        self.state = State::Done;
    }

    /// The caller heard, typed or waited: a new series of nodes may begin.
    fn waited(&mut self) {
        self.steps_at_once = 0;
        self.skipped.clear();
    }

    fn answered(&mut self, now: Now) {
        self.waited();
        if let Some(Kind::Answer { next }) = self.flow.kind(self.at) {
            self.go(now, Some(*next));
        }
    }

    fn left_queue(&mut self, now: Now, reason: QueueLeft) {
        self.waited();
        if let Some(Kind::Queue(queue)) = self.flow.kind(self.at) {
            let next = match reason {
                QueueLeft::Full => queue.on_full,
                QueueLeft::NobodyStaffed => queue.on_unstaffed,
                QueueLeft::WaitLimit => queue.on_wait_limit,
                QueueLeft::Closed => queue.on_closed,
                QueueLeft::NoSuchQueue => queue.otherwise,
            };
            self.go(now, Some(next));
        }
    }

    // ---- prompts

    fn clips(&self, prompts: &[Prompt]) -> Vec<String> {
        prompts
            .iter()
            .map(|prompt| match prompt {
                Prompt::Neutral(name) => format!("{}/{name}", self.language),
                Prompt::Fixed(name) => name.clone(),
            })
            .collect()
    }

    fn play(&mut self, now: Now, clips: Vec<String>, interruptible: bool, then: Then) {
        let play = PlayId::new(now.utc, &mut self.chance);
        self.commands.push_back(FlowCommand::Play { play, clips });
        self.state = State::Playing { play, until: now.tick + PLAY_MAX, interruptible, then };
    }

    /// A prompt that asks nothing.
    fn announce(&mut self, now: Now, ix: Ix, clips: Vec<String>, interruptible: bool, next: Ix) -> Option<Ix> {
        if clips.is_empty() {
            return Some(next);
        }
        // Who typed ahead knows what would be said. The same prompt twice without a wait between: no question is on the
        // way that would use the digits up, so they are dropped and the prompt is played.
        if interruptible && !self.ahead.is_empty() && self.skipped.insert(ix) {
            return Some(next);
        }
        self.ahead.clear();
        self.play(now, clips, interruptible, Then::Go(next));
        None
    }

    /// Explains, asks, and listens; at once where the answer was typed ahead.
    fn ask(&mut self, now: Now, ask: &Ask, explanation: &[Prompt]) -> Option<Ix> {
        if ask.interruptible && explanation.is_empty() && !self.ahead.is_empty() {
            return self.listen(now);
        }
        self.ahead.clear();
        let mut clips = self.clips(explanation);
        clips.extend(self.clips(&ask.prompts));
        self.play(now, clips, ask.interruptible, Then::Listen);
        None
    }

    fn played(&mut self, now: Now, then: Then) {
        self.waited();
        let next = match then {
            Then::Go(next) => Some(next),
            Then::Listen => self.listen(now),
            Then::Beep => {
                self.beep(now);
                None
            }
            Then::Take => {
                self.take(now);
                None
            }
            Then::Review => self.review(now),
        };
        self.go(now, next);
    }

    // ---- digits

    fn digit(&mut self, now: Now, digit: char) {
        if !matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D') {
            return;
        }
        if let Some((terminator, until)) = self.late_terminator.take()
            && digit == terminator
            && now.tick <= until
        {
            return;
        }
        match self.state {
            State::Answering { .. } => self.keep(digit),
            State::Playing { interruptible: true, then, .. } => {
                self.commands.push_back(FlowCommand::StopPlay);
                self.keep(digit);
                self.played(now, then);
            }
            State::Listening { .. } => {
                self.waited();
                let next = self.heard(now, digit);
                self.go(now, next);
            }
            State::Taking { ended: false, .. } if digit == '#' => self.end_message(now),
            State::NotStarted | State::Playing { interruptible: false, .. } | State::Taking { .. } | State::Queued | State::Done => {}
        }
    }

    fn keep(&mut self, digit: char) {
        if self.ahead.len() < TYPED_AHEAD_MAX {
            self.ahead.push_back(digit);
        }
    }

    /// Waits for the first digit and takes those typed ahead.
    fn listen(&mut self, now: Now) -> Option<Ix> {
        let Some(Kind::Menu(Menu { ask, .. }) | Kind::Collect(Collect { ask, .. })) = self.flow.kind(self.at) else {
            return None;
        };
        self.state = State::Listening { until: now.tick + ask.first };
        while let (State::Listening { .. }, Some(digit)) = (self.state, self.ahead.pop_front()) {
            let next = self.heard(now, digit);
            if next.is_some() {
                return next;
            }
        }
        None
    }

    fn heard(&mut self, now: Now, digit: char) -> Option<Ix> {
        let flow = Arc::clone(&self.flow);
        match flow.kind(self.at)? {
            Kind::Menu(menu) => match menu.choices.get(&digit) {
                Some(&next) => {
                    if let Some(key) = &menu.into {
                        self.store(key, digit.to_string(), false);
                    }
                    Some(next)
                }
                None => self.fail(now, &menu.ask, Failure::Wrong),
            },
            Kind::Collect(collect) => self.collect(now, collect, digit),
            Kind::Voicemail(_) => self.reviewed(now, digit),
            Kind::Answer { .. }
            | Kind::Play { .. }
            | Kind::Say { .. }
            | Kind::Branch { .. }
            | Kind::Hours { .. }
            | Kind::Set { .. }
            | Kind::Queue(_)
            | Kind::HangUp { .. } => None,
        }
    }

    fn collect(&mut self, now: Now, collect: &Collect, digit: char) -> Option<Ix> {
        if Some(digit) == collect.terminator {
            return self.collected(now, collect);
        }
        self.typed.push(digit);
        if self.typed.len() < collect.digits_max {
            self.state = State::Listening { until: now.tick + collect.between };
            return None;
        }
        if let Some(terminator) = collect.terminator {
            match self.ahead.front() {
                Some(next) if *next == terminator => _ = self.ahead.pop_front(),
                Some(_) => {}
                None => self.late_terminator = Some((terminator, now.tick + TERMINATOR_GRACE)),
            }
        }
        self.collected(now, collect)
    }

    /// The caller is finished: good if long enough.
    fn collected(&mut self, now: Now, collect: &Collect) -> Option<Ix> {
        if self.typed.len() < collect.digits_min {
            return self.fail(now, &collect.ask, Failure::Wrong);
        }
        let value = std::mem::take(&mut self.typed);
        self.store(&collect.into, value, collect.masked);
        Some(collect.next)
    }

    /// The time to type is over.
    fn silence(&mut self, now: Now) -> Option<Ix> {
        let flow = Arc::clone(&self.flow);
        match flow.kind(self.at)? {
            Kind::Menu(menu) => self.fail(now, &menu.ask, Failure::Timeout),
            Kind::Collect(collect) if self.typed.is_empty() => self.fail(now, &collect.ask, Failure::Timeout),
            Kind::Collect(collect) => self.collected(now, collect),
            Kind::Voicemail(_) => self.kept(),
            Kind::Answer { .. }
            | Kind::Play { .. }
            | Kind::Say { .. }
            | Kind::Branch { .. }
            | Kind::Hours { .. }
            | Kind::Set { .. }
            | Kind::Queue(_)
            | Kind::HangUp { .. } => None,
        }
    }

    /// Asks again with an explanation, or gives up. What was typed after a wrong answer was meant for another question.
    fn fail(&mut self, now: Now, ask: &Ask, failure: Failure) -> Option<Ix> {
        self.ahead.clear();
        self.typed.clear();
        self.failures += 1;
        if self.failures > ask.retries {
            return Some(ask.failed);
        }
        match failure {
            Failure::Wrong => self.ask(now, ask, &ask.on_wrong),
            Failure::Timeout => self.ask(now, ask, &ask.on_timeout),
        }
    }

    // ---- data

    fn scope(&self) -> Scope<'_> {
        Scope {
            caller: &self.context.caller,
            called: &self.context.called,
            language: &self.language,
            data: &self.data,
            customer: &self.context.customer,
        }
    }

    fn set(&mut self, data: &[Assignment]) {
        for Assignment { key, value, masked } in data {
            // What is made of a masked value is masked.
            let derived = match value {
                Value::Literal(_) => false,
                Value::From(expr) => expr.variables().iter().any(|v| matches!(v, Variable::Data(key) if self.masked.contains(key))),
            };
            let value = self.value(value);
            self.store(key, value, *masked || derived);
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Literal(text) => text.clone(),
            Value::From(expr) => expr.text(&self.scope()).chars().take(VALUE_CHARS_MAX).collect(),
        }
    }

    fn store(&mut self, key: &str, value: String, masked: bool) {
        self.data.insert(key.to_owned(), value.clone());
        if masked {
            self.masked.insert(key.to_owned());
        } else {
            self.masked.remove(key);
        }
        self.commands.push_back(FlowCommand::Set { key: key.to_owned(), value, masked });
    }

    /// A computed language the flow does not speak leaves the present one.
    fn set_language(&mut self, value: Option<&Value>) {
        let Some(language) = value.map(|v| self.value(v)).filter(|l| self.flow.languages.contains(l)) else {
            return;
        };
        self.language.clone_from(&language);
        self.commands.push_back(FlowCommand::Set { key: "language".into(), value: language, masked: false });
    }
}

mod mailbox;
#[cfg(test)]
mod tests;
