//! Bridges: joining, consulting, merging, leaving. Says nothing to the engine; what is heard afterwards is derived.

use crate::room::{Calls, Holder, Music, Recorded, Supervision};
use crate::{MEMBERS_MAX, Output};
use cti_types::call::LegFact;
use cti_types::event::SuperviseMode;
use cti_types::{LegId, RecordingId};

/// Legs that hear each other. Named by the leg it is about: the customer's, or the one consulted. With that leg, it ends.
#[derive(Debug)]
pub(crate) struct Bridge {
    pub(crate) members: Vec<LegId>,
    pub(crate) hold_music: Option<Music>,
    pub(crate) consultation: bool,
}

impl Calls {
    /// The two hear each other; a customer who talks with somebody already is joined by the newcomer.
    pub(crate) fn connect(&mut self, customer: LegId, leg: LegId, recording: Option<RecordingId>, hold_music: Option<Music>) {
        if !self.free_in_group(customer, leg) {
            return;
        }
        let Some(anchor) = self.legs.get(&customer).map(|entry| entry.speaks.unwrap_or(customer)) else { return };
        let bridge = self.bridges.entry(anchor).or_insert(Bridge { members: vec![customer], hold_music: None, consultation: false });
        if bridge.members.len() >= MEMBERS_MAX {
            return;
        }
        bridge.hold_music = hold_music.or(bridge.hold_music.take());
        bridge.members.push(leg);
        for id in [customer, leg] {
            if let Some(entry) = self.legs.get_mut(&id) {
                entry.speaks = Some(anchor);
                entry.awaited_by = None;
                entry.supervises = None;
                entry.play = None;
                entry.music = None;
            }
        }
        if recording.is_some() {
            self.record(customer, recording);
        }
        self.settle(customer);
        // A phone may have put the call on hold between its answer and this.
        if self.legs.get(&leg).is_some_and(|entry| !entry.holders.is_empty()) {
            self.out.push_back(Output::Fact(LegFact::Held(leg)));
        }
    }

    /// Both are of one interaction, and the second can hear and is in no bridge.
    fn free_in_group(&self, one: LegId, newcomer: LegId) -> bool {
        match (self.legs.get(&one), self.legs.get(&newcomer)) {
            (Some(a), Some(b)) => one != newcomer && a.group == b.group && b.speaks.is_none() && b.hears(),
            (_, None) | (None, _) => false,
        }
    }

    pub(crate) fn consult(&mut self, agent: LegId, other: LegId, recording: Option<RecordingId>, hold_music: Option<Music>) {
        let may = self.legs.get(&agent).is_some_and(|entry| entry.speaks.is_some() && entry.parked.is_none());
        if !may || !self.free_in_group(agent, other) {
            return;
        }
        if let Some(entry) = self.legs.get_mut(&agent) {
            entry.parked = entry.speaks.replace(other);
            entry.holders.remove(&Holder::Command);
            entry.music = None;
        }
        if let Some(entry) = self.legs.get_mut(&other) {
            entry.speaks = Some(other);
            entry.awaited_by = None;
            entry.play = None;
            entry.music = None;
            entry.supervises = None;
        }
        self.bridges.insert(other, Bridge { members: vec![other, agent], hold_music, consultation: true });
        if recording.is_some() {
            self.record(other, recording);
        }
        self.settle(agent);
    }

    /// The agent speaks in the other of their two bridges.
    pub(crate) fn swap(&mut self, agent: LegId) {
        if let Some(entry) = self.legs.get_mut(&agent)
            && entry.parked.is_some()
        {
            std::mem::swap(&mut entry.speaks, &mut entry.parked);
            entry.holders.remove(&Holder::Command);
            self.settle(agent);
        }
    }

    /// The agent's consultation and their other bridge, in this order.
    fn two_bridges(&self, agent: LegId) -> Option<(LegId, LegId)> {
        let entry = self.legs.get(&agent)?;
        let (speaks, parked) = (entry.speaks?, entry.parked?);
        let consults = |bridge: &LegId| self.bridges.get(bridge).is_some_and(|bridge| bridge.consultation);
        if consults(&speaks) { Some((speaks, parked)) } else { Some((parked, speaks)) }
    }

    /// Everybody of the agent's two bridges hears everybody (`stays`), or the agent goes and leaves the others together.
    pub(crate) fn merge(&mut self, agent: LegId, stays: bool) {
        let Some((consultation, into)) = self.two_bridges(agent) else { return };
        let room = self.bridges.get(&into).map_or(0, |bridge| MEMBERS_MAX.saturating_sub(bridge.members.len()));
        let newcomers = self.bridges.get(&consultation).map_or(0, |bridge| bridge.members.len().saturating_sub(1));
        if newcomers > room {
            return;
        }
        // A consultation is a recording of its own; from here on they are in the customer's.
        self.record(consultation, None);
        let Some(gone) = self.bridges.remove(&consultation) else { return };
        for member in gone.members.into_iter().filter(|member| *member != agent) {
            if let Some(entry) = self.legs.get_mut(&member) {
                entry.speaks = Some(into);
            }
            if let Some(bridge) = self.bridges.get_mut(&into) {
                bridge.members.push(member);
            }
        }
        if let Some(entry) = self.legs.get_mut(&agent) {
            entry.speaks = Some(into);
            entry.parked = None;
            entry.holders.remove(&Holder::Command);
        }
        if !stays {
            self.leave_bridge(agent, into);
        }
        self.settle(agent);
    }

    /// `new` is from now on where `old` was, and `old` is nowhere.
    pub(crate) fn replace(&mut self, old: LegId, new: LegId) {
        let anchors = self.bridges.contains_key(&old);
        if anchors || !self.free_in_group(old, new) {
            return;
        }
        let Some(entry) = self.legs.get_mut(&old) else { return };
        let (speaks, parked, supervises) = (entry.speaks.take(), entry.parked.take(), entry.supervises.take());
        entry.holders.remove(&Holder::Command);
        let group = entry.group;
        for bridge in speaks.into_iter().chain(parked) {
            let members = self.bridges.get_mut(&bridge).map(|bridge| bridge.members.iter_mut()).into_iter().flatten();
            for member in members.filter(|member| **member == old) {
                *member = new;
            }
        }
        if let Some(entry) = self.legs.get_mut(&new) {
            (entry.speaks, entry.parked) = (speaks, parked);
            entry.supervises = supervises;
            entry.music = None;
            entry.play = None;
        }
        for leg in self.groups.get(&group).into_iter().flatten() {
            if let Some(entry) = self.legs.get_mut(leg).filter(|entry| entry.awaited_by == Some(old)) {
                entry.awaited_by = Some(new);
            }
        }
        // Who follows the one follows the other; who takes the place of whom they followed follows nobody.
        let followers: Vec<LegId> = self.groups.get(&group).into_iter().flatten().copied().filter(|leg| *leg != new).collect();
        for follower in followers {
            let supervises = self.legs.get_mut(&follower).and_then(|leg| leg.supervises.as_mut());
            if let Some(supervision) = supervises.filter(|supervision| supervision.target == old) {
                supervision.target = new;
            }
        }
        self.settle(new);
    }

    /// The leg is in no bridge any more, but up.
    pub(crate) fn leave(&mut self, leg: LegId) {
        let Some(entry) = self.legs.get(&leg) else { return };
        for bridge in [entry.parked, entry.speaks].into_iter().flatten() {
            self.leave_bridge(leg, bridge);
        }
        self.settle(leg);
    }

    /// Takes the leg out; a bridge that is left with one, or loses the leg it is about, is over.
    pub(crate) fn leave_bridge(&mut self, leg: LegId, id: LegId) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        bridge.members.retain(|member| *member != leg);
        let over = leg == id || bridge.members.len() < 2;
        self.out_of(leg, id);
        if over && let Some(bridge) = self.bridges.remove(&id) {
            for member in bridge.members {
                self.out_of(member, id);
            }
        }
    }

    /// Whoever spoke there is back in the bridge they had parked, if any.
    fn out_of(&mut self, leg: LegId, bridge: LegId) {
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        if entry.speaks == Some(bridge) {
            entry.speaks = entry.parked.take();
            entry.holders.remove(&Holder::Command);
        } else if entry.parked == Some(bridge) {
            entry.parked = None;
        }
    }

    pub(crate) fn supervise(&mut self, leg: LegId, target: LegId, mode: SuperviseMode) {
        let targets = self.legs.get(&target).is_some_and(|entry| entry.supervises.is_none());
        if targets && self.free_in_group(target, leg) {
            if let Some(entry) = self.legs.get_mut(&leg) {
                entry.supervises = Some(Supervision { target, mode });
            }
            self.settle(leg);
        }
    }

    pub(crate) fn set_mode(&mut self, leg: LegId, mode: SuperviseMode) {
        if let Some(supervision) = self.legs.get_mut(&leg).and_then(|entry| entry.supervises.as_mut()) {
            supervision.mode = mode;
            self.settle(leg);
        }
    }

    /// What the leg's far side says, and what it hears from other legs, goes to this recording; the one before is over.
    pub(crate) fn record(&mut self, leg: LegId, recording: Option<RecordingId>) {
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        let old = entry.recording.take().map(|recorded| recorded.recording);
        entry.recording = recording.map(|recording| Recorded { recording, paused: false });
        if let Some(old) = old.filter(|old| Some(*old) != recording) {
            // The taps are turned first: nothing may reach a recording that is over.
            self.settle(leg);
            self.out.push_back(Output::RecordingOver { recording: old });
        }
    }
}
