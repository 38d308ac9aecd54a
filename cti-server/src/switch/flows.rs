//! Running flows: one per customer, started when the leg's port is open, ended with the leg. Extends [`Rooms`].

use super::directory::Entry;
use super::rooms::Rooms;
use cti_call::Input as CallInput;
use cti_interaction::Input as Said;
use cti_types::event::{FlowEnd, MessageEnd};
use cti_types::flow::{FlowCommand, FlowContext, FlowInput, FlowRef, HangUpCause, QueueLeft};
use cti_types::{Chance, InteractionId, LegId, Now, Party, PlayId, Tick};
use ivr::Run;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

struct Running {
    run: Run,
    version: Option<FlowRef>,
    timer: Option<Tick>,
}

/// All running flows.
#[derive(Default)]
pub(super) struct Runs {
    runs: BTreeMap<InteractionId, Running>,
    /// Those with something to say.
    ready: BTreeSet<InteractionId>,
    timers: BTreeSet<(Tick, InteractionId)>,
    causes: BTreeMap<InteractionId, u16>,
}

impl Runs {
    pub(super) fn enter(&mut self, id: InteractionId, entry: Entry, from: &Party, to: &str, chance: &mut Chance) {
        let context = FlowContext {
            caller: from.number.as_str().unwrap_or_default().to_owned(),
            called: to.to_owned(),
            language: entry.language,
            customer: BTreeMap::new(),
        };
        let run = Run::new(entry.flow, context, Chance::from_seed(chance.bytes()));
        self.runs.insert(id, Running { run, version: entry.version, timer: None });
    }

    pub(super) fn end(&mut self, id: InteractionId) {
        if let Some(running) = self.runs.remove(&id)
            && let Some(at) = running.timer
        {
            self.timers.remove(&(at, id));
        }
        self.ready.remove(&id);
    }

    pub(super) fn poll_timeout(&self) -> Option<Tick> {
        self.timers.first().map(|(at, _)| *at)
    }

    pub(super) fn set_customer(&mut self, id: InteractionId, values: &BTreeMap<String, String>) {
        if let Some(running) = self.runs.get_mut(&id) {
            running.run.set_customer(values.clone());
        }
    }

    /// The language a flow speaks now.
    pub(super) fn language(&self, id: InteractionId) -> Option<&str> {
        self.runs.get(&id).map(|running| running.run.language())
    }

    /// Why the flow hung up, as a Q.850 cause, once.
    pub(super) fn take_cause(&mut self, id: InteractionId) -> Option<u16> {
        self.causes.remove(&id)
    }

    fn handle(&mut self, now: Now, id: InteractionId, input: FlowInput) {
        if let Some(running) = self.runs.get_mut(&id) {
            running.run.handle(now, input);
            self.touched(id);
        }
    }

    fn touched(&mut self, id: InteractionId) {
        let Some(running) = self.runs.get_mut(&id) else { return };
        let timer = running.run.poll_timeout();
        let old = std::mem::replace(&mut running.timer, timer);
        if old != timer {
            if let Some(at) = old {
                self.timers.remove(&(at, id));
            }
            if let Some(at) = timer {
                self.timers.insert((at, id));
            }
        }
        self.ready.insert(id);
    }
}

impl Rooms {
    pub(super) fn start_flow(&mut self, now: Now, interaction: InteractionId) {
        if let Some(flow) = self.runs.runs.get(&interaction).and_then(|r| r.version) {
            self.say(now, Said::FlowEntered { interaction, flow });
        }
        self.runs.handle(now, interaction, FlowInput::Start);
    }

    pub(super) fn tell_flow(&mut self, now: Now, interaction: InteractionId, input: FlowInput) {
        self.runs.handle(now, interaction, input);
    }

    pub(super) fn flow_digit(&mut self, now: Now, interaction: InteractionId, digit: char) {
        self.runs.handle(now, interaction, FlowInput::Digit { digit });
    }

    pub(super) fn flow_played(&mut self, now: Now, leg: LegId, play: PlayId) {
        if let Some(interaction) = self.lines.get(leg).map(|line| line.interaction) {
            self.runs.handle(now, interaction, FlowInput::PlayEnded { play });
        }
    }

    pub(super) fn back_to_flow(&mut self, now: Now, interaction: InteractionId, reason: QueueLeft) {
        if let Some(leg) = self.customer_leg(interaction) {
            self.calls.handle(now, CallInput::Music { leg, music: None });
        }
        if !self.runs.runs.contains_key(&interaction) {
            // No flow to go on with: the caller is let go rather than kept in silence.
            self.say(now, Said::FlowEnded { interaction, how: FlowEnd::HungUp });
            return;
        }
        if let Some(flow) = self.runs.runs.get(&interaction).and_then(|r| r.version) {
            self.say(now, Said::FlowEntered { interaction, flow });
        }
        self.runs.handle(now, interaction, FlowInput::QueueLeft { reason });
    }

    pub(super) fn runs_timeout(&mut self, now: Now) {
        while let Some(&(at, id)) = self.runs.timers.first() {
            if at > now.tick {
                break;
            }
            self.runs.timers.remove(&(at, id));
            if let Some(running) = self.runs.runs.get_mut(&id) {
                running.timer = None;
                running.run.handle_timeout(now);
                self.runs.touched(id);
            }
        }
    }

    /// Carries out one command of one flow; false when all are silent.
    pub(super) fn poll_runs(&mut self, now: Now) -> bool {
        let Some(id) = self.runs.ready.first().copied() else { return false };
        match self.runs.runs.get_mut(&id).and_then(|running| running.run.poll()) {
            Some(command) => self.on_flow(now, id, command),
            None => {
                self.runs.ready.remove(&id);
            }
        }
        true
    }

    fn customer_leg(&self, interaction: InteractionId) -> Option<LegId> {
        self.contacts.get(&interaction).and_then(|c| self.lines.leg_of(c.customer))
    }

    fn on_flow(&mut self, now: Now, interaction: InteractionId, command: FlowCommand) {
        let Some(leg) = self.customer_leg(interaction) else {
            self.runs.end(interaction);
            return;
        };
        match command {
            FlowCommand::Answer => {
                self.calls.handle(now, CallInput::Answer { leg });
                self.runs.handle(now, interaction, FlowInput::Answered);
            }
            FlowCommand::Play { play, clips } => {
                let clips = self.clips.all(&clips);
                if clips.is_empty() {
                    self.runs.handle(now, interaction, FlowInput::PlayEnded { play });
                } else {
                    self.calls.handle(now, CallInput::Play { leg, play, clips });
                }
            }
            FlowCommand::StopPlay => self.calls.handle(now, CallInput::StopPlay { leg }),
            FlowCommand::Set { key, value, masked } => {
                if let Some(contact) = self.contacts.get_mut(&interaction) {
                    let shown = (!masked).then(|| value.clone());
                    contact.collected.retain(|(k, _)| *k != key);
                    contact.collected.push((key.clone(), shown));
                }
                self.say(now, Said::DataSet { interaction, key, value, masked });
            }
            FlowCommand::Visited { node } => {
                if let Some(contact) = self.contacts.get_mut(&interaction)
                    && contact.path.len() < PATH_MAX
                {
                    contact.path.push(node.clone());
                }
                // The flow made for a number straight to a queue is nobody's document and not logged.
                if self.runs.runs.get(&interaction).is_some_and(|r| r.version.is_some()) {
                    self.say(now, Said::NodeVisited { interaction, node });
                }
            }
            FlowCommand::Queue { queue, priority, skills, credit } => {
                let wrap_up_max = self.directory.queues.get(&queue).map(|q| q.settings.wrap_up_max).unwrap_or_default();
                self.say(now, Said::QueueAsked { interaction, queue, priority, skills, credit, wrap_up_max });
            }
            FlowCommand::TakeMessage(taking) => self.take_message(now, interaction, leg, taking),
            FlowCommand::EndMessage => self.finish_message(now, leg, Duration::ZERO),
            FlowCommand::KeepMessage => self.keep_message(now, leg),
            FlowCommand::DropMessage => self.drop_message(now, leg, MessageEnd::Again),
            FlowCommand::HangUp { cause } => {
                let (q850, how) = match cause {
                    HangUpCause::Normal => (16, FlowEnd::HungUp),
                    HangUpCause::Busy => (17, FlowEnd::HungUp),
                    HangUpCause::Rejected => (21, FlowEnd::HungUp),
                    HangUpCause::Error => (41, FlowEnd::Error),
                };
                self.runs.causes.insert(interaction, q850);
                self.runs.end(interaction);
                self.say(now, Said::FlowEnded { interaction, how });
            }
        }
    }
}

/// Most nodes of a caller's path shown to the agent.
const PATH_MAX: usize = 50;
