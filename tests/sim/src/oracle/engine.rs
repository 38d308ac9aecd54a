//! Legs, ports, taps and recordings as the effects tell them: what is opened is closed, ports rest, nothing reaches a closed leg.

use super::{Check, ensure};
use cti_server::switch::Effect;
use cti_types::media::EngineCommand;
use cti_types::{InteractionId, LegId, RecordingId, Tick};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Engine {
    /// Legs with the port last asked for and whom they hear.
    legs: BTreeMap<LegId, (u16, Vec<LegId>)>,
    /// Those of pages, which stand without a call.
    standing: BTreeSet<LegId>,
    closed: BTreeSet<LegId>,
    /// Ports from the order to open until the engine says that they are closed or could not be opened.
    ports: BTreeMap<u16, LegId>,
    rested: BTreeMap<u16, Tick>,
    recordings: BTreeMap<RecordingId, InteractionId>,
    over: BTreeSet<RecordingId>,
}

impl Engine {
    pub(crate) fn effect(&mut self, now: Tick, rest: Duration, effect: &Effect) -> Check {
        match effect {
            Effect::Engine(command) => self.command(now, rest, command),
            Effect::RecordBegin { recording, interaction, .. } => {
                let new = !self.over.contains(recording) && self.recordings.insert(*recording, *interaction).is_none();
                ensure!(new, "{recording} begins twice");
                Ok(())
            }
            Effect::RecordEnd { recording, .. } => {
                ensure!(self.recordings.remove(recording).is_some(), "{recording} ends without having begun");
                self.over.insert(*recording);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn command(&mut self, now: Tick, rest: Duration, command: &EngineCommand) -> Check {
        let leg = match command {
            EngineCommand::Open { leg, port, .. } => {
                ensure!(!self.closed.contains(leg), "I8: {leg} is opened after its close");
                ensure!(!self.ports.contains_key(port), "I8: port {port} is given twice");
                let since = self.rested.get(port).map(|at| now.since(*at));
                ensure!(since.is_none_or(|since| since >= rest), "I8: port {port} has not rested");
                self.ports.insert(*port, *leg);
                self.legs.insert(*leg, (*port, Vec::new()));
                return Ok(());
            }
            EngineCommand::Stand { leg, .. } => {
                ensure!(!self.closed.contains(leg) && self.standing.insert(*leg), "I8: {leg} stands twice");
                return Ok(());
            }
            EngineCommand::Attach { standing, leg, .. } => {
                ensure!(self.standing.contains(standing), "I8: {leg} is attached to {standing}, which does not stand");
                ensure!(!self.closed.contains(leg), "I8: {leg} is attached after its close");
                self.legs.insert(*leg, (0, Vec::new()));
                return Ok(());
            }
            EngineCommand::SetStream { leg, .. }
            | EngineCommand::Hear { leg, .. }
            | EngineCommand::Play { leg, .. }
            | EngineCommand::StopPlay { leg }
            | EngineCommand::SendDigits { leg, .. }
            | EngineCommand::KeepDigits { leg, .. }
            | EngineCommand::Tap { leg, .. }
            | EngineCommand::Detect { leg, .. }
            | EngineCommand::Close { leg } => *leg,
        };
        ensure!(!self.closed.contains(&leg), "I8: a command for {leg} after its close: {command:?}");
        match command {
            EngineCommand::Hear { from, .. } => {
                for other in from {
                    let there = self.legs.contains_key(other) || self.standing.contains(other);
                    ensure!(there, "I8: {leg} is to hear {other}, which is closed");
                }
                if let Some(entry) = self.legs.get_mut(&leg) {
                    entry.1.clone_from(from);
                }
            }
            EngineCommand::Tap { tap: Some(tap), .. } => {
                ensure!(self.recordings.contains_key(&tap.recording), "{leg} is tapped for no recording");
            }
            EngineCommand::Close { .. } => {
                self.legs.remove(&leg);
                self.standing.remove(&leg);
                self.closed.insert(leg);
            }
            _ => {}
        }
        Ok(())
    }

    /// The port is free again: the engine closed it or could not open it.
    pub(crate) fn port_free(&mut self, now: Tick, port: u16) {
        self.ports.remove(&port);
        self.rested.insert(port, now);
    }

    /// After every step: nobody hears a leg that is closed.
    pub(crate) fn check(&self) -> Check {
        for (leg, (_, hears)) in &self.legs {
            let gone = hears.iter().find(|other| !self.legs.contains_key(other));
            ensure!(gone.is_none(), "I8: {leg} still hears {gone:?}, which is closed");
        }
        Ok(())
    }

    pub(crate) fn is_up(&self, leg: LegId) -> bool {
        self.legs.contains_key(&leg)
    }

    /// All is over: the process died and took every leg and file along. Recordings that were open are returned.
    pub(crate) fn crash(&mut self) -> BTreeMap<RecordingId, InteractionId> {
        let open = std::mem::take(&mut self.recordings);
        *self = Engine::default();
        open
    }

    pub(crate) fn over(&self) -> Check {
        ensure!(self.legs.is_empty(), "I8: legs are never closed: {:?}", self.legs.keys());
        ensure!(self.ports.is_empty(), "I8: ports are never given back: {:?}", self.ports);
        ensure!(self.recordings.is_empty(), "recordings never end: {:?}", self.recordings.keys());
        Ok(())
    }
}
