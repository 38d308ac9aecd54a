//! Who hears whom, derived from what each leg is and does. Changes nothing.
//!
//! | a leg … | hears |
//! |---|---|
//! | that speaks in a bridge | everybody else who speaks there, supervisors who barge in there, and who whispers to it |
//! | that holds, in that bridge | who whispers to it, and the early media of whoever is called for it |
//! | in no bridge | the early media of whoever is called for it |
//! | that supervises | its target; and, unless the target holds, whoever the target's bridge hears. Barging in, these in any case |
//! | for whom that is nobody | what is played to it; left alone in a bridge, the hold music; else its own music; else, with somebody who is muted, silence |

use crate::audio::Audio;
use crate::room::{Calls, Leg, LegState};
use cti_types::event::SuperviseMode;
use cti_types::{LegId, RecordingId};

impl Calls {
    /// What the leg should hear now.
    pub(crate) fn wanted(&self, id: LegId) -> Audio {
        let Some(leg) = self.legs.get(&id) else { return Audio::Nothing };
        let from = self.heard_by(id, leg);
        if !from.is_empty() {
            return Audio::Legs(from);
        }
        if let Some((play, clips)) = &leg.play {
            return Audio::Play { play: *play, clips: clips.clone(), repeat: false };
        }
        let speaks = leg.speaks.filter(|_| !self.holds(id, leg));
        let in_company = speaks.is_some_and(|bridge| self.is_anybody_there(bridge, id));
        let alone_in = speaks.filter(|_| !in_company).and_then(|bridge| self.bridges.get(&bridge));
        match alone_in.and_then(|bridge| bridge.hold_music.as_ref()).or(leg.music.as_ref()) {
            Some((play, clip)) => Audio::Play { play: *play, clips: vec![clip.clone()], repeat: true },
            None if in_company && leg.hears() => Audio::Silence,
            None => Audio::Nothing,
        }
    }

    /// Whether somebody else is in the bridge and does not hold, muted or not: silence is theirs, then.
    fn is_anybody_there(&self, bridge: LegId, but: LegId) -> bool {
        let members = self.bridges.get(&bridge).map(|bridge| bridge.members.as_slice()).unwrap_or_default();
        let there = |id: &LegId| {
            let up = |leg: &&Leg| leg.speaks == Some(bridge) && leg.state == LegState::Up;
            *id != but && self.legs.get(id).filter(up).is_some_and(|leg| !self.holds(*id, leg))
        };
        members.iter().any(there)
    }

    /// Where the leg's audio should be recorded now: only while it is in a bridge, so never in a flow or in a queue; or, alone and with
    /// nothing played to it, as a message.
    pub(crate) fn wanted_tap(&self, id: LegId) -> Option<RecordingId> {
        let leg = self.legs.get(&id).filter(|leg| leg.state == LegState::Up)?;
        match leg.speaks {
            Some(_) => leg.recording.filter(|recorded| !recorded.paused).map(|recorded| recorded.recording),
            None => leg.message.filter(|_| leg.play.is_none()),
        }
    }

    /// Whether the leg counts as holding where it speaks. The hold of the leg the bridge is about (the customer's) only turns the
    /// direction of media as long as there are two; among more it is left out, so that nobody's music plays to a conference.
    pub(crate) fn holds(&self, id: LegId, leg: &Leg) -> bool {
        let two = || leg.speaks == Some(id) && self.bridges.get(&id).is_some_and(|bridge| bridge.members.len() <= 2);
        !leg.holders.is_empty() && !two()
    }

    fn heard_by(&self, id: LegId, leg: &Leg) -> Vec<LegId> {
        if !leg.hears() {
            return Vec::new();
        }
        let mut from = match (leg.supervises, leg.speaks) {
            (Some(supervision), _) if leg.holders.is_empty() => self.heard_at(supervision.target, supervision.mode),
            (None, Some(bridge)) if !self.holds(id, leg) => self.voices(bridge),
            (None, _) => self.early_for(id, leg).collect(),
            (Some(_), _) => Vec::new(),
        };
        from.extend(self.supervisors_of(id, SuperviseMode::Whisper));
        from.retain(|other| *other != id);
        from.sort_unstable();
        from.dedup();
        from
    }

    /// Whom this leg waits for and hears already. A leg that was answered is heard on until it is in a bridge: the tone is not to sound anew.
    fn early_for(&self, id: LegId, leg: &Leg) -> impl Iterator<Item = LegId> {
        let group = self.groups.get(&leg.group);
        let early = move |leg: &Leg| leg.early && leg.awaited_by == Some(id) && leg.speaks.is_none();
        group.into_iter().flatten().copied().filter(move |other| self.legs.get(other).is_some_and(early))
    }

    /// What a supervisor of this target hears.
    fn heard_at(&self, target: LegId, mode: SuperviseMode) -> Vec<LegId> {
        let Some(leg) = self.legs.get(&target) else { return Vec::new() };
        let mut from = match leg.speaks {
            Some(bridge) if mode == SuperviseMode::Barge || !self.holds(target, leg) => self.voices(bridge),
            Some(_) | None => Vec::new(),
        };
        if leg.state == LegState::Up && !leg.muted {
            from.push(target);
        }
        from
    }

    /// Who can be heard in a bridge.
    pub(crate) fn voices(&self, bridge: LegId) -> Vec<LegId> {
        let Some(entry) = self.bridges.get(&bridge) else { return Vec::new() };
        let talks = |id: &&LegId| {
            let in_it = |leg: &&Leg| leg.speaks == Some(bridge) && (leg.state == LegState::Up || leg.early);
            self.legs.get(id).filter(in_it).is_some_and(|leg| !leg.muted && !self.holds(**id, leg))
        };
        let mut voices: Vec<LegId> = entry.members.iter().filter(talks).copied().collect();
        for member in &entry.members {
            // A supervisor follows the target to where it speaks.
            if self.legs.get(member).is_some_and(|leg| leg.speaks == Some(bridge)) {
                voices.extend(self.supervisors_of(*member, SuperviseMode::Barge));
            }
        }
        voices
    }

    /// The supervisors of this leg in this mode who can be heard.
    fn supervisors_of(&self, target: LegId, mode: SuperviseMode) -> impl Iterator<Item = LegId> {
        let group = self.legs.get(&target).and_then(|leg| self.groups.get(&leg.group));
        let speaks = move |leg: &Leg| {
            let supervises = leg.supervises.is_some_and(|supervision| supervision.target == target && supervision.mode == mode);
            supervises && leg.state == LegState::Up && !leg.muted && leg.holders.is_empty()
        };
        group.into_iter().flatten().copied().filter(move |id| self.legs.get(id).is_some_and(speaks))
    }
}
